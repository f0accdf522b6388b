//! The server over its socket: pages and confirmed writes with 1, 32 and 200 clients, from a commit to
//! the frame on another screen, 1,000 idle connections, and kills under load. The peer is SQLite (WAL,
//! synchronous=FULL), called in process, one connection a thread, on the same file system in the same
//! run: with three writes a transaction (lot, ledger, outbox), and with all that a step of a walk
//! writes (order, walk, counter and an index more). Ends with a line of JSON.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "../tests/common/line.rs"]
mod line;
#[expect(dead_code, reason = "the other benchmarks use the rest")]
mod support;

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Barrier, Mutex};
use std::time::{Duration, Instant};

use brickops::api::client::socket::Socket;
use brickops::api::client::{Client, Incoming, Sink};
use brickops::api::framing::{ToClient, decode, encode};
use brickops::api::{Reply, Request, Rows};
use brickops::clock::{Clock, SystemClock};
use brickops::config::Config;
use brickops::domain::{LotQuery, OperationId, OrderId, OrderQuery, Secret, SessionId, ViewSpec};
use brickops::store::Store;
use brickops::tui::input::Input;
use brickops::tui::key::Key;
use brickops::tui::theme::Theme;
use brickops::tui::{App, AppEvent, Options};
use line::{Line, Walker};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use serde_json::Value;
use support::percentile;

/// Rows of a page.
const PAGE: u16 = 50;
/// Clients that write.
const WRITERS: usize = 32;
/// Password of the account.
const PASSWORD: &str = "bench-bricks-bench";

/// How much is measured.
struct Plan {
    each: Duration,
    clients: Vec<usize>,
    idle: usize,
    notices: usize,
    kills: usize,
}

impl Plan {
    fn new(smoke: bool) -> Self {
        let kills = std::env::var("BRICKOPS_BENCH_KILLS")
            .ok()
            .and_then(|text| text.parse().ok());
        if smoke {
            return Self {
                each: Duration::from_millis(200),
                clients: vec![1, 4],
                idle: 20,
                notices: 5,
                kills: kills.unwrap_or(1),
            };
        }
        Self {
            each: Duration::from_secs(5),
            clients: vec![1, 32, 200],
            idle: 1_000,
            notices: 200,
            kills: kills.unwrap_or(200),
        }
    }
}

/// A shop on a directory, and its server.
struct Place {
    data: PathBuf,
    server: Option<Child>,
}

