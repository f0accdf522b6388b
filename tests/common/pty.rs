//! A person at a terminal: keys go in, a picture comes out.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use super::{PATIENCE, Shop, program};

/// The program in a terminal of its own.
pub struct Terminal {
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    bytes: Receiver<Vec<u8>>,
    letting_go: Arc<AtomicBool>,
    ended: Receiver<ExitStatus>,
    status: Option<ExitStatus>,
    pid: Pid,
    parser: vt100::Parser,
    /// Everything that was written to the terminal.
    pub raw: Vec<u8>,
    settings_before: String,
}

impl Terminal {
    /// Starts the screens at 80x24.
    pub fn start(shop: &Shop, args: &[&str]) -> Self {
        Self::start_with(shop, args, (80, 24), &[])
    }

    /// Starts the screens at a size, with further variables of the environment.
    pub fn start_with(
        shop: &Shop,
        args: &[&str],
        (cols, rows): (u16, u16),
        env: &[(&str, &str)],
    ) -> Self {
        let size = PtySize {
            rows,
            cols,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).expect("a pty");
        let settings_before = settings(&*pair.master);
        let mut command = CommandBuilder::new(program());
        command.args(args);
        command.env_clear();
        for (name, value) in [
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("HOME", text(&shop.root().join("home"))),
            ("TMPDIR", text(&shop.root().join("tmp"))),
            ("LANG", "C.UTF-8".into()),
            ("TERM", "xterm-256color".into()),
            ("BRICKOPS_DATA_DIR", text(&shop.data())),
            ("BRICKOPS_ALONE", "1".into()),
        ] {
            command.env(name, value);
        }
        for (name, value) in env {
            command.env(name, value);
        }
        command.cwd(shop.root());
        let mut child = pair
            .slave
            .spawn_command(command)
            .expect("the program starts");
        drop(pair.slave);
        let number = child.process_id().expect("it has a number");
        let pid = Pid::from_raw(i32::try_from(number).expect("fits")).expect("not zero");
        let (sender, ended) = channel();
        std::thread::spawn(move || {
            if let Ok(status) = child.wait() {
                let _ = sender.send(status);
            }
        });
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let writer = pair.master.take_writer().expect("a writer");
        let (sender, bytes) = channel();
        let letting_go = Arc::new(AtomicBool::new(false));
        let leave = Arc::clone(&letting_go);
        std::thread::spawn(move || {
            let mut piece = vec![0; 64 * 1024];
            while let Ok(len) = reader.read(&mut piece) {
                let gone = len == 0 || sender.send(piece[..len].to_vec()).is_err();
                if gone || leave.load(Ordering::SeqCst) {
                    return;
                }
            }
        });
        Self {
            master: Some(pair.master),
            writer: Some(writer),
            bytes,
            letting_go,
            ended,
            status: None,
            pid,
            parser: vt100::Parser::new(nonzero(rows), nonzero(cols), 0),
            raw: Vec::new(),
            settings_before,
        }
    }

    /// The process.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// What a person sees.
    pub fn screen(&self) -> String {
        self.parser.screen().contents()
    }

    /// The picture with its attributes.
    pub fn cells(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// Types.
    pub fn send(&mut self, keys: &str) {
        let writer = self.writer.as_mut().expect("the terminal is there");
        writer.write_all(keys.as_bytes()).expect("typed");
        writer.flush().expect("typed");
    }

    fn take(&mut self, bytes: &[u8]) {
        self.parser.process(bytes);
        self.raw.extend_from_slice(bytes);
    }

    /// Waits until the picture is as wanted.
    #[track_caller]
    pub fn wait(&mut self, wanted: &str, so: impl Fn(&str) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !so(&self.screen()) {
            let left = until.saturating_duration_since(Instant::now());
            let more = self.bytes.recv_timeout(left);
            assert!(more.is_ok(), "never seen: {wanted}\n{}", self.screen());
            self.take(&more.unwrap_or_default());
        }
    }

    /// Waits as long as the cells are like this.
    #[track_caller]
    pub fn wait_while(&mut self, wanted: &str, so: impl Fn(&Self) -> bool) {
        let until = Instant::now() + PATIENCE;
        while so(self) {
            let left = until.saturating_duration_since(Instant::now());
            let more = self.bytes.recv_timeout(left);
            assert!(more.is_ok(), "never seen: {wanted}\n{}", self.screen());
            self.take(&more.unwrap_or_default());
        }
    }

    /// Waits until the picture holds a text.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        self.wait(text, |screen| screen.contains(text));
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).expect("it runs");
    }

    /// Waits for the end, at most `patience`; what was written until then is taken in.
    #[track_caller]
    pub fn ended_within(&mut self, patience: Duration) -> ExitStatus {
        let until = Instant::now() + patience;
        // A pty holds little: without a reader the program would hang in its last words.
        loop {
            if let Ok(status) = self.ended.try_recv() {
                self.status = Some(status.clone());
                while let Ok(bytes) = self.bytes.recv_timeout(Duration::from_millis(200)) {
                    self.take(&bytes);
                }
                return status;
            }
            assert!(Instant::now() < until, "it goes on:\n{}", self.screen());
            match self.bytes.recv_timeout(Duration::from_millis(5)) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    let left = until.saturating_duration_since(Instant::now());
                    let status = self.ended.recv_timeout(left).expect("it ends in time");
                    self.status = Some(status.clone());
                    return status;
                }
            }
        }
    }

    /// Lets go of the terminal, as a broken line does, and waits for the program's end.
    #[track_caller]
    pub fn hang_up(&mut self, patience: Duration) -> ExitStatus {
        self.letting_go.store(true, Ordering::SeqCst);
        // The reader lets go after the next piece: Ctrl+L draws everything anew.
        self.send("\u{c}");
        while self.bytes.recv_timeout(PATIENCE).is_ok() {}
        self.writer = None;
        self.master = None;
        let status = self.ended.recv_timeout(patience).expect("it ends in time");
        self.status = Some(status.clone());
        status
    }

    /// Whether the terminal's settings are those of before, and the other screen is left.
    #[track_caller]
    pub fn is_usable(&self) {
        let master = self.master.as_ref().expect("the terminal is there");
        assert_eq!(settings(&**master), self.settings_before, "line settings");
        let raw = String::from_utf8_lossy(&self.raw);
        let entered = raw
            .rfind("\u{1b}[?1049h")
            .expect("the other screen was entered");
        let left = raw
            .rfind("\u{1b}[?1049l")
            .expect("the other screen was left");
        assert!(left > entered, "left after it was entered");
        assert!(!self.cells().alternate_screen(), "the first screen is back");
        assert!(!self.cells().hide_cursor(), "the cursor is back");
        assert!(!self.cells().bracketed_paste(), "pasting is plain again");
    }

    /// Whether the terminal is in the program's hands now.
    pub fn is_taken(&self) -> bool {
        let master = self.master.as_ref().expect("the terminal is there");
        settings(&**master) != self.settings_before
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if self.status.is_none() && self.ended.try_recv().is_err() {
            let _ = kill_process(self.pid, Signal::KILL);
        }
    }
}

fn settings(master: &(dyn MasterPty + Send)) -> String {
    format!("{:?}", master.get_termios().expect("settings"))
}

fn nonzero(size: u16) -> std::num::NonZeroU16 {
    std::num::NonZeroU16::new(size).expect("a size")
}

fn text(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}
