//! What BrickOwl's answers say about a call: done, refused, or nothing that can be read.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::shapes::{Said, Trouble};
use crate::domain::market::{Class, Failure, Service};
use crate::market::Answer;
use crate::market::attempt::{Outside, by_status, garbled, quoted};
use crate::market::lenient::{Maybe, rows};

const OWL: Service = Service::BrickOwl;

/// A refusal in BrickOwl's words and HTTP's number.
pub fn refused(status: u16, words: &str) -> Failure {
    let lower = words.to_ascii_lowercase();
    let says = |part: &str| lower.contains(part);
    let said = match quoted(words) {
        empty if empty.is_empty() => format!("HTTP {status}"),
        said => said,
    };
    let key =
        says("key") && (says("invalid") || says("missing") || says("wrong") || says("unknown"));
    let class = match status {
        401 => Class::Keys,
        _ if key => Class::Keys,
        403 => Class::Forbidden,
        _ if says("permission") || says("not allowed") || says("access denied") => Class::Forbidden,
        404 | 410 => Class::NotFound,
        _ if says("not found") && !says("store not found") => Class::NotFound,
        _ => Class::Refused,
    };
    let next = match class {
        Class::Keys => "enter the key from BrickOwl's page \"API keys\" again",
        Class::Forbidden => "give this key the right to it on BrickOwl's page \"API keys\"",
        Class::NotFound => "it may have been removed there; read it again",
        _ if says("store not found") => "use the key of an account that has a store",
        _ if says("invalid boid") => "look up BrickOwl's number of the item again",
        _ => "correct it and try again",
    };
    Failure::new(OWL, class, format!("BrickOwl refused it ({said}): {next}."))
}

/// The failure that an answer tells, if any. Only what begins like an object can hold one.
fn trouble(answer: &Answer, writes: bool) -> Option<Box<Failure>> {
    if let Some(failure) = by_status(OWL, answer, writes) {
        return Some(Box::new(failure));
    }
    let ok = answer.status < 300;
    let first = answer.body.iter().find(|byte| !byte.is_ascii_whitespace());
    let said = match first {
        Some(b'{') => serde_json::from_slice::<Said>(&answer.body).ok(),
        _ => None,
    };
    // A read has nothing to say `error` about; taken for an empty answer it would mean "there is none".
    let failed = |said: &Said| !writes && said.status.text().eq_ignore_ascii_case("error");
    if ok
        && said
            .as_ref()
            .is_some_and(|said| said.error.is_none() && failed(said))
    {
        return Some(garbled(OWL, "it says `error` and no more", false));
    }
    match said.and_then(|said| said.error) {
        Some(Trouble(words)) => Some(Box::new(refused(answer.status, &words))),
        None if ok => None,
        None => Some(Box::new(refused(answer.status, ""))),
    }
}

/// The one object of an answer that only reads.
pub fn object<T: DeserializeOwned>(answer: &Answer) -> Outside<T> {
    if let Some(failure) = trouble(answer, false) {
        return Err(failure);
    }
    serde_json::from_slice(&answer.body).map_err(|flaw| garbled(OWL, &shape(&flaw), false))
}

/// The same for a call that changes something.
pub fn changed<T: DeserializeOwned>(answer: &Answer) -> Outside<T> {
    if let Some(failure) = trouble(answer, true) {
        return Err(failure);
    }
    serde_json::from_slice(&answer.body).map_err(|flaw| garbled(OWL, &shape(&flaw), true))
}

/// The objects of a list, or of a map from numbers to objects.
pub fn values<T: DeserializeOwned>(answer: &Answer) -> Outside<Vec<T>> {
    let first = answer.body.iter().find(|byte| !byte.is_ascii_whitespace());
    let rows: Vec<Maybe<T>> = if first == Some(&b'[') {
        object(answer)?
    } else {
        object::<BTreeMap<String, Maybe<T>>>(answer)?
            .into_values()
            .collect()
    };
    Ok(rows.into_iter().filter_map(|row| row.0).collect())
}

/// Every row of an answer that only reads; `None` for a row that is no object.
pub fn each<T: DeserializeOwned>(answer: &Answer, take: &mut dyn FnMut(Option<T>)) -> Outside<()> {
    if let Some(failure) = trouble(answer, false) {
        return Err(failure);
    }
    match answer.body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[' | b'{') => {
            rows(&answer.body, take).map_err(|flaw| garbled(OWL, &shape(&flaw), false))
        }
        _ => Err(garbled(OWL, "no list", false)),
    }
}

/// That a change was made; everything that does not say so is a failure.
pub fn done(answer: &Answer) -> Outside<Said> {
    if let Some(failure) = trouble(answer, true) {
        return Err(failure);
    }
    let said: Said =
        serde_json::from_slice(&answer.body).map_err(|flaw| garbled(OWL, &shape(&flaw), true))?;
    success(said, answer.status)
}

/// The same for one answer of a batch.
pub fn success(said: Said, status: u16) -> Outside<Said> {
    match said.status.text() {
        word if word.eq_ignore_ascii_case("success") => Ok(said),
        "" => Err(garbled(OWL, "it does not say whether it was done", true)),
        word => Err(Box::new(refused(status, word))),
    }
}

/// Where a document breaks, without quoting it.
fn shape(flaw: &serde_json::Error) -> String {
    if flaw.is_eof() {
        "it ends too early".into()
    } else if flaw.is_syntax() {
        format!("no JSON at line {}", flaw.line())
    } else {
        format!("an unexpected shape at line {}", flaw.line())
    }
}
