//! Items of the global catalogue: what BrickLink knows of a part, minifigure, set and so on.

use serde::{Deserialize, Serialize};

use super::{CategoryId, ColorId, Facts, Timestamp};

/// BrickLink's item types, in the order in which results are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ItemKind {
    /// `P`
    Part,
    /// `M`
    Minifigure,
    /// `S`
    Set,
    /// `G`
    Gear,
    /// `B`
    Book,
    /// `C`
    Catalog,
    /// `I`
    Instruction,
    /// `O`
    OriginalBox,
    /// `U`
    UnsortedLot,
}

impl ItemKind {
    /// Every kind, in display order.
    pub const ALL: [Self; 9] = [
        Self::Part,
        Self::Minifigure,
        Self::Set,
        Self::Gear,
        Self::Book,
        Self::Catalog,
        Self::Instruction,
        Self::OriginalBox,
        Self::UnsortedLot,
    ];

    /// BrickLink's letter.
    pub const fn letter(self) -> char {
        match self {
            Self::Part => 'P',
            Self::Minifigure => 'M',
            Self::Set => 'S',
            Self::Gear => 'G',
            Self::Book => 'B',
            Self::Catalog => 'C',
            Self::Instruction => 'I',
            Self::OriginalBox => 'O',
            Self::UnsortedLot => 'U',
        }
    }

    /// From BrickLink's letter, either case.
    pub fn from_letter(letter: char) -> Option<Self> {
        let letter = letter.to_ascii_uppercase();
        Self::ALL.into_iter().find(|kind| kind.letter() == letter)
    }

    /// The word on screens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Part => "Part",
            Self::Minifigure => "Minifigure",
            Self::Set => "Set",
            Self::Gear => "Gear",
            Self::Book => "Book",
            Self::Catalog => "Catalog",
            Self::Instruction => "Instruction",
            Self::OriginalBox => "Original box",
            Self::UnsortedLot => "Unsorted lot",
        }
    }

    /// One byte for keys of the store; equals the display order.
    pub const fn index(self) -> u8 {
        self as u8
    }
}

/// What identifies an item: its kind and BrickLink's number, as written there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ItemKey {
    /// The kind.
    pub kind: ItemKind,
    /// The number: an opaque text such as `3001`, `973pb0123c01`, `75105-1`.
    pub no: String,
}

/// Longest number that is accepted, in bytes. BrickLink's own are at most 20.
pub const MAX_NO: usize = 40;

impl ItemKey {
    /// A key; the number is taken as it is.
    pub fn new(kind: ItemKind, no: impl Into<String>) -> Self {
        Self {
            kind,
            no: no.into(),
        }
    }

    /// A part.
    pub fn part(no: impl Into<String>) -> Self {
        Self::new(ItemKind::Part, no)
    }

    /// The number for comparing: sources differ in letter case (`42042Ca`, `42042ca`).
    pub fn folded(&self) -> String {
        self.no.to_ascii_lowercase()
    }

    /// Whether both mean the same item, however a source writes its letters.
    pub fn same(&self, other: &Self) -> bool {
        self.kind == other.kind && self.no.eq_ignore_ascii_case(&other.no)
    }
}

impl std::fmt::Display for ItemKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.no)
    }
}

/// A weight in milligrams; the downloads give grams with up to four decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Grams(pub u32);

impl Grams {
    /// Reads `0.36`, `105`; `?`, nothing and nonsense are unknown.
    pub fn parse(text: &str) -> Option<Self> {
        let raw = super::Money::parse(text)?.raw();
        // Money keeps 1/10,000; a weight needs no more than 1/1,000.
        u32::try_from((raw + 5) / 10).ok().map(Self)
    }
}

impl std::fmt::Display for Grams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, thousandths) = (self.0 / 1_000, self.0 % 1_000);
        let fraction = format!("{thousandths:03}");
        let fraction = fraction.trim_end_matches('0');
        match fraction {
            "" => write!(f, "{whole} g"),
            _ => write!(f, "{whole}.{fraction} g"),
        }
    }
}

/// Length, width, height in hundredths (studs for parts, centimetres for boxes and books);
/// each may be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Dimensions {
    /// Length.
    pub x: Option<u32>,
    /// Width.
    pub y: Option<u32>,
    /// Height.
    pub z: Option<u32>,
}

impl Dimensions {
    /// Reads three texts; `?`, nothing and nonsense are unknown. All unknown is `None`.
    pub fn parse(x: &str, y: &str, z: &str) -> Option<Self> {
        let one = |text: &str| {
            let raw = super::Money::parse(text)?.raw();
            u32::try_from(raw / 100)
                .ok()
                .filter(|hundredths| *hundredths > 0)
        };
        let read = Self {
            x: one(x),
            y: one(y),
            z: one(z),
        };
        (read.x.is_some() || read.y.is_some() || read.z.is_some()).then_some(read)
    }
}

