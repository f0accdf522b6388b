//! Real answers that were kept: each is read with exactly what it is known to hold. Where they are not
//! there, there is nothing to test.

use std::io::Read;
use std::path::{Path, PathBuf};

use brickops::domain::market::{Discount, Purpose};
use brickops::domain::{Completeness, ItemKey, ItemKind, Money, OrderStatus};
use brickops::market::bricklink::{InventoryFilter, PartOut};

use super::verbs::price_key;
use super::{Rig, good, page};

fn sample(name: &str) -> Option<Vec<u8>> {
    let named = std::env::var_os("BRICKOPS_DATA").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = named
        .into_iter()
        .chain([beside])
        .find(|path| path.is_dir())?;
    let bytes = std::fs::read(folder.join("api-samples/bricklink").join(name)).ok()?;
    if Path::new(name).extension().is_none_or(|end| end != "gz") {
        return Some(bytes);
    }
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(bytes.as_slice())
        .read_to_end(&mut plain)
        .expect(name);
    Some(plain)
}

fn text(name: &str) -> Option<String> {
    sample(name).map(|bytes| String::from_utf8(bytes).expect("UTF-8"))
}

#[test]
fn inventories() {
    let Some(answer) = sample("inventories-store-1072.json") else {
        return;
    };
    let rig = Rig::new([page(200, answer)]);
    let lots = rig
        .client
        .inventory(&InventoryFilter::default(), Purpose::Orders)
        .expect("lots");
    assert_eq!(lots.len(), 1_072);
    assert_eq!(
        lots.iter()
            .filter(|lot| lot.quantity == 0 && lot.stockroom)
            .count(),
        666
    );
    assert!(
        lots.iter()
            .all(|lot| lot.item.is_some() && lot.color.is_some() && lot.created.is_some())
    );
    assert!(
        lots.iter()
            .all(|lot| lot.stockroom == lot.stockroom_id.is_some())
    );
    assert!(lots.iter().all(|lot| !lot.notes.contains("&#")));
    assert_eq!(lots[0].price, Money::from_raw(11_000));
    assert_eq!(lots[0].sale, 50);
}

#[test]
fn a_large_inventory() {
    let Some(answer) = sample("invented-inventories-35k.json.gz") else {
        return;
    };
    let rig = Rig::new([page(200, answer)]);
    let lots = rig
        .client
        .inventory(&InventoryFilter::default(), Purpose::Orders)
        .expect("lots");
    assert_eq!(lots.len(), 35_000);
    assert!(
        lots.iter()
            .all(|lot| lot.price > Money::ZERO && lot.item.is_some())
    );
}

#[test]
fn lists_of_orders() {
    let Some(answer) = sample("orders-in.json") else {
        return;
    };
    let rig = Rig::new([
        page(200, answer),
        page(200, sample("orders-2014-shape.json").expect("beside it")),
    ]);
    let orders = rig
        .client
        .orders(false, "", Purpose::Orders)
        .expect("orders");
    assert_eq!(orders.len(), 27);
    assert_eq!(
        (orders[0].number.as_str(), orders[0].total),
        ("11103896", Money::from_raw(60))
    );
    assert!(
        orders
            .iter()
            .all(|order| order.changed.is_some() && order.currency == "EUR")
    );
    assert!(
        orders
            .iter()
            .all(|order| !matches!(order.status, OrderStatus::Other(_)))
    );
    let old = rig
        .client
        .orders(false, "", Purpose::Orders)
        .expect("orders");
    assert_eq!(old.len(), 2);
    assert_eq!(
        (&old[0].status, old[0].pieces, old[0].changed),
        (&OrderStatus::Ready, 1_338, None)
    );
}

