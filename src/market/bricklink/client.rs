//! What a shop does with its lots at BrickLink, and how its keys are tried.

use crate::domain::market::{
    Class, Done, Guide, Listing, ListingChange, NewListing, PriceKey, Purpose, Region, StoreFacts,
};
use crate::domain::{Condition, ItemKey, Timestamp};
use crate::market::Method;

use super::line::{BrickLink, Told, Wish};
use super::mapping::{FromWire, Mapped, Object, Rows, kind_word};
use super::shapes;
use super::writing::{change_body, color_for, is_this, new_lot_body};

/// Which lots are asked for. Empty: those of [`super::Manner::statuses`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InventoryFilter {
    /// Letters with commas: `Y` for sale, `S`, `B`, `C` stockrooms, `N` unavailable, `R` reserved.
    pub statuses: Option<String>,
    /// Only this item's kind and colour, as the service filters by no number.
    pub like: Option<(ItemKey, crate::domain::ColorId)>,
    /// Only this main category.
    pub category: Option<u32>,
}

impl BrickLink {
    /// Tries the keys: whose they are, and in which currency the account counts. Two calls. A shop without
    /// open orders stays without a name, as the service tells it nowhere else.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`]; a refusal names what to do.
    pub fn who_am_i(&self, purpose: Purpose) -> Told<StoreFacts> {
        let wish = Wish::get("GET orders", "/orders", purpose)
            .with("direction", "in")
            .with(
                "status",
                "pending,updated,processing,ready,paid,packed,shipped",
            )
            .large();
        let orders: Rows<shapes::Order> = self.one(&wish)?;
        let named = orders
            .0
            .into_iter()
            .find(|order| !order.seller_name.is_empty());
        // Asked for without a currency, prices come in the account's own.
        let guide = self.price(
            &PriceKey {
                item: ItemKey::part("3001"),
                color: crate::domain::ColorId(5),
                condition: Condition::New,
                guide: Guide::Stock,
                currency: String::new(),
                region: Region::World,
            },
            purpose,
        );
        let currency = match guide {
            Ok(guide) => guide.key.currency,
            // The keys work; a catalogue without this brick is no reason to doubt them.
            Err(failure) if failure.class == Class::NotFound => String::new(),
            Err(failure) => return Err(failure),
        };
        let (user, store) = named.map_or_else(Default::default, |order| {
            (order.seller_name, order.store_name)
        });
        Ok(StoreFacts {
            user,
            store,
            currency,
            open: None,
        })
    }

