//! Anything in any order: after each deed the check finds nothing, and a repetition moves nothing.

use brickops::domain::{OperationId, OrderId, SessionId};
use proptest::prelude::*;

use crate::setup::{FileLot, Fixture, fixture, order_xml};

const NUMBERS: [&str; 4] = ["3001", "3002", "3003", "3004"];
const STATES: [&str; 6] = [
    "Pending",
    "Paid",
    "Updated",
    "Shipped",
    "Cancelled",
    "Purged",
];

#[derive(Debug, Clone)]
enum Deed {
    Lots(Vec<(usize, u64, Option<u64>)>),
    Order(u64, usize, Vec<(usize, u32)>),
    Start(Vec<u64>),
    Take(Option<u32>),
    Short(u32),
    Later,
    Scan(usize),
    Undo,
    Finish,
    Repeat,
}

fn deed() -> impl Strategy<Value = Deed> {
    let lots = prop::collection::vec((0..4usize, 0..9u64, prop::option::of(1..5u64)), 1..4);
    let lines = prop::collection::vec((0..4usize, 1..7u32), 1..4);
    prop_oneof![
        2 => lots.prop_map(Deed::Lots),
        4 => (1..5u64, 0..STATES.len(), lines).prop_map(|(n, s, l)| Deed::Order(n, s, l)),
        3 => prop::collection::vec(1..5u64, 1..3).prop_map(Deed::Start),
        6 => prop::option::of(1..4u32).prop_map(Deed::Take),
        2 => (0..3u32).prop_map(Deed::Short),
        2 => Just(Deed::Later),
        2 => (0..4usize).prop_map(Deed::Scan),
        4 => Just(Deed::Undo),
        1 => Just(Deed::Finish),
        2 => Just(Deed::Repeat),
    ]
}

/// A step of a walk, for doing it again.
type Step = Box<dyn Fn(&Fixture) -> Option<String>>;

struct Run {
    shop: Fixture,
    walk: Option<SessionId>,
    last: Option<(Step, String)>,
    day: u32,
}

impl Run {
    fn current(&self) -> Option<(SessionId, u16)> {
        let id = self.walk?;
        let view = self.shop.app.pick_view(&self.shop.scope, id).ok()?;
        Some((id, view.current?))
    }

    fn step(&mut self, step: Step) {
        if let Some(said) = step(&self.shop) {
            self.last = Some((step, said));
        }
    }

    fn order(&self, number: u64) -> Option<OrderId> {
        let ids = self.shop.orders();
        let rows = self.shop.app.order_rows(&self.shop.scope, &ids).ok()?;
        let row = rows.iter().find(|row| row.number == number.to_string())?;
        Some(row.id)
    }

    fn at_line(
        &mut self,
        act: impl Fn(&Fixture, SessionId, u16, OperationId) -> Option<String> + 'static,
    ) {
        if let Some((walk, line)) = self.current() {
            let op = self.shop.op();
            self.step(Box::new(move |shop| act(shop, walk, line, op)));
        }
    }

    fn run(&mut self, deed: &Deed) {
        match deed.clone() {
            Deed::Lots(rows) => {
                let lots: Vec<FileLot> = rows
                    .into_iter()
                    .map(|(at, quantity, number)| FileLot {
                        no: NUMBERS[at].into(),
                        quantity,
                        place: format!("A-{at}"),
                        number,
                    })
                    .collect();
                self.shop.import_lots(&lots);
            }
            Deed::Order(number, state, lines) => {
                self.day = (self.day + 1).min(28);
                let lines: Vec<_> = lines
                    .into_iter()
                    .map(|(at, quantity)| (NUMBERS[at].into(), quantity, None))
                    .collect();
                let text = order_xml(number, STATES[state], self.day, &lines);
                self.shop.import_orders(std::slice::from_ref(&text));
                let stocks = self.shop.stocks();
                let again = self.shop.import_orders(&[text]);
                assert_eq!((again.added, again.changed), (0, 0));
                assert_eq!(self.shop.stocks(), stocks);
            }
            Deed::Start(numbers) => {
                let orders: Vec<OrderId> = numbers.iter().filter_map(|n| self.order(*n)).collect();
                let op = self.shop.op();
                let started = self.shop.app.pick_start(&self.shop.scope, orders, op);
                if let Ok((view, _)) = started {
                    self.walk = Some(view.id);
                }
            }
            Deed::Take(pieces) => self.at_line(move |shop, walk, line, op| {
                let done = shop.app.pick_take(&shop.scope, walk, line, pieces, op);
                done.ok().map(|said| format!("{said:?}"))
            }),
            Deed::Short(found) => self.at_line(move |shop, walk, line, op| {
                let done = shop.app.pick_short(&shop.scope, walk, line, found, op);
                done.ok().map(|said| format!("{said:?}"))
            }),
            Deed::Later => self.at_line(|shop, walk, line, op| {
                let done = shop.app.pick_later(&shop.scope, walk, line, op);
                done.ok().map(|said| format!("{said:?}"))
            }),
            Deed::Scan(at) => self.at_line(move |shop, walk, line, op| {
                let code = format!("A-{at}");
                let done = shop.app.pick_scan(&shop.scope, walk, line, &code, op);
                done.ok().map(|said| format!("{said:?}"))
            }),
            Deed::Undo => {
                if let Some(walk) = self.walk {
                    let op = self.shop.op();
                    self.step(Box::new(move |shop| {
                        let done = shop.app.pick_undo(&shop.scope, walk, op);
                        done.ok().map(|said| format!("{said:?}"))
                    }));
                }
            }
            Deed::Finish => {
                if let Some(walk) = self.walk.take() {
                    let _ = self
                        .shop
                        .app
                        .pick_finish(&self.shop.scope, walk, self.shop.op());
                    self.last = None;
                }
            }
            Deed::Repeat => {
                if let Some((step, said)) = &self.last {
                    let stocks = self.shop.stocks();
                    let again = step(&self.shop);
                    // The walk may show more by now; what the step did is told the same.
                    let outcome = |text: &str| text.rsplit("}, ").next().map(str::to_owned);
                    assert_eq!(again.as_deref().and_then(outcome), outcome(said));
                    assert_eq!(self.shop.stocks(), stocks);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn nothing_ever_goes_wrong(deeds in prop::collection::vec(deed(), 1..40)) {
        let mut run = Run {
            shop: fixture(),
            walk: None,
            last: None,
            day: 0,
        };
        for deed in &deeds {
            run.run(deed);
            run.shop.clock.advance(1_000_000);
            let report = run.shop.app.check().expect("a check");
            prop_assert_eq!(report.problems, vec![], "after {:?}", deed);
        }
        // Everything that was done in the last walk is taken back.
        if let Some(walk) = run.walk {
            while run.shop.app.pick_undo(&run.shop.scope, walk, run.shop.op()).is_ok() {}
            run.shop.sound();
        }
    }
}
