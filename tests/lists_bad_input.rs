//! Lists as they should not be: broken tables, half files, wrong encodings, foreign words. Every
//! problem is one sentence with line and field, and everything else is still read.

use brickops::domain::{
    ColorId, Column, ColumnAt, Condition, DecimalMark, ItemKey, ItemKind, ListField, Mapping,
    Money, Timestamp,
};
use brickops::error::Result;
use brickops::formats::{
    ListFile, ListFormat, ListHead, Lookup, NoLookup, ReadOptions, Source, WriteOptions, read_list,
    sniff, write_list,
};
use std::fmt::Write as _;

/// A catalogue with three colours and one number of BrickOwl.
struct Catalog;

impl Lookup for Catalog {
    fn color(&self, name: &str) -> Option<ColorId> {
        match name.to_lowercase().as_str() {
            "red" | "rot" => Some(ColorId(5)),
            "black" => Some(ColorId(11)),
            _ => None,
        }
    }

    fn by_boid(&self, boid: &str) -> Option<(ItemKey, Option<ColorId>)> {
        (boid == "306255-64").then(|| (ItemKey::part("30562"), Some(ColorId(86))))
    }

    fn by_owl_color(&self, color: u32) -> Option<ColorId> {
        (color == 38).then_some(ColorId(11))
    }
}

fn read_with(bytes: &[u8], mapping: Option<&Mapping>, lookup: &dyn Lookup) -> Result<ListFile> {
    let mut source = Source::from_bytes("list.csv", bytes.to_vec())?;
    let kind = sniff(&mut source)?;
    read_list(&mut source, &kind, &ReadOptions { mapping, lookup })
}

fn read(text: &str) -> ListFile {
    read_with(text.as_bytes(), None, &Catalog).expect("a readable list")
}

fn reasons(file: &ListFile) -> Vec<String> {
    file.skipped.rows.iter().map(ToString::to_string).collect()
}

#[test]
fn a_german_table_is_understood_without_help() {
    let file = read(
        "\u{feff}Lagerliste;;\r\n\
         \r\n\
         Teilenummer;Farbe;Anzahl;Preis;Zustand;Lagerort\r\n\
         3001;5;10;0,081 €;neu;A-2\r\n\
         3002;Rot;2;1.234,50;Gebraucht;\"B;3\"\r\n\
         ;;;;;\r\n\
         3003;Nachtblau;1;1;;\r\n",
    );
    assert_eq!(reasons(&file), Vec::<String>::new());
    assert_eq!(file.lots.len(), 3);
    assert_eq!(file.lots[0].price, Money::from_raw(810));
    assert_eq!(file.lots[0].color, ColorId(5));
    assert_eq!(file.lots[1].color, ColorId(5));
    assert_eq!(file.lots[1].condition, Condition::Used);
    assert_eq!(file.lots[1].price, Money::from_raw(12_345_000));
    assert_eq!(file.lots[1].remarks, "B;3");
    assert_eq!(file.lots[1].line, 5);
    assert!(file.lots[2].color_is_unknown());
    assert_eq!(file.lots[2].color_name, "Nachtblau");
}

#[test]
fn a_shop_says_which_column_is_which() {
    let mapping = Mapping {
        columns: vec![
            Column {
                at: ColumnAt::Titled("Ref".into()),
                field: ListField::Number,
            },
            Column {
                at: ColumnAt::Titled("How many".into()),
                field: ListField::Quantity,
            },
            Column {
                at: ColumnAt::Titled("State".into()),
                field: ListField::Condition,
            },
        ],
        used_words: vec!["second hand".into()],
        kind: ItemKind::Minifigure,
        ..Mapping::default()
    };
    let table = "x|Ref|HOW MANY|State\n1|sw0001|3|Second Hand\n";
    let file = read_with(table.as_bytes(), Some(&mapping), &NoLookup).expect("a list");
    assert_eq!(
        file.lots[0].item,
        ItemKey::new(ItemKind::Minifigure, "sw0001")
    );
    assert_eq!(file.lots[0].condition, Condition::Used);
    let error = read_with(table.as_bytes(), None, &NoLookup).expect_err("no mapping");
    assert!(error.message.contains("no header"), "{error}");
    let other = "Ref|Many\nsw0001|3\n";
    let error = read_with(other.as_bytes(), Some(&mapping), &NoLookup).expect_err("other columns");
    assert_eq!(
        error.message,
        "list.csv line 1 has no column “How many”, “State”, which this shop's mapping reads; change the mapping or the table."
    );
}

