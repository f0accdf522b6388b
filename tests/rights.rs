//! Every verb on a shop's records against every role. The table here is written apart from the one in
//! the program: who may do what is in the issue.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use brickops::clock::ManualClock;
use brickops::domain::edit::Edits;
use brickops::domain::filter::Field;
use brickops::domain::label_job::{LabelFormat, LabelJob, LabelPaper, LabelsOf};
use brickops::domain::lot_draft::{LotDraft, MergeRules};
use brickops::domain::market::{PhotoOrder, PhotoSource, PictureKey, Sought};
use brickops::domain::report::Progress;
use brickops::domain::review::{ReviewFilter, RowChange};
use brickops::domain::rows::HistoryQuery;
use brickops::domain::{
    Against, CatalogQuery, ColorId, CompareQuery, Condition, CorrelationId, EntryId, FileId,
    Grants, ItemKey, ListImport, ListInto, ListSource, LotId, LotQuery, LotShelf, LotView,
    Marketplace, OperationId, OrderId, OrderQuery, OverlayEdit, PartOut, PlaceRule, Role, Scope,
    Secret, SessionId, ShopSettings, TenantId, Timestamp, UserId, ViewId, ViewSpec, Which,
};
use brickops::error::{Kind, Result};
use brickops::services::inventory::Task;
use brickops::services::people::Threshold;
use brickops::services::{App, Setup};
use brickops::store::{Opener, Store, Tx};
use redb::Database;
use redb::backends::InMemoryBackend;

const NOW: Timestamp = Timestamp::from_seconds(1_763_600_000);

/// Who asks.
const WHO: [(&str, Option<Role>, Grants); 8] = [
    ("owner", Some(Role::Owner), NONE),
    ("manager", Some(Role::Manager), NONE),
    (
        "manager with inventory",
        Some(Role::Manager),
        Grants {
            inventory: true,
            orders: false,
        },
    ),
    (
        "manager with orders",
        Some(Role::Manager),
        Grants {
            inventory: false,
            orders: true,
        },
    ),
    ("picker", Some(Role::Picker), NONE),
    ("cashier", Some(Role::Cashier), NONE),
    ("viewer", Some(Role::Viewer), NONE),
    ("nobody yet", None, NONE),
];
const NONE: Grants = Grants {
    inventory: false,
    orders: false,
};

type Verb = Box<dyn Fn(&App, &Scope) -> Result<()>>;

fn verb<T>(ask: impl Fn(&App, &Scope) -> Result<T> + 'static) -> Verb {
    Box::new(move |app, scope| ask(app, scope).map(|_| ()))
}

fn door() -> Threshold {
    Threshold {
        uid: 1,
        operator: false,
        station: false,
        key: Secret::new("key"),
        place: "desk".into(),
        shop: None,
    }
}

const OP: OperationId = OperationId(7);
const WALK: SessionId = SessionId(1);

static QUIET: fn(Progress) = |_| {};
static NEVER: AtomicBool = AtomicBool::new(false);
/// A deed that nobody watches or stops.
const TASK: Task<'static> = Task {
    progress: &QUIET,
    cancelled: &NEVER,
};

fn every_lot() -> Which {
    Which::Matching(LotQuery::default())
}

fn retain() -> Edits {
    Edits::parse("retain=yes").expect("a change")
}

