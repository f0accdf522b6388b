//! Every lot of a shop as columns in memory: a filter over 500,000 lots looks at a few plain numbers each.
//!
//! A lot stands at the place of its number, as numbers are given in a row and never twice.

use std::collections::HashMap;

use super::goods::Goods;
use super::guides::Guides;
use super::words::{Order, Words};
use crate::domain::{Completeness, Condition, ListStatus, Lot, LotId, Tier};

/// Set for every lot that was ever there.
const THERE: u16 = 1;
const GONE: u16 = 1 << 1;
const USED: u16 = 1 << 2;
const COMPLETENESS: u16 = 3;
const COMPLETENESS_AT: u32 = 3;
const ROOM: u16 = 3;
const ROOM_AT: u32 = 5;
const RETAIN: u16 = 1 << 7;
const NAMED: u16 = 1 << 8;
const EXCLUDED: u16 = 1 << 9;

/// What lots are duplicates by: item, colour, condition.
pub(super) type Article = (u32, u16, bool);

/// The columns.
#[derive(Debug)]
pub(super) struct Columns {
    flags: Vec<u16>,
    pub(super) item: Vec<u32>,
    pub(super) color: Vec<u16>,
    pub(super) place: Vec<u32>,
    pub(super) remarks: Vec<u32>,
    pub(super) notes: Vec<u32>,
    pub(super) tags: Vec<u32>,
    pub(super) reserved_for: Vec<u32>,
    pub(super) available: Vec<u32>,
    pub(super) reserved: Vec<u32>,
    pub(super) sold: Vec<u32>,
    pub(super) price: Vec<i64>,
    pub(super) cost: Vec<i64>,
    pub(super) created: Vec<i64>,
    pub(super) changed: Vec<i64>,
    pub(super) changed_by: Vec<u32>,
    pub(super) sale: Vec<i8>,
    pub(super) bulk: Vec<u32>,
    pub(super) file: Vec<u32>,
    pub(super) bricklink: Vec<u64>,
    /// Only of lots that have any.
    pub(super) tiers: HashMap<u32, [Tier; 3]>,
    pub(super) goods: Goods,
    /// Read when something first asks for it.
    pub(super) guides: Option<Guides>,
    pub(super) places: Words,
    pub(super) remarked: Words,
    pub(super) noted: Words,
    /// Tags of a lot, one a line.
    pub(super) tagged: Words,
    pub(super) kept_for: Words,
    /// How many live lots there are of each article.
    pub(super) articles: HashMap<Article, u32>,
    /// Live lots.
    pub(super) live: u32,
}

impl Columns {
    /// No lots.
    pub(super) fn new() -> Self {
        Self {
            flags: Vec::new(),
            item: Vec::new(),
            color: Vec::new(),
            place: Vec::new(),
            remarks: Vec::new(),
            notes: Vec::new(),
            tags: Vec::new(),
            reserved_for: Vec::new(),
            available: Vec::new(),
            reserved: Vec::new(),
            sold: Vec::new(),
            price: Vec::new(),
            cost: Vec::new(),
            created: Vec::new(),
            changed: Vec::new(),
            changed_by: Vec::new(),
            sale: Vec::new(),
            bulk: Vec::new(),
            file: Vec::new(),
            bricklink: Vec::new(),
            tiers: HashMap::new(),
            goods: Goods::default(),
            guides: None,
            places: Words::new(Order::Places),
            remarked: Words::new(Order::Letters),
            noted: Words::new(Order::Letters),
            tagged: Words::new(Order::Letters),
            kept_for: Words::new(Order::Letters),
            articles: HashMap::new(),
            live: 0,
        }
    }

    /// One more than the highest lot.
    pub(super) fn len(&self) -> usize {
        self.flags.len()
    }

    fn grow(&mut self, len: usize) {
        if self.len() >= len {
            return;
        }
        macro_rules! grow {
            ($($column:ident: $empty:expr),*) => {
                $(self.$column.resize(len, $empty);)*
            };
        }
        grow!(
            flags: 0, item: 0, color: 0, place: 0, remarks: 0, notes: 0, tags: 0, reserved_for: 0,
            available: 0, reserved: 0, sold: 0, price: 0, cost: 0, created: 0, changed: 0,
            changed_by: 0, sale: 0, bulk: 0, file: 0, bricklink: 0
        );
    }

