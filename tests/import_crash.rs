//! An import that is killed, or runs out of disk, at any moment: readers see the catalogue of before or
//! the whole new one, and never a mixture.

mod common;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use brickops::api::client::{Conversation, Handler, Peer};
use brickops::api::server::Desk;
use brickops::api::{Greeting, Reply, Request, Rows};
use brickops::clock::ManualClock;
use brickops::domain::query::CatalogFilter;
use brickops::domain::report::CatalogImport;
use brickops::domain::{CatalogQuery, Category, Color, Item, Secret, Timestamp, ViewSpec};
use brickops::error::{Error, Kind, Result};
use brickops::services::{App, Setup};
use brickops::store::{Opener, Store};
use redb::{Database, ReadableDatabase, StorageBackend, TableHandle};

use common::{Shop, items_xml, seed};

const NOW: Timestamp = Timestamp::from_seconds(1_780_000_000);

/// What goes wrong with a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Nothing.
    Well,
    /// At this sync the power fails; nothing since the last one is kept.
    CutClean(u64),
    /// At this sync the power fails; some of what was written since the last one is kept.
    CutTorn(u64),
    /// This sync fails, once.
    Hiccup(u64),
    /// It grows no further than this.
    Full(u64),
}

#[derive(Debug)]
struct State {
    /// What a running program sees.
    live: Vec<u8>,
    /// What is there after a power cut.
    kept: Vec<u8>,
    /// What was done since the last sync.
    since: Vec<(u64, Vec<u8>)>,
    syncs: u64,
    dead: bool,
    fate: Fate,
}

/// A disk in memory.
#[derive(Debug, Clone)]
struct Disk(Arc<Mutex<State>>);

