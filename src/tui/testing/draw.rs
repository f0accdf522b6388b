//! A screen as text that a person can read in a review: plain, or with the roles of its parts.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color as Ink, Modifier, Style};

use crate::tui::theme::{Role, Theme};

fn rows(buffer: &Buffer) -> impl Iterator<Item = &[Cell]> {
    buffer.content.chunks(usize::from(buffer.area.width.max(1)))
}

/// Only the text, without blanks at the ends of lines.
pub fn plain(buffer: &Buffer) -> String {
    let lines: Vec<String> = rows(buffer)
        .map(|row| {
            let line: String = row.iter().map(Cell::symbol).collect();
            line.trim_end().to_owned()
        })
        .collect();
    lines.join("\n")
}

/// The text with `‹role›` where one begins and `‹›` where plain text goes on.
pub fn styled(buffer: &Buffer, theme: Theme) -> String {
    let mut lines = Vec::new();
    for row in rows(buffer) {
        let mut line = String::new();
        let mut now = String::new();
        for cell in row {
            let name = name(cell, theme);
            if name != now {
                line.push('‹');
                line.push_str(&name);
                line.push('›');
                now = name;
            }
            line.push_str(cell.symbol());
        }
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

fn name(cell: &Cell, theme: Theme) -> String {
    let is = |style: Style| {
        cell.fg == style.fg.unwrap_or(Ink::Reset)
            && cell.bg == style.bg.unwrap_or(Ink::Reset)
            && cell.modifier == style.add_modifier
    };
    if is(Style::new()) {
        return String::new();
    }
    for role in Role::ALL {
        if is(theme.style(role)) {
            return role.name().to_owned();
        }
    }
    match cell.fg {
        Ink::Rgb(r, g, b) if cell.modifier == Modifier::empty() => {
            format!("#{r:02x}{g:02x}{b:02x}")
        }
        other => format!("{other} {:?}", cell.modifier),
    }
}
