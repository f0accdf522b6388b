//! A lot is the same lot however its answer is spelt, and comes back as it was sent.

use brickops::domain::market::{Listing, NewListing};
use brickops::domain::{ColorId, Completeness, Condition, ItemKey, ItemKind, Money, Tier};
use brickops::market::bricklink::{new_lot_body, read_inventory};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::verbs::{LOT, new_lot};

fn read(lot: &Value) -> Result<Listing, String> {
    let answer = json!({"meta": {"code": 200}, "data": [lot]}).to_string();
    read_inventory(answer.as_bytes()).map(|mut lots| lots.remove(0))
}

/// A value as another server would spell it.
fn respelt(value: &Value, how: u8) -> Value {
    match (value, how % 3) {
        (Value::Number(number), 1) => json!(number.to_string()),
        (Value::Number(number), 2) => json!(format!(" {number} ")),
        (Value::Bool(yes), 1) => json!(yes.to_string()),
        (Value::Bool(yes), 2) => json!(u8::from(*yes)),
        (Value::String(text), 1) => match text.parse::<f64>() {
            // Amounts become numbers.
            Ok(_) if text.contains('.') && Money::parse(text).is_some() => {
                serde_json::from_str(text).expect("a number")
            }
            _ => value.clone(),
        },
        _ => value.clone(),
    }
}

/// As the service escapes texts.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' | '(' | ')' => {
                out.push_str("&#");
                out.push_str(&u32::from(c).to_string());
                out.push(';');
            }
            c => out.push(c),
        }
    }
    out
}

/// Texts that stay the same when tidied; what looks like an entity would be decoded once too often.
fn note() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9äé '()<>/~:,.-]{0,40}".prop_map(|text| brickops::domain::text::clean_lines(&text))
}

fn lot() -> impl Strategy<Value = NewListing> {
    let item = (0..ItemKind::ALL.len(), "[a-z0-9]{1,12}(-[1-9])?");
    let tiers = proptest::collection::vec((1_u32..1_000, 0_i64..99_999), 0..=3);
    (
        item,
        any::<u16>(),
        any::<(bool, bool, bool)>(),
        (1_u32..9_999_999, 0_i64..999_999_999, 0_i64..999_999_999),
        (note(), note()),
        (1_u32..100, -99_i8..=99),
        proptest::option::of(prop_oneof![Just('A'), Just('B'), Just('C')]),
        tiers,
    )
        .prop_map(
            |(
                (kind, no),
                color,
                (used, retain, sealed),
                (quantity, price, cost),
                (notes, remarks),
                (bulk, sale),
                room,
                mut tiers,
            )| {
                let mut new = new_lot();
                let kind = ItemKind::ALL[kind];
                tiers.sort_unstable();
                new.item = ItemKey::new(kind, no);
                new.color = match kind {
                    ItemKind::Part | ItemKind::Gear => ColorId(color),
                    _ => ColorId(0),
                };
                new.condition = if used {
                    Condition::Used
                } else {
                    Condition::New
                };
                new.completeness = (kind == ItemKind::Set).then_some(if sealed {
                    Completeness::Sealed
                } else {
                    Completeness::Incomplete
                });
                new.quantity = quantity;
                new.price = Money::from_raw(price);
                new.rest.cost = Some(Money::from_raw(cost));
                new.rest.notes = Some(notes);
                new.rest.remarks = Some(remarks);
                new.rest.bulk = Some(bulk);
                new.rest.sale = Some(sale);
                new.rest.retain = Some(retain);
                new.rest.stockroom = Some(room);
                new.rest.tiers = Some(
                    tiers
                        .into_iter()
                        .map(|(quantity, price)| Tier {
                            quantity,
                            price: Money::from_raw(price),
                        })
                        .collect(),
                );
                new
            },
        )
}

