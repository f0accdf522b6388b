//! The inventory as a script works on it, through the real program: every verb, its document, its exit
//! code, and how it is taken back.

mod common;

use std::collections::BTreeMap;

use rustix::process::{Signal, kill_process};
use serde_json::{Value, json};

use common::{OWNER, PASSWORD, PATIENCE, Ran, Server, Shop, comes_true, finish, pid};

fn inventory<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&["inventory"], args].concat()
}

/// Runs a verb that ends with this exit code and answers with JSON.
#[track_caller]
fn ends(shop: &Shop, code: i32, args: &[&str]) -> Value {
    let ran = shop.run(&[&inventory(args)[..], &["--format", "json"]].concat());
    ran.ended(code).json()
}

#[track_caller]
fn done(shop: &Shop, args: &[&str]) -> Value {
    ends(shop, 0, args)
}

#[track_caller]
fn rows(shop: &Shop, args: &[&str]) -> Vec<Value> {
    let found = done(shop, args);
    found.as_array().expect("an array").clone()
}

#[track_caller]
fn lot(shop: &Shop, id: u64) -> Value {
    done(shop, &["show", &id.to_string()])
}

/// All lots, live ones and tombstones, but for when and by whom they were changed.
#[track_caller]
fn everything(shop: &Shop) -> BTreeMap<u64, Value> {
    let mut found = BTreeMap::new();
    for shelf in ["live", "deleted"] {
        for mut lot in rows(shop, &["list", "--shelf", shelf, "--limit", "5000"]) {
            let fields = lot.as_object_mut().expect("an object");
            for field in ["changed", "changed_by", "last_entry"] {
                assert!(fields.remove(field).is_some(), "{field}");
            }
            found.insert(lot["id"].as_u64().expect("a number"), lot);
        }
    }
    found
}

#[track_caller]
fn number(value: &Value) -> u64 {
    value.as_u64().expect("a number")
}

#[track_caller]
fn undo(shop: &Shop, deed: &Value) -> Value {
    done(shop, &["undo", &number(&deed["deed"]).to_string()])
}

#[track_caller]
fn refused(ran: Ran, exit: i32, code: &str) {
    let error = ran.ended(exit).json()["error"].clone();
    assert_eq!(error["code"], code, "{error}");
    let message = error["message"].as_str().expect("a sentence");
    assert!(message.ends_with('.') && message.len() > 10, "{message}");
}

#[test]
fn lots_are_listed_by_filter_order_and_shelf() {
    let shop = Shop::stocked();
    let all = rows(&shop, &["list", "--limit", "5000"]);
    assert!(all.len() > 100, "more than a page of the table");
    let lot = &all[0];
    let fields: Vec<&String> = lot.as_object().expect("an object").keys().collect();
    assert_eq!(fields.len(), 33, "{fields:?}");
    for field in ["id", "no", "price", "cost", "tags", "tiers", "last_entry"] {
        assert!(!lot[field].is_null(), "{field}");
    }
    let red = rows(&shop, &["list", "--filter", "color=Red", "--limit", "5000"]);
    let by_hand: Vec<&Value> = all.iter().filter(|lot| lot["color"] == "Red").collect();
    assert!(!red.is_empty() && red.len() == by_hand.len());
    assert_eq!(rows(&shop, &["list", "color=Red", "--limit", "5000"]), red);
    let sorted = rows(
        &shop,
        &["list", "--sort", "price:down,loc", "--limit", "5000"],
    );
    let prices: Vec<&str> = sorted
        .iter()
        .map(|lot| lot["price"].as_str().expect("a text"))
        .collect();
    assert!(
        prices.is_sorted_by(|a, b| {
            let raw = |text: &str| text.replace('.', "").parse::<u64>().expect("an amount");
            raw(a) >= raw(b)
        }),
        "{prices:?}"
    );
    assert_eq!(rows(&shop, &["list", "--limit", "7"]).len(), 7);
    assert_eq!(rows(&shop, &["list", "--shelf", "deleted"]).len(), 0);
    let table = shop.run(&["inventory", "list", "--limit", "2"]).ended(0);
    assert_eq!(table.out.lines().count(), 2);
    assert!(
        table.err.starts_with(&format!("{} lots, ", all.len())),
        "{}",
        table.err
    );
    assert!(table.err.contains("2 of them are shown"), "{}", table.err);
}

