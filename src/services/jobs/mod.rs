//! Jobs that run by themselves: what they are, who may see, start and stop them.
//!
//! Whoever wants something done regularly implements [`Job`] and hands it to [`App::add_job`]. When a job
//! runs is decided in `runs`; threads that do it are in `threads`.

mod house;
mod runs;
#[cfg(test)]
mod tests;
mod threads;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};

pub use threads::JobThreads;

use super::App;
use super::people::{Threshold, operator_only};
use super::rights::{NO_SHOP, Right, allow};
use crate::domain::job::{JobRow, JobRun, Schedule};
use crate::domain::report::Progress;
use crate::domain::{Scope, TenantId, Timestamp, UserId};
use crate::error::{Error, Result};
use crate::store::Decided;

/// Something that is done regularly.
pub trait Job: Send + Sync + std::fmt::Debug {
    /// One word, unlike that of any other job.
    fn name(&self) -> &'static str;

    /// What it does, to be shown.
    fn about(&self) -> &'static str;

    /// When it runs by itself.
    fn schedule(&self) -> Schedule;

    /// It is done once for the whole server instead of once for each shop.
    fn server(&self) -> bool {
        false
    }

    /// Of several that are due the lowest goes first.
    fn priority(&self) -> u8 {
        5
    }

    /// The server stays for it also when nobody is connected.
    fn holds(&self) -> bool {
        false
    }

    /// Does it in the name of the scope's owner and says in a sentence what came of it. Long ones look at
    /// `watch` now and then, and end when they were stopped.
    ///
    /// # Errors
    /// Whatever kept it from being done, as a sentence for a person.
    fn run(&self, app: &App, scope: &Scope, watch: &Watch) -> Result<String>;
}

/// A run that is under way, as the job and as others see it.
#[derive(Debug)]
pub struct Watch {
    since: Timestamp,
    stop: AtomicBool,
    progress: Mutex<Option<Progress>>,
}

impl Watch {
    fn new(since: Timestamp) -> Self {
        Self {
            since,
            stop: AtomicBool::new(false),
            progress: Mutex::default(),
        }
    }

    /// Whether the run shall end.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// The same for verbs that take a flag.
    pub const fn flag(&self) -> &AtomicBool {
        &self.stop
    }

    /// Says how far the run is.
    pub fn report(&self, progress: Progress) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = Some(progress);
    }
}

