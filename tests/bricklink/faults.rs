//! Every verb against every way in which the service fails: what a person is told, whether it was tried
//! again, and whether the program knows that it does not know.

use brickops::domain::market::{Class, Done, ListingChange, Purpose};
use brickops::market::{Broke, Outcome};

use super::verbs::{Harm, LOT, new_lot, verbs};
use super::{KEYS, Reply, Rig, good, meta, page};

/// Attempts of a call that may be repeated.
const ATTEMPTS: usize = 4;

/// A way to fail, what it means, and whether nobody can know if the call took effect.
struct Mode {
    name: &'static str,
    reply: fn() -> Reply,
    class: Class,
    doubtful: bool,
    /// Whether the same call a moment later may go better.
    again: bool,
}

const HTML: &str = "<!DOCTYPE html><html><body>BrickLink is temporarily unavailable. CONSUMERKEYAAAAAAAAAAAAAAAAAAAAA</body></html>";

fn modes() -> Vec<Mode> {
    fn mode(
        name: &'static str,
        class: Class,
        doubtful: bool,
        again: bool,
        reply: fn() -> Reply,
    ) -> Mode {
        Mode {
            name,
            reply,
            class,
            doubtful,
            again,
        }
    }
    use Class::{
        Broken, Forbidden, Garbled, Keys, Refused, Silent, Throttled, Tls, TooLarge, Unreachable,
    };
    vec![
        mode("http_500_html", Broken, true, true, || page(500, HTML)),
        mode("502", Broken, true, true, || page(502, HTML)),
        mode("503", Broken, true, true, || page(503, "")),
        mode("maintenance_html_200", Garbled, true, true, || {
            page(200, HTML)
        }),
        mode("html_404", Garbled, true, true, || page(404, HTML)),
        mode("meta_500", Broken, true, true, || {
            meta(500, "INTERNAL_SERVER_ERROR", "")
        }),
        mode("timeout", Silent, true, true, || {
            Err(Broke::Lost("no answer within 60 s".into()))
        }),
        mode("reset", Silent, true, true, || {
            Err(Broke::Lost("connection reset".into()))
        }),
        mode("truncated_json", Garbled, true, true, || {
            page(
                200,
                &br#"{"meta":{"description":"OK","message":"OK","code":200},"data":[{"inv"#[..],
            )
        }),
        mode("garbage_json", Garbled, true, true, || {
            page(200, &b"\xff\xfe{]"[..])
        }),
        mode("empty_body", Garbled, true, true, || page(200, "")),
        mode("rate_429_gateway", Throttled, false, false, || {
            page(429, HTML)
        }),
        mode("rate_429_meta", Throttled, false, false, || {
            meta(429, "", "")
        }),
        mode("blocked_key", Throttled, false, false, || {
            meta(401, "BAD_OAUTH_REQUEST", "blocked consumer_key")
        }),
        mode("ip", Keys, false, false, || {
            meta(
                401,
                "BAD_OAUTH_REQUEST",
                "TOKEN_IP_MISMATCHED: consumer: CONSUMERKEYAAAAAAAAAAAAAAAAAAAAA IP: 192.0.2.7",
            )
        }),
        mode("http_401", Keys, false, false, || page(401, HTML)),
        mode("signature", Keys, false, false, || {
            meta(
                401,
                "BAD_OAUTH_REQUEST",
                "SIGNATURE_INVALID: TOKENVALUECCCCCCCCCCCCCCCCCCCCCC",
            )
        }),
        mode("permission", Forbidden, false, false, || {
            meta(403, "PERMISSION_DENIED", "")
        }),
        mode("parameter", Refused, false, false, || {
            meta(
                400,
                "PARAMETER_MISSING_OR_INVALID",
                "Parameter [is_retain] is missing",
            )
        }),
        mode("status", Refused, false, false, || {
            meta(
                422,
                "RESOURCE_UPDATE_NOT_ALLOWED",
                "NOT_IN_UPDATABLE_STATUS",
            )
        }),
        mode("refused", Unreachable, false, true, || {
            Err(Broke::Connect("connection refused".into()))
        }),
        mode("dns", Unreachable, false, true, || {
            Err(Broke::Connect("the name is not known".into()))
        }),
        mode("tls", Tls, false, false, || {
            Err(Broke::Tls("unknown issuer".into()))
        }),
        mode("200_mb", TooLarge, true, false, || Err(Broke::TooLarge)),
        mode("offline", Class::Offline, false, false, || {
            Err(Broke::Offline)
        }),
    ]
}

