//! Real files, where they are there.

use std::path::{Path, PathBuf};

use brickops::domain::LotQuery;

use crate::setup::fixture;

fn data() -> Option<PathBuf> {
    let named = std::env::var_os("BRICKOPS_DATA").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    named.into_iter().chain([beside]).find(|path| path.is_dir())
}

#[test]
fn every_inventory_and_order_file_comes_in_once() {
    let Some(data) = data() else { return };
    for (file, lots) in [
        ("pick-a-brick-us-2012.bsx", 1_532),
        ("store-122-lots-2025.bsx", 122),
        ("market-street-10190-1.bsx", 202),
        ("star-destroyer-30056-1.bsx", 24),
        ("brickstock-root.bsx", 2),
        ("minifig-collection-oneline.xml", 525),
    ] {
        let shop = fixture();
        let path = data.join("inventories").join(file);
        let first = shop
            .app
            .import_inventory(&shop.scope, &path, &|_| {})
            .expect(file);
        assert_eq!(first.read, lots, "{file}");
        assert_eq!(first.added + first.skipped.count, lots, "{file}");
        let again = shop
            .app
            .import_inventory(&shop.scope, &path, &|_| {})
            .expect(file);
        assert_eq!((again.added, again.already), (0, first.added), "{file}");
        shop.sound();
    }
    let shop = fixture();
    let path = data.join("orders/bricklink-orders-placed.xml");
    let import = || {
        shop.app
            .import_orders(&shop.scope, &path, &|_| {})
            .expect("orders")
    };
    let first = import();
    assert_eq!((first.read, first.added, first.skipped.count), (38, 38, 0));
    assert_eq!(first.matched + first.unmatched, 92);
    assert_eq!(import().already, 38);
    shop.sound();
}

#[test]
fn a_store_of_35_000_lots() {
    let Some(data) = data() else { return };
    let shop = fixture();
    let import = |file: &str| {
        let path = data.join("inventories").join(file);
        shop.app
            .import_inventory(&shop.scope, &path, &|_| {})
            .expect("lots")
    };
    let first = import("invented-store-35k.bsx.gz");
    assert_eq!((first.read, first.added), (35_000, 35_000));
    // The same store in BrickLink's own words.
    let again = import("invented-store-35k.bricklink.xml.gz");
    assert_eq!((again.added, again.already), (0, 35_000));
    let all = shop.app.lot_ids(&shop.scope, &LotQuery::default());
    assert_eq!(all.expect("lots").len(), 35_000);
    shop.sound();
}
