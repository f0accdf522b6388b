//! Bringing a list into the shop, as one deed.
//!
//! A file of any size is stored in pieces, so that nobody else waits long; one that is cancelled or dies
//! is taken back. Coming into the live stock, each lot is recognised by BrickLink's number, or, where it has
//! none, by a fingerprint of what the file says of it. Two equal lots of one file are two lots, as the
//! fingerprint counts them. With `merge` pieces are what comes in, so only numbers are recognised.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::deeds::{Doing, PIECE, Task, repeated, settle};
use super::list_rows::{Draft, drafts};
use super::outlook::{Looking, recognised, was_put_away};
use crate::domain::report::{InventoryImport, Progress};
use crate::domain::{
    Completeness, Condition, CorrelationId, FileId, ItemKind, ListImport, ListInto, ListSource,
    Lot, LotId, LotQuery, LotShelf, Money, OperationId, Reason, Scope, Topic,
};
use crate::error::{Error, Result};
use crate::services::App;
use crate::services::moves::Moves;
use crate::services::rights::{Right, allow};
use crate::store::{Decided, Tx};

/// What makes two lots one: item, colour, condition, completeness, price, place.
pub(super) type Equal = (
    (ItemKind, String),
    u16,
    Condition,
    Option<Completeness>,
    Money,
    String,
);

/// Gives the next rows.
pub(super) type Pieces<'p> = &'p mut dyn FnMut() -> Result<Vec<Draft>>;

pub(super) fn equal(lot: &Lot) -> Equal {
    (
        (lot.item.kind, lot.item.folded()),
        lot.color.0,
        lot.condition,
        lot.completeness,
        lot.price,
        lot.place.0.clone(),
    )
}

/// What one transaction did, or would do.
#[derive(Default)]
struct Piece {
    added: u64,
    already: u64,
    merged: u64,
    pieces: u64,
    unknown_items: u64,
    no_place: u64,
    returned: u64,
    deed: Option<CorrelationId>,
    /// Lots of this import that later rows can go into.
    fresh: HashMap<Equal, LotId>,
}

/// How the rows of this import are taken.
#[derive(Clone)]
pub(super) struct How {
    pub(super) file: String,
    pub(super) merge: bool,
    /// The empty shop takes this currency with its first lots.
    pub(super) currency: Option<String>,
}

impl App {
    /// Reads an inventory and adds the lots that are new to the live stock. The same file again changes
    /// nothing.
    pub fn import_inventory(
        &self,
        scope: &Scope,
        path: &Path,
        progress: &dyn Fn(Progress),
    ) -> Result<InventoryImport> {
        allow(scope, Right::Inventory)?;
        let path = path
            .to_str()
            .ok_or_else(|| Error::invalid("The file's name must be readable text; rename it."))?;
        let order = ListImport {
            source: ListSource {
                path: path.to_owned(),
                ..ListSource::default()
            },
            ..ListImport::default()
        };
        let never = AtomicBool::new(false);
        let task = Task {
            progress,
            cancelled: &never,
        };
        // Nobody repeats this by its number: the same file again changes nothing anyway.
        let op = OperationId(
            u128::from(self.store.seq()?) << 64 | u128::from(scope.now.micros().unsigned_abs()),
        );
        self.import_list(scope, &order, op, task)
    }

    /// Reads a list of any format and brings its lots in, or says what that would do.
    pub fn import_list(
        &self,
        scope: &Scope,
        order: &ListImport,
        op: OperationId,
        task: Task<'_>,
    ) -> Result<InventoryImport> {
        allow(scope, Right::Inventory)?;
        if let Some(done) = self.store.read(|tx| repeated(tx, scope, op))? {
            return Ok(InventoryImport {
                added: u64::from(done.changed),
                pieces: u64::try_from(done.pieces).unwrap_or(0),
                deed: done.deed,
                ..InventoryImport::default()
            });
        }
        let opened = self.open_list_file(scope, &order.source, task)?;
        let mut report = InventoryImport {
            what: opened.what,
            file: opened.file,
            dry_run: order.dry_run,
            mapping: opened.mapping.as_ref().map(|(name, _)| name.clone()),
            ..InventoryImport::default()
        };
        let mut how = How {
            file: report.file.clone(),
            merge: order.merge,
            currency: None,
        };
        let live = order.into == ListInto::Live;
        self.settle_currency(
            scope,
            (live, opened.list.currency.as_ref()),
            &mut how,
            &mut report,
        )?;
        let (into, made) = self.target(scope, &order.into, order.dry_run)?;
        // In a dry run a file that would be made has no number yet; any stands for it.
        let filed = (!live).then(|| into.unwrap_or(FileId(u32::MAX)));
        let places = self.store.read(|tx| tx.shop(scope).place_rule())?;
        let rows = drafts(scope, opened.list, (filed, &places), &mut report);
        let known = self.known_of_file(scope, into.filter(|_| how.merge))?;
        if order.dry_run {
            self.look_at_rows(scope, &rows, &how, known, &mut report, task)?;
            return Ok(report);
        }
        let doing = Doing {
            what: match &order.into {
                ListInto::Live => format!("imported {}", report.file),
                ListInto::File(name) => format!("imported {} into {name}", report.file),
            },
            why: String::new(),
            op,
        };
        let total = rows.len() as u64;
        let mut rest = rows.into_iter();
        let mut next = || Ok(rest.by_ref().take(PIECE).collect());
        let stored = self.store_rows(
            scope,
            (total, &mut next),
            (&how, &doing),
            known,
            &mut report,
            task,
        );
        if let (Err(_), Some(made)) = (&stored, made) {
            // It was made for this import only; lots that could not be taken back keep it.
            let _ = self.drop_lot_file(scope, made);
        }
        stored?;
        if let Some((name, Some(fresh))) = opened.mapping {
            self.keep_columns(scope, (name, fresh))?;
        }
        Ok(report)
    }

