//! Every way to go wrong, and what a client makes of it.

use brickops::domain::market::{Class, Service};

use crate::verb::{Harm, Verb};

/// What the world looks like after a call that failed for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing changed.
    Nothing,
    /// It was done.
    Done,
}

/// A way to fail.
pub struct Mode {
    /// As the sandbox writes it.
    pub fault: &'static str,
    /// What kind of failure it is to the client, in the order of [`Service::ALL`]; `None`: the service has
    /// no such way, or it works all the same.
    pub class: [Option<Class>; 3],
    /// Whether nobody can know if the call took effect.
    pub doubtful: bool,
    /// Whether the same call a moment later may go better.
    pub again: bool,
    /// What it did.
    pub effect: Effect,
}

impl Mode {
    /// What a client of this service makes of it.
    pub fn class(&self, service: Service) -> Option<Class> {
        let at = Service::ALL.iter().position(|one| *one == service);
        self.class[at.expect("a service")]
    }

    /// What this call's client makes of it, and whether it leaves open what happened.
    pub fn meaning(&self, verb: &Verb) -> Option<(Class, bool)> {
        let class = self.class(verb.service)?;
        match self.fault {
            // A list or a batch in which nothing of what was asked for is said.
            "status_error" if verb.harm == Harm::Reads || verb.name == "POST bulk/batch" => {
                Some((Class::Garbled, true))
            }
            "no_items" if !verb.name.starts_with("POST predict") => None,
            _ => Some((class, self.doubtful)),
        }
    }
}

/// Ways to fail.
pub fn failing() -> Vec<Mode> {
    use Class::{Broken, Forbidden, Garbled, Keys, Refused, Silent, Throttled, TooLarge};
    use Effect::{Done, Nothing};
    let mode = |fault, class, doubtful, again, effect| Mode {
        fault,
        class,
        doubtful,
        again,
        effect,
    };
    let all = |class| [Some(class); 3];
    vec![
        mode("http_500", all(Broken), true, true, Nothing),
        mode("http_502", all(Broken), true, true, Nothing),
        mode("http_503", all(Broken), true, true, Nothing),
        mode("maintenance_html_200", all(Garbled), true, true, Nothing),
        mode("meta_500", all(Broken), true, true, Nothing),
        mode(
            "error_200",
            [None, Some(Refused), None],
            false,
            false,
            Nothing,
        ),
        mode(
            "status_error",
            [None, Some(Refused), None],
            false,
            false,
            Nothing,
        ),
        mode("timeout_before", all(Silent), true, true, Nothing),
        mode("timeout_after", all(Silent), true, true, Done),
        mode("reset_before", all(Silent), true, true, Nothing),
        mode("reset_after", all(Silent), true, true, Done),
        mode("reset_middle", all(Silent), true, true, Done),
        mode("dup_create", all(Silent), true, true, Done),
        mode("error_after", all(Broken), true, true, Done),
        mode("truncated_json", all(Garbled), true, true, Done),
        mode("truncated_json(0)", all(Garbled), true, true, Nothing),
        mode("garbage_json", all(Garbled), true, true, Done),
        mode("garbage_json(0)", all(Garbled), true, true, Nothing),
        mode("empty_body", all(Garbled), true, true, Done),
        mode("empty_body(0)", all(Garbled), true, true, Nothing),
        mode("rate_429_gateway", all(Throttled), false, false, Nothing),
        mode("rate_429_meta", all(Throttled), false, false, Nothing),
        mode(
            "blocked_key",
            [Some(Throttled), Some(Keys), None],
            false,
            false,
            Nothing,
        ),
        mode("permission", all(Forbidden), false, false, Nothing),
        // BrickLink knows no such answer: it is a page from somebody in between.
        mode(
            "too_large",
            [Some(Garbled), None, None],
            true,
            true,
            Nothing,
        ),
        mode(
            "too_large",
            [None, Some(Refused), Some(Refused)],
            false,
            false,
            Nothing,
        ),
        mode("flood(200)", all(TooLarge), true, false, Nothing),
        mode("bomb(6)", all(TooLarge), true, false, Nothing),
        mode(
            "oauth_flaky",
            [Some(Keys), None, None],
            false,
            false,
            Nothing,
        ),
        mode(
            "no_items",
            [None, None, Some(Garbled)],
            false,
            true,
            Nothing,
        ),
    ]
}

/// Ways that change the answer's clothes only.
pub const HARMLESS: [&str; 7] = [
    "slow(10)",
    "drip(10)",
    "extra_fields",
    "null_fields",
    "int_as_string",
    "numbers",
    "one_object",
];
