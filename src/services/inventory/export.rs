//! Lots out of the shop in any format: to a file that is there whole or not at all, or to the client.

use std::cell::RefCell;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::Ordering;

use super::deeds::Task;
use super::list_rows::COLOR_NAME;
use crate::domain::category::DERIVED;
use crate::domain::report::Progress;
use crate::domain::text::{clean, decode_entities};
use crate::domain::{CategoryId, ListExport, ListField, Lot, LotId, Scope, Tier, Which};
use crate::error::{Error, Result};
use crate::formats::{ListFormat, ListHead, ListLot, WriteOptions, write_list};
use crate::services::App;
use crate::services::names::Names;
use crate::services::parcels::write_whole;
use crate::services::rights::{Right, allow};
use crate::store::Catalog;

/// Lots that are read at once.
const READ: usize = 1_000;

/// What no format has room for.
const OWN: [&str; 2] = ["Tags", "Location"];

/// Counts what the format cannot carry.
struct Losses {
    fields: Vec<(ListField, u64)>,
    own: [u64; OWN.len()],
}

impl Losses {
    fn of(format: ListFormat) -> Self {
        Self {
            fields: format.loses().iter().map(|field| (*field, 0)).collect(),
            own: [0; OWN.len()],
        }
    }

    fn look_at(&mut self, lot: &Lot, row: &ListLot) {
        for (field, count) in &mut self.fields {
            *count += u64::from(holds(row, *field));
        }
        self.own[0] += u64::from(!lot.tags.is_empty());
        self.own[1] += u64::from(lot.place.0 != clean(&lot.remarks));
    }

    fn words(self) -> Vec<(String, u64)> {
        let fields = self.fields.into_iter();
        fields
            .map(|(field, count)| (field.word().to_owned(), count))
            .chain(OWN.iter().map(|word| (*word).to_owned()).zip(self.own))
            .filter(|(_, count)| *count > 0)
            .collect()
    }
}

/// Whether a row says anything in a field that cannot be had from the catalogue.
fn holds(row: &ListLot, field: ListField) -> bool {
    let tier = |at: usize| row.tiers[at] != Tier::default();
    match field {
        ListField::LotId => row.lot_id.is_some(),
        ListField::Color => row.color.0 != 0,
        ListField::Completeness => row.completeness.is_some(),
        ListField::Cost => row.cost.raw() != 0,
        ListField::Sale => row.sale != 0,
        ListField::Bulk => row.bulk > 1,
        ListField::TierQuantity1 | ListField::TierPrice1 => tier(0),
        ListField::TierQuantity2 | ListField::TierPrice2 => tier(1),
        ListField::TierQuantity3 | ListField::TierPrice3 => tier(2),
        ListField::Comments => !row.comments.is_empty(),
        ListField::Remarks => !row.remarks.is_empty(),
        ListField::Stockroom => row.stockroom.is_some(),
        ListField::Retain => row.retain,
        ListField::Reserved => !row.reserved.is_empty(),
        ListField::DateAdded => row.date_added.is_some(),
        ListField::Status => row.status != crate::domain::ListStatus::Include,
        ListField::Unknown => !row.unknown.is_empty(),
        _ => false,
    }
}

/// A lot as a row of a list; names come from the catalogue.
fn row(lot: &Lot, names: &Names, catalog: Option<&Catalog<'_>>) -> Result<ListLot> {
    let facts = names.facts_of(catalog, &lot.item)?;
    let mut row = ListLot {
        color: lot.color,
        quantity: i64::from(lot.stock.available),
        price: lot.price,
        cost: lot.cost,
        condition: lot.condition,
        completeness: lot.completeness,
        comments: lot.notes.clone(),
        remarks: lot.remarks.clone(),
        lot_id: lot.bricklink_lot,
        bulk: lot.bulk,
        sale: lot.sale,
        tiers: lot.tiers,
        stockroom: lot.stockroom,
        retain: lot.retain,
        reserved: lot.reserved_for.clone(),
        date_added: Some(lot.created),
        status: lot.status,
        unknown: lot.extra.clone(),
        ..ListLot::new(lot.id.0, lot.item.clone())
    };
    if let Some(at) = row.unknown.iter().position(|f| f.name == COLOR_NAME) {
        row.color_name = decode_entities(&row.unknown.remove(at).text);
    } else if names.knows_color(lot.color) {
        row.color_name = names.color(lot.color).name;
    }
    match facts {
        None => row.name.clone_from(&lot.name),
        Some(facts) => {
            row.name = facts.name;
            if let Some((id, name)) = facts.category.and_then(|id| numbered(names, id)) {
                row.category = Some(id);
                row.category_name = name;
            }
        }
    }
    Ok(row)
}

