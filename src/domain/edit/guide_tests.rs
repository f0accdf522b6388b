//! Prices from the price guide: what they come to, exactly, and when there is none.

use proptest::prelude::*;

use super::*;
use crate::domain::market::{Guide, PriceGuide, PriceKey, Region};
use crate::domain::{Lot, LotId, Timestamp, UserId};

const AT: Timestamp = Timestamp::from_seconds(1_700_000_000);

fn lot() -> Lot {
    let mut lot = Lot::new(ItemKey::part("3001"), Timestamp::default(), UserId(1));
    lot.id = LotId(1);
    lot.color = ColorId(5);
    lot.condition = Condition::Used;
    lot.price = Money::from_raw(1_000);
    lot.cost = Money::from_raw(833);
    lot
}

fn guide(no: &str, guide: Guide, [min, average, quantity, max]: [i64; 4]) -> PriceGuide {
    PriceGuide {
        key: PriceKey {
            item: ItemKey::part(no),
            color: ColorId(5),
            condition: Condition::Used,
            guide,
            currency: "EUR".into(),
            region: Region::World,
        },
        min: Money::from_raw(min),
        max: Money::from_raw(max),
        average: Money::from_raw(average),
        quantity_average: Money::from_raw(quantity),
        count: 3,
        pieces: 40,
        points: Vec::new(),
        fetched: AT,
    }
}

fn known() -> Terms {
    let mut guides = GuidePrices::new("EUR");
    let sold = guide("3001", Guide::Sold, [500, 1_500, 1_234, 9_000]);
    guides.learn(&sold, AT);
    guides.learn(&guide("3001", Guide::Stock, [600, 1_600, 1_334, 9_900]), AT);
    Terms {
        guides,
        ..Terms::default()
    }
}

fn price_of(text: &str, mut lot: Lot, terms: &Terms) -> Result<i64, String> {
    let edits = Edits::parse(text).unwrap_or_else(|mistake| panic!("{text}: {mistake:?}"));
    edits.apply(&mut lot, terms).map(|()| lot.price.raw())
}

fn wrong(text: &str) -> EditMistake {
    Edits::parse(text).expect_err(text)
}

#[test]
fn every_figure_of_both_halves_with_every_sum() {
    for (text, raw) in [
        ("price=guide", 1_234),
        ("price=guide(sold, qtyavg)*1.1", 1_357),
        ("price=guide sold min", 500),
        ("PRICE=Guide Avg", 1_500),
        ("price=guide max", 9_000),
        ("price=guide stock", 1_334),
        ("price=guide stock min -5%", 570),
        ("price=guide(stock max)", 9_900),
        ("price=guide +10%", 1_357),
        ("price=guide +0.02", 1_434),
        ("price=guide -0.02", 1_034),
        ("price=guide /3", 411),
        ("price=guide -100%", 100),
        ("price=guide -5", 100),
    ] {
        assert_eq!(price_of(text, lot(), &known()), Ok(raw), "{text}");
    }
}

#[test]
fn floors_ceiling_and_steps() {
    for (text, raw) in [
        ("price=guide min floor cost", 833),
        ("price=guide min floor cost*1.2", 1_000),
        ("price=guide min floor cost *1.2", 1_000),
        // 833 and a fifth are 999.6.
        ("price=guide min floor cost+20%", 1_000),
        ("price=guide min floor 0.07", 700),
        ("price=guide min floor cost floor 0.09", 900),
        ("price=guide min floor 0.07 floor cost", 833),
        // A floor is rounded up and a ceiling down, so that neither is broken.
        ("price=guide min floor cost round 0.01", 900),
        ("price=guide max ceiling 0.4999", 4_999),
        ("price=guide max ceiling 0.4999 round 0.05", 4_500),
        // Nothing is sold under its floor, whatever the ceiling says.
        ("price=guide max ceiling 0.05 floor cost", 833),
        ("price=guide round 0.05", 1_000),
        ("price=guide round 0.05 up", 1_500),
        ("price=guide round 0.001", 1_230),
        ("price=guide round 0.001 up", 1_240),
        ("price=guide round 0.001 down", 1_230),
        // Never below 0.01, which is one step here.
        ("price=guide -99% round 0.05 down", 500),
        ("price=+5% ceiling 0.1", 1_000),
    ] {
        assert_eq!(price_of(text, lot(), &known()), Ok(raw), "{text}");
    }
    let mut free = lot();
    free.price = Money::ZERO;
    assert_eq!(price_of("price=guide -99%", free, &known()), Ok(100));
    let mut cheap = lot();
    cheap.price = Money::from_raw(50);
    let edit = "price=guide -99%";
    assert_eq!(price_of(edit, cheap, &known()), Ok(50), "it was so before");
}

