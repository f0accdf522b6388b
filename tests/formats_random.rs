//! Random input: no bytes may make a reader panic, and rows that are written well come back as they
//! were.

use std::fmt::Write as _;

use brickops::domain::ItemKind;
use brickops::formats::{
    CatalogRow, Collected, FileKind, Source, read_catalog, read_inventory, read_orders,
    read_wanted, sniff,
};
use proptest::prelude::*;

fn every_reader(bytes: &[u8]) {
    let open = || Source::from_bytes("x", bytes.to_vec());
    if let Ok(mut source) = open() {
        let _ = sniff(&mut source);
    }
    for kind in [
        FileKind::ColorsXml,
        FileKind::CategoriesXml,
        FileKind::ItemTypesXml,
        FileKind::ItemsXml(None),
        FileKind::CodesXml,
        FileKind::ColorsTxt,
        FileKind::CategoriesTxt,
        FileKind::ItemTypesTxt,
        FileKind::ItemsTxt(ItemKind::Set),
        FileKind::CodesTxt,
        FileKind::BinLookup,
    ] {
        if let Ok(mut source) = open() {
            let _ = read_catalog(&mut source, &kind, &mut Collected::default());
        }
    }
    if let Ok(mut source) = open() {
        let _ = read_inventory(&mut source, &FileKind::Bsx);
    }
    if let Ok(mut source) = open() {
        let _ = read_wanted(&mut source, &FileKind::WantedListXml);
    }
    if let Ok(mut source) = open() {
        let _ = read_orders(&mut source, &FileKind::OrdersXml);
    }
}

/// Pieces that parsers stumble over, in any order.
fn broken_markup() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<CATALOG>",
        "</CATALOG>",
        "<CODES>",
        "<ITEM>",
        "</ITEM>",
        "<ITEM/>",
        "<ITEMID>",
        "</ITEMID>",
        "<ITEMNAME>",
        "</ITEMNAME",
        "<INVENTORY Currency=\"",
        "\">",
        "<BrickStoreXML>",
        "<Inventory>",
        "</Inventory>",
        "<ORDERS>",
        "<ORDER>",
        "</ORDER>",
        "<ORDERDATE>8/25/2025</ORDERDATE>",
        "<QTY>-1</QTY>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?xml",
        "?>",
        "<!DOCTYPE x [",
        "]>",
        "<!ENTITY",
        "&",
        "&amp;",
        "&#27;",
        "&#x110000;",
        "<",
        ">",
        "/>",
        "</",
        "\"",
        "é",
        "𝄞",
        "\t",
        "\r\n",
        "\n",
        "x",
        "[",
        "]",
        "[\"a\", 1, \"B\"]",
        ",",
        "\\\"",
        "Category ID\tCategory Name\tNumber\tName",
        "Item No\tColor\tCode",
        "\0",
        "\u{feff}",
        " x ",
        "?",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Names as BrickLink has them: any letters, inner blanks, no escapes that would be decoded.
fn name() -> impl Strategy<Value = String> {
    "[A-Za-z0-9é€日(][A-Za-z0-9 é'\"()<>,./日-]{0,60}[A-Za-z0-9)]"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        every_reader(&bytes);
    }

    #[test]
    fn random_packed_bytes_never_panic(packing in 0..2usize, bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let magic: [&[u8]; 2] = [&[0x1f, 0x8b, 8, 0], &[0x28, 0xb5, 0x2f, 0xfd]];
        every_reader(&[magic[packing], bytes.as_slice()].concat());
    }

    #[test]
    fn broken_markup_never_panics(text in broken_markup(), cut in any::<prop::sample::Index>()) {
        every_reader(text.as_bytes());
        every_reader(&text.as_bytes()[..cut.index(text.len() + 1)]);
        every_reader(&text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    }

    #[test]
    fn items_come_back_as_written(
        rows in prop::collection::vec(("[0-9a-zA-Z][0-9a-zA-Z._-]{0,14}", name(), 1..2_000u32, prop::option::of(1930..2100u16)), 1..20),
        twice in any::<bool>(),
    ) {
        let mut xml = String::from("<?xml version=\"1.0\"?>\n<CATALOG>\n");
        let mut table = String::from("Category ID\tCategory Name\tNumber\tName\tYear Released\tWeight (in Grams)\tDimensions\n\n\n");
        for (no, name, category, year) in &rows {
            let escaped = if twice { escape(&escape(name)) } else { escape(name) };
            let year = year.map(|year| year.to_string());
            writeln!(
                xml,
                "<ITEM><ITEMTYPE>S</ITEMTYPE><ITEMID>{no}</ITEMID><ITEMNAME>{escaped}</ITEMNAME><CATEGORY>{category}</CATEGORY><ITEMYEAR>{}</ITEMYEAR></ITEM>",
                year.as_deref().unwrap_or("")
            ).expect("written");
            writeln!(table, "{category}\tC\t{no}\t{name}\t{}\t?\t? x ? x ?", year.as_deref().unwrap_or("?")).expect("written");
        }
        xml.push_str("</CATALOG>\n");
        for (file, text) in [("sets.xml", xml), ("sets.txt", table)] {
            let mut source = Source::from_bytes(file, text).expect("opens");
            let kind = sniff(&mut source).expect("sniffed");
            let mut found = Collected::default();
            read_catalog(&mut source, &kind, &mut found).expect("read");
            prop_assert_eq!(found.skipped.count, 0);
            prop_assert_eq!(found.rows.len(), rows.len());
            for ((_, row), (no, name, category, year)) in found.rows.iter().zip(&rows) {
                let CatalogRow::Item(item) = row else {
                    return Err(TestCaseError::fail("not an item"));
                };
                prop_assert_eq!(&item.key.no, no);
                prop_assert_eq!(item.key.kind, ItemKind::Set);
                prop_assert_eq!(&item.name, name);
                prop_assert_eq!(item.category.map(|id| id.0), Some(*category));
                prop_assert_eq!(item.year, *year);
            }
        }
    }

    #[test]
    fn remarks_come_back_byte_for_byte(remarks in "[ -~éü日€]{0,200}", quantity in 0..9_999_999i64) {
        let text = format!(
            "<INVENTORY><ITEM><ITEMTYPE>P</ITEMTYPE><ITEMID>3001</ITEMID><QTY>{quantity}</QTY><REMARKS>{}</REMARKS></ITEM></INVENTORY>",
            escape(&remarks)
        );
        let mut source = Source::from_bytes("x", text).expect("opens");
        let kind = sniff(&mut source).expect("sniffed");
        let file = read_inventory(&mut source, &kind).expect("read");
        prop_assert_eq!(file.lots.len(), 1);
        prop_assert_eq!(&file.lots[0].remarks, &remarks);
        prop_assert_eq!(file.lots[0].quantity, quantity);
    }
}
