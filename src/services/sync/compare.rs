//! Comparing what a marketplace holds with what was agreed and with the shop, kind by kind, by the table of
//! [`crate::domain::sync::policy`]: what was changed there is taken over, what was changed here is sent, and
//! where both changed a person is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::adopt::{as_deed, reason, shift, take_over};
use crate::domain::market::Listing;
use crate::domain::sync::difference::only;
use crate::domain::sync::plan::{Known, plan, wanted};
use crate::domain::sync::policy::{Changed, changed, decide};
use crate::domain::sync::{
    Compared, Conflict, ConflictField, Decision, Difference, Entry, EntryState, Face, Kind, Link,
    Plan, SyncRules, Terms, Wanted,
};
use crate::domain::{Lot, LotId, Marketplace, PlaceRule, Scope};
use crate::error::Result;
use crate::services::App;
use crate::services::moves::Moves;
use crate::services::rights::{Right, allow};
use crate::store::{Decided, Shop};

/// Lots of one transaction.
pub(super) const PIECE: usize = 500;

/// What holds for a shop at a marketplace.
pub(super) struct Ground {
    pub(super) market: Marketplace,
    pub(super) rules: SyncRules,
    shop: String,
    store: String,
    pub(super) places: PlaceRule,
}

impl Ground {
    pub(super) fn read(shop: &Shop<'_>, market: Marketplace) -> Result<Self> {
        Ok(Self {
            market,
            rules: shop.sync_rules()?,
            shop: shop
                .record()?
                .map_or_else(String::new, |shop| shop.currency),
            store: shop.market_sync(market)?.currency,
            places: shop.place_rule()?,
        })
    }

    pub(super) fn terms(&self) -> Terms<'_> {
        Terms::of(self.market, &self.rules, &self.shop, &self.store)
    }
}

/// What was agreed of each lot there before its marketplace was read. What was sent or sold since is not in
/// what was read, and is left alone.
pub type Agreed = BTreeMap<u64, Face>;

fn is_as_then(then: &Agreed, remote: u64, now: Option<&Face>) -> bool {
    then.get(&remote) == now
}

impl App {
    /// What is agreed of each lot there, to be asked before a marketplace is read.
    ///
    /// # Errors
    /// `Forbidden` without the right to see the inventory; `Storage` when the store cannot be read.
    pub fn agreed_with(&self, scope: &Scope, market: Marketplace) -> Result<Arc<Agreed>> {
        allow(scope, Right::ReadInventory)?;
        let mut agreed = Agreed::new();
        self.store.read(|tx| {
            tx.shop(scope).each_link(market, |_, link| {
                agreed.extend(link.remote.zip(link.agreed));
                Ok(())
            })
        })?;
        Ok(Arc::new(agreed))
    }

    /// Compares lots of a marketplace with what is here. With `repair` what the table says is done; without
    /// it, everything is only told.
    ///
    /// # Errors
    /// `Forbidden` without the right to change the inventory; `Storage` when the store cannot be written.
    pub fn compare_listings(
        &self,
        scope: &Scope,
        market: Marketplace,
        listings: &[Listing],
        then: &Arc<Agreed>,
        repair: bool,
    ) -> Result<Compared> {
        allow(scope, Right::Inventory)?;
        let mut all = Compared::default();
        for piece in listings.chunks(PIECE) {
            let (scope, piece, then) = (*scope, piece.to_vec(), Arc::clone(then));
            let found = self.store.write(move |tx| {
                let shop = tx.shop(&scope);
                let mut comparison = Comparison {
                    ground: Ground::read(&shop, market)?,
                    shop,
                    scope,
                    undecided: undecided(&shop)?,
                    then: &then,
                    repair,
                    found: Compared::default(),
                };
                let mut moves = Moves::new(shop, scope, None);
                moves.spare(market);
                for listing in &piece {
                    comparison.one(&mut moves, listing)?;
                }
                let what = format!("changed at {}", market.name());
                as_deed(tx, &scope, &mut moves, &what)?;
                Ok(Decided::new(comparison.found, moves.finish()))
            })?;
            all.add(found);
        }
        Ok(all)
    }

