//! What lies on top of the inventory: the forms for one lot, for the view, for splitting and merging.

use ratatui::layout::Rect;

use super::inventory::{DEED, WRITTEN};
use super::inventory_add::AddForm;
use super::inventory_change::ChangeLine;
use super::inventory_filing::Filing;
use super::inventory_lists::ListForm;
use super::inventory_saved::Saved;
use super::labels::{LabelForm, Labelled};
use crate::api::{Request, StockRequest};
use crate::domain::edit::{EditText, Edits, LotEdit, TagEdit, TextEdit};
use crate::domain::lot_draft::{MergeAmount, MergeRules, MergeText};
use crate::domain::rows::LotRow;
use crate::domain::{Condition, ItemKey, LotColumn, LotId, LotShelf, LotSort, LotView, Which};
use crate::tui::canvas::Canvas;
use crate::tui::effect::Effect;
use crate::tui::key::Key;
use crate::tui::screen::Cx;
use crate::tui::widgets::form::{Filled, Form};

/// What a key did.
#[derive(Debug)]
pub(super) enum Done {
    Nothing,
    Effects(Vec<Effect>),
    Closed,
    /// Another order and other columns.
    View(View),
}

/// What a person wants to see.
#[derive(Debug)]
pub(super) struct View {
    pub(super) sort: Vec<LotSort>,
    pub(super) columns: Vec<LotColumn>,
    /// The filter of a saved view.
    pub(super) text: Option<String>,
    /// Its lots.
    pub(super) shelf: Option<LotShelf>,
    /// Its name.
    pub(super) named: Option<String>,
    /// Under which name it is to be kept.
    pub(super) save: Option<String>,
}

const SAVED: usize = 0;
const ORDER: usize = 1;
const COLUMNS: usize = 2;
const NAME: usize = 3;

/// What lies on top.
#[derive(Debug)]
pub(super) enum Over {
    Edit(Box<EditForm>),
    Add(Box<AddForm>),
    Change(Box<ChangeLine>),
    View(Form, Vec<LotView>),
    Split(Form, LotId),
    Merge(Form, LotId, Vec<LotId>),
    Export(Form, Which),
    List(Box<ListForm>),
    Labels(Box<LabelForm>),
    Saved(Box<Saved>),
    Filing(Box<Filing>),
}

/// One lot with all its fields.
#[derive(Debug)]
pub(super) struct EditForm {
    form: Form,
    row: LotRow,
    before: Vec<String>,
}

const QTY: usize = 0;
const PRICE: usize = 1;
const COST: usize = 2;
const PLACE: usize = 3;
const REMARKS: usize = 4;
const COMMENTS: usize = 5;
const CONDITION: usize = 6;
const TAGS: usize = 7;
const BULK: usize = 8;
const SALE: usize = 9;
const ROOM: usize = 10;
const RETAIN: usize = 11;
const TIERS: [usize; 3] = [12, 13, 14];
const WHY: usize = 15;

const ROOMS: [&str; 4] = ["none", "A", "B", "C"];

fn tier(row: &LotRow, at: usize) -> String {
    match row.tiers[at] {
        tier if tier.quantity == 0 => String::new(),
        tier => format!("{} @ {}", tier.quantity, tier.price),
    }
}

