//! Random deeds by several people, and the power fails at any moment of them: a deed is there as a whole
//! or not at all, the ledger adds up, and taking everything back brings every lot back byte for byte.

use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use brickops::domain::edit::Edits;
use brickops::domain::lot_draft::{Counted, LotDraft, MergeRules};
use brickops::domain::rows::DeedReport;
use brickops::domain::{
    CorrelationId, EntryId, ItemKey, Lot, LotId, LotQuery, OperationId, Timestamp, UserId, Which,
};
use brickops::error::Result;
use brickops::services::inventory::Task;
use proptest::prelude::*;

use crate::disk::Disk;
use crate::setup::{FileLot, Fixture, lot, open};

/// So many that a change of all of them takes several transactions.
const LOTS: u64 = 1_300;

static NEVER: AtomicBool = AtomicBool::new(false);

fn task() -> Task<'static> {
    Task {
        progress: &|_| {},
        cancelled: &NEVER,
    }
}

/// A shop with its lots, made once.
fn image() -> Vec<u8> {
    static IMAGE: OnceLock<Vec<u8>> = OnceLock::new();
    let made = || {
        let disk = Disk::default();
        let shop = open(disk.opener()).expect("a shop");
        let lots: Vec<FileLot> = (1..=LOTS)
            .map(|at| lot(&format!("{}", 3_000 + at % 50), 9, &format!("A-{at}"), at))
            .collect();
        shop.import_lots(&lots);
        drop(shop);
        disk.bytes()
    };
    IMAGE.get_or_init(made).clone()
}

/// A deed at random.
#[derive(Debug, Clone)]
enum Verb {
    Add(u8),
    Some(u16, u16, usize),
    All(usize),
    Split(u16, u8),
    Merge(u16, u16),
    Count(u16, u8),
    Undo(u8),
}

const CHANGES: [&str; 9] = [
    "qty=+3",
    "qty=-2",
    "price=*1.1",
    "loc=C-3",
    "remarks+=x",
    "cond=used",
    "tags+=a",
    "delete",
    "restore",
];

fn verbs() -> impl Strategy<Value = Vec<Verb>> {
    let verb = prop_oneof![
        1 => any::<u8>().prop_map(Verb::Add),
        3 => (any::<u16>(), any::<u16>(), 0..CHANGES.len()).prop_map(|(a, b, c)| Verb::Some(a, b, c)),
        3 => (0..CHANGES.len()).prop_map(Verb::All),
        1 => (any::<u16>(), 1u8..5).prop_map(|(a, n)| Verb::Split(a, n)),
        1 => (any::<u16>(), any::<u16>()).prop_map(|(a, b)| Verb::Merge(a, b)),
        1 => (any::<u16>(), any::<u8>()).prop_map(|(a, n)| Verb::Count(a, n)),
        3 => any::<u8>().prop_map(Verb::Undo),
    ];
    prop::collection::vec(verb, 1..7)
}

fn op(number: usize) -> OperationId {
    OperationId(number as u128 + 1_000_000)
}

/// Does it.
fn act(shop: &Fixture, at: usize, verb: &Verb, deeds: &[CorrelationId]) -> Result<DeedReport> {
    let mut scope = shop.scope;
    scope.now = Timestamp::from_seconds(1_763_700_000 + i64::try_from(at).expect("few verbs"));
    scope.user = UserId(1 + (at % 3) as u32);
    let app = &shop.app;
    let id = |n: u16| LotId(u64::from(n) % LOTS + 1);
    let edits = |change: usize| Edits::parse(CHANGES[change]).expect("a change");
    let words = ("", op(at));
    match *verb {
        Verb::Add(no) => {
            let draft = LotDraft {
                quantity: 4,
                ..LotDraft::new(ItemKey::part((3_000 + u16::from(no)).to_string()))
            };
            app.add_lot(&scope, &draft, op(at))
        }
        Verb::Some(a, b, change) => {
            let which = Which::Lots(vec![id(a), id(b)]);
            app.change_lots(&scope, &which, &edits(change), words, task())
        }
        Verb::All(change) => {
            let which = Which::Matching(LotQuery::default());
            app.change_lots(&scope, &which, &edits(change), words, task())
        }
        Verb::Split(a, n) => {
            let part = (u32::from(n), &Edits::default());
            app.split_lot(&scope, id(a), part, op(at))
        }
        Verb::Merge(a, b) => {
            let lots = (id(a), vec![id(b)]);
            app.merge_lots(&scope, lots, MergeRules::default(), op(at))
        }
        Verb::Count(a, n) => {
            let counted = [Counted {
                lot: id(a),
                pieces: u32::from(n),
            }];
            app.count_lots(&scope, &counted, words, task())
        }
        Verb::Undo(n) => {
            let Some(deed) = deeds.get(usize::from(n) % deeds.len().max(1)) else {
                return Ok(DeedReport::default());
            };
            app.undo(&scope, *deed, ("", true, op(at)), task())
        }
    }
}