/// Name, one letter for each of [`WHO`] (`y`: may), and the verb.
#[expect(clippy::too_many_lines, reason = "one table, to be read as one")]
fn verbs() -> Vec<(&'static str, &'static str, Verb)> {
    let text = CatalogQuery {
        text: "3001".into(),
        ..CatalogQuery::default()
    };
    let [a, b, c, d] = [text.clone(), text.clone(), text.clone(), text.clone()];
    let list = |spec: ViewSpec| verb(move |app, scope| app.open_list(scope, &spec, 5));
    let edit = OverlayEdit {
        notes: Some("x".into()),
        ..OverlayEdit::default()
    };
    vec![
        (
            "find_items",
            "yyyyyyyn",
            verb(move |app, scope| app.find_items(scope, &a, 5)),
        ),
        (
            "find_all",
            "yyyyyyyn",
            verb(move |app, scope| app.find_all(scope, &b)),
        ),
        (
            "spelled",
            "yyyyyyyn",
            verb(move |app, scope| app.spelled(scope, &c, 5)),
        ),
        (
            "count_items",
            "yyyyyyyn",
            verb(move |app, scope| app.count_items(scope, &d)),
        ),
        (
            "item_rows",
            "yyyyyyyn",
            verb(|app, scope| app.item_rows(scope, &[0])),
        ),
        ("categories", "yyyyyyyn", verb(App::categories)),
        ("colors", "yyyyyyyn", verb(App::colors)),
        (
            "item_detail",
            "yyyyyyyn",
            verb(|app, scope| app.item_detail(scope, &part())),
        ),
        (
            "picture",
            "yyyyyyyn",
            verb(|app, scope| {
                let key = PictureKey {
                    item: part(),
                    color: ColorId(5),
                };
                app.picture(scope, &key)
            }),
        ),
        (
            "identify",
            "yyyyyyyn",
            verb(|app, scope| {
                let order = PhotoOrder {
                    source: PhotoSource::Bytes(b"no photo".to_vec()),
                    sought: Sought::Any,
                    top: 5,
                };
                app.identify(scope, &order)
            }),
        ),
        ("inbox", "yyyyyyyn", verb(App::inbox)),
        (
            "identified_as",
            "yyyyyyyn",
            verb(|app, scope| app.identified_as(scope, ("res-1", 0), None)),
        ),
        (
            "put_photo_aside",
            "ynynnnnn",
            verb(|app, scope| app.put_photo_aside(scope, "a.jpg")),
        ),
        (
            "prices",
            "yyyyyyyn",
            verb(|app, scope| app.prices(scope, &part(), ColorId(5))),
        ),
        (
            "price_sheet",
            "yyyyyyyn",
            verb(|app, scope| app.price_sheet(scope, &part(), ColorId(5))),
        ),
        (
            "refresh_item",
            "yyyyyyyn",
            verb(|app, scope| app.refresh_item(scope, &part())),
        ),
        (
            "refresh_now",
            "yyyyyyyn",
            verb(|app, scope| app.refresh_now(scope, &part(), None, false)),
        ),
        (
            "fetch_number",
            "yyyyyyyn",
            verb(|app, scope| app.fetch_number(scope, "3001", None)),
        ),
        ("freshness", "yyyyyyyn", verb(App::freshness)),
        (
            "walk",
            "ynynnnnn",
            verb(|app, scope| app.walk(scope, 1, &TASK)),
        ),
        ("reconcile", "ynynnnnn", verb(App::reconcile)),
        ("overview", "yyyyyyyn", verb(App::overview)),
        ("overview_figures", "yyyyyyyn", verb(App::overview_figures)),
        (
            "open_list catalogue",
            "yyyyyyyn",
            list(ViewSpec::Catalog(text)),
        ),
        (
            "open_list lots",
            "yyyyyyyn",
            list(ViewSpec::Lots(LotQuery::default())),
        ),
        (
            "open_list orders",
            "yyyyynyn",
            list(ViewSpec::Orders(OrderQuery::default())),
        ),
        (
            "lot_ids",
            "yyyyyyyn",
            verb(|app, scope| app.lot_ids(scope, &LotQuery::default())),
        ),
        (
            "lot_rows",
            "yyyyyyyn",
            verb(|app, scope| app.lot_rows(scope, &[LotId(1)])),
        ),
        (
            "lots_of_item",
            "yyyyyyyn",
            verb(|app, scope| app.lots_of_item(scope, &part())),
        ),
        (
            "stock_of_items",
            "yyyyyyyn",
            verb(|app, scope| app.stock_of_items(scope, &[part()])),
        ),
        (
            "order_ids",
            "yyyyynyn",
            verb(|app, scope| app.order_ids(scope, &OrderQuery::default())),
        ),
        (
            "order_rows",
            "yyyyynyn",
            verb(|app, scope| app.order_rows(scope, &[OrderId(1)])),
        ),
        (
            "order_detail",
            "yyyyynyn",
            verb(|app, scope| app.order_detail(scope, OrderId(1))),
        ),
        (
            "pick_view",
            "yyyyynyn",
            verb(|app, scope| app.pick_view(scope, WALK)),
        ),
        ("open_picks", "yyyyynyn", verb(App::open_picks)),
        (
            "pick_start",
            "ynnyynnn",
            verb(|app, scope| app.pick_start(scope, vec![OrderId(1)], OP)),
        ),
        (
            "pick_take",
            "ynnyynnn",
            verb(|app, scope| app.pick_take(scope, WALK, 0, None, OP)),
        ),
        (
            "pick_scan",
            "ynnyynnn",
            verb(|app, scope| app.pick_scan(scope, WALK, 0, "x", OP)),
        ),
        (
            "pick_short",
            "ynnyynnn",
            verb(|app, scope| app.pick_short(scope, WALK, 0, 0, OP)),
        ),
        (
            "pick_later",
            "ynnyynnn",
            verb(|app, scope| app.pick_later(scope, WALK, 0, OP)),
        ),
        (
            "pick_undo",
            "ynnyynnn",
            verb(|app, scope| app.pick_undo(scope, WALK, OP)),
        ),
        (
            "pick_finish",
            "ynnyynnn",
            verb(|app, scope| app.pick_finish(scope, WALK, OP)),
        ),
        (
            "import_inventory",
            "ynynnnnn",
            verb(|app, scope| app.import_inventory(scope, Path::new("/none"), &|_| {})),
        ),
        (
            "import_list",
            "ynynnnnn",
            verb(|app, scope| app.import_list(scope, &ListImport::default(), OP, task())),
        ),
        (
            "look_at_list",
            "ynynnnnn",
            verb(|app, scope| app.look_at_list(scope, "/")),
        ),
        (
            "list_paths",
            "ynynnnnn",
            verb(|app, scope| app.list_paths(scope, "/")),
        ),
        (
            "open_review",
            "ynynnnnn",
            verb(|app, scope| app.open_review(scope, &ListSource::default(), OP, task())),
        ),
        (
            "review_rows",
            "ynynnnnn",
            verb(|app, scope| app.review_rows(scope, OP, ReviewFilter::All, (0, 1))),
        ),
        (
            "change_review",
            "ynynnnnn",
            verb(|app, scope| app.change_review(scope, OP, 0, &RowChange::Take(true))),
        ),
        (
            "next_odd",
            "ynynnnnn",
            verb(|app, scope| app.next_odd(scope, OP, 0, false)),
        ),
        (
            "undo_review",
            "ynynnnnn",
            verb(|app, scope| app.undo_review(scope, OP)),
        ),
        (
            "review_outlook",
            "ynynnnnn",
            verb(|app, scope| app.review_outlook(scope, OP, (&ListInto::Live, true), task())),
        ),
        (
            "book_review",
            "ynynnnnn",
            verb(|app, scope| {
                let booking = (&ListInto::Live, true);
                app.book_review(scope, OP, booking, OP, task())
            }),
        ),
        (
            "drop_review",
            "ynynnnnn",
            verb(|app, scope| app.drop_review(scope, OP)),
        ),
        (
            "against_list",
            "ynynnnnn",
            verb(|app, scope| {
                let source = ListSource::default();
                app.against_list(scope, &source, (&Against::Subtract, true), OP, task())
            }),
        ),
        (
            "export_lots",
            "yyyyyyyn",
            verb(|app, scope| {
                let which = Which::Matching(LotQuery::default());
                app.export_lots(scope, &which, ("csv", None), task())
            }),
        ),
        (
            "draw_labels",
            "yyyyyyyn",
            verb(|app, scope| app.draw_labels(scope, &totes())),
        ),
        (
            "parcel_piece",
            "yyyyyyyn",
            verb(|app, scope| app.parcel_piece(scope, 1, 0)),
        ),
        (
            "import_orders",
            "ynnynnnn",
            verb(|app, scope| app.import_orders(scope, Path::new("/none"), &|_| {})),
        ),
        (
            "overlay",
            "yyyyyyyn",
            verb(|app, scope| app.overlay(scope, &part())),
        ),
        (
            "overlays",
            "yyyyyyyn",
            verb(|app, scope| app.overlays(scope, "", 5)),
        ),
        (
            "set_overlay",
            "ynynnnnn",
            verb(move |app, scope| app.set_overlay(scope, &part(), edit.clone())),
        ),
        (
            "lot_row",
            "yyyyyyyn",
            verb(|app, scope| app.lot_row(scope, LotId(1))),
        ),
        ("place_rows", "yyyyyyyn", verb(App::place_rows)),
        (
            "propose_places",
            "yyyyyyyn",
            verb(|app, scope| app.propose_places(scope, &part(), ColorId(11))),
        ),
        (
            "history",
            "yyyyyyyn",
            verb(|app, scope| app.history(scope, &HistoryQuery::default(), (None, 5))),
        ),
        ("lot_files", "yyyyyyyn", verb(App::lot_files)),
        (
            "compare_lots",
            "yyyyyyyn",
            verb(|app, scope| {
                let query = CompareQuery {
                    second: LotShelf::Gone,
                    ..CompareQuery::default()
                };
                app.compare_lots(scope, &query, (0, 5))
            }),
        ),
        ("lot_views", "yyyyyyyn", verb(App::lot_views)),
        (
            "save_lot_view",
            "yyyyyyyn",
            verb(|app, scope| {
                let view = LotView {
                    name: "Red".into(),
                    query: LotQuery::text("color:red"),
                    columns: Vec::new(),
                };
                app.save_lot_view(scope, view)
            }),
        ),
        (
            "drop_lot_view",
            "yyyyyyyn",
            verb(|app, scope| app.drop_lot_view(scope, "Green")),
        ),
        (
            "place_rule_fit",
            "yyyyyyyn",
            verb(|app, scope| app.place_rule_fit(scope, Some(PlaceRule::Own))),
        ),
        (
            "set_place_rule",
            "ynnnnnnn",
            verb(|app, scope| {
                app.set_place_rule(scope, &PlaceRule::Remarks, OperationId(29), TASK)
            }),
        ),
        (
            "rename_lot_view",
            "yyyyyyyn",
            verb(|app, scope| app.rename_lot_view(scope, "Red", "Blue")),
        ),
        (
            "preview_release",
            "ynynnnnn",
            verb(|app, scope| app.preview_release(scope, FileId(1), None)),
        ),
        (
            "filter_values",
            "yyyyyyyn",
            verb(|app, scope| {
                app.filter_values(scope, (Field::Place, "A", LotShelf::Live))
                    .map(|_| ())
            }),
        ),
        (
            "add_lot",
            "ynynnnnn",
            verb(|app, scope| app.add_lot(scope, &LotDraft::new(part()), OperationId(20))),
        ),
        (
            "preview_change",
            "ynynnnnn",
            verb(|app, scope| app.preview_change(scope, &every_lot(), &retain())),
        ),
        (
            "fetch_prices",
            "ynynnnnn",
            verb(|app, scope| {
                let edits = Edits::parse("price=guide").expect("a change");
                app.fetch_prices(scope, &every_lot(), &edits, &TASK)
            }),
        ),
        (
            "change_lots",
            "ynynnnnn",
            verb(|app, scope| {
                app.change_lots(scope, &every_lot(), &retain(), ("", OperationId(21)), TASK)
            }),
        ),
        (
            "edit_lot",
            "ynynnnnn",
            verb(|app, scope| {
                let seen = (EntryId(1), &retain());
                app.edit_lot(scope, LotId(1), seen, ("", OperationId(22)))
            }),
        ),
        (
            "split_lot",
            "ynynnnnn",
            verb(|app, scope| app.split_lot(scope, LotId(1), (1, &retain()), OperationId(23))),
        ),
        (
            "merge_lots",
            "ynynnnnn",
            verb(|app, scope| {
                let rules = MergeRules::default();
                app.merge_lots(scope, (LotId(1), vec![LotId(2)]), rules, OperationId(24))
            }),
        ),
        (
            "count_lots",
            "ynynnnnn",
            verb(|app, scope| app.count_lots(scope, &[], ("", OperationId(25)), TASK)),
        ),
        (
            "preview_undo",
            "ynynnnnn",
            verb(|app, scope| app.preview_undo(scope, CorrelationId(1))),
        ),
        (
            "undo",
            "ynynnnnn",
            verb(|app, scope| {
                let how = ("", false, OperationId(26));
                app.undo(scope, CorrelationId(1_000), how, TASK)
            }),
        ),
        (
            "put_lot_file",
            "ynynnnnn",
            verb(|app, scope| app.put_lot_file(scope, None, ("March", "", false))),
        ),
        (
            "release",
            "ynynnnnn",
            verb(|app, scope| app.release(scope, FileId(1), (None, true), OperationId(27), TASK)),
        ),
        (
            "drop_lot_file",
            "ynynnnnn",
            verb(|app, scope| app.drop_lot_file(scope, FileId(1))),
        ),
        (
            "part_out",
            "ynynnnnn",
            verb(|app, scope| {
                let order = PartOut {
                    set: part(),
                    contents: ListSource::default(),
                    sets: 1,
                    condition: Condition::New,
                    cost: None,
                    from: None,
                    into: ListInto::Live,
                    merge: false,
                    dry_run: true,
                };
                app.part_out(scope, &order, OperationId(29), TASK)
            }),
        ),
        (
            "forget_place",
            "ynynnnnn",
            verb(|app, scope| app.forget_place(scope, "Q-77")),
        ),
        (
            "cancel",
            "ynynnnnn",
            verb(|app, scope| app.cancel(scope, OperationId(28))),
        ),
        ("settings", "yyyyyyyy", verb(App::settings)),
        (
            "set_settings",
            "ynnnnnnn",
            verb(|app, scope| app.set_settings(scope, &door(), "My shop", ShopSettings::default())),
        ),
        (
            "test_alert",
            "ynnnnnnn",
            verb(|app, scope| app.test_alert(scope, &door())),
        ),
        ("check_shop", "ynnnnnnn", verb(App::check_shop)),
        ("markets", "ynnnnnnn", verb(App::markets)),
        (
            "test_market",
            "ynnnnnnn",
            verb(|app, scope| app.test_market(scope, Marketplace::BrickOwl)),
        ),
        (
            "jobs",
            "ynnnnnnn",
            verb(|app, scope| app.jobs(Some(scope), &door())),
        ),
        (
            "job_history",
            "ynnnnnnn",
            verb(|app, scope| app.job_history(Some(scope), &door(), "check")),
        ),
        (
            "run_job",
            "ynnnnnnn",
            verb(|app, scope| app.run_job(Some(scope), &door(), "check")),
        ),
        (
            "cancel_job",
            "ynnnnnnn",
            verb(|app, scope| app.cancel_job(Some(scope), &door(), "check")),
        ),
        (
            "machine_room",
            "ynnnnnnn",
            verb(|app, scope| app.machine_room(Some(scope), &door())),
        ),
        (
            "raw_answer",
            "ynnnnnnn",
            verb(|app, scope| app.raw_answer(scope, 1)),
        ),
    ]
}

