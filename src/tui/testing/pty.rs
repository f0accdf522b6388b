//! The program on a real pseudo-terminal: every way out leaves the terminal as it was, and no scan
//! is lost.
//!
//! The test program starts itself again as the program under test, so that no other binary is
//! needed.

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use super::Shop;
use super::shop::NOW;
use crate::api::client::{Client, InProcess};
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::Timestamp;
use crate::tui::theme::Theme;
use crate::tui::{Inbox, Options, run};

/// Set for the program under test; its value says what should go wrong.
const ROLE: &str = "BRICKOPS_TEST_ON_A_PTY";
/// Nothing here takes as long as this.
const PATIENCE: Duration = Duration::from_secs(20);

/// Stands still, and breaks the program once it was asked too often.
#[derive(Debug)]
struct BrokenClock {
    left: AtomicU32,
}

impl Clock for BrokenClock {
    fn now(&self) -> Timestamp {
        let left = self.left.fetch_sub(1, Ordering::SeqCst);
        assert!(left > 0, "broken on purpose");
        NOW
    }
}

/// Does nothing unless a test below has started it.
#[test]
fn program_under_test() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    let shop = Arc::new(Shop::new());
    let inbox = Inbox::default();
    let greeting = crate::api::Greeting {
        client: 1,
        station: false,
        key: crate::domain::Secret::new(""),
        place: String::new(),
        shop: None,
        pass: None,
    };
    let (transport, greeted) =
        InProcess::start(&shop, greeting, &inbox.sink()).expect("a greeting");
    let client = Client::new(transport);
    let left = if role == "breaks" { 200 } else { u32::MAX };
    let clock = Arc::new(BrokenClock {
        left: AtomicU32::new(left),
    });
    let env = |name: &str| std::env::var(name).ok();
    let options = Options::new(Theme::detect(&env, &Config::default()), clock);
    run(client, greeted, inbox, options).expect("the program ends well");
}

struct Station {
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    output: Receiver<Vec<u8>>,
    parser: vt100::Parser,
}

impl Station {
    fn start(role: &str) -> Self {
        let size = PtySize {
            rows: 24,
            cols: 80,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).expect("a pty");
        let program = std::env::current_exe().expect("this program");
        let mut command = CommandBuilder::new(program);
        command.args([
            "tui::testing::pty::program_under_test",
            "--exact",
            "--nocapture",
            "--test-threads",
            "1",
        ]);
        command.env(ROLE, role);
        command.env("RUST_BACKTRACE", "0");
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        let child = pair.slave.spawn_command(command).expect("starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let writer = pair.master.take_writer().expect("a writer");
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(len) = reader.read(&mut chunk) {
                if len == 0 || sender.send(chunk[..len].to_vec()).is_err() {
                    return;
                }
            }
        });
        let sure = |columns: u16| std::num::NonZero::new(columns).expect("not zero");
        let mut station = Self {
            master: Some(pair.master),
            writer: Some(writer),
            child,
            output,
            parser: vt100::Parser::new(sure(24), sure(80), 0),
        };
        station.wait_for("5 orders to pick");
        station
    }

    fn write(&mut self, bytes: &[u8]) {
        let writer = self.writer.as_mut().expect("still there");
        writer.write_all(bytes).expect("is read");
        writer.flush().expect("is read");
    }

    #[track_caller]
    fn wait_for(&mut self, text: &str) {
        while !self.parser.screen().contents().contains(text) {
            let more = self.output.recv_timeout(PATIENCE);
            let screen = self.parser.screen().contents();
            assert!(more.is_ok(), "`{text}` never came:\n{screen}");
            self.parser.process(&more.unwrap_or_default());
        }
    }

    fn pid(&self) -> Pid {
        let pid = self.child.process_id().expect("a process");
        Pid::from_raw(pid.cast_signed()).expect("a process")
    }

    fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("is told");
    }

    /// The process ends, and the terminal is as it was before.
    #[track_caller]
    fn ends_well(&mut self) {
        // Its output ends when the process does.
        while let Ok(bytes) = self.output.recv_timeout(PATIENCE) {
            self.parser.process(&bytes);
        }
        self.child.wait().expect("has ended");
        let screen = self.parser.screen();
        assert!(!screen.alternate_screen(), "the first screen is back");
        assert!(!screen.hide_cursor(), "the cursor is back");
        assert!(!screen.bracketed_paste(), "paste is plain again");
        let modes = self.master.as_ref().and_then(|master| master.get_termios());
        if let Some(modes) = modes {
            let local = format!("{:?}", modes.local_flags);
            assert!(
                local.contains("ICANON") && local.contains("ECHO"),
                "{local}"
            );
        }
    }
}

#[test]
fn leaving_gives_the_terminal_back() {
    let mut station = Station::start("works");
    station.write(b"q");
    station.ends_well();
}

#[test]
fn signals_end_it_and_give_the_terminal_back() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let mut station = Station::start("works");
        station.signal(signal);
        station.ends_well();
    }
}

#[test]
fn a_panic_gives_the_terminal_back_and_is_reported() {
    let mut station = Station::start("breaks");
    // Every key asks for the time; more of them than the clock takes.
    station.write(&b"\x1b[B".repeat(300));
    station.ends_well();
    let screen = station.parser.screen().contents();
    assert!(screen.contains("broken on purpose"), "{screen}");
}

#[test]
fn a_hang_up_ends_the_process() {
    let station = Station::start("works");
    // The thread that reads holds the pty open, too. It ends with the next output that nobody wants:
    // that of the line end which the writer sends when it is dropped.
    drop(station.output);
    drop(station.writer);
    drop(station.master);
    let mut child = station.child;
    let (sender, ended) = channel();
    std::thread::spawn(move || sender.send(child.wait().is_ok()));
    let gone = ended.recv_timeout(PATIENCE);
    assert_eq!(gone, Ok(true), "the process is gone");
}

#[test]
fn scans_in_one_write_lose_none() {
    let mut station = Station::start("works");
    station.write(b"go");
    station.wait_for("technic-tom");
    // Mark one, start, and take every stop with the codes of its places, all in one go.
    station.write(b" p");
    station.wait_for("walk 0/3");
    station.write(b"A-1\rA-10\r\nA-19\n");
    station.wait_for("Every stop is done.");
    // Undo and take again, many times over: 2,000 keys in a few writes.
    for _ in 0..10 {
        station.write(&b"u ".repeat(100));
    }
    station.wait_for("Every stop is done.");
    station.write(b"uuu");
    station.wait_for("walk 0/3");
    station.signal(Signal::TERM);
    station.ends_well();
}

#[test]
fn stopped_and_continued_it_draws_again() {
    let mut station = Station::start("works");
    station.signal(Signal::TSTP);
    let state = waitpid(Some(station.pid()), WaitOptions::UNTRACED).expect("a child");
    assert!(
        state.is_some_and(|(_, state)| state.stopped()),
        "it has stopped"
    );
    let left = b"\x1b[?1049l";
    let mut output = Vec::new();
    while !output.windows(left.len()).any(|bytes| bytes == left) {
        let bytes = station
            .output
            .recv_timeout(PATIENCE)
            .expect("it leaves the screen");
        station.parser.process(&bytes);
        output.extend(bytes);
    }
    station.signal(Signal::CONT);
    station.wait_for("5 orders to pick");
    station.write(b"q");
    station.ends_well();
}
