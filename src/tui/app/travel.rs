//! Going from screen to screen, and what becomes of those that are left.

use super::{App, Entry, Missed};
use crate::tui::effect::Destination;
use crate::tui::keymap::Context;
use crate::tui::screens;

/// Whether a screen is this main screen, or a part of it.
fn is(entry: &Entry, main: Context) -> bool {
    screens::part_of(entry.screen.context()) == main
}

impl App {
    pub(super) fn push(&mut self, destination: &Destination) {
        self.last_id += 1;
        let id = self.last_id;
        let screen = screens::make(destination);
        self.stack.push(Entry {
            id,
            screen,
            missed: Missed::Nothing,
        });
        self.shown();
    }

    /// Goes to a screen. Main screens lie directly on the overview, and come back as they were left.
    pub(super) fn go(&mut self, destination: &Destination) {
        let Some(main) = screens::main_context(destination) else {
            self.push(destination);
            return;
        };
        if matches!(
            destination,
            Destination::Search(_) | Destination::InventoryOf(_) | Destination::OrdersOf(_)
        ) {
            self.parked.retain(|entry| entry.screen.context() != main);
            let here = self
                .stack
                .iter()
                .position(|entry| entry.screen.context() == main);
            if let Some(at) = here.filter(|at| *at > 0) {
                self.forget_from(at);
            }
        } else if let Some(at) = self
            .stack
            .iter()
            .position(|entry| is(entry, main) && !entry.screen.passing())
        {
            self.park_from(at + 1);
            self.shown();
            return;
        }
        self.park_from(1);
        if let Some(at) = self.parked.iter().position(|entry| is(entry, main)) {
            let entry = self.parked.remove(at);
            self.stack.push(entry);
            self.shown();
        } else {
            self.push(destination);
        }
    }

    fn park_from(&mut self, from: usize) {
        let left = self.stack.split_off(from.clamp(1, self.stack.len().max(1)));
        for entry in left {
            if screens::is_main(entry.screen.context()) && !entry.screen.passing() {
                self.parked.push(entry);
            } else {
                self.forget(entry.id);
            }
        }
    }

    fn forget_from(&mut self, from: usize) {
        for entry in self.stack.split_off(from.min(self.stack.len())) {
            self.forget(entry.id);
        }
    }

    /// A screen is gone: its questions and timers go with it. What it has written goes on.
    pub(super) fn forget(&mut self, id: u32) {
        self.timers.retain(|timer| timer.screen != id);
        self.flights.forget(id);
    }

    pub(super) fn back(&mut self, screen: u32) {
        let in_front = self.stack.last().is_some_and(|entry| entry.id == screen);
        if in_front && self.stack.len() > 1 {
            self.park_from(self.stack.len() - 1);
            self.shown();
        }
    }
}