fn every_shop(tx: &Tx<'_>) -> Result<Vec<TenantId>> {
    tx.tenants()
}

fn task() -> Task<'static> {
    static NEVER: AtomicBool = AtomicBool::new(false);
    Task {
        progress: &|_| {},
        cancelled: &NEVER,
    }
}

fn totes() -> LabelJob {
    LabelJob {
        of: LabelsOf::Totes(1, 1),
        paper: LabelPaper::Size("62x29".into()),
        format: LabelFormat::Zpl(203),
        data_matrix: false,
    }
}

fn part() -> ItemKey {
    ItemKey::part("3001")
}

fn app() -> (App, Store, tempfile::TempDir) {
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
    let store = Store::open(opener).expect("a store");
    let app = App::new(store.clone(), ManualClock::at(NOW), setup).expect("an app");
    app.plant_starter().expect("the starter catalogue");
    app.shop_record(&app.solo()).expect("a shop");
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    let lots = "<BrickStoreXML><Inventory Currency=\"EUR\"><Item><ItemID>3001</ItemID><ItemTypeID>P</ItemTypeID><ColorID>11</ColorID><Status>I</Status><Qty>9</Qty><Price>0.5</Price><Condition>N</Condition><Remarks>A-1</Remarks></Item></Inventory></BrickStoreXML>";
    app.import_inventory(&app.solo(), &file("lots.bsx", lots), &|_| {})
        .expect("lots");
    let order = |number: u32| {
        format!(
            "<ORDER><ORDERID>{number}</ORDERID><ORDERDATE>8/1/2025</ORDERDATE><BUYER>b</BUYER><ORDERSTATUS>Paid</ORDERSTATUS><ITEM><COLOR>11</COLOR><PRICE>0.1</PRICE><QTY>2</QTY><CONDITION>N</CONDITION><ITEMTYPE>P</ITEMTYPE><ITEMID>3001</ITEMID></ITEM></ORDER>"
        )
    };
    let orders = format!("<ORDERS>{}{}</ORDERS>", order(100), order(101));
    app.import_orders(&app.solo(), &file("orders.xml", &orders), &|_| {})
        .expect("orders");
    app.pick_start(&app.solo(), vec![OrderId(2)], OperationId(1))
        .expect("a walk");
    (app, store, dir)
}

