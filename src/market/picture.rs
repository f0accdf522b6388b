//! Fetches one picture. Pictures cost nothing of a marketplace's budget: they come from another host.

use super::attempt::{Attempt, Outside, by_status, garbled, unsayable};
use super::photo::sniff;
use super::{Body, Call, Gate, Limits, Method, Redactor, Transport};
use crate::domain::market::picture::whole_url;
use crate::domain::market::{Class, Failure, Purpose, Service};

/// Largest picture that is read, in bytes.
pub const LARGEST: u64 = 5 * 1024 * 1024;

/// The bytes behind an address, when they begin like a picture. `gate` keeps no budget of them, but may
/// listen.
///
/// # Errors
/// `NotFound`: there is no such picture; `Garbled`: something else is there; else what the wire says.
pub fn fetch(transport: &dyn Transport, gate: &dyn Gate, address: &str) -> Outside<Vec<u8>> {
    let Some(url) = whole_url(address) else {
        return Err(unsayable(
            Service::BrickLink,
            "This is no address of a picture; give one that begins with https://.",
        ));
    };
    let service = if url.contains("brickognize") {
        Service::Brickognize
    } else if url.contains("brickowl") {
        Service::BrickOwl
    } else {
        Service::BrickLink
    };
    let call = Call {
        service,
        method: Method::Get,
        url,
        headers: vec![("accept".into(), "image/*".into())],
        body: Body::Empty,
        endpoint: "GET picture",
        limits: Limits {
            first_byte: std::time::Duration::from_secs(20),
            whole: std::time::Duration::from_secs(40),
            bytes: LARGEST,
            ..Limits::default()
        },
    };
    let attempt = Attempt {
        transport,
        gate,
        redactor: &Redactor::default(),
        service,
        endpoint: call.endpoint,
        purpose: Purpose::Catalogue,
        writes: false,
        nth: 1,
    };
    attempt.make(
        || Ok(call),
        |answer| {
            let gone = |text| Err(Box::new(Failure::new(service, Class::NotFound, text)));
            if let Some(failure) = by_status(service, answer, false) {
                return Err(Box::new(failure));
            }
            match answer.status {
                ..300 if answer.body.is_empty() => gone("There is no picture of it yet."),
                ..300 if sniff(&answer.body).is_some() => Ok(answer.body.clone()),
                ..300 => Err(garbled(service, "no picture", false)),
                404 | 410 => gone("There is no picture of it."),
                status => Err(Box::new(Failure::new(
                    service,
                    Class::Refused,
                    format!(
                        "The picture was refused (HTTP {status}); it is tried again another day."
                    ),
                ))),
            }
        },
    )
}
