//! What the shop answers about a list that comes in: 120 rows, each seventh odd, one that cannot be read.

use super::shop::{State, color};
use crate::api::{Answer, Reply, ReviewRequest, StockRequest};
use crate::domain::report::{InventoryImport, Skipped, SkippedRows};
use crate::domain::review::{
    ListLook, Outlook, ReviewCounts, ReviewFilter, ReviewPage, ReviewRow, RowChange, RowLot,
    RowProblem,
};
use crate::domain::*;
use crate::error::Error;

/// A list under review.
#[derive(Debug, Default)]
pub struct Reviewed {
    pub rows: Vec<ReviewRow>,
    steps: Vec<ReviewRow>,
}

fn row(at: u32) -> ReviewRow {
    let problem = |field: &str, reason: &str, stops: bool| RowProblem {
        field: field.into(),
        reason: reason.into(),
        stops,
    };
    let problems = match at {
        3 => vec![problem("Price", "“abc” is no amount", true)],
        7 => vec![problem(
            "Qty",
            "10000000 pieces; a lot holds 0 to 9999999",
            true,
        )],
        14 => {
            let reason = "was deleted on 2025-11-02 by Ben; comes back";
            vec![problem("", reason, false)]
        }
        21 => vec![
            problem(
                "Item number",
                "the catalogue does not know this item",
                false,
            ),
            problem("Remarks", "they do not read like a place", false),
        ],
        at if at > 21 && at.is_multiple_of(7) => {
            let reason = "nobody knows the colour Mauve";
            vec![problem("Color name", reason, false)]
        }
        _ => Vec::new(),
    };
    let lot = RowLot {
        item: ItemKey::part(format!("{}", 3_001 + at)),
        name: "Brick 2 x 4".into(),
        color: color(at as usize),
        condition: if at.is_multiple_of(2) {
            Condition::New
        } else {
            Condition::Used
        },
        completeness: None,
        pieces: if at == 7 { 0 } else { 10 + at },
        price: Money::from_raw(1_000 + i64::from(at) * 25),
        cost: Money::ZERO,
        remarks: format!("A-{at}"),
        comments: String::new(),
    };
    ReviewRow {
        unknown_item: at == 21,
        at,
        line: u64::from(at) + 2,
        taken: !problems.iter().any(|problem| problem.stops),
        lot: (at != 3).then_some(lot),
        edited: false,
        known: at == 5,
        problems,
    }
}

impl State {
    fn row_counts(&self) -> ReviewCounts {
        let rows = &self.book.review.rows;
        let count =
            |fits: &dyn Fn(&ReviewRow) -> bool| rows.iter().filter(|r| fits(r)).count() as u32;
        ReviewCounts {
            read: rows.len() as u32,
            taken: count(&|row| row.taken),
            left_out: count(&|row| !row.taken),
            stopped: count(&|row| row.problems.iter().any(|problem| problem.stops)),
            warned: count(&|row| row.taken && !row.problems.is_empty()),
            odd: count(&|row| !row.problems.is_empty()),
        }
    }

    fn page(&self, id: OperationId, filter: ReviewFilter, (offset, len): (u32, u16)) -> Reply {
        let odd = |row: &&ReviewRow| filter == ReviewFilter::All || !row.problems.is_empty();
        let rows: Vec<ReviewRow> = self.book.review.rows.iter().filter(odd).cloned().collect();
        let total = rows.len() as u32;
        let rows = rows.into_iter().skip(offset as usize).take(len.into());
        Reply::Review(Box::new(ReviewPage {
            id,
            file: "lots.csv".into(),
            what: "a table of lots, CSV".into(),
            columns: None,
            counts: self.row_counts(),
            steps: self.book.review.steps.len() as u32,
            filter,
            offset,
            total,
            rows: rows.collect(),
        }))
    }

