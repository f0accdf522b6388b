//! The orders that lots are shown in. Each is worked out once, kept, and brought up after changes.
//!
//! The natural order (place, number, lot) is the base: every other one begins with it, so that equal
//! rows lie in the order in which one walks through the shop.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::columns::Columns;
use super::goods::ranks;
use super::select::Bits;
use crate::domain::{LotColumn, LotSort};
use crate::services::names::Names;

/// Orders that are kept besides the natural one.
const KEPT: usize = 6;
/// After more changes than this an order is worked out anew.
const FEW: usize = 2_000;
/// A share of the lots below which only those that fit are put in order: one in so many.
const SOME: usize = 4;
/// More lots than this are shared out over the cores.
const HALVED: usize = 32_768;
/// Bits of a digit of the radix sort.
const DIGIT: u32 = 11;

/// Orders of one shop.
#[derive(Debug, Default)]
pub(super) struct Orders {
    natural: Option<Vec<u32>>,
    /// The one used last stands first.
    kept: Vec<(Vec<LotSort>, Vec<u32>)>,
}

/// Names of colours and people in their order.
#[derive(Debug)]
pub(super) struct Ranked {
    colors: Vec<u32>,
    categories: std::collections::HashMap<u32, u32>,
    people: Vec<u32>,
}

impl Ranked {
    pub(super) fn of(names: &Names, people: &[(u32, String)]) -> Self {
        let mut by_name: Vec<(String, u16)> = names
            .colors()
            .into_iter()
            .map(|color| (color.name.to_lowercase(), color.id.0))
            .collect();
        by_name.sort();
        let most = by_name.iter().map(|(_, id)| *id).max().unwrap_or(0);
        // Colours nobody knows come last.
        let mut colors = vec![u32::MAX; usize::from(most) + 1];
        for (rank, (_, id)) in by_name.into_iter().enumerate() {
            colors[usize::from(id)] = rank as u32;
        }
        let mut nodes: Vec<(String, u32)> = names
            .tree()
            .nodes()
            .map(|node| {
                (
                    names.tree().path(node.id).join(" ").to_lowercase(),
                    node.id.0,
                )
            })
            .collect();
        nodes.sort();
        let categories = nodes
            .into_iter()
            .enumerate()
            .map(|(rank, (_, id))| (id, rank as u32))
            .collect();
        let most = people.iter().map(|(id, _)| *id).max().unwrap_or(0);
        let of = |id: u32| {
            people
                .iter()
                .find(|(at, _)| *at == id)
                .map(|(_, name)| name)
        };
        let people = ranks(most as usize + 1, |a, b| of(a).cmp(&of(b)));
        Self {
            colors,
            categories,
            people,
        }
    }

    fn color(&self, id: u16) -> u32 {
        self.colors
            .get(usize::from(id))
            .copied()
            .unwrap_or(u32::MAX)
    }
}

impl Orders {
    /// Everything is to be worked out anew.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Names have changed: only the natural order does not depend on them.
    pub(super) fn forget_named(&mut self) {
        self.kept.clear();
    }

    /// Prices in the guide have changed.
    pub(super) fn forget_guide(&mut self) {
        let by_guide = |key: &LotSort| key.column == LotColumn::Guide;
        self.kept.retain(|(sort, _)| !sort.iter().any(by_guide));
    }

    /// These lots were changed, or are new, or gone from the store.
    pub(super) fn changed(&mut self, columns: &Columns, ranked: &Ranked, lots: &[u32]) {
        if lots.len() > FEW {
            self.forget();
            return;
        }
        if let Some(order) = &mut self.natural {
            bring_up(order, columns, ranked, &[], lots);
        }
        for (sort, order) in &mut self.kept {
            bring_up(order, columns, ranked, sort, lots);
        }
    }

