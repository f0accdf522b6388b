//! What narrows the catalogue: one list per kind of filter, each choice with what it would leave.

use ratatui::layout::Rect;

use super::filter_choices::{
    Choice, Facts, What, bins, categories, chosen, colors, kinds, made, own, printed, years,
};
use crate::domain::CatalogFilter;
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::key::Key;
use crate::tui::screen::Cx;
use crate::tui::theme::Role;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::list::Cursor;

/// The kinds of filter.
const GROUPS: [&str; 8] = [
    "Type", "Colour", "Category", "Year", "Print", "Made", "Own", "Bin",
];

/// What a choice has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Narrowed {
    /// The filter of the catalogue.
    Filter(CatalogFilter),
    /// Words of the shop's own notes.
    Own(Option<String>),
}

/// The panel while it is open.
#[derive(Debug, Default)]
pub struct FilterPanel {
    group: usize,
    cursor: Cursor,
    field: Field,
}

impl FilterPanel {
    /// To the next or the previous kind.
    pub fn turn(&mut self, forward: bool) {
        let by = if forward { 1 } else { GROUPS.len() - 1 };
        self.group = (self.group + by) % GROUPS.len();
        self.cursor = Cursor::default();
        self.field.clear();
    }

    /// Typed text narrows the choices.
    pub fn typed(&mut self, key: Key) {
        if self.field.on(key) {
            self.cursor = Cursor::default();
        }
    }

    /// Pasted text narrows the choices, too.
    pub fn paste(&mut self, text: &str) {
        self.field.insert(text.trim());
        self.cursor = Cursor::default();
    }

    /// Takes an action; answers what narrows from then on, if it changed.
    pub fn act(&mut self, action: Action, facts: &Facts<'_>, height: usize) -> Option<Narrowed> {
        let choices = self.choices(facts);
        if self.cursor.on(action, choices.len(), height) {
            return None;
        }
        match action {
            Action::Switch => self.turn(true),
            Action::Open => {
                let choice = choices.get(self.cursor.at)?;
                if let What::Own { any } = choice.what {
                    let words = if any {
                        String::new()
                    } else if self.field.is_empty() {
                        facts.own.unwrap_or_default().to_owned()
                    } else {
                        self.field.text().trim().to_lowercase()
                    };
                    return Some(Narrowed::Own((!choice.chosen).then_some(words)));
                }
                return Some(Narrowed::Filter(chosen(facts.filter, choice)));
            }
            _ => {}
        }
        None
    }

    fn choices(&self, facts: &Facts<'_>) -> Vec<Choice> {
        let typed = self.field.text().trim().to_lowercase();
        let mut choices = match self.group {
            0 => kinds(facts),
            1 => colors(facts),
            2 => categories(facts),
            3 => years(facts),
            4 => printed(facts),
            5 => made(facts),
            6 => return own(facts, &typed),
            _ => bins(facts, &typed),
        };
        if !typed.is_empty() {
            choices.retain(|choice| choice.label.to_lowercase().contains(&typed));
        }
        choices
    }

    /// Draws the panel over the catalogue.
    pub fn draw(&self, canvas: &mut Canvas<'_>, facts: &Facts<'_>, cx: &Cx<'_>) {
        let body = cx.area;
        let wide = body.width.min(64);
        let area = Rect {
            x: body.right() - wide,
            y: body.y + 1,
            width: wide,
            height: body.height.saturating_sub(1),
        };
        let inner = canvas.frame(area, "Filters");
        let mut pen = canvas.pen(inner, 0);
        if inner.width < 48 {
            pen.put(GROUPS[self.group], Role::Selected);
            pen.put(
                &format!("  {} of {}", self.group + 1, GROUPS.len()),
                Role::Dim,
            );
        } else {
            for (at, group) in GROUPS.iter().enumerate() {
                pen.put(
                    group,
                    if at == self.group {
                        Role::Selected
                    } else {
                        Role::Dim
                    },
                );
                pen.skip(2);
            }
        }
        let line = Rect {
            y: inner.y + 1,
            height: 1,
            ..inner
        };
        let mut pen = canvas.pen(line, 0);
        pen.put("Only ", Role::Dim);
        let field = Rect {
            x: inner.x + 5,
            width: inner.width.saturating_sub(5),
            ..line
        };
        self.field.draw(canvas, field, true, Role::Text);
        let rows = Rect {
            y: inner.y + 2,
            height: inner.height.saturating_sub(2),
            ..inner
        };
        self.draw_choices(canvas, rows, facts, cx);
    }

