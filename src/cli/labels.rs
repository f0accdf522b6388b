//! `brickops inventory labels`: labels to a file, or to the command of the configuration.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Ending;
use super::caller::unexpected;
use super::catalog::skipped;
use super::connect::{Place, blocking};
use super::lists::fetch;
use super::output::Out;
use super::printing;
use crate::api::{Reply, Request, StockRequest};
use crate::domain::label_job::{LabelFormat, LabelJob, LabelPaper, LabelsOf};
use crate::domain::{LotQuery, Which};
use crate::error::Error;

/// What labels are written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Paper {
    /// Pages.
    Pdf,
    /// For label printers.
    Zpl,
    /// One picture.
    Png,
}

/// Labels that are asked for.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "flags of a command line are what they are"
)]
#[command(group = clap::ArgGroup::new("what").required(true))]
#[command(group = clap::ArgGroup::new("paper").required(true))]
pub struct LabelArgs {
    /// For every place of the lots.
    #[arg(long, group = "what")]
    bins: bool,
    /// For the lots.
    #[arg(long, group = "what")]
    lots: bool,
    /// For so many totes, from 1.
    #[arg(long, group = "what", value_name = "N")]
    totes: Option<u32>,
    /// Only lots that match this filter.
    #[arg(long, default_value = "")]
    filter: String,
    /// A sheet of labels: a4-24 and the like, or its maker's number.
    #[arg(long, group = "paper", value_name = "SHEET")]
    sheet: Option<String>,
    /// One label of this size in millimetres, such as 62x29.
    #[arg(long, group = "paper", value_name = "SIZE")]
    size: Option<String>,
    /// The first label of the sheet that is used, from 1.
    #[arg(long, default_value_t = 1, value_name = "N")]
    start: u16,
    /// pdf, zpl or png.
    #[arg(long, value_enum)]
    to: Paper,
    /// Dots an inch of printer or picture.
    #[arg(long, default_value_t = 300)]
    dpi: u16,
    /// `DataMatrix` codes instead of QR codes.
    #[arg(long)]
    data_matrix: bool,
    /// The file; without one the labels go to standard output.
    #[arg(long, value_name = "PATH", conflicts_with = "print")]
    out: Option<PathBuf>,
    /// Give them to the command that the configuration names under [labels].
    #[arg(long)]
    print: bool,
}

impl LabelArgs {
    fn job(&self) -> LabelJob {
        let query = || Which::Matching(LotQuery::text(self.filter.clone()));
        let of = match self.totes {
            Some(last) => LabelsOf::Totes(1, last),
            None if self.lots => LabelsOf::Lots(query()),
            None => LabelsOf::Bins(query()),
        };
        let paper = match (&self.sheet, &self.size) {
            (Some(sheet), _) => LabelPaper::Sheet(sheet.clone(), self.start),
            (None, size) => LabelPaper::Size(size.clone().unwrap_or_default()),
        };
        LabelJob {
            of,
            paper,
            format: match self.to {
                Paper::Pdf => LabelFormat::Pdf,
                Paper::Zpl => LabelFormat::Zpl(self.dpi),
                Paper::Png => LabelFormat::Png(self.dpi),
            },
            data_matrix: self.data_matrix,
        }
    }
}

/// Makes labels.
pub fn run(place: &Place, args: &LabelArgs, out: &Out) -> anyhow::Result<Ending> {
    if args.print && place.config.label_command.is_empty() {
        return Err(Error::invalid(format!(
            "No command prints labels. Name one in {} under [labels], or write a file with --out.",
            place.config_file.display()
        ))
        .into());
    }
    let client = blocking(place)?;
    let request = StockRequest::Labels {
        job: Box::new(args.job()),
    };
    let Reply::Exported(report) = client.call(Request::Stock(request))? else {
        return Err(unexpected().into());
    };
    if args.print {
        let file = tempfile::NamedTempFile::new().map_err(|e| no_room(&e))?;
        fetch(&client, &report, Some(file.path()), out)?;
        let bytes = std::fs::read(file.path()).map_err(|e| no_room(&e))?;
        printing::labels(&place.config.label_command, &bytes)?;
    } else {
        fetch(&client, &report, args.out.as_deref(), out)?;
    }
    if args.print || args.out.is_some() {
        out.note(format!("{} labels were made.", report.lots));
    }
    skipped(&report.left_out, out);
    Ok(if report.left_out.count > 0 {
        Ending::Partly
    } else {
        Ending::Done
    })
}

fn no_room(error: &std::io::Error) -> Error {
    Error::storage(format!(
        "There is no room for the labels ({error}). Make room and try again."
    ))
}
