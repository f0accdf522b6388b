//! Looking up numbers and colours, and the verbs of orders.

use super::*;

#[test]
fn an_item_is_looked_for_in_every_known_way() {
    let item = ItemKey::part("3001");
    let ask = |script: fn(&Call) -> Result<Answer, Broke>| {
        let (owl, seen, _) = client(script);
        (owl.find(Purpose::Catalogue, &item, ""), seen)
    };
    let (found, seen) = ask(|_| says(200, r#"{"boids":["322944-42","322944-38",322944]}"#));
    assert_eq!(found, Ok(Found::One("322944".into())));
    assert_eq!(seen.fields()["id_type"], "bl_item_no");
    assert_eq!(seen.fields()["type"], "Part");
    let (found, _) = ask(|_| says(200, r#"{"boids":["1-42","2-38"]}"#));
    assert_eq!(found, Ok(Found::Several(vec!["1".into(), "2".into()])));
    for nothing in [r#"{"boids":[]}"#, "[]", r#"{"boids":null}"#] {
        let (owl, seen, _) = client(move |_| says(200, nothing));
        assert_eq!(owl.find(Purpose::Catalogue, &item, ""), Ok(Found::Nothing));
        let asked: Vec<(Option<String>, String)> = seen
            .calls()
            .iter()
            .map(fields)
            .map(|call| (call.get("type").cloned(), call["id_type"].clone()))
            .collect();
        let expected = [
            (Some("Part"), "bl_item_no"),
            (Some("Minibuild"), "bl_item_no"),
            (None, "bl_item_no"),
            (Some("Part"), "bo_item_no"),
        ];
        assert_eq!(
            asked,
            expected.map(|(kind, id)| (kind.map(str::to_owned), id.to_owned()))
        );
    }
    // The later ways are not documented: a refusal there is no failure, but one at the first is.
    let (found, _) = ask(|call| match fields(call).get("type").map(String::as_str) {
        Some("Part") => says(200, "[]"),
        _ => says(400, r#"{"error":{"status":"Type missing"}}"#),
    });
    assert_eq!(found, Ok(Found::Nothing));
    let (found, _) = ask(|_| says(403, r#"{"error":{"status":"No permission"}}"#));
    assert_eq!(found.expect_err("forbidden").class, Class::Forbidden);
    let (owl, seen, _) = client(|_| says(200, "[]"));
    let book = ItemKey::new(ItemKind::Book, "b1");
    assert_eq!(owl.find(Purpose::Catalogue, &book, ""), Ok(Found::Never));
    assert_eq!(seen.calls(), []);
    let sticker = owl.find(Purpose::Catalogue, &item, "Sticker for Set 1");
    assert_eq!(sticker, Ok(Found::Nothing));
    assert_eq!(fields(&seen.calls()[0])["type"], "Sticker");
}

#[test]
fn colours_of_today_are_put_over_the_built_in_ones() {
    let built_in = ColorMap::default();
    assert_eq!(built_in.len(), 199);
    for (link, owl) in [
        (1, 92),
        (5, 81),
        (7, 39),
        (11, 38),
        (86, 64),
        (88, 82),
        (0, 0),
    ] {
        assert_eq!(built_in.owl_of(ColorId(link)), Some(owl));
        assert_eq!(built_in.link_of(owl), Some(ColorId(link)));
    }
    for link in [165, 166, 210, 219, 242, 247] {
        assert_eq!(built_in.owl_of(ColorId(link)), None, "{link}");
    }
    let (owl, _, _) = client(|_| {
        says(
            200,
            r#"{"38":{"id":"38","name":"Black","bl_ids":["11"]},
               "9259":{"id":9259,"bl_ids":[60000]},"300":{"id":300,"bl_ids":null},
               "301":{"id":301,"bl_ids":[-3]},"302":{"id":302,"bl_ids":[null,"-1"]},
               "303":{"id":303,"bl_ids":[400,401]},"304":{"id":304,"bl_ids":[402]},
               "305":{"id":305,"bl_ids":[402]}}"#,
        )
    });
    let map = owl.color_list(Purpose::Catalogue).expect("colours");
    assert_eq!(map.owl_of(ColorId(60_000)), Some(9_259));
    assert_eq!(map.owl_of(ColorId(11)), Some(38));
    assert_eq!(map.len(), 200, "what is not one to one is not taken");
    for body in ["[]", "{}", r#"{"error":{"status":"No permission"}}"#] {
        let (owl, _, _) = client(move |_| says(200, body));
        assert!(owl.color_list(Purpose::Catalogue).is_err(), "{body}");
    }
}

#[test]
fn verbs_of_orders_send_what_the_service_expects() {
    let (owl, seen, _) = client(|call| match call.method {
        Method::Get => says(200, "[]"),
        _ => says(200, r#"{"status":"success"}"#),
    });
    let sent = |names: &[&str]| {
        let fields = seen.fields();
        names
            .iter()
            .map(|name| fields.get(*name).cloned().unwrap_or_default())
            .collect::<Vec<_>>()
            .join("|")
    };
    let ask = OrderAsk {
        status: Some(3),
        since: Some(Timestamp::from_seconds(1_398_955_037)),
        limit: 9_000,
        by_change: true,
    };
    owl.orders(Purpose::Orders, &ask).expect("none");
    assert_eq!(
        sent(&["status", "order_time", "limit", "list_type", "sort_by"]),
        "3|1398955037|5000|store|updated"
    );
    let number = "9277759";
    for (status, id) in [
        (OrderStatus::Paid, "2"),
        (OrderStatus::Processing, "3"),
        (OrderStatus::Packed, "4"),
        (OrderStatus::Shipped, "5"),
        (OrderStatus::Received, "6"),
        (OrderStatus::Other("on hold".into()), "7"),
    ] {
        owl.set_status(Purpose::Orders, number, &status)
            .expect("set");
        assert_eq!(sent(&["order_id", "status_id"]), format!("{number}|{id}"));
    }
    let calls = seen.calls().len();
    for status in [
        OrderStatus::Pending,
        OrderStatus::Cancelled,
        OrderStatus::Purged,
    ] {
        let failed = owl.set_status(Purpose::Orders, number, &status);
        assert_eq!(failed.expect_err("refused").class, Class::Refused);
    }
    let long = "x".repeat(121);
    assert!(
        owl.give_feedback(Purpose::Orders, number, Rating::Praise, &long)
            .is_err()
    );
    assert_eq!(seen.calls().len(), calls);
    owl.set_tracking(Purpose::Orders, number, "https://x/?a=1&b=2")
        .expect("set");
    assert_eq!(
        sent(&["order_id", "tracking_id"]),
        "9277759|https://x/?a=1&b=2"
    );
    owl.set_note(Purpose::Orders, number, "").expect("set");
    assert_eq!(sent(&["order_id", "note"]), "9277759|");
    owl.give_feedback(Purpose::Orders, number, Rating::Complaint, "late")
        .expect("set");
    assert_eq!(sent(&["order_id", "rating", "comment"]), "9277759|-1|late");
    owl.notify(Purpose::Orders, "203.0.113.7".parse().ok())
        .expect("set");
    assert_eq!(sent(&["ip"]), "203.0.113.7");
    owl.notify(Purpose::Orders, None).expect("set");
    assert_eq!(seen.fields()["ip"], "");
}
