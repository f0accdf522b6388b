//! What people type must find what they mean: over the full catalogue when there is one
//! (`BRICKOPS_DATA`, or `../shared/data` beside the project), over the starter catalogue otherwise.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use brickops::clock::SystemClock;
use brickops::domain::CatalogQuery;
use brickops::domain::rows::ItemRow;
use brickops::services::{App, Setup};
use brickops::store::Store;

const GOLDEN: &str = include_str!("fixtures/search/golden.tsv");
/// Of the 35 queries, so many must be answered within their rank.
const ENOUGH: usize = 34;

fn data() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let data = std::env::var_os("BRICKOPS_DATA").map_or(beside, PathBuf::from);
    data.join("catalog").is_dir().then_some(data)
}

/// The downloads that make a full catalogue; every item of some kinds comes in two forms.
fn downloads(data: &Path) -> Vec<PathBuf> {
    [
        "colors.xml",
        "categories.xml",
        "itemtypes.xml",
        "parts.xml.gz",
        "minifigs.xml.gz",
        "sets.xml.gz",
        "gear.xml.gz",
        "codes.xml.gz",
        "bin_lookup_v3.json",
    ]
    .iter()
    .map(|name| data.join("catalog").join(name))
    .collect()
}

fn app(dir: &Path) -> App {
    let store = Store::open_dir(dir).expect("a store");
    let setup = Setup {
        data_dir: dir.to_owned(),
        ..Setup::default()
    };
    let app = App::new(store, Arc::new(SystemClock), setup).expect("an app");
    match data() {
        Some(data) => {
            let report = app
                .import_catalog(&downloads(&data), false, &|_| {})
                .expect("the full catalogue");
            assert!(report.items > 150_000, "parts, minifigures, sets and gear");
        }
        None => {
            app.plant_starter().expect("the starter catalogue");
        }
    }
    app
}

/// The first rows, with help for spelling mistakes where there are none: as the screen does it.
fn found(app: &App, text: &str, limit: usize) -> Vec<ItemRow> {
    let query = CatalogQuery {
        text: text.to_owned(),
        ..CatalogQuery::default()
    };
    let mut ids = app
        .find_items(&app.solo(), &query, limit)
        .expect("an answer")
        .ids;
    if ids.is_empty() {
        ids = app
            .spelled(&app.solo(), &query, limit)
            .expect("an answer")
            .map(|(_, found)| found.ids)
            .unwrap_or_default();
    }
    app.item_rows(&app.solo(), &ids).expect("rows")
}

#[test]
fn what_people_type_finds_what_they_mean() {
    let dir = tempfile::tempdir().expect("a directory");
    let app = app(dir.path());
    let mut missed = Vec::new();
    let mut asked = 0;
    for line in GOLDEN.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        assert_eq!(columns.len(), 5, "{line}");
        let (text, kind, accepted, within) = (columns[0], columns[1], columns[2], columns[3]);
        asked += 1;
        let rows = found(&app, text, within.parse().expect("a rank"));
        let hit = rows.iter().any(|row| {
            row.key.kind.letter().to_string() == kind
                && accepted.split('|').any(|no| no == row.key.no)
        });
        if !hit {
            let top: Vec<String> = rows
                .iter()
                .map(|row| format!("{} {}", row.key.no, row.name))
                .collect();
            missed.push(format!("{text}: {top:?}"));
        }
    }
    assert_eq!(asked, 35);
    assert!(
        asked - missed.len() >= ENOUGH,
        "{} missed:\n{}",
        missed.len(),
        missed.join("\n")
    );
}
