//! Prices and fresh facts with the real program: on the screen of the practice shop, as commands against a
//! played BrickLink, without calls, and while nobody answers.

mod common;

use std::io::Write;
use std::net::TcpListener;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use brickops::clock::SystemClock;
use brickops::domain::ItemKey;
use brickops::sandbox::listen::{Listening, listen};
use brickops::sandbox::{
    CONSUMER_KEY, CONSUMER_SECRET, Goods, Group, Hue, Sandbox, Setup as World, StockRow, TOKEN,
    TOKEN_SECRET, Thing,
};
use common::pty::Terminal;
use common::{PASSWORD, PATIENCE, Ran, Shop, finish};

/// An item is on the screen long before a call that nobody answers gives up.
const AT_ONCE: Duration = Duration::from_secs(5);

fn leave(mut terminal: Terminal) {
    terminal.send("\u{3}");
    terminal.wait_for("Ctrl+C once more");
    terminal.send("\u{3}");
    assert!(terminal.ended_within(PATIENCE).success());
}

fn thing(no: &str, name: &str) -> Thing {
    Thing {
        key: ItemKey::part(no),
        name: name.into(),
        category: 5,
        year: None,
        weight: 232,
        size: [200, 400, 100],
        alternates: Vec::new(),
        elements: vec![(format!("{no}21"), 5)],
    }
}

/// BrickLink with two parts, one of which nobody has imported.
fn bricklink() -> Listening {
    let hue = |id, name: &str| Hue {
        id,
        name: name.into(),
        hex: "b30006".into(),
        family: "Solid".into(),
        owl: None,
    };
    let group = Group {
        id: 5,
        name: "Brick".into(),
    };
    let things = vec![
        thing("3001", "Brick 2 x 4"),
        thing("3001x", "Brick 2 x 4 of Tomorrow"),
    ];
    let goods = Goods::new(things, vec![hue(0, "-"), hue(5, "Red")], vec![group]);
    let setup = World {
        seed: 1,
        goods,
        stock: vec![StockRow::new(ItemKey::part("3001"), 5, 10, 5_270)],
        ..World::default()
    };
    listen(Arc::new(Sandbox::new(Arc::new(SystemClock), setup)), 0).expect("a port")
}

/// A shop that is connected to BrickLink at this address; the configuration that says so.
fn connected(shop: &Shop, address: &str) -> String {
    let text = format!(
        "[market]\nbricklink_url = \"http://{address}/api/store/v1\"\nrefresh_as = \"Brick Corner\"\n"
    );
    let path = shop.file("market.toml", text);
    let config = path.to_str().expect("UTF-8").to_owned();
    let mut command = shop.command();
    let connect = ["--password-stdin", "market", "connect", "bricklink"];
    command.args(["--config", &config]).args(connect);
    let mut child = command.stdin(Stdio::piped()).spawn().expect("it starts");
    let input = format!("{CONSUMER_KEY}\n{CONSUMER_SECRET}\n{TOKEN}\n{TOKEN_SECRET}\n{PASSWORD}\n");
    let mut stdin = child.stdin.take().expect("an input");
    stdin.write_all(input.as_bytes()).expect("written");
    drop(stdin);
    finish(child).ended(0);
    config
}

#[test]
fn prices_of_the_practice_shop_come_by_themselves() {
    let shop = Shop::new();
    let mut terminal = Terminal::start_with(&shop, &["demo"], (80, 24), &[]);
    terminal.wait_for("2,520 items in the catalogue");
    terminal.send("gc");
    terminal.wait_for("Find");
    terminal.send("3001");
    terminal.wait_for("▸ P 3001");
    terminal.send("\r");
    terminal.wait_for("Part 3001");
    terminal.wait_for("used, for sale");
    terminal.wait("four ages", |screen| {
        let ages = screen.lines().find(|line| line.contains("as of"));
        ages.is_some_and(|line| line.matches("now").count() == 4)
    });
    assert!(terminal.screen().contains("by pieces"));
    assert!(terminal.screen().contains("EUR"));
    terminal.send("r");
    terminal.wait_for("3001 is up to date.");
    // A number that neither the catalogue nor BrickLink knows.
    terminal.send("gc");
    terminal.wait_for("Find");
    terminal.send("/");
    terminal.send("\u{15}");
    terminal.send("3001qq77");
    terminal.wait_for("fetches 3001qq77");
    terminal.send("\u{1b}[15~");
    terminal.wait_for("BrickLink does not know 3001qq77 either");
    leave(terminal);
}

