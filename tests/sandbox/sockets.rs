//! The sandbox on a real port: what was told to happen happens to the connection.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use brickops::sandbox::listen::{Listening, listen};
use brickops::sandbox::{CONSUMER_KEY, OWL_KEY};
use serde_json::{Value, json};

use crate::play::{PLAIN, Play};

const PATIENCE: Duration = Duration::from_secs(20);

fn open(play: &Play) -> Listening {
    listen(Arc::clone(&play.sandbox), 0).expect("a free port")
}

/// Sends raw bytes and reads to the end of the connection, or until nothing comes for that long.
fn talk(at: &Listening, request: &str, patience: Duration) -> (Vec<u8>, bool) {
    let mut stream = TcpStream::connect(at.address()).expect("it listens");
    stream.set_read_timeout(Some(patience)).expect("a timeout");
    stream.write_all(request.as_bytes()).expect("sent");
    let (mut all, mut piece) = (Vec::new(), [0; 8_192]);
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return (all, true),
            Ok(count) => all.extend_from_slice(&piece[..count]),
            Err(e) => {
                let waiting = matches!(
                    e.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                );
                return (all, !waiting);
            }
        }
    }
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
}

fn owl(path: &str) -> String {
    get(&format!("/v1/{path}?key={OWL_KEY}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn one_port_serves_all() {
    let play = Play::new();
    let at = open(&play);
    let (answer, ended) = talk(&at, &owl("user/details"), PATIENCE);
    assert!(
        ended && text(&answer).starts_with("HTTP/1.1 200 OK"),
        "{}",
        text(&answer)
    );
    assert!(text(&answer).contains("Brick Seller Shop"));
    assert!(text(&talk(&at, &get("/health/"), PATIENCE).0).contains("\"models\":true"));
    assert!(text(&talk(&at, &get("/img/P/5/3001.jpg"), PATIENCE).0).contains("PNG"));
    assert!(text(&talk(&at, &get("/__mock/state"), PATIENCE).0).contains("\"items\":8"));
    assert!(text(&talk(&at, &get("/nothing"), PATIENCE).0).starts_with("HTTP/1.1 404"));
    let refused = text(&talk(&at, &get("/api/store/v1/orders"), PATIENCE).0);
    assert!(
        refused.starts_with("HTTP/1.1 200") && refused.contains("PARAMETER_ABSENT"),
        "{refused}"
    );
}

#[test]
fn a_signature_counts_the_port() {
    let play = Play::new();
    let at = open(&play);
    // Signed for port 8801, as the helper does: sent with that host it is right, with the true one wrong.
    for (host, code) in [
        ("127.0.0.1:8801".to_owned(), 200),
        (at.address().to_string(), 401),
    ] {
        let signed = play.signed("GET", "/colors/5", None);
        let header = signed.header("authorization").expect("signed");
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {header}\r\nConnection: close\r\n\r\n",
            signed.path
        );
        let answer = text(&talk(&at, &request, PATIENCE).0);
        assert!(
            answer.contains(&format!("\"code\":{code}")),
            "{host}: {answer}"
        );
    }
}

#[test]
fn connections_are_kept_cut_and_starved() {
    let play = Play::new();
    let at = open(&play);
    let fault = |mode: &str| {
        play.sandbox.heal();
        play.sandbox
            .fault(&format!("brickowl:GET user:{mode}"))
            .expect(mode);
    };
    fault("timeout_before");
    assert_eq!(
        talk(&at, &owl("user/details"), Duration::from_millis(300)),
        (Vec::new(), false)
    );
    fault("reset_before");
    assert_eq!(
        talk(&at, &owl("user/details"), PATIENCE),
        (Vec::new(), true)
    );
    fault("reset_after");
    assert_eq!(
        talk(&at, &owl("user/details"), PATIENCE),
        (Vec::new(), true)
    );
    fault("reset_middle");
    let (answer, ended) = talk(&at, &owl("user/details"), PATIENCE);
    let answer = text(&answer);
    assert!(
        ended && answer.contains("\"username\"") && !answer.ends_with("}}"),
        "{answer}"
    );
    fault("drip(5)");
    let (answer, ended) = talk(&at, &owl("user/details"), PATIENCE);
    assert!(ended && text(&answer).ends_with("}}"));
    fault("slow(20)");
    assert!(text(&talk(&at, &owl("user/details"), PATIENCE).0).ends_with("}}"));
    fault("flood(3)");
    assert!(talk(&at, &owl("user/details"), PATIENCE).0.len() > 3 * 1024 * 1024);
    fault("empty_body");
    let (answer, ended) = talk(&at, &owl("user/details"), PATIENCE);
    assert!(
        ended && text(&answer).contains("content-length: 0"),
        "{}",
        text(&answer)
    );
}

#[test]
fn a_change_whose_answer_never_came_was_made() {
    let play = Play::new();
    let at = open(&play);
    let id = play.owl_lot(PLAIN);
    play.sandbox
        .fault("brickowl:POST inventory/update:timeout_after")
        .expect("a fault");
    let form = format!("key={OWL_KEY}&lot_id={id}&relative_quantity=-3");
    let request = format!(
        "POST /v1/inventory/update HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    assert_eq!(
        talk(&at, &request, Duration::from_millis(300)),
        (Vec::new(), false)
    );
    let lots = play.mock("GET", "/brickowl/lots", &Value::Null);
    let lot = lots
        .as_array()
        .and_then(|lots| lots.iter().find(|lot| lot["id"] == id));
    assert_eq!(lot.expect("the lot")["quantity"], 7);
}

#[test]
fn events_are_sent_to_the_shop() {
    let play = Play::new();
    let _at = open(&play);
    let shop = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = shop.local_addr().expect("an address");
    play.switch(
        "bricklink.push_url",
        json!(format!("http://{address}/hook/s3cret")),
    );
    let order = play.buy(&[(PLAIN, 1)]);
    let (mut stream, _) = shop.accept().expect("a call");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let mut all = Vec::new();
    while !text(&all).ends_with('}') {
        let mut piece = [0; 1_024];
        let count = stream.read(&mut piece).expect("more");
        assert!(count > 0, "{}", text(&all));
        all.extend_from_slice(&piece[..count]);
    }
    let text = text(&all);
    assert!(text.starts_with("POST /hook/s3cret HTTP/1.1\r\n"), "{text}");
    assert!(text.contains(&format!("\"resource_id\":{order}")), "{text}");
}

#[test]
fn a_port_that_is_taken_is_said_so() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let error = listen(Arc::clone(&Play::new().sandbox), port).expect_err("taken");
    assert!(error.message.contains("is taken"), "{error}");
}

