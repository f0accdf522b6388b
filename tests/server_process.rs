//! The server as a process: started by whoever needs it first, once, and gone when nobody does.

mod common;
#[path = "common/line.rs"]
mod line;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use brickops::api::Request;
use brickops::domain::{ItemKey, OverlayEdit};
use brickops::error::Kind;
use common::{NOBODY, PATIENCE, Ran, Server, Shop, comes_true, finish};
use line::Line;

/// A place whose commands start a server; it is ended with the place.
struct Served(Shop);

impl Served {
    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.0.command();
        command.args(args).env_remove("BRICKOPS_ALONE");
        command
    }

    fn start(&self, args: &[&str]) -> Child {
        self.command(args).spawn().expect("the program starts")
    }

    #[track_caller]
    fn run(&self, args: &[&str]) -> Ran {
        finish(self.start(args))
    }

    /// The server's process, if one runs.
    fn pid(&self) -> Option<Pid> {
        let ran = self.run(&["status", "--format", "json"]);
        let pid = ran.json()["pid"].as_i64()?;
        Pid::from_raw(i32::try_from(pid).expect("fits"))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let stopped = self.command(&["stop"]).status();
        drop(stopped);
    }
}

#[test]
fn many_commands_at_once_start_one_server() {
    let shop = Served(Shop::planted());
    let commands: Vec<Child> = (0..20)
        .map(|_| {
            shop.start(&[
                "catalog", "search", "3001", "--limit", "1", "--format", "json",
            ])
        })
        .collect();
    for command in commands {
        let found = finish(command).ended(0).json();
        assert_eq!(found[0]["no"], "3001");
    }
    let pid = shop.pid().expect("a server runs");
    shop.run(&["catalog", "search", "3023"]).ended(0);
    assert_eq!(shop.pid(), Some(pid), "and stays");
    let sid = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).expect("it runs");
    let session = sid
        .rsplit(')')
        .next()
        .expect("fields")
        .split_whitespace()
        .nth(3);
    assert_eq!(
        session,
        Some(pid.as_raw_nonzero().to_string().as_str()),
        "in a session of its own"
    );
    for stream in 0..3 {
        let to = fs::read_link(format!("/proc/{}/fd/{stream}", pid.as_raw_nonzero()));
        assert_eq!(
            to.expect("a stream"),
            Path::new("/dev/null"),
            "stream {stream}"
        );
    }
}

#[test]
fn a_server_ends_when_nobody_needs_it() {
    let shop = Served(Shop::planted());
    let mut command = shop.command(&["catalog", "search", "3001"]);
    command.env("BRICKOPS_IDLE_END", "1");
    finish(command.spawn().expect("the program starts")).ended(0);
    assert!(
        comes_true(PATIENCE, || !shop.0.socket().exists()),
        "it goes after a second without clients"
    );
    // The next one starts the next, without a word.
    let ran = shop.run(&["catalog", "search", "3001"]).ended(0);
    assert_eq!(ran.err, "");
}

#[test]
fn an_ending_server_and_a_new_client_end_in_a_connection() {
    let shop = Served(Shop::planted());
    for _ in 0..5 {
        let searching = shop.start(&["catalog", "search", "3001"]);
        let stopping = shop.start(&["stop"]);
        let also = shop.start(&["catalog", "search", "3001"]);
        finish(searching).ended(0);
        finish(also).ended(0);
        finish(stopping);
    }
}

#[test]
fn a_server_whose_data_are_gone_ends_at_once() {
    let shop = Served(Shop::planted());
    shop.run(&["catalog", "search", "3001"]).ended(0);
    let pid = shop.pid().expect("a server runs");
    fs::remove_dir_all(shop.0.data()).expect("removed");
    assert!(
        comes_true(PATIENCE, || test_kill_process(pid).is_err()),
        "no process is left"
    );
}

