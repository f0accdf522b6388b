//! A list held against the shop's lots: its pieces taken off them, or its fields copied onto them.
//!
//! Lots are equal when item, colour and condition are; each verb is one deed with a preview.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::deeds::{Doing, Each, Outcome, Task};
use crate::domain::list_job::{COPIED, MAX_MISSING, MissingRow};
use crate::domain::lot::MAX_PRICE;
use crate::domain::report::Skipped;
use crate::domain::rows::ChangeRow;
use crate::domain::text::clean;
use crate::domain::{
    Against, AgainstReport, Condition, ItemKey, ItemKind, ListSource, ListStatus, Lot, LotField,
    LotId, Money, OperationId, Place, Reason, Scope,
};
use crate::error::{Error, Result};
use crate::formats::ListLot;
use crate::services::App;
use crate::services::moves::Moves;
use crate::services::rights::{Right, allow};

/// Most examples of a preview.
const EXAMPLES: usize = 5;

type Article = ((ItemKind, String), u16, Condition);

fn article(item: &ItemKey, color: u16, condition: Condition) -> Article {
    ((item.kind, item.folded()), color, condition)
}

/// Rows of a list that mean one article.
struct Group {
    first: ListLot,
    rows: u64,
    pieces: u64,
}

/// What is planned for a lot.
enum Plan {
    /// So many pieces go.
    Take(u32),
    /// These fields become what the row says.
    Copy(Arc<ListLot>),
}

impl App {
    /// Takes the pieces of a list off equal lots, or copies fields onto them; or says what that would do.
    pub fn against_list(
        &self,
        scope: &Scope,
        source: &ListSource,
        (what, dry_run): (&Against, bool),
        op: OperationId,
        task: Task<'_>,
    ) -> Result<AgainstReport> {
        allow(scope, Right::Inventory)?;
        let fields = allowed_fields(what)?;
        let opened = self.open_list_file(scope, source, task)?;
        let mut report = AgainstReport {
            file: opened.file,
            what: opened.what,
            dry_run,
            read: opened.list.lots.len() as u64 + opened.list.skipped.count,
            skipped: opened.list.skipped,
            ..AgainstReport::default()
        };
        let groups = groups(opened.list.lots, what, &mut report);
        let plans = self.plans(scope, &groups, what, &mut report)?;
        if dry_run {
            self.look_at_plans(scope, &plans, &fields, &mut report)?;
            return Ok(report);
        }
        let words = match what {
            Against::Subtract => format!("subtracted {}", report.file),
            Against::Copy(_) => format!("copied {} from {}", names_of(&fields), report.file),
        };
        let doing = Doing {
            what: words,
            why: String::new(),
            op,
        };
        let ids: Vec<LotId> = plans.keys().copied().collect();
        let each: Each = Arc::new(move |moves, id| carry_out(moves, id, &plans, &fields));
        report.deed = self.each_lot(scope, &doing, &ids, &each, task)?;
        if let Some((name, Some(fresh))) = opened.mapping {
            self.keep_columns(scope, (name, fresh))?;
        }
        Ok(report)
    }

    /// Which lot gets what, by number; rows without enough pieces are noted.
    fn plans(
        &self,
        scope: &Scope,
        groups: &[Group],
        what: &Against,
        report: &mut AgainstReport,
    ) -> Result<BTreeMap<LotId, Plan>> {
        self.store.read(|tx| {
            let shop = tx.shop(scope);
            let mut plans = BTreeMap::new();
            for group in groups {
                let row = &group.first;
                let ids = shop.stock_of(&row.item)?;
                let ids: Vec<LotId> = ids.into_iter().map(|(id, _)| id).collect();
                let mut lots = shop.lots(&ids)?;
                lots.retain(|lot| {
                    lot.is_live() && lot.color == row.color && lot.condition == row.condition
                });
                let mut left = group.pieces;
                for lot in &lots {
                    match what {
                        Against::Copy(_) => {
                            plans.insert(lot.id, Plan::Copy(Arc::new(row.clone())));
                        }
                        Against::Subtract => {
                            let taken = u64::from(lot.stock.available).min(left);
                            left -= taken;
                            if let Ok(taken @ 1..) = u32::try_from(taken) {
                                plans.insert(lot.id, Plan::Take(taken));
                            }
                        }
                    }
                }
                let short = matches!(what, Against::Subtract) && left > 0;
                if lots.is_empty() || short {
                    report.missing_rows += group.rows;
                    report.missing_pieces += left;
                    if report.missing.len() < MAX_MISSING {
                        report.missing.push(MissingRow {
                            line: row.line,
                            item: row.item.clone(),
                            color: row.color,
                            condition: row.condition,
                            pieces: left,
                            unknown: lots.is_empty(),
                        });
                    }
                }
            }
            Ok(plans)
        })
    }

