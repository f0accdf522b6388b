//! BrickLink's orders: what buyers and the website do, what the seller reads and may change.

use serde_json::{Value, json};

use crate::play::{KEPT, PLAIN, Play, SET, TIERED};

fn quantity(play: &Play, lot: i64) -> i64 {
    play.data(&format!("/inventories/{lot}"))["quantity"]
        .as_i64()
        .expect("a number")
}

#[test]
fn stock_falls_when_somebody_buys_and_lines_remember_lots_that_are_gone() {
    let play = Play::new();
    let order = play.buy(&[(PLAIN, 10), (KEPT, 5), (TIERED, 60)]);
    assert_eq!(
        play.code("GET", &format!("/inventories/{PLAIN}"), None).0,
        404
    );
    assert_eq!((quantity(&play, KEPT), quantity(&play, TIERED)), (0, 240));
    let batches = play.data(&format!("/orders/{order}/items"));
    assert_eq!(
        batches.as_array().map(Vec::len),
        Some(1),
        "a list of batches"
    );
    let lines = batches[0].as_array().expect("a batch");
    assert_eq!(lines[0]["inventory_id"], PLAIN);
    assert_eq!(lines[0]["remarks"], "A-12");
    assert_eq!(lines[0]["weight"], "2.32");
    assert_eq!(
        (&lines[2]["unit_price"], &lines[2]["unit_price_final"]),
        (&json!("0.1000"), &json!("0.0800"))
    );
    let detail = play.data(&format!("/orders/{order}"));
    assert_eq!(
        (&detail["total_count"], &detail["unique_count"]),
        (&json!(75), &json!(3))
    );
    assert_eq!(detail["cost"]["subtotal"], "10.1450");
    assert_eq!(detail["cost"]["final_total"], detail["cost"]["grand_total"]);
    assert!(detail["cost"].get("salesTax_collected_by_BL").is_some());
    assert!(detail.get("salesTax_collected_by_bl").is_some());
    let summary = &play.data("/orders")[0];
    assert!(summary.get("total_weight").is_none() && summary.get("shipping").is_none());
}

#[test]
fn a_batch_begins_the_order_again() {
    let play = Play::new();
    let order = play.buy(&[(TIERED, 1)]);
    let path = format!("/orders/{order}");
    play.mock(
        "POST",
        &format!("/bricklink/orders/{order}/status"),
        &json!({"status": "READY"}),
    );
    play.link("POST", &format!("{path}/drive_thru?mail_me=false"), None);
    play.link(
        "PUT",
        &format!("{path}/payment_status"),
        Some(json!({"field": "payment_status", "value": "Received"})),
    );
    let before = play.data(&path);
    assert_eq!(before["payment"]["status"], "Received");
    assert!(before["payment"]["date_paid"].is_string());
    play.clock.advance(60_000_000);
    play.mock(
        "POST",
        &format!("/bricklink/orders/{order}/extend"),
        &json!({"lots": [{"lot": TIERED, "quantity": 2}]}),
    );
    let after = play.data(&path);
    assert_eq!(
        (&after["status"], &after["payment"]["status"]),
        (&json!("UPDATED"), &json!("None"))
    );
    assert!(after["payment"].get("date_paid").is_none());
    assert_eq!(
        (&after["is_invoiced"], &after["drive_thru_sent"]),
        (&json!(false), &json!(false))
    );
    assert_ne!(after["date_ordered"], before["date_ordered"]);
    assert_ne!(after["date_status_changed"], before["date_status_changed"]);
    let batches = play.data(&format!("{path}/items"));
    assert_eq!(
        batches[1][0]["inventory_id"], batches[0][0]["inventory_id"],
        "the same lot twice"
    );
    assert_eq!(
        (&after["total_count"], &after["unique_count"]),
        (&json!(3), &json!(1))
    );
    play.mock(
        "POST",
        &format!("/bricklink/orders/{order}/remove"),
        &json!({"lot": TIERED, "restock": true}),
    );
    assert_eq!(quantity(&play, TIERED), 300);
    assert_eq!(play.data(&path)["status"], "UPDATED");
}

