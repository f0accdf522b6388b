//! Drives the real program: as a script would, and through a terminal as a person would.
//!
//! Nothing here sleeps to wait: a process's end, a frame on the screen and a socket that appears are
//! events, and each has a deadline. Every process that is started here is ended here.

// Each test binary uses its own part of this.
#![allow(dead_code)]

pub mod pty;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant, SystemTime};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// No command may take longer.
pub const PATIENCE: Duration = Duration::from_mins(1);
/// Somebody who owns nothing.
pub const NOBODY: u32 = 65_534;
/// Owner of [`Shop::opened`].
pub const OWNER: &str = "ana@corner.example";
/// Everybody's password.
pub const PASSWORD: &str = "bricks-and-plates";

/// The program.
pub fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_brickops"))
}

/// The starter files.
pub fn seed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("seed")
        .join(name)
}

/// What a command left behind.
#[derive(Debug)]
pub struct Ran {
    /// Exit code; a signal is 128 and its number, as a shell says it.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ran {
    /// Asserts the exit code.
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "out: {}\nerr: {}", self.out, self.err);
        self
    }

    /// The one JSON document on standard output.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).expect(&self.out)
    }

    /// Why it failed: the one sentence on standard error.
    #[track_caller]
    pub fn sentence(&self) -> &str {
        let lines: Vec<&str> = self.err.lines().collect();
        let [line] = lines[..] else {
            unreachable!("one line was expected: {}", self.err);
        };
        let sentence = line.strip_prefix("brickops: ").expect(line);
        assert!(
            sentence.ends_with('.'),
            "a sentence ends with a full stop: {sentence}"
        );
        sentence
    }
}

/// Waits for a process that was started with pipes, and ends it when it takes too long.
#[track_caller]
pub fn finish(child: Child) -> Ran {
    use std::os::unix::process::ExitStatusExt;
    let pid = pid(&child);
    let (sender, ended) = channel();
    std::thread::spawn(move || sender.send(child.wait_with_output()));
    let output = ended.recv_timeout(PATIENCE);
    if output.is_err() {
        let _ = kill_process(pid, Signal::KILL);
    }
    let output = output
        .expect("the command ends in time")
        .expect("its output can be read");
    Ran {
        code: output
            .status
            .code()
            .or_else(|| output.status.signal().map(|signal| 128 + signal))
            .expect("code or signal"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// The process's number.
pub fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}

/// A place for one test: a data directory, a home, files.
#[derive(Debug)]
pub struct Shop {
    dir: tempfile::TempDir,
}

impl Shop {
    /// An empty place; the data directory does not exist yet.
    pub fn new() -> Self {
        let dir = tempfile::Builder::new()
            .prefix("bo-")
            .tempdir()
            .expect("a directory");
        for inside in ["home", "tmp", "files"] {
            fs::create_dir(dir.path().join(inside)).expect("a directory");
        }
        Self { dir }
    }

    /// A place with the starter catalogue, stored and indexed.
    pub fn planted() -> Self {
        let shop = Self::new();
        copy_dir(planted_once(), &shop.data());
        shop
    }

    /// A planted place with an account, whose owner is signed in for commands and screens.
    pub fn opened() -> Self {
        let shop = Self::planted();
        shop.init("Brick Corner", OWNER);
        shop
    }

    /// An opened place with the practice shop's lots and orders.
    pub fn stocked() -> Self {
        let shop = Self::opened();
        let files = [("inventory", "shop.bsx"), ("orders", "orders.xml")];
        for (what, file) in files {
            let path = seed(file);
            shop.run(&[what, "import", path.to_str().expect("UTF-8")])
                .ended(0);
        }
        shop
    }

    /// Opens an account; its owner is signed in here.
    #[track_caller]
    pub fn init(&self, name: &str, owner: &str) {
        let flags = ["--currency", "EUR", "--time-zone", "Europe/Berlin"];
        let account = ["init", "--shop", name, "--owner", owner];
        let child = self
            .command()
            .env("BRICKOPS_PASSWORD", PASSWORD)
            .args(account)
            .args(flags)
            .spawn()
            .expect("the program starts");
        finish(child).ended(0);
    }

    /// The whole place.
    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.root().join("data")
    }

    /// The server's socket.
    pub fn socket(&self) -> PathBuf {
        self.data().join("run/sock")
    }

    /// A file beside the data.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.root().join("files").join(name);
        if let Some(dir) = path.parent() {
            fs::create_dir_all(dir).expect("a directory");
        }
        fs::write(&path, bytes).expect("a file");
        path
    }

    /// The program with a clean environment; `run` adds the data directory.
    pub fn command(&self) -> Command {
        let mut command = Command::new(program());
        self.surround(&mut command);
        command
    }

    /// A clean environment: nothing of the person who runs the tests.
    pub fn surround(&self, command: &mut Command) {
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.root().join("home"))
            .env("TMPDIR", self.root().join("tmp"))
            .env("LANG", "C.UTF-8")
            .env("BRICKOPS_DATA_DIR", self.data())
            // A running server is used; none is started and left behind.
            .env("BRICKOPS_ALONE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
    }

    /// Runs a command to its end.
    #[track_caller]
    pub fn run(&self, args: &[&str]) -> Ran {
        finish(self.start(args))
    }

    /// Runs a command that answers with JSON.
    #[track_caller]
    pub fn json(&self, args: &[&str]) -> Value {
        self.run(&[args, &["--format", "json"]].concat())
            .ended(0)
            .json()
    }

    /// Starts a command.
    pub fn start(&self, args: &[&str]) -> Child {
        self.command()
            .args(args)
            .spawn()
            .expect("the program starts")
    }

    /// Imports a file or directory into the catalogue.
    #[track_caller]
    pub fn import(&self, path: &Path) -> Ran {
        self.run(&["catalog", "import", path.to_str().expect("UTF-8")])
    }

    /// The numbers that a search finds.
    #[track_caller]
    pub fn found(&self, args: &[&str]) -> Vec<String> {
        let rows = self.json(&[&["catalog", "search"], args].concat());
        rows.as_array()
            .expect("an array")
            .iter()
            .map(|row| row["no"].as_str().expect("a number").to_owned())
            .collect()
    }

    /// The catalogue is there, searchable, and the store is in order.
    #[track_caller]
    pub fn is_as_before(&self) {
        assert_eq!(self.found(&["3001", "--limit", "1"]), ["3001"]);
        let check = self.json(&["check"]);
        assert_eq!(check["ok"], true, "{check}");
    }
}

