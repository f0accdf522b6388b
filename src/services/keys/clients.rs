//! From opened keys to the clients of the marketplaces.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::Connector;
use super::vault::account;
use crate::clock::Clock;
use crate::domain::Secret;
use crate::domain::market::{BrickLinkKeys, Failure, MarketKeys, Purpose, StoreFacts};
use crate::entropy::Entropy;
use crate::market::bricklink::{BrickLink, Keys, Manner, Parts, Stamps};
use crate::market::brickowl::{BrickOwl, ColorMap, Settings};
use crate::market::retry::{Backoff, Sleeper};
use crate::market::{Gate, Transport};

/// Seconds that signatures of a burst may run ahead of the clock.
const LEAD: u32 = 60;

/// What clients are made of, but for keys and gate.
#[derive(Debug, Clone)]
pub struct Means {
    /// Carries calls.
    pub transport: Arc<dyn Transport>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Nonces and chance.
    pub entropy: Arc<dyn Entropy>,
    /// Waits between attempts.
    pub sleeper: Arc<dyn Sleeper>,
    /// Another address of BrickLink.
    pub bricklink: Option<String>,
    /// Another address of BrickOwl.
    pub brickowl: Option<String>,
}

/// Makes clients.
#[derive(Debug)]
pub struct Clients {
    means: Means,
    /// By account: all clients of a set of keys sign with rising times.
    stamps: Mutex<HashMap<u64, Arc<Stamps>>>,
    colors: Arc<ColorMap>,
}

impl Clients {
    /// Clients over these means.
    pub fn new(means: Means) -> Self {
        Self {
            means,
            stamps: Mutex::default(),
            colors: Arc::default(),
        }
    }

    fn stamps(&self, account: u64) -> Arc<Stamps> {
        let mut all = self.stamps.lock().unwrap_or_else(PoisonError::into_inner);
        let stamps = all
            .entry(account)
            .or_insert_with(|| Arc::new(Stamps::new(LEAD)));
        Arc::clone(stamps)
    }

    /// A client of BrickLink; `manner` where the usual one does not do.
    pub fn bricklink(
        &self,
        keys: &BrickLinkKeys,
        gate: Arc<dyn Gate>,
        manner: Option<Manner>,
    ) -> BrickLink {
        let mut manner = manner.unwrap_or_default();
        if let Some(base) = &self.means.bricklink {
            manner.base.clone_from(base);
        }
        let whole = MarketKeys::BrickLink(keys.clone());
        let parts = Parts {
            transport: Arc::clone(&self.means.transport),
            gate,
            clock: Arc::clone(&self.means.clock),
            entropy: Arc::clone(&self.means.entropy),
            sleeper: Arc::clone(&self.means.sleeper),
            stamps: self.stamps(account(&whole)),
        };
        let keys = Keys {
            consumer_key: keys.consumer_key.clone(),
            consumer_secret: keys.consumer_secret.clone(),
            token: keys.token.clone(),
            token_secret: keys.token_secret.clone(),
        };
        BrickLink::new(parts, manner, keys)
    }

    /// A client of BrickOwl.
    ///
    /// # Errors
    /// `Keys`, when the key cannot be one.
    pub fn brickowl(&self, key: &Secret, gate: Arc<dyn Gate>) -> Result<BrickOwl, Box<Failure>> {
        let mut settings = Settings::default();
        if let Some(base) = &self.means.brickowl {
            settings.base.clone_from(base);
        }
        let transport = Arc::clone(&self.means.transport);
        BrickOwl::new(transport, gate, key, settings, Arc::clone(&self.colors))
    }
}

/// A person waits for a test: one more attempt, soon, or none.
fn impatient() -> Manner {
    Manner {
        backoff: Backoff {
            attempts: 2,
            longest: Duration::from_secs(3),
            ..Backoff::default()
        },
        ..Manner::default()
    }
}

impl Connector for Clients {
    fn who(&self, keys: &MarketKeys, gate: Arc<dyn Gate>) -> Result<StoreFacts, Box<Failure>> {
        match keys {
            MarketKeys::BrickLink(keys) => self
                .bricklink(keys, gate, Some(impatient()))
                .who_am_i(Purpose::Person),
            MarketKeys::BrickOwl(key) => self.brickowl(key, gate)?.who(Purpose::Person),
        }
    }

    fn bricklink_client(&self, keys: &BrickLinkKeys, gate: Arc<dyn Gate>) -> Option<BrickLink> {
        Some(self.bricklink(keys, gate, None))
    }

    fn brickowl_client(
        &self,
        key: &Secret,
        gate: Arc<dyn Gate>,
    ) -> Option<Result<BrickOwl, Box<Failure>>> {
        Some(self.brickowl(key, gate))
    }
}
