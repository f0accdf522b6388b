//! The keeper of one gate: budget, line and breaker of an account, kept true in the store.
//!
//! Calls are written down in chunks before they are made. A process that dies has thus counted too many,
//! never too few; one that ends gives back what it did not use.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::line::{Line, Turn};
use super::patience::Patience;
use crate::clock::Clock;
use crate::domain::market::{
    BudgetView, Class, Failure, Lane, LaneRoom, Plan, Purpose, Service, Spent,
};
use crate::domain::time::SECOND;
use crate::domain::{AlertKind, Scope, TenantId, Timestamp, UserId};
use crate::entropy::Entropy;
use crate::error::Result;
use crate::market::{Gate, Open, Outcome, Told};
use crate::services::machine_room::Meter;
use crate::store::{Batch, Decided, Store};

/// Tells absent people.
pub type Alarm = Arc<dyn Fn(Option<TenantId>, AlertKind, &str) + Send + Sync>;

/// What every keeper needs.
#[derive(Clone)]
pub(super) struct Means {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) patience: Arc<dyn Patience>,
    pub(super) alarm: Alarm,
    pub(super) offline: bool,
    pub(super) meter: Arc<Meter>,
}

/// The keeper of a gate.
pub struct Keeper {
    means: Means,
    tenant: TenantId,
    account: u64,
    plan: Plan,
    line: Mutex<Line>,
    changed: Condvar,
}

impl std::fmt::Debug for Keeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keeper")
            .field("tenant", &self.tenant)
            .field("lane", &self.plan.lane)
            .finish_non_exhaustive()
    }
}

type Refused = Box<Failure>;

/// Longest rest that a service is granted at once, in microseconds.
const LONGEST_SAID: i64 = 6 * 3_600 * SECOND;

