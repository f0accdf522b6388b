//! Trying again, where that is harmless: how often, and after which pause.
//!
//! Whoever calls says whether the call may be made twice. One that may not is repeated only when it
//! certainly did not happen. Pauses grow, carry chance so that many callers do not come back in step, and
//! keep to what the service asked for; a longer wait is for the caller's caller.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::market::{Class, Done, Failure};
use crate::entropy::Entropy;

/// Lets time pass. Tests and the simulation let none pass.
pub trait Sleeper: Send + Sync + std::fmt::Debug {
    /// Returns after this long.
    fn sleep(&self, span: Duration);
}

/// Sleeps for real.
#[derive(Debug, Default, Clone, Copy)]
pub struct ThreadSleeper;

impl Sleeper for ThreadSleeper {
    fn sleep(&self, span: Duration) {
        std::thread::sleep(span);
    }
}

/// How patient a caller is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// Attempts in all; at least one is made.
    pub attempts: u32,
    /// Pause after the first; it doubles.
    pub first: Duration,
    /// Longest pause. A service that wants a longer one is not asked again here.
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            attempts: 4,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(20),
        }
    }
}

impl Backoff {
    /// One attempt only.
    pub const fn never() -> Self {
        Self {
            attempts: 1,
            first: Duration::ZERO,
            longest: Duration::ZERO,
        }
    }

    /// The pause before the next attempt; `None`: there is none. `attempt` counts from 1. `repeatable`:
    /// making the call twice does no harm.
    pub fn pause(
        &self,
        attempt: u32,
        failure: &Failure,
        repeatable: bool,
        entropy: &dyn Entropy,
    ) -> Option<Duration> {
        if attempt >= self.attempts || !may_help(failure) {
            return None;
        }
        if !repeatable && failure.done == Done::Unknown {
            return None;
        }
        let asked = failure
            .retry_after
            .map(|after| Duration::from_secs(u64::from(after)));
        if asked.is_some_and(|asked| asked > self.longest) {
            return None;
        }
        let doubled = self
            .first
            .saturating_mul(1_u32.checked_shl(attempt - 1).unwrap_or(u32::MAX))
            .min(self.longest);
        // Between half of it and all of it.
        let half = doubled / 2;
        let mut chance = [0; 2];
        // Without chance the pause is simply whole.
        let chance = match entropy.fill(&mut chance) {
            Ok(()) => u32::from(u16::from_le_bytes(chance)),
            Err(_) => 1 << 16,
        };
        let pause = half + half.saturating_mul(chance) / (1 << 16);
        Some(
            asked
                .map_or(pause, |asked| asked + pause / 4)
                .min(self.longest),
        )
    }
}

/// All that trying again needs, for clients that keep it.
#[derive(Debug, Clone)]
pub struct Patience {
    /// How often, and after which pauses.
    pub backoff: Backoff,
    /// Chance in the pauses.
    pub entropy: Arc<dyn Entropy>,
    /// Waits.
    pub sleeper: Arc<dyn Sleeper>,
}

impl Patience {
    /// [`patiently`] with these; without any there is one attempt.
    ///
    /// # Errors
    /// As [`patiently`].
    pub fn with<T>(
        patience: Option<&Self>,
        repeatable: bool,
        mut call: impl FnMut(u32) -> Result<T, Box<Failure>>,
    ) -> Result<T, Box<Failure>> {
        match patience {
            Some(own) => patiently(&own.backoff, repeatable, &*own.entropy, &*own.sleeper, call),
            None => call(1),
        }
    }
}

/// Whether the same call a moment later may go better. What the gate holds back is the gate's to time;
/// being throttled counts only when the service said for how long.
fn may_help(failure: &Failure) -> bool {
    match failure.class {
        Class::Unreachable | Class::Silent | Class::Broken | Class::Garbled => true,
        Class::Throttled => failure.retry_after.is_some(),
        _ => false,
    }
}

