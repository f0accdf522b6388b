//! What every change has in common: its number, Ctrl+C, the line about what it did.

use super::super::caller::unexpected;
use super::super::interrupt::Interruptible;
use super::super::{Ending, json};
use super::Desk;
use crate::api::{Event, Reply, Request, StockRequest};
use crate::domain::OperationId;
use crate::domain::rows::{ChangeRow, DeedReport, RefusedLot};
use crate::entropy::{Entropy, SystemEntropy};
use crate::error::Result;

/// Refused lots that are named one by one.
const NAMED: usize = 10;

impl Desk<'_> {
    /// A number for a write: a repetition after a lost answer does it once.
    pub(super) fn operation() -> Result<OperationId> {
        let mut bytes = [0; 16];
        SystemEntropy.fill(&mut bytes)?;
        Ok(OperationId(u128::from_be_bytes(bytes)))
    }

    pub(super) fn ask(&self, request: StockRequest) -> Result<Reply> {
        self.caller.call(Request::Stock(request))
    }

    /// A change that is short, or that cannot be stopped.
    pub(super) fn short(&self, request: StockRequest) -> Result<DeedReport> {
        let mut bar = self.out.bar();
        let answer = self.caller.call_with(Request::Stock(request), |event| {
            if let Event::Progress(progress) = event {
                bar.show(&progress);
            }
        });
        bar.done();
        match answer? {
            Reply::Deed(report) => Ok(*report),
            _ => Err(unexpected()),
        }
    }

    /// A change that Ctrl+C stops; then everything is as it was.
    pub(super) fn long(
        &self,
        request: impl FnOnce(OperationId) -> StockRequest,
    ) -> Result<DeedReport> {
        let op = Self::operation()?;
        let _interruptible = Interruptible::begin(self.caller.sender(), op)?;
        self.short(request(op))
    }

    /// Says what a change did.
    pub(super) fn did(&self, report: &DeedReport) -> Ending {
        if self.out.json() {
            self.out.document(&json::Deed::from(report));
        } else {
            self.out.line(sentence(report));
            self.refused(&report.listed, report.refused);
        }
        ending(report.refused)
    }

    pub(super) fn refused(&self, listed: &[RefusedLot], all: u32) {
        for row in listed.iter().take(NAMED) {
            self.out.note(format!("  lot {}: {}", row.lot, row.why));
        }
        let named = u32::try_from(listed.len().min(NAMED)).unwrap_or(all);
        if all > named {
            self.out
                .note(format!("  and {} more", all.saturating_sub(named)));
        }
    }

    /// A few lots before and after.
    pub(super) fn examples(&self, rows: &[ChangeRow]) {
        for row in rows {
            let mut changes = Vec::new();
            if row.available.0 != row.available.1 {
                changes.push(format!("pieces {} -> {}", row.available.0, row.available.1));
            }
            changes.extend(row.changes.iter().map(|change| {
                format!(
                    "{} {} -> {}",
                    change.field.word(),
                    change.before,
                    change.after
                )
            }));
            self.out.line(format!(
                "  lot {:<7} {:<14} {}",
                row.lot,
                row.item.no,
                changes.join(", ")
            ));
        }
    }
}

/// Whether all was done.
pub(super) const fn ending(refused: u32) -> Ending {
    if refused > 0 {
        Ending::Partly
    } else {
        Ending::Done
    }
}

/// `1 lot`, `2 lots`.
pub(super) fn lots(count: u32) -> String {
    format!("{count} {}", if count == 1 { "lot" } else { "lots" })
}

fn sentence(report: &DeedReport) -> String {
    let pieces = match report.pieces {
        0 => String::new(),
        pieces => format!(" ({pieces:+} pieces)"),
    };
    let some = |count: u32, words: &str| match count {
        0 => String::new(),
        count => format!(", {count} {words}"),
    };
    let same = some(report.same, "were so already");
    let refused = some(report.refused, "refused");
    let end = report.deed.map_or_else(String::new, |deed| {
        format!("; change {deed}, takes it back: brickops inventory undo {deed}")
    });
    format!(
        "{} changed{pieces}{same}{refused}{end}",
        lots(report.changed)
    )
}
