//! What a shop keeps of items of its own: beside the catalogue, for this shop alone.

use std::fmt::Write as _;
use std::sync::Arc;

use brickops::clock::ManualClock;
use brickops::domain::query::CatalogFilter;
use brickops::domain::rows::ItemRow;
use brickops::domain::{
    CatalogQuery, Committed, ItemKey, ItemKind, OverlayEdit, Scope, SortBin, TenantId, Timestamp,
    Topic, UserId, ViewSpec,
};
use brickops::error::Kind;
use brickops::services::views::ListRows;
use brickops::services::{App, Notice, Setup};
use brickops::store::{Opener, Store};
use redb::Database;
use redb::backends::InMemoryBackend;

const NOW: Timestamp = Timestamp::from_seconds(1_763_600_000);

struct Fixture {
    app: App,
    store: Store,
    clock: Arc<ManualClock>,
    dir: tempfile::TempDir,
}

impl Fixture {
    /// The starter catalogue, indexed.
    fn new() -> Self {
        let bare = Self::bare();
        bare.app.plant_starter().expect("the starter catalogue");
        bare
    }

    fn bare() -> Self {
        let opener: Opener = Arc::new(|| {
            Ok(Database::builder()
                .create_with_backend(InMemoryBackend::new())
                .expect("a database in memory"))
        });
        let dir = tempfile::tempdir().expect("a directory");
        let setup = Setup {
            data_dir: dir.path().to_owned(),
            ..Setup::default()
        };
        let clock = ManualClock::at(NOW);
        let store = Store::open(opener).expect("a store");
        let app =
            App::new(store.clone(), Arc::<ManualClock>::clone(&clock), setup).expect("an app");
        Self {
            app,
            store,
            clock,
            dir,
        }
    }

    fn import(&self, text: &str) {
        let path = self.dir.path().join("parts.xml");
        std::fs::write(&path, text).expect("a file");
        self.app
            .import_catalog(&[path], false, &|_| {})
            .expect("a catalogue");
    }

    fn keep(&self, scope: &Scope, no: &str, tags: &[&str], notes: &str, bin: Option<&str>) {
        let edit = OverlayEdit {
            tags: Some(tags.iter().map(|tag| (*tag).to_owned()).collect()),
            notes: Some(notes.to_owned()),
            bin: Some(bin.and_then(SortBin::parse)),
        };
        self.app
            .set_overlay(scope, &ItemKey::part(no), edit)
            .expect("it is kept");
    }

    fn found(&self, scope: &Scope, query: &CatalogQuery) -> Vec<String> {
        let all = self.app.find_all(scope, query).expect("an answer");
        let first = self.app.find_items(scope, query, 3).expect("an answer");
        assert_eq!(first.ids, all[..all.len().min(3)], "the beginning of it");
        assert_eq!(first.more, all.len() > 3);
        let counts = self.app.count_items(scope, query).expect("counts");
        assert_eq!(
            counts.total as usize,
            all.len(),
            "the total is that of the list"
        );
        self.rows(scope, &all)
            .into_iter()
            .map(|row| row.key.no)
            .collect()
    }

    fn rows(&self, scope: &Scope, ids: &[u32]) -> Vec<ItemRow> {
        self.app.item_rows(scope, ids).expect("rows")
    }

    fn row(&self, scope: &Scope, no: &str) -> ItemRow {
        let found = self.app.find_items(scope, &text(no), 1).expect("an answer");
        self.rows(scope, &found.ids).remove(0)
    }
}

fn shop(tenant: u32) -> Scope {
    Scope::owner(TenantId(tenant), UserId(1), NOW)
}

fn text(text: &str) -> CatalogQuery {
    CatalogQuery {
        text: text.into(),
        ..CatalogQuery::default()
    }
}

fn own(words: &str) -> CatalogQuery {
    CatalogQuery {
        own: Some(words.into()),
        ..CatalogQuery::default()
    }
}