type Place = (TenantId, &'static str);

/// All jobs.
#[derive(Debug)]
pub(crate) struct Jobs {
    known: RwLock<Vec<Arc<dyn Job>>>,
    running: Mutex<BTreeMap<Place, Arc<Watch>>>,
    /// Threads that do what is due.
    threads: AtomicU32,
    ending: AtomicBool,
    /// Rises when there is something to do.
    bell: Mutex<u64>,
    rung: Condvar,
}

impl Default for Jobs {
    fn default() -> Self {
        Self {
            known: RwLock::new(house::all()),
            running: Mutex::default(),
            threads: AtomicU32::new(0),
            ending: AtomicBool::new(false),
            bell: Mutex::default(),
            rung: Condvar::new(),
        }
    }
}

impl Jobs {
    fn known(&self) -> Vec<Arc<dyn Job>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.clone()
    }

    fn named(&self, name: &str) -> Result<Arc<dyn Job>> {
        let found = self.known().into_iter().find(|job| job.name() == name);
        found.ok_or_else(|| {
            let shown: String = name.chars().take(40).collect();
            Error::not_found(format!(
                "There is no job \"{shown}\". See `brickops jobs list`."
            ))
        })
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<Place, Arc<Watch>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ring(&self) {
        *self.bell.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.rung.notify_all();
    }
}

/// Whose records a job has.
fn place_of(job: &dyn Job, tenant: TenantId) -> TenantId {
    if job.server() { NO_SHOP } else { tenant }
}

impl App {
    /// From now on this is done regularly, instead of any job of the same name.
    pub fn add_job(&self, job: Arc<dyn Job>) {
        let mut known = self
            .jobs
            .known
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        known.retain(|other| other.name() != job.name());
        known.push(job);
        drop(known);
        self.jobs.ring();
    }

    /// Whether the server has to stay although nobody is connected.
    pub fn jobs_hold_server(&self) -> bool {
        !self.jobs.running().is_empty() || self.jobs.known().iter().any(|job| job.holds())
    }

    /// Whoever may do something about jobs: an owner, and the operator. The operator needs no shop.
    fn jobs_of(scope: Option<&Scope>, door: &Threshold) -> Result<TenantId> {
        match scope {
            Some(scope) if !door.operator || scope.may(Right::Jobs) => {
                allow(scope, Right::Jobs)?;
                Ok(scope.tenant)
            }
            _ => {
                operator_only(door, "see the server's jobs")?;
                Ok(NO_SHOP)
            }
        }
    }

    /// Where the records of a job are that this person may start and stop.
    fn job_to_change(
        &self,
        scope: Option<&Scope>,
        door: &Threshold,
        name: &str,
    ) -> Result<(Arc<dyn Job>, Scope)> {
        let tenant = Self::jobs_of(scope, door)?;
        let job = self.jobs.named(name)?;
        if job.server() {
            operator_only(door, "start and stop jobs of the whole server")?;
        } else if tenant == NO_SHOP {
            return Err(Error::invalid(
                "This job belongs to a shop. Sign in as its owner with `brickops login`.",
            ));
        }
        let of = place_of(&*job, tenant);
        Ok((job, Scope::owner(of, UserId(0), self.clock.now())))
    }

    /// Every job as it stands, the shop's and the server's.
    ///
    /// # Errors
    /// `Forbidden` for others than owners and the operator.
    pub fn jobs(&self, scope: Option<&Scope>, door: &Threshold) -> Result<Vec<JobRow>> {
        let tenant = Self::jobs_of(scope, door)?;
        let now = self.clock.now();
        let mut rows = Vec::new();
        for job in self.jobs.known() {
            if tenant == NO_SHOP && !job.server() {
                continue;
            }
            let of = place_of(&*job, tenant);
            let zone = self.job_zone(of)?;
            let asker = Scope::owner(of, UserId(0), now);
            let record = self.store.read(|tx| tx.shop(&asker).job(job.name()))?;
            let watch = self.jobs.running().get(&(of, job.name())).cloned();
            let progress = watch.as_ref().and_then(|watch| {
                let progress = watch
                    .progress
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                progress.clone()
            });
            rows.push(JobRow {
                name: job.name().to_owned(),
                about: job.about().to_owned(),
                schedule: job.schedule().words(),
                server: job.server(),
                next: record
                    .as_ref()
                    .map_or_else(|| job.schedule().next(now, &zone), |record| record.due),
                waiting: record.as_ref().is_some_and(|record| record.wanted),
                since: watch.map(|watch| watch.since),
                progress,
                last: record.and_then(|record| record.runs.last().cloned()),
            });
        }
        Ok(rows)
    }

    /// The runs of a job that have ended, the latest first.
    ///
    /// # Errors
    /// `NotFound` for a name that no job has, `Forbidden` as [`App::jobs`].
    pub fn job_history(
        &self,
        scope: Option<&Scope>,
        door: &Threshold,
        name: &str,
    ) -> Result<Vec<JobRun>> {
        let tenant = Self::jobs_of(scope, door)?;
        let job = self.jobs.named(name)?;
        let of = place_of(&*job, tenant);
        let asker = Scope::owner(of, UserId(0), self.clock.now());
        let record = self.store.read(|tx| tx.shop(&asker).job(job.name()))?;
        let mut runs = record.map(|record| record.runs).unwrap_or_default();
        runs.reverse();
        Ok(runs)
    }

    /// Starts a job now. Where no server does the jobs it is done before this returns. What there is to
    /// say about it.
    ///
    /// # Errors
    /// `Conflict` while it runs, `Forbidden` and `NotFound` as [`App::job_history`]; what the job says when
    /// it was done here and failed.
    pub fn run_job(&self, scope: Option<&Scope>, door: &Threshold, name: &str) -> Result<String> {
        let (job, of) = self.job_to_change(scope, door, name)?;
        let name = job.name();
        if self.jobs.running().contains_key(&(of.tenant, name)) {
            return Err(Error::conflict(format!("The job {name} runs already.")));
        }
        self.change_job(&job, of.tenant, |record| record.wanted = true)?;
        if self.jobs.threads.load(Ordering::Relaxed) > 0 {
            self.jobs.ring();
            return Ok(format!(
                "The job {name} begins now. See how it goes with `brickops jobs list`."
            ));
        }
        match self.claim(&job, of.tenant)? {
            Some(claim) => self.do_job(claim)?.said(),
            None => Err(Error::conflict(format!("The job {name} runs already."))),
        }
    }

    /// Stops a run, or one that is asked for and has not begun.
    ///
    /// # Errors
    /// `NotFound` when there is nothing to stop, else as [`App::run_job`].
    pub fn cancel_job(&self, scope: Option<&Scope>, door: &Threshold, name: &str) -> Result<()> {
        let (job, of) = self.job_to_change(scope, door, name)?;
        let watch = self.jobs.running().get(&(of.tenant, job.name())).cloned();
        if let Some(watch) = watch {
            watch.stop.store(true, Ordering::Relaxed);
            return Ok(());
        }
        let waited = self.change_job(&job, of.tenant, |record| {
            let waited = record.wanted;
            record.wanted = false;
            waited
        })?;
        if waited {
            return Ok(());
        }
        Err(Error::not_found(format!(
            "The job {} does not run.",
            job.name()
        )))
    }

    /// Changes what is kept of a job, in one transaction; a job that was never seen gets its record.
    fn change_job<T: Send + 'static>(
        &self,
        job: &Arc<dyn Job>,
        tenant: TenantId,
        change: impl FnOnce(&mut crate::store::jobs::JobRecord) -> T + Send + 'static,
    ) -> Result<T> {
        let now = self.clock.now();
        let zone = self.job_zone(tenant)?;
        let (name, schedule) = (job.name(), job.schedule());
        let scope = Scope::owner(tenant, UserId(0), now);
        self.store.write(move |tx| {
            let kept = tx.shop(&scope).job(name)?;
            let mut record = kept
                .clone()
                .unwrap_or_else(|| crate::store::jobs::JobRecord {
                    due: schedule.next(now, &zone),
                    wanted: false,
                    running: None,
                    runs: Vec::new(),
                });
            let value = change(&mut record);
            if kept.as_ref() == Some(&record) {
                return Ok(Decided::unchanged(value));
            }
            let mut batch = crate::store::Batch::new();
            batch.put_job(&scope, name, record);
            Ok(Decided::new(value, batch))
        })
    }
}
