//! Whether a call may be made now: budget and breaker, as the clients see them.

use crate::domain::market::{Class, Failure, Purpose, Service};

/// Leave to make a call; handed back with what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    /// Names it to the gate.
    pub turn: u64,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was answered, whatever the answer says about the request.
    Answered,
    /// It failed.
    Failed(Class),
    /// It was one call too many, and the service says for how many seconds it wants to be left alone.
    Throttled(u32),
    /// It was not made after all.
    NotMade,
}

/// An attempt that is over, for whoever measures: before its turn is left.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Its turn; `None`: the gate did not let it pass.
    pub turn: Option<Open>,
    /// Whom it asked.
    pub service: Service,
    /// Its name, as in [`super::Call::endpoint`].
    pub endpoint: &'static str,
    /// The how many-th attempt of its call it was, from 1.
    pub nth: u32,
    /// HTTP's number; 0: nothing came back.
    pub status: u16,
    /// How it failed, without any key; `None`: it did not.
    pub failure: Option<&'a Failure>,
}

/// Decides who may call when. One gate belongs to one set of keys (or to the shop, for Brickognize).
pub trait Gate: Send + Sync + std::fmt::Debug {
    /// Waits for a turn, as long as waiting is short; a failure says when it makes sense again.
    ///
    /// # Errors
    /// `Budget`, `Held` or `Offline`, each with `retry_after`. `Failure` is large, but only made when a
    /// call is not.
    fn enter(&self, service: Service, purpose: Purpose) -> Result<Open, Box<Failure>>;

    /// The same for a call that carries many changes at once, where the service counts those apart.
    ///
    /// # Errors
    /// As [`Gate::enter`].
    fn enter_batch(&self, service: Service, purpose: Purpose) -> Result<Open, Box<Failure>> {
        self.enter(service, purpose)
    }

    /// Hears how an attempt went, whether it was let pass or not. Most gates do not listen.
    fn told(&self, _: &Told<'_>) {}

    /// Says what became of the call, also when the service told that it is throttled.
    fn leave(&self, open: Open, outcome: Outcome);
}

/// Lets everything pass at once: for tests and for services without limits.
#[derive(Debug, Default, Clone, Copy)]
pub struct AlwaysOpen;

impl Gate for AlwaysOpen {
    fn enter(&self, _: Service, _: Purpose) -> Result<Open, Box<Failure>> {
        Ok(Open { turn: 0 })
    }

    fn leave(&self, _: Open, _: Outcome) {}
}