#[test]
fn the_command_plays_until_it_is_interrupted() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_brickops"))
        .args(["sandbox", "--port", "0", "--lots", "40", "--format", "json"])
        .args([
            "--fault",
            "brickognize:GET health:http_503",
            "--switch",
            "bricklink.closed=true",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut out = child.stdout.take().expect("its output");
    let mut said = Vec::new();
    while !text(&said).trim_end().ends_with('}') {
        let mut piece = [0; 1_024];
        let count = out.read(&mut piece).expect("more");
        assert!(count > 0, "it ended early: {}", text(&said));
        said.extend_from_slice(&piece[..count]);
    }
    let told: Value = serde_json::from_slice(&said).expect("a document");
    assert_eq!(
        (&told["lots"], &told["consumer_key"]),
        (&json!(40), &json!(CONSUMER_KEY))
    );
    assert!(told["items"].as_u64().is_some_and(|items| items > 1_000));
    let base = told["brickognize"]
        .as_str()
        .and_then(|url| url.strip_prefix("http://"))
        .expect("an address");
    let ask = |path: &str| {
        let mut stream = TcpStream::connect(base).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.write_all(get(path).as_bytes()).expect("sent");
        let mut all = Vec::new();
        stream.read_to_end(&mut all).expect("an answer");
        text(&all)
    };
    assert!(ask("/health/").starts_with("HTTP/1.1 503"));
    assert!(ask("/health/").starts_with("HTTP/1.1 200"));
    assert!(ask("/__mock/state").contains("\"lots\":40"));
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("alive");
    assert_eq!(child.wait().expect("ended").code(), Some(0));
}

#[test]
fn what_cannot_be_played_is_said() {
    for (args, sentence) in [
        (
            ["--fault", "bricklink:GET orders:nonsense"],
            "names no way to go wrong",
        ),
        (
            ["--switch", "bricklink.nonsense=1"],
            "There is no switch or position",
        ),
    ] {
        let ran = Command::new(env!("CARGO_BIN_EXE_brickops"))
            .args(["sandbox", "--port", "0"])
            .args(args)
            .output()
            .expect("it runs");
        assert_eq!(ran.status.code(), Some(1));
        assert!(
            text(&ran.stderr).contains(sentence),
            "{}",
            text(&ran.stderr)
        );
    }
}
