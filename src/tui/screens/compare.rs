//! Two lists of lots side by side: which articles only one of them has, which pieces and prices differ.

use ratatui::layout::Rect;

use crate::api::{Answer, Event, Reply, Request, StockRequest, Topic};
use crate::domain::lot_compare::{CompareKind, CompareRow, CompareSide};
use crate::domain::{ComparePage, CompareQuery, LotQuery};
use crate::tui::action::Action;
use crate::tui::canvas::{Canvas, Pen};
use crate::tui::effect::{Destination, Effect, Tag};
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Mode, Screen, ScreenEvent};
use crate::tui::text::{count, width};
use crate::tui::theme::Role;
use crate::tui::widgets::list::Cursor;

const FIRST: Tag = 1;
const MORE: Tag = 2;
/// Articles that are asked for at once.
const PAGE: u16 = 200;

/// Two lists side by side.
#[derive(Debug)]
pub struct Comparison {
    query: CompareQuery,
    page: Option<ComparePage>,
    problem: Option<String>,
    cursor: Cursor,
    asked: bool,
    again: bool,
}

impl Comparison {
    /// Of these lists.
    pub fn of(query: CompareQuery) -> Self {
        Self {
            query,
            page: None,
            problem: None,
            cursor: Cursor::default(),
            asked: false,
            again: false,
        }
    }

    fn rows(&self) -> &[CompareRow] {
        self.page.as_ref().map_or(&[], |page| &page.rows)
    }

    fn ask(&mut self) -> Vec<Effect> {
        if self.asked {
            self.again = true;
            return Vec::new();
        }
        self.asked = true;
        vec![self.request(FIRST, 0)]
    }

    fn request(&self, tag: Tag, offset: u32) -> Effect {
        let request = StockRequest::Compare {
            query: self.query.clone(),
            offset,
            rows: PAGE,
        };
        Effect::send(tag, Request::Stock(request))
    }

    /// Asks for the next articles when the last one that is known comes into sight.
    fn reach(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let known = self.rows().len();
        let total = self.page.as_ref().map_or(0, |page| page.total);
        let near = self.cursor.at + height(cx) >= known;
        if self.asked || !near || known as u64 >= u64::from(total) {
            return Vec::new();
        }
        self.asked = true;
        vec![self.request(MORE, u32::try_from(known).unwrap_or(u32::MAX))]
    }

    fn answered(&mut self, tag: Tag, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        self.asked = false;
        if std::mem::take(&mut self.again) {
            return self.ask();
        }
        match (answer, &mut self.page) {
            (Ok(Reply::Compared(more)), Some(page)) if tag == MORE => {
                if more.rows.is_empty() {
                    page.total = u32::try_from(page.rows.len()).unwrap_or(u32::MAX);
                }
                page.rows.extend(more.rows);
            }
            (Ok(Reply::Compared(page)), _) => {
                (self.page, self.problem) = (Some(*page), None);
            }
            (Ok(_), _) => {}
            (Err(error), _) => self.problem = Some(error.message),
        }
        self.cursor.settle(self.rows().len(), height(cx));
        Vec::new()
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Effect> {
        match action {
            Action::Back => return vec![Effect::Back],
            Action::NextKind => {
                let at = self
                    .query
                    .only
                    .and_then(|only| CompareKind::ALL.iter().position(|kind| *kind == only));
                let next = at.map_or(0, |at| at + 1);
                self.query.only = CompareKind::ALL.get(next).copied();
                self.cursor = Cursor::default();
                return self.ask();
            }
            Action::Open => {
                let row = self.rows().get(self.cursor.at);
                return row.map(|row| self.lots_of(row)).into_iter().collect();
            }
            action => {
                let len = self.rows().len();
                self.cursor.on(action, len, height(cx));
            }
        }
        self.reach(cx)
    }

    /// The lots of an article, in the list that has it.
    fn lots_of(&self, row: &CompareRow) -> Effect {
        let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        let text = format!(
            "no=\"{}\" color=\"{}\" cond:{}",
            quoted(&row.item.no),
            quoted(&row.color.name),
            row.condition.word()
        );
        let query = LotQuery {
            shelf: if row.first.lots > 0 {
                self.query.first
            } else {
                self.query.second
            },
            ..LotQuery::text(text)
        };
        Effect::Go(Destination::InventoryOf(Box::new(query)))
    }
}

fn height(cx: &Cx<'_>) -> usize {
    usize::from(cx.area.height.saturating_sub(3)).max(1)
}

/// What the kind is called on this screen.
const fn words(only: Option<CompareKind>) -> &'static str {
    match only {
        None => "all that differ",
        Some(CompareKind::OnlyFirst) => "only in the first",
        Some(CompareKind::OnlySecond) => "only in the second",
        Some(CompareKind::Pieces) => "other pieces",
        Some(CompareKind::Prices) => "other prices",
        Some(CompareKind::Same) => "the same",
    }
}

