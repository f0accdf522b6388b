//! Beginning with a marketplace: which of its lots are which of ours, what comes in, what will go out.
//! Nothing is sent: lots are linked and marked, and wait until the owner switches synchronisation on. It
//! may be stopped and begun again at any time: what is linked is passed by.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::adopt::{as_deed, reason, shift, take_over};
use super::compare::{Ground, PIECE, next};
use crate::domain::market::Listing;
use crate::domain::report::Progress;
use crate::domain::sync::link::lot_of_external;
use crate::domain::sync::plan::color_of;
use crate::domain::sync::{Begin, BeginView, Estimate, Face, Plan, Terms};
use crate::domain::{
    ColorId, Completeness, Condition, ItemKind, Lot, LotId, Marketplace, Scope, Stock,
};
use crate::error::Result;
use crate::services::App;
use crate::services::moves::Moves;
use crate::services::rights::{Right, allow};
use crate::store::{Decided, Shop};

/// Most lots with several candidates that are listed.
const LISTED: usize = 100;

/// What would be one lot at a marketplace.
type Article = (ItemKind, String, ColorId, Condition, Option<Completeness>);

/// Which lots there are which here.
#[derive(Default)]
struct Matches {
    view: BeginView,
    /// Place in the list and lot.
    pairs: Vec<(usize, LotId)>,
    /// Places of those that are there only.
    only_there: Vec<usize>,
    only_here: Vec<LotId>,
    /// Items of those that are here only.
    items: u64,
}

impl App {
    /// What beginning with a marketplace would do, and what it would take to make there what is only here.
    ///
    /// # Errors
    /// `Forbidden` without the right to change the inventory; `Storage` when the store cannot be read.
    pub fn begin_preview(
        &self,
        scope: &Scope,
        market: Marketplace,
        listings: &[Listing],
    ) -> Result<(BeginView, Estimate)> {
        allow(scope, Right::Inventory)?;
        let matches = self.matches(scope, market, listings)?;
        let lots = matches.only_here.len() as u64;
        let estimate = Estimate::of_creates(market, lots, matches.items);
        Ok((matches.view, estimate))
    }

    /// Begins with a marketplace whose lots were just read. Goes in pieces; begun again, it goes on.
    ///
    /// # Errors
    /// `Forbidden` without the right to change the inventory; `Storage` when the store cannot be written.
    pub fn begin_with(
        &self,
        scope: &Scope,
        market: Marketplace,
        listings: &[Listing],
        side: Begin,
        progress: &dyn Fn(Progress),
    ) -> Result<BeginView> {
        allow(scope, Right::Inventory)?;
        let matches = self.matches(scope, market, listings)?;
        let come = match side {
            Begin::Import => matches.only_there.len(),
            Begin::Push => 0,
        };
        let total = (matches.pairs.len() + come + matches.only_here.len()) as u64;
        let mut done = 0;
        let mut tell = |step: &str, lots: usize| {
            done += lots as u64;
            progress(Progress {
                step: step.to_owned(),
                done,
                total,
                unit: "lots".into(),
            });
        };
        for piece in matches.pairs.chunks(PIECE) {
            let pairs: Vec<(LotId, Listing)> = piece
                .iter()
                .filter_map(|(at, lot)| Some((*lot, listings.get(*at)?.clone())))
                .collect();
            let scope = *scope;
            self.store.write(move |tx| {
                let ground = Ground::read(&tx.shop(&scope), market)?;
                let mut moves = Moves::new(tx.shop(&scope), scope, None);
                moves.spare(market);
                for (lot, listing) in &pairs {
                    join(&mut moves, &ground, *lot, listing, side)?;
                }
                let what = format!("begun with {}", market.name());
                as_deed(tx, &scope, &mut moves, &what)?;
                Ok(Decided::new((), moves.finish()))
            })?;
            tell("linking lots", piece.len());
        }
        if side == Begin::Import {
            for piece in matches.only_there.chunks(PIECE) {
                let news: Vec<Listing> = piece
                    .iter()
                    .filter_map(|at| listings.get(*at).cloned())
                    .collect();
                let scope = *scope;
                self.store.write(move |tx| {
                    let ground = Ground::read(&tx.shop(&scope), market)?;
                    let mut moves = Moves::new(tx.shop(&scope), scope, None);
                    moves.spare(market);
                    for listing in &news {
                        come_in(&mut moves, &ground, listing)?;
                    }
                    let what = format!("imported from {}", market.name());
                    as_deed(tx, &scope, &mut moves, &what)?;
                    Ok(Decided::new((), moves.finish()))
                })?;
                tell("bringing lots in", piece.len());
            }
        }
        for piece in matches.only_here.chunks(PIECE) {
            let (scope, lots) = (*scope, piece.to_vec());
            self.store.write(move |tx| {
                let mut moves = Moves::new(tx.shop(&scope), scope, None);
                let deed = moves.deed()?;
                for lot in lots {
                    moves.batch().mark(&scope, &[market], lot, deed, true);
                }
                Ok(Decided::new((), moves.finish()))
            })?;
            tell("marking lots", piece.len());
        }
        Ok(matches.view)
    }

