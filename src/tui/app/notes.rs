//! The shop's own tags, notes and bin of an item, edited over the screen that shows it.

use super::App;
use super::gate::{Gate, NOTED, NOTES};
use crate::api::{Answer, Reply, Request};
use crate::domain::{ItemKey, OverlayEdit, OverlayRow, SortBin};
use crate::tui::theme::Role;
use crate::tui::widgets::form::Form;

/// The editor while it is open.
#[derive(Debug)]
pub(super) struct Notes {
    key: ItemKey,
    before: OverlayEdit,
    pub(super) form: Form,
}

/// All of an overlay as an edit, so that writing it brings back just that.
fn whole(row: Option<&OverlayRow>) -> OverlayEdit {
    let overlay = row.map(|row| &row.overlay);
    OverlayEdit {
        tags: Some(overlay.map_or_else(Vec::new, |overlay| overlay.tags.clone())),
        notes: Some(overlay.map_or_else(String::new, |overlay| overlay.notes.clone())),
        bin: Some(overlay.and_then(|overlay| overlay.bin)),
    }
}

impl Notes {
    /// Says what is wrong with the bin.
    pub(super) fn check(&mut self) {
        let bin = self.form.value(2);
        let wrong = !bin.trim().is_empty() && SortBin::parse(bin.trim()).is_none();
        self.form
            .mistake(2, wrong.then_some("a letter and a number, such as C12"));
    }
}

/// Lines of notes stand in one field, with this between them.
const BREAK: &str = " / ";

impl App {
    /// Begins to edit: first what is there is read.
    pub(super) fn open_notes(&mut self, key: ItemKey) {
        self.noting = Some(key.clone());
        self.send_gate(NOTES, Request::Overlay { key });
    }

    pub(super) fn notes_read(&mut self, answer: Answer) {
        let Some(key) = self.noting.take() else {
            return;
        };
        let row = match answer {
            Ok(Reply::Overlay(row)) => row,
            Ok(_) => return,
            Err(error) => {
                self.say(Role::Bad, error.message);
                return;
            }
        };
        let before = whole(row.as_deref());
        let tags = before.tags.clone().unwrap_or_default().join(", ");
        let notes = before
            .notes
            .clone()
            .unwrap_or_default()
            .replace('\n', BREAK);
        let bin = before
            .bin
            .flatten()
            .map_or_else(String::new, |bin| bin.to_string());
        let form = Form::new(format!("{key}: the shop's own notes"))
            .text("Tags", &tags)
            .text("Notes", &notes)
            .text("Bin", &bin)
            .keys("Tags: commas between   Notes: / between lines   Enter save   Esc back");
        self.gate = Some(Gate::Notes(Notes { key, before, form }));
        self.changed();
    }

    pub(super) fn write_notes(&mut self) {
        let Some(Gate::Notes(notes)) = &mut self.gate else {
            return;
        };
        let form = &mut notes.form;
        let bin = form.value(2);
        let bin = bin.trim();
        let parsed = SortBin::parse(bin);
        let tags = form.value(0);
        let tags = tags.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        let text = form.value(1);
        let lines: Vec<&str> = text.split(BREAK).map(str::trim).collect();
        let edit = OverlayEdit {
            tags: Some(tags.map(str::to_owned).collect()),
            notes: Some(lines.join("\n").trim().to_owned()),
            bin: Some(parsed),
        };
        let key = notes.key.clone();
        self.last_note = Some((key.clone(), notes.before.clone()));
        let edit = Box::new(edit);
        self.send_gate(NOTED, Request::SetOverlay { key, edit });
    }

    pub(super) fn noted(&mut self, answer: Answer) {
        match answer {
            Ok(_) => {
                if matches!(self.gate, Some(Gate::Notes(_))) {
                    self.gate = None;
                    let keys = self
                        .options
                        .keymap
                        .shown(crate::tui::action::Action::Undo, false);
                    let keys = keys.unwrap_or_default();
                    self.say(Role::Good, format!("Saved. {keys} takes it back."));
                } else {
                    self.say(Role::Good, "The notes are as they were before.".into());
                }
            }
            Err(error) => match &mut self.gate {
                Some(Gate::Notes(notes)) => notes.form.failed = Some(error.message),
                _ => self.say(Role::Bad, error.message),
            },
        }
    }

    /// Brings back what the last edit has changed; doing it again brings the edit back.
    pub(super) fn undo_note(&mut self) {
        match self.last_note.take() {
            Some((key, before)) => {
                let edit = Box::new(before);
                self.send_gate(NOTED, Request::SetOverlay { key, edit });
            }
            None => self.say(Role::Info, "There are no notes to take back.".into()),
        }
    }

    /// Whether notes can be edited where one is.
    pub(super) fn noted_item(&self) -> Option<ItemKey> {
        self.stack.last()?.screen.item()
    }
}
