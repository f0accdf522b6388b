//! The catalogue against its own head, numbers, element ids and category tree.

use std::collections::BTreeSet;

use super::Findings;
use crate::domain::{CategoryId, ItemKind};
use crate::error::Result;
use crate::store::{Catalog, Tx};

/// What the catalogue says of itself must be what it holds.
pub(super) fn check(tx: &Tx<'_>, findings: &mut Findings) -> Result<()> {
    let Some(catalog) = tx.catalog()? else {
        return Ok(());
    };
    let head = catalog.head();
    let (items, numbers, elements) = catalog.table_sizes()?;
    let said = u64::from(catalog.len());
    findings.expect(said == items && said == numbers, "catalogue", || {
        format!("The catalogue says {said} items, holds {items}, and finds {numbers} by number.")
    });
    findings.expect(u64::from(head.elements) == elements, "catalogue", || {
        format!(
            "The catalogue says {} element ids and holds {elements}.",
            head.elements
        )
    });
    let categories = categories(&catalog, findings)?;
    let mut counts = vec![0u32; ItemKind::ALL.len()];
    let mut rows = Vec::new();
    catalog.each_item(|id, item| {
        findings.seen();
        counts[usize::from(item.key.kind.index())] += 1;
        // 0 is an item without a category.
        let placed = item.category == CategoryId(0) || categories.contains(&item.category);
        findings.expect(placed, "catalogue", || {
            format!(
                "{} {} is in category {}, which does not exist.",
                item.key.kind.word(),
                item.key.no,
                item.category.0
            )
        });
        rows.push((id, item.key));
        Ok(())
    })?;
    findings.expect(counts == head.counts, "catalogue", || {
        "The catalogue's counts by kind are not what it holds.".into()
    });
    for (id, key) in &rows {
        let found = catalog.find(key)?;
        findings.expect(found == Some(*id), "catalogue", || {
            format!("{} {} is not found by its number.", key.kind.word(), key.no)
        });
    }
    let known: BTreeSet<u32> = rows.into_iter().map(|(id, _)| id).collect();
    catalog.each_element(|element, pairs| {
        findings.seen();
        findings.expect(!pairs.is_empty(), "catalogue", || {
            format!("Element id {element} means nothing.")
        });
        for (item, _) in pairs {
            findings.expect(known.contains(item), "catalogue", || {
                format!("Element id {element} means item {item}, which does not exist.")
            });
        }
        Ok(())
    })
}

fn categories(catalog: &Catalog<'_>, findings: &mut Findings) -> Result<BTreeSet<CategoryId>> {
    let nodes = catalog.categories()?;
    let known: BTreeSet<CategoryId> = nodes.iter().map(|node| node.id).collect();
    for node in nodes {
        findings.seen();
        if let Some(parent) = node.parent {
            findings.expect(known.contains(&parent), "catalogue", || {
                format!(
                    "Category {} lies under {}, which does not exist.",
                    node.name, parent.0
                )
            });
        }
    }
    Ok(known)
}
