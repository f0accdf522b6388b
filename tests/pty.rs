//! The real program in a terminal: what a person sees and types, and every way out.

mod common;

use std::fmt::Write as _;
use std::fs;
use std::time::Duration;

use rustix::process::{Signal, test_kill_process};

use common::pty::Terminal;
use common::{PATIENCE, Shop, comes_true, seed};

/// A signal or a hang-up ends the program within this time.
const SOON: Duration = Duration::from_secs(2);

/// A shop with one order over so many lots, one piece each, at `S-1`, `S-2` and so on.
fn long_walk(stops: usize) -> Shop {
    let shop = Shop::opened();
    let mut lots = String::from("<BrickStoreXML>\n<Inventory Currency=\"EUR\">\n");
    for stop in 1..=stops {
        writeln!(
            lots,
            "<Item><ItemID>3001</ItemID><ItemTypeID>P</ItemTypeID><ColorID>11</ColorID><Qty>3</Qty><Price>0.1</Price><Condition>N</Condition><Remarks>S-{stop}</Remarks><LotID>{}</LotID></Item>",
            900_000 + stop
        )
        .expect("written");
    }
    lots.push_str("</Inventory>\n</BrickStoreXML>\n");
    let orders = fs::read_to_string(seed("orders.xml")).expect("the starter's orders");
    let (head, _) = orders.split_once("<ITEM>").expect("an order with lines");
    let mut orders = head.to_owned();
    for stop in 1..=stops {
        writeln!(
            orders,
            "<ITEM><COLOR>11</COLOR><PRICE>0.1</PRICE><QTY>1</QTY><CONDITION>N</CONDITION><ITEMTYPE>P</ITEMTYPE><ITEMID>3001</ITEMID><LOTID>{}</LOTID></ITEM>",
            900_000 + stop
        )
        .expect("written");
    }
    orders.push_str("</ORDER>\n</ORDERS>\n");
    let lots = shop.file("lots.bsx", lots);
    let orders = shop.file("orders.xml", orders);
    shop.run(&["inventory", "import", lots.to_str().expect("UTF-8")])
        .ended(0);
    shop.run(&["orders", "import", orders.to_str().expect("UTF-8")])
        .ended(0);
    shop
}

fn scans(stops: std::ops::RangeInclusive<usize>) -> String {
    stops.fold(String::new(), |mut text, stop| {
        write!(text, "S-{stop}\r").expect("written");
        text
    })
}

fn start_walk(terminal: &mut Terminal, stops: usize) {
    terminal.wait_for("1 order to pick");
    terminal.send("go");
    terminal.wait_for("31000001");
    terminal.send("p");
    terminal.wait_for(&format!("walk 0/{stops}"));
}

/// How many stops of the walk are done, as the screen says.
fn done(screen: &str) -> Option<usize> {
    screen
        .split("walk ")
        .nth(1)?
        .split('/')
        .next()?
        .trim()
        .parse()
        .ok()
}

fn picked(shop: &Shop) -> u64 {
    let orders = shop.json(&["orders", "list"]);
    orders[0]["picked"].as_u64().expect("a number")
}

#[test]
fn a_newcomer_looks_around_in_the_practice_shop() {
    let shop = Shop::new();
    let mut terminal = Terminal::start(&shop, &["demo"]);
    terminal.wait_for("Practice shop");
    terminal.wait_for("2,520 items in the catalogue");
    terminal.wait_for("orders to pick");
    assert!(terminal.is_taken() && terminal.cells().alternate_screen());
    terminal.send("/plate 1x2");
    terminal.wait_for("Plate 1 x 2");
    terminal.wait_for("3023");
    terminal.send("\u{3}");
    terminal.wait_for("Ctrl+C once more leaves the program.");
    terminal.send("\u{3}");
    assert!(terminal.ended_within(PATIENCE).success());
    terminal.is_usable();
    assert!(!shop.data().exists(), "the practice shop lies elsewhere");
    assert_eq!(
        common::files_below(&shop.root().join("tmp")),
        Vec::<String>::new(),
        "and is thrown away"
    );
}

#[test]
fn q_on_the_overview_leaves_and_in_the_search_box_is_a_letter() {
    let shop = Shop::opened();
    let mut terminal = Terminal::start(&shop, &[]);
    terminal.wait_for("2,520 items in the catalogue");
    terminal.send("/q");
    terminal.wait("q is typed", |screen| screen.contains("Find  q"));
    terminal.send("\u{1b}");
    terminal.wait_for("o notes and bin");
    terminal.send("gh");
    terminal.wait_for("2,520 items in the catalogue");
    terminal.send("q");
    assert!(terminal.ended_within(PATIENCE).success());
    terminal.is_usable();
}

#[test]
fn a_signal_ends_it_and_leaves_a_usable_terminal() {
    for (args, signal) in [
        (&["demo"][..], Signal::TERM),
        (&[], Signal::TERM),
        (&[], Signal::HUP),
    ] {
        let shop = Shop::opened();
        let mut terminal = Terminal::start(&shop, args);
        terminal.wait_for("2,520 items in the catalogue");
        terminal.signal(signal);
        terminal.ended_within(SOON);
        terminal.is_usable();
        assert_eq!(
            common::files_below(&shop.root().join("tmp")),
            Vec::<String>::new()
        );
        shop.is_as_before();
    }
}

