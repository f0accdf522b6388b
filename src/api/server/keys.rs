//! Requests about keys of marketplaces, each as one verb of the services.

use crate::api::{Answer, KeysRequest, Reply};
use crate::domain::Scope;
use crate::error::Result;
use crate::services::App;
use crate::services::people::{Entry, Threshold};

/// Answers; `who` says in whose name.
pub(super) fn answer(
    app: &App,
    door: &Threshold,
    request: KeysRequest,
    who: &dyn Fn() -> Result<(Entry, Scope)>,
) -> Answer {
    match request {
        KeysRequest::RotateMaster => {
            let count = app.rotate_master(door)?;
            Ok(Reply::Text(format!(
                "Sealed anew with another master key: keys of {count} marketplaces. Keep a copy of it apart \
                 from the backups."
            )))
        }
        KeysRequest::ForgetMaster => {
            let count = app.forget_master(door)?;
            Ok(Reply::Text(format!(
                "There is another master key now. Keys of {count} marketplaces were removed; enter them again."
            )))
        }
        KeysRequest::Markets => Ok(Reply::Markets(app.markets(&who()?.1)?)),
        KeysRequest::Test { market } => {
            let test = app.test_market(&who()?.1, market)?;
            Ok(Reply::KeyTest(Box::new(test)))
        }
        KeysRequest::Connect { market, values } => {
            app.connect_market(&who()?.1, door, market, &values)?;
            Ok(Reply::Done)
        }
        KeysRequest::Enable { market, enabled } => {
            app.enable_market(&who()?.1, door, market, enabled)?;
            Ok(Reply::Done)
        }
        KeysRequest::Disconnect { market } => {
            app.remove_market(&who()?.1, door, market)?;
            Ok(Reply::Done)
        }
    }
}