#[test]
fn a_mistake_is_underlined_and_nothing_is_done() {
    let shop = Shop::stocked();
    let before = everything(&shop);
    let ran = shop.run(&["inventory", "list", "red qty<five"]).ended(1);
    let lines: Vec<&str> = ran.err.lines().collect();
    assert_eq!(lines[..2], ["  red qty<five", "          ^^^^"]);
    assert!(lines[2].starts_with("brickops: Expected a whole number"));
    let set = ["set", "--filter", "qty<five", "price=1"];
    refused(
        shop.run(&[&inventory(&set)[..], &["--format", "json"]].concat()),
        1,
        "INVALID",
    );
    let ran = shop.run(&["inventory", "set", "--all", "prize=1"]).ended(1);
    let lines: Vec<&str> = ran.err.lines().collect();
    assert_eq!(lines[..2], ["  prize=1", "  ^^^^^"]);
    for args in [
        &["set", "price=1"][..],
        &["delete"],
        &["restore"],
        &["set", "--filter", " ", "price=1"],
        &["count", "1=3", "1=4"],
        &["move", "A-1", ""],
        &["set", "--all", "color=Nosuchcolour"],
        &["add", "3001", "--color", "Nosuchcolour", "--qty", "1"],
        &["split", "1", "9999999"],
        &["merge", "1", "2"],
        &["history", "--from", "yesterday"],
    ] {
        let ran = shop.run(&[&inventory(args)[..], &["--format", "json"]].concat());
        refused(ran, 1, "INVALID");
    }
    for args in [
        &["show", "999999"][..],
        &["undo", "999999"],
        &["list", "--shelf", "Nosuchfile"],
        &["files", "drop", "Nosuchfile"],
        &["move", "NO-SUCH-99", "A-1"],
    ] {
        let ran = shop.run(&[&inventory(args)[..], &["--format", "json"]].concat());
        refused(ran, 1, "NOT_FOUND");
    }
    for args in [
        &["set", "--all"][..],
        &["set", "--all", "--lot", "1", "qty=1"],
        &["list", "red", "--filter", "red"],
        &["list", "--sort", "luck"],
        &["add", "3001"],
        &["add", "3001", "--qty", "1", "--price", "0,10"],
        &["add", "3001", "--qty", "1", "--price", "0.12345"],
        &["count", "1:3"],
        &["history", "--kind", "luck"],
        &["split", "1", "0"],
        &["undo", "last"],
    ] {
        shop.run(&inventory(args)).ended(2);
    }
    assert_eq!(everything(&shop), before);
}

#[test]
fn a_change_is_seen_before_made_and_taken_back() {
    let shop = Shop::stocked();
    let before = everything(&shop);
    let red = rows(&shop, &["list", "color=Red", "--limit", "5000"]);
    let set = ["set", "--filter", "color=Red", "price=*2", "tags+=xmas"];
    let dry = [&set[..], &["--dry-run"]].concat();
    let seen = done(&shop, &dry);
    assert_eq!(seen["lots"], red.len(), "{seen}");
    assert_eq!(
        (&seen["changed"], &seen["refused"], &seen["listed"]),
        (&json!(red.len()), &json!(0), &json!([]))
    );
    let example = &seen["examples"][0];
    let change = &example["changes"][0];
    let of = lot(&shop, number(&example["lot"]));
    assert_eq!(
        (&change["field"], &change["before"]),
        (&json!("price"), &of["price"])
    );
    assert_eq!(everything(&shop), before, "a preview changes nothing");
    let shown = shop.run(&inventory(&dry)).ended(0).out;
    assert!(shown.contains(" -> ") && shown.contains("Nothing is changed yet"));

    let deed = done(&shop, &[&set[..], &["--why", "spring"]].concat());
    let keys: Vec<&String> = deed.as_object().expect("an object").keys().collect();
    assert_eq!(
        keys,
        [
            "changed", "deed", "listed", "made", "pieces", "refused", "same"
        ]
    );
    assert_eq!(deed["changed"], red.len());
    let raw = |lot: &Value| -> u64 {
        let text = lot["price"].as_str().expect("a text").replace('.', "");
        text.parse().expect("an amount")
    };
    for was in &red {
        let is = lot(&shop, number(&was["id"]));
        assert_eq!((raw(&is), &is["tags"]), (raw(was) * 2, &json!(["xmas"])));
    }
    let id = number(&deed["deed"]).to_string();
    let entries = rows(&shop, &["history", "--deed", &id, "--limit", "5000"]);
    assert_eq!(entries.len(), red.len());
    assert!(entries.iter().all(|entry| entry["why"] == "spring"
        && entry["state"] == "stands"
        && entry["lots"] == red.len()));
    let again = done(&shop, &["set", "--filter", "tag:xmas", "tags+=xmas"]);
    assert_eq!(
        (&again["deed"], &again["same"]),
        (&Value::Null, &json!(red.len()))
    );

    let seen = done(&shop, &["undo", &id, "--dry-run"]);
    assert_eq!(
        (&seen["changed"], &seen["together"]),
        (&json!(red.len()), &json!(false))
    );
    let undone = done(&shop, &["undo", &id, "--why", "wrong filter"]);
    assert_eq!(undone["changed"], red.len());
    assert_eq!(everything(&shop), before, "as if nothing had been");
    let entries = rows(&shop, &["history", "--deed", &id, "--limit", "1"]);
    assert_eq!(entries[0]["state"], "taken-back");
    let redone = undo(&shop, &undone);
    assert_eq!(redone["changed"], red.len());
    assert_ne!(everything(&shop), before, "brought back");
}

