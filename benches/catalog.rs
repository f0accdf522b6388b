//! The catalogue: import until durable and searchable, and one keystroke, beside SQLite FTS5 and a
//! linear scan over the same rows in the same run. Ends with one line of JSON.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints its figures"
)]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use brickops::domain::{CatalogQuery, ItemKind, ViewSpec};
use brickops::services::App;
use rusqlite::Connection;
use support::{GOLDEN, dir_mb, micros, percentile, prefixes, seconds};

/// Results of one keystroke.
const RESULTS: usize = 50;
/// Set by `cargo bench -- --smoke`: fewer rounds, same code.
const SMOKE: &str = "--smoke";

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if let Some(at) = args.iter().position(|arg| arg == "--rss-of") {
        // A fresh process: what the server needs, without what an import leaves behind.
        let app = support::app(Path::new(&args[at + 1]));
        app.open_index().expect("an index");
        for text in prefixes() {
            keystroke(&app, &text);
        }
        println!("{}", support::rss_mb());
        return;
    }
    let smoke = args.iter().any(|arg| arg == SMOKE);
    let dir = tempfile::tempdir().expect("room");
    let (subject, import, peer_import) = imports(dir.path(), if smoke { 1 } else { 3 });
    let mut typed = prefixes();
    if smoke {
        typed.truncate(40);
    }
    eprintln!("{} prefixes, {RESULTS} results each", typed.len());
    let keys = Keys::measure(&subject, &typed);
    let (golden, golden_of) = golden(&subject.app);
    let (items, data) = (subject.rows.len(), subject.data.clone());
    drop(subject);
    let index_mb = dir_mb(&data.join("index"));
    println!(
        "{}",
        serde_json::json!({
            "bench": "catalog",
            "items": items,
            "import_s": seconds(import),
            "peer_import_s": seconds(peer_import),
            "import_ratio": ratio(import, peer_import),
            "prefixes": typed.len(),
            "p50_us": micros(percentile(&keys.own, 0.5)),
            "p99_us": micros(percentile(&keys.own, 0.99)),
            "max_us": micros(percentile(&keys.own, 1.0)),
            "peer_p50_us": micros(percentile(&keys.peer, 0.5)),
            "peer_p99_us": micros(percentile(&keys.peer, 0.99)),
            "peer_ratio_p99": ratio(percentile(&keys.peer, 0.99), percentile(&keys.own, 0.99)),
            "scan_p99_us": micros(percentile(&keys.scan, 0.99)),
            "counts_p99_us": micros(percentile(&keys.counts, 0.99)),
            "spelled_max_us": micros(percentile(&keys.spelled, 1.0)),
            "golden": golden,
            "golden_of": golden_of,
            "rss_mb": rss_of(&data),
            "index_mb": index_mb,
            "store_mb": dir_mb(&data) - index_mb,
            "real_data": support::shared().is_some(),
        })
    );
}

fn ratio(a: Duration, b: Duration) -> f64 {
    (a.as_secs_f64() / b.as_secs_f64() * 100.0).round() / 100.0
}

/// What is measured: the program and its peer over the same rows.
struct Subject {
    data: PathBuf,
    app: App,
    peer: Connection,
    rows: Vec<(String, String)>,
}

/// Imports in turn, each into an empty place; the median of both, and the last pair.
fn imports(dir: &Path, rounds: usize) -> (Subject, Duration, Duration) {
    let files = support::downloads(dir);
    let mut own = Vec::new();
    let mut theirs = Vec::new();
    let mut last = None;
    for round in 0..rounds {
        drop(last.take());
        let data = dir.join(format!("data{round}"));
        let app = support::app(&data);
        let start = Instant::now();
        app.import_catalog(&files, false, &|_| {})
            .expect("an import");
        own.push(start.elapsed());
        let rows = rows(&app);
        let path = dir.join(format!("peer{round}.sqlite"));
        let start = Instant::now();
        let peer = peer(&path, &rows);
        theirs.push(start.elapsed());
        last = Some(Subject {
            data,
            app,
            peer,
            rows,
        });
    }
    own.sort();
    theirs.sort();
    let middle = rounds / 2;
    (
        last.expect("one round at least"),
        own[middle],
        theirs[middle],
    )
}

/// Sorted times of every kind of key.
struct Keys {
    own: Vec<Duration>,
    counts: Vec<Duration>,
    spelled: Vec<Duration>,
    peer: Vec<Duration>,
    scan: Vec<Duration>,
}

