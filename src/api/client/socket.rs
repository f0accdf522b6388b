//! A client over the server's socket.
//!
//! A connection that breaks is made again; what was asked and not answered is asked again. That is
//! harmless: reading changes nothing, and every write carries an operation id.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::{Incoming, Sink, Transport};
use crate::api::framing::{Ticket, ToClient, ToServer, announced, decode, encode};
use crate::api::{Answer, DoorRequest, Greeted, Greeting, PROTOCOL, Reply, Request};
use crate::error::{Error, Kind, Result};

/// First and longest pause between attempts to come back.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

struct Line {
    /// `None` while the connection is being made again.
    stream: Option<UnixStream>,
    /// What was asked and not answered yet.
    open: BTreeMap<Ticket, Request>,
    /// Said again after a reconnection, with the pass of whoever is signed in by then.
    greeting: Greeting,
}

impl Line {
    /// Who is signed in at the end of a conversation is who comes back after a reconnection.
    fn answered(&mut self, ticket: Ticket, answer: &Answer) {
        let asked = self.open.remove(&ticket);
        match (asked, answer) {
            (_, Ok(Reply::SignedIn(signed_in))) => {
                self.greeting.pass = Some(signed_in.pass.clone());
            }
            (Some(Request::Door(DoorRequest::SignOut)), Ok(_)) => self.greeting.pass = None,
            _ => {}
        }
    }
}

/// Starts a server again where none is; called once for each time the line broke.
pub type Revive = Arc<dyn Fn() + Send + Sync>;

/// Attempts to come back before a server is started again.
const PATIENT: u32 = 3;

/// A connection to the server.
pub struct Socket {
    path: PathBuf,
    revive: Option<Revive>,
    line: Mutex<Line>,
    sink: Sink,
}

