//! The verbs of Brickognize: guess, tell what was right, ask how it is.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::shapes::{self, WireGuesses};
use crate::domain::market::{Class, Failure, Guess, Guesses, Purpose, Service, Sought};
use crate::market::attempt::{Attempt, Outside, by_status, garbled, quoted, unsayable};
use crate::market::photo::Photo;
use crate::market::{Answer, Body, Call, Gate, Limits, Method, Patience, Redactor, Transport};

const COGNIZE: Service = Service::Brickognize;

/// Where Brickognize is, and what is asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Address without a slash at its end.
    pub base: String,
    /// Ask for colours too; nobody has documented that.
    pub colors: bool,
    /// How long a guess may take; it begins slowly after a pause.
    pub patience: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base: "https://api.brickognize.com".into(),
            colors: false,
            patience: Duration::from_secs(45),
        }
    }
}

/// How the service says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// Everything works.
    Well,
    /// These parts of it do not.
    Unwell(Vec<String>),
}

/// A client. It has no keys; its gate keeps one request in flight.
#[derive(Debug, Clone)]
pub struct Brickognize {
    transport: Arc<dyn Transport>,
    gate: Arc<dyn Gate>,
    patience: Option<Patience>,
    settings: Settings,
}

#[derive(Serialize)]
struct Feedback<'a> {
    listing_id: &'a str,
    item_id: &'a str,
    item_type: &'a str,
    is_prediction_correct: bool,
    source: &'static str,
    item_rank: u32,
}

impl Brickognize {
    /// A client.
    pub fn new(transport: Arc<dyn Transport>, gate: Arc<dyn Gate>, settings: Settings) -> Self {
        Self {
            transport,
            gate,
            patience: None,
            settings,
        }
    }

    /// The same with the patience to try again what may be tried again; else there is one attempt.
    #[must_use]
    pub fn patient(mut self, patience: Patience) -> Self {
        self.patience = Some(patience);
        self
    }

    /// What a photo may show, the surest first. Repeating it does no harm.
    ///
    /// # Errors
    /// What the service, the wire or the gate say; `Refused` for a picture that it does not take.
    pub fn guess(&self, sought: Sought, photo: &Photo) -> Outside<Guesses> {
        // The slash at the end belongs to the path: a redirect would lose the picture.
        let (path, endpoint) = match sought {
            Sought::Any => ("predict/", "POST predict/"),
            Sought::Parts => ("predict/parts/", "POST predict/parts/"),
            Sought::Sets => ("predict/sets/", "POST predict/sets/"),
            Sought::Minifigures => ("predict/figs/", "POST predict/figs/"),
        };
        let query = if self.settings.colors {
            "?predict_color=true"
        } else {
            ""
        };
        let body = Body::Picture {
            part: "query_image".into(),
            name: "photo.jpg".into(),
            mime: "image/jpeg".into(),
            bytes: photo.jpeg.clone(),
        };
        let call = self.call(
            Method::Post,
            &format!("{path}{query}"),
            body,
            endpoint,
            self.settings.patience,
        );
        self.make(&call, false, |answer| {
            readable(answer, false)?;
            let wire: WireGuesses = serde_json::from_slice(&answer.body)
                .map_err(|_| garbled(COGNIZE, "no list of guesses", false))?;
            Ok(shapes::guesses(&wire))
        })
    }

