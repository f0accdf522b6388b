//! A filter over the columns: each test becomes one bit a lot, and those are joined.
//!
//! Texts are looked at once each, not once a lot; numbers are compared as they lie in the column.

use rayon::prelude::*;

use super::Shelf;
use super::columns::Columns;
use super::words::Words;
use crate::domain::filter::{
    CategoryTest, ColorTest, DateField, Expr, Field, Matcher, MoneyField, NumberField, Span,
    SyncState, Test, TextField, fold,
};
use crate::domain::{CategoryId, Completeness, Condition, Grams, LotShelf, Money, Timestamp};
use crate::services::names::Names;

/// Lots or texts that one core looks at before another is worth its while.
pub(super) const SHARE: usize = 8_192;

/// One bit a lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    fn all(len: usize) -> Self {
        Self {
            words: vec![u64::MAX; len.div_ceil(64)],
            len,
        }
    }

    fn none(len: usize) -> Self {
        Self {
            words: vec![0; len.div_ceil(64)],
            len,
        }
    }

    /// The bits of all lots for which `fits` says so.
    fn of(len: usize, fits: impl Fn(usize) -> bool + Sync) -> Self {
        let words = (0..len.div_ceil(64))
            .into_par_iter()
            .with_min_len(SHARE / 64)
            .map(|word| {
                let from = word * 64;
                let to = len.min(from + 64);
                (from..to).fold(0, |bits, at| bits | u64::from(fits(at)) << (at - from))
            })
            .collect();
        Self { words, len }
    }

    /// Whether the bit of a lot is set.
    pub(super) fn has(&self, at: usize) -> bool {
        self.words
            .get(at / 64)
            .is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    /// The words of bits in runs, each with its first lot, that different cores may take.
    pub(super) fn runs(&self) -> impl IndexedParallelIterator<Item = (usize, &[u64])> {
        let long = SHARE / 64;
        let runs = self.words.par_chunks(long).enumerate();
        runs.map(move |(run, words)| (run * SHARE, words))
    }

    /// How many bits are set.
    pub(super) fn count(&self) -> usize {
        self.words
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum()
    }

    fn and(&mut self, other: &Self) {
        for (mine, theirs) in self.words.iter_mut().zip(&other.words) {
            *mine &= theirs;
        }
    }

    fn or(&mut self, other: &Self) {
        for (mine, theirs) in self.words.iter_mut().zip(&other.words) {
            *mine |= theirs;
        }
    }

    fn negate(&mut self) {
        for word in &mut self.words {
            *word = !*word;
        }
    }
}

/// The lots of a run whose bit is set, by number.
pub(super) fn set(from: usize, words: &[u64]) -> impl Iterator<Item = usize> {
    words.iter().enumerate().flat_map(move |(word, bits)| {
        let mut left = *bits;
        std::iter::from_fn(move || {
            let bit = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            (bit < 64).then_some(from + word * 64 + bit)
        })
    })
}

/// The lots of a shelf that fit.
pub(super) fn fitting(held: &Shelf, names: &Names, shelf: LotShelf, filter: &Expr) -> Bits {
    let columns = &held.columns;
    let mut bits = match shelf {
        LotShelf::Live => Bits::of(columns.len(), |at| columns.is_live(at)),
        LotShelf::Gone => Bits::of(columns.len(), |at| {
            columns.is_there(at) && columns.is_gone(at) && columns.file[at] == 0
        }),
        LotShelf::File(file) => Bits::of(columns.len(), |at| {
            columns.is_there(at) && !columns.is_gone(at) && columns.file[at] == file.0
        }),
    };
    let asked = Asked { held, names };
    bits.and(&asked.expr(filter));
    bits
}

struct Asked<'a> {
    held: &'a Shelf,
    names: &'a Names,
}

