//! Several lots become one; counted lots are booked.

use std::sync::Arc;

use super::deeds::{Doing, Each, Outcome, Task, repeated, report_of, settle};
use crate::domain::lot::MAX_QUANTITY;
use crate::domain::lot_draft::{Counted, MergeAmount, MergeRules, MergeText};
use crate::domain::rows::DeedReport;
use crate::domain::{Lot, LotId, Money, OperationId, PlaceRule, Reason, Scope};
use crate::error::{Error, Result};
use crate::services::App;
use crate::services::moves::Moves;
use crate::services::rights::{Right, allow};
use crate::store::Decided;

impl App {
    /// Puts the pieces of `from` into `into`; those lots become tombstones.
    pub fn merge_lots(
        &self,
        scope: &Scope,
        (into, from): (LotId, Vec<LotId>),
        rules: MergeRules,
        op: OperationId,
    ) -> Result<DeedReport> {
        allow(scope, Right::Inventory)?;
        let doing = Doing {
            what: format!("merged {} lots into lot {into}", from.len()),
            why: String::new(),
            op,
        };
        let scope = *scope;
        self.store.write(move |tx| {
            if let Some(done) = repeated(tx, &scope, op)? {
                return Ok(Decided::unchanged(done));
            }
            let mut moves = Moves::new(tx.shop(&scope), scope, None);
            let mut kept = there(&mut moves, into)?;
            let mut others = Vec::new();
            for id in from {
                if id == into || others.iter().any(|lot: &Lot| lot.id == id) {
                    return Err(Error::invalid("A lot cannot be merged with itself."));
                }
                let other = there(&mut moves, id)?;
                if !kept.same_article(&other) || kept.file != other.file {
                    return Err(Error::invalid(format!(
                        "Lot {id} is not of the same item, colour and condition as lot {into}."
                    )));
                }
                if other.stock.reserved > 0 {
                    return Err(Error::conflict(format!(
                        "Pieces of lot {id} are promised to an order. Keep that lot and merge the others into it."
                    )));
                }
                others.push(other);
            }
            if others.is_empty() {
                return Err(Error::invalid("Mark two or more lots to merge them."));
            }
            join(&mut kept, &others, rules, &tx.shop(&scope).place_rule()?)?;
            moves.edit(into, Reason::Merged, None, |held| {
                *held = kept;
                Ok(())
            })?;
            for other in others {
                moves.edit(other.id, Reason::Merged, None, |held| {
                    held.stock.available = 0;
                    held.gone = true;
                    Ok(())
                })?;
            }
            let deed = settle(tx, &scope, &mut moves, &doing, false)?;
            let report = deed.as_ref().map(report_of).unwrap_or_default();
            Ok(Decided::new(report, moves.finish()))
        })
    }

    /// Books what was counted on the shelf, as differences with a reason.
    pub fn count_lots(
        &self,
        scope: &Scope,
        counted: &[Counted],
        (why, op): (&str, OperationId),
        task: Task<'_>,
    ) -> Result<DeedReport> {
        allow(scope, Right::Inventory)?;
        let doing = Doing {
            what: "counted".into(),
            why: why.to_owned(),
            op,
        };
        let counts: std::collections::HashMap<LotId, u32> = counted
            .iter()
            .map(|counted| (counted.lot, counted.pieces))
            .collect();
        let ids: Vec<LotId> = counted.iter().map(|counted| counted.lot).collect();
        let why = why.to_owned();
        let each: Each = Arc::new(move |moves, id| {
            let pieces = counts.get(&id).copied().unwrap_or(0);
            count(moves, id, pieces, &why)
        });
        self.each_lot(scope, &doing, &ids, &each, task)
    }
}

fn there(moves: &mut Moves<'_>, id: LotId) -> Result<Lot> {
    let lot = moves.lot(id)?.filter(|lot| !lot.gone).cloned();
    lot.ok_or_else(|| Error::not_found(format!("Lot {id} is not there any more.")))
}

