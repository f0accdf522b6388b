//! An owner connects BrickLink and BrickOwl to a shop, on the screen and by commands, against the played
//! services on a port of this machine: keys with what is pasted around them, and every refusal with its help.

mod common;

use std::io::Write as _;
use std::process::Stdio;
use std::sync::Arc;

use brickops::clock::SystemClock;
use brickops::domain::ItemKey;
use brickops::sandbox::listen::{Listening, listen};
use brickops::sandbox::{
    CONSUMER_KEY, CONSUMER_SECRET, Goods, Group, Hue, OWL_KEY, Sandbox, Setup, StockRow, TOKEN,
    TOKEN_SECRET, Thing,
};
use common::pty::Terminal;
use common::{PASSWORD, PATIENCE, Ran, Shop, finish};
use serde_json::json;

/// The played services.
struct Played {
    sandbox: Arc<Sandbox>,
    at: Listening,
}

impl Played {
    fn new() -> Self {
        let key = ItemKey::part("3001");
        let thing = Thing {
            key: key.clone(),
            name: "Brick 2 x 4".into(),
            category: 5,
            year: None,
            weight: 232,
            size: [200, 400, 100],
            alternates: Vec::new(),
            elements: Vec::new(),
        };
        let hue = Hue {
            id: 5,
            name: "Red".into(),
            hex: "b30006".into(),
            family: "Solid".into(),
            owl: None,
        };
        let group = Group {
            id: 5,
            name: "Brick".into(),
        };
        let setup = Setup {
            seed: 1,
            goods: Goods::new(vec![thing], vec![hue], vec![group]),
            stock: vec![StockRow::new(key, 5, 10, 5_270)],
            ..Setup::default()
        };
        let sandbox = Arc::new(Sandbox::new(Arc::new(SystemClock), setup));
        let at = listen(Arc::clone(&sandbox), 0).expect("a port");
        Self { sandbox, at }
    }

    fn config(&self, shop: &Shop) -> String {
        let base = format!("http://{}", self.at.address());
        let text = format!(
            "[market]\nbricklink_url = \"{base}/api/store/v1\"\nbrickowl_url = \"{base}/v1\"\n"
        );
        let path = shop.file("market.toml", text);
        path.to_str().expect("UTF-8").to_owned()
    }

    /// The token is bound to another address.
    fn binds_token(&self, bound: bool) {
        let ips = if bound {
            json!(["203.0.113.9"])
        } else {
            json!([])
        };
        assert!(self.sandbox.switch("bricklink.allowed_ips", &ips));
    }

    fn fault(&self, text: &str) {
        self.sandbox.fault(text).expect(text);
    }
}

/// What a page puts around a value.
fn dirty(value: &str) -> String {
    format!(" \t{value}\u{a0}\r\n\n")
}

fn pasted(text: &str) -> String {
    format!("\u{1b}[200~{text}\u{1b}[201~")
}

/// Opens the form of the marketplace one is at, fills it and confirms it with the password.
fn enter(terminal: &mut Terminal, values: &[&str]) {
    terminal.send("\r");
    terminal.wait_for("Connect BrickLink");
    for value in values {
        terminal.send(&pasted(&dirty(value)));
        let dots = "●".repeat(value.len());
        terminal.wait("the value as dots", |screen| {
            screen.lines().filter(|line| line.contains(&dots)).count() > 0
        });
        terminal.send("\r");
    }
    terminal.wait_for("assword");
    terminal.send(PASSWORD);
    terminal.send("\r");
}

