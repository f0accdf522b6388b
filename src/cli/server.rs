//! `brickops serve`, `status`, `stop`

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tokio::sync::Notify;

use super::Ending;
use super::connect::{self, Place};
use super::output::Out;
use super::start::Starter;
use super::{groups, process};
use crate::api::client::{Conversation, Handler, Peer};
use crate::api::server::Desk;
use crate::api::server::socket::{Counters, serve as listen};
use crate::api::{Greeting, Reply, Request, ServerStatus, socket};
use crate::entropy::SystemEntropy;
use crate::error::{Error, Kind};
use crate::market::retry::ThreadSleeper;
use crate::services::jobs::JobThreads;
use crate::sync::{Engine, Orders, Runner};

/// How the server lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Living {
    /// Attached to a terminal or a supervisor.
    Foreground,
    /// In a session of its own, started by somebody who reads its standard error.
    Detached,
}

/// Starts a server that stays, in the background.
pub fn start(place: &Place, out: &Out) -> anyhow::Result<Ending> {
    if connect::server(place)?.is_some() {
        return Err(already(place).into());
    }
    Starter::staying(place).start(&|| Ok(connect::server(place)?.is_some()))?;
    out.note(format!(
        "The server listens at {}. Stop it with: brickops stop",
        socket::path(&place.data_dir).display()
    ));
    Ok(Ending::Done)
}

fn already(place: &Place) -> Error {
    Error::conflict(format!(
        "A server already works on {}. See `brickops status`.",
        place.data_dir.display()
    ))
}

/// Owns the data and answers every station on this machine until it is stopped.
pub fn serve(
    place: &Place,
    living: Living,
    idle_end: Option<u64>,
    out: &Out,
) -> anyhow::Result<Ending> {
    if living == Living::Detached {
        // Fails only for who leads a session already.
        let _ = rustix::process::setsid();
    }
    let path = socket::path(&place.data_dir);
    if connect::server(place)?.is_some() {
        return Err(already(place).into());
    }
    process::open_many_files();
    let group = place
        .config
        .group
        .as_deref()
        .map(groups::number)
        .transpose()?;
    let metrics = metrics(place);
    let desk = open(place, living)?;
    if let Some(group) = group {
        groups::open_to(&place.data_dir, group)?;
    }
    let counters = desk.counters();
    let serving = metrics.and_then(|(handle, address)| {
        let counted = Arc::clone(&counters);
        let clients = move || counted.clients.load(Ordering::Relaxed);
        // The shop goes on without being measured.
        match handle.serve(address, desk.app(), clients) {
            Ok(serving) => Some(serving),
            Err(e) => {
                tracing::error!("{e}");
                out.note(format!("brickops: {e}"));
                None
            }
        }
    });
    let app = Arc::downgrade(desk.app());
    let jobs = desk.app().do_jobs()?;
    let sync = Runner::start(Arc::new(Engine::new(
        Arc::clone(desk.app()),
        Arc::new(SystemEntropy),
        Some(Arc::new(Orders::new(Arc::new(ThreadSleeper)))),
    )))?;
    let handler: Arc<dyn Handler> = Arc::new(AtWork {
        _sync: sync,
        _jobs: jobs,
        desk,
    });
    let stop = Arc::new(Notify::new());
    let told = Arc::clone(&stop);
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP])?;
    let ending = signals.handle();
    let waiting = std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            for _ in &mut signals {
                told.notify_one();
            }
        })?;
    let held = move || {
        app.upgrade().is_some_and(|app| {
            // A store that cannot be read is no reason to end.
            app.jobs_hold_server() || app.sync_places().is_ok_and(|places| !places.is_empty())
        })
    };
    let watch = Watch::start(
        place,
        idle_end,
        (Arc::clone(&counters), held),
        Arc::clone(&stop),
    )?;
    let listening = || {
        tracing::info!(path = %path.display(), version = env!("CARGO_PKG_VERSION"), "listening");
        if living == Living::Detached {
            hush();
        } else {
            out.note(format!(
                "Listening at {}. Stop with: brickops stop",
                path.display()
            ));
        }
    };
    let served = listen(&path, group, handler, &counters, &stop, listening);
    drop(serving);
    drop(watch);
    ending.close();
    if waiting.join().is_err() {
        tracing::warn!("the thread that waits for signals failed");
    }
    tracing::info!("ended");
    served?;
    Ok(Ending::Done)
}

/// A desk beside which jobs are done. Both let go of the data before the socket goes: who waits for that may
/// open them then.
struct AtWork {
    /// First: they wait for what is being done.
    _sync: Runner,
    _jobs: JobThreads,
    desk: Arc<Desk>,
}

impl Handler for AtWork {
    fn greet(&self, peer: Peer, greeting: Greeting) -> crate::error::Result<Arc<dyn Conversation>> {
        self.desk.greet(peer, greeting)
    }
}