#[test]
fn one_line_says_what_was_done_and_how_it_is_taken_back() {
    let shop = Shop::stocked();
    let line = shop
        .run(&["inventory", "set", "--lot", "1", "qty=+5"])
        .ended(0)
        .out;
    let (what, command) = line
        .trim()
        .split_once("takes it back: brickops ")
        .expect(&line);
    assert!(
        what.starts_with("1 lot changed (+5 pieces); change "),
        "{what}"
    );
    let had = lot(&shop, 1)["available"].clone();
    let words: Vec<&str> = command.split(' ').collect();
    shop.run(&words).ended(0);
    assert_eq!(lot(&shop, 1)["available"], number(&had) - 5);
}

#[test]
fn lots_that_cannot_be_changed_are_named_with_exit_code_3() {
    let shop = Shop::stocked();
    let promised = rows(&shop, &["list", "reserved>0", "--limit", "1"]);
    let held = number(&promised[0]["id"]).to_string();
    let free = rows(&shop, &["list", "reserved=0", "--limit", "1"]);
    let free = number(&free[0]["id"]).to_string();
    let both = format!("{held},{free}");
    let deed = ends(&shop, 3, &["delete", "--lot", &both]);
    assert_eq!((&deed["changed"], &deed["refused"]), (&json!(1), &json!(1)));
    assert_eq!(deed["listed"][0]["lot"].to_string(), held);
    let ran = shop.run(&["inventory", "delete", "--lot", &held]).ended(3);
    assert!(ran.err.contains(&format!("lot {held}: ")), "{}", ran.err);
    ends(&shop, 3, &["set", "--lot", "999999", "qty=1"]);
    ends(&shop, 3, &["delete", "--lot", &held, "--dry-run"]);
    let shelf = rows(&shop, &["list", "--shelf", "deleted"]);
    assert_eq!(shelf.len(), 1);
    assert_eq!(shelf[0]["deleted"], true);
    let back = done(&shop, &["restore", "--all"]);
    assert_eq!(back["changed"], 1);
    assert_eq!(rows(&shop, &["list", "--shelf", "deleted"]).len(), 0);
    undo(&shop, &back);
    assert_eq!(lot(&shop, free.parse().expect("a number"))["deleted"], true);
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one lot's way from its coming in to its undo"
)]
fn lots_come_in_split_and_merge_and_all_of_it_is_taken_back() {
    let shop = Shop::stocked();
    let before = everything(&shop);
    let added = done(
        &shop,
        &[
            "add",
            "3001",
            "--color",
            "dark red",
            "--cond",
            "used",
            "--qty",
            "20",
            "--price",
            "0.0825",
            "--cost",
            "0.01",
            "--loc",
            "Z-9",
            "--remarks",
            "-as is",
            "--comments",
            "fine",
            "--tag",
            "a,b",
        ],
    );
    assert_eq!(added["pieces"], 20);
    let id = number(&added["made"][0]);
    let made = lot(&shop, id);
    for (field, value) in [
        ("type", json!("P")),
        ("no", json!("3001")),
        ("color", json!("Dark Red")),
        ("condition", json!("U")),
        ("available", json!(20)),
        ("price", json!("0.0825")),
        ("cost", json!("0.0100")),
        ("place", json!("Z-9")),
        ("remarks", json!("-as is")),
        ("comments", json!("fine")),
        ("tags", json!(["a", "b"])),
        ("known", json!(true)),
    ] {
        assert_eq!(made[field], value, "{field}");
    }
    let id = id.to_string();
    let split = done(&shop, &["split", &id, "8", "loc=Z-10", "color=Red"]);
    let part = number(&split["made"][0]);
    let made = lot(&shop, part);
    assert_eq!(
        (&made["available"], &made["place"], &made["color"]),
        (&json!(8), &json!("Z-10"), &json!("Red"))
    );
    let part = part.to_string();
    let error = shop.run(&["inventory", "merge", &id, &part]).ended(1);
    assert!(
        error.sentence().contains("same item, colour"),
        "{}",
        error.err
    );
    let painted = done(
        &shop,
        &["set", "--lot", &part, "color=Dark Red", "price=0.1025"],
    );
    let twins = rows(&shop, &["duplicates"]);
    let ids: Vec<String> = twins.iter().map(|lot| lot["id"].to_string()).collect();
    assert!(ids.contains(&id) && ids.contains(&part), "{ids:?}");
    let strict = rows(&shop, &["duplicates", "--strict"]);
    assert!(
        strict
            .iter()
            .all(|lot| lot["id"].as_u64() != id.parse().ok()),
        "prices differ"
    );
    let merge = [
        "merge",
        &id,
        &part,
        "--price",
        "average",
        "--comments",
        "join",
        "--remarks",
        "fill",
        "--cost",
        "lowest",
    ];
    let merged = done(&shop, &merge);
    assert_eq!(
        (&merged["changed"], &merged["pieces"]),
        (&json!(2), &json!(0))
    );
    let whole = lot(&shop, id.parse().expect("a number"));
    assert_eq!(
        (&whole["available"], &whole["price"]),
        (&json!(20), &json!("0.0905")),
        "12 at 0.0825 and 8 at 0.1025"
    );
    for deed in [&merged, &painted, &split, &added] {
        undo(&shop, deed);
    }
    let mut after = everything(&shop);
    for id in [&id, &part] {
        let gone = after
            .remove(&id.parse().expect("a number"))
            .expect("a tombstone");
        assert_eq!(
            (&gone["deleted"], &gone["available"]),
            (&json!(true), &json!(0))
        );
    }
    assert_eq!(after, before);
    let odd = shop.run(&[
        "inventory",
        "add",
        "nosuch99",
        "--qty",
        "1",
        "--name",
        "Odd brick",
    ]);
    assert!(odd.ended(0).err.contains("does not know nosuch99"));
    assert_eq!(done(&shop, &["list", "nosuch99"])[0]["name"], "Odd brick");
    shop.is_as_before();
}

