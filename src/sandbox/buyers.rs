//! Buyers who come by themselves: so many an hour at each marketplace, the same for the same seed.

use super::world::Dice;

/// An hour in microseconds.
const HOUR: i64 = 3_600_000_000;
/// After a long jump of the clock no more than these come at once.
const CROWD: usize = 200;

/// When somebody buys next.
#[derive(Debug, Clone)]
pub struct Buyers {
    per_hour: u32,
    next: i64,
    /// What they throw.
    pub dice: Dice,
}

impl Buyers {
    /// So many an hour from now on.
    pub fn new(per_hour: u32, seed: u64, now: i64) -> Self {
        let mut buyers = Self {
            per_hour,
            next: now,
            dice: Dice::new(seed),
        };
        buyers.next = now.saturating_add(buyers.pause());
        buyers
    }

    /// Another number an hour.
    pub fn set_rate(&mut self, per_hour: u32, now: i64) {
        self.per_hour = per_hour;
        self.next = now.saturating_add(self.pause());
    }

    /// Half to one and a half of the mean time between two.
    fn pause(&mut self) -> i64 {
        let mean = HOUR / i64::from(self.per_hour.max(1));
        mean / 2 + self.dice.one_to(mean.max(1))
    }

    /// The times at which somebody bought since the last question.
    pub fn due(&mut self, now: i64) -> Vec<i64> {
        let mut times = Vec::new();
        while self.per_hour > 0 && self.next <= now {
            if times.len() == CROWD {
                self.next = now;
            } else {
                times.push(self.next);
            }
            let pause = self.pause();
            self.next = self.next.saturating_add(pause);
        }
        times
    }

    /// Lots and pieces somebody takes from what is offered (lot, pieces, multiple).
    pub fn basket(dice: &mut Dice, offered: &[(i64, i64, i64)]) -> Vec<(i64, i64)> {
        let mut basket: Vec<(i64, i64)> = Vec::new();
        if offered.is_empty() {
            return basket;
        }
        for _ in 0..dice.one_to(6) {
            let (lot, pieces, bulk) = offered[dice.below(offered.len())];
            let bulk = bulk.max(1);
            let most = (pieces / bulk).min(12);
            if most > 0 && basket.iter().all(|(taken, _)| *taken != lot) {
                basket.push((lot, dice.one_to(most) * bulk));
            }
        }
        basket
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_come_in_an_hour() {
        let mut buyers = Buyers::new(60, 1, 0);
        let mut count = 0;
        for minute in 1..=600 {
            count += buyers.due(minute * 60_000_000).len();
        }
        assert!((570..=630).contains(&count), "{count} in ten hours");
        assert_eq!(Buyers::new(0, 1, 0).due(i64::MAX), Vec::<i64>::new());
        assert_eq!(Buyers::new(1_000, 1, 0).due(HOUR * 24).len(), CROWD);
    }

    #[test]
    fn nobody_takes_more_than_there_is() {
        let mut dice = Dice::new(5);
        for _ in 0..200 {
            for (lot, pieces) in Buyers::basket(&mut dice, &[(1, 3, 1), (2, 5, 2), (3, 1, 2)]) {
                let most = [0, 3, 4, 0][usize::try_from(lot).expect("small")];
                assert!((1..=most).contains(&pieces), "{pieces} of {lot}");
            }
        }
    }
}
