//! Looking for orders when it is time to, and whenever the engine must know that none is missed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::engine::Intake;
use super::intake::{IntakeReport, intake};
use super::source::{Halt, Source, Told};
use crate::domain::market::{Class, Failure, Service};
use crate::domain::time::SECOND;
use crate::domain::{Marketplace, Scope, TenantId, UserId};
use crate::market::retry::Sleeper;
use crate::services::App;

/// An order that cannot be read holds sending back this many times; then it waits for a person alone.
const PATIENCE: u8 = 3;
/// Seconds until orders are read again after one could not be.
const SOON: u32 = 60;

/// The real [`Intake`].
#[derive(Debug)]
pub struct Orders {
    sleeper: Arc<dyn Sleeper>,
    /// How often an order in a row could not be read.
    unread: Mutex<BTreeMap<(TenantId, u8, String), u8>>,
}

impl Orders {
    /// Looks for orders; waits between two readings that must agree by `sleeper`.
    pub fn new(sleeper: Arc<dyn Sleeper>) -> Self {
        Self {
            sleeper,
            unread: Mutex::default(),
        }
    }

    /// Whether an order that could not be read is a reason to wait.
    fn holds(
        &self,
        tenant: TenantId,
        market: Marketplace,
        report: &IntakeReport,
    ) -> Option<String> {
        let mut unread = self.unread.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = |number: &str| report.failed.iter().any(|(other, _)| other == number);
        unread.retain(|(shop, place, number), _| {
            (*shop, *place) != (tenant, market as u8) || failed(number)
        });
        let mut why = None;
        for (number, text) in &report.failed {
            let key = (tenant, market as u8, number.clone());
            let times = unread.entry(key).or_default();
            *times = times.saturating_add(1);
            if *times <= PATIENCE {
                why.get_or_insert_with(|| format!("Order {number} cannot be read yet: {text}"));
            }
        }
        why
    }
}

/// A marketplace of a shop, to be read with the shop's own keys.
///
/// # Errors
/// `NoKeys` where there are none to use, `Offline` where nobody is called.
pub fn source_of(app: &App, tenant: TenantId, market: Marketplace) -> Told<Box<dyn Source>> {
    Ok(match market {
        Marketplace::BrickLink => Box::new(app.bricklink_for(tenant)?),
        Marketplace::BrickOwl => Box::new(app.brickowl_for(tenant)?),
    })
}

impl Intake for Orders {
    fn is_due(&self, app: &App, tenant: TenantId, market: Marketplace) -> bool {
        let now = app.now();
        let scope = Scope::owner(tenant, UserId(0), now);
        let (Ok(state), Ok(rules)) = (app.sync_state(tenant, market), app.sync_rules(&scope))
        else {
            return false;
        };
        let every = i64::from(rules.poll_minutes) * 60 * SECOND;
        state
            .polled
            .is_none_or(|polled| !(0..every).contains(&now.since(polled)))
    }

    fn take_in(
        &self,
        app: &App,
        tenant: TenantId,
        market: Marketplace,
    ) -> Result<(), Box<Failure>> {
        let source = source_of(app, tenant, market)?;
        let scope = Scope::owner(tenant, UserId(0), app.now());
        let service = Service::from(market);
        let report = match intake(app, &scope, &*source, &*self.sleeper) {
            Ok(report) => report,
            Err(Halt::Outside(failure)) => return Err(failure),
            Err(Halt::Inside(error)) => {
                return Err(Box::new(Failure::new(service, Class::Held, error.message)));
            }
        };
        match self.holds(tenant, market, &report) {
            None => Ok(()),
            Some(why) => {
                let mut failure = Failure::new(service, Class::Garbled, why);
                failure.retry_after = Some(SOON);
                Err(Box::new(failure))
            }
        }
    }
}
