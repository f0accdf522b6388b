//! BrickLink's envelope, lots, catalogue and members, line by line of the checklist.

use serde_json::{Value, json};

use crate::play::{KEPT, PLAIN, Play, SET, STORED, TIERED, stock};

const PARAMETER: &str = "PARAMETER_MISSING_OR_INVALID";

fn new_lot() -> Value {
    json!({
        "item": {"no": "3001", "type": "PART"}, "color_id": 5, "quantity": 4, "unit_price": "0.05",
        "new_or_used": "N", "is_retain": false, "is_stock_room": false,
    })
}

fn quantity(play: &Play, lot: i64) -> i64 {
    play.data(&format!("/inventories/{lot}"))["quantity"]
        .as_i64()
        .expect("a number")
}

#[test]
fn the_envelope_is_as_seen() {
    let play = Play::new();
    let text = play.whole(&play.signed("GET", "/colors/5", None)).text();
    assert!(
        text.starts_with(r#"{"meta":{"description":"OK","message":"OK","code":200},"data":{"#),
        "{text}"
    );
    let error = play.link("GET", "/inventories/9", None);
    assert_eq!(error["meta"]["code"], 404);
    assert_eq!(error["meta"]["message"], "RESOURCE_NOT_FOUND");
    assert!(error.get("data").is_none());
    let gone = play.link("DELETE", &format!("/inventories/{KEPT}"), None);
    assert_eq!(
        (&gone["meta"]["code"], gone.get("data")),
        (&json!(204), None)
    );
    let order = play.buy(&[(PLAIN, 1)]);
    let sent = play.link(
        "POST",
        &format!("/orders/{order}/drive_thru?mail_me=true"),
        None,
    );
    assert_eq!(
        (&sent["meta"]["code"], &sent["data"]),
        (&json!(204), &json!({}))
    );
    assert_eq!(
        play.data(&format!("/orders/{order}"))["drive_thru_sent"],
        true
    );
}

#[test]
fn http_says_what_the_envelope_says_only_by_switch() {
    let play = Play::new();
    let body = new_lot();
    let status = |method: &str, path: &str, body: Option<&Value>| {
        play.whole(&play.signed(method, path, body)).status
    };
    assert_eq!(status("POST", "/inventories", Some(&body)), 200);
    assert_eq!(status("GET", "/inventories/9", None), 200);
    play.switch("bricklink.mirror", json!(true));
    assert_eq!(status("POST", "/inventories", Some(&body)), 201);
    assert_eq!(status("GET", "/inventories/9", None), 404);
}

#[test]
fn wrong_calls_have_their_codes() {
    let play = Play::new();
    for (method, path, code) in [
        ("GET", "/nonsense", 400),
        ("GET", "/orders/x", 400),
        ("DELETE", "/orders", 405),
        ("POST", "/colors", 405),
        ("POST", "/notifications", 405),
        ("GET", "/orders/1", 404),
        ("GET", "/items/PART/9999", 404),
    ] {
        assert_eq!(play.code(method, path, None).0, code, "{method} {path}");
    }
    assert_eq!(
        play.code("GET", "/nonsense", None).1,
        "The URI is not valid."
    );
    let mut request = play.signed("POST", "/inventories", None);
    request.body = b"{".to_vec();
    assert!(
        play.whole(&request)
            .text()
            .contains("UNSUPPORTED_MEDIA_TYPE")
    );
    let request = play
        .signed("POST", "/inventories", None)
        .body_is("application/json", "{");
    assert!(play.whole(&request).text().contains(
        r#"{"description":"A request has been made with a malformed JSON body.","message":"INVALID_REQUEST_BODY","code":400}"#
    ));
}

#[test]
fn a_new_lot_is_read_strictly() {
    let play = Play::new();
    let with = |name: &str, value: Value| {
        let mut body = new_lot();
        body[name] = value;
        body
    };
    let without = |name: &str| {
        let mut body = new_lot();
        body.as_object_mut().expect("an object").remove(name);
        body
    };
    let mut old = new_lot();
    old["item"]["categoryID"] = json!(5);
    for (body, text) in [
        (old, "Unparseable value or field: [item.categoryID.]"),
        (
            with("inventory_id", json!(1)),
            "Unparseable value or field: [inventory_id.]",
        ),
        (
            with("quantity", json!(true)),
            "Unparseable value or field: []",
        ),
        (
            with("new_or_used", json!("X")),
            "Unparseable value or field: []",
        ),
        (
            with("item", json!({"no": "3001", "type": "P"})),
            "Unparseable value or field: item.type",
        ),
        (
            with("item", json!({"no": "3001", "type": "part"})),
            "Unparseable value or field: item.type",
        ),
        (without("is_retain"), "Parameter [is_retain] is missing"),
        (
            without("is_stock_room"),
            "Parameter [is_stock_room] is missing",
        ),
        (without("color_id"), "Parameter [color_id] is missing"),
        (
            with("is_stock_room", json!(true)),
            "Parameter [stock_room_id] is missing",
        ),
        (
            with("item", json!({"no": "75192-1", "type": "SET"})),
            "Parameter [completeness] is missing",
        ),
        (
            with("tier_quantity1", json!(10)),
            "Tier prices must be given together",
        ),
        (
            with("remarks", json!("x".repeat(256))),
            "Parameter [remarks] is too long",
        ),
    ] {
        let envelope = play.link("POST", "/inventories", Some(body));
        assert_eq!(envelope["meta"]["description"], text);
        assert_eq!(envelope["meta"]["message"], PARAMETER);
        assert_eq!(envelope["meta"]["code"], 400);
    }
    assert_eq!(
        play.data("/inventories").as_array().expect("a list").len(),
        stock().len()
    );
}

#[test]
fn a_new_lot_is_given_back_whole_and_equal_ones_stay_two() {
    let play = Play::new();
    let mut body = new_lot();
    body["unit_price"] = json!(0.01231);
    body["remarks"] = json!("it's (A&B)");
    for (at, price) in [1000, 800, 600].into_iter().enumerate() {
        body[format!("tier_quantity{}", at + 1)] = json!((at + 1) * 10);
        body[format!("tier_price{}", at + 1)] = json!(format!("0.{price:04}"));
    }
    body["unit_price"] = json!(0.20001);
    let made = play.link("POST", "/inventories", Some(body.clone()));
    assert_eq!(made["meta"]["code"], 201);
    assert_eq!(made["meta"]["message"], "OK_CREATED");
    let lot = &made["data"];
    assert_eq!(lot["unit_price"], "0.2001", "rounded up");
    assert_eq!(lot["tier_price1"], "0.1000");
    assert_eq!(lot["my_cost"], "0.0000");
    assert_eq!(lot["remarks"], "it&#39;s &#40;A&amp;B&#41;");
    assert_eq!(lot["item"]["category_id"], 5);
    assert_eq!(lot["date_created"], "2023-11-14T22:13:20.000Z");
    assert!(lot.get("stock_room_id").is_none() && lot.get("completeness").is_none());
    let again = play.link("POST", "/inventories/", Some(body));
    assert_ne!(again["data"]["inventory_id"], lot["inventory_id"]);
}

#[test]
fn many_new_lots_come_without_numbers() {
    let play = Play::new();
    let many = play.link("POST", "/inventories", Some(json!([new_lot(), new_lot()])));
    assert_eq!(
        (&many["meta"]["code"], &many["data"]),
        (&json!(201), &json!({}))
    );
    assert_eq!(
        play.data("/inventories").as_array().expect("a list").len(),
        stock().len() + 2
    );
    let one = play.link("POST", "/inventories", Some(json!([new_lot()])));
    assert_eq!(one["data"], json!({}));
    play.switch("bricklink.array_of_one", json!(true));
    let one = play.link("POST", "/inventories", Some(json!([new_lot()])));
    assert!(one["data"]["inventory_id"].is_i64());
    let mixed = play.code(
        "POST",
        "/inventories",
        Some(json!([new_lot(), {"item": 1}])),
    );
    assert_eq!(mixed.0, 400);
    assert_eq!(
        play.data("/inventories").as_array().expect("a list").len(),
        stock().len() + 4,
        "all or none"
    );
}

#[test]
fn quantities_are_changes_in_three_spellings() {
    let play = Play::new();
    let path = format!("/inventories/{PLAIN}");
    let change = |by: Value| {
        play.code(
            "PUT",
            &path,
            Some(json!({"quantity": by, "description": "d"})),
        )
    };
    assert_eq!(change(json!("+5")).0, 200);
    assert_eq!(quantity(&play, PLAIN), 15);
    assert_eq!(change(json!("-3")).0, 200);
    assert_eq!(quantity(&play, PLAIN), 12);
    assert_eq!(change(json!(12)).0, 200);
    assert_eq!(quantity(&play, PLAIN), 24, "a plain number is a change too");
    assert_eq!(change(json!("-25")).0, 400);
    assert_eq!(quantity(&play, PLAIN), 24, "unchanged");
    assert_eq!(change(json!(9_999_999)).0, 400);
    assert_eq!(change(json!("-24")).0, 200);
    assert_eq!(play.code("GET", &path, None).0, 404, "gone at 0");
    let kept = format!("/inventories/{KEPT}");
    assert_eq!(
        play.code(
            "PUT",
            &kept,
            Some(json!({"quantity": "-5", "description": ""}))
        )
        .0,
        200
    );
    assert_eq!(quantity(&play, KEPT), 0);
}

#[test]
fn a_change_without_the_description_is_refused_and_an_empty_one_wipes_it() {
    let play = Play::new();
    let path = format!("/inventories/{PLAIN}");
    for body in [
        json!({"quantity": "+1"}),
        json!({"quantity": "+1", "description": null}),
    ] {
        let envelope = play.link("PUT", &path, Some(body));
        assert_eq!(
            envelope["meta"]["description"],
            "String input must not be null"
        );
        assert_eq!(envelope["meta"]["code"], 400);
    }
    assert_eq!(play.data(&path)["description"], "Don&#39;t &#40;:");
    assert_eq!(quantity(&play, PLAIN), 10);
    let body =
        json!({"description": "", "inventory_id": PLAIN, "unit_price": 1.5, "sale_rate": 20});
    let lot = play.link("PUT", &path, Some(body))["data"].take();
    assert_eq!(
        (&lot["description"], &lot["remarks"]),
        (&json!(""), &json!("A-12"))
    );
    assert_eq!(
        (&lot["unit_price"], &lot["sale_rate"]),
        (&json!("1.5000"), &json!(20))
    );
}

#[test]
fn lots_are_filtered_and_a_closed_store_looks_empty() {
    let play = Play::new();
    let ids = |query: &str| -> Vec<i64> {
        let list = play.data(&format!("/inventories{query}"));
        let mut ids: Vec<i64> = list
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|lot| lot["inventory_id"].as_i64())
            .collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!(ids(""), [PLAIN, KEPT, STORED, SET, TIERED]);
    assert_eq!(ids("?status=Y"), [PLAIN, KEPT, SET, TIERED]);
    assert_eq!(ids("?status=S"), [STORED]);
    assert_eq!(ids("?status=-S&item_type=-set"), [PLAIN, KEPT, TIERED]);
    assert_eq!(
        ids("?color_id=5%2C1&item_type=part"),
        [PLAIN, STORED, TIERED]
    );
    assert_eq!(ids("?category_id=6"), [0_i64; 0]);
    let stored = play.data(&format!("/inventories/{STORED}"));
    assert_eq!(
        (&stored["is_stock_room"], &stored["stock_room_id"]),
        (&json!(true), &json!("A"))
    );
    play.switch("bricklink.closed", json!(true));
    assert_eq!(ids(""), [0_i64; 0]);
    assert_eq!(quantity(&play, PLAIN), 10, "single lots can be read");
}

#[test]
fn lists_come_in_no_order() {
    let play = Play::new();
    let order = || -> Vec<i64> {
        let list = play.data("/inventories");
        let list = list.as_array().expect("a list").iter();
        list.filter_map(|lot| lot["inventory_id"].as_i64())
            .collect()
    };
    let first = order();
    assert!((0..20).any(|_| order() != first));
}

#[test]
fn texts_are_escaped_once_or_twice() {
    let play = Play::new();
    let name = || {
        play.data("/items/part/3023")["name"]
            .as_str()
            .expect("a name")
            .to_owned()
    };
    assert_eq!(
        name(),
        "Don&#39;t &quot;buy&quot; &lt;this&gt; &amp; that &#40;:&#41;"
    );
    play.switch("bricklink.double_escape", json!(true));
    assert!(name().starts_with("Don&amp;#39;t &amp;quot;buy"));
    play.switch("bricklink.old_category_key", json!(true));
    let item = play.data("/items/PART/3001");
    assert_eq!(
        (item.get("category_id"), &item["categoryID"]),
        (None, &json!(5))
    );
}

#[test]
fn the_catalogue_answers_as_documented() {
    let play = Play::new();
    let item = play.data("/items/part/3001");
    assert_eq!(
        item["image_url"],
        "//img.bricklink.com/ItemImage/PN/5/3001.png"
    );
    assert_eq!(
        (&item["weight"], &item["dim_x"]),
        (&json!("2.32"), &json!("2.00"))
    );
    assert_eq!(item["alternate_no"], "3001old");
    assert_eq!(
        play.code("GET", "/items/SET/75192", None).1,
        "Invalid item sequence number: null"
    );
    assert_eq!(play.data("/items/SET/75192-1")["year_released"], 2017);
    let colors = play.data("/items/PART/3001/colors");
    assert_eq!(
        (&colors[0]["color_id"], &colors[1]["color_id"]),
        (&json!(5), &json!(11))
    );
    assert_eq!(
        play.data("/items/PART/3001/images/5")["thumbnail_url"],
        "//img.bricklink.com/P/5/3001.jpg"
    );
    let mapping = play.data("/item_mapping/PART/3001?color_id=5");
    assert_eq!(
        mapping,
        json!([{"item": {"no": "3001", "type": "PART"}, "color_id": 5, "color_name": "Red", "element_id": "300121"}])
    );
    assert_eq!(play.data("/item_mapping/300121"), mapping);
    assert_eq!(play.data("/item_mapping/1"), json!([]));
    let subsets = play.data("/items/SET/75192-1/subsets");
    let groups = subsets.as_array().expect("groups");
    assert!(
        groups
            .iter()
            .any(|group| group["match_no"] == 1 && group["entries"][1]["is_alternate"] == true)
    );
    assert_eq!(groups[1], groups[5], "one part comes twice");
    assert!(
        play.data("/items/PART/3001/supersets?color_id=5")[0]["entries"][0]["appears_as"]
            .is_string()
    );
    assert_eq!(
        play.data("/colors/0")["color_name"],
        "&#40;Not Applicable&#41;"
    );
    assert_eq!(
        play.data("/categories")[0],
        json!({"category_id": 5, "category_name": "Brick", "parent_id": 0})
    );
    assert_eq!(play.data("/colors").as_array().map(Vec::len), Some(4));
}

#[test]
fn prices_follow_from_numbers_and_some_are_empty() {
    let play = Play::new();
    let guide = |query: &str| play.data(&format!("/items/PART/3001/price?{query}"));
    let known = (0..60)
        .map(|color| format!("color_id={color}"))
        .find(|query| guide(query)["unit_quantity"] != 0)
        .expect("prices");
    let stock = guide(&known);
    assert_eq!(stock, guide(&known), "the same every time");
    assert_eq!(
        stock["price_detail"][0]["quantity"],
        stock["price_detail"][0]["qunatity"]
    );
    assert!(stock["price_detail"][0]["shipping_available"].is_boolean());
    assert!(
        stock["price_detail"][0]
            .get("seller_country_code")
            .is_none()
    );
    assert_eq!(stock["min_price"], stock["price_detail"][0]["unit_price"]);
    assert_eq!(
        stock,
        guide(&format!("{known}&region=atlantis")),
        "a wrong region is ignored"
    );
    assert_ne!(stock, guide(&format!("{known}&region=europe")));
    assert_eq!(
        play.code("GET", "/items/PART/3001/price?vat=BOGUS", None).0,
        400
    );
    let sold = (0..60)
        .map(|color| {
            guide(&format!(
                "guide_type=sold&new_or_used=U&currency_code=USD&color_id={color}"
            ))
        })
        .find(|sold| sold["unit_quantity"] != 0)
        .expect("sales");
    assert_eq!(
        (&sold["new_or_used"], &sold["currency_code"]),
        (&json!("U"), &json!("USD"))
    );
    assert!(sold["price_detail"][0]["date_ordered"].is_string());
    let empty = (0..60)
        .map(|color| guide(&format!("color_id={color}")))
        .find(|empty| empty["unit_quantity"] == 0)
        .expect("one without offers");
    assert_eq!(
        (&empty["min_price"], &empty["price_detail"]),
        (&json!("0.0000"), &json!([]))
    );
}

#[test]
fn members_feedback_coupons_and_shipping() {
    let play = Play::new();
    let order = play.buy(&[(TIERED, 1)]);
    let wrong = json!({"order_id": order, "rating": "praise", "comment": "x"});
    assert_eq!(play.code("POST", "/feedback", Some(wrong)).0, 400);
    let given = play.link(
        "POST",
        "/feedback",
        Some(json!({"order_id": order, "rating": 0, "comment": "Swift"})),
    );
    assert_eq!(given["meta"]["code"], 201);
    let id = given["data"]["feedback_id"].as_i64().expect("a number");
    assert_eq!(
        play.code(
            "POST",
            &format!("/feedback/{id}/reply"),
            Some(json!({"reply": "Thanks"}))
        )
        .0,
        201
    );
    assert_eq!(play.data(&format!("/feedback/{id}"))["reply"], "Thanks");
    assert_eq!(
        play.data("/feedback?direction=out")
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    assert_eq!(play.data("/feedback"), json!([]));
    assert_eq!(
        play.data("/members/buyer_one/ratings")["rating"]["PRAISE"],
        10
    );
    assert_eq!(play.code("GET", "/members/buyer_one/my_notes", None).0, 404);
    let note = Some(json!({"note_text": "pays late"}));
    assert_eq!(
        play.code("POST", "/members/buyer_one/my_notes", note.clone())
            .0,
        201
    );
    assert_eq!(play.code("PUT", "/members/buyer_one/my_notes", note).0, 200);
    assert_eq!(
        play.code("DELETE", "/members/buyer_one/my_notes", None).0,
        204
    );
    let methods = play.data("/settings/shipping_methods");
    let first = methods[0]["method_id"].as_i64().expect("a number");
    assert_eq!(
        play.data(&format!("/settings/shipping_methods/{first}")),
        methods[0]
    );
    let coupon = play.link(
        "POST",
        "/coupons",
        Some(json!({"buyer_name": "buyer_one", "discount_type": "F"})),
    );
    let id = coupon["data"]["coupon_id"].as_i64().expect("a number");
    assert_eq!(
        play.code(
            "PUT",
            &format!("/coupons/{id}"),
            Some(json!({"remarks": "x"}))
        )
        .0,
        200
    );
    assert_eq!(play.data(&format!("/coupons/{id}"))["remarks"], "x");
    assert_eq!(play.data("/coupons?status=A"), json!([]));
    assert_eq!(play.code("DELETE", &format!("/coupons/{id}"), None).0, 204);
}
