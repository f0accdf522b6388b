//! Bringing an inventory file into the shop.
//!
//! A file of any size is stored in pieces, so that nobody else waits long. An import that dies
//! half-way leaves whole lots with whole histories, and importing the same file again completes it:
//! each lot is recognised by BrickLink's number, or, where it has none, by a fingerprint of what the
//! file says of it. Two equal lots of one file are two lots, as the fingerprint counts them.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::domain::lot::{MAX_PRICE, MAX_QUANTITY};
use crate::domain::report::{InventoryImport, Progress, Skipped};
use crate::domain::text::clean;
use crate::domain::{CorrelationId, ListStatus, Lot, Money, Place, Reason, Scope, Stock, Topic};
use crate::error::Result;
use crate::formats::{ListFile, ListLot, Source, read_inventory, sniff};
use crate::services::App;
use crate::services::moves::Moves;
use crate::services::rights::{Right, allow};
use crate::store::{Batch, Decided, Tx};

/// Lots of one transaction.
const PIECE: usize = 500;

/// A lot of the file, ready to be stored.
struct Draft {
    lot: Lot,
    /// For a lot without BrickLink's number: its fingerprint, and which one of equal ones.
    print: Option<(u128, u32)>,
}

/// What one transaction did.
#[derive(Default)]
struct Piece {
    added: u64,
    already: u64,
    pieces: u64,
    unknown_items: u64,
    no_place: u64,
    deed: Option<CorrelationId>,
}

impl App {
    /// Reads a BrickStore document or BrickLink's inventory XML and adds the lots that are new. The
    /// same file again changes nothing.
    pub fn import_inventory(
        &self,
        scope: &Scope,
        path: &Path,
        progress: &dyn Fn(Progress),
    ) -> Result<InventoryImport> {
        allow(scope, Right::Inventory)?;
        let mut source = Source::open(path)?;
        let file = source.name().to_owned();
        progress(Progress {
            step: format!("reading {file}"),
            ..Progress::default()
        });
        let kind = sniff(&mut source)?;
        let list = read_inventory(&mut source, &kind)?;
        let mut report = InventoryImport {
            what: kind.words(),
            file: file.clone(),
            ..InventoryImport::default()
        };
        self.settle_currency(scope, &list, &mut report)?;
        let drafts = drafts(scope, list, &mut report);
        self.store_lots(scope, drafts, &mut report, progress)?;
        Ok(report)
    }

    /// An empty shop takes the currency of its first file. Later files in another currency are taken
    /// at face value, and the report says so.
    fn settle_currency(
        &self,
        scope: &Scope,
        list: &ListFile,
        report: &mut InventoryImport,
    ) -> Result<()> {
        let shop = self.shop_record(scope)?;
        let Some(currency) = list.currency.as_ref().filter(|c| **c != shop.currency) else {
            return Ok(());
        };
        let (actor, taken) = (*scope, currency.clone());
        let settled = self.store.write(move |tx| {
            let shop = tx.shop(&actor);
            let Some(mut record) = shop.record()? else {
                return Ok(Decided::unchanged(false));
            };
            if shop.has_lots()? {
                return Ok(Decided::unchanged(false));
            }
            record.currency = taken;
            let mut batch = Batch::new();
            batch.put_shop(&actor, record);
            batch.changed(&actor, Topic::Shop, []);
            Ok(Decided::new(true, batch))
        })?;
        if !settled {
            report.what = format!(
                "{}, prices in {currency} taken as {}",
                report.what, shop.currency
            );
        }
        Ok(())
    }

    fn store_lots(
        &self,
        scope: &Scope,
        drafts: Vec<Draft>,
        report: &mut InventoryImport,
        progress: &dyn Fn(Progress),
    ) -> Result<()> {
        let total = drafts.len() as u64;
        let mut done = 0;
        let mut deed = None;
        let mut rest = drafts.into_iter();
        loop {
            let piece: Vec<Draft> = rest.by_ref().take(PIECE).collect();
            if piece.is_empty() {
                return Ok(());
            }
            done += piece.len() as u64;
            let (actor, file) = (*scope, report.file.clone());
            let stored = self
                .store
                .write(move |tx| store_piece(tx, actor, piece, &file, deed))?;
            deed = stored.deed;
            report.added += stored.added;
            report.already += stored.already;
            report.pieces += stored.pieces;
            report.unknown_items += stored.unknown_items;
            report.no_place += stored.no_place;
            progress(Progress {
                step: "storing lots".into(),
                done,
                total,
                unit: "lots".into(),
            });
        }
    }
}

/// Adds what the shop does not know yet.
fn store_piece(
    tx: &Tx<'_>,
    scope: Scope,
    drafts: Vec<Draft>,
    file: &str,
    deed: Option<CorrelationId>,
) -> Result<Decided<Piece>> {
    let shop = tx.shop(&scope);
    let catalog = tx.catalog()?;
    let mut moves = Moves::new(shop, scope, deed);
    let mut piece = Piece::default();
    for Draft { lot, print } in drafts {
        let known = match (lot.bricklink_lot, print) {
            (Some(number), _) => shop.lot_by_bricklink(number)?,
            (None, Some((print, nth))) => shop.lot_by_print(print, nth)?,
            (None, None) => None,
        };
        if known.is_some() {
            piece.already += 1;
            continue;
        }
        piece.added += 1;
        piece.pieces += u64::from(lot.stock.available);
        piece.no_place += u64::from(!lot.place.understood());
        let found = match &catalog {
            None => None,
            Some(catalog) => catalog.find(&lot.item)?,
        };
        piece.unknown_items += u64::from(found.is_none());
        let reason = Reason::Imported {
            file: file.to_owned(),
        };
        let id = moves.bring_in(lot, reason)?;
        if let Some((print, nth)) = print {
            moves.batch().put_print(&scope, print, nth, id);
        }
    }
    piece.deed = moves.deed_so_far();
    Ok(Decided::new(piece, moves.finish()))
}

/// The rows of the file as lots; what cannot be one is noted in the report.
fn drafts(scope: &Scope, list: ListFile, report: &mut InventoryImport) -> Vec<Draft> {
    report.read = list.lots.len() as u64 + list.skipped.count;
    report.skipped.append(list.skipped);
    let mut numbers = HashSet::new();
    let mut equal: HashMap<u128, u32> = HashMap::new();
    let mut drafts = Vec::with_capacity(list.lots.len());
    for row in list.lots {
        if let Some((field, reason)) = flaw(&row, &mut numbers) {
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
        drafts.push(Draft {
            lot: lot(scope, row),
            print,
        });
    }
    drafts
}

/// Why a row is left out, with the field to blame.
fn flaw(row: &ListLot, numbers: &mut HashSet<u64>) -> Option<(&'static str, String)> {
    if row.status == ListStatus::Exclude {
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

fn lot(scope: &Scope, row: ListLot) -> Lot {
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
        place: Place(clean(&row.remarks)),
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
fn fingerprint(row: &ListLot) -> u128 {
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
        let mut why = |row: ListLot| flaw(&row, &mut numbers).map(|(field, _)| field);
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
