//! Doing something to many lots: in pieces, so that nobody else waits long; as one deed, so that it is
//! taken back as one; finished, or compensated when it is cancelled or dies.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::ahead::WORTH;
use crate::domain::report::Progress;
use crate::domain::rows::{DeedReport, RefusedLot};
use crate::domain::{CorrelationId, Deed, LotId, OperationId, Scope};
use crate::error::{Error, Result};
use crate::services::App;
use crate::services::moves::{Moves, Share};
use crate::store::{Batch, Decided, Tx};

/// Lots of one transaction while others may wait for theirs.
pub(super) const PIECE: usize = 500;
/// Lots of one transaction when nobody waits: fewer commits, so less work in all.
pub(super) const LARGE_PIECE: usize = 2_000;
/// Most lots that are listed one by one because they stayed as they were.
const LISTED: usize = 200;

/// How a long deed is watched and stopped.
#[derive(Clone, Copy)]
pub struct Task<'p> {
    /// Told how far it is.
    pub progress: &'p dyn Fn(Progress),
    /// Set by whoever wants it to stop; everything it did is taken back then.
    pub cancelled: &'p AtomicBool,
}

impl Task<'_> {
    /// Refuses to go on once somebody wants it to stop.
    pub(super) fn go_on(&self) -> Result<()> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(Error::conflict("Cancelled. Everything is as it was."));
        }
        Ok(())
    }
}

impl std::fmt::Debug for Task<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Task").finish_non_exhaustive()
    }
}

/// What is done, in words.
#[derive(Debug, Clone)]
pub(super) struct Doing {
    /// Such as `price=*1.05`.
    pub(super) what: String,
    /// In the person's own words; may be empty.
    pub(super) why: String,
    /// Makes a repetition harmless.
    pub(super) op: OperationId,
}

/// What became of one lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Changed,
    Same,
    /// It stays as it is, and why.
    Refused(String),
}

