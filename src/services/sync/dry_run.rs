//! What would be sent, call by call, without sending: the same plans as the sender's, played on copies.

use std::ops::ControlFlow;

use super::context::{Context, Look};
use super::settle::article;
use crate::domain::market::ListingChange;
use crate::domain::sync::difference::{self, Kind, only};
use crate::domain::sync::{CallPlan, DryRun, Plan, Trust, Urgency};
use crate::domain::{LotId, Marketplace, Scope};
use crate::error::Result;
use crate::market::brickowl::BATCH;
use crate::services::App;
use crate::services::rights::{Right, allow};

/// Calls that are told one by one.
const TOLD: usize = 1_000;
/// Nothing needs more steps: made, described, and once more.
const STEPS: usize = 4;

/// A step of a lot that carries something.
struct Step {
    urgency: Urgency,
    lot: LotId,
    endpoint: &'static str,
    said: String,
    /// It may travel with others.
    batched: bool,
}

impl App {
    /// What would be sent to marketplaces, of all lots that wait or of these.
    ///
    /// # Errors
    /// `Forbidden` without the right to see the inventory.
    pub fn sync_dry_run(
        &self,
        scope: &Scope,
        markets: &[Marketplace],
        lots: Option<&[LotId]>,
    ) -> Result<DryRun> {
        allow(scope, Right::ReadInventory)?;
        self.store.read(|tx| {
            let mut all = DryRun::default();
            for market in markets {
                let context = Context::read(tx.shop(scope), *scope, *market)?;
                play(&context, lots, &mut all)?;
            }
            Ok(all)
        })
    }
}