fn sorted(mut numbers: Vec<String>) -> Vec<String> {
    numbers.sort();
    numbers
}

#[test]
fn what_is_kept_is_shown_beside_the_record() {
    let fixture = Fixture::new();
    let (app, mine) = (&fixture.app, shop(1));
    let before = app
        .item_detail(&mine, &ItemKey::part("3001"))
        .expect("3001");
    assert_eq!(before.overlay, None);
    fixture.keep(
        &mine,
        "3001",
        &["Fast", "FAST", "blue"],
        "two\r\nlines\u{1b}",
        Some("Z9"),
    );
    let after = app
        .item_detail(&mine, &ItemKey::part("3001"))
        .expect("3001");
    let overlay = after.overlay.clone().expect("it is kept");
    assert_eq!(overlay.tags, ["Fast", "blue"]);
    assert_eq!(overlay.notes, "two\nlines");
    assert_eq!((overlay.changed, overlay.by), (NOW, UserId(1)));
    assert_eq!(after.item, before.item, "the global record is as it was");
    assert_eq!(after.proposed_bin(), SortBin::parse("Z9"));
    assert_eq!(before.proposed_bin(), before.item.bin);
    assert!(
        before.item.bin.is_some(),
        "it has a bin of its own, or this says little"
    );
    let row = fixture.row(&mine, "3001");
    assert_eq!(
        (row.own_bin, row.bin),
        (SortBin::parse("Z9"), before.item.bin)
    );
    assert_eq!(row.proposed_bin(), SortBin::parse("Z9"));
    assert_eq!(row.tags, ["Fast", "blue"]);
    let row = app
        .overlay(&mine, &ItemKey::part("3001"))
        .expect("a look")
        .expect("a row");
    assert_eq!(row.name, before.item.name);
    assert_eq!(row.global_bin, before.item.bin);
}

#[test]
fn an_edit_changes_what_it_names_and_what_is_empty_goes() {
    let fixture = Fixture::new();
    let (app, mine, key) = (&fixture.app, shop(1), ItemKey::part("3001"));
    fixture.keep(&mine, "3001", &["a"], "b", Some("C3"));
    let only = |edit: OverlayEdit| app.set_overlay(&mine, &key, edit).expect("it is kept");
    let row = only(OverlayEdit {
        notes: Some("n".into()),
        ..OverlayEdit::default()
    })
    .expect("a row");
    assert_eq!(
        (row.overlay.tags.len(), row.overlay.notes.as_str()),
        (1, "n")
    );
    assert_eq!(row.overlay.bin, SortBin::parse("C3"));
    let seq = app.seq().expect("a number");
    fixture.clock.advance(1_000_000);
    let same = only(OverlayEdit::default()).expect("a row");
    assert_eq!(same, row, "nothing was changed, so nobody changed it");
    assert_eq!(app.seq().expect("a number"), seq, "nor written");
    let gone = only(OverlayEdit {
        tags: Some(vec![" ".into()]),
        notes: Some("\n".into()),
        bin: Some(None),
    });
    assert_eq!(gone, None);
    assert_eq!(app.overlays(&mine, "", 10).expect("a list"), []);
    assert_eq!(app.overlay(&mine, &key).expect("a look"), None);
    assert_eq!(app.check().expect("a check").problems, []);
}

