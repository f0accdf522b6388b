//! Calls of the shop that screens are tested with.

use super::shop::NOW;
use crate::api::{Answer, MachineRequest, Reply};
use crate::domain::market::machine_room::{
    AnswerCounts, CallTrouble, EndpointRoom, LaneRoom, MachineRoom, PictureCounts, QUARTERS,
    QueueRow, ServiceRoom,
};
use crate::domain::market::{
    AgeCounts, BreakerView, BudgetView, Class, FreshnessReport, Lane, Plan, Purpose, Service,
};
use crate::domain::time::SECOND;
use crate::domain::{ItemKey, Timestamp};
use crate::error::Error;

/// The answer of the first error.
pub const RAW: &str = "<html>\n<head><title>503 Service Unavailable</title></head>\n<body>\u{1b}[31mback soon\n<hr>\n<address>one</address>\n<address>two</address>\n<address>three</address>\n<address>four</address>\n</body>\n</html>";

fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_micros(NOW.micros() - seconds * SECOND)
}

fn lane(lane: Lane, used: u32, breaker: BreakerView) -> LaneRoom {
    let plan = Plan::of(lane, None);
    LaneRoom {
        budget: BudgetView {
            lane,
            used,
            limit: plan.limit,
            span: u32::try_from(plan.span / SECOND).unwrap_or(0),
            by_purpose: vec![(Purpose::Catalogue, used)],
            last_minute: used.min(7),
            kept_for_stock: plan.kept_for_stock(),
            exhausted_until: None,
            frees: None,
            warns: used >= plan.warns_at(),
            waiting: u32::from(used > 1_000) * 2,
            under_way: u32::from(used > 1_000),
            breaker,
        },
        shares: Vec::new(),
        queue: vec![QueueRow {
            purpose: Purpose::Catalogue,
            waiting: 2,
            under_way: 1,
        }],
    }
}

fn service(service: Service, lanes: Vec<LaneRoom>, calls: u64) -> ServiceRoom {
    let wave = (0_u32..).take(QUARTERS).map(|at| at * at % 17);
    ServiceRoom {
        service,
        connected: !lanes.is_empty(),
        lanes,
        calls,
        failed: calls / 100,
        retries: calls / 200,
        throttled: 0,
        held: 0,
        refused: calls / 300,
        day: u32::try_from(calls).unwrap_or(0),
        quarters: if calls > 0 {
            wave.collect()
        } else {
            vec![0; QUARTERS]
        },
    }
}

fn trouble(id: u64, seconds: i64, service: Service, class: Class, text: &str) -> CallTrouble {
    CallTrouble {
        id,
        at: ago(seconds),
        times: u32::try_from(id).unwrap_or(1),
        service,
        endpoint: "GET items/{type}/{no}/price".into(),
        class,
        status: if class == Class::Broken { 503 } else { 0 },
        nth: 2,
        text: text.into(),
        raw: class == Class::Broken,
    }
}

/// Nobody was asked anything.
pub(super) fn quiet() -> MachineRoom {
    MachineRoom {
        since: ago(90),
        offline: false,
        server: false,
        services: Service::ALL
            .into_iter()
            .map(|one| {
                let eye = (one == Service::Brickognize).then(|| {
                    let closed = BreakerView::Closed;
                    lane(Lane::Brickognize, 0, closed)
                });
                service(one, eye.into_iter().collect(), 0)
            })
            .collect(),
        endpoints: Vec::new(),
        troubles: Vec::new(),
        answers: AnswerCounts::default(),
        pictures: PictureCounts::default(),
        refreshes: (0, 0),
        freshness: FreshnessReport::default(),
    }
}

fn busy() -> MachineRoom {
    let names = [
        ("GET items/{type}/{no}/price", 3_100, 40),
        ("GET items/{type}/{no}", 900, 0),
        ("GET items/{type}/{no}/colors", 123, 1),
    ];
    MachineRoom {
        since: ago(7 * 3_600),
        services: vec![
            service(
                Service::BrickLink,
                vec![lane(Lane::BrickLink, 4_123, BreakerView::Closed)],
                4_123,
            ),
            service(
                Service::BrickOwl,
                vec![
                    lane(Lane::BrickOwl, 12, BreakerView::Open(ago(-600))),
                    lane(Lane::BrickOwlBatch, 0, BreakerView::Closed),
                ],
                57,
            ),
            service(
                Service::Brickognize,
                vec![lane(Lane::Brickognize, 3, BreakerView::Closed)],
                3,
            ),
        ],
        endpoints: names
            .into_iter()
            .map(|(endpoint, calls, failed)| EndpointRoom {
                service: Service::BrickLink,
                endpoint: endpoint.into(),
                calls,
                failed,
                half: 212_000,
                most: 3_456_000,
                last: ago(5),
            })
            .collect(),
        troubles: vec![
            trouble(
                3,
                130,
                Service::BrickLink,
                Class::Broken,
                "BrickLink is out of order at the moment (HTTP 503); it is tried again later.",
            ),
            trouble(
                1,
                4_000,
                Service::BrickOwl,
                Class::Silent,
                "BrickOwl did not answer to the end (no answer within 60 s); it is tried again.",
            ),
        ],
        answers: AnswerCounts {
            fresh: 92,
            stale: 5,
            expired: 2,
            missing: 1,
            last_known: 4,
        },
        pictures: PictureCounts {
            here: 75,
            missing: 25,
            waiting: 2,
            under_way: 1,
        },
        refreshes: (3, 1),
        freshness: FreshnessReport {
            items: AgeCounts {
                fresh: 2_000,
                stale: 450,
                expired: 70,
                never: 0,
            },
            prices: AgeCounts {
                fresh: 300,
                stale: 4,
                expired: 1,
                never: 12,
            },
            next: Some(ItemKey::part("3001")),
        },
        ..quiet()
    }
}

pub(super) fn answer(request: &MachineRequest, empty: bool) -> Answer {
    match request {
        MachineRequest::Look if empty => Ok(Reply::Machine(Box::new(quiet()))),
        MachineRequest::Look => Ok(Reply::Machine(Box::new(busy()))),
        MachineRequest::Raw { id: 3 } => Ok(Reply::Text(RAW.into())),
        MachineRequest::Raw { .. } => Err(Error::not_found("This error is not kept any more.")),
    }
}
