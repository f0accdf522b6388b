//! `brickops inventory ...`: lots, their history and their files, for scripts and for people without screens.

mod change;
mod compare;
mod deed;
mod files;
mod history;
mod list;
mod place_rule;
mod prices;
mod two;
mod views;

pub use place_rule::PlaceRuleCommand;
pub use views::ViewsCommand;

use super::asking::Passwords;
use super::caller::Caller;
use super::connect::Place;
use super::output::Out;
use super::stock_args::StockCommand;
use super::{Ending, json};
use crate::domain::edit::LotEdit;
use crate::domain::filter::help;
use crate::error::Result;

/// A command's connection and where it writes.
struct Desk<'p> {
    caller: Caller<'p>,
    out: &'p Out,
}

/// Runs a command about lots.
pub fn run(
    place: &Place,
    command: &StockCommand,
    passwords: &Passwords,
    out: &Out,
) -> anyhow::Result<Ending> {
    if matches!(command, StockCommand::FilterHelp) {
        filter_help(out);
        return Ok(Ending::Done);
    }
    let desk = Desk {
        caller: Caller::connect(place, passwords)?,
        out,
    };
    Ok(desk.answer(command)?)
}

impl Desk<'_> {
    fn answer(&self, command: &StockCommand) -> Result<Ending> {
        match command {
            StockCommand::List(args) => self.list(args),
            StockCommand::Show { lot } => self.show(*lot),
            StockCommand::Duplicates { strict, limit } => self.duplicates(*strict, *limit),
            StockCommand::Places { empty } => self.places(*empty),
            StockCommand::Add(args) => self.add(args),
            StockCommand::Set(args) => self.set(args),
            StockCommand::Prices(args) => self.prices(args),
            StockCommand::Delete(args) => self.all_of(args, LotEdit::Delete),
            StockCommand::Restore(args) => self.all_of(args, LotEdit::Restore),
            StockCommand::Split {
                lot,
                pieces,
                changes,
            } => self.split(*lot, *pieces, changes),
            StockCommand::Merge(args) => self.merge(args),
            StockCommand::Count { counted, why } => self.count(counted, why),
            StockCommand::Move {
                from,
                to,
                why,
                dry_run,
            } => self.move_all((from, to), why, *dry_run),
            StockCommand::History(args) => self.history(args),
            StockCommand::Undo {
                deed,
                why,
                partly,
                dry_run,
            } => self.undo(*deed, why, *partly, *dry_run),
            StockCommand::Files(command) => self.files(command),
            StockCommand::Views(command) => self.views(command),
            StockCommand::PlaceRule(command) => self.place_rule(command),
            StockCommand::FilterHelp => Ok(Ending::Done),
        }
    }
}

/// The language of filters and of changes.
fn filter_help(out: &Out) {
    let changes = crate::domain::edit::HELP;
    if out.json() {
        let filter = help().into_iter().map(|line| json::Help {
            what: line.what,
            about: line.about.to_owned(),
            operators: line
                .operators
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            examples: line.examples,
        });
        let change = changes.iter().map(|(what, about)| json::Help {
            what: (*what).to_owned(),
            about: (*about).to_owned(),
            operators: Vec::new(),
            examples: vec![*what],
        });
        out.document(&serde_json::json!({
            "filter": filter.collect::<Vec<_>>(),
            "changes": change.collect::<Vec<_>>(),
        }));
        return;
    }
    out.line("Filters:");
    for line in help() {
        out.line(format!("  {:<34} {}", line.what, line.about));
        out.line(format!("  {:<34}   {}", "", line.examples.join("   ")));
    }
    out.line("");
    out.line("Changes:");
    for (what, about) in changes {
        out.line(format!("  {what:<34} {about}"));
    }
}
