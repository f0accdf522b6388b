//! Text from outside, made safe once, at the border.

/// Longest text of a field that is kept, in bytes. BrickLink's own limit is far below.
pub const MAX_FIELD: usize = 8 * 1024;

/// Decodes HTML entities until nothing changes, at most twice (BrickLink escapes some texts twice),
/// removes control characters and terminal escapes, turns odd blanks into blanks, trims the ends.
/// Blanks inside a name are kept: `Bar   8L` is its name.
pub fn clean(text: &str) -> String {
    let plain = text.bytes().all(|b| (0x20..0x7f).contains(&b) && b != b'&');
    if plain {
        return text.trim().to_owned();
    }
    let mut decoded = decode_entities(text);
    if decoded.contains('&') {
        decoded = decode_entities(&decoded);
    }
    let cleaned: String = decoded
        .chars()
        .filter_map(|c| match c {
            '\t' | '\n' | '\r' | '\u{a0}' | '\u{2028}' | '\u{2029}' => Some(' '),
            c if is_unsafe(c) => None,
            c => Some(c),
        })
        .collect();
    cleaned.trim().to_owned()
}

/// Like [`clean`], but keeps line breaks, for notes of several lines.
pub fn clean_lines(text: &str) -> String {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<String> = unified.split('\n').map(clean).collect();
    lines.join("\n").trim_end().to_owned()
}

/// Characters that can move the cursor, hide text or turn its direction.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// One round of entity decoding. What is not an entity stays as it is: BrickLink emits bare `&`.
pub fn decode_entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // The longest entity that is understood is `&#x10FFFF;`.
        let end = rest.bytes().take(12).position(|b| b == b';');
        if let Some((c, end)) = end.and_then(|end| entity(&rest[1..end]).map(|c| (c, end))) {
            out.push(c);
            rest = &rest[end + 1..];
        } else {
            out.push('&');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_twice_and_no_more() {
        assert_eq!(clean("Stud &amp;#40;Jumper&amp;#41;"), "Stud (Jumper)");
        assert_eq!(clean("Don&#39;t"), "Don't");
        assert_eq!(clean("A &amp;amp;amp; B"), "A &amp; B");
        assert_eq!(clean("Black & White; Red"), "Black & White; Red");
        assert_eq!(clean("&#xZZ; &bogus; &"), "&#xZZ; &bogus; &");
    }

    #[test]
    fn control_characters_do_not_survive() {
        assert_eq!(clean("\u{1b}[31mRed\u{7}\u{9b}2J"), "[31mRed2J");
        assert_eq!(clean("a&#27;[2Jb"), "a[2Jb", "nor as entities");
        assert_eq!(clean("a\u{202e}b\u{feff}"), "ab");
        assert_eq!(clean("a\u{a0}b\tc"), "a b c");
        assert_eq!(clean("Bar   8L"), "Bar   8L");
    }

    #[test]
    fn lines_are_kept_where_wanted() {
        assert_eq!(clean_lines("a\r\nb\u{1b}\n\n"), "a\nb");
    }
}
