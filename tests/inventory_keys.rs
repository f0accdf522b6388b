//! The inventory with keys only, in a real terminal: add, filter, edit, change many, take back.

mod common;

use common::pty::Terminal;
use common::{Server, Shop, seed};

/// Lots but for when they were changed last, and by which entry.
fn lots(shop: &Shop, filter: &str) -> serde_json::Value {
    let mut lots = shop.json(&["inventory", "list", "--filter", filter]);
    for lot in lots.as_array_mut().expect("lots") {
        for field in ["changed", "changed_by", "last_entry"] {
            lot[field] = serde_json::Value::Null;
        }
    }
    lots
}

#[test]
fn a_person_works_on_the_inventory_with_keys_only() {
    let shop = Shop::opened();
    shop.run(&[
        "inventory",
        "import",
        seed("shop.bsx").to_str().expect("UTF-8"),
    ])
    .ended(0);
    let mut server = Server::start(&shop);
    let mut terminal = Terminal::start(&shop, &[]);
    terminal.wait_for("150");
    terminal.send("gi");
    terminal.wait_for("150 of 150 lots");

    // A mistake is said where it stands, and the rows stay.
    terminal.send("color:red qty<x");
    terminal.wait_for("expected a whole number");
    terminal.send("\x15color:re");
    terminal.wait_for("Tab Red");
    terminal.send("\t");
    terminal.wait_for("20 of 150 lots");
    let red = lots(&shop, "color:Red");
    assert_eq!(red.as_array().map(Vec::len), Some(20));

    // All that match, with a preview, as one step that can be taken back.
    terminal.send("\tE");
    terminal.wait_for("Change all");
    terminal.send("price=*2; tags+=xmas");
    terminal.wait_for("20 lots change");
    terminal.send("\r");
    terminal.wait_for("20 lots changed. u takes it back.");
    let doubled = lots(&shop, "tag:xmas");
    assert_eq!(doubled.as_array().map(Vec::len), Some(20));
    terminal.send("u");
    terminal.wait_for("Taken back. U brings it back.");
    assert!(lots(&shop, "color:Red") == red, "as they were");

    // A lot that was not there, in five fields.
    terminal.send("a3001\r");
    terminal.wait_for("Brick 2 x 4");
    terminal.send("black\r\r\r");
    terminal.wait_for("place:");
    terminal.send("25\r0.05\r\r\r");
    terminal.wait_for("Added 3001");
    terminal.send("\x1b");
    terminal.wait_for("1 lot changed.");
    let added = lots(&shop, "no=3001 color=Black cond:new qty=25 price=0.05");
    assert_eq!(added.as_array().map(Vec::len), Some(1));

    // One lot, all its fields.
    terminal.send("/\x15no=3001 color=Black cond:new qty=25");
    terminal.wait_for("1 of 151 lots");
    terminal.send("\te");
    terminal.wait_for("Quantity");
    terminal.send("\x15=-5\x13");
    terminal.wait_for("No lot matches.");
    let edited = lots(&shop, "no=3001 color=Black cond:new qty=20");
    assert_eq!(edited.as_array().map(Vec::len), Some(1));
    terminal.send("u");
    terminal.wait_for("Taken back.");
    terminal.wait_for("1 of 151 lots");
    terminal.send("d");
    terminal.wait_for("No lot matches.");
    terminal.send("u");
    terminal.wait_for("1 of 151 lots");
    // What is seen, as a file.
    terminal.send("X");
    terminal.wait_for("Export all that match");
    let path = shop.root().join("out.bsx");
    terminal.send(&format!("\r{}\r", path.display()));
    terminal.wait_for("1 lot written.");
    let written = std::fs::read_to_string(&path).expect("it is there");
    assert!(written.contains("<ItemID>3001</ItemID>"), "{written}");
    shop.run(&["check"]).ended(0);
    drop(terminal);
    server.signal(rustix::process::Signal::TERM).ended(0);
}