impl Screen for Comparison {
    fn context(&self) -> Context {
        Context::Compare
    }

    fn mode(&self) -> Mode {
        Mode::Commands
    }

    fn has_compact_layout(&self) -> bool {
        true
    }

    fn hints(&self) -> Vec<Action> {
        vec![Action::NextKind, Action::Open, Action::Back]
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        match event {
            ScreenEvent::Shown | ScreenEvent::Back => self.ask(),
            ScreenEvent::Told(event) => match *event {
                Event::Resync
                | Event::Changed {
                    topic: Topic::Inventory | Topic::Files,
                    ..
                } => self.ask(),
                _ => Vec::new(),
            },
            ScreenEvent::Resized => {
                self.cursor.settle(self.rows().len(), height(cx));
                self.reach(cx)
            }
            ScreenEvent::Do(action) => self.act(action, cx),
            ScreenEvent::Answered(tag, answer) => self.answered(tag, *answer, cx),
            _ => Vec::new(),
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        let area = Rect {
            x: cx.area.x + 1,
            width: cx.area.width.saturating_sub(2),
            ..cx.area
        };
        if let Some(problem) = &self.problem {
            canvas.pen(area, 0).fit(problem, Role::Bad);
            let text = "Nothing was changed. Esc goes back.";
            canvas.pen(area, 1).fit(text, Role::Dim);
            return;
        }
        let Some(page) = &self.page else {
            canvas.pen(area, 0).fit("Comparing", Role::Dim);
            return;
        };
        self.draw_head(canvas, area, page, cx);
        let rows = Rect {
            y: area.y + 3,
            height: area.height.saturating_sub(3),
            ..area
        };
        if page.rows.is_empty() {
            let text = match self.query.only {
                None => "Nothing differs. f shows what only the second list has.",
                Some(_) => "There is no such article. f shows the next kind.",
            };
            canvas.pen(rows, 0).fit(text, Role::Text);
            return;
        }
        let columns = Columns::of(area.width);
        columns.head(&mut canvas.pen(area, 2));
        let visible = self.cursor.visible(page.rows.len(), rows.height.into());
        for (line, at) in visible.enumerate() {
            let mut pen = canvas.pen(rows, line as u16);
            if at == self.cursor.at {
                pen.put(cx.theme.signs().cursor, Role::Accent);
                pen.skip(1);
                pen.select();
            } else {
                pen.skip(2);
            }
            columns.draw(&mut pen, &page.rows[at], cx);
        }
    }
}

impl Comparison {
    fn draw_head(&self, canvas: &mut Canvas<'_>, area: Rect, page: &ComparePage, cx: &Cx<'_>) {
        let number = |count: u32| cx.numbers.whole(count);
        let shown = format!(
            "{}: {}",
            words(self.query.only),
            count(cx.numbers, page.total.into(), "article", "articles")
        );
        let mut names = area;
        if !cx.compact() {
            canvas.pen(area, 0).at_end(&shown, Role::Dim);
            names.width = area.width.saturating_sub(width(&shown) as u16 + 2);
        }
        let mut pen = canvas.pen(names, 0);
        pen.put("1 ", Role::Dim);
        pen.put(&page.first, Role::Strong);
        pen.put("   2 ", Role::Dim);
        pen.fit(&page.second, Role::Strong);
        let [first, second, pieces, prices, same] = page.counts;
        let text = if cx.compact() {
            shown
        } else {
            format!(
                "{} only in 1   {} only in 2   {} other pieces   {} other prices   {} the same",
                number(first),
                number(second),
                number(pieces),
                number(prices),
                number(same)
            )
        };
        canvas.pen(area, 1).fit(&text, Role::Text);
    }
}

/// Widths of the columns; 0 leaves one out.
struct Columns {
    no: usize,
    name: usize,
    color: usize,
    condition: usize,
    pieces: usize,
    price: usize,
}

impl Columns {
    const fn of(width: u16) -> Self {
        let wide = width as usize;
        if width < 60 {
            return Self {
                no: 11,
                name: 0,
                color: wide.saturating_sub(2 + 11 + 16),
                condition: 0,
                pieces: 8,
                price: 0,
            };
        }
        Self {
            no: 12,
            name: if wide >= 110 {
                wide.saturating_sub(110) + 30
            } else {
                0
            },
            color: 16,
            condition: 5,
            pieces: 9,
            price: 10,
        }
    }

