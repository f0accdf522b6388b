//! The fields of the index.
//!
//! Words go in as terms, everything that is counted or compared as columns. Numbers are no
//! terms at all: they sit in one sorted column, where a prefix is a range.

use tantivy::schema::{FAST, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer, TokenizerManager};

/// Layout of the index; a change of fields, tokens or columns counts it up.
pub const VERSION: u32 = 1;

const LINES: &str = "lines";

/// Handles of all fields.
#[derive(Debug, Clone)]
pub struct Fields {
    /// Whole words of names.
    pub words: Field,
    /// Whole words of categories, keywords and other spellings.
    pub loose: Field,
    /// Alternate numbers and, after an `@`, bins.
    pub keys: Field,
    /// Number, folded.
    pub no: Field,
    /// The caller's id.
    pub id: Field,
    /// The facts, packed.
    pub facts: Field,
    /// Hashes of the words of the name and of its core.
    pub names: Field,
    /// Known colours.
    pub colors: Field,
    /// Element ids.
    pub elements: Field,
}

/// The schema with its handles.
pub fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let terms = || {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(LINES)
                .set_fieldnorms(false)
                .set_index_option(IndexRecordOption::Basic),
        )
    };
    let fields = Fields {
        words: builder.add_text_field("words", terms()),
        loose: builder.add_text_field("loose", terms()),
        keys: builder.add_text_field("keys", terms()),
        no: builder.add_text_field("no", TextOptions::default().set_fast("raw")),
        id: builder.add_u64_field("id", FAST),
        facts: builder.add_u64_field("facts", FAST),
        names: builder.add_u64_field("names", FAST),
        colors: builder.add_u64_field("colors", FAST),
        elements: builder.add_u64_field("elements", FAST),
    };
    (builder.build(), fields)
}

/// The tokenizers that the schema names.
pub fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(LINES, TextAnalyzer::builder(Lines::default()).build());
    manager
}

/// Terms arrive ready made, one a line.
#[derive(Debug, Clone, Default)]
struct Lines {
    token: Token,
}

struct LineStream<'a> {
    rest: &'a str,
    token: &'a mut Token,
}

impl Tokenizer for Lines {
    type TokenStream<'a> = LineStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> LineStream<'a> {
        self.token.reset();
        LineStream {
            rest: text,
            token: &mut self.token,
        }
    }
}

impl TokenStream for LineStream<'_> {
    fn advance(&mut self) -> bool {
        let Some((line, rest)) = self.rest.split_once('\n') else {
            return false;
        };
        self.rest = rest;
        self.token.text.clear();
        self.token.text.push_str(line);
        self.token.position = self.token.position.wrapping_add(1);
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}
