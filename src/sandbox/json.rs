//! JSON as the services print it: keys in a fixed order, numbers as they were written, slashes
//! escaped by the one that does.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A value on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction, as it is printed.
    Number(String),
    /// Text.
    Text(String),
    /// Values in order.
    List(Vec<Json>),
    /// Names and values in order.
    Map(Vec<(Cow<'static, str>, Json)>),
}

/// A map in the order in which it is written.
macro_rules! map {
    ($($name:expr => $value:expr),* $(,)?) => {
        $crate::sandbox::json::Json::Map(vec![
            $(($name.into(), $crate::sandbox::json::Json::from($value))),*
        ])
    };
}
pub(super) use map;

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Json {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u32> for Json {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<u16> for Json {
    fn from(value: u16) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<usize> for Json {
    fn from(value: usize) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<&str> for Json {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<&String> for Json {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<String> for Json {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Vec<Json>> for Json {
    fn from(value: Vec<Json>) -> Self {
        Self::List(value)
    }
}

impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Json {
    /// Adds a name to a map; anything else stays as it is.
    pub fn put(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Json>) {
        if let Self::Map(entries) = self {
            entries.push((name.into(), value.into()));
        }
    }

    /// The same with one more name.
    pub fn with(mut self, name: &'static str, value: impl Into<Json>) -> Self {
        self.put(name, value);
        self
    }

    /// What a map has under a name.
    pub fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Self::Map(entries) => entries.iter().find(|(key, _)| key == name).map(|(_, v)| v),
            _ => None,
        }
    }

    /// Changes every value, the innermost first.
    pub fn each(&mut self, change: &mut dyn FnMut(&mut Json)) {
        match self {
            Self::List(values) => values.iter_mut().for_each(|value| value.each(change)),
            Self::Map(entries) => entries.iter_mut().for_each(|(_, value)| value.each(change)),
            _ => {}
        }
        change(self);
    }

    /// The text that travels; with `\/` for slashes where the service does that.
    pub fn print(&self, escaped_slashes: bool) -> String {
        let mut text = String::new();
        self.write(&mut text, escaped_slashes);
        text
    }

    fn write(&self, out: &mut String, slashes: bool) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(true) => out.push_str("true"),
            Self::Bool(false) => out.push_str("false"),
            Self::Int(value) => {
                let _ = write!(out, "{value}");
            }
            Self::Number(text) => out.push_str(text),
            Self::Text(text) => quote(text, out, slashes),
            Self::List(values) => {
                out.push('[');
                for (at, value) in values.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    value.write(out, slashes);
                }
                out.push(']');
            }
            Self::Map(entries) => {
                out.push('{');
                for (at, (name, value)) in entries.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    quote(name, out, slashes);
                    out.push(':');
                    value.write(out, slashes);
                }
                out.push('}');
            }
        }
    }
}

fn quote(text: &str, out: &mut String, slashes: bool) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' if slashes => out.push_str("\\/"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_can_be_read_and_keeps_its_order() {
        let value = map! {
            "z" => "a\"b\\c\n\u{1}/",
            "a" => vec![Json::Null, Json::Int(-5), Json::Number("0.50".into())],
            "m" => None::<i64>,
        };
        let text = value.print(true);
        assert!(text.starts_with(r#"{"z":"a\"b\\c\n\u0001\/","#), "{text}");
        let read: serde_json::Value = serde_json::from_str(&text).expect("valid JSON");
        assert_eq!(read["z"], "a\"b\\c\n\u{1}/");
        assert_eq!(read["a"][1], -5);
    }
}
