//! Lots at BrickOwl: made bare, then changed; relative or absolute; an empty one stays.

use std::sync::Arc;

use super::{Call, Outcome, Refusal, Side, catalog, shapes, success};
use crate::domain::ItemKey;
use crate::sandbox::json::{Json, map};
use crate::sandbox::text::{Cash, MOST_PIECES, parse_cash3};
use crate::sandbox::world::{Goods, StockRow};

/// Codes of conditions.
pub const CONDITIONS: [(&str, &str); 10] = [
    ("new", "New"),
    ("news", "New (Sealed)"),
    ("newc", "New (Complete)"),
    ("newi", "New (Incomplete)"),
    ("usedc", "Used (Complete)"),
    ("usedi", "Used (Incomplete)"),
    ("usedn", "Used (Like New)"),
    ("usedg", "Used (Good)"),
    ("useda", "Used (Acceptable)"),
    ("other", "Other"),
];

/// A lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// Its number.
    pub id: i64,
    /// What it is, by BrickLink's number.
    pub key: ItemKey,
    /// BrickOwl's number of it, without colour.
    pub base: u32,
    /// BrickOwl's colour; 0: none.
    pub color: u16,
    /// Pieces.
    pub quantity: i64,
    /// Code of the condition.
    pub condition: String,
    /// List price of a piece, ten-thousandths.
    pub price: Cash,
    /// Percent off.
    pub sale: i64,
    /// Sold in multiples of this.
    pub bulk: i64,
    /// Offered.
    pub for_sale: bool,
    /// From so many pieces, so much a piece.
    pub tiers: Vec<(i64, Cash)>,
    /// For everybody.
    pub public_note: Option<String>,
    /// For the shop.
    pub personal_note: Option<String>,
    /// What a piece cost.
    pub cost: Option<Cash>,
    /// Grams as they were told.
    pub weight: Option<String>,
    /// The seller's own number.
    pub external: Option<String>,
}

impl Lot {
    /// A lot made by a tool that lists BrickLink's lots here; nothing where that cannot be.
    pub fn of(id: i64, row: &StockRow, external: Option<String>, goods: &Goods) -> Option<Self> {
        let (at, thing) = goods.find(&row.key)?;
        if !catalog::listable(thing) {
            return None;
        }
        let colored = catalog::kind(thing) == Some("Part");
        let color = if colored {
            goods.owl_color(row.color)?
        } else {
            0
        };
        let condition = match (row.used, row.completeness) {
            (false, Some('S')) => "news",
            (false, Some('C')) => "newc",
            (false, Some('B')) => "newi",
            (true, Some('B')) => "usedi",
            (true, Some(_)) => "usedc",
            (true, None) => "usedg",
            (false, _) => "new",
        };
        let note = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let tiers = row.tiers.iter().filter(|(quantity, _)| *quantity > 0);
        Some(Self {
            id,
            key: thing.key.clone(),
            base: goods.boid(at),
            color,
            quantity: row.quantity.clamp(0, MOST_PIECES),
            condition: condition.to_owned(),
            price: ((row.price + 5) / 10 * 10).max(10),
            sale: row.sale.clamp(-95, 95),
            bulk: row.bulk.max(1),
            for_sale: row.room.is_none(),
            tiers: tiers
                .map(|(quantity, price)| (*quantity, (price + 5) / 10 * 10))
                .collect(),
            public_note: note(&row.description),
            personal_note: note(&row.remarks),
            cost: (row.cost > 0).then_some(row.cost),
            weight: None,
            external,
        })
    }

    /// What a piece costs somebody who takes so many.
    pub fn price_for(&self, quantity: i64) -> Cash {
        let tier = self.tiers.iter().rev().find(|(from, _)| quantity >= *from);
        tier.map_or(self.reduced(), |(_, price)| *price)
    }

    /// The list price after the reduction.
    pub fn reduced(&self) -> Cash {
        self.price * (100 - self.sale) / 100
    }

    /// BrickOwl's number with the colour.
    pub fn boid(&self) -> String {
        shapes::boid(self.base, self.color)
    }
}

impl Side {
    pub(super) fn inventory_call(&mut self, verb: &str, call: Call<'_>) -> Outcome {
        match verb {
            "list" => self.list_lots(call),
            "create" => self.create(call),
            "update" => self.update(call),
            "delete" => {
                let id = self.find_lot(call)?;
                Arc::make_mut(&mut self.lots).remove(&id);
                self.changed = call.now;
                Ok(success())
            }
            _ => Err(Refusal::new(404, "Not found")),
        }
    }

