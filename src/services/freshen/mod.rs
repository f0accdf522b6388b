//! Keeping facts and prices of items fresh: what is stored is answered at once, what is missing or too
//! old is fetched meanwhile, and screens hear of it.
//!
//! No read waits for a call. `App::wish_fresh` only notes what is due; a thread of its own works off
//! the notes ([`start`]), and tests do the same by hand ([`App::freshen_next`]).

mod bulk;
mod by_hand;
mod jobs;
mod prices;
mod queue;
mod reconcile;
mod refresh;
mod report;
mod walk;

use std::sync::{Arc, Weak};

pub(in crate::services) use bulk::FetchPrices;
pub use jobs::add_jobs;
pub(crate) use queue::Freshener;
pub use queue::Wish;
pub use refresh::Due;

use super::rights::{NO_SHOP, Right, allow};
use super::{App, Notice};
use crate::domain::market::{Class, FetchedItem, PriceState, Purpose, Refreshed};
use crate::domain::time::SECOND;
use crate::domain::{
    ColorId, Facts, Freshness, Item, ItemColor, ItemKey, Scope, Source, TenantId, Timestamp, UserId,
};
use crate::error::Result;

/// Looking at an item again within this time is not written down again.
const SAME_LOOK: i64 = 3_600 * SECOND;
/// A shop without keys is not asked for them again within this time.
const WITHOUT_KEYS: i64 = 30 * SECOND;

/// Puts younger facts in the place of older ones; makes an item of a number that no import brought.
pub(crate) fn merged(item: Option<Item>, fetched: Option<&FetchedItem>) -> Option<Item> {
    let Some(fetched) = fetched else {
        return item;
    };
    let mut item = match (item, &fetched.facts.known) {
        (Some(item), _) => item,
        (None, Some((facts, at))) => Item {
            key: facts.key.clone(),
            name: String::new(),
            alternates: Vec::new(),
            category: facts.category,
            year: None,
            weight: None,
            dimensions: None,
            colors: Vec::new(),
            image: None,
            obsolete: None,
            bin: None,
            vanished: None,
            basics: Facts {
                source: Source::BrickLink,
                at: Timestamp::from_micros(at.micros().saturating_sub(1)),
            },
            colors_from: None,
            bin_from: None,
        },
        (None, None) => return None,
    };
    if let Some((facts, at)) = &fetched.facts.known
        && *at > item.basics.at
    {
        item.name.clone_from(&facts.name);
        for other in &facts.alternates {
            if !item.alternates.contains(other) {
                item.alternates.push(other.clone());
            }
        }
        item.category = facts.category;
        item.year = facts.year.or(item.year);
        item.weight = facts.weight.or(item.weight);
        item.dimensions = facts.dimensions.or(item.dimensions);
        if !facts.image.is_empty() {
            item.image = Some(facts.image.clone());
        }
        item.obsolete = Some(facts.obsolete);
        item.vanished = None;
        item.basics = Facts {
            source: Source::BrickLink,
            at: *at,
        };
    }
    if let Some((colors, at)) = &fetched.colors.known
        && item.colors_from.is_none_or(|from| *at > from.at)
    {
        let mut known = std::mem::take(&mut item.colors);
        item.colors = colors
            .iter()
            .map(|color| {
                let at = known.iter().position(|one| one.color == *color);
                at.map_or_else(
                    || ItemColor {
                        color: *color,
                        elements: Vec::new(),
                    },
                    |at| known.swap_remove(at),
                )
            })
            .collect();
        item.colors_from = Some(Facts {
            source: Source::BrickLink,
            at: *at,
        });
    }
    Some(item)
}

/// Refuses who may not read the catalogue, and nobody: what is fetched is fetched with the keys of a shop.
fn somebody(scope: &Scope) -> Result<()> {
    allow(scope, Right::ReadCatalog)?;
    if scope.tenant == NO_SHOP {
        return allow(scope, Right::ReadInventory);
    }
    Ok(())
}

impl App {
    /// Counts an answer from what is stored: the oldest of it, `None` where something was missing, and whether
    /// fetching it had failed.
    pub(crate) fn answered(&self, scope: &Scope, worst: Option<Freshness>, failed: bool) {
        if scope.tenant != NO_SHOP {
            let meter = &self.machines.meter;
            meter.answered(scope.tenant, worst, failed && worst.is_some());
        }
    }

