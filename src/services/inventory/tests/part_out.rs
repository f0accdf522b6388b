//! Sets that are parted out: what comes in, what it costs, and that it goes away as one.

use super::{add, app, in_order, lot, op, plain, task};
use crate::domain::edit::SpreadBy;
use crate::domain::part_out::{PartOut, PartOutReport};
use crate::domain::{
    Condition, ItemKey, ItemKind, ListInto, ListSource, Lot, LotId, LotQuery, LotShelf, Money,
};
use crate::error::{Kind, Result};
use crate::services::App;

const HEAD: &str =
    "Type\tItem No\tItem Name\tQty\tColor ID\tExtra?\tAlternate?\tMatch ID\tCounterpart?\n\n";

fn contents(dir: &tempfile::TempDir, rows: &str) -> ListSource {
    let path = dir.path().join("S-1234-1.txt");
    std::fs::write(&path, format!("{HEAD}{rows}")).expect("a file");
    ListSource {
        path: path.to_str().expect("UTF-8").to_owned(),
        ..ListSource::default()
    }
}

fn order(contents: ListSource) -> PartOut {
    PartOut {
        set: ItemKey {
            kind: ItemKind::Set,
            no: "1234-1".into(),
        },
        contents,
        sets: 2,
        condition: Condition::Used,
        cost: None,
        from: None,
        into: ListInto::Live,
        merge: false,
        dry_run: false,
    }
}

const ROWS: &str = concat!(
    "P\t3001\tBrick 2 x 4\t6\t11\tN\tN\t0\tN\n",
    "P\t3001\tBrick 2 x 4\t1\t11\tY\tN\t0\tN\n",
    "P\t3002old\tBrick 2 x 3\t2\t11\tN\tY\t4\tN\n",
    "P\t3003\tBrick 2 x 2\t5\t5\tN\tN\t0\tN\n",
);

fn part_out(app: &App, order: &PartOut, number: u128) -> Result<PartOutReport> {
    app.part_out(&app.solo(), order, op(number), task())
}

fn lots(app: &App, shelf: LotShelf) -> Vec<Lot> {
    let scope = app.solo();
    let query = LotQuery {
        shelf,
        ..LotQuery::default()
    };
    let ids = app.lot_ids(&scope, &query).expect("lots");
    let mut lots = app
        .store
        .read(|tx| tx.shop(&scope).lots(&ids))
        .expect("lots");
    lots.sort_by_key(|lot| lot.item.no.clone());
    lots
}

#[test]
fn two_sets_become_lots_of_their_parts_and_go_away_as_one() {
    let (app, _) = app();
    let dir = tempfile::tempdir().expect("a directory");
    let mut order = order(contents(&dir, ROWS));
    order.cost = Some((Money::from_raw(120_000), SpreadBy::Pieces));
    order.dry_run = true;
    let seen = part_out(&app, &order, 1).expect("looked at");
    assert_eq!(
        (seen.added, seen.pieces, seen.stand_ins, seen.read),
        (2, 24, 1, 4)
    );
    assert!(lots(&app, LotShelf::Live).is_empty() && seen.deed.is_none());
    order.dry_run = false;
    let done = part_out(&app, &order, 2).expect("parted out");
    assert_eq!(
        PartOutReport {
            deed: None,
            dry_run: true,
            ..done.clone()
        },
        seen
    );
    let made = lots(&app, LotShelf::Live);
    let told: Vec<_> = made
        .iter()
        .map(|lot| {
            (
                lot.item.no.as_str(),
                lot.stock.available,
                lot.cost.raw(),
                lot.condition,
            )
        })
        .collect();
    // 24.00 over 24 pieces.
    assert_eq!(
        told,
        [
            ("3001", 14, 10_000, Condition::Used),
            ("3003", 10, 10_000, Condition::Used)
        ]
    );
    assert_eq!(done.cost, Money::from_raw(240_000));
    // The same number again does nothing; another number parts two more out.
    assert_eq!(part_out(&app, &order, 2).expect("again").deed, done.deed);
    assert_eq!(lots(&app, LotShelf::Live).len(), 2);
    part_out(&app, &order, 3).expect("two more");
    assert_eq!(lots(&app, LotShelf::Live).len(), 4);
    let deed = done.deed.expect("a deed");
    app.undo(&app.solo(), deed, ("", false, op(4)), task())
        .expect("taken back");
    assert_eq!(lots(&app, LotShelf::Live).len(), 2);
    in_order(&app);
}

