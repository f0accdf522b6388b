//! A call and its answer, before any service gives them a meaning.

use std::time::Duration;

use zeroize::Zeroize;

use crate::domain::market::Service;

/// How a call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes.
    Post,
    /// Changes.
    Put,
    /// Removes.
    Delete,
}

impl Method {
    /// As HTTP spells it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// What a call carries.
#[derive(Clone, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    Empty,
    /// JSON text.
    Json(String),
    /// `application/x-www-form-urlencoded`, already encoded.
    Form(String),
    /// `multipart/form-data` with one picture.
    Picture {
        /// Name of the part.
        part: String,
        /// File name.
        name: String,
        /// MIME type.
        mime: String,
        /// The picture.
        bytes: Vec<u8>,
    },
}

/// How long and how large a call may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until the line stands.
    pub connect: Duration,
    /// Until the first byte of the answer.
    pub first_byte: Duration,
    /// Until its last.
    pub whole: Duration,
    /// Bytes of the answer, unpacked.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_mins(1),
            whole: Duration::from_mins(2),
            bytes: 16 * 1024 * 1024,
        }
    }
}

/// One call. It has no `Debug` of its address: that may hold a key.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// Of whom.
    pub service: Service,
    /// How.
    pub method: Method,
    /// Whole address with its query, encoded.
    pub url: String,
    /// Headers beside those that the transport sets (user agent, content type of the body).
    pub headers: Vec<(String, String)>,
    /// What it carries.
    pub body: Body,
    /// Its name in metrics and messages, without numbers or secrets: `GET items/{type}/{no}/price`.
    pub endpoint: &'static str,
    /// How long and how large.
    pub limits: Limits,
}

impl Call {
    /// Overwrites what may hold a key, once the call is over.
    pub fn forget(&mut self) {
        self.url.zeroize();
        for (_, value) in &mut self.headers {
            value.zeroize();
        }
        if let Body::Form(text) | Body::Json(text) = &mut self.body {
            text.zeroize();
        }
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call")
            .field("service", &self.service)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP's number.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The whole body, unpacked.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Why nothing came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broke {
    /// External calls are switched off.
    Offline,
    /// The line never stood: nothing was sent. The text says why (DNS, refused, no route).
    Connect(String),
    /// The certificate or the handshake was refused: nothing was sent.
    Tls(String),
    /// It was sent, or partly; then silence, a reset or half an answer.
    Lost(String),
    /// The answer is larger than allowed.
    TooLarge,
}

/// Carries calls. It blocks until there is an answer; retries and meaning are for its caller.
pub trait Transport: Send + Sync + std::fmt::Debug {
    /// Makes one call.
    fn send(&self, call: &Call) -> Result<Answer, Broke>;
}
