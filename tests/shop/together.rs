//! Two people walk at once.

use brickops::domain::OperationId;
use brickops::domain::rows::PickOutcome;
use brickops::error::Kind;
use proptest::prelude::*;

use crate::setup::{fixture, line, lot, order_xml};

#[test]
fn the_same_line_is_taken_by_one_of_two() {
    let shop = fixture();
    let numbers = ["3001", "3002", "3003", "3004", "3005", "3006"];
    let lots: Vec<_> = (1..)
        .zip(numbers)
        .map(|(at, no)| lot(no, 5, &format!("A-{at}"), at))
        .collect();
    shop.import_lots(&lots);
    let lines: Vec<_> = numbers.iter().map(|no| line(no, 5)).collect();
    shop.import_orders(&[order_xml(1, "Paid", 1, &lines)]);
    let walk = shop.start(&[1]).expect("a walk").id;
    // Each walks the lines as the screen shows them, whatever the other does.
    let person = |base: u128| {
        let mut mine = 0;
        for step in 0.. {
            let view = shop.app.pick_view(&shop.scope, walk).expect("the walk");
            let Some(current) = view.current else {
                return mine;
            };
            let op = OperationId(base + step);
            match shop.app.pick_take(&shop.scope, walk, current, None, op) {
                Ok((_, PickOutcome::Taken { pieces, .. })) => mine += pieces,
                Ok((_, other)) => assert_eq!(other, PickOutcome::Nothing),
                Err(error) => assert_eq!(error.kind, Kind::Conflict, "{error}"),
            }
        }
        mine
    };
    let (a, b) = std::thread::scope(|threads| {
        let a = threads.spawn(|| person(1_000_000));
        let b = threads.spawn(|| person(2_000_000));
        (a.join().expect("a"), b.join().expect("b"))
    });
    assert_eq!(a + b, 30);
    shop.sound();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Two walks over the same lots, which do not have enough for both.
    #[test]
    fn two_walks_never_take_a_piece_twice(
        there in prop::collection::vec(0u64..12, 3),
        one in prop::collection::vec(1u32..9, 3),
        two in prop::collection::vec(1u32..9, 3),
    ) {
        let shop = fixture();
        let numbers = ["3001", "3002", "3003"];
        let lots: Vec<_> = (1..)
            .zip(numbers)
            .zip(&there)
            .map(|((at, no), pieces)| lot(no, *pieces, &format!("A-{at}"), at))
            .collect();
        shop.import_lots(&lots);
        let order = |number: u64, wanted: &[u32]| {
            let lines: Vec<_> = numbers.iter().zip(wanted).map(|(no, n)| line(no, *n)).collect();
            order_xml(number, "Paid", 1, &lines)
        };
        shop.import_orders(&[order(1, &one), order(2, &two)]);
        let walks = [shop.start(&[1]).expect("a walk").id, shop.start(&[2]).expect("a walk").id];
        std::thread::scope(|threads| {
            for (at, walk) in (1u128..).zip(walks) {
                let shop = &shop;
                threads.spawn(move || {
                    for line in 0..3u16 {
                        let op = OperationId(at * 1_000_000 + u128::from(line) * 10);
                        let taken = shop.app.pick_take(&shop.scope, walk, line, None, op);
                        if taken.is_err() {
                            let op = OperationId(op.0 + 1);
                            shop.app.pick_short(&shop.scope, walk, line, 0, op).expect("short");
                        }
                    }
                });
            }
        });
        shop.sound();
        for (at, no) in numbers.iter().enumerate() {
            let (available, reserved, sold) = shop.stock(no);
            let wanted = u64::from(one[at] + two[at]);
            prop_assert_eq!(u64::from(available + reserved + sold), there[at]);
            prop_assert_eq!(u64::from(sold), wanted.min(there[at]));
        }
    }
}
