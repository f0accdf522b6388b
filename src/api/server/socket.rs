//! The server's socket: many clients, none of which can hold up another.
//!
//! Each connection has a reader, an outbox, and at most `IN_FLIGHT` requests being answered.
//! Quick requests are answered where they arrive, all others on threads of their own. A client that
//! does not read is told later what it missed; one that talks nonsense is told so and hung up on.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Notify, Semaphore};

use super::super::client::{Conversation, Handler, Peer};
use super::super::framing::{MAX_FRAME, ToClient, ToServer, announced, decode, encode};
use super::super::{PROTOCOL, Reply, Request};
use super::outbox::Outbox;
use crate::error::{Error, Kind, Result};

/// Requests of one client that are answered or wait for a thread at the same time; one that sends
/// thousands keeps others waiting for no more than these.
const IN_FLIGHT: usize = 8;
/// Threads that answer requests of all clients.
const ANSWERING: usize = 32;
/// Connections at the same time.
const CONNECTIONS: u32 = 4_096;
/// Longest message of somebody who has not greeted yet, in bytes.
const MAX_GREETING: usize = 64 * 1024;
/// Greeting must be over by then.
const GREETING: Duration = Duration::from_secs(10);
/// A client that reads nothing is given so long to take what it is owed.
const PATIENCE: Duration = Duration::from_secs(5);
/// Room that is made for a message before its bytes arrive.
const FIRST_PIECE: usize = 16 * 1024;
/// Bytes of requests that are read ahead.
const AHEAD: usize = 2 * 1024;

/// What the server knows of itself.
#[derive(Debug, Default)]
pub struct Counters {
    /// Open connections.
    pub clients: AtomicU32,
    /// Requests that are being answered.
    pub busy: AtomicU32,
}

/// Listens at `path` until [`Request::Stop`] arrives or `stop` is notified; `listening` is called once
/// clients can connect. The caller holds the database, so a socket that is left over may be removed.
/// With a group its members may connect, too. The socket goes last, after
/// the handler and with it the data were let go of: whoever waits for its end may then open them.
///
/// # Errors
/// `Conflict` when another server listens there, `Storage` when the socket cannot be made.
pub fn serve(
    path: &Path,
    group: Option<u32>,
    handler: Arc<dyn Handler>,
    counters: &Arc<Counters>,
    stop: &Arc<Notify>,
    listening: impl FnOnce(),
) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(ANSWERING)
        .thread_name("server")
        .enable_io()
        .enable_time()
        .build()
        .map_err(|e| Error::internal(format!("The server cannot start: {e}.")))?;
    let served = runtime.block_on(async {
        let listener = bind(path, group)?;
        listening();
        accept(&listener, &handler, counters, stop).await;
        Ok(())
    });
    // Whoever is still waiting for an answer may wait a moment longer, but not for ever.
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
    drop(handler);
    // The socket of another server is not ours to remove.
    served?;
    if let Err(e) = std::fs::remove_file(path) {
        tracing::debug!("the socket could not be removed: {e}");
    }
    Ok(())
}

