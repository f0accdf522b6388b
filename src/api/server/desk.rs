//! The desk where requests are taken: each becomes one verb of the services. Who asks, and whether
//! the person is somebody at all, is `conversation`'s business.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::conversation::Talk;
use super::socket::Counters;
use crate::api::client::{Conversation, Handler, Peer};
use crate::api::{
    Answer, Event, Greeting, NewAccount, Opened, Reply, Request, Rows, ServerStatus, Spelled,
    StockRequest,
};
use crate::domain::report::Progress;
use crate::domain::rows::{PickOutcome, PickView};
use crate::domain::{Scope, Secret, Timestamp, ViewSpec};
use crate::error::{Error, Result};
use crate::services::App;
use crate::services::people::{AccountDraft, Threshold};
use crate::services::views::{ListRows, OpenedList};

/// Answers requests with the services of one [`App`]. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Desk {
    app: Arc<App>,
    data_dir: PathBuf,
    started: Timestamp,
    counters: Arc<Counters>,
}

impl Desk {
    /// A desk for an app.
    pub fn new(app: Arc<App>, data_dir: &Path, started: Timestamp) -> Self {
        crate::services::freshen::start(&app);
        Self {
            app,
            data_dir: data_dir.to_owned(),
            started,
            counters: Arc::default(),
        }
    }

    /// Opens an account for practice; the pass speaks for its owner.
    pub fn practice(&self, greeting: &Greeting, new: NewAccount) -> Result<Secret> {
        let door = Threshold {
            uid: 0,
            operator: true,
            station: false,
            key: greeting.key.clone(),
            place: greeting.place.clone(),
            shop: None,
        };
        let draft = AccountDraft {
            practice: true,
            ..super::conversation::draft(new)
        };
        Ok(self.app.open_account(&door, draft)?.1)
    }

    /// What the socket counts for [`Request::Status`].
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.counters)
    }

    /// The services behind the desk.
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Answers what any shop's person may ask; the services refuse what this one may not.
    pub(super) fn answer(&self, scope: &Scope, request: Request, tell: &dyn Fn(Event)) -> Answer {
        let app = &self.app;
        let report = |progress: Progress| tell(Event::Progress(progress));
        let _one = looks_at_catalog(&request).then(|| app.one_catalog());
        Ok(match request {
            Request::Overview => Reply::Overview(Box::new(app.overview(scope)?)),
            Request::Open { spec, rows } => {
                Reply::Opened(opened(app.open_list(scope, &spec, usize::from(rows))?))
            }
            Request::Window { view, offset, len } => {
                let (total, found) =
                    app.list_window(scope, view, offset as usize, usize::from(len))?;
                Reply::Window {
                    view,
                    offset,
                    total,
                    rows: rows(found),
                }
            }
            Request::Count { query } => Reply::Counts(Box::new(app.count_items(scope, &query)?)),
            Request::Spell { query, rows } => Reply::Spelled(self.spelled(scope, query, rows)?),
            Request::Item { key } => Reply::Item(Box::new(app.item_detail(scope, &key)?)),
            Request::Categories => Reply::Categories(app.categories(scope)?),
            Request::Colors => Reply::Colors(app.colors(scope)?),
            Request::Order { id } => Reply::Order(Box::new(app.order_detail(scope, id)?)),
            Request::Overlay { key } => Reply::Overlay(app.overlay(scope, &key)?.map(Box::new)),
            Request::SetOverlay { key, edit } => {
                Reply::Overlay(app.set_overlay(scope, &key, *edit)?.map(Box::new))
            }
            Request::Overlays { text, rows } => {
                Reply::Overlays(app.overlays(scope, &text, usize::from(rows))?)
            }
            Request::ImportInventory { path } => Reply::InventoryImported(Box::new(
                app.import_inventory(scope, Path::new(&path), &report)?,
            )),
            Request::ImportOrders { path } => Reply::OrdersImported(Box::new(app.import_orders(
                scope,
                Path::new(&path),
                &report,
            )?)),
            Request::Stock(request) => return self.stock(scope, request, tell),
            Request::Identify(request) => return self.identify(scope, request),
            Request::Fresh(request) => return self.fresh(scope, request, tell),
            Request::Picture { key } => Reply::Picture(app.picture(scope, &key)?),
            Request::Check => Reply::Checked(Box::new(app.check_shop(scope)?)),
            other => return self.pick(scope, other),
        })
    }

    fn pick(&self, scope: &Scope, request: Request) -> Answer {
        let app = &self.app;
        let (view, outcome): (PickView, PickOutcome) = match request {
            Request::PickStart { orders, op } => app.pick_start(scope, orders, op)?,
            Request::PickOpen { session } => (app.pick_view(scope, session)?, PickOutcome::Nothing),
            Request::PickTake {
                session,
                line,
                pieces,
                op,
            } => app.pick_take(scope, session, line, pieces, op)?,
            Request::PickScan {
                session,
                line,
                code,
                op,
            } => app.pick_scan(scope, session, line, &code, op)?,
            Request::PickShort {
                session,
                line,
                found,
                op,
            } => app.pick_short(scope, session, line, found, op)?,
            Request::PickLater { session, line, op } => app.pick_later(scope, session, line, op)?,
            Request::PickUndo { session, op } => app.pick_undo(scope, session, op)?,
            Request::PickFinish { session, op } => app.pick_finish(scope, session, op)?,
            _ => return Err(Error::internal("This request has no verb.")),
        };
        Ok(Reply::Pick {
            view: Box::new(view),
            outcome,
        })
    }

    fn spelled(
        &self,
        scope: &Scope,
        mut query: crate::domain::CatalogQuery,
        rows: u16,
    ) -> Result<Option<Box<Spelled>>> {
        let Some((text, _)) = self.app.spelled(scope, &query, usize::from(rows))? else {
            return Ok(None);
        };
        query.text.clone_from(&text);
        let list = self
            .app
            .open_list(scope, &ViewSpec::Catalog(query), usize::from(rows))?;
        Ok(Some(Box::new(Spelled {
            text,
            opened: opened(list),
        })))
    }

    /// Counts a request and how long it took, in microseconds.
    #[expect(
        clippy::unused_self,
        reason = "a verb of the desk, whoever counts for it"
    )]
    pub(super) fn measure(&self, verb: &'static str, micros: i64, error: Option<&Error>) {
        let outcome = error.map_or("OK", |error| error.kind.code());
        // A clock that was set back measures nothing.
        let seconds = Duration::from_micros(u64::try_from(micros).unwrap_or(0)).as_secs_f64();
        metrics::histogram!("brickops_request_seconds", "verb" => verb, "outcome" => outcome)
            .record(seconds);
    }

    pub(super) fn status(&self) -> ServerStatus {
        ServerStatus {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            up_micros: self.app.now().since(self.started),
            clients: self.counters.clients.load(Ordering::Relaxed),
            data_dir: self.data_dir.display().to_string(),
        }
    }
}

