//! Parting a set out: its contents become lots of the stock or of a file, as one deed.
//!
//! Rows of one article become one lot. Unlike a list that comes in, nothing is recognised: whoever parts
//! the same set out twice has its parts twice.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::Ordering;

use super::deeds::{Doing, PIECE, Task, repeated, settle};
use super::list_rows;
use super::open_list::{ByName, Opened};
use crate::domain::edit::{Spread, SpreadBy};
use crate::domain::lot::{MAX_PRICE, MAX_QUANTITY};
use crate::domain::part_out::{MAX_SETS, PartOut, PartOutReport, PartRow};
use crate::domain::report::{Progress, Skipped};
use crate::domain::{
    FileId, ItemKind, ListInto, ListSource, ListStatus, Lot, LotId, LotQuery, LotShelf, Money,
    OperationId, Reason, Scope,
};
use crate::error::{Error, Result};
use crate::formats::{FileKind, ListLot, Source, read_set_inventory, sniff};
use crate::services::App;
use crate::services::moves::Moves;
use crate::services::rights::{Right, allow};
use crate::store::{Decided, Tx};

/// Most examples of a preview.
const EXAMPLES: usize = 5;

/// Rows of one article: item, colour or its unknown name, private note.
type Alike = ((ItemKind, String), u16, String, String);

/// Lots of a file that parts can go into, by item, colour and condition.
type Held = HashMap<((ItemKind, String), u16, char), LotId>;

/// What one transaction did.
#[derive(Default)]
struct Done {
    added: u64,
    merged: u64,
    pieces: u64,
    deed: Option<crate::domain::CorrelationId>,
}

impl App {
    /// Parts sets out, or says what that would do.
    pub fn part_out(
        &self,
        scope: &Scope,
        order: &PartOut,
        op: OperationId,
        task: Task<'_>,
    ) -> Result<PartOutReport> {
        allow(scope, Right::Inventory)?;
        if let Some(done) = self.store.read(|tx| repeated(tx, scope, op))? {
            return Ok(PartOutReport {
                added: u64::from(done.changed),
                pieces: u64::try_from(done.pieces).unwrap_or(0),
                deed: done.deed,
                ..PartOutReport::default()
            });
        }
        settled(order)?;
        let (opened, stand_ins) = self.open_contents(scope, &order.contents, task)?;
        let mut report = PartOutReport {
            file: opened.file,
            what: opened.what,
            dry_run: order.dry_run,
            read: opened.list.lots.len() as u64 + opened.list.skipped.count + stand_ins,
            stand_ins,
            skipped: opened.list.skipped,
            ..PartOutReport::default()
        };
        let (into, made) = self.target(scope, &order.into, order.dry_run)?;
        // In a dry run a file that would be made has no number yet; any stands for it.
        let filed = (order.into != ListInto::Live).then(|| into.unwrap_or(FileId(u32::MAX)));
        let mut lots = self.parts(scope, opened.list.lots, (order, filed), &mut report)?;
        if lots.is_empty() {
            return Err(Error::invalid(format!(
                "{} holds no pieces that could come in. Nothing was changed.",
                report.file
            )));
        }
        self.share(&mut lots, order, &mut report)?;
        let held = self.held(scope, into.filter(|_| order.merge))?;
        if order.dry_run {
            let done = self.store.read(|tx| {
                let mut moves = Moves::new(tx.shop(scope), *scope, None);
                take_off(&mut moves, order)?;
                take_parts(&mut moves, lots, &report.file, order.merge, &held)
            })?;
            add(&mut report, &done);
            return Ok(report);
        }
        let doing = Doing {
            what: format!(
                "parted out {} × {} ({})",
                order.sets, order.set.no, report.file
            ),
            why: String::new(),
            op,
        };
        let stored = self.store_parts(scope, lots, (order, &doing, &held), &mut report, task);
        if let (Err(_), Some(made)) = (&stored, made) {
            // It was made for this only; lots that could not be taken back keep it.
            let _ = self.drop_lot_file(scope, made);
        }
        stored?;
        if let Some((name, Some(fresh))) = opened.mapping {
            self.keep_columns(scope, (name, fresh))?;
        }
        Ok(report)
    }

