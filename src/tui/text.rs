//! Text by the width it takes on a terminal: cutting, padding, numbers, ages.
//!
//! Byte and character counts say nothing about columns; everything here counts columns.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::domain::text::is_unsafe;
use crate::domain::{Money, Timestamp};

/// Columns that a text takes.
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        UnicodeWidthStr::width(text)
    }
}

/// At most `columns` wide; what was cut is shown by `ellipsis` at the end.
pub fn truncate(text: &str, columns: usize, ellipsis: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let fits = width(ellipsis) <= columns;
    let room = if fits {
        columns - width(ellipsis)
    } else {
        columns
    };
    let mut kept = String::new();
    let mut used = 0;
    for cluster in text.graphemes(true) {
        let wide = width(cluster);
        if used + wide > room {
            break;
        }
        used += wide;
        kept.push_str(cluster);
    }
    if fits {
        kept.truncate(kept.trim_end().len());
        kept.push_str(ellipsis);
    }
    kept
}

/// Text without anything that could move the cursor, hide text or turn its direction. The border
/// cleaned it already; the screen does not rely on that.
pub fn harmless(text: &str) -> std::borrow::Cow<'_, str> {
    if text.chars().any(is_unsafe) {
        text.chars().filter(|c| !is_unsafe(*c)).collect()
    } else {
        text.into()
    }
}

/// How the shop writes numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// Between groups of three digits.
    pub thousands: char,
    /// Before decimals.
    pub decimal: char,
}

impl Default for Numbers {
    fn default() -> Self {
        Self {
            thousands: ',',
            decimal: '.',
        }
    }
}

impl Numbers {
    /// A whole number with its groups: `152,868`.
    pub fn whole(&self, number: impl Into<u64>) -> String {
        let digits = number.into().to_string();
        let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                grouped.push(self.thousands);
            }
            grouped.push(digit);
        }
        grouped
    }

    /// A price of one piece: four decimals, as marketplaces count.
    pub fn price(&self, money: Money) -> String {
        let plain = money.to_string();
        let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, "0000"));
        let (sign, digits) = match whole.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", whole),
        };
        let whole = self.whole(digits.parse::<u64>().unwrap_or(0));
        format!("{sign}{whole}{}{fraction}", self.decimal)
    }

    /// A sum: two decimals are enough.
    pub fn sum(&self, money: Money) -> String {
        let cents = (money.raw().abs() + 50) / 100;
        let sign = if money.raw() < 0 && cents > 0 {
            "-"
        } else {
            ""
        };
        let whole = self.whole(cents.unsigned_abs() / 100);
        format!("{sign}{whole}{}{:02}", self.decimal, cents % 100)
    }
}

/// How old something is, for a column: `now`, `5 min`, `3 h`, `12 d`, `2 y`.
pub fn age(at: Timestamp, now: Timestamp) -> String {
    const YEAR: i64 = 365 * crate::domain::time::DAY;
    let old = now.since(at);
    if old >= YEAR {
        format!("{} y", old / YEAR)
    } else {
        at.ago(now)
    }
}

/// How long it is until a time, for a person.
pub fn until(at: Timestamp, now: Timestamp) -> String {
    let left = at.since(now).max(0) / 1_000_000;
    match left {
        0..3_600 => format!("{} min", left / 60),
        3_600..86_400 => format!("{} h", left / 3_600),
        _ => format!("{} d", left / 86_400),
    }
}

/// Words of a text in lines of at most `columns`.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && width(&line) + 1 + width(word) > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// `1 line`, `3 lines`.
pub fn count(numbers: Numbers, number: u64, one: &str, many: &str) -> String {
    let word = if number == 1 { one } else { many };
    format!("{} {word}", numbers.whole(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_by_columns_not_by_bytes() {
        assert_eq!(truncate("Plate 1 x 2", 20, "…"), "Plate 1 x 2");
        assert_eq!(truncate("Plate, Modified 1 x 2", 12, "…"), "Plate, Modi…");
        assert_eq!(truncate("日本語の名前", 7, "…"), "日本語…");
        assert_eq!(
            truncate("Plate 1 x 2", 6, "…"),
            "Plate…",
            "no blank before it"
        );
        assert_eq!(truncate("abc", 2, "..."), "ab", "no room even for the dots");
        assert_eq!(truncate("abc", 0, "…"), "");
    }

    #[test]
    fn numbers_are_grouped_as_the_shop_likes_it() {
        let numbers = Numbers::default();
        assert_eq!(numbers.whole(7u32), "7");
        assert_eq!(numbers.whole(152_868u32), "152,868");
        assert_eq!(numbers.whole(1_000_000u32), "1,000,000");
        let german = Numbers {
            thousands: '.',
            decimal: ',',
        };
        assert_eq!(german.price(Money::from_raw(12_345_678)), "1.234,5678");
        assert_eq!(german.sum(Money::from_raw(-12_350)), "-1,24");
        assert_eq!(numbers.sum(Money::from_raw(5_449)), "0.54");
    }

    #[test]
    fn ages_fit_a_column() {
        let now = Timestamp::from_seconds(1_763_600_000);
        let at = |days: i64| Timestamp::from_seconds(1_763_600_000 - days * 86_400);
        assert_eq!(age(at(12), now), "12 d");
        assert_eq!(age(at(800), now), "2 y");
    }

    #[test]
    fn nothing_that_moves_the_cursor_gets_through() {
        assert_eq!(harmless("a\u{1b}[2Jb\u{202e}c"), "a[2Jbc");
        assert_eq!(harmless("Plate 1 x 2"), "Plate 1 x 2");
    }

    #[test]
    fn wraps_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("unbreakable", 4), ["unbreakable"]);
    }
}
