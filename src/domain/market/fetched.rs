//! What was fetched of an item and of its prices, each part with its own time and its own trouble.

use serde::{Deserialize, Serialize};

use super::{CatalogFacts, Class, PriceGuide, PriceKey};
use crate::domain::{Category, Color, ColorId, ItemKey, Timestamp};

/// Why a part could not be fetched, and when it is tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// When it was tried.
    pub at: Timestamp,
    /// What kind of trouble.
    pub class: Class,
    /// One plain sentence.
    pub text: String,
    /// It is not tried before this.
    pub again: Timestamp,
}

/// A part that comes from outside: what was fetched last stays, whatever fails later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetched<T> {
    /// What was fetched last, and when.
    pub known: Option<(T, Timestamp)>,
    /// What went wrong since.
    pub trouble: Option<Trouble>,
}

impl<T> Default for Fetched<T> {
    fn default() -> Self {
        Self {
            known: None,
            trouble: None,
        }
    }
}

impl<T> Fetched<T> {
    /// When it was fetched last; `None`: never.
    pub fn at(&self) -> Option<Timestamp> {
        self.known.as_ref().map(|(_, at)| *at)
    }

    /// Whether it may be tried at `now`.
    pub fn may_try(&self, now: Timestamp) -> bool {
        self.trouble
            .as_ref()
            .is_none_or(|trouble| now >= trouble.again || now < trouble.at)
    }

    /// Takes in what a try has brought.
    pub fn take(&mut self, brought: Result<T, Trouble>, now: Timestamp) {
        match brought {
            Ok(value) => {
                self.known = Some((value, now));
                self.trouble = None;
            }
            Err(trouble) => self.trouble = Some(trouble),
        }
    }
}

/// What was fetched of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchedItem {
    /// Kind and number.
    pub key: ItemKey,
    /// Name, category, year, size.
    pub facts: Fetched<CatalogFacts>,
    /// The colours it is known in, ascending.
    pub colors: Fetched<Vec<ColorId>>,
}

impl FetchedItem {
    /// Nothing yet.
    pub fn none(key: ItemKey) -> Self {
        Self {
            key,
            facts: Fetched::default(),
            colors: Fetched::default(),
        }
    }
}

/// What was fetched of a price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchedPrice {
    /// Of what.
    pub key: PriceKey,
    /// The guide.
    pub guide: Fetched<PriceGuide>,
}

impl FetchedPrice {
    /// Nothing yet.
    pub fn none(key: PriceKey) -> Self {
        Self {
            key,
            guide: Fetched::default(),
        }
    }
}

/// Colours and categories as they were fetched last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// When.
    pub at: Timestamp,
    /// Every colour.
    pub colors: Vec<Color>,
    /// Every category that has a number.
    pub categories: Vec<Category>,
}

/// When somebody looked at an item last, in a colour or (without one) at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedItem {
    /// Kind and number.
    pub key: ItemKey,
    /// The colour.
    pub color: Option<ColorId>,
    /// When.
    pub at: Timestamp,
}

/// What one refresh did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refreshed {
    /// Parts that were fetched (item, colours, each price).
    pub fetched: u32,
    /// Parts that were young enough, or are not tried again yet.
    pub left: u32,
    /// Parts that could not be fetched.
    pub failed: u32,
    /// The first trouble, which is most often the only one.
    pub trouble: Option<Trouble>,
}

impl Refreshed {
    /// Whether something is missing.
    pub const fn is_partial(&self) -> bool {
        self.failed > 0
    }

    /// Adds what another refresh did.
    pub fn add(&mut self, other: &Self) {
        self.fetched += other.fetched;
        self.left += other.left;
        self.failed += other.failed;
        if self.trouble.is_none() {
            self.trouble.clone_from(&other.trouble);
        }
    }
}

/// What a walk over stale items did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walked {
    /// Items that were due.
    pub due: u32,
    /// Items that were gone through.
    pub items: u32,
    /// What came of their parts.
    pub parts: Refreshed,
    /// Somebody stopped it.
    pub stopped: bool,
}

/// How many facts are of which age.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgeCounts {
    /// Young enough.
    pub fresh: u32,
    /// Due in the background.
    pub stale: u32,
    /// Due when read.
    pub expired: u32,
    /// Not known at all.
    pub never: u32,
}

impl AgeCounts {
    /// How many of a thousand that are known are expired.
    pub fn expired_permille(self) -> u32 {
        let known = u64::from(self.fresh) + u64::from(self.stale) + u64::from(self.expired);
        let part = u64::from(self.expired) * 1000;
        u32::try_from(part.checked_div(known).unwrap_or(0)).unwrap_or(1000)
    }
}

/// How fresh the catalogue is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreshnessReport {
    /// Every item of the catalogue, and those that were fetched beside it.
    pub items: AgeCounts,
    /// Prices of what the shop has, sold and for sale.
    pub prices: AgeCounts,
    /// The item to refresh next.
    pub next: Option<ItemKey>,
}
