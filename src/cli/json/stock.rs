//! Lots, changes, history and files as scripts read them.

use serde::Serialize;

use super::price_fetch::Lacking;
use super::time;
use crate::domain::lot_draft::PlaceRow;
use crate::domain::rows::{
    ChangeRow, DeedReport, DeedState, EditPreview, EntryRow, LotRow, RefusedLot, UndoPreview,
};
use crate::domain::{FieldChange, LotFileRow, RawField, Stock, Tier, Value};

/// A lot. Amounts are texts with four decimals.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are those of the JSON")]
pub struct Lot {
    id: u64,
    r#type: char,
    no: String,
    name: String,
    known: bool,
    category: String,
    color_id: u16,
    color: String,
    condition: char,
    completeness: Option<&'static str>,
    available: u32,
    reserved: u32,
    sold: u32,
    price: String,
    cost: String,
    place: String,
    remarks: String,
    comments: String,
    tags: Vec<String>,
    bulk: u32,
    sale: i8,
    tiers: Vec<TierOf>,
    stockroom: Option<char>,
    retain: bool,
    reserved_for: String,
    weight_mg: Option<u32>,
    bricklink_lot: Option<u64>,
    created: String,
    changed: String,
    changed_by: String,
    deleted: bool,
    last_entry: u64,
    guide_percent: Option<u32>,
}

#[derive(Debug, Serialize)]
struct TierOf {
    quantity: u32,
    price: String,
}

fn tiers(tiers: &[Tier]) -> Vec<TierOf> {
    let used = tiers.iter().filter(|tier| tier.quantity > 0);
    used.map(|tier| TierOf {
        quantity: tier.quantity,
        price: tier.price.to_string(),
    })
    .collect()
}

impl From<LotRow> for Lot {
    fn from(row: LotRow) -> Self {
        Self {
            id: row.id.0,
            r#type: row.item.kind.letter(),
            no: row.item.no,
            name: row.name,
            known: row.known,
            category: row.category,
            color_id: row.color.id.0,
            color: row.color.name,
            condition: row.condition.letter(),
            completeness: row.completeness.map(crate::domain::Completeness::word),
            available: row.stock.available,
            reserved: row.stock.reserved,
            sold: row.stock.sold,
            price: row.price.to_string(),
            cost: row.cost.to_string(),
            place: row.place.0,
            remarks: row.remarks,
            comments: row.comments,
            tags: row.tags,
            bulk: row.bulk,
            sale: row.sale,
            tiers: tiers(&row.tiers),
            stockroom: row.stockroom,
            retain: row.retain,
            reserved_for: row.reserved_for,
            weight_mg: row.weight,
            bricklink_lot: row.bricklink_lot,
            created: time(row.created),
            changed: time(row.changed),
            changed_by: row.changed_by,
            deleted: row.gone,
            last_entry: row.last.0,
            guide_percent: row.guide,
        }
    }
}

/// A lot that stays as it is.
#[derive(Debug, Serialize)]
pub struct Refused {
    lot: u64,
    why: String,
}

fn refused(rows: &[RefusedLot]) -> Vec<Refused> {
    rows.iter()
        .map(|row| Refused {
            lot: row.lot.0,
            why: row.why.clone(),
        })
        .collect()
}

/// What a change did. `deed` is what `inventory undo` takes back.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are those of the JSON")]
pub struct Deed {
    deed: Option<u64>,
    changed: u32,
    same: u32,
    refused: u32,
    pieces: i64,
    listed: Vec<Refused>,
    made: Vec<u64>,
}

impl From<&DeedReport> for Deed {
    fn from(report: &DeedReport) -> Self {
        Self {
            deed: report.deed.map(|deed| deed.0),
            changed: report.changed,
            same: report.same,
            refused: report.refused,
            pieces: report.pieces,
            listed: refused(&report.listed),
            made: report.made.iter().map(|lot| lot.0).collect(),
        }
    }
}

/// A field before and after.
#[derive(Debug, Serialize)]
pub struct Changed {
    field: &'static str,
    before: serde_json::Value,
    after: serde_json::Value,
}

fn changes(changes: &[FieldChange]) -> Vec<Changed> {
    changes
        .iter()
        .map(|change| Changed {
            field: change.field.word(),
            before: value(&change.before),
            after: value(&change.after),
        })
        .collect()
}

fn value(value: &Value) -> serde_json::Value {
    use serde_json::json;
    match value {
        Value::Flag(flag) => json!(flag),
        Value::Number(number) => json!(number),
        Value::Money(money) => json!(money.to_string()),
        Value::Text(text) => json!(text),
        Value::Item(item) => json!({"type": item.kind.letter(), "no": item.no}),
        Value::Tiers(all) => json!(tiers(all)),
        Value::Words(words) => json!(words),
        Value::Raw(fields) => {
            let field = |field: &RawField| json!({"name": field.name, "text": field.text});
            fields.iter().map(field).collect()
        }
    }
}

/// A lot before and after.
#[derive(Debug, Serialize)]
pub struct Example {
    lot: u64,
    r#type: char,
    no: String,
    available: [u32; 2],
    changes: Vec<Changed>,
}

