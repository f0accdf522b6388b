//! Telling absent people what went wrong: what is told at all, how often, and what came of it.
//!
//! Whoever alerts does not wait: a thread of its own decides and delivers. By which ways is the
//! [`Courier`]'s business. What was told is remembered in the store, so that a program that is started
//! again and again does not tell the same again and again.

use std::fmt::Write as _;
use std::sync::mpsc::{
    Receiver, RecvTimeoutError, SyncSender, TrySendError, channel, sync_channel,
};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use super::audit;
use super::people::Threshold;
use super::rights::{Right, allow};
use crate::clock::Clock;
use crate::domain::text::clean;
use crate::domain::time::SECOND;
use crate::domain::{
    Alert, AlertKind, AuditKind, Scope, ShopSettings, TenantId, Timestamp, UserId,
};
use crate::error::{Error, Kind, Result};
use crate::services::App;
use crate::store::tables::AlertRecord;
use crate::store::{Batch, Decided, Store, Tx};

/// Alerts that wait; more are written to the log only.
const WAITING: usize = 64;
/// Longest message, in characters.
const LONGEST: usize = 500;
/// Time between two test alerts of a shop, in microseconds.
const BETWEEN_TESTS: i64 = 10 * SECOND;
/// How long the end of the program waits for what is on its way.
const GRACE: Duration = Duration::from_secs(5);

/// What came of one way: `command: ran`, or why it did not arrive.
pub type Outcome = std::result::Result<String, String>;

/// Brings an alert to people.
pub trait Courier: Send + Sync + std::fmt::Debug {
    /// By every way there is; one outcome for each, none when there is no way. May take its time.
    fn deliver(&self, alert: &Alert, webhook: Option<&str>) -> Vec<Outcome>;
}

/// An alert that waits to be decided about.
struct Pending {
    tenant: Option<TenantId>,
    kind: AlertKind,
    message: String,
    at: Timestamp,
}

/// What deciding and delivering take. Held by [`Alerts`]; the thread borrows it, so that the store is
/// let go of when the program behind the screens is.
struct Means {
    store: Store,
    courier: Arc<dyn Courier>,
}

/// The way from a verb to the courier.
pub(crate) struct Alerts {
    means: Option<Arc<Means>>,
    queue: Option<SyncSender<Pending>>,
    /// Closed when the thread has ended.
    ended: Mutex<Receiver<()>>,
}

impl Alerts {
    /// Without a courier alerts are written to the log only, and there is no thread.
    pub(crate) fn start(store: &Store, courier: Option<Arc<dyn Courier>>) -> Result<Self> {
        let (ending, ended) = channel();
        let ended = Mutex::new(ended);
        let Some(courier) = courier else {
            return Ok(Self {
                means: None,
                queue: None,
                ended,
            });
        };
        let means = Arc::new(Means {
            store: store.clone(),
            courier,
        });
        let (queue, waiting) = sync_channel(WAITING);
        let held = Arc::downgrade(&means);
        std::thread::Builder::new()
            .name("alerts".into())
            .spawn(move || {
                let _ending = ending;
                while let Ok(pending) = waiting.recv() {
                    attend(&held, &pending);
                }
            })
            .map_err(|e| Error::internal(format!("Alerts cannot be sent: {e}.")))?;
        Ok(Self {
            means: Some(means),
            queue: Some(queue),
            ended,
        })
    }

    /// See [`App::alert`].
    fn tell(&self, tenant: Option<TenantId>, kind: AlertKind, message: &str, at: Timestamp) {
        let message: String = clean(message).chars().take(LONGEST).collect();
        tracing::warn!(kind = kind.word(), "alert: {message}");
        let Some(queue) = &self.queue else {
            return;
        };
        let pending = Pending {
            tenant,
            kind,
            message,
            at,
        };
        match queue.try_send(pending) {
            Ok(()) => {}
            Err(TrySendError::Full(lost)) => tracing::error!(
                kind = lost.kind.word(),
                "too many alerts wait; this one is not sent"
            ),
            Err(TrySendError::Disconnected(lost)) => tracing::error!(
                kind = lost.kind.word(),
                "alerts are not sent any more; this one is lost"
            ),
        }
    }
}