/// Calls until it works, or trying again makes no sense. `call` gets the number of the attempt, from 1.
///
/// # Errors
/// The last failure. If an earlier attempt may have happened, so may the whole.
pub fn patiently<T>(
    backoff: &Backoff,
    repeatable: bool,
    entropy: &dyn Entropy,
    sleeper: &dyn Sleeper,
    mut call: impl FnMut(u32) -> Result<T, Box<Failure>>,
) -> Result<T, Box<Failure>> {
    let mut doubtful = false;
    let mut attempt = 1;
    loop {
        match call(attempt) {
            Ok(value) => return Ok(value),
            Err(mut failure) => {
                doubtful |= failure.done == Done::Unknown;
                let Some(pause) = backoff.pause(attempt, &failure, repeatable, entropy) else {
                    if doubtful {
                        failure.done = Done::Unknown;
                    }
                    return Err(failure);
                };
                tracing::debug!(
                    service = failure.service.name(),
                    endpoint = failure.endpoint,
                    class = failure.class.word(),
                    attempt,
                    pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
                    "trying again"
                );
                sleeper.sleep(pause);
                attempt += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::market::Service;
    use crate::entropy::CountingEntropy;

    #[derive(Debug, Default)]
    struct Counted(Mutex<Vec<Duration>>);

    impl Sleeper for Counted {
        fn sleep(&self, span: Duration) {
            self.0.lock().expect("the list").push(span);
        }
    }

    impl Counted {
        fn pauses(&self) -> Vec<Duration> {
            self.0.lock().expect("the list").clone()
        }
    }

    #[expect(clippy::unnecessary_box_returns, reason = "attempts answer with boxes")]
    fn failure(class: Class, done: Done) -> Box<Failure> {
        let failure = Failure::new(Service::BrickLink, class, "It failed.");
        Box::new(if done == Done::Unknown {
            failure.unknown()
        } else {
            failure
        })
    }

    fn run(repeatable: bool, class: Class, done: Done) -> (u32, Vec<Duration>, Done) {
        let sleeper = Counted::default();
        let mut calls = 0;
        let result: Result<(), _> = patiently(
            &Backoff::default(),
            repeatable,
            &CountingEntropy::default(),
            &sleeper,
            |attempt| {
                calls += 1;
                assert_eq!(attempt, calls);
                Err(failure(class, done))
            },
        );
        (
            calls,
            sleeper.pauses(),
            result.expect_err("it never works").done,
        )
    }

    #[test]
    fn pauses_grow_and_end() {
        let (calls, pauses, _) = run(true, Class::Silent, Done::Unknown);
        assert_eq!(calls, 4);
        for (pause, whole) in pauses.iter().zip([500, 1_000, 2_000]) {
            let whole = Duration::from_millis(whole);
            assert!(
                *pause >= whole / 2 && *pause <= whole,
                "{pause:?} of {whole:?}"
            );
        }
        assert_eq!(pauses.len(), 3);
    }

    #[test]
    fn what_may_have_happened_is_not_repeated() {
        for class in [Class::Silent, Class::Broken, Class::Garbled] {
            assert_eq!(run(false, class, Done::Unknown), (1, vec![], Done::Unknown));
        }
        assert_eq!(
            run(false, Class::Unreachable, Done::No).0,
            4,
            "it never left"
        );
    }

    #[test]
    fn what_will_not_change_is_not_repeated() {
        for class in [
            Class::Offline,
            Class::NoKeys,
            Class::Budget,
            Class::Held,
            Class::Tls,
            Class::Throttled,
            Class::Keys,
            Class::Forbidden,
            Class::NotFound,
            Class::Refused,
            Class::TooLarge,
        ] {
            assert_eq!(run(true, class, Done::No).0, 1, "{class:?}");
        }
    }

    #[test]
    fn doubt_stays() {
        let mut attempt = 0;
        let result: Result<(), _> = patiently(
            &Backoff::default(),
            true,
            &CountingEntropy::default(),
            &Counted::default(),
            |_| {
                attempt += 1;
                Err(match attempt {
                    1 => failure(Class::Silent, Done::Unknown),
                    _ => failure(Class::Budget, Done::No),
                })
            },
        );
        let failure = result.expect_err("it never works");
        assert_eq!(
            (failure.class, failure.done),
            (Class::Budget, Done::Unknown)
        );
    }

    #[test]
    fn a_wait_that_the_service_names_is_kept() {
        let entropy = CountingEntropy::default();
        let mut throttled = failure(Class::Throttled, Done::No);
        throttled.retry_after = Some(7);
        let pause = Backoff::default().pause(1, &throttled, false, &entropy);
        assert!(
            pause.is_some_and(|pause| pause >= Duration::from_secs(7)),
            "{pause:?}"
        );
        throttled.retry_after = Some(3_600);
        assert_eq!(
            Backoff::default().pause(1, &throttled, true, &entropy),
            None
        );
    }

    proptest! {
        #[test]
        fn no_pause_is_longer_than_the_longest(attempt in 1_u32..200, after in proptest::option::of(0_u32..100)) {
            let backoff = Backoff { attempts: 500, ..Backoff::default() };
            let mut silent = failure(Class::Silent, Done::No);
            silent.retry_after = after;
            let pause = backoff.pause(attempt, &silent, true, &CountingEntropy::default());
            prop_assert_eq!(pause.is_none(), after.is_some_and(|after| after > 20));
            if let Some(pause) = pause {
                prop_assert!(pause <= backoff.longest);
                prop_assert!(pause >= Duration::from_secs(u64::from(after.unwrap_or(0))));
            }
        }
    }
}
