//! What a change makes of a lot, or why it cannot be made of this one.

use super::amount::SCALE;
use super::{
    Amount, EditText, Edits, GuidePrices, LotEdit, PriceBase, PriceEdit, SpreadBy, TagEdit,
    TextEdit, TierPrice,
};
use crate::domain::lot::{MAX_NOTE, MAX_PRICE, MAX_QUANTITY, MAX_TAGS};
use crate::domain::text::clean;
use crate::domain::{ListStatus, Lot, LotId, Money, Place, PlaceRule, Tier};

/// Why a lot stays as it is: one sentence.
pub type Refusal = String;

/// How a sum is spread: for each lot its new cost of a piece.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spread(std::collections::HashMap<LotId, Money>);

/// What a change needs to know beyond the lot.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Terms {
    /// For [`LotEdit::SpreadCost`].
    pub spread: Spread,
    /// Where the shop writes its places.
    pub places: PlaceRule,
    /// For prices that follow the price guide.
    pub guides: GuidePrices,
}

/// Least price that a change makes.
const LEAST: Money = Money::from_raw(100);

impl Spread {
    /// Spreads a sum over lots (number, pieces, price, weight of a piece in milligrams). What rounding
    /// leaves over is not put anywhere: a piece's cost has four decimals.
    pub fn over(
        total: Money,
        by: SpreadBy,
        lots: impl Iterator<Item = (LotId, u32, Money, Option<u32>)> + Clone,
    ) -> Self {
        let share = |price: Money, weight: Option<u32>| match by {
            SpreadBy::Pieces => 1,
            SpreadBy::Price => i128::from(price.raw().max(0)),
            SpreadBy::Weight => i128::from(weight.unwrap_or(0)),
        };
        let whole: i128 = lots
            .clone()
            .map(|(_, pieces, price, weight)| share(price, weight) * i128::from(pieces))
            .sum();
        if whole == 0 {
            return Self::default();
        }
        let costs =
            lots.filter(|(_, pieces, ..)| *pieces > 0)
                .filter_map(|(id, _, price, weight)| {
                    let part = i128::from(total.raw()) * share(price, weight);
                    let cost = (part * 2 + whole) / (whole * 2);
                    i64::try_from(cost)
                        .ok()
                        .map(|raw| (id, Money::from_raw(raw)))
                });
        Self(costs.collect())
    }

    /// What a piece of a lot bears; `None`: nothing.
    pub fn of(&self, lot: LotId) -> Option<Money> {
        self.0.get(&lot).copied()
    }
}

impl Edits {
    /// Makes all changes of a lot, or none.
    pub fn apply(&self, lot: &mut Lot, terms: &Terms) -> Result<(), Refusal> {
        self.0.iter().try_for_each(|edit| edit.apply(lot, terms))
    }
}

impl LotEdit {
    /// Makes the change of a lot.
    pub fn apply(&self, lot: &mut Lot, terms: &Terms) -> Result<(), Refusal> {
        match self {
            Self::Quantity(amount) => lot.stock.available = quantity(*amount, lot.stock.available)?,
            Self::Price(edit) => lot.price = price(edit, lot, &terms.guides)?,
            Self::Cost(amount) => lot.cost = money(*amount, lot.cost, "cost")?,
            Self::SpreadCost { .. } => {
                if let Some(cost) = terms.spread.0.get(&lot.id) {
                    lot.cost = *cost;
                }
            }
            Self::Text(field, edit) => text(*field, edit, lot, &terms.places)?,
            Self::Tags(edit) => lot.tags = tags(edit, &lot.tags)?,
            Self::Item(item) => lot.item = item.clone(),
            Self::Color(color) => lot.color = *color,
            Self::ColorNamed(name) => return Err(format!("there is no colour “{name}”")),
            Self::Condition(condition) => lot.condition = *condition,
            Self::Completeness(completeness) => lot.completeness = *completeness,
            Self::Sale(amount) => {
                lot.sale = within(*amount, i64::from(lot.sale), (-99, 99), "sale")? as i8;
            }
            Self::Bulk(amount) => {
                let most = i64::from(MAX_QUANTITY);
                lot.bulk = within(*amount, i64::from(lot.bulk), (1, most), "bulk")? as u32;
            }
            Self::Tier(at, tier) => set_tier(lot, usize::from(*at), *tier)?,
            Self::NoTiers => lot.tiers = [Tier::default(); 3],
            Self::Stockroom(room) => lot.stockroom = *room,
            Self::Retain(retain) => lot.retain = *retain,
            Self::File(file) => {
                if file.is_some() && lot.stock.reserved > 0 {
                    return Err("pieces of it are promised to an order".into());
                }
                lot.file = *file;
                // What a list left out is meant when its owner releases it.
                if file.is_none() {
                    lot.status = ListStatus::Include;
                }
            }
            Self::Delete => {
                if lot.stock.reserved > 0 {
                    return Err("pieces of it are promised to an order".into());
                }
                lot.gone = true;
            }
            Self::Restore => lot.gone = false,
            Self::Relocate { from, to } => {
                if let Some(place) = lot.place.moved(from, to) {
                    text(EditText::Place, &TextEdit::Set(place.0), lot, &terms.places)?;
                }
            }
        }
        Ok(())
    }

