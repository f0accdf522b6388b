//! What the shop keeps of items of its own, what its owner has set, and what was alerted.

use super::Findings;
use crate::domain::SortBin;
use crate::domain::overlay::{MAX_NOTES, MAX_TAG, MAX_TAGS};
use crate::error::Result;
use crate::services::settings::checked_time_zone;
use crate::store::Shop;

/// Every overlay says something, stands under its item, and is one that a person could have written.
pub(super) fn check(shop: &Shop<'_>, findings: &mut Findings) -> Result<()> {
    let settings = shop.settings();
    if let Ok(settings) = &settings {
        findings.seen();
        findings.expect(
            checked_time_zone(&settings.time_zone).is_ok(),
            "shop",
            || format!("The shop's time zone {} is not known.", settings.time_zone),
        );
    }
    findings.survive("shop", settings.map(|_| ()));
    let outcome = shop.each_alerted(|_, _| {
        findings.seen();
        Ok(())
    });
    findings.survive("alert", outcome);
    shop.each_overlay_by_key(|kind, no, overlay| {
        findings.seen();
        let item = &overlay.item;
        let placed = item.kind.index() == kind && item.folded() == no;
        findings.expect(placed, "overlay", || {
            format!("The notes of item {no} are those of item {}.", item.no)
        });
        findings.expect(!overlay.is_empty(), "overlay", || {
            format!("Nothing is kept of item {no}, but listed.")
        });
        let readable = overlay
            .bin
            .is_none_or(|bin| SortBin::parse(&bin.to_string()) == Some(bin));
        let within = overlay.tags.len() <= MAX_TAGS
            && overlay
                .tags
                .iter()
                .all(|tag| tag.chars().count() <= MAX_TAG)
            && overlay.notes.chars().count() <= MAX_NOTES;
        findings.expect(readable && within, "overlay", || {
            format!("Tags, notes or bin of item {no} are not ones that can be entered.")
        });
        Ok(())
    })
}
