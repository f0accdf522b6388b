//! `brickops catalog ...`

use std::path::Path;
use std::time::Duration;

use super::args::CatalogCommand;
use super::connect::{Place, blocking};
use super::output::Out;
use super::{Ending, json};
use crate::api::client::Blocking;
use crate::api::{Event, Reply, Request, Rows};
use crate::domain::query::{BinFilter, CatalogFilter, CatalogQuery, ViewSpec};
use crate::domain::report::{CatalogImport, SkippedRows};
use crate::domain::rows::{ItemDetail, ItemRow};
use crate::domain::{CategoryId, ColorId, ItemKey, ItemKind, SortBin};
use crate::error::{Error, Result};

/// How long and how often a search waits for the index: a minute in all.
const LOOK: Duration = Duration::from_millis(100);
const LOOKS: u32 = 600;

/// Runs a command of the catalogue.
pub fn run(place: &Place, command: &CatalogCommand, out: &Out) -> anyhow::Result<Ending> {
    match command {
        CatalogCommand::Import { paths, complete } => {
            let paths = paths
                .iter()
                .map(|path| absolute(path))
                .collect::<Result<_>>()?;
            import(place, paths, *complete, out)
        }
        CatalogCommand::Search { query, limit, .. } => {
            let filter = filter(command)?;
            let query = CatalogQuery {
                text: query.clone(),
                filter,
                own: None,
            };
            Ok(search(place, query, *limit, out)?)
        }
        CatalogCommand::Show { no, kind } => Ok(show(place, no, *kind, out)?),
        CatalogCommand::Refresh(args) => Ok(super::fresh::refresh(place, args, out)?),
        CatalogCommand::Freshness => Ok(super::fresh::freshness(place, out)?),
        CatalogCommand::Prices(args) => Ok(super::fresh::prices(place, args, out)?),
    }
}

/// The server may have another working directory.
pub fn absolute(path: &Path) -> Result<String> {
    let wrong = || Error::invalid(format!("{} is not a usable path.", path.display()));
    let path = std::path::absolute(path).map_err(|_| wrong())?;
    path.to_str().map(str::to_owned).ok_or_else(wrong)
}

fn import(place: &Place, paths: Vec<String>, complete: bool, out: &Out) -> anyhow::Result<Ending> {
    let client = blocking(place)?;
    let mut bar = out.bar();
    let answer = client.call_with(Request::ImportCatalog { paths, complete }, |event| {
        if let Event::Progress(progress) = event {
            bar.show(&progress);
        }
    });
    bar.done();
    let Reply::CatalogImported(report) = answer? else {
        anyhow::bail!("the server answered something else");
    };
    if out.json() {
        out.document(&*report);
    } else {
        summary(&report, out);
    }
    skipped(&report.skipped, out);
    Ok(if report.skipped.count > 0 {
        Ending::Partly
    } else {
        Ending::Done
    })
}

fn summary(report: &CatalogImport, out: &Out) {
    for file in &report.files {
        let left_out = match file.skipped {
            0 => String::new(),
            count => format!(", {count} left out"),
        };
        out.line(format!(
            "  {:<28} {:>9} rows  {}{left_out}",
            file.file, file.rows, file.what
        ));
    }
    for unknown in &report.unknown {
        out.line(format!(
            "  {:<28} left alone: {}",
            unknown.file, unknown.reason
        ));
    }
    if report.nothing_changed() {
        out.line(format!(
            "Nothing changed: the catalogue holds these {} items already.",
            report.items
        ));
    } else {
        out.line(format!(
            "{} added, {} changed, {} vanished, {} returned, {} unchanged.",
            report.added, report.changed, report.vanished, report.returned, report.unchanged
        ));
        if report.reference_changes > 0 {
            out.line(format!(
                "{} colours and categories are new or changed.",
                report.reference_changes
            ));
        }
    }
    out.line(format!(
        "{} items and {} element ids, searchable after {:.1} s.",
        report.items,
        report.elements,
        std::time::Duration::from_millis(report.millis).as_secs_f32()
    ));
}

/// Lists rows that were left out, to standard error.
pub fn skipped(rows: &SkippedRows, out: &Out) {
    if rows.count == 0 {
        return;
    }
    out.note(format!("{} rows were left out:", rows.count));
    for row in &rows.rows {
        out.note(format!("  {row}"));
    }
    let unlisted = rows.count - rows.rows.len() as u64;
    if unlisted > 0 {
        out.note(format!("  and {unlisted} more"));
    }
}

/// The kind of a letter.
pub fn kind(letter: char) -> Result<ItemKind> {
    ItemKind::from_letter(letter).ok_or_else(|| {
        Error::invalid(format!(
            "There is no item type {letter}. Types are P, M, S, G, B, C, I, O and U."
        ))
    })
}