    /// Every lot in this order.
    pub(super) fn of(
        &mut self,
        columns: &mut Columns,
        ranked: &Ranked,
        sort: &[LotSort],
    ) -> &[u32] {
        let sort = meaningful(sort);
        if sort.is_empty() {
            return self.natural(columns);
        }
        if let Some(at) = self.kept.iter().position(|(known, _)| *known == sort) {
            let known = self.kept.remove(at);
            self.kept.insert(0, known);
        } else {
            let mut order = self.natural(columns).to_vec();
            for key in sort.iter().rev() {
                order_by(&mut order, columns, ranked, *key);
            }
            self.kept.truncate(KEPT - 1);
            self.kept.insert(0, (sort, order));
        }
        &self.kept[0].1
    }

    /// The lots whose bit is set, in this order. Where they are few, only they are put in order: another
    /// text comes with the next key, and an order of all lots takes longer than a keystroke may.
    pub(super) fn pick(
        &mut self,
        columns: &mut Columns,
        ranked: &Ranked,
        sort: &[LotSort],
        bits: &Bits,
    ) -> Vec<u32> {
        let within = |order: &[u32]| -> Vec<u32> {
            let few = |run: &[u32]| -> Vec<u32> {
                let set = run.iter().copied().filter(|at| bits.has(*at as usize));
                set.collect()
            };
            if order.len() <= HALVED {
                return few(order);
            }
            let runs: Vec<Vec<u32>> = order.par_chunks(HALVED).map(few).collect();
            runs.concat()
        };
        let sort = meaningful(sort);
        let known = sort.is_empty() || self.kept.iter().any(|(known, _)| *known == sort);
        if known || bits.count() > columns.len() / SOME {
            return within(self.of(columns, ranked, &sort));
        }
        let mut lots = within(self.natural(columns));
        for key in sort.iter().rev() {
            order_by(&mut lots, columns, ranked, *key);
        }
        lots
    }

    fn natural(&mut self, columns: &mut Columns) -> &[u32] {
        self.natural.get_or_insert_with(|| {
            let mut order: Vec<u32> = (0..columns.len())
                .filter(|at| columns.is_there(*at))
                .map(|at| at as u32)
                .collect();
            by_rank(
                &mut order,
                &columns.item,
                columns.goods.ranks_by_no(),
                false,
            );
            by_rank(&mut order, &columns.place, columns.places.ranks(), false);
            order
        })
    }
}

/// Without what follows from what stands before it.
fn meaningful(sort: &[LotSort]) -> Vec<LotSort> {
    let mut kept: Vec<LotSort> = Vec::new();
    for key in sort {
        if !kept.iter().any(|other| other.column == key.column) {
            kept.push(*key);
        }
    }
    let natural = LotSort {
        column: LotColumn::Place,
        down: false,
    };
    if kept.last() == Some(&natural) {
        kept.pop();
    }
    kept
}

/// A number that can be negative, so that it compares without a sign.
const fn unsigned(number: i64) -> u64 {
    number.cast_unsigned() ^ (1 << 63)
}

/// Puts lots in order by one column, and keeps the order of equal ones.
fn order_by(order: &mut Vec<u32>, columns: &mut Columns, ranked: &Ranked, key: LotSort) {
    let down = key.down;
    // Ranks are worked out where they are kept, beside the column they are looked up for.
    match key.column {
        LotColumn::Place => by_rank(order, &columns.place, columns.places.ranks(), down),
        LotColumn::No => by_rank(order, &columns.item, columns.goods.ranks_by_no(), down),
        LotColumn::Name => by_rank(order, &columns.item, columns.goods.ranks_by_name(), down),
        LotColumn::Remarks => by_rank(order, &columns.remarks, columns.remarked.ranks(), down),
        LotColumn::Comments => by_rank(order, &columns.notes, columns.noted.ranks(), down),
        LotColumn::Tags => by_rank(order, &columns.tags, columns.tagged.ranks(), down),
        column => {
            let columns = &*columns;
            sort_by(order, |at| ordinal(columns, ranked, column, at), down);
        }
    }
}

