//! Signs calls to BrickLink: OAuth 1.0a with HMAC-SHA1, as the service has wanted it for years.
//!
//! The signature covers method, address with its port, and query; the body takes no part. Every attempt is
//! signed anew, as a nonce counts once.

use std::sync::{Mutex, PoisonError};

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use crate::domain::{Secret, Timestamp};
use crate::market::Method;
use crate::market::redact::{Redactor, encode};

/// What BrickLink gives the owner of a shop: four texts that do not expire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// Consumer key.
    pub consumer_key: Secret,
    /// Consumer secret.
    pub consumer_secret: Secret,
    /// Token value.
    pub token: Secret,
    /// Token secret.
    pub token_secret: Secret,
}

impl Keys {
    /// Keys as they were pasted: blanks and line breaks around them do not count.
    pub fn new(consumer_key: &str, consumer_secret: &str, token: &str, token_secret: &str) -> Self {
        let tidy = |text: &str| {
            Secret::new(
                text.trim_matches(|c: char| c.is_whitespace() || crate::domain::text::is_unsafe(c)),
            )
        };
        Self {
            consumer_key: tidy(consumer_key),
            consumer_secret: tidy(consumer_secret),
            token: tidy(token),
            token_secret: tidy(token_secret),
        }
    }

    /// Whether all four are there.
    pub fn is_whole(&self) -> bool {
        self.all().iter().all(|secret| !secret.is_empty())
    }

    fn all(&self) -> [&Secret; 4] {
        [
            &self.consumer_key,
            &self.consumer_secret,
            &self.token,
            &self.token_secret,
        ]
    }

    /// Removes these keys from texts.
    pub fn redactor(&self) -> Redactor {
        Redactor::new(self.all())
    }
}

/// The text that is signed. `extra`: parameters beside those of the address, not encoded.
///
/// `None` when `url` is no address.
pub fn base_string(method: Method, url: &str, extra: &[(&str, &str)]) -> Option<String> {
    let url = url.split('#').next().unwrap_or_default();
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, rest) = address.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let (host, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    let host = host.to_ascii_lowercase();
    let usual = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let host = host.strip_suffix(usual).unwrap_or(&host);
    if host.is_empty() {
        return None;
    }
    let mut parameters: Vec<(String, String)> = extra
        .iter()
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        parameters.push((encode(&decode(name)), encode(&decode(value))));
    }
    parameters.sort();
    let joined: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    Some(format!(
        "{}&{}&{}",
        method.word(),
        encode(&format!("{scheme}://{host}{path}")),
        encode(&joined.join("&"))
    ))
}

/// The signature of a base string.
pub fn signature(base: &str, consumer_secret: &Secret, token_secret: &Secret) -> String {
    let key = Secret::new(format!(
        "{}&{}",
        encode(consumer_secret.reveal()),
        encode(token_secret.reveal())
    ));
    // Keys of any length are taken.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key.reveal().as_bytes()) else {
        return String::new();
    };
    mac.update(base.as_bytes());
    BASE64.encode(&mac.finalize().into_bytes())
}

