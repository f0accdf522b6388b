//! One run at one marketplace: what was called, what stands in the way, and what is told of failures.

use super::engine::Engine;
use crate::domain::market::{Class, Done, Failure, Purpose};
use crate::domain::sync::difference;
use crate::domain::sync::{Intent, RunCount, Trust, Work};
use crate::domain::{LotId, Marketplace, TenantId, Timestamp};
use crate::error::Result;
use crate::market::brickowl::BATCH;
use crate::services::App;
use crate::services::sync::{Allow, Need, Queued, Settled, Told};

/// Seconds for which a marketplace is left alone that does not answer, and one that refuses the keys.
const ALONE: (u32, u32) = (60, 600);

/// One run at one marketplace.
pub(super) struct Round<'e> {
    pub(super) engine: &'e Engine,
    pub(super) tenant: TenantId,
    pub(super) market: Marketplace,
    pub(super) count: RunCount,
    pub(super) allow: Allow,
    pub(super) trust: Trust,
    held: Option<(Timestamp, String)>,
}

impl<'e> Round<'e> {
    pub(super) fn new(
        engine: &'e Engine,
        tenant: TenantId,
        market: Marketplace,
        trust: Trust,
    ) -> Self {
        let mut round = Self {
            engine,
            tenant,
            market,
            count: RunCount::default(),
            allow: Allow::default(),
            trust: Trust::Yes,
            held: None,
        };
        let may = |purpose| engine.may_spend(tenant, market, purpose);
        round.allow.prices = may(Purpose::Prices);
        round.allow.notes = may(Purpose::Notes);
        if market == Marketplace::BrickOwl {
            round.trusts(trust);
        }
        round
    }