    /// Tells the service whether a guess was right. Nobody waits for it, and nobody is told when it fails.
    ///
    /// # Errors
    /// What the service, the wire or the gate say; `Refused` for a type that the service does not take
    /// back. The caller drops it.
    pub fn feedback(&self, listing: &str, guess: &Guess, right: bool) -> Outside<()> {
        if shapes::kind(&guess.word).is_none() || listing.is_empty() {
            return Err(unsayable(
                COGNIZE,
                "Brickognize takes no feedback on this; nothing needs to be done.",
            ));
        }
        let text = serde_json::to_string(&Feedback {
            listing_id: listing,
            item_id: &guess.no,
            item_type: &guess.word,
            is_prediction_correct: right,
            source: "external-app",
            item_rank: guess.rank,
        })
        .map_err(|_| unsayable(COGNIZE, "The feedback could not be written; leave it."))?;
        let call = self.call(
            Method::Post,
            "feedback/",
            Body::Json(text),
            "POST feedback/",
            Duration::from_secs(10),
        );
        self.make(&call, true, |answer| {
            readable(answer, true)?;
            // Any JSON will do; a page is from somebody in between.
            serde_json::from_slice::<serde::de::IgnoredAny>(&answer.body)
                .map_err(|_| garbled(COGNIZE, "no answer to the feedback", true))?;
            Ok(())
        })
    }

    /// How the service is. Anything but a plain yes to everything is a failure or unwell.
    ///
    /// # Errors
    /// What the service, the wire or the gate say.
    pub fn health(&self) -> Outside<Health> {
        let call = self.call(
            Method::Get,
            "health/",
            Body::Empty,
            "GET health/",
            Duration::from_secs(10),
        );
        self.make(&call, false, |answer| {
            readable(answer, false)?;
            let parts: BTreeMap<String, serde_json::Value> =
                serde_json::from_slice(&answer.body)
                    .map_err(|_| garbled(COGNIZE, "its health is no list of yes and no", false))?;
            let sick: Vec<String> = parts
                .into_iter()
                .filter(|(_, well)| *well == serde_json::Value::Bool(false))
                .map(|(name, _)| quoted(&name))
                .collect();
            Ok(if sick.is_empty() {
                Health::Well
            } else {
                Health::Unwell(sick)
            })
        })
    }

    fn make<T>(
        &self,
        call: &Call,
        writes: bool,
        mut meaning: impl FnMut(&Answer) -> Outside<T>,
    ) -> Outside<T> {
        let redactor = Redactor::default();
        // A photo is looked at once more without harm; feedback is worth one attempt.
        let patience = self.patience.as_ref().filter(|_| !writes);
        Patience::with(patience, !writes, |nth| {
            let attempt = Attempt {
                transport: &*self.transport,
                gate: &*self.gate,
                redactor: &redactor,
                service: COGNIZE,
                endpoint: call.endpoint,
                purpose: Purpose::Person,
                writes,
                nth,
            };
            attempt.make(|| Ok(call.clone()), &mut meaning)
        })
    }

    fn call(
        &self,
        method: Method,
        path: &str,
        body: Body,
        endpoint: &'static str,
        patience: Duration,
    ) -> Call {
        Call {
            service: COGNIZE,
            method,
            url: format!("{}/{path}", self.settings.base.trim_end_matches('/')),
            headers: vec![("accept".into(), "application/json".into())],
            body,
            endpoint,
            limits: Limits {
                first_byte: patience,
                whole: patience,
                bytes: 1024 * 1024,
                ..Limits::default()
            },
        }
    }
}

/// Whether an answer is one that can be read.
fn readable(answer: &Answer, writes: bool) -> Outside<()> {
    if let Some(failure) = by_status(COGNIZE, answer, writes) {
        return Err(Box::new(failure));
    }
    let refused = |class, text: &str| Err(Box::new(Failure::new(COGNIZE, class, text)));
    match answer.status {
        ..300 => Ok(()),
        413 => refused(
            Class::Refused,
            "Brickognize finds the photo too large; send a smaller one.",
        ),
        422 => refused(
            Class::Refused,
            "Brickognize does not take this picture; send another photo of the part.",
        ),
        401 | 403 => refused(
            Class::Forbidden,
            "Brickognize answers nobody without leave any more; search for the part instead.",
        ),
        404 | 405 | 410 => refused(
            Class::NotFound,
            "Brickognize is not where it was; search for the part instead, or correct its address.",
        ),
        _ => refused(
            Class::Refused,
            "Brickognize refused it; search for the part instead.",
        ),
    }
}
