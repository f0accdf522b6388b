//! Every call of BrickOwl's client. It repeats nothing by itself.

use brickops::domain::market::{Failure, ListingChange, NewListing, Purpose, Service};
use brickops::domain::{ItemKey, ItemKind, Money, OrderStatus};
use brickops::market::brickowl::mapping::Look;
use brickops::market::brickowl::{LotName, LotQuantity, OrderAsk, Quantity, Rating};

use crate::link_verbs::new_lot;
use crate::verb::Harm::{Once, Reads, Twice};
use crate::verb::{Harm, Verb};
use crate::world::World;

/// What a part is looked up by.
const LOOK: Look = Look {
    kind: Some("Part"),
    id_type: "bl_item_no",
};

/// A lot that is not there yet, under the number that BrickOwl has for its part.
fn new_owl_lot(world: &World) -> NewListing {
    NewListing {
        boid: world.boid.clone(),
        ..new_lot()
    }
}

/// All of them.
pub fn verbs() -> Vec<Verb> {
    fn verb<T: std::fmt::Debug>(
        name: &'static str,
        harm: Harm,
        run: impl Fn(&World) -> Result<T, Box<Failure>> + 'static,
    ) -> Verb {
        Verb::new(Service::BrickOwl, name, harm, run)
    }
    use Purpose::{Catalogue, Orders, Stock};
    vec![
        verb("GET user/details", Reads, |w| w.owl.who(Orders)),
        verb("GET inventory/list", Reads, |w| w.owl.lots(Orders, true)),
        verb("GET inventory/list", Reads, |w| {
            w.owl.lots_named(Orders, &LotName::Number(w.owl_lot))
        }),
        verb("POST inventory/create", Once, |w| {
            w.owl.create(Stock, &new_owl_lot(w))
        }),
        verb("POST inventory/update", Once, |w| {
            let change = ListingChange {
                quantity_by: Some(-3),
                ..ListingChange::default()
            };
            let lot = LotName::Number(w.owl_lot);
            w.owl.update(Stock, &lot, ItemKind::Part, &change)
        }),
        verb("POST inventory/update", Twice, |w| {
            let change = ListingChange {
                price: Some(Money::from_raw(15_000)),
                ..ListingChange::default()
            };
            let lot = LotName::Number(w.owl_lot);
            w.owl.update(Stock, &lot, ItemKind::Part, &change)
        }),
        verb("POST inventory/delete", Twice, |w| {
            w.owl.delete(Stock, &LotName::Number(w.owl_lot))
        }),
        verb("POST bulk/batch", Once, |w| {
            let lots = [LotQuantity {
                lot: LotName::Number(w.owl_lot),
                quantity: Quantity::By(-2),
            }];
            let each = w.owl.set_quantities(Stock, &lots)?;
            each.into_iter().collect::<Result<Vec<()>, _>>()
        }),
        verb("GET order/list", Reads, |w| {
            w.owl.orders(Orders, &OrderAsk::default())
        }),
        verb("POST order/set_status", Once, |w| {
            w.owl
                .set_status(Orders, &w.owl_order, &OrderStatus::Processing)
        }),
        verb("POST order/tracking", Twice, |w| {
            w.owl.set_tracking(Orders, &w.owl_order, "RR1")
        }),
        verb("POST order/note", Twice, |w| {
            w.owl.set_note(Orders, &w.owl_order, "fragile")
        }),
        verb("POST order/feedback", Once, |w| {
            w.owl
                .give_feedback(Orders, &w.owl_order, Rating::Praise, "well")
        }),
        verb("POST order/notify", Twice, |w| {
            let address = std::net::IpAddr::from([127, 0, 0, 1]);
            w.owl.notify(Orders, Some(address))
        }),
        verb("GET catalog/id_lookup", Reads, |w| {
            w.owl.look(Catalogue, &ItemKey::part("3001").no, LOOK)
        }),
        verb("GET catalog/color_list", Reads, |w| {
            let colors = w.owl.color_list(Catalogue)?;
            let pairs: Vec<_> = (0..300).map(|owl| colors.link_of(owl)).collect();
            Ok(pairs)
        }),
    ]
}