#[test]
fn a_cancelled_order_gives_its_pieces_back_or_not() {
    for (how, back, fresh) in [
        (json!({}), 9, false),
        (json!({"restock": true}), 10, false),
        (json!({"new_lots": true}), 9, true),
    ] {
        let play = Play::new();
        let order = play.buy(&[(PLAIN, 1), (SET, 1)]);
        play.mock("POST", &format!("/bricklink/orders/{order}/cancel"), &how);
        assert_eq!(
            play.data(&format!("/orders/{order}"))["status"],
            "CANCELLED"
        );
        assert_eq!(quantity(&play, PLAIN), back, "{how}");
        let list = play.data("/inventories?item_type=part");
        let parts = list.as_array().expect("a list").len();
        assert_eq!(parts, if fresh { 5 } else { 4 }, "{how}");
        let set = play.code("GET", &format!("/inventories/{SET}"), None).0;
        assert_eq!(set, if back == 10 { 200 } else { 404 }, "{how}");
    }
}

#[test]
fn orders_are_listed_by_filing_and_status() {
    let play = Play::new();
    let (first, second) = (play.buy(&[(TIERED, 1)]), play.buy(&[(TIERED, 1)]));
    play.mock(
        "POST",
        &format!("/bricklink/orders/{first}/status"),
        &json!({"status": "PAID-PENDING"}),
    );
    play.mock(
        "POST",
        &format!("/bricklink/orders/{second}/status"),
        &json!({"status": "TELEPORTED"}),
    );
    let ids = |query: &str| -> Vec<i64> {
        let list = play.data(&format!("/orders{query}"));
        let mut ids: Vec<i64> = list
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|o| o["order_id"].as_i64())
            .collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!(ids(""), [first, second]);
    assert_eq!(ids("?status=paid-pending"), [first]);
    assert_eq!(ids("?status=-paid-pending%2C-purged"), [second]);
    assert_eq!(ids("?direction=out"), [0_i64; 0]);
    let filed = play.link(
        "PUT",
        &format!("/orders/{first}"),
        Some(json!({"is_filed": true, "nonsense": 1})),
    );
    assert_eq!(filed["data"]["is_filed"], true);
    assert_eq!(ids(""), [second]);
    assert_eq!(ids("?filed=True"), [first]);
}

#[test]
fn a_seller_changes_only_some_things_of_an_order() {
    let play = Play::new();
    let order = play.buy(&[(TIERED, 1)]);
    let path = format!("/orders/{order}");
    let put = |body: Value| play.link("PUT", &path, Some(body))["data"].take();
    play.link(
        "PUT",
        &format!("{path}/payment_status"),
        Some(json!({"field": "payment_status", "value": "none"})),
    );
    let changed = put(
        json!({"cost": {"shipping": "3.00", "etc1": 0.5}, "shipping": {"tracking_no": "9400"}}),
    );
    assert_eq!(
        (&changed["cost"]["shipping"], &changed["cost"]["etc1"]),
        (&json!("3.0000"), &json!("0.5000"))
    );
    assert_eq!(changed["shipping"]["tracking_no"], "9400");
    play.link(
        "PUT",
        &format!("{path}/payment_status"),
        Some(json!({"field": "payment_status", "value": "Completed"})),
    );
    let changed =
        put(json!({"cost": {"shipping": 9}, "remarks": "packed in a hurry", "status": "PURGED"}));
    assert_eq!(
        changed["cost"]["shipping"], "3.0000",
        "ignored once it is paid"
    );
    assert_eq!(changed["remarks"], "packed in a hurry");
    assert_ne!(changed["status"], "PURGED");
}

