//! What an owner sets for the whole shop: its name, its day, when stations lock, how alerts go out.

use super::audit;
use super::people::Threshold;
use super::rights::{Right, allow, allowed};
use crate::domain::text::clean;
use crate::domain::{AuditKind, Scope, ShopSettings};
use crate::error::{Error, Result};
use crate::services::App;
use crate::store::{Batch, Decided, Tx};

/// Longest name of a shop, in characters.
const LONGEST_NAME: usize = 60;
/// Longest time until a station locks itself, in minutes.
const LONGEST_LOCK: u16 = 12 * 60;
/// Longest time between equal alerts, in minutes.
const LONGEST_PAUSE: u16 = 24 * 60;
/// Longest address of a webhook, in bytes.
const LONGEST_ADDRESS: usize = 1_000;

impl App {
    /// The shop's name and settings; everybody of the shop may see them. The webhook's address often
    /// is a secret in itself: only who may change it sees it.
    pub fn settings(&self, scope: &Scope) -> Result<(String, ShopSettings)> {
        let (record, mut settings) = self.store.read(|tx| {
            let shop = tx.shop(scope);
            Ok((shop.record()?, shop.settings()?))
        })?;
        if !allowed(scope, Right::Settings) {
            settings.webhook.clear();
        }
        Ok((
            record.map_or_else(String::new, |record| record.name),
            settings,
        ))
    }

    /// Changes both.
    ///
    /// # Errors
    /// `Invalid` for what cannot be set, `Conflict` when another shop of the server has that name.
    pub fn set_settings(
        &self,
        scope: &Scope,
        door: &Threshold,
        name: &str,
        settings: ShopSettings,
    ) -> Result<()> {
        allow(scope, Right::Settings)?;
        let name = checked_name(name)?;
        let settings = checked(settings)?;
        // A shop that nobody looked at yet has no head to change.
        self.shop_record(scope)?;
        let (actor, door) = (*scope, door.clone());
        self.store.write(move |tx| {
            let shop = tx.shop(&actor);
            let mut record = shop
                .record()?
                .ok_or_else(|| Error::not_found("There is no such shop."))?;
            let changed = changed(&record.name, &name, &shop.settings()?, &settings);
            if changed.is_empty() {
                return Ok(Decided::unchanged(()));
            }
            name_is_free(tx, Some(&actor), &name)?;
            record.name = name;
            let mut batch = Batch::new();
            batch.put_shop(&actor, record);
            batch.put_settings(&actor, settings);
            let kind = AuditKind::SettingsChanged;
            audit::note(&mut batch, &shop, &actor, &door, kind, changed.join(", "))?;
            Ok(Decided::new((), batch))
        })
    }
}

/// A shop's name as it is kept.
pub(crate) fn checked_name(name: &str) -> Result<String> {
    let name = clean(name);
    match name.chars().count() {
        0 => Err(Error::invalid("Give the shop a name.")),
        1..=LONGEST_NAME => Ok(name),
        _ => Err(Error::invalid(format!(
            "The name is too long; a shop's name has at most {LONGEST_NAME} characters."
        ))),
    }
}

/// Refuses a name that another shop than the scope's has, whatever its letter case.
pub(crate) fn name_is_free(tx: &Tx<'_>, own: Option<&Scope>, name: &str) -> Result<()> {
    let folded = name.to_lowercase();
    for tenant in tx.tenants()? {
        if own.is_some_and(|own| own.tenant == tenant) {
            continue;
        }
        let scope = Scope::owner(
            tenant,
            crate::domain::UserId(0),
            crate::domain::Timestamp::default(),
        );
        let taken = tx
            .shop(&scope)
            .record()?
            .is_some_and(|record| record.name.to_lowercase() == folded);
        if taken {
            return Err(Error::conflict(format!(
                "Another shop of this server is called {name}. Choose another name."
            )));
        }
    }
    Ok(())
}

/// A time zone as it is written by everybody.
pub(crate) fn checked_time_zone(name: &str) -> Result<String> {
    let name = name.trim();
    let found = jiff::tz::TimeZone::get(name).ok();
    found
        .and_then(|zone| zone.iana_name().map(str::to_owned))
        .ok_or_else(|| {
            let shown: String = clean(name).chars().take(40).collect();
            Error::invalid(format!(
                "The time zone \"{shown}\" is not known. Write it like Europe/Berlin or UTC."
            ))
        })
}

