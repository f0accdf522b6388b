//! The price guide of an item in a colour as a pane shows it: four cells with figures, a small chart, an
//! age and a trouble each, and what the shop asks for its own.

use serde::{Deserialize, Serialize};

use super::price_view::PriceState;
use super::{Guide, PriceGuide, Trouble};
use crate::domain::{Color, Condition, Freshness, ItemKey, Money, Timestamp};

/// Bars of a chart.
pub const BARS: usize = 12;

/// How pieces are spread over prices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    /// The lowest price.
    pub from: Money,
    /// Where the last bar begins to hold everything above: 95 of 100 pieces cost no more.
    pub to: Money,
    /// Pieces by equal steps of price, [`BARS`] of them.
    pub bars: Vec<u64>,
}

impl Chart {
    /// The chart of a guide; `None` where it has no single sales or offers.
    pub fn of(guide: &PriceGuide) -> Option<Self> {
        let mut points: Vec<(i64, u64)> = guide
            .points
            .iter()
            .filter(|point| point.quantity > 0)
            .map(|point| (point.price.raw(), u64::from(point.quantity)))
            .collect();
        points.sort_unstable();
        let all: u64 = points.iter().map(|(_, pieces)| pieces).sum();
        let from = points.first()?.0;
        let mut seen = 0;
        let mut to = from;
        for (price, pieces) in &points {
            to = *price;
            seen += pieces;
            if seen.saturating_mul(100) >= all.saturating_mul(95) {
                break;
            }
        }
        let mut bars = vec![0; BARS];
        let span = i128::from(to) - i128::from(from) + 1;
        for (price, pieces) in points {
            let at = (i128::from(price) - i128::from(from)) * BARS as i128 / span;
            let at = usize::try_from(at).map_or(BARS - 1, |at| at.min(BARS - 1));
            bars[at] += pieces;
        }
        Some(Self {
            from: Money::from_raw(from),
            to: Money::from_raw(to),
            bars,
        })
    }
}

/// What one half of the guide says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceFigures {
    /// Lowest.
    pub min: Money,
    /// Mean of the sales or offers.
    pub average: Money,
    /// Mean of the pieces.
    pub quantity_average: Money,
    /// Highest.
    pub max: Money,
    /// Sales or lots; 0: nothing was sold, or nothing is for sale.
    pub count: u32,
    /// Pieces.
    pub pieces: u64,
    /// How the pieces are spread.
    pub chart: Option<Chart>,
}

impl PriceFigures {
    /// The figures of a guide.
    pub fn of(guide: &PriceGuide) -> Self {
        Self {
            min: guide.min,
            average: guide.average,
            quantity_average: guide.quantity_average,
            max: guide.max,
            count: guide.count,
            pieces: guide.pieces,
            chart: Chart::of(guide),
        }
    }
}

/// One half of the guide in one condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceCell {
    /// New or used.
    pub condition: Condition,
    /// Sold or for sale.
    pub guide: Guide,
    /// What it says; `None`: not known yet.
    pub figures: Option<PriceFigures>,
    /// As of when.
    pub at: Option<Timestamp>,
    /// By its age.
    pub freshness: Option<Freshness>,
    /// Why it could not be fetched last, and when it is tried again.
    pub trouble: Option<Trouble>,
}

/// A lot of the shop beside the guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnPrice {
    /// New or used.
    pub condition: Condition,
    /// Price of one piece.
    pub price: Money,
    /// Pieces for sale.
    pub pieces: u32,
}

/// All four halves, and the shop's own lots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceSheet {
    /// Of which item.
    pub item: ItemKey,
    /// In which colour.
    pub color: Color,
    /// ISO 4217.
    pub currency: String,
    /// New before used, sold before for sale.
    pub cells: Vec<PriceCell>,
    /// The shop's lots of it in this colour.
    pub own: Vec<OwnPrice>,
    /// Whether all of it is there, and why not.
    pub state: PriceState,
}

impl PriceSheet {
    /// The half of a condition.
    pub fn cell(&self, condition: Condition, guide: Guide) -> Option<&PriceCell> {
        self.cells
            .iter()
            .find(|cell| cell.condition == condition && cell.guide == guide)
    }

    /// The oldest half that is known, with what its age means.
    pub fn oldest(&self) -> Option<(Timestamp, Freshness)> {
        let known = self.cells.iter();
        known
            .filter_map(|cell| Some((cell.at?, cell.freshness?)))
            .min_by_key(|(at, _)| *at)
    }

    /// What went wrong last.
    pub fn trouble(&self) -> Option<&Trouble> {
        let troubles = self.cells.iter().filter_map(|cell| cell.trouble.as_ref());
        troubles.max_by_key(|trouble| trouble.at)
    }

    /// Whether some of it is known and some is missing, or could not be brought up to date.
    pub fn is_partial(&self) -> bool {
        let known = self.cells.iter().filter(|cell| cell.at.is_some()).count();
        known > 0 && (known < self.cells.len() || self.trouble().is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ColorId;
    use crate::domain::market::{PriceKey, PricePoint, Region};

    fn guide(points: &[(i64, u32)]) -> PriceGuide {
        let point = |(price, quantity): &(i64, u32)| PricePoint {
            quantity: *quantity,
            price: Money::from_raw(*price),
            sold: None,
        };
        PriceGuide {
            key: PriceKey {
                item: ItemKey::part("3001"),
                color: ColorId(5),
                condition: Condition::New,
                guide: Guide::Sold,
                currency: "EUR".into(),
                region: Region::World,
            },
            min: Money::ZERO,
            max: Money::ZERO,
            average: Money::ZERO,
            quantity_average: Money::ZERO,
            count: 1,
            pieces: 1,
            points: points.iter().map(point).collect(),
            fetched: Timestamp::default(),
        }
    }

    #[test]
    fn a_chart_counts_pieces_and_one_dear_piece_does_not_flatten_it() {
        assert_eq!(Chart::of(&guide(&[])), None);
        assert_eq!(Chart::of(&guide(&[(500, 0)])), None, "no pieces");
        let one = Chart::of(&guide(&[(500, 7)])).expect("a chart");
        assert_eq!((one.bars[0], one.from, one.to), (7, one.to, one.from));
        let many: Vec<(i64, u32)> = (0..12).map(|at| (100 + at * 10, 10)).collect();
        let even = Chart::of(&guide(&many)).expect("a chart");
        assert_eq!(even.bars.len(), BARS);
        assert_eq!(even.bars.iter().sum::<u64>(), 120);
        let with_one = [&many[..], &[(1_000_000, 1)]].concat();
        let dear = Chart::of(&guide(&with_one)).expect("a chart");
        assert_eq!(dear.to, Money::from_raw(210), "the chart ends where it did");
        assert_eq!(dear.bars.iter().sum::<u64>(), 121, "and holds all pieces");
        let widest = Chart::of(&guide(&[(i64::MIN, 1), (i64::MAX, 1)])).expect("a chart");
        assert_eq!((widest.bars[0], widest.bars[BARS - 1]), (1, 1));
    }
}
