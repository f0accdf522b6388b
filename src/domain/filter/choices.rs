//! The fixed values of fields, with every way to write them.

use super::expr::SyncState;
use super::field::{ChoiceField, Field, FieldKind};
use super::names::Key;
use crate::domain::{Completeness, Condition, ItemKind, Marketplace};

/// A value and how it is written; the first is the one that is shown.
pub(super) type Table<T> = [(T, &'static [&'static str])];

pub(super) const KINDS: &Table<ItemKind> = &[
    (ItemKind::Part, &["part", "p", "parts"]),
    (
        ItemKind::Minifigure,
        &["minifigure", "m", "minifigures", "minifig", "minifigs"],
    ),
    (ItemKind::Set, &["set", "s", "sets"]),
    (ItemKind::Gear, &["gear", "g"]),
    (ItemKind::Book, &["book", "b", "books"]),
    (
        ItemKind::Catalog,
        &["catalog", "c", "catalogs", "catalogue", "catalogues"],
    ),
    (ItemKind::Instruction, &["instruction", "i", "instructions"]),
    (
        ItemKind::OriginalBox,
        &["box", "o", "boxes", "original box"],
    ),
    (ItemKind::UnsortedLot, &["unsorted", "u", "unsorted lot"]),
];

pub(super) const CONDITIONS: &Table<Condition> = &[
    (Condition::New, &["new", "n"]),
    (Condition::Used, &["used", "u"]),
];

pub(super) const COMPLETENESS: &Table<Completeness> = &[
    (Completeness::Complete, &["complete", "c"]),
    (Completeness::Incomplete, &["incomplete", "b", "i"]),
    (Completeness::Sealed, &["sealed", "s"]),
];

/// A stockroom, all of them, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RoomChoice {
    Room(char),
    Any,
    None,
}

pub(super) const ROOMS: &Table<RoomChoice> = &[
    (RoomChoice::Room('A'), &["A"]),
    (RoomChoice::Room('B'), &["B"]),
    (RoomChoice::Room('C'), &["C"]),
    (RoomChoice::Any, &["any", "yes"]),
    (RoomChoice::None, &["none", "no"]),
];

pub(super) const YES_NO: &Table<bool> = &[
    (true, &["yes", "y", "true"]),
    (false, &["no", "n", "false"]),
];

pub(super) const STATES: &Table<SyncState> = &[
    (SyncState::InStep, &["step", "instep", "synced", "ok"]),
    (SyncState::Waiting, &["waiting", "pending"]),
    (SyncState::Failed, &["failed", "error"]),
    (SyncState::Never, &["never"]),
];

pub(super) const MARKETS: &Table<Marketplace> = &[
    (Marketplace::BrickLink, &["bl", "bricklink"]),
    (Marketplace::BrickOwl, &["owl", "bo", "brickowl"]),
];

/// How duplicates are meant: `None` is "not at all".
pub(super) const DUPLICATES: &Table<Option<bool>> = &[
    (Some(true), &["strict"]),
    (Some(false), &["yes"]),
    (None, &["no"]),
];

/// The value that is written like this, in any letter case.
pub(super) fn find<T: Copy>(table: &Table<T>, text: &str) -> Option<T> {
    table
        .iter()
        .find(|(_, names)| names.iter().any(|name| name.eq_ignore_ascii_case(text)))
        .map(|(value, _)| *value)
}

/// Whether a value begins like this.
pub(super) fn begins<T>(table: &Table<T>, text: &str) -> bool {
    table.iter().any(|(_, names)| {
        names.iter().any(|name| {
            name.get(..text.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(text))
        })
    })
}

/// How a value is shown.
pub(super) fn name<T: PartialEq>(table: &Table<T>, value: &T) -> &'static str {
    table
        .iter()
        .find(|(known, _)| known == value)
        .and_then(|(_, names)| names.first().copied())
        .unwrap_or_default()
}

/// Every value as it is shown.
pub(super) fn shown<T>(table: &Table<T>) -> Vec<&'static str> {
    table
        .iter()
        .filter_map(|(_, names)| names.first().copied())
        .collect()
}

/// What can stand behind a name, where the grammar knows it: a fixed set, or proposals for dates.
/// Empty where values come from the shop's data or are numbers.
pub fn fixed_values(key: Key) -> Vec<&'static str> {
    let field = match key {
        Key::Any => return Vec::new(),
        Key::Missing | Key::Has => {
            return Field::all()
                .filter(|field| field.can_miss())
                .map(Field::name)
                .collect();
        }
        Key::Duplicate => return shown(DUPLICATES),
        Key::Field(field) => field,
    };
    match field.kind() {
        FieldKind::Choice(choice) => match choice {
            ChoiceField::Kind => shown(KINDS),
            ChoiceField::Condition => shown(CONDITIONS),
            ChoiceField::Completeness => shown(COMPLETENESS),
            ChoiceField::Room => shown(ROOMS),
            ChoiceField::Retain | ChoiceField::Known => shown(YES_NO),
            ChoiceField::Sync => {
                let mut values = shown(STATES);
                values.extend([
                    "bl=step",
                    "bl=waiting",
                    "bl=failed",
                    "bl=never",
                    "owl=step",
                    "owl=waiting",
                    "owl=failed",
                    "owl=never",
                ]);
                values
            }
        },
        FieldKind::Date(_) => vec!["today", "yesterday", "7d", "30d", "3m", "1y"],
        _ => Vec::new(),
    }
}
