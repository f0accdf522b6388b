//! BrickLink's door: the vectors of the specification, every refusal, the calls of a day.

use brickops::sandbox::{CONSUMER_KEY, TOKEN, WireRequest};
use serde_json::{Value, json};

use crate::play::{NOW, Play, encode, signed_with};

/// A request with the signature of a vector, as another library would send it.
fn vector(method: &str, url: &str, signature: &str) -> WireRequest {
    let (scheme, rest) = url.split_once("://").expect("a scheme");
    let at = rest.find('/').expect("a path");
    let (host, target) = rest.split_at(at);
    let header = format!(
        "OAuth oauth_consumer_key=\"{CONSUMER_KEY}\",oauth_token=\"{TOKEN}\",\
         oauth_signature_method=\"HMAC-SHA1\",oauth_signature=\"{signature}\",\
         oauth_timestamp=\"1700000000\",oauth_nonce=\"abc123\",oauth_version=\"1.0\""
    );
    let mut request = WireRequest::new(method, target)
        .header_is("host", host)
        .header_is("authorization", header);
    request.secure = scheme == "https";
    request
}

fn meta(play: &Play, request: &WireRequest) -> (u16, i64, String, String) {
    let answer = play.whole(request);
    let value: Value = serde_json::from_slice(&answer.body).expect("an envelope");
    let text = |name: &str| value["meta"][name].as_str().expect("a text").to_owned();
    let code = value["meta"]["code"].as_i64().expect("an integer");
    (answer.status, code, text("message"), text("description"))
}

const VECTORS: [(&str, &str, &str); 4] = [
    (
        "GET",
        "https://api.bricklink.com/api/store/v1/orders?direction=in&status=pending%2Cpaid",
        "ZgRxhcvRbkt%2FPAqRT72NFmCVmeo%3D",
    ),
    (
        "PUT",
        "https://api.bricklink.com/api/store/v1/inventories/123",
        "UZA95exExuEfpV0VAopv9jJ53Dw%3D",
    ),
    (
        "GET",
        "https://api.bricklink.com/api/store/v1/items/PART/3001/price?guide_type=sold&new_or_used=U&color_id=5",
        "BhV%2FXBBQh0euDzBT5W78dhQCZOg%3D",
    ),
    (
        "GET",
        "http://127.0.0.1:8801/api/store/v1/orders?direction=in",
        "pabPZ5WAXboNH6cKjPw1ba1hiTA%3D",
    ),
];

#[test]
fn every_vector_of_the_specification_is_let_in_and_only_as_it_is() {
    for (method, url, signature) in VECTORS {
        let (_, code, message, description) = meta(&Play::new(), &vector(method, url, signature));
        assert_ne!(code, 401, "{url}: {message} {description}");
        // Another port, host, path, method or query is another signature.
        let mut others = vec![
            url.replace("/v1/", "/v1//"),
            url.replace("api.bricklink.com", "api.bricklink.com:444"),
            url.replace("8801", "8802"),
            format!("{url}{}x=1", if url.contains('?') { '&' } else { '?' }),
        ];
        others.retain(|other| other != url);
        for other in others {
            let (_, code, _, description) = meta(&Play::new(), &vector(method, &other, signature));
            assert_eq!(code, 401, "{other}");
            assert!(
                description.starts_with("SIGNATURE_INVALID"),
                "{other}: {description}"
            );
        }
        let (_, code, ..) = meta(&Play::new(), &vector("DELETE", url, signature));
        assert_eq!(code, 401);
    }
}

#[test]
fn the_usual_port_is_no_part_of_what_is_signed() {
    let (method, url, signature) = VECTORS[0];
    let url = url.replace("api.bricklink.com", "API.BrickLink.com:443");
    assert_eq!(meta(&Play::new(), &vector(method, &url, signature)).1, 200);
}

#[test]
fn the_parameters_may_come_as_json_in_the_query() {
    let play = Play::new();
    let mut request = play.signed("GET", "/colors", None);
    let header = request.header("authorization").expect("signed").to_owned();
    let given: serde_json::Map<String, Value> = header
        .trim_start_matches("OAuth ")
        .split(", ")
        .filter_map(|pair| pair.split_once('='))
        .filter(|(name, _)| *name != "realm")
        .map(|(name, value)| {
            let value = value
                .trim_matches('"')
                .replace("%2F", "/")
                .replace("%2B", "+")
                .replace("%3D", "=");
            (name.to_owned(), value.into())
        })
        .collect();
    let text: String = Value::from(given).to_string();
    request.query = format!("Authorization={}", encode(&text));
    request.headers.retain(|(name, _)| name == "Host");
    assert_eq!(meta(&play, &request).1, 200);
}