    /// Whether it needs to look at tombstones.
    pub const fn wants_gone(&self) -> bool {
        matches!(self, Self::Restore)
    }
}

fn quantity(amount: Amount, before: u32) -> Result<u32, Refusal> {
    let after = amount
        .of_whole(i64::from(before))
        .ok_or("the quantity cannot be worked out")?;
    if after < 0 {
        return Err(format!("there are only {before} pieces"));
    }
    u32::try_from(after)
        .ok()
        .filter(|after| *after <= MAX_QUANTITY)
        .ok_or_else(|| format!("a lot holds at most {MAX_QUANTITY} pieces"))
}

fn money(amount: Amount, before: Money, what: &str) -> Result<Money, Refusal> {
    let after = amount
        .of(before.raw())
        .map(Money::from_raw)
        .ok_or_else(|| format!("the {what} cannot be worked out"))?;
    if after < Money::ZERO || after > MAX_PRICE {
        return Err(format!(
            "the {what} would be {after}; it goes from 0 to {MAX_PRICE}"
        ));
    }
    Ok(after)
}

fn price(edit: &PriceEdit, lot: &Lot, guides: &GuidePrices) -> Result<Money, Refusal> {
    let base = match edit.base {
        PriceBase::Own => lot.price,
        PriceBase::Guide(from) => guides.price(lot, from).map_err(|lack| lack.to_string())?,
    };
    let raw = edit
        .amount
        .of(base.raw())
        .map(Money::from_raw)
        .ok_or("the price cannot be worked out")?;
    let step = |price: Money, way: fn(super::Rounding, Money) -> Option<Money>| {
        edit.rounding
            .map_or(Some(price), |rounding| way(rounding, price))
            .ok_or("the price cannot be rounded")
    };
    let rounded = step(raw, super::Rounding::of)?;
    let capped = match edit.ceiling {
        Some(ceiling) => rounded.min(step(ceiling, super::Rounding::below)?),
        None => rounded,
    };
    let mut floor = edit.floor.price.unwrap_or(Money::ZERO);
    if let Some(times) = edit.floor.cost {
        floor = floor.max(above_cost(lot.cost, times).ok_or("the floor cannot be worked out")?);
    }
    // A sum never makes something nearly free; a person who sets a price means it.
    let least = match (edit.base, edit.amount.arithmetic) {
        (PriceBase::Own, super::Arithmetic::Set) => Money::ZERO,
        (PriceBase::Guide(_), _) if lot.price <= Money::ZERO => LEAST,
        _ => LEAST.min(lot.price),
    };
    let after = capped.max(step(floor.max(least), super::Rounding::above)?);
    if after > MAX_PRICE {
        return Err(format!(
            "the price would be {after}; it goes up to {MAX_PRICE}"
        ));
    }
    Ok(after)
}

/// So many times the cost (in 1/10,000), rounded up: a floor is never undercut.
fn above_cost(cost: Money, times: i64) -> Option<Money> {
    let product = i128::from(cost.raw()) * i128::from(times);
    let scale = i128::from(SCALE);
    i64::try_from(-(-product).div_euclid(scale))
        .ok()
        .map(Money::from_raw)
}

fn within(
    amount: Amount,
    before: i64,
    (least, most): (i64, i64),
    what: &str,
) -> Result<i64, Refusal> {
    amount
        .of_whole(before)
        .filter(|after| (least..=most).contains(after))
        .ok_or_else(|| format!("{what} goes from {least} to {most}"))
}

