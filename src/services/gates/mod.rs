//! Budgets and breakers: whether a call to a service may be made now.
//!
//! Implements [`crate::market::Gate`]. One keeper for each account and lane; the clients see a gate only.

mod keeper;
mod line;
mod patience;
mod single_flight;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

pub use keeper::{Alarm, Keeper};
pub use line::Line;
pub use patience::{MovedPatience, Patience, RealPatience};
pub use single_flight::SingleFlight;

use crate::clock::Clock;
use crate::domain::TenantId;
use crate::domain::market::{BudgetView, Failure, Lane, Plan, Purpose, Service};
use crate::entropy::Entropy;
use crate::error::Result;
use crate::market::{Gate, Open, Outcome, Told};
use crate::services::machine_room::Meter;
use crate::store::Store;
use keeper::Means;

/// How many calls the services take, where an operator has said so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CallLimits {
    /// BrickLink, in 24 hours.
    pub bricklink: Option<u32>,
    /// BrickOwl, in a minute.
    pub brickowl: Option<u32>,
    /// Brickognize, in an hour.
    pub brickognize: Option<u32>,
}

impl CallLimits {
    const fn of(&self, lane: Lane) -> Option<u32> {
        match lane {
            Lane::BrickLink => self.bricklink,
            Lane::BrickOwl => self.brickowl,
            Lane::BrickOwlBatch => None,
            Lane::Brickognize => self.brickognize,
        }
    }
}

type Place = (TenantId, Lane, u64);

/// All gates.
pub struct Gates {
    means: Means,
    limits: CallLimits,
    keepers: Mutex<HashMap<Place, Arc<Keeper>>>,
}

impl std::fmt::Debug for Gates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gates").finish_non_exhaustive()
    }
}

/// What gates need beside the store.
#[derive(Clone)]
pub struct GateSetup {
    /// Waits.
    pub patience: Arc<dyn Patience>,
    /// Tells absent people.
    pub alarm: Alarm,
    /// Refuse every call.
    pub offline: bool,
    /// How many calls the services take.
    pub limits: CallLimits,
    /// Counts them.
    pub meter: Arc<Meter>,
}

impl std::fmt::Debug for GateSetup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GateSetup").finish_non_exhaustive()
    }
}

impl Gates {
    /// Gates over a store.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        setup: GateSetup,
    ) -> Self {
        Self {
            means: Means {
                store,
                clock,
                entropy,
                patience: setup.patience,
                alarm: setup.alarm,
                offline: setup.offline,
                meter: setup.meter,
            },
            limits: setup.limits,
            keepers: Mutex::default(),
        }
    }

    /// The keeper of an account's lane; there is one for all who ask.
    pub fn gate(&self, tenant: TenantId, lane: Lane, account: u64) -> Arc<Keeper> {
        let mut keepers = self.keepers.lock().unwrap_or_else(PoisonError::into_inner);
        let keeper = keepers.entry((tenant, lane, account)).or_insert_with(|| {
            let plan = Plan::of(lane, self.limits.of(lane));
            Arc::new(Keeper::new(self.means.clone(), tenant, account, plan))
        });
        Arc::clone(keeper)
    }

    /// Every budget that was used since the program started.
    ///
    /// # Errors
    /// `Storage` when the store cannot be read.
    pub fn views(&self) -> Result<Vec<(TenantId, BudgetView)>> {
        let keepers = self.keepers.lock().unwrap_or_else(PoisonError::into_inner);
        let all: Vec<_> = keepers
            .iter()
            .map(|((tenant, ..), keeper)| (*tenant, Arc::clone(keeper)))
            .collect();
        drop(keepers);
        all.into_iter()
            .map(|(tenant, keeper)| Ok((tenant, keeper.view()?)))
            .collect()
    }

    /// The gate of BrickOwl: its batches count as calls, and on their own.
    pub fn owl_gate(&self, tenant: TenantId, account: u64) -> Arc<dyn Gate> {
        Arc::new(Owl {
            calls: self.gate(tenant, Lane::BrickOwl, account),
            batches: self.gate(tenant, Lane::BrickOwlBatch, account),
            open: Mutex::default(),
        })
    }
}

/// Two gates, one behind the other where a call carries many changes.
#[derive(Debug)]
struct Owl {
    calls: Arc<Keeper>,
    batches: Arc<Keeper>,
    /// Turn at the gate of calls -> turn at the gate of batches.
    open: Mutex<HashMap<u64, Open>>,
}

impl Gate for Owl {
    fn enter(&self, service: Service, purpose: Purpose) -> std::result::Result<Open, Box<Failure>> {
        self.calls.enter(service, purpose)
    }

    fn enter_batch(
        &self,
        service: Service,
        purpose: Purpose,
    ) -> std::result::Result<Open, Box<Failure>> {
        let batch = self.batches.enter(service, purpose)?;
        match self.calls.enter(service, purpose) {
            Ok(call) => {
                let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
                open.insert(call.turn, batch);
                Ok(call)
            }
            Err(refused) => {
                self.batches.leave(batch, Outcome::NotMade);
                Err(refused)
            }
        }
    }

    fn told(&self, told: &Told<'_>) {
        self.calls.told(told);
    }

    fn leave(&self, call: Open, outcome: Outcome) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let batch = open.remove(&call.turn);
        drop(open);
        self.calls.leave(call, outcome);
        if let Some(batch) = batch {
            // The breaker and what the service says of its limits belong to all calls.
            let outcome = match outcome {
                Outcome::NotMade => Outcome::NotMade,
                _ => Outcome::Answered,
            };
            self.batches.leave(batch, outcome);
        }
    }
}
