//! What people type about themselves and their shop, checked once: each rule with its own sentence.

use jiff::tz::TimeZone;

use crate::domain::text::clean;
use crate::domain::{Secret, Timestamp};
use crate::error::{Error, Result};
use crate::store::people::folded_email;

/// Longest name of a person, a shop, a token, in characters.
const MAX_NAME: usize = 60;
/// Shortest password, in characters.
const MIN_PASSWORD: usize = 10;
/// Longest password, in characters.
const MAX_PASSWORD: usize = 256;

/// A name of a person, a shop or a token.
pub(super) fn name(what: &str, text: &str) -> Result<String> {
    let cleaned = clean(text);
    match cleaned.chars().count() {
        0 => Err(Error::invalid(format!("{what} needs a name."))),
        1..=MAX_NAME => Ok(cleaned),
        _ => Err(Error::invalid(format!(
            "That name is too long: {MAX_NAME} characters at the most."
        ))),
    }
}

/// An e-mail address, roughly: whether it works, only a mail can tell.
pub(super) fn email(text: &str) -> Result<String> {
    let cleaned = clean(text);
    let parts: Vec<&str> = cleaned.split('@').collect();
    let good = matches!(parts[..], [who, at] if !who.is_empty() && !at.is_empty())
        && !cleaned.chars().any(char::is_whitespace)
        && cleaned.len() <= 254;
    if good {
        return Ok(cleaned);
    }
    Err(Error::invalid(
        "That is not an e-mail address: it needs one @ and no blanks, like ana@example.org.",
    ))
}

/// A password that is not among the first to be guessed.
pub(super) fn password(password: &Secret, email: &str) -> Result<()> {
    let text = password.reveal();
    let length = text.chars().count();
    if length < MIN_PASSWORD {
        return Err(Error::invalid(format!(
            "The password is too short: at least {MIN_PASSWORD} characters."
        )));
    }
    if length > MAX_PASSWORD {
        return Err(Error::invalid(format!(
            "The password is too long: {MAX_PASSWORD} characters at the most."
        )));
    }
    if folded_email(text) == folded_email(email) {
        return Err(Error::invalid(
            "The password must not be the e-mail address.",
        ));
    }
    let mut chars = text.chars();
    let first = chars.next();
    if chars.all(|c| Some(c) == first) {
        return Err(Error::invalid(
            "The password must not be one character over and over.",
        ));
    }
    Ok(())
}

/// A PIN that is not among the first to be guessed.
pub(super) fn pin(pin: &Secret) -> Result<()> {
    let digits = pin.reveal().as_bytes();
    if !(4..=8).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return Err(Error::invalid("A PIN has 4 to 8 digits."));
    }
    let steps: Vec<i16> = digits
        .windows(2)
        .map(|pair| i16::from(pair[1]) - i16::from(pair[0]))
        .collect();
    if [0, 1, -1]
        .iter()
        .any(|step| steps.iter().all(|s| s == step))
    {
        return Err(Error::invalid(
            "This PIN is too easy to guess. Take digits that are neither the same nor in a row.",
        ));
    }
    Ok(())
}

/// A currency's three letters.
pub(super) fn currency(text: &str) -> Result<String> {
    let code = text.trim().to_ascii_uppercase();
    if code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) {
        return Ok(code);
    }
    Err(Error::invalid(
        "A currency has three letters, like EUR or USD.",
    ))
}

/// A time zone by its IANA name.
pub(super) fn time_zone(text: &str) -> Result<String> {
    let name = text.trim();
    TimeZone::get(name)
        .ok()
        .and_then(|zone| zone.iana_name().map(str::to_owned))
        .ok_or_else(|| {
            Error::invalid("This time zone is not known. Take a name like Europe/Berlin or UTC.")
        })
}

/// Whether both lie on one calendar day in the zone.
pub(super) fn same_day(zone: &str, one: Timestamp, other: Timestamp) -> bool {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let day = |at: Timestamp| {
        jiff::Timestamp::from_microsecond(at.micros())
            .map(|at| at.to_zoned(zone.clone()).date())
            .ok()
    };
    let day_of_one = day(one);
    day_of_one.is_some() && day_of_one == day(other)
}

/// Days that a code or token is valid.
pub(super) fn days(days: u16, most: u16) -> Result<i64> {
    if (1..=most).contains(&days) {
        return Ok(i64::from(days));
    }
    Err(Error::invalid(format!(
        "It can be valid for 1 to {most} days."
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned_and_bounded() {
        assert_eq!(
            name("A shop", "  Ana's\u{1b} Bricks ").expect("good"),
            "Ana's Bricks"
        );
        assert!(name("A shop", " \u{7} ").is_err());
        assert!(name("A shop", &"ä".repeat(60)).is_ok());
        assert!(name("A shop", &"ä".repeat(61)).is_err());
    }

    #[test]
    fn addresses() {
        for good in ["a@b", " Ana.B+x@Example.org "] {
            assert!(email(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "@b", "a@", "a@b@c", "a b@c"] {
            assert!(email(bad).is_err(), "{bad}");
        }
        assert!(email(&format!("{}@b", "a".repeat(253))).is_err());
    }

    #[test]
    fn passwords() {
        let try_it = |text: &str| password(&Secret::new(text), "ana.b@example.org");
        assert!(try_it("0123456789").is_ok());
        assert!(try_it("012345678").is_err());
        assert!(try_it("Ana.B@example.org").is_err());
        assert!(try_it("aaaaaaaaaaaa").is_err());
        assert!(try_it(&"ab".repeat(128)).is_ok());
        assert!(try_it(&"ab".repeat(129)).is_err());
    }

    #[test]
    fn pins() {
        let try_it = |text: &str| pin(&Secret::new(text));
        for good in ["1357", "1122", "90210", "12345679"] {
            assert!(try_it(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "123",
            "1234",
            "87654321",
            "0000",
            "123456789",
            "12a4",
            "١٢٣٥",
        ] {
            assert!(try_it(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn currencies_zones_and_days() {
        assert_eq!(currency(" eur ").expect("good"), "EUR");
        assert!(currency("EURO").is_err() && currency("E1R").is_err());
        assert_eq!(time_zone("UTC").expect("good"), "UTC");
        assert!(time_zone("Europe/Nowhere").is_err() && time_zone("").is_err());
        assert!(days(0, 30).is_err() && days(31, 30).is_err() && days(30, 30).is_ok());
        let late = Timestamp::from_seconds(86_399);
        let next = Timestamp::from_seconds(86_400);
        assert!(!same_day("UTC", late, next));
        assert!(same_day("UTC", Timestamp::from_seconds(0), late));
    }
}