#[test]
fn the_shelf_is_counted_and_bins_are_moved() {
    let shop = Shop::stocked();
    let before = everything(&shop);
    let free = rows(&shop, &["list", "reserved=0 qty>1", "--limit", "2"]);
    let [a, b] = [number(&free[0]["id"]), number(&free[1]["id"])];
    let there = number(&free[1]["available"]);
    let counts = [format!("{a}=1"), format!("{b}={there}")];
    let deed = done(
        &shop,
        &["count", &counts[0], &counts[1], "--why", "spilled"],
    );
    assert_eq!((&deed["changed"], &deed["same"]), (&json!(1), &json!(1)));
    assert_eq!(lot(&shop, a)["available"], 1);
    let id = a.to_string();
    let entries = rows(&shop, &["history", "--lot", &id, "--kind", "quantity"]);
    assert_eq!(entries[0]["reason"], "counted: spilled");
    undo(&shop, &deed);
    assert_eq!(everything(&shop), before);
    let promised = rows(&shop, &["list", "reserved>0", "--limit", "1"]);
    let nothing = format!("{}=0", promised[0]["id"]);
    ends(&shop, 3, &["count", &nothing]);

    // A place where one lot lies, and nowhere else.
    let all = rows(&shop, &["list", "--limit", "5000"]);
    let lies = |lot: &Value, at: &str| {
        let place = lot["place"].as_str().expect("a text");
        place.split(';').any(|one| one == at)
    };
    let alone = all.iter().find(|lot| {
        let place = lot["place"].as_str().expect("a text");
        let there = all.iter().filter(|other| lies(other, place));
        there.count() == 1 && lot["reserved"] == 0
    });
    let alone = alone.expect("such a place");
    let (id, a) = (alone["id"].to_string(), number(&alone["id"]));
    let place = alone["place"].as_str().expect("a text");
    let here = done(&shop, &["move", place, "Q-7", "--dry-run"]);
    let moved = done(&shop, &["move", place, "Q-7", "--why", "damp"]);
    assert_eq!(moved["changed"], here["changed"]);
    let places = rows(&shop, &["places"]);
    let at = |name: &str| places.iter().find(|row| row["place"] == name).cloned();
    assert_eq!(at("Q-7").expect("it is there")["lots"], moved["changed"]);
    let entries = rows(&shop, &["history", "--kind", "location", "--limit", "1"]);
    let changes = entries[0]["changes"].as_array().expect("an array");
    let change = changes.iter().find(|change| change["field"] == "location");
    let change = change.expect("a move");
    assert_eq!(
        (&change["before"], &change["after"]),
        (&json!(place), &json!("Q-7"))
    );
    undo(&shop, &moved);
    assert_eq!(everything(&shop), before);
    assert!(rows(&shop, &["places", "--empty"]).is_empty());
    let deleted = done(&shop, &["delete", "--lot", &id]);
    let empty = json!([{"place": place, "lots": 0, "pieces": 0}]);
    assert_eq!(done(&shop, &["places", "--empty"]), empty);
    undo(&shop, &deleted);

    let two = format!("loc={place};R-1");
    done(&shop, &["set", "--lot", &id, &two]);
    assert_eq!(done(&shop, &["move", place, "Q-8"])["changed"], 1);
    assert_eq!(
        lot(&shop, a)["place"],
        "Q-8;R-1",
        "it still lies elsewhere, too"
    );
    assert_eq!(done(&shop, &["move", "Q-8;R-1", "Q-9"])["changed"], 1);
    assert_eq!(lot(&shop, a)["place"], "Q-9");
    let empty = rows(&shop, &["places", "--empty"]);
    let empty: Vec<&Value> = empty.iter().map(|row| &row["place"]).collect();
    assert_eq!(empty.len(), 3, "{empty:?}");
    for left in [place, "Q-8", "R-1"] {
        assert!(empty.contains(&&json!(left)), "{left} {empty:?}");
    }
}

