//! The machine room: what is known of the calls to the services outside, gathered for a shop or for whoever
//! watches the server.

mod meter;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) use meter::Turnstile;
pub use meter::{BOUNDS, Meter, Tally};

use super::App;
use super::keys::MARKETS;
use super::people::Threshold;
use super::rights::{NO_SHOP, Right, allow};
use crate::domain::market::machine_room::{
    AnswerCounts, EndpointRoom, LaneRoom, MachineRoom, PictureCounts, ServiceRoom,
};
use crate::domain::market::{Class, FreshnessReport, Lane, Service};
use crate::domain::time::SECOND;
use crate::domain::{Scope, TenantId, Timestamp, UserId};
use crate::error::{Error, Kind, Result};

/// Counting the ages of everything takes a while; a count is good for so long, in microseconds.
const COUNTED: i64 = 60 * SECOND;
/// The same for whoever measures the server all day.
const COUNTED_LONG: i64 = 600 * SECOND;

/// What the machine room remembers.
#[derive(Debug)]
pub(crate) struct Machines {
    pub(crate) meter: Arc<Meter>,
    ages: Mutex<HashMap<TenantId, (Timestamp, FreshnessReport)>>,
}

impl Machines {
    pub(crate) fn new(meter: Arc<Meter>) -> Self {
        Self {
            meter,
            ages: Mutex::default(),
        }
    }
}

/// Everything for `/metrics`. Shops are numbers.
#[derive(Debug)]
pub struct ServerFigures {
    /// Calls by service and name, of all shops together.
    pub calls: BTreeMap<(Service, &'static str), Tally>,
    /// Budgets of every shop.
    pub lanes: Vec<(TenantId, LaneRoom)>,
    /// Ages of every shop.
    pub freshness: Vec<(TenantId, FreshnessReport)>,
    /// Looks at items and prices.
    pub answers: AnswerCounts,
    /// Looks at pictures.
    pub pictures: PictureCounts,
    /// Refreshes that wait, and that are under way.
    pub refreshes: (u32, u32),
}

impl App {
    /// How the calls of a shop go. The operator, who needs no shop, gets the counts of all together.
    ///
    /// # Errors
    /// `Forbidden` for others than owners and the operator, `Storage` when the store cannot be read.
    pub fn machine_room(&self, scope: Option<&Scope>, door: &Threshold) -> Result<MachineRoom> {
        let tenant = match scope {
            Some(scope) if !door.operator || scope.may(Right::Jobs) => {
                allow(scope, Right::Jobs)?;
                Some(scope.tenant)
            }
            _ if door.operator => None,
            _ => {
                return Err(Error::new(
                    Kind::Forbidden,
                    "Only owners and the server's operator may see how services outside are called.",
                ));
            }
        };
        let meter = &self.machines.meter;
        let calls = meter.calls(tenant);
        let mut services = Vec::new();
        for service in Service::ALL {
            let (connected, lanes) = match tenant {
                Some(tenant) => self.lanes(tenant, service)?,
                None => (true, Vec::new()),
            };
            let mut sum = Tally::default();
            for ((of, _), tally) in &calls {
                if *of == service {
                    sum.add(tally);
                }
            }
            let (day, quarters) = meter.quarters(tenant, service);
            services.push(ServiceRoom {
                service,
                connected,
                lanes,
                calls: sum.calls(),
                failed: sum.failed(),
                retries: sum.retries,
                throttled: sum.of(Class::Throttled),
                held: sum.of(Class::Held),
                refused: sum.of(Class::Budget),
                day,
                quarters,
            });
        }
        let mut endpoints: Vec<EndpointRoom> = calls
            .iter()
            .filter(|(_, tally)| tally.calls() > 0)
            .map(|((service, endpoint), tally)| EndpointRoom {
                service: *service,
                endpoint: (*endpoint).to_owned(),
                calls: tally.calls(),
                failed: tally.failed(),
                half: tally.within_most(50),
                most: tally.within_most(99),
                last: tally.last,
            })
            .collect();
        endpoints.sort_by_key(|one| std::cmp::Reverse(one.calls));
        Ok(MachineRoom {
            since: meter.since(),
            offline: self.offline,
            server: tenant.is_none(),
            services,
            endpoints,
            troubles: tenant.map_or_else(Vec::new, |tenant| meter.troubles(tenant)),
            answers: meter.answers(tenant),
            pictures: self.picture_counts(),
            refreshes: self.freshener.counts(),
            freshness: match tenant {
                Some(tenant) => self.ages(tenant, COUNTED)?,
                None => FreshnessReport::default(),
            },
        })
    }

