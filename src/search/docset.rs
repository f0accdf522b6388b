//! Sets of documents and their intersection.
//!
//! A frequent word is a bit per document, a rare one a sorted list. Two frequent words are
//! joined 64 documents at a time, a rare one is walked and looked up in the others, so no pair
//! of words is slow, however many documents either has.

use std::sync::Arc;

/// More documents than this from several words are bits: setting them beats sorting them.
const LISTED: usize = 192;

/// One bit per document of a segment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bits(Vec<u64>);

impl Bits {
    /// No document out of `len`.
    pub fn none(len: usize) -> Self {
        Self(vec![0; len.div_ceil(64)])
    }

    /// The documents, 64 in a row, of which `fits` is told the items.
    pub fn of_items<T>(items: &[T], fits: impl Fn(&T) -> bool) -> Self {
        let word = |chunk: &[T]| {
            chunk
                .iter()
                .enumerate()
                .fold(0, |word, (at, item)| word | u64::from(fits(item)) << at)
        };
        Self(items.chunks(64).map(word).collect())
    }

    /// Adds a document.
    pub fn insert(&mut self, doc: u32) {
        if let Some(word) = self.0.get_mut(doc as usize / 64) {
            *word |= 1 << (doc % 64);
        }
    }

    /// Whether the document is in the set.
    pub fn contains(&self, doc: u32) -> bool {
        self.0
            .get(doc as usize / 64)
            .is_some_and(|word| word >> (doc % 64) & 1 == 1)
    }

    /// Keeps what is in both.
    pub fn keep(&mut self, other: &Self) {
        for (word, with) in self.0.iter_mut().zip(&other.0) {
            *word &= with;
        }
    }

    /// Adds everything of the other set.
    pub fn merge(&mut self, other: &Self) {
        for (word, with) in self.0.iter_mut().zip(&other.0) {
            *word |= with;
        }
    }

    /// How many documents there are.
    pub fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The documents in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.0
            .iter()
            .enumerate()
            .flat_map(|(at, &word)| ones(at, word))
    }
}

/// The documents of one machine word.
fn ones(at: usize, mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        (word != 0).then(|| {
            let bit = word.trailing_zeros();
            word &= word - 1;
            at as u32 * 64 + bit
        })
    })
}

/// The documents that have one word, or one of several.
#[derive(Debug, Clone)]
pub enum DocSet {
    /// Many.
    Dense(Arc<Bits>),
    /// Few, sorted.
    Sparse(Vec<u32>),
}

impl DocSet {
    /// No document.
    pub const EMPTY: Self = Self::Sparse(Vec::new());

    /// The same in as little memory as it takes, to be kept.
    pub fn compact(self) -> Self {
        match self {
            Self::Dense(bits) if bits.count() < bits.0.len() * 2 => {
                Self::Sparse(bits.iter().collect())
            }
            Self::Sparse(mut docs) => {
                docs.shrink_to_fit();
                Self::Sparse(docs)
            }
            dense @ Self::Dense(_) => dense,
        }
    }

    /// Whether it certainly holds nothing.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Sparse(list) if list.is_empty())
    }
}

/// Collects the documents of several words.
#[derive(Debug, Default)]
pub struct Union {
    /// Unsorted documents of rare words.
    pub rare: Vec<u32>,
    lists: usize,
    frequent: Option<Arc<Bits>>,
    mixed: Option<Bits>,
}

impl Union {
    /// Notes that documents were pushed to `rare`.
    pub fn list_added(&mut self) {
        self.lists += 1;
    }

    /// Adds sorted documents.
    pub fn add_list(&mut self, docs: &[u32]) {
        if !docs.is_empty() {
            self.rare.extend_from_slice(docs);
            self.lists += 1;
        }
    }

    /// Adds a set.
    pub fn add_set(&mut self, set: &DocSet) {
        match set {
            DocSet::Dense(bits) => self.add_dense(bits),
            DocSet::Sparse(docs) => self.add_list(docs),
        }
    }

    /// Adds a frequent word.
    pub fn add_dense(&mut self, bits: &Arc<Bits>) {
        if let Some(mixed) = &mut self.mixed {
            mixed.merge(bits);
        } else if let Some(first) = self.frequent.take() {
            let mut mixed = (*first).clone();
            mixed.merge(bits);
            self.mixed = Some(mixed);
        } else {
            self.frequent = Some(Arc::clone(bits));
        }
    }

    /// The union, for a segment of `len` documents.
    pub fn finish(mut self, len: usize) -> DocSet {
        if self.rare.is_empty() {
            if let Some(bits) = self.mixed {
                return DocSet::Dense(Arc::new(bits));
            }
            return self.frequent.map_or(DocSet::EMPTY, DocSet::Dense);
        }
        let start = match (self.mixed, self.frequent) {
            (Some(bits), _) => Some(bits),
            (None, Some(bits)) => Some((*bits).clone()),
            (None, None) if self.lists > 1 && self.rare.len() > LISTED => Some(Bits::none(len)),
            (None, None) => None,
        };
        if let Some(mut bits) = start {
            for &doc in &self.rare {
                bits.insert(doc);
            }
            return DocSet::Dense(Arc::new(bits));
        }
        if self.lists > 1 {
            self.rare.sort_unstable();
            self.rare.dedup();
        }
        DocSet::Sparse(self.rare)
    }
}

