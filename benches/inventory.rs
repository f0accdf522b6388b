//! The inventory with 35,000, 100,000 and 500,000 lots: filters typed letter by letter, every order both
//! ways, memory; then changes of all lots, as one deed with its ledger, while others write; undo; import
//! of the 35,000-lot file. Beside the same filters and the same change in SQLite, with fitting indices,
//! in process, in the same run. Each size has a process of its own. Ends with a line of JSON.
//!
//! `--smoke` takes 2,000 lots and checks that both sides find the same. `BRICKOPS_BENCH_SIZES=35k,500k`
//! narrows the sizes; `BRICKOPS_BENCH_DIR` keeps the prepared shops for the next run. `--bulk DIR` makes the change
//! of all lots of a prepared shop and nothing else, for a profiler.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "support/lots_peer.rs"]
mod lots_peer;
#[path = "support/stock.rs"]
mod stock;
#[expect(dead_code, reason = "the other benchmarks use the rest")]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use brickops::domain::edit::Edits;
use brickops::domain::filter::Filter;
use brickops::domain::rows::DeedReport;
use brickops::domain::{LotColumn, LotId, LotQuery, LotSort, OperationId, ViewSpec, Which};
use brickops::services::App;
use brickops::services::inventory::Task;
use brickops::services::views::{ListRows, OpenedList};
use lots_peer::Peer;
use serde_json::{Map, Value};
use support::{percentile, seconds};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Rows of a screen.
const ROWS: usize = 50;
/// Colleagues who write while everything is changed.
const OTHERS: usize = 4;

/// What people type.
const FILTERS: [&str; 27] = [
    "color:red qty<5 loc:A-* -sticker",
    "brick 2 x 4",
    "price>0.10 cond:used",
    "dup:",
    "added<30d",
    "added:1y..3y qty>100",
    "missing:price",
    "loc:B12*",
    "remarks:R04",
    "no:3001",
    "name~tile color:black,white",
    "qty:5..20 price:0.10..",
    "(red or blue) qty<5",
    "comments:missing cond:new",
    "plate -modified price<0.05",
    "\"plate 1 x 2\"",
    "value>20 -has:sale",
    "type:minifig cond:used",
    "bulk>1 -cond:used",
    "weight>10",
    "not used qty>=100",
    "has:tier price>1",
    "star wars torso",
    "slope or wedge or arch",
    "sale>0 missing:loc",
    "color:\"light bluish gray\" comments:scratch",
    "-(cond:used price<0.05) 3001",
];

const COLUMNS: [LotColumn; 25] = [
    LotColumn::Place,
    LotColumn::No,
    LotColumn::Name,
    LotColumn::Color,
    LotColumn::Condition,
    LotColumn::Quantity,
    LotColumn::Reserved,
    LotColumn::Sold,
    LotColumn::Price,
    LotColumn::Cost,
    LotColumn::Value,
    LotColumn::Weight,
    LotColumn::Age,
    LotColumn::Changed,
    LotColumn::By,
    LotColumn::Remarks,
    LotColumn::Comments,
    LotColumn::Tags,
    LotColumn::Category,
    LotColumn::Sale,
    LotColumn::Bulk,
    LotColumn::Stockroom,
    LotColumn::Lot,
    LotColumn::BrickLink,
    LotColumn::BrickOwl,
];

