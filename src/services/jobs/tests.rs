//! Jobs on a moved clock: when they run, how often, and what is kept of it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use super::{Job, Watch};
use crate::clock::ManualClock;
use crate::domain::job::{JobOutcome, RUNS_KEPT, Schedule};
use crate::domain::time::{DAY, SECOND};
use crate::domain::{Role, Scope, Timestamp};
use crate::error::{Error, Kind, Result};
use crate::services::people::Threshold;
use crate::services::{App, Setup};
use crate::store::tables::ShopRecord;
use crate::store::{Opener, Store};

/// 2026-01-10 12:00 UTC.
const NOON: Timestamp = Timestamp::from_seconds(1_768_046_400);

#[derive(Debug)]
struct Counting {
    name: &'static str,
    schedule: Schedule,
    runs: Arc<AtomicU32>,
    log: Arc<Mutex<Vec<&'static str>>>,
    priority: u8,
    fails: bool,
}

impl Job for Counting {
    fn name(&self) -> &'static str {
        self.name
    }
    fn about(&self) -> &'static str {
        "Counts"
    }
    fn schedule(&self) -> Schedule {
        self.schedule
    }
    fn priority(&self) -> u8 {
        self.priority
    }
    fn run(&self, _: &App, _: &Scope, _: &Watch) -> Result<String> {
        self.log.lock().expect("a lock").push(self.name);
        let run = self.runs.fetch_add(1, Ordering::Relaxed) + 1;
        if self.fails {
            return Err(Error::invalid("It did not work."));
        }
        Ok(format!("Run {run}."))
    }
}

struct World {
    store: Store,
    clock: Arc<ManualClock>,
    app: Arc<App>,
    runs: Arc<AtomicU32>,
    log: Arc<Mutex<Vec<&'static str>>>,
}

fn app(store: &Store, clock: &Arc<ManualClock>) -> Arc<App> {
    let app = App::new(
        store.clone(),
        Arc::<ManualClock>::clone(clock),
        Setup::default(),
    );
    Arc::new(app.expect("an app"))
}

impl World {
    fn new() -> Self {
        let opener: Opener = Arc::new(|| {
            redb::Database::builder()
                .create_with_backend(redb::backends::InMemoryBackend::new())
                .map_err(|e| Error::storage(e.to_string()))
        });
        let store = Store::open(opener).expect("a store");
        let clock = ManualClock::at(NOON);
        let app = app(&store, &clock);
        app.open_shop(
            &app.solo(),
            ShopRecord {
                name: "Bricks".into(),
                currency: "EUR".into(),
                practice: false,
                created: NOON,
            },
        )
        .expect("a shop");
        Self {
            store,
            clock,
            app,
            runs: Arc::default(),
            log: Arc::default(),
        }
    }

    fn count(&self, name: &'static str, schedule: Schedule, priority: u8, fails: bool) {
        self.app.add_job(Arc::new(Counting {
            name,
            schedule,
            runs: Arc::clone(&self.runs),
            log: Arc::clone(&self.log),
            priority,
            fails,
        }));
    }

    fn runs(&self) -> u32 {
        self.runs.load(Ordering::Relaxed)
    }

    fn tick(&self) -> u32 {
        self.app.tick().expect("a tick")
    }

    fn history(&self, name: &str) -> Vec<crate::domain::job::JobRun> {
        self.app
            .job_history(Some(&self.app.solo()), &door(false), name)
            .expect("a history")
    }
}

fn door(operator: bool) -> Threshold {
    Threshold {
        uid: 1,
        operator,
        station: false,
        key: crate::domain::Secret::new("key"),
        place: "place".into(),
        shop: None,
    }
}

const TEN: Schedule = Schedule::Every { minutes: 10 };

