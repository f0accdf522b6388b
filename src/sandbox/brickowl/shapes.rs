//! How BrickOwl prints things: nearly every number as text, `[]` for an empty map, nulls.

use super::inventory::{Lot, condition_text};
use super::orders::{Line, Order, STATES};
use super::{Refusal, Switches};
use crate::sandbox::json::{Json, map};
use crate::sandbox::text::{cash2, cash3, grams, iso_london};
use crate::sandbox::world::{Goods, PEOPLE, Thing};

/// The store's number.
pub const STORE: &str = "907";

/// Number of an item in a colour.
pub fn boid(base: u32, color: u16) -> String {
    if color == 0 {
        base.to_string()
    } else {
        format!("{base}-{color}")
    }
}

/// Item and colour of a number.
pub fn read_boid(text: &str) -> Result<(u32, Option<u16>), Refusal> {
    let wrong = || Refusal::wrong(format!("Invalid BOID - {text}"));
    let (base, color) = match text.trim().split_once('-') {
        Some((base, color)) => (base, Some(color.parse().map_err(|_| wrong())?)),
        None => (text.trim(), None),
    };
    Ok((base.parse().map_err(|_| wrong())?, color))
}

fn seconds(micros: i64) -> String {
    micros.div_euclid(1_000_000).to_string()
}

/// Other numbers of an item, some of them twice.
pub fn ids(thing: Option<&Thing>, boid: &str) -> Json {
    let id = |id: &str, kind: &str| map! { "id" => id, "type" => kind };
    let mut list = Vec::new();
    if let Some(thing) = thing {
        let design = thing
            .key
            .no
            .trim_end_matches(|c: char| c.is_ascii_lowercase());
        list.push(id(design, "design_id"));
        list.push(id(design, "design_id"));
        for (element, _) in thing.elements.iter().take(2) {
            list.push(id(element, "item_no"));
            list.push(id(element, "item_no"));
        }
        list.push(id(&thing.key.no, "ldraw"));
        list.push(id(&thing.key.no, "bl_item_no"));
    }
    list.push(id(boid, "boid"));
    list.into()
}

/// The shop's own number; PHP prints an empty map as a list.
fn external(id: Option<&String>) -> Json {
    match id {
        Some(id) => map! { "other" => id },
        None => Vec::new().into(),
    }
}

/// A lot.
pub fn lot(lot: &Lot, goods: &Goods) -> Json {
    let found = goods.by_boid(lot.base).map(|(_, thing)| thing);
    let slug = slug(found.map_or("item", |thing| &thing.name));
    let tiers = if lot.tiers.is_empty() {
        Json::Null
    } else {
        let tiers = lot.tiers.iter();
        let pairs: Vec<Json> = tiers
            .map(|(from, price)| vec![from.to_string().into(), cash3(*price).into()].into())
            .collect();
        pairs.into()
    };
    map! {
        "con" => lot.condition.as_str(),
        "full_con" => (lot.id % 7 != 0).then_some(lot.condition.as_str()),
        "qty" => lot.quantity.to_string(),
        "lot_id" => lot.id.to_string(),
        "price" => cash3(lot.reduced()),
        "base_price" => cash3(lot.price),
        "final_price" => cash3(lot.reduced()),
        "url" => format!("http://example.brickowl.com/store/lego-{slug}"),
        "owl_id" => lot.base.to_string(),
        "public_note" => lot.public_note.as_ref(),
        "personal_note" => lot.personal_note.as_ref(),
        "sale_percent" => lot.sale.to_string(),
        "bulk_qty" => lot.bulk.to_string(),
        "for_sale" => if lot.for_sale { "1" } else { "0" },
        "tier_price" => tiers,
        "my_cost" => lot.cost.map(cash3),
        "lot_weight" => lot.weight.as_ref(),
        "reserve_uid" => Json::Null,
        "boid" => lot.boid(),
        "external_lot_ids" => external(lot.external.as_ref()),
        "type" => found.and_then(super::catalog::kind).unwrap_or("Part"),
        "ids" => ids(found, &lot.boid()),
    }
}

fn slug(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

/// A line of an order.
pub fn line(line: &Line, goods: &Goods) -> Json {
    let found = goods.by_boid(line.base).map(|(_, thing)| thing);
    let link_color = goods.from_owl_color(line.color).unwrap_or(0);
    let color_name = goods.hue_name(link_color);
    let name = found.map_or("", |thing| &thing.name);
    let boid = boid(line.base, line.color);
    let new = line.condition == "new";
    let numeric = line
        .external
        .as_ref()
        .filter(|id| id.bytes().all(|b| b.is_ascii_digit()));
    map! {
        "image_small" => format!("//img.brickowl.com/files/image_cache/small/{}-{boid}.png", slug(name)),
        "condition" => if new { "New" } else { condition_text(&line.condition) },
        "full_con" => line.condition.as_str(),
        "name" => format!("LEGO {color_name} {name} ({})", line.key.no),
        "type" => found.and_then(super::catalog::kind).unwrap_or("Part"),
        "boid" => boid.as_str(),
        "personal_note" => line.personal_note.as_ref(),
        "bl_lot_id" => numeric,
        "external_lot_ids" => external(line.external.as_ref()),
        "remaining_quantity" => line.left.to_string(),
        "weight" => grams(line.weight, 3),
        "public_note" => line.public_note.as_ref(),
        "ordered_quantity" => line.quantity.to_string(),
        "refunded_quantity" => line.refunded.to_string(),
        "order_item_id" => line.id.to_string(),
        "base_price" => cash3(line.price),
        "color_name" => color_name,
        "color_id" => line.color.to_string(),
        "lot_id" => line.lot.to_string(),
        "ids" => ids(found, &boid),
    }
}

/// The name of a state; one that nobody knows has a name too.
fn state(status: u8) -> &'static str {
    STATES
        .get(usize::from(status))
        .copied()
        .unwrap_or("Under Review")
}

