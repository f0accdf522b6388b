//! BrickLink, BrickOwl and Brickognize played on this machine, with their quirks and faults: for the
//! practice shop, for training, and for every test of the clients.
//!
//! [`Sandbox::answer`] is the whole of it: a request goes in, what happens to it comes out, and no socket
//! is needed. [`listen`] puts it on a port. The services' shapes are written a second time here, apart
//! from the clients' own, so that a mistake in one cannot hide in the other.

mod bricklink;
mod brickognize;
mod brickowl;
mod buyers;
mod clock;
mod control;
mod faults;
mod json;
pub mod listen;
mod picture;
mod spoil;
mod text;
mod wire;
mod world;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::Clock;
use crate::error::Result;

pub use clock::SandboxClock;
pub use faults::{Fault, HELP as FAULT_HELP};
pub use wire::{Answer, Reaction, WireRequest};
pub use world::{Goods, Group, Hue, StockRow, Thing};

use buyers::Buyers;
use faults::{Faults, Mode, Service};
use wire::Reply;

/// The consumer key of the practice store.
pub const CONSUMER_KEY: &str = "MOCKCONSUMERKEY0000000000000000A";
/// Its secret.
pub const CONSUMER_SECRET: &str = "MOCKCONSUMERSECRET";
/// The token of the practice store.
pub const TOKEN: &str = "MOCKTOKEN00000000000000000000000";
/// Its secret.
pub const TOKEN_SECRET: &str = "MOCKTOKENSECRET";
/// The key of the practice store at BrickOwl.
pub const OWL_KEY: &str = "MOCKOWLKEY0000000000000000000000";

/// Where BrickLink's paths begin.
const LINK_BASE: &str = "/api/store/v1";
/// Where BrickOwl's paths begin.
const OWL_BASE: &str = "/v1";
/// Where pictures lie.
const PICTURES: &str = "/img";
/// Where the world is changed from outside.
const CONTROL: &str = "/__mock";

/// What a sandbox begins with.
#[derive(Debug, Default)]
pub struct Setup {
    /// The same seed gives the same world.
    pub seed: u64,
    /// How many times as fast as the clock the world goes; 0 counts as 1.
    pub speed: u32,
    /// How often somebody buys, at each marketplace.
    pub orders_per_hour: u32,
    /// The catalogue.
    pub goods: Goods,
    /// The lots of the store.
    pub stock: Vec<StockRow>,
}

/// The three services and their world.
#[derive(Debug)]
pub struct Sandbox {
    clock: SandboxClock,
    goods: Goods,
    seed: u64,
    state: Mutex<State>,
}

/// Everything that changes. A copy is cheap: lots and orders are shared until one of them changes.
#[derive(Debug, Clone)]
struct State {
    link: bricklink::Side,
    owl: brickowl::Side,
    eye: brickognize::Side,
    link_buyers: Buyers,
    owl_buyers: Buyers,
    faults: Faults,
    calls: BTreeMap<String, u64>,
}