#[test]
fn a_set_is_parted_out_and_labelled_and_a_bin_moves_with_keys_only() {
    let shop = Shop::opened();
    let head =
        "Type\tItem No\tItem Name\tQty\tColor ID\tExtra?\tAlternate?\tMatch ID\tCounterpart?\n\n";
    let rows = concat!(
        "P\t3001\tBrick 2 x 4\t3\t11\tN\tN\t0\tN\n",
        "P\t3002\tBrick 2 x 3\t1\t5\tN\tN\t0\tN\n",
    );
    let contents = shop.file("S-77-1.txt", format!("{head}{rows}"));
    let mut server = Server::start(&shop);
    let mut terminal = Terminal::start(&shop, &[]);
    terminal.wait_for("lots in the inventory");
    terminal.send("gi");
    terminal.wait_for("The inventory is empty.");
    terminal.send("\tP");
    terminal.wait_for("Part a set out");
    terminal.send(&format!(
        "77-1\r{}\r\x152\r\r8\r\x1b[C\x1b[C\r\r\r",
        contents.display()
    ));
    terminal.wait_for("2 lots new, 0 into equal ones, 8 pieces; they share");
    terminal.send("\r");
    terminal.wait_for("2 lots changed. u takes it back.");
    let parts = lots(&shop, "cond:new cost=2");
    assert_eq!(parts.as_array().map(Vec::len), Some(2), "{parts}");

    // Their labels, as one sheet.
    let path = shop.root().join("labels.pdf");
    terminal.send("L");
    terminal.wait_for("First label");
    terminal.send(&format!("{}\x15{}\x13", "\t".repeat(7), path.display()));
    terminal.wait_for("2 labels written to");
    let bytes = std::fs::read(&path).expect("it is there");
    assert!(bytes.starts_with(b"%PDF"));

    // One place of two moves, and is offered again when it is empty.
    let both = ["inventory", "set", "loc=A-1;C-3", "--filter", "no=3001"];
    shop.run(&both).ended(0);
    terminal.send("gr");
    terminal.wait_for("C-3");
    terminal.send("/C-3\x1b[B");
    terminal.wait_for("1 place");
    // Letters go on looking, so that a scanner is never taken for commands.
    terminal.send("\x1b[18~");
    terminal.wait_for("Move 1 lot from C-3");
    terminal.send("B-7\r");
    terminal.wait_for("Done: 1 lot");
    let moved = lots(&shop, "no=3001");
    assert_eq!(moved[0]["place"], "A-1;B-7", "{moved}");
    let empty = shop.json(&["inventory", "places", "--empty"]);
    assert_eq!(empty[0]["place"], "C-3", "{empty}");

    // Whose changes, and when.
    terminal.send("\x1b");
    terminal.wait_for("A-1");
    terminal.send("gt");
    terminal.wait_for("History");
    terminal.send("w");
    terminal.wait_for("Whose changes");
    terminal.send("nobody\r\r\r");
    terminal.wait_for("No change matches");
    shop.run(&["check"]).ended(0);
    drop(terminal);
    server.signal(rustix::process::Signal::TERM).ended(0);
}

#[test]
fn views_files_and_the_rule_for_places_with_keys_only() {
    let shop = Shop::opened();
    shop.run(&[
        "inventory",
        "import",
        seed("shop.bsx").to_str().expect("UTF-8"),
    ])
    .ended(0);
    let mut server = Server::start(&shop);
    let mut terminal = Terminal::start(&shop, &[]);
    terminal.wait_for("150");
    terminal.send("gi");
    terminal.wait_for("150 of 150 lots");

    // What is seen gets a name, and comes back by it.
    terminal.send("color:Red");
    terminal.wait_for("20 of 150 lots");
    terminal.send("\tV");
    terminal.wait_for("You have none yet.");
    terminal.send("sReds\r");
    terminal.wait_for("Order");
    terminal.send("\x1b");
    terminal.wait_for("e edit");
    terminal.send("/\x15");
    terminal.wait_for("150 of 150 lots");
    terminal.send("\tV");
    terminal.wait_for("Reds");
    terminal.send("\r");
    terminal.wait_for("20 of 150 lots");
    let views = shop.json(&["inventory", "views", "list"]);
    assert!(
        views[0]["filter"]
            .as_str()
            .is_some_and(|text| text.contains("Red")),
        "{views}"
    );

    // All that match go into a new file, as one change.
    terminal.send("f");
    terminal.wait_for("Put into a file");
    terminal.send("\x1b[C\r");
    terminal.send("\rFair\r\r");
    terminal.wait_for("20 lots changed. u takes it back.");
    let held = shop.json(&["inventory", "list", "--shelf", "Fair"]);
    assert_eq!(held.as_array().map(Vec::len), Some(20));

    // The file beside the live stock, and what its release would do.
    terminal.send("gf");
    terminal.wait_for("Fair");
    terminal.send("c\r");
    terminal.wait_for("only in 1");
    terminal.send("\x1b");
    terminal.wait_for("Pieces");
    terminal.send("s");
    terminal.wait_for("are added");
    terminal.send("\r");
    terminal.wait_for("Done: 20 lots.");

    // A rule for places is looked at, and set.
    terminal.send("gr");
    terminal.wait_for("Place");
    terminal.send("r");
    terminal.wait_for("Today");
    terminal.send("\x15before |");
    terminal.wait_for("Typed");
    terminal.send("\r");
    terminal.wait_for("Read every place by");
    terminal.send("\r");
    terminal.wait_for("The rule is set.");
    let rule = shop.json(&["inventory", "place-rule", "show"]);
    assert_eq!(rule["rule"], "before |");
    shop.run(&["check"]).ended(0);
    drop(terminal);
    server.signal(rustix::process::Signal::TERM).ended(0);
}
