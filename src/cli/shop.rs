//! `brickops inventory ...`, `brickops orders ...`, `brickops check`

use std::path::Path;

use super::args::{InventoryCommand, OrdersCommand};
use super::asking::Passwords;
use super::catalog::{absolute, skipped};
use super::connect::{Place, blocking};
use super::output::Out;
use super::{Ending, json, stock};
use crate::api::client::Blocking;
use crate::api::{Event, Reply, Request, Rows};
use crate::domain::query::{OrderQuery, ViewSpec};
use crate::domain::report::OrdersImport;
use crate::domain::rows::{ItemDetail, OrderRow};
use crate::error::{Error, Result};

/// Rows that are asked for at once.
const PAGE: u16 = 1_000;

fn unexpected() -> Error {
    Error::internal("The server answered something else.")
}

/// Runs a command of the inventory.
pub fn inventory(
    place: &Place,
    command: &InventoryCommand,
    passwords: &Passwords,
    out: &Out,
) -> anyhow::Result<Ending> {
    match command {
        InventoryCommand::Lists(command) => super::lists::run(place, command, out),
        InventoryCommand::Stock(command) => stock::run(place, command, passwords, out),
    }
}

fn import(client: &Blocking, request: Request, out: &Out) -> Result<Reply> {
    let mut bar = out.bar();
    let answer = client.call_with(request, |event| {
        if let Event::Progress(progress) = event {
            bar.show(&progress);
        }
    });
    bar.done();
    answer
}

fn ending(skipped: u64) -> Ending {
    if skipped > 0 {
        Ending::Partly
    } else {
        Ending::Done
    }
}

fn each_page(
    client: &Blocking,
    spec: ViewSpec,
    limit: u32,
    mut take: impl FnMut(Rows) -> Result<()>,
) -> Result<()> {
    let page = |left: u32| u16::try_from(left).unwrap_or(PAGE).min(PAGE);
    let Reply::Opened(opened) = client.call(Request::Open {
        spec,
        rows: page(limit),
    })?
    else {
        return Err(unexpected());
    };
    let mut got = u32::try_from(opened.rows.len()).unwrap_or(u32::MAX);
    let total = opened.total.unwrap_or(got);
    let view = opened.view;
    take(opened.rows)?;
    while got < total.min(limit) {
        let Reply::Window { rows, .. } = client.call(Request::Window {
            view,
            offset: got,
            len: page(limit - got),
        })?
        else {
            return Err(unexpected());
        };
        if rows.is_empty() {
            break;
        }
        got += u32::try_from(rows.len()).unwrap_or(u32::MAX);
        take(rows)?;
    }
    Ok(())
}

/// Runs a command of the orders.
pub fn orders(place: &Place, command: &OrdersCommand, out: &Out) -> anyhow::Result<Ending> {
    match command {
        OrdersCommand::Import { file } => {
            let path = absolute(file)?;
            let answer = import(&blocking(place)?, Request::ImportOrders { path }, out)?;
            let Reply::OrdersImported(report) = answer else {
                return Err(unexpected().into());
            };
            Ok(orders_imported(&report, out))
        }
        OrdersCommand::List {
            words,
            to_pick,
            limit,
        } => {
            let spec = ViewSpec::Orders(OrderQuery {
                text: words.clone(),
                status: None,
                to_pick: *to_pick,
            });
            let mut orders = Vec::new();
            each_page(&blocking(place)?, spec, *limit, |rows| match rows {
                Rows::Orders(rows) => {
                    orders.extend(rows);
                    Ok(())
                }
                _ => Err(unexpected()),
            })?;
            list_orders(orders, out);
            Ok(Ending::Done)
        }
    }
}

fn orders_imported(report: &OrdersImport, out: &Out) -> Ending {
    if out.json() {
        out.document(report);
    } else {
        out.line(format!(
            "{}: {} orders read, {} added, {} changed, {} were there already.",
            report.file, report.read, report.added, report.changed, report.already
        ));
        out.line(format!(
            "{} lines matched a lot, {} did not; {} pieces are promised, {} are not there.",
            report.matched, report.unmatched, report.reserved, report.short
        ));
    }
    skipped(&report.skipped, out);
    ending(report.skipped.count)
}

