//! Lists that are looked at before they come in: windows, corrections, booking, cancelling, and lots that
//! somebody had put away.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::super::Task;
use super::lists::{NEVER, Shop, bsx, item, live};
use crate::domain::edit::Edits;
use crate::domain::report::Progress;
use crate::domain::review::{Outlook, ReviewFilter, ReviewPage, RowChange};
use crate::domain::{ListImport, ListInto, ListSource, OperationId, Scope, UserId, Which};
use crate::error::{Error, Kind};

const QUIET: Task<'static> = Task {
    progress: &|_| {},
    cancelled: &NEVER,
};

fn open(shop: &Shop, source: &ListSource) -> OperationId {
    let op = shop.op();
    shop.app
        .open_review(&shop.app.solo(), source, op, QUIET)
        .expect("read")
        .id
}

fn page(shop: &Shop, id: OperationId, filter: ReviewFilter) -> ReviewPage {
    shop.app
        .review_rows(&shop.app.solo(), id, filter, (0, 100))
        .expect("a window")
}

fn change(shop: &Shop, id: OperationId, row: usize, words: &str) -> Result<(), Error> {
    let edits = RowChange::Edit(Edits::parse(words).expect("a change"));
    let scope = shop.app.solo();
    shop.app.change_review(&scope, id, row, &edits).map(|_| ())
}

fn take(shop: &Shop, id: OperationId, row: usize, take: bool) -> Result<(), Error> {
    let scope = shop.app.solo();
    let change = RowChange::Take(take);
    shop.app.change_review(&scope, id, row, &change).map(|_| ())
}

fn outlook(shop: &Shop, id: OperationId, into: &ListInto, merge: bool) -> Outlook {
    let scope = shop.app.solo();
    shop.app
        .review_outlook(&scope, id, (into, merge), QUIET)
        .expect("a look")
}

/// A list in which much is wrong: lines 2 to 9.
fn troubled(shop: &Shop) -> ListSource {
    let row = |no: &str, pieces: &str, price: &str, rest: &str| {
        format!(
            "\n<Item><ItemID>{no}</ItemID><ItemTypeID>P</ItemTypeID><ColorID>11</ColorID><Qty>{pieces}</Qty><Price>{price}</Price><Condition>N</Condition>{rest}</Item>"
        )
    };
    let rows = [
        row("3001", "5", "0.10", "<Remarks>A-1</Remarks>"),
        row("3002", "10000000", "0.10", ""),
        row("3003", "many", "0.10", ""),
        row("3004", "4", "200000", ""),
        row("3005", "3", "0.10", "<Remarks>bought last year</Remarks>"),
        row("3006", "2", "0.10", "<Status>X</Status>"),
        row("3007", "1", "0.10", "<LotID>70</LotID>"),
        row("3008", "1", "0.10", "<LotID>70</LotID>"),
    ];
    shop.source("list.bsx", &bsx(&rows))
}