impl Place {
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brickops"));
        command
            .args(args)
            .env("BRICKOPS_DATA_DIR", &self.data)
            .env("BRICKOPS_ALONE", "1")
            .env("BRICKOPS_PASSWORD", PASSWORD)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) {
        let status = self.command(args).status().expect("the program starts");
        // 3: rows of the real files that cannot be used are listed and left out.
        assert!(matches!(status.code(), Some(0 | 3)), "{args:?}");
    }

    fn socket(&self) -> PathBuf {
        brickops::api::socket::path(&self.data)
    }

    /// Starts the server and waits until it says that it listens.
    fn serve(&mut self) {
        let mut child = self
            .command(&["serve", "--foreground"])
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let err = child.stderr.take().expect("piped");
        let mut lines = BufReader::new(err).lines();
        let said = lines.next().and_then(Result::ok).unwrap_or_default();
        assert!(said.starts_with("Listening at"), "{said}");
        // Whatever it says later must not fill the pipe.
        std::thread::spawn(move || for _ in lines.map_while(Result::ok) {});
        self.server = Some(child);
    }

    fn pid(&self) -> u32 {
        self.server.as_ref().map_or(0, Child::id)
    }

    fn kill(&mut self) {
        if let Some(mut child) = self.server.take() {
            child.kill().expect("it runs");
            child.wait().expect("it ends");
        }
    }

    fn line(&self, pass: &Secret) -> Line {
        Line::connect(&self.socket(), Some(pass))
            .expect("a connection")
            .0
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(mut child) = self.server.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn main() {
    let smoke = std::env::args().any(|arg| arg == "--smoke");
    let plan = Plan::new(smoke);
    let dir = tempfile::tempdir().expect("room");
    let mut place = prepare(dir.path(), smoke);
    let pass = line::remembered(&place.data);
    place.serve();
    let mut figures = serde_json::Map::new();
    figures.insert("bench".into(), "server".into());

    for clients in &plan.clients {
        let (sorted, took) = reads(&place, &pass, *clients, plan.each);
        put(
            &mut figures,
            &format!("read_p50_us_{clients}"),
            &sorted,
            0.5,
        );
        put(
            &mut figures,
            &format!("read_p99_us_{clients}"),
            &sorted,
            0.99,
        );
        let rate = sorted.len() as f64 / took.as_secs_f64();
        figures.insert(format!("reads_per_s_{clients}"), rate.round().into());
    }
    let sorted = bare(&place, &pass, plan.each / 2);
    put(&mut figures, "bare_p50_us", &sorted, 0.5);
    put(&mut figures, "bare_p99_us", &sorted, 0.99);
    figures.insert("rss_mb".into(), rss_mb(place.pid()).into());
    let (walks, buyer) = walks(&place, &pass);
    for clients in [1, WRITERS] {
        // Alternating, so that whatever else the machine does hits both.
        let mut ours = Vec::new();
        let mut theirs = Vec::new();
        let mut same = Vec::new();
        for round in 0..4 {
            let part = plan.each / 4;
            ours.push(writes(&place, &pass, &walks[..clients], part));
            theirs.push(peer(dir.path(), false, clients, round, part));
            same.push(peer(dir.path(), true, clients, round, part));
        }
        put_writes(&mut figures, "", clients, ours);
        put_writes(&mut figures, "peer_", clients, theirs);
        put_writes(&mut figures, "peer_step_", clients, same);
    }
    let sorted = writes_of_many(&place, &pass, &walks, 200, plan.each);
    put(&mut figures, "write_p99_us_200", &sorted, 0.99);
    let mut told = notices(&place, &pass, walks[0], &buyer, plan.notices);
    told.sort_unstable();
    figures.insert("notify_p50_ms".into(), ms(percentile(&told, 0.5)));
    figures.insert("notify_p99_ms".into(), ms(percentile(&told, 0.99)));
    let (rss, cpu) = idle(&place, &pass, plan.idle);
    figures.insert("idle_1000_rss_mb".into(), rss.into());
    figures.insert("idle_1000_cpu_ms_per_s".into(), cpu.into());
    let (kills, lost) = kills(&mut place, &pass, &walks, plan.kills);
    figures.insert("kills".into(), kills.into());
    figures.insert("kills_lost".into(), lost.into());
    figures.insert("real_data".into(), support::shared().is_some().into());
    println!("{}", Value::Object(figures));
}

/// The full catalogue, the large inventory, and lots and orders for the writers.
fn prepare(dir: &Path, smoke: bool) -> Place {
    let place = Place {
        data: dir.join("data"),
        server: None,
    };
    let account = [
        "--owner",
        "ana@bench.example",
        "--currency",
        "EUR",
        "--time-zone",
        "UTC",
    ];
    place.run(&[&["init", "--shop", "Bench"][..], &account].concat());
    if !smoke {
        let files = support::downloads(dir);
        let files: Vec<&str> = files.iter().filter_map(|path| path.to_str()).collect();
        place.run(&[&["catalog", "import"][..], &files].concat());
        if let Some(data) = support::shared() {
            let lots = data.join("inventories/invented-store-35k.bsx.gz");
            place.run(&["inventory", "import", lots.to_str().expect("UTF-8")]);
        }
    }
    for (what, name, text) in [
        ("inventory", "w.bsx", line::lots(200)),
        ("orders", "w.xml", line::orders(200)),
    ] {
        let path = dir.join(name);
        fs::write(&path, text).expect("room");
        place.run(&[what, "import", path.to_str().expect("UTF-8")]);
    }
    place
}

fn ms(duration: Duration) -> Value {
    ((duration.as_secs_f64() * 1e5).round() / 100.0).into()
}

fn put(figures: &mut serde_json::Map<String, Value>, key: &str, sorted: &[Duration], share: f64) {
    let value = support::micros(percentile(sorted, share));
    figures.insert(key.to_owned(), value.into());
}

fn put_writes(
    figures: &mut serde_json::Map<String, Value>,
    whose: &str,
    clients: usize,
    rounds: Vec<(Vec<Duration>, Duration)>,
) {
    let took: Duration = rounds.iter().map(|(_, took)| *took).sum();
    let mut all: Vec<Duration> = rounds.into_iter().flat_map(|(each, _)| each).collect();
    all.sort_unstable();
    let rate = (all.len() as f64 / took.as_secs_f64()).round();
    figures.insert(format!("{whose}writes_per_s_{clients}"), rate.into());
    put(
        figures,
        &format!("{whose}write_p50_us_{clients}"),
        &all,
        0.5,
    );
    put(
        figures,
        &format!("{whose}write_p99_us_{clients}"),
        &all,
        0.99,
    );
}

/// Lets `clients` threads do the same until time is up; every single duration, sorted, and the whole.
fn together<C: Send>(
    clients: Vec<C>,
    each: Duration,
    work: impl Fn(&mut C) + Sync,
) -> (Vec<Duration>, Duration) {
    let start = Barrier::new(clients.len() + 1);
    let over = AtomicBool::new(false);
    let all = Mutex::new(Vec::new());
    let mut took = Duration::ZERO;
    std::thread::scope(|scope| {
        let threads: Vec<_> = clients
            .into_iter()
            .map(|mut client| {
                let (start, over, all, work) = (&start, &over, &all, &work);
                scope.spawn(move || {
                    // The first ones warm up.
                    work(&mut client);
                    work(&mut client);
                    start.wait();
                    let mut own = Vec::new();
                    while !over.load(Ordering::Relaxed) {
                        let began = Instant::now();
                        work(&mut client);
                        own.push(began.elapsed());
                    }
                    all.lock().expect("a lock").extend(own);
                })
            })
            .collect();
        start.wait();
        let began = Instant::now();
        std::thread::sleep(each);
        over.store(true, Ordering::Relaxed);
        for thread in threads {
            thread.join().expect("a client");
        }
        took = began.elapsed();
    });
    let mut sorted = all.into_inner().expect("a lock");
    sorted.sort_unstable();
    (sorted, took)
}

/// Pages of the inventory, here and there in it.
fn reads(
    place: &Place,
    pass: &Secret,
    clients: usize,
    each: Duration,
) -> (Vec<Duration>, Duration) {
    let lines = (0..clients)
        .map(|n| {
            let mut line = place.line(pass);
            let spec = ViewSpec::Lots(LotQuery::default());
            let opened = line.ask(Request::Open { spec, rows: PAGE });
            let Ok(Ok(Reply::Opened(opened))) = opened else {
                unreachable!("{opened:?}");
            };
            let total = opened.total.expect("a total");
            (line, opened.view, total, n as u32 * 7_919)
        })
        .collect();
    together(lines, each, |(line, view, total, at)| {
        *at = at.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let offset = *at % total.saturating_sub(u32::from(PAGE)).max(1);
        let answer = line.ask(Request::Window {
            view: *view,
            offset,
            len: PAGE,
        });
        match answer {
            Ok(Ok(Reply::Window { rows, .. })) => assert_eq!(rows.len(), usize::from(PAGE)),
            other => unreachable!("{other:?}"),
        }
    })
}

/// The same page, ready-made, from a thread that does nothing but send it: what the machine itself
/// takes for two system calls, two wake-ups and reading fifty rows.
fn bare(place: &Place, pass: &Secret, each: Duration) -> Vec<Duration> {
    let mut line = place.line(pass);
    let spec = ViewSpec::Lots(LotQuery::default());
    let page = line
        .ask(Request::Open { spec, rows: PAGE })
        .expect("a page");
    let frame = encode(&ToClient::Answer(1, page)).expect("a frame");
    let (mut ours, mut theirs) = UnixStream::pair().expect("a pair of sockets");
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut asked = [0; 14];
            while theirs.read_exact(&mut asked).is_ok() {
                theirs.write_all(&frame).expect("taken");
            }
        });
        let mut told = vec![0; 64 * 1024];
        let over = Instant::now() + each;
        let mut all = Vec::new();
        while Instant::now() < over {
            let began = Instant::now();
            ours.write_all(&[0; 14]).expect("asked");
            let mut got = 0;
            let len = loop {
                got += ours.read(&mut told[got..]).expect("told");
                let len = told
                    .first_chunk()
                    .map_or(0, |len| u32::from_le_bytes(*len) as usize + 4);
                if got >= len {
                    break len;
                }
            };
            let answer: ToClient = decode(&told[4..len]).expect("an answer");
            all.push(began.elapsed());
            drop(answer);
        }
        drop(ours);
        all.sort_unstable();
        all
    })
}

