//! Sending to BrickOwl: fifty lots in a call; what batches were seen to ignore goes one by one.

use super::round::{Round, purpose_of};
use crate::domain::market::{ListingChange, Purpose};
use crate::domain::sync::difference::{Kind, only};
use crate::domain::sync::{Face, Terms, Trust, Work};
use crate::error::Result;
use crate::market::attempt::Outside;
use crate::market::brickowl::{Asked, BrickOwl, Brought, LotName};
use crate::services::sync::{Queued, Ready, Settled, Told};

impl Round<'_> {
    /// Sends one portion; how many entries moved.
    pub(super) fn send_to_brickowl(&mut self, piece: &[Queued]) -> Result<usize> {
        let client = match self.app().brickowl_for(self.tenant) {
            Ok(client) => client,
            Err(failure) => {
                self.heed(&failure, Purpose::Stock);
                return Ok(0);
            }
        };
        let lots: Vec<_> = piece.iter().map(|one| one.lot).collect();
        let journaled = self
            .app()
            .journal(self.tenant, self.market, &lots, self.allow)?;
        let mut moved = usize::try_from(journaled.closed).unwrap_or(0);
        let ready = journaled.ready;
        moved += ready.len();
        let settled = match ready.as_slice() {
            [] => Vec::new(),
            [one] => vec![self.alone(&client, one)],
            many => self.together(&client, many)?,
        };
        self.settle(settled)?;
        Ok(moved)
    }

    /// One lot in a call of its own.
    fn alone(&mut self, client: &BrickOwl, ready: &Ready) -> Settled {
        let purpose = purpose_of(&ready.intent.work);
        let name = ready.intent.remote.map(LotName::Number);
        let done: Outside<Option<u64>> = match (&ready.intent.work, &name) {
            (Work::Create(new), _) => client.create(purpose, new).map(Some),
            (Work::Change(change), Some(name)) => client
                .update(purpose, name, ready.kind, change)
                .map(|()| None),
            (Work::Delete, Some(name)) => client.delete(purpose, name).map(|()| None),
            (_, None) => {
                return self.settled(ready.lot, &ready.intent, Told::Missing, 0);
            }
        };
        let told = match done {
            Ok(made) => Told::Done(made),
            Err(failure) => self.told(failure, purpose),
        };
        self.settled(ready.lot, &ready.intent, told, 1)
    }

    /// Many lots in one call; each has an answer of its own.
    fn together(&mut self, client: &BrickOwl, ready: &[Ready]) -> Result<Vec<Settled>> {
        let asked: Vec<Asked> = ready.iter().map(asked).collect();
        let purpose = ready
            .iter()
            .map(|one| purpose_of(&one.intent.work))
            .min()
            .unwrap_or(Purpose::Stock);
        let answers = match client.batch(purpose, &asked) {
            Ok(answers) => answers,
            Err(failure) => {
                let mut settled = Vec::with_capacity(ready.len());
                for (at, one) in ready.iter().enumerate() {
                    let told = self.told(failure.clone(), purpose);
                    settled.push(self.settled(one.lot, &one.intent, told, u16::from(at == 0)));
                }
                return Ok(settled);
            }
        };
        let ignored = self.read_back(client, ready, &answers)?;
        let mut settled = Vec::with_capacity(ready.len());
        for (at, (one, answer)) in ready.iter().zip(answers).enumerate() {
            let told = match (answer, &one.intent.work) {
                (Ok(Brought::Made(number)), _) => Told::Done(Some(number)),
                (Ok(_), Work::Change(change)) if ignored && fields(change).is_some() => {
                    Told::Part(Box::new(only(change, &[Kind::Quantity])))
                }
                (Ok(_), _) => Told::Done(None),
                (Err(failure), _) => self.told(failure, purpose),
            };
            settled.push(self.settled(one.lot, &one.intent, told, u16::from(at == 0)));
        }
        Ok(settled)
    }

    /// The first batch that carries fields is read back. Whether its fields must be taken for ignored.
    fn read_back(
        &mut self,
        client: &BrickOwl,
        ready: &[Ready],
        answers: &[Outside<Brought>],
    ) -> Result<bool> {
        if self.trust == Trust::Yes {
            return Ok(false);
        }
        let mut told = ready.iter().zip(answers).filter_map(|(one, answer)| {
            let change = match (&one.intent.work, answer) {
                (Work::Change(change), Ok(_)) => fields(change)?,
                _ => return None,
            };
            Some((one.intent.remote?, change))
        });
        let Some((remote, change)) = told.next() else {
            return Ok(false);
        };
        self.count.calls += 1;
        let there = match client.lots_named(Purpose::Stock, &LotName::Number(remote)) {
            Ok(page) => page.rows.into_iter().find(|lot| lot.id == remote),
            Err(failure) => {
                self.heed(&failure, Purpose::Stock);
                None
            }
        };
        // Nothing was seen: sending fields once more does no harm, one by one in this run.
        let Some(there) = there else {
            self.trusts(Trust::No);
            return Ok(true);
        };
        let there = Face::of_listing(&there);
        let rules = crate::domain::sync::SyncRules {
            sale_to_owl: true,
            ..crate::domain::sync::SyncRules::default()
        };
        let terms = Terms::of(self.market, &rules, "", "");
        let kept = fields(&there.change_to(&there.after(&change), &terms)).is_none();
        let trust = if kept { Trust::Yes } else { Trust::No };
        self.app().trust_batches(self.tenant, trust)?;
        self.trusts(trust);
        Ok(!kept)
    }
}

/// The part of a change that batches were seen to ignore.
fn fields(change: &ListingChange) -> Option<ListingChange> {
    let part = only(change, &[Kind::Price, Kind::Text, Kind::Rest]);
    (part != ListingChange::default()).then_some(part)
}

fn asked(ready: &Ready) -> Asked {
    let name = LotName::Number(ready.intent.remote.unwrap_or_default());
    match &ready.intent.work {
        Work::Create(new) => Asked::Create(new.clone()),
        Work::Change(change) => Asked::Update(name, ready.kind, change.clone()),
        Work::Delete => Asked::Delete(name),
    }
}
