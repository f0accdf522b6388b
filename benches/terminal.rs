//! The screens: microseconds and bytes of a frame at 160x48 over the full catalogue, key to frame, and
//! the start of the release binary in a real terminal, cold and with a server. Ends with a line of JSON.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[expect(dead_code, reason = "the other benchmark uses the rest")]
mod support;

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use brickops::api::client::{Client, InProcess, Incoming, Sink};
use brickops::api::server::Desk;
use brickops::api::{Greeting, NewAccount};
use brickops::clock::{Clock, SystemClock};
use brickops::config::Config;
use brickops::domain::Secret;
use brickops::tui::input::Input;
use brickops::tui::key::{Code, Key};
use brickops::tui::theme::Theme;
use brickops::tui::{App, AppEvent, Options};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use support::{micros, percentile};

const WIDTH: NonZero<u16> = NonZero::new(160).expect("not zero");
const HEIGHT: NonZero<u16> = NonZero::new(48).expect("not zero");

/// Counts what would go to the terminal.
#[derive(Clone, Default)]
struct Counting(Rc<RefCell<Vec<u8>>>);

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a station of the benchmark says of itself.
fn greeting(pass: Option<Secret>) -> Greeting {
    Greeting {
        client: 1,
        station: false,
        key: Secret::new("a station of the benchmark"),
        place: "bench".into(),
        shop: None,
        pass,
    }
}

fn account() -> NewAccount {
    NewAccount {
        shop: "Bench".into(),
        email: "ana@bench.example".into(),
        name: "Ana".into(),
        password: Secret::new("bench-bricks-bench"),
        currency: "EUR".into(),
        time_zone: "UTC".into(),
    }
}

/// The program, its screen, and what arrives for it.
struct Station {
    app: App,
    screen: Terminal<CrosstermBackend<Counting>>,
    out: Counting,
    incoming: Receiver<Incoming>,
    started: Instant,
}

/// What a frame cost.
#[derive(Clone, Copy, Default)]
struct Frame {
    took: Duration,
    bytes: usize,
}

impl Station {
    fn new(desk: &Desk, pass: &Secret) -> Self {
        let (sender, incoming) = channel();
        let sink: Sink = Arc::new(move |arrived| {
            // The station may have ended already.
            let _ = sender.send(arrived);
        });
        let greeting = greeting(Some(pass.clone()));
        let (transport, greeted) = InProcess::start(desk, greeting, &sink).expect("a greeting");
        let client = Client::new(transport);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let env = |name: &str| match name {
            "COLORTERM" => Some("truecolor".to_owned()),
            "TERM" => Some("xterm-256color".to_owned()),
            "LANG" => Some("C.UTF-8".to_owned()),
            _ => None,
        };
        let theme = Theme::detect(&env, &Config::default());
        let out = Counting::default();
        let viewport = Viewport::Fixed(Rect::new(0, 0, WIDTH.get(), HEIGHT.get()));
        let screen = Terminal::with_options(
            CrosstermBackend::new(out.clone()),
            TerminalOptions { viewport },
        )
        .expect("a screen");
        Self {
            app: App::new(
                client,
                greeted,
                Options::new(theme, clock),
                WIDTH.get(),
                HEIGHT.get(),
            ),
            screen,
            out,
            incoming,
            started: Instant::now(),
        }
    }

    fn key(&mut self, key: Key) {
        self.app.elapse(self.started.elapsed());
        self.app.feed(AppEvent::Input(Input::Key(key)));
    }

    /// Goes home before it leaves: the next start begins where the person was.
    fn home(mut self) {
        // By the palette, which opens while one types in a line too.
        self.key(Key::ctrl('p'));
        self.text("home");
        self.draw();
        self.key(Key::plain(Code::Enter));
        self.settle();
        self.app.leave();
        self.settle();
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            self.key(Key::char(c));
        }
    }

    fn draw(&mut self) -> Frame {
        self.out.0.borrow_mut().clear();
        let start = Instant::now();
        self.app.draw_to(&mut self.screen).expect("a frame");
        let took = start.elapsed();
        Frame {
            took,
            bytes: self.out.0.borrow().len(),
        }
    }

    /// Takes in what arrives until nothing is waited for; does not draw.
    fn settle(&mut self) {
        while self.app.waiting() {
            let arrived = self.incoming.recv_timeout(Duration::from_secs(10));
            self.app.elapse(self.started.elapsed());
            self.app
                .feed(AppEvent::Incoming(arrived.expect("an answer")));
        }
        while let Ok(arrived) = self.incoming.try_recv() {
            self.app.feed(AppEvent::Incoming(arrived));
        }
    }

    /// Lets the pane follow: waits for what the screen wants to be woken for, up to 300 ms.
    fn rest(&mut self) {
        let until = Instant::now() + Duration::from_millis(300);
        while Instant::now() < until {
            let left = until - Instant::now();
            if let Ok(arrived) = self
                .incoming
                .recv_timeout(left.min(Duration::from_millis(5)))
            {
                self.app.feed(AppEvent::Incoming(arrived));
            }
            self.app.elapse(self.started.elapsed());
        }
        self.settle();
    }
}