#[test]
fn a_table_without_titles_is_read_by_place() {
    let mapping = Mapping {
        columns: vec![
            Column {
                at: ColumnAt::Place(0),
                field: ListField::Number,
            },
            Column {
                at: ColumnAt::Place(1),
                field: ListField::Quantity,
            },
        ],
        ..Mapping::default()
    };
    let file = read_with(b"3001\t5\n3002\t6\n", Some(&mapping), &NoLookup).expect("a list");
    assert_eq!(file.lots.len(), 2);
    assert_eq!(file.lots[1].quantity, 6);
}

#[test]
fn every_bad_cell_is_one_sentence() {
    let long = "x".repeat(70_001);
    let table = format!(
        "Item number,Color ID,Qty,Price,Condition,Remarks,Lot ID,Sale,Currency\n\
         3001,1,1,1.0,N,ok,1,0,EUR\n\
         ,1,1,1.0,N,,2,0,EUR\n\
         3002,70000,1,1.0,N,,3,0,EUR\n\
         3003,1,-4,1.0,N,,4,0,EUR\n\
         3004,1,,1.0,N,,5,0,EUR\n\
         3005,1,1,\"1,5\",N,,6,0,EUR\n\
         3006,1,1,1.0,broken,,7,0,EUR\n\
         3007,1,1,1.0,N,{long},8,0,EUR\n\
         3008,1,1,1.0,N,,1,0,EUR\n\
         3009,1,1,1.0,N,,9,150,EUR\n\
         3010,1,1,1.0,N,,10,0,USD\n\
         3011,1,1,1.0,N,loose, cell,11,0,EUR\n\
         3012,1,99999999,1.0,N,,12,0,EUR\n\
         3013,1,1,1.0,N,,-7,0,EUR\n\
         30\u{1b}[2J14,1,1,1.0,N,,13,0,EUR\n\
         3015,1,1\n"
    );
    let file = read(&table);
    assert_eq!(
        reasons(&file),
        [
            "list.csv line 3, item number: the number is missing",
            "list.csv line 4, colour: “70000” is not a colour's number",
            "list.csv line 5, quantity: “-4” is below zero",
            "list.csv line 6, quantity: the number is missing",
            "list.csv line 7, price: “1,5” is not an amount of money with a decimal point",
            "list.csv line 8, condition: “broken” is neither new nor used",
            "list.csv line 9, remarks: the note is longer than 70000 characters",
            "list.csv line 10, lot number: “1” stands in an earlier row already",
            "list.csv line 11, sale: “150” is not between -99 and 99",
            "list.csv line 12, currency: “USD” is not EUR, the currency of the rows before",
            "list.csv line 13: the row has more cells than the table has columns",
            "list.csv line 14, quantity: “99999999” is not between 0 and 9999999",
            "list.csv line 15, lot number: “-7” is below zero",
            "list.csv line 16, item number: the number holds control characters",
        ]
    );
    assert_eq!(file.currency.as_deref(), Some("EUR"));
    assert_eq!(file.lots.len(), 2, "a short row has empty cells at its end");
}

#[test]
fn a_quotation_mark_that_is_never_closed() {
    let mut table = String::from("Part,Qty,Note\n3001,1,fine\n3002,2,\"begins here\n");
    table.push_str("3003,3,swallowed\n");
    let file = read(&table);
    assert_eq!(file.lots.len(), 1);
    assert_eq!(
        reasons(&file),
        ["list.csv line 3: a quotation mark is opened here and never closed"]
    );
    for at in 0..100_000 {
        writeln!(table, "{at},1,a row that is swallowed too").expect("text");
    }
    let error = read_with(table.as_bytes(), None, &NoLookup).expect_err("endless");
    assert!(
        error.message.contains("line 3 or below") && error.message.contains("quotation mark"),
        "{error}"
    );
    let inch = read("Part,Qty,Note\n3001,1,5\" long\n3002,2,4\" long\n3003,3,1\" long\n");
    assert_eq!(inch.lots.len(), 3, "a mark inside a text is text");
}

#[test]
fn every_encoding() {
    let text = "Part;Qty;Bemerkung\n3001;1;Kästchen ü\n";
    let latin: Vec<u8> = text
        .chars()
        .map(|c| u8::try_from(c as u32).unwrap_or(b'?'))
        .collect();
    let wide = |unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        format!("\u{feff}{text}")
            .encode_utf16()
            .flat_map(unit)
            .collect()
    };
    for bytes in [
        text.as_bytes().to_vec(),
        format!("\u{feff}{text}").into_bytes(),
        latin,
        wide(u16::to_le_bytes),
        wide(u16::to_be_bytes),
    ] {
        let file = read_with(&bytes, None, &NoLookup).expect("a list");
        assert_eq!(file.lots[0].remarks, "Kästchen ü");
    }
}

#[test]
fn formulas_of_other_programs_are_text() {
    let file = read("Part,Qty,Note,Remarks\n3001,1,=HYPERLINK(\"x\"),'+49\n");
    assert_eq!(file.lots[0].comments, "=HYPERLINK(\"x\")");
    assert_eq!(file.lots[0].remarks, "+49");
}

