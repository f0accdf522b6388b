//! The power fails at any moment of a walk or an import.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use brickops::domain::SessionId;
use brickops::domain::rows::PickView;
use brickops::error::{Error, Result};
use brickops::store::Opener;
use redb::{Database, StorageBackend};

use crate::setup::{FileLot, Fixture, line, lot, open, order_xml};

/// A disk that stands still at a chosen sync. Until then it keeps apart what is certain to survive.
#[derive(Debug, Default)]
struct Platter {
    written: Vec<u8>,
    synced: Vec<u8>,
    /// Written since the last sync, in order.
    loose: Vec<(usize, Vec<u8>)>,
    syncs: usize,
    /// The sync that fails, and everything after it.
    fuse: Option<usize>,
    dead: bool,
}

#[derive(Debug, Clone, Default)]
struct Disk(Arc<Mutex<Platter>>);

impl Disk {
    fn with<T>(&self, act: impl FnOnce(&mut Platter) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn alive<T>(&self, act: impl FnOnce(&mut Platter) -> T) -> io::Result<T> {
        self.with(|platter| {
            if platter.dead {
                Err(io::Error::other("the power is off"))
            } else {
                Ok(act(platter))
            }
        })
    }

    fn opener(&self) -> Opener {
        let disk = self.clone();
        Arc::new(move || {
            Database::builder()
                .create_with_backend(disk.clone())
                .map_err(|e| Error::storage(e.to_string()))
        })
    }

    /// The disk as it is found when the power is back: what was synced, and some of what was not.
    fn after_the_failure(&self) -> Self {
        self.with(|platter| {
            let mut found = platter.synced.clone();
            let kept = (platter.syncs * 7) % (platter.loose.len() + 1);
            for (at, bytes) in &platter.loose[..kept] {
                let end = at + bytes.len();
                if found.len() < end {
                    found.resize(end, 0);
                }
                found[*at..end].copy_from_slice(bytes);
            }
            found.resize(found.len().max(platter.written.len()), 0);
            Self::holding(found)
        })
    }

    fn holding(bytes: Vec<u8>) -> Self {
        Self(Arc::new(Mutex::new(Platter {
            written: bytes.clone(),
            synced: bytes,
            ..Platter::default()
        })))
    }

    fn bytes(&self) -> Vec<u8> {
        self.with(|platter| platter.written.clone())
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        self.alive(|platter| platter.written.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        self.alive(|platter| out.copy_from_slice(&platter.written[start..start + out.len()]))
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let len = usize::try_from(len).map_err(io::Error::other)?;
        self.alive(|platter| platter.written.resize(len, 0))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.with(|platter| {
            platter.syncs += 1;
            platter.dead |= platter.fuse.is_some_and(|fuse| platter.syncs >= fuse);
        });
        self.alive(|platter| {
            platter.synced = platter.written.clone();
            platter.loose.clear();
        })
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        self.alive(|platter| {
            platter.written[start..start + data.len()].copy_from_slice(data);
            platter.loose.push((start, data.to_vec()));
        })
    }
}

fn prepared() -> (Vec<u8>, SessionId) {
    let disk = Disk::default();
    let shop = open(disk.opener()).expect("a shop");
    shop.import_lots(&[
        lot("3001", 10, "A-1", 1),
        lot("3002", 5, "A-2", 2),
        lot("3003", 9, "A-3", 3),
    ]);
    shop.import_orders(&[order_xml(
        1,
        "Paid",
        1,
        &[line("3001", 4), line("3002", 8), line("3003", 9)],
    )]);
    let walk = shop.start(&[1]).expect("a walk").id;
    drop(shop);
    (disk.bytes(), walk)
}

type Step = fn(&Fixture, SessionId) -> Result<PickView>;

/// A walk with every kind of step.
const STEPS: [Step; 7] = [
    |shop, walk| shop.take(walk, 0).map(|(view, _)| view),
    |shop, walk| {
        let done = shop.app.pick_later(&shop.scope, walk, 1, shop.op());
        done.map(|(view, _)| view)
    },
    |shop, walk| {
        let done = shop.app.pick_take(&shop.scope, walk, 2, Some(3), shop.op());
        done.map(|(view, _)| view)
    },
    |shop, walk| shop.take(walk, 2).map(|(view, _)| view),
    |shop, walk| {
        let done = shop.app.pick_undo(&shop.scope, walk, shop.op());
        done.map(|(view, _)| view)
    },
    |shop, walk| {
        let done = shop.app.pick_short(&shop.scope, walk, 2, 2, shop.op());
        done.map(|(view, _)| view)
    },
    |shop, walk| shop.take(walk, 1).map(|(view, _)| view),
];

#[test]
fn no_confirmed_line_is_lost_and_none_is_half() {
    let (image, walk) = prepared();
    // Every state that an uninterrupted walk goes through.
    let whole = open(Disk::holding(image.clone()).opener()).expect("a shop");
    let mut states = vec![whole.app.pick_view(&whole.scope, walk).expect("the walk")];
    for step in STEPS {
        states.push(step(&whole, walk).expect("a step"));
    }
    let mut failures = 0;
    for fuse in 1.. {
        let disk = Disk::holding(image.clone());
        let opened = open(disk.opener());
        let mut confirmed = 0;
        if let Ok(shop) = &opened {
            let before = disk.with(|platter| platter.syncs);
            disk.with(|platter| platter.fuse = Some(before + fuse));
            for step in STEPS {
                match step(shop, walk) {
                    Ok(view) => {
                        confirmed += 1;
                        assert_eq!(view, states[confirmed]);
                    }
                    // The commit may be durable although the answer failed to be read.
                    Err(_) => break,
                }
            }
        }
        if !disk.with(|platter| platter.dead) {
            assert_eq!(confirmed, STEPS.len());
            break;
        }
        failures += 1;
        drop(opened);
        let found = disk.after_the_failure();
        let shop = open(found.opener()).expect("it opens again");
        shop.sound();
        let view = shop.app.pick_view(&shop.scope, walk).expect("the walk");
        let next = states.get(confirmed + 1);
        assert!(
            view == states[confirmed] || Some(&view) == next,
            "fuse {fuse}: {confirmed} confirmed, found {view:?}"
        );
        // And it goes on from there to the same end.
        let reached = usize::from(view != states[confirmed]) + confirmed;
        let mut last = view;
        for step in &STEPS[reached..] {
            last = step(&shop, walk).expect("a step");
        }
        assert_eq!(Some(&last), states.last());
        shop.sound();
    }
    assert!(failures > STEPS.len(), "only {failures} failures");
}

#[test]
fn an_import_that_died_is_completed_by_doing_it_again() {
    let lots: Vec<FileLot> = (0..2_500u64)
        .map(|at| FileLot {
            number: (at % 2 == 0).then_some(at + 1),
            // Several equal ones among those without a number.
            ..lot(
                &format!("{}", 3_000 + at / 5),
                3,
                &format!("A-{}", at / 5),
                0,
            )
        })
        .collect();
    let text = crate::setup::bsx(&lots);
    for fuse in [4, 7, 9, 12, 15] {
        let disk = Disk::default();
        let shop = open(disk.opener()).expect("a shop");
        let before = disk.with(|platter| platter.syncs);
        disk.with(|platter| platter.fuse = Some(before + fuse));
        let path = shop.file("lots.bsx", &text);
        let died = shop.app.import_inventory(&shop.scope, &path, &|_| {});
        let dead = disk.with(|platter| platter.dead);
        assert_eq!(died.is_err(), dead);
        drop(shop);
        let found = if dead {
            disk.after_the_failure()
        } else {
            Disk::holding(disk.bytes())
        };
        let shop = open(found.opener()).expect("it opens again");
        shop.sound();
        let already = shop.lots().len();
        let report = shop.import_lots(&lots);
        assert_eq!(report.already, already as u64);
        assert_eq!(shop.lots().len(), 2_500);
        assert_eq!(shop.import_lots(&lots).already, 2_500);
        shop.sound();
    }
}
