//! The client of BrickOwl against answers as they really come.

mod mapped;
mod samples;
mod verbs;

use std::sync::Arc;

use super::*;
use crate::domain::market::{Class, Done, Grade, ListingChange, NewListing, Purpose};
use crate::domain::{
    ColorId, Condition, ItemKey, ItemKind, Money, OrderStatus, Secret, Tier, Timestamp,
};
use crate::market::scripted::{Scripted, Watched, fields, says};
use crate::market::{Answer, Body, Broke, Call, Method, Outcome};

const KEY: &str = "a-key+of/nobody";

fn client(
    script: impl Fn(&Call) -> Result<Answer, Broke> + Send + Sync + 'static,
) -> (BrickOwl, Arc<Scripted>, Arc<Watched>) {
    let transport = Scripted::new(script);
    let gate = Arc::new(Watched::default());
    let owl = BrickOwl::new(
        transport.clone(),
        gate.clone(),
        &Secret::new(format!("  {KEY}\r\n")),
        Settings::default(),
        Arc::default(),
    )
    .expect("a key");
    (owl, transport, gate)
}

fn brick() -> NewListing {
    NewListing {
        item: ItemKey::part("3001"),
        boid: "771344-38".into(),
        color: ColorId(11),
        condition: Condition::Used,
        completeness: None,
        grade: None,
        quantity: 4,
        price: Money::from_raw(1_235),
        external: "17".into(),
        rest: ListingChange {
            notes: Some("a & b".into()),
            remarks: Some("A1".into()),
            tiers: Some(vec![Tier {
                quantity: 100,
                price: Money::from_raw(500),
            }]),
            bulk: Some(1),
            ..ListingChange::default()
        },
    }
}