#[test]
fn brickowl_tables() {
    let file = read(
        "boid,external_id,full_con,qty,price,sale_percent,bulk_qty,tier_price,public_note,personal_note,for_sale,color_id,bl_item_no,type\n\
         306255-64,55984821,usedg,12,0.720,0,1,\"100:0.05,200:0.04\",'=x,A03+,1,,,Part\n\
         999-1,,new,1,1,0,1,,,,1,,,Part\n\
         ,abc,useda,1,1,0,1,,,,0,38,3001,Part\n\
         ,77,news,1,1,0,1,,,,1,0,75105-1,Set\n\
         ,78,shiny,1,1,0,1,,,,1,,3001,Part\n\
         ,79,new,1,1,0,1,many,,,1,,3001,Part\n\
         ,80,new,1,1,0,1,,,,1,4711,3001,Part\n\
         ,77,new,1,1,0,1,,,,1,,3001,Part\n",
    );
    assert_eq!(
        reasons(&file),
        [
            "list.csv line 3, boid: “999-1” is a number of BrickOwl that is not known here",
            "list.csv line 5, color_id: “0” is a colour of BrickOwl that is not known here",
            "list.csv line 6, condition: “shiny” is no condition of BrickOwl",
            "list.csv line 7, tier_price: “many” is not like 100:0.05",
            "list.csv line 8, color_id: “4711” is a colour of BrickOwl that is not known here",
        ]
    );
    let lot = &file.lots[0];
    assert_eq!((&lot.item.no[..], lot.color), ("30562", ColorId(86)));
    assert_eq!(lot.tiers[1].quantity, 200);
    assert_eq!((&lot.comments[..], &lot.remarks[..]), ("=x", "A03+"));
    assert_eq!(lot.lot_id, Some(55_984_821));
    let graded = &file.lots[1];
    assert_eq!((graded.color, graded.stockroom), (ColorId(11), Some('A')));
    assert_eq!(
        graded.lot_id, None,
        "words of other programs are no lot number"
    );
    let mut out = Vec::new();
    write_list(
        ListFormat::OwlCsv,
        &ListHead::default(),
        [graded],
        &WriteOptions::default(),
        &mut out,
    )
    .expect("written");
    let text = String::from_utf8(out).expect("UTF-8");
    assert!(text.contains(",useda,"), "the grade is kept: {text}");
    assert_eq!(file.lots[2].completeness, None);
}

#[test]
fn json_says_where_it_is_wrong() {
    let read = |text: &str| read_with(text.as_bytes(), None, &NoLookup);
    let head = "{\"format\":\"brickops-list\",\"version\":1,\"currency\":\"EUR\",\"lots\":[\n";
    let good = "{\"type\":\"P\",\"no\":\"3001\",\"quantity\":1,\"price\":\"0.0810\"}";
    let rows = [
        good,
        "{\"type\":\"P\",\"no\":\"3001\",\"price\":\"0.0810\"}",
        "{\"type\":\"P\",\"no\":[],\"quantity\":1}",
        "{\"type\":\"Z\",\"no\":\"1\",\"quantity\":1}",
        "{\"type\":\"P\",\"no\":\"1\",\"quantity\":1.5}",
        "{\"type\":\"P\",\"no\":\"1\",\"quantity\":1,\"tiers\":[1]}",
        "{\"type\":\"P\",\"no\":\"1\",\"quantity\":1,\"other\":7}",
        "{\"type\":\"P\",\"no\":\"1\",\"quantity\":1,\"date_added\":\"soon\"}",
        "7",
    ];
    let file = read(&format!("{head}{}\n]}}", rows.join(",\n"))).expect("a list");
    assert_eq!(file.lots.len(), 1);
    assert_eq!(
        reasons(&file),
        [
            "list.csv line 3, quantity: the number is missing",
            "list.csv line 4, no: this is neither a text nor a number",
            "list.csv line 5, item type: “Z” is not an item type",
            "list.csv line 6, quantity: “1.5” is not a whole number",
            "list.csv line 7, tiers: a tier has a quantity and a price",
            "list.csv line 8, other: these are not fields with name and text",
            "list.csv line 9, date_added: “soon” is not a date like 2025-08-24",
            "list.csv line 10: this is not a lot",
        ]
    );
    for (text, part) in [
        (format!("{head}{good}"), "ends too early, at line 2"),
        (format!("{head}{good},\n}}"), "line 3 is no JSON"),
        (
            "{\"format\":\"brickops-list\",\"version\":2}".to_owned(),
            "newer version",
        ),
        (
            format!("{head}{{\"no\":\"{}\"}}]}}", "x".repeat(3 << 20)),
            "longer than any real one",
        ),
    ] {
        let error = read(&text).expect_err(part);
        assert!(error.message.contains(part), "{error}");
    }
}

