//! The machine room: how the services outside are called.

use serde::{Deserialize, Serialize};

/// What an owner may ask about calls, and the operator about those of all shops together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum MachineRequest {
    /// Everything about them -> [`super::Reply::Machine`].
    Look,
    /// The answer of one of the shop's errors as it came, without keys -> [`super::Reply::Text`].
    Raw {
        /// [`crate::domain::market::machine_room::CallTrouble::id`].
        id: u64,
    },
}

impl MachineRequest {
    /// Its name, for the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Look => "machine-room",
            Self::Raw { .. } => "raw-answer",
        }
    }
}
