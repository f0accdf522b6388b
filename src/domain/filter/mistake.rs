//! What is wrong with a filter, said so that its writer can put it right.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Whether more typing can put a mistake right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MistakeKind {
    /// The text ends too early; a screen keeps showing its rows.
    Unfinished,
    /// No continuation makes sense of it.
    Wrong,
}

/// The first thing in a filter that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Mistake {
    /// Whether more typing can put it right.
    pub kind: MistakeKind,
    /// What to underline: bytes of the text, on borders of characters. Empty where something is missing.
    pub span: Range<usize>,
    /// What would have been right there.
    pub expected: String,
    /// What to do, in one or two sentences.
    pub help: Option<String>,
}

impl Mistake {
    pub(super) fn wrong(span: Range<usize>, expected: impl Into<String>) -> Self {
        Self {
            kind: MistakeKind::Wrong,
            span,
            expected: expected.into(),
            help: None,
        }
    }

    pub(super) fn unfinished(span: Range<usize>, expected: impl Into<String>) -> Self {
        Self {
            kind: MistakeKind::Unfinished,
            ..Self::wrong(span, expected)
        }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn unfinished_if(mut self, unfinished: bool) -> Self {
        if unfinished {
            self.kind = MistakeKind::Unfinished;
        }
        self
    }
}

/// One line, such as for the command line.
impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Expected {}.", self.expected)?;
        match &self.help {
            Some(help) => write!(f, " {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Mistake {}