/// Whoever started the server reads its standard error until this closes it.
fn hush() {
    let nowhere = std::fs::OpenOptions::new().write(true).open("/dev/null");
    let hushed = nowhere.map(|nowhere| rustix::stdio::dup2_stderr(&nowhere));
    if !matches!(hushed, Ok(Ok(()))) {
        tracing::error!("standard error could not be closed");
    }
}

fn metrics(place: &Place) -> Option<(crate::web::metrics::Handle, std::net::SocketAddr)> {
    let address = place.config.listen?;
    match crate::web::metrics::install() {
        Ok(handle) => Some((handle, address)),
        Err(e) => {
            tracing::error!("{e}");
            None
        }
    }
}

/// Opens the data. One that is just ending may still hold them for a moment.
fn open(place: &Place, living: Living) -> anyhow::Result<Arc<Desk>> {
    let mut tries = match living {
        Living::Foreground => 1,
        Living::Detached => OPENING_TRIES,
    };
    loop {
        tries -= 1;
        match connect::open(place, false) {
            Err(e) if e.kind == Kind::Conflict && tries > 0 => {
                std::thread::park_timeout(OPENING_PAUSE);
            }
            other => return Ok(other?),
        }
    }
}

/// How often and how quickly a server in the background tries to get hold of the data.
const OPENING_TRIES: u32 = 200;
/// See [`OPENING_TRIES`].
const OPENING_PAUSE: Duration = Duration::from_millis(25);

/// Ends the server when nobody needs it any more, or when its data are gone.
#[derive(Debug)]
struct Watch {
    over: Arc<std::sync::atomic::AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// How often it looks.
const LOOK: Duration = Duration::from_secs(1);

impl Watch {
    fn start(
        place: &Place,
        idle_end: Option<u64>,
        (counters, held): (Arc<Counters>, impl Fn() -> bool + Send + 'static),
        stop: Arc<Notify>,
    ) -> anyhow::Result<Self> {
        let database = place.data_dir.join(crate::store::files::DATABASE);
        let identity = identity(&database);
        let over = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let told = Arc::clone(&over);
        let thread = std::thread::Builder::new()
            .name("watch".into())
            .spawn(move || {
                let mut quiet_since = Instant::now();
                while !told.load(Ordering::Relaxed) {
                    std::thread::park_timeout(LOOK);
                    let used = counters.clients.load(Ordering::Relaxed) > 0
                        || counters.busy.load(Ordering::Relaxed) > 0
                        || held();
                    if used {
                        quiet_since = Instant::now();
                    }
                    let idle = idle_end.is_some_and(|seconds| {
                        quiet_since.elapsed() >= Duration::from_secs(seconds)
                    });
                    let gone = self::identity(&database) != identity;
                    if idle || gone {
                        tracing::info!(gone, "ending: nobody needs the server any more");
                        stop.notify_one();
                        return;
                    }
                }
            })?;
        Ok(Self {
            over,
            thread: Some(thread),
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            if thread.join().is_err() {
                tracing::warn!("the thread that watches the data failed");
            }
        }
    }
}

/// Which file it is, whatever its name; `None`: it is gone.
fn identity(path: &std::path::Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.dev(), meta.ino()))
}

fn ask(place: &Place) -> anyhow::Result<Option<ServerStatus>> {
    let Some(server) = connect::server(place)? else {
        return Ok(None);
    };
    match server.call(Request::Status)? {
        Reply::Status(status) => Ok(Some(status)),
        _ => anyhow::bail!("the server answered something else"),
    }
}

/// Says whether a server is running.
pub fn status(place: &Place, out: &Out) -> anyhow::Result<Ending> {
    let found = ask(place)?;
    if out.json() {
        out.document(&found);
    } else if let Some(status) = &found {
        out.line(format!(
            "brickops {} works on {} (process {}, {} clients, up {} s).",
            status.version,
            status.data_dir,
            status.pid,
            status.clients,
            status.up_micros / 1_000_000
        ));
    } else {
        out.line(format!("No server works on {}.", place.data_dir.display()));
    }
    Ok(if found.is_some() {
        Ending::Done
    } else {
        Ending::Failed
    })
}

/// Ends the server and waits until it has let go of the data.
pub fn stop(place: &Place, out: &Out) -> anyhow::Result<Ending> {
    let Some(server) = connect::server(place)? else {
        out.note(format!("No server works on {}.", place.data_dir.display()));
        return Ok(Ending::Failed);
    };
    server.call(Request::Stop)?;
    drop(server);
    let path = socket::path(&place.data_dir);
    for _ in 0..500 {
        if !path.exists() {
            out.note("The server has ended.");
            return Ok(Ending::Done);
        }
        std::thread::park_timeout(std::time::Duration::from_millis(20));
    }
    Err(Error::storage("The server was told to end and has not done so within 10 s.").into())
}
