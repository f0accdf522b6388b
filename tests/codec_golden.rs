//! The bytes of every kind of record. They lie in people's databases: when one of these changes, its
//! version must rise and a migration must read the old one.

use std::fmt::Write as _;

use brickops::domain::job::{JobOutcome, JobRun};
use brickops::domain::market::{Bucket, Class, KeyTest, PriceWish, PriceWishes, Spent, StoreFacts};
use brickops::domain::order::OrderLine;
use brickops::domain::pick::{PickLine, PickStep};
use brickops::domain::rows::PickOutcome;
use brickops::domain::{
    AuditEntry, AuditKind, CatalogFilter, CatalogQuery, Category, CategoryId, Color, ColorId,
    Column, ColumnAt, Completeness, Condition, CorrelationId, DecimalMark, Deed, Delimiter,
    Dimensions, Entrance, EntryId, Facts, FieldChange, FileId, Grams, Grants, ItemColor, ItemKey,
    ItemKind, LedgerEntry, LineState, ListField, ListStatus, Lot, LotColumn, LotField, LotFile,
    LotId, LotQuery, LotShelf, LotSort, LotView, Mapping, Marketplace, Money, Obsolete, Order,
    OrderId, OrderQuery, OrderStatus, Overlay, Person, PickSession, PickState, Place, PlaceRule,
    RawField, Reason, Rgb, Role, SessionId, ShopSettings, SortBin, Source, Stock, TenantId, Tier,
    Timestamp, UserId, Value, Whereabouts, Which,
};
use brickops::store::codec::{Record, pack, unpack};
use brickops::store::jobs::JobRecord;
use brickops::store::market_keys::{MasterHead, SealedKeys};
use brickops::store::people::{Credentials, Invitation, SignIn, Unlocked};
use brickops::store::tables::{
    AlertRecord, CatalogMeta, ElementPairs, ItemColors, ItemRecord, OperationRecord, ShopRecord,
};
use proptest::prelude::*;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The record has these bytes, and these bytes are the record.
fn golden<R: Record + PartialEq + std::fmt::Debug>(record: &R, expected: &str) {
    let bytes = pack(record).expect("it is packed");
    assert_eq!(hex(&bytes), expected, "{}", R::NAME);
    assert_eq!(&unpack::<R>(&bytes).expect("it is read"), record);
    assert!(unpack::<R>(&bytes[..bytes.len() - 1]).is_err(), "cut short");
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(unpack::<R>(&longer).is_err(), "with something behind it");
    let newer = [&[bytes[0] + 1], &bytes[1..]].concat();
    assert!(unpack::<R>(&newer).is_err(), "of another version");
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn facts(source: Source) -> Facts {
    Facts {
        source,
        at: at(1_700_000_000),
    }
}

fn lot() -> Lot {
    Lot {
        id: LotId(300),
        item: ItemKey::part("3001"),
        name: "Brick 2 x 4".into(),
        color: ColorId(11),
        condition: Condition::Used,
        completeness: Some(Completeness::Sealed),
        stock: Stock {
            available: 5,
            reserved: 2,
            sold: 1,
        },
        price: Money::from_raw(810),
        cost: Money::from_raw(300),
        notes: "crack".into(),
        remarks: "A-12;C303 ".into(),
        place: Place("A-12;C303".into()),
        bulk: 2,
        tiers: [
            Tier {
                quantity: 10,
                price: Money::from_raw(700),
            },
            Tier::default(),
            Tier::default(),
        ],
        sale: -5,
        stockroom: Some('B'),
        retain: true,
        tags: vec!["xmas".into()],
        reserved_for: "Ben".into(),
        status: ListStatus::Extra,
        extra: vec![RawField {
            name: "Foo".into(),
            attributes: "a=\"1\"".into(),
            text: "&amp;".into(),
        }],
        file: Some(FileId(3)),
        gone: true,
        bricklink_lot: Some(400_000_847),
        last: EntryId(77),
        created: at(1_600_000_000),
        created_by: UserId(1),
        changed: at(1_700_000_000),
        changed_by: UserId(2),
    }
}

fn order() -> Order {
    Order {
        id: OrderId(7),
        marketplace: Marketplace::BrickOwl,
        number: "30000001".into(),
        party: "ana".into(),
        status: OrderStatus::Other("NPB".into()),
        ordered: at(1_700_000_000),
        status_changed: Some(at(1_700_000_100)),
        currency: "EUR".into(),
        total: Money::from_raw(1_281_200),
        shipping: Money::from_raw(50_000),
        payment: "card".into(),
        destination: "Berlin".into(),
        tracking: "T1".into(),
        lines: vec![OrderLine {
            market_lot: Some(5),
            item: ItemKey::new(ItemKind::Set, "75105-1"),
            color: ColorId(0),
            condition: Condition::New,
            quantity: 3,
            price: Money::from_raw(10_000),
            description: "new".into(),
            batch: 1,
            lot: Some(LotId(300)),
            reserved: 1,
            picked: 1,
        }],
    }
}

fn walk() -> PickSession {
    PickSession {
        id: SessionId(4),
        state: PickState::Open,
        orders: vec![OrderId(7)],
        lines: vec![PickLine {
            order: OrderId(7),
            order_line: 0,
            lot: Some(LotId(300)),
            item: ItemKey::part("3001"),
            name: "Brick".into(),
            color: ColorId(11),
            condition: Condition::New,
            place: Place("A-1".into()),
            wanted: 3,
            taken: 1,
            state: LineState::Short,
        }],
        position: 1,
        steps: vec![PickStep {
            line: 0,
            before: LineState::Later,
            pieces: 1,
            entry: Some(EntryId(9)),
            position: 0,
        }],
        started: at(1_700_000_000),
        started_by: UserId(1),
        touched: at(1_700_000_001),
    }
}

fn entry(reason: Reason) -> LedgerEntry {
    LedgerEntry {
        id: EntryId(9),
        lot: LotId(300),
        at: at(1_700_000_000),
        actor: UserId(1),
        reason,
        correlation: CorrelationId(3),
        before: Stock::default(),
        after: Stock {
            available: 5,
            ..Stock::default()
        },
        changes: changes(),
        previous: Some(EntryId(4)),
        undoes: Some(EntryId(8)),
    }
}

/// One of every kind of value.
fn changes() -> Vec<FieldChange> {
    let change = |field, before, after| FieldChange {
        field,
        before,
        after,
    };
    vec![
        change(LotField::Gone, Value::Flag(true), Value::Flag(false)),
        change(LotField::Color, Value::Number(0), Value::Number(-5)),
        change(
            LotField::Price,
            Value::Money(Money::ZERO),
            Value::Money(Money::from_raw(150)),
        ),
        change(
            LotField::Place,
            Value::Text("A-1".into()),
            Value::Text("A-2".into()),
        ),
        change(
            LotField::Item,
            Value::Item(ItemKey::part("3001")),
            Value::Item(ItemKey::part("3002")),
        ),
        change(
            LotField::Tiers,
            Value::Tiers([Tier::default(); 3]),
            Value::Tiers(lot().tiers),
        ),
        change(
            LotField::Tags,
            Value::Words(Vec::new()),
            Value::Words(vec!["a".into()]),
        ),
        change(
            LotField::Extra,
            Value::Raw(Vec::new()),
            Value::Raw(lot().extra),
        ),
    ]
}

fn deed() -> Deed {
    Deed {
        id: CorrelationId(3),
        at: at(1_700_000_000),
        actor: UserId(1),
        what: "price *1.05".into(),
        why: "autumn".into(),
        lots: 2,
        pieces: -7,
        runs: vec![(EntryId(4), EntryId(9)), (EntryId(12), EntryId(12))],
        undoes: Some(CorrelationId(2)),
        undone_by: Some(CorrelationId(5)),
        open: true,
    }
}

#[test]
fn records_of_a_shop() {
    golden(
        &ShopRecord {
            name: "My shop".into(),
            currency: "EUR".into(),
            practice: true,
            created: at(1_700_000_000),
        },
        "01074d792073686f700345555201fd00803c3048140c00",
    );
    golden(
        &lot(),
        "02fb2c010004333030310b427269636b2032207820340b010102050201fb5406fb580205637261636b0a412d31323b433330332009412d31323b43333033020afb780500000000fb0142010104786d61730342656e020103466f6f05613d2231220526616d703b01030101fc4f87d7174dfd0000480f625e0b0001fd00803c3048140c0002",
    );
    golden(&PlaceRule::Between("[".into(), "]".into()), "0103015b015d");
    golden(
        &LotView {
            name: "Cheap".into(),
            query: LotQuery::text("price<0.05"),
            columns: vec![LotColumn::Place, LotColumn::BrickOwl],
        },
        "010543686561700a70726963653c302e30350000020018",
    );
    golden(
        &deed(),
        "0103fd00803c3048140c00010b7072696365202a312e303506617574756d6e020d0204090c0c0102010501",
    );
    golden(
        &LotFile {
            id: FileId(3),
            name: "Advent".into(),
            note: "late".into(),
            review: true,
            created: at(1_700_000_000),
            created_by: UserId(1),
        },
        "010306416476656e74046c61746501fd00803c3048140c0001",
    );
    golden(
        &Mapping {
            columns: vec![
                Column {
                    at: ColumnAt::Titled("Nr".into()),
                    field: ListField::Number,
                },
                Column {
                    at: ColumnAt::Place(2),
                    field: ListField::Quantity,
                },
            ],
            delimiter: Some(Delimiter::Semicolon),
            decimal: Some(DecimalMark::Comma),
            new_words: vec!["neu".into()],
            used_words: vec!["g".into()],
            kind: ItemKind::Part,
        },
        "010200024e72010102070101010101036e657501016700",
    );
    golden(
        &order(),
        "01070108333030303030303103616e610b034e5042fd00803c3048140c0001fd0042283c48140c0003455552fc60192700fca08601000463617264064265726c696e025431010105020737353130352d31000003fb204e036e65770101fb2c010101",
    );
    golden(
        &walk(),
        "010400010701070001fb2c0100043330303105427269636b0b0003412d310301030101000201010900fd00803c3048140c0001fd80045b3048140c00",
    );
    golden(
        &OperationRecord {
            at: at(1_700_000_000),
            session: 4,
            outcome: PickOutcome::Taken {
                item: ItemKey::part("3001"),
                pieces: 3,
            },
        },
        "01fd00803c3048140c00040000043330303103",
    );
}

#[test]
fn reasons_keep_their_numbers() {
    let order = || "1".to_owned();
    let session = SessionId(4);
    golden(
        &entry(Reason::Imported { file: "a".into() }),
        "0209fb2c01fd00803c3048140c000100016103000000050000080000010000040100010907020002fb2c010b0303412d310303412d320204000433303031040004333030320d05000000000000050afb78050000000011060006010161140700070103466f6f05613d2231220526616d703b01040108",
    );
    golden(
        &entry(Reason::Reserved { order: order() }),
        "0209fb2c01fd00803c3048140c000101013103000000050000080000010000040100010907020002fb2c010b0303412d310303412d320204000433303031040004333030320d05000000000000050afb78050000000011060006010161140700070103466f6f05613d2231220526616d703b01040108",
    );
    golden(
        &entry(Reason::Released { order: order() }),
        "0209fb2c01fd00803c3048140c000102013103000000050000080000010000040100010907020002fb2c010b0303412d310303412d320204000433303031040004333030320d05000000000000050afb78050000000011060006010161140700070103466f6f05613d2231220526616d703b01040108",
    );
    golden(
        &entry(Reason::Picked {
            order: order(),
            session,
        }),
        "0209fb2c01fd00803c3048140c00010301310403000000050000080000010000040100010907020002fb2c010b0303412d310303412d320204000433303031040004333030320d05000000000000050afb78050000000011060006010161140700070103466f6f05613d2231220526616d703b01040108",
    );
    golden(
        &entry(Reason::PickUndone {
            order: order(),
            session,
        }),
        "0209fb2c01fd00803c3048140c00010401310403000000050000080000010000040100010907020002fb2c010b0303412d310303412d320204000433303031040004333030320d05000000000000050afb78050000000011060006010161140700070103466f6f05613d2231220526616d703b01040108",
    );
    golden(
        &entry(Reason::Sent { order: order() }),
        "0209fb2c01fd00803c3048140c000105013103000000050000080000010000040100010907020002fb2c010b0303412d310303412d320204000433303031040004333030320d05000000000000050afb78050000000011060006010161140700070103466f6f05613d2231220526616d703b01040108",
    );
}

#[test]
fn states_of_orders_keep_their_numbers() {
    let words = [
        "Pending",
        "Updated",
        "Processing",
        "Ready",
        "Paid",
        "Packed",
        "Shipped",
        "Received",
        "Completed",
        "Cancelled",
        "Purged",
        "NPB",
    ];
    for (number, word) in (0u8..).zip(words) {
        let with = Order {
            status: OrderStatus::parse(word),
            ..order()
        };
        let bytes = pack(&with).expect("it is packed");
        // Version, number, marketplace, the marketplace's number (length and eight digits), the
        // buyer (length and three letters), the state.
        assert_eq!(bytes[1 + 1 + 1 + 9 + 4], number, "{word}");
    }
}

#[test]
fn records_of_the_catalogue() {
    golden(
        &ItemRecord {
            key: ItemKey::part("3001"),
            name: "Brick 2 x 4".into(),
            alternates: vec!["3001old".into()],
            category: CategoryId(5),
            year: Some(1958),
            weight: Some(Grams(2_320)),
            dimensions: Some(Dimensions {
                x: Some(200),
                y: Some(400),
                z: None,
            }),
            color_count: 60,
            image: Some("img".into()),
            obsolete: Some(false),
            bin: Some(SortBin {
                cabinet: 'C',
                bin: 303,
            }),
            vanished: Some(at(1_700_000_000)),
            basics: facts(Source::Starter),
            colors_from: Some(facts(Source::Download)),
            bin_from: Some(facts(Source::Hand)),
        },
        "010004333030310b427269636b2032207820340107333030316f6c640501fba60701fb10090101c801fb9001003c0103696d6701000143fb2f0101fd00803c3048140c0000fd00803c3048140c000101fd00803c3048140c000103fd00803c3048140c00",
    );
    golden(
        &ItemColors(vec![ItemColor {
            color: ColorId(11),
            elements: vec!["300126".into()],
        }]),
        "01010b0106333030313236",
    );
    golden(&ElementPairs(vec![(70_000, 11)]), "0101fc701101000b");
    golden(
        &Color {
            id: ColorId(152),
            name: "Light Turquoise".into(),
            rgb: Some(Rgb(0, 0xC5, 0xBC)),
            group: "Solid".into(),
            year_from: Some(2011),
            year_to: None,
        },
        "01980f4c696768742054757271756f6973650100c5bc05536f6c696401fbdb0700",
    );
    golden(
        &Category {
            id: CategoryId(1_000_001),
            name: "Fire".into(),
            parent: Some(CategoryId(67)),
        },
        "01fc41420f0004466972650143",
    );
    golden(
        &CatalogMeta {
            generation: 3,
            seq: 1,
            at: at(1_700_000_000),
            starter: false,
            counts: vec![91_431, 18_149],
            elements: 104_355,
        },
        "010301fd00803c3048140c000002fc27650100fbe546fca3970100",
    );
}

#[test]
fn prices_that_are_wanted() {
    let wish = |which| PriceWish {
        which,
        change: "price=guide sold qtyavg".into(),
        by: UserId(2),
        since: at(1_700_000_000),
    };
    golden(
        &PriceWishes(vec![
            wish(Which::Lots(vec![LotId(7), LotId(300)])),
            wish(Which::Matching(LotQuery::text("color:red"))),
        ]),
        "0102000207fb2c011770726963653d677569646520736f6c642071747961766702fd00803c3048140c000109636f6c6f723a72656400001770726963653d677569646520736f6c642071747961766702fd00803c3048140c00",
    );
}

fn person() -> Person {
    Person {
        id: UserId(2),
        email: "Bo@example.org".into(),
        name: "Bo".into(),
        role: Some(Role::Manager),
        grants: Grants {
            inventory: true,
            orders: false,
        },
        created: at(1_700_000_000),
        active: Some(at(1_700_000_001)),
        removed: None,
        unix: Some(1_000),
    }
}

fn sign_in(entrance: Entrance) -> SignIn {
    SignIn {
        id: 5,
        tenant: TenantId(1),
        user: UserId(2),
        entrance,
        role: Some(Role::Viewer),
        grants: Grants::default(),
        place: "tty1".into(),
        uid: 1_000,
        started: at(1_700_000_000),
        seen: at(1_700_000_001),
        expires: at(1_700_086_400),
        ended: None,
    }
}

#[test]
fn records_of_people() {
    golden(
        &person(),
        "01020e426f406578616d706c652e6f726702426f01010100fd00803c3048140c0001fd80045b3048140c000001fbe803",
    );
    golden(
        &Credentials {
            password: Some("$argon2id$x".into()),
            pin: None,
            badge: Some([7; 32]),
            failures: 3,
            pin_failures: 1,
            locked_until: Some(at(1_700_000_000)),
        },
        "01010b246172676f6e326964247800010707070707070707070707070707070707070707070707070707070707070707030101fd00803c3048140c00",
    );
    golden(
        &sign_in(Entrance::Password),
        "0105010200010400000474747931fbe803fd00803c3048140c00fd80045b3048140c00fd0040eb6b70140c0000",
    );
    golden(
        &Unlocked {
            at: at(1_700_000_000),
            current: [9; 32],
        },
        "01fd00803c3048140c000909090909090909090909090909090909090909090909090909090909090909",
    );
    golden(
        &Invitation {
            id: 3,
            email: "bo@example.org".into(),
            user: Some(UserId(2)),
            role: Some(Role::Picker),
            grants: Grants::default(),
            by: UserId(1),
            by_name: "Ana".into(),
            created: at(1_700_000_000),
            expires: at(1_700_086_400),
            code: [1; 32],
        },
        "01030e626f406578616d706c652e6f72670102010200000103416e61fd00803c3048140c00fd0040eb6b70140c000101010101010101010101010101010101010101010101010101010101010101",
    );
    golden(
        &AuditEntry {
            id: 4,
            at: at(1_700_000_000),
            user: Some(UserId(1)),
            who: "Ana".into(),
            kind: AuditKind::Invited,
            detail: "bo@example.org".into(),
            place: "tty1".into(),
        },
        "0104fd00803c3048140c00010103416e61060e626f406578616d706c652e6f72670474747931",
    );
}

#[test]
fn what_the_shop_sets_and_keeps() {
    golden(
        &ShopSettings {
            time_zone: "Europe/Berlin".into(),
            lock_after: 15,
            webhook: "https://a.example".into(),
            alert_every: 300,
        },
        "010d4575726f70652f4265726c696e0f1168747470733a2f2f612e6578616d706c65fb2c01",
    );
    golden(
        &Overlay {
            item: ItemKey::new(ItemKind::Minifigure, "sw0001"),
            tags: vec!["rare".into(), "Ü".into()],
            notes: "left\nshelf".into(),
            bin: Some(SortBin {
                cabinet: 'C',
                bin: 303,
            }),
            changed: at(1_700_000_000),
            by: UserId(2),
        },
        "01010673773030303102047261726502c39c0a6c6566740a7368656c660143fb2f01fd00803c3048140c0002",
    );
    golden(
        &AlertRecord {
            last: at(1_700_000_000),
            held_back: 3,
        },
        "01fd00803c3048140c0003",
    );
}

/// Their numbers are keys of the store.
#[test]
fn kinds_of_alerts_keep_their_numbers() {
    use brickops::domain::AlertKind::{
        BackupOld, BreakerOpen, CheckFailed, InsightRefused, QuotaNearlySpent, SyncFailed, Test,
    };
    let kinds = [
        SyncFailed,
        BreakerOpen,
        QuotaNearlySpent,
        InsightRefused,
        BackupOld,
        CheckFailed,
        Test,
    ];
    let numbers: Vec<u8> = kinds.into_iter().map(|kind| kind as u8).collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn ways_in_keep_their_numbers() {
    let ways = [
        Entrance::Password,
        Entrance::Pin,
        Entrance::Badge,
        Entrance::Token("cron".into()),
        Entrance::Unix(1_000),
    ];
    for (number, entrance) in (0u8..).zip(ways) {
        let bytes = pack(&sign_in(entrance)).expect("it is packed");
        // Version, number, shop, person, the way in.
        assert_eq!(bytes[1 + 1 + 1 + 1], number);
    }
    for (number, role) in (0u8..).zip(Role::ALL) {
        let with = SignIn {
            role: Some(role),
            ..sign_in(Entrance::Pin)
        };
        // Behind that a role is there, and which.
        assert_eq!(pack(&with).expect("it is packed")[6], number, "{role:?}");
    }
    for (number, kind) in (0u8..).zip(AuditKind::ALL) {
        let entry = AuditEntry {
            id: 4,
            at: at(0),
            user: None,
            who: String::new(),
            kind,
            detail: String::new(),
            place: String::new(),
        };
        // Version, number, time, nobody, no name, the kind.
        let bytes = pack(&entry).expect("it is packed");
        assert_eq!(bytes[5], number, "{kind:?}");
    }
}

#[test]
fn whereabouts_keep_their_numbers() {
    golden(&Whereabouts::Home, "0200");
    golden(
        &Whereabouts::Catalog(CatalogQuery {
            text: "brick".into(),
            filter: CatalogFilter {
                kinds: vec![ItemKind::Part],
                color: Some(ColorId(11)),
                obsolete: Some(Obsolete::No),
                ..CatalogFilter::default()
            },
            own: Some("x".into()),
        }),
        "020105627269636b0100010b0000000001010000010178",
    );
    golden(
        &Whereabouts::Item(ItemKey::part("3001")),
        "0202000433303031",
    );
    golden(
        &Whereabouts::Inventory(LotQuery {
            text: "a".into(),
            sort: vec![LotSort {
                column: LotColumn::Price,
                down: true,
            }],
            shelf: LotShelf::File(FileId(3)),
        }),
        "020301610108010103",
    );
    golden(
        &Whereabouts::Orders(OrderQuery {
            text: "a".into(),
            status: Some(OrderStatus::Paid),
            to_pick: true,
        }),
        "02040161010401",
    );
    golden(&Whereabouts::Order(OrderId(7)), "020507");
    golden(&Whereabouts::Pick(SessionId(4)), "020604");
}

fn text() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9;|~äé \u{1F9F1}-]{0,24}"
}

