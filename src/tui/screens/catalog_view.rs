//! How the catalogue looks.

use ratatui::layout::Rect;

use super::catalog::Catalog;
use super::filter_choices::{Facts, chips};
use crate::domain::rows::ItemRow;
use crate::tui::canvas::Canvas;
use crate::tui::screen::Cx;
use crate::tui::text::width;
use crate::tui::theme::Role;
use crate::tui::widgets::detail;

/// Lines of the pane below the list, with its rule.
const PANE_LINES: u16 = 6;
/// Longest number there is.
const LONGEST_NO: usize = 20;

/// Where everything is.
struct Layout {
    find: Rect,
    chips: Option<Rect>,
    header: Rect,
    rows: Rect,
    pane: Option<Rect>,
}

fn layout(cx: &Cx<'_>) -> Layout {
    let area = cx.area;
    let line = |at: u16, width: u16| Rect::new(area.x, area.y + at, width, 1).intersection(area);
    let compact = cx.compact();
    let left = if cx.wide() {
        area.width - pane_width(area.width) - 2
    } else {
        area.width
    };
    let top = if compact { 2 } else { 3 };
    let below = if compact || cx.wide() || area.height < 16 {
        0
    } else {
        PANE_LINES
    };
    let rows = Rect {
        x: area.x,
        y: area.y + top,
        width: left,
        height: area.height.saturating_sub(top + below),
    }
    .intersection(area);
    let pane = if cx.wide() {
        Some(Rect::new(
            area.x + left + 2,
            area.y + 2,
            pane_width(area.width),
            area.height.saturating_sub(2),
        ))
    } else if below > 0 {
        Some(Rect::new(area.x, rows.bottom(), area.width, below))
    } else {
        None
    };
    Layout {
        find: line(0, area.width),
        chips: (!compact).then(|| line(1, area.width)),
        header: line(top - 1, left),
        rows,
        pane,
    }
}

const fn pane_width(width: u16) -> u16 {
    width * 3 / 8
}

/// Rows of the list that are visible.
pub(super) fn height(cx: &Cx<'_>) -> usize {
    layout(cx).rows.height.into()
}

/// Where the pane is, if there is room for one.
pub(super) fn pane(cx: &Cx<'_>) -> Option<Rect> {
    layout(cx).pane
}

/// Rows of the filter panel that are visible.
pub(super) fn panel_height(cx: &Cx<'_>) -> usize {
    usize::from(cx.area.height.saturating_sub(6)).max(1)
}

/// Draws the catalogue.
pub(super) fn draw(screen: &Catalog, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
    let at = layout(cx);
    draw_find(screen, canvas, at.find, cx);
    if let Some(line) = at.chips {
        draw_chips(screen, canvas, line, cx);
    }
    if screen.window.is_empty() {
        draw_nothing(screen, canvas, at.rows, cx);
    } else {
        draw_rows(screen, canvas, at.header, at.rows, cx);
    }
    if let (Some(pane), Some(detail)) = (at.pane, &screen.detail) {
        if !screen.window.is_empty() {
            if cx.wide() {
                let above = screen.picture.draw_below(canvas, pane);
                detail::draw_tall(canvas, above, detail, cx);
            } else {
                detail::draw_flat(canvas, pane, detail, cx);
            }
        }
    } else if let (Some(pane), false) = (at.pane, cx.wide()) {
        canvas.rule(pane, 0);
    }
    if let Some(panel) = &screen.panel {
        panel.draw(canvas, &facts(screen), cx);
    }
}

fn facts(screen: &Catalog) -> Facts<'_> {
    Facts {
        counts: screen.counts.as_ref(),
        colors: &screen.colors,
        categories: &screen.categories,
        filter: &screen.filter,
        own: screen.own.as_deref(),
    }
}

