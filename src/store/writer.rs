//! The single writer.
//!
//! A verb decides inside the open write transaction and gives back a [`Batch`] of typed writes. The
//! writer applies it before the next verb decides, so each sees all that came before. Everybody who
//! waits shares one durable commit; only after it are they answered and listeners told.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redb::{Durability, WriteTransaction};

use super::catalog::CatalogWrite;
use super::shop::ShopWrite;
use super::shop_writes::ShopWriter;
use super::tables::META;
use super::{Shared, Tx, disk};
use crate::domain::{Change, Committed, Scope, TenantId, Topic};
use crate::error::{Error, Result};

/// Name of the commit counter in [`META`].
pub const SEQ: &str = "seq";

/// Most verbs that share one commit; more would make the first wait too long.
const SHARED: usize = 256;

/// One typed write.
#[derive(Debug)]
pub(super) enum Write {
    Shop(ShopWrite),
    Catalog(CatalogWrite),
}

/// What a verb decided to write.
#[derive(Debug, Default)]
pub struct Batch {
    pub(super) writes: Vec<Write>,
    /// Numbers given in this batch: tenant, what -> the last one.
    pub(super) counters: BTreeMap<(u32, &'static str), u64>,
    changes: Vec<Change>,
}

impl Batch {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells the shop's listeners that these records changed. Too many to name are told as "read
    /// again".
    pub fn changed(&mut self, scope: &Scope, topic: Topic, ids: impl IntoIterator<Item = u64>) {
        self.note(Some(scope.tenant), topic, ids);
    }

    /// Tells everybody that something all shops share has changed.
    pub fn changed_for_all(&mut self, topic: Topic) {
        self.note(None, topic, []);
    }

    pub(super) fn note(
        &mut self,
        tenant: Option<TenantId>,
        topic: Topic,
        ids: impl IntoIterator<Item = u64>,
    ) {
        let mut ids: Vec<u64> = ids.into_iter().collect();
        if ids.len() > MAX_NAMED {
            ids.clear();
        }
        self.changes.push(Change { tenant, topic, ids });
    }
}

/// More changed records of one commit than this are not named one by one.
const MAX_NAMED: usize = 2_000;

/// A verb's answer together with what it writes.
#[derive(Debug)]
pub struct Decided<T> {
    /// Given to the caller when the batch is on disk.
    pub answer: T,
    /// What is written.
    pub batch: Batch,
}

impl<T> Decided<T> {
    /// An answer and its batch.
    pub fn new(answer: T, batch: Batch) -> Self {
        Self { answer, batch }
    }

    /// An answer without anything to write, for example for a repeated operation.
    pub fn unchanged(answer: T) -> Self {
        Self::new(answer, Batch::new())
    }
}

/// Told whether the commit succeeded.
type Settle = Box<dyn FnOnce(Result<()>) + Send>;
/// Decides; on failure it has told its caller already and nothing is written. Given an error
/// instead of a transaction, it only passes that on.
type Job = Box<dyn FnOnce(std::result::Result<&Tx<'_>, &Error>) -> Option<(Batch, Settle)> + Send>;

/// Hands commits to whoever waits for one: the first comer makes the commit for all who came
/// meanwhile, then one of those that came during it takes over. A lone caller thus commits on its own
/// thread, without waking another.
pub(super) struct Writer {
    shared: Arc<Shared>,
    line: Mutex<Line>,
    /// Somebody came while another commit was being made.
    waited: AtomicBool,
}

/// Those who wait.
#[derive(Default)]
struct Line {
    jobs: Vec<Waiting>,
    /// Somebody commits, or was told to.
    busy: bool,
}

struct Waiting {
    job: Job,
    /// Tells its caller to make the next commit.
    lead: Box<dyn Fn() + Send>,
}

/// What a caller hears while it waits.
enum Heard<T> {
    /// Make the next commit.
    Lead,
    Answer(Result<T>),
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            line: Mutex::default(),
            waited: AtomicBool::new(false),
        }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write<T: Send + 'static>(
        &self,
        decide: impl FnOnce(&Tx<'_>) -> Result<Decided<T>> + Send + 'static,
    ) -> Result<T> {
        let (tell, heard) = channel();
        let summons = tell.clone();
        let waiting = Waiting {
            job: job(decide, tell),
            lead: Box::new(move || {
                let _ = summons.send(Heard::Lead);
            }),
        };
        let mut line = self.line();
        line.jobs.push(waiting);
        let leads = !std::mem::replace(&mut line.busy, true);
        drop(line);
        if leads {
            self.lead();
        } else {
            self.waited.store(true, Ordering::Relaxed);
        }
        loop {
            match heard.recv() {
                Ok(Heard::Lead) => self.lead(),
                Ok(Heard::Answer(answer)) => return answer,
                Err(_) => {
                    return Err(Error::internal(
                        "The writer gave no answer. Start the program again.",
                    ));
                }
            }
        }
    }

    /// Whether anybody had to wait for another's commit since this was last asked.
    pub(super) fn somebody_waited(&self) -> bool {
        self.waited.swap(false, Ordering::Relaxed)
    }

    /// Makes one commit for all who wait, and lets one of those who came meanwhile make the next.
    fn lead(&self) {
        // Also when a verb breaks: the others must not wait for ever.
        let _next = HandOver(self);
        let mut line = self.line();
        let most = line.jobs.len().min(SHARED);
        let rest = line.jobs.split_off(most);
        let together = std::mem::replace(&mut line.jobs, rest);
        drop(line);
        let jobs = together.into_iter().map(|waiting| waiting.job).collect();
        commit(&self.shared, jobs);
    }
}

struct HandOver<'w>(&'w Writer);

