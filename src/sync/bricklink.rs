//! Sending to BrickLink: one call for each lot, and a look first where the last one is old, as every change
//! carries the public note and must not wipe what was edited there.

use super::round::{Round, purpose_of};
use crate::domain::market::{Class, Purpose};
use crate::domain::sync::Work;
use crate::domain::{LotId, Timestamp};
use crate::error::Result;
use crate::market::attempt::Outside;
use crate::market::bricklink::{BrickLink, InventoryFilter};
use crate::services::sync::{Queued, Ready, Told};

/// Microseconds for which a look counts.
const FRESH: i64 = 120_000_000;
/// More lots than this are looked at by reading all of them in one call.
const MANY: usize = 5;

impl Round<'_> {
    /// Sends one portion; how many entries moved.
    pub(super) fn send_to_bricklink(&mut self, piece: &[Queued]) -> Result<usize> {
        let client = match self.app().bricklink_for(self.tenant) {
            Ok(client) => client,
            Err(failure) => {
                self.heed(&failure, Purpose::Stock);
                return Ok(0);
            }
        };
        let unseen = self.look_first(&client, piece)?;
        let mut moved = 0;
        for one in piece {
            if self.is_held() {
                break;
            }
            if unseen.contains(&one.lot) {
                continue;
            }
            let journaled = self
                .app()
                .journal(self.tenant, self.market, &[one.lot], self.allow)?;
            moved += usize::try_from(journaled.closed).unwrap_or(0);
            for ready in journaled.ready {
                let told = self.call(&client, &ready);
                let settled = self.settled(ready.lot, &ready.intent, told, 1);
                self.settle(vec![settled])?;
                moved += 1;
            }
        }
        Ok(moved)
    }

    fn call(&mut self, client: &BrickLink, ready: &Ready) -> Told {
        let purpose = purpose_of(&ready.intent.work);
        let done: Outside<Option<u64>> = match (&ready.intent.work, ready.intent.remote) {
            (Work::Create(new), _) => client.create(new, purpose).map(|lot| Some(lot.id)),
            (Work::Change(change), Some(id)) => client
                .update(id, change, Some(&ready.notes), purpose)
                .map(|_| None),
            (Work::Delete, Some(id)) => client.delete(id, purpose).map(|()| None),
            (_, None) => return Told::Missing,
        };
        match done {
            Ok(made) => Told::Done(made),
            Err(failure) => self.told(failure, purpose),
        }
    }

    /// Looks at lots that are to be changed and were not seen a moment ago. Those that could not be looked
    /// at must wait.
    fn look_first(&mut self, client: &BrickLink, piece: &[Queued]) -> Result<Vec<LotId>> {
        let now = self.app().now();
        let old = |seen: Timestamp| now.since(seen) > FRESH;
        let stale: Vec<(LotId, u64)> = piece
            .iter()
            .filter(|one| one.seen.is_some_and(old))
            .filter_map(|one| Some((one.lot, one.remote?)))
            .collect();
        let mut seen = Vec::new();
        let mut unseen = Vec::new();
        if stale.len() > MANY {
            self.count.calls += 1;
            match client.inventory(&InventoryFilter::default(), Purpose::Orders) {
                Ok(lots) => {
                    let mut by_number: std::collections::HashMap<u64, _> =
                        lots.into_iter().map(|lot| (lot.id, lot)).collect();
                    for (lot, remote) in &stale {
                        seen.extend(by_number.remove(remote).map(|there| (*lot, there)));
                    }
                }
                Err(failure) => {
                    self.heed(&failure, Purpose::Orders);
                    return Ok(stale.into_iter().map(|(lot, _)| lot).collect());
                }
            }
        } else {
            for (lot, remote) in stale {
                if self.is_held() {
                    unseen.push(lot);
                    continue;
                }
                self.count.calls += 1;
                match client.lot(remote, Purpose::Stock) {
                    Ok(there) => seen.push((lot, there)),
                    // The change finds out what that means.
                    Err(failure) if failure.class == Class::NotFound => {}
                    Err(failure) => {
                        self.heed(&failure, Purpose::Stock);
                        unseen.push(lot);
                    }
                }
            }
        }
        if !seen.is_empty() {
            self.app().sync_observe(self.tenant, self.market, seen)?;
        }
        Ok(unseen)
    }
}
