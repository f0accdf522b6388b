//! Points in time: ages such as `30d`, days, months, years and instants.
//!
//! An age is compared as an age: `added<30d` is "came in less than 30 days ago". Days, weeks, months and
//! years go back by the calendar of the given zone; hours are exact. A date is all of its day, month or
//! year there.

use std::ops::Range;

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::expr::Span;
use super::mistake::Mistake;
use super::scan::{Item, Operator};
use crate::domain::Timestamp;

const EXPECTED: &str = "an age such as 30d (h d w m y) or a date such as 2026-03-01";
/// Years that a date may lie in.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2999;
/// A date that is typed goes through these lengths; what is as long and cannot be read is wrong.
const TEMPLATE: &str = "0000-00-00T00:00:00.000000Z";

/// When and where a filter is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now<'a> {
    pub at: Timestamp,
    pub zone: &'a TimeZone,
}

enum Moment {
    /// First and last microsecond of a date.
    Date(i64, i64),
    /// The microsecond that is so long ago.
    Age(i64),
}

impl Now<'_> {
    /// What an operator and its value allow; `!=` like `=`.
    pub fn range(
        self,
        operator: Operator,
        item: &Item,
        len: usize,
    ) -> Result<Span<Timestamp>, Mistake> {
        let span = item.span.clone();
        let Some(text) = item.bare() else {
            return Err(Mistake::wrong(span, EXPECTED).help("Write it without quotation marks."));
        };
        let limits = if let Some(dots) = text.find("..") {
            self.between(operator, text, dots, span, len)?
        } else {
            match self.moment(text, span.clone(), len)? {
                Moment::Date(first, last) => match operator {
                    Operator::Natural | Operator::Equal | Operator::Unequal => {
                        (Some(first), Some(last))
                    }
                    Operator::Less => (None, Some(first - 1)),
                    Operator::AtMost => (None, Some(last)),
                    Operator::More => (Some(last + 1), None),
                    Operator::AtLeast => (Some(first), None),
                    _ => return Err(not_a_text(span)),
                },
                Moment::Age(at) => match operator {
                    Operator::Natural | Operator::AtMost => (Some(at), None),
                    Operator::Less => (Some(at + 1), None),
                    Operator::More => (None, Some(at - 1)),
                    Operator::AtLeast => (None, Some(at)),
                    Operator::Equal | Operator::Unequal => {
                        let mistake = Mistake::wrong(span, "a date, or < or > before an age");
                        return Err(mistake.help(format!(
                            "Less than {text} ago is <{text}, longer ago is >{text}."
                        )));
                    }
                    _ => return Err(not_a_text(span)),
                },
            }
        };
        Ok(Span {
            from: limits.0,
            to: limits.1,
        }
        .map(Timestamp::from_micros))
    }

    fn between(
        self,
        operator: Operator,
        text: &str,
        dots: usize,
        whole: Range<usize>,
        len: usize,
    ) -> Result<(Option<i64>, Option<i64>), Mistake> {
        if !operator.is_plain() {
            let mistake = Mistake::wrong(whole, "one age or date after this operator");
            return Err(mistake.help("Ranges are written with a colon, such as added:7d..30d."));
        }
        let side = |part: &str, at: usize| {
            if part.is_empty() {
                return Ok(None);
            }
            self.moment(part, at..at + part.len(), len).map(Some)
        };
        let low = side(&text[..dots], whole.start)?;
        let high = side(&text[dots + 2..], whole.start + dots + 2)?;
        let last = whole.end == len;
        Ok(match (low, high) {
            (None, None) => return Err(Mistake::wrong(whole, EXPECTED).unfinished_if(last)),
            (Some(Moment::Date(first, _)), None) => (Some(first), None),
            (None, Some(Moment::Date(_, end))) => (None, Some(end)),
            (Some(Moment::Age(young)), None) => (None, Some(young)),
            (None, Some(Moment::Age(old))) => (Some(old), None),
            (Some(Moment::Age(a)), Some(Moment::Age(b))) => (Some(a.min(b)), Some(a.max(b))),
            (Some(Moment::Date(first, _)), Some(Moment::Date(_, end))) => {
                if first > end {
                    return Err(Mistake::wrong(whole, EXPECTED)
                        .help("Write the earlier date first.")
                        .unfinished_if(last));
                }
                (Some(first), Some(end))
            }
            _ => {
                return Err(Mistake::wrong(whole, "two ages or two dates")
                    .help("An age and a date do not make a range.")
                    .unfinished_if(last));
            }
        })
    }

    fn moment(self, text: &str, span: Range<usize>, len: usize) -> Result<Moment, Mistake> {
        let last = span.end == len;
        let mistake = || Mistake::wrong(span.clone(), EXPECTED);
        let lower = text.to_ascii_lowercase();
        for (word, back) in [("today", 0), ("yesterday", 1)] {
            if lower == word {
                let day = self
                    .today()
                    .and_then(|day| day.checked_sub(back.days()).ok());
                return day
                    .and_then(|day| self.days(day, 1.days()))
                    .ok_or_else(mistake);
            }
            if word.starts_with(&lower) {
                return Err(mistake().unfinished_if(last));
            }
        }
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        if digits > 0 && unit.chars().count() == 1 && unit.chars().all(char::is_alphabetic) {
            return self
                .age(number, unit)
                .ok_or_else(|| mistake().help("That is not an age, or too long ago."));
        }
        if let Some(moment) = self.date(text) {
            return Ok(moment);
        }
        let mistake = mistake().unfinished_if(last && is_begun(text));
        Err(if digits == text.len() {
            mistake.help(format!(
                "Add a unit: {number}h, {number}d, {number}w, {number}m (months) or {number}y."
            ))
        } else if digits > 0 && text.ends_with(char::is_alphabetic) && text.contains('.') {
            mistake.help("Ages are whole numbers, such as 36h.")
        } else if digits == 0 {
            mistake.help("In words there are only today and yesterday.")
        } else if text.contains(['/', '.']) || digits < 4 {
            mistake.help("Write dates as year-month-day, such as 2026-03-01.")
        } else {
            mistake
        })
    }

    fn today(self) -> Option<Date> {
        let now = jiff::Timestamp::from_microsecond(self.at.micros()).ok()?;
        Some(now.to_zoned(self.zone.clone()).date())
    }

    fn age(self, number: &str, unit: &str) -> Option<Moment> {
        let number: i64 = number.parse().ok()?;
        let back = jiff::Span::new();
        let back = match unit {
            "h" | "H" => back.try_hours(number),
            "d" | "D" => back.try_days(number),
            "w" | "W" => back.try_weeks(number),
            "m" | "M" => back.try_months(number),
            "y" | "Y" => back.try_years(number),
            _ => return None,
        }
        .ok()?;
        let now = jiff::Timestamp::from_microsecond(self.at.micros()).ok()?;
        let then = now.to_zoned(self.zone.clone()).checked_sub(back).ok()?;
        YEARS
            .contains(&then.year())
            .then(|| Moment::Age(then.timestamp().as_microsecond()))
    }

    /// All of a day, month or year.
    fn days(self, first: Date, length: jiff::Span) -> Option<Moment> {
        let start = first.to_zoned(self.zone.clone()).ok()?;
        let next = first.checked_add(length).ok()?;
        let end = next.to_zoned(self.zone.clone()).ok()?;
        Some(Moment::Date(
            start.timestamp().as_microsecond(),
            end.timestamp().as_microsecond() - 1,
        ))
    }

    fn date(self, text: &str) -> Option<Moment> {
        if let Some((day, time)) = text.split_once(['T', 't']) {
            return self.instant(day, time);
        }
        let mut parts = text.split('-');
        let year = number(parts.next()?, 4)?;
        let month = parts.next().map(|part| number(part, 2));
        let day = parts.next().map(|part| number(part, 2));
        if parts.next().is_some() || !YEARS.contains(&year) {
            return None;
        }
        let small = |part: i16| i8::try_from(part).ok();
        match (month, day) {
            (None, _) => self.days(Date::new(year, 1, 1).ok()?, 1.year()),
            (Some(month), None) => self.days(Date::new(year, small(month?)?, 1).ok()?, 1.month()),
            (Some(month), Some(day)) => {
                let date = Date::new(year, small(month?)?, small(day?)?).ok()?;
                self.days(date, 1.day())
            }
        }
    }

    fn instant(self, day: &str, time: &str) -> Option<Moment> {
        let mut parts = day.split('-');
        let year = number(parts.next()?, 4)?;
        let month = i8::try_from(number(parts.next()?, 2)?).ok()?;
        let day = i8::try_from(number(parts.next()?, 2)?).ok()?;
        if parts.next().is_some() || !YEARS.contains(&year) {
            return None;
        }
        let (time, zone) = match time.strip_suffix(['Z', 'z']) {
            Some(time) => (time, TimeZone::UTC),
            None => (time, self.zone.clone()),
        };
        let (time, fraction) = match time.split_once('.') {
            Some((time, fraction)) => (time, Some(fraction)),
            None => (time, None),
        };
        let clock: Vec<i8> = time
            .split(':')
            .map(|part| number(part, 2).and_then(|part| i8::try_from(part).ok()))
            .collect::<Option<_>>()?;
        let at = |index: usize| clock.get(index).copied().unwrap_or(0);
        let time = Time::new(at(0), at(1), at(2), 0).ok()?;
        let start = DateTime::from_parts(Date::new(year, month, day).ok()?, time)
            .to_zoned(zone)
            .ok()?
            .timestamp()
            .as_microsecond();
        let length: i64 = match (clock.len(), fraction) {
            (1, None) => 3_600_000_000,
            (2, None) => 60_000_000,
            (3, None) => 1_000_000,
            (3, Some(digits)) if (1..=6).contains(&digits.len()) => {
                if !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return None;
                }
                let micros: i64 = format!("{digits:0<6}").parse().ok()?;
                return Some(Moment::Date(start + micros, start + micros));
            }
            _ => return None,
        };
        Some(Moment::Date(start, start + length - 1))
    }
}

