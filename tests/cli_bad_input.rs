//! What shops meet in real life: cut downloads, login pages, odd encodings, attacks, full and forbidden
//! disks, damaged databases. Each gets one clear sentence from the real program, and the catalogue stays
//! as it was.

mod common;

use std::fmt::Write as _;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use common::pty::Terminal;
use common::{NOBODY, Ran, Server, Shop, finish, gzip, items_xml, program, seed};

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// Refused with exit code 1 and a sentence; the catalogue is as before.
#[track_caller]
fn refused(shop: &Shop, path: &Path) -> String {
    let ran = shop.import(path).ended(1);
    assert!(ran.out.is_empty(), "{}", ran.out);
    shop.is_as_before();
    ran.sentence().to_owned()
}

fn parts() -> Vec<u8> {
    fs::read(seed("parts.xml")).expect("the starter's parts")
}

#[test]
fn a_download_that_is_cut_short_names_file_and_line() {
    let shop = Shop::planted();
    let whole = parts();
    let needle = b"<ITEMNAME>";
    let name = whole[20_000..]
        .windows(needle.len())
        .position(|piece| piece == needle);
    let upto = 20_000 + name.expect("a name") + 13;
    let cut = shop.file("Parts.xml", &whole[..upto]);
    let line = 1 + String::from_utf8_lossy(&whole[..upto])
        .matches('\n')
        .count();
    assert_eq!(
        refused(&shop, &cut),
        format!(
            "Parts.xml line {line} ends in the middle of an item: the download was cut short. Download it again."
        )
    );
    let packed = gzip(&whole);
    let cut = shop.file("Parts.xml.gz", &packed[..packed.len() / 2]);
    let sentence = refused(&shop, &cut);
    assert!(
        sentence.starts_with("Parts.xml.gz line ")
            && sentence
                .ends_with("the packed file is cut short or damaged here. Download it again."),
        "{sentence}"
    );
    let mut garbled = packed.clone();
    let middle = garbled.len() / 2;
    garbled[middle..middle + 64].fill(0);
    let sentence = refused(&shop, &shop.file("Parts.xml.gz", garbled));
    assert!(sentence.starts_with("Parts.xml.gz line "), "{sentence}");
}

#[test]
fn one_broken_file_of_a_directory_stops_the_whole_run() {
    let shop = Shop::planted();
    shop.file("a_new.xml", items_xml('P', &[("fresh1", "Fresh Part", 5)]));
    shop.file("b_cut.xml", &parts()[..5_000]);
    let sentence = refused(&shop, &shop.root().join("files"));
    assert!(sentence.starts_with("b_cut.xml line "), "{sentence}");
    shop.run(&["catalog", "show", "fresh1"]).ended(1);
}

#[test]
fn a_login_page_is_called_by_its_name() {
    let shop = Shop::planted();
    let page = shop.file(
        "Parts.xml",
        "<!DOCTYPE html>\n<html><body>Please log in</body></html>",
    );
    assert_eq!(
        refused(&shop, &page),
        "Parts.xml line 1 begins a web page, not a file of the catalogue: BrickLink asks to sign in before a download. Sign in and download it again."
    );
}

#[test]
fn bare_ampersands_are_read() {
    let shop = Shop::planted();
    let items = items_xml(
        'P',
        &[("amp1", "Salt & Pepper &amp;#40;new&amp;#41; AT&T", 5)],
    );
    shop.import(&shop.file("Parts.xml", items)).ended(0);
    let item = shop.json(&["catalog", "show", "amp1"]);
    assert_eq!(item["name"], "Salt & Pepper (new) AT&T");
}