    /// The file that is meant, and whether it was made for this.
    pub(super) fn target(
        &self,
        scope: &Scope,
        into: &ListInto,
        dry_run: bool,
    ) -> Result<(Option<FileId>, Option<FileId>)> {
        let ListInto::File(name) = into else {
            return Ok((None, None));
        };
        let name = name.trim();
        let mut known = None;
        self.store.read(|tx| {
            tx.shop(scope).each_lot_file(|file| {
                if file.name.eq_ignore_ascii_case(name) {
                    known = Some(file.id);
                }
                Ok(())
            })
        })?;
        if known.is_some() || dry_run {
            return Ok((known, None));
        }
        let made = self.put_lot_file(scope, None, (name, "", false))?.id;
        Ok((Some(made), Some(made)))
    }

    /// Lots of a file that rows can go into.
    pub(super) fn known_of_file(
        &self,
        scope: &Scope,
        file: Option<FileId>,
    ) -> Result<HashMap<Equal, LotId>> {
        let Some(file) = file else {
            return Ok(HashMap::new());
        };
        let query = LotQuery {
            shelf: LotShelf::File(file),
            ..LotQuery::default()
        };
        let ids = self.lot_ids(scope, &query)?;
        let lots = self.store.read(|tx| tx.shop(scope).lots(&ids))?;
        Ok(lots.iter().map(|lot| (equal(lot), lot.id)).collect())
    }

    /// An empty shop takes the currency of its first file. Later files in another currency are taken
    /// at face value, and the report says so.
    pub(super) fn settle_currency(
        &self,
        scope: &Scope,
        (live, currency): (bool, Option<&String>),
        how: &mut How,
        report: &mut InventoryImport,
    ) -> Result<()> {
        let shop = self.shop_record(scope)?;
        let Some(currency) = currency.filter(|currency| **currency != shop.currency) else {
            return Ok(());
        };
        if live && !self.store.read(|tx| tx.shop(scope).has_lots())? {
            how.currency = Some(currency.clone());
        } else {
            report.what = format!(
                "{}, prices in {currency} taken as {}",
                report.what, shop.currency
            );
        }
        Ok(())
    }

    /// What bringing the rows in would do.
    fn look_at_rows(
        &self,
        scope: &Scope,
        rows: &[Draft],
        how: &How,
        known: HashMap<Equal, LotId>,
        report: &mut InventoryImport,
        task: Task<'_>,
    ) -> Result<()> {
        let seen = self.store.read(|tx| {
            let mut looking = Looking::new(tx, scope, how.merge, known)?;
            for (at, row) in rows.iter().enumerate() {
                if at.is_multiple_of(PIECE) {
                    task.go_on()?;
                }
                looking.at(&row.lot, row.print)?;
            }
            Ok(looking.seen)
        })?;
        report.added = seen.added;
        report.already = seen.already;
        report.merged = seen.merged;
        report.returned = seen.returned;
        report.pieces = seen.pieces;
        report.unknown_items = seen.unknown_items;
        report.no_place = seen.no_place;
        Ok(())
    }