    fn draw_choices(&self, canvas: &mut Canvas<'_>, area: Rect, facts: &Facts<'_>, cx: &Cx<'_>) {
        let choices = self.choices(facts);
        let signs = cx.theme.signs();
        if choices.is_empty() {
            let text = if facts.counts.is_none() {
                "Counting"
            } else {
                "Nothing to choose from."
            };
            canvas.pen(area, 0).fit(text, Role::Dim);
        }
        let mut cursor = self.cursor;
        cursor.settle(choices.len(), area.height.into());
        let visible = cursor.visible(choices.len(), area.height.into());
        for (line, at) in visible.enumerate() {
            let choice = &choices[at];
            let mut pen = canvas.pen(area, line as u16);
            if at == cursor.at {
                pen.put(signs.cursor, Role::Accent);
                pen.skip(1);
                pen.select();
            } else {
                pen.skip(2);
            }
            pen.put(if choice.chosen { signs.mark } else { " " }, Role::Good);
            pen.skip(1 + choice.indent * 2);
            let room = pen.room().saturating_sub(10);
            match &choice.color {
                Some(color) => pen.color(color, room, Role::Text),
                None => pen.column(&choice.label, room, Role::Text),
            }
            let count = choice
                .count
                .map_or_else(String::new, |count| cx.numbers.whole(count));
            pen.right(&count, 10, Role::Dim);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{BinFilter, CatalogCounts, ItemKind, SortBin};

    fn counts() -> CatalogCounts {
        CatalogCounts {
            total: 10,
            of: 100,
            kinds: vec![(ItemKind::Part, 8), (ItemKind::Set, 2)],
            years: vec![(1999, 3), (2005, 7)],
            cabinets: vec![('C', 4)],
            ..CatalogCounts::default()
        }
    }

    fn press(panel: &mut FilterPanel, action: Action, filter: &mut CatalogFilter) {
        let counts = counts();
        let facts = Facts {
            counts: Some(&counts),
            colors: &[],
            categories: &[],
            filter,
            own: None,
        };
        if let Some(Narrowed::Filter(next)) = panel.act(action, &facts, 10) {
            *filter = next;
        }
    }

    #[test]
    fn choosing_twice_takes_it_away() {
        let (mut panel, mut filter) = (FilterPanel::default(), CatalogFilter::default());
        press(&mut panel, Action::Open, &mut filter);
        assert_eq!(filter.kinds, [ItemKind::Part]);
        press(&mut panel, Action::Down, &mut filter);
        press(&mut panel, Action::Open, &mut filter);
        assert_eq!(filter.kinds, [ItemKind::Part, ItemKind::Set]);
        press(&mut panel, Action::Open, &mut filter);
        assert_eq!(filter.kinds, [ItemKind::Part]);
    }

    #[test]
    fn two_years_make_a_span() {
        let (mut panel, mut filter) = (FilterPanel::default(), CatalogFilter::default());
        for _ in 0..3 {
            panel.turn(true);
        }
        press(&mut panel, Action::Open, &mut filter);
        assert_eq!((filter.year_from, filter.year_to), (Some(2005), Some(2005)));
        press(&mut panel, Action::Down, &mut filter);
        press(&mut panel, Action::Open, &mut filter);
        assert_eq!((filter.year_from, filter.year_to), (Some(1999), Some(2005)));
        press(&mut panel, Action::Open, &mut filter);
        assert_eq!((filter.year_from, filter.year_to), (None, None));
    }

    #[test]
    fn a_typed_bin_can_be_chosen() {
        let (mut panel, mut filter) = (FilterPanel::default(), CatalogFilter::default());
        panel.turn(false);
        for c in "c303".chars() {
            panel.typed(Key::char(c));
        }
        press(&mut panel, Action::Open, &mut filter);
        assert_eq!(filter.bin, SortBin::parse("C303").map(BinFilter::Bin));
    }
}