fn draw_find(screen: &Catalog, canvas: &mut Canvas<'_>, line: Rect, cx: &Cx<'_>) {
    let found = found(screen, cx);
    let typing = !screen.in_list && screen.panel.is_none();
    let mut pen = canvas.pen(line, 0);
    pen.skip(1);
    pen.put("Find", if typing { Role::Accent } else { Role::Dim });
    pen.skip(2);
    let start = pen.x();
    pen.reserve(1);
    pen.at_end(&found, Role::Dim);
    let field = Rect {
        x: start,
        width: line
            .right()
            .saturating_sub(start + width(&found) as u16 + 3),
        ..line
    };
    screen.field.draw(canvas, field, typing, Role::Strong);
    if screen.field.is_empty() {
        let mut pen = canvas.pen(field, 0);
        pen.skip(1);
        let text = if cx.compact() {
            "name, number, bin"
        } else {
            "name, number, element id, bin: any order, 2x4 or 2 x 4"
        };
        pen.fit(text, Role::Dim);
    }
}

fn found(screen: &Catalog, cx: &Cx<'_>) -> String {
    let all = screen.counts.as_ref().map(|counts| counts.of);
    match (screen.window.total(), all) {
        (Some(total), Some(all)) if !cx.compact() => format!(
            "{} of {} items",
            cx.numbers.whole(total as u64),
            cx.numbers.whole(all)
        ),
        (Some(total), _) => format!("{} found", cx.numbers.whole(total as u64)),
        (None, _) => String::new(),
    }
}

fn draw_chips(screen: &Catalog, canvas: &mut Canvas<'_>, line: Rect, cx: &Cx<'_>) {
    let mut pen = canvas.pen(line, 0);
    pen.skip(1);
    if let Some(corrected) = &screen.corrected {
        let text = match unknown(screen, cx) {
            Some((_, how)) => format!("These are for \"{corrected}\". {how}"),
            None => {
                format!("Nothing for that. Did you mean \"{corrected}\"? These are its results.")
            }
        };
        pen.fit(&text, Role::Warning);
        return;
    }
    let key = cx
        .keymap
        .shown(crate::tui::action::Action::Filters, !screen.in_list)
        .unwrap_or_default();
    let hint = format!("{key} filters");
    pen.reserve(width(&hint) as u16 + 2);
    for (text, active) in chips(&facts(screen)) {
        if pen.room() < width(&text) {
            break;
        }
        pen.put(&text, if active { Role::Accent } else { Role::Dim });
        pen.skip(3);
    }
    let end = Rect {
        x: line.right().saturating_sub(width(&hint) as u16 + 1),
        width: width(&hint) as u16 + 1,
        ..line
    };
    canvas.pen(end, 0).put(&hint, Role::Dim);
}

fn draw_nothing(screen: &Catalog, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
    let area = Rect {
        x: area.x + 3,
        width: area.width.saturating_sub(3),
        ..area
    };
    if screen.shown.is_none() {
        canvas.pen(area, 1).fit("Opening the catalogue", Role::Dim);
        return;
    }
    let narrowed = screen.filter.active() > 0 || screen.own.is_some();
    if screen.field.is_empty() && !narrowed {
        canvas
            .pen(area, 1)
            .fit("The catalogue is empty.", Role::Text);
        canvas.pen(area, 2).fit(
            "brickops catalog import DIR fills it from BrickLink's downloads.",
            Role::Dim,
        );
        return;
    }
    if let Some((what, how)) = unknown(screen, cx) {
        canvas.pen(area, 1).fit(&what, Role::Text);
        canvas.pen(area, 2).fit(&how, Role::Dim);
        return;
    }
    canvas.pen(area, 1).fit("Nothing matches.", Role::Text);
    let help = if screen.waiting.spelling {
        "Looking for something that is written like it"
    } else if narrowed {
        "The filters may be too narrow."
    } else {
        "Fewer words, or a part of the number, find more."
    };
    canvas.pen(area, 2).fit(help, Role::Dim);
    if narrowed {
        let key = cx
            .keymap
            .shown(crate::tui::action::Action::ClearFilters, !screen.in_list)
            .unwrap_or_default();
        canvas
            .pen(area, 3)
            .fit(&format!("{key} takes all filters away."), Role::Dim);
    }
}

/// That the number which was typed is unknown, and how to get it.
fn unknown(screen: &Catalog, cx: &Cx<'_>) -> Option<(String, String)> {
    let no = screen.unknown_number()?;
    let key = cx
        .keymap
        .shown(crate::tui::action::Action::Refresh, !screen.in_list)
        .unwrap_or_default();
    let how = if screen.waiting.fetching.is_some() {
        format!("Asking BrickLink for {no}")
    } else {
        format!("{key} fetches {no} from BrickLink.")
    };
    Some((format!("{no} is not in the catalogue."), how))
}

