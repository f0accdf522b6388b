//! What the pretended shop knows of prices, and what BrickLink says when it is asked.

use super::shop::{NOW, State, color, days_ago};
use crate::api::{Answer, FreshRequest, Reply};
use crate::domain::market::{
    Chart, Class, Guide, OwnPrice, PriceCell, PriceFigures, PriceSheet, PriceState, Refreshed,
    Trouble,
};
use crate::domain::rows::ItemDetail;
use crate::domain::*;
use crate::error::Error;

/// How what is fetched stands.
#[derive(Debug, Clone)]
pub struct Fresh {
    /// Of prices, and of the item where it is not `Here`.
    pub state: PriceState,
    /// Prices are known.
    pub known: bool,
    /// How old they are.
    pub days: usize,
    /// Numbers of which prices were asked, with the colour.
    pub asked: Vec<(String, u16)>,
    /// How often a refresh was asked for.
    pub refreshed: u32,
}

impl Default for Fresh {
    fn default() -> Self {
        Self {
            state: PriceState::Here,
            known: true,
            days: 3,
            asked: Vec::new(),
            refreshed: 0,
        }
    }
}

/// Said when nobody answers.
pub fn silent() -> Trouble {
    Trouble {
        at: Timestamp::from_micros(NOW.micros() - 60_000_000),
        class: Class::Silent,
        text: "BrickLink did not answer in time.".into(),
        again: Timestamp::from_micros(NOW.micros() + 9 * 60_000_000),
    }
}

fn figures(at: i64, condition: Condition, guide: Guide) -> PriceFigures {
    let base = 300 + at * 7;
    let money = |times: i64| Money::from_raw(base * times);
    let none = condition == Condition::Used && guide == Guide::Stock;
    PriceFigures {
        min: money(1),
        average: money(4),
        quantity_average: money(3),
        max: money(11),
        count: if none { 0 } else { 402 },
        pieces: if none { 0 } else { 12_301 },
        chart: (!none).then(|| Chart {
            from: money(1),
            to: money(11),
            bars: vec![120, 400, 1_900, 1_200, 380, 90, 0, 14, 3, 0, 0, 1],
        }),
    }
}

impl State {
    fn sheet(&self, item: &ItemKey, id: ColorId) -> PriceSheet {
        let fresh = &self.present.fresh;
        let place = (0..9).map(color).find(|color| color.id == id);
        let at = i64::from(id.0);
        let failed = fresh.state == PriceState::Failed;
        let mut cells = Vec::new();
        for condition in [Condition::New, Condition::Used] {
            for guide in [Guide::Sold, Guide::Stock] {
                let known = fresh.known
                    && (fresh.state != PriceState::Coming || condition == Condition::New);
                let day = days_ago(fresh.days);
                cells.push(PriceCell {
                    condition,
                    guide,
                    figures: known.then(|| figures(at, condition, guide)),
                    at: known.then_some(day),
                    freshness: known.then(|| Windows::default().judge(day, NOW)),
                    trouble: failed.then(silent),
                });
            }
        }
        let lots = self.lots.iter();
        PriceSheet {
            item: item.clone(),
            color: place.unwrap_or_else(|| Color::unknown(id)),
            currency: "EUR".into(),
            cells,
            own: lots
                .filter(|lot| lot.item == *item && lot.color.id == id)
                .map(|lot| OwnPrice {
                    condition: lot.condition,
                    price: lot.price,
                    pieces: lot.stock.available,
                })
                .collect(),
            state: fresh.state,
        }
    }

    /// Adds what is fetched to what is known of an item.
    pub(super) fn freshen(&self, detail: &mut ItemDetail) {
        let fresh = &self.present.fresh;
        let most = detail.colors.iter().max_by_key(|row| row.stock);
        let id = most.map_or(ColorId(0), |row| row.color.id);
        detail.prices = Some(Box::new(self.sheet(&detail.item.key, id)));
        if matches!(fresh.state, PriceState::Failed | PriceState::Coming) {
            detail.fetching = fresh.state;
        }
        if fresh.state == PriceState::Failed {
            for row in detail.facts.iter_mut().take(2) {
                row.trouble = Some(silent());
            }
        }
    }

    pub(super) fn fresh(&mut self, request: FreshRequest) -> Answer {
        match request {
            FreshRequest::Prices { item, color } => {
                let asked = (item.no.clone(), color.0);
                self.present.fresh.asked.push(asked);
                Ok(Reply::Prices(Box::new(self.sheet(&item, color))))
            }
            FreshRequest::Refresh { .. } => {
                let fresh = &mut self.present.fresh;
                fresh.refreshed += 1;
                if fresh.state == PriceState::Failed {
                    return Ok(Reply::Refreshed(Box::new(Refreshed {
                        failed: 6,
                        trouble: Some(silent()),
                        ..Refreshed::default()
                    })));
                }
                (fresh.state, fresh.known, fresh.days) = (PriceState::Here, true, 0);
                Ok(Reply::Refreshed(Box::new(Refreshed {
                    fetched: 6,
                    ..Refreshed::default()
                })))
            }
            FreshRequest::Fetch { no, .. } if no.contains("zzz") => Err(Error::not_found(format!(
                "BrickLink does not know {no} either. Check the number."
            ))),
            FreshRequest::Fetch { no, .. } => {
                let mut item = self.items[0].clone();
                item.key = ItemKey::part(no);
                item.name = "Brick 2 x 4 of Tomorrow".into();
                self.items.push(item.clone());
                Ok(Reply::Found(item.key))
            }
            FreshRequest::Walk { .. } | FreshRequest::Report => {
                Err(Error::internal("No screen asks for this."))
            }
        }
    }
}