const SIZES: [(&str, usize); 3] = [("35k", 35_000), ("100k", 100_000), ("500k", 500_000)];

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if let Some(at) = args.iter().position(|arg| arg == "--one") {
        let figures = one(&args[at + 1], Path::new(&args[at + 2]));
        println!("{}", Value::Object(figures));
        return;
    }
    if let Some(at) = args.iter().position(|arg| arg == "--bulk") {
        bulk(Path::new(&args[at + 1]));
        return;
    }
    let smoke = args.iter().any(|arg| arg == "--smoke");
    let wanted = std::env::var("BRICKOPS_BENCH_SIZES").ok();
    let kept = std::env::var_os("BRICKOPS_BENCH_DIR").map(PathBuf::from);
    let room = tempfile::tempdir().expect("room");
    let dir = kept.unwrap_or_else(|| room.path().to_owned());
    let mut figures = Map::new();
    figures.insert("bench".into(), "inventory".into());
    let sizes: Vec<(&str, usize)> = if smoke {
        vec![("smoke", 2_000)]
    } else {
        let wants = |name: &str| {
            let wanted = wanted.as_ref();
            wanted.is_none_or(|list| list.split(',').any(|one| one == name))
        };
        SIZES.into_iter().filter(|(name, _)| wants(name)).collect()
    };
    for (name, lots) in sizes {
        let shop = prepared(&dir, (name, lots), !smoke);
        let used = room.path().join(name).join("used");
        copy(&shop, &used);
        let program = std::env::current_exe().expect("this program");
        let said = Command::new(program)
            .args(["--one", name])
            .arg(&used)
            .stderr(std::process::Stdio::inherit())
            .output()
            .expect("a process");
        assert!(said.status.success(), "{name}");
        let more: Map<String, Value> = serde_json::from_slice(&said.stdout).expect("JSON");
        figures.extend(more);
        if name != "500k" && name != "100k" {
            let took = import(&dir, room.path(), !smoke);
            figures.insert(format!("bsx_import_{name}_s"), seconds(took).into());
        }
        fs::remove_dir_all(&used).expect("a directory");
    }
    figures.insert("real_data".into(), support::shared().is_some().into());
    println!("{}", Value::Object(figures));
}

/// The change of all lots and nothing else, for a profiler.
fn bulk(dir: &Path) {
    let app = support::app(dir);
    for _ in 0..3 {
        let began = Instant::now();
        change_all(&app, "price=*1.05");
        println!("{}", seconds(began.elapsed()));
    }
}

/// A shop with the catalogue and no lots.
fn catalog(dir: &Path, full: bool) -> PathBuf {
    let shop = dir.join("catalog");
    if !shop.is_dir() {
        let made = dir.join("catalog-made");
        let app = support::app(&made);
        if full {
            let files = support::downloads(dir);
            app.import_catalog(&files, false, &|_| {})
                .expect("a catalogue");
        }
        app.shop_record(&app.solo()).expect("a shop");
        drop(app);
        fs::rename(made, &shop).expect("a directory");
    }
    shop
}

fn prepared(dir: &Path, (name, lots): (&str, usize), full: bool) -> PathBuf {
    let shop = dir.join(format!("shop-{name}"));
    if !shop.is_dir() {
        let made = dir.join(format!("made-{name}"));
        copy(&catalog(dir, full), &made);
        let app = support::app(&made);
        for file in stock::files(dir, lots) {
            let report = app.import_inventory(&app.solo(), &file, &|_| {});
            report.expect("lots");
            fs::remove_file(file).expect("a file");
        }
        drop(app);
        fs::rename(made, &shop).expect("a directory");
    }
    shop
}

/// The file of the invented store into an empty shop, until it is on disk and can be seen; best of three.
fn import(dir: &Path, room: &Path, full: bool) -> Duration {
    let lots = if full { stock::FILE } else { 2_000 };
    let file = stock::files(room, lots).remove(0);
    (0..if full { 3 } else { 1 })
        .map(|round| {
            let data = room.join(format!("import-{round}"));
            copy(&catalog(dir, full), &data);
            let app = support::app(&data);
            let began = Instant::now();
            app.import_inventory(&app.solo(), &file, &|_| {})
                .expect("lots");
            let seen = open(&app, LotQuery::default()).total;
            let took = began.elapsed();
            assert_eq!(seen, u32::try_from(lots).ok());
            drop(app);
            fs::remove_dir_all(&data).expect("a directory");
            took
        })
        .min()
        .expect("a run")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let into = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &into);
        } else {
            fs::copy(entry.path(), into).expect("a copy");
        }
    }
}

fn open(app: &App, query: LotQuery) -> OpenedList {
    app.open_list(&app.solo(), &ViewSpec::Lots(query), ROWS)
        .expect("a list")
}

fn ms(duration: Duration) -> Value {
    ((duration.as_secs_f64() * 1e5).round() / 100.0).into()
}

