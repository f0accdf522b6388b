//! The person's saved views on top of the inventory: seen, used, saved, renamed, forgotten.

use ratatui::layout::Rect;

use super::inventory::OVER;
use super::inventory_forms::{Done, View};
use crate::api::{Answer, Reply, Request, StockRequest};
use crate::domain::lot_view::MAX_VIEW_NAME;
use crate::domain::{LotShelf, LotView};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::Effect;
use crate::tui::key::{Code, Key};
use crate::tui::screen::Cx;
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Filled, Form};
use crate::tui::widgets::list::Cursor;

/// Lines of the frame, the heading and what stands below the views.
const AROUND: u16 = 6;
/// Most lines of the whole.
const MOST: u16 = 18;

/// What the name is for.
#[derive(Debug, PartialEq, Eq)]
enum Asking {
    /// What is seen now.
    Save,
    /// The view of this name.
    Rename(String),
}

/// The saved views while they are looked at.
#[derive(Debug)]
pub(super) struct Saved {
    /// What is seen now.
    now: LotView,
    views: Vec<LotView>,
    known: bool,
    cursor: Cursor,
    form: Option<(Asking, Form)>,
    /// This one is forgotten when it is asked for once more.
    forgetting: Option<String>,
    failed: Option<String>,
}

impl Saved {
    /// Over what is seen now.
    pub(super) fn over(now: LotView) -> Self {
        Self {
            now,
            views: Vec::new(),
            known: false,
            cursor: Cursor::default(),
            form: None,
            forgetting: None,
            failed: None,
        }
    }

    /// Asks which there are.
    pub(super) fn ask() -> Vec<Effect> {
        vec![Effect::send(OVER, Request::Stock(StockRequest::Views))]
    }

    fn current(&self) -> Option<&LotView> {
        self.views.get(self.cursor.at)
    }

    fn rows(area: Rect) -> usize {
        usize::from(MOST.min(area.height).saturating_sub(AROUND)).max(1)
    }

    pub(super) fn answered(&mut self, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        match answer {
            Ok(Reply::LotViews(views)) => {
                (self.views, self.known) = (views, true);
                self.cursor.settle(self.views.len(), Self::rows(cx.area));
                Vec::new()
            }
            Ok(Reply::Done) => {
                (self.form, self.failed) = (None, None);
                Self::ask()
            }
            Ok(_) => Vec::new(),
            Err(error) => {
                self.refuse(&error.message);
                Vec::new()
            }
        }
    }

    pub(super) fn refuse(&mut self, why: &str) {
        match &mut self.form {
            Some((_, form)) => form.failed = Some(why.to_owned()),
            None => self.failed = Some(why.to_owned()),
        }
    }

    pub(super) fn paste(&mut self, text: &str) {
        if let Some((_, form)) = &mut self.form {
            form.paste(text);
        }
        self.check();
    }

    fn check(&mut self) {
        let Some((asking, form)) = &mut self.form else {
            return;
        };
        let name = form.value(0);
        let long = name.trim().chars().count() > MAX_VIEW_NAME;
        form.mistake(0, long.then_some("too long"));
        let wanted = name.trim().to_lowercase();
        let taken = self
            .views
            .iter()
            .any(|view| view.name.to_lowercase() == wanted);
        if *asking == Asking::Save {
            let text = if taken {
                "There is a view of this name: it is replaced."
            } else {
                "Keeps the filter, the order and the columns."
            };
            form.tell(vec![text.to_owned()]);
        }
    }

    pub(super) fn on(&mut self, key: Key, cx: &Cx<'_>) -> Done {
        if self.form.is_some() {
            return self.named(key);
        }
        self.failed = None;
        let forgetting = self.forgetting.take();
        let moves = match key.code {
            Code::Up | Code::Char('k') => Some(Action::Up),
            Code::Down | Code::Char('j') => Some(Action::Down),
            Code::PageUp => Some(Action::PageUp),
            Code::PageDown => Some(Action::PageDown),
            Code::Home => Some(Action::First),
            Code::End => Some(Action::Last),
            _ => None,
        };
        if let Some(action) = moves {
            let rows = Self::rows(cx.area);
            self.cursor.on(action, self.views.len(), rows);
            return Done::Nothing;
        }
        match key.code {
            Code::Esc => return Done::Closed,
            Code::Char('s') => {
                let name = &self.now.name;
                self.form = Some((Asking::Save, name_form("Save what is seen", name)));
                self.check();
            }
            Code::Enter => {
                if let Some(view) = self.current() {
                    return Done::View(View {
                        sort: view.query.sort.clone(),
                        columns: view.columns.clone(),
                        text: Some(view.query.text.clone()),
                        shelf: Some(view.query.shelf),
                        named: Some(view.name.clone()),
                        save: None,
                    });
                }
            }
            Code::Char('r') => {
                if let Some(name) = self.current().map(|view| view.name.clone()) {
                    let form = name_form("Rename the view", &name);
                    self.form = Some((Asking::Rename(name), form));
                }
            }
            Code::Char('d') => {
                if let Some(name) = self.current().map(|view| view.name.clone()) {
                    if forgetting.as_ref() == Some(&name) {
                        let request = StockRequest::DropView { name };
                        return Done::Effects(vec![Effect::send(OVER, Request::Stock(request))]);
                    }
                    self.forgetting = Some(name);
                }
            }
            _ => {}
        }
        Done::Nothing
    }