impl Keys {
    /// Each prefix once, no results kept between them.
    fn measure(subject: &Subject, typed: &[String]) -> Self {
        let query = |text: &str| CatalogQuery {
            text: text.to_owned(),
            ..CatalogQuery::default()
        };
        let sorted = |mut times: Vec<Duration>| {
            times.sort();
            times
        };
        let each = |work: &dyn Fn(&str) -> usize| {
            sorted(typed.iter().map(|text| timed(|| work(text))).collect())
        };
        let app = &subject.app;
        let folded: Vec<String> = subject
            .rows
            .iter()
            .map(|(no, name)| format!("{no} {name}").to_lowercase())
            .collect();
        let mistakes = [
            "brcik 2x4",
            "tecnic pin",
            "palte 1x2",
            "mnifigure",
            "turntabel",
            "bracekt 1x2",
        ];
        Self {
            own: each(&|text| keystroke(app, text)),
            counts: each(&|text| {
                app.count_items(&app.solo(), &query(text))
                    .expect("counts")
                    .total as usize
            }),
            spelled: sorted(
                mistakes
                    .iter()
                    .map(|text| {
                        timed(|| {
                            app.spelled(&app.solo(), &query(text), RESULTS)
                                .map_or(0, |_| 1)
                        })
                    })
                    .collect(),
            ),
            peer: each(&|text| peer_keystroke(&subject.peer, text)),
            scan: each(&|text| scan(&folded, text)),
        }
    }
}

fn timed(work: impl FnOnce() -> usize) -> Duration {
    let start = Instant::now();
    std::hint::black_box(work());
    start.elapsed()
}

/// What the server does for one key: the list is opened, its first rows are read from the store.
fn keystroke(app: &App, text: &str) -> usize {
    let spec = ViewSpec::Catalog(CatalogQuery {
        text: text.to_owned(),
        ..CatalogQuery::default()
    });
    let opened = app
        .open_list(&app.solo(), &spec, RESULTS)
        .expect("an answer");
    match opened.rows {
        brickops::services::views::ListRows::Items(rows) => rows.len(),
        _ => 0,
    }
}

/// Number and name of every item.
fn rows(app: &App) -> Vec<(String, String)> {
    let every = app
        .find_all(&app.solo(), &CatalogQuery::default())
        .expect("all items");
    let mut rows = Vec::with_capacity(every.len());
    for ids in every.chunks(1_000) {
        let found = app.item_rows(&app.solo(), ids).expect("rows");
        rows.extend(found.into_iter().map(|row| (row.key.no, row.name)));
    }
    rows
}

/// SQLite with a full-text index over prefixes, durable like the store.
fn peer(path: &Path, rows: &[(String, String)]) -> Connection {
    let mut peer = Connection::open(path).expect("SQLite");
    peer.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
         CREATE VIRTUAL TABLE items USING fts5(id, name, prefix='1 2 3 4');",
    )
    .expect("a full-text table");
    let all = peer.transaction().expect("a transaction");
    {
        let mut insert = all
            .prepare("INSERT INTO items (id, name) VALUES (?1, ?2)")
            .expect("a statement");
        for (no, name) in rows {
            insert.execute((no, name)).expect("a row");
        }
    }
    all.commit().expect("a commit");
    peer
}

fn peer_keystroke(peer: &Connection, text: &str) -> usize {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| format!("\"{word}\"*"))
        .collect();
    if words.is_empty() {
        return 0;
    }
    let mut select = peer
        .prepare_cached("SELECT id, name FROM items WHERE items MATCH ?1 ORDER BY rank LIMIT 50")
        .expect("a query");
    let found = select
        .query_map([words.join(" ")], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })
        .expect("an answer");
    found.filter_map(Result::ok).count()
}

fn scan(folded: &[String], text: &str) -> usize {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    folded
        .iter()
        .filter(|row| words.iter().all(|word| row.contains(word)))
        .take(RESULTS)
        .count()
}

fn golden(app: &App) -> (usize, usize) {
    let mut hits = 0;
    let mut asked = 0;
    for line in GOLDEN.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [text, kind, accepted, within, ..] = columns[..] else {
            continue;
        };
        asked += 1;
        let within: usize = within.parse().expect("a rank");
        let query = CatalogQuery {
            text: text.to_owned(),
            ..CatalogQuery::default()
        };
        let mut ids = app
            .find_items(&app.solo(), &query, within)
            .expect("an answer")
            .ids;
        if ids.is_empty() {
            let help = app.spelled(&app.solo(), &query, within).expect("an answer");
            ids = help.map(|(_, found)| found.ids).unwrap_or_default();
        }
        let kind = kind.chars().next().and_then(ItemKind::from_letter);
        let rows = app.item_rows(&app.solo(), &ids).expect("rows");
        hits += usize::from(rows.iter().any(|row| {
            Some(row.key.kind) == kind && accepted.split('|').any(|no| no == row.key.no)
        }));
    }
    (hits, asked)
}

fn rss_of(data: &Path) -> f64 {
    let own = std::env::current_exe().expect("this program");
    let output = Command::new(own).arg("--rss-of").arg(data).output();
    output
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok()?.trim().parse().ok())
        .unwrap_or(0.0)
}
