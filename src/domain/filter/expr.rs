//! A filter as it is understood: typed tests of one lot, joined by and, or, not.
//!
//! Nothing here needs data. Where a fact of a lot is not known, no test of it holds, and so a `Not` around
//! that test does.

use serde::{Deserialize, Serialize};

use super::field::{DateField, Field, MoneyField, NumberField, TextField};
use super::matcher::Matcher;
use crate::domain::item::Grams;
use crate::domain::{
    CategoryId, ColorId, Completeness, Condition, ItemKind, Marketplace, Money, Timestamp,
};

/// What a lot must be.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Expr {
    /// Every lot fits.
    #[default]
    All,
    /// All of these.
    And(Vec<Expr>),
    /// At least one of these.
    Or(Vec<Expr>),
    /// Not this.
    Not(Box<Expr>),
    /// One test.
    Test(Test),
}

/// From and to, both included; an open end is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span<T> {
    /// The least that fits.
    pub from: Option<T>,
    /// The most that fits.
    pub to: Option<T>,
}

impl<T: Copy + Ord> Span<T> {
    /// Exactly this.
    pub fn only(value: T) -> Self {
        Self {
            from: Some(value),
            to: Some(value),
        }
    }

    /// Whether a value lies within.
    pub fn contains(&self, value: T) -> bool {
        self.from.is_none_or(|from| from <= value) && self.to.is_none_or(|to| value <= to)
    }
}

impl<T> Span<T> {
    pub(super) fn map<U>(self, mut change: impl FnMut(T) -> U) -> Span<U> {
        Span {
            from: self.from.map(&mut change),
            to: self.to.map(&mut change),
        }
    }
}

/// Which colour.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ColorTest {
    /// The one with this number.
    Id(ColorId),
    /// Its name or BrickLink's group of it (`Transparent`, `Pearl`, ...) fits.
    Named(Matcher),
}

/// Which category.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CategoryTest {
    /// The node with this number, or one below it.
    Id(CategoryId),
    /// Its name, or that of a node above it, fits.
    Named(Matcher),
}

/// How a lot stands with a marketplace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SyncState {
    /// Both sides agree as far as is known.
    InStep,
    /// A change waits to be sent.
    Waiting,
    /// The marketplace refused the last change.
    Failed,
    /// The lot was never there.
    Never,
}

/// One question to one lot.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Test {
    /// Item number, name, colour name, place, remarks or public note: at least one of them fits.
    Words(Matcher),
    /// A text fits; of several (tags) one.
    Text {
        /// Which text.
        field: TextField,
        /// How it must look.
        matcher: Matcher,
    },
    /// A whole number lies within.
    Number {
        /// Which number.
        field: NumberField,
        /// Its limits.
        range: Span<i64>,
    },
    /// An amount in the shop's currency lies within.
    Money {
        /// Which amount.
        field: MoneyField,
        /// Its limits.
        range: Span<Money>,
    },
    /// The weight of one piece lies within.
    Weight(Span<Grams>),
    /// A point in time lies within.
    Date {
        /// Which one.
        field: DateField,
        /// Its limits.
        range: Span<Timestamp>,
    },
    /// The colour fits.
    Color(ColorTest),
    /// The category fits.
    Category(CategoryTest),
    /// The type is one of these; ascending.
    Kind(Vec<ItemKind>),
    /// The condition is one of these; ascending.
    Condition(Vec<Condition>),
    /// The completeness is one of these; ascending.
    Completeness(Vec<Completeness>),
    /// It lies in one of these stockrooms, capital letters; ascending.
    Room(Vec<char>),
    /// Whether it is kept on the marketplace when empty.
    Retain(bool),
    /// Whether the catalogue knows the item.
    Known(bool),
    /// How it stands with a marketplace.
    Sync {
        /// Which one; `None`: at least one of them.
        market: Option<Marketplace>,
        /// One of these; ascending.
        states: Vec<SyncState>,
    },
    /// The field is empty, 0 or not known. Only fields of [`Field::can_miss`].
    Missing(Field),
    /// The opposite of `Missing`.
    Has(Field),
    /// There are other lots of the same item, colour and condition.
    Duplicate {
        /// They also agree in remarks and price.
        strict: bool,
    },
}

impl Expr {
    /// No lot fits.
    pub fn nothing() -> Self {
        Self::Not(Box::new(Self::All))
    }

    /// All of these, in canonical form: flat, without `All`, without a list of one.
    pub fn and(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Self::All => {}
                Self::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Self::All,
            1 => flat.remove(0),
            _ => Self::And(flat),
        }
    }

    /// One of these, in canonical form; of none: no lot fits.
    pub fn or(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Self::All => return Self::All,
                Self::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            0 => Self::nothing(),
            1 => flat.remove(0),
            _ => Self::Or(flat),
        }
    }

    /// The opposite, in canonical form: never twice.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// How many tests it holds.
    pub fn tests(&self) -> usize {
        match self {
            Self::All => 0,
            Self::And(parts) | Self::Or(parts) => parts.iter().map(Self::tests).sum(),
            Self::Not(inner) => inner.tests(),
            Self::Test(_) => 1,
        }
    }

    /// How deeply it is nested; a single test is 1.
    pub fn depth(&self) -> usize {
        match self {
            Self::All | Self::Test(_) => 1,
            Self::And(parts) | Self::Or(parts) => {
                1 + parts.iter().map(Self::depth).max().unwrap_or(0)
            }
            Self::Not(inner) => 1 + inner.depth(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(yes: bool) -> Expr {
        Expr::Test(Test::Known(yes))
    }

    #[test]
    fn canonical_forms() {
        assert_eq!(Expr::and([]), Expr::All);
        assert_eq!(Expr::or([]), Expr::nothing());
        assert_eq!(Expr::and([Expr::All, known(true)]), known(true));
        assert_eq!(Expr::or([Expr::All, known(true)]), Expr::All);
        let nested = Expr::and([Expr::and([known(true), known(false)]), known(true)]);
        assert_eq!(nested.depth(), 2);
        assert_eq!(nested.tests(), 3);
        assert_eq!(known(true).negated().negated(), known(true));
    }

    #[test]
    fn both_ends_of_a_span_belong_to_it() {
        let span = Span {
            from: Some(5),
            to: Some(7),
        };
        let inside: Vec<i32> = (0..10).filter(|n| span.contains(*n)).collect();
        assert_eq!(inside, [5, 6, 7]);
        assert!(
            Span {
                from: None,
                to: Some(3)
            }
            .contains(i32::MIN)
        );
    }
}
