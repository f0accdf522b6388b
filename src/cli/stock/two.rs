//! One lot becomes two, several become one, and the shelf is counted.

use super::super::Ending;
use super::super::stock_args::MergeArgs;
use super::Desk;
use crate::api::StockRequest;
use crate::domain::LotId;
use crate::domain::lot_draft::{Counted, MergeRules};
use crate::error::{Error, Result};

impl Desk<'_> {
    pub(super) fn split(&self, lot: u64, pieces: u32, changes: &[String]) -> Result<Ending> {
        let report = self.short(StockRequest::Split {
            lot: LotId(lot),
            pieces,
            edits: self.edits(changes)?,
            op: Self::operation()?,
        })?;
        if let (Some(new), false) = (report.made.first(), self.out.json()) {
            self.out.line(format!("lot {new} is new"));
        }
        Ok(self.did(&report))
    }

    pub(super) fn merge(&self, args: &MergeArgs) -> Result<Ending> {
        let report = self.short(StockRequest::Merge {
            into: LotId(args.into),
            from: args.from.iter().copied().map(LotId).collect(),
            rules: MergeRules {
                price: args.price.into(),
                cost: args.cost.into(),
                comments: args.comments.into(),
                remarks: args.remarks.into(),
            },
            op: Self::operation()?,
        })?;
        Ok(self.did(&report))
    }

    pub(super) fn count(&self, counted: &[Counted], why: &str) -> Result<Ending> {
        for (at, one) in counted.iter().enumerate() {
            if counted[..at].iter().any(|other| other.lot == one.lot) {
                return Err(Error::invalid(format!(
                    "Lot {} is counted twice. Add up what lies there.",
                    one.lot
                )));
            }
        }
        let (counted, why) = (counted.to_vec(), why.to_owned());
        let report = self.long(|op| StockRequest::Count { counted, why, op })?;
        Ok(self.did(&report))
    }
}
