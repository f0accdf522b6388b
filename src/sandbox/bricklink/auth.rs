//! BrickLink's door: OAuth 1.0a checked on the request as it arrived, and the calls of a day.

use std::collections::{HashSet, VecDeque};
use std::net::IpAddr;

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::{Exhausted, Refusal, Switches};
use crate::sandbox::text::{self, encode};
use crate::sandbox::wire::WireRequest;
use crate::sandbox::{CONSUMER_KEY, CONSUMER_SECRET, TOKEN, TOKEN_SECRET};

/// So many nonces are remembered.
const NONCES: usize = 200_000;
/// A day in microseconds.
const DAY: i64 = 86_400_000_000;

/// What the door remembers.
#[derive(Debug, Clone, Default)]
pub struct Door {
    nonces: HashSet<String>,
    oldest: VecDeque<String>,
    last_stamp: i64,
    calls: VecDeque<i64>,
}

impl Door {
    /// Lets a request in or says why not. `door` is the service's time in seconds, `now` the world's in
    /// microseconds; `flaky` refuses a signature that is right.
    pub fn check(
        &mut self,
        request: &WireRequest,
        switches: &Switches,
        (door, now): (i64, i64),
        flaky: bool,
    ) -> Result<(), Refusal> {
        let given = parameters(request);
        let value = |name: &str| text::find(&given, name).filter(|value| !value.is_empty());
        let consumer = value("oauth_consumer_key").unwrap_or("");
        let refuse = |word: &str| Refusal::oauth(format!("{word}: consumer: {consumer}"));
        let needed = [
            "oauth_consumer_key",
            "oauth_token",
            "oauth_signature_method",
            "oauth_timestamp",
            "oauth_nonce",
            "oauth_version",
            "oauth_signature",
        ];
        if needed.iter().any(|name| value(name).is_none()) {
            return Err(refuse("PARAMETER_ABSENT"));
        }
        if consumer != CONSUMER_KEY {
            return Err(refuse("CONSUMER_KEY_UNKNOWN"));
        }
        if value("oauth_token") != Some(TOKEN) {
            return Err(refuse("TOKEN_REJECTED"));
        }
        if !allowed(&switches.allowed_ips, request.peer) {
            return Err(Refusal::oauth(format!(
                "TOKEN_IP_MISMATCHED: consumer: {consumer} IP: {}",
                request.peer
            )));
        }
        let stamp = value("oauth_timestamp").and_then(|text| text.parse::<i64>().ok());
        let Some(stamp) = stamp.filter(|at| at.abs_diff(door) <= switches.skew_seconds) else {
            return Err(refuse("TIMESTAMP_REFUSED"));
        };
        let right = value("oauth_signature_method") == Some("HMAC-SHA1")
            && value("oauth_version") == Some("1.0")
            && value("oauth_signature")
                .and_then(|text| BASE64.decode(text.as_bytes()).ok())
                .is_some_and(|sent| signed(&base_string(request, &given), &sent));
        if !right {
            return Err(refuse("SIGNATURE_INVALID"));
        }
        let nonce = value("oauth_nonce").unwrap_or("").to_owned();
        if flaky || self.nonces.contains(&nonce) {
            return Err(refuse("NONCE_USED"));
        }
        if switches.rising_timestamps && stamp <= self.last_stamp {
            return Err(refuse("TIMESTAMP_REFUSED"));
        }
        self.last_stamp = self.last_stamp.max(stamp);
        self.remember(nonce);
        self.count(switches, now)
    }

    fn remember(&mut self, nonce: String) {
        self.oldest.push_back(nonce.clone());
        self.nonces.insert(nonce);
        if self.oldest.len() > NONCES
            && let Some(oldest) = self.oldest.pop_front()
        {
            self.nonces.remove(&oldest);
        }
    }

    fn count(&mut self, switches: &Switches, now: i64) -> Result<(), Refusal> {
        while self
            .calls
            .front()
            .is_some_and(|at| now.saturating_sub(*at) >= DAY)
        {
            self.calls.pop_front();
        }
        if self.calls.len() >= switches.calls_per_day {
            return Err(exhausted(switches.exhausted));
        }
        self.calls.push_back(now);
        Ok(())
    }

    /// Calls of the last 24 hours.
    pub fn calls(&self) -> usize {
        self.calls.len()
    }
}

/// How the service says that there were too many calls.
pub fn exhausted(style: Exhausted) -> Refusal {
    match style {
        Exhausted::Gateway => Refusal::Gateway(429),
        Exhausted::Meta => Refusal::new(429, "TOO_MANY_REQUESTS", "Daily API call limit exceeded"),
        Exhausted::Blocked => Refusal::oauth(format!("blocked consumer_key: {CONSUMER_KEY}")),
    }
}

/// No list means everybody.
fn allowed(list: &[IpAddr], peer: IpAddr) -> bool {
    list.is_empty() || list.contains(&peer) || list.iter().any(IpAddr::is_unspecified)
}

/// The seven parameters: of the header, or of the query as JSON.
fn parameters(request: &WireRequest) -> Vec<(String, String)> {
    if let Some(header) = request.header("authorization") {
        let Some(list) = header.trim().strip_prefix("OAuth") else {
            return Vec::new();
        };
        return list
            .split(',')
            .filter_map(|pair| pair.trim().split_once('='))
            .map(|(name, value)| {
                let value = value.trim().trim_matches('"');
                (text::decode(name.trim(), false), text::decode(value, false))
            })
            .collect();
    }
    let query = text::pairs(&request.query, false);
    let Some(json) = text::find(&query, "Authorization") else {
        return Vec::new();
    };
    let read: Result<serde_json::Map<String, serde_json::Value>, _> = serde_json::from_str(json);
    read.map(|map| {
        map.into_iter()
            .map(|(name, value)| match value {
                serde_json::Value::String(text) => (name, text),
                other => (name, other.to_string()),
            })
            .collect()
    })
    .unwrap_or_default()
}

/// What the caller should have signed, rebuilt from what arrived.
fn base_string(request: &WireRequest, given: &[(String, String)]) -> String {
    let mut all: Vec<(String, String)> = text::pairs(&request.query, false)
        .iter()
        .filter(|(name, _)| name != "Authorization")
        .chain(
            given
                .iter()
                .filter(|(name, _)| name != "oauth_signature" && name != "realm"),
        )
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
    all.sort();
    let joined: Vec<String> = all
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!(
        "{}&{}&{}",
        request.method.to_ascii_uppercase(),
        encode(&format!("{}{}", origin(request), request.path)),
        encode(&joined.join("&"))
    )
}

/// Scheme and host as they are signed: lower case, the port only where it is not the usual one.
fn origin(request: &WireRequest) -> String {
    let (scheme, usual) = if request.secure {
        ("https", ":443")
    } else {
        ("http", ":80")
    };
    let host = request.header("host").unwrap_or("").to_ascii_lowercase();
    let host = host.strip_suffix(usual).unwrap_or(&host);
    format!("{scheme}://{host}")
}

fn signed(base: &str, sent: &[u8]) -> bool {
    let key = format!("{}&{}", encode(CONSUMER_SECRET), encode(TOKEN_SECRET));
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key.as_bytes()) else {
        return false;
    };
    mac.update(base.as_bytes());
    mac.verify_slice(sent).is_ok()
}