fn list_orders(orders: Vec<OrderRow>, out: &Out) {
    if out.json() {
        let orders: Vec<json::Order> = orders.into_iter().map(json::Order::from).collect();
        out.document(&orders);
        return;
    }
    if orders.is_empty() {
        out.note("There are no such orders. Take some in with: brickops orders import FILE.xml");
    }
    for order in orders {
        out.line(format!(
            "{:<12} {:<10} {:<11} {:>4} lines {:>6} pieces {:>14} {}  {}",
            order.number,
            order.ordered.date(),
            order.status.word(),
            order.lines,
            order.pieces,
            order.total,
            order.currency,
            order.party
        ));
    }
}

/// Verifies the store.
pub fn check(place: &Place, out: &Out) -> anyhow::Result<Ending> {
    if !Path::new(&place.data_dir).is_dir() {
        return Err(Error::not_found(format!(
            "There is no data in {}. Name the right place with --data-dir.",
            place.data_dir.display()
        ))
        .into());
    }
    let Reply::Checked(report) = blocking(place)?.call(Request::Check)? else {
        return Err(unexpected().into());
    };
    let failed = !report.problems.is_empty();
    if out.json() {
        out.document(&json::Check::from(*report));
    } else {
        for problem in &report.problems {
            out.line(format!("{}: {}", problem.area, problem.message));
        }
        out.line(match report.problems.len() {
            0 => format!("{} records are in order.", report.records),
            count => format!("{count} problems in {} records.", report.records),
        });
    }
    Ok(if failed { Ending::Failed } else { Ending::Done })
}

/// An item for people.
pub fn print_item(detail: &ItemDetail, out: &Out) {
    let item = &detail.item;
    out.line(format!("{}  {}", item.key.no, item.name));
    let field = |name: &str, text: String| {
        if !text.is_empty() {
            out.line(format!("  {name:<12} {text}"));
        }
    };
    field("type", item.key.kind.word().to_owned());
    field("category", detail.category_path.join(" / "));
    field("also", item.alternates.join(", "));
    field(
        "year",
        item.year.map(|year| year.to_string()).unwrap_or_default(),
    );
    field(
        "weight",
        item.weight.map(|w| w.to_string()).unwrap_or_default(),
    );
    field(
        "size",
        item.dimensions.map(|d| d.to_string()).unwrap_or_default(),
    );
    field(
        "sort bin",
        item.bin.map(|bin| bin.to_string()).unwrap_or_default(),
    );
    let printed = if detail.printed { "yes" } else { "no" };
    field(
        "printed",
        format!("{printed} (derived from number and name)"),
    );
    if let Some(at) = item.vanished {
        field(
            "vanished",
            format!("missing from BrickLink since {}", at.date()),
        );
    }
    for color in &detail.colors {
        let stock = match color.stock {
            0 => String::new(),
            pieces => format!("  {pieces} here"),
        };
        out.line(format!(
            "  {:>4} {:<26} {}{stock}",
            color.color.id,
            color.color.name,
            color.elements.join(" ")
        ));
    }
    for facts in &detail.facts {
        let known = match (facts.facts, facts.freshness) {
            (Some(known), Some(freshness)) => format!(
                "{}, {}, {}",
                known.source.words(),
                known.at.date(),
                freshness.word()
            ),
            _ => "not known yet".to_owned(),
        };
        out.line(format!("  {:<28} {known}", facts.what));
        if let Some(trouble) = &facts.trouble {
            let again = super::json::time(trouble.again);
            out.line(format!(
                "  {:<28} failed: {} Tried again after {again}.",
                "", trouble.text
            ));
        }
    }
    if let Some(prices) = &detail.prices {
        out.line(format!(
            "  Prices in {}, {}:",
            prices.currency, prices.color.name
        ));
        super::fresh::print_table(prices, out);
    }
    for lot in &detail.lots {
        out.line(format!(
            "  here: {:<12} {:<22} {:<4} {:>6} pieces at {}",
            lot.place.first(),
            lot.color.name,
            lot.condition.word(),
            lot.stock.available,
            lot.price
        ));
    }
}
