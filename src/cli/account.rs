//! `brickops init`, `login`, `logout`, `whoami`, `accounts`

use super::asking::{Passwords, ask};
use super::caller::{Caller, unexpected};
use super::connect::Place;
use super::output::Out;
use super::verbs::InitArgs;
use super::{Ending, json, remembered};
use crate::api::{DoorRequest, NewAccount, OfficeRequest, Reply, SignedIn};
use crate::domain::{Me, Right, Standing};
use crate::error::{Error, Kind, Result};

/// Opens an account and leaves its owner signed in on this data directory.
pub fn init(
    place: &Place,
    args: &InitArgs,
    passwords: &Passwords,
    out: &Out,
) -> anyhow::Result<Ending> {
    let shop = given(place.shop.as_ref(), || {
        ask(out, "Name of the shop", "--shop", None)
    })?;
    let email = given(args.owner.as_ref(), || {
        ask(out, "Your e-mail address", "--owner", None)
    })?;
    let guessed = email.split('@').next().unwrap_or(&email).to_owned();
    let name = given(args.name.as_ref(), || {
        ask(out, "Your name for others to see", "--name", Some(&guessed))
    })?;
    let currency = given(args.currency.as_ref(), || {
        ask(out, "Currency of the prices", "--currency", Some("EUR"))
    })?;
    let zone = jiff::tz::TimeZone::system();
    let zone = zone.iana_name().unwrap_or("UTC");
    let time_zone = given(args.time_zone.as_ref(), || {
        ask(out, "Time zone of the shop", "--time-zone", Some(zone))
    })?;
    let password = passwords.choose_first("A password, 10 characters or more: ")?;
    let caller = Caller::connect(&place.nobody(), passwords)?;
    let signed_in = caller.come_in(DoorRequest::OpenAccount(Box::new(NewAccount {
        shop,
        email,
        name,
        password,
        currency: currency.to_uppercase(),
        time_zone,
    })))?;
    welcome(place, &signed_in, "The account is open", out)
}

fn given(flag: Option<&String>, ask: impl FnOnce() -> Result<String>) -> Result<String> {
    flag.map_or_else(ask, |given| Ok(given.clone()))
}

/// Signs in and stays signed in on this data directory.
pub fn login(
    place: &Place,
    email: Option<&String>,
    passwords: &Passwords,
    out: &Out,
) -> anyhow::Result<Ending> {
    let caller = Caller::connect(&place.nobody(), passwords)?;
    if *caller.standing() == Standing::NoAccount {
        caller.me()?;
    }
    let email = given(email, || ask(out, "E-mail address", "EMAIL", None))?;
    let password = passwords.password(&format!("Password of {email}: "))?;
    let signed_in = caller.come_in(DoorRequest::SignIn {
        shop: place.shop.clone(),
        email,
        password,
    })?;
    welcome(place, &signed_in, "Signed in", out)
}

/// Says who came in and remembers it.
pub fn welcome(
    place: &Place,
    signed_in: &SignedIn,
    what: &str,
    out: &Out,
) -> anyhow::Result<Ending> {
    let me = signed_in.standing.me().ok_or_else(unexpected)?;
    remembered::keep(place, &me.shop, &me.email, &signed_in.pass)?;
    if out.json() {
        out.document(&json::Me::from(me));
    } else {
        out.line(format!(
            "{what}: {} of {}, {}. Commands on {} need no password until {}.",
            me.name,
            me.shop,
            role(me),
            place.data_dir.display(),
            json::time(me.expires)
        ));
    }
    Ok(Ending::Done)
}

fn role(me: &Me) -> &'static str {
    me.role.map_or("without a role yet", |role| role.word())
}

/// Ends the sign-in of this data directory.
pub fn logout(place: &Place, passwords: &Passwords, out: &Out) -> anyhow::Result<Ending> {
    let Some(pass) = remembered::pass(place, place.shop.as_deref()) else {
        out.note("Nobody is signed in here.");
        return Ok(Ending::Done);
    };
    // Forgotten here in any case; a sign-in that has ended already needs no end.
    let ended = Caller::connect(place, passwords).and_then(|caller| {
        caller.me()?;
        caller.door(DoorRequest::SignOut)
    });
    remembered::forget(place, &pass)?;
    match ended {
        Err(e) if e.kind != Kind::Unauthenticated => Err(e.into()),
        _ => {
            out.note("Signed out.");
            Ok(Ending::Done)
        }
    }
}

/// Who is signed in, and what that allows.
pub fn whoami(place: &Place, passwords: &Passwords, out: &Out) -> anyhow::Result<Ending> {
    let caller = Caller::connect(place, passwords)?;
    let me = caller.me()?;
    if out.json() {
        out.document(&json::Me::from(me));
        return Ok(Ending::Done);
    }
    out.line(format!(
        "{} <{}> of {}: {}, in by {} until {}.",
        me.name,
        me.email,
        me.shop,
        role(me),
        me.entrance.words(),
        json::time(me.expires)
    ));
    for right in Right::ALL {
        let sign = if me.may(*right) { "may" } else { "may not" };
        out.line(format!("  {sign:7} {}", right.words()));
    }
    if me.role.is_none() {
        out.line(format!(
            "To get a role, ask an owner: {}.",
            me.owners.join(", ")
        ));
    }
    Ok(Ending::Done)
}

/// All shops of the server.
pub fn accounts(place: &Place, passwords: &Passwords, out: &Out) -> anyhow::Result<Ending> {
    let caller = Caller::connect(place, passwords)?;
    let Reply::Accounts(rows) = caller.office(OfficeRequest::Accounts)? else {
        return Err(unexpected().into());
    };
    if out.json() {
        let rows: Vec<json::Account> = rows.iter().map(json::Account::from).collect();
        out.document(&rows);
        return Ok(Ending::Done);
    }
    if rows.is_empty() {
        out.note("There is no account here yet. Open one with `brickops init`.");
    }
    for row in rows {
        out.line(format!(
            "{:4}  {}  {}  {} people, {} signed in, {} lots  owners: {}",
            row.tenant,
            row.name,
            row.currency,
            row.people,
            row.sign_ins,
            row.lots,
            row.owners.join(", ")
        ));
    }
    Ok(Ending::Done)
}

/// The number of a Unix user, by name or number.
pub fn unix_number(name: &str) -> Result<u32> {
    if let Ok(number) = name.parse() {
        return Ok(number);
    }
    let known = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let line = known
        .lines()
        .find(|line| line.split(':').next() == Some(name));
    line.and_then(|line| line.split(':').nth(2)?.parse().ok())
        .ok_or_else(|| {
            Error::not_found(format!(
                "This machine knows no Unix user {name}. Give the number."
            ))
        })
}