    pub(super) fn app(&self) -> &'e App {
        &self.engine.app
    }

    /// Whether BrickOwl's batches carry fields; where they do not, pieces go ahead.
    pub(super) fn trusts(&mut self, trust: Trust) {
        self.trust = trust;
        self.allow.pieces_apart = trust == Trust::No;
    }

    /// No call at all: entries without need of one are closed.
    pub(super) const fn nothing(&self) -> Allow {
        Allow {
            calls: false,
            ..self.allow
        }
    }

    /// Whether nothing may be called for a while.
    pub(super) const fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// Reads orders, where anybody does.
    pub(super) fn orders(&mut self) -> bool {
        let Some(intake) = &self.engine.intake else {
            return true;
        };
        match intake.take_in(self.app(), self.tenant, self.market) {
            Ok(()) => true,
            Err(failure) => {
                self.hold(&failure);
                false
            }
        }
    }

    /// The queue in the portions that are sent together, in its order.
    pub(super) fn pieces(&self, queue: &[Queued]) -> Vec<Vec<Queued>> {
        if self.market == Marketplace::BrickLink {
            return queue.chunks(BATCH).map(<[Queued]>::to_vec).collect();
        }
        let mut pieces: Vec<Vec<Queued>> = Vec::new();
        let mut open: Vec<Queued> = Vec::new();
        for one in queue {
            if one.need == Need::Single {
                pieces.push(vec![*one]);
                continue;
            }
            open.push(*one);
            if open.len() == BATCH {
                pieces.push(std::mem::take(&mut open));
            }
        }
        if !open.is_empty() {
            pieces.push(open);
        }
        pieces.sort_by_key(|piece| piece.first().copied());
        pieces
    }

    /// Sends one portion; how many entries moved.
    pub(super) fn send(&mut self, piece: &[Queued]) -> Result<usize> {
        match self.market {
            Marketplace::BrickLink => self.send_to_bricklink(piece),
            Marketplace::BrickOwl => self.send_to_brickowl(piece),
        }
    }

    /// Writes down what became of intents, and counts it.
    pub(super) fn settle(&mut self, settled: Vec<Settled>) -> Result<()> {
        for one in &settled {
            match &one.told {
                Told::Done(_) | Told::Part(_) => {
                    self.count.sent += 1;
                    self.count.ok += 1;
                }
                Told::FoundDone(_) => self.count.ok += 1,
                Told::Failed(_) | Told::Refused(_) | Told::Missing => {
                    self.count.sent += 1;
                    self.count.failed += 1;
                }
                Told::Unknown(_) => {
                    self.count.sent += 1;
                    self.count.unknown += 1;
                }
                Told::FoundNotDone | Told::Again | Told::Puzzling(_) | Told::NotMade(_) => {}
            }
            self.count.calls += u32::from(one.calls);
        }
        self.app().settle(self.tenant, self.market, settled)
    }

    /// What a failed call means for its intent; and for everything else, where the marketplace as a whole
    /// does not answer.
    pub(super) fn told(&mut self, failure: Box<Failure>, purpose: Purpose) -> Told {
        self.heed(&failure, purpose);
        match (failure.done, failure.class) {
            (Done::Unknown, _) => Told::Unknown(failure),
            (Done::No, class) if halts(class) => Told::NotMade(failure),
            (Done::No, Class::NotFound) => Told::Missing,
            (Done::No, Class::Refused) => Told::Refused(failure),
            (Done::No, _) => Told::Failed(failure),
        }
    }

    /// Whether the marketplace is to be left alone after a failure, or only this kind of calls.
    pub(super) fn heed(&mut self, failure: &Failure, purpose: Purpose) {
        match (failure.class, purpose) {
            (Class::Budget, Purpose::Prices | Purpose::Notes) => {
                let until = self.after(failure.retry_after.unwrap_or(ALONE.1));
                self.engine
                    .note_spent(self.tenant, self.market, purpose, until);
                match purpose {
                    Purpose::Prices => self.allow.prices = false,
                    _ => self.allow.notes = false,
                }
            }
            (class, _) if halts(class) => self.hold(failure),
            _ => {}
        }
    }

    fn hold(&mut self, failure: &Failure) {
        let (short, long) = ALONE;
        let usual = match failure.class {
            Class::Keys | Class::Forbidden | Class::NoKeys | Class::Tls => long,
            _ => short,
        };
        let until = self.after(failure.retry_after.unwrap_or(usual));
        self.held = Some((until, failure.text.clone()));
    }

    /// So many seconds from now; at least one.
    fn after(&self, seconds: u32) -> Timestamp {
        let span = i64::from(seconds.max(1)) * crate::domain::time::SECOND;
        Timestamp::from_micros(self.app().now().micros().saturating_add(span))
    }

    /// Chance, for pauses.
    pub(super) fn chance(&self) -> u16 {
        let mut bytes = [0; 2];
        match self.engine.entropy.fill(&mut bytes) {
            Ok(()) => u16::from_le_bytes(bytes),
            Err(_) => u16::MAX,
        }
    }

    /// An intent and what became of it.
    pub(super) fn settled(&self, lot: LotId, intent: &Intent, told: Told, calls: u16) -> Settled {
        Settled {
            lot,
            intent: intent.id,
            told,
            calls,
            chance: self.chance(),
        }
    }

    /// Keeps how it went.
    pub(super) fn finish(mut self, began: Timestamp) -> Result<RunCount> {
        let now = self.app().now();
        self.count.waiting = self.app().sync_open(self.tenant, self.market)?;
        self.count.ms = u32::try_from(now.since(began) / 1_000).unwrap_or(u32::MAX);
        let text = self
            .held
            .as_ref()
            .map_or_else(String::new, |(_, why)| why.clone());
        if self.held.is_some() {
            self.app()
                .hold_sync(self.tenant, self.market, self.held.clone())?;
        }
        self.app()
            .note_sync_run(self.tenant, self.market, (began, self.count), text)?;
        Ok(self.count)
    }
}

/// Whether a failure says that no other call would do better now.
const fn halts(class: Class) -> bool {
    matches!(
        class,
        Class::Offline
            | Class::NoKeys
            | Class::Budget
            | Class::Held
            | Class::Unreachable
            | Class::Tls
            | Class::Throttled
            | Class::Keys
            | Class::Forbidden
    )
}

/// Which share of the budget an intent is paid from.
pub(super) const fn purpose_of(work: &Work) -> Purpose {
    match work {
        Work::Change(change) => difference::purpose(change),
        Work::Create(_) | Work::Delete => Purpose::Stock,
    }
}