fn text(
    field: EditText,
    edit: &TextEdit,
    lot: &mut Lot,
    places: &PlaceRule,
) -> Result<(), Refusal> {
    let before = match field {
        EditText::Comments => &lot.notes,
        EditText::Remarks => &lot.remarks,
        EditText::Place => &lot.place.0,
        EditText::ReservedFor => &lot.reserved_for,
        EditText::Name => &lot.name,
    };
    let after = edit.of(before);
    if after.len() > MAX_NOTE {
        return Err(format!(
            "the text would have {} bytes, of at most {MAX_NOTE}",
            after.len()
        ));
    }
    match field {
        EditText::Comments => lot.notes = after,
        EditText::ReservedFor => lot.reserved_for = after,
        EditText::Name => lot.name = after,
        // By the shop's rule the remarks name the place.
        EditText::Remarks => {
            if let Some(place) = places.read(&after) {
                lot.place = place;
            }
            lot.remarks = after;
        }
        EditText::Place => {
            // A place that was set apart from the remarks stays apart from them.
            if places.read(&lot.remarks).as_ref() == Some(&lot.place) {
                lot.remarks = places.write(&lot.remarks, &after);
            }
            lot.place = Place(clean(&after));
        }
    }
    Ok(())
}

impl TextEdit {
    /// The text after the change.
    pub fn of(&self, before: &str) -> String {
        match self {
            Self::Set(text) => text.clone(),
            Self::Append(text) if before.is_empty() => text.clone(),
            Self::Append(text) => format!("{before} {text}"),
            Self::Prepend(text) if before.is_empty() => text.clone(),
            Self::Prepend(text) => format!("{text} {before}"),
            Self::Remove(text) if text.is_empty() => before.to_owned(),
            Self::Remove(text) => before
                .split(text.as_str())
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" "),
            Self::Replace { find, .. } if find.is_empty() => before.to_owned(),
            Self::Replace { find, with } => before.replace(find.as_str(), with),
        }
    }
}

fn tags(edit: &TagEdit, before: &[String]) -> Result<Vec<String>, Refusal> {
    let mut after: Vec<String> = Vec::new();
    let mut add = |tags: &[String]| {
        for tag in tags {
            let tag = clean(tag).trim().to_owned();
            let folded = tag.to_lowercase();
            if !tag.is_empty() && !after.iter().any(|known| known.to_lowercase() == folded) {
                after.push(tag);
            }
        }
    };
    match edit {
        TagEdit::Set(tags) => add(tags),
        TagEdit::Add(tags) => {
            add(before);
            add(tags);
        }
        TagEdit::Remove(tags) => {
            let gone: Vec<String> = tags.iter().map(|tag| tag.trim().to_lowercase()).collect();
            after = before
                .iter()
                .filter(|tag| !gone.contains(&tag.to_lowercase()))
                .cloned()
                .collect();
        }
    }
    let (most, longest) = MAX_TAGS;
    if after.len() > most {
        return Err(format!("a lot has at most {most} tags"));
    }
    match after.iter().find(|tag| tag.chars().count() > longest) {
        Some(tag) => Err(format!(
            "the tag “{tag}” is longer than {longest} characters"
        )),
        None => Ok(after),
    }
}

fn set_tier(lot: &mut Lot, at: usize, tier: Option<(u32, TierPrice)>) -> Result<(), Refusal> {
    let made = match tier {
        None => Tier::default(),
        Some((quantity, price)) => Tier {
            quantity,
            price: match price {
                TierPrice::Money(price) => price,
                TierPrice::Less(hundredths) => money(
                    Amount {
                        arithmetic: super::Arithmetic::Less,
                        by: i64::from(hundredths) * SCALE / 100,
                    },
                    lot.price,
                    "tier's price",
                )?,
            },
        },
    };
    if let Some(slot) = lot.tiers.get_mut(at) {
        *slot = made;
    }
    let used: Vec<&Tier> = lot.tiers.iter().filter(|tier| tier.quantity > 0).collect();
    let rising = used
        .windows(2)
        .all(|pair| pair[0].quantity < pair[1].quantity);
    if rising {
        Ok(())
    } else {
        Err("each tier begins at more pieces than the one before".into())
    }
}