#[test]
fn keys_of_marketplaces_and_their_calls() {
    let facts = StoreFacts {
        user: "ana".into(),
        store: "B".into(),
        currency: "EUR".into(),
        open: Some(true),
    };
    let worked = KeyTest {
        at: at(1_700_000_000),
        facts: Some(facts),
        class: None,
        text: "t".into(),
        advice: String::new(),
    };
    let keys = SealedKeys {
        master: [1; 8],
        nonce: [2; 24],
        sealed: vec![9, 8, 7],
        account: 300,
        hints: vec!["…0001".into(), "set".into()],
        enabled: true,
        entered: at(1_700_000_000),
        by: UserId(1),
        test: Some(worked.clone()),
    };
    golden(
        &keys,
        "01010101010101010102020202020202020202020202020202020202020202020203090807fb2c010207e280a6303030310373657401fd00803c3048140c000101fd00803c3048140c000103616e61014203455552010100017400",
    );
    let failing = KeyTest {
        facts: None,
        class: Some(Class::Keys),
        advice: "a".into(),
        ..worked
    };
    let off = SealedKeys {
        sealed: Vec::new(),
        account: 0,
        hints: Vec::new(),
        enabled: false,
        test: Some(failing),
        ..keys
    };
    golden(
        &off,
        "01010101010101010102020202020202020202020202020202020202020202020200000000fd00803c3048140c000101fd00803c3048140c0000010801740161",
    );
    let head = MasterHead {
        key: [3; 8],
        salt: [4; 16],
        costs: Some((38_912, 3, 1)),
        since: at(1_700_000_000),
    };
    golden(
        &head,
        "0103030303030303030404040404040404040404040404040401fb00980301fd00803c3048140c00",
    );
    let spent = Spent {
        buckets: vec![Bucket {
            no: 5_878_666,
            calls: [1, 0, 0, 300, 0, 0, 20],
            ahead: 7,
        }],
        exhausted_until: Some(at(1_700_000_000)),
        exhausted_times: 2,
        warned: true,
    };
    golden(
        &spent,
        "0101fc1467b300010000fb2c010000140701fd00803c3048140c000201",
    );
    let job = JobRecord {
        due: at(1_700_000_600),
        wanted: true,
        running: Some((at(1_700_000_000), false)),
        runs: vec![JobRun {
            began: at(1_700_000_000),
            ended: at(1_700_000_000),
            outcome: JobOutcome::Died,
            text: "t".into(),
            by_hand: true,
        }],
    };
    golden(
        &job,
        "01fd000cc37748140c000101fd00803c3048140c000001fd00803c3048140c00fd00803c3048140c0003017401",
    );
}