    fn list_lots(&mut self, call: Call<'_>) -> Outcome {
        if self.switches.no_store {
            return Err(no_store());
        }
        let one = call.given("lot_id").is_some() || call.given("external_id_1").is_some();
        let lots = self.seen_lots(!one);
        let active = call.given("active_only") != Some("0");
        let fits = |lot: &&Lot| {
            (!active || (lot.for_sale && lot.quantity > 0))
                && call
                    .given("lot_id")
                    .is_none_or(|id| lot.id.to_string() == id)
                && call
                    .given("external_id_1")
                    .is_none_or(|id| lot.external.as_deref() == Some(id))
                && call.given("type").is_none_or(|kind| {
                    call.goods
                        .find(&lot.key)
                        .and_then(|(_, thing)| catalog::kind(thing))
                        == Some(kind)
                })
        };
        let list: Vec<Json> = lots
            .values()
            .filter(fits)
            .map(|lot| shapes::lot(lot, call.goods))
            .collect();
        Ok(list.into())
    }

    fn create(&mut self, call: Call<'_>) -> Outcome {
        let (base, suffix) = shapes::read_boid(call.needed("boid")?)?;
        let (_, thing) = call
            .goods
            .by_boid(base)
            .ok_or_else(|| Refusal::wrong(format!("Invalid BOID - {base}")))?;
        let kind = catalog::kind(thing).unwrap_or("Part");
        let color = match (kind, call.given("color_id").filter(|id| !id.is_empty())) {
            ("Part", None) => {
                Some(suffix.ok_or_else(|| Refusal::wrong("Missing argument color_id"))?)
            }
            ("Part" | "Gear" | "Minibuild", Some(id)) => {
                Some(id.parse().map_err(|_| Refusal::wrong("Invalid color_id"))?)
            }
            (_, Some(_)) => return Err(Refusal::wrong("Invalid color_id")),
            (_, None) => suffix,
        };
        let color = color.unwrap_or(0);
        if color > 0 && call.goods.from_owl_color(color).is_none() {
            return Err(Refusal::wrong("Invalid color_id"));
        }
        let quantity = call.number("quantity")?;
        if !(1..=MOST_PIECES).contains(&quantity) {
            return Err(Refusal::wrong("Invalid quantity"));
        }
        let mut lot = Lot {
            id: self.next_lot + 1,
            key: thing.key.clone(),
            base,
            color,
            quantity,
            condition: condition(call.needed("condition")?)?,
            price: price(call.needed("price")?, "price")?,
            sale: 0,
            bulk: 1,
            for_sale: true,
            tiers: Vec::new(),
            public_note: None,
            personal_note: None,
            cost: None,
            weight: None,
            external: call
                .given("external_id")
                .filter(|id| !id.is_empty())
                .map(str::to_owned),
        };
        if self.switches.create_extras {
            change(&mut lot, call)?;
        }
        self.next_lot += 1;
        Arc::make_mut(&mut self.lots).insert(lot.id, lot);
        self.changed = call.now;
        Ok(success().with("lot_id", self.next_lot.to_string()))
    }

    /// The lot that is named: by one of its two numbers, never both.
    pub(super) fn find_lot(&self, call: Call<'_>) -> Result<i64, Refusal> {
        let missing = || Refusal::new(404, "Lot not found");
        match (call.given("lot_id"), call.given("external_id")) {
            (Some(id), None) => {
                let id = id.parse().map_err(|_| missing())?;
                self.lots
                    .contains_key(&id)
                    .then_some(id)
                    .ok_or_else(missing)
            }
            (None, Some(external)) => self
                .lots
                .values()
                .find(|lot| lot.external.as_deref() == Some(external))
                .map(|lot| lot.id)
                .ok_or_else(missing),
            _ => Err(Refusal::wrong(
                "Exactly one of lot_id and external_id is required",
            )),
        }
    }

    fn update(&mut self, call: Call<'_>) -> Outcome {
        let id = self.find_lot(call)?;
        let mut lot = self
            .lots
            .get(&id)
            .cloned()
            .ok_or_else(|| Refusal::new(404, "Lot not found"))?;
        if change(&mut lot, call)? == 0 {
            return Err(Refusal::wrong("Nothing to update"));
        }
        Arc::make_mut(&mut self.lots).insert(id, lot);
        self.changed = call.now;
        Ok(success())
    }
}

/// The text that was seen.
pub(super) fn no_store() -> Refusal {
    Refusal::wrong("Store not found, you may need to set list_type=customer")
}