    /// Notes that somebody looks at an item: what is missing or old will be fetched. Returns at once. `worst`:
    /// the oldest of what was answered, `None` where something was missing.
    pub(crate) fn wish_fresh(
        &self,
        scope: &Scope,
        key: &ItemKey,
        color: Option<ColorId>,
        worst: Option<Freshness>,
    ) {
        if !self.keys.can_call() || scope.tenant == NO_SHOP {
            return;
        }
        self.freshener.wish(Wish {
            tenant: scope.tenant,
            key: key.clone(),
            color,
            urgent: worst.is_none_or(|worst| worst == Freshness::Expired),
            due: worst != Some(Freshness::Fresh),
        });
    }

    /// Notes that somebody looks at an item of which nothing can be fetched now.
    pub(crate) fn note_wish(&self, scope: &Scope, key: &ItemKey) {
        self.wish_fresh(scope, key, None, Some(Freshness::Fresh));
    }

    /// Works off the next wish; `false`: there was none. It blocks for as long as its calls take.
    pub fn freshen_next(&self) -> bool {
        let Some(wish) = self.freshener.next() else {
            return false;
        };
        let granted = self.grant(&wish);
        self.freshener.done(&wish);
        match granted {
            Ok(true) => {}
            Ok(false) => self.announce(&Notice::NothingFetched(wish.tenant)),
            Err(e) => tracing::warn!("an item could not be refreshed: {e}"),
        }
        true
    }

    /// Whether screens need no word: something was stored, or there was nothing to fetch.
    fn needs_no_word(done: &Refreshed) -> bool {
        done.trouble.as_ref().is_none_or(|trouble| {
            !matches!(
                trouble.class,
                Class::NoKeys | Class::Offline | Class::NotFound
            )
        })
    }

    fn grant(&self, wish: &Wish) -> Result<bool> {
        let now = self.clock.now();
        self.note_look(&wish.key, wish.color, now)?;
        if !wish.due || self.freshener.is_without_keys(wish.tenant, now) {
            return Ok(true);
        }
        let scope = Scope::owner(wish.tenant, UserId(0), now);
        let purpose = if wish.urgent {
            Purpose::Person
        } else {
            Purpose::Catalogue
        };
        let done = self.refreshed(&scope, &wish.key, Due::Old, purpose)?;
        self.heed(wish.tenant, &done, now);
        Ok(Self::needs_no_word(&done))
    }

    /// Whether what is due can be expected, and why not.
    pub(crate) fn fetching(
        &self,
        scope: &Scope,
        key: &ItemKey,
        due: bool,
        held: bool,
    ) -> PriceState {
        if !due {
            PriceState::Here
        } else if !self.keys.can_call() {
            PriceState::Offline
        } else if self.freshener.is_without_keys(scope.tenant, scope.now) {
            PriceState::NoKeys
        } else if held {
            PriceState::Failed
        } else if self.freshener.waits(scope.tenant, key) {
            PriceState::Coming
        } else {
            PriceState::Nothing
        }
    }

    fn heed(&self, tenant: TenantId, done: &Refreshed, now: Timestamp) {
        let class = done.trouble.as_ref().map(|trouble| trouble.class);
        if class == Some(Class::NoKeys) {
            let until = Timestamp::from_micros(now.micros().saturating_add(WITHOUT_KEYS));
            self.freshener.without_keys(tenant, until);
        }
    }

    fn note_look(&self, key: &ItemKey, color: Option<ColorId>, now: Timestamp) -> Result<()> {
        let known = self.store.read(|tx| tx.opened_of(key))?;
        let news: Vec<Option<ColorId>> = [None, color]
            .into_iter()
            .take(if color.is_some() { 2 } else { 1 })
            .filter(|color| {
                !known.iter().any(|look| {
                    look.color == *color && (0..SAME_LOOK).contains(&now.since(look.at))
                })
            })
            .collect();
        if news.is_empty() {
            return Ok(());
        }
        let key = key.clone();
        self.store.write(move |_| {
            let mut batch = crate::store::Batch::new();
            for color in news {
                batch.put_opened(crate::domain::market::OpenedItem {
                    key: key.clone(),
                    color,
                    at: now,
                });
            }
            Ok(crate::store::Decided::new((), batch))
        })
    }
}

/// A thread that works off wishes for as long as the program lives. Without the means to call anybody
/// there is none.
pub fn start(app: &Arc<App>) {
    if !app.keys.can_call() {
        return;
    }
    let (queue, app): (_, Weak<App>) = (Arc::clone(&app.freshener), Arc::downgrade(app));
    let worker = std::thread::Builder::new().name("freshen".into());
    let started = worker.spawn(move || {
        while queue.wait() {
            let Some(app) = app.upgrade() else {
                return;
            };
            app.freshen_next();
        }
    });
    if let Err(e) = started {
        tracing::warn!("nothing is refreshed in the background: {e}");
    }
}