#[test]
fn a_killed_server_is_replaced_by_the_next_command() {
    let shop = Served(Shop::planted());
    shop.run(&["catalog", "search", "3001"]).ended(0);
    let pid = shop.pid().expect("a server runs");
    kill_process(pid, Signal::KILL).expect("it runs");
    assert!(comes_true(PATIENCE, || test_kill_process(pid).is_err()));
    assert!(shop.0.socket().exists(), "its socket is left over");
    shop.run(&["catalog", "search", "3001"]).ended(0);
    assert_ne!(shop.pid(), Some(pid));
}

#[test]
fn serve_starts_one_that_stays_and_a_second_one_is_refused() {
    let shop = Served(Shop::planted());
    let ran = shop.run(&["serve"]).ended(0);
    assert!(ran.err.contains("listens at"), "{}", ran.err);
    let pid = shop.pid().expect("a server runs");
    for args in [&["serve"][..], &["serve", "--foreground"]] {
        let ran = shop.run(args).ended(1);
        assert!(ran.sentence().contains("already works on"), "{}", ran.err);
    }
    assert_eq!(shop.pid(), Some(pid), "the first one is undisturbed");
    shop.run(&["stop"]).ended(0);
    assert_eq!(shop.pid(), None);
}

#[test]
fn without_a_session_directory_and_with_a_read_only_home_it_works() {
    let shop = Served(Shop::planted());
    let home = shop.0.root().join("home");
    fs::set_permissions(&home, fs::Permissions::from_mode(0o500)).expect("set");
    let mut command = shop.command(&["catalog", "search", "3001"]);
    command.env_remove("XDG_RUNTIME_DIR").env("HOME", &home);
    finish(command.spawn().expect("the program starts")).ended(0);
    let mut command = shop.command(&["catalog", "search", "3001"]);
    command.env_remove("HOME");
    finish(command.spawn().expect("the program starts")).ended(0);
    fs::set_permissions(&home, fs::Permissions::from_mode(0o700)).expect("set");
}

#[test]
fn a_data_directory_with_a_long_name_works() {
    let shop = Shop::planted();
    let long = shop.root().join("x".repeat(120));
    fs::rename(shop.data(), &long).expect("moved");
    let run = |args: &[&str]| {
        let mut command = shop.command();
        command
            .args(args)
            .env("BRICKOPS_DATA_DIR", &long)
            .env_remove("BRICKOPS_ALONE");
        finish(command.spawn().expect("the program starts"))
    };
    run(&["catalog", "search", "3001"]).ended(0);
    run(&["status"]).ended(0);
    run(&["stop"]).ended(0);
}

#[test]
fn a_socket_directory_of_somebody_else_is_refused() {
    let shop = Served(Shop::planted());
    let run = shop.0.data().join("run");
    fs::create_dir_all(&run).expect("made");
    let root = rustix::process::geteuid().is_root();
    if root {
        std::os::unix::fs::chown(&run, Some(NOBODY), None).expect("given away");
        let ran = shop.run(&["catalog", "search", "3001"]).ended(1);
        assert!(
            ran.sentence().contains("belongs to somebody else"),
            "{}",
            ran.err
        );
        fs::remove_dir_all(&run).expect("removed");
    } else {
        fs::remove_dir_all(&run).expect("removed");
    }
    let elsewhere = shop.0.root().join("elsewhere");
    fs::create_dir(&elsewhere).expect("made");
    std::os::unix::fs::symlink(&elsewhere, &run).expect("linked");
    let ran = shop.run(&["catalog", "search", "3001"]).ended(1);
    assert!(
        ran.sentence().contains("belongs to somebody else"),
        "{}",
        ran.err
    );
    fs::remove_file(&run).expect("removed");
    shop.run(&["catalog", "search", "3001"]).ended(0);
}

