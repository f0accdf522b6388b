//! What the shop answers about prices that follow the price guide. The half of the guide and its figure
//! choose how it stands: `sold` can be fetched, `stock` has no keys, `max` finds the share spent.

use super::shop::State;
use crate::api::{Answer, Reply, StockRequest};
use crate::domain::edit::{Edits, Figure, LotEdit, PriceBase};
use crate::domain::market::{Class, Guide, GuideNeed, PricesFetched, Trouble};
use crate::domain::rows::{ChangeRow, EditPreview, RefusedLot};
use crate::domain::{FieldChange, LotField, Money, Timestamp, Value};

fn base(edits: &Edits) -> Option<(Guide, Figure)> {
    edits.0.iter().find_map(|edit| match edit {
        LotEdit::Price(edit) => match edit.base {
            PriceBase::Guide(from) => Some((from.guide, from.figure)),
            PriceBase::Own => None,
        },
        _ => None,
    })
}

impl State {
    /// The answer, or the request back when it is about something else.
    pub(super) fn guided(&mut self, request: StockRequest) -> Result<Answer, Box<StockRequest>> {
        match &request {
            StockRequest::Preview { edits, .. } => match base(edits) {
                Some(base) => Ok(Ok(Reply::EditPreview(Box::new(self.by_guide(base))))),
                None => Err(Box::new(request)),
            },
            StockRequest::FetchPrices { edits, .. } => {
                let spent = base(edits).is_some_and(|(_, figure)| figure == Figure::Max);
                self.book.prices = true;
                let done = PricesFetched {
                    wanted: 20,
                    fetched: if spent { 12 } else { 20 },
                    left: if spent { 8 } else { 0 },
                    calls: 20,
                    trouble: spent.then(|| Trouble {
                        at: Timestamp::default(),
                        class: Class::Budget,
                        text: "The share of prices is spent.".into(),
                        again: Timestamp::default(),
                    }),
                    goes_on: spent.then(Timestamp::default),
                    ..PricesFetched::default()
                };
                Ok(Ok(Reply::PricesFetched(Box::new(done))))
            }
            _ => Err(Box::new(request)),
        }
    }

    fn by_guide(&self, (guide, figure): (Guide, Figure)) -> EditPreview {
        let here = self.book.prices;
        let known = if here { 25 } else { 6 };
        let why = "its price in the guide was not fetched yet";
        let examples = self.lots.iter().take(4).map(|lot| ChangeRow {
            lot: lot.id,
            item: lot.item.clone(),
            available: (lot.stock.available, lot.stock.available),
            changes: vec![FieldChange {
                field: LotField::Price,
                before: Value::Money(lot.price),
                after: Value::Money(Money::from_raw(lot.price.raw() * 11 / 10)),
            }],
        });
        EditPreview {
            lots: 27,
            changed: known,
            refused: 27 - known,
            listed: self
                .lots
                .iter()
                .take(1)
                .map(|lot| RefusedLot {
                    lot: lot.id,
                    why: why.into(),
                })
                .collect(),
            examples: examples.collect(),
            guide: Some(GuideNeed {
                unknown: if here { 0 } else { 19 },
                empty: 2,
                old: if here { 0 } else { 4 },
                calls: if here { 0 } else { 20 },
                room: match (guide, figure) {
                    (Guide::Stock, _) => None,
                    (_, Figure::Max) => Some(12),
                    (_, Figure::Min) => Some(0),
                    _ => Some(2_400),
                },
                limit: 5_000,
                barred: if guide == Guide::Stock {
                    "BrickLink is not connected.".into()
                } else {
                    String::new()
                },
            }),
            ..EditPreview::default()
        }
    }
}
