//! Where a person is: remembered at the server, so that the next sign-in leads there.

use std::time::Duration;

use super::App;
use super::gate::UNHEARD;
use crate::api::DoorRequest;
use crate::domain::Whereabouts;
use crate::tui::effect::Destination;

/// A person who stays somewhere for so long is there.
const REST: Duration = Duration::from_secs(2);

/// The way back.
pub(super) fn destination(whereabouts: Whereabouts) -> Option<Destination> {
    Some(match whereabouts {
        Whereabouts::Home => return None,
        Whereabouts::Catalog(query) => Destination::Search(Box::new(query)),
        Whereabouts::Item(key) => Destination::Item(key),
        Whereabouts::Inventory(query) => Destination::InventoryOf(Box::new(query)),
        Whereabouts::Orders(query) => Destination::OrdersOf(Box::new(query)),
        Whereabouts::Order(id) => Destination::Order(id),
        Whereabouts::Pick(session) => Destination::ResumePick(session),
    })
}

impl App {
    /// Where the person is now; the screen that knows, from the front backwards.
    pub(super) fn here(&self) -> Option<Whereabouts> {
        self.stack
            .iter()
            .rev()
            .find_map(|entry| entry.screen.whereabouts())
    }

    /// Looks whether the person has gone somewhere.
    pub(super) fn look_around(&mut self) {
        if self.session.me.is_none() || self.gate.is_some() || self.here() == self.here_last {
            self.here_due = None;
            return;
        }
        if self.here_due.is_none() {
            self.here_due = Some(self.elapsed + REST);
        }
    }

    /// Remembers the place if the person has stayed.
    pub(super) fn rest_here(&mut self) {
        if self.here_due.is_some_and(|due| due <= self.elapsed) {
            self.keep_place();
        }
    }

    /// Remembers the place now.
    pub(super) fn keep_place(&mut self) {
        self.here_due = None;
        let here = self.here();
        if self.session.me.is_none() || here == self.here_last {
            return;
        }
        self.here_last.clone_from(&here);
        if let Some(here) = here {
            self.ask_gate(UNHEARD, DoorRequest::Here(Box::new(here)));
        }
    }
}
