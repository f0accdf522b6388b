//! What sellers' files do to a reader: cut short, wrong encodings, web pages, attacks. Each must end in
//! rows, in listed rows, or in one clear sentence; never in a panic or without bounds.

use std::io::Write;

use brickops::domain::{ColorId, ItemKind};
use brickops::error::{Kind, Result};
use brickops::formats::{
    CatalogRow, Collected, FileKind, ItemRow, Source, read_catalog, read_inventory, sniff,
};

const PARTS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<CATALOG>\r\n   <ITEM>\r\n      \
    <ITEMTYPE>P</ITEMTYPE>\r\n      <ITEMID>3001</ITEMID>\r\n      <ITEMNAME>Brick 2 x 4</ITEMNAME>\r\n      \
    <CATEGORY>5</CATEGORY>\r\n   </ITEM>\r\n   <ITEM>\r\n      <ITEMTYPE>P</ITEMTYPE>\r\n      \
    <ITEMID>3004</ITEMID>\r\n      <ITEMNAME>Bar   8L &amp;#40;for café&amp;#41;</ITEMNAME>\r\n      \
    <CATEGORY>5</CATEGORY>\r\n   </ITEM>\r\n</CATALOG>\r\n";

fn read_from(mut source: Source) -> Result<(FileKind, Collected)> {
    let kind = sniff(&mut source)?;
    let mut rows = Collected::default();
    read_catalog(&mut source, &kind, &mut rows)?;
    Ok((kind, rows))
}

fn read(name: &str, bytes: impl Into<Vec<u8>>) -> Result<(FileKind, Collected)> {
    read_from(Source::from_bytes(name, bytes.into())?)
}

fn refused(name: &str, bytes: impl Into<Vec<u8>>) -> String {
    let error = read(name, bytes).map(|_| ()).expect_err(name);
    assert_eq!(error.kind, Kind::Invalid, "{error}");
    assert!(error.message.starts_with(name), "{error}");
    error.message
}

fn items(rows: &Collected) -> Vec<&ItemRow> {
    rows.rows
        .iter()
        .filter_map(|(_, row)| match row {
            CatalogRow::Item(item) => Some(item),
            _ => None,
        })
        .collect()
}

fn reasons(rows: &Collected) -> Vec<String> {
    rows.skipped.rows.iter().map(ToString::to_string).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).expect("packed");
    packer.finish().expect("packed")
}

#[test]
fn the_plain_file() {
    let (kind, rows) = read("Parts.xml", PARTS).expect("read");
    assert_eq!(kind, FileKind::ItemsXml(Some(ItemKind::Part)));
    let items = items(&rows);
    assert_eq!(items[0].key.no, "3001");
    assert_eq!(items[1].name, "Bar   8L (for café)");
    assert_eq!(rows.rows[1].0, 9, "the line of the second item");
}

#[test]
fn cut_short_anywhere_is_refused_or_unknown() {
    let whole = PARTS.trim_end();
    for end in 1..whole.len() {
        if whole.is_char_boundary(end) {
            let message = refused("Parts.xml", &whole.as_bytes()[..end]);
            assert!(message.ends_with('.'), "{end}: {message}");
        }
    }
    assert_eq!(
        refused("Parts.xml", &whole.as_bytes()[..whole.len() - 30]),
        "Parts.xml line 13 ends in the middle of an item: the download was cut short. Download it again."
    );
    assert_eq!(
        refused("Parts.xml", &whole.as_bytes()[..whole.len() - 4]),
        "Parts.xml line 15 ends too early: the download was cut short. Download it again."
    );
}

