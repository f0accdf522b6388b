//! Lots against their histories and their indexes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Books, Findings};
use crate::domain::{EntryId, LotId, Reason, Stock};
use crate::error::Result;
use crate::store::Shop;

/// Each lot's entries must lead without a gap from nothing to what the lot holds now.
pub(super) fn check(shop: &Shop<'_>, books: &mut Books, findings: &mut Findings) -> Result<()> {
    let mut reached: BTreeMap<LotId, Stock> = BTreeMap::new();
    let mut lot_of: BTreeMap<EntryId, LotId> = BTreeMap::new();
    let mut undone: BTreeSet<EntryId> = BTreeSet::new();
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
        }
        if let Reason::Sent { order } = entry.reason {
            let pieces = entry.after.sold.saturating_sub(entry.before.sold);
            *books.sent.entry(order).or_default() += u64::from(pieces);
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
    let mut listed = 0usize;
    shop.each_by_lot(|lot, entry| {
        listed += 1;
        findings.expect(lot_of.get(&entry) == Some(&lot), "ledger", || {
            format!("Entry {entry} is listed under lot {lot}, but is not one of it.")
        });
        Ok(())
    })?;
    findings.expect(listed == lot_of.len(), "ledger", || {
        format!(
            "{} entries, of which {listed} are listed by lot.",
            lot_of.len()
        )
    });
    Ok(())
}

/// The indexes must name every lot, as it is, and nothing else.
pub(super) fn indexes(shop: &Shop<'_>, books: &Books, findings: &mut Findings) -> Result<()> {
    let mut listed = 0usize;
    shop.each_by_item(|kind, no, id, available| {
        listed += 1;
        let right = books.lots.get(&id).is_some_and(|lot| {
            lot.item.kind.index() == kind
                && lot.item.folded() == no
                && lot.stock.available == available
        });
        findings.expect(right, "lot", || {
            format!("Lot {id} is listed under item {no} with {available} pieces, which it is not.")
        });
        Ok(())
    })?;
    findings.expect(listed == books.lots.len(), "lot", || {
        format!(
            "{} lots, of which {listed} are listed by item.",
            books.lots.len()
        )
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
        .filter(|lot| lot.bricklink_lot.is_some())
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
