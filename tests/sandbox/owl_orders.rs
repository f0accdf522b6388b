//! BrickOwl's orders: stock that goes when they are placed, one way through their states.

use serde_json::{Value, json};

use crate::play::{KEPT, PLAIN, Play, TIERED};

/// The error object's text.
#[track_caller]
fn refused(play: &Play, method: &str, path: &str, args: &[(&str, &str)], status: u16) -> String {
    let (code, body) = play.owl(method, path, args);
    assert_eq!(code, status, "{path} {args:?}: {body}");
    body["error"]["status"]
        .as_str()
        .expect("an error")
        .to_owned()
}

#[track_caller]
fn done(play: &Play, path: &str, args: &[(&str, &str)]) {
    let (code, body) = play.owl("POST", path, args);
    assert_eq!(
        (code, &body["status"]),
        (200, &json!("success")),
        "{path} {args:?}: {body}"
    );
}

fn lot(play: &Play, id: i64) -> Value {
    let id = id.to_string();
    let (_, list) = play.owl(
        "GET",
        "inventory/list",
        &[("lot_id", &id), ("active_only", "0")],
    );
    list.get(0).cloned().unwrap_or(Value::Null)
}

#[test]
fn orders_take_their_pieces_and_go_one_way() {
    let play = Play::new();
    let lots = (play.owl_lot(PLAIN), play.owl_lot(KEPT));
    let order = play.bought("brickowl", &[(lots.0, 4), (lots.1, 5)]);
    let id = order.to_string();
    assert_eq!(lot(&play, lots.0)["qty"], "6");
    assert_eq!(lot(&play, lots.1)["qty"], "0", "an empty lot stays");
    let items = play.owl("GET", "order/items", &[("order_id", &id)]).1;
    assert_eq!(
        (
            &items[0]["ordered_quantity"],
            &items[0]["remaining_quantity"]
        ),
        (&json!("4"), &json!("6"))
    );
    assert_eq!(
        (
            &items[0]["bl_lot_id"],
            &items[0]["external_lot_ids"]["other"]
        ),
        (&json!("101"), &json!("101"))
    );
    assert_eq!(
        (&items[0]["personal_note"], &items[0]["color_id"]),
        (&json!("A-12"), &json!("81"))
    );
    assert_eq!(items[0]["name"], "LEGO Red Brick 2 x 4 (3001)");
    assert!(
        items[0]["image_small"]
            .as_str()
            .is_some_and(|url| url.starts_with("//img.brickowl.com/"))
    );
    let header = play.owl("GET", "order/list", &[]).1[0].take();
    assert_eq!(
        (&header["order_date"], &header["total_lots"]),
        (&json!("1700000000"), &json!("2"))
    );
    assert!(header.get("updated_time").is_none());
    let view = play.owl("GET", "order/view", &[("order_id", &id)]).1;
    assert_eq!(
        (&view["processed_time"], &view["iso_processed_time"]),
        (&Value::Null, &json!("1970-01-01T01:00:00+01:00"))
    );
    assert!(view["affiliate_fee"].is_number());
}

