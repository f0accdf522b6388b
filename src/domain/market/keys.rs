//! The keys of a shop at a marketplace: what is entered, and what is shown of it ever after.

use serde::{Deserialize, Serialize};

use super::{BudgetView, Class, StoreFacts};
use crate::domain::{Marketplace, Secret, Timestamp};

/// The four values of BrickLink's page for consumers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrickLinkKeys {
    /// Consumer key.
    pub consumer_key: Secret,
    /// Consumer secret.
    pub consumer_secret: Secret,
    /// Token value.
    pub token: Secret,
    /// Token secret.
    pub token_secret: Secret,
}

/// The keys of one marketplace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum MarketKeys {
    /// BrickLink's four values.
    BrickLink(BrickLinkKeys),
    /// BrickOwl's one key.
    BrickOwl(Secret),
}

/// A value that is entered: its name for people, its name in JSON, and whether its end may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyField {
    /// For people.
    pub label: &'static str,
    /// In JSON on standard input.
    pub name: &'static str,
    /// It names the account rather than proving it: its last four characters may be shown.
    pub names: bool,
}

const fn field(label: &'static str, name: &'static str, names: bool) -> KeyField {
    KeyField { label, name, names }
}

const BRICKLINK: &[KeyField] = &[
    field("Consumer key", "consumer_key", true),
    field("Consumer secret", "consumer_secret", false),
    field("Token value", "token", true),
    field("Token secret", "token_secret", false),
];
const BRICKOWL: &[KeyField] = &[field("API key", "key", true)];

/// Shortest value that can be a key, in characters.
const SHORTEST: usize = 8;
/// Longest.
const LONGEST: usize = 128;
/// Shorter ones show nothing of themselves.
const SHOWN_FROM: usize = 16;

impl MarketKeys {
    /// What is entered for a marketplace, in this order.
    pub const fn fields(market: Marketplace) -> &'static [KeyField] {
        match market {
            Marketplace::BrickLink => BRICKLINK,
            Marketplace::BrickOwl => BRICKOWL,
        }
    }

    /// From values in the order of [`MarketKeys::fields`], as they were typed or pasted: blanks and line
    /// breaks around them are left out.
    ///
    /// # Errors
    /// A sentence that says which value cannot be one, and never what it is.
    pub fn entered(market: Marketplace, values: &[Secret]) -> Result<Self, String> {
        let fields = Self::fields(market);
        if values.len() != fields.len() {
            return Err(format!(
                "{} needs {} values: {}.",
                market.name(),
                fields.len(),
                labels(fields)
            ));
        }
        let mut clean = Vec::with_capacity(values.len());
        for (field, value) in fields.iter().zip(values) {
            let value = Secret::new(value.reveal().trim_matches(blank));
            if let Some(wrong) = wrong(value.reveal()) {
                return Err(format!("The {} {wrong}", field.label.to_lowercase()));
            }
            if let Some(at) = clean.iter().position(|other: &Secret| *other == value) {
                return Err(format!(
                    "The {} is the same as the {}. Each value is another one; copy them again.",
                    field.label.to_lowercase(),
                    fields[at].label.to_lowercase()
                ));
            }
            clean.push(value);
        }
        let mut clean = clean.into_iter();
        let mut next = || clean.next().unwrap_or_else(|| Secret::new(""));
        Ok(match market {
            Marketplace::BrickLink => Self::BrickLink(BrickLinkKeys {
                consumer_key: next(),
                consumer_secret: next(),
                token: next(),
                token_secret: next(),
            }),
            Marketplace::BrickOwl => Self::BrickOwl(next()),
        })
    }

    /// Of which marketplace.
    pub const fn market(&self) -> Marketplace {
        match self {
            Self::BrickLink(_) => Marketplace::BrickLink,
            Self::BrickOwl(_) => Marketplace::BrickOwl,
        }
    }

    /// The values in the order of [`MarketKeys::fields`].
    pub fn values(&self) -> Vec<&Secret> {
        match self {
            Self::BrickLink(keys) => vec![
                &keys.consumer_key,
                &keys.consumer_secret,
                &keys.token,
                &keys.token_secret,
            ],
            Self::BrickOwl(key) => vec![key],
        }
    }

    /// The value that calls are counted by.
    pub const fn account(&self) -> &Secret {
        match self {
            Self::BrickLink(keys) => &keys.consumer_key,
            Self::BrickOwl(key) => key,
        }
    }

    /// What may be shown of them.
    pub fn hints(&self) -> Vec<String> {
        let fields = Self::fields(self.market());
        fields
            .iter()
            .zip(self.values())
            .map(|(field, value)| {
                let value = value.reveal();
                if field.names && value.len() >= SHOWN_FROM {
                    format!("…{}", &value[value.len() - 4..])
                } else {
                    "set".to_owned()
                }
            })
            .collect()
    }
}

fn labels(fields: &[KeyField]) -> String {
    let labels: Vec<String> = fields.iter().map(|f| f.label.to_lowercase()).collect();
    labels.join(", ")
}

