//! Brickognize and the web in every way they go wrong: one sentence each, nothing lost, and the search goes
//! on working.

use std::sync::Arc;

use brickops::domain::market::PhotoSource;
use brickops::domain::time::SECOND;
use brickops::error::Kind;
use brickops::market::{Answer, Broke, Call, Transport, Wire};

use crate::bench::{Bench, is_a_sentence, photo};

fn inbox() -> PhotoSource {
    PhotoSource::Inbox("brick.jpg".into())
}

/// A photo in the inbox that shows a brick.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.shows(&photo(), "3001");
    bench.send_in("brick.jpg", &photo());
    bench
}

/// It failed like this; everything is as before, and works when the trouble is over.
#[track_caller]
fn is_survived(bench: &Bench, what: &str, kind: Kind, word: &str) {
    let error = bench.look(inbox()).expect_err(what);
    is_a_sentence(&error);
    assert_eq!(error.kind, kind, "{what}: {error}");
    assert!(error.message.contains(word), "{what}: {error}");
    assert_eq!(bench.inbox(), ["brick.jpg"], "{what}");
    bench.goes_on_by_search();
    bench.sandbox.heal();
    *bench.line.broken.lock().expect("a lock") = None;
    // What asks for patience gets it.
    bench.clock.advance(600 * SECOND);
    let found = bench.look(inbox()).expect(what);
    assert_eq!(found.candidates[0].guess.no, "3001", "{what}");
}

#[test]
fn what_the_service_does() {
    for (fault, kind, word) in [
        ("http_500", Kind::Upstream, "makes no sense"),
        ("http_503", Kind::Upstream, "makes no sense"),
        ("meta_500", Kind::Upstream, "makes no sense"),
        ("maintenance_html_200", Kind::Upstream, "makes no sense"),
        ("garbage_json", Kind::Upstream, "makes no sense"),
        ("truncated_json", Kind::Upstream, "makes no sense"),
        ("empty_body", Kind::Upstream, "makes no sense"),
        ("no_items", Kind::Upstream, "makes no sense"),
        ("flood(200)", Kind::Upstream, "makes no sense"),
        ("bomb(64)", Kind::Upstream, "makes no sense"),
        ("timeout_before", Kind::Upstream, "did not answer in time"),
        ("timeout_after", Kind::Upstream, "did not answer in time"),
        ("reset_before", Kind::Upstream, "did not answer in time"),
        ("reset_middle", Kind::Upstream, "did not answer in time"),
        ("rate_429_gateway", Kind::RateLimited, "too much to do"),
        ("rate_429_meta", Kind::RateLimited, "too much to do"),
        ("too_large", Kind::Invalid, "too large"),
        ("permission", Kind::Invalid, "search for the part instead"),
    ] {
        let bench = bench();
        bench
            .sandbox
            .fault(&format!("brickognize:POST predict:{fault}@*"))
            .expect(fault);
        is_survived(&bench, fault, kind, word);
    }
}

#[test]
fn what_the_network_does() {
    for (broke, word) in [
        (
            Broke::Connect("failed to lookup address information".into()),
            "cannot be reached",
        ),
        (
            Broke::Connect("connection refused".into()),
            "cannot be reached",
        ),
        (Broke::Tls("certificate expired".into()), "prove who it is"),
        (Broke::Lost("reset".into()), "did not answer in time"),
        (Broke::Offline, "switched off"),
    ] {
        let bench = bench();
        let what = format!("{broke:?}");
        *bench.line.broken.lock().expect("a lock") = Some(broke);
        is_survived(&bench, &what, Kind::Upstream, word);
    }
}

#[test]
fn one_hiccup_is_not_even_noticed() {
    for fault in ["http_500", "timeout_before", "reset_before", "garbage_json"] {
        let bench = bench();
        bench
            .sandbox
            .fault(&format!("brickognize:POST predict:{fault}@1"))
            .expect(fault);
        let found = bench.look(inbox()).expect(fault);
        assert_eq!(found.candidates[0].guess.no, "3001", "{fault}");
    }
}

