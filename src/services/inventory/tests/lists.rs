//! Lists that come in, are cancelled, go out and are held against the shop: what is left each time.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::super::Task;
use crate::clock::ManualClock;
use crate::domain::list_job::ListExport;
use crate::domain::report::InventoryImport;
use crate::domain::{
    Against, CorrelationId, ListImport, ListInto, ListSource, Lot, LotField, LotQuery, Mapping,
    OperationId, Timestamp, Which,
};
use crate::error::{Error, Kind, Result};
use crate::formats::ListFormat;
use crate::services::{App, Setup};
use crate::store::{Opener, Store};

pub(super) static NEVER: AtomicBool = AtomicBool::new(false);

pub(super) struct Shop {
    pub(super) app: App,
    dir: tempfile::TempDir,
    ops: std::cell::Cell<u128>,
}

impl Shop {
    pub(super) fn new() -> Self {
        let opener: Opener = Arc::new(|| {
            redb::Database::builder()
                .create_with_backend(redb::backends::InMemoryBackend::new())
                .map_err(|e| Error::storage(e.to_string()))
        });
        let clock = ManualClock::at(Timestamp::from_seconds(1_800_000_000));
        let store = Store::open(opener).expect("a store");
        let app = App::new(store, clock, Setup::default()).expect("an app");
        app.shop_record(&app.solo()).expect("a shop");
        Self {
            app,
            dir: tempfile::tempdir().expect("a directory"),
            ops: std::cell::Cell::new(1),
        }
    }

    pub(super) fn op(&self) -> OperationId {
        self.ops.set(self.ops.get() + 1);
        OperationId(self.ops.get())
    }

    pub(super) fn source(&self, name: &str, text: &str) -> ListSource {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).expect("a file");
        ListSource {
            path: path.to_str().expect("UTF-8").to_owned(),
            ..ListSource::default()
        }
    }

    pub(super) fn import(&self, order: &ListImport) -> Result<InventoryImport> {
        let task = Task {
            progress: &|_| {},
            cancelled: &NEVER,
        };
        self.app
            .import_list(&self.app.solo(), order, self.op(), task)
    }

    pub(super) fn undo(&self, deed: CorrelationId) {
        let task = Task {
            progress: &|_| {},
            cancelled: &NEVER,
        };
        self.app
            .undo(&self.app.solo(), deed, ("", false, self.op()), task)
            .expect("taken back");
    }

    pub(super) fn live(&self) -> Vec<Lot> {
        let scope = self.app.solo();
        let ids = self.app.lot_ids(&scope, &LotQuery::default());
        let ids = ids.expect("lots");
        let lots = self.app.store.read(|tx| tx.shop(&scope).lots(&ids));
        lots.expect("readable")
    }

    fn export(&self, format: ListFormat, path: &Path) -> ListExport {
        let which = Which::Matching(LotQuery::default());
        let task = Task {
            progress: &|_| {},
            cancelled: &NEVER,
        };
        self.app
            .export_lots(&self.app.solo(), &which, (format.name(), Some(path)), task)
            .expect("written")
    }

    pub(super) fn sound(&self) {
        assert_eq!(self.app.check().expect("a check").problems, []);
    }
}

pub(super) fn item(no: &str, pieces: u32, rest: &str) -> String {
    format!(
        "<Item><ItemID>{no}</ItemID><ItemTypeID>P</ItemTypeID><ColorID>11</ColorID><Qty>{pieces}</Qty><Price>0.25</Price><Condition>N</Condition>{rest}</Item>"
    )
}

pub(super) fn bsx(items: &[String]) -> String {
    format!(
        "<BrickStoreXML><Inventory Currency=\"USD\">{}</Inventory></BrickStoreXML>",
        items.concat()
    )
}

pub(super) fn live(source: ListSource) -> ListImport {
    ListImport {
        source,
        ..ListImport::default()
    }
}

#[test]
fn an_import_is_one_deed_and_comes_again_after_it_was_taken_back() {
    let shop = Shop::new();
    let items: Vec<String> = (0..1_203)
        .map(|at| {
            let number = if at % 2 == 0 {
                format!("<LotID>{}</LotID>", at + 1)
            } else {
                String::new()
            };
            item(
                &format!("{}", 3_000 + at),
                4,
                &format!("<Remarks>A-{at}</Remarks>{number}"),
            )
        })
        .collect();
    let order = live(shop.source("lots.bsx", &bsx(&items)));
    let dry = ListImport {
        dry_run: true,
        ..order.clone()
    };
    let before = shop.app.seq().expect("a number");
    let seen = shop.import(&dry).expect("a preview");
    assert_eq!((seen.read, seen.added, seen.pieces), (1_203, 1_203, 4_812));
    assert_eq!(
        shop.app.seq().expect("a number"),
        before,
        "nothing is written"
    );

    let report = shop.import(&order).expect("imported");
    assert_eq!((report.added, report.already), (1_203, 0));
    let head = |shop: &Shop| shop.app.shop_record(&shop.app.solo()).expect("it").currency;
    assert_eq!(head(&shop), "USD");
    let first = shop.live();
    assert_eq!(shop.import(&order).expect("again").already, 1_203);
    shop.sound();

    shop.undo(report.deed.expect("a deed"));
    assert_eq!(shop.live(), []);
    shop.sound();
    let again = shop.import(&order).expect("it comes back");
    assert_eq!((again.added, again.already), (1_203, 0));
    let plain = |lots: Vec<Lot>| -> Vec<Lot> {
        lots.into_iter()
            .map(|lot| Lot {
                last: crate::domain::EntryId(0),
                ..lot
            })
            .collect()
    };
    assert_eq!(plain(shop.live()), plain(first));
    shop.undo(again.deed.expect("a deed"));
    assert_eq!(shop.live(), []);
    shop.sound();
}

