//! The line in which a change of many lots is written, with what it would do shown while one types.

use std::time::Duration;

use ratatui::layout::Rect;

use super::inventory::{DEED, OVER};
use super::inventory_forms::Done;
use super::price_fetch;
use crate::api::{Answer, Reply, Request, StockRequest};
use crate::domain::edit::{EditMistake, Edits};
use crate::domain::rows::{ChangeRow, EditPreview};
use crate::domain::{LotId, LotQuery, OperationId, Which};
use crate::tui::canvas::Canvas;
use crate::tui::effect::Effect;
use crate::tui::key::{Code, Key};
use crate::tui::screen::Cx;
use crate::tui::text::count;
use crate::tui::theme::Role;
use crate::tui::widgets::field::Field;

/// The server is asked after so much rest.
const RESTED: Duration = Duration::from_millis(120);

/// A change while it is written.
#[derive(Debug)]
pub(super) struct ChangeLine {
    field: Field,
    lots: Vec<LotId>,
    query: LotQuery,
    /// All that match, not only those that are marked.
    all: bool,
    mistake: Option<EditMistake>,
    preview: Option<EditPreview>,
    /// The text that the preview was asked for.
    asked: Option<(String, bool)>,
    failed: Option<String>,
    /// It is being done.
    doing: Option<OperationId>,
    /// What is being done is fetching prices.
    fetching: bool,
    /// What became of fetching prices.
    told: Option<String>,
}

impl ChangeLine {
    pub(super) fn new(text: &str, lots: Vec<LotId>, query: LotQuery, all: bool) -> Self {
        Self {
            field: Field::with(text),
            lots,
            query,
            all,
            mistake: None,
            preview: None,
            asked: None,
            failed: None,
            doing: None,
            fetching: false,
            told: None,
        }
    }

    fn which(&self) -> Which {
        if self.all {
            Which::Matching(self.query.clone())
        } else {
            Which::Lots(self.lots.clone())
        }
    }

    /// Asks what it would do, if it can be understood and was not asked already.
    pub(super) fn look(&mut self) -> Vec<Effect> {
        let text = self.field.text();
        let edits = match Edits::parse(&text) {
            Ok(edits) => edits,
            Err(mistake) => {
                self.mistake = Some(mistake);
                self.preview = None;
                return Vec::new();
            }
        };
        self.mistake = None;
        let question = (text, self.all);
        if self.asked.as_ref() == Some(&question) {
            return Vec::new();
        }
        self.asked = Some(question);
        let request = StockRequest::Preview {
            which: self.which(),
            edits,
        };
        vec![Effect::send(OVER, Request::Stock(request))]
    }

    pub(super) fn answered(&mut self, answer: Answer) -> Vec<Effect> {
        match answer {
            Ok(Reply::EditPreview(preview)) => {
                self.failed = None;
                self.preview = Some(*preview);
            }
            Ok(Reply::PricesFetched(done)) => {
                self.doing = None;
                self.fetching = false;
                self.told = Some(price_fetch::outcome(&done));
                // What it would do is different now.
                self.asked = None;
                return self.look();
            }
            Ok(_) => {}
            Err(error) => {
                if std::mem::take(&mut self.fetching) {
                    self.doing = None;
                } else {
                    self.preview = None;
                }
                self.failed = Some(error.message);
            }
        }
        Vec::new()
    }

    pub(super) fn refuse(&mut self, why: &str) {
        self.doing = None;
        self.failed = Some(why.to_owned());
    }

    pub(super) fn on(&mut self, key: Key, cx: &Cx<'_>) -> Done {
        if let Some(op) = self.doing {
            return match key.code {
                Code::Esc => Done::Effects(vec![Effect::send(
                    OVER,
                    Request::Stock(StockRequest::Cancel { op }),
                )]),
                _ => Done::Nothing,
            };
        }
        match (key.code, key.ctrl) {
            (Code::Esc, _) => Done::Closed,
            (Code::Enter, _) => self.submit(cx),
            (Code::Char('a'), true) if !self.lots.is_empty() => {
                self.all = !self.all;
                Done::Effects(self.look())
            }
            (Code::Char('f'), true) => self.fetch(cx),
            _ => {
                if self.field.on(key) {
                    self.failed = None;
                    self.told = None;
                    self.mistake = Edits::parse(&self.field.text()).err();
                }
                Done::Effects(vec![Effect::After(RESTED, OVER)])
            }
        }
    }

    pub(super) fn paste(&mut self, text: &str) -> Vec<Effect> {
        self.field.insert(text.trim());
        vec![Effect::After(RESTED, OVER)]
    }

    fn submit(&mut self, cx: &Cx<'_>) -> Done {
        match Edits::parse(&self.field.text()) {
            Err(mistake) => {
                self.mistake = Some(mistake);
                Done::Nothing
            }
            Ok(edits) => {
                let op = cx.operation();
                self.doing = Some(op);
                let request = StockRequest::Change {
                    which: self.which(),
                    edits,
                    why: String::new(),
                    op,
                };
                Done::Effects(vec![Effect::send(DEED, Request::Stock(request))])
            }
        }
    }

