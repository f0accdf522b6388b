//! Settling: what became of an intent is on disk before anything else is asked of its lot.

use super::context::{Context, Look};
use super::journal::{close, own, stop};
use crate::domain::market::{Class, Failure, ListingChange};
use crate::domain::sync::difference::{fewer, is_empty, left_out};
use crate::domain::sync::plan::color_of;
use crate::domain::sync::{
    Conflict, ConflictField, Entry, EntryState, Face, Fewer, Intent, Kind, Outcome, Plan, Proposal,
    SentRecord, Trouble, Work,
};
use crate::domain::{LotId, Marketplace, Reason, TenantId, Timestamp};
use crate::error::Result;
use crate::services::App;
use crate::services::moves::Moves;
use crate::store::{Batch, Decided, Tx};

/// Microseconds before the first and the longest pause between tries.
const PAUSES: (i64, i64) = (30_000_000, 3_600_000_000);
/// Microseconds after which an unknown intent is read, and read again.
pub const DOUBT: i64 = 30_000_000;
/// So many reads in a row must say that an intent did not happen: one of them may lag behind.
pub const SURE: u8 = 2;
/// After so many reads that explain nothing a person is asked.
const PUZZLED: u8 = 6;

/// What became of an intent.
#[derive(Debug, Clone)]
pub enum Told {
    /// It is done; the number of a lot that was made.
    Done(Option<u64>),
    /// Only so much of a change is done.
    Part(Box<ListingChange>),
    /// Reading showed that it is done; for one that was made, number and face.
    FoundDone(Option<(u64, Box<Face>)>),
    /// Reading showed that it did not happen, or that repeating it does no harm.
    FoundNotDone,
    /// Something came in while it was read; it is read again.
    Again,
    /// Reading explained nothing: what is there.
    Puzzling(Option<Box<Face>>),
    /// It was not called, or the marketplace as a whole does not answer; no try is counted.
    NotMade(Box<Failure>),
    /// It failed, and nothing happened.
    Failed(Box<Failure>),
    /// It was refused.
    Refused(Box<Failure>),
    /// Nobody knows.
    Unknown(Box<Failure>),
    /// The lot is not there.
    Missing,
}

/// An intent and what became of it.
#[derive(Debug, Clone)]
pub struct Settled {
    /// The lot.
    pub lot: LotId,
    /// The intent's number; another one means that this is old news.
    pub intent: u64,
    /// What became of it.
    pub told: Told,
    /// Calls that it took.
    pub calls: u16,
    /// Chance, for the pause before the next try.
    pub chance: u16,
}

impl App {
    /// Writes down what became of intents, and what is to be done next about their lots.
    ///
    /// # Errors
    /// `Storage` when the store cannot be read or written; then the intents are unknown.
    pub fn settle(
        &self,
        tenant: TenantId,
        market: Marketplace,
        settled: Vec<Settled>,
    ) -> Result<()> {
        if settled.is_empty() {
            return Ok(());
        }
        let scope = own(tenant, self.clock.now());
        self.store.write(move |tx: &Tx<'_>| {
            let context = Context::read(tx.shop(&scope), scope, market)?;
            let mut moves = Moves::new(context.shop, scope, None);
            // The lot's number at BrickLink is no news to anybody.
            for one in super::MARKETS {
                moves.spare(one);
            }
            for one in settled {
                let entry = context.shop.open_entry(market, one.lot)?;
                let Some(mut entry) = entry else { continue };
                let Some(intent) = entry.intent.take().filter(|it| it.id == one.intent) else {
                    continue;
                };
                let Some(look) = context.look(one.lot)? else {
                    continue;
                };
                Settling {
                    context: &context,
                    moves: &mut moves,
                    look,
                    entry,
                    intent,
                }
                .settle(one)?;
            }
            Ok(Decided::new((), moves.finish()))
        })
    }
}

struct Settling<'c, 'm, 't> {
    context: &'c Context<'t>,
    moves: &'m mut Moves<'t>,
    look: Look,
    entry: Entry,
    intent: Intent,
}