    fn head(&self, pen: &mut Pen<'_, '_>) {
        pen.skip(2);
        pen.column("Item", self.no, Role::Dim);
        if self.name > 0 {
            pen.column("Name", self.name, Role::Dim);
        }
        pen.column("Colour", self.color, Role::Dim);
        pen.column("Cond", self.condition, Role::Dim);
        for (pieces, price) in [("1: pcs", "price"), ("2: pcs", "price")] {
            pen.right(pieces, self.pieces, Role::Dim);
            if self.price > 0 {
                pen.right(price, self.price, Role::Dim);
            }
        }
    }

    fn draw(&self, pen: &mut Pen<'_, '_>, row: &CompareRow, cx: &Cx<'_>) {
        // A number is never cut: a long one takes from the colour.
        let over = (width(&row.item.no) + 1).saturating_sub(self.no);
        pen.column(&row.item.no, self.no + over, Role::Text);
        if self.name > 0 {
            pen.column(&row.name, self.name - 1, Role::Text);
            pen.skip(1);
        }
        if self.color > over + 1 {
            pen.color(&row.color, self.color - over - 1, Role::Text);
            pen.skip(1);
        }
        if self.condition > 0 {
            pen.column(row.condition.word(), self.condition, Role::Text);
        }
        let both = row.first.lots > 0 && row.second.lots > 0;
        let pieces = both && row.first.pieces != row.second.pieces;
        let prices = both
            && (row.first.lowest, row.first.highest) != (row.second.lowest, row.second.highest);
        for side in [&row.first, &row.second] {
            self.side(pen, side, (pieces, prices), cx);
        }
        if pieces && self.price > 0 {
            let more = row.second.pieces > row.first.pieces;
            let by = cx
                .numbers
                .whole(row.second.pieces.abs_diff(row.first.pieces));
            let sign = if more { '+' } else { '−' };
            pen.fit(&format!("  {sign}{by}"), Role::Warning);
        }
    }

    fn side(
        &self,
        pen: &mut Pen<'_, '_>,
        side: &CompareSide,
        (pieces, prices): (bool, bool),
        cx: &Cx<'_>,
    ) {
        let role = |differs| if differs { Role::Warning } else { Role::Text };
        let none = cx.theme.signs().none;
        if side.lots == 0 {
            pen.right(none, self.pieces, Role::Dim);
            pen.skip(self.price);
            return;
        }
        pen.right(&cx.numbers.whole(side.pieces), self.pieces, role(pieces));
        if self.price > 0 {
            let mut price = cx.numbers.price(side.lowest);
            if side.lowest != side.highest {
                price.push('+');
            }
            pen.right(&price, self.price, role(prices));
        }
    }
}
