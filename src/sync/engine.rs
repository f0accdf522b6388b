//! What is done when, at one marketplace of one shop: doubts first, then what is due, the most urgent
//! first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::round::Round;
use crate::domain::market::{Failure, Purpose};
use crate::domain::sync::RunCount;
use crate::domain::{Marketplace, TenantId, Timestamp};
use crate::entropy::Entropy;
use crate::error::Result;
use crate::services::App;
use crate::services::sync::Need;

/// After so many calls the queue is read anew: something more urgent may have come.
const SLICE: usize = 500;
/// Entries without need of a call that are closed in one transaction.
const CLOSED: usize = 500;
/// No run goes on for longer; the next tick begins another.
const PASSES: usize = 10_000;

/// Takes in the orders of a marketplace.
pub trait Intake: Send + Sync + std::fmt::Debug {
    /// Whether it is time to look for orders.
    fn is_due(&self, app: &App, tenant: TenantId, market: Marketplace) -> bool;

    /// Reads orders until nothing is new, and takes them in.
    ///
    /// # Errors
    /// What the marketplace or the store say; then nothing that hangs on them may be decided.
    fn take_in(
        &self,
        app: &App,
        tenant: TenantId,
        market: Marketplace,
    ) -> std::result::Result<(), Box<Failure>>;
}

/// Sends what waits, and finds out what became of what is not known.
#[derive(Debug)]
pub struct Engine {
    pub(super) app: Arc<App>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) intake: Option<Arc<dyn Intake>>,
    /// Where what a dead process was about to call was looked for.
    recovered: Mutex<BTreeSet<(TenantId, u8)>>,
    /// Whose budget for which calls is spent, and until when.
    spent: Mutex<BTreeMap<(TenantId, u8, Purpose), Timestamp>>,
}

impl Engine {
    /// An engine over a program; without an intake orders are not looked at.
    pub fn new(app: Arc<App>, entropy: Arc<dyn Entropy>, intake: Option<Arc<dyn Intake>>) -> Self {
        Self {
            app,
            entropy,
            intake,
            recovered: Mutex::default(),
            spent: Mutex::default(),
        }
    }

    /// Does everything that is due, at every marketplace of every shop, on the caller's thread. Whether
    /// anything was called or closed.
    ///
    /// # Errors
    /// `Storage` when the store cannot be read or written.
    pub fn tick(&self) -> Result<bool> {
        let mut any = false;
        for (tenant, market) in self.app.sync_places()? {
            any |= self.run(tenant, market)?.is_some();
        }
        Ok(any)
    }

    /// Does everything that is due at one marketplace; `None`: there was nothing.
    ///
    /// # Errors
    /// `Storage` when the store cannot be read or written.
    pub fn run(&self, tenant: TenantId, market: Marketplace) -> Result<Option<RunCount>> {
        self.recover(tenant, market)?;
        let began = self.app.now();
        let state = self.app.sync_state(tenant, market)?;
        let held = state.held.as_ref().is_some_and(|(until, _)| *until > began);
        if !state.sends() || held {
            return Ok(None);
        }
        let mut round = Round::new(self, tenant, market, state.batches);
        let mut worked = false;
        if let Some(intake) = &self.intake
            && intake.is_due(&self.app, tenant, market)
        {
            worked = true;
            round.orders();
        }
        for _ in 0..PASSES {
            if round.is_held() {
                break;
            }
            let done = self.pass(&mut round)?;
            worked |= done;
            if !done {
                break;
            }
        }
        if state.held.is_some() && !round.is_held() {
            self.app.hold_sync(tenant, market, None)?;
        }
        if !worked && !round.is_held() {
            return Ok(None);
        }
        let count = round.finish(began)?;
        Ok(Some(count))
    }

    /// Such calls are not made before this time.
    pub(super) fn note_spent(
        &self,
        tenant: TenantId,
        market: Marketplace,
        purpose: Purpose,
        until: Timestamp,
    ) {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.insert((tenant, market as u8, purpose), until);
    }

    /// Whether such calls may be made again.
    pub(super) fn may_spend(
        &self,
        tenant: TenantId,
        market: Marketplace,
        purpose: Purpose,
    ) -> bool {
        let now = self.app.now();
        let spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let until = spent.get(&(tenant, market as u8, purpose));
        until.is_none_or(|until| *until <= now)
    }

    fn recover(&self, tenant: TenantId, market: Marketplace) -> Result<()> {
        let place = (tenant, market as u8);
        let known = |set: &BTreeSet<_>| set.contains(&place);
        if known(
            &self
                .recovered
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        ) {
            return Ok(());
        }
        self.app.sync_recover(tenant, market)?;
        let mut all = self
            .recovered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        all.insert(place);
        Ok(())
    }

    /// One look at what is due; whether anything was done.
    fn pass(&self, round: &mut Round<'_>) -> Result<bool> {
        let (tenant, market) = (round.tenant, round.market);
        let doubts = self.app.sync_doubts(tenant, market)?;
        let mut done = !doubts.is_empty();
        if done {
            round.resolve(&doubts)?;
            if round.is_held() {
                return Ok(true);
            }
        }
        let queue = self.app.sync_queue(tenant, market)?;
        let of = |needs: &[Need]| -> Vec<_> {
            let wanted = queue.iter().filter(|one| needs.contains(&one.need));
            wanted.copied().collect()
        };
        for piece in of(&[Need::Close]).chunks(CLOSED) {
            let lots: Vec<_> = piece.iter().map(|one| one.lot).collect();
            let allow = round.nothing();
            done |= self.app.journal(tenant, market, &lots, allow)?.closed > 0;
        }
        let mut calls = 0;
        let mut due = of(&[Need::Batch, Need::Single]);
        due.retain(|one| one.may_go(round.allow));
        for piece in round.pieces(&due) {
            if round.is_held() || calls >= SLICE {
                break;
            }
            let sent = round.send(&piece)?;
            calls += sent;
            done |= sent > 0;
        }
        let lookups = of(&[Need::Lookup]);
        if calls < SLICE && !round.is_held() && !lookups.is_empty() {
            let lots: Vec<_> = lookups.iter().take(SLICE).map(|one| one.lot).collect();
            done |= round.look_up(&lots)?;
        }
        Ok(done)
    }
}