/// A number that no other operation has.
fn operation() -> OperationId {
    use std::sync::atomic::AtomicU64;
    static NEXT: AtomicU64 = AtomicU64::new(1);
    OperationId(u128::from(NEXT.fetch_add(1, Ordering::Relaxed)) | (1 << 80))
}

/// A walk for every writer, and the buyer whose order the first one picks.
fn walks(place: &Place, pass: &Secret) -> (Vec<SessionId>, String) {
    let mut line = place.line(pass);
    let query = OrderQuery {
        text: "buyer-".into(),
        to_pick: true,
        ..OrderQuery::default()
    };
    let spec = ViewSpec::Orders(query);
    let opened = line.ask(Request::Open { spec, rows: 200 });
    let Ok(Ok(Reply::Opened(opened))) = opened else {
        unreachable!("{opened:?}");
    };
    let Rows::Orders(rows) = opened.rows else {
        unreachable!("orders were asked for");
    };
    let orders: Vec<OrderId> = rows.iter().map(|row| row.id).collect();
    assert!(orders.len() >= WRITERS);
    let first = rows[0].party.clone();
    let walks = orders
        .into_iter()
        .map(|order| {
            Walker::start(&mut line, order, operation())
                .expect("a walk")
                .session
        })
        .collect();
    (walks, first)
}