#[test]
fn the_history_is_narrowed_and_pages_by_itself() {
    let shop = Shop::stocked();
    let lots = rows(&shop, &["list", "--limit", "5000"]).len();
    for round in 0..8 {
        let price = format!("price=0.{}", 50 + round);
        done(&shop, &["set", "--all", &price]);
    }
    let prices = rows(&shop, &["history", "--kind", "price", "--limit", "100000"]);
    let set: Vec<&Value> = prices.iter().filter(|row| row["what"] != "").collect();
    assert!(lots * 8 > 1_000, "more than a page");
    let edits = set.iter().filter(|row| row["reason"] == "changed").count();
    assert!(edits > lots * 7 && edits <= lots * 8, "{edits} of {lots}");
    let mut ids: Vec<u64> = prices.iter().map(|row| number(&row["id"])).collect();
    assert!(ids.is_sorted_by(|a, b| a > b), "newest first, each once");
    ids.dedup();
    assert_eq!(ids.len(), prices.len());
    let first = &prices[0];
    let fields: Vec<&String> = first.as_object().expect("an object").keys().collect();
    assert_eq!(fields.len(), 20, "{fields:?}");
    assert_eq!(rows(&shop, &["history", "--limit", "3"]).len(), 3);
    assert_eq!(
        rows(&shop, &["history", "price=0.57", "--limit", "9999"]).len(),
        lots
    );
    let by = first["by"].as_str().expect("a name");
    assert!(!rows(&shop, &["history", "--by", by, "--limit", "5"]).is_empty());
    assert!(rows(&shop, &["history", "--by", "nobody-else"]).is_empty());
    assert!(rows(&shop, &["history", "--until", "2001-01-01"]).is_empty());
    let since = ["history", "--from", "2001-01-01", "--limit", "5"];
    assert_eq!(rows(&shop, &since).len(), 5);
    let lot = first["lot"].to_string();
    let one = rows(&shop, &["history", "--lot", &lot, "--kind", "price,undo"]);
    assert!(one.len() >= 8 && one.iter().all(|row| row["lot"] == first["lot"]));
    let table = shop.run(&["inventory", "history", "--limit", "2"]).ended(0);
    assert_eq!(table.out.lines().count(), 2);
}

