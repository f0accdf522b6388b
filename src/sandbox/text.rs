//! How the services write things: percent-encoding, forms, entities, money, dates.
//!
//! Written apart from the clients' own ways, so that a mistake in one does not hide one in the other.

use std::fmt::Write as _;

/// Ten-thousandths of a currency's unit.
pub type Cash = i64;

/// Dearer than this nothing is.
pub const MOST_CASH: Cash = 99_999 * 10_000;
/// More pieces than this no lot has.
pub const MOST_PIECES: i64 = 9_999_999;

/// Percent-encoding of RFC 3986: letters, digits and `-._~` stay.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Undoes percent-encoding; `plus` says whether `+` is a space. What is no valid escape stays.
pub fn decode(text: &str, plus: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes
            .get(at + 1..at + 3)
            .filter(|_| bytes[at] == b'%')
            .and_then(|two| std::str::from_utf8(two).ok())
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        match (hex, bytes[at]) {
            (Some(byte), _) => {
                out.push(byte);
                at += 2;
            }
            (None, b'+') if plus => out.push(b' '),
            (None, byte) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Names and values of a query or form, decoded.
pub fn pairs(text: &str, plus: bool) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name, plus), decode(value, plus))
        })
        .collect()
}

/// The first value of a name.
pub fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

/// Text with entities, brackets and apostrophes included; `rounds` times over.
pub fn escape(text: &str, rounds: u8) -> String {
    let mut text = text.to_owned();
    for _ in 0..rounds {
        let mut out = String::with_capacity(text.len() + 8);
        for c in text.chars() {
            match c {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' => out.push_str("&quot;"),
                '\'' => out.push_str("&#39;"),
                '(' => out.push_str("&#40;"),
                ')' => out.push_str("&#41;"),
                c => out.push(c),
            }
        }
        text = out;
    }
    text
}

/// Money with four decimals.
pub fn cash(value: Cash) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let value = value.unsigned_abs();
    format!("{sign}{}.{:04}", value / 10_000, value % 10_000)
}

/// Money with three decimals, half up.
pub fn cash3(value: Cash) -> String {
    let value = (value.max(0) + 5) / 10;
    format!("{}.{:03}", value / 1000, value % 1000)
}

/// Money with two decimals, half up.
pub fn cash2(value: Cash) -> String {
    let value = (value.max(0) + 50) / 100;
    format!("{}.{:02}", value / 100, value % 100)
}

/// Hundredths of a gram as the services print weights, with this many decimals (2 or 3).
pub fn grams(hundredths: i64, decimals: u8) -> String {
    let zero = if decimals == 3 { "0" } else { "" };
    format!("{}.{:02}{zero}", hundredths / 100, hundredths % 100)
}

/// A decimal number as ten-thousandths; digits beyond the fourth round up, away from nothing.
/// `None` for anything else, for what is below zero and for what nobody asks for.
pub fn parse_cash(text: &str) -> Option<Cash> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 6 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let four: String = fraction.chars().chain("0000".chars()).take(4).collect();
    let more = fraction.bytes().skip(4).any(|b| b != b'0');
    let value = whole.parse::<i64>().ok()? * 10_000 + four.parse::<i64>().ok()?;
    Some(value + i64::from(more)).filter(|value| *value <= MOST_CASH)
}

/// The same rounded half up to thousandths.
pub fn parse_cash3(text: &str) -> Option<Cash> {
    parse_cash(text).map(|value| (value + 5) / 10 * 10)
}

/// A point in time as BrickLink writes it.
pub fn iso_millis(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).map_or_else(
        |_| "1970-01-01T00:00:00.000Z".to_owned(),
        |at| at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
    )
}

/// A point in time as BrickOwl writes it: London's clock with its distance.
pub fn iso_london(micros: i64) -> String {
    let zone = jiff::tz::TimeZone::get("Europe/London").unwrap_or(jiff::tz::TimeZone::UTC);
    jiff::Timestamp::from_microsecond(micros).map_or_else(
        |_| "1970-01-01T01:00:00+01:00".to_owned(),
        |at| {
            at.to_zoned(zone)
                .strftime("%Y-%m-%dT%H:%M:%S%:z")
                .to_string()
        },
    )
}

/// Spreads numbers: the same in every run.
pub fn mix(value: u64) -> u64 {
    let mut x = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A number that belongs to a text: the same in every run.
pub fn hash(seed: u64, text: &str) -> u64 {
    text.bytes()
        .fold(mix(seed), |sum, byte| mix(sum ^ u64::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoding_is_that_of_signatures() {
        assert_eq!(encode("A&B c!*'()~"), "A%26B%20c%21%2A%27%28%29~");
        assert_eq!(encode("é"), "%C3%A9");
        assert_eq!(decode("a%2Cb+c%zz%", true), "a,b c%zz%");
        assert_eq!(decode("a+b", false), "a+b");
    }

    #[test]
    fn money_is_rounded_up_to_four_digits() {
        assert_eq!(parse_cash("1.2"), Some(12_000));
        assert_eq!(parse_cash("0.01501"), Some(151));
        assert_eq!(parse_cash("0.015000"), Some(150));
        assert_eq!(parse_cash("-1"), None);
        assert_eq!(parse_cash("1e5"), None);
        assert_eq!(parse_cash("100000"), None);
        assert_eq!(cash(151), "0.0151");
        assert_eq!(cash3(1_045), "0.105");
        assert_eq!(cash2(129_950), "13.00");
        assert_eq!(parse_cash3("0.1045"), Some(1_050));
    }

    #[test]
    fn entities_are_those_that_were_seen() {
        assert_eq!(
            escape("Don't (\"<&>\")", 1),
            "Don&#39;t &#40;&quot;&lt;&amp;&gt;&quot;&#41;"
        );
        assert_eq!(escape("'", 2), "&amp;#39;");
    }

    #[test]
    fn dates_are_written_as_seen() {
        assert_eq!(
            iso_millis(1_383_069_546_373_000),
            "2013-10-29T17:59:06.373Z"
        );
        assert_eq!(
            iso_london(1_398_775_922_000_000),
            "2014-04-29T13:52:02+01:00"
        );
    }
}
