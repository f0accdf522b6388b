//! What is kept of jobs: when each runs next, whether it runs, and how it went before.

use redb::WriteTransaction;
use serde::{Deserialize, Serialize};

use super::codec::pack;
use super::shop::ShopWrite;
use super::tables::JOBS;
use super::{Batch, Shop, disk};
use crate::domain::job::JobRun;
use crate::domain::{Scope, Timestamp, Topic};
use crate::error::Result;

/// A job of a shop, or of the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRecord {
    /// When it runs next.
    pub due: Timestamp,
    /// A person asked for it.
    pub wanted: bool,
    /// It runs since then; the flag says that a person asked for it. A process that dies leaves it so.
    pub running: Option<(Timestamp, bool)>,
    /// Runs that have ended, the latest last.
    pub runs: Vec<JobRun>,
}

/// A write about a job.
#[derive(Debug)]
pub(super) struct JobWrite(String, Box<JobRecord>);

/// Applies one write.
pub(super) fn apply(tx: &WriteTransaction, tenant: u32, write: &JobWrite) -> Result<()> {
    tx.open_table(JOBS.definition())
        .map_err(|e| disk(&e))?
        .insert((tenant, write.0.as_str()), pack(&*write.1)?.as_slice())
        .map_err(|e| disk(&e))?;
    Ok(())
}

impl Shop<'_> {
    /// What is kept of a job; `None` before it was ever seen.
    pub fn job(&self, name: &str) -> Result<Option<JobRecord>> {
        self.tx.get(&JOBS, (self.tenant, name))
    }
}

impl Batch {
    /// Keeps how a job stands.
    pub fn put_job(&mut self, scope: &Scope, name: &str, record: JobRecord) {
        let write = JobWrite(name.to_owned(), Box::new(record));
        self.push(ShopWrite::Job(scope.tenant.0, write));
        self.changed(scope, Topic::Jobs, []);
    }
}
