//! What synchronisation knows of a lot at one marketplace.

use serde::{Deserialize, Serialize};

use super::Face;
use crate::domain::{ColorId, EntryId, ItemKey, LotId, Timestamp};

/// Why a lot is not offered at a marketplace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotListed {
    /// It has no number of the catalogue.
    Custom,
    /// It has no price.
    NoPrice,
    /// It has no pieces, and was never offered there.
    Empty,
    /// The marketplace sells no such things.
    Kind,
    /// BrickOwl does not know the item.
    NoBoid,
    /// BrickOwl has several numbers for the item; a person must choose one of these.
    Boids(Vec<String>),
    /// BrickOwl has no such colour.
    Color,
    /// The remarks say so.
    Excluded,
    /// The store there has another currency (named), and the shop has no rate for it.
    Currency(String),
}

impl NotListed {
    /// In a few words, to be read after "not listed:".
    pub fn words(&self) -> String {
        match self {
            Self::Custom => "it has no number of the catalogue".into(),
            Self::NoPrice => "it has no price".into(),
            Self::Empty => "it has no pieces".into(),
            Self::Kind => "such things are not sold there".into(),
            Self::NoBoid => "BrickOwl does not know the item".into(),
            Self::Boids(several) => format!(
                "BrickOwl has several numbers for the item, choose one: {}",
                several.join(", ")
            ),
            Self::Color => "BrickOwl has no such colour".into(),
            Self::Excluded => "its remarks exclude it".into(),
            Self::Currency(currency) => format!("the store there sells in {currency}"),
        }
    }
}

/// What is known of a lot at a marketplace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The marketplace's number of it; `None`: it is not there.
    pub remote: Option<u64>,
    /// What it is there, in BrickLink's numbers; a lot that becomes something else must be made anew.
    pub article: Option<(ItemKey, ColorId)>,
    /// What the marketplace holds, as far as is known: the last read, and everything that was sent or
    /// ordered since.
    pub agreed: Option<Face>,
    /// The newest entry of the ledger that is settled there.
    pub upto: EntryId,
    /// In how many reads in a row it was missing.
    pub missing: u8,
    /// When the marketplace last showed it whole.
    pub seen: Timestamp,
    /// Why it is not there.
    pub not_listed: Option<NotListed>,
}

impl Link {
    /// Whether the marketplace has the lot.
    pub const fn is_linked(&self) -> bool {
        self.remote.is_some()
    }

    /// It is not there any more. What it was sold as is forgotten, its number is not: late orders name it.
    pub fn cut(&mut self) {
        self.remote = None;
        self.article = None;
        self.agreed = None;
        self.missing = 0;
    }

    /// The marketplace has sold this many pieces. BrickLink drops a lot without any, unless it keeps it.
    pub fn sold(&mut self, pieces: u32, drops_empty: bool) {
        let Some(agreed) = &mut self.agreed else {
            return;
        };
        agreed.quantity = agreed.quantity.saturating_sub(pieces);
        if agreed.quantity == 0 && drops_empty && !agreed.retain {
            self.cut();
        }
    }
}

/// What BrickOwl calls an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OwlNumber {
    /// Its number, without colour.
    One(String),
    /// It has several; a person must choose.
    Several(Vec<String>),
    /// It does not know this one.
    Nothing,
    /// It does not sell such things.
    Never,
}

/// What BrickOwl calls an item, as it was asked or told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwlName {
    /// The item.
    pub item: ItemKey,
    /// The answer.
    pub number: OwlNumber,
    /// When.
    pub at: Timestamp,
    /// A person said so; it is not asked again.
    pub by_hand: bool,
}

/// For how long "it does not know this one" counts, in microseconds: seven days.
pub const NOTHING_COUNTS: i64 = 7 * crate::domain::time::DAY;

impl OwlName {
    /// Whether it still counts; a number counts for ever.
    pub const fn counts(&self, now: Timestamp) -> bool {
        match self.number {
            OwlNumber::One(_) | OwlNumber::Never => true,
            OwlNumber::Several(_) | OwlNumber::Nothing => {
                self.by_hand || now.since(self.at) < NOTHING_COUNTS
            }
        }
    }
}

/// Our own number of a lot, as BrickOwl keeps it: how a lot is found again after a lost answer, and by which
/// orders name it. BrickLink's number where there is one, as other programs write it too.
pub fn external_of(lot: LotId, bricklink: Option<u64>) -> String {
    bricklink.map_or_else(|| format!("L{lot}"), |number| number.to_string())
}

/// The lot behind our own number, where it is one that [`external_of`] made of a lot's number.
pub fn lot_of_external(external: &str) -> Option<LotId> {
    external.strip_prefix('L')?.parse().ok().map(LotId)
}
