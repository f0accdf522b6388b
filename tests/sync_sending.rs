//! Sending to both marketplaces: the real engine and clients against the played services, on a clock that is
//! moved, with answers that are lost and processes that die at the worst moment.

mod sync;

use brickops::domain::sync::{EntryState, IntentKind, Outcome, Standing};
use brickops::domain::{ItemKey, LotId, Marketplace};
use brickops::services::sync::{Allow, Switch};
use serde_json::{Value, json};
use sync::{LINK, OWL, Shop};

const BOTH: [Marketplace; 2] = [LINK, OWL];

/// What both marketplaces hold of the only lot: pieces, price, notes, remarks.
#[track_caller]
fn held(shop: &Shop, market: Marketplace) -> Value {
    let lots = shop.held(market);
    assert_eq!(lots.len(), 1, "{market:?}: {lots:?}");
    lots[0].clone()
}

#[track_caller]
fn in_step(shop: &Shop, lot: LotId) {
    for state in shop.app.sync_of_lots(&shop.scope(), &[lot]).expect("read") {
        assert_eq!(state.standing, Standing::InStep, "{state:?}");
    }
}

#[test]
fn a_lot_is_made_changed_and_removed_on_both_sides() {
    let shop = Shop::new();
    let lot = shop.add("3001", 10, "0.527");
    shop.run();
    for market in BOTH {
        let there = held(&shop, market);
        assert_eq!(there["quantity"], 10, "{market:?}");
    }
    in_step(&shop, lot);
    for (edit, link, owl) in [
        ("qty=7", json!({"quantity": 7}), json!({"quantity": 7})),
        (
            "price=0.4124",
            json!({"price": "0.4124"}),
            json!({"price": "0.412"}),
        ),
        (
            "comments=two words",
            json!({"description": "two words"}),
            json!({"public_note": "two words"}),
        ),
        (
            "comments=",
            json!({"description": ""}),
            json!({"public_note": null}),
        ),
        (
            "remarks=A-12",
            json!({"remarks": "A-12"}),
            json!({"personal_note": "A-12"}),
        ),
        (
            "stockroom=B",
            json!({"quantity": 7}),
            json!({"for_sale": false}),
        ),
        (
            "stockroom=none",
            json!({"quantity": 7}),
            json!({"for_sale": true}),
        ),
    ] {
        shop.edit(lot, edit);
        shop.run();
        for (market, wanted) in [(LINK, link), (OWL, owl)] {
            let there = held(&shop, market);
            for (name, value) in wanted.as_object().expect("an object") {
                assert_eq!(&there[name], value, "{edit} {market:?}: {there}");
            }
        }
        in_step(&shop, lot);
    }
    shop.edit(lot, "delete");
    shop.run();
    for market in BOTH {
        assert_eq!(shop.held(market), Vec::<Value>::new(), "{market:?}");
    }
}

#[test]
fn what_cancels_out_coalesces_or_is_a_blank_is_not_sent() {
    let shop = Shop::new();
    let lot = shop.add("3001", 10, "0.500");
    shop.run();
    let before = shop.calls();
    shop.edit(lot, "qty=3");
    shop.edit(lot, "qty=10");
    shop.edit(lot, "tags=x");
    shop.run();
    assert_eq!(shop.calls(), before, "nothing differs");
    shop.edit(lot, "price=0.5004");
    shop.run();
    assert_eq!(
        shop.calls_to("POST inventory/update") + shop.calls_to("POST bulk/batch"),
        0,
        "BrickOwl knows three decimals only"
    );
    shop.edit(lot, "qty=9");
    shop.edit(lot, "qty=8; comments=b");
    shop.run();
    assert_eq!(
        shop.calls_to("PUT inventories/{id}"),
        2,
        "one for the price, one for all the rest"
    );
    in_step(&shop, lot);
}

