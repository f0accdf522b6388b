//! How a call to BrickOwl is put together: addresses, forms, the key in them, and how long it may take.

use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroize;

use super::colors::ColorMap;
use super::errors;
use super::mapping::{Form, Habits};
use super::order_mapping;
use super::shapes::{Said, WireUser};
use crate::domain::Secret;
use crate::domain::market::{Purpose, Service, StoreFacts};
use crate::market::attempt::{Attempt, Outside, garbled, unsayable};
use crate::market::{Answer, Body, Call, Gate, Limits, Method, Patience, Redactor, Transport};

/// Where BrickOwl is, and what it is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Address up to and with the version, without a slash at its end.
    pub base: String,
    /// What is not documented for certain.
    pub habits: Habits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base: "https://api.brickowl.com/v1".into(),
            habits: Habits::default(),
        }
    }
}

/// By what a lot is named to BrickOwl.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LotName {
    /// BrickOwl's number.
    Number(u64),
    /// Our own.
    External(String),
}

impl LotName {
    pub(super) fn field(&self) -> (&'static str, String) {
        match self {
            Self::Number(number) => ("lot_id", number.to_string()),
            Self::External(external) => ("external_id", external.clone()),
        }
    }
}

/// Rows of a list, and those that could not be read: who compares whole lists must know of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What was read.
    pub rows: Vec<T>,
    /// Why others were not, each in a few words.
    pub unread: Vec<String>,
}

/// A client with the key of one account.
#[derive(Debug, Clone)]
pub struct BrickOwl {
    transport: Arc<dyn Transport>,
    gate: Arc<dyn Gate>,
    patience: Option<Patience>,
    key: Secret,
    pub(super) redactor: Redactor,
    pub(super) settings: Settings,
    pub(super) colors: Arc<ColorMap>,
}

pub(super) const OWL: Service = Service::BrickOwl;

impl BrickOwl {
    /// A client; blanks and line ends around the key are dropped.
    ///
    /// # Errors
    /// `Keys`, when there is no key, or one with blanks inside.
    pub fn new(
        transport: Arc<dyn Transport>,
        gate: Arc<dyn Gate>,
        key: &Secret,
        settings: Settings,
        colors: Arc<ColorMap>,
    ) -> Outside<Self> {
        let key = Secret::new(key.reveal().trim());
        if key.is_empty()
            || key
                .reveal()
                .contains(|c: char| c.is_whitespace() || c.is_control())
        {
            let mut failure = unsayable(
                OWL,
                "The key of BrickOwl is one word without blanks; copy it from the page \"API keys\" again.",
            );
            failure.class = crate::domain::market::Class::Keys;
            return Err(failure);
        }
        Ok(Self {
            transport,
            gate,
            patience: None,
            redactor: Redactor::new([&key]),
            key,
            settings,
            colors,
        })
    }

    /// The same with the patience to try again what may be tried again; else there is one attempt.
    #[must_use]
    pub fn patient(mut self, patience: Patience) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Whose key it is and which store belongs to it: the test of a connection.
    ///
    /// # Errors
    /// What the service, the wire or the gate say.
    pub fn who(&self, purpose: Purpose) -> Outside<StoreFacts> {
        self.read(purpose, "GET user/details", "user/details", &[], |answer| {
            let user: WireUser = errors::object(answer)?;
            let facts = order_mapping::store(&user).map_err(|why| garbled(OWL, &why, false))?;
            if !user.has_store.is_empty() && !user.has_store.yes() {
                return Err(unsayable(
                    OWL,
                    format!(
                        "The account {} has no store at BrickOwl; use the key of the one that has.",
                        facts.user
                    ),
                ));
            }
            Ok(facts)
        })
    }

    /// A call that reads: everything in the address.
    pub(super) fn read<T>(
        &self,
        purpose: Purpose,
        endpoint: &'static str,
        path: &str,
        query: &[(&str, String)],
        mut meaning: impl FnMut(&Answer) -> Outside<T>,
    ) -> Outside<T> {
        Patience::with(self.patience.as_ref(), true, |nth| {
            let call = || {
                let mut url = format!("{}/{path}?", self.settings.base.trim_end_matches('/'));
                let mut fields = self.encoded(query);
                url.push_str(&fields);
                fields.zeroize();
                Ok(Self::call(Method::Get, url, Body::Empty, endpoint))
            };
            self.attempt(purpose, endpoint, (false, nth))
                .make(call, &mut meaning)
        })
    }

    /// A call that changes something: everything in the form.
    pub(super) fn write(
        &self,
        purpose: Purpose,
        endpoint: &'static str,
        path: &str,
        form: &Form,
    ) -> Outside<Said> {
        self.post(purpose, endpoint, path, form, errors::done)
    }

    pub(super) fn post<T>(
        &self,
        purpose: Purpose,
        endpoint: &'static str,
        path: &str,
        form: &Form,
        mut meaning: impl FnMut(&Answer) -> Outside<T>,
    ) -> Outside<T> {
        // Again only when it certainly did not happen.
        Patience::with(self.patience.as_ref(), false, |nth| {
            let call = || {
                let url = format!("{}/{path}", self.settings.base.trim_end_matches('/'));
                let body = Body::Form(self.encoded(form));
                Ok(Self::call(Method::Post, url, body, endpoint))
            };
            self.attempt(purpose, endpoint, (true, nth))
                .make(call, &mut meaning)
        })
    }

    fn attempt(
        &self,
        purpose: Purpose,
        endpoint: &'static str,
        (writes, nth): (bool, u32),
    ) -> Attempt<'_> {
        Attempt {
            transport: &*self.transport,
            gate: &*self.gate,
            redactor: &self.redactor,
            service: OWL,
            endpoint,
            purpose,
            writes,
            nth,
        }
    }

    fn encoded<N: AsRef<str>>(&self, fields: &[(N, String)]) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("key", self.key.reveal());
        for (name, value) in fields {
            form.append_pair(name.as_ref(), value);
        }
        form.finish()
    }

    fn call(method: Method, url: String, body: Body, endpoint: &'static str) -> Call {
        Call {
            service: OWL,
            method,
            url,
            headers: vec![("accept".into(), "application/json".into())],
            body,
            endpoint,
            limits: limits(endpoint),
        }
    }
}

/// A whole inventory is one large answer that takes its time.
fn limits(endpoint: &str) -> Limits {
    let usual = Limits::default();
    match endpoint {
        "GET inventory/list" => Limits {
            first_byte: Duration::from_secs(150),
            whole: Duration::from_mins(5),
            bytes: 160 * 1024 * 1024,
            ..usual
        },
        "GET order/list" | "GET catalog/id_lookup" => usual,
        _ => Limits {
            bytes: 4 * 1024 * 1024,
            ..usual
        },
    }
}
