//! Which column of a table holds what, chosen by a person before the table is read.

use ratatui::layout::Rect;

use crate::domain::review::ListLook;
use crate::domain::{Column, ColumnAt, ListField, Mapping};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::screen::Cx;
use crate::tui::theme::Role;
use crate::tui::widgets::list::Cursor;

/// The columns of a table.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) look: ListLook,
    mapping: Mapping,
    /// The row that holds the names of the columns; `None`: none does.
    titles: Option<usize>,
    fields: Vec<Option<ListField>>,
    cursor: Cursor,
}

impl Columns {
    /// With what is kept, or guessed.
    pub(super) fn of(look: ListLook) -> Self {
        let mapping = look.mapping.clone().unwrap_or_default();
        let width = look.head.iter().map(Vec::len).max().unwrap_or(0);
        let fields_of = |row: &Vec<String>| mapping.fields(row.iter().map(String::as_str));
        let known = |row: &Vec<String>| fields_of(row).iter().flatten().count();
        // The row in which most columns are known holds their names.
        let titles = if mapping.has_titles() {
            (0..look.head.len())
                .rev()
                .max_by_key(|at| known(&look.head[*at]))
        } else {
            None
        };
        let row = titles.unwrap_or(0);
        let mut fields = look.head.get(row).map(fields_of).unwrap_or_default();
        fields.resize(width, None);
        Self {
            mapping,
            titles,
            fields,
            cursor: Cursor::default(),
            look,
        }
    }

    fn height(cx: &Cx<'_>) -> usize {
        usize::from(cx.area.height.saturating_sub(5)).max(1)
    }

    /// Takes a key; `true` when it was one of its own.
    pub(super) fn on(&mut self, action: Action, cx: &Cx<'_>) -> bool {
        let step = match action {
            Action::Right => 1,
            Action::Left => -1,
            Action::Mark => {
                // Another row holds the names, or none.
                self.titles = match self.titles {
                    None => (!self.look.head.is_empty()).then_some(0),
                    Some(at) => (at + 1 < self.look.head.len()).then_some(at + 1),
                };
                return true;
            }
            action => return self.cursor.on(action, self.fields.len(), Self::height(cx)),
        };
        let all = ListField::columns();
        let taken: Vec<ListField> = self.fields.iter().flatten().copied().collect();
        let Some(field) = self.fields.get_mut(self.cursor.at) else {
            return true;
        };
        // Around through all that no other column holds, and through "not read".
        let len = all.len().cast_signed() + 1;
        let place = |field: &ListField| all.iter().position(|known| known == field);
        let mut at = field
            .as_ref()
            .and_then(place)
            .map_or(0, |at| at.cast_signed() + 1);
        loop {
            at = (at + step).rem_euclid(len);
            let next = usize::try_from(at - 1)
                .ok()
                .and_then(|at| all.get(at))
                .copied();
            if next.is_none() || next == *field || !next.is_some_and(|f| taken.contains(&f)) {
                *field = next;
                return true;
            }
        }
    }

    /// Whether the table can be read like this.
    pub(super) fn enough(&self) -> bool {
        let has = |field| self.fields.contains(&Some(field));
        has(ListField::Number) && has(ListField::Quantity)
    }

    /// What the person chose; `None` where it is what would be read anyway.
    pub(super) fn chosen(&self) -> Option<Mapping> {
        let title = |place: usize| {
            let row = self.look.head.get(self.titles?)?;
            let text = row.get(place)?.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let titled =
            (0..self.fields.len()).all(|at| self.fields[at].is_none() || title(at).is_some());
        let columns = self.fields.iter().enumerate().filter_map(|(place, field)| {
            let at = match title(place).filter(|_| titled) {
                Some(title) => ColumnAt::Titled(title),
                None => ColumnAt::Place(place as u16),
            };
            field.map(|field| Column { at, field })
        });
        let mapping = Mapping {
            columns: columns.collect(),
            ..self.mapping.clone()
        };
        (self.look.mapping.as_ref() != Some(&mapping)).then_some(mapping)
    }

    /// Draws the columns with what stands in them.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
        let how = if self.look.kept {
            format!("Columns as they are kept for “{}”.", self.look.known_as)
        } else {
            format!("They will be kept for the next “{}”.", self.look.known_as)
        };
        let mut pen = canvas.pen(area, 0);
        pen.put(&self.look.file, Role::Strong);
        pen.skip(2);
        pen.fit(&self.look.what, Role::Dim);
        canvas.pen(area, 1).fit(&how, Role::Dim);
        let (number, titles, holds) = (3, 22, 18);
        let mut pen = canvas.pen(area, 2);
        pen.skip(2);
        pen.right("", number, Role::Dim);
        pen.skip(1);
        pen.column("Column", titles, Role::Dim);
        pen.column("Holds", holds, Role::Dim);
        pen.fit("Below it", Role::Dim);
        let rows = Rect {
            y: area.y + 3,
            height: area.height.saturating_sub(5),
            ..area
        };
        let below = self.titles.map_or(0, |at| at + 1);
        for (line, at) in self
            .cursor
            .visible(self.fields.len(), rows.height.into())
            .enumerate()
        {
            let cell = |row: usize| self.look.head.get(row).and_then(|row| row.get(at));
            let mut pen = canvas.pen(rows, line as u16);
            if at == self.cursor.at {
                pen.put(cx.theme.signs().cursor, Role::Accent);
                pen.skip(1);
                pen.select();
            } else {
                pen.skip(2);
            }
            pen.right(&(at + 1).to_string(), number, Role::Dim);
            pen.skip(1);
            let title = self.titles.and_then(cell).map_or("", String::as_str);
            pen.column(title, titles, Role::Text);
            match self.fields[at] {
                Some(field) => pen.column(field.word(), holds, Role::Good),
                None => pen.column("not read", holds, Role::Dim),
            }
            pen.fit(cell(below).map_or("", String::as_str), Role::Dim);
        }
        let end = area.height.saturating_sub(2);
        if !self.enough() {
            let text = "Item number and Quantity must be known; Left and Right choose.";
            canvas.pen(area, end).fit(text, Role::Warning);
        }
        let keys = "Enter reads it   Left Right what it holds   Space row of the names   Esc back";
        canvas.pen(area, end + 1).fit(keys, Role::Dim);
    }
}
