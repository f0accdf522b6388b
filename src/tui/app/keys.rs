//! From keys to actions: what lies on top first, then chords of two keys, then the screen.

use super::gate::badge_in;
use super::{App, Overlay, TWICE};
use crate::tui::action::Action;
use crate::tui::effect::Destination;
use crate::tui::input::{Input, is_scan_text, split_paste};
use crate::tui::key::{Code, Key};
use crate::tui::keymap::{Resolved, edits_text};
use crate::tui::screen::{Mode, ScreenEvent};
use crate::tui::theme::Role;
use crate::tui::widgets::help;
use crate::tui::widgets::palette::{Palette, Picked};

impl App {
    pub(super) fn input(&mut self, input: Input) {
        if let Input::Resize(width, height) = input {
            self.size = ratatui::layout::Rect::new(0, 0, width, height);
            self.changed();
            self.tell_front(ScreenEvent::Resized);
            return;
        }
        self.last_key = self.elapsed;
        let interrupt = matches!(&input, Input::Key(key)
            if self.options.keymap.resolve(self.context(), None, *key)
                == Resolved::Action(Action::Interrupt));
        if interrupt {
            self.interrupt();
            return;
        }
        if self.gate.is_some() {
            match input {
                Input::Key(key) => self.gate_key(key),
                Input::Paste(text) => self.gate_paste(&text),
                Input::Resize(..) => {}
            }
            return;
        }
        let busy = self.stack.last().is_some_and(|entry| entry.screen.busy());
        let on_top = !matches!(self.overlay, Overlay::None);
        if busy && !on_top {
            // Without a server the answer may never come; leaving must be possible all the same.
            if self.session.lost.is_some() && input == Input::Key(Key::plain(Code::Esc)) {
                let unused = self.drop_held();
                self.act(Action::Back);
                if unused > 0 {
                    self.say(Role::Warning, format!("{unused} scans were not used."));
                }
                return;
            }
            self.held.push_back(input);
            self.changed();
            return;
        }
        self.take(input);
    }

    fn take(&mut self, input: Input) {
        self.changed();
        match input {
            Input::Key(key) => self.key(key),
            Input::Paste(text) => self.paste(text),
            Input::Resize(..) => {}
        }
    }

    /// Replays what was held, until the screen has to wait again.
    pub(super) fn release(&mut self) {
        while !self.stack.last().is_some_and(|entry| entry.screen.busy()) {
            let Some(input) = self.held.pop_front() else {
                return;
            };
            self.take(input);
        }
    }

    /// Throws away codes that were ended and keeps the begun one; answers how many they were.
    pub(super) fn drop_held(&mut self) -> usize {
        let mut dropped = 0;
        let mut begun = false;
        let mut keep_from = 0;
        for (at, input) in self.held.iter().enumerate() {
            match input {
                Input::Key(key) if key.code == Code::Enter => {
                    dropped += usize::from(std::mem::take(&mut begun));
                    keep_from = at + 1;
                }
                Input::Key(key) if key.text().is_some() => begun = true,
                Input::Paste(text) => {
                    dropped += split_paste(text).0.len();
                    keep_from = at + 1;
                }
                _ => {}
            }
        }
        self.held.drain(..keep_from);
        dropped
    }

    fn interrupt(&mut self) {
        if self
            .interrupted
            .is_some_and(|at| self.elapsed.saturating_sub(at) <= TWICE)
        {
            self.finished = true;
        }
        self.interrupted = Some(self.elapsed);
        self.say(
            Role::Info,
            "Ctrl+C once more leaves the program.".to_owned(),
        );
    }

    fn mode(&self) -> Mode {
        self.stack
            .last()
            .map_or(Mode::Commands, |entry| entry.screen.mode())
    }

    fn paste(&mut self, text: String) {
        match &mut self.overlay {
            Overlay::Palette(palette) => palette.paste(&text),
            Overlay::Help { .. } => {}
            Overlay::None => {
                self.pending = None;
                self.tell_front(ScreenEvent::Paste(text));
            }
        }
    }

    fn key(&mut self, key: Key) {
        match &mut self.overlay {
            Overlay::Help { .. } => self.help_key(key),
            Overlay::Palette(palette) => match palette.on(key) {
                Picked::Nothing => {}
                Picked::Closed => self.overlay = Overlay::None,
                Picked::Action(action) => {
                    self.overlay = Overlay::None;
                    // What waits for an answer was meant for this screen, not for the next.
                    let unused = self.drop_held();
                    self.held.clear();
                    if unused > 0 {
                        self.say(Role::Warning, format!("{unused} scans were not used."));
                    }
                    self.act(action);
                }
            },
            Overlay::None => self.screen_key(key),
        }
    }

    fn help_key(&mut self, key: Key) {
        let context = self.context();
        let lines = help::lines(context, &self.options.keymap, &self.session).len();
        let page = help::page(self.size);
        let Overlay::Help { top } = &mut self.overlay else {
            return;
        };
        match self.options.keymap.resolve(context, None, key) {
            Resolved::Action(Action::Down) => *top += 1,
            Resolved::Action(Action::Up) => *top = top.saturating_sub(1),
            _ if key.code == Code::PageDown || key == Key::char(' ') => *top += page,
            _ if key.code == Code::PageUp => *top = top.saturating_sub(page),
            _ if key.code == Code::Down => *top += 1,
            _ if key.code == Code::Up => *top = top.saturating_sub(1),
            _ => {
                self.overlay = Overlay::None;
                return;
            }
        }
        *top = (*top).min(lines.saturating_sub(page));
    }

