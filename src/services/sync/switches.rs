//! Switching synchronisation with a marketplace on, off or to rest, and the shop's rules for it: an owner's
//! verbs.

use crate::domain::sync::{MarketSync, SyncRules};
use crate::domain::{AuditKind, Marketplace, Scope};
use crate::error::{Error, Result};
use crate::services::App;
use crate::services::audit;
use crate::services::people::Threshold;
use crate::services::rights::{Right, allow};
use crate::store::{Batch, Decided};

/// What is switched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// Changes are marked and sent.
    On,
    /// Changes are not even marked; nothing is forgotten of what was agreed.
    Off,
    /// Changes are marked and nothing is sent.
    Pause,
    /// They are sent again.
    Resume,
}

impl App {
    /// Switches synchronisation with a marketplace; `currency`: that of the store there, where it is known.
    ///
    /// # Errors
    /// `Forbidden` for others than owners; `Conflict` when the marketplace is not connected.
    pub fn switch_sync(
        &self,
        scope: &Scope,
        door: &Threshold,
        market: Marketplace,
        switch: Switch,
    ) -> Result<MarketSync> {
        allow(scope, Right::Settings)?;
        let (scope, door) = (*scope, door.clone());
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let before = shop.market_sync(market)?;
            let mut after = before.clone();
            let keys = shop.sealed_keys(market)?;
            if switch == Switch::On {
                let Some(keys) = keys.as_ref().filter(|keys| keys.enabled) else {
                    return Err(Error::conflict(format!(
                        "{} is not connected. Connect it with `brickops market connect {}`.",
                        market.name(),
                        market.name().to_lowercase()
                    )));
                };
                if let Some(facts) = keys.test.as_ref().and_then(|test| test.facts.as_ref()) {
                    after.currency.clone_from(&facts.currency);
                }
            }
            let what = match switch {
                Switch::On => {
                    after.on = true;
                    after.paused = false;
                    after.held = None;
                    "switched on"
                }
                Switch::Off => {
                    after.on = false;
                    "switched off"
                }
                Switch::Pause => {
                    after.paused = true;
                    "paused"
                }
                Switch::Resume => {
                    after.paused = false;
                    after.held = None;
                    "resumed"
                }
            };
            if after == before {
                return Ok(Decided::unchanged(after));
            }
            let mut batch = Batch::new();
            batch.put_market_sync(&scope, market, after.clone());
            let kind = AuditKind::SettingsChanged;
            let detail = format!("synchronisation with {} {what}", market.name());
            audit::note(&mut batch, &shop, &scope, &door, kind, detail)?;
            Ok(Decided::new(after, batch))
        })
    }

    /// What the shop has decided about synchronisation.
    ///
    /// # Errors
    /// `Forbidden` without the right to see the inventory.
    pub fn sync_rules(&self, scope: &Scope) -> Result<SyncRules> {
        allow(scope, Right::ReadInventory)?;
        self.store.read(|tx| tx.shop(scope).sync_rules())
    }

    /// Decides anew.
    ///
    /// # Errors
    /// `Forbidden` for others than owners; `Invalid` for figures that make no sense.
    pub fn set_sync_rules(&self, scope: &Scope, door: &Threshold, rules: SyncRules) -> Result<()> {
        allow(scope, Right::Settings)?;
        checked(&rules)?;
        let (scope, door) = (*scope, door.clone());
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            if shop.sync_rules()? == rules {
                return Ok(Decided::unchanged(()));
            }
            let mut batch = Batch::new();
            batch.put_sync_rules(&scope, rules);
            let kind = AuditKind::SettingsChanged;
            audit::note(
                &mut batch,
                &shop,
                &scope,
                &door,
                kind,
                "rules of synchronisation",
            )?;
            Ok(Decided::new((), batch))
        })
    }
}

fn checked(rules: &SyncRules) -> Result<()> {
    if !(1..=1_440).contains(&rules.poll_minutes) {
        return Err(Error::invalid(
            "Orders are looked for every 1 to 1440 minutes.",
        ));
    }
    if !(1..=100).contains(&rules.tries) {
        return Err(Error::invalid("An entry is tried 1 to 100 times."));
    }
    if !(1..=3_650).contains(&rules.keep_days) {
        return Err(Error::invalid("What was sent is kept for 1 to 3650 days."));
    }
    let odd = rules
        .rates
        .iter()
        .find(|rate| rate.times == 0 || rate.per == 0 || rate.currency.len() != 3);
    if let Some(rate) = odd {
        return Err(Error::invalid(format!(
            "The rate of {} makes no sense. Write a currency of three letters and two whole numbers.",
            rate.currency
        )));
    }
    Ok(())
}
