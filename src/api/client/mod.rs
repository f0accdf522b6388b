//! The client's end: sends requests, gets answers and events on one channel.
//!
//! Screens see only [`Client`]. Behind it is a [`Transport`]: a worker in this process, or a socket.

pub mod socket;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::framing::Ticket;
use super::{Answer, Event, Reply, Request};
use crate::error::{Error, Result};

/// What reaches a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// The answer to a request.
    Answer(Ticket, Answer),
    /// Something happened.
    Event(Event),
    /// The server went away; the transport tries to come back.
    Lost(String),
    /// The server is back. Views are gone; open them again.
    Back,
}

/// Carries requests to where they are answered. Never blocks.
pub trait Transport: Send + Sync {
    /// Sends a request; its answer arrives at the sink given at the start.
    fn send(&self, ticket: Ticket, request: Request) -> Result<()>;
}

/// Where a transport puts what arrives. Cheap to clone; may wake a screen's loop.
pub type Sink = Arc<dyn Fn(Incoming) + Send + Sync>;

/// Answers requests in this process.
pub trait Handler: Send + Sync {
    /// Answers one request; `tell` takes events that belong to it (progress).
    fn handle(&self, request: Request, tell: &dyn Fn(Event)) -> Answer;

    /// From now on `tell` gets every event, until it answers `false`.
    fn subscribe(&self, tell: Box<dyn Fn(Event) -> bool + Send + Sync>);
}

/// A client's handle.
#[derive(Clone)]
pub struct Client {
    transport: Arc<dyn Transport>,
    next: Arc<AtomicU64>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl Client {
    /// A client over a transport.
    pub fn new(transport: Arc<dyn Transport>) -> Self {
        Self {
            transport,
            next: Arc::new(AtomicU64::new(1)),
        }
    }

    /// Sends a request; the answer arrives at the transport's sink with this ticket.
    pub fn send(&self, request: Request) -> Result<Ticket> {
        let ticket = self.next.fetch_add(1, Ordering::Relaxed);
        self.transport.send(ticket, request)?;
        Ok(ticket)
    }
}

/// Requests are answered by worker threads of this process.
#[derive(Debug)]
pub struct InProcess {
    quick: Sender<(Ticket, Request)>,
    slow: Sender<(Ticket, Request)>,
}

impl InProcess {
    /// Starts the workers. They end when the last client is dropped. Long deeds (imports, checks)
    /// have a worker of their own, so that searching goes on meanwhile.
    pub fn start(handler: &Arc<dyn Handler>, sink: &Sink) -> Arc<Self> {
        let subscriber = Arc::clone(sink);
        handler.subscribe(Box::new(move |event| {
            subscriber(Incoming::Event(event));
            true
        }));
        Arc::new(Self {
            quick: Self::worker("answers", handler, sink),
            slow: Self::worker("long-deeds", handler, sink),
        })
    }

    fn worker(name: &str, handler: &Arc<dyn Handler>, sink: &Sink) -> Sender<(Ticket, Request)> {
        let (sender, queue) = channel::<(Ticket, Request)>();
        let (handler, sink) = (Arc::clone(handler), Arc::clone(sink));
        let spawned = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                for (ticket, request) in queue {
                    let answer = handler.handle(request, &|event| sink(Incoming::Event(event)));
                    sink(Incoming::Answer(ticket, answer));
                }
            });
        if let Err(e) = spawned {
            tracing::error!("worker {name} could not be started: {e}");
        }
        sender
    }
}

impl Transport for InProcess {
    fn send(&self, ticket: Ticket, request: Request) -> Result<()> {
        let long = matches!(
            request,
            Request::ImportCatalog { .. }
                | Request::ImportInventory { .. }
                | Request::ImportOrders { .. }
                | Request::Check
        );
        let queue = if long { &self.slow } else { &self.quick };
        queue
            .send((ticket, request))
            .map_err(|_| Error::internal("The worker that answers requests has ended."))
    }
}

/// A client that waits for each answer: for scripts and tests.
#[derive(Debug)]
pub struct Blocking {
    client: Client,
    incoming: Receiver<Incoming>,
}

impl Blocking {
    /// A sink and the receiver that [`Blocking::new`] wants.
    pub fn channel() -> (Sink, Receiver<Incoming>) {
        let (sender, receiver) = channel();
        let sink: Sink = Arc::new(move |incoming| {
            // A receiver that is gone wants nothing any more.
            let _ = sender.send(incoming);
        });
        (sink, receiver)
    }

    /// Over a client whose transport was started with the sink of [`Blocking::channel`].
    pub fn new(client: Client, incoming: Receiver<Incoming>) -> Self {
        Self { client, incoming }
    }

    /// Asks and waits. Events that arrive meanwhile go to `tell`.
    pub fn call_with(&self, request: Request, mut tell: impl FnMut(Event)) -> Answer {
        let ticket = self.client.send(request)?;
        loop {
            match self.incoming.recv() {
                Ok(Incoming::Answer(answered, answer)) if answered == ticket => return answer,
                Ok(Incoming::Event(event)) => tell(event),
                Ok(Incoming::Lost(why)) => return Err(Error::storage(why)),
                Ok(_) => {}
                Err(_) => return Err(Error::internal("The server ended before it answered.")),
            }
        }
    }

    /// Asks and waits.
    pub fn call(&self, request: Request) -> Result<Reply> {
        self.call_with(request, |_| {})
    }

    /// The next event, or `None` after `patience`.
    pub fn event(&self, patience: Duration) -> Option<Event> {
        loop {
            match self.incoming.recv_timeout(patience) {
                Ok(Incoming::Event(event)) => return Some(event),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
            }
        }
    }
}