#[test]
fn who_fails_again_and_again_is_left_alone() {
    let bench = bench();
    bench
        .sandbox
        .fault("brickognize:POST predict:http_500@*")
        .expect("a fault");
    let mut said = String::new();
    for _ in 0..6 {
        let error = bench.look(inbox()).expect_err("down");
        is_a_sentence(&error);
        said = error.message;
    }
    assert!(said.contains("left alone"), "{said}");
    let asked = bench.calls.try_iter().count();
    assert!(asked < 12, "{asked} calls");
    bench.goes_on_by_search();
    bench.sandbox.heal();
    bench.clock.advance(3_600 * SECOND);
    bench.look(inbox()).expect("it answers again");
}

#[test]
fn offline_nothing_is_sent() {
    let bench = Bench::with(|outside| {
        outside.offline = true;
        outside.sight.transport = None;
    });
    bench.send_in("brick.jpg", &photo());
    let error = bench.look(inbox()).expect_err("offline");
    is_a_sentence(&error);
    assert!(error.message.contains("switched off"), "{error}");
    bench.goes_on_by_search();
    assert_eq!(bench.inbox(), ["brick.jpg"]);
    assert!(bench.calls.try_recv().is_err());
}

/// A web of one page.
#[derive(Debug)]
struct Page(u16, Vec<u8>);

impl Transport for Page {
    fn send(&self, _: &Call) -> Result<Answer, Broke> {
        Ok(Answer {
            status: self.0,
            headers: vec![("location".into(), "https://127.0.0.1/".into())],
            body: self.1.clone(),
        })
    }
}

fn web(address: &str) -> PhotoSource {
    PhotoSource::Web {
        address: address.into(),
        local: false,
    }
}

#[test]
fn addresses_of_photos() {
    const ADDRESS: &str = "https://example.org/a.jpg";
    for (status, body, word) in [
        (200, b"<html>".to_vec(), "no photo at this address"),
        (200, b"%PDF-1.7".to_vec(), "no photo at this address"),
        (302, Vec::new(), "sends on"),
        (301, photo(), "sends on"),
        (404, Vec::new(), "nothing at this address"),
        (403, b"no".to_vec(), "HTTP 403"),
        (200, photo()[..20].to_vec(), "damaged"),
    ] {
        let bench = Bench::with(|outside| {
            outside.sight.web = Some(Arc::new(Page(status, body)));
        });
        let error = bench.look(web(ADDRESS)).expect_err(word);
        is_a_sentence(&error);
        assert!(error.message.contains(word), "{error}");
        assert!(bench.calls.try_recv().is_err(), "nobody was asked");
    }
    let bench = Bench::with(|outside| {
        outside.sight.web = Some(Arc::new(Page(200, photo())));
    });
    bench.shows(&photo(), "3001");
    let found = bench.look(web(ADDRESS)).expect("candidates");
    assert_eq!(found.candidates[0].guess.no, "3001");
}

#[test]
fn no_address_leads_into_the_shops_own_network() {
    let bench = Bench::with(|outside| {
        outside.sight.web = Some(Arc::new(Wire::public(false)));
    });
    for address in [
        "https://127.0.0.1/a.jpg",
        "https://[::1]/a.jpg",
        "https://10.0.0.1/a.jpg",
        "https://169.254.169.254/latest",
        "https://192.168.0.1/a.jpg",
        "https://2130706433/a.jpg",
        "https://0x7f000001/a.jpg",
        "https://localhost/a.jpg",
        "http://example.org/a.jpg",
        "https://me:secret@example.org/a.jpg",
        "ftp://example.org/a.jpg",
        "https://",
    ] {
        let error = bench.look(web(address)).expect_err(address);
        assert!(!error.message.contains("secret"), "{error}");
        is_a_sentence(&error);
        assert_eq!(error.kind, Kind::Invalid, "{address}: {error}");
    }
}
