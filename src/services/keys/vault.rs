//! Sealing keys, and the short life of opened ones in memory.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::master::{Master, MasterSource};
use crate::domain::market::MarketKeys;
use crate::domain::{Marketplace, Secret, TenantId, Timestamp};
use crate::entropy::Entropy;
use crate::error::{Error, Result};
use crate::store::market_keys::{MasterHead, SealedKeys};

/// Version of what is sealed; bound into the seal.
const VERSION: u8 = 1;

/// What a seal is bound to: keys of one shop open nowhere else.
fn bound(head: &MasterHead, tenant: TenantId, market: Marketplace) -> Vec<u8> {
    let mut text = b"brickops marketplace keys".to_vec();
    text.push(VERSION);
    text.extend(tenant.0.to_le_bytes());
    text.push(market as u8);
    text.extend(head.salt);
    text
}

/// Fingerprint of the value that calls are counted by.
pub(super) fn account(keys: &MarketKeys) -> u64 {
    let print = Sha256::new()
        .chain_update(b"brickops account")
        .chain_update(keys.account().reveal().as_bytes())
        .finalize();
    let mut wide = [0; 8];
    wide.copy_from_slice(&print[..8]);
    u64::from_le_bytes(wide)
}

/// Nonce and ciphertext of keys.
pub(super) fn seal(
    entropy: &dyn Entropy,
    (master, head): (&Master, &MasterHead),
    tenant: TenantId,
    keys: &MarketKeys,
) -> Result<([u8; 24], Vec<u8>)> {
    let mut nonce = [0; 24];
    entropy.fill(&mut nonce)?;
    // Values have no line breaks in them; see `MarketKeys::entered`.
    let size = keys.values().iter().map(|v| v.reveal().len() + 1).sum();
    let mut text = Zeroizing::new(String::with_capacity(size));
    for (at, value) in keys.values().into_iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        text.push_str(value.reveal());
    }
    let bound = bound(head, tenant, keys.market());
    let payload = Payload {
        msg: text.as_bytes(),
        aad: &bound,
    };
    let sealed = XChaCha20Poly1305::new(master.bytes().into())
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| Error::internal("The keys could not be sealed."))?;
    Ok((nonce, sealed))
}

/// The keys behind a seal.
pub(super) fn open(
    (master, head): (&Master, &MasterHead),
    tenant: TenantId,
    market: Marketplace,
    record: &SealedKeys,
) -> Result<MarketKeys> {
    let damaged = || {
        Error::storage(format!(
            "The keys of {} are damaged or belong to another shop. Enter them again.",
            market.name()
        ))
    };
    let bound = bound(head, tenant, market);
    let payload = Payload {
        msg: &record.sealed,
        aad: &bound,
    };
    let text = XChaCha20Poly1305::new(master.bytes().into())
        .decrypt(&XNonce::from(record.nonce), payload)
        .map(Zeroizing::new)
        .map_err(|_| damaged())?;
    let text = std::str::from_utf8(&text).map_err(|_| damaged())?;
    let values: Vec<Secret> = text.split('\n').map(Secret::new).collect();
    MarketKeys::entered(market, &values).map_err(|_| damaged())
}

type Held = HashMap<(TenantId, Marketplace), (Arc<MarketKeys>, Timestamp, u64)>;

#[derive(Default)]
struct Inside {
    held: Held,
    /// Rises with every change: what was read before it is not kept.
    changes: u64,
    /// Rises with everything that is put in.
    put: u64,
    sweeping: bool,
}

#[derive(Default)]
struct Shared {
    inside: Mutex<Inside>,
    changed: Condvar,
}

/// Opened keys, for a few seconds. The master key itself is read again for every opening.
pub(super) struct Vault {
    pub(super) source: MasterSource,
    pub(super) entropy: Arc<dyn Entropy>,
    keep: Duration,
    shared: Arc<Shared>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").finish_non_exhaustive()
    }
}

fn lock(shared: &Shared) -> MutexGuard<'_, Inside> {
    shared.inside.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Vault {
    pub(super) fn new(source: MasterSource, entropy: Arc<dyn Entropy>, keep: Duration) -> Self {
        Self {
            source,
            entropy,
            keep,
            shared: Arc::default(),
        }
    }

    /// Opened keys that are still good.
    pub(super) fn held(
        &self,
        tenant: TenantId,
        market: Marketplace,
        now: Timestamp,
    ) -> Option<Arc<MarketKeys>> {
        let keep = i64::try_from(self.keep.as_micros()).unwrap_or(i64::MAX);
        let mut inside = lock(&self.shared);
        inside
            .held
            .retain(|_, (_, since, _)| *since <= now && now.since(*since) < keep);
        let (keys, _, _) = inside.held.get(&(tenant, market))?;
        Some(Arc::clone(keys))
    }

    /// To be asked for before keys are read, and given to [`Vault::hold`].
    pub(super) fn changes(&self) -> u64 {
        lock(&self.shared).changes
    }

    /// Holds keys for a while, unless something has changed since they were read.
    pub(super) fn hold(
        &self,
        tenant: TenantId,
        market: Marketplace,
        (keys, now): (&Arc<MarketKeys>, Timestamp),
        changes: u64,
    ) {
        let mut inside = lock(&self.shared);
        if inside.changes != changes || self.keep.is_zero() {
            return;
        }
        inside.put += 1;
        let put = inside.put;
        inside
            .held
            .insert((tenant, market), (Arc::clone(keys), now, put));
        if inside.sweeping {
            return;
        }
        let (shared, keep) = (Arc::downgrade(&self.shared), self.keep);
        let started = std::thread::Builder::new()
            .name("keys".into())
            .spawn(move || sweep(&shared, keep));
        match started {
            Ok(_) => inside.sweeping = true,
            // Nobody would drop them: they are not held at all.
            Err(e) => {
                tracing::warn!("opened keys are not held: {e}");
                inside.held.clear();
            }
        }
    }

    /// Drops opened keys at once: they were changed, switched off or removed.
    pub(super) fn drop_all(&self) {
        let mut inside = lock(&self.shared);
        inside.changes += 1;
        inside.held.clear();
        drop(inside);
        self.shared.changed.notify_all();
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        self.drop_all();
    }
}