#[test]
fn every_verb_in_every_mode() {
    for mode in modes() {
        for verb in verbs() {
            let about = format!("{} in {}", verb.name, mode.name);
            let reads = verb.harm == Harm::Reads;
            let tried = match (mode.again, verb.harm) {
                (false, _) => 1,
                (true, Harm::Once) if mode.doubtful => 1,
                (true, _) => ATTEMPTS,
            };
            let rig = Rig::new((0..tried).map(|_| (mode.reply)()));
            let failure = (verb.run)(&rig.client).expect_err(&about);
            assert_eq!(failure.class, mode.class, "{about}");
            assert_eq!(failure.endpoint, verb.name, "{about}");
            let done = if mode.doubtful && !reads {
                Done::Unknown
            } else {
                Done::No
            };
            assert_eq!(failure.done, done, "{about}");
            assert!(rig.is_done(), "{about}: not tried {tried} times");
            assert_eq!(rig.calls(), vec![verb.sends; tried], "{about}");
            assert_eq!(rig.pauses(), tried - 1, "{about}");
            // Never signed twice the same way.
            let mut signatures = rig.signatures();
            signatures.sort();
            signatures.dedup();
            assert_eq!(signatures.len(), tried, "{about}");
            for shown in [format!("{failure:?}"), failure.to_string()] {
                for key in KEYS {
                    assert!(!shown.contains(key), "{about}: {shown}");
                }
            }
            assert!(
                failure.text.ends_with('.') && failure.text.len() > 30,
                "{about}: {}",
                failure.text
            );
            let outcome = match mode.class {
                Class::Keys | Class::Refused | Class::Forbidden => Outcome::Answered,
                Class::Offline => Outcome::NotMade,
                class => Outcome::Failed(class),
            };
            assert_eq!(rig.outcomes(), vec![outcome; tried], "{about}");
        }
    }
}

#[test]
fn what_passes_is_not_noticed() {
    for mode in modes().into_iter().filter(|mode| mode.again) {
        for verb in verbs() {
            if mode.doubtful && verb.harm == Harm::Once {
                continue;
            }
            let rig = Rig::new([(mode.reply)(), (verb.reply)()]);
            (verb.run)(&rig.client)
                .unwrap_or_else(|e| panic!("{} in {}: {e:?}", verb.name, mode.name));
            assert!(rig.is_done());
        }
    }
}

/// A correct signature that is refused for its time once goes out again, whatever it carries: a refused
/// call did not happen.
#[test]
fn a_clock_is_set_right_once() {
    let refused = || meta(401, "BAD_OAUTH_REQUEST", "TIMESTAMP_REFUSED: consumer: x");
    for verb in verbs() {
        let rig = Rig::new([refused(), (verb.reply)()]);
        (verb.run)(&rig.client).unwrap_or_else(|e| panic!("{}: {e:?}", verb.name));
        let signatures = rig.signatures();
        assert!(signatures[0].contains("oauth_timestamp=\"1700000000\""));
        // The answers say that it is an hour later there.
        assert!(
            signatures[1].contains("oauth_timestamp=\"1700003600\""),
            "{}",
            signatures[1]
        );
        let rig = Rig::new([refused(), refused()]);
        let failure = (verb.run)(&rig.client).expect_err(verb.name);
        assert_eq!((failure.class, failure.done), (Class::Keys, Done::No));
        assert!(failure.text.contains("clock"), "{}", failure.text);
        assert!(rig.is_done());
    }
}

