//! What the log says of calls: enough to follow each, and never a key.

use std::cell::RefCell;
use std::io::Write;
use std::sync::Once;

use brickops::domain::market::Purpose;
use brickops::market::Broke;
use tracing_subscriber::fmt::format::FmtSpan;

use super::verbs::{LOT, verbs};
use super::{KEYS, Rig, good, meta, page};

thread_local! {
    /// What this thread has logged.
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

#[derive(Debug, Clone, Copy)]
struct OfThisThread;

impl Write for OfThisThread {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// All that is logged, at every level, while `work` is done on this thread. One listener serves all tests:
/// one that comes and goes would change what the others hear.
fn logged(work: impl FnOnce()) -> String {
    static LISTENER: Once = Once::new();
    LISTENER.call_once(|| {
        let listener = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(|| OfThisThread)
            .finish();
        tracing::subscriber::set_global_default(listener).expect("the only one");
    });
    LOG.take();
    work();
    String::from_utf8(LOG.take()).expect("UTF-8")
}

#[test]
fn a_call_can_be_followed() {
    let log = logged(|| {
        let rig = Rig::new([Err(Broke::Lost("reset".into())), good(LOT)]);
        rig.client.lot(77, Purpose::Orders).expect("a lot");
    });
    let called: Vec<&str> = log.lines().filter(|line| line.contains("called")).collect();
    let [first, second] = called.as_slice() else {
        panic!("{log}")
    };
    assert!(
        first.contains("attempt=1") && first.contains("silent"),
        "{first}"
    );
    assert!(
        second.contains("attempt=2") && second.contains("status=200"),
        "{second}"
    );
    let id = |line: &str| {
        let at = line.find("id=").expect("an id");
        line[at..].split([' ', '}']).next().map(str::to_owned)
    };
    assert_eq!(id(first), id(second), "one call has one id");
    assert!(first.contains("GET inventories/{id}"), "{first}");
    assert!(!log.contains("/inventories/77"), "no address is logged");
}

#[test]
fn no_key_is_logged() {
    let log = logged(|| {
        for verb in verbs() {
            let echo = format!("<p>{}</p>", KEYS.join(" "));
            let ip = format!("TOKEN_IP_MISMATCHED: consumer: {} IP: 192.0.2.7", KEYS[0]);
            for replies in [
                vec![(verb.reply)()],
                vec![page(403, echo)],
                vec![meta(401, "BAD_OAUTH_REQUEST", &ip)],
                vec![meta(401, "BAD_OAUTH_REQUEST", "NONCE_USED"), (verb.reply)()],
            ] {
                // How it ends does not matter here.
                let _ = (verb.run)(&Rig::new(replies).client);
            }
        }
    });
    assert!(log.lines().count() > 200, "something was logged");
    for key in KEYS {
        assert!(!log.contains(key));
    }
    assert!(!log.contains("oauth_"), "nor is a signature");
}