fn by_rank(order: &mut Vec<u32>, column: &[u32], ranks: &[u32], down: bool) {
    let rank = |at: usize| u64::from(ranks.get(column[at] as usize).copied().unwrap_or(0));
    sort_by(order, rank, down);
}

/// A number of a lot that compares like the column, where no ranks of texts are needed.
fn ordinal(columns: &Columns, ranked: &Ranked, column: LotColumn, at: usize) -> u64 {
    match column {
        LotColumn::Color => {
            u64::from(ranked.color(columns.color[at])) << 16 | u64::from(columns.color[at])
        }
        LotColumn::Condition => {
            u64::from(columns.is_used(at)) << 2 | u64::from(columns.completeness(at))
        }
        LotColumn::Quantity => u64::from(columns.available[at]),
        LotColumn::Reserved => u64::from(columns.reserved[at]),
        LotColumn::Sold => u64::from(columns.sold[at]),
        LotColumn::Price => unsigned(columns.price[at]),
        LotColumn::Cost => unsigned(columns.cost[at]),
        LotColumn::Value => {
            unsigned(columns.price[at].saturating_mul(i64::from(columns.available[at])))
        }
        LotColumn::Weight => columns.weight(at).map_or(0, |weight| {
            u64::from(weight) * u64::from(columns.available[at])
        }),
        // The youngest first.
        LotColumn::Age => !unsigned(columns.created[at]),
        LotColumn::Changed => !unsigned(columns.changed[at]),
        LotColumn::By => {
            let by = columns.changed_by[at] as usize;
            u64::from(ranked.people.get(by).copied().unwrap_or(u32::MAX))
        }
        LotColumn::Category => columns
            .goods
            .all
            .get(columns.item[at] as usize)
            .and_then(|good| good.category)
            .and_then(|category| ranked.categories.get(&category.0))
            .map_or(u64::MAX, |rank| u64::from(*rank)),
        LotColumn::Sale => unsigned(i64::from(columns.sale[at])),
        LotColumn::Bulk => u64::from(columns.bulk[at]),
        LotColumn::Stockroom => u64::from(columns.room(at)),
        LotColumn::Lot => at as u64,
        LotColumn::BrickLink => columns.bricklink[at],
        // What the guide knows nothing of comes first.
        LotColumn::Guide => columns
            .guide_percent(at)
            .map_or(0, |percent| u64::from(percent) + 1),
        LotColumn::BrickOwl
        | LotColumn::Place
        | LotColumn::No
        | LotColumn::Name
        | LotColumn::Remarks
        | LotColumn::Comments
        | LotColumn::Tags => 0,
    }
}

/// A lot and the number it is put in order by.
type Keyed = (u64, u32);

/// Sorts by a number of each lot and keeps the order of equal ones.
fn sort_by(order: &mut Vec<u32>, ordinal: impl Fn(usize) -> u64 + Sync, down: bool) {
    let keyed = |at: &u32| (ordinal(*at as usize), *at);
    if order.len() <= HALVED {
        let mut all: Vec<Keyed> = order.iter().map(keyed).collect();
        by_digits(&mut all, down);
        order.clear();
        order.extend(all.into_iter().map(|(_, at)| at));
        return;
    }
    // Each core puts a half in order; joining them is one walk.
    let half = order.len() / 2;
    let sorted = |some: &[u32]| {
        let mut some: Vec<Keyed> = some.iter().map(keyed).collect();
        by_digits(&mut some, down);
        some
    };
    let (first, second) = order.split_at(half);
    let (first, second) = rayon::join(|| sorted(first), || sorted(second));
    let (mut a, mut b) = (first.iter().peekable(), second.iter().peekable());
    let before = |x: u64, y: u64| if down { x < y } else { x > y };
    for slot in order.iter_mut() {
        let next = match (a.peek(), b.peek()) {
            (Some(x), Some(y)) if before(x.0, y.0) => b.next(),
            (Some(_), _) => a.next(),
            (None, _) => b.next(),
        };
        if let Some((_, at)) = next {
            *slot = *at;
        }
    }
}

