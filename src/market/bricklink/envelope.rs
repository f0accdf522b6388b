//! Says what an answer of BrickLink means: its own code decides, not HTTP's.

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};

use crate::domain::Timestamp;
use crate::domain::market::{Class, Done, Failure, Service};
use crate::market::redact::Redactor;
use crate::market::{Answer, Method};

use super::help::{is_exhausted, judge, speaks_of_time};
use super::shapes::Meta;

/// Only how it went; whatever `data` is.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    meta: Option<Meta>,
}

#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Whole<T> {
    #[serde(default = "nothing", deserialize_with = "something")]
    data: Option<T>,
}

const fn nothing<T>() -> Option<T> {
    None
}

fn something<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    Option::<T>::deserialize(from)
}

/// A call as its answer is judged.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// How.
    pub method: Method,
    /// Its name.
    pub endpoint: &'static str,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// Removes keys from what is kept.
    pub redactor: &'a Redactor,
}

impl Asked<'_> {
    /// A failure of this call. Reading never leaves a doubt behind.
    pub fn failure(&self, class: Class, done: Done, text: impl Into<String>) -> Box<Failure> {
        let text = self.redactor.text(&text.into());
        let mut failure = Failure::new(Service::BrickLink, class, text);
        self.endpoint.clone_into(&mut failure.endpoint);
        if self.method != Method::Get {
            failure.done = done;
        }
        Box::new(failure)
    }

    fn answered(
        &self,
        answer: &Answer,
        class: Class,
        done: Done,
        text: impl Into<String>,
    ) -> Box<Failure> {
        let mut failure = self.failure(class, done, text);
        failure.raw = self.redactor.raw(&answer.body);
        failure.retry_after = retry_after(answer);
        failure
    }

    /// Whether the answer is a success.
    ///
    /// # Errors
    /// What it is instead.
    pub fn done(&self, answer: &Answer) -> Result<(), Box<Failure>> {
        if answer.body.iter().all(u8::is_ascii_whitespace) {
            return self.empty(answer);
        }
        let Ok(Head { meta: Some(meta) }) = serde_json::from_slice(&answer.body) else {
            return Err(self.no_envelope(answer));
        };
        // Without a code of its own HTTP's is all there is.
        let code = meta.code.unwrap_or(i64::from(answer.status));
        if (200..300).contains(&code) {
            return Ok(());
        }
        let message = self.redactor.text(&meta.message);
        let description = self.redactor.text(&meta.description);
        let (class, text) = judge(code, &message, &description);
        let done = match class {
            Class::Broken | Class::Garbled => Done::Unknown,
            _ => Done::No,
        };
        Err(self.answered(answer, class, done, text))
    }

    /// What a successful answer carries; `None`: it carries nothing.
    ///
    /// # Errors
    /// It is no success, or has a shape that makes no sense.
    pub fn data<T: DeserializeOwned>(&self, answer: &Answer) -> Result<Option<T>, Box<Failure>> {
        self.done(answer)?;
        if answer.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(None);
        }
        match serde_json::from_slice::<Whole<T>>(&answer.body) {
            Ok(whole) => Ok(whole.data),
            Err(e) => Err(self.answered(
                answer,
                Class::Garbled,
                Done::Unknown,
                format!(
                    "BrickLink answered in a shape that makes no sense ({e}); it is tried again later."
                ),
            )),
        }
    }

    /// A failure because what came is not what was asked for.
    pub fn odd(&self, answer: &Answer, text: &str) -> Box<Failure> {
        self.answered(answer, Class::Garbled, Done::Unknown, text)
    }

    /// Nothing at all is a success only where HTTP itself says that nothing comes.
    fn empty(&self, answer: &Answer) -> Result<(), Box<Failure>> {
        match answer.status {
            204 => Ok(()),
            200..300 => Err(self.answered(
                answer,
                Class::Garbled,
                Done::Unknown,
                "BrickLink answered with nothing; it is tried again later.",
            )),
            _ => Err(self.no_envelope(answer)),
        }
    }

    /// No JSON of theirs: a page for people, half a document, another server's words.
    fn no_envelope(&self, answer: &Answer) -> Box<Failure> {
        let text = String::from_utf8_lossy(&answer.body[..answer.body.len().min(64 * 1024)]);
        let lower = text.to_ascii_lowercase();
        let leads = answer.header("location").unwrap_or_default();
        if answer.status == 429 || is_exhausted(&lower) || is_exhausted(&leads.to_ascii_lowercase())
        {
            let (class, help) = judge(429, "", "");
            return self.answered(answer, class, Done::No, help);
        }
        let page = lower.trim_start().starts_with('<');
        match answer.status {
            401 | 403 => {
                let (class, help) = judge(i64::from(answer.status), "", "");
                self.answered(answer, class, Done::No, help)
            }
            500.. => self.answered(
                answer,
                Class::Broken,
                Done::Unknown,
                format!(
                    "BrickLink is out of order at the moment (HTTP {}); it is tried again later.",
                    answer.status
                ),
            ),
            // A page that says "not found" must not be taken for a lot that is gone.
            status if page => self.answered(
                answer,
                Class::Garbled,
                Done::Unknown,
                format!(
                    "BrickLink answered with a web page instead of data (HTTP {status}), as it does during \
                     maintenance; it is tried again later."
                ),
            ),
            300..=399 => self.answered(
                answer,
                Class::Garbled,
                Done::Unknown,
                format!(
                    "BrickLink's address leads elsewhere (HTTP {}); it is tried again later.",
                    answer.status
                ),
            ),
            status => self.answered(
                answer,
                Class::Garbled,
                Done::Unknown,
                format!(
                    "BrickLink's answer is damaged or incomplete (HTTP {status}); it is tried again later."
                ),
            ),
        }
    }
}