/// An order in a list.
pub fn header(order: &Order) -> Json {
    map! {
        "order_id" => order.id.to_string(),
        "order_date" => seconds(order.at),
        "total_quantity" => order.pieces().to_string(),
        "total_lots" => order.lines.len().to_string(),
        "base_order_total" => cash2(order.subtotal() + order.shipping),
        "status" => state(order.status),
        "status_id" => order.status.to_string(),
    }
}

/// A whole order.
pub fn order(order: &Order) -> Json {
    let person = &PEOPLE[order.person % PEOPLE.len()];
    let sub = order.subtotal();
    let total = sub + order.shipping;
    let fee = Json::Number(crate::sandbox::text::cash(sub / 40));
    let full = format!("{} {}", person.first, person.last);
    let mut json = map! {
        "order_id" => order.id.to_string(),
        "order_time" => seconds(order.at),
        "processed_time" => order.processed.map(seconds),
        "iso_order_time" => iso_london(order.at),
        "iso_processed_time" => iso_london(order.processed.unwrap_or(0)),
        "updated_time" => iso_london(order.updated),
        "store_id" => STORE,
        "ship_method_name" => "Royal Sample, Large Letter",
        "ship_method_id" => "11",
        "status" => state(order.status),
        "status_id" => order.status.to_string(),
        "weight" => grams(order.weight(), 3),
        "ship_total" => cash2(order.shipping),
        "buyer_note" => order.buyer_note.as_str(),
        "total_quantity" => order.pieces().to_string(),
        "total_lots" => order.lines.len().to_string(),
        "base_currency" => "EUR",
        "payment_method_type" => "paypal_standard",
        "payment_currency" => "EUR",
        "payment_total" => cash2(total),
        "base_order_total" => cash2(total),
        "sub_total" => cash2(sub),
        "coupon_discount" => "0.00",
        "payment_method_note" => "",
        "payment_transaction_id" => format!("TXN{:014}", order.id),
        "tax_rate" => if order.id % 2 == 0 { Json::Int(0) } else { "0.00".into() },
        "tax_amount" => "0.00",
        "tax_scheme_id" => Json::Null,
        "my_cost_total" => "0.00",
        "tracking_number" => order.tracking.as_ref(),
        "tracking_advice" => "",
        "buyer_name" => full.as_str(),
        "customer_username" => person.user,
        "customer_user_id" => (order.person + 1).to_string(),
        "customer_email" => format!("c{}@message.brickowl.com.example", order.person + 1),
        "combine_with" => Json::Null,
        "refund_shipping" => "0.00",
        "refund_adjustment" => "0.00",
        "refund_subtotal" => cash2(order.refund),
        "refund_total" => cash2(order.refund),
        "refund_note" => Json::Null,
        "affiliate_fee" => fee.clone(),
        "brickowl_fee" => fee,
        "seller_note" => order.note.as_ref(),
        "message_count" => "0",
        "customer_feedback_left" => "0",
        "store_feedback_left" => if order.rated { "1" } else { "0" },
    };
    for side in ["ship", "billing"] {
        for (name, value) in [
            ("first_name", person.first),
            ("last_name", person.last),
            ("street_1", person.street),
            ("street_2", ""),
            ("city", person.city),
            ("region", person.region),
            ("post_code", person.post),
            ("country_code", person.country),
            ("country", person.country_name),
            ("phone", ""),
            ("tax", ""),
        ] {
            json.put(format!("{side}_{name}"), value);
        }
    }
    json
}

/// Who the key belongs to.
pub fn user(switches: &Switches, changed: i64) -> Json {
    let mut json =
        map! { "username" => "brickseller", "uid" => "1", "has_store" => !switches.no_store };
    if !switches.no_store {
        json.put(
            "store_details",
            map! {
                "store_id" => STORE,
                "name" => "Brick Seller Shop",
                "slogan" => "",
                "base_currency" => "EUR",
                "country" => "DE",
                "url" => "http://example.brickowl.com",
                "last_inventory_update" => seconds(changed),
                "feedback_count" => "12",
                "minimum_order" => "5.00",
                "minimum_lot_average" => "0.00",
                "open" => true,
                "square_logo_16" => "//img.brickowl.com/16.png",
                "square_logo_24" => "//img.brickowl.com/24.png",
            },
        );
    }
    json
}