/// Sorts by digits, the lowest first.
fn by_digits(from: &mut Vec<Keyed>, down: bool) {
    let (mut least, mut most) = (u64::MAX, 0);
    for (key, _) in &*from {
        least = least.min(*key);
        most = most.max(*key);
    }
    if least >= most {
        return;
    }
    let turned = |key: u64| if down { most - key } else { key - least };
    let mut to = vec![(0, 0); from.len()];
    let bits = 64 - (most - least).leading_zeros();
    let mut shift = 0;
    while shift < bits {
        let digit = |key: u64| (turned(key) >> shift) as usize & ((1 << DIGIT) - 1);
        let mut starts = [0u32; 1 << DIGIT];
        for (key, _) in &*from {
            starts[digit(*key)] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += std::mem::replace(start, sum);
        }
        for pair in &*from {
            let start = &mut starts[digit(pair.0)];
            to[*start as usize] = *pair;
            *start += 1;
        }
        std::mem::swap(from, &mut to);
        shift += DIGIT;
    }
}

fn compare(columns: &Columns, ranked: &Ranked, sort: &[LotSort], a: u32, b: u32) -> Ordering {
    let (x, y) = (a as usize, b as usize);
    let by = |column| match column {
        LotColumn::Place => columns.places.compare(columns.place[x], columns.place[y]),
        LotColumn::No => columns.goods.compare_no(columns.item[x], columns.item[y]),
        LotColumn::Name => columns.goods.compare_name(columns.item[x], columns.item[y]),
        LotColumn::Remarks => columns
            .remarked
            .compare(columns.remarks[x], columns.remarks[y]),
        LotColumn::Comments => columns.noted.compare(columns.notes[x], columns.notes[y]),
        LotColumn::Tags => columns.tagged.compare(columns.tags[x], columns.tags[y]),
        other => ordinal(columns, ranked, other, x).cmp(&ordinal(columns, ranked, other, y)),
    };
    for key in sort {
        let found = if key.down {
            by(key.column).reverse()
        } else {
            by(key.column)
        };
        if found != Ordering::Equal {
            return found;
        }
    }
    by(LotColumn::Place)
        .then_with(|| by(LotColumn::No))
        .then(a.cmp(&b))
}

/// Takes the lots out of where they stood and puts them where they belong.
fn bring_up(
    order: &mut Vec<u32>,
    columns: &Columns,
    ranked: &Ranked,
    sort: &[LotSort],
    lots: &[u32],
) {
    let gone: std::collections::HashSet<u32> = lots.iter().copied().collect();
    order.retain(|at| !gone.contains(at));
    let mut fresh: Vec<u32> = gone
        .into_iter()
        .filter(|at| columns.is_there(*at as usize))
        .collect();
    fresh.sort_unstable_by(|a, b| compare(columns, ranked, sort, *a, *b));
    let mut merged = Vec::with_capacity(order.len() + fresh.len());
    let mut rest = order.as_slice();
    for lot in fresh {
        let at = rest
            .partition_point(|other| compare(columns, ranked, sort, *other, lot) == Ordering::Less);
        merged.extend_from_slice(&rest[..at]);
        merged.push(lot);
        rest = &rest[at..];
    }
    merged.extend_from_slice(rest);
    *order = merged;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts_like_the_library(
            some in prop::collection::vec(prop_oneof![0u64..20, any::<u64>()], 0..300),
            down in any::<bool>(),
            // Enough of them that the cores share the work.
            times in prop_oneof![Just(1), Just(200)],
        ) {
            let keys = some.repeat(times);
            let mut order: Vec<u32> = (0..keys.len() as u32).collect();
            let mut expected = order.clone();
            sort_by(&mut order, |at| keys[at], down);
            expected.sort_by_key(|at| {
                let key = keys[*at as usize];
                if down { u64::MAX - key } else { key }
            });
            prop_assert_eq!(order, expected);
        }
    }
}