#[test]
fn on_the_screen() {
    let (shop, played) = (Shop::opened(), Played::new());
    let config = played.config(&shop);
    let mut terminal = Terminal::start_with(&shop, &["--config", &config], (100, 36), &[]);
    terminal.wait_for("2,520 items in the catalogue");
    terminal.send("gk");
    terminal.wait_for("not connected");
    // The secret of another token.
    let wrong = [CONSUMER_KEY, CONSUMER_SECRET, TOKEN, "ANOTHERTOKENSECRET"];
    enter(&mut terminal, &wrong);
    terminal.wait_for("failing");
    terminal.wait_for("One of the two secrets is not the one");
    // The right ones take their place, all four pasted at once.
    let right = [CONSUMER_KEY, CONSUMER_SECRET, TOKEN, TOKEN_SECRET];
    terminal.send("\r");
    terminal.wait_for("Other keys of BrickLink");
    let all: Vec<String> = right.iter().map(|value| dirty(value)).collect();
    terminal.send(&pasted(&all.concat()));
    terminal.wait_for(&"●".repeat(TOKEN_SECRET.len()));
    terminal.send("\r");
    terminal.wait_for("valid");
    terminal.wait_for("BrickLink answers");
    assert!(!terminal.screen().contains("What to do"));
    // Bound to another address.
    played.binds_token(true);
    terminal.send("t");
    terminal.wait_for("The token is bound to another IP address");
    terminal.wait_for("127.0.0.1");
    played.binds_token(false);
    terminal.send("t");
    terminal.wait("valid again", |screen| screen.contains("valid"));
    // A key that may not.
    played.fault("bricklink:*:permission@*");
    terminal.send("t");
    terminal.wait_for("Only sellers have an API");
    played.sandbox.heal();
    terminal.send("t");
    terminal.wait("valid again", |screen| screen.contains("valid"));
    // A key that is not known any more, and one that is blocked.
    played.fault("bricklink:*:blocked_key@*");
    terminal.send("t");
    terminal.wait_for("BrickLink has blocked this consumer key");
    played.sandbox.heal();
    terminal.send("s");
    terminal.wait_for("switched off");
    terminal.send("s");
    terminal.wait("on again", |screen| !screen.contains("switched off"));
    terminal.send("d");
    terminal.wait_for("Remove the keys of BrickLink");
    terminal.send("\u{1b}[C\r");
    terminal.wait_for("The keys of BrickLink are removed.");
    terminal.send("\u{3}");
    terminal.wait_for("Ctrl+C once more");
    terminal.send("\u{3}");
    assert!(terminal.ended_within(PATIENCE).success());
    let raw = String::from_utf8_lossy(&terminal.raw).into_owned();
    for key in right.iter().chain(&wrong) {
        assert!(!raw.contains(key), "the terminal never showed it");
    }
}

fn with_input(shop: &Shop, args: &[&str], input: &str) -> Ran {
    let mut command = shop.command();
    command.args(args).stdin(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("an input");
    stdin.write_all(input.as_bytes()).expect("written");
    drop(stdin);
    finish(child)
}

#[test]
fn by_commands() {
    let (shop, played) = (Shop::opened(), Played::new());
    let config = played.config(&shop);
    let connect = |market: &str, values: &[&str]| {
        let values: Vec<String> = values.iter().map(|value| dirty(value)).collect();
        let input = format!("\n{}{PASSWORD}\n", values.concat());
        let args = [
            "--config",
            &config,
            "--password-stdin",
            "market",
            "connect",
            market,
        ];
        with_input(&shop, &args, &input).ended(0);
    };
    let test = |market: &str| shop.run(&["--config", &config, "market", "test", market]);
    let state = |row: usize| shop.json(&["market", "status"])[row]["state"].clone();
    let right = [CONSUMER_KEY, CONSUMER_SECRET, TOKEN, TOKEN_SECRET];
    connect("bricklink", &right);
    let said = test("bricklink").ended(0);
    assert!(said.out.contains("prices in EUR"), "{}", said.out);
    assert_eq!(state(0), "valid");
    for (at, value, word) in [
        (
            0,
            "ANOTHERCONSUMERKEY00000000000001",
            "does not know the consumer key",
        ),
        (1, "ANOTHERCONSUMERSECRET", "two secrets"),
        (
            2,
            "ANOTHERTOKEN00000000000000000001",
            "does not know this token",
        ),
        (3, "ANOTHERTOKENSECRET", "two secrets"),
    ] {
        let mut values = right;
        values[at] = value;
        connect("bricklink", &values);
        assert_eq!(state(0), "untested", "replaced");
        let ran = test("bricklink").ended(1);
        assert!(ran.sentence().contains(word), "{}", ran.err);
        assert_eq!(state(0), "failing");
    }
    connect("bricklink", &right);
    played.binds_token(true);
    let ran = test("bricklink").ended(1);
    assert!(ran.sentence().contains("127.0.0.1"), "{}", ran.err);
    played.binds_token(false);
    for (fault, word) in [
        ("permission", "Only sellers have an API"),
        ("maintenance_html_200", "says nothing about the keys"),
        ("blocked_key", "blocked this consumer key"),
    ] {
        played.fault(&format!("bricklink:*:{fault}@*"));
        let ran = test("bricklink").ended(1);
        assert!(ran.sentence().contains(word), "{fault}: {}", ran.err);
        played.sandbox.heal();
    }
    // BrickOwl: one key, and a key that may not read the store.
    connect("brickowl", &["ANOTHEROWLKEY0000000000000000000"]);
    let ran = test("brickowl").ended(1);
    assert!(
        ran.sentence().contains("Copy the keys again"),
        "{}",
        ran.err
    );
    connect("brickowl", &[OWL_KEY]);
    test("brickowl").ended(0);
    assert_eq!(state(1), "valid");
    played.fault("brickowl:*:permission@*");
    let ran = test("brickowl").ended(1);
    assert!(
        ran.sentence()
            .contains("permission for inventory and orders"),
        "{}",
        ran.err
    );
}
