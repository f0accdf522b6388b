//! Amounts of money as tables write them: with a decimal comma or point, signs of currencies and
//! separated thousands. What could mean two amounts is refused.

use super::super::fields::{Flaw, quoted};
use crate::domain::{DecimalMark, Money};

/// Reads an amount, not below nothing; an empty cell is nothing.
pub(super) fn read(field: &str, raw: &str, decimal: DecimalMark) -> Result<Money, Flaw> {
    let bare = raw
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '€' | '$' | '£' | '\u{a0}'))
        .trim();
    if bare.is_empty() && raw.trim().is_empty() {
        return Ok(Money::ZERO);
    }
    match plain(bare, decimal).as_deref().and_then(Money::parse) {
        Some(amount) if amount >= Money::ZERO => Ok(amount),
        Some(_) => Err(Flaw::new(field, format!("{} is below zero", quoted(raw)))),
        None => Err(Flaw::new(
            field,
            format!(
                "{} is not an amount of money with a decimal {}",
                quoted(raw),
                match decimal {
                    DecimalMark::Point => "point",
                    DecimalMark::Comma => "comma",
                }
            ),
        )),
    }
}

/// With a decimal point and without separated thousands. Thousands are only believed where there
/// are decimals too: `1.500` and `1,500` mean different things to different people.
fn plain(bare: &str, decimal: DecimalMark) -> Option<String> {
    let (whole, fraction) = match bare.split_once(decimal.mark()) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (bare, None),
    };
    let mut groups = whole.split([decimal.thousands(), '\'', ' ', '\u{a0}', '\u{202f}']);
    let first = groups.next().unwrap_or_default();
    let mut plain = first.to_owned();
    for group in groups {
        let first_fits = (1..=3).contains(&first.trim_start_matches('-').len());
        if fraction.is_none() || group.len() != 3 || !first_fits {
            return None;
        }
        plain.push_str(group);
    }
    if let Some(fraction) = fraction {
        plain.push('.');
        // A spreadsheet's own arithmetic leaves up to 17 decimals.
        let end = fraction.len().min(12);
        if !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        plain.push_str(&fraction[..end]);
    }
    Some(plain)
}

/// At least three decimals, as BrickLink and BrickStore write them, and a fourth where needed.
pub(super) fn write(amount: Money, decimal: DecimalMark) -> String {
    let mut text = amount.to_string();
    if text.ends_with('0') {
        text.pop();
    }
    match decimal {
        DecimalMark::Point => text,
        DecimalMark::Comma => text.replace('.', ","),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_marks_and_never_guesses() {
        let point = |raw| read("price", raw, DecimalMark::Point).ok().map(Money::raw);
        let comma = |raw| read("price", raw, DecimalMark::Comma).ok().map(Money::raw);
        assert_eq!(point("0.081"), Some(810));
        assert_eq!(point("$ 1,234.5"), Some(12_345_000));
        assert_eq!(point("0.30000000000000004"), Some(3_000));
        assert_eq!(comma("0,081 €"), Some(810));
        assert_eq!(comma("1.234,50"), Some(12_345_000));
        assert_eq!(comma("1'234,50"), Some(12_345_000));
        assert_eq!(comma("12"), Some(120_000));
        assert_eq!(comma(" "), Some(0));
        for refused in ["1,5", "1,500", "12,34.5", "1.2.3", "-1", "x", "€", "1e3"] {
            assert_eq!(point(refused), None, "{refused}");
        }
        for refused in ["1.5", "1.500", "1,2,3", "1.23,4", "0,0x"] {
            assert_eq!(comma(refused), None, "{refused}");
        }
    }

    #[test]
    fn writes_three_decimals_or_four() {
        assert_eq!(write(Money::from_raw(810), DecimalMark::Point), "0.081");
        assert_eq!(write(Money::from_raw(811), DecimalMark::Comma), "0,0811");
    }
}