    fn look_at_plans(
        &self,
        scope: &Scope,
        plans: &BTreeMap<LotId, Plan>,
        fields: &[LotField],
        report: &mut AgainstReport,
    ) -> Result<()> {
        let ids: Vec<LotId> = plans.keys().copied().collect();
        for lot in self.store.read(|tx| tx.shop(scope).lots(&ids))? {
            let mut after = lot.clone();
            if let Some(plan) = plans.get(&lot.id)
                && apply(&mut after, plan, fields).is_err()
            {
                report.deed.refused += 1;
                continue;
            }
            if after == lot {
                report.deed.same += 1;
                continue;
            }
            report.deed.changed += 1;
            report.deed.pieces += i64::from(after.stock.available) - i64::from(lot.stock.available);
            if report.examples.len() < EXAMPLES {
                report.examples.push(ChangeRow::of(&lot, &after));
            }
        }
        self.told(scope)?.examples(&mut report.examples);
        Ok(())
    }
}

fn names_of(fields: &[LotField]) -> String {
    let words: Vec<&str> = fields.iter().map(|field| field.word()).collect();
    words.join(", ")
}

/// The fields that are copied; others cannot be taken from a list.
fn allowed_fields(what: &Against) -> Result<Vec<LotField>> {
    let Against::Copy(fields) = what else {
        return Ok(Vec::new());
    };
    let known = |field: &LotField| COPIED.iter().any(|(_, known)| known == field);
    if fields.is_empty() || !fields.iter().all(known) {
        let names: Vec<&str> = COPIED.iter().map(|(name, _)| *name).collect();
        return Err(Error::invalid(format!(
            "Name what is to be copied: {}.",
            names.join(", ")
        )));
    }
    Ok(fields.clone())
}

/// The rows by article, in the order of the list. What cannot be meant is noted.
fn groups(rows: Vec<ListLot>, what: &Against, report: &mut AgainstReport) -> Vec<Group> {
    let mut at: HashMap<Article, usize> = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for row in rows {
        let mut leave_out = |field: &str, reason: String| {
            report.skipped.push(Skipped {
                file: report.file.clone(),
                line: row.line,
                field: field.to_owned(),
                reason,
            });
        };
        if row.status == ListStatus::Exclude {
            leave_out("Status", "the file marks it as excluded".into());
            continue;
        }
        if row.color_is_unknown() {
            leave_out(
                "Color name",
                format!("nobody knows the colour {}", row.color_name),
            );
            continue;
        }
        let pieces = u64::try_from(row.quantity).unwrap_or(0);
        let key = article(&row.item, row.color.0, row.condition);
        match at.get(&key).and_then(|at| groups.get_mut(*at)) {
            None => {
                at.insert(key, groups.len());
                groups.push(Group {
                    first: row,
                    rows: 1,
                    pieces,
                });
            }
            Some(group) if matches!(what, Against::Subtract) => {
                group.rows += 1;
                group.pieces += pieces;
            }
            Some(group) => leave_out(
                "Item number",
                format!(
                    "line {} is of the same item, colour and condition; that one counts",
                    group.first.line
                ),
            ),
        }
    }
    groups
}

/// Changes a lot as planned, or says why that cannot be.
fn apply(lot: &mut Lot, plan: &Plan, fields: &[LotField]) -> std::result::Result<(), String> {
    match plan {
        Plan::Take(pieces) => lot
            .stock
            .shift(-i64::from(*pieces))
            .ok_or_else(|| format!("there are only {} pieces by now", lot.stock.available)),
        Plan::Copy(row) => {
            for amount in [row.price, row.cost] {
                if amount < Money::ZERO || amount > MAX_PRICE {
                    return Err(format!("{amount} is not between 0 and {MAX_PRICE}"));
                }
            }
            copy(lot, row, fields);
            Ok(())
        }
    }
}

fn copy(lot: &mut Lot, row: &ListLot, fields: &[LotField]) {
    for field in fields {
        match field {
            LotField::Price => lot.price = row.price,
            LotField::Cost => lot.cost = row.cost,
            LotField::Notes => lot.notes.clone_from(&row.comments),
            LotField::Remarks => {
                // A place that was written by hand stays.
                if lot.place.0 == clean(&lot.remarks) {
                    lot.place = Place(clean(&row.remarks));
                }
                lot.remarks.clone_from(&row.remarks);
            }
            LotField::Bulk => lot.bulk = row.bulk.max(1),
            LotField::Tiers => lot.tiers = row.tiers,
            LotField::Sale => lot.sale = row.sale,
            LotField::Stockroom => lot.stockroom = row.stockroom,
            LotField::Retain => lot.retain = row.retain,
            LotField::ReservedFor => lot.reserved_for.clone_from(&row.reserved),
            LotField::Completeness => lot.completeness = row.completeness,
            LotField::Extra => lot.extra.clone_from(&row.unknown),
            _ => {}
        }
    }
}

fn carry_out(
    moves: &mut Moves<'_>,
    id: LotId,
    plans: &BTreeMap<LotId, Plan>,
    fields: &[LotField],
) -> Result<Outcome> {
    let Some(lot) = moves.lot(id)?.filter(|lot| lot.is_live()).cloned() else {
        return Ok(Outcome::Refused("it is not there any more".into()));
    };
    let mut after = lot.clone();
    if let Some(plan) = plans.get(&id)
        && let Err(why) = apply(&mut after, plan, fields)
    {
        return Ok(Outcome::Refused(why));
    }
    if after == lot {
        return Ok(Outcome::Same);
    }
    moves.edit(id, Reason::Edited, None, |held| {
        *held = after;
        Ok(())
    })?;
    Ok(Outcome::Changed)
}
