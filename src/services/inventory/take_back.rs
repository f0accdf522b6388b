//! Taking deeds back, and bringing them back: each by new entries that name the ones they undo.
//!
//! A piece count moves back by the difference. Any other field becomes what it would be if the entry had
//! never been: what the latest change that still stands made of it. So the order in which deeds are
//! taken back does not matter.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::deeds::{Doing, Outcome, PIECE, repeated, report_of, settle};
use super::told::Told;
use crate::domain::rows::{ChangeRow, DeedReport, RefusedLot, UndoPreview};
use crate::domain::{
    CorrelationId, Deed, EntryId, LedgerEntry, Lot, LotField, LotId, OperationId, Reason, Scope,
    Value,
};
use crate::error::{Error, Result};
use crate::services::App;
use crate::services::moves::Moves;
use crate::services::rights::{Right, allow};
use crate::store::{Decided, Shop, Tx};

/// Most examples of a preview.
const EXAMPLES: usize = 5;

/// What stands, of a lot's history, newest first.
struct Chain {
    entries: Vec<LedgerEntry>,
    undone: HashSet<EntryId>,
}

impl Chain {
    fn of(entries: Vec<LedgerEntry>) -> Self {
        let mut undone = HashSet::new();
        // An entry that was taken back takes nothing back itself.
        for entry in &entries {
            if let Some(target) = entry.undoes.filter(|_| !undone.contains(&entry.id)) {
                undone.insert(target);
            }
        }
        Self { entries, undone }
    }

    /// One more entry, the newest.
    fn add(&mut self, entry: LedgerEntry) {
        let mut entries = std::mem::take(&mut self.entries);
        entries.insert(0, entry);
        *self = Self::of(entries);
    }

    fn get(&self, id: EntryId) -> Option<&LedgerEntry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// The change that all undoing and redoing began with.
    fn root(&self, entry: EntryId) -> Option<&LedgerEntry> {
        let mut at = self.get(entry)?;
        while let Some(target) = at.undoes {
            at = self.get(target)?;
        }
        Some(at)
    }

    /// What a field is when `root` stands or not.
    fn value(&self, field: LotField, root: EntryId, stands: bool) -> Option<Value> {
        let changes = || {
            self.entries
                .iter()
                .filter(|entry| entry.undoes.is_none())
                .filter_map(|entry| Some((entry.id, entry.change(field)?)))
        };
        let standing = changes().find(|(id, _)| {
            if *id == root {
                stands
            } else {
                !self.undone.contains(id)
            }
        });
        match standing {
            Some((_, change)) => Some(change.after.clone()),
            None => changes()
                .next_back()
                .map(|(_, change)| change.before.clone()),
        }
    }
}

/// A lot as it would be without an entry (or with it again), or why it cannot be.
fn without(lot: &mut Lot, chain: &Chain, entry: &LedgerEntry) -> std::result::Result<(), String> {
    let Some(root) = chain.root(entry.id) else {
        return Err("its history is not complete".into());
    };
    let stands = chain.undone.contains(&root.id);
    let difference = -entry.difference();
    if lot.stock.shift(difference).is_none() {
        return Err(format!(
            "{} pieces of it are not there any more",
            difference.unsigned_abs()
        ));
    }
    for change in &root.changes {
        if let Some(value) = chain.value(change.field, root.id, stands) {
            lot.put(change.field, value)
                .ok_or_else(|| format!("its {} cannot be read", change.field.word()))?;
        }
    }
    if lot.gone && lot.stock.reserved > 0 {
        return Err("pieces of it are promised to an order".into());
    }
    Ok(())
}

/// Takes one entry back within a verb.
fn take_back(moves: &mut Moves<'_>, entry: &LedgerEntry) -> Result<Outcome> {
    let chain = Chain::of(moves.history(entry.lot)?);
    let Some(mut lot) = moves.lot(entry.lot)?.cloned() else {
        return Ok(Outcome::Refused("it is not there any more".into()));
    };
    if let Err(why) = without(&mut lot, &chain, entry) {
        return Ok(Outcome::Refused(why));
    }
    let (id, undone) = (entry.lot, entry.id);
    moves.replace(id, Reason::TakenBack, Some(undone), lot)?;
    Ok(Outcome::Changed)
}

