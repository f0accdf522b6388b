//! Every real file of the shared test data must be read, with exactly the rows it is known to
//! have. Where the data is not there, there is nothing to test.

use std::path::{Path, PathBuf};

use brickops::domain::ItemKind;
use brickops::formats::{
    CatalogRow, Collected, FileKind, Source, read_catalog, read_inventory, read_orders,
    read_wanted, sniff,
};

fn data() -> Option<PathBuf> {
    let named = std::env::var_os("BRICKOPS_DATA").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    named.into_iter().chain([beside]).find(|path| path.is_dir())
}

fn open(folder: &Path, file: &str) -> (Source, FileKind) {
    let mut source = Source::open(&folder.join(file)).expect(file);
    let kind = sniff(&mut source).expect(file);
    (source, kind)
}

fn catalog(folder: &Path, file: &str) -> (FileKind, Collected) {
    let (mut source, kind) = open(folder, file);
    let mut rows = Collected::default();
    let count = read_catalog(&mut source, &kind, &mut rows).expect(file);
    assert_eq!(count, rows.rows.len() as u64, "{file}");
    assert_eq!(source.done(), source.size(), "{file} is read to its end");
    assert_eq!(rows.skipped.rows, [], "{file}");
    (kind, rows)
}

#[test]
fn catalogue_downloads() {
    let Some(data) = data() else { return };
    let items = FileKind::ItemsTxt;
    let xml = |kind| FileKind::ItemsXml(Some(kind));
    for (file, kind, count) in [
        ("colors.xml", FileKind::ColorsXml, 213),
        ("categories.xml", FileKind::CategoriesXml, 1_150),
        ("itemtypes.xml", FileKind::ItemTypesXml, 9),
        ("bin_lookup_v3.json", FileKind::BinLookup, 78_510),
        ("parts-real-excerpt.txt", items(ItemKind::Part), 81),
        ("minifigs-real-excerpt.xml", xml(ItemKind::Minifigure), 14),
        ("codes-real-excerpt.xml", FileKind::CodesXml, 14),
        ("txt/Sets.txt", items(ItemKind::Set), 20_952),
        ("txt/Minifigures.txt", items(ItemKind::Minifigure), 18_149),
        ("txt/Gear.txt", items(ItemKind::Gear), 22_336),
        ("txt/Books.txt", items(ItemKind::Book), 7_505),
        ("txt/Catalogs.txt", items(ItemKind::Catalog), 5_032),
        ("txt/Instructions.txt", items(ItemKind::Instruction), 12_685),
        (
            "txt/Original_Boxes.txt",
            items(ItemKind::OriginalBox),
            20_952,
        ),
        ("txt/codes.txt", FileKind::CodesTxt, 104_355),
        ("txt/categories.txt", FileKind::CategoriesTxt, 1_150),
        ("txt/colors.txt", FileKind::ColorsTxt, 213),
        ("txt/itemtypes.txt", FileKind::ItemTypesTxt, 9),
        ("minifigs.xml.gz", xml(ItemKind::Minifigure), 18_149),
        ("sets.xml.gz", xml(ItemKind::Set), 20_952),
        ("gear.xml.gz", xml(ItemKind::Gear), 22_336),
        ("codes.xml.gz", FileKind::CodesXml, 104_355),
        ("parts.xml.gz", xml(ItemKind::Part), 91_431),
        ("txt/Parts.txt.gz", items(ItemKind::Part), 91_431),
    ] {
        let (found, rows) = catalog(&data.join("catalog"), file);
        assert_eq!(found, kind, "{file}");
        assert_eq!(rows.rows.len(), count, "{file}");
    }
}

/// The same rows in two forms must be the same items, but for what only one form tells.
#[test]
fn table_and_xml_say_the_same() {
    let Some(data) = data() else { return };
    let folder = data.join("catalog");
    for (xml, table) in [
        ("sets.xml.gz", "txt/Sets.txt"),
        ("minifigs.xml.gz", "txt/Minifigures.txt"),
    ] {
        let (_, xml_rows) = catalog(&folder, xml);
        let (_, table_rows) = catalog(&folder, table);
        for ((_, from_xml), (line, from_table)) in xml_rows.rows.iter().zip(&table_rows.rows) {
            let mut from_table = from_table.clone();
            if let CatalogRow::Item(item) = &mut from_table {
                assert!(item.category_path.take().is_some(), "{table} line {line}");
            }
            assert_eq!(from_xml, &from_table, "{table} line {line}");
        }
    }
}

#[test]
fn a_set_inventory_and_web_pages_are_no_catalogue() {
    let Some(data) = data() else { return };
    let (mut source, kind) = open(&data.join("catalog/txt"), "S-10350-1.txt");
    assert_eq!(kind, FileKind::SetInventoryTxt);
    assert!(!kind.is_catalog());
    assert!(read_catalog(&mut source, &kind, &mut Collected::default()).is_err());
}

