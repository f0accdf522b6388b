//! A file held against the live stock or another file, and what its release would do.

use super::super::caller::unexpected;
use super::super::{Ending, json};
use super::Desk;
use super::deed::lots;
use crate::api::{Reply, StockRequest};
use crate::domain::lot_compare::{CompareKind, CompareRow, CompareSide};
use crate::domain::{ComparePage, CompareQuery, FileId, LotId, LotShelf};
use crate::error::Result;

/// Articles that are asked for at once.
const PAGE: u16 = 1_000;

impl Desk<'_> {
    pub(super) fn compare(
        &self,
        (name, other): (&str, Option<&str>),
        only: Option<CompareKind>,
        limit: u32,
    ) -> Result<Ending> {
        let query = CompareQuery {
            first: LotShelf::File(self.file(name)?.file.id),
            second: match other {
                Some(other) => LotShelf::File(self.file(other)?.file.id),
                None => LotShelf::Live,
            },
            only,
        };
        let mut page = ComparePage::default();
        loop {
            let offset = u32::try_from(page.rows.len()).unwrap_or(u32::MAX);
            let left = limit.saturating_sub(offset);
            let reply = self.ask(StockRequest::Compare {
                query: query.clone(),
                offset,
                rows: u16::try_from(left).unwrap_or(PAGE).min(PAGE),
            })?;
            let Reply::Compared(next) = reply else {
                return Err(unexpected());
            };
            let mut rows = std::mem::take(&mut page.rows);
            let got = next.rows.len();
            page = *next;
            rows.append(&mut page.rows);
            page.rows = rows;
            let all = page.total.min(limit) as usize;
            if got == 0 || page.rows.len() >= all {
                break;
            }
        }
        if self.out.json() {
            self.out.document(&json::Compared::from(&page));
            return Ok(Ending::Done);
        }
        let [first, second, pieces, prices, same] = page.counts;
        self.out.line(format!(
            "{first} articles only in {}, {second} only in {}, {pieces} with other pieces, {prices} with other prices, {same} the same",
            page.first, page.second
        ));
        for row in &page.rows {
            self.out.line(compared(row));
        }
        if (page.rows.len() as u64) < u64::from(page.total) {
            self.out.note(format!(
                "{} of {} articles are shown, see --limit",
                page.rows.len(),
                page.total
            ));
        }
        Ok(Ending::Done)
    }

    pub(super) fn would_release(
        &self,
        (file, name): (FileId, &str),
        which: Option<Vec<LotId>>,
        merge: bool,
    ) -> Result<Ending> {
        let request = StockRequest::PreviewRelease { file, lots: which };
        let Reply::ReleasePreview(seen) = self.ask(request)? else {
            return Err(unexpected());
        };
        if self.out.json() {
            self.out.document(&json::Release::of(&seen, merge));
            return Ok(Ending::Done);
        }
        let how = if merge {
            format!(
                "{} would go into equal lots, {} would be added",
                lots(seen.merged),
                seen.added
            )
        } else {
            format!("{} would be added", lots(seen.lots))
        };
        self.out.line(format!(
            "{name}: {how}, {} pieces. Nothing is changed yet.",
            seen.pieces
        ));
        Ok(Ending::Done)
    }
}

fn side(side: &CompareSide) -> String {
    if side.lots == 0 {
        return "-".to_owned();
    }
    let price = if side.lowest == side.highest {
        side.lowest.to_string()
    } else {
        format!("{} to {}", side.lowest, side.highest)
    };
    format!("{} at {price}", side.pieces)
}

fn compared(row: &CompareRow) -> String {
    format!(
        "{:<14} {:<22} {:<4}  {:>22}  {:>22}  {}",
        row.item.no,
        row.color.name,
        row.condition.word(),
        side(&row.first),
        side(&row.second),
        row.name
    )
}
