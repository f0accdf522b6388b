//! Brickognize: uploads, candidates, feedback, health.

use brickops::sandbox::WireRequest;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::play::Play;

fn upload(path: &str, part: &str, file: Option<&str>, kind: &str, bytes: &[u8]) -> WireRequest {
    let name = file.map_or(String::new(), |file| format!("; filename=\"{file}\""));
    let mut body = format!(
        "--XX\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--XX\r\n\
         Content-Disposition: form-data; name=\"{part}\"{name}\r\nContent-Type: {kind}\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--XX--\r\n");
    WireRequest::new("POST", path).body_is("multipart/form-data; boundary=XX", body)
}

fn photo(path: &str, file: &str) -> WireRequest {
    upload(
        path,
        "query_image",
        Some(file),
        "image/jpeg",
        b"\xff\xd8\xff not really",
    )
}

#[track_caller]
fn asked(play: &Play, request: &WireRequest) -> (u16, Value) {
    let answer = play.whole(request);
    (
        answer.status,
        serde_json::from_slice(&answer.body).unwrap_or(Value::Null),
    )
}

#[test]
fn candidates_follow_from_the_name_of_the_file() {
    let play = Play::new();
    let items = |path: &str, file: &str| asked(&play, &photo(path, file)).1["items"].take();
    let known = items("/predict/", "3001.jpg");
    assert_eq!(
        (&known[0]["id"], &known[0]["name"], &known[0]["category"]),
        (&json!("3001"), &json!("Brick 2 x 4"), &json!("Brick"))
    );
    assert_eq!(
        known[0]["external_sites"][0]["url"],
        "https://www.bricklink.com/v2/catalog/catalogitem.page?P=3001"
    );
    assert_eq!(items("/predict/", "empty.jpg"), json!([]));
    let ambiguous = items("/predict/", "ambiguous.jpg");
    assert_eq!(
        (
            &ambiguous[0]["score"],
            &ambiguous[1]["score"],
            &ambiguous[2]["score"]
        ),
        (&json!(0.61), &json!(0.74), &json!(0.74)),
        "unsorted and equal"
    );
    let sticker = items("/predict/parts/", "sticker.jpg");
    assert_eq!(
        (&sticker[0]["type"], &sticker[0]["category"]),
        (&json!("sticker"), &Value::Null)
    );
    assert_eq!(items("/predict/figs/", "fig.jpg")[0]["id"], "sw0001a");
    assert_eq!(items("/predict/sets/", "set.jpg")[0]["type"], "set");
    assert_eq!(items("/predict/sets/", "3001.jpg"), json!([]));
    assert_eq!(items("/predict/", "newtype.jpg")[1]["type"], "jewellery");
    assert!(items("/predict/", "newtype.jpg")[0]["segment"].is_object());
    assert_eq!(items("/predict/", "unknown.jpg")[0]["id"], "zz99999");
    assert_eq!(
        items("/predict/", "IMG_1.jpg"),
        items("/predict/", "other.jpg"),
        "by its bytes"
    );
    assert_eq!(
        items("/predict/?top_k_items=1", "ambiguous.jpg")
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    let whole = asked(&play, &photo("/predict/?predict_color=true", "3001.jpg")).1;
    assert_eq!(whole["colors"].as_array().map(Vec::len), Some(3));
    assert!(whole["bounding_box"]["image_width"].is_f64());
    assert!(
        whole["listing_id"]
            .as_str()
            .is_some_and(|id| id.starts_with("res-"))
    );
}

#[test]
fn a_photo_is_known_by_its_bytes() {
    let play = Play::new();
    let print = data_encoding::HEXLOWER.encode(&Sha256::digest(b"\xff\xd8\xff not really"));
    play.mock(
        "POST",
        "/pictures",
        &json!({"sha256": print, "case": "empty"}),
    );
    assert_eq!(
        asked(&play, &photo("/predict/", "3001.jpg")).1["items"],
        json!([])
    );
}

#[test]
fn uploads_that_are_none_are_refused() {
    let play = Play::new();
    let image = b"bytes";
    for request in [
        WireRequest::new("POST", "/predict/"),
        WireRequest::new("POST", "/predict/").body_is("multipart/form-data; boundary=XX", "--XX--"),
        WireRequest::new("POST", "/predict/").body_is("multipart/form-data", "x"),
        WireRequest::new("POST", "/predict/").body_is("application/json", "{}"),
        upload("/predict/", "image", Some("a.jpg"), "image/jpeg", image),
        upload("/predict/", "query_image", None, "image/jpeg", image),
        upload(
            "/predict/",
            "query_image",
            Some("a.txt"),
            "text/plain",
            image,
        ),
    ] {
        let (status, body) = asked(&play, &request);
        assert_eq!(
            (status, &body["detail"][0]["loc"]),
            (422, &json!(["body", "query_image"]))
        );
    }
    let huge = vec![0; 10 * 1024 * 1024 + 1];
    assert_eq!(
        asked(
            &play,
            &upload(
                "/predict/",
                "query_image",
                Some("a.jpg"),
                "image/jpeg",
                &huge
            )
        )
        .0,
        413
    );
    assert_eq!(asked(&play, &WireRequest::new("GET", "/predict/")).0, 405);
}

#[test]
fn the_slash_belongs_to_the_path() {
    let play = Play::new();
    let answer =
        play.whole(&photo("/predict/parts?x=1", "3001.jpg").header_is("host", "127.0.0.1:8801"));
    assert_eq!(answer.status, 307);
    assert!(answer.headers.contains(&(
        "location".into(),
        "http://127.0.0.1:8801/predict/parts/?x=1".into()
    )));
    play.switch("brickognize.slash_404", json!(true));
    assert_eq!(play.whole(&photo("/predict/parts", "3001.jpg")).status, 404);
}

#[test]
fn feedback_is_read_strictly_and_kept() {
    let play = Play::new();
    let good = json!({"listing_id": "res-1", "item_id": "3001", "item_type": "part", "is_prediction_correct": true, "source": "external-app", "item_rank": 0});
    let send = |body: &Value| {
        asked(
            &play,
            &WireRequest::new("POST", "/feedback/").body_is("application/json", body.to_string()),
        )
        .0
    };
    assert_eq!(send(&good), 200);
    for (name, value) in [
        ("listing_id", json!(1)),
        ("item_id", Value::Null),
        ("item_type", json!("brick")),
        ("is_prediction_correct", json!("yes")),
        ("source", json!("me")),
        ("item_rank", json!(-1)),
    ] {
        let mut wrong = good.clone();
        wrong[name] = value;
        assert_eq!(send(&wrong), 422, "{name}");
    }
    assert_eq!(play.mock("GET", "/feedback", &Value::Null), json!([good]));
}

#[test]
fn health_is_a_map_of_truths() {
    let play = Play::new();
    let health = || asked(&play, &WireRequest::new("GET", "/health/")).1;
    assert_eq!(health()["models"], true);
    play.switch("brickognize.healthy", json!(false));
    assert_eq!(health()["models"], false);
}

#[test]
fn pictures_are_bricks_in_their_colour() {
    let play = Play::new();
    let answer = play.whole(&WireRequest::new("GET", "/img/ItemImage/PN/5/3001.png"));
    assert_eq!(answer.status, 200);
    let picture = image::load_from_memory(&answer.body)
        .expect("a picture")
        .to_rgb8();
    assert_eq!(picture.get_pixel(48, 45).0, [0xb3, 0x00, 0x06]);
    assert_eq!(
        play.whole(&WireRequest::new("GET", "/img/ItemImage/PN/5/zz.png"))
            .status,
        404
    );
}
