//! What shall become of a lot at a marketplace, and what is to be done for it. The same function decides
//! for the sender and for a dry run.

use serde::{Deserialize, Serialize};

use super::difference::{self, Kind};
use super::link::external_of;
use super::{Face, Link, NotListed, OwlName, OwlNumber, Terms};
use crate::domain::market::{ListingChange, NewListing, Purpose};
use crate::domain::{ColorId, ItemKind, Lot, Marketplace, Money, Timestamp};

/// What is known beside lot and link.
#[derive(Debug, Clone, Copy)]
pub struct Known<'k> {
    /// What BrickOwl calls the item, as far as it was asked.
    pub name: Option<&'k OwlName>,
    /// BrickOwl has the lot's colour.
    pub color: bool,
    /// Now.
    pub now: Timestamp,
}

/// What shall become of a lot at a marketplace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// It shall stand there like this.
    Listed(Box<Face>),
    /// It shall go.
    Gone,
    /// It is not there and shall not be.
    Nothing,
    /// It would be offered, but cannot.
    NotListed(NotListed),
    /// BrickOwl must be asked what it calls the item first.
    Lookup,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Nothing: it is in step.
    Nothing,
    /// Nothing: it is not offered there.
    NotListed(NotListed),
    /// Ask BrickOwl what it calls the item.
    Lookup,
    /// Make it; then it looks like this.
    Create(Box<NewListing>, Box<Face>),
    /// Change it.
    Change(Box<ListingChange>),
    /// Remove it.
    Delete,
}

/// In which order things are sent: the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Urgency {
    /// Fewer pieces: every minute counts.
    Down,
    /// More pieces, or offered at all.
    Up,
    /// Gone.
    Delete,
    /// Prices and everything like them.
    Price,
    /// Texts.
    Text,
    /// New lots, and what must be asked for them.
    Create,
}

/// What shall become of a lot. Pieces are those for sale.
pub fn wanted(lot: &Lot, link: &Link, terms: &Terms<'_>, known: Known<'_>) -> Wanted {
    let agreed = link.agreed.as_ref().filter(|_| link.is_linked());
    match agreed {
        Some(_) if lot.gone => Wanted::Gone,
        Some(agreed) => there(lot, link, agreed, terms),
        None if !lot.is_live() => Wanted::Nothing,
        None => match not_listed(lot, terms, known) {
            Err(waits) => waits,
            Ok(()) => Wanted::Listed(Box::new(Face::of_lot(lot, terms))),
        },
    }
}

/// It is there already.
fn there(lot: &Lot, link: &Link, agreed: &Face, terms: &Terms<'_>) -> Wanted {
    let mut face = Face::of_lot(lot, terms);
    // Taken out of the live stock, or kept off on purpose: not sold, and else left as it is.
    if lot.file.is_some() || is_excluded(lot, terms) {
        let mut emptied = agreed.clone();
        emptied.quantity = 0;
        return Wanted::Listed(Box::new(emptied));
    }
    if becomes_another(lot, link, agreed, &face, terms) {
        return Wanted::Gone;
    }
    if terms.rate.is_none() {
        face.price = agreed.price;
        face.cost = agreed.cost;
        face.tiers.clone_from(&agreed.tiers);
    }
    if face.price == Money::ZERO {
        face.price = agreed.price;
    }
    Wanted::Listed(Box::new(face))
}

/// Whether it is no more what it is there, in a way that no change can say.
fn becomes_another(lot: &Lot, link: &Link, agreed: &Face, face: &Face, terms: &Terms<'_>) -> bool {
    let other = link
        .article
        .as_ref()
        .is_some_and(|(item, color)| !item.same(&lot.item) || *color != color_of(lot));
    other
        || (terms.market == Marketplace::BrickLink
            && (agreed.condition, agreed.completeness) != (face.condition, face.completeness))
}

/// The colour of a lot, where its kind has one.
pub fn color_of(lot: &Lot) -> ColorId {
    match lot.item.kind {
        ItemKind::Part | ItemKind::Gear => lot.color,
        _ => ColorId(0),
    }
}

fn is_excluded(lot: &Lot, terms: &Terms<'_>) -> bool {
    let prefix = terms.rules.exclude.trim();
    terms.market == Marketplace::BrickOwl
        && !prefix.is_empty()
        && lot.remarks.trim_start().starts_with(prefix)
}

