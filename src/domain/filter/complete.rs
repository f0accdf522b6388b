//! What could stand at the cursor, and putting a choice there.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::choices::fixed_values;
use super::display;
use super::field::FieldKind;
use super::names::{Key, TABLE};
use super::scan::{Operator, Scanner};

/// What could stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// The name of a field that begins like this, or a word.
    Fields(String),
    /// An operator after this name.
    Operators(Key),
    /// A value of this field that begins like this. Values of colours, categories, tags, places, files and
    /// people come from the shop's data.
    Values {
        /// The name before the operator.
        field: Key,
        /// What is typed of it, without quotes.
        prefix: String,
    },
    /// A word or phrase that begins like this; no field does.
    Words(String),
    /// Nothing is known to fit.
    Nothing,
}

/// A place in a filter that can be completed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// Bytes that a choice replaces.
    pub replace: Range<usize>,
    /// What could stand there.
    pub what: What,
}

impl Completion {
    fn new(replace: Range<usize>, what: What) -> Self {
        Self { replace, what }
    }

    /// What the grammar itself can propose, best first; values of the shop's data are not among it.
    pub fn proposals(&self) -> Vec<&'static str> {
        match &self.what {
            What::Fields(prefix) => TABLE
                .iter()
                .filter_map(|entry| entry.names.iter().find(|name| begins(name, prefix)))
                .copied()
                .collect(),
            What::Operators(key) => operators(*key).iter().map(|op| op.sign()).collect(),
            What::Values { field, prefix } => fixed_values(*field)
                .into_iter()
                .filter(|value| begins(value, prefix))
                .collect(),
            What::Words(_) | What::Nothing => Vec::new(),
        }
    }
}

/// The operators that make sense after a name, the most natural first.
pub fn operators(key: Key) -> &'static [Operator] {
    use Operator::{AtLeast, AtMost, Begins, Contains, Ends, Equal, Less, More, Natural, Unequal};
    let field = match key {
        Key::Any => return &[Natural, Equal, Unequal, Contains, Begins, Ends],
        Key::Missing | Key::Has | Key::Duplicate => return &[Natural],
        Key::Field(field) => field,
    };
    match field.kind() {
        FieldKind::Text(_) | FieldKind::Color | FieldKind::Category => {
            &[Natural, Equal, Unequal, Contains, Begins, Ends]
        }
        FieldKind::Choice(_) => &[Natural, Unequal],
        FieldKind::Number(_) | FieldKind::Money(_) | FieldKind::Weight | FieldKind::Date(_) => {
            &[Natural, Less, AtMost, More, AtLeast, Equal, Unequal]
        }
    }
}

