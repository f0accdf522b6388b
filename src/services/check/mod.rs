//! Verifying the whole store: every shop and the catalogue, each invariant by its own sentence.
//!
//! The check reads one consistent state and trusts nothing it can count itself. A record that cannot
//! be read is a problem like any other; the rest is looked at all the same.

mod catalog;
mod ledger;
mod orders;
mod own;
mod people;
#[cfg(test)]
mod tests;
mod walks;

use std::collections::BTreeMap;

use super::App;
use crate::domain::report::{CheckReport, Problem};
use crate::domain::{
    AlertKind, Lot, LotId, Order, OrderId, PickSession, Scope, SessionId, TenantId, UserId,
};
use crate::error::Result;
use crate::services::rights::{Right, allow};
use crate::store::{Shop, Tx};

/// Most problems that are listed one by one.
const LISTED: usize = 100;

/// What was found so far.
#[derive(Default)]
struct Findings {
    report: CheckReport,
    /// Problems beyond [`LISTED`].
    more: u64,
    /// Said before each sentence when there are several shops.
    prefix: String,
}

impl Findings {
    /// A record was looked at.
    fn seen(&mut self) {
        self.report.records += 1;
    }

    fn problem(&mut self, area: &str, message: impl AsRef<str>) {
        if self.report.problems.len() < LISTED {
            self.report.problems.push(Problem {
                area: area.into(),
                message: format!("{}{}", self.prefix, message.as_ref()),
            });
        } else {
            self.more += 1;
        }
    }

    /// Notes a problem unless `right`.
    fn expect(&mut self, right: bool, area: &str, message: impl FnOnce() -> String) {
        if !right {
            self.problem(area, message());
        }
    }

    /// What cannot be read is a problem too, and no reason to stop.
    fn survive(&mut self, area: &str, outcome: Result<()>) {
        if let Err(error) = outcome {
            self.problem(area, error.message);
        }
    }

    fn done(mut self) -> CheckReport {
        if self.more > 0 {
            self.report.problems.push(Problem {
                area: "check".into(),
                message: format!("{} more problems are not listed.", self.more),
            });
        }
        self.report
    }
}

/// The records of a shop that everything else is compared with.
#[derive(Default)]
struct Books {
    lots: BTreeMap<LotId, Lot>,
    orders: BTreeMap<OrderId, Order>,
    walks: BTreeMap<SessionId, PickSession>,
    /// Pieces that left the shelf by a message of the marketplace, by number of the order.
    sent: BTreeMap<String, u64>,
    /// Pieces that were picked and went back to the shelf, by number of the order.
    brought_back: BTreeMap<String, u64>,
}

impl App {
    /// Verifies every invariant of the store, over all shops.
    pub fn check(&self) -> Result<CheckReport> {
        let now = self.clock.now();
        let report = self.store.read_all(|tx| {
            let mut findings = Findings::default();
            let tenants = tx.tenants_with_records()?;
            for tenant in &tenants {
                if tenants.len() > 1 {
                    findings.prefix = format!("Shop {tenant}: ");
                }
                let scope = Scope::owner(*tenant, UserId(0), now);
                shop(tx, &scope, *tenant, &mut findings)?;
            }
            findings.prefix.clear();
            // What belongs to no shop: people whom no shop knows.
            let server = Scope::owner(TenantId(0), UserId(0), now);
            let outcome = people::audit(&tx.shop(&server), &mut findings);
            findings.survive("audit", outcome);
            let outcome = catalog::check(tx, &mut findings);
            findings.survive("catalogue", outcome);
            Ok(findings.done())
        })?;
        if !report.problems.is_empty() {
            let message = "A check of the whole server found problems. Its operator sees them with \
                           `brickops check`.";
            self.alert(None, AlertKind::CheckFailed, message);
        }
        Ok(report)
    }

    /// Verifies every invariant of one shop, for its owner.
    pub fn check_shop(&self, scope: &Scope) -> Result<CheckReport> {
        allow(scope, Right::Export)?;
        let report = self.store.read_all(|tx| {
            let mut findings = Findings::default();
            shop(tx, scope, scope.tenant, &mut findings)?;
            Ok(findings.done())
        })?;
        if !report.problems.is_empty() {
            let message = format!(
                "A check of the shop found problems ({}). An owner sees them with `brickops check`.",
                report.problems.len()
            );
            self.alert(Some(scope.tenant), AlertKind::CheckFailed, &message);
        }
        Ok(report)
    }
}

fn shop(tx: &Tx<'_>, scope: &Scope, tenant: TenantId, findings: &mut Findings) -> Result<()> {
    let shop = tx.shop(scope);
    findings.seen();
    let head = shop.record();
    findings.expect(matches!(head, Ok(Some(_)) | Err(_)), "shop", || {
        format!("There are records of shop {tenant}, but no such shop.")
    });
    findings.survive("shop", head.map(|_| ()));
    let mut books = Books::default();
    read(&shop, &mut books, findings);
    let outcome = ledger::check(&shop, &mut books, findings);
    findings.survive("ledger", outcome);
    let outcome = ledger::indexes(&shop, &books, findings);
    findings.survive("lot", outcome);
    let outcome = orders::check(&shop, &books, findings);
    findings.survive("order", outcome);
    let outcome = walks::check(&shop, &books, findings);
    findings.survive("walk", outcome);
    let outcome = own::check(&shop, findings);
    findings.survive("overlay", outcome);
    let outcome = people::check(&shop, findings);
    findings.survive("people", outcome);
    let outcome = people::audit(&shop, findings);
    findings.survive("audit", outcome);
    numbers(&shop, &books, findings)
}

fn read(shop: &Shop<'_>, books: &mut Books, findings: &mut Findings) {
    let outcome = shop.each_lot(|lot| {
        findings.seen();
        books.lots.insert(lot.id, lot);
        Ok(())
    });
    findings.survive("lot", outcome);
    let outcome = shop.each_order(|order| {
        findings.seen();
        books.orders.insert(order.id, order);
        Ok(())
    });
    findings.survive("order", outcome);
    let outcome = shop.each_pick(|walk| {
        findings.seen();
        books.walks.insert(walk.id, walk);
        Ok(())
    });
    findings.survive("walk", outcome);
}

/// A number that was given must never be given again.
fn numbers(shop: &Shop<'_>, books: &Books, findings: &mut Findings) -> Result<()> {
    let used = [
        ("lot", books.lots.keys().next_back().map_or(0, |id| id.0)),
        (
            "order",
            books.orders.keys().next_back().map_or(0, |id| id.0),
        ),
        (
            "session",
            books.walks.keys().next_back().map_or(0, |id| id.0),
        ),
    ];
    for (what, highest) in used {
        let given = shop.last_given(what)?;
        findings.expect(given >= highest, "numbers", || {
            format!("The highest {what} is {highest}, but only {given} were given.")
        });
    }
    Ok(())
}
