//! `brickops inventory import|export|subtract|copy`: lists into the shop, out of it, and against it.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::Ending;
use super::caller::unexpected;
use super::catalog::{absolute, skipped};
use super::connect::{Place, blocking};
use super::interrupt::Interruptible;
use super::json::{Against as AgainstDocument, Imported};
use super::labels::LabelArgs;
use super::output::Out;
use super::part_out::PartOutArgs;
use crate::api::client::Blocking;
use crate::api::{Event, Reply, Request, StockRequest};
use crate::domain::list_job::COPIED;
use crate::domain::report::InventoryImport;
use crate::domain::{
    Against, AgainstReport, Column, ColumnAt, ListExport, ListField, ListImport, ListInto,
    ListSource, LotQuery, Mapping, OperationId, Which,
};
use crate::entropy::{Entropy, SystemEntropy};
use crate::error::{Error, Result};

/// Rows with missing pieces that are named one by one.
const NAMED: usize = 20;

/// Lists and labels.
#[derive(Debug, Subcommand)]
pub enum ListCommand {
    /// Bring a list in: BrickStore, BrickLink XML, CSV, XLSX, JSON. Known lots stay as they are.
    Import {
        /// The list.
        #[command(flatten)]
        list: ListArgs,
        /// Only say what would happen.
        #[arg(long)]
        dry_run: bool,
        /// Into this file (batch collection) instead of the live stock.
        #[arg(long, value_name = "FILE-NAME")]
        into: Option<String>,
        /// Lots of the same item, colour, condition, price and place get the pieces.
        #[arg(long)]
        merge: bool,
    },
    /// Write lots as a list.
    Export {
        /// Only lots that match this filter.
        #[arg(long, default_value = "")]
        filter: String,
        /// bsx, xml, mass-upload, mass-update, wanted, owl-csv, csv, xlsx or json.
        #[arg(long, value_name = "FORMAT")]
        to: String,
        /// The file; without one the list goes to standard output.
        #[arg(long, value_name = "PATH")]
        out: Option<PathBuf>,
    },
    /// Take the pieces of a list off equal lots (item, colour, condition), never below nothing.
    Subtract {
        /// The list.
        #[command(flatten)]
        list: ListArgs,
        /// Only say what would happen.
        #[arg(long)]
        dry_run: bool,
    },
    /// Copy fields of a list onto equal lots (item, colour, condition).
    Copy {
        /// The list.
        #[command(flatten)]
        list: ListArgs,
        /// price, cost, remarks, comments, bulk, tiers, sale, stockroom, retain, reserved,
        /// completeness, other.
        #[arg(long, value_name = "FIELDS", value_delimiter = ',', required = true)]
        fields: Vec<String>,
        /// Only say what would happen.
        #[arg(long)]
        dry_run: bool,
    },
    /// Part a set out: its contents become lots of the stock, or of a file.
    PartOut(Box<PartOutArgs>),
    /// Labels for places, lots or totes.
    Labels(LabelArgs),
}

/// A list in a file.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The file.
    file: PathBuf,
    /// Columns of the shop's own table and what they hold (`Menge=quantity,3=price`), by name or by
    /// number from 1. They are kept for the next file of this name.
    #[arg(long, value_name = "COL=FIELD", value_delimiter = ',')]
    map: Vec<String>,
    /// Keep the columns under this name, or read by those that are kept under it.
    #[arg(long, value_name = "NAME")]
    columns: Option<String>,
}

impl ListArgs {
    fn source(&self) -> Result<ListSource> {
        source(&self.file, &self.map, self.columns.as_ref())
    }
}

/// A list as the server is asked for it.
pub(super) fn source(file: &Path, map: &[String], known_as: Option<&String>) -> Result<ListSource> {
    Ok(ListSource {
        path: absolute(file)?,
        mapping: mapping(map)?,
        known_as: known_as.cloned(),
    })
}

fn mapping(columns: &[String]) -> Result<Option<Mapping>> {
    if columns.is_empty() {
        return Ok(None);
    }
    let mut mapping = Mapping::default();
    for text in columns {
        let column = text.rsplit_once('=').and_then(|(column, field)| {
            let column = column.trim();
            let at = match column.parse::<u16>() {
                Ok(place) => ColumnAt::Place(place.checked_sub(1)?),
                Err(_) if column.is_empty() => return None,
                Err(_) => ColumnAt::Titled(column.to_owned()),
            };
            let field = ListField::of_title(field)?;
            Some(Column { at, field })
        });
        let column = column.ok_or_else(|| {
            let words: Vec<&str> = ListField::columns().iter().map(|f| f.word()).collect();
            Error::invalid(format!(
                "“{text}” is not a column and what it holds, such as Menge=quantity. Fields are {}.",
                words.join(", ")
            ))
        })?;
        mapping.columns.push(column);
    }
    Ok(Some(mapping))
}

