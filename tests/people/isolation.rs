//! Two shops on one server, all roles, every verb, through the desk as a client reaches it: nobody sees
//! or changes anything of the other shop, and what a role does not include is refused.
//!
//! Which right a request needs, and who has it, is written down here once more, on purpose: a mistake in
//! the program's own table must not hide itself.

use std::sync::{Arc, Mutex};

use brickops::api::client::{Conversation, Handler, Peer};
use brickops::api::server::Desk;
use brickops::api::{
    Answer, DoorRequest, Event, Greeting, KeysRequest, NewAccount, OfficeRequest, Reply, Request,
};
use brickops::clock::ManualClock;
use brickops::domain::{
    AuditQuery, CatalogQuery, Category, CategoryId, Facts, Grants, Item, ItemKey, LotQuery,
    Marketplace, OperationId, OrderId, OrderQuery, OverlayEdit, Role, Scope, Secret, SessionId,
    ShopSettings, Source, Standing, UserId, ViewId, ViewSpec, Whereabouts,
};
use brickops::entropy::CountingEntropy;
use brickops::error::Kind;
use brickops::services::keys::MasterSource;
use brickops::services::people::Entry;
use brickops::services::{App, Hashing, Outside, Setup};
use brickops::store::NewCatalog;
use proptest::prelude::*;

use super::setup::{PASSWORD, START, console, door, draft, secret, store};

/// What a request needs, in words of this file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// Nothing but the door.
    Nothing,
    Catalog,
    SeeInventory,
    SeeOrders,
    SeePicks,
    ChangeInventory,
    ChangeOrders,
    Pick,
    ChangeOverlays,
    People,
    Credentials,
    Settings,
    Audit,
    Export,
    OwnAccount,
    /// The server's operator, whom no role makes.
    Operator,
}

/// Who has it.
fn has(role: Option<Role>, grants: Grants, needs: Needs) -> bool {
    use Needs::{
        Audit, Catalog, ChangeInventory, ChangeOrders, ChangeOverlays, Credentials, Export,
        Nothing, Operator, OwnAccount, People, Pick, SeeInventory, SeeOrders, SeePicks, Settings,
    };
    let reads = matches!(needs, Nothing | Catalog | SeeInventory | OwnAccount);
    match role {
        None => matches!(needs, Nothing | OwnAccount),
        Some(Role::Owner) => match needs {
            Operator => false,
            Nothing | Catalog | SeeInventory | SeeOrders | SeePicks | ChangeInventory
            | ChangeOrders | Pick | ChangeOverlays | People | Credentials | Settings | Audit
            | Export | OwnAccount => true,
        },
        Some(Role::Manager) => match needs {
            ChangeInventory | ChangeOverlays => grants.inventory,
            ChangeOrders | Pick => grants.orders,
            _ => reads || matches!(needs, SeeOrders | SeePicks),
        },
        Some(Role::Picker) => reads || matches!(needs, SeeOrders | SeePicks | Pick),
        Some(Role::Cashier) => reads,
        Some(Role::Viewer) => reads || matches!(needs, SeeOrders | SeePicks),
    }
}

/// One of eight people of a shop.
struct Actor {
    entry: Entry,
    pass: Secret,
    email: String,
}

/// A shop, with a word that stands in everything it has.
struct Shop {
    mark: &'static str,
    actors: Vec<Actor>,
    badge: Secret,
}

struct World {
    app: Arc<App>,
    desk: Desk,
    shops: [Shop; 2],
    folder: tempfile::TempDir,
}

const STAFF: [(Option<Role>, bool, bool); 8] = [
    (Some(Role::Owner), false, false),
    (Some(Role::Manager), false, false),
    (Some(Role::Manager), true, false),
    (Some(Role::Manager), false, true),
    (Some(Role::Picker), true, true),
    (Some(Role::Cashier), true, true),
    (Some(Role::Viewer), true, true),
    (None, true, true),
];

