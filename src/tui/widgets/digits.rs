//! Large letters and digits, three blocks wide and five halves high: what a picker reads from an
//! arm's length.

/// Rows of blocks; each row is three bits, the left one highest.
const fn glyph(c: char) -> Option<[u8; 5]> {
    Some(match c.to_ascii_uppercase() {
        '0' | 'O' => [7, 5, 5, 5, 7],
        '1' => [2, 6, 2, 2, 7],
        '2' => [7, 1, 7, 4, 7],
        '3' => [7, 1, 7, 1, 7],
        '4' => [5, 5, 7, 1, 1],
        '5' => [7, 4, 7, 1, 7],
        '6' => [7, 4, 7, 5, 7],
        '7' => [7, 1, 1, 2, 2],
        '8' => [7, 5, 7, 5, 7],
        '9' => [7, 5, 7, 1, 7],
        'A' => [2, 5, 7, 5, 5],
        'B' => [6, 5, 6, 5, 6],
        'C' => [7, 4, 4, 4, 7],
        'D' => [6, 5, 5, 5, 6],
        'E' => [7, 4, 6, 4, 7],
        'F' => [7, 4, 6, 4, 4],
        'G' => [7, 4, 5, 5, 7],
        'H' => [5, 5, 7, 5, 5],
        'I' => [7, 2, 2, 2, 7],
        'J' => [1, 1, 1, 5, 7],
        'K' => [5, 5, 6, 5, 5],
        'L' => [4, 4, 4, 4, 7],
        'M' => [5, 7, 7, 5, 5],
        'N' => [6, 5, 5, 5, 5],
        'P' => [7, 5, 7, 4, 4],
        'Q' => [7, 5, 5, 7, 1],
        'R' => [7, 5, 6, 5, 5],
        'S' => [3, 4, 2, 1, 6],
        'T' => [7, 2, 2, 2, 2],
        'U' => [5, 5, 5, 5, 7],
        'V' => [5, 5, 5, 5, 2],
        'W' => [5, 5, 7, 7, 5],
        'X' => [5, 5, 2, 5, 5],
        'Y' => [5, 5, 2, 2, 2],
        'Z' => [7, 1, 2, 4, 7],
        '-' => [0, 0, 7, 0, 0],
        '.' => [0, 0, 0, 0, 2],
        ':' => [0, 2, 0, 2, 0],
        '/' => [1, 1, 2, 4, 4],
        '#' => [5, 7, 5, 7, 5],
        '_' => [0, 0, 0, 0, 7],
        ' ' => [0; 5],
        _ => return None,
    })
}

/// Blocks in columns and rows, largest first: a cell of a terminal is about twice as tall as wide.
const BLOCKS: [(usize, usize); 4] = [(6, 3), (4, 2), (2, 1), (1, 1)];

/// Columns that a text needs, with blocks of this width.
fn columns(text: &str, block: usize) -> usize {
    (text.chars().count() * 4 * block).saturating_sub(block)
}

/// The lines of the largest picture that fits, or `None` where none does or a letter has none.
pub fn picture(text: &str, room: usize, height: usize) -> Option<Vec<String>> {
    let fits = |(wide, tall): &(usize, usize)| columns(text, *wide) <= room && 5 * tall <= height;
    let (wide, tall) = BLOCKS.into_iter().find(fits)?;
    let glyphs: Option<Vec<[u8; 5]>> = text.chars().map(glyph).collect();
    let glyphs = glyphs.filter(|glyphs| !glyphs.is_empty())?;
    let line = |row: usize| {
        let parts: Vec<String> = glyphs
            .iter()
            .map(|rows| {
                [4u8, 2, 1]
                    .iter()
                    .map(|bit| if rows[row] & bit > 0 { "█" } else { " " }.repeat(wide))
                    .collect()
            })
            .collect();
        parts.join(&" ".repeat(wide))
    };
    Some((0..5 * tall).map(|row| line(row / tall)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_large_letters() {
        let lines = picture("A-1", 12, 5).expect("fits");
        assert_eq!(
            lines,
            [
                " █       █ ",
                "█ █     ██ ",
                "███ ███  █ ",
                "█ █      █ ",
                "█ █     ███",
            ]
        );
        assert_eq!(picture("C303", 10, 5), None, "too narrow");
        assert_eq!(picture("C303", 40, 4), None, "too low");
        assert_eq!(picture("Ü", 40, 5), None, "no such letter");
        assert_eq!(picture("", 40, 5), None);
    }

    #[test]
    fn large_where_there_is_room() {
        let small = picture("C303", 40, 5).expect("fits");
        let large = picture("C303", 80, 12).expect("fits");
        assert_eq!((small.len(), small[0].chars().count()), (5, 30));
        assert_eq!((large.len(), large[0].chars().count()), (10, 60));
    }

    #[test]
    fn letters_and_digits_differ_from_each_other() {
        let all: Vec<char> = ('0'..='9').chain('A'..='Z').filter(|c| *c != 'O').collect();
        for (at, one) in all.iter().enumerate() {
            for other in &all[at + 1..] {
                assert_ne!(glyph(*one), glyph(*other), "{one} {other}");
            }
        }
    }
}
