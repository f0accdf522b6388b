//! Ordered lists that clients page through.
//!
//! A list is opened with a question and answered with its first rows; the rest is fetched in windows.
//! The whole order is worked out when a window beyond the first rows is asked for, and kept. Equal
//! questions on equal data share a list.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::domain::query::ViewSpec;
use crate::domain::rows::{ItemRow, LotRow, LotTotals, OrderRow};
use crate::domain::{LotId, OrderId, Scope, TenantId, ViewId};
use crate::error::{Error, Result};
use crate::services::App;
use crate::services::rights::{Right, allow};

/// Lists that are kept; the one not used for longest goes first.
const KEPT: usize = 64;
/// Rows of all of them together: those of lists that were not used for longest go first.
const MOST_ROWS: usize = 4_000_000;
/// Most rows of one window.
const MAX_WINDOW: usize = 1_000;

/// The whole order of a list.
#[derive(Debug)]
enum Order {
    Items(Vec<u32>),
    /// Numbers of lots, half as large as [`LotId`], and their sums.
    Lots(Vec<u32>, LotTotals),
    Orders(Vec<OrderId>),
}

#[derive(Debug)]
struct View {
    id: ViewId,
    tenant: TenantId,
    spec: ViewSpec,
    /// The commit it was opened at; later ones make it another list.
    seq: u64,
    /// The catalogue it was opened on; item numbers mean other items in the next one.
    generation: u32,
    order: OnceLock<Order>,
}

/// The lists of all clients.
#[derive(Debug, Default)]
pub(crate) struct Views {
    kept: Mutex<(u64, VecDeque<Arc<View>>)>,
}

impl Views {
    fn open(&self, tenant: TenantId, spec: &ViewSpec, seq: u64, generation: u32) -> Arc<View> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (next, list) = &mut *kept;
        let known = list
            .iter()
            .position(|view| view.seq == seq && view.tenant == tenant && view.spec == *spec);
        let view = known.and_then(|at| list.remove(at)).unwrap_or_else(|| {
            *next += 1;
            Arc::new(View {
                id: ViewId(*next),
                tenant,
                spec: spec.clone(),
                seq,
                generation,
                order: OnceLock::new(),
            })
        });
        list.push_front(Arc::clone(&view));
        list.truncate(KEPT);
        let mut rows = 0;
        list.retain(|view| {
            rows += view.order.get().map_or(0, length);
            rows <= MOST_ROWS || view.order.get().is_none()
        });
        view
    }

    fn get(&self, tenant: TenantId, id: ViewId) -> Option<Arc<View>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.1
            .iter()
            .find(|view| view.id == id && view.tenant == tenant)
            .cloned()
    }
}

/// What looking at such a list takes.
const fn right_for(spec: &ViewSpec) -> Right {
    match spec {
        ViewSpec::Catalog(_) => Right::ReadCatalog,
        ViewSpec::Lots(_) => Right::ReadInventory,
        ViewSpec::Orders(_) => Right::ReadOrders,
    }
}

/// Rows of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListRows {
    /// Of the catalogue.
    Items(Vec<ItemRow>),
    /// Of the inventory.
    Lots(Vec<LotRow>),
    /// Of the orders.
    Orders(Vec<OrderRow>),
}

/// A list that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedList {
    /// Asks for more of it.
    pub view: ViewId,
    /// Its first rows.
    pub rows: ListRows,
    /// All rows, where that is known at once.
    pub total: Option<u32>,
    /// The first rows are not all.
    pub more: bool,
    /// Sums over all of it, where it is a list of lots.
    pub totals: Option<LotTotals>,
}

fn length(order: &Order) -> usize {
    match order {
        Order::Items(ids) | Order::Lots(ids, _) => ids.len(),
        Order::Orders(ids) => ids.len(),
    }
}

impl App {
    /// Opens a list and gives its first rows.
    pub fn open_list(&self, scope: &Scope, spec: &ViewSpec, rows: usize) -> Result<OpenedList> {
        allow(scope, right_for(spec))?;
        let rows = rows.min(MAX_WINDOW);
        let (seq, generation) = (self.store.seq()?, self.generation()?);
        let view = self.views.open(scope.tenant, spec, seq, generation);
        if let ViewSpec::Catalog(query) = spec {
            // The whole order would take too long for a keystroke; the beginning is enough.
            let found = self.find_items(scope, query, rows)?;
            let mut items = self.item_rows(scope, &found.ids)?;
            for (row, score) in items.iter_mut().zip(found.scores) {
                row.score = score;
            }
            let total = (!found.more).then(|| u32::try_from(found.ids.len()).unwrap_or(u32::MAX));
            return Ok(OpenedList {
                view: view.id,
                rows: ListRows::Items(items),
                total,
                more: found.more,
                totals: None,
            });
        }
        let (total, first) = self.rows_of(scope, &view, 0, rows)?;
        Ok(OpenedList {
            view: view.id,
            rows: first,
            total: Some(total),
            more: total as usize > rows,
            totals: match view.order.get() {
                Some(Order::Lots(_, totals)) => Some(*totals),
                _ => None,
            },
        })
    }

    /// Rows of an open list, and how many it has in all.
    ///
    /// # Errors
    /// `NotFound` when the list is not kept any more: open it again.
    pub fn list_window(
        &self,
        scope: &Scope,
        id: ViewId,
        offset: usize,
        len: usize,
    ) -> Result<(u32, ListRows)> {
        let closed = || Error::not_found("This list has been closed. Open it again.");
        let view = self.views.get(scope.tenant, id).ok_or_else(closed)?;
        // The list may have been opened by somebody who may see more, or when this person did.
        allow(scope, right_for(&view.spec))?;
        if matches!(view.spec, ViewSpec::Catalog(_)) && view.generation != self.generation()? {
            return Err(closed());
        }
        self.rows_of(scope, &view, offset, len.min(MAX_WINDOW))
    }

    fn rows_of(
        &self,
        scope: &Scope,
        view: &View,
        offset: usize,
        len: usize,
    ) -> Result<(u32, ListRows)> {
        let order = if let Some(order) = view.order.get() {
            order
        } else {
            let order = self.order_of(scope, &view.spec)?;
            view.order.get_or_init(|| order)
        };
        let all = length(order);
        let range = offset.min(all)..offset.saturating_add(len).min(all);
        let rows = match order {
            Order::Items(ids) => ListRows::Items(self.item_rows(scope, &ids[range])?),
            Order::Lots(ids, _) => {
                let ids: Vec<LotId> = ids[range].iter().map(|id| LotId(u64::from(*id))).collect();
                ListRows::Lots(self.guided(scope, self.lot_rows(scope, &ids)?)?)
            }
            Order::Orders(ids) => ListRows::Orders(self.order_rows(scope, &ids[range])?),
        };
        Ok((u32::try_from(all).unwrap_or(u32::MAX), rows))
    }

    fn order_of(&self, scope: &Scope, spec: &ViewSpec) -> Result<Order> {
        Ok(match spec {
            ViewSpec::Catalog(query) => Order::Items(self.find_all(scope, query)?),
            ViewSpec::Lots(query) => {
                let selected = self.selected(scope, query)?;
                Order::Lots(selected.lots, selected.totals)
            }
            ViewSpec::Orders(query) => Order::Orders(self.order_ids(scope, query)?),
        })
    }
}
