//! Reading JSON that means well: numbers as texts, texts as numbers, nulls and what is missing.
//!
//! Services quote numbers on some days and not on others, and leave out what is empty. Each function
//! here reads one field for `#[serde(deserialize_with)]`; with `#[serde(default)]` on the structure,
//! missing, `null` and empty are the same. What is there and makes no sense is an error: a quantity
//! or a price is never guessed. Services whose rows are odd one by one are read with [`Word`], [`Maybe`]
//! and [`Many`] instead, which keep what came until it is used.

mod visit;
mod word;

pub use word::{Many, Maybe, Word, rows};

use serde::de::{Deserialize, Deserializer, Error};

use crate::domain::{Money, Timestamp, text as plain};
use visit::{Lists, Objects, Scalars, Temper};

fn scalar<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    from.deserialize_any(Scalars(Temper::Strict))
}

/// The same without blanks around it; empty is nothing.
fn trimmed<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = scalar(from)?;
    Ok(text
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty()))
}

/// A text as it came; `null` is empty, a number its digits.
pub fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(scalar(from)?.unwrap_or_default())
}

/// A text of one line: entities decoded at most twice, no control characters, trimmed.
pub fn line<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(scalar(from)?.map_or_else(String::new, |text| plain::clean(&text)))
}

/// A text of several lines: decoded like `line`, line ends are `\n`.
pub fn lines<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(scalar(from)?.map_or_else(String::new, |text| plain::clean_lines(&text)))
}

/// A whole number from its text: `12`, `+5`, `-3`, `7.00`.
pub fn whole(text: &str) -> Option<i64> {
    let text = text.trim();
    let (digits, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|b| b == b'0') {
        return None;
    }
    digits.parse().ok()
}

/// A whole number of any width; missing is nothing.
///
/// # Errors
/// Not a number, or out of its range.
pub fn maybe_number<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<i64>,
{
    let Some(text) = trimmed(from)? else {
        return Ok(None);
    };
    whole(&text)
        .and_then(|number| T::try_from(number).ok())
        .map(Some)
        .ok_or_else(|| {
            D::Error::custom(format!("a whole number was expected, not `{}`", cut(&text)))
        })
}

/// A whole number of any width; missing is 0.
///
/// # Errors
/// Not a number, or out of its range.
pub fn number<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<i64> + Default,
{
    Ok(maybe_number(from)?.unwrap_or_default())
}

/// An amount; missing is nothing. More than four decimals are rounded half up.
///
/// # Errors
/// Not an amount.
pub fn maybe_money<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Money>, D::Error> {
    let Some(text) = trimmed(from)? else {
        return Ok(None);
    };
    Money::parse(short_fraction(&text))
        .map(Some)
        .ok_or_else(|| D::Error::custom(format!("an amount was expected, not `{}`", cut(&text))))
}

/// An amount; missing is zero.
///
/// # Errors
/// Not an amount.
pub fn money<'de, D: Deserializer<'de>>(from: D) -> Result<Money, D::Error> {
    Ok(maybe_money(from)?.unwrap_or_default())
}

/// Numbers of programs carry tails such as `0.10000000000000001`; a dozen decimals say all there is.
fn short_fraction(text: &str) -> &str {
    let end = text.find('.').map_or(text.len(), |point| point + 13);
    text.get(..end).unwrap_or(text)
}

/// What a word means, if it is one of those for yes and no.
fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "y" | "yes" => Some(true),
        "false" | "0" | "n" | "no" => Some(false),
        _ => None,
    }
}

/// Yes or no: `true`, `"true"`, `1`, `"Y"`; missing is nothing.
///
/// # Errors
/// Neither yes nor no.
pub fn maybe_flag<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    let Some(text) = trimmed(from)? else {
        return Ok(None);
    };
    match yes_or_no(&text) {
        Some(yes) => Ok(Some(yes)),
        None => Err(D::Error::custom(format!(
            "yes or no was expected, not `{}`",
            cut(&text)
        ))),
    }
}

/// Yes or no; missing is no.
///
/// # Errors
/// Neither yes nor no.
pub fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(maybe_flag(from)?.unwrap_or_default())
}

/// A point in time: ISO 8601, or seconds since 1970 as number or text. What cannot be read is nothing,
/// as is the zero that stands for never.
pub fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(trimmed(from)?.and_then(|text| moment(&text)))
}

/// Reads a point in time; see [`time`].
pub fn moment(text: &str) -> Option<Timestamp> {
    if let Some(seconds) = whole(text) {
        return (seconds > 0).then(|| Timestamp::from_seconds(seconds));
    }
    let at: jiff::Timestamp = text.parse().ok()?;
    Some(Timestamp::from_micros(at.as_microsecond()))
}

/// A list; `null`, missing and an empty object are an empty one (PHP writes `{}` and `[]` alike).
///
/// # Errors
/// Something else, or an element that cannot be read.
pub fn list<'de, D, T>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    from.deserialize_any(Lists::new(Temper::Strict))
}

