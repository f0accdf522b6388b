//! Where screens draw: a buffer that nobody can draw outside of, and a pen for one line.
//!
//! Every text goes through here, so this is where ASCII terminals get ASCII and where nothing that
//! moves the cursor gets through.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::text::{harmless, truncate, width};
use super::theme::{Role, Theme};
use crate::domain::Color;

/// A buffer with a theme.
#[derive(Debug)]
pub struct Canvas<'a> {
    buffer: &'a mut Buffer,
    /// What things look like.
    pub theme: &'a Theme,
    cursor: Option<Position>,
}

impl<'a> Canvas<'a> {
    /// A canvas over a buffer.
    pub const fn new(buffer: &'a mut Buffer, theme: &'a Theme) -> Self {
        Self {
            buffer,
            theme,
            cursor: None,
        }
    }

    /// All of it.
    pub const fn area(&self) -> Rect {
        self.buffer.area
    }

    /// Where the terminal's own cursor belongs, if anywhere.
    pub const fn cursor(&self) -> Option<Position> {
        self.cursor
    }

    /// Puts the terminal's own cursor somewhere inside.
    pub fn set_cursor(&mut self, x: u16, y: u16) {
        let at = Position { x, y };
        if self.buffer.area.contains(at) {
            self.cursor = Some(at);
        }
    }

    /// Takes the cursor away: what lies on top has none.
    pub const fn hide_cursor(&mut self) {
        self.cursor = None;
    }

    /// A pen at the start of a line of `area`; lines below the area take no ink.
    pub fn pen<'c>(&'c mut self, area: Rect, line: u16) -> Pen<'c, 'a> {
        let area = area.intersection(self.buffer.area);
        let y = area.y.saturating_add(line);
        let end = if line < area.height {
            area.right()
        } else {
            area.x
        };
        Pen {
            x: area.x,
            y,
            end,
            base: None,
            canvas: self,
        }
    }

    /// Lets something draw itself into an area.
    pub fn widget(&mut self, area: Rect, widget: impl ratatui::widgets::Widget) {
        widget.render(area.intersection(self.buffer.area), self.buffer);
    }

    /// Empties an area.
    pub fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buffer.area);
        for y in area.top()..area.bottom() {
            for x in area.left()..area.right() {
                if let Some(cell) = self.buffer.cell_mut((x, y)) {
                    cell.reset();
                }
            }
        }
    }

    /// A rule across a line of an area.
    pub fn rule(&mut self, area: Rect, line: u16) {
        let sign = self.theme.signs().rule;
        let columns = usize::from(area.width);
        self.pen(area, line).put(&sign.repeat(columns), Role::Dim);
    }

    /// A frame for what lies on top, with a title; answers the area inside.
    pub fn frame(&mut self, area: Rect, title: &str) -> Rect {
        let area = area.intersection(self.buffer.area);
        self.clear(area);
        if area.width < 4 || area.height < 3 {
            return area;
        }
        let [top_left, top_right, low_left, low_right, flat, tall] = self.theme.signs().frame;
        let inner = usize::from(area.width) - 2;
        let title = truncate(title, inner.saturating_sub(4), self.theme.signs().ellipsis);
        let mut top = self.pen(area, 0);
        top.put(top_left, Role::Dim);
        top.put(flat, Role::Dim);
        top.put(&format!(" {title} "), Role::Strong);
        let used = 3 + width(&title);
        top.put(&flat.repeat(inner.saturating_sub(used)), Role::Dim);
        top.put(top_right, Role::Dim);
        for line in 1..area.height - 1 {
            self.pen(area, line).put(tall, Role::Dim);
            let edge = Rect::new(area.right() - 1, area.y, 1, area.height);
            self.pen(edge, line).put(tall, Role::Dim);
        }
        let mut low = self.pen(area, area.height - 1);
        low.put(low_left, Role::Dim);
        low.put(&flat.repeat(inner), Role::Dim);
        low.put(low_right, Role::Dim);
        Rect::new(area.x + 2, area.y + 1, area.width - 4, area.height - 2)
    }

    fn write(&mut self, x: u16, y: u16, end: u16, text: &str, style: Style) -> u16 {
        if x >= end || y >= self.buffer.area.bottom() {
            return x;
        }
        let text = harmless(text);
        let room = usize::from(end - x);
        if self.theme.ascii() && !text.is_ascii() {
            let plain: String = text.chars().map(to_ascii).collect();
            return self.buffer.set_stringn(x, y, plain, room, style).0;
        }
        self.buffer.set_stringn(x, y, text, room, style).0
    }
}

/// The nearest sign for terminals that know no other.
fn to_ascii(c: char) -> char {
    match c {
        c if c.is_ascii() => c,
        '█' | '▄' | '▀' | '▓' => '#',
        '▒' => '%',
        '░' | '…' | '·' => '.',
        '×' => 'x',
        '–' | '─' | '—' | '−' | '▁' => '-',
        '▸' | '→' => '>',
        '●' | '✓' => '*',
        '○' => 'o',
        '│' => '|',
        '‘' | '’' => '\'',
        '“' | '”' => '"',
        _ => '?',
    }
}

/// Writes along one line and never past its end.
#[derive(Debug)]
pub struct Pen<'c, 'a> {
    canvas: &'c mut Canvas<'a>,
    x: u16,
    y: u16,
    end: u16,
    base: Option<Style>,
}