#[test]
fn a_job_runs_when_it_is_due_and_what_was_missed_is_made_up_for_once() {
    let world = World::new();
    world.count("count", TEN, 5, false);
    assert_eq!((world.tick(), world.runs()), (0, 0), "not at once");
    world.clock.advance(600 * SECOND - 1);
    world.tick();
    assert_eq!(world.runs(), 0);
    world.clock.advance(1);
    world.tick();
    world.tick();
    assert_eq!(world.runs(), 1, "once");
    // The machine slept for two days: all jobs of the night, once each.
    world.clock.advance(2 * DAY);
    assert!(world.tick() >= 3);
    assert_eq!(world.runs(), 2);
    let nightly = world.history("check");
    assert_eq!(nightly.len(), 1, "{nightly:?}");
    assert_eq!(nightly[0].outcome, JobOutcome::Done, "{nightly:?}");
    assert_eq!(world.tick(), 0);
    world.clock.advance(600 * SECOND);
    world.tick();
    assert_eq!(world.runs(), 3, "the turn counts from the last run");
}

#[test]
fn a_clock_that_was_set_back_lets_no_job_wait_for_long() {
    let world = World::new();
    world.count("count", TEN, 5, false);
    world.tick();
    world.clock.advance(-30 * DAY);
    world.tick();
    world.clock.advance(600 * SECOND);
    world.tick();
    assert_eq!(world.runs(), 1);
}

#[test]
fn the_urgent_goes_first_and_only_the_last_fifty_runs_are_kept() {
    let world = World::new();
    world.count("slow", TEN, 7, false);
    world.count("quick", TEN, 1, true);
    world.tick();
    world.clock.advance(600 * SECOND);
    world.tick();
    assert_eq!(*world.log.lock().expect("a lock"), ["quick", "slow"]);
    let failed = &world.history("quick")[0];
    assert_eq!(
        (failed.outcome, failed.text.as_str(), failed.by_hand),
        (JobOutcome::Failed, "It did not work.", false)
    );
    for _ in 0..60 {
        world.clock.advance(600 * SECOND);
        world.tick();
    }
    let runs = world.history("slow");
    assert_eq!(runs.len(), RUNS_KEPT);
    assert!(runs.windows(2).all(|two| two[0].began > two[1].began));
    assert_eq!(runs[0].began, world.clock_now());
}

impl World {
    fn clock_now(&self) -> Timestamp {
        self.app.now()
    }
}

#[test]
fn where_no_server_does_jobs_a_hand_does_them_at_once() {
    let world = World::new();
    world.count("count", TEN, 5, false);
    let owner = world.app.solo();
    let said = world.app.run_job(Some(&owner), &door(false), "count");
    assert_eq!(said.expect("a sentence"), "Run 1.");
    let run = &world.history("count")[0];
    assert!(run.by_hand && run.outcome == JobOutcome::Done);
    assert_eq!(world.tick(), 0, "the next turn is later");
    world.count("broken", TEN, 5, true);
    let failed = world.app.run_job(Some(&owner), &door(false), "broken");
    assert_eq!(failed.expect_err("it fails").message, "It did not work.");
}

#[test]
fn jobs_belong_to_owners_and_those_of_the_server_to_its_operator() {
    let world = World::new();
    let owner = world.app.solo();
    let app = &world.app;
    let server = app.run_job(Some(&owner), &door(false), "pictures");
    assert_eq!(server.expect_err("refused").kind, Kind::Forbidden);
    assert!(app.run_job(Some(&owner), &door(true), "pictures").is_ok());
    assert!(app.run_job(None, &door(true), "pictures").is_ok());
    let seen = app.jobs(None, &door(true)).expect("jobs");
    assert!(!seen.is_empty() && seen.iter().all(|job| job.server));
    let homeless = app.run_job(None, &door(true), "check");
    assert_eq!(homeless.expect_err("whose?").kind, Kind::Invalid);
    let mut viewer = owner;
    viewer.role = Some(Role::Viewer);
    for refused in [
        app.jobs(Some(&viewer), &door(false)).err(),
        app.job_history(Some(&viewer), &door(false), "check").err(),
        app.run_job(Some(&viewer), &door(false), "check").err(),
        app.cancel_job(Some(&viewer), &door(false), "check").err(),
    ] {
        assert_eq!(refused.expect("refused").kind, Kind::Forbidden);
    }
    let unknown = app.run_job(Some(&owner), &door(false), "nothing");
    assert_eq!(unknown.expect_err("unknown").kind, Kind::NotFound);
}

