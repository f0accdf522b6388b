//! The same request within a burst is made once: whoever comes meanwhile gets the same answer.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

#[derive(Debug)]
enum Progress<T> {
    UnderWay,
    Done(T),
    /// Whoever made it failed without an answer.
    Lost,
}

type Flight<T> = Arc<(Mutex<Progress<T>>, Condvar)>;

/// Requests under way, by a text that says what is asked.
#[derive(Debug)]
pub struct SingleFlight<T> {
    flights: Mutex<HashMap<String, Flight<T>>>,
}

impl<T> Default for SingleFlight<T> {
    fn default() -> Self {
        Self {
            flights: Mutex::default(),
        }
    }
}

/// Takes the request off the list when it is over, however it ended.
struct Landing<'f, T> {
    all: &'f SingleFlight<T>,
    key: &'f str,
    flight: Flight<T>,
    done: Option<T>,
}

impl<T> Drop for Landing<'_, T> {
    fn drop(&mut self) {
        let mut flights = self
            .all
            .flights
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        flights.remove(self.key);
        drop(flights);
        let (progress, landed) = &*self.flight;
        let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
        *progress = self.done.take().map_or(Progress::Lost, Progress::Done);
        drop(progress);
        landed.notify_all();
    }
}

impl<T> SingleFlight<T> {
    /// How many requests are under way.
    pub fn len(&self) -> usize {
        let flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        flights.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T: Clone> SingleFlight<T> {
    /// Makes the request, or waits for the one that asks the same. Whether the answer is of another's.
    pub fn ask(&self, key: &str, make: impl FnOnce() -> T) -> (T, bool) {
        loop {
            let (flight, first) = {
                let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(flight) = flights.get(key) {
                    (Arc::clone(flight), false)
                } else {
                    let flight: Flight<T> =
                        Arc::new((Mutex::new(Progress::UnderWay), Condvar::new()));
                    flights.insert(key.to_owned(), Arc::clone(&flight));
                    (flight, true)
                }
            };
            if first {
                let mut landing = Landing {
                    all: self,
                    key,
                    flight,
                    done: None,
                };
                let answer = make();
                landing.done = Some(answer.clone());
                return (answer, false);
            }
            let (progress, landed) = &*flight;
            let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
            while matches!(*progress, Progress::UnderWay) {
                progress = landed
                    .wait(progress)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            if let Progress::Done(answer) = &*progress {
                return (answer.clone(), true);
            }
            // The one that was waited for died: ask oneself.
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::mpsc::channel;

    #[test]
    fn a_burst_is_one_request() {
        let all: Arc<SingleFlight<u32>> = Arc::default();
        let made = Arc::new(AtomicU32::new(0));
        let (go, wait) = channel::<()>();
        let (began, beginning) = channel::<()>();
        let first = {
            let (all, made) = (Arc::clone(&all), Arc::clone(&made));
            std::thread::spawn(move || {
                all.ask("price 3001", || {
                    made.fetch_add(1, Ordering::SeqCst);
                    began.send(()).expect("told");
                    wait.recv().expect("told");
                    7
                })
            })
        };
        beginning.recv().expect("it is under way");
        let others: Vec<_> = (0..8)
            .map(|_| {
                let (all, made) = (Arc::clone(&all), Arc::clone(&made));
                std::thread::spawn(move || {
                    all.ask("price 3001", || {
                        made.fetch_add(1, Ordering::SeqCst);
                        8
                    })
                })
            })
            .collect();
        assert_eq!(all.ask("price 3002", || 9), (9, false), "another question");
        // Nobody can be ahead of the first: all of them hold its flight or come after its answer.
        let held = || {
            all.flights
                .lock()
                .expect("a lock")
                .get("price 3001")
                .map(Arc::strong_count)
        };
        while held() < Some(10) {
            std::thread::yield_now();
        }
        go.send(()).expect("told");
        assert_eq!(first.join().expect("an answer"), (7, false));
        for other in others {
            assert_eq!(other.join().expect("an answer"), (7, true));
        }
        assert_eq!(made.load(Ordering::SeqCst), 1);
        assert_eq!(
            all.ask("price 3001", || 10),
            (10, false),
            "later it is asked anew"
        );
    }

    #[test]
    fn whoever_waits_for_one_that_died_asks_itself() {
        let all: Arc<SingleFlight<u32>> = Arc::default();
        let died = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            all.ask("x", || std::panic::panic_any("made to fail"))
        }));
        assert!(died.is_err());
        assert_eq!(all.ask("x", || 3), (3, false));
    }
}
