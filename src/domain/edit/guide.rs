//! Prices that follow the price guide: which figure of it is meant, and what is known of a lot's article.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Edits, LotEdit, PriceEdit};
use crate::domain::market::{Guide, PriceGuide, PriceKey, Region};
use crate::domain::{ColorId, Condition, ItemKey, Lot, Money, Timestamp};

/// Which figure of the guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Figure {
    /// The lowest price.
    Min,
    /// The mean of sales or offers.
    Average,
    /// The mean of pieces.
    QuantityAverage,
    /// The highest price.
    Max,
}

impl Figure {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Min, Self::Average, Self::QuantityAverage, Self::Max];

    /// The word in changes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Min => "min",
            Self::Average => "avg",
            Self::QuantityAverage => "qtyavg",
            Self::Max => "max",
        }
    }
}

/// A figure of one half of the guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FromGuide {
    /// Sold or for sale.
    pub guide: Guide,
    /// Which figure.
    pub figure: Figure,
}

/// What a price is worked out from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PriceBase {
    /// The lot's own price.
    Own,
    /// The price guide, for the lot's item, colour and condition.
    Guide(FromGuide),
}

/// What a guide is about: item (however its letters are written), colour, condition, half.
type Article = (u8, String, ColorId, Condition, Guide);

fn article(item: &ItemKey, color: ColorId, condition: Condition, guide: Guide) -> Article {
    (item.kind.index(), item.folded(), color, condition, guide)
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    figures: [Money; 4],
    count: u32,
    other_currency: Option<String>,
    at: Timestamp,
}

/// Why the guide gives no price of a lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// It was never fetched.
    Unknown(Guide),
    /// It was fetched, and nobody sold or offers one.
    Empty(Guide),
    /// It is in another currency than the shop's prices.
    Currency {
        /// The guide's, ISO 4217.
        is: String,
        /// The shop's, ISO 4217.
        shop: String,
    },
}

impl std::fmt::Display for Lack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown(_) => f.write_str("its price in the guide was not fetched yet"),
            Self::Empty(Guide::Sold) => f.write_str("nobody has sold one in the last six months"),
            Self::Empty(Guide::Stock) => f.write_str("nobody offers one at the moment"),
            Self::Currency { is, shop } => write!(
                f,
                "its guide is in {is}, and the prices of this shop are in {shop}"
            ),
        }
    }
}

impl Edits {
    /// Whether a price follows the price guide.
    pub fn follow_guide(&self) -> bool {
        self.0.iter().any(|edit| from_guide(edit).is_some())
    }

    /// What of the price guide these changes of a lot ask for: of the article that it is by then.
    pub fn guide_keys(&self, lot: &Lot, currency: &str) -> Vec<PriceKey> {
        let mut keys: Vec<PriceKey> = Vec::new();
        let (mut item, mut color, mut condition) = (&lot.item, lot.color, lot.condition);
        for edit in &self.0 {
            match edit {
                LotEdit::Item(other) => item = other,
                LotEdit::Color(other) => color = *other,
                LotEdit::Condition(other) => condition = *other,
                edit => keys.extend(from_guide(edit).map(|from| PriceKey {
                    item: item.clone(),
                    color,
                    condition,
                    guide: from.guide,
                    currency: currency.to_owned(),
                    region: Region::World,
                })),
            }
        }
        keys
    }
}

fn from_guide(edit: &LotEdit) -> Option<FromGuide> {
    match edit {
        LotEdit::Price(PriceEdit {
            base: PriceBase::Guide(from),
            ..
        }) => Some(*from),
        _ => None,
    }
}

/// What is known of the price guide for the lots of a change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GuidePrices {
    currency: String,
    known: HashMap<Article, Known>,
}

impl GuidePrices {
    /// Nothing yet; the shop's prices are in this currency (ISO 4217).
    pub fn new(currency: &str) -> Self {
        Self {
            currency: currency.to_owned(),
            known: HashMap::new(),
        }
    }

    /// Takes in what was fetched at `at`.
    pub fn learn(&mut self, guide: &PriceGuide, at: Timestamp) {
        let key = &guide.key;
        let same = key.currency.eq_ignore_ascii_case(&self.currency);
        let known = Known {
            figures: [guide.min, guide.average, guide.quantity_average, guide.max],
            count: guide.count,
            other_currency: (!same).then(|| key.currency.clone()),
            at,
        };
        let article = article(&key.item, key.color, key.condition, key.guide);
        self.known.insert(article, known);
    }

    /// When this price was fetched, and whether it says anything; `None`: never.
    pub fn at(&self, key: &PriceKey) -> Option<(Timestamp, bool)> {
        let known = self
            .known
            .get(&article(&key.item, key.color, key.condition, key.guide))?;
        Some((known.at, known.count > 0))
    }

    /// What the guide says a piece of this lot is worth.
    ///
    /// # Errors
    /// Why it says nothing.
    pub fn price(&self, lot: &Lot, from: FromGuide) -> Result<Money, Lack> {
        let known = self
            .known
            .get(&article(&lot.item, lot.color, lot.condition, from.guide))
            .ok_or(Lack::Unknown(from.guide))?;
        if let Some(is) = &known.other_currency {
            return Err(Lack::Currency {
                is: is.clone(),
                shop: self.currency.clone(),
            });
        }
        let [min, average, quantity_average, max] = known.figures;
        let price = match from.figure {
            Figure::Min => min,
            Figure::Average => average,
            Figure::QuantityAverage => quantity_average,
            Figure::Max => max,
        };
        // A figure of nothing is no price: it would make everything nearly free.
        if known.count == 0 || price <= Money::ZERO {
            return Err(Lack::Empty(from.guide));
        }
        Ok(price)
    }
}