fn median(mut frames: Vec<Frame>) -> Frame {
    frames.sort_by_key(|frame| frame.took);
    let took = frames[frames.len() / 2].took;
    frames.sort_by_key(|frame| frame.bytes);
    Frame {
        took,
        // Bytes are a promise to slow lines: the worst one counts.
        bytes: frames.last().map_or(0, |frame| frame.bytes),
    }
}

fn main() {
    let smoke = std::env::args().any(|arg| arg == "--smoke");
    let rounds = if smoke { 4 } else { 40 };
    let dir = tempfile::tempdir().expect("room");
    let data = dir.path().join("data");
    let app = Arc::new(support::app(&data));
    let files = support::downloads(dir.path());
    app.import_catalog(&files, false, &|_| {})
        .expect("an import");
    let desk = Desk::new(Arc::clone(&app), &data, SystemClock.now());
    let pass = desk
        .practice(&greeting(None), account())
        .expect("an account");
    let lots = lots(&app);

    let mut first = Vec::new();
    for _ in 0..rounds.min(10) {
        let mut station = Station::new(&desk, &pass);
        station.settle();
        first.push(station.draw());
    }
    let catalog = lists((&desk, &pass), rounds, 'c');
    let inventory = lists((&desk, &pass), rounds, 'i');
    let (typed, key_to_frame) = typing((&desk, &pass));
    drop(desk);
    drop(app);

    let first = median(first);
    let worse = |a: Frame, b: Frame| Frame {
        took: a.took.max(b.took),
        bytes: a.bytes.max(b.bytes),
    };
    let cursor = worse(catalog.cursor, inventory.cursor);
    let page = worse(catalog.page, inventory.page);
    let pane = worse(catalog.pane, inventory.pane);
    let starts = if smoke { 2 } else { 11 };
    let cold = start_ms(&data, &pass, starts, true);
    stop(&data);
    let warm = with_server(&data, || start_ms(&data, &pass, starts, false));
    println!(
        "{}",
        serde_json::json!({
            "bench": "terminal",
            "first_us": micros(first.took),
            "first_bytes": first.bytes,
            "cursor_us": micros(cursor.took),
            "cursor_bytes": cursor.bytes,
            "page_us": micros(page.took),
            "page_bytes": page.bytes,
            "pane_bytes": pane.bytes,
            "typed_us": micros(typed.took),
            "typed_bytes": typed.bytes,
            "key_to_frame_p99_ms": (key_to_frame.as_secs_f64() * 1e5).round() / 100.0,
            "cold_start_ms": cold,
            "warm_start_ms": warm,
            "lots": lots,
            "real_data": support::shared().is_some(),
        })
    );
}

/// The large store, where there is one.
fn lots(app: &brickops::services::App) -> u32 {
    let Some(data) = support::shared() else {
        return 0;
    };
    let path = data.join("inventories/invented-store-35k.bsx.gz");
    let report = app
        .import_inventory(&app.solo(), &path, &|_| {})
        .expect("35,000 lots");
    u32::try_from(report.added).expect("a store")
}

/// Frames of a list: one line down, one page down, the detail pane after a rest.
struct Lists {
    cursor: Frame,
    page: Frame,
    pane: Frame,
}

fn lists((desk, pass): (&Desk, &Secret), rounds: usize, screen: char) -> Lists {
    let mut station = Station::new(desk, pass);
    station.settle();
    station.draw();
    station.key(Key::char('g'));
    station.key(Key::char(screen));
    station.settle();
    station.rest();
    station.draw();
    let (mut cursor, mut page, mut pane) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        station.key(Key::plain(Code::Down));
        cursor.push(station.draw());
        station.settle();
        station.draw();
        station.rest();
        pane.push(station.draw());
        if round % 4 == 3 {
            station.key(Key::plain(Code::PageDown));
            let moved = station.draw();
            station.settle();
            let filled = station.draw();
            page.push(Frame {
                took: moved.took.max(filled.took),
                bytes: moved.bytes + filled.bytes,
            });
            station.rest();
            station.draw();
        }
    }
    station.home();
    Lists {
        cursor: median(cursor),
        page: median(page),
        pane: median(pane),
    }
}

