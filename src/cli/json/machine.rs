//! How the services outside are called, for scripts.

use std::collections::BTreeMap;

use serde::Serialize;

use super::time;
use crate::domain::market::machine_room::{
    CallTrouble, EndpointRoom, LaneRoom, MachineRoom, QueueRow, ServiceRoom,
};
use crate::domain::market::{AgeCounts, BreakerView, Purpose};

/// Everything about calls.
#[derive(Debug, Serialize)]
pub struct Machine {
    since: String,
    offline: bool,
    all_shops: bool,
    services: Vec<Service>,
    endpoints: Vec<Endpoint>,
    errors: Vec<Trouble>,
    answers: Answers,
    pictures: Pictures,
    refreshes: Queue,
    freshness: Freshness,
}

#[derive(Debug, Serialize)]
struct Service {
    #[serde(rename = "service")]
    name: &'static str,
    connected: bool,
    calls: u64,
    failed: u64,
    retries: u64,
    throttled: u64,
    held_back: u64,
    over_budget: u64,
    calls_24_hours: u32,
    calls_by_quarter_hour: Vec<u32>,
    lanes: Vec<Lane>,
}

#[derive(Debug, Serialize)]
struct Lane {
    #[serde(rename = "lane")]
    name: &'static str,
    used: u32,
    limit: u32,
    span_seconds: u32,
    last_minute: u32,
    kept_for_stock: u32,
    nearly_spent: bool,
    exhausted_until: Option<String>,
    breaker: &'static str,
    next_try: Option<String>,
    waiting: u32,
    under_way: u32,
    used_by: BTreeMap<&'static str, u32>,
    may_use_up_to: BTreeMap<&'static str, u32>,
    queue: Vec<Waits>,
}

#[derive(Debug, Serialize)]
struct Waits {
    purpose: &'static str,
    waiting: u32,
    under_way: u32,
}

#[derive(Debug, Serialize)]
struct Endpoint {
    service: &'static str,
    #[serde(rename = "endpoint")]
    name: String,
    calls: u64,
    failed: u64,
    p50_micros: u32,
    p99_micros: u32,
    last: String,
}

#[derive(Debug, Serialize)]
struct Trouble {
    at: String,
    times: u32,
    service: &'static str,
    endpoint: String,
    failure: &'static str,
    status: Option<u16>,
    attempt: u32,
    message: String,
    raw: Option<String>,
}

#[derive(Debug, Serialize)]
struct Answers {
    fresh: u64,
    stale: u64,
    expired: u64,
    missing: u64,
    last_known: u64,
}

#[derive(Debug, Serialize)]
struct Pictures {
    on_disk: u64,
    missing: u64,
    waiting: u32,
    under_way: u32,
}

#[derive(Debug, Serialize)]
struct Queue {
    waiting: u32,
    under_way: u32,
}

#[derive(Debug, Serialize)]
struct Freshness {
    items: Ages,
    prices: Ages,
}

#[derive(Debug, Serialize)]
struct Ages {
    fresh: u32,
    stale: u32,
    expired: u32,
    never: u32,
    too_many_expired: bool,
}

impl Machine {
    /// The room, and the answers of its errors by their number.
    pub fn of(room: &MachineRoom, raws: &BTreeMap<u64, String>) -> Self {
        Self {
            since: time(room.since),
            offline: room.offline,
            all_shops: room.server,
            services: room.services.iter().map(service).collect(),
            endpoints: room.endpoints.iter().map(endpoint).collect(),
            errors: room
                .troubles
                .iter()
                .map(|one| trouble(one, raws.get(&one.id)))
                .collect(),
            answers: Answers {
                fresh: room.answers.fresh,
                stale: room.answers.stale,
                expired: room.answers.expired,
                missing: room.answers.missing,
                last_known: room.answers.last_known,
            },
            pictures: Pictures {
                on_disk: room.pictures.here,
                missing: room.pictures.missing,
                waiting: room.pictures.waiting,
                under_way: room.pictures.under_way,
            },
            refreshes: Queue {
                waiting: room.refreshes.0,
                under_way: room.refreshes.1,
            },
            freshness: Freshness {
                items: ages(room.freshness.items),
                prices: ages(room.freshness.prices),
            },
        }
    }
}

fn service(room: &ServiceRoom) -> Service {
    Service {
        name: room.service.name(),
        connected: room.connected,
        calls: room.calls,
        failed: room.failed,
        retries: room.retries,
        throttled: room.throttled,
        held_back: room.held,
        over_budget: room.refused,
        calls_24_hours: room.day,
        calls_by_quarter_hour: room.quarters.clone(),
        lanes: room.lanes.iter().map(lane).collect(),
    }
}

fn by_purpose(rows: &[(Purpose, u32)]) -> BTreeMap<&'static str, u32> {
    let rows = rows.iter();
    rows.map(|(purpose, calls)| (purpose.word(), *calls))
        .collect()
}

fn lane(room: &LaneRoom) -> Lane {
    let budget = &room.budget;
    Lane {
        name: budget.lane.word(),
        used: budget.used,
        limit: budget.limit,
        span_seconds: budget.span,
        last_minute: budget.last_minute,
        kept_for_stock: budget.kept_for_stock,
        nearly_spent: budget.warns,
        exhausted_until: budget.exhausted_until.map(time),
        breaker: budget.breaker.word(),
        next_try: match budget.breaker {
            BreakerView::Open(until) => Some(time(until)),
            BreakerView::Closed | BreakerView::Probing => None,
        },
        waiting: budget.waiting,
        under_way: budget.under_way,
        used_by: by_purpose(&budget.by_purpose),
        may_use_up_to: by_purpose(&room.shares),
        queue: room.queue.iter().map(waits).collect(),
    }
}

const fn waits(row: &QueueRow) -> Waits {
    Waits {
        purpose: row.purpose.word(),
        waiting: row.waiting,
        under_way: row.under_way,
    }
}

fn endpoint(room: &EndpointRoom) -> Endpoint {
    Endpoint {
        service: room.service.name(),
        name: room.endpoint.clone(),
        calls: room.calls,
        failed: room.failed,
        p50_micros: room.half,
        p99_micros: room.most,
        last: time(room.last),
    }
}

fn trouble(one: &CallTrouble, raw: Option<&String>) -> Trouble {
    Trouble {
        at: time(one.at),
        times: one.times,
        service: one.service.name(),
        endpoint: one.endpoint.clone(),
        failure: one.class.word(),
        status: (one.status > 0).then_some(one.status),
        attempt: one.nth,
        message: one.text.clone(),
        raw: raw.cloned(),
    }
}

const fn ages(counts: AgeCounts) -> Ages {
    Ages {
        fresh: counts.fresh,
        stale: counts.stale,
        expired: counts.expired,
        never: counts.never,
        too_many_expired: counts.warns(),
    }
}
