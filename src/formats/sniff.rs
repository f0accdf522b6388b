//! What a file is, told by its content; browsers and sellers rename files.
//!
//! One thing the content does not tell: the tables of sets, gear, books, instructions and original
//! boxes have the same seven columns, and those of minifigures and catalogs the same six, without
//! a column for the item type (even numbers do not help: `8470-1` is a set, its instruction and its
//! box). Only there the file's name decides, and when it does not help either, the file is
//! [`FileKind::Unknown`] with a sentence that says how to rename it. Parts are told by their column of
//! alternate numbers. XML files carry the type in every row.

use super::catalog_tables::{Shape, Table};
use super::fields::quoted;
use super::kind::FileKind;
use super::lists;
use super::markup::Markup;
use super::record::Record;
use super::source::Source;
use crate::domain::ItemKind;
use crate::error::Result;

/// Text that is looked at.
const HEAD: usize = 32 * 1024;

/// Tells what a file is, without taking anything from it. The error is one of reading.
pub fn sniff(source: &mut Source) -> Result<FileKind> {
    source.ensure(HEAD)?;
    Ok(judge(source.window(), source.name()))
}

fn judge(window: &str, name: &str) -> FileKind {
    let mut end = window.len().min(HEAD);
    while !window.is_char_boundary(end) {
        end -= 1;
    }
    let head = &window[..end];
    let start = head.trim_start();
    if start.is_empty() {
        return unknown(if window.is_empty() {
            "it is empty."
        } else {
            "it holds nothing but blanks."
        });
    }
    if start.starts_with("PK\u{3}\u{4}") {
        if head.contains("xl/") || head.contains("[Content_Types].xml") {
            return FileKind::Spreadsheet;
        }
        return unknown("it is a ZIP archive. Unpack it first.");
    }
    if head.contains('\0') {
        return unknown("it is not a text file.");
    }
    let lower = start[..floor(start, 2_048)].to_ascii_lowercase();
    if lower.contains("<html") || lower.starts_with("<!doctype html") {
        return FileKind::Html;
    }
    match start.as_bytes()[0] {
        b'<' => xml(start),
        b'[' => json_list(start),
        b'{' if lists::is_json_list(start) => FileKind::ListJson,
        b'{' => unknown("it is JSON of a shape that is not known here."),
        _ => table(start, name),
    }
}

fn unknown(reason: &str) -> FileKind {
    FileKind::Unknown(reason.to_owned())
}

