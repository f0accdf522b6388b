//! The price guide of an item in a colour: sold and for sale beside each other, new and used, how the
//! pieces are spread over prices, how old each of it is, and what the shop asks itself.

use ratatui::layout::Rect;

use crate::domain::market::{Guide, PriceCell, PriceFigures, PriceSheet, PriceState};
use crate::domain::{Condition, Freshness, Money};
use crate::tui::action::Action;
use crate::tui::canvas::{Canvas, Pen};
use crate::tui::screen::Cx;
use crate::tui::text::{Numbers, age, count, until, width};
use crate::tui::theme::Role;

/// Columns of the words at the left.
const LABEL: usize = 11;
/// A column is not wider than this.
const WIDEST: usize = 20;
/// From so many lines of the screen on lowest, highest and lots have lines of their own.
const TALL: u16 = 34;
/// The halves in their order.
const HALVES: [(Condition, Guide, &str); 4] = [
    (Condition::New, Guide::Sold, "new, sold"),
    (Condition::New, Guide::Stock, "new, for sale"),
    (Condition::Used, Guide::Sold, "used, sold"),
    (Condition::Used, Guide::Stock, "used, for sale"),
];

/// A line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    Lowest,
    Average,
    ByPieces,
    Range,
    Highest,
    Pieces,
    Lots,
    Chart,
    Age,
}

const FLAT_ROWS: [Row; 6] = [
    Row::Average,
    Row::ByPieces,
    Row::Range,
    Row::Pieces,
    Row::Chart,
    Row::Age,
];
const TALL_ROWS: [Row; 8] = [
    Row::Lowest,
    Row::Average,
    Row::ByPieces,
    Row::Highest,
    Row::Pieces,
    Row::Lots,
    Row::Chart,
    Row::Age,
];

impl Row {
    const fn label(self) -> &'static str {
        match self {
            Self::Lowest => "lowest",
            Self::Average => "average",
            Self::ByPieces => "by pieces",
            Self::Range => "from to",
            Self::Highest => "highest",
            Self::Pieces => "pieces",
            Self::Lots => "sales, lots",
            Self::Chart => "spread",
            Self::Age => "as of",
        }
    }
}

fn rows(cx: &Cx<'_>) -> &'static [Row] {
    if cx.area.height >= TALL {
        &TALL_ROWS
    } else {
        &FLAT_ROWS
    }
}

/// Lines of the pane: a rule, a title, the head of the table, its lines, and the shop's own prices.
pub fn height(cx: &Cx<'_>) -> u16 {
    rows(cx).len() as u16 + 4
}

/// How fresh what is shown is, and what is to come, in a few words.
pub fn standing(sheet: &PriceSheet, cx: &Cx<'_>) -> (String, Role) {
    let old = sheet
        .oldest()
        .map(|(at, freshness)| format!("{}, {}", freshness.word(), age(at, cx.now)));
    let partial = if sheet.is_partial() { ", partial" } else { "" };
    let known = |text: &str| match &old {
        Some(old) => format!("{old}{partial}, {text}"),
        None => text.to_owned(),
    };
    match sheet.state {
        PriceState::Here => (
            old.map(|old| format!("{old}{partial}")).unwrap_or_default(),
            Role::Good,
        ),
        PriceState::Coming => (known("coming"), Role::Info),
        PriceState::Failed => {
            let again = sheet.trouble().map_or_else(String::new, |trouble| {
                format!(", again in {}", until(trouble.again, cx.now))
            });
            (known(&format!("failed{again}")), Role::Warning)
        }
        PriceState::Offline => (known("offline"), Role::Dim),
        PriceState::NoKeys => (known("BrickLink is not connected"), Role::Dim),
        PriceState::Nothing => (known("not all known yet"), Role::Dim),
    }
}

/// Why there are no prices at all, and what to do.
fn nothing(sheet: &PriceSheet, cx: &Cx<'_>) -> (String, String) {
    let key = |action| cx.keymap.shown(action, false).unwrap_or_default();
    let refresh = key(Action::Refresh);
    match sheet.state {
        PriceState::Coming => (
            "The prices are being fetched.".into(),
            "They appear here by themselves.".into(),
        ),
        PriceState::Failed => (
            sheet
                .trouble()
                .map_or_else(String::new, |trouble| trouble.text.clone()),
            format!("It is tried again by itself; {refresh} tries it now."),
        ),
        PriceState::Offline => (
            "No prices are known, and calls outside are switched off.".into(),
            "Start the server without --offline to fetch them.".into(),
        ),
        PriceState::NoKeys => (
            "No prices are known: BrickLink is not connected.".into(),
            format!("{} connects it.", key(Action::Markets)),
        ),
        PriceState::Here | PriceState::Nothing => (
            "No prices are known yet.".into(),
            format!("{refresh} fetches them now."),
        ),
    }
}

/// Draws the pane. `busy`: a person has asked for it to be fetched anew.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, sheet: &PriceSheet, busy: bool, cx: &Cx<'_>) {
    canvas.rule(
        Rect {
            x: cx.area.x,
            width: cx.area.width,
            ..area
        },
        0,
    );
    let known = sheet.cells.iter().any(|cell| cell.figures.is_some());
    let (mut standing, role) = if busy {
        ("fetching".to_owned(), Role::Info)
    } else {
        standing(sheet, cx)
    };
    let mut pen = canvas.pen(area, 1);
    pen.put("Prices", Role::Strong);
    pen.skip(2);
    let short = width(&standing) + 8;
    if sheet.color.id.0 > 0 {
        // Swatch, name, number, and blanks between them.
        let name = width(&sheet.color.name) + sheet.color.id.to_string().len() + 4;
        let room = pen.room().saturating_sub(short).min(name);
        pen.color(&sheet.color, room, Role::Text);
        pen.skip(1);
    }
    pen.put(&sheet.currency, Role::Dim);
    // The reason stands here where there is room; ages are in the table.
    if let (PriceState::Failed, true, false, Some(trouble)) =
        (sheet.state, known, busy, sheet.trouble())
    {
        let again = until(trouble.again, cx.now);
        let long = format!("{} Again in {again}.", trouble.text);
        if width(&long) + 2 <= pen.room() {
            standing = long;
        }
    }
    pen.at_end(&standing, role);
    let last = height(cx) - 1;
    if known {
        draw_table(canvas, area, sheet, cx);
    } else {
        let (what, how) = nothing(sheet, cx);
        let lines = crate::tui::text::wrap(&what, area.width.into());
        let mut line = 3;
        for text in lines.iter().take(2) {
            canvas.pen(area, line).fit(text, Role::Text);
            line += 1;
        }
        canvas.pen(area, line).fit(&how, Role::Dim);
    }
    draw_own(&mut canvas.pen(area, last), sheet, cx);
}