/// The deed whose taking back turns this one over: itself, or the last of those that took each other back.
fn latest(shop: &Shop<'_>, deed: Deed) -> Result<Deed> {
    let mut at = deed;
    while let Some(by) = at.undone_by {
        at = shop.deed(by)?.ok_or_else(|| missing(by))?;
    }
    Ok(at)
}

fn missing(deed: CorrelationId) -> Error {
    Error::not_found(format!(
        "There is no change {deed} that can be taken back here. Picks and promises are taken back where they were made."
    ))
}

fn under_way() -> Error {
    Error::conflict("This change is still under way. Wait, or cancel it.")
}

/// Entries of a deed in pieces, the newest first.
fn pieces(deed: &Deed) -> Vec<(EntryId, EntryId)> {
    let mut found = Vec::new();
    for (from, to) in deed.runs.iter().rev() {
        let mut end = to.0;
        loop {
            let start = end.saturating_sub(PIECE as u64 - 1).max(from.0);
            found.push((EntryId(start), EntryId(end)));
            if start == from.0 {
                break;
            }
            end = start - 1;
        }
    }
    found
}

fn entries(shop: &Shop<'_>, piece: (EntryId, EntryId)) -> Result<Vec<LedgerEntry>> {
    let mut found = Vec::new();
    shop.entries_between(piece, |entry| {
        found.push(entry);
        Ok(ControlFlow::Continue(()))
    })?;
    found.reverse();
    Ok(found)
}

/// Lots of a deed hang together: half of it taken back would make or lose pieces.
fn hangs_together(entries: &[LedgerEntry]) -> bool {
    entries.iter().any(|entry| {
        matches!(
            entry.reason,
            Reason::Split | Reason::Merged | Reason::PartedOut { .. }
        )
    })
}

impl App {
    /// What taking a deed back would do. Whether it takes back or brings back follows from how it stands.
    pub fn preview_undo(&self, scope: &Scope, deed: CorrelationId) -> Result<UndoPreview> {
        allow(scope, Right::Inventory)?;
        let names = self.names();
        let told = |shop: &Shop<'_>| Told::of(Arc::clone(&names), shop);
        self.store.read(|tx| {
            let shop = tx.shop(scope);
            let asked = shop.deed(deed)?.ok_or_else(|| missing(deed))?;
            let target = latest(&shop, asked)?;
            if target.open {
                return Err(under_way());
            }
            whole(&shop, &target)?;
            let mut seen = preview(&shop, &target)?;
            told(&shop)?.examples(&mut seen.examples);
            Ok(seen)
        })
    }

    /// Takes a deed back, or brings it back if it was taken back. Lots of which that cannot be done stop it,
    /// unless `partly` and the lots do not hang together.
    pub fn undo(
        &self,
        scope: &Scope,
        deed: CorrelationId,
        (why, partly, op): (&str, bool, OperationId),
        task: super::Task<'_>,
    ) -> Result<DeedReport> {
        allow(scope, Right::Inventory)?;
        if let Some(done) = self.store.read(|tx| repeated(tx, scope, op))? {
            return Ok(done);
        }
        let (target, seen) = self.store.read(|tx| {
            let shop = tx.shop(scope);
            let asked = shop.deed(deed)?.ok_or_else(|| missing(deed))?;
            let target = latest(&shop, asked)?;
            if target.open {
                return Err(under_way());
            }
            whole(&shop, &target)?;
            let seen = preview(&shop, &target)?;
            Ok((target, seen))
        })?;
        if seen.refused > 0 && (!partly || seen.together || seen.lots == 0) {
            return Err(refusal(&seen));
        }
        let doing = Doing {
            what: words(&target),
            why: why.to_owned(),
            op,
        };
        let mut own = None;
        let done = self.carry_back(scope, (&target, false), &doing, task, &mut own);
        done.map_err(|error| self.compensate(scope, own, error))
    }

