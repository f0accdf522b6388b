//! How a shop's own tables are to be read: which column holds which field, and how numbers and
//! conditions are written there. Kept per shop, so it is a value of the domain.

use serde::{Deserialize, Serialize};

use super::list_field::plain;
use super::{Condition, ItemKind, ListField};

/// What stands between two cells of a text table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Delimiter {
    /// `,`
    #[default]
    Comma,
    /// `;`, as spreadsheets write it where numbers have a decimal comma.
    Semicolon,
    /// A tab.
    Tab,
    /// `|`
    Bar,
}

impl Delimiter {
    /// Every delimiter that is understood.
    pub const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Bar];

    /// The byte in the file.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Bar => b'|',
        }
    }

    /// The word on screens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
            Self::Bar => "bar",
        }
    }

    /// The delimiter that a header line uses: the one that stands in it most often outside quotes;
    /// `None` where there is none.
    pub fn of_line(line: &str) -> Option<Self> {
        let mut counts = [0_usize; 4];
        let mut quoted = false;
        for byte in line.bytes() {
            if byte == b'"' {
                quoted = !quoted;
            } else if !quoted && let Some(at) = Self::ALL.iter().position(|d| d.byte() == byte) {
                counts[at] += 1;
            }
        }
        let most = counts.into_iter().max().filter(|most| *most > 0)?;
        let at = counts.iter().position(|count| *count == most)?;
        Some(Self::ALL[at])
    }
}

/// What stands before the decimals of an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum DecimalMark {
    /// `1.25`
    #[default]
    Point,
    /// `1,25`
    Comma,
}

impl DecimalMark {
    /// The character.
    pub const fn mark(self) -> char {
        match self {
            Self::Point => '.',
            Self::Comma => ',',
        }
    }

    /// What separates thousands where this is the decimal mark.
    pub const fn thousands(self) -> char {
        match self {
            Self::Point => ',',
            Self::Comma => '.',
        }
    }

    /// The mark that amounts of a column use: a comma only if one of them has a comma and nobody a
    /// point behind the last comma.
    pub fn of_amounts<'a>(amounts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut comma = false;
        for amount in amounts {
            match amount.rfind([',', '.']).map(|at| amount.as_bytes()[at]) {
                Some(b'.') => return Self::Point,
                Some(b',') => comma = true,
                _ => {}
            }
        }
        if comma { Self::Comma } else { Self::Point }
    }
}

/// Which column is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ColumnAt {
    /// The one with this name above it, in any letter case.
    Titled(String),
    /// The one at this place, from 0; for tables without names above the columns.
    Place(u16),
}

/// A column and what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Column {
    /// Which column.
    pub at: ColumnAt,
    /// What it holds.
    pub field: ListField,
}

/// How a table is to be read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Mapping {
    /// The columns that are read; others are passed over.
    pub columns: Vec<Column>,
    /// What stands between cells; `None`: the file tells.
    pub delimiter: Option<Delimiter>,
    /// How amounts are written; `None`: the file tells.
    pub decimal: Option<DecimalMark>,
    /// Words for new, besides `N` and `new`.
    pub new_words: Vec<String>,
    /// Words for used, besides `U` and `used`.
    pub used_words: Vec<String>,
    /// The item type of rows that name none.
    pub kind: ItemKind,
}

impl Default for Mapping {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            columns: Vec::new(),
            delimiter: None,
            decimal: None,
            new_words: words(&["neu", "neuf", "nuevo", "nuovo", "nieuw"]),
            used_words: words(&[
                "gebraucht",
                "g",
                "usagé",
                "occasion",
                "usado",
                "usato",
                "gebruikt",
            ]),
            kind: ItemKind::Part,
        }
    }
}

