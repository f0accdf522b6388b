//! Files (batch collections): lots that are not for sale yet; made, named, opened, released, dropped.

use ratatui::layout::Rect;

use crate::api::{Answer, Event, Reply, Request, StockRequest, Topic};
use crate::domain::lot_file::MAX_FILE_NAME;
use crate::domain::{
    CompareQuery, CorrelationId, FileId, LotFileRow, LotQuery, LotShelf, OperationId,
    ReleasePreview,
};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::{Destination, Effect, Tag};
use crate::tui::key::Key;
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Mode, Screen, ScreenEvent};
use crate::tui::text::{age, count};
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Filled, Form};
use crate::tui::widgets::list::Cursor;

const LIST: Tag = 1;
const CHANGE: Tag = 2;
const DEED: Tag = 3;
const CANCEL: Tag = 4;
const PREVIEW: Tag = 5;

/// What a form asks for.
#[derive(Debug)]
enum Asking {
    /// Name and note, of a new file or of this one.
    Name(Option<FileId>),
    /// How the lots of a file are released.
    Release(FileId),
    /// What a file is held against.
    Compare(FileId, Vec<LotShelf>),
}

/// The files of the shop.
#[derive(Debug, Default)]
pub struct Files {
    rows: Vec<LotFileRow>,
    known: bool,
    problem: Option<String>,
    cursor: Cursor,
    form: Option<(Asking, Form)>,
    /// A release or its undoing is under way.
    working: Option<OperationId>,
    /// What `u` takes back.
    last: Option<CorrelationId>,
}

impl Files {
    fn ask() -> Vec<Effect> {
        vec![Effect::send(LIST, Request::Stock(StockRequest::Files))]
    }

