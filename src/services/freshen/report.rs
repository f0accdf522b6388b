//! How fresh everything is, for the owner and for whoever watches the server.

use std::collections::{BTreeSet, HashMap};

use super::refresh::price_keys;
use crate::domain::market::{AgeCounts, FreshnessReport};
use crate::domain::{Freshness, Scope, Timestamp, Windows};
use crate::error::Result;
use crate::services::App;
use crate::services::rights::{Right, allow};

fn count(counts: &mut AgeCounts, windows: Windows, at: Option<Timestamp>, now: Timestamp) {
    let place = match at.map(|at| windows.judge(at, now)) {
        None => &mut counts.never,
        Some(Freshness::Fresh) => &mut counts.fresh,
        Some(Freshness::Stale) => &mut counts.stale,
        Some(Freshness::Expired) => &mut counts.expired,
    };
    *place += 1;
}

impl App {
    /// Counts items of the catalogue and prices of what the shop has by their age.
    ///
    /// # Errors
    /// `Forbidden` without the right to read the inventory, `Storage` when the store cannot be read.
    pub fn freshness(&self, scope: &Scope) -> Result<FreshnessReport> {
        allow(scope, Right::ReadInventory)?;
        let currency = self.shop_record(scope)?.currency;
        let mut report = FreshnessReport::default();
        self.store.read(|tx| {
            let mut fetched = HashMap::new();
            tx.each_fetched_item(|item| {
                fetched.insert((item.key.kind.index(), item.key.folded()), item.facts.at());
                Ok(())
            })?;
            if let Some(catalog) = tx.catalog()? {
                catalog.each_item(|_, item| {
                    let name = (item.key.kind.index(), item.key.folded());
                    let at = fetched.remove(&name).flatten().max(Some(item.basics.at));
                    count(&mut report.items, self.windows, at, scope.now);
                    Ok(())
                })?;
            }
            for at in fetched.into_values() {
                count(&mut report.items, self.windows, at, scope.now);
            }
            let mut stocked = BTreeSet::new();
            tx.shop(scope).each_lot(|lot| {
                stocked.insert((lot.item, lot.color, lot.condition));
                Ok(())
            })?;
            for (item, color, condition) in stocked {
                for key in price_keys(&item, color, &currency) {
                    if key.condition == condition {
                        let at = tx.fetched_price(&key)?.and_then(|price| price.guide.at());
                        count(&mut report.prices, self.windows, at, scope.now);
                    }
                }
            }
            Ok(())
        })?;
        report.next = self.due_items(scope, 1)?.1.pop();
        Ok(report)
    }
}
