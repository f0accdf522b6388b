//! `brickops market` and its screen with the real program and a marketplace on loopback; and that no key
//! is ever found on disk.

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};

use common::pty::Terminal;
use common::{PASSWORD, PATIENCE, Ran, Server, Shop, finish};

const KEY: &str = "KNOWNOWLKEY000000000000000000005";
const LINK: [&str; 4] = [
    "KNOWNCONSUMERKEY0000000000000001",
    "KNOWNCONSUMERSECRET0000000000002",
    "KNOWNTOKEN0000000000000000000003",
    "KNOWNTOKENSECRET0000000000000004",
];
const WHO: &str = r#"{"username":"ana_owl","uid":"7","has_store":true,"store_details":{"store_id":"907","name":"Owl Corner","base_currency":"EUR","open":"1"}}"#;
const NO_SUCH_KEY: &str = r#"{"error":{"status":"Invalid API key"}}"#;

/// BrickOwl as far as a test of keys asks it, and the first line of every call.
struct Owl {
    address: String,
    asked: Receiver<String>,
}

/// Answers calls with these, in their order, then ends.
fn owl(answers: Vec<(u16, &'static str)>) -> Owl {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (tell, asked) = channel();
    std::thread::spawn(move || {
        for (status, body) in answers {
            let Ok((stream, _)) = listener.accept() else {
                return;
            };
            let mut reader = BufReader::new(stream);
            let mut first = String::new();
            let _ = reader.read_line(&mut first);
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                line.clear();
            }
            let _ = tell.send(first);
            let _ = write!(
                reader.get_mut(),
                "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    Owl {
        address: format!("http://{address}/v1"),
        asked,
    }
}

fn config(shop: &Shop, owl: &str) -> String {
    let path = shop.file(
        "market.toml",
        format!("[market]\nbrickowl_url = \"{owl}\"\n"),
    );
    path.to_str().expect("UTF-8").to_owned()
}

fn with_input(shop: &Shop, args: &[&str], input: &str) -> Ran {
    let mut command = shop.command();
    command.args(args).stdin(Stdio::piped());
    let mut child: Child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("an input");
    stdin.write_all(input.as_bytes()).expect("written");
    drop(stdin);
    finish(child)
}

/// Every file below a directory that holds one of these texts.
fn holding(dir: &Path, texts: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("a folder").flatten() {
        let path = entry.path();
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            found.extend(holding(&path, texts));
        } else if kind.is_file() {
            let mut bytes = Vec::new();
            let mut file = fs::File::open(&path).expect("a file");
            file.read_to_end(&mut bytes).expect("read");
            let has = |text: &&str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
            if texts.iter().any(has) {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn keys_come_by_standard_input_are_tried_and_go_again() {
    let shop = Shop::opened();
    let owl = owl(vec![(200, WHO), (403, NO_SUCH_KEY)]);
    let config = config(&shop, &owl.address);
    let at = |args: &[&str]| {
        let args = [&["--config", config.as_str()], args].concat();
        shop.run(&args)
    };
    let rows = shop.json(&["market", "status"]);
    assert_eq!(rows[0]["state"], "none");
    let connect = [
        "--password-stdin",
        "--log-level",
        "trace",
        "market",
        "connect",
    ];
    let input = format!(
        "  {}\r\n{}\n\t{}\n{}\n{PASSWORD}\n",
        LINK[0], LINK[1], LINK[2], LINK[3]
    );
    with_input(&shop, &[&connect[..], &["bricklink"]].concat(), &input).ended(0);
    let input = format!("{{\"key\": \"{KEY}\"}}\n{PASSWORD}\n");
    with_input(&shop, &[&connect[..], &["brickowl"]].concat(), &input).ended(0);
    let ran = with_input(
        &shop,
        &[&connect[..], &["brickowl"]].concat(),
        &format!("{KEY}\nnot the password\n"),
    );
    assert_ne!(ran.code, 0, "the password is asked for");
    let said = at(&["--log-level", "trace", "market", "test", "brickowl"]).ended(0);
    assert!(
        said.out
            .contains("ana_owl, store Owl Corner, prices in EUR"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("599 calls left this minute"),
        "{}",
        said.out
    );
    let asked = owl.asked.recv_timeout(PATIENCE).expect("a call");
    assert!(asked.starts_with("GET /v1/user/details?key="), "{asked}");
    let rows = shop.json(&["market", "status"]);
    assert_eq!(rows[1]["state"], "valid");
    assert_eq!(rows[1]["test"]["store"], "Owl Corner");
    let ran = at(&["market", "test", "brickowl"]).ended(1);
    assert!(!ran.err.contains(KEY) && !ran.out.contains(KEY));
    assert_eq!(shop.json(&["market", "status"])[1]["state"], "failing");
    let ran = shop
        .run(&["--offline", "market", "test", "brickowl"])
        .ended(1);
    assert!(ran.err.contains("switched off"), "{}", ran.err);
    let change = |verb: &str| {
        let args = ["--password-stdin", "market", verb, "brickowl"];
        with_input(&shop, &args, &format!("{PASSWORD}\n")).ended(0);
    };
    change("disable");
    assert_eq!(shop.json(&["market", "status"])[1]["enabled"], false);
    change("enable");
    change("remove");
    assert_eq!(shop.json(&["market", "status"])[1]["state"], "none");
    let ran = shop.run(&["market", "test", "brickowl"]).ended(1);
    assert!(ran.err.contains("market connect brickowl"), "{}", ran.err);
    shop.run(&["market", "rotate-key"]).ended(0);
    assert_eq!(
        shop.json(&["market", "status"])[0]["locked"],
        serde_json::Value::Null
    );
    let texts = [&LINK[..], &[KEY]].concat();
    assert_eq!(holding(shop.root(), &texts), Vec::<PathBuf>::new());
}

#[test]
fn an_owner_connects_on_the_screen() {
    let shop = Shop::opened();
    let owl = owl(vec![(200, WHO)]);
    let config = config(&shop, &owl.address);
    let mut terminal = Terminal::start_with(&shop, &["--config", &config], (100, 30), &[]);
    terminal.wait_for("2,520 items in the catalogue");
    terminal.send("gk");
    terminal.wait_for("not connected");
    terminal.send("j");
    terminal.wait_for("▸ BrickOwl");
    terminal.send("\r");
    terminal.wait_for("Connect BrickOwl");
    // Pasted with what a page puts around it.
    terminal.send(&format!("\u{1b}[200~ \n{KEY}\n\u{1b}[201~"));
    terminal.wait_for(&"●".repeat(KEY.len()));
    terminal.send("\r");
    terminal.wait_for("assword");
    terminal.send(PASSWORD);
    terminal.send("\r");
    terminal.wait_for("ana_owl");
    terminal.wait_for("valid");
    terminal.send("\u{3}");
    terminal.wait_for("Ctrl+C once more");
    terminal.send("\u{3}");
    assert!(terminal.ended_within(PATIENCE).success());
    let raw = String::from_utf8_lossy(&terminal.raw).into_owned();
    assert!(!raw.contains(KEY), "the terminal never showed it");
    assert_eq!(holding(shop.root(), &[KEY]), Vec::<PathBuf>::new());
}

#[test]
fn the_machine_room_shows_what_failed_and_what_was_answered() {
    const PAGE: &str = "<html><h1>Closed for repairs</h1></html>";
    let shop = Shop::opened();
    let owl = owl(vec![(200, WHO), (503, PAGE), (503, PAGE)]);
    // The server and whoever asks it are set up alike.
    let folder = shop.root().join("home/.config/brickops");
    fs::create_dir_all(&folder).expect("a folder");
    let market = format!("[market]\nbrickowl_url = \"{}\"\n", owl.address);
    fs::write(folder.join("config.toml"), market).expect("written");
    let input = format!("{KEY}\n{PASSWORD}\n");
    let connect = ["--password-stdin", "market", "connect", "brickowl"];
    with_input(&shop, &connect, &input).ended(0);
    let _server = Server::start(&shop);
    let mut terminal = Terminal::start_with(&shop, &[], (100, 30), &[]);
    terminal.wait_for("2,520 items in the catalogue");
    terminal.send("gm");
    terminal.wait_for("Nothing was asked of a marketplace yet");
    terminal.send("gk");
    terminal.wait_for("untested");
    terminal.send("j");
    terminal.wait_for("▸ BrickOwl");
    terminal.send("t");
    terminal.wait_for("ana_owl");
    // Until then it is being tested, and not tested twice.
    terminal.wait_for("▸ BrickOwl    valid");
    terminal.send("t");
    terminal.wait_for("HTTP 503");
    terminal.send("gm");
    // Three attempts, the last of them after a pause.
    terminal.wait_for("3 of 600 a minute");
    terminal.wait_for("1 tried again");
    terminal.wait_for("The last errors (1)");
    terminal.send("\r");
    terminal.wait_for("broken, HTTP 503, attempt 2, 2 times in a row");
    terminal.wait_for("Closed for repairs");
    terminal.send("\u{1b}");
    terminal.wait_for("The last errors (1)");
    // The same for scripts, from the server that the screen speaks to.
    let told = shop.json(&["market", "status", "--verbose"]);
    assert_eq!(told["markets"][1]["state"], "failing", "{told}");
    let room = &told["machine_room"];
    let service = &room["services"][1];
    assert_eq!(service["calls"], 3, "{room}");
    assert_eq!(
        (&service["failed"], &service["retries"]),
        (&2.into(), &1.into())
    );
    assert_eq!(service["lanes"][0]["used"], 3);
    assert_eq!(service["lanes"][0]["may_use_up_to"]["catalogue"], 300);
    let error = &room["errors"][0];
    assert_eq!(
        (&error["times"], &error["status"]),
        (&2.into(), &503.into())
    );
    assert!(
        error["raw"]
            .as_str()
            .is_some_and(|raw| raw.contains("Closed for repairs"))
    );
    let ran = shop.run(&["market", "status", "--verbose"]).ended(0);
    assert!(ran.out.contains("GET user/details"), "{}", ran.out);
    assert!(!ran.out.contains(KEY) && !told.to_string().contains(KEY));
    terminal.send("\u{3}");
    terminal.wait_for("Ctrl+C once more");
    terminal.send("\u{3}");
    assert!(terminal.ended_within(PATIENCE).success());
}