#[test]
fn orders() {
    let Some(documented) = text("doc-order.json") else {
        return;
    };
    let made = text("brickops-fixture-order.json").expect("beside it");
    let lines = text("brickops-fixture-items.json").expect("beside it");
    let line = text("doc-order_item.json").expect("beside it");
    let rig = Rig::new([
        good(&documented),
        good(&made),
        good(&lines),
        good(&format!("[[{line}]]")),
    ]);
    let order = rig
        .client
        .order("3905404", Purpose::Orders)
        .expect("an order");
    assert_eq!(order.address.country, "KR");
    assert_eq!(order.tax, Money::from_raw(20_949));
    assert_eq!(
        (order.tracking.as_str(), order.weight_mg),
        ("12323132", 1_030)
    );
    assert!(order.drive_thru_sent && order.paid.is_some());
    let order = rig
        .client
        .whole_order("1234567", Purpose::Orders)
        .expect("an order");
    assert_eq!(order.address.lines, ["123 Example St", "Suite 100"]);
    assert_eq!(order.head.total, Money::from_raw(255_000));
    assert_eq!(
        order
            .lines
            .iter()
            .map(|line| line.batch)
            .collect::<Vec<_>>(),
        [1, 1, 2]
    );
    let lines = rig.client.order_lines("1", Purpose::Orders).expect("lines");
    assert_eq!(lines[0].item, Some(ItemKey::new(ItemKind::Set, "7644-1")));
    assert_eq!(lines[0].completeness, Some(Completeness::Sealed));
    assert_eq!(lines[0].price, Money::from_raw(1_399_900));
}

#[test]
fn the_documentation() {
    let Some(lot) = text("doc-inventory.json") else {
        return;
    };
    let one = |name: &str| good(&text(name).expect("beside it"));
    let list = |name: &str| good(&format!("[{}]", text(name).expect("beside it")));
    let rig = Rig::new([
        good(&lot),
        one("doc-item.json"),
        one("doc-price_guide.json"),
        list("doc-subset.json"),
        list("doc-superset.json"),
        list("doc-coupon.json"),
        page(200, sample("error-400.json").expect("beside it")),
        page(200, sample("colors-214.json").expect("beside it")),
    ]);
    let client = &rig.client;
    let lot = client.lot(50_592_684, Purpose::Orders).expect("a lot");
    assert_eq!((lot.quantity, lot.tiers.len(), lot.sale), (12, 2, 10));
    let set = ItemKey::new(ItemKind::Set, "3305-1");
    let facts = client.item(&set, Purpose::Catalogue).expect("an item");
    assert_eq!(
        (facts.key, facts.year, facts.category.0),
        (set.clone(), Some(1998), 473)
    );
    assert_eq!(
        (facts.weight.map(|w| w.0), facts.dimensions),
        (Some(3_920), None)
    );
    let mut key = price_key();
    key.item = ItemKey::new(ItemKind::Set, "7644-1");
    key.condition = brickops::domain::Condition::New;
    key.currency = "USD".into();
    let guide = client.price(&key, Purpose::Prices).expect("prices");
    assert_eq!(
        (guide.count, guide.pieces, guide.points[0].price.raw()),
        (298, 359, 1_235)
    );
    let parts = client
        .subsets(&set, None, PartOut::default(), Purpose::Catalogue)
        .expect("parts");
    assert_eq!(
        parts.iter().map(|part| part.alternate).collect::<Vec<_>>(),
        [false, true]
    );
    let sets = client
        .supersets(&ItemKey::part("x"), None, Purpose::Catalogue)
        .expect("sets");
    assert_eq!(sets.len(), 2);
    let coupons = client.coupons(true, "", Purpose::Orders).expect("coupons");
    assert!(
        matches!(coupons[0].discount, Discount::Percent { rate, .. } if rate == Money::from_raw(50_000))
    );
    let failure = client.notices(Purpose::Orders).expect_err("refused");
    assert_eq!(failure.class, brickops::domain::market::Class::Refused);
    assert!(failure.text.contains("malformed JSON"), "{}", failure.text);
    let colors = client.colors(Purpose::Catalogue).expect("colours");
    assert_eq!(colors.len(), 214);
    assert!(
        colors
            .iter()
            .all(|color| color.rgb.is_some() || color.id.0 == 0)
    );
}
