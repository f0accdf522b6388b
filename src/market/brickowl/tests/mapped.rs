//! Wire and program, both ways: odd shapes, and properties that hold for every value.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::market::Listing;
use crate::domain::{Completeness, LotId};

fn lots(body: &Value) -> crate::market::attempt::Outside<Page<Listing>> {
    let text = body.to_string();
    client(move |_| says(200, text.clone()))
        .0
        .lots(Purpose::Orders, false)
}

fn row() -> Value {
    json!({
        "lot_id": "9", "boid": "487300-38", "type": "Part", "con": "used", "full_con": "usedn",
        "qty": "3", "base_price": "0.100", "price": "0.080", "sale_percent": "20", "bulk_qty": "1",
        "for_sale": "1", "tier_price": [["200", "0.040"], ["100", "0.050"]], "public_note": "a &amp;amp; b\r\nc",
        "personal_note": "A1\u{a0}", "external_lot_ids": {"other": "17"},
        "ids": [{"id": "3069b", "type": "bl_item_no"}, {"id": "3069B", "type": "bl_item_no"}],
        "a_key_of_tomorrow": {"x": [1, 2]}
    })
}

fn one(row: &Value) -> Listing {
    let mut page = lots(&json!([row])).expect("a list");
    assert_eq!(page.unread, Vec::<String>::new());
    page.rows.remove(0)
}

#[test]
fn a_lot_is_read_to_its_last_field() {
    let lot = one(&row());
    assert_eq!(
        lot.price,
        Money::from_raw(1_000),
        "the price that was set, not the one on sale"
    );
    assert_eq!((lot.sale, lot.grade), (20, Some(Grade::LikeNew)));
    assert_eq!(
        (lot.notes.as_str(), lot.remarks.as_str()),
        ("a & b\nc", "A1")
    );
    let quantities: Vec<u32> = lot.tiers.iter().map(|tier| tier.quantity).collect();
    assert_eq!(quantities, [100, 200], "ascending");
    assert_eq!(lot.item, Some(ItemKey::part("3069b")));
    assert_eq!(lot.external.as_deref(), Some("17"));
}

/// A change of the wire, and what becomes of the lot.
#[test]
fn odd_shapes() {
    let with = |field: &str, value: Value| {
        let mut row = row();
        row[field] = value;
        one(&row)
    };
    let plain = one(&row());
    for (field, value) in [
        ("qty", json!(3)),
        ("qty", json!(3.0)),
        ("base_price", json!(0.1)),
        ("base_price", json!("0.10000000000000000555")),
        ("lot_id", json!(9)),
        ("for_sale", json!(1)),
        ("for_sale", json!(true)),
        ("for_sale", json!(null)),
        ("bulk_qty", json!(null)),
        ("bulk_qty", json!("0")),
        ("sale_percent", json!(20)),
        ("my_cost", json!(null)),
        ("my_cost", json!([])),
        ("con", json!(null)),
        ("tier_price", json!([[100, 0.05], [200, 0.04]])),
        (
            "tier_price",
            json!([{"quantity": 100, "price": "0.05"}, {"quantity": "200", "price": 0.04}]),
        ),
    ] {
        assert_eq!(with(field, value.clone()), plain, "{field}: {value}");
    }
    for nothing in [
        json!(null),
        json!([]),
        json!(""),
        json!({}),
        json!(0),
        json!(false),
    ] {
        assert_eq!(
            with("external_lot_ids", nothing.clone()).external,
            None,
            "{nothing}"
        );
        assert_eq!(with("tier_price", nothing.clone()).tiers, [], "{nothing}");
        assert_eq!(with("ids", nothing.clone()).item, None, "{nothing}");
    }
    assert_eq!(
        with("base_price", json!(null)).price,
        Money::from_raw(800),
        "old answers"
    );
    assert!(with("for_sale", json!("0")).stockroom);
    assert_eq!(with("qty", json!("-2")).quantity, 0, "sold below nothing");
    assert_eq!(
        with("boid", json!("487300-9999")).color,
        None,
        "a colour of tomorrow"
    );
    assert_eq!(
        with("boid", json!("487300")).color,
        None,
        "a part without its colour"
    );
    assert_eq!(
        with("type", json!("Minibuild")).item,
        None,
        "part or figure"
    );
    let two = json!([{"id": "1", "type": "bl_item_no"}, {"id": "2", "type": "bl_item_no"}]);
    assert_eq!(with("ids", two).item, None, "two numbers are none");
    assert_eq!(with("full_con", json!("usedx")).condition, Condition::Used);
    assert_eq!(
        with("full_con", json!(null)).grade,
        None,
        "the rough code decides"
    );
}