impl Sandbox {
    /// A world that begins now.
    pub fn new(clock: Arc<dyn Clock>, setup: Setup) -> Self {
        let clock = SandboxClock::new(clock, setup.speed);
        let (seed, now) = (setup.seed, clock.now());
        let (link, numbers) = bricklink::Side::new(&setup.stock, seed, now);
        let state = State {
            owl: brickowl::Side::new(&setup.stock, &numbers, &setup.goods, now),
            link,
            eye: brickognize::Side::default(),
            link_buyers: Buyers::new(setup.orders_per_hour, seed ^ 1, now),
            owl_buyers: Buyers::new(setup.orders_per_hour, seed ^ 2, now),
            faults: Faults::default(),
            calls: BTreeMap::new(),
        };
        Self {
            clock,
            goods: setup.goods,
            seed,
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time of this world.
    pub fn clock(&self) -> &SandboxClock {
        &self.clock
    }

    /// Something more goes wrong; written as [`FAULT_HELP`] tells.
    ///
    /// # Errors
    /// `Invalid` with what is wrong with the text.
    pub fn fault(&self, text: &str) -> Result<()> {
        let fault = Fault::parse(text)?;
        self.state().faults.add(fault);
        Ok(())
    }

    /// From now on nothing more goes wrong.
    pub fn heal(&self) {
        self.state().faults.clear();
    }

    /// Turns a switch such as `bricklink.closed`; whether there is such a switch and position.
    pub fn switch(&self, name: &str, value: &serde_json::Value) -> bool {
        let mut state = self.state();
        match name.split_once('.') {
            Some(("bricklink", name)) => state.link.switches.set(name, value).is_some(),
            Some(("brickowl", name)) => state.owl.switches.set(name, value).is_some(),
            Some(("brickognize", name)) => state.eye.switches.set(name, value).is_some(),
            _ => false,
        }
    }

    /// Events that services send to the shop: address and body of each.
    pub fn take_pushes(&self) -> Vec<(String, String)> {
        let mut state = self.state();
        let mut pushes = state.link.take_pushes();
        pushes.extend(state.owl.take_pushes());
        pushes
    }

    /// What happens to a request.
    pub fn answer(&self, request: &WireRequest) -> Reaction {
        let now = self.clock.now();
        let mut state = self.state();
        state.let_time_pass(&self.goods, now);
        let path = request.path.as_str();
        if let Some(rest) = below(path, CONTROL) {
            let reply = control::answer(&mut state, &self.clock, &self.goods, request, rest);
            return Reaction::Answer(reply.into_answer());
        }
        let Some((service, rest)) = route(path) else {
            return Reaction::Answer(Reply::page(404).into_answer());
        };
        let modes = state.faults.take(service, &request.method, rest);
        state.count(service, &request.method, rest);
        if let Some(reaction) = spoil::before(&state, service, &modes) {
            return reaction;
        }
        let arms = service != Service::Brickognize && service != Service::Pictures;
        if arms {
            state.link.arm(if service == Service::BrickLink {
                &modes
            } else {
                &[]
            });
            state.owl.arm(if service == Service::BrickOwl {
                &modes
            } else {
                &[]
            });
        }
        let done = modes.iter().all(|mode| mode.done());
        let kept = (!done).then(|| state.clone());
        let times = (self.seed, self.clock.door(), now);
        let reply = state.serve(request, (service, rest), &self.goods, times, &modes);
        if let Some(kept) = kept {
            *state = kept;
        }
        spoil::after(reply, service, &modes)
    }
}

impl State {
    /// Those who came to buy in the meantime have bought.
    fn let_time_pass(&mut self, goods: &Goods, now: i64) {
        for at in self.link_buyers.due(now) {
            let offered = self.link.offered();
            let dice = &mut self.link_buyers.dice;
            let basket = Buyers::basket(dice, &offered);
            self.link.place(&basket, dice, goods, at);
        }
        for at in self.owl_buyers.due(now) {
            let offered = self.owl.offered();
            let dice = &mut self.owl_buyers.dice;
            let basket = Buyers::basket(dice, &offered);
            self.owl.place(&basket, dice, goods, at);
        }
    }

    /// Counts a call under its shape: numbers are left out.
    fn count(&mut self, service: Service, method: &str, path: &str) {
        let shape: Vec<&str> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| {
                let number = segment.bytes().any(|b| b.is_ascii_digit());
                if number { "*" } else { segment }
            })
            .collect();
        let method = if method.len() <= 7 { method } else { "?" };
        let name = format!("{}:{method} {}", service.name(), shape.join("/"));
        // Strangers may send anything; what they send must not pile up.
        if self.calls.len() < 1_000 || self.calls.contains_key(&name) {
            *self.calls.entry(name).or_default() += 1;
        }
    }

    fn serve(
        &mut self,
        request: &WireRequest,
        (service, path): (Service, &str),
        goods: &Goods,
        (seed, door, now): (u64, i64, i64),
        modes: &[Mode],
    ) -> Reply {
        match service {
            Service::BrickLink => {
                let flaky = modes.contains(&Mode::OauthFlaky);
                self.link
                    .answer(request, path, goods, (seed, door, now), flaky)
            }
            Service::BrickOwl => self.owl.answer(request, path, goods, (seed, now)),
            Service::Brickognize => self.eye.answer(request, goods),
            Service::Pictures => picture::answer(path, goods),
        }
    }
}

/// What follows a base, beginning with a slash.
fn below<'a>(path: &'a str, base: &str) -> Option<&'a str> {
    path.strip_prefix(base)
        .filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Who is asked, and the path behind the base.
fn route(path: &str) -> Option<(Service, &str)> {
    if let Some(rest) = below(path, LINK_BASE) {
        Some((Service::BrickLink, rest))
    } else if let Some(rest) = below(path, OWL_BASE) {
        Some((Service::BrickOwl, rest))
    } else if let Some(rest) = below(path, PICTURES) {
        Some((Service::Pictures, rest))
    } else {
        ["/predict", "/feedback", "/health"]
            .iter()
            .any(|base| below(path, base).is_some())
            .then_some((Service::Brickognize, path))
    }
}