fn walkers(place: &Place, pass: &Secret, walks: &[SessionId]) -> Vec<(Line, Walker)> {
    walks
        .iter()
        .map(|session| {
            let mut line = place.line(pass);
            let walker = Walker::resume(&mut line, *session).expect("a walk");
            (line, walker)
        })
        .collect()
}

/// Steps of walks, each confirmed before the next.
fn writes(
    place: &Place,
    pass: &Secret,
    walks: &[SessionId],
    each: Duration,
) -> (Vec<Duration>, Duration) {
    together(walkers(place, pass, walks), each, |(line, walker)| {
        walker.step(line, operation()).expect("confirmed");
    })
}

/// The same with as many clients as there are walks, at the most.
fn writes_of_many(
    place: &Place,
    pass: &Secret,
    walks: &[SessionId],
    clients: usize,
    each: Duration,
) -> Vec<Duration> {
    writes(place, pass, &walks[..clients.min(walks.len())], each).0
}

/// A transaction in SQLite: three writes, or every record and index that a step of a walk writes.
fn peer(
    dir: &Path,
    step: bool,
    clients: usize,
    round: usize,
    each: Duration,
) -> (Vec<Duration>, Duration) {
    let path = dir.join(format!("peer-{step}-{clients}-{round}.sqlite"));
    let open = || {
        let db = rusqlite::Connection::open(&path).expect("a database");
        db.busy_timeout(Duration::from_secs(30)).expect("patience");
        db.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
            .expect("settings");
        db
    };
    let db = open();
    db.execute_batch(
        "CREATE TABLE lots (id INTEGER PRIMARY KEY, available INTEGER, sold INTEGER, record BLOB);
         CREATE TABLE ledger (id INTEGER PRIMARY KEY AUTOINCREMENT, lot INTEGER, at INTEGER, record BLOB);
         CREATE TABLE outbox (op BLOB PRIMARY KEY, at INTEGER, record BLOB);
         CREATE TABLE orders (id INTEGER PRIMARY KEY, record BLOB);
         CREATE TABLE walks (id INTEGER PRIMARY KEY, record BLOB);
         CREATE TABLE seq (id INTEGER PRIMARY KEY, last INTEGER);
         INSERT INTO seq VALUES (1, 0);",
    )
    .expect("tables");
    if step {
        db.execute_batch("CREATE INDEX ledger_by_lot ON ledger (lot, id);")
            .expect("an index");
    }
    let blob = vec![7u8; 120];
    {
        let fill = db.unchecked_transaction().expect("a transaction");
        for id in 0..35_000 {
            fill.execute("INSERT INTO lots VALUES (?, 9, 0, ?)", (id, &blob))
                .expect("a lot");
        }
        for id in 0..200 {
            for table in ["orders", "walks"] {
                fill.execute(&format!("INSERT INTO {table} VALUES (?, ?)"), (id, &blob))
                    .expect("a record");
            }
        }
        fill.commit().expect("filled");
    }
    let writers = (0..clients)
        .map(|n| (open(), i64::try_from(n).expect("few") * 997))
        .collect();
    together(writers, each, |(db, lot)| {
        *lot = (*lot + 1) % 35_000;
        let tx = db
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .expect("a transaction");
        {
            let mut change = tx
                .prepare_cached("UPDATE lots SET available = 9 - sold % 9, sold = sold + 1, record = ? WHERE id = ?")
                .expect("a statement");
            change.execute((&blob, *lot)).expect("changed");
            let mut entry = tx
                .prepare_cached("INSERT INTO ledger (lot, at, record) VALUES (?, ?, ?)")
                .expect("a statement");
            entry.execute((*lot, 1_i64, &blob)).expect("added");
            let mut out = tx
                .prepare_cached("INSERT INTO outbox VALUES (?, ?, ?)")
                .expect("a statement");
            let op = operation().0.to_le_bytes();
            out.execute((op.as_slice(), 1_i64, &blob)).expect("added");
            if step {
                for (change, id) in [
                    ("UPDATE orders SET record = ?1 WHERE id = ?2", *lot % 200),
                    ("UPDATE walks SET record = ?1 WHERE id = ?2", *lot % 200),
                ] {
                    let mut change = tx.prepare_cached(change).expect("a statement");
                    change.execute((&blob, id)).expect("changed");
                }
                let mut seq = tx
                    .prepare_cached("UPDATE seq SET last = last + 1 WHERE id = 1")
                    .expect("a statement");
                seq.execute(()).expect("counted");
            }
        }
        tx.commit().expect("on disk");
    })
}

