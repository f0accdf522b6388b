//! Sealed keys of marketplaces, and the calls that were made with them.
//!
//! What lies here is of no use without the master key, which never comes here.

use std::ops::ControlFlow;

use redb::WriteTransaction;
use serde::{Deserialize, Serialize};

use super::codec::{pack, unpack};
use super::shop::ShopWrite;
use super::tables::{BUDGETS, MARKET_KEYS, MASTER};
use super::{Batch, Shop, Tx, disk};
use crate::domain::market::{KeyTest, Lane, Spent};
use crate::domain::{Marketplace, Scope, TenantId, Timestamp, Topic, UserId};
use crate::error::Result;

/// The keys of a shop at a marketplace, sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedKeys {
    /// With which master key.
    pub master: [u8; 8],
    /// Never used twice.
    pub nonce: [u8; 24],
    /// What only the master key opens.
    pub sealed: Vec<u8>,
    /// Fingerprint of the value that calls are counted by.
    pub account: u64,
    /// What may be shown of each value.
    pub hints: Vec<String>,
    /// They may be used.
    pub enabled: bool,
    /// When they were entered.
    pub entered: Timestamp,
    /// By whom.
    pub by: UserId,
    /// The last test.
    pub test: Option<KeyTest>,
}

/// Which master key everything is sealed with. It proves a key, and tells nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MasterHead {
    /// Fingerprint of the key.
    pub key: [u8; 8],
    /// For a passphrase, and bound into every seal.
    pub salt: [u8; 16],
    /// Memory in KiB, passes and lanes that make a key of a passphrase; `None`: the key is no passphrase.
    pub costs: Option<(u32, u32, u32)>,
    /// Since when.
    pub since: Timestamp,
}

/// A write about keys and calls.
#[derive(Debug)]
pub(super) enum MarketWrite {
    Keys(Marketplace, Option<Box<SealedKeys>>),
    Master(Box<MasterHead>),
    Spent(Lane, u64, Box<Spent>),
}

/// Applies one write.
pub(super) fn apply(tx: &WriteTransaction, tenant: u32, write: MarketWrite) -> Result<()> {
    match write {
        MarketWrite::Keys(market, keys) => {
            let mut table = tx
                .open_table(MARKET_KEYS.definition())
                .map_err(|e| disk(&e))?;
            let key = (tenant, market as u8);
            match keys {
                Some(keys) => table.insert(key, pack(&*keys)?.as_slice()),
                None => table.remove(key),
            }
            .map_err(|e| disk(&e))?;
        }
        MarketWrite::Master(head) => {
            tx.open_table(MASTER.definition())
                .map_err(|e| disk(&e))?
                .insert(0, pack(&*head)?.as_slice())
                .map_err(|e| disk(&e))?;
        }
        MarketWrite::Spent(lane, account, spent) => {
            tx.open_table(BUDGETS.definition())
                .map_err(|e| disk(&e))?
                .insert((tenant, lane as u8, account), pack(&*spent)?.as_slice())
                .map_err(|e| disk(&e))?;
        }
    }
    Ok(())
}

impl Tx<'_> {
    /// With which master key everything is sealed; `None` while nothing ever was.
    pub fn master_head(&self) -> Result<Option<MasterHead>> {
        self.get(&MASTER, 0)
    }

    /// The sealed keys of every shop: for sealing all of them anew.
    pub fn every_sealed(&self) -> Result<Vec<(TenantId, Marketplace, SealedKeys)>> {
        let mut found = Vec::new();
        self.walk::<(u32, u8), &[u8], (u32, u8)>(
            MARKET_KEYS.definition(),
            ..,
            |(tenant, market), bytes| {
                let market = match market {
                    0 => Marketplace::BrickLink,
                    _ => Marketplace::BrickOwl,
                };
                found.push((TenantId(tenant), market, unpack(bytes)?));
                Ok(ControlFlow::Continue(()))
            },
        )?;
        Ok(found)
    }
}

impl Shop<'_> {
    /// The sealed keys of a marketplace.
    pub fn sealed_keys(&self, market: Marketplace) -> Result<Option<SealedKeys>> {
        self.tx.get(&MARKET_KEYS, (self.tenant, market as u8))
    }

    /// The calls that were made with an account's keys.
    pub fn spent(&self, lane: Lane, account: u64) -> Result<Option<Spent>> {
        self.tx.get(&BUDGETS, (self.tenant, lane as u8, account))
    }
}

impl Batch {
    /// Keeps the sealed keys of a marketplace, or none any more.
    pub fn put_sealed_keys(
        &mut self,
        scope: &Scope,
        market: Marketplace,
        keys: Option<SealedKeys>,
    ) {
        let write = MarketWrite::Keys(market, keys.map(Box::new));
        self.push(ShopWrite::Market(scope.tenant.0, write));
        self.changed(scope, Topic::Markets, []);
    }

    /// From now on everything is sealed with this master key.
    pub fn put_master_head(&mut self, head: MasterHead) {
        self.push(ShopWrite::Market(0, MarketWrite::Master(Box::new(head))));
    }

    /// Writes down the calls of an account. Nobody is told: figures are asked for when they are shown.
    pub fn put_spent(&mut self, tenant: TenantId, lane: Lane, account: u64, spent: Spent) {
        let write = MarketWrite::Spent(lane, account, Box::new(spent));
        self.push(ShopWrite::Market(tenant.0, write));
    }
}
