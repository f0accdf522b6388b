//! The fields of a lot that a filter knows, and what kind of thing each one is.

use serde::{Deserialize, Serialize};

/// Something that every lot has, or lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Field {
    /// BrickLink's number of the item.
    Number,
    /// Name of the item.
    Name,
    /// Part, minifigure, set and so on.
    Kind,
    /// Colour.
    Color,
    /// Category.
    Category,
    /// New or used.
    Condition,
    /// How complete a set is.
    Completeness,
    /// Pieces for sale.
    Quantity,
    /// Pieces promised to orders.
    Reserved,
    /// Pieces gone.
    Sold,
    /// Price of one piece.
    Price,
    /// What one piece cost.
    Cost,
    /// Price of all pieces for sale.
    Value,
    /// Weight of one piece.
    Weight,
    /// Sold in multiples of this.
    Bulk,
    /// Percent off.
    Sale,
    /// Quantities from which on a piece is cheaper.
    Tier,
    /// Place.
    Place,
    /// Private note.
    Remarks,
    /// Public note.
    Comments,
    /// The shop's own tags.
    Tag,
    /// The file the lot came from.
    File,
    /// Stockroom.
    Room,
    /// Kept on the marketplace when empty.
    Retain,
    /// Our number of the lot.
    Lot,
    /// BrickLink's number of the lot.
    BrickLinkLot,
    /// BrickOwl's number of the lot.
    BrickOwlLot,
    /// When it came in.
    Added,
    /// When it changed last.
    Changed,
    /// Who changed it last.
    By,
    /// Whether the catalogue knows the item.
    Known,
    /// How it stands with the marketplaces.
    Sync,
    /// Year of release.
    Year,
    /// Price in percent of what the price guide says.
    Guide,
}

/// Texts of a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TextField {
    /// BrickLink's number of the item.
    Number,
    /// Name of the item.
    Name,
    /// Place as it is written.
    Place,
    /// Private note.
    Remarks,
    /// Public note.
    Comments,
    /// Tags; one of them must fit.
    Tag,
    /// The file the lot came from.
    File,
    /// Name of the person who changed it last.
    By,
}

/// Whole numbers of a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum NumberField {
    /// Pieces for sale.
    Quantity,
    /// Pieces promised.
    Reserved,
    /// Pieces gone.
    Sold,
    /// Sold in multiples of this.
    Bulk,
    /// Percent off; may be negative.
    Sale,
    /// Pieces from which on a tier counts; one of the tiers in use must fit.
    Tier,
    /// Our number of the lot.
    Lot,
    /// BrickLink's number of the lot.
    BrickLinkLot,
    /// BrickOwl's number of the lot.
    BrickOwlLot,
    /// Year of release.
    Year,
    /// Price in percent of the mean price of the pieces sold.
    Guide,
}

impl NumberField {
    /// Whether it names something, so that a list of several makes sense.
    pub(super) const fn names(self) -> bool {
        matches!(
            self,
            Self::Lot | Self::BrickLinkLot | Self::BrickOwlLot | Self::Year
        )
    }
}

/// Amounts of a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MoneyField {
    /// Price of one piece.
    Price,
    /// What one piece cost.
    Cost,
    /// Price times pieces for sale.
    Value,
}

/// Points in time of a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DateField {
    /// When it came in.
    Added,
    /// When it changed last.
    Changed,
}

/// Fields with a fixed set of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChoiceField {
    /// Type of the item.
    Kind,
    /// New or used.
    Condition,
    /// How complete a set is.
    Completeness,
    /// Stockroom.
    Room,
    /// Kept when empty.
    Retain,
    /// In the catalogue.
    Known,
    /// How it stands with the marketplaces.
    Sync,
}

/// What kind of thing a field is; it decides which operators and values make sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldKind {
    /// A text.
    Text(TextField),
    /// A whole number.
    Number(NumberField),
    /// An amount of money.
    Money(MoneyField),
    /// Grams.
    Weight,
    /// A point in time.
    Date(DateField),
    /// A colour: name, group or number.
    Color,
    /// A category: name or number.
    Category,
    /// One of a fixed set.
    Choice(ChoiceField),
}

