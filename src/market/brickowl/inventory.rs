//! The verbs of BrickOwl's lots.

use super::client::{BrickOwl, LotName, OWL, Page};
use super::errors;
use super::mapping;
use super::shapes::WireLot;
use crate::domain::ItemKind;
use crate::domain::market::{Listing, ListingChange, NewListing, Purpose};
use crate::market::attempt::{Outside, garbled, unsayable};

impl BrickOwl {
    /// The shop's lots: all of them, or only those that buyers can see. One large answer, mapped row by
    /// row.
    ///
    /// # Errors
    /// What the service, the wire or the gate say; `Garbled` when not one row can be read.
    pub fn lots(&self, purpose: Purpose, visible_only: bool) -> Outside<Page<Listing>> {
        let active = if visible_only { "1" } else { "0" };
        self.list(purpose, &[("active_only", active.to_owned())])
    }

    /// The lots under one name, sold out or not. Several may carry the same number of ours.
    ///
    /// # Errors
    /// What the service, the wire or the gate say.
    pub fn lots_named(&self, purpose: Purpose, name: &LotName) -> Outside<Page<Listing>> {
        let (field, value) = name.field();
        let field = if field == "external_id" {
            "external_id_1"
        } else {
            field
        };
        self.list(purpose, &[(field, value), ("active_only", "0".to_owned())])
    }

    fn list(&self, purpose: Purpose, query: &[(&str, String)]) -> Outside<Page<Listing>> {
        self.read(
            purpose,
            "GET inventory/list",
            "inventory/list",
            query,
            |answer| {
                let mut page = Page {
                    rows: Vec::new(),
                    unread: Vec::new(),
                };
                errors::each::<WireLot>(answer, &mut |row| {
                    page.take(row.as_ref(), |lot| mapping::listing(lot, &self.colors));
                })?;
                page.sensible()
            },
        )
    }

    /// Makes a lot and says its number. Notes, quantity prices and the like are a second call
    /// ([`BrickOwl::describe`]): until then the lot stands there without them.
    ///
    /// # Errors
    /// What the service, the wire or the gate say; `Refused` without a call when the lot cannot be sold
    /// there. When nobody knows whether it was made, [`BrickOwl::lots_named`] tells.
    pub fn create(&self, purpose: Purpose, new: &NewListing) -> Outside<u64> {
        let form = mapping::create(new, &self.colors, self.settings.habits)
            .map_err(|why| unsayable(OWL, why))?;
        self.post(
            purpose,
            "POST inventory/create",
            "inventory/create",
            &form,
            |answer| {
                errors::done(answer)?
                    .lot_id
                    .whole()
                    .and_then(|id| u64::try_from(id).ok())
                    .filter(|id| *id > 0)
                    .ok_or_else(|| garbled(OWL, "the new lot has no number", true))
            },
        )
    }

    /// The second call after [`BrickOwl::create`]; without anything to say it makes none.
    ///
    /// # Errors
    /// What the service, the wire or the gate say. Repeating it does no harm.
    pub fn describe(&self, purpose: Purpose, lot: u64, new: &NewListing) -> Outside<()> {
        match mapping::rest(new) {
            Some(rest) => self.update(purpose, &LotName::Number(lot), new.item.kind, &rest),
            None => Ok(()),
        }
    }

    /// Changes a lot. `kind` decides how its condition is written. Without anything that BrickOwl keeps
    /// no call is made.
    ///
    /// # Errors
    /// What the service, the wire or the gate say; `Refused` without a call for what BrickOwl cannot
    /// take.
    pub fn update(
        &self,
        purpose: Purpose,
        name: &LotName,
        kind: ItemKind,
        change: &ListingChange,
    ) -> Outside<()> {
        let fields = mapping::update(change, kind, self.settings.habits)
            .map_err(|why| unsayable(OWL, why))?;
        if fields.is_empty() {
            return Ok(());
        }
        let mut form = vec![name.field()];
        form.extend(fields);
        self.write(purpose, "POST inventory/update", "inventory/update", &form)
            .map(drop)
    }

    /// Removes a lot, also from carts and quotes.
    ///
    /// # Errors
    /// What the service, the wire or the gate say; `NotFound` when it was gone before.
    pub fn delete(&self, purpose: Purpose, name: &LotName) -> Outside<()> {
        let form = vec![name.field()];
        self.write(purpose, "POST inventory/delete", "inventory/delete", &form)
            .map(drop)
    }
}
