//! How a shop's own tables are read: kept by name, so that it is said only once.

use super::shop::ShopWrite;
use super::tables::MAPPINGS;
use super::{Batch, Shop};
use crate::domain::{Mapping, Scope};
use crate::error::Result;

impl Shop<'_> {
    /// The columns that are kept under a name.
    pub fn mapping(&self, name: &str) -> Result<Option<Mapping>> {
        self.tx.get(&MAPPINGS, (self.tenant, name))
    }
}

impl Batch {
    /// Keeps columns under a name.
    pub fn put_mapping(&mut self, scope: &Scope, name: String, mapping: Mapping) {
        self.push(ShopWrite::Mapping(scope.tenant.0, name, Box::new(mapping)));
    }
}