/// The starter catalogue is planted once for each build of the program.
fn planted_once() -> &'static Path {
    static PLANTED: OnceLock<PathBuf> = OnceLock::new();
    PLANTED.get_or_init(|| {
        let built = fs::metadata(program())
            .and_then(|meta| meta.modified())
            .expect("the program is there")
            .duration_since(SystemTime::UNIX_EPOCH)
            .expect("after 1970");
        let home = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let name = format!("planted-{}", built.as_nanos());
        let kept = home.join(&name);
        if kept.is_dir() {
            return kept;
        }
        for old in fs::read_dir(home).expect("can be read").flatten() {
            if old.file_name().to_string_lossy().starts_with("planted-") {
                // Another test may be faster.
                let _ = fs::remove_dir_all(old.path());
            }
        }
        let shop = Shop::new();
        assert_eq!(shop.found(&["3001", "--limit", "1"]), ["3001"]);
        let staging = tempfile::tempdir_in(home).expect("a directory").keep();
        copy_dir(&shop.data(), &staging);
        if fs::rename(&staging, &kept).is_err() {
            // Somebody else has just put one there.
            fs::remove_dir_all(&staging).expect("removed");
        }
        kept
    })
}

/// Copies a data directory; logs and sockets stay behind.
pub fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("can be read") {
        let entry = entry.expect("an entry");
        let (path, name) = (entry.path(), entry.file_name());
        if name == "logs" || name == "run" {
            continue;
        }
        if path.is_dir() {
            copy_dir(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).expect("copied");
        }
    }
}

/// Every file below a directory, by relative path.
pub fn files_below(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("can be read").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            found.extend(
                files_below(&entry.path())
                    .iter()
                    .map(|below| format!("{name}/{below}")),
            );
        } else {
            found.push(name);
        }
    }
    found.sort();
    found
}

/// A download of items, as BrickLink writes it.
pub fn items_xml(kind: char, items: &[(&str, &str, u32)]) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CATALOG>\n");
    for (no, name, category) in items {
        text.push_str("<ITEM><ITEMTYPE>");
        text.push(kind);
        text.push_str("</ITEMTYPE><ITEMID>");
        text.push_str(no);
        text.push_str("</ITEMID><ITEMNAME>");
        text.push_str(name);
        text.push_str("</ITEMNAME><CATEGORY>");
        text.push_str(&category.to_string());
        text.push_str("</CATEGORY></ITEM>\n");
    }
    text.push_str("</CATALOG>\n");
    text
}

/// Packs with gzip.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).expect("packed");
    packer.finish().expect("packed")
}

/// A server that is ended with the test.
#[derive(Debug)]
pub struct Server {
    child: Option<Child>,
}

impl Server {
    /// Starts `brickops serve` and waits until it says that it listens.
    #[track_caller]
    pub fn start(shop: &Shop) -> Self {
        let mut child = shop.start(&["serve", "--foreground"]);
        let err = child.stderr.take().expect("piped");
        let lines = lines_of(err);
        let server = Self { child: Some(child) };
        let line = lines
            .recv_timeout(PATIENCE)
            .expect("it says where it listens");
        assert!(line.starts_with("Listening at "), "{line}");
        // It says so just before it does so.
        assert!(
            comes_true(PATIENCE, || shop.socket().exists()),
            "the socket appears"
        );
        server
    }

    /// Its process.
    pub fn pid(&self) -> Pid {
        pid(self.child.as_ref().expect("it runs"))
    }

    /// Sends a signal and waits for its end.
    #[track_caller]
    pub fn signal(&mut self, signal: Signal) -> Ran {
        kill_process(self.pid(), signal).expect("it runs");
        self.end()
    }

    /// Waits for its end.
    #[track_caller]
    pub fn end(&mut self) -> Ran {
        finish(self.child.take().expect("it runs"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn lines_of(from: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// For the few things that announce themselves by nothing but being so: looks again until the
/// deadline, giving way to others in between.
pub fn comes_true(deadline: Duration, mut so: impl FnMut() -> bool) -> bool {
    // A channel nobody writes to: its timeout is the pause between two looks.
    let (_keep, never) = channel::<()>();
    let until = Instant::now() + deadline;
    loop {
        if so() {
            return true;
        }
        if Instant::now() > until {
            return false;
        }
        assert_eq!(
            never.recv_timeout(Duration::from_millis(5)),
            Err(RecvTimeoutError::Timeout)
        );
    }
}