/// What pages and terminals put around a copied value.
fn blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '\u{feff}' | '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}'
        )
}

fn wrong(value: &str) -> Option<String> {
    let count = value.chars().count();
    if count == 0 {
        return Some("is missing. Copy it from the marketplace's page and paste it.".into());
    }
    if value.contains(blank) {
        return Some("has blanks or line breaks inside. Copy that one value alone.".into());
    }
    if !value.chars().all(|c| c.is_ascii_graphic()) {
        return Some("has characters that no key has. Copy it again.".into());
    }
    if value.contains("://") {
        return Some("is an address. Copy the key itself.".into());
    }
    if value.chars().all(|c| c == '*' || c == '.') {
        return Some("is masked. Let the marketplace's page show it, then copy it.".into());
    }
    if !(SHORTEST..=LONGEST).contains(&count) {
        return Some(format!(
            "has {count} characters; a key has {SHORTEST} to {LONGEST}. Copy all of it and nothing else."
        ));
    }
    None
}

/// How the connection to a marketplace stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum KeyState {
    /// No keys.
    None,
    /// Never tried since they were entered.
    Untested,
    /// They worked when they were tried last.
    Valid,
    /// They did not.
    Failing,
}

impl KeyState {
    /// Its name.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Untested => "untested",
            Self::Valid => "valid",
            Self::Failing => "failing",
        }
    }
}

/// What came of trying keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyTest {
    /// When.
    pub at: Timestamp,
    /// Whom they belong to, if they worked.
    pub facts: Option<StoreFacts>,
    /// What kind of failure, if they did not.
    pub class: Option<Class>,
    /// One sentence: whose store it is, or what went wrong.
    pub text: String,
    /// What to do about it; may be empty.
    pub advice: String,
}

/// A marketplace as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketRow {
    /// Which.
    pub market: Marketplace,
    /// How it stands.
    pub state: KeyState,
    /// Keys are there and may be used.
    pub enabled: bool,
    /// What is shown of each value, in the order of [`MarketKeys::fields`]; none without keys.
    pub hints: Vec<String>,
    /// When they were entered.
    pub entered: Option<Timestamp>,
    /// By whom.
    pub by: String,
    /// The last test.
    pub test: Option<KeyTest>,
    /// Calls and breaker, as far as anything was called with these keys.
    pub budget: Option<BudgetView>,
    /// Why the keys cannot be used although they are there: the master key is missing or another one.
    pub locked: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [&str; 4] = [
        "CONSUMERKEY000000000000000000001",
        "CONSUMERSECRET00000000000000002",
        "TOKEN000000000000000000000000003",
        "TOKENSECRET00000000000000000004",
    ];

    fn entered(values: [&str; 4]) -> Result<MarketKeys, String> {
        MarketKeys::entered(Marketplace::BrickLink, &values.map(Secret::new))
    }

    #[test]
    fn what_is_pasted_around_a_key_goes() {
        let mut dirty = KEYS.map(|key| format!("\u{feff} \t{key}\r\n\u{a0}\u{200b}"));
        dirty[2].push('\n');
        let dirty = [&*dirty[0], &dirty[1], &dirty[2], &dirty[3]];
        let keys = entered(dirty).expect("keys");
        let values: Vec<&str> = keys.values().into_iter().map(Secret::reveal).collect();
        assert_eq!(values, KEYS);
    }

    #[test]
    fn wrong_ones_are_named_and_never_shown() {
        let long = "x".repeat(129);
        for (bad, word) in [
            ("", "missing"),
            (" \n ", "missing"),
            ("ABCDEFGH IJKLMNOP", "blanks"),
            ("ABCDEFGH\nIJKLMNOP", "blanks"),
            ("ABCDEFGHÄÖÜ", "characters that no key has"),
            ("short", "5 characters"),
            (long.as_str(), "129 characters"),
            ("https://www.bricklink.com/", "an address"),
            ("********************", "masked"),
            (KEYS[0], "same as the consumer key"),
        ] {
            let said = entered([KEYS[0], KEYS[1], bad, KEYS[3]]).expect_err(bad);
            assert!(
                said.contains(word) && said.contains("token value"),
                "{said}"
            );
            assert!(bad.trim().len() < 8 || !said.contains(bad.trim()), "{said}");
        }
        let few = MarketKeys::entered(Marketplace::BrickLink, &[Secret::new(KEYS[0])]);
        assert!(few.expect_err("too few").contains("4 values"));
    }

    #[test]
    fn hints_show_the_end_of_names_only() {
        let keys = entered(KEYS).expect("keys");
        assert_eq!(keys.hints(), ["…0001", "set", "…0003", "set"]);
        let short = MarketKeys::entered(Marketplace::BrickOwl, &[Secret::new("ABCDEFGHIJ")]);
        assert_eq!(short.expect("a key").hints(), ["set"]);
        assert!(!format!("{keys:?}").contains("CONSUMER"));
    }
}
