//! The kinds of files that are known, and how to say that a file is not of the one that is needed.

use crate::domain::ItemKind;
use crate::error::Error;

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileKind {
    /// BrickLink's colours, XML.
    ColorsXml,
    /// BrickLink's categories, XML.
    CategoriesXml,
    /// BrickLink's item types, XML.
    ItemTypesXml,
    /// BrickLink's items, XML. Every row has a type of its own; this is the first one's.
    ItemsXml(Option<ItemKind>),
    /// BrickLink's element ids, XML.
    CodesXml,
    /// BrickLink's colours, table.
    ColorsTxt,
    /// BrickLink's categories, table.
    CategoriesTxt,
    /// BrickLink's item types, table.
    ItemTypesTxt,
    /// BrickLink's items of one type, table.
    ItemsTxt(ItemKind),
    /// BrickLink's element ids, table.
    CodesTxt,
    /// The sorting grid: part number, bin, cabinet.
    BinLookup,
    /// A BrickStore or BrickStock document.
    Bsx,
    /// An inventory in BrickLink's XML.
    BrickLinkInventoryXml,
    /// A text table of lots with names above its columns.
    ListCsv,
    /// A text table of lots with BrickOwl's columns.
    OwlCsv,
    /// A spreadsheet in Excel's format.
    Spreadsheet,
    /// A list of lots in our own format.
    ListJson,
    /// A wanted list in BrickLink's XML.
    WantedListXml,
    /// Orders in BrickLink's XML.
    OrdersXml,
    /// Orders as comma-separated values.
    OrdersCsv,
    /// What a set consists of, table.
    SetInventoryTxt,
    /// A web page, most often the one that asks to sign in.
    Html,
    /// Something else; the sentence says what is odd about it.
    Unknown(String),
}

impl FileKind {
    /// What it is in words, as reports show it.
    pub fn words(&self) -> String {
        let items = |kind: Option<ItemKind>, form: &str| match kind {
            Some(kind) => format!("BrickLink {}, {form}", plural(kind)),
            None => format!("BrickLink items, {form}"),
        };
        match self {
            Self::ColorsXml => "BrickLink colours, XML".into(),
            Self::CategoriesXml => "BrickLink categories, XML".into(),
            Self::ItemTypesXml => "BrickLink item types, XML".into(),
            Self::ItemsXml(kind) => items(*kind, "XML"),
            Self::CodesXml => "BrickLink element ids, XML".into(),
            Self::ColorsTxt => "BrickLink colours, text".into(),
            Self::CategoriesTxt => "BrickLink categories, text".into(),
            Self::ItemTypesTxt => "BrickLink item types, text".into(),
            Self::ItemsTxt(kind) => items(Some(*kind), "text"),
            Self::CodesTxt => "BrickLink element ids, text".into(),
            Self::BinLookup => "sort bins, JSON".into(),
            Self::Bsx => "BrickStore document".into(),
            Self::BrickLinkInventoryXml => "BrickLink inventory, XML".into(),
            Self::ListCsv => "table of lots, CSV".into(),
            Self::OwlCsv => "BrickOwl lots, CSV".into(),
            Self::Spreadsheet => "spreadsheet, XLSX".into(),
            Self::ListJson => "list of lots, JSON".into(),
            Self::WantedListXml => "BrickLink wanted list, XML".into(),
            Self::OrdersXml => "BrickLink orders, XML".into(),
            Self::OrdersCsv => "BrickLink orders, CSV".into(),
            Self::SetInventoryTxt => "BrickLink set inventory, text".into(),
            Self::Html => "web page".into(),
            Self::Unknown(_) => "unknown file".into(),
        }
    }

    /// Whether it belongs to a catalogue import.
    pub fn is_catalog(&self) -> bool {
        matches!(
            self,
            Self::ColorsXml
                | Self::CategoriesXml
                | Self::ItemTypesXml
                | Self::ItemsXml(_)
                | Self::CodesXml
                | Self::ColorsTxt
                | Self::CategoriesTxt
                | Self::ItemTypesTxt
                | Self::ItemsTxt(_)
                | Self::CodesTxt
                | Self::BinLookup
        )
    }

    /// The sentence for a file that is not what was `wanted` (`an inventory`).
    pub fn refusal(&self, file: &str, wanted: &str) -> Error {
        Error::invalid(match self {
            Self::Html => format!(
                "{file} line 1 begins a web page, not {wanted}: BrickLink asks to sign in before a download. Sign in and download it again."
            ),
            Self::WantedListXml => format!(
                "{file} is a wanted list, not {wanted}: it says what is missing, not what is there."
            ),
            Self::OrdersCsv => format!(
                "{file} holds orders as CSV, which does not number colours; download the orders as XML instead."
            ),
            Self::Unknown(reason) => format!("{file} is not {wanted}: {reason}"),
            known => format!(
                "{file} was recognised as “{}”, not as {wanted}.",
                known.words()
            ),
        })
    }
}

fn plural(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Part => "parts",
        ItemKind::Minifigure => "minifigures",
        ItemKind::Set => "sets",
        ItemKind::Gear => "gear",
        ItemKind::Book => "books",
        ItemKind::Catalog => "catalogs",
        ItemKind::Instruction => "instructions",
        ItemKind::OriginalBox => "original boxes",
        ItemKind::UnsortedLot => "unsorted lots",
    }
}
