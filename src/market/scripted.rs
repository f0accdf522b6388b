//! A transport and a gate for tests: answers come from a closure, and everything asked is kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Answer, Body, Broke, Call, Gate, Open, Outcome, Transport};
use crate::domain::market::{Failure, Purpose, Service};

type Script = dyn Fn(&Call) -> Result<Answer, Broke> + Send + Sync;

/// Answers from a closure.
pub(crate) struct Scripted {
    script: Box<Script>,
    calls: Mutex<Vec<Call>>,
}

impl std::fmt::Debug for Scripted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scripted")
    }
}

impl Scripted {
    pub(crate) fn new(
        script: impl Fn(&Call) -> Result<Answer, Broke> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            script: Box::new(script),
            calls: Mutex::default(),
        })
    }

    /// Everything that was asked so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The fields of the latest call, from its address or its form.
    pub(crate) fn fields(&self) -> HashMap<String, String> {
        self.calls().last().map(fields).unwrap_or_default()
    }
}

/// The fields of a call, from its address and its form.
pub(crate) fn fields(call: &Call) -> HashMap<String, String> {
    let query = call.url.split_once('?').map_or("", |(_, query)| query);
    let form = match &call.body {
        Body::Form(form) => form.as_str(),
        _ => "",
    };
    form_urlencoded::parse(query.as_bytes())
        .chain(form_urlencoded::parse(form.as_bytes()))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

impl Transport for Scripted {
    fn send(&self, call: &Call) -> Result<Answer, Broke> {
        self.calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(call.clone());
        (self.script)(call)
    }
}

/// An answer with a body.
#[expect(clippy::unnecessary_wraps, reason = "scripts answer with results")]
pub(crate) fn says(status: u16, body: impl Into<Vec<u8>>) -> Result<Answer, Broke> {
    Ok(Answer {
        status,
        headers: Vec::new(),
        body: body.into(),
    })
}

/// A gate that writes down what it is told, and lets nobody in once it is shut.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    pub(crate) shut: Mutex<Option<Failure>>,
    pub(crate) told: Mutex<Vec<(Service, Purpose, Option<Outcome>)>>,
    /// How often many changes went in at once.
    pub(crate) batches: std::sync::atomic::AtomicU32,
}

impl Watched {
    pub(crate) fn outcomes(&self) -> Vec<Outcome> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.iter().filter_map(|(_, _, outcome)| *outcome).collect()
    }
}

impl Gate for Watched {
    fn enter(&self, service: Service, purpose: Purpose) -> Result<Open, Box<Failure>> {
        if let Some(failure) = &*self.shut.lock().unwrap_or_else(PoisonError::into_inner) {
            return Err(Box::new(failure.clone()));
        }
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.push((service, purpose, None));
        Ok(Open {
            turn: told.len() as u64 - 1,
        })
    }

    fn enter_batch(&self, service: Service, purpose: Purpose) -> Result<Open, Box<Failure>> {
        self.batches
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.enter(service, purpose)
    }

    fn leave(&self, open: Open, outcome: Outcome) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, _, left)) = told.get_mut(open.turn as usize) {
            assert_eq!(*left, None, "a turn is left once");
            *left = Some(outcome);
        }
    }
}
