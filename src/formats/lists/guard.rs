//! Cells that a spreadsheet would run as formulas are written with an apostrophe in front, and read
//! without it.

/// Characters at the beginning of a cell that make a spreadsheet run it; the wide ones are turned
/// into the plain ones by some of them.
const STARTS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－'];

/// Whether a spreadsheet might run `text` once the apostrophes before it are gone.
fn is_dangerous(text: &str) -> bool {
    text.trim_start_matches('\'')
        .starts_with(|c| STARTS.contains(&c) || c == '＠')
}

/// Puts an apostrophe before what a spreadsheet might run. [`unguard`] gives back exactly `text`.
pub(super) fn guard(text: &str) -> std::borrow::Cow<'_, str> {
    if is_dangerous(text) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

/// Takes off the apostrophe that [`guard`] or a spreadsheet put before a cell.
pub(super) fn unguard(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_dangerous(rest) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text_and_come_back() {
        for text in [
            "=1+1", "+A2", "-A2", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", "''=1", "＠x",
        ] {
            let cell = guard(text);
            assert!(cell.starts_with('\''), "{text:?}");
            assert_eq!(unguard(&cell), text);
        }
        for text in ["", "'", "'90s", "A=1", " -x", "3001", "''"] {
            assert_eq!(guard(text), text);
            assert_eq!(unguard(text), text);
        }
    }
}
