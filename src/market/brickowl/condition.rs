//! BrickOwl's conditions: one code says new or used, how complete, and how good.

use crate::domain::market::Grade;
use crate::domain::{Completeness, Condition, ItemKind};

/// Condition, completeness and grade together.
pub type State = (Condition, Option<Completeness>, Option<Grade>);

/// Code, label in orders, meaning.
const CODES: [(&str, &str, State); 10] = [
    ("new", "New", (Condition::New, None, None)),
    (
        "news",
        "New (Sealed)",
        (Condition::New, Some(Completeness::Sealed), None),
    ),
    (
        "newc",
        "New (Complete)",
        (Condition::New, Some(Completeness::Complete), None),
    ),
    (
        "newi",
        "New (Incomplete)",
        (Condition::New, Some(Completeness::Incomplete), None),
    ),
    (
        "usedc",
        "Used (Complete)",
        (Condition::Used, Some(Completeness::Complete), None),
    ),
    (
        "usedi",
        "Used (Incomplete)",
        (Condition::Used, Some(Completeness::Incomplete), None),
    ),
    (
        "usedn",
        "Used (Like New)",
        (Condition::Used, None, Some(Grade::LikeNew)),
    ),
    (
        "usedg",
        "Used (Good)",
        (Condition::Used, None, Some(Grade::Good)),
    ),
    (
        "useda",
        "Used (Acceptable)",
        (Condition::Used, None, Some(Grade::Acceptable)),
    ),
    (
        "other",
        "Other",
        (Condition::Used, None, Some(Grade::Other)),
    ),
];

/// The meaning of a code or of a label; `None`: neither, and it is not guessed.
pub fn read(word: &str) -> Option<State> {
    let word = word.trim();
    let known = CODES.iter().find(|(code, label, _)| {
        word.eq_ignore_ascii_case(code) || word.eq_ignore_ascii_case(label)
    });
    match known {
        Some((_, _, state)) => Some(*state),
        None if word
            .get(..4)
            .is_some_and(|it| it.eq_ignore_ascii_case("used")) =>
        {
            Some((Condition::Used, None, None))
        }
        None => None,
    }
}

/// The code for a lot of this kind. `usual` is the grade of used lots that have none.
pub const fn write(kind: ItemKind, state: State, usual: Grade) -> &'static str {
    let (condition, completeness, grade) = state;
    match (kind, condition) {
        (ItemKind::Set, Condition::New) => match completeness {
            None | Some(Completeness::Sealed) => "news",
            Some(Completeness::Complete) => "newc",
            Some(Completeness::Incomplete) => "newi",
        },
        (ItemKind::Set, Condition::Used) => match completeness {
            Some(Completeness::Incomplete) => "usedi",
            _ => "usedc",
        },
        (ItemKind::OriginalBox, Condition::New) => "usedn",
        (_, Condition::New) => "new",
        (_, Condition::Used) => {
            let grade = match grade {
                Some(Grade::Other) | None => usual,
                Some(grade) => grade,
            };
            match grade {
                Grade::LikeNew => "usedn",
                Grade::Acceptable => "useda",
                Grade::Good | Grade::Other => "usedg",
            }
        }
    }
}
