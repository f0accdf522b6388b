//! What the client makes of good answers, and of calls that are several.

use brickops::domain::market::{
    Appears, Discount, ListingChange, NoticeKind, OrderChange, Purpose, Rating, Reach, Region,
};
use brickops::domain::{
    ColorId, Completeness, Condition, ItemKey, ItemKind, Money, OrderStatus, Timestamp,
};
use brickops::market::bricklink::{InventoryFilter, PartOut};

use super::verbs::{LINES, LOT, ORDER, PRICE, new_lot, price_key};
use super::{Rig, good, meta};

#[test]
fn a_lot_is_read_whole() {
    let rig = Rig::new([good(&format!("[{LOT}]"))]);
    let lots = rig
        .client
        .inventory(&InventoryFilter::default(), Purpose::Orders);
    let lots = lots.expect("lots");
    let [lot] = lots.as_slice() else {
        panic!("{lots:?}")
    };
    assert_eq!(lot.id, 77);
    assert_eq!(lot.item, Some(ItemKey::part("3001")));
    assert_eq!((lot.color, lot.quantity), (Some(ColorId(5)), 22));
    assert_eq!(lot.price, Money::from_raw(150));
    assert_eq!(
        (lot.notes.as_str(), lot.remarks.as_str()),
        ("a (b)", "A-12")
    );
    assert_eq!((lot.bulk, lot.retain, lot.sale), (2, true, 10));
    assert_eq!((lot.stockroom, lot.stockroom_id), (true, Some('B')));
    assert_eq!(lot.tiers.len(), 2);
    assert_eq!(
        lot.created.map(Timestamp::iso).as_deref(),
        Some("2013-12-18T05:00:00Z")
    );
}

#[test]
fn an_order_is_read_whole() {
    let rig = Rig::new([good(ORDER), good(LINES)]);
    let order = rig
        .client
        .whole_order("21500001", Purpose::Orders)
        .expect("an order");
    assert_eq!(order.head.status, OrderStatus::Paid);
    assert_eq!(order.head.total, Money::from_raw(147_240));
    assert_eq!(order.head.currency, "EUR");
    assert_eq!(order.address.country, "GB");
    assert_eq!(order.address.lines, ["1 Test Street"]);
    assert_eq!(order.address.full, "Test Person\n1 Test Street");
    assert_eq!(order.extra, Money::from_raw(6_000));
    assert_eq!(order.discount, Money::from_raw(6_000));
    assert_eq!(order.tax, Money::from_raw(10_000));
    assert_eq!(order.weight_mg, 18_400);
    assert_eq!(
        (order.tracking.as_str(), order.seller_note.as_str()),
        ("T1", "ring twice")
    );
    let [first, second] = order.lines.as_slice() else {
        panic!("{:?}", order.lines)
    };
    assert_eq!((first.batch, second.batch), (1, 2));
    assert_eq!(first.price, Money::from_raw(5_000), "what the buyer pays");
    assert_eq!(second.price, Money::from_raw(10_000));
    assert_eq!(
        (first.completeness, second.completeness),
        (None, Some(Completeness::Sealed))
    );
    assert_eq!((first.weight_mg, first.remarks.as_str()), (2_320, "A-12"));
}

