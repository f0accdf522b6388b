//! Lists into the shop and out of it through the real program, and what broken ones leave behind.

mod common;

use std::fs;
use std::path::Path;

use common::Shop;
use serde_json::Value;

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn item(no: &str, pieces: &str, rest: &str) -> String {
    format!(
        "<Item><ItemID>{no}</ItemID><ItemTypeID>P</ItemTypeID><ColorID>11</ColorID><Qty>{pieces}</Qty><Price>0.25</Price><Condition>N</Condition>{rest}</Item>\n"
    )
}

fn bsx(items: &str) -> String {
    format!("<BrickStoreXML><Inventory Currency=\"EUR\">\n{items}</Inventory></BrickStoreXML>")
}

fn lots(shop: &Shop) -> Vec<(String, u64)> {
    let rows = shop.json(&["inventory", "list", "--limit", "1000"]);
    let mut found: Vec<(String, u64)> = rows
        .as_array()
        .expect("an array")
        .iter()
        .map(|row| {
            let no = row["no"].as_str().expect("a number").to_owned();
            (no, row["available"].as_u64().expect("pieces"))
        })
        .collect();
    found.sort();
    found
}

#[test]
fn a_dry_run_says_what_would_happen_and_writes_nothing() {
    let shop = Shop::opened();
    let file = shop.file(
        "lots.bsx",
        bsx(&[
            item("3001", "5", "<Remarks>A-1</Remarks>"),
            item("3001", "2", "<Remarks>A-1</Remarks>"),
            item("3002", "99999999", ""),
            item("3003", "1", "<Status>X</Status>"),
        ]
        .concat()),
    );
    let args = ["inventory", "import", text(&file), "--dry-run", "--merge"];
    let ran = shop
        .run(&[&args[..], &["--format", "json"]].concat())
        .ended(3);
    let seen = ran.json();
    for (field, value) in [("read", 4), ("ok", 2), ("would_add", 1), ("would_merge", 1)] {
        assert_eq!(seen[field], value, "{field}: {seen}");
    }
    let fields: Vec<&Value> = seen["skipped"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| {
            assert!(row["line"].as_u64().expect("a line") >= 2);
            assert!(!row["reason"].as_str().expect("why").is_empty());
            &row["field"]
        })
        .collect();
    assert_eq!(fields.len(), 2, "{seen}");
    assert!(lots(&shop).is_empty());
    let real = ["inventory", "import", text(&file), "--merge"];
    let ran = shop
        .run(&[&real[..], &["--format", "json"]].concat())
        .ended(3);
    let done = ran.json();
    assert_eq!((&done["added"], &done["merged"]), (&1.into(), &1.into()));
    assert!(done["change"].as_u64().is_some());
    assert_eq!(lots(&shop), [("3001".to_owned(), 7)]);
    shop.is_as_before();
}

#[test]
fn every_format_goes_out_and_those_of_lots_come_in_again() {
    let shop = Shop::stocked();
    let all = lots(&shop);
    for format in [
        "bsx",
        "xml",
        "mass-upload",
        "mass-update",
        "wanted",
        "owl-csv",
        "csv",
        "xlsx",
        "json",
    ] {
        let path = shop.root().join("files").join(format!("out-{format}"));
        let args = ["inventory", "export", "--to", format, "--out", text(&path)];
        let ran = shop.run(&args);
        assert!(matches!(ran.code, 0 | 3), "{format}: {}", ran.err);
        assert!(fs::metadata(&path).expect(format).len() > 100, "{format}");
        let piped = shop.command().args(&args[..4]).output().expect("it runs");
        if format != "xlsx" {
            assert_eq!(piped.stdout, fs::read(&path).expect("it"), "{format}");
        }
        if matches!(format, "bsx" | "xml" | "csv" | "xlsx" | "json") {
            let other = Shop::opened();
            other.run(&["inventory", "import", text(&path)]).ended(0);
            assert_eq!(lots(&other), all, "{format}");
            other.is_as_before();
        }
    }
    let sentence = shop
        .run(&["inventory", "export", "--to", "doc"])
        .ended(1)
        .sentence()
        .to_owned();
    assert!(sentence.contains("bsx"), "{sentence}");
    let nowhere = [
        "inventory",
        "export",
        "--to",
        "csv",
        "--out",
        "/no/such/dir/x",
    ];
    shop.run(&nowhere).ended(1).sentence();
}

