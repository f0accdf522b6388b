//! Sheets of labels: where on the page each label lies.

use super::size::LabelSize;
use crate::error::{Error, Result};

/// A sheet of equal labels in rows and columns. All lengths in 1/10 mm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelSheet {
    /// The name it is asked for by.
    pub name: String,
    /// Width and height of the page.
    pub page: (u16, u16),
    /// The size of a label.
    pub label: LabelSize,
    /// Labels beside each other.
    pub columns: u16,
    /// Labels below each other.
    pub rows: u16,
    /// From the left and the upper edge of the page to the first label.
    pub margin: (u16, u16),
    /// From one label's left edge to the next one's, and from upper edge to upper edge.
    pub pitch: (u16, u16),
}

/// A sheet that shops sell, as the numbers on its package.
#[derive(Debug, Clone, Copy)]
pub struct KnownSheet {
    /// The name it is asked for by.
    pub name: &'static str,
    /// Makers' numbers of such sheets.
    pub sold_as: &'static str,
    page: (u16, u16),
    label: (u16, u16),
    grid: (u16, u16),
    margin: (u16, u16),
    pitch: (u16, u16),
}

const A4: (u16, u16) = (2_100, 2_970);
const LETTER: (u16, u16) = (2_159, 2_794);

/// The usual sheets.
pub const SHEETS: [KnownSheet; 10] = [
    known(
        "a4-24",
        "Avery Zweckform 3474, Herma 4464",
        A4,
        (700, 370),
        (3, 8),
        (0, 5),
        (700, 370),
    ),
    known(
        "a4-44",
        "Herma 4272, 4608",
        A4,
        (483, 254),
        (4, 11),
        (85, 85),
        (483, 254),
    ),
    known(
        "a4-64",
        "Herma 4271, 4607",
        A4,
        (483, 169),
        (4, 16),
        (85, 140),
        (483, 169),
    ),
    known(
        "a4-80",
        "Avery L4732",
        A4,
        (356, 169),
        (5, 16),
        (110, 130),
        (381, 169),
    ),
    known(
        "a4-65",
        "Avery L7651",
        A4,
        (381, 212),
        (5, 13),
        (47, 109),
        (406, 212),
    ),
    known(
        "a4-21",
        "Avery L7160",
        A4,
        (635, 381),
        (3, 7),
        (72, 152),
        (660, 381),
    ),
    known(
        "a4-14",
        "Avery L7163",
        A4,
        (991, 381),
        (2, 7),
        (47, 152),
        (1_016, 381),
    ),
    known(
        "letter-30",
        "Avery 5160",
        LETTER,
        (667, 254),
        (3, 10),
        (48, 127),
        (698, 254),
    ),
    known(
        "letter-10",
        "Avery 5163",
        LETTER,
        (1_016, 508),
        (2, 5),
        (40, 127),
        (1_064, 508),
    ),
    known(
        "letter-80",
        "Avery 5167",
        LETTER,
        (445, 127),
        (4, 20),
        (71, 127),
        (524, 127),
    ),
];

const fn known(
    name: &'static str,
    sold_as: &'static str,
    page: (u16, u16),
    label: (u16, u16),
    grid: (u16, u16),
    margin: (u16, u16),
    pitch: (u16, u16),
) -> KnownSheet {
    KnownSheet {
        name,
        sold_as,
        page,
        label,
        grid,
        margin,
        pitch,
    }
}

impl From<KnownSheet> for LabelSheet {
    fn from(known: KnownSheet) -> Self {
        Self {
            name: known.name.to_owned(),
            page: known.page,
            label: LabelSize {
                width: known.label.0,
                height: known.label.1,
            },
            columns: known.grid.0,
            rows: known.grid.1,
            margin: known.margin,
            pitch: known.pitch,
        }
    }
}

impl LabelSheet {
    /// One of [`SHEETS`] by its name or a maker's number (`5160`, `L7160`).
    pub fn named(name: &str) -> Result<Self> {
        let wanted = name.trim().to_ascii_lowercase();
        let fits = |sheet: &&KnownSheet| {
            let mut numbers = sheet
                .sold_as
                .split([',', ' '])
                .filter(|word| word.bytes().any(|b| b.is_ascii_digit()));
            sheet.name == wanted || numbers.any(|number| number.eq_ignore_ascii_case(&wanted))
        };
        SHEETS
            .iter()
            .find(fits)
            .map(|sheet| Self::from(*sheet))
            .ok_or_else(|| {
                let names: Vec<&str> = SHEETS.iter().map(|sheet| sheet.name).collect();
                Error::not_found(format!(
                    "There is no sheet named {}; known are {}.",
                    name.escape_debug(),
                    names.join(", ")
                ))
            })
    }

    /// A page that is one label, for label printers that take PDF files.
    pub fn single(label: LabelSize) -> Self {
        Self {
            name: format!("{label}"),
            page: (label.width, label.height),
            label,
            columns: 1,
            rows: 1,
            margin: (0, 0),
            pitch: (label.width, label.height),
        }
    }

