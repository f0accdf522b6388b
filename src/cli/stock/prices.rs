//! `brickops inventory prices`: fetching what the price guide says of lots.

use super::super::caller::unexpected;
use super::super::interrupt::Interruptible;
use super::super::stock_args::PricesArgs;
use super::super::{Ending, json};
use super::Desk;
use super::deed::lots;
use crate::api::{Event, Reply, Request, StockRequest};
use crate::domain::edit::Edits;
use crate::domain::market::{GuideNeed, PricesFetched};
use crate::domain::{LotShelf, Which};
use crate::error::Result;

impl Desk<'_> {
    pub(super) fn prices(&self, args: &PricesArgs) -> Result<Ending> {
        let edits = self.edits(&args.changes)?;
        let which = self.which(&args.which, LotShelf::Live)?;
        if args.dry_run {
            let need = self.preview(which, edits)?.guide.unwrap_or_default();
            if self.out.json() {
                self.out.document(&json::Lacking::from(&need));
            } else {
                self.lacking(&need);
            }
            return Ok(Ending::Done);
        }
        let done = self.fetch(which, edits)?;
        if self.out.json() {
            self.out.document(&json::PriceFetch::from(&done));
        } else {
            self.out.line(sentence(&done));
        }
        Ok(if done.left + done.failed > 0 {
            Ending::Partly
        } else {
            Ending::Done
        })
    }

    /// Fetches; Ctrl+C ends it, and what has come is kept.
    pub(super) fn fetch(&self, which: Which, edits: Edits) -> Result<PricesFetched> {
        let op = Self::operation()?;
        let _interruptible = Interruptible::begin(self.caller.sender(), op)?;
        let request = StockRequest::FetchPrices { which, edits, op };
        let mut bar = self.out.bar();
        let answer = self.caller.call_with(Request::Stock(request), |event| {
            if let Event::Progress(progress) = event {
                bar.show(&progress);
            }
        });
        bar.done();
        match answer? {
            Reply::PricesFetched(done) => Ok(*done),
            _ => Err(unexpected()),
        }
    }

    /// What the price guide lacks, and what it would cost.
    pub(super) fn lacking(&self, need: &GuideNeed) {
        if need.empty > 0 {
            let what = lots(need.empty);
            self.out
                .line(format!("  nobody sells or offers any: {what}"));
        }
        if need.calls == 0 {
            return;
        }
        let mut text = format!(
            "  not in the price guide yet: {}, too old there: {}; {} calls fetch them",
            lots(need.unknown),
            lots(need.old),
            need.calls
        );
        if need.barred.is_empty() {
            text = format!("{text}, {} % of a day's budget", need.percent());
            if let Some(room) = need.room.filter(|room| *room < need.calls) {
                text = format!("{text}, {room} of them now");
            }
            text = format!("{text} (--fetch, or brickops inventory prices).");
        } else {
            text = format!("{text}. {}", need.barred);
        }
        self.out.line(text);
    }
}

/// What became of it.
pub(super) fn sentence(done: &PricesFetched) -> String {
    if done.wanted == 0 {
        return match done.held {
            0 => format!("All {} prices are young enough.", done.young),
            held => format!("{held} prices failed lately and are tried again later."),
        };
    }
    let mut text = format!(
        "{} of {} prices have come with {} calls",
        done.fetched, done.wanted, done.calls
    );
    if done.failed > 0 {
        text = format!("{text}, {} could not be had", done.failed);
    }
    if done.left > 0 {
        text = format!("{text}, {} are left", done.left);
    }
    text.push('.');
    if let Some(trouble) = &done.trouble {
        text = format!("{text} {}", trouble.text);
    }
    if done.goes_on.is_some() {
        text.push_str(" The job prices goes on with the rest.");
    }
    text
}
