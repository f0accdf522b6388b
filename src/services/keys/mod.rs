//! Connecting a marketplace: keys are entered, sealed, tried, switched off, removed.
//!
//! An owner's verbs; changes ask for the password again and are written to the audit log without any part
//! of a key. Clients get opened keys from [`App::market_keys`] and a gate from [`App::market_gate`].

mod clients;
mod master;
mod reseal;
mod vault;

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

pub use clients::{Clients, Means};
pub use master::MasterSource;
use vault::Vault;

use super::audit;
use super::gates::Gates;
use super::people::Threshold;
use super::rights::{Right, allow};
use crate::domain::market::advice::advice;
use crate::domain::market::{
    BrickLinkKeys, Class, Failure, KeyState, KeyTest, Lane, MarketKeys, MarketRow, Service,
    StoreFacts,
};
use crate::domain::{AuditKind, Marketplace, Scope, Secret, TenantId};
use crate::entropy::Entropy;
use crate::error::{Error, Result};
use crate::market::Gate;
use crate::market::bricklink::BrickLink;
use crate::market::brickowl::BrickOwl;
use crate::services::App;
use crate::store::market_keys::SealedKeys;
use crate::store::{Batch, Decided, Tx};

/// The marketplaces, in the order of screens.
pub const MARKETS: [Marketplace; 2] = [Marketplace::BrickLink, Marketplace::BrickOwl];

/// Opened keys live in memory for this long at the most.
pub const KEPT: Duration = Duration::from_mins(1);

/// Asks a marketplace who somebody is. Behind it stand the real clients.
pub trait Connector: Send + Sync + std::fmt::Debug {
    /// Whom the keys belong to. Blocks until there is an answer.
    ///
    /// # Errors
    /// What the client says; never with a secret in it.
    fn who(
        &self,
        keys: &MarketKeys,
        gate: Arc<dyn Gate>,
    ) -> std::result::Result<StoreFacts, Box<Failure>>;

    /// A client of BrickLink for these keys; `None` where nobody but [`Self::who`] is asked.
    fn bricklink_client(&self, _: &BrickLinkKeys, _: Arc<dyn Gate>) -> Option<BrickLink> {
        None
    }

    /// A client of BrickOwl for this key; `None` where nobody but [`Self::who`] is asked.
    ///
    /// # Errors
    /// `Keys`, when the key cannot be one.
    fn brickowl_client(
        &self,
        _: &Secret,
        _: Arc<dyn Gate>,
    ) -> Option<std::result::Result<BrickOwl, Box<Failure>>> {
        None
    }
}

/// Keys that were opened, and what their calls are counted by.
#[derive(Debug, Clone)]
pub struct OpenedKeys {
    /// The keys.
    pub keys: Arc<MarketKeys>,
    /// Fingerprint of the account.
    pub account: u64,
}

/// What keys need beside the store.
#[derive(Debug)]
pub(crate) struct Keys {
    vault: Vault,
    connector: Option<Arc<dyn Connector>>,
}

impl Keys {
    pub(crate) fn new(
        source: MasterSource,
        entropy: Arc<dyn Entropy>,
        keep: Duration,
        connector: Option<Arc<dyn Connector>>,
    ) -> Self {
        Self {
            vault: Vault::new(source, entropy, keep),
            connector,
        }
    }

    /// Whether anybody outside can be called at all.
    pub(crate) const fn can_call(&self) -> bool {
        self.connector.is_some()
    }

    /// A client of BrickLink; `None` when nobody is called.
    pub(crate) fn bricklink(&self, keys: &BrickLinkKeys, gate: Arc<dyn Gate>) -> Option<BrickLink> {
        self.connector.as_ref()?.bricklink_client(keys, gate)
    }

    /// A client of BrickOwl; `None` when nobody is called.
    pub(crate) fn brickowl(
        &self,
        key: &Secret,
        gate: Arc<dyn Gate>,
    ) -> Option<std::result::Result<BrickOwl, Box<Failure>>> {
        self.connector.as_ref()?.brickowl_client(key, gate)
    }
}

