//! Fetching prices for many lots: one call for each price however many lots ask for it, the oldest first,
//! within the share that prices have of the budget. What is left when that ends goes on as a job.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use super::refresh::{ends_all, trouble};
use crate::domain::edit::Edits;
use crate::domain::job::Schedule;
use crate::domain::market::{
    Class, Failure, FetchedPrice, PriceGuide, PriceKey, PriceWish, PricesFetched, Purpose, Service,
    Trouble,
};
use crate::domain::report::Progress;
use crate::domain::{Freshness, Scope, Timestamp, Which};
use crate::error::{Error, Kind, Result};
use crate::market::bricklink::BrickLink;
use crate::market::{Gate, Open, Outcome};
use crate::services::App;
use crate::services::inventory::Task;
use crate::services::jobs::{Job, Watch};
use crate::services::rights::{Right, allow};
use crate::store::{Batch, Decided};

/// Calls under way at the same time.
const AT_ONCE: usize = 4;
/// Prices of one transaction.
const PIECE: usize = 50;
/// Most wishes that a shop has at a time; the oldest is given up.
const WISHES: usize = 8;
/// Time between two runs of the job.
const EVERY: u16 = 4 * 60;

/// What one call brought.
type Brought = (PriceKey, std::result::Result<PriceGuide, Trouble>, bool);

/// A gate that counts who passes.
#[derive(Debug)]
struct Counted {
    gate: Arc<dyn Gate>,
    calls: Arc<AtomicU32>,
}

impl Gate for Counted {
    fn enter(&self, service: Service, purpose: Purpose) -> std::result::Result<Open, Box<Failure>> {
        self.gate.enter(service, purpose)
    }

    fn leave(&self, open: Open, outcome: Outcome) {
        if outcome != Outcome::NotMade {
            self.calls.fetch_add(1, Ordering::Relaxed);
        }
        self.gate.leave(open, outcome);
    }
}

/// What several threads work off.
struct Round<'a> {
    client: &'a BrickLink,
    waiting: Mutex<VecDeque<PriceKey>>,
    /// No more calls.
    over: AtomicBool,
    cancelled: &'a AtomicBool,
    now: Timestamp,
}

impl Round<'_> {
    fn next(&self) -> Option<PriceKey> {
        if self.over.load(Ordering::Relaxed) || self.cancelled.load(Ordering::Relaxed) {
            return None;
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.pop_front()
    }

    /// Makes the next call; `false`: there is none.
    fn step(&self, tell: &Sender<Brought>) -> bool {
        let Some(key) = self.next() else {
            return false;
        };
        let told = self.client.price(&key, Purpose::Prices);
        let ends = told.as_ref().is_err_and(|failure| ends_all(failure.class));
        if ends {
            self.over.store(true, Ordering::Relaxed);
        }
        let brought = told.map_err(|failure| trouble(&failure, self.now));
        tell.send((key, brought, ends)).is_ok()
    }
}

/// What is due of the prices that are asked for.
struct Due {
    keys: Vec<PriceKey>,
    young: u32,
    held: u32,
}