    /// Takes a lot as it is now.
    pub(super) fn put(&mut self, lot: &Lot) {
        let Ok(at) = usize::try_from(lot.id.0) else {
            return;
        };
        self.grow(at + 1);
        self.count(at, false);
        self.flags[at] = flags(lot);
        self.item[at] = self.goods.of(&lot.item, &lot.name);
        self.color[at] = lot.color.0;
        self.place[at] = self.places.of(lot.place.raw());
        self.remarks[at] = self.remarked.of(&lot.remarks);
        self.notes[at] = self.noted.of(&lot.notes);
        self.tags[at] = if lot.tags.is_empty() {
            0
        } else {
            self.tagged.of(&lot.tags.join("\n"))
        };
        self.reserved_for[at] = self.kept_for.of(&lot.reserved_for);
        self.available[at] = lot.stock.available;
        self.reserved[at] = lot.stock.reserved;
        self.sold[at] = lot.stock.sold;
        self.price[at] = lot.price.raw();
        self.cost[at] = lot.cost.raw();
        self.created[at] = lot.created.micros();
        self.changed[at] = lot.changed.micros();
        self.changed_by[at] = lot.changed_by.0;
        self.sale[at] = lot.sale;
        self.bulk[at] = lot.bulk;
        self.file[at] = lot.file.map_or(0, |file| file.0);
        self.bricklink[at] = lot.bricklink_lot.unwrap_or(0);
        if lot.tiers.iter().any(|tier| tier.quantity > 0) {
            self.tiers.insert(at as u32, lot.tiers);
        } else {
            self.tiers.remove(&(at as u32));
        }
        self.count(at, true);
    }

    /// A lot that is not in the store at all.
    pub(super) fn remove(&mut self, id: LotId) {
        let at = usize::try_from(id.0).unwrap_or(usize::MAX);
        if at < self.len() {
            self.count(at, false);
            self.flags[at] = 0;
        }
    }

    /// Counts a lot in or out of its article.
    fn count(&mut self, at: usize, enters: bool) {
        if !self.is_live(at) {
            return;
        }
        let count = self.articles.entry(self.article(at)).or_default();
        if enters {
            *count += 1;
            self.live += 1;
        } else {
            *count = count.saturating_sub(1);
            self.live = self.live.saturating_sub(1);
        }
    }

    pub(super) fn article(&self, at: usize) -> Article {
        (self.item[at], self.color[at], self.is_used(at))
    }

    pub(super) fn is_there(&self, at: usize) -> bool {
        self.flags[at] & THERE != 0
    }

    pub(super) fn is_gone(&self, at: usize) -> bool {
        self.flags[at] & GONE != 0
    }

    /// Part of what the shop sells.
    pub(super) fn is_live(&self, at: usize) -> bool {
        self.flags[at] & (THERE | GONE) == THERE && self.file[at] == 0
    }

    pub(super) fn is_used(&self, at: usize) -> bool {
        self.flags[at] & USED != 0
    }

    /// 0: none; else one more than the position in [`Completeness::ALL`].
    pub(super) fn completeness(&self, at: usize) -> u16 {
        (self.flags[at] >> COMPLETENESS_AT) & COMPLETENESS
    }

    /// 0: none; 1 to 3: A to C.
    pub(super) fn room(&self, at: usize) -> u16 {
        (self.flags[at] >> ROOM_AT) & ROOM
    }

    pub(super) fn is_retained(&self, at: usize) -> bool {
        self.flags[at] & RETAIN != 0
    }

    /// Milligrams of a piece, where the catalogue knows it.
    pub(super) fn weight(&self, at: usize) -> Option<u32> {
        self.goods.all.get(self.item[at] as usize)?.weight
    }
}

fn flags(lot: &Lot) -> u16 {
    let completeness = match lot.completeness {
        None => 0,
        Some(Completeness::Complete) => 1,
        Some(Completeness::Incomplete) => 2,
        Some(Completeness::Sealed) => 3,
    };
    let room = match lot.stockroom {
        Some('A') => 1,
        Some('B') => 2,
        Some('C') => 3,
        _ => 0,
    };
    let mut flags = THERE | completeness << COMPLETENESS_AT | room << ROOM_AT;
    for (set, flag) in [
        (lot.gone, GONE),
        (lot.condition == Condition::Used, USED),
        (lot.retain, RETAIN),
        (!lot.name.is_empty(), NAMED),
        (lot.status == ListStatus::Exclude, EXCLUDED),
    ] {
        if set {
            flags |= flag;
        }
    }
    flags
}
