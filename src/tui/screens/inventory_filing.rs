//! Lots that are there go into a file, out of it, or from one file into another.

use ratatui::layout::Rect;

use super::inventory::{DEED, OVER};
use super::inventory_forms::Done;
use crate::api::{Answer, Reply, Request, StockRequest};
use crate::domain::edit::{Edits, LotEdit};
use crate::domain::lot_file::MAX_FILE_NAME;
use crate::domain::rows::EditPreview;
use crate::domain::{FileId, LotFileRow, LotId, LotQuery, LotShelf, OperationId, Which};
use crate::tui::canvas::Canvas;
use crate::tui::effect::Effect;
use crate::tui::key::{Code, Key};
use crate::tui::screen::Cx;
use crate::tui::text::count;
use crate::tui::widgets::form::{Filled, Form};

const LOTS: usize = 0;
const INTO: usize = 1;
const NEW: usize = 2;
const WHY: usize = 3;

const LIVE: &str = "the live stock";

/// Where lots go, while it is asked.
#[derive(Debug)]
pub(super) struct Filing {
    form: Form,
    lots: Vec<LotId>,
    query: LotQuery,
    /// What can be chosen; `None` is the live stock.
    targets: Vec<Option<FileId>>,
    doing: Option<OperationId>,
}

impl Filing {
    /// Of these lots, or all that match.
    pub(super) fn of(lots: Vec<LotId>, query: LotQuery, cx: &Cx<'_>) -> Self {
        let these = count(cx.numbers, lots.len() as u64, "lot", "lots");
        let title = match query.shelf {
            LotShelf::File(_) => "Take out of this file",
            _ => "Put into a file",
        };
        let form = Form::new(title)
            .about("Lots of a file are not for sale until it is released.")
            .about("")
            .choice("Lots", &[&these, "all that match"], 0)
            .choice("Into", &["-"], 0)
            .text("A new file", "")
            .text("Why", "")
            .keys("Left Right choose   Enter next, at the end do it   Esc back");
        Self {
            form,
            lots,
            query,
            targets: Vec::new(),
            doing: None,
        }
    }

    /// Asks which files there are.
    pub(super) fn ask() -> Vec<Effect> {
        vec![Effect::send(OVER, Request::Stock(StockRequest::Files))]
    }

    fn which(&self) -> Which {
        if self.form.chosen(LOTS) == 1 {
            Which::Matching(self.query.clone())
        } else {
            Which::Lots(self.lots.clone())
        }
    }

    /// The change that was chosen; `None` while there is no file to choose.
    fn chosen(&self) -> Option<LotEdit> {
        let target = self.targets.get(self.form.chosen(INTO))?;
        Some(LotEdit::File(*target))
    }

    /// Asks what it would do.
    fn look(&self) -> Vec<Effect> {
        let Some(edit) = self.chosen() else {
            return Vec::new();
        };
        let request = StockRequest::Preview {
            which: self.which(),
            edits: Edits(vec![edit]),
        };
        vec![Effect::send(OVER, Request::Stock(request))]
    }

    fn change(&mut self, edit: LotEdit, cx: &Cx<'_>) -> Vec<Effect> {
        let op = cx.operation();
        self.doing = Some(op);
        self.form.keys = "Esc cancels and takes back what was done".into();
        let request = StockRequest::Change {
            which: self.which(),
            edits: Edits(vec![edit]),
            why: self.form.value(WHY),
            op,
        };
        vec![Effect::send(DEED, Request::Stock(request))]
    }

    pub(super) fn answered(&mut self, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        match answer {
            Ok(Reply::Files(files)) => {
                self.offer(&files);
                self.look()
            }
            Ok(Reply::File(file)) => self.change(LotEdit::File(Some(file.id)), cx),
            Ok(Reply::EditPreview(seen)) => {
                self.tell(&seen, cx);
                Vec::new()
            }
            Ok(_) => Vec::new(),
            Err(error) => {
                self.refuse(&error.message);
                Vec::new()
            }
        }
    }

    fn offer(&mut self, files: &[LotFileRow]) {
        let here = match self.query.shelf {
            LotShelf::File(id) => Some(id),
            _ => None,
        };
        let mut names = Vec::new();
        if here.is_some() {
            names.push(LIVE.to_owned());
            self.targets.push(None);
        }
        for row in files.iter().filter(|row| Some(row.file.id) != here) {
            names.push(row.file.name.clone());
            self.targets.push(Some(row.file.id));
        }
        if names.is_empty() {
            names.push("no file yet: name a new one".into());
        }
        self.form.offer(INTO, names);
    }

    fn tell(&mut self, seen: &EditPreview, cx: &Cx<'_>) {
        let lots = count(cx.numbers, seen.changed.into(), "lot goes", "lots go");
        let mut text = format!(
            "{lots}, of {} pieces that are meant.",
            cx.numbers.whole(seen.pieces.0)
        );
        let mut second = "Lots of a file are not for sale until it is released.".to_owned();
        if let Some(first) = seen.listed.first() {
            text = format!("{lots}, {} cannot.", cx.numbers.whole(seen.refused));
            second = format!("Lot {} stays: {}.", first.lot, first.why);
        }
        self.form.tell(vec![text, second]);
    }

    pub(super) fn refuse(&mut self, why: &str) {
        self.doing = None;
        self.form.failed = Some(why.to_owned());
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.form.paste(text);
        self.check();
    }

    fn check(&mut self) {
        let long = self.form.value(NEW).trim().chars().count() > MAX_FILE_NAME;
        self.form.mistake(NEW, long.then_some("too long"));
    }

    pub(super) fn on(&mut self, key: Key, cx: &Cx<'_>) -> Done {
        if let Some(op) = self.doing {
            return match key.code {
                Code::Esc => {
                    let cancel = StockRequest::Cancel { op };
                    Done::Effects(vec![Effect::send(OVER, Request::Stock(cancel))])
                }
                _ => Done::Nothing,
            };
        }
        match self.form.on(key) {
            Filled::Cancelled => Done::Closed,
            Filled::Nothing => Done::Nothing,
            Filled::Changed if matches!(self.form.at(), LOTS | INTO) => Done::Effects(self.look()),
            Filled::Changed => {
                self.check();
                Done::Nothing
            }
            Filled::Submitted => {
                let name = self.form.value(NEW).trim().to_owned();
                if !name.is_empty() {
                    let request = StockRequest::PutFile {
                        id: None,
                        name,
                        note: String::new(),
                    };
                    return Done::Effects(vec![Effect::send(OVER, Request::Stock(request))]);
                }
                if let Some(edit) = self.chosen() {
                    return Done::Effects(self.change(edit, cx));
                }
                self.form.go_to(NEW);
                self.form.failed = Some("Name the new file.".into());
                Done::Nothing
            }
        }
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) {
        self.form.draw(canvas, area);
    }
}