fn scope(tenant: u32, role: Option<Role>, grants: Grants) -> Scope {
    Scope {
        role,
        grants,
        ..Scope::owner(TenantId(tenant), UserId(1), NOW)
    }
}

#[test]
fn every_verb_is_refused_to_every_role_that_lacks_it() {
    let (app, _store, _dir) = app();
    for (name, may, ask) in verbs() {
        assert_eq!(may.len(), WHO.len(), "{name}");
        for ((who, role, grants), may) in WHO.into_iter().zip(may.chars()) {
            let before = app.seq().expect("a number");
            let outcome = ask(&app, &scope(1, role, grants));
            let refused = outcome.as_ref().err().filter(|e| e.kind == Kind::Forbidden);
            assert_eq!(
                refused.is_none(),
                may == 'y',
                "{name} as {who}: {outcome:?}"
            );
            if let Some(error) = refused {
                assert_eq!(
                    app.seq().expect("a number"),
                    before,
                    "{name} as {who} wrote"
                );
                assert!(error.message.to_lowercase().contains("owner"), "{error}");
            }
        }
    }
}

/// Before any account exists somebody may look around in the catalogue, as an owner of no shop.
#[test]
fn no_shop_reads_the_catalogue_and_nothing_else() {
    let (app, store, _dir) = app();
    let nobody = Scope::owner(TenantId(0), UserId(0), NOW);
    let catalog = [
        "find_items",
        "find_all",
        "spelled",
        "count_items",
        "item_rows",
        "categories",
        "colors",
        "item_detail",
        "picture",
        "open_list catalogue",
        "overview",
        "overview_figures",
        "overlay",
        "overlays",
        "settings",
    ];
    let before = app.seq().expect("a number");
    for (name, _, ask) in verbs() {
        let outcome = ask(&app, &nobody);
        if catalog.contains(&name) {
            assert!(outcome.is_ok(), "{name}: {outcome:?}");
        } else {
            let error = outcome.expect_err(name);
            assert_eq!(error.kind, Kind::Unauthenticated, "{name}");
        }
    }
    assert_eq!(app.seq().expect("a number"), before, "and writes nothing");
    let overview = app.overview(&nobody).expect("figures");
    assert_eq!(
        (
            overview.shop.as_str(),
            overview.lots,
            overview.orders_to_pick
        ),
        ("", 0, 0)
    );
    assert!(!overview.items.is_empty());
    let detail = app.item_detail(&nobody, &part()).expect("3001");
    assert_eq!((detail.lots.len(), detail.overlay), (0, None));
    let tenants = store.read(every_shop).expect("shops");
    assert_eq!(tenants, [TenantId(1)]);
}

