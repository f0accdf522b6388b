//! What waits to be sent to one client.
//!
//! An answer goes out on the thread that worked it out, as long as the client keeps up; what it does
//! not take at once is kept and sent on later. Changes are gathered for a moment and told together:
//! otherwise thirty people who write would each be told every commit of every other.

use std::io::ErrorKind;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::unix::OwnedWriteHalf;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::super::Event;
use super::super::framing::{ToClient, encode};
use crate::error::{Error, Result};

/// Changes are told at most so often; the first one after a rest at once.
const SPACING: Duration = Duration::from_millis(20);
/// Bytes that may wait for a client before no more requests are taken from it.
const BEHIND: usize = 256 * 1024;
/// Changed records that are named to a client; one that missed more reads everything again.
const NAMED: usize = 4_096;
/// Events that wait for a client at the most.
const WAITING: usize = 64;

/// A client's way out.
pub(super) struct Outbox {
    stream: OwnedWriteHalf,
    waiting: Mutex<Waiting>,
    /// There is something for [`Outbox::run`] to do.
    wake: Notify,
    /// The client has taken some of what waited.
    room: Notify,
}

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    events: Vec<Event>,
    /// Events were dropped.
    missed: bool,
    /// Nothing more will come.
    closing: bool,
    /// The client is gone.
    gone: bool,
}

impl Waiting {
    /// Keeps an event; of the same kind the later one says it all.
    fn keep(&mut self, event: Event) {
        if self.missed && matches!(event, Event::Changed { .. }) {
            return;
        }
        let full = self.events.len() >= WAITING;
        let known = self.events.iter_mut().find(|known| same(known, &event));
        match (known, event) {
            (
                Some(Event::Changed { seq, ids, .. }),
                Event::Changed {
                    seq: later,
                    ids: more,
                    ..
                },
            ) => {
                *seq = later;
                if more.is_empty() {
                    ids.clear();
                } else if !ids.is_empty() {
                    ids.extend(more);
                }
            }
            (Some(known), event) => *known = event,
            (None, _) if full => self.missed = true,
            (None, event) => self.events.push(event),
        }
        let named = self.events.iter().map(|event| match event {
            Event::Changed { ids, .. } => ids.len(),
            _ => 0,
        });
        if named.sum::<usize>() > NAMED {
            self.missed = true;
        }
        if self.missed {
            let changed = |event: &Event| matches!(event, Event::Changed { .. });
            self.events.retain(|event| !changed(event));
        }
    }

    /// What is told now.
    fn take(&mut self) -> Vec<Event> {
        let mut events = std::mem::take(&mut self.events);
        for event in &mut events {
            if let Event::Changed { ids, .. } = event {
                ids.sort_unstable();
                ids.dedup();
            }
        }
        if std::mem::take(&mut self.missed) {
            events.push(Event::Resync);
        }
        events
    }

    fn has_news(&self) -> bool {
        self.missed || !self.events.is_empty()
    }
}

/// Whether the later event makes the earlier one needless.
fn same(known: &Event, event: &Event) -> bool {
    match (known, event) {
        (Event::Changed { topic, .. }, Event::Changed { topic: other, .. }) => topic == other,
        (Event::Progress(known), Event::Progress(other)) => known.step == other.step,
        (Event::Standing(_), Event::Standing(_))
        | (Event::Index { .. }, Event::Index { .. })
        | (Event::Resync, Event::Resync) => true,
        _ => false,
    }
}