#[test]
fn kept_fields_of_json_cannot_break_a_document() {
    let evil = "{\"format\":\"brickops-list\",\"version\":1,\"attributes\":\"><Item><Qty>1</Qty></Item\",\"lots\":[\
        {\"type\":\"P\",\"no\":\"3001\",\"quantity\":1,\"other\":[\
        {\"name\":\"A><Item\",\"attributes\":\"\",\"text\":\"\"},\
        {\"name\":\"B\",\"attributes\":\"\",\"text\":\"</B></Item><Item><ItemID>9</ItemID><ItemTypeID>P</ItemTypeID><Qty>9</Qty></Item>\"}]}]}";
    let file = read_with(evil.as_bytes(), None, &NoLookup).expect("a list");
    for format in [ListFormat::Bsx, ListFormat::Xml] {
        let mut out = Vec::new();
        write_list(
            format,
            &ListHead::from(&file),
            &file.lots,
            &WriteOptions::default(),
            &mut out,
        )
        .expect("written");
        let again = read_with(&out, None, &NoLookup).expect("a list");
        assert_eq!((again.lots.len(), again.skipped.count), (1, 0));
        assert_eq!(again.lots[0].quantity, 1);
    }
}

fn spreadsheet(fill: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet();
    fill(book.add_worksheet());
    book.save_to_buffer().expect("a spreadsheet")
}

#[test]
fn spreadsheets_as_people_make_them() {
    use rust_xlsxwriter::Formula;
    let bytes = spreadsheet(|sheet| {
        sheet.write(0, 0, "My stock").expect("cell");
        for (column, title) in
            (1..).zip(["Teil", "Farbe", "Menge", "Preis", "Zustand", "Hinzugefügt"])
        {
            sheet.write(2, column, title).expect("cell");
        }
        let row: [(u16, f64); 4] = [(1, 3001.0), (2, 5.0), (3, 10.0), (4, 0.081)];
        for (column, number) in row {
            sheet.write(3, column, number).expect("cell");
        }
        sheet.write(3, 5, "neu").expect("cell");
        let date = rust_xlsxwriter::ExcelDateTime::from_ymd(2025, 8, 24).expect("a date");
        let format = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_with_format(3, 6, &date, &format).expect("cell");
        sheet.write(4, 1, "3002").expect("cell");
        sheet
            .write(4, 3, Formula::new("=1+2").set_result("3"))
            .expect("cell");
        sheet.write(6, 1, 3003).expect("cell");
        sheet.write(6, 3, "viele").expect("cell");
    });
    let file = read_with(&bytes, None, &NoLookup).expect("a list");
    assert_eq!(
        reasons(&file),
        ["list.csv line 7, quantity: “viele” is not a whole number"]
    );
    assert_eq!(file.lots[0].item, ItemKey::part("3001"));
    assert_eq!(file.lots[0].price, Money::from_raw(810));
    assert_eq!(file.lots[0].line, 4);
    assert_eq!(
        file.lots[0].date_added.map(Timestamp::date).as_deref(),
        Some("2025-08-24")
    );
    assert_eq!(file.lots[1].quantity, 3, "the result of a formula counts");
    let comma = Mapping {
        decimal: Some(DecimalMark::Comma),
        ..Mapping::guess(["Teil", "Menge", "Preis"])
    };
    let file = read_with(&bytes, Some(&comma), &NoLookup).expect("a list");
    assert_eq!(
        file.lots[0].price,
        Money::from_raw(810),
        "numbers have no mark"
    );
}

#[test]
fn damaged_and_other_archives_are_a_sentence() {
    let whole = spreadsheet(|sheet| {
        for row in 0..200 {
            sheet.write(row, 0, "Part").expect("cell");
            sheet.write(row, 1, "Qty").expect("cell");
        }
    });
    for cut in [5, 30, 300, whole.len() / 2, whole.len() - 1] {
        let error = read_with(&whole[..cut], None, &NoLookup).expect_err("half a file");
        assert!(
            error.message.contains("ZIP") || error.message.contains("damaged"),
            "{error}"
        );
    }
    let mut bomb = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    bomb.start_file("xl/sharedStrings.xml", options)
        .expect("part");
    let blanks = vec![b' '; 1 << 20];
    for _ in 0..300 {
        std::io::Write::write_all(&mut bomb, &blanks).expect("part");
    }
    let bomb = bomb.finish().expect("archive").into_inner();
    let error = read_with(&bomb, None, &NoLookup).expect_err("a bomb");
    assert!(error.message.contains("unpacks to more"), "{error}");
}
