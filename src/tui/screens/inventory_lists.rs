//! Forms of the inventory that work with a list: part a set out, copy values from a list, subtract one.
//! Each first says what it would do, and does it only then.

use ratatui::layout::Rect;

use super::inventory::{Inventory, LISTED};
use super::inventory_change::words;
use super::inventory_forms::{Done, Over};
use super::labels::{LabelForm, Labelled};
use crate::api::{Answer, Reply, Request, StockRequest};
use crate::domain::edit::SpreadBy;
use crate::domain::label_job::LabelsOf;
use crate::domain::list_job::COPIED;
use crate::domain::rows::{DeedReport, LotRow};
use crate::domain::{
    Against, AgainstReport, Condition, ItemKey, ItemKind, ListInto, ListSource, LotField, LotId,
    Money, OperationId, PartOut, PartOutReport, Which,
};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::Effect;
use crate::tui::key::{Code, Key};
use crate::tui::screen::Cx;
use crate::tui::text::count;
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Filled, Form};

const SET: usize = 0;
const CONTENTS: usize = 1;
const SETS: usize = 2;
const CONDITION: usize = 3;
const COST: usize = 4;
const SHARE: usize = 5;
const INTO: usize = 6;
const EQUAL: usize = 7;
const TAKE: usize = 8;

const LIST: usize = 0;
const FIELDS: usize = 1;

/// Examples that fit into a preview.
const EXAMPLES: usize = 3;

/// What is done with the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// The set may be taken off this lot.
    PartOut(Option<LotId>),
    Copy,
    Subtract,
}

/// A form about a list, while it is open.
#[derive(Debug)]
pub(super) struct ListForm {
    what: What,
    form: Form,
    /// What it would do, to be agreed to.
    seen: Option<Form>,
    /// It is being looked at (`true`) or done.
    doing: Option<(OperationId, bool)>,
}

impl ListForm {
    /// Parts out the set that one stands on, if it is one.
    pub(super) fn part_out(row: Option<&LotRow>) -> Self {
        let set = row.filter(|row| row.item.kind == ItemKind::Set);
        let used = set.is_some_and(|row| row.condition == Condition::Used);
        let cost = set.filter(|row| row.cost > Money::ZERO);
        let no = set.map_or("", |row| row.item.no.as_str());
        let mut form = Form::new("Part a set out")
            .about("Contents: a BrickLink set inventory or any list; its path at the server.")
            .text("Set", no)
            .text("Contents", "")
            .text("Sets", "1")
            .choice("Parts are", &["new", "used"], usize::from(used))
            .text(
                "Cost of one",
                &cost.map_or(String::new(), |row| row.cost.to_string()),
            )
            .choice("Shared by", &["weight", "price", "pieces"], 0)
            .text("Into file", "")
            .choice("Equal lots", &["stay apart", "take them"], 0)
            .keys("Enter next, at the end look   Into file: empty for the stock   Esc back");
        if let Some(row) = set {
            form = form.choice(&format!("Off lot {}", row.id), &["yes", "no"], 0);
            form.go_to(CONTENTS);
        }
        Self::new(What::PartOut(set.map(|row| row.id)), form)
    }

    /// Copies values from a list onto equal lots.
    pub(super) fn copy() -> Self {
        let names: Vec<&str> = COPIED.iter().map(|(name, _)| *name).collect();
        let form = Form::new("Copy values from a list")
            .about("Onto lots of the same item, colour and condition.")
            .about(format!("Values: {}", names.join(" ")))
            .text("List", "")
            .text("Values", "price")
            .keys("List: its path at the server   Enter look   Esc back");
        Self::new(What::Copy, form)
    }

    /// Takes the pieces of a list off equal lots.
    pub(super) fn subtract() -> Self {
        let form = Form::new("Subtract a list")
            .about("Off lots of the same item, colour and condition, never below nothing.")
            .text("List", "")
            .keys("List: its path at the server   Enter look   Esc back");
        Self::new(What::Subtract, form)
    }

