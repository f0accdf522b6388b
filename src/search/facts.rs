//! What is filtered and counted, packed into one number per item.

use super::document::{KINDS, SearchDoc};
use super::error::SearchError;
use super::filter::{Filter, Known};

/// What is filtered and counted, in one number per item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts(pub u64);

impl Facts {
    /// Packs the facts of an item.
    pub fn of(doc: &SearchDoc) -> Result<Self, SearchError> {
        let fail = |reason| SearchError::Document {
            no: doc.no.clone(),
            reason,
        };
        let kind = KINDS
            .iter()
            .position(|&k| k == doc.kind)
            .ok_or_else(|| fail("unknown item type"))? as u64;
        if doc.category >= 1 << 20 {
            return Err(fail("category id too large"));
        }
        let (cabinet, bin) = match doc.bin {
            Some((c, bin)) if c.is_ascii_uppercase() => (u64::from(c as u8 - b'A' + 1), bin),
            Some(_) => return Err(fail("cabinet is not a letter A-Z")),
            None => (0, 0),
        };
        let year = u64::from(doc.year.unwrap_or(0)).min(0xfff);
        let obsolete = match doc.obsolete {
            None => 0,
            Some(false) => 1,
            Some(true) => 2,
        };
        Ok(Self(
            kind | u64::from(doc.printed) << 4
                | u64::from(doc.vanished) << 5
                | obsolete << 6
                | cabinet << 8
                | u64::from(bin) << 13
                | year << 29
                | u64::from(doc.category) << 41,
        ))
    }

    /// Which bits a filter wants to see, and how: everything it asks that is one value.
    pub fn pattern(filter: &Filter) -> (u64, u64) {
        let (mut mask, mut wanted) = (0, 0);
        let mut want = |bits: u64, value: u64, shift: u32| {
            mask |= bits << shift;
            wanted |= (value & bits) << shift;
        };
        if let Some(printed) = filter.printed {
            want(1, u64::from(printed), 4);
        }
        if !filter.vanished {
            want(1, 0, 5);
        }
        if let Some(known) = filter.obsolete {
            let value = match known {
                Known::Unknown => 0,
                Known::No => 1,
                Known::Yes => 2,
            };
            want(3, value, 6);
        }
        if let Some(place) = filter.bin {
            let letter = place.cabinet.to_ascii_uppercase();
            // 31 is no cabinet: nothing is there
            let cabinet = if letter.is_ascii_uppercase() {
                letter as u64 - 64
            } else {
                31
            };
            want(31, cabinet, 8);
            if let Some(bin) = place.bin {
                want(0xffff, u64::from(bin), 13);
            }
        }
        (mask, wanted)
    }

    /// Position in [`KINDS`].
    pub fn kind(self) -> usize {
        (self.0 & 15) as usize
    }

    /// Decorated.
    pub fn printed(self) -> bool {
        self.0 >> 4 & 1 == 1
    }

    /// 0 unknown, 1 no, 2 yes.
    pub fn obsolete(self) -> usize {
        (self.0 >> 6 & 3) as usize
    }

    /// 0 none, 1 is A.
    pub fn cabinet(self) -> usize {
        (self.0 >> 8 & 31) as usize
    }

    /// 0 unknown.
    pub fn year(self) -> u16 {
        (self.0 >> 29 & 0xfff) as u16
    }

    /// Category id.
    pub fn category(self) -> u32 {
        (self.0 >> 41) as u32 & 0xf_ffff
    }
}