    /// Like any list; a download of what is in a set is one only here.
    fn open_contents(
        &self,
        scope: &Scope,
        asked: &ListSource,
        task: Task<'_>,
    ) -> Result<(Opened, u64)> {
        let mut source = Source::open(Path::new(&asked.path))?;
        let kind = sniff(&mut source)?;
        if kind != FileKind::SetInventoryTxt || asked.mapping.is_some() {
            drop(source);
            let opened = self.open_list_file(scope, asked, task)?;
            return Ok((opened, 0));
        }
        let lookup = ByName::of(&self.names());
        let (list, stand_ins) = read_set_inventory(&mut source, &lookup)?;
        let opened = Opened {
            file: source.name().to_owned(),
            what: kind.words(),
            list,
            mapping: None,
        };
        Ok((opened, stand_ins))
    }

    /// The lots that the rows become; what cannot be one is noted.
    fn parts(
        &self,
        scope: &Scope,
        rows: Vec<ListLot>,
        (order, filed): (&PartOut, Option<FileId>),
        report: &mut PartOutReport,
    ) -> Result<Vec<Lot>> {
        let places = self.store.read(|tx| tx.shop(scope).place_rule())?;
        let mut at: HashMap<Alike, usize> = HashMap::new();
        let mut lots: Vec<Lot> = Vec::new();
        for row in rows {
            let alike = (
                (row.item.kind, row.item.folded()),
                row.color.0,
                if row.color_is_unknown() {
                    row.color_name.clone()
                } else {
                    String::new()
                },
                row.remarks.clone(),
            );
            let known = at.get(&alike).copied();
            let before = known.map_or(0, |known| lots[known].stock.available);
            let pieces = match pieces(&row, before, order.sets) {
                Ok(0) => continue,
                Ok(pieces) => pieces,
                Err((field, reason)) => {
                    report.skipped.push(Skipped {
                        file: report.file.clone(),
                        line: row.line,
                        field: field.into(),
                        reason,
                    });
                    continue;
                }
            };
            if let Some(known) = known {
                lots[known].stock.available = before + pieces;
                continue;
            }
            report.unknown_colors += u64::from(row.color_is_unknown());
            let mut lot = list_rows::lot(scope, row);
            lot.stock.available = pieces;
            lot.condition = order.condition;
            lot.created = scope.now;
            lot.status = ListStatus::Include;
            // What the list says of the marketplace is about somebody else's lot.
            lot.bricklink_lot = None;
            lot.file = filed;
            if let Some(place) = places.read(&lot.remarks) {
                lot.place = place;
            }
            at.insert(alike, lots.len());
            lots.push(lot);
        }
        Ok(lots)
    }

    /// Gives each lot its share of what the sets cost, and looks up what the catalogue knows.
    fn share(&self, lots: &mut [Lot], order: &PartOut, report: &mut PartOutReport) -> Result<()> {
        let weights = self.store.read(|tx| {
            let catalog = tx.catalog()?;
            let mut weights = Vec::with_capacity(lots.len());
            for lot in lots.iter() {
                let found = match &catalog {
                    Some(catalog) => catalog.find(&lot.item)?.map(|id| catalog.record(id)),
                    None => None,
                };
                report.unknown_items += u64::from(found.is_none());
                let record = found.transpose()?.flatten();
                weights.push(record.and_then(|record| record.weight).map(|grams| grams.0));
            }
            Ok(weights)
        })?;
        if let Some((one, by)) = order.cost {
            let total = one
                .times(i64::from(order.sets))
                .ok_or_else(|| Error::invalid("The cost of all sets is too large to be kept."))?;
            let each = lots
                .iter()
                .zip(&weights)
                .enumerate()
                .map(|(at, (lot, weight))| {
                    (LotId(at as u64), lot.stock.available, lot.price, *weight)
                });
            let spread = Spread::over(total, by, each);
            for (at, lot) in lots.iter_mut().enumerate() {
                lot.cost = spread.of(LotId(at as u64)).unwrap_or(Money::ZERO);
                if lot.cost > MAX_PRICE {
                    return Err(Error::invalid(format!(
                        "A piece of {} would cost {}; it goes up to {MAX_PRICE}.",
                        lot.item, lot.cost
                    )));
                }
                report.unshared += u64::from(lot.cost == Money::ZERO);
                let borne = lot.cost.times(i64::from(lot.stock.available));
                report.cost = borne
                    .and_then(|borne| report.cost.plus(borne))
                    .unwrap_or(report.cost);
            }
            if total > Money::ZERO && report.unshared == lots.len() as u64 {
                return Err(Error::invalid(nothing_to_share(by)));
            }
        }
        report.examples = lots.iter().take(EXAMPLES).map(example).collect();
        Ok(())
    }

