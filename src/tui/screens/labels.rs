//! The form for labels, the same on every screen that has something to label: what, on which paper, and
//! where they go. The server draws them; the terminal's own side writes or prints them.

use ratatui::layout::Rect;

use crate::api::{Answer, Reply, Request, StockRequest};
use crate::domain::ListExport;
use crate::domain::label_job::{LabelFormat, LabelJob, LabelPaper, LabelsOf};
use crate::tui::canvas::Canvas;
use crate::tui::effect::{Delivery, Effect, Tag};
use crate::tui::key::{Code, Key};
use crate::tui::screen::Cx;
use crate::tui::text::count;
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Filled, Form};

/// Answers about labels.
pub(super) const LABELS: Tag = 0xE0;

const KIND: usize = 0;
const FORMAT: usize = 1;
const PAPER: usize = 2;
const FIRST: usize = 3;
const DOTS: usize = 4;
const SYMBOL: usize = 5;
const WHERE: usize = 6;
const PATH: usize = 7;

const SHEET: &str = "a4-24";
const SINGLE: &str = "62x29";
const RESOLUTIONS: [u16; 3] = [203, 300, 600];

/// The form while it is open.
#[derive(Debug)]
pub(super) struct LabelForm {
    of: Vec<LabelsOf>,
    form: Form,
    drawn: Option<Box<ListExport>>,
    bytes: Vec<u8>,
    /// Labels are on their way.
    waiting: bool,
}

/// What became of the form.
#[derive(Debug)]
pub(super) enum Labelled {
    /// It stays open.
    Open(Vec<Effect>),
    /// It is to be closed.
    Closed(Vec<Effect>),
}

impl LabelForm {
    /// For one of these, each with its words.
    pub(super) fn of(kinds: Vec<(String, LabelsOf)>) -> Self {
        let words: Vec<&str> = kinds.iter().map(|(words, _)| words.as_str()).collect();
        let form = Form::new("Labels")
            .about("Paper: a sheet (a4-24, a4-65, letter-30) or one size in mm (62x29).")
            .choice("For", &words, 0)
            .choice("As", &["PDF", "ZPL", "PNG"], 0)
            .text("Paper", SHEET)
            .text("First label", "1")
            .choice("Dots an inch", &["203", "300", "600"], 1)
            .choice("Code", &["QR", "DataMatrix"], 0)
            .choice("To", &["file", "printer"], 0)
            .text("Path", "labels.pdf")
            .keys("Enter next, at the end make them   Ctrl+S make them   Esc back");
        Self {
            of: kinds.into_iter().map(|(_, of)| of).collect(),
            form,
            drawn: None,
            bytes: Vec::new(),
            waiting: false,
        }
    }

    pub(super) fn paste(&mut self, text: &str) {
        if !self.waiting {
            self.form.paste(text);
        }
    }

    pub(super) fn refuse(&mut self, why: &str) {
        self.waiting = false;
        self.form.failed = Some(why.to_owned());
    }

    pub(super) fn on(&mut self, key: Key) -> Labelled {
        if self.waiting {
            return match key.code {
                Code::Esc => Labelled::Closed(Vec::new()),
                _ => Labelled::Open(Vec::new()),
            };
        }
        if key == Key::ctrl('s') {
            return Labelled::Open(self.submit());
        }
        match self.form.on(key) {
            Filled::Cancelled => Labelled::Closed(Vec::new()),
            Filled::Submitted => Labelled::Open(self.submit()),
            Filled::Changed => {
                self.follow();
                Labelled::Open(Vec::new())
            }
            Filled::Nothing => Labelled::Open(Vec::new()),
        }
    }

    /// Another form needs other paper, as long as nobody wrote their own.
    fn follow(&mut self) {
        if self.form.at() != FORMAT {
            return;
        }
        let (usual, ending) = match self.form.chosen(FORMAT) {
            0 => (SHEET, "pdf"),
            1 => (SINGLE, "zpl"),
            _ => (SINGLE, "png"),
        };
        if [SHEET, SINGLE].contains(&self.form.value(PAPER).as_str()) {
            self.form.set(PAPER, usual);
        }
        if let Some((name, "pdf" | "zpl" | "png")) = self.form.value(PATH).rsplit_once('.') {
            self.form.set(PATH, &format!("{name}.{ending}"));
        }
    }

