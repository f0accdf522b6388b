//! The server's socket: many clients, none of which can hold up another.
//!
//! Each connection has a reader, a writer with a bounded queue, and at most `IN_FLIGHT` requests
//! being answered. A client that does not read loses events and is told to read again; one that
//! talks nonsense is told so and hung up on.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::{Notify, Semaphore};

use super::super::client::Handler;
use super::super::framing::{MAX_FRAME, ToClient, ToServer, announced, decode, encode};
use super::super::{Event, PROTOCOL, Reply, Request};
use crate::error::{Error, Result};

/// Messages that wait for a client before events are dropped.
const QUEUE: usize = 256;
/// Requests of one client that are answered at the same time.
const IN_FLIGHT: usize = 16;
/// Threads that answer requests of all clients.
const ANSWERING: usize = 32;

/// What the server knows of itself.
#[derive(Debug, Default)]
pub struct Counters {
    /// Open connections.
    pub clients: AtomicU32,
}

/// Listens at `path` until [`Request::Stop`] arrives or `stop` is notified. The socket goes last, after
/// the handler and with it the data were let go of: whoever waits for its end may then open them.
///
/// # Errors
/// `Conflict` when another server listens there, `Storage` when the socket cannot be made.
pub fn serve(
    path: &Path,
    handler: Arc<dyn Handler>,
    counters: &Arc<Counters>,
    stop: &Arc<Notify>,
) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(ANSWERING)
        .thread_name("server")
        .enable_io()
        .enable_time()
        .build()
        .map_err(|e| Error::internal(format!("The server cannot start: {e}.")))?;
    let served = runtime.block_on(accept(path, &handler, counters, stop));
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
    path: &Path,
    handler: &Arc<dyn Handler>,
    counters: &Arc<Counters>,
    stop: &Arc<Notify>,
) -> Result<()> {
    let listener = bind(path)?;
    loop {
        tokio::select! {
            () = stop.notified() => return Ok(()),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let handler = Arc::clone(handler);
                    let counters = Arc::clone(counters);
                    let stop = Arc::clone(stop);
                    tokio::spawn(async move {
                        counters.clients.fetch_add(1, Ordering::Relaxed);
                        if let Err(e) = attend(stream, &handler, &stop).await {
                            tracing::debug!("a client was hung up on: {e}");
                        }
                        counters.clients.fetch_sub(1, Ordering::Relaxed);
                    });
                }
                Err(e) => {
                    // Too many open files, most likely: give the others time to leave.
                    tracing::warn!("a client could not be let in: {e}");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
            }
        }
    }
}

/// Binds the socket, for its owner only. One that nobody listens at is left over and removed.
fn bind(path: &Path) -> Result<UnixListener> {
    use std::os::unix::fs::PermissionsExt;
    super::super::socket::prepare(path)?;
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
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
    Ok(listener)
}

/// Serves one client until it leaves.
async fn attend(stream: UnixStream, handler: &Arc<dyn Handler>, stop: &Arc<Notify>) -> Result<()> {
    let own = rustix::process::geteuid().as_raw();
    let peer = stream.peer_cred().map(|cred| cred.uid());
    if !matches!(peer, Ok(uid) if uid == own || uid == 0) {
        return Err(Error::storage("the client belongs to another user"));
    }
    let (mut reading, mut writing) = stream.into_split();
    let (out, mut waiting) = channel::<Vec<u8>>(QUEUE);
    let mut writer = tokio::spawn(async move {
        while let Some(frame) = waiting.recv().await {
            if writing.write_all(&frame).await.is_err() {
                break;
            }
        }
    });
    let outcome = converse(&mut reading, &out, handler).await;
    if let Err(e) = &outcome {
        // The client may be gone; then it needs no farewell.
        let _ = send(&out, &ToClient::Answer(0, Err(e.clone()))).await;
    }
    drop(out);
    // A client that reads nothing must not keep the connection open for ever.
    let patience = std::time::Duration::from_secs(5);
    if tokio::time::timeout(patience, &mut writer).await.is_err() {
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
    handler: &Arc<dyn Handler>,
) -> Result<Farewell> {
    match receive(reading).await? {
        Some(ToServer::Hello { protocol, .. }) => {
            let welcome = ToClient::Welcome {
                protocol: PROTOCOL,
                version: env!("CARGO_PKG_VERSION").to_owned(),
            };
            send(out, &welcome).await?;
            if protocol != PROTOCOL {
                return Err(Error::conflict("the client speaks another protocol"));
            }
        }
        Some(ToServer::Ask(..)) => return Err(Error::invalid("The client did not greet.")),
        None => return Ok(Farewell::Left),
    }
    follow(out, handler);
    let room = Arc::new(Semaphore::new(IN_FLIGHT));
    while let Some(message) = receive(reading).await? {
        let ToServer::Ask(ticket, request) = message else {
            return Err(Error::invalid("The client greeted twice."));
        };
        if request == Request::Stop {
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
        let (handler, out) = (Arc::clone(handler), out.clone());
        tokio::task::spawn_blocking(move || {
            let answer = handler.handle(request, &|event| tell(&out, event));
            let frame = encode(&ToClient::Answer(ticket, answer))
                .or_else(|e| encode(&ToClient::Answer(ticket, Err(e))));
            if let Ok(frame) = frame {
                room_for_answer.send(frame);
            }
            drop(permit);
        });
    }
    Ok(Farewell::Left)
}

/// Passes every event on. When the client's queue is full, events are dropped and it is told to
/// read everything again as soon as there is room.
fn follow(out: &Sender<Vec<u8>>, handler: &Arc<dyn Handler>) {
    let out = out.downgrade();
    let missed = std::sync::atomic::AtomicBool::new(false);
    handler.subscribe(Box::new(move |event| {
        let Some(out) = out.upgrade() else {
            return false;
        };
        if missed.load(Ordering::Relaxed) {
            let caught_up = encode(&ToClient::Tell(Event::Resync))
                .is_ok_and(|frame| out.try_send(frame).is_ok());
            missed.store(!caught_up, Ordering::Relaxed);
            return true;
        }
        if let Ok(frame) = encode(&ToClient::Tell(event))
            && let Err(tokio::sync::mpsc::error::TrySendError::Full(_)) = out.try_send(frame)
        {
            missed.store(true, Ordering::Relaxed);
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

/// The next message; `None` when the client has left.
async fn receive(reading: &mut (impl AsyncReadExt + Unpin)) -> Result<Option<ToServer>> {
    let mut length = [0; 4];
    match reading.read_exact(&mut length).await {
        Ok(_) => {}
        Err(_) => return Ok(None),
    }
    let len = announced(length)?;
    debug_assert!(len <= MAX_FRAME, "checked by announced");
    let mut payload = vec![0; len];
    match reading.read_exact(&mut payload).await {
        Ok(_) => decode(&payload).map(Some),
        Err(_) => Ok(None),
    }
}
