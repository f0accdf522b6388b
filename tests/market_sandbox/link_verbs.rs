//! Every call of BrickLink's client.

use brickops::domain::market::{
    Guide, ListingChange, NewListing, OrderChange, PriceKey, Purpose, Rating, Region, Service,
};
use brickops::domain::{ColorId, Condition, ItemKey, ItemKind, Money, OrderStatus};
use brickops::market::bricklink::{InventoryFilter, PartOut};

use crate::verb::Harm::{Once, Reads, Twice};
use crate::verb::{Harm, Verb};
use crate::world::{KEPT, PLAIN, World};

/// A lot that is not there yet.
pub fn new_lot() -> NewListing {
    NewListing {
        item: ItemKey::part("3020"),
        boid: String::new(),
        color: ColorId(1),
        condition: Condition::New,
        completeness: None,
        grade: None,
        quantity: 7,
        price: Money::from_raw(1_250),
        external: "x77".into(),
        rest: ListingChange {
            remarks: Some("B-7".into()),
            notes: Some("like new".into()),
            ..ListingChange::default()
        },
    }
}

/// All of them.
#[expect(clippy::too_many_lines, reason = "it is a table")]
pub fn verbs() -> Vec<Verb> {
    fn verb<T: std::fmt::Debug>(
        name: &'static str,
        harm: Harm,
        run: impl Fn(&World) -> Result<T, Box<brickops::domain::market::Failure>> + 'static,
    ) -> Verb {
        Verb::new(Service::BrickLink, name, harm, run)
    }
    use Purpose::{Catalogue, Notes, Orders, Prices, Stock};
    let brick = || ItemKey::part("3001");
    let falcon = || ItemKey::new(ItemKind::Set, "75192-1");
    vec![
        verb("GET orders", Reads, |w| w.link.orders(false, "", Orders)),
        verb("GET orders/{id}", Reads, |w| {
            w.link.order(&w.link_order, Orders)
        }),
        verb("GET orders/{id}/items", Reads, |w| {
            w.link.order_lines(&w.link_order, Orders)
        }),
        verb("GET orders/{id}/messages", Reads, |w| {
            w.link.order_messages(&w.done_order.to_string(), Orders)
        }),
        verb("GET orders/{id}/feedback", Reads, |w| {
            w.link.order_feedback(&w.done_order.to_string(), Orders)
        }),
        verb("PUT orders/{id}", Twice, |w| {
            let change = OrderChange {
                tracking: Some("T1".into()),
                seller_note: Some("twice wrapped".into()),
                ..OrderChange::default()
            };
            w.link.change_order(&w.link_order, &change, Orders)
        }),
        verb("PUT orders/{id}/status", Twice, |w| {
            let status = OrderStatus::Packed;
            w.link.set_order_status(&w.link_order, &status, Orders)
        }),
        verb("PUT orders/{id}/payment_status", Twice, |w| {
            w.link
                .set_payment_status(&w.link_order, "Completed", Orders)
        }),
        verb("POST orders/{id}/drive_thru", Once, |w| {
            w.link.drive_thru(&w.done_order.to_string(), false, Orders)
        }),
        verb("GET inventories", Reads, |w| {
            w.link.inventory(&InventoryFilter::default(), Orders)
        }),
        verb("GET inventories/{id}", Reads, |w| w.link.lot(PLAIN, Orders)),
        verb("POST inventories", Once, |w| {
            w.link.create(&new_lot(), Stock)
        }),
        verb("PUT inventories/{id}", Once, |w| {
            let change = ListingChange {
                quantity_by: Some(-3),
                ..ListingChange::default()
            };
            w.link.update(PLAIN, &change, Some("Don't (:"), Stock)
        }),
        verb("PUT inventories/{id}", Twice, |w| {
            let change = ListingChange {
                price: Some(Money::from_raw(15_000)),
                notes: Some("new".into()),
                ..ListingChange::default()
            };
            w.link.update(PLAIN, &change, None, Prices)
        }),
        verb("DELETE inventories/{id}", Twice, |w| {
            w.link.delete(KEPT, Stock)
        }),
        verb("GET colors", Reads, |w| w.link.colors(Catalogue)),
        verb("GET categories", Reads, |w| w.link.categories(Catalogue)),
        verb("GET items/{type}/{no}", Reads, move |w| {
            w.link.item(&falcon(), Catalogue)
        }),
        verb("GET items/{type}/{no}/colors", Reads, move |w| {
            w.link.item_colors(&brick(), Catalogue)
        }),
        verb("GET items/{type}/{no}/images/{color}", Reads, move |w| {
            w.link.item_image(&brick(), ColorId(5), Catalogue)
        }),
        verb("GET items/{type}/{no}/subsets", Reads, move |w| {
            w.link
                .subsets(&falcon(), None, PartOut::default(), Catalogue)
        }),
        verb("GET items/{type}/{no}/supersets", Reads, move |w| {
            w.link.supersets(&brick(), Some(ColorId(5)), Catalogue)
        }),
        verb("GET items/{type}/{no}/price", Reads, |w| {
            w.link.price(&price_key(), Catalogue)
        }),
        verb("GET item_mapping/{type}/{no}", Reads, move |w| {
            w.link.elements_of(&brick(), Some(ColorId(5)), Catalogue)
        }),
        verb("GET item_mapping/{element}", Reads, |w| {
            w.link.element("300121", Catalogue)
        }),
        verb("GET notifications", Reads, |w| w.link.notices(Orders)),
        verb("GET feedback", Reads, |w| w.link.feedback(true, Orders)),
        verb("POST feedback", Once, |w| {
            w.link
                .give_feedback(w.done_order, Rating::Praise, "well", Orders)
        }),
        verb("POST feedback/{id}/reply", Once, |w| {
            w.link.reply_to_feedback(w.feedback, "so", Orders)
        }),
        verb("GET members/{user}/ratings", Reads, |w| {
            w.link.ratings("ab", Orders)
        }),
        verb("GET members/{user}/my_notes", Reads, |w| {
            w.link.member_note("ab", Orders)
        }),
        verb("POST members/{user}/my_notes", Once, |w| {
            w.link.note_member("cd", "n", true, Notes)
        }),
        verb("PUT members/{user}/my_notes", Twice, |w| {
            w.link.note_member("ab", "second", false, Notes)
        }),
        verb("DELETE members/{user}/my_notes", Twice, |w| {
            w.link.forget_member("ab", Notes)
        }),
        verb("GET settings/shipping_methods", Reads, |w| {
            w.link.shipping_methods(Orders)
        }),
        verb("GET coupons", Reads, |w| w.link.coupons(true, "O", Orders)),
    ]
}

/// A price that is asked for.
pub fn price_key() -> PriceKey {
    PriceKey {
        item: ItemKey::part("3001"),
        color: ColorId(5),
        condition: Condition::Used,
        guide: Guide::Sold,
        currency: "EUR".into(),
        region: Region::World,
    }
}
