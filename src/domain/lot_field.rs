//! The fields of a lot that people and files change, each by its name, so that editing, history, undo
//! and the detection of conflicts all speak of the same things.
//!
//! Pieces are not among them: those move as differences ([`super::Stock`]).

use serde::{Deserialize, Serialize};

use super::{
    ColorId, Completeness, Condition, FileId, ItemKey, ListStatus, Lot, Money, Place, RawField,
    Tier,
};

/// A field of a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LotField {
    /// Whether the lot is a tombstone.
    Gone,
    /// The file it belongs to.
    File,
    /// What it is.
    Item,
    /// Name of an item the catalogue does not know.
    Name,
    /// Colour.
    Color,
    /// New or used.
    Condition,
    /// How complete a set is.
    Completeness,
    /// Price of a piece.
    Price,
    /// Cost of a piece.
    Cost,
    /// Public note.
    Notes,
    /// Private note.
    Remarks,
    /// Where it lies.
    Place,
    /// Sold in multiples.
    Bulk,
    /// Prices from quantities on.
    Tiers,
    /// Percent off.
    Sale,
    /// Stockroom.
    Stockroom,
    /// Kept when empty.
    Retain,
    /// The shop's own words.
    Tags,
    /// For whom it is kept.
    ReservedFor,
    /// Its place in a list.
    Status,
    /// What a list said beyond.
    Extra,
    /// BrickLink's lot number.
    BrickLinkLot,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    /// Yes or no.
    Flag(bool),
    /// A whole number; 0 where there is none.
    Number(i64),
    /// An amount.
    Money(Money),
    /// A text.
    Text(String),
    /// An item.
    Item(ItemKey),
    /// Prices from quantities on.
    Tiers([Tier; 3]),
    /// Words.
    Words(Vec<String>),
    /// Fields of a list.
    Raw(Vec<RawField>),
}

/// A field that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Which.
    pub field: LotField,
    /// What it held.
    pub before: Value,
    /// What it holds now.
    pub after: Value,
}

impl LotField {
    /// All of them.
    pub const ALL: [Self; 22] = [
        Self::Gone,
        Self::File,
        Self::Item,
        Self::Name,
        Self::Color,
        Self::Condition,
        Self::Completeness,
        Self::Price,
        Self::Cost,
        Self::Notes,
        Self::Remarks,
        Self::Place,
        Self::Bulk,
        Self::Tiers,
        Self::Sale,
        Self::Stockroom,
        Self::Retain,
        Self::Tags,
        Self::ReservedFor,
        Self::Status,
        Self::Extra,
        Self::BrickLinkLot,
    ];

    /// The word on screens and in scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Gone => "deleted",
            Self::File => "file",
            Self::Item => "item",
            Self::Name => "name",
            Self::Color => "color",
            Self::Condition => "condition",
            Self::Completeness => "completeness",
            Self::Price => "price",
            Self::Cost => "cost",
            Self::Notes => "comments",
            Self::Remarks => "remarks",
            Self::Place => "location",
            Self::Bulk => "bulk",
            Self::Tiers => "tiers",
            Self::Sale => "sale",
            Self::Stockroom => "stockroom",
            Self::Retain => "retain",
            Self::Tags => "tags",
            Self::ReservedFor => "reserved for",
            Self::Status => "status",
            Self::Extra => "other fields",
            Self::BrickLinkLot => "BrickLink lot",
        }
    }
}

fn letter(value: &Value) -> Option<char> {
    match value {
        Value::Text(text) => text.chars().next(),
        _ => None,
    }
}