fn checked(mut settings: ShopSettings) -> Result<ShopSettings> {
    settings.time_zone = checked_time_zone(&settings.time_zone)?;
    if settings.lock_after > LONGEST_LOCK {
        return Err(Error::invalid(format!(
            "A station locks itself after 1 to {LONGEST_LOCK} minutes; 0: never."
        )));
    }
    if !(1..=LONGEST_PAUSE).contains(&settings.alert_every) {
        return Err(Error::invalid(format!(
            "The same alert is sent again after 1 to {LONGEST_PAUSE} minutes."
        )));
    }
    settings.webhook = settings.webhook.trim().to_owned();
    if !settings.webhook.is_empty() {
        check_address(&settings.webhook)?;
    }
    Ok(settings)
}

/// An address of the web without a name and password in it: those would be shown and logged.
fn check_address(address: &str) -> Result<()> {
    let wrong = |what: &str| {
        Err(Error::invalid(format!(
            "The webhook's address {what}. Write it like https://example.org/alerts."
        )))
    };
    if address.len() > LONGEST_ADDRESS {
        return wrong("is too long");
    }
    let odd = |c: char| c.is_whitespace() || c == '\\' || crate::domain::text::is_unsafe(c);
    if address.contains(odd) {
        return wrong("has characters that no address has");
    }
    let Some((scheme, rest)) = address.split_once("://") else {
        return wrong("does not begin with http:// or https://");
    };
    if !["http", "https"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
    {
        return wrong("does not begin with http:// or https://");
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = &rest[..end];
    if authority.contains('@') {
        return wrong("must not have a user or password in it");
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    if host.is_empty() {
        return wrong("names no server");
    }
    match port.map(str::parse::<u16>) {
        None => Ok(()),
        Some(Ok(port)) if port > 0 => Ok(()),
        Some(_) => wrong("has a port that does not exist"),
    }
}

/// The fields that differ, by the names people know them by. Never their values.
fn changed(
    old_name: &str,
    name: &str,
    old: &ShopSettings,
    new: &ShopSettings,
) -> Vec<&'static str> {
    [
        ("name", old_name != name),
        ("time zone", old.time_zone != new.time_zone),
        ("lock after", old.lock_after != new.lock_after),
        ("webhook", old.webhook != new.webhook),
        ("alert every", old.alert_every != new.alert_every),
    ]
    .into_iter()
    .filter_map(|(field, differs)| differs.then_some(field))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in [
            "https://example.org/alerts?key=1#x",
            "http://127.0.0.1:8080/a",
            "HTTPS://[::1]:443/",
            "https://[::1]",
            "https://example.org/a@b",
        ] {
            assert!(check_address(good).is_ok(), "{good}");
        }
        for bad in [
            "ftp://example.org",
            "example.org",
            "https://",
            "https://:80/",
            "https://user:secret@example.org/",
            "https://user@example.org/",
            "https://example.org\\@evil/",
            "https://exa mple.org/",
            "https://example.org:0/",
            "https://example.org:99999/",
            "https://example.org/\u{1b}[2J",
            "javascript://x",
        ] {
            let error = check_address(bad).expect_err(bad);
            assert!(!error.message.contains("secret"), "{error}");
            assert!(error.message.contains("https://example.org/alerts"));
        }
        assert!(check_address(&format!("https://e.org/{}", "x".repeat(2_000))).is_err());
    }

    #[test]
    fn time_zones_are_written_as_everybody_does() {
        assert_eq!(
            checked_time_zone(" europe/berlin ").expect("known"),
            "Europe/Berlin"
        );
        assert_eq!(checked_time_zone("UTC").expect("known"), "UTC");
        for bad in ["", "Mars/Base", "../etc/passwd", "\u{1b}[2J"] {
            let error = checked_time_zone(bad).expect_err(bad);
            assert!(!error.message.contains('\u{1b}'));
            assert!(error.message.contains("Europe/Berlin"));
        }
    }

    #[test]
    fn names_fit_a_line() {
        assert_eq!(
            checked_name("  Brick\u{7} Barn ").expect("a name"),
            "Brick Barn"
        );
        assert!(checked_name("\u{200b} ").is_err());
        assert!(checked_name(&"ä".repeat(60)).is_ok());
        assert!(checked_name(&"ä".repeat(61)).is_err());
    }

    #[test]
    fn limits() {
        let with = |change: fn(&mut ShopSettings)| {
            let mut settings = ShopSettings::default();
            change(&mut settings);
            checked(settings)
        };
        assert!(with(|s| s.lock_after = 0).is_ok());
        assert!(with(|s| s.lock_after = 720).is_ok());
        assert!(with(|s| s.lock_after = 721).is_err());
        assert!(with(|s| s.alert_every = 0).is_err());
        assert!(with(|s| s.alert_every = 1).is_ok());
        assert!(with(|s| s.alert_every = 1_440).is_ok());
        assert!(with(|s| s.alert_every = 1_441).is_err());
    }
}
