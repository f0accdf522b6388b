//! One attempt of a call, whatever the service: through the gate, over the wire, given a meaning, and told
//! to the gate again.

use super::redact::Redactor;
use super::{Answer, Broke, Call, Gate, Open, Outcome, Told, Transport};
use crate::domain::market::{Class, Done, Failure, Purpose, Service};
use crate::domain::text;

/// What a verb ends with. The failure is large, but only made when a call is not.
pub type Outside<T> = Result<T, Box<Failure>>;

/// The call that carries many changes at once, and that its service counts apart.
pub const MANY_CHANGES: &str = "POST bulk/batch";

/// An attempt: whom it asks what, in whose name, and who must know of it.
#[derive(Debug)]
pub struct Attempt<'a> {
    /// Carries it.
    pub transport: &'a dyn Transport,
    /// Says whether it may be made, and is told what became of it.
    pub gate: &'a dyn Gate,
    /// Removes keys from whatever is kept of it.
    pub redactor: &'a Redactor,
    /// Whom it asks.
    pub service: Service,
    /// Its name, as in [`Call::endpoint`].
    pub endpoint: &'static str,
    /// What it is for.
    pub purpose: Purpose,
    /// Whether it changes something there, so that a lost answer leaves open what happened.
    pub writes: bool,
    /// The how many-th it is, from 1.
    pub nth: u32,
}

impl Attempt<'_> {
    /// Makes it. `call` puts it together only once it may be made: the gate may keep it waiting, and
    /// signatures grow old. `read` gives the answer its meaning.
    ///
    /// # Errors
    /// What the gate, the wire, `call` or `read` say; each names the call.
    pub fn make<T>(
        &self,
        call: impl FnOnce() -> Outside<Call>,
        read: impl FnOnce(&Answer) -> Outside<T>,
    ) -> Outside<T> {
        let entered = if self.endpoint == MANY_CHANGES {
            self.gate.enter_batch(self.service, self.purpose)
        } else {
            self.gate.enter(self.service, self.purpose)
        };
        let turn = match entered {
            Ok(turn) => turn,
            Err(failure) => {
                let failure = named(failure, self.endpoint, self.redactor);
                self.tell(None, 0, Some(&failure));
                return Err(failure);
            }
        };
        let mut call = match call() {
            Ok(call) => call,
            Err(failure) => {
                self.gate.leave(turn, Outcome::NotMade);
                return Err(named(failure, self.endpoint, self.redactor));
            }
        };
        let sent = self.transport.send(&call);
        call.forget();
        let (status, bytes, outcome, answered) = match sent {
            Ok(answer) => {
                let read = read(&answer).map_err(|mut failure| {
                    if failure.raw.is_empty() {
                        failure.raw = self.redactor.raw(&answer.body);
                    }
                    named(failure, self.endpoint, self.redactor)
                });
                // Only what the service itself said counts, not what is believed without it.
                let outcome = read.as_ref().map_or_else(
                    |failure| {
                        let said = failure.retry_after;
                        let said = said.filter(|_| answer.header("retry-after").is_some());
                        outcome(failure.class, said)
                    },
                    |_| Outcome::Answered,
                );
                (answer.status, answer.body.len(), outcome, read)
            }
            Err(broke) => {
                let failure = Box::new(broken(self.service, broke, self.writes));
                let failure = named(failure, self.endpoint, self.redactor);
                (0, 0, outcome(failure.class, None), Err(failure))
            }
        };
        let failure = answered.as_ref().err();
        tracing::debug!(
            status,
            attempt = self.nth,
            bytes,
            class = failure.map_or("ok", |failure| failure.class.word()),
            "called"
        );
        self.tell(Some(turn), status, failure.map(|failure| &**failure));
        self.gate.leave(turn, outcome);
        answered
    }

    fn tell(&self, turn: Option<Open>, status: u16, failure: Option<&Failure>) {
        self.gate.told(&Told {
            turn,
            service: self.service,
            endpoint: self.endpoint,
            nth: self.nth,
            status,
            failure,
        });
    }
}