#[test]
fn packed_and_cut_short_anywhere_is_refused() {
    let packed = gzip(PARTS.as_bytes());
    for end in 2..packed.len() {
        refused("Parts.xml.gz", &packed[..end]);
    }
    let rows: Vec<String> = (0..20_000u32)
        .map(|at| {
            let name = at.wrapping_mul(2_654_435_761);
            format!("<ITEM><ITEMTYPE>P</ITEMTYPE><ITEMID>{at}</ITEMID><ITEMNAME>{name:x}</ITEMNAME></ITEM>\n")
        })
        .collect();
    let rows = rows.concat();
    let packed = gzip(format!("<CATALOG>\n{rows}</CATALOG>").as_bytes());
    let message = refused("Parts.xml.gz", &packed[..packed.len() / 2]);
    assert!(message.contains("cut short or damaged"), "{message}");
    let line: u64 = message
        .split_whitespace()
        .nth(2)
        .and_then(|word| word.trim_end_matches(':').parse().ok())
        .expect("a line");
    assert!((8_000..12_000).contains(&line), "{message}");
    let mut damaged = packed.clone();
    let at = damaged.len() - 6;
    damaged[at] ^= 0xff;
    refused("Parts.xml.gz", damaged);
}

#[test]
fn gzip_in_pieces_and_zstd() {
    let (first, second) = PARTS.as_bytes().split_at(100);
    let (_, rows) = read("p", [gzip(first), gzip(second)].concat()).expect("two members");
    assert_eq!(items(&rows).len(), 2);
    let pack = |bytes: &[u8]| {
        ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
    };
    let (_, rows) = read("p", [pack(first), pack(second)].concat()).expect("two frames");
    assert_eq!(items(&rows).len(), 2);
    let packed = pack(PARTS.as_bytes());
    for end in 4..packed.len() - 4 {
        refused("Parts.xml.zst", &packed[..end]);
    }
}

#[test]
fn a_bomb_stops_at_the_limit() {
    let packed = gzip(&vec![b' '; 4 << 20]);
    assert!(packed.len() < 64 * 1024);
    let source = Source::from_bytes("bomb.gz", packed).expect("opens");
    let error = read_from(source.with_limit(1 << 20)).map(|_| ());
    assert!(error.is_err_and(|error| error.message.starts_with("bomb.gz")));
    let text = format!("<CATALOG>{}</CATALOG>", " ".repeat(4 << 20));
    let source = Source::from_bytes("bomb.xml", text).expect("opens");
    let error = read_from(source.with_limit(1 << 20)).map(|_| ());
    assert!(error.is_err_and(|error| error.message.contains("holds more than 1048576 bytes")));
}

#[test]
fn every_encoding_gives_the_same_rows() {
    let (_, wanted) = read("p", PARTS).expect("plain");
    let latin: Vec<u8> = PARTS
        .chars()
        .map(|c| u8::try_from(c).expect("latin"))
        .collect();
    let unmarked: Vec<u8> = PARTS.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = format!("\u{feff}{PARTS}");
    let files = [
        marked.clone().into_bytes(),
        marked.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        marked.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        unmarked,
        latin,
        PARTS.replace("\r\n", "\n").into_bytes(),
        PARTS.replace("CATALOG", "Catalog").into_bytes(),
    ];
    for (at, file) in files.into_iter().enumerate() {
        let (_, rows) = read("p", file).expect("readable");
        assert_eq!(rows.rows, wanted.rows, "file {at}");
        assert_eq!(rows.skipped.count, 0, "file {at}");
    }
}

#[test]
fn web_pages_and_strangers() {
    for page in [
        "<!DOCTYPE html>\n<html><head><title>BrickLink Login</title>",
        "\u{feff}<HTML><BODY>Please log in",
        "<!-- x --><html lang=\"en\">",
    ] {
        let message = refused("Parts.xml", page);
        assert!(
            message.contains("line 1") && message.contains("web page"),
            "{message}"
        );
        assert!(message.contains("Sign in"), "{message}");
    }
    assert!(refused("Parts.xml", "<rss><item/></rss>").contains("its root is “rss”"));
    assert!(refused("Parts.xml", "").contains("it is empty"));
    assert!(
        refused(
            "Parts.xml",
            "<INVENTORY><ITEM><QTY>1</QTY></ITEM></INVENTORY>"
        )
        .contains("inventory")
    );
    assert!(refused("Parts.xml", [0x89, b'P', b'N', b'G', 0, 0, 7]).contains("not a text file"));
    assert!(refused("Parts.xml", "PK\u{3}\u{4}").contains("ZIP"));
    let escape = read("a\u{1b}[2J.xml", "<x\u{1b}[2J>").map(|_| ());
    assert!(escape.is_err_and(|error| !error.message.contains('\u{1b}')));
}