/// Everything about one size.
fn one(name: &str, dir: &Path) -> Map<String, Value> {
    let mut figures = Map::new();
    let mut put = |key: &str, value: Value| figures.insert(format!("{key}_{name}"), value);
    let app = support::app(dir);
    app.open_index().expect("an index");

    let began = Instant::now();
    let first = open(&app, LotQuery::default());
    put("first_window_ms", ms(began.elapsed()));
    let (typed, mut took) = typing(&app);
    took.sort_unstable();
    put("filter_p50_ms", ms(percentile(&took, 0.5)));
    put("filter_p99_ms", ms(percentile(&took, 0.99)));
    let mut took = sorting(&app);
    took.sort_unstable();
    put("sort_p50_ms", ms(percentile(&took, 0.5)));
    put("sort_p99_ms", ms(percentile(&took, 0.99)));
    put("rss_mb", support::rss_mb().into());

    let mut peer = Peer::new(&dir.join("peer.sqlite"));
    let all: Vec<LotId> = app
        .lot_ids(&app.solo(), &LotQuery::default())
        .expect("lots");
    assert_eq!(all.len() as u32, first.total.unwrap_or(0));
    peer.fill(
        all.chunks(1_000)
            .map(|piece| app.lot_rows(&app.solo(), piece).expect("rows")),
    );
    // There each takes so long that every fourth is enough.
    let step = if name == "500k" { 4 } else { 1 };
    let mut took = asking(&app, &peer, typed.iter().step_by(step));
    put("peer_filters", took.len().into());
    took.sort_unstable();
    put("peer_filter_p50_ms", ms(percentile(&took, 0.5)));
    put("peer_filter_p99_ms", ms(percentile(&took, 0.99)));

    if name != "100k" {
        changes(&app, &mut peer, name, &mut figures);
    }
    figures
}

/// Every text on the way to each filter that is one; each once.
fn typing(app: &App) -> (Vec<String>, Vec<Duration>) {
    let mut typed: Vec<String> = Vec::new();
    let mut took = Vec::new();
    let (now, zone) = (app.now(), jiff::tz::TimeZone::UTC);
    for filter in FILTERS {
        for (at, c) in filter.char_indices() {
            let text = filter[..at + c.len_utf8()].to_owned();
            if typed.contains(&text) || Filter::parse(&text, now, &zone).is_err() {
                continue;
            }
            let began = Instant::now();
            let opened = open(app, LotQuery::text(text.as_str()));
            took.push(began.elapsed());
            std::hint::black_box(opened);
            typed.push(text);
        }
    }
    for filter in FILTERS {
        assert!(typed.iter().any(|text| text == filter), "{filter}");
    }
    (typed, took)
}

/// Every order both ways, worked out and again, over all lots and over some.
fn sorting(app: &App) -> Vec<Duration> {
    let mut took = Vec::new();
    for column in COLUMNS {
        for down in [false, true] {
            let sort = vec![LotSort { column, down }];
            // The second text finds the order there; the third works out a smaller one.
            for text in ["-cond:used", "price>0.10", "color:red qty<5"] {
                let query = LotQuery {
                    sort: sort.clone(),
                    ..LotQuery::text(text)
                };
                let began = Instant::now();
                std::hint::black_box(open(app, query));
                took.push(began.elapsed());
            }
        }
    }
    took
}

/// The same filters there; both must find the same.
fn asking<'a>(app: &App, peer: &Peer, typed: impl Iterator<Item = &'a String>) -> Vec<Duration> {
    let (now, zone) = (app.now(), jiff::tz::TimeZone::UTC);
    let mut took = Vec::new();
    for text in typed {
        let filter = Filter::parse(text, now, &zone).expect("a filter");
        let began = Instant::now();
        let Some((rows, totals)) = peer.ask(&filter.expr) else {
            continue;
        };
        took.push(began.elapsed());
        let ours = open(app, LotQuery::text(text.as_str()));
        let ListRows::Lots(first) = ours.rows else {
            unreachable!("lots were asked for");
        };
        let first: Vec<LotId> = first.iter().map(|row| row.id).collect();
        assert_eq!(first, rows, "{text}");
        let mut sums = ours.totals.expect("sums");
        sums.unweighed = 0;
        assert_eq!(sums, totals, "{text}");
    }
    took
}