/// Types queries; a key counts until the frame with its results.
fn typing((desk, pass): (&Desk, &Secret)) -> (Frame, Duration) {
    let mut station = Station::new(desk, pass);
    station.settle();
    station.draw();
    station.key(Key::char('g'));
    station.key(Key::char('c'));
    station.settle();
    station.draw();
    let mut frames = Vec::new();
    let mut waits = Vec::new();
    for query in
        support::MORE
            .iter()
            .chain(&["brick 2x4", "plate 1x2", "cheese slope", "technic pin"])
    {
        for c in query.chars() {
            let start = Instant::now();
            station.text(&c.to_string());
            // The first answer is the page; counts and help follow.
            let arrived = station.incoming.recv_timeout(Duration::from_secs(10));
            if let Ok(arrived) = arrived {
                station.app.feed(AppEvent::Incoming(arrived));
            }
            frames.push(station.draw());
            waits.push(start.elapsed());
            station.settle();
            station.draw();
        }
        station.key(Key::ctrl('u'));
        station.settle();
        station.draw();
    }
    station.home();
    waits.sort();
    (median(frames), percentile(&waits, 0.99))
}

/// Median milliseconds from starting the binary to its first complete frame, in a terminal of its own.
fn start_ms(data: &Path, pass: &Secret, starts: usize, cold: bool) -> f64 {
    let mut took: Vec<Duration> = (0..starts)
        .map(|_| {
            if cold {
                stop(data);
            }
            start(data, pass)
        })
        .collect();
    took.sort();
    (took[took.len() / 2].as_secs_f64() * 1e4).round() / 10.0
}

fn start(data: &Path, pass: &Secret) -> Duration {
    let pty = native_pty_system()
        .openpty(PtySize {
            rows: HEIGHT.get(),
            cols: WIDTH.get(),
            pixel_width: 0,
            pixel_height: 0,
        })
        .expect("a terminal");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_brickops"));
    command.env("BRICKOPS_DATA_DIR", data);
    command.env("BRICKOPS_TOKEN", pass.reveal());
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    let mut reader = pty.master.try_clone_reader().expect("a reader");
    let mut writer = pty.master.take_writer().expect("a writer");
    let began = Instant::now();
    let mut child = pty.slave.spawn_command(command).expect("the program");
    drop(pty.slave);
    // Read elsewhere: a program that draws nothing more is told from one that is slow.
    let (sender, drawn) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = vec![0; 65_536];
        while let Ok(got @ 1..) = reader.read(&mut bytes) {
            if sender.send(bytes[..got].to_vec()).is_err() {
                break;
            }
        }
    });
    let mut parser = vt100::Parser::new(HEIGHT, WIDTH, 0);
    loop {
        // Complete: head, figures of the catalogue and the line of keys.
        let shown = parser.screen().contents();
        if shown.contains("in the catalogue") && shown.contains("? help") {
            break;
        }
        let left = Duration::from_secs(20).saturating_sub(began.elapsed());
        let bytes = drawn.recv_timeout(left);
        assert!(bytes.is_ok(), "no overview came:\n{shown}");
        parser.process(&bytes.unwrap_or_default());
    }
    let took = began.elapsed();
    writer.write_all(b"q").expect("a key");
    let asked = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        assert!(asked.elapsed() < Duration::from_secs(20), "it did not end");
        std::thread::sleep(Duration::from_millis(2));
    }
    took
}

/// Ends a server that a start has left running.
fn stop(data: &Path) {
    let stopped = Command::new(env!("CARGO_BIN_EXE_brickops"))
        .arg("--data-dir")
        .arg(data)
        .arg("stop")
        .stderr(Stdio::null())
        .status();
    // There may be none.
    drop(stopped);
}

fn with_server<T>(data: &Path, work: impl FnOnce() -> T) -> T {
    let program = env!("CARGO_BIN_EXE_brickops");
    let mut server: Child = Command::new(program)
        .arg("--data-dir")
        .arg(data)
        .args(["serve", "--foreground"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("a server");
    let mut said = [0; 9];
    let mut stderr = server.stderr.take().expect("what it says");
    stderr.read_exact(&mut said).expect("that it listens");
    let socket = brickops::api::socket::path(data);
    while std::os::unix::net::UnixStream::connect(&socket).is_err() {
        std::thread::yield_now();
    }
    let outcome = work();
    let stopped = Command::new(program)
        .arg("--data-dir")
        .arg(data)
        .arg("stop")
        .stderr(Stdio::null())
        .status();
    assert!(stopped.expect("a stop").success());
    server.wait().expect("an end");
    outcome
}