#[test]
fn states_go_one_way_and_move_no_stock() {
    let play = Play::new();
    let lots = (play.owl_lot(PLAIN), play.owl_lot(KEPT));
    let order = play.bought("brickowl", &[(lots.0, 4), (lots.1, 5)]);
    let id = order.to_string();
    let set = |status: &str| {
        play.owl(
            "POST",
            "order/set_status",
            &[("order_id", &id), ("status_id", status)],
        )
        .0
    };
    assert_eq!(
        (set("3"), set("3"), set("2"), set("0"), set("8"), set("9")),
        (200, 400, 400, 400, 400, 400)
    );
    assert_eq!(
        (set("7"), set("3"), set("5"), set("6"), set("7")),
        (200, 200, 200, 200, 400)
    );
    assert_eq!(lot(&play, lots.0)["qty"], "6", "states move no stock");
    done(
        &play,
        "order/tracking",
        &[("order_id", &id), ("tracking_id", "RR1")],
    );
    done(
        &play,
        "order/note",
        &[("order_id", &id), ("note", "fragile")],
    );
    done(
        &play,
        "order/feedback",
        &[("order_id", &id), ("rating", "-1"), ("comment", "x")],
    );
    let long = "x".repeat(121);
    refused(
        &play,
        "POST",
        "order/feedback",
        &[("order_id", &id), ("rating", "1"), ("comment", &long)],
        400,
    );
    refused(
        &play,
        "POST",
        "order/feedback",
        &[("order_id", &id), ("rating", "2"), ("comment", "x")],
        400,
    );
    let view = play.owl("GET", "order/view", &[("order_id", &id)]).1;
    assert_eq!(
        (&view["tracking_number"], &view["seller_note"]),
        (&json!("RR1"), &json!("fragile"))
    );
    play.mock(
        "POST",
        &format!("/brickowl/orders/{id}/refund"),
        &json!({"lot": lots.0, "quantity": 2}),
    );
    let items = play.owl("GET", "order/items", &[("order_id", &id)]).1;
    assert_eq!(items[0]["refunded_quantity"], "2");
    play.mock(
        "POST",
        &format!("/brickowl/orders/{id}/cancel"),
        &json!({"restock": true}),
    );
    assert_eq!(
        play.owl("GET", "order/view", &[("order_id", &id)]).1["status"],
        "Cancelled"
    );
    assert_eq!(lot(&play, lots.0)["qty"], "10");
    assert_eq!(
        refused(&play, "GET", "order/view", &[("order_id", "5")], 404),
        "Order not found"
    );
}

#[test]
fn orders_are_listed_by_time_of_making_or_change() {
    let play = Play::new();
    let number = play.owl_lot(TIERED);
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(play.bought("brickowl", &[(number, 1)]).to_string());
        play.clock.advance(10_000_000);
    }
    done(
        &play,
        "order/note",
        &[("order_id", &made[0]), ("note", "x")],
    );
    let ids = |args: &[(&str, &str)]| -> Vec<String> {
        let list = play.owl("GET", "order/list", args).1;
        list.as_array()
            .expect("a list")
            .iter()
            .filter_map(|o| o["order_id"].as_str().map(str::to_owned))
            .collect()
    };
    assert_eq!(
        ids(&[]),
        [made[2].clone(), made[1].clone(), made[0].clone()]
    );
    assert_eq!(
        ids(&[("sort_by", "updated"), ("limit", "1")]),
        [made[0].clone()]
    );
    assert_eq!(
        ids(&[("order_time", "1700000010")]),
        [made[2].clone(), made[1].clone()]
    );
    assert_eq!(ids(&[("list_type", "customer")]), Vec::<String>::new());
    play.mock(
        "POST",
        &format!("/brickowl/orders/{}/status", made[1]),
        &json!({"status_id": 4}),
    );
    assert_eq!(ids(&[("status", "processed")]), [made[1].clone()]);
    assert_eq!(ids(&[("status", "4")]), [made[1].clone()]);
    play.mock(
        "POST",
        &format!("/brickowl/orders/{}/status", made[1]),
        &json!({"status_id": 9}),
    );
    let odd = play.owl("GET", "order/view", &[("order_id", &made[1])]).1;
    assert_eq!(
        (&odd["status_id"], &odd["status"]),
        (&json!("9"), &json!("Under Review"))
    );
}

#[test]
fn a_hint_about_a_new_order_goes_to_the_address_that_was_named() {
    let play = Play::new();
    done(&play, "order/notify", &[("ip", "127.0.0.1")]);
    let order = play.bought("brickowl", &[(play.owl_lot(TIERED), 1)]);
    assert_eq!(
        play.sandbox.take_pushes(),
        [(
            format!("http://127.0.0.1:42500/brick_owl_order_notify?order_id={order}&store_id=907"),
            String::new()
        )]
    );
    done(&play, "order/notify", &[("ip", "")]);
    play.bought("brickowl", &[(play.owl_lot(TIERED), 1)]);
    assert_eq!(play.sandbox.take_pushes(), []);
}