fn number<T: TryFrom<i64>>(value: &Value) -> Option<T> {
    match value {
        Value::Number(number) => T::try_from(*number).ok(),
        _ => None,
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

fn wide(number: u64) -> Value {
    Value::Number(i64::try_from(number).unwrap_or(i64::MAX))
}

impl Lot {
    /// What a field holds.
    pub fn value(&self, field: LotField) -> Value {
        match field {
            LotField::Gone => Value::Flag(self.gone),
            LotField::File => Value::Number(self.file.map_or(0, |file| i64::from(file.0))),
            LotField::Item => Value::Item(self.item.clone()),
            LotField::Name => Value::Text(self.name.clone()),
            LotField::Color => Value::Number(i64::from(self.color.0)),
            LotField::Condition => Value::Text(self.condition.letter().to_string()),
            LotField::Completeness => {
                Value::Text(self.completeness.map_or("", Completeness::word).to_owned())
            }
            LotField::Price => Value::Money(self.price),
            LotField::Cost => Value::Money(self.cost),
            LotField::Notes => Value::Text(self.notes.clone()),
            LotField::Remarks => Value::Text(self.remarks.clone()),
            LotField::Place => Value::Text(self.place.0.clone()),
            LotField::Bulk => Value::Number(i64::from(self.bulk)),
            LotField::Tiers => Value::Tiers(self.tiers),
            LotField::Sale => Value::Number(i64::from(self.sale)),
            LotField::Stockroom => {
                Value::Text(self.stockroom.map_or_else(String::new, String::from))
            }
            LotField::Retain => Value::Flag(self.retain),
            LotField::Tags => Value::Words(self.tags.clone()),
            LotField::ReservedFor => Value::Text(self.reserved_for.clone()),
            LotField::Status => Value::Text(self.status.letter().to_string()),
            LotField::Extra => Value::Raw(self.extra.clone()),
            LotField::BrickLinkLot => wide(self.bricklink_lot.unwrap_or(0)),
        }
    }

    /// Puts a value into a field; `None` when it is not one of this field's.
    pub fn put(&mut self, field: LotField, value: Value) -> Option<()> {
        match (field, value) {
            (LotField::Gone, Value::Flag(gone)) => self.gone = gone,
            (LotField::Retain, Value::Flag(retain)) => self.retain = retain,
            (LotField::Item, Value::Item(item)) => self.item = item,
            (LotField::Price, Value::Money(price)) => self.price = price,
            (LotField::Cost, Value::Money(cost)) => self.cost = cost,
            (LotField::Tiers, Value::Tiers(tiers)) => self.tiers = tiers,
            (LotField::Tags, Value::Words(tags)) => self.tags = tags,
            (LotField::Extra, Value::Raw(extra)) => self.extra = extra,
            (LotField::File, value) => {
                let file: u32 = number(&value)?;
                self.file = (file > 0).then_some(FileId(file));
            }
            (LotField::Color, value) => self.color = ColorId(number(&value)?),
            (LotField::Bulk, value) => self.bulk = number(&value)?,
            (LotField::Sale, value) => self.sale = number(&value)?,
            (LotField::BrickLinkLot, value) => {
                let lot: u64 = number(&value)?;
                self.bricklink_lot = (lot > 0).then_some(lot);
            }
            (LotField::Condition, value) => {
                self.condition = match letter(&value)? {
                    'N' => Condition::New,
                    'U' => Condition::Used,
                    _ => return None,
                }
            }
            (LotField::Completeness, value) => {
                let word = text(value)?;
                let found = Completeness::ALL.into_iter().find(|c| c.word() == word);
                if found.is_none() && !word.is_empty() {
                    return None;
                }
                self.completeness = found;
            }
            (LotField::Stockroom, Value::Text(room)) => self.stockroom = room.chars().next(),
            (LotField::Status, value) => {
                self.status = match letter(&value)? {
                    'I' => ListStatus::Include,
                    'X' => ListStatus::Exclude,
                    'E' => ListStatus::Extra,
                    _ => return None,
                }
            }
            (LotField::Name, value) => self.name = text(value)?,
            (LotField::Notes, value) => self.notes = text(value)?,
            (LotField::Remarks, value) => self.remarks = text(value)?,
            (LotField::Place, value) => self.place = Place(text(value)?),
            (LotField::ReservedFor, value) => self.reserved_for = text(value)?,
            _ => return None,
        }
        Some(())
    }

    /// What is different in `after`, field by field.
    pub fn changes_to(&self, after: &Self) -> Vec<FieldChange> {
        let mut changes = Vec::new();
        for field in LotField::ALL {
            if self.differs(after, field) {
                changes.push(FieldChange {
                    field,
                    before: self.value(field),
                    after: after.value(field),
                });
            }
        }
        changes
    }

    /// Whether a field holds something else there; nothing is copied for it.
    fn differs(&self, other: &Self, field: LotField) -> bool {
        match field {
            LotField::Gone => self.gone != other.gone,
            LotField::File => self.file != other.file,
            LotField::Item => self.item != other.item,
            LotField::Name => self.name != other.name,
            LotField::Color => self.color != other.color,
            LotField::Condition => self.condition != other.condition,
            LotField::Completeness => self.completeness != other.completeness,
            LotField::Price => self.price != other.price,
            LotField::Cost => self.cost != other.cost,
            LotField::Notes => self.notes != other.notes,
            LotField::Remarks => self.remarks != other.remarks,
            LotField::Place => self.place != other.place,
            LotField::Bulk => self.bulk != other.bulk,
            LotField::Tiers => self.tiers != other.tiers,
            LotField::Sale => self.sale != other.sale,
            LotField::Stockroom => self.stockroom != other.stockroom,
            LotField::Retain => self.retain != other.retain,
            LotField::Tags => self.tags != other.tags,
            LotField::ReservedFor => self.reserved_for != other.reserved_for,
            LotField::Status => self.status != other.status,
            LotField::Extra => self.extra != other.extra,
            LotField::BrickLinkLot => self.bricklink_lot != other.bricklink_lot,
        }
    }
}

/// For people: `-` where there is nothing.
impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag(flag) => f.pad(if *flag { "yes" } else { "no" }),
            Self::Number(number) => number.fmt(f),
            Self::Money(money) => money.fmt(f),
            Self::Text(text) if text.is_empty() => f.pad("-"),
            Self::Text(text) => f.pad(text),
            Self::Item(item) => f.pad(&item.to_string()),
            Self::Tiers(tiers) => {
                let used: Vec<String> = tiers
                    .iter()
                    .filter(|tier| tier.quantity > 0)
                    .map(|tier| format!("{}: {}", tier.quantity, tier.price))
                    .collect();
                f.pad(if used.is_empty() { "-" } else { "" })?;
                f.pad(&used.join(", "))
            }
            Self::Words(words) if words.is_empty() => f.pad("-"),
            Self::Words(words) => f.pad(&words.join(", ")),
            Self::Raw(fields) => write!(f, "{} fields", fields.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Timestamp, UserId};

    #[test]
    fn every_field_goes_out_and_in_again() {
        let plain = Lot::new(ItemKey::part("3001"), Timestamp::default(), UserId(1));
        let mut full = Lot::new(ItemKey::part("3002"), Timestamp::default(), UserId(1));
        full.gone = true;
        full.file = Some(FileId(3));
        full.name = "x".into();
        full.color = ColorId(5);
        full.condition = Condition::Used;
        full.completeness = Some(Completeness::Sealed);
        full.price = Money::from_raw(1);
        full.cost = Money::from_raw(2);
        full.notes = "n".into();
        full.remarks = "r".into();
        full.place = Place("A-1".into());
        full.bulk = 4;
        full.tiers[1].quantity = 9;
        full.sale = -3;
        full.stockroom = Some('B');
        full.retain = true;
        full.tags = vec!["xmas".into()];
        full.reserved_for = "Ana".into();
        full.status = ListStatus::Extra;
        full.extra = vec![RawField {
            name: "A".into(),
            attributes: String::new(),
            text: "b".into(),
        }];
        full.bricklink_lot = Some(7);
        let changes = plain.changes_to(&full);
        assert_eq!(changes.len(), LotField::ALL.len(), "each field is seen");
        let (mut there, mut back) = (plain.clone(), full.clone());
        for change in changes {
            there
                .put(change.field, change.after)
                .expect("its own value");
            back.put(change.field, change.before)
                .expect("its own value");
        }
        assert_eq!(there, full);
        assert_eq!(back, plain);
        assert!(there.put(LotField::Price, Value::Flag(true)).is_none());
        assert!(there.put(LotField::Sale, Value::Number(900)).is_none());
    }
}
