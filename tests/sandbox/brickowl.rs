//! BrickOwl's lots, orders, batches and limits, line by line of the checklist.

use brickops::sandbox::WireRequest;
use serde_json::{Value, json};

use crate::play::{KEPT, PLAIN, Play, STORED, TIERED};

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
fn the_key_is_needed_in_query_or_form() {
    let play = Play::new();
    for request in [
        WireRequest::new("GET", "/v1/user/details"),
        WireRequest::new("GET", "/v1/user/details?key=wrong"),
        WireRequest::new(
            "POST",
            "/v1/order/note?key=MOCKOWLKEY0000000000000000000000",
        ),
    ] {
        let answer = play.whole(&request);
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (403, r#"{"error":{"status":"Invalid key"}}"#)
        );
    }
    play.switch("brickowl.bad_key_status", json!(401));
    assert_eq!(
        play.whole(&WireRequest::new("GET", "/v1/user/details"))
            .status,
        401
    );
    let (status, user) = play.owl("GET", "user/details", &[]);
    assert_eq!(
        (status, &user["store_details"]["base_currency"]),
        (200, &json!("EUR"))
    );
    assert_eq!(play.owl("GET", "token/details", &[]).1, user);
    play.switch("brickowl.denied", json!(["order"]));
    assert_eq!(
        refused(&play, "GET", "order/list", &[], 403),
        "Permission denied"
    );
}

#[test]
fn the_catalogue_needs_a_grant_but_for_two_calls() {
    let play = Play::new();
    assert_eq!(
        refused(&play, "GET", "catalog/lookup", &[("boid", "1")], 403),
        "Permission denied"
    );
    let (status, found) = play.owl(
        "GET",
        "catalog/id_lookup",
        &[("id", "3001"), ("type", "Part"), ("id_type", "bl_item_no")],
    );
    assert_eq!(status, 200);
    let boids = found["boids"].as_array().expect("a list");
    assert_eq!(boids.len(), 2, "one a colour");
    assert!(
        boids[0].as_str().expect("a text").ends_with("-81"),
        "{found}"
    );
    let unknown = play
        .owl(
            "GET",
            "catalog/id_lookup",
            &[("id", "zz"), ("type", "Part"), ("id_type", "bl_item_no")],
        )
        .1;
    assert_eq!(unknown, json!({"boids": []}));
    let colors = play.owl("GET", "catalog/color_list", &[]).1;
    assert_eq!(colors["81"]["bl_ids"], json!(["5"]));
    assert_eq!(colors["162"]["bl_ids"], json!(["-1"]));
    assert_eq!(colors["81"]["peeron_names"], json!([null]));
    play.switch("brickowl.denied", json!([]));
    let boid = boids[0].as_str().expect("a text");
    let item = play.owl("GET", "catalog/lookup", &[("boid", boid)]).1;
    assert_eq!(
        (&item["color_id"], &item["type"]),
        (&json!(81), &json!("Part"))
    );
    assert_eq!(
        refused(&play, "GET", "catalog/lookup", &[("boid", "12313131")], 400),
        "Invalid BOID - 12313131"
    );
    let many = vec!["1"; 101].join(",");
    refused(
        &play,
        "GET",
        "catalog/bulk_lookup",
        &[("boids", &many)],
        400,
    );
    assert!(
        play.owl("GET", "catalog/bulk_lookup", &[("boids", boid)]).1["items"][boid].is_object()
    );
}

