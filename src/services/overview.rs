//! The start screen's figures.

use crate::domain::rows::Overview;
use crate::domain::{ItemKind, Scope};
use crate::error::Result;
use crate::services::App;
use crate::services::rights::{Right, allow};

impl App {
    /// What is there and what waits for a person.
    pub fn overview(&self, scope: &Scope) -> Result<Overview> {
        allow(scope, Right::ReadCatalog)?;
        let shop = self.shop_record(scope)?;
        let head = self
            .store
            .read(|tx| Ok(tx.catalog()?.map(|catalog| catalog.head().clone())))?;
        let figures = self.overview_figures(scope)?;
        let (items, starter_only, catalog_at) = head.map_or_else(
            || (Vec::new(), false, None),
            |head| {
                let counts = ItemKind::ALL.into_iter().zip(head.counts);
                let counts = counts.filter(|(_, count)| *count > 0).collect();
                (counts, head.starter, Some(head.at))
            },
        );
        Ok(Overview {
            shop: shop.name,
            practice: shop.practice || self.practice,
            items,
            starter_only,
            catalog_at,
            search_ready: self.index().is_some(),
            lots: figures.lots,
            pieces: figures.pieces,
            value: figures.value,
            currency: shop.currency,
            orders_to_pick: figures.orders_to_pick,
            oldest_order: figures.oldest_order,
            short_lines: figures.short_lines,
            walks: figures.walks,
        })
    }
}