fn face() -> brickops::domain::sync::Face {
    brickops::domain::sync::Face {
        quantity: 5,
        price: Money::from_raw(1_230),
        notes: "n".into(),
        remarks: "A-1".into(),
        bulk: 2,
        retain: true,
        stockroom: Some('B'),
        sale: -3,
        cost: Money::from_raw(50),
        tiers: vec![Tier {
            quantity: 10,
            price: Money::from_raw(900),
        }],
        condition: Condition::Used,
        completeness: Some(Completeness::Complete),
        grade: Some(brickops::domain::market::Grade::Good),
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "one record after the other")]
fn what_synchronisation_knows() {
    use brickops::domain::market::{Grade, ListingChange, NewListing};
    use brickops::domain::sync::{
        Conflict, ConflictField, Decision, Entry, EntryState, Fewer, Held, Intent, IntentKind,
        Kind, Link, MarketSync, NotListed, Outcome, OwlName, OwlNumber, Proposal, Rate, Returns,
        RunCount, RunReport, SentRecord, SyncRules, Trouble, Trust, Work,
        policy::{Changed, Override},
    };
    let moment = at(1_700_000_000);
    let part = ItemKey::part("3001");
    let link = Link {
        remote: Some(7),
        article: Some((part.clone(), ColorId(5))),
        agreed: Some(face()),
        upto: EntryId(9),
        missing: 1,
        seen: moment,
        not_listed: Some(NotListed::Boids(vec!["1".into()])),
    };
    golden(
        &link,
        "01010701000433303031050105fb9c09016e03412d3102010142fd64010afb080701010001010901fd00803c3048140c000105010131",
    );
    let new = NewListing {
        item: part.clone(),
        boid: "771344".into(),
        color: ColorId(5),
        condition: Condition::New,
        completeness: None,
        grade: Some(Grade::LikeNew),
        quantity: 3,
        price: Money::from_raw(10),
        external: "L7".into(),
        rest: ListingChange {
            quantity_by: Some(-2),
            ..ListingChange::default()
        },
    };
    let entry = Entry {
        state: EntryState::Unknown,
        since: moment,
        deed: CorrelationId(3),
        tries: 2,
        next_try: moment,
        fewer: Fewer::Plain,
        doubts: 1,
        trouble: Some(Trouble {
            class: Class::Refused,
            text: "t".into(),
            raw: "r".into(),
            at: moment,
        }),
        intent: Some(Intent {
            id: 4,
            remote: None,
            work: Work::Create(Box::new(new)),
            before: None,
            after: Some(face()),
            upto: EntryId(9),
            at: moment,
            deed: CorrelationId(3),
        }),
    };
    golden(
        &entry,
        "0102fd00803c3048140c000302fd00803c3048140c000101010b01740172fd00803c3048140c00010400000004333030310637373133343405000001000314024c370103000000000000000000000000000105fb9c09016e03412d3102010142fd64010afb0807010100010109fd00803c3048140c0003",
    );
    let sent = SentRecord {
        at: moment,
        market: Marketplace::BrickOwl,
        lot: LotId(300),
        remote: Some(7),
        kind: IntentKind::Delete,
        deed: CorrelationId(3),
        before: None,
        after: None,
        outcome: Outcome::FoundDone,
        calls: 1,
        ms: 250,
        text: "t".into(),
    };
    golden(&sent, "01fd00803c3048140c0001fb2c010107020300000101fa0174");
    let count = RunCount {
        sent: 1,
        ok: 2,
        failed: 3,
        unknown: 4,
        waiting: 5,
        calls: 6,
        ms: 7,
    };
    let state = MarketSync {
        on: true,
        paused: false,
        currency: "EUR".into(),
        batches: Trust::Yes,
        orders_upto: Some(moment),
        orders_at: vec!["12".into()],
        polled: Some(moment),
        verified: None,
        held: Some((moment, "h".into())),
        run: count,
    };
    golden(
        &state,
        "010100034555520101fd00803c3048140c000102313201fd00803c3048140c000001fd00803c3048140c00016801020304050607",
    );
    let rules = SyncRules {
        overrides: vec![Override {
            market: Marketplace::BrickOwl,
            kind: Kind::Price,
            changed: Changed::There,
            decision: Decision::Ask(Proposal::Here),
        }],
        rates: vec![Rate {
            currency: "USD".into(),
            times: 11,
            per: 10,
        }],
        ..SyncRules::default()
    };
    golden(&rules, "01010101020400000105085a01035553440b0a017e");
    let run = RunReport {
        at: moment,
        ended: moment,
        what: "sync".into(),
        markets: vec![(Marketplace::BrickLink, count)],
        text: String::new(),
    };
    golden(
        &run,
        "01fd00803c3048140c00fd00803c3048140c000473796e6301000102030405060700",
    );
    let conflict = Conflict {
        fields: vec![ConflictField {
            kind: Kind::Text,
            proposal: Proposal::There,
        }],
        here: None,
        there: None,
        agreed: None,
        seen: moment,
        why: "w".into(),
    };
    golden(&conflict, "01010201000000fd00803c3048140c000177");
    let returns = Returns {
        at: moment,
        held: vec![Held {
            line: 1,
            lot: LotId(300),
            promised: 2,
            picked: 3,
        }],
    };
    golden(&returns, "01fd00803c3048140c000101fb2c010203");
    let name = OwlName {
        item: part,
        number: OwlNumber::One("771344".into()),
        at: moment,
        by_hand: true,
    };
    golden(&name, "010004333030310006373731333434fd00803c3048140c0001");
}

