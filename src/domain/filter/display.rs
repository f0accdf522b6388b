//! From expression back to text: one canonical way to write each filter.

use std::fmt::{Display, Formatter, Result};

use super::choices;
use super::dates::{self, Edge};
use super::expr::{CategoryTest, ColorTest, Expr, Span, Test};
use super::field::{Field, NumberField};
use super::matcher::{Glyph, Matcher, Wildcard};
use super::names::Key;
use super::numbers::{COUNT, MONEY, Measure, PERCENT, WEIGHT};
use super::scan::Operator;
use crate::domain::{Money, Timestamp};

/// What stands around an expression; it decides about brackets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Around {
    Nothing,
    And,
    Not,
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write(self, Around::Nothing, f)
    }
}

fn write(expr: &Expr, around: Around, f: &mut Formatter<'_>) -> Result {
    match expr {
        Expr::All => f.write_str("*"),
        Expr::Not(inner) => {
            f.write_str("-")?;
            write(inner, Around::Not, f)
        }
        Expr::Test(test) => {
            let written = Written::new(test);
            write!(f, "{}{}", written.head, written.value)
        }
        Expr::And(parts) => joined(parts, " ", around == Around::Not, Around::And, f),
        Expr::Or(parts) => match as_list(parts) {
            Some(list) => f.write_str(&list),
            None => joined(parts, " or ", around != Around::Nothing, Around::Nothing, f),
        },
    }
}

fn joined(
    parts: &[Expr],
    with: &str,
    brackets: bool,
    around: Around,
    f: &mut Formatter<'_>,
) -> Result {
    if brackets {
        f.write_str("(")?;
    }
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(with)?;
        }
        write(part, around, f)?;
    }
    if brackets {
        f.write_str(")")?;
    }
    Ok(())
}

/// `color:red,blue` for tests of one field with one operator.
fn as_list(parts: &[Expr]) -> Option<String> {
    let mut list = String::new();
    let mut head = None;
    for part in parts {
        let Expr::Test(test) = part else {
            return None;
        };
        let written = Written::new(test);
        if !written.in_lists {
            return None;
        }
        match &head {
            None => {
                list = written.head.clone() + &written.value;
                head = Some(written.head);
            }
            Some(head) if *head == written.head => {
                list.push(',');
                list.push_str(&written.value);
            }
            Some(_) => return None,
        }
    }
    head.map(|_| list)
}

/// A test in two halves.
struct Written {
    /// Field and operator.
    head: String,
    value: String,
    /// Whether several values may follow one head.
    in_lists: bool,
}

impl Written {
    fn of(key: Key, operator: Operator, value: String, in_lists: bool) -> Self {
        Self {
            head: format!("{}{}", key.name(), operator.sign()),
            value,
            in_lists,
        }
    }

    fn field(field: Field, value: String, in_lists: bool) -> Self {
        Self::of(Key::Field(field), Operator::Natural, value, in_lists)
    }

    fn matcher(key: Key, matcher: &Matcher) -> Self {
        let (operator, text) = match matcher {
            Matcher::Contains(text) => (Operator::Natural, text),
            Matcher::Equals(text) => (Operator::Equal, text),
            Matcher::Starts(text) => (Operator::Begins, text),
            Matcher::Ends(text) => (Operator::Ends, text),
            Matcher::Wildcard(wildcard) => {
                return Self::of(key, Operator::Natural, pattern(wildcard), true);
            }
        };
        let number = matches!(key, Key::Field(Field::Color | Field::Category))
            && text.bytes().all(|b| b.is_ascii_digit());
        let value = if number { quoted(text) } else { value(text) };
        Self::of(key, operator, value, true)
    }

    fn range<T: PartialEq + Copy>(
        field: Field,
        range: &Span<T>,
        in_lists: bool,
        show: impl Fn(T, Edge) -> String,
    ) -> Self {
        let key = Key::Field(field);
        let (operator, value) = match (range.from, range.to) {
            (Some(from), Some(to)) if from == to => (Operator::Equal, show(from, Edge::Exact)),
            (Some(from), Some(to)) => (
                Operator::Natural,
                format!("{}..{}", show(from, Edge::From), show(to, Edge::To)),
            ),
            (Some(from), None) => (Operator::AtLeast, show(from, Edge::From)),
            (None, Some(to)) => (Operator::AtMost, show(to, Edge::To)),
            (None, None) => (Operator::AtLeast, "0".to_owned()),
        };
        Self::of(key, operator, value, in_lists && operator.is_plain())
    }

