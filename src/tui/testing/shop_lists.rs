//! What the shop answers about lists and labels.

use crate::api::Reply;
use crate::domain::list_job::MissingRow;
use crate::domain::report::{Skipped, SkippedRows};
use crate::domain::rows::{ChangeRow, DeedReport, LotRow};
use crate::domain::*;

/// What labels look like here, in two pieces.
pub const LABELS: [&[u8]; 2] = [b"%PDF-1.7 three ", b"labels"];

/// Two lots for each set, one of them unknown.
pub fn parted_out(order: &PartOut) -> Reply {
    let sets = u64::from(order.sets);
    let row = |no: &str, pieces: u32| PartRow {
        item: ItemKey::part(no),
        name: "Brick 2 x 4".into(),
        color: ColorId(5),
        pieces,
        cost: order
            .cost
            .map_or(Money::ZERO, |(cost, _)| Money::from_raw(cost.raw() / 10)),
    };
    let mut skipped = SkippedRows::default();
    skipped.push(Skipped {
        file: "S-75192-1.txt".into(),
        line: 9,
        field: "quantity".into(),
        reason: "“many” is no number".into(),
    });
    Reply::PartedOut(Box::new(PartOutReport {
        file: "S-75192-1.txt".into(),
        what: "BrickLink set inventory, text".into(),
        dry_run: order.dry_run,
        read: 5,
        stand_ins: 1,
        added: if order.merge { 1 } else { 2 },
        merged: u64::from(order.merge),
        pieces: 10 * sets,
        unknown_items: 1,
        unknown_colors: 0,
        cost: order.cost.map_or(Money::ZERO, |(cost, _)| {
            cost.times(i64::from(order.sets)).unwrap_or_default()
        }),
        unshared: 0,
        examples: vec![row("3001", 6 * order.sets), row("3003", 4 * order.sets)],
        skipped,
        deed: (!order.dry_run).then_some(CorrelationId(910)),
    }))
}

/// One lot changes; one row finds nothing.
pub fn against(what: &Against, dry_run: bool, lots: &[LotRow]) -> Reply {
    let lot = &lots[0];
    let (available, changes) = match what {
        Against::Subtract => ((lot.stock.available, lot.stock.available - 2), Vec::new()),
        Against::Copy(fields) => (
            (lot.stock.available, lot.stock.available),
            vec![FieldChange {
                field: fields[0],
                before: Value::Money(lot.price),
                after: Value::Money(Money::from_raw(lot.price.raw() * 2)),
            }],
        ),
    };
    Reply::Against(Box::new(AgainstReport {
        file: "list.bsx".into(),
        what: "BrickStore document".into(),
        dry_run,
        read: 2,
        deed: DeedReport {
            deed: (!dry_run).then_some(CorrelationId(911)),
            changed: 1,
            pieces: i64::from(available.1) - i64::from(available.0),
            ..DeedReport::default()
        },
        examples: vec![ChangeRow {
            lot: lot.id,
            item: lot.item.clone(),
            available,
            changes,
        }],
        missing_rows: 1,
        missing_pieces: 4,
        missing: vec![MissingRow {
            line: 7,
            item: ItemKey::part("3700"),
            color: ColorId(5),
            condition: Condition::New,
            pieces: 4,
            unknown: true,
        }],
        skipped: SkippedRows::default(),
    }))
}

/// Three labels that lie ready.
pub fn drawn() -> Reply {
    Reply::Exported(Box::new(ListExport {
        lots: 3,
        bytes: 21,
        parcel: Some(1),
        ..ListExport::default()
    }))
}

/// A piece of them.
pub fn parcel(offset: u64) -> Reply {
    let mut start = 0;
    for piece in LABELS {
        if offset == start {
            return Reply::Piece(piece.to_vec());
        }
        start += piece.len() as u64;
    }
    Reply::Piece(Vec::new())
}
