//! The price guide as it is shown: what is stored, how old it is, and why something is missing.

use super::refresh::price_keys;
use crate::domain::market::price_view::{PriceState, PriceView};
use crate::domain::{ColorId, Freshness, ItemKey, Scope};
use crate::error::Result;
use crate::services::App;
use crate::services::rights::{Right, allow};

impl App {
    /// The guide to an item in a colour, new and used, sold and for sale, in the currency of the shop.
    /// What is due is fetched meanwhile; nothing is waited for.
    ///
    /// # Errors
    /// `Forbidden` without the right to read the catalogue, `Storage` when the store cannot be read.
    pub fn prices(&self, scope: &Scope, item: &ItemKey, color: ColorId) -> Result<PriceView> {
        allow(scope, Right::ReadCatalog)?;
        let currency = self.shop_record(scope)?.currency;
        let known = self.store.read(|tx| {
            let keys = price_keys(item, color, &currency);
            keys.iter()
                .map(|key| tx.fetched_price(key))
                .collect::<Result<Vec<_>>>()
        })?;
        let mut view = PriceView {
            currency,
            guides: Vec::new(),
            trouble: None,
            state: PriceState::Here,
        };
        let (mut missing, mut worst) = (false, Freshness::Fresh);
        for known in known {
            let Some(price) = known else {
                missing = true;
                continue;
            };
            if let Some(trouble) = price.guide.trouble {
                view.trouble.get_or_insert(trouble);
            }
            match price.guide.known {
                Some((guide, at)) => {
                    worst = worst.max(self.windows.judge(at, scope.now));
                    view.guides.push(guide);
                }
                None => missing = true,
            }
        }
        let held = view
            .trouble
            .as_ref()
            .is_some_and(|trouble| scope.now < trouble.again);
        let due = missing || worst != Freshness::Fresh;
        let answered = ((!missing).then_some(worst), view.trouble.is_some());
        if held {
            self.machines
                .meter
                .answered(scope.tenant, answered.0, answered.1 && !missing);
        } else {
            self.wish_fresh(scope, item, Some(color), answered);
        }
        view.state = if !due {
            PriceState::Here
        } else if !self.keys.can_call() {
            PriceState::Offline
        } else if self.freshener.is_without_keys(scope.tenant, scope.now) {
            PriceState::NoKeys
        } else if held {
            PriceState::Failed
        } else if self.freshener.waits(scope.tenant, item) {
            PriceState::Coming
        } else {
            PriceState::Nothing
        };
        Ok(view)
    }
}