#[test]
fn a_list_is_looked_through_corrected_and_booked_as_one_deed() {
    let shop = Shop::new();
    let id = open(&shop, &troubled(&shop));
    let all = page(&shop, id, ReviewFilter::All);
    let lines: Vec<u64> = all.rows.iter().map(|row| row.line).collect();
    assert_eq!(lines, [2, 3, 4, 5, 6, 7, 8, 9], "in the order of the file");
    let unread = &all.rows[2];
    assert!(unread.lot.is_none() && unread.problems[0].stops);
    let odd = |row: usize, words: &str| {
        let problems = &all.rows[row].problems;
        assert!(
            problems
                .iter()
                .any(|problem| problem.reason.contains(words)),
            "row {row}: {problems:?}"
        );
    };
    odd(1, "10000000");
    odd(3, "200000");
    odd(4, "do not read like a place");
    odd(7, "stands in an earlier row");
    let taken: Vec<bool> = all.rows.iter().map(|row| row.taken).collect();
    let first = taken.iter().filter(|taken| **taken).count() as u32;
    assert_eq!(all.counts.read, 8);
    assert_eq!(all.counts.taken, first);
    assert_eq!(all.counts.left_out, 8 - first);

    // Whether the reader or the shop refused it, saying all of it makes a row of it.
    change(&shop, id, 1, "item=3002; color=11; qty=10").expect("corrected");
    change(&shop, id, 3, "item=3004; qty=4; price=2; cond=used").expect("corrected");
    assert!(change(&shop, id, 2, "qty=4").is_err(), "it was not read");
    assert!(change(&shop, id, 0, "delete").is_err());
    assert!(take(&shop, id, 2, true).is_err());
    take(&shop, id, 0, false).expect("left out");
    take(&shop, id, 7, true).expect("taken all the same");
    let seen = page(&shop, id, ReviewFilter::All);
    for row in [1, 3] {
        let row = &seen.rows[row];
        assert!(row.taken && row.edited && row.problems.len() < 2, "{row:?}");
    }
    assert_eq!(seen.rows[1].lot.as_ref().map(|lot| lot.pieces), Some(10));
    assert!(!seen.rows[0].taken && seen.rows[7].taken);
    assert_eq!(seen.steps, 4);

    let scope = shop.app.solo();
    let back = shop.app.undo_review(&scope, id).expect("taken back");
    assert_eq!(back, Some(7));
    let back = shop.app.undo_review(&scope, id).expect("taken back");
    assert_eq!(back, Some(0));
    let seen = page(&shop, id, ReviewFilter::All);
    assert!(seen.rows[0].taken && !seen.rows[7].taken);
    let odd = page(&shop, id, ReviewFilter::Odd);
    assert!(odd.rows.iter().all(|row| !row.problems.is_empty()));
    assert_eq!(odd.total, odd.counts.odd);

    let next = |from: usize, back: bool| shop.app.next_odd(&scope, id, from, back).expect("a look");
    let places: Vec<u32> = odd.rows.iter().map(|row| row.at).collect();
    assert_eq!(next(places[0] as usize, false), Some(places[1]));
    assert_eq!(next(places[1] as usize, true), Some(places[0]));
    assert_eq!(next(7, false), None);

    let look = outlook(&shop, id, &ListInto::Live, false);
    let before = shop.app.seq().expect("a number");
    let report = shop
        .app
        .book_review(&scope, id, (&ListInto::Live, false), shop.op(), QUIET)
        .expect("booked");
    assert!(shop.app.seq().expect("a number") > before);
    assert_eq!((report.added, report.pieces), (look.added, look.pieces));
    assert_eq!(u64::from(seen.counts.taken), report.added);
    assert_eq!(report.skipped.count, u64::from(seen.counts.left_out));
    let lots = shop.live();
    let of = |no: &str| lots.iter().find(|lot| lot.item.no == no).expect(no);
    assert_eq!(of("3002").stock.available, 10);
    assert_eq!(of("3004").condition, crate::domain::Condition::Used);
    shop.undo(report.deed.expect("a deed"));
    assert_eq!(shop.live(), []);
    shop.sound();
    let gone = shop.app.review_rows(&scope, id, ReviewFilter::All, (0, 1));
    assert_eq!(gone.expect_err("booked").kind, Kind::NotFound);
}

#[test]
fn what_a_look_says_is_what_booking_does() {
    for (into, merge) in [
        (ListInto::Live, false),
        (ListInto::Live, true),
        (ListInto::File("Spring".into()), false),
        (ListInto::File("Spring".into()), true),
    ] {
        let shop = Shop::new();
        let rows = |many: u32| -> Vec<String> {
            (0..many)
                .map(|at| {
                    let number = if at % 5 == 0 {
                        format!("<LotID>{}</LotID>", at + 1)
                    } else {
                        String::new()
                    };
                    let place = at % 7;
                    let rest = format!("<Remarks>A-{place}</Remarks>{number}");
                    item(&format!("{}", 3_000 + at % 40), 4_000_000, &rest)
                })
                .collect()
        };
        let first = ListImport {
            into: into.clone(),
            ..live(shop.source("one.bsx", &bsx(&rows(600))))
        };
        shop.import(&first).expect("imported");
        let second = ListImport {
            dry_run: true,
            merge,
            ..ListImport {
                source: shop.source("two.bsx", &bsx(&rows(1_300))),
                ..first
            }
        };
        let dry = shop.import(&second).expect("a dry run");
        let id = open(&shop, &second.source);
        let look = outlook(&shop, id, &into, merge);
        let done = shop
            .app
            .book_review(&shop.app.solo(), id, (&into, merge), shop.op(), QUIET)
            .expect("booked");
        let figures = (done.added, done.merged, done.already, done.pieces);
        let seen = (look.added, look.merged, look.already, look.pieces);
        assert_eq!(figures, seen, "{into:?} {merge}");
        let seen = (dry.added, dry.merged, dry.already, dry.pieces);
        assert_eq!(figures, seen, "{into:?} {merge}");
        assert!(done.merged > 0 || !merge, "{into:?}");
        shop.sound();
    }
}