fn draw_table(canvas: &mut Canvas<'_>, area: Rect, sheet: &PriceSheet, cx: &Cx<'_>) {
    let columns = usize::from(area.width).saturating_sub(LABEL) / HALVES.len();
    let columns = columns.min(WIDEST);
    let mut pen = canvas.pen(area, 2);
    pen.skip(LABEL);
    for (_, _, name) in HALVES {
        pen.right(name, columns, Role::Dim);
    }
    for (line, row) in rows(cx).iter().enumerate() {
        let mut pen = canvas.pen(area, line as u16 + 3);
        pen.column(row.label(), LABEL, Role::Dim);
        for (condition, guide, _) in HALVES {
            let (text, role) = match sheet.cell(condition, guide) {
                Some(cell) => value(*row, cell, columns.saturating_sub(1), cx),
                None => (String::new(), Role::Dim),
            };
            pen.right(&text, columns, role);
        }
    }
}

fn value(row: Row, cell: &PriceCell, room: usize, cx: &Cx<'_>) -> (String, Role) {
    let none = || cx.theme.signs().none.to_owned();
    let faded = match cell.freshness {
        Some(Freshness::Fresh) => Role::Text,
        _ => Role::Dim,
    };
    if row == Row::Age {
        return match (cell.at, cell.freshness, &cell.trouble) {
            (None, _, Some(_)) => ("failed".into(), Role::Warning),
            (Some(at), Some(word), Some(_)) => (
                format!("{}, {}", word.word(), age(at, cx.now)),
                Role::Warning,
            ),
            (Some(at), Some(Freshness::Fresh), None) => (age(at, cx.now), Role::Good),
            (Some(at), Some(word), None) => {
                (format!("{}, {}", word.word(), age(at, cx.now)), Role::Dim)
            }
            _ => ("not known".into(), Role::Dim),
        };
    }
    let Some(figures) = cell.figures.as_ref() else {
        return (none(), Role::Dim);
    };
    if figures.count == 0 {
        let text = if row == Row::Pieces {
            "0".into()
        } else {
            none()
        };
        return (text, Role::Dim);
    }
    let price = |money: Money| cx.numbers.price(money);
    let text = match row {
        Row::Lowest => price(figures.min),
        Row::Average => price(figures.average),
        Row::ByPieces => price(figures.quantity_average),
        Row::Highest => price(figures.max),
        Row::Range => range(figures, room, cx.numbers),
        Row::Pieces => cx.numbers.whole(figures.pieces),
        Row::Lots => cx.numbers.whole(figures.count),
        Row::Chart => return (chart(figures, cx), Role::Accent),
        Row::Age => String::new(),
    };
    let role = match row {
        Row::Average if faded == Role::Text => Role::Strong,
        _ => faded,
    };
    (text, role)
}

