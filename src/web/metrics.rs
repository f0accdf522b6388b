//! `/metrics` for Prometheus and `/health` for whoever watches the server, on this machine only and
//! only where the operator asked for it.
//!
//! Who measures does so through the `metrics` crate and need not know whether anybody listens.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::sync::oneshot;

use super::market_figures;
use crate::domain::Timestamp;
use crate::error::{Error, Result};
use crate::services::{App, Notice};

/// Upper bounds of the latencies, in seconds: the budgets of the screens lie among them.
const BOUNDS: [f64; 14] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0,
];
/// How often collected values are put together when nobody reads them.
const UPKEEP: Duration = Duration::from_secs(5);

/// What is measured, ready to be read.
#[derive(Clone)]
pub struct Handle(PrometheusHandle);

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Handle")
    }
}

/// From now on everything is measured. The second call in a process gives the same.
pub fn install() -> Result<Handle> {
    static INSTALLED: Mutex<Option<Handle>> = Mutex::new(None);
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*installed {
        return Ok(handle.clone());
    }
    let failed = |e: &dyn std::fmt::Display| {
        Error::internal(format!("Nothing can be measured in this process: {e}."))
    };
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full("brickops_request_seconds".into()), &BOUNDS)
        .map_err(|e| failed(&e))?
        .build_recorder();
    let handle = Handle(recorder.handle());
    metrics::set_global_recorder(recorder).map_err(|e| failed(&e))?;
    metrics::describe_histogram!(
        "brickops_request_seconds",
        metrics::Unit::Seconds,
        "Time from a request to its answer, by verb and outcome."
    );
    metrics::describe_gauge!("brickops_clients", "Open connections.");
    metrics::describe_gauge!(
        "brickops_up_seconds",
        metrics::Unit::Seconds,
        "Time since the server started."
    );
    metrics::describe_counter!(
        "brickops_commits_total",
        "Commits since the server started."
    );
    metrics::describe_counter!(
        "brickops_alerts_total",
        "Alerts that were sent, by kind and outcome; one for each way."
    );
    *installed = Some(handle.clone());
    Ok(handle)
}

/// What is asked on each look.
struct Subject {
    handle: PrometheusHandle,
    app: Weak<App>,
    clients: Box<dyn Fn() -> u32 + Send + Sync>,
    started: Timestamp,
}

/// Answers until it is dropped.
#[derive(Debug)]
pub struct Serving {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// While it is there, commits are counted.
    _counting: Arc<()>,
}

impl Serving {
    /// Where; the port is known even when any was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It has ended by itself otherwise.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that answers /metrics broke");
        }
    }
}

impl Handle {
    /// Answers at `address` on a thread of its own, for as long as the result is kept. Does not keep the
    /// app alive. `clients` tells how many connections are open.
    ///
    /// # Errors
    /// `Invalid` for an address that others could reach, `Conflict` when it is taken, `Storage` when it
    /// cannot be used.
    pub fn serve(
        &self,
        address: SocketAddr,
        app: &Arc<App>,
        clients: impl Fn() -> u32 + Send + Sync + 'static,
    ) -> Result<Serving> {
        if !address.ip().is_loopback() {
            return Err(Error::invalid(format!(
                "{address} can be reached from other machines. Metrics are for this one: use 127.0.0.1."
            )));
        }
        let listener = TcpListener::bind(address).map_err(|e| taken(address, &e))?;
        listener
            .set_nonblocking(true)
            .map_err(|e| unusable(address, &e))?;
        let address = listener.local_addr().map_err(|e| unusable(address, &e))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            // One answer at a time may wait for the store.
            .max_blocking_threads(1)
            .thread_name("metrics")
            .build()
            .map_err(|e| unusable(address, &e))?;
        let subject = Arc::new(Subject {
            handle: self.0.clone(),
            app: Arc::downgrade(app),
            clients: Box::new(clients),
            started: app.now(),
        });
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("metrics".into())
            .spawn(move || {
                runtime.block_on(answer(listener, subject, stopped));
                // Whoever still reads a page is hung up on.
                runtime.shutdown_background();
            })
            .map_err(|e| unusable(address, &e))?;
        let counting = Arc::new(());
        let heard = Arc::downgrade(&counting);
        metrics::counter!("brickops_commits_total").absolute(0);
        app.listen(Box::new(move |notice| {
            let heard = heard.strong_count() > 0;
            if heard && matches!(notice, Notice::Committed(_)) {
                metrics::counter!("brickops_commits_total").increment(1);
            }
            heard
        }));
        Ok(Serving {
            address,
            stop: Some(stop),
            thread: Some(thread),
            _counting: counting,
        })
    }
}

fn taken(address: SocketAddr, error: &std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::AddrInUse {
        return Error::conflict(format!(
            "Metrics cannot be answered at {address}: another program listens there. Choose another \
             port under [web]; everything else goes on."
        ));
    }
    unusable(address, error)
}

fn unusable(address: SocketAddr, error: &std::io::Error) -> Error {
    Error::storage(format!(
        "Metrics cannot be answered at {address} ({error}). Choose another address under [web]; \
         everything else goes on."
    ))
}

async fn answer(listener: TcpListener, subject: Arc<Subject>, stopped: oneshot::Receiver<()>) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(e) => return tracing::error!("metrics cannot be answered: {e}"),
    };
    let handle = subject.handle.clone();
    let pages = Router::new()
        .route("/metrics", get(page))
        .route("/health", get(health))
        .with_state(subject);
    let upkeep = async {
        let mut often = tokio::time::interval(UPKEEP);
        loop {
            often.tick().await;
            handle.run_upkeep();
        }
    };
    tokio::select! {
        served = async { axum::serve(listener, pages).await } => {
            if let Err(e) = served {
                tracing::error!("metrics are not answered any more: {e}");
            }
        }
        () = upkeep => {}
        // Also when whoever could say so is gone.
        _ = stopped => {}
    }
}

async fn page(State(subject): State<Arc<Subject>>) -> Response {
    metrics::gauge!("brickops_clients").set(f64::from((subject.clients)()));
    if let Some(app) = subject.app.upgrade() {
        let up = app.now().since(subject.started);
        metrics::gauge!("brickops_up_seconds").set(up as f64 / 1e6);
    }
    let kind = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    let measured = subject.handle.render();
    // Counting ages reads the store.
    let calls = tokio::task::spawn_blocking(move || {
        let figures = subject.app.upgrade().map(|app| app.server_figures());
        match figures {
            Some(Ok(figures)) => market_figures::lines(&figures),
            Some(Err(e)) => {
                tracing::warn!("figures of calls could not be read: {e}");
                String::new()
            }
            None => String::new(),
        }
    })
    .await
    .unwrap_or_default();
    (kind, measured + &calls).into_response()
}

async fn health(State(subject): State<Arc<Subject>>) -> Response {
    // Reading may have to wait for a disk.
    let seq = tokio::task::spawn_blocking(move || {
        let app = subject.app.upgrade();
        app.ok_or_else(|| Error::storage("The server is ending."))
            .and_then(|app| app.seq())
    })
    .await
    .unwrap_or_else(|_| Err(Error::internal("The store could not be asked.")));
    let (status, body) = match seq {
        Ok(seq) => (
            StatusCode::OK,
            serde_json::json!({"status": "ok", "seq": seq}),
        ),
        Err(e) => (
            StatusCode::SERVICE_UNAVAILABLE,
            serde_json::json!({"status": "failed", "message": e.message}),
        ),
    };
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (status, kind, body.to_string()).into_response()
}
