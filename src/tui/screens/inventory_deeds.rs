//! What the inventory's keys do to lots, and how it is taken back.

use super::inventory::{DEED, Inventory, OVER, REMEMBERED};
use super::inventory_change::ChangeLine;
use super::inventory_filing::Filing;
use super::inventory_forms::Over;
use super::inventory_saved::Saved;
use crate::api::{Answer, Reply, Request, StockRequest};
use crate::domain::edit::{Edits, LotEdit};
use crate::domain::rows::DeedReport;
use crate::domain::{CorrelationId, LotId, LotShelf, LotView, Which};
use crate::tui::action::Action;
use crate::tui::effect::{Destination, Effect};
use crate::tui::screen::Cx;
use crate::tui::text::count;
use crate::tui::theme::Role;

impl Inventory {
    pub(super) fn deed_done(&mut self, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        match answer {
            Ok(Reply::Deed(report)) => {
                if let Some(Over::Add(add)) = &mut self.over {
                    add.added();
                } else {
                    if matches!(self.over, Some(Over::Filing(_))) {
                        // They lie elsewhere now.
                        self.marks.clear();
                    }
                    self.over = None;
                }
                self.told(&report, cx)
            }
            Ok(_) => Vec::new(),
            Err(error) => match &mut self.over {
                _ if self.turning.is_some() => {
                    // It stays where it was: perhaps it works later.
                    match self.turning.take() {
                        Some((deed, true)) => self.taken_back.push(deed),
                        Some((deed, false)) => self.done.push(deed),
                        None => {}
                    }
                    vec![Effect::fail(&error)]
                }
                Some(over) => {
                    over.refuse(&error.message);
                    Vec::new()
                }
                None => vec![Effect::fail(&error)],
            },
        }
    }

    pub(super) fn told(&mut self, report: &DeedReport, cx: &Cx<'_>) -> Vec<Effect> {
        if let Some((deed, again)) = self.turning.take() {
            return vec![self.turned(deed, again, cx)];
        }
        let Some(deed) = report.deed else {
            let why = report.listed.first().map(|row| row.why.clone());
            let text = why.unwrap_or_else(|| "Nothing is different.".into());
            return vec![Effect::Say(Role::Info, text)];
        };
        self.done.push(deed);
        self.taken_back.clear();
        if self.done.len() > REMEMBERED {
            self.done.remove(0);
        }
        let keys = cx.keymap.shown(Action::Undo, false).unwrap_or_default();
        let mut text = count(cx.numbers, u64::from(report.changed), "lot", "lots");
        text.push_str(" changed");
        if report.refused > 0 {
            let first = report.listed.first().map_or("", |row| row.why.as_str());
            text = format!("{text}, {} not ({first})", report.refused);
        }
        vec![Effect::Say(
            if report.refused > 0 {
                Role::Warning
            } else {
                Role::Good
            },
            format!("{text}. {keys} takes it back."),
        )]
    }

    pub(super) fn turned(&mut self, deed: CorrelationId, again: bool, cx: &Cx<'_>) -> Effect {
        let (list, action, text) = if again {
            (&mut self.done, Action::Undo, "Brought back")
        } else {
            (&mut self.taken_back, Action::Redo, "Taken back")
        };
        list.push(deed);
        let keys = cx.keymap.shown(action, false).unwrap_or_default();
        let other = if again {
            "takes it back"
        } else {
            "brings it back"
        };
        Effect::Say(Role::Good, format!("{text}. {keys} {other}."))
    }

    /// Marked lots, else the one the cursor is at.
    pub(super) fn meant(&self) -> Vec<LotId> {
        if self.marks.is_empty() {
            self.window
                .current()
                .map(|row| row.id)
                .into_iter()
                .collect()
        } else {
            self.marks.keys().copied().collect()
        }
    }

    pub(super) fn change(&mut self, text: &str, all: bool) -> Vec<Effect> {
        let lots = self.meant();
        if lots.is_empty() && !all {
            return vec![Effect::Say(
                Role::Info,
                "There is no lot here to change.".into(),
            )];
        }
        let line = ChangeLine::new(text, lots, self.shown.clone().unwrap_or_default(), all);
        self.over = Some(Over::Change(Box::new(line)));
        match &mut self.over {
            Some(Over::Change(line)) => line.look(),
            _ => Vec::new(),
        }
    }