/// Every lot as it is, without what only says who looked at it last.
fn state(shop: &Fixture) -> Vec<Lot> {
    let mut lots = Vec::new();
    shop.store
        .read(|tx| {
            tx.shop(&shop.scope).each_lot(|mut lot| {
                lot.last = EntryId(0);
                lot.changed = Timestamp::default();
                lot.changed_by = UserId(0);
                lots.push(lot);
                Ok(())
            })
        })
        .expect("lots");
    lots
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_deed_is_whole_or_nothing_wherever_the_power_fails(
        verbs in verbs(),
        fuse in any::<prop::sample::Index>(),
    ) {
        // Every state that an uninterrupted run goes through.
        let disk = Disk::holding(image());
        let whole = open(disk.opener()).expect("a shop");
        let started = disk.syncs();
        let first = state(&whole);
        let (mut states, mut deeds) = (vec![first.clone()], Vec::new());
        for (at, verb) in verbs.iter().enumerate() {
            if let Ok(DeedReport { deed: Some(deed), .. }) = act(&whole, at, verb, &deeds) {
                deeds.push(deed);
            }
            states.push(state(&whole));
        }
        let syncs = disk.syncs() - started;
        whole.sound();

        // The same, and the power fails at one of the syncs.
        let disk = Disk::holding(image());
        let shop = open(disk.opener()).expect("a shop");
        disk.fails_after(fuse.index(syncs.max(1)) + 1);
        let (mut reached, mut deeds) = (0, Vec::new());
        for (at, verb) in verbs.iter().enumerate() {
            let done = act(&shop, at, verb, &deeds);
            if disk.is_dead() {
                break;
            }
            if let Ok(DeedReport { deed: Some(deed), .. }) = done {
                deeds.push(deed);
            }
            reached += 1;
        }
        drop(shop);
        let found = if disk.is_dead() {
            disk.after_the_failure()
        } else {
            Disk::holding(disk.bytes())
        };
        let shop = open(found.opener()).expect("it opens again");
        shop.sound();
        let now = state(&shop);
        // A lot that a deed made and that was taken back with it is a tombstone; it was not there before.
        let alike = |state: &Vec<Lot>| {
            let made: Vec<&Lot> = now.iter().filter(|lot| {
                !lot.gone || state.iter().any(|other| other.id == lot.id)
            }).collect();
            made == state.iter().collect::<Vec<_>>()
        };
        prop_assert!(
            alike(&states[reached]) || states.get(reached + 1).is_some_and(alike),
            "{reached} confirmed of {verbs:?}"
        );

        // And what was confirmed can still be taken back.
        for (at, deed) in deeds.iter().enumerate().rev() {
            let seen = shop.app.preview_undo(&shop.scope, *deed);
            if seen.is_ok_and(|seen| seen.refused == 0) {
                let words = ("", false, op(10_000 + at));
                let undone = shop.app.undo(&shop.scope, *deed, words, task());
                prop_assert!(undone.is_ok(), "{undone:?}");
            }
        }
        shop.sound();
    }
}
