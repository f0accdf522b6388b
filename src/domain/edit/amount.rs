//! Sums that are exact: set, add, subtract, multiply, divide, percent.

use serde::{Deserialize, Serialize};

use crate::domain::Money;

/// How a number changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Arithmetic {
    /// It becomes this.
    Set,
    /// This is added.
    Add,
    /// This is taken away.
    Subtract,
    /// It becomes so many times as much.
    Multiply,
    /// It becomes this part of it.
    Divide,
    /// So many percent more.
    More,
    /// So many percent less.
    Less,
}

/// A sum: what happens, and with how much in 1/10,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Amount {
    /// What happens.
    pub arithmetic: Arithmetic,
    /// With how much, in 1/10,000.
    pub by: i64,
}

/// Parts of one.
pub(super) const SCALE: i64 = 10_000;

/// To what a price is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rounding {
    /// To multiples of this.
    pub step: Money,
    /// Up or down only; `None`: to the nearest, half up.
    pub up: Option<bool>,
}

impl Amount {
    /// It becomes this.
    pub const fn set(by: i64) -> Self {
        Self {
            arithmetic: Arithmetic::Set,
            by,
        }
    }

    /// It stays as it is.
    pub const SAME: Self = Self {
        arithmetic: Arithmetic::Multiply,
        by: SCALE,
    };

    /// The number after the sum, half up; `None` beyond what can be kept. Both in 1/10,000.
    pub fn of(self, before: i64) -> Option<i64> {
        let (before, by) = (i128::from(before), i128::from(self.by));
        let scale = i128::from(SCALE);
        let after = match self.arithmetic {
            Arithmetic::Set => by,
            Arithmetic::Add => before + by,
            Arithmetic::Subtract => before - by,
            Arithmetic::Multiply => half_up(before.checked_mul(by)?, scale)?,
            Arithmetic::Divide => half_up(before.checked_mul(scale)?, by)?,
            Arithmetic::More => half_up(before.checked_mul(scale * 100 + by)?, scale * 100)?,
            Arithmetic::Less => half_up(before.checked_mul(scale * 100 - by)?, scale * 100)?,
        };
        i64::try_from(after).ok()
    }

    /// The same for whole numbers; the result is rounded half up.
    pub fn of_whole(self, before: i64) -> Option<i64> {
        let after = self.of(before.checked_mul(SCALE)?)?;
        i64::try_from(half_up(i128::from(after), i128::from(SCALE))?).ok()
    }

    /// Whether it gives whole numbers from whole numbers without rounding.
    pub const fn is_whole(self) -> bool {
        match self.arithmetic {
            Arithmetic::Set | Arithmetic::Add | Arithmetic::Subtract => self.by % SCALE == 0,
            _ => true,
        }
    }
}

impl Rounding {
    /// A price after rounding.
    pub fn of(self, price: Money) -> Option<Money> {
        self.towards(price, self.up)
    }

    /// The next step above a price, or the price where it is one.
    pub fn above(self, price: Money) -> Option<Money> {
        self.towards(price, Some(true))
    }

    /// The next step below a price, or the price where it is one.
    pub fn below(self, price: Money) -> Option<Money> {
        self.towards(price, Some(false))
    }

    fn towards(self, price: Money, up: Option<bool>) -> Option<Money> {
        let (raw, step) = (i128::from(price.raw()), i128::from(self.step.raw()));
        if step <= 0 {
            return Some(price);
        }
        let steps = match up {
            None => half_up(raw, step)?,
            Some(true) => -(-raw).div_euclid(step),
            Some(false) => raw.div_euclid(step),
        };
        i64::try_from(steps * step).ok().map(Money::from_raw)
    }
}

/// A quotient, half away from zero; `None` for a division by zero.
fn half_up(number: i128, by: i128) -> Option<i128> {
    if by == 0 {
        return None;
    }
    let (number, by) = if by < 0 { (-number, -by) } else { (number, by) };
    let twice = number.abs().checked_mul(2)?.checked_add(by)?;
    Some(twice / (by * 2) * number.signum())
}

/// As it is written behind a field's name.
impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let by = plain(self.by);
        match self.arithmetic {
            Arithmetic::Set if self.by < 0 => write!(f, "=={by}"),
            Arithmetic::Set => write!(f, "={by}"),
            Arithmetic::Add => write!(f, "=+{by}"),
            Arithmetic::Subtract => write!(f, "=-{by}"),
            Arithmetic::Multiply => write!(f, "=*{by}"),
            Arithmetic::Divide => write!(f, "=/{by}"),
            Arithmetic::More => write!(f, "=+{by}%"),
            Arithmetic::Less => write!(f, "=-{by}%"),
        }
    }
}

/// Without zeros at the end.
pub(super) fn plain(raw: i64) -> String {
    let text = Money::from_raw(raw).to_string();
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