fn catalog() -> NewCatalog {
    let facts = Facts {
        source: Source::Download,
        at: START,
    };
    let item = |no: &str| Item {
        key: ItemKey::part(no),
        name: format!("Brick {no}"),
        alternates: Vec::new(),
        category: CategoryId(5),
        year: None,
        weight: None,
        dimensions: None,
        colors: Vec::new(),
        image: None,
        obsolete: None,
        bin: None,
        vanished: None,
        basics: facts,
        colors_from: None,
        bin_from: None,
    };
    NewCatalog {
        colors: Vec::new(),
        categories: vec![Category {
            id: CategoryId(5),
            name: "Brick".into(),
            parent: None,
        }],
        items: vec![item("3001"), item("3002")],
    }
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("exchange")).expect("a folder");
        let clock = ManualClock::at(START);
        let store = store();
        let staged = store
            .stage_catalog(&Arc::new(catalog()), false, START, |_| {})
            .expect("a catalogue");
        store.publish_catalog(staged).expect("a catalogue");
        let setup = Setup {
            data_dir: folder.path().to_owned(),
            entropy: Arc::new(CountingEntropy::default()),
            hashing: Hashing::CHEAP,
            outside: Outside {
                master: MasterSource::File(folder.path().join("master.key")),
                ..Outside::default()
            },
            ..Setup::default()
        };
        let app = Arc::new(App::new(store, clock, setup).expect("an app"));
        let shops = ["yak", "zebra"].map(|mark| staff(&app, mark, folder.path()));
        Self {
            desk: Desk::new(Arc::clone(&app), folder.path(), START),
            app,
            shops,
            folder,
        }
    }

    fn talk(&self, of: usize, actor: usize) -> Arc<dyn Conversation> {
        let who = &self.shops[of].actors[actor];
        let greeting = Greeting {
            client: 1,
            station: false,
            key: secret(&format!("station {of}")),
            place: format!("{} {of}", who.entry.user),
            shop: None,
            pass: Some(who.pass.clone()),
        };
        let peer = Peer {
            uid: 5_000,
            operator: false,
        };
        self.desk.greet(peer, greeting).expect("a greeting")
    }

    /// Everything of a shop, as its owner sees it.
    fn dump(&self, of: usize) -> String {
        let own = &self.shops[of].actors[0].entry;
        let scope = Scope::owner(own.tenant, own.user, self.app.now());
        let app = &self.app;
        let lots = app.lot_ids(&scope, &LotQuery::default()).expect("lots");
        let orders = app
            .order_ids(&scope, &OrderQuery::default())
            .expect("orders");
        let whole: Vec<_> = orders
            .iter()
            .map(|id| app.order_detail(&scope, *id))
            .collect();
        let audit = app
            .audit(
                &scope,
                &console(),
                &AuditQuery::default(),
                None,
                1_000,
                false,
            )
            .expect("the audit log");
        format!(
            "{:?}\n{:?}\n{:?}\n{whole:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{audit:?}",
            app.shop_record(&scope).expect("a shop"),
            app.lot_rows(&scope, &lots).expect("lots"),
            app.order_rows(&scope, &orders).expect("orders"),
            app.pick_view(&scope, SessionId(1)).expect("a walk"),
            app.people(&scope, own).expect("people"),
            app.overlays(&scope, "", 100),
            app.settings(&scope),
            app.overlay(&scope, &ItemKey::part("3001")),
            app.markets(&scope),
        )
    }
}