/// Walks the documents that are in all `sets` and in `allowed` but not yet `seen`, in order,
/// marks them seen and hands them to `emit`, at most `limit` of them.
pub fn intersect(
    sets: &[&DocSet],
    allowed: &Bits,
    seen: &mut Bits,
    limit: usize,
    mut emit: impl FnMut(u32),
) {
    if limit == 0 {
        return;
    }
    let shortest = sets
        .iter()
        .enumerate()
        .filter_map(|(at, set)| match set {
            DocSet::Sparse(list) => Some((list.len(), at, list)),
            DocSet::Dense(_) => None,
        })
        .min_by_key(|&(len, at, _)| (len, at));
    let mut left = limit;
    if let Some((_, skip, list)) = shortest {
        let mut from = vec![0_usize; sets.len()];
        for &doc in list {
            if !allowed.contains(doc) || seen.contains(doc) {
                continue;
            }
            let everywhere = sets.iter().enumerate().all(|(at, set)| {
                at == skip
                    || match set {
                        DocSet::Dense(bits) => bits.contains(doc),
                        DocSet::Sparse(other) => gallop(other, &mut from[at], doc),
                    }
            });
            if everywhere {
                seen.insert(doc);
                emit(doc);
                left -= 1;
                if left == 0 {
                    return;
                }
            }
        }
        return;
    }
    for (at, (allowed_word, seen_word)) in allowed.0.iter().zip(seen.0.iter_mut()).enumerate() {
        let mut word = allowed_word & !*seen_word;
        for set in sets {
            if let DocSet::Dense(bits) = set {
                word &= bits.0.get(at).copied().unwrap_or(0);
            }
        }
        if word == 0 {
            continue;
        }
        for doc in ones(at, word) {
            *seen_word |= 1 << (doc % 64);
            emit(doc);
            left -= 1;
            if left == 0 {
                return;
            }
        }
    }
}

/// Moves `from` to the first place in `list` that is not before `doc`; whether it is `doc`.
fn gallop(list: &[u32], from: &mut usize, doc: u32) -> bool {
    let mut step = 1;
    let mut low = *from;
    while list.get(low + step).is_some_and(|&there| there < doc) {
        low += step;
        step *= 2;
    }
    let high = (low + step + 1).min(list.len());
    let low = low.min(high);
    *from = low + list[low..high].partition_point(|&there| there < doc);
    list.get(*from) == Some(&doc)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dense(docs: impl Iterator<Item = u32>) -> DocSet {
        let mut bits = Bits::none(1000);
        docs.for_each(|d| bits.insert(d));
        DocSet::Dense(Arc::new(bits))
    }

    #[test]
    fn all_shapes_give_the_same() {
        let a: Vec<u32> = (0..1000).filter(|d| d % 3 == 0).collect();
        let b: Vec<u32> = (0..1000).filter(|d| d % 5 == 1).collect();
        let mut allowed = Bits::none(1000);
        (100..900).for_each(|d| allowed.insert(d));
        let want: Vec<u32> = a
            .iter()
            .copied()
            .filter(|d| d % 5 == 1 && (100..900).contains(d))
            .collect();
        let shapes = |v: &Vec<u32>| [DocSet::Sparse(v.clone()), dense(v.iter().copied())];
        for left in shapes(&a) {
            for right in shapes(&b) {
                let mut seen = Bits::none(1000);
                let mut got = Vec::new();
                intersect(&[&left, &right], &allowed, &mut seen, 7, |d| got.push(d));
                assert_eq!(got, want[..7]);
                intersect(&[&left, &right], &allowed, &mut seen, usize::MAX, |d| {
                    got.push(d);
                });
                assert_eq!(got, want);
            }
        }
    }

    #[test]
    fn unions_of_all_shapes() {
        let mut union = Union::default();
        union.rare.extend([7, 900]);
        union.list_added();
        union.rare.extend([7, 3]);
        union.list_added();
        let DocSet::Sparse(list) = union.finish(1000) else {
            unreachable!("few documents stay a list")
        };
        assert_eq!(list, [3, 7, 900]);
        let (DocSet::Dense(x), DocSet::Dense(y)) = (dense(0..5), dense(3..9)) else {
            unreachable!()
        };
        let mut union = Union::default();
        union.add_dense(&x);
        union.add_dense(&y);
        union.rare.push(500);
        union.list_added();
        let DocSet::Dense(bits) = union.finish(1000) else {
            unreachable!()
        };
        assert_eq!(bits.count(), 10);
        assert_eq!(bits.iter().last(), Some(500));
    }
}