    fn matches(&self, scope: &Scope, market: Marketplace, listings: &[Listing]) -> Result<Matches> {
        self.store.read(|tx| {
            let shop = tx.shop(scope);
            let ground = Ground::read(&shop, market)?;
            find(&shop, &ground.terms(), listings)
        })
    }
}

/// By number, by our own number, then by item, colour and condition where that leaves no choice.
fn find(shop: &Shop<'_>, terms: &Terms<'_>, listings: &[Listing]) -> Result<Matches> {
    let market = terms.market;
    let mut found = Matches::default();
    let mut free: BTreeSet<LotId> = BTreeSet::new();
    let mut by_number: HashMap<u64, LotId> = HashMap::new();
    let mut by_article: HashMap<Article, Vec<LotId>> = HashMap::new();
    let mut items: HashMap<LotId, (ItemKind, String)> = HashMap::new();
    shop.each_lot(|lot| {
        if !lot.is_live() {
            return Ok(());
        }
        found.view.here += 1;
        free.insert(lot.id);
        if let Some(number) = lot.bricklink_lot {
            by_number.insert(number, lot.id);
        }
        items.insert(lot.id, (lot.item.kind, lot.item.folded()));
        by_article
            .entry(article_here(&lot, terms))
            .or_default()
            .push(lot.id);
        Ok(())
    })?;
    shop.each_link(market, |lot, link| {
        if link.is_linked() {
            free.remove(&lot);
        }
        Ok(())
    })?;
    let mut left: Vec<usize> = Vec::new();
    for (at, listing) in listings.iter().enumerate() {
        found.view.there += 1;
        if shop.linked_with(market, listing.id)?.is_some() {
            found.view.linked += 1;
            continue;
        }
        let external = listing.external.as_deref();
        let named = match market {
            Marketplace::BrickLink => by_number.get(&listing.id).copied(),
            Marketplace::BrickOwl => external.and_then(|external| match external.parse::<u64>() {
                Ok(number) => by_number.get(&number).copied(),
                Err(_) => lot_of_external(external),
            }),
        };
        match named.filter(|lot| free.remove(lot)) {
            Some(lot) => {
                found.view.by_number += 1;
                found.pairs.push((at, lot));
            }
            None => left.push(at),
        }
    }
    let waiting = choose(&mut found, &mut free, &by_article, (listings, left));
    found.only_here = free.difference(&waiting).copied().collect();
    found.view.only_here = u32::try_from(found.only_here.len()).unwrap_or(u32::MAX);
    let different: BTreeSet<_> = found
        .only_here
        .iter()
        .filter_map(|lot| items.get(lot))
        .collect();
    found.items = different.len() as u64;
    Ok(found)
}