#[test]
fn a_lost_answer_never_doubles_anything() {
    for mode in [
        "timeout_before",
        "timeout_after",
        "reset_after",
        "error_after",
    ] {
        for (market, create, change, delete) in [
            (
                "bricklink",
                "POST inventories",
                "PUT inventories",
                "DELETE inventories",
            ),
            (
                "brickowl",
                "POST inventory/create",
                "POST inventory/update",
                "POST inventory/delete",
            ),
        ] {
            let shop = Shop::new();
            shop.sandbox()
                .fault(&format!("{market}:{create}:{mode}"))
                .expect("a fault");
            let lot = shop.add("3001", 10, "0.500");
            shop.run_long();
            for side in BOTH {
                assert_eq!(held(&shop, side)["quantity"], 10, "{market} create {mode}");
            }
            shop.sandbox()
                .fault(&format!("{market}:{change}:{mode}"))
                .expect("a fault");
            shop.edit(lot, "qty=-3");
            shop.run_long();
            for side in BOTH {
                assert_eq!(held(&shop, side)["quantity"], 7, "{market} change {mode}");
            }
            in_step(&shop, lot);
            shop.sandbox()
                .fault(&format!("{market}:{delete}:{mode}"))
                .expect("a fault");
            shop.edit(lot, "delete");
            shop.run_long();
            for side in BOTH {
                let left = shop.held(side);
                assert!(left.is_empty(), "{market} delete {mode}: {left:?}");
            }
        }
    }
}

#[test]
fn a_lost_answer_to_a_batch_never_doubles_anything() {
    for mode in ["timeout_before", "timeout_after", "truncated_json"] {
        let shop = Shop::new();
        let lots: Vec<LotId> = (0..4).map(|_| shop.add("3001", 10, "0.500")).collect();
        shop.sandbox()
            .fault(&format!("brickowl:POST bulk/batch:{mode}"))
            .expect("a fault");
        shop.run_long();
        shop.sandbox().heal();
        shop.run_long();
        assert_eq!(shop.held(OWL).len(), 4, "{mode}");
        shop.sandbox()
            .fault(&format!("brickowl:POST bulk/batch:{mode}"))
            .expect("a fault");
        for lot in &lots {
            shop.edit(*lot, "qty=-3");
        }
        shop.run_long();
        for there in shop.held(OWL) {
            assert_eq!(there["quantity"], 7, "{mode}");
        }
        for lot in lots {
            in_step(&shop, lot);
        }
    }
}

#[test]
fn a_process_that_dies_goes_on_where_it_was() {
    for market in BOTH {
        for called in [false, true] {
            let mut shop = Shop::new();
            let lot = shop.add("3001", 10, "0.500");
            let tenant = shop.scope().tenant;
            if market == OWL {
                // What the item is called is known by then.
                shop.app
                    .keep_owl_numbers(tenant, vec![(ItemKey::part("3001"), shop.owl_number())])
                    .expect("kept");
            }
            for edit in [None, Some("qty=-4")] {
                if let Some(edit) = edit {
                    shop.run_long();
                    shop.edit(lot, edit);
                }
                let journaled = shop
                    .app
                    .journal(tenant, market, &[lot], Allow::default())
                    .expect("journaled");
                assert_eq!(journaled.ready.len(), 1, "{market:?} {edit:?}");
                if called {
                    shop.play(market, &journaled.ready[0]);
                }
                shop.restart();
            }
            shop.run_long();
            for side in BOTH {
                assert_eq!(held(&shop, side)["quantity"], 6, "{market:?} {called}");
            }
            in_step(&shop, lot);
        }
    }
}

#[test]
fn pieces_get_through_when_a_price_tier_is_refused() {
    let shop = Shop::new();
    let lot = shop.add("3001", 10, "0.500");
    shop.run();
    shop.edit(lot, "qty=4; comments=seen; tier1=10 @ 0.90");
    shop.run_long();
    let there = held(&shop, LINK);
    assert_eq!(there["quantity"], 4);
    assert_eq!(there["description"], "seen");
    let states = shop.app.sync_of_lots(&shop.scope(), &[lot]).expect("read");
    assert_eq!(states[0].standing, Standing::Open(EntryState::Stopped));
    assert!(
        states[0].why.contains("quantity prices"),
        "{}",
        states[0].why
    );
    // A correction by a person wakes it.
    shop.edit(lot, "tier1=10 @ 0.40");
    shop.run_long();
    in_step(&shop, lot);
}

