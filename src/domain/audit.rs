//! The audit log: who came in, who changed what others may do, what left the shop.

use serde::{Deserialize, Serialize};

use super::{Timestamp, UserId};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AuditKind {
    /// The account was opened.
    AccountOpened,
    /// Somebody came in.
    SignedIn,
    /// Somebody failed to.
    SignInFailed,
    /// Too many failures locked an account or a station.
    Locked,
    /// Somebody left.
    SignedOut,
    /// An owner ended somebody's sign-in.
    SignInEnded,
    /// Somebody was invited.
    Invited,
    /// An invitation was accepted.
    InvitationUsed,
    /// An invitation was revoked.
    InvitationRevoked,
    /// A role or grant changed.
    RoleChanged,
    /// A person was removed.
    PersonRemoved,
    /// A password, PIN or badge changed.
    CredentialChanged,
    /// A token was made.
    TokenMade,
    /// A token was revoked.
    TokenRevoked,
    /// A Unix user was mapped to a person, or no more.
    UnixMapped,
    /// A setting changed.
    SettingsChanged,
    /// An alert went out, or was tried.
    Alerted,
    /// Data left the shop.
    Exported,
    /// Something was refused.
    Refused,
}

impl AuditKind {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::AccountOpened,
        Self::SignedIn,
        Self::SignInFailed,
        Self::Locked,
        Self::SignedOut,
        Self::SignInEnded,
        Self::Invited,
        Self::InvitationUsed,
        Self::InvitationRevoked,
        Self::RoleChanged,
        Self::PersonRemoved,
        Self::CredentialChanged,
        Self::TokenMade,
        Self::TokenRevoked,
        Self::UnixMapped,
        Self::SettingsChanged,
        Self::Alerted,
        Self::Exported,
        Self::Refused,
    ];

    /// Its name on screens and in scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AccountOpened => "account-opened",
            Self::SignedIn => "signed-in",
            Self::SignInFailed => "sign-in-failed",
            Self::Locked => "locked",
            Self::SignedOut => "signed-out",
            Self::SignInEnded => "sign-in-ended",
            Self::Invited => "invited",
            Self::InvitationUsed => "invitation-used",
            Self::InvitationRevoked => "invitation-revoked",
            Self::RoleChanged => "role-changed",
            Self::PersonRemoved => "person-removed",
            Self::CredentialChanged => "credential-changed",
            Self::TokenMade => "token-made",
            Self::TokenRevoked => "token-revoked",
            Self::UnixMapped => "unix-mapped",
            Self::SettingsChanged => "settings-changed",
            Self::Alerted => "alerted",
            Self::Exported => "exported",
            Self::Refused => "refused",
        }
    }

    /// From its name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// An entry. It is never changed; only its age removes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Rises with time.
    pub id: u64,
    /// When.
    pub at: Timestamp,
    /// Who did it; `None`: nobody known.
    pub user: Option<UserId>,
    /// The person's name at that time, or the e-mail that was tried.
    pub who: String,
    /// What.
    pub kind: AuditKind,
    /// To whom or what, in words. Never a secret.
    pub detail: String,
    /// Station: terminal or address it came from.
    pub place: String,
}

/// What is asked of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct AuditQuery {
    /// Words that all must occur in who, what, detail or place.
    pub text: String,
    /// Only these; empty means all.
    pub kinds: Vec<AuditKind>,
    /// Only of this person.
    pub user: Option<UserId>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
}

/// Entries of the audit log, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// Ask again with this to go on; `None`: these were the last.
    pub next: Option<u64>,
}
