//! Who changed what, when and why: of one lot, of one deed, of the whole shop, page by page.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use super::told::Told;
use crate::domain::rows::{ChangeKind, DeedState, EntryRow, HistoryPage, HistoryQuery};
use crate::domain::{
    CorrelationId, Deed, EntryId, LedgerEntry, Lot, LotField, LotId, Reason, Scope, Timestamp,
    UserId, Value,
};
use crate::error::Result;
use crate::services::App;
use crate::services::names::Names;
use crate::services::rights::{Right, allow};
use crate::store::{Catalog, Shop};

/// Most entries that are looked through for one page: then the page says how far it got.
const LOOKED: usize = 50_000;
/// Entries that may lie crosswise in time.
const MARGIN: u64 = 1_000;
/// Who did what no person did.
const NOBODY: &str = "the program";

/// What the rows of a page share.
struct Reader<'t> {
    shop: Shop<'t>,
    names: &'t Names,
    told: Told,
    catalog: Option<Catalog<'t>>,
    people: HashMap<UserId, String>,
    deeds: HashMap<CorrelationId, Option<(Deed, DeedState)>>,
    lots: HashMap<LotId, Option<Lot>>,
}

impl App {
    /// A page of the history, newest first. `before`: where the page before ended.
    pub fn history(
        &self,
        scope: &Scope,
        query: &HistoryQuery,
        (before, rows): (Option<EntryId>, usize),
    ) -> Result<HistoryPage> {
        allow(scope, Right::ReadInventory)?;
        let names = self.names();
        let words = crate::services::lots::words(&query.text);
        self.store.read(|tx| {
            let shop = tx.shop(scope);
            let people = shop.people()?;
            let mut reader = Reader {
                shop,
                told: Told::of(std::sync::Arc::clone(&names), &shop)?,
                names: &names,
                catalog: tx.catalog()?,
                people: people.into_iter().map(|p| (p.id, p.name)).collect(),
                deeds: HashMap::new(),
                lots: HashMap::new(),
            };
            reader.page(query, &words, (before, rows.min(1_000)))
        })
    }
}