    /// Takes back what a deed that died, or was cancelled, has done so far.
    pub(super) fn take_back_open(&self, scope: &Scope, deed: CorrelationId) -> Result<()> {
        let target = self.store.read(|tx| tx.shop(scope).deed(deed))?;
        let Some(target) = target.filter(|deed| deed.open) else {
            return Ok(());
        };
        let doing = Doing {
            what: words(&target),
            why: "it did not come to its end".into(),
            // Its own number is not known any more; nobody repeats this.
            op: OperationId(
                u128::from(deed.0) << 64 | u128::from(scope.now.micros().unsigned_abs()),
            ),
        };
        let never = std::sync::atomic::AtomicBool::new(false);
        let task = super::Task {
            progress: &|_| {},
            cancelled: &never,
        };
        let stopped = target.undoes.is_some();
        self.carry_back(scope, (&target, stopped), &doing, task, &mut None)
            .map(|_| ())
    }

    fn carry_back(
        &self,
        scope: &Scope,
        (target, stopped): (&Deed, bool),
        doing: &Doing,
        task: super::Task<'_>,
        deed_so_far: &mut Option<CorrelationId>,
    ) -> Result<DeedReport> {
        let pieces = pieces(target);
        let total = target.entries();
        let last = pieces.len().saturating_sub(1);
        let mut report = DeedReport::default();
        let mut done = 0;
        let step = &doing.what;
        for (at, piece) in pieces.into_iter().enumerate() {
            let (scope, of, doing) = (*scope, target.id, doing.clone());
            let open = at < last;
            if task.cancelled.load(Ordering::Relaxed) {
                return Err(Error::conflict("Cancelled. Everything is as it was."));
            }
            let own = *deed_so_far;
            let (deed, refused) = self.store.write(move |tx| {
                let mut moves = Moves::new(tx.shop(&scope), scope, own);
                let mut refused = Vec::new();
                begin(tx, &scope, &mut moves, (of, own))?;
                let entries = entries(&tx.shop(&scope), piece)?;
                let lots: Vec<LotId> = entries.iter().map(|entry| entry.lot).collect();
                moves.load(&lots)?;
                for entry in entries {
                    if let Outcome::Refused(why) = take_back(&mut moves, &entry)? {
                        let lot = entry.lot;
                        refused.push(RefusedLot { lot, why });
                    }
                }
                let id = moves.deed()?;
                let deed = settle(tx, &scope, &mut moves, &doing, open)?;
                let Some(mut deed) = deed else {
                    return Err(Error::internal("A deed was not written."));
                };
                deed.undoes = Some(of);
                moves.batch().put_deed(&scope, deed.clone());
                if stopped && !open {
                    forget_turn(tx, &scope, &mut moves, (of, id))?;
                }
                Ok(Decided::new(((id, deed), refused), moves.finish()))
            })?;
            *deed_so_far = Some(deed.0);
            report.refused += u32::try_from(refused.len()).unwrap_or(u32::MAX);
            report.listed.extend(refused);
            report.listed.truncate(200);
            let counted = report_of(&deed.1);
            (report.deed, report.changed, report.pieces) =
                (counted.deed, counted.changed, counted.pieces);
            done += piece.1.0 - piece.0.0 + 1;
            (task.progress)(crate::domain::report::Progress {
                step: step.clone(),
                done,
                total,
                unit: "changes".into(),
            });
        }
        Ok(report)
    }
}

/// The first piece marks the target; meanwhile somebody else may have been faster.
fn begin(
    tx: &Tx<'_>,
    scope: &Scope,
    moves: &mut Moves<'_>,
    (of, own): (CorrelationId, Option<CorrelationId>),
) -> Result<()> {
    if own.is_some() {
        return Ok(());
    }
    let mut target = tx.shop(scope).deed(of)?.ok_or_else(|| missing(of))?;
    if target.undone_by.is_some() {
        return Err(Error::conflict(
            "Somebody else has just taken it back. Look at the history again.",
        ));
    }
    target.undone_by = Some(moves.deed()?);
    target.open = false;
    moves.batch().put_deed(scope, target);
    Ok(())
}

