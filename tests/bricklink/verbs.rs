//! Every verb: what it sends and what it makes of a good answer.

use brickops::domain::market::{
    Appears, Discount, Failure, Guide, ListingChange, NewListing, NoticeKind, OrderChange,
    PriceKey, Purpose, Rating, Region,
};
use brickops::domain::{
    ColorId, Completeness, Condition, ItemKey, ItemKind, Money, OrderStatus, Tier, Timestamp,
};
use brickops::market::bricklink::{BrickLink, InventoryFilter, PartOut};

use super::{Reply, Rig, good, meta};

/// How harmless it is to make a call twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    /// It reads.
    Reads,
    /// It writes, but twice is as good as once.
    Twice,
    /// It must never be made twice.
    Once,
}

type Do = Box<dyn Fn(&BrickLink) -> Result<(), Box<Failure>>>;

/// A verb with a single call.
pub struct Verb {
    pub name: &'static str,
    pub harm: Harm,
    /// The call that is expected.
    pub sends: &'static str,
    pub reply: fn() -> Reply,
    pub run: Do,
}

pub const LOT: &str = r#"{"inventory_id":77,"item":{"no":"3001","name":"Brick 2 x 4","type":"PART","category_id":5},
 "color_id":5,"color_name":"Red","quantity":22,"new_or_used":"U","unit_price":"0.0150","bind_id":0,
 "description":"a &#40;b&#41;","remarks":"A-12","bulk":2,"is_retain":true,"is_stock_room":true,"stock_room_id":"B",
 "date_created":"2013-12-18T05:00:00.000Z","my_cost":"0.0100","sale_rate":10,
 "tier_quantity1":10,"tier_price1":"0.0140","tier_quantity2":20,"tier_price2":"0.0130","tier_quantity3":0,"tier_price3":"0.0000","my_weight":"0.0000"}"#;

pub const ORDER: &str = r#"{"order_id":21500001,"date_ordered":"2025-03-02T09:15:27.120Z","date_status_changed":"2025-03-02T09:40:00.000Z",
 "seller_name":"seller","store_name":"Shop","buyer_name":"buyer","buyer_email":"b@example.org","buyer_order_count":2,
 "require_insurance":false,"status":"PAID","is_invoiced":true,"is_filed":false,"drive_thru_sent":false,
 "salesTax_collected_by_bl":false,"remarks":"ring twice","total_count":22,"unique_count":1,"total_weight":"18.40",
 "payment":{"method":"PayPal (Onsite)","currency_code":"EUR","date_paid":"2025-03-02T09:40:00.000Z","status":"Received"},
 "shipping":{"method":"Letter","method_id":17862,"tracking_no":"T1","address":{"name":{"full":"Test Person"},
 "full":"Test Person\r\n1 Test Street","address1":"1 Test Street","address2":"","city":"Testtown","state":"","postal_code":"12345","country_code":"UK"}},
 "cost":{"currency_code":"EUR","subtotal":"11.5940","grand_total":"14.7240","final_total":"13.7240","salesTax_collected_by_BL":"1.0000",
 "etc1":"0.1000","etc2":"0.2000","insurance":"0.3000","shipping":"2.1300","credit":"0.4000","coupon":"0.2000","vat_rate":"0.00","vat_amount":"0.0000"},
 "disp_cost":{"currency_code":"USD","subtotal":"1.0000","grand_total":"1.0000"}}"#;

pub const LINES: &str = r#"[[{"inventory_id":50133258,"item":{"no":"3001","name":"Brick 2 x 4","type":"PART","category_id":5},"color_id":5,
 "color_name":"Red","quantity":22,"new_or_used":"U","completeness":"X","unit_price":"0.5270","unit_price_final":"0.5000",
 "currency_code":"EUR","remarks":"A-12","description":"","weight":"2.32"}],
 [{"inventory_id":50133258,"item":{"no":"75192-1","name":"Falcon","type":"SET"},"color_id":0,"quantity":1,"new_or_used":"N","completeness":"S","unit_price":"1.0000"}]]"#;

pub fn price_key() -> PriceKey {
    PriceKey {
        item: ItemKey::part("3001"),
        color: ColorId(5),
        condition: Condition::Used,
        guide: Guide::Sold,
        currency: "EUR".into(),
        region: Region::Country("GB".into()),
    }
}