#[test]
fn one_marketplace_that_is_dead_does_not_hold_the_other_up() {
    let shop = Shop::new();
    let lot = shop.add("3001", 10, "0.500");
    shop.run();
    shop.line.dead(Some("bricklink"));
    shop.edit(lot, "qty=6");
    shop.run();
    assert_eq!(held(&shop, OWL)["quantity"], 6);
    assert_eq!(held(&shop, LINK)["quantity"], 10);
    let status = shop.app.sync_status(&shop.scope()).expect("read");
    assert!(status[0].held.is_some(), "{:?}", status[0]);
    shop.line.dead(None);
    shop.run_long();
    assert_eq!(held(&shop, LINK)["quantity"], 6);
    let sent = shop.sent(lot);
    let changes = sent.iter().filter(|one| {
        one.market == LINK && one.kind == IntentKind::Change && one.outcome == Outcome::Done
    });
    assert_eq!(changes.count(), 1);
}

#[test]
fn a_note_that_was_edited_on_the_website_is_not_overwritten() {
    let shop = Shop::new();
    let lot = shop.add("3001", 10, "0.500");
    shop.run();
    let id = held(&shop, LINK)["id"].as_u64().expect("a number");
    shop.mock(
        "PUT",
        &format!("/bricklink/lots/{id}"),
        &json!({"description": "by hand"}),
    );
    shop.wait(3_600);
    shop.edit(lot, "qty=9");
    shop.run_long();
    let there = held(&shop, LINK);
    assert_eq!(there["description"], "by hand");
    assert_eq!(there["quantity"], 9);
    assert_eq!(held(&shop, OWL)["public_note"], "by hand", "it travels on");
    in_step(&shop, lot);
}

#[test]
fn batches_that_ignore_fields_are_found_out() {
    let shop = Shop::new();
    shop.sandbox()
        .switch("brickowl.batch_ignores_fields", &json!(true));
    let lots: Vec<LotId> = (0..3)
        .map(|_| shop.add_noted("3001", 10, "0.500", "a note"))
        .collect();
    shop.run_long();
    for there in shop.held(OWL) {
        assert_eq!(there["public_note"], "a note");
    }
    for lot in lots {
        in_step(&shop, lot);
    }
}

#[test]
fn a_dry_run_says_what_is_sent_then() {
    let shop = Shop::new();
    // Known beforehand, so that nothing is looked up or tried out.
    let tenant = shop.scope().tenant;
    shop.app
        .trust_batches(tenant, brickops::domain::sync::Trust::Yes)
        .expect("kept");
    shop.app
        .keep_owl_numbers(tenant, vec![(ItemKey::part("3001"), shop.owl_number())])
        .expect("kept");
    let lots: Vec<LotId> = (0..60)
        .map(|n| shop.add_noted("3001", 5 + n, "0.500", "a note"))
        .collect();
    let plan = shop
        .app
        .sync_dry_run(&shop.scope(), &BOTH, None)
        .expect("a plan");
    assert_eq!(plan.counts, [(LINK, 60), (OWL, 4)]);
    shop.run();
    assert_eq!(shop.calls(), 64);
    assert_eq!(shop.calls_to("POST inventories"), 60);
    assert_eq!(shop.calls_to("POST bulk/batch"), 4);
    shop.edit(lots[0], "qty=1");
    shop.edit(lots[1], "price=0.30");
    let plan = shop
        .app
        .sync_dry_run(&shop.scope(), &BOTH, None)
        .expect("a plan");
    let said: Vec<&str> = plan
        .calls
        .iter()
        .flat_map(|call| call.lots.iter().map(|(_, said)| said.as_str()))
        .collect();
    assert_eq!(
        said,
        ["-4 pieces", "price 0.3000", "-4 pieces", "price 0.3000"]
    );
    let before = shop.calls();
    shop.run();
    assert_eq!(shop.calls() - before, 3);
}

