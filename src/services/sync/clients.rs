//! The clients that a shop's marketplaces are called with: its keys, its gates.

use crate::domain::market::{Class, Failure, Lane, MarketKeys, Service};
use crate::domain::{Marketplace, TenantId};
use crate::market::attempt::Outside;
use crate::market::bricklink::BrickLink;
use crate::market::brickowl::BrickOwl;
use crate::services::App;

fn nobody(market: Marketplace) -> Failure {
    Failure::new(
        Service::from(market),
        Class::Offline,
        format!(
            "Calls to {} are switched off; start without --offline to make them.",
            market.name()
        ),
    )
}

impl App {
    /// A client of BrickLink for a shop.
    ///
    /// # Errors
    /// `NoKeys` where there are none to use, `Offline` where nobody is called.
    pub fn bricklink_for(&self, tenant: TenantId) -> Outside<BrickLink> {
        let market = Marketplace::BrickLink;
        let opened = self.market_keys(tenant, market)?;
        let gate = self.market_gate(tenant, Lane::BrickLink, opened.account);
        match &*opened.keys {
            MarketKeys::BrickLink(keys) => self.keys.bricklink(keys, gate),
            MarketKeys::BrickOwl(_) => None,
        }
        .ok_or_else(|| Box::new(nobody(market)))
    }

    /// A client of BrickOwl for a shop.
    ///
    /// # Errors
    /// As [`App::bricklink_for`]; `Keys` for a key that cannot be one.
    pub fn brickowl_for(&self, tenant: TenantId) -> Outside<BrickOwl> {
        let market = Marketplace::BrickOwl;
        let opened = self.market_keys(tenant, market)?;
        let gate = self.market_gate(tenant, Lane::BrickOwl, opened.account);
        match &*opened.keys {
            MarketKeys::BrickOwl(key) => self.keys.brickowl(key, gate),
            MarketKeys::BrickLink(_) => None,
        }
        .ok_or_else(|| Box::new(nobody(market)))?
    }
}
