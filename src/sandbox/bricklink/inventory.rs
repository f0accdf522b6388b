//! Lots at BrickLink: strict when they are made, relative when they are changed.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::shapes;
use super::{Call, Done, Outcome, Refusal, Side, id};
use crate::domain::{ItemKey, ItemKind};
use crate::sandbox::json::{Json, map};
use crate::sandbox::text::{Cash, MOST_PIECES};
use crate::sandbox::world::StockRow;

/// Longest note, in characters.
const LONGEST: usize = 255;
/// What a new lot may say.
const FIELDS: [&str; 20] = [
    "item",
    "color_id",
    "quantity",
    "unit_price",
    "new_or_used",
    "completeness",
    "description",
    "remarks",
    "bulk",
    "is_retain",
    "is_stock_room",
    "stock_room_id",
    "my_cost",
    "sale_rate",
    "tier_quantity1",
    "tier_price1",
    "tier_quantity2",
    "tier_price2",
    "tier_quantity3",
    "tier_price3",
];

/// A lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// Its number.
    pub id: i64,
    /// What it is.
    pub key: ItemKey,
    /// Its colour.
    pub color: u16,
    /// Pieces for sale.
    pub quantity: i64,
    /// Used, or new.
    pub used: bool,
    /// `C`, `B`, `S`.
    pub completeness: Option<char>,
    /// Ten-thousandths a piece.
    pub price: Cash,
    /// Public note.
    pub description: String,
    /// Private note.
    pub remarks: String,
    /// Sold in multiples of this.
    pub bulk: i64,
    /// Kept when empty.
    pub retain: bool,
    /// Not offered.
    pub stock_room: bool,
    /// Which stockroom.
    pub room: Option<char>,
    /// When it was made.
    pub created: i64,
    /// Ten-thousandths.
    pub cost: Cash,
    /// Percent off.
    pub sale: i64,
    /// From so many pieces, so much a piece.
    pub tiers: [(i64, Cash); 3],
    /// Hundredths of a gram; 0: not told.
    pub weight: i64,
}

impl Lot {
    /// A lot made on the website.
    pub fn of(id: i64, row: &StockRow, now: i64) -> Self {
        Self {
            id,
            key: row.key.clone(),
            color: row.color,
            quantity: row.quantity.clamp(0, MOST_PIECES),
            used: row.used,
            completeness: row.completeness,
            price: row.price,
            description: row.description.clone(),
            remarks: row.remarks.clone(),
            bulk: row.bulk.max(1),
            retain: row.retain,
            stock_room: row.room.is_some(),
            room: row.room,
            created: now,
            cost: row.cost,
            sale: row.sale,
            tiers: row.tiers,
            weight: 0,
        }
    }

    /// What a piece costs somebody who takes so many.
    pub fn price_for(&self, quantity: i64) -> Cash {
        let tier = self
            .tiers
            .iter()
            .rev()
            .find(|(from, _)| *from > 0 && quantity >= *from);
        tier.map_or(self.price * (100 - self.sale) / 100, |(_, price)| *price)
    }
}

impl Side {
    pub(super) fn inventories_call(
        &mut self,
        method: &str,
        path: &[&str],
        call: Call<'_>,
    ) -> Outcome {
        match (method, path) {
            ("GET", []) => Ok(self.list_lots(call)),
            ("POST", []) => self.create(call),
            ("GET", [number]) => {
                let lots = self.seen_lots(false);
                let lot = lots.get(&id(number)?).ok_or_else(Refusal::not_found)?;
                Ok(Done::data(self.shape().lot(lot, call.goods)))
            }
            ("PUT", [number]) => self.update(id(number)?, call),
            ("DELETE", [number]) => {
                let gone = self.lots_mut().remove(&id(number)?);
                gone.ok_or_else(Refusal::not_found)?;
                Ok(Done::nothing(None))
            }
            (_, [] | [_]) => Err(Refusal::method()),
            _ => Err(super::invalid_uri()),
        }
    }

