//! The desk where requests are taken: each becomes one verb of the services, and what the services
//! announce becomes events.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::socket::Counters;
use crate::api::client::Handler;
use crate::api::{Answer, Event, Opened, Reply, Request, Rows, ServerStatus, Spelled};
use crate::domain::report::Progress;
use crate::domain::rows::{PickOutcome, PickView};
use crate::domain::{Scope, Timestamp, ViewSpec};
use crate::error::{Error, Result};
use crate::services::views::{ListRows, OpenedList};
use crate::services::{App, Notice};

/// Answers requests with the services of one [`App`].
#[derive(Debug)]
pub struct Desk {
    app: Arc<App>,
    data_dir: PathBuf,
    started: Timestamp,
    counters: Arc<Counters>,
}

impl Desk {
    /// A desk for an app.
    pub fn new(app: Arc<App>, data_dir: &Path, started: Timestamp) -> Self {
        Self {
            app,
            data_dir: data_dir.to_owned(),
            started,
            counters: Arc::default(),
        }
    }

    /// Names the shop and marks it as one for practice.
    pub fn practice(&self, name: &str) -> Result<()> {
        let scope = self.app.solo();
        let mut shop = self.app.shop_record(&scope)?;
        name.clone_into(&mut shop.name);
        shop.practice = true;
        self.app.open_shop(&scope, shop)
    }

    /// What the socket counts for [`Request::Status`].
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.counters)
    }

    fn answer(&self, request: Request, tell: &dyn Fn(Event)) -> Answer {
        let app = &self.app;
        let scope = app.solo();
        let report = |progress: Progress| tell(Event::Progress(progress));
        let _one = looks_at_catalog(&request).then(|| app.one_catalog());
        Ok(match request {
            Request::Overview => Reply::Overview(Box::new(app.overview(&scope)?)),
            Request::Open { spec, rows } => {
                Reply::Opened(opened(app.open_list(&scope, &spec, usize::from(rows))?))
            }
            Request::Window { view, offset, len } => {
                let (total, found) =
                    app.list_window(&scope, view, offset as usize, usize::from(len))?;
                Reply::Window {
                    view,
                    offset,
                    total,
                    rows: rows(found),
                }
            }
            Request::Count { query } => Reply::Counts(Box::new(app.count_items(&query)?)),
            Request::Spell { query, rows } => Reply::Spelled(self.spelled(&scope, query, rows)?),
            Request::Item { key } => Reply::Item(Box::new(app.item_detail(&scope, &key)?)),
            Request::Categories => Reply::Categories(app.categories()?),
            Request::Colors => Reply::Colors(app.colors()?),
            Request::Order { id } => Reply::Order(Box::new(app.order_detail(&scope, id)?)),
            Request::ImportCatalog { paths, complete } => {
                let paths: Vec<PathBuf> = paths.into_iter().map(PathBuf::from).collect();
                Reply::CatalogImported(Box::new(app.import_catalog(&paths, complete, &report)?))
            }
            Request::ImportInventory { path } => Reply::InventoryImported(Box::new(
                app.import_inventory(&scope, Path::new(&path), &report)?,
            )),
            Request::ImportOrders { path } => Reply::OrdersImported(Box::new(app.import_orders(
                &scope,
                Path::new(&path),
                &report,
            )?)),
            Request::Check => Reply::Checked(Box::new(app.check()?)),
            Request::Status => Reply::Status(self.status()),
            Request::Stop => {
                return Err(Error::invalid(
                    "There is no server here that could be stopped.",
                ));
            }
            other => return self.pick(&scope, other),
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
        let Some((text, _)) = self.app.spelled(&query, usize::from(rows))? else {
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

    fn status(&self) -> ServerStatus {
        ServerStatus {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            up_micros: self.app.solo().now.since(self.started),
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
            | Request::Categories
            | Request::Colors
            | Request::Overview
    )
}

fn broken(name: &str) -> Error {
    Error::internal(format!(
        "The program has a defect: `{name}` could not be answered. What was confirmed before is safe; `brickops check` verifies it."
    ))
}

impl Handler for Desk {
    fn handle(&self, request: Request, tell: &dyn Fn(Event)) -> Answer {
        let name = request.name();
        // A defect in one verb must not leave its client waiting for ever, nor others without a desk.
        let answer = catch_unwind(AssertUnwindSafe(|| self.answer(request, tell)))
            .unwrap_or_else(|_| Err(broken(name)));
        if let Err(e) = &answer {
            tracing::debug!("{name}: {e}");
        }
        answer
    }

    fn subscribe(&self, tell: Box<dyn Fn(Event) -> bool + Send + Sync>) {
        self.app.listen(Box::new(move |notice| match notice {
            Notice::Committed(committed) => committed.changes.iter().all(|change| {
                tell(Event::Changed {
                    seq: committed.seq,
                    topic: change.topic,
                    ids: change.ids.clone(),
                })
            }),
            Notice::Index { ready, progress } => tell(Event::Index {
                ready: *ready,
                progress: progress.clone(),
            }),
        }));
    }
}
