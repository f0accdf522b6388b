//! The price guide as it is shown: what is stored, how old it is, and why something is missing.

use super::refresh::price_keys;
use crate::domain::market::price_view::{PriceState, PriceView};
use crate::domain::market::{FetchedPrice, OwnPrice, PriceCell, PriceFigures, PriceSheet};
use crate::domain::rows::LotRow;
use crate::domain::{ColorId, Freshness, ItemKey, Scope};
use crate::error::Result;
use crate::services::App;
use crate::services::rights::{Right, allowed};

/// What is stored of the four prices, and what is due of it.
struct Stored {
    currency: String,
    prices: Vec<FetchedPrice>,
    /// One was never fetched.
    missing: bool,
    worst: Freshness,
    /// Troubles keep all that is due from being fetched now.
    held: bool,
}

impl Stored {
    fn due(&self) -> bool {
        self.missing || self.worst != Freshness::Fresh
    }
}

impl App {
    fn stored_prices(&self, scope: &Scope, item: &ItemKey, color: ColorId) -> Result<Stored> {
        let currency = self.shop_record(scope)?.currency;
        let prices = self.store.read(|tx| {
            price_keys(item, color, &currency)
                .into_iter()
                .map(|key| {
                    let known = tx.fetched_price(&key)?;
                    Ok(known.unwrap_or_else(|| FetchedPrice::none(key)))
                })
                .collect::<Result<Vec<_>>>()
        })?;
        let (mut missing, mut worst) = (false, Freshness::Fresh);
        let (mut due, mut held) = (0, 0);
        for price in &prices {
            let age = price.guide.at().map(|at| self.windows.judge(at, scope.now));
            worst = worst.max(age.unwrap_or(Freshness::Fresh));
            missing |= age.is_none();
            if age != Some(Freshness::Fresh) {
                due += 1;
                held += u32::from(!price.guide.may_try(scope.now));
            }
        }
        Ok(Stored {
            currency,
            prices,
            missing,
            worst,
            held: due > 0 && held == due,
        })
    }

    /// Has what is due fetched meanwhile, and says whether it is coming.
    fn expected(
        &self,
        scope: &Scope,
        (item, color): (&ItemKey, ColorId),
        stored: &Stored,
    ) -> PriceState {
        let worst = (!stored.missing).then_some(stored.worst);
        let mut prices = stored.prices.iter();
        let failed = prices.any(|price| price.guide.trouble.is_some());
        self.answered(scope, worst, failed);
        if !stored.held {
            self.wish_fresh(scope, item, Some(color), worst);
        }
        self.fetching(scope, item, stored.due(), stored.held)
    }

    /// The guide to an item in a colour, new and used, sold and for sale, in the currency of the shop.
    /// What is due is fetched meanwhile; nothing is waited for.
    ///
    /// # Errors
    /// `Forbidden` without the right to read the catalogue, `Storage` when the store cannot be read.
    pub fn prices(&self, scope: &Scope, item: &ItemKey, color: ColorId) -> Result<PriceView> {
        super::somebody(scope)?;
        let stored = self.stored_prices(scope, item, color)?;
        let state = self.expected(scope, (item, color), &stored);
        let prices = stored.prices.into_iter();
        let (guides, troubles): (Vec<_>, Vec<_>) = prices
            .map(|price| (price.guide.known, price.guide.trouble))
            .unzip();
        Ok(PriceView {
            currency: stored.currency,
            guides: guides
                .into_iter()
                .flatten()
                .map(|(guide, _)| guide)
                .collect(),
            trouble: troubles.into_iter().flatten().next(),
            state,
        })
    }

    /// The same as a pane shows it, with the shop's own prices beside.
    ///
    /// # Errors
    /// `NotFound` for an item that neither the catalogue knows nor anybody has fetched; as [`App::prices`].
    pub fn price_sheet(&self, scope: &Scope, item: &ItemKey, color: ColorId) -> Result<PriceSheet> {
        super::somebody(scope)?;
        if !self.is_known(item)? {
            return Err(crate::services::catalog::detail::unknown(item));
        }
        let lots = if allowed(scope, Right::ReadInventory) {
            self.lots_of_item(scope, item)?
        } else {
            Vec::new()
        };
        let stored = self.stored_prices(scope, item, color)?;
        let state = self.expected(scope, (item, color), &stored);
        Ok(self.sheet(scope, (item, color), stored, &lots, state))
    }

    /// What is stored of the prices, without anything being fetched for it.
    pub(crate) fn stored_sheet(
        &self,
        scope: &Scope,
        (item, color): (&ItemKey, ColorId),
        lots: &[LotRow],
    ) -> Result<PriceSheet> {
        let stored = self.stored_prices(scope, item, color)?;
        let state = self.fetching(scope, item, stored.due(), stored.held);
        Ok(self.sheet(scope, (item, color), stored, lots, state))
    }

    fn sheet(
        &self,
        scope: &Scope,
        (item, color): (&ItemKey, ColorId),
        stored: Stored,
        lots: &[LotRow],
        state: PriceState,
    ) -> PriceSheet {
        let cell = |price: FetchedPrice| {
            let at = price.guide.at();
            PriceCell {
                condition: price.key.condition,
                guide: price.key.guide,
                figures: price.guide.known.map(|(guide, _)| PriceFigures::of(&guide)),
                at,
                freshness: at.map(|at| self.windows.judge(at, scope.now)),
                trouble: price.guide.trouble,
            }
        };
        let own = lots.iter().filter(|lot| lot.color.id == color);
        PriceSheet {
            item: item.clone(),
            color: self.names().color(color),
            currency: stored.currency,
            cells: stored.prices.into_iter().map(cell).collect(),
            own: own
                .map(|lot| OwnPrice {
                    condition: lot.condition,
                    price: lot.price,
                    pieces: lot.stock.available,
                })
                .collect(),
            state,
        }
    }
}