fn play(context: &Context<'_>, lots: Option<&[LotId]>, all: &mut DryRun) -> Result<()> {
    let market = context.market;
    let mut looks = Vec::new();
    let mut stuck = 0_u32;
    context.shop.each_open_entry(market, |lot, entry| {
        if lots.is_none_or(|lots| lots.contains(&lot)) {
            if entry.is_due(context.scope.now) {
                looks.push((entry.since, lot));
            } else {
                stuck += 1;
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if !context.state.on {
        let name = market.name();
        all.obstacles
            .push(format!("Synchronisation with {name} is off."));
    } else if context.state.paused {
        all.obstacles.push(format!("{} is paused.", market.name()));
    }
    if stuck > 0 {
        all.obstacles.push(format!(
            "{stuck} lots at {} wait for a person, a read or their next try.",
            market.name()
        ));
    }
    looks.sort();
    let mut turn = Vec::new();
    for (_, lot) in looks {
        turn.extend(context.look(lot)?);
    }
    let mut calls = 0;
    for _ in 0..STEPS {
        let mut steps = Vec::new();
        let mut next = Vec::new();
        for look in turn {
            let (step, look) = advance(context, look, all)?;
            steps.extend(step);
            next.extend(look);
        }
        steps.sort_by_key(|step| step.urgency);
        calls += arrange(market, steps, all);
        turn = next;
        if turn.is_empty() {
            break;
        }
    }
    all.counts.push((market, calls));
    Ok(())
}

/// What the next call says of a lot, and the lot as it stands after it.
fn advance(
    context: &Context<'_>,
    mut look: Look,
    all: &mut DryRun,
) -> Result<(Option<Step>, Option<Look>)> {
    let urgency = look.plan.urgency(&look.link);
    let owl = context.market == Marketplace::BrickOwl;
    let trusted = context.state.batches != Trust::No;
    let (endpoint, said, batched) = match &look.plan {
        Plan::Nothing => return Ok((None, None)),
        Plan::NotListed(why) => {
            let words = why.words();
            match all.not_listed.iter_mut().find(|(known, _)| *known == words) {
                Some((_, count)) => *count += 1,
                None => all.not_listed.push((words, 1)),
            }
            return Ok((None, None));
        }
        Plan::Lookup => {
            all.lookups += 1;
            return Ok((None, None));
        }
        Plan::Create(new, face) => {
            let said = format!("{} pieces at {}", new.quantity, new.price);
            look.link.remote = Some(0);
            look.link.article = Some(article(&look.lot));
            look.link.agreed = Some((**face).clone());
            (
                if owl {
                    "POST inventory/create"
                } else {
                    "POST inventories"
                },
                said,
                true,
            )
        }
        Plan::Change(change) => {
            let part = if owl && !trusted && difference::has(change, Kind::Quantity) {
                only(change, &[Kind::Quantity])
            } else {
                (**change).clone()
            };
            let pieces = only(&part, &[Kind::Quantity]) == part;
            if let Some(agreed) = &mut look.link.agreed {
                *agreed = agreed.after(&part);
                if agreed.quantity == 0 && !owl && !agreed.retain {
                    look.link.cut();
                }
            }
            let endpoint = if owl {
                "POST inventory/update"
            } else {
                "PUT inventories/{id}"
            };
            (endpoint, words(&part), trusted || pieces)
        }
        Plan::Delete => {
            look.link.cut();
            let endpoint = if owl {
                "POST inventory/delete"
            } else {
                "DELETE inventories/{id}"
            };
            (endpoint, "removed".to_owned(), true)
        }
    };
    let step = Step {
        urgency: urgency.unwrap_or(Urgency::Create),
        lot: look.lot.id,
        endpoint,
        said,
        batched,
    };
    look.plan = context.plan(&look.lot, &look.link, look.conflict.as_ref())?;
    Ok((Some(step), Some(look)))
}

/// Puts steps into calls; how many.
fn arrange(market: Marketplace, steps: Vec<Step>, all: &mut DryRun) -> u32 {
    let mut calls = 0;
    let mut open: Vec<Step> = Vec::new();
    let mut tell = |endpoint: &str, steps: Vec<Step>| {
        let Some(first) = steps.first() else { return };
        // One alone needs no batch.
        let endpoint = if steps.len() == 1 {
            first.endpoint
        } else {
            endpoint
        };
        calls += 1;
        if all.calls.len() < TOLD {
            all.calls.push(CallPlan {
                market,
                endpoint: endpoint.to_owned(),
                urgency: first.urgency,
                lots: steps
                    .into_iter()
                    .map(|step| (step.lot, step.said))
                    .collect(),
            });
        }
    };
    for step in steps {
        if market == Marketplace::BrickLink || !step.batched {
            tell(step.endpoint, vec![step]);
            continue;
        }
        open.push(step);
        if open.len() == BATCH {
            tell("POST bulk/batch", std::mem::take(&mut open));
        }
    }
    tell("POST bulk/batch", open);
    calls
}

/// A change in words.
pub(crate) fn words(change: &ListingChange) -> String {
    let mut said = Vec::new();
    if let Some(by) = change.quantity_by {
        said.push(format!("{by:+} pieces"));
    }
    if let Some(price) = change.price {
        said.push(format!("price {price}"));
    }
    if let Some(notes) = &change.notes {
        said.push(format!("note \"{notes}\""));
    }
    if let Some(remarks) = &change.remarks {
        said.push(format!("remarks \"{remarks}\""));
    }
    if let Some(bulk) = change.bulk {
        said.push(format!("multiples of {bulk}"));
    }
    if let Some(retain) = change.retain {
        said.push(
            if retain {
                "kept when empty"
            } else {
                "not kept when empty"
            }
            .into(),
        );
    }
    if let Some(room) = change.stockroom {
        said.push(room.map_or_else(|| "for sale".into(), |room| format!("stockroom {room}")));
    }
    if let Some(cost) = change.cost {
        said.push(format!("cost {cost}"));
    }
    if let Some(sale) = change.sale {
        said.push(format!("{sale} percent off"));
    }
    if let Some(tiers) = &change.tiers {
        said.push(format!("{} quantity prices", tiers.len()));
    }
    if change.condition.is_some() {
        said.push("condition".into());
    }
    said.join(", ")
}