/// A shop with eight people, three lots (one of an item that the catalogue does not know), two orders, a walk, overlays; the same numbers in every shop.
fn staff(app: &App, mark: &'static str, folder: &std::path::Path) -> Shop {
    let email = format!("owner@{mark}.example");
    let (entry, pass) = app
        .open_account(&console(), draft(&format!("{mark} bricks"), &email))
        .expect("an account");
    let scope = Scope::owner(entry.tenant, entry.user, app.now());
    app.set_name(&scope, &format!("Owner {mark}"))
        .expect("a name");
    let mut actors = vec![Actor { entry, pass, email }];
    for (n, (role, inventory, orders)) in STAFF.into_iter().enumerate().skip(1) {
        let email = format!("person{n}@{mark}.example");
        let grants = Grants { inventory, orders };
        let (_, code) = app
            .invite(
                &scope,
                &console(),
                &email,
                role.unwrap_or(Role::Viewer),
                grants,
                7,
            )
            .expect("an invitation");
        let there = door(&format!("{mark} {n}"));
        let (entry, pass) = app
            .use_code(&there, &code, &format!("{mark} {n}"), &secret(PASSWORD))
            .expect("a person");
        if role.is_none() {
            app.set_role(&scope, &console(), entry.user, None, grants)
                .expect("no role");
        }
        actors.push(Actor { entry, pass, email });
    }
    app.set_pin(&scope, &console(), Some(&secret("2580")))
        .expect("a PIN");
    let badge = app
        .make_badge(&scope, &console(), scope.user)
        .expect("a badge");
    app.invite(
        &scope,
        &console(),
        &format!("new@{mark}.example"),
        Role::Viewer,
        Grants::default(),
        7,
    )
    .expect("an invitation that waits");
    let file = |name: &str, text: String| {
        let path = folder.join("exchange").join(format!("{mark}-{name}"));
        std::fs::write(&path, text).expect("a file");
        path
    };
    let lots: String = [("3001", 7), ("3002", 8), ("3003", 9)]
        .map(|(no, number)| {
            format!("<Item><ItemID>{no}</ItemID><ItemTypeID>P</ItemTypeID><ColorID>11</ColorID><ItemName>{mark} thing</ItemName><Status>I</Status><Qty>50</Qty><Price>0.1</Price><Condition>N</Condition><Remarks>{mark}-1</Remarks><LotID>{number}</LotID></Item>")
        })
        .concat();
    let lots = file(
        "lots.bsx",
        format!("<BrickStoreXML><Inventory Currency=\"EUR\">{lots}</Inventory></BrickStoreXML>"),
    );
    app.import_inventory(&scope, &lots, &|_| {}).expect("lots");
    let orders: String = [100, 101]
        .map(|number| {
            format!("<ORDER><ORDERID>{number}</ORDERID><ORDERDATE>8/5/2025</ORDERDATE><ORDERSTATUSCHANGED>9/5/2025</ORDERSTATUSCHANGED><BUYER>{mark}-buyer</BUYER><ORDERTOTAL>5.00</ORDERTOTAL><BASECURRENCYCODE>EUR</BASECURRENCYCODE><BASEGRANDTOTAL>5.00</BASEGRANDTOTAL><ORDERSTATUS>Paid</ORDERSTATUS><ITEM><ORDERBATCH>1</ORDERBATCH><COLOR>11</COLOR><PRICE>0.1</PRICE><QTY>4</QTY><CONDITION>N</CONDITION><ITEMTYPE>P</ITEMTYPE><ITEMID>3001</ITEMID></ITEM></ORDER>")
        })
        .concat();
    let orders = file("orders.xml", format!("<ORDERS>{orders}</ORDERS>"));
    app.import_orders(&scope, &orders, &|_| {}).expect("orders");
    app.pick_start(&scope, vec![OrderId(1)], OperationId(1))
        .expect("a walk");
    // Kept by another part of the program; where it keeps nothing, the dump says so before and after.
    let _ = app.set_overlay(&scope, &ItemKey::part("3001"), overlay(mark));
    Shop {
        mark,
        actors,
        badge,
    }
}

fn overlay(mark: &str) -> OverlayEdit {
    OverlayEdit {
        tags: Some(vec![format!("{mark}-tag")]),
        notes: Some(format!("{mark} notes")),
        ..OverlayEdit::default()
    }
}

/// How many kinds of requests [`request`] knows.
const VERBS: u8 = 58;

