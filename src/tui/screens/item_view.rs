//! How an item looks: facts and colours, then the shop's lots and what is similar; beside each other
//! where there is room.

use ratatui::layout::Rect;

use super::item::ItemScreen;
use crate::domain::market::Trouble;
use crate::domain::rows::{FactsRow, ItemColorRow, ItemDetail, ItemRow, LotRow};
use crate::domain::{Freshness, Obsolete};
use crate::tui::action::Action;
use crate::tui::canvas::{Canvas, Pen};
use crate::tui::screen::Cx;
use crate::tui::text::{age, count, until, width, wrap};
use crate::tui::theme::Role;
use crate::tui::widgets::prices;

/// From so many lines on there is room for a picture above the lots.
const PICTURE_FROM: u16 = 26;
/// From so many columns and lines on there is room for a small one beside the only column.
const SMALL_FROM: (u16, u16) = (78, 12);
/// Columns of a small one, with the gap before it.
const SMALL: u16 = 22;

/// A line of the page.
#[derive(Debug, Clone)]
pub(super) enum Line<'a> {
    /// Nothing.
    Blank,
    /// What the following lines are.
    Heading(String),
    /// A fact with its name.
    Fact(&'static str, String, Role),
    /// Where facts come from.
    Origin(&'a FactsRow),
    /// Why they could not be fetched last, and when it is tried again.
    Trouble(&'a Trouble),
    /// A colour.
    Color(&'a ItemColorRow),
    /// A lot of the shop.
    Lot(&'a LotRow),
    /// A similar item.
    Similar(&'a ItemRow),
}

impl Line<'_> {
    /// Whether one can walk to it.
    pub(super) const fn leads(&self) -> bool {
        !matches!(self, Self::Blank | Self::Heading(_) | Self::Trouble(_))
    }
}

/// The lines, left and right; all of them left where there is no room for two columns.
pub(super) fn columns<'a>(
    screen: &'a ItemScreen,
    detail: &'a ItemDetail,
    cx: &Cx<'_>,
) -> (Vec<Line<'a>>, Vec<Line<'a>>) {
    let mut left = facts(detail, cx);
    if let Some(sheet) = screen.sheet().filter(|_| !has_pane(cx)) {
        let facts = prices::facts(sheet, cx).into_iter();
        left.extend(facts.map(|(name, text, role)| Line::Fact(name, text, role)));
    }
    left.push(Line::Blank);
    let colors = detail.colors.len() as u64;
    left.push(Line::Heading(if colors == 0 {
        "No colours are known yet".to_owned()
    } else {
        format!(
            "Known in {}",
            count(cx.numbers, colors, "colour", "colours")
        )
    }));
    left.extend(detail.colors.iter().map(Line::Color));
    let mut right = Vec::new();
    let lots = detail.lots.len() as u64;
    right.push(Line::Heading(if lots == 0 {
        "The shop has none".to_owned()
    } else {
        format!("The shop has {}", count(cx.numbers, lots, "lot", "lots"))
    }));
    right.extend(detail.lots.iter().map(Line::Lot));
    right.push(Line::Blank);
    if !detail.similar.is_empty() {
        right.push(Line::Heading("Similar".to_owned()));
        right.extend(detail.similar.iter().map(Line::Similar));
        right.push(Line::Blank);
    }
    right.push(Line::Heading("Where this comes from".to_owned()));
    for row in &detail.facts {
        right.push(Line::Origin(row));
        right.extend(row.trouble.as_ref().map(Line::Trouble));
    }
    if let Some(sheet) = screen.sheet() {
        let (text, role) = prices::standing(sheet, cx);
        right.push(Line::Fact("prices", text, role));
        right.extend(sheet.trouble().map(Line::Trouble));
    }
    if !cx.wide() {
        left.push(Line::Blank);
        left.append(&mut right);
    }
    (left, right)
}

fn facts<'a>(detail: &ItemDetail, cx: &Cx<'_>) -> Vec<Line<'a>> {
    let item = &detail.item;
    let unknown = || ("not known yet".to_owned(), Role::Dim);
    let known = |text: Option<String>| text.map_or_else(unknown, |text| (text, Role::Text));
    let path = detail
        .category_path
        .join(&format!(" {} ", cx.theme.signs().step));
    let unit = crate::tui::widgets::detail::unit(item.key.kind);
    let size = item.dimensions.map(|size| format!("{size} {unit}"));
    let alternates = (!item.alternates.is_empty()).then(|| item.alternates.join(", "));
    let made = match detail.obsolete {
        Obsolete::Yes => ("no more".to_owned(), Role::Warning),
        Obsolete::No => ("yes".to_owned(), Role::Text),
        Obsolete::Unknown => unknown(),
    };
    let printed = if detail.printed { "yes" } else { "no" };
    let mut lines = Vec::new();
    let mut fact = |name, (text, role): (String, Role)| lines.push(Line::Fact(name, text, role));
    fact("Category", known((!path.is_empty()).then_some(path)));
    fact("Year", known(item.year.map(|year| year.to_string())));
    fact(
        "Weight",
        known(item.weight.map(|weight| weight.to_string())),
    );
    fact("Size", known(size));
    if let Some(alternates) = alternates {
        fact("Also", (alternates, Role::Text));
    }
    fact(
        "Printed",
        (format!("{printed} (by number and name)"), Role::Text),
    );
    fact("Still made", made);
    let own = detail.overlay.as_ref();
    if let Some(bin) = own.and_then(|overlay| overlay.bin) {
        fact("Your bin", (bin.to_string(), Role::Info));
    }
    if let Some(notes) = crate::tui::widgets::detail::own_notes(detail) {
        fact("Your notes", (notes, Role::Info));
    }
    fact(
        "Sort bin",
        known(
            item.bin
                .map(|bin| format!("{bin}  (cabinet {}, bin {})", bin.cabinet, bin.bin)),
        ),
    );
    // Where it can be shown it is, or there is none.
    if cx.session.pictures.is_none() {
        let text = "this terminal or its setup shows none".to_owned();
        fact("Picture", (text, Role::Dim));
    }
    if let Some(at) = item.vanished {
        let text = format!("missing from BrickLink's download since {}", at.date());
        fact("Vanished", (text, Role::Warning));
    }
    lines
}

/// The rows one can walk to that come first after a heading.
pub(super) fn sections(lines: &[Line<'_>]) -> Vec<usize> {
    let mut starts = vec![0];
    let mut leads = 0;
    for (at, line) in lines.iter().enumerate() {
        let begins = matches!(line, Line::Heading(_)) && lines.get(at + 1).is_some_and(Line::leads);
        if begins {
            starts.push(leads);
        }
        leads += usize::from(line.leads());
    }
    starts
}

/// Whether there is room for the table of prices below the page.
const fn has_pane(cx: &Cx<'_>) -> bool {
    !cx.compact() && cx.area.width >= 72 && cx.area.height >= 19
}

/// Draws the item.
pub(super) fn draw(screen: &ItemScreen, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
    let area = Rect {
        x: cx.area.x + 1,
        width: cx.area.width.saturating_sub(2),
        ..cx.area
    };
    let Some(detail) = &screen.detail else {
        draw_nothing(screen, canvas, area, cx);
        return;
    };
    let (fresh, role) = if screen.fetching {
        ("fetching".to_owned(), Role::Info)
    } else {
        crate::tui::widgets::detail::freshness(detail, cx)
    };
    let mut pen = canvas.pen(area, 0);
    pen.put(&detail.item.key.no, Role::Accent);
    pen.skip(2);
    let aside = if cx.compact() { 0 } else { width(&fresh) + 2 };
    if aside > 0 {
        pen.at_end(&fresh, role);
    }
    let indent = width(&detail.item.key.no) + 2;
    let names = wrap(
        &detail.item.name,
        usize::from(area.width).saturating_sub(indent + aside),
    );
    let most = if cx.compact() { 2 } else { 3 };
    for (line, name) in names.iter().take(most).enumerate() {
        let mut pen = canvas.pen(area, line as u16);
        pen.skip(indent);
        pen.fit(name, Role::Strong);
    }
    let top = names.len().clamp(1, most) as u16 + u16::from(!cx.compact());
    let below = match screen.sheet() {
        Some(sheet) if has_pane(cx) => {
            let height = prices::height(cx);
            let pane = Rect {
                y: area.bottom().saturating_sub(height),
                height,
                ..area
            };
            prices::draw(canvas, pane, sheet, screen.fetching, cx);
            height
        }
        _ => 0,
    };
    let rest = Rect {
        y: area.y + top.min(area.height),
        height: area.height.saturating_sub(top + below),
        ..area
    };
    let (left, right) = columns(screen, detail, cx);
    let leads = left.iter().filter(|line| line.leads()).count();
    if right.is_empty() {
        let mut column = rest;
        if rest.width >= SMALL_FROM.0 && rest.height >= SMALL_FROM.1 {
            let beside = Rect {
                x: rest.right().saturating_sub(SMALL - 2),
                width: SMALL - 2,
                ..rest
            };
            if screen.picture.draw(canvas, beside) > 0 {
                column.width -= SMALL;
            }
        }
        draw_column(canvas, column, &left, Some(screen.at), cx);
        return;
    }
    let half = rest.width / 2;
    let left_area = Rect {
        width: half.saturating_sub(2),
        ..rest
    };
    let mut right_area = Rect {
        x: rest.x + half,
        width: rest.width - half,
        ..rest
    };
    if rest.height >= PICTURE_FROM {
        let taken = screen.picture.draw(canvas, right_area);
        if taken > 0 {
            right_area.y += taken + 1;
            right_area.height = right_area.height.saturating_sub(taken + 1);
        }
    }
    let in_left = (screen.at < leads).then_some(screen.at);
    let in_right = screen.at.checked_sub(leads);
    draw_column(canvas, left_area, &left, in_left, cx);
    draw_column(canvas, right_area, &right, in_right, cx);
}

/// Nothing is known of it, or not yet.
fn draw_nothing(screen: &ItemScreen, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
    let (text, role) = match &screen.problem {
        Some(problem) => (problem.as_str(), Role::Bad),
        None => ("Opening", Role::Dim),
    };
    canvas.pen(area, 1).fit(text, role);
    if screen.problem.is_some() {
        let key = cx.keymap.shown(Action::Refresh, false).unwrap_or_default();
        let text = if screen.fetching {
            "Asking BrickLink".to_owned()
        } else {
            format!("{key} asks BrickLink for it.")
        };
        canvas.pen(area, 2).fit(&text, Role::Dim);
    }
}

/// A column, scrolled so far that the row one is at can be seen.
fn draw_column(
    canvas: &mut Canvas<'_>,
    area: Rect,
    lines: &[Line<'_>],
    at: Option<usize>,
    cx: &Cx<'_>,
) {
    let height = usize::from(area.height).max(1);
    let leads: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].leads()).collect();
    let selected = at.and_then(|at| leads.get(at).copied());
    let top = selected.map_or(0, |line| line / height * height);
    let top = top.min(lines.len().saturating_sub(height));
    for (nth, line) in lines.iter().enumerate().skip(top).take(height) {
        let mut pen = canvas.pen(area, (nth - top) as u16);
        draw_line(&mut pen, line, selected == Some(nth), cx);
    }
}

fn draw_line(pen: &mut Pen<'_, '_>, line: &Line<'_>, selected: bool, cx: &Cx<'_>) {
    let signs = cx.theme.signs();
    if selected {
        pen.put(signs.cursor, Role::Accent);
        pen.skip(1);
        pen.select();
    } else if line.leads() {
        pen.skip(2);
    }
    match line {
        Line::Blank => {}
        Line::Heading(text) => pen.fit(text, Role::Strong),
        Line::Fact(name, text, role) => {
            pen.column(name, 11, Role::Dim);
            pen.fit(text, *role);
        }
        Line::Origin(row) => draw_origin(pen, row, cx),
        Line::Trouble(trouble) => {
            pen.skip(4);
            let again = until(trouble.again, cx.now);
            let ago = age(trouble.at, cx.now);
            let when = format!("failed {ago}, again in {again}: ");
            pen.put(&when, Role::Warning);
            pen.fit(&trouble.text, Role::Dim);
        }
        Line::Color(row) => draw_color(pen, row, cx),
        Line::Lot(row) => draw_lot(pen, row, cx),
        Line::Similar(row) => {
            let no = width(&row.key.no).max(10);
            pen.column(&row.key.no, no, Role::Text);
            pen.skip(1);
            let room = pen.room().saturating_sub(8);
            pen.column(&row.name, room, Role::Text);
            if row.stock > 0 {
                pen.right(&cx.numbers.whole(row.stock), 8, Role::Text);
            }
        }
    }
}

fn draw_origin(pen: &mut Pen<'_, '_>, row: &FactsRow, cx: &Cx<'_>) {
    pen.column(&row.what, 22, Role::Dim);
    let Some(facts) = row.facts else {
        pen.fit("not known yet", Role::Dim);
        return;
    };
    let (word, role) = match row.freshness {
        Some(Freshness::Fresh) | None => ("fresh", Role::Text),
        Some(Freshness::Stale) => ("stale", Role::Dim),
        Some(Freshness::Expired) => ("expired", Role::Warning),
    };
    let old = age(facts.at, cx.now);
    pen.fit(&format!("{word}, {old}   {}", facts.source.words()), role);
}

fn draw_color(pen: &mut Pen<'_, '_>, row: &ItemColorRow, cx: &Cx<'_>) {
    let room = pen.room().saturating_sub(10).min(30);
    pen.color(&row.color, room, Role::Text);
    pen.skip(2);
    let stock = if row.stock > 0 {
        format!("{} here", cx.numbers.whole(row.stock))
    } else {
        String::new()
    };
    let room = pen.room().saturating_sub(width(&stock) + 1);
    let elements = if row.elements.is_empty() {
        cx.theme.signs().none.to_owned()
    } else {
        row.elements.join(" ")
    };
    pen.column(&elements, room, Role::Dim);
    pen.at_end(&stock, Role::Good);
}

fn draw_lot(pen: &mut Pen<'_, '_>, lot: &LotRow, cx: &Cx<'_>) {
    let narrow = pen.room() < 48;
    pen.column(lot.place.raw(), if narrow { 8 } else { 12 }, Role::Text);
    let room = pen
        .room()
        .saturating_sub(if narrow { 14 } else { 26 })
        .min(30);
    pen.color(&lot.color, room, Role::Text);
    pen.skip(1);
    pen.column(lot.condition.word(), 5, Role::Dim);
    pen.right(&cx.numbers.whole(lot.stock.available), 8, Role::Text);
    if !narrow {
        pen.right(&cx.numbers.price(lot.price), 11, Role::Dim);
    }
}
