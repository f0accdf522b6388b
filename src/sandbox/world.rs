//! What the sandbox plays with: a catalogue it is given, lots for its shop, people who buy.

use std::collections::{BTreeMap, HashMap};

use super::text::{self, Cash};
use crate::domain::{ItemKey, ItemKind};

/// Something that can be sold.
#[derive(Debug, Clone)]
pub struct Thing {
    /// Kind and number.
    pub key: ItemKey,
    /// Its name, plain.
    pub name: String,
    /// BrickLink's number of its category.
    pub category: u32,
    /// Year of release.
    pub year: Option<u16>,
    /// Hundredths of a gram; 0: unknown.
    pub weight: i64,
    /// Hundredths of a unit; 0: unknown.
    pub size: [i64; 3],
    /// Other numbers of it.
    pub alternates: Vec<String>,
    /// Element ids with the colour (BrickLink's number) of each.
    pub elements: Vec<(String, u16)>,
}

/// A colour.
#[derive(Debug, Clone)]
pub struct Hue {
    /// BrickLink's number.
    pub id: u16,
    /// BrickLink's name.
    pub name: String,
    /// Six hexadecimal digits.
    pub hex: String,
    /// `Solid`, `Transparent` and so on.
    pub family: String,
    /// BrickOwl's number, if it is known; else one is made up.
    pub owl: Option<u16>,
}

/// A category.
#[derive(Debug, Clone)]
pub struct Group {
    /// BrickLink's number.
    pub id: u32,
    /// Its name.
    pub name: String,
}

/// A lot to begin with.
#[derive(Debug, Clone)]
pub struct StockRow {
    /// What it is.
    pub key: ItemKey,
    /// BrickLink's colour number.
    pub color: u16,
    /// Pieces.
    pub quantity: i64,
    /// Used, or new.
    pub used: bool,
    /// `C`, `B` or `S`; sets only.
    pub completeness: Option<char>,
    /// Ten-thousandths of the currency's unit.
    pub price: Cash,
    /// What a piece cost, in ten-thousandths.
    pub cost: Cash,
    /// Public note.
    pub description: String,
    /// Private note: the place.
    pub remarks: String,
    /// Sold in multiples of this.
    pub bulk: i64,
    /// Percent off.
    pub sale: i64,
    /// Kept when empty.
    pub retain: bool,
    /// `A`, `B` or `C` when it is not offered.
    pub room: Option<char>,
    /// From so many pieces, ten-thousandths a piece.
    pub tiers: [(i64, Cash); 3],
    /// The lot's number, if it has one.
    pub id: Option<i64>,
}

impl StockRow {
    /// A plain new lot.
    pub fn new(key: ItemKey, color: u16, quantity: i64, price: Cash) -> Self {
        Self {
            key,
            color,
            quantity,
            used: false,
            completeness: None,
            price,
            cost: 0,
            description: String::new(),
            remarks: String::new(),
            bulk: 1,
            sale: 0,
            retain: false,
            room: None,
            tiers: [(0, 0); 3],
            id: None,
        }
    }
}

/// The colours whose numbers on both sides everybody knows.
const OWL_COLORS: [(u16, u16); 12] = [
    (0, 0),
    (1, 92),
    (2, 89),
    (3, 93),
    (5, 81),
    (6, 61),
    (7, 39),
    (11, 38),
    (12, 97),
    (85, 50),
    (86, 64),
    (88, 82),
];
/// Numbers above those that the service uses.
const MADE_UP_COLORS: u16 = 1_000;

/// The catalogue.
#[derive(Debug, Default)]
pub struct Goods {
    things: Vec<Thing>,
    boids: Vec<u32>,
    by_key: HashMap<(ItemKind, String), usize>,
    by_boid: HashMap<u32, usize>,
    by_element: HashMap<String, Vec<(usize, u16)>>,
    hues: BTreeMap<u16, Hue>,
    groups: BTreeMap<u32, Group>,
}

impl Goods {
    /// Puts a catalogue together.
    pub fn new(things: Vec<Thing>, hues: Vec<Hue>, groups: Vec<Group>) -> Self {
        let mut goods = Self {
            hues: hues.into_iter().map(|hue| (hue.id, hue)).collect(),
            groups: groups.into_iter().map(|group| (group.id, group)).collect(),
            ..Self::default()
        };
        for hue in goods.hues.values_mut() {
            let known = OWL_COLORS.iter().find(|(link, _)| *link == hue.id);
            hue.owl = hue
                .owl
                .or(known.map(|(_, owl)| *owl))
                .or(Some(MADE_UP_COLORS.saturating_add(hue.id)));
        }
        for thing in things {
            let at = goods.things.len();
            let name = (thing.key.kind, thing.key.folded());
            if goods.by_key.contains_key(&name) {
                continue;
            }
            let wanted = text::hash(7, &format!("{:?}/{}", name.0, name.1)) % 800_000;
            let mut boid = 100_000 + u32::try_from(wanted).unwrap_or(0);
            while goods.by_boid.contains_key(&boid) {
                boid += 1;
            }
            goods.by_key.insert(name, at);
            goods.by_boid.insert(boid, at);
            for (element, color) in &thing.elements {
                let known = goods.by_element.entry(element.clone()).or_default();
                known.push((at, *color));
            }
            goods.boids.push(boid);
            goods.things.push(thing);
        }
        goods
    }

