//! The catalogue from scripts: searching, showing and importing with the real program.

mod common;

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use common::{Shop, gzip, items_xml, seed};

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}

/// Imports for scripts: the report.
#[track_caller]
fn imported(shop: &Shop, args: &[&str]) -> Value {
    shop.json(&[&["catalog", "import"], args].concat())
}

/// The age of a download is that of its file.
fn dated(path: &Path, day: u64) {
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_770_000_000 + day * 86_400);
    let file = File::options().write(true).open(path).expect("opens");
    file.set_modified(at).expect("dated");
}

#[test]
fn a_search_for_scripts_is_an_array_of_items() {
    let shop = Shop::planted();
    let ran = shop
        .run(&[
            "catalog",
            "search",
            "plate 1x2",
            "--type",
            "P",
            "--limit",
            "20",
            "--format",
            "json",
        ])
        .ended(0);
    assert_eq!(ran.err, "", "nothing but the document");
    let rows = ran.json();
    let rows = rows.as_array().expect("an array");
    assert!((2..=20).contains(&rows.len()));
    for row in rows {
        let mut promised = keys(row);
        promised.retain(|key| ["type", "no", "name", "category", "colors", "score"].contains(key));
        assert_eq!(promised.len(), 6, "{row}");
        assert_eq!(row["type"], "P");
        assert!(
            row["name"].is_string() && row["category"].is_string(),
            "{row}"
        );
        assert!(row["colors"].is_u64(), "{row}");
    }
    assert_eq!(rows[0]["no"], "3023");
    assert_eq!(rows[0]["name"], "Plate 1 x 2");
    assert_eq!(rows[0]["category"], "Plate");
    let scores: Vec<u64> = rows
        .iter()
        .map(|row| row["score"].as_u64().expect("a score"))
        .collect();
    assert!(scores[0] > 0);
    assert!(scores.is_sorted_by(|a, b| a >= b), "best first: {scores:?}");
}

#[test]
fn a_limit_is_the_most_and_has_bounds() {
    let shop = Shop::planted();
    assert_eq!(shop.found(&["brick", "--limit", "1"]).len(), 1);
    assert_eq!(shop.found(&["brick", "--limit", "35"]).len(), 35);
    assert_eq!(
        shop.found(&["brick"]).len(),
        20,
        "twenty unless asked otherwise"
    );
    for wrong in ["0", "1001", "70000", "many"] {
        let ran = shop
            .run(&["catalog", "search", "brick", "--limit", wrong])
            .ended(2);
        assert!(ran.out.is_empty());
        assert!(ran.err.contains("--limit"), "{}", ran.err);
    }
}

#[test]
fn filters_narrow_a_search() {
    let shop = Shop::planted();
    let kinds = |args: &[&str]| {
        let rows = shop.json(&[&["catalog", "search"], args].concat());
        let mut kinds: Vec<String> = rows
            .as_array()
            .expect("an array")
            .iter()
            .map(|row| row["type"].as_str().expect("a letter").to_owned())
            .collect();
        kinds.sort();
        kinds.dedup();
        kinds
    };
    assert_eq!(kinds(&["castle", "--type", "S"]), ["S"]);
    assert_eq!(
        kinds(&["castle", "--type", "S", "--type", "M", "--limit", "200"]),
        ["M", "S"]
    );
    assert_eq!(
        kinds(&["castle", "--type", "s"]),
        ["S"],
        "letter case does not matter"
    );

    let all = shop.found(&["brick 1x", "--type", "P", "--limit", "300"]);
    // 5 is red, 19 is tan at BrickLink.
    let red = shop.found(&["brick 1x", "--type", "P", "--color", "5", "--limit", "300"]);
    assert!(
        !red.is_empty() && red.len() < all.len(),
        "{} of {}",
        red.len(),
        all.len()
    );
    for no in &red {
        let item = shop.json(&["catalog", "show", no, "--type", "P"]);
        let known = item["colors"]
            .as_array()
            .expect("an array")
            .iter()
            .any(|c| c["id"] == 5);
        assert!(known, "{no} is known in red");
    }

    for row in shop
        .json(&[
            "catalog",
            "search",
            "brick",
            "--category",
            "5",
            "--limit",
            "50",
        ])
        .as_array()
        .expect("an array")
    {
        // The tree puts "Brick, Round" and the like below it.
        assert!(
            row["category"]
                .as_str()
                .expect("a name")
                .starts_with("Brick"),
            "{row}"
        );
    }

    let years = |span: &str| -> Vec<u64> {
        shop.json(&[
            "catalog", "search", "castle", "--year", span, "--limit", "100",
        ])
        .as_array()
        .expect("an array")
        .iter()
        .map(|row| row["year"].as_u64().expect("a year"))
        .collect()
    };
    let span = years("1978-1985");
    assert!(
        span.contains(&1978) && span.iter().all(|year| (1978..=1985).contains(year)),
        "{span:?}"
    );
    assert!(years("1978").iter().all(|year| *year == 1978));

    let bins = |bin: &str| -> Vec<String> {
        shop.json(&["catalog", "search", "", "--bin", bin, "--limit", "1000"])
            .as_array()
            .expect("an array")
            .iter()
            .map(|row| row["bin"].as_str().expect("a bin").to_owned())
            .collect()
    };
    assert!(bins("C76").iter().all(|bin| bin == "C76"));
    assert!(!bins("C76").is_empty());
    let cabinet = bins("C");
    assert!(cabinet.len() > 100 && cabinet.iter().all(|bin| bin.starts_with('C')));

    let plain = shop.found(&["3001", "--printed", "false", "--limit", "200"]);
    assert_eq!(plain.first().map(String::as_str), Some("3001"));
    let printed = shop.found(&["2431", "--printed", "true", "--limit", "200"]);
    assert!(printed.contains(&"2431p12".to_owned()) && !printed.contains(&"2431".to_owned()));
}

