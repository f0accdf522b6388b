//! Each kind of damage, made on purpose, is reported.

mod people;

use std::sync::Arc;

use redb::Database;
use redb::backends::InMemoryBackend;

use super::*;
use crate::clock::ManualClock;
use crate::domain::order::{Marketplace, OrderLine, OrderStatus};
use crate::domain::pick::{PickLine, PickState};
use crate::domain::{
    Category, CategoryId, ColorId, Condition, Facts, Item, ItemColor, ItemKey, LineState, Money,
    Place, Reason, Source, Stock, Timestamp,
};
use crate::services::moves::Moves;
use crate::store::tables::{
    LEDGER, LOTS_BY_BRICKLINK, LOTS_BY_ITEM, OPEN_DEEDS, OPEN_PICKS, ORDERS_BY_NUMBER,
    OperationRecord,
};
use crate::store::{Decided, NewCatalog, Opener, Store};

fn lot(number: u64) -> Lot {
    Lot {
        name: "Brick 2 x 4".into(),
        color: ColorId(11),
        stock: Stock {
            available: 10,
            ..Stock::default()
        },
        price: Money::from_raw(1_000),
        remarks: "A-1".into(),
        place: Place("A-1".into()),
        bricklink_lot: Some(number),
        ..Lot::new(ItemKey::part("3001"), Timestamp::default(), UserId(1))
    }
}

fn order() -> Order {
    Order {
        id: OrderId(1),
        marketplace: Marketplace::BrickLink,
        number: "100".into(),
        party: "buyer".into(),
        status: OrderStatus::Paid,
        ordered: Timestamp::default(),
        status_changed: None,
        currency: "EUR".into(),
        total: Money::ZERO,
        shipping: Money::ZERO,
        payment: String::new(),
        destination: String::new(),
        tracking: String::new(),
        lines: vec![OrderLine {
            market_lot: None,
            item: ItemKey::part("3001"),
            color: ColorId(11),
            condition: Condition::New,
            quantity: 4,
            price: Money::ZERO,
            description: String::new(),
            batch: 1,
            lot: None,
            reserved: 0,
            picked: 0,
        }],
    }
}

fn catalog() -> NewCatalog {
    let facts = Facts {
        source: Source::Download,
        at: Timestamp::default(),
    };
    NewCatalog {
        colors: Vec::new(),
        categories: vec![Category {
            id: CategoryId(5),
            name: "Brick".into(),
            parent: None,
        }],
        items: vec![Item {
            key: ItemKey::part("3001"),
            name: "Brick 2 x 4".into(),
            alternates: Vec::new(),
            category: CategoryId(5),
            year: None,
            weight: None,
            dimensions: None,
            colors: vec![ItemColor {
                color: ColorId(11),
                elements: vec!["300126".into()],
            }],
            image: None,
            obsolete: None,
            bin: None,
            vanished: None,
            basics: facts,
            colors_from: Some(facts),
            bin_from: None,
        }],
    }
}

/// A shop with a lot, an order that is promised four pieces, and an open walk for it.
fn shop() -> (App, Scope) {
    let opener: Opener = Arc::new(|| {
        Database::builder()
            .create_with_backend(InMemoryBackend::new())
            .map_err(|e| crate::error::Error::storage(e.to_string()))
    });
    let store = Store::open(opener).expect("a store");
    let staged = store
        .stage_catalog(&Arc::new(catalog()), false, Timestamp::default(), |_| {})
        .expect("a catalogue");
    store.publish_catalog(staged).expect("a catalogue");
    let app = App::new(
        store,
        ManualClock::at(Timestamp::default()),
        crate::services::Setup::default(),
    )
    .expect("an app");
    let scope = app.solo();
    app.shop_record(&scope).expect("a shop");
    app.store
        .write(move |tx| {
            let shop = tx.shop(&scope);
            let mut moves = Moves::new(shop, scope, None);
            moves.bring_in(lot(7), Reason::Imported { file: "x".into() })?;
            Ok(Decided::new((), moves.finish()))
        })
        .expect("a lot");
    app.store
        .write(move |tx| {
            let mut moves = Moves::new(tx.shop(&scope), scope, None);
            let mut order = order();
            order.id = moves.batch().next_order(&tx.shop(&scope))?;
            crate::services::promises::promise(&mut moves, &mut order)?;
            moves.put_order(order);
            Ok(Decided::new((), moves.finish()))
        })
        .expect("an order");
    let op = crate::domain::OperationId(1);
    let (view, _) = app
        .pick_start(&scope, vec![OrderId(1)], op)
        .expect("a walk");
    let op = crate::domain::OperationId(2);
    app.pick_take(&scope, view.id, 0, Some(1), op).expect("one");
    assert_eq!(app.check().expect("a check").problems, []);
    (app, scope)
}