#[test]
fn limits_are_told_and_nothing_is_kept_beyond_them() {
    let fixture = Fixture::new();
    let (app, mine, key) = (&fixture.app, shop(1), ItemKey::part("3001"));
    let refused = |edit: OverlayEdit| app.set_overlay(&mine, &key, edit).expect_err("refused");
    let tags = |tags: Vec<String>| OverlayEdit {
        tags: Some(tags),
        ..OverlayEdit::default()
    };
    let error = refused(tags((0..21).map(|n| format!("tag {n}")).collect()));
    assert_eq!(error.kind, Kind::Invalid);
    assert!(error.message.contains("at most 20"), "{error}");
    assert!(
        refused(tags(vec!["x".repeat(41)]))
            .message
            .contains("at most 40")
    );
    let notes = OverlayEdit {
        notes: Some("x".repeat(2_001)),
        ..OverlayEdit::default()
    };
    assert!(refused(notes).message.contains("2000"));
    let bin = SortBin {
        cabinet: '\u{7}',
        bin: 1,
    };
    let bin = OverlayEdit {
        bin: Some(Some(bin)),
        ..OverlayEdit::default()
    };
    assert!(refused(bin).message.contains("C303"));
    let error = app
        .set_overlay(
            &mine,
            &ItemKey::part("no-such-part"),
            tags(vec!["a".into()]),
        )
        .expect_err("unknown");
    assert_eq!(error.kind, Kind::NotFound);
    assert_eq!(app.overlays(&mine, "", 10).expect("a list"), []);
}

#[test]
fn another_shop_sees_nothing_of_it() {
    let fixture = Fixture::new();
    let (app, mine, theirs) = (&fixture.app, shop(1), shop(2));
    fixture.keep(&mine, "3001", &["qzhidden"], "mine", Some("Z9"));
    fixture.keep(&theirs, "3002", &["other"], "theirs", None);
    assert_eq!(fixture.found(&mine, &own("qzhidden")), ["3001"]);
    assert_eq!(fixture.found(&theirs, &own("qzhidden")), [""; 0]);
    assert_eq!(fixture.found(&theirs, &own("")), ["3002"]);
    assert_eq!(fixture.row(&theirs, "3001").tags, [""; 0]);
    assert_eq!(fixture.row(&theirs, "3001").own_bin, None);
    let detail = app
        .item_detail(&theirs, &ItemKey::part("3001"))
        .expect("3001");
    assert_eq!(detail.overlay, None);
    assert_eq!(
        app.overlay(&theirs, &ItemKey::part("3001"))
            .expect("a look"),
        None
    );
    assert_eq!(app.overlays(&theirs, "", 10).expect("a list").len(), 1);
    assert_eq!(app.overlays(&theirs, "qzhidden", 10).expect("a list"), []);
    // Nor does the search know the words, of neither shop.
    for scope in [&mine, &theirs] {
        assert_eq!(fixture.found(scope, &text("qzhidden")), [""; 0]);
        assert_eq!(
            app.spelled(scope, &text("qzhiddne"), 5)
                .expect("help")
                .map(|(t, _)| t)
                .filter(|t| t.contains("qzhidden")),
            None
        );
    }
    // A neighbour in the table: tenant 1 ends where tenant 2 begins.
    assert_eq!(app.overlays(&shop(3), "", 10).expect("a list"), []);
    // Emptying one shop's leaves the other's.
    fixture.keep(&mine, "3001", &[], "", None);
    assert_eq!(fixture.found(&theirs, &own("OTHER")), ["3002"]);
}

