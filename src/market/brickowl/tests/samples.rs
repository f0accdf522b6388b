//! Every sample of real answers is read; where they are not, there is nothing to test.

use std::path::{Path, PathBuf};

use super::*;
use crate::domain::{Completeness, Marketplace};

fn sample(name: &str) -> Option<Vec<u8>> {
    let named = std::env::var_os("BRICKOPS_DATA").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let data = named
        .into_iter()
        .chain([beside])
        .find(|path| path.is_dir())?;
    Some(std::fs::read(data.join("api-samples/brickowl").join(name)).expect(name))
}

fn answering(body: Vec<u8>) -> BrickOwl {
    client(move |_| says(200, body.clone())).0
}

#[test]
fn inventories() {
    let Some(body) = sample("inventory-list.json") else {
        return;
    };
    let page = answering(body).lots(Purpose::Orders, false).expect("lots");
    assert_eq!((page.rows.len(), page.unread.len()), (2, 0));
    let lot = &page.rows[0];
    assert_eq!(
        (lot.market, lot.id, lot.boid.as_str()),
        (Marketplace::BrickOwl, 2_726_773, "306255")
    );
    assert_eq!(lot.color, Some(ColorId(86)));
    assert_eq!((lot.quantity, lot.price), (12, Money::from_raw(7_200)));
    assert_eq!((lot.notes.as_str(), lot.remarks.as_str()), ("", "A03+"));
    assert_eq!(lot.external.as_deref(), Some("55984821"));
    assert_eq!(
        (lot.condition, lot.bulk, lot.sale, lot.stockroom),
        (Condition::New, 1, 0, false)
    );
    assert_eq!(lot.item, None, "no number of BrickLink's is named");
    let Some(body) = sample("inventory-minifig-2023.json") else {
        return;
    };
    let page = answering(body).lots(Purpose::Orders, false).expect("lots");
    assert_eq!((page.rows.len(), page.unread.len()), (2, 0));
    let [figure, tile] = &page.rows[..] else {
        panic!("two lots")
    };
    assert_eq!(
        (figure.boid.as_str(), figure.color),
        ("1299842", Some(ColorId(0)))
    );
    assert_eq!(
        (figure.price, figure.external.as_deref()),
        (Money::from_raw(26_330), Some("321501076"))
    );
    assert_eq!(
        (tile.boid.as_str(), tile.color),
        ("487300", Some(ColorId(11)))
    );
    assert_eq!(tile.item, Some(ItemKey::part("3069b")));
    assert_eq!(
        (tile.stockroom, tile.external.as_deref(), tile.cost),
        (true, None, Money::from_raw(300))
    );
    assert_eq!(
        tile.tiers,
        [Tier {
            quantity: 10,
            price: Money::from_raw(900)
        }]
    );
}

#[test]
fn orders() {
    let Some(list) = sample("order-list.json") else {
        return;
    };
    let page = answering(list)
        .orders(Purpose::Orders, &OrderAsk::default())
        .expect("orders");
    assert_eq!((page.rows.len(), page.unread.len()), (3, 0));
    let head = &page.rows[0];
    assert_eq!(
        (head.number.as_str(), head.pieces, head.lots),
        ("9277759", 105, 25)
    );
    assert_eq!(
        (head.total, &head.status),
        (Money::from_raw(238_700), &OrderStatus::Processing)
    );
    assert_eq!(head.ordered, Timestamp::from_seconds(1_398_955_037));
    assert_eq!(page.rows[2].status, OrderStatus::Shipped);
    let (Some(view), Some(items)) = (sample("order-view-1.json"), sample("order-items.json"))
    else {
        return;
    };
    let (owl, _, _) = client(move |call| {
        says(
            200,
            if call.endpoint == "GET order/view" {
                view.clone()
            } else {
                items.clone()
            },
        )
    });
    let order = owl.order(Purpose::Orders, "3506238").expect("an order");
    assert_eq!(
        (order.head.currency.as_str(), order.head.changed),
        ("USD", None)
    );
    assert_eq!(
        (order.subtotal, order.shipping),
        (Money::from_raw(61_700), Money::from_raw(23_000))
    );
    assert_eq!(
        (order.head.total, order.weight_mg),
        (Money::from_raw(84_700), 47_020)
    );
    assert_eq!(
        (order.head.buyer.as_str(), order.address.name.as_str()),
        ("Test Buyer1", "Test Buyer1")
    );
    assert_eq!(
        (
            order.address.country.as_str(),
            order.address.region.as_str()
        ),
        ("CA", "QC")
    );
    assert_eq!(order.address.lines, ["1 Example Street"]);
    assert_eq!(order.payment, "paypal_standard");
    let [line] = &order.lines[..] else {
        panic!("one line")
    };
    assert_eq!(
        (line.lot, line.external.as_deref()),
        (Some(2_726_913), Some("55984791"))
    );
    assert_eq!((line.quantity, line.refunded, line.left), (1, 0, Some(79)));
    assert_eq!(
        (line.price, line.color),
        (Money::from_raw(1_040), Some(ColorId(11)))
    );
    assert_eq!(
        (line.remarks.as_str(), line.weight_mg, line.batch),
        ("B02", 260, 1)
    );
    assert_eq!(
        (line.condition, line.completeness),
        (Condition::New, None::<Completeness>)
    );
}

/// These were made up by somebody who had not seen an answer: what they do not say is not guessed.
#[test]
fn made_up_samples_are_refused_with_a_reason() {
    let (Some(view), Some(items)) = (
        sample("brickops-fixture-order.json"),
        sample("brickops-fixture-items.json"),
    ) else {
        return;
    };
    let (owl, _, _) = client(move |call| {
        says(
            200,
            if call.endpoint == "GET order/view" {
                view.clone()
            } else {
                items.clone()
            },
        )
    });
    let failed = owl
        .order(Purpose::Orders, "BO-12345")
        .expect_err("no quantity");
    assert_eq!(failed.class, Class::Garbled);
    assert!(failed.text.contains("ordered_quantity"), "{}", failed.text);
}

#[test]
fn the_account() {
    let Some(body) = sample("user-details.json") else {
        return;
    };
    let facts = answering(body).who(Purpose::Person).expect("facts");
    assert_eq!(
        (facts.user.as_str(), facts.store.as_str()),
        ("seller-a", "Example Brick Store")
    );
    assert_eq!((facts.currency.as_str(), facts.open), ("USD", Some(true)));
}

/// The built-in colours are those of the table.
#[test]
fn the_colour_table() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/color_map.csv");
    let Ok(text) = std::fs::read_to_string(beside) else {
        return;
    };
    let map = ColorMap::default();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut pairs = 0;
    for row in reader.records() {
        let row = row.expect("a row");
        let (owl, link) = (row[0].parse::<u16>(), row[3].parse::<u16>());
        match (owl, link) {
            (Ok(owl), Ok(link)) => {
                assert_eq!(map.owl_of(ColorId(link)), Some(owl));
                assert_eq!(map.link_of(owl), Some(ColorId(link)));
                pairs += 1;
            }
            (Ok(owl), Err(_)) => assert_eq!(map.link_of(owl), None),
            (Err(_), Ok(link)) => assert_eq!(map.owl_of(ColorId(link)), None),
            (Err(_), Err(_)) => {}
        }
    }
    assert_eq!(pairs, map.len());
}