    fn list_lots(&mut self, call: Call<'_>) -> Done {
        let lots = self.seen_lots(true);
        if self.switches.closed {
            return Done::data(Vec::new().into());
        }
        let shape = self.shape();
        let category = |lot: &Lot| {
            call.goods
                .find(&lot.key)
                .map_or(0, |(_, thing)| thing.category)
        };
        let mut list: Vec<Json> = lots
            .values()
            .filter(|lot| listed(call.query("item_type"), shapes::word(lot.key.kind)))
            .filter(|lot| listed(call.query("color_id"), &lot.color.to_string()))
            .filter(|lot| listed(call.query("category_id"), &category(lot).to_string()))
            .filter(|lot| listed(call.query("status"), status(lot)))
            .map(|lot| shape.lot(lot, call.goods))
            .collect();
        self.dice.shuffle(&mut list);
        Done::data(list.into())
    }

    fn create(&mut self, call: Call<'_>) -> Outcome {
        let body = call.body()?;
        match &body {
            Value::Object(fields) => {
                let lot = new_lot(fields, call)?;
                let id = self.keep(lot);
                Ok(Done::created(self.shape().lot(&self.lots[&id], call.goods)))
            }
            Value::Array(many) => {
                let mut lots = Vec::new();
                for one in many {
                    let fields = one.as_object().ok_or_else(wrong_value)?;
                    lots.push(new_lot(fields, call)?);
                }
                let ids: Vec<i64> = lots.into_iter().map(|lot| self.keep(lot)).collect();
                match ids.as_slice() {
                    [id] if self.switches.array_of_one => {
                        Ok(Done::created(self.shape().lot(&self.lots[id], call.goods)))
                    }
                    _ => Ok(Done::created(map! {})),
                }
            }
            _ => Err(wrong_value()),
        }
    }

    fn keep(&mut self, mut lot: Lot) -> i64 {
        self.next_lot += 1;
        lot.id = self.next_lot;
        Arc::make_mut(&mut self.lots).insert(lot.id, lot);
        self.next_lot
    }

    fn update(&mut self, id: i64, call: Call<'_>) -> Outcome {
        let body = call.body()?;
        let fields = body.as_object().ok_or_else(wrong_value)?;
        let mut lot = self.lots.get(&id).ok_or_else(Refusal::not_found)?.clone();
        if !matches!(fields.get("description"), Some(Value::String(_))) {
            return Err(Refusal::parameter("String input must not be null"));
        }
        if let Some(delta) = fields.get("quantity") {
            let delta = whole(delta)?;
            lot.quantity = lot
                .quantity
                .checked_add(delta)
                .filter(|quantity| (0..=MOST_PIECES).contains(quantity))
                .ok_or_else(|| Refusal::parameter("Invalid quantity"))?;
        }
        notes_and_prices(&mut lot, fields)?;
        if let Some(condition) = fields.get("new_or_used") {
            lot.used = used(condition)?;
        }
        if let Some(retain) = fields.get("is_retain") {
            lot.retain = flag(retain)?;
        }
        if let Some(room) = fields.get("is_stock_room") {
            lot.stock_room = flag(room)?;
            lot.room = lot.stock_room.then_some(lot.room.unwrap_or('A'));
        }
        if let (true, Some(room)) = (lot.stock_room, fields.get("stock_room_id")) {
            lot.room = Some(stock_room_name(room)?);
        }
        let json = self.shape().lot(&lot, call.goods);
        if lot.quantity == 0 && !lot.retain {
            self.lots_mut().remove(&id);
        } else {
            self.lots_mut().insert(id, lot);
        }
        Ok(Done::data(json))
    }
}

/// Whether a value passes a comma list in which `-` excludes.
pub(super) fn listed(filter: Option<&str>, value: &str) -> bool {
    let Some(filter) = filter.filter(|filter| !filter.is_empty()) else {
        return true;
    };
    let mut wanted = None;
    for word in filter.split(',').map(str::trim) {
        if let Some(not) = word.strip_prefix('-') {
            if not.eq_ignore_ascii_case(value) {
                return false;
            }
        } else {
            wanted = Some(wanted.unwrap_or(false) || word.eq_ignore_ascii_case(value));
        }
    }
    wanted.unwrap_or(true)
}