#[test]
fn a_row_that_cannot_be_read_is_told_of() {
    let bad = |field: &str, value: Value| {
        let mut row = row();
        row[field] = value;
        row
    };
    let page = lots(&json!([
        row(),
        null,
        7,
        bad("lot_id", json!(null)),
        bad("qty", json!("many")),
        bad("qty", json!(null)),
        bad("base_price", json!("cheap")),
        bad("full_con", json!("fine")),
    ]));
    let page = page.expect("a list");
    assert_eq!(page.rows.len(), 2, "the rough code still says used");
    assert_eq!(page.unread.len(), 6);
    assert!(page.unread[3].contains("lot 9"), "{:?}", page.unread);
    for body in [json!({}), json!([null]), json!({"0": row()})] {
        let failed = lots(&body).expect_err("not one row");
        assert_eq!(failed.class, Class::Garbled, "{body}");
    }
    assert_eq!(lots(&json!([])).expect("an empty shop").rows, []);
    assert_eq!(lots(&row()).expect("a bare row").rows.len(), 1);
    for body in [json!(null), json!("x"), json!(3)] {
        assert_eq!(lots(&body).expect_err("no list").class, Class::Garbled);
    }
}

#[test]
fn an_order_survives_nulls_and_bare_objects() {
    let item = json!({
        "order_item_id": "1", "lot_id": null, "boid": "487300-38", "type": "Part", "name": "LEGO Tile",
        "condition": "Used (Good)", "ordered_quantity": 2, "base_price": "0.104", "external_lot_ids": [],
        "bl_lot_id": null, "color_id": 38, "public_note": null, "ids": {"id": "3069b", "type": "bl_item_no"},
    });
    let view = json!({
        "order_id": 5, "order_time": "1398775922", "status_id": 7, "base_order_total": null,
        "updated_time": "2024-05-01T10:00:00+01:00", "ship_country_code": "uk", "total_lots": null,
        "buyer_note": "Fast &amp; safe", "weight": null, "refund_total": "1.00",
    });
    let ask = |view: Value, item: Value| {
        let (owl, _, _) = client(move |call| {
            let body = if call.endpoint == "GET order/view" {
                &view
            } else {
                &item
            };
            says(200, body.to_string())
        });
        owl.order(Purpose::Orders, "5")
    };
    let order = ask(view.clone(), item.clone()).expect("an order");
    assert_eq!(order.head.status, OrderStatus::Other("On Hold".into()));
    assert_eq!(
        order.head.changed,
        Some(Timestamp::from_seconds(1_714_554_000))
    );
    assert_eq!(
        (order.address.country.as_str(), order.buyer_note.as_str()),
        ("GB", "Fast & safe")
    );
    let line = &order.lines[0];
    assert_eq!(
        (line.lot, line.external.as_deref(), line.left),
        (None, None, None)
    );
    assert_eq!(
        (line.condition, line.item.clone()),
        (Condition::Used, Some(ItemKey::part("3069b")))
    );
    // The order is in the list before its lines can be read.
    let mut full = view.clone();
    full["total_lots"] = json!("2");
    for (view, item, why) in [
        (full, json!([]), "no lines yet"),
        (
            json!({"order_id": "6", "order_time": "1398775922"}),
            item.clone(),
            "another order",
        ),
        (json!({"order_id": "5"}), item.clone(), "order_time"),
        (json!([]), item, "order_id"),
    ] {
        let failed = ask(view, item).expect_err(why);
        assert!(failed.text.contains(why), "{}", failed.text);
        assert_eq!(failed.class, Class::Garbled);
    }
}

