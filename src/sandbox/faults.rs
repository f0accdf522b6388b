//! What goes wrong, where, and at which call: written as one line of text each.

use crate::error::{Error, Result};

/// How faults are written; the help of the command shows it.
pub const HELP: &str = "\
SERVICE:METHOD PATH:MODE[(NUMBERS)][@WHEN]

  SERVICE  bricklink, brickowl, brickognize, pictures, or * for any
  METHOD   GET, POST, PUT, DELETE, or * for any
  PATH     segments behind the base, `*` for any one; longer paths fit too unless it ends in $
  WHEN     3 (the third fitting call), 3-5, 3+ (from then on), /10 (every tenth), * (all); else the first

Before anything is done:
  http_500 http_502 http_503      a page in place of an answer
  maintenance_html_200            a page with status 200
  meta_500                        BrickLink's envelope with code 500, status 200
  error_200                       BrickOwl's error object, status 200
  status_error                    BrickOwl's {\"status\":\"error\"}
  timeout_before reset_before     never answers; hangs up
  rate_429_gateway rate_429_meta blocked_key
  too_large                       413
  permission                      403
  flood(MB) bomb(MB)              an endless answer; one that unpacks to this much
  no_image                        a text that says it is a picture
  no_items                        Brickognize's answer without its list
  oauth_flaky                     a correct signature is refused
After it was done:
  timeout_after reset_after reset_middle error_after dup_create
Done or, with (0), not done:
  truncated_json garbage_json empty_body
On the way:
  slow(MS) drip(MS)
In the answer:
  extra_fields null_fields int_as_string numbers one_object
In the world:
  stale_reads(N)                  the next N lists and N single reads show what was before this write
  missing_order(ID,N)             that order (0: the newest) is left out of N lists, this one first
  late_items(N)                   N reads of an order's lines find nothing
  lost_update                     success is said, nothing is done

For example: bricklink:PUT inventories:timeout_after@3";

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// `/api/store/v1`
    BrickLink,
    /// `/v1`
    BrickOwl,
    /// `/predict`, `/feedback`, `/health`
    Brickognize,
    /// `/img`
    Pictures,
}

impl Service {
    /// Its name in a fault and in counts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BrickLink => "bricklink",
            Self::BrickOwl => "brickowl",
            Self::Brickognize => "brickognize",
            Self::Pictures => "pictures",
        }
    }

    const ALL: [Self; 4] = [
        Self::BrickLink,
        Self::BrickOwl,
        Self::Brickognize,
        Self::Pictures,
    ];
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A page with this status.
    Page(u16),
    /// The same after the work was done.
    ErrorAfter,
    /// BrickLink's envelope with code 500.
    Meta500,
    /// BrickOwl's error with status 200.
    Error200,
    /// BrickOwl's status that is no success.
    StatusError,
    /// No answer, nothing done.
    TimeoutBefore,
    /// Done, no answer.
    TimeoutAfter,
    /// Hangs up, nothing done.
    ResetBefore,
    /// Done, then hangs up: before the answer or in its middle.
    ResetAfter {
        /// Half of the answer is sent.
        middle: bool,
    },
    /// A gateway's 429.
    RateGateway,
    /// A 429 in the service's own words.
    RateMeta,
    /// The key is blocked.
    BlockedKey,
    /// 413
    TooLarge,
    /// 403
    Permission,
    /// So many megabytes.
    Flood(u32),
    /// Packed; unpacks to so many megabytes.
    Bomb(u32),
    /// No picture.
    NoImage,
    /// Brickognize without `items`.
    NoItems,
    /// A signature that is right is refused.
    OauthFlaky,
    /// Half of a JSON text; done or not.
    Truncated(bool),
    /// No JSON at all; done or not.
    Garbage(bool),
    /// Nothing in the body; done or not.
    Empty(bool),
    /// The first byte comes after so many milliseconds.
    Slow(u64),
    /// So many milliseconds between pieces of the body.
    Drip(u64),
    /// Names nobody has heard of.
    ExtraFields,
    /// What is optional is null or missing.
    NullFields,
    /// Numbers as text.
    IntAsString,
    /// Text that is a number as number.
    Numbers,
    /// A list of one is just that one.
    OneObject,
    /// So many reads behind.
    StaleReads(u32),
    /// An order is left out so often.
    MissingOrder(i64, u32),
    /// Lines cannot be read so often.
    LateItems(u32),
    /// Success without effect.
    LostUpdate,
}