pub const PRICE: &str = r#"{"item":{"no":"3001","type":"PART"},"new_or_used":"U","currency_code":"EUR","min_price":"0.0100",
 "max_price":"1.0000","avg_price":"0.2000","qty_avg_price":"0.1500","unit_quantity":3,"total_quantity":70,
 "price_detail":[{"quantity":10,"qunatity":10,"unit_price":0.12345,"shipping_available":true},
 {"qunatity":"60","unit_price":"0.0100","date_ordered":"2025-03-02T09:15:27.120Z","seller_country_code":"UK"}]}"#;

pub fn new_lot() -> NewListing {
    NewListing {
        item: ItemKey::part("3001"),
        boid: String::new(),
        color: ColorId(5),
        condition: Condition::Used,
        completeness: Some(Completeness::Sealed),
        grade: None,
        quantity: 22,
        price: Money::from_raw(150),
        external: "x1".into(),
        rest: ListingChange {
            notes: Some("a (b)".into()),
            remarks: Some("A-12".into()),
            bulk: Some(2),
            retain: Some(true),
            stockroom: Some(Some('B')),
            cost: Some(Money::from_raw(100)),
            sale: Some(10),
            tiers: Some(vec![
                Tier {
                    quantity: 10,
                    price: Money::from_raw(140),
                },
                Tier {
                    quantity: 20,
                    price: Money::from_raw(130),
                },
            ]),
            ..ListingChange::default()
        },
    }
}

const NOTHING: fn() -> Reply = || meta(204, "OK_NO_CONTENT", "");
const EMPTY: fn() -> Reply = || good("[]");

