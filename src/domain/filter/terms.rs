//! What a field, an operator and its values mean together.

use std::ops::Range;

use super::choices::{self, RoomChoice, Table};
use super::dates::Now;
use super::expr::{CategoryTest, ColorTest, Expr, Span, Test};
use super::field::{ChoiceField, Field, FieldKind, NumberField};
use super::matcher::{Anchor, Matcher};
use super::mistake::Mistake;
use super::names::Key;
use super::numbers::{COUNT, MONEY, Measure, PERCENT, WEIGHT, YEAR};
use super::scan::{Item, Operator};
use crate::domain::item::Grams;
use crate::domain::{CategoryId, ColorId, Money};

/// A test as it was written.
pub(super) struct Term<'a> {
    pub key: Key,
    pub operator: Operator,
    /// Where the operator stands.
    pub sign: Range<usize>,
    pub items: &'a [Item],
    pub now: Now<'a>,
    /// Bytes of the whole filter: what ends there may still be typed.
    pub len: usize,
}

impl Term<'_> {
    /// The typed test; several values are joined by or.
    pub fn expr(&self) -> Result<Expr, Mistake> {
        let found = match self.key {
            Key::Any => self.each(|item| self.text(item, None, Test::Words))?,
            Key::Missing => {
                self.each(|item| self.presence(item).map(Test::Missing).map(Expr::Test))?
            }
            Key::Has => self.each(|item| self.presence(item).map(Test::Has).map(Expr::Test))?,
            Key::Duplicate => self.duplicate()?,
            Key::Field(field) => self.field(field)?,
        };
        Ok(if self.operator == Operator::Unequal {
            found.negated()
        } else {
            found
        })
    }

    fn each(&self, one: impl Fn(&Item) -> Result<Expr, Mistake>) -> Result<Expr, Mistake> {
        let parts: Vec<Expr> = self.items.iter().map(one).collect::<Result<_, _>>()?;
        Ok(Expr::or(parts))
    }

    /// From the first value to the end of the last.
    fn span(&self) -> Range<usize> {
        match self.items {
            [first, .., last] => first.span.start..last.span.end,
            [only] => only.span.clone(),
            [] => self.sign.clone(),
        }
    }

    fn field(&self, field: Field) -> Result<Expr, Mistake> {
        if let [only] = self.items
            && only.bare() == Some("*")
            && self.operator.is_plain()
        {
            return Ok(if field.can_miss() {
                Expr::Test(Test::Has(field))
            } else {
                Expr::All
            });
        }
        match field.kind() {
            FieldKind::Text(text) => self.each(|item| {
                self.text(item, Some(field), |matcher| Test::Text {
                    field: text,
                    matcher,
                })
            }),
            FieldKind::Color => self.each(|item| match self.id(item, u16::MAX.into())? {
                Some(id) => Ok(Expr::Test(Test::Color(ColorTest::Id(ColorId(
                    u16::try_from(id).unwrap_or(u16::MAX),
                ))))),
                None => self.text(item, Some(field), |m| Test::Color(ColorTest::Named(m))),
            }),
            FieldKind::Category => self.each(|item| match self.id(item, u32::MAX)? {
                Some(id) => Ok(Expr::Test(Test::Category(CategoryTest::Id(CategoryId(id))))),
                None => self.text(item, Some(field), |m| {
                    Test::Category(CategoryTest::Named(m))
                }),
            }),
            FieldKind::Number(number) => {
                let measure = match number {
                    NumberField::Sale => &PERCENT,
                    NumberField::Year => &YEAR,
                    _ => &COUNT,
                };
                self.measured(measure, number.names(), |range| Test::Number {
                    field: number,
                    range,
                })
            }
            FieldKind::Money(money) => self.measured(&MONEY, false, |range| Test::Money {
                field: money,
                range: range.map(Money::from_raw),
            }),
            FieldKind::Weight => self.measured(&WEIGHT, false, |range| {
                Test::Weight(range.map(|mg| Grams(u32::try_from(mg).unwrap_or(u32::MAX))))
            }),
            FieldKind::Date(date) => {
                self.no_list_of_comparisons()?;
                self.each(|item| {
                    let range = self.now.range(self.operator, item, self.len)?;
                    Ok(Expr::Test(Test::Date { field: date, range }))
                })
            }
            FieldKind::Choice(choice) => self.choice(choice),
        }
    }

    fn text(
        &self,
        item: &Item,
        field: Option<Field>,
        test: impl Fn(Matcher) -> Test,
    ) -> Result<Expr, Mistake> {
        let pattern = item.pattern();
        let anchor = match self.operator {
            Operator::Natural if pattern.is_some() => Anchor::Both,
            Operator::Equal | Operator::Unequal => Anchor::Both,
            Operator::Natural | Operator::Contains => Anchor::Nowhere,
            Operator::Begins => Anchor::Start,
            Operator::Ends => Anchor::End,
            Operator::Less | Operator::AtMost | Operator::More | Operator::AtLeast => {
                return Err(Mistake::wrong(self.sign.clone(), "one of : = != ~ ^= $=")
                    .help("This field is a text; it has no smaller or larger."));
            }
        };
        if let Some(mistake) = item.oddity() {
            return Err(mistake);
        }
        let may_miss = field.filter(|field| field.can_miss());
        if let Some(glyphs) = pattern {
            return Ok(match (Matcher::pattern(&glyphs, anchor), may_miss) {
                (Some(matcher), _) => Expr::Test(test(matcher)),
                (None, Some(field)) => Expr::Test(Test::Has(field)),
                (None, None) => Expr::All,
            });
        }
        if let Some((low, high)) = item.bare().and_then(|text| text.split_once(".."))
            && !low.is_empty()
            && !high.trim_start_matches('.').is_empty()
        {
            return Err(Mistake::wrong(item.span.clone(), "a text")
                .help("Ranges are for numbers, amounts and dates. To search for it as text, put it in quotes."));
        }
        match (Matcher::text(&item.plain(), anchor), may_miss) {
            (Some(matcher), _) => Ok(Expr::Test(test(matcher))),
            (None, Some(field)) if anchor == Anchor::Both => Ok(Expr::Test(Test::Missing(field))),
            _ => Err(Mistake::wrong(item.span.clone(), "a text")
                .help("There is nothing between the quotes.")
                .unfinished_if(item.span.end == self.len)),
        }
    }

    /// The number of a colour or category, if that is what was written.
    fn id(&self, item: &Item, most: u32) -> Result<Option<u32>, Mistake> {
        let digits = item
            .bare()
            .filter(|text| self.operator.is_plain() && text.bytes().all(|b| b.is_ascii_digit()));
        let Some(digits) = digits else {
            return Ok(None);
        };
        match digits.parse::<u32>() {
            Ok(id) if id <= most => Ok(Some(id)),
            _ => Err(Mistake::wrong(
                item.span.clone(),
                format!("a name, or a number up to {most}"),
            )
            .help("To search for it as text, put it in quotes.")),
        }
    }

    fn no_list_of_comparisons(&self) -> Result<(), Mistake> {
        if self.items.len() > 1 && !self.operator.is_plain() {
            return Err(Mistake::wrong(self.span(), "one value after this operator")
                .help("Several values follow : or = only."));
        }
        Ok(())
    }

    fn measured(
        &self,
        measure: &Measure,
        lists: bool,
        test: impl Fn(Span<i64>) -> Test,
    ) -> Result<Expr, Mistake> {
        if self.items.len() > 1 && !lists {
            return Err(measure.comma(self.span(), self.key.name()));
        }
        self.no_list_of_comparisons()?;
        self.each(|item| {
            let range = measure.range(self.operator, item, self.len)?;
            Ok(Expr::Test(test(range)))
        })
    }

    fn plain_only(&self) -> Result<(), Mistake> {
        if self.operator.is_plain() {
            return Ok(());
        }
        Err(Mistake::wrong(self.sign.clone(), "one of : = !=")
            .help("This field has a fixed set of values."))
    }

    fn chosen<T: Copy>(&self, table: &Table<T>, text: &str, item: &Item) -> Result<T, Mistake> {
        choices::find(table, text).ok_or_else(|| {
            let expected = format!("one of {}", choices::shown(table).join(", "));
            let begun = item.span.end == self.len && choices::begins(table, text);
            Mistake::wrong(item.span.clone(), expected).unfinished_if(begun)
        })
    }

    /// All values, each once, in their order.
    fn set<T: Copy + Ord>(&self, table: &Table<T>) -> Result<Vec<T>, Mistake> {
        self.plain_only()?;
        let mut found = self
            .items
            .iter()
            .map(|item| self.chosen(table, &item.plain(), item))
            .collect::<Result<Vec<T>, _>>()?;
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    fn choice(&self, choice: ChoiceField) -> Result<Expr, Mistake> {
        let flag = |test: fn(bool) -> Test| {
            let values = self.set(choices::YES_NO)?;
            Ok(Expr::or(
                values.into_iter().map(|yes| Expr::Test(test(yes))),
            ))
        };
        Ok(match choice {
            ChoiceField::Kind => Expr::Test(Test::Kind(self.set(choices::KINDS)?)),
            ChoiceField::Condition => Expr::Test(Test::Condition(self.set(choices::CONDITIONS)?)),
            ChoiceField::Completeness => {
                Expr::Test(Test::Completeness(self.set(choices::COMPLETENESS)?))
            }
            ChoiceField::Retain => flag(Test::Retain)?,
            ChoiceField::Known => flag(Test::Known)?,
            ChoiceField::Room => self.room()?,
            ChoiceField::Sync => self.sync()?,
        })
    }

    fn room(&self) -> Result<Expr, Mistake> {
        self.plain_only()?;
        let mut rooms = Vec::new();
        let mut others = Vec::new();
        for item in self.items {
            let other = match self.chosen(choices::ROOMS, &item.plain(), item)? {
                RoomChoice::Room(room) => {
                    rooms.push(room);
                    continue;
                }
                RoomChoice::Any => Expr::Test(Test::Has(Field::Room)),
                RoomChoice::None => Expr::Test(Test::Missing(Field::Room)),
            };
            others.push(other);
        }
        rooms.sort_unstable();
        rooms.dedup();
        let rooms = (!rooms.is_empty()).then_some(Expr::Test(Test::Room(rooms)));
        Ok(Expr::or(rooms.into_iter().chain(others)))
    }

    fn sync(&self) -> Result<Expr, Mistake> {
        self.plain_only()?;
        let mut groups: Vec<(_, Vec<_>)> = Vec::new();
        let mut market = None;
        for item in self.items {
            let text = item.plain();
            let state = if let Some((name, state)) = text.split_once(['=', ':']) {
                let found = choices::find(choices::MARKETS, name).ok_or_else(|| {
                    Mistake::wrong(item.span.clone(), "bl or owl before the state")
                })?;
                market = Some(found);
                state
            } else {
                if choices::find(choices::MARKETS, &text).is_some() {
                    return Err(Mistake::wrong(
                        item.span.clone(),
                        format!("a state too, such as {text}=waiting"),
                    )
                    .unfinished_if(item.span.end == self.len));
                }
                &text
            };
            if !choices::begins(choices::STATES, state)
                && choices::begins(choices::MARKETS, state)
                && item.span.end == self.len
            {
                return Err(Mistake::unfinished(
                    item.span.clone(),
                    "a state, or bl or owl",
                ));
            }
            let state = self.chosen(choices::STATES, state, item)?;
            match groups.iter_mut().find(|(of, _)| *of == market) {
                Some((_, states)) => states.push(state),
                None => groups.push((market, vec![state])),
            }
        }
        Ok(Expr::or(groups.into_iter().map(|(market, mut states)| {
            states.sort_unstable();
            states.dedup();
            Expr::Test(Test::Sync { market, states })
        })))
    }

    fn presence(&self, item: &Item) -> Result<Field, Mistake> {
        self.plain_only()?;
        let text = item.plain();
        let wrong = |help: String| {
            let begun = item.span.end == self.len
                && Field::all()
                    .filter(|field| field.can_miss())
                    .flat_map(|field| Key::Field(field).names())
                    .any(|name| name.starts_with(&text.to_ascii_lowercase()));
            Mistake::wrong(item.span.clone(), "the name of a field, such as price")
                .help(help)
                .unfinished_if(begun)
        };
        match Key::find(&text) {
            Some(Key::Field(field)) if field.can_miss() => Ok(field),
            Some(Key::Field(field)) => Err(wrong(format!("Every lot has {}.", field.name()))),
            _ => Err(wrong(match Key::nearest(&text) {
                Some(meant) => format!("No such field; did you mean {meant}?"),
                None => "No such field.".to_owned(),
            })),
        }
    }

    fn duplicate(&self) -> Result<Expr, Mistake> {
        self.plain_only()?;
        let [item] = self.items else {
            return Err(Mistake::wrong(self.span(), "nothing, or strict"));
        };
        let strict = if item.parts.is_empty() {
            Some(false)
        } else {
            self.chosen(choices::DUPLICATES, &item.plain(), item)?
        };
        let test = |strict| Expr::Test(Test::Duplicate { strict });
        Ok(match strict {
            Some(strict) => test(strict),
            None => test(false).negated(),
        })
    }
}
