//! Reading prices: `=*1.05 floor cost round 0.01`, `=guide stock min -5% ceiling 5`.

use super::amount::SCALE;
use super::parse::{Parsed, Written, exact, positive};
use super::{
    Amount, Arithmetic, Figure, Floor, FromGuide, LotEdit, PriceBase, PriceEdit, Rounding,
};
use crate::domain::Money;
use crate::domain::market::Guide;

impl Written<'_> {
    pub(super) fn price(&self) -> Parsed<LotEdit> {
        let (base, rest) = self.base()?;
        let (sum, words) = cut_words(rest);
        let amount = match (base, sum) {
            (PriceBase::Guide(_), "") => Amount::SAME,
            (PriceBase::Guide(_), sum) => {
                let amount = self.amount_of(sum)?;
                if amount.arithmetic == Arithmetic::Set {
                    return Err(self.wrong("Behind guide goes a sum, such as *1.1, -5% or +0.02."));
                }
                amount
            }
            (PriceBase::Own, sum) => self.amount_of(sum)?,
        };
        let mut edit = PriceEdit {
            base,
            amount,
            floor: Floor::default(),
            ceiling: None,
            rounding: None,
        };
        self.limits(words, &mut edit)?;
        Ok(LotEdit::Price(edit))
    }

    /// What the sum is made with, and the text behind it. Both `guide stock min` and `guide(stock, min)`
    /// are understood.
    fn base(&self) -> Parsed<(PriceBase, &str)> {
        let Some(rest) = after_word(self.value, "guide") else {
            let typed = self.value.to_ascii_lowercase();
            if !typed.is_empty() && "guide".starts_with(&typed) {
                return Err(self.unfinished("Write guide for the price of the price guide."));
            }
            return Ok((PriceBase::Own, self.value));
        };
        if self.operator != "=" {
            return Err(self.wrong("A price from the guide is set with =: price=guide."));
        }
        let (inside, mut rest) = match rest.trim_start().strip_prefix('(') {
            None => ("", rest),
            Some(rest) => rest
                .split_once(')')
                .ok_or_else(|| self.unfinished("The bracket behind guide is closed with )."))?,
        };
        let mut from = FromGuide {
            guide: Guide::Sold,
            figure: Figure::QuantityAverage,
        };
        for word in inside.split([',', ' ']).filter(|word| !word.is_empty()) {
            if !choose(&mut from, word) {
                return Err(self.wrong(format!(
                    "“{word}” is not in the guide. sold or stock, then min, avg, qtyavg or max."
                )));
            }
        }
        loop {
            let trimmed = rest.trim_start();
            let end = trimmed
                .find(|c: char| !c.is_ascii_alphabetic())
                .unwrap_or(trimmed.len());
            if !choose(&mut from, &trimmed[..end]) {
                return Ok((PriceBase::Guide(from), trimmed));
            }
            rest = &trimmed[end..];
        }
    }

    /// Floors, ceiling and rounding.
    fn limits(&self, words: &str, edit: &mut PriceEdit) -> Parsed<()> {
        let mut words = words.split_whitespace().peekable();
        while let Some(word) = words.next() {
            let next = words.next().unwrap_or("");
            match word {
                "floor" => {
                    if let Some(times) = next.strip_prefix("cost") {
                        // `cost *1.2` is as good as `cost*1.2`.
                        let times = match words.peek() {
                            Some(more) if times.is_empty() && more.starts_with(['*', '+']) => {
                                words.next().unwrap_or("")
                            }
                            _ => times,
                        };
                        edit.floor.cost = Some(self.times_cost(times)?);
                    } else {
                        let price = positive(next).ok_or_else(|| {
                            self.wrong("Behind floor goes cost, cost*1.2, or a price such as 0.02.")
                        })?;
                        edit.floor.price = Some(price);
                    }
                }
                "ceiling" => {
                    let price = positive(next).filter(|price| *price > Money::ZERO);
                    edit.ceiling =
                        Some(price.ok_or_else(|| {
                            self.wrong("Behind ceiling goes a price, such as 5.00.")
                        })?);
                }
                "round" => {
                    let step = positive(next).filter(|step| *step > Money::ZERO);
                    let step =
                        step.ok_or_else(|| self.wrong("Behind round goes a step, such as 0.01."))?;
                    let up = match words.peek() {
                        Some(&"up") => Some(true),
                        Some(&"down") => Some(false),
                        _ => None,
                    };
                    if up.is_some() {
                        words.next();
                    }
                    edit.rounding = Some(Rounding { step, up });
                }
                _ => {
                    return Err(self.wrong(format!(
                        "“{word}” means nothing here; floor cost, floor 0.02, ceiling 5 or round 0.01 would."
                    )));
                }
            }
        }
        Ok(())
    }

    /// How many times the cost, in 1/10,000: nothing, `*1.2` or `+20%`.
    fn times_cost(&self, text: &str) -> Parsed<i64> {
        let wrong = || self.wrong("Behind floor cost goes *1.2 or +20%, or nothing.");
        if text.is_empty() {
            return Ok(SCALE);
        }
        if let Some(times) = text.strip_prefix('*') {
            return exact(times).filter(|times| *times > 0).ok_or_else(wrong);
        }
        let percent = text
            .strip_prefix('+')
            .and_then(|rest| rest.strip_suffix('%'))
            .and_then(exact)
            .filter(|percent| *percent >= 0 && percent % 100 == 0)
            .ok_or_else(wrong)?;
        SCALE.checked_add(percent / 100).ok_or_else(wrong)
    }
}

/// The text behind a word, where the word ends there.
fn after_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(word.len())?;
    let ends = !rest.starts_with(|c: char| c.is_ascii_alphanumeric());
    (ends && head.eq_ignore_ascii_case(word)).then_some(rest)
}

/// Takes up a word about the guide; `false`: it says something else.
fn choose(from: &mut FromGuide, word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    match word.as_str() {
        "sold" => from.guide = Guide::Sold,
        "stock" => from.guide = Guide::Stock,
        _ => match Figure::ALL.into_iter().find(|one| one.word() == word) {
            Some(figure) => from.figure = figure,
            None => return false,
        },
    }
    true
}

/// The sum, and the words behind it.
fn cut_words(value: &str) -> (&str, &str) {
    let at = value
        .find(|c: char| c.is_ascii_alphabetic())
        .unwrap_or(value.len());
    let (sum, words) = value.split_at(at);
    (sum.trim(), words.trim())
}