    /// Lots of a file by article.
    fn held(&self, scope: &Scope, file: Option<FileId>) -> Result<Held> {
        let Some(file) = file else {
            return Ok(Held::new());
        };
        let query = LotQuery {
            shelf: LotShelf::File(file),
            ..LotQuery::default()
        };
        let ids = self.lot_ids(scope, &query)?;
        let lots = self.store.read(|tx| tx.shop(scope).lots(&ids))?;
        Ok(lots.iter().map(|lot| (article(lot), lot.id)).collect())
    }

    fn store_parts(
        &self,
        scope: &Scope,
        lots: Vec<Lot>,
        (order, doing, held): (&PartOut, &Doing, &Held),
        report: &mut PartOutReport,
        task: Task<'_>,
    ) -> Result<()> {
        let total = lots.len() as u64;
        let mut done = 0;
        let mut rest = lots.into_iter();
        while done < total {
            let piece: Vec<Lot> = rest.by_ref().take(PIECE).collect();
            let first = done == 0;
            done += piece.len() as u64;
            let open = done < total;
            let stored = if task.cancelled.load(Ordering::Relaxed) {
                Err(Error::conflict("Cancelled. Everything is as it was."))
            } else {
                let (actor, doing, deed) = (*scope, doing.clone(), report.deed);
                let (order, file, held) = (order.clone(), report.file.clone(), held.clone());
                self.store.write(move |tx: &Tx<'_>| {
                    let mut moves = Moves::new(tx.shop(&actor), actor, deed);
                    if first {
                        take_off(&mut moves, &order)?;
                    }
                    let mut stored = take_parts(&mut moves, piece, &file, order.merge, &held)?;
                    let deed = settle(tx, &actor, &mut moves, &doing, open)?;
                    stored.deed = deed.map(|deed| deed.id);
                    Ok(Decided::new(stored, moves.finish()))
                })
            };
            let stored = stored.map_err(|error| self.compensate(scope, report.deed, error))?;
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

fn settled(order: &PartOut) -> Result<()> {
    if order.sets == 0 || order.sets > MAX_SETS {
        return Err(Error::invalid(format!(
            "1 to {MAX_SETS} sets are parted out at once."
        )));
    }
    if order.set.no.trim().is_empty() {
        return Err(Error::invalid("Name the set, such as 75192-1."));
    }
    match order.cost {
        Some((cost, _)) if cost < Money::ZERO || cost > MAX_PRICE => Err(Error::invalid(format!(
            "What a set cost goes from 0 to {MAX_PRICE}."
        ))),
        _ => Ok(()),
    }
}

fn nothing_to_share(by: SpreadBy) -> &'static str {
    match by {
        SpreadBy::Price => {
            "No row has a price, so the cost cannot be shared by price. Share it by weight or pieces."
        }
        SpreadBy::Weight => {
            "The catalogue knows no weight of these parts. Share the cost by pieces or by price."
        }
        SpreadBy::Pieces => "The cost is too small to be shared by so many pieces.",
    }
}

/// Pieces of a row for all sets, or why it is left out.
fn pieces(
    row: &ListLot,
    before: u32,
    sets: u32,
) -> std::result::Result<u32, (&'static str, String)> {
    if row.status == ListStatus::Exclude {
        return Err(("Status", "the file marks it as excluded".into()));
    }
    if row.price < Money::ZERO || row.price > MAX_PRICE {
        let why = format!("{} is not between 0 and {MAX_PRICE}", row.price);
        return Err(("Price", why));
    }
    let all = row.quantity.checked_mul(i64::from(sets));
    let fits = all.and_then(|all| u32::try_from(all).ok()).filter(|all| {
        before
            .checked_add(*all)
            .is_some_and(|sum| sum <= MAX_QUANTITY)
    });
    fits.ok_or_else(|| {
        let why = format!(
            "{} × {sets} pieces; a lot holds 0 to {MAX_QUANTITY}",
            row.quantity
        );
        ("Qty", why)
    })
}

fn article(lot: &Lot) -> ((ItemKind, String), u16, char) {
    let item = (lot.item.kind, lot.item.folded());
    (item, lot.color.0, lot.condition.letter())
}

fn example(lot: &Lot) -> PartRow {
    PartRow {
        item: lot.item.clone(),
        name: lot.name.clone(),
        color: lot.color,
        pieces: lot.stock.available,
        cost: lot.cost,
    }
}

/// Takes the sets off the lot they lie in.
fn take_off(moves: &mut Moves<'_>, order: &PartOut) -> Result<()> {
    let Some(id) = order.from else {
        return Ok(());
    };
    let lot = moves
        .lot(id)?
        .filter(|lot| !lot.gone && lot.item.same(&order.set));
    let Some(lot) = lot else {
        return Err(Error::not_found(format!(
            "Lot {id} is not one of {}. Look at the lot and try again.",
            order.set.no
        )));
    };
    let there = lot.stock.available;
    moves.edit(id, Reason::Edited, None, |held| {
        held.stock.shift(-i64::from(order.sets)).ok_or_else(|| {
            Error::conflict(format!(
                "Lot {id} holds {there} for sale, not {}. Nothing was changed.",
                order.sets
            ))
        })
    })?;
    Ok(())
}

fn take_parts(
    moves: &mut Moves<'_>,
    lots: Vec<Lot>,
    file: &str,
    merge: bool,
    held: &Held,
) -> Result<Done> {
    let mut done = Done::default();
    for lot in lots {
        let pieces = lot.stock.available;
        let reason = Reason::Imported {
            file: file.to_owned(),
        };
        done.pieces += u64::from(pieces);
        let into = if merge {
            into(moves, &lot, held)?
        } else {
            None
        };
        let Some(into) = into else {
            moves.bring_in(lot, reason)?;
            done.added += 1;
            continue;
        };
        moves.edit(into, reason, None, |other| {
            other.cost = mean((other.cost, other.stock.available), (lot.cost, pieces));
            let room = other.stock.shift(i64::from(pieces));
            room.ok_or_else(|| Error::conflict("The lot is full."))
        })?;
        done.merged += 1;
    }
    Ok(done)
}

/// The lot that the parts go into.
fn into(moves: &mut Moves<'_>, lot: &Lot, held: &Held) -> Result<Option<LotId>> {
    // A colour without a number is equal to nothing.
    if lot
        .extra
        .iter()
        .any(|field| field.name == list_rows::COLOR_NAME)
    {
        return Ok(None);
    }
    let candidates: Vec<LotId> = if lot.file.is_some() {
        held.get(&article(lot)).copied().into_iter().collect()
    } else {
        let stock = moves.shop().stock_of(&lot.item)?;
        stock.into_iter().map(|(id, _)| id).collect()
    };
    for id in candidates {
        let fits = moves.lot(id)?.is_some_and(|other| {
            let mut stock = other.stock;
            !other.gone
                && other.file == lot.file
                && other.same_article(lot)
                && stock.shift(i64::from(lot.stock.available)).is_some()
        });
        if fits {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// What a piece costs where some cost this and some that.
fn mean((one, some): (Money, u32), (other, more): (Money, u32)) -> Money {
    let pieces = i128::from(some) + i128::from(more);
    if pieces == 0 || more > 0 && other == Money::ZERO {
        return one;
    }
    let sum = i128::from(one.raw()) * i128::from(some) + i128::from(other.raw()) * i128::from(more);
    let mean = (sum * 2 + pieces) / (pieces * 2);
    i64::try_from(mean).map_or(one, Money::from_raw)
}

fn add(report: &mut PartOutReport, done: &Done) {
    report.added += done.added;
    report.merged += done.merged;
    report.pieces += done.pieces;
    report.deed = report.deed.or(done.deed);
}
