//! One refresh: an item, its colours, the prices of the colours that are stocked or were looked at. What
//! comes is stored in one transaction; each part keeps its own time and its own trouble.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::market::{
    Class, Failure, Fetched, FetchedItem, FetchedPrice, Guide, Lane, MarketKeys, PriceKey, Purpose,
    Refreshed, Region, Service, Trouble,
};
use crate::domain::time::{DAY, SECOND};

use crate::domain::{
    ColorId, Condition, Freshness, ItemKey, ItemKind, Marketplace, Scope, TenantId, Timestamp,
};
use crate::error::Result;
use crate::market::Gate;
use crate::market::bricklink::BrickLink;
use crate::services::App;
use crate::store::{Batch, Decided, Tx};

const MINUTE: i64 = 60 * SECOND;

/// What of an item is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Everything.
    All,
    /// What is missing, stale or expired, and not held back by a trouble.
    Old,
}

/// When a part that failed is tried again.
fn again(failure: &Failure, now: Timestamp) -> Timestamp {
    let wait = match failure.retry_after {
        Some(seconds) => i64::from(seconds).max(1) * SECOND,
        None if failure.class.passes() => 10 * MINUTE,
        None if matches!(failure.class, Class::NoKeys | Class::Offline) => MINUTE,
        None => DAY,
    };
    Timestamp::from_micros(now.micros().saturating_add(wait))
}

pub(super) fn trouble(failure: &Failure, now: Timestamp) -> Trouble {
    Trouble {
        at: now,
        class: failure.class,
        text: failure.text.clone(),
        again: again(failure, now),
    }
}

/// Whether the next call would fail in the same way.
pub(super) fn ends_all(class: Class) -> bool {
    !matches!(
        class,
        Class::NotFound | Class::Refused | Class::TooLarge | Class::Garbled
    )
}

/// The makings of one refresh.
struct Round<'a> {
    client: Option<&'a BrickLink>,
    now: Timestamp,
    due: Due,
    windows: crate::domain::Windows,
    done: Refreshed,
    /// No more calls: this would be the answer to each.
    over: Option<Trouble>,
}

impl Round<'_> {
    /// Fetches a part if it is due. `base` is when the imported catalogue knew it.
    fn part<T>(
        &mut self,
        part: &mut Fetched<T>,
        base: Option<Timestamp>,
        fetch: impl FnOnce(&BrickLink) -> std::result::Result<T, Box<Failure>>,
    ) {
        let at = part.at().max(base);
        let fresh = at.is_some_and(|at| self.windows.judge(at, self.now) == Freshness::Fresh);
        if self.due == Due::Old && (fresh || !part.may_try(self.now)) {
            self.done.left += 1;
            return;
        }
        let brought = match (&self.over, self.client) {
            (Some(over), _) => Err(over.clone()),
            (None, None) => return,
            (None, Some(client)) => fetch(client).map_err(|failure| {
                let trouble = trouble(&failure, self.now);
                if ends_all(failure.class) {
                    self.over = Some(trouble.clone());
                }
                trouble
            }),
        };
        match &brought {
            Ok(_) => self.done.fetched += 1,
            Err(trouble) => {
                self.done.failed += 1;
                self.done.trouble.get_or_insert_with(|| trouble.clone());
            }
        }
        part.take(brought, self.now);
    }
}

/// Colours of an item whose prices matter: stocked in the shop, or looked at.
pub(super) fn priced_colors(tx: &Tx<'_>, scope: &Scope, key: &ItemKey) -> Result<Vec<ColorId>> {
    let shop = tx.shop(scope);
    let ids: Vec<_> = shop.stock_of(key)?.into_iter().map(|(id, _)| id).collect();
    let mut colors: BTreeSet<ColorId> = shop.lots(&ids)?.iter().map(|lot| lot.color).collect();
    let looked = tx.opened_of(key)?;
    colors.extend(looked.iter().filter_map(|look| look.color));
    if key.kind != ItemKind::Part && !looked.is_empty() {
        colors.insert(ColorId(0));
    }
    Ok(colors.into_iter().collect())
}

/// The four prices of an item in a colour.
pub(super) fn price_keys(item: &ItemKey, color: ColorId, currency: &str) -> Vec<PriceKey> {
    let mut keys = Vec::with_capacity(4);
    for condition in [Condition::New, Condition::Used] {
        for guide in [Guide::Sold, Guide::Stock] {
            keys.push(PriceKey {
                item: item.clone(),
                color,
                condition,
                guide,
                currency: currency.to_owned(),
                region: Region::World,
            });
        }
    }
    keys
}

