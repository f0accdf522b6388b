//! The names that a filter knows, and what is said about each.

use serde::{Deserialize, Serialize};

use super::field::Field;

/// What can stand before an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Key {
    /// A field.
    Field(Field),
    /// `any`: the same texts as a bare word.
    Any,
    /// `missing:` a field.
    Missing,
    /// `has:` a field.
    Has,
    /// `dup:`.
    Duplicate,
}

/// One line of the table of names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub key: Key,
    /// The first is the one that is shown.
    pub names: &'static [&'static str],
    pub about: &'static str,
    pub examples: &'static [&'static str],
}

const fn field(
    field: Field,
    names: &'static [&'static str],
    about: &'static str,
    examples: &'static [&'static str],
) -> Entry {
    Entry {
        key: Key::Field(field),
        names,
        about,
        examples,
    }
}

const fn verb(
    key: Key,
    names: &'static [&'static str],
    about: &'static str,
    examples: &'static [&'static str],
) -> Entry {
    Entry {
        key,
        names,
        about,
        examples,
    }
}

/// Every name, in the order of the help.
pub(super) const TABLE: [Entry; 38] = [
    field(
        Field::Number,
        &["no", "number", "part", "item"],
        "number of the item",
        &["no:3001", "no=3001", "no:973pb*c01"],
    ),
    field(
        Field::Name,
        &["name", "desc", "description"],
        "name of the item",
        &["name:\"plate 2 x 4\"", "name^=slope"],
    ),
    field(
        Field::Kind,
        &["type", "kind"],
        "P M S G B C I O U, or in words",
        &["type:set", "type:P,M"],
    ),
    field(
        Field::Color,
        &["color", "colour", "col"],
        "colour by name, group or number; = is exactly this name",
        &[
            "color:red,blue",
            "color=Red",
            "color:transparent",
            "color:5",
        ],
    ),
    field(
        Field::Category,
        &["cat", "category"],
        "category or one above it, by name or number",
        &["cat:technic", "cat:5"],
    ),
    field(
        Field::Condition,
        &["cond", "condition"],
        "new or used",
        &["cond:new", "cond:used"],
    ),
    field(
        Field::Completeness,
        &["sub", "completeness"],
        "sets: complete, incomplete, sealed",
        &["sub:sealed", "sub:complete,sealed"],
    ),
    field(
        Field::Quantity,
        &["qty", "quantity", "available", "pieces"],
        "pieces for sale",
        &["qty<5", "qty:5..20", "qty=0"],
    ),
    field(
        Field::Reserved,
        &["reserved"],
        "pieces promised to orders",
        &["reserved>0"],
    ),
    field(Field::Sold, &["sold"], "pieces gone", &["sold>=100"]),
    field(
        Field::Price,
        &["price"],
        "price of one piece",
        &["price>1.50", "price:0.10..0.25", "price:..0.05"],
    ),
    field(
        Field::Cost,
        &["cost"],
        "what one piece cost the shop",
        &["cost>0.2"],
    ),
    field(
        Field::Value,
        &["value", "total"],
        "price of all pieces for sale",
        &["value>=100"],
    ),
    field(
        Field::Weight,
        &["weight"],
        "grams of one piece",
        &["weight>2.5", "weight:1..2.5"],
    ),
    field(
        Field::Bulk,
        &["bulk"],
        "sold in multiples of this",
        &["bulk>1"],
    ),
    field(
        Field::Sale,
        &["sale"],
        "percent off, -99 to 99",
        &["sale>=10", "sale!=0"],
    ),
    field(
        Field::Tier,
        &["tier", "tiers"],
        "pieces from which on one of the tiers counts",
        &["tier>=100", "has:tier"],
    ),
    field(
        Field::Place,
        &["loc", "location", "place", "bin"],
        "place",
        &["loc:A-12*", "loc=C303", "loc:A-??-3"],
    ),
    field(
        Field::Remarks,
        &["remarks", "remark"],
        "private note",
        &["remarks:sticker", "has:remarks"],
    ),
    field(
        Field::Comments,
        &["comments", "comment", "notes", "note"],
        "public note",
        &["comments:scratch"],
    ),
    field(
        Field::Tag,
        &["tag", "tags"],
        "the shop's own tags; one of them fits",
        &["tag:xmas", "-tag=old"],
    ),
    field(
        Field::File,
        &["file"],
        "file the lot came from",
        &["file:march.bsx"],
    ),
    field(
        Field::Room,
        &["room", "stockroom"],
        "stockroom A, B, C; any; none",
        &["room:A,B", "room:none"],
    ),
    field(
        Field::Retain,
        &["retain"],
        "kept on the marketplace when empty",
        &["retain:yes"],
    ),
    field(
        Field::Lot,
        &["lot", "id"],
        "our number of the lot",
        &["lot:17", "lot:17,18"],
    ),
    field(
        Field::BrickLinkLot,
        &["bl", "bricklink"],
        "BrickLink's number of the lot",
        &["bl:421337", "missing:bl"],
    ),
    field(
        Field::BrickOwlLot,
        &["owl", "brickowl"],
        "BrickOwl's number of the lot",
        &["owl:107931517"],
    ),
    field(
        Field::Added,
        &["added", "created"],
        "when it came in",
        &["added<30d", "added:2026-03", "added:6m..1y"],
    ),
    field(
        Field::Changed,
        &["changed", "modified", "updated"],
        "when it changed last",
        &["changed>=2026-03-01", "changed:today", "changed>1y"],
    ),
    field(
        Field::By,
        &["by", "who"],
        "who changed it last",
        &["by:ana"],
    ),
    field(
        Field::Known,
        &["known"],
        "whether the catalogue knows the item",
        &["known:no"],
    ),
    field(
        Field::Sync,
        &["sync"],
        "step, waiting, failed, never; with bl= or owl= of one marketplace",
        &["sync:failed", "sync:bl=waiting", "sync:owl=waiting,failed"],
    ),
    field(
        Field::Year,
        &["year"],
        "year of release",
        &["year:1990..1999", "year:2024,2026"],
    ),
    field(
        Field::Guide,
        &["guide"],
        "price in percent of the mean price sold, by the price guide",
        &["guide>150", "guide<80", "missing:guide"],
    ),
    verb(
        Key::Any,
        &["any", "text"],
        "what a bare word looks at, with an operator",
        &["any^=brick"],
    ),
    verb(
        Key::Missing,
        &["missing", "without"],
        "lots where this field is empty, 0 or not known",
        &["missing:price", "missing:weight,year"],
    ),
    verb(
        Key::Has,
        &["has", "with"],
        "lots where this field is filled",
        &["has:remarks"],
    ),
    verb(
        Key::Duplicate,
        &["dup", "duplicate", "duplicates"],
        "more than one lot of the same item, colour and condition; strict: remarks and price too",
        &["dup:", "dup:strict"],
    ),
];