#[test]
fn an_undo_that_later_changes_prevent_says_so_and_may_be_partial() {
    let shop = Shop::stocked();
    let two = rows(&shop, &["list", "reserved=0 qty>3", "--limit", "2"]);
    let [a, b] = [two[0]["id"].to_string(), two[1]["id"].to_string()];
    let both = format!("{a},{b}");
    let deed = done(&shop, &["set", "--lot", &both, "qty=+5"]);
    done(&shop, &["set", "--lot", &a, "qty=2"]);
    let id = deed["deed"].to_string();
    let seen = ends(&shop, 3, &["undo", &id, "--dry-run"]);
    assert_eq!((&seen["changed"], &seen["refused"]), (&json!(1), &json!(1)));
    let ran = shop.run(&["inventory", "undo", &id, "--format", "json"]);
    refused(ran, 1, "CONFLICT");
    let part = ends(&shop, 3, &["undo", &id, "--partly"]);
    assert_eq!(part["listed"][0]["lot"].to_string(), a);
    assert_eq!(
        lot(&shop, b.parse().expect("a number"))["available"],
        two[1]["available"]
    );
    assert_eq!(lot(&shop, a.parse().expect("a number"))["available"], 2);
}

#[test]
fn files_are_made_filled_renamed_released_and_dropped() {
    let shop = Shop::stocked();
    let before = everything(&shop);
    let file = done(
        &shop,
        &["files", "create", "March", "--note", "from the fair"],
    );
    assert_eq!(
        (&file["name"], &file["note"], &file["lots"]),
        (&json!("March"), &json!("from the fair"), &json!(0))
    );
    let ran = shop.run(&["inventory", "files", "create", "march", "--format", "json"]);
    refused(ran, 1, "CONFLICT");
    let add = |no: &str| {
        let args = [
            "add", no, "--qty", "4", "--file", "march", "--price", "0.5", "--loc", "Z-1",
        ];
        number(&done(&shop, &args)["made"][0])
    };
    let [a, b] = [add("3001"), add("3020")];
    assert_eq!(everything(&shop), before, "not live yet");
    let there = rows(&shop, &["list", "--shelf", "March"]);
    assert_eq!(there.len(), 2);
    let raised = done(&shop, &["set", "--shelf", "March", "--all", "price=0.6"]);
    assert_eq!(raised["changed"], 2, "only those of the file");
    done(&shop, &["files", "rename", "march", "April"]);
    let files = rows(&shop, &["files", "list"]);
    assert_eq!(
        (&files[0]["name"], &files[0]["lots"], &files[0]["pieces"]),
        (&json!("April"), &json!(2), &json!(8))
    );
    let ran = shop.run(&["inventory", "files", "drop", "April", "--format", "json"]);
    refused(ran, 1, "CONFLICT");
    let one = done(
        &shop,
        &["files", "release", "April", "--lots", &a.to_string()],
    );
    assert_eq!(one["changed"], 1);
    assert_eq!(everything(&shop).len(), before.len() + 1);
    undo(&shop, &one);
    assert_eq!(everything(&shop), before);
    let all = done(&shop, &["files", "release", "April", "--merge"]);
    assert_eq!(all["changed"], 2);
    assert_eq!(lot(&shop, b)["price"], "0.6000");
    done(&shop, &["files", "drop", "April"]);
    assert!(rows(&shop, &["files", "list"]).is_empty());
    shop.is_as_before();
}

