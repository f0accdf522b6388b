//! `brickops audit ...`, `brickops settings ...`

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::asking::Passwords;
use super::caller::{Caller, unexpected};
use super::connect::Place;
use super::output::Out;
use super::verbs::{AuditArgs, AuditCommand, SettingsCommand};
use super::{Ending, json};
use crate::api::{OfficeRequest, Reply};
use crate::domain::{AuditEntry, AuditKind, AuditQuery, Timestamp};
use crate::error::{Error, Result};

/// Entries that are asked for at once.
const PAGE: u16 = 1_000;

/// Runs a command about the audit log.
pub fn audit(
    place: &Place,
    command: &AuditCommand,
    passwords: &Passwords,
    out: &Out,
) -> anyhow::Result<Ending> {
    let caller = Caller::connect(place, passwords)?;
    let (which, limit, export) = match command {
        AuditCommand::List { which, limit } => (which, *limit, false),
        AuditCommand::Export { which } => (which, u32::MAX, true),
    };
    let query = query(&caller, which)?;
    let entries = entries(&caller, &query, limit, export)?;
    if out.json() {
        let rows: Vec<json::Audit> = entries.iter().map(json::Audit::from).collect();
        out.document(&rows);
    } else if export {
        out.line("id,at,who,user,kind,detail,place");
        for entry in &entries {
            out.line(csv(entry));
        }
    } else {
        for entry in &entries {
            out.line(format!(
                "{}  {:18}  {:20}  {}  {}",
                json::time(entry.at),
                entry.kind.word(),
                entry.who,
                entry.detail,
                entry.place
            ));
        }
    }
    Ok(Ending::Done)
}

fn entries(
    caller: &Caller<'_>,
    query: &AuditQuery,
    limit: u32,
    export: bool,
) -> Result<Vec<AuditEntry>> {
    let mut found: Vec<AuditEntry> = Vec::new();
    let mut before = None;
    loop {
        let left = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
        if left == 0 {
            return Ok(found);
        }
        let reply = caller.office(OfficeRequest::Audit {
            query: Box::new(query.clone()),
            before,
            rows: u16::try_from(left).unwrap_or(PAGE).min(PAGE),
            export: export && before.is_none(),
        })?;
        let Reply::Audit(page) = reply else {
            return Err(unexpected());
        };
        found.extend(page.entries);
        before = page.next;
        if before.is_none() {
            return Ok(found);
        }
    }
}

fn query(caller: &Caller<'_>, args: &AuditArgs) -> Result<AuditQuery> {
    let kinds = args
        .kinds
        .iter()
        .map(|word| {
            AuditKind::from_word(word).ok_or_else(|| {
                let known: Vec<&str> = AuditKind::ALL.iter().map(|kind| kind.word()).collect();
                Error::invalid(format!(
                    "There is no kind {word}. The kinds are {}.",
                    known.join(", ")
                ))
            })
        })
        .collect::<Result<_>>()?;
    let zone = TimeZone::get(&caller.me()?.settings.time_zone).unwrap_or(TimeZone::UTC);
    let user = args
        .user
        .as_deref()
        .map(|email| caller.user(email))
        .transpose()?;
    Ok(AuditQuery {
        text: args.words.clone(),
        kinds,
        user,
        from: args
            .from
            .as_deref()
            .map(|day| begin(day, &zone, 0))
            .transpose()?,
        until: args
            .until
            .as_deref()
            .map(|day| begin(day, &zone, 1))
            .transpose()?,
    })
}

/// When a day begins in the shop, or so many days later.
pub(super) fn begin(day: &str, zone: &TimeZone, days: i64) -> Result<Timestamp> {
    let wrong = || Error::invalid(format!("{day} is not a day; write it like 2026-03-01."));
    let date: Date = day.parse().map_err(|_| wrong())?;
    let date = date
        .checked_add(jiff::Span::new().days(days))
        .map_err(|_| wrong())?;
    let at = date.to_zoned(zone.clone()).map_err(|_| wrong())?;
    Ok(Timestamp::from_micros(at.timestamp().as_microsecond()))
}

fn csv(entry: &AuditEntry) -> String {
    // A field that a spreadsheet would take for a formula is only text.
    let field = |text: &str| {
        let risky = text.starts_with(['=', '+', '-', '@']);
        let text = if risky {
            format!("'{text}")
        } else {
            text.to_owned()
        };
        if text.contains([',', '"', '\n', '\'']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text
        }
    };
    [
        entry.id.to_string(),
        json::time(entry.at),
        field(&entry.who),
        entry.user.map_or_else(String::new, |user| user.to_string()),
        entry.kind.word().to_owned(),
        field(&entry.detail),
        field(&entry.place),
    ]
    .join(",")
}

/// Runs a command about the shop's settings.
pub fn settings(
    place: &Place,
    command: &SettingsCommand,
    passwords: &Passwords,
    out: &Out,
) -> anyhow::Result<Ending> {
    let caller = Caller::connect(place, passwords)?;
    if let SettingsCommand::TestAlert = command {
        let Reply::Text(outcome) = caller.office(OfficeRequest::TestAlert)? else {
            return Err(unexpected().into());
        };
        out.line(outcome);
        return Ok(Ending::Done);
    }
    let Reply::Settings { name, settings } = caller.office(OfficeRequest::Settings)? else {
        return Err(unexpected().into());
    };
    let (mut shop, mut now) = (name, *settings);
    if let SettingsCommand::Set {
        name,
        time_zone,
        lock_after,
        webhook,
        alert_every,
    } = command
    {
        shop = name.clone().unwrap_or(shop);
        now.time_zone = time_zone.clone().unwrap_or(now.time_zone);
        now.lock_after = lock_after.unwrap_or(now.lock_after);
        now.webhook = webhook.clone().unwrap_or(now.webhook);
        now.alert_every = alert_every.unwrap_or(now.alert_every);
        caller.arrange(OfficeRequest::SetSettings {
            name: shop.clone(),
            settings: Box::new(now.clone()),
        })?;
    }
    if out.json() {
        out.document(&json::Settings::new(&shop, &now));
    } else {
        out.line(format!("name         {shop}"));
        out.line(format!("time zone    {}", now.time_zone));
        out.line(format!("lock after   {} min", now.lock_after));
        let webhook = if now.webhook.is_empty() {
            "none"
        } else {
            &now.webhook
        };
        out.line(format!("webhook      {webhook}"));
        out.line(format!("alert every  {} min", now.alert_every));
    }
    Ok(Ending::Done)
}