/// What was alerted a moment ago still goes out: a check in cron ends right after it.
impl Drop for Alerts {
    fn drop(&mut self) {
        if self.queue.take().is_some() {
            let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
            if ended.recv_timeout(GRACE) == Err(RecvTimeoutError::Timeout) {
                tracing::error!("the program ended while alerts were still on their way");
            }
        }
    }
}

/// A way to tell absent people for whoever outlives no program: it ends with it.
pub(crate) fn alarm(alerts: &Arc<Alerts>, clock: &Arc<dyn Clock>) -> super::gates::Alarm {
    let (alerts, clock) = (Arc::downgrade(alerts), Arc::clone(clock));
    Arc::new(move |tenant, kind, message: &str| {
        if let Some(alerts) = alerts.upgrade() {
            alerts.tell(tenant, kind, message, clock.now());
        }
    })
}

impl App {
    /// Tells absent people, unless the same was told a moment ago. `tenant`: `None` for what concerns
    /// every shop of the server. Never waits, never fails.
    pub fn alert(&self, tenant: Option<TenantId>, kind: AlertKind, message: &str) {
        self.alerts.tell(tenant, kind, message, self.clock.now());
    }

    /// Sends a test alert by every way there is and says what came of it.
    ///
    /// # Errors
    /// `RateLimited` within 10 s after the last one of the shop.
    pub fn test_alert(&self, scope: &Scope, door: &Threshold) -> Result<String> {
        allow(scope, Right::Settings)?;
        let actor = *scope;
        let (shop, settings) = self.store.write(move |tx| {
            let shop = tx.shop(&actor);
            let before = shop.alerted(AlertKind::Test)?;
            if let Some(wait) =
                before.and_then(|before| left(before.last, actor.now, BETWEEN_TESTS))
            {
                return Err(Error {
                    retry_after: Some(wait),
                    ..Error::new(
                        Kind::RateLimited,
                        format!("An alert was tried a moment ago. Try again in {wait} s."),
                    )
                });
            }
            let mut batch = Batch::new();
            let now = AlertRecord {
                last: actor.now,
                held_back: 0,
            };
            batch.put_alerted(&actor, AlertKind::Test, now);
            Ok(Decided::new((name(tx, &actor)?, shop.settings()?), batch))
        })?;
        let alert = Alert {
            kind: AlertKind::Test,
            shop,
            message: "This is a test: alerts of the shop arrive here.".into(),
            held_back: 0,
        };
        let outcomes = self
            .alerts
            .means
            .as_ref()
            .map(|means| means.courier.deliver(&alert, webhook(&settings)))
            .unwrap_or_default();
        if outcomes.is_empty() {
            return Ok(NO_WAY.to_owned());
        }
        let told = told(AlertKind::Test, &outcomes);
        note(&self.store, scope, &door.place, told.clone())?;
        Ok(format!("{told}."))
    }
}

/// Said where a test has nowhere to go.
const NO_WAY: &str = "No way is set up: enter the address of a webhook in the shop's settings, or let the \
     server's operator name a command under [alerts] in the configuration.";

/// Seconds that are left of a span, rounded up; `None` when it is over. A clock that was set back ends
/// it: better one alert too many.
fn left(last: Timestamp, now: Timestamp, span: i64) -> Option<u32> {
    let passed = now.micros().saturating_sub(last.micros());
    if !(0..span).contains(&passed) {
        return None;
    }
    let seconds = (span - passed).saturating_add(SECOND - 1) / SECOND;
    Some(u32::try_from(seconds).unwrap_or(u32::MAX))
}

fn webhook(settings: &ShopSettings) -> Option<&str> {
    Some(settings.webhook.as_str()).filter(|address| !address.is_empty())
}

fn name(tx: &Tx<'_>, scope: &Scope) -> Result<String> {
    Ok(tx
        .shop(scope)
        .record()?
        .map_or_else(String::new, |record| record.name))
}

/// `check-failed: command: ran; webhook: 204`
fn told(kind: AlertKind, outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    if kind != AlertKind::Test {
        let _ = write!(text, "{}: ", kind.word());
    }
    for (at, outcome) in outcomes.iter().enumerate() {
        let (Ok(words) | Err(words)) = outcome;
        if at > 0 {
            text.push_str("; ");
        }
        text.push_str(words.trim_end_matches('.'));
    }
    text
}

