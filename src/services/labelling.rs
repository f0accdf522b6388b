//! Labels for places, lots and totes, drawn from what the shop knows of them.

use std::collections::HashSet;
use std::io::Write;

use super::App;
use super::rights::{Right, allow};
use crate::domain::label_job::{LabelFormat, LabelJob, LabelPaper, LabelsOf};
use crate::domain::report::{Skipped, SkippedRows};
use crate::domain::{Code, ListExport, LotId, LotShelf, OrderId, Scope, Which};
use crate::error::{Error, Result};
use crate::labels::{Label, LabelSheet, LabelSize, Output, Symbol, render};

/// Lots that are read at once.
const READ: usize = 1_000;
/// More labels in one go are a mistake.
const MOST: usize = 10_000;

impl App {
    /// Draws labels into a parcel that the client fetches. Places that cannot have a code are left out,
    /// with the reason.
    pub fn draw_labels(&self, scope: &Scope, job: &LabelJob) -> Result<ListExport> {
        allow(scope, Right::ReadInventory)?;
        let output = output(job)?;
        let mut left_out = SkippedRows::default();
        let mut labels = match &job.of {
            LabelsOf::Bins(which) => self.bin_labels(scope, which, &mut left_out)?,
            LabelsOf::Lots(which) => self.lot_labels(scope, which)?,
            LabelsOf::Places(places) => {
                let mut bins = Bins::default();
                for place in places {
                    bins.see(place, &mut left_out)?;
                }
                bins.labels
            }
            LabelsOf::Orders(orders) => self.order_labels(scope, orders)?,
            LabelsOf::Totes(first, last) => tote_labels(*first, *last)?,
        };
        if job.data_matrix {
            for label in &mut labels {
                label.symbol = Symbol::DataMatrix;
            }
        }
        if labels.is_empty()
            && let Some(first) = left_out.rows.first()
        {
            return Err(Error::invalid(format!(
                "{}.",
                first.reason.trim_end_matches('.')
            )));
        }
        let bytes = render(&labels, &output)?;
        let mut parcel = self.new_parcel();
        parcel.write_all(&bytes).map_err(|e| {
            Error::storage(format!(
                "There is no room for the labels ({e}). Make room and try again."
            ))
        })?;
        let (parcel, bytes) = self.keep_parcel(scope, parcel)?;
        Ok(ListExport {
            lots: labels.len() as u64,
            bytes,
            parcel: Some(parcel),
            left_out,
            lost: Vec::new(),
        })
    }

    fn bin_labels(
        &self,
        scope: &Scope,
        which: &Which,
        left_out: &mut SkippedRows,
    ) -> Result<Vec<Label>> {
        let mut bins = Bins::default();
        if let Which::Matching(query) = which
            && query.text.trim().is_empty()
            && query.shelf == LotShelf::Live
        {
            // Also places that are empty again.
            for row in self.place_rows(scope)? {
                for place in crate::domain::Place(row.place).each() {
                    bins.see(place, left_out)?;
                }
            }
            return Ok(bins.labels);
        }
        for ids in self.labelled_lots(scope, which)?.chunks(READ) {
            for row in self.lot_rows(scope, ids)? {
                for place in row.place.each() {
                    bins.see(place, left_out)?;
                }
            }
        }
        Ok(bins.labels)
    }

    fn labelled_lots(&self, scope: &Scope, which: &Which) -> Result<Vec<LotId>> {
        match which {
            Which::Matching(query) => self.lot_ids(scope, query),
            Which::Lots(ids) => Ok(ids.clone()),
        }
    }

    fn lot_labels(&self, scope: &Scope, which: &Which) -> Result<Vec<Label>> {
        let ids = self.labelled_lots(scope, which)?;
        few(ids.len())?;
        let mut labels = Vec::with_capacity(ids.len());
        for ids in ids.chunks(READ) {
            for row in self.lot_rows(scope, ids)? {
                let mut label = Label::new(Code::Lot(row.id), row.item.no.clone());
                label.small = vec![
                    format!("{} · {}", row.color.name, row.condition.word()),
                    row.name,
                    row.place.first().to_owned(),
                ];
                label.small.retain(|line| !line.is_empty());
                label.swatch = row.color.rgb;
                labels.push(label);
            }
        }
        Ok(labels)
    }

    fn order_labels(&self, scope: &Scope, orders: &[OrderId]) -> Result<Vec<Label>> {
        few(orders.len())?;
        let rows = self.order_rows(scope, orders)?;
        let label = |row: crate::domain::rows::OrderRow| {
            let mut label = Label::new(Code::Order(row.id), row.number);
            label.small = vec![row.party, format!("{} lots, {} pcs", row.lines, row.pieces)];
            label.small.retain(|line| !line.is_empty());
            label
        };
        Ok(rows.into_iter().map(label).collect())
    }
}

/// Labels of places, each once.
#[derive(Default)]
struct Bins {
    seen: HashSet<String>,
    labels: Vec<Label>,
}

impl Bins {
    fn see(&mut self, place: &str, left_out: &mut SkippedRows) -> Result<()> {
        if !self.seen.insert(place.to_owned()) {
            return Ok(());
        }
        match Label::bin(place) {
            // Two spellings of one place have one code.
            Ok(label) if !self.seen.insert(label.code.to_string()) => {}
            Ok(label) => self.labels.push(label),
            Err(error) => left_out.push(Skipped {
                file: "labels".into(),
                line: 0,
                field: "location".into(),
                reason: error.message,
            }),
        }
        few(self.labels.len())
    }
}

fn few(count: usize) -> Result<()> {
    if count <= MOST {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "These are more than {MOST} labels; narrow the filter and print them in several parts."
    )))
}

fn tote_labels(first: u32, last: u32) -> Result<Vec<Label>> {
    if first == 0 || last < first {
        return Err(Error::invalid(
            "Totes are numbered from 1, and the last is not before the first.",
        ));
    }
    few(usize::try_from(last - first)
        .unwrap_or(usize::MAX)
        .saturating_add(1))?;
    Ok((first..=last)
        .map(|number| Label::new(Code::Tote(number), number.to_string()))
        .collect())
}

fn output(job: &LabelJob) -> Result<Output> {
    let size = |paper: &LabelPaper| match paper {
        LabelPaper::Size(size) => LabelSize::parse(size),
        LabelPaper::Sheet(..) => Err(Error::invalid(
            "A label printer or a picture takes one size, such as 62x29, not a sheet.",
        )),
    };
    Ok(match job.format {
        LabelFormat::Pdf => {
            let (sheet, start) = match &job.paper {
                LabelPaper::Sheet(name, start) => (LabelSheet::named(name)?, *start),
                LabelPaper::Size(size) => (LabelSheet::single(LabelSize::parse(size)?), 1),
            };
            Output::Pdf { sheet, start }
        }
        LabelFormat::Zpl(dpi) => Output::Zpl {
            size: size(&job.paper)?,
            dpi,
        },
        LabelFormat::Png(dpi) => Output::Png {
            size: size(&job.paper)?,
            dpi,
        },
    })
}
