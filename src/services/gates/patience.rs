//! How a caller waits for its turn: really, or on a clock that is moved.

use std::sync::{Arc, Condvar, MutexGuard, PoisonError};
use std::time::Duration;

use super::line::Line;
use crate::clock::ManualClock;

/// Longest sleep at a time: a clock that was set forward is noticed.
const NAP: i64 = 5_000_000;

/// Waits until something changes in the line or the time is over.
pub trait Patience: Send + Sync + std::fmt::Debug {
    /// Waits for `micros` at the most.
    fn wait<'l>(
        &self,
        changed: &Condvar,
        line: MutexGuard<'l, Line>,
        micros: i64,
    ) -> MutexGuard<'l, Line>;
}

/// Really waits.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealPatience;

impl Patience for RealPatience {
    fn wait<'l>(
        &self,
        changed: &Condvar,
        line: MutexGuard<'l, Line>,
        micros: i64,
    ) -> MutexGuard<'l, Line> {
        let micros = u64::try_from(micros.clamp(1_000, NAP)).unwrap_or(1_000);
        changed
            .wait_timeout(line, Duration::from_micros(micros))
            .unwrap_or_else(PoisonError::into_inner)
            .0
    }
}

/// Moves a clock instead: one thread plays all of a day.
#[derive(Debug, Clone)]
pub struct MovedPatience(pub Arc<ManualClock>);

impl Patience for MovedPatience {
    fn wait<'l>(
        &self,
        _: &Condvar,
        line: MutexGuard<'l, Line>,
        micros: i64,
    ) -> MutexGuard<'l, Line> {
        self.0.advance(micros.max(1));
        line
    }
}
