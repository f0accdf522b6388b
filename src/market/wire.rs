//! The real line to the services: one HTTP layer for all of them, with limits on time and size.
//!
//! Certificates are always checked, redirects are answers like any other, nothing is repeated here, and
//! what is larger than allowed is dropped while it arrives, also when it was small before unpacking. Calls
//! to this machine (the sandbox) need no certificates and never go through a proxy.

use std::error::Error as _;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

pub use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Request};
use tokio::runtime::Runtime;
use tokio::time::timeout;

use super::carry::{Answer, Body, Broke, Call, Limits, Method, Transport};
use super::web_photo::is_public;

/// How long a line stays open for the next call. Short, as a call on a line that the service is just
/// closing is lost.
const IDLE: Duration = Duration::from_secs(15);

/// Carries calls over the network.
#[derive(Debug)]
pub struct Wire {
    offline: bool,
    /// Names that lead into a private network count as unknown.
    public: bool,
    agent: String,
    /// Made when first needed, like the clients: without certificate files there can be none, and the
    /// program starts all the same.
    runtime: OnceLock<Result<Runtime, String>>,
    clients: Mutex<Vec<(Lane, Client)>>,
}

/// Calls that can share a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lane {
    connect: Duration,
    /// To this machine: no proxy.
    near: bool,
    /// To this machine without TLS: no certificates either.
    plain: bool,
}

impl Wire {
    /// A line that names itself `brickops/VERSION`, with `contact` (an address that the operator has set)
    /// behind it. With `offline` it refuses every call.
    pub fn new(offline: bool, contact: Option<&str>) -> Self {
        let name = concat!("brickops/", env!("CARGO_PKG_VERSION"));
        let contact: String = contact
            .unwrap_or_default()
            .chars()
            .filter(|c| c.is_ascii_graphic() && !matches!(c, '(' | ')'))
            .collect();
        Self {
            offline,
            public: false,
            agent: if contact.is_empty() {
                name.to_owned()
            } else {
                format!("{name} (+{contact})")
            },
            runtime: OnceLock::new(),
            clients: Mutex::new(Vec::new()),
        }
    }

    /// A line into the open web only, for addresses that a person gave: a name is asked once, and what
    /// leads elsewhere is never connected to.
    pub fn public(offline: bool) -> Self {
        let mut wire = Self::new(offline, None);
        wire.public = true;
        wire
    }

    fn runtime(&self) -> Result<&Runtime, Broke> {
        let made = self.runtime.get_or_init(|| {
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .thread_name("wire")
                .enable_all()
                .build()
                .map_err(|e| format!("this machine gives no thread for calls ({e})"))
        });
        made.as_ref().map_err(|why| Broke::Connect(why.clone()))
    }

    fn client(&self, lane: Lane) -> Result<Client, Broke> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = clients.iter().find(|(of, _)| *of == lane) {
            return Ok(client.clone());
        }
        // Somebody else may have chosen the same a moment ago.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .connect_timeout(lane.connect)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .user_agent(&self.agent)
            .pool_idle_timeout(IDLE);
        if lane.near {
            builder = builder.no_proxy();
        }
        if self.public {
            builder = builder.dns_resolver(Arc::new(OpenWeb));
        }
        if lane.plain {
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(|e| {
            let why = deepest(&e);
            Broke::Tls(format!(
                "certificates cannot be checked on this machine ({why})"
            ))
        })?;
        clients.push((lane, client.clone()));
        Ok(client)
    }
}

/// Finds addresses of names, those of the open web only.
#[derive(Debug)]
struct OpenWeb;

impl Resolve for OpenWeb {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let open: Vec<std::net::SocketAddr> =
                found.filter(|address| is_public(address.ip())).collect();
            if open.is_empty() {
                return Err("it lies in a private network".into());
            }
            Ok(Box::new(open.into_iter()) as Addrs)
        })
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if let Some(Ok(runtime)) = self.runtime.take() {
            // Looking up a name cannot be broken off; it is not waited for.
            runtime.shutdown_background();
        }
    }
}

impl Transport for Wire {
    fn send(&self, call: &Call) -> Result<Answer, Broke> {
        if self.offline {
            return Err(Broke::Offline);
        }
        let url = Url::parse(&call.url)
            .ok()
            .filter(|url| url.has_host() && matches!(url.scheme(), "http" | "https"))
            .ok_or_else(|| Broke::Connect("its address is not one of the web".into()))?;
        let near = is_near(&url);
        let client = self.client(Lane {
            connect: call.limits.connect,
            near,
            plain: near && url.scheme() == "http",
        })?;
        let request = request(&client, url, call)?;
        let limits = call.limits;
        let (sender, answer) = sync_channel(1);
        // Waiting on a channel works on every thread, also on one of another runtime.
        self.runtime()?.spawn(async move {
            // Nobody waits any more when the program ends.
            let _ = sender.send(carry(client, request, limits).await);
        });
        answer
            .recv()
            .unwrap_or_else(|_| Err(Broke::Lost("the program ended the call".into())))
    }
}

