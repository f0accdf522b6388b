//! Inventories as BrickStore and BrickLink write them, and as they should not be.

use brickops::domain::ListStatus;
use brickops::domain::{ColorId, Completeness, Condition, ItemKey, ItemKind, Money, Timestamp};
use brickops::formats::{ListFile, Source, read_inventory, sniff};

fn list(text: &str) -> ListFile {
    Source::from_bytes("shop.bsx", text.to_owned())
        .and_then(|mut source| {
            let kind = sniff(&mut source)?;
            read_inventory(&mut source, &kind)
        })
        .expect("a readable inventory")
}

fn reasons(file: &ListFile) -> Vec<String> {
    file.skipped.rows.iter().map(ToString::to_string).collect()
}

#[test]
fn a_brickstore_lot_with_everything() {
    let file = list(
        r#"<?xml version="1.0"?>
<!DOCTYPE BrickStoreXML>
<BrickStoreXML><Inventory BrickLinkChangelogId="1" Currency="eur">
 <Item><ItemID>75105-1</ItemID><ItemTypeID>S</ItemTypeID><ColorID>0</ColorID>
  <ItemName>Falcon &amp;#40;big&amp;#41;</ItemName><ItemTypeName>Set</ItemTypeName>
  <ColorName>(Not Applicable)</ColorName><CategoryID>65</CategoryID><CategoryName>Star Wars</CategoryName>
  <Status>X</Status><Qty>3</Qty><Price>99.5</Price><Condition>U</Condition>
  <SubCondition>sealed</SubCondition><Comments>R&amp;D  &lt;new&gt;</Comments><Remarks>A-2;  C303</Remarks>
  <Bulk>2</Bulk><Sale>-5</Sale><TQ1>10</TQ1><TP1>90</TP1><LotID>77</LotID><Retain/><Stockroom/>
  <Reserved>ana</Reserved><Cost>1.25</Cost><DateAdded>2025-08-24T12:53:20Z</DateAdded>
  <DifferenceBaseValues Price="0.000" Sale="0" /><MarkerText a="1">x &amp; y</MarkerText></Item>
</Inventory><GuiState Application="BrickStore"><Item>no lot</Item></GuiState></BrickStoreXML>"#,
    );
    assert_eq!(reasons(&file), Vec::<String>::new());
    assert_eq!(file.currency.as_deref(), Some("EUR"));
    assert_eq!(file.lots.len(), 1);
    let lot = &file.lots[0];
    assert_eq!(lot.line, 4);
    assert_eq!(lot.item, ItemKey::new(ItemKind::Set, "75105-1"));
    assert_eq!(lot.name, "Falcon (big)");
    assert_eq!((lot.quantity, lot.bulk, lot.sale), (3, 2, -5));
    assert_eq!(lot.price, Money::from_raw(995_000));
    assert_eq!(lot.cost, Money::from_raw(12_500));
    assert_eq!(lot.comments, "R&D  <new>");
    assert_eq!(lot.remarks, "A-2;  C303");
    assert_eq!(lot.lot_id, Some(77));
    assert_eq!(lot.tiers[0].quantity, 10);
    assert_eq!(lot.stockroom, Some('A'));
    assert!(lot.retain);
    assert_eq!(lot.reserved, "ana");
    assert_eq!(lot.status, ListStatus::Exclude);
    assert_eq!(lot.condition, Condition::Used);
    assert_eq!(lot.completeness, Some(Completeness::Sealed));
    assert_eq!(
        lot.date_added.map(Timestamp::iso).as_deref(),
        Some("2025-08-24T12:53:20Z")
    );
    assert_eq!(lot.unknown.len(), 2);
    assert_eq!(lot.unknown[0].attributes, r#"Price="0.000" Sale="0""#);
    assert_eq!(lot.unknown[1].text, "x &amp; y");
}

#[test]
fn bricklink_on_one_line_lower_case_and_broken() {
    let file = list(
        "<inventory><item><itemtype>P</itemtype><itemid>3001</itemid><qty>5</qty><price>0.05</price>\
         <description>Black & <b>white</b> <br> nice</description><stockroom>Y</stockroom>\
         <stockroomid>B</stockroomid><retain>N</retain><remarks/></item>\
         <item><itemtype>M</itemtype><itemid>sw1</itemid><qty>1</qty><stockroom>N</stockroom></item></inventory>",
    );
    assert_eq!(reasons(&file), Vec::<String>::new());
    let lot = &file.lots[0];
    assert_eq!(lot.color, ColorId(0), "no colour is colour 0");
    assert_eq!(lot.comments, "Black & <b>white</b> <br> nice");
    assert_eq!(lot.stockroom, Some('B'));
    assert!(!lot.retain);
    assert_eq!(lot.condition, Condition::New);
    assert_eq!(file.lots[1].stockroom, None);
}

#[test]
fn bad_rows_are_listed_and_reading_goes_on() {
    let row = |inside: &str| format!("<ITEM><ITEMTYPE>P</ITEMTYPE>{inside}</ITEM>\n");
    let good = row("<ITEMID>3001</ITEMID><QTY>1</QTY>");
    let bad = [
        "<QTY>1</QTY>",
        "<ITEMID>1</ITEMID>",
        "<ITEMID>2</ITEMID><QTY>many</QTY>",
        "<ITEMID>3</ITEMID><QTY>-4</QTY>",
        "<ITEMID>4</ITEMID><QTY>10000000</QTY>",
        "<ITEMID>5</ITEMID><QTY>1</QTY><PRICE>cheap</PRICE>",
        "<ITEMID>6</ITEMID><QTY>1</QTY><COLOR>Red</COLOR>",
        "<ITEMID>7</ITEMID><QTY>1</QTY><CONDITION>Z</CONDITION>",
        "<ITEMID>8</ITEMID><QTY>1</QTY><SALE>150</SALE>",
        "<ITEMID>9\u{1b}[2J</ITEMID><QTY>1</QTY>",
        "<ITEMID>10<QTY>1</QTY>",
    ];
    let rows: String = bad.iter().map(|inside| row(inside)).collect();
    let file = list(&format!("<INVENTORY>\n{good}{rows}{good}</INVENTORY>"));
    assert_eq!(file.lots.len(), 2);
    let reasons = reasons(&file);
    assert_eq!(reasons.len(), bad.len());
    assert_eq!(
        reasons[0],
        "shop.bsx line 3, item number: the number is missing"
    );
    assert_eq!(reasons[3], "shop.bsx line 6, quantity: “-4” is below zero");
    assert_eq!(
        reasons[10],
        "shop.bsx line 13, ITEMID: the field is not closed"
    );
}

#[test]
fn a_row_that_never_ends_does_not_swallow_the_next() {
    let file = list(
        "<INVENTORY><ITEM><ITEMTYPE>P</ITEMTYPE><ITEMID>1</ITEMID><QTY>1</QTY>\n\
         <ITEM><ITEMTYPE>P</ITEMTYPE><ITEMID>2</ITEMID><QTY>1</QTY></ITEM></INVENTORY>",
    );
    assert_eq!(file.lots.len(), 1);
    assert_eq!(file.lots[0].item.no, "2");
    assert_eq!(reasons(&file), ["shop.bsx line 1: the row is not closed"]);
}

#[test]
fn a_document_without_inventory_is_refused() {
    let read = |text: &'static str| {
        let mut source = Source::from_bytes("shop.bsx", text)?;
        let kind = sniff(&mut source)?;
        read_inventory(&mut source, &kind).map(|file| file.lots.len())
    };
    let without = read("<BrickStoreXML><GuiState/></BrickStoreXML>");
    assert!(without.is_err_and(|error| error.message.contains("holds no inventory")));
    assert_eq!(read("<BrickStoreXML><Inventory/></BrickStoreXML>"), Ok(0));
    let other = read("<ORDERS></ORDERS>");
    assert!(other.is_err_and(|error| error.message
        == "shop.bsx was recognised as “BrickLink orders, XML”, not as an inventory."));
}
