//! Working pieces of a long deed out ahead of the writer: while one is written, another thread reads, changes
//! and packs the next.
//!
//! Whether such a piece still holds is asked in its own transaction. Every change of a lot makes an entry of
//! the ledger, so while nobody else has made one, the lots are as they were read. What somebody has overtaken
//! is not written; it is worked out anew when it is its turn.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;

use super::deeds::{Doing, Each, LARGE_PIECE, Task, add_to_deed};
use crate::domain::rows::DeedReport;
use crate::domain::{CorrelationId, LotId, Marketplace, Scope};
use crate::error::Result;
use crate::services::App;
use crate::services::moves::{Moves, Share};
use crate::store::{Batch, Decided};

/// Fewer lots than this are not worth a thread.
pub(super) const WORTH: usize = 4 * LARGE_PIECE;

/// A piece that was worked out before its turn.
struct Ahead {
    lots: usize,
    /// The shop's last entry when it is its turn, if nobody else makes one.
    last: u64,
    /// The marketplaces that its lots are marked for.
    markets: Vec<Marketplace>,
    share: Share,
    report: DeedReport,
    batch: Batch,
}

impl App {
    /// Does it to lots that have nothing to do with each other, until somebody else waits for the writer.
    /// Returns how many lots are done; `each` must look at no lot but its own.
    pub(super) fn go_ahead(
        &self,
        (scope, doing, deed): (&Scope, &Doing, CorrelationId),
        lots: &[LotId],
        each: &Each,
        task: Task<'_>,
        mut tell: impl FnMut(DeedReport, usize),
    ) -> Result<usize> {
        let first = self.store.read(|tx| tx.shop(scope).entries_given())?;
        let enough = AtomicBool::new(false);
        let mut done = 0;
        std::thread::scope(|threads| {
            // One piece waits while one is written.
            let (give, take) = sync_channel::<Result<Ahead>>(1);
            let enough = &enough;
            threads.spawn(move || {
                let mut last = first;
                for piece in lots.chunks(LARGE_PIECE) {
                    if enough.load(Ordering::Relaxed) {
                        return;
                    }
                    let ahead = self.work_out((scope, deed), piece, last, each);
                    if let Ok(ahead) = &ahead {
                        last += ahead.share.entries.len() as u64;
                    }
                    let failed = ahead.is_err();
                    if give.send(ahead).is_err() || failed {
                        return;
                    }
                }
            });
            let outcome = (|| {
                for ahead in &take {
                    task.go_on()?;
                    let ahead = ahead?;
                    let count = ahead.lots;
                    let open = done + count < lots.len();
                    let Some(report) = self.write_ahead(scope, doing, deed, ahead, open)? else {
                        break;
                    };
                    done += count;
                    tell(report, done);
                    if self.store.somebody_waited() {
                        break;
                    }
                }
                Ok(())
            })();
            enough.store(true, Ordering::Relaxed);
            drop(take);
            outcome
        })?;
        Ok(done)
    }

    fn work_out(
        &self,
        (scope, deed): (&Scope, CorrelationId),
        lots: &[LotId],
        last: u64,
        each: &Each,
    ) -> Result<Ahead> {
        self.store.read(|tx| {
            let shop = tx.shop(scope);
            let markets = shop.markets_on()?;
            let mut moves = Moves::ahead(shop, *scope, deed, last);
            let mut report = DeedReport::default();
            moves.load(lots)?;
            for id in lots {
                let outcome = each(&mut moves, *id)?;
                report.took(*id, outcome);
            }
            let share = moves.share();
            let mut batch = moves.finish();
            batch.pack()?;
            Ok(Ahead {
                lots: lots.len(),
                last,
                markets,
                share,
                report,
                batch,
            })
        })
    }

    /// Writes a piece, or nothing of it if somebody has overtaken it.
    fn write_ahead(
        &self,
        scope: &Scope,
        doing: &Doing,
        deed: CorrelationId,
        ahead: Ahead,
        open: bool,
    ) -> Result<Option<DeedReport>> {
        let (scope, doing) = (*scope, doing.clone());
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            if shop.entries_given()? != ahead.last || shop.markets_on()? != ahead.markets {
                return Ok(Decided::unchanged(None));
            }
            let (mut batch, mut report) = (ahead.batch, ahead.report);
            let share = (deed, &ahead.share);
            let deed = add_to_deed(tx, &scope, &mut batch, share, (&doing, open))?;
            report.deed = Some(deed.id);
            report.pieces = deed.pieces;
            Ok(Decided::new(Some(report), batch))
        })
    }
}
