//! What a shop has decided about synchronisation, and the terms that hold at one marketplace.

use serde::{Deserialize, Serialize};

use super::face::thousandths;
use super::policy::Override;
use crate::domain::market::Grade;
use crate::domain::{Marketplace, Money};

/// How many units of another currency one unit of the shop's is, as an exact fraction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// ISO 4217 of the other currency.
    pub currency: String,
    /// Numerator.
    pub times: u32,
    /// Denominator; never 0.
    pub per: u32,
}

/// What a shop has decided about synchronisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncRules {
    /// Where the shop wants another outcome than the usual table.
    pub overrides: Vec<Override>,
    /// Percent off travels to BrickOwl, which may otherwise run sales of its own.
    pub sale_to_owl: bool,
    /// Grade of used lots at BrickOwl, as the shop has none.
    pub usual_grade: Grade,
    /// Minutes between two looks for orders.
    pub poll_minutes: u16,
    /// Tries after which an entry waits for a person.
    pub tries: u16,
    /// Days for which what was sent is kept.
    pub keep_days: u16,
    /// Rates of currencies other than the shop's. A store in a currency without one gets no prices.
    pub rates: Vec<Rate>,
    /// Lots whose remarks begin with this stay off BrickOwl; empty: none do.
    pub exclude: String,
}

impl Default for SyncRules {
    fn default() -> Self {
        Self {
            overrides: Vec::new(),
            sale_to_owl: false,
            usual_grade: Grade::Good,
            poll_minutes: 5,
            tries: 8,
            keep_days: 90,
            rates: Vec::new(),
            exclude: "~".into(),
        }
    }
}

/// What holds for a shop's lots at one marketplace.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'r> {
    /// Where.
    pub market: Marketplace,
    /// The shop's rules.
    pub rules: &'r SyncRules,
    /// From the shop's currency to the store's: times, per. `None`: they differ and the shop has no rate.
    pub rate: Option<(u32, u32)>,
    /// The store's currency; may be empty.
    pub currency: &'r str,
}

impl<'r> Terms<'r> {
    /// The terms between a shop and a store in their currencies; an unknown one counts as the same.
    pub fn of(market: Marketplace, rules: &'r SyncRules, shop: &str, store: &'r str) -> Self {
        let same = shop.is_empty() || store.is_empty() || shop.eq_ignore_ascii_case(store);
        let rate = if same {
            Some((1, 1))
        } else {
            rules
                .rates
                .iter()
                .find(|rate| rate.currency.eq_ignore_ascii_case(store))
                .filter(|rate| rate.times > 0 && rate.per > 0)
                .map(|rate| (rate.times, rate.per))
        };
        Self {
            market,
            rules,
            rate,
            currency: store,
        }
    }

    /// An amount of the shop as the store there has it.
    pub fn out(&self, amount: Money) -> Money {
        let (times, per) = self.rate.unwrap_or((1, 1));
        let there = scaled(amount, times, per);
        match self.market {
            Marketplace::BrickLink => there,
            Marketplace::BrickOwl => thousandths(there),
        }
    }

    /// An amount of the store there as the shop has it.
    pub fn home(&self, amount: Money) -> Money {
        let (times, per) = self.rate.unwrap_or((1, 1));
        scaled(amount, per, times)
    }
}

/// Rounded half up.
fn scaled(amount: Money, times: u32, per: u32) -> Money {
    if times == per {
        return amount;
    }
    let per = i128::from(per.max(1));
    let exact = i128::from(amount.raw()) * i128::from(times) * 2 + per;
    let rounded = exact.div_euclid(per * 2);
    Money::from_raw(i64::try_from(rounded).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_go_out_and_come_home_by_an_exact_rate() {
        let rules = SyncRules {
            rates: vec![Rate {
                currency: "GBP".into(),
                times: 85,
                per: 100,
            }],
            ..SyncRules::default()
        };
        let terms = Terms::of(Marketplace::BrickOwl, &rules, "EUR", "GBP");
        assert_eq!(terms.out(Money::from_raw(10_000)), Money::from_raw(8_500));
        assert_eq!(terms.out(Money::from_raw(150)), Money::from_raw(130));
        assert_eq!(terms.home(Money::from_raw(8_500)), Money::from_raw(10_000));
        assert_eq!(
            Terms::of(Marketplace::BrickLink, &rules, "EUR", "USD").rate,
            None
        );
        assert_eq!(
            Terms::of(Marketplace::BrickLink, &rules, "EUR", "").rate,
            Some((1, 1))
        );
    }
}