/// Does something no verb would do, and gives what the check says of it.
fn after(damage: impl FnOnce(&redb::WriteTransaction) + Send + 'static) -> Vec<Problem> {
    let (app, _) = shop();
    app.store.damage(damage);
    app.check().expect("a check").problems
}

/// Rewrites records as a verb would, but wrongly.
fn rewritten(
    change: fn(&mut crate::store::Batch, &Scope, Lot, Order, PickSession),
) -> Vec<Problem> {
    let (app, scope) = shop();
    app.store
        .write(move |tx| {
            let shop = tx.shop(&scope);
            let mut batch = crate::store::Batch::new();
            let found = (
                shop.lot(LotId(1))?,
                shop.order(OrderId(1))?,
                shop.pick(SessionId(1))?,
            );
            if let (Some(lot), Some(order), Some(walk)) = found {
                change(&mut batch, &scope, lot, order, walk);
            }
            Ok(Decided::new((), batch))
        })
        .expect("a write");
    app.check().expect("a check").problems
}

fn says(problems: &[Problem], area: &str, words: &str) {
    assert!(
        problems
            .iter()
            .any(|problem| problem.area == area && problem.message.contains(words)),
        "{area}, {words}: {problems:?}"
    );
}

#[test]
fn stock_without_history() {
    let problems = rewritten(|batch, scope, mut lot, _, _| {
        lot.stock.available += 1;
        batch.put_lot(scope, lot);
    });
    says(
        &problems,
        "ledger",
        "Lot 1 holds other pieces than its history says",
    );
    let problems = rewritten(|batch, scope, mut lot, _, _| {
        lot.id = LotId(9);
        lot.bricklink_lot = None;
        batch.put_lot(scope, lot);
    });
    says(&problems, "ledger", "Lot 9 holds other pieces");
    says(&problems, "numbers", "The highest lot is 9, but only 1");
}

#[test]
fn promises_that_nobody_made() {
    let problems = rewritten(|batch, scope, _, mut order, _| {
        order.lines[0].reserved += 2;
        batch.put_order(scope, order);
    });
    says(
        &problems,
        "order",
        "6 pieces are picked or promised, but only 4",
    );
    says(
        &problems,
        "order",
        "Lot 1 holds 3 pieces for orders, but orders were promised 5",
    );
    let problems = rewritten(|batch, scope, _, mut order, _| {
        order.status = OrderStatus::Shipped;
        batch.put_order(scope, order);
    });
    says(
        &problems,
        "order",
        "is shipped, but pieces are still promised",
    );
    let problems = rewritten(|batch, scope, _, mut order, _| {
        order.lines[0].lot = Some(LotId(5));
        batch.put_order(scope, order);
    });
    says(&problems, "order", "lot 5 is not there");
}