    fn change_row(&mut self, at: u32, change: RowChange) -> Answer {
        let review = &mut self.book.review;
        let known = review.rows.get_mut(at as usize);
        let row = known.ok_or_else(|| Error::not_found("There is no such row."))?;
        review.steps.push(row.clone());
        match change {
            RowChange::Take(take) => row.taken = take,
            RowChange::Edit(edits) => {
                let lot = row.lot.as_mut();
                let lot = lot.ok_or_else(|| Error::invalid("Line 5 could not be read."))?;
                lot.remarks = edits.to_string();
                row.edited = true;
                row.taken = true;
                row.problems.clear();
            }
        }
        Ok(Reply::ReviewStep(Some(at)))
    }

    pub(super) fn review(&mut self, request: ReviewRequest) -> Answer {
        self.book
            .written
            .push(StockRequest::Review(request.clone()));
        match request {
            ReviewRequest::Paths { begin } => {
                let all = ["/home/ana/lots.bsx", "/home/ana/lots.csv", "/home/ana/old/"];
                let found = all.iter().filter(|path| path.starts_with(&begin));
                Ok(Reply::Paths(found.map(|path| (*path).to_owned()).collect()))
            }
            ReviewRequest::Look { path } => {
                if path.ends_with("/none.bsx") {
                    return Err(Error::not_found(format!("{path} does not exist.")));
                }
                let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect();
                let titles = ["Teil", "Farbe", "Wieviel", "Preis", "Lagerort"];
                let table = path.to_lowercase().contains(".csv");
                Ok(Reply::ListLook(Box::new(ListLook {
                    file: "lots.csv".into(),
                    what: "a table of lots, CSV".into(),
                    head: if table {
                        vec![
                            row(&titles),
                            row(&["3001", "11", "5", "0,10", "A-1"]),
                            row(&["3002", "11", "7", "0,12", "A-2"]),
                        ]
                    } else {
                        Vec::new()
                    },
                    mapping: table.then(|| Mapping::guess(titles)),
                    known_as: "lots".into(),
                    kept: false,
                })))
            }
            ReviewRequest::Open { op, .. } => {
                self.book.review = Reviewed {
                    rows: (0..120).map(row).collect(),
                    steps: Vec::new(),
                };
                Ok(self.page(op, ReviewFilter::All, (0, 0)))
            }
            ReviewRequest::Rows {
                id,
                filter,
                offset,
                rows,
            } => Ok(self.page(id, filter, (offset, rows))),
            ReviewRequest::Change { row, change, .. } => self.change_row(row, *change),
            ReviewRequest::Next { from, back, .. } => {
                let odd = |row: &&ReviewRow| {
                    let further = if back { row.at < from } else { row.at > from };
                    further && !row.problems.is_empty()
                };
                let mut found = self.book.review.rows.iter().filter(odd).map(|row| row.at);
                let found = if back {
                    found.next_back()
                } else {
                    found.next()
                };
                Ok(Reply::ReviewStep(found))
            }
            ReviewRequest::Undo { .. } => {
                let Some(step) = self.book.review.steps.pop() else {
                    return Ok(Reply::ReviewStep(None));
                };
                let at = step.at;
                self.book.review.rows[at as usize] = step;
                Ok(Reply::ReviewStep(Some(at)))
            }
            ReviewRequest::Outlook { merge, .. } => Ok(Reply::Outlook(Outlook {
                added: if merge { 100 } else { 116 },
                merged: if merge { 16 } else { 0 },
                already: 1,
                returned: 1,
                pieces: 8_204,
                ..Outlook::default()
            })),
            ReviewRequest::Book { .. } => Ok(Reply::InventoryImported(Box::new(InventoryImport {
                file: "lots.csv".into(),
                what: "a table of lots, CSV".into(),
                read: 120,
                added: 116,
                already: 1,
                returned: 1,
                pieces: 8_204,
                skipped: SkippedRows {
                    count: 2,
                    rows: vec![Skipped {
                        file: "lots.csv".into(),
                        line: 5,
                        field: "Price".into(),
                        reason: "“abc” is no amount".into(),
                    }],
                },
                deed: Some(CorrelationId(77)),
                ..InventoryImport::default()
            }))),
            ReviewRequest::Drop { .. } => Ok(Reply::Done),
        }
    }
}