/// A screen that shows the orders, fed by a connection of its own.
struct Watcher {
    app: App,
    screen: Terminal<TestBackend>,
    incoming: Receiver<Incoming>,
    started: Instant,
}

impl Watcher {
    fn new(place: &Place, pass: &Secret) -> Self {
        let (sender, incoming) = channel();
        let sink: Sink = Arc::new(move |arrived| {
            let _ = sender.send(arrived);
        });
        let (socket, greeted) =
            Socket::connect(&place.socket(), line::greeting(Some(pass)), None, sink)
                .expect("a connection")
                .expect("a server");
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let theme = Theme::detect(&|_| None, &Config::default());
        let options = Options::new(theme, clock);
        let app = App::new(Client::new(socket), greeted, options, 160, 48);
        Self {
            app,
            screen: Terminal::new(TestBackend::new(160, 48)).expect("a screen"),
            incoming,
            started: Instant::now(),
        }
    }

    /// Takes in one thing, and draws if that changed anything.
    fn live(&mut self, patience: Duration) {
        if let Ok(arrived) = self.incoming.recv_timeout(patience) {
            self.app.elapse(self.started.elapsed());
            self.app.feed(AppEvent::Incoming(arrived));
        }
        self.app.elapse(self.started.elapsed());
        if self.app.dirty() {
            self.app.draw_to(&mut self.screen).expect("a frame");
        }
    }

    fn press(&mut self, key: char) {
        self.app.feed(AppEvent::Input(Input::Key(Key::char(key))));
    }

    fn line_with(&self, text: &str) -> Option<String> {
        let buffer = self.screen.backend().buffer();
        let width = usize::from(buffer.area.width);
        buffer
            .content
            .chunks(width)
            .map(|row| {
                row.iter()
                    .map(ratatui::buffer::Cell::symbol)
                    .collect::<String>()
            })
            .find(|row| row.contains(text) && !row.contains("Find"))
    }
}