impl Asked<'_> {
    fn columns(&self) -> &Columns {
        &self.held.columns
    }

    fn len(&self) -> usize {
        self.columns().len()
    }

    fn expr(&self, expr: &Expr) -> Bits {
        match expr {
            Expr::All => Bits::all(self.len()),
            Expr::And(parts) => {
                let mut bits = Bits::all(self.len());
                for part in parts {
                    bits.and(&self.expr(part));
                }
                bits
            }
            Expr::Or(parts) => {
                let mut bits = Bits::none(self.len());
                for part in parts {
                    bits.or(&self.expr(part));
                }
                bits
            }
            Expr::Not(inner) => {
                let mut bits = self.expr(inner);
                bits.negate();
                bits
            }
            Expr::Test(test) => self.test(test),
        }
    }

    fn test(&self, test: &Test) -> Bits {
        let columns = self.columns();
        let by = |fits: &(dyn Fn(usize) -> bool + Sync)| Bits::of(self.len(), fits);
        match test {
            Test::Words(matcher) => self.words(matcher),
            Test::Text { field, matcher } => self.text(*field, matcher),
            Test::Number { field, range } => self.number(*field, range),
            Test::Money { field, range } => self.money(*field, range),
            Test::Weight(range) => by(&|at| {
                columns
                    .weight(at)
                    .is_some_and(|weight| range.contains(Grams(weight)))
            }),
            Test::Date { field, range } => {
                let column = match field {
                    DateField::Added => &columns.created,
                    DateField::Changed => &columns.changed,
                };
                let (from, to) = ends(range, Timestamp::micros);
                by(&|at| (from..=to).contains(&column[at]))
            }
            Test::Color(test) => self.color(test),
            Test::Category(test) => self.category(test),
            Test::Kind(kinds) => {
                let fit = self.goods(|good| kinds.contains(&good.key.kind));
                by(&|at| fit[columns.item[at] as usize])
            }
            Test::Condition(conditions) => {
                let (new, used) = (
                    conditions.contains(&Condition::New),
                    conditions.contains(&Condition::Used),
                );
                by(&|at| if columns.is_used(at) { used } else { new })
            }
            Test::Completeness(wanted) => {
                let mut fit = [false; 4];
                for (at, one) in Completeness::ALL.iter().enumerate() {
                    fit[at + 1] = wanted.contains(one);
                }
                by(&|at| fit[usize::from(columns.completeness(at))])
            }
            Test::Room(rooms) => {
                let fit = [
                    false,
                    rooms.contains(&'A'),
                    rooms.contains(&'B'),
                    rooms.contains(&'C'),
                ];
                by(&|at| fit[usize::from(columns.room(at))])
            }
            Test::Retain(wanted) => by(&|at| columns.is_retained(at) == *wanted),
            Test::Known(wanted) => {
                let fit = self.goods(|good| good.known == *wanted);
                by(&|at| fit[columns.item[at] as usize])
            }
            // No marketplace is connected yet: nothing was ever sent to one.
            Test::Sync { states, .. } => {
                if states.contains(&SyncState::Never) {
                    Bits::all(self.len())
                } else {
                    Bits::none(self.len())
                }
            }
            Test::Missing(field) => {
                let mut bits = self.has(*field);
                bits.negate();
                bits
            }
            Test::Has(field) => self.has(*field),
            Test::Duplicate { strict } => self.duplicates(*strict),
        }
    }

    /// Which items fit.
    fn goods(&self, fits: impl Fn(&super::goods::Good) -> bool + Sync + Send) -> Vec<bool> {
        let goods = &self.columns().goods.all;
        let mut fit: Vec<bool> = goods.par_iter().with_min_len(SHARE).map(fits).collect();
        // The place of lots that are not there.
        if fit.is_empty() {
            fit.push(false);
        }
        fit
    }

    fn by_words(&self, column: &[u32], words: &Words, matcher: &Matcher) -> Bits {
        let fit = words.fitting(|text| matcher.matches(text));
        Bits::of(self.len(), |at| fit[column[at] as usize])
    }

    fn words(&self, matcher: &Matcher) -> Bits {
        let columns = self.columns();
        let goods = self
            .goods(|good| matcher.matches(&good.folded_no) || matcher.matches(&good.folded_name));
        let colors = self.colors(|name, _| matcher.matches(name));
        let places = columns.places.fitting(|text| matcher.matches(text));
        let remarks = columns.remarked.fitting(|text| matcher.matches(text));
        let notes = columns.noted.fitting(|text| matcher.matches(text));
        Bits::of(self.len(), |at| {
            goods[columns.item[at] as usize]
                || remarks[columns.remarks[at] as usize]
                || places[columns.place[at] as usize]
                || notes[columns.notes[at] as usize]
                || colors[usize::from(columns.color[at])]
        })
    }

    fn text(&self, field: TextField, matcher: &Matcher) -> Bits {
        let columns = self.columns();
        match field {
            TextField::Number => {
                let fit = self.goods(|good| matcher.matches(&good.folded_no));
                Bits::of(self.len(), |at| fit[columns.item[at] as usize])
            }
            TextField::Name => {
                let fit = self.goods(|good| matcher.matches(&good.folded_name));
                Bits::of(self.len(), |at| fit[columns.item[at] as usize])
            }
            TextField::Place => {
                // Of several places of one lot, each is looked at.
                let fit = columns.places.fitting(|text| {
                    matcher.matches(text)
                        || (text.contains([';', '|'])
                            && text
                                .split([';', '|'])
                                .any(|one| matcher.matches(one.trim())))
                });
                Bits::of(self.len(), |at| fit[columns.place[at] as usize])
            }
            TextField::Remarks => self.by_words(&columns.remarks, &columns.remarked, matcher),
            TextField::Comments => self.by_words(&columns.notes, &columns.noted, matcher),
            TextField::Tag => {
                let fit = columns.tagged.fitting(|tags| {
                    !tags.is_empty() && tags.lines().any(|tag| matcher.matches(tag))
                });
                Bits::of(self.len(), |at| fit[columns.tags[at] as usize])
            }
            TextField::File => self.by_list(&self.held.files, &columns.file, matcher),
            TextField::By => self.by_list(&self.held.people, &columns.changed_by, matcher),
        }
    }

    fn by_list(&self, list: &[(u32, String)], column: &[u32], matcher: &Matcher) -> Bits {
        let fit: Vec<u32> = list
            .iter()
            .filter(|(_, name)| matcher.matches(&fold(name)))
            .map(|(id, _)| *id)
            .collect();
        Bits::of(self.len(), |at| fit.contains(&column[at]))
    }

    fn number(&self, field: NumberField, range: &Span<i64>) -> Bits {
        let columns = self.columns();
        let (from, to) = ends(range, |number| number);
        let within = |number: i64| (from..=to).contains(&number);
        let by =
            |number: &(dyn Fn(usize) -> i64 + Sync)| Bits::of(self.len(), |at| within(number(at)));
        match field {
            NumberField::Quantity => by(&|at| i64::from(columns.available[at])),
            NumberField::Reserved => by(&|at| i64::from(columns.reserved[at])),
            NumberField::Sold => by(&|at| i64::from(columns.sold[at])),
            NumberField::Bulk => by(&|at| i64::from(columns.bulk[at])),
            NumberField::Sale => by(&|at| i64::from(columns.sale[at])),
            NumberField::Lot => by(&|at| i64::try_from(at).unwrap_or(i64::MAX)),
            NumberField::BrickLinkLot => Bits::of(self.len(), |at| {
                columns.bricklink[at] > 0 && i64::try_from(columns.bricklink[at]).is_ok_and(within)
            }),
            NumberField::BrickOwlLot => Bits::none(self.len()),
            NumberField::Guide => Bits::of(self.len(), |at| {
                columns
                    .guide_percent(at)
                    .is_some_and(|percent| within(i64::from(percent)))
            }),
            NumberField::Tier => Bits::of(self.len(), |at| {
                columns.tiers.get(&(at as u32)).is_some_and(|tiers| {
                    tiers
                        .iter()
                        .any(|tier| tier.quantity > 0 && within(i64::from(tier.quantity)))
                })
            }),
            NumberField::Year => {
                let fit = self.goods(|good| good.year.is_some_and(|year| within(i64::from(year))));
                Bits::of(self.len(), |at| fit[columns.item[at] as usize])
            }
        }
    }

    fn money(&self, field: MoneyField, range: &Span<Money>) -> Bits {
        let columns = self.columns();
        let (from, to) = ends(range, Money::raw);
        let within = |raw: i64| (from..=to).contains(&raw);
        match field {
            MoneyField::Price => Bits::of(self.len(), |at| within(columns.price[at])),
            MoneyField::Cost => Bits::of(self.len(), |at| within(columns.cost[at])),
            MoneyField::Value => Bits::of(self.len(), |at| {
                within(columns.price[at].saturating_mul(i64::from(columns.available[at])))
            }),
        }
    }

    /// Which colours fit, by number; `fits` sees name and group in small letters.
    fn colors(&self, fits: impl Fn(&str, &str) -> bool) -> Vec<bool> {
        let mut fit = vec![false; usize::from(u16::MAX) + 1];
        for color in self.names.colors() {
            fit[usize::from(color.id.0)] = fits(&fold(&color.name), &fold(&color.group));
        }
        fit
    }

    fn color(&self, test: &ColorTest) -> Bits {
        let columns = self.columns();
        match test {
            ColorTest::Id(id) => Bits::of(self.len(), |at| columns.color[at] == id.0),
            ColorTest::Named(matcher) => {
                let fit =
                    self.colors(|name, group| matcher.matches(name) || matcher.matches(group));
                Bits::of(self.len(), |at| fit[usize::from(columns.color[at])])
            }
        }
    }

    fn category(&self, test: &CategoryTest) -> Bits {
        let columns = self.columns();
        let tree = self.names.tree();
        let within: std::collections::HashSet<CategoryId> = match test {
            CategoryTest::Id(id) => tree.with_descendants(*id).into_iter().collect(),
            CategoryTest::Named(matcher) => tree
                .nodes()
                .filter(|node| matcher.matches(&fold(&node.name)))
                .flat_map(|node| tree.with_descendants(node.id))
                .collect(),
        };
        let fit = self.goods(|good| good.category.is_some_and(|id| within.contains(&id)));
        Bits::of(self.len(), |at| fit[columns.item[at] as usize])
    }

    fn has(&self, field: Field) -> Bits {
        let columns = self.columns();
        let by = |fits: &(dyn Fn(usize) -> bool + Sync)| Bits::of(self.len(), fits);
        match field {
            Field::Name => {
                let fit = self.goods(|good| !good.name.is_empty());
                by(&|at| fit[columns.item[at] as usize])
            }
            Field::Category => {
                let fit = self.goods(|good| good.category.is_some());
                by(&|at| fit[columns.item[at] as usize])
            }
            Field::Weight => {
                let fit = self.goods(|good| good.weight.is_some());
                by(&|at| fit[columns.item[at] as usize])
            }
            Field::Year => {
                let fit = self.goods(|good| good.year.is_some());
                by(&|at| fit[columns.item[at] as usize])
            }
            Field::Known => {
                let fit = self.goods(|good| good.known);
                by(&|at| fit[columns.item[at] as usize])
            }
            Field::Color => by(&|at| columns.color[at] != 0),
            Field::Completeness => by(&|at| columns.completeness(at) != 0),
            Field::Quantity => by(&|at| columns.available[at] > 0),
            Field::Reserved => by(&|at| columns.reserved[at] > 0),
            Field::Sold => by(&|at| columns.sold[at] > 0),
            Field::Price => by(&|at| columns.price[at] != 0),
            Field::Cost => by(&|at| columns.cost[at] != 0),
            Field::Value => by(&|at| columns.price[at] != 0 && columns.available[at] > 0),
            Field::Bulk => by(&|at| columns.bulk[at] > 1),
            Field::Sale => by(&|at| columns.sale[at] != 0),
            Field::Tier => by(&|at| columns.tiers.contains_key(&(at as u32))),
            Field::Place => by(&|at| columns.place[at] != 0),
            Field::Remarks => by(&|at| columns.remarks[at] != 0),
            Field::Comments => by(&|at| columns.notes[at] != 0),
            Field::Tag => by(&|at| columns.tags[at] != 0),
            Field::File => by(&|at| columns.file[at] != 0),
            Field::Room => by(&|at| columns.room(at) != 0),
            Field::Retain => by(&|at| columns.is_retained(at)),
            Field::BrickLinkLot => by(&|at| columns.bricklink[at] > 0),
            Field::Guide => by(&|at| columns.guide_percent(at).is_some()),
            Field::BrickOwlLot | Field::Sync => Bits::none(self.len()),
            Field::Number
            | Field::Kind
            | Field::Condition
            | Field::Lot
            | Field::Added
            | Field::Changed
            | Field::By => Bits::all(self.len()),
        }
    }

    /// Lots of the live stock that others are like.
    fn duplicates(&self, strict: bool) -> Bits {
        let columns = self.columns();
        let several = |at: usize| {
            columns.is_live(at)
                && columns
                    .articles
                    .get(&columns.article(at))
                    .is_some_and(|count| *count > 1)
        };
        if !strict {
            return Bits::of(self.len(), several);
        }
        let same = |at: usize| (columns.article(at), columns.remarks[at], columns.price[at]);
        let mut counts = std::collections::HashMap::new();
        for at in (0..self.len()).filter(|at| several(*at)) {
            *counts.entry(same(at)).or_insert(0u32) += 1;
        }
        Bits::of(self.len(), |at| {
            several(at) && counts.get(&same(at)).is_some_and(|count| *count > 1)
        })
    }
}

/// Both ends of a span as plain numbers.
fn ends<T: Copy>(span: &Span<T>, raw: impl Fn(T) -> i64) -> (i64, i64) {
    (
        span.from.map_or(i64::MIN, &raw),
        span.to.map_or(i64::MAX, &raw),
    )
}
