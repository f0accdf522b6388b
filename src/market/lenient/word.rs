//! Fields that are read tolerantly: kept as they came, and understood when they are used.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::visit::{Lists, Objects, Scalars, Temper};
use super::{short_fraction, whole, yes_or_no};

/// A text, a number, a yes or no, or nothing, kept as a text; what is none of these is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word(pub String);

impl Word {
    /// The text without blanks around it.
    pub fn text(&self) -> &str {
        self.0.trim()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.text().is_empty()
    }

    /// A whole number; `12.000` is one too.
    pub fn whole(&self) -> Option<i64> {
        whole(&self.0)
    }

    /// The text for reading an amount: a number may come with more digits than any amount has.
    pub fn decimal(&self) -> &str {
        short_fraction(self.text())
    }

    /// Whether it says yes: `"1"`, `1`, `true`.
    pub fn yes(&self) -> bool {
        yes_or_no(self.text()) == Some(true)
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = from.deserialize_any(Scalars(Temper::Tolerant))?;
        Ok(Self(text.unwrap_or_default()))
    }
}

/// An object, where PHP may print `[]`, `null` or nothing useful.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maybe<T>(pub Option<T>);

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Objects::new(Temper::Tolerant))
            .map(Self)
    }
}

/// A list of anything that reads; a bare object is a list of one, everything else is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Many<T>(pub Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Lists::new(Temper::Tolerant)).map(Self)
    }
}

/// Hands the rows of a list to `each` one by one, so that a large list is never in memory twice. A row
/// that is no object is handed over as `None`; a bare object is the only row.
///
/// # Errors
/// It is no list, or ends too early.
pub fn rows<T: for<'a> Deserialize<'a>>(
    body: &[u8],
    each: &mut dyn FnMut(Option<T>),
) -> serde_json::Result<()> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    reader.deserialize_any(Rows(each))?;
    reader.end()
}

struct Rows<'f, T>(&'f mut dyn FnMut(Option<T>));

impl<'de, T: Deserialize<'de>> Visitor<'de> for Rows<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while let Some(Maybe(row)) = rows.next_element()? {
            (self.0)(row);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let row = T::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        (self.0)(Some(row));
        Ok(())
    }
}
