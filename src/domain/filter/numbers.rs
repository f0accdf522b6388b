//! Numbers and ranges of numbers, the same in every language: point decimals, no grouping.

use std::ops::Range;

use super::expr::Span;
use super::mistake::Mistake;
use super::scan::{Item, Operator};

/// How a number is written and how far it goes. All limits are in its smallest unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    /// Digits behind the point.
    pub decimals: usize,
    pub least: i64,
    pub most: i64,
    /// A sign that may stand behind it.
    pub suffix: char,
    pub expected: &'static str,
}

const WHOLE: &str = "a whole number, such as 5 or 5..20";

/// Pieces and numbers of lots.
pub(super) const COUNT: Measure = Measure {
    decimals: 0,
    least: 0,
    most: 999_999_999_999_999_999,
    suffix: '\0',
    expected: WHOLE,
};

/// Percent.
pub(super) const PERCENT: Measure = Measure {
    decimals: 0,
    least: -99,
    most: 99,
    suffix: '%',
    expected: "a whole number from -99 to 99, such as 10 or 5..20",
};

/// Years.
pub(super) const YEAR: Measure = Measure {
    decimals: 0,
    least: 0,
    most: 9_999,
    suffix: '\0',
    expected: "a year, such as 1999 or 1990..1999",
};

/// Amounts in 1/10,000 of the currency's unit.
pub(super) const MONEY: Measure = Measure {
    decimals: 4,
    least: 0,
    most: 9_999_999_999_999_999,
    suffix: '\0',
    expected: "an amount with a point, such as 0.15 or 0.10..0.25",
};

/// Milligrams, written as grams.
pub(super) const WEIGHT: Measure = Measure {
    decimals: 3,
    least: 0,
    most: 4_294_967_295,
    suffix: 'g',
    expected: "grams, such as 2.5 or 1..2.5",
};

impl Measure {
    /// What an operator and its value allow; `!=` like `=`.
    pub fn range(&self, operator: Operator, item: &Item, len: usize) -> Result<Span<i64>, Mistake> {
        let Some(text) = item.bare() else {
            return Err(Mistake::wrong(item.span.clone(), self.expected)
                .help("Write it without quotation marks."));
        };
        let start = item.span.start;
        if let Some(dots) = text.find("..") {
            return self.between(operator, text, dots, start, len);
        }
        let value = self.one(text, item.span.clone(), len)?;
        let (from, to) = match operator {
            Operator::Natural | Operator::Equal | Operator::Unequal => (Some(value), Some(value)),
            Operator::Less => (None, Some(value - 1)),
            Operator::AtMost => (None, Some(value)),
            Operator::More => (Some(value + 1), None),
            Operator::AtLeast => (Some(value), None),
            Operator::Contains | Operator::Begins | Operator::Ends => {
                return Err(self.not_a_text(item.span.clone()));
            }
        };
        if to.is_some_and(|to| to < self.least) || from.is_some_and(|from| from > self.most) {
            return Err(
                Mistake::wrong(item.span.clone(), self.expected).help("Nothing can fit this.")
            );
        }
        Ok(Span { from, to })
    }