impl Field {
    /// What kind of thing it is.
    pub const fn kind(self) -> FieldKind {
        use FieldKind::{Category, Choice, Color, Date, Money, Number, Text, Weight};
        match self {
            Self::Number => Text(TextField::Number),
            Self::Name => Text(TextField::Name),
            Self::Place => Text(TextField::Place),
            Self::Remarks => Text(TextField::Remarks),
            Self::Comments => Text(TextField::Comments),
            Self::Tag => Text(TextField::Tag),
            Self::File => Text(TextField::File),
            Self::By => Text(TextField::By),
            Self::Quantity => Number(NumberField::Quantity),
            Self::Reserved => Number(NumberField::Reserved),
            Self::Sold => Number(NumberField::Sold),
            Self::Bulk => Number(NumberField::Bulk),
            Self::Sale => Number(NumberField::Sale),
            Self::Tier => Number(NumberField::Tier),
            Self::Lot => Number(NumberField::Lot),
            Self::BrickLinkLot => Number(NumberField::BrickLinkLot),
            Self::BrickOwlLot => Number(NumberField::BrickOwlLot),
            Self::Year => Number(NumberField::Year),
            Self::Guide => Number(NumberField::Guide),
            Self::Price => Money(MoneyField::Price),
            Self::Cost => Money(MoneyField::Cost),
            Self::Value => Money(MoneyField::Value),
            Self::Weight => Weight,
            Self::Added => Date(DateField::Added),
            Self::Changed => Date(DateField::Changed),
            Self::Color => Color,
            Self::Category => Category,
            Self::Kind => Choice(ChoiceField::Kind),
            Self::Condition => Choice(ChoiceField::Condition),
            Self::Completeness => Choice(ChoiceField::Completeness),
            Self::Room => Choice(ChoiceField::Room),
            Self::Retain => Choice(ChoiceField::Retain),
            Self::Known => Choice(ChoiceField::Known),
            Self::Sync => Choice(ChoiceField::Sync),
        }
    }

    /// Whether a lot can lack it, so that `missing:` and `has:` make sense.
    pub const fn can_miss(self) -> bool {
        !matches!(
            self,
            Self::Number
                | Self::Kind
                | Self::Condition
                | Self::Lot
                | Self::Added
                | Self::Changed
                | Self::By
                | Self::Retain
                | Self::Known
                | Self::Sync
        )
    }
}

impl TextField {
    /// The field it is.
    pub const fn field(self) -> Field {
        match self {
            Self::Number => Field::Number,
            Self::Name => Field::Name,
            Self::Place => Field::Place,
            Self::Remarks => Field::Remarks,
            Self::Comments => Field::Comments,
            Self::Tag => Field::Tag,
            Self::File => Field::File,
            Self::By => Field::By,
        }
    }
}

impl NumberField {
    /// The field it is.
    pub const fn field(self) -> Field {
        match self {
            Self::Quantity => Field::Quantity,
            Self::Reserved => Field::Reserved,
            Self::Sold => Field::Sold,
            Self::Bulk => Field::Bulk,
            Self::Sale => Field::Sale,
            Self::Tier => Field::Tier,
            Self::Lot => Field::Lot,
            Self::BrickLinkLot => Field::BrickLinkLot,
            Self::BrickOwlLot => Field::BrickOwlLot,
            Self::Year => Field::Year,
            Self::Guide => Field::Guide,
        }
    }
}

impl MoneyField {
    /// The field it is.
    pub const fn field(self) -> Field {
        match self {
            Self::Price => Field::Price,
            Self::Cost => Field::Cost,
            Self::Value => Field::Value,
        }
    }
}

impl DateField {
    /// The field it is.
    pub const fn field(self) -> Field {
        match self {
            Self::Added => Field::Added,
            Self::Changed => Field::Changed,
        }
    }
}
