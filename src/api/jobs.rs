//! Jobs that run by themselves: seeing, starting and stopping them.

use serde::{Deserialize, Serialize};

/// What an owner may ask about jobs, and the operator about those of the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum JobsRequest {
    /// Every job as it stands -> [`super::Reply::Jobs`].
    List,
    /// The runs of a job that have ended, the latest first -> [`super::Reply::JobRuns`].
    History {
        /// Its name.
        name: String,
    },
    /// Starts a job now -> [`super::Reply::Text`].
    Run {
        /// Its name.
        name: String,
    },
    /// Stops a run -> [`super::Reply::Done`].
    Cancel {
        /// Its name.
        name: String,
    },
}

impl JobsRequest {
    /// Its name, for the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::List => "jobs",
            Self::History { .. } => "job-history",
            Self::Run { .. } => "run-job",
            Self::Cancel { .. } => "cancel-job",
        }
    }
}