#[test]
fn what_the_guide_does_not_say_is_no_price() {
    let mut terms = known();
    let refused = |terms: &Terms, lot: Lot| price_of("price=guide", lot, terms).expect_err("none");
    let mut other = lot();
    other.condition = Condition::New;
    assert_eq!(
        refused(&terms, other),
        "its price in the guide was not fetched yet"
    );
    let mut other = lot();
    other.color = ColorId(1);
    assert!(refused(&terms, other).contains("not fetched yet"));
    let mut none = guide("3001", Guide::Sold, [0; 4]);
    (none.count, none.pieces) = (0, 0);
    terms.guides.learn(&none, AT);
    assert_eq!(
        refused(&terms, lot()),
        "nobody has sold one in the last six months"
    );
    // Sold, but the mean of no pieces is none.
    terms
        .guides
        .learn(&guide("3001", Guide::Sold, [500, 600, 0, 700]), AT);
    assert!(refused(&terms, lot()).contains("nobody has sold one"));
    assert_eq!(price_of("price=guide min", lot(), &terms), Ok(500));
    none.key.guide = Guide::Stock;
    terms.guides.learn(&none, AT);
    assert_eq!(
        price_of("price=guide stock", lot(), &terms),
        Err("nobody offers one at the moment".into())
    );
    let mut dollars = guide("3001", Guide::Sold, [500; 4]);
    dollars.key.currency = "USD".into();
    terms.guides.learn(&dollars, AT);
    assert_eq!(
        refused(&terms, lot()),
        "its guide is in USD, and the prices of this shop are in EUR"
    );
}

#[test]
fn letters_of_a_number_are_written_in_any_case() {
    let mut terms = known();
    terms
        .guides
        .learn(&guide("42042CA", Guide::Sold, [500; 4]), AT);
    let mut other = lot();
    other.item = ItemKey::part("42042ca");
    assert_eq!(price_of("price=guide", other.clone(), &terms), Ok(500));
    let edits = Edits::parse("price=guide").expect("a change");
    let asked = edits.guide_keys(&other, "EUR");
    assert_eq!(terms.guides.at(&asked[0]), Some((AT, true)));
    let edits = Edits::parse("price=guide stock").expect("a change");
    assert_eq!(terms.guides.at(&edits.guide_keys(&other, "EUR")[0]), None);
}

#[test]
fn the_guide_is_asked_for_what_the_lot_becomes() {
    let edits = Edits::parse("price=guide; cond=new; color=7; item=3002; price=guide stock min");
    let keys = edits.expect("changes").guide_keys(&lot(), "EUR");
    let told: Vec<_> = keys
        .iter()
        .map(|key| (key.item.no.as_str(), key.color.0, key.condition, key.guide))
        .collect();
    assert_eq!(
        told,
        [
            ("3001", 5, Condition::Used, Guide::Sold),
            ("3002", 7, Condition::New, Guide::Stock)
        ]
    );
    assert!(!Edits::parse("price=*1.1").expect("a change").follow_guide());
}

#[test]
fn sums_beyond_all_bounds_are_refused() {
    let mut terms = known();
    terms
        .guides
        .learn(&guide("3001", Guide::Sold, [i64::MAX; 4]), AT);
    let refused = |text: &str| price_of(text, lot(), &terms).expect_err(text);
    assert_eq!(
        refused("price=guide *99999"),
        "the price cannot be worked out"
    );
    assert!(refused("price=guide").contains("goes up to 99999.9999"));
    assert_eq!(
        refused("price=guide round 0.01 up"),
        "the price cannot be rounded"
    );
    assert_eq!(price_of("price=guide ceiling 7", lot(), &terms), Ok(70_000));
    let mut dear = lot();
    dear.cost = Money::from_raw(i64::MAX);
    assert_eq!(
        price_of("price=guide ceiling 7 floor cost*2", dear, &terms),
        Err("the floor cannot be worked out".into())
    );
}

