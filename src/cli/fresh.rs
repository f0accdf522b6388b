//! `brickops catalog refresh`, `freshness` and `prices`: facts that are fetched and grow old.

use std::fmt::Write;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};

use super::connect::{Place, blocking};
use super::interrupt::Interruptible;
use super::lists::operation;
use super::output::Out;
use super::{Ending, caller::unexpected, json};
use crate::api::client::Blocking;
use crate::api::{Event, FreshRequest, Reply, Request};
use crate::domain::market::{
    AgeCounts, Guide, PriceCell, PriceSheet, PriceState, Refreshed, Trouble,
};
use crate::domain::{ColorId, Condition, ItemKey, ItemKind};
use crate::error::{Error, Kind, Result};

/// How long a command waits for prices that are coming.
const PATIENCE: Duration = Duration::from_mins(1);

/// What is fetched anew.
#[derive(Debug, Args)]
pub struct RefreshArgs {
    /// Numbers of items; one that the catalogue does not know is fetched and added.
    #[arg(value_name = "NO", required_unless_present = "stale")]
    pub nos: Vec<String>,
    /// Their type, where several items bear a number.
    #[arg(long = "type", value_name = "TYPE")]
    pub kind: Option<char>,
    /// Only what is missing or too old; without numbers: of the whole catalogue, stocked items first.
    #[arg(long)]
    pub stale: bool,
    /// How many items of the whole catalogue at the most.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub limit: u32,
}

/// New or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ConditionArg {
    /// New.
    #[value(alias = "N", alias = "n")]
    New,
    /// Used.
    #[value(alias = "U", alias = "u")]
    Used,
}

impl From<ConditionArg> for Condition {
    fn from(arg: ConditionArg) -> Self {
        match arg {
            ConditionArg::New => Self::New,
            ConditionArg::Used => Self::Used,
        }
    }
}

/// Which prices are shown.
#[derive(Debug, Args)]
pub struct PricesArgs {
    /// Number of the item.
    pub no: String,
    /// Its type, where several items bear the number.
    #[arg(long = "type", value_name = "TYPE")]
    pub kind: Option<char>,
    /// BrickLink's number of the colour; without it the one of which the shop has most.
    #[arg(long, value_name = "COLOR")]
    pub color: Option<u16>,
    /// Only new or only used ones.
    #[arg(long, value_enum)]
    pub condition: Option<ConditionArg>,
}

/// Fetches items anew.
pub fn refresh(place: &Place, args: &RefreshArgs, out: &Out) -> Result<Ending> {
    if args.nos.is_empty() {
        return walk(place, args.limit, out);
    }
    let kind = args.kind.map(super::catalog::kind).transpose()?;
    let client = blocking(place)?;
    let mut rows = Vec::new();
    let mut ending = Ending::Done;
    for no in &args.nos {
        let (key, done) = refresh_one(&client, no, kind, args.stale)?;
        if done.is_partial() {
            ending = Ending::Partly;
        }
        if !out.json() {
            out.line(format!(
                "{} {}  {}",
                key.kind.letter(),
                key.no,
                parts(&done)
            ));
            tell(done.trouble.as_ref(), out);
        }
        rows.push(json::Refresh::of(&key, &done));
    }
    if out.json() {
        out.document(&rows);
    }
    Ok(ending)
}

fn refresh_one(
    client: &Blocking,
    no: &str,
    kind: Option<ItemKind>,
    stale: bool,
) -> Result<(ItemKey, Refreshed)> {
    let item = match super::catalog::find(client, no, kind) {
        Ok(detail) => detail.item.key,
        Err(e) if e.kind == Kind::NotFound => {
            let fetch = FreshRequest::Fetch {
                no: no.to_owned(),
                kind,
            };
            match client.call(Request::Fresh(fetch))? {
                Reply::Found(key) => key,
                _ => return Err(unexpected()),
            }
        }
        Err(e) => return Err(e),
    };
    let request = FreshRequest::Refresh {
        item: item.clone(),
        color: None,
        stale,
    };
    match client.call(Request::Fresh(request))? {
        Reply::Refreshed(done) => match &done.trouble {
            Some(trouble) if done.fetched + done.left == 0 => Err(Error::new(
                Kind::Upstream,
                format!("{no} could not be refreshed. {}", trouble.text),
            )),
            _ => Ok((item, *done)),
        },
        _ => Err(unexpected()),
    }
}

fn parts(done: &Refreshed) -> String {
    let mut text = format!("{} fetched", done.fetched);
    for (number, what) in [(done.left, "young enough"), (done.failed, "failed")] {
        if number > 0 {
            let _ = write!(text, ", {number} {what}");
        }
    }
    text
}

fn tell(trouble: Option<&Trouble>, out: &Out) {
    if let Some(trouble) = trouble {
        out.note(format!(
            "  {} It is tried again after {}.",
            trouble.text,
            json::time(trouble.again)
        ));
    }
}

fn walk(place: &Place, limit: u32, out: &Out) -> Result<Ending> {
    let client = blocking(place)?;
    let op = operation()?;
    let _interruptible = Interruptible::begin(client.sender(), op)?;
    let mut bar = out.bar();
    let request = Request::Fresh(FreshRequest::Walk { limit, op });
    let answer = client.call_with(request, |event| {
        if let Event::Progress(progress) = event {
            bar.show(&progress);
        }
    });
    bar.done();
    let Reply::Walked(walked) = answer? else {
        return Err(unexpected());
    };
    if out.json() {
        out.document(&json::Walk::from(&*walked));
    } else {
        out.line(format!(
            "{} of {} items that are due: {}.",
            walked.items,
            walked.due,
            parts(&walked.parts)
        ));
        tell(walked.parts.trouble.as_ref(), out);
    }
    let whole = walked.parts.failed == 0 && !walked.stopped;
    Ok(if whole { Ending::Done } else { Ending::Partly })
}

