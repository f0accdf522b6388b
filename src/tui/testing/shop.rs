//! A shop that answers requests: 300 items, 40 lots, 6 orders, walks that take and undo.

use std::sync::Mutex;

use super::shop_people::Present;
use super::shop_stock::Book;
use super::shop_walks::Walk;
use crate::api::{Answer, Request};
use crate::domain::rows::{LotRow, OrderDetail, OrderLineRow, OrderRow};
use crate::domain::*;
use crate::error::Error;

/// The moment of every test.
pub const NOW: Timestamp = Timestamp::from_seconds(1_763_600_000);

const PARTS: [(&str, &str, u32); 18] = [
    ("3001", "Brick 2 x 4", 5),
    ("3003", "Brick 2 x 2", 5),
    ("3004", "Brick 1 x 2", 5),
    ("3005", "Brick 1 x 1", 5),
    ("3020", "Plate 2 x 4", 26),
    ("3023", "Plate 1 x 2", 26),
    ("3024", "Plate 1 x 1", 26),
    ("2420", "Plate 2 x 2 Corner", 26),
    ("3710", "Plate 1 x 4", 26),
    (
        "3794b",
        "Plate, Modified 1 x 2 with 1 Stud with Groove (Jumper)",
        27,
    ),
    (
        "15573",
        "Plate, Modified 1 x 2 with 1 Stud with Groove and Bottom Stud Holder (Jumper)",
        27,
    ),
    ("4070", "Brick, Modified 1 x 1 with Headlight", 7),
    ("87087", "Brick, Modified 1 x 1 with Stud on 1 Side", 7),
    ("3062b", "Brick, Round 1 x 1 Open Stud", 8),
    ("3665", "Slope, Inverted 45 2 x 1", 32),
    ("54200", "Slope 30 1 x 1 x 2/3", 31),
    ("3069b", "Tile 1 x 2 with Groove", 37),
    (
        "973pb0123c01",
        "Torso Town Prisoner Number 50380 and Dark Gray Stripes Pattern",
        5,
    ),
];

pub(super) const CATEGORIES: [(u32, &str, Option<u32>); 9] = [
    (5, "Brick", None),
    (7, "Brick, Modified", Some(5)),
    (8, "Brick, Round", Some(5)),
    (26, "Plate", None),
    (27, "Plate, Modified", Some(26)),
    (31, "Slope", None),
    (32, "Slope, Inverted", Some(31)),
    (37, "Tile", None),
    (67, "Town", None),
];

pub(super) const COLORS: [(u16, &str, Rgb, &str); 9] = [
    (11, "Black", Rgb(0x21, 0x21, 0x21), "Solid"),
    (1, "White", Rgb(0xff, 0xff, 0xff), "Solid"),
    (5, "Red", Rgb(0xb3, 0x00, 0x06), "Solid"),
    (7, "Blue", Rgb(0x00, 0x57, 0xa6), "Solid"),
    (3, "Yellow", Rgb(0xff, 0xd6, 0x7f), "Solid"),
    (85, "Dark Bluish Gray", Rgb(0x59, 0x5d, 0x60), "Solid"),
    (86, "Light Bluish Gray", Rgb(0xaf, 0xb5, 0xc7), "Solid"),
    (12, "Trans-Clear", Rgb(0xee, 0xee, 0xee), "Transparent"),
    (17, "Trans-Red", Rgb(0x9c, 0x00, 0x10), "Transparent"),
];

pub(super) fn color(at: usize) -> Color {
    let (id, name, rgb, group) = COLORS[at % COLORS.len()];
    Color {
        id: ColorId(id),
        name: name.to_owned(),
        rgb: Some(rgb),
        group: group.to_owned(),
        ..Color::unknown(ColorId(id))
    }
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) items: Vec<Item>,
    pub(super) lots: Vec<LotRow>,
    pub(super) orders: Vec<OrderDetail>,
    pub(super) walks: Vec<Walk>,
    pub(super) views: Vec<ViewSpec>,
    pub(super) present: Present,
    pub(super) book: Book,
}

/// The shop.
#[derive(Debug)]
pub struct Shop {
    state: Mutex<State>,
    /// An empty one has no lots, no orders and no items.
    empty: bool,
}

pub(super) fn days_ago(days: usize) -> Timestamp {
    Timestamp::from_micros(NOW.micros() - i64::from(days as u32) * time::DAY)
}

fn item(at: usize) -> Item {
    let (base, name, category) = PARTS[at % PARTS.len()];
    let round = at / PARTS.len();
    let (no, name) = if round == 0 {
        (base.to_owned(), name.to_owned())
    } else {
        (
            format!("{base}pb{round:03}"),
            format!("{name} with Pattern {round}"),
        )
    };
    let facts = Facts {
        source: Source::Download,
        at: days_ago(3 + 20 * (at % 5)),
    };
    let colors = (0..=(at * 7) % COLORS.len()).map(|nth| ItemColor {
        color: color(nth).id,
        elements: vec![format!("{}", 300_000 + at * 100 + nth)],
    });
    Item {
        key: ItemKey::part(no),
        name,
        alternates: if at.is_multiple_of(3) {
            vec![format!("{}old", base)]
        } else {
            Vec::new()
        },
        category: CategoryId(category),
        year: Some(1977 + (at % 45) as u16),
        weight: Some(Grams(200 + 30 * at as u32)),
        dimensions: Dimensions::parse("1", "2", "0.33"),
        colors: colors.collect(),
        image: None,
        obsolete: None,
        bin: SortBin::parse(&format!("C{}", 40 + at % 300)),
        vanished: None,
        basics: facts,
        colors_from: Some(facts),
        bin_from: None,
    }
}

