//! How the inventory looks.

use ratatui::layout::Rect;

use super::inventory::{Inventory, is_behind};
use super::inventory_columns::{Laid, draw, is_number, lay};
use crate::domain::rows::{LotRow, LotTotals};
use crate::domain::{Grams, LotColumn, LotShelf};
use crate::tui::canvas::Canvas;
use crate::tui::screen::Cx;
use crate::tui::text::{age, count, width, wrap};
use crate::tui::theme::Role;

/// Columns of the pane at the right.
const PANE: u16 = 40;

impl Inventory {
    /// Draws the inventory.
    pub(super) fn draw_all(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        let area = cx.area;
        self.draw_filter(canvas, area, cx);
        let pane = if cx.wide() { PANE + 2 } else { 0 };
        let rows = Rect {
            y: area.y + 2,
            height: area.height.saturating_sub(3),
            width: area.width.saturating_sub(pane),
            ..area
        };
        if self.window.is_empty() {
            self.draw_nothing(canvas, rows);
        } else {
            self.draw_table(canvas, area, rows, cx);
            if cx.wide() {
                let pane = Rect {
                    x: rows.right() + 2,
                    width: PANE,
                    ..rows
                };
                self.draw_pane(canvas, pane, cx);
            }
        }
        self.draw_foot(canvas, area, cx);
        if let Some(over) = &self.over {
            over.draw(canvas, area, cx);
        }
    }

    fn draw_table(&self, canvas: &mut Canvas<'_>, area: Rect, rows: Rect, cx: &Cx<'_>) {
        let room = usize::from(rows.width).saturating_sub(4);
        let laid = lay(self.columns(), room, cx.compact());
        self.draw_header(canvas, area, &laid, cx);
        let visible = self
            .window
            .cursor
            .visible(self.window.len(), rows.height.into());
        let behind = is_behind(self.mistake.as_ref());
        for (line, at) in visible.enumerate() {
            let selected = at == self.window.cursor.at;
            let row = self.window.row(at);
            let marked = row.is_some_and(|row| self.marks.contains_key(&row.id));
            let look = Look {
                selected,
                marked,
                behind,
            };
            draw_row(canvas, rows, line as u16, row, look, &laid, cx);
        }
    }

    fn draw_header(&self, canvas: &mut Canvas<'_>, area: Rect, laid: &[Laid], cx: &Cx<'_>) {
        let signs = cx.theme.signs();
        let mut pen = canvas.pen(area, 1);
        pen.skip(3);
        for laid in laid {
            let key = self.sort.iter().find(|key| key.column == laid.column);
            let money = matches!(
                laid.column,
                LotColumn::Price | LotColumn::Cost | LotColumn::Value
            );
            let mut title = match laid.column {
                LotColumn::Price if money && !cx.currency().is_empty() => cx.currency().to_owned(),
                column => column.title().to_owned(),
            };
            let mut role = Role::Dim;
            if let Some(key) = key {
                title.push_str(if key.down {
                    signs.falling
                } else {
                    signs.rising
                });
                role = Role::Accent;
            }
            if is_number(laid.column) {
                pen.right(&title, laid.columns, role);
            } else {
                pen.column(&title, laid.columns, role);
            }
            pen.skip(1);
        }
    }

    fn draw_filter(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
        let found = match self.window.total() {
            Some(total) if self.shown.is_some() => {
                let lots = cx.session.overview.as_ref().map(|overview| overview.lots);
                let lots = lots.filter(|_| !cx.compact() && self.shelf == LotShelf::Live);
                match lots {
                    Some(lots) => format!(
                        "{} of {} lots",
                        cx.numbers.whole(total as u64),
                        cx.numbers.whole(lots)
                    ),
                    None => count(cx.numbers, total as u64, "lot", "lots"),
                }
            }
            _ => String::new(),
        };
        let mut pen = canvas.pen(area, 0);
        pen.skip(1);
        pen.put(
            "Filter",
            if self.in_list {
                Role::Dim
            } else {
                Role::Accent
            },
        );
        pen.skip(2);
        let start = pen.x();
        pen.reserve(1);
        pen.at_end(&found, Role::Dim);
        let field = Rect {
            x: start,
            width: area
                .right()
                .saturating_sub(start + width(&found) as u16 + 3),
            height: 1,
            ..area
        };
        let typing = !self.in_list && self.over.is_none();
        self.field.draw(canvas, field, typing, Role::Strong);
        self.underline(canvas, field);
        if self.field.is_empty() {
            let mut pen = canvas.pen(field, 0);
            pen.skip(1);
            pen.fit("color:red qty<5 loc:A-* -sticker", Role::Dim);
        }
    }

