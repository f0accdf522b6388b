//! What is found, and what becomes of it.

use std::fs;

use brickops::domain::market::{PhotoSource, Score};
use brickops::error::Kind;
use image::ImageFormat;
use serde_json::Value;

use crate::bench::{Bench, is_a_sentence, photo, picture};
use crate::common::PATIENCE;

#[test]
fn candidates_come_with_doubt_stock_and_place() {
    let bench = Bench::new();
    bench.shows(&photo(), "3001");
    let found = bench.look(PhotoSource::Bytes(photo())).expect("candidates");
    let [first, second] = &found.candidates[..] else {
        panic!("{found:?}");
    };
    assert_eq!((first.guess.no.as_str(), first.known), ("3001", true));
    assert_eq!((first.lots, first.pieces), (1, 7));
    assert_eq!(first.places, ["A-12"]);
    assert_eq!(first.guess.score, Score(9_000));
    assert!(!first.doubtful && second.doubtful, "{found:?}");
    assert_eq!(first.picture.as_ref().map(|key| key.color.0), Some(5));
    assert_eq!(found.doubt, 85);
}

#[test]
fn the_operator_says_what_is_doubtful() {
    for (bar, doubtful) in [(90, false), (91, true), (0, false), (100, true)] {
        let bench = Bench::with(|outside| outside.sight.doubt = bar);
        bench.shows(&photo(), "3001");
        let found = bench.look(PhotoSource::Bytes(photo())).expect("candidates");
        assert_eq!(found.candidates[0].doubtful, doubtful, "{bar}");
        assert_eq!(found.doubt, bar);
    }
}

#[test]
fn nothing_recognised_and_things_the_catalogue_does_not_know() {
    let bench = Bench::new();
    bench.shows(&photo(), "empty");
    let found = bench.look(PhotoSource::Bytes(photo())).expect("an answer");
    assert_eq!(found.candidates, []);
    bench.shows(&photo(), "unknown");
    let found = bench.look(PhotoSource::Bytes(photo())).expect("an answer");
    let [one] = &found.candidates[..] else {
        panic!("{found:?}");
    };
    assert_eq!((one.known, one.name.as_str()), (false, "Something New"));
    // It can be added all the same.
    bench.add(&one.guess.no, 3, "C-1").expect("a lot");
    let found = bench.look(PhotoSource::Bytes(photo())).expect("an answer");
    assert_eq!(found.candidates[0].pieces, 3);
}

#[test]
fn the_right_one_is_told_once_and_the_photo_put_aside() {
    let bench = Bench::new();
    bench.shows(&photo(), "3001");
    bench.send_in("brick.jpg", &photo());
    let found = bench
        .look(PhotoSource::Inbox("brick.jpg".into()))
        .expect("candidates");
    assert_eq!(bench.calls.recv_timeout(PATIENCE), Ok("POST predict/"));
    let scope = bench.scope();
    // Somebody of another shop was not given this answer.
    bench
        .app
        .identified_as(&bench.other(), (&found.listing, 1), None)
        .expect("quietly nothing");
    for nth in 0..2 {
        let photo = (nth == 0).then_some("brick.jpg");
        bench
            .app
            .identified_as(&scope, (&found.listing, 1), photo)
            .expect("done");
    }
    assert_eq!(bench.calls.recv_timeout(PATIENCE), Ok("POST feedback/"));
    assert!(bench.inbox().is_empty());
    assert!(bench.inbox_dir().join("done/brick.jpg").is_file());
    // The thread that tells it goes its own way: once the sandbox has heard, there is exactly one.
    let heard = || bench.mock("GET", "/feedback", &Value::Null);
    assert!(crate::common::comes_true(PATIENCE, || heard() != Value::Array(Vec::new())));
    let heard = heard();
    let all = heard.as_array().expect("a list");
    assert_eq!(all.len(), 1, "{heard}");
    assert_eq!(all[0]["item_id"], "3020");
    assert_eq!(all[0]["is_prediction_correct"], true);
    assert_eq!(all[0]["item_rank"], 1);
    assert_eq!(all[0]["listing_id"], found.listing.as_str());
    assert!(bench.calls.try_recv().is_err(), "nothing was told twice");
}

