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
        let name = good_name(&view.name)?;
        let view = LotView { name, ..view };
        let scope = *scope;
        self.store.write(move |tx| {
            let known = tx.shop(&scope).lot_views(scope.user)?;
            if known.len() >= MAX_VIEWS && !known.iter().any(|one| is(one, &view.name)) {
                return Err(Error::conflict(format!(
                    "There are {MAX_VIEWS} views already. Forget one first."
                )));
            }
            let mut batch = Batch::new();
            batch.put_lot_view(&scope, view);
            Ok(Decided::new((), batch))
        })
    }

    /// Gives a view another name; one that another view has is refused.
    pub fn rename_lot_view(&self, scope: &Scope, name: &str, to: &str) -> Result<()> {
        allow(scope, Right::ReadInventory)?;
        let to = good_name(to)?;
        let (scope, name) = (*scope, name.trim().to_owned());
        self.store.write(move |tx| {
            let known = tx.shop(&scope).lot_views(scope.user)?;
            let view = known.iter().find(|one| is(one, &name)).cloned();
            let view = view.ok_or_else(|| no_view(&name))?;
            if known.iter().any(|one| is(one, &to) && !is(one, &name)) {
                return Err(Error::conflict(format!(
                    "There is a view “{to}” already. Choose another name, or forget that one first."
                )));
            }
            let mut batch = Batch::new();
            batch.drop_lot_view(&scope, &name);
            batch.put_lot_view(&scope, LotView { name: to, ..view });
            Ok(Decided::new((), batch))
        })
    }

    /// Forgets a view.
    pub fn drop_lot_view(&self, scope: &Scope, name: &str) -> Result<()> {
        allow(scope, Right::ReadInventory)?;
        let (scope, name) = (*scope, name.trim().to_owned());
        self.store.write(move |tx| {
            let known = tx.shop(&scope).lot_views(scope.user)?;
            if !known.iter().any(|one| is(one, &name)) {
                return Err(no_view(&name));
            }
            let mut batch = Batch::new();
            batch.drop_lot_view(&scope, &name);
            Ok(Decided::new((), batch))
        })
    }
}

fn is(view: &LotView, name: &str) -> bool {
    view.name.to_lowercase() == name.to_lowercase()
}

fn good_name(name: &str) -> Result<String> {
    let name = clean(name).trim().to_owned();
    if name.is_empty() || name.chars().count() > MAX_VIEW_NAME {
        return Err(Error::invalid(format!(
            "A view has a name of 1 to {MAX_VIEW_NAME} characters."
        )));
    }
    Ok(name)
}

fn no_view(name: &str) -> Error {
    Error::not_found(format!(
        "You have no view “{name}”. The list of your views names those there are."
    ))
}