#[test]
fn an_order_as_its_marketplace_tells_it() {
    use brickops::domain::market::{Address, MarketLine, MarketOrder, OrderHead};
    let order = MarketOrder {
        head: OrderHead {
            market: Marketplace::BrickLink,
            number: "12".into(),
            status: OrderStatus::Paid,
            ordered: at(1_700_000_000),
            changed: None,
            pieces: 4,
            lots: 1,
            buyer: "b".into(),
            currency: "EUR".into(),
            total: Money::from_raw(400),
            filed: false,
        },
        email: "e".into(),
        buyer_orders: 1,
        address: Address {
            name: "n".into(),
            country: "GB".into(),
            ..Address::default()
        },
        payment: "p".into(),
        payment_status: "r".into(),
        paid: None,
        ship_method: "s".into(),
        tracking: String::new(),
        subtotal: Money::from_raw(400),
        shipping: Money::ZERO,
        extra: Money::ZERO,
        discount: Money::ZERO,
        tax: Money::ZERO,
        weight_mg: 5,
        buyer_note: String::new(),
        seller_note: String::new(),
        drive_thru_sent: false,
        lines: vec![MarketLine {
            lot: Some(7),
            external: None,
            item: Some(ItemKey::part("3001")),
            boid: String::new(),
            name: "Brick".into(),
            color: Some(ColorId(5)),
            condition: Condition::New,
            completeness: None,
            quantity: 4,
            refunded: 0,
            price: Money::from_raw(100),
            notes: String::new(),
            remarks: "A-1".into(),
            weight_mg: 5,
            batch: 1,
            left: Some(3),
        }],
    };
    golden(
        &order,
        "010002313204fd00803c3048140c00000401016203455552fb200300016501016e0000000002474200000170017200017300fb2003000000000500000001010700010004333030310005427269636b010500000400c80003412d3105010103",
    );
}

