//! Whether an item carries a print, pattern or sticker.
//!
//! BrickLink has no such field. Its own numbering says it for most parts (`3001pb02`,
//! `973p1b`), its naming for the rest ("... with Red Pattern", "(Sticker)"). The rule is therefore a
//! derivation and every screen marks it as one.

use super::{ItemKey, ItemKind};

/// Derived from number and name; only parts can be printed in this sense.
pub fn is_printed(key: &ItemKey, name: &str) -> bool {
    key.kind == ItemKind::Part && (number_says_so(&key.no) || name_says_so(name))
}

/// `pb`, `pr`, `ps`, `px`, `pat` or a bare `p` between the base number and digits: `3001pb02`, `2335p01`,
/// `973pb0123c01`, `3626bpb0045`, `4150ps4`, `30039px1`, `973p1b`.
fn number_says_so(no: &str) -> bool {
    let no = no.to_ascii_lowercase();
    let bytes = no.as_bytes();
    (1..bytes.len()).any(|at| {
        if bytes[at] != b'p' || !bytes[..at].iter().any(u8::is_ascii_digit) {
            return false;
        }
        let rest = &no[at + 1..];
        let rest = ["at", "b", "r", "s", "x"]
            .iter()
            .find_map(|mark| rest.strip_prefix(mark))
            .unwrap_or(rest);
        rest.bytes().next().is_some_and(|b| b.is_ascii_digit())
    })
}

fn name_says_so(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    if lower.contains("without pattern") || lower.contains("no pattern") {
        return false;
    }
    lower.contains(" pattern") || lower.contains(" print") || lower.contains("(sticker)")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(no: &str, name: &str) -> bool {
        is_printed(&ItemKey::part(no), name)
    }

    #[test]
    fn numbers() {
        for no in [
            "3001pb02",
            "2335p01",
            "973pb0123c01",
            "3626bpb0045",
            "973p1b",
            "4150ps4",
            "30039px1",
            "92456pat01",
        ] {
            assert!(printed(no, "Something"), "{no}");
        }
        for no in [
            "3001", "3069b", "sp006", "973c01", "3794b", "60470p", "x59pack", "u8007", "pb01",
        ] {
            assert!(!printed(no, "Something"), "{no}");
        }
    }

    #[test]
    fn names() {
        assert!(printed(
            "x1",
            "Flag 2 x 2 Trapezoid with Electricity Danger Sign Pattern"
        ));
        assert!(printed("x1", "Tile 1 x 2 with Gauge (Sticker) - Set 8480"));
        assert!(!printed("x1", "Tile 1 x 2 without Pattern"));
        assert!(!printed("x1", "Brick 2 x 4"));
    }

    #[test]
    fn only_parts() {
        let minifigure = ItemKey::new(ItemKind::Minifigure, "sw0001p1");
        assert!(!is_printed(&minifigure, "Trooper with Blue Pattern"));
    }
}
