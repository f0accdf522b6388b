//! The sandbox on a port of this machine: what happens to a request really happens to a connection.
//!
//! One port serves all: `/api/store/v1` (BrickLink), `/v1` (BrickOwl), `/predict`, `/feedback` and `/health`
//! (Brickognize), `/img` (pictures), `/__mock` (control).

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc, oneshot};

use super::{Answer, Reaction, Sandbox, WireRequest};
use crate::error::{Error, Result};

/// Larger requests are cut off.
const LARGEST: usize = 16 * 1024 * 1024;
/// A dripping answer comes in so many pieces.
const PIECES: usize = 16;
/// How often events are sent to the shop.
const PUSHES: Duration = Duration::from_millis(250);
/// Longer nobody is waited for when an event is sent.
const PATIENCE: Duration = Duration::from_secs(2);

/// Answers until it is dropped.
#[derive(Debug)]
pub struct Listening {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Listening {
    /// Where; the port is known even when any was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It has ended by itself otherwise.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of the sandbox broke");
        }
    }
}

/// Serves the sandbox on 127.0.0.1 at this port (0: any) on a thread of its own.
///
/// # Errors
/// `Conflict` when the port is taken, `Storage` when it cannot be used.
pub fn listen(sandbox: Arc<Sandbox>, port: u16) -> Result<Listening> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let unusable = |e: &io::Error| match e.kind() {
        io::ErrorKind::AddrInUse => Error::conflict(format!(
            "Port {port} is taken. Choose another with --port, or 0 for any."
        )),
        _ => Error::storage(format!("{address} cannot be used ({e}).")),
    };
    let listener = TcpListener::bind(address).map_err(|e| unusable(&e))?;
    listener.set_nonblocking(true).map_err(|e| unusable(&e))?;
    let address = listener.local_addr().map_err(|e| unusable(&e))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .map_err(|e| unusable(&e))?;
    let (stop, stopped) = oneshot::channel();
    let thread = std::thread::Builder::new()
        .name("sandbox".into())
        .spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    () = accept(listener, &sandbox) => {}
                    () = push(&sandbox) => {}
                }
            });
        })
        .map_err(|e| unusable(&e))?;
    Ok(Listening {
        address,
        stop: Some(stop),
        thread: Some(thread),
    })
}

async fn accept(listener: TcpListener, sandbox: &Arc<Sandbox>) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(e) => {
            tracing::error!("the sandbox cannot listen: {e}");
            return;
        }
    };
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                tokio::spawn(converse(stream, peer, Arc::clone(sandbox)));
            }
            // Out of descriptors: those who are connected will go.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn converse(stream: TcpStream, peer: SocketAddr, sandbox: Arc<Sandbox>) {
    let cut = Arc::new(Notify::new());
    let service = {
        let cut = Arc::clone(&cut);
        service_fn(move |request| answer(request, peer, Arc::clone(&sandbox), Arc::clone(&cut)))
    };
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // Callers hang up whenever they like.
        _ = connection => {}
        // The stream goes with the connection.
        () = cut.notified() => {}
    }
}

async fn answer(
    request: Request<Incoming>,
    peer: SocketAddr,
    sandbox: Arc<Sandbox>,
    cut: Arc<Notify>,
) -> std::result::Result<Response<Pieces>, Infallible> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LARGEST).collect().await else {
        return Ok(plain(413));
    };
    let headers = head.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    let request = WireRequest {
        method: head.method.as_str().to_owned(),
        secure: false,
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or("").to_owned(),
        headers: headers.collect(),
        body: body.to_bytes().to_vec(),
        peer: peer.ip(),
    };
    Ok(match sandbox.answer(&request) {
        Reaction::Answer(answer) => whole(answer),
        Reaction::Slow(millis, answer) => {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            whole(answer)
        }
        Reaction::Drip(millis, answer) => dripping(answer, Duration::from_millis(millis)),
        Reaction::Silence => std::future::pending().await,
        Reaction::Reset(None) => {
            cut.notify_one();
            std::future::pending().await
        }
        Reaction::Reset(Some(answer)) => broken(answer),
        Reaction::Flood(megabytes) => flood(megabytes),
    })
}

