//! Keys leave no trace: what is logged, shown or kept of a call or an answer goes through here first.
//!
//! Two nets. Known values, in whatever spelling a wire gives them, are removed wherever they stand; and
//! whatever follows a name that means a key is removed even if nobody knows the value.

use data_encoding::BASE64;

use crate::domain::Secret;

/// What stands where a key stood.
pub const HIDDEN: &str = "…";

/// Most bytes of an answer that are kept.
pub const KEPT: usize = 2_048;

/// Shorter values are not searched for: they would be found everywhere.
const SHORTEST: usize = 4;

/// Names whose values are keys, in lower case; all that begin with `oauth_` are as well.
const NAMES: [&str; 14] = [
    "key",
    "api_key",
    "apikey",
    "consumer_key",
    "consumer_secret",
    "token",
    "token_secret",
    "token_value",
    "access_token",
    "secret",
    "password",
    "authorization",
    "consumer",
    "signature",
];

/// Knows the keys of one account and removes them from texts.
#[derive(Clone, Default)]
pub struct Redactor {
    /// Every spelling, the longest first.
    spellings: Vec<Secret>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor")
    }
}

impl Redactor {
    /// One that knows these values; very short ones are found by their names only.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut spellings: Vec<Secret> = Vec::new();
        for secret in secrets {
            let plain = secret.reveal();
            if plain.len() < SHORTEST {
                continue;
            }
            let json = serde_json::to_string(plain).unwrap_or_default();
            let json = json
                .strip_prefix('"')
                .and_then(|json| json.strip_suffix('"'))
                .unwrap_or_default()
                .to_owned();
            let percent = encode(plain);
            for spelling in [
                encode(&percent),
                percent.replace("%20", "+"),
                percent.to_ascii_lowercase(),
                percent,
                json,
                escaped(plain),
                BASE64.encode(plain.as_bytes()),
                plain.to_owned(),
            ] {
                if !spelling.is_empty() && spellings.iter().all(|known| known.reveal() != spelling)
                {
                    spellings.push(Secret::new(spelling));
                }
            }
        }
        spellings.sort_by_key(|spelling| std::cmp::Reverse(spelling.reveal().len()));
        Self { spellings }
    }

    /// The text without keys.
    pub fn text(&self, text: &str) -> String {
        let mut clean = text.to_owned();
        for spelling in &self.spellings {
            if clean.contains(spelling.reveal()) {
                clean = clean.replace(spelling.reveal(), HIDDEN);
            }
        }
        by_name(&clean)
    }

    /// An address without keys: those that stand in its query, and those before an `@`.
    pub fn url(&self, url: &str) -> String {
        let clean = self.text(url);
        let Some((scheme, rest)) = clean.split_once("://") else {
            return clean;
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        match rest[..end].rfind('@') {
            Some(at) => format!("{scheme}://{HIDDEN}{}", &rest[at..]),
            None => clean,
        }
    }

    /// A header without keys: whole, where its name means one.
    pub fn header(&self, name: &str, value: &str) -> String {
        let lower = name.to_ascii_lowercase();
        if is_key(&lower) || lower.contains("auth") || lower.contains("cookie") {
            HIDDEN.to_owned()
        } else {
            self.text(value)
        }
    }

    /// The first two kilobytes of an answer, without keys and control characters.
    pub fn raw(&self, body: &[u8]) -> String {
        let longest = self
            .spellings
            .first()
            .map_or(0, |spelling| spelling.reveal().len());
        let part = body.len().min(2 * KEPT + 2 * longest);
        let text = String::from_utf8_lossy(&body[..part]);
        let mut clean = self.text(&text);
        if part < body.len() {
            // The cut may go through a key.
            let mut end = clean.len().saturating_sub(longest);
            while !clean.is_char_boundary(end) {
                end -= 1;
            }
            clean.truncate(end);
        }
        let mut kept = String::with_capacity(KEPT.min(clean.len()));
        for c in clean.chars() {
            if kept.len() + c.len_utf8() > KEPT {
                break;
            }
            if c == '\n' || !crate::domain::text::is_unsafe(c) {
                kept.push(c);
            }
        }
        kept
    }
}

fn is_key(name: &str) -> bool {
    name.starts_with("oauth_") || NAMES.contains(&name)
}

