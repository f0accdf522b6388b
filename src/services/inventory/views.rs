//! Saved views: each person's own.

use crate::domain::lot_view::{MAX_VIEW_NAME, MAX_VIEWS};
use crate::domain::text::clean;
use crate::domain::{LotView, Scope};
use crate::error::{Error, Result};
use crate::services::App;
use crate::services::rights::{Right, allow};
use crate::store::{Batch, Decided};

impl App {
    /// The person's views, by name.
    pub fn lot_views(&self, scope: &Scope) -> Result<Vec<LotView>> {
        allow(scope, Right::ReadInventory)?;
        self.store.read(|tx| tx.shop(scope).lot_views(scope.user))
    }

    /// Saves a view, in place of one of the same name.
    pub fn save_lot_view(&self, scope: &Scope, view: LotView) -> Result<()> {
        allow(scope, Right::ReadInventory)?;
        let name = clean(&view.name).trim().to_owned();
        if name.is_empty() || name.chars().count() > MAX_VIEW_NAME {
            return Err(Error::invalid(format!(
                "A view has a name of 1 to {MAX_VIEW_NAME} characters."
            )));
        }
        let view = LotView { name, ..view };
        let scope = *scope;
        self.store.write(move |tx| {
            let known = tx.shop(&scope).lot_views(scope.user)?;
            let same = |other: &LotView| other.name.to_lowercase() == view.name.to_lowercase();
            if known.len() >= MAX_VIEWS && !known.iter().any(same) {
                return Err(Error::conflict(format!(
                    "There are {MAX_VIEWS} views already. Forget one first."
                )));
            }
            let mut batch = Batch::new();
            batch.put_lot_view(&scope, view);
            Ok(Decided::new((), batch))
        })
    }

    /// Forgets a view.
    pub fn drop_lot_view(&self, scope: &Scope, name: &str) -> Result<()> {
        allow(scope, Right::ReadInventory)?;
        let (scope, name) = (*scope, name.to_owned());
        self.store.write(move |_| {
            let mut batch = Batch::new();
            batch.drop_lot_view(&scope, &name);
            Ok(Decided::new((), batch))
        })
    }
}