    /// All things, by their place.
    pub fn things(&self) -> &[Thing] {
        &self.things
    }

    /// A thing and its place.
    pub fn find(&self, key: &ItemKey) -> Option<(usize, &Thing)> {
        let at = *self.by_key.get(&(key.kind, key.folded()))?;
        Some((at, &self.things[at]))
    }

    /// BrickOwl's number of the thing at a place; 0 where there is none.
    pub fn boid(&self, at: usize) -> u32 {
        self.boids.get(at).copied().unwrap_or(0)
    }

    /// The thing with BrickOwl's number.
    pub fn by_boid(&self, boid: u32) -> Option<(usize, &Thing)> {
        let at = *self.by_boid.get(&boid)?;
        Some((at, &self.things[at]))
    }

    /// Things and colours of an element id.
    pub fn element(&self, element: &str) -> &[(usize, u16)] {
        self.by_element.get(element).map_or(&[], Vec::as_slice)
    }

    /// All colours.
    pub fn hues(&self) -> impl Iterator<Item = &Hue> {
        self.hues.values()
    }

    /// A colour.
    pub fn hue(&self, id: u16) -> Option<&Hue> {
        self.hues.get(&id)
    }

    /// Its name; empty where it is unknown.
    pub fn hue_name(&self, id: u16) -> &str {
        self.hues.get(&id).map_or("", |hue| &hue.name)
    }

    /// BrickOwl's number of a colour.
    pub fn owl_color(&self, id: u16) -> Option<u16> {
        self.hues.get(&id)?.owl
    }

    /// The colour that bears BrickOwl's number.
    pub fn from_owl_color(&self, owl: u16) -> Option<u16> {
        let found = self.hues.values().find(|hue| hue.owl == Some(owl))?;
        Some(found.id)
    }

    /// All categories.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.values()
    }

    /// A category.
    pub fn group(&self, id: u32) -> Option<&Group> {
        self.groups.get(&id)
    }

    /// The colours in which a thing is known: those of its element ids, else a few that belong to it.
    pub fn colors(&self, at: usize) -> Vec<u16> {
        let Some(thing) = self.things.get(at) else {
            return Vec::new();
        };
        if thing.key.kind != ItemKind::Part {
            return vec![0];
        }
        let mut colors: Vec<u16> = thing.elements.iter().map(|(_, color)| *color).collect();
        if colors.is_empty() {
            let known: Vec<u16> = self.hues.keys().copied().filter(|id| *id != 0).collect();
            let number = text::hash(3, &thing.key.no);
            let count = u64::try_from(known.len()).unwrap_or(0);
            for turn in 0..(1 + number % 5).min(count) {
                let pick = text::mix(number.wrapping_add(turn)) % count.max(1);
                colors.extend(usize::try_from(pick).ok().and_then(|at| known.get(at)));
            }
        }
        colors.sort_unstable();
        colors.dedup();
        if colors.is_empty() {
            colors.push(0);
        }
        colors
    }

    /// Lots for a shop: the same for the same seed.
    pub fn stock(&self, seed: u64, lots: usize) -> Vec<StockRow> {
        let mut dice = Dice::new(seed);
        let mut rows = Vec::new();
        if self.things.is_empty() {
            return rows;
        }
        for number in 0..lots {
            let at = dice.below(self.things.len());
            let thing = &self.things[at];
            let colors = self.colors(at);
            let color = colors.get(dice.below(colors.len())).copied().unwrap_or(0);
            let set = thing.key.kind == ItemKind::Set;
            let pieces = if thing.key.kind == ItemKind::Part {
                200
            } else {
                3
            };
            let price = self.price(seed, &thing.key, color);
            let mut row = StockRow::new(thing.key.clone(), color, dice.one_to(pieces), price);
            row.used = dice.below(3) == 0;
            row.completeness = set.then(|| ['C', 'B', 'S'][dice.below(3)]);
            row.cost = price / 2;
            row.remarks = format!(
                "{}-{:02}",
                ["A", "B", "C", "D"][number % 4],
                number / 4 % 100
            );
            row.retain = dice.below(10) == 0;
            row.bulk = if dice.below(20) == 0 { 2 } else { 1 };
            row.sale = if dice.below(15) == 0 { 10 } else { 0 };
            row.room = (dice.below(40) == 0).then_some('A');
            if dice.below(12) == 0 {
                row.tiers = [
                    (10, price * 9 / 10),
                    (50, price * 8 / 10),
                    (100, price * 7 / 10),
                ];
            }
            if row.used && dice.below(4) == 0 {
                "Don't expect \"as new\" (few scratches) & cleaned"
                    .clone_into(&mut row.description);
            }
            rows.push(row);
        }
        rows
    }

    /// What a piece usually costs, in ten-thousandths.
    pub fn price(&self, seed: u64, key: &ItemKey, color: u16) -> Cash {
        let number = text::hash(seed, &format!("{:?}/{}/{color}", key.kind, key.folded()));
        let base = match key.kind {
            ItemKind::Part => 150 + number % 4_850,
            ItemKind::Minifigure => 8_000 + number % 90_000,
            _ => 50_000 + number % 900_000,
        };
        i64::try_from(base).unwrap_or(150)
    }
}

