//! `brickops demo`: a small practice shop in a directory that is thrown away.

use std::path::Path;
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;

use super::Ending;
use super::args::Args;
use super::caller::unexpected;
use super::connect::{self, Place};
use super::output::Out;
use super::sandbox::with_lots;
use crate::api::client::Blocking;
use crate::api::server::Desk;
use crate::api::{DoorRequest, Greeting, KeysRequest, NewAccount, OfficeRequest, Reply, Request};
use crate::clock::{Clock, SystemClock};
use crate::config::MasterKey;
use crate::domain::{Grants, ItemKey, Marketplace, OverlayEdit, Role, Secret, SortBin, Timestamp};
use crate::error::{Error, Result};
use crate::sandbox;
use crate::sandbox::listen::{Listening, listen};

/// What is in the practice shop.
const LOTS: &[u8] = include_bytes!("../../seed/shop.bsx");
/// What its buyers want.
const ORDERS: &str = include_str!("../../seed/orders.xml");

/// Its name.
const SHOP: &str = "Practice shop";
/// Password of everybody in the practice shop.
const PASSWORD: &str = "practice-makes";
/// How many orders an hour come in at each of the played marketplaces.
const BUYERS: u32 = 6;
/// PIN of the practice shop's picker.
const PIN: &str = "2580";

/// Fills a throw-away shop and opens it on the screen.
pub fn run(args: &Args, out: &Out) -> anyhow::Result<Ending> {
    let dir = tempfile::Builder::new()
        .prefix("brickops-demo-")
        .tempdir()
        .map_err(|e| {
            Error::storage(format!(
                "There is no room for a practice shop in {} ({e}).",
                std::env::temp_dir().display()
            ))
        })?;
    let mut place = Place::find(args)?.nobody();
    dir.path().clone_into(&mut place.data_dir);
    // Nothing is called with --offline, not even this machine.
    let played = if place.config.offline {
        None
    } else {
        Some(play(&mut place)?)
    };
    let desk = connect::open(&place, true)?;
    let mut greeting = connect::greeting(&place);
    let pass = desk.practice(
        &greeting,
        NewAccount {
            shop: SHOP.into(),
            email: "you@practice.example".into(),
            name: "You".into(),
            password: Secret::new(PASSWORD),
            currency: "EUR".into(),
            time_zone: "UTC".into(),
        },
    )?;
    greeting.pass = Some(pass);
    let owner = client(&desk, &greeting)?;
    hire(&desk, &greeting, &owner)?;
    fill(&owner, dir.path())?;
    tag(&owner)?;
    if played.is_some() {
        join(&owner)?;
    }
    drop(owner);
    let ended = super::screens::show(&place, &desk, greeting, out);
    drop(played);
    ended
}

/// The marketplaces and Brickognize, played by this process for as long as the screen is open.
fn play(place: &mut Place) -> Result<Listening> {
    let listening = listen(with_lots("shop.bsx", LOTS, BUYERS)?, 0)?;
    let base = format!("http://{}", listening.address());
    let market = &mut place.config.market;
    market.addresses = [
        Some(format!("{base}/api/store/v1")),
        Some(format!("{base}/v1")),
        Some(base),
    ];
    market.refresh_as = Some(SHOP.into());
    market.master_key = MasterKey::File(place.data_dir.join("practice.key"));
    Ok(listening)
}

/// Connects the practice shop to both played marketplaces.
fn join(owner: &Blocking) -> Result<()> {
    let link = [
        sandbox::CONSUMER_KEY,
        sandbox::CONSUMER_SECRET,
        sandbox::TOKEN,
        sandbox::TOKEN_SECRET,
    ];
    for (market, values) in [
        (Marketplace::BrickLink, &link[..]),
        (Marketplace::BrickOwl, &[sandbox::OWL_KEY]),
    ] {
        owner.call(Request::Keys(KeysRequest::Connect {
            market,
            values: values.iter().map(|value| Secret::new(*value)).collect(),
        }))?;
        owner.call(Request::Keys(KeysRequest::Test { market }))?;
    }
    Ok(())
}

fn client(desk: &Arc<Desk>, greeting: &Greeting) -> Result<Blocking> {
    let (sink, incoming) = Blocking::channel();
    let (client, _) = connect::in_process(desk, greeting.clone(), &sink)?;
    Ok(Blocking::new(client, incoming))
}