fn short(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl App {
    /// Fetches what a change of lots needs of the price guide and what is missing or too old, with the
    /// keys of the shop. What has come is kept, however it ends; what is left when the budget is spent is
    /// remembered and fetched by the job `prices`.
    ///
    /// # Errors
    /// `Forbidden` without the right to change the inventory, `Invalid` for a change that needs no guide,
    /// `Conflict` while the same shop fetches already, `Upstream` when nobody can be called, `Storage`.
    pub fn fetch_prices(
        &self,
        scope: &Scope,
        which: &Which,
        edits: &Edits,
        task: &Task<'_>,
    ) -> Result<PricesFetched> {
        allow(scope, Right::Inventory)?;
        let edits = self.settled(scope, edits)?;
        if !edits.follow_guide() {
            return Err(Error::invalid(
                "This change needs no price guide. One that does is price=guide.",
            ));
        }
        let Some(_turn) = self.freshener.fetching(scope.tenant) else {
            return Err(Error::conflict(
                "Prices are being fetched already. Try again when that has ended.",
            ));
        };
        let due = self.due_prices(scope, which, &edits)?;
        let mut done = PricesFetched {
            wanted: short(due.keys.len()),
            young: due.young,
            held: due.held,
            ..PricesFetched::default()
        };
        if !due.keys.is_empty() {
            self.fetch_round(due.keys, scope, &mut done, task)?;
        }
        done.left = done.wanted.saturating_sub(done.fetched + done.failed);
        done.stopped = task.cancelled.load(Ordering::Relaxed) && done.left > 0;
        let wish = PriceWish {
            which: which.clone(),
            change: edits.to_string(),
            by: scope.user,
            since: self.clock.now(),
        };
        done.goes_on = self.remember(scope, wish, &done)?;
        Ok(done)
    }

    fn due_prices(&self, scope: &Scope, which: &Which, edits: &Edits) -> Result<Due> {
        let ids = self.meant(scope, which)?;
        let keys = self.guide_keys(scope, edits, &ids)?;
        let now = self.clock.now();
        let mut due = Due {
            keys: Vec::new(),
            young: 0,
            held: 0,
        };
        let mut old = Vec::new();
        self.store.read(|tx| {
            for key in keys {
                let known = tx.fetched_price(&key)?;
                let at = known.as_ref().and_then(|price| price.guide.at());
                if at.is_some_and(|at| self.windows.judge(at, now) == Freshness::Fresh) {
                    due.young += 1;
                } else if known.is_some_and(|price| !price.guide.may_try(now)) {
                    due.held += 1;
                } else {
                    old.push((at, key));
                }
            }
            Ok(())
        })?;
        // What is not known at all is older than everything.
        old.sort();
        due.keys = old.into_iter().map(|(_, key)| key).collect();
        Ok(due)
    }

    fn fetch_round(
        &self,
        keys: Vec<PriceKey>,
        scope: &Scope,
        done: &mut PricesFetched,
        task: &Task<'_>,
    ) -> Result<()> {
        let calls = Arc::new(AtomicU32::new(0));
        let opened = self.bricklink_of(scope.tenant, |gate| {
            Arc::new(Counted {
                gate,
                calls: Arc::clone(&calls),
            })
        });
        let client = opened.map_err(|failure| Error::new(Kind::Upstream, failure.text))?;
        let round = Round {
            client: &client,
            waiting: Mutex::new(keys.into()),
            over: AtomicBool::new(false),
            cancelled: task.cancelled,
            now: self.clock.now(),
        };
        let (tell, heard) = channel();
        let mut trouble_of_store = None;
        std::thread::scope(|threads| {
            // After an outage only one call may try whether it is over.
            round.step(&tell);
            for _ in 0..AT_ONCE {
                let tell = tell.clone();
                let round = &round;
                threads.spawn(move || while round.step(&tell) {});
            }
            drop(tell);
            let mut piece = Vec::with_capacity(PIECE);
            for (key, brought, ends) in heard {
                match &brought {
                    Ok(_) => done.fetched += 1,
                    Err(trouble) => {
                        // What ends everything is not this price's fault: it stays wanted.
                        done.failed += u32::from(!ends);
                        if ends || done.trouble.is_none() {
                            done.trouble = Some(trouble.clone());
                        }
                    }
                }
                if !ends {
                    piece.push((key, brought));
                }
                if piece.len() == PIECE
                    && let Err(e) = self.keep_prices(std::mem::take(&mut piece))
                {
                    round.over.store(true, Ordering::Relaxed);
                    trouble_of_store = Some(e);
                }
                (task.progress)(Progress {
                    step: "fetching prices".into(),
                    done: u64::from(done.fetched) + u64::from(done.failed),
                    total: u64::from(done.wanted),
                    unit: "prices".into(),
                });
            }
            if let Err(e) = self.keep_prices(piece) {
                trouble_of_store = Some(e);
            }
        });
        done.calls = calls.load(Ordering::Relaxed);
        trouble_of_store.map_or(Ok(()), Err)
    }

    fn keep_prices(
        &self,
        piece: Vec<(PriceKey, std::result::Result<PriceGuide, Trouble>)>,
    ) -> Result<()> {
        if piece.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        self.store.write(move |tx| {
            let mut batch = Batch::new();
            let mut prices = Vec::with_capacity(piece.len());
            for (key, brought) in piece {
                let known = tx.fetched_price(&key)?;
                let mut price = known.unwrap_or_else(|| FetchedPrice::none(key));
                price.guide.take(brought, now);
                prices.push(price);
            }
            batch.put_fetched_prices(prices);
            Ok(Decided::new((), batch))
        })
    }

    /// Remembers what is left when time will help, and forgets what is not; when the job goes on.
    fn remember(
        &self,
        scope: &Scope,
        wish: PriceWish,
        done: &PricesFetched,
    ) -> Result<Option<Timestamp>> {
        let trouble = done.trouble.as_ref().filter(|trouble| {
            trouble.class.passes() || matches!(trouble.class, Class::Budget | Class::Held)
        });
        let later = (done.left > 0 && !done.stopped)
            .then(|| trouble.map(|trouble| trouble.again))
            .flatten();
        // What was stopped in the middle of its job stays wanted.
        let (scope, keep, stopped) = (*scope, later.is_some(), done.stopped);
        self.store.write(move |tx| {
            let mut wishes = tx.shop(&scope).price_wishes()?;
            let before = wishes.clone();
            let same = |one: &PriceWish| (&one.which, &one.change) == (&wish.which, &wish.change);
            match (keep, wishes.0.iter().any(same)) {
                (true, false) => wishes.0.push(wish),
                (false, true) if !stopped => wishes.0.retain(|one| !same(one)),
                _ => {}
            }
            let many = wishes.0.len().saturating_sub(WISHES);
            wishes.0.drain(..many);
            let mut batch = Batch::new();
            if wishes != before {
                batch.put_price_wishes(&scope, wishes);
            }
            Ok(Decided::new((), batch))
        })?;
        Ok(later)
    }
}

/// Goes on with prices that were left when the budget ended.
#[derive(Debug)]
pub(in crate::services) struct FetchPrices;

impl Job for FetchPrices {
    fn name(&self) -> &'static str {
        "prices"
    }

    fn about(&self) -> &'static str {
        "Goes on with prices that were left when the budget ended"
    }

    fn schedule(&self) -> Schedule {
        Schedule::Every { minutes: EVERY }
    }

    fn run(&self, app: &App, scope: &Scope, watch: &Watch) -> Result<String> {
        let wishes = app.store.read(|tx| tx.shop(scope).price_wishes())?;
        if wishes.0.is_empty() {
            return Ok("No prices are waited for.".to_owned());
        }
        let (mut fetched, mut failed, mut left) = (0u32, 0u32, 0u32);
        for wish in wishes.0 {
            if watch.stopped() {
                break;
            }
            let Ok(edits) = Edits::parse(&wish.change) else {
                continue;
            };
            let task = Task {
                progress: &|progress| watch.report(progress),
                cancelled: watch.flag(),
            };
            let done = app.fetch_prices(scope, &wish.which, &edits, &task)?;
            fetched += done.fetched;
            failed += done.failed;
            left += done.left;
        }
        Ok(format!(
            "Prices that have come: {fetched}; not to be had: {failed}; left: {left}."
        ))
    }
}
