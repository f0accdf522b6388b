//! The power fails at any moment of a walk or an import.

use brickops::domain::SessionId;
use brickops::domain::rows::PickView;
use brickops::error::Result;

use crate::disk::Disk;
use crate::setup::{FileLot, Fixture, line, lot, open, order_xml};

fn prepared() -> (Vec<u8>, SessionId) {
    let disk = Disk::default();
    let shop = open(disk.opener()).expect("a shop");
    shop.import_lots(&[
        lot("3001", 10, "A-1", 1),
        lot("3002", 5, "A-2", 2),
        lot("3003", 9, "A-3", 3),
    ]);
    shop.import_orders(&[order_xml(
        1,
        "Paid",
        1,
        &[line("3001", 4), line("3002", 8), line("3003", 9)],
    )]);
    let walk = shop.start(&[1]).expect("a walk").id;
    drop(shop);
    (disk.bytes(), walk)
}

type Step = fn(&Fixture, SessionId) -> Result<PickView>;

/// A walk with every kind of step.
const STEPS: [Step; 7] = [
    |shop, walk| shop.take(walk, 0).map(|(view, _)| view),
    |shop, walk| {
        let done = shop.app.pick_later(&shop.scope, walk, 1, shop.op());
        done.map(|(view, _)| view)
    },
    |shop, walk| {
        let done = shop.app.pick_take(&shop.scope, walk, 2, Some(3), shop.op());
        done.map(|(view, _)| view)
    },
    |shop, walk| shop.take(walk, 2).map(|(view, _)| view),
    |shop, walk| {
        let done = shop.app.pick_undo(&shop.scope, walk, shop.op());
        done.map(|(view, _)| view)
    },
    |shop, walk| {
        let done = shop.app.pick_short(&shop.scope, walk, 2, 2, shop.op());
        done.map(|(view, _)| view)
    },
    |shop, walk| shop.take(walk, 1).map(|(view, _)| view),
];

#[test]
fn no_confirmed_line_is_lost_and_none_is_half() {
    let (image, walk) = prepared();
    // Every state that an uninterrupted walk goes through.
    let whole = open(Disk::holding(image.clone()).opener()).expect("a shop");
    let mut states = vec![whole.app.pick_view(&whole.scope, walk).expect("the walk")];
    for step in STEPS {
        states.push(step(&whole, walk).expect("a step"));
    }
    let mut failures = 0;
    for fuse in 1.. {
        let disk = Disk::holding(image.clone());
        let opened = open(disk.opener());
        let mut confirmed = 0;
        if let Ok(shop) = &opened {
            disk.fails_after(fuse);
            for step in STEPS {
                match step(shop, walk) {
                    Ok(view) => {
                        confirmed += 1;
                        assert_eq!(view, states[confirmed]);
                    }
                    // The commit may be durable although the answer failed to be read.
                    Err(_) => break,
                }
            }
        }
        if !disk.is_dead() {
            assert_eq!(confirmed, STEPS.len());
            break;
        }
        failures += 1;
        drop(opened);
        let found = disk.after_the_failure();
        let shop = open(found.opener()).expect("it opens again");
        shop.sound();
        let view = shop.app.pick_view(&shop.scope, walk).expect("the walk");
        let next = states.get(confirmed + 1);
        assert!(
            view == states[confirmed] || Some(&view) == next,
            "fuse {fuse}: {confirmed} confirmed, found {view:?}"
        );
        // And it goes on from there to the same end.
        let reached = usize::from(view != states[confirmed]) + confirmed;
        let mut last = view;
        for step in &STEPS[reached..] {
            last = step(&shop, walk).expect("a step");
        }
        assert_eq!(Some(&last), states.last());
        shop.sound();
    }
    assert!(failures > STEPS.len(), "only {failures} failures");
}

#[test]
fn an_import_that_died_is_completed_by_doing_it_again() {
    let lots: Vec<FileLot> = (0..2_500u64)
        .map(|at| FileLot {
            number: (at % 2 == 0).then_some(at + 1),
            // Several equal ones among those without a number.
            ..lot(
                &format!("{}", 3_000 + at / 5),
                3,
                &format!("A-{}", at / 5),
                0,
            )
        })
        .collect();
    let text = crate::setup::bsx(&lots);
    for fuse in [4, 7, 9, 12, 15] {
        let disk = Disk::default();
        let shop = open(disk.opener()).expect("a shop");
        disk.fails_after(fuse);
        let path = shop.file("lots.bsx", &text);
        let died = shop.app.import_inventory(&shop.scope, &path, &|_| {});
        let dead = disk.is_dead();
        assert_eq!(died.is_err(), dead);
        drop(shop);
        let found = if dead {
            disk.after_the_failure()
        } else {
            Disk::holding(disk.bytes())
        };
        let shop = open(found.opener()).expect("it opens again");
        shop.sound();
        let already = shop.lots().len();
        let report = shop.import_lots(&lots);
        assert_eq!(report.already, already as u64);
        assert_eq!(shop.lots().len(), 2_500);
        assert_eq!(shop.import_lots(&lots).already, 2_500);
        shop.sound();
    }
}