#[test]
fn what_cannot_be_meant_is_told() {
    for (text, part) in [
        ("price=guide 0.10", "Behind guide goes a sum"),
        ("price+=guide", "set with =: price=guide"),
        ("price=guide(sold, mean)", "“mean” is not in the guide"),
        ("price=guide mean", "“mean” means nothing here"),
        ("price=guide *1,1", "Decimals have a point"),
        ("price=guide floor cost*0", "*1.2 or +20%"),
        ("price=guide floor cost+20", "*1.2 or +20%"),
        ("price=guide floor costly", "*1.2 or +20%"),
        ("price=guide floor", "cost*1.2, or a price"),
        ("price=guide ceiling 0", "Behind ceiling goes a price"),
    ] {
        let mistake = wrong(text);
        assert!(
            mistake.message.contains(part),
            "{text}: {}",
            mistake.message
        );
    }
    for text in ["price=g", "price=guid", "price=guide(sold"] {
        assert!(wrong(text).unfinished, "{text}");
    }
}

#[test]
fn it_is_written_in_one_way() {
    for (text, written) in [
        ("price=guide", "price=guide sold qtyavg"),
        (
            "price=guide(stock, min) *1.10 round 0.05 up floor cost+20% ceiling 5.00 floor 0.02",
            "price=guide stock min *1.1 floor cost*1.2 floor 0.02 ceiling 5 round 0.05 up",
        ),
        ("price=guide avg *1", "price=guide sold avg"),
        ("price=-5% floor cost*1", "price=-5% floor cost"),
    ] {
        assert_eq!(Edits::parse(text).expect(text).to_string(), written);
    }
}

fn edits() -> impl Strategy<Value = PriceEdit> {
    let base = (any::<bool>(), 0usize..4).prop_map(|(sold, figure)| FromGuide {
        guide: if sold { Guide::Sold } else { Guide::Stock },
        figure: Figure::ALL[figure],
    });
    let arithmetic = prop::sample::select(vec![
        Arithmetic::Add,
        Arithmetic::Subtract,
        Arithmetic::Multiply,
        Arithmetic::Divide,
        Arithmetic::More,
        Arithmetic::Less,
    ]);
    let money = || prop::option::of((1i64..=999_999_999).prop_map(Money::from_raw));
    let rounding =
        (1i64..=100_000, prop::option::of(any::<bool>())).prop_map(|(step, up)| Rounding {
            step: Money::from_raw(step),
            up,
        });
    (
        base,
        (arithmetic, 1i64..=999_999_999),
        (prop::option::of(1i64..=999_999_999), money()),
        money(),
        prop::option::of(rounding),
    )
        .prop_map(
            |(from, (arithmetic, by), (cost, price), ceiling, rounding)| PriceEdit {
                base: PriceBase::Guide(from),
                amount: Amount { arithmetic, by },
                floor: Floor { cost, price },
                ceiling,
                rounding,
            },
        )
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(edit in edits()) {
        let edits = Edits(vec![LotEdit::Price(edit)]);
        let text = edits.to_string();
        prop_assert_eq!(Edits::parse(&text).map(|again| again.to_string()), Ok(text.clone()));
        prop_assert_eq!(Edits::parse(&text), Ok(edits));
    }

    #[test]
    fn a_price_keeps_its_floors_its_step_and_its_limits(
        edit in edits(), cost in 0i64..=99_999_999, figure in 0i64..=999_999_999,
    ) {
        let mut lot = lot();
        lot.cost = Money::from_raw(cost);
        let mut terms = known();
        for half in [Guide::Sold, Guide::Stock] {
            terms.guides.learn(&guide("3001", half, [figure; 4]), AT);
        }
        if LotEdit::Price(edit.clone()).apply(&mut lot, &terms).is_ok() {
            prop_assert!((100..=999_999_999).contains(&lot.price.raw()));
            prop_assert!(edit.floor.price.is_none_or(|floor| lot.price >= floor));
            if let Some(times) = edit.floor.cost {
                let floor = i128::from(cost) * i128::from(times);
                prop_assert!(i128::from(lot.price.raw()) * 10_000 >= floor);
            }
            if let Some(rounding) = edit.rounding {
                prop_assert_eq!(lot.price.raw() % rounding.step.raw(), 0);
            }
        }
    }
}