#[test]
fn a_list_is_not_read_on_by_who_may_not_see_it() {
    let (app, _store, _dir) = app();
    let as_role = |role| scope(1, role, NONE);
    let open = |spec: ViewSpec| {
        app.open_list(&as_role(Some(Role::Owner)), &spec, 1)
            .expect("a list")
            .view
    };
    let orders = open(ViewSpec::Orders(OrderQuery::default()));
    let lots = open(ViewSpec::Lots(LotQuery::default()));
    let items = open(ViewSpec::Catalog(CatalogQuery::default()));
    let refused = |role, view: ViewId| {
        let outcome = app.list_window(&as_role(role), view, 0, 5);
        outcome.err().map(|error| error.kind)
    };
    let cashier = Some(Role::Cashier);
    assert_eq!(refused(cashier, orders), Some(Kind::Forbidden));
    assert_eq!(refused(cashier, lots), None);
    assert_eq!(refused(cashier, items), None);
    for view in [orders, lots, items] {
        assert_eq!(refused(None, view), Some(Kind::Forbidden), "without a role");
        assert_eq!(refused(Some(Role::Viewer), view), None);
        let other = scope(2, Some(Role::Owner), NONE);
        let error = app
            .list_window(&other, view, 0, 5)
            .expect_err("another shop's");
        assert_eq!(error.kind, Kind::NotFound);
    }
}