impl Mapping {
    /// Proposes a mapping from the names above the columns, English or German. Of two columns that
    /// seem to hold the same, the first is taken.
    pub fn guess<'a>(header: impl IntoIterator<Item = &'a str>) -> Self {
        let mut mapping = Self::default();
        for title in header {
            if let Some(field) = ListField::of_title(title)
                && mapping.columns.iter().all(|column| column.field != field)
            {
                mapping.columns.push(Column {
                    at: ColumnAt::Titled(title.trim().to_owned()),
                    field,
                });
            }
        }
        mapping
    }

    /// Whether a lot can be made of it: it knows at least numbers and quantities.
    pub fn is_enough(&self) -> bool {
        let has = |field| self.columns.iter().any(|column| column.field == field);
        has(ListField::Number) && has(ListField::Quantity)
    }

    /// Whether the first row of the table holds names.
    pub fn has_titles(&self) -> bool {
        !self
            .columns
            .iter()
            .any(|column| matches!(column.at, ColumnAt::Place(_)))
    }

    /// For every column of `header` the field it holds; `None`: it is not read.
    pub fn fields<'a>(&self, header: impl IntoIterator<Item = &'a str>) -> Vec<Option<ListField>> {
        let mut taken: Vec<&Column> = Vec::new();
        header
            .into_iter()
            .enumerate()
            .map(|(place, title)| {
                let title = plain(title);
                let found = self.columns.iter().find(|column| {
                    let here = match &column.at {
                        ColumnAt::Titled(wanted) => !title.is_empty() && plain(wanted) == title,
                        ColumnAt::Place(wanted) => usize::from(*wanted) == place,
                    };
                    here && !taken.contains(column)
                })?;
                taken.push(found);
                Some(found.field)
            })
            .collect()
    }

    /// New or used by a word of the table; `None`: neither.
    pub fn condition(&self, word: &str) -> Option<Condition> {
        let word = word.trim().to_lowercase();
        let among = |words: &[String]| words.iter().any(|w| w.to_lowercase() == word);
        if matches!(word.as_str(), "n" | "new") || among(&self.new_words) {
            Some(Condition::New)
        } else if matches!(word.as_str(), "u" | "used") || among(&self.used_words) {
            Some(Condition::Used)
        } else {
            None
        }
    }

    /// For a screen: every column of `header` with the word for what is read from it.
    pub fn describe<'a>(
        &self,
        header: impl IntoIterator<Item = &'a str>,
    ) -> Vec<(String, &'static str)> {
        let titles: Vec<&str> = header.into_iter().collect();
        let fields = self.fields(titles.iter().copied());
        titles
            .iter()
            .zip(fields)
            .map(|(title, field)| {
                let words = field.map_or("not read", ListField::word);
                (super::text::clean(title), words)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proposes_columns_of_a_german_table() {
        let header = [
            "Teilenummer",
            "Farbe",
            "Anzahl",
            "Preis",
            "Gewicht",
            "Menge",
        ];
        let mapping = Mapping::guess(header);
        assert!(mapping.is_enough() && mapping.has_titles());
        assert_eq!(
            mapping.describe(header),
            [
                ("Teilenummer".to_owned(), "Item number"),
                ("Farbe".to_owned(), "Color ID"),
                ("Anzahl".to_owned(), "Quantity"),
                ("Preis".to_owned(), "Price"),
                ("Gewicht".to_owned(), "not read"),
                ("Menge".to_owned(), "not read"),
            ]
        );
        assert!(!Mapping::guess(["Order ID", "Qty"]).is_enough());
    }

    #[test]
    fn places_for_tables_without_titles() {
        let mut mapping = Mapping::default();
        for (place, field) in [(0, ListField::Number), (2, ListField::Quantity)] {
            mapping.columns.push(Column {
                at: ColumnAt::Place(place),
                field,
            });
        }
        assert!(!mapping.has_titles());
        assert_eq!(
            mapping.fields(["3001", "x", "5"]),
            [Some(ListField::Number), None, Some(ListField::Quantity)]
        );
    }

    #[test]
    fn the_file_tells_delimiter_and_decimal_mark() {
        assert_eq!(Delimiter::of_line("a;b,c;d"), Some(Delimiter::Semicolon));
        assert_eq!(Delimiter::of_line("\"a;b;c\",d"), Some(Delimiter::Comma));
        assert_eq!(Delimiter::of_line("abc"), None);
        assert_eq!(DecimalMark::of_amounts(["1", "0,5"]), DecimalMark::Comma);
        assert_eq!(
            DecimalMark::of_amounts(["1.234,50", ""]),
            DecimalMark::Comma
        );
        assert_eq!(
            DecimalMark::of_amounts(["1,234.50", "1"]),
            DecimalMark::Point
        );
        assert_eq!(DecimalMark::of_amounts(["12"]), DecimalMark::Point);
    }

    #[test]
    fn conditions_by_word() {
        let mapping = Mapping::default();
        assert_eq!(mapping.condition(" NEU "), Some(Condition::New));
        assert_eq!(mapping.condition("Gebraucht"), Some(Condition::Used));
        assert_eq!(mapping.condition("u"), Some(Condition::Used));
        assert_eq!(mapping.condition("broken"), None);
    }
}