/// Removes what follows names of keys: `key=…`, `"key": "…"`, `consumer: …`, `oauth_token="…"`,
/// `Authorization: OAuth …`.
fn by_name(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut kept = 0;
    let mut at = 0;
    while at < bytes.len() {
        if !is_word(bytes[at]) {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && is_word(bytes[at]) {
            at += 1;
        }
        let name = text[start..at].to_ascii_lowercase();
        let name = name
            .rsplit_once('-')
            .map_or(name.as_str(), |(_, last)| last);
        if !is_key(name) {
            continue;
        }
        if let Some((from, to)) = value_after(bytes, at, name == "authorization") {
            out.push_str(&text[kept..from]);
            out.push_str(HIDDEN);
            kept = to;
            at = to;
        }
    }
    out.push_str(&text[kept..]);
    out
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// Where the value of the name that ends at `at` stands, if one follows. A header's reaches to the end of
/// its line.
fn value_after(bytes: &[u8], mut at: usize, whole_line: bool) -> Option<(usize, usize)> {
    let skip = |mut at: usize, set: &[u8]| {
        while bytes.get(at).is_some_and(|byte| set.contains(byte)) {
            at += 1;
        }
        at
    };
    // The end of a quoted name; within JSON that stands within JSON the quotes are escaped.
    at = skip(at, b"\\\"' \t");
    let escaped = bytes
        .get(at..at + 3)
        .filter(|sign| sign.eq_ignore_ascii_case(b"%3d") || sign.eq_ignore_ascii_case(b"%3a"));
    at = match (bytes.get(at), escaped) {
        (Some(b'=' | b':'), _) => at + 1,
        (_, Some(_)) => at + 3,
        _ => return None,
    };
    at = skip(at, b" \t\\");
    let quote = bytes.get(at).copied().filter(|b| matches!(b, b'"' | b'\''));
    let from = if quote.is_some() { at + 1 } else { at };
    let mut to = from;
    while let Some(&byte) = bytes.get(to) {
        let ends = match quote {
            Some(quote) => byte == quote && bytes[to - 1] != b'\\',
            None if whole_line => matches!(byte, b'\r' | b'\n'),
            None => matches!(
                byte,
                b'&' | b' '
                    | b'\t'
                    | b'\r'
                    | b'\n'
                    | b','
                    | b';'
                    | b'"'
                    | b'\''
                    | b'}'
                    | b']'
                    | b'<'
                    | b'#'
            ),
        };
        if ends {
            break;
        }
        to += 1;
    }
    (to > from).then_some((from, to))
}

/// RFC 3986, everything but unreserved characters.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for &byte in text.as_bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            const HEX: &[u8; 16] = b"0123456789ABCDEF";
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    out
}

/// As HTML spells it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn blind() -> Redactor {
        Redactor::default()
    }

    #[test]
    fn names_give_keys_away() {
        for (text, clean) in [
            (
                "https://a/b?key=ABC&type=Part",
                "https://a/b?key=…&type=Part",
            ),
            (
                "https://a/b?type=Part&oauth_token=T%20x",
                "https://a/b?type=Part&oauth_token=…",
            ),
            (r#"{"key":"a\"b","x":1}"#, r#"{"key":"…","x":1}"#),
            (r#"{"token" : "abc"}"#, r#"{"token" : "…"}"#),
            (r#"{"token":123}"#, r#"{"token":…}"#),
            (
                r#"oauth_nonce="n", oauth_version="1.0""#,
                r#"oauth_nonce="…", oauth_version="…""#,
            ),
            (
                "TOKEN_IP_MISMATCHED: consumer: 7CCD IP: 1.2.3.4",
                "TOKEN_IP_MISMATCHED: consumer: … IP: 1.2.3.4",
            ),
            (
                "Authorization: OAuth realm=\"\", x=\"y\"\r\nHost: a",
                "Authorization: …\r\nHost: a",
            ),
            ("X-Api_Key: abc", "X-Api_Key: …"),
            ("?Authorization=%7B%22a%22%7D", "?Authorization=…"),
            ("oauth_token%3Dabc%26b", "oauth_token%3D…"),
        ] {
            assert_eq!(blind().text(text), clean);
        }
    }

    #[test]
    fn other_texts_stay() {
        for text in [
            "",
            "monkey=1&donkey: 2",
            "Parameter [is_retain] is missing",
            "the key was refused",
            "token",
            r#"{"meta":{"description":"OK","message":"OK","code":200}}"#,
            "key=",
        ] {
            assert_eq!(blind().text(text), text);
        }
    }

    #[test]
    fn headers_and_addresses() {
        let redactor = blind();
        assert_eq!(redactor.header("Authorization", "Basic abc"), HIDDEN);
        assert_eq!(redactor.header("set-cookie", "abc"), HIDDEN);
        assert_eq!(redactor.header("content-type", "text/html"), "text/html");
        assert_eq!(
            redactor.url("https://me:pass@a/b?key=x"),
            "https://…@a/b?key=…"
        );
        assert_eq!(redactor.url("https://a/b@c"), "https://a/b@c");
    }

    #[test]
    fn two_kilobytes_are_kept() {
        let secret = Secret::new("0123456789ABCDEF0123456789ABCDEF");
        let redactor = Redactor::new([&secret]);
        for before in KEPT - 40..KEPT + 10 {
            let body = format!(
                "{}{}{}",
                "x".repeat(before),
                secret.reveal(),
                "y".repeat(9_000)
            );
            let raw = redactor.raw(body.as_bytes());
            assert!(raw.len() <= KEPT && raw.len() > KEPT - 4);
            assert!(!raw.contains("0123"), "at {before}");
        }
        let many = redactor.raw(secret.reveal().repeat(999).as_bytes());
        assert!(!many.contains('0'), "{many}");
        assert_eq!(redactor.raw(b"a\x1b[31mb\xffc\0\n"), "a[31mb\u{fffd}c\n");
        assert_eq!(format!("{redactor:?}"), "Redactor");
    }

    fn secret() -> impl Strategy<Value = String> {
        // As services make them, and as nobody should.
        prop_oneof!["[A-F0-9]{32}", "[a-zA-Z0-9/+=]{20,44}", "[ -~]{8,20}"]
            .prop_filter("no text of its own", |secret| secret.trim().len() > 7)
    }

    proptest! {
        #[test]
        fn a_known_key_never_passes(key in secret(), before in "[ -~]{0,40}", after in "[ -~]{0,40}") {
            let known = Secret::new(key.clone());
            let redactor = Redactor::new([&known]);
            let quoted = serde_json::to_string(&key).expect("a text");
            for text in [
                format!("{before}{key}{after}"),
                format!("https://a/b?x={}&y={after}", encode(&key)),
                format!("https://a/b?q={}", encode(&encode(&key))),
                format!(r#"{{"remarks":{quoted},"b":1}}"#),
                format!("<p>{}</p>", escaped(&key)),
                BASE64.encode(key.as_bytes()),
            ] {
                for clean in [redactor.text(&text), redactor.url(&text), redactor.raw(text.as_bytes())] {
                    prop_assert!(!clean.contains(&key), "{clean}");
                    prop_assert!(!clean.contains(&encode(&key)), "{clean}");
                    prop_assert!(!clean.contains(&quoted[1..quoted.len() - 1]), "{clean}");
                }
            }
        }

        #[test]
        fn an_unknown_key_never_passes_its_name(
            key in "[A-Za-z0-9]{16,40}",
            name in prop_oneof![Just("key"), Just("oauth_token"), Just("oauth_signature"), Just("Token"), Just("API_KEY")],
        ) {
            let redactor = blind();
            for text in [
                format!("https://a/b?x=1&{name}={key}&y=2"),
                format!("{name}={key}"),
                format!(r#"{{"a":{{"{name}":"{key}"}}}}"#),
                format!(r#"{{"a":{{"{name}": "{key}"}}}}"#),
                format!("OAuth realm=\"\", {name}=\"{key}\", b=\"1\""),
                format!("{name}: {key}"),
                format!("\"{{\\\"{name}\\\":\\\"{key}\\\"}}\""),
            ] {
                let clean = redactor.text(&text);
                prop_assert!(!clean.contains(&key), "{clean}");
            }
        }

        #[test]
        fn nothing_breaks_it(text in "\\PC{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let redactor = Redactor::new([&Secret::new("abcd")]);
            redactor.text(&text);
            redactor.url(&text);
            redactor.raw(&bytes);
        }
    }
}