#[test]
fn walks_that_do_not_add_up() {
    let problems = rewritten(|batch, scope, _, mut order, _| {
        order.lines[0].picked = 0;
        batch.put_order(scope, order);
    });
    says(
        &problems,
        "walk",
        "walks took 1 pieces, the order knows of 0",
    );
    says(&problems, "order", "0 pieces are picked, but walks took 1");
    let problems = rewritten(|batch, scope, _, _, mut walk| {
        walk.steps.clear();
        walk.lines[0].state = LineState::Picked;
        batch.put_pick(scope, walk);
    });
    says(&problems, "walk", "1 pieces taken, but its steps took 0");
    says(&problems, "walk", "do not fit its state");
    let problems = rewritten(|batch, scope, _, _, mut walk| {
        walk.id = SessionId(2);
        walk.lines = Vec::<PickLine>::new();
        walk.position = 1;
        walk.state = PickState::Open;
        batch.put_pick(scope, walk);
    });
    says(&problems, "walk", "is picked in walks 1 and 2 at once");
    says(&problems, "walk", "has no line 0");
    says(&problems, "walk", "stands behind its end");
    let problems = rewritten(|batch, scope, _, _, _| {
        let record = OperationRecord {
            at: Timestamp::default(),
            session: 77,
            outcome: crate::domain::rows::PickOutcome::Nothing,
        };
        batch.put_operation(scope, crate::domain::OperationId(9), record);
    });
    says(&problems, "operation", "walk 77");
}

#[test]
fn indexes_that_lie() {
    let problems = after(|tx| {
        let mut table = tx.open_table(LOTS_BY_ITEM).expect("a table");
        table.insert((1, 0, "3001", 1), 9).expect("a row");
    });
    says(
        &problems,
        "lot",
        "Lot 1 is listed under item 3001 with 9 pieces",
    );
    let problems = after(|tx| {
        let mut table = tx.open_table(LOTS_BY_BRICKLINK).expect("a table");
        table.remove((1, 7)).expect("a row");
    });
    says(
        &problems,
        "lot",
        "1 lots have BrickLink's number, 0 are listed",
    );
    let problems = after(|tx| {
        let mut table = tx.open_table(LEDGER.definition()).expect("a table");
        table.remove((1, 2)).expect("a row");
    });
    says(
        &problems,
        "ledger",
        "Entry 3 of lot 1 does not name the one before it",
    );
    let problems = after(|tx| {
        let mut table = tx.open_table(OPEN_DEEDS).expect("a table");
        table.insert((1, 7), ()).expect("a row");
    });
    says(
        &problems,
        "deed",
        "A deed is listed as under way, but not there",
    );
    let problems = after(|tx| {
        let mut table = tx.open_table(ORDERS_BY_NUMBER).expect("a table");
        table.insert((1, 0, "101"), 1).expect("a row");
    });
    says(&problems, "order", "Number 101 is listed as order 1");
    let problems = after(|tx| {
        let mut table = tx.open_table(OPEN_PICKS).expect("a table");
        table.remove((1, 1)).expect("a row");
    });
    says(&problems, "walk", "open in one place and closed in another");
}

#[test]
fn records_that_cannot_be_read() {
    let problems = after(|tx| {
        let table = crate::store::tables::LEDGER.definition();
        let mut table = tx.open_table(table).expect("a table");
        table.insert((1, 2), [1u8, 2].as_slice()).expect("a row");
    });
    says(&problems, "ledger", "cannot be read");
    let problems = after(|tx| {
        let table = crate::store::tables::LOTS.definition();
        let mut table = tx.open_table(table).expect("a table");
        table.insert((2, 1), [9u8].as_slice()).expect("a row");
    });
    says(
        &problems,
        "lot",
        "Shop 2: A lot in the database cannot be read",
    );
    says(&problems, "shop", "no such shop");
}

fn rows(name: &str) -> redb::TableDefinition<'_, u32, &'static [u8]> {
    redb::TableDefinition::new(name)
}

