//! The fields of a lot in a seller's list, by name: what a table's column means and what a file
//! format cannot carry are both said in these.

use serde::{Deserialize, Serialize};

/// A field of a lot in a seller's list, or of the list itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ListField {
    /// The item's type, BrickLink's letter.
    Kind,
    /// The item's number.
    Number,
    /// The item's name.
    Name,
    /// The colour's number.
    Color,
    /// The colour's name.
    ColorName,
    /// The category's number.
    Category,
    /// The category's name.
    CategoryName,
    /// Pieces.
    Quantity,
    /// Price of one piece.
    Price,
    /// What one piece cost the shop.
    Cost,
    /// New or used.
    Condition,
    /// How complete a set is.
    Completeness,
    /// Public note.
    Comments,
    /// Private note.
    Remarks,
    /// BrickLink's lot number.
    LotId,
    /// Sold in multiples of this.
    Bulk,
    /// Percent off.
    Sale,
    /// From how many pieces the first tier holds.
    TierQuantity1,
    /// Price of one piece in the first tier.
    TierPrice1,
    /// From how many pieces the second tier holds.
    TierQuantity2,
    /// Price of one piece in the second tier.
    TierPrice2,
    /// From how many pieces the third tier holds.
    TierQuantity3,
    /// Price of one piece in the third tier.
    TierPrice3,
    /// The stockroom it lies in.
    Stockroom,
    /// Kept on the marketplace when empty.
    Retain,
    /// For whom it is kept.
    Reserved,
    /// When it came into the shop.
    DateAdded,
    /// Its place in the list.
    Status,
    /// Currency of all prices of the list.
    Currency,
    /// What stands behind the name of a BrickStore inventory element.
    Attributes,
    /// Fields that have no meaning here.
    Unknown,
}

impl ListField {
    /// Every field, in the order of the columns of tables.
    pub const ALL: [Self; 31] = [
        Self::LotId,
        Self::Kind,
        Self::Number,
        Self::Name,
        Self::Color,
        Self::ColorName,
        Self::Category,
        Self::CategoryName,
        Self::Condition,
        Self::Completeness,
        Self::Quantity,
        Self::Price,
        Self::Currency,
        Self::Cost,
        Self::Sale,
        Self::Bulk,
        Self::TierQuantity1,
        Self::TierPrice1,
        Self::TierQuantity2,
        Self::TierPrice2,
        Self::TierQuantity3,
        Self::TierPrice3,
        Self::Comments,
        Self::Remarks,
        Self::Stockroom,
        Self::Retain,
        Self::Reserved,
        Self::DateAdded,
        Self::Status,
        Self::Attributes,
        Self::Unknown,
    ];

    /// What a table can hold, in the order of its columns.
    pub fn columns() -> &'static [Self] {
        &Self::ALL[..Self::ALL.len() - 2]
    }

    /// The word on screens, in sentences, and above the column of a table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Kind => "Item type",
            Self::Number => "Item number",
            Self::Name => "Name",
            Self::Color => "Color ID",
            Self::ColorName => "Color name",
            Self::Category => "Category ID",
            Self::CategoryName => "Category name",
            Self::Quantity => "Quantity",
            Self::Price => "Price",
            Self::Cost => "Cost",
            Self::Condition => "Condition",
            Self::Completeness => "Completeness",
            Self::Comments => "Comments",
            Self::Remarks => "Remarks",
            Self::LotId => "Lot ID",
            Self::Bulk => "Bulk",
            Self::Sale => "Sale",
            Self::TierQuantity1 => "Tier quantity 1",
            Self::TierPrice1 => "Tier price 1",
            Self::TierQuantity2 => "Tier quantity 2",
            Self::TierPrice2 => "Tier price 2",
            Self::TierQuantity3 => "Tier quantity 3",
            Self::TierPrice3 => "Tier price 3",
            Self::Stockroom => "Stockroom",
            Self::Retain => "Retain",
            Self::Reserved => "Reserved",
            Self::DateAdded => "Date added",
            Self::Status => "Status",
            Self::Currency => "Currency",
            Self::Attributes => "Document settings",
            Self::Unknown => "Other fields",
        }
    }

    /// Whether a table's cell of this field is an amount of money.
    pub const fn is_money(self) -> bool {
        matches!(
            self,
            Self::Price | Self::Cost | Self::TierPrice1 | Self::TierPrice2 | Self::TierPrice3
        )
    }

    /// Whether a table's cell of this field is a whole number.
    pub const fn is_whole(self) -> bool {
        matches!(
            self,
            Self::Color
                | Self::Category
                | Self::Quantity
                | Self::LotId
                | Self::Bulk
                | Self::Sale
                | Self::TierQuantity1
                | Self::TierQuantity2
                | Self::TierQuantity3
        )
    }

    /// The field that people mean by the name above a column, in English or German, in any letter
    /// case and with any blanks.
    pub fn of_title(title: &str) -> Option<Self> {
        let plain = plain(title);
        Self::columns()
            .iter()
            .copied()
            .find(|field| self::plain(field.word()) == plain)
            .or_else(|| {
                TITLES
                    .iter()
                    .find(|(_, titles)| titles.contains(&plain.as_str()))
                    .map(|(field, _)| *field)
            })
    }
}