    /// Fetches what the price guide lacks, where anybody can be asked.
    fn fetch(&mut self, cx: &Cx<'_>) -> Done {
        let need = self.preview.as_ref().and_then(|seen| seen.guide.as_ref());
        let may = need.is_some_and(|need| need.calls > 0 && need.barred.is_empty());
        let (true, Ok(edits)) = (may, Edits::parse(&self.field.text())) else {
            return Done::Nothing;
        };
        let op = cx.operation();
        self.doing = Some(op);
        self.fetching = true;
        self.told = None;
        let request = StockRequest::FetchPrices {
            which: self.which(),
            edits,
            op,
        };
        Done::Effects(vec![Effect::send(OVER, Request::Stock(request))])
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
        let height = 11.min(area.height);
        let frame = Rect {
            y: area.bottom().saturating_sub(height),
            height,
            ..area
        };
        canvas.hide_cursor();
        let what = if self.all {
            let total = self.preview.as_ref().map_or(0, |seen| u64::from(seen.lots));
            match total {
                0 => "Change all that match".to_owned(),
                total => format!("Change all {}", count(cx.numbers, total, "lot", "lots")),
            }
        } else {
            format!(
                "Change {}",
                count(cx.numbers, self.lots.len() as u64, "lot", "lots")
            )
        };
        let inner = canvas.frame(frame, &what);
        let line = Rect { height: 1, ..inner };
        self.field.draw(canvas, line, true, Role::Strong);
        let mut at = 1;
        if let Some(failed) = &self.failed {
            canvas.pen(inner, at).fit(failed, Role::Bad);
        } else if let Some(mistake) = &self.mistake {
            let role = if mistake.unfinished {
                Role::Dim
            } else {
                Role::Warning
            };
            canvas.pen(inner, at).fit(&mistake.message, role);
        } else if let Some(seen) = &self.preview {
            canvas.pen(inner, at).fit(&sums(seen, cx), Role::Text);
            for (text, role) in price_fetch::lines(seen, self.told.as_deref(), cx) {
                at += 1;
                canvas.pen(inner, at).fit(&text, role);
            }
            for example in &seen.examples {
                at += 1;
                if at + 1 >= inner.height {
                    break;
                }
                canvas.pen(inner, at).fit(&words(example, cx), Role::Dim);
            }
            let first = seen.listed.first();
            if let Some(refused) = first.filter(|_| at + 2 < inner.height) {
                let text = format!("lot {} stays: {}", refused.lot, refused.why);
                canvas.pen(inner, at + 1).fit(&text, Role::Warning);
            }
        }
        let keys = match (self.doing.is_some(), self.lots.is_empty()) {
            (true, _) if self.fetching => "Fetching prices. Esc stops; what has come is kept",
            (true, _) => "Esc cancels and takes back what was done",
            (_, true) => {
                "Enter do it   Esc back   qty=-1  price=*1.05 floor cost  loc=A-1  tags+=x"
            }
            _ if self.all => "Enter do it   Ctrl+A only the chosen ones   Esc back",
            _ => "Enter do it   Ctrl+A all that match   Esc back   price=*1.05 floor cost",
        };
        canvas
            .pen(inner, inner.height.saturating_sub(1))
            .fit(keys, Role::Dim);
    }
}

fn sums(seen: &EditPreview, cx: &Cx<'_>) -> String {
    let mut text = format!(
        "{} change",
        count(cx.numbers, u64::from(seen.changed), "lot", "lots")
    );
    if seen.same > 0 {
        text = format!("{text}, {} are so already", cx.numbers.whole(seen.same));
    }
    if seen.refused > 0 {
        text = format!("{text}, {} cannot", cx.numbers.whole(seen.refused));
    }
    if seen.pieces.0 != seen.pieces.1 {
        text = format!(
            "{text}; {} → {} pcs",
            cx.numbers.whole(seen.pieces.0),
            cx.numbers.whole(seen.pieces.1)
        );
    }
    if seen.value.0 != seen.value.1 {
        text = format!(
            "{text}; {} → {} {}",
            cx.numbers.sum(seen.value.0),
            cx.numbers.sum(seen.value.1),
            cx.currency()
        );
    }
    text
}

/// One example: what it is, and each field before and after.
pub(super) fn words(row: &ChangeRow, cx: &Cx<'_>) -> String {
    let mut parts = Vec::new();
    if row.available.0 != row.available.1 {
        parts.push(format!(
            "qty {} → {}",
            cx.numbers.whole(row.available.0),
            cx.numbers.whole(row.available.1)
        ));
    }
    for change in &row.changes {
        parts.push(format!(
            "{} {} → {}",
            change.field.word(),
            change.before,
            change.after
        ));
    }
    format!("{}  {}", row.item, parts.join(", "))
}