#[test]
fn broken_lists_leave_nothing_and_say_why() {
    let shop = Shop::opened();
    let whole = bsx(&item("3001", "5", ""));
    for (name, bytes) in [
        ("half.bsx", whole.as_bytes()[..whole.len() - 40].to_vec()),
        ("page.xml", b"<html><body>Sign in</body></html>".to_vec()),
        ("zero.xlsx", b"PK\x03\x04nothing".to_vec()),
        ("empty.csv", Vec::new()),
        (
            "half.json",
            b"{\"format\":\"brickops-list\",\"lots\":[{".to_vec(),
        ),
        ("raw.bin", vec![0xff; 4_000]),
    ] {
        let path = shop.file(name, bytes);
        shop.run(&["inventory", "import", text(&path)])
            .ended(1)
            .sentence();
        assert!(lots(&shop).is_empty(), "{name}");
    }
    let long = format!("<Remarks>{}</Remarks>", "x".repeat(70_001));
    let odd = shop.file(
        "odd.bsx",
        bsx(&[
            item("3001", "5", &long),
            item("3002", "5", "<ColorID>99999999</ColorID>"),
            item("3003", "-5", ""),
            item("3004", "5", "<LotID>99999999999999999999999</LotID>"),
            item("3005", "5", "<Comments>=cmd|' /C calc'!A0</Comments>"),
        ]
        .concat()),
    );
    let ran = shop
        .run(&["inventory", "import", text(&odd), "--format", "json"])
        .ended(3);
    let report = ran.json();
    assert_eq!(report["read"], 5, "{report}");
    assert!(
        report["skipped_count"].as_u64().expect("a count") >= 3,
        "{report}"
    );
    let csv = shop
        .run(&["inventory", "export", "--to", "csv"])
        .ended(0)
        .out;
    assert!(csv.contains("'=cmd"), "{csv}");
    shop.is_as_before();
}

#[test]
fn columns_are_named_once() {
    let shop = Shop::opened();
    let file = shop.file("stock 1.csv", "Nr;Wieviel;Wo\n3001;5;A-1\n");
    let args = ["inventory", "import", text(&file)];
    shop.run(&args).ended(1);
    shop.run(&[&args[..], &["--map", "Nr=nonsense"]].concat())
        .ended(1)
        .sentence();
    shop.run(
        &[
            &args[..],
            &["--map", "Nr=item number,Wieviel=quantity,Wo=remarks"],
        ]
        .concat(),
    )
    .ended(0);
    let next = shop.file("stock 2.csv", "Nr;Wieviel;Wo\n3002;7;A-2\n");
    shop.run(&["inventory", "import", text(&next)]).ended(0);
    assert_eq!(
        lots(&shop),
        [("3001".to_owned(), 5), ("3002".to_owned(), 7)]
    );
}

#[test]
fn a_list_is_taken_off_and_copied() {
    let shop = Shop::opened();
    let all = [item("3001", "5", ""), item("3002", "9", "")].concat();
    let file = shop.file("lots.bsx", bsx(&all));
    shop.run(&["inventory", "import", text(&file)]).ended(0);
    let sold = shop.file(
        "sold.bsx",
        bsx(&item("3001", "7", "<Remarks>B-9</Remarks>")),
    );
    let dry = [
        "inventory",
        "subtract",
        text(&sold),
        "--dry-run",
        "--format",
        "json",
    ];
    let seen = shop.run(&dry).ended(3).json();
    assert_eq!(
        (&seen["changed"], &seen["missing_pieces"]),
        (&1.into(), &2.into())
    );
    assert_eq!(lots(&shop)[0].1, 5);
    shop.run(&["inventory", "subtract", text(&sold)]).ended(3);
    assert_eq!(
        lots(&shop),
        [("3001".to_owned(), 0), ("3002".to_owned(), 9)]
    );
    let copy = [
        "inventory",
        "copy",
        text(&sold),
        "--fields",
        "remarks,price",
    ];
    shop.run(&copy).ended(0);
    let rows = shop.json(&["inventory", "list", "3001"]);
    assert_eq!(rows[0]["place"], "B-9", "{rows}");
    shop.run(&["inventory", "copy", text(&sold), "--fields", "colour"])
        .ended(1)
        .sentence();
    shop.is_as_before();
}

