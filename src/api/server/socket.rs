//! The server's socket: many clients, none of which can hold up another.
//!
//! Each connection has a reader, a writer with a bounded queue, and at most `IN_FLIGHT` requests
//! being answered. A client that does not read loses events and is told to read again; one that
//! talks nonsense is told so and hung up on.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::{Notify, Semaphore};

use super::super::client::{Conversation, Handler, Peer};
use super::super::framing::{MAX_FRAME, ToClient, ToServer, announced, decode, encode};
use super::super::{Event, PROTOCOL, Reply, Request};
use crate::error::{Error, Kind, Result};

/// Messages that wait for a client before events are dropped.
const QUEUE: usize = 256;
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
    let (mut reading, mut writing) = stream.into_split();
    let (out, mut waiting) = channel::<Vec<u8>>(QUEUE);
    let missed = Arc::new(AtomicBool::new(false));
    let behind = Arc::clone(&missed);
    let mut writer = tokio::spawn(async move {
        while let Some(frame) = waiting.recv().await {
            if writing.write_all(&frame).await.is_err() {
                break;
            }
            // It has taken everything it was owed and missed something meanwhile.
            if waiting.is_empty() && behind.swap(false, Ordering::SeqCst) {
                let again = encode(&ToClient::Tell(Event::Resync)).unwrap_or_default();
                if writing.write_all(&again).await.is_err() {
                    break;
                }
            }
        }
    });
    let outcome = converse(&mut reading, &out, &missed, handler, counters, peer).await;
    if let Err(e) = &outcome {
        // The client may be gone; then it needs no farewell.
        let _ = send(&out, &ToClient::Answer(0, Err(e.clone()))).await;
    }
    drop(out);
    // A client that reads nothing must not keep the connection open for ever.
    if tokio::time::timeout(PATIENCE, &mut writer).await.is_err() {
        writer.abort();
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
    out: &Sender<Vec<u8>>,
    missed: &Arc<AtomicBool>,
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
    follow(out, missed, &*talk);
    let room = Arc::new(Semaphore::new(IN_FLIGHT));
    while let Some(message) = receive(reading, MAX_FRAME).await? {
        let ToServer::Ask(ticket, request) = message else {
            return Err(Error::invalid("The client greeted twice."));
        };
        if request == Request::Stop && talk.may_stop() {
            send(out, &ToClient::Answer(ticket, Ok(Reply::Done))).await?;
            return Ok(Farewell::Stop);
        }
        let permit = Arc::clone(&room)
            .acquire_owned()
            .await
            .map_err(|_| Error::internal("the server is closing"))?;
        // Room for the answer comes first: a client that does not read must not keep a thread waiting
        // that others need.
        let room_for_answer = out
            .clone()
            .reserve_owned()
            .await
            .map_err(|_| Error::storage("the client is gone"))?;
        let (talk, out, counters) = (Arc::clone(&talk), out.clone(), Arc::clone(counters));
        counters.busy.fetch_add(1, Ordering::Relaxed);
        tokio::task::spawn_blocking(move || {
            let answer = talk.handle(ticket, request, &|event| tell(&out, event));
            let frame = encode(&ToClient::Answer(ticket, answer))
                .or_else(|e| encode(&ToClient::Answer(ticket, Err(e))));
            if let Ok(frame) = frame {
                room_for_answer.send(frame);
            }
            counters.busy.fetch_sub(1, Ordering::Relaxed);
            drop(permit);
        });
    }
    Ok(Farewell::Left)
}

/// Greets both ways; `None` when the client has left.
async fn greet(
    reading: &mut (impl AsyncReadExt + Unpin),
    out: &Sender<Vec<u8>>,
    handler: &Arc<dyn Handler>,
    peer: Peer,
) -> Result<Option<Arc<dyn Conversation>>> {
    match receive(reading, MAX_GREETING).await? {
        Some(ToServer::Hello { protocol, version }) => {
            let welcome = ToClient::Welcome {
                protocol: PROTOCOL,
                version: env!("CARGO_PKG_VERSION").to_owned(),
            };
            send(out, &welcome).await?;
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
    let talk = tokio::task::spawn_blocking(move || handler.greet(peer, greeting))
        .await
        .map_err(|_| Error::internal("The server could not greet."))??;
    send(out, &ToClient::Greeted(Box::new(talk.greeted()))).await?;
    Ok(Some(talk))
}

/// Passes every event on. When the client's queue is full, events are dropped; it is told to read
/// everything again once it has taken what waits for it.
fn follow(out: &Sender<Vec<u8>>, missed: &Arc<AtomicBool>, talk: &dyn Conversation) {
    let (out, missed) = (out.downgrade(), Arc::clone(missed));
    talk.subscribe(Box::new(move |event| {
        let Some(out) = out.upgrade() else {
            return false;
        };
        if missed.load(Ordering::SeqCst) {
            return true;
        }
        if let Ok(frame) = encode(&ToClient::Tell(event))
            && let Err(tokio::sync::mpsc::error::TrySendError::Full(_)) = out.try_send(frame)
        {
            missed.store(true, Ordering::SeqCst);
        }
        true
    }));
}

fn tell(out: &Sender<Vec<u8>>, event: Event) {
    if let Ok(frame) = encode(&ToClient::Tell(event)) {
        // Progress is worth nothing when it is late.
        let _ = out.try_send(frame);
    }
}

async fn send(out: &Sender<Vec<u8>>, message: &ToClient) -> Result<()> {
    out.send(encode(message)?)
        .await
        .map_err(|_| Error::storage("the client is gone"))
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
