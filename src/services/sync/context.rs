//! What a verb of synchronisation needs to decide about lots of one marketplace, read once.

use std::sync::LazyLock;

use crate::domain::sync::plan::{Known, plan};
use crate::domain::sync::{Conflict, Link, MarketSync, Plan, SyncRules, Terms};
use crate::domain::{Lot, LotId, Marketplace, Scope};
use crate::error::Result;
use crate::market::brickowl::ColorMap;
use crate::store::Shop;

static COLORS: LazyLock<ColorMap> = LazyLock::new(ColorMap::default);

/// Rules, state and currencies of a shop at one marketplace.
pub(super) struct Context<'t> {
    pub(super) shop: Shop<'t>,
    pub(super) scope: Scope,
    pub(super) market: Marketplace,
    pub(super) rules: SyncRules,
    pub(super) state: MarketSync,
    currency: String,
}

impl<'t> Context<'t> {
    pub(super) fn read(shop: Shop<'t>, scope: Scope, market: Marketplace) -> Result<Self> {
        Ok(Self {
            shop,
            scope,
            market,
            rules: shop.sync_rules()?,
            state: shop.market_sync(market)?,
            currency: shop
                .record()?
                .map_or_else(String::new, |shop| shop.currency),
        })
    }

    /// The terms that hold there.
    pub(super) fn terms(&self) -> Terms<'_> {
        let store = &self.state.currency;
        Terms::of(self.market, &self.rules, &self.currency, store)
    }

    /// What is to be done about a lot, with what it was decided from. What is in conflict is left as it is.
    pub(super) fn look(&self, id: LotId) -> Result<Option<Look>> {
        let Some(lot) = self.shop.lot(id)? else {
            return Ok(None);
        };
        let link = self.shop.link(self.market, id)?;
        let conflict = self.shop.conflict(self.market, id)?;
        let plan = self.plan(&lot, &link, conflict.as_ref())?;
        Ok(Some(Look {
            lot,
            link,
            conflict,
            plan,
        }))
    }

    /// What is to be done about a lot as it is now.
    pub(super) fn plan(&self, lot: &Lot, link: &Link, conflict: Option<&Conflict>) -> Result<Plan> {
        let name = if self.market == Marketplace::BrickOwl && !link.is_linked() {
            self.shop.owl_name(&lot.item)?
        } else {
            None
        };
        let known = Known {
            name: name.as_ref(),
            color: COLORS.owl_of(lot.color).is_some(),
            now: self.scope.now,
        };
        Ok(without_conflict(
            plan(lot, link, &self.terms(), known),
            conflict,
        ))
    }
}

/// A lot and what is to be done about it.
pub(super) struct Look {
    pub(super) lot: Lot,
    pub(super) link: Link,
    pub(super) conflict: Option<Conflict>,
    pub(super) plan: Plan,
}

/// The plan without the kinds of things that a person must decide first. A lot that is missing as a whole
/// gets nothing.
fn without_conflict(plan: Plan, conflict: Option<&Conflict>) -> Plan {
    use crate::domain::sync::Kind;
    use crate::domain::sync::difference::{is_empty, only};

    let Some(conflict) = conflict else {
        return plan;
    };
    match plan {
        Plan::Change(_) | Plan::Create(..) if conflict.fields.is_empty() => Plan::Nothing,
        Plan::Change(change) => {
            let disputed = |kind: &Kind| conflict.fields.iter().any(|field| field.kind == *kind);
            let free: Vec<Kind> = Kind::ALL
                .into_iter()
                .filter(|kind| !disputed(kind))
                .collect();
            let part = only(&change, &free);
            if is_empty(&part) {
                Plan::Nothing
            } else {
                Plan::Change(Box::new(part))
            }
        }
        other => other,
    }
}