/// From the moment a writer knows that its step is on disk to the frame that shows it elsewhere.
fn notices(
    place: &Place,
    pass: &Secret,
    walk: SessionId,
    buyer: &str,
    count: usize,
) -> Vec<Duration> {
    let mut watcher = Watcher::new(place, pass);
    let until = Instant::now() + Duration::from_secs(2);
    // The orders, also those that are picked: the last step may have finished this one.
    for key in "got/".chars().chain(buyer.chars()) {
        watcher.press(key);
    }
    while Instant::now() < until {
        watcher.live(Duration::from_millis(5));
    }
    let mut line = place.line(pass);
    let mut walker = Walker::resume(&mut line, walk).expect("a walk");
    let shown = |watcher: &Watcher| watcher.line_with(&format!("{buyer} "));
    let mut told = Vec::with_capacity(count);
    for _ in 0..count {
        let before = shown(&watcher);
        assert!(
            before.is_some(),
            "the order is on the screen:\n{}",
            watcher.screen.backend()
        );
        walker.step(&mut line, operation()).expect("confirmed");
        let began = Instant::now();
        while shown(&watcher) == before {
            watcher.live(Duration::from_millis(50));
            assert!(
                began.elapsed() < Duration::from_secs(10),
                "the other screen shows it"
            );
        }
        told.push(began.elapsed());
        // At rest before the next one.
        let quiet = Instant::now() + Duration::from_millis(20);
        while Instant::now() < quiet {
            watcher.live(Duration::from_millis(5));
        }
    }
    told
}

/// Memory with many connections that do nothing, and what they cost while they do nothing.
fn idle(place: &Place, pass: &Secret, count: usize) -> (f64, f64) {
    let most = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let all = rustix::process::Rlimit {
        current: most.maximum,
        maximum: most.maximum,
    };
    rustix::process::setrlimit(rustix::process::Resource::Nofile, all).expect("more files");
    let lines: Vec<Line> = (0..count).map(|_| place.line(pass)).collect();
    let span = Duration::from_secs(5);
    let before = cpu_ms(place.pid());
    std::thread::sleep(span);
    let used = cpu_ms(place.pid()) - before;
    let rss = rss_mb(place.pid());
    drop(lines);
    (rss, used / span.as_secs_f64())
}

fn rss_mb(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let kb = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok())
        .unwrap_or(0.0);
    (kb / 102.4).round() / 10.0
}

/// Processor time so far. The kernel counts in hundredths of a second.
fn cpu_ms(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let field = |n: usize| {
        let text = after.split_whitespace().nth(n);
        text.and_then(|text| text.parse::<f64>().ok())
            .unwrap_or(0.0)
    };
    (field(11) + field(12)) * 10.0
}

/// Kills the server under 16 writers again and again; how often, and how many confirmed steps were
/// missing or double afterwards.
fn kills(place: &mut Place, pass: &Secret, walks: &[SessionId], count: usize) -> (usize, usize) {
    let mut confirmed: HashMap<u128, SessionId> = HashMap::new();
    let mut lost = 0;
    for round in 0..count {
        let clients = walkers(place, pass, &walks[..16]);
        let done = Arc::new(Mutex::new(Vec::new()));
        let threads: Vec<_> = clients
            .into_iter()
            .map(|(mut line, mut walker)| {
                let done = Arc::clone(&done);
                std::thread::spawn(move || {
                    loop {
                        let op = operation();
                        if walker.step(&mut line, op).is_err() {
                            return;
                        }
                        done.lock().expect("a lock").push((op.0, walker.session));
                    }
                })
            })
            .collect();
        // At another moment of the work each time.
        std::thread::sleep(Duration::from_millis(20 + (round as u64 * 37) % 80));
        place.kill();
        for thread in threads {
            thread.join().expect("a writer");
        }
        confirmed.extend(done.lock().expect("a lock").drain(..));
        place.run(&["check"]);
        place.serve();
    }
    place.kill();
    let store = Store::open_dir(&place.data).expect("the store");
    let app_scope = brickops::domain::Scope::owner(
        brickops::domain::TenantId(1),
        brickops::domain::UserId(1),
        SystemClock.now(),
    );
    store
        .read(|tx| {
            let shop = tx.shop(&app_scope);
            for (op, session) in &confirmed {
                match shop.operation(OperationId(*op))? {
                    Some(record) if record.session == session.0 => {}
                    _ => lost += 1,
                }
            }
            Ok(())
        })
        .expect("read");
    (count, lost)
}