#[test]
fn somebody_else_is_told_to_ask_the_operator() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let shop = Shop::planted();
    open_to_all(shop.root());
    let as_nobody = |args: &[&str]| {
        use std::os::unix::process::CommandExt;
        let mut command = shop.command();
        command
            .args(args)
            .env_remove("BRICKOPS_ALONE")
            .uid(NOBODY)
            .gid(NOBODY);
        finish(command.spawn().expect("the program starts"))
    };
    // The data are not theirs, and no server is open to them.
    let ran = as_nobody(&["catalog", "search", "3001"]).ended(1);
    assert!(
        ran.err.contains("perator") || ran.err.contains("permission"),
        "{}",
        ran.err
    );

    // Opened to their group they come in, and are nobody until they sign in.
    let config = shop.file("config.toml", format!("[server]\ngroup = \"{NOBODY}\"\n"));
    let config = config.to_str().expect("UTF-8").to_owned();
    shop.init("Brick Corner", common::OWNER);
    let mut child = shop.start(&["--config", &config, "serve", "--foreground"]);
    assert!(comes_true(PATIENCE, || {
        fs::metadata(shop.socket()).is_ok_and(|meta| meta.mode() & 0o777 == 0o660)
    }));
    let meta = fs::metadata(shop.socket()).expect("there");
    assert_eq!(meta.gid(), NOBODY);
    assert_eq!(
        fs::metadata(shop.data()).expect("there").mode() & 0o777,
        0o710
    );
    let ran = as_nobody(&["inventory", "list", "--format", "json"]).ended(5);
    assert_eq!(ran.json()["error"]["code"], "UNAUTHENTICATED");
    let ran = as_nobody(&["stop", "--format", "json"]).ended(4);
    assert_eq!(ran.json()["error"]["code"], "FORBIDDEN");
    let ran = as_nobody(&["catalog", "import", "/etc", "--format", "json"]).ended(4);
    assert_eq!(ran.json()["error"]["code"], "FORBIDDEN");
    let theirs = fs::read(shop.data().join("shop.redb"));
    assert!(theirs.is_ok(), "root reads everything");
    kill_process(common::pid(&child), Signal::TERM).expect("it runs");
    child.wait().expect("it ends");
}

/// Another Unix user may pass through, and not into the data.
fn open_to_all(root: &Path) {
    for dir in [
        root.to_path_buf(),
        root.join("home"),
        root.join("tmp"),
        root.join("files"),
    ] {
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o777)).expect("set");
    }
}

#[test]
fn what_keeps_the_server_from_starting_is_said_by_the_command_that_needed_it() {
    let shop = Served(Shop::planted());
    fs::write(shop.0.data().join("shop.redb"), b"this is no database").expect("written");
    let ran = shop.run(&["catalog", "search", "3001"]).ended(1);
    assert!(ran.sentence().contains("is not a database"), "{}", ran.err);
}

#[test]
fn a_left_over_socket_is_removed_only_by_whoever_has_the_data() {
    let shop = Served(Shop::planted());
    let dir = shop.0.data().join("run");
    fs::create_dir_all(&dir).expect("made");
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o700)).expect("set");
    // Bound and dropped: nobody listens.
    drop(UnixListener::bind(shop.0.socket()).expect("bound"));
    shop.run(&["catalog", "search", "3001"]).ended(0);
    assert!(shop.pid().is_some());
}

#[test]
fn the_log_is_json_with_the_same_request_on_both_sides_and_no_secret() {
    let shop = Shop::planted();
    let mut child = shop
        .command()
        .args(["--log-level", "debug", "serve", "--foreground"])
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    assert!(comes_true(PATIENCE, || shop.socket().exists()));
    shop.init("Brick Corner", common::OWNER);
    shop.run(&["--log-level", "debug", "inventory", "list"])
        .ended(0);
    kill_process(common::pid(&child), Signal::TERM).expect("it runs");
    child.wait().expect("it ends");
    let logs = shop.data().join("logs");
    let read = |prefix: &str| -> Vec<serde_json::Value> {
        common::files_below(&logs)
            .iter()
            .filter(|name| name.starts_with(prefix))
            .flat_map(|name| {
                let text = fs::read_to_string(logs.join(name)).expect("a log");
                text.lines()
                    .map(|line| serde_json::from_str(line).expect("a line of JSON"))
                    .collect::<Vec<_>>()
            })
            .collect()
    };
    let (server, client) = (read("server"), read("client"));
    let asked = client
        .iter()
        .find(|line| line["fields"]["verb"] == "open")
        .expect("the client asked");
    let id = asked["fields"]["id"].as_str().expect("an id");
    let answered = server
        .iter()
        .any(|line| line["span"]["id"] == id && line["span"]["verb"] == "open");
    assert!(answered, "{id} is in the server's log");
    for line in server.iter().chain(&client) {
        assert!(!line.to_string().contains(common::PASSWORD));
    }
}