#[test]
fn parts_go_into_equal_lots_at_their_mean_cost_and_the_set_leaves_its_lot() {
    let (app, _) = app();
    let scope = app.solo();
    let dir = tempfile::tempdir().expect("a directory");
    // 0.04 each, used, of the same colour; the other differs in condition.
    let bricks = add(&app, &scope, "3001", 14, 1);
    let edits = super::edits("color=11; cond=used");
    let which = crate::domain::Which::Lots(vec![bricks]);
    app.change_lots(&scope, &which, &edits, ("", op(50)), task())
        .expect("changed");
    let box_of_two = add(&app, &scope, "1234-1", 2, 2);
    let which = crate::domain::Which::Lots(vec![box_of_two]);
    let edits = super::edits("item=S:1234-1");
    app.change_lots(&scope, &which, &edits, ("", op(51)), task())
        .expect("changed");
    let before: Vec<Lot> = [bricks, box_of_two].map(|id| plain(lot(&app, id))).into();

    let mut order = order(contents(&dir, ROWS));
    (order.merge, order.from) = (true, Some(box_of_two));
    order.cost = Some((Money::from_raw(120_000), SpreadBy::Pieces));
    let done = part_out(&app, &order, 3).expect("parted out");
    assert_eq!((done.added, done.merged), (1, 1));
    let after = lot(&app, bricks);
    assert_eq!(
        (after.stock.available, after.cost.raw()),
        (28, 5_200),
        "(0.04 + 1.00) / 2"
    );
    assert_eq!(lot(&app, box_of_two).stock.available, 0);
    // There is none left to part out, and nothing half-way remains of trying.
    let error = part_out(&app, &order, 4).expect_err("no set");
    assert_eq!(error.kind, Kind::Conflict, "{error}");
    assert_eq!(lot(&app, bricks).stock.available, 28);
    let deed = done.deed.expect("a deed");
    app.undo(&scope, deed, ("", false, op(5)), task())
        .expect("taken back");
    assert_eq!(
        [bricks, box_of_two].map(|id| plain(lot(&app, id))).to_vec(),
        before
    );
    in_order(&app);
}

#[test]
fn into_a_file_that_is_made_and_does_not_stay_when_it_fails() {
    let (app, _) = app();
    let dir = tempfile::tempdir().expect("a directory");
    let mut order = order(contents(&dir, ROWS));
    order.into = ListInto::File("1234 parted out".into());
    order.from = Some(LotId(99));
    assert!(part_out(&app, &order, 1).is_err());
    assert!(app.lot_files(&app.solo()).expect("files").is_empty());
    order.from = None;
    part_out(&app, &order, 2).expect("parted out");
    let file = app.lot_files(&app.solo()).expect("files")[0].file.id;
    assert_eq!(lots(&app, LotShelf::File(file)).len(), 2);
    assert!(lots(&app, LotShelf::Live).is_empty());
    order.merge = true;
    let again = part_out(&app, &order, 3).expect("once more");
    assert_eq!((again.added, again.merged), (0, 2));
    let pieces: u32 = lots(&app, LotShelf::File(file))
        .iter()
        .map(|lot| lot.stock.available)
        .sum();
    assert_eq!(pieces, 48);
    in_order(&app);
}

#[test]
fn what_cannot_be_is_said_before_anything_is_written() {
    let (app, _) = app();
    let dir = tempfile::tempdir().expect("a directory");
    let good = order(contents(&dir, ROWS));
    let mut number = 0;
    let mut why = |change: &dyn Fn(&mut PartOut)| {
        let mut order = good.clone();
        change(&mut order);
        number += 1;
        part_out(&app, &order, number).expect_err("refused").message
    };
    assert!(why(&|order| order.sets = 0).contains("1 to 10000"));
    assert!(why(&|order| order.set.no.clear()).contains("Name the set"));
    let price = Some((Money::from_raw(1_000), SpreadBy::Price));
    assert!(why(&|order| order.cost = price).contains("by weight or pieces"));
    let weight = Some((Money::from_raw(1_000), SpreadBy::Weight));
    assert!(why(&|order| order.cost = weight).contains("no weight"));
    let many = contents(&dir, "P\t3001\tBrick\t9999999\t11\tN\tN\t0\tN\n");
    assert!(why(&|order| order.contents = many.clone()).contains("no pieces"));
    assert!(lots(&app, LotShelf::Live).is_empty());
}