    fn screen_key(&mut self, key: Key) {
        if self.badge_key(key) {
            return;
        }
        let context = self.context();
        if let Some(first) = self.pending.take() {
            // A second key that does not belong to the first is a key of its own.
            if let Resolved::Action(action) = self.options.keymap.resolve(context, Some(first), key)
            {
                self.act(action);
                return;
            }
        }
        let text = match self.mode() {
            Mode::Commands => false,
            Mode::Typing => edits_text(key),
            Mode::Form => true,
            Mode::Scanning { empty } => is_scan_text(empty, key) || (!empty && edits_text(key)),
        };
        if text {
            if key.code == Code::Enter && self.badge_in_text() {
                return;
            }
            self.remember_typed(key);
            self.tell_front(ScreenEvent::Key(key));
            return;
        }
        if key.code == Code::Enter && self.badge_in_text() {
            return;
        }
        self.typed.clear();
        match self.options.keymap.resolve(context, None, key) {
            Resolved::Action(action) => self.act(action),
            Resolved::Prefix => self.pending = Some(key),
            Resolved::Nothing => self.tell_front(ScreenEvent::Key(key)),
        }
    }

    /// A scanner types a badge like a person types: where no text is typed, its first sign begins it
    /// and Enter ends it. Answers whether the key was part of one.
    fn badge_key(&mut self, key: Key) -> bool {
        if let Some(read) = &mut self.badge {
            match key.code {
                Code::Enter => {
                    let read = self.badge.take().unwrap_or_default();
                    match badge_in(&read) {
                        Some((_, badge)) => self.badge(badge),
                        None => self.say(Role::Warning, "That was no badge.".into()),
                    }
                }
                Code::Char(c) if !key.ctrl && !key.alt && read.len() < 64 => {
                    read.push(c);
                    let dots = "·".repeat(read.len());
                    self.say(Role::Info, format!("badge {dots}   Esc cancels"));
                }
                _ => {
                    self.badge = None;
                    self.message = None;
                }
            }
            return true;
        }
        let no_text = matches!(self.mode(), Mode::Commands | Mode::Scanning { empty: true });
        if key == Key::char('%') && no_text && self.pending.is_none() {
            self.badge = Some("%".into());
            return true;
        }
        false
    }

    /// Keeps the end of what is typed.
    fn remember_typed(&mut self, key: Key) {
        match key.text() {
            Some(c) => {
                self.typed.push(c);
                if self.typed.chars().count() > 64 {
                    self.typed.remove(0);
                }
            }
            None => self.typed.clear(),
        }
    }

    /// A badge that was scanned into a text goes out of it again and counts as a badge.
    fn badge_in_text(&mut self) -> bool {
        let typed = std::mem::take(&mut self.typed);
        let Some((before, badge)) = badge_in(&typed) else {
            return false;
        };
        for _ in before..typed.chars().count() {
            self.tell_front(ScreenEvent::Key(Key::plain(Code::Backspace)));
        }
        self.badge(badge);
        true
    }

    pub(super) fn act(&mut self, action: Action) {
        if let Some(right) = action.right()
            && !self.session.may(Some(right))
        {
            let refused = self.session.refusal(right);
            self.say(Role::Warning, refused);
            return;
        }
        if self.session.me.is_none() && action == Action::Home {
            // Without an account the overview is the place where one is opened.
            self.ask_standing();
            return;
        }
        let destination = match action {
            Action::You => Destination::You,
            Action::People => Destination::People,
            Action::Audit => Destination::Audit,
            Action::Settings => Destination::Settings,
            Action::SwitchPerson => {
                self.show_faces(false);
                return;
            }
            Action::Lock => {
                self.lock();
                return;
            }
            Action::SignOut => {
                self.sign_out();
                return;
            }
            Action::Notes => {
                if let Some(key) = self.noted_item() {
                    self.open_notes(key);
                }
                return;
            }
            Action::Undo if self.noted_item().is_some() => {
                self.undo_note();
                return;
            }
            Action::Help => {
                self.overlay = Overlay::Help { top: 0 };
                return;
            }
            Action::Palette => {
                self.overlay = Overlay::Palette(Palette::new(
                    self.context(),
                    &self.options.keymap,
                    &self.session,
                ));
                return;
            }
            Action::Interrupt => {
                self.interrupt();
                return;
            }
            Action::Redraw => {
                self.redraw();
                return;
            }
            Action::Home => Destination::Home,
            Action::Catalog => Destination::Catalog,
            Action::Browse => Destination::Browse,
            Action::Inventory => Destination::Inventory,
            Action::Orders => Destination::Orders,
            Action::Walks => Destination::Walks,
            Action::Jobs => Destination::Jobs,
            Action::History => Destination::History(Box::default()),
            Action::Files => Destination::Files,
            Action::Places => Destination::Places,
            Action::Markets => Destination::Markets,
            Action::Identify => Destination::Identify,
            Action::MachineRoom => Destination::Machine,
            Action::Search if !crate::tui::screens::searches(self.context()) => {
                self.go(&Destination::Catalog);
                self.tell_front(ScreenEvent::Do(Action::Search));
                return;
            }
            _ => {
                self.tell_front(ScreenEvent::Do(action));
                self.release();
                return;
            }
        };
        self.go(&destination);
    }
}