    /// Notes which linked lots a whole list does not name. One that is missing twice in a row is gone there;
    /// a closed store, which shows nothing, says nothing.
    ///
    /// # Errors
    /// `Forbidden` without the right to change the inventory; `Storage` when the store cannot be written.
    pub fn note_missing(
        &self,
        scope: &Scope,
        market: Marketplace,
        named: &BTreeSet<u64>,
        then: &Arc<Agreed>,
    ) -> Result<Compared> {
        allow(scope, Right::Inventory)?;
        let (scope, named, then) = (*scope, named.clone(), Arc::clone(then));
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let mut missing: Vec<(LotId, Link)> = Vec::new();
            let mut sells = false;
            shop.each_link(market, |lot, link| {
                if let Some(remote) = link.remote {
                    sells |= link.agreed.as_ref().is_some_and(|face| face.quantity > 0);
                    if !named.contains(&remote) && is_as_then(&then, remote, link.agreed.as_ref()) {
                        missing.push((lot, link));
                    }
                }
                Ok(())
            })?;
            let mut found = Compared::default();
            if named.is_empty() && sells {
                found.closed = true;
                return Ok(Decided::unchanged(found));
            }
            let ground = Ground::read(&shop, market)?;
            let mut moves = Moves::new(shop, scope, None);
            for (lot, link) in missing {
                gone_there(&mut moves, &ground, (lot, link), &mut found)?;
            }
            Ok(Decided::new(found, moves.finish()))
        })
    }
}

/// A linked lot that a whole list did not name.
fn gone_there(
    moves: &mut Moves<'_>,
    ground: &Ground,
    (id, mut link): (LotId, Link),
    found: &mut Compared,
) -> Result<()> {
    let (shop, scope, market) = (moves.shop(), moves.scope(), ground.market);
    let entry = shop.open_entry(market, id)?;
    if is_open(entry.as_ref()) {
        found.unsettled += 1;
        return Ok(());
    }
    link.missing = link.missing.saturating_add(1);
    let remote = link.remote;
    let why = if link.missing < 2 {
        found.missing += 1;
        "It was missing once; it is looked for again.".to_owned()
    } else {
        let lot = moves.lot(id)?.cloned();
        let here = lot.as_ref().filter(|lot| !lot.gone);
        let empty = link.agreed.as_ref().is_none_or(|face| face.quantity == 0);
        match here {
            Some(lot) if !empty => {
                found.asked += 1;
                let why = format!("It is not at {} any more.", market.name());
                let conflict = Conflict {
                    fields: Vec::new(),
                    here: Some(Face::of_lot(lot, &ground.terms())),
                    there: None,
                    agreed: link.agreed.clone(),
                    seen: scope.now,
                    why: why.clone(),
                };
                ask(moves, market, id, entry.is_some(), conflict)?;
                why
            }
            _ => {
                // Sold out there, or removed on both sides.
                link.cut();
                if here.is_none() && entry.is_some() {
                    moves.batch().put_open_entry(&scope, market, id, None);
                }
                String::new()
            }
        }
    };
    if !why.is_empty() {
        found.note(Difference {
            lot: Some(id),
            remote,
            kinds: Vec::new(),
            why,
        });
    }
    moves.batch().put_link(&scope, market, id, link);
    Ok(())
}

/// Whether a call for it may be under way.
fn is_open(entry: Option<&Entry>) -> bool {
    entry.is_some_and(|entry| matches!(entry.state, EntryState::Sending | EntryState::Unknown))
}

