//! Requests that are under way: who asked, and what to do when the server goes away.

use std::collections::{HashMap, VecDeque};

use crate::api::client::Client;
use crate::api::framing::Ticket;
use crate::api::{Request, StockRequest};
use crate::error::Result;
use crate::tui::effect::Tag;

/// A request and who asked.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) screen: u32,
    pub(super) tag: Tag,
    pub(super) request: Request,
}

/// Requests under way.
#[derive(Debug)]
pub(super) struct Flights {
    client: Client,
    under_way: HashMap<Ticket, Flight>,
    /// Sent when the server is back, in order.
    waiting: VecDeque<Flight>,
    lost: bool,
}

impl Flights {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            under_way: HashMap::new(),
            waiting: VecDeque::new(),
            lost: false,
        }
    }

    pub(super) fn send(&mut self, screen: u32, tag: Tag, request: Request) -> Result<()> {
        let flight = Flight {
            screen,
            tag,
            request,
        };
        if self.lost {
            self.waiting.push_back(flight);
            return Ok(());
        }
        self.start(flight)
    }

    fn start(&mut self, flight: Flight) -> Result<()> {
        let ticket = self.client.send(flight.request.clone())?;
        self.under_way.insert(ticket, flight);
        Ok(())
    }

    /// Who asked; nobody for an answer that is not waited for.
    pub(super) fn landed(&mut self, ticket: Ticket) -> Option<Flight> {
        self.under_way.remove(&ticket)
    }

    /// The server is gone: what was under way is asked again when it is back. Repeating a write is
    /// harmless, as it carries its operation's number. Open lists are gone with the server.
    pub(super) fn lost(&mut self) {
        self.lost = true;
        let mut again: Vec<(Ticket, Flight)> = self.under_way.drain().collect();
        again.sort_by_key(|(ticket, _)| *ticket);
        for (_, flight) in again.into_iter().rev() {
            if !matches!(flight.request, Request::Window { .. }) {
                self.waiting.push_front(flight);
            }
        }
    }

    pub(super) fn back(&mut self) -> Result<()> {
        self.lost = false;
        while let Some(flight) = self.waiting.pop_front() {
            if !matches!(flight.request, Request::Window { .. }) {
                self.start(flight)?;
            }
        }
        Ok(())
    }

    pub(super) fn has(&self, screen: u32) -> bool {
        self.under_way
            .values()
            .chain(&self.waiting)
            .any(|flight| flight.screen == screen)
    }

    pub(super) fn any(&self) -> bool {
        !self.under_way.is_empty() || !self.waiting.is_empty()
    }

    /// A screen is gone. Its reads are of no use any more; its writes still have to arrive.
    pub(super) fn forget(&mut self, screen: u32) {
        self.waiting
            .retain(|flight| flight.screen != screen || is_write(&flight.request));
    }
}

const fn is_write(request: &Request) -> bool {
    matches!(
        request,
        Request::PickStart { .. }
            | Request::PickTake { .. }
            | Request::PickScan { .. }
            | Request::PickShort { .. }
            | Request::PickLater { .. }
            | Request::PickUndo { .. }
            | Request::PickFinish { .. }
            | Request::ImportCatalog { .. }
            | Request::ImportInventory { .. }
            | Request::ImportOrders { .. }
            | Request::Stock(
                StockRequest::Change { .. }
                    | StockRequest::Count { .. }
                    | StockRequest::Undo { .. }
                    | StockRequest::PutFile { .. }
                    | StockRequest::DropFile { .. }
                    | StockRequest::Release { .. }
            )
    )
}
