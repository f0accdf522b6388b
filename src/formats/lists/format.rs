//! The formats that lists are written in, by the names that a command line uses, and what each of
//! them cannot carry.

use crate::domain::ListField;

/// A format for lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListFormat {
    /// A BrickStore document.
    Bsx,
    /// An inventory in BrickLink's XML.
    Xml,
    /// New lots for BrickLink's mass upload.
    MassUpload,
    /// Changes of lots for BrickLink's mass update.
    MassUpdate,
    /// A wanted list for BrickLink.
    Wanted,
    /// A table with the fields of BrickOwl.
    OwlCsv,
    /// A text table with all fields.
    Csv,
    /// A spreadsheet with all fields.
    Xlsx,
    /// Our own format, which loses nothing.
    Json,
}

impl ListFormat {
    /// Every format, in the order of screens and help texts.
    pub const ALL: [Self; 9] = [
        Self::Bsx,
        Self::Xml,
        Self::MassUpload,
        Self::MassUpdate,
        Self::Wanted,
        Self::OwlCsv,
        Self::Csv,
        Self::Xlsx,
        Self::Json,
    ];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bsx => "bsx",
            Self::Xml => "xml",
            Self::MassUpload => "mass-upload",
            Self::MassUpdate => "mass-update",
            Self::Wanted => "wanted",
            Self::OwlCsv => "owl-csv",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
        }
    }

    /// What it is in words, as screens show it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Bsx => "BrickStore document",
            Self::Xml => "BrickLink inventory, XML",
            Self::MassUpload => "BrickLink mass upload, XML",
            Self::MassUpdate => "BrickLink mass update, XML",
            Self::Wanted => "BrickLink wanted list, XML",
            Self::OwlCsv => "BrickOwl table, CSV",
            Self::Csv => "table, CSV",
            Self::Xlsx => "spreadsheet, XLSX",
            Self::Json => "list, JSON",
        }
    }

    /// How files of this format end, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Bsx => "bsx",
            Self::Xml | Self::MassUpload | Self::MassUpdate | Self::Wanted => "xml",
            Self::OwlCsv | Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
        }
    }

    /// By [`Self::name`], in any letter case; `None` for anything else.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|format| format.name().eq_ignore_ascii_case(name.trim()))
    }

    /// The fields that a list loses when it is written in this format and read again. Every field
    /// that is not among them comes back as it was.
    pub const fn loses(self) -> &'static [ListField] {
        match self {
            Self::Bsx | Self::Json => &[],
            Self::Xml => &XML_LOSES,
            Self::MassUpload => &UPLOAD_LOSES,
            Self::MassUpdate => &UPDATE_LOSES,
            Self::Wanted => &WANTED_LOSES,
            Self::OwlCsv => &OWL_LOSES,
            Self::Csv | Self::Xlsx => &TABLE_LOSES,
        }
    }
}

const XML_LOSES: [ListField; 6] = [
    ListField::Name,
    ListField::ColorName,
    ListField::CategoryName,
    ListField::Status,
    ListField::Currency,
    ListField::Attributes,
];

const UPLOAD_LOSES: [ListField; 9] = [
    ListField::LotId,
    ListField::Name,
    ListField::ColorName,
    ListField::CategoryName,
    ListField::DateAdded,
    ListField::Status,
    ListField::Currency,
    ListField::Attributes,
    ListField::Unknown,
];

const UPDATE_LOSES: [ListField; 14] = [
    ListField::Kind,
    ListField::Number,
    ListField::Name,
    ListField::Color,
    ListField::ColorName,
    ListField::Category,
    ListField::CategoryName,
    ListField::Reserved,
    ListField::DateAdded,
    ListField::Status,
    ListField::Currency,
    ListField::Attributes,
    ListField::Unknown,
    // A set's completeness can be changed but not taken away.
    ListField::Completeness,
];

const WANTED_LOSES: [ListField; 25] = [
    ListField::LotId,
    ListField::Name,
    ListField::ColorName,
    ListField::Category,
    ListField::CategoryName,
    ListField::Completeness,
    ListField::Currency,
    ListField::Cost,
    ListField::Sale,
    ListField::Bulk,
    ListField::TierQuantity1,
    ListField::TierPrice1,
    ListField::TierQuantity2,
    ListField::TierPrice2,
    ListField::TierQuantity3,
    ListField::TierPrice3,
    ListField::Comments,
    ListField::Stockroom,
    ListField::Retain,
    ListField::Reserved,
    ListField::DateAdded,
    ListField::Status,
    ListField::Attributes,
    ListField::Unknown,
    // A wish for colour 0 is one for any colour.
    ListField::Color,
];

const OWL_LOSES: [ListField; 18] = [
    ListField::Name,
    ListField::ColorName,
    ListField::Category,
    ListField::CategoryName,
    // There is no sealed set that is used.
    ListField::Completeness,
    // Lots of any stockroom are just not for sale.
    ListField::Stockroom,
    // A tier has a quantity and a price or is none.
    ListField::TierQuantity1,
    ListField::TierPrice1,
    ListField::TierQuantity2,
    ListField::TierPrice2,
    ListField::TierQuantity3,
    ListField::TierPrice3,
    ListField::Retain,
    ListField::Reserved,
    ListField::DateAdded,
    ListField::Currency,
    ListField::Attributes,
    ListField::Unknown,
];

const TABLE_LOSES: [ListField; 2] = [ListField::Attributes, ListField::Unknown];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for format in ListFormat::ALL {
            assert_eq!(ListFormat::parse(format.name()), Some(format));
        }
        assert_eq!(ListFormat::parse(" XLSX "), Some(ListFormat::Xlsx));
        assert_eq!(ListFormat::parse("pdf"), None);
    }
}
