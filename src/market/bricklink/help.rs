//! What the refusals of BrickLink mean and what a person does about them.

use crate::domain::market::Class;

/// What an answer's code and texts mean, with a sentence for a person. Texts are free of keys.
pub fn judge(code: i64, message: &str, description: &str) -> (Class, String) {
    let said = if description.is_empty() {
        message
    } else {
        description
    };
    let words = format!("{message} {description}").to_ascii_lowercase();
    if code == 429 || is_exhausted(&words) {
        return (
            Class::Throttled,
            "BrickLink takes no more calls with these keys: the day's calls are used up or the consumer \
             key is blocked. Calls go on by themselves when some are free again; if it lasts longer than \
             a day, ask BrickLink about the consumer key."
                .into(),
        );
    }
    let class = match code {
        401 => return (Class::Keys, keys(said, &words)),
        403 => Class::Forbidden,
        404 => Class::NotFound,
        400..500 => Class::Refused,
        500.. => Class::Broken,
        _ => Class::Garbled,
    };
    let text = match class {
        Class::Forbidden => format!(
            "BrickLink does not allow this with these keys ({}); check that the keys belong to this shop's account.",
            quoted(said)
        ),
        Class::NotFound => format!("BrickLink does not know it ({}).", quoted(said)),
        Class::Refused => refused(said, &words),
        Class::Broken => format!(
            "BrickLink failed ({}); it is tried again later.",
            quoted(said)
        ),
        _ => format!(
            "BrickLink answered with an unknown code {code} ({}).",
            quoted(said)
        ),
    };
    (class, text)
}

/// Whether a text says that the day's calls are used up.
pub fn is_exhausted(lower: &str) -> bool {
    lower.contains("blocked consumer_key")
        || lower.contains("blocked consumer key")
        || lower.contains("quota exceeded")
        || lower.contains("error.page?code=429")
}

/// Whether a refusal of keys may be the fault of a clock.
pub fn speaks_of_time(lower: &str) -> bool {
    lower.contains("timestamp") || lower.contains("nonce")
}

fn keys(said: &str, words: &str) -> String {
    const PAGE: &str = "bricklink.com/v2/api/register_consumer.page";
    if words.contains("token_ip_mismatched") {
        let ip = said
            .rsplit_once("IP:")
            .map(|(_, ip)| ip.trim())
            .filter(|ip| ip.parse::<std::net::IpAddr>().is_ok());
        let from = ip.map_or_else(String::new, |ip| format!(" (it came from {ip})"));
        return format!(
            "BrickLink refused the call because the token is bound to another IP address{from}; make a \
             token for this address, or for any with 0.0.0.0, at {PAGE} and enter it here."
        );
    }
    if words.contains("signature_invalid") {
        return "BrickLink refused the signature: one of the two secrets is wrong; copy the consumer \
                secret and the token secret again and enter them here."
            .into();
    }
    if speaks_of_time(words) {
        return format!(
            "BrickLink refused the time of the call ({}); set this machine's clock right, then test the \
             connection again.",
            quoted(said)
        );
    }
    if words.contains("consumer") && words.contains("unknown") {
        return format!(
            "BrickLink does not know the consumer key; copy it again from {PAGE} and enter it here."
        );
    }
    if words.contains("token") {
        return format!(
            "BrickLink refused the token ({}); copy token value and token secret again from {PAGE} and \
             enter them here.",
            quoted(said)
        );
    }
    format!(
        "BrickLink refused the keys ({}); check all four at {PAGE} and enter them again.",
        quoted(said)
    )
}

fn refused(said: &str, words: &str) -> String {
    if words.contains("not_in_updatable_status") {
        return "BrickLink does not change an order in its present state; read it again to see where it \
                stands."
            .into();
    }
    if words.contains("invalid item sequence number") {
        return "BrickLink numbers sets with a suffix: write 75192-1 instead of 75192.".into();
    }
    if words.contains("string input must not be null") {
        return "BrickLink wants the public note with every change of a lot; read the lot and try again."
            .into();
    }
    format!(
        "BrickLink refused what was asked ({}); correct it and try again.",
        quoted(said)
    )
}

/// Their words, short enough for a sentence.
fn quoted(said: &str) -> String {
    let said = crate::domain::text::clean(said);
    if said.is_empty() {
        return "it gave no reason".into();
    }
    let short: String = said.chars().take(200).collect();
    format!("\u{201c}{short}\u{201d}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table")]
    fn every_refusal_has_its_class_and_help() {
        for (code, message, description, class, help) in [
            (
                401,
                "BAD_OAUTH_REQUEST",
                "TOKEN_IP_MISMATCHED: consumer: … IP: 192.0.2.7",
                Class::Keys,
                "192.0.2.7",
            ),
            (
                401,
                "BAD_OAUTH_REQUEST",
                "SIGNATURE_INVALID: x",
                Class::Keys,
                "one of the two secrets",
            ),
            (
                401,
                "BAD_OAUTH_REQUEST",
                "NONCE_USED: x",
                Class::Keys,
                "clock",
            ),
            (
                401,
                "BAD_OAUTH_REQUEST",
                "TIMESTAMP_REFUSED: x",
                Class::Keys,
                "clock",
            ),
            (
                401,
                "BAD_OAUTH_REQUEST",
                "CONSUMER_KEY_UNKNOWN: x",
                Class::Keys,
                "consumer key",
            ),
            (
                401,
                "BAD_OAUTH_REQUEST",
                "TOKEN_REJECTED: x",
                Class::Keys,
                "token value",
            ),
            (401, "", "", Class::Keys, "check all four"),
            (401, "", "blocked consumer_key", Class::Throttled, "blocked"),
            (403, "", "blocked consumer_key", Class::Throttled, "blocked"),
            (
                403,
                "PERMISSION_DENIED",
                "",
                Class::Forbidden,
                "PERMISSION_DENIED",
            ),
            (
                404,
                "RESOURCE_NOT_FOUND",
                "no lot",
                Class::NotFound,
                "no lot",
            ),
            (
                422,
                "RESOURCE_UPDATE_NOT_ALLOWED",
                "NOT_IN_UPDATABLE_STATUS",
                Class::Refused,
                "present state",
            ),
            (
                400,
                "PARAMETER_MISSING_OR_INVALID",
                "Invalid item sequence number: null",
                Class::Refused,
                "75192-1",
            ),
            (
                400,
                "PARAMETER_MISSING_OR_INVALID",
                "String input must not be null",
                Class::Refused,
                "public note",
            ),
            (
                400,
                "PARAMETER_MISSING_OR_INVALID",
                "Parameter [is_retain] is missing",
                Class::Refused,
                "[is_retain]",
            ),
            (405, "METHOD_NOT_ALLOWED", "", Class::Refused, "METHOD"),
            (415, "UNSUPPORTED_MEDIA_TYPE", "", Class::Refused, "MEDIA"),
            (429, "", "", Class::Throttled, "used up"),
            (
                500,
                "INTERNAL_SERVER_ERROR",
                "",
                Class::Broken,
                "tried again",
            ),
            (302, "", "", Class::Garbled, "302"),
        ] {
            let (judged, text) = judge(code, message, description);
            assert_eq!(judged, class, "{code} {description}");
            assert!(text.contains(help), "{code} {description}: {text}");
        }
    }
}