#[test]
fn orders_filed_between_two_calls_are_there_once() {
    let order = |number: u32, filed: bool| {
        format!(r#"{{"order_id":{number},"status":"COMPLETED","is_filed":{filed}}}"#)
    };
    let rig = Rig::new([
        good(&format!("[{},{}]", order(1, false), order(2, false))),
        good(&format!("[{},{}]", order(2, true), order(3, true))),
    ]);
    let mut found: Vec<(String, bool)> = rig
        .client
        .all_orders("", Purpose::Orders)
        .expect("orders")
        .into_iter()
        .map(|order| (order.number, order.filed))
        .collect();
    found.sort();
    assert_eq!(
        found,
        [("1".into(), false), ("2".into(), true), ("3".into(), true)]
    );
    assert_eq!(
        rig.calls(),
        [
            "GET /orders?direction=in&filed=false",
            "GET /orders?direction=in&filed=true"
        ]
    );
}

#[test]
fn a_price_guide_is_read_whole() {
    let rig = Rig::new([good(PRICE)]);
    let guide = rig
        .client
        .price(&price_key(), Purpose::Person)
        .expect("prices");
    assert_eq!(guide.key, price_key());
    assert_eq!((guide.count, guide.pieces), (3, 70));
    assert_eq!((guide.min.raw(), guide.max.raw()), (100, 10_000));
    assert_eq!(
        (guide.average.raw(), guide.quantity_average.raw()),
        (2_000, 1_500)
    );
    let points: Vec<_> = guide
        .points
        .iter()
        .map(|p| (p.quantity, p.price.raw(), p.sold.is_some()))
        .collect();
    assert_eq!(points, [(10, 1_235, false), (60, 100, true)]);
    assert_eq!(guide.fetched, Timestamp::from_seconds(1_700_000_000));
}

#[test]
fn prices_of_something_else_are_refused() {
    for (from, to) in [
        ("\"no\":\"3001\"", "\"no\":\"3002\""),
        ("\"new_or_used\":\"U\"", "\"new_or_used\":\"N\""),
        ("\"currency_code\":\"EUR\"", "\"currency_code\":\"USD\""),
    ] {
        let rig = Rig::new((0..4).map(|_| good(&PRICE.replace(from, to))));
        let failure = rig
            .client
            .price(&price_key(), Purpose::Person)
            .expect_err(to);
        assert_eq!(failure.class, brickops::domain::market::Class::Garbled);
    }
    let mut key = price_key();
    key.region = Region::Area("atlantis".into());
    let rig = Rig::new([]);
    let failure = rig
        .client
        .price(&key, Purpose::Person)
        .expect_err("no such region");
    assert_eq!(failure.class, brickops::domain::market::Class::Refused);
    key.region = Region::Area("europe".into());
    key.currency = String::new();
    let rig = Rig::new([good(PRICE)]);
    let guide = rig.client.price(&key, Purpose::Person).expect("prices");
    assert_eq!(guide.key.currency, "EUR", "the account's own");
}

#[test]
fn no_prices_are_an_empty_guide() {
    let none = r#"{"item":{"no":"3001","type":"PART"},"new_or_used":"U","currency_code":"EUR","min_price":"0.0000","max_price":"0.0000","avg_price":"0.0000","qty_avg_price":"0.0000","unit_quantity":0,"total_quantity":0,"price_detail":[]}"#;
    let rig = Rig::new([good(none)]);
    assert!(
        rig.client
            .price(&price_key(), Purpose::Person)
            .expect("prices")
            .is_empty()
    );
}

#[test]
fn a_change_without_a_known_note_reads_it_first() {
    let rig = Rig::new([good(LOT), good(LOT)]);
    let change = ListingChange {
        quantity_by: Some(5),
        ..ListingChange::default()
    };
    rig.client
        .update(77, &change, None, Purpose::Stock)
        .expect("changed");
    assert_eq!(
        rig.calls(),
        [
            "GET /inventories/77",
            r#"PUT /inventories/77 {"description":"a (b)","quantity":"+5"}"#
        ]
    );
}

#[test]
fn what_the_service_cannot_do_costs_no_call() {
    let rig = Rig::new([]);
    for change in [
        ListingChange {
            quantity_to: Some(5),
            ..ListingChange::default()
        },
        ListingChange {
            condition: Some((Condition::New, None, None)),
            ..ListingChange::default()
        },
    ] {
        let failure = rig
            .client
            .update(77, &change, None, Purpose::Stock)
            .expect_err("refused");
        assert_eq!(failure.class, brickops::domain::market::Class::Refused);
    }
    rig.client
        .change_order("1", &OrderChange::default(), Purpose::Orders)
        .expect_err("nothing to change");
    assert!(rig.calls().is_empty());
}

#[test]
fn a_lot_whose_answer_was_lost_is_found_again() {
    let other = LOT
        .replace("\"inventory_id\":77", "\"inventory_id\":78")
        .replace("A-12", "A-13");
    let old = LOT
        .replace("\"inventory_id\":77", "\"inventory_id\":79")
        .replace("2013-12-18", "2013-12-01");
    let rig = Rig::new([good(&format!("[{other},{LOT},{old}]"))]);
    let sent = Timestamp::from_seconds(1_387_350_000);
    let found = rig
        .client
        .find_made(&new_lot(), sent, Purpose::Stock)
        .expect("lots");
    let ids: Vec<u64> = found.iter().map(|lot| lot.id).collect();
    assert_eq!(ids, [77]);
    assert_eq!(rig.calls(), ["GET /inventories?item_type=PART&color_id=5"]);
}

#[test]
fn whose_keys_they_are() {
    let rig = Rig::new([
        good(&format!("[{ORDER}]")),
        good(PRICE.replace("\"U\"", "\"N\"").as_str()),
    ]);
    let facts = rig.client.who_am_i(Purpose::Person).expect("facts");
    assert_eq!(
        (
            facts.user.as_str(),
            facts.store.as_str(),
            facts.currency.as_str()
        ),
        ("seller", "Shop", "EUR")
    );
    let rig = Rig::new([good("[]"), meta(404, "RESOURCE_NOT_FOUND", "")]);
    let facts = rig.client.who_am_i(Purpose::Person).expect("facts");
    assert_eq!(facts, brickops::domain::market::StoreFacts::default());
}

#[test]
fn what_members_say() {
    let rig = Rig::new([
        good(
            r#"[{"event_type":"Order","resource_id":3986441,"timestamp":"2013-12-17T08:20:02.177Z"},{"event_type":"Party","resource_id":"1"}]"#,
        ),
        good(
            r#"[{"feedback_id":1,"order_id":2,"from":"a","to":"b","date_rated":null,"rating":"1","rating_of_bs":"S","comment":"Don&amp;#39;t","reply":null}]"#,
        ),
        good(r#"{"user_name":"a","rating":{"PRAISE":3,"NEUTRAL":0,"COMPLAINT":"1"}}"#),
        good(r#"{"note_id":1,"user_name":"a","note_text":"slow\r\npayer"}"#),
        good(
            r#"[{"method_id":5,"name":"Letter","note":null,"insurance":false,"is_default":true,"area":"D","is_available":true}]"#,
        ),
        good(
            r#"[{"coupon_id":1,"status":"O","discount_type":"F","discount_amount":"10.00","currency_code":"EUR","order_id":null}]"#,
        ),
        good(
            r#"[{"subject":null,"body":"Hi","from":"a","to":"b","dateSent":"2013-12-17T08:20:02.177Z"}]"#,
        ),
    ]);
    let client = &rig.client;
    let notices = client.notices(Purpose::Orders).expect("notices");
    assert_eq!(notices[0].kind, NoticeKind::Order);
    assert_eq!(notices[0].of, 3_986_441);
    assert_eq!(notices[1].kind, NoticeKind::Other("Party".into()));
    let feedback = client.feedback(true, Purpose::Orders).expect("feedback");
    assert_eq!(
        (feedback[0].rating, feedback[0].of_seller),
        (Rating::Neutral, true)
    );
    assert_eq!(feedback[0].comment, "Don't");
    let ratings = client.ratings("a", Purpose::Orders).expect("ratings");
    assert_eq!(
        (ratings.praise, ratings.neutral, ratings.complaint),
        (3, 0, 1)
    );
    let note = client.member_note("a", Purpose::Notes).expect("a note");
    assert_eq!(note.map(|note| note.text).as_deref(), Some("slow\npayer"));
    let methods = client.shipping_methods(Purpose::Orders).expect("methods");
    assert!(methods[0].preferred);
    assert_eq!(methods[0].reach, Reach::Inland);
    let coupons = client.coupons(true, "", Purpose::Orders).expect("coupons");
    assert_eq!(
        coupons[0].discount,
        Discount::Fixed(Money::from_raw(100_000))
    );
    assert_eq!(coupons[0].order, None);
    let messages = client
        .order_messages("1", Purpose::Orders)
        .expect("messages");
    assert_eq!(
        (messages[0].subject.as_str(), messages[0].body.as_str()),
        ("", "Hi")
    );
    assert!(messages[0].sent.is_some());
    assert!(rig.is_done());
}

#[test]
fn sets_and_what_is_in_them() {
    let rig = Rig::new([
        good(
            r#"[{"match_no":1,"entries":[{"item":{"no":"3001old","name":"Brick","type":"PART","categoryID":5},"color_id":5,"quantity":1,"extra_quantity":2,"is_alternate":false,"is_counterpart":false},{"item":{"no":"3001","name":"Brick","type":"PART"},"color_id":"7","quantity":"1","is_alternate":true}]}]"#,
        ),
        good(
            r#"[{"color_id":6,"entries":[{"item":{"no":"555-1","name":"Hospital","type":"SET"},"quantity":1,"appears_as":"R"},{"item":{"no":"363-1","name":"H","type":"SET"},"quantity":3,"appear_as":"E"}]}]"#,
        ),
    ]);
    let set = ItemKey::new(ItemKind::Set, "555-1");
    let parts = rig
        .client
        .subsets(&set, None, PartOut::default(), Purpose::Catalogue)
        .expect("parts");
    assert_eq!(parts.len(), 2);
    assert_eq!(
        (parts[0].group, parts[0].quantity, parts[0].extra),
        (1, 1, 2)
    );
    assert_eq!((parts[1].alternate, parts[1].color), (true, ColorId(7)));
    let sets = rig
        .client
        .supersets(&ItemKey::part("3001"), None, Purpose::Catalogue)
        .expect("sets");
    assert_eq!(
        sets.iter().map(|set| set.appears).collect::<Vec<_>>(),
        [Appears::Regular, Appears::Extra]
    );
    assert_eq!(sets[1].item, ItemKey::new(ItemKind::Set, "363-1"));
}