#[test]
fn answers_are_printed_as_php_does() {
    let play = Play::new();
    let text = play
        .whole(&Play::owl_request("GET", "inventory/list", &[]))
        .text();
    assert!(
        text.contains(r#""url":"http:\/\/example.brickowl.com\/store\/lego-"#),
        "{text}"
    );
    assert!(text.contains(r#""external_lot_ids":[]"#), "the foreign lot");
    assert!(text.contains(r#""external_lot_ids":{"other":"101"}"#));
    assert!(text.contains(r#""external_lot_ids":{"other":"other-tool-17"}"#));
    let tiered = lot(&play, play.owl_lot(TIERED));
    assert_eq!(
        (&tiered["qty"], &tiered["for_sale"], &tiered["bulk_qty"]),
        (&json!("300"), &json!("1"), &json!("1"))
    );
    assert_eq!(
        tiered["tier_price"],
        json!([["10", "0.090"], ["50", "0.080"], ["100", "0.070"]])
    );
    assert_eq!(
        (
            &tiered["base_price"],
            &tiered["price"],
            &tiered["final_price"]
        ),
        (&json!("0.100"), &json!("0.090"), &json!("0.090"))
    );
    let plain = lot(&play, play.owl_lot(PLAIN));
    assert_eq!(
        (
            &plain["tier_price"],
            &plain["public_note"],
            &plain["my_cost"]
        ),
        (&Value::Null, &json!("Don't (:"), &Value::Null)
    );
    assert!(plain["boid"].as_str().expect("a text").ends_with("-81"));
}

#[test]
fn lists_show_what_is_for_sale_unless_asked() {
    let play = Play::new();
    let count = |args: &[(&str, &str)]| {
        play.owl("GET", "inventory/list", args)
            .1
            .as_array()
            .map(Vec::len)
    };
    assert_eq!(
        count(&[]),
        Some(6),
        "five and two foreign ones, without the stockroom"
    );
    assert_eq!(count(&[("active_only", "0")]), Some(7));
    assert_eq!(count(&[("type", "Set")]), Some(1));
    let kept = play.owl_lot(KEPT).to_string();
    done(
        &play,
        "inventory/update",
        &[("lot_id", &kept), ("absolute_quantity", "0")],
    );
    assert_eq!(count(&[]), Some(5), "empty lots hide");
    assert_eq!(count(&[("lot_id", &kept)]), Some(0));
    assert_eq!(count(&[("lot_id", &kept), ("active_only", "0")]), Some(1));
    let stored = STORED.to_string();
    assert_eq!(
        count(&[("external_id_1", &stored), ("active_only", "0")]),
        Some(1)
    );
    play.switch("brickowl.one_element_object", json!(true));
    assert!(
        play.owl(
            "GET",
            "inventory/list",
            &[("lot_id", &kept), ("active_only", "0")]
        )
        .1
        .is_object()
    );
    play.switch("brickowl.no_store", json!(true));
    assert_eq!(
        refused(&play, "GET", "order/list", &[], 400),
        "Store not found, you may need to set list_type=customer"
    );
}

#[test]
fn new_lots_are_bare_and_may_be_made_twice() {
    let play = Play::new();
    let boids = play
        .owl(
            "GET",
            "catalog/id_lookup",
            &[("id", "3003"), ("type", "Part"), ("id_type", "bl_item_no")],
        )
        .1;
    let base = boids["boids"][0]
        .as_str()
        .and_then(|b| b.split('-').next())
        .expect("a boid")
        .to_owned();
    let full = [
        ("boid", base.as_str()),
        ("color_id", "81"),
        ("quantity", "3"),
        ("price", "0.1045"),
        ("condition", "usedg"),
        ("external_id", "900"),
        ("personal_note", "B-1"),
    ];
    let make = || play.owl("POST", "inventory/create", &full).1;
    let first = make();
    assert_eq!(first["status"], "success");
    let id: i64 = first["lot_id"]
        .as_str()
        .expect("a text")
        .parse()
        .expect("a number");
    let made = lot(&play, id);
    assert_eq!(
        (&made["personal_note"], &made["base_price"]),
        (&Value::Null, &json!("0.105"))
    );
    assert_ne!(make()["lot_id"], first["lot_id"]);
    done(
        &play,
        "inventory/update",
        &[("external_id", "900"), ("absolute_quantity", "8")],
    );
    assert_eq!(lot(&play, id)["qty"], "8", "the lowest of both");
    let with = |name: &str, value: &str| {
        let mut args: Vec<(&str, String)> =
            full.iter().map(|(n, v)| (*n, (*v).to_owned())).collect();
        for (known, given) in &mut args {
            if *known == name {
                value.clone_into(given);
            }
        }
        let args: Vec<(&str, &str)> = args.iter().map(|(n, v)| (*n, v.as_str())).collect();
        refused(&play, "POST", "inventory/create", &args, 400)
    };
    assert_eq!(with("quantity", "0"), "Invalid quantity");
    assert_eq!(with("boid", "12313131"), "Invalid BOID - 12313131");
    assert_eq!(with("price", "0"), "Invalid price");
    assert_eq!(with("condition", "mint"), "Invalid condition");
    assert_eq!(with("color_id", ""), "Missing argument color_id");
    play.switch("brickowl.create_extras", json!(true));
    let id: i64 = make()["lot_id"]
        .as_str()
        .expect("a text")
        .parse()
        .expect("a number");
    assert_eq!(lot(&play, id)["personal_note"], "B-1");
}

#[test]
fn updates_name_one_lot_and_change_something() {
    let play = Play::new();
    let id = play.owl_lot(PLAIN).to_string();
    let number: i64 = id.parse().expect("a number");
    let wrong =
        |args: &[(&str, &str)], status| refused(&play, "POST", "inventory/update", args, status);
    wrong(&[("price", "1")], 400);
    wrong(
        &[("lot_id", &id), ("external_id", "101"), ("price", "1")],
        400,
    );
    wrong(&[("lot_id", "1"), ("price", "1")], 404);
    wrong(&[("external_id", "none"), ("price", "1")], 404);
    wrong(&[("lot_id", &id)], 400);
    wrong(&[("lot_id", &id), ("sale_percentage", "10")], 400);
    wrong(&[("lot_id", &id), ("absolute_quantity", "-1")], 400);
    wrong(&[("lot_id", &id), ("relative_quantity", "-11")], 400);
    wrong(&[("lot_id", &id), ("sale_percent", "96")], 400);
    assert_eq!(lot(&play, number)["qty"], "10");
    done(
        &play,
        "inventory/update",
        &[
            ("lot_id", &id),
            ("relative_quantity", "-4"),
            ("sale_percentage", "50"),
        ],
    );
    done(
        &play,
        "inventory/update",
        &[("lot_id", &id), ("relative_quantity", "+1")],
    );
    assert_eq!(lot(&play, number)["qty"], "7");
    assert_eq!(
        lot(&play, number)["sale_percent"],
        "0",
        "the wrong name is ignored"
    );
    done(
        &play,
        "inventory/update",
        &[
            ("lot_id", &id),
            ("public_note", "Ünïts & it's 100% + more"),
            ("personal_note", ""),
            ("tier_price", "100:0.05,200:0.04"),
            ("sale_percent", "-5"),
            ("for_sale", "0"),
            ("bulk_qty", "2"),
            ("update_external_id_1", "777"),
        ],
    );
    let changed = lot(&play, number);
    assert_eq!(changed["public_note"], "Ünïts & it's 100% + more");
    assert_eq!(changed["personal_note"], Value::Null);
    assert_eq!(
        changed["tier_price"],
        json!([["100", "0.050"], ["200", "0.040"]])
    );
    assert_eq!(
        (&changed["base_price"], &changed["final_price"]),
        (&json!("0.527"), &json!("0.553"))
    );
    assert_eq!(changed["external_lot_ids"]["other"], "777");
    done(
        &play,
        "inventory/update",
        &[("lot_id", &id), ("tier_price", "remove")],
    );
    assert_eq!(lot(&play, number)["tier_price"], Value::Null);
    done(&play, "inventory/delete", &[("external_id", "777")]);
    assert_eq!(lot(&play, number), Value::Null);
    refused(&play, "POST", "inventory/delete", &[("lot_id", &id)], 404);
    refused(&play, "GET", "inventory/update", &[("lot_id", &id)], 405);
}

fn batch(play: &Play, requests: &[Value]) -> (u16, Value) {
    let text = json!({ "requests": requests }).to_string();
    play.owl("POST", "bulk/batch", &[("requests", &text)])
}

#[expect(clippy::needless_pass_by_value, reason = "call sites read better")]
fn update(params: Value) -> Value {
    json!({"endpoint": "inventory/update", "request_method": "POST", "params": [params]})
}

#[test]
fn batches_do_what_they_can_in_order() {
    let play = Play::new();
    let id = play.owl_lot(PLAIN);
    let lot_id = id.to_string();
    let (status, answers) = batch(
        &play,
        &[
            update(json!({"lot_id": lot_id, "absolute_quantity": 2})),
            update(json!({"lot_id": "1", "absolute_quantity": 2})),
            update(json!({"lot_id": lot_id, "relative_quantity": 3, "price": "0.9"})),
            update(json!({"lot_id": lot_id, "relative_quantity": -9})),
        ],
    );
    assert_eq!(status, 200);
    assert_eq!(
        answers[0],
        json!({"req_num": 1, "code": 200, "body": {"status": "Success"}})
    );
    assert_eq!(answers[1], json!({"req_num": 2, "code": 404, "body": []}));
    assert_eq!(answers[3]["code"], 400);
    let after = lot(&play, id);
    assert_eq!(
        (&after["qty"], &after["base_price"]),
        (&json!("5"), &json!("0.900"))
    );
    let one = update(json!({"lot_id": lot_id, "absolute_quantity": 1}));
    assert_eq!(batch(&play, &vec![one.clone(); 50]).0, 200);
    assert_eq!(batch(&play, &vec![one.clone(); 51]).0, 400);
    play.switch("brickowl.batch_wrapper", json!(true));
    assert_eq!(batch(&play, &[one]).1["responses"][0]["req_num"], 1);
    play.switch("brickowl.batch_wrapper", json!(false));
    play.switch("brickowl.batch_ignores_fields", json!(true));
    let deaf = batch(
        &play,
        &[
            update(json!({"lot_id": lot_id, "price": "0.1"})),
            update(json!({"lot_id": lot_id, "price": "0.1", "absolute_quantity": 6})),
        ],
    );
    assert_eq!(
        (&deaf.1[0]["code"], &deaf.1[1]["code"]),
        (&json!(200), &json!(200))
    );
    let after = lot(&play, id);
    assert_eq!(
        (&after["qty"], &after["base_price"]),
        (&json!("6"), &json!("0.900"))
    );
}

#[test]
fn a_minute_has_so_many_calls_and_batches() {
    let play = Play::new();
    play.switch("brickowl.per_minute", json!(3));
    play.switch("brickowl.batch_per_minute", json!(1));
    for _ in 0..3 {
        assert_eq!(play.owl("GET", "order/list", &[]).0, 200);
    }
    let answer = play.whole(&Play::owl_request("GET", "order/list", &[]));
    assert_eq!(
        (
            answer.status,
            answer.headers.iter().any(|(name, _)| name == "retry-after")
        ),
        (429, false)
    );
    play.switch("brickowl.retry_after", json!(17));
    let answer = play.whole(&Play::owl_request("GET", "order/list", &[]));
    assert!(
        answer
            .headers
            .contains(&("retry-after".to_owned(), "17".to_owned()))
    );
    assert_eq!(batch(&play, &[]).0, 200, "batches count for themselves");
    assert_eq!(batch(&play, &[]).0, 429);
    play.clock.advance(60_000_000 - 1);
    assert_eq!(play.owl("GET", "order/list", &[]).0, 429);
    play.clock.advance(1);
    assert_eq!(play.owl("GET", "order/list", &[]).0, 200);
}

#[test]
fn some_items_are_unknown_and_some_are_two() {
    use brickops::domain::{ItemKey, Timestamp};
    use brickops::sandbox::{Goods, Hue, Sandbox, Setup, Thing};
    let things = (1..2_000)
        .map(|no| Thing {
            key: ItemKey::part(no.to_string()),
            name: format!("Part {no}"),
            category: 1,
            year: None,
            weight: 1,
            size: [0; 3],
            alternates: Vec::new(),
            elements: Vec::new(),
        })
        .collect();
    let white = Hue {
        id: 1,
        name: "White".into(),
        hex: "ffffff".into(),
        family: "Solid".into(),
        owl: None,
    };
    let clock = brickops::clock::ManualClock::at(Timestamp::from_seconds(1));
    let sandbox = Sandbox::new(
        clock,
        Setup {
            goods: Goods::new(things, vec![white], Vec::new()),
            ..Setup::default()
        },
    );
    sandbox.switch("brickowl.per_minute", &json!(100_000));
    let (mut none, mut two) = (0, 0);
    for no in 1..2_000 {
        let id = no.to_string();
        let request = Play::owl_request(
            "GET",
            "catalog/id_lookup",
            &[("id", &id), ("id_type", "bl_item_no")],
        );
        let answer = sandbox.answer(&request).answer().expect("an answer");
        let found: Value = serde_json::from_slice(&answer.body).expect("JSON");
        let mut bases: Vec<&str> = found["boids"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|boid| boid.as_str()?.split('-').next())
            .collect();
        bases.dedup();
        none += usize::from(bases.is_empty());
        two += usize::from(bases.len() == 2);
    }
    assert!((5..60).contains(&none), "{none}");
    assert!((5..60).contains(&two), "{two}");
}
