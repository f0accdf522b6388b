//! One call to BrickLink from its wish to its answer: leave of the gate, a signature, the line, what the
//! answer means, and trying again where that is harmless.

use std::sync::Arc;
use std::time::Duration;

use data_encoding::HEXLOWER;

use crate::clock::Clock;
use crate::domain::market::{Class, Done, Failure, Purpose, Service};
use crate::entropy::Entropy;
use crate::market::attempt::Attempt;
use crate::market::redact::{Redactor, encode};
use crate::market::retry::{Backoff, Sleeper, patiently};
use crate::market::{Answer, Body, Call, Gate, Limits, Method, Transport};

use super::envelope::{Asked, clock_of};
use super::oauth::{Keys, Stamps, authorization};

/// What is not known about the service for sure, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manner {
    /// Where the service is, without a slash at its end.
    pub base: String,
    /// Which lots are asked for, as letters with commas; empty: no filter, which brings the most. Whether
    /// that includes unavailable and reserved ones (`N`, `R`) is not known.
    pub statuses: String,
    /// How patient it is.
    pub backoff: Backoff,
    /// Limits of calls with small answers.
    pub small: Limits,
    /// Limits of calls whose answers hold a whole shop.
    pub large: Limits,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            base: "https://api.bricklink.com/api/store/v1".into(),
            statuses: String::new(),
            backoff: Backoff::default(),
            small: Limits::default(),
            large: Limits {
                first_byte: Duration::from_mins(3),
                whole: Duration::from_mins(10),
                bytes: 200 * 1024 * 1024,
                ..Limits::default()
            },
        }
    }
}

/// What a client is put together from.
#[derive(Debug, Clone)]
pub struct Parts {
    /// Carries calls.
    pub transport: Arc<dyn Transport>,
    /// Says whether a call may be made.
    pub gate: Arc<dyn Gate>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Nonces and chance.
    pub entropy: Arc<dyn Entropy>,
    /// Waits.
    pub sleeper: Arc<dyn Sleeper>,
    /// The times of signatures; all clients of one set of keys share them.
    pub stamps: Arc<Stamps>,
}

/// The client of one set of keys. It keeps nothing between calls.
#[derive(Debug)]
pub struct BrickLink {
    pub(super) parts: Parts,
    pub(super) manner: Manner,
    keys: Keys,
    redactor: Redactor,
}

/// What a verb wants.
pub(super) struct Wish {
    pub method: Method,
    /// Behind the base, encoded, without a query.
    pub path: String,
    /// Not encoded.
    pub query: Vec<(&'static str, String)>,
    pub body: Option<serde_json::Value>,
    pub endpoint: &'static str,
    pub purpose: Purpose,
    /// Whether making it twice does no harm.
    pub repeatable: bool,
    pub large: bool,
}

impl Wish {
    pub fn get(endpoint: &'static str, path: impl Into<String>, purpose: Purpose) -> Self {
        Self {
            method: Method::Get,
            path: path.into(),
            query: Vec::new(),
            body: None,
            endpoint,
            purpose,
            repeatable: true,
            large: false,
        }
    }

    pub fn write(
        method: Method,
        endpoint: &'static str,
        path: impl Into<String>,
        purpose: Purpose,
    ) -> Self {
        Self {
            method,
            repeatable: false,
            ..Self::get(endpoint, path, purpose)
        }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    pub fn body(mut self, body: serde_json::Value) -> Self {
        self.body = Some(body);
        self
    }

    pub fn repeatable(mut self, repeatable: bool) -> Self {
        self.repeatable = repeatable;
        self
    }

    pub fn large(mut self) -> Self {
        self.large = true;
        self
    }
}

/// The result of every verb. A failure is large, and made only when a call is not.
pub(super) type Told<T> = Result<T, Box<Failure>>;

impl BrickLink {
    /// A client of these keys.
    pub fn new(parts: Parts, manner: Manner, keys: Keys) -> Self {
        let redactor = keys.redactor();
        Self {
            parts,
            manner,
            keys,
            redactor,
        }
    }