#[test]
fn a_line_that_breaks_ends_it_and_leaves_nothing() {
    for args in [&["demo"][..], &[]] {
        let shop = Shop::opened();
        let mut terminal = Terminal::start(&shop, args);
        terminal.wait_for("2,520 items in the catalogue");
        let pid = terminal.pid();
        terminal.hang_up(SOON);
        assert!(
            comes_true(SOON, || test_kill_process(pid).is_err()),
            "no process is left"
        );
        assert_eq!(
            common::files_below(&shop.root().join("tmp")),
            Vec::<String>::new()
        );
        shop.is_as_before();
    }
}

#[test]
fn five_hundred_scans_in_one_go_lose_none() {
    let shop = long_walk(500);
    let mut terminal = Terminal::start(&shop, &[]);
    start_walk(&mut terminal, 500);
    terminal.send(&scans(1..=500));
    terminal.wait_for("Every stop is done.");
    terminal.wait_for("500 pieces picked");
    terminal.send("\u{3}\u{3}");
    assert!(terminal.ended_within(PATIENCE).success());
    assert_eq!(picked(&shop), 500);
    let lots = shop.json(&["inventory", "list", "--limit", "1000"]);
    let lots = lots.as_array().expect("lots");
    assert_eq!(lots.len(), 500);
    for lot in lots {
        let counts = (&lot["available"], &lot["reserved"]);
        assert_eq!(
            counts,
            (&2.into(), &0.into()),
            "one of three was taken: {lot}"
        );
    }
    shop.is_as_before();
}

#[test]
fn a_wrong_scan_takes_nothing_and_is_said() {
    let shop = long_walk(3);
    let mut terminal = Terminal::start(&shop, &[]);
    start_walk(&mut terminal, 3);
    terminal.send("S-1\rX-99\r");
    terminal.wait_for("X-99");
    terminal.wait_for("walk 1/3");
    terminal.send("\u{3}\u{3}");
    assert!(terminal.ended_within(PATIENCE).success());
    assert_eq!(picked(&shop), 1);
}

#[test]
fn a_walk_that_was_killed_goes_on_where_it_was() {
    let shop = long_walk(300);
    let mut terminal = Terminal::start(&shop, &[]);
    start_walk(&mut terminal, 300);
    terminal.send(&scans(1..=200));
    terminal.wait("in the middle of the walk", |screen| {
        done(screen) >= Some(40)
    });
    let seen = done(&terminal.screen()).expect("a number");
    terminal.signal(Signal::KILL);
    terminal.ended_within(PATIENCE);

    let mut terminal = Terminal::start(&shop, &[]);
    // Who was there for a while is brought back by itself.
    terminal.wait("the walk, or the way to it", |screen| {
        done(screen).is_some() || screen.contains("Go on with pick")
    });
    if done(&terminal.screen()).is_none() {
        terminal.send("\r");
    }
    terminal.wait("the walk again", |screen| done(screen).is_some());
    let kept = done(&terminal.screen()).expect("a number");
    assert!(
        (seen..=200).contains(&kept),
        "{seen} were confirmed, {kept} are there"
    );
    terminal.send(&scans(kept + 1..=300));
    terminal.wait_for("Every stop is done.");
    terminal.send("\u{3}\u{3}");
    assert!(terminal.ended_within(PATIENCE).success());
    assert_eq!(picked(&shop), 300, "none twice, none lost");
    shop.is_as_before();
}

#[test]
fn without_colours_nothing_is_coloured_and_the_row_is_seen() {
    for (args, env) in [(&["--no-color"][..], &[][..]), (&[], &[("NO_COLOR", "1")])] {
        let shop = Shop::stocked();
        let mut terminal = Terminal::start_with(&shop, args, (80, 24), env);
        terminal.wait_for("2,520 items in the catalogue");
        terminal.send("/brick");
        terminal.wait_for("Brick 2 x 4");
        terminal.send("\u{1b}[B");
        terminal.send("\u{3}");
        terminal.wait_for("Ctrl+C once more");
        let (rows, columns) = terminal.cells().size();
        let marked = (0..rows.get()).any(|row| {
            (0..columns.get()).any(|column| {
                terminal
                    .cells()
                    .cell(row, column)
                    .is_some_and(vt100::Cell::inverse)
            })
        });
        assert!(
            marked || terminal.screen().contains('▸'),
            "{}",
            terminal.screen()
        );
        terminal.send("\u{3}");
        assert!(terminal.ended_within(PATIENCE).success());
        let raw = String::from_utf8_lossy(&terminal.raw).into_owned();
        for piece in raw.split("\u{1b}[").skip(1) {
            let end = piece.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(0);
            if !piece[end..].starts_with('m') {
                continue;
            }
            for code in piece[..end]
                .split(';')
                .filter_map(|code| code.parse::<u16>().ok())
            {
                let colour = matches!(code, 30..=38 | 40..=48 | 90..=97 | 100..=107);
                assert!(!colour, "ESC[{}m is a colour", &piece[..end]);
            }
        }
    }
}

#[test]
fn mistakes_in_the_configuration_are_said_and_it_starts() {
    let shop = Shop::opened();
    let config = shop.file(
        "config.toml",
        "theme = \"dark\"\ncolours = 7\n\n[keys]\nfly = \"F2\"\n",
    );
    let config = config.to_str().expect("UTF-8").to_owned();
    let mut terminal = Terminal::start_with(&shop, &["--config", &config], (160, 48), &[]);
    terminal.wait_for("line 2");
    terminal.wait_for("2,520 items in the catalogue");
    terminal.send("q");
    assert!(terminal.ended_within(PATIENCE).success());
}
