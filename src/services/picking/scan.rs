//! Whether a scanned or typed code belongs to the line the person stands at.

use super::step::Walk;
use crate::domain::place::same_place;
use crate::domain::rows::PickOutcome;
use crate::domain::text::clean;
use crate::domain::{Lot, PickLine, Place};
use crate::error::{Error, Result};

/// Most of a wrong code that is shown.
const SHOWN: usize = 60;

/// `None` when the code is right, else what the person is told.
pub(super) fn judge(walk: &mut Walk<'_>, at: u16, code: &str) -> Result<Option<PickOutcome>> {
    let code = clean(code);
    if code.is_empty() {
        return Err(Error::invalid("Nothing was scanned."));
    }
    let lot = walk.lot_of(at)?;
    let line = walk.line(at)?;
    let place = lot.as_ref().map_or(&line.place, |lot| &lot.place);
    let right = names_place(place, &code)
        || lot.as_ref().is_some_and(|lot| names_lot(walk, lot, &code))
        || line.item.no.eq_ignore_ascii_case(&code)
        || names_element(walk, line, &code)?;
    if right {
        return Ok(None);
    }
    let expected = if place.is_empty() {
        line.item.no.clone()
    } else {
        place.raw().to_owned()
    };
    Ok(Some(PickOutcome::Wrong {
        expected,
        scanned: code.chars().take(SHOWN).collect(),
    }))
}

fn names_place(place: &Place, code: &str) -> bool {
    place.each().any(|one| same_place(one, code))
}

/// `L12` for our number, plain digits for BrickLink's. `L12` may also be written on a bin; where this
/// walk knows such a bin, the label is not taken for a lot: the wrong pieces would be in the tote.
fn names_lot(walk: &Walk<'_>, lot: &Lot, code: &str) -> bool {
    let number = |text: &str| -> Option<u64> {
        text.bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| text.parse().ok())
            .flatten()
    };
    if let Some(digits) = code.strip_prefix(['L', 'l']) {
        let is_bin = walk
            .session
            .lines
            .iter()
            .any(|line| names_place(&line.place, code));
        return !is_bin && number(digits) == Some(lot.id.0);
    }
    lot.bricklink_lot.is_some() && number(code) == lot.bricklink_lot
}

/// An element id says item and colour; both must be those of the line.
fn names_element(walk: &Walk<'_>, line: &PickLine, code: &str) -> Result<bool> {
    if !code.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(false);
    }
    let Some(catalog) = walk.tx.catalog()? else {
        return Ok(false);
    };
    let Some(item) = catalog.find(&line.item)? else {
        return Ok(false);
    };
    Ok(catalog.element(code)?.contains(&(item, line.color)))
}
