//! The client of Brickognize against answers as they really come.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::*;
use crate::domain::market::{Class, Done, Guesses, Score, Sought};
use crate::domain::{ItemKey, ItemKind};
use crate::market::photo::Photo;
use crate::market::scripted::{Scripted, Watched, says};
use crate::market::{Answer, Body, Broke, Call, Method, Outcome};

fn photo() -> Photo {
    Photo {
        jpeg: vec![0xff, 0xd8, 0xff],
        width: 1,
        height: 1,
    }
}

fn client(
    script: impl Fn(&Call) -> Result<Answer, Broke> + Send + Sync + 'static,
) -> (Brickognize, Arc<Scripted>, Arc<Watched>) {
    let transport = Scripted::new(script);
    let gate = Arc::new(Watched::default());
    let client = Brickognize::new(transport.clone(), gate.clone(), Settings::default());
    (client, transport, gate)
}

fn guess(body: impl Into<Vec<u8>>) -> crate::market::attempt::Outside<Guesses> {
    let body = body.into();
    client(move |_| says(200, body.clone()))
        .0
        .guess(Sought::Any, &photo())
}

fn sample(name: &str) -> Option<Vec<u8>> {
    let named = std::env::var_os("BRICKOPS_DATA").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let data = named
        .into_iter()
        .chain([beside])
        .find(|path| path.is_dir())?;
    Some(std::fs::read(data.join("api-samples/brickognize").join(name)).expect(name))
}

#[test]
fn a_photo_goes_to_the_path_with_its_slash() {
    let (client, seen, gate) = client(|_| says(200, r#"{"listing_id":"res-1","items":[]}"#));
    for (sought, path) in [
        (Sought::Any, "predict/"),
        (Sought::Parts, "predict/parts/"),
        (Sought::Sets, "predict/sets/"),
        (Sought::Minifigures, "predict/figs/"),
    ] {
        let found = client.guess(sought, &photo()).expect("an answer");
        assert_eq!((found.listing.as_str(), found.items.len()), ("res-1", 0));
        let calls = seen.calls();
        let call = calls.last().expect("a call");
        assert_eq!(call.url, format!("https://api.brickognize.com/{path}"));
        assert_eq!(call.method, Method::Post);
        let Body::Picture {
            part,
            name,
            mime,
            bytes,
        } = &call.body
        else {
            panic!("a picture")
        };
        assert_eq!(
            (part.as_str(), name.as_str(), mime.as_str()),
            ("query_image", "photo.jpg", "image/jpeg")
        );
        assert_eq!(*bytes, photo().jpeg);
    }
    assert_eq!(gate.outcomes(), [Outcome::Answered; 4]);
}

#[test]
fn guesses_are_sorted_and_taken_as_they_come() {
    let found = guess(
        r#"{"listing_id":"res-1","extra":1,"items":[
            {"id":"a","type":"part","name":"A &amp; a","score":0.5,"category":null,"img_url":"https://x/a.webp"},
            {"id":"b","type":"fig","score":0.9},{"id":"c","type":"set","score":0.5},
            {"id":"d","type":"sticker","score":"0.89829"},{"id":"e","type":"train","score":2},
            {"id":"","type":"part","score":1},null,7,{"id":5,"type":"part","score":null}],
           "colors":[{"id":1,"name":"Red","score":0.2},{"id":"2","name":"Blue","score":0.7}]}"#,
    )
    .expect("an answer");
    let seen: Vec<(&str, u16, u32)> = found
        .items
        .iter()
        .map(|guess| (guess.no.as_str(), guess.score.0, guess.rank))
        .collect();
    assert_eq!(
        seen,
        [
            ("e", 10_000, 4),
            ("b", 9_000, 1),
            ("d", 8_983, 3),
            ("a", 5_000, 0),
            ("c", 5_000, 2),
            ("5", 0, 8)
        ]
    );
    assert_eq!(found.items[0].item, None, "a type of tomorrow");
    assert_eq!(
        found.items[1].item,
        Some(ItemKey::new(ItemKind::Minifigure, "b"))
    );
    assert_eq!(
        found.items[2].item,
        Some(ItemKey::part("d")),
        "stickers are parts"
    );
    assert_eq!(
        (
            found.items[3].name.as_str(),
            found.items[3].category.as_str()
        ),
        ("A & a", "")
    );
    assert_eq!(
        found.items[2].score.percent(),
        89,
        "never more than was said"
    );
    assert_eq!(found.colors[0].name, "Blue");
    for body in [
        "{}",
        "[]",
        "",
        "<html>",
        r#"{"items":{}}"#,
        r#"{"listing_id":"x"}"#,
        r#"{"items":[{"#,
    ] {
        let failed = guess(body).expect_err(body);
        assert_eq!(failed.class, Class::Garbled, "{body}");
    }
}

