//! Journaling: what is about to be called is on disk before the call.

use std::ops::ControlFlow;

use super::context::{Context, Look};
use crate::domain::market::{Class, ListingChange, NewListing, Purpose};
use crate::domain::sync::difference::{self, Kind, fewer, is_empty, only};
use crate::domain::sync::{
    Entry, EntryState, Face, Fewer, Intent, Link, Plan, Trouble, Trust, Urgency, Work,
};
use crate::domain::{ItemKey, ItemKind, LotId, Marketplace, Scope, TenantId, Timestamp, UserId};
use crate::error::Result;
use crate::services::App;
use crate::store::{Batch, Decided, Tx};

/// Which kinds of calls may be made now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "kinds of calls are independent"
)]
pub struct Allow {
    /// Changes of prices and the like alone.
    pub prices: bool,
    /// Changes of texts alone.
    pub notes: bool,
    /// Anything at all; else only entries are closed that need no call.
    pub calls: bool,
    /// Where pieces differ too, only they are sent now, and everything else after them.
    pub pieces_apart: bool,
}

impl Default for Allow {
    fn default() -> Self {
        Self {
            prices: true,
            notes: true,
            calls: true,
            pieces_apart: false,
        }
    }
}

/// An intent that is on disk, and what its call needs.
#[derive(Debug, Clone)]
pub struct Ready {
    /// The lot.
    pub lot: LotId,
    /// Its kind; decides how BrickOwl writes its condition.
    pub kind: ItemKind,
    /// What is asked.
    pub intent: Intent,
    /// The public note that the marketplace has now; BrickLink wants it with every change.
    pub notes: String,
}

/// What came of journaling.
#[derive(Debug, Clone, Default)]
pub struct Journaled {
    /// What is to be called, in the order asked for.
    pub ready: Vec<Ready>,
    /// Items that must be looked up first, with their names as far as known.
    pub lookups: Vec<(ItemKey, String)>,
    /// Entries that were closed, as there was nothing to do.
    pub closed: u32,
    /// Entries that must wait for their kind of calls.
    pub waiting: u32,
}

/// What a queued lot needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// No call: its entry is closed.
    Close,
    /// BrickOwl must be asked what it calls the item.
    Lookup,
    /// A call that may carry others too.
    Batch,
    /// A call of its own.
    Single,
}

/// A lot in the order in which it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Queued {
    /// How urgent.
    pub urgency: Urgency,
    /// Since when.
    pub since: Timestamp,
    /// The lot.
    pub lot: LotId,
    /// What it needs.
    pub need: Need,
    /// It is there and has not been seen whole since this time; only changes are dated.
    pub seen: Option<Timestamp>,
    /// The marketplace's number.
    pub remote: Option<u64>,
    /// Which share of the budget it is paid from.
    pub pays: Purpose,
    /// It says something of texts.
    pub text: bool,
}

impl Queued {
    /// Whether any of it may be sent now.
    pub const fn may_go(&self, allow: Allow) -> bool {
        match self.pays {
            Purpose::Prices => allow.prices || (self.text && allow.notes),
            Purpose::Notes => allow.notes,
            _ => true,
        }
    }
}

/// In whose name the program itself acts.
pub(super) fn own(tenant: TenantId, now: Timestamp) -> Scope {
    Scope::owner(tenant, UserId(0), now)
}

impl App {
    /// Every shop's marketplaces to which something may be sent now.
    ///
    /// # Errors
    /// `Storage` when the store cannot be read.
    pub fn sync_places(&self) -> Result<Vec<(TenantId, Marketplace)>> {
        let now = self.clock.now();
        self.store.read(|tx| {
            let mut found = Vec::new();
            for tenant in tx.tenants()? {
                let shop_of = own(tenant, now);
                let shop = tx.shop(&shop_of);
                for market in super::MARKETS {
                    if shop.market_sync(market)?.sends() {
                        found.push((tenant, market));
                    }
                }
            }
            Ok(found)
        })
    }

    /// After a start nobody calls: what was about to be called then is unknown now. How many entries.
    ///
    /// # Errors
    /// `Storage` when the store cannot be read or written.
    pub fn sync_recover(&self, tenant: TenantId, market: Marketplace) -> Result<u32> {
        let scope = own(tenant, self.clock.now());
        self.store.write(move |tx| {
            let mut batch = Batch::new();
            let mut found = 0;
            tx.shop(&scope).each_open_entry(market, |lot, mut entry| {
                if entry.state == EntryState::Sending {
                    found += 1;
                    entry.state = EntryState::Unknown;
                    entry.next_try = scope.now;
                    entry.doubts = 0;
                    entry.trouble = Some(Trouble {
                        class: Class::Silent,
                        text:
                            "The program ended while this was sent; it is read whether it happened."
                                .into(),
                        raw: String::new(),
                        at: scope.now,
                    });
                    batch.put_open_entry(&scope, market, lot, Some(entry));
                }
                Ok(ControlFlow::Continue(()))
            })?;
            Ok(Decided::new(found, batch))
        })
    }

