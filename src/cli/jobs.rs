//! `brickops jobs ...`: what runs by itself, when, and how it went.

use clap::Subcommand;
use serde::Serialize;

use super::asking::Passwords;
use super::caller::{Caller, unexpected};
use super::connect::Place;
use super::output::Out;
use super::{Ending, json};
use crate::api::{JobsRequest, Reply, Request};
use crate::domain::job::{JobRow, JobRun};

/// Jobs that run by themselves.
#[derive(Debug, Subcommand)]
pub enum JobsCommand {
    /// Every job: when it runs next, and how the last run ended.
    List,
    /// Run a job now.
    Run {
        /// Its name.
        name: String,
    },
    /// Stop a job that runs.
    Cancel {
        /// Its name.
        name: String,
    },
    /// The last 50 runs of a job.
    History {
        /// Its name.
        name: String,
    },
}

/// Runs a command about jobs.
pub fn run(
    place: &Place,
    command: &JobsCommand,
    passwords: &Passwords,
    out: &Out,
) -> anyhow::Result<Ending> {
    let caller = Caller::connect(place, passwords)?;
    let request = match command {
        JobsCommand::List => JobsRequest::List,
        JobsCommand::Run { name } => JobsRequest::Run { name: name.clone() },
        JobsCommand::Cancel { name } => JobsRequest::Cancel { name: name.clone() },
        JobsCommand::History { name } => JobsRequest::History { name: name.clone() },
    };
    match caller.call(Request::Jobs(request))? {
        Reply::Jobs(rows) if out.json() => {
            out.document(&rows.iter().map(JobJson::from).collect::<Vec<_>>());
        }
        Reply::Jobs(rows) => {
            for row in &rows {
                out.line(format!(
                    "{:16} {:22} {}",
                    row.name,
                    row.schedule,
                    standing(row)
                ));
            }
        }
        Reply::JobRuns(runs) if out.json() => {
            out.document(&runs.iter().map(RunJson::from).collect::<Vec<_>>());
        }
        Reply::JobRuns(runs) if runs.is_empty() => out.note("It has not run yet."),
        Reply::JobRuns(runs) => {
            for run in &runs {
                let by = if run.by_hand { " (by hand)" } else { "" };
                out.line(format!(
                    "{}  {:9} {}{by}",
                    json::time(run.began),
                    run.outcome.word(),
                    run.text
                ));
            }
        }
        Reply::Text(text) => out.line(text),
        Reply::Done => out.note("It is told to stop."),
        _ => return Err(unexpected().into()),
    }
    Ok(Ending::Done)
}

fn standing(row: &JobRow) -> String {
    if let Some(since) = row.since {
        let far = row.progress.as_ref().map_or_else(String::new, |progress| {
            format!(
                ", {} {} of {}",
                progress.step, progress.done, progress.total
            )
        });
        return format!("runs since {}{far}", json::time(since));
    }
    if row.waiting {
        return "begins in a moment".to_owned();
    }
    let next = format!("next {}", json::time(row.next));
    match &row.last {
        Some(last) => format!("{next}, last {}: {}", last.outcome.word(), last.text),
        None => format!("{next}, has not run yet"),
    }
}

/// A job, for scripts.
#[derive(Debug, Serialize)]
struct JobJson {
    name: String,
    about: String,
    schedule: String,
    server: bool,
    next: String,
    waiting: bool,
    running_since: Option<String>,
    step: Option<String>,
    done: Option<u64>,
    total: Option<u64>,
    last: Option<RunJson>,
}

impl From<&JobRow> for JobJson {
    fn from(row: &JobRow) -> Self {
        let progress = row.progress.as_ref();
        Self {
            name: row.name.clone(),
            about: row.about.clone(),
            schedule: row.schedule.clone(),
            server: row.server,
            next: json::time(row.next),
            waiting: row.waiting,
            running_since: row.since.map(json::time),
            step: progress.map(|progress| progress.step.clone()),
            done: progress.map(|progress| progress.done),
            total: progress.map(|progress| progress.total),
            last: row.last.as_ref().map(RunJson::from),
        }
    }
}

/// A run, for scripts.
#[derive(Debug, Serialize)]
struct RunJson {
    began: String,
    ended: String,
    outcome: &'static str,
    text: String,
    by_hand: bool,
}

impl From<&JobRun> for RunJson {
    fn from(run: &JobRun) -> Self {
        Self {
            began: json::time(run.began),
            ended: json::time(run.ended),
            outcome: run.outcome.word(),
            text: run.text.clone(),
            by_hand: run.by_hand,
        }
    }
}