    fn named(&mut self, key: Key) -> Done {
        let Some((asking, form)) = &mut self.form else {
            return Done::Nothing;
        };
        match form.on(key) {
            Filled::Cancelled => self.form = None,
            Filled::Changed => self.check(),
            Filled::Nothing => {}
            Filled::Submitted if form.value(0).trim().is_empty() => {
                form.failed = Some("A view needs a name.".into());
            }
            Filled::Submitted => {
                let to = form.value(0).trim().to_owned();
                let request = match asking {
                    Asking::Save => StockRequest::SaveView {
                        view: Box::new(LotView {
                            name: to,
                            ..self.now.clone()
                        }),
                    },
                    Asking::Rename(name) => StockRequest::RenameView {
                        name: name.clone(),
                        to,
                    },
                };
                return Done::Effects(vec![Effect::send(OVER, Request::Stock(request))]);
            }
        }
        Done::Nothing
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
        let wide = area.width.min(100);
        let rows = self.views.len().max(2) as u16;
        let height = (rows + AROUND).min(MOST).min(area.height);
        let frame = Rect {
            x: area.x + (area.width - wide) / 2,
            y: area.y + (area.height - height) / 3,
            width: wide,
            height,
        };
        canvas.hide_cursor();
        let inner = canvas.frame(frame, "Saved views");
        let below = inner.height.saturating_sub(1);
        if !self.known {
            canvas.pen(inner, 0).fit("Opening your views", Role::Dim);
        } else if self.views.is_empty() {
            canvas.pen(inner, 0).fit("You have none yet.", Role::Text);
            let text = "s saves what is seen: filter, order and columns.";
            canvas.pen(inner, 1).fit(text, Role::Dim);
        } else {
            self.draw_rows(canvas, inner, cx);
        }
        let line = below.saturating_sub(1);
        if let Some(failed) = &self.failed {
            canvas.pen(inner, line).fit(failed, Role::Bad);
        } else if let Some(name) = &self.forgetting {
            let text = format!("d once more forgets “{name}”. The lots stay as they are.");
            canvas.pen(inner, line).fit(&text, Role::Warning);
        }
        let keys = if inner.width >= 60 {
            "Enter use   s save what is seen   r rename   d forget   Esc back"
        } else {
            "Enter  s save  r rename  d forget"
        };
        canvas.pen(inner, below).fit(keys, Role::Dim);
        if let Some((_, form)) = &self.form {
            form.draw(canvas, area);
        }
    }

    fn draw_rows(&self, canvas: &mut Canvas<'_>, inner: Rect, cx: &Cx<'_>) {
        let wide = inner.width >= 60;
        let name = if wide { 22 } else { 14 };
        let order = if wide { 18 } else { 0 };
        let mut pen = canvas.pen(inner, 0);
        pen.skip(2);
        pen.column("View", name, Role::Dim);
        if order > 0 {
            pen.column("Order", order, Role::Dim);
        }
        pen.fit("Filter", Role::Dim);
        let room = usize::from(inner.height.saturating_sub(3));
        let visible = self.cursor.visible(self.views.len(), room);
        for (line, at) in visible.enumerate() {
            let view = &self.views[at];
            let mut pen = canvas.pen(inner, line as u16 + 1);
            if at == self.cursor.at {
                pen.put(cx.theme.signs().cursor, Role::Accent);
                pen.skip(1);
                pen.select();
            } else {
                pen.skip(2);
            }
            pen.column(&view.name, name - 1, Role::Text);
            pen.skip(1);
            if order > 0 {
                let keys: Vec<String> = view.query.sort.iter().map(ToString::to_string).collect();
                let keys = if keys.is_empty() {
                    "place".to_owned()
                } else {
                    keys.join(", ")
                };
                pen.column(&keys, order - 1, Role::Dim);
                pen.skip(1);
            }
            match view.query.shelf {
                LotShelf::Live => {}
                LotShelf::Gone => pen.put("deleted: ", Role::Dim),
                LotShelf::File(id) => pen.put(&format!("file {id}: "), Role::Dim),
            }
            let filter = match view.query.text.trim() {
                "" => "every lot",
                text => text,
            };
            pen.fit(filter, Role::Text);
        }
    }
}

fn name_form(title: &str, name: &str) -> Form {
    Form::new(title).text("Name", name)
}
