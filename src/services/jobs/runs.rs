//! Which job is due, and one run of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::tz::TimeZone;

use super::{Job, Watch, place_of};
use crate::domain::job::{JobOutcome, JobRun, RUNS_KEPT};
use crate::domain::{Scope, TenantId, Timestamp, UserId};
use crate::error::{Error, Result};
use crate::services::App;
use crate::services::rights::NO_SHOP;

/// A run that nobody else can begin.
#[derive(Debug)]
pub(super) struct Claim {
    job: Arc<dyn Job>,
    tenant: TenantId,
    watch: Arc<Watch>,
    by_hand: bool,
}

/// How a run ended, for whoever waited for it.
#[derive(Debug)]
pub(super) struct Ended(JobRun);

impl Ended {
    /// The sentence, as an error where it is one.
    pub(super) fn said(self) -> Result<String> {
        match self.0.outcome {
            JobOutcome::Done => Ok(self.0.text),
            _ => Err(Error::invalid(self.0.text)),
        }
    }
}

impl App {
    /// In which zone the days of a shop's jobs begin; the server's are counted in UTC.
    pub(super) fn job_zone(&self, tenant: TenantId) -> Result<TimeZone> {
        if tenant == NO_SHOP {
            return Ok(TimeZone::UTC);
        }
        let scope = Scope::owner(tenant, UserId(0), self.clock.now());
        let settings = self.store.read(|tx| tx.shop(&scope).settings())?;
        Ok(TimeZone::get(&settings.time_zone).unwrap_or(TimeZone::UTC))
    }

    /// Does everything that is due, on this thread, the most urgent first; how many runs that were.
    ///
    /// # Errors
    /// `Storage` when the store cannot be read or written. A job that fails is no error.
    pub fn tick(&self) -> Result<u32> {
        let mut runs = 0;
        while self.run_due_job()? {
            runs += 1;
        }
        Ok(runs)
    }

