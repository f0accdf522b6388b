//! Rows of a list as lots of a shop, and what makes a row recognised when its file comes again.

use std::collections::{HashMap, HashSet};

use crate::domain::lot::{MAX_PRICE, MAX_QUANTITY};
use crate::domain::report::{InventoryImport, Skipped};
use crate::domain::{FileId, ListStatus, Lot, Money, PlaceRule, RawField, Scope, Stock};
use crate::formats::{ListFile, ListLot};

/// The name of the field that keeps a colour nobody knows the number of.
pub(super) const COLOR_NAME: &str = "ColorName";

/// A lot of the file, ready to be stored.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) lot: Lot,
    /// For a lot without BrickLink's number: its fingerprint, and which one of equal ones.
    pub(super) print: Option<(u128, u32)>,
}

/// The rows of the file as lots; what cannot be one is noted in the report.
pub(super) fn drafts(
    scope: &Scope,
    list: ListFile,
    (file, places): (Option<FileId>, &PlaceRule),
    report: &mut InventoryImport,
) -> Vec<Draft> {
    report.read = list.lots.len() as u64 + list.skipped.count;
    report.skipped.append(list.skipped);
    let mut numbers = HashSet::new();
    let mut equal: HashMap<u128, u32> = HashMap::new();
    let mut drafts = Vec::with_capacity(list.lots.len());
    for row in list.lots {
        if let Some((field, reason)) = flaw(&row, file.is_some(), &mut numbers) {
            report.skipped.push(Skipped {
                file: report.file.clone(),
                line: row.line,
                field: field.into(),
                reason,
            });
            continue;
        }
        let print = row.lot_id.is_none().then(|| {
            let print = fingerprint(&row);
            let nth = equal.entry(print).or_default();
            let this = *nth;
            *nth += 1;
            (print, this)
        });
        report.unknown_colors += u64::from(row.color_is_unknown());
        let mut lot = lot(scope, row);
        lot.file = file;
        if let Some(place) = places.read(&lot.remarks) {
            lot.place = place;
        }
        drafts.push(Draft { lot, print });
    }
    drafts
}

/// Why a row is left out, with the field to blame.
pub(super) fn flaw(
    row: &ListLot,
    filed: bool,
    numbers: &mut HashSet<u64>,
) -> Option<(&'static str, String)> {
    if row.status == ListStatus::Exclude && !filed {
        return Some(("Status", "the file marks it as excluded".into()));
    }
    if row.quantity < 0 || row.quantity > i64::from(MAX_QUANTITY) {
        return Some((
            "Qty",
            format!("{} pieces; a lot holds 0 to {MAX_QUANTITY}", row.quantity),
        ));
    }
    if row.price < Money::ZERO || row.price > MAX_PRICE {
        return Some((
            "Price",
            format!("{} is not between 0 and {MAX_PRICE}", row.price),
        ));
    }
    match row.lot_id {
        Some(number) if !numbers.insert(number) => Some((
            "LotID",
            format!("lot {number} is in the file already; only the first one counts"),
        )),
        _ => None,
    }
}

pub(super) fn lot(scope: &Scope, mut row: ListLot) -> Lot {
    if row.color_is_unknown() {
        row.unknown.push(RawField {
            name: COLOR_NAME.into(),
            attributes: String::new(),
            text: row.color_name.replace('&', "&amp;").replace('<', "&lt;"),
        });
    }
    let created = row.date_added.unwrap_or(scope.now);
    Lot {
        name: row.name,
        color: row.color,
        condition: row.condition,
        completeness: row.completeness,
        stock: Stock {
            available: u32::try_from(row.quantity).unwrap_or(0),
            ..Stock::default()
        },
        price: row.price,
        cost: row.cost,
        notes: row.comments,
        remarks: row.remarks,
        bulk: row.bulk.max(1),
        tiers: row.tiers,
        sale: row.sale,
        stockroom: row.stockroom,
        retain: row.retain,
        reserved_for: row.reserved,
        status: row.status,
        extra: row.unknown,
        bricklink_lot: row.lot_id,
        changed: scope.now,
        ..Lot::new(row.item, created, scope.user)
    }
}

/// What the file says of a lot, as a number that is the same on every machine and in every version:
/// FNV-1a, 128 bits. Quantities are left out, as they change from one export to the next.
pub(super) fn fingerprint(row: &ListLot) -> u128 {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let mut hash = BASIS;
    let mut add = |bytes: &[u8]| {
        // The length first, so that no two different rows join to the same bytes.
        for byte in (bytes.len() as u64).to_le_bytes().iter().chain(bytes) {
            hash = (hash ^ u128::from(*byte)).wrapping_mul(PRIME);
        }
    };
    add(&[row.item.kind.index()]);
    add(row.item.folded().as_bytes());
    add(&row.color.0.to_le_bytes());
    add(&[row.condition.letter() as u8]);
    add(row.remarks.as_bytes());
    add(row.comments.as_bytes());
    add(&row.price.raw().to_le_bytes());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ItemKey;

    fn row(no: &str, remarks: &str) -> ListLot {
        ListLot {
            remarks: remarks.into(),
            ..ListLot::new(1, ItemKey::part(no))
        }
    }

    #[test]
    fn fingerprints_are_stable_and_tell_rows_apart() {
        assert_eq!(
            fingerprint(&row("3001", "A-1")),
            fingerprint(&ListLot {
                quantity: 7,
                line: 99,
                ..row("3001", "A-1")
            })
        );
        assert_ne!(
            fingerprint(&row("3001", "A-1")),
            fingerprint(&row("3001", "A-2"))
        );
        let shifted = ListLot {
            comments: "x".into(),
            ..row("3001", "")
        };
        assert_ne!(fingerprint(&row("3001", "x")), fingerprint(&shifted));
        // Stored in every shop: must never change.
        assert_eq!(
            format!("{:032x}", fingerprint(&row("3001", "A-1"))),
            "48d416f8ee1706b602834898bf07cb0d"
        );
    }

    #[test]
    fn rows_that_cannot_be_lots() {
        let mut numbers = HashSet::new();
        let mut why = |row: ListLot| flaw(&row, false, &mut numbers).map(|(field, _)| field);
        assert_eq!(why(row("3001", "")), None);
        let with = |change: fn(&mut ListLot)| {
            let mut row = row("3001", "");
            change(&mut row);
            row
        };
        assert_eq!(
            why(with(|row| row.status = ListStatus::Exclude)),
            Some("Status")
        );
        assert_eq!(why(with(|row| row.quantity = 9_999_999)), None);
        assert_eq!(why(with(|row| row.quantity = 10_000_000)), Some("Qty"));
        assert_eq!(why(with(|row| row.price = MAX_PRICE)), None);
        assert_eq!(
            why(with(|row| row.price = Money::from_raw(1_000_000_000))),
            Some("Price")
        );
        assert_eq!(why(with(|row| row.lot_id = Some(5))), None);
        assert_eq!(why(with(|row| row.lot_id = Some(5))), Some("LotID"));
    }
}