/// Every verb that is one call.
#[expect(clippy::too_many_lines, reason = "it is a table")]
pub fn verbs() -> Vec<Verb> {
    fn verb<T>(
        name: &'static str,
        harm: Harm,
        sends: &'static str,
        reply: fn() -> Reply,
        run: impl Fn(&BrickLink) -> Result<T, Box<Failure>> + 'static,
    ) -> Verb {
        Verb {
            name,
            harm,
            sends,
            reply,
            run: Box::new(move |client| run(client).map(|_| ())),
        }
    }
    use Harm::{Once, Reads, Twice};
    use Purpose::{Catalogue, Notes, Orders, Prices, Stock};
    let brick = || ItemKey::part("3001");
    let falcon = || ItemKey::new(ItemKind::Set, "75192-1");
    vec![
        verb(
            "GET orders",
            Reads,
            "GET /orders?direction=in&filed=true&status=-purged",
            EMPTY,
            |c| c.orders(true, "-purged", Orders),
        ),
        verb(
            "GET orders/{id}",
            Reads,
            "GET /orders/21500001",
            || good(ORDER),
            |c| c.order("21500001", Orders),
        ),
        verb(
            "GET orders/{id}/items",
            Reads,
            "GET /orders/21500001/items",
            || good(LINES),
            |c| c.order_lines("21500001", Orders),
        ),
        verb(
            "GET orders/{id}/messages",
            Reads,
            "GET /orders/1/messages",
            EMPTY,
            |c| c.order_messages("1", Orders),
        ),
        verb(
            "GET orders/{id}/feedback",
            Reads,
            "GET /orders/1/feedback",
            EMPTY,
            |c| c.order_feedback("1", Orders),
        ),
        verb(
            "PUT orders/{id}",
            Twice,
            r#"PUT /orders/21500001 {"cost":{"shipping":"2.5000"},"is_filed":true,"remarks":"r","shipping":{"date_shipped":"2023-11-14T22:13:20.500Z","method_id":5,"tracking_link":"L","tracking_no":"T"}}"#,
            || good(ORDER),
            |c| {
                c.change_order(
                    "21500001",
                    &OrderChange {
                        tracking: Some("T".into()),
                        tracking_link: Some("L".into()),
                        shipped: Some(Timestamp::from_micros(1_700_000_000_500_000)),
                        ship_method: Some(5),
                        seller_note: Some("r".into()),
                        filed: Some(true),
                        shipping: Some(Money::from_raw(25_000)),
                        ..OrderChange::default()
                    },
                    Orders,
                )
            },
        ),
        verb(
            "PUT orders/{id}/status",
            Twice,
            r#"PUT /orders/1/status {"field":"status","value":"PACKED"}"#,
            NOTHING,
            |c| c.set_order_status("1", &OrderStatus::Packed, Orders),
        ),
        verb(
            "PUT orders/{id}/payment_status",
            Twice,
            r#"PUT /orders/1/payment_status {"field":"payment_status","value":"Received"}"#,
            NOTHING,
            |c| c.set_payment_status("1", "Received", Orders),
        ),
        verb(
            "POST orders/{id}/drive_thru",
            Once,
            "POST /orders/1/drive_thru?mail_me=true",
            NOTHING,
            |c| c.drive_thru("1", true, Orders),
        ),
        verb(
            "GET inventories",
            Reads,
            "GET /inventories?status=Y%2CS%2CB%2CC",
            || good(&format!("[{LOT}]")),
            |c| c.inventory(&InventoryFilter::default(), Orders),
        ),
        verb(
            "GET inventories/{id}",
            Reads,
            "GET /inventories/77",
            || good(LOT),
            |c| c.lot(77, Orders),
        ),
        verb(
            "POST inventories",
            Once,
            r#"POST /inventories {"bulk":2,"color_id":5,"description":"a (b)","is_retain":true,"is_stock_room":true,"item":{"no":"3001","type":"PART"},"my_cost":"0.0100","new_or_used":"U","quantity":22,"remarks":"A-12","sale_rate":10,"stock_room_id":"B","tier_price1":"0.0140","tier_price2":"0.0130","tier_price3":"0.0000","tier_quantity1":10,"tier_quantity2":20,"tier_quantity3":0,"unit_price":"0.0150"}"#,
            || good(LOT),
            |c| c.create(&new_lot(), Stock),
        ),
        verb(
            "PUT inventories/{id}",
            Once,
            r#"PUT /inventories/77 {"description":"a (b)","quantity":"-3"}"#,
            || good(LOT),
            |c| {
                let change = ListingChange {
                    quantity_by: Some(-3),
                    ..ListingChange::default()
                };
                c.update(77, &change, Some("a (b)"), Stock)
            },
        ),
        verb(
            "PUT inventories/{id}",
            Twice,
            r#"PUT /inventories/77 {"description":"new","is_stock_room":false,"sale_rate":-5,"tier_price1":"0.0000","tier_price2":"0.0000","tier_price3":"0.0000","tier_quantity1":0,"tier_quantity2":0,"tier_quantity3":0,"unit_price":"1.5000"}"#,
            || good(LOT),
            |c| {
                let change = ListingChange {
                    price: Some(Money::from_raw(15_000)),
                    notes: Some("new".into()),
                    stockroom: Some(None),
                    sale: Some(-5),
                    tiers: Some(vec![]),
                    ..ListingChange::default()
                };
                c.update(77, &change, None, Prices)
            },
        ),
        verb(
            "DELETE inventories/{id}",
            Twice,
            "DELETE /inventories/77",
            NOTHING,
            |c| c.delete(77, Stock),
        ),
        verb("GET colors", Reads, "GET /colors", EMPTY, |c| {
            c.colors(Catalogue)
        }),
        verb("GET categories", Reads, "GET /categories", EMPTY, |c| {
            c.categories(Catalogue)
        }),
        verb(
            "GET items/{type}/{no}",
            Reads,
            "GET /items/SET/75192-1",
            || good(r#"{"no":"75192-1","type":"SET","name":"Falcon"}"#),
            move |c| c.item(&falcon(), Catalogue),
        ),
        verb(
            "GET items/{type}/{no}/colors",
            Reads,
            "GET /items/PART/3001/colors",
            EMPTY,
            move |c| c.item_colors(&brick(), Catalogue),
        ),
        verb(
            "GET items/{type}/{no}/images/{color}",
            Reads,
            "GET /items/PART/3001/images/5",
            || good("{}"),
            move |c| c.item_image(&brick(), ColorId(5), Catalogue),
        ),
        verb(
            "GET items/{type}/{no}/subsets",
            Reads,
            "GET /items/SET/75192-1/subsets?box=false&instruction=true&break_minifigs=true&break_subsets=false",
            EMPTY,
            move |c| {
                let out = PartOut {
                    instructions: true,
                    break_minifigs: true,
                    ..PartOut::default()
                };
                c.subsets(&falcon(), None, out, Catalogue)
            },
        ),
        verb(
            "GET items/{type}/{no}/supersets",
            Reads,
            "GET /items/PART/3001/supersets?color_id=5",
            EMPTY,
            move |c| c.supersets(&brick(), Some(ColorId(5)), Catalogue),
        ),
        verb(
            "GET items/{type}/{no}/price",
            Reads,
            "GET /items/PART/3001/price?guide_type=sold&new_or_used=U&color_id=5&country_code=UK&currency_code=EUR",
            || good(PRICE),
            |c| c.price(&price_key(), Catalogue),
        ),
        verb(
            "GET item_mapping/{type}/{no}",
            Reads,
            "GET /item_mapping/PART/a%2Fb%20c?color_id=5",
            EMPTY,
            |c| c.elements_of(&ItemKey::part("a/b c"), Some(ColorId(5)), Catalogue),
        ),
        verb(
            "GET item_mapping/{element}",
            Reads,
            "GET /item_mapping/300121",
            EMPTY,
            |c| c.element("300121", Catalogue),
        ),
        verb(
            "GET notifications",
            Reads,
            "GET /notifications",
            EMPTY,
            |c| c.notices(Orders),
        ),
        verb(
            "GET feedback",
            Reads,
            "GET /feedback?direction=in",
            EMPTY,
            |c| c.feedback(true, Orders),
        ),
        verb(
            "POST feedback",
            Once,
            r#"POST /feedback {"comment":"well","order_id":1,"rating":2}"#,
            || meta(201, "OK_CREATED", ""),
            |c| c.give_feedback(1, Rating::Complaint, "well", Orders),
        ),
        verb(
            "POST feedback/{id}/reply",
            Once,
            r#"POST /feedback/1/reply {"reply":"so"}"#,
            NOTHING,
            |c| c.reply_to_feedback(1, "so", Orders),
        ),
        verb(
            "GET members/{user}/ratings",
            Reads,
            "GET /members/a%20b/ratings",
            || good("{}"),
            |c| c.ratings("a b", Orders),
        ),
        verb(
            "GET members/{user}/my_notes",
            Reads,
            "GET /members/ab/my_notes",
            || good("{}"),
            |c| c.member_note("ab", Orders),
        ),
        verb(
            "POST members/{user}/my_notes",
            Once,
            r#"POST /members/ab/my_notes {"note_text":"n"}"#,
            || meta(201, "", ""),
            |c| c.note_member("ab", "n", true, Notes),
        ),
        verb(
            "PUT members/{user}/my_notes",
            Twice,
            r#"PUT /members/ab/my_notes {"note_text":"n"}"#,
            || meta(200, "", ""),
            |c| c.note_member("ab", "n", false, Notes),
        ),
        verb(
            "DELETE members/{user}/my_notes",
            Twice,
            "DELETE /members/ab/my_notes",
            NOTHING,
            |c| c.forget_member("ab", Notes),
        ),
        verb(
            "GET settings/shipping_methods",
            Reads,
            "GET /settings/shipping_methods",
            EMPTY,
            |c| c.shipping_methods(Orders),
        ),
        verb(
            "GET coupons",
            Reads,
            "GET /coupons?direction=out&status=O",
            EMPTY,
            |c| c.coupons(true, "O", Orders),
        ),
    ]
}

#[test]
fn every_verb_sends_what_the_service_wants() {
    for verb in verbs() {
        let rig = Rig::new([(verb.reply)()]);
        (verb.run)(&rig.client).unwrap_or_else(|e| panic!("{}: {e:?}", verb.name));
        assert_eq!(rig.calls(), [verb.sends]);
        assert_eq!(rig.endpoints(), [verb.name]);
        assert_eq!(rig.outcomes(), [brickops::market::Outcome::Answered]);
        assert_eq!(rig.pauses(), 0);
    }
}

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
    assert_eq!(
        rig.calls(),
        ["GET /inventories?item_type=PART&color_id=5&status=Y%2CS%2CB%2CC"]
    );
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
    assert!(methods[0].domestic && !methods[0].international && methods[0].preferred);
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