/// Throws that are the same for the same seed.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Throws of a seed.
    pub fn new(seed: u64) -> Self {
        Self(text::mix(seed))
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        text::mix(self.0)
    }

    /// A number below `count`; 0 for nothing.
    pub fn below(&mut self, count: usize) -> usize {
        let count = u64::try_from(count).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % count).unwrap_or(0)
    }

    /// A number from one to `most`.
    pub fn one_to(&mut self, most: i64) -> i64 {
        let most = u64::try_from(most).unwrap_or(1).max(1);
        i64::try_from(self.next() % most).unwrap_or(0) + 1
    }

    /// Another order.
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for at in (1..values.len()).rev() {
            let other = self.below(at + 1);
            values.swap(at, other);
        }
    }
}

/// Somebody who buys. Nobody of them exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// Name at the marketplace.
    pub user: &'static str,
    /// Given name.
    pub first: &'static str,
    /// Family name.
    pub last: &'static str,
    /// Street and number.
    pub street: &'static str,
    /// Town.
    pub city: &'static str,
    /// Region; may be empty.
    pub region: &'static str,
    /// Postal code.
    pub post: &'static str,
    /// ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// The country's name.
    pub country_name: &'static str,
}

/// All who buy.
pub const PEOPLE: [Person; 5] = [
    person(
        "buyer_one",
        "Test",
        "Person",
        "1 Test Street",
        "Testtown",
        "",
        "12345",
        ("GB", "United Kingdom"),
    ),
    person(
        "studs_up",
        "Ana",
        "Prueba",
        "Calle Ejemplo 2",
        "Ciudad",
        "",
        "00002",
        ("ES", "Spain"),
    ),
    person(
        "greebler",
        "Jörg",
        "Müßtermann",
        "Prüfweg 3",
        "Köln-Beispiel",
        "",
        "00003",
        ("DE", "Germany"),
    ),
    person(
        "o_malley",
        "Pat",
        "O'Sample (gift)",
        "4 Sample & Sons Rd",
        "Sampleton",
        "QC",
        "A1A 1A1",
        ("CA", "Canada"),
    ),
    person(
        "レゴ好き",
        "花子",
        "見本",
        "見本町5",
        "見本市",
        "",
        "000-0005",
        ("JP", "Japan"),
    ),
];

#[expect(clippy::too_many_arguments, reason = "one line a person")]
const fn person(
    user: &'static str,
    first: &'static str,
    last: &'static str,
    street: &'static str,
    city: &'static str,
    region: &'static str,
    post: &'static str,
    country: (&'static str, &'static str),
) -> Person {
    Person {
        user,
        first,
        last,
        street,
        city,
        region,
        post,
        country: country.0,
        country_name: country.1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_shop() {
        let things = (1..50)
            .map(|number| Thing {
                key: ItemKey::part(format!("{number}")),
                name: format!("Brick {number}"),
                category: 5,
                year: None,
                weight: 100,
                size: [0; 3],
                alternates: Vec::new(),
                elements: Vec::new(),
            })
            .collect();
        let hue = |id| Hue {
            id,
            name: format!("Hue {id}"),
            hex: "ff0000".into(),
            family: "Solid".into(),
            owl: None,
        };
        let goods = Goods::new(things, vec![hue(0), hue(5), hue(11), hue(200)], Vec::new());
        let names = |seed| -> Vec<String> {
            let rows = goods.stock(seed, 40).into_iter();
            rows.map(|row| format!("{} {} {} {}", row.key, row.color, row.quantity, row.price))
                .collect()
        };
        assert_eq!(names(1), names(1));
        assert_ne!(names(1), names(2));
        assert_eq!(goods.owl_color(11), Some(38));
        assert_eq!(
            goods.from_owl_color(goods.owl_color(200).expect("made up")),
            Some(200)
        );
        for at in 0..goods.things().len() {
            assert_eq!(goods.by_boid(goods.boid(at)).expect("known").0, at);
        }
    }
}