#[test]
fn labels_are_made_and_printed_by_the_configured_command_only() {
    let shop = Shop::stocked();
    let out = |name: &str| shop.root().join("files").join(name);
    let pdf = out("bins.pdf");
    let args = [
        "inventory",
        "labels",
        "--bins",
        "--sheet",
        "a4-24",
        "--to",
        "pdf",
        "--out",
    ];
    let ran = shop.run(&[&args[..], &[text(&pdf)]].concat());
    assert!(matches!(ran.code, 0 | 3), "{}", ran.err);
    assert!(fs::read(&pdf).expect("pages").starts_with(b"%PDF"));
    let zpl = [
        "inventory",
        "labels",
        "--totes",
        "3",
        "--size",
        "62x29",
        "--to",
        "zpl",
    ];
    let text_of = shop.run(&zpl).ended(0).out;
    assert_eq!(text_of.matches("^XA").count(), 3, "{text_of}");
    let lots = [
        "inventory",
        "labels",
        "--lots",
        "--filter",
        "qty>0",
        "--size",
        "62x29",
    ];
    let lots = shop
        .run(&[&lots[..], &["--to", "zpl"]].concat())
        .ended(0)
        .out;
    assert!(lots.matches("^XA").count() > 3);
    shop.run(&[&zpl[..], &["--print"]].concat())
        .ended(1)
        .sentence();
    let paper = out("paper");
    let config = shop.file(
        "config.toml",
        format!(
            "[labels]\ncommand = [\"/bin/sh\", \"-c\", \"cat > {}\"]\n",
            text(&paper)
        ),
    );
    let printed = [&zpl[..], &["--print", "--config", text(&config)]].concat();
    shop.run(&printed).ended(0);
    assert_eq!(fs::read_to_string(&paper).expect("paper"), text_of);
    let wrong = [
        "inventory",
        "labels",
        "--lots",
        "--sheet",
        "a4-24",
        "--to",
        "png",
    ];
    shop.run(&wrong).ended(1).sentence();
}

#[test]
fn a_set_is_parted_out_into_a_file_with_its_cost_shared() {
    let shop = Shop::opened();
    let head =
        "Type\tItem No\tItem Name\tQty\tColor ID\tExtra?\tAlternate?\tMatch ID\tCounterpart?\n\n";
    let rows = concat!(
        "P\t3001\tBrick 2 x 4\t3\t11\tN\tN\t0\tN\n",
        "P\t3002\tBrick 2 x 3\t1\t5\tN\tN\t0\tN\n",
        "P\t3003\tBrick 2 x 2\t1\t5\tN\tY\t1\tN\n",
    );
    let file = shop.file("S-77-1.txt", format!("{head}{rows}"));
    let args = [
        "inventory",
        "part-out",
        "77-1",
        "--contents",
        text(&file),
        "--sets",
        "2",
    ];
    let more = [
        "--cond",
        "used",
        "--cost",
        "4",
        "--share",
        "pieces",
        "--into",
        "Parts of 77",
    ];
    let args = [&args[..], &more[..]].concat();
    let seen = shop.json(&[&args[..], &["--dry-run"]].concat());
    assert_eq!(
        (seen["added"].as_u64(), seen["pieces"].as_u64()),
        (Some(2), Some(8)),
        "{seen}"
    );
    assert_eq!(
        shop.json(&["inventory", "files", "list"]),
        serde_json::json!([])
    );
    let ran = shop.run(&args).ended(0);
    assert!(
        ran.out.contains("2 × 77-1: 3 rows read, 2 lots were added"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("The parts share 8.0000."), "{}", ran.out);
    let filed = [
        "inventory",
        "list",
        "cond:used cost=1",
        "--shelf",
        "Parts of 77",
    ];
    assert_eq!(shop.json(&filed).as_array().map(Vec::len), Some(2));
    assert_eq!(lots(&shop), [], "nothing is for sale yet");
    let missing = shop.file("none.txt", String::from(head));
    let args = [
        "inventory",
        "part-out",
        "77-1",
        "--contents",
        text(&missing),
    ];
    assert!(shop.run(&args).ended(1).err.contains("holds no pieces"));
}