    /// Stores rows as one deed, a piece of at most [`PIECE`] rows at a time as `next` gives them.
    pub(super) fn store_rows(
        &self,
        scope: &Scope,
        (total, next): (u64, Pieces<'_>),
        (how, doing): (&How, &Doing),
        mut known: HashMap<Equal, LotId>,
        report: &mut InventoryImport,
        task: Task<'_>,
    ) -> Result<()> {
        let mut done = 0;
        while done < total {
            let stored = task.go_on().and_then(|()| next()).and_then(|piece| {
                done += piece.len().max(1) as u64;
                let open = done < total;
                let (actor, how, doing, deed) = (*scope, how.clone(), doing.clone(), report.deed);
                let known = std::mem::take(&mut known);
                self.store.write(move |tx| {
                    let mut moves = Moves::new(tx.shop(&actor), actor, deed);
                    let mut stored = take_rows(tx, &mut moves, piece, &how, known)?;
                    let deed = settle(tx, &actor, &mut moves, &doing, open)?;
                    stored.deed = deed.map(|deed| deed.id);
                    take_currency(tx, &actor, &mut moves, &how, open)?;
                    Ok(Decided::new(stored, moves.finish()))
                })
            });
            let mut stored = stored.map_err(|error| self.compensate(scope, report.deed, error))?;
            known = std::mem::take(&mut stored.fresh);
            add(report, &stored);
            (task.progress)(Progress {
                step: "storing lots".into(),
                done,
                total,
                unit: "lots".into(),
            });
        }
        Ok(())
    }
}

fn add(report: &mut InventoryImport, piece: &Piece) {
    report.added += piece.added;
    report.already += piece.already;
    report.merged += piece.merged;
    report.pieces += piece.pieces;
    report.unknown_items += piece.unknown_items;
    report.no_place += piece.no_place;
    report.returned += piece.returned;
    report.deed = report.deed.or(piece.deed);
}

/// With the last piece, so that an import that is taken back leaves the shop's head alone.
fn take_currency(
    tx: &Tx<'_>,
    scope: &Scope,
    moves: &mut Moves<'_>,
    how: &How,
    open: bool,
) -> Result<()> {
    if let Some(currency) = how.currency.clone().filter(|_| !open)
        && let Some(mut record) = tx.shop(scope).record()?
    {
        record.currency = currency;
        moves.batch().put_shop(scope, record);
        moves.batch().changed(scope, Topic::Shop, []);
    }
    Ok(())
}

/// What becomes of a row.
enum Way {
    Already,
    /// A tombstone comes back as the row has it.
    Back(LotId),
    Into(LotId),
    New,
}

/// Takes rows in: each becomes a lot, goes into one, or is known.
fn take_rows(
    tx: &Tx<'_>,
    moves: &mut Moves<'_>,
    rows: Vec<Draft>,
    how: &How,
    known: HashMap<Equal, LotId>,
) -> Result<Piece> {
    let catalog = tx.catalog()?;
    let mut piece = Piece {
        fresh: known,
        ..Piece::default()
    };
    for Draft { lot, print } in rows {
        let pieces = lot.stock.available;
        let reason = Reason::Imported {
            file: how.file.clone(),
        };
        let print = print.filter(|_| !how.merge && lot.file.is_none());
        match way(moves, &lot, print, how, &piece.fresh)? {
            Way::Already => {
                piece.already += 1;
                continue;
            }
            Way::Into(into) => {
                moves.edit(into, reason, None, |held| {
                    held.stock
                        .shift(i64::from(pieces))
                        .ok_or_else(|| Error::conflict("The lot is full."))
                })?;
                piece.merged += 1;
                piece.pieces += u64::from(pieces);
                continue;
            }
            Way::Back(id) => {
                piece.returned += u64::from(was_put_away(moves.shop(), id)?.is_some());
                bring_back(moves, id, lot.clone(), reason)?;
            }
            Way::New => {
                let id = moves.bring_in(lot.clone(), reason)?;
                if let Some((print, nth)) = print {
                    let scope = moves.scope();
                    moves.batch().put_print(&scope, print, nth, id);
                }
                if how.merge {
                    piece.fresh.insert(equal(&lot), id);
                }
            }
        }
        piece.added += 1;
        piece.pieces += u64::from(pieces);
        piece.no_place += u64::from(!lot.place.understood());
        let known = match &catalog {
            None => false,
            Some(catalog) => catalog.knows(&lot.item)?,
        };
        piece.unknown_items += u64::from(!known);
    }
    Ok(piece)
}

fn way(
    moves: &mut Moves<'_>,
    lot: &Lot,
    print: Option<(u128, u32)>,
    how: &How,
    fresh: &HashMap<Equal, LotId>,
) -> Result<Way> {
    let shop = moves.shop();
    if lot.file.is_none()
        && let Some((id, _)) = recognised(shop, lot, print)?
    {
        let gone = moves.lot(id)?.is_some_and(|lot| lot.gone);
        return Ok(if gone { Way::Back(id) } else { Way::Already });
    }
    if !how.merge {
        return Ok(Way::New);
    }
    let mut candidates: Vec<LotId> = fresh.get(&equal(lot)).copied().into_iter().collect();
    if lot.file.is_none() {
        candidates.extend(shop.stock_of(&lot.item)?.into_iter().map(|(id, _)| id));
    }
    for id in candidates {
        let fits = moves.lot(id)?.is_some_and(|other| {
            let mut stock = other.stock;
            !other.gone
                && other.file == lot.file
                && equal(other) == equal(lot)
                && stock.shift(i64::from(lot.stock.available)).is_some()
        });
        if fits {
            return Ok(Way::Into(id));
        }
    }
    Ok(Way::New)
}

/// What the shop itself adds to a lot stays with it.
fn bring_back(moves: &mut Moves<'_>, id: LotId, lot: Lot, reason: Reason) -> Result<()> {
    moves.edit(id, reason, None, |held| {
        let mut stock = held.stock;
        stock.available = lot.stock.available;
        *held = Lot {
            id: held.id,
            stock,
            tags: std::mem::take(&mut held.tags),
            last: held.last,
            created: held.created,
            created_by: held.created_by,
            ..lot
        };
        Ok(())
    })?;
    Ok(())
}