fn floor(text: &str, most: usize) -> usize {
    let mut at = text.len().min(most);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn json_list(start: &str) -> FileKind {
    let inner = start[1..].trim_start();
    if inner.starts_with('[') && inner[1..].trim_start().starts_with('"') {
        FileKind::BinLookup
    } else if inner.starts_with(']') {
        unknown("its list is empty.")
    } else {
        unknown("it is JSON of a shape that is not known here.")
    }
}

fn table(start: &str, name: &str) -> FileKind {
    let header = start.lines().next().unwrap_or_default();
    if header.starts_with("\"Order ID\",") || header.starts_with("Order ID,") {
        return FileKind::OrdersCsv;
    }
    let shape = Shape::of(header);
    if let Some(kind) = lists::table_kind(header)
        && !matches!(shape, Some(Shape::SetInventory))
    {
        return kind;
    }
    match shape {
        Some(Shape::Known(table)) => match table {
            Table::Colors => FileKind::ColorsTxt,
            Table::Categories => FileKind::CategoriesTxt,
            Table::ItemTypes => FileKind::ItemTypesTxt,
            Table::Items(kind) => FileKind::ItemsTxt(kind),
            Table::Codes => FileKind::CodesTxt,
        },
        Some(Shape::SetInventory) => FileKind::SetInventoryTxt,
        Some(Shape::ItemsWithSize) => kind_by_name(name, &WITH_SIZE).map_or_else(
            || {
                unknown(
                    "its rows are sets, gear, books, instructions or original boxes, and only the file's name can tell which. Rename it to Sets.txt, Gear.txt, Books.txt, Instructions.txt or Original_Boxes.txt.",
                )
            },
            FileKind::ItemsTxt,
        ),
        Some(Shape::ItemsWithoutSize) => kind_by_name(name, &WITHOUT_SIZE)
            // Sizes can be left out of any download.
            .or_else(|| kind_by_name(name, &WITH_SIZE))
            .map_or_else(
                || {
                    unknown(
                        "its rows are minifigures or catalogs, and only the file's name can tell which. Rename it to Minifigures.txt or Catalogs.txt.",
                    )
                },
                FileKind::ItemsTxt,
            ),
        None => lists::table_kind(start).unwrap_or_else(|| {
            FileKind::Unknown(format!(
                "it begins with {}, which is no header of a BrickLink download.",
                quoted(header)
            ))
        }),
    }
}

/// Words in names of tables that have sizes.
const WITH_SIZE: [(&str, ItemKind); 6] = [
    ("original", ItemKind::OriginalBox),
    ("box", ItemKind::OriginalBox),
    ("instruction", ItemKind::Instruction),
    ("gear", ItemKind::Gear),
    ("book", ItemKind::Book),
    ("set", ItemKind::Set),
];
/// Words in names of tables that have none.
const WITHOUT_SIZE: [(&str, ItemKind); 2] = [
    ("minifig", ItemKind::Minifigure),
    ("catalog", ItemKind::Catalog),
];

/// The item type by the file's name (`Original_Boxes (1).txt`, `sets-2025.txt.gz`): a piece of it
/// that begins with one of the words, else one that holds it.
fn kind_by_name(name: &str, words: &[(&str, ItemKind)]) -> Option<ItemKind> {
    let name = name.to_ascii_lowercase();
    let begins = |word: &str| {
        name.split(|c: char| !c.is_ascii_alphanumeric())
            .any(|piece| piece.starts_with(word))
    };
    words
        .iter()
        .find(|(word, _)| begins(word))
        .or_else(|| words.iter().find(|(word, _)| name.contains(word)))
        .map(|(_, kind)| *kind)
}

/// Looks at the beginning of the file only: an error in it is as good as its end.
fn xml(head: &str) -> FileKind {
    let Ok(mut source) = Source::from_bytes("", head.to_owned()) else {
        return unknown("it cannot be read.");
    };
    let mut markup = Markup::new(&mut source);
    match markup.root() {
        Ok(()) => {}
        // The reader of the file says what is wrong with it.
        Err(_) if has_root(head, "CATALOG") => return FileKind::ItemsXml(None),
        Err(error) if error.message.contains("entities") => {
            return FileKind::Unknown(error.message.trim_start().to_owned());
        }
        Err(_) => return unknown("it holds no tags."),
    }
    let root = markup.name().to_ascii_uppercase();
    match root.as_str() {
        "CATALOG" => catalog(&mut markup),
        "CODES" => FileKind::CodesXml,
        "BRICKSTOREXML" | "BRICKSTOCKXML" => FileKind::Bsx,
        "INVENTORY" => list(&mut markup),
        "ORDERS" => FileKind::OrdersXml,
        _ => FileKind::Unknown(format!(
            "its root is {}, which no file of BrickLink or BrickStore has.",
            quoted(markup.name())
        )),
    }
}

fn has_root(head: &str, root: &str) -> bool {
    head.to_ascii_uppercase().contains(&format!("<{root}"))
}

fn catalog(markup: &mut Markup<'_>) -> FileKind {
    let mut record = Record::default();
    match markup.next_record("ITEM", &mut record) {
        Ok(false) => return unknown("it holds no items."),
        // The reader of the file says where it is cut short.
        Err(_) if record.is_empty() => return FileKind::ItemsXml(None),
        // A first row that is cut off still has its first fields.
        Ok(true) | Err(_) => {}
    }
    if record.has("CODENAME") {
        FileKind::CodesXml
    } else if record.has("ITEMID") {
        let kind = super::fields::kind("", record.raw("ITEMTYPE")).ok();
        FileKind::ItemsXml(kind)
    } else if record.has("COLOR") || record.has("COLORNAME") {
        FileKind::ColorsXml
    } else if record.has("CATEGORYNAME") || record.has("CATEGORY") {
        FileKind::CategoriesXml
    } else if record.has("ITEMTYPE") || record.has("ITEMTYPENAME") {
        FileKind::ItemTypesXml
    } else {
        unknown("its first item has none of the fields of a catalogue.")
    }
}

/// An inventory has quantities (`QTY`), a wanted list at most wishes (`MINQTY`, `MAXPRICE`).
fn list(markup: &mut Markup<'_>) -> FileKind {
    let mut record = Record::default();
    let mut rows = 0;
    loop {
        let more = markup.next_record("ITEM", &mut record);
        if record.has("QTY") {
            return FileKind::BrickLinkInventoryXml;
        }
        match more {
            Ok(true) => rows += 1,
            Ok(false) if rows == 0 => return unknown("it holds no items."),
            // The reader of the file says where it is cut short.
            Err(_) if rows == 0 => return FileKind::BrickLinkInventoryXml,
            Ok(false) | Err(_) => break,
        }
    }
    FileKind::WantedListXml
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str, text: &str) -> FileKind {
        judge(text, name)
    }

    #[test]
    fn tables_that_look_alike_are_told_apart_by_name() {
        let seven = "Category ID\tCategory Name\tNumber\tName\tYear Released\tWeight (in Grams)\tDimensions\n";
        let six = "Category ID\tCategory Name\tNumber\tName\tYear Released\tWeight (in Grams)\r\n";
        for (name, text, wanted) in [
            ("Sets.txt", seven, ItemKind::Set),
            ("SETS (2).TXT", seven, ItemKind::Set),
            ("gear.txt.gz", seven, ItemKind::Gear),
            ("Original_Boxes.txt", seven, ItemKind::OriginalBox),
            ("boxes.txt", seven, ItemKind::OriginalBox),
            ("Instructions.txt", seven, ItemKind::Instruction),
            ("minifigs.txt", six, ItemKind::Minifigure),
            ("Catalogs.txt", six, ItemKind::Catalog),
            ("catalog_gear.txt", seven, ItemKind::Gear),
            ("BrickLinkSets.txt", seven, ItemKind::Set),
            ("Sets.txt", six, ItemKind::Set),
        ] {
            assert_eq!(kind(name, text), FileKind::ItemsTxt(wanted), "{name}");
        }
        for text in [seven, six] {
            let FileKind::Unknown(reason) = kind("download.txt", text) else {
                unreachable!("no name, no type");
            };
            assert!(reason.contains("Rename it"), "{reason}");
        }
    }

    #[test]
    fn xml_by_root_and_first_row() {
        for (text, wanted) in [
            (
                "<CATALOG><ITEM><COLOR>0</COLOR></ITEM></CATALOG>",
                FileKind::ColorsXml,
            ),
            (
                "<catalog><item><category>1</category></item></catalog>",
                FileKind::CategoriesXml,
            ),
            (
                "<CATALOG><ITEM><ITEMTYPE>S</ITEMTYPE></ITEM></CATALOG>",
                FileKind::ItemTypesXml,
            ),
            (
                "<?xml version='1.0'?>\n<CATALOG><ITEM><ITEMTYPE>G</ITEMTYPE><ITEMID>1</ITEMID><CATEGORY>2</CATEGORY>",
                FileKind::ItemsXml(Some(ItemKind::Gear)),
            ),
            ("<CODES></CODES>", FileKind::CodesXml),
            (
                "<inventory><item><qty>1</qty></item></inventory>",
                FileKind::BrickLinkInventoryXml,
            ),
            (
                "<INVENTORY><ITEM><MINQTY>1</MINQTY></ITEM></INVENTORY>",
                FileKind::WantedListXml,
            ),
            (
                "<INVENTORY><ITEM><ITEMID>1</ITEMID></ITEM></INVENTORY>",
                FileKind::WantedListXml,
            ),
            ("<!DOCTYPE BrickStoreXML>\n<BrickStoreXML>", FileKind::Bsx),
            ("<BrickStockXML>", FileKind::Bsx),
            ("<ORDERS>", FileKind::OrdersXml),
            (
                "<!DOCTYPE html><html><body>Log in</body></html>",
                FileKind::Html,
            ),
            ("\n<HTML>", FileKind::Html),
        ] {
            assert_eq!(kind("x", text), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_nothing_of_the_kind() {
        for (text, part) in [
            ("", "empty"),
            (" \n", "blanks"),
            ("PK\u{3}\u{4}...", "ZIP"),
            ("a\0b", "not a text file"),
            ("<svg></svg>", "“svg”"),
            ("Hello", "“Hello”"),
            ("[]", "empty"),
            ("{\"a\":1}", "JSON"),
            ("<CATALOG></CATALOG>", "no items"),
        ] {
            let FileKind::Unknown(reason) = kind("x", text) else {
                unreachable!("{text} was taken for something");
            };
            assert!(reason.contains(part), "{text}: {reason}");
        }
        assert_eq!(
            kind("x", "\"Order ID\",\"Order Date\""),
            FileKind::OrdersCsv
        );
        assert_eq!(kind("x", "[ [\"3001\", 1, \"B\"]]"), FileKind::BinLookup);
        assert_eq!(
            kind("x", "Type\tItem No\tItem Name\tQty\tColor ID"),
            FileKind::SetInventoryTxt
        );
    }
}
