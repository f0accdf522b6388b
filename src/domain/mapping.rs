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

    /// The mark that most amounts of a column have before their last digits; a point in doubt. The
    /// other ones are refused when they are read, never misunderstood.
    pub fn of_amounts<'a>(amounts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut commas = 0_usize;
        let mut points = 0_usize;
        for amount in amounts {
            match amount.rfind([',', '.']).map(|at| amount.as_bytes()[at]) {
                Some(b'.') => points += 1,
                Some(b',') => commas += 1,
                _ => {}
            }
        }
        if commas > points {
            Self::Comma
        } else {
            Self::Point
        }
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

/// Names of columns that hold a number where no better column does, and what they hold otherwise.
const VAGUE: [(&str, ListField); 6] = [
    ("color", ListField::ColorName),
    ("colour", ListField::ColorName),
    ("farbe", ListField::ColorName),
    ("part", ListField::Name),
    ("item", ListField::Name),
    ("teil", ListField::Name),
];

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
    /// seem to hold the same, the first is taken; but beside a `Color ID`, a `Color` is its name.
    pub fn guess<'a>(header: impl IntoIterator<Item = &'a str>) -> Self {
        let titles: Vec<&str> = header.into_iter().collect();
        let mut columns: Vec<(usize, Column)> = Vec::new();
        let mut propose = |place: usize, title: &str, field: ListField| {
            let free = columns.iter().all(|(_, column)| column.field != field);
            if free {
                let at = ColumnAt::Titled(title.trim().to_owned());
                columns.push((place, Column { at, field }));
            }
            free
        };
        let vague = |title: &str| VAGUE.iter().find(|(name, _)| *name == plain(title));
        for (place, title) in titles.iter().enumerate() {
            if let Some(field) = ListField::of_title(title)
                && vague(title).is_none()
            {
                propose(place, title, field);
            }
        }
        for (place, title) in titles.iter().enumerate() {
            if let Some(field) = ListField::of_title(title)
                && let Some((_, instead)) = vague(title)
                && !propose(place, title, field)
            {
                propose(place, title, *instead);
            }
        }
        columns.sort_by_key(|(place, _)| *place);
        Self {
            columns: columns.into_iter().map(|(_, column)| column).collect(),
            ..Self::default()
        }
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
    fn a_colour_beside_its_number_is_a_name() {
        let header = ["Part", "Part no", "Color", "Color ID", "Qty"];
        let fields: Vec<&str> = Mapping::guess(header)
            .describe(header)
            .into_iter()
            .map(|(_, words)| words)
            .collect();
        assert_eq!(
            fields,
            ["Name", "Item number", "Color name", "Color ID", "Quantity"]
        );
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
        assert_eq!(
            DecimalMark::of_amounts(["1.234", "0,5", "0,7"]),
            DecimalMark::Comma
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
