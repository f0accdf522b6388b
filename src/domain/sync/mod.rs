//! Keeping marketplaces in step with the shop: what is known of them, what is wanted there, and the rules
//! that turn the difference into work. Pure; nothing is called or stored here.
//!
//! For each lot and marketplace there is a [`Link`] with what is agreed, and at most one open [`Entry`],
//! which only says that the lot may differ. What is sent is worked out when it is journaled, as the
//! difference between what is wanted and what is agreed; so changes coalesce and nothing is sent that
//! cancels out.

pub mod compare;
pub mod conflict;
pub mod difference;
pub mod entry;
pub mod face;
pub mod link;
pub mod plan;
pub mod policy;
pub mod report;
pub mod returns;
pub mod rules;
pub mod seen;
pub mod sent;
pub mod state;

pub use compare::{Begin, BeginView, Compared, Difference, Estimate};
pub use conflict::{Conflict, ConflictField};
pub use difference::{Fewer, Kind};
pub use entry::{Entry, EntryState, Intent, IntentKind, Trouble, Work};
pub use face::Face;
pub use link::{Link, NotListed, OwlName, OwlNumber};
pub use plan::{Plan, Urgency, Wanted};
pub use policy::{Decision, Proposal};
pub use report::{CallPlan, DryRun, LotSync, MarketStatus, Standing};
pub use returns::{Held, Returns};
pub use rules::{Rate, SyncRules, Terms};
pub use seen::{OrderSeen, TakenIn};
pub use sent::{Outcome, RunCount, RunReport, SentRecord};
pub use state::{MarketSync, Trust};
