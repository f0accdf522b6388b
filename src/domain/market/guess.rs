//! What a picture may show, as the service that recognises parts guesses it.

use serde::{Deserialize, Serialize};

use crate::domain::ItemKey;

/// How sure a guess is, in 1/10,000: 0 to 10,000.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Score(pub u16);

impl Score {
    /// Quite sure.
    pub const FULL: Self = Self(10_000);

    /// Whole percent, rounded down: what is shown never says more than what was said.
    pub const fn percent(self) -> u16 {
        self.0 / 100
    }
}

/// What is looked for in a picture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Sought {
    /// Anything.
    #[default]
    Any,
    /// Parts and stickers.
    Parts,
    /// Sets.
    Sets,
    /// Minifigures.
    Minifigures,
}

/// One thing it may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guess {
    /// In BrickLink's numbers; `None` for a type that is not known here. It need not exist there any
    /// more: the catalogue decides.
    pub item: Option<ItemKey>,
    /// The number as the service gives it.
    pub no: String,
    /// The service's word for its type.
    pub word: String,
    /// Its name.
    pub name: String,
    /// Its category; may be empty.
    pub category: String,
    /// How sure.
    pub score: Score,
    /// Address of a picture of it; may be empty.
    pub picture: String,
    /// Its place in the service's answer, from 0.
    pub rank: u32,
}

/// A colour it may have: only a hint, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColorHint {
    /// The service's name of the colour.
    pub name: String,
    /// How sure.
    pub score: Score,
}

/// The answer to one picture. No guesses: nothing was recognised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guesses {
    /// The service's name of this answer, for telling it what was right.
    pub listing: String,
    /// The surest first.
    pub items: Vec<Guess>,
    /// The surest first; mostly empty.
    pub colors: Vec<ColorHint>,
}