/// A title for comparing: small letters and digits only.
pub(super) fn plain(title: &str) -> String {
    title
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Other names of columns as [`plain`] gives them; those that [`ListField::word`] gives are known.
const TITLES: [(ListField, &[&str]); 29] = [
    (
        ListField::LotId,
        &[
            "lot",
            "lotnumber",
            "lotno",
            "inventoryid",
            "bricklinklotid",
            "bllotid",
            "losnummer",
            "losnr",
            "lotnummer",
            "lotnr",
        ],
    ),
    (
        ListField::Kind,
        &[
            "type",
            "itemtypeid",
            "kind",
            "typ",
            "art",
            "artikeltyp",
            "artikelart",
        ],
    ),
    (
        ListField::Number,
        &[
            "itemid",
            "itemno",
            "item",
            "no",
            "partno",
            "part",
            "partnumber",
            "partid",
            "blitemno",
            "bricklinkid",
            "bricklinkno",
            "designid",
            "setnumber",
            "setno",
            "teilenummer",
            "teilnummer",
            "teilenr",
            "teilnr",
            "teil",
            "artikelnummer",
            "artikelnr",
            "artnr",
            "nummer",
            "setnummer",
        ],
    ),
    (
        ListField::Name,
        &[
            "itemname",
            "partname",
            "title",
            "bezeichnung",
            "artikelname",
            "artikelbezeichnung",
            "teilename",
        ],
    ),
    (
        ListField::Color,
        &[
            "colour",
            "color",
            "colourid",
            "colorno",
            "colornumber",
            "colournumber",
            "blcolorid",
            "bricklinkcolor",
            "farbe",
            "farbid",
            "farbnummer",
            "farbnr",
            "farbcode",
        ],
    ),
    (ListField::ColorName, &["colourname", "farbname"]),
    (
        ListField::Category,
        &["kategorieid", "kategorienummer", "kategorienr"],
    ),
    (
        ListField::CategoryName,
        &["category", "kategorie", "kategoriename"],
    ),
    (
        ListField::Condition,
        &["cond", "neworused", "newused", "zustand"],
    ),
    (
        ListField::Completeness,
        &["subcondition", "vollstandigkeit", "vollständigkeit"],
    ),
    (
        ListField::Quantity,
        &[
            "qty",
            "count",
            "pieces",
            "pcs",
            "stock",
            "amount",
            "menge",
            "anzahl",
            "stück",
            "stueck",
            "stk",
            "stückzahl",
            "bestand",
        ],
    ),
    (
        ListField::Price,
        &[
            "unitprice",
            "priceeach",
            "preis",
            "stückpreis",
            "stueckpreis",
            "einzelpreis",
            "verkaufspreis",
            "vk",
        ],
    ),
    (ListField::Currency, &["währung", "waehrung", "waehr"]),
    (
        ListField::Cost,
        &[
            "mycost",
            "unitcost",
            "kosten",
            "einkaufspreis",
            "ek",
            "einstandspreis",
        ],
    ),
    (
        ListField::Sale,
        &[
            "salerate",
            "salepercent",
            "discount",
            "rabatt",
            "nachlass",
            "rabattprozent",
        ],
    ),
    (
        ListField::Bulk,
        &[
            "bulkqty",
            "bulkquantity",
            "multiple",
            "gebinde",
            "mindestmenge",
            "packungsgröße",
        ],
    ),
    (
        ListField::TierQuantity1,
        &["tq1", "tierqty1", "staffelmenge1"],
    ),
    (ListField::TierPrice1, &["tp1", "staffelpreis1"]),
    (
        ListField::TierQuantity2,
        &["tq2", "tierqty2", "staffelmenge2"],
    ),
    (ListField::TierPrice2, &["tp2", "staffelpreis2"]),
    (
        ListField::TierQuantity3,
        &["tq3", "tierqty3", "staffelmenge3"],
    ),
    (ListField::TierPrice3, &["tp3", "staffelpreis3"]),
    (
        ListField::Comments,
        &[
            "comment",
            "description",
            "publicnote",
            "note",
            "notes",
            "kommentar",
            "kommentare",
            "beschreibung",
            "öffentlichenotiz",
        ],
    ),
    (
        ListField::Remarks,
        &[
            "remark",
            "personalnote",
            "privatenote",
            "location",
            "storage",
            "bin",
            "bemerkung",
            "bemerkungen",
            "anmerkung",
            "anmerkungen",
            "lagerort",
            "lagerplatz",
            "platz",
            "privatenotiz",
        ],
    ),
    (
        ListField::Stockroom,
        &["stockroomid", "lagerraum", "nebenlager"],
    ),
    (ListField::Retain, &["isretain", "behalten"]),
    (
        ListField::Reserved,
        &[
            "reservedfor",
            "buyerusername",
            "reserviert",
            "reserviertfür",
        ],
    ),
    (
        ListField::DateAdded,
        &[
            "added",
            "created",
            "datecreated",
            "datum",
            "hinzugefügt",
            "angelegt",
        ],
    ),
    (ListField::Status, &["state"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_their_own_and_by_other_names() {
        for field in ListField::columns() {
            assert_eq!(ListField::of_title(field.word()), Some(*field));
        }
        for (title, field) in [
            ("Qty", ListField::Quantity),
            ("STÜCK ", ListField::Quantity),
            ("Teile-Nr.", ListField::Number),
            ("Farbe", ListField::Color),
            ("Lagerort", ListField::Remarks),
            ("my_cost", ListField::Cost),
        ] {
            assert_eq!(ListField::of_title(title), Some(field), "{title}");
        }
        for title in ["", "Order ID", "Weight (in Grams)", "Other fields"] {
            assert_eq!(ListField::of_title(title), None, "{title}");
        }
    }

    #[test]
    fn no_title_means_two_things() {
        let mut seen: Vec<String> = ListField::columns()
            .iter()
            .map(|field| plain(field.word()))
            .collect();
        for (_, titles) in TITLES {
            for title in titles {
                assert_eq!(plain(title), **title, "as it is looked for");
                assert!(!seen.contains(&(*title).to_owned()), "{title} stands twice");
                seen.push((*title).to_owned());
            }
        }
    }
}