async fn accept(
    listener: &UnixListener,
    handler: &Arc<dyn Handler>,
    counters: &Arc<Counters>,
    stop: &Arc<Notify>,
) {
    loop {
        tokio::select! {
            () = stop.notified() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let handler = Arc::clone(handler);
                    let counters = Arc::clone(counters);
                    let stop = Arc::clone(stop);
                    tokio::spawn(async move {
                        let others = counters.clients.fetch_add(1, Ordering::Relaxed);
                        let attended = if others < CONNECTIONS {
                            attend(stream, &handler, &counters, &stop).await
                        } else {
                            turn_away(stream).await
                        };
                        if let Err(e) = attended {
                            tracing::debug!("a client was hung up on: {e}");
                        }
                        counters.clients.fetch_sub(1, Ordering::Relaxed);
                    });
                }
                Err(e) => {
                    // Too many open files, most likely: give the others time to leave.
                    tracing::warn!("a client could not be let in: {e}");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
}

/// Tells one client too many that it is one.
async fn turn_away(mut stream: UnixStream) -> Result<()> {
    let error = Error {
        retry_after: Some(10),
        ..Error::new(
            Kind::RateLimited,
            "The server has as many connections as it can take. Try again in a few seconds.",
        )
    };
    let frame = encode(&ToClient::Answer(0, Err(error)))?;
    let told = tokio::time::timeout(PATIENCE, stream.write_all(&frame)).await;
    drop(told);
    Err(Error::storage("there are too many connections"))
}

/// Binds the socket, for its owner, and for the group where there is one. One that nobody listens at
/// is left over and removed.
fn bind(path: &Path, group: Option<u32>) -> Result<UnixListener> {
    use std::os::unix::fs::PermissionsExt;
    super::super::socket::prepare(path, group)?;
    let failed = |e: std::io::Error| {
        Error::storage(format!(
            "The socket {} cannot be made ({e}).",
            path.display()
        ))
    };
    if path.exists() {
        if std::os::unix::net::UnixStream::connect(path).is_ok() {
            return Err(Error::conflict(format!(
                "Another server already listens at {}.",
                path.display()
            )));
        }
        std::fs::remove_file(path).map_err(failed)?;
    }
    let listener = UnixListener::bind(path).map_err(failed)?;
    let mode = if group.is_some() { 0o660 } else { 0o600 };
    if group.is_some() {
        std::os::unix::fs::chown(path, None, group).map_err(failed)?;
    }
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).map_err(failed)?;
    Ok(listener)
}

/// Serves one client until it leaves.
async fn attend(
    stream: UnixStream,
    handler: &Arc<dyn Handler>,
    counters: &Arc<Counters>,
    stop: &Arc<Notify>,
) -> Result<()> {
    let own = rustix::process::geteuid().as_raw();
    let uid = stream
        .peer_cred()
        .map_err(|e| Error::storage(format!("the client's user is not known ({e})")))?
        .uid();
    // Others can only come this far where the socket was opened to their group.
    let peer = Peer {
        uid,
        operator: uid == own || uid == 0,
    };
    let (reading, writing) = stream.into_split();
    let mut reading = BufReader::with_capacity(AHEAD, reading);
    let out = Arc::new(Outbox::new(writing));
    let sending = Arc::clone(&out);
    let mut sender = tokio::spawn(async move { sending.run().await });
    let outcome = converse(&mut reading, &out, handler, counters, peer).await;
    if let Err(e) = &outcome {
        // The client may be gone; then it needs no farewell.
        let _ = out.send(&ToClient::Answer(0, Err(e.clone())));
    }
    out.close();
    // A client that reads nothing must not keep the connection open for ever.
    if tokio::time::timeout(PATIENCE, &mut sender).await.is_err() {
        sender.abort();
    }
    // Only now, so that whoever asked for it has the answer.
    if outcome? == Farewell::Stop {
        stop.notify_one();
    }
    Ok(())
}

/// How a conversation ended.
#[derive(Debug, PartialEq, Eq)]
enum Farewell {
    /// The client has left.
    Left,
    /// It wants the server to end.
    Stop,
}

async fn converse(
    reading: &mut (impl AsyncReadExt + Unpin),
    out: &Arc<Outbox>,
    handler: &Arc<dyn Handler>,
    counters: &Arc<Counters>,
    peer: Peer,
) -> Result<Farewell> {
    let greeted = tokio::time::timeout(GREETING, greet(reading, out, handler, peer))
        .await
        .map_err(|_| Error::invalid("The client did not greet in time."))?;
    let Some(talk) = greeted? else {
        return Ok(Farewell::Left);
    };
    follow(out, &*talk);
    let room = Arc::new(Semaphore::new(IN_FLIGHT));
    while let Some(message) = receive(reading, MAX_FRAME).await? {
        let ToServer::Ask(ticket, request) = message else {
            return Err(Error::invalid("The client greeted twice."));
        };
        if request == Request::Stop && talk.may_stop() {
            out.send(&ToClient::Answer(ticket, Ok(Reply::Done)))?;
            return Ok(Farewell::Stop);
        }
        // A client that does not read is asked for nothing more, and keeps no thread waiting.
        out.keeps_up().await?;
        let effort = effort(&request);
        let (talk, out) = (Arc::clone(&talk), Arc::clone(out));
        let busy = Busy::new(counters);
        let answer = move || {
            let answer = talk.handle(ticket, request, &|event| {
                out.tell(event);
            });
            // An answer that is too long to be sent is told as such. Whoever is gone needs none.
            if let Err(e) = out.send(&ToClient::Answer(ticket, answer)) {
                let _ = out.send(&ToClient::Answer(ticket, Err(e)));
            }
            drop(busy);
        };
        match effort {
            Effort::Quick => {
                answer();
                continue;
            }
            Effort::Step => {
                if counters.busy.load(Ordering::Relaxed) == 1 {
                    tokio::task::block_in_place(answer);
                    continue;
                }
            }
            Effort::Long => {}
        }
        let permit = Arc::clone(&room)
            .acquire_owned()
            .await
            .map_err(|_| Error::internal("the server is closing"))?;
        tokio::task::spawn_blocking(move || {
            answer();
            drop(permit);
        });
    }
    Ok(Farewell::Left)
}

/// How a request is answered.
enum Effort {
    /// At once: that takes less time than handing it to another thread and back.
    Quick,
    /// A short write: where it arrived, as long as nothing else is being answered.
    Step,
    /// On a thread of its own.
    Long,
}

const fn effort(request: &Request) -> Effort {
    match request {
        Request::Window { .. } | Request::PickOpen { .. } | Request::Order { .. } => Effort::Quick,
        Request::PickTake { .. }
        | Request::PickScan { .. }
        | Request::PickShort { .. }
        | Request::PickLater { .. }
        | Request::PickUndo { .. } => Effort::Step,
        _ => Effort::Long,
    }
}

/// Counts a request as being answered for as long as it lives.
struct Busy(Arc<Counters>);

impl Busy {
    fn new(counters: &Arc<Counters>) -> Self {
        counters.busy.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(counters))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Greets both ways; `None` when the client has left.
async fn greet(
    reading: &mut (impl AsyncReadExt + Unpin),
    out: &Arc<Outbox>,
    handler: &Arc<dyn Handler>,
    peer: Peer,
) -> Result<Option<Arc<dyn Conversation>>> {
    match receive(reading, MAX_GREETING).await? {
        Some(ToServer::Hello { protocol, version }) => {
            let welcome = ToClient::Welcome {
                protocol: PROTOCOL,
                version: env!("CARGO_PKG_VERSION").to_owned(),
            };
            out.send(&welcome)?;
            if protocol != PROTOCOL {
                let ours = env!("CARGO_PKG_VERSION");
                let theirs = crate::domain::text::clean(&version);
                return Err(Error::conflict(format!(
                    "The server runs brickops {ours}, this is {theirs}; they speak another protocol. Install the same version, then start the server again (brickops stop)."
                )));
            }
        }
        Some(_) => return Err(Error::invalid("The client did not greet.")),
        None => return Ok(None),
    }
    let greeting = match receive(reading, MAX_GREETING).await? {
        Some(ToServer::Greet(greeting)) => *greeting,
        Some(_) => return Err(Error::invalid("The client did not say who it is.")),
        None => return Ok(None),
    };
    let handler = Arc::clone(handler);
    let talk = match tokio::task::spawn_blocking(move || handler.greet(peer, greeting)).await {
        Ok(talk) => talk?,
        // The server is ending: the line closes without a word, and the client asks the next server.
        Err(e) if e.is_cancelled() => return Ok(None),
        Err(_) => return Err(Error::internal("The server could not greet.")),
    };
    out.send(&ToClient::Greeted(Box::new(talk.greeted())))?;
    Ok(Some(talk))
}

/// Passes every event on for as long as the client is there.
fn follow(out: &Arc<Outbox>, talk: &dyn Conversation) {
    let out = Arc::downgrade(out);
    talk.subscribe(Box::new(move |event| {
        out.upgrade().is_some_and(|out| out.tell(event))
    }));
}

/// The next message, of `most` bytes; `None` when the client has left. Room is made as bytes arrive:
/// announcing much costs the server nothing.
async fn receive(
    reading: &mut (impl AsyncReadExt + Unpin),
    most: usize,
) -> Result<Option<ToServer>> {
    let mut length = [0; 4];
    match reading.read_exact(&mut length).await {
        Ok(_) => {}
        Err(_) => return Ok(None),
    }
    let len = announced(length)?;
    if len > most {
        return Err(Error::invalid(format!(
            "A message of {len} bytes was announced; {most} are allowed before greeting."
        )));
    }
    let mut payload = Vec::with_capacity(len.min(FIRST_PIECE));
    match reading.take(len as u64).read_to_end(&mut payload).await {
        Ok(got) if got == len => decode(&payload).map(Some),
        _ => Ok(None),
    }
}
