//! `brickops inventory part-out`: a set becomes lots of its parts.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Ending;
use super::caller::unexpected;
use super::catalog::skipped;
use super::connect::Place;
use super::json;
use super::lists::{ask, ending, source};
use super::output::Out;
use super::stock_args::{ConditionName, amount, kind};
use crate::api::{Reply, StockRequest};
use crate::domain::edit::SpreadBy;
use crate::domain::{ItemKey, ItemKind, ListInto, LotId, Money, PartOut, PartOutReport};

/// By what the parts share the cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Share {
    /// By the prices of the list.
    Price,
    /// By the catalogue's weights.
    Weight,
    /// Each piece the same.
    Pieces,
}

/// A set that becomes lots.
#[derive(Debug, Args)]
pub struct PartOutArgs {
    /// Number of the set, such as 75192-1.
    set: String,
    /// Its type, where it is no set: a minifigure (M), gear (G).
    #[arg(long = "type", value_name = "TYPE", value_parser = kind, default_value = "S")]
    kind: ItemKind,
    /// What is in one of it: BrickLink's set inventory, BrickStore, BrickLink XML, CSV, XLSX, JSON.
    #[arg(long, value_name = "FILE")]
    contents: PathBuf,
    /// Columns of the shop's own table and what they hold (`Menge=quantity,3=price`).
    #[arg(long, value_name = "COL=FIELD", value_delimiter = ',')]
    map: Vec<String>,
    /// Keep the columns under this name, or read by those that are kept under it.
    #[arg(long, value_name = "NAME")]
    columns: Option<String>,
    /// How many of it.
    #[arg(long, default_value_t = 1, value_name = "N")]
    sets: u32,
    /// The parts are new or used.
    #[arg(long, value_enum, default_value_t = ConditionName::New)]
    cond: ConditionName,
    /// What one of it cost; its parts share that.
    #[arg(long, value_parser = amount, value_name = "AMOUNT")]
    cost: Option<Money>,
    /// By what they share it.
    #[arg(long, value_enum, default_value_t = Share::Weight, requires = "cost")]
    share: Share,
    /// Take them off this lot.
    #[arg(long, value_name = "LOT")]
    from_lot: Option<u64>,
    /// Into this file (batch collection) instead of the live stock.
    #[arg(long, value_name = "FILE-NAME")]
    into: Option<String>,
    /// Parts go into lots of the same item, colour and condition, where there are any.
    #[arg(long)]
    merge: bool,
    /// Only say what would happen.
    #[arg(long)]
    dry_run: bool,
}

impl PartOutArgs {
    fn order(&self) -> crate::error::Result<PartOut> {
        let by = match self.share {
            Share::Price => SpreadBy::Price,
            Share::Weight => SpreadBy::Weight,
            Share::Pieces => SpreadBy::Pieces,
        };
        Ok(PartOut {
            set: ItemKey {
                kind: self.kind,
                no: self.set.trim().to_owned(),
            },
            contents: source(&self.contents, &self.map, self.columns.as_ref())?,
            sets: self.sets,
            condition: self.cond.into(),
            cost: self.cost.map(|cost| (cost, by)),
            from: self.from_lot.map(LotId),
            into: self.into.clone().map_or(ListInto::Live, ListInto::File),
            merge: self.merge,
            dry_run: self.dry_run,
        })
    }
}

/// Parts a set out.
pub fn run(place: &Place, args: &PartOutArgs, out: &Out) -> anyhow::Result<Ending> {
    let order = Box::new(args.order()?);
    let asked = ask(place, out, |op| StockRequest::PartOut { order, op });
    let Reply::PartedOut(report) = asked? else {
        return Err(unexpected().into());
    };
    if out.json() {
        out.document(&json::PartedOut::from(&*report));
    } else {
        told(&report, args, out);
    }
    skipped(&report.skipped, out);
    Ok(ending(report.skipped.count))
}

fn told(report: &PartOutReport, args: &PartOutArgs, out: &Out) {
    let done = if report.dry_run { "would be" } else { "were" };
    out.line(format!(
        "{} × {}: {} rows read, {} lots {done} added, {} {done} merged, {} pieces in all.",
        args.sets, args.set, report.read, report.added, report.merged, report.pieces
    ));
    if args.cost.is_some() {
        out.line(format!("The parts share {}.", report.cost));
    }
    let some = |count: u64, words: &str| {
        if count > 0 {
            out.line(format!("{count} {words}"));
        }
    };
    if args.cost.is_some() {
        some(report.unshared, "lots bear nothing of it.");
    }
    some(
        report.stand_ins,
        "rows stand for other rows of the set or are made of them; they were left out.",
    );
    some(
        report.unknown_items,
        "lots are of items the catalogue does not know; they are kept and marked.",
    );
    some(
        report.unknown_colors,
        "rows name a colour that nobody knows; its name is kept.",
    );
    if let Some(deed) = report.deed {
        out.line(format!(
            "Change {deed} takes all of it back: brickops inventory undo {deed}"
        ));
    }
}
