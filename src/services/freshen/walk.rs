//! Going over items by age: stocked and recently opened ones first, within the catalogue's share.

use std::collections::{HashMap, HashSet};

use super::refresh::Due;
use crate::domain::market::{Class, Purpose, Walked};
use crate::domain::report::Progress;
use crate::domain::{Freshness, ItemKey, Scope, Timestamp};
use crate::error::Result;
use crate::services::App;
use crate::services::inventory::Task;
use crate::services::rights::{Right, allow};

/// Who comes first, then the oldest.
type Turn = (u8, Option<Timestamp>);

impl App {
    /// Refreshes up to `limit` items that are due. What cannot go on (budget, breaker, no keys) ends the
    /// walk early and is told; what was fetched by then is kept.
    ///
    /// # Errors
    /// `Forbidden` without the right to change the inventory, `Storage` when the store cannot be used.
    pub fn walk(&self, scope: &Scope, limit: usize, task: &Task<'_>) -> Result<Walked> {
        allow(scope, Right::Inventory)?;
        let (due, keys) = self.due_items(scope, limit)?;
        let mut walked = Walked {
            due,
            ..Walked::default()
        };
        let total = keys.len() as u64;
        for (at, key) in keys.into_iter().enumerate() {
            if task.cancelled.load(std::sync::atomic::Ordering::Relaxed) {
                walked.stopped = true;
                break;
            }
            (task.progress)(Progress {
                step: format!("refreshing {}", key.no),
                done: at as u64,
                total,
                unit: "items".into(),
            });
            let done = self.refreshed(scope, &key, Due::Old, Purpose::Catalogue)?;
            walked.items += 1;
            walked.parts.add(&done);
            let class = done.trouble.as_ref().map(|trouble| trouble.class);
            if class.is_some_and(ends_walk) {
                break;
            }
        }
        Ok(walked)
    }

    /// How many items are due, and the first `limit` of them in the order of the walk.
    pub(super) fn due_items(&self, scope: &Scope, limit: usize) -> Result<(u32, Vec<ItemKey>)> {
        let mut due: Vec<(Turn, ItemKey)> = Vec::new();
        self.store.read(|tx| {
            let mut stocked: HashSet<(u8, String)> = HashSet::new();
            tx.shop(scope).each_lot(|lot| {
                stocked.insert((lot.item.kind.index(), lot.item.folded()));
                Ok(())
            })?;
            let looks = tx.opened_items()?;
            let opened: HashSet<(u8, String)> = looks
                .iter()
                .map(|look| (look.key.kind.index(), look.key.folded()))
                .collect();
            let mut fetched = HashMap::new();
            tx.each_fetched_item(|item| {
                fetched.insert((item.key.kind.index(), item.key.folded()), item);
                Ok(())
            })?;
            let mut consider = |key: &ItemKey, name: (u8, String), at: Option<Timestamp>| {
                let old = at.is_none_or(|at| self.windows.judge(at, scope.now) != Freshness::Fresh);
                if old {
                    let first = u8::from(!(stocked.contains(&name) || opened.contains(&name)));
                    due.push(((first, at), key.clone()));
                }
            };
            if let Some(catalog) = tx.catalog()? {
                catalog.each_item(|_, item| {
                    let name = (item.key.kind.index(), item.key.folded());
                    let known = fetched.remove(&name);
                    if let Some(known) = &known
                        && !(known.facts.may_try(scope.now) && known.colors.may_try(scope.now))
                    {
                        return Ok(());
                    }
                    // The older of the two groups decides; one that is missing is older than all.
                    let facts = known.as_ref().and_then(|known| known.facts.at());
                    let colors = known.as_ref().and_then(|known| known.colors.at());
                    let at = facts
                        .max(Some(item.basics.at))
                        .min(colors.max(item.colors_from.map(|from| from.at)));
                    consider(&item.key, name, at);
                    Ok(())
                })?;
            }
            for (name, known) in fetched {
                if known.facts.may_try(scope.now) && known.colors.may_try(scope.now) {
                    consider(&known.key, name, known.facts.at().min(known.colors.at()));
                }
            }
            Ok(())
        })?;
        let all = u32::try_from(due.len()).unwrap_or(u32::MAX);
        due.sort_unstable();
        due.truncate(limit);
        Ok((all, due.into_iter().map(|(_, key)| key).collect()))
    }
}

const fn ends_walk(class: Class) -> bool {
    !matches!(
        class,
        Class::NotFound | Class::Refused | Class::TooLarge | Class::Garbled
    )
}