impl Pen<'_, '_> {
    /// Fills the rest of the line with the selection; what is written from now on keeps it.
    pub fn select(&mut self) {
        self.select_as(Role::Selected);
    }

    /// The same in another role.
    pub fn select_as(&mut self, role: Role) {
        let style = self.canvas.theme.style(role);
        self.base = Some(style);
        for x in self.x..self.end {
            if let Some(cell) = self.canvas.buffer.cell_mut((x, self.y)) {
                cell.set_style(style);
            }
        }
    }

    /// The column the pen is at.
    pub const fn x(&self) -> u16 {
        self.x
    }

    /// Columns that are left.
    pub const fn room(&self) -> usize {
        self.end.saturating_sub(self.x) as usize
    }

    /// Leaves columns free at the end of the line.
    pub fn reserve(&mut self, columns: u16) {
        self.end = self.end.saturating_sub(columns).max(self.x);
    }

    /// Writes.
    pub fn put(&mut self, text: &str, role: Role) {
        let style = match self.base {
            Some(base) => base,
            None => self.canvas.theme.style(role),
        };
        self.put_styled(text, style);
    }

    fn put_styled(&mut self, text: &str, style: Style) {
        self.x = self.canvas.write(self.x, self.y, self.end, text, style);
    }

    /// Moves on.
    pub fn skip(&mut self, columns: usize) {
        let columns = columns.min(self.room());
        self.x += columns as u16;
    }

    /// Moves to a column counted from the line's own start.
    pub fn to(&mut self, x: u16) {
        self.x = x.clamp(self.x, self.end.max(self.x));
    }

    /// Writes into a column of this width, cut with an ellipsis where it is too long.
    pub fn column(&mut self, text: &str, columns: usize, role: Role) {
        let columns = columns.min(self.room());
        let start = self.x;
        let cut = truncate(text, columns, self.canvas.theme.signs().ellipsis);
        self.put(&cut, role);
        self.x = start;
        self.skip(columns);
    }

    /// Writes right-aligned into a column of this width.
    pub fn right(&mut self, text: &str, columns: usize, role: Role) {
        let pad = columns.saturating_sub(width(text));
        self.skip(pad);
        self.column(text, columns - pad, role);
    }

    /// Writes at the end of the line, if there is room after what stands there.
    pub fn at_end(&mut self, text: &str, role: Role) {
        let wide = width(text);
        if wide <= self.room() {
            self.skip(self.room() - wide);
            self.put(text, role);
        }
    }

    /// Writes what fits, cut with an ellipsis.
    pub fn fit(&mut self, text: &str, role: Role) {
        let cut = truncate(text, self.room(), self.canvas.theme.signs().ellipsis);
        self.put(&cut, role);
    }

    /// The sample of a colour, and a blank; nothing where there are no colours.
    pub fn swatch(&mut self, color: &Color, columns: usize) {
        if color.rgb.is_none() {
            return;
        }
        if let Some((sign, style)) = self.canvas.theme.swatch(color.rgb, color.family()) {
            let sample: String = std::iter::repeat_n(sign, columns).collect();
            self.put_styled(&sample, style);
            self.skip(1);
        }
    }

    /// Sample, name and number of a colour within this width.
    pub fn color(&mut self, color: &Color, columns: usize, role: Role) {
        let start = self.x;
        let end = start.saturating_add(columns.min(self.room()) as u16);
        self.swatch(color, 2);
        let left = usize::from(end.saturating_sub(self.x));
        let number = color.id.to_string();
        let room = left.saturating_sub(number.len() + 1);
        let name = truncate(&color.name, room, self.canvas.theme.signs().ellipsis);
        let text = if name.is_empty() {
            number
        } else {
            format!("{name} {number}")
        };
        self.column(&text, left, role);
        self.x = end;
    }

    /// Puts the terminal's cursor here.
    pub fn place_cursor(&mut self) {
        let (x, y) = (self.x.min(self.end.saturating_sub(1)), self.y);
        self.canvas.set_cursor(x, y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Depth;

    fn shown(theme: Theme, draw: impl FnOnce(&mut Canvas<'_>, Rect)) -> String {
        let area = Rect::new(0, 0, 12, 1);
        let mut buffer = Buffer::empty(area);
        draw(&mut Canvas::new(&mut buffer, &theme), area);
        buffer
            .content
            .iter()
            .map(ratatui::buffer::Cell::symbol)
            .collect()
    }

    #[test]
    fn nothing_is_drawn_outside() {
        let text = shown(Theme::new(Depth::Mono), |canvas, area| {
            canvas.pen(area, 7).put("below", Role::Text);
            let beside = Rect::new(10, 0, 50, 9);
            canvas.pen(beside, 0).put("beside", Role::Text);
        });
        assert_eq!(text, "          be");
    }

    #[test]
    fn ascii_terminals_get_ascii() {
        let text = shown(Theme::new(Depth::Mono).with_ascii(true), |canvas, area| {
            canvas.pen(area, 0).put("▸ 3023 ×14 é", Role::Text);
        });
        assert_eq!(text, "> 3023 x14 ?");
    }

    #[test]
    fn columns_align_and_cut() {
        let text = shown(Theme::new(Depth::Mono), |canvas, area| {
            let mut pen = canvas.pen(area, 0);
            pen.column("Plate 1 x 2", 6, Role::Text);
            pen.right("41", 6, Role::Text);
        });
        assert_eq!(text, "Plate…    41");
    }
}
