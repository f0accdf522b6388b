//! Lots against their histories and their indexes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Books, Findings};
use crate::domain::{CorrelationId, Deed, EntryId, LotField, LotId, Reason, Stock, Value};
use crate::error::Result;
use crate::store::Shop;

/// Each lot's entries must lead without a gap from nothing to what the lot holds now.
pub(super) fn check(shop: &Shop<'_>, books: &mut Books, findings: &mut Findings) -> Result<()> {
    let mut reached: BTreeMap<LotId, Stock> = BTreeMap::new();
    let mut latest: BTreeMap<LotId, EntryId> = BTreeMap::new();
    let mut fields: BTreeMap<(LotId, LotField), Value> = BTreeMap::new();
    let mut lot_of: BTreeMap<EntryId, LotId> = BTreeMap::new();
    let mut undone: BTreeSet<EntryId> = BTreeSet::new();
    let mut turns: BTreeMap<EntryId, EntryId> = BTreeMap::new();
    shop.each_entry(|entry| {
        findings.seen();
        let from = reached.get(&entry.lot).copied().unwrap_or_default();
        findings.expect(entry.before == from, "ledger", || {
            format!(
                "Entry {} of lot {} begins with other pieces than the one before ended with.",
                entry.id, entry.lot
            )
        });
        if let Some(target) = entry.undoes {
            findings.expect(lot_of.get(&target) == Some(&entry.lot), "ledger", || {
                format!(
                    "Entry {} takes back entry {target}, which is not one of its lot.",
                    entry.id
                )
            });
            findings.expect(undone.insert(target), "ledger", || {
                format!("Entry {target} is taken back twice.")
            });
            // A turn that was stopped and taken back itself leaves its entry to be taken back again.
            if let Some(again) = turns.get(&target) {
                undone.remove(again);
            }
            turns.insert(entry.id, target);
        }
        if let Reason::Released { order } = &entry.reason {
            let pieces = entry.before.sold.saturating_sub(entry.after.sold);
            *books.brought_back.entry(order.clone()).or_default() += u64::from(pieces);
        }
        if let Reason::Sent { order } = entry.reason {
            let pieces = entry.after.sold.saturating_sub(entry.before.sold);
            *books.sent.entry(order).or_default() += u64::from(pieces);
        }
        findings.expect(
            latest.insert(entry.lot, entry.id) == entry.previous,
            "ledger",
            || {
                format!(
                    "Entry {} of lot {} does not name the one before it.",
                    entry.id, entry.lot
                )
            },
        );
        for change in entry.changes {
            let key = (entry.lot, change.field);
            let from = fields.insert(key, change.after);
            findings.expect(
                from.is_none_or(|from| from == change.before),
                "ledger",
                || {
                    format!(
                        "Entry {} of lot {} begins with another {} than the one before ended with.",
                        entry.id,
                        entry.lot,
                        change.field.word()
                    )
                },
            );
        }
        reached.insert(entry.lot, entry.after);
        lot_of.insert(entry.id, entry.lot);
        Ok(())
    })?;
    for (id, lot) in &books.lots {
        findings.expect(reached.get(id) == Some(&lot.stock), "ledger", || {
            format!("Lot {id} holds other pieces than its history says.")
        });
    }
    for id in reached.keys().filter(|id| !books.lots.contains_key(id)) {
        findings.problem(
            "ledger",
            format!("Lot {id} has a history, but is not there."),
        );
    }
    let highest = lot_of.keys().next_back().map_or(0, |id| id.0);
    let given = shop.last_given("entry")?;
    findings.expect(given >= highest, "numbers", || {
        format!("The highest entry is {highest}, but only {given} were given.")
    });
    for (id, lot) in &books.lots {
        findings.expect(latest.get(id) == Some(&lot.last), "ledger", || {
            format!("Lot {id} does not name its latest entry.")
        });
    }
    for ((id, field), value) in fields {
        let held = books.lots.get(&id).map(|lot| lot.value(field));
        findings.expect(held.is_none_or(|held| held == value), "ledger", || {
            format!(
                "Lot {id} has another {} than its history says.",
                field.word()
            )
        });
    }
    deeds(shop, &lot_of, findings)
}