#[test]
fn states_change_as_the_service_lets_them() {
    let play = Play::new();
    let order = play.buy(&[(TIERED, 1)]);
    let path = format!("/orders/{order}/status");
    let set = |value: &str| {
        play.link(
            "PUT",
            &path,
            Some(json!({"field": "status", "value": value})),
        )
    };
    assert_eq!(set("packed")["meta"]["code"], 204, "in small letters too");
    assert_eq!(set("PACKED")["meta"]["code"], 204, "the same again");
    assert_eq!(set("nonsense")["meta"]["code"], 400);
    for closed in ["CANCELLED", "OCR", "PURGED", "UPDATED", "NPB"] {
        let refused = set(closed);
        assert_eq!(refused["meta"]["code"], 422, "{closed}");
        assert_eq!(refused["meta"]["message"], "RESOURCE_UPDATE_NOT_ALLOWED");
        assert_eq!(refused["meta"]["description"], "NOT_IN_UPDATABLE_STATUS");
    }
    assert_eq!(set("SHIPPED")["meta"]["code"], 204);
    assert_eq!(set("COMPLETED")["meta"]["code"], 204);
    play.clock.advance(7 * 86_400_000_000 + 1);
    assert_eq!(set("SHIPPED")["meta"]["code"], 422, "a week is over");
    let payment = format!("/orders/{order}/payment_status");
    assert_eq!(
        play.code(
            "PUT",
            &payment,
            Some(json!({"field": "payment_status", "value": "Bounced"}))
        )
        .0,
        204
    );
    assert_eq!(
        play.code(
            "PUT",
            &payment,
            Some(json!({"field": "payment_status", "value": "Maybe"}))
        )
        .0,
        400
    );
}

#[test]
fn old_orders_lose_their_content() {
    let play = Play::new();
    let order = play.buy(&[(TIERED, 1)]);
    play.switch("bricklink.purge_days", json!(3));
    let path = format!("/orders/{order}/items");
    play.clock.advance(3 * 86_400_000_000);
    assert_eq!(play.code("GET", &path, None).0, 200);
    play.clock.advance(1);
    assert_eq!(play.code("GET", &path, None).0, 404);
    assert_eq!(
        play.data("/orders").as_array().map(Vec::len),
        Some(1),
        "it is still listed"
    );
}

#[test]
fn news_is_told_once() {
    let play = Play::new();
    let order = play.buy(&[(TIERED, 1)]);
    play.mock(
        "POST",
        &format!("/bricklink/orders/{order}/message"),
        &json!({"body": "When?"}),
    );
    play.mock(
        "POST",
        &format!("/bricklink/orders/{order}/feedback"),
        &json!({"rating": 2, "comment": "Late"}),
    );
    let news = play.data("/notifications");
    let kinds: Vec<&str> = news
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|n| n["event_type"].as_str())
        .collect();
    assert_eq!(kinds, ["Order", "Message", "Feedback"]);
    assert_eq!(
        (&news[0]["resource_id"], &news[0]["timestamp"]),
        (&json!(order), &json!("2023-11-14T22:13:20.000Z"))
    );
    assert_eq!(play.data("/notifications"), json!([]));
    let message = &play.data(&format!("/orders/{order}/messages"))[0];
    assert_eq!(
        (&message["subject"], &message["body"]),
        (&Value::Null, &json!("When?"))
    );
    assert!(message["dateSent"].is_string());
    let feedback = &play.data(&format!("/orders/{order}/feedback"))[0];
    assert_eq!(
        (&feedback["rating"], &feedback["rating_of_bs"]),
        (&json!(2), &json!("S"))
    );
    play.switch("bricklink.notifications_stay", json!(true));
    play.buy(&[(TIERED, 1)]);
    assert_eq!(play.data("/notifications"), play.data("/notifications"));
    play.switch("bricklink.push_url", json!("http://127.0.0.1:9/hook"));
    play.buy(&[(TIERED, 1)]);
    let pushed = play.sandbox.take_pushes();
    assert_eq!(pushed[0].0, "http://127.0.0.1:9/hook");
    assert!(
        pushed[0]
            .1
            .starts_with(r#"{"event_type":"Order","resource_id":"#)
    );
}