fn no_keys(market: Marketplace) -> Error {
    Error::not_found(format!(
        "{} is not connected. Connect it with `brickops market connect {}`.",
        market.name(),
        market.name().to_lowercase()
    ))
}

impl App {
    /// Every marketplace as it stands.
    pub fn markets(&self, scope: &Scope) -> Result<Vec<MarketRow>> {
        allow(scope, Right::Credentials)?;
        let records = self.store.read(|tx| {
            let shop = tx.shop(scope);
            let head = tx.master_head()?;
            let mut found = Vec::new();
            for market in MARKETS {
                let record = shop.sealed_keys(market)?;
                let by = match &record {
                    Some(record) => shop.person(record.by)?.map(|person| person.name),
                    None => None,
                };
                found.push((market, record, by.unwrap_or_default()));
            }
            Ok((found, head))
        });
        let (records, head) = records?;
        let any = records.iter().any(|(_, record, _)| record.is_some());
        let locked = match head {
            Some(head) if any => self.keys.vault.source.open(&head).err(),
            _ => None,
        };
        records
            .into_iter()
            .map(|(market, record, by)| {
                let budget = record
                    .as_ref()
                    .map(|record| {
                        let lane = Lane::of(market.into());
                        self.gates.gate(scope.tenant, lane, record.account).view()
                    })
                    .transpose()?;
                Ok(row(market, record, by, budget, locked.as_ref()))
            })
            .collect()
    }

    /// Keeps keys of a marketplace, instead of any before. They are not tried by that.
    ///
    /// # Errors
    /// `Invalid` for what cannot be a key, `Storage` when there is no master key to seal with.
    pub fn connect_market(
        &self,
        scope: &Scope,
        door: &Threshold,
        market: Marketplace,
        values: &[Secret],
    ) -> Result<()> {
        self.guard(scope, door, Right::Credentials)?;
        let keys = MarketKeys::entered(market, values).map_err(Error::invalid)?;
        let head = self.master_head()?;
        let master = self.keys.vault.source.open(&head)?;
        let (nonce, sealed) = vault::seal(
            &*self.keys.vault.entropy,
            (&master, &head),
            scope.tenant,
            &keys,
        )?;
        let record = SealedKeys {
            master: head.key,
            nonce,
            sealed,
            account: vault::account(&keys),
            hints: keys.hints(),
            enabled: true,
            entered: scope.now,
            by: scope.user,
            test: None,
        };
        self.change_keys(scope, door, market, move |tx, before| {
            // Somebody has sealed everything anew meanwhile.
            if tx.master_head()?.is_none_or(|now| now.key != record.master) {
                return Err(Error::conflict(
                    "The master key was changed a moment ago. Enter the keys again.",
                ));
            }
            let what = if before.is_some() {
                "replaced"
            } else {
                "connected"
            };
            Ok(Some((what, Some(record))))
        })
    }

    /// Switches keys off, or on again.
    pub fn enable_market(
        &self,
        scope: &Scope,
        door: &Threshold,
        market: Marketplace,
        enabled: bool,
    ) -> Result<()> {
        self.guard(scope, door, Right::Credentials)?;
        self.change_keys(scope, door, market, move |_, before| {
            let mut record = before.ok_or_else(|| no_keys(market))?;
            if record.enabled == enabled {
                return Ok(None);
            }
            record.enabled = enabled;
            let what = if enabled {
                "switched on"
            } else {
                "switched off"
            };
            Ok(Some((what, Some(record))))
        })
    }

    /// Removes keys for good.
    pub fn remove_market(
        &self,
        scope: &Scope,
        door: &Threshold,
        market: Marketplace,
    ) -> Result<()> {
        self.guard(scope, door, Right::Credentials)?;
        self.change_keys(scope, door, market, move |_, before| {
            before.ok_or_else(|| no_keys(market))?;
            Ok(Some(("removed", None)))
        })
    }