#[test]
fn a_lot_that_a_person_deleted_is_marked_when_it_comes_back() {
    let shop = Shop::new();
    let rows = [
        item("3001", 5, "<LotID>70</LotID>"),
        item("3002", 5, "<LotID>71</LotID>"),
        item("3003", 5, "<Remarks>A-3</Remarks>"),
        item("3004", 5, "<Remarks>A-4</Remarks>"),
    ];
    let order = live(shop.source("one.bsx", &bsx(&rows)));
    let report = shop.import(&order).expect("imported");
    let dry = ListImport {
        dry_run: true,
        ..order.clone()
    };
    shop.undo(report.deed.expect("a deed"));
    assert_eq!(
        shop.import(&dry).expect("a dry run").returned,
        0,
        "an undone import"
    );
    let report = shop.import(&order).expect("again");
    assert_eq!((report.added, report.returned), (4, 0));

    let ids: Vec<_> = shop.live().iter().map(|lot| lot.id).collect();
    let delete = Edits::parse("delete").expect("a change");
    let which = Which::Lots(vec![ids[0], ids[2]]);
    let scope = shop.app.solo();
    shop.app
        .change_lots(&scope, &which, &delete, ("", shop.op()), QUIET)
        .expect("deleted");
    let seen = shop.import(&dry).expect("a dry run");
    assert_eq!((seen.added, seen.returned, seen.already), (2, 2, 2));
    let id = open(&shop, &order.source);
    let odd = page(&shop, id, ReviewFilter::All).rows;
    let words: Vec<String> = odd
        .iter()
        .flat_map(|row| row.problems.iter().map(|problem| problem.reason.clone()))
        .filter(|reason| reason.contains("comes back"))
        .collect();
    assert_eq!(words.len(), 2, "{words:?}");
    assert!(
        words[0].starts_with("was deleted on 2027-01-15 by "),
        "{words:?}"
    );
    assert!(odd[1].known && odd[3].known && !odd[0].known);
    // Whoever leaves it out does not get it back.
    take(&shop, id, 0, false).expect("left out");
    let report = shop
        .app
        .book_review(&scope, id, (&ListInto::Live, false), shop.op(), QUIET)
        .expect("booked");
    assert_eq!((report.added, report.returned, report.already), (1, 1, 2));
    assert_eq!(shop.live().len(), 3);
    // Taken back, the other one is a tombstone that a person made, as it was.
    shop.undo(report.deed.expect("a deed"));
    assert_eq!(shop.import(&dry).expect("a dry run").returned, 2);
    shop.sound();
}

#[test]
fn reviews_belong_to_who_opened_them_and_end() {
    let shop = Shop::new();
    let source = troubled(&shop);
    let id = open(&shop, &source);
    let scope = shop.app.solo();
    let other = Scope {
        user: UserId(2),
        ..scope
    };
    let rows = |scope: &Scope, id| shop.app.review_rows(scope, id, ReviewFilter::All, (0, 1));
    assert_eq!(
        rows(&other, id).expect_err("not theirs").kind,
        Kind::NotFound
    );
    let later = |minutes: i64| {
        crate::domain::Timestamp::from_micros(scope.now.micros() + minutes * 60_000_000)
    };
    shop.app.sweep_reviews(later(59));
    assert!(rows(&scope, id).is_ok());
    shop.app.sweep_reviews(later(61));
    assert_eq!(rows(&scope, id).expect_err("an hour").kind, Kind::NotFound);

    let ids: Vec<OperationId> = (0..5).map(|_| open(&shop, &source)).collect();
    assert!(rows(&scope, ids[0]).is_err(), "four of one person");
    assert!(ids[1..].iter().all(|id| rows(&scope, *id).is_ok()));
    shop.app
        .forget_reviews(&[(scope.tenant, scope.user, ids[1])]);
    assert!(rows(&scope, ids[1]).is_err());
    shop.app.drop_review(&scope, ids[2]).expect("dropped");
    assert!(rows(&scope, ids[2]).is_err() && rows(&scope, ids[3]).is_ok());
}

