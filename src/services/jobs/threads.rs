//! The threads of a server that do what is due.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::services::App;

/// How often the clock is looked at. Nothing waits for it: what is asked for rings.
const LOOK: Duration = Duration::from_secs(5);
/// A long job must not keep a short one waiting.
const THREADS: u32 = 2;

/// Does jobs until it is dropped; what runs then is told to end, and waited for.
#[derive(Debug)]
pub struct JobThreads {
    app: Arc<App>,
    threads: Vec<JoinHandle<()>>,
}

impl App {
    /// From now on jobs are done when they are due.
    ///
    /// # Errors
    /// `Internal` when the machine gives no thread.
    pub fn do_jobs(self: &Arc<Self>) -> Result<JobThreads> {
        self.jobs.ending.store(false, Ordering::Relaxed);
        let mut all = JobThreads {
            app: Arc::clone(self),
            threads: Vec::new(),
        };
        for no in 1..=THREADS {
            let app = Arc::clone(self);
            let thread = std::thread::Builder::new()
                .name(format!("jobs-{no}"))
                .spawn(move || work(&app))
                .map_err(|e| Error::internal(format!("Jobs cannot be done: {e}.")))?;
            all.threads.push(thread);
            self.jobs.threads.fetch_add(1, Ordering::Relaxed);
        }
        Ok(all)
    }
}

fn work(app: &App) {
    let jobs = &app.jobs;
    while !jobs.ending.load(Ordering::Relaxed) {
        let before = *jobs.bell.lock().unwrap_or_else(PoisonError::into_inner);
        match app.run_due_job() {
            Ok(true) => continue,
            Ok(false) => {}
            Err(e) => tracing::error!("jobs cannot be done: {e}"),
        }
        let bell = jobs.bell.lock().unwrap_or_else(PoisonError::into_inner);
        let quiet = |rung: &mut u64| *rung == before && !jobs.ending.load(Ordering::Relaxed);
        drop(jobs.rung.wait_timeout_while(bell, LOOK, quiet));
    }
}

impl Drop for JobThreads {
    fn drop(&mut self) {
        let jobs = &self.app.jobs;
        jobs.ending.store(true, Ordering::Relaxed);
        for watch in jobs.running().values() {
            watch.stop.store(true, Ordering::Relaxed);
        }
        jobs.ring();
        for thread in self.threads.drain(..) {
            jobs.threads.fetch_sub(1, Ordering::Relaxed);
            if thread.join().is_err() {
                tracing::error!("a thread that does jobs broke");
            }
        }
    }
}
