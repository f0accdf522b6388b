//! The sandbox's time: the injected clock, moved and sped up.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::clock::Clock;
use crate::domain::Timestamp;

/// A hundred years: nobody practises for longer.
const FARTHEST: i64 = 100 * 366 * 86_400 * 1_000_000;

/// Two times in one: what the shop's world shows, and what the doors compare signatures with.
#[derive(Debug)]
pub struct SandboxClock {
    inner: Arc<dyn Clock>,
    started: Timestamp,
    speed: i64,
    moved: AtomicI64,
    skew: AtomicI64,
}

impl SandboxClock {
    /// Runs `speed` times as fast as `inner` from now on.
    pub fn new(inner: Arc<dyn Clock>, speed: u32) -> Self {
        Self {
            started: inner.now(),
            inner,
            speed: i64::from(speed.max(1)),
            moved: AtomicI64::new(0),
            skew: AtomicI64::new(0),
        }
    }

    /// The time of the world: orders, lots, limits. Microseconds since 1970.
    pub fn now(&self) -> i64 {
        let passed = self.inner.now().since(self.started).min(FARTHEST);
        self.started
            .micros()
            .saturating_add(passed.saturating_mul(self.speed).min(FARTHEST))
            .saturating_add(self.moved.load(Ordering::SeqCst))
    }

    /// The time that signatures are compared with, in seconds since 1970: the caller's clock is not sped up.
    pub fn door(&self) -> i64 {
        (self.inner.now().micros() / 1_000_000).saturating_add(self.skew.load(Ordering::SeqCst))
    }

    /// Moves the world forward.
    pub fn advance(&self, seconds: i64) {
        let by = seconds.clamp(0, FARTHEST / 1_000_000) * 1_000_000;
        let moved = self.moved.load(Ordering::SeqCst).saturating_add(by);
        self.moved.store(moved.min(FARTHEST), Ordering::SeqCst);
    }

    /// How far the services' clocks are from the caller's, in seconds.
    pub fn set_skew(&self, seconds: i64) {
        let farthest = FARTHEST / 1_000_000;
        self.skew
            .store(seconds.clamp(-farthest, farthest), Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn the_world_is_moved_and_sped_up_and_the_door_is_not() {
        let inner = ManualClock::at(Timestamp::from_seconds(1_000));
        let clock = SandboxClock::new(inner.clone(), 60);
        inner.advance(1_000_000);
        assert_eq!(clock.now(), 1_060_000_000);
        clock.advance(40);
        assert_eq!(clock.now(), 1_100_000_000);
        assert_eq!(clock.door(), 1_001);
        clock.set_skew(-301);
        assert_eq!(clock.door(), 700);
        clock.advance(i64::MAX);
        clock.advance(i64::MAX);
        assert!(clock.now() < FARTHEST + 2_000_000_000, "no overflow");
    }
}
