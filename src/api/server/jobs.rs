//! Requests about jobs, each as one verb of the services.

use crate::api::{Answer, JobsRequest, Reply};
use crate::domain::Scope;
use crate::error::Result;
use crate::services::App;
use crate::services::people::{Entry, Threshold};

/// Answers; `who` says in whose name. The operator needs none.
pub(super) fn answer(
    app: &App,
    door: &Threshold,
    request: JobsRequest,
    who: &dyn Fn() -> Result<(Entry, Scope)>,
) -> Answer {
    let scope = match who() {
        Ok((_, scope)) => Some(scope),
        Err(_) if door.operator => None,
        Err(e) => return Err(e),
    };
    let scope = scope.as_ref();
    Ok(match request {
        JobsRequest::List => Reply::Jobs(app.jobs(scope, door)?),
        JobsRequest::History { name } => Reply::JobRuns(app.job_history(scope, door, &name)?),
        JobsRequest::Run { name } => Reply::Text(app.run_job(scope, door, &name)?),
        JobsRequest::Cancel { name } => {
            app.cancel_job(scope, door, &name)?;
            Reply::Done
        }
    })
}
