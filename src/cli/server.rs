//! `brickops serve`, `status`, `stop`

use std::sync::Arc;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tokio::sync::Notify;

use super::Ending;
use super::connect::{self, Place};
use super::output::Out;
use crate::api::client::Handler;
use crate::api::server::socket::serve as listen;
use crate::api::{Reply, Request, ServerStatus, socket};
use crate::error::Error;

/// Owns the data and answers every station on this machine until it is stopped.
pub fn serve(place: &Place, out: &Out) -> anyhow::Result<Ending> {
    let path = socket::path(&place.data_dir);
    if connect::server(place)?.is_some() {
        return Err(Error::conflict(format!(
            "A server already works on {}. See `brickops status`.",
            place.data_dir.display()
        ))
        .into());
    }
    let desk = connect::open(&place.data_dir, place.config.freshness, false)?;
    let counters = desk.counters();
    let handler: Arc<dyn Handler> = desk;
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
    out.note(format!(
        "Listening at {}. Stop with: brickops stop",
        path.display()
    ));
    let served = listen(&path, handler, &counters, &stop);
    ending.close();
    if waiting.join().is_err() {
        tracing::warn!("the thread that waits for signals failed");
    }
    served?;
    Ok(Ending::Done)
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