/// Changes of all lots: alone, beside the peer's; then while others write; then taken back.
fn changes(app: &App, peer: &mut Peer, name: &str, figures: &mut Map<String, Value>) {
    let rounds = if name == "smoke" { 1 } else { 3 };
    let (mut ours, mut theirs) = (Duration::MAX, Duration::MAX);
    for _ in 0..rounds {
        let began = Instant::now();
        change_all(app, "price=*1.05");
        ours = ours.min(began.elapsed());
        let began = Instant::now();
        peer.reprice(app.now());
        theirs = theirs.min(began.elapsed());
    }
    figures.insert(format!("bulk_s_{name}"), seconds(ours).into());
    figures.insert(format!("peer_bulk_s_{name}"), seconds(theirs).into());
    let sums = open(app, LotQuery::default()).totals.expect("sums");
    let all = brickops::domain::filter::Expr::All;
    let (_, totals) = peer.ask(&all).expect("sums");
    assert_eq!((sums.value, sums.lots), (totals.value, totals.lots));

    let (changed, waits, took) = meanwhile(app);
    let p99 = ms(percentile(&waits, 0.99));
    figures.insert(format!("bulk_beside_writes_s_{name}"), seconds(took).into());
    figures.insert(format!("other_writes_{name}"), waits.len().into());
    figures.insert(
        format!("other_write_p50_ms_{name}"),
        ms(percentile(&waits, 0.5)),
    );
    let key = match name {
        "500k" => "other_write_p99_ms".to_owned(),
        name => format!("other_write_p99_ms_{name}"),
    };
    figures.insert(key, p99);
    if name == "500k" {
        return;
    }
    let mut best = Duration::MAX;
    for _ in 0..rounds {
        let began = Instant::now();
        let never = AtomicBool::new(false);
        let deed = changed.deed.expect("a deed");
        let report = app
            .undo(&app.solo(), deed, ("", false, operation()), task(&never))
            .expect("an undo");
        best = best.min(began.elapsed());
        assert_eq!(report.changed, changed.changed);
    }
    figures.insert(format!("undo_{name}_s"), seconds(best).into());
}

fn task(never: &AtomicBool) -> Task<'_> {
    Task {
        progress: &|_| {},
        cancelled: never,
    }
}

fn operation() -> OperationId {
    use std::sync::atomic::AtomicU64;
    static NEXT: AtomicU64 = AtomicU64::new(1);
    OperationId(u128::from(NEXT.fetch_add(1, Ordering::Relaxed)) | (1 << 80))
}

fn change(app: &App, which: &Which, text: &str) -> DeedReport {
    let edits = Edits::parse(text).expect("a change");
    let never = AtomicBool::new(false);
    let words = ("", operation());
    let report = app
        .change_lots(&app.solo(), which, &edits, words, task(&never))
        .expect("a change");
    assert_eq!(report.refused, 0);
    report
}

fn change_all(app: &App, text: &str) -> DeedReport {
    change(app, &Which::Matching(LotQuery::default()), text)
}

/// A change of all lots while colleagues change one lot every 10 ms each; how long those waited.
fn meanwhile(app: &App) -> (DeedReport, Vec<Duration>, Duration) {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let others: Vec<_> = (0..OTHERS)
            .map(|other| {
                let over = &over;
                scope.spawn(move || {
                    let mut waits = Vec::new();
                    let mut lot = other as u64 * 101 + 1;
                    while !over.load(Ordering::Relaxed) {
                        lot = (lot + 997) % 1_900 + 1;
                        let began = Instant::now();
                        change(app, &Which::Lots(vec![LotId(lot)]), "qty=+1");
                        waits.push(began.elapsed());
                        std::thread::sleep(Duration::from_millis(10));
                    }
                    waits
                })
            })
            .collect();
        let began = Instant::now();
        let deed = change_all(app, "price=*1.02");
        let took = began.elapsed();
        over.store(true, Ordering::Relaxed);
        let mut waits: Vec<Duration> = others
            .into_iter()
            .flat_map(|other| other.join().expect("a colleague"))
            .collect();
        waits.sort_unstable();
        (deed, waits, took)
    })
}