impl Reader<'_> {
    fn page(
        &mut self,
        query: &HistoryQuery,
        words: &[String],
        (before, rows): (Option<EntryId>, usize),
    ) -> Result<HistoryPage> {
        let mut page = HistoryPage::default();
        let mut looked = 0;
        let shop = self.shop;
        let before = before.unwrap_or(EntryId(u64::MAX));
        let before = match query.until {
            Some(until) if query.lot.is_none() && query.deed.is_none() => {
                self.start(until, before)?
            }
            _ => before,
        };
        // Told apart before a row is made: a page of one person's may pass by many of others.
        let by = query.by.as_ref().map(|name| self.by(name));
        let people = by
            .as_ref()
            .map_or_else(HashMap::new, |_| self.people.clone());
        let mut outcome = Ok(());
        let mut take = |entry: LedgerEntry| -> Result<ControlFlow<()>> {
            if query.from.is_some_and(|from| entry.at < from) {
                return Ok(ControlFlow::Break(()));
            }
            looked += 1;
            let (id, at) = (entry.id, entry.at);
            if page.entries.len() >= rows || looked > LOOKED {
                page.next = Some(EntryId(id.0 + 1));
                page.searched = (looked > LOOKED).then_some(at);
                return Ok(ControlFlow::Break(()));
            }
            let by_them = by.as_ref().is_none_or(|by| by.is(&people, entry.actor));
            if by_them && fits(query, &entry) {
                match self.row(entry) {
                    Ok(row) if says(&row, words) => page.entries.push(row),
                    Ok(_) => {}
                    Err(error) => {
                        outcome = Err(error);
                        return Ok(ControlFlow::Break(()));
                    }
                }
            }
            Ok(ControlFlow::Continue(()))
        };
        if let Some(id) = query.lot {
            if let Some(lot) = shop.lot(id)? {
                shop.history(&lot, |entry| {
                    if entry.id >= before {
                        return Ok(ControlFlow::Continue(()));
                    }
                    take(entry)
                })?;
            }
        } else if let Some(deed) = query.deed {
            let runs = shop.deed(deed)?.map(|deed| deed.runs).unwrap_or_default();
            for (from, to) in runs.into_iter().rev() {
                let until = EntryId(before.0.min(to.0 + 1));
                let mut more = true;
                shop.entries_before(until, |entry| {
                    if entry.id < from {
                        return Ok(ControlFlow::Break(()));
                    }
                    let flow = take(entry)?;
                    more = flow.is_continue();
                    Ok(flow)
                })?;
                if !more {
                    break;
                }
            }
        } else {
            shop.entries_before(before, take)?;
        }
        outcome.map(|()| page)
    }

    fn by(&self, name: &str) -> By {
        let name = name.to_lowercase();
        let people = self.people.iter();
        By {
            mine: people
                .filter(|(_, person)| person.to_lowercase().contains(&name))
                .map(|(id, _)| *id)
                .collect(),
            unknown: NOBODY.contains(&name),
        }
    }

    /// Where to begin for entries that are older than this: numbers rise with time, so halving finds it
    /// among millions. Those of two writers may lie crosswise for a moment, hence the margin.
    fn start(&self, until: Timestamp, before: EntryId) -> Result<EntryId> {
        let below = |id: u64| -> Result<Option<(u64, Timestamp)>> {
            let mut found = None;
            self.shop.entries_before(EntryId(id), |entry| {
                found = Some((entry.id.0, entry.at));
                Ok(ControlFlow::Break(()))
            })?;
            Ok(found)
        };
        let Some((newest, at)) = below(before.0)? else {
            return Ok(before);
        };
        if at < until {
            return Ok(before);
        }
        let (mut old, mut young) = (0, newest);
        while old + 1 < young {
            let middle = old + (young - old) / 2;
            match below(middle + 1)? {
                Some((id, at)) if at >= until => young = id.min(middle),
                _ => old = middle,
            }
        }
        Ok(EntryId(young.saturating_add(MARGIN).min(before.0)))
    }

    fn row(&mut self, mut entry: LedgerEntry) -> Result<EntryRow> {
        self.told.changes(&mut entry.changes);
        let lot = if let Some(lot) = self.lots.get(&entry.lot) {
            lot.clone()
        } else {
            let lot = self.shop.lot(entry.lot)?;
            self.lots.insert(entry.lot, lot.clone());
            lot
        };
        let lot = lot
            .unwrap_or_else(|| Lot::new(crate::domain::ItemKey::part("?"), entry.at, entry.actor));
        let name = self.names.of_item(self.catalog.as_ref(), &lot.item)?;
        let deed = self.deed(entry.correlation)?;
        let (what, why, state, undoes, lots) = match deed {
            Some((deed, state)) => (deed.what, deed.why, state, deed.undoes, deed.lots),
            None => (
                entry.reason.words(),
                String::new(),
                DeedState::Fixed,
                None,
                1,
            ),
        };
        Ok(EntryRow {
            id: entry.id,
            deed: entry.correlation,
            what,
            why,
            state,
            undoes,
            lots,
            lot: entry.lot,
            name: name.unwrap_or(lot.name),
            color: self.names.color(lot.color),
            condition: lot.condition,
            item: lot.item,
            at: entry.at,
            by: self.person(entry.actor),
            reason: entry.reason,
            before: entry.before,
            after: entry.after,
            changes: entry.changes,
        })
    }

    fn person(&self, id: UserId) -> String {
        self.people
            .get(&id)
            .cloned()
            .unwrap_or_else(|| NOBODY.into())
    }

    fn deed(&mut self, id: CorrelationId) -> Result<Option<(Deed, DeedState)>> {
        if let Some(known) = self.deeds.get(&id) {
            return Ok(known.clone());
        }
        let found = match self.shop.deed(id)? {
            None => None,
            Some(deed) => {
                let state = self.state(&deed)?;
                // The runs of a large one are long, and nobody reads them here.
                let deed = Deed {
                    runs: Vec::new(),
                    ..deed
                };
                Some((deed, state))
            }
        };
        self.deeds.insert(id, found.clone());
        Ok(found)
    }

    fn state(&self, deed: &Deed) -> Result<DeedState> {
        if deed.open {
            return Ok(DeedState::Open);
        }
        let mut times = 0;
        let mut next = deed.undone_by;
        while let Some(by) = next {
            times += 1;
            next = self.shop.deed(by)?.and_then(|deed| deed.undone_by);
        }
        Ok(match times {
            0 => DeedState::Stands,
            odd if odd % 2 == 1 => DeedState::TakenBack,
            _ => DeedState::BroughtBack,
        })
    }
}

/// Whose entries are wanted; `None`: everybody's.
struct By {
    mine: HashSet<UserId>,
    /// Entries of nobody who is known: those of the program.
    unknown: bool,
}

impl By {
    fn is(&self, people: &HashMap<UserId, String>, actor: UserId) -> bool {
        self.mine.contains(&actor) || self.unknown && !people.contains_key(&actor)
    }
}

fn fits(query: &HistoryQuery, entry: &LedgerEntry) -> bool {
    if query.until.is_some_and(|until| entry.at >= until) {
        return false;
    }
    query.kinds.is_empty() || query.kinds.iter().any(|kind| is_of(entry, *kind))
}

fn is_of(entry: &LedgerEntry, kind: ChangeKind) -> bool {
    match kind {
        ChangeKind::Quantity => entry.moved_pieces(),
        ChangeKind::Location => entry.moved_place(),
        ChangeKind::Price => [
            LotField::Price,
            LotField::Cost,
            LotField::Tiers,
            LotField::Sale,
        ]
        .iter()
        .any(|field| entry.change(*field).is_some()),
        ChangeKind::Orders => entry.reason.order().is_some(),
        ChangeKind::Undo => entry.undoes.is_some(),
        ChangeKind::Other => entry.changes.iter().any(|change| {
            !matches!(
                change.field,
                LotField::Place
                    | LotField::Price
                    | LotField::Cost
                    | LotField::Tiers
                    | LotField::Sale
            )
        }),
    }
}

fn says(row: &EntryRow, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let mut text = [
        row.item.no.as_str(),
        &row.name,
        &row.color.name,
        &row.by,
        &row.what,
        &row.why,
        &reason(&row.reason),
    ]
    .join("\n");
    for change in &row.changes {
        for value in [&change.before, &change.after] {
            if let Value::Text(value) = value {
                text.push('\n');
                text.push_str(value);
            }
        }
    }
    let text = text.to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}

fn reason(reason: &Reason) -> String {
    reason.words()
}
