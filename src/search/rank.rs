//! The order of items that answer a query equally well.
//!
//! Plain parts come before everything else, decorated parts after figures and sets. Among plain
//! parts a short name and many known colours come first: both say that a part is common.
//! Figures and sets follow their numbers, as in every price list.

use super::document::{KINDS, SearchDoc};
use super::tokens::{self, Words};

/// Sorts items; the smaller, the earlier.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RankKey {
    class: u8,
    weight: i32,
    family: String,
    number: u64,
    no: String,
}

/// Where an item stands among all others.
pub fn rank_key(doc: &SearchDoc) -> RankKey {
    let place = KINDS
        .iter()
        .position(|&k| k == doc.kind)
        .unwrap_or(KINDS.len()) as u8;
    let class = match (doc.kind, doc.printed) {
        (b'P', false) | (b'M' | b'S', _) => place,
        (b'P', true) => 3,
        _ => place + 1,
    } + if doc.vanished { 16 } else { 0 };
    let no = doc.no.to_lowercase();
    let (family, number) = natural(&no);
    RankKey {
        class,
        weight: weight(doc),
        family: family.to_owned(),
        number,
        no,
    }
}

fn weight(doc: &SearchDoc) -> i32 {
    let mut words = Words::default();
    let colors = (u32::BITS - (doc.colors.len() as u32).leading_zeros()).cast_signed();
    let old = if doc.obsolete == Some(true) { 12 } else { 0 };
    match doc.kind {
        b'P' => {
            words.read(&doc.name);
            let length = i32::try_from(words.iter().count().min(24)).unwrap_or(24);
            length * 4 - colors * 5 + old
        }
        b'S' => {
            words.read(&doc.name);
            i32::try_from(words.iter().count().min(24)).unwrap_or(24)
        }
        _ => {
            words.read(&doc.name[..tokens::core_end(doc.kind, &doc.name)]);
            i32::try_from(words.iter().count().min(24)).unwrap_or(24)
        }
    }
}

/// Letters before the first digits, and those digits.
fn natural(no: &str) -> (&str, u64) {
    let from = no.find(|c: char| c.is_ascii_digit()).unwrap_or(no.len());
    let (letters, rest) = no.split_at(from);
    let to = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    (letters, rest[..to].parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doc(kind: u8, no: &str, name: &str) -> SearchDoc {
        SearchDoc {
            kind,
            no: no.into(),
            name: name.into(),
            ..SearchDoc::default()
        }
    }

    #[test]
    fn plain_before_decorated_and_parts_first() {
        let plain = rank_key(&doc(b'P', "3001", "Brick 2 x 4"));
        let mut printed = doc(b'P', "3001pb01", "Brick 2 x 4 with Pattern");
        printed.printed = true;
        let printed = rank_key(&printed);
        let fig = rank_key(&doc(b'M', "sw0001", "Battle Droid"));
        let set = rank_key(&doc(b'S', "1-1", "House"));
        let gear = rank_key(&doc(b'G', "key01", "Key Chain"));
        assert!(plain < fig && fig < set && set < printed && printed < gear);
    }

    #[test]
    fn common_parts_first_and_numbers_in_order() {
        let mut many = doc(b'P', "2", "Pin with Friction");
        many.colors = (0..40).collect();
        assert!(rank_key(&many) < rank_key(&doc(b'P', "1", "Pin with Friction")));
        assert!(rank_key(&doc(b'M', "sw0004", "A")) < rank_key(&doc(b'M', "sw0117", "A")));
        let mut gone = doc(b'P', "1", "Pin");
        gone.vanished = true;
        assert!(rank_key(&doc(b'U', "1", "x")) < rank_key(&gone));
    }
}