#[test]
fn entity_bombs_are_refused_and_foreign_entities_stay_text() {
    let bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [\n <!ENTITY lol \"lol\">\n \
        <!ENTITY lol2 \"&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;\">\n]>\n\
        <CATALOG><ITEM><ITEMTYPE>P</ITEMTYPE><ITEMID>1</ITEMID><ITEMNAME>&lol2;</ITEMNAME></ITEM></CATALOG>";
    let message = refused("Parts.xml", bomb);
    assert!(
        message.contains("defines XML entities of its own"),
        "{message}"
    );
    let text = "<!DOCTYPE CATALOG SYSTEM \"x.dtd\"><CATALOG><ITEM><ITEMTYPE>P</ITEMTYPE><ITEMID>1</ITEMID>\
        <ITEMNAME>&lol2; &xxe; x</ITEMNAME></ITEM></CATALOG>";
    let (_, rows) = read("p", text).expect("readable");
    assert_eq!(items(&rows)[0].name, "&lol2; &xxe; x");
}

fn named(name: &str) -> Result<(FileKind, Collected)> {
    read(
        "p",
        format!(
            "<CATALOG><ITEM><ITEMTYPE>P</ITEMTYPE><ITEMID>1</ITEMID><ITEMNAME>{name}</ITEMNAME></ITEM></CATALOG>"
        ),
    )
}

#[test]
fn names_survive_their_mistreatment() {
    for (raw, wanted) in [
        ("Black & White", "Black & White"),
        ("R&D & <b>Co</b> <br> x < y", "R&D & <b>Co</b> <br> x < y"),
        ("<![CDATA[a & b <i>]]>", "a & b <i>"),
        ("<![CDATA[&amp;]]>", "&"),
        ("a<!-- hidden -->b", "ab"),
        ("Don&amp;#39;t", "Don't"),
        ("Don&#39;t", "Don't"),
        ("\u{1b}[31mRed\u{7} \u{9b}2J", "[31mRed 2J"),
        ("&#27;[31mRed&#x7; &amp;#27;", "[31mRed"),
        ("Utensil ", "Utensil"),
        ("<ITEMNAM>", "<ITEMNAM>"),
    ] {
        let (_, rows) = named(raw).expect("readable");
        assert_eq!(
            items(&rows).first().map(|item| item.name.as_str()),
            Some(wanted),
            "{raw}"
        );
    }
    let (_, rows) = named(&"x".repeat(9_000)).expect("readable");
    assert_eq!(
        reasons(&rows),
        ["p line 1, ITEMNAME: the text is longer than any real name"]
    );
    let (_, rows) = named(&"x".repeat(900_000)).expect("readable");
    assert_eq!(
        reasons(&rows),
        ["p line 1, ITEMNAME: the text is longer than any real one"]
    );
}

#[test]
fn absurd_rows_are_listed_with_line_and_field() {
    let rows = [
        "<ITEMTYPE>P</ITEMTYPE><ITEMNAME>a</ITEMNAME>",
        "<ITEMID>1</ITEMID><ITEMNAME>a</ITEMNAME>",
        "<ITEMTYPE>PP</ITEMTYPE><ITEMID>1</ITEMID><ITEMNAME>a</ITEMNAME>",
        "<ITEMTYPE>P</ITEMTYPE><ITEMID>1</ITEMID><ITEMNAME> </ITEMNAME>",
        "<ITEMTYPE>P</ITEMTYPE><ITEMID>30&#27;01</ITEMID><ITEMNAME>a</ITEMNAME>",
        "<ITEMTYPE>P</ITEMTYPE><ITEMID>1</ITEMID><ITEMNAME>a</ITEMNAME><CATEGORY>five</CATEGORY>",
        "",
        "<ITEMTYPE>P</ITEMTYPE><ITEMID>1</ITEMID><ITEMNAME>a",
    ];
    let text = format!("<ITEM>{}</ITEM>\n", rows.join("</ITEM>\n<ITEM>"));
    let good = "<ITEM><ITEMTYPE>P</ITEMTYPE><ITEMID>ok</ITEMID><ITEMNAME>b</ITEMNAME><ITEMYEAR>3000</ITEMYEAR>\
        <ITEMWEIGHT>-3</ITEMWEIGHT><ITEMDIMX>?</ITEMDIMX><NEW a=\"1\">thing</NEW></ITEM>";
    let (_, rows) = read(
        "p",
        format!("<CATALOG>\n{good}\n{text}{good}<X><Y/></X></CATALOG>"),
    )
    .expect("readable");
    assert_eq!(items(&rows).len(), 2);
    assert_eq!(
        (
            items(&rows)[0].year,
            items(&rows)[0].weight,
            items(&rows)[0].dimensions
        ),
        (None, None, None)
    );
    assert_eq!(
        reasons(&rows),
        [
            "p line 3, ITEMID: the number is missing",
            "p line 4, ITEMTYPE: the item type is missing",
            "p line 5, ITEMTYPE: “PP” is not an item type",
            "p line 6, ITEMNAME: the name is missing",
            "p line 7, ITEMID: the number holds control characters",
            "p line 8, CATEGORY: “five” is not a category's number",
            "p line 9: the row is empty",
            "p line 10, ITEMNAME: the field is not closed",
        ]
    );
}

#[test]
fn tables_in_every_state() {
    let head = "Category ID\tCategory Name\tNumber\tName\tAlternate Item Number\tWeight (in Grams)\tDimensions";
    let text = format!(
        "{head}\r\n\r\n\r\n5\tBrick\t3001\t\"Bar   8L \t3001old, 3001x\t2.3\t2 x 4 x 1\r\n\
         5\tBrick\t3002\tB &#34;x&#34;\r\n5\tBrick\t\tC\r\n?\t \t3003\tD\t \t?\t? x ? x ?\r\n\
         5\tBrick\t3004\tE\t\t\t\tsomething\n5\tBrick\t3005\t{}\n\n5\tTown / City\t3006\tF",
        "x".repeat(300_000)
    );
    // Nothing is cut off a row that is as wide as the header says.
    let (kind, rows) = read("whatever.txt", format!("{text}\t\t1\t? x ? x ?")).expect("readable");
    assert_eq!(kind, FileKind::ItemsTxt(ItemKind::Part));
    let found = items(&rows);
    assert_eq!(found.len(), 4);
    assert_eq!(found[0].name, "\"Bar   8L");
    assert_eq!(found[0].alternates, ["3001old", "3001x"]);
    assert_eq!(
        found[0].dimensions.map(|size| size.to_string()).as_deref(),
        Some("2 x 4 x 1")
    );
    assert_eq!((found[1].name.as_str(), found[1].weight), ("B \"x\"", None));
    assert_eq!(
        (found[2].category, found[2].category_path.as_deref()),
        (None, None)
    );
    assert_eq!(found[3].category_path.as_deref(), Some("Town / City"));
    assert_eq!(
        reasons(&rows),
        [
            "whatever.txt line 6, Number: the number is missing",
            "whatever.txt line 8: the row has more columns than the header",
            "whatever.txt line 9: the line is longer than any row",
        ]
    );
    assert_eq!(
        refused("Parts.txt", text),
        "Parts.txt line 11 ends in the middle of a row: the download was cut short. Download it again."
    );
    assert!(
        refused("Parts.txt", format!("{head}\n5\tBrick\t1\ta\t\t1\t? x ? x")).contains("cut short")
    );
    let codes = "Item No\tColor\tCode\n3001\tRed\t300121\n3001\tRed\tabc\n";
    let (kind, rows) = read("c", codes).expect("readable");
    assert_eq!(kind, FileKind::CodesTxt);
    assert_eq!(
        reasons(&rows),
        ["c line 3, Code: “abc” is not an element id"]
    );
    assert!(refused("codes.txt", "Item No\tColor\tCode\n3001\tRed\t30").contains("cut short"));
}

#[test]
fn bin_lookups_in_every_state() {
    let text = "\u{feff}[\n  [\"3001\", 151, \"B\"],\n  [\"a]b\", 1, \"c\"],\n  [\"3002\", 0, \"B\"],\n  [\"3003\", \"x\"],\n  [\"3004\", 4, \"BB\"]\n]\n";
    let (kind, rows) = read("bins.json", text).expect("readable");
    assert_eq!(kind, FileKind::BinLookup);
    assert_eq!(rows.rows.len(), 2);
    assert!(
        matches!(&rows.rows[1], (3, CatalogRow::Bin(row)) if row.no == "a]b" && row.bin.to_string() == "C1")
    );
    assert_eq!(reasons(&rows).len(), 3);
    assert_eq!(
        reasons(&rows)[1],
        "bins.json line 5: an entry is [\"part number\", bin, \"cabinet\"]"
    );
    assert!(refused("bins.json", &text.as_bytes()[..60]).contains("was cut short"));
    assert!(refused("bins.json", "[[\"1\",2,\"B\"] oops]").contains("is not part of a list"));
}

#[test]
fn deep_nesting_is_walked_over_or_refused() {
    let deep = |levels: usize| {
        format!(
            "<CATALOG>{}{}<ITEM><COLOR>1</COLOR><COLORNAME>White</COLORNAME></ITEM></CATALOG>",
            "<a>".repeat(levels),
            "</a>".repeat(levels)
        )
    };
    let (_, rows) = read("p", deep(50)).expect("readable");
    assert!(matches!(&rows.rows[0].1, CatalogRow::Color(color) if color.id == ColorId(1)));
    assert!(read("p", deep(100_000)).is_err());
    let inside = "<ITEM>".repeat(100_000);
    assert!(read("p", format!("<CATALOG>{inside}")).is_err());
    assert!(read("p", format!("<CATALOG><ITEM>{}", "<b>".repeat(100_000))).is_err());
}

#[test]
fn progress_counts_packed_bytes() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    let packed = gzip(PARTS.as_bytes());
    let size = packed.len() as u64;
    let seen = Arc::new(AtomicU64::new(0));
    let told = Arc::clone(&seen);
    let source = Source::from_bytes("p.gz", packed)
        .expect("opens")
        .on_progress(move |done, all| {
            assert_eq!(all, size);
            told.store(done, Ordering::Relaxed);
        });
    let counter = source.counter();
    read_from(source).expect("readable");
    assert_eq!(counter.load(Ordering::Relaxed), size);
    assert_eq!(seen.load(Ordering::Relaxed), size);
}