/// A request of each kind, and what it needs. `n` varies whom and what it is about.
fn request(world: &World, of: usize, verb: u8, n: u8) -> (Request, Needs) {
    use Request as R;
    let me = &world.shops[of];
    let (id, op) = (u64::from(n % 4), OperationId(u128::from(n) + 2));
    // The owner and the last person are left alone, so that there is always somebody to act.
    let user = UserId(u32::from(2 + n % 6));
    let key = ItemKey::part(if n.is_multiple_of(2) { "3001" } else { "3002" });
    let query = CatalogQuery {
        text: "brick".into(),
        ..CatalogQuery::default()
    };
    let grants = Grants {
        inventory: n.is_multiple_of(2),
        orders: n.is_multiple_of(3),
    };
    let role = Role::ALL[usize::from(n) % 5];
    let email = format!("guest{n}@{}.example", me.mark);
    match verb {
        0 => (R::Overview, Needs::Catalog),
        1 => (open(ViewSpec::Catalog(query)), Needs::Catalog),
        2 => (
            open(ViewSpec::Lots(LotQuery::default())),
            Needs::SeeInventory,
        ),
        3 => (
            open(ViewSpec::Orders(OrderQuery::default())),
            Needs::SeeOrders,
        ),
        4 => (R::Count { query }, Needs::Catalog),
        5 => (R::Spell { query, rows: 5 }, Needs::Catalog),
        6 => (R::Item { key }, Needs::Catalog),
        7 => (R::Categories, Needs::Catalog),
        8 => (R::Colors, Needs::Catalog),
        9 => (R::Order { id: OrderId(id) }, Needs::SeeOrders),
        10..=17 => (
            pick_request(verb, me, id, u16::from(n % 2), op),
            picks_need(verb),
        ),
        18..=20 => import_request(world, me, verb),
        21 => (R::Overlay { key }, Needs::Catalog),
        22 => (
            R::SetOverlay {
                key,
                edit: Box::new(overlay(me.mark)),
            },
            Needs::ChangeOverlays,
        ),
        23 => (
            R::Overlays {
                text: String::new(),
                rows: 100,
            },
            Needs::Catalog,
        ),
        24 => (R::Check, Needs::Export),
        25 => (R::Status, Needs::Nothing),
        26 => (R::Stop, Needs::Operator),
        27 => (
            R::Window {
                view: ViewId(u64::from(n)),
                offset: 0,
                len: 50,
            },
            Needs::Nothing,
        ),
        28..=39 => {
            let (request, needs) = people_request(verb, email, user, role, grants, id);
            (R::Office(request), needs)
        }
        40..=46 => {
            let (request, needs) = own_request(me, verb, n);
            (R::Office(request), needs)
        }
        52..=57 => {
            let (request, needs) = keys_request(verb, n);
            (R::Keys(request), needs)
        }
        _ => {
            let (request, needs) = door_request(world, of, verb, n);
            (R::Door(request), needs)
        }
    }
}

fn import_request(world: &World, me: &Shop, verb: u8) -> (Request, Needs) {
    use Request as R;
    let file = |name: &str| {
        let path = world.folder.path().join("exchange");
        path.join(format!("{}-{name}", me.mark))
            .display()
            .to_string()
    };
    match verb {
        18 => (
            R::ImportCatalog {
                paths: vec!["/nowhere".into()],
                complete: false,
            },
            Needs::Operator,
        ),
        19 => (
            R::ImportInventory {
                path: file("lots.bsx"),
            },
            Needs::ChangeInventory,
        ),
        _ => (
            R::ImportOrders {
                path: file("orders.xml"),
            },
            Needs::ChangeOrders,
        ),
    }
}

fn picks_need(verb: u8) -> Needs {
    if verb == 11 {
        Needs::SeePicks
    } else {
        Needs::Pick
    }
}

fn pick_request(verb: u8, me: &Shop, id: u64, line: u16, op: OperationId) -> Request {
    use Request as R;
    let session = SessionId(id);
    match verb {
        10 => R::PickStart {
            orders: vec![OrderId(id)],
            op,
        },
        11 => R::PickOpen { session },
        12 => R::PickTake {
            session,
            line,
            pieces: Some(1),
            op,
        },
        13 => R::PickScan {
            session,
            line,
            code: format!("{}-1", me.mark),
            op,
        },
        14 => R::PickShort {
            session,
            line,
            found: 0,
            op,
        },
        15 => R::PickLater { session, line, op },
        16 => R::PickUndo { session, op },
        _ => R::PickFinish { session, op },
    }
}

fn open(spec: ViewSpec) -> Request {
    Request::Open { spec, rows: 50 }
}