/// The nearest category that BrickLink numbers.
fn numbered(names: &Names, id: CategoryId) -> Option<(CategoryId, String)> {
    let mut at = Some(id);
    while let Some(node) = at.and_then(|id| names.tree().get(id)) {
        if node.id.0 < DERIVED {
            return Some((node.id, node.name.clone()));
        }
        at = node.parent;
    }
    None
}

impl App {
    /// Writes the lots that are meant, in the order of the query, to `path` or into a parcel that the
    /// client fetches. Nothing is left at `path` when it fails or is cancelled.
    pub fn export_lots(
        &self,
        scope: &Scope,
        which: &Which,
        (format, path): (&str, Option<&Path>),
        task: Task<'_>,
    ) -> Result<ListExport> {
        allow(scope, Right::ReadInventory)?;
        let format = ListFormat::parse(format).ok_or_else(|| {
            let names = ListFormat::ALL.map(ListFormat::name);
            Error::invalid(format!(
                "There is no format “{format}”. Known are {}.",
                names.join(", ")
            ))
        })?;
        let ids = match which {
            Which::Lots(ids) => ids.clone(),
            Which::Matching(query) => self.lot_ids(scope, query)?,
        };
        let mut report = if let Some(path) = path {
            let (report, bytes) =
                write_whole(path, |out| self.write_lots(scope, format, &ids, out, task))?;
            ListExport { bytes, ..report }
        } else {
            let mut parcel = self.new_parcel();
            let report = self.write_lots(scope, format, &ids, &mut parcel, task)?;
            let (parcel, bytes) = self.keep_parcel(scope, parcel)?;
            ListExport {
                parcel: Some(parcel),
                bytes,
                ..report
            }
        };
        for row in &mut report.left_out.rows {
            row.reason = format!("lot {}: {}", row.line, row.reason);
            row.line = 0;
        }
        Ok(report)
    }

    /// All of it is read from one state of the store, however long it takes.
    fn write_lots(
        &self,
        scope: &Scope,
        format: ListFormat,
        ids: &[LotId],
        out: &mut dyn Write,
        task: Task<'_>,
    ) -> Result<ListExport> {
        let head = ListHead {
            currency: Some(self.shop_record(scope)?.currency),
            attributes: String::new(),
        };
        let name = format!("the list ({})", format.words());
        let options = WriteOptions {
            name: &name,
            ..WriteOptions::default()
        };
        let names = self.names();
        let total = ids.len() as u64;
        self.store.read(|tx| {
            let catalog = tx.catalog()?;
            let shop = tx.shop(scope);
            let broken = RefCell::new(None);
            let losses = RefCell::new(Losses::of(format));
            let read = |(at, ids): (usize, &[LotId])| -> Result<Vec<ListLot>> {
                if task.cancelled.load(Ordering::Relaxed) {
                    return Err(Error::conflict("Cancelled. Nothing was written."));
                }
                let mut rows = Vec::with_capacity(ids.len());
                for lot in shop.lots(ids)? {
                    let row = row(&lot, &names, catalog.as_ref())?;
                    losses.borrow_mut().look_at(&lot, &row);
                    rows.push(row);
                }
                (task.progress)(Progress {
                    step: "writing lots".into(),
                    done: (at * READ + ids.len()) as u64,
                    total,
                    unit: "lots".into(),
                });
                Ok(rows)
            };
            let rows = ids
                .chunks(READ)
                .enumerate()
                .map_while(|piece| match read(piece) {
                    Ok(rows) => Some(rows),
                    Err(error) => {
                        *broken.borrow_mut() = Some(error);
                        None
                    }
                })
                .flatten();
            let written = write_list(format, &head, rows, &options, out)?;
            if let Some(error) = broken.into_inner() {
                return Err(error);
            }
            Ok(ListExport {
                lots: written.lots,
                left_out: written.left_out,
                lost: losses.into_inner().words(),
                ..ListExport::default()
            })
        })
    }
}
