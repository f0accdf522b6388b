//! Several people at several stations of one shop: they see each other's changes, come back to where
//! they were, and a station without a shell shows the screens and nothing else.

mod common;

use common::pty::Terminal;
use common::{OWNER, PASSWORD, PATIENCE, Server, Shop, finish};

/// A picker who joins with an invitation; the owner stays the one who is signed in for commands.
fn hire(shop: &Shop) {
    let run = |args: &[&str], env: &[(&str, &str)]| {
        let mut command = shop.command();
        command.args(args).env("BRICKOPS_PASSWORD", PASSWORD);
        command.envs(env.iter().copied());
        finish(command.spawn().expect("the program starts")).ended(0)
    };
    let invite = [
        "user",
        "invite",
        "ben@corner.example",
        "--role",
        "picker",
        "--format",
        "json",
    ];
    let invited = run(&invite, &[]).json();
    let code = invited["code"].as_str().expect("a code");
    run(
        &["user", "join", "--name", "Ben"],
        &[("BRICKOPS_CODE", code)],
    );
    run(&["login", OWNER], &[]);
}

/// Types e-mail and password on the sign-in screen.
fn sign_in(terminal: &mut Terminal, email: &str) {
    terminal.wait_for("Sign in");
    terminal.send(email);
    terminal.send("\r");
    terminal.send(PASSWORD);
    terminal.send("\r");
}

fn leave(mut terminal: Terminal) {
    terminal.send("\u{3}\u{3}");
    assert!(terminal.ended_within(PATIENCE).success());
    terminal.is_usable();
}

#[test]
fn two_stations_see_each_others_changes() {
    let shop = Shop::stocked();
    hire(&shop);
    let _server = Server::start(&shop);
    let mut ana = Terminal::start(&shop, &[]);
    ana.wait_for("ana, owner");
    let mut ben = Terminal::start(&shop, &["--station"]);
    sign_in(&mut ben, "ben@corner.example");
    ben.wait_for("Ben, picker");

    // Ana looks at the orders while Ben picks one of them.
    ana.send("go");
    ana.wait_for("31000001");
    ben.send("go");
    ben.wait_for("31000001");
    let before = ana.screen();
    ben.send("p");
    ben.wait_for("walk 0/");
    ben.send(" ");
    ben.wait_for("walk 1/");
    ana.wait("the picked pieces", |screen| {
        screen != before && screen.contains("31000001")
    });

    // The other way round: Ana's note shows on Ben's screen.
    ben.send("q");
    ben.wait_for("picking 6/61");
    ben.send("gc");
    ben.wait_for("items");
    ben.send("/3001\r");
    ben.wait_for("Brick 2 x 4");
    ana.send("gc");
    ana.wait_for("items");
    ana.send("/3001\r");
    ana.wait_for("Brick 2 x 4");
    ana.send("o");
    ana.wait_for("the shop's own notes");
    ana.send("seen by ben\r\r\r");
    ana.wait_for("#seen by ben");
    ben.wait_for("#seen by ben");
    // What the role does not include is said, not done.
    ben.send("o");
    ben.wait_for("As picker you may not");
    leave(ana);
    leave(ben);
}

#[test]
fn a_person_comes_back_to_where_they_were() {
    let shop = Shop::stocked();
    let _server = Server::start(&shop);
    let mut first = Terminal::start(&shop, &[]);
    first.wait_for("ana, owner");
    first.send("/3001\r");
    first.wait_for("Brick 2 x 4");
    first.wait_for("Colours");
    leave(first);
    let mut again = Terminal::start(&shop, &["--station"]);
    sign_in(&mut again, OWNER);
    again.wait_for("Brick 2 x 4");
    leave(again);
}

#[test]
fn a_line_that_is_cut_loses_nothing_and_comes_back() {
    let shop = Shop::stocked();
    let mut server = Server::start(&shop);
    let mut ana = Terminal::start(&shop, &[]);
    ana.wait_for("ana, owner");
    ana.send("/3001\r");
    ana.wait_for("Brick 2 x 4");
    server.signal(rustix::process::Signal::KILL).ended(137);
    ana.wait_for("econnecting");
    let _server = Server::start(&shop);
    ana.wait_for("The server is back.");
    ana.wait_for("Brick 2 x 4");
    ana.wait_for("ana, owner");
    leave(ana);
}

#[test]
fn the_forced_command_shows_the_screens_and_nothing_else() {
    let shop = Shop::stocked();
    hire(&shop);
    let _server = Server::start(&shop);
    // What the client of SSH asked for changes nothing.
    let asked = [
        ("SSH_ORIGINAL_COMMAND", "brickops stop; cat /etc/passwd"),
        ("SSH_CONNECTION", "192.0.2.7 50000 192.0.2.1 22"),
        ("BRICKOPS_TOKEN", "brk_whatever"),
    ];
    let mut station = Terminal::start_with(&shop, &["--station"], (80, 24), &asked);
    // Nobody is let in for being the Unix user that runs the server, nor by a remembered sign-in.
    sign_in(&mut station, "ben@corner.example");
    station.wait_for("Ben, picker");
    assert!(!station.screen().contains("root:"));
    let sessions = shop.json(&["user", "sessions"]);
    assert!(sessions.to_string().contains("192.0.2.7"), "{sessions}");
    leave(station);

    for args in [
        &["--station", "stop"][..],
        &["--station", "status"],
        &["--station", "catalog", "search", "3001"],
        &["--station", "check"],
        &["inventory", "list", "--station"],
    ] {
        let ran = shop.run(args).ended(4);
        assert!(
            ran.sentence().contains("shows the screens only"),
            "{}",
            ran.err
        );
    }
    shop.run(&["status"]).ended(0);
}

#[test]
fn the_first_start_asks_for_an_account() {
    let shop = Shop::planted();
    let mut terminal = Terminal::start(&shop, &[]);
    terminal.wait_for("Open an account");
    terminal.send("Brick Corner\rAna\rana-at-corner\r");
    terminal.wait_for("an address has an @");
    terminal.send("\u{1b}[Z");
    terminal.send("\u{15}ana@corner.example\r");
    terminal.send(PASSWORD);
    terminal.send("\r");
    terminal.send(PASSWORD);
    terminal.send("\r\r\r");
    terminal.wait_for("Ana, owner");
    terminal.wait_for("2,520 items in the catalogue");
    assert!(!String::from_utf8_lossy(&terminal.raw).contains(PASSWORD));
    leave(terminal);
}