/// Lowest and highest in as few columns as it takes: whole units in the worst case.
fn range(figures: &PriceFigures, room: usize, numbers: Numbers) -> String {
    let (min, max) = (figures.min, figures.max);
    let whole = |money: Money| {
        let text = numbers.sum(money);
        let end = text.len().saturating_sub(3);
        text.get(..end).unwrap_or_default().to_owned()
    };
    let exact = format!("{}-{}", numbers.price(min), numbers.price(max));
    let cents = format!("{}-{}", numbers.sum(min), numbers.sum(max));
    [exact, cents]
        .into_iter()
        .find(|text| width(text) <= room)
        .unwrap_or_else(|| format!("{}-{}", whole(min), whole(max)))
}

/// How the pieces are spread: one sign a step of price.
fn chart(figures: &PriceFigures, cx: &Cx<'_>) -> String {
    let signs = cx.theme.signs().chart;
    let Some(chart) = &figures.chart else {
        return cx.theme.signs().none.to_owned();
    };
    let most = chart.bars.iter().copied().max().unwrap_or(0).max(1);
    let mut text = String::new();
    for pieces in &chart.bars {
        if *pieces == 0 {
            text.push(' ');
            continue;
        }
        let steps = signs.len() as u64;
        let at = (u128::from(*pieces) * u128::from(steps)).div_ceil(u128::from(most));
        let at = usize::try_from(at).map_or(0, |at| at.clamp(1, signs.len()) - 1);
        text.push_str(signs[at]);
    }
    text
}

/// What the shop asks, by condition.
fn draw_own(pen: &mut Pen<'_, '_>, sheet: &PriceSheet, cx: &Cx<'_>) {
    pen.column("yours", LABEL, Role::Dim);
    if sheet.own.is_empty() {
        pen.fit("none in this colour", Role::Dim);
        return;
    }
    for own in &sheet.own {
        let text = format!(
            "{} {} {}{}",
            own.condition.word(),
            cx.numbers.price(own.price),
            cx.theme.signs().times,
            cx.numbers.whole(own.pieces)
        );
        let (against, role) = against(sheet, own.condition, own.price);
        let needed = width(&text) + width(&against) + 4;
        if pen.room() < needed {
            pen.put(cx.theme.signs().ellipsis, Role::Dim);
            return;
        }
        pen.put(&text, Role::Text);
        if !against.is_empty() {
            pen.skip(1);
            pen.put(&against, role);
        }
        pen.skip(3);
    }
}

/// How an own price stands to what was paid lately.
fn against(sheet: &PriceSheet, condition: Condition, own: Money) -> (String, Role) {
    let cell = sheet.cell(condition, Guide::Sold);
    let figures = cell.and_then(|cell| cell.figures.as_ref());
    let Some(average) = figures
        .filter(|figures| figures.count > 0)
        .map(|figures| figures.quantity_average.raw())
        .filter(|average| *average > 0)
    else {
        return (String::new(), Role::Dim);
    };
    let off = (i128::from(own.raw()) - i128::from(average)) * 100 / i128::from(average);
    match off {
        0 => ("as sold".into(), Role::Good),
        1.. => (format!("+{off} %"), Role::Dim),
        _ => (format!("{off} %"), Role::Warning),
    }
}

/// Average prices in one line, for panes and small screens; empty where none is known.
pub fn line(sheet: &PriceSheet, cx: &Cx<'_>) -> String {
    let mut parts = Vec::new();
    for condition in [Condition::New, Condition::Used] {
        let sold = |guide| {
            let figures = sheet.cell(condition, guide)?.figures.as_ref()?;
            (figures.count > 0).then(|| cx.numbers.price(figures.quantity_average))
        };
        let text = match (sold(Guide::Sold), sold(Guide::Stock)) {
            (Some(sold), _) => format!("{} sold {sold}", condition.word()),
            (None, Some(stock)) => format!("{} offered {stock}", condition.word()),
            (None, None) => continue,
        };
        parts.push(text);
    }
    if !parts.is_empty() {
        parts.push(sheet.currency.clone());
    }
    parts.join("  ")
}

/// The same as facts with names, where there is no room for the table.
pub fn facts(sheet: &PriceSheet, cx: &Cx<'_>) -> Vec<(&'static str, String, Role)> {
    let (standing, role) = standing(sheet, cx);
    let mut facts = vec![("Prices", format!("{} {standing}", sheet.currency), role)];
    for (condition, guide, name) in HALVES {
        let Some(cell) = sheet.cell(condition, guide) else {
            continue;
        };
        let Some(figures) = cell.figures.as_ref() else {
            continue;
        };
        let text = if figures.count == 0 {
            "none".to_owned()
        } else {
            let pieces = count(cx.numbers, figures.pieces, "pc", "pcs");
            format!("{}  {pieces}", cx.numbers.price(figures.quantity_average))
        };
        facts.push((short(name), text, Role::Text));
    }
    facts
}

const fn short(name: &'static str) -> &'static str {
    match name.as_bytes() {
        b"new, for sale" => "New offer",
        b"used, sold" => "Used sold",
        b"used, for sale" => "Used offer",
        _ => "New sold",
    }
}
