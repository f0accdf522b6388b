//! The threads of a server: one for each marketplace of each shop, so that one that is dead holds nobody up.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::engine::Engine;
use crate::domain::{Marketplace, TenantId, Topic};
use crate::error::{Error, Result};
use crate::services::Notice;

/// How often the clock is looked at. Nothing waits for it: a change rings.
const LOOK: Duration = Duration::from_secs(5);

type Place = (TenantId, Marketplace);

/// What all threads share.
#[derive(Debug, Default)]
struct Bell {
    rung: Mutex<u64>,
    rings: Condvar,
    ending: AtomicBool,
}

impl Bell {
    fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.rings.notify_all();
    }

    fn heard(&self) -> u64 {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it rings after `before`, or for a while.
    fn wait(&self, before: u64) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let quiet = |rung: &mut u64| *rung == before && !self.ending.load(Ordering::Relaxed);
        drop(self.rings.wait_timeout_while(rung, LOOK, quiet));
    }
}

/// Keeps marketplaces in step until it is dropped; a call that is under way is waited for.
#[derive(Debug)]
pub struct Runner {
    bell: Arc<Bell>,
    keeper: Option<JoinHandle<()>>,
}

impl Runner {
    /// From now on what is due is sent.
    ///
    /// # Errors
    /// `Internal` when the machine gives no thread.
    pub fn start(engine: Arc<Engine>) -> Result<Self> {
        let bell: Arc<Bell> = Arc::default();
        let rung = Arc::downgrade(&bell);
        engine.app.listen(Box::new(move |notice| {
            let Some(bell) = rung.upgrade() else {
                return false;
            };
            if let Notice::Committed(committed) = notice
                && committed
                    .changes
                    .iter()
                    .any(|change| change.topic == Topic::Sync)
            {
                bell.ring();
            }
            true
        }));
        let shared = Arc::clone(&bell);
        let keeper = std::thread::Builder::new()
            .name("sync".into())
            .spawn(move || keep(&engine, &shared))
            .map_err(|e| Error::internal(format!("Nothing can be synchronised: {e}.")))?;
        Ok(Self {
            bell,
            keeper: Some(keeper),
        })
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        self.bell.ending.store(true, Ordering::Relaxed);
        self.bell.ring();
        if self.keeper.take().is_some_and(|it| it.join().is_err()) {
            tracing::error!("the thread that keeps synchronisation going broke");
        }
    }
}

/// Sees that each marketplace that is switched on has its thread.
fn keep(engine: &Arc<Engine>, bell: &Arc<Bell>) {
    let mut threads: BTreeMap<(TenantId, u8), JoinHandle<()>> = BTreeMap::new();
    while !bell.ending.load(Ordering::Relaxed) {
        let before = bell.heard();
        match engine.app.sync_places() {
            Ok(places) => {
                for place in places {
                    let key = (place.0, place.1 as u8);
                    if threads
                        .get(&key)
                        .is_some_and(|thread| !thread.is_finished())
                    {
                        continue;
                    }
                    let (engine, bell) = (Arc::clone(engine), Arc::clone(bell));
                    let thread = std::thread::Builder::new()
                        .name(format!("sync-{}", place.1.name().to_lowercase()))
                        .spawn(move || work(&engine, &bell, place));
                    match thread {
                        Ok(thread) => drop(threads.insert(key, thread)),
                        Err(e) => tracing::error!("a marketplace has no thread: {e}"),
                    }
                }
            }
            Err(e) => tracing::error!("nothing can be synchronised: {e}"),
        }
        bell.wait(before);
    }
    for thread in threads.into_values() {
        if thread.join().is_err() {
            tracing::error!("a thread of a marketplace broke");
        }
    }
}

fn work(engine: &Engine, bell: &Bell, (tenant, market): Place) {
    while !bell.ending.load(Ordering::Relaxed) {
        let before = bell.heard();
        match engine.run(tenant, market) {
            Ok(_) => {}
            Err(e) => tracing::error!("{} cannot be synchronised: {e}", market.name()),
        }
        bell.wait(before);
    }
}
