//! The audit log: added to by other verbs, read and exported by owners, changed by nobody.
//!
//! An entry is decided with what it tells of: `note` adds it to the same batch, so that neither can be
//! on disk without the other.

use std::ops::ControlFlow;

use super::people::Threshold;
use super::rights::{Right, allow};
use crate::domain::text::clean;
use crate::domain::{AuditEntry, AuditKind, AuditPage, AuditQuery, Scope, Timestamp, UserId};
use crate::error::Result;
use crate::services::App;
use crate::store::{Batch, Decided, Shop};

/// Most entries of one page.
const PAGE: usize = 1_000;
/// Most entries that are looked at for one page.
const LOOKED_AT: usize = 20_000;
/// Longest text of an entry, in characters.
const LONGEST: usize = 500;

/// Adds an entry in the name of whoever acts.
pub(crate) fn note(
    batch: &mut Batch,
    shop: &Shop<'_>,
    scope: &Scope,
    door: &Threshold,
    kind: AuditKind,
    detail: impl Into<String>,
) -> Result<()> {
    let who = shop
        .person(scope.user)?
        .map_or_else(|| "operator".to_owned(), |person| person.name);
    let user = (scope.user.0 != 0).then_some(scope.user);
    note_as(
        batch,
        shop,
        (user, &who),
        scope.now,
        &door.place,
        kind,
        detail,
    )
}

/// The same for somebody who is not signed in, or for the program itself.
pub(crate) fn note_as(
    batch: &mut Batch,
    shop: &Shop<'_>,
    (user, who): (Option<UserId>, &str),
    at: Timestamp,
    place: &str,
    kind: AuditKind,
    detail: impl Into<String>,
) -> Result<()> {
    let entry = AuditEntry {
        id: 0,
        at,
        user,
        who: short(who),
        kind,
        detail: short(&detail.into()),
        place: short(place),
    };
    batch.add_audit(shop, entry)
}

fn short(text: &str) -> String {
    clean(text).chars().take(LONGEST).collect()
}

/// Whether an entry is asked for.
fn fits(entry: &AuditEntry, query: &AuditQuery, words: &[String]) -> bool {
    if !query.kinds.is_empty() && !query.kinds.contains(&entry.kind) {
        return false;
    }
    if query.user.is_some() && entry.user != query.user {
        return false;
    }
    if query.from.is_some_and(|from| entry.at < from)
        || query.until.is_some_and(|until| entry.at >= until)
    {
        return false;
    }
    if words.is_empty() {
        return true;
    }
    let text = format!(
        "{} {} {} {}",
        entry.who,
        entry.kind.word(),
        entry.detail,
        entry.place
    )
    .to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}

impl App {
    /// Entries, newest first. `export`: they leave the shop, which is itself an entry.
    pub fn audit(
        &self,
        scope: &Scope,
        door: &Threshold,
        query: &AuditQuery,
        before: Option<u64>,
        rows: usize,
        export: bool,
    ) -> Result<AuditPage> {
        allow(scope, Right::Audit)?;
        let rows = rows.clamp(1, PAGE);
        let words: Vec<String> = query
            .text
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        let page = self.store.read(|tx| {
            let mut page = AuditPage::default();
            let mut looked_at = 0;
            let mut last = 0;
            let mut more = false;
            tx.shop(scope)
                .each_audit_back(before.unwrap_or(u64::MAX), |entry| {
                    if page.entries.len() == rows || looked_at == LOOKED_AT {
                        more = true;
                        return ControlFlow::Break(());
                    }
                    looked_at += 1;
                    last = entry.id;
                    if fits(&entry, query, &words) {
                        page.entries.push(entry);
                    }
                    ControlFlow::Continue(())
                })?;
            page.next = more.then_some(last);
            Ok(page)
        })?;
        if export && before.is_none() {
            self.note(scope, door, AuditKind::Exported, "the audit log")?;
        }
        Ok(page)
    }

    /// Adds an entry that stands by itself.
    pub(crate) fn note(
        &self,
        scope: &Scope,
        door: &Threshold,
        kind: AuditKind,
        detail: impl Into<String>,
    ) -> Result<()> {
        let (scope, door, detail) = (*scope, door.clone(), detail.into());
        self.store.write(move |tx| {
            let mut batch = Batch::new();
            note(&mut batch, &tx.shop(&scope), &scope, &door, kind, detail)?;
            Ok(Decided::new((), batch))
        })
    }
}

#[cfg(test)]
mod tests {
    use redb::Database;
    use redb::backends::InMemoryBackend;

    use super::*;
    use crate::clock::ManualClock;
    use crate::domain::Secret;
    use crate::services::Setup;
    use crate::store::{Opener, Store};

    #[test]
    fn a_rare_word_in_a_long_log_is_found_page_by_page() {
        let opener: Opener = std::sync::Arc::new(|| {
            Ok(Database::builder()
                .create_with_backend(InMemoryBackend::new())
                .expect("a database in memory"))
        });
        let store = Store::open(opener).expect("a store");
        let clock = ManualClock::at(Timestamp::default());
        let app = App::new(store, clock, Setup::default()).expect("an app");
        let scope = app.solo();
        app.store
            .write(move |tx| {
                let mut batch = Batch::new();
                let shop = tx.shop(&scope);
                for n in 0..=LOOKED_AT {
                    let detail = if n == 0 { "needle" } else { "hay" };
                    let kind = AuditKind::SignedIn;
                    let who = (None, "ana");
                    note_as(&mut batch, &shop, who, scope.now, "tty1", kind, detail)?;
                }
                Ok(Decided::new((), batch))
            })
            .expect("entries");
        let door = Threshold {
            uid: 0,
            operator: false,
            station: false,
            key: Secret::new(""),
            place: String::new(),
            shop: None,
        };
        let query = AuditQuery {
            text: "NEEDLE".into(),
            ..AuditQuery::default()
        };
        let page = |before| {
            app.audit(&scope, &door, &query, before, 10, false)
                .expect("a page")
        };
        let first = page(None);
        assert_eq!((first.entries.len(), first.next), (0, Some(2)));
        let second = page(first.next);
        assert_eq!(second.entries.len(), 1);
        assert_eq!((second.entries[0].id, second.next), (1, None));
    }
}