impl Drop for HandOver<'_> {
    fn drop(&mut self) {
        let mut line = self.0.line();
        match line.jobs.first() {
            Some(next) => (next.lead)(),
            None => line.busy = false,
        }
    }
}

fn job<T: Send + 'static>(
    decide: impl FnOnce(&Tx<'_>) -> Result<Decided<T>> + Send + 'static,
    tell: Sender<Heard<T>>,
) -> Job {
    Box::new(move |tx| match tx.map_err(Clone::clone).and_then(decide) {
        Err(e) => {
            // A caller that is gone has no use for the answer.
            let _ = tell.send(Heard::Answer(Err(e)));
            None
        }
        Ok(Decided {
            answer: value,
            batch,
        }) => {
            let settle: Settle = Box::new(move |outcome| {
                let _ = tell.send(Heard::Answer(outcome.map(|()| value)));
            });
            Some((batch, settle))
        }
    })
}

/// Runs the jobs in one transaction and tells everybody how it ended.
fn commit(shared: &Shared, jobs: Vec<Job>) {
    let mut waiting = jobs.into_iter();
    let mut settling = Vec::new();
    let outcome = run(shared, &mut waiting, &mut settling);
    match &outcome {
        Ok(Some(committed)) => shared.tell(committed),
        Ok(None) => {}
        Err(error) => {
            tracing::error!("a commit failed: {error}");
            if let Err(again) = shared.reopen() {
                tracing::error!("the database could not be opened again: {again}");
            }
            for job in waiting {
                job(Err(error));
            }
        }
    }
    for settle in settling {
        settle(outcome.as_ref().map(|_| ()).map_err(Clone::clone));
    }
}

fn run(
    shared: &Shared,
    jobs: &mut impl Iterator<Item = Job>,
    settling: &mut Vec<Settle>,
) -> Result<Option<Committed>> {
    let mut transaction = shared.database()?.begin_write().map_err(|e| disk(&e))?;
    transaction
        .set_durability(Durability::Immediate)
        .map_err(|e| disk(&e))?;
    let mut changes: Vec<Change> = Vec::new();
    let mut wrote = false;
    for job in jobs {
        if let Some((batch, settle)) = job(Ok(&Tx::Write(&transaction))) {
            settling.push(settle);
            wrote |= !batch.writes.is_empty();
            apply(&transaction, batch.writes)?;
            super::shop_writes::apply_counters(&transaction, &batch.counters)?;
            changes.extend(batch.changes);
        }
    }
    if !wrote {
        transaction.abort().map_err(|e| disk(&e))?;
        return Ok(None);
    }
    let seq = Tx::Write(&transaction).seq()? + 1;
    {
        let mut meta = transaction.open_table(META).map_err(|e| disk(&e))?;
        meta.insert(SEQ, seq.to_le_bytes().as_slice())
            .map_err(|e| disk(&e))?;
    }
    transaction.commit().map_err(|e| disk(&e))?;
    Ok(Some(Committed { seq, changes }))
}

fn apply(transaction: &WriteTransaction, writes: Vec<Write>) -> Result<()> {
    let mut shop = ShopWriter::new(transaction);
    for write in writes {
        match write {
            Write::Shop(write) => shop.apply(write)?,
            Write::Catalog(write) => super::catalog::apply(transaction, write)?,
        }
    }
    Ok(())
}