impl EditForm {
    fn new(row: &LotRow, cx: &Cx<'_>) -> Self {
        let room = row.stockroom.map_or(0, |room| {
            ROOMS
                .iter()
                .position(|one| one.starts_with(room))
                .unwrap_or(0)
        });
        let stock = row.stock;
        let form = Form::new(format!("{}  {}", row.item, row.name))
            .about(format!(
                "{}  {} promised, {} sold, lot {}",
                row.color.name,
                cx.numbers.whole(stock.reserved),
                cx.numbers.whole(stock.sold),
                row.id
            ))
            .text("Quantity", &stock.available.to_string())
            .text("Price", &row.price.to_string())
            .text("Cost", &row.cost.to_string())
            .text("Location", row.place.raw())
            .text("Remarks", &row.remarks)
            .text("Comments", &row.comments)
            .choice(
                "Condition",
                &["new", "used"],
                usize::from(row.condition == Condition::Used),
            )
            .text("Tags", &row.tags.join(", "))
            .text("Bulk", &row.bulk.to_string())
            .text("Sale %", &row.sale.to_string())
            .choice("Stockroom", &ROOMS, room)
            .choice("Retain", &["no", "yes"], usize::from(row.retain))
            .text("Tier 1", &tier(row, 0))
            .text("Tier 2", &tier(row, 1))
            .text("Tier 3", &tier(row, 2))
            .text("Why", "")
            .keys("Enter next, at the end save   Ctrl+S save   +5 -5 *2 /3 work   Esc back");
        let before = (0..=WHY).map(|row| form.value(row)).collect();
        Self {
            form,
            row: row.clone(),
            before,
        }
    }

    /// The change of one field, where it is different.
    fn edit(&self, at: usize) -> Result<Option<LotEdit>, String> {
        let value = self.form.value(at);
        let changed = value != self.before[at];
        let parsed = |name: &str| {
            // `=+5` as in a spreadsheet is as good as `+5`.
            let value = value.trim().trim_start_matches('=');
            LotEdit::parse(&format!("{name}={value}"))
                .map(Some)
                .map_err(|mistake| mistake.message)
        };
        let text = |field| Ok(Some(LotEdit::Text(field, TextEdit::Set(value.clone()))));
        match at {
            CONDITION => {
                let condition = [Condition::New, Condition::Used][self.form.chosen(at).min(1)];
                Ok((condition != self.row.condition).then_some(LotEdit::Condition(condition)))
            }
            ROOM => {
                let room = ROOMS[self.form.chosen(at).min(3)].chars().next();
                let room = room.filter(char::is_ascii_uppercase);
                Ok((room != self.row.stockroom).then_some(LotEdit::Stockroom(room)))
            }
            RETAIN => {
                let retain = self.form.chosen(at) == 1;
                Ok((retain != self.row.retain).then_some(LotEdit::Retain(retain)))
            }
            _ if !changed => Ok(None),
            QTY => parsed("qty"),
            PRICE => parsed("price"),
            COST => parsed("cost"),
            BULK => parsed("bulk"),
            SALE => LotEdit::parse(&format!("sale=={}", value.trim()))
                .map(Some)
                .map_err(|mistake| mistake.message),
            PLACE => text(EditText::Place),
            REMARKS => text(EditText::Remarks),
            COMMENTS => text(EditText::Comments),
            TAGS => {
                let tags = value.split(',').map(|tag| tag.trim().to_owned());
                let tags = tags.filter(|tag| !tag.is_empty()).collect();
                Ok(Some(LotEdit::Tags(TagEdit::Set(tags))))
            }
            at => match TIERS.iter().position(|tier| *tier == at) {
                Some(tier) if value.trim().is_empty() => Ok(Some(no_tier(tier))),
                Some(tier) => parsed(["tier1", "tier2", "tier3"][tier]),
                None => Ok(None),
            },
        }
    }

    fn check(&mut self) {
        for at in 0..WHY {
            let wrong = self.edit(at).err();
            self.form.mistake(at, wrong.as_deref());
        }
    }

    fn submit(&self, cx: &Cx<'_>) -> Done {
        let mut edits = Vec::new();
        // Remarks and place name each other; where both were written, both are meant as written.
        for at in [REMARKS]
            .into_iter()
            .chain((0..WHY).filter(|at| *at != REMARKS))
        {
            match self.edit(at) {
                Ok(edit) => edits.extend(edit),
                Err(_) => return Done::Nothing,
            }
        }
        if edits.is_empty() {
            return Done::Closed;
        }
        let request = StockRequest::Edit {
            lot: self.row.id,
            seen: self.row.last,
            edits: Edits(edits),
            why: self.form.value(WHY),
            op: cx.operation(),
        };
        Done::Effects(vec![Effect::send(DEED, Request::Stock(request))])
    }
}

