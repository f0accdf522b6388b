//! How one item becomes a document of the index.
//!
//! This runs for every item of the catalogue on each import, so it keeps its buffers and takes
//! each text apart once.

use std::collections::HashMap;

use tantivy::TantivyDocument;

use super::document::SearchDoc;
use super::error::SearchError;
use super::facts::Facts;
use super::schema::Fields;
use super::tokens::{self, Words, whole, word_hash};

/// Writes items.
#[derive(Debug)]
pub struct Scribe {
    fields: Fields,
    words: Words,
    /// Hashes of the words an item already has.
    used: Vec<u64>,
    /// Hashes of the words of the name, of its core, of the part's own name.
    all: Vec<u64>,
    core: Vec<u64>,
    own: Vec<u64>,
    strong: String,
    loose: String,
    keys: String,
    no: String,
    extra: String,
    /// Words of category paths, which thousands of items share.
    categories: HashMap<String, Vec<(String, u64)>>,
}

impl Scribe {
    /// A writer for these fields.
    pub fn new(fields: Fields) -> Self {
        Self {
            fields,
            words: Words::default(),
            used: Vec::new(),
            all: Vec::new(),
            core: Vec::new(),
            own: Vec::new(),
            strong: String::new(),
            loose: String::new(),
            keys: String::new(),
            no: String::new(),
            extra: String::new(),
            categories: HashMap::new(),
        }
    }

    /// The index's document for an item.
    pub fn document(&mut self, doc: &SearchDoc) -> Result<TantivyDocument, SearchError> {
        let facts = Facts::of(doc)?;
        for text in [
            &mut self.strong,
            &mut self.loose,
            &mut self.keys,
            &mut self.no,
            &mut self.extra,
        ] {
            text.clear();
        }
        tokens::fold_into(&doc.no, &mut self.no);
        let hashes = self.name(doc);
        self.related(doc);
        for alternate in &doc.alternates {
            let before = self.keys.len();
            tokens::fold_into(alternate.trim(), &mut self.keys);
            if self.keys.len() > before {
                self.keys.push('\n');
            }
        }
        if let Some((cabinet, bin)) = doc.bin {
            use std::fmt::Write as _;
            // writing to a string cannot fail
            let _ = writeln!(self.keys, "@{}{bin}", cabinet.to_ascii_lowercase());
        }
        Ok(self.assemble(doc, facts, hashes))
    }

    /// Takes the words of the name; the hashes of all, of its core, of its own part.
    fn name(&mut self, doc: &SearchDoc) -> [u32; 3] {
        self.used.clear();
        self.all.clear();
        self.core.clear();
        self.own.clear();
        self.words.read(&doc.name);
        let folded = self.words.folded();
        let core = tokens::core_end(doc.kind, folded);
        let family = if doc.kind == b'P' {
            tokens::family_end(&folded[..core])
        } else {
            0
        };
        let mut denied = false;
        for (place, word) in self.words.placed() {
            // what a part is without is no word of its name, but still leads to it
            denied = (denied || word == "without") && !matches!(word, "with" | "and" | "but");
            let hash = if denied && word != "without" {
                self.extra.push_str(word);
                self.extra.push(' ');
                word_hash(whole(word))
            } else {
                add(whole(word), &mut self.used, &mut self.strong)
            };
            self.all.push(hash);
            if place < core {
                self.core.push(hash);
                if place >= family {
                    self.own.push(hash);
                }
            }
        }
        let full = tokens::set_hash(&mut self.all);
        let part = |hashes: &mut Vec<u64>| {
            if hashes.is_empty() {
                full
            } else {
                tokens::set_hash(hashes)
            }
        };
        let hashes = [full, part(&mut self.core), part(&mut self.own)];
        for word in self.words.iter() {
            if !word.starts_with(|c: char| c.is_ascii_digit()) {
                continue;
            }
            if let Some((flat, _)) = word.rsplit_once('x') {
                // 1 x 4 x 3 is also asked for as 1x4, turned, and by its single sides
                if flat.contains('x') {
                    add(flat, &mut self.used, &mut self.strong);
                }
                if let Some(turned) = tokens::turned(word) {
                    self.extra.push_str(&turned);
                }
                for side in word.split('x') {
                    self.extra.push(' ');
                    self.extra.push_str(side);
                }
                self.extra.push(' ');
            }
        }
        hashes
    }

    /// Takes the words of category, keywords, number and other spellings.
    fn related(&mut self, doc: &SearchDoc) {
        for chunk in doc.name.split_whitespace() {
            // X-Wing is also asked for as xwing
            let chunk = chunk.trim_matches(|c: char| !c.is_alphanumeric());
            if chunk.contains('-') && chunk.chars().any(char::is_alphabetic) {
                self.extra.extend(chunk.chars().filter(|&c| c != '-'));
                self.extra.push(' ');
            }
        }
        for keyword in &doc.keywords {
            self.extra.push_str(keyword);
            self.extra.push_str(" , ");
        }
        if !self.no.bytes().all(|b| b.is_ascii_alphanumeric()) {
            self.extra.push_str(&self.no);
        }
        if !self.extra.is_empty() {
            self.words.read(&self.extra);
            for word in self.words.iter() {
                if *word != *self.no {
                    add(whole(word), &mut self.used, &mut self.loose);
                }
            }
        }
        if !self.categories.contains_key(&doc.category_path) {
            self.words.read(&doc.category_path);
            let list = self
                .words
                .iter()
                .map(|w| (whole(w).to_owned(), word_hash(whole(w))));
            self.categories
                .insert(doc.category_path.clone(), list.collect());
        }
        for (word, hash) in self
            .categories
            .get(&doc.category_path)
            .into_iter()
            .flatten()
        {
            if !self.used.contains(hash) {
                self.used.push(*hash);
                self.loose.push_str(word);
                self.loose.push('\n');
            }
        }
    }

    fn assemble(&self, doc: &SearchDoc, facts: Facts, hashes: [u32; 3]) -> TantivyDocument {
        let f = &self.fields;
        let mut out = TantivyDocument::default();
        for (field, text) in [
            (f.words, &self.strong),
            (f.loose, &self.loose),
            (f.keys, &self.keys),
        ] {
            if !text.is_empty() {
                out.add_text(field, text);
            }
        }
        out.add_text(f.no, &self.no);
        out.add_u64(f.id, u64::from(doc.id));
        out.add_u64(f.facts, facts.0);
        let [full, core, own] = hashes;
        out.add_u64(f.names, u64::from(full));
        if core != full {
            out.add_u64(f.names, u64::from(core));
        }
        if own != full && own != core {
            out.add_u64(f.names, u64::from(own));
        }
        for &color in &doc.colors {
            out.add_u64(f.colors, u64::from(color));
        }
        for element in &doc.elements {
            if let Ok(code) = element.parse::<u32>() {
                out.add_u64(f.elements, u64::from(code));
            }
        }
        out
    }
}

/// Adds a word once; its hash.
fn add(word: &str, used: &mut Vec<u64>, out: &mut String) -> u64 {
    let hash = word_hash(word);
    if !used.contains(&hash) {
        used.push(hash);
        out.push_str(word);
        out.push('\n');
    }
    hash
}