/// Does it to one lot.
pub(super) type Each = Arc<dyn Fn(&mut Moves<'_>, LotId) -> Result<Outcome> + Send + Sync>;

/// Adds the entries of this verb to its deed, which is made with the first of them.
pub(super) fn settle(
    tx: &Tx<'_>,
    scope: &Scope,
    moves: &mut Moves<'_>,
    doing: &Doing,
    open: bool,
) -> Result<Option<Deed>> {
    let Some(id) = moves.deed_so_far() else {
        return Ok(None);
    };
    let share = moves.share();
    add_to_deed(tx, scope, moves.batch(), (id, &share), (doing, open)).map(Some)
}

/// Adds a share to its deed, which is made with the first of them.
pub(super) fn add_to_deed(
    tx: &Tx<'_>,
    scope: &Scope,
    batch: &mut Batch,
    (id, share): (CorrelationId, &Share),
    (doing, open): (&Doing, bool),
) -> Result<Deed> {
    let known = tx.shop(scope).deed(id)?;
    let fresh = known.is_none();
    let mut deed = known.unwrap_or_else(|| Deed {
        id,
        at: scope.now,
        actor: scope.user,
        what: doing.what.clone(),
        why: doing.why.clone(),
        lots: 0,
        pieces: 0,
        runs: Vec::new(),
        undoes: None,
        undone_by: None,
        open: false,
    });
    deed.open = open;
    deed.lots = deed.lots.saturating_add(share.lots);
    deed.pieces += share.pieces;
    for entry in &share.entries {
        deed.note(*entry);
    }
    if fresh {
        batch.put_deed_of(scope, doing.op, id);
    }
    batch.put_deed(scope, deed.clone());
    Ok(deed)
}

/// What an operation did, if it was done before.
pub(super) fn repeated(tx: &Tx<'_>, scope: &Scope, op: OperationId) -> Result<Option<DeedReport>> {
    let shop = tx.shop(scope);
    let Some(id) = shop.deed_of(op)? else {
        return Ok(None);
    };
    Ok(shop.deed(id)?.map(|deed| report_of(&deed)))
}

pub(super) fn report_of(deed: &Deed) -> DeedReport {
    DeedReport {
        deed: Some(deed.id),
        changed: deed.lots,
        pieces: deed.pieces,
        ..DeedReport::default()
    }
}

impl DeedReport {
    pub(super) fn took(&mut self, id: LotId, outcome: Outcome) {
        match outcome {
            Outcome::Changed => self.changed += 1,
            Outcome::Same => self.same += 1,
            Outcome::Refused(why) => {
                self.refused += 1;
                if self.listed.len() < LISTED {
                    self.listed.push(RefusedLot { lot: id, why });
                }
            }
        }
    }

    fn add(&mut self, other: Self) {
        self.deed = self.deed.or(other.deed);
        self.changed += other.changed;
        self.same += other.same;
        self.refused += other.refused;
        self.pieces = other.pieces;
        let room = LISTED.saturating_sub(self.listed.len());
        self.listed.extend(other.listed.into_iter().take(room));
    }
}

impl App {
    /// Does something to each of these lots.
    pub(super) fn each_lot(
        &self,
        scope: &Scope,
        doing: &Doing,
        lots: &[LotId],
        each: &Each,
        task: Task<'_>,
    ) -> Result<DeedReport> {
        self.go_through((scope, doing), lots, (each, false), task)
    }

    /// The same where no lot has to do with another, as `each` looks at its own only.
    pub(super) fn each_lot_apart(
        &self,
        scope: &Scope,
        doing: &Doing,
        lots: &[LotId],
        each: &Each,
        task: Task<'_>,
    ) -> Result<DeedReport> {
        self.go_through((scope, doing), lots, (each, true), task)
    }

    fn go_through(
        &self,
        (scope, doing): (&Scope, &Doing),
        lots: &[LotId],
        (each, apart): (&Each, bool),
        task: Task<'_>,
    ) -> Result<DeedReport> {
        let op = doing.op;
        if let Some(done) = self.store.read(|tx| repeated(tx, scope, op))? {
            return Ok(done);
        }
        let mut report = DeedReport::default();
        let tell = |left: usize| {
            (task.progress)(Progress {
                step: doing.what.clone(),
                done: (lots.len() - left) as u64,
                total: lots.len() as u64,
                unit: "lots".into(),
            });
        };
        let (mut rest, mut size) = (lots, PIECE);
        self.store.somebody_waited();
        while !rest.is_empty() {
            let (piece, later) = rest.split_at(size.min(rest.len()));
            rest = later;
            let open = !rest.is_empty();
            let outcome = task
                .go_on()
                .and_then(|()| self.piece(scope, doing, report.deed, (piece, open), each));
            match outcome {
                Ok(done) => report.add(done),
                Err(error) => return Err(self.compensate(scope, report.deed, error)),
            }
            tell(rest.len());
            size = if self.store.somebody_waited() {
                PIECE
            } else {
                (size * 2).min(LARGE_PIECE)
            };
            if let Some(deed) = report.deed
                && apart
                && size == LARGE_PIECE
                && rest.len() >= WORTH
            {
                let course = (scope, doing, deed);
                let gone = self.go_ahead(course, rest, each, task, |done, count| {
                    report.add(done);
                    tell(rest.len() - count);
                });
                match gone {
                    Ok(count) => rest = rest.split_at(count).1,
                    Err(error) => return Err(self.compensate(scope, Some(deed), error)),
                }
                size = PIECE;
            }
        }
        Ok(report)
    }

    pub(super) fn piece(
        &self,
        scope: &Scope,
        doing: &Doing,
        deed: Option<CorrelationId>,
        (lots, open): (&[LotId], bool),
        each: &Each,
    ) -> Result<DeedReport> {
        let (scope, doing, each) = (*scope, doing.clone(), Arc::clone(each));
        let lots = lots.to_vec();
        self.store.write(move |tx| {
            let mut moves = Moves::new(tx.shop(&scope), scope, deed);
            let mut report = DeedReport::default();
            moves.load(&lots)?;
            for id in lots {
                let outcome = each(&mut moves, id)?;
                report.took(id, outcome);
            }
            let deed = settle(tx, &scope, &mut moves, &doing, open)?;
            if let Some(deed) = deed {
                report.deed = Some(deed.id);
                report.pieces = deed.pieces;
            }
            Ok(Decided::new(report, moves.finish()))
        })
    }

    /// Something went wrong half-way: what was done so far is taken back.
    pub(super) fn compensate(
        &self,
        scope: &Scope,
        deed: Option<CorrelationId>,
        error: Error,
    ) -> Error {
        let Some(deed) = deed else {
            return error;
        };
        match self.take_back_open(scope, deed) {
            Ok(()) => error,
            Err(again) => {
                tracing::error!("a deed could not be taken back: {again}");
                Error::new(
                    error.kind,
                    format!("{error} What was done so far is taken back at the next start."),
                )
            }
        }
    }

    /// Takes back what died half-way when the program ended.
    pub fn finish_open_deeds(&self) -> Result<u32> {
        let mut tenants = Vec::new();
        self.store.read(|tx| {
            tenants = tx.tenants()?;
            Ok(())
        })?;
        let mut count = 0;
        for tenant in tenants {
            let scope = Scope::owner(tenant, crate::domain::UserId(0), self.clock.now());
            for deed in self.store.read(|tx| tx.shop(&scope).open_deeds())? {
                self.take_back_open(&scope, deed)?;
                count += 1;
            }
        }
        Ok(count)
    }
}