    fn current(&self) -> Option<&LotFileRow> {
        self.rows.get(self.cursor.at)
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Effect> {
        let stock = |tag, request| vec![Effect::send(tag, Request::Stock(request))];
        let here = self.current().map(|row| row.file.id);
        match (action, here) {
            (Action::Back, _) => {
                return match self.working {
                    Some(op) => stock(CANCEL, StockRequest::Cancel { op }),
                    None => vec![Effect::Back],
                };
            }
            (Action::NewFile, _) => {
                self.form = Some((Asking::Name(None), name_form("New file", "", "")));
            }
            (Action::RenameFile, Some(id)) => {
                if let Some(row) = self.current() {
                    let form = name_form("Rename the file", &row.file.name, &row.file.note);
                    self.form = Some((Asking::Name(Some(id)), form));
                }
            }
            (Action::ImportList, _) => {
                let name = self.current().map(|row| row.file.name.clone());
                return vec![Effect::Go(Destination::Import(name))];
            }
            (Action::DropFile, Some(id)) => return stock(CHANGE, StockRequest::DropFile { id }),
            (Action::Open, Some(id)) => {
                let query = LotQuery {
                    shelf: LotShelf::File(id),
                    ..LotQuery::default()
                };
                return vec![Effect::Go(Destination::InventoryOf(Box::new(query)))];
            }
            (Action::Release, Some(_)) => return self.release(cx),
            (Action::Compare, Some(id)) => self.ask_compare(id),
            (Action::TakeBack, _) => {
                let Some(deed) = self.last.filter(|_| self.working.is_none()) else {
                    let text = "Nothing was released here. The history (g t) takes back the rest.";
                    return vec![Effect::Say(Role::Info, text.into())];
                };
                let op = cx.operation();
                self.working = Some(op);
                let undo = StockRequest::Undo {
                    deed,
                    why: String::new(),
                    partly: false,
                    op,
                };
                return stock(DEED, undo);
            }
            (action, _) => {
                self.cursor.on(action, self.rows.len(), height(cx));
            }
        }
        Vec::new()
    }

    fn release(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let Some(row) = self.current() else {
            return Vec::new();
        };
        let wait = |text: &str| vec![Effect::Say(Role::Warning, text.into())];
        if row.lots == 0 {
            return wait("The file is empty: there is nothing to release.");
        }
        if self.working.is_some() {
            return wait("A release is under way. Wait, or Esc cancels it.");
        }
        let lots = count(cx.numbers, row.lots.into(), "lot", "lots");
        let pieces = cx.numbers.whole(row.pieces);
        let form = Form::new(format!("Release {lots}, {pieces} pieces"))
            .about(format!("All of “{}” is for sale then.", row.file.name))
            .about("Equal lots have the same item, colour, condition, price and place.")
            .about("u takes it back as one change.")
            .choice("Lots come", &["as their own", "into equal lots"], 0)
            .keys("Enter release   Left Right choose   Esc not now");
        let file = row.file.id;
        self.form = Some((Asking::Release(file), form));
        let preview = StockRequest::PreviewRelease { file, lots: None };
        vec![Effect::send(PREVIEW, Request::Stock(preview))]
    }

    fn ask_compare(&mut self, id: FileId) {
        let mut shelves = vec![LotShelf::Live];
        let mut names = vec!["the live stock"];
        let mut own = "";
        for row in &self.rows {
            if row.file.id == id {
                own = &row.file.name;
            } else {
                shelves.push(LotShelf::File(row.file.id));
                names.push(&row.file.name);
            }
        }
        let form = Form::new(format!("Compare “{own}”"))
            .about("Shows which articles only one of them has, and where pieces and prices differ.")
            .choice("With", &names, 0)
            .keys("Enter compare   Left Right choose   Esc back");
        self.form = Some((Asking::Compare(id, shelves), form));
    }

    /// How many lots merge and how many are added, above the choice.
    fn previewed(&mut self, seen: &ReleasePreview, cx: &Cx<'_>) {
        if let Some((Asking::Release(_), form)) = &mut self.form {
            let merge = count(cx.numbers, seen.merged.into(), "lot goes", "lots go");
            let added = cx.numbers.whole(seen.added);
            form.tell(vec![
                "All of the file is for sale then. u takes it back as one change.".into(),
                "Equal lots have the same item, colour, condition, price and place.".into(),
                format!("Into equal lots: {merge} into lots that are there, {added} are added."),
            ]);
        }
    }

    fn key(&mut self, key: Key, cx: &Cx<'_>) -> Vec<Effect> {
        let Some((asking, form)) = &mut self.form else {
            return Vec::new();
        };
        match form.on(key) {
            Filled::Cancelled => self.form = None,
            Filled::Changed => check(asking, form),
            Filled::Nothing => {}
            Filled::Submitted => {
                let request = match asking {
                    Asking::Name(_) if form.value(0).trim().is_empty() => {
                        form.go_to(0);
                        form.failed = Some("A file needs a name.".into());
                        return Vec::new();
                    }
                    Asking::Name(id) => StockRequest::PutFile {
                        id: *id,
                        name: form.value(0),
                        note: form.value(1),
                    },
                    Asking::Compare(id, shelves) => {
                        let query = CompareQuery {
                            first: LotShelf::File(*id),
                            second: shelves.get(form.chosen(0)).copied().unwrap_or_default(),
                            only: None,
                        };
                        self.form = None;
                        return vec![Effect::Go(Destination::Compare(Box::new(query)))];
                    }
                    Asking::Release(file) => {
                        let op = cx.operation();
                        self.working = Some(op);
                        let request = StockRequest::Release {
                            file: *file,
                            lots: None,
                            merge: form.chosen(0) == 1,
                            op,
                        };
                        self.form = None;
                        return vec![Effect::send(DEED, Request::Stock(request))];
                    }
                };
                return vec![Effect::send(CHANGE, Request::Stock(request))];
            }
        }
        Vec::new()
    }

    fn answered(&mut self, tag: Tag, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        if tag == DEED {
            self.working = None;
        }
        match (tag, answer) {
            (LIST, Ok(Reply::Files(files))) => {
                (self.rows, self.known, self.problem) = (files, true, None);
                self.cursor.settle(self.rows.len(), height(cx));
            }
            (LIST, Err(error)) => self.problem = Some(error.message),
            (PREVIEW, Ok(Reply::ReleasePreview(seen))) => self.previewed(&seen, cx),
            (CHANGE, Ok(_)) => {
                self.form = None;
                let mut effects = Self::ask();
                effects.push(Effect::Say(Role::Good, "Done.".into()));
                return effects;
            }
            (CHANGE, Err(error)) => match &mut self.form {
                Some((_, form)) => form.failed = Some(error.message),
                None => return vec![Effect::fail(&error)],
            },
            (DEED, Ok(Reply::Deed(report))) => {
                self.last = report.deed;
                let lots = count(cx.numbers, report.changed.into(), "lot", "lots");
                let left = match report.refused {
                    0 => String::new(),
                    refused => format!(" {} stayed.", cx.numbers.whole(refused)),
                };
                let text = format!("Done: {lots}.{left} u turns it over again.");
                let mut effects = Self::ask();
                effects.push(Effect::Say(Role::Good, text));
                return effects;
            }
            (_, Err(error)) => return vec![Effect::fail(&error)],
            (_, Ok(_)) => {}
        }
        Vec::new()
    }
}

fn name_form(title: &str, name: &str, note: &str) -> Form {
    Form::new(title)
        .about("Lots of a file are not for sale until it is released.")
        .text("Name", name)
        .text("Note", note)
}

fn check(asking: &Asking, form: &mut Form) {
    if matches!(asking, Asking::Name(_)) {
        let long = form.value(0).chars().count() > MAX_FILE_NAME;
        // Beside so long a name there is no room for words.
        form.mistake(0, long.then_some("too long"));
        form.failed = long.then(|| "A name has 60 characters or fewer.".to_owned());
    }
}

fn height(cx: &Cx<'_>) -> usize {
    usize::from(cx.area.height.saturating_sub(1)).max(1)
}

impl Screen for Files {
    fn context(&self) -> Context {
        Context::Files
    }