/// Whether a failure may be the fault of this machine's clock, and what time it is for the service.
pub fn clock_of(answer: &Answer, failure: &Failure) -> Option<Timestamp> {
    if failure.class != Class::Keys || !speaks_of_time(&failure.raw.to_ascii_lowercase()) {
        return None;
    }
    answer.header("date").and_then(http_date)
}

fn http_date(text: &str) -> Option<Timestamp> {
    let at = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(text)
        .ok()?;
    Some(Timestamp::from_micros(at.as_microsecond()))
}

/// Seconds until the service wants to be asked again. A date counts from the date of the answer.
fn retry_after(answer: &Answer) -> Option<u32> {
    let after = answer.header("retry-after")?.trim();
    if let Ok(seconds) = after.parse() {
        return Some(seconds);
    }
    let at = http_date(after)?;
    let from = answer.header("date").and_then(http_date)?;
    u32::try_from(at.since(from) / crate::domain::time::SECOND).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Secret;
    use crate::market::bricklink::mapping::Object;
    use crate::market::bricklink::shapes::Item;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status,
            headers: vec![("date".into(), "Sun, 06 Nov 1994 08:49:37 GMT".into())],
            body: body.as_bytes().to_vec(),
        }
    }

    fn verdict(method: Method, answer: &Answer) -> Option<(Class, Done)> {
        let redactor = Redactor::new([&Secret::new("SECRETSECRET")]);
        let asked = Asked {
            method,
            endpoint: "GET x",
            attempt: 1,
            redactor: &redactor,
        };
        let failure = asked.done(answer).err()?;
        assert_eq!(failure.endpoint, "GET x");
        assert!(!failure.raw.contains("SECRET") && !failure.text.contains("SECRET"));
        assert!(failure.raw.len() <= 2_048);
        Some((failure.class, failure.done))
    }

    fn meta(code: &str, description: &str) -> String {
        format!(r#"{{"meta":{{"description":"{description}","message":"M","code":{code}}}}}"#)
    }

    #[test]
    fn their_code_decides() {
        for code in ["200", "201", "204", "\"200\""] {
            for status in [200, 201, 404, 500] {
                assert_eq!(verdict(Method::Put, &answer(status, &meta(code, ""))), None);
            }
        }
        for (code, class, done) in [
            ("400", Class::Refused, Done::No),
            ("401", Class::Keys, Done::No),
            ("403", Class::Forbidden, Done::No),
            ("\"404\"", Class::NotFound, Done::No),
            ("422", Class::Refused, Done::No),
            ("429", Class::Throttled, Done::No),
            ("500", Class::Broken, Done::Unknown),
            ("777", Class::Broken, Done::Unknown),
            ("0", Class::Garbled, Done::Unknown),
        ] {
            for status in [200, 404, 500] {
                let answer = answer(status, &meta(code, "consumer: SECRETSECRET"));
                assert_eq!(
                    verdict(Method::Post, &answer),
                    Some((class, done)),
                    "{code}"
                );
                assert_eq!(
                    verdict(Method::Get, &answer),
                    Some((class, Done::No)),
                    "{code}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_envelope() {
        for (status, body, class, done) in [
            (200, "", Class::Garbled, Done::Unknown),
            (
                200,
                "<html>maintenance</html>",
                Class::Garbled,
                Done::Unknown,
            ),
            (404, "<html>not found</html>", Class::Garbled, Done::Unknown),
            (404, "", Class::Garbled, Done::Unknown),
            (
                200,
                r#"{"meta":{"code":200},"data":[{"inv"#,
                Class::Garbled,
                Done::Unknown,
            ),
            (200, "SECRETSECRET", Class::Garbled, Done::Unknown),
            (200, "[]", Class::Garbled, Done::Unknown),
            (200, "{}", Class::Garbled, Done::Unknown),
            (200, r#"{"meta":null}"#, Class::Garbled, Done::Unknown),
            (
                200,
                r#"{"meta":{"code":"x"}}"#,
                Class::Garbled,
                Done::Unknown,
            ),
            (500, "<html>", Class::Broken, Done::Unknown),
            (503, "", Class::Broken, Done::Unknown),
            (502, "Bad gateway", Class::Broken, Done::Unknown),
            (401, "<html>", Class::Keys, Done::No),
            (403, "", Class::Forbidden, Done::No),
            (429, "<html>slow down</html>", Class::Throttled, Done::No),
            (429, "", Class::Throttled, Done::No),
            (200, "<p>Quota exceeded</p>", Class::Throttled, Done::No),
            (403, "blocked consumer_key", Class::Throttled, Done::No),
            (302, "", Class::Garbled, Done::Unknown),
        ] {
            let found = verdict(Method::Put, &answer(status, body));
            assert_eq!(found, Some((class, done)), "{status} {body}");
        }
        assert_eq!(verdict(Method::Put, &answer(204, "")), None);
        let mut away = answer(302, "");
        away.headers
            .push(("location".into(), "/error.page?code=429".into()));
        assert_eq!(
            verdict(Method::Put, &away),
            Some((Class::Throttled, Done::No))
        );
    }

    #[test]
    fn data_in_every_form() {
        let redactor = Redactor::default();
        let asked = Asked {
            method: Method::Get,
            endpoint: "GET x",
            attempt: 1,
            redactor: &redactor,
        };
        let read = |data: &str| {
            let body = format!(r#"{{"data":{data},"extra":1,"meta":{{"code":200}}}}"#);
            let data = asked.data::<Object<Item>>(&answer(200, &body));
            data.map(|item| item.map(|item| item.0.no))
                .map_err(|e| e.class)
        };
        assert_eq!(read(r#"{"no":"3001","new":{}}"#), Ok(Some("3001".into())));
        assert_eq!(read("null"), Ok(None));
        assert_eq!(read("{}"), Ok(Some(String::new())));
        assert_eq!(read("[1]"), Err(Class::Garbled));
        assert_eq!(read("\"x\""), Err(Class::Garbled));
        let without = answer(200, r#"{"meta":{"code":201}}"#);
        assert!(matches!(asked.data::<Object<Item>>(&without), Ok(None)));
    }

    #[test]
    fn the_time_of_the_service() {
        let redactor = Redactor::default();
        let asked = Asked {
            method: Method::Get,
            endpoint: "GET x",
            attempt: 1,
            redactor: &redactor,
        };
        for (text, counts) in [
            ("NONCE_USED", true),
            ("Timestamp refused", true),
            ("TOKEN_REJECTED", false),
        ] {
            let answer = answer(200, &meta("401", text));
            let failure = asked.done(&answer).expect_err("refused");
            let at = clock_of(&answer, &failure).map(Timestamp::micros);
            assert_eq!(at, counts.then_some(784_111_777_000_000), "{text}");
        }
        let mut slow = answer(429, "");
        slow.headers.push(("retry-after".into(), "120".into()));
        assert_eq!(
            asked.done(&slow).expect_err("refused").retry_after,
            Some(120)
        );
        slow.headers[1].1 = "Sun, 06 Nov 1994 08:50:37 GMT".into();
        assert_eq!(
            asked.done(&slow).expect_err("refused").retry_after,
            Some(60)
        );
        slow.headers[1].1 = "soon".into();
        assert_eq!(asked.done(&slow).expect_err("refused").retry_after, None);
    }
}