    fn change_keys(
        &self,
        scope: &Scope,
        door: &Threshold,
        market: Marketplace,
        change: impl FnOnce(
            &Tx<'_>,
            Option<SealedKeys>,
        ) -> Result<Option<(&'static str, Option<SealedKeys>)>>
        + Send
        + 'static,
    ) -> Result<()> {
        let (scope, door) = (*scope, door.clone());
        let changed = self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let Some((what, after)) = change(tx, shop.sealed_keys(market)?)? else {
                return Ok(Decided::unchanged(()));
            };
            let mut batch = Batch::new();
            batch.put_sealed_keys(&scope, market, after);
            let kind = AuditKind::CredentialChanged;
            let detail = format!("keys of {} {what}", market.name());
            audit::note(&mut batch, &shop, &scope, &door, kind, detail)?;
            Ok(Decided::new((), batch))
        });
        // Also when nobody knows whether it was written.
        self.keys.vault.drop_all();
        changed
    }

    /// Tries the keys at the marketplace and remembers what came of it. Failing is an outcome here, no
    /// error. Keys that are switched off can be tried.
    ///
    /// # Errors
    /// `NotFound` without keys, `Storage` without the master key.
    pub fn test_market(&self, scope: &Scope, market: Marketplace) -> Result<KeyTest> {
        allow(scope, Right::Credentials)?;
        let record = self
            .store
            .read(|tx| tx.shop(scope).sealed_keys(market))?
            .ok_or_else(|| no_keys(market))?;
        let opened = self.open_record(scope.tenant, market, &record)?;
        let lane = Lane::of(market.into());
        let gate = self.gates.gate(scope.tenant, lane, record.account);
        let asked = match &self.keys.connector {
            Some(connector) => {
                connector.who(&opened.keys, Arc::<super::gates::Keeper>::clone(&gate))
            }
            None => Err(Box::new(Failure::new(
                market.into(),
                Class::Offline,
                "External calls are switched off.",
            ))),
        };
        let left = gate.view()?.left();
        let test = told(market, asked, left, self.clock.now());
        let (scope, kept, nonce) = (*scope, test.clone(), record.nonce);
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            // They were replaced meanwhile: this says nothing about the new ones.
            let same = |record: &SealedKeys| record.nonce == nonce;
            let Some(mut now) = shop.sealed_keys(market)?.filter(same) else {
                return Ok(Decided::unchanged(()));
            };
            now.test = Some(kept);
            let mut batch = Batch::new();
            batch.put_sealed_keys(&scope, market, Some(now));
            Ok(Decided::new((), batch))
        })?;
        Ok(test)
    }

    /// Opened keys for a client, and what their calls are counted by.
    ///
    /// # Errors
    /// `NoKeys` when there are none, they are switched off, or the master key is missing.
    pub fn market_keys(
        &self,
        tenant: TenantId,
        market: Marketplace,
    ) -> std::result::Result<OpenedKeys, Box<Failure>> {
        let none =
            |text: String| Box::new(Failure::new(Service::from(market), Class::NoKeys, text));
        let now = self.clock.now();
        if let Some(keys) = self.keys.vault.held(tenant, market, now) {
            let account = vault::account(&keys);
            return Ok(OpenedKeys { keys, account });
        }
        let changes = self.keys.vault.changes();
        let scope = Scope::owner(tenant, crate::domain::UserId(0), now);
        let record = self
            .store
            .read(|tx| tx.shop(&scope).sealed_keys(market))
            .map_err(|e| none(e.message))?
            .ok_or_else(|| none(no_keys(market).message))?;
        if !record.enabled {
            return Err(none(format!(
                "{} is switched off. Switch it on with `brickops market enable {}`.",
                market.name(),
                market.name().to_lowercase()
            )));
        }
        let opened = self
            .open_record(tenant, market, &record)
            .map_err(|e| none(e.message))?;
        let vault = &self.keys.vault;
        vault.hold(tenant, market, (&opened.keys, now), changes);
        Ok(opened)
    }

    /// The gate that the calls of an account pass.
    pub fn market_gate(&self, tenant: TenantId, lane: Lane, account: u64) -> Arc<dyn Gate> {
        self.gates.passage(tenant, lane, account)
    }

    /// The calls of every account, for whoever measures the server.
    ///
    /// # Errors
    /// `Storage` when the store cannot be read.
    pub fn budgets(&self) -> Result<Vec<(TenantId, crate::domain::market::BudgetView)>> {
        self.gates.views()
    }

    fn open_record(
        &self,
        tenant: TenantId,
        market: Marketplace,
        record: &SealedKeys,
    ) -> Result<OpenedKeys> {
        let head = self.store.read(reseal::sealed_with)?.ok_or_else(|| {
            Error::storage("The head of the master key is missing. Restore the latest backup.")
        })?;
        let master = self.keys.vault.source.open(&head)?;
        let keys = vault::open((&master, &head), tenant, market, record)?;
        Ok(OpenedKeys {
            keys: Arc::new(keys),
            account: record.account,
        })
    }
}