/// A body that comes in pieces; an error among them cuts the connection.
#[derive(Debug)]
struct Pieces {
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    whole: Option<Bytes>,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, io::Error>>> {
        if let Some(whole) = self.whole.take() {
            return Poll::Ready(Some(Ok(Frame::data(whole))));
        }
        self.pieces
            .poll_recv(cx)
            .map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.whole.is_none() && self.pieces.is_closed() && self.pieces.is_empty()
    }
}

/// The head of an answer; the length is told unless the body unpacks or never ends.
fn head(answer: &Answer, length: Option<usize>) -> hyper::http::response::Builder {
    let mut head = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        head = head.header(name.as_str(), value.as_str());
    }
    if let Some(length) = length {
        head = head.header("content-length", length);
    }
    head
}

fn response(head: hyper::http::response::Builder, body: Pieces) -> Response<Pieces> {
    head.body(body).unwrap_or_else(|_| plain(500))
}

fn plain(status: u16) -> Response<Pieces> {
    let (_, pieces) = mpsc::channel(1);
    let mut response = Response::new(Pieces {
        pieces,
        whole: None,
    });
    if let Ok(status) = hyper::StatusCode::from_u16(status) {
        *response.status_mut() = status;
    }
    response
}

fn whole(answer: Answer) -> Response<Pieces> {
    let head = head(&answer, Some(answer.body.len()));
    let (_, pieces) = mpsc::channel(1);
    let whole = Some(Bytes::from(answer.body)).filter(|body| !body.is_empty());
    response(head, Pieces { pieces, whole })
}

fn dripping(answer: Answer, pause: Duration) -> Response<Pieces> {
    let head = head(&answer, Some(answer.body.len()));
    let (send, pieces) = mpsc::channel(1);
    tokio::spawn(async move {
        let body = Bytes::from(answer.body);
        let step = body.len().div_ceil(PIECES).max(1);
        let mut at = 0;
        while at < body.len() {
            let end = (at + step).min(body.len());
            tokio::time::sleep(pause).await;
            if send.send(Ok(body.slice(at..end))).await.is_err() {
                return;
            }
            at = end;
        }
    });
    response(
        head,
        Pieces {
            pieces,
            whole: None,
        },
    )
}

/// Half of it, then nothing: the length that was promised does not come.
fn broken(answer: Answer) -> Response<Pieces> {
    let head = head(&answer, Some(answer.body.len() + 1));
    let (send, pieces) = mpsc::channel(1);
    tokio::spawn(async move {
        let half = answer.body.len() / 2;
        let half = Bytes::from(answer.body).slice(..half);
        if send.send(Ok(half)).await.is_ok() {
            let gone = io::Error::new(io::ErrorKind::ConnectionReset, "as it was told");
            let _ = send.send(Err(gone)).await;
        }
    });
    response(
        head,
        Pieces {
            pieces,
            whole: None,
        },
    )
}

fn flood(megabytes: u32) -> Response<Pieces> {
    let answer = Answer {
        status: 200,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: Vec::new(),
    };
    let (send, pieces) = mpsc::channel(2);
    tokio::spawn(async move {
        let piece = Bytes::from(vec![b' '; 1024 * 1024]);
        for _ in 0..megabytes {
            if send.send(Ok(piece.clone())).await.is_err() {
                return;
            }
        }
    });
    response(
        head(&answer, None),
        Pieces {
            pieces,
            whole: None,
        },
    )
}

/// Sends events to the shop: on this machine only, once, and nobody looks whether they arrived.
async fn push(sandbox: &Sandbox) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    loop {
        tokio::time::sleep(PUSHES).await;
        for (address, body) in sandbox.take_pushes() {
            let Some((host, path)) = address.strip_prefix("http://").map(|rest| {
                let at = rest.find('/').unwrap_or(rest.len());
                rest.split_at(at)
            }) else {
                continue;
            };
            let Ok(peer) = host.parse::<SocketAddr>() else {
                continue;
            };
            if !peer.ip().is_loopback() {
                continue;
            }
            let path = if path.is_empty() { "/" } else { path };
            let method = if body.is_empty() { "GET" } else { "POST" };
            let request = format!(
                "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            let sent = async {
                let mut stream = TcpStream::connect(peer).await?;
                stream.write_all(request.as_bytes()).await?;
                let mut answer = [0; 256];
                stream.read(&mut answer).await
            };
            // Delivery is not guaranteed, as with the services themselves.
            let _ = tokio::time::timeout(PATIENCE, sent).await;
        }
    }
}