#[test]
fn a_catalogue_that_is_not_whole() {
    let ids: redb::TableDefinition<'_, (u8, &str), u32> =
        redb::TableDefinition::new("catalog.1.ids");
    let problems = after(move |tx| {
        let mut table = tx.open_table(ids).expect("a table");
        table.remove((0, "3001")).expect("a row");
    });
    says(&problems, "catalogue", "says 1 items, holds 1, and finds 0");
    says(
        &problems,
        "catalogue",
        "Part 3001 is not found by its number",
    );
    let problems = after(move |tx| {
        let mut table = tx.open_table(rows("catalog.1.items")).expect("a table");
        table.remove(0).expect("a row");
    });
    says(&problems, "catalogue", "Element id 300126 means item 0");
    says(&problems, "catalogue", "counts by kind");
    let problems = after(move |tx| {
        let mut table = tx
            .open_table(rows("catalog.1.categories"))
            .expect("a table");
        table.remove(5).expect("a row");
    });
    says(
        &problems,
        "catalogue",
        "Part 3001 is in category 5, which does not exist",
    );
}

#[test]
fn a_hundred_problems_are_listed_and_the_rest_counted() {
    let problems = after(|tx| {
        let mut table = tx.open_table(LOTS_BY_BRICKLINK).expect("a table");
        for number in 100..300 {
            table.insert((1, number), 1).expect("a row");
        }
    });
    assert_eq!(problems.len(), LISTED + 1);
    says(&problems, "check", "101 more");
}

fn kept(change: fn(&mut crate::domain::Overlay), no: &'static str) -> Vec<Problem> {
    after(move |tx| {
        let mut overlay = crate::domain::Overlay {
            item: ItemKey::part("3001"),
            tags: vec!["x".into()],
            notes: String::new(),
            bin: None,
            changed: Timestamp::default(),
            by: UserId(1),
        };
        change(&mut overlay);
        let bytes = crate::store::codec::pack(&overlay).expect("bytes");
        tx.open_table(crate::store::tables::OVERLAYS.definition())
            .expect("a table")
            .insert((1, 0, no), bytes.as_slice())
            .expect("a row");
    })
}

#[test]
fn what_the_shop_keeps_of_its_own() {
    assert_eq!(kept(|_| {}, "3001"), [], "this one is as it should be");
    says(&kept(|_| {}, "3002"), "overlay", "those of item 3001");
    says(
        &kept(|o| o.tags.clear(), "3001"),
        "overlay",
        "Nothing is kept",
    );
    let long = |o: &mut crate::domain::Overlay| o.notes = "x".repeat(2_001);
    says(&kept(long, "3001"), "overlay", "can be entered");
    let bin = |o: &mut crate::domain::Overlay| {
        o.bin = Some(crate::domain::SortBin {
            cabinet: 'c',
            bin: 0,
        });
    };
    says(&kept(bin, "3001"), "overlay", "can be entered");
    let unreadable = after(|tx| {
        tx.open_table(crate::store::tables::OVERLAYS.definition())
            .expect("a table")
            .insert((1, 0, "3001"), [9u8].as_slice())
            .expect("a row");
    });
    says(&unreadable, "overlay", "cannot be read");
    let settings = after(|tx| {
        tx.open_table(crate::store::tables::SETTINGS.definition())
            .expect("a table")
            .insert(1, [9u8].as_slice())
            .expect("a row");
    });
    says(&settings, "shop", "cannot be read");
    let alerts = after(|tx| {
        tx.open_table(crate::store::tables::ALERTS.definition())
            .expect("a table")
            .insert((1, 0), [9u8].as_slice())
            .expect("a row");
    });
    says(&alerts, "alert", "cannot be read");
    let strangers = after(|tx| {
        let bytes = crate::store::codec::pack(&crate::domain::ShopSettings::default());
        tx.open_table(crate::store::tables::SETTINGS.definition())
            .expect("a table")
            .insert(9, bytes.expect("bytes").as_slice())
            .expect("a row");
    });
    says(&strangers, "shop", "no such shop");
}
