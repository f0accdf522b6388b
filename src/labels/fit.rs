//! A text in a box: as large as it fits on one line, then on several, then cut with an ellipsis.

use unicode_segmentation::UnicodeSegmentation;

use super::font::{Face, Reach};

/// The box and how large letters may be, in dots.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Width of a line.
    pub width: i64,
    /// Height of all lines.
    pub height: i64,
    /// The text size that is wanted.
    pub largest: i64,
    /// Below this one reads nothing; the text is wrapped or cut instead.
    pub smallest: i64,
    /// Most lines.
    pub lines: usize,
    /// How far the letters go up and down.
    pub reach: Reach,
}

/// Lines of one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fitted {
    /// Text size in dots.
    pub size: i64,
    /// How far the letters of a line go up and down.
    pub reach: Reach,
    /// The lines; none where not even one small line has room.
    pub lines: Vec<String>,
    /// Whether the whole text is there.
    pub whole: bool,
}

/// Fits a text that [`Face::printable`] has made printable.
pub(super) fn fit(face: &Face, text: &str, frame: Frame) -> Fitted {
    let nothing = Fitted {
        size: frame.smallest,
        reach: frame.reach,
        lines: Vec::new(),
        whole: text.is_empty(),
    };
    let highest = frame.reach.size_of_line(frame.height).min(frame.largest);
    if text.is_empty() || highest < frame.smallest || frame.lines == 0 || frame.smallest <= 0 {
        return nothing;
    }
    let fits = |size: i64, lines: usize| {
        let room = (frame.height / frame.reach.line(size).max(1)).max(0);
        let lines = lines.min(usize::try_from(room).unwrap_or(0));
        let (lines, whole) = wrap(face, text, frame.width, size, lines);
        Fitted {
            size,
            reach: frame.reach,
            lines,
            whole,
        }
    };
    for lines in [1, frame.lines] {
        if !fits(frame.smallest, lines).whole {
            continue;
        }
        // The largest size that still holds everything lies between these two.
        let (mut good, mut bad) = (frame.smallest, highest + 1);
        while bad - good > 1 {
            let middle = good + (bad - good) / 2;
            if fits(middle, lines).whole {
                good = middle;
            } else {
                bad = middle;
            }
        }
        return fits(good, lines);
    }
    let mut cut = fits(frame.smallest, frame.lines);
    if let Some(last) = cut.lines.last_mut() {
        *last = with_ellipsis(face, last, frame.width, cut.size);
    }
    cut
}

/// Lines that are not wider than `width`, at most `most`, and whether that is all of the text. Lines
/// end at blanks and after dashes and the like; a longer word is broken where it must be.
fn wrap(face: &Face, text: &str, width: i64, size: i64, most: usize) -> (Vec<String>, bool) {
    let mut lines = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() && lines.len() < most {
        let (line, after) = first_line(face, rest, width, size);
        if !line.is_empty() {
            lines.push(line.to_owned());
        }
        rest = after.trim_start();
    }
    (lines, rest.is_empty())
}

fn first_line<'a>(face: &Face, text: &'a str, width: i64, size: i64) -> (&'a str, &'a str) {
    let mut break_at = 0;
    for (at, letter) in text.grapheme_indices(true) {
        let end = at + letter.len();
        if letter == " " {
            break_at = at;
        } else if face.width(&text[..end], size) > width {
            let cut = if break_at > 0 { break_at } else { at };
            if cut == 0 {
                // One letter that is wider than the line is left out.
                return ("", &text[end..]);
            }
            return (text[..cut].trim_end(), &text[cut..]);
        } else if letter.ends_with(['-', '/', '.', ',', ';', ':', '_', '+']) {
            break_at = end;
        }
    }
    (text, "")
}

/// The line with `…` at its end, shortened until it fits.
pub(super) fn with_ellipsis(face: &Face, line: &str, width: i64, size: i64) -> String {
    let mut kept = line.trim_end();
    loop {
        let cut = format!("{}…", kept.trim_end());
        if kept.is_empty() || face.width(&cut, size) <= width {
            return cut;
        }
        let end = kept
            .grapheme_indices(true)
            .next_back()
            .map_or(0, |(at, _)| at);
        kept = &kept[..end];
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(width: i64, height: i64) -> Frame {
        Frame {
            width,
            height,
            largest: 400,
            smallest: 60,
            lines: 3,
            reach: Face::new().expect("the font").usual(),
        }
    }

    #[test]
    fn short_texts_are_as_large_as_they_can_be() {
        let face = Face::new().expect("the font");
        let high = fit(&face, "A-1", frame(10_000, 300));
        assert_eq!(
            high.size,
            face.usual().size_of_line(300),
            "limited by the height"
        );
        let wide = fit(&face, "A-12345", frame(500, 3_000));
        assert_eq!(wide.lines, ["A-12345"]);
        assert!(
            face.width("A-12345", wide.size + 1) > 500,
            "limited by the width"
        );
        assert_eq!(
            fit(&face, "A", frame(9_000, 9_000)).size,
            400,
            "limited by the wish"
        );
    }

    #[test]
    fn then_they_shrink_then_wrap_then_are_cut() {
        let face = Face::new().expect("the font");
        let small = |text: &str| fit(&face, text, frame(600, 250));
        assert_eq!(small("Cabinet 12").lines.len(), 1);
        let wrapped = small("Cabinet 12 left drawer");
        assert_eq!(wrapped.lines.join(" "), "Cabinet 12 left drawer");
        assert!(wrapped.lines.len() > 1 && wrapped.whole);
        let cut = small(&"Cabinet 12 left drawer ".repeat(40));
        assert!(!cut.whole);
        assert!(cut.lines.last().expect("a line").ends_with('…'));
        assert_eq!(cut.size, 60);
        assert!(small("").lines.is_empty());
        assert!(
            fit(&face, "A", frame(600, 20)).lines.is_empty(),
            "no room at all"
        );
    }

    #[test]
    fn words_are_broken_only_where_they_must_be() {
        let face = Face::new().expect("the font");
        let (lines, whole) = wrap(&face, "C01.01-003-02", 300, 60, 3);
        assert!(whole);
        assert!(lines[0].ends_with(['.', '-']), "{lines:?}");
        let (lines, whole) = wrap(&face, &"X".repeat(30), 300, 60, 9);
        assert!(whole && lines.len() > 1);
        assert_eq!(lines.concat(), "X".repeat(30));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]

        #[test]
        fn nothing_leaves_its_box(
            text in "\\PC{0,60}", width in 1_i64..2_000, height in 1_i64..1_000, lines in 0_usize..5,
        ) {
            let face = Face::new().expect("the font");
            let text = face.printable(&text);
            let frame = Frame { lines, ..frame(width, height) };
            let fitted = fit(&face, &text, frame);
            prop_assert!(fitted.lines.len() <= lines);
            let high = frame.reach.line(fitted.size) * i64::try_from(fitted.lines.len()).expect("few");
            prop_assert!(high <= height);
            for line in fitted.lines.iter().filter(|line| *line != "…") {
                prop_assert!(face.width(line, fitted.size) <= width, "{}", line);
            }
            if !fitted.lines.is_empty() {
                prop_assert!(fitted.size >= frame.smallest && fitted.size <= frame.largest);
            }
        }
    }
}
