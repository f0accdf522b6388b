//! Taking orders in: whatever told of them (the clock, a notification, a person), the list is read, and
//! every order in it that says something new is read whole and taken in once.
//!
//! Where an order holds less than before, its lots are read too, as the marketplace may have put the pieces
//! back itself. That only counts when nothing was ordered meanwhile: the list is read again after a while
//! and must say the same, and so must the lots.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::source::{Halt, Listed, Source};
use crate::domain::market::{Class, Listing, MarketOrder, OrderHead};
use crate::domain::sync::TakenIn;
use crate::domain::{OrderStatus, Scope};
use crate::market::retry::Sleeper;
use crate::services::App;
use crate::services::sync::{Incoming, TakenOrder};

/// How long a marketplace is left alone between two readings that must agree.
pub const BETWEEN: Duration = Duration::from_secs(2);
/// How often that is tried.
pub const READINGS: u32 = 5;

/// What came of looking for orders.
#[derive(Debug, Default)]
pub struct IntakeReport {
    /// Orders that were new or said something new.
    pub taken: Vec<(String, TakenOrder)>,
    /// Orders that could not be read, and why; they are read again the next time.
    pub failed: Vec<(String, String)>,
    /// Orders that are missing from the list for the second time.
    pub missing: Vec<String>,
    /// Orders in the list.
    pub listed: usize,
}

impl IntakeReport {
    /// Whether every order is taken in.
    pub const fn is_complete(&self) -> bool {
        self.failed.is_empty()
    }
}

/// Takes in what is new. Blocks for as long as its calls take.
///
/// # Errors
/// The first failure that all further calls would have too; what was taken in before stays.
pub fn intake(
    app: &App,
    scope: &Scope,
    source: &dyn Source,
    sleeper: &dyn Sleeper,
) -> Result<IntakeReport, Halt> {
    let market = source.market();
    let mut report = IntakeReport::default();
    let mut list = source.orders()?;
    for reading in 1..=READINGS {
        report.listed = list.rows.len();
        report.failed.clear();
        let mut waits = Vec::new();
        for head in app.orders_to_read(scope, market, &list.rows)? {
            match read(source, &head)? {
                Ok(order) => {
                    let lots = app.lots_given_back(scope, &order)?;
                    if lots.is_empty() {
                        let lots = Vec::new();
                        take(
                            app,
                            scope,
                            &mut report,
                            vec![Incoming { head, order, lots }],
                        )?;
                    } else {
                        waits.push((head, order, lots));
                    }
                }
                Err(why) => report.failed.push((head.number, why)),
            }
        }
        if waits.is_empty() {
            break;
        }
        let numbers: BTreeSet<u64> = waits
            .iter()
            .flat_map(|(_, _, lots)| lots)
            .copied()
            .collect();
        let lots = lots(source, &numbers)?;
        sleeper.sleep(BETWEEN);
        let again = source.orders()?;
        let steady = agree(&list, &again) && lots == self::lots(source, &numbers)?;
        list = again;
        if steady {
            let together: Vec<Incoming> = waits
                .into_iter()
                .map(|(head, order, numbers)| Incoming {
                    head,
                    order,
                    lots: numbers
                        .into_iter()
                        .map(|number| (number, lots.get(&number).cloned().flatten()))
                        .collect(),
                })
                .collect();
            take(app, scope, &mut report, together)?;
            break;
        }
        if reading == READINGS {
            report.failed.extend(waits.into_iter().map(|(head, _, _)| {
                let why = format!(
                    "{} went on changing while it was read; it is read again soon.",
                    market.name()
                );
                (head.number, why)
            }));
        }
    }
    let left: Vec<String> = report
        .failed
        .iter()
        .map(|(number, _)| number.clone())
        .collect();
    let read = app.orders_are_read(scope, market, &list.rows, &left, list.whole)?;
    report.missing = read.missing;
    Ok(report)
}

/// An order as a whole, or why it cannot be read while others can.
fn read(source: &dyn Source, head: &OrderHead) -> Result<Result<MarketOrder, String>, Halt> {
    match source.order(&head.number) {
        Ok(order) => Ok(Ok(order)),
        // Its content was removed there; the list is all there is.
        Err(failure) if head.status == OrderStatus::Purged && failure.class == Class::NotFound => {
            Ok(Ok(bare(head)))
        }
        Err(failure) => match failure.class {
            Class::NotFound | Class::Refused | Class::Garbled | Class::TooLarge => {
                Ok(Err(failure.text))
            }
            _ => Err(failure.into()),
        },
    }
}

fn take(
    app: &App,
    scope: &Scope,
    report: &mut IntakeReport,
    together: Vec<Incoming>,
) -> Result<(), Halt> {
    let numbers: Vec<String> = together.iter().map(|one| one.head.number.clone()).collect();
    let all = app.take_orders(scope, together)?;
    for (number, taken) in numbers.into_iter().zip(all) {
        if !matches!(taken.what, TakenIn::Same | TakenIn::Past) {
            report.taken.push((number, taken));
        }
    }
    Ok(())
}

fn lots(
    source: &dyn Source,
    numbers: &BTreeSet<u64>,
) -> Result<BTreeMap<u64, Option<Listing>>, Halt> {
    let mut lots = BTreeMap::new();
    for number in numbers {
        lots.insert(*number, source.lot(*number)?);
    }
    Ok(lots)
}

/// Whether two lists of orders say the same.
pub(super) fn agree(one: &Listed<OrderHead>, other: &Listed<OrderHead>) -> bool {
    let sums = |list: &Listed<OrderHead>| {
        let rows = list.rows.iter();
        rows.map(|head| {
            (
                head.number.clone(),
                (head.status.clone(), head.changed, head.pieces, head.lots),
            )
        })
        .collect::<BTreeMap<_, _>>()
    };
    sums(one) == sums(other)
}

fn bare(head: &OrderHead) -> MarketOrder {
    use crate::domain::Money;
    use crate::domain::market::Address;
    MarketOrder {
        head: head.clone(),
        email: String::new(),
        buyer_orders: 0,
        address: Address::default(),
        payment: String::new(),
        payment_status: String::new(),
        paid: None,
        ship_method: String::new(),
        tracking: String::new(),
        subtotal: Money::ZERO,
        shipping: Money::ZERO,
        extra: Money::ZERO,
        discount: Money::ZERO,
        tax: Money::ZERO,
        weight_mg: 0,
        buyer_note: String::new(),
        seller_note: String::new(),
        drive_thru_sent: false,
        lines: Vec::new(),
    }
}