/// A second person, so that switching by PIN can be tried.
fn hire(desk: &Arc<Desk>, greeting: &Greeting, owner: &Blocking) -> Result<()> {
    let password = Secret::new(PASSWORD);
    owner.call(Request::Door(DoorRequest::Confirm {
        password: password.clone(),
    }))?;
    let invited = owner.call(Request::Office(OfficeRequest::Invite {
        email: "ben@practice.example".into(),
        role: Role::Picker,
        grants: Grants::default(),
        days: 1,
    }))?;
    let Reply::Invited(invited) = invited else {
        return Err(unexpected());
    };
    let elsewhere = Greeting {
        key: Secret::new("the other station"),
        pass: None,
        ..greeting.clone()
    };
    let ben = client(desk, &elsewhere)?;
    ben.call(Request::Door(DoorRequest::UseCode {
        code: invited.code,
        name: "Ben".into(),
        password: password.clone(),
    }))?;
    ben.call(Request::Door(DoorRequest::Confirm { password }))?;
    ben.call(Request::Office(OfficeRequest::SetPin {
        pin: Some(Secret::new(PIN)),
    }))?;
    ben.call(Request::Door(DoorRequest::SignOut))?;
    Ok(())
}

/// Lots and orders.
fn fill(owner: &Blocking, dir: &Path) -> anyhow::Result<()> {
    let orders = of_these_days(ORDERS, SystemClock.now());
    for (name, bytes, wrap) in [
        ("shop.bsx", LOTS, import_lots as fn(String) -> Request),
        ("orders.xml", orders.as_bytes(), import_orders),
    ] {
        let path = dir.join(name);
        std::fs::write(&path, bytes)
            .map_err(|e| Error::storage(format!("{} cannot be written ({e}).", path.display())))?;
        match owner.call(wrap(path.display().to_string()))? {
            Reply::InventoryImported(_) | Reply::OrdersImported(_) => {}
            _ => anyhow::bail!("the practice shop could not be filled"),
        }
    }
    Ok(())
}

/// A few notes of the shop's own.
fn tag(owner: &Blocking) -> Result<()> {
    for (no, tag, notes, bin) in [
        (
            "3023",
            "fast mover",
            "Weigh, do not count: 100 are 36 g.",
            "C12",
        ),
        ("3001", "fast mover", "", "A1"),
        ("3794a", "check", "Old mould with groove goes into C13.", ""),
    ] {
        owner.call(Request::SetOverlay {
            key: ItemKey::part(no),
            edit: Box::new(OverlayEdit {
                tags: Some(vec![tag.to_owned()]),
                notes: Some(notes.to_owned()),
                bin: Some(SortBin::parse(bin)),
            }),
        })?;
    }
    Ok(())
}

fn import_lots(path: String) -> Request {
    Request::ImportInventory { path }
}

fn import_orders(path: String) -> Request {
    Request::ImportOrders { path }
}

/// The same orders with dates moved so that the newest came in today: practice orders that are a year
/// old would teach the wrong thing.
fn of_these_days(orders: &str, today: Timestamp) -> String {
    let read = |text: &str| -> Option<Date> {
        let mut parts = text.split('/');
        let (month, day) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Date::new(parts.next()?.parse().ok()?, month, day).ok()
    };
    let dates: Vec<&str> = ["<ORDERDATE>", "<ORDERSTATUSCHANGED>"]
        .iter()
        .flat_map(|tag| orders.split(tag).skip(1))
        .filter_map(|rest| rest.split('<').next())
        .collect();
    let newest = dates.iter().filter_map(|text| read(text)).max();
    let now = jiff::Timestamp::from_microsecond(today.micros())
        .map(|now| now.to_zoned(jiff::tz::TimeZone::UTC).date());
    let (Some(newest), Ok(now)) = (newest, now) else {
        return orders.to_owned();
    };
    let Ok(shift) = (now - newest).total((jiff::Unit::Day, now)) else {
        return orders.to_owned();
    };
    let mut moved = String::with_capacity(orders.len());
    for line in orders.split_inclusive('\n') {
        let dated = ["<ORDERDATE>", "<ORDERSTATUSCHANGED>"]
            .iter()
            .find_map(|tag| {
                let start = line.find(tag)? + tag.len();
                let end = start + line[start..].find('<')?;
                let date = read(&line[start..end])?
                    .checked_add((shift as i64).days())
                    .ok()?;
                let date = format!("{}/{}/{}", date.month(), date.day(), date.year());
                Some(format!("{}{date}{}", &line[..start], &line[end..]))
            });
        moved.push_str(dated.as_deref().unwrap_or(line));
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_order_came_today() {
        // 2026-03-01
        let moved = of_these_days(ORDERS, Timestamp::from_seconds(1_772_323_200));
        assert!(moved.contains("<ORDERDATE>3/1/2026</ORDERDATE>"));
        assert_eq!(
            moved.matches("<ORDER>").count(),
            ORDERS.matches("<ORDER>").count()
        );
        assert!(!moved.contains("/2025</ORDERDATE>"), "all are moved");
    }
}