impl From<&ChangeRow> for Example {
    fn from(row: &ChangeRow) -> Self {
        Self {
            lot: row.lot.0,
            r#type: row.item.kind.letter(),
            no: row.item.no.clone(),
            available: [row.available.0, row.available.1],
            changes: changes(&row.changes),
        }
    }
}

/// What a change would do. Pairs are before and after.
#[derive(Debug, Serialize)]
pub struct Preview {
    what: String,
    lots: u32,
    changed: u32,
    same: u32,
    refused: u32,
    listed: Vec<Refused>,
    examples: Vec<Example>,
    pieces: [u64; 2],
    value: [String; 2],
    guide: Option<Lacking>,
}

impl From<&EditPreview> for Preview {
    fn from(seen: &EditPreview) -> Self {
        Self {
            what: seen.what.clone(),
            lots: seen.lots,
            changed: seen.changed,
            same: seen.same,
            refused: seen.refused,
            listed: refused(&seen.listed),
            examples: seen.examples.iter().map(Example::from).collect(),
            pieces: [seen.pieces.0, seen.pieces.1],
            value: [seen.value.0.to_string(), seen.value.1.to_string()],
            guide: seen.guide.as_ref().map(Lacking::from),
        }
    }
}

/// What taking a change back would do.
#[derive(Debug, Serialize)]
pub struct Undo {
    deed: u64,
    what: String,
    changed: u32,
    refused: u32,
    listed: Vec<Refused>,
    examples: Vec<Example>,
    pieces: i64,
    together: bool,
}

impl From<&UndoPreview> for Undo {
    fn from(seen: &UndoPreview) -> Self {
        Self {
            deed: seen.deed.0,
            what: seen.what.clone(),
            changed: seen.lots,
            refused: seen.refused,
            listed: refused(&seen.listed),
            examples: seen.examples.iter().map(Example::from).collect(),
            pieces: seen.pieces,
            together: seen.together,
        }
    }
}

#[derive(Debug, Serialize)]
struct Pieces {
    available: u32,
    reserved: u32,
    sold: u32,
}

impl From<Stock> for Pieces {
    fn from(stock: Stock) -> Self {
        Self {
            available: stock.available,
            reserved: stock.reserved,
            sold: stock.sold,
        }
    }
}

/// An entry of the history.
#[derive(Debug, Serialize)]
pub struct Entry {
    id: u64,
    deed: u64,
    what: String,
    why: String,
    state: &'static str,
    undoes: Option<u64>,
    lots: u32,
    lot: u64,
    r#type: char,
    no: String,
    name: String,
    color_id: u16,
    color: String,
    condition: char,
    at: String,
    by: String,
    reason: String,
    before: Pieces,
    after: Pieces,
    changes: Vec<Changed>,
}

/// How a deed stands, as one word.
pub const fn state(state: DeedState) -> &'static str {
    match state {
        DeedState::Stands => "stands",
        DeedState::TakenBack => "taken-back",
        DeedState::BroughtBack => "brought-back",
        DeedState::Open => "under-way",
        DeedState::Fixed => "fixed",
    }
}

impl From<EntryRow> for Entry {
    fn from(row: EntryRow) -> Self {
        Self {
            id: row.id.0,
            deed: row.deed.0,
            what: row.what,
            why: row.why,
            state: state(row.state),
            undoes: row.undoes.map(|deed| deed.0),
            lots: row.lots,
            lot: row.lot.0,
            r#type: row.item.kind.letter(),
            no: row.item.no,
            name: row.name,
            color_id: row.color.id.0,
            color: row.color.name,
            condition: row.condition.letter(),
            at: time(row.at),
            by: row.by,
            reason: row.reason.words(),
            before: row.before.into(),
            after: row.after.into(),
            changes: changes(&row.changes),
        }
    }
}

/// A place.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are those of the JSON")]
pub struct Place {
    place: String,
    lots: u32,
    pieces: u64,
}

impl From<PlaceRow> for Place {
    fn from(row: PlaceRow) -> Self {
        Self {
            place: row.place,
            lots: row.lots,
            pieces: row.pieces,
        }
    }
}

/// A file (batch collection).
#[derive(Debug, Serialize)]
pub struct File {
    id: u32,
    name: String,
    note: String,
    review: bool,
    lots: u32,
    pieces: u64,
    created: String,
    created_by: String,
}

impl From<&LotFileRow> for File {
    fn from(row: &LotFileRow) -> Self {
        Self {
            id: row.file.id.0,
            name: row.file.name.clone(),
            note: row.file.note.clone(),
            review: row.file.review,
            lots: row.lots,
            pieces: row.pieces,
            created: time(row.file.created),
            created_by: row.by.clone(),
        }
    }
}

/// A line of the help of filters and changes.
#[derive(Debug, Serialize)]
pub struct Help {
    /// What is written.
    pub what: String,
    /// What it means.
    pub about: String,
    /// Operators that make sense.
    pub operators: Vec<String>,
    /// Filters that can be tried.
    pub examples: Vec<&'static str>,
}