fn note(store: &Store, scope: &Scope, place: &str, detail: String) -> Result<()> {
    let (scope, place) = (*scope, place.to_owned());
    store.write(move |tx| {
        let mut batch = Batch::new();
        let shop = tx.shop(&scope);
        let person = shop.person(scope.user)?;
        let name = person.map_or_else(|| "brickops".to_owned(), |person| person.name);
        let who = ((scope.user.0 != 0).then_some(scope.user), name.as_str());
        let kind = AuditKind::Alerted;
        audit::note_as(&mut batch, &shop, who, scope.now, &place, kind, detail)?;
        Ok(Decided::new((), batch))
    })
}

/// Decides about one alert for every shop it concerns, and delivers it.
fn attend(held: &Weak<Means>, pending: &Pending) {
    let tenants = match (pending.tenant, held.upgrade()) {
        (_, None) => return lost(pending.kind),
        (Some(tenant), Some(_)) => vec![tenant],
        (None, Some(means)) => match means.store.read(every_shop) {
            Ok(tenants) => tenants,
            Err(e) => return tracing::error!("an alert could not be sent: {e}"),
        },
    };
    for tenant in tenants {
        let scope = Scope::owner(tenant, UserId(0), pending.at);
        if let Err(e) = tell(held, &scope, pending) {
            tracing::error!("an alert could not be sent: {e}");
        }
    }
}

fn every_shop(tx: &Tx<'_>) -> Result<Vec<TenantId>> {
    tx.tenants()
}

fn lost(kind: AlertKind) {
    tracing::error!(
        kind = kind.word(),
        "the program ended before an alert was sent"
    );
}

fn tell(held: &Weak<Means>, scope: &Scope, pending: &Pending) -> Result<()> {
    let Some(means) = held.upgrade() else {
        lost(pending.kind);
        return Ok(());
    };
    let (actor, kind, message) = (*scope, pending.kind, pending.message.clone());
    let decided = means
        .store
        .write(move |tx| decide(tx, &actor, kind, message))?;
    let Some((alert, settings)) = decided else {
        tracing::info!(
            kind = kind.word(),
            "held back: the same was told a moment ago"
        );
        return Ok(());
    };
    let courier = Arc::clone(&means.courier);
    // It may take its time; the store is not held meanwhile.
    drop(means);
    let outcomes = courier.deliver(&alert, webhook(&settings));
    if outcomes.is_empty() {
        tracing::info!(kind = kind.word(), "no way is set up to send alerts");
        return Ok(());
    }
    let told = told(kind, &outcomes);
    if outcomes.iter().all(Outcome::is_ok) {
        tracing::info!("alert sent: {told}");
    } else {
        tracing::error!("alert not sent by every way: {told}");
    }
    match held.upgrade() {
        Some(means) => note(&means.store, scope, "", told),
        None => Ok(()),
    }
}

/// Whether it is told now, and remembers that it was, or that it was held back.
fn decide(
    tx: &Tx<'_>,
    scope: &Scope,
    kind: AlertKind,
    message: String,
) -> Result<Decided<Option<(Alert, ShopSettings)>>> {
    let shop = tx.shop(scope);
    let settings = shop.settings()?;
    let before = shop.alerted(kind)?;
    let window = i64::from(settings.alert_every) * 60 * SECOND;
    let mut batch = Batch::new();
    if let Some(before) = &before
        && left(before.last, scope.now, window).is_some()
    {
        let record = AlertRecord {
            last: before.last,
            held_back: before.held_back.saturating_add(1),
        };
        batch.put_alerted(scope, kind, record);
        return Ok(Decided::new(None, batch));
    }
    let record = AlertRecord {
        last: scope.now,
        held_back: 0,
    };
    batch.put_alerted(scope, kind, record);
    let alert = Alert {
        kind,
        shop: name(tx, scope)?,
        message,
        held_back: before.map_or(0, |before| before.held_back),
    };
    Ok(Decided::new(Some((alert, settings)), batch))
}