#[test]
fn samples_are_read() {
    for (name, first, score, count) in [
        ("predict-2025-part.json", ("3001", ItemKind::Part), 8_983, 2),
        (
            "predict-figs-2026.json",
            ("cty0969", ItemKind::Minifigure),
            8_862,
            1,
        ),
        (
            "predict-figs-no-image-size.json",
            ("sim021", ItemKind::Minifigure),
            8_690,
            1,
        ),
        (
            "predict-parts-2023.json",
            ("3001special", ItemKind::Part),
            8_501,
            10,
        ),
    ] {
        let Some(body) = sample(name) else { return };
        let found = guess(body).expect(name);
        assert!(
            found.items.len() >= count.min(6),
            "{name}: {}",
            found.items.len()
        );
        assert_eq!(
            found.items[0].item,
            Some(ItemKey::new(first.1, first.0)),
            "{name}"
        );
        assert_eq!(found.items[0].score, Score(score), "{name}");
        assert!(
            found
                .items
                .windows(2)
                .all(|two| two[0].score >= two[1].score)
        );
    }
    let nothing = guess(sample("predict-no-match.json").expect("a sample")).expect("an answer");
    assert_eq!(nothing.items, []);
    let body = sample("error-422.json").expect("a sample");
    let (client, _, _) = client(move |_| says(422, body.clone()));
    let failed = client.guess(Sought::Any, &photo()).expect_err("refused");
    assert_eq!(failed.class, Class::Refused);
    assert!(failed.raw.contains("query_image"));
}

#[test]
fn failures_say_what_kind_and_are_never_unknown() {
    for (answer, class) in [
        (Err(Broke::Offline), Class::Offline),
        (Err(Broke::Connect("refused".into())), Class::Unreachable),
        (Err(Broke::Lost("reset".into())), Class::Silent),
        (Err(Broke::TooLarge), Class::TooLarge),
        (says(429, "Too many"), Class::Throttled),
        (says(502, "<html>"), Class::Broken),
        (says(307, ""), Class::Garbled),
        (says(413, ""), Class::Refused),
        (says(422, "{}"), Class::Refused),
        (says(404, ""), Class::NotFound),
        (says(403, ""), Class::Forbidden),
        (says(200, "<html>"), Class::Garbled),
    ] {
        let shown = format!("{answer:?}");
        let (client, _, _) = client(move |_| answer.clone());
        let failed = client.guess(Sought::Parts, &photo()).expect_err(&shown);
        assert_eq!((failed.class, failed.done), (class, Done::No), "{shown}");
        assert_eq!(failed.endpoint, "POST predict/parts/");
        assert!(failed.text.ends_with('.'), "{}", failed.text);
    }
}

#[test]
fn feedback_names_what_was_right() {
    let found = guess(
        r#"{"listing_id":"res-1","items":[{"id":"3001","type":"part","score":0.1},
            {"id":"x","type":"train","score":0.9},{"id":"3002","type":"part","score":0.5}]}"#,
    )
    .expect("an answer");
    let (client, seen, _) = client(|_| says(200, "null"));
    let chosen = found
        .items
        .iter()
        .find(|guess| guess.no == "3002")
        .expect("there");
    client.feedback(&found.listing, chosen, true).expect("told");
    let calls = seen.calls();
    assert_eq!(calls[0].url, "https://api.brickognize.com/feedback/");
    let Body::Json(text) = &calls[0].body else {
        panic!("JSON")
    };
    let sent: serde_json::Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(
        sent,
        serde_json::json!({"listing_id": "res-1", "item_id": "3002", "item_type": "part",
            "is_prediction_correct": true, "source": "external-app", "item_rank": 2})
    );
    let odd = found
        .items
        .iter()
        .find(|guess| guess.no == "x")
        .expect("there");
    assert_eq!(
        client
            .feedback("res-1", odd, false)
            .expect_err("no such type")
            .class,
        Class::Refused
    );
    assert_eq!(seen.calls().len(), 1);
}

#[test]
fn health_is_a_list_of_yes_and_no() {
    for (body, health) in [
        (r#"{"model":true,"index":true}"#, Health::Well),
        ("{}", Health::Well),
        (
            r#"{"model":true,"index":false}"#,
            Health::Unwell(vec!["index".into()]),
        ),
    ] {
        let (client, _, _) = client(move |_| says(200, body));
        assert_eq!(client.health(), Ok(health), "{body}");
    }
    for answer in [
        says(500, "{}"),
        says(200, "<html>"),
        says(200, "[]"),
        says(404, "{}"),
    ] {
        let (client, _, _) = client(move |_| answer.clone());
        assert!(client.health().is_err());
    }
}

#[test]
fn colours_are_asked_for_only_when_wanted() {
    let transport = Scripted::new(|_| says(200, r#"{"items":[]}"#));
    let settings = Settings {
        base: "http://127.0.0.1:9/".into(),
        colors: true,
        ..Settings::default()
    };
    let client = Brickognize::new(transport.clone(), Arc::new(Watched::default()), settings);
    client.guess(Sought::Any, &photo()).expect("an answer");
    assert_eq!(
        transport.calls()[0].url,
        "http://127.0.0.1:9/predict/?predict_color=true"
    );
}