/// Widths of the columns for what is visible.
struct Columns {
    kind: bool,
    no: usize,
    /// 0 leaves it out.
    year: usize,
    /// 0 leaves it out.
    colors: usize,
    bin: bool,
}

fn columns(screen: &Catalog, area: Rect, visible: std::ops::Range<usize>) -> Columns {
    let rows = visible.filter_map(|at| screen.window.row(at));
    let longest = rows.map(|row| width(&row.key.no)).max().unwrap_or(0);
    Columns {
        kind: screen.filter.kinds.len() != 1 && area.width >= 60,
        no: longest.clamp(8, LONGEST_NO.max(longest)),
        year: if area.width >= 90 { 6 } else { 0 },
        colors: if area.width >= 60 { 9 } else { 0 },
        bin: area.width >= 48,
    }
}

fn draw_rows(screen: &Catalog, canvas: &mut Canvas<'_>, header: Rect, area: Rect, cx: &Cx<'_>) {
    let visible = screen
        .window
        .cursor
        .visible(screen.window.len(), area.height.into());
    let columns = columns(screen, area, visible.clone());
    let mut pen = canvas.pen(header, 0);
    pen.skip(3);
    if columns.kind {
        pen.skip(2);
    }
    pen.column("No.", columns.no + 2, Role::Dim);
    let name = name_width(&columns, pen.room());
    pen.column("Name", name, Role::Dim);
    for (text, wide) in [
        ("Year", columns.year),
        ("Colours", columns.colors),
        ("Stock", 8),
    ] {
        if wide > 0 {
            pen.right(text, wide, Role::Dim);
        }
    }
    if columns.bin {
        pen.skip(2);
        pen.put("Bin", Role::Dim);
    }
    for (line, at) in visible.enumerate() {
        let selected = at == screen.window.cursor.at;
        draw_row(
            canvas,
            area,
            line as u16,
            screen.window.row(at),
            selected,
            &columns,
            cx,
        );
    }
}

fn name_width(columns: &Columns, room: usize) -> usize {
    let fixed = 8 + columns.year + columns.colors + if columns.bin { 7 } else { 1 };
    room.saturating_sub(fixed)
}

fn draw_row(
    canvas: &mut Canvas<'_>,
    area: Rect,
    line: u16,
    row: Option<&ItemRow>,
    selected: bool,
    columns: &Columns,
    cx: &Cx<'_>,
) {
    let signs = canvas.theme.signs();
    let mut pen = canvas.pen(area, line);
    pen.skip(1);
    if selected {
        pen.put(signs.cursor, Role::Accent);
        pen.skip(1);
        pen.select();
    } else {
        pen.skip(2);
    }
    let Some(row) = row else {
        pen.put(signs.ellipsis, Role::Dim);
        return;
    };
    if columns.kind {
        pen.put(row.key.kind.letter().encode_utf8(&mut [0; 4]), Role::Dim);
        pen.skip(1);
    }
    pen.column(&row.key.no, columns.no, Role::Text);
    pen.skip(2);
    let name = name_width(columns, pen.room());
    let role = if row.vanished { Role::Dim } else { Role::Text };
    pen.column(&row.name, name, role);
    if columns.year > 0 {
        pen.right(
            &row.year.map_or_else(String::new, |year| year.to_string()),
            6,
            Role::Text,
        );
    }
    if columns.colors > 0 {
        let colors = if row.colors == 0 {
            signs.none.to_owned()
        } else {
            cx.numbers.whole(row.colors)
        };
        pen.right(&colors, 9, Role::Text);
    }
    let stock = if row.stock == 0 {
        signs.none.to_owned()
    } else {
        cx.numbers.whole(row.stock)
    };
    pen.right(&stock, 8, Role::Text);
    if columns.bin {
        pen.skip(2);
        match row.own_bin {
            // The shop's own bin wins, and is marked as its own.
            Some(bin) => pen.put(&format!("{}{bin}", signs.own), Role::Accent),
            None => pen.put(
                &row.bin.map_or_else(String::new, |bin| bin.to_string()),
                Role::Text,
            ),
        }
    }
}