impl Outbox {
    pub(super) fn new(stream: OwnedWriteHalf) -> Self {
        Self {
            stream,
            waiting: Mutex::default(),
            wake: Notify::new(),
            room: Notify::new(),
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a message, at once where the client keeps up. Never waits.
    pub(super) fn send(&self, message: &ToClient) -> Result<()> {
        let frame = encode(message)?;
        let mut waiting = self.waiting();
        if waiting.gone {
            return Err(Error::storage("the client is gone"));
        }
        let sent = if waiting.bytes.is_empty() {
            match self.stream.try_write(&frame) {
                Ok(sent) => sent,
                Err(e) if e.kind() == ErrorKind::WouldBlock => 0,
                Err(_) => {
                    waiting.gone = true;
                    drop(waiting);
                    self.wake.notify_one();
                    return Err(Error::storage("the client is gone"));
                }
            }
        } else {
            0
        };
        if sent < frame.len() {
            waiting.bytes.extend_from_slice(&frame[sent..]);
            drop(waiting);
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Tells an event before long. `false` when the client is gone.
    pub(super) fn tell(&self, event: Event) -> bool {
        let mut waiting = self.waiting();
        if waiting.gone || waiting.closing {
            return false;
        }
        let first = !waiting.has_news();
        waiting.keep(event);
        drop(waiting);
        if first {
            self.wake.notify_one();
        }
        true
    }

    /// Waits until the client has taken enough of what it is owed.
    pub(super) async fn keeps_up(&self) -> Result<()> {
        loop {
            {
                let waiting = self.waiting();
                if waiting.gone {
                    return Err(Error::storage("the client is gone"));
                }
                if waiting.bytes.len() < BEHIND {
                    return Ok(());
                }
            }
            self.room.notified().await;
        }
    }

    /// Nothing more will be sent than what waits now.
    pub(super) fn close(&self) {
        self.waiting().closing = true;
        self.wake.notify_one();
    }

    /// Sends what waits, until it is closed and empty or the client is gone.
    pub(super) async fn run(&self) {
        let mut next_news = Instant::now();
        loop {
            let (behind, news, closing, gone) = {
                let waiting = self.waiting();
                let behind = !waiting.bytes.is_empty();
                (behind, waiting.has_news(), waiting.closing, waiting.gone)
            };
            if gone {
                // Whoever waits for room must hear of it.
                self.room.notify_one();
                return;
            }
            if behind {
                if self.stream.writable().await.is_err() {
                    self.waiting().gone = true;
                    continue;
                }
                self.flush();
                self.room.notify_one();
            } else if closing {
                return;
            } else if news {
                tokio::select! {
                    () = tokio::time::sleep_until(next_news) => {
                        next_news = Instant::now() + SPACING;
                        let events = self.waiting().take();
                        for event in events {
                            // A client that is gone is seen at the top.
                            let _ = self.send(&ToClient::Tell(event));
                        }
                    }
                    () = self.wake.notified() => {}
                }
            } else {
                self.wake.notified().await;
            }
        }
    }

    fn flush(&self) {
        let mut waiting = self.waiting();
        match self.stream.try_write(&waiting.bytes) {
            Ok(sent) => drop(waiting.bytes.drain(..sent)),
            Err(e) if e.kind() == ErrorKind::WouldBlock => {}
            Err(_) => waiting.gone = true,
        }
        if waiting.bytes.is_empty() {
            // One long answer must not take its room for ever.
            waiting.bytes.shrink_to(FIRST);
        }
    }
}

/// Room that stays once everything was sent, in bytes.
const FIRST: usize = 4 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Topic;

    fn changed(topic: Topic, seq: u64, ids: &[u64]) -> Event {
        Event::Changed {
            seq,
            topic,
            ids: ids.to_vec(),
        }
    }

    #[test]
    fn changes_of_one_topic_are_told_together() {
        let mut waiting = Waiting::default();
        waiting.keep(changed(Topic::Inventory, 1, &[5, 3]));
        waiting.keep(changed(Topic::Orders, 1, &[9]));
        waiting.keep(changed(Topic::Inventory, 2, &[3, 4]));
        waiting.keep(changed(Topic::Orders, 3, &[]));
        waiting.keep(changed(Topic::Orders, 4, &[1]));
        assert_eq!(
            waiting.take(),
            [
                changed(Topic::Inventory, 2, &[3, 4, 5]),
                changed(Topic::Orders, 4, &[]),
            ]
        );
        assert!(!waiting.has_news());
    }

    #[test]
    fn whoever_missed_too_much_reads_everything_again() {
        let mut waiting = Waiting::default();
        for seq in 0..100 {
            let ids: Vec<u64> = (seq * 100..seq * 100 + 100).collect();
            waiting.keep(changed(Topic::Inventory, seq, &ids));
        }
        assert_eq!(waiting.take(), [Event::Resync]);
        waiting.keep(changed(Topic::Inventory, 101, &[1]));
        assert_eq!(waiting.take(), [changed(Topic::Inventory, 101, &[1])]);
    }
}