#[test]
fn encodings_of_editors_and_spreadsheets_are_read() {
    let shop = Shop::planted();
    let with = |no: &str| items_xml('P', &[(no, "Café Brücke", 5)]);
    let wide = |text: &str, swap: bool| -> Vec<u8> {
        "\u{feff}"
            .encode_utf16()
            .chain(text.encode_utf16())
            .flat_map(|unit| {
                if swap {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    };
    let latin: Vec<u8> = with("enc3")
        .chars()
        .map(|c| u8::try_from(u32::from(c)).expect("latin"))
        .collect();
    for (no, bytes) in [
        ("enc1", wide(&with("enc1"), false)),
        ("enc2", wide(&with("enc2"), true)),
        ("enc3", latin),
        ("enc4", format!("\u{feff}{}", with("enc4")).into_bytes()),
    ] {
        shop.import(&shop.file("Parts.xml", bytes)).ended(0);
        assert_eq!(
            shop.json(&["catalog", "show", no])["name"],
            "Café Brücke",
            "{no}"
        );
    }
}

#[test]
fn an_entity_bomb_is_not_lit() {
    let shop = Shop::planted();
    let mut bomb =
        String::from("<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [\n <!ENTITY lol \"lol\">\n");
    for level in 1..12 {
        writeln!(bomb, " <!ENTITY lol{level} \"{}\">", "&lol;".repeat(10)).expect("written");
    }
    bomb.push_str("]>\n<CATALOG><ITEM><ITEMTYPE>P</ITEMTYPE><ITEMID>1</ITEMID><ITEMNAME>&lol9;</ITEMNAME></ITEM></CATALOG>");
    let sentence = refused(&shop, &shop.file("bomb.xml", bomb));
    assert!(
        sentence.contains("bomb.xml") && sentence.contains("line 3"),
        "{sentence}"
    );
    assert!(
        sentence.contains("defines XML entities of its own"),
        "{sentence}"
    );

    // A gigabyte of blanks packs to a megabyte; a tag that never ends must not be swallowed whole.
    let endless = shop.file(
        "endless.xml.gz",
        gzip(&[b"<CATALOG><ITEM ", &vec![b'x'; 8 << 20][..]].concat()),
    );
    let sentence = refused(&shop, &endless);
    assert!(sentence.contains("endless.xml.gz"), "{sentence}");
}

#[test]
fn files_of_other_kinds_are_called_by_their_names() {
    let shop = Shop::opened();
    let orders = seed("orders.xml");
    assert_eq!(
        refused(&shop, &orders),
        "orders.xml was recognised as “BrickLink orders, XML”, not as a file of the catalogue."
    );
    for (name, bytes, part) in [
        ("drawing.svg", &b"<svg><g/></svg>"[..], "its root is “svg”"),
        ("empty.xml", b"", "it is empty"),
        ("blank.xml", b" \n \n", "nothing but blanks"),
        ("download.zip", b"PK\x03\x04....", "ZIP archive"),
        (
            "photo.jpg",
            b"\xff\xd8\xff\xe0\0\x10JFIF\0",
            "not a text file",
        ),
        (
            "evil.txt",
            b"\x1b[2J\x1b]0;owned\x07hello\tworld",
            "no header",
        ),
    ] {
        let sentence = refused(&shop, &shop.file(name, bytes));
        assert!(
            sentence.starts_with(&format!("{name} is not a file of the catalogue:")),
            "{sentence}"
        );
        assert!(sentence.contains(part), "{sentence}");
        assert!(!sentence.chars().any(char::is_control), "{sentence:?}");
    }
    // The same for lots and orders.
    let ran = shop.run(&["inventory", "import", text(&orders)]).ended(1);
    assert!(
        ran.sentence().starts_with("orders.xml was recognised as"),
        "{}",
        ran.err
    );
    let ran = shop
        .run(&["orders", "import", text(&seed("shop.bsx"))])
        .ended(1);
    assert!(
        ran.sentence().starts_with("shop.bsx was recognised as"),
        "{}",
        ran.err
    );
    shop.is_as_before();
}

#[test]
fn rows_that_cannot_be_used_are_left_out_counted_and_listed() {
    let shop = Shop::planted();
    let file = shop.file(
        "Parts.xml",
        "<CATALOG>\n\
         <ITEM><ITEMTYPE>P</ITEMTYPE><ITEMID>row1</ITEMID><ITEMNAME>Good One</ITEMNAME><CATEGORY>5</CATEGORY></ITEM>\n\
         <ITEM><ITEMTYPE>P</ITEMTYPE><ITEMID></ITEMID><ITEMNAME>No number</ITEMNAME><CATEGORY>5</CATEGORY></ITEM>\n\
         <ITEM><ITEMTYPE>P</ITEMTYPE><ITEMID>row3</ITEMID><CATEGORY>5</CATEGORY></ITEM>\n\
         <ITEM><ITEMTYPE>Q</ITEMTYPE><ITEMID>row4</ITEMID><ITEMNAME>Odd type</ITEMNAME><CATEGORY>5</CATEGORY></ITEM>\n\
         <ITEM><ITEMTYPE>P</ITEMTYPE><ITEMID>row5</ITEMID><ITEMNAME>Odd category</ITEMNAME><CATEGORY>-7</CATEGORY></ITEM>\n\
         <ITEM></ITEM>\n\
         <ITEM><ITEMTYPE>P</ITEMTYPE><ITEMID>row7</ITEMID><ITEMNAME>Odd facts</ITEMNAME><CATEGORY>5</CATEGORY><ITEMYEAR>99999</ITEMYEAR><ITEMWEIGHT>-1e99</ITEMWEIGHT></ITEM>\n\
         </CATALOG>\n",
    );
    let ran = shop.import(&file).ended(3);
    assert!(ran.out.contains("5 left out"), "{}", ran.out);
    assert!(
        ran.err.starts_with("5 rows were left out:\n"),
        "{}",
        ran.err
    );
    for part in [
        "Parts.xml line 3, ITEMID: the number is missing",
        "Parts.xml line 4, ITEMNAME:",
        "Parts.xml line 5, ITEMTYPE: “Q” is not an item type",
        "Parts.xml line 6, CATEGORY: “-7” is not a category's number",
        "Parts.xml line 7: the row is empty",
    ] {
        assert!(ran.err.contains(part), "{part}\n{}", ran.err);
    }
    assert_eq!(shop.json(&["catalog", "show", "row1"])["name"], "Good One");
    let odd = shop.json(&["catalog", "show", "row7"]);
    assert!(
        odd["year"].is_null() && odd["weight_g"].is_null(),
        "an absurd fact is not known: {odd}"
    );
    shop.is_as_before();

    let many: Vec<(&str, &str, u32)> = vec![("", "No number", 5); 1_200];
    let ran = shop
        .import(&shop.file("Many.xml", items_xml('P', &many)))
        .ended(3);
    assert!(
        ran.err.starts_with("1200 rows were left out:\n"),
        "{}",
        &ran.err[..80]
    );
    assert!(ran.err.ends_with("  and 200 more\n"));
}

#[test]
fn escapes_in_names_reach_no_terminal() {
    let shop = Shop::planted();
    let evil = "Evil \u{1b}]0;owned\u{7}\u{1b}[2J&#27;[31mred&amp;#27;[0m \u{202e}back&#0;\u{9b}1A";
    shop.import(&shop.file("Parts.xml", items_xml('P', &[("esc1", evil, 5)])))
        .ended(0);
    let item = shop.json(&["catalog", "show", "esc1"]);
    let name = item["name"].as_str().expect("a name");
    assert!(
        name.starts_with("Evil") && name.contains("red") && name.contains("back"),
        "{name:?}"
    );
    let harmless = |text: &str| {
        !text
            .chars()
            .any(|c| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c))
    };
    assert!(harmless(name), "{name:?}");
    for args in [
        &["catalog", "show", "esc1"][..],
        &["catalog", "search", "esc1"],
    ] {
        let ran = shop.run(args).ended(0);
        assert!(harmless(&ran.out), "{:?}", ran.out);
    }
}

#[test]
fn paths_that_hold_nothing_are_named() {
    let shop = Shop::opened();
    let missing = shop.root().join("files/nowhere.xml");
    assert_eq!(
        refused(&shop, &missing),
        format!("{} does not exist.", missing.display())
    );
    let dir = shop
        .file("plain/readme.md", "nothing")
        .parent()
        .map(Path::to_owned)
        .expect("a directory");
    let sentence = refused(&shop, &dir);
    assert_eq!(
        sentence,
        format!(
            "{} holds no file of BrickLink's catalogue downloads. Download them from bricklink.com (Catalog, Download) and try again.",
            dir.display()
        )
    );
    for (what, file) in [("inventory", "x.bsx"), ("orders", "x.xml")] {
        let path = shop.root().join("files").join(file);
        let ran = shop.run(&[what, "import", text(&path)]).ended(1);
        assert_eq!(
            ran.sentence(),
            format!("{} does not exist.", path.display())
        );
        let ran = shop.run(&[what, "import", text(&dir)]).ended(1);
        assert_eq!(
            ran.sentence(),
            format!("{} is a folder, not a file.", dir.display())
        );
    }
}

#[test]
fn lots_and_orders_that_are_cut_short_change_nothing() {
    let shop = Shop::stocked();
    let lots = shop.json(&["inventory", "list"]);
    let orders = shop.json(&["orders", "list"]);
    for (what, file) in [("inventory", "shop.bsx"), ("orders", "orders.xml")] {
        let whole = fs::read(seed(file)).expect("seed");
        let changed = String::from_utf8(whole)
            .expect("UTF-8")
            .replace("50000", "70000")
            .replace("31000", "71000");
        let cut = shop.file(file, &changed.as_bytes()[..changed.len() * 3 / 4]);
        let ran = shop.run(&[what, "import", text(&cut)]).ended(1);
        assert!(
            ran.sentence().starts_with(&format!("{file} line ")),
            "{}",
            ran.err
        );
        assert!(ran.sentence().contains("cut short"), "{}", ran.err);
    }
    assert_eq!(shop.json(&["inventory", "list"]), lots);
    assert_eq!(shop.json(&["orders", "list"]), orders);
    shop.is_as_before();
}

/// Runs a command as somebody who owns nothing, where this test may do so; else as this user.
fn as_nobody(shop: &Shop, args: &[&str]) -> Ran {
    use std::os::unix::process::CommandExt;
    // The program may lie where nobody else may look.
    let open = shop.root().join("program");
    fs::set_permissions(shop.root(), Permissions::from_mode(0o755)).expect("opened");
    // By another process: a copy that this one had open for writing could be busy for a moment in
    // children that other tests are just starting.
    let copied = Command::new("cp").arg(program()).arg(&open).status();
    assert!(copied.expect("cp runs").success());
    let mut command = Command::new(&open);
    shop.surround(&mut command);
    if rustix::process::geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command.args(args).current_dir("/");
    finish(command.spawn().expect("it starts"))
}

#[test]
fn a_data_directory_without_permission() {
    let shop = Shop::planted();
    let data = shop.data();
    // One may look and not write.
    fs::set_permissions(&data, Permissions::from_mode(0o555)).expect("closed");
    fs::set_permissions(data.join("shop.redb"), Permissions::from_mode(0o444)).expect("closed");
    let ran = as_nobody(&shop, &["catalog", "search", "3001"]).ended(1);
    assert_eq!(
        ran.sentence(),
        format!(
            "There is no permission to write {}. Ask the server's operator, or use another --data-dir.",
            data.join("shop.redb").display()
        )
    );
    let ran = as_nobody(&shop, &["catalog", "search", "3001", "--format", "json"]).ended(1);
    assert_eq!(ran.json()["error"]["code"], "STORAGE");
    // One may not even look.
    fs::set_permissions(&data, Permissions::from_mode(0o000)).expect("closed");
    if rustix::process::geteuid().is_root() {
        let ran = as_nobody(&shop, &["catalog", "search", "3001"]).ended(1);
        assert!(ran.sentence().contains("no permission"), "{}", ran.err);
    }
    // There is none, and none can be made.
    fs::set_permissions(&data, Permissions::from_mode(0o755)).expect("opened");
    fs::remove_dir_all(&data).expect("removed");
    fs::set_permissions(shop.root(), Permissions::from_mode(0o755)).expect("opened");
    if rustix::process::geteuid().is_root() {
        let ran = as_nobody(&shop, &["catalog", "search", "3001"]).ended(1);
        assert_eq!(
            ran.sentence(),
            format!(
                "The data directory {} cannot be made (permission denied). Choose another one with --data-dir.",
                data.display()
            )
        );
        assert!(!data.exists());
    }
}

#[test]
fn a_file_that_may_not_be_read() {
    let shop = Shop::planted();
    fs::remove_dir_all(shop.data()).expect("removed");
    let closed = shop.file("Parts.xml", parts());
    fs::set_permissions(&closed, Permissions::from_mode(0o000)).expect("closed");
    let open = shop.root().join("theirs");
    fs::create_dir(&open).expect("made");
    fs::set_permissions(&open, Permissions::from_mode(0o777)).expect("opened");
    let data = open.join("data");
    let ran = as_nobody(
        &shop,
        &[
            "--data-dir",
            text(&data),
            "catalog",
            "import",
            text(&closed),
        ],
    )
    .ended(1);
    assert!(
        ran.sentence()
            .starts_with(&format!("{} cannot be read", closed.display())),
        "{}",
        ran.err
    );
}

#[test]
fn a_second_process_on_the_same_data() {
    let shop = Shop::opened();
    let mut screens = Terminal::start(&shop, &[]);
    screens.wait_for("items in the catalogue");
    let ran = shop.run(&["catalog", "search", "3001"]).ended(1);
    let wanted = format!(
        "Another brickops already works on {}. Use that one, or another --data-dir.",
        shop.data().join("shop.redb").display()
    );
    assert_eq!(ran.sentence(), wanted);
    let ran = shop.run(&["serve"]).ended(1);
    assert_eq!(ran.sentence(), wanted);
    let ran = shop
        .run(&["catalog", "search", "3001", "--format", "json"])
        .ended(1);
    assert_eq!(ran.json()["error"]["code"], "CONFLICT");
    screens.send("q");
    assert!(screens.ended_within(common::PATIENCE).success());
    shop.is_as_before();
}

#[test]
fn a_second_server_is_refused() {
    let shop = Shop::planted();
    let mut server = Server::start(&shop);
    let ran = shop.run(&["serve"]).ended(1);
    assert_eq!(
        ran.sentence(),
        format!(
            "A server already works on {}. See `brickops status`.",
            shop.data().display()
        )
    );
    server.signal(rustix::process::Signal::TERM).ended(0);
    shop.is_as_before();
}

fn database(shop: &Shop) -> PathBuf {
    shop.data().join("shop.redb")
}

#[test]
fn a_damaged_database_is_named_and_left_alone() {
    let shop = Shop::planted();
    let path = database(&shop);
    let whole = fs::read(&path).expect("the database");
    let check = |bytes: &[u8], what: &str| {
        fs::write(&path, bytes).expect("written");
        let ran = shop.run(&["check"]);
        assert!(
            matches!(ran.code, 0 | 1),
            "{what}: {} {}",
            ran.code,
            ran.err
        );
        if ran.code == 1 && ran.out.is_empty() {
            let sentence = ran.sentence();
            // The file as a whole, or the kind of record that is needed before anything else.
            let file = sentence.starts_with(text(&path)) && sentence.contains("damaged");
            let record = sentence.contains(" in the database cannot be read (");
            assert!(file || record, "{what}: {sentence}");
            assert!(
                sentence.contains("Restore the latest backup"),
                "{what}: {sentence}"
            );
            assert_eq!(
                fs::read(&path).expect("there").len(),
                bytes.len(),
                "{what}: not made anew"
            );
        }
        ran.code
    };
    for len in [
        1,
        3,
        64,
        512,
        4_096,
        100_000,
        whole.len() / 2,
        whole.len() - 1,
    ] {
        assert_eq!(check(&whole[..len], &format!("cut at {len}")), 1);
    }
    assert_eq!(check(&b"not a database at all\n".repeat(500), "garbage"), 1);
    let mut flipped = whole.clone();
    for at in [
        0, 4, 8, 12, 16, 20, 24, 32, 64, 72, 100, 128, 192, 200, 256, 4_100, 60_000, 400_000,
    ] {
        flipped[at] ^= 0xff;
        check(&flipped, &format!("byte {at}"));
        flipped[at] ^= 0xff;
    }
    let mut emptied = whole.clone();
    emptied[4_096..].fill(0);
    assert_eq!(check(&emptied, "nothing but a header"), 1);
    assert_eq!(check(&whole, "whole again"), 0);
    shop.is_as_before();
}

#[test]
fn the_screens_refuse_a_damaged_database_before_they_take_the_terminal() {
    let shop = Shop::planted();
    File::options()
        .write(true)
        .open(database(&shop))
        .expect("opens")
        .write_all_at(&[0; 16], 0)
        .expect("written");
    let mut screens = Terminal::start(&shop, &[]);
    let status = screens.ended_within(common::PATIENCE);
    assert_eq!(status.exit_code(), 1);
    let raw = String::from_utf8_lossy(&screens.raw).into_owned();
    assert!(!raw.contains("[?1049h"), "{raw}");
    assert!(raw.contains("is not a database of this program"), "{raw}");
}

#[test]
fn a_newer_database_is_refused_and_not_touched() {
    let shop = Shop::planted();
    {
        const META: redb::TableDefinition<&str, &[u8]> = redb::TableDefinition::new("meta");
        let database = redb::Database::open(database(&shop)).expect("opens");
        let writing = database.begin_write().expect("a transaction");
        {
            let mut meta = writing.open_table(META).expect("there");
            meta.insert("schema", 99_u64.to_le_bytes().as_slice())
                .expect("written");
        }
        writing.commit().expect("written");
    }
    let before = fs::read(database(&shop)).expect("there").len();
    let ran = shop.run(&["catalog", "search", "3001"]).ended(1);
    assert_eq!(
        ran.sentence(),
        "This data was written by a newer brickops (schema 99; this one knows 2). Install the newer program; nothing was changed."
    );
    assert_eq!(fs::read(database(&shop)).expect("there").len(), before);
}

/// Runs a command that may write no file beyond so many blocks of 512 bytes, as on a full disk.
fn cramped(shop: &Shop, blocks: u32, args: &[&str]) -> Ran {
    let mut command = Command::new("sh");
    shop.surround(&mut command);
    command
        .arg("-c")
        .arg(format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""))
        .arg("sh")
        .arg(program())
        .args(args);
    finish(command.spawn().expect("it starts"))
}

#[test]
fn a_full_disk_is_called_by_its_name() {
    const FULL: &str = "The disk is full. Nothing was changed; make room and try again.";
    let shop = Shop::planted();
    let stored = fs::metadata(database(&shop)).expect("there").len();
    let blocks = u32::try_from(stored / 512 + 8).expect("fits");
    let names: Vec<(String, String)> = (0..8_000)
        .map(|n| {
            (
                format!("full{n}"),
                format!("Part number {n} that needs room"),
            )
        })
        .collect();
    let items: Vec<(&str, &str, u32)> = names
        .iter()
        .map(|(no, name)| (no.as_str(), name.as_str(), 5))
        .collect();
    let large = shop.file("Parts.xml", items_xml('P', &items));
    let ran = cramped(&shop, blocks, &["catalog", "import", text(&large)]).ended(1);
    assert_eq!(ran.sentence(), FULL);
    shop.is_as_before();
    shop.run(&["catalog", "show", "full1"]).ended(1);
    // With room again it goes through.
    shop.import(&large).ended(0);
    assert_eq!(
        shop.json(&["catalog", "show", "full1"])["name"],
        "Part number 1 that needs room"
    );

    // Not even the starter fits.
    let fresh = Shop::new();
    let ran = cramped(&fresh, 64, &["catalog", "search", "3001"]).ended(1);
    assert_eq!(ran.sentence(), FULL);
    fresh.is_as_before();
}