/// A failure with the name of its call and without any key.
pub fn named(mut failure: Box<Failure>, endpoint: &str, redactor: &Redactor) -> Box<Failure> {
    failure.text = redactor.text(&failure.text);
    endpoint.clone_into(&mut failure.endpoint);
    failure
}

const fn outcome(class: Class, said: Option<u32>) -> Outcome {
    if let (Class::Throttled, Some(seconds)) = (class, said) {
        return Outcome::Throttled(seconds);
    }
    match class {
        Class::Offline | Class::NoKeys | Class::Budget | Class::Held => Outcome::NotMade,
        Class::Keys | Class::Forbidden | Class::NotFound | Class::Refused => Outcome::Answered,
        failed => Outcome::Failed(failed),
    }
}

/// What it means that nothing came back.
fn broken(service: Service, broke: Broke, writes: bool) -> Failure {
    let name = service.name();
    let open = |failure: Failure| {
        if writes { failure.unknown() } else { failure }
    };
    match broke {
        Broke::Offline => Failure::new(
            service,
            Class::Offline,
            format!("Calls to {name} are switched off; start without --offline to make them."),
        ),
        Broke::Connect(why) => Failure::new(
            service,
            Class::Unreachable,
            format!(
                "{name} cannot be reached ({}); check the network, it is tried again.",
                quoted(&why)
            ),
        ),
        Broke::Tls(why) => Failure::new(
            service,
            Class::Tls,
            format!(
                "The secure line to {name} was refused ({}); check clock, proxy and certificates.",
                quoted(&why)
            ),
        ),
        Broke::Lost(why) => open(Failure::new(
            service,
            Class::Silent,
            format!(
                "{name} did not answer to the end ({}); {}",
                quoted(&why),
                if writes {
                    "whether it did it shows when it is read again."
                } else {
                    "it is tried again."
                }
            ),
        )),
        Broke::TooLarge => open(Failure::new(
            service,
            Class::TooLarge,
            format!("{name} sent more than this answer can ever hold; it was not read."),
        )),
    }
}

/// The failures that any service tells by HTTP's number alone; `None`: the body decides.
pub fn by_status(service: Service, answer: &Answer, writes: bool) -> Option<Failure> {
    let name = service.name();
    let mut failure = match answer.status {
        429 => {
            let mut failure = Failure::new(
                service,
                Class::Throttled,
                format!("{name} wants fewer calls; it is tried again later."),
            );
            failure.retry_after = Some(patience(answer));
            failure
        }
        status @ 500.. => {
            let mut failure = Failure::new(
                service,
                Class::Broken,
                format!("{name} has a failure of its own (HTTP {status}); it is tried again."),
            );
            failure.retry_after = answer.header("retry-after").map(|_| patience(answer));
            failure
        }
        status @ (..200 | 300..400) => Failure::new(
            service,
            Class::Garbled,
            format!(
                "{name} answered with HTTP {status}, which means nothing here; check its address."
            ),
        ),
        _ => return None,
    };
    if writes && answer.status != 429 {
        failure.done = Done::Unknown;
    }
    Some(failure)
}

/// Seconds to wait: as the service says, else one minute. An absurd wish counts as an hour.
fn patience(answer: &Answer) -> u32 {
    answer
        .header("retry-after")
        .and_then(|text| text.trim().parse::<u32>().ok())
        .map_or(60, |seconds| seconds.clamp(1, 3_600))
}

/// An answer that makes no sense.
pub fn garbled(service: Service, why: &str, writes: bool) -> Box<Failure> {
    let name = service.name();
    let failure = Failure::new(
        service,
        Class::Garbled,
        format!("{name} answered with something that cannot be read ({why}); it is tried again."),
    );
    Box::new(if writes { failure.unknown() } else { failure })
}

/// A refusal that needs no call: what is asked cannot be said to the service.
pub fn unsayable(service: Service, text: impl Into<String>) -> Box<Failure> {
    Box::new(Failure::new(service, Class::Refused, text))
}

/// Somebody else's words inside a sentence of ours: one line, safe to show, short.
pub fn quoted(words: &str) -> String {
    let clean = text::clean(words);
    let mut short: String = clean.chars().take(160).collect();
    if short.len() < clean.len() {
        short.push('…');
    }
    short.trim_end_matches('.').to_owned()
}
