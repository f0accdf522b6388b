//! What is known of an item, beside or below a list.

use ratatui::layout::Rect;

use crate::domain::market::PictureKey;
use crate::domain::market::PriceState;
use crate::domain::rows::ItemDetail;
use crate::domain::{ColorId, Freshness, ItemKind};
use crate::tui::canvas::Canvas;
use crate::tui::screen::Cx;
use crate::tui::text::{age, width, wrap};
use crate::tui::theme::Role;

/// Colours that a pane at the right shows; more would cost too many bytes on a slow line.
const TALL_COLORS: usize = 12;
/// Lots that it shows.
const TALL_LOTS: usize = 6;

/// How old the basic facts are, in words, with the role of their age.
pub fn freshness(detail: &ItemDetail, cx: &Cx<'_>) -> (String, Role) {
    let first = detail.facts.iter().find(|row| row.facts.is_some());
    let Some((facts, state)) = first.and_then(|row| Some((row.facts?, row.freshness?))) else {
        return ("not known yet".to_owned(), Role::Dim);
    };
    let old = age(facts.at, cx.now);
    let role = match state {
        Freshness::Fresh => Role::Good,
        Freshness::Stale => Role::Dim,
        Freshness::Expired => Role::Warning,
    };
    let more = match detail.fetching {
        PriceState::Coming => ", coming",
        PriceState::Failed => ", failed",
        _ if detail.is_partial() => ", partial",
        _ => "",
    };
    (format!("{}, {old}{more}", state.word()), role)
}

/// The category's path from its root.
fn category(detail: &ItemDetail, cx: &Cx<'_>) -> String {
    detail
        .category_path
        .join(&format!(" {} ", cx.theme.signs().step))
}

/// BrickLink measures parts in studs and everything else in centimetres.
pub const fn unit(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Part => "studs",
        _ => "cm",
    }
}

/// The picture of an item: in the colour of which the shop has most, else in the first that is known.
pub fn picture(detail: &ItemDetail) -> PictureKey {
    let most = detail.colors.iter().map(|row| row.stock).max();
    let row = detail.colors.iter().find(|row| Some(row.stock) == most);
    PictureKey {
        item: detail.item.key.clone(),
        color: row.map_or(ColorId(0), |row| row.color.id),
    }
}

/// Weight, size and year in one line.
fn figures(detail: &ItemDetail) -> String {
    let mut parts = Vec::new();
    parts.extend(detail.item.weight.map(|weight| weight.to_string()));
    let unit = unit(detail.item.key.kind);
    parts.extend(detail.item.dimensions.map(|size| format!("{size} {unit}")));
    parts.extend(detail.item.year.map(|year| year.to_string()));
    if detail.printed {
        parts.push("printed".to_owned());
    }
    parts.join("   ")
}

/// What the shop has of it, in one line.
pub fn stock_line(detail: &ItemDetail, cx: &Cx<'_>) -> String {
    let pieces: u64 = detail
        .lots
        .iter()
        .map(|lot| u64::from(lot.stock.available))
        .sum();
    if detail.lots.is_empty() {
        return "Here: none".to_owned();
    }
    let mut places: Vec<&str> = Vec::new();
    for lot in &detail.lots {
        let place = lot.place.first();
        if !place.is_empty() && !places.contains(&place) {
            places.push(place);
        }
    }
    format!(
        "Here: {}, {} pcs   {}",
        crate::tui::text::count(cx.numbers, detail.lots.len() as u64, "lot", "lots"),
        cx.numbers.whole(pieces),
        places.join("  ")
    )
}

/// The pane below a list: a rule and four lines.
pub fn draw_flat(canvas: &mut Canvas<'_>, area: Rect, detail: &ItemDetail, cx: &Cx<'_>) {
    canvas.rule(area, 0);
    let area = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        ..area
    };
    let (fresh, role) = freshness(detail, cx);
    let mut pen = canvas.pen(area, 1);
    pen.put(&detail.item.key.no, Role::Accent);
    pen.skip(2);
    let room = pen.room().saturating_sub(width(&fresh) + 2);
    pen.column(&detail.item.name, room, Role::Strong);
    pen.at_end(&fresh, role);
    let facts = format!("{}   {}", category(detail, cx), figures(detail));
    let prices = price_line(detail, cx);
    let mut pen = canvas.pen(area, 2);
    let room = pen.room().saturating_sub(width(&prices) + 2);
    pen.column(&facts, room, Role::Dim);
    pen.at_end(&prices, Role::Text);
    draw_colors_in_line(canvas, area, 3, detail);
    canvas.pen(area, 4).fit(&stock_line(detail, cx), Role::Text);
    canvas.pen(area, 4).at_end(&sorted_into(detail), Role::Dim);
    if let Some(notes) = own_notes(detail) {
        canvas.pen(area, 5).fit(&notes, Role::Info);
    }
}

/// What is paid for it in the colour of which the shop has most; empty where that is not known.
fn price_line(detail: &ItemDetail, cx: &Cx<'_>) -> String {
    let sheet = detail.prices.as_deref();
    sheet.map_or_else(String::new, |sheet| super::prices::line(sheet, cx))
}

/// Where an item belongs: the shop's own bin first, the global one beside it.
pub fn sorted_into(detail: &ItemDetail) -> String {
    let own = detail.overlay.as_ref().and_then(|overlay| overlay.bin);
    match (own, detail.item.bin) {
        (Some(own), Some(global)) => format!("your bin {own} (global {global})"),
        (Some(own), None) => format!("your bin {own}"),
        (None, Some(global)) => format!("sorted into {global}"),
        (None, None) => String::new(),
    }
}