/// An object; `null` is one without fields, and so is the empty list that PHP makes of it.
///
/// # Errors
/// Something else, or a field that cannot be read.
pub fn object<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    let object = from.deserialize_any(Objects::new(Temper::Strict))?;
    Ok(object.unwrap_or_default())
}

/// Enough of a wrong value to recognise it.
fn cut(text: &str) -> String {
    text.chars().take(20).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Everything {
        #[serde(deserialize_with = "text")]
        text: String,
        #[serde(deserialize_with = "line")]
        line: String,
        #[serde(deserialize_with = "lines")]
        lines: String,
        #[serde(deserialize_with = "number")]
        number: u32,
        #[serde(deserialize_with = "maybe_number")]
        maybe: Option<i8>,
        #[serde(deserialize_with = "money")]
        money: Money,
        #[serde(deserialize_with = "flag")]
        flag: bool,
        #[serde(deserialize_with = "time")]
        time: Option<Timestamp>,
        #[serde(deserialize_with = "list")]
        list: Vec<u8>,
        #[serde(deserialize_with = "object")]
        object: Inner,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Inner {
        #[serde(deserialize_with = "number")]
        one: u32,
    }

    fn read(json: &str) -> Result<Everything, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn missing_null_and_empty_are_the_same() {
        let names = [
            "text", "line", "lines", "number", "maybe", "money", "flag", "time", "list", "object",
        ];
        for nothing in ["null", "\"\"", "[]", "{}"] {
            let fields: Vec<String> = names.iter().map(|n| format!("\"{n}\":{nothing}")).collect();
            let json = format!("{{{},\"unknown\":[1,{{}}]}}", fields.join(","));
            assert_eq!(read(&json).ok(), Some(Everything::default()), "{json}");
        }
        assert_eq!(read("{}").ok(), Some(Everything::default()));
    }

    #[test]
    fn nonsense_is_an_error_and_no_number() {
        for json in [
            r#"{"number":"abc"}"#,
            r#"{"number":-1}"#,
            r#"{"number":1.5}"#,
            r#"{"number":99999999999}"#,
            r#"{"number":[1]}"#,
            r#"{"maybe":300}"#,
            r#"{"money":"1,50"}"#,
            r#"{"money":{"a":1}}"#,
            r#"{"flag":"perhaps"}"#,
            r#"{"list":{"a":1}}"#,
            r#"{"list":"a"}"#,
            r#"{"object":[1]}"#,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
        assert_eq!(read(r#"{"time":"once"}"#).ok().and_then(|e| e.time), None);
    }

    #[test]
    fn amounts_keep_every_digit() {
        for (json, text) in [
            (r#"{"money":"0.0150"}"#, "0.0150"),
            (r#"{"money":0.12345}"#, "0.1235"),
            (r#"{"money":0.1}"#, "0.1000"),
            (r#"{"money":0.30000000000000004}"#, "0.3000"),
            (r#"{"money":12}"#, "12.0000"),
            (r#"{"money":" 99999.9999 "}"#, "99999.9999"),
        ] {
            assert_eq!(
                read(json).map(|e| e.money.to_string()).ok().as_deref(),
                Some(text),
                "{json}"
            );
        }
    }

    #[test]
    fn texts_are_decoded_twice_at_most() {
        let read = read(
            r#"{"line":"Don&amp;#39;t&#58;&#41;","lines":"a&#40;\r\nb&amp;#41;\r\n","text":"a&amp;b"}"#,
        );
        let read = read.expect("it can be read");
        assert_eq!(read.line, "Don't:)");
        assert_eq!(read.lines, "a(\nb)");
        assert_eq!(read.text, "a&amp;b");
    }

    #[test]
    fn times() {
        let at = |text: &str| moment(text).map(Timestamp::micros);
        assert_eq!(at("2013-10-29T17:59:06.373Z"), Some(1_383_069_546_373_000));
        assert_eq!(at("1383069546"), Some(1_383_069_546_000_000));
        assert_eq!(at("0"), None);
        assert_eq!(at("soon"), None);
    }

    proptest! {
        #[test]
        fn a_quoted_number_is_the_number(n in 0u32.., raw in -1_000_000_000_i64..1_000_000_000) {
            let money = Money::from_raw(raw);
            let quoted = read(&format!(r#"{{"number":"{n}","money":"{money}"}}"#)).expect("quoted");
            let bare = read(&format!(r#"{{"number":{n},"money":{money}}}"#)).expect("bare");
            prop_assert_eq!(&quoted, &bare);
            prop_assert_eq!(bare.number, n);
            prop_assert_eq!(bare.money, money);
        }

        #[test]
        fn any_text_is_read(value in ".{0,80}") {
            let json = serde_json::to_string(&value).expect("a text");
            let read = read(&format!(r#"{{"text":{json},"line":{json},"lines":{json}}}"#)).expect("read");
            prop_assert_eq!(read.text, value);
        }
    }
}