#[test]
fn what_was_fetched() {
    let key = brickops::domain::ItemKey::part("3001");
    let opened = brickops::domain::market::OpenedItem {
        key: key.clone(),
        color: Some(brickops::domain::ColorId(5)),
        at: at(1_700_000_000),
    };
    golden(&opened, "010004333030310105fd00803c3048140c00");
    let mut item = brickops::domain::market::FetchedItem::none(key.clone());
    item.facts.trouble = Some(brickops::domain::market::Trouble {
        at: at(1_700_000_000),
        class: Class::Silent,
        text: "t".into(),
        again: at(1_700_000_000),
    });
    let colors = vec![brickops::domain::ColorId(5)];
    item.colors.known = Some((colors, at(1_700_000_000)));
    golden(
        &item,
        "0100043330303100\
         01fd00803c3048140c00060174fd00803c3048140c00\
         010105fd00803c3048140c0000",
    );
}

#[test]
fn what_was_fetched_of_facts_prices_and_colours() {
    use brickops::domain::market::{
        CatalogFacts, FetchedItem, FetchedPrice, Guide, PriceGuide, PriceKey, PricePoint,
        Reference, Region,
    };
    use brickops::domain::{Category, CategoryId, Color, ColorId, Condition, ItemKey};
    let now = at(1_700_000_000);
    let mut item = FetchedItem::none(ItemKey::part("3001"));
    let facts = CatalogFacts {
        key: ItemKey::part("3001"),
        name: "B".into(),
        alternates: vec!["x".into()],
        category: CategoryId(5),
        year: Some(1958),
        weight: None,
        dimensions: None,
        image: "i".into(),
        obsolete: true,
    };
    item.facts.known = Some((facts, now));
    golden(
        &item,
        "010004333030310100043330303101420101780501fba6070000016901fd00803c3048140c00000000",
    );
    let key = PriceKey {
        item: ItemKey::part("3001"),
        color: ColorId(5),
        condition: Condition::Used,
        guide: Guide::Stock,
        currency: "EUR".into(),
        region: Region::Country("DE".into()),
    };
    let mut price = FetchedPrice::none(key.clone());
    let money = Money::from_raw;
    let guide = PriceGuide {
        key,
        min: money(1),
        max: money(4),
        average: money(2),
        quantity_average: money(3),
        count: 6,
        pieces: 7,
        points: vec![PricePoint {
            quantity: 8,
            price: money(9),
            sold: Some(now),
        }],
        fetched: now,
    };
    price.guide.known = Some((guide, now));
    golden(
        &price,
        "0100043330303105010103455552020244450100043330303105010103455552020244450208\
         0406060701081201fd00803c3048140c00fd00803c3048140c00fd00803c3048140c0000",
    );
    let reference = Reference {
        at: now,
        colors: vec![Color {
            name: "Red".into(),
            ..Color::unknown(ColorId(5))
        }],
        categories: vec![Category {
            id: CategoryId(5),
            name: "Brick".into(),
            parent: None,
        }],
    };
    golden(
        &reference,
        "01fd00803c3048140c0001050352656400000000010505427269636b00",
    );
}