/// Deeds must own entries that are there, and name each other both ways.
fn deeds(
    shop: &Shop<'_>,
    lot_of: &BTreeMap<EntryId, LotId>,
    findings: &mut Findings,
) -> Result<()> {
    let mut deeds: BTreeMap<CorrelationId, Deed> = BTreeMap::new();
    shop.each_deed(|deed| {
        findings.seen();
        deeds.insert(deed.id, deed);
        Ok(())
    })?;
    let mut owned = BTreeSet::new();
    for deed in deeds.values() {
        for (from, to) in &deed.runs {
            for id in from.0..=to.0 {
                let id = EntryId(id);
                findings.expect(lot_of.contains_key(&id) && owned.insert(id), "deed", || {
                    format!("Deed {} names entry {id}, which is not its own.", deed.id)
                });
            }
        }
        let named = |other: Option<CorrelationId>, back: fn(&Deed) -> Option<CorrelationId>| {
            other.is_none_or(|other| {
                deeds
                    .get(&other)
                    .is_some_and(|other| back(other) == Some(deed.id))
            })
        };
        findings.expect(named(deed.undone_by, |by| by.undoes), "deed", || {
            format!(
                "Deed {} is said to be taken back, but no deed did.",
                deed.id
            )
        });
        findings.expect(named(deed.undoes, |of| of.undone_by), "deed", || {
            format!(
                "Deed {} takes back a deed that does not know of it.",
                deed.id
            )
        });
    }
    let open = shop.open_deeds()?;
    for deed in deeds.values() {
        findings.expect(deed.open == open.contains(&deed.id), "deed", || {
            format!("Deed {} is listed wrongly as under way.", deed.id)
        });
    }
    findings.expect(open.iter().all(|id| deeds.contains_key(id)), "deed", || {
        "A deed is listed as under way, but not there.".into()
    });
    Ok(())
}

/// The indexes must name every lot, as it is, and nothing else.
pub(super) fn indexes(shop: &Shop<'_>, books: &Books, findings: &mut Findings) -> Result<()> {
    let mut listed = 0usize;
    shop.each_by_item(|kind, no, id, available| {
        listed += 1;
        let right = books.lots.get(&id).is_some_and(|lot| {
            lot.is_live()
                && lot.item.kind.index() == kind
                && lot.item.folded() == no
                && lot.stock.available == available
        });
        findings.expect(right, "lot", || {
            format!("Lot {id} is listed under item {no} with {available} pieces, which it is not.")
        });
        Ok(())
    })?;
    let live = books.lots.values().filter(|lot| lot.is_live()).count();
    findings.expect(listed == live, "lot", || {
        format!("{live} lots, of which {listed} are listed by item.")
    });
    let mut numbered = 0usize;
    shop.each_by_bricklink(|number, id| {
        numbered += 1;
        let right = books
            .lots
            .get(&id)
            .is_some_and(|lot| lot.bricklink_lot == Some(number));
        findings.expect(right, "lot", || {
            format!("BrickLink's lot {number} is listed as lot {id}, which it is not.")
        });
        Ok(())
    })?;
    let expected = books
        .lots
        .values()
        .filter(|lot| lot.bricklink_lot.is_some() && lot.file.is_none())
        .count();
    findings.expect(numbered == expected, "lot", || {
        format!("{expected} lots have BrickLink's number, {numbered} are listed by it.")
    });
    shop.each_by_print(|id| {
        findings.expect(books.lots.contains_key(&id), "lot", || {
            format!("A file brought lot {id}, but it is not there.")
        });
        Ok(())
    })
}
