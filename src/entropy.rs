//! The one place that asks the system for randomness.
//!
//! Codes, secrets and salts come from an injected [`Entropy`], so that tests and the simulation
//! decide what they are.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};

/// Gives bytes that nobody can guess.
pub trait Entropy: Send + Sync + std::fmt::Debug {
    /// Fills the whole slice.
    fn fill(&self, bytes: &mut [u8]) -> Result<()>;
}

/// The system's own.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        getrandom::fill(bytes)
            .map_err(|e| Error::internal(format!("The system gives no random numbers ({e}).")))
    }
}

/// Different bytes at every call, the same in every run: for tests only.
#[derive(Debug, Default)]
pub struct CountingEntropy(AtomicU64);

impl Entropy for CountingEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        for chunk in bytes.chunks_mut(8) {
            // SplitMix64, so that neighbours do not look alike.
            let mut x = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let word = (x ^ (x >> 31)).to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}
