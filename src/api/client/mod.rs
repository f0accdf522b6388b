//! The client's end: sends requests, gets answers and events on one channel.
//!
//! Screens see only [`Client`]. Behind it is a [`Transport`]: a worker in this process, or a socket.

pub mod socket;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::framing::Ticket;
use super::{
    Answer, Event, Greeted, Greeting, IdentifyRequest, KeysRequest, Reply, Request, StockRequest,
};
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
    /// The server is back, and the connection stands like this. Views are gone; open them again.
    Back(Box<Greeted>),
}

/// Carries requests to where they are answered. Never blocks.
pub trait Transport: Send + Sync {
    /// Sends a request; its answer arrives at the sink given at the start.
    fn send(&self, ticket: Ticket, request: Request) -> Result<()>;
}

/// Where a transport puts what arrives. Cheap to clone; may wake a screen's loop.
pub type Sink = Arc<dyn Fn(Incoming) + Send + Sync>;

/// Who stands at the other end of a connection, as far as the system vouches for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// Unix user of the client's process.
    pub uid: u32,
    /// The server's own Unix user, or root.
    pub operator: bool,
}

/// Answers clients: the server's desk.
pub trait Handler: Send + Sync {
    /// Begins a conversation with one client.
    fn greet(&self, peer: Peer, greeting: Greeting) -> Result<Arc<dyn Conversation>>;
}

/// What passes between the desk and one client. Remembers who the client speaks for.
pub trait Conversation: Send + Sync {
    /// How the connection stands after the greeting.
    fn greeted(&self) -> Greeted;

    /// Whether this client may end the server.
    fn may_stop(&self) -> bool {
        false
    }

    /// Answers one request; `tell` takes events that belong to it (progress).
    fn handle(&self, ticket: Ticket, request: Request, tell: &dyn Fn(Event)) -> Answer;

    /// From now on `tell` gets every event this client may hear of, until it answers `false`.
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
    /// Greets and starts the workers, as the operator: whoever has the data in the own process may do
    /// with them what the server's Unix user may. They end when the last client is dropped. Long deeds
    /// (imports, checks) have a worker of their own, so that searching goes on meanwhile.
    pub fn start(
        handler: &dyn Handler,
        greeting: Greeting,
        sink: &Sink,
    ) -> Result<(Arc<Self>, Greeted)> {
        let peer = Peer {
            uid: rustix::process::geteuid().as_raw(),
            operator: true,
        };
        let conversation = handler.greet(peer, greeting)?;
        let subscriber = Arc::clone(sink);
        conversation.subscribe(Box::new(move |event| {
            subscriber(Incoming::Event(event));
            true
        }));
        let greeted = conversation.greeted();
        let started = Self {
            quick: Self::worker("answers", &conversation, sink),
            slow: Self::worker("long-deeds", &conversation, sink),
        };
        Ok((Arc::new(started), greeted))
    }

    fn worker(
        name: &str,
        conversation: &Arc<dyn Conversation>,
        sink: &Sink,
    ) -> Sender<(Ticket, Request)> {
        let (sender, queue) = channel::<(Ticket, Request)>();
        let (conversation, sink) = (Arc::clone(conversation), Arc::clone(sink));
        let spawned = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                for (ticket, request) in queue {
                    let tell = |event| sink(Incoming::Event(event));
                    let answer = conversation.handle(ticket, request, &tell);
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
        ) || matches!(
            &request,
            // What cancels it must not wait behind it.
            Request::Stock(
                StockRequest::Change { .. }
                    | StockRequest::Count { .. }
                    | StockRequest::Undo { .. }
                    | StockRequest::Release { .. }
                    | StockRequest::SetPlaceRule { .. }
                    | StockRequest::Import { .. }
                    | StockRequest::Export { .. }
                    | StockRequest::Against { .. }
                    | StockRequest::PartOut { .. }
                    | StockRequest::Labels { .. }
            )
        ) || matches!(&request, Request::Stock(StockRequest::Review(asked)) if asked.is_long())
            || matches!(&request, Request::Keys(KeysRequest::Test { .. }))
            || matches!(&request, Request::Identify(IdentifyRequest::Photo(_)));
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
    patience: Duration,
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
        Self {
            client,
            incoming,
            patience: Duration::ZERO,
        }
    }

    /// Waits so long for a server that went away in the middle; what was asked is asked again. Reading
    /// changes nothing, and a write that is repeated does no more than once.
    #[must_use]
    pub fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Sends more while an answer is waited for, such as what cancels it.
    pub fn sender(&self) -> Client {
        self.client.clone()
    }

    /// Asks and waits. Events that arrive meanwhile go to `tell`.
    pub fn call_with(&self, request: Request, mut tell: impl FnMut(Event)) -> Answer {
        let ticket = self.client.send(request)?;
        let mut lost: Option<String> = None;
        loop {
            let arrived = match lost {
                None => self
                    .incoming
                    .recv()
                    .map_err(|_| RecvTimeoutError::Disconnected),
                Some(_) => self.incoming.recv_timeout(self.patience),
            };
            match arrived {
                Ok(Incoming::Answer(answered, answer)) if answered == ticket => return answer,
                Ok(Incoming::Event(event)) => tell(event),
                Ok(Incoming::Lost(why)) if self.patience.is_zero() => {
                    return Err(Error::storage(why));
                }
                Ok(Incoming::Lost(why)) => lost = Some(why),
                Ok(Incoming::Back(_)) => lost = None,
                Ok(Incoming::Answer(..)) => {}
                Err(RecvTimeoutError::Timeout) => {
                    return Err(Error::storage(lost.unwrap_or_default()));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::internal("The server ended before it answered."));
                }
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