/// The letter by which lists filter: stockroom A is `S`.
fn status(lot: &Lot) -> &'static str {
    match (lot.stock_room, lot.room) {
        (true, Some('B')) => "B",
        (true, Some('C')) => "C",
        (true, _) => "S",
        (false, _) if lot.quantity == 0 => "N",
        _ => "Y",
    }
}

fn wrong_value() -> Refusal {
    Refusal::parameter("Unparseable value or field: []")
}

fn missing(name: &str) -> Refusal {
    Refusal::parameter(format!("Parameter [{name}] is missing"))
}

fn new_lot(fields: &Map<String, Value>, call: Call<'_>) -> Result<Lot, Refusal> {
    if let Some(unknown) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(Refusal::parameter(format!(
            "Unparseable value or field: [{unknown}.]"
        )));
    }
    let needed = |name: &str| {
        fields
            .get(name)
            .filter(|v| !v.is_null())
            .ok_or_else(|| missing(name))
    };
    let item = needed("item")?.as_object().ok_or_else(wrong_value)?;
    if let Some(unknown) = item.keys().find(|name| *name != "no" && *name != "type") {
        return Err(Refusal::parameter(format!(
            "Unparseable value or field: [item.{unknown}.]"
        )));
    }
    let no = item.get("no").ok_or_else(|| missing("item.no"))?;
    let word = item.get("type").ok_or_else(|| missing("item.type"))?;
    let no = no.as_str().ok_or_else(wrong_value)?;
    let word = word.as_str().ok_or_else(wrong_value)?;
    let kind = shapes::TYPES
        .iter()
        .find(|(_, known, _)| *known == word)
        .map(|(kind, ..)| *kind)
        .ok_or_else(|| Refusal::parameter("Unparseable value or field: item.type"))?;
    let key = ItemKey::new(kind, no);
    let retain = flag(needed("is_retain")?)?;
    let stock_room = flag(needed("is_stock_room")?)?;
    let color = needed("color_id")?.as_u64().ok_or_else(wrong_value)?;
    let color = u16::try_from(color).map_err(|_| wrong_value())?;
    let quantity = whole(needed("quantity")?)?;
    let used = used(needed("new_or_used")?)?;
    let price = cash(needed("unit_price")?)?;
    let thing = call.goods.find(&key).map(|(_, thing)| thing);
    let thing = thing.ok_or_else(|| Refusal::parameter("Invalid item number"))?;
    if call.goods.hue(color).is_none() {
        return Err(Refusal::parameter("Invalid color"));
    }
    if !(0..=MOST_PIECES).contains(&quantity) || (quantity == 0 && !retain) {
        return Err(Refusal::parameter("Invalid quantity"));
    }
    let completeness = match (kind, fields.get("completeness")) {
        (ItemKind::Set, None) => return Err(missing("completeness")),
        (ItemKind::Set, Some(value)) => Some(letter(value, "CBS")?),
        _ => None,
    };
    let room = match (stock_room, fields.get("stock_room_id")) {
        (true, None) => return Err(missing("stock_room_id")),
        (true, Some(room)) => Some(stock_room_name(room)?),
        _ => None,
    };
    let mut row = StockRow::new(thing.key.clone(), color, quantity, price);
    row.used = used;
    row.completeness = completeness;
    row.retain = retain;
    row.room = room;
    let mut lot = Lot::of(0, &row, call.now);
    notes_and_prices(&mut lot, fields)?;
    Ok(lot)
}