/// How fresh everything is.
pub fn freshness(place: &Place, out: &Out) -> Result<Ending> {
    let client = blocking(place)?;
    let Reply::Freshness(report) = client.call(Request::Fresh(FreshRequest::Report))? else {
        return Err(unexpected());
    };
    if out.json() {
        out.document(&json::Freshness::from(&*report));
        return Ok(Ending::Done);
    }
    out.line(format!(
        "{:<8} {:>9} {:>9} {:>9} {:>9}   expired",
        "", "fresh", "stale", "expired", "never"
    ));
    for (what, counts) in [("items", report.items), ("prices", report.prices)] {
        let AgeCounts {
            fresh,
            stale,
            expired,
            never,
        } = counts;
        let permille = counts.expired_permille();
        let warns = if counts.warns() {
            "  more than 2 %"
        } else {
            ""
        };
        out.line(format!(
            "{what:<8} {fresh:>9} {stale:>9} {expired:>9} {never:>9}   {}.{} %{warns}",
            permille / 10,
            permille % 10
        ));
    }
    match &report.next {
        Some(key) => out.line(format!(
            "Next: {} {}. `brickops catalog refresh --stale` refreshes what is due.",
            key.kind.word().to_lowercase(),
            key.no
        )),
        None => out.line("Nothing is due."),
    }
    Ok(Ending::Done)
}

/// The price guide of an item in a colour.
pub fn prices(place: &Place, args: &PricesArgs, out: &Out) -> Result<Ending> {
    let kind = args.kind.map(super::catalog::kind).transpose()?;
    let client = blocking(place)?;
    let detail = super::catalog::find(&client, &args.no, kind)?;
    let stocked = detail.prices.as_ref().map(|sheet| sheet.color.id);
    let color = args.color.map(ColorId).or(stocked).unwrap_or(ColorId(0));
    let mut sheet = sheet(&client, &detail.item.key, color)?;
    if let Some(only) = args.condition {
        let only = Condition::from(only);
        sheet.cells.retain(|cell| cell.condition == only);
        sheet.own.retain(|own| own.condition == only);
    }
    if out.json() {
        out.document(&json::Prices::from(&sheet));
    } else {
        print(&sheet, &detail.item.name, out);
    }
    let whole = sheet.state == PriceState::Here;
    Ok(if whole { Ending::Done } else { Ending::Partly })
}

/// Prices as they are stored, or a moment later when they are coming.
fn sheet(client: &Blocking, item: &ItemKey, color: ColorId) -> Result<PriceSheet> {
    let until = Instant::now() + PATIENCE;
    loop {
        let request = FreshRequest::Prices {
            item: item.clone(),
            color,
        };
        let Reply::Prices(sheet) = client.call(Request::Fresh(request))? else {
            return Err(unexpected());
        };
        let left = until.saturating_duration_since(Instant::now());
        if sheet.state != PriceState::Coming || left.is_zero() {
            return Ok(*sheet);
        }
        // Most often the event that they have come; an answer that is lost must not hang the command.
        client.event(left.min(Duration::from_secs(1)));
    }
}

fn print(sheet: &PriceSheet, name: &str, out: &Out) {
    out.line(format!(
        "{}  {name}  {} {}, prices in {}",
        sheet.item.no, sheet.color.name, sheet.color.id, sheet.currency
    ));
    print_table(sheet, out);
    match sheet.state {
        PriceState::Here => {}
        PriceState::Coming => out.note("The rest is still being fetched; ask again in a moment."),
        PriceState::Failed => tell(sheet.trouble(), out),
        PriceState::Offline => {
            out.note("Calls to services outside are switched off; this is what was known before.");
        }
        PriceState::NoKeys => {
            out.note("BrickLink is not connected: `brickops market connect bricklink`.");
        }
        PriceState::Nothing => out.note("Some of it is not known yet."),
    }
}

/// The prices, a line each, and the shop's own.
pub(super) fn print_table(sheet: &PriceSheet, out: &Out) {
    out.line(format!(
        "  {:<15} {:>10} {:>10} {:>10} {:>10} {:>9}  as of",
        "", "lowest", "average", "by pieces", "highest", "pieces"
    ));
    for cell in &sheet.cells {
        out.line(format!("  {:<15} {}", name_of(cell), figures(cell)));
    }
    for own in &sheet.own {
        out.line(format!(
            "  {:<15} {:>10}  {} pcs",
            format!("yours, {}", own.condition.word()),
            own.price.to_string(),
            own.pieces
        ));
    }
}

fn name_of(cell: &PriceCell) -> String {
    let guide = match cell.guide {
        Guide::Sold => "sold",
        Guide::Stock => "for sale",
    };
    format!("{}, {guide}", cell.condition.word())
}

fn figures(cell: &PriceCell) -> String {
    let (Some(figures), Some(at)) = (&cell.figures, cell.at) else {
        return "not known yet".to_owned();
    };
    let age = cell.freshness.map_or("", crate::domain::Freshness::word);
    let as_of = format!("{} {age}", at.date());
    if figures.count == 0 {
        return format!("{:>53}  {as_of}", "none");
    }
    format!(
        "{:>10} {:>10} {:>10} {:>10} {:>9}  {as_of}",
        figures.min.to_string(),
        figures.average.to_string(),
        figures.quantity_average.to_string(),
        figures.max.to_string(),
        figures.pieces
    )
}
