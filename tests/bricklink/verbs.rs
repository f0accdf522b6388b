//! Every verb that is one call, with what it sends: the table that other tests go through.

use brickops::domain::market::{
    Failure, Guide, ListingChange, NewListing, OrderChange, PriceKey, Purpose, Rating, Region,
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
            "GET /inventories",
            || good(&format!("[{LOT}]")),
            |c| c.inventory(&InventoryFilter::default(), Orders),
        ),
        verb(
            "GET inventories",
            Reads,
            "GET /inventories?category_id=5&status=Y%2CS",
            || good(&format!("[{LOT}]")),
            |c| {
                let filter = InventoryFilter {
                    statuses: Some("Y,S".into()),
                    category: Some(5),
                    ..InventoryFilter::default()
                };
                c.inventory(&filter, Orders)
            },
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
