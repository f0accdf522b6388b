//! The questions that the index answers.
//!
//! A keystroke asks for the first items only and stops when it has them; the whole list and the
//! counts beside it are calls of their own. All three walk the same steps, so the short answer
//! always is the beginning of the long one.

use std::sync::Arc;

use super::docset::Bits;
use super::error::SearchError;
use super::facets::{Facets, Tally};
use super::filter::{Dimension, Filter};
use super::index::{CatalogIndex, Snapshot};
use super::query::{Parsed, Plan, Query, Tier};
use super::segment::Segment;
use super::walk::Walk;

/// The first items of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    /// Item ids, best first.
    pub ids: Vec<u32>,
    /// Why each of them is there.
    pub tiers: Vec<Tier>,
    /// Whether there are further ones.
    pub more: bool,
}

impl CatalogIndex {
    /// The first `limit` items for a query.
    pub fn search(&self, query: &Query<'_>) -> Result<Hits, SearchError> {
        self.search_parsed(&Parsed::new(query.text), query)
    }

    /// The ids of all items for a query, in the same order.
    pub fn all(&self, query: &Query<'_>) -> Result<Vec<u32>, SearchError> {
        let every = Query {
            limit: usize::MAX - 1,
            ..*query
        };
        Ok(self.search(&every)?.ids)
    }

    /// Counts for the choices beside a query.
    pub fn facets(&self, query: &Query<'_>) -> Result<Facets, SearchError> {
        let snapshot = self.snapshot();
        let plan = Plan::new(&Parsed::new(query.text), &self.nicknames());
        let filter = query.filter;
        let words_only = Filter {
            vanished: filter.vanished,
            ..Filter::default()
        };
        let base = snapshot.allowed(&words_only);
        let mut matched = Vec::with_capacity(snapshot.segments.len());
        for (segment, allowed) in snapshot.segments.iter().zip(base.iter()) {
            let mut walk = Walk::new(segment, narrowed(segment, allowed, query.only));
            for &(_, step) in &plan.steps {
                walk.step(&plan, step, usize::MAX, |_| {})?;
            }
            matched.push(walk.seen);
        }
        let count = |filter: &Filter, dimensions: &[Dimension]| {
            let mut tally = Tally::new();
            let mut total = 0;
            let allowed = snapshot.allowed(filter);
            for ((segment, set), allowed) in
                snapshot.segments.iter().zip(&matched).zip(allowed.iter())
            {
                let mut set = set.clone();
                set.keep(allowed);
                total += set.count();
                tally.add(segment, &set, dimensions);
            }
            (tally, total)
        };
        let (mut tally, total) = count(filter, &Dimension::ALL);
        for dimension in Dimension::ALL {
            if let Some(without) = filter.without(dimension) {
                tally.replace(count(&without, &[dimension]).0, dimension);
            }
        }
        Ok(tally.finish(total))
    }

    /// The first items for a query that was taken apart.
    pub(super) fn search_parsed(
        &self,
        parsed: &Parsed,
        query: &Query<'_>,
    ) -> Result<Hits, SearchError> {
        let plan = Plan::new(parsed, &self.nicknames());
        run(&self.snapshot(), &plan, query)
    }
}

/// What the filter allows, of the items that are asked for at all.
fn narrowed(segment: &Segment, allowed: &Arc<Bits>, only: Option<&[u32]>) -> Arc<Bits> {
    let Some(only) = only else {
        return Arc::clone(allowed);
    };
    let mut bits = Bits::none(segment.len);
    for doc in only.iter().filter_map(|id| segment.doc(*id)) {
        bits.insert(doc);
    }
    bits.keep(allowed);
    Arc::new(bits)
}

fn run(snapshot: &Snapshot, plan: &Plan, query: &Query<'_>) -> Result<Hits, SearchError> {
    let limit = query.limit;
    let allowed = snapshot.allowed(query.filter);
    let mut walks: Vec<_> = snapshot
        .segments
        .iter()
        .zip(allowed.iter())
        .map(|(segment, allowed)| {
            let allowed = narrowed(segment, allowed, query.only);
            (segment, Walk::new(segment, allowed))
        })
        .collect();
    let mut hits = Hits::default();
    for &(tier, step) in &plan.steps {
        let before = hits.ids.len();
        let wanted = limit.saturating_add(1) - before;
        for (segment, walk) in &mut walks {
            let wanted = if segment.ordered { wanted } else { usize::MAX };
            walk.step(plan, step, wanted, |doc| hits.ids.push(segment.id(doc)))?;
        }
        if walks.len() > 1 || walks.iter().any(|(segment, _)| !segment.ordered) {
            hits.ids[before..].sort_unstable();
        }
        hits.ids.truncate(limit.saturating_add(1));
        hits.tiers.resize(hits.ids.len(), tier);
        if hits.ids.len() > limit {
            hits.more = true;
            break;
        }
    }
    hits.ids.truncate(limit);
    hits.tiers.truncate(limit);
    Ok(hits)
}