proptest! {
    #[test]
    fn spelling_changes_nothing(hows in proptest::collection::vec(any::<u8>(), 40), extra in any::<bool>(), old in any::<bool>()) {
        let plain: Value = serde_json::from_str(LOT).expect("a lot");
        let expected = read(&plain).expect("a lot");
        let mut other = plain.clone();
        let fields = other.as_object_mut().expect("an object");
        for (value, how) in fields.values_mut().zip(&hows) {
            *value = respelt(value, *how);
        }
        if old {
            let item = fields["item"].as_object_mut().expect("an item");
            let category = item.remove("category_id").expect("a category");
            item.insert("categoryID".into(), category);
        }
        if extra {
            fields.insert("sold_to_aliens".into(), json!({"deep": [null, {"x": 1}]}));
            fields.insert("categoryID".into(), json!(null));
        }
        prop_assert_eq!(read(&other), Ok(expected));
    }

    #[test]
    fn what_is_missing_is_as_null_and_empty(hows in proptest::collection::vec(0_u8..3, 40)) {
        let optional = ["bind_id", "description", "remarks", "bulk", "is_retain", "is_stock_room", "stock_room_id", "date_created",
            "my_cost", "sale_rate", "tier_quantity1", "tier_price1", "tier_quantity2", "tier_price2", "tier_quantity3", "tier_price3", "my_weight", "completeness"];
        let mut without: Value = serde_json::from_str(LOT).expect("a lot");
        let mut with = without.clone();
        for (name, how) in optional.iter().zip(&hows) {
            without.as_object_mut().expect("an object").remove(*name);
            let fields = with.as_object_mut().expect("an object");
            match how {
                0 => { fields.remove(*name); }
                1 => { fields.insert((*name).into(), Value::Null); }
                _ => { fields.insert((*name).into(), json!("")); }
            }
        }
        let expected = read(&without).expect("a lot");
        prop_assert_eq!(&expected.bulk, &1);
        prop_assert_eq!(read(&with), Ok(expected));
    }

    #[test]
    fn notes_survive_escaping_once_and_twice(text in note()) {
        for spelt in [escaped(&text), escaped(&escaped(&text))] {
            let mut lot: Value = serde_json::from_str(LOT).expect("a lot");
            lot["description"] = json!(spelt.replace('\n', "\r\n"));
            prop_assert_eq!(read(&lot).map(|lot| lot.notes), Ok(text.clone()));
        }
    }

    #[test]
    fn a_lot_comes_back_as_it_was_sent(new in lot()) {
        let mut body = new_lot_body(&new);
        // What the service adds.
        body["inventory_id"] = json!(1);
        let lot = read(&body).expect("a lot");
        prop_assert_eq!(lot.item.as_ref(), Some(&new.item));
        prop_assert_eq!(lot.color, Some(new.color));
        prop_assert_eq!(lot.condition, new.condition);
        prop_assert_eq!(lot.completeness, new.completeness);
        prop_assert_eq!((lot.quantity, lot.price), (new.quantity, new.price));
        prop_assert_eq!(Some(lot.cost), new.rest.cost);
        prop_assert_eq!(Some(&lot.notes), new.rest.notes.as_ref());
        prop_assert_eq!(Some(&lot.remarks), new.rest.remarks.as_ref());
        prop_assert_eq!((Some(lot.bulk), Some(lot.sale), Some(lot.retain)), (new.rest.bulk, new.rest.sale, new.rest.retain));
        prop_assert_eq!(Some(lot.stockroom_id), new.rest.stockroom);
        prop_assert_eq!(lot.stockroom, lot.stockroom_id.is_some());
        prop_assert_eq!(Some(&lot.tiers), new.rest.tiers.as_ref());
        // And it is found again after a lost answer.
        prop_assert!(brickops::market::bricklink::is_this(&new, &lot, brickops::domain::Timestamp::default()));
    }

    #[test]
    fn rubbish_is_refused_and_breaks_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in any::<prop::sample::Index>()) {
        prop_assert!(read_inventory(&bytes).is_err());
        let whole = format!(r#"{{"meta":{{"code":200}},"data":[{LOT}]}}"#);
        let cut = &whole.as_bytes()[..at.index(whole.len())];
        prop_assert!(read_inventory(cut).is_err());
    }
}

#[test]
fn a_lot_that_makes_no_sense_is_not_left_out() {
    for (from, to) in [
        ("\"quantity\":22", "\"quantity\":-1"),
        ("\"quantity\":22", "\"quantity\":\"many\""),
        ("\"quantity\":22", "\"quantity\":null"),
        ("\"unit_price\":\"0.0150\"", "\"unit_price\":\"cheap\""),
        ("\"unit_price\":\"0.0150\"", "\"unit_price\":\"\""),
        ("\"new_or_used\":\"U\"", "\"new_or_used\":\"?\""),
        ("\"inventory_id\":77", "\"inventory_id\":null"),
    ] {
        let broken = LOT.replace(from, to);
        assert_ne!(broken, LOT, "{from}");
        let answer = format!(r#"{{"data":[{LOT},{broken}]}}"#);
        assert!(read_inventory(answer.as_bytes()).is_err(), "{to}");
    }
    // One of a kind that is new to this program is a lot all the same.
    let new = LOT.replace("\"type\":\"PART\"", "\"type\":\"HOLOGRAM\"");
    let lots = read_inventory(format!(r#"{{"data":[{new}]}}"#).as_bytes()).expect("lots");
    assert_eq!(lots[0].item, None);
}
