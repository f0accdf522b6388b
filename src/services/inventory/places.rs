//! The shop's rule for places: how well one fits, and reading every place anew by it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::deeds::{Doing, Each, Outcome, Task};
use crate::domain::lot_draft::PlaceRow;
use crate::domain::place::{PlaceKey, same_place};
use crate::domain::rows::DeedReport;
use crate::domain::{
    LotId, LotQuery, LotShelf, OperationId, Place, PlaceRule, PlaceRuleFit, Reason, Scope, Topic,
};
use crate::error::{Error, Result};
use crate::services::App;
use crate::services::rights::{Right, allow};
use crate::store::{Batch, Decided};

/// Most examples.
const EXAMPLES: usize = 5;

impl App {
    /// Every place of the live stock, and those that are empty again, in natural order.
    pub fn place_rows(&self, scope: &Scope) -> Result<Vec<PlaceRow>> {
        allow(scope, Right::ReadInventory)?;
        let places = self.shelves.places(&self.store, scope, &self.names())?;
        let mut rows: Vec<PlaceRow> = places
            .into_iter()
            .map(|(place, lots, pieces)| PlaceRow {
                place,
                lots,
                pieces,
            })
            .filter(|row| row.lots > 0 && Place(row.place.clone()).understood())
            .collect();
        // One that holds something may be written in other ways, or beside another.
        let single = |row: &PlaceRow| -> Vec<PlaceKey> {
            let place = Place(row.place.clone());
            place
                .each()
                .map(|one| Place(one.to_owned()).key())
                .collect()
        };
        let mut taken: BTreeSet<PlaceKey> = rows.iter().flat_map(single).collect();
        for place in self.store.read(|tx| tx.shop(scope).left_places())? {
            if taken.insert(Place(place.clone()).key()) {
                rows.push(PlaceRow {
                    place,
                    lots: 0,
                    pieces: 0,
                });
            }
        }
        rows.sort_by_cached_key(|row| Place(row.place.clone()).key());
        Ok(rows)
    }

    /// An empty place is offered no more.
    pub fn forget_place(&self, scope: &Scope, place: &str) -> Result<()> {
        allow(scope, Right::Inventory)?;
        let spelled: Vec<String> = self
            .store
            .read(|tx| tx.shop(scope).left_places())?
            .into_iter()
            .filter(|left| left == place || same_place(left, place))
            .collect();
        let empty = |row: &PlaceRow| row.lots == 0 && spelled.contains(&row.place);
        if !self.place_rows(scope)?.iter().any(empty) {
            return Err(Error::not_found(format!(
                "{place} is not one of the empty places. Look at the list again."
            )));
        }
        let scope = *scope;
        self.store.write(move |_| {
            let mut batch = Batch::new();
            for place in spelled {
                batch.forget_place(&scope, place);
            }
            batch.changed(&scope, Topic::Shop, []);
            Ok(Decided::new((), batch))
        })
    }

    /// How well a rule fits the live stock; `None`: the rule of today.
    pub fn place_rule_fit(&self, scope: &Scope, rule: Option<PlaceRule>) -> Result<PlaceRuleFit> {
        allow(scope, Right::ReadInventory)?;
        self.store.read(|tx| {
            let shop = tx.shop(scope);
            let rule = match rule {
                Some(rule) => rule,
                None => shop.place_rule()?,
            };
            let mut fit = PlaceRuleFit {
                rule,
                ..PlaceRuleFit::default()
            };
            shop.each_lot(|lot| {
                if lot.is_live() {
                    let place = fit.rule.read(&lot.remarks).unwrap_or(lot.place);
                    fit.lots += 1;
                    if place.understood() {
                        fit.understood += 1;
                        if fit.examples.len() < EXAMPLES {
                            fit.examples.push((lot.remarks, place.0));
                        }
                    } else if place.is_empty() && lot.remarks.is_empty() {
                        fit.empty += 1;
                    } else if fit.odd.len() < EXAMPLES && !fit.odd.contains(&lot.remarks) {
                        fit.odd.push(lot.remarks);
                    }
                }
                Ok(())
            })?;
            Ok(fit)
        })
    }

    /// From now on places are read by this rule; every place of the live stock is read anew, as one deed.
    pub fn set_place_rule(
        &self,
        scope: &Scope,
        rule: &PlaceRule,
        op: OperationId,
        task: Task<'_>,
    ) -> Result<DeedReport> {
        allow(scope, Right::Settings)?;
        let marks = match rule {
            PlaceRule::Before(mark) | PlaceRule::After(mark) => vec![mark],
            PlaceRule::Between(from, to) => vec![from, to],
            PlaceRule::Remarks | PlaceRule::Own => Vec::new(),
        };
        if marks.iter().any(|mark| mark.is_empty() || mark.len() > 32) {
            return Err(Error::invalid(
                "What stands around a place has 1 to 32 characters.",
            ));
        }
        let query = LotQuery {
            shelf: LotShelf::Live,
            ..LotQuery::default()
        };
        let ids: Vec<LotId> = self.lot_ids(scope, &query)?;
        let before = self.store.read(|tx| tx.shop(scope).place_rule())?;
        let (actor, kept) = (*scope, rule.clone());
        self.store.write(move |_| {
            let mut batch = Batch::new();
            batch.put_place_rule(&actor, kept);
            Ok(Decided::new((), batch))
        })?;
        let doing = Doing {
            what: format!("places: {rule}"),
            why: String::new(),
            op,
        };
        let rule = rule.clone();
        let each: Each = Arc::new(move |moves, id| {
            let Some(lot) = moves.lot(id)?.cloned() else {
                return Ok(Outcome::Same);
            };
            let Some(place) = rule.read(&lot.remarks).filter(|place| *place != lot.place) else {
                return Ok(Outcome::Same);
            };
            moves.edit(id, Reason::Reread, None, |held| {
                held.place = place;
                Ok(())
            })?;
            Ok(Outcome::Changed)
        });
        let done = self.each_lot(scope, &doing, &ids, &each, task);
        if done.is_err() {
            // The places are as they were, so the rule is, too.
            self.store.write(move |_| {
                let mut batch = Batch::new();
                batch.put_place_rule(&actor, before);
                Ok(Decided::new((), batch))
            })?;
        }
        done
    }
}