impl App {
    /// Fetches everything about an item now, with the keys of the shop. What fails is told and tried
    /// again later; what was known stays.
    ///
    /// # Errors
    /// `Forbidden` without the right to read the catalogue, `Storage` when the store cannot be used.
    pub fn refresh_item(&self, scope: &Scope, key: &ItemKey) -> Result<Refreshed> {
        super::somebody(scope)?;
        self.refreshed(scope, key, Due::All, Purpose::Person)
    }

    /// One refresh; the same item is not refreshed twice at a time.
    pub(super) fn refreshed(
        &self,
        scope: &Scope,
        key: &ItemKey,
        due: Due,
        purpose: Purpose,
    ) -> Result<Refreshed> {
        let name = format!(
            "{} {} {} {due:?}",
            scope.tenant.0,
            key.kind.letter(),
            key.folded()
        );
        let flights = &self.freshener.flights;
        flights
            .ask(&name, || self.refresh(scope, key, due, purpose))
            .0
    }

    fn refresh(
        &self,
        scope: &Scope,
        key: &ItemKey,
        due: Due,
        purpose: Purpose,
    ) -> Result<Refreshed> {
        let now = self.clock.now();
        let currency = self.shop_record(scope)?.currency;
        let (base, mut item, mut prices) = self.store.read(|tx| {
            let base = match tx.catalog()? {
                Some(catalog) => match catalog.find(key)? {
                    Some(id) => catalog.record(id)?,
                    None => None,
                },
                None => None,
            };
            let item = tx.fetched_item(key)?;
            let mut prices = Vec::new();
            for color in priced_colors(tx, scope, key)? {
                for key in price_keys(key, color, &currency) {
                    let known = tx.fetched_price(&key)?;
                    prices.push(known.unwrap_or_else(|| FetchedPrice::none(key)));
                }
            }
            let item = item.unwrap_or_else(|| FetchedItem::none(key.clone()));
            Ok((base, item, prices))
        })?;
        let opened = self.bricklink_of(scope.tenant, |gate| gate);
        let mut round = Round {
            client: opened.as_ref().ok(),
            now,
            due,
            windows: self.windows,
            done: Refreshed::default(),
            over: opened.as_ref().err().map(|failure| trouble(failure, now)),
        };
        let basics = base.as_ref().map(|base| base.basics.at);
        let colors = base.as_ref().and_then(|base| base.colors_from);
        round.part(&mut item.facts, basics, |client| client.item(key, purpose));
        let unknown = item.facts.trouble.as_ref().map(|t| t.class) == Some(Class::NotFound);
        if !unknown {
            let at = colors.map(|facts| facts.at);
            round.part(&mut item.colors, at, |client| {
                client.item_colors(key, purpose)
            });
            let purpose = match purpose {
                Purpose::Catalogue => Purpose::Prices,
                other => other,
            };
            for price in &mut prices {
                let key = price.key.clone();
                round.part(&mut price.guide, None, |client| client.price(&key, purpose));
            }
        }
        let done = round.done;
        // Nobody was asked: what is stored stays as it is, without a word about it. Nor is a number worth
        // keeping that nobody knows.
        let asked = opened.is_ok() && done.fetched + done.failed > 0;
        let stray = base.is_none() && item.facts.known.is_none();
        if asked && !stray {
            self.store.write(move |_| {
                let mut batch = Batch::new();
                batch.put_fetched(item, prices);
                Ok(Decided::new((), batch))
            })?;
            if base.is_none() {
                self.names().forget_item(key);
            }
        }
        Ok(done)
    }

    /// A client with the keys of a shop; `through` may put something in front of its gate.
    pub(super) fn bricklink_of(
        &self,
        tenant: TenantId,
        through: impl FnOnce(Arc<dyn Gate>) -> Arc<dyn Gate>,
    ) -> std::result::Result<BrickLink, Box<Failure>> {
        let none = |class, text: &str| Box::new(Failure::new(Service::BrickLink, class, text));
        let off = || {
            none(
                Class::Offline,
                "Calls to services outside are switched off; start the server without --offline.",
            )
        };
        if !self.keys.can_call() {
            return Err(off());
        }
        let opened = self.market_keys(tenant, Marketplace::BrickLink)?;
        let MarketKeys::BrickLink(keys) = &*opened.keys else {
            return Err(none(Class::NoKeys, "These are not BrickLink's keys."));
        };
        let gate = through(self.market_gate(tenant, Lane::BrickLink, opened.account));
        self.keys.bricklink(keys, gate).ok_or_else(off)
    }
}