/// A person is asked; the entry stays open until then.
fn ask(
    moves: &mut Moves<'_>,
    market: Marketplace,
    lot: LotId,
    is_open: bool,
    conflict: Conflict,
) -> Result<()> {
    let scope = moves.scope();
    if !is_open {
        let mut entry = Entry::new(moves.deed()?, scope.now);
        entry.state = EntryState::Conflict;
        moves
            .batch()
            .put_open_entry(&scope, market, lot, Some(entry));
    }
    moves
        .batch()
        .put_conflict(&scope, market, lot, Some(conflict));
    Ok(())
}

/// Lots of which cancelled orders hold pieces that nobody has decided about.
fn undecided(shop: &Shop<'_>) -> Result<BTreeSet<LotId>> {
    let mut lots = BTreeSet::new();
    shop.each_returns(|_, returns| {
        lots.extend(returns.held.iter().map(|held| held.lot));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(lots)
}

/// What is to be done about a lot that is linked.
pub(super) fn next(lot: &Lot, link: &Link, terms: &Terms<'_>, scope: &Scope) -> Plan {
    let known = Known {
        name: None,
        color: true,
        now: scope.now,
    };
    plan(lot, link, terms, known)
}

struct Comparison<'t> {
    then: &'t Agreed,
    ground: Ground,
    shop: Shop<'t>,
    scope: Scope,
    undecided: BTreeSet<LotId>,
    repair: bool,
    found: Compared,
}

/// What the table says about a lot.
#[derive(Default)]
struct Verdict {
    kinds: Vec<(Kind, Changed, Decision)>,
    adopt: Vec<Kind>,
    settle: Vec<Kind>,
    ask: Vec<ConflictField>,
    waits: bool,
}

impl Comparison<'_> {
    fn one(&mut self, moves: &mut Moves<'_>, listing: &Listing) -> Result<()> {
        let market = self.ground.market;
        let Some(id) = self.shop.linked_with(market, listing.id)? else {
            self.found.only_there += 1;
            self.found.note(Difference {
                lot: None,
                remote: Some(listing.id),
                kinds: Vec::new(),
                why: format!("It is at {} only; nothing happens to it.", market.name()),
            });
            return Ok(());
        };
        let entry = self.shop.open_entry(market, id)?;
        if is_open(entry.as_ref()) {
            self.found.unsettled += 1;
            return Ok(());
        }
        let link = self.shop.link(market, id)?;
        if !is_as_then(self.then, listing.id, link.agreed.as_ref()) {
            self.found.unsettled += 1;
            return Ok(());
        }
        let there = Face::of_listing(listing);
        let agreed = link.agreed.clone().unwrap_or_else(|| there.clone());
        let Some(lot) = moves.lot(id)?.cloned() else {
            return Ok(());
        };
        let terms = self.ground.terms();
        let known = Known {
            name: None,
            color: true,
            now: self.scope.now,
        };
        let here = match wanted(&lot, &link, &terms, known) {
            Wanted::Listed(face) => Some(*face),
            // It goes there; whatever is changed of it meanwhile makes no difference.
            _ => None,
        };
        let verdict = here.as_ref().map_or_else(Verdict::default, |here| {
            self.judge(id, (here, &there, &agreed), entry.is_some())
        });
        tell(&mut self.found, market, (id, listing.id), &verdict);
        if !self.repair {
            return Ok(());
        }
        let mut settled = agreed.clone();
        for kind in verdict.settle.iter().chain(&verdict.adopt) {
            settled = settled.with(*kind, &there);
        }
        if here.is_none() {
            settled = there.clone();
        }
        if !verdict.adopt.is_empty() {
            let told = only(&agreed.change_to(&there, &terms), &verdict.adopt);
            let places = &self.ground.places;
            moves.edit(id, reason(market), None, |lot| {
                shift(lot, told.quantity_by.unwrap_or(0));
                take_over(lot, &told, &terms, places);
                Ok(())
            })?;
        }
        let mut after = link;
        after.agreed = Some(settled);
        after.seen = self.scope.now;
        after.missing = 0;
        if after.article.is_none() {
            after.article = listing.item.clone().zip(listing.color);
        }
        let Some(now) = moves.lot(id)?.cloned() else {
            return Ok(());
        };
        let differs = next(&now, &after, &terms, &self.scope) != Plan::Nothing;
        moves.batch().put_link(&self.scope, market, id, after);
        self.disputed(moves, id, entry, (here, &there, &agreed), &verdict)?;
        if differs && verdict.ask.is_empty() && !verdict.waits {
            let deed = moves.deed()?;
            moves
                .batch()
                .mark(&self.scope, &[market], id, deed, now.is_live());
        }
        Ok(())
    }

    /// What the table says of each kind.
    fn judge(
        &self,
        id: LotId,
        (here, there, agreed): (&Face, &Face, &Face),
        waits: bool,
    ) -> Verdict {
        let terms = self.ground.terms();
        let mut verdict = Verdict::default();
        for kind in Kind::ALL {
            let who = changed(kind, here, there, agreed, &terms);
            let rules = &self.ground.rules.overrides;
            let decision = decide(self.ground.market, kind, who, waits, rules);
            if who == Changed::Nobody {
                continue;
            }
            // Pieces of a cancelled order are there or here, until somebody decides.
            if kind == Kind::Quantity && who == Changed::Here && self.undecided.contains(&id) {
                verdict.waits = true;
                verdict.kinds.push((kind, who, Decision::Nothing));
                continue;
            }
            match decision {
                Decision::Nothing => {}
                Decision::Agree | Decision::Send => verdict.settle.push(kind),
                Decision::Adopt => verdict.adopt.push(kind),
                Decision::Ask(proposal) => verdict.ask.push(ConflictField { kind, proposal }),
            }
            verdict.kinds.push((kind, who, decision));
        }
        verdict
    }

    /// Opens, keeps or ends the conflict of a lot.
    fn disputed(
        &self,
        moves: &mut Moves<'_>,
        id: LotId,
        entry: Option<Entry>,
        (here, there, agreed): (Option<Face>, &Face, &Face),
        verdict: &Verdict,
    ) -> Result<()> {
        let market = self.ground.market;
        let known = self.shop.conflict(market, id)?;
        if !verdict.ask.is_empty() {
            let conflict = Conflict {
                fields: verdict.ask.clone(),
                here,
                there: Some(there.clone()),
                agreed: Some(agreed.clone()),
                seen: known.as_ref().map_or(self.scope.now, |known| known.seen),
                why: format!("It was changed here and at {}, differently.", market.name()),
            };
            if known.as_ref() != Some(&conflict) {
                ask(moves, market, id, entry.is_some(), conflict)?;
            }
        } else if known.is_some() {
            moves.batch().put_conflict(&self.scope, market, id, None);
            if let Some(mut entry) = entry.filter(|entry| entry.state == EntryState::Conflict) {
                entry.again();
                moves
                    .batch()
                    .put_open_entry(&self.scope, market, id, Some(entry));
            }
        }
        Ok(())
    }
}

fn tell(found: &mut Compared, market: Marketplace, (lot, remote): (LotId, u64), verdict: &Verdict) {
    let name = market.name();
    let sends = |kind: &(Kind, Changed, Decision)| kind.2 == Decision::Send;
    let why = if verdict.waits {
        "Pieces of a cancelled order wait for a decision.".to_owned()
    } else if !verdict.ask.is_empty() {
        found.asked += 1;
        format!("It was changed here and at {name}, differently.")
    } else if !verdict.adopt.is_empty() {
        found.adopted += 1;
        format!("It was changed at {name}.")
    } else if verdict.kinds.iter().any(sends) {
        found.sent += 1;
        "It was changed here and is not sent yet.".to_owned()
    } else {
        found.same += 1;
        return;
    };
    found.note(Difference {
        lot: Some(lot),
        remote: Some(remote),
        kinds: verdict.kinds.clone(),
        why,
    });
}
