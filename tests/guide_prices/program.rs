//! The same by commands and with keys, through the real program and over a socket.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::Stdio;
use std::sync::Arc;

use brickops::clock::SystemClock;
use brickops::domain::ItemKey;
use brickops::sandbox::listen::{Listening, listen};
use brickops::sandbox::{
    CONSUMER_KEY, CONSUMER_SECRET, Goods, Group, Hue, Sandbox, Setup as World, TOKEN, TOKEN_SECRET,
    Thing,
};
use serde_json::Value;

use crate::common::pty::Terminal;
use crate::common::{PASSWORD, PATIENCE, Ran, Shop, finish};

/// A shop with lots, connected to a BrickLink on this machine that sells the same things.
struct Played {
    shop: Shop,
    config: String,
    _market: Listening,
}

fn played() -> Played {
    let shop = Shop::stocked();
    let lots = shop.json(&["inventory", "list", "--limit", "5000"]);
    let mut things = BTreeMap::new();
    let mut hues = BTreeMap::new();
    for lot in lots.as_array().expect("lots") {
        let no = lot["no"].as_str().expect("a number");
        let color = u16::try_from(lot["color_id"].as_u64().expect("a number")).expect("a colour");
        let hue = Hue {
            id: color,
            name: lot["color"].as_str().expect("a name").into(),
            hex: "b30006".into(),
            family: "Solid".into(),
            owl: None,
        };
        hues.insert(color, hue);
        if lot["type"] == "P" {
            let thing = things.entry(no.to_owned()).or_insert_with(|| Thing {
                key: ItemKey::part(no),
                name: no.into(),
                category: 5,
                year: None,
                weight: 232,
                size: [200, 400, 100],
                alternates: Vec::new(),
                elements: Vec::new(),
            });
            thing.elements.push((format!("9{no}{color}"), color));
        }
    }
    let group = Group {
        id: 5,
        name: "Brick".into(),
    };
    let setup = World {
        seed: 5,
        goods: Goods::new(
            things.into_values().collect(),
            hues.into_values().collect(),
            vec![group],
        ),
        ..World::default()
    };
    let sandbox = Arc::new(Sandbox::new(Arc::new(SystemClock), setup));
    let market = listen(sandbox, 0).expect("a port");
    let config = shop.file(
        "played.toml",
        format!(
            "[market]\nbricklink_url = \"http://{}/api/store/v1\"\n",
            market.address()
        ),
    );
    let config = config.to_str().expect("UTF-8").to_owned();
    let mut child = shop
        .command()
        .args(["--config", &config, "--password-stdin"])
        .args(["market", "connect", "bricklink"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("an input");
    let keys = [CONSUMER_KEY, CONSUMER_SECRET, TOKEN, TOKEN_SECRET].join("\n");
    write!(stdin, "{keys}\n{PASSWORD}\n").expect("written");
    drop(stdin);
    finish(child).ended(0);
    Played {
        shop,
        config,
        _market: market,
    }
}

impl Played {
    fn run(&self, args: &[&str]) -> Ran {
        let args = [&["--config", self.config.as_str(), "inventory"], args].concat();
        self.shop.run(&args)
    }

    #[track_caller]
    fn json(&self, code: i32, args: &[&str]) -> Value {
        let ran = self.run(&[args, &["--format", "json"]].concat());
        ran.ended(code).json()
    }
}

const RED: [&str; 2] = ["--filter", "color:Red type:part"];

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one story, told from its beginning to its end"
)]
fn a_script_fetches_prices_and_sets_them() {
    let played = played();
    let lots = played.json(0, &[&["list", "--limit", "5000"], &RED[..]].concat());
    let lots = lots.as_array().expect("lots").clone();
    assert!(lots.len() > 5);
    let need = played.json(0, &[&["prices", "--dry-run"], &RED[..]].concat());
    let calls = need["calls"].as_u64().expect("a number");
    assert!(calls > 0 && calls <= lots.len() as u64, "{need}");
    assert_eq!(need["unknown"], lots.len());
    assert_eq!(
        (&need["room"], &need["limit"]),
        (&2_500.into(), &5_000.into())
    );
    let told = played.run(&[&["prices", "--dry-run"], &RED[..]].concat());
    let told = told.ended(0).out;
    assert!(
        told.contains(&format!("{calls} calls fetch them, 1 % of")),
        "{told}"
    );

    let done = played.json(0, &[&["prices"], &RED[..]].concat());
    for (field, number) in [
        ("wanted", calls),
        ("fetched", calls),
        ("calls", calls),
        ("failed", 0),
        ("left", 0),
    ] {
        assert_eq!(done[field], number, "{field}: {done}");
    }
    let said = played.run(&[&["prices"], &RED[..]].concat()).ended(0).out;
    assert!(said.contains("young enough"), "{said}");

    // A filter and a column of the price beside the guide.
    let far = played.json(
        0,
        &["list", "guide>0 color:Red type:part", "--limit", "5000"],
    );
    let far = far.as_array().expect("lots").clone();
    assert!(!far.is_empty() && far.iter().all(|lot| lot["guide_percent"].is_u64()));
    let sorted = [
        "list",
        "has:guide",
        "--sort",
        "guide:down",
        "--limit",
        "5000",
    ];
    let sorted = played.json(0, &sorted);
    let percent = |lot: &Value| lot["guide_percent"].as_u64().expect("a number");
    let sorted: Vec<u64> = sorted
        .as_array()
        .expect("lots")
        .iter()
        .map(percent)
        .collect();
    assert_eq!(sorted.len(), far.len());
    assert!(sorted.is_sorted_by(|a, b| a >= b), "{sorted:?}");
    let high = format!("guide>={}", sorted[0]);
    let high = played.json(0, &["list", &high]);
    assert!(
        high.as_array()
            .expect("lots")
            .iter()
            .all(|lot| percent(lot) == sorted[0])
    );
    let none = played.json(
        0,
        &[
            "list",
            "missing:guide color:Red type:part",
            "--limit",
            "5000",
        ],
    );
    assert_eq!(none.as_array().expect("lots").len() + far.len(), lots.len());

    // Only of what is known; nothing of the rest is touched.
    let change = "price=guide(sold, qtyavg)*1.1 floor cost*1.2 round 0.01 ceiling 50";
    let seen = played.run(&[&["set", change, "--dry-run", "--format", "json"], &RED[..]].concat());
    let seen: Value = serde_json::from_str(&seen.out).expect("JSON");
    assert_eq!(
        seen["what"],
        "price=guide sold qtyavg *1.1 floor cost*1.2 ceiling 50 round 0.01"
    );
    assert_eq!(seen["guide"]["calls"], 0);
    let (changed, empty) = (&seen["changed"], &seen["guide"]["empty"]);
    assert_eq!(&seen["refused"], empty);
    let ran = played.run(&[&["set", change, "--format", "json"], &RED[..]].concat());
    let deed: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(&deed["changed"], changed);
    let now = played.json(
        0,
        &[
            "list",
            "guide:105..115 color:Red type:part",
            "--limit",
            "5000",
        ],
    );
    assert!(
        !now.as_array().expect("lots").is_empty(),
        "a tenth above the guide"
    );
    let number = deed["deed"].as_u64().expect("one deed").to_string();
    let after = played.json(0, &[&["list", "--limit", "5000"], &RED[..]].concat());
    assert_ne!(after.as_array().expect("lots")[0]["price"], Value::Null);
    played.run(&["undo", &number]).ended(0);
    let back = played.json(0, &[&["list", "--limit", "5000"], &RED[..]].concat());
    for (before, back) in lots.iter().zip(back.as_array().expect("lots")) {
        assert_eq!(before["price"], back["price"]);
    }

    // The offers of today are another half of the guide; --fetch does both in one command.
    let ran = played.run(&[&["set", "price=guide stock min", "--fetch"], &RED[..]].concat());
    assert!(
        ran.err
            .contains(&format!("{calls} of {calls} prices have come")),
        "{}",
        ran.err
    );
    let offline = [
        "--offline",
        "inventory",
        "prices",
        "price=guide max",
        "--all",
        "--format",
        "json",
    ];
    let refused = played.shop.run(&offline).ended(1).json();
    let message = refused["error"]["message"].as_str().expect("a sentence");
    assert!(message.contains("switched off"), "{message}");
    let wrong = played.run(&["prices", "price=*2", "--all"]).ended(1);
    assert!(wrong.err.contains("needs no price guide"), "{}", wrong.err);
}

#[test]
fn prices_are_fetched_and_set_with_keys_only() {
    let played = played();
    let mut terminal =
        Terminal::start_with(&played.shop, &["--config", &played.config], (100, 30), &[]);
    terminal.wait_for("150");
    terminal.send("gi");
    terminal.wait_for("150 of 150 lots");
    terminal.send("color:Red type:part");
    terminal.wait_for("20 of 150 lots");
    terminal.send("\tE");
    terminal.wait_for("Change all");
    terminal.send("price=guide *1.1 floor cost");
    terminal.wait_for("20 lots not in the guide");
    terminal.wait_for("Ctrl+F fetches them: ");
    terminal.send("\x06");
    terminal.wait_for("prices have come");
    terminal.wait("a preview of new prices", |screen| {
        !screen.contains("not in the guide") && !screen.contains("0 lots change,")
    });
    terminal.send("\r");
    terminal.wait_for("changed");
    terminal.send("u");
    terminal.wait_for("Taken back. U brings it back.");
    terminal.send("\u{3}");
    terminal.wait_for("Ctrl+C once more");
    terminal.send("\u{3}");
    assert!(terminal.ended_within(PATIENCE).success());
}
