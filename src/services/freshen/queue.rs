//! The line of items that somebody looks at and that are due: the newest urgent look goes first.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::domain::market::Refreshed;
use crate::domain::{ColorId, ItemKey, TenantId, Timestamp};
use crate::error::Result;
use crate::services::gates::SingleFlight;

/// More than these wait in vain: a person has gone on long since.
const MOST: usize = 256;

/// An item that somebody looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// With whose keys.
    pub tenant: TenantId,
    /// Which item.
    pub key: ItemKey,
    /// In which colour.
    pub color: Option<ColorId>,
    /// Something is missing or expired.
    pub urgent: bool,
    /// Something is due at all; else only the look is noted.
    pub due: bool,
}

#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<Wish>,
    doing: Vec<Wish>,
    without_keys: HashMap<TenantId, Timestamp>,
    fetching: HashSet<TenantId>,
    ended: bool,
}

/// Wishes, and the refreshes under way.
#[derive(Debug, Default)]
pub(crate) struct Freshener {
    line: Mutex<Line>,
    wake: Condvar,
    /// One refresh of an item at a time.
    pub(super) flights: SingleFlight<Result<Refreshed>>,
}

impl Freshener {
    /// An empty line.
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn wish(&self, wish: Wish) {
        let mut line = self.line();
        if line.ended {
            return;
        }
        let same =
            |one: &Wish| (one.tenant, &one.key, one.color) == (wish.tenant, &wish.key, wish.color);
        line.waiting.retain(|one| !same(one));
        if wish.urgent {
            line.waiting.push_front(wish);
        } else {
            line.waiting.push_back(wish);
        }
        line.waiting.truncate(MOST);
        drop(line);
        self.wake.notify_one();
    }

    /// The next wish, under way until it is [`Freshener::done`].
    pub(super) fn next(&self) -> Option<Wish> {
        let mut line = self.line();
        let wish = line.waiting.pop_front()?;
        line.doing.push(wish.clone());
        Some(wish)
    }

    pub(super) fn done(&self, wish: &Wish) {
        let mut line = self.line();
        let at = line.doing.iter().position(|one| one == wish);
        if let Some(at) = at {
            line.doing.swap_remove(at);
        }
    }

    /// Whether an item waits for its turn, or has it.
    pub(super) fn waits(&self, tenant: TenantId, key: &ItemKey) -> bool {
        let line = self.line();
        let mut all = line.waiting.iter().chain(&line.doing);
        all.any(|wish| wish.due && wish.tenant == tenant && wish.key.same(key))
    }

    pub(super) fn without_keys(&self, tenant: TenantId, until: Timestamp) {
        self.line().without_keys.insert(tenant, until);
    }

    /// The keys of a shop have changed: it is asked for them again.
    pub(crate) fn keys_changed(&self, tenant: TenantId) {
        self.line().without_keys.remove(&tenant);
    }

    pub(super) fn is_without_keys(&self, tenant: TenantId, now: Timestamp) -> bool {
        let line = self.line();
        line.without_keys
            .get(&tenant)
            .is_some_and(|until| now < *until)
    }

    /// How many items wait to be refreshed, and how many refreshes are under way.
    pub(crate) fn counts(&self) -> (u32, u32) {
        let count = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        let line = self.line();
        let due = line.waiting.iter().filter(|wish| wish.due).count();
        drop(line);
        (count(due), count(self.flights.len()))
    }

    /// A shop's turn to fetch many prices; `None`: it does so already.
    pub(super) fn fetching(&self, tenant: TenantId) -> Option<Turn<'_>> {
        let fresh = self.line().fetching.insert(tenant);
        fresh.then_some(Turn {
            freshener: self,
            tenant,
        })
    }

    /// Waits until somebody wishes for something; `false`: the program ends.
    pub(super) fn wait(&self) -> bool {
        let mut line = self.line();
        while line.waiting.is_empty() && !line.ended {
            line = self.wake.wait(line).unwrap_or_else(PoisonError::into_inner);
        }
        !line.ended
    }

    /// From now on nothing is fetched.
    pub(crate) fn end(&self) {
        self.line().ended = true;
        self.wake.notify_all();
    }
}

/// Ends with the fetching.
#[derive(Debug)]
pub(super) struct Turn<'f> {
    freshener: &'f Freshener,
    tenant: TenantId,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.freshener.line().fetching.remove(&self.tenant);
    }
}