    /// What cannot be understood stands in the bad colour.
    fn underline(&self, canvas: &mut Canvas<'_>, field: Rect) {
        let Some(mistake) = &self.mistake else {
            return;
        };
        let text = self.field.text();
        let wrong = text.get(mistake.span.clone()).unwrap_or("");
        let before = width(text.get(..mistake.span.start).unwrap_or(""));
        // A text that is scrolled shows other columns; then the line below says enough.
        if width(&text) < usize::from(field.width) && is_behind(Some(mistake)) {
            let mut pen = canvas.pen(field, 0);
            pen.skip(before);
            pen.put(wrong, Role::Bad);
        }
    }

    fn draw_nothing(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let area = Rect {
            x: area.x + 3,
            width: area.width.saturating_sub(3),
            ..area
        };
        let (text, more) = match &self.shown {
            None => ("Opening the inventory", ""),
            Some(query) if query.text.trim().is_empty() => match query.shelf {
                LotShelf::Live => (
                    "The inventory is empty.",
                    "After Tab, a adds a lot and I brings a list in.",
                ),
                LotShelf::Gone => ("No lot was deleted.", "D shows the live stock again."),
                LotShelf::File(_) => ("This file is empty.", "a adds a lot (after Tab)."),
            },
            Some(_) => ("No lot matches.", "Fewer words find more."),
        };
        canvas.pen(area, 1).fit(text, Role::Text);
        canvas.pen(area, 2).fit(more, Role::Dim);
    }

    /// What is wrong with the filter, else proposals, else sums.
    fn draw_foot(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
        let line = area.height.saturating_sub(1);
        let mut pen = canvas.pen(area, line);
        pen.skip(1);
        if let Some(mistake) = self.mistake.as_ref().filter(|_| !self.in_list) {
            let role = if is_behind(Some(mistake)) {
                Role::Warning
            } else {
                Role::Dim
            };
            pen.fit(
                &format!("expected {mistake}", mistake = lower(&mistake.to_string())),
                role,
            );
            return;
        }
        if !self.in_list && !self.proposals.is_empty() {
            pen.put("Tab ", Role::Dim);
            for (at, (text, lots)) in self.proposals.iter().enumerate() {
                if pen.room() < width(text) + 8 {
                    break;
                }
                pen.put(text, if at == 0 { Role::Accent } else { Role::Text });
                if let Some(lots) = lots {
                    pen.put(&format!(" {}", cx.numbers.whole(*lots)), Role::Dim);
                }
                pen.skip(2);
            }
            return;
        }
        if self.marks.is_empty() {
            pen.fit(&sums(&self.totals, cx), Role::Dim);
        } else {
            let mut totals = LotTotals::default();
            for row in self.marks.values() {
                add(&mut totals, row);
            }
            totals.lots = 0;
            let marked = format!("{} marked   {}", self.marks.len(), sums(&totals, cx));
            pen.fit(&marked, Role::Strong);
        }
    }

    fn draw_pane(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
        let Some(lot) = &self.pane else {
            return;
        };
        let area = self.picture.draw_below(canvas, area);
        let mut line = 0;
        let room = usize::from(area.width);
        canvas.pen(area, line).fit(&lot.item.no, Role::Strong);
        for text in wrap(&lot.name, room).into_iter().take(2) {
            line += 1;
            canvas.pen(area, line).fit(&text, Role::Text);
        }
        line += 1;
        canvas.pen(area, line).color(&lot.color, room, Role::Text);
        line += 1;
        for (name, text) in facts(lot, cx) {
            if text.is_empty() {
                continue;
            }
            line += 1;
            let mut pen = canvas.pen(area, line);
            pen.column(name, 11, Role::Dim);
            pen.fit(&text, Role::Text);
        }
    }
}