    fn new(what: What, form: Form) -> Self {
        Self {
            what,
            form,
            seen: None,
            doing: None,
        }
    }

    pub(super) fn refuse(&mut self, why: &str) {
        (self.doing, self.seen) = (None, None);
        self.form.failed = Some(why.to_owned());
    }

    pub(super) fn paste(&mut self, text: &str) {
        if self.doing.is_none() && self.seen.is_none() {
            self.form.paste(text);
            self.check();
        }
    }

    pub(super) fn on(&mut self, key: Key, cx: &Cx<'_>) -> Done {
        if let Some((op, _)) = self.doing {
            return match key.code {
                Code::Esc => Done::Effects(vec![Effect::send(
                    super::inventory::OVER,
                    Request::Stock(StockRequest::Cancel { op }),
                )]),
                _ => Done::Nothing,
            };
        }
        if let Some(seen) = &mut self.seen {
            return match seen.on(key) {
                Filled::Cancelled => {
                    self.seen = None;
                    Done::Nothing
                }
                Filled::Submitted => self.ask(false, cx),
                Filled::Nothing | Filled::Changed => Done::Nothing,
            };
        }
        match self.form.on(key) {
            Filled::Cancelled => Done::Closed,
            Filled::Submitted => self.ask(true, cx),
            Filled::Changed => {
                self.check();
                Done::Nothing
            }
            Filled::Nothing => Done::Nothing,
        }
    }

    fn check(&mut self) {
        match self.what {
            What::PartOut(_) => {
                let sets = self.sets().err();
                self.form.mistake(SETS, sets.as_deref());
                let cost = self.cost().err();
                self.form.mistake(COST, cost.as_deref());
            }
            What::Copy => {
                let fields = self.fields().err();
                self.form.mistake(FIELDS, fields.as_deref());
            }
            What::Subtract => {}
        }
    }

    fn sets(&self) -> Result<u32, String> {
        let sets = self.form.value(SETS).trim().parse().ok();
        sets.filter(|sets| *sets > 0)
            .ok_or_else(|| "a whole number from 1".into())
    }

    fn cost(&self) -> Result<Option<(Money, SpreadBy)>, String> {
        let text = self.form.value(COST);
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let exact = text
            .split_once('.')
            .is_none_or(|(_, decimals)| decimals.len() <= 4);
        let cost = Money::parse(text).filter(|cost| exact && *cost >= Money::ZERO);
        let by = [SpreadBy::Weight, SpreadBy::Price, SpreadBy::Pieces];
        let by = by[self.form.chosen(SHARE).min(2)];
        cost.map(|cost| Some((cost, by)))
            .ok_or_else(|| "an amount such as 59.90".into())
    }

    fn fields(&self) -> Result<Vec<LotField>, String> {
        let text = self.form.value(FIELDS);
        let names = text.split([' ', ',']).filter(|name| !name.is_empty());
        let found: Result<Vec<LotField>, String> = names
            .map(|name| {
                let known = COPIED
                    .iter()
                    .find(|(known, _)| known.eq_ignore_ascii_case(name));
                known
                    .map(|(_, field)| *field)
                    .ok_or_else(|| format!("“{name}” is none of them"))
            })
            .collect();
        match found {
            Ok(fields) if fields.is_empty() => Err("name at least one".into()),
            other => other,
        }
    }

    /// The path of the list.
    fn source(&self, row: usize) -> Result<ListSource, (usize, String)> {
        let path = self.form.value(row).trim().to_owned();
        if !path.starts_with('/') {
            return Err((row, "The path of the list begins with /.".into()));
        }
        Ok(ListSource {
            path,
            ..ListSource::default()
        })
    }