#[test]
fn nothing_is_fetched_without_calls() {
    let shop = Shop::opened();
    let ran = shop.run(&["--offline", "catalog", "refresh", "3001"]);
    assert_ne!(ran.code, 0);
    assert!(ran.sentence().contains("switched off"), "{}", ran.err);
    let ran = shop.run(&["--offline", "catalog", "prices", "3001", "--format", "json"]);
    assert_eq!(ran.ended(3).json()["state"], "offline");
    let mut terminal = Terminal::start_with(&shop, &["--offline"], (80, 24), &[]);
    terminal.wait_for("2,520 items in the catalogue");
    terminal.send("gc");
    terminal.wait_for("Find");
    terminal.send("3001");
    terminal.wait_for("▸ P 3001");
    terminal.send("\r");
    terminal.wait_for("calls outside are switched off");
    leave(terminal);
}

#[test]
fn an_item_is_there_at_once_while_nobody_answers() {
    let shop = Shop::opened();
    // It takes connections and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = silent.local_addr().expect("an address").to_string();
    let config = connected(&shop, &address);
    let mut terminal = Terminal::start_with(&shop, &["--config", &config], (80, 24), &[]);
    terminal.wait_for("2,520 items in the catalogue");
    terminal.send("gc");
    terminal.wait_for("Find");
    terminal.send("3001");
    terminal.wait_for("▸ P 3001");
    let pressed = Instant::now();
    terminal.send("\r");
    terminal.wait_for("Category");
    terminal.wait_for("are being fetched");
    let took = pressed.elapsed();
    assert!(took < AT_ONCE, "{took:?}");
    // And it can be left at once.
    terminal.send("gh");
    terminal.wait_for("2,520 items in the catalogue");
    let took = pressed.elapsed();
    assert!(took < AT_ONCE * 2, "{took:?}");
    leave(terminal);
    drop(silent);
}

#[test]
fn commands_fetch_items_prices_and_unknown_numbers() {
    let shop = Shop::opened();
    let played = bricklink();
    let config = connected(&shop, &played.address().to_string());
    let at = |args: &[&str]| -> Ran { shop.run(&[&["--config", config.as_str()], args].concat()) };
    let json = |args: &[&str]| at(&[args, &["--format", "json"]].concat()).ended(0).json();

    let before = json(&["catalog", "freshness"]);
    let done = json(&["catalog", "refresh", "3001"]);
    assert_eq!(done[0]["no"], "3001");
    assert!(done[0]["fetched"].as_u64() >= Some(2), "{done}");
    let after = json(&["catalog", "freshness"]);
    let expired =
        |report: &serde_json::Value| report["items"]["expired"].as_u64().expect("a number");
    let fresh = |report: &serde_json::Value| report["items"]["fresh"].as_u64().expect("a number");
    assert!(
        fresh(&after) > fresh(&before) || expired(&after) == expired(&before),
        "{before} {after}"
    );
    assert!(after["items"]["expired_percent"].is_number());

    let prices = json(&["catalog", "prices", "3001", "--color", "5"]);
    assert_eq!(
        (&prices["state"], &prices["currency"]),
        (&"here".into(), &"EUR".into())
    );
    let rows = prices["prices"].as_array().expect("rows");
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(|row| row["at"].is_string()), "{prices}");
    assert!(
        rows.iter().any(|row| row["chart"]["pieces"].is_array()),
        "{prices}"
    );
    let used = [
        "catalog",
        "prices",
        "3001",
        "--color",
        "5",
        "--condition",
        "U",
    ];
    let used = json(&used);
    assert_eq!(used["prices"].as_array().expect("rows").len(), 2);
    let table = at(&["catalog", "prices", "3001", "--color", "5"]).ended(0);
    assert!(table.out.contains("new, for sale"), "{}", table.out);

    let missing = at(&["catalog", "show", "3001x"]);
    assert!(
        missing.sentence().contains("catalog refresh 3001x"),
        "{}",
        missing.err
    );
    at(&["catalog", "refresh", "3001x"]).ended(0);
    let found = json(&["catalog", "search", "3001x"]);
    assert_eq!(found[0]["name"], "Brick 2 x 4 of Tomorrow", "{found}");
    assert_eq!(json(&["catalog", "show", "3001x"])["no"], "3001x");
    let nobody = at(&["catalog", "refresh", "3001zz"]);
    assert_ne!(nobody.code, 0);
    assert!(
        nobody.sentence().contains("does not know 3001zz"),
        "{}",
        nobody.err
    );

    let stale = [
        "catalog", "refresh", "--stale", "--limit", "1", "--format", "json",
    ];
    let walked = at(&stale).json();
    assert_eq!(walked["items"], 1, "{walked}");
    assert_ne!(at(&["catalog", "refresh"]).code, 0, "numbers, or --stale");
    let said = at(&["jobs", "run", "reconcile"]).ended(0);
    assert!(said.out.contains("were compared"), "{}", said.out);
    drop(played);
}