/// A server that must not write more than it has: what was confirmed stays, reading goes on.
#[test]
fn a_full_disk_is_said_and_nothing_is_lost() {
    let shop = Shop::opened();
    let lots = common::seed("shop.bsx");
    shop.run(&["inventory", "import", lots.to_str().expect("UTF-8")])
        .ended(0);
    let before = shop.json(&["inventory", "list", "--limit", "5000"]);
    let size = fs::metadata(shop.data().join("shop.redb"))
        .expect("there")
        .len();
    let limit = (size / 512 + 8).to_string();
    let mut child = Command::new("/bin/sh");
    shop.surround(&mut child);
    child
        .args([
            "-c",
            "ulimit -f \"$1\"; trap '' XFSZ; exec \"$0\" serve --foreground",
        ])
        .arg(common::program())
        .arg(&limit)
        .stderr(Stdio::null())
        .stdout(Stdio::null());
    let mut child = child.spawn().expect("the program starts");
    assert!(comes_true(PATIENCE, || shop.socket().exists()));
    let parts = shop.found(&["a", "--limit", "1000"]);
    let pass = line::remembered(&shop.data());
    let (mut writer, _) = Line::connect(&shop.socket(), Some(&pass)).expect("a connection");
    let mut kept = Vec::new();
    let mut full = None;
    for part in &parts {
        let edit = OverlayEdit {
            notes: Some("ü".repeat(1_990)),
            ..OverlayEdit::default()
        };
        let answer = writer.ask(Request::SetOverlay {
            key: ItemKey::part(part),
            edit: Box::new(edit),
        });
        match answer.expect("the server goes on") {
            Ok(_) => kept.push(part.clone()),
            Err(error) if error.kind == Kind::NotFound => {}
            Err(error) => {
                full = Some(error);
                break;
            }
        }
    }
    let full = full.expect("the disk is full at last");
    assert_eq!(full.kind, Kind::Storage);
    assert!(full.message.contains("disk is full"), "{}", full.message);
    assert_eq!(
        shop.json(&["inventory", "list", "--limit", "5000"]),
        before,
        "reading goes on"
    );
    kill_process(common::pid(&child), Signal::TERM).expect("it runs");
    child.wait().expect("it ends");
    shop.is_as_before();
    assert_eq!(shop.json(&["inventory", "list", "--limit", "5000"]), before);
}

#[test]
fn a_station_of_one_server_counts_a_thousand_connections() {
    let limits = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let all = rustix::process::Rlimit {
        current: limits.maximum,
        maximum: limits.maximum,
    };
    rustix::process::setrlimit(rustix::process::Resource::Nofile, all).expect("more files");
    let room = limits.maximum.unwrap_or(u64::MAX);
    let count: usize = if room < 1_200 { 200 } else { 1_000 };
    let shop = Shop::planted();
    let mut server = Server::start(&shop);
    let idle: Vec<std::os::unix::net::UnixStream> = (0..count)
        .map(|_| std::os::unix::net::UnixStream::connect(shop.socket()).expect("let in"))
        .collect();
    assert!(comes_true(PATIENCE, || {
        shop.json(&["status"])["clients"].as_u64() >= Some(count as u64)
    }));
    assert_eq!(shop.found(&["plate 1x2", "--limit", "1"]), ["3023"]);
    drop(idle);
    assert!(comes_true(PATIENCE, || {
        shop.json(&["status"])["clients"].as_u64() <= Some(2)
    }));
    server.signal(Signal::TERM).ended(0);
}
