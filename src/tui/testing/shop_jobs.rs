//! Jobs of the shop that screens are tested with.

use super::shop::{NOW, days_ago};
use crate::api::{JobsRequest, Reply};
use crate::domain::Timestamp;
use crate::domain::job::{JobOutcome, JobRow, JobRun};
use crate::domain::report::Progress;
use crate::domain::time::SECOND;

fn run(days: usize, outcome: JobOutcome, text: &str) -> JobRun {
    JobRun {
        began: days_ago(days),
        ended: days_ago(days),
        outcome,
        text: text.into(),
        by_hand: outcome == JobOutcome::Cancelled,
    }
}

pub(super) fn answer(request: &JobsRequest) -> Reply {
    let check = JobRow {
        name: "check".into(),
        about: "Verifies the shop's records".into(),
        schedule: "every day at 03:30".into(),
        server: false,
        next: Timestamp::from_micros(NOW.micros() + 7_200 * SECOND),
        waiting: false,
        since: None,
        progress: None,
        last: Some(run(1, JobOutcome::Done, "1234 records are in order.")),
    };
    let walk = JobRow {
        name: "walk".into(),
        about: "Walks".into(),
        schedule: "every 10 minutes".into(),
        server: true,
        since: Some(NOW),
        progress: Some(Progress {
            step: "fetching".into(),
            done: 3,
            total: 10,
            unit: "items".into(),
        }),
        last: None,
        ..check.clone()
    };
    match request {
        JobsRequest::List => Reply::Jobs(vec![check, walk]),
        JobsRequest::History { .. } => Reply::JobRuns(vec![
            run(1, JobOutcome::Done, "1234 records are in order."),
            run(2, JobOutcome::Cancelled, "Somebody stopped it."),
        ]),
        JobsRequest::Run { name } => Reply::Text(format!("The job {name} begins now.")),
        JobsRequest::Cancel { .. } => Reply::Done,
    }
}