#[test]
fn nothing_is_marked_or_sent_while_it_is_off_or_paused() {
    let shop = Shop::new();
    for market in BOTH {
        shop.switch(market, Switch::Pause);
    }
    let lot = shop.add("3001", 10, "0.500");
    shop.run();
    assert_eq!(shop.calls(), 0);
    let status = shop.app.sync_status(&shop.scope()).expect("read");
    assert!(status.iter().all(|one| one.open[0] == 1), "{status:?}");
    for market in BOTH {
        shop.switch(market, Switch::Off);
    }
    shop.edit(lot, "qty=3");
    shop.add("3001", 1, "0.500");
    let status = shop.app.sync_status(&shop.scope()).expect("read");
    assert!(status.iter().all(|one| one.open[0] == 1), "{status:?}");
    for market in BOTH {
        shop.switch(market, Switch::On);
    }
    shop.run();
    assert_eq!(held(&shop, LINK)["quantity"], 3, "as it is now");
    let marked = shop
        .app
        .mark_everything(&shop.scope(), LINK)
        .expect("marked");
    assert_eq!(marked, 1);
    shop.run();
    assert_eq!(shop.held(LINK).len(), 2);
}

#[test]
fn pieces_go_out_while_texts_wait_for_the_budget() {
    // Of 40 calls a day texts may use 28, prices 20, pieces 38.
    let shop = Shop::with_calls(40);
    shop.switch(OWL, Switch::Off);
    let lots: Vec<LotId> = (0..24).map(|_| shop.add("3001", 10, "0.500")).collect();
    shop.run();
    assert_eq!(shop.calls_to("POST inventories"), 24);
    shop.edit(lots[0], "price=0.60");
    shop.edit(lots[1], "comments=a");
    shop.edit(lots[2], "qty=4");
    shop.run();
    assert_eq!(shop.calls_to("PUT inventories/{id}"), 2, "no price");
    let said = |field: &str| -> Vec<Value> {
        let held = shop.held(LINK).into_iter();
        held.map(|lot| lot[field].clone()).collect()
    };
    assert!(said("quantity").contains(&json!(4)));
    assert!(said("description").contains(&json!("a")));
    assert!(!said("price").contains(&json!("0.6000")));
    let states = shop
        .app
        .sync_of_lots(&shop.scope(), &lots[..3])
        .expect("read");
    let standing: Vec<Standing> = states[..3].iter().map(|one| one.standing).collect();
    assert_eq!(
        standing,
        [
            Standing::Open(EntryState::Waiting),
            Standing::InStep,
            Standing::InStep
        ]
    );
    // A day later there is room again.
    shop.wait(90_000);
    shop.run_long();
    assert!(said("price").contains(&json!("0.6000")));
}

#[test]
fn an_item_that_a_marketplace_does_not_know_waits_for_a_person() {
    let shop = Shop::new();
    let lot = shop.add("9999", 10, "0.500");
    shop.run_long();
    let states = shop.app.sync_of_lots(&shop.scope(), &[lot]).expect("read");
    assert_eq!(states[0].standing, Standing::Open(EntryState::Stopped));
    assert_eq!(states[1].standing, Standing::NotListed);
    assert_eq!(states[1].why, "BrickOwl does not know the item");
    let calls = shop.calls();
    shop.run_long();
    assert_eq!(shop.calls(), calls, "nobody is asked again and again");
    shop.edit(lot, "item=3003");
    shop.run_long();
    in_step(&shop, lot);
}

#[test]
fn a_lot_that_becomes_another_is_made_anew() {
    let shop = Shop::new();
    let lot = shop.add("3001", 10, "0.500");
    shop.run();
    let before = held(&shop, LINK)["id"].clone();
    shop.edit(lot, "color=11");
    shop.run_long();
    let there = held(&shop, LINK);
    assert_eq!(there["color"], 11);
    assert_ne!(there["id"], before);
    assert_eq!(held(&shop, OWL)["quantity"], 10);
    in_step(&shop, lot);
}

#[test]
fn many_waiting_entries_are_looked_through_at_once() {
    let mut shop = Shop::new();
    for market in BOTH {
        shop.switch(market, Switch::Pause);
    }
    let lots = shop.add_many(10_000);
    shop.restart();
    let began = std::time::Instant::now();
    let tenant = shop.scope().tenant;
    for market in BOTH {
        let queue = shop.app.sync_queue(tenant, market).expect("a queue");
        assert_eq!(queue.len(), lots, "{market:?}");
    }
    // Generous: this is not an optimised build.
    let took = began.elapsed();
    assert!(took.as_secs() < 60, "{took:?}");
}
