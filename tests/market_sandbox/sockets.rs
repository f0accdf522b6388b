//! The same over real sockets: every call once, and every way to go wrong once for each service.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use brickops::domain::market::{Purpose, Service};
use brickops::market::bricklink::InventoryFilter;
use brickops::market::{Answer, Broke, Call, Limits, Transport, Wire};
use brickops::sandbox::listen::{Listening, listen};

use crate::direct::Direct;
use crate::modes::failing;
use crate::verb::verbs;
use crate::world::{World, played};

/// The real line with the patience of a test.
#[derive(Debug)]
struct Hasty {
    wire: Wire,
    counted: Arc<Direct>,
}

impl Transport for Hasty {
    fn send(&self, call: &Call) -> Result<Answer, Broke> {
        self.counted.made.fetch_add(1, Ordering::Relaxed);
        let mut call = call.clone();
        call.limits = Limits {
            first_byte: Duration::from_millis(400),
            whole: Duration::from_secs(5),
            bytes: call.limits.bytes.min(4 << 20),
            ..call.limits
        };
        self.wire.send(&call)
    }
}

fn world() -> (World, Listening) {
    let (sandbox, clock) = played();
    let at = listen(Arc::clone(&sandbox), 0).expect("a port");
    let counted = Direct::new(&sandbox);
    let line = Arc::new(Hasty {
        wire: Wire::new(false, None),
        counted: counted.clone(),
    });
    let base = format!("http://{}", at.address());
    (World::over(sandbox, clock, &base, line, counted), at)
}

#[test]
fn every_call_works_over_a_socket_as_it_does_without() {
    for verb in verbs() {
        let direct = World::new();
        let without = (verb.run)(&direct).expect(verb.name);
        let (world, _at) = world();
        let with = (verb.run)(&world).unwrap_or_else(|e| panic!("{}: {e:?}", verb.name));
        assert_eq!(with, without, "{}", verb.name);
        assert_eq!(world.made(), 1, "{}", verb.name);
        assert_eq!(world.face(), direct.face(), "{}", verb.name);
    }
}

#[test]
fn every_way_to_go_wrong_over_a_socket() {
    let mut wrong = Vec::new();
    let mut tried = 0;
    let (world, _at) = world();
    for mode in failing() {
        // What does it? Nothing here changes anything, so one world does for all.
        for service in Service::ALL {
            let Some(class) = mode.class(service) else {
                continue;
            };
            let name = service.name().to_lowercase();
            world.fault(&format!("{name}:*:{}@*", mode.fault));
            let failure = match service {
                Service::BrickLink => world
                    .link
                    .inventory(&InventoryFilter::default(), Purpose::Orders)
                    .err(),
                Service::BrickOwl => world.owl.lots(Purpose::Orders, true).err(),
                Service::Brickognize if mode.fault == "no_items" => world
                    .eye
                    .guess(
                        brickops::domain::market::Sought::Any,
                        &crate::eye_verbs::photo(),
                    )
                    .err(),
                Service::Brickognize => world.eye.health().err(),
            };
            world.sandbox.heal();
            tried += 1;
            let is = failure.map(|failure| failure.class);
            let class = match mode.fault {
                "status_error" => brickops::domain::market::Class::Garbled,
                _ => class,
            };
            if is != Some(class) {
                wrong.push(format!("{name} {}: {is:?}, not {class:?}", mode.fault));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried > 60, "{tried}");
}