/// What may be told at any time.
fn notes_and_prices(lot: &mut Lot, fields: &Map<String, Value>) -> Result<(), Refusal> {
    if let Some(price) = fields.get("unit_price") {
        lot.price = cash(price)?;
    }
    if let Some(cost) = fields.get("my_cost") {
        lot.cost = cash(cost)?;
    }
    for (name, text) in [
        ("description", &mut lot.description),
        ("remarks", &mut lot.remarks),
    ] {
        if let Some(value) = fields.get(name) {
            let value = value.as_str().ok_or_else(wrong_value)?;
            if value.chars().count() > LONGEST {
                return Err(Refusal::parameter(format!(
                    "Parameter [{name}] is too long"
                )));
            }
            value.clone_into(text);
        }
    }
    if let Some(bulk) = fields.get("bulk") {
        let bulk = whole(bulk)?;
        lot.bulk = Some(bulk)
            .filter(|bulk| (1..=MOST_PIECES).contains(bulk))
            .ok_or_else(|| Refusal::parameter("Invalid bulk"))?;
    }
    if let Some(sale) = fields.get("sale_rate") {
        let sale = whole(sale)?;
        lot.sale = Some(sale)
            .filter(|sale| (-99..=99).contains(sale))
            .ok_or_else(|| Refusal::parameter("Invalid sale_rate"))?;
    }
    tiers(lot, fields)
}

fn tiers(lot: &mut Lot, fields: &Map<String, Value>) -> Result<(), Refusal> {
    let names = &FIELDS[14..];
    let told = names
        .iter()
        .filter(|name| fields.contains_key(**name))
        .count();
    if told == 0 {
        return Ok(());
    }
    if told < names.len() {
        return Err(Refusal::parameter("Tier prices must be given together"));
    }
    let mut tiers = [(0, 0); 3];
    for (tier, names) in tiers.iter_mut().zip(names.chunks(2)) {
        *tier = (whole(&fields[names[0]])?, cash(&fields[names[1]])?);
    }
    let mut last = (0, lot.price);
    let mut ended = false;
    for (quantity, price) in tiers {
        let fits = if quantity == 0 {
            ended = true;
            true
        } else {
            !ended && quantity > last.0 && quantity <= MOST_PIECES && price < last.1
        };
        if !fits {
            return Err(Refusal::parameter("Invalid tier prices"));
        }
        if quantity > 0 {
            last = (quantity, price);
        }
    }
    lot.tiers = tiers;
    Ok(())
}

/// A whole number: `5`, `"+5"`, `"-3"`, `"5"`.
fn whole(value: &Value) -> Result<i64, Refusal> {
    let number = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.strip_prefix('+').unwrap_or(text).parse().ok(),
        _ => None,
    };
    number.ok_or_else(wrong_value)
}

/// Money as number or text.
fn cash(value: &Value) -> Result<Cash, Refusal> {
    super::money(value).ok_or_else(wrong_value)
}

fn flag(value: &Value) -> Result<bool, Refusal> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        _ => Err(wrong_value()),
    }
}

fn used(value: &Value) -> Result<bool, Refusal> {
    Ok(letter(value, "NU")? == 'U')
}

fn stock_room_name(value: &Value) -> Result<char, Refusal> {
    letter(value, "ABC")
}

fn letter(value: &Value, known: &str) -> Result<char, Refusal> {
    let text = value.as_str().unwrap_or("");
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) if known.contains(letter) => Ok(letter),
        _ => Err(wrong_value()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_take_and_leave_out() {
        assert!(listed(None, "PART"));
        assert!(listed(Some("part,set"), "SET"));
        assert!(!listed(Some("part,set"), "GEAR"));
        assert!(listed(Some("-gear"), "SET"));
        assert!(!listed(Some("-gear"), "GEAR"));
        assert!(!listed(Some("Y,-S"), "S"));
    }

    #[test]
    fn quantities_come_in_three_spellings() {
        for (text, number) in [("\"+5\"", 5), ("\"-3\"", -3), ("5", 5), ("\"5\"", 5)] {
            let value: Value = serde_json::from_str(text).expect("JSON");
            assert_eq!(whole(&value), Ok(number), "{text}");
        }
        assert_eq!(whole(&Value::Bool(true)), Err(wrong_value()));
        let tiny: Value = serde_json::from_str("1.5").expect("JSON");
        assert_eq!(whole(&tiny), Err(wrong_value()));
    }
}
