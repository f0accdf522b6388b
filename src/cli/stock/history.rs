//! The history of lots, and taking changes back.

use super::super::caller::unexpected;
use super::super::office::begin;
use super::super::stock_args::HistoryArgs;
use super::super::{Ending, json};
use super::Desk;
use super::deed::{ending, lots};
use crate::api::{Reply, StockRequest};
use crate::domain::rows::{DeedState, EntryRow, HistoryQuery, UndoPreview};
use crate::domain::{CorrelationId, LotId};
use crate::error::Result;

/// Entries that are asked for at once.
const PAGE: u16 = 1_000;

impl Desk<'_> {
    pub(super) fn history(&self, args: &HistoryArgs) -> Result<Ending> {
        let zone = self.zone()?;
        let day = |day: &Option<String>, later| match day {
            Some(day) => begin(day, &zone, later).map(Some),
            None => Ok(None),
        };
        let query = HistoryQuery {
            lot: args.lot.map(LotId),
            deed: args.deed.map(CorrelationId),
            text: args.words.join(" "),
            by: args.by.clone(),
            kinds: args.kinds.clone(),
            from: day(&args.from, 0)?,
            until: day(&args.until, 1)?,
        };
        let entries = self.entries(&query, args.limit)?;
        if self.out.json() {
            let rows: Vec<json::Entry> = entries.into_iter().map(json::Entry::from).collect();
            self.out.document(&rows);
            return Ok(Ending::Done);
        }
        if entries.is_empty() {
            self.out.note("There are no such entries.");
        }
        for entry in &entries {
            self.out.line(line(entry));
        }
        Ok(Ending::Done)
    }

    fn entries(&self, query: &HistoryQuery, limit: u32) -> Result<Vec<EntryRow>> {
        let mut found: Vec<EntryRow> = Vec::new();
        let mut before = None;
        loop {
            let got = u32::try_from(found.len()).unwrap_or(u32::MAX);
            let left = limit.saturating_sub(got);
            if left == 0 {
                return Ok(found);
            }
            let reply = self.ask(StockRequest::History {
                query: Box::new(query.clone()),
                before,
                rows: u16::try_from(left).unwrap_or(PAGE).min(PAGE),
            })?;
            let Reply::History(page) = reply else {
                return Err(unexpected());
            };
            found.extend(page.entries);
            before = page.next;
            if before.is_none() {
                return Ok(found);
            }
        }
    }

    pub(super) fn undo(&self, deed: u64, why: &str, partly: bool, dry_run: bool) -> Result<Ending> {
        let deed = CorrelationId(deed);
        if dry_run {
            let Reply::UndoPreview(seen) = self.ask(StockRequest::PreviewUndo { deed })? else {
                return Err(unexpected());
            };
            return Ok(self.would_undo(&seen));
        }
        let why = why.to_owned();
        let report = self.long(|op| StockRequest::Undo {
            deed,
            why,
            partly,
            op,
        })?;
        Ok(self.did(&report))
    }

    fn would_undo(&self, seen: &UndoPreview) -> Ending {
        if self.out.json() {
            self.out.document(&json::Undo::from(seen));
            return ending(seen.refused);
        }
        let together = if seen.together {
            " Its lots hang together: all or none."
        } else {
            ""
        };
        self.out.line(format!(
            "{}: {} would change ({:+} pieces), {} refused.{together} Nothing is changed yet.",
            seen.what,
            lots(seen.lots),
            seen.pieces,
            seen.refused
        ));
        self.examples(&seen.examples);
        self.refused(&seen.listed, seen.refused);
        ending(seen.refused)
    }
}

fn line(entry: &EntryRow) -> String {
    let mut what = Vec::new();
    if entry.before != entry.after {
        what.push(format!(
            "pieces {} -> {}",
            entry.before.available, entry.after.available
        ));
    }
    what.extend(entry.changes.iter().map(|change| {
        format!(
            "{} {} -> {}",
            change.field.word(),
            change.before,
            change.after
        )
    }));
    let state = match entry.state {
        DeedState::Stands => String::new(),
        other => format!(" [{}]", json::state(other)),
    };
    let why = if entry.why.is_empty() {
        String::new()
    } else {
        format!(" ({})", entry.why)
    };
    format!(
        "{}  change {:<6} lot {:<7} {:<14} {:<16} {}{why}{state}: {}",
        json::time(entry.at),
        entry.deed,
        entry.lot,
        entry.item.no,
        entry.by,
        entry.what,
        what.join(", ")
    )
}