#[test]
fn paths_that_are_no_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = Source::open(&folder.path().join("no.xml")).map(|_| ());
    assert!(missing.is_err_and(|error| error.kind == Kind::NotFound));
    let error = Source::open(folder.path()).map(|_| ());
    assert!(error.is_err_and(|error| error.message.ends_with("is a folder, not a file.")));
    let path = folder.path().join("Colors.xml");
    std::fs::write(&path, PARTS).expect("written");
    let mut source = Source::open(&path).expect("opens");
    assert_eq!(
        (source.name(), source.size()),
        ("Colors.xml", PARTS.len() as u64)
    );
    assert!(
        matches!(sniff(&mut source), Ok(FileKind::ItemsXml(_))),
        "content, not name"
    );
}

#[test]
fn inventories_cut_short_are_refused() {
    let whole = "<BrickStoreXML>\n<Inventory>\n<Item><ItemID>1</ItemID><ItemTypeID>P</ItemTypeID><Qty>1</Qty></Item>\n</Inventory>\n</BrickStoreXML>";
    for end in 16..whole.len() {
        let mut source =
            Source::from_bytes("s.bsx", whole.as_bytes()[..end].to_vec()).expect("opens");
        let kind = sniff(&mut source).expect("sniffed");
        assert_eq!(kind, FileKind::Bsx);
        let error = read_inventory(&mut source, &kind)
            .map(|_| ())
            .expect_err("cut");
        assert!(error.message.contains("cut short"), "{end}: {error}");
    }
}