    fn between(
        &self,
        operator: Operator,
        text: &str,
        dots: usize,
        start: usize,
        len: usize,
    ) -> Result<Span<i64>, Mistake> {
        let whole = start..start + text.len();
        let (low, high) = (&text[..dots], &text[dots + 2..]);
        if !operator.is_plain() {
            let mistake = Mistake::wrong(whole, "one number after this operator");
            return Err(
                mistake.help("Ranges are written with a colon, such as 5..20 in qty:5..20.")
            );
        }
        if low.is_empty() && high.is_empty() {
            return Err(
                Mistake::wrong(whole.clone(), self.expected).unfinished_if(whole.end == len)
            );
        }
        let side = |part: &str, at: usize| {
            if part.is_empty() {
                return Ok(None);
            }
            self.one(part, at..at + part.len(), len).map(Some)
        };
        let from = side(low, start)?;
        let to = side(high, start + dots + 2)?;
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            // While 5..20 is typed it is 5..2 for a moment.
            return Err(Mistake::wrong(whole.clone(), self.expected)
                .help(format!("Write the smaller one first: {high}..{low}."))
                .unfinished_if(whole.end == len && !high.contains('.')));
        }
        Ok(Span { from, to })
    }

    /// Several values with commas, where one was expected.
    pub fn comma(&self, span: Range<usize>, name: &str) -> Mistake {
        let help = if self.decimals > 0 {
            format!(
                "Write decimals with a point, such as 0.10. For several values write ({name}:1 or {name}:2)."
            )
        } else {
            format!(
                "Write numbers without separators, such as 1000. For several values write ({name}:1 or {name}:2)."
            )
        };
        Mistake::wrong(span, self.expected).help(help)
    }

    fn not_a_text(&self, span: Range<usize>) -> Mistake {
        Mistake::wrong(span, self.expected)
            .help("This field is a number; it is compared with : = != < <= > >=.")
    }

    fn one(&self, text: &str, span: Range<usize>, len: usize) -> Result<i64, Mistake> {
        let mistake = || Mistake::wrong(span.clone(), self.expected);
        let last = span.end == len;
        let number = text.strip_suffix(self.suffix).unwrap_or(text);
        let (negative, digits) = match number.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, number),
        };
        if negative && self.least == 0 {
            return Err(mistake().help("It is never below 0."));
        }
        let (whole, fraction) = match digits.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (digits, None),
        };
        let tail = fraction.unwrap_or_default();
        let is_number = whole
            .bytes()
            .chain(tail.bytes())
            .all(|b| b.is_ascii_digit());
        if !is_number {
            let inner = text.trim_end_matches('+');
            return Err(
                if text.starts_with(['$', '€', '£']) || text.ends_with(['$', '€', '£']) {
                    mistake().help("Write the amount without a currency.")
                } else if let Some((low, high)) = digits.split_once('-').filter(|_| !negative) {
                    mistake().help(format!("A range has two points: {low}..{high}."))
                } else if inner != text && !inner.is_empty() {
                    mistake().help(format!("At least {inner} is {inner}.. with two points."))
                } else {
                    mistake()
                },
            );
        }
        if tail.is_empty() && (whole.is_empty() || fraction.is_some()) {
            return Err(mistake().unfinished_if(last));
        }
        if tail.len() > self.decimals {
            return Err(mistake().help(match self.decimals {
                0 => "It has no decimals.".to_owned(),
                most => format!("It has at most {most} decimals."),
            }));
        }
        let places = self.decimals - tail.len();
        let padded = format!("{whole}{tail}{}", "0".repeat(places));
        let value: i64 = padded
            .parse()
            .map_err(|_| mistake().help("It is too large."))?;
        let value = if negative { -value } else { value };
        if value > self.most || value < self.least {
            return Err(mistake().help("It is out of reach."));
        }
        Ok(value)
    }

    /// The shortest way to write a value.
    pub fn show(&self, value: i64) -> String {
        let sign = if value < 0 { "-" } else { "" };
        let digits = format!(
            "{:0width$}",
            value.unsigned_abs(),
            width = self.decimals + 1
        );
        let (whole, fraction) = digits.split_at(digits.len() - self.decimals);
        match fraction.trim_end_matches('0') {
            "" => format!("{sign}{whole}"),
            fraction => format!("{sign}{whole}.{fraction}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::mistake::MistakeKind;
    use super::super::scan::Scanner;
    use super::*;
    use proptest::prelude::*;

    fn range(measure: &Measure, operator: Operator, text: &str) -> Result<Span<i64>, Mistake> {
        let item = Scanner::new(text).item(true).expect(text);
        measure.range(operator, &item, text.len())
    }

    fn ends(measure: &Measure, operator: Operator, text: &str) -> (Option<i64>, Option<i64>) {
        let span = range(measure, operator, text).expect(text);
        (span.from, span.to)
    }

    #[test]
    fn bounds_are_included_and_exact() {
        use Operator::{AtLeast, AtMost, Less, More, Natural};
        assert_eq!(ends(&COUNT, Natural, "5"), (Some(5), Some(5)));
        assert_eq!(ends(&COUNT, Less, "5"), (None, Some(4)));
        assert_eq!(ends(&COUNT, AtMost, "5"), (None, Some(5)));
        assert_eq!(ends(&COUNT, More, "5"), (Some(6), None));
        assert_eq!(ends(&COUNT, AtLeast, "5"), (Some(5), None));
        assert_eq!(ends(&COUNT, Natural, "5..20"), (Some(5), Some(20)));
        assert_eq!(ends(&MONEY, Natural, "0.10.."), (Some(1_000), None));
        assert_eq!(ends(&MONEY, More, "0.10"), (Some(1_001), None));
        assert_eq!(ends(&MONEY, Natural, "...5"), (None, Some(5_000)));
        assert_eq!(ends(&WEIGHT, Less, "2.5g"), (None, Some(2_499)));
        assert_eq!(ends(&PERCENT, AtMost, "-5%"), (None, Some(-5)));
    }

    #[test]
    fn nonsense_is_refused_with_a_reason() {
        for (measure, text, help) in [
            (&COUNT, "abc", None),
            (&COUNT, "1.5", Some("It has no decimals.")),
            (&COUNT, "-5", Some("It is never below 0.")),
            (&MONEY, "0.00005", Some("It has at most 4 decimals.")),
            (&MONEY, "€5", Some("Write the amount without a currency.")),
            (&COUNT, "99999999999999999999", Some("It is too large.")),
            (&PERCENT, "100", Some("It is out of reach.")),
            (&COUNT, "\"5\"", Some("Write it without quotation marks.")),
            (&COUNT, "٣", None),
        ] {
            let mistake = range(measure, Operator::Natural, text).expect_err(text);
            assert_eq!(mistake.kind, MistakeKind::Wrong, "{text}");
            assert_eq!(mistake.help.as_deref(), help, "{text}");
        }
        for text in ["..", "5.", "5..2"] {
            let mistake = range(&COUNT, Operator::Natural, text).expect_err(text);
            assert_eq!(mistake.kind, MistakeKind::Unfinished, "{text}");
        }
        let below = range(&COUNT, Operator::Less, "0").expect_err("below");
        assert_eq!(below.help.as_deref(), Some("Nothing can fit this."));
    }

    proptest! {
        #[test]
        fn shown_values_read_back(value in 0i64..=4_294_967_295) {
            for measure in [&COUNT, &MONEY, &WEIGHT] {
                let shown = measure.show(value);
                prop_assert_eq!(ends(measure, Operator::Equal, &shown), (Some(value), Some(value)));
            }
        }
    }
}