/// The value of the `Authorization` header for one attempt. `stamp`: seconds since 1970.
///
/// `None` when `url` is no address.
pub fn authorization(
    keys: &Keys,
    method: Method,
    url: &str,
    nonce: &str,
    stamp: i64,
) -> Option<String> {
    let stamp = stamp.to_string();
    let signed = [
        ("oauth_consumer_key", keys.consumer_key.reveal()),
        ("oauth_nonce", nonce),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", stamp.as_str()),
        ("oauth_token", keys.token.reveal()),
        ("oauth_version", "1.0"),
    ];
    let base = base_string(method, url, &signed)?;
    let signature = signature(&base, &keys.consumer_secret, &keys.token_secret);
    let mut header = String::from("OAuth realm=\"\"");
    for (name, value) in signed
        .into_iter()
        .chain([("oauth_signature", signature.as_str())])
    {
        header.push_str(", ");
        header.push_str(name);
        header.push_str("=\"");
        header.push_str(&encode(value));
        header.push('"');
    }
    Some(header)
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = bytes
            .get(at + 1..at + 3)
            .filter(|_| byte == b'%')
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        if let Some(decoded) = hex {
            out.push(decoded);
            at += 3;
        } else {
            out.push(if byte == b'+' { b' ' } else { byte });
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The times that the calls of one set of keys are signed with. All clients of a set share one.
///
/// Two calls in one second have been refused, so times rise by at least a second; but a burst must not run
/// away from the clock of the service, so the lead is limited, and beyond it only the nonce differs.
#[derive(Debug)]
pub struct Stamps {
    lead: i64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Seconds that the service is ahead of this machine.
    offset: i64,
    last: i64,
}

/// Differences of less are those of any two clocks, in seconds.
const SAME: i64 = 5;

impl Stamps {
    /// Times that run ahead by at most `lead` seconds.
    pub fn new(lead: u32) -> Self {
        Self {
            lead: i64::from(lead),
            state: Mutex::default(),
        }
    }

    /// The time for the next attempt, in seconds since 1970.
    pub fn next(&self, now: Timestamp) -> i64 {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = seconds(now) + state.offset;
        let stamp = now.max((state.last + 1).min(now + self.lead));
        // Clocks are set back; what was ahead stays ahead until the lead is used up.
        state.last = stamp;
        stamp
    }

    /// Takes over what time it is for the service.
    pub fn resync(&self, theirs: Timestamp, now: Timestamp) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let offset = seconds(theirs) - seconds(now);
        if (offset - state.offset).abs() > SAME {
            state.offset = offset;
            state.last = 0;
        }
    }

    /// Seconds that the service is ahead of this machine, as far as is known.
    pub fn offset(&self) -> i64 {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .offset
    }
}

impl Default for Stamps {
    fn default() -> Self {
        Self::new(120)
    }
}

const fn seconds(at: Timestamp) -> i64 {
    at.micros().div_euclid(crate::domain::time::SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys::new(
            " MOCKCONSUMERKEY0000000000000000A\r\n",
            "\u{feff}MOCKCONSUMERSECRET",
            "\tMOCKTOKEN00000000000000000000000",
            "MOCKTOKENSECRET\n\n",
        )
    }

    const BASE: &str = "https://api.bricklink.com/api/store/v1";

    #[test]
    fn signatures_are_those_of_the_reference() {
        for (method, url, expected) in [
            (
                Method::Get,
                format!("{BASE}/orders?direction=in&status=pending%2Cpaid"),
                "ZgRxhcvRbkt/PAqRT72NFmCVmeo=",
            ),
            (
                Method::Put,
                format!("{BASE}/inventories/123"),
                "UZA95exExuEfpV0VAopv9jJ53Dw=",
            ),
            (
                Method::Get,
                format!("{BASE}/items/PART/3001/price?guide_type=sold&new_or_used=U&color_id=5"),
                "BhV/XBBQh0euDzBT5W78dhQCZOg=",
            ),
            (
                Method::Get,
                "http://127.0.0.1:8801/api/store/v1/orders?direction=in".to_owned(),
                "pabPZ5WAXboNH6cKjPw1ba1hiTA=",
            ),
        ] {
            let header =
                authorization(&keys(), method, &url, "abc123", 1_700_000_000).expect("an address");
            let part = format!("oauth_signature=\"{}\"", encode(expected));
            assert!(header.ends_with(&part), "{url}: {header}");
            assert!(header.starts_with("OAuth realm=\"\", oauth_consumer_key=\"MOCK"));
            assert_eq!(header.matches("=\"").count(), 8);
        }
    }

    #[test]
    fn what_is_signed_is_what_the_reference_signs() {
        let extra = [
            ("oauth_consumer_key", "MOCKCONSUMERKEY0000000000000000A"),
            ("oauth_token", "MOCKTOKEN00000000000000000000000"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "1700000000"),
            ("oauth_nonce", "abc123"),
            ("oauth_version", "1.0"),
        ];
        let url = format!("{BASE}/orders?status=pending%2Cpaid&direction=in");
        let expected = "GET&https%3A%2F%2Fapi.bricklink.com%2Fapi%2Fstore%2Fv1%2Forders&direction%3Din%26oauth_consumer_key%3DMOCKCONSUMERKEY0000000000000000A%26oauth_nonce%3Dabc123%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1700000000%26oauth_token%3DMOCKTOKEN00000000000000000000000%26oauth_version%3D1.0%26status%3Dpending%252Cpaid";
        let base = base_string(Method::Get, &url, &extra);
        assert_eq!(base.as_deref(), Some(expected));
        let loud = url.replace("https://api.bricklink.com", "HTTPS://API.BrickLink.com:443");
        assert_eq!(base_string(Method::Get, &loud, &extra), base);
    }

    #[test]
    fn secrets_that_need_encoding() {
        let extra = [("oauth_consumer_key", "ck"), ("oauth_nonce", "nonce")];
        let url = "https://api.bricklink.com/resource?quantity=10&remarks=A%26B";
        let base = base_string(Method::Get, url, &extra).expect("an address");
        assert_eq!(
            base,
            "GET&https%3A%2F%2Fapi.bricklink.com%2Fresource&oauth_consumer_key%3Dck%26oauth_nonce%3Dnonce%26quantity%3D10%26remarks%3DA%2526B"
        );
        let signed = signature(&base, &Secret::new("cs secret"), &Secret::new("ts&"));
        assert_eq!(signed, "4GdVoAwHC0gLAsQHfpwhwG+jiIc=");
    }

    #[test]
    fn encoding_is_that_of_the_rfc() {
        assert_eq!(encode("aZ09-._~"), "aZ09-._~");
        assert_eq!(encode(" !*'()+/é"), "%20%21%2A%27%28%29%2B%2F%C3%A9");
        assert_eq!(decode("a%2Cb+c%zz%4"), "a,b c%zz%4");
    }

    #[test]
    fn what_is_no_address_is_not_signed() {
        for url in ["", "orders", "ftp://a/b", "https:///x", "http://:80/"] {
            assert_eq!(base_string(Method::Get, url, &[]), None, "{url}");
        }
    }

    #[test]
    fn times_rise_but_do_not_run_away() {
        let stamps = Stamps::new(3);
        let now = Timestamp::from_seconds(1_000);
        let burst: Vec<i64> = (0..6).map(|_| stamps.next(now)).collect();
        assert_eq!(burst, [1_000, 1_001, 1_002, 1_003, 1_003, 1_003]);
        let later = Timestamp::from_micros(1_001_999_999);
        assert_eq!(stamps.next(later), 1_004);
        assert_eq!(stamps.next(Timestamp::from_seconds(2_000)), 2_000);
        assert_eq!(
            stamps.next(Timestamp::from_seconds(900)),
            903,
            "a clock set back"
        );
    }

    #[test]
    fn the_clock_of_the_service_counts() {
        let stamps = Stamps::new(100);
        let now = Timestamp::from_seconds(10_000);
        assert_eq!(stamps.next(now), 10_000);
        stamps.resync(Timestamp::from_seconds(10_003), now);
        assert_eq!(stamps.next(now), 10_001, "as good as the same");
        stamps.resync(Timestamp::from_seconds(6_400), now);
        assert_eq!(stamps.offset(), -3_600);
        assert_eq!(stamps.next(now), 6_400, "times may fall once");
        assert_eq!(stamps.next(now), 6_401);
    }

    #[test]
    fn keys_show_nothing() {
        let keys = keys();
        assert!(keys.is_whole());
        assert!(!Keys::new("a", "b", " ", "d").is_whole());
        assert!(!format!("{keys:?}").contains("MOCK"));
        let text = keys.redactor().text("x MOCKTOKENSECRET y");
        assert_eq!(text, "x … y");
    }
}