impl Mode {
    /// Reads a mode with its numbers.
    fn parse(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once('(').unwrap_or((text, ")"));
        let numbers: Vec<i64> = rest
            .strip_suffix(')')?
            .split(',')
            .map(str::trim)
            .filter(|number| !number.is_empty())
            .map(|number| number.parse().ok())
            .collect::<Option<_>>()?;
        let number = |at: usize, default: i64| numbers.get(at).copied().unwrap_or(default);
        let small = |at, default| u32::try_from(number(at, default)).ok();
        let millis = || u64::try_from(number(0, 1_000)).ok();
        let done = number(0, 1) != 0;
        Some(match name.trim() {
            "http_500" | "http_500_html" => Self::Page(500),
            "http_502" => Self::Page(502),
            "http_503" => Self::Page(503),
            "maintenance_html_200" => Self::Page(200),
            "meta_500" => Self::Meta500,
            "error_200" => Self::Error200,
            "status_error" => Self::StatusError,
            "timeout_before" => Self::TimeoutBefore,
            "timeout_after" => Self::TimeoutAfter,
            "reset_before" => Self::ResetBefore,
            "reset_after" | "dup_create" => Self::ResetAfter { middle: false },
            "reset_middle" => Self::ResetAfter { middle: true },
            "error_after" => Self::ErrorAfter,
            "rate_429_gateway" => Self::RateGateway,
            "rate_429_meta" => Self::RateMeta,
            "blocked_key" => Self::BlockedKey,
            "too_large" => Self::TooLarge,
            "permission" => Self::Permission,
            "flood" => Self::Flood(small(0, 200)?),
            "bomb" => Self::Bomb(small(0, 200)?.min(4_096)),
            "no_image" => Self::NoImage,
            "no_items" => Self::NoItems,
            "oauth_flaky" => Self::OauthFlaky,
            "truncated_json" => Self::Truncated(done),
            "garbage_json" => Self::Garbage(done),
            "empty_body" => Self::Empty(done),
            "slow" => Self::Slow(millis()?),
            "drip" => Self::Drip(millis()?),
            "extra_fields" => Self::ExtraFields,
            "null_fields" => Self::NullFields,
            "int_as_string" => Self::IntAsString,
            "numbers" => Self::Numbers,
            "one_object" => Self::OneObject,
            "stale_reads" => Self::StaleReads(small(0, 1)?),
            "missing_order" => Self::MissingOrder(number(0, 0), small(1, 1)?),
            "late_items" => Self::LateItems(small(0, 1)?),
            "lost_update" => Self::LostUpdate,
            _ => return None,
        })
    }

    /// Whether the world changes although this goes wrong.
    pub const fn done(self) -> bool {
        match self {
            Self::Truncated(done) | Self::Garbage(done) | Self::Empty(done) => done,
            Self::LostUpdate => false,
            _ => true,
        }
    }
}

/// At which of the fitting calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Between(u64, u64),
    Every(u64),
}

impl When {
    fn parse(text: &str) -> Option<Self> {
        let from_one = |text: &str| text.parse::<u64>().ok().filter(|number| *number > 0);
        if text == "*" {
            Some(Self::Between(1, u64::MAX))
        } else if let Some(nth) = text.strip_prefix('/') {
            from_one(nth).map(Self::Every)
        } else if let Some(first) = text.strip_suffix('+') {
            Some(Self::Between(from_one(first)?, u64::MAX))
        } else if let Some((first, last)) = text.split_once('-') {
            Some(Self::Between(from_one(first)?, from_one(last)?))
        } else {
            from_one(text).map(|at| Self::Between(at, at))
        }
    }

    fn fits(self, call: u64) -> bool {
        match self {
            Self::Between(first, last) => (first..=last).contains(&call),
            Self::Every(nth) => call.is_multiple_of(nth),
        }
    }
}

/// One thing that goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    text: String,
    service: Option<Service>,
    method: Option<String>,
    path: Vec<String>,
    exact: bool,
    mode: Mode,
    when: When,
    seen: u64,
    hits: u64,
}

impl Fault {
    /// Reads a fault as [`HELP`] tells.
    ///
    /// # Errors
    /// `Invalid` with what is wrong with it.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |what: &str| {
            Error::invalid(format!(
                "The fault `{text}` {what}. Write one like bricklink:PUT inventories:timeout_after@3."
            ))
        };
        let mut parts = text.trim().splitn(3, ':');
        let (Some(service), Some(call), Some(mode)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong("has not three parts"));
        };
        let service = match service.trim() {
            "*" => None,
            name => Some(
                Service::ALL
                    .into_iter()
                    .find(|service| service.name() == name)
                    .ok_or_else(|| wrong("names no service"))?,
            ),
        };
        let (method, path) = call.trim().split_once(' ').unwrap_or((call.trim(), ""));
        let method = match method {
            "*" => None,
            "GET" | "POST" | "PUT" | "DELETE" => Some(method.to_owned()),
            _ => return Err(wrong("names no method")),
        };
        let path = path.trim();
        let (mode, when) = mode.split_once('@').unwrap_or((mode, "1"));
        Ok(Self {
            text: text.trim().to_owned(),
            service,
            method,
            exact: path.ends_with('$'),
            path: segments(path.trim_end_matches('$')),
            mode: Mode::parse(mode.trim()).ok_or_else(|| wrong("names no way to go wrong"))?,
            when: When::parse(when.trim()).ok_or_else(|| wrong("does not say when"))?,
            seen: 0,
            hits: 0,
        })
    }

    fn fits(&self, service: Service, method: &str, path: &[String]) -> bool {
        self.service.is_none_or(|only| only == service)
            && self.method.as_deref().is_none_or(|only| only == method)
            && (self.path.len() == path.len() || (!self.exact && self.path.len() < path.len()))
            && self
                .path
                .iter()
                .zip(path)
                .all(|(wanted, is)| wanted == "*" || wanted.eq_ignore_ascii_case(is))
    }
}