/// Says that it runs, then waits to be stopped or for leave to end.
#[derive(Debug)]
struct Waiting {
    begun: Mutex<Sender<()>>,
    end: Mutex<Receiver<()>>,
}

impl Job for Waiting {
    fn name(&self) -> &'static str {
        "waiting"
    }
    fn about(&self) -> &'static str {
        "Waits"
    }
    fn schedule(&self) -> Schedule {
        TEN
    }
    fn run(&self, _: &App, _: &Scope, watch: &Watch) -> Result<String> {
        self.begun.lock().expect("a lock").send(()).expect("heard");
        let _ = self.end.lock().expect("a lock").recv();
        assert!(!watch.stopped() || watch.flag().load(Ordering::Relaxed));
        Ok("Waited.".into())
    }
}

#[test]
fn a_run_is_alone_can_be_stopped_and_holds_the_server() {
    let world = World::new();
    let (begun, began) = channel();
    let (end, ends) = channel();
    world.app.add_job(Arc::new(Waiting {
        begun: Mutex::new(begun),
        end: Mutex::new(ends),
    }));
    let (owner, app) = (world.app.solo(), &world.app);
    let threads = app.do_jobs().expect("threads");
    assert!(!app.jobs_hold_server());
    app.run_job(Some(&owner), &door(false), "waiting")
        .expect("begins");
    began.recv().expect("it runs");
    assert!(app.jobs_hold_server());
    let again = app.run_job(Some(&owner), &door(false), "waiting");
    assert_eq!(again.expect_err("it runs").kind, Kind::Conflict);
    let rows = app.jobs(Some(&owner), &door(false)).expect("jobs");
    let row = rows
        .iter()
        .find(|row| row.name == "waiting")
        .expect("a row");
    assert_eq!(row.since, Some(NOON));
    app.cancel_job(Some(&owner), &door(false), "waiting")
        .expect("stops");
    end.send(()).expect("it ends");
    // The next run begins only when the one before is written down.
    loop {
        match app.run_job(Some(&owner), &door(false), "waiting") {
            Ok(_) => break,
            Err(e) => assert_eq!(e.kind, Kind::Conflict),
        }
        std::thread::yield_now();
    }
    began.recv().expect("it runs again");
    assert_eq!(world.history("waiting")[0].outcome, JobOutcome::Cancelled);
    end.send(()).expect("it ends");
    drop(end);
    drop(threads);
    let runs = world.history("waiting");
    assert_eq!(runs.len(), 2);
    let idle = app.cancel_job(Some(&owner), &door(false), "waiting");
    assert_eq!(idle.expect_err("nothing runs").kind, Kind::NotFound);
}

#[test]
fn a_job_that_died_with_the_process_is_marked_so() {
    let world = World::new();
    let owner = world.app.solo();
    world
        .store
        .write(move |_| {
            let mut batch = crate::store::Batch::new();
            let record = crate::store::jobs::JobRecord {
                due: Timestamp::from_micros(NOON.micros() + DAY),
                wanted: false,
                running: Some((NOON, true)),
                runs: Vec::new(),
            };
            batch.put_job(&owner, "check", record);
            Ok(crate::store::Decided::new((), batch))
        })
        .expect("written");
    world.clock.advance(SECOND);
    let next = app(&world.store, &world.clock);
    let runs = next
        .job_history(Some(&owner), &door(false), "check")
        .expect("a history");
    assert_eq!(runs.len(), 1);
    assert_eq!((runs[0].outcome, runs[0].by_hand), (JobOutcome::Died, true));
    assert!(next.run_job(Some(&owner), &door(false), "check").is_ok());
}
