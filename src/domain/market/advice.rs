//! What a person can do when keys do not work.

use super::{Class, Failure, Service};

/// What to do about a failed test of keys; empty where the failure's own sentence says all.
pub fn advice(failure: &Failure) -> String {
    let said = format!("{} {}", failure.text, failure.raw).to_uppercase();
    let known = match failure.service {
        Service::BrickLink => bricklink(&said),
        _ => None,
    };
    if let Some(text) = known {
        return text;
    }
    let page = match failure.service {
        Service::BrickLink => "bricklink.com/v2/api/register_consumer.page",
        Service::BrickOwl => "the API page of your BrickOwl account",
        Service::Brickognize => "brickognize.com",
    };
    match failure.class {
        Class::Keys => format!("Copy the keys again from {page} and enter all of them anew."),
        Class::Forbidden => match failure.service {
            Service::BrickOwl => format!(
                "The key may not read the store. Give it permission for inventory and orders on {page}."
            ),
            _ => format!("The account may not do this. Only sellers have an API; see {page}."),
        },
        Class::Throttled | Class::Budget => {
            "The calls are used up. Nothing is wrong with the keys; test them again later.".into()
        }
        Class::Held | Class::Unreachable | Class::Silent | Class::Broken | Class::Garbled => {
            "This says nothing about the keys. Test them again later; the shop goes on meanwhile."
                .into()
        }
        Class::Tls => {
            "Somebody stands in between, or this machine's clock or certificates are wrong. Check \
             date and time, and any proxy."
                .into()
        }
        Class::Offline => {
            "Leave out --offline, DISABLE_EXTERNAL_CALLS and `offline = true` to call it.".into()
        }
        Class::NoKeys => "Enter the keys, or switch them on.".into(),
        Class::NotFound | Class::Refused | Class::TooLarge => String::new(),
    }
}

fn bricklink(said: &str) -> Option<String> {
    let text = if said.contains("TOKEN_IP_MISMATCHED") {
        let seen = address(said).map_or_else(
            || "the address this machine calls from".to_owned(),
            |ip| format!("{ip}, which this machine calls from,"),
        );
        return Some(format!(
            "The token is bound to another IP address. On BrickLink's API page allow {seen} or 0.0.0.0 for \
             any, then enter the new token."
        ));
    } else if said.contains("SIGNATURE_INVALID") {
        "One of the two secrets is not the one of this key and token. Copy consumer secret and token \
         secret again."
    } else if said.contains("BLOCKED CONSUMER_KEY") {
        "BrickLink has blocked this consumer key, usually for too many calls. Wait a day, or ask \
         BrickLink's help desk."
    } else if said.contains("CONSUMER_KEY_UNKNOWN") {
        "BrickLink does not know this consumer key. Copy it again from BrickLink's API page."
    } else if said.contains("TOKEN_REJECTED") {
        "BrickLink does not know this token, or it was deleted. Make a new one on BrickLink's API page."
    } else if said.contains("TIMESTAMP") || said.contains("NONCE") {
        "BrickLink finds the time of the call wrong. Check this machine's clock."
    } else {
        return None;
    };
    Some(text.to_owned())
}

/// The address that BrickLink names behind `IP:`.
fn address(said: &str) -> Option<String> {
    let (_, behind) = said.split_once("IP: ")?;
    let end = behind
        .find(|c: char| !(c.is_ascii_hexdigit() || c == '.' || c == ':'))
        .unwrap_or(behind.len());
    let text = &behind[..end];
    text.parse::<std::net::IpAddr>()
        .ok()
        .map(|ip| ip.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(raw: &str, class: Class) -> String {
        let mut failure = Failure::new(Service::BrickLink, class, "BrickLink refuses the keys.");
        failure.raw = raw.to_owned();
        advice(&failure)
    }

    #[test]
    fn known_refusals_have_their_own_help() {
        for (raw, word) in [
            (
                "TOKEN_IP_MISMATCHED: consumer: X IP: 203.0.113.9\"",
                "203.0.113.9",
            ),
            (
                "TOKEN_IP_MISMATCHED: consumer: X IP: 2001:db8::7",
                "2001:db8::7",
            ),
            ("TOKEN_IP_MISMATCHED", "this machine calls from"),
            ("SIGNATURE_INVALID: x", "two secrets"),
            ("blocked consumer_key", "blocked"),
            ("CONSUMER_KEY_UNKNOWN: consumer: X", "consumer key"),
            ("TOKEN_REJECTED: consumer: X", "new one"),
            ("TIMESTAMP_REFUSED: consumer: X", "clock"),
            ("something else", "Copy the keys again"),
        ] {
            let text = said(raw, Class::Keys);
            assert!(text.contains(word), "{raw}: {text}");
        }
        assert!(said("", Class::Forbidden).contains("sellers"));
        assert!(said("", Class::Silent).contains("nothing about the keys"));
    }
}