    /// The answer of an error as it came, without keys and control characters.
    ///
    /// # Errors
    /// `Forbidden` for others than owners; `NotFound` when it is not kept, or another shop's.
    pub fn raw_answer(&self, scope: &Scope, trouble: u64) -> Result<String> {
        allow(scope, Right::Jobs)?;
        self.machines
            .meter
            .raw(scope.tenant, trouble)
            .ok_or_else(|| {
                Error::not_found(
                    "This error is not kept any more: only the last 50 are. Look at the list again.",
                )
            })
    }

    /// Everything that is measured of calls, for whoever watches the server.
    ///
    /// # Errors
    /// `Storage` when the store cannot be read.
    pub fn server_figures(&self) -> Result<ServerFigures> {
        #[expect(
            clippy::redundant_closure_for_method_calls,
            reason = "the method alone is not general enough in its lifetimes"
        )]
        let tenants = self.store.read(|tx| tx.tenants())?;
        let mut lanes = Vec::new();
        let mut freshness = Vec::new();
        for tenant in tenants {
            for service in Service::ALL {
                let (_, own) = self.lanes(tenant, service)?;
                lanes.extend(own.into_iter().map(|lane| (tenant, lane)));
            }
            freshness.push((tenant, self.ages(tenant, COUNTED_LONG)?));
        }
        let meter = &self.machines.meter;
        Ok(ServerFigures {
            calls: meter.calls(None),
            lanes,
            freshness,
            answers: meter.answers(None),
            pictures: self.picture_counts(),
            refreshes: self.freshener.counts(),
        })
    }

    /// The budgets of a shop at a service, and whether it can be called.
    fn lanes(&self, tenant: TenantId, service: Service) -> Result<(bool, Vec<LaneRoom>)> {
        let own = |lanes: &[Lane], account| {
            let rooms = lanes
                .iter()
                .map(|lane| self.gates.gate(tenant, *lane, account).room());
            rooms.collect::<Result<Vec<_>>>()
        };
        let market = MARKETS
            .into_iter()
            .find(|one| Service::from(*one) == service);
        let Some(market) = market else {
            return Ok((true, own(&[Lane::Brickognize], 0)?));
        };
        let scope = Scope::owner(tenant, UserId(0), self.clock.now());
        let record = self.store.read(|tx| tx.shop(&scope).sealed_keys(market))?;
        let Some(record) = record else {
            return Ok((false, Vec::new()));
        };
        let lanes: &[Lane] = match service {
            Service::BrickOwl => &[Lane::BrickOwl, Lane::BrickOwlBatch],
            _ => &[Lane::BrickLink],
        };
        Ok((record.enabled, own(lanes, record.account)?))
    }

    /// The ages of everything, counted anew when the last count is older than `good_for` microseconds.
    fn ages(&self, tenant: TenantId, good_for: i64) -> Result<FreshnessReport> {
        let now = self.clock.now();
        if tenant == NO_SHOP {
            return Ok(FreshnessReport::default());
        }
        let ages = || {
            let ages = self.machines.ages.lock();
            ages.unwrap_or_else(PoisonError::into_inner)
        };
        if let Some((at, report)) = ages().get(&tenant)
            && (0..good_for).contains(&now.since(*at))
        {
            return Ok(report.clone());
        }
        let report = self.freshness(&Scope::owner(tenant, UserId(0), now))?;
        ages().insert(tenant, (now, report.clone()));
        Ok(report)
    }
}