fn no_tier(tier: usize) -> LotEdit {
    LotEdit::Tier(u8::try_from(tier).unwrap_or(0), None)
}

/// Names of the formats, as the server knows them.
const FORMATS: [&str; 9] = [
    "bsx",
    "xml",
    "csv",
    "xlsx",
    "json",
    "mass-upload",
    "mass-update",
    "wanted",
    "owl-csv",
];
const AMOUNTS: [&str; 4] = ["keep", "average", "highest", "lowest"];
const TEXTS: [&str; 3] = ["keep", "fill", "join"];

impl Over {
    pub(super) fn edit(row: &LotRow, cx: &Cx<'_>) -> Self {
        Self::Edit(Box::new(EditForm::new(row, cx)))
    }

    pub(super) fn add(shelf: LotShelf) -> Self {
        Self::Add(Box::new(AddForm::new(shelf)))
    }

    /// The form of new lots, at this item; what it asks for.
    pub(super) fn add_item(shelf: LotShelf, key: &ItemKey) -> (Self, Vec<Effect>) {
        let mut form = AddForm::new(shelf);
        let effects = form.fill(key);
        (Self::Add(Box::new(form)), effects)
    }

    pub(super) fn view(sort: &[LotSort], columns: &[LotColumn], views: Vec<LotView>) -> Self {
        let keys: Vec<String> = sort.iter().map(ToString::to_string).collect();
        let words: Vec<&str> = columns.iter().map(|column| column.word()).collect();
        let all: Vec<&str> = LotColumn::all().map(LotColumn::word).collect();
        let (first, second) = all.split_at(all.len() / 2);
        let mut names = vec!["-"];
        names.extend(views.iter().map(|view| view.name.as_str()));
        let form = Form::new("Order and columns")
            .about(format!("Columns: {}", first.join(" ")))
            .about(second.join(" "))
            .about("Order: several columns, each :down for the other way; empty: by place.")
            .choice("Saved", &names, 0)
            .text("Order", &keys.join(", "))
            .text("Columns", &words.join(" "))
            .text("Save as", "")
            .keys("Saved: arrows choose   Save as: keeps filter, order, columns   Enter use");
        Self::View(form, views)
    }

    pub(super) fn split(row: &LotRow) -> Self {
        let form = Form::new(format!("Split lot {}: {}", row.id, row.item))
            .about(format!("It has {} pieces for sale.", row.stock.available))
            .text("Pieces", "")
            .text("What differs", "")
            .keys("What differs: loc=B-2; price=0.10   Enter go on   Esc back");
        Self::Split(form, row.id)
    }

    pub(super) fn merge(into: &LotRow, from: Vec<LotId>) -> Self {
        let form = Form::new(format!("Merge {} lots into lot {}", from.len(), into.id))
            .about(format!(
                "{}  {} stays; the others become empty and are deleted.",
                into.item, into.color.name
            ))
            .choice("Price", &AMOUNTS, 0)
            .choice("Cost", &AMOUNTS, 1)
            .choice("Comments", &TEXTS, 1)
            .choice("Remarks", &TEXTS, 2);
        Self::Merge(form, into.id, from)
    }

    pub(super) fn export(which: Which) -> Self {
        let what = match &which {
            Which::Lots(lots) => format!("Export {} lots", lots.len()),
            Which::Matching(_) => "Export all that match".to_owned(),
        };
        let form = Form::new(what)
            .about("An absolute path at the server; a file that is there is replaced.")
            .choice("Format", &FORMATS, 0)
            .text("Path", "");
        Self::Export(form, which)
    }

