//! A line that leads straight into the sandbox, without sockets.

use std::io::Read as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use brickops::market::{Answer, Body, Broke, Call, Transport};
use brickops::sandbox::{Reaction, Sandbox, WireRequest};
use flate2::read::GzDecoder;

/// Where the sandbox seems to be.
pub const BASE: &str = "http://127.0.0.1:8801";

/// Carries calls into a sandbox and counts them.
#[derive(Debug)]
pub struct Direct {
    pub sandbox: Arc<Sandbox>,
    pub made: AtomicUsize,
    pub endpoints: Mutex<Vec<&'static str>>,
}

impl Direct {
    pub fn new(sandbox: &Arc<Sandbox>) -> Arc<Self> {
        Arc::new(Self {
            sandbox: Arc::clone(sandbox),
            made: AtomicUsize::new(0),
            endpoints: Mutex::default(),
        })
    }
}

/// A point in time as HTTP writes it.
fn date(seconds: i64) -> String {
    let at = jiff::Timestamp::from_second(seconds).expect("a time");
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn request(call: &Call) -> WireRequest {
    let target = call.url.strip_prefix(BASE).expect("the sandbox's address");
    let mut request = WireRequest::new(call.method.word(), target).header_is("Host", &BASE[7..]);
    for (name, value) in &call.headers {
        request = request.header_is(name, value);
    }
    match &call.body {
        Body::Empty => request,
        Body::Json(text) => request.body_is("application/json", text.clone()),
        Body::Form(text) => request.body_is("application/x-www-form-urlencoded", text.clone()),
        Body::Picture {
            part,
            name,
            mime,
            bytes,
        } => {
            let mut body = format!(
                "--XX\r\nContent-Disposition: form-data; name=\"{part}\"; filename=\"{name}\"\r\nContent-Type: {mime}\r\n\r\n"
            )
            .into_bytes();
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n--XX--\r\n");
            request.body_is("multipart/form-data; boundary=XX", body)
        }
    }
}

impl Transport for Direct {
    fn send(&self, call: &Call) -> Result<Answer, Broke> {
        self.made.fetch_add(1, Ordering::Relaxed);
        // A bomb of a few megabytes is one.
        let most = call.limits.bytes.min(4 << 20);
        self.endpoints.lock().expect("a list").push(call.endpoint);
        let answer = match self.sandbox.answer(&request(call)) {
            Reaction::Answer(answer) | Reaction::Slow(_, answer) | Reaction::Drip(_, answer) => {
                answer
            }
            Reaction::Silence => return Err(Broke::Lost("no answer within 60 s".into())),
            Reaction::Reset(_) => return Err(Broke::Lost("the connection was cut".into())),
            Reaction::Flood(megabytes) => {
                assert!(u64::from(megabytes) << 20 > most, "a flood");
                return Err(Broke::TooLarge);
            }
        };
        let packed = answer
            .headers
            .iter()
            .any(|(name, value)| name == "content-encoding" && value == "gzip");
        let mut body = answer.body;
        if packed {
            let mut whole = Vec::new();
            GzDecoder::new(body.as_slice())
                .take(most + 1)
                .read_to_end(&mut whole)
                .expect("it unpacks");
            body = whole;
        }
        if body.len() as u64 > most {
            return Err(Broke::TooLarge);
        }
        let mut headers: Vec<(String, String)> = answer
            .headers
            .into_iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value))
            .collect();
        headers.push(("date".into(), date(self.sandbox.clock().door())));
        Ok(Answer {
            status: answer.status,
            headers,
            body,
        })
    }
}