fn rows(list: ListRows) -> Rows {
    match list {
        ListRows::Items(rows) => Rows::Items(rows),
        ListRows::Lots(rows) => Rows::Lots(rows),
        ListRows::Orders(rows) => Rows::Orders(rows),
    }
}

fn opened(list: OpenedList) -> Opened {
    Opened {
        view: list.view,
        rows: rows(list.rows),
        total: list.total,
        more: list.more,
        totals: list.totals,
    }
}

/// Whether a request reads the catalogue in more than one step. Imports swap it and must not hold it.
fn looks_at_catalog(request: &Request) -> bool {
    matches!(
        request,
        Request::Open { .. }
            | Request::Window { .. }
            | Request::Count { .. }
            | Request::Spell { .. }
            | Request::Item { .. }
            | Request::Picture { .. }
            | Request::Categories
            | Request::Colors
            | Request::Overview
            | Request::Overlay { .. }
            | Request::Overlays { .. }
    ) || matches!(
        request,
        Request::Stock(
            StockRequest::Lot { .. }
                | StockRequest::History { .. }
                | StockRequest::ProposePlaces { .. }
        )
    )
}

impl Handler for Desk {
    fn greet(&self, peer: Peer, greeting: Greeting) -> Result<Arc<dyn Conversation>> {
        Ok(Arc::new(Talk::begin(self.clone(), peer, greeting)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::services::Setup;
    use crate::store::{Opener, Store};

    #[test]
    fn what_is_asked_is_counted_by_verb_and_outcome() {
        let opener: Opener = Arc::new(|| {
            redb::Database::builder()
                .create_with_backend(redb::backends::InMemoryBackend::new())
                .map_err(|e| Error::storage(e.to_string()))
        });
        let store = Store::open(opener).expect("a store");
        let clock = ManualClock::at(Timestamp::default());
        let app = App::new(store, clock, Setup::default()).expect("an app");
        let desk = Desk::new(Arc::new(app), Path::new("/nowhere"), Timestamp::default());
        let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || {
            desk.measure("open", 1_500, None);
            desk.measure("open", 500, None);
            desk.measure("open", -7, Some(&Error::not_found("x")));
        });
        let page = recorder.handle().render();
        for line in [
            "brickops_request_seconds_count{verb=\"open\",outcome=\"OK\"} 2",
            "brickops_request_seconds_sum{verb=\"open\",outcome=\"OK\"} 0.002",
            "brickops_request_seconds_count{verb=\"open\",outcome=\"NOT_FOUND\"} 1",
            "brickops_request_seconds_sum{verb=\"open\",outcome=\"NOT_FOUND\"} 0",
        ] {
            assert!(page.lines().any(|l| l == line), "{line}\n{page}");
        }
    }
}