#[test]
fn a_cancelled_import_leaves_nothing() {
    for into in [ListInto::Live, ListInto::File("Spring".into())] {
        let shop = Shop::new();
        let items: Vec<String> = (0..1_800)
            .map(|at| item(&format!("{}", 3_000 + at), 4, ""))
            .collect();
        let order = ListImport {
            into,
            ..live(shop.source("lots.bsx", &bsx(&items)))
        };
        let stop = AtomicBool::new(false);
        let progress = |progress: crate::domain::report::Progress| {
            if progress.done >= 1_000 {
                stop.store(true, Ordering::Relaxed);
            }
        };
        let task = Task {
            progress: &progress,
            cancelled: &stop,
        };
        let scope = shop.app.solo();
        let outcome = shop.app.import_list(&scope, &order, shop.op(), task);
        assert_eq!(outcome.expect_err("cancelled").kind, Kind::Conflict);
        assert_eq!(shop.live(), []);
        assert_eq!(shop.app.lot_files(&scope).expect("files"), []);
        assert_eq!(shop.app.shop_record(&scope).expect("it").currency, "EUR");
        assert_eq!(shop.app.finish_open_deeds().expect("none is open"), 0);
        shop.sound();
        assert_eq!(shop.import(&order).expect("later").added, 1_800);
        shop.sound();
    }
}

#[test]
fn merging_adds_the_pieces_and_a_file_takes_everything() {
    let shop = Shop::new();
    let place = "<Remarks>A-1</Remarks>";
    let first = [
        item("3001", 5, place),
        item("3001", 2, "<Remarks>A-2</Remarks>"),
    ];
    shop.import(&live(shop.source("one.bsx", &bsx(&first))))
        .expect("imported");
    let second = [
        item("3001", 7, place),
        item("3002", 1, place),
        item("3002", 3, place),
        item("3003", 1, "<Status>X</Status>"),
    ];
    let order = ListImport {
        merge: true,
        ..live(shop.source("two.bsx", &bsx(&second)))
    };
    let dry = ListImport {
        dry_run: true,
        ..order.clone()
    };
    let seen = shop.import(&dry).expect("a preview");
    assert_eq!((seen.added, seen.merged, seen.skipped.count), (1, 2, 1));
    assert_eq!(seen.skipped.rows[0].field, "Status");
    let report = shop.import(&order).expect("merged");
    assert_eq!((report.added, report.merged, report.pieces), (1, 2, 11));
    let pieces = |shop: &Shop| -> Vec<(String, u32)> {
        let lots = shop.live().into_iter();
        let mut found: Vec<_> = lots.map(|lot| (lot.item.no, lot.stock.available)).collect();
        found.sort();
        found
    };
    let of = |no: &str, pieces: u32| (no.to_owned(), pieces);
    assert_eq!(
        pieces(&shop),
        [of("3001", 2), of("3001", 12), of("3002", 4)]
    );
    shop.undo(report.deed.expect("a deed"));
    assert_eq!(pieces(&shop), [of("3001", 2), of("3001", 5)]);

    let order = ListImport {
        into: ListInto::File("Spring".into()),
        merge: false,
        ..order
    };
    assert_eq!(shop.import(&order).expect("filed").added, 4);
    assert_eq!(shop.import(&order).expect("filed again").added, 4);
    let files = shop.app.lot_files(&shop.app.solo()).expect("files");
    assert_eq!((files.len(), files[0].lots), (1, 8));
    assert_eq!(pieces(&shop), [of("3001", 2), of("3001", 5)]);
    shop.sound();
}