#[test]
fn figures_that_a_role_may_not_see_are_empty() {
    let (app, _store, _dir) = app();
    let overview = |role| app.overview(&scope(1, Some(role), NONE)).expect("figures");
    for role in [Role::Owner, Role::Manager, Role::Picker, Role::Viewer] {
        let seen = overview(role);
        assert_eq!(
            (seen.lots, seen.orders_to_pick, seen.walks.len()),
            (1, 2, 1),
            "{role:?}"
        );
        assert!(seen.oldest_order.is_some());
    }
    let seen = overview(Role::Cashier);
    assert_eq!((seen.lots, seen.pieces > 0), (1, true));
    assert_eq!(
        (seen.orders_to_pick, seen.oldest_order, seen.short_lines),
        (0, None, 0)
    );
    assert_eq!(seen.walks, []);
}

#[test]
fn the_webhook_is_shown_to_who_may_change_it() {
    let (app, _store, _dir) = app();
    let owner = scope(1, Some(Role::Owner), NONE);
    let settings = ShopSettings {
        webhook: "https://example.org/key".into(),
        lock_after: 5,
        ..ShopSettings::default()
    };
    app.set_settings(&owner, &door(), "My shop", settings.clone())
        .expect("set");
    assert_eq!(
        app.settings(&owner).expect("settings"),
        ("My shop".into(), settings)
    );
    let (name, seen) = app
        .settings(&scope(1, Some(Role::Picker), NONE))
        .expect("settings");
    assert_eq!(
        (name.as_str(), seen.lock_after, seen.webhook.as_str()),
        ("My shop", 5, "")
    );
}