fn people_request(
    verb: u8,
    email: String,
    user: UserId,
    role: Role,
    grants: Grants,
    id: u64,
) -> (OfficeRequest, Needs) {
    use OfficeRequest as O;
    match verb {
        28 => (O::People, Needs::People),
        29 => (
            O::Invite {
                email,
                role,
                grants,
                days: 3,
            },
            Needs::People,
        ),
        30 => (O::Reset { user }, Needs::People),
        31 => (O::ResetByOperator { shop: None, email }, Needs::Operator),
        32 => (O::RevokeInvitation { id }, Needs::People),
        33 => (
            O::SetRole {
                user,
                role: Some(role),
                grants,
            },
            Needs::People,
        ),
        34 => (O::Remove { user }, Needs::People),
        // Nobody's: whoever may not end those of others is not even told that.
        35 => (O::EndSignIn { id: id + 900 }, Needs::People),
        36 => (
            O::MakeToken {
                name: "cron".into(),
                role,
                grants,
                days: 3,
            },
            Needs::Credentials,
        ),
        37 => (
            O::MapUnix {
                user,
                unix: Some(6_000 + user.0),
            },
            Needs::Credentials,
        ),
        38 => (O::MakeBadge { user: UserId(1) }, Needs::People),
        _ => (O::Accounts, Needs::Operator),
    }
}

fn own_request(me: &Shop, verb: u8, n: u8) -> (OfficeRequest, Needs) {
    use OfficeRequest as O;
    match verb {
        40 => (
            O::SetName {
                name: format!("{} again", me.mark),
            },
            Needs::OwnAccount,
        ),
        41 => (
            O::SetPassword {
                password: secret(PASSWORD),
            },
            Needs::OwnAccount,
        ),
        42 => (
            O::SetPin {
                pin: Some(secret("1470")),
            },
            Needs::OwnAccount,
        ),
        43 => (O::Settings, Needs::Nothing),
        44 => {
            let settings = Box::new(ShopSettings {
                lock_after: u16::from(n),
                ..ShopSettings::default()
            });
            let name = format!("{} bricks", me.mark);
            (O::SetSettings { name, settings }, Needs::Settings)
        }
        45 => (O::TestAlert, Needs::Settings),
        _ => {
            let query = Box::default();
            (
                O::Audit {
                    query,
                    before: None,
                    rows: 50,
                    export: n.is_multiple_of(2),
                },
                Needs::Audit,
            )
        }
    }
}

fn keys_request(verb: u8, n: u8) -> (KeysRequest, Needs) {
    use KeysRequest as K;
    let market = Marketplace::BrickOwl;
    let request = match verb {
        52 => K::Markets,
        53 => K::Connect {
            market,
            values: vec![secret(&format!("OWLKEYOWLKEYOWLKEY{n:04}"))],
        },
        54 => K::Test { market },
        55 => K::Enable {
            market,
            enabled: n.is_multiple_of(2),
        },
        56 => K::Disconnect { market },
        _ => return (K::RotateMaster, Needs::Operator),
    };
    (request, Needs::Credentials)
}

fn door_request(world: &World, of: usize, verb: u8, n: u8) -> (DoorRequest, Needs) {
    use DoorRequest as D;
    let me = &world.shops[of];
    match verb {
        47 => {
            let new = NewAccount {
                shop: "Third".into(),
                email: "third@example.org".into(),
                name: String::new(),
                password: secret(PASSWORD),
                currency: "EUR".into(),
                time_zone: "UTC".into(),
            };
            (D::OpenAccount(Box::new(new)), Needs::Operator)
        }
        48 => (
            D::Here(Box::new(Whereabouts::Order(OrderId(u64::from(n))))),
            Needs::Nothing,
        ),
        49 => (D::Faces, Needs::Nothing),
        50 => {
            // The badge of the other shop's owner.
            let badge = world.shops[1 - of].badge.clone();
            (D::Badge { badge }, Needs::Nothing)
        }
        _ => {
            let sign_in = D::SignIn {
                shop: None,
                email: me.actors[usize::from(n) % 8].email.clone(),
                password: secret(if n.is_multiple_of(3) {
                    "wrong horse"
                } else {
                    PASSWORD
                }),
            };
            let requests = [
                sign_in,
                D::Pin {
                    user: UserId(1),
                    pin: secret("2580"),
                },
                D::Lock,
                D::SignOut,
                D::UseCode {
                    code: secret("AAAA-BBBB-CCCC-DDDD"),
                    name: "x".into(),
                    password: secret(PASSWORD),
                },
                D::Standing,
            ];
            let at = usize::from(n / 8) % requests.len();
            (requests[at].clone(), Needs::Nothing)
        }
    }
}

