//! The single writer.
//!
//! A verb decides inside the open write transaction and gives back a [`Batch`] of typed writes. The
//! writer applies it before the next verb decides, so each sees all that came before. Everybody who
//! waits shares one durable commit; only after it are they answered and listeners told.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

use redb::{Durability, WriteTransaction};

use super::catalog::CatalogWrite;
use super::shop::ShopWrite;
use super::shop_writes::ShopWriter;
use super::tables::META;
use super::{Shared, Tx, Writing, disk};
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
const MAX_NAMED: usize = 1_000;

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

pub(super) struct Writer {
    queue: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    shared: Arc<Shared>,
}

impl Writer {
    pub(super) fn start(shared: Arc<Shared>, writing: Writing) -> Result<Self> {
        let (queue, thread) = match writing {
            Writing::Inline => (None, None),
            Writing::Thread => {
                let (sender, jobs) = channel();
                let shared = Arc::clone(&shared);
                let thread = std::thread::Builder::new()
                    .name("writer".into())
                    .spawn(move || serve(&shared, &jobs))
                    .map_err(|e| Error::internal(format!("The writer cannot start: {e}.")))?;
                (Some(sender), Some(thread))
            }
        };
        Ok(Self {
            queue,
            thread,
            shared,
        })
    }

    pub(super) fn write<T: Send + 'static>(
        &self,
        decide: impl FnOnce(&Tx<'_>) -> Result<Decided<T>> + Send + 'static,
    ) -> Result<T> {
        let (answer, wait) = sync_channel(1);
        let job = job(decide, answer);
        match &self.queue {
            None => commit(&self.shared, vec![job]),
            Some(queue) => queue
                .send(job)
                .map_err(|_| Error::internal("The writer has ended. Start the program again."))?,
        }
        wait.recv()
            .map_err(|_| Error::internal("The writer gave no answer. Start the program again."))?
    }
}

/// When the last handle of a store is gone, so is its hold on the file.
impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the writer broke");
        }
    }
}

fn job<T: Send + 'static>(
    decide: impl FnOnce(&Tx<'_>) -> Result<Decided<T>> + Send + 'static,
    answer: SyncSender<Result<T>>,
) -> Job {
    Box::new(move |tx| match tx.map_err(Clone::clone).and_then(decide) {
        Err(e) => {
            // A caller that is gone has no use for the answer.
            let _ = answer.send(Err(e));
            None
        }
        Ok(Decided {
            answer: value,
            batch,
        }) => {
            let settle: Settle = Box::new(move |outcome| {
                let _ = answer.send(outcome.map(|()| value));
            });
            Some((batch, settle))
        }
    })
}

fn serve(shared: &Shared, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let mut together = vec![first];
        together.extend(jobs.try_iter().take(SHARED - 1));
        commit(shared, together);
    }
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