#[test]
fn every_state_of_an_order_is_known() {
    for (id, status) in [
        (0, OrderStatus::Pending),
        (1, OrderStatus::Pending),
        (2, OrderStatus::Paid),
        (3, OrderStatus::Processing),
        (4, OrderStatus::Packed),
        (5, OrderStatus::Shipped),
        (6, OrderStatus::Received),
        (7, OrderStatus::Other("On Hold".into())),
        (8, OrderStatus::Cancelled),
    ] {
        let word = crate::market::lenient::Word(id.to_string());
        let read = order_mapping::status(&word, &crate::market::lenient::Word::default());
        assert_eq!(read, status);
        if (2..=7).contains(&id) {
            assert_eq!(order_mapping::status_id(&status), Ok(id));
        }
    }
}

#[test]
fn conditions_follow_the_table() {
    use Completeness::{Complete, Incomplete, Sealed};
    use Condition::{New, Used};
    let write = |kind, condition, completeness, grade| {
        condition::write(kind, (condition, completeness, grade), Grade::Good)
    };
    for (kind, state, completeness, grade, code) in [
        (ItemKind::Part, New, None, None, "new"),
        (ItemKind::Minifigure, New, None, None, "new"),
        (ItemKind::Set, New, Some(Sealed), None, "news"),
        (ItemKind::Set, New, None, None, "news"),
        (ItemKind::Set, New, Some(Complete), None, "newc"),
        (ItemKind::Set, New, Some(Incomplete), None, "newi"),
        (ItemKind::Set, Used, None, None, "usedc"),
        (ItemKind::Set, Used, Some(Complete), None, "usedc"),
        (ItemKind::Set, Used, Some(Incomplete), None, "usedi"),
        (ItemKind::Part, Used, None, None, "usedg"),
        (ItemKind::Part, Used, None, Some(Grade::LikeNew), "usedn"),
        (ItemKind::Part, Used, None, Some(Grade::Acceptable), "useda"),
        (ItemKind::Part, Used, None, Some(Grade::Other), "usedg"),
        (ItemKind::OriginalBox, New, None, None, "usedn"),
        (ItemKind::OriginalBox, Used, None, None, "usedg"),
    ] {
        assert_eq!(
            write(kind, state, completeness, grade),
            code,
            "{kind:?} {state:?}"
        );
    }
    for word in ["", "x", "ne", "üsed"] {
        assert_eq!(condition::read(word), None, "{word}");
    }
    assert_eq!(condition::read("Used (Like New)"), condition::read("usedn"));
}

fn text() -> impl Strategy<Value = String> {
    "[ -~äß€\u{a0}]{0,24}"
}