    /// The lots of the shop. A closed shop answers with none, so an empty list says nothing about what
    /// was sold.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn inventory(&self, filter: &InventoryFilter, purpose: Purpose) -> Told<Vec<Listing>> {
        let mut wish = Wish::get("GET inventories", "/inventories", purpose).large();
        if let Some((item, color)) = &filter.like {
            wish = wish
                .with("item_type", kind_word(item.kind))
                .with("color_id", color.to_string());
        }
        if let Some(category) = filter.category {
            wish = wish.with("category_id", category.to_string());
        }
        let statuses = filter.statuses.as_ref().unwrap_or(&self.manner.statuses);
        if !statuses.is_empty() {
            wish = wish.with("status", statuses.as_str());
        }
        let mut lots = self.ask(&wish, |asked, answer| {
            let lots = asked.data::<Mapped<Listing>>(answer)?;
            Ok(lots.map(|lots| lots.0).unwrap_or_default())
        })?;
        if let Some((item, _)) = &filter.like {
            lots.retain(|lot| lot.item.as_ref().is_some_and(|there| there.same(item)));
        }
        Ok(lots)
    }

    /// One lot.
    ///
    /// # Errors
    /// `NotFound` once it is sold out or removed; see [`crate::domain::market::Failure`].
    pub fn lot(&self, id: u64, purpose: Purpose) -> Told<Listing> {
        let wish = Wish::get(
            "GET inventories/{id}",
            format!("/inventories/{id}"),
            purpose,
        );
        self.listing(&wish, id)
    }

    /// Makes a lot and says its number. Never repeated by itself; when the answer is lost,
    /// [`BrickLink::find_made`] tells whether it is there.
    ///
    /// # Errors
    /// With `Done::Unknown` it may exist; see [`crate::domain::market::Failure`].
    pub fn create(&self, new: &NewListing, purpose: Purpose) -> Told<Listing> {
        let wish = Wish::write(Method::Post, "POST inventories", "/inventories", purpose)
            .body(new_lot_body(new));
        self.listing(&wish, 0)
    }

    /// Looks for a lot that was asked to be made at `sent` when the answer was lost: all that may be it.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn find_made(
        &self,
        new: &NewListing,
        sent: Timestamp,
        purpose: Purpose,
    ) -> Told<Vec<Listing>> {
        let filter = InventoryFilter {
            like: Some((new.item.clone(), color_for(new.item.kind, new.color))),
            ..InventoryFilter::default()
        };
        let mut lots = self.inventory(&filter, purpose)?;
        lots.retain(|lot| is_this(new, lot, sent));
        Ok(lots)
    }

    /// Changes a lot. `known_notes`: the public note that it has now; without it and without a new one
    /// the lot is read first, as a change without a note is refused and one with an empty note wipes it.
    /// A change of the quantity is never repeated by itself.
    ///
    /// # Errors
    /// With `Done::Unknown` it may have happened; see [`crate::domain::market::Failure`].
    pub fn update(
        &self,
        id: u64,
        change: &ListingChange,
        known_notes: Option<&str>,
        purpose: Purpose,
    ) -> Told<Listing> {
        const ENDPOINT: &str = "PUT inventories/{id}";
        // What cannot be done at all costs no call.
        change_body(change, "").map_err(|why| refused(ENDPOINT, why))?;
        let notes = match (change.notes.as_deref(), known_notes) {
            (Some(notes), _) | (None, Some(notes)) => notes.to_owned(),
            (None, None) => self.lot(id, purpose)?.notes,
        };
        let body = change_body(change, &notes).map_err(|why| refused(ENDPOINT, why))?;
        let wish = Wish::write(Method::Put, ENDPOINT, format!("/inventories/{id}"), purpose)
            .body(body)
            .repeatable(change.is_repeatable());
        self.listing(&wish, id)
    }

    /// Removes a lot.
    ///
    /// # Errors
    /// `NotFound` when it was gone before; see [`crate::domain::market::Failure`].
    pub fn delete(&self, id: u64, purpose: Purpose) -> Told<()> {
        let wish = Wish::write(
            Method::Delete,
            "DELETE inventories/{id}",
            format!("/inventories/{id}"),
            purpose,
        )
        .repeatable(true);
        self.ask(&wish, |asked, answer| match asked.done(answer) {
            // The answer before this one was lost, but the removal had happened.
            Err(failure) if failure.class == Class::NotFound && asked.attempt > 1 => Ok(()),
            other => other,
        })
    }

    /// A lot, which must be the one with this number, if one is given.
    fn listing(&self, wish: &Wish, id: u64) -> Told<Listing> {
        self.ask(wish, |asked, answer| {
            let data = asked.data::<Object<shapes::Lot>>(answer)?;
            let wrong = |why: &str| {
                asked.odd(
                    answer,
                    &format!("BrickLink answered without a proper lot ({why}); it is read again."),
                )
            };
            let lot = data.ok_or_else(|| wrong("it sent nothing"))?.0;
            let listing = Listing::from_wire(lot).map_err(|why| wrong(&why))?;
            if id != 0 && listing.id != id {
                return Err(wrong("it sent another one"));
            }
            Ok(listing)
        })
    }
}

/// A failure before any call.
pub(super) fn refused(
    endpoint: &str,
    why: impl Into<String>,
) -> Box<crate::domain::market::Failure> {
    let mut failure = crate::domain::market::Failure::new(
        crate::domain::market::Service::BrickLink,
        Class::Refused,
        why,
    );
    failure.done = Done::No;
    endpoint.clone_into(&mut failure.endpoint);
    Box::new(failure)
}
