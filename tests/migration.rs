//! Data of older programs, brought up by this one: nothing is lost, a copy of the old file stays.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use brickops::clock::ManualClock;
use brickops::domain::{LotQuery, Timestamp};
use brickops::services::{App, Setup};
use brickops::store::{SCHEMA, Store};

fn plant(dir: &Path, schema: u64) -> Vec<u8> {
    let packed = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("tests/fixtures/schema/{schema}.redb.gz"));
    let packed = std::fs::File::open(packed).expect("a golden file of every schema");
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed)
        .read_to_end(&mut bytes)
        .expect("unpacked");
    std::fs::write(dir.join("shop.redb"), &bytes).expect("room");
    bytes
}

#[test]
fn every_older_schema_is_brought_up_and_in_order() {
    for schema in 1..SCHEMA {
        let dir = tempfile::tempdir().expect("room");
        let before = plant(dir.path(), schema);
        let store = Store::open_dir(dir.path()).expect("it is brought up");
        let kept = dir.path().join(format!("shop.redb.schema-{schema}"));
        assert_eq!(std::fs::read(kept).expect("a copy").len(), before.len());
        let clock = ManualClock::at(Timestamp::from_seconds(1_800_000_000));
        let app = App::new(store, clock, Setup::default()).expect("an app");
        let report = app.check().expect("a check");
        assert_eq!(report.problems, [], "schema {schema}");
        let scope = app.solo();
        let ids = app.lot_ids(&scope, &LotQuery::default()).expect("lots");
        assert_eq!(ids.len(), 150);
        let rows = app.lot_rows(&scope, &ids).expect("rows");
        let pieces: u64 = rows.iter().map(|row| u64::from(row.stock.on_shelf())).sum();
        assert_eq!(pieces, 4_685);
        assert!(rows.iter().all(|row| !row.place.is_empty()));
    }
}

#[test]
fn a_file_of_today_is_not_copied() {
    let dir = tempfile::tempdir().expect("room");
    drop(Store::open_dir(dir.path()).expect("a new one"));
    drop(Store::open_dir(dir.path()).expect("the same again"));
    let names: Vec<_> = std::fs::read_dir(dir.path())
        .expect("the directory")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(names, ["shop.redb"]);
}

#[test]
fn without_room_for_the_copy_nothing_is_changed() {
    let dir = tempfile::tempdir().expect("room");
    let before = plant(dir.path(), 1);
    // Where the copy is to be written lies something that is not a file.
    std::fs::create_dir(dir.path().join("shop.redb.schema-1.part")).expect("made");
    let error = Store::open_dir(dir.path()).expect_err("no copy, no step");
    assert!(error.message.contains("must be copied"), "{error}");
    let store = Arc::new(std::fs::read(dir.path().join("shop.redb")).expect("there"));
    assert_eq!(store.len(), before.len());
    std::fs::remove_dir(dir.path().join("shop.redb.schema-1.part")).expect("removed");
    Store::open_dir(dir.path()).expect("now it works");
}
