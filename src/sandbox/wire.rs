//! Requests as they arrive and what happens in return, without sockets: the simulation and the tests
//! use the sandbox through these alone.

use std::net::{IpAddr, Ipv4Addr};

use super::json::Json;

/// A request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireRequest {
    /// `GET`, `POST`, `PUT`, `DELETE`.
    pub method: String,
    /// Whether it came over TLS; only the signature asks.
    pub secure: bool,
    /// The path as it was sent, still encoded.
    pub path: String,
    /// What follows the `?`, still encoded.
    pub query: String,
    /// Headers; `host` among them.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Who sent it.
    pub peer: IpAddr,
}

impl WireRequest {
    /// A request from this machine; `target` is a path with its query.
    pub fn new(method: &str, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            method: method.to_owned(),
            secure: false,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
        }
    }

    /// The same with one more header.
    #[must_use]
    pub fn header_is(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same with a body.
    #[must_use]
    pub fn body_is(mut self, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header_is("content-type", kind)
    }

    /// The value of a header, whatever its letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// An answer as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers, `content-type` among them.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// What happens to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reaction {
    /// It is answered.
    Answer(Answer),
    /// It is answered after so many milliseconds.
    Slow(u64, Answer),
    /// It is answered in pieces with so many milliseconds between them.
    Drip(u64, Answer),
    /// It is never answered.
    Silence,
    /// The connection is closed without an answer, or in the middle of this one.
    Reset(Option<Answer>),
    /// It is answered with so many megabytes.
    Flood(u32),
}

impl Reaction {
    /// The answer, where there is a whole one sooner or later.
    pub fn answer(self) -> Option<Answer> {
        match self {
            Self::Answer(answer) | Self::Slow(_, answer) | Self::Drip(_, answer) => Some(answer),
            Self::Silence | Self::Reset(_) | Self::Flood(_) => None,
        }
    }
}

/// What a service wants to say, before anything goes wrong with it.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Status.
    pub status: u16,
    /// Headers besides the content type.
    pub headers: Vec<(String, String)>,
    /// What is said.
    pub content: Content,
}

/// The body of a [`Reply`].
#[derive(Debug, Clone)]
pub enum Content {
    /// JSON, with or without escaped slashes.
    Json(Json, bool),
    /// A page.
    Html(String),
    /// A line of text.
    Plain(String),
    /// Anything else, with its type.
    Bytes(&'static str, Vec<u8>),
    /// Nothing.
    Nothing,
}

impl Reply {
    /// JSON without escaped slashes.
    pub fn json(status: u16, json: Json) -> Self {
        Self::of(status, Content::Json(json, false))
    }

    /// An answer with this content.
    pub fn of(status: u16, content: Content) -> Self {
        Self {
            status,
            headers: Vec::new(),
            content,
        }
    }

    /// A page of somebody who stands in front of the service.
    pub fn page(status: u16) -> Self {
        let title = match status {
            200 => "Scheduled maintenance",
            429 => "429 Too Many Requests",
            500 => "500 Internal Server Error",
            502 => "502 Bad Gateway",
            503 => "503 Service Temporarily Unavailable",
            _ => "Error",
        };
        Self::of(
            status,
            Content::Html(format!(
                "<html><head><title>{title}</title></head>\r\n<body><center><h1>{title}</h1></center></body></html>\r\n"
            )),
        )
    }

    /// As it is sent.
    pub fn into_answer(self) -> Answer {
        let (kind, body) = match self.content {
            Content::Json(json, slashes) => (
                Some("application/json;charset=UTF-8"),
                json.print(slashes).into_bytes(),
            ),
            Content::Html(text) => (Some("text/html"), text.into_bytes()),
            Content::Plain(text) => (Some("text/plain"), text.into_bytes()),
            Content::Bytes(kind, bytes) => (Some(kind), bytes),
            Content::Nothing => (None, Vec::new()),
        };
        let mut headers = self.headers;
        headers.extend(kind.map(|kind| ("content-type".to_owned(), kind.to_owned())));
        Answer {
            status: self.status,
            headers,
            body,
        }
    }
}