#[test]
fn not_found_is_what_it_is() {
    let none = || meta(404, "RESOURCE_NOT_FOUND", "");
    let rig = Rig::new([none(), none(), good("[]"), none()]);
    let client = &rig.client;
    let lot = client.lot(77, Purpose::Orders).expect_err("gone");
    assert_eq!((lot.class, lot.done), (Class::NotFound, Done::No));
    assert_eq!(
        client
            .delete(77, Purpose::Stock)
            .expect_err("gone before")
            .class,
        Class::NotFound
    );
    assert_eq!(client.element("1", Purpose::Catalogue).expect("empty"), []);
    assert_eq!(
        client.element("1", Purpose::Catalogue).expect("unknown"),
        []
    );
    let rig = Rig::new([good("{}"), good("null"), meta(200, "OK", "")]);
    for _ in 0..3 {
        let item = brickops::domain::ItemKey::part("3001");
        let failure = rig
            .client
            .item(&item, Purpose::Person)
            .expect_err("an empty item");
        assert_eq!(failure.class, Class::NotFound);
    }
}

#[test]
fn a_removal_whose_answer_was_lost_is_seen_to_have_happened() {
    let rig = Rig::new([
        Err(Broke::Lost("reset".into())),
        meta(404, "RESOURCE_NOT_FOUND", ""),
    ]);
    rig.client.delete(77, Purpose::Stock).expect("it is gone");
}

#[test]
fn a_lot_that_is_another_one_is_not_taken() {
    for data in [
        "{}",
        "null",
        "[]",
        r#"{"inventory_id":78}"#,
        &LOT.replace(":77", ":78"),
    ] {
        let rig = Rig::new((0..4).map(|_| good(data)));
        let failure = rig.client.lot(77, Purpose::Orders).expect_err(data);
        assert_eq!(failure.class, Class::Garbled, "{data}");
    }
    // A lot was made, but nobody knows which.
    let rig = Rig::new([good("{}")]);
    let failure = rig
        .client
        .create(&new_lot(), Purpose::Stock)
        .expect_err("which?");
    assert_eq!(
        (failure.class, failure.done),
        (Class::Garbled, Done::Unknown)
    );
    // Pieces were taken, but nobody knows from what.
    let change = ListingChange {
        quantity_by: Some(-1),
        ..ListingChange::default()
    };
    let rig = Rig::new([good(&LOT.replace(":77", ":78"))]);
    let failure = rig
        .client
        .update(77, &change, Some(""), Purpose::Stock)
        .expect_err("whose?");
    assert_eq!(failure.done, Done::Unknown);
}

#[test]
fn a_service_that_names_its_pause_is_asked_after_it() {
    let mut busy = page(503, "").expect("an answer");
    busy.headers.push(("retry-after".into(), "3600".into()));
    let rig = Rig::new([Ok(busy)]);
    let failure = rig.client.lot(77, Purpose::Orders).expect_err("busy");
    assert_eq!(failure.retry_after, Some(3_600));
    assert!(rig.is_done(), "an hour is not waited for here");
}

#[test]
fn without_keys_nothing_is_called() {
    let rig = Rig::new([]);
    let parts = brickops::market::bricklink::Parts {
        transport: std::sync::Arc::new(super::Script::default()),
        gate: std::sync::Arc::new(super::Watched::default()),
        clock: brickops::clock::ManualClock::at(brickops::domain::Timestamp::default()),
        entropy: std::sync::Arc::new(brickops::entropy::CountingEntropy::default()),
        sleeper: std::sync::Arc::new(super::Pauses::default()),
        stamps: std::sync::Arc::default(),
    };
    let keys = brickops::market::bricklink::Keys::new("a", " ", "c", "d");
    let client = brickops::market::bricklink::BrickLink::new(
        parts,
        brickops::market::bricklink::Manner::default(),
        keys,
    );
    let failure = client.colors(Purpose::Catalogue).expect_err("no keys");
    assert_eq!(failure.class, Class::NoKeys);
    assert!(rig.calls().is_empty());
}