    fn request(&self, dry_run: bool, op: OperationId) -> Result<StockRequest, (usize, String)> {
        let against = |source, what| StockRequest::Against {
            source: Box::new(source),
            what,
            dry_run,
            op,
        };
        Ok(match self.what {
            What::Copy => {
                let fields = self.fields().map_err(|why| (FIELDS, why))?;
                against(self.source(LIST)?, Against::Copy(fields))
            }
            What::Subtract => against(self.source(LIST)?, Against::Subtract),
            What::PartOut(lot) => {
                let no = self.form.value(SET).trim().to_owned();
                if no.is_empty() {
                    return Err((SET, "Name the set, such as 75192-1.".into()));
                }
                let into = self.form.value(INTO).trim().to_owned();
                let order = PartOut {
                    set: ItemKey::new(ItemKind::Set, no),
                    contents: self.source(CONTENTS)?,
                    sets: self.sets().map_err(|why| (SETS, why))?,
                    condition: [Condition::New, Condition::Used]
                        [self.form.chosen(CONDITION).min(1)],
                    cost: self.cost().map_err(|why| (COST, why))?,
                    from: lot.filter(|_| self.form.chosen(TAKE) == 0),
                    into: if into.is_empty() {
                        ListInto::Live
                    } else {
                        ListInto::File(into)
                    },
                    merge: self.form.chosen(EQUAL) == 1,
                    dry_run,
                };
                StockRequest::PartOut {
                    order: Box::new(order),
                    op,
                }
            }
        })
    }

    fn ask(&mut self, dry_run: bool, cx: &Cx<'_>) -> Done {
        let op = cx.operation();
        match self.request(dry_run, op) {
            Err((row, why)) => {
                self.form.go_to(row);
                self.form.failed = Some(why);
                Done::Nothing
            }
            Ok(request) => {
                self.doing = Some((op, dry_run));
                Done::Effects(vec![Effect::send(LISTED, Request::Stock(request))])
            }
        }
    }

    fn look(&mut self, title: &str, lines: Vec<String>) {
        self.doing = None;
        let mut seen = Form::new(title).keys("Enter do it   Esc back");
        seen.tell(lines);
        self.seen = Some(seen);
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) {
        match &self.seen {
            Some(seen) => seen.draw(canvas, area),
            None => self.form.draw(canvas, area),
        }
    }
}

/// What parting out would do, in lines; the important ones first.
fn parts(report: &PartOutReport, cx: &Cx<'_>) -> Vec<String> {
    let mut first = format!(
        "{} new, {} into equal ones, {}",
        count(cx.numbers, report.added, "lot", "lots"),
        cx.numbers.whole(report.merged),
        count(cx.numbers, report.pieces, "piece", "pieces")
    );
    if report.cost > Money::ZERO {
        first = format!(
            "{first}; they share {} {}",
            cx.numbers.sum(report.cost),
            cx.currency()
        );
    }
    let mut lines = vec![first];
    let mut some = |number: u64, words: &str| {
        if number > 0 {
            lines.push(format!("{} {words}", cx.numbers.whole(number)));
        }
    };
    some(report.skipped.count, "rows cannot come in:");
    if report.cost > Money::ZERO {
        some(report.unshared, "lots bear nothing of the cost");
    }
    some(
        report.unknown_items,
        "lots are of items the catalogue does not know",
    );
    some(
        report.unknown_colors,
        "rows name a colour that nobody knows",
    );
    some(
        report.stand_ins,
        "rows stand for others of the set and are left out",
    );
    if let Some(row) = report.skipped.rows.first() {
        lines.insert(2, format!("  {row}"));
    }
    for row in report.examples.iter().take(EXAMPLES) {
        let cost = if row.cost > Money::ZERO {
            format!(" at {}", cx.numbers.price(row.cost))
        } else {
            String::new()
        };
        lines.push(format!(
            "{} × {}  {}{cost}",
            cx.numbers.whole(row.pieces),
            row.item.no,
            row.name
        ));
    }
    lines
}