/// A number for a write: a repetition after a lost answer does it once.
pub(super) fn operation() -> Result<OperationId> {
    let mut bytes = [0; 16];
    SystemEntropy.fill(&mut bytes)?;
    Ok(OperationId(u128::from_be_bytes(bytes)))
}

/// Runs a command about lists.
pub fn run(place: &Place, command: &ListCommand, out: &Out) -> anyhow::Result<Ending> {
    match command {
        ListCommand::Import {
            list,
            dry_run,
            into,
            merge,
        } => {
            let order = ListImport {
                source: list.source()?,
                into: into.clone().map_or(ListInto::Live, ListInto::File),
                merge: *merge,
                dry_run: *dry_run,
            };
            let asked = ask(place, out, |op| StockRequest::Import {
                order: Box::new(order),
                op,
            })?;
            let Reply::InventoryImported(report) = asked else {
                return Err(unexpected().into());
            };
            Ok(imported(&report, out))
        }
        ListCommand::Export {
            filter,
            to,
            out: path,
        } => export(place, (filter, to), path.as_deref(), out),
        ListCommand::Subtract { list, dry_run } => {
            against(place, list, Against::Subtract, *dry_run, out)
        }
        ListCommand::Copy {
            list,
            fields,
            dry_run,
        } => {
            let fields = fields.iter().map(|name| {
                let name = name.trim();
                let found = COPIED
                    .iter()
                    .find(|(known, _)| known.eq_ignore_ascii_case(name));
                found.map(|(_, field)| *field).ok_or_else(|| {
                    let names: Vec<&str> = COPIED.iter().map(|(name, _)| *name).collect();
                    Error::invalid(format!(
                        "“{name}” cannot be copied from a list. Known are {}.",
                        names.join(", ")
                    ))
                })
            });
            let fields = fields.collect::<Result<Vec<_>>>()?;
            against(place, list, Against::Copy(fields), *dry_run, out)
        }
        ListCommand::PartOut(set) => super::part_out::run(place, set, out),
        ListCommand::Labels(labels) => super::labels::run(place, labels, out),
    }
}

/// Asks something that Ctrl+C stops; then everything is as it was.
pub(super) fn ask(
    place: &Place,
    out: &Out,
    request: impl FnOnce(OperationId) -> StockRequest,
) -> Result<Reply> {
    let op = operation()?;
    let client = blocking(place)?;
    let _interruptible = Interruptible::begin(client.sender(), op)?;
    wait(&client, request(op), out)
}

fn wait(client: &Blocking, request: StockRequest, out: &Out) -> Result<Reply> {
    let mut bar = out.bar();
    let answer = client.call_with(Request::Stock(request), |event| {
        if let Event::Progress(progress) = event {
            bar.show(&progress);
        }
    });
    bar.done();
    answer
}

fn imported(report: &InventoryImport, out: &Out) -> Ending {
    if out.json() {
        out.document(&Imported::from(report));
    } else {
        let done = if report.dry_run { "would be" } else { "were" };
        out.line(format!(
            "{}: {} lots read, {} {done} added, {} {done} merged, {} pieces in all, {} are there already.",
            report.file, report.read, report.added, report.merged, report.pieces, report.already
        ));
        let some = |count: u64, words: &str| {
            if count > 0 {
                out.line(format!("{count} {words}"));
            }
        };
        some(
            report.unknown_items,
            "lots are of items the catalogue does not know; they are kept and marked.",
        );
        some(
            report.unknown_colors,
            "lots name a colour that nobody knows; its name is kept.",
        );
        some(
            report.returned,
            if report.dry_run {
                "lots had been deleted or merged into others; they would come back."
            } else {
                "lots had been deleted or merged into others; they are back."
            },
        );
        some(
            report.no_place,
            "lots have remarks that do not read like a place.",
        );
        if let Some(name) = &report.mapping {
            out.line(format!("Its columns are known as “{name}”."));
        }
        if let Some(deed) = report.deed {
            out.line(format!(
                "Change {deed} takes all of it back: brickops inventory undo {deed}"
            ));
        }
    }
    skipped(&report.skipped, out);
    ending(report.skipped.count)
}