fn facts(lot: &LotRow, cx: &Cx<'_>) -> Vec<(&'static str, String)> {
    let number = |number: u32| {
        if number == 0 {
            String::new()
        } else {
            cx.numbers.whole(number)
        }
    };
    let tiers: Vec<String> = lot
        .tiers
        .iter()
        .filter(|tier| tier.quantity > 0)
        .map(|tier| format!("{} @ {}", tier.quantity, cx.numbers.price(tier.price)))
        .collect();
    vec![
        ("Condition", lot.condition.word().to_owned()),
        (
            "Complete",
            lot.completeness
                .map_or_else(String::new, |sub| sub.word().to_owned()),
        ),
        ("For sale", cx.numbers.whole(lot.stock.available)),
        ("Promised", number(lot.stock.reserved)),
        ("Sold", number(lot.stock.sold)),
        (
            "Price",
            format!("{} {}", cx.numbers.price(lot.price), cx.currency()),
        ),
        (
            "Cost",
            if lot.cost.raw() == 0 {
                String::new()
            } else {
                cx.numbers.price(lot.cost)
            },
        ),
        ("Location", lot.place.raw().to_owned()),
        ("Remarks", lot.remarks.clone()),
        ("Comments", lot.comments.clone()),
        ("Tags", lot.tags.join(", ")),
        ("Tiers", tiers.join(", ")),
        (
            "Sale",
            if lot.sale == 0 {
                String::new()
            } else {
                format!("{}%", lot.sale)
            },
        ),
        (
            "Bulk",
            if lot.bulk > 1 {
                lot.bulk.to_string()
            } else {
                String::new()
            },
        ),
        (
            "Stockroom",
            lot.stockroom.map_or_else(String::new, String::from),
        ),
        (
            "Retain",
            if lot.retain {
                "yes".into()
            } else {
                String::new()
            },
        ),
        ("Kept for", lot.reserved_for.clone()),
        ("Category", lot.category.clone()),
        (
            "BrickLink",
            lot.bricklink_lot
                .map_or_else(String::new, |number| number.to_string()),
        ),
        ("Lot", lot.id.to_string()),
        ("Added", age(lot.created, cx.now)),
        (
            "Changed",
            format!("{} by {}", age(lot.changed, cx.now), lot.changed_by),
        ),
    ]
}

fn lower(text: &str) -> String {
    text.strip_prefix("Expected ").unwrap_or(text).to_owned()
}

fn add(totals: &mut LotTotals, row: &LotRow) {
    let pieces = row.stock.available;
    totals.lots += 1;
    totals.pieces += u64::from(pieces);
    let times = |price: crate::domain::Money| price.times(i64::from(pieces)).unwrap_or_default();
    totals.value = totals.value.plus(times(row.price)).unwrap_or(totals.value);
    totals.cost = totals.cost.plus(times(row.cost)).unwrap_or(totals.cost);
    match row.weight {
        Some(weight) => totals.milligrams += u64::from(weight) * u64::from(pieces),
        None => totals.unweighed += 1,
    }
}

fn sums(totals: &LotTotals, cx: &Cx<'_>) -> String {
    let mut parts = Vec::new();
    if totals.lots > 0 {
        parts.push(count(cx.numbers, u64::from(totals.lots), "lot", "lots"));
    }
    parts.push(format!("{} pcs", cx.numbers.whole(totals.pieces)));
    parts.push(format!(
        "{} {}",
        cx.numbers.sum(totals.value),
        cx.currency()
    ));
    if totals.cost.raw() != 0 {
        parts.push(format!("cost {}", cx.numbers.sum(totals.cost)));
    }
    if totals.milligrams > 0 {
        let more = if totals.unweighed > 0 { "+" } else { "" };
        parts.push(format!("{}{more}", weight(totals.milligrams)));
    }
    parts.join("   ")
}

fn weight(milligrams: u64) -> String {
    match u32::try_from(milligrams) {
        Ok(small) if small < 1_000_000 => Grams(small).to_string(),
        _ => format!(
            "{}.{} kg",
            milligrams / 1_000_000,
            milligrams / 100_000 % 10
        ),
    }
}

#[derive(Clone, Copy)]
struct Look {
    selected: bool,
    marked: bool,
    /// The filter says something else by now.
    behind: bool,
}

fn draw_row(
    canvas: &mut Canvas<'_>,
    area: Rect,
    line: u16,
    row: Option<&LotRow>,
    look: Look,
    laid: &[Laid],
    cx: &Cx<'_>,
) {
    let signs = cx.theme.signs();
    let mut pen = canvas.pen(area, line);
    pen.skip(1);
    if look.selected {
        pen.put(signs.cursor, Role::Accent);
    } else if look.marked {
        pen.put(signs.mark, Role::Accent);
    } else {
        pen.skip(1);
    }
    pen.skip(1);
    if look.selected {
        pen.select();
    }
    let Some(lot) = row else {
        pen.put(signs.ellipsis, Role::Dim);
        return;
    };
    if look.behind && !look.selected {
        pen.select_as(Role::Dim);
    }
    let mut over = 0;
    for laid in laid {
        over = draw(&mut pen, lot, *laid, over, cx);
    }
}