fn not_listed(lot: &Lot, terms: &Terms<'_>, known: Known<'_>) -> Result<(), Wanted> {
    let no = |why| Err(Wanted::NotListed(why));
    if lot.item.no.trim().is_empty() {
        return no(NotListed::Custom);
    }
    if is_excluded(lot, terms) {
        return no(NotListed::Excluded);
    }
    if lot.stock.available == 0 {
        return no(NotListed::Empty);
    }
    if terms.rate.is_none() {
        return no(NotListed::Currency(terms.currency.to_owned()));
    }
    if terms.out(lot.price) <= Money::ZERO {
        return no(NotListed::NoPrice);
    }
    if terms.market == Marketplace::BrickLink {
        return Ok(());
    }
    let colored = color_of(lot) != ColorId(0) || lot.item.kind == ItemKind::Part;
    if matches!(
        lot.item.kind,
        ItemKind::Book | ItemKind::Catalog | ItemKind::UnsortedLot
    ) {
        return no(NotListed::Kind);
    }
    if colored && !known.color {
        return no(NotListed::Color);
    }
    match known.name.filter(|name| name.counts(known.now)) {
        None => Err(Wanted::Lookup),
        Some(name) => match &name.number {
            OwlNumber::One(_) => Ok(()),
            OwlNumber::Several(several) => no(NotListed::Boids(several.clone())),
            OwlNumber::Nothing => no(NotListed::NoBoid),
            OwlNumber::Never => no(NotListed::Kind),
        },
    }
}

/// What is to be done about a lot.
pub fn plan(lot: &Lot, link: &Link, terms: &Terms<'_>, known: Known<'_>) -> Plan {
    match wanted(lot, link, terms, known) {
        Wanted::Nothing => Plan::Nothing,
        Wanted::NotListed(why) => Plan::NotListed(why),
        Wanted::Lookup => Plan::Lookup,
        Wanted::Gone => Plan::Delete,
        Wanted::Listed(face) => match link.agreed.as_ref().filter(|_| link.is_linked()) {
            Some(agreed) => {
                let change = agreed.change_to(&face, terms);
                if difference::is_empty(&change) {
                    Plan::Nothing
                } else {
                    Plan::Change(Box::new(change))
                }
            }
            None => create(lot, *face, terms.market, known),
        },
    }
}

fn create(lot: &Lot, face: Face, market: Marketplace, known: Known<'_>) -> Plan {
    let boid = match known.name.map(|name| &name.number) {
        Some(OwlNumber::One(boid)) if market == Marketplace::BrickOwl => boid.clone(),
        _ => String::new(),
    };
    // BrickOwl makes lots bare; what is to be said of them is the next change.
    let (after, rest) = match market {
        Marketplace::BrickOwl => (face.bare(), ListingChange::default()),
        Marketplace::BrickLink => {
            let rest = rest_of(&face);
            (face, rest)
        }
    };
    let new = NewListing {
        item: lot.item.clone(),
        boid,
        color: color_of(lot),
        condition: after.condition,
        completeness: after.completeness,
        grade: after.grade,
        quantity: after.quantity,
        price: after.price,
        external: external_of(lot.id, lot.bricklink_lot),
        rest,
    };
    Plan::Create(Box::new(new), Box::new(after))
}

fn rest_of(face: &Face) -> ListingChange {
    ListingChange {
        notes: Some(face.notes.clone()),
        remarks: Some(face.remarks.clone()),
        bulk: (face.bulk > 1).then_some(face.bulk),
        retain: Some(face.retain),
        stockroom: face.stockroom.map(Some),
        cost: (face.cost > Money::ZERO).then_some(face.cost),
        sale: (face.sale != 0).then_some(face.sale),
        tiers: (!face.tiers.is_empty()).then(|| face.tiers.clone()),
        ..ListingChange::default()
    }
}

impl Plan {
    /// How urgent it is; `None`: nothing is to be done.
    pub fn urgency(&self, link: &Link) -> Option<Urgency> {
        let sells = link.agreed.as_ref().is_some_and(|face| face.quantity > 0);
        match self {
            Self::Nothing | Self::NotListed(_) => None,
            Self::Lookup | Self::Create(..) => Some(Urgency::Create),
            // What is not there any more must not be sold any more.
            Self::Delete if sells => Some(Urgency::Down),
            Self::Delete => Some(Urgency::Delete),
            Self::Change(change) => Some(match change.quantity_by {
                Some(by) if by < 0 => Urgency::Down,
                Some(_) => Urgency::Up,
                None if matches!(change.stockroom, Some(Some(_))) => Urgency::Down,
                None if change.stockroom.is_some() || change.retain.is_some() => Urgency::Up,
                None if difference::has(change, Kind::Price)
                    || difference::has(change, Kind::Rest) =>
                {
                    Urgency::Price
                }
                None => Urgency::Text,
            }),
        }
    }

