//! The client of BrickLink against a line that plays the service by script: what it sends, what it makes
//! of every answer, and what it never repeats.

mod answers;
mod attributes;
mod faults;
mod log;
mod mapping;
mod samples;
mod verbs;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use brickops::clock::ManualClock;
use brickops::domain::Timestamp;
use brickops::domain::market::{Failure, Purpose, Service};
use brickops::entropy::CountingEntropy;
use brickops::market::bricklink::{BrickLink, Keys, Manner, Parts, Stamps};
use brickops::market::retry::Sleeper;
use brickops::market::{Answer, Broke, Call, Gate, Open, Outcome, Transport};

/// What the service is told to say.
pub(crate) type Reply = Result<Answer, Broke>;

/// Answers in the order that was set.
#[derive(Debug, Default)]
pub(crate) struct Script {
    replies: Mutex<VecDeque<Reply>>,
    calls: Mutex<Vec<Call>>,
}

impl Transport for Script {
    fn send(&self, call: &Call) -> Reply {
        self.calls.lock().expect("calls").push(call.clone());
        let reply = self.replies.lock().expect("replies").pop_front();
        reply.expect("a call that nobody expected")
    }
}

/// Notes what the client tells its gate.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    seen: Mutex<Vec<(Purpose, Option<Outcome>)>>,
}

impl Gate for Watched {
    fn enter(&self, service: Service, purpose: Purpose) -> Result<Open, Box<Failure>> {
        assert_eq!(service, Service::BrickLink);
        let mut seen = self.seen.lock().expect("seen");
        seen.push((purpose, None));
        Ok(Open {
            turn: seen.len() as u64 - 1,
        })
    }

    fn leave(&self, open: Open, outcome: Outcome) {
        let mut seen = self.seen.lock().expect("seen");
        let entry = &mut seen[usize::try_from(open.turn).expect("a turn")];
        assert_eq!(entry.1, None, "a turn is given back once");
        entry.1 = Some(outcome);
    }
}

/// Lets no time pass.
#[derive(Debug, Default)]
pub(crate) struct Pauses(Mutex<Vec<Duration>>);

impl Sleeper for Pauses {
    fn sleep(&self, span: Duration) {
        self.0.lock().expect("pauses").push(span);
    }
}

/// A client and everything around it.
pub(crate) struct Rig {
    /// What is tested.
    pub(crate) client: BrickLink,
    line: Arc<Script>,
    gate: Arc<Watched>,
    pauses: Arc<Pauses>,
}

/// What is never to be seen.
pub(crate) const KEYS: [&str; 4] = [
    "CONSUMERKEYAAAAAAAAAAAAAAAAAAAAA",
    "CONSUMERSECRETBBBBBBBBBBBBBBBBBB",
    "TOKENVALUECCCCCCCCCCCCCCCCCCCCCC",
    "TOKENSECRETDDDDDDDDDDDDDDDDDDDDD",
];

impl Rig {
    /// A client whose service says this, call by call.
    pub(crate) fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let line = Arc::new(Script {
            replies: Mutex::new(replies.into_iter().collect()),
            calls: Mutex::default(),
        });
        let gate = Arc::new(Watched::default());
        let pauses = Arc::new(Pauses::default());
        let parts = Parts {
            transport: line.clone(),
            gate: gate.clone(),
            clock: ManualClock::at(Timestamp::from_seconds(1_700_000_000)),
            entropy: Arc::new(CountingEntropy::default()),
            sleeper: pauses.clone(),
            stamps: Arc::new(Stamps::default()),
        };
        let [consumer_key, consumer_secret, token, token_secret] = KEYS;
        let keys = Keys::new(consumer_key, consumer_secret, token, token_secret);
        Self {
            client: BrickLink::new(parts, Manner::default(), keys),
            line,
            gate,
            pauses,
        }
    }

    /// The calls so far: method, address behind the base, body.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = self.line.calls.lock().expect("calls");
        calls
            .iter()
            .map(|call| {
                let path = call
                    .url
                    .strip_prefix("https://api.bricklink.com/api/store/v1")
                    .expect("the base");
                match &call.body {
                    brickops::market::Body::Json(body) => {
                        format!("{} {path} {body}", call.method.word())
                    }
                    _ => format!("{} {path}", call.method.word()),
                }
            })
            .collect()
    }

    /// The names of the calls so far.
    pub(crate) fn endpoints(&self) -> Vec<&'static str> {
        let calls = self.line.calls.lock().expect("calls");
        calls.iter().map(|call| call.endpoint).collect()
    }

    /// What each call was signed with.
    pub(crate) fn signatures(&self) -> Vec<String> {
        let calls = self.line.calls.lock().expect("calls");
        let header = |call: &Call| {
            let found = call
                .headers
                .iter()
                .find(|(name, _)| name == "authorization");
            found.expect("a signature").1.clone()
        };
        calls.iter().map(header).collect()
    }

    /// What the gate was told, turn by turn.
    pub(crate) fn outcomes(&self) -> Vec<Outcome> {
        let seen = self.gate.seen.lock().expect("seen");
        let given = |(_, outcome): &(Purpose, Option<Outcome>)| outcome.expect("given back");
        seen.iter().map(given).collect()
    }

    /// How often it waited.
    pub(crate) fn pauses(&self) -> usize {
        self.pauses.0.lock().expect("pauses").len()
    }

    /// Whether every reply was asked for.
    pub(crate) fn is_done(&self) -> bool {
        self.line.replies.lock().expect("replies").is_empty()
    }
}

/// An answer of any kind.
#[expect(clippy::unnecessary_wraps, reason = "scripts answer with results")]
pub(crate) fn page(status: u16, body: impl Into<Vec<u8>>) -> Reply {
    Ok(Answer {
        status,
        headers: vec![("date".into(), "Tue, 14 Nov 2023 23:13:20 GMT".into())],
        body: body.into(),
    })
}

/// A success with this data.
pub(crate) fn good(data: &str) -> Reply {
    let meta = r#"{"description":"OK","message":"OK","code":200}"#;
    page(200, format!(r#"{{"meta":{meta},"data":{data}}}"#))
}

/// An envelope without data.
pub(crate) fn meta(code: u16, message: &str, description: &str) -> Reply {
    page(
        200,
        format!(
            r#"{{"meta":{{"description":"{description}","message":"{message}","code":{code}}}}}"#
        ),
    )
}