    pub(super) fn refuse(&mut self, why: &str) {
        match self {
            Self::Edit(edit) => edit.form.failed = Some(why.to_owned()),
            Self::Add(add) => add.refuse(why),
            Self::Change(line) => line.refuse(why),
            Self::List(list) => list.refuse(why),
            Self::Labels(labels) => labels.refuse(why),
            Self::Saved(saved) => saved.refuse(why),
            Self::Filing(filing) => filing.refuse(why),
            Self::View(form, _)
            | Self::Split(form, _)
            | Self::Merge(form, ..)
            | Self::Export(form, _) => {
                form.failed = Some(why.to_owned());
            }
        }
    }

    pub(super) fn paste(&mut self, text: &str, cx: &Cx<'_>) -> Vec<Effect> {
        match self {
            Self::Edit(edit) => {
                edit.form.paste(text);
                edit.check();
            }
            Self::Add(add) => return add.paste(text, cx),
            Self::Change(line) => return line.paste(text),
            Self::List(list) => list.paste(text),
            Self::Labels(labels) => labels.paste(text),
            Self::Saved(saved) => saved.paste(text),
            Self::Filing(filing) => filing.paste(text),
            Self::View(form, _)
            | Self::Split(form, _)
            | Self::Merge(form, ..)
            | Self::Export(form, _) => form.paste(text),
        }
        Vec::new()
    }

    pub(super) fn on(&mut self, key: Key, cx: &Cx<'_>) -> Done {
        match self {
            Self::Edit(edit) => {
                if key == Key::ctrl('s') {
                    return edit.submit(cx);
                }
                match edit.form.on(key) {
                    Filled::Submitted => edit.submit(cx),
                    Filled::Cancelled => Done::Closed,
                    Filled::Changed => {
                        edit.check();
                        Done::Nothing
                    }
                    Filled::Nothing => Done::Nothing,
                }
            }
            Self::Add(add) => add.on(key, cx),
            Self::List(list) => list.on(key, cx),
            Self::Labels(labels) => match labels.on(key) {
                Labelled::Open(effects) => Done::Effects(effects),
                Labelled::Closed(_) => Done::Closed,
            },
            Self::Change(line) => line.on(key, cx),
            Self::Saved(saved) => saved.on(key, cx),
            Self::Filing(filing) => filing.on(key, cx),
            Self::View(form, views) => match form.on(key) {
                Filled::Cancelled => Done::Closed,
                Filled::Submitted => view(form, views).unwrap_or(Done::Nothing),
                Filled::Changed => {
                    load_view(form, views);
                    check_view(form);
                    Done::Nothing
                }
                Filled::Nothing => Done::Nothing,
            },
            Self::Split(form, lot) => match form.on(key) {
                Filled::Cancelled => Done::Closed,
                Filled::Submitted => split(form, *lot, cx),
                _ => Done::Nothing,
            },
            Self::Export(form, which) => match form.on(key) {
                Filled::Cancelled => Done::Closed,
                Filled::Submitted => export(form, which, cx),
                _ => Done::Nothing,
            },
            Self::Merge(form, into, from) => match form.on(key) {
                Filled::Cancelled => Done::Closed,
                Filled::Submitted => {
                    let request = StockRequest::Merge {
                        into: *into,
                        from: from.clone(),
                        rules: rules(form),
                        op: cx.operation(),
                    };
                    Done::Effects(vec![Effect::send(DEED, Request::Stock(request))])
                }
                _ => Done::Nothing,
            },
        }
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
        match self {
            Self::Edit(edit) => edit.form.draw(canvas, area),
            Self::Add(add) => add.draw(canvas, area),
            Self::Change(line) => line.draw(canvas, area, cx),
            Self::List(list) => list.draw(canvas, area),
            Self::Labels(labels) => labels.draw(canvas, area),
            Self::Saved(saved) => saved.draw(canvas, area, cx),
            Self::Filing(filing) => filing.draw(canvas, area),
            Self::View(form, _)
            | Self::Split(form, _)
            | Self::Merge(form, ..)
            | Self::Export(form, _) => {
                form.draw(canvas, area);
            }
        }
    }
}