fn begins(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// What could stand at the cursor, a byte of the text; one within a character means its beginning.
pub fn complete(text: &str, cursor: usize) -> Completion {
    let cursor = (0..=cursor.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    let mut scanner = Scanner::new(text);
    loop {
        while let Some(c) = scanner.peek() {
            if scanner.at >= cursor || !(c.is_whitespace() || "()-!".contains(c)) {
                break;
            }
            scanner.bump();
        }
        if scanner.at >= cursor {
            return at_word(text, scanner.at, cursor);
        }
        let before = scanner.at;
        let found = match test_at(&scanner) {
            Some((key, sign)) => in_test(&mut scanner, key, &sign, cursor),
            None => in_word(&mut scanner, cursor),
        };
        if let Some(found) = found {
            return found;
        }
        if scanner.at == before {
            scanner.bump();
        }
    }
}

/// The cursor stands before a word or between words.
fn at_word(text: &str, at: usize, cursor: usize) -> Completion {
    let mut scanner = Scanner { text, at };
    scanner.at = cursor;
    let end = cursor + scanner.name().len();
    Completion::new(cursor..end, What::Fields(String::new()))
}

/// The name of a field here, and where its operator stands.
fn test_at(scanner: &Scanner<'_>) -> Option<(Option<Key>, Range<usize>)> {
    let name = scanner.name();
    let mut after = scanner.clone();
    after.at += name.len();
    let key = Key::find(name);
    if key.is_some() {
        after.skip_blanks();
    }
    let (_, len) = Operator::at(after.rest())?;
    Some((key, after.at..after.at + len))
}

fn in_test(
    scanner: &mut Scanner<'_>,
    key: Option<Key>,
    sign: &Range<usize>,
    cursor: usize,
) -> Option<Completion> {
    let name = scanner.name();
    let start = scanner.at;
    let name_end = start + name.len();
    if cursor <= name_end {
        let typed = name[..cursor - start].to_owned();
        return Some(Completion::new(start..name_end, What::Fields(typed)));
    }
    if cursor < sign.end {
        let what = key.map_or(What::Nothing, What::Operators);
        return Some(Completion::new(sign.clone(), what));
    }
    scanner.at = sign.end;
    if key != Some(Key::Duplicate) {
        scanner.skip_blanks();
    }
    if cursor < scanner.at {
        // Between operator and value.
        scanner.at = cursor;
    }
    loop {
        let start = scanner.at;
        if scanner.item(true).is_err() {
            scanner.at = scanner.text.len();
        }
        if cursor <= scanner.at {
            let replace = start..scanner.at;
            return Some(match key {
                Some(field) => {
                    let prefix = unquoted(&scanner.text[start..cursor]);
                    Completion::new(replace, What::Values { field, prefix })
                }
                None => Completion::new(replace, What::Nothing),
            });
        }
        if scanner.peek() != Some(',') {
            return None;
        }
        scanner.bump();
    }
}

fn in_word(scanner: &mut Scanner<'_>, cursor: usize) -> Option<Completion> {
    let start = scanner.at;
    if scanner.item(false).is_err() {
        scanner.at = scanner.text.len();
    }
    let end = scanner.at;
    if cursor > end {
        return None;
    }
    let typed = &scanner.text[start..cursor];
    let word = &scanner.text[start..end];
    if cursor == end
        && let Some(key) = Key::find(word)
    {
        return Some(Completion::new(end..end, What::Operators(key)));
    }
    let is_name = TABLE
        .iter()
        .any(|entry| entry.names.iter().any(|name| begins(name, typed)));
    let what = if is_name {
        What::Fields(typed.to_owned())
    } else {
        What::Words(unquoted(typed))
    };
    Some(Completion::new(start..end, what))
}

/// What was typed of a value, as it is meant.
fn unquoted(text: &str) -> String {
    let mut out = String::new();
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => quoted = !quoted,
            '\\' if quoted && matches!(chars.peek(), Some('"' | '\\')) => out.extend(chars.next()),
            c => out.push(c),
        }
    }
    out
}

/// Puts a choice into the text; gives the new text and where the cursor stands then, in bytes.
///
/// What needs quotes gets them. A field whose values come next gets its colon.
pub fn apply(text: &str, completion: &Completion, chosen: &str) -> (String, usize) {
    let edge = |at: usize| {
        (0..=at.min(text.len()))
            .rev()
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(0)
    };
    let end = edge(completion.replace.end);
    let start = edge(completion.replace.start).min(end);
    let after = &text[end..];
    let insert = match &completion.what {
        What::Fields(_) => match Key::find(chosen) {
            Some(key) if Operator::at(after.trim_start()).is_none() && needs_colon(key) => {
                format!("{chosen}:")
            }
            _ => chosen.to_owned(),
        },
        What::Values { field, .. } if has_free_text(*field) => display::value(chosen),
        What::Words(_) => display::word(chosen),
        What::Operators(_) | What::Values { .. } | What::Nothing => chosen.to_owned(),
    };
    let cursor = start + insert.len();
    (format!("{}{insert}{after}", &text[..start]), cursor)
}

fn has_free_text(key: Key) -> bool {
    match key {
        Key::Any => true,
        Key::Missing | Key::Has | Key::Duplicate => false,
        Key::Field(field) => matches!(
            field.kind(),
            FieldKind::Text(_) | FieldKind::Color | FieldKind::Category
        ),
    }
}