fn ask(talk: &dyn Conversation, request: Request) -> Answer {
    talk.handle(1, request, &|_| {})
}

/// In whose role the next request of this conversation is answered; `None`: in nobody's.
fn stands(talk: &dyn Conversation) -> Option<(Option<Role>, Grants)> {
    let answer = ask(talk, Request::Door(DoorRequest::Standing));
    let Ok(Reply::Standing(standing)) = answer else {
        unreachable!("no standing: {answer:?}");
    };
    match *standing {
        Standing::SignedIn(me) => Some((me.role, me.grants)),
        _ => None,
    }
}

/// What is wrong about an answer, if anything.
fn judge(
    role: Option<Role>,
    grants: Grants,
    needs: Needs,
    answer: &Answer,
) -> Option<&'static str> {
    let kind = answer.as_ref().err().map(|e| e.kind);
    if kind == Some(Kind::Internal) {
        return Some("a defect");
    }
    if has(role, grants, needs) {
        let at_the_door = needs == Needs::Nothing;
        match kind {
            Some(Kind::Forbidden) => Some("refused, though the role includes it"),
            Some(Kind::Unauthenticated) if !at_the_door => Some("taken for nobody"),
            _ => None,
        }
    } else if kind == Some(Kind::Forbidden) {
        None
    } else {
        Some("not refused, though the role does not include it")
    }
}