impl Settling<'_, '_, '_> {
    fn now(&self) -> Timestamp {
        self.context.scope.now
    }

    fn batch(&mut self) -> &mut Batch {
        self.moves.batch()
    }

    fn settle(mut self, settled: Settled) -> Result<()> {
        let calls = settled.calls;
        match settled.told {
            Told::Done(made) => {
                self.happened(made, None, None)?;
                self.record(Outcome::Done, calls, String::new())?;
                self.go_on()
            }
            Told::Part(change) => {
                self.happened(None, None, Some(&change))?;
                self.record(Outcome::Done, calls, String::new())?;
                self.go_on()
            }
            Told::FoundDone(made) => {
                let (made, face) = made.map_or((None, None), |(id, face)| (Some(id), Some(*face)));
                self.happened(made, face, None)?;
                self.record(Outcome::FoundDone, calls, String::new())?;
                self.go_on()
            }
            Told::FoundNotDone => self.not_done(calls),
            Told::Again => {
                self.read_again();
                Ok(())
            }
            Told::Puzzling(there) => {
                self.puzzled(there.map(|face| *face));
                Ok(())
            }
            Told::NotMade(failure) => {
                self.not_made(&failure);
                Ok(())
            }
            Told::Failed(failure) => {
                self.record(Outcome::Failed, calls, failure.text.clone())?;
                self.failed(&failure, settled.chance);
                Ok(())
            }
            Told::Refused(failure) => {
                self.record(Outcome::Refused, calls, failure.text.clone())?;
                self.refused(&failure);
                Ok(())
            }
            Told::Unknown(failure) => {
                self.record(Outcome::Unknown, calls, failure.text.clone())?;
                self.unknown(&failure);
                Ok(())
            }
            Told::Missing => self.missing(calls),
        }
    }

    fn put(&mut self) {
        let (scope, market, lot) = (self.context.scope, self.context.market, self.look.lot.id);
        let entry = self.entry.clone();
        self.batch()
            .put_open_entry(&scope, market, lot, Some(entry));
    }

    fn put_link(&mut self) {
        let (scope, market, lot) = (self.context.scope, self.context.market, self.look.lot.id);
        let link = self.look.link.clone();
        self.batch().put_link(&scope, market, lot, link);
    }

    /// What is agreed follows. Orders that came in since it was journaled have moved it already, so the
    /// change is put on top of what is agreed now.
    fn happened(
        &mut self,
        made: Option<u64>,
        found: Option<Face>,
        part: Option<&ListingChange>,
    ) -> Result<()> {
        let now = self.now();
        let drops = self.context.market == Marketplace::BrickLink;
        let link = &mut self.look.link;
        link.upto = self.intent.upto;
        link.not_listed = None;
        match &self.intent.work {
            Work::Create(new) => {
                link.remote = made;
                link.article = Some((new.item.clone(), new.color));
                link.agreed = found.or_else(|| self.intent.after.clone());
                link.missing = 0;
                link.seen = now;
            }
            Work::Change(change) => {
                let change = part.unwrap_or(change);
                if let Some(agreed) = &mut link.agreed {
                    *agreed = agreed.after(change);
                    if agreed.quantity == 0 && drops && !agreed.retain {
                        link.cut();
                    }
                }
            }
            Work::Delete => link.cut(),
        }
        if !self.look.link.is_linked() && self.look.conflict.take().is_some() {
            let (scope, market, lot) = (self.context.scope, self.context.market, self.look.lot.id);
            self.batch().put_conflict(&scope, market, lot, None);
        }
        self.put_link();
        if drops && let (Work::Create(_), Some(number)) = (&self.intent.work, made) {
            let market = self.context.market;
            self.moves
                .edit(self.look.lot.id, Reason::Listed { market }, None, |lot| {
                    lot.bricklink_lot = Some(number);
                    Ok(())
                })?;
        }
        Ok(())
    }

    /// The lot is looked at again: it may have moved on meanwhile.
    fn go_on(mut self) -> Result<()> {
        let conflict = self.look.conflict.as_ref();
        self.look.plan = self
            .context
            .plan(&self.look.lot, &self.look.link, conflict)?;
        let now = self.now();
        self.entry.tries = 0;
        self.entry.doubts = 0;
        if matches!(self.look.plan, Plan::Nothing | Plan::NotListed(_)) {
            self.entry.trouble = None;
            close(self.context, self.moves.batch(), self.entry, &self.look);
            return Ok(());
        }
        self.entry.state = EntryState::Waiting;
        self.entry.next_try = Timestamp::from_micros(0);
        if let (Plan::Change(change), true) = (&self.look.plan, self.entry.fewer > Fewer::All) {
            let part = fewer(change, self.entry.fewer);
            if is_empty(&part) {
                let names = left_out(change, &part).join(", ");
                let market = self.context.market.name();
                if let Some(trouble) = &mut self.entry.trouble {
                    trouble.text = format!(
                        "{market} refused one of these: {names}. Everything else is there; correct the lot. ({})",
                        trouble.text.trim_end_matches('.')
                    );
                }
                stop(&mut self.entry, now);
            }
        } else {
            self.entry.trouble = None;
        }
        self.put();
        Ok(())
    }

    fn not_done(mut self, calls: u16) -> Result<()> {
        self.entry.doubts += 1;
        if self.entry.doubts < SURE && !self.intent.work.is_repeatable() {
            self.read_again();
            return Ok(());
        }
        self.record(Outcome::FoundNotDone, calls, String::new())?;
        self.entry.state = EntryState::Waiting;
        self.entry.next_try = Timestamp::from_micros(0);
        self.entry.doubts = 0;
        self.put();
        Ok(())
    }

    /// Nothing explains what is there yet; the next orders may.
    fn puzzled(mut self, there: Option<Face>) {
        self.entry.tries += 1;
        self.entry.doubts = 0;
        if self.entry.tries < u16::from(PUZZLED) {
            self.read_again();
            return;
        }
        let why = format!(
            "It is not clear whether a change reached {}; say what is right.",
            self.context.market.name()
        );
        self.dispute(there, vec![Kind::Quantity], why);
    }

    fn read_again(mut self) {
        self.entry.state = EntryState::Unknown;
        self.entry.next_try = later(self.now(), DOUBT);
        self.entry.intent = Some(self.intent.clone());
        self.put();
    }

    fn dispute(&mut self, there: Option<Face>, kinds: Vec<Kind>, why: String) {
        let (scope, market, lot) = (self.context.scope, self.context.market, self.look.lot.id);
        let here = Face::of_lot(&self.look.lot, &self.context.terms());
        let proposal = match market {
            Marketplace::BrickLink => Proposal::There,
            Marketplace::BrickOwl => Proposal::Here,
        };
        let conflict = Conflict {
            fields: kinds
                .into_iter()
                .map(|kind| ConflictField { kind, proposal })
                .collect(),
            here: (!self.look.lot.gone).then_some(here),
            there,
            agreed: self.look.link.agreed.clone(),
            seen: scope.now,
            why,
        };
        self.batch()
            .put_conflict(&scope, market, lot, Some(conflict));
        self.entry.state = EntryState::Conflict;
        self.put();
    }

    /// The whole marketplace waits, or this kind of calls does.
    fn not_made(mut self, failure: &Failure) {
        self.entry.state = EntryState::Waiting;
        self.entry.trouble = Some(Trouble::of(failure, self.now()));
        self.put();
    }

    fn failed(&mut self, failure: &Failure, chance: u16) {
        self.entry.tries = self.entry.tries.saturating_add(1);
        self.entry.trouble = Some(Trouble::of(failure, self.now()));
        if self.entry.tries >= self.context.rules.tries {
            stop(&mut self.entry, self.context.scope.now);
        } else {
            let (first, longest) = PAUSES;
            let pause = (first << (self.entry.tries - 1).min(16)).min(longest);
            let half = pause / 2;
            let pause = half + half * i64::from(chance) / i64::from(u16::MAX);
            self.entry.state = EntryState::Failed;
            self.entry.next_try = later(self.now(), pause);
        }
        self.put();
    }

    /// With fewer fields the pieces may get through.
    fn refused(&mut self, failure: &Failure) {
        self.entry.trouble = Some(Trouble::of(failure, self.now()));
        let now = self.now();
        let asked = match &self.intent.work {
            Work::Change(change) => Some(&**change),
            Work::Create(new) => Some(&new.rest),
            Work::Delete => None,
        };
        let made = matches!(self.intent.work, Work::Create(_));
        let mut step = self.entry.fewer;
        let next = loop {
            let (Some(next), Some(asked)) = (step.next(), asked) else {
                break None;
            };
            step = next;
            let part = fewer(asked, step);
            // The same again would be refused again; nothing at all needs no call, but for a new lot.
            if part != *asked && (made || !is_empty(&part)) {
                break Some(step);
            }
        };
        match next {
            Some(step) => {
                self.entry.fewer = step;
                self.entry.state = EntryState::Waiting;
                self.entry.next_try = Timestamp::from_micros(0);
            }
            None => stop(&mut self.entry, now),
        }
        self.put();
    }

    fn unknown(&mut self, failure: &Failure) {
        let now = self.now();
        self.entry.trouble = Some(Trouble::of(failure, now));
        self.entry.doubts = 0;
        if self.intent.work.is_repeatable() {
            // Doing it twice does no harm, but not at once: the service is unwell.
            self.entry.tries = self.entry.tries.saturating_add(1);
            self.entry.state = EntryState::Failed;
            self.entry.next_try = later(now, DOUBT);
            if self.entry.tries >= self.context.rules.tries {
                stop(&mut self.entry, now);
            }
        } else {
            self.entry.state = EntryState::Unknown;
            self.entry.next_try = now;
            self.entry.intent = Some(self.intent.clone());
        }
        self.put();
    }

    /// The marketplace says that it has no such lot.
    fn missing(mut self, calls: u16) -> Result<()> {
        if matches!(self.intent.work, Work::Create(_)) {
            let now = self.now();
            self.entry.trouble = Some(Trouble {
                class: Class::NotFound,
                text: format!(
                    "{} does not know this item; correct its number or colour.",
                    self.context.market.name()
                ),
                raw: String::new(),
                at: now,
            });
            self.record(Outcome::Refused, calls, String::new())?;
            stop(&mut self.entry, now);
            self.put();
            return Ok(());
        }
        let link = &mut self.look.link;
        let sold_out = link.agreed.as_ref().is_none_or(|face| face.quantity == 0);
        let emptied = self.intent.after.as_ref().is_none_or(|face| {
            face.quantity == 0 && !face.retain && self.context.market == Marketplace::BrickLink
        });
        if matches!(self.intent.work, Work::Delete) || sold_out || emptied {
            link.cut();
            link.upto = self.intent.upto;
            self.put_link();
            self.record(Outcome::FoundDone, calls, String::new())?;
            return self.go_on();
        }
        link.missing = link.missing.saturating_add(1);
        let twice = link.missing >= 2;
        self.put_link();
        if !twice {
            self.entry.state = EntryState::Waiting;
            self.entry.next_try = later(self.now(), DOUBT);
            self.put();
            return Ok(());
        }
        let why = format!(
            "{} does not have this lot any more, and no order explains it.",
            self.context.market.name()
        );
        self.dispute(None, Vec::new(), why);
        Ok(())
    }

    fn record(&mut self, outcome: Outcome, calls: u16, text: String) -> Result<()> {
        let scope = self.context.scope;
        let shop = self.context.shop;
        let span = scope.now.since(self.intent.at) / 1_000;
        let record = SentRecord {
            at: scope.now,
            market: self.context.market,
            lot: self.look.lot.id,
            remote: self.look.link.remote.or(self.intent.remote),
            kind: self.intent.work.kind(),
            deed: self.intent.deed,
            before: self.intent.before.clone(),
            after: self.intent.after.clone(),
            outcome,
            calls,
            ms: u32::try_from(span).unwrap_or(u32::MAX),
            text,
        };
        self.batch().add_sent(&shop, &scope, record)?;
        Ok(())
    }
}

fn later(now: Timestamp, span: i64) -> Timestamp {
    Timestamp::from_micros(now.micros().saturating_add(span))
}

/// The article of a lot, as a link remembers it.
pub(super) fn article(
    lot: &crate::domain::Lot,
) -> (crate::domain::ItemKey, crate::domain::ColorId) {
    (lot.item.clone(), color_of(lot))
}