    /// What is due at a marketplace, the most urgent first.
    ///
    /// # Errors
    /// `Storage` when the store cannot be read.
    pub fn sync_queue(&self, tenant: TenantId, market: Marketplace) -> Result<Vec<Queued>> {
        let scope = own(tenant, self.clock.now());
        self.store.read(|tx| {
            let context = Context::read(tx.shop(&scope), scope, market)?;
            let mut due = Vec::new();
            context.shop.each_open_entry(market, |lot, entry| {
                if entry.is_due(scope.now) {
                    due.push((lot, entry.since));
                }
                Ok(ControlFlow::Continue(()))
            })?;
            let mut queue = Vec::with_capacity(due.len());
            for (lot, since) in due {
                let look = context.look(lot)?;
                let changes = |look: &&Look| matches!(look.plan, Plan::Change(_));
                let need = look
                    .as_ref()
                    .map_or(Need::Close, |look| context.need(&look.plan));
                queue.push(Queued {
                    // What needs no call is closed first: it costs nothing.
                    need,
                    urgency: look
                        .as_ref()
                        .and_then(|look| look.plan.urgency(&look.link))
                        .unwrap_or(Urgency::Down),
                    since,
                    lot,
                    seen: look.as_ref().filter(changes).map(|look| look.link.seen),
                    remote: look.as_ref().and_then(|look| look.link.remote),
                    pays: look
                        .as_ref()
                        .map_or(Purpose::Stock, |look| look.plan.purpose()),
                    text: look.as_ref().is_some_and(|look| match &look.plan {
                        Plan::Change(change) => difference::has(change, Kind::Text),
                        _ => false,
                    }),
                });
            }
            queue.sort();
            Ok(queue)
        })
    }

    /// Lots whose intent may or may not have happened, and may be read now.
    ///
    /// # Errors
    /// `Storage` when the store cannot be read.
    pub fn sync_doubts(
        &self,
        tenant: TenantId,
        market: Marketplace,
    ) -> Result<Vec<(LotId, Intent)>> {
        let scope = own(tenant, self.clock.now());
        self.store.read(|tx| {
            let mut found = Vec::new();
            tx.shop(&scope).each_open_entry(market, |lot, entry| {
                if entry.is_doubtful(scope.now)
                    && let Some(intent) = entry.intent
                {
                    found.push((lot, intent));
                }
                Ok(ControlFlow::Continue(()))
            })?;
            Ok(found)
        })
    }

    /// What is known of lots at a marketplace, and which lot here each number is linked with.
    ///
    /// # Errors
    /// `Storage` when the store cannot be read.
    pub fn sync_links(
        &self,
        tenant: TenantId,
        market: Marketplace,
        lots: &[LotId],
    ) -> Result<Vec<Link>> {
        let scope = own(tenant, self.clock.now());
        self.store.read(|tx| {
            let shop = tx.shop(&scope);
            lots.iter().map(|lot| shop.link(market, *lot)).collect()
        })
    }

    /// The lot that a marketplace's number is linked with now.
    ///
    /// # Errors
    /// `Storage` when the store cannot be read.
    pub fn sync_linked_with(
        &self,
        tenant: TenantId,
        market: Marketplace,
        remote: u64,
    ) -> Result<Option<LotId>> {
        let scope = own(tenant, self.clock.now());
        self.store
            .read(|tx| tx.shop(&scope).linked_with(market, remote))
    }

    /// How many entries are open at a marketplace.
    ///
    /// # Errors
    /// `Storage` when the store cannot be read.
    pub fn sync_open(&self, tenant: TenantId, market: Marketplace) -> Result<u32> {
        let scope = own(tenant, self.clock.now());
        self.store.read(|tx| {
            let mut open = 0;
            tx.shop(&scope).each_open_entry(market, |_, _| {
                open += 1;
                Ok(ControlFlow::Continue(()))
            })?;
            Ok(open)
        })
    }

    /// Works out what these lots need and writes it down; nothing may be called that was not returned here.
    ///
    /// # Errors
    /// `Storage` when the store cannot be read or written.
    pub fn journal(
        &self,
        tenant: TenantId,
        market: Marketplace,
        lots: &[LotId],
        allow: Allow,
    ) -> Result<Journaled> {
        let (scope, lots) = (own(tenant, self.clock.now()), lots.to_vec());
        self.store
            .write(move |tx| decide(tx, scope, market, &lots, allow))
    }
}

impl Context<'_> {
    fn need(&self, plan: &Plan) -> Need {
        match (plan, self.market) {
            (Plan::Nothing | Plan::NotListed(_), _) => Need::Close,
            (Plan::Lookup, _) => Need::Lookup,
            (_, Marketplace::BrickLink) => Need::Single,
            (Plan::Change(change), Marketplace::BrickOwl)
                if self.state.batches == Trust::No && !difference::has(change, Kind::Quantity) =>
            {
                Need::Single
            }
            _ => Need::Batch,
        }
    }
}