#[test]
fn own_words_together_with_text_and_filters() {
    let fixture = Fixture::new();
    let (app, mine) = (&fixture.app, shop(1));
    fixture.keep(&mine, "3001", &["Fast mover"], "top shelf", Some("Z9"));
    fixture.keep(&mine, "3002", &["fast mover"], "", None);
    fixture.keep(&mine, "3003", &["slow"], "Top of the cabinet", None);
    fixture.keep(&mine, "3020", &["FAST"], "", None);
    assert_eq!(
        sorted(fixture.found(&mine, &own(""))),
        ["3001", "3002", "3003", "3020"]
    );
    assert_eq!(
        sorted(fixture.found(&mine, &own("fast"))),
        ["3001", "3002", "3020"]
    );
    assert_eq!(
        sorted(fixture.found(&mine, &own(" mover FAST "))),
        ["3001", "3002"]
    );
    assert_eq!(sorted(fixture.found(&mine, &own("top"))), ["3001", "3003"]);
    assert_eq!(fixture.found(&mine, &own("z9")), ["3001"]);
    assert_eq!(fixture.found(&mine, &own("fast slow")), [""; 0]);
    let bricks = CatalogQuery {
        text: "brick".into(),
        ..own("fast")
    };
    assert_eq!(
        sorted(fixture.found(&mine, &bricks)),
        ["3001", "3002"],
        "3020 is a plate"
    );
    let sets = CatalogQuery {
        filter: CatalogFilter {
            kinds: vec![ItemKind::Set],
            ..CatalogFilter::default()
        },
        ..own("fast")
    };
    assert_eq!(fixture.found(&mine, &sets), [""; 0]);
    // The choices beside it count what is left, by an independent count over the rows.
    let counts = app.count_items(&mine, &own("fast")).expect("counts");
    assert_eq!(counts.kinds, [(ItemKind::Part, 3)]);
    assert_eq!(counts.plain + counts.printed, 3);
    let details: Vec<_> = ["3001", "3002", "3020"]
        .map(|no| {
            app.item_detail(&mine, &ItemKey::part(no))
                .expect("an item")
                .item
        })
        .into();
    for (color, count) in &counts.colors {
        let known = details
            .iter()
            .filter(|item| item.colors.iter().any(|c| c.color == *color))
            .count();
        assert_eq!(*count as usize, known, "{color:?}");
    }
    assert!(!counts.colors.is_empty());
    for (category, count) in &counts.categories {
        let narrowed = CatalogQuery {
            filter: CatalogFilter {
                category: Some(*category),
                ..CatalogFilter::default()
            },
            ..own("fast")
        };
        assert_eq!(fixture.found(&mine, &narrowed).len(), *count as usize);
    }
    // A filter's own choice does not count against its siblings, here as everywhere.
    let counts = app.count_items(&mine, &sets).expect("counts");
    assert_eq!((counts.total, counts.kinds), (0, vec![(ItemKind::Part, 3)]));
    // Help with spelling looks among them only.
    let typo = CatalogQuery {
        text: "brcik".into(),
        ..own("fast")
    };
    let (word, found) = app
        .spelled(&mine, &typo, 10)
        .expect("help")
        .expect("a word");
    assert_eq!(word, "brick");
    assert_eq!(found.ids.len(), 2);
    assert_eq!(
        app.spelled(
            &mine,
            &CatalogQuery {
                text: "brcik".into(),
                ..own("nothing")
            },
            9
        )
        .expect("help"),
        None
    );
}

#[test]
fn lists_and_windows_follow_what_is_kept() {
    let fixture = Fixture::new();
    let (app, mine) = (&fixture.app, shop(1));
    let numbers = |rows: &ListRows| match rows {
        ListRows::Items(rows) => rows
            .iter()
            .map(|row| row.key.no.clone())
            .collect::<Vec<_>>(),
        _ => Vec::new(),
    };
    let spec = ViewSpec::Catalog(own("x"));
    assert_eq!(
        numbers(&app.open_list(&mine, &spec, 10).expect("a list").rows),
        [""; 0]
    );
    for no in ["3001", "3002", "3003"] {
        fixture.keep(&mine, no, &["x"], "", None);
    }
    let opened = app.open_list(&mine, &spec, 2).expect("a list");
    assert_eq!((numbers(&opened.rows).len(), opened.more), (2, true));
    let (total, rows) = app
        .list_window(&mine, opened.view, 2, 10)
        .expect("a window");
    assert_eq!((total, numbers(&rows).len()), (3, 1));
}