    /// Something that needs no words: it is done at once, and can be taken back.
    pub(super) fn at_once(&self, edit: LotEdit, cx: &Cx<'_>) -> Vec<Effect> {
        let lots = self.meant();
        if lots.is_empty() {
            return Vec::new();
        }
        let request = StockRequest::Change {
            which: Which::Lots(lots),
            edits: Edits(vec![edit]),
            why: String::new(),
            op: cx.operation(),
        };
        vec![Effect::send(DEED, Request::Stock(request))]
    }

    pub(super) fn turn(&mut self, again: bool, cx: &Cx<'_>) -> Vec<Effect> {
        if self.turning.is_some() {
            let text = "It is being taken back or brought back. Esc cancels that.";
            return vec![Effect::Say(Role::Info, text.into())];
        }
        let (list, nothing) = if again {
            (&mut self.taken_back, "Nothing was taken back here.")
        } else {
            (
                &mut self.done,
                "Nothing was changed here yet. The history takes back older changes.",
            )
        };
        let Some(deed) = list.pop() else {
            return vec![Effect::Say(Role::Info, nothing.into())];
        };
        let op = cx.operation();
        (self.turning, self.turn) = (Some((deed, again)), Some(op));
        let request = StockRequest::Undo {
            deed,
            why: String::new(),
            partly: false,
            op,
        };
        vec![Effect::send(DEED, Request::Stock(request))]
    }

    /// What is being taken back stays as it is.
    pub(super) fn cancel_turn(&mut self) -> Vec<Effect> {
        let cancel = self.turn.take().map(|op| StockRequest::Cancel { op });
        cancel
            .map(|cancel| Effect::send(OVER, Request::Stock(cancel)))
            .into_iter()
            .collect()
    }

    /// The saved views, over what is seen now.
    pub(super) fn saved_views(&mut self) -> Vec<Effect> {
        let now = LotView {
            name: self.view.clone().unwrap_or_default(),
            query: self.query(),
            columns: self.columns().to_vec(),
        };
        self.over = Some(Over::Saved(Box::new(Saved::over(now))));
        Saved::ask()
    }

    fn file_lots(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let lots = self.meant();
        if lots.is_empty() || self.shelf == LotShelf::Gone {
            let text = "There is no lot here that could go into a file.";
            return vec![Effect::Say(Role::Info, text.into())];
        }
        let query = self.shown.clone().unwrap_or_default();
        self.over = Some(Over::Filing(Box::new(Filing::of(lots, query, cx))));
        Filing::ask()
    }

    pub(super) fn write(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Effect> {
        match action {
            Action::AddLot => {
                self.over = Some(Over::add(self.shelf));
                Vec::new()
            }
            Action::EditLot if self.marks.len() > 1 => self.change("", false),
            Action::EditLot => {
                if let Some(row) = self.window.current() {
                    self.over = Some(Over::edit(row, cx));
                }
                Vec::new()
            }
            Action::SetQuantity => self.change("qty=", false),
            Action::SetPrice => self.change("price=", false),
            Action::MoveLot => self.change("loc=", false),
            Action::ChangeAll => self.change("", true),
            Action::DeleteLot if self.shelf == LotShelf::Gone => self.at_once(LotEdit::Restore, cx),
            Action::DeleteLot => {
                let effects = self.at_once(LotEdit::Delete, cx);
                self.marks.clear();
                effects
            }
            Action::SplitLot => {
                if let Some(row) = self.window.current() {
                    self.over = Some(Over::split(row));
                }
                Vec::new()
            }
            Action::MergeLots => self.merge(),
            Action::PartOut | Action::CopyValues | Action::Subtract => {
                self.open_list_form(action);
                Vec::new()
            }
            Action::ImportList => vec![Effect::Go(Destination::Import(None))],
            Action::FileLots => self.file_lots(cx),
            Action::Undo => self.turn(false, cx),
            Action::Redo => self.turn(true, cx),
            _ => Vec::new(),
        }
    }

    pub(super) fn merge(&mut self) -> Vec<Effect> {
        let Some(into) = self.window.current().cloned() else {
            return Vec::new();
        };
        let from: Vec<LotId> = self
            .marks
            .keys()
            .copied()
            .filter(|id| *id != into.id)
            .collect();
        if from.is_empty() {
            return vec![Effect::Say(
                Role::Info,
                "Mark the lots that go, stand on the one that stays, and merge again.".into(),
            )];
        }
        self.over = Some(Over::merge(&into, from));
        Vec::new()
    }
}