    /// Labels on one page.
    pub fn capacity(&self) -> usize {
        usize::from(self.columns) * usize::from(self.rows)
    }

    /// Refuses a sheet whose labels overlap or leave the page.
    pub fn check(&self) -> Result<()> {
        self.label.checked()?;
        let along = |page: u16, margin: u16, pitch: u16, label: u16, count: u16| {
            let end = u32::from(margin)
                + u32::from(pitch) * u32::from(count.saturating_sub(1))
                + u32::from(label);
            count > 0 && (count == 1 || pitch >= label) && end <= u32::from(page)
        };
        let (page, margin, pitch) = (self.page, self.margin, self.pitch);
        if page.0 > 10_000
            || page.1 > 10_000
            || !along(page.0, margin.0, pitch.0, self.label.width, self.columns)
            || !along(page.1, margin.1, pitch.1, self.label.height, self.rows)
        {
            return Err(Error::invalid(format!(
                "On the sheet {} labels would overlap or leave the page; check its margins, pitch and counts.",
                self.name.escape_debug()
            )));
        }
        Ok(())
    }

    /// What is left of the page before the first and after the last label, across and down (1/10 mm).
    pub(super) fn margins(&self) -> [(i64, i64); 2] {
        let after = |page: u16, margin: u16, pitch: u16, label: u16, count: u16| {
            let labels = i64::from(pitch) * i64::from(count.saturating_sub(1)) + i64::from(label);
            (
                i64::from(margin),
                i64::from(page) - i64::from(margin) - labels,
            )
        };
        let (page, margin, pitch) = (self.page, self.margin, self.pitch);
        [
            after(page.0, margin.0, pitch.0, self.label.width, self.columns),
            after(page.1, margin.1, pitch.1, self.label.height, self.rows),
        ]
    }

    /// Page and upper left corner (1/10 mm) of the label that is `index` after position `start` (from 1).
    pub(super) fn position(&self, start: u16, index: usize) -> (usize, (u32, u32)) {
        let at = usize::from(start.saturating_sub(1)) + index;
        let columns = usize::from(self.columns).max(1);
        let place = at % self.capacity().max(1);
        let corner = |margin: u16, pitch: u16, count: usize| {
            u32::from(margin) + u32::from(pitch) * u32::try_from(count).unwrap_or(0)
        };
        (
            at / self.capacity().max(1),
            (
                corner(self.margin.0, self.pitch.0, place % columns),
                corner(self.margin.1, self.pitch.1, place / columns),
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_sheets_can_be() {
        for known in SHEETS {
            let sheet = LabelSheet::from(known);
            assert_eq!(sheet.check(), Ok(()), "{}", sheet.name);
            let count: usize = sheet
                .name
                .rsplit('-')
                .next()
                .and_then(|n| n.parse().ok())
                .expect("a count");
            assert_eq!(sheet.capacity(), count, "{}", sheet.name);
            assert_eq!(LabelSheet::named(&sheet.name), Ok(sheet.clone()));
            let across = |page: u16, margin: u16, pitch: u16, label: u16, count: u16| {
                i32::from(page)
                    - 2 * i32::from(margin)
                    - i32::from(pitch) * i32::from(count - 1)
                    - i32::from(label)
            };
            let skew = across(
                sheet.page.0,
                sheet.margin.0,
                sheet.pitch.0,
                sheet.label.width,
                sheet.columns,
            );
            assert!(
                skew.abs() <= 12,
                "{}: {skew}/10 mm off the middle",
                sheet.name
            );
        }
        assert_eq!(
            LabelSheet::named("5160").map(|sheet| sheet.name),
            Ok("letter-30".to_owned())
        );
        assert_eq!(
            LabelSheet::named("l7160").map(|sheet| sheet.name),
            Ok("a4-21".to_owned())
        );
        assert!(LabelSheet::named("").is_err());
        assert!(LabelSheet::named("avery").is_err());
    }

    #[test]
    fn a_used_sheet_begins_later() {
        let sheet = LabelSheet::named("a4-24").expect("known");
        assert_eq!(sheet.position(1, 0), (0, (0, 5)));
        assert_eq!(sheet.position(5, 0), (0, (700, 375)));
        assert_eq!(sheet.position(24, 0), (0, (1_400, 2_595)));
        assert_eq!(sheet.position(24, 1), (1, (0, 5)));
    }

    #[test]
    fn impossible_sheets_are_refused() {
        let good = LabelSheet::named("a4-24").expect("known");
        for wrong in [
            LabelSheet {
                columns: 4,
                ..good.clone()
            },
            LabelSheet {
                rows: 0,
                ..good.clone()
            },
            LabelSheet {
                pitch: (699, 370),
                ..good.clone()
            },
            LabelSheet {
                margin: (1, 5),
                ..good.clone()
            },
            LabelSheet {
                label: LabelSize {
                    width: 0,
                    height: 0,
                },
                ..good.clone()
            },
            LabelSheet {
                page: (65_000, 65_000),
                ..good
            },
        ] {
            assert!(wrong.check().is_err(), "{wrong:?}");
        }
    }
}