#[test]
fn inventories() {
    let Some(data) = data() else { return };
    for (file, kind, count) in [
        ("pick-a-brick-us-2012.bsx", FileKind::Bsx, 1_532),
        ("store-122-lots-2025.bsx", FileKind::Bsx, 122),
        ("market-street-10190-1.bsx", FileKind::Bsx, 202),
        ("star-destroyer-30056-1.bsx", FileKind::Bsx, 24),
        ("brickstock-root.bsx", FileKind::Bsx, 2),
        (
            "minifig-collection-oneline.xml",
            FileKind::BrickLinkInventoryXml,
            525,
        ),
        ("invented-store-35k.bsx.gz", FileKind::Bsx, 35_000),
        (
            "invented-store-35k.bricklink.xml.gz",
            FileKind::BrickLinkInventoryXml,
            35_000,
        ),
    ] {
        let (mut source, found) = open(&data.join("inventories"), file);
        assert_eq!(found, kind, "{file}");
        let list = read_inventory(&mut source, &found).expect(file);
        assert_eq!(list.skipped.rows, [], "{file}");
        assert_eq!(list.lots.len(), count, "{file}");
    }
}

#[test]
fn one_shop_in_two_forms() {
    let Some(data) = data() else { return };
    let read = |file| {
        let (mut source, kind) = open(&data.join("inventories"), file);
        read_inventory(&mut source, &kind).expect(file)
    };
    let store = read("invented-store-35k.bsx.gz");
    let link = read("invented-store-35k.bricklink.xml.gz");
    assert_eq!(store.currency.as_deref(), Some("EUR"));
    for (a, b) in store.lots.iter().zip(&link.lots) {
        assert_eq!(
            (&a.item, a.color, a.quantity, a.price, a.lot_id, a.condition),
            (&b.item, b.color, b.quantity, b.price, b.lot_id, b.condition)
        );
        assert_eq!(
            (
                &a.remarks,
                &a.comments,
                a.bulk,
                a.sale,
                a.stockroom,
                a.retain,
                a.tiers
            ),
            (
                &b.remarks,
                &b.comments,
                b.bulk,
                b.sale,
                b.stockroom,
                b.retain,
                b.tiers
            ),
            "lot {:?}",
            a.lot_id
        );
        assert!(a.unknown.is_empty() && b.unknown.is_empty());
        assert!(a.date_added.is_some());
    }
}

#[test]
fn wanted_lists() {
    let Some(data) = data() else { return };
    for (file, count, below_zero) in [
        ("wanted-tetresque.xml", 57, 0),
        ("wanted-negative-qty.xml", 62, 55),
    ] {
        let (mut source, kind) = open(&data.join("inventories"), file);
        assert_eq!(kind, FileKind::WantedListXml, "{file}");
        assert!(read_inventory(&mut source, &kind).is_err(), "{file}");
        let list = read_wanted(&mut source, &kind).expect(file);
        assert_eq!(list.lots.len() as u64 + list.skipped.count, count, "{file}");
        assert_eq!(list.skipped.count, below_zero, "{file}");
    }
}

#[test]
fn orders() {
    let Some(data) = data() else { return };
    let folder = data.join("orders");
    let (mut source, kind) = open(&folder, "bricklink-orders-placed.xml");
    assert_eq!(kind, FileKind::OrdersXml);
    let file = read_orders(&mut source, &kind).expect("orders");
    assert_eq!(file.skipped.rows, []);
    assert_eq!(file.orders.len(), 38);
    assert_eq!(
        file.orders
            .iter()
            .map(|order| order.lines.len())
            .sum::<usize>(),
        92
    );
    assert!(
        file.orders
            .iter()
            .all(|order| order.placed && !order.party.is_empty())
    );
    let (mut source, kind) = open(&folder, "bricklink-orders-placed.csv");
    assert_eq!(kind, FileKind::OrdersCsv);
    assert!(read_orders(&mut source, &kind).is_err());
}

/// The starter data that is shipped with the program, which is always there.
#[test]
fn starter_data() {
    let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("seed");
    for file in [
        "colors.xml",
        "categories.xml",
        "itemtypes.xml",
        "parts.xml",
        "sets.xml",
        "minifigures.xml",
        "codes.xml",
        "bins.json",
    ] {
        let (_, rows) = catalog(&seed, file);
        assert!(!rows.rows.is_empty(), "{file}");
    }
    let (mut source, kind) = open(&seed, "shop.bsx");
    let list = read_inventory(&mut source, &kind).expect("shop");
    assert_eq!(list.skipped.rows, []);
    assert!(list.lots.iter().all(|lot| lot.lot_id.is_some()));
    let (mut source, kind) = open(&seed, "orders.xml");
    let file = read_orders(&mut source, &kind).expect("orders");
    assert_eq!(file.skipped.rows, []);
    assert!(
        file.orders
            .iter()
            .all(|order| !order.placed && !order.lines.is_empty())
    );
}
