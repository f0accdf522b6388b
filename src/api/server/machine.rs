//! Requests about calls to the services outside, each as one verb of the services.

use crate::api::{Answer, MachineRequest, Reply};
use crate::domain::Scope;
use crate::error::Result;
use crate::services::App;
use crate::services::people::{Entry, Threshold};

/// Answers; `who` says in whose name. The operator needs none for the counts.
pub(super) fn answer(
    app: &App,
    door: &Threshold,
    request: &MachineRequest,
    who: &dyn Fn() -> Result<(Entry, Scope)>,
) -> Answer {
    match request {
        MachineRequest::Look => {
            let scope = match who() {
                Ok((_, scope)) => Some(scope),
                Err(_) if door.operator => None,
                Err(e) => return Err(e),
            };
            let room = app.machine_room(scope.as_ref(), door)?;
            Ok(Reply::Machine(Box::new(room)))
        }
        MachineRequest::Raw { id } => Ok(Reply::Text(app.raw_answer(&who()?.1, *id)?)),
    }
}