impl std::fmt::Display for Dimensions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let one = |value: Option<u32>| match value {
            None => "?".to_owned(),
            Some(value) if value % 100 == 0 => (value / 100).to_string(),
            Some(value) => format!("{}.{:02}", value / 100, value % 100)
                .trim_end_matches('0')
                .to_owned(),
        };
        write!(f, "{} x {} x {}", one(self.x), one(self.y), one(self.z))
    }
}

/// A square of the sorting grid: cabinet and bin, written `C303`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SortBin {
    /// Cabinet (the sort grid), a capital letter.
    pub cabinet: char,
    /// Bin within the cabinet, from 1.
    pub bin: u16,
}

impl SortBin {
    /// Reads `C303`, either case, nothing around it.
    pub fn parse(text: &str) -> Option<Self> {
        let mut chars = text.chars();
        let cabinet = chars.next().filter(char::is_ascii_alphabetic)?;
        let digits = chars.as_str();
        if digits.is_empty() || digits.len() > 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let bin = digits.parse().ok().filter(|bin| *bin > 0)?;
        Some(Self {
            cabinet: cabinet.to_ascii_uppercase(),
            bin,
        })
    }
}

impl std::fmt::Display for SortBin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&format!("{}{}", self.cabinet, self.bin))
    }
}

/// A colour an item is known in, with the element ids of exactly this pair.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ItemColor {
    /// The colour.
    pub color: ColorId,
    /// LEGO element ids (4 to 8 digits), ascending; one id may belong to several items.
    pub elements: Vec<String>,
}

/// An item of the catalogue. Each group of facts keeps its own source and time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Kind and number.
    pub key: ItemKey,
    /// Name, decoded and cleaned.
    pub name: String,
    /// Other numbers of the same item.
    pub alternates: Vec<String>,
    /// The deepest node of the category tree; see [`super::CategoryTree`].
    pub category: CategoryId,
    /// Year of release.
    pub year: Option<u16>,
    /// Weight.
    pub weight: Option<Grams>,
    /// Size.
    pub dimensions: Option<Dimensions>,
    /// Known colours, ascending by number.
    pub colors: Vec<ItemColor>,
    /// Where a picture is, without scheme or with.
    pub image: Option<String>,
    /// Whether LEGO makes it no more; `None` until it has been fetched.
    pub obsolete: Option<bool>,
    /// Its place on the sorting grid.
    pub bin: Option<SortBin>,
    /// When it was missing from a complete import; kept and marked, never dropped.
    pub vanished: Option<Timestamp>,
    /// Where name, category, year, weight and size come from.
    pub basics: Facts,
    /// Where colours and element ids come from.
    pub colors_from: Option<Facts>,
    /// Where the sort bin comes from.
    pub bin_from: Option<Facts>,
}

impl Item {
    /// Whether it carries a print, sticker or pattern; derived, see [`super::printed`].
    pub fn printed(&self) -> bool {
        super::printed::is_printed(&self.key, &self.name)
    }

    /// Whether the facts are the same, whatever their source and age.
    pub fn same_facts(&self, other: &Self) -> bool {
        self.key == other.key
            && self.name == other.name
            && self.alternates == other.alternates
            && self.category == other.category
            && self.year == other.year
            && self.weight == other.weight
            && self.dimensions == other.dimensions
            && self.colors == other.colors
            && self.image == other.image
            && self.obsolete == other.obsolete
            && self.bin == other.bin
            && self.vanished.is_some() == other.vanished.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_round_trip() {
        for kind in ItemKind::ALL {
            assert_eq!(ItemKind::from_letter(kind.letter()), Some(kind));
            assert_eq!(ItemKind::ALL[kind.index() as usize], kind);
        }
        assert_eq!(ItemKind::from_letter('p'), Some(ItemKind::Part));
        assert_eq!(ItemKind::from_letter('X'), None);
    }

    #[test]
    fn weights_and_sizes() {
        assert_eq!(Grams::parse("0.36"), Some(Grams(360)));
        assert_eq!(
            Grams::parse("0.36").map(|g| g.to_string()).as_deref(),
            Some("0.36 g")
        );
        assert_eq!(Grams::parse("?"), None);
        assert_eq!(Grams::parse("-3"), None);
        let dimensions = Dimensions::parse("2", "4.5", "?");
        assert_eq!(
            dimensions.map(|d| d.to_string()).as_deref(),
            Some("2 x 4.5 x ?")
        );
        assert_eq!(Dimensions::parse("?", "", "0"), None);
    }

    #[test]
    fn sort_bins() {
        assert_eq!(
            SortBin::parse("c303"),
            Some(SortBin {
                cabinet: 'C',
                bin: 303
            })
        );
        for text in ["", "C", "303", "C0", "C-3", "CC3", "C99999", "Ü3"] {
            assert_eq!(SortBin::parse(text), None, "{text}");
        }
    }
}