#[test]
fn a_list_is_taken_off_and_copied_onto_equal_lots() {
    let shop = Shop::new();
    let lots = [
        item("3001", 5, "<Remarks>A-1</Remarks>"),
        item("3001", 2, "<Remarks>A-2</Remarks>"),
        item("3002", 9, "<Remarks>A-3</Remarks>"),
    ];
    shop.import(&live(shop.source("one.bsx", &bsx(&lots))))
        .expect("imported");
    let before = shop.live();
    let list = shop.source(
        "sold.bsx",
        &bsx(&[
            item("3001", 6, "<Remarks>B-7</Remarks>"),
            item("3002", 20, "<Remarks>B-8</Remarks>"),
            item("9999", 1, ""),
        ]),
    );
    let scope = shop.app.solo();
    let ask = |what: &Against, dry: bool| {
        let task = Task {
            progress: &|_| {},
            cancelled: &NEVER,
        };
        shop.app
            .against_list(&scope, &list, (what, dry), shop.op(), task)
            .expect("a report")
    };
    let seen = ask(&Against::Subtract, true);
    assert_eq!((seen.deed.changed, seen.deed.pieces), (3, -15));
    assert_eq!((seen.missing_rows, seen.missing_pieces), (2, 12));
    assert_eq!(shop.live(), before, "only looked at");
    let done = ask(&Against::Subtract, false);
    assert_eq!((done.deed.changed, done.deed.pieces), (3, -15));
    assert_eq!(done.missing, seen.missing);
    let left: Vec<u32> = shop.live().iter().map(|lot| lot.stock.available).collect();
    assert_eq!(left, [0, 1, 0]);
    shop.undo(done.deed.deed.expect("a deed"));

    let done = ask(&Against::Copy(vec![LotField::Remarks]), false);
    assert_eq!((done.deed.changed, done.missing_rows), (3, 1));
    let places: Vec<String> = shop.live().into_iter().map(|lot| lot.place.0).collect();
    assert_eq!(places, ["B-7", "B-7", "B-8"]);
    let same = ask(&Against::Copy(vec![LotField::Remarks]), false);
    assert_eq!((same.deed.changed, same.deed.same), (0, 3));
    shop.sound();
}

#[test]
fn columns_are_kept_for_the_next_file() {
    let shop = Shop::new();
    let mut source = shop.source("stock 1.csv", "Nummer;Wieviel\n3001;5\n");
    let columns = [("Nummer", "item number"), ("Wieviel", "quantity")];
    let mut mapping = Mapping::default();
    for (title, field) in columns {
        mapping.columns.push(crate::domain::Column {
            at: crate::domain::ColumnAt::Titled(title.into()),
            field: crate::domain::ListField::of_title(field).expect(field),
        });
    }
    source.mapping = Some(mapping);
    let report = shop.import(&live(source)).expect("read by these columns");
    assert_eq!(
        (report.added, report.mapping.as_deref()),
        (1, Some("stock"))
    );
    let next = shop.source("stock 2.csv", "Nummer;Wieviel\n3002;8\n");
    let report = shop.import(&live(next)).expect("read by kept columns");
    assert_eq!((report.added, report.pieces), (1, 8));
    let mut other = shop.source("other.csv", "Nummer;Wieviel\n3003;8\n");
    assert!(
        shop.import(&live(other.clone())).is_err(),
        "nobody knows these"
    );
    other.known_as = Some("Stock".into());
    assert_eq!(shop.import(&live(other)).expect("by name").added, 1);
}

#[test]
fn what_goes_out_comes_in_again_and_nothing_is_half() {
    let shop = Shop::new();
    let full = "<LotID>77</LotID><Remarks>A-1</Remarks><Comments>=1+1 &amp; more</Comments><Retain/><Stockroom>B</Stockroom><Bulk>2</Bulk><Sale>10</Sale><Cost>0.1</Cost><TQ1>10</TQ1><TP1>0.2</TP1><Reserved>Ana</Reserved><MyOwn a=\"1\">x</MyOwn>";
    let items = [
        item("3001", 6, full),
        item("3002", 9, "<Remarks>A-3</Remarks>"),
    ];
    shop.import(&live(shop.source("one.bsx", &bsx(&items))))
        .expect("imported");
    for format in [ListFormat::Bsx, ListFormat::Json] {
        let path = shop.dir.path().join(format!("out.{}", format.extension()));
        let report = shop.export(format, &path);
        assert_eq!((report.lots, report.lost.as_slice()), (2, &[][..]));
        let other = Shop::new();
        let source = ListSource {
            path: path.to_str().expect("UTF-8").to_owned(),
            ..ListSource::default()
        };
        assert_eq!(other.import(&live(source)).expect("read").added, 2);
        assert_eq!(other.live(), shop.live(), "{}", format.name());
    }
    let path = shop.dir.path().join("out.csv");
    let lost = shop.export(ListFormat::Csv, &path).lost;
    assert_eq!(lost, [("Other fields".to_owned(), 1)]);
    let text = std::fs::read_to_string(&path).expect("a table");
    assert!(text.contains("'=1+1"), "no formula: {text}");

    let stop = AtomicBool::new(true);
    let task = Task {
        progress: &|_| {},
        cancelled: &stop,
    };
    let which = Which::Matching(LotQuery::default());
    let outcome = shop
        .app
        .export_lots(&shop.app.solo(), &which, ("csv", Some(&path)), task);
    assert_eq!(outcome.expect_err("cancelled").kind, Kind::Conflict);
    assert_eq!(std::fs::read_to_string(&path).expect("the old one"), text);
    let left = std::fs::read_dir(shop.dir.path()).expect("files").count();
    assert_eq!(left, 4, "nothing half lies beside it");
}
