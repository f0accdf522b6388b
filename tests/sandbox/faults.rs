//! Every way to go wrong: what comes back, and whether anything was done.

use brickops::sandbox::{Answer, FAULT_HELP, Reaction, WireRequest};
use serde_json::{Value, json};

use crate::play::{PLAIN, Play, TIERED};

fn take_one(play: &Play) -> Reaction {
    let body = json!({"quantity": "-1", "description": ""});
    play.react(&play.signed("PUT", &format!("/inventories/{PLAIN}"), Some(&body)))
}

fn left(play: &Play) -> i64 {
    let lots = play.mock("GET", "/bricklink/lots", &Value::Null);
    let lot = lots
        .as_array()
        .and_then(|lots| lots.iter().find(|lot| lot["id"] == PLAIN));
    lot.expect("the lot")["quantity"]
        .as_i64()
        .expect("a number")
}

fn fault(play: &Play, text: &str) {
    play.sandbox.fault(text).expect(text);
}

/// Whether an answer is what a mode promises.
type Looks = fn(&Answer) -> bool;

#[test]
fn what_comes_back_from_a_change_and_whether_it_was_made() {
    let html: Looks = |answer| answer.text().starts_with("<html>");
    let modes: [(&str, u16, Looks, bool); 18] = [
        ("http_500", 500, html, false),
        ("http_500_html", 500, html, false),
        ("http_502", 502, html, false),
        ("http_503", 503, html, false),
        ("maintenance_html_200", 200, html, false),
        (
            "meta_500",
            200,
            |a| a.text().contains(r#""code":500"#),
            false,
        ),
        ("rate_429_gateway", 429, html, false),
        (
            "rate_429_meta",
            200,
            |a| a.text().contains(r#""code":429"#),
            false,
        ),
        (
            "blocked_key",
            200,
            |a| a.text().contains("blocked consumer_key"),
            false,
        ),
        (
            "permission",
            200,
            |a| a.text().contains("PERMISSION_DENIED"),
            false,
        ),
        ("too_large", 413, html, false),
        (
            "oauth_flaky",
            200,
            |a| a.text().contains("NONCE_USED"),
            false,
        ),
        ("error_after", 500, html, true),
        (
            "truncated_json",
            200,
            |a| serde_json::from_slice::<Value>(&a.body).is_err(),
            true,
        ),
        (
            "truncated_json(0)",
            200,
            |a| serde_json::from_slice::<Value>(&a.body).is_err(),
            false,
        ),
        (
            "garbage_json",
            200,
            |a| serde_json::from_slice::<Value>(&a.body).is_err(),
            true,
        ),
        ("empty_body", 200, |a| a.body.is_empty(), true),
        ("empty_body(0)", 200, |a| a.body.is_empty(), false),
    ];
    for (mode, status, looks, made) in modes {
        let play = Play::new();
        fault(&play, &format!("bricklink:PUT inventories:{mode}@2"));
        assert!(
            take_one(&play).answer().is_some_and(|a| a.status == 200),
            "{mode}: the first is well"
        );
        assert_eq!(left(&play), 9);
        let answer = take_one(&play).answer().expect(mode);
        assert_eq!(answer.status, status, "{mode}");
        assert!(looks(&answer), "{mode}: {}", answer.text());
        assert_eq!(left(&play), if made { 8 } else { 9 }, "{mode}");
        assert!(
            take_one(&play)
                .answer()
                .is_some_and(|a| a.text().contains(r#""code":200"#)),
            "{mode}: over"
        );
    }
}

#[test]
fn connections_break_before_and_after() {
    for (mode, wanted, made) in [
        ("timeout_before", Reaction::Silence, false),
        ("timeout_after", Reaction::Silence, true),
        ("reset_before", Reaction::Reset(None), false),
        ("reset_after", Reaction::Reset(None), true),
        ("flood(3)", Reaction::Flood(3), false),
    ] {
        let play = Play::new();
        fault(&play, &format!("bricklink:PUT inventories/*:{mode}"));
        assert_eq!(take_one(&play), wanted, "{mode}");
        assert_eq!(left(&play), if made { 9 } else { 10 }, "{mode}");
    }
    let play = Play::new();
    fault(&play, "bricklink:PUT inventories:reset_middle");
    assert!(
        matches!(take_one(&play), Reaction::Reset(Some(answer)) if answer.text().contains(r#""code":200"#))
    );
    assert_eq!(left(&play), 9);
    fault(&play, "bricklink:PUT inventories:slow(250)");
    assert!(matches!(take_one(&play), Reaction::Slow(250, _)));
    fault(&play, "bricklink:PUT inventories:drip(10)");
    assert!(matches!(take_one(&play), Reaction::Drip(10, _)));
    assert_eq!(left(&play), 7);
}

#[test]
fn a_create_whose_answer_was_lost_stands_there_twice_when_repeated() {
    let play = Play::new();
    fault(&play, "bricklink:POST inventories:dup_create");
    let body = json!({
        "item": {"no": "3001", "type": "PART"}, "color_id": 11, "quantity": 4, "unit_price": "0.05",
        "new_or_used": "N", "is_retain": false, "is_stock_room": false, "remarks": "tag-1",
    });
    assert_eq!(
        play.react(&play.signed("POST", "/inventories", Some(&body))),
        Reaction::Reset(None)
    );
    assert_eq!(play.code("POST", "/inventories", Some(body)).0, 201);
    let found = play.data("/inventories?color_id=11&item_type=part");
    let tagged = found
        .as_array()
        .expect("a list")
        .iter()
        .filter(|lot| lot["remarks"] == "tag-1");
    assert_eq!(tagged.count(), 2);
}

#[test]
fn reads_lag_behind_lists_and_single_ones_apart() {
    let play = Play::new();
    fault(&play, "bricklink:PUT inventories:stale_reads(2)");
    take_one(&play);
    let single = || play.data(&format!("/inventories/{PLAIN}"))["quantity"].as_i64();
    let list = || {
        let lots = play.data("/inventories?color_id=5&item_type=part");
        let lot = lots.as_array().and_then(|lots| {
            lots.iter()
                .find(|lot| lot["inventory_id"] == PLAIN)
                .cloned()
        });
        lot.and_then(|lot| lot["quantity"].as_i64())
    };
    assert_eq!(
        (single(), single(), single()),
        (Some(10), Some(10), Some(9))
    );
    assert_eq!((list(), list(), list()), (Some(10), Some(10), Some(9)));
    let play = Play::new();
    let id = play.owl_lot(PLAIN).to_string();
    fault(&play, "brickowl:POST inventory/update:stale_reads(1)");
    play.owl(
        "POST",
        "inventory/update",
        &[("lot_id", &id), ("absolute_quantity", "3")],
    );
    let read = |args: &[(&str, &str)]| {
        let lots = play.owl("GET", "inventory/list", args).1;
        let lot = lots
            .as_array()
            .and_then(|lots| lots.iter().find(|lot| lot["lot_id"] == id).cloned());
        lot.expect("the lot")["qty"].clone()
    };
    assert_eq!((read(&[]), read(&[])), (json!("10"), json!("3")));
    assert_eq!(
        (read(&[("lot_id", &id)]), read(&[("lot_id", &id)])),
        (json!("10"), json!("3"))
    );
}

#[test]
fn an_order_is_missing_from_lists_or_its_lines_come_late() {
    let play = Play::new();
    let (first, second) = (play.buy(&[(TIERED, 1)]), play.buy(&[(TIERED, 1)]));
    fault(
        &play,
        &format!("bricklink:GET orders$:missing_order({first},2)"),
    );
    fault(&play, "bricklink:GET orders/*/items:late_items(1)@2");
    let ids = || -> Vec<i64> {
        let list = play.data("/orders");
        let mut ids: Vec<i64> = list
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|o| o["order_id"].as_i64())
            .collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!(
        (ids(), ids(), ids()),
        (vec![second], vec![second], vec![first, second])
    );
    assert_eq!(
        play.code("GET", &format!("/orders/{first}"), None).0,
        200,
        "it can be read all the while"
    );
    let items = || {
        play.data(&format!("/orders/{second}/items"))
            .as_array()
            .map(Vec::len)
    };
    assert_eq!((items(), items(), items()), (Some(1), Some(0), Some(1)));
    let play = Play::new();
    let order = play
        .bought("brickowl", &[(play.owl_lot(TIERED), 1)])
        .to_string();
    fault(&play, "brickowl:GET order/list:missing_order(0,1)");
    fault(&play, "brickowl:GET order/items:late_items(1)");
    let count = |path: &str| {
        play.owl("GET", path, &[("order_id", &order)])
            .1
            .as_array()
            .map(Vec::len)
    };
    assert_eq!(
        (count("order/list"), count("order/list")),
        (Some(0), Some(1))
    );
    assert_eq!(
        (count("order/items"), count("order/items")),
        (Some(0), Some(1))
    );
}

#[test]
fn shapes_change_under_the_reader() {
    let play = Play::new();
    let order = play.buy(&[(PLAIN, 1)]);
    let path = format!("/orders/{order}");
    let plain = play.data(&path);
    fault(&play, "bricklink:GET orders:extra_fields");
    let more = play.data(&path);
    assert!(more["x_new_field"].is_object() && more["cost"]["x_flag"] == true);
    assert_eq!(more["order_id"], plain["order_id"]);
    fault(&play, "bricklink:GET orders:int_as_string");
    let texts = play.link("GET", &path, None);
    assert_eq!(
        (&texts["meta"]["code"], &texts["data"]["order_id"]),
        (&json!("200"), &json!(order.to_string()))
    );
    fault(&play, "bricklink:GET orders:null_fields");
    let less = play.data(&path);
    assert_ne!(less, plain);
    let (mut nulls, mut missing) = (0, 0);
    for name in ["buyer_name", "buyer_email", "remarks", "disp_cost"] {
        nulls += usize::from(less.get(name) == Some(&Value::Null));
        missing += usize::from(less.get(name).is_none());
    }
    assert!(
        nulls > 0 && missing > 0 && nulls + missing == 4,
        "{nulls} {missing}"
    );
    fault(&play, "brickowl:GET inventory/list:numbers");
    let list = play.owl("GET", "inventory/list", &[]).1;
    assert!(list[0]["qty"].is_i64() && list[0]["base_price"].is_f64());
    fault(&play, "brickowl:GET inventory/list:one_object");
    assert!(
        play.owl("GET", "inventory/list", &[("external_id_1", "101")])
            .1
            .is_object()
    );
    fault(&play, "brickowl:GET inventory/list:null_fields");
    assert_ne!(play.owl("GET", "inventory/list", &[]).1, list);
}

#[test]
fn brickowl_says_success_or_failure_in_ways_of_its_own() {
    let play = Play::new();
    let id = play.owl_lot(PLAIN);
    let lot_id = id.to_string();
    let quantity = || {
        let lots = play.mock("GET", "/brickowl/lots", &Value::Null);
        let lot = lots
            .as_array()
            .and_then(|lots| lots.iter().find(|lot| lot["id"] == id).cloned());
        lot.expect("the lot")["quantity"].as_i64()
    };
    let update = || {
        Play::owl_request(
            "POST",
            "inventory/update",
            &[("lot_id", &lot_id), ("relative_quantity", "-1")],
        )
    };
    for (mode, status, body, after) in [
        ("lost_update", 200, r#"{"status":"success"}"#, 10),
        (
            "error_200",
            200,
            r#"{"error":{"status":"Internal error"}}"#,
            10,
        ),
        ("status_error", 200, r#"{"status":"error"}"#, 10),
        (
            "rate_429_meta",
            429,
            r#"{"error":{"status":"Too many requests"}}"#,
            10,
        ),
        (
            "permission",
            403,
            r#"{"error":{"status":"Permission denied"}}"#,
            10,
        ),
        ("empty_body", 200, "", 9),
    ] {
        fault(&play, &format!("brickowl:POST inventory/update:{mode}"));
        let answer = play.whole(&update());
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (status, body),
            "{mode}"
        );
        assert_eq!(quantity(), Some(after), "{mode}");
        play.sandbox.heal();
    }
    for (mode, wanted, after) in [
        ("timeout_before", Reaction::Silence, 9),
        ("timeout_after", Reaction::Silence, 8),
        ("reset_after", Reaction::Reset(None), 7),
    ] {
        fault(&play, &format!("brickowl:POST inventory/update:{mode}"));
        assert_eq!(play.react(&update()), wanted);
        assert_eq!(quantity(), Some(after), "{mode}");
    }
    for (mode, status) in [
        ("http_500", 500),
        ("http_502", 502),
        ("http_503", 503),
        ("error_after", 500),
    ] {
        fault(&play, &format!("brickowl:POST inventory/update:{mode}"));
        let answer = play.whole(&update());
        assert_eq!(
            (answer.status, answer.text().starts_with("<html>")),
            (status, true)
        );
    }
    assert_eq!(quantity(), Some(6), "only error_after did it");
}

#[test]
fn brickognize_fails_too() {
    let ask = WireRequest::new("GET", "/health/");
    for (mode, status, text) in [
        ("http_500", 500, "<html>"),
        ("http_502", 502, "<html>"),
        ("http_503", 503, "<html>"),
        ("maintenance_html_200", 200, "<html>"),
        ("rate_429_meta", 429, "Too Many Requests"),
        ("no_items", 200, r#"{"listing_id":"res-0"}"#),
        ("truncated_json", 200, "{"),
        ("too_large", 413, "<html>"),
    ] {
        let play = Play::new();
        fault(&play, &format!("brickognize:GET health:{mode}"));
        let answer = play.whole(&ask);
        assert_eq!(answer.status, status, "{mode}");
        assert!(answer.text().starts_with(text), "{mode}: {}", answer.text());
        assert!(
            serde_json::from_slice::<Value>(&answer.body).is_err() || mode == "no_items",
            "{mode}"
        );
    }
    let play = Play::new();
    fault(&play, "pictures:GET:no_image");
    let answer = play.whole(&WireRequest::new("GET", "/img/P/5/3001.jpg"));
    assert_eq!(answer.text(), "no picture");
    fault(&play, "pictures:*:bomb(2)");
    let answer = play.whole(&WireRequest::new("GET", "/img/P/5/3001.jpg"));
    assert!(
        answer
            .headers
            .contains(&("content-encoding".into(), "gzip".into()))
    );
    let mut unpacked = Vec::new();
    std::io::Read::read_to_end(
        &mut flate2::read::GzDecoder::new(&answer.body[..]),
        &mut unpacked,
    )
    .expect("gzip");
    assert_eq!(
        (unpacked.len(), answer.body.len() < 10_000),
        (2 * 1024 * 1024, true)
    );
}

#[test]
fn faults_are_counted_and_taken_back() {
    let play = Play::new();
    play.mock(
        "POST",
        "/faults",
        &json!({"spec": "bricklink:GET colors:meta_500@2"}),
    );
    for code in [200, 500, 200] {
        assert_eq!(play.link("GET", "/colors", None)["meta"]["code"], code);
    }
    let state = play.mock("GET", "/state", &Value::Null);
    assert_eq!(
        state["faults"],
        json!([{"spec": "bricklink:GET colors:meta_500@2", "seen": 3, "hits": 1}])
    );
    play.mock("DELETE", "/faults", &Value::Null);
    assert_eq!(
        play.mock("GET", "/state", &Value::Null)["faults"],
        json!([])
    );
    let wrong =
        WireRequest::new("POST", "/__mock/faults").body_is("application/json", r#"{"spec":"x"}"#);
    assert_eq!(play.whole(&wrong).status, 400);
    assert!(play.sandbox.fault("x").is_err());
    assert!(FAULT_HELP.contains("timeout_after"));
}
