//! The language on one page: for the `?` of the filter and for the README.

use super::complete::operators;
use super::names::{Key, TABLE};

/// One line of the help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpLine {
    /// The field it is about; `None` for the language itself.
    pub key: Option<Key>,
    /// What is written: names, or a form.
    pub what: String,
    /// What it means.
    pub about: &'static str,
    /// The operators that make sense, with blanks between.
    pub operators: String,
    /// Filters that can be tried as they are.
    pub examples: Vec<&'static str>,
}

const LANGUAGE: [(&str, &str, &[&str]); 14] = [
    (
        "word",
        "occurs in number, name, colour, place, remarks or public note; several: all of them",
        &["brick red"],
    ),
    (
        "\"a phrase\"",
        "exactly this, blanks and signs included; \\\" and \\\\ for \" and \\",
        &["\"plate 2 x 4\"", "\"2\\\" nail\""],
    ),
    (
        "field:value",
        "texts contain it, numbers and choices are equal to it",
        &["color:red", "qty:5"],
    ),
    ("= !=", "is exactly, is not", &["color=Red", "cond!=new"]),
    (
        "< <= > >=",
        "numbers, amounts, weights and dates",
        &["qty<5 price>=0.10"],
    ),
    (
        "~ ^= $=",
        "contains, begins with, ends with",
        &["name~tile", "name^=tile", "no$=pb01"],
    ),
    (
        "a..b a.. ..b",
        "from and to, both included",
        &["qty:5..20", "price:0.10..", "year:..1999"],
    ),
    ("a,b", "one of these", &["color:red,blue", "cond:new,used"]),
    (
        "and or not -",
        "not counts first, then and, then or; and may be left out",
        &["red or blue", "not used", "-sticker", "!loc:A*"],
    ),
    (
        "( )",
        "what belongs together",
        &["(red or blue) qty<5", "-(cond:used price<0.05)"],
    ),
    (
        "* ?",
        "any letters, any one letter, over the whole text; in quotes they are ordinary",
        &["loc:A-12*", "30?1", "remarks:\"*\""],
    ),
    (
        "30d",
        "an age: h hours, d days, w weeks, m months, y years; < is younger, > is older",
        &["added<30d", "changed>1y", "added:7d..30d"],
    ),
    (
        "2026-03-01",
        "a day; also a month, a year, a time, today, yesterday",
        &[
            "changed>=2026-03-01",
            "added:2026-03",
            "added:today",
            "changed>2026-03-01T12:30",
        ],
    ),
    (
        "field=\"\"",
        "empty, like missing:field",
        &["remarks=\"\"", "remarks!=\"\""],
    ),
];

/// The whole language: its forms first, then every field, one line each.
pub fn help() -> Vec<HelpLine> {
    let language = LANGUAGE.iter().map(|(what, about, examples)| HelpLine {
        key: None,
        what: (*what).to_owned(),
        about,
        operators: String::new(),
        examples: examples.to_vec(),
    });
    let fields = TABLE.iter().map(|entry| HelpLine {
        key: Some(entry.key),
        what: entry.names.join(", "),
        about: entry.about,
        operators: operators(entry.key)
            .iter()
            .map(|operator| operator.sign())
            .collect::<Vec<_>>()
            .join(" "),
        examples: entry.examples.to_vec(),
    });
    language.chain(fields).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::domain::filter::{Field, Filter};
    use jiff::tz::TimeZone;

    #[test]
    fn every_example_is_understood_and_narrows() {
        let now = Timestamp::from_seconds(1_773_500_000);
        for line in help() {
            assert!(!line.examples.is_empty(), "{}", line.what);
            for example in line.examples {
                let filter = Filter::parse(example, now, &TimeZone::UTC);
                assert!(filter.is_ok_and(|filter| !filter.is_empty()), "{example}");
            }
        }
    }

    #[test]
    fn every_field_has_a_line_whose_examples_use_it() {
        let lines = help();
        let keys = Field::all().map(Key::Field);
        for key in keys.chain([Key::Any, Key::Missing, Key::Has, Key::Duplicate]) {
            let line = lines.iter().find(|line| line.key == Some(key));
            let line = line.unwrap_or_else(|| panic!("no line for {}", key.name()));
            assert!(
                line.examples
                    .iter()
                    .any(|example| example.contains(key.name())),
                "{}",
                line.what
            );
            assert!(line.about.len() <= 100, "{}", line.what);
        }
        assert_eq!(Field::all().count(), 34);
    }
}
