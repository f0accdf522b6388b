//! The shop's office: its people, their rights, tokens, settings, and the audit log.

use serde::{Deserialize, Serialize};

use crate::domain::{AuditQuery, Grants, InvitationRow, Role, Secret, ShopSettings, UserId};

/// What an owner, or everybody for themselves, may arrange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OfficeRequest {
    /// Everybody, invitations, sign-ins -> [`super::Reply::People`].
    People,
    /// Makes a one-time code for a new person -> [`super::Reply::Invited`]. Asks for the password.
    Invite {
        /// For whom.
        email: String,
        /// Role it gives.
        role: Role,
        /// What a manager is granted.
        grants: Grants,
        /// Days it can be used, 1 to 30.
        days: u16,
    },
    /// Makes a one-time code for a new password -> [`super::Reply::Invited`]. Asks for the password.
    Reset {
        /// Whose.
        user: UserId,
    },
    /// The same by the operator, for an owner who has forgotten it -> [`super::Reply::Invited`].
    ResetByOperator {
        /// Name of the shop, where the address is known in several.
        shop: Option<String>,
        /// Whose.
        email: String,
    },
    /// -> [`super::Reply::Done`]. Asks for the password.
    RevokeInvitation {
        /// Which.
        id: u64,
    },
    /// Gives, changes or takes away a role -> [`super::Reply::Done`]. Asks for the password.
    SetRole {
        /// Whose.
        user: UserId,
        /// From now on; `None`: none.
        role: Option<Role>,
        /// What a manager is granted.
        grants: Grants,
    },
    /// Removes a person; sign-ins and tokens end at once -> [`super::Reply::Done`]. Asks for the
    /// password.
    Remove {
        /// Whom.
        user: UserId,
    },
    /// Ends a sign-in or revokes a token -> [`super::Reply::Done`]. One's own needs no right.
    EndSignIn {
        /// Which.
        id: u64,
    },
    /// Makes a token for scripts -> [`super::Reply::Secret`]. Asks for the password.
    MakeToken {
        /// What it is for.
        name: String,
        /// What it may do.
        role: Role,
        /// What it is granted as a manager.
        grants: Grants,
        /// Days until it ends, 1 to 366.
        days: u16,
    },
    /// Scripts of this Unix user come in as this person -> [`super::Reply::Done`]. Asks for the
    /// password.
    MapUnix {
        /// Who.
        user: UserId,
        /// Unix user number; `None`: no longer.
        unix: Option<u32>,
    },
    /// Own name -> [`super::Reply::Done`].
    SetName {
        /// From now on.
        name: String,
    },
    /// Own password; ends one's other sign-ins -> [`super::Reply::Done`]. Asks for the old one.
    SetPassword {
        /// From now on.
        password: Secret,
    },
    /// Own PIN, 4 to 8 digits -> [`super::Reply::Done`]. Asks for the password.
    SetPin {
        /// From now on; `None`: none.
        pin: Option<Secret>,
    },
    /// A new badge for oneself or, as an owner, for another; the one before is void
    /// -> [`super::Reply::Secret`], what its bar code must say. Asks for the password.
    MakeBadge {
        /// For whom.
        user: UserId,
    },
    /// -> [`super::Reply::Settings`]
    Settings,
    /// -> [`super::Reply::Done`]
    SetSettings {
        /// Name of the shop.
        name: String,
        /// From now on.
        settings: Box<ShopSettings>,
    },
    /// Sends a test alert by every way there is -> [`super::Reply::Text`], what came of it.
    TestAlert,
    /// Entries of the audit log, newest first -> [`super::Reply::Audit`].
    Audit {
        /// Which.
        query: Box<AuditQuery>,
        /// Only older ones than this; from an earlier page.
        before: Option<u64>,
        /// How many at the most, up to 1,000.
        rows: u16,
        /// It leaves the shop, which is itself an entry; only with the first page.
        export: bool,
    },
    /// All shops of this server; the operator's verb -> [`super::Reply::Accounts`].
    Accounts,
}

impl OfficeRequest {
    /// Its name, for the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Invite { .. } => "invite",
            Self::Reset { .. } => "reset",
            Self::ResetByOperator { .. } => "reset-by-operator",
            Self::RevokeInvitation { .. } => "revoke-invitation",
            Self::SetRole { .. } => "set-role",
            Self::Remove { .. } => "remove-person",
            Self::EndSignIn { .. } => "end-sign-in",
            Self::MakeToken { .. } => "make-token",
            Self::MapUnix { .. } => "map-unix",
            Self::SetName { .. } => "set-name",
            Self::SetPassword { .. } => "set-password",
            Self::SetPin { .. } => "set-pin",
            Self::MakeBadge { .. } => "make-badge",
            Self::Settings => "settings",
            Self::SetSettings { .. } => "set-settings",
            Self::TestAlert => "test-alert",
            Self::Audit { .. } => "audit",
            Self::Accounts => "accounts",
        }
    }
}

/// A one-time code, shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    /// What it is for.
    pub invitation: InvitationRow,
    /// Name of the shop.
    pub shop: String,
    /// The code in groups of four.
    pub code: Secret,
}
