//! What the price guide says of the lots that a change is about, and what it lacks.

use std::collections::BTreeSet;

use crate::domain::edit::{Edits, GuidePrices};
use crate::domain::market::{GuideNeed, Lane, Plan, PriceKey, Purpose};
use crate::domain::{Freshness, Lot, LotId, Marketplace, Scope, Timestamp};
use crate::error::Result;
use crate::services::App;

/// Lots that are read at once.
const READ: usize = 1_000;

/// What is lacking, counted while lots are gone over.
#[derive(Debug, Default)]
pub(super) struct Lacks {
    need: GuideNeed,
    /// Each price once, however many lots ask for it.
    wanted: BTreeSet<PriceKey>,
}

impl Lacks {
    /// Looks at what one lot asks for.
    pub(super) fn look_at(
        &mut self,
        keys: Vec<PriceKey>,
        known: &GuidePrices,
        fresh: impl Fn(Timestamp) -> bool,
    ) {
        let (mut unknown, mut empty, mut old) = (false, false, false);
        for key in keys {
            let at = known.at(&key);
            let due = at.is_none_or(|(at, _)| !fresh(at));
            match at {
                None => unknown = true,
                Some((_, false)) => empty = true,
                Some(_) => old |= due,
            }
            if due {
                self.wanted.insert(key);
            }
        }
        self.need.unknown += u32::from(unknown);
        self.need.empty += u32::from(empty && !unknown);
        self.need.old += u32::from(old && !unknown);
    }
}

impl App {
    pub(super) fn is_fresh(&self, at: Timestamp, now: Timestamp) -> bool {
        self.windows.judge(at, now) == Freshness::Fresh
    }

    /// What is stored of the price guide for these lots, in the shop's currency.
    pub(super) fn guide_prices(
        &self,
        scope: &Scope,
        edits: &Edits,
        ids: &[LotId],
    ) -> Result<GuidePrices> {
        if !edits.follow_guide() {
            return Ok(GuidePrices::default());
        }
        let keys = self.guide_keys(scope, edits, ids)?;
        self.guides_of(scope, &keys)
    }

    /// The same for lots that are in no store, or not in this state.
    pub(super) fn guide_prices_of(
        &self,
        scope: &Scope,
        edits: &Edits,
        lot: &Lot,
    ) -> Result<GuidePrices> {
        if !edits.follow_guide() {
            return Ok(GuidePrices::default());
        }
        let currency = self.shop_record(scope)?.currency;
        let keys = edits.guide_keys(lot, &currency).into_iter().collect();
        self.guides_of(scope, &keys)
    }

    fn guides_of(&self, scope: &Scope, keys: &BTreeSet<PriceKey>) -> Result<GuidePrices> {
        let mut known = GuidePrices::new(&self.shop_record(scope)?.currency);
        self.store.read(|tx| {
            for key in keys {
                let price = tx.fetched_price(key)?;
                if let Some((guide, at)) = price.and_then(|price| price.guide.known) {
                    known.learn(&guide, at);
                }
            }
            Ok(())
        })?;
        Ok(known)
    }

    /// What of the price guide a change of these lots asks for, each price once.
    pub(in crate::services) fn guide_keys(
        &self,
        scope: &Scope,
        edits: &Edits,
        ids: &[LotId],
    ) -> Result<BTreeSet<PriceKey>> {
        let currency = self.shop_record(scope)?.currency;
        let mut keys = BTreeSet::new();
        for piece in ids.chunks(READ) {
            let lots = self.store.read(|tx| tx.shop(scope).lots(piece))?;
            for lot in lots.iter().filter(|lot| !lot.gone) {
                keys.extend(edits.guide_keys(lot, &currency));
            }
        }
        Ok(keys)
    }

    /// What is lacking, beside what may be spent on it.
    pub(super) fn guide_need(&self, scope: &Scope, lacks: Lacks) -> Result<GuideNeed> {
        let mut need = lacks.need;
        need.calls = u32::try_from(lacks.wanted.len()).unwrap_or(u32::MAX);
        if need.calls == 0 {
            return Ok(need);
        }
        if !self.keys.can_call() {
            "Calls to services outside are switched off.".clone_into(&mut need.barred);
            return Ok(need);
        }
        match self.market_keys(scope.tenant, Marketplace::BrickLink) {
            Err(failure) => need.barred = failure.text,
            Ok(opened) => {
                let gate = self
                    .gates
                    .gate(scope.tenant, Lane::BrickLink, opened.account);
                let budget = gate.view()?;
                let share = Plan::of(Lane::BrickLink, Some(budget.limit)).share(Purpose::Prices);
                need.room = Some(share.saturating_sub(budget.used));
                need.limit = budget.limit;
            }
        }
        Ok(need)
    }
}