impl std::fmt::Debug for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Socket")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Socket {
    /// Connects and greets; `None` when nobody listens there.
    ///
    /// # Errors
    /// `Conflict` when the server speaks another protocol, `Storage` when the socket may not be used.
    pub fn connect(
        path: &Path,
        greeting: Greeting,
        revive: Option<Revive>,
        sink: Sink,
    ) -> Result<Option<(Arc<Self>, Greeted)>> {
        let Some((stream, greeted)) = dial(path, &greeting)? else {
            return Ok(None);
        };
        let reading = clone(&stream)?;
        let socket = Arc::new(Self {
            path: path.to_owned(),
            revive,
            line: Mutex::new(Line {
                stream: Some(stream),
                open: BTreeMap::new(),
                greeting,
            }),
            sink,
        });
        let listener = Arc::downgrade(&socket);
        std::thread::Builder::new()
            .name("socket".into())
            .spawn(move || listen(&listener, reading))
            .map_err(|e| Error::internal(format!("The connection cannot start: {e}.")))?;
        Ok(Some((socket, greeted)))
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for Socket {
    fn send(&self, ticket: Ticket, request: Request) -> Result<()> {
        let frame = encode(&ToServer::Ask(ticket, request.clone()))?;
        let mut line = self.line();
        tracing::debug!(
            id = %format_args!("{:016x}-{ticket}", line.greeting.client),
            verb = request.name(),
            "asks"
        );
        line.open.insert(ticket, request);
        if let Some(stream) = &mut line.stream {
            // A failed write shows up at the reading end, too; that end comes back and asks again.
            if let Err(e) = stream.write_all(&frame) {
                tracing::warn!("a request could not be sent: {e}");
            }
        }
        Ok(())
    }
}

fn clone(stream: &UnixStream) -> Result<UnixStream> {
    stream
        .try_clone()
        .map_err(|e| Error::internal(format!("The connection cannot be shared: {e}.")))
}

/// Connects and greets.
fn dial(path: &Path, greeting: &Greeting) -> Result<Option<(UnixStream, Greeted)>> {
    use std::io::ErrorKind::{ConnectionRefused, NotFound, PermissionDenied};
    let mut stream = match UnixStream::connect(path) {
        Ok(stream) => stream,
        Err(e) if matches!(e.kind(), NotFound | ConnectionRefused) => return Ok(None),
        Err(e) if e.kind() == PermissionDenied => {
            return Err(Error::storage(format!(
                "There is no permission to talk to the server at {}. Ask its operator.",
                path.display()
            )));
        }
        Err(e) => {
            return Err(Error::storage(format!(
                "The server at {} cannot be reached ({e}).",
                path.display()
            )));
        }
    };
    let hello = encode(&ToServer::Hello {
        protocol: PROTOCOL,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })?;
    // A server that is about to end takes the connection and says nothing: nobody is there.
    if stream.write_all(&hello).is_err() {
        return Ok(None);
    }
    let Some(welcome) = receive_if_there(&mut stream)? else {
        return Ok(None);
    };
    match welcome {
        ToClient::Welcome { protocol, .. } if protocol == PROTOCOL => {}
        ToClient::Welcome { version, .. } => return Err(other_version(&version)),
        ToClient::Answer(_, Err(e)) => return Err(e),
        _ => return Err(Error::internal("The server did not greet.")),
    }
    let greet = encode(&ToServer::Greet(Box::new(greeting.clone())))?;
    if stream.write_all(&greet).is_err() {
        return Ok(None);
    }
    let Some(greeted) = receive_if_there(&mut stream)? else {
        return Ok(None);
    };
    match greeted {
        ToClient::Greeted(greeted) => Ok(Some((stream, *greeted))),
        ToClient::Answer(_, Err(e)) => Err(e),
        _ => Err(Error::internal("The server did not greet.")),
    }
}

fn other_version(version: &str) -> Error {
    Error::conflict(format!(
        "The server runs brickops {version}, this is {}. Stop it (brickops stop) and start it again.",
        env!("CARGO_PKG_VERSION")
    ))
}

/// A message, or `None` where the other end is gone.
fn receive_if_there(stream: &mut UnixStream) -> Result<Option<ToClient>> {
    let mut length = [0; 4];
    if stream.read_exact(&mut length).is_err() {
        return Ok(None);
    }
    let mut payload = vec![0; announced(length)?];
    if stream.read_exact(&mut payload).is_err() {
        return Ok(None);
    }
    decode(&payload).map(Some)
}

fn receive(stream: &mut UnixStream) -> Result<ToClient> {
    let gone = |e: std::io::Error| Error::new(Kind::Storage, format!("The server is gone ({e})."));
    let mut length = [0; 4];
    stream.read_exact(&mut length).map_err(gone)?;
    let mut payload = vec![0; announced(length)?];
    stream.read_exact(&mut payload).map_err(gone)?;
    decode(&payload)
}

/// Reads until the last handle is dropped; comes back when the line breaks.
fn listen(socket: &Weak<Socket>, mut stream: UnixStream) {
    loop {
        let received = receive(&mut stream);
        let Some(alive) = socket.upgrade() else {
            return;
        };
        match received {
            Ok(ToClient::Answer(ticket, answer)) => {
                alive.line().answered(ticket, &answer);
                (alive.sink)(Incoming::Answer(ticket, answer));
            }
            Ok(ToClient::Tell(event)) => (alive.sink)(Incoming::Event(event)),
            Ok(ToClient::Welcome { .. } | ToClient::Greeted(_)) => {}
            Err(e) => {
                alive.line().stream = None;
                (alive.sink)(Incoming::Lost(e.message));
                drop(alive);
                match come_back(socket) {
                    Some(again) => stream = again,
                    None => return,
                }
            }
        }
    }
}

fn come_back(socket: &Weak<Socket>) -> Option<UnixStream> {
    let mut pause = PAUSES.0;
    let mut tried = 0;
    loop {
        std::thread::park_timeout(pause);
        pause = (pause * 2).min(PAUSES.1);
        let alive = socket.upgrade()?;
        tried += 1;
        if tried == PATIENT
            && let Some(revive) = &alive.revive
        {
            revive();
        }
        let greeting = alive.line().greeting.clone();
        match dial(&alive.path, &greeting) {
            Ok(None) => {}
            Err(e) => {
                (alive.sink)(Incoming::Lost(e.message));
            }
            Ok(Some((mut stream, greeted))) => {
                let Ok(reading) = clone(&stream) else {
                    continue;
                };
                let mut line = alive.line();
                for (ticket, request) in &line.open {
                    let asked = ToServer::Ask(*ticket, request.clone());
                    let sent = encode(&asked).is_ok_and(|frame| stream.write_all(&frame).is_ok());
                    if !sent {
                        break;
                    }
                }
                line.stream = Some(stream);
                drop(line);
                (alive.sink)(Incoming::Back(Box::new(greeted)));
                return Some(reading);
            }
        }
    }
}