    fn mode(&self) -> Mode {
        if self.form.is_some() {
            Mode::Form
        } else {
            Mode::Commands
        }
    }

    fn has_compact_layout(&self) -> bool {
        true
    }

    fn hints(&self) -> Vec<Action> {
        let mut hints = vec![Action::Open, Action::NewFile, Action::RenameFile];
        hints.extend([Action::Release, Action::Compare, Action::TakeBack]);
        hints
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        match event {
            ScreenEvent::Shown | ScreenEvent::Back => Self::ask(),
            ScreenEvent::Told(event) => match *event {
                Event::Resync
                | Event::Changed {
                    topic: Topic::Files | Topic::Inventory,
                    ..
                } => Self::ask(),
                _ => Vec::new(),
            },
            ScreenEvent::Resized => {
                self.cursor.settle(self.rows.len(), height(cx));
                Vec::new()
            }
            ScreenEvent::Do(action) => self.act(action, cx),
            ScreenEvent::Key(key) => self.key(key, cx),
            ScreenEvent::Paste(text) => {
                if let Some((asking, form)) = &mut self.form {
                    form.paste(&text);
                    check(asking, form);
                }
                Vec::new()
            }
            ScreenEvent::Answered(tag, answer) => self.answered(tag, *answer, cx),
            ScreenEvent::Woken(_) | ScreenEvent::Dropped(_) => Vec::new(),
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        let area = Rect {
            x: cx.area.x + 1,
            width: cx.area.width.saturating_sub(2),
            ..cx.area
        };
        if let Some(problem) = &self.problem {
            canvas.pen(area, 1).fit(problem, Role::Bad);
            let text = "Nothing was changed. Esc goes back.";
            canvas.pen(area, 2).fit(text, Role::Dim);
        } else if !self.known {
            canvas.pen(area, 1).fit("Opening the files", Role::Dim);
        } else if self.rows.is_empty() {
            canvas.pen(area, 1).fit("There are no files.", Role::Text);
            let text =
                "A file holds lots that are not for sale yet. n makes one, I brings in a list.";
            canvas.pen(area, 2).fit(text, Role::Dim);
        } else {
            self.draw_rows(canvas, area, cx);
        }
        if let Some((_, form)) = &self.form {
            form.draw(canvas, cx.area);
        }
    }
}

impl Files {
    fn draw_rows(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
        let wide = area.width >= 60;
        let (name, lots, pieces, by) = if wide { (22, 8, 10, 9) } else { (18, 7, 9, 0) };
        let mut pen = canvas.pen(area, 0);
        pen.skip(2);
        pen.column("File", name, Role::Dim);
        pen.right("Lots", lots, Role::Dim);
        pen.right("Pieces", pieces, Role::Dim);
        if wide {
            pen.skip(2);
            pen.column("By", by, Role::Dim);
            pen.column("Made", 7, Role::Dim);
            pen.fit("Note", Role::Dim);
        }
        let rows = Rect {
            y: area.y + 1,
            height: area.height.saturating_sub(1),
            ..area
        };
        let visible = self.cursor.visible(self.rows.len(), rows.height.into());
        for (line, at) in visible.enumerate() {
            let row = &self.rows[at];
            let mut pen = canvas.pen(rows, line as u16);
            if at == self.cursor.at {
                pen.put(cx.theme.signs().cursor, Role::Accent);
                pen.skip(1);
                pen.select();
            } else {
                pen.skip(2);
            }
            pen.column(&row.file.name, name, Role::Text);
            pen.right(&cx.numbers.whole(row.lots), lots, Role::Text);
            pen.right(&cx.numbers.whole(row.pieces), pieces, Role::Text);
            if wide {
                pen.skip(2);
                pen.column(&row.by, by, Role::Dim);
                pen.column(&age(row.file.created, cx.now), 7, Role::Dim);
                if row.file.review {
                    pen.put("under review  ", Role::Warning);
                }
                pen.fit(&row.file.note, Role::Dim);
            }
        }
    }
}