/// Whether an address means this machine.
fn is_near(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn request(client: &Client, url: Url, call: &Call) -> Result<Request, Broke> {
    let method = match call.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Delete => reqwest::Method::DELETE,
    };
    let mut builder = client.request(method, url);
    for (name, value) in &call.headers {
        builder = builder.header(name, value);
    }
    builder = match &call.body {
        Body::Empty => builder,
        Body::Json(text) => builder
            .header(CONTENT_TYPE, "application/json")
            .body(text.clone()),
        Body::Form(text) => builder
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(text.clone()),
        Body::Picture {
            part,
            name,
            mime,
            bytes,
        } => {
            let picture = reqwest::multipart::Part::bytes(bytes.clone())
                .file_name(name.clone())
                .mime_str(mime)
                .map_err(|_| Broke::Connect("the kind of the picture has no name".into()))?;
            builder.multipart(reqwest::multipart::Form::new().part(part.clone(), picture))
        }
    };
    // The error may show a header.
    builder
        .build()
        .map_err(|_| Broke::Connect("the call holds what HTTP cannot carry".into()))
}

async fn carry(client: Client, request: Request, limits: Limits) -> Result<Answer, Broke> {
    let host = server(request.url());
    match timeout(limits.whole, ask(client, request, limits, &host)).await {
        Ok(answer) => answer,
        Err(_) => Err(Broke::Lost(format!(
            "{host} did not end its answer within {}",
            seconds(limits.whole)
        ))),
    }
}

async fn ask(
    client: Client,
    request: Request,
    limits: Limits,
    host: &str,
) -> Result<Answer, Broke> {
    let Ok(began) = timeout(limits.first_byte, client.execute(request)).await else {
        return Err(Broke::Lost(format!(
            "{host} gave no answer within {}",
            seconds(limits.first_byte)
        )));
    };
    let mut response = began.map_err(|e| broke(e, host, limits))?;
    let expected = response.content_length().unwrap_or(0);
    if expected > limits.bytes {
        return Err(Broke::TooLarge);
    }
    let mut answer = Answer {
        status: response.status().as_u16(),
        headers: response
            .headers()
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.as_str().to_owned(), value)
            })
            .collect(),
        body: Vec::with_capacity(usize::try_from(expected).unwrap_or(0)),
    };
    while let Some(piece) = response
        .chunk()
        .await
        .map_err(|e| Broke::Lost(format!("{host} broke off its answer ({})", deepest(&e))))?
    {
        if (answer.body.len() + piece.len()) as u64 > limits.bytes {
            return Err(Broke::TooLarge);
        }
        answer.body.extend_from_slice(&piece);
    }
    Ok(answer)
}

/// Host and port: all of an address that may be shown.
fn server(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// What an error before the answer means: whether anything was sent.
fn broke(error: reqwest::Error, host: &str, limits: Limits) -> Broke {
    let error = error.without_url();
    if error.is_dns() {
        return Broke::Connect(format!("the name {host} is not known"));
    }
    if !error.is_connect() {
        return Broke::Lost(format!("{host} broke off the line ({})", deepest(&error)));
    }
    if let Some(why) = refused_handshake(&error) {
        return Broke::Tls(format!("{host} could not prove who it is ({why})"));
    }
    if error.is_timeout() {
        return Broke::Connect(format!(
            "{host} did not take the call within {}",
            seconds(limits.connect)
        ));
    }
    Broke::Connect(format!("{host} cannot be reached ({})", deepest(&error)))
}

/// What TLS says, if it was TLS. An I/O error hides what it carries from its chain of sources.
fn refused_handshake(error: &reqwest::Error) -> Option<String> {
    let mut at: Option<&(dyn std::error::Error + 'static)> = error.source();
    while let Some(cause) = at {
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return Some(refusal(tls));
        }
        let inner = cause
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        if let Some(tls) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return Some(refusal(tls));
        }
        at = match inner {
            Some(inner) => Some(inner),
            None => cause.source(),
        };
    }
    None
}

/// Why a handshake failed, where there is something to do about it.
fn refusal(error: &rustls::Error) -> String {
    use rustls::{CertificateError as Why, Error, InvalidMessage};
    let words = match error {
        Error::InvalidCertificate(Why::Expired | Why::ExpiredContext { .. }) => {
            "its certificate has expired, or the clock of this machine is wrong"
        }
        Error::InvalidCertificate(Why::NotValidYet | Why::NotValidYetContext { .. }) => {
            "its certificate is not valid yet, or the clock of this machine is wrong"
        }
        Error::InvalidCertificate(Why::NotValidForName | Why::NotValidForNameContext { .. }) => {
            "its certificate is for another name"
        }
        Error::InvalidCertificate(Why::UnknownIssuer) => {
            "nobody whom this machine trusts vouches for its certificate"
        }
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "it speaks no TLS where TLS is due"
        }
        other => return other.to_string(),
    };
    words.to_owned()
}

/// The first cause: what is above it only says that something failed.
fn deepest(error: &reqwest::Error) -> String {
    let mut text = "no reason given".to_owned();
    let mut at: Option<&(dyn std::error::Error + 'static)> = error.source();
    while let Some(cause) = at {
        text = cause.to_string();
        at = cause.source();
    }
    text
}

fn seconds(span: Duration) -> String {
    format!("{} s", span.as_secs_f64())
}

#[cfg(test)]
mod tests;