/// Drops what has been held for long enough, also when nobody asks any more; ends when nothing is held.
fn sweep(shared: &Weak<Shared>, keep: Duration) {
    let Some(shared) = shared.upgrade() else {
        return;
    };
    let mut inside = lock(&shared);
    while !inside.held.is_empty() {
        let upto = inside.put;
        let (woken, _) = shared
            .changed
            .wait_timeout_while(inside, keep, |inside| !inside.held.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        inside = woken;
        inside.held.retain(|_, (_, _, put)| *put > upto);
    }
    inside.sweeping = false;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::CountingEntropy;

    const NOW: Timestamp = Timestamp::from_seconds(1_763_600_000);
    const SHOP: TenantId = TenantId(1);
    const OWL: Marketplace = Marketplace::BrickOwl;

    fn keys() -> Arc<MarketKeys> {
        Arc::new(MarketKeys::BrickOwl(Secret::new("OWLKEY0000000001")))
    }

    fn vault(keep: Duration) -> Vault {
        Vault::new(
            MasterSource::Nowhere,
            Arc::new(CountingEntropy::default()),
            keep,
        )
    }

    fn later(seconds: i64) -> Timestamp {
        Timestamp::from_micros(NOW.micros() + seconds * 1_000_000)
    }

    #[test]
    fn opened_keys_live_briefly_and_go_at_once_when_changed() {
        let vault = vault(Duration::from_mins(1));
        vault.hold(SHOP, OWL, (&keys(), NOW), vault.changes());
        assert!(vault.held(SHOP, OWL, later(59)).is_some());
        assert!(vault.held(TenantId(2), OWL, NOW).is_none());
        assert!(vault.held(SHOP, OWL, later(60)).is_none());
        let before = vault.changes();
        vault.hold(SHOP, OWL, (&keys(), NOW), before);
        vault.drop_all();
        assert!(vault.held(SHOP, OWL, NOW).is_none());
        vault.hold(SHOP, OWL, (&keys(), NOW), before);
        assert!(
            vault.held(SHOP, OWL, NOW).is_none(),
            "what was read before a change is not held after it"
        );
    }

    #[test]
    fn they_go_even_if_nobody_asks() {
        let vault = vault(Duration::from_millis(5));
        let kept = keys();
        vault.hold(SHOP, OWL, (&kept, NOW), vault.changes());
        let patience = Duration::from_secs(20);
        // The sweeper tells nobody; looking again is bounded.
        let began = std::time::Instant::now();
        while Arc::strong_count(&kept) > 1 {
            assert!(began.elapsed() < patience, "still held");
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_seal_opens_for_its_own_shop_and_marketplace_only() {
        let dir = tempfile::tempdir().expect("a folder");
        let source = MasterSource::File(dir.path().join("master.key"));
        let entropy = CountingEntropy::default();
        let (master, head) = source.first(&entropy, NOW).expect("a key");
        let keys = keys();
        let (nonce, sealed) = seal(&entropy, (&master, &head), SHOP, &keys).expect("sealed");
        assert!(!sealed.windows(6).any(|part| part == b"OWLKEY"));
        let record = SealedKeys {
            master: head.key,
            nonce,
            sealed,
            account: account(&keys),
            hints: Vec::new(),
            enabled: true,
            entered: NOW,
            by: crate::domain::UserId(1),
            test: None,
        };
        let opened = open((&master, &head), SHOP, OWL, &record).expect("opened");
        assert_eq!(opened, *keys);
        assert!(open((&master, &head), TenantId(2), OWL, &record).is_err());
        assert!(open((&master, &head), SHOP, Marketplace::BrickLink, &record).is_err());
        let other_store = MasterHead {
            salt: [9; 16],
            ..head.clone()
        };
        assert!(open((&master, &other_store), SHOP, OWL, &record).is_err());
        for at in 0..record.sealed.len() {
            let mut touched = record.clone();
            touched.sealed[at] ^= 1;
            assert!(open((&master, &head), SHOP, OWL, &touched).is_err());
        }
        let (again, _) = seal(&entropy, (&master, &head), SHOP, &keys).expect("sealed");
        assert_ne!(again, nonce, "a nonce is never used twice");
    }
}
