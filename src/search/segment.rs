//! One segment of the index with what is kept of it in memory.
//!
//! A fresh build has exactly one, in which the document number is the rank; changes of single
//! items make small further ones until the next build.

use std::sync::Arc;

use tantivy::SegmentReader;

use super::docset::Bits;
use super::error::SearchError;
use super::facts::Facts;
use super::lexicon::Lexicon;
use super::numbers::Numbers;
use super::schema::Fields;
use super::starts::Starts;

/// Colours of all documents, back to back.
#[derive(Debug, Default)]
pub struct Colors {
    starts: Vec<u32>,
    values: Vec<u16>,
}

impl Colors {
    /// The colours of a document.
    pub fn of(&self, doc: u32) -> &[u16] {
        let at = doc as usize;
        let from = self.starts.get(at).map_or(0, |&s| s as usize);
        let to = self.starts.get(at + 1).map_or(from, |&s| s as usize);
        self.values.get(from..to).unwrap_or(&[])
    }

    /// The documents that are known in a colour.
    pub fn known_in(&self, color: u16) -> Bits {
        let mut out = Bits::none(self.starts.len().saturating_sub(1));
        let mut doc = 0;
        for (at, _) in self
            .values
            .iter()
            .enumerate()
            .filter(|&(_, &there)| there == color)
        {
            while self
                .starts
                .get(doc as usize + 1)
                .is_some_and(|&next| next as usize <= at)
            {
                doc += 1;
            }
            out.insert(doc);
        }
        out
    }
}

/// A segment ready for questions.
#[derive(Debug)]
pub struct Segment {
    /// Number of documents, deleted ones included.
    pub len: usize,
    /// Whether ids rise with document numbers.
    pub ordered: bool,
    ids: Vec<u32>,
    /// Documents that are not deleted.
    pub alive: Bits,
    /// Undecorated parts.
    pub plain: Arc<Bits>,
    /// What is filtered and counted.
    pub facts: Vec<Facts>,
    /// Known colours.
    pub colors: Colors,
    /// Hash of name words above, document below, sorted.
    names: Vec<u64>,
    /// Item numbers and element ids.
    pub numbers: Numbers,
    /// Words of names.
    pub words: Lexicon,
    /// Short beginnings of names and numbers.
    pub starts: Starts,
    /// Other words.
    pub loose: Lexicon,
    /// Short beginnings of those.
    pub loose_starts: Starts,
    /// Alternate numbers and bins.
    pub keys: Lexicon,
}

impl Segment {
    /// Reads what is kept in memory.
    pub fn open(reader: &SegmentReader, fields: &Fields) -> Result<Self, SearchError> {
        let len = reader.max_doc();
        let columns = reader.fast_fields();
        let all = |name: &str| -> Result<Vec<u64>, SearchError> {
            let column = columns.u64(name)?;
            if column.num_docs() != len {
                return Err(SearchError::Damaged(format!("column {name} is short")));
            }
            Ok((0..len).map(|doc| column.first(doc).unwrap_or(0)).collect())
        };
        let ids: Vec<u32> = all("id")?.into_iter().map(|id| id as u32).collect();
        let facts: Vec<Facts> = all("facts")?.into_iter().map(Facts).collect();
        let mut alive = Bits::none(len as usize);
        let mut plain = Bits::none(len as usize);
        for (doc, facts) in (0..).zip(&facts) {
            if !reader.is_deleted(doc) {
                alive.insert(doc);
            }
            if facts.kind() == 0 && !facts.printed() {
                plain.insert(doc);
            }
        }
        let mut colors = Colors::default();
        let column = columns.column_opt::<u64>("colors")?;
        for doc in 0..len {
            colors.starts.push(colors.values.len() as u32);
            if let Some(column) = &column {
                colors
                    .values
                    .extend(column.values_for_doc(doc).map(|c| c as u16));
            }
        }
        colors.starts.push(colors.values.len() as u32);
        let mut names = Vec::new();
        let column = columns.u64("names")?;
        for doc in 0..len {
            names.extend(
                column
                    .values_for_doc(doc)
                    .map(|hash| hash << 32 | u64::from(doc)),
            );
        }
        names.sort_unstable();
        names.shrink_to_fit();
        let ordered = ids.is_sorted();
        let identity = (0..).zip(&ids).all(|(doc, &id): (u32, &u32)| doc == id);
        let numbers = Numbers::open(reader)?;
        let words = Lexicon::open(reader, fields.words)?;
        let loose = Lexicon::open(reader, fields.loose)?;
        Ok(Self {
            len: len as usize,
            ordered,
            ids: if identity { Vec::new() } else { ids },
            alive,
            plain: Arc::new(plain),
            facts,
            colors,
            names,
            starts: Starts::new(&words, Some(&numbers), len as usize)?,
            loose_starts: Starts::new(&loose, None, len as usize)?,
            numbers,
            words,
            loose,
            keys: Lexicon::open(reader, fields.keys)?,
        })
    }

    /// The caller's id of a document.
    pub fn id(&self, doc: u32) -> u32 {
        self.ids.get(doc as usize).copied().unwrap_or(doc)
    }

    /// The document of an id, if it is here and alive.
    pub fn doc(&self, id: u32) -> Option<u32> {
        let doc = if self.ids.is_empty() {
            id
        } else if self.ordered {
            self.ids.binary_search(&id).ok()? as u32
        } else {
            self.ids.iter().position(|&there| there == id)? as u32
        };
        self.alive.contains(doc).then_some(doc)
    }

    /// The documents whose name, or the core of it, has these words and no other.
    pub fn named(&self, hash: u32) -> Vec<u32> {
        let from = self
            .names
            .partition_point(|&there| there >> 32 < u64::from(hash));
        let hits = self.names.get(from..).unwrap_or(&[]);
        hits.iter()
            .take_while(|&&there| there >> 32 == u64::from(hash))
            .map(|&there| there as u32)
            .collect()
    }

    /// The hashes of a document's name, from the sorted list.
    pub fn name_hashes(&self, doc: u32) -> impl Iterator<Item = u32> {
        self.names
            .iter()
            .filter(move |&&there| there as u32 == doc)
            .map(|&there| (there >> 32) as u32)
    }
}
