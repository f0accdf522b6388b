//! The master key of the whole server: made with the first account, changed, given up.

use super::vault;
use crate::domain::AuditKind;
use crate::domain::Scope;
use crate::error::{Error, Result};
use crate::services::people::{Threshold, operator_only};
use crate::services::{App, audit};
use crate::store::market_keys::{MasterHead, SealedKeys};
use crate::store::{Batch, Decided, Tx};

/// With which master key everything is sealed.
pub(super) fn sealed_with(tx: &Tx<'_>) -> Result<Option<MasterHead>> {
    tx.master_head()
}

impl App {
    /// Makes or reads the master key when an account is opened. The shop works without one, so this only
    /// warns.
    pub(in crate::services) fn prepare_master(&self) {
        if matches!(self.keys.vault.source, super::MasterSource::Nowhere) {
            return;
        }
        if let Err(e) = self.master_head() {
            tracing::warn!("marketplaces cannot be connected yet: {e}");
        }
    }

    /// What everything is sealed with; the first key where nothing ever was.
    pub(super) fn master_head(&self) -> Result<MasterHead> {
        if let Some(head) = self.store.read(sealed_with)? {
            return Ok(head);
        }
        let vault = &self.keys.vault;
        let (_, head) = vault.source.first(&*vault.entropy, self.clock.now())?;
        self.store.write(move |tx| {
            // Somebody may have been faster.
            if let Some(head) = tx.master_head()? {
                return Ok(Decided::unchanged(head));
            }
            let mut batch = Batch::new();
            batch.put_master_head(head.clone());
            Ok(Decided::new(head, batch))
        })
    }

    /// Seals the keys of every shop with a new master key, in one transaction; the operator's verb. How
    /// many there were.
    ///
    /// # Errors
    /// `Storage` when the present master key is missing: nothing was changed then.
    pub fn rotate_master(&self, door: &Threshold) -> Result<u32> {
        operator_only(door, "change the master key")?;
        let vault = &self.keys.vault;
        let before = self.master_head()?;
        let master = vault.source.open(&before)?;
        let now = self.clock.now();
        let (next, head) = vault.source.next(&*vault.entropy, &master, now)?;
        let (entropy, door) = (std::sync::Arc::clone(&vault.entropy), door.clone());
        let sealed = self.store.write(move |tx| {
            if tx.master_head()?.as_ref() != Some(&before) {
                return Err(Error::conflict(
                    "The master key was changed a moment ago. Look at `brickops market status`.",
                ));
            }
            let mut batch = Batch::new();
            let mut count = 0;
            for (tenant, market, record) in tx.every_sealed()? {
                let keys = vault::open((&master, &before), tenant, market, &record)?;
                let (nonce, sealed) = vault::seal(&*entropy, (&next, &head), tenant, &keys)?;
                let scope = Scope::owner(tenant, crate::domain::UserId(0), now);
                let anew = SealedKeys {
                    master: head.key,
                    nonce,
                    sealed,
                    ..record
                };
                batch.put_sealed_keys(&scope, market, Some(anew));
                let detail = format!("keys of {} sealed with another master key", market.name());
                let kind = AuditKind::CredentialChanged;
                audit::note(&mut batch, &tx.shop(&scope), &scope, &door, kind, detail)?;
                count += 1;
            }
            batch.put_master_head(head);
            Ok(Decided::new(count, batch))
        });
        self.keys.vault.drop_all();
        let count = sealed?;
        self.keys.vault.source.settle()?;
        Ok(count)
    }

    /// The master key is lost for good: removes what was sealed with it, and begins with another one. The
    /// operator's verb. How many were removed.
    ///
    /// # Errors
    /// `Conflict` when the master key is there after all.
    pub fn forget_master(&self, door: &Threshold) -> Result<u32> {
        operator_only(door, "give up the master key")?;
        let vault = &self.keys.vault;
        let before = self.master_head()?;
        if vault.source.open(&before).is_ok() {
            return Err(Error::conflict(
                "The master key is there and opens everything. Nothing was removed.",
            ));
        }
        let now = self.clock.now();
        let (_, head) = vault.source.first(&*vault.entropy, now)?;
        let door = door.clone();
        let removed = self.store.write(move |tx| {
            let mut batch = Batch::new();
            let mut count = 0;
            for (tenant, market, _) in tx.every_sealed()? {
                let scope = Scope::owner(tenant, crate::domain::UserId(0), now);
                batch.put_sealed_keys(&scope, market, None);
                let detail = format!("keys of {} removed with a lost master key", market.name());
                let kind = AuditKind::CredentialChanged;
                audit::note(&mut batch, &tx.shop(&scope), &scope, &door, kind, detail)?;
                count += 1;
            }
            batch.put_master_head(head);
            Ok(Decided::new(count, batch))
        });
        self.keys.vault.drop_all();
        removed
    }
}
