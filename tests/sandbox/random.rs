//! Anything may be sent: nothing panics, no stock falls below nothing, the same seed gives the same.

use brickops::sandbox::{Reaction, WireRequest};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::play::{KEPT, PLAIN, Play, SET, STORED, TIERED};

fn no_stock_is_negative(play: &Play) {
    for service in ["bricklink", "brickowl"] {
        let lots = play.mock("GET", &format!("/{service}/lots"), &Value::Null);
        for lot in lots.as_array().expect("a list") {
            assert!(
                lot["quantity"]
                    .as_i64()
                    .is_some_and(|n| (0..=9_999_999).contains(&n)),
                "{lot}"
            );
        }
    }
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("inventories".to_owned()),
        Just("orders".to_owned()),
        Just("items".to_owned()),
        Just("PART".to_owned()),
        Just("3001".to_owned()),
        Just("101".to_owned()),
        Just("price".to_owned()),
        Just("feedback".to_owned()),
        Just("coupons".to_owned()),
        Just("inventory".to_owned()),
        Just("order".to_owned()),
        Just("update".to_owned()),
        Just("list".to_owned()),
        Just("status".to_owned()),
        Just("%zz%".to_owned()),
        "[a-z0-9%+._-]{0,8}",
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[ -~]{0,12}".prop_map(Value::from),
        Just(json!("+9223372036854775807")),
    ];
    let name = prop_oneof![
        Just("quantity".to_owned()),
        Just("description".to_owned()),
        Just("item".to_owned()),
        Just("field".to_owned()),
        Just("value".to_owned()),
        Just("lots".to_owned()),
        Just("sale_rate".to_owned()),
        Just("unit_price".to_owned()),
        "[a-z_]{1,8}",
    ];
    leaf.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(name.clone(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_is_sent_breaks_anything(
        calls in prop::collection::vec((0..5_u8, 0..4_u8, prop::collection::vec(word(), 0..4), value()), 1..20)
    ) {
        let play = Play::new();
        for (service, method, path, body) in calls {
            let method = ["GET", "POST", "PUT", "DELETE"][usize::from(method)];
            let path = path.join("/");
            match service {
                0 => {
                    let request = play.signed(method, &format!("/{}", path.replace('%', "")), Some(&body));
                    play.react(&request);
                }
                1 => {
                    let text = body.to_string();
                    play.owl(method, &path.replace('%', ""), &[("lot_id", &text), ("requests", &text), ("quantity", "5")]);
                }
                2 => {
                    let request = WireRequest::new(method, &format!("/__mock/bricklink/{path}"));
                    play.react(&request.body_is("application/json", body.to_string()));
                }
                3 => {
                    let request = WireRequest::new(method, &format!("/predict/{path}"));
                    play.react(&request.body_is("multipart/form-data; boundary=a", body.to_string()));
                }
                _ => {
                    play.react(&WireRequest::new(method, &format!("/{path}?{body}")));
                }
            }
        }
        no_stock_is_negative(&play);
    }

    #[test]
    fn no_stock_falls_below_nothing(
        steps in prop::collection::vec((0..6_u8, 0..5_usize, -400_i64..400), 1..60)
    ) {
        let play = Play::new();
        let lots = [PLAIN, KEPT, STORED, SET, TIERED];
        let mut orders: Vec<Value> = Vec::new();
        for (step, lot, number) in steps {
            let lot = lots[lot];
            let quiet = |method: &str, path: String, body: Value| {
                let request = WireRequest::new(method, &format!("/__mock{path}")).body_is("application/json", body.to_string());
                let answer = play.whole(&request);
                serde_json::from_slice::<Value>(&answer.body).expect("JSON")
            };
            let bought = json!({"lots": [{"lot": lot, "quantity": number}]});
            match step {
                0 => {
                    let body = json!({"quantity": number, "description": ""});
                    play.react(&play.signed("PUT", &format!("/inventories/{lot}"), Some(&body)));
                }
                1 => orders.push(quiet("POST", "/bricklink/orders".into(), bought)["id"].take()),
                2 => {
                    for order in &orders {
                        quiet("POST", format!("/bricklink/orders/{order}/extend"), bought.clone());
                    }
                }
                3 => {
                    if let Some(order) = orders.pop() {
                        let how = json!({"restock": number > 0, "new_lots": number > 300});
                        quiet("POST", format!("/bricklink/orders/{order}/cancel"), how);
                    }
                }
                4 => {
                    let text = number.to_string();
                    play.owl("POST", "inventory/update", &[("external_id", &lot.to_string()), ("relative_quantity", &text)]);
                }
                _ => {
                    quiet("POST", "/brickowl/orders".into(), json!({}));
                }
            }
            no_stock_is_negative(&play);
        }
    }
}

#[test]
fn buyers_come_by_themselves_and_the_same_ones_again() {
    let run = || {
        let play = Play::new();
        play.mock("POST", "/buyers", &json!({"orders_per_hour": 4}));
        play.mock("POST", "/clock", &json!({"advance_seconds": 3 * 3_600}));
        let link = play.mock("GET", "/bricklink/orders", &Value::Null);
        let owl = play.mock("GET", "/brickowl/orders", &Value::Null);
        no_stock_is_negative(&play);
        (link, owl)
    };
    let (link, owl) = run();
    let count = |orders: &Value| orders.as_array().map_or(0, Vec::len);
    assert!((6..=14).contains(&count(&link)), "{link}");
    assert!((6..=14).contains(&count(&owl)), "{owl}");
    assert_eq!((link, owl), run());
}

#[test]
fn strangers_get_a_page() {
    let play = Play::new();
    for path in ["/", "/api", "/v1x", "/api/store/v1x/orders", "/__mockx"] {
        assert!(
            matches!(play.react(&WireRequest::new("GET", path)), Reaction::Answer(answer) if answer.status == 404)
        );
    }
}
