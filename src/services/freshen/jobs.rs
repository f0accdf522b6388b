//! Jobs that keep the catalogue fresh by themselves, with the keys of the shop that the operator has named.

use std::sync::Arc;

use crate::domain::job::Schedule;
use crate::domain::market::{Class, Refreshed, Trouble};
use crate::domain::{Scope, TenantId, UserId};
use crate::error::{Error, Result};
use crate::services::App;
use crate::services::inventory::Task;
use crate::services::jobs::{Job, Watch};

/// More items than one day's share of the calls is enough for.
const MOST: usize = 5_000;

/// Adds the jobs; `shop` is the name of the shop whose keys they use.
pub fn add_jobs(app: &App, shop: Option<&str>) {
    let shop: Option<Arc<str>> = shop.map(Arc::from);
    app.add_job(Arc::new(RefreshOld { shop: shop.clone() }));
    app.add_job(Arc::new(Reconcile { shop }));
}

/// In whose name a job calls, or why it does nothing.
fn keys_of(app: &App, shop: Option<&str>) -> Result<std::result::Result<Scope, String>> {
    let Some(name) = shop else {
        return Ok(Err(
            "Nothing is done: name the shop whose BrickLink keys are used as refresh_as under [market] of \
             the configuration."
                .into(),
        ));
    };
    let now = app.now();
    let scope = |tenant: TenantId| Scope::owner(tenant, UserId(0), now);
    let found = app.store.read(|tx| {
        for tenant in tx.tenants()? {
            let head = tx.shop(&scope(tenant)).record()?;
            if head.is_some_and(|head| head.name.eq_ignore_ascii_case(name.trim())) {
                return Ok(Some(tenant));
            }
        }
        Ok(None)
    })?;
    Ok(found.map(scope).ok_or_else(|| {
        format!(
            "Nothing is done: there is no shop \"{name}\". Correct refresh_as under [market] of the \
             configuration."
        )
    }))
}

/// Refreshes what is old, for as long as the day's share of the calls lasts.
#[derive(Debug)]
struct RefreshOld {
    shop: Option<Arc<str>>,
}

impl Job for RefreshOld {
    fn name(&self) -> &'static str {
        "refresh"
    }

    fn about(&self) -> &'static str {
        "Refreshes items and prices that are old, stocked ones first"
    }

    fn schedule(&self) -> Schedule {
        Schedule::Daily { at: (1, 30) }
    }

    fn server(&self) -> bool {
        true
    }

    fn priority(&self) -> u8 {
        8
    }

    fn run(&self, app: &App, _: &Scope, watch: &Watch) -> Result<String> {
        let scope = match keys_of(app, self.shop.as_deref())? {
            Ok(scope) => scope,
            Err(why) => return Ok(why),
        };
        let task = Task {
            progress: &|progress| watch.report(progress),
            cancelled: watch.flag(),
        };
        let walked = app.walk(&scope, MOST, &task)?;
        if let Some(why) = nothing_done(&walked.parts) {
            return Ok(why);
        }
        let Refreshed {
            fetched, failed, ..
        } = walked.parts;
        let mut said = format!(
            "{} of {} items that are due were refreshed: {fetched} parts came, {failed} failed.",
            walked.items, walked.due
        );
        if let Some(trouble) = walked.parts.trouble {
            said.push(' ');
            said.push_str(&trouble.text);
        }
        Ok(said)
    }
}

fn is_no_means(trouble: &Trouble) -> bool {
    matches!(trouble.class, Class::NoKeys | Class::Offline)
}

/// Why nothing was asked at all.
fn nothing_done(done: &Refreshed) -> Option<String> {
    let trouble = done.trouble.as_ref()?;
    (done.fetched == 0 && is_no_means(trouble))
        .then(|| format!("Nothing is done: {}", trouble.text))
}

/// Compares colours and categories with those of the import.
#[derive(Debug)]
struct Reconcile {
    shop: Option<Arc<str>>,
}

impl Job for Reconcile {
    fn name(&self) -> &'static str {
        "reconcile"
    }

    fn about(&self) -> &'static str {
        "Compares colours and categories with BrickLink's, and takes new colours in"
    }

    fn schedule(&self) -> Schedule {
        Schedule::Weekly {
            day: 0,
            at: (1, 10),
        }
    }

    fn server(&self) -> bool {
        true
    }

    fn priority(&self) -> u8 {
        8
    }

    fn run(&self, app: &App, _: &Scope, _: &Watch) -> Result<String> {
        let scope = match keys_of(app, self.shop.as_deref())? {
            Ok(scope) => scope,
            Err(why) => return Ok(why),
        };
        match app.reconcile(&scope)? {
            Ok(said) => Ok(said.to_string()),
            Err(failure) if matches!(failure.class, Class::NoKeys | Class::Offline) => {
                Ok(format!("Nothing is done: {}", failure.text))
            }
            Err(failure) => Err(Error::new(crate::error::Kind::Upstream, failure.text)),
        }
    }
}
