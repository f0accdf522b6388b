//! What the fields of an inventory file mean, by the names that BrickStore and BrickLink give them.

use super::record::Field;

/// What a field means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The item's number.
    ItemNo,
    /// The item's type.
    Kind,
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
    /// Derived from the item type; nothing to keep.
    Derived,
    /// Pieces.
    Quantity,
    /// Price of a piece.
    Price,
    /// What a piece cost.
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
    /// Sold in multiples of it.
    Bulk,
    /// Percent off.
    Sale,
    /// From how many pieces a tier holds.
    TierQuantity(usize),
    /// Price of a piece in a tier.
    TierPrice(usize),
    /// In which stockroom, or whether in one.
    Stockroom,
    /// Kept when empty.
    Retain,
    /// For whom it is kept.
    Reserved,
    /// When it came in.
    DateAdded,
    /// Its place in the list.
    Status,
}

/// BrickStore's name, then BrickLink's, where they are not the same but for letter case.
const MEANINGS: [(&str, Meaning); 37] = [
    ("ItemID", Meaning::ItemNo),
    ("ItemTypeID", Meaning::Kind),
    ("ITEMTYPE", Meaning::Kind),
    ("ItemName", Meaning::Name),
    ("ItemTypeName", Meaning::Derived),
    ("ColorID", Meaning::Color),
    ("COLOR", Meaning::Color),
    ("ColorName", Meaning::ColorName),
    ("CategoryID", Meaning::Category),
    ("CATEGORY", Meaning::Category),
    ("CategoryName", Meaning::CategoryName),
    ("Qty", Meaning::Quantity),
    ("Price", Meaning::Price),
    ("Cost", Meaning::Cost),
    ("MYCOST", Meaning::Cost),
    ("Condition", Meaning::Condition),
    ("SubCondition", Meaning::Completeness),
    ("Comments", Meaning::Comments),
    ("DESCRIPTION", Meaning::Comments),
    ("Remarks", Meaning::Remarks),
    ("LotID", Meaning::LotId),
    ("Bulk", Meaning::Bulk),
    ("Sale", Meaning::Sale),
    ("TQ1", Meaning::TierQuantity(0)),
    ("TP1", Meaning::TierPrice(0)),
    ("TQ2", Meaning::TierQuantity(1)),
    ("TP2", Meaning::TierPrice(1)),
    ("TQ3", Meaning::TierQuantity(2)),
    ("TP3", Meaning::TierPrice(2)),
    ("Stockroom", Meaning::Stockroom),
    ("STOCKROOMID", Meaning::Stockroom),
    ("Retain", Meaning::Retain),
    ("Reserved", Meaning::Reserved),
    ("RESERVEDFOR", Meaning::Reserved),
    ("BUYERUSERNAME", Meaning::Reserved),
    ("DateAdded", Meaning::DateAdded),
    ("Status", Meaning::Status),
];

impl Meaning {
    /// By the field's name, in any letter case.
    pub(super) fn of(field: &Field<'_>) -> Option<Self> {
        MEANINGS
            .iter()
            .find(|(name, _)| field.is(name))
            .map(|(_, meaning)| *meaning)
    }
}
