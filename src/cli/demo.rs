//! `brickops demo`: a small practice shop in a directory that is thrown away.

use super::Ending;
use super::args::Args;
use super::connect::{self, Place};
use super::output::Out;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::api::client::Blocking;
use crate::api::{Reply, Request};
use crate::clock::{Clock, SystemClock};
use crate::domain::Timestamp;
use crate::error::Error;

/// What is in the practice shop.
const LOTS: &[u8] = include_bytes!("../../seed/shop.bsx");
/// What its buyers want.
const ORDERS: &str = include_str!("../../seed/orders.xml");

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
    let mut place = Place::find(args)?;
    dir.path().clone_into(&mut place.data_dir);
    let desk = connect::open(&place.data_dir, place.config.freshness, true)?;
    desk.practice("Practice shop")?;
    let (sink, incoming) = Blocking::channel();
    let filling = Blocking::new(
        connect::in_process(std::sync::Arc::clone(&desk), &sink),
        incoming,
    );
    let today = SystemClock.now();
    let orders = of_these_days(ORDERS, today);
    for (name, bytes, wrap) in [
        ("shop.bsx", LOTS, import_lots as fn(String) -> Request),
        ("orders.xml", orders.as_bytes(), import_orders),
    ] {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes)
            .map_err(|e| Error::storage(format!("{} cannot be written ({e}).", path.display())))?;
        match filling.call(wrap(path.display().to_string()))? {
            Reply::InventoryImported(_) | Reply::OrdersImported(_) => {}
            _ => anyhow::bail!("the practice shop could not be filled"),
        }
    }
    drop(filling);
    super::screens::show(&place, desk, out)
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
