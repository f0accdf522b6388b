//! The one reader of scalars, lists and objects, in two tempers.
//!
//! Strict: what is there and makes no sense is an error, as a lot that is read wrongly would be sold wrongly.
//! Tolerant: it is nothing, and whoever uses the row says what it lacks; one odd field never spoils a list.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What is done about what makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Temper {
    /// It is an error.
    Strict,
    /// It is nothing.
    Tolerant,
}

impl Temper {
    fn odd<T: Default, E: Error>(self, what: &str) -> Result<T, E> {
        match self {
            Self::Strict => Err(E::custom(what)),
            Self::Tolerant => Ok(T::default()),
        }
    }
}

/// Reads a list to its end; whether there was anything in it.
fn drained<'de, A: SeqAccess<'de>>(mut list: A) -> Result<bool, A::Error> {
    let mut any = false;
    while list.next_element::<IgnoredAny>()?.is_some() {
        any = true;
    }
    Ok(any)
}

/// The same with an object.
fn emptied<'de, A: MapAccess<'de>>(mut object: A) -> Result<bool, A::Error> {
    let mut any = false;
    while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
        any = true;
    }
    Ok(any)
}

/// A scalar as its text; `null` and what is empty have none.
pub(super) struct Scalars(pub(super) Temper);

impl<'de> Visitor<'de> for Scalars {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number or nothing")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
        Ok(Some(text))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }

    // The shortest text that means this number is the one that was sent; nothing is calculated with it.
    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        if drained(list)? {
            return self.0.odd("a list where one value was expected");
        }
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
        if emptied(object)? {
            return self.0.odd("an object where one value was expected");
        }
        Ok(None)
    }
}

/// An object; `null` is none, and so is the empty list that PHP makes of one without fields.
pub(super) struct Objects<T>(Temper, PhantomData<T>);

impl<T> Objects<T> {
    pub(super) const fn new(temper: Temper) -> Self {
        Self(temper, PhantomData)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Objects<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
        T::deserialize(serde::de::value::MapAccessDeserializer::new(object)).map(Some)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        if drained(list)? && self.0 == Temper::Strict {
            return Err(A::Error::custom("a list where an object was expected"));
        }
        Ok(None)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        if !text.trim().is_empty() && self.0 == Temper::Strict {
            return Err(E::custom("a text where an object was expected"));
        }
        Ok(None)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        self.number()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        self.number()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        self.number()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        self.number()
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<T> Objects<T> {
    fn number<E: Error>(self) -> Result<Option<T>, E> {
        match self.0 {
            Temper::Strict => Err(E::custom("a number where an object was expected")),
            Temper::Tolerant => Ok(None),
        }
    }
}

/// A list; `null`, what is empty, and an empty object are an empty one (PHP writes `{}` and `[]` alike).
/// To the tolerant an object is a list of one, and every element counts, also `null`.
pub(super) struct Lists<T>(Temper, PhantomData<T>);

impl<T> Lists<T> {
    pub(super) const fn new(temper: Temper) -> Self {
        Self(temper, PhantomData)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Lists<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        match self.0 {
            Temper::Strict => {
                while let Some(element) = from.next_element::<Option<T>>()? {
                    list.extend(element);
                }
            }
            Temper::Tolerant => {
                while let Some(element) = from.next_element()? {
                    list.push(element);
                }
            }
        }
        Ok(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Vec<T>, A::Error> {
        if self.0 == Temper::Tolerant {
            let one = T::deserialize(serde::de::value::MapAccessDeserializer::new(object));
            return one.map(|one| vec![one]);
        }
        if emptied(object)? {
            return Err(A::Error::custom("an object where a list was expected"));
        }
        Ok(Vec::new())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<T>, E> {
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        self.0.odd("a text where a list was expected")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Vec<T>, E> {
        self.0.odd("a yes or no where a list was expected")
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Vec<T>, E> {
        self.0.odd("a number where a list was expected")
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Vec<T>, E> {
        self.0.odd("a number where a list was expected")
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Vec<T>, E> {
        self.0.odd("a number where a list was expected")
    }

    fn visit_unit<E: Error>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_none<E: Error>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Vec<T>, D::Error> {
        from.deserialize_any(self)
    }
}