#[test]
fn filters_that_cannot_be_are_named() {
    let shop = Shop::planted();
    let wrong = |args: &[&str]| {
        let ran = shop
            .run(&[&["catalog", "search", "brick"], args].concat())
            .ended(1);
        assert!(ran.out.is_empty(), "{}", ran.out);
        ran.sentence().to_owned()
    };
    assert_eq!(
        wrong(&["--type", "X"]),
        "There is no item type X. Types are P, M, S, G, B, C, I, O and U."
    );
    assert_eq!(
        wrong(&["--year", "soon"]),
        "soon is not a year. Write 1999 or 1999-2005."
    );
    assert!(wrong(&["--bin", "??"]).starts_with("?? is not a bin."));
}

#[test]
fn what_is_misspelt_is_found_and_said() {
    let shop = Shop::planted();
    let ran = shop
        .run(&["catalog", "search", "minifigrue torso"])
        .ended(0);
    assert!(ran.err.contains("these are for"), "{}", ran.err);
    assert!(ran.out.contains("Torso"), "{}", ran.out);
    let ran = shop
        .run(&["catalog", "search", "zzzzzzqqqq", "--format", "json"])
        .ended(0);
    assert_eq!(
        ran.json(),
        serde_json::json!([]),
        "nothing is an empty list, not a failure"
    );
}

#[test]
fn show_gives_the_full_record() {
    let shop = Shop::stocked();
    let item = shop.json(&["catalog", "show", "3001"]);
    for key in [
        "type",
        "no",
        "name",
        "category",
        "category_id",
        "alternates",
        "year",
        "weight_g",
        "dimensions",
        "printed",
        "obsolete",
        "bin",
        "vanished",
        "colors",
        "facts",
        "lots",
        "similar",
    ] {
        assert!(item.get(key).is_some(), "{key} is part of the record");
    }
    assert_eq!(item["type"], "P");
    assert_eq!(item["name"], "Brick 2 x 4");
    assert_eq!(item["category"], serde_json::json!(["Brick"]));
    assert_eq!(item["printed"], false);
    assert_eq!(
        item["obsolete"],
        Value::Null,
        "not known until it was fetched"
    );
    assert_eq!(item["bin"], "B151");
    let black = item["colors"]
        .as_array()
        .expect("an array")
        .iter()
        .find(|color| color["id"] == 11)
        .expect("black");
    assert_eq!(black["name"], "Black");
    assert_eq!(black["rgb"], "212121");
    assert_eq!(black["elements"], serde_json::json!(["300126"]));
    assert_eq!(
        black["stock"], 18,
        "30 in two lots, 12 of them promised to orders"
    );
    let lot = &item["lots"].as_array().expect("an array")[0];
    assert!(
        lot["place"].is_string() && lot["available"].is_u64(),
        "{lot}"
    );
    let facts = item["facts"].as_array().expect("an array");
    let prices = item["prices"]["prices"].as_array().expect("an array");
    assert_eq!(prices.len(), 4, "new and used, sold and for sale");
    assert!(prices.iter().all(|price| price["at"].is_null()));
    assert!(
        facts
            .iter()
            .any(|fact| fact["what"] == "sort bin" && fact["freshness"].is_string())
    );
    assert!(!item["similar"].as_array().expect("an array").is_empty());

    let people = shop.run(&["catalog", "show", "3001"]).ended(0);
    for part in [
        "3001  Brick 2 x 4",
        "300126",
        "B151",
        "not known yet",
        "derived",
        "here:",
    ] {
        assert!(people.out.contains(part), "{part}: {}", people.out);
    }
}