impl Field {
    /// Every field, in the order of the help.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().filter_map(|entry| match entry.key {
            Key::Field(field) => Some(field),
            _ => None,
        })
    }

    /// The name it is shown by.
    pub fn name(self) -> &'static str {
        Key::Field(self).name()
    }
}

impl Key {
    /// From one of its names, in any letter case.
    pub fn find(name: &str) -> Option<Self> {
        TABLE
            .iter()
            .find(|entry| entry.names.iter().any(|n| n.eq_ignore_ascii_case(name)))
            .map(|entry| entry.key)
    }

    /// The name it is shown by.
    pub fn name(self) -> &'static str {
        self.names().first().copied().unwrap_or_default()
    }

    /// All names, the shown one first.
    pub fn names(self) -> &'static [&'static str] {
        TABLE
            .iter()
            .find(|entry| entry.key == self)
            .map_or(&[], |entry| entry.names)
    }

    /// The name that was probably meant.
    pub(super) fn nearest(name: &str) -> Option<&'static str> {
        if name.len() > 20 {
            return None;
        }
        let name = name.to_ascii_lowercase();
        let far = if name.chars().count() <= 3 { 1 } else { 2 };
        TABLE
            .iter()
            .flat_map(|entry| entry.names.iter().copied())
            .map(|known| {
                let begins = name.len() >= 3 && known.starts_with(&name);
                let distance = strsim::osa_distance(&name, known);
                (if begins { 0 } else { distance }, known)
            })
            .filter(|(distance, _)| *distance <= far)
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, known)| known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_means_one_thing() {
        let mut names: Vec<&str> = TABLE.iter().flat_map(|e| e.names).copied().collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
        for keyword in ["and", "or", "not"] {
            assert_eq!(Key::find(keyword), None);
        }
        for field in Field::all() {
            assert_eq!(Key::find(field.name()), Some(Key::Field(field)));
        }
        assert_eq!(Key::find("COLOUR"), Some(Key::Field(Field::Color)));
    }

    #[test]
    fn the_nearest_name() {
        assert_eq!(Key::nearest("colr"), Some("color"));
        assert_eq!(Key::nearest("pirce"), Some("price"));
        assert_eq!(Key::nearest("rem"), Some("remarks"));
        assert_eq!(Key::nearest("qyt"), Some("qty"));
        assert_eq!(Key::nearest("http"), None);
        assert_eq!(Key::nearest("12"), None);
    }
}