/// Changes a lot; how many fields that told something.
fn change(lot: &mut Lot, call: Call<'_>) -> Result<usize, Refusal> {
    let mut told = 0;
    for (name, value) in call.given {
        told += 1;
        let whole = || {
            value
                .trim()
                .parse::<i64>()
                .map_err(|_| Refusal::wrong(format!("Invalid {name}")))
        };
        match name.as_str() {
            "absolute_quantity" => lot.quantity = pieces(Some(whole()?))?,
            "relative_quantity" => {
                let text = value.trim();
                let by: i64 = text
                    .strip_prefix('+')
                    .unwrap_or(text)
                    .parse()
                    .map_err(|_| Refusal::wrong("Invalid relative_quantity"))?;
                lot.quantity = pieces(lot.quantity.checked_add(by))?;
            }
            "for_sale" => {
                lot.for_sale = match value.as_str() {
                    "1" => true,
                    "0" => false,
                    _ => return Err(Refusal::wrong("Invalid for_sale")),
                }
            }
            "price" => lot.price = price(value, name)?,
            "sale_percent" => {
                let sale = whole()?;
                if !(-95..=95).contains(&sale) {
                    return Err(Refusal::wrong("Invalid sale_percent"));
                }
                lot.sale = sale;
            }
            "my_cost" => lot.cost = Some(price(value, name)?),
            "lot_weight" => {
                price(value, name)?;
                lot.weight = Some(value.trim().to_owned());
            }
            "personal_note" => {
                lot.personal_note = Some(value.clone()).filter(|note| !note.is_empty());
            }
            "public_note" => lot.public_note = Some(value.clone()).filter(|note| !note.is_empty()),
            "bulk_qty" => {
                let bulk = whole()?;
                if !(1..=MOST_PIECES).contains(&bulk) {
                    return Err(Refusal::wrong("Invalid bulk_qty"));
                }
                lot.bulk = bulk;
            }
            "tier_price" => lot.tiers = tiers(value)?,
            "condition" => lot.condition = condition(value)?,
            "update_external_id_1" => {
                lot.external = Some(value.clone()).filter(|id| !id.is_empty());
            }
            _ => told -= 1,
        }
    }
    Ok(told)
}

fn pieces(quantity: Option<i64>) -> Result<i64, Refusal> {
    quantity
        .filter(|quantity| (0..=MOST_PIECES).contains(quantity))
        .ok_or_else(|| Refusal::wrong("Invalid quantity"))
}

fn price(text: &str, name: &str) -> Result<Cash, Refusal> {
    parse_cash3(text)
        .filter(|price| *price > 0)
        .ok_or_else(|| Refusal::wrong(format!("Invalid {name}")))
}

fn condition(code: &str) -> Result<String, Refusal> {
    let known = CONDITIONS.iter().any(|(known, _)| *known == code);
    known
        .then(|| code.to_owned())
        .ok_or_else(|| Refusal::wrong("Invalid condition"))
}

/// `100:0.05,200:0.04` or `remove`.
fn tiers(text: &str) -> Result<Vec<(i64, Cash)>, Refusal> {
    if text == "remove" {
        return Ok(Vec::new());
    }
    let wrong = || Refusal::wrong("Invalid tier_price");
    let mut tiers = Vec::new();
    for tier in text.split(',') {
        let (quantity, price) = tier.split_once(':').ok_or_else(wrong)?;
        let quantity: i64 = quantity.trim().parse().map_err(|_| wrong())?;
        let price = parse_cash3(price)
            .filter(|price| *price > 0)
            .ok_or_else(wrong)?;
        let rises = tiers.last().is_none_or(|(last, _)| quantity > *last);
        if !(1..=MOST_PIECES).contains(&quantity) || !rises {
            return Err(wrong());
        }
        tiers.push((quantity, price));
    }
    (tiers.len() <= 3).then_some(tiers).ok_or_else(wrong)
}

/// A condition as orders print it.
pub fn condition_text(code: &str) -> &'static str {
    let label = CONDITIONS.iter().find(|(known, _)| *known == code);
    label.map_or("Other", |(_, label)| *label)
}

/// All conditions, as a list.
pub fn condition_list() -> Json {
    let list: Vec<Json> = CONDITIONS
        .iter()
        .map(|(code, label)| map! { "id" => *code, "name" => *label })
        .collect();
    list.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_are_three_at_the_most_and_rise() {
        assert_eq!(tiers("100:0.05,200:0.04"), Ok(vec![(100, 500), (200, 400)]));
        assert_eq!(tiers("remove"), Ok(Vec::new()));
        for wrong in [
            "",
            "100",
            "0:1",
            "5:0",
            "10:1,5:1",
            "1:1,2:1,3:1,4:1",
            "a:b",
        ] {
            assert!(tiers(wrong).is_err(), "{wrong}");
        }
    }
}
