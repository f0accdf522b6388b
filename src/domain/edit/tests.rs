//! What changes mean, from their words to the lot.

use proptest::prelude::*;

use super::*;
use crate::domain::{Lot, LotId, Timestamp, UserId};

fn lot() -> Lot {
    let mut lot = Lot::new(ItemKey::part("3001"), Timestamp::default(), UserId(1));
    lot.stock.available = 10;
    lot.price = Money::from_raw(1_000);
    lot.cost = Money::from_raw(950);
    lot.remarks = "A-1".into();
    lot.place = crate::domain::Place("A-1".into());
    lot
}

fn after(text: &str) -> Lot {
    let mut lot = lot();
    let edits = Edits::parse(text).unwrap_or_else(|mistake| panic!("{text}: {mistake:?}"));
    edits
        .apply(&mut lot, &Terms::default())
        .unwrap_or_else(|why| panic!("{text}: {why}"));
    lot
}

fn refused(text: &str) -> String {
    let edits = Edits::parse(text).expect(text);
    edits
        .apply(&mut lot(), &Terms::default())
        .expect_err("refused")
}

fn wrong(text: &str) -> String {
    Edits::parse(text).expect_err(text).message
}

#[test]
fn quantities() {
    for (text, pieces) in [
        ("qty=42", 42),
        ("qty=+5", 15),
        ("qty +5", 15),
        ("qty=-10", 0),
        ("qty-=3", 7),
        ("qty+=3", 13),
        ("qty=*2", 20),
        ("qty=/3", 3),
        ("qty=*0.25", 3),
        ("qty=+50%", 15),
    ] {
        assert_eq!(after(text).stock.available, pieces, "{text}");
    }
    assert_eq!(refused("qty=-11"), "there are only 10 pieces");
    assert!(refused("qty=10000000").contains("at most 9999999"));
    assert_eq!(wrong("qty=1.5"), "Pieces are whole numbers.");
    assert_eq!(wrong("qty=/0"), "Nothing can be divided by 0.");
}

#[test]
fn prices_with_floors_and_rounding() {
    for (text, raw) in [
        ("price=0.05", 500),
        ("price=*1.05", 1_050),
        ("price *1.05", 1_050),
        ("price=+5%", 1_050),
        ("price=-50%", 500),
        ("price=-50% floor cost", 950),
        ("price=-50% floor 0.08", 800),
        ("price=*1.111 round 0.01", 1_100),
        ("price=*1.111 round 0.01 up", 1_200),
        ("price=*1.199 round 0.01 down", 1_100),
        ("price=/3", 333),
        ("price=*0", 100),
        ("price=-5", 100),
        ("price=0", 0),
    ] {
        assert_eq!(after(text).price.raw(), raw, "{text}");
    }
    assert!(refused("price=100000").contains("goes up to 99999.9999"));
    assert_eq!(wrong("price=0,10"), "Decimals have a point: 0.10.");
    assert!(wrong("price=abc").contains("A number goes here"));
    assert!(wrong("price=1.23456").contains("A number goes here"));
    assert!(wrong("price=1 flor cost").contains("“flor” means nothing here"));
}

#[test]
fn texts_places_and_tags() {
    let lot = after("remarks=B-2;C3");
    assert_eq!(
        (lot.remarks.as_str(), lot.place.raw()),
        ("B-2;C3", "B-2;C3")
    );
    let lot = after("loc=B-2");
    assert_eq!((lot.remarks.as_str(), lot.place.raw()), ("B-2", "B-2"));
    assert_eq!(after("remarks+=old").remarks, "A-1 old");
    assert_eq!(after("remarks^=old").remarks, "old A-1");
    assert_eq!(after("remarks-=A-1").remarks, "");
    assert_eq!(after("remarks~A~B").remarks, "B-1");
    assert_eq!(after("comments=\" x \"").notes, " x ");
    let lot = after("tags=Xmas, winter; tags+=XMAS; tags-=Winter; price=1");
    assert_eq!(lot.tags, ["Xmas"]);
    assert_eq!(lot.price.raw(), 10_000);
    assert_eq!(
        wrong("remarks~old"),
        "Find and replace is written ~old~new."
    );
}