#[test]
fn what_is_not_there_is_a_failure_for_scripts_too() {
    let shop = Shop::planted();
    let ran = shop
        .run(&["catalog", "show", "nosuchpart", "--format", "json"])
        .ended(1);
    let failure = ran.json();
    assert_eq!(keys(&failure), ["error"]);
    let mut inside = keys(&failure["error"]);
    inside.sort_unstable();
    assert_eq!(inside, ["code", "message", "retry_after"]);
    assert_eq!(failure["error"]["code"], "NOT_FOUND");
    assert_eq!(failure["error"]["retry_after"], Value::Null);
    let message = failure["error"]["message"].as_str().expect("a sentence");
    assert_eq!(
        message,
        "The catalogue does not know nosuchpart. `brickops catalog refresh nosuchpart` fetches it from BrickLink."
    );
    assert_eq!(ran.sentence(), message);

    let ran = shop
        .run(&["catalog", "show", "3001", "--type", "M"])
        .ended(1);
    assert!(
        ran.sentence()
            .starts_with("The catalogue does not know minifigure 3001."),
        "{}",
        ran.err
    );
}

#[test]
fn wrong_usage_is_two() {
    let shop = Shop::new();
    for args in [
        &["catalog"][..],
        &["catalog", "import"],
        &["catalog", "search"],
        &["catalog", "search", "x", "--colour", "5"],
        &["catalog", "search", "x", "--color", "red"],
        &["catalog", "frobnicate"],
        &["--format", "yaml", "check"],
    ] {
        let ran = shop.run(args).ended(2);
        assert!(ran.out.is_empty() && !ran.err.is_empty(), "{args:?}");
    }
    assert!(!shop.data().exists(), "a mistake makes no data directory");
    shop.run(&["--help"]).ended(0);
    shop.run(&["--version"]).ended(0);
}

#[test]
fn a_directory_of_downloads_is_imported_once() {
    let shop = Shop::new();
    let dir = shop.root().join("files");
    for entry in fs::read_dir(seed("")).expect("seed").flatten() {
        fs::copy(entry.path(), dir.join(entry.file_name())).expect("copied");
    }
    for entry in fs::read_dir(&dir).expect("files").flatten() {
        dated(&entry.path(), 0);
    }
    // Told apart by content: names and packing do not matter.
    let parts = fs::read(dir.join("parts.xml")).expect("parts");
    fs::write(dir.join("whatever.bin"), gzip(&parts)).expect("written");
    dated(&dir.join("whatever.bin"), 0);
    fs::remove_file(dir.join("parts.xml")).expect("removed");
    let packed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/zstd/colors.xml.zst");
    fs::copy(packed, dir.join("colors.dat")).expect("copied");
    dated(&dir.join("colors.dat"), 0);
    fs::remove_file(dir.join("colors.xml")).expect("removed");
    // Neither entered nor harmful.
    shop.file("deeper/sets.xml", "<CATALOG><ITEM><ITEMTYPE>S");
    shop.file("notes.md", "remember the milk");
    shop.file("empty.xml", "");
    shop.file("photo.jpg", [0xff, 0xd8, 0xff, 0xe0, 0, 16]);

    let first = imported(&shop, &[text(&dir)]);
    let what = |file: &str| -> String {
        first["files"]
            .as_array()
            .expect("an array")
            .iter()
            .find(|row| row["file"] == file)
            .unwrap_or_else(|| unreachable!("{file} was read: {first}"))["what"]
            .as_str()
            .expect("words")
            .to_owned()
    };
    assert_eq!(what("whatever.bin"), "BrickLink parts, XML");
    assert_eq!(what("colors.dat"), "BrickLink colours, XML");
    assert_eq!(first["files"].as_array().expect("an array").len(), 8);
    let unknown: Vec<&str> = first["unknown"]
        .as_array()
        .expect("an array")
        .iter()
        .map(|row| row["file"].as_str().expect("a name"))
        .collect();
    assert_eq!(
        unknown,
        [
            "empty.xml",
            "notes.md",
            "orders.xml",
            "photo.jpg",
            "shop.bsx"
        ]
    );
    assert_eq!(
        first["vanished"], 0,
        "the starter is replaced, nothing vanishes"
    );
    assert_eq!(first["added"], 0);
    assert_eq!(first["items"], 2520);
    assert_eq!(first["skipped"]["count"], 0);

    let again = shop.import(&dir).ended(0);
    assert!(
        again
            .out
            .contains("Nothing changed: the catalogue holds these 2520 items already."),
        "{}",
        again.out
    );
    for name in unknown {
        assert!(again.out.contains(name), "{name} is named: {}", again.out);
    }
    assert!(again.out.contains("left alone"), "{}", again.out);
    let head = |shop: &Shop| common::files_below(&shop.data().join("index"));
    let before = head(&shop);
    shop.import(&dir).ended(0);
    assert_eq!(head(&shop), before, "nothing is written anew");
    shop.is_as_before();
}