/// A number of exactly so many digits.
fn number(text: &str, digits: usize) -> Option<i16> {
    (text.len() == digits && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

fn not_a_text(span: Range<usize>) -> Mistake {
    Mistake::wrong(span, EXPECTED)
        .help("This field is a time; it is compared with : = != < <= > >=.")
}

/// Whether more typing can make a date or an age of it.
fn is_begun(text: &str) -> bool {
    let complete = [4, 7, 10, 13, 16, 19].contains(&text.len());
    !complete
        && text.len() < TEMPLATE.len()
        && text.bytes().zip(TEMPLATE.bytes()).all(|(b, form)| {
            if form == b'0' {
                b.is_ascii_digit()
            } else {
                b.eq_ignore_ascii_case(&form)
            }
        })
        || text.bytes().all(|b| b.is_ascii_digit()) && text.len() < 4
}

/// A point in time as the grammar reads it, in UTC. `up`: the last microsecond of a written second
/// or minute may stand for all of it.
pub(super) fn show(at: Timestamp, up: Edge) -> String {
    let Ok(time) = jiff::Timestamp::from_microsecond(at.micros()) else {
        return String::new();
    };
    let micros = at.micros();
    let ends = |unit: i64| match up {
        Edge::From => micros.rem_euclid(unit) == 0,
        Edge::To => micros.rem_euclid(unit) == unit - 1,
        Edge::Exact => false,
    };
    let form = if ends(60_000_000) {
        "%Y-%m-%dT%H:%MZ"
    } else if ends(1_000_000) {
        "%Y-%m-%dT%H:%M:%SZ"
    } else {
        "%Y-%m-%dT%H:%M:%S%.6fZ"
    };
    time.strftime(form).to_string()
}

/// Which end of a range a point in time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    From,
    To,
    Exact,
}

#[cfg(test)]
mod tests {
    use super::super::mistake::MistakeKind;
    use super::super::scan::Scanner;
    use super::*;

    /// 2026-03-15 10:30 in Berlin, two weeks before summer time.
    const NOW: &str = "2026-03-15T09:30:00Z";

    fn micros(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>()
            .expect(text)
            .as_microsecond()
    }

    fn range(operator: Operator, text: &str) -> Result<Span<Timestamp>, Mistake> {
        let zone = TimeZone::get("Europe/Berlin").expect("bundled");
        let now = Now {
            at: Timestamp::from_micros(micros(NOW)),
            zone: &zone,
        };
        let item = Scanner::new(text).item(true).expect(text);
        now.range(operator, &item, text.len())
    }

    fn ends(operator: Operator, text: &str) -> (Option<i64>, Option<i64>) {
        let span = range(operator, text).expect(text).map(Timestamp::micros);
        (span.from, span.to)
    }

    #[test]
    fn ages_are_compared_as_ages() {
        use Operator::{AtLeast, AtMost, Less, More, Natural};
        let week_ago = micros("2026-03-08T09:30:00Z");
        assert_eq!(ends(Less, "7d"), (Some(week_ago + 1), None));
        assert_eq!(ends(AtMost, "7d"), (Some(week_ago), None));
        assert_eq!(ends(Natural, "1w"), (Some(week_ago), None));
        assert_eq!(ends(More, "7d"), (None, Some(week_ago - 1)));
        assert_eq!(ends(AtLeast, "7D"), (None, Some(week_ago)));
        let two_hours = micros("2026-03-15T07:30:00Z");
        assert_eq!(ends(Natural, "2h..1w"), (Some(week_ago), Some(two_hours)));
        assert_eq!(ends(Natural, "1w..2h"), (Some(week_ago), Some(two_hours)));
        assert_eq!(ends(Natural, "1w.."), (None, Some(week_ago)));
        assert_eq!(ends(Natural, "..1w"), (Some(week_ago), None));
        // By the calendar: half past ten in October was summer time.
        let october = micros("2025-10-15T08:30:00Z");
        assert_eq!(ends(AtLeast, "5m"), (None, Some(october)));
    }

    #[test]
    fn dates_are_whole_days_of_the_zone() {
        use Operator::{AtLeast, AtMost, Less, More, Natural};
        let start = micros("2026-03-28T23:00:00Z");
        let end = micros("2026-03-29T22:00:00Z") - 1;
        assert_eq!(
            ends(Natural, "2026-03-29"),
            (Some(start), Some(end)),
            "a day of 23 hours"
        );
        assert_eq!(ends(AtLeast, "2026-03-29"), (Some(start), None));
        assert_eq!(ends(More, "2026-03-29"), (Some(end + 1), None));
        assert_eq!(ends(Less, "2026-03-29"), (None, Some(start - 1)));
        assert_eq!(ends(AtMost, "2026-03-29"), (None, Some(end)));
        assert_eq!(
            ends(Natural, "2026-03-29..2026-03-29"),
            (Some(start), Some(end))
        );
        assert_eq!(ends(Natural, "2026"), ends(Natural, "2026-01..2026-12"));
        assert_eq!(ends(Natural, "today"), ends(Natural, "2026-03-15"));
        assert_eq!(ends(Natural, "Yesterday"), ends(Natural, "2026-03-14"));
        let minute = micros("2026-03-15T09:30:00Z");
        assert_eq!(
            ends(Natural, "2026-03-15T10:30"),
            (Some(minute), Some(minute + 59_999_999))
        );
        assert_eq!(
            ends(Natural, "2026-03-15T10:30"),
            ends(Natural, "2026-03-15T09:30Z")
        );
        assert_eq!(
            ends(Natural, "2026-03-15T09:30:00.000005Z"),
            (Some(minute + 5), Some(minute + 5))
        );
    }

    #[test]
    fn what_is_typed_is_unfinished_until_it_is_wrong() {
        for text in [
            "3",
            "30",
            "202",
            "2026-",
            "2026-0",
            "2026-03-",
            "2026-03-1",
            "2026-03-01T",
            "tod",
            "..",
            "2026-03-01T1",
            "2026-03-01T10:",
            "2026-03-02..2026-03-01",
            "y",
        ] {
            let mistake = range(Operator::Natural, text).expect_err(text);
            assert_eq!(mistake.kind, MistakeKind::Unfinished, "{text}");
        }
        for text in [
            "2026-13",
            "2026-02-30",
            "01.03.2026",
            "3/1/2026",
            "0000",
            "30x",
            "soon",
            "9999y",
            "2026-03-01T25",
            "7d..2026",
            "2026-03-01T10:30:00.1234567Z",
        ] {
            let mistake = range(Operator::Natural, text).expect_err(text);
            let unfinished = text == "7d..2026";
            assert_eq!(
                mistake.kind == MistakeKind::Unfinished,
                unfinished,
                "{text}"
            );
        }
        let exact = range(Operator::Equal, "30d").expect_err("an age is not a moment");
        assert!(exact.help.expect("help").contains("<30d"));
    }

    #[test]
    fn shown_instants_read_back() {
        for micros in [
            0,
            1,
            59_999_999,
            60_000_000,
            1_763_600_000_000_000,
            1_763_600_000_123_456,
        ] {
            let at = Timestamp::from_micros(micros);
            assert_eq!(
                ends(Operator::AtLeast, &show(at, Edge::From)).0,
                Some(micros)
            );
            assert_eq!(ends(Operator::AtMost, &show(at, Edge::To)).1, Some(micros));
            assert_eq!(
                ends(Operator::Equal, &show(at, Edge::Exact)),
                (Some(micros), Some(micros))
            );
        }
    }
}