    /// Which share of the budget it is paid from.
    pub const fn purpose(&self) -> Purpose {
        match self {
            Self::Change(change) => difference::purpose(change),
            Self::Nothing | Self::NotListed(_) | Self::Lookup | Self::Create(..) | Self::Delete => {
                Purpose::Stock
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sync::SyncRules;
    use crate::domain::{FileId, ItemKey, Stock, UserId};

    fn lot() -> Lot {
        let mut lot = Lot::new(ItemKey::part("3001"), Timestamp::default(), UserId(1));
        lot.id = crate::domain::LotId(7);
        lot.color = ColorId(5);
        lot.stock = Stock {
            available: 10,
            ..Stock::default()
        };
        lot.price = Money::from_raw(1_230);
        lot
    }

    fn name(number: OwlNumber) -> OwlName {
        OwlName {
            item: ItemKey::part("3001"),
            number,
            at: Timestamp::default(),
            by_hand: false,
        }
    }

    fn known(name: Option<&OwlName>) -> Known<'_> {
        Known {
            name,
            color: true,
            now: Timestamp::default(),
        }
    }

    #[test]
    fn a_lot_is_offered_only_where_it_can_be() {
        let rules = SyncRules::default();
        let owl = Terms::of(Marketplace::BrickOwl, &rules, "EUR", "EUR");
        let link = Terms::of(Marketplace::BrickLink, &rules, "EUR", "USD");
        let none = Link::default();
        let ask = |lot: &Lot, terms: &Terms<'_>, known| plan(lot, &none, terms, known);
        let one = name(OwlNumber::One("771344".into()));
        assert!(matches!(
            ask(&lot(), &owl, known(Some(&one))),
            Plan::Create(new, _) if new.boid == "771344" && new.external == "L7"
        ));
        assert_eq!(ask(&lot(), &owl, known(None)), Plan::Lookup);
        let no = |why| Plan::NotListed(why);
        assert_eq!(
            ask(&lot(), &link, known(None)),
            no(NotListed::Currency("USD".into()))
        );
        let nothing = name(OwlNumber::Nothing);
        assert_eq!(
            ask(&lot(), &owl, known(Some(&nothing))),
            no(NotListed::NoBoid)
        );
        let later = Known {
            now: Timestamp::from_seconds(8 * 86_400),
            ..known(Some(&nothing))
        };
        assert_eq!(
            ask(&lot(), &owl, later),
            Plan::Lookup,
            "it is asked again after a week"
        );
        let mut other = lot();
        other.remarks = " ~A-1".into();
        assert_eq!(
            ask(&other, &owl, known(Some(&one))),
            no(NotListed::Excluded)
        );
        other.price = Money::ZERO;
        other.remarks.clear();
        assert_eq!(ask(&other, &owl, known(Some(&one))), no(NotListed::NoPrice));
        other.file = Some(FileId(1));
        assert_eq!(ask(&other, &owl, known(Some(&one))), Plan::Nothing);
    }

    #[test]
    fn a_lot_that_is_there_is_changed_emptied_or_removed() {
        let rules = SyncRules::default();
        let terms = Terms::of(Marketplace::BrickLink, &rules, "EUR", "EUR");
        let link = Link {
            remote: Some(1),
            article: Some((ItemKey::part("3001"), ColorId(5))),
            agreed: Some(Face::of_lot(&lot(), &terms)),
            ..Link::default()
        };
        let ask = |lot: &Lot| plan(lot, &link, &terms, known(None));
        assert_eq!(ask(&lot()), Plan::Nothing);
        let mut other = lot();
        other.stock.available = 8;
        let change = ask(&other);
        assert_eq!(change.urgency(&link), Some(Urgency::Down));
        other.color = ColorId(11);
        assert_eq!(
            ask(&other),
            Plan::Delete,
            "another colour is another lot there"
        );
        other.color = ColorId(5);
        other.file = Some(FileId(1));
        assert!(matches!(ask(&other), Plan::Change(change) if change.quantity_by == Some(-10)));
        other.gone = true;
        assert_eq!(ask(&other), Plan::Delete);
        assert_eq!(ask(&other).urgency(&link), Some(Urgency::Down));
        let mut free = lot();
        free.price = Money::ZERO;
        assert_eq!(
            ask(&free),
            Plan::Nothing,
            "a price that is missing is not sent"
        );
    }
}