fn lot(at: usize, item: &Item) -> LotRow {
    let place = format!("{}-{}", ["A", "B", "C"][at % 3], 1 + at * 3 % 40);
    LotRow {
        id: LotId(at as u64 + 1),
        item: item.key.clone(),
        name: item.name.clone(),
        known: true,
        color: color(at * 5),
        condition: if at.is_multiple_of(4) {
            Condition::Used
        } else {
            Condition::New
        },
        stock: Stock {
            available: 3 + (at as u32 * 37) % 400,
            ..Stock::default()
        },
        price: Money::from_raw(150 + 70 * i64::from(at as u32)),
        place: Place(place.clone()),
        remarks: place,
        created: days_ago(at * 40 + 2),
        cost: Money::from_raw(90 + 30 * i64::from(at as u32)),
        comments: String::new(),
        completeness: None,
        tags: if at.is_multiple_of(7) {
            vec!["xmas".into()]
        } else {
            Vec::new()
        },
        bulk: 1,
        sale: 0,
        tiers: [crate::domain::Tier::default(); 3],
        stockroom: None,
        retain: false,
        reserved_for: String::new(),
        category: "Brick".into(),
        weight: Some(2_320),
        bricklink_lot: Some(400_000_000 + at as u64),
        changed: days_ago(at + 1),
        changed_by: "ana".into(),
        gone: false,
        last: crate::domain::EntryId(at as u64 + 1),
        guide: None,
    }
}

fn order(at: usize, lots: &[LotRow]) -> OrderDetail {
    let lines: Vec<OrderLineRow> = (0..3 + at % 3)
        .map(|nth| {
            let lot = &lots[(at * 5 + nth * 3) % lots.len()];
            OrderLineRow {
                item: lot.item.clone(),
                name: lot.name.clone(),
                color: lot.color.clone(),
                condition: lot.condition,
                quantity: 2 + (at + nth) as u32,
                picked: 0,
                short: u32::from(at == 2 && nth == 0),
                price: lot.price,
                lot: Some(lot.id),
                place: lot.place.clone(),
            }
        })
        .collect();
    let status = if at == 5 {
        OrderStatus::Shipped
    } else {
        OrderStatus::Paid
    };
    OrderDetail {
        row: OrderRow {
            id: OrderId(at as u64 + 1),
            number: (21_000_123 + at * 77).to_string(),
            party: [
                "brickfan",
                "mocmaker",
                "anna_b",
                "technic-tom",
                "joliette",
                "sgt.stud",
            ][at]
                .to_owned(),
            status,
            ordered: days_ago(6 - at),
            lines: lines.len() as u32,
            pieces: lines.iter().map(|line| u64::from(line.quantity)).sum(),
            picked: 0,
            short: lines.iter().map(|line| u64::from(line.short)).sum(),
            total: Money::from_raw(52_300 + 7_000 * i64::from(at as u32)),
            currency: "EUR".to_owned(),
            session: None,
        },
        marketplace: Marketplace::BrickLink,
        shipping: Money::from_raw(33_000),
        payment: "PayPal".to_owned(),
        destination: "Germany".to_owned(),
        tracking: String::new(),
        lines,
    }
}

impl Shop {
    /// A shop at work.
    pub fn new() -> Self {
        Self::with_lots(40)
    }

    /// A shop with more or fewer lots.
    pub fn with_lots(count: usize) -> Self {
        let items: Vec<Item> = (0..300).map(item).collect();
        let lots: Vec<LotRow> = (0..count).map(|at| lot(at, &items[at % 60])).collect();
        let orders = (0..6).map(|at| order(at, &lots)).collect();
        Self {
            state: Mutex::new(State {
                items,
                lots,
                orders,
                walks: Vec::new(),
                views: Vec::new(),
                present: Present::default(),
                book: Book::at_work(),
            }),
            empty: false,
        }
    }

    /// A shop on its first day.
    pub fn empty() -> Self {
        Self {
            state: Mutex::new(State {
                items: Vec::new(),
                lots: Vec::new(),
                orders: Vec::new(),
                walks: Vec::new(),
                views: Vec::new(),
                present: Present::default(),
                book: Book::default(),
            }),
            empty: true,
        }
    }
}

impl Shop {
    /// Answers a request.
    pub fn answer(&self, request: Request) -> Answer {
        let mut state = self.state.lock().map_err(|_| Error::internal("poisoned"))?;
        state.answer(request, self.empty)
    }

    /// Who is there, to look at or to change.
    pub fn present<T>(&self, look: impl FnOnce(&mut Present) -> T) -> T {
        look(&mut self.state.lock().expect("not poisoned").present)
    }

    /// Files, history and what was written, to look at or to change.
    pub fn book<T>(&self, look: impl FnOnce(&mut Book) -> T) -> T {
        look(&mut self.state.lock().expect("not poisoned").book)
    }

    /// The lots, to look at or to change.
    pub fn lots<T>(&self, look: impl FnOnce(&mut Vec<LotRow>) -> T) -> T {
        look(&mut self.state.lock().expect("not poisoned").lots)
    }
}
