//! Asking BrickOwl what it calls items: many in a call, in every way that is known to work.

use std::collections::BTreeMap;

use super::round::Round;
use crate::domain::market::{Class, Failure, Purpose};
use crate::domain::sync::OwlNumber;
use crate::domain::{ItemKey, LotId, Marketplace};
use crate::error::Result;
use crate::market::brickowl::{Asked, BATCH, BrickOwl, Brought, Found, Look};

impl Round<'_> {
    /// Looks up what these lots are called. Whether anything was found out.
    pub(super) fn look_up(&mut self, lots: &[LotId]) -> Result<bool> {
        if self.market != Marketplace::BrickOwl {
            return Ok(false);
        }
        let client = match self.app().brickowl_for(self.tenant) {
            Ok(client) => client,
            Err(failure) => {
                self.heed(&failure, Purpose::Stock);
                return Ok(false);
            }
        };
        let journaled = self
            .app()
            .journal(self.tenant, self.market, lots, self.nothing())?;
        let mut items: BTreeMap<(u8, String), (ItemKey, String)> = BTreeMap::new();
        for (item, name) in journaled.lookups {
            items
                .entry((item.kind.index(), item.folded()))
                .or_insert((item, name));
        }
        let mut open: Vec<Search> = items
            .into_values()
            .map(|(item, name)| Search {
                ways: client.looks(&item, &name),
                item,
                name,
            })
            .collect();
        let mut any = false;
        let mut found = Vec::new();
        open.retain(|search| {
            let never = search.ways.is_empty();
            if never {
                found.push((search.item.clone(), OwlNumber::Never));
            }
            !never
        });
        for piece in open.chunks(BATCH) {
            if self.is_held() {
                break;
            }
            found.extend(self.search(&client, piece));
            if !found.is_empty() {
                any = true;
                let kept = std::mem::take(&mut found);
                self.app().keep_owl_numbers(self.tenant, kept)?;
            }
        }
        if !found.is_empty() {
            any = true;
            self.app().keep_owl_numbers(self.tenant, found)?;
        }
        Ok(any)
    }

    /// Asks for up to fifty items: all of them the likeliest way first.
    fn search(&mut self, client: &BrickOwl, items: &[Search]) -> Vec<(ItemKey, OwlNumber)> {
        if let [alone] = items {
            return self.ask_alone(client, alone).into_iter().collect();
        }
        let mut found = Vec::new();
        let mut open: Vec<&Search> = items.iter().collect();
        let longest = items.iter().map(|search| search.ways.len()).max();
        for way in 0..longest.unwrap_or(0) {
            let asked: Vec<Asked> = open.iter().filter_map(|one| one.asked(way)).collect();
            if asked.is_empty() || self.is_held() {
                break;
            }
            self.count.calls += 1;
            let answers = match client.batch(Purpose::Stock, &asked) {
                Ok(answers) => answers,
                Err(failure) => {
                    self.heed(&failure, Purpose::Stock);
                    return found;
                }
            };
            let mut answers = answers.into_iter();
            let mut next = Vec::new();
            for search in open {
                if search.asked(way).is_none() {
                    next.push(search);
                    continue;
                }
                match answers.next() {
                    Some(Ok(Brought::Numbers(numbers))) if numbers.is_empty() => next.push(search),
                    Some(Ok(Brought::Numbers(numbers))) => {
                        found.push((search.item.clone(), number_of(numbers)));
                    }
                    Some(Err(failure)) if failure.class == Class::NotFound => next.push(search),
                    // The later ways are not documented.
                    Some(Err(failure)) if way > 0 && failure.class == Class::Refused => {
                        next.push(search);
                    }
                    // Some keys may look up alone, but not in a batch.
                    Some(Err(failure)) if failure.class == Class::Forbidden => {
                        found.extend(self.ask_alone(client, search));
                    }
                    Some(Err(failure)) => self.heed(&failure, Purpose::Stock),
                    _ => {}
                }
            }
            open = next;
        }
        if !self.is_held() {
            for search in open {
                found.push((search.item.clone(), OwlNumber::Nothing));
            }
        }
        found
    }

    fn ask_alone(&mut self, client: &BrickOwl, search: &Search) -> Option<(ItemKey, OwlNumber)> {
        if self.is_held() {
            return None;
        }
        self.count.calls += 1;
        match client.find(Purpose::Stock, &search.item, &search.name) {
            Ok(Found::One(number)) => Some((search.item.clone(), OwlNumber::One(number))),
            Ok(Found::Several(all)) => Some((search.item.clone(), OwlNumber::Several(all))),
            Ok(Found::Nothing) => Some((search.item.clone(), OwlNumber::Nothing)),
            Ok(Found::Never) => Some((search.item.clone(), OwlNumber::Never)),
            Err(failure) => {
                let failure: &Failure = &failure;
                self.heed(failure, Purpose::Stock);
                None
            }
        }
    }
}

/// An item that is looked for.
struct Search {
    item: ItemKey,
    name: String,
    ways: Vec<Look>,
}

impl Search {
    fn asked(&self, way: usize) -> Option<Asked> {
        let look = self.ways.get(way)?;
        Some(Asked::Look(self.item.no.clone(), *look))
    }
}

fn number_of(mut numbers: Vec<String>) -> OwlNumber {
    if numbers.len() == 1 {
        OwlNumber::One(numbers.swap_remove(0))
    } else {
        OwlNumber::Several(numbers)
    }
}