    /// Makes a call and reads its answer, as often as makes sense.
    pub(super) fn ask<T>(
        &self,
        wish: &Wish,
        read: impl Fn(&Asked<'_>, &Answer) -> Told<T>,
    ) -> Told<T> {
        let asked = Asked {
            method: wish.method,
            endpoint: wish.endpoint,
            attempt: 1,
            redactor: &self.redactor,
        };
        if !self.keys.is_whole() {
            return Err(asked.failure(
                Class::NoKeys,
                Done::No,
                "There are no keys for BrickLink; enter the four values under Marketplaces.",
            ));
        }
        let id = self.random(8).unwrap_or_default();
        let span =
            tracing::debug_span!("call", id, service = "BrickLink", endpoint = wish.endpoint);
        let _within = span.enter();
        let mut resynced = false;
        let parts = &self.parts;
        patiently(
            &self.manner.backoff,
            wish.repeatable,
            &*parts.entropy,
            &*parts.sleeper,
            |attempt| {
                let (mut result, theirs) = self.once(wish, &asked, attempt, &read);
                if let (Some(theirs), false) = (theirs, resynced) {
                    resynced = true;
                    parts.stamps.resync(theirs, parts.clock.now());
                    tracing::debug!(offset = parts.stamps.offset(), "took over their time");
                    (result, _) = self.once(wish, &asked, attempt, &read);
                }
                result
            },
        )
    }

    /// One attempt, and what time it is for the service if it refused ours.
    fn once<T>(
        &self,
        wish: &Wish,
        asked: &Asked<'_>,
        nth: u32,
        read: &impl Fn(&Asked<'_>, &Answer) -> Told<T>,
    ) -> (Told<T>, Option<crate::domain::Timestamp>) {
        let attempt = Attempt {
            transport: &*self.parts.transport,
            gate: &*self.parts.gate,
            redactor: &self.redactor,
            service: Service::BrickLink,
            endpoint: wish.endpoint,
            purpose: wish.purpose,
            writes: wish.method != Method::Get,
            nth,
        };
        let asked = &Asked {
            attempt: nth,
            ..*asked
        };
        let mut theirs = None;
        let result = attempt.make(
            || self.call(wish, asked),
            |answer| {
                let result = read(asked, answer);
                let failure = result.as_ref().err();
                theirs = failure.and_then(|failure| clock_of(answer, failure));
                result
            },
        );
        (result, theirs)
    }

    fn call(&self, wish: &Wish, asked: &Asked<'_>) -> Told<Call> {
        let mut url = format!("{}{}", self.manner.base, wish.path);
        for (at, (name, value)) in wish.query.iter().enumerate() {
            url.push(if at == 0 { '?' } else { '&' });
            url.push_str(name);
            url.push('=');
            url.push_str(&encode(value));
        }
        let nonce = self.random(16).ok_or_else(|| {
            asked.failure(
                Class::Broken,
                Done::No,
                "This machine gives no random numbers, so no call can be signed; start it again.",
            )
        })?;
        let stamp = self.parts.stamps.next(self.parts.clock.now());
        let header = authorization(&self.keys, wish.method, &url, &nonce, stamp).ok_or_else(|| {
            asked.failure(
                Class::Unreachable,
                Done::No,
                "The address of BrickLink in the configuration is none; correct it and start again.",
            )
        })?;
        Ok(Call {
            service: Service::BrickLink,
            method: wish.method,
            url,
            headers: vec![
                ("accept".into(), "application/json".into()),
                ("authorization".into(), header),
            ],
            body: wish
                .body
                .as_ref()
                .map_or(Body::Empty, |body| Body::Json(body.to_string())),
            endpoint: wish.endpoint,
            limits: if wish.large {
                self.manner.large
            } else {
                self.manner.small
            },
        })
    }

    fn random(&self, bytes: usize) -> Option<String> {
        let mut random = vec![0; bytes];
        self.parts.entropy.fill(&mut random).ok()?;
        Some(HEXLOWER.encode(&random))
    }

    /// Asks for one thing.
    pub(super) fn one<T: serde::de::DeserializeOwned>(&self, wish: &Wish) -> Told<T> {
        self.ask(wish, |asked, answer| {
            asked.data(answer)?.ok_or_else(|| {
                asked.odd(
                    answer,
                    "BrickLink answered without data; it is tried again later.",
                )
            })
        })
    }

    /// Asks for something of which no answer is expected.
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method alone is not general enough in its lifetimes"
    )]
    pub(super) fn tell(&self, wish: &Wish) -> Told<()> {
        self.ask(wish, |asked, answer| asked.done(answer))
    }
}