#[test]
fn the_first_import_over_the_starter_reports_nothing_vanished() {
    let shop = Shop::planted();
    let few = shop.file(
        "Minifigures.xml",
        items_xml('M', &[("xyz001", "Somebody New", 65)]),
    );
    let report = imported(&shop, &[text(&few), "--complete"]);
    assert_eq!(report["added"], 1);
    assert_eq!(report["vanished"], 0);
    assert_eq!(report["items"], 2521);
    assert_eq!(shop.found(&["xyz001", "--limit", "1"]), ["xyz001"]);
}

#[test]
fn newer_files_tell_what_was_added_changed_and_vanished() {
    let shop = Shop::planted();
    let whole = fs::read_to_string(seed("minifigures.xml")).expect("the starter's");
    let rows: Vec<&str> = whole
        .lines()
        .filter(|line| line.starts_with("<ITEM>"))
        .collect();
    let write = |day: u64, rows: &[String]| {
        let text = format!("<CATALOG>\n{}\n</CATALOG>\n", rows.join("\n"));
        let path = shop.file("Minifigures.xml", text);
        dated(&path, day);
        path
    };
    let mut rows: Vec<String> = rows.into_iter().map(str::to_owned).collect();
    let count = rows.len() as u64;
    let report = imported(&shop, &[text(&write(0, &rows))]);
    assert_eq!(
        report["unchanged"], 2520,
        "confirmed: the same facts, younger"
    );

    // 100 of 250 are missing: too many to believe, unless it is said that this is all.
    let most = rows.split_off(150);
    let some = write(1, &rows);
    let report = imported(&shop, &[text(&some)]);
    assert_eq!(report["vanished"], 0);
    rows.extend(most);

    // 20 of 250 are missing, one is new, one has another name.
    let gone = rows.split_off(rows.len() - 20);
    let gone_no = gone[0]
        .split("<ITEMID>")
        .nth(1)
        .and_then(|rest| rest.split('<').next());
    let gone_no = gone_no.expect("a number").to_owned();
    rows[0] = rows[0].replace("Martian - Mizar", "Martian - Mizar II");
    rows.push(
        "<ITEM><ITEMTYPE>M</ITEMTYPE><ITEMID>new001</ITEMID><ITEMNAME>Newcomer</ITEMNAME><CATEGORY>65</CATEGORY></ITEM>"
            .into(),
    );
    let newer = write(2, &rows);
    let ran = shop.import(&newer).ended(0);
    assert!(
        ran.out
            .contains("1 added, 1 changed, 20 vanished, 0 returned, 2499 unchanged."),
        "{}",
        ran.out
    );
    let kept = shop.json(&["catalog", "show", &gone_no, "--type", "M"]);
    assert!(kept["vanished"].is_string(), "kept and marked: {kept}");
    assert_eq!(shop.found(&["new001", "--limit", "1"]), ["new001"]);
    assert!(
        shop.run(&["catalog", "show", &gone_no])
            .ended(0)
            .out
            .contains("vanished")
    );
    let again = imported(&shop, &[text(&newer)]);
    assert_eq!(
        again["vanished"], 0,
        "what has vanished does not vanish again"
    );

    // Back again.
    rows.extend(gone);
    let report = imported(&shop, &[text(&write(3, &rows))]);
    assert_eq!(report["returned"], 20);
    let back = shop.json(&["catalog", "show", &gone_no, "--type", "M"]);
    assert_eq!(back["vanished"], Value::Null);

    // Said to be all: whatever is missing has vanished.
    rows.truncate(150);
    let report = imported(&shop, &[text(&write(4, &rows)), "--complete"]);
    assert_eq!(report["vanished"], count + 1 - 150);
    let parts = shop.json(&["catalog", "show", "3001"]);
    assert_eq!(
        parts["vanished"],
        Value::Null,
        "no word about parts in the files"
    );
    shop.is_as_before();
}