/// By item, colour and condition where that leaves no choice. Lots that may be one of several there wait for
/// a person, and are not made anew before.
fn choose(
    found: &mut Matches,
    free: &mut BTreeSet<LotId>,
    by_article: &HashMap<Article, Vec<LotId>>,
    (listings, left): (&[Listing], Vec<usize>),
) -> BTreeSet<LotId> {
    let mut waiting = BTreeSet::new();
    // How many lots there would be the same: two of them leave a choice, too.
    let mut alike: BTreeMap<Article, u32> = BTreeMap::new();
    for at in &left {
        if let Some(article) = listings.get(*at).and_then(article_there) {
            *alike.entry(article).or_default() += 1;
        }
    }
    for at in left {
        let Some(listing) = listings.get(at) else {
            continue;
        };
        let Some(article) = article_there(listing) else {
            found.view.unknown += 1;
            found.view.only_there += 1;
            continue;
        };
        let candidates: Vec<LotId> = by_article
            .get(&article)
            .into_iter()
            .flatten()
            .copied()
            .filter(|lot| free.contains(lot))
            .collect();
        match (candidates.as_slice(), alike.get(&article)) {
            ([], _) => {
                found.view.only_there += 1;
                found.only_there.push(at);
            }
            ([one], Some(1)) => {
                free.remove(one);
                found.view.by_article += 1;
                found.pairs.push((at, *one));
            }
            _ => {
                found.view.several += 1;
                waiting.extend(candidates.iter().copied());
                if found.view.ambiguous.len() < LISTED {
                    let few = candidates.into_iter().take(5).collect();
                    found.view.ambiguous.push((listing.id, few));
                }
            }
        }
    }
    waiting
}

fn article_here(lot: &Lot, terms: &Terms<'_>) -> Article {
    let face = Face::of_lot(lot, terms);
    (
        lot.item.kind,
        lot.item.folded(),
        color_of(lot),
        face.condition,
        face.completeness,
    )
}

fn article_there(listing: &Listing) -> Option<Article> {
    let item = listing.item.as_ref()?;
    let color = match item.kind {
        ItemKind::Part | ItemKind::Gear => listing.color?,
        _ => ColorId(0),
    };
    Some((
        item.kind,
        item.folded(),
        color,
        listing.condition,
        listing.completeness,
    ))
}

/// Two lots are one from now on.
fn join(
    moves: &mut Moves<'_>,
    ground: &Ground,
    id: LotId,
    listing: &Listing,
    side: Begin,
) -> Result<()> {
    let (shop, scope, market) = (moves.shop(), moves.scope(), ground.market);
    let terms = ground.terms();
    let Some(lot) = moves.lot(id)?.filter(|lot| lot.is_live()).cloned() else {
        return Ok(());
    };
    let there = Face::of_listing(listing);
    if side == Begin::Import {
        let told = Face::of_lot(&lot, &terms).change_to(&there, &terms);
        moves.edit(id, reason(market), None, |lot| {
            shift(lot, told.quantity_by.unwrap_or(0));
            take_over(lot, &told, &terms, &ground.places);
            Ok(())
        })?;
    }
    let mut link = shop.link(market, id)?;
    link.remote = Some(listing.id);
    link.article = listing.item.clone().zip(listing.color);
    link.agreed = Some(there);
    link.seen = scope.now;
    link.missing = 0;
    link.not_listed = None;
    let now = moves.lot(id)?.cloned().unwrap_or(lot);
    let differs = next(&now, &link, &terms, &scope) != Plan::Nothing;
    moves.batch().put_link(&scope, market, id, link);
    if differs {
        let deed = moves.deed()?;
        moves.batch().mark(&scope, &[market], id, deed, true);
    }
    Ok(())
}

/// A lot that is there only becomes one of ours.
fn come_in(moves: &mut Moves<'_>, ground: &Ground, listing: &Listing) -> Result<()> {
    let (shop, scope, market) = (moves.shop(), moves.scope(), ground.market);
    if shop.linked_with(market, listing.id)?.is_some() {
        return Ok(());
    }
    let (Some(item), Some(color)) = (listing.item.clone(), listing.color) else {
        return Ok(());
    };
    let terms = ground.terms();
    let there = Face::of_listing(listing);
    let mut lot = Lot {
        color,
        condition: listing.condition,
        completeness: listing.completeness,
        stock: Stock {
            available: listing.quantity,
            ..Stock::default()
        },
        bricklink_lot: (market == Marketplace::BrickLink).then_some(listing.id),
        ..Lot::new(item, scope.now, scope.user)
    };
    let told = Face::of_lot(&lot, &terms).change_to(&there, &terms);
    take_over(&mut lot, &told, &terms, &ground.places);
    if terms.rate.is_some() {
        lot.price = terms.home(there.price);
    }
    let id = moves.bring_in(lot, reason(market))?;
    let mut link = shop.link(market, id)?;
    link.remote = Some(listing.id);
    link.article = listing.item.clone().zip(listing.color);
    link.agreed = Some(there);
    link.seen = scope.now;
    moves.batch().put_link(&scope, market, id, link);
    Ok(())
}