    fn new(test: &Test) -> Self {
        match test {
            Test::Words(Matcher::Contains(text)) => Self::word(word(text)),
            Test::Words(Matcher::Wildcard(wildcard)) => Self::word(pattern(wildcard)),
            Test::Words(matcher) => Self::matcher(Key::Any, matcher),
            Test::Text { field, matcher } => Self::matcher(Key::Field(field.field()), matcher),
            Test::Number { field, range } => {
                let measure: &Measure = match field {
                    NumberField::Sale => &PERCENT,
                    _ => &COUNT,
                };
                Self::range(field.field(), range, field.names(), |n, _| measure.show(n))
            }
            Test::Money { field, range } => {
                Self::range(field.field(), range, false, |n: Money, _| {
                    MONEY.show(n.raw())
                })
            }
            Test::Weight(range) => {
                Self::range(Field::Weight, range, false, |n, _| WEIGHT.show(n.0.into()))
            }
            Test::Date { field, range } => {
                Self::range(field.field(), range, true, |at: Timestamp, edge| {
                    dates::show(at, edge)
                })
            }
            Test::Color(ColorTest::Id(id)) => Self::field(Field::Color, id.to_string(), true),
            Test::Color(ColorTest::Named(matcher)) => {
                Self::matcher(Key::Field(Field::Color), matcher)
            }
            Test::Category(CategoryTest::Id(id)) => {
                Self::field(Field::Category, id.0.to_string(), true)
            }
            Test::Category(CategoryTest::Named(matcher)) => {
                Self::matcher(Key::Field(Field::Category), matcher)
            }
            Test::Kind(kinds) => Self::field(Field::Kind, names(choices::KINDS, kinds), false),
            Test::Condition(conditions) => Self::field(
                Field::Condition,
                names(choices::CONDITIONS, conditions),
                false,
            ),
            Test::Completeness(some) => Self::field(
                Field::Completeness,
                names(choices::COMPLETENESS, some),
                false,
            ),
            Test::Room(rooms) => {
                let rooms: Vec<String> = rooms.iter().map(char::to_string).collect();
                Self::field(Field::Room, rooms.join(","), false)
            }
            Test::Retain(yes) => Self::field(
                Field::Retain,
                choices::name(choices::YES_NO, yes).into(),
                false,
            ),
            Test::Known(yes) => Self::field(
                Field::Known,
                choices::name(choices::YES_NO, yes).into(),
                false,
            ),
            Test::Sync { market, states } => {
                let market = market.map_or(String::new(), |market| {
                    format!("{}=", choices::name(choices::MARKETS, &market))
                });
                let states = names(choices::STATES, states);
                Self::field(Field::Sync, market + &states, false)
            }
            Test::Missing(field) => {
                Self::of(Key::Missing, Operator::Natural, field.name().into(), true)
            }
            Test::Has(field) => Self::of(Key::Has, Operator::Natural, field.name().into(), true),
            Test::Duplicate { strict } => {
                let how = choices::name(choices::DUPLICATES, &Some(*strict));
                Self::of(Key::Duplicate, Operator::Natural, how.into(), false)
            }
        }
    }

    fn word(value: String) -> Self {
        Self {
            head: String::new(),
            value,
            in_lists: false,
        }
    }
}

fn names<T: PartialEq>(table: &choices::Table<T>, values: &[T]) -> String {
    let names: Vec<&str> = values.iter().map(|v| choices::name(table, v)).collect();
    names.join(",")
}

/// Text between quotation marks.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.contains("..")
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || "-_./#'+".contains(c))
}

/// A value after a field.
pub(super) fn value(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// A bare word, or a phrase.
pub(super) fn word(text: &str) -> String {
    let keyword = ["and", "or", "not"]
        .iter()
        .any(|keyword| keyword.eq_ignore_ascii_case(text));
    if keyword { quoted(text) } else { value(text) }
}

fn pattern(wildcard: &Wildcard) -> String {
    let mut out = String::new();
    let mut run = String::new();
    let flush = |run: &mut String, out: &mut String| {
        if !run.is_empty() {
            out.push_str(&value(run));
            run.clear();
        }
    };
    for glyph in wildcard.glyphs() {
        match glyph {
            Glyph::One(c) => run.push(c),
            Glyph::Any => {
                flush(&mut run, &mut out);
                out.push('?');
            }
            Glyph::Many => {
                flush(&mut run, &mut out);
                out.push('*');
            }
        }
    }
    flush(&mut run, &mut out);
    out
}
