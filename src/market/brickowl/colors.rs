//! BrickLink's colours under BrickOwl's numbers. Names and shades differ between the two; only the numbers
//! are matched.

use std::collections::HashMap;

use super::shapes::WireColor;
use crate::domain::ColorId;
use crate::market::lenient::Word;

/// BrickLink's number, BrickOwl's number; as both lists stood in June 2025.
#[rustfmt::skip]
const PAIRS: [(u16, u16); 199] = [
    (0, 0), (1, 92), (2, 89), (3, 93), (4, 80), (5, 81), (6, 61), (7, 39), (8, 46), (9, 66),
    (10, 53), (11, 38), (12, 97), (13, 95), (14, 98), (15, 101), (16, 103), (17, 108), (18, 161),
    (19, 109), (20, 100), (21, 2), (22, 115), (23, 3), (24, 4), (25, 84), (26, 5), (27, 83),
    (28, 6), (29, 59), (31, 7), (32, 8), (33, 9), (34, 70), (35, 67), (36, 41), (37, 10), (38, 11),
    (39, 58), (40, 12), (41, 13), (42, 14), (43, 15), (44, 16), (46, 127), (47, 17), (48, 18),
    (49, 19), (50, 99), (51, 107), (52, 112), (54, 86), (55, 85), (56, 68), (57, 110), (58, 87),
    (59, 56), (60, 130), (61, 121), (62, 63), (63, 48), (64, 113), (65, 124), (66, 122), (67, 126),
    (68, 54), (69, 57), (70, 125), (71, 72), (72, 71), (73, 78), (74, 102), (76, 77), (77, 119),
    (78, 118), (80, 20), (81, 21), (82, 114), (83, 123), (84, 116), (85, 50), (86, 64), (87, 88),
    (88, 82), (89, 55), (90, 65), (91, 52), (93, 69), (94, 75), (95, 117), (96, 91), (97, 40),
    (98, 105), (99, 90), (100, 132), (101, 131), (102, 22), (103, 44), (104, 45), (105, 42),
    (106, 23), (107, 106), (108, 96), (109, 49), (110, 43), (111, 24), (113, 25), (114, 26),
    (115, 120), (116, 133), (117, 134), (118, 128), (119, 27), (120, 51), (121, 104), (122, 111),
    (123, 154), (124, 28), (125, 141), (126, 29), (127, 152), (128, 136), (129, 148), (130, 147),
    (131, 151), (132, 137), (133, 138), (134, 150), (135, 30), (136, 142), (137, 143), (138, 31),
    (139, 140), (140, 32), (141, 33), (142, 135), (143, 34), (144, 144), (145, 145), (146, 149),
    (147, 153), (148, 146), (149, 139), (150, 74), (151, 35), (152, 62), (153, 47), (154, 36),
    (155, 79), (156, 73), (157, 76), (158, 94), (159, 129), (160, 60), (161, 169), (162, 165),
    (163, 167), (164, 171), (167, 241), (168, 243), (169, 245), (170, 247), (171, 251), (172, 253),
    (173, 255), (174, 257), (175, 259), (220, 173), (221, 191), (222, 179), (223, 175), (224, 199),
    (225, 160), (226, 205), (227, 223), (228, 193), (229, 201), (230, 203), (231, 158), (232, 209),
    (233, 207), (234, 239), (235, 215), (236, 211), (237, 233), (238, 231), (239, 229), (240, 213),
    (241, 217), (244, 185), (245, 221), (248, 237), (249, 227), (250, 225), (251, 235), (252, 181),
    (253, 183), (254, 189), (255, 219),
];

/// Which colour is which on both sides. What has no counterpart is not guessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColorMap {
    to_owl: HashMap<ColorId, u16>,
    from_owl: HashMap<u16, ColorId>,
}

impl Default for ColorMap {
    fn default() -> Self {
        let mut map = Self {
            to_owl: HashMap::with_capacity(PAIRS.len()),
            from_owl: HashMap::with_capacity(PAIRS.len()),
        };
        for (link, owl) in PAIRS {
            map.put(ColorId(link), owl);
        }
        map
    }
}

impl ColorMap {
    /// BrickOwl's number of a colour; `None`: it has none, and a part in it cannot be listed there.
    pub fn owl_of(&self, color: ColorId) -> Option<u16> {
        self.to_owl.get(&color).copied()
    }

    /// The colour behind BrickOwl's number; `None`: it has no counterpart.
    pub fn link_of(&self, owl: u16) -> Option<ColorId> {
        self.from_owl.get(&owl).copied()
    }

    /// How many pairs it holds.
    pub fn len(&self) -> usize {
        self.to_owl.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.to_owl.is_empty()
    }

    /// The built-in pairs with what the service says now on top. A colour for which it names several
    /// counterparts, or one that is named twice, keeps the built-in pair.
    pub fn with_list<'c>(colors: impl Iterator<Item = &'c WireColor> + Clone) -> Self {
        let mut map = Self::default();
        let mut named: HashMap<u16, u32> = HashMap::new();
        for link in colors.clone().filter_map(counterpart) {
            *named.entry(link.0.0).or_default() += 1;
        }
        for (link, owl) in colors.filter_map(counterpart) {
            if named.get(&link.0) == Some(&1) {
                map.put(link, owl);
            }
        }
        map
    }

    fn put(&mut self, link: ColorId, owl: u16) {
        if let Some(before) = self.to_owl.insert(link, owl) {
            self.from_owl.remove(&before);
        }
        if let Some(before) = self.from_owl.insert(owl, link)
            && before != link
        {
            self.to_owl.remove(&before);
        }
    }
}

/// The one colour of BrickLink that this is, if there is exactly one.
fn counterpart(color: &WireColor) -> Option<(ColorId, u16)> {
    let number = |word: &Word| word.whole().and_then(|id| u16::try_from(id).ok());
    let owl = number(&color.id)?;
    let mut links = color.bl_ids.0.iter().filter_map(number);
    let link = links.next()?;
    links.next().is_none().then_some((ColorId(link), owl))
}
