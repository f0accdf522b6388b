//! Ctrl+C during a long change: the server stops it and takes back what it did so far.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::api::client::Client;
use crate::api::{Request, StockRequest};
use crate::domain::OperationId;
use crate::error::{Error, Result};

/// How soon an interruption is noticed.
const LOOK: Duration = Duration::from_millis(50);

/// As long as it lives, an interruption cancels the operation; the second one ends the program.
#[derive(Debug)]
pub struct Interruptible {
    // Dropping it ends the thread.
    _alive: Sender<()>,
}

impl Interruptible {
    /// Begins to listen for this operation.
    pub fn begin(client: Client, op: OperationId) -> Result<Self> {
        let broken = |e| Error::internal(format!("Interruptions cannot be noticed: {e}."));
        let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(broken)?;
        let (alive, ended) = channel();
        let listen = move || {
            let mut times = 0;
            while ended.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                times += signals.pending().count();
                if times > 1 {
                    let _ = signal_hook::low_level::emulate_default_handler(SIGINT);
                }
                // Asked again until the answer is there: the first time may come before the change began.
                if times > 0 {
                    let _ = client.send(Request::Stock(StockRequest::Cancel { op }));
                }
            }
        };
        std::thread::Builder::new()
            .name("interruptions".into())
            .spawn(listen)
            .map_err(broken)?;
        Ok(Self { _alive: alive })
    }
}