pub(super) const fn ending(left_out: u64) -> Ending {
    if left_out > 0 {
        Ending::Partly
    } else {
        Ending::Done
    }
}

fn export(
    place: &Place,
    (filter, to): (&str, &str),
    path: Option<&Path>,
    out: &Out,
) -> anyhow::Result<Ending> {
    let client = blocking(place)?;
    let op = operation()?;
    let request = StockRequest::Export {
        which: Which::Matching(LotQuery::text(filter)),
        format: to.to_owned(),
        // The file belongs to whoever asks, not to the server.
        path: None,
        op,
    };
    let _interruptible = Interruptible::begin(client.sender(), op)?;
    let Reply::Exported(report) = wait(&client, request, out)? else {
        return Err(unexpected().into());
    };
    fetch(&client, &report, path, out)?;
    if path.is_some() {
        out.note(format!("{} lots were written.", report.lots));
    }
    for (field, lots) in &report.lost {
        out.note(format!(
            "{to} has no room for “{field}”, which {lots} lots have."
        ));
    }
    skipped(&report.left_out, out);
    Ok(ending(report.left_out.count))
}

/// Fetches what was written and puts it into a file, whole or not at all, or onto standard output.
pub fn fetch(client: &Blocking, report: &ListExport, path: Option<&Path>, out: &Out) -> Result<()> {
    let failed = |path: &Path, error: &std::io::Error| {
        Error::storage(format!(
            "{} cannot be written ({error}). Choose another place.",
            path.display()
        ))
    };
    let Some(path) = path else {
        return each_piece(client, report, |piece| {
            out.bytes(piece);
            Ok(())
        });
    };
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(dir.unwrap_or(Path::new(".")))
        .map_err(|e| failed(path, &e))?;
    each_piece(client, report, |piece| {
        file.write_all(piece).map_err(|e| failed(path, &e))
    })?;
    file.as_file().sync_all().map_err(|e| failed(path, &e))?;
    file.persist(path).map_err(|e| failed(path, &e.error))?;
    Ok(())
}

fn each_piece(
    client: &Blocking,
    report: &ListExport,
    mut take: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let id = report.parcel.ok_or_else(unexpected)?;
    let mut offset = 0;
    loop {
        let request = StockRequest::Parcel { id, offset };
        let Reply::Piece(piece) = client.call(Request::Stock(request))? else {
            return Err(unexpected());
        };
        if piece.is_empty() {
            return Ok(());
        }
        offset += piece.len() as u64;
        take(&piece)?;
    }
}

fn against(
    place: &Place,
    list: &ListArgs,
    what: Against,
    dry_run: bool,
    out: &Out,
) -> anyhow::Result<Ending> {
    let source = Box::new(list.source()?);
    let asked = ask(place, out, |op| StockRequest::Against {
        source,
        what,
        dry_run,
        op,
    })?;
    let Reply::Against(report) = asked else {
        return Err(unexpected().into());
    };
    compared(&report, out);
    skipped(&report.skipped, out);
    let missed = report.missing_rows + u64::from(report.deed.refused);
    Ok(ending(report.skipped.count + missed))
}

fn compared(report: &AgainstReport, out: &Out) {
    if out.json() {
        out.document(&AgainstDocument::from(report));
        return;
    }
    let done = if report.dry_run {
        "would change"
    } else {
        "changed"
    };
    out.line(format!(
        "{}: {} rows read, {} lots {done} ({:+} pieces), {} were so already, {} stay as they are.",
        report.file,
        report.read,
        report.deed.changed,
        report.deed.pieces,
        report.deed.same,
        report.deed.refused
    ));
    for row in &report.deed.listed {
        out.note(format!("  lot {}: {}", row.lot, row.why));
    }
    for row in report.missing.iter().take(NAMED) {
        let why = if row.unknown {
            "no equal lot".to_owned()
        } else {
            format!("{} pieces are missing", row.pieces)
        };
        out.note(format!(
            "  line {}: {} in colour {}, {}: {why}",
            row.line,
            row.item,
            row.color,
            row.condition.word()
        ));
    }
    let named = report.missing.len().min(NAMED) as u64;
    if report.missing_rows > named {
        out.note(format!("  and {} more rows", report.missing_rows - named));
    }
    if let Some(deed) = report.deed.deed {
        out.line(format!(
            "Change {deed} takes all of it back: brickops inventory undo {deed}"
        ));
    }
}
