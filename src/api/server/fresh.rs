//! Requests about fresh facts: each becomes one verb of the services.

use super::desk::Desk;
use crate::api::{Answer, Event, FreshRequest, Reply};
use crate::domain::Scope;
use crate::domain::report::Progress;
use crate::services::inventory::Task;

impl Desk {
    /// Answers a request about fresh facts.
    pub(super) fn fresh(
        &self,
        scope: &Scope,
        request: FreshRequest,
        tell: &dyn Fn(Event),
    ) -> Answer {
        let app = self.app();
        Ok(match request {
            FreshRequest::Prices { item, color } => {
                Reply::Prices(Box::new(app.price_sheet(scope, &item, color)?))
            }
            FreshRequest::Refresh { item, color, stale } => {
                Reply::Refreshed(Box::new(app.refresh_now(scope, &item, color, stale)?))
            }
            FreshRequest::Fetch { no, kind } => Reply::Found(app.fetch_number(scope, &no, kind)?),
            FreshRequest::Walk { limit, op } => {
                let report = |progress: Progress| tell(Event::Progress(progress));
                let walked = app.watched(scope, op, |cancelled| {
                    let task = Task {
                        progress: &report,
                        cancelled,
                    };
                    app.walk(scope, limit as usize, &task)
                })?;
                Reply::Walked(Box::new(walked))
            }
            FreshRequest::Report => Reply::Freshness(Box::new(app.freshness(scope)?)),
        })
    }
}