#[test]
fn every_verb_is_refused_to_every_role_that_lacks_it() {
    let mut wrong = Vec::new();
    for actor in 0..STAFF.len() {
        for verb in 0..VERBS {
            // A shop of its own for each: nothing that was done before decides about it.
            let world = World::new();
            let talk = world.talk(0, actor);
            let (role, grants) = stands(&*talk).expect("signed in");
            let confirm = DoorRequest::Confirm {
                password: secret(PASSWORD),
            };
            assert_eq!(ask(&*talk, Request::Door(confirm)), Ok(Reply::Done));
            let (request, needs) = request(&world, 0, verb, 1);
            let needs = if verb == 38 && actor == 0 {
                Needs::OwnAccount
            } else {
                needs
            };
            let name = request.name();
            let answer = ask(&*talk, request);
            if let Some(fault) = judge(role, grants, needs, &answer) {
                let said = answer.err().map(|e| (e.kind, e.message));
                wrong.push(format!("{role:?} {grants:?}, {name}: {fault} {said:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nobody_signed_in_is_told_so() {
    let world = World::new();
    for verb in (0..VERBS).filter(|verb| ![25, 27].contains(verb)) {
        let greeting = Greeting {
            client: 1,
            station: false,
            key: secret("elsewhere"),
            place: "elsewhere".into(),
            shop: None,
            pass: None,
        };
        let peer = Peer {
            uid: 5_000,
            operator: false,
        };
        let talk = world.desk.greet(peer, greeting).expect("a greeting");
        let (request, needs) = request(&world, 0, verb, 9);
        let name = request.name();
        let kind = ask(&*talk, request).expect_err(name).kind;
        let expected = match needs {
            Needs::Operator => Kind::Forbidden,
            _ => Kind::Unauthenticated,
        };
        assert_eq!(kind, expected, "{name}");
    }
}

/// A list that somebody else of the shop has opened is no way around what a role does not include.
#[test]
fn windows_of_other_peoples_lists() {
    let world = World::new();
    let owner = world.talk(0, 0);
    let view = |spec: ViewSpec| match ask(&*owner, open(spec)) {
        Ok(Reply::Opened(opened)) => opened.view,
        other => panic!("no list: {other:?}"),
    };
    let lists = [
        (
            view(ViewSpec::Orders(OrderQuery::default())),
            Needs::SeeOrders,
        ),
        (
            view(ViewSpec::Lots(LotQuery::default())),
            Needs::SeeInventory,
        ),
    ];
    let mut wrong = Vec::new();
    for actor in 0..STAFF.len() {
        let talk = world.talk(0, actor);
        let (role, grants) = stands(&*talk).expect("signed in");
        for (view, needs) in lists {
            let window = Request::Window {
                view,
                offset: 0,
                len: 10,
            };
            let answer = ask(&*talk, window.clone());
            if let Some(fault) = judge(role, grants, needs, &answer) {
                wrong.push(format!("{role:?} {needs:?}: {fault}"));
            }
            let elsewhere = ask(&*world.talk(1, 0), window);
            assert_eq!(
                elsewhere.expect_err("another shop's list").kind,
                Kind::NotFound
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Of which shop, who, what, about what.
fn steps() -> impl Strategy<Value = Vec<(usize, usize, u8, u8)>> {
    // Owners act more often than others: most of what can go wrong needs a right.
    let actor = prop_oneof![1 => Just(0usize), 2 => 0..8usize];
    prop::collection::vec((0..2usize, actor, 0..VERBS, any::<u8>()), 1..24)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn two_shops_never_meet(steps in steps()) {
        let world = World::new();
        // Lists of both are open, and somebody of each listens.
        let heard: [Arc<Mutex<Vec<Event>>>; 2] = Default::default();
        let mut listeners = Vec::new();
        for (of, heard) in heard.iter().enumerate() {
            let talk = world.talk(of, 0);
            for spec in [ViewSpec::Lots(LotQuery::default()), ViewSpec::Orders(OrderQuery::default())] {
                ask(&*talk, open(spec)).expect("a list");
            }
            let heard = Arc::clone(heard);
            talk.subscribe(Box::new(move |event| {
                heard.lock().expect("a list").push(event);
                true
            }));
            listeners.push(talk);
        }
        let mut talks: Vec<Vec<Arc<dyn Conversation>>> = (0..2)
            .map(|of| (0..8).map(|actor| world.talk(of, actor)).collect())
            .collect();
        for (of, actor, verb, n) in steps {
            let other = 1 - of;
            let before = world.dump(other);
            let told = heard[other].lock().expect("a list").len();
            if n % 2 == 1 {
                let password = secret(PASSWORD);
                let confirm = Request::Door(DoorRequest::Confirm { password });
                let answer = ask(&*talks[of][actor], confirm);
                prop_assert!(!matches!(&answer, Err(e) if e.kind == Kind::Internal), "{answer:?}");
            }
            let talk = Arc::clone(&talks[of][actor]);
            let standing = stands(&*talk);
            let (request, needs) = request(&world, of, verb, n);
            let name = request.name();
            let answer = ask(&*talk, request);
            match standing {
                Some((role, grants)) => {
                    // One's own badge is one's own.
                    let own = verb == 38 && actor == 0;
                    let needs = if own { Needs::OwnAccount } else { needs };
                    let fault = judge(role, grants, needs, &answer);
                    // Slowed down at the door, not judged there.
                    prop_assert!(fault.is_none(), "{name} by {role:?}: {fault:?} {answer:?}");
                }
                None => {
                    // Signed out, locked, removed: somebody comes in again at this place.
                    talks[of][actor] = world.talk(of, actor);
                }
            }
            let said = format!("{answer:?}").to_lowercase();
            let mark = world.shops[other].mark;
            prop_assert!(!said.contains(mark), "{name} told of the other shop: {said}");
            prop_assert_eq!(&world.dump(other), &before, "{} changed the other shop", name);
            let told_now = heard[other].lock().expect("a list").len();
            prop_assert_eq!(told_now, told, "{} was told to the other shop", name);
        }
        drop(listeners);
        let problems = world.app.check().expect("a check").problems;
        prop_assert_eq!(problems, Vec::new());
    }
}

/// A test that looks for marks which nothing bears would find nothing.
#[test]
fn the_marks_are_really_there() {
    let world = World::new();
    for of in 0..2 {
        let own = world.dump(of).to_lowercase();
        assert!(own.contains(world.shops[of].mark));
        assert!(!own.contains(world.shops[1 - of].mark), "{own}");
        for what in ["-buyer", "-1", " thing", "owner@", " bricks"] {
            let mark = world.shops[of].mark;
            let text = match what {
                "owner@" => format!("owner@{mark}.example"),
                _ => format!("{mark}{what}"),
            };
            assert!(own.contains(&text), "{text}");
        }
    }
}
