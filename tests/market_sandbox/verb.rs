//! A call that a client makes, with how harmless it is to make it twice.

use brickops::domain::market::{Failure, Service};

use crate::world::World;

/// How harmless it is to make a call twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    /// It reads.
    Reads,
    /// It writes, but twice is as good as once.
    Twice,
    /// It must never be made twice.
    Once,
}

type Run = Box<dyn Fn(&World) -> Result<String, Box<Failure>>>;

/// A verb of a client that is one call.
pub struct Verb {
    pub service: Service,
    pub name: &'static str,
    pub harm: Harm,
    /// Makes the call; its answer as text.
    pub run: Run,
}

impl Verb {
    pub fn new<T: std::fmt::Debug>(
        service: Service,
        name: &'static str,
        harm: Harm,
        run: impl Fn(&World) -> Result<T, Box<Failure>> + 'static,
    ) -> Self {
        Self {
            service,
            name,
            harm,
            run: Box::new(move |world| run(world).map(|value| format!("{value:?}"))),
        }
    }
}

/// All of them.
pub fn verbs() -> Vec<Verb> {
    let mut all = crate::link_verbs::verbs();
    all.extend(crate::owl_verbs::verbs());
    all.extend(crate::eye_verbs::verbs());
    all
}
