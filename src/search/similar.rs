//! What stands beside an item: the same thing in another mould, with another print, as a box.

use super::error::SearchError;
use super::filter::Filter;
use super::index::CatalogIndex;

/// Most items that are given.
const MOST: usize = 8;

impl CatalogIndex {
    /// Up to eight items like this one: of the same number in other types, then of the same
    /// base number, then of the same name.
    pub fn similar(&self, id: u32) -> Result<Vec<u32>, SearchError> {
        let snapshot = self.snapshot();
        let allowed = snapshot.allowed(&Filter::default());
        let mut out = Vec::new();
        let own = snapshot
            .segments
            .iter()
            .find_map(|s| s.doc(id).map(|doc| (s, doc)));
        let Some((segment, doc)) = own else {
            return Ok(out);
        };
        let Some(no) = segment.numbers.of(doc) else {
            return Ok(out);
        };
        let base = base_number(no);
        let kind = segment.facts.get(doc as usize).map(|facts| facts.kind());
        for (other, allowed) in snapshot.segments.iter().zip(allowed.iter()) {
            let mut list = other.numbers.exact(no).to_vec();
            let mut family: Vec<u32> = Vec::new();
            for at in other.numbers.range(base) {
                let rest = &other.numbers.number(at)[base.len()..];
                if !rest.starts_with(|c: char| c.is_ascii_digit()) {
                    family.extend_from_slice(other.numbers.docs(&(at..at + 1)));
                }
            }
            family.retain(|&d| other.facts.get(d as usize).map(|f| f.kind()) == kind);
            family.sort_unstable();
            list.append(&mut family);
            for hash in segment.name_hashes(doc) {
                list.extend(other.named(hash));
            }
            for doc in list {
                let there = other.id(doc);
                if there != id && allowed.contains(doc) && !out.contains(&there) {
                    out.push(there);
                    if out.len() == MOST {
                        return Ok(out);
                    }
                }
            }
        }
        Ok(out)
    }
}

/// Letters in front and the digits after them: `3069` of `3069bpb01`.
fn base_number(no: &str) -> &str {
    let letters = no.find(|c: char| c.is_ascii_digit()).unwrap_or(no.len());
    let digits = no[letters..]
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(no.len() - letters);
    &no[..letters + digits]
}

#[cfg(test)]
mod tests {
    #[test]
    fn base_numbers() {
        for (no, base) in [
            ("3069bpb01", "3069"),
            ("sw0004a", "sw0004"),
            ("75105-1", "75105"),
            ("sticker", "sticker"),
        ] {
            assert_eq!(super::base_number(no), base);
        }
    }
}