#[test]
fn before_the_index_is_there_they_are_found_all_the_same() {
    let fixture = Fixture::new();
    let mine = shop(1);
    fixture.keep(&mine, "3001", &["x"], "", None);
    fixture.keep(&mine, "3002", &["x"], "", None);
    let Fixture { store, dir, .. } = fixture;
    let setup = Setup {
        data_dir: dir.path().join("elsewhere"),
        ..Setup::default()
    };
    let app = App::new(store.clone(), ManualClock::at(NOW), setup).expect("an app");
    let fixture = Fixture {
        app,
        store,
        clock: ManualClock::at(NOW),
        dir,
    };
    assert_eq!(sorted(fixture.found(&mine, &own("x"))), ["3001", "3002"]);
    let both = CatalogQuery {
        text: "3001".into(),
        ..own("x")
    };
    assert_eq!(fixture.found(&mine, &both), ["3001"]);
    let other = CatalogQuery {
        text: "3003".into(),
        ..own("x")
    };
    assert_eq!(fixture.found(&mine, &other), [""; 0]);
}

fn parts(items: &[(&str, &str)]) -> String {
    let mut text = String::from("<CATALOG>\n");
    for (no, name) in items {
        let _ = writeln!(
            text,
            "<ITEM><ITEMTYPE>P</ITEMTYPE><ITEMID>{no}</ITEMID><ITEMNAME>{name}</ITEMNAME><CATEGORY>0</CATEGORY></ITEM>"
        );
    }
    text + "</CATALOG>\n"
}

#[test]
fn another_catalogue_leaves_them_as_they_are() {
    let fixture = Fixture::bare();
    let mine = shop(1);
    fixture.app.shop_record(&mine).expect("a shop");
    fixture.import(&parts(&[("2", "Brick B"), ("3ab", "Brick C")]));
    fixture.keep(&mine, "3AB", &["mine"], "note", Some("Z9"));
    assert_eq!(
        fixture.found(&mine, &own("mine")),
        ["3ab"],
        "as the catalogue writes it"
    );
    // Items before it move every number of the catalogue; the letters change too.
    fixture.import(&parts(&[
        ("0", "Brick"),
        ("1", "Brick A"),
        ("2", "Brick B"),
        ("3AB", "Brick C new"),
    ]));
    assert_eq!(fixture.found(&mine, &own("mine")), ["3AB"]);
    let row = fixture.row(&mine, "3AB");
    assert_eq!(
        (row.name.as_str(), row.own_bin),
        ("Brick C new", SortBin::parse("Z9"))
    );
    let kept = fixture.app.overlays(&mine, "", 10).expect("a list");
    assert_eq!((kept.len(), kept[0].overlay.notes.as_str()), (1, "note"));
    assert_eq!(fixture.app.check().expect("a check").problems, []);
}

#[test]
fn a_change_is_told_to_the_shop() {
    let fixture = Fixture::new();
    let (sender, told) = std::sync::mpsc::channel();
    fixture.app.listen(Box::new(move |notice| {
        if let Notice::Committed(committed) = notice {
            sender.send(committed.clone()).expect("somebody listens");
        }
        true
    }));
    fixture.keep(&shop(2), "3001", &["a"], "", None);
    let Committed { changes, .. } = told.try_recv().expect("a commit");
    assert_eq!(changes.len(), 1);
    assert_eq!(
        (changes[0].tenant, changes[0].topic),
        (Some(TenantId(2)), Topic::Overlays)
    );
    assert_eq!(changes[0].ids, [0; 0]);
}

#[test]
fn the_list_looks_in_number_and_name_too() {
    let fixture = Fixture::new();
    let mine = shop(1);
    fixture.keep(&mine, "3001", &["a"], "", None);
    fixture.keep(&mine, "3020", &["b"], "", None);
    let list = |text: &str, rows| -> Vec<String> {
        let rows = fixture.app.overlays(&mine, text, rows).expect("a list");
        rows.into_iter().map(|row| row.overlay.item.no).collect()
    };
    assert_eq!(list("", 10), ["3001", "3020"]);
    assert_eq!(list("", 1), ["3001"]);
    assert_eq!(list("PLATE", 10), ["3020"]);
    assert_eq!(list("3001", 10), ["3001"]);
    assert_eq!(list("plate a", 10), ["3020"]);
    assert_eq!(list("brick b", 10), ["3001"]);
    assert_eq!(list("zzz", 10), [""; 0]);
}