/// Numbers and dates are compared; the person chooses how.
fn needs_colon(key: Key) -> bool {
    match key {
        Key::Field(field) => has_free_text(key) || matches!(field.kind(), FieldKind::Choice(_)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::filter::field::Field;

    /// The cursor stands at the bar.
    fn at(marked: &str) -> (Completion, String) {
        let cursor = marked.find('|').expect("a cursor");
        let text = marked.replace('|', "");
        (complete(&text, cursor), text)
    }

    fn values(field: Field, prefix: &str) -> What {
        What::Values {
            field: Key::Field(field),
            prefix: prefix.into(),
        }
    }

    #[test]
    fn what_could_stand_at_the_cursor() {
        let color = Key::Field(Field::Color);
        for (marked, replace, what) in [
            ("|", 0..0, What::Fields(String::new())),
            ("red |", 4..4, What::Fields(String::new())),
            ("(|", 1..1, What::Fields(String::new())),
            ("-|", 1..1, What::Fields(String::new())),
            ("co|", 0..2, What::Fields("co".into())),
            ("-co|", 1..3, What::Fields("co".into())),
            ("red (co|l:x)", 5..8, What::Fields("co".into())),
            ("color|", 5..5, What::Operators(color)),
            ("color |", 6..6, What::Fields(String::new())),
            (
                "qty <|= 5",
                4..6,
                What::Operators(Key::Field(Field::Quantity)),
            ),
            ("color:|", 6..6, values(Field::Color, "")),
            ("color:re|", 6..8, values(Field::Color, "re")),
            ("color:r|ed qty<5", 6..9, values(Field::Color, "r")),
            ("color:red,bl|", 10..12, values(Field::Color, "bl")),
            ("color: re|", 7..9, values(Field::Color, "re")),
            ("color:\"dark r|", 6..13, values(Field::Color, "dark r")),
            ("-tag:\"a \\\" b|", 5..12, values(Field::Tag, "a \" b")),
            ("tiles|", 0..5, What::Words("tiles".into())),
            ("\"plate 2|", 0..8, What::Words("plate 2".into())),
            ("foo:ba|", 4..6, What::Nothing),
            (
                "color:red bl|",
                12..12,
                What::Operators(Key::Field(Field::BrickLinkLot)),
            ),
        ] {
            let (found, _) = at(marked);
            assert_eq!(found, Completion::new(replace, what), "{marked}");
        }
    }

    #[test]
    fn the_grammar_proposes_what_it_knows() {
        let proposals = |marked| at(marked).0.proposals();
        assert_eq!(proposals("cond:|"), ["new", "used"]);
        assert_eq!(proposals("cond:new,u|"), ["used"]);
        assert_eq!(proposals("pri|"), ["price"]);
        assert_eq!(proposals("Colo|"), ["color"]);
        assert!(proposals("missing:|").contains(&"price"));
        assert!(!proposals("missing:|").contains(&"lot"));
        assert!(proposals("sync:bl=w|").contains(&"bl=waiting"));
        assert!(proposals("qty|").contains(&"<="));
        assert!(proposals("color:|").is_empty(), "colours are data");
    }

    #[test]
    fn choices_are_put_in_place() {
        let put = |marked, chosen| {
            let (completion, text) = at(marked);
            let (text, cursor) = apply(&text, &completion, chosen);
            format!("{}|{}", &text[..cursor], &text[cursor..])
        };
        assert_eq!(put("co| red", "color"), "color:| red");
        assert_eq!(put("co|=red", "color"), "color|=red");
        assert_eq!(put("qt|", "qty"), "qty|");
        assert_eq!(put("qty|", "<="), "qty<=|");
        assert_eq!(put("color:da|", "Dark Red"), "color:\"Dark Red\"|");
        assert_eq!(put("color:red,b|,tan", "blue"), "color:red,blue|,tan");
        assert_eq!(put("color:\"dark r|", "Dark Red"), "color:\"Dark Red\"|");
        assert_eq!(put("sync:bl|", "bl=waiting"), "sync:bl=waiting|");
        assert_eq!(put("tag:|", "5\" nails"), "tag:\"5\\\" nails\"|");
        assert_eq!(put("xyz|", "or"), "\"or\"|");
    }
}