/// The shop's own tags and notes in one line.
pub fn own_notes(detail: &ItemDetail) -> Option<String> {
    let overlay = detail.overlay.as_ref()?;
    let tags: Vec<String> = overlay.tags.iter().map(|tag| format!("#{tag}")).collect();
    let notes = overlay.notes.replace('\n', " / ");
    let text = [tags.join(" "), notes].join("  ");
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// As many colours with their element ids as there is room for, and how many more there are.
fn draw_colors_in_line(canvas: &mut Canvas<'_>, area: Rect, line: u16, detail: &ItemDetail) {
    let swatch = if canvas.theme.depth() == crate::tui::theme::Depth::Mono {
        0
    } else {
        3
    };
    let mut pen = canvas.pen(area, line);
    if detail.colors.is_empty() {
        pen.fit("No colours known yet", Role::Dim);
        return;
    }
    for (at, row) in detail.colors.iter().enumerate() {
        let element = row.elements.first().map_or("", String::as_str);
        let name = format!("{} {}", row.color.name, row.color.id);
        let left = detail.colors.len() - at;
        let more = format!("+{left}");
        let needed = swatch + width(&name) + 1 + width(element) + 3;
        let reserve = if left > 1 { width(&more) } else { 0 };
        if pen.room() < needed + reserve {
            pen.put(&more, Role::Dim);
            return;
        }
        pen.swatch(&row.color, 2);
        pen.put(&name, Role::Text);
        pen.skip(1);
        pen.put(element, Role::Dim);
        pen.skip(3);
    }
}

/// The pane at the right of a list.
pub fn draw_tall(canvas: &mut Canvas<'_>, area: Rect, detail: &ItemDetail, cx: &Cx<'_>) {
    let columns = usize::from(area.width);
    let mut line = 0u16;
    let (fresh, role) = freshness(detail, cx);
    let mut pen = canvas.pen(area, line);
    pen.put(&detail.item.key.no, Role::Accent);
    pen.skip(2);
    pen.put(detail.item.key.kind.word(), Role::Dim);
    pen.at_end(&fresh, role);
    line += 1;
    for text in wrap(&detail.item.name, columns).into_iter().take(3) {
        canvas.pen(area, line).fit(&text, Role::Strong);
        line += 1;
    }
    for text in [category(detail, cx), figures(detail)] {
        if !text.is_empty() {
            canvas.pen(area, line).fit(&text, Role::Dim);
            line += 1;
        }
    }
    if !detail.item.alternates.is_empty() {
        let also = format!("also {}", detail.item.alternates.join(", "));
        canvas.pen(area, line).fit(&also, Role::Dim);
        line += 1;
    }
    let bin = sorted_into(detail);
    if !bin.is_empty() {
        canvas.pen(area, line).fit(&bin, Role::Text);
        line += 1;
    }
    if let Some(notes) = own_notes(detail) {
        for part in crate::tui::text::wrap(&notes, area.width.into())
            .iter()
            .take(4)
        {
            canvas.pen(area, line).fit(part, Role::Info);
            line += 1;
        }
    }
    line = draw_colors_below(canvas, area, line + 1, detail, cx);
    draw_lots_below(canvas, area, line + 1, detail, cx);
}

fn draw_colors_below(
    canvas: &mut Canvas<'_>,
    area: Rect,
    from: u16,
    detail: &ItemDetail,
    cx: &Cx<'_>,
) -> u16 {
    let mut line = from;
    if detail.colors.is_empty() {
        canvas
            .pen(area, line)
            .fit("No colours known yet", Role::Dim);
        return line + 1;
    }
    // What the shop has of it is worth more than the last colours.
    let room = usize::from(area.height.saturating_sub(line));
    let most = room.saturating_sub(TALL_LOTS + 4).clamp(3, TALL_COLORS);
    for row in detail.colors.iter().take(most) {
        let mut pen = canvas.pen(area, line);
        let room = pen.room().saturating_sub(18);
        pen.color(&row.color, room, Role::Text);
        pen.skip(1);
        pen.column(
            row.elements.first().map_or("", String::as_str),
            9,
            Role::Dim,
        );
        if row.stock > 0 {
            pen.at_end(&cx.numbers.whole(row.stock), Role::Good);
        }
        line += 1;
    }
    let more = detail.colors.len().saturating_sub(most);
    if more > 0 {
        canvas
            .pen(area, line)
            .fit(&format!("+{more} colours"), Role::Dim);
        line += 1;
    }
    line
}

fn draw_lots_below(
    canvas: &mut Canvas<'_>,
    area: Rect,
    from: u16,
    detail: &ItemDetail,
    cx: &Cx<'_>,
) {
    canvas
        .pen(area, from)
        .fit(&stock_line(detail, cx), Role::Text);
    for (at, lot) in detail.lots.iter().take(TALL_LOTS).enumerate() {
        let mut pen = canvas.pen(area, from + 1 + at as u16);
        pen.skip(2);
        pen.column(lot.place.first(), 10, Role::Text);
        pen.skip(1);
        let room = pen.room().saturating_sub(16);
        pen.color(&lot.color, room, Role::Text);
        pen.skip(1);
        pen.column(lot.condition.word(), 5, Role::Dim);
        pen.at_end(&cx.numbers.whole(lot.stock.available), Role::Text);
    }
}
