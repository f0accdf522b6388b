//! What became of calls whose answers were lost: orders are read, then the lots, then orders again, so that
//! a sale in between is not taken for the change.

use super::round::Round;
use crate::domain::market::{Class, Failure, Listing, NewListing, Purpose};
use crate::domain::sync::{Face, Intent, Link, Work};
use crate::domain::{LotId, Marketplace};
use crate::error::Result;
use crate::market::attempt::Outside;
use crate::market::brickowl::LotName;
use crate::services::sync::{Settled, Told};

/// What reading a lot showed.
enum Seen {
    /// It is there.
    There(Box<Listing>),
    /// It is not.
    Nothing,
    /// Several may be it.
    Several,
}

impl Round<'_> {
    /// Finds out what became of these intents.
    pub(super) fn resolve(&mut self, doubts: &[(LotId, Intent)]) -> Result<()> {
        if !self.orders() {
            return Ok(());
        }
        let lots: Vec<LotId> = doubts.iter().map(|(lot, _)| *lot).collect();
        let before = self.links(&lots)?;
        let mut seen = Vec::with_capacity(doubts.len());
        for (_, intent) in doubts {
            if self.is_held() {
                return Ok(());
            }
            seen.push(match self.read(intent)? {
                Ok(seen) => Some(seen),
                Err(failure) => {
                    self.heed(&failure, Purpose::Stock);
                    None
                }
            });
        }
        if !self.orders() {
            return Ok(());
        }
        let after = self.links(&lots)?;
        let mut settled: Vec<Settled> = Vec::with_capacity(doubts.len());
        for (((lot, intent), seen), links) in
            doubts.iter().zip(seen).zip(before.into_iter().zip(after))
        {
            let told = match seen {
                _ if links.0.agreed != links.1.agreed => Told::Again,
                None => Told::Again,
                Some(seen) => self.verdict(intent, &links.1, seen),
            };
            settled.push(self.settled(*lot, intent, told, 1));
        }
        self.settle(settled)
    }

    fn links(&self, lots: &[LotId]) -> Result<Vec<Link>> {
        self.app().sync_links(self.tenant, self.market, lots)
    }

    fn read(&mut self, intent: &Intent) -> Result<Outside<Seen>> {
        let read = match (&intent.work, intent.remote) {
            // It is sent again whatever is there.
            (Work::Change(change), _) if change.is_repeatable() => Ok(None),
            (Work::Create(new), _) => return self.find(new, intent),
            (_, Some(remote)) => self.one(remote),
            (_, None) => Ok(None),
        };
        Ok(read.map(|lot| lot.map_or(Seen::Nothing, |lot| Seen::There(Box::new(lot)))))
    }

    fn one(&self, remote: u64) -> Outside<Option<Listing>> {
        match self.market {
            Marketplace::BrickLink => {
                let client = self.app().bricklink_for(self.tenant)?;
                match client.lot(remote, Purpose::Stock) {
                    Ok(lot) => Ok(Some(lot)),
                    Err(failure) if failure.class == Class::NotFound => Ok(None),
                    Err(failure) => Err(failure),
                }
            }
            Marketplace::BrickOwl => {
                let client = self.app().brickowl_for(self.tenant)?;
                let page = client.lots_named(Purpose::Stock, &LotName::Number(remote))?;
                unread(&page.unread)?;
                Ok(page.rows.into_iter().find(|lot| lot.id == remote))
            }
        }
    }

    /// A lot that was asked to be made; one that is linked with a lot already is not it.
    fn find(&self, new: &NewListing, intent: &Intent) -> Result<Outside<Seen>> {
        let found = match self.market {
            Marketplace::BrickLink => self
                .app()
                .bricklink_for(self.tenant)
                .and_then(|client| client.find_made(new, intent.at, Purpose::Stock)),
            Marketplace::BrickOwl => self.app().brickowl_for(self.tenant).and_then(|client| {
                let name = LotName::External(new.external.clone());
                let page = client.lots_named(Purpose::Stock, &name)?;
                unread(&page.unread)?;
                Ok(page.rows)
            }),
        };
        let found = match found {
            Ok(found) => found,
            Err(failure) => return Ok(Err(failure)),
        };
        let mut free = Vec::new();
        for lot in found {
            let linked = self
                .app()
                .sync_linked_with(self.tenant, self.market, lot.id)?;
            if linked.is_none() {
                free.push(lot);
            }
        }
        Ok(Ok(match <[Listing; 1]>::try_from(free) {
            Ok([lot]) => Seen::There(Box::new(lot)),
            Err(none) if none.is_empty() => Seen::Nothing,
            Err(_) => Seen::Several,
        }))
    }

    fn verdict(&self, intent: &Intent, link: &Link, seen: Seen) -> Told {
        match (&intent.work, seen) {
            (Work::Create(_), Seen::There(lot)) => {
                Told::FoundDone(Some((lot.id, Box::new(Face::of_listing(&lot)))))
            }
            (_, Seen::Several) => Told::Puzzling(None),
            (Work::Delete, Seen::Nothing) => Told::FoundDone(None),
            (Work::Create(_), Seen::Nothing) | (Work::Delete, Seen::There(_)) => Told::FoundNotDone,
            (Work::Change(change), _) if change.is_repeatable() => Told::FoundNotDone,
            (Work::Change(change), seen) => {
                let Some(agreed) = &link.agreed else {
                    return Told::Missing;
                };
                let meant = agreed.after(change);
                match seen {
                    Seen::There(lot) => {
                        let there = Face::of_listing(&lot);
                        if there.quantity == meant.quantity {
                            Told::FoundDone(None)
                        } else if there.quantity == agreed.quantity {
                            Told::FoundNotDone
                        } else {
                            Told::Puzzling(Some(Box::new(there)))
                        }
                    }
                    _ if self.market == Marketplace::BrickLink
                        && meant.quantity == 0
                        && !meant.retain =>
                    {
                        Told::FoundDone(None)
                    }
                    _ => Told::Missing,
                }
            }
        }
    }
}

/// A lot that cannot be read may be the one.
fn unread(unread: &[String]) -> Outside<()> {
    match unread.first() {
        None => Ok(()),
        Some(why) => Err(Box::new(Failure::new(
            crate::domain::market::Service::BrickOwl,
            Class::Garbled,
            format!("BrickOwl sent a lot that cannot be read ({why}); it is read again."),
        ))),
    }
}
