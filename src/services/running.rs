//! Long deeds that are under way, so that whoever asked for one can stop it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::App;
use super::rights::{Right, allow};
use crate::domain::{OperationId, Scope, TenantId};
use crate::error::{Error, Result};

/// What is under way.
#[derive(Debug, Default)]
pub(crate) struct Running {
    deeds: Mutex<HashMap<(TenantId, OperationId), Arc<AtomicBool>>>,
}

impl App {
    /// Does something that can be stopped by the number of its operation.
    pub fn watched<T>(
        &self,
        scope: &Scope,
        op: OperationId,
        work: impl FnOnce(&AtomicBool) -> Result<T>,
    ) -> Result<T> {
        let key = (scope.tenant, op);
        let stop = Arc::new(AtomicBool::new(false));
        let deeds = || {
            self.running
                .deeds
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        deeds().insert(key, Arc::clone(&stop));
        let done = work(&stop);
        deeds().remove(&key);
        done
    }

    /// Stops what is under way; what it did so far is taken back.
    pub fn cancel(&self, scope: &Scope, op: OperationId) -> Result<()> {
        allow(scope, Right::Inventory)?;
        let deeds = self
            .running
            .deeds
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match deeds.get(&(scope.tenant, op)) {
            Some(stop) => {
                stop.store(true, Ordering::Relaxed);
                Ok(())
            }
            None => Err(Error::not_found("That has ended already.")),
        }
    }
}