#[test]
fn the_key_travels_in_query_or_form_and_nowhere_else() {
    let (owl, seen, gate) = client(|call| match call.method {
        Method::Get => says(200, "[]"),
        _ => says(200, r#"{"status":"SUCCESS"}"#),
    });
    owl.lots(Purpose::Orders, false).expect("a list");
    let call = seen.calls().remove(0);
    assert!(
        call.url
            .starts_with("https://api.brickowl.com/v1/inventory/list?")
    );
    assert!(call.body == Body::Empty);
    let asked = seen.fields();
    assert_eq!(asked["key"], KEY);
    assert_eq!(asked["active_only"], "0");
    owl.delete(Purpose::Stock, &LotName::Number(5))
        .expect("done");
    let call = seen.calls().remove(1);
    assert_eq!(call.url, "https://api.brickowl.com/v1/inventory/delete");
    let asked = seen.fields();
    assert_eq!(
        (asked["key"].as_str(), asked["lot_id"].as_str()),
        (KEY, "5")
    );
    assert!(!format!("{owl:?} {call:?}").contains("nobody"));
    assert_eq!(gate.outcomes(), [Outcome::Answered; 2]);
}

#[test]
fn a_key_with_blanks_inside_is_no_key() {
    for key in ["", "  ", "a b", "a\nb"] {
        let refused = BrickOwl::new(
            Scripted::new(|_| says(200, "[]")),
            Arc::new(Watched::default()),
            &Secret::new(key),
            Settings::default(),
            Arc::default(),
        );
        assert_eq!(refused.expect_err("refused").class, Class::Keys, "{key:?}");
    }
}

/// Every way in which a call can fail: what it is called, and whether it may have happened.
#[test]
fn failures_say_what_kind_and_whether_it_was_done() {
    use Class::{
        Broken, Forbidden, Garbled, Keys, NotFound, Offline, Refused, Silent, Throttled, Tls,
        TooLarge, Unreachable,
    };
    let error = |text: &str| format!(r#"{{"error":{{"status":"{text}"}}}}"#);
    let rows: Vec<(Result<Answer, Broke>, Class, Done)> = vec![
        (Err(Broke::Offline), Offline, Done::No),
        (Err(Broke::Connect("dns".into())), Unreachable, Done::No),
        (Err(Broke::Tls("expired".into())), Tls, Done::No),
        (Err(Broke::Lost("reset".into())), Silent, Done::Unknown),
        (Err(Broke::TooLarge), TooLarge, Done::Unknown),
        (says(401, error("Invalid key")), Keys, Done::No),
        (says(403, error("Invalid key")), Keys, Done::No),
        (says(403, error("No permission")), Forbidden, Done::No),
        (says(404, error("Lot not found")), NotFound, Done::No),
        (
            says(400, error("Invalid BOID - 12313131323")),
            Refused,
            Done::No,
        ),
        (
            says(
                400,
                error("Store not found, you may need to set list_type=customer"),
            ),
            Refused,
            Done::No,
        ),
        (says(200, error("Invalid status")), Refused, Done::No),
        (says(200, r#"{"error":"Invalid API key"}"#), Keys, Done::No),
        (says(200, r#"{"status":"error"}"#), Refused, Done::No),
        (says(200, ""), Garbled, Done::Unknown),
        (says(200, "{}"), Garbled, Done::Unknown),
        (says(200, r#"{"status":"succ"#), Garbled, Done::Unknown),
        (says(200, "<html>Sorry</html>"), Garbled, Done::Unknown),
        (says(302, ""), Garbled, Done::Unknown),
        (says(429, "slow down"), Throttled, Done::No),
        (says(500, "<html>"), Broken, Done::Unknown),
        (says(503, "<html>"), Broken, Done::Unknown),
        (says(400, "<html>"), Refused, Done::No),
        (says(404, "[]"), NotFound, Done::No),
    ];
    for (answer, class, done) in rows {
        let shown = format!("{answer:?}");
        let again = answer.clone();
        let (owl, _, gate) = client(move |_| again.clone());
        let failed = owl
            .delete(Purpose::Stock, &LotName::Number(5))
            .expect_err(&shown);
        assert_eq!((failed.class, failed.done), (class, done), "{shown}");
        assert_eq!(failed.endpoint, "POST inventory/delete", "{shown}");
        assert!(failed.text.ends_with('.'), "{}", failed.text);
        let counted = match class {
            Offline => Outcome::NotMade,
            Keys | Forbidden | NotFound | Refused => Outcome::Answered,
            class => Outcome::Failed(class),
        };
        assert_eq!(gate.outcomes(), [counted], "{shown}");
        // What only reads changes nothing, however it fails.
        let (owl, _, _) = client(move |_| answer.clone());
        let failed = owl.who(Purpose::Person).expect_err(&shown);
        assert_eq!(failed.done, Done::No, "{shown}");
    }
}

#[test]
fn the_service_says_how_long_to_wait() {
    for (header, seconds) in [
        (None, 60),
        (Some("7"), 7),
        (Some("x"), 60),
        (Some("999999"), 3_600),
    ] {
        let (owl, _, _) = client(move |_| {
            Ok(Answer {
                status: 429,
                headers: header
                    .map(|value| ("retry-after".to_owned(), value.to_owned()))
                    .into_iter()
                    .collect(),
                body: Vec::new(),
            })
        });
        let failed = owl.who(Purpose::Person).expect_err("throttled");
        assert_eq!(failed.retry_after, Some(seconds));
    }
}

#[test]
fn a_key_that_the_service_repeats_is_not_kept() {
    let encoded: String = form_urlencoded::byte_serialize(KEY.as_bytes()).collect();
    for shown in [KEY, &encoded] {
        let body = format!(r#"{{"error":{{"status":"no user for key={shown} here"}}}}"#);
        let (owl, _, _) = client(move |_| says(400, body.clone()));
        let failed = owl.who(Purpose::Person).expect_err("refused");
        let all = format!("{failed:?}");
        assert!(!all.contains("nobody"), "{all}");
        assert!(all.contains("key=…"), "{all}");
    }
    // Also where the cut goes through it.
    let long = format!("{}{KEY}{}", "x".repeat(2_040), "y".repeat(4_000));
    let (owl, _, _) = client(move |_| says(500, long.clone()));
    let failed = owl.who(Purpose::Person).expect_err("broken");
    assert!(!failed.raw.contains("a-ke"), "{}", failed.raw);
    assert!(failed.raw.len() <= 2_048);
    let (owl, _, _) = client(|_| Err(Broke::Connect(format!("GET https://x/?key={KEY}"))));
    let failed = owl.who(Purpose::Person).expect_err("broken");
    assert!(!failed.text.contains("nobody"), "{}", failed.text);
}

#[test]
fn a_shut_gate_sends_nothing() {
    let (owl, seen, gate) = client(|_| says(200, "[]"));
    let held = crate::domain::market::Failure::new(
        crate::domain::market::Service::BrickOwl,
        Class::Held,
        "BrickOwl rests after failures.",
    );
    *gate.shut.lock().expect("a lock") = Some(held);
    let failed = owl.lots(Purpose::Orders, true).expect_err("held");
    assert_eq!(failed.class, Class::Held);
    assert_eq!(failed.endpoint, "GET inventory/list");
    assert_eq!(seen.calls(), []);
}

#[test]
fn making_a_lot_is_two_calls() {
    let (owl, seen, _) = client(|call| {
        if call.endpoint == "POST inventory/create" {
            says(200, r#"{"status":"success","lot_id":"107931517"}"#)
        } else {
            says(200, r#"{"status":"success"}"#)
        }
    });
    let new = brick();
    let lot = owl.create(Purpose::Stock, &new).expect("made");
    assert_eq!(lot, 107_931_517);
    let mut sent: Vec<(String, String)> = seen.fields().into_iter().collect();
    sent.sort();
    let expected = [
        ("boid", "771344"),
        ("color_id", "38"),
        ("condition", "usedg"),
        ("external_id", "17"),
        ("key", KEY),
        ("price", "0.124"),
        ("quantity", "4"),
    ];
    assert_eq!(sent, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    owl.describe(Purpose::Stock, lot, &new).expect("described");
    let mut sent: Vec<(String, String)> = seen.fields().into_iter().collect();
    sent.sort();
    let expected = [
        ("key", KEY),
        ("lot_id", "107931517"),
        ("personal_note", "A1"),
        ("public_note", "a & b"),
        ("tier_price", "100:0.050"),
    ];
    assert_eq!(sent, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    let bare = NewListing {
        rest: ListingChange::default(),
        ..new
    };
    owl.describe(Purpose::Stock, lot, &bare)
        .expect("nothing to say");
    assert_eq!(seen.calls().len(), 2, "nothing to say is no call");
    // Made, but under no number: nobody knows.
    let (owl, _, _) = client(|_| says(200, r#"{"status":"success"}"#));
    let failed = owl.create(Purpose::Stock, &bare).expect_err("no number");
    assert_eq!((failed.class, failed.done), (Class::Garbled, Done::Unknown));
}

#[test]
fn what_cannot_be_sold_there_is_refused_without_a_call() {
    let (owl, seen, _) = client(|_| says(200, r#"{"status":"success","lot_id":"1"}"#));
    let with = |change: &dyn Fn(&mut NewListing)| {
        let mut new = brick();
        change(&mut new);
        let failed = owl.create(Purpose::Stock, &new).expect_err("refused");
        assert_eq!((failed.class, failed.done), (Class::Refused, Done::No));
        failed.text
    };
    assert!(with(&|new| new.color = ColorId(215)).contains("215"));
    assert!(with(&|new| new.boid.clear()).contains("3001"));
    assert!(with(&|new| new.quantity = 0).contains("at least one"));
    assert!(with(&|new| new.price = Money::from_raw(4)).contains("0.001"));
    assert!(with(&|new| new.item.kind = ItemKind::Book).contains("book"));
    assert_eq!(seen.calls(), []);
}

#[test]
fn colours_are_sent_only_where_they_may_be() {
    let sent = |kind, no: &str, color, coloured| {
        let transport = Scripted::new(|_| says(200, r#"{"status":"success","lot_id":"1"}"#));
        let settings = Settings {
            habits: Habits {
                boid_with_color: coloured,
                ..Habits::default()
            },
            ..Settings::default()
        };
        let gate = Arc::new(Watched::default());
        let key = Secret::new("k");
        let owl = BrickOwl::new(transport.clone(), gate, &key, settings, Arc::default());
        let new = NewListing {
            item: ItemKey::new(kind, no),
            color: ColorId(color),
            condition: Condition::New,
            ..brick()
        };
        owl.expect("a key")
            .create(Purpose::Stock, &new)
            .expect("made");
        let sent = transport.fields();
        (
            sent["boid"].clone(),
            sent.get("color_id").cloned(),
            sent["condition"].clone(),
        )
    };
    let all = |boid: &str, color: Option<&str>, code: &str| {
        (boid.to_owned(), color.map(str::to_owned), code.to_owned())
    };
    assert_eq!(
        sent(ItemKind::Part, "3001", 5, false),
        all("771344", Some("81"), "new")
    );
    assert_eq!(
        sent(ItemKind::Part, "3001", 5, true),
        all("771344-81", None, "new")
    );
    assert_eq!(
        sent(ItemKind::Part, "60001stk01", 5, false),
        all("771344", None, "new")
    );
    assert_eq!(
        sent(ItemKind::Gear, "kc1", 5, false),
        all("771344", Some("81"), "new")
    );
    assert_eq!(
        sent(ItemKind::Gear, "kc1", 0, false),
        all("771344", None, "new")
    );
    assert_eq!(
        sent(ItemKind::Set, "10-1", 5, false),
        all("771344", None, "news")
    );
    assert_eq!(
        sent(ItemKind::OriginalBox, "10-1", 0, false),
        all("771344", None, "usedn")
    );
}

#[test]
fn changes_become_the_fields_that_the_service_knows() {
    let (owl, seen, _) = client(|_| says(200, r#"{"status":"Success"}"#));
    let change = ListingChange {
        quantity_by: Some(-2),
        price: Some(Money::from_raw(7_205)),
        notes: Some(String::new()),
        remarks: Some("B 2 + ü".into()),
        bulk: Some(1),
        retain: Some(true),
        stockroom: Some(Some('A')),
        cost: Some(Money::from_raw(300)),
        sale: Some(-95),
        tiers: Some(Vec::new()),
        condition: Some((Condition::Used, None, Some(Grade::Acceptable))),
        external: Some("99".into()),
        quantity_to: None,
    };
    let name = LotName::External("17".into());
    owl.update(Purpose::Notes, &name, ItemKind::Part, &change)
        .expect("done");
    let mut sent: Vec<(String, String)> = seen.fields().into_iter().collect();
    sent.sort();
    let expected = [
        ("bulk_qty", "1"),
        ("condition", "useda"),
        ("external_id", "17"),
        ("for_sale", "0"),
        ("key", KEY),
        ("my_cost", "0.030"),
        ("personal_note", "B 2 + ü"),
        ("price", "0.721"),
        ("public_note", ""),
        ("relative_quantity", "-2"),
        ("sale_percent", "-95"),
        ("tier_price", "remove"),
        ("update_external_id_1", "99"),
    ];
    assert_eq!(sent, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    let only = |change: ListingChange| owl.update(Purpose::Notes, &name, ItemKind::Part, &change);
    let before = seen.calls().len();
    only(ListingChange {
        retain: Some(true),
        ..ListingChange::default()
    })
    .expect("nothing that BrickOwl keeps");
    for change in [
        ListingChange {
            sale: Some(99),
            ..ListingChange::default()
        },
        ListingChange {
            quantity_by: Some(1),
            quantity_to: Some(1),
            ..ListingChange::default()
        },
        ListingChange {
            price: Some(Money::ZERO),
            ..ListingChange::default()
        },
        ListingChange {
            tiers: Some(vec![
                Tier {
                    quantity: 2,
                    price: Money::from_raw(100)
                };
                4
            ]),
            ..ListingChange::default()
        },
    ] {
        assert_eq!(only(change).expect_err("refused").class, Class::Refused);
    }
    assert_eq!(seen.calls().len(), before);
}

#[test]
fn a_batch_pairs_its_answers_by_number() {
    let (owl, seen, _) = client(|_| {
        says(
            200,
            r#"[{"req_num":2,"code":404,"body":[]},{"req_num":"1","code":200,"body":{"status":"Success"}},
               {"req_num":9,"code":200,"body":{"status":"Success"}},
               {"req_num":4,"code":500,"body":[]},{"req_num":5,"code":429,"body":[]},
               {"req_num":6,"code":200,"body":[]}]"#,
        )
    });
    let lot = |number, quantity| LotQuantity {
        lot: LotName::Number(number),
        quantity,
    };
    let lots = [
        lot(2_726_773, Quantity::To(2)),
        lot(2, Quantity::By(-1)),
        lot(3, Quantity::By(1)),
        lot(4, Quantity::By(1)),
        lot(5, Quantity::By(1)),
        LotQuantity {
            lot: LotName::External("77".into()),
            quantity: Quantity::To(0),
        },
    ];
    let answers = owl.set_quantities(Purpose::Stock, &lots).expect("a batch");
    let said: Vec<_> = answers
        .iter()
        .map(|one| {
            one.as_ref()
                .map_err(|failure| (failure.class, failure.done))
        })
        .collect();
    assert_eq!(
        said,
        [
            Ok(&()),
            Err((Class::NotFound, Done::No)),
            Err((Class::Garbled, Done::Unknown)),
            Err((Class::Broken, Done::Unknown)),
            Err((Class::Throttled, Done::No)),
            Err((Class::Garbled, Done::Unknown)),
        ]
    );
    let sent: serde_json::Value = serde_json::from_str(&seen.fields()["requests"]).expect("JSON");
    assert_eq!(
        sent["requests"][0],
        serde_json::json!({
            "endpoint": "inventory/update", "request_method": "POST",
            "params": [{"lot_id": 2_726_773, "absolute_quantity": 2}]
        })
    );
    assert_eq!(
        sent["requests"][5]["params"],
        serde_json::json!([{"external_id": "77", "absolute_quantity": 0}])
    );
    assert_eq!(sent["requests"].as_array().map(Vec::len), Some(6));
}

#[test]
fn a_batch_may_come_wrapped_or_without_numbers() {
    for body in [
        r#"{"responses":[{"req_num":1,"code":200,"body":{"status":"success"}},{"code":"400","body":{"error":{"status":"Invalid lot"}}}]}"#,
        r#"[{"code":200,"body":{"status":"success"}},{"code":400,"body":{"error":{"status":"Invalid lot"}}}]"#,
    ] {
        let (owl, _, _) = client(move |_| says(200, body));
        let lots = [1, 2].map(|number| LotQuantity {
            lot: LotName::Number(number),
            quantity: Quantity::By(1),
        });
        let answers = owl.set_quantities(Purpose::Stock, &lots).expect(body);
        assert_eq!(answers[0], Ok(()), "{body}");
        let failed = answers[1].as_ref().expect_err(body);
        assert_eq!((failed.class, failed.done), (Class::Refused, Done::No));
        assert!(failed.text.contains("Invalid lot"));
        assert_eq!(failed.endpoint, "POST bulk/batch");
    }
    for body in ["[]", "{}", "", r#"[{"req_num":1,"#] {
        let (owl, _, _) = client(move |_| says(200, body));
        let lots = [LotQuantity {
            lot: LotName::Number(1),
            quantity: Quantity::By(1),
        }];
        let failed = owl.set_quantities(Purpose::Stock, &lots).expect_err(body);
        assert_eq!((failed.class, failed.done), (Class::Garbled, Done::Unknown));
    }
    let (owl, seen, _) = client(|_| says(200, "[]"));
    let lot = LotQuantity {
        lot: LotName::Number(1),
        quantity: Quantity::By(1),
    };
    assert!(owl.set_quantities(Purpose::Stock, &vec![lot; 51]).is_err());
    assert_eq!(owl.set_quantities(Purpose::Stock, &[]), Ok(Vec::new()));
    assert_eq!(seen.calls(), []);
}

/// A client with the patience of four attempts that lets no time pass.
fn patient(owl: BrickOwl) -> BrickOwl {
    #[derive(Debug)]
    struct NoSleep;
    impl crate::market::retry::Sleeper for NoSleep {
        fn sleep(&self, _: std::time::Duration) {}
    }
    owl.patient(crate::market::Patience {
        backoff: crate::market::retry::Backoff::default(),
        entropy: Arc::new(crate::entropy::CountingEntropy::default()),
        sleeper: Arc::new(NoSleep),
    })
}

#[test]
fn with_patience_only_what_is_harmless_is_tried_again() {
    let lost = || Err(Broke::Lost("reset".into()));
    let away = || Err(Broke::Connect("nobody listens".into()));
    let (owl, transport, _) = client(move |_| lost());
    let failed = patient(owl).who(Purpose::Person).expect_err("silent");
    assert_eq!((failed.class, transport.calls().len()), (Class::Silent, 4));
    let (owl, transport, gate) = client(move |_| lost());
    let five = LotName::Number(5);
    let failed = patient(owl).delete(Purpose::Stock, &five).expect_err("?");
    assert_eq!(failed.done, Done::Unknown);
    assert_eq!((transport.calls().len(), gate.outcomes().len()), (1, 1));
    let (owl, transport, _) = client(move |_| away());
    let failed = patient(owl).delete(Purpose::Stock, &five).expect_err("?");
    assert_eq!((failed.done, transport.calls().len()), (Done::No, 4));
    // Without patience there is one attempt.
    let (owl, transport, _) = client(move |_| away());
    owl.who(Purpose::Person).expect_err("away");
    assert_eq!(transport.calls().len(), 1);
}