#[test]
fn feedback_that_is_lost_troubles_nobody() {
    for fault in [
        "timeout_before",
        "http_500",
        "rate_429_gateway",
        "reset_before",
    ] {
        let bench = Bench::new();
        bench.shows(&photo(), "3001");
        bench.send_in("brick.jpg", &photo());
        let found = bench
            .look(PhotoSource::Inbox("brick.jpg".into()))
            .expect("candidates");
        bench
            .sandbox
            .fault(&format!("brickognize:POST feedback:{fault}@*"))
            .expect("a fault");
        bench
            .app
            .identified_as(&bench.scope(), (&found.listing, 0), Some("brick.jpg"))
            .expect("done");
        assert_eq!(bench.calls.recv_timeout(PATIENCE), Ok("POST predict/"));
        assert_eq!(bench.calls.recv_timeout(PATIENCE), Ok("POST feedback/"));
        assert!(bench.inbox().is_empty(), "{fault}");
        bench.add("3001", 2, "A-12").expect("the lot is added");
    }
}

#[test]
fn paths_as_they_are_typed_and_pasted() {
    let bench = Bench::new();
    bench.shows(&photo(), "3001");
    let home = bench.dir.path().join("home");
    fs::write(home.join("my photo (1).jpg"), photo()).expect("written");
    let whole = home.join("my photo (1).jpg").display().to_string();
    for text in [
        whole.clone(),
        format!("'{whole}'"),
        format!("  {whole}\n"),
        whole.replace(' ', "\\ "),
        format!("file://{}", whole.replace(' ', "%20")),
        "~/my photo (1).jpg".into(),
    ] {
        let found = bench.look(PhotoSource::File(text.clone())).expect(&text);
        assert_eq!(found.candidates[0].guess.no, "3001", "{text}");
    }
}

#[test]
fn every_kind_of_photo_and_forty_megapixels() {
    let bench = Bench::new();
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
        let bytes = picture(64, 48, format);
        bench.shows(&bytes, "3001");
        let found = bench.look(PhotoSource::Bytes(bytes)).expect("candidates");
        assert_eq!(found.candidates[0].guess.no, "3001", "{format:?}");
    }
    let large = picture(7_744, 5_184, ImageFormat::Jpeg);
    let path = bench.send_in("large.jpg", &large);
    let found = bench
        .look(PhotoSource::Inbox("large.jpg".into()))
        .expect("candidates");
    assert!(!found.candidates.is_empty());
    assert_eq!(fs::read(path).expect("there"), large, "left as it was");
}

#[test]
fn shops_have_inboxes_of_their_own() {
    let bench = Bench::new();
    bench.send_in("mine.jpg", &photo());
    let other = bench.app.inbox(&bench.other()).expect("an inbox");
    assert_eq!(other.photos, []);
    assert!(other.folder.ends_with("shop-2"), "{}", other.folder);
    assert_eq!(bench.inbox(), ["mine.jpg"]);
    let gone = bench.app.put_photo_aside(&bench.other(), "mine.jpg");
    let error = gone.expect_err("not theirs");
    assert_eq!(error.kind, Kind::NotFound);
    is_a_sentence(&error);
    assert_eq!(bench.inbox(), ["mine.jpg"]);
}

#[test]
fn so_many_photos_an_hour_and_no_more() {
    let bench = Bench::with(|outside| outside.limits.brickognize = Some(2));
    for _ in 0..2 {
        bench.look(PhotoSource::Bytes(photo())).expect("an answer");
    }
    let error = bench
        .look(PhotoSource::Bytes(photo()))
        .expect_err("too many");
    assert_eq!(error.kind, Kind::RateLimited, "{error:?}");
    is_a_sentence(&error);
    bench.goes_on_by_search();
    bench
        .clock
        .advance(2 * 3_600 * brickops::domain::time::SECOND);
    bench.look(PhotoSource::Bytes(photo())).expect("an hour on");
}
