//! From the program's types to bodies that BrickLink takes: pure, and without a key too many, as bodies
//! are refused for one.

use serde_json::{Map, Value, json};

use crate::domain::market::{Listing, ListingChange, NewListing, OrderChange};
use crate::domain::{ColorId, ItemKind, Tier, Timestamp};

use super::mapping::{completeness_letter, kind_word, moment_word};

/// The body that makes a lot.
pub fn new_lot_body(new: &NewListing) -> Value {
    let rest = &new.rest;
    let room = rest.stockroom.flatten();
    let mut body = Map::new();
    body.insert(
        "item".into(),
        json!({"no": new.item.no, "type": kind_word(new.item.kind)}),
    );
    body.insert(
        "color_id".into(),
        json!(color_for(new.item.kind, new.color).0),
    );
    body.insert("quantity".into(), json!(new.quantity));
    body.insert("unit_price".into(), json!(new.price.to_string()));
    body.insert(
        "new_or_used".into(),
        json!(new.condition.letter().to_string()),
    );
    if let Some(completeness) = new.completeness.filter(|_| new.item.kind == ItemKind::Set) {
        body.insert(
            "completeness".into(),
            json!(completeness_letter(completeness)),
        );
    }
    body.insert(
        "description".into(),
        json!(rest.notes.clone().unwrap_or_default()),
    );
    body.insert("is_retain".into(), json!(rest.retain.unwrap_or_default()));
    body.insert("is_stock_room".into(), json!(room.is_some()));
    if let Some(room) = room {
        body.insert("stock_room_id".into(), json!(room.to_string()));
    }
    put_rest(&mut body, rest);
    Value::Object(body)
}

/// The body that changes a lot. `notes`: its public note from now on, as the service wants one with
/// every change.
///
/// # Errors
/// What this service cannot do, as a sentence.
pub fn change_body(change: &ListingChange, notes: &str) -> Result<Value, String> {
    if change.quantity_to.is_some() {
        return Err(
            "BrickLink takes only differences of quantities; say how many pieces more or fewer."
                .into(),
        );
    }
    if change.condition.is_some() {
        return Err(
            "BrickLink does not change the condition of a lot; remove it and make a new one."
                .into(),
        );
    }
    let mut body = Map::new();
    body.insert("description".into(), json!(notes));
    if let Some(by) = change.quantity_by.filter(|by| *by != 0) {
        body.insert("quantity".into(), json!(format!("{by:+}")));
    }
    if let Some(price) = change.price {
        body.insert("unit_price".into(), json!(price.to_string()));
    }
    if let Some(retain) = change.retain {
        body.insert("is_retain".into(), json!(retain));
    }
    match change.stockroom {
        None => {}
        Some(None) => {
            body.insert("is_stock_room".into(), json!(false));
        }
        Some(Some(room)) => {
            body.insert("is_stock_room".into(), json!(true));
            body.insert("stock_room_id".into(), json!(room.to_string()));
        }
    }
    put_rest(&mut body, change);
    Ok(Value::Object(body))
}

fn put_rest(body: &mut Map<String, Value>, rest: &ListingChange) {
    if let Some(remarks) = &rest.remarks {
        body.insert("remarks".into(), json!(remarks));
    }
    if let Some(bulk) = rest.bulk {
        body.insert("bulk".into(), json!(bulk.max(1)));
    }
    if let Some(cost) = rest.cost {
        body.insert("my_cost".into(), json!(cost.to_string()));
    }
    if let Some(sale) = rest.sale {
        body.insert("sale_rate".into(), json!(sale));
    }
    // All six or none.
    if let Some(tiers) = &rest.tiers {
        for at in 0..3 {
            let tier = tiers.get(at).copied().unwrap_or_default();
            body.insert(format!("tier_quantity{}", at + 1), json!(tier.quantity));
            body.insert(
                format!("tier_price{}", at + 1),
                json!(tier.price.to_string()),
            );
        }
    }
}

/// Only parts and gear have colours there.
pub fn color_for(kind: ItemKind, color: ColorId) -> ColorId {
    match kind {
        ItemKind::Part | ItemKind::Gear => color,
        _ => ColorId(0),
    }
}

/// Whether a lot that was found may be the one that was asked to be made at `sent`, when the answer
/// was lost. Days only were kept for some lots, so the day counts.
pub fn is_this(new: &NewListing, lot: &Listing, sent: Timestamp) -> bool {
    let rest = &new.rest;
    let same = |text: &Option<String>, there: &str| {
        let text = crate::domain::text::clean_lines(text.as_deref().unwrap_or_default());
        text == crate::domain::text::clean_lines(there)
    };
    let tiers: Vec<Tier> = rest
        .tiers
        .iter()
        .flatten()
        .filter(|tier| tier.quantity > 0)
        .copied()
        .collect();
    lot.item.as_ref().is_some_and(|item| item.same(&new.item))
        && lot.color == Some(color_for(new.item.kind, new.color))
        && lot.condition == new.condition
        && (new.item.kind != ItemKind::Set || lot.completeness == new.completeness)
        && lot.price == new.price
        && lot.tiers == tiers
        && same(&rest.remarks, &lot.remarks)
        && same(&rest.notes, &lot.notes)
        && lot.stockroom == rest.stockroom.flatten().is_some()
        && lot
            .created
            .is_none_or(|created| created.micros() + crate::domain::time::DAY > sent.micros())
}

/// The body that changes an order; `None`: nothing is changed.
pub fn order_body(change: &OrderChange) -> Option<Value> {
    let mut body = Map::new();
    let mut shipping = Map::new();
    let mut cost = Map::new();
    if let Some(tracking) = &change.tracking {
        shipping.insert("tracking_no".into(), json!(tracking));
    }
    if let Some(link) = &change.tracking_link {
        shipping.insert("tracking_link".into(), json!(link));
    }
    if let Some(shipped) = change.shipped {
        shipping.insert("date_shipped".into(), json!(moment_word(shipped)));
    }
    if let Some(method) = change.ship_method {
        shipping.insert("method_id".into(), json!(method));
    }
    for (name, amount) in [
        ("shipping", change.shipping),
        ("insurance", change.insurance),
        ("etc1", change.extra),
        ("credit", change.credit),
    ] {
        if let Some(amount) = amount {
            cost.insert(name.into(), json!(amount.to_string()));
        }
    }
    if !shipping.is_empty() {
        body.insert("shipping".into(), Value::Object(shipping));
    }
    if !cost.is_empty() {
        body.insert("cost".into(), Value::Object(cost));
    }
    if let Some(note) = &change.seller_note {
        body.insert("remarks".into(), json!(note));
    }
    if let Some(filed) = change.filed {
        body.insert("is_filed".into(), json!(filed));
    }
    (!body.is_empty()).then_some(Value::Object(body))
}
