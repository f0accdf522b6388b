//! The language in which people narrow the inventory while they type.
//!
//! A filter is bare words and `"quoted phrases"` that all must occur, tests such as `qty<5` or
//! `color:red,blue`, joined by `and`, `or`, `not` (`-`) and brackets. It is understood here without any data;
//! whoever has the lots asks the [`Expr`]. What cannot be understood is a [`Mistake`] that says where and
//! what would be right: a filter never silently means less than was written.
//!
//! Relative dates count from the moment of reading, so what is kept for later is the text, not the `Expr`.

mod choices;
mod complete;
mod dates;
mod display;
mod expr;
mod field;
mod help;
mod matcher;
mod mistake;
mod names;
mod numbers;
mod parse;
mod scan;
mod terms;

pub use choices::fixed_values;
pub use complete::{Completion, What, apply, complete, operators};
pub use expr::{CategoryTest, ColorTest, Expr, Span, SyncState, Test};
pub use field::{ChoiceField, DateField, Field, FieldKind, MoneyField, NumberField, TextField};
pub use help::{HelpLine, help};
pub use matcher::{Anchor, Glyph, Matcher, Wildcard, fold};
pub use mistake::{Mistake, MistakeKind};
pub use names::Key;
pub use scan::Operator;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::Timestamp;

/// Longest text of a filter, in bytes.
pub const MAX_TEXT: usize = 16 * 1024;
/// Deepest nesting of a filter.
pub const MAX_DEPTH: usize = 32;
/// Most tests in one filter.
pub const MAX_TESTS: usize = 500;

/// A filter that was understood.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Filter {
    /// What a lot must be, in canonical form.
    pub expr: Expr,
}

impl Filter {
    /// Understands a text. `now` is where ages such as `30d` count from; days begin as in `zone`.
    pub fn parse(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Self, Mistake> {
        parse::parse(text, dates::Now { at: now, zone }).map(|expr| Self { expr })
    }

    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.expr == Expr::All
    }
}

/// The canonical text: reading it at any time and in any zone gives the same filter.
impl std::fmt::Display for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.expr {
            Expr::All => Ok(()),
            _ => self.expr.fmt(f),
        }
    }
}
