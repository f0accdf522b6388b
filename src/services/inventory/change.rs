//! Changing lots: one, a selection, or all that match; with a preview before, and as one deed.

use std::sync::Arc;

use super::deeds::{Doing, Each, Outcome, Task};
use super::guide::Lacks;
use super::told::Told;
use crate::domain::edit::{Edits, LotEdit, Spread, Terms};
use crate::domain::rows::{ChangeRow, DeedReport, EditPreview, RefusedLot};
use crate::domain::{EntryId, Lot, LotId, Money, OperationId, Reason, Scope, Which};
use crate::error::{Error, Kind, Result};
use crate::services::App;
use crate::services::moves::Moves;
use crate::services::rights::{Right, allow};

/// Most examples of a preview.
const EXAMPLES: usize = 5;
/// Lots that are read at once.
const READ: usize = 1_000;

impl App {
    /// The lots that are meant, by number, so that a deed meets them in the order they lie in the store.
    pub(in crate::services) fn meant(&self, scope: &Scope, which: &Which) -> Result<Vec<LotId>> {
        let mut ids = match which {
            Which::Lots(ids) => ids.clone(),
            Which::Matching(query) => self.lot_ids(scope, query)?,
        };
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    /// Colours by name become colours by number; a change that cannot be made by anybody is refused.
    pub(in crate::services) fn settled(&self, scope: &Scope, edits: &Edits) -> Result<Edits> {
        let names = self.names();
        let mut settled = edits.clone();
        for edit in &mut settled.0 {
            if let LotEdit::ColorNamed(name) = edit {
                let wanted = name.to_lowercase();
                let colors = names.colors();
                let found = colors
                    .iter()
                    .find(|color| color.name.to_lowercase() == wanted)
                    .map(|color| color.id);
                let color = found.ok_or_else(|| {
                    Error::invalid(format!(
                        "There is no colour “{name}”. Its name or number is in the catalogue."
                    ))
                })?;
                *edit = LotEdit::Color(color);
            }
            if let LotEdit::File(Some(file)) = edit {
                let file = *file;
                self.store
                    .read(|tx| tx.shop(scope).lot_file(file))?
                    .ok_or_else(|| Error::not_found("That file is not there any more."))?;
            }
        }
        if settled.0.is_empty() {
            return Err(Error::invalid("There is nothing to change."));
        }
        Ok(settled)
    }

    /// What depends on all lots together, and what the price guide says of them.
    fn terms(&self, scope: &Scope, edits: &Edits, ids: &[LotId]) -> Result<Terms> {
        let spread = edits.0.iter().find_map(|edit| match edit {
            LotEdit::SpreadCost { total, by } => Some((*total, *by)),
            _ => None,
        });
        let mut terms = Terms {
            places: self.store.read(|tx| tx.shop(scope).place_rule())?,
            guides: self.guide_prices(scope, edits, ids)?,
            ..Terms::default()
        };
        if let Some((total, by)) = spread {
            let mut lots = Vec::with_capacity(ids.len());
            for piece in ids.chunks(READ) {
                for row in self.lot_rows(scope, piece)? {
                    lots.push((row.id, row.stock.available, row.price, row.weight));
                }
            }
            terms.spread = Spread::over(total, by, lots.into_iter());
        }
        Ok(terms)
    }

    /// What a change would do.
    pub fn preview_change(
        &self,
        scope: &Scope,
        which: &Which,
        edits: &Edits,
    ) -> Result<EditPreview> {
        allow(scope, Right::Inventory)?;
        let edits = self.settled(scope, edits)?;
        let ids = self.meant(scope, which)?;
        let terms = self.terms(scope, &edits, &ids)?;
        let told = self.told(scope)?;
        let mut seen = EditPreview {
            what: told.words(&edits),
            ..EditPreview::default()
        };
        let mut lacks = edits.follow_guide().then(Lacks::default);
        let currency = self.shop_record(scope)?.currency;
        for piece in ids.chunks(READ) {
            let lots = self.store.read(|tx| tx.shop(scope).lots(piece))?;
            for lot in lots {
                seen.look_at(&lot, &edits, &terms);
                if let Some(lacks) = lacks.as_mut().filter(|_| !lot.gone) {
                    let keys = edits.guide_keys(&lot, &currency);
                    lacks.look_at(keys, &terms.guides, |at| self.is_fresh(at, scope.now));
                }
            }
        }
        if let Some(lacks) = lacks {
            seen.guide = Some(self.guide_need(scope, lacks)?);
        }
        told.examples(&mut seen.examples);
        Ok(seen)
    }

    /// Makes a change of all lots that are meant.
    pub fn change_lots(
        &self,
        scope: &Scope,
        which: &Which,
        edits: &Edits,
        (why, op): (&str, OperationId),
        task: Task<'_>,
    ) -> Result<DeedReport> {
        allow(scope, Right::Inventory)?;
        let edits = self.settled(scope, edits)?;
        let ids = self.meant(scope, which)?;
        let terms = self.terms(scope, &edits, &ids)?;
        let doing = Doing {
            what: self.told(scope)?.words(&edits),
            why: why.to_owned(),
            op,
        };
        let each: Each = Arc::new(move |moves, id| change_lot(moves, id, &edits, &terms));
        self.each_lot_apart(scope, &doing, &ids, &each, task)
    }

    /// Changes one lot that a person has before them as it was at `seen`. Pieces count as a difference
    /// from there; any other field that somebody else has changed meanwhile is a conflict.
    pub fn edit_lot(
        &self,
        scope: &Scope,
        id: LotId,
        (seen, edits): (EntryId, &Edits),
        (why, op): (&str, OperationId),
    ) -> Result<DeedReport> {
        allow(scope, Right::Inventory)?;
        let edits = self.settled(scope, edits)?;
        let told = self.told(scope)?;
        let doing = Doing {
            what: told.words(&edits),
            why: why.to_owned(),
            op,
        };
        let terms = self.terms(scope, &edits, &[id])?;
        let each: Each =
            Arc::new(move |moves, id| edit_seen(moves, id, seen, (&edits, &terms, &told)));
        let never = std::sync::atomic::AtomicBool::new(false);
        let task = Task {
            progress: &|_| {},
            cancelled: &never,
        };
        let report = self.each_lot(scope, &doing, &[id], &each, task)?;
        match report.listed.first() {
            Some(refused) => Err(Error::invalid(format!("Lot {id}: {}.", refused.why))),
            None => Ok(report),
        }
    }
}

fn change_lot(moves: &mut Moves<'_>, id: LotId, edits: &Edits, terms: &Terms) -> Result<Outcome> {
    let Some(lot) = moves.lot(id)? else {
        return Ok(Outcome::Refused("it is not there any more".into()));
    };
    let mut after = lot.clone();
    if let Err(why) = made(&mut after, edits, terms) {
        return Ok(Outcome::Refused(why));
    }
    if after == *lot {
        return Ok(Outcome::Same);
    }
    moves.replace(id, reason_of(edits), None, after)?;
    Ok(Outcome::Changed)
}

/// The lot after all changes; tombstones only come back.
fn made(lot: &mut Lot, edits: &Edits, terms: &Terms) -> std::result::Result<(), String> {
    if lot.gone && !edits.0.iter().any(LotEdit::wants_gone) {
        return Err("it was deleted".into());
    }
    edits.apply(lot, terms)
}

/// Where only the place changes, it is a move.
fn reason_of(edits: &Edits) -> Reason {
    let moves = |edit: &LotEdit| {
        matches!(
            edit,
            LotEdit::Text(crate::domain::edit::EditText::Place, _) | LotEdit::Relocate { .. }
        )
    };
    if edits.0.iter().all(moves) {
        Reason::Moved
    } else {
        Reason::Edited
    }
}

fn edit_seen(
    moves: &mut Moves<'_>,
    id: LotId,
    seen: EntryId,
    (edits, terms, told): (&Edits, &Terms, &Told),
) -> Result<Outcome> {
    let Some(now) = moves.lot(id)?.cloned() else {
        return Err(Error::not_found(format!("Lot {id} is not there any more.")));
    };
    if now.last == seen {
        return change_lot(moves, id, edits, terms);
    }
    // What the person had before them.
    let mut then = now.clone();
    for entry in moves.history(id)? {
        if entry.id <= seen {
            break;
        }
        then.stock = entry.before;
        for change in entry.changes {
            then.put(change.field, change.before);
        }
    }
    let mut wanted = then.clone();
    if let Err(why) = made(&mut wanted, edits, terms) {
        return Ok(Outcome::Refused(why));
    }
    let mine = then.changes_to(&wanted);
    let theirs = then.changes_to(&now);
    for change in &mine {
        let other = theirs.iter().find(|other| other.field == change.field);
        if let Some(other) = other.filter(|other| other.after != change.after) {
            return Err(Error::new(
                Kind::Conflict,
                format!(
                    "Somebody else has changed the {} meanwhile: it was {}, is {} now, and you wrote {}. Look at the lot and decide.",
                    change.field.word(),
                    told.value(change.field, &other.before),
                    told.value(change.field, &other.after),
                    told.value(change.field, &change.after)
                ),
            ));
        }
    }
    let difference = i64::from(wanted.stock.available) - i64::from(then.stock.available);
    let mut after = now.clone();
    for change in mine {
        after.put(change.field, change.after);
    }
    if after.stock.shift(difference).is_none() {
        return Ok(Outcome::Refused(format!(
            "there are only {} pieces by now",
            now.stock.available
        )));
    }
    if after == now {
        return Ok(Outcome::Same);
    }
    moves.edit(id, reason_of(edits), None, |held| {
        *held = after;
        Ok(())
    })?;
    Ok(Outcome::Changed)
}

trait LookAt {
    fn look_at(&mut self, lot: &Lot, edits: &Edits, terms: &Terms);
}

impl LookAt for EditPreview {
    fn look_at(&mut self, lot: &Lot, edits: &Edits, terms: &Terms) {
        self.lots += 1;
        let mut after = lot.clone();
        let outcome = made(&mut after, edits, terms);
        if let Err(why) = &outcome {
            after = lot.clone();
            self.refused += 1;
            if self.listed.len() < 50 {
                self.listed.push(RefusedLot {
                    lot: lot.id,
                    why: why.clone(),
                });
            }
        } else if after == *lot {
            self.same += 1;
        } else {
            self.changed += 1;
            if self.examples.len() < EXAMPLES {
                self.examples.push(ChangeRow::of(lot, &after));
            }
        }
        let worth = |lot: &Lot| {
            lot.price
                .times(i64::from(lot.stock.available))
                .unwrap_or(Money::ZERO)
        };
        self.pieces.0 += u64::from(lot.stock.available);
        self.pieces.1 += u64::from(after.stock.available);
        self.value.0 = self.value.0.plus(worth(lot)).unwrap_or(self.value.0);
        self.value.1 = self.value.1.plus(worth(&after)).unwrap_or(self.value.1);
    }
}