impl Disk {
    fn holding(bytes: &[u8]) -> Self {
        Self(Arc::new(Mutex::new(State {
            live: bytes.to_vec(),
            kept: bytes.to_vec(),
            since: Vec::new(),
            syncs: 0,
            dead: false,
            fate: Fate::Well,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("nobody panics with it")
    }

    /// From now on; syncs are counted from here.
    fn meets(&self, fate: Fate) {
        let mut state = self.state();
        state.fate = fate;
        state.syncs = 0;
    }

    fn syncs(&self) -> u64 {
        self.state().syncs
    }

    /// The same disk after the power is back.
    fn after_power_cut(&self) -> Self {
        Self::holding(&self.state().kept)
    }

    fn alive(&self) -> io::Result<MutexGuard<'_, State>> {
        let state = self.state();
        if state.dead {
            return Err(io::Error::other("there is no power"));
        }
        Ok(state)
    }

    fn opener(&self) -> Opener {
        let disk = self.clone();
        Arc::new(move || {
            Database::builder()
                .set_cache_size(1 << 20)
                .create_with_backend(disk.clone())
                .map_err(|e| Error::storage(e.to_string()))
        })
    }

    /// Generations of the catalogue that have tables.
    fn generations(&self) -> Vec<String> {
        let database = (self.opener())().expect("opens");
        let reading = database.begin_read().expect("reads");
        let mut found: Vec<String> = reading
            .list_tables()
            .expect("reads")
            .filter_map(|table| {
                Some(
                    table
                        .name()
                        .strip_prefix("catalog.")?
                        .split('.')
                        .next()?
                        .to_owned(),
                )
            })
            .collect();
        found.sort();
        found.dedup();
        found
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.alive()?.live.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.alive()?;
        let start = usize::try_from(offset).expect("fits");
        let found = state.live.get(start..start + out.len());
        out.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.alive()?;
        if matches!(state.fate, Fate::Full(most) if len > most.max(state.live.len() as u64)) {
            return Err(io::Error::from_raw_os_error(28));
        }
        state.live.resize(usize::try_from(len).expect("fits"), 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.alive()?;
        state.syncs += 1;
        match state.fate {
            Fate::CutClean(at) if state.syncs == at => {
                state.dead = true;
                return Err(io::Error::other("the power fails"));
            }
            Fate::CutTorn(at) if state.syncs == at => {
                let len = state.live.len();
                let since = std::mem::take(&mut state.since);
                state.kept.resize(len, 0);
                // Disks write in any order: every other piece made it.
                for (offset, data) in since.iter().step_by(2) {
                    let start = usize::try_from(*offset).expect("fits");
                    let end = (start + data.len()).min(len);
                    if start < end {
                        state.kept[start..end].copy_from_slice(&data[..end - start]);
                    }
                }
                state.dead = true;
                return Err(io::Error::other("the power fails"));
            }
            Fate::Hiccup(at) if state.syncs == at => return Err(io::Error::from_raw_os_error(5)),
            _ => {}
        }
        state.since.clear();
        let State { live, kept, .. } = &mut *state;
        kept.clone_from(live);
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.alive()?;
        let start = usize::try_from(offset).expect("fits");
        let room = state.live.get_mut(start..start + data.len());
        room.ok_or(io::ErrorKind::UnexpectedEof)?
            .copy_from_slice(data);
        state.since.push((offset, data.to_vec()));
        Ok(())
    }
}

/// The program over such a disk; the index lies in a real directory.
struct Program {
    app: Arc<App>,
    store: Store,
}

impl Program {
    fn start(disk: &Disk, dir: &Path) -> Result<Self> {
        let store = Store::open(disk.opener())?;
        let setup = Setup {
            data_dir: dir.to_owned(),
            ..Setup::default()
        };
        let app = Arc::new(App::new(store.clone(), ManualClock::at(NOW), setup)?);
        app.open_index()?;
        Ok(Self { app, store })
    }

    fn import(&self, path: &Path) -> Result<CatalogImport> {
        self.app.import_catalog(&[path.to_owned()], true, &|_| {})
    }

    /// All there is to see.
    fn all(&self) -> Seen {
        self.store
            .read(|tx| {
                let Some(catalog) = tx.catalog()? else {
                    return Ok(Seen::default());
                };
                let mut items = Vec::new();
                catalog.each_item(|id, item| {
                    items.push((id, item));
                    Ok(())
                })?;
                Ok(Seen {
                    counts: catalog.head().counts.clone(),
                    items,
                    colors: catalog.colors()?,
                    categories: catalog.categories()?,
                })
            })
            .expect("reads")
    }

    /// Every so many items are found by number, and what is found is that item.
    #[track_caller]
    fn searches_rightly(&self, every: usize) {
        let seen = self.all();
        for (_, item) in seen.items.iter().step_by(every) {
            let query = CatalogQuery {
                text: item.key.no.clone(),
                filter: CatalogFilter {
                    vanished: true,
                    ..CatalogFilter::default()
                },
                ..CatalogQuery::default()
            };
            let found = self
                .app
                .find_items(&self.app.solo(), &query, 5)
                .expect("an answer");
            let rows = self
                .app
                .item_rows(&self.app.solo(), &found.ids)
                .expect("rows");
            let row = rows.iter().find(|row| row.key == item.key);
            let row = row.unwrap_or_else(|| unreachable!("{} is found: {rows:?}", item.key.no));
            assert_eq!(row.name, item.name);
        }
        let counts = self
            .app
            .count_items(&self.app.solo(), &CatalogQuery::default())
            .expect("counts");
        assert_eq!(counts.of as usize, seen.items.len());
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    counts: Vec<u32>,
    items: Vec<(u32, Item)>,
    colors: Vec<Color>,
    categories: Vec<Category>,
}

/// A file with a date, so that every run of it says the same.
fn dated(path: PathBuf, day: u64) -> PathBuf {
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_770_000_000 + day * 86_400);
    let file = fs::File::options().write(true).open(&path).expect("opens");
    file.set_modified(at).expect("dated");
    path
}

/// Two catalogues of about sixty items without a name in common; their numbers mean other ranks.
fn two_catalogs(dir: &Path) -> (PathBuf, PathBuf) {
    let write = |file: &str, word: &str, range: std::ops::Range<u32>, day| {
        let rows: Vec<(String, String)> = range
            .map(|n| (format!("it{n}"), format!("{word} thing {}", n * 7 % 61)))
            .collect();
        let rows: Vec<(&str, &str, u32)> = rows
            .iter()
            .map(|(no, name)| (no.as_str(), name.as_str(), 5))
            .collect();
        let path = dir.join(file);
        fs::write(&path, items_xml('P', &rows)).expect("written");
        dated(path, day)
    };
    (
        write("old.xml", "Old", 0..60, 0),
        write("new.xml", "New", 5..66, 1),
    )
}

/// A disk with the old catalogue, what it and the new one look like, and how many syncs the import of
/// the new one takes.
struct Before {
    bytes: Vec<u8>,
    old: Seen,
    new: Seen,
    syncs: u64,
    dir: tempfile::TempDir,
}

fn before(prepare: impl FnOnce(&Program), new: &Path) -> Before {
    let dir = tempfile::tempdir().expect("a directory");
    let disk = Disk::holding(&[]);
    let program = Program::start(&disk, dir.path()).expect("starts");
    prepare(&program);
    let old = program.all();
    drop(program);
    let bytes = disk.state().kept.clone();
    let disk = Disk::holding(&bytes);
    let other = tempfile::tempdir().expect("a directory");
    let program = Program::start(&disk, other.path()).expect("starts");
    disk.meets(Fate::Well);
    program.import(new).expect("goes through");
    let syncs = disk.syncs();
    let new = program.all();
    assert_ne!(old, new);
    Before {
        bytes,
        old,
        new,
        syncs,
        dir,
    }
}

/// The power fails during the import; answers whether the new catalogue is there afterwards.
fn survives(before: &Before, new: &Path, fate: Fate, every: usize) -> bool {
    let dir = tempfile::tempdir().expect("a directory");
    common::copy_dir(before.dir.path(), dir.path());
    let disk = Disk::holding(&before.bytes);
    let program = Program::start(&disk, dir.path()).expect("starts");
    disk.meets(fate);
    let outcome = program.import(new);
    drop(program);
    // What a process that is gone could not clean up.
    fs::create_dir_all(dir.path().join("index/gen-77")).expect("a directory");
    fs::write(dir.path().join("index/gen-77/meta.json"), "half").expect("written");

    let disk = disk.after_power_cut();
    let program = Program::start(&disk, dir.path()).expect("starts again");
    let seen = program.all();
    assert!(
        seen == before.old || seen == before.new,
        "{fate:?}: a mixture"
    );
    let there = seen == before.new;
    assert!(
        outcome.is_err() || there,
        "{fate:?}: what was confirmed is there"
    );
    program.searches_rightly(every);
    let left = fs::read_dir(dir.path().join("index"))
        .expect("there")
        .count();
    assert_eq!(left, 1, "{fate:?}: one index is left");
    drop(program);
    assert_eq!(
        disk.generations().len(),
        1,
        "{fate:?}: one catalogue is left"
    );

    let program = Program::start(&disk, dir.path()).expect("starts");
    program.import(new).expect("the second try goes through");
    assert_eq!(program.all(), before.new, "{fate:?}");
    program.searches_rightly(every);
    there
}

#[test]
fn a_power_cut_at_every_sync_leaves_the_old_or_the_new_catalogue() {
    let files = tempfile::tempdir().expect("a directory");
    let (old, new) = two_catalogs(files.path());
    let before = before(
        |program| drop(program.import(&old).expect("goes through")),
        &new,
    );
    assert!(before.syncs > 5, "{} syncs", before.syncs);
    let mut ends = [false; 2];
    for at in 1..=before.syncs {
        for fate in [Fate::CutClean(at), Fate::CutTorn(at)] {
            ends[usize::from(survives(&before, &new, fate, 1))] = true;
        }
    }
    assert_eq!(
        ends, [true; 2],
        "early cuts leave the old one, late cuts the new one"
    );
}

#[test]
fn a_power_cut_while_the_starter_is_replaced() {
    let files = tempfile::tempdir().expect("a directory");
    for name in [
        "colors.xml",
        "categories.xml",
        "minifigures.xml",
        "parts.xml",
        "codes.xml",
    ] {
        let path = files.path().join(name);
        fs::copy(seed(name), &path).expect("copied");
        dated(path, 0);
    }
    let before = before(
        |program| drop(program.app.plant_starter().expect("planted")),
        files.path(),
    );
    for at in [1, before.syncs / 2, before.syncs - 1] {
        survives(&before, files.path(), Fate::CutTorn(at), 211);
    }
}

#[test]
fn a_sync_that_fails_once_is_an_error_and_no_mixture() {
    let files = tempfile::tempdir().expect("a directory");
    let (old, new) = two_catalogs(files.path());
    let before = before(
        |program| drop(program.import(&old).expect("goes through")),
        &new,
    );
    for at in 1..=before.syncs {
        let dir = tempfile::tempdir().expect("a directory");
        let disk = Disk::holding(&before.bytes);
        let program = Program::start(&disk, dir.path()).expect("starts");
        disk.meets(Fate::Hiccup(at));
        let outcome = program.import(&new);
        let seen = program.all();
        assert!(
            seen == before.old || seen == before.new,
            "sync {at}: a mixture"
        );
        match outcome {
            Ok(_) => assert_eq!(seen, before.new, "sync {at}"),
            Err(e) => assert_eq!(
                (e.kind, seen == before.old),
                (Kind::Storage, true),
                "sync {at}: {e}"
            ),
        }
        program.searches_rightly(1);
        program.import(&new).expect("the same program goes on");
        assert_eq!(program.all(), before.new);
        program.searches_rightly(1);
    }
}

#[test]
fn a_full_disk_changes_nothing_and_with_room_the_same_program_goes_on() {
    let files = tempfile::tempdir().expect("a directory");
    let (old, _) = two_catalogs(files.path());
    let many: Vec<(String, String)> = (0..9_000)
        .map(|n| {
            (
                format!("full{n}"),
                format!("Thing number {n} that wants room"),
            )
        })
        .collect();
    let many: Vec<(&str, &str, u32)> = many
        .iter()
        .map(|(no, name)| (no.as_str(), name.as_str(), 5))
        .collect();
    let large = files.path().join("large.xml");
    fs::write(&large, items_xml('P', &many)).expect("written");
    let dir = tempfile::tempdir().expect("a directory");
    let disk = Disk::holding(&[]);
    let program = Program::start(&disk, dir.path()).expect("starts");
    program.import(&old).expect("goes through");
    let before = program.all();
    let used = disk.state().live.len() as u64;
    for room in [used, used + 300_000] {
        disk.meets(Fate::Full(room));
        let error = program.import(&large).expect_err("there is no room");
        assert_eq!(error.kind, Kind::Storage);
        assert_eq!(
            error.message,
            "The disk is full. Nothing was changed; make room and try again."
        );
        assert_eq!(program.all(), before, "readers see what they saw");
        program.searches_rightly(1);
        let left = fs::read_dir(dir.path().join("index"))
            .expect("there")
            .count();
        assert_eq!(left, 1, "what was built for nothing is gone");
    }
    disk.meets(Fate::Well);
    let report = program.import(&large).expect("with room it goes through");
    assert_eq!(report.added, 9_000);
    program.searches_rightly(500);
}

/// Somebody in the server's own process, before there is any account.
fn greeted(desk: &Desk) -> Arc<dyn Conversation> {
    let peer = Peer {
        uid: 0,
        operator: true,
    };
    let greeting = Greeting {
        client: 1,
        station: false,
        key: Secret::new("key"),
        place: String::new(),
        shop: None,
        pass: None,
    };
    desk.greet(peer, greeting).expect("a conversation")
}

#[test]
fn whoever_looks_during_an_import_sees_one_catalogue() {
    let files = tempfile::tempdir().expect("a directory");
    let (old, new) = two_catalogs(files.path());
    let dir = tempfile::tempdir().expect("a directory");
    let program = Program::start(&Disk::holding(&[]), dir.path()).expect("starts");
    program.import(&old).expect("goes through");
    let desk = Desk::new(Arc::clone(&program.app), dir.path(), NOW);
    let talk = greeted(&desk);
    let ask = |request| talk.handle(1, request, &|_| {});
    let spec = ViewSpec::Catalog(CatalogQuery {
        text: "thing".into(),
        ..CatalogQuery::default()
    });
    // Whoever is marked as vanished keeps the name of before; the others show which catalogue it is.
    let word = |rows: Rows| {
        let Rows::Items(rows) = rows else {
            unreachable!("items were asked for");
        };
        let mut words: Vec<String> = rows
            .into_iter()
            .filter(|row| !row.vanished)
            .filter_map(|row| row.name.split(' ').next().map(str::to_owned))
            .collect();
        words.sort();
        words.dedup();
        words
    };
    let over = AtomicBool::new(false);
    let looks = std::thread::scope(|scope| {
        let looking = scope.spawn(|| {
            let mut looks = 0;
            while !over.load(Ordering::SeqCst) {
                let Reply::Opened(opened) = ask(Request::Open {
                    spec: spec.clone(),
                    rows: 20,
                })
                .expect("rows") else {
                    unreachable!("a list was asked for");
                };
                let first = word(opened.rows);
                assert_eq!(first.len(), 1, "one catalogue at a time: {first:?}");
                let window = Request::Window {
                    view: opened.view,
                    offset: 20,
                    len: 20,
                };
                match ask(window) {
                    Ok(Reply::Window { rows, .. }) => assert_eq!(word(rows), first),
                    Ok(other) => unreachable!("{other:?}"),
                    Err(e) => assert_eq!(e.kind, Kind::NotFound, "{e}"),
                }
                looks += 1;
            }
            looks
        });
        for round in 0..12 {
            program
                .import(if round % 2 == 0 { &new } else { &old })
                .expect("goes through");
        }
        over.store(true, Ordering::SeqCst);
        looking.join().expect("never a mixture")
    });
    assert!(looks > 0);
}

#[test]
fn a_list_from_before_an_import_is_closed() {
    let files = tempfile::tempdir().expect("a directory");
    let (old, new) = two_catalogs(files.path());
    let dir = tempfile::tempdir().expect("a directory");
    let program = Program::start(&Disk::holding(&[]), dir.path()).expect("starts");
    program.import(&old).expect("goes through");
    let desk = Desk::new(Arc::clone(&program.app), dir.path(), NOW);
    let talk = greeted(&desk);
    let ask = |request| talk.handle(1, request, &|_| {});
    let spec = ViewSpec::Catalog(CatalogQuery {
        text: "thing".into(),
        ..CatalogQuery::default()
    });
    let Reply::Opened(opened) = ask(Request::Open { spec, rows: 5 }).expect("rows") else {
        unreachable!("a list was asked for");
    };
    let window = Request::Window {
        view: opened.view,
        offset: 5,
        len: 5,
    };
    ask(window.clone()).expect("more rows");
    program.import(&new).expect("goes through");
    let error = ask(window).expect_err("its numbers mean other items now");
    assert_eq!(error.kind, Kind::NotFound);
}

#[test]
fn an_index_that_is_gone_or_damaged_heals_itself() {
    let shop = Shop::planted();
    let index = shop.data().join("index");
    let files = || {
        let files: Vec<PathBuf> = common::files_below(&index)
            .iter()
            .map(|file| index.join(file))
            .collect();
        assert!(files.len() > 3, "{files:?}");
        files
    };
    let damages: [(&str, &dyn Fn()); 6] = [
        ("removed", &|| fs::remove_dir_all(&index).expect("removed")),
        ("emptied", &|| {
            for file in files() {
                fs::write(file, "").expect("written");
            }
        }),
        ("cut", &|| {
            for file in files() {
                let bytes = fs::read(&file).expect("read");
                fs::write(&file, &bytes[..bytes.len() / 2]).expect("written");
            }
        }),
        ("garbled", &|| {
            for file in files() {
                let mut bytes = fs::read(&file).expect("read");
                for byte in bytes.iter_mut().step_by(3) {
                    *byte ^= 0x5a;
                }
                fs::write(&file, bytes).expect("written");
            }
        }),
        ("without its largest file", &|| {
            let largest = files()
                .into_iter()
                .max_by_key(|file| fs::metadata(file).map_or(0, |m| m.len()));
            fs::remove_file(largest.expect("one")).expect("removed");
        }),
        ("a file instead", &|| {
            fs::remove_dir_all(&index).expect("removed");
            fs::create_dir(&index).expect("made");
            fs::write(index.join("gen-1"), "not a directory").expect("written");
        }),
    ];
    for (what, damage) in damages {
        damage();
        assert_eq!(
            shop.found(&["plate 1x2", "--limit", "1"]),
            ["3023"],
            "{what}"
        );
        assert_eq!(shop.found(&["300126", "--limit", "1"]), ["3001"], "{what}");
        shop.is_as_before();
        assert_eq!(
            shop.found(&["castle", "--type", "S", "--limit", "3"]).len(),
            3,
            "{what}"
        );
    }
}
