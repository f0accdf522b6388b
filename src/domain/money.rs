//! Money with four decimals, exact: marketplaces sell pieces for fractions of a cent.

use serde::{Deserialize, Serialize};

/// An amount in 1/10,000 of the currency's unit. The currency is known from where it stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Money(i64);

/// Parts of one unit.
const SCALE: i64 = 10_000;

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// From 1/10,000 of the unit.
    pub const fn from_raw(raw: i64) -> Self {
        Self(raw)
    }

    /// In 1/10,000 of the unit.
    pub const fn raw(self) -> i64 {
        self.0
    }

    /// Reads `1.2`, `-0.015`, `$0.159`, ` 12 `; more than four decimals are rounded half up, as the
    /// marketplace does. Anything else is `None`: a price is never guessed.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let text = text.strip_prefix('$').unwrap_or(text);
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        if (whole.is_empty() && fraction.is_empty()) || whole.len() > 12 || fraction.len() > 12 {
            return None;
        }
        if !whole
            .bytes()
            .chain(fraction.bytes())
            .all(|b| b.is_ascii_digit())
        {
            return None;
        }
        let units: i64 = if whole.is_empty() {
            0
        } else {
            whole.parse().ok()?
        };
        let mut parts = 0i64;
        for at in 0..4 {
            let digit = fraction
                .as_bytes()
                .get(at)
                .map_or(0, |b| i64::from(b - b'0'));
            parts = parts * 10 + digit;
        }
        if fraction.as_bytes().get(4).is_some_and(|b| *b >= b'5') {
            parts += 1;
        }
        let raw = units.checked_mul(SCALE)?.checked_add(parts)?;
        Some(Self(if negative { -raw } else { raw }))
    }

    /// The amount of `quantity` pieces at this price, or `None` beyond what can be kept.
    pub fn times(self, quantity: i64) -> Option<Self> {
        self.0.checked_mul(quantity).map(Self)
    }

    /// The sum, or `None` beyond what can be kept.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }
}

/// Always four decimals, a point, no grouping: the form of files and scripts.
impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let raw = self.0.unsigned_abs();
        let scale = SCALE.unsigned_abs();
        f.pad(&format!("{sign}{}.{:04}", raw / scale, raw % scale))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_files_hold() {
        for (text, raw) in [
            ("0.0150", 150),
            ("$0.159", 1_590),
            ("12", 120_000),
            (" 1.23456 ", 12_346),
            (".5", 5_000),
            ("5.", 50_000),
            ("-1.0000", -10_000),
            ("99999.9999", 999_999_999),
        ] {
            assert_eq!(Money::parse(text), Some(Money(raw)), "{text}");
        }
        for text in [
            "",
            ".",
            "abc",
            "1,5",
            "1e3",
            "--1",
            "1.2.3",
            "٣",
            "9999999999999999",
        ] {
            assert_eq!(Money::parse(text), None, "{text}");
        }
    }

    #[test]
    fn shows_four_decimals() {
        assert_eq!(Money(150).to_string(), "0.0150");
        assert_eq!(Money(-12_346).to_string(), "-1.2346");
        assert_eq!(format!("{:>10}", Money(10_000)), "    1.0000");
    }
}
