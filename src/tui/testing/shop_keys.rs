//! Marketplaces of the pretended shop: keys that contain `GOOD` work, others do not.

use super::shop::{NOW, State};
use crate::api::{Answer, KeysRequest, Reply};
use crate::domain::market::{
    BreakerView, BudgetView, Class, KeyState, KeyTest, Lane, MarketKeys, MarketRow, Purpose,
    StoreFacts,
};
use crate::domain::*;
use crate::error::{Error, Kind};

/// One marketplace with keys.
#[derive(Debug, Clone)]
pub struct Connected {
    keys: MarketKeys,
    enabled: bool,
    test: Option<KeyTest>,
}

/// BrickLink and BrickOwl.
#[derive(Debug, Default)]
pub struct Connections([Option<Connected>; 2]);

impl Connections {
    /// A marketplace with keys.
    pub fn of(&self, market: Marketplace) -> Option<&MarketKeys> {
        self.0[market as usize].as_ref().map(|one| &one.keys)
    }

    fn row(&self, market: Marketplace) -> MarketRow {
        let connected = self.0[market as usize].as_ref();
        let test = connected.and_then(|one| one.test.clone());
        let state = match (connected, &test) {
            (None, _) => KeyState::None,
            (_, None) => KeyState::Untested,
            (_, Some(test)) if test.facts.is_some() => KeyState::Valid,
            _ => KeyState::Failing,
        };
        MarketRow {
            market,
            state,
            enabled: connected.is_some_and(|one| one.enabled),
            hints: connected.map(|one| one.keys.hints()).unwrap_or_default(),
            entered: connected.map(|_| NOW),
            by: "Ana".into(),
            budget: test.as_ref().map(|_| budget(market)),
            test,
            locked: None,
        }
    }
}

fn budget(market: Marketplace) -> BudgetView {
    let (lane, limit, span) = match market {
        Marketplace::BrickLink => (Lane::BrickLink, 5_000, 86_400),
        Marketplace::BrickOwl => (Lane::BrickOwl, 600, 60),
    };
    BudgetView {
        lane,
        used: 123,
        limit,
        span,
        by_purpose: vec![(Purpose::Person, 1), (Purpose::Orders, 122)],
        last_minute: 3,
        kept_for_stock: limit * 8 / 100,
        exhausted_until: None,
        frees: None,
        warns: false,
        waiting: 0,
        under_way: 0,
        breaker: BreakerView::Closed,
    }
}

fn tried(keys: &MarketKeys) -> KeyTest {
    let name = keys.market().name();
    if keys.account().reveal().contains("GOOD") {
        let facts = StoreFacts {
            user: "ana_bricks".into(),
            store: "Brick Corner".into(),
            currency: "EUR".into(),
            open: Some(true),
        };
        return KeyTest {
            at: NOW,
            facts: Some(facts),
            class: None,
            text: format!(
                "{name} answers as ana_bricks, store Brick Corner, prices in EUR; 4877 calls left."
            ),
            advice: String::new(),
        };
    }
    KeyTest {
        at: NOW,
        facts: None,
        class: Some(Class::Keys),
        text: format!("{name} refuses the keys."),
        advice: "Copy the keys again and enter all of them anew.".into(),
    }
}

impl State {
    pub(super) fn keys(&mut self, request: KeysRequest) -> Answer {
        let asks = !matches!(request, KeysRequest::Markets | KeysRequest::Test { .. });
        if asks && !self.present.confirmed {
            return Err(Error::new(
                Kind::Unconfirmed,
                "Give your password again to do this.",
            ));
        }
        let all = &mut self.present.connections;
        Ok(match request {
            KeysRequest::Markets => Reply::Markets(vec![
                all.row(Marketplace::BrickLink),
                all.row(Marketplace::BrickOwl),
            ]),
            KeysRequest::Connect { market, values } => {
                let keys = MarketKeys::entered(market, &values).map_err(Error::invalid)?;
                all.0[market as usize] = Some(Connected {
                    keys,
                    enabled: true,
                    test: None,
                });
                Reply::Done
            }
            KeysRequest::Test { market } => {
                let one = all.0[market as usize]
                    .as_mut()
                    .ok_or_else(|| Error::not_found("It is not connected."))?;
                let test = tried(&one.keys);
                one.test = Some(test.clone());
                Reply::KeyTest(Box::new(test))
            }
            KeysRequest::Enable { market, enabled } => {
                if let Some(one) = &mut all.0[market as usize] {
                    one.enabled = enabled;
                }
                Reply::Done
            }
            KeysRequest::Disconnect { market } => {
                all.0[market as usize] = None;
                Reply::Done
            }
            KeysRequest::RotateMaster | KeysRequest::ForgetMaster => Reply::Text("Done.".into()),
        })
    }
}