#[test]
fn tables_are_read_like_xml() {
    let shop = Shop::planted();
    let files = [
        shop.file(
            "colors.txt",
            "Color ID\tColor Name\tRGB\tType\tParts\tIn Sets\tWanted\tFor Sale\tYear From\tYear To\r\n\
             901\tTest Teal\t112233\tSolid\t1\t1\t1\t1\t2020\t2025\r\n",
        ),
        shop.file("categories.txt", "Category ID\tCategory Name\n9001\tTest Category\n"),
        shop.file(
            "Parts.txt",
            "Category ID\tCategory Name\tNumber\tName\tAlternate Item Number\tWeight (in Grams)\tDimensions\n\
             9001\tTest Category / Inner\ttst01\tTest Brick 1 x 9\ttst01x,tst01y\t1.5\t1 x 9 x 1\n",
        ),
        shop.file(
            "Sets.txt",
            "Category ID\tCategory Name\tNumber\tName\tYear Released\tWeight (in Grams)\tDimensions\n\
             9001\tTest Category\t99901-1\tTest Set\t2024\t100\t1 x 2 x 3 cm\n",
        ),
        shop.file(
            "codes.txt",
            "Item No\tColor\tCode\ntst01\tTest Teal\t7777777\ntst01\tNo Such Colour\t7777778\n",
        ),
    ];
    let args: Vec<&str> = files.iter().map(|path| text(path)).collect();
    let ran = shop
        .run(&[&["catalog", "import", "--format", "json"], &args[..]].concat())
        .ended(3);
    let report = ran.json();
    assert_eq!(report["added"], 2);
    assert_eq!(report["skipped"]["count"], 1, "{report}");
    let skipped = &report["skipped"]["rows"][0];
    assert_eq!(
        (&skipped["file"], &skipped["line"]),
        (&"codes.txt".into(), &3.into())
    );
    assert!(
        ran.err
            .contains("codes.txt line 3, colour: there is no colour named \"No Such Colour\""),
        "{}",
        ran.err
    );
    let part = shop.json(&["catalog", "show", "tst01"]);
    assert_eq!(part["name"], "Test Brick 1 x 9");
    assert_eq!(
        part["category"],
        serde_json::json!(["Test Category", "Inner"])
    );
    assert_eq!(part["alternates"], serde_json::json!(["tst01x", "tst01y"]));
    assert_eq!(part["weight_g"], 1.5);
    assert_eq!(part["colors"][0]["name"], "Test Teal");
    assert_eq!(
        part["colors"][0]["elements"],
        serde_json::json!(["7777777"])
    );
    assert_eq!(
        shop.found(&["7777777", "--limit", "1"]),
        ["tst01"],
        "by element id"
    );
    assert_eq!(
        shop.found(&["tst01y", "--limit", "1"]),
        ["tst01"],
        "by alternate number"
    );
    assert_eq!(shop.json(&["catalog", "show", "99901-1"])["year"], 2024);
}

#[test]
fn files_that_share_a_run_are_merged() {
    let shop = Shop::planted();
    let names = shop.file(
        "a.xml",
        items_xml('P', &[("mrg1", "Merged &amp; whole", 5)]),
    );
    let codes = shop.file(
        "b.xml",
        "<CODES><ITEM><ITEMTYPE>P</ITEMTYPE><ITEMID>mrg1</ITEMID><COLOR>Black</COLOR><CODENAME>7654321</CODENAME></ITEM></CODES>",
    );
    let bins = shop.file("c.json", "[[\"mrg1\", 12, \"A\"]]");
    let report = imported(&shop, &[text(&codes), text(&bins), text(&names)]);
    assert_eq!(report["added"], 1);
    let item = shop.json(&["catalog", "show", "mrg1"]);
    assert_eq!(item["name"], "Merged & whole");
    assert_eq!(item["colors"][0]["elements"][0], "7654321");
    assert_eq!(item["bin"], "A12");
}
