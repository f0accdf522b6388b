//! One attempt of a call: through the gate, over the wire, and told to the gate again.

use super::{Answer, Broke, Call, Gate, Outcome, Transport};
use crate::domain::market::{Class, Done, Failure, Purpose, Service};
use crate::domain::text;

/// What a verb ends with. The failure is large, but only made when a call is not.
pub type Outside<T> = Result<T, Box<Failure>>;

/// The call that carries many changes at once, and that its service counts apart.
pub const MANY_CHANGES: &str = "POST bulk/batch";

/// How much of an answer is kept with a failure, in bytes.
pub const RAW: usize = 2_048;

/// Makes one attempt. `read` gives the answer its meaning; `writes` says whether the call changes
/// something there, so that a lost answer leaves open what happened. `hide` is a text that never
/// leaves in a failure: the key.
///
/// # Errors
/// What the gate, the wire or `read` say; each names the call.
pub fn attempt<T>(
    transport: &dyn Transport,
    gate: &dyn Gate,
    purpose: Purpose,
    call: &Call,
    hide: &str,
    writes: bool,
    read: impl FnOnce(&Answer) -> Outside<T>,
) -> Outside<T> {
    let entered = if call.endpoint == MANY_CHANGES {
        gate.enter_batch(call.service, purpose)
    } else {
        gate.enter(call.service, purpose)
    };
    let turn = entered.map_err(|mut failure| {
        call.endpoint.clone_into(&mut failure.endpoint);
        failure
    })?;
    let (outcome, answered) = match transport.send(call) {
        Ok(answer) => match read(&answer) {
            Ok(value) => (Outcome::Answered, Ok(value)),
            Err(mut failure) => {
                failure.raw = raw(&answer.body, hide);
                failure.text = hidden(&failure.text, hide);
                // Only what the service itself said counts, not what is believed without it.
                let said = failure
                    .retry_after
                    .filter(|_| answer.header("retry-after").is_some());
                (outcome(failure.class, said), Err(failure))
            }
        },
        Err(broke) => {
            let failure = broken(call.service, broke, hide, writes);
            (outcome(failure.class, None), Err(Box::new(failure)))
        }
    };
    gate.leave(turn, outcome);
    answered.map_err(|mut failure| {
        call.endpoint.clone_into(&mut failure.endpoint);
        failure
    })
}

/// A failure that a part of an answer tells, named and without the key.
pub fn named(mut failure: Box<Failure>, endpoint: &str, hide: &str) -> Box<Failure> {
    failure.text = hidden(&failure.text, hide);
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
fn broken(service: Service, broke: Broke, hide: &str, writes: bool) -> Failure {
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
                quoted(&hidden(&why, hide))
            ),
        ),
        Broke::Tls(why) => Failure::new(
            service,
            Class::Tls,
            format!(
                "The secure line to {name} was refused ({}); check clock, proxy and certificates.",
                quoted(&hidden(&why, hide))
            ),
        ),
        Broke::Lost(why) => open(Failure::new(
            service,
            Class::Silent,
            format!(
                "{name} did not answer to the end ({}); {}",
                quoted(&hidden(&why, hide)),
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

/// The beginning of an answer without the key.
fn raw(body: &[u8], hide: &str) -> String {
    // A key that the cut would halve is found whole in the longer piece.
    let longer = body.get(..RAW + 3 * hide.len()).unwrap_or(body);
    let mut text = hidden(&String::from_utf8_lossy(longer), hide);
    if text.len() > RAW {
        let mut end = RAW;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
    }
    text
}

/// The text with `***` wherever the key stood, plain or as it stands in an address.
pub fn hidden(text: &str, hide: &str) -> String {
    if hide.is_empty() {
        return text.to_owned();
    }
    let encoded: String = form_urlencoded::byte_serialize(hide.as_bytes()).collect();
    text.replace(hide, "***").replace(&encoded, "***")
}