fn decide(
    tx: &Tx<'_>,
    scope: Scope,
    market: Marketplace,
    lots: &[LotId],
    allow: Allow,
) -> Result<Decided<Journaled>> {
    let context = Context::read(tx.shop(&scope), scope, market)?;
    let mut batch = Batch::new();
    let mut all = Journaled::default();
    if !context.state.sends() {
        return Ok(Decided::unchanged(all));
    }
    for lot in lots {
        let entry = context.shop.open_entry(market, *lot)?;
        let Some(entry) = entry.filter(|entry| entry.is_due(scope.now)) else {
            continue;
        };
        if let Some(look) = context.look(*lot)? {
            one(&context, &mut batch, &mut all, entry, &look, allow)?;
        } else {
            batch.put_open_entry(&scope, market, *lot, None);
            all.closed += 1;
        }
    }
    Ok(Decided::new(all, batch))
}

fn one(
    context: &Context<'_>,
    batch: &mut Batch,
    all: &mut Journaled,
    mut entry: Entry,
    look: &Look,
    allow: Allow,
) -> Result<()> {
    let (scope, market) = (&context.scope, context.market);
    let id = look.lot.id;
    let needs = context.need(&look.plan);
    if !allow.calls && matches!(needs, Need::Batch | Need::Single) {
        all.waiting += 1;
        return Ok(());
    }
    let work = match &look.plan {
        Plan::Nothing | Plan::NotListed(_) => {
            all.closed += 1;
            close(context, batch, entry, look);
            return Ok(());
        }
        Plan::Lookup => {
            all.lookups
                .push((look.lot.item.clone(), look.lot.name.clone()));
            return Ok(());
        }
        Plan::Create(new, _) => {
            let mut new = new.clone();
            new.rest = fewer(&new.rest, entry.fewer);
            Work::Create(new)
        }
        Plan::Change(change) => match part(change, entry.fewer, allow) {
            Some(change) => Work::Change(Box::new(change)),
            // Everything that was not refused is through already.
            None if entry.fewer != Fewer::All => {
                stop(&mut entry, scope.now);
                batch.put_open_entry(scope, market, id, Some(entry));
                return Ok(());
            }
            None => {
                all.waiting += 1;
                return Ok(());
            }
        },
        Plan::Delete => Work::Delete,
    };
    let before = look.link.agreed.clone();
    let after = match (&work, &look.plan, &before) {
        (Work::Create(new), Plan::Create(_, face), _) => Some(as_made(face, new)),
        (Work::Change(change), _, Some(before)) => Some(before.after(change)),
        _ => None,
    };
    let disputed = look.conflict.as_ref().and_then(|conflict| {
        let text = conflict.fields.iter().any(|field| field.kind == Kind::Text);
        conflict.there.as_ref().filter(|_| text)
    });
    let notes = disputed
        .or(before.as_ref())
        .map_or_else(String::new, |face| face.notes.clone());
    let intent = Intent {
        id: batch.next_intent(&context.shop)?,
        remote: look.link.remote,
        work,
        before,
        after,
        upto: look.lot.last,
        at: scope.now,
        deed: entry.deed,
    };
    entry.state = EntryState::Sending;
    entry.doubts = 0;
    entry.intent = Some(intent.clone());
    batch.put_open_entry(scope, market, id, Some(entry));
    all.ready.push(Ready {
        lot: id,
        kind: look.lot.item.kind,
        intent,
        notes,
    });
    Ok(())
}

/// What a lot looks like that was made with these fields.
fn as_made(face: &Face, new: &NewListing) -> Face {
    face.bare().after(&new.rest)
}

/// The part of a change that may be sent now.
fn part(change: &ListingChange, step: Fewer, allow: Allow) -> Option<ListingChange> {
    let change = fewer(change, step);
    let pieces = difference::has(&change, Kind::Quantity);
    let part = if pieces && allow.pieces_apart {
        only(&change, &[Kind::Quantity])
    } else if difference::purpose(&change) == Purpose::Stock {
        change
    } else {
        let mut kinds = Vec::new();
        if allow.prices {
            kinds.extend([Kind::Price, Kind::Rest]);
        }
        if allow.notes {
            kinds.push(Kind::Text);
        }
        only(&change, &kinds)
    };
    (!is_empty(&part)).then_some(part)
}

/// What was refused stays for a person.
pub(super) fn stop(entry: &mut Entry, now: Timestamp) {
    entry.state = EntryState::Stopped;
    entry.intent = None;
    if let Some(trouble) = &mut entry.trouble {
        trouble.at = now;
    }
}

/// Nothing is to be done, or nothing that may be done.
pub(super) fn close(context: &Context<'_>, batch: &mut Batch, mut entry: Entry, look: &Look) {
    let (scope, market, id) = (&context.scope, context.market, look.lot.id);
    let why = match &look.plan {
        Plan::NotListed(why) => Some(why.clone()),
        _ => None,
    };
    let mut link = look.link.clone();
    if link.not_listed != why || link.upto != look.lot.last {
        link.not_listed.clone_from(&why);
        link.upto = look.lot.last;
        batch.put_link(scope, market, id, link);
    }
    let disputed = look.conflict.is_some();
    let open = disputed.then(|| {
        entry.state = EntryState::Conflict;
        entry.intent = None;
        entry
    });
    batch.put_open_entry(scope, market, id, open);
}
