//! `brickops market status --verbose`: the machine room as text, or for scripts.

use std::collections::BTreeMap;

use serde::Serialize;

use super::caller::{Caller, unexpected};
use super::json;
use super::market::{MarketJson, budget_words};
use super::output::Out;
use crate::api::{MachineRequest, Reply, Request};
use crate::domain::market::AgeCounts;
use crate::domain::market::machine_room::{AnswerCounts, MachineRoom, ServiceRoom, percent};
use crate::error::{Kind, Result};

/// Keys and calls in one document.
#[derive(Debug, Serialize)]
struct Verbose {
    markets: Vec<MarketJson>,
    machine_room: json::Machine,
}

/// Everything about calls, for a person behind `markets`, for a script in one document with them.
pub(super) fn show(caller: &Caller<'_>, markets: Vec<MarketJson>, out: &Out) -> Result<()> {
    let ask = |request| caller.call(Request::Machine(request));
    let Reply::Machine(room) = ask(MachineRequest::Look)? else {
        return Err(unexpected());
    };
    if !out.json() {
        words(&room, out);
        return Ok(());
    }
    let mut raws = BTreeMap::new();
    for trouble in room.troubles.iter().filter(|one| one.raw) {
        match ask(MachineRequest::Raw { id: trouble.id }) {
            Ok(Reply::Text(raw)) => {
                raws.insert(trouble.id, raw);
            }
            Ok(_) => return Err(unexpected()),
            // Newer errors have taken its place.
            Err(e) if e.kind == Kind::NotFound => {}
            Err(e) => return Err(e),
        }
    }
    out.document(&Verbose {
        markets,
        machine_room: json::Machine::of(&room, &raws),
    });
    Ok(())
}

fn words(room: &MachineRoom, out: &Out) {
    if room.offline {
        out.line("Calls to services outside are switched off.");
    }
    if room.is_quiet() {
        out.line("Nothing was asked of a marketplace yet.");
    }
    let whose = if room.server { " of all shops" } else { "" };
    out.line(format!("Calls{whose} since {}", json::time(room.since)));
    for service in &room.services {
        service_words(service, out);
    }
    for one in &room.endpoints {
        out.line(format!(
            "  {:11} {:32} {} calls, {} failed, half within {} ms, 99 % within {} ms",
            one.service.name(),
            one.endpoint,
            one.calls,
            one.failed,
            one.half / 1_000,
            one.most / 1_000
        ));
    }
    out.line(format!("Answers    {}", answers(room.answers)));
    let pictures = room.pictures;
    let looks = pictures.here + pictures.missing;
    out.line(format!(
        "Pictures   {} of {looks} from the disk ({} %); {} wait, {} under way",
        pictures.here,
        percent(pictures.here, looks),
        pictures.waiting,
        pictures.under_way
    ));
    out.line(format!(
        "Refreshes  {} wait, {} under way",
        room.refreshes.0, room.refreshes.1
    ));
    if !room.server {
        out.line(format!("Items      {}", ages(room.freshness.items)));
        out.line(format!("Prices     {}", ages(room.freshness.prices)));
    }
    for one in &room.troubles {
        out.line(format!(
            "{}  {} {} {} x{}: {}",
            json::time(one.at),
            one.service.name(),
            one.endpoint,
            one.class.word(),
            one.times,
            one.text
        ));
    }
}

fn service_words(service: &ServiceRoom, out: &Out) {
    out.line(format!(
        "{:11} {} calls, {} failed, {} tried again, {} one too many, {} held back, {} over budget",
        service.service.name(),
        service.calls,
        service.failed,
        service.retries,
        service.throttled,
        service.held,
        service.refused
    ));
    for lane in &service.lanes {
        let budget = &lane.budget;
        out.line(format!(
            "  {:15} {}; {} in the last minute, {} kept for stock changes, {} wait, {} under way",
            budget.lane.word(),
            budget_words(budget),
            budget.last_minute,
            budget.kept_for_stock,
            budget.waiting,
            budget.under_way
        ));
        for row in &lane.queue {
            let (waiting, under_way) = (row.waiting, row.under_way);
            let name = row.purpose.word();
            out.line(format!("    {name}: {waiting} wait, {under_way} under way"));
        }
    }
}

fn answers(counts: AnswerCounts) -> String {
    format!(
        "{} looks, {} % fresh, {} stale, {} expired, {} missing; {} with what was known last",
        counts.all(),
        percent(counts.fresh, counts.all()),
        counts.stale,
        counts.expired,
        counts.missing,
        counts.last_known
    )
}

fn ages(counts: AgeCounts) -> String {
    let warning = if counts.warns() {
        "; more than 2 % are expired"
    } else {
        ""
    };
    format!(
        "{} fresh, {} stale, {} expired, {} never fetched{warning}",
        counts.fresh, counts.stale, counts.expired, counts.never
    )
}
