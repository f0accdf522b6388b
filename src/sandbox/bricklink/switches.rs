//! What can be chosen about the played BrickLink: what nobody knows for sure, and what a store's owner sets.

use std::net::IpAddr;

use serde_json::Value;

/// How the service says that a day's calls are used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exhausted {
    /// A page with status 429.
    Gateway,
    /// An envelope with code 429.
    Meta,
    /// The text about a blocked key.
    Blocked,
}

/// What nobody knows for sure, and what the owner of the store can choose.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "switches are what they are")]
pub struct Switches {
    /// HTTP says what the envelope says; else always 200.
    pub mirror: bool,
    /// HTTP says 401 where the envelope does.
    pub auth_mirror: bool,
    /// A timestamp must be later than the one before.
    pub rising_timestamps: bool,
    /// How far a timestamp may be off, in seconds.
    pub skew_seconds: u64,
    /// Who may use the token; nobody named: everybody.
    pub allowed_ips: Vec<IpAddr>,
    /// Texts are escaped twice.
    pub double_escape: bool,
    /// `categoryID` in place of `category_id`.
    pub old_category_key: bool,
    /// Calls in 24 hours.
    pub calls_per_day: usize,
    /// What happens after them.
    pub exhausted: Exhausted,
    /// The store is closed: its inventory looks empty.
    pub closed: bool,
    /// Reading notifications does not clear them.
    pub notifications_stay: bool,
    /// An array of one is answered with the lot.
    pub array_of_one: bool,
    /// Orders lose their content after so many days.
    pub purge_days: i64,
    /// Where events are sent, if anywhere.
    pub push_url: Option<String>,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            mirror: false,
            auth_mirror: false,
            rising_timestamps: false,
            skew_seconds: 300,
            allowed_ips: Vec::new(),
            double_escape: false,
            old_category_key: false,
            calls_per_day: 5_000,
            exhausted: Exhausted::Meta,
            closed: false,
            notifications_stay: false,
            array_of_one: false,
            purge_days: 180,
            push_url: None,
        }
    }
}

impl Switches {
    /// Turns one; `None` where there is no such switch or no such position.
    pub fn set(&mut self, name: &str, value: &Value) -> Option<()> {
        match name {
            "mirror" => self.mirror = value.as_bool()?,
            "auth_mirror" => self.auth_mirror = value.as_bool()?,
            "rising_timestamps" => self.rising_timestamps = value.as_bool()?,
            "skew_seconds" => self.skew_seconds = value.as_u64()?,
            "double_escape" => self.double_escape = value.as_bool()?,
            "old_category_key" => self.old_category_key = value.as_bool()?,
            "calls_per_day" => self.calls_per_day = usize::try_from(value.as_u64()?).ok()?,
            "closed" => self.closed = value.as_bool()?,
            "notifications_stay" => self.notifications_stay = value.as_bool()?,
            "array_of_one" => self.array_of_one = value.as_bool()?,
            "purge_days" => self.purge_days = value.as_i64()?.clamp(1, 36_500),
            "push_url" => self.push_url = value.as_str().map(str::to_owned),
            "exhausted" => {
                self.exhausted = match value.as_str()? {
                    "gateway" => Exhausted::Gateway,
                    "meta" => Exhausted::Meta,
                    "blocked" => Exhausted::Blocked,
                    _ => return None,
                }
            }
            "allowed_ips" => {
                let list = value.as_array()?.iter();
                self.allowed_ips = list
                    .map(|ip| ip.as_str()?.parse().ok())
                    .collect::<Option<_>>()?;
            }
            _ => return None,
        }
        Some(())
    }
}
