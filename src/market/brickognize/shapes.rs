//! What Brickognize's answers look like on the wire, and what they mean.

use serde::Deserialize;

use crate::domain::market::{ColorHint, Guess, Guesses, Score};
use crate::domain::text::clean;
use crate::domain::{ItemKey, ItemKind, Money};
use crate::market::lenient::{Many, Maybe, Word};

/// The answer to a picture. Without `items` it is no answer at all.
#[derive(Debug, Deserialize)]
pub struct WireGuesses {
    /// Names the answer.
    #[serde(default)]
    pub listing_id: Word,
    /// Candidates.
    pub items: Vec<Maybe<WireGuess>>,
    /// Colours, when asked for.
    #[serde(default)]
    pub colors: Many<Maybe<WireColor>>,
}

/// A candidate.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WireGuess {
    /// BrickLink's number.
    pub id: Word,
    /// Name.
    pub name: Word,
    /// `part`, `set`, `fig`, `sticker`.
    #[serde(rename = "type")]
    pub kind: Word,
    /// Category.
    pub category: Word,
    /// 0 to 1.
    pub score: Word,
    /// Address of its picture.
    pub img_url: Word,
}

/// A colour.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WireColor {
    /// Name.
    pub name: Word,
    /// 0 to 1.
    pub score: Word,
}

/// The kind behind the service's word.
pub fn kind(word: &str) -> Option<ItemKind> {
    match word {
        "part" | "sticker" => Some(ItemKind::Part),
        "set" => Some(ItemKind::Set),
        "fig" => Some(ItemKind::Minifigure),
        _ => None,
    }
}

/// A score between 0 and 1; what is none is no certainty at all.
fn score(word: &Word) -> Score {
    let raw = Money::parse(word.decimal()).map_or(0, Money::raw);
    Score(u16::try_from(raw.clamp(0, 10_000)).unwrap_or_default())
}

/// The answer in the program's words; candidates without a number are left out.
pub fn guesses(wire: &WireGuesses) -> Guesses {
    let rows = wire.items.iter().enumerate();
    let mut items: Vec<Guess> = rows
        .filter_map(|(at, row)| guess(at, row.0.as_ref()?))
        .collect();
    // A stable sort: what is equally sure stays in the service's order.
    items.sort_by_key(|guess| std::cmp::Reverse(guess.score));
    let mut colors: Vec<ColorHint> = wire
        .colors
        .0
        .iter()
        .filter_map(|row| row.0.as_ref())
        .map(|color| ColorHint {
            name: clean(color.name.text()),
            score: score(&color.score),
        })
        .filter(|hint| !hint.name.is_empty())
        .collect();
    colors.sort_by_key(|hint| std::cmp::Reverse(hint.score));
    Guesses {
        listing: clean(wire.listing_id.text()),
        items,
        colors,
    }
}

fn guess(at: usize, wire: &WireGuess) -> Option<Guess> {
    let no = clean(wire.id.text());
    if no.is_empty() || no.len() > crate::domain::item::MAX_NO {
        return None;
    }
    let word = clean(wire.kind.text());
    Some(Guess {
        item: kind(&word).map(|kind| ItemKey::new(kind, no.clone())),
        no,
        word,
        name: clean(wire.name.text()),
        category: clean(wire.category.text()),
        score: score(&wire.score),
        picture: clean(wire.img_url.text()),
        rank: u32::try_from(at).unwrap_or(u32::MAX),
    })
}