#[test]
fn who_may_not_change_the_inventory_reads_it() {
    let shop = Shop::stocked();
    let owner = |args: &[&str]| {
        let mut command = shop.command();
        command.env("BRICKOPS_PASSWORD", PASSWORD).args(args);
        finish(command.spawn().expect("the program starts"))
    };
    let make = [
        "token", "make", "eyes", "--role", "viewer", "--format", "json",
    ];
    let made = owner(&make).ended(0).json();
    let token = made["token"].as_str().expect("a token").to_owned();
    shop.run(&["logout"]).ended(0);
    let as_viewer = |args: &[&str]| {
        let mut command = shop.command();
        command
            .env("BRICKOPS_TOKEN", &token)
            .args([&inventory(args)[..], &["--format", "json"]].concat());
        finish(command.spawn().expect("the program starts"))
    };
    for args in [
        &["list"][..],
        &["show", "1"],
        &["duplicates"],
        &["places"],
        &["history"],
        &["files", "list"],
        &["filter-help"],
    ] {
        as_viewer(args).ended(0);
    }
    for args in [
        &["add", "3001", "--qty", "1"][..],
        &["set", "--lot", "1", "qty=1"],
        &["set", "--lot", "1", "qty=1", "--dry-run"],
        &["delete", "--lot", "1"],
        &["restore", "--lot", "1"],
        &["split", "1", "1"],
        &["merge", "1", "2"],
        &["count", "1=1"],
        &["move", "A-1", "A-2"],
        &["undo", "1"],
        &["undo", "1", "--dry-run"],
        &["files", "create", "x"],
    ] {
        refused(as_viewer(args), 4, "FORBIDDEN");
        let ran = shop.run(&[&inventory(args)[..], &["--format", "json"]].concat());
        refused(ran, 5, "UNAUTHENTICATED");
    }
    shop.run(&["inventory", "filter-help"]).ended(0);
    owner(&["login", OWNER]).ended(0);
    shop.is_as_before();
}

#[test]
fn the_language_is_told() {
    let shop = Shop::new();
    let help = done(&shop, &["filter-help"]);
    for part in ["filter", "changes"] {
        let lines = help[part].as_array().expect("an array");
        assert!(lines.len() > 20, "{part}");
        for line in lines {
            assert!(line["examples"][0].is_string(), "{line}");
        }
    }
    let text = shop.run(&["inventory", "filter-help"]).ended(0).out;
    assert!(text.contains("dup:strict") && text.contains("price=*1.05"));
}

#[test]
fn two_processes_at_once_lose_nothing() {
    let shop = Shop::stocked();
    let _server = Server::start(&shop);
    let had = number(&lot(&shop, 1)["available"]);
    let children: Vec<_> = (0..6)
        .map(|_| shop.start(&["inventory", "set", "--lot", "1", "qty=+1"]))
        .collect();
    for child in children {
        finish(child).ended(0);
    }
    assert_eq!(lot(&shop, 1)["available"], had + 6);
    let [price, place] = [&["price=*3"][..], &["loc=Y-1"]].map(|change| {
        let args = [&["inventory", "set", "--all"], change].concat();
        shop.start(&args)
    });
    finish(price).ended(0);
    finish(place).ended(0);
    assert!(rows(&shop, &["list", "--filter", "-loc=Y-1"]).is_empty());
    assert_eq!(shop.json(&["check"])["ok"], true);
}

#[test]
fn an_interrupted_change_leaves_everything_as_it_was() {
    let shop = Shop::opened();
    let lots: Vec<String> = (0..12_000)
        .map(|at| format!("<Item><ItemID>3001</ItemID><ItemTypeID>P</ItemTypeID><ColorID>11</ColorID><Status>I</Status><Qty>9</Qty><Price>0.5</Price><Condition>N</Condition><Remarks>A-{at}</Remarks></Item>"))
        .collect();
    let list = format!(
        "<BrickStoreXML><Inventory Currency=\"EUR\">{}</Inventory></BrickStoreXML>",
        lots.concat()
    );
    let file = shop.file("large.bsx", list);
    let _server = Server::start(&shop);
    shop.run(&["inventory", "import", file.to_str().expect("UTF-8")])
        .ended(0);
    let change = ["inventory", "set", "--all", "price=0.7", "--format", "json"];
    let child = shop.start(&change);
    let under_way = || {
        let entries = rows(&shop, &["history", "--limit", "1"]);
        entries[0]["state"] == "under-way"
    };
    assert!(comes_true(PATIENCE, under_way), "it has begun");
    kill_process(pid(&child), Signal::INT).expect("it runs");
    let ran = finish(child);
    assert!(ran.err.contains("Everything is as it was"), "{}", ran.err);
    refused(ran, 1, "CONFLICT");
    assert!(rows(&shop, &["list", "price!=0.5"]).is_empty());
    let again = done(&shop, &["set", "--all", "price=0.7"]);
    assert_eq!(again["changed"], 12_000, "and can be made again");
    assert_eq!(shop.json(&["check"])["ok"], true);
}