    /// Does the most urgent job that is due, if there is one.
    ///
    /// # Errors
    /// As [`App::tick`].
    pub fn run_due_job(&self) -> Result<bool> {
        let now = self.clock.now();
        let mut due: Vec<(u8, Timestamp, Arc<dyn Job>, TenantId)> = Vec::new();
        let shops = self.store.read(every_shop)?;
        for job in self.jobs.known() {
            let places = if job.server() {
                vec![NO_SHOP]
            } else {
                shops.clone()
            };
            for tenant in places {
                if let Some(at) = self.settle_job(&job, tenant, now)? {
                    due.push((job.priority(), at, Arc::clone(&job), tenant));
                }
            }
        }
        due.sort_by_key(|(priority, at, job, tenant)| (*priority, *at, job.name(), *tenant));
        for (_, _, job, tenant) in due {
            if let Some(claim) = self.claim(&job, tenant)? {
                self.do_job(claim)?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Brings the record of a job up to now; since when it should run, if it should.
    fn settle_job(
        &self,
        job: &Arc<dyn Job>,
        tenant: TenantId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>> {
        let scope = Scope::owner(tenant, UserId(0), now);
        let zone = self.job_zone(tenant)?;
        let next = job.schedule().next(now, &zone);
        let here = (tenant, job.name());
        let ours = self.jobs.running().contains_key(&here);
        if ours {
            return Ok(None);
        }
        let record = self.store.read(|tx| tx.shop(&scope).job(job.name()))?;
        let right = |record: &crate::store::jobs::JobRecord| {
            // Later than one turn ahead: the clock was wrong, or the schedule is another one now.
            record.running.is_none() && record.due <= next
        };
        if record.as_ref().is_none_or(|record| !right(record)) {
            let jobs = Arc::clone(&self.jobs);
            return self.change_job(job, tenant, move |record| {
                // Looked at inside: a run is taken off this list only after its record is written.
                if record.running.is_some() && !jobs.running().contains_key(&here) {
                    died(record, now);
                }
                if record.due > next {
                    record.due = next;
                }
                (record.running.is_none() && (record.wanted || record.due <= now))
                    .then_some(record.due)
            });
        }
        Ok(record
            .filter(|record| record.wanted || record.due <= now)
            .map(|record| record.due))
    }

    /// Marks what died with the process before.
    pub(in crate::services) fn settle_jobs(&self) -> Result<()> {
        let now = self.clock.now();
        let shops = self.store.read(every_shop)?;
        for job in self.jobs.known() {
            let shops: &[TenantId] = if job.server() { &[NO_SHOP] } else { &shops };
            for tenant in shops {
                let scope = Scope::owner(place_of(&*job, *tenant), UserId(0), now);
                let record = self.store.read(|tx| tx.shop(&scope).job(job.name()))?;
                if record.is_some_and(|record| record.running.is_some()) {
                    self.change_job(&job, scope.tenant, move |record| died(record, now))?;
                }
            }
        }
        Ok(())
    }

    /// Takes a run for oneself; `None`: somebody else has it.
    pub(super) fn claim(&self, job: &Arc<dyn Job>, tenant: TenantId) -> Result<Option<Claim>> {
        let now = self.clock.now();
        let here = (tenant, job.name());
        let watch = Arc::new(Watch::new(now));
        {
            let mut running = self.jobs.running();
            if running.contains_key(&here) || self.jobs.ending.load(Ordering::Relaxed) {
                return Ok(None);
            }
            running.insert(here, Arc::clone(&watch));
        }
        let zone = self.job_zone(tenant);
        let schedule = job.schedule();
        let begun = zone.and_then(|zone| {
            self.change_job(job, tenant, move |record| {
                if !record.wanted && record.due > now {
                    return None;
                }
                let by_hand = std::mem::take(&mut record.wanted);
                // What was missed while nobody was there is made up for once.
                record.due = schedule.next(now, &zone);
                record.running = Some((now, by_hand));
                Some(by_hand)
            })
        });
        match begun {
            Ok(Some(by_hand)) => Ok(Some(Claim {
                job: Arc::clone(job),
                tenant,
                watch,
                by_hand,
            })),
            other => {
                self.jobs.running().remove(&here);
                other.map(|_| None)
            }
        }
    }

    /// One run, from its claim to its entry in the history.
    pub(super) fn do_job(&self, claim: Claim) -> Result<Ended> {
        let Claim {
            job,
            tenant,
            watch,
            by_hand,
        } = claim;
        let began = watch.since;
        let scope = Scope::owner(tenant, UserId(0), began);
        tracing::info!(job = job.name(), tenant = tenant.0, by_hand, "a job begins");
        // At a damaged page the database panics; the job must not look as if it ran for ever.
        let done = catch_unwind(AssertUnwindSafe(|| job.run(self, &scope, &watch)));
        let ended = self.clock.now();
        let (outcome, text) = match done {
            _ if watch.stopped() && self.jobs.ending.load(Ordering::Relaxed) => {
                (JobOutcome::Died, "The server ended.".to_owned())
            }
            _ if watch.stopped() => (JobOutcome::Cancelled, "Somebody stopped it.".to_owned()),
            Ok(Ok(text)) => (JobOutcome::Done, text),
            Ok(Err(error)) => (JobOutcome::Failed, error.message),
            Err(_) => (
                JobOutcome::Failed,
                "The job broke off. Verify the data with `brickops check`.".to_owned(),
            ),
        };
        tracing::info!(job = job.name(), outcome = outcome.word(), "a job ended");
        let run = JobRun {
            began,
            ended,
            outcome,
            text,
            by_hand,
        };
        let kept = run.clone();
        let written = self.change_job(&job, tenant, move |record| {
            record.running = None;
            push(record, kept);
        });
        self.jobs.running().remove(&(tenant, job.name()));
        written?;
        Ok(Ended(run))
    }
}

fn died(record: &mut crate::store::jobs::JobRecord, now: Timestamp) {
    if let Some((began, by_hand)) = record.running.take() {
        let run = JobRun {
            began,
            ended: now,
            outcome: JobOutcome::Died,
            text: "The program ended before the job did.".to_owned(),
            by_hand,
        };
        push(record, run);
    }
}

fn push(record: &mut crate::store::jobs::JobRecord, run: JobRun) {
    record.runs.push(run);
    let over = record.runs.len().saturating_sub(RUNS_KEPT);
    record.runs.drain(..over);
}

fn every_shop(tx: &crate::store::Tx<'_>) -> Result<Vec<TenantId>> {
    tx.tenants()
}