proptest! {
    #[test]
    fn lots_come_back_as_they_were(
        (id, no, name) in (any::<u64>(), text(), text()),
        (available, reserved, sold) in (any::<u32>(), any::<u32>(), any::<u32>()),
        (price, sale) in (any::<i64>(), any::<i8>()),
        (notes, remarks) in (text(), text()),
        number in prop::option::of(any::<u64>()),
        stockroom in prop::option::of(any::<char>()),
    ) {
        let before = Lot {
            id: LotId(id),
            item: ItemKey::part(no),
            name,
            stock: Stock { available, reserved, sold },
            price: Money::from_raw(price),
            sale,
            notes,
            remarks: remarks.clone(),
            place: Place(remarks),
            bricklink_lot: number,
            stockroom,
            ..lot()
        };
        let bytes = pack(&before).expect("it is packed");
        prop_assert_eq!(unpack::<Lot>(&bytes).expect("it is read"), before);
    }

    #[test]
    fn walks_come_back_as_they_were(
        orders in prop::collection::vec(any::<u64>(), 0..5),
        steps in prop::collection::vec((any::<u16>(), any::<u32>(), any::<u16>()), 0..20),
        position in any::<u16>(),
        (wanted, taken) in (any::<u32>(), any::<u32>()),
    ) {
        let mut before = walk();
        before.orders = orders.into_iter().map(OrderId).collect();
        before.position = position;
        before.lines[0].wanted = wanted;
        before.lines[0].taken = taken;
        before.steps = steps
            .into_iter()
            .map(|(line, pieces, position)| PickStep {
                line,
                before: LineState::Open,
                pieces,
                entry: (pieces > 0).then_some(EntryId(u64::from(pieces))),
                position,
            })
            .collect();
        let bytes = pack(&before).expect("it is packed");
        prop_assert_eq!(unpack::<PickSession>(&bytes).expect("it is read"), before);
    }

    /// Whatever lies in the file: an error, never a crash.
    #[test]
    fn nonsense_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let with_version = [&[1u8], bytes.as_slice()].concat();
        let _ = unpack::<Lot>(&with_version);
        let _ = unpack::<Order>(&with_version);
        let _ = unpack::<PickSession>(&with_version);
        let _ = unpack::<LedgerEntry>(&with_version);
        let _ = unpack::<ItemRecord>(&with_version);
        let _ = unpack::<OperationRecord>(&bytes);
        let _ = unpack::<Person>(&with_version);
        let _ = unpack::<Credentials>(&with_version);
        let _ = unpack::<SignIn>(&with_version);
        let _ = unpack::<Invitation>(&with_version);
        let _ = unpack::<Whereabouts>(&with_version);
        let _ = unpack::<AuditEntry>(&with_version);
        let _ = unpack::<ShopSettings>(&with_version);
        let _ = unpack::<SealedKeys>(&with_version);
        let _ = unpack::<MasterHead>(&with_version);
        let _ = unpack::<Spent>(&with_version);
        let _ = unpack::<JobRecord>(&with_version);
    }
}

#[test]
fn an_order_in_a_list() {
    use brickops::domain::market::OrderHead;
    use brickops::domain::sync::OrderSeen;
    let seen = OrderSeen {
        head: OrderHead {
            market: Marketplace::BrickLink,
            number: "12".into(),
            status: OrderStatus::Paid,
            ordered: at(1_700_000_000),
            changed: None,
            pieces: 4,
            lots: 1,
            buyer: "b".into(),
            currency: "EUR".into(),
            total: Money::from_raw(400),
            filed: false,
        },
        missing: 2,
        past: false,
        counted: true,
    };
    golden(
        &seen,
        "010002313204fd00803c3048140c00000401016203455552fb200300020001",
    );
}