#[test]
fn every_refusal_has_its_text() {
    let play = Play::new();
    let good = || play.signed("GET", "/orders", None);
    let with = |from: &str, to: &str| {
        let mut request = good();
        for (name, value) in &mut request.headers {
            if name == "Authorization" {
                *value = value.replace(from, to);
            }
        }
        request
    };
    let stranger = CONSUMER_KEY.replace('A', "B");
    for (request, word) in [
        (
            WireRequest::new("GET", "/api/store/v1/orders"),
            "PARAMETER_ABSENT",
        ),
        (with("oauth_nonce", "oauth_once"), "PARAMETER_ABSENT"),
        (with(CONSUMER_KEY, &stranger), "CONSUMER_KEY_UNKNOWN"),
        (with(TOKEN, "X"), "TOKEN_REJECTED"),
        (
            with("oauth_version=\"1.0\"", "oauth_version=\"1.1\""),
            "SIGNATURE_INVALID",
        ),
        (
            signed_with("GET", "/orders", None, "late", NOW - 301),
            "TIMESTAMP_REFUSED",
        ),
        (
            signed_with("GET", "/orders", None, "soon", NOW + 301),
            "TIMESTAMP_REFUSED",
        ),
    ] {
        let (status, code, message, description) = meta(&play, &request);
        assert_eq!(
            (status, code, message.as_str()),
            (200, 401, "BAD_OAUTH_REQUEST"),
            "{word}"
        );
        assert!(
            description.starts_with(&format!("{word}: consumer: ")),
            "{description}"
        );
    }
    for edge in [NOW - 300, NOW + 300] {
        let request = signed_with("GET", "/orders", None, &format!("e{edge}"), edge);
        assert_eq!(meta(&play, &request).1, 200);
    }
}

#[test]
fn a_nonce_is_good_for_once() {
    let play = Play::new();
    let request = play.signed("GET", "/orders", None);
    assert_eq!(meta(&play, &request).1, 200);
    let (_, code, _, description) = meta(&play, &request);
    assert_eq!(code, 401);
    assert_eq!(description, format!("NONCE_USED: consumer: {CONSUMER_KEY}"));
    // The same second is no matter unless the switch says so.
    assert_eq!(meta(&play, &play.signed("GET", "/orders", None)).1, 200);
    play.switch("bricklink.rising_timestamps", json!(true));
    let (_, code, _, description) = meta(&play, &play.signed("GET", "/orders", None));
    assert_eq!(
        (code, description.starts_with("TIMESTAMP_REFUSED")),
        (401, true)
    );
    play.clock.advance(1_000_000);
    assert_eq!(meta(&play, &play.signed("GET", "/orders", None)).1, 200);
}

#[test]
fn a_wrong_clock_and_a_wrong_address_are_refused() {
    let play = Play::new();
    play.mock("POST", "/clock", &json!({"skew_seconds": 3_600}));
    assert!(
        meta(&play, &play.signed("GET", "/orders", None))
            .3
            .starts_with("TIMESTAMP_REFUSED")
    );
    play.mock(
        "POST",
        "/clock",
        &json!({"skew_seconds": 0, "advance_seconds": 86_400 * 31}),
    );
    assert_eq!(
        meta(&play, &play.signed("GET", "/orders", None)).1,
        200,
        "the world moved, not the door"
    );
    play.switch("bricklink.allowed_ips", json!(["10.0.0.7"]));
    let (status, _, _, description) = meta(&play, &play.signed("GET", "/orders", None));
    assert_eq!(
        description,
        format!("TOKEN_IP_MISMATCHED: consumer: {CONSUMER_KEY} IP: 127.0.0.1")
    );
    assert_eq!(status, 200);
    play.switch("bricklink.auth_mirror", json!(true));
    assert_eq!(meta(&play, &play.signed("GET", "/orders", None)).0, 401);
    play.switch("bricklink.allowed_ips", json!(["0.0.0.0"]));
    assert_eq!(meta(&play, &play.signed("GET", "/orders", None)).1, 200);
}

#[test]
fn a_day_has_so_many_calls_and_three_ways_to_end() {
    let play = Play::new();
    play.switch("bricklink.calls_per_day", json!(2));
    for _ in 0..2 {
        assert_eq!(play.link("GET", "/colors", None)["meta"]["code"], 200);
    }
    let envelope = play.link("GET", "/colors", None);
    assert_eq!(envelope["meta"]["code"], 429);
    assert!(envelope.get("data").is_none());
    play.switch("bricklink.exhausted", json!("blocked"));
    assert!(
        play.code("GET", "/colors", None)
            .1
            .contains("blocked consumer_key")
    );
    play.switch("bricklink.exhausted", json!("gateway"));
    let answer = play.whole(&play.signed("GET", "/colors", None));
    assert_eq!(answer.status, 429);
    assert!(answer.text().starts_with("<html>"));
    play.clock.advance(86_400_000_000 - 1);
    assert_eq!(play.whole(&play.signed("GET", "/colors", None)).status, 429);
    play.clock.advance(1);
    assert_eq!(play.link("GET", "/colors", None)["meta"]["code"], 200);
    let state = play.mock("GET", "/state", &Value::Null);
    assert_eq!(state["calls"]["bricklink:GET colors"], 7);
    assert_eq!(state["bricklink_calls_of_the_day"], 1);
}