fn segments(path: &str) -> Vec<String> {
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .map(str::to_owned)
        .collect()
}

/// All that is to go wrong.
#[derive(Debug, Clone, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// One more.
    pub fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// From now on all is well.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// What goes wrong with this call; it counts as one for every fault that fits.
    pub fn take(&mut self, service: Service, method: &str, path: &str) -> Vec<Mode> {
        let path = segments(path);
        let mut modes = Vec::new();
        for fault in &mut self.0 {
            if fault.fits(service, method, &path) {
                fault.seen += 1;
                if fault.when.fits(fault.seen) {
                    fault.hits += 1;
                    modes.push(fault.mode);
                }
            }
        }
        modes
    }

    /// Every fault as it was written, fitting calls so far, and how often it struck.
    pub fn report(&self) -> impl Iterator<Item = (&str, u64, u64)> {
        self.0
            .iter()
            .map(|fault| (fault.text.as_str(), fault.seen, fault.hits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(text: &str, method: &str, path: &str, calls: usize) -> Vec<usize> {
        let mut faults = Faults::default();
        faults.add(Fault::parse(text).expect("a fault"));
        (1..=calls)
            .filter(|_| !faults.take(Service::BrickLink, method, path).is_empty())
            .collect()
    }

    #[test]
    fn a_fault_strikes_where_and_when_it_was_told() {
        let text = "bricklink:PUT inventories:timeout_after";
        assert_eq!(hits(text, "PUT", "/inventories/5", 4), [1]);
        assert_eq!(hits(&format!("{text}@3"), "PUT", "inventories/5", 4), [3]);
        assert_eq!(
            hits(&format!("{text}@2-3"), "PUT", "inventories", 4),
            [2, 3]
        );
        assert_eq!(
            hits(&format!("{text}@3+"), "PUT", "inventories", 5),
            [3, 4, 5]
        );
        assert_eq!(hits(&format!("{text}@/2"), "PUT", "inventories", 5), [2, 4]);
        assert_eq!(hits(&format!("{text}@*"), "PUT", "inventories", 2), [1, 2]);
        assert_eq!(hits(text, "GET", "inventories", 2), [0; 0]);
        assert_eq!(
            hits("*:* orders/*/items:meta_500", "GET", "orders/7/items", 1),
            [1]
        );
        assert_eq!(hits("*:GET orders$:meta_500", "GET", "orders/7", 1), [0; 0]);
        assert_eq!(hits("*:GET orders$:meta_500", "GET", "/orders/", 1), [1]);
        assert_eq!(hits("brickowl:GET:meta_500", "GET", "orders", 1), [0; 0]);
    }

    #[test]
    fn every_mode_of_the_help_is_known_and_nothing_else() {
        let help = HELP.split_once("Before anything").expect("the modes").1;
        let mut known = 0;
        for line in help.lines().filter(|line| line.starts_with("  ")) {
            for word in line.trim().split("  ").next().unwrap_or("").split(' ') {
                let name = word.split('(').next().unwrap_or(word);
                assert!(Mode::parse(name).is_some(), "{name}");
                known += 1;
            }
        }
        assert!(known > 30, "{known}");
        for text in [
            "",
            "bricklink",
            "bricklink:GET orders",
            "bricklink:GET orders:nonsense",
            "ebay:GET orders:meta_500",
            "bricklink:LOOK orders:meta_500",
            "bricklink:GET orders:meta_500@0",
            "bricklink:GET orders:slow(x)",
            "bricklink:GET orders:slow(-5)",
            "bricklink:GET orders:meta_500@x",
        ] {
            assert!(Fault::parse(text).is_err(), "{text}");
        }
        assert_eq!(Mode::parse("slow(250)"), Some(Mode::Slow(250)));
        assert_eq!(
            Mode::parse("missing_order(21500001, 2)"),
            Some(Mode::MissingOrder(21_500_001, 2))
        );
        assert!(!Mode::parse("truncated_json(0)").expect("a mode").done());
    }
}