fn columns(form: &Form) -> Result<Vec<LotColumn>, String> {
    let text = form.value(COLUMNS);
    let words = text.split([' ', ',']).filter(|word| !word.is_empty());
    let found: Result<Vec<LotColumn>, String> = words
        .map(|word| LotColumn::parse(word).ok_or_else(|| format!("there is no column “{word}”")))
        .collect();
    match found {
        Ok(columns) if columns.is_empty() => Err("name at least one".into()),
        other => other,
    }
}

fn check_view(form: &mut Form) {
    let sort = LotSort::parse_all(&form.value(ORDER)).err();
    form.mistake(ORDER, sort.as_deref());
    let columns = columns(form).err();
    form.mistake(COLUMNS, columns.as_deref());
}

/// A saved view that was chosen fills the fields.
fn load_view(form: &mut Form, views: &[LotView]) {
    if form.at() != SAVED {
        return;
    }
    if let Some(view) = views.get(form.chosen(SAVED).wrapping_sub(1)) {
        let keys: Vec<String> = view.query.sort.iter().map(ToString::to_string).collect();
        let words: Vec<&str> = view.columns.iter().map(|column| column.word()).collect();
        form.set(ORDER, &keys.join(", "));
        form.set(COLUMNS, &words.join(" "));
    }
}

fn view(form: &Form, views: &[LotView]) -> Option<Done> {
    let sort = LotSort::parse_all(&form.value(ORDER)).ok()?;
    let chosen = views.get(form.chosen(SAVED).wrapping_sub(1));
    let name = form.value(NAME);
    Some(Done::View(View {
        sort,
        columns: columns(form).ok()?,
        text: chosen.map(|view| view.query.text.clone()),
        shelf: chosen.map(|view| view.query.shelf),
        named: chosen.map(|view| view.name.clone()),
        save: (!name.trim().is_empty()).then_some(name),
    }))
}

fn split(form: &mut Form, lot: LotId, cx: &Cx<'_>) -> Done {
    let Ok(pieces) = form.value(0).trim().parse() else {
        form.failed = Some("How many pieces go is a whole number.".into());
        return Done::Nothing;
    };
    let differs = form.value(1);
    let edits = if differs.trim().is_empty() {
        Ok(Edits::default())
    } else {
        Edits::parse(&differs)
    };
    match edits {
        Err(mistake) => {
            form.failed = Some(mistake.message);
            Done::Nothing
        }
        Ok(edits) => {
            let request = StockRequest::Split {
                lot,
                pieces,
                edits,
                op: cx.operation(),
            };
            Done::Effects(vec![Effect::send(DEED, Request::Stock(request))])
        }
    }
}

fn export(form: &mut Form, which: &Which, cx: &Cx<'_>) -> Done {
    let path = form.value(1);
    if !path.trim().starts_with('/') {
        form.failed = Some("The path begins with /.".into());
        return Done::Nothing;
    }
    let request = StockRequest::Export {
        which: which.clone(),
        format: FORMATS[form.chosen(0).min(FORMATS.len() - 1)].to_owned(),
        path: Some(path.trim().to_owned()),
        op: cx.operation(),
    };
    Done::Effects(vec![Effect::send(WRITTEN, Request::Stock(request))])
}

fn rules(form: &Form) -> MergeRules {
    let amount = |row| match form.chosen(row) {
        1 => MergeAmount::Average,
        2 => MergeAmount::Highest,
        3 => MergeAmount::Lowest,
        _ => MergeAmount::Keep,
    };
    let text = |row| match form.chosen(row) {
        1 => MergeText::Fill,
        2 => MergeText::Join,
        _ => MergeText::Keep,
    };
    MergeRules {
        price: amount(0),
        cost: amount(1),
        comments: text(2),
        remarks: text(3),
    }
}
