//! All words of one field of a segment, sorted in memory, with the way to their documents.
//!
//! The dictionary on disk answers one word in a microsecond; here a binary search does, a
//! prefix is a range, and the documents of frequent words are ready as bits.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use tantivy::postings::TermInfo;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{InvertedIndexReader, SegmentReader};

use super::docset::{Bits, DocSet, Union};
use super::error::SearchError;

/// A word is frequent when one document in this many has it.
const FREQUENT: usize = 32;

/// Where a word's documents are in the postings file.
#[derive(Debug, Clone, Copy)]
struct Place {
    offset: u32,
    bytes: u32,
    docs: u32,
}

/// The sorted words of a field.
pub struct Lexicon {
    text: String,
    ends: Vec<u32>,
    places: Vec<Place>,
    frequent: HashMap<u32, Arc<Bits>>,
    postings: Arc<InvertedIndexReader>,
    len: usize,
}

impl std::fmt::Debug for Lexicon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Lexicon({} words)", self.ends.len())
    }
}

impl Lexicon {
    /// Reads a field's dictionary.
    pub fn open(reader: &SegmentReader, field: Field) -> Result<Self, SearchError> {
        let postings = reader.inverted_index(field)?;
        let mut lexicon = Self {
            text: String::new(),
            ends: Vec::new(),
            places: Vec::new(),
            frequent: HashMap::new(),
            postings: Arc::clone(&postings),
            len: reader.max_doc() as usize,
        };
        let mut terms = postings.terms().stream()?;
        while terms.advance() {
            let Ok(word) = std::str::from_utf8(terms.key()) else {
                return Err(SearchError::Damaged("a term is not text".into()));
            };
            let info = terms.value();
            let (Ok(offset), Ok(bytes)) = (
                u32::try_from(info.postings_range.start),
                u32::try_from(info.postings_range.len()),
            ) else {
                return Err(SearchError::Damaged("postings of over 4 GB".into()));
            };
            lexicon.text.push_str(word);
            lexicon.ends.push(lexicon.text.len() as u32);
            lexicon.places.push(Place {
                offset,
                bytes,
                docs: info.doc_freq,
            });
        }
        let many = (lexicon.len / FREQUENT).max(64);
        for at in 0..lexicon.places.len() as u32 {
            if lexicon.frequency(at) as usize >= many {
                let mut bits = Bits::none(lexicon.len);
                lexicon.decode(at, |docs| docs.iter().for_each(|&doc| bits.insert(doc)))?;
                lexicon.frequent.insert(at, Arc::new(bits));
            }
        }
        lexicon.text.shrink_to_fit();
        lexicon.ends.shrink_to_fit();
        lexicon.places.shrink_to_fit();
        Ok(lexicon)
    }

    /// How many words there are.
    pub fn count(&self) -> u32 {
        self.ends.len() as u32
    }

    /// The word at a place.
    pub fn word(&self, at: u32) -> &str {
        let at = at as usize;
        let from = at
            .checked_sub(1)
            .and_then(|b| self.ends.get(b))
            .map_or(0, |&e| e as usize);
        let to = self.ends.get(at).map_or(from, |&e| e as usize);
        self.text.get(from..to).unwrap_or("")
    }

    /// How many documents have it.
    pub fn frequency(&self, at: u32) -> u32 {
        self.places.get(at as usize).map_or(0, |place| place.docs)
    }

    /// First place whose word does not satisfy `before`, which holds for a beginning only.
    fn split(&self, mut low: u32, before: impl Fn(&str) -> bool) -> u32 {
        let mut high = self.count();
        while low < high {
            let middle = low.midpoint(high);
            if before(self.word(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Where a word is.
    pub fn find(&self, word: &str) -> Option<u32> {
        let at = self.split(0, |there| there < word);
        (at < self.count() && self.word(at) == word).then_some(at)
    }

    /// All words that begin so.
    pub fn range(&self, prefix: &str) -> Range<u32> {
        let from = self.split(0, |there| there < prefix);
        let to = self.split(from, |there| there < prefix || there.starts_with(prefix));
        from..to
    }

    /// Hands the documents of a word out, block by block.
    fn decode(&self, at: u32, mut block: impl FnMut(&[u32])) -> Result<(), SearchError> {
        let Some(place) = self.places.get(at as usize) else {
            return Ok(());
        };
        let from = place.offset as usize;
        let info = TermInfo {
            doc_freq: place.docs,
            postings_range: from..from + place.bytes as usize,
            positions_range: 0..0,
        };
        let mut postings = self
            .postings
            .read_block_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
        while !postings.docs().is_empty() {
            block(postings.docs());
            postings.advance();
        }
        Ok(())
    }

    /// Adds the documents of a word.
    pub fn gather(&self, at: u32, union: &mut Union) -> Result<(), SearchError> {
        if let Some(bits) = self.frequent.get(&at) {
            union.add_dense(bits);
            return Ok(());
        }
        self.decode(at, |docs| union.rare.extend_from_slice(docs))?;
        union.list_added();
        Ok(())
    }

    /// Adds the documents of a word if there is such a word.
    pub fn gather_word(&self, word: &str, union: &mut Union) -> Result<(), SearchError> {
        self.find(word).map_or(Ok(()), |at| self.gather(at, union))
    }

    /// The documents of a word.
    pub fn docs(&self, word: &str) -> Result<DocSet, SearchError> {
        let mut union = Union::default();
        self.gather_word(word, &mut union)?;
        Ok(union.finish(self.len))
    }
}