/// What holding a list against the lots would do.
fn compared(report: &AgainstReport, cx: &Cx<'_>) -> Vec<String> {
    let deed = &report.deed;
    let mut lines = vec![format!(
        "{} change, {} are so already, {} cannot; {} rows read",
        count(cx.numbers, deed.changed.into(), "lot", "lots"),
        cx.numbers.whole(deed.same),
        cx.numbers.whole(deed.refused),
        cx.numbers.whole(report.read)
    )];
    if deed.pieces != 0 {
        lines.push(super::history::pieces_words(deed.pieces));
    }
    if report.missing_rows > 0 {
        let first = report.missing.first().map_or_else(String::new, |row| {
            let why = if row.unknown {
                "no such lot".to_owned()
            } else {
                format!("{} too few", cx.numbers.whole(row.pieces))
            };
            format!(", such as line {}: {} ({why})", row.line, row.item.no)
        });
        let rows = count(cx.numbers, report.missing_rows, "row finds", "rows find");
        lines.push(format!("{rows} nothing or not enough{first}"));
    }
    if let Some(row) = report.skipped.rows.first() {
        let rows = count(cx.numbers, report.skipped.count, "row", "rows");
        lines.push(format!("{rows} left out: {row}"));
    }
    lines.extend(
        report
            .examples
            .iter()
            .take(EXAMPLES)
            .map(|row| words(row, cx)),
    );
    lines
}

impl Inventory {
    /// Opens one of these forms, or the one for labels.
    pub(super) fn open_list_form(&mut self, action: Action) {
        let form = match action {
            Action::PartOut => ListForm::part_out(self.window.current()),
            Action::CopyValues => ListForm::copy(),
            _ => ListForm::subtract(),
        };
        self.over = Some(Over::List(Box::new(form)));
    }

    /// What became of the list.
    pub(super) fn list_done(&mut self, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        let dry = match &self.over {
            Some(Over::List(form)) => form.doing.is_some_and(|(_, dry)| dry),
            _ => false,
        };
        let (title, lines, deed, left) = match answer {
            Err(error) => {
                return match &mut self.over {
                    Some(over @ Over::List(_)) => {
                        over.refuse(&error.message);
                        Vec::new()
                    }
                    _ => vec![Effect::fail(&error)],
                };
            }
            Ok(Reply::PartedOut(report)) => {
                let deed = DeedReport {
                    deed: report.deed,
                    changed: u32::try_from(report.added + report.merged).unwrap_or(u32::MAX),
                    ..DeedReport::default()
                };
                ("Part out", parts(&report, cx), deed, report.skipped.count)
            }
            Ok(Reply::Against(report)) => {
                let left = report.skipped.count + report.missing_rows;
                (
                    "What the list changes",
                    compared(&report, cx),
                    report.deed,
                    left,
                )
            }
            Ok(_) => return Vec::new(),
        };
        if dry {
            if let Some(Over::List(form)) = &mut self.over {
                form.look(title, lines);
            }
            return Vec::new();
        }
        self.over = None;
        let mut effects = self.told(&deed, cx);
        if left > 0 && deed.deed.is_some() {
            let lots = count(cx.numbers, deed.changed.into(), "lot", "lots");
            let rows = count(cx.numbers, left, "row", "rows");
            let text = format!("{lots} changed, {rows} of the list not used. u takes it back.");
            effects = vec![Effect::Say(Role::Warning, text)];
        }
        effects
    }

    /// Asks which labels: of the marked lots, else of all that match.
    pub(super) fn open_labels(&mut self) {
        let (which, words) = if self.marks.is_empty() {
            (
                Which::Matching(self.shown.clone().unwrap_or_default()),
                "that match",
            )
        } else {
            (
                Which::Lots(self.marks.keys().copied().collect()),
                "that are marked",
            )
        };
        let kinds = vec![
            (format!("lots {words}"), LabelsOf::Lots(which.clone())),
            ("their places".to_owned(), LabelsOf::Bins(which)),
            ("totes 1 to 24".to_owned(), LabelsOf::Totes(1, 24)),
        ];
        self.over = Some(Over::Labels(Box::new(LabelForm::of(kinds))));
    }

    /// Labels were drawn, or a piece of them has come.
    pub(super) fn labelled(&mut self, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        let Some(Over::Labels(form)) = &mut self.over else {
            return Vec::new();
        };
        match form.answered(answer, cx) {
            Labelled::Open(effects) => effects,
            Labelled::Closed(effects) => {
                self.over = None;
                effects
            }
        }
    }
}