    fn job(&self) -> Result<LabelJob, (usize, &'static str)> {
        let of = self.of.get(self.form.chosen(KIND));
        let of = of.ok_or((KIND, "There is nothing here to label."))?.clone();
        let paper = self.form.value(PAPER).trim().to_owned();
        if paper.is_empty() {
            return Err((PAPER, "Name a sheet, or a size such as 62x29."));
        }
        let first = self.form.value(FIRST).trim().parse().ok();
        let first = first.filter(|first: &u16| *first > 0);
        let first = first.ok_or((FIRST, "The first label is a number from 1."))?;
        if self.form.chosen(WHERE) == 0 && self.form.value(PATH).trim().is_empty() {
            return Err((PATH, "Name the file, such as labels.pdf."));
        }
        let dots = RESOLUTIONS[self.form.chosen(DOTS).min(2)];
        let sized = paper
            .split_once('x')
            .is_some_and(|(w, h)| w.starts_with(|c: char| c.is_ascii_digit()) && !h.is_empty());
        Ok(LabelJob {
            of,
            paper: if sized {
                LabelPaper::Size(paper)
            } else {
                LabelPaper::Sheet(paper, first)
            },
            format: match self.form.chosen(FORMAT) {
                0 => LabelFormat::Pdf,
                1 => LabelFormat::Zpl(dots),
                _ => LabelFormat::Png(dots),
            },
            data_matrix: self.form.chosen(SYMBOL) == 1,
        })
    }

    fn submit(&mut self) -> Vec<Effect> {
        match self.job() {
            Err((row, why)) => {
                self.form.go_to(row);
                self.form.failed = Some(why.to_owned());
                Vec::new()
            }
            Ok(job) => {
                self.waiting = true;
                self.form.failed = None;
                let job = Box::new(job);
                vec![Effect::send(
                    LABELS,
                    Request::Stock(StockRequest::Labels { job }),
                )]
            }
        }
    }

    /// Takes an answer: drawn, then piece by piece; the last one is empty.
    pub(super) fn answered(&mut self, answer: Answer, cx: &Cx<'_>) -> Labelled {
        if !self.waiting {
            return Labelled::Open(Vec::new());
        }
        match answer {
            Ok(Reply::Exported(drawn)) => {
                self.bytes.clear();
                let next = drawn.parcel;
                self.drawn = Some(drawn);
                Labelled::Open(next.map(|id| piece(id, 0)).into_iter().collect())
            }
            Ok(Reply::Piece(more)) if more.is_empty() => Labelled::Closed(self.deliver(cx)),
            Ok(Reply::Piece(more)) => {
                self.bytes.extend(more);
                let id = self.drawn.as_ref().and_then(|drawn| drawn.parcel);
                let next = id.map(|id| piece(id, self.bytes.len() as u64));
                Labelled::Open(next.into_iter().collect())
            }
            Ok(_) => Labelled::Open(Vec::new()),
            Err(error) => {
                self.refuse(&error.message);
                Labelled::Open(Vec::new())
            }
        }
    }

    fn deliver(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let Some(drawn) = self.drawn.take() else {
            return Vec::new();
        };
        let mut what = count(cx.numbers, drawn.lots, "label", "labels");
        let mut effects = Vec::new();
        if let Some(row) = drawn.left_out.rows.first() {
            let left = cx.numbers.whole(drawn.left_out.count);
            what = format!("{what} ({left} could not be drawn: {})", row.reason);
        }
        let path = self.form.value(PATH).trim().to_owned();
        effects.push(Effect::Deliver(Box::new(Delivery {
            what,
            path: (self.form.chosen(WHERE) == 0).then_some(path),
            bytes: std::mem::take(&mut self.bytes),
        })));
        effects
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) {
        self.form.draw(canvas, area);
        if self.waiting && area.height > 0 {
            let line = Rect {
                y: area.bottom() - 1,
                height: 1,
                ..area
            };
            canvas
                .pen(line, 0)
                .fit(" Drawing labels …   Esc leaves it", Role::Info);
        }
    }
}

fn piece(id: u64, offset: u64) -> Effect {
    Effect::send(LABELS, Request::Stock(StockRequest::Parcel { id, offset }))
}

impl Labelled {
    /// What is to be done; a form that is closed goes.
    pub(super) fn settle(self, form: &mut Option<Box<LabelForm>>) -> Vec<Effect> {
        match self {
            Self::Open(effects) => effects,
            Self::Closed(effects) => {
                *form = None;
                effects
            }
        }
    }
}