impl Gates {
    /// One gate for a lane; BrickOwl's also knows batches.
    fn passage(&self, tenant: TenantId, lane: Lane, account: u64) -> Arc<dyn Gate> {
        match lane {
            Lane::BrickOwl | Lane::BrickOwlBatch => self.owl_gate(tenant, account),
            _ => self.gate(tenant, lane, account),
        }
    }
}

fn row(
    market: Marketplace,
    record: Option<SealedKeys>,
    by: String,
    budget: Option<crate::domain::market::BudgetView>,
    locked: Option<&Error>,
) -> MarketRow {
    let Some(record) = record else {
        return MarketRow {
            market,
            state: KeyState::None,
            enabled: false,
            hints: Vec::new(),
            entered: None,
            by: String::new(),
            test: None,
            budget: None,
            locked: None,
        };
    };
    let state = match &record.test {
        None => KeyState::Untested,
        Some(test) if test.facts.is_some() => KeyState::Valid,
        // A failure that says nothing about the keys leaves them untested.
        Some(test) if test.class.is_some_and(says_nothing) => KeyState::Untested,
        Some(_) => KeyState::Failing,
    };
    MarketRow {
        market,
        state,
        enabled: record.enabled,
        hints: record.hints,
        entered: Some(record.entered),
        by,
        test: record.test,
        budget,
        locked: locked.map(|e| e.message.clone()),
    }
}

fn says_nothing(class: Class) -> bool {
    matches!(class, Class::Offline | Class::Budget | Class::Held)
}

fn told(
    market: Marketplace,
    asked: std::result::Result<StoreFacts, Box<Failure>>,
    left: u32,
    at: crate::domain::Timestamp,
) -> KeyTest {
    match asked {
        Ok(facts) => {
            let mut text = format!("{} answers", market.name());
            for (what, value) in [
                (" as ", &facts.user),
                (", store ", &facts.store),
                (", prices in ", &facts.currency),
            ] {
                if !value.is_empty() {
                    text.push_str(what);
                    text.push_str(value);
                }
            }
            if facts.open == Some(false) {
                text.push_str(", the store is closed");
            }
            let span = match market {
                Marketplace::BrickLink => "today",
                Marketplace::BrickOwl => "this minute",
            };
            let _ = write!(text, "; {left} calls left {span}.");
            KeyTest {
                at,
                facts: Some(facts),
                class: None,
                text,
                advice: String::new(),
            }
        }
        Err(failure) => KeyTest {
            at,
            facts: None,
            class: Some(failure.class),
            advice: advice(&failure),
            text: failure.text,
        },
    }
}