impl Keeper {
    pub(super) fn new(means: Means, tenant: TenantId, account: u64, plan: Plan) -> Self {
        Self {
            means,
            tenant,
            account,
            plan,
            line: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    const fn service(&self) -> Service {
        self.plan.lane.service()
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what was spent before this process, once.
    fn take_up(&self, line: &mut Line) -> Result<()> {
        if line.spent.is_some() {
            return Ok(());
        }
        let scope = Scope::owner(self.tenant, UserId(0), self.means.clock.now());
        let (lane, account) = (self.plan.lane, self.account);
        let spent = self
            .means
            .store
            .read(|tx| tx.shop(&scope).spent(lane, account))?;
        line.spent = Some(spent.unwrap_or_default().taken_up());
        Ok(())
    }

    fn write_down(&self, spent: &Spent) -> Result<()> {
        let (tenant, lane, account) = (self.tenant, self.plan.lane, self.account);
        let spent = spent.clone();
        self.means.store.write(move |_| {
            let mut batch = Batch::new();
            batch.put_spent(tenant, lane, account, spent);
            Ok(Decided::new((), batch))
        })
    }

    fn refused(&self, class: Class, text: String, until: Option<Timestamp>) -> Failure {
        let mut failure = Failure::new(self.service(), class, text);
        failure.retry_after = until.map(|until| {
            let micros = until
                .since(self.means.clock.now())
                .saturating_add(SECOND - 1);
            u32::try_from(micros / SECOND).unwrap_or(u32::MAX).max(1)
        });
        failure
    }

    fn held(&self, until: Timestamp) -> Failure {
        let name = self.service().name();
        let text = format!(
            "{name} failed several times in a row and is left alone until {}. It is tried again by itself.",
            until.iso()
        );
        self.refused(Class::Held, text, Some(until))
    }

    fn exhausted(&self, until: Timestamp) -> Failure {
        let name = self.service().name();
        let text = format!(
            "{name} says that too many calls were made. It is left alone until about {}.",
            until.iso()
        );
        self.refused(Class::Budget, text, Some(until))
    }

    fn full(&self, purpose: Purpose, until: Timestamp) -> Failure {
        let name = self.service().name();
        let text = format!(
            "The calls to {name} that may be used for {} are spent. There is room again from {}.",
            words(purpose),
            until.iso()
        );
        self.refused(Class::Budget, text, Some(until))
    }

    fn busy(&self, until: Timestamp) -> Failure {
        let name = self.service().name();
        let text = format!("Too many calls to {name} wait for their turn. Try again in a moment.");
        self.refused(Class::Budget, text, Some(until))
    }

    fn unwritten(&self, error: &crate::error::Error) -> Failure {
        let name = self.service().name();
        let text = format!("{name} was not called, as calls could not be counted: {error}");
        self.refused(Class::Budget, text, None)
    }

    fn jitter(&self) -> u32 {
        let mut random = [0; 4];
        // Without randomness everybody waits the same time, which is no reason to fail.
        if let Err(e) = self.means.entropy.fill(&mut random) {
            tracing::warn!("{e}");
        }
        u32::from_le_bytes(random) % 1001
    }

    /// Calls, line and breaker as they are now.
    pub fn view(&self) -> Result<BudgetView> {
        let now = self.means.clock.now();
        let mut line = self.line();
        self.take_up(&mut line)?;
        let (waiting, under_way) = line.counts();
        let breaker = line.breaker.view();
        let Some(spent) = &mut line.spent else {
            return Err(crate::error::Error::internal("No calls were read."));
        };
        spent.settle(&self.plan, now);
        let used = spent.used();
        Ok(BudgetView {
            lane: self.plan.lane,
            used,
            limit: self.plan.limit,
            span: u32::try_from(self.plan.span / SECOND).unwrap_or(u32::MAX),
            by_purpose: Purpose::ALL
                .into_iter()
                .map(|purpose| (purpose, spent.used_for(purpose)))
                .filter(|(_, used)| *used > 0)
                .collect(),
            last_minute: spent.last_minute(&self.plan, now),
            kept_for_stock: self.plan.kept_for_stock(),
            exhausted_until: spent.exhausted_until.filter(|until| *until > now),
            frees: spent.frees(&self.plan),
            warns: used >= self.plan.warns_at(),
            waiting,
            under_way,
            breaker,
        })
    }

    /// The same with the shares of it and who stands in line.
    pub fn room(&self) -> Result<LaneRoom> {
        let budget = self.view()?;
        Ok(LaneRoom {
            budget,
            shares: Purpose::ALL
                .into_iter()
                .map(|purpose| (purpose, self.plan.share(purpose)))
                .collect(),
            queue: self.line().queue(),
        })
    }

    /// Gives back what was written down and not used; what comes after is written down anew.
    pub fn close(&self) -> Result<()> {
        let mut line = self.line();
        if !std::mem::take(&mut line.dirty) {
            return Ok(());
        }
        let Some(spent) = &mut line.spent else {
            return Ok(());
        };
        spent.give_back();
        let spent = spent.clone();
        self.write_down(&spent)
    }

    /// Warns people once when four fifths are spent.
    fn warn(&self, spent: &mut Spent) -> Option<String> {
        let used = spent.used();
        if self.plan.lane != Lane::BrickLink {
            return None;
        }
        if used < self.plan.warns_at() {
            spent.warned = false;
            return None;
        }
        if std::mem::replace(&mut spent.warned, true) {
            return None;
        }
        Some(format!(
            "{used} of {} calls to {} within 24 hours are used. Prices, notes and catalogue wait; stock \
             changes go on.",
            self.plan.limit,
            self.service().name()
        ))
    }

    /// What stands in the way whatever the purpose.
    fn barred(&self, line: &mut Line, turn: u64, now: Timestamp) -> Option<Failure> {
        let plan = self.plan;
        let longest = plan.rest(u32::MAX).max(LONGEST_SAID);
        if let Some(spent) = &mut line.spent {
            spent.settle(&plan, now);
            if let Some(until) = spent.exhausted_until
                && until > now
                && until.since(now) <= longest
            {
                return Some(self.exhausted(until));
            }
        }
        let until = line.breaker.pass(turn, now).err()?;
        Some(self.held(until))
    }

    fn enter_line(&self, purpose: Purpose) -> std::result::Result<Open, Refused> {
        let clock = &self.means.clock;
        let mut line = self.line();
        self.take_up(&mut line)
            .map_err(|e| Box::new(self.unwritten(&e)))?;
        let turn = line.stand(purpose);
        let began = clock.now();
        let mut waited = 0;
        let outcome = loop {
            let now = clock.now();
            if let Some(refused) = self.barred(&mut line, turn, now) {
                break Err(Box::new(refused));
            }
            let (until, refused) = match line.turn(&self.plan, (purpose, turn), now) {
                Turn::Now => break self.begin(&mut line, purpose, turn, now),
                Turn::Later(until) => (until, false),
                Turn::Full(until) => (until, true),
            };
            line.breaker.not_made(turn);
            // Also ends where a clock stands still: every look counts for something.
            waited = now.since(began).max(waited + 1_000);
            let left = self.plan.patience(purpose).saturating_sub(waited);
            let wait = until.since(now).max(1);
            if left <= 0 || (refused && wait > left) {
                break Err(Box::new(if refused {
                    self.full(purpose, until)
                } else {
                    self.busy(later(now, wait))
                }));
            }
            line = self
                .means
                .patience
                .wait(&self.changed, line, wait.min(left));
        };
        if outcome.is_err() {
            line.give_up(purpose, turn);
            line.breaker.not_made(turn);
        }
        drop(line);
        // Whoever stands behind may be next.
        self.changed.notify_all();
        outcome
    }

    fn begin(
        &self,
        line: &mut Line,
        purpose: Purpose,
        turn: u64,
        now: Timestamp,
    ) -> std::result::Result<Open, Refused> {
        let Some(spent) = &mut line.spent else {
            return Err(Box::new(self.full(purpose, now)));
        };
        if !spent.has_ahead(&self.plan, now) {
            let mut next = spent.clone();
            next.set_aside(&self.plan, now);
            self.write_down(&next)
                .map_err(|e| Box::new(self.unwritten(&e)))?;
            *spent = next;
        }
        line.go(&self.plan, (purpose, turn), now, self.jitter());
        let warning = line.spent.as_mut().and_then(|spent| self.warn(spent));
        if let Some(text) = warning {
            (self.means.alarm)(Some(self.tenant), AlertKind::QuotaNearlySpent, &text);
        }
        Ok(Open { turn })
    }

    /// The service says that it was too much, and perhaps for how many seconds it wants to be left alone.
    fn throttled(&self, line: &mut Line, now: Timestamp, said: Option<u32>) {
        let Some(spent) = &mut line.spent else {
            return;
        };
        let rest = said.map_or_else(
            || self.plan.rest(spent.exhausted_times),
            |seconds| (i64::from(seconds).max(1) * SECOND).min(LONGEST_SAID),
        );
        // Calls that were under way together say it once.
        if spent.exhausted_until.is_none_or(|until| until <= now) {
            spent.exhausted_times = spent.exhausted_times.saturating_add(1);
            spent.exhausted_until = Some(later(now, rest));
            if let Err(e) = self.write_down(&spent.clone()) {
                tracing::warn!("that a budget is exhausted could not be written down: {e}");
            }
        }
    }
}

fn later(now: Timestamp, micros: i64) -> Timestamp {
    Timestamp::from_micros(now.micros().saturating_add(micros))
}

/// What calls of a purpose are for, to be read after "for".
const fn words(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Stock => "stock changes",
        Purpose::Orders => "orders",
        Purpose::Person => "looking things up",
        Purpose::Notes => "notes",
        Purpose::Prices => "prices",
        Purpose::Catalogue => "the catalogue",
    }
}

impl Gate for Keeper {
    fn enter(&self, service: Service, purpose: Purpose) -> std::result::Result<Open, Refused> {
        if self.means.offline {
            let text = format!(
                "{} is not called: external calls are switched off.",
                service.name()
            );
            return Err(Box::new(self.refused(Class::Offline, text, None)));
        }
        self.enter_line(purpose)
    }

    fn told(&self, told: &Told<'_>) {
        let began = told.turn.and_then(|open| self.line().since(open.turn));
        let took = began.map(|began| self.means.clock.now().since(began));
        self.means.meter.take(self.tenant, told, took);
    }

    fn leave(&self, open: Open, outcome: Outcome) {
        let now = self.means.clock.now();
        let mut line = self.line();
        let known = line.end(open.turn, outcome != Outcome::NotMade);
        let mut opened = false;
        match outcome {
            Outcome::NotMade | Outcome::Failed(Class::Offline | Class::NoKeys) => {
                line.breaker.not_made(open.turn);
            }
            Outcome::Failed(Class::Throttled) => {
                line.breaker.not_made(open.turn);
                self.throttled(&mut line, now, None);
            }
            Outcome::Throttled(seconds) => {
                line.breaker.not_made(open.turn);
                self.throttled(&mut line, now, Some(seconds));
            }
            Outcome::Failed(class) if class.is_outage() => {
                let jitter = self.jitter();
                opened = line.breaker.failed(open.turn, now, jitter);
            }
            Outcome::Failed(_) | Outcome::Answered => {
                line.breaker.answered();
                if let Some(spent) = &mut line.spent
                    && spent.exhausted_until.is_none_or(|until| until <= now)
                {
                    spent.exhausted_times = 0;
                    spent.exhausted_until = None;
                }
            }
        }
        drop(line);
        self.changed.notify_all();
        if !known {
            tracing::warn!(lane = ?self.plan.lane, "a call ended that nobody knew of");
        }
        if opened {
            let text = format!(
                "{} failed several times in a row. Calls are held back and tried again by themselves.",
                self.service().name()
            );
            (self.means.alarm)(Some(self.tenant), AlertKind::BreakerOpen, &text);
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if let Err(e) = self.close() {
            tracing::warn!("unused calls could not be given back: {e}");
        }
    }
}
