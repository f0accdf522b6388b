//! JSON as services really send it: numbers as texts, empty maps as `[]`, one row without its list.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

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
        let text = self.text();
        let text = match text.split_once('.') {
            Some((whole, zeros)) if zeros.bytes().all(|b| b == b'0') => whole,
            _ => text,
        };
        text.parse().ok()
    }

    /// Whether it says yes: `"1"`, `1`, `true`.
    pub fn yes(&self) -> bool {
        matches!(self.text(), "1" | "true" | "yes")
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Words)
    }
}

struct Words;

impl<'de> Visitor<'de> for Words {
    type Value = Word;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a number")
    }

    fn visit_str<E>(self, text: &str) -> Result<Word, E> {
        Ok(Word(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Word, E> {
        Ok(Word(text))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Word, E> {
        Ok(Word(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Word, E> {
        Ok(Word(number.to_string()))
    }

    // The shortest text that reads as this number is the one that was sent; nothing is computed with it.
    fn visit_f64<E>(self, number: f64) -> Result<Word, E> {
        Ok(Word(number.to_string()))
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Word, E> {
        Ok(Word(yes.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Word, E> {
        Ok(Word::default())
    }

    fn visit_none<E>(self) -> Result<Word, E> {
        Ok(Word::default())
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Word, D::Error> {
        inner.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Word, A::Error> {
        while rows.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Word::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Word, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Word::default())
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
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Maybes(PhantomData))
    }
}

struct Maybes<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Maybes<T> {
    type Value = Maybe<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Maybe<T>, A::Error> {
        T::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(|it| Maybe(Some(it)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Maybe<T>, A::Error> {
        while rows.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Maybe(None))
    }

    fn visit_str<E>(self, _: &str) -> Result<Maybe<T>, E> {
        Ok(Maybe(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Maybe<T>, E> {
        Ok(Maybe(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Maybe<T>, E> {
        Ok(Maybe(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Maybe<T>, E> {
        Ok(Maybe(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Maybe<T>, E> {
        Ok(Maybe(None))
    }

    fn visit_unit<E>(self) -> Result<Maybe<T>, E> {
        Ok(Maybe(None))
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
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Manys(PhantomData))
    }
}

struct Manys<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Manys<T> {
    type Value = Many<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Many<T>, A::Error> {
        let mut many = Vec::new();
        while let Some(row) = rows.next_element()? {
            many.push(row);
        }
        Ok(Many(many))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Many<T>, A::Error> {
        T::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(|it| Many(vec![it]))
    }

    fn visit_str<E>(self, _: &str) -> Result<Many<T>, E> {
        Ok(Many::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Many<T>, E> {
        Ok(Many::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Many<T>, E> {
        Ok(Many::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Many<T>, E> {
        Ok(Many::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Many<T>, E> {
        Ok(Many::default())
    }

    fn visit_unit<E>(self) -> Result<Many<T>, E> {
        Ok(Many::default())
    }
}

/// Hands the rows of a list to `each` one by one, so that a large list is never in memory twice. A row
/// that is no object is handed over as `None`; a bare object is the only row.
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