fn state() -> impl Strategy<Value = condition::State> {
    let grade = prop::option::of(prop::sample::select(vec![
        Grade::LikeNew,
        Grade::Good,
        Grade::Acceptable,
    ]));
    (any::<bool>(), grade).prop_map(|(new, grade)| {
        if new {
            (Condition::New, None, None)
        } else {
            (Condition::Used, None, Some(grade.unwrap_or(Grade::Good)))
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What is sent comes back: the wire that a service makes of the form is read as what was meant.
    #[test]
    fn a_lot_comes_back_as_it_was_sent(
        state in state(),
        quantity in 1u32..1_000_000,
        price in 5i64..99_999_999,
        notes in text(),
        remarks in text(),
        bulk in 1u32..500,
        sale in -95i8..=95,
        tiers in prop::collection::btree_map(1u32..9_999, 1i64..99_999, 0..=3),
        lot in 1u64..u64::MAX / 2,
    ) {
        let price = Money::from_raw(price / 10 * 10 + 10);
        let tiers: Vec<Tier> = tiers.into_iter()
            .map(|(quantity, raw)| Tier { quantity, price: Money::from_raw(raw * 10) })
            .collect();
        let new = NewListing {
            condition: state.0, completeness: state.1, grade: state.2,
            quantity, price,
            external: LotId(lot).to_string(),
            rest: ListingChange {
                notes: Some(notes.clone()), remarks: Some(remarks.clone()), bulk: Some(bulk),
                sale: Some(sale), tiers: Some(tiers.clone()), stockroom: Some(Some('A')),
                ..ListingChange::default()
            },
            ..brick()
        };
        let colors = ColorMap::default();
        let habits = Habits::default();
        let mut form: std::collections::HashMap<&str, String> =
            mapping::create(&new, &colors, habits).expect("sayable").into_iter().collect();
        if let Some(rest) = mapping::rest(&new) {
            form.extend(mapping::update(&rest, ItemKind::Part, habits).expect("sayable"));
        }
        let get = |name: &str| form.get(name).cloned();
        let tier_wire: Vec<Vec<String>> = get("tier_price").unwrap_or_default().split(',')
            .filter_map(|tier| tier.split_once(':'))
            .map(|(from, price)| vec![from.to_owned(), price.to_owned()])
            .collect();
        let lot = one(&json!({
            "lot_id": lot.to_string(), "type": "Part",
            "boid": format!("{}-{}", form["boid"], form["color_id"]),
            "full_con": form["condition"], "qty": form["quantity"], "base_price": form["price"],
            "sale_percent": get("sale_percent"), "bulk_qty": get("bulk_qty"),
            "for_sale": get("for_sale"), "tier_price": tier_wire,
            "public_note": get("public_note"), "personal_note": get("personal_note"),
            "external_lot_ids": {"other": get("external_id")},
        }));
        let kept = |text: &str| crate::domain::text::clean_lines(text).trim().to_owned();
        prop_assert_eq!((lot.condition, lot.completeness, lot.grade), state);
        prop_assert_eq!((lot.quantity, lot.price, lot.color), (quantity, price, Some(ColorId(11))));
        prop_assert_eq!((lot.notes, lot.remarks), (kept(&notes), kept(&remarks)));
        prop_assert_eq!((lot.bulk, lot.sale, lot.stockroom), (bulk, sale, true));
        prop_assert_eq!(lot.tiers, tiers);
        prop_assert_eq!(lot.external, Some(new.external));
    }

    /// Whatever a service sends, a list is rows, or a failure in a sentence; never a panic.
    #[test]
    fn nothing_breaks_the_reader(body in "[\\[{\"a-z0-9:,}\\] ]{0,60}", status in 100u16..600) {
        let (owl, _, _) = client(move |_| says(status, body.clone()));
        if let Err(failure) = owl.lots(Purpose::Orders, false) {
            prop_assert!(failure.text.ends_with('.'));
            prop_assert_eq!(failure.done, Done::No);
        }
        let _ = owl.set_quantities(Purpose::Stock, &[LotQuantity {
            lot: LotName::Number(1), quantity: Quantity::By(1),
        }]);
        let _ = owl.find(Purpose::Catalogue, &ItemKey::part("1"), "");
        let _ = owl.color_list(Purpose::Catalogue);
        let _ = owl.order(Purpose::Orders, "1");
    }

    /// Three decimals, rounded half up, and never anything but digits and a point.
    #[test]
    fn amounts_are_rounded_like_the_service_does(raw in -9_999_999i64..9_999_999) {
        let text = mapping::three(Money::from_raw(raw));
        let back = Money::parse(&text).expect("an amount").raw();
        prop_assert!((back - raw).abs() <= 5 && back % 10 == 0, "{raw} {text}");
        prop_assert!(back - raw > -5, "a half goes up: {raw} {text}");
    }
}