fn count(moves: &mut Moves<'_>, id: LotId, pieces: u32, why: &str) -> Result<Outcome> {
    let Some(lot) = moves.lot(id)?.filter(|lot| !lot.gone).cloned() else {
        return Ok(Outcome::Refused("it is not there any more".into()));
    };
    let difference = i64::from(pieces) - i64::from(lot.stock.on_shelf());
    if difference == 0 {
        return Ok(Outcome::Same);
    }
    let mut stock = lot.stock;
    if stock.shift(difference).is_none() {
        return Ok(Outcome::Refused(format!(
            "{} pieces are promised to orders, more than lie there",
            lot.stock.reserved
        )));
    }
    let reason = Reason::Counted {
        why: why.to_owned(),
    };
    moves.edit(id, reason, None, |held| {
        held.stock = stock;
        Ok(())
    })?;
    Ok(Outcome::Changed)
}

fn join(kept: &mut Lot, others: &[Lot], rules: MergeRules, places: &PlaceRule) -> Result<()> {
    let all = || std::iter::once(&*kept).chain(others);
    let price = amount(
        rules.price,
        all().map(|lot| (lot.price, lot.stock.available)),
    );
    let cost = amount(rules.cost, all().map(|lot| (lot.cost, lot.stock.available)));
    let notes = text(rules.comments, " / ", all().map(|lot| lot.notes.as_str()));
    let remarks = text(rules.remarks, ";", all().map(|lot| lot.remarks.as_str()));
    let mut tags: Vec<String> = Vec::new();
    for tag in all().flat_map(|lot| &lot.tags) {
        if !tags.iter().any(|known| known.eq_ignore_ascii_case(tag)) {
            tags.push(tag.clone());
        }
    }
    tags.truncate(crate::domain::lot::MAX_TAGS.0);
    let pieces = all().try_fold(0u32, |sum, lot| sum.checked_add(lot.stock.available));
    let pieces = pieces
        .filter(|pieces| *pieces <= MAX_QUANTITY)
        .ok_or_else(|| {
            Error::invalid(format!(
                "Together they would hold more than {MAX_QUANTITY} pieces."
            ))
        })?;
    (kept.price, kept.cost) = (price, cost);
    kept.notes = notes;
    if remarks != kept.remarks {
        if let Some(place) = places.read(&remarks) {
            kept.place = place;
        }
        kept.remarks = remarks;
    }
    kept.tags = tags;
    kept.stock.available = pieces;
    Ok(())
}

fn amount(rule: MergeAmount, mut all: impl Iterator<Item = (Money, u32)> + Clone) -> Money {
    let kept = all.clone().next().map_or(Money::ZERO, |(amount, _)| amount);
    match rule {
        MergeAmount::Keep => kept,
        MergeAmount::Highest => all.map(|(amount, _)| amount).max().unwrap_or(kept),
        MergeAmount::Lowest => all.map(|(amount, _)| amount).min().unwrap_or(kept),
        MergeAmount::Average => {
            let pieces: i128 = all.clone().map(|(_, pieces)| i128::from(pieces)).sum();
            let sum: i128 = all
                .by_ref()
                .map(|(amount, pieces)| i128::from(amount.raw()) * i128::from(pieces))
                .sum();
            if pieces == 0 {
                return kept;
            }
            let mean = (sum * 2 + pieces) / (pieces * 2);
            i64::try_from(mean).map_or(kept, Money::from_raw)
        }
    }
}

fn text<'a>(rule: MergeText, between: &str, mut all: impl Iterator<Item = &'a str>) -> String {
    let kept = all.next().unwrap_or("");
    match rule {
        MergeText::Fill if kept.trim().is_empty() => all
            .find(|text| !text.trim().is_empty())
            .unwrap_or(kept)
            .to_owned(),
        MergeText::Keep | MergeText::Fill => kept.to_owned(),
        MergeText::Join => {
            let mut joined: Vec<&str> = Vec::new();
            for text in std::iter::once(kept).chain(all) {
                if !text.trim().is_empty() && !joined.contains(&text) {
                    joined.push(text);
                }
            }
            joined.join(between)
        }
    }
}