#[test]
fn choices_and_tiers() {
    assert_eq!(after("cond=used").condition, Condition::Used);
    assert_eq!(after("sub=sealed").completeness, Some(Completeness::Sealed));
    assert_eq!(after("color=5").color, ColorId(5));
    assert_eq!(refused("color=Dark Red"), "there is no colour “Dark Red”");
    assert_eq!(
        after("item=S:75105-1").item,
        ItemKey::new(crate::domain::ItemKind::Set, "75105-1")
    );
    assert_eq!(after("sale==-5").sale, -5);
    assert_eq!(after("room=b").stockroom, Some('B'));
    let lot = after("tier1=10 @ 0.09; tier2=100 @ -20%");
    assert_eq!(lot.tiers[0].price.raw(), 900);
    assert_eq!(
        (lot.tiers[1].quantity, lot.tiers[1].price.raw()),
        (100, 800)
    );
    assert!(refused("tier1=10 @ 0.09; tier2=5 @ 0.08").contains("more pieces than the one before"));
    assert!(after("delete").gone);
    assert_eq!(wrong("delete=1"), "delete stands alone.");
    assert!(wrong("colr=red").contains("no field “colr”"));
    assert!(Edits::parse("pri").expect_err("unfinished").unfinished);
    assert!(Edits::parse("price=").expect_err("unfinished").unfinished);
}

#[test]
fn a_sum_is_spread_exactly() {
    let lots = [
        (LotId(1), 10, Money::from_raw(1_000), Some(100)),
        (LotId(2), 5, Money::from_raw(4_000), None),
        (LotId(3), 0, Money::from_raw(9_000), Some(5)),
    ];
    let cost = |by, id| {
        let terms = Terms {
            spread: Spread::over(Money::from_raw(30_000), by, lots.iter().copied()),
            ..Terms::default()
        };
        let mut lot = lot();
        lot.id = LotId(id);
        lot.cost = Money::ZERO;
        LotEdit::SpreadCost {
            total: Money::from_raw(30_000),
            by,
        }
        .apply(&mut lot, &terms)
        .expect("spread");
        lot.cost.raw()
    };
    assert_eq!(
        [1, 2, 3].map(|id| cost(SpreadBy::Price, id)),
        [1_000, 4_000, 0]
    );
    assert_eq!(
        [1, 2, 3].map(|id| cost(SpreadBy::Pieces, id)),
        [2_000, 2_000, 0]
    );
    assert_eq!(
        [1, 2, 3].map(|id| cost(SpreadBy::Weight, id)),
        [3_000, 0, 0]
    );
}

#[test]
fn every_line_of_the_help_can_be_read_and_is_written_as_it_was_meant() {
    for (example, _) in HELP {
        let edits = Edits::parse(example).expect(example);
        let again = Edits::parse(&edits.to_string()).expect(example);
        assert_eq!(again, edits, "{example}");
    }
}

proptest! {
    #[test]
    fn no_text_breaks_it(text in "[a-z0-9=+*/%~@;,. \"-]{0,40}|\\PC{0,40}") {
        if let Err(mistake) = Edits::parse(&text) {
            prop_assert!(mistake.span.end <= text.len() && mistake.span.start <= mistake.span.end);
            prop_assert!(text.is_char_boundary(mistake.span.start) && text.is_char_boundary(mistake.span.end));
        }
    }

    #[test]
    fn sums_never_leave_their_limits(price in 0i64..=999_999_999, by in 0i64..=99_999_999, kind in 0usize..7) {
        let arithmetic = [Arithmetic::Set, Arithmetic::Add, Arithmetic::Subtract, Arithmetic::Multiply,
            Arithmetic::Divide, Arithmetic::More, Arithmetic::Less][kind];
        let mut lot = lot();
        lot.price = Money::from_raw(price);
        let edit = LotEdit::Price(PriceEdit {
            base: PriceBase::Own,
            amount: Amount { arithmetic, by },
            floor: Floor::default(),
            ceiling: None,
            rounding: None,
        });
        if edit.apply(&mut lot, &Terms::default()).is_ok() {
            prop_assert!((0..=999_999_999).contains(&lot.price.raw()));
        }
    }
}