fn filter(command: &CatalogCommand) -> Result<CatalogFilter> {
    let CatalogCommand::Search {
        kinds,
        color,
        category,
        year,
        printed,
        bin,
        vanished,
        ..
    } = command
    else {
        return Ok(CatalogFilter::default());
    };
    let (year_from, year_to) = match year {
        None => (None, None),
        Some(text) => years(text)?,
    };
    Ok(CatalogFilter {
        kinds: kinds
            .iter()
            .map(|letter| kind(*letter))
            .collect::<Result<_>>()?,
        color: color.map(ColorId),
        category: category.map(CategoryId),
        year_from,
        year_to,
        printed: *printed,
        vanished: *vanished,
        bin: bin.as_deref().map(bin_filter).transpose()?,
        ..CatalogFilter::default()
    })
}

fn years(text: &str) -> Result<(Option<u16>, Option<u16>)> {
    let wrong = || Error::invalid(format!("{text} is not a year. Write 1999 or 1999-2005."));
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let one = |text: &str| text.trim().parse::<u16>().map_err(|_| wrong());
    Ok((Some(one(from)?), Some(one(to)?)))
}

fn bin_filter(text: &str) -> Result<BinFilter> {
    let mut chars = text.chars();
    if let (Some(cabinet), None) = (chars.next(), chars.next())
        && cabinet.is_ascii_alphabetic()
    {
        return Ok(BinFilter::Cabinet(cabinet.to_ascii_uppercase()));
    }
    SortBin::parse(text).map(BinFilter::Bin).ok_or_else(|| {
        Error::invalid(format!(
            "{text} is not a bin. Write C303, or C for a whole cabinet."
        ))
    })
}

fn rows(reply: Reply) -> Result<Vec<ItemRow>> {
    match reply {
        Reply::Opened(opened) => match opened.rows {
            Rows::Items(rows) => Ok(rows),
            _ => Err(Error::internal("The server answered with another list.")),
        },
        _ => Err(Error::internal("The server answered something else.")),
    }
}

/// A server that has just started may still be opening its index, and finds nothing but numbers until
/// then. A person sees that on the screen; a script would take it for the answer.
fn wait_for_index(client: &Blocking, out: &Out) -> Result<()> {
    for look in 0..LOOKS {
        match client.call(Request::Overview)? {
            Reply::Overview(overview) if !overview.search_ready => {}
            _ => return Ok(()),
        }
        if look == LOOKS / 60 {
            out.note("The search index is being rebuilt; waiting for it.");
        }
        // Most often the event that it is ready.
        client.event(LOOK);
    }
    out.note("The search index is not ready; only exact numbers are found.");
    Ok(())
}

fn search(place: &Place, mut query: CatalogQuery, limit: u16, out: &Out) -> Result<Ending> {
    let client = blocking(place)?;
    wait_for_index(&client, out)?;
    let mut found = rows(client.call(Request::Open {
        spec: ViewSpec::Catalog(query.clone()),
        rows: limit,
    })?)?;
    if found.is_empty() {
        let help = client.call(Request::Spell {
            query: query.clone(),
            rows: limit,
        })?;
        if let Reply::Spelled(Some(spelled)) = help {
            out.note(format!(
                "Nothing is called \"{}\"; these are for \"{}\".",
                query.text, spelled.text
            ));
            query.text = spelled.text;
            found = rows(Reply::Opened(spelled.opened))?;
        }
    }
    if out.json() {
        let items: Vec<json::Item> = found.into_iter().map(json::Item::from).collect();
        out.document(&items);
        return Ok(Ending::Done);
    }
    if found.is_empty() {
        out.note(format!("Nothing is called \"{}\".", query.text));
        return Ok(Ending::Done);
    }
    let widest = found.iter().map(|row| row.key.no.len()).max().unwrap_or(0);
    for row in found {
        let bin = row.bin.map(|bin| bin.to_string()).unwrap_or_default();
        out.line(format!(
            "{} {:<widest$}  {:<5} {:>3} colours  {}",
            row.key.kind.letter(),
            row.key.no,
            bin,
            row.colors,
            row.name
        ));
    }
    Ok(Ending::Done)
}

fn show(place: &Place, no: &str, letter: Option<char>, out: &Out) -> Result<Ending> {
    let client = blocking(place)?;
    let detail = find(&client, no, letter.map(kind).transpose()?)?;
    if out.json() {
        out.document(&json::WholeItem::from(*detail));
    } else {
        super::shop::print_item(&detail, out);
    }
    Ok(Ending::Done)
}

/// Everything about the item of a number, of this kind or of the first that bears it.
pub fn find(client: &Blocking, no: &str, kind: Option<ItemKind>) -> Result<Box<ItemDetail>> {
    let kinds = kind.map_or_else(|| ItemKind::ALL.to_vec(), |kind| vec![kind]);
    let mut missing = Error::not_found(format!(
        "The catalogue does not know {no}. `brickops catalog refresh {no}` fetches it from BrickLink."
    ));
    for one in kinds {
        match client.call(Request::Item {
            key: ItemKey::new(one, no),
        }) {
            Ok(Reply::Item(detail)) => return Ok(detail),
            Ok(_) => return Err(Error::internal("The server answered something else.")),
            Err(e) if e.kind == crate::error::Kind::NotFound => {
                if kind.is_some() {
                    missing = e;
                }
            }
            Err(e) => return Err(e),
        }
    }
    Err(missing)
}