#[test]
fn a_table_shows_its_head_and_paths_are_completed() {
    let shop = Shop::new();
    let source = shop.source("odd 7.csv", "Nummer;Wieviel\n3001;5\n");
    let scope = shop.app.solo();
    let look = shop.app.look_at_list(&scope, &source.path).expect("a look");
    assert_eq!(look.head, [["Nummer", "Wieviel"], ["3001", "5"]]);
    assert_eq!((look.known_as.as_str(), look.kept), ("odd", false));
    let bsx = shop.source("one.bsx", &bsx(&[item("3001", 5, "")]));
    let look = shop.app.look_at_list(&scope, &bsx.path).expect("a look");
    assert!(look.head.is_empty() && look.mapping.is_none());
    let begin = source.path.trim_end_matches("dd 7.csv");
    let found = shop.app.list_paths(&scope, begin).expect("paths");
    assert!(found.contains(&source.path) && found.contains(&bsx.path));
    assert!(shop.app.list_paths(&scope, "one").is_err());
}

/// A list of so many rows, written without holding it whole.
fn long_list(shop: &Shop, rows: u32) -> ListSource {
    let mut text = String::from("Part,Color,Qty,Price,Remarks\n");
    for at in 0..rows {
        let (part, color) = (3_000 + at % 5_000, at % 100);
        let _ = writeln!(
            text,
            "{part},{color},{},0.{:02},A-{at}",
            1 + at % 9,
            1 + at % 98
        );
    }
    shop.source("long.csv", &text)
}

/// Cancelled while it is read, and again half-way through its booking.
fn cancelled_half_way(rows: u32) {
    let shop = Shop::new();
    let source = long_list(&shop, rows);
    let scope = shop.app.solo();
    let stop = Arc::new(AtomicBool::new(false));
    let half = |part: u32| {
        let stop = Arc::clone(&stop);
        move |progress: Progress| {
            if progress.done >= u64::from(rows / part) {
                stop.store(true, Ordering::Relaxed);
            }
        }
    };
    let (reading, storing) = (half(2), half(40));
    let task = |progress| Task {
        progress,
        cancelled: &stop,
    };
    let op = shop.op();
    let outcome = shop.app.open_review(&scope, &source, op, task(&reading));
    assert_eq!(outcome.expect_err("cancelled").kind, Kind::Conflict);
    stop.store(false, Ordering::Relaxed);

    let page = shop
        .app
        .open_review(&scope, &source, op, QUIET)
        .expect("read");
    assert_eq!((page.counts.read, page.counts.taken), (rows, rows));
    let last = shop
        .app
        .review_rows(&scope, op, ReviewFilter::All, (rows as usize - 1, 5))
        .expect("the end");
    assert_eq!(last.rows[0].line, u64::from(rows) + 1);
    for into in [ListInto::Live, ListInto::File("Spring".into())] {
        let booking = (&into, false);
        let outcome = shop
            .app
            .book_review(&scope, op, booking, shop.op(), task(&storing));
        let error = outcome.expect_err("cancelled");
        assert_eq!(error.message, "Cancelled. Everything is as it was.");
        stop.store(false, Ordering::Relaxed);
        assert_eq!(shop.live(), []);
        assert_eq!(shop.app.lot_files(&scope).expect("files"), []);
    }
    shop.sound();
    // The review is still there, and can be booked after all.
    let again = shop.app.review_rows(&scope, op, ReviewFilter::All, (0, 1));
    assert_eq!(again.expect("kept").counts.taken, rows);
}

#[test]
fn a_hundred_thousand_rows_are_cancelled_half_way() {
    cancelled_half_way(100_000);
}

#[test]
#[ignore = "takes minutes without optimisation"]
fn a_million_rows_are_cancelled_half_way() {
    cancelled_half_way(1_000_000);
}
