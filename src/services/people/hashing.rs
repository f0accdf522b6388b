//! Passwords and PINs as hashes that take their time: argon2id, its parameters in the stored text.
//!
//! One hash needs many megabytes for a moment. They are made one after the other, and whoever would wait
//! behind many others is sent away, so that a flood of sign-ins cannot take the server's memory.

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::domain::Secret;
use crate::entropy::Entropy;
use crate::error::{Error, Kind, Result};

/// Most who wait while one hash is made.
const WAITING: usize = 4;

/// What hashing costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hashing {
    /// Memory in KiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for Hashing {
    fn default() -> Self {
        Self {
            memory: 19_456,
            passes: 2,
            lanes: 1,
        }
    }
}

impl Hashing {
    /// As little as the algorithm takes: for tests.
    pub const CHEAP: Self = Self {
        memory: 8,
        passes: 1,
        lanes: 1,
    };
}

/// Makes and compares hashes, one at a time.
#[derive(Debug)]
pub(super) struct Hasher {
    costs: Hashing,
    entropy: Arc<dyn Entropy>,
    turn: Mutex<()>,
    here: AtomicUsize,
}

/// One's turn to hash. Whoever compares a secret holds it from reading the failures so far until the
/// outcome is written: nobody gets more guesses by asking many at once.
#[derive(Debug)]
pub(super) struct Turn<'h> {
    hasher: &'h Hasher,
    _held: MutexGuard<'h, ()>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.hasher.here.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Hasher {
    pub(super) fn new(costs: Hashing, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            costs,
            entropy,
            turn: Mutex::new(()),
            here: AtomicUsize::new(0),
        }
    }

    /// Waits for one's turn, unless too many do already.
    pub(super) fn turn(&self) -> Result<Turn<'_>> {
        if self.here.fetch_add(1, Ordering::SeqCst) > WAITING {
            self.here.fetch_sub(1, Ordering::SeqCst);
            return Err(Error {
                kind: Kind::RateLimited,
                message: "The server is busy with other sign-ins. Try again in a second.".into(),
                retry_after: Some(1),
            });
        }
        let held = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Turn {
            hasher: self,
            _held: held,
        })
    }

    fn argon(&self) -> Result<Argon2<'static>> {
        let Hashing {
            memory,
            passes,
            lanes,
        } = self.costs;
        let params = Params::new(memory, passes, lanes, None).map_err(|e| defect(&e))?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

impl Turn<'_> {
    /// The hash to be stored.
    pub(super) fn hash(&self, secret: &Secret) -> Result<String> {
        let mut salt = [0; 16];
        self.hasher.entropy.fill(&mut salt)?;
        let hash = self
            .hasher
            .argon()?
            .hash_password_with_salt(secret.reveal().as_bytes(), &salt)
            .map_err(|e| defect(&e))?;
        Ok(hash.to_string())
    }

    /// Whether the secret is the one that was hashed.
    pub(super) fn fits(&self, secret: &Secret, stored: &str) -> Result<bool> {
        let stored = PasswordHash::new(stored).map_err(|e| defect(&e))?;
        let compared = self
            .hasher
            .argon()?
            .verify_password(secret.reveal().as_bytes(), &stored);
        match compared {
            Ok(()) => Ok(true),
            Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
            Err(e) => Err(defect(&e)),
        }
    }

    /// A fresh hash of a secret that fits, where the stored one was made at other costs.
    pub(super) fn upgraded(&self, secret: &Secret, stored: &str) -> Result<Option<String>> {
        let parsed = PasswordHash::new(stored).map_err(|e| defect(&e))?;
        let costs = self.hasher.costs;
        let current = parsed.algorithm.as_str() == "argon2id"
            && Params::try_from(&parsed).is_ok_and(|params| {
                params.m_cost() == costs.memory
                    && params.t_cost() == costs.passes
                    && params.p_cost() == costs.lanes
            });
        if current {
            return Ok(None);
        }
        self.hash(secret).map(Some)
    }

    /// Takes as long as a comparison: nobody learns from the time whether there was anything to compare.
    pub(super) fn waste(&self, secret: &Secret) -> Result<()> {
        let hash = self
            .hasher
            .argon()?
            .hash_password_with_salt(secret.reveal().as_bytes(), &[7; 16])
            .map_err(|e| defect(&e))?;
        black_box(hash);
        Ok(())
    }
}

fn defect(error: &dyn std::fmt::Display) -> Error {
    Error::internal(format!(
        "A password could not be hashed or compared: {error}."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::CountingEntropy;

    fn hasher(costs: Hashing) -> Hasher {
        Hasher::new(costs, Arc::new(CountingEntropy::default()))
    }

    #[test]
    fn only_the_same_secret_fits() {
        let hasher = hasher(Hashing::CHEAP);
        let turn = hasher.turn().expect("a turn");
        let stored = turn.hash(&Secret::new("correct horse")).expect("a hash");
        assert!(
            stored.starts_with("$argon2id$v=19$m=8,t=1,p=1$"),
            "{stored}"
        );
        assert!(
            turn.fits(&Secret::new("correct horse"), &stored)
                .expect("compared")
        );
        assert!(
            !turn
                .fits(&Secret::new("correct hors"), &stored)
                .expect("compared")
        );
        let again = turn.hash(&Secret::new("correct horse")).expect("a hash");
        assert_ne!(stored, again, "each has a salt of its own");
        assert!(turn.fits(&Secret::new("x"), "nonsense").is_err());
    }

    #[test]
    fn hashes_of_other_costs_fit_and_are_made_anew() {
        let old = hasher(Hashing::CHEAP);
        let secret = Secret::new("correct horse");
        let stored = old.turn().expect("a turn").hash(&secret).expect("a hash");
        let costs = Hashing {
            passes: 2,
            ..Hashing::CHEAP
        };
        let new = hasher(costs);
        let turn = new.turn().expect("a turn");
        assert!(turn.fits(&secret, &stored).expect("compared"));
        let fresh = turn.upgraded(&secret, &stored).expect("hashed");
        let fresh = fresh.expect("other costs");
        assert!(fresh.contains("t=2"), "{fresh}");
        assert_eq!(turn.upgraded(&secret, &fresh).expect("compared"), None);
    }

    #[test]
    fn whoever_would_wait_too_long_is_sent_away() {
        let hasher = hasher(Hashing::CHEAP);
        let turn = hasher.turn().expect("a turn");
        // As many as may wait are there already.
        hasher.here.fetch_add(WAITING, Ordering::SeqCst);
        let refused = hasher.turn().expect_err("too many");
        assert_eq!(refused.kind, Kind::RateLimited);
        assert_eq!(refused.retry_after, Some(1));
        hasher.here.fetch_sub(WAITING, Ordering::SeqCst);
        drop(turn);
        assert_eq!(hasher.here.load(Ordering::SeqCst), 0, "everybody has left");
        assert!(hasher.turn().is_ok());
    }
}