/// A turn that stopped half-way was taken back itself: what it was to turn over stands as before.
fn forget_turn(
    tx: &Tx<'_>,
    scope: &Scope,
    moves: &mut Moves<'_>,
    (stopped, by): (CorrelationId, CorrelationId),
) -> Result<()> {
    let shop = tx.shop(scope);
    let mut turn = shop.deed(stopped)?.ok_or_else(|| missing(stopped))?;
    if let Some(of) = turn.undoes.take()
        && let Some(mut target) = shop.deed(of)?
    {
        target.undone_by = None;
        moves.batch().put_deed(scope, target);
    }
    // Its head may be written in this very transaction.
    turn.undone_by = Some(by);
    turn.open = false;
    moves.batch().put_deed(scope, turn);
    Ok(())
}

/// Turning over a turn that stopped half-way would do half of it again.
fn whole(shop: &Shop<'_>, target: &Deed) -> Result<()> {
    let turn = match target.undoes {
        Some(of) => shop.deed(of)?,
        None => Some(target.clone()),
    };
    let Some(turn) = turn.filter(|turn| turn.undoes.is_none()) else {
        return Ok(());
    };
    let Some((first, _)) = turn.runs.first().copied() else {
        return Ok(());
    };
    let turned = entries(shop, (first, first))?;
    if turned.iter().any(|entry| entry.undoes.is_some()) {
        return Err(Error::conflict(
            "This was stopped half-way, and everything is as it was before it. Take back the change that it was to turn over.",
        ));
    }
    Ok(())
}

fn words(target: &Deed) -> String {
    let (what, again) = match target.what.strip_prefix("undo: ") {
        Some(what) if target.undoes.is_some() => (what, "redo: "),
        _ => (
            target.what.strip_prefix("redo: ").unwrap_or(&target.what),
            "undo: ",
        ),
    };
    format!("{again}{what}")
}

fn refusal(seen: &UndoPreview) -> Error {
    let first = seen
        .listed
        .first()
        .map_or_else(String::new, |row| format!("lot {}: {}", row.lot, row.why));
    let hint = if seen.together {
        " Its lots hang together, so it is taken back whole or not at all."
    } else {
        " It can be taken back for the others only."
    };
    Error::conflict(format!(
        "{} of {} lots cannot be taken back ({first}).{hint}",
        seen.refused,
        seen.refused + seen.lots
    ))
}

fn preview(shop: &Shop<'_>, target: &Deed) -> Result<UndoPreview> {
    let mut found = UndoPreview {
        deed: target.id,
        what: words(target),
        ..UndoPreview::default()
    };
    // As the lots would be after the entries that were looked at already.
    let mut lots: BTreeMap<LotId, (Lot, Chain)> = BTreeMap::new();
    for piece in pieces(target) {
        let entries = entries(shop, piece)?;
        found.together |= hangs_together(&entries);
        for entry in entries {
            if !lots.contains_key(&entry.lot)
                && let Some(lot) = shop.lot(entry.lot)?
            {
                let mut chain = Vec::new();
                shop.history(&lot, |entry| {
                    chain.push(entry);
                    Ok(ControlFlow::Continue(()))
                })?;
                lots.insert(entry.lot, (lot, Chain::of(chain)));
            }
            look_at(&mut found, &mut lots, &entry);
        }
        // Only lots that the next piece may name again are worth keeping.
        if target.entries() > PIECE as u64 {
            lots.clear();
        }
    }
    Ok(found)
}

fn look_at(found: &mut UndoPreview, lots: &mut BTreeMap<LotId, (Lot, Chain)>, entry: &LedgerEntry) {
    let refused = match lots.get_mut(&entry.lot) {
        None => Err("it is not there any more".to_owned()),
        Some((lot, chain)) => {
            let before = lot.clone();
            let done = without(lot, chain, entry);
            if done.is_ok() {
                found.lots += 1;
                found.pieces += i64::from(lot.stock.available) - i64::from(before.stock.available);
                if found.examples.len() < EXAMPLES {
                    found.examples.push(ChangeRow::of(&before, lot));
                }
                // The entry that would undo it.
                chain.add(LedgerEntry {
                    id: EntryId(u64::MAX - u64::from(found.lots)),
                    undoes: Some(entry.id),
                    changes: Vec::new(),
                    ..entry.clone()
                });
            } else {
                *lot = before;
            }
            done
        }
    };
    if let Err(why) = refused {
        found.refused += 1;
        if found.listed.len() < 50 {
            found.listed.push(RefusedLot {
                lot: entry.lot,
                why,
            });
        }
    }
}
