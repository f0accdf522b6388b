//! A list that is written and read again is the same list, but for what the format says that it
//! loses; with real files of sellers where they are there, and with made-up ones always.

use std::path::{Path, PathBuf};

use brickops::domain::{
    CategoryId, ColorId, Completeness, Condition, DecimalMark, Delimiter, ItemKey, ItemKind,
    ListField, ListStatus, Mapping, Money, RawField, Tier, Timestamp,
};
use brickops::formats::{
    FileKind, ListFile, ListFormat, ListHead, ListLot, ReadOptions, Source, WriteOptions, Written,
    read_list, read_wanted, sniff, write_list,
};
use proptest::prelude::*;

fn data() -> Option<PathBuf> {
    let named = std::env::var_os("BRICKOPS_DATA").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    named.into_iter().chain([beside]).find(|path| path.is_dir())
}

fn write(format: ListFormat, file: &ListFile, options: &WriteOptions<'_>) -> (Vec<u8>, Written) {
    let mut out = Vec::new();
    let written =
        write_list(format, &ListHead::from(file), &file.lots, options, &mut out).expect("written");
    (out, written)
}

fn read(bytes: Vec<u8>) -> (FileKind, ListFile) {
    let mut source = Source::from_bytes("again", bytes).expect("opens");
    let kind = sniff(&mut source).expect("sniffed");
    let file = read_list(&mut source, &kind, &ReadOptions::default()).expect("a list");
    (kind, file)
}

/// The formats that can be read again as a list, and what they are then taken for.
const BOTH_WAYS: [(ListFormat, FileKind); 7] = [
    (ListFormat::Bsx, FileKind::Bsx),
    (ListFormat::Xml, FileKind::BrickLinkInventoryXml),
    (ListFormat::MassUpload, FileKind::BrickLinkInventoryXml),
    (ListFormat::OwlCsv, FileKind::OwlCsv),
    (ListFormat::Csv, FileKind::ListCsv),
    (ListFormat::Xlsx, FileKind::Spreadsheet),
    (ListFormat::Json, FileKind::ListJson),
];

/// The lot with the fields gone that the format loses.
fn without(lot: &ListLot, loses: &[ListField]) -> ListLot {
    let mut lot = lot.clone();
    let none = ListLot::new(0, lot.item.clone());
    lot.line = 0;
    for field in loses {
        match field {
            ListField::Name => lot.name.clear(),
            ListField::Color => lot.color = none.color,
            ListField::ColorName => lot.color_name.clear(),
            ListField::Category => lot.category = None,
            ListField::CategoryName => lot.category_name.clear(),
            ListField::Quantity => lot.quantity = 0,
            ListField::Price => lot.price = none.price,
            ListField::Cost => lot.cost = none.cost,
            ListField::Condition => lot.condition = none.condition,
            ListField::Completeness => lot.completeness = None,
            ListField::Comments => lot.comments.clear(),
            ListField::Remarks => lot.remarks.clear(),
            ListField::LotId => lot.lot_id = None,
            ListField::Bulk => lot.bulk = none.bulk,
            ListField::Sale => lot.sale = 0,
            ListField::TierQuantity1 => lot.tiers[0].quantity = 0,
            ListField::TierPrice1 => lot.tiers[0].price = Money::ZERO,
            ListField::TierQuantity2 => lot.tiers[1].quantity = 0,
            ListField::TierPrice2 => lot.tiers[1].price = Money::ZERO,
            ListField::TierQuantity3 => lot.tiers[2].quantity = 0,
            ListField::TierPrice3 => lot.tiers[2].price = Money::ZERO,
            ListField::Stockroom => lot.stockroom = None,
            ListField::Retain => lot.retain = false,
            ListField::Reserved => lot.reserved.clear(),
            ListField::DateAdded => lot.date_added = None,
            ListField::Status => lot.status = ListStatus::Include,
            ListField::Unknown => lot.unknown.clear(),
            ListField::Kind | ListField::Number => {
                unreachable!("no format that is read loses these")
            }
            ListField::Currency | ListField::Attributes => {}
        }
    }
    lot
}

/// Writes `file` in every format and compares what comes back, field by field.
fn survives(what: &str, file: &ListFile) {
    for (format, kind) in BOTH_WAYS {
        let loses = format.loses();
        let (bytes, written) = write(format, file, &WriteOptions::default());
        let (found, again) = read(bytes);
        assert_eq!(found, kind, "{what} as {}", format.name());
        assert_eq!(again.skipped.rows, [], "{what} as {}", format.name());
        assert_eq!(written.lots as usize, again.lots.len());
        if !loses.contains(&ListField::Currency) {
            assert_eq!(again.currency, file.currency, "{what} as {}", format.name());
        }
        if !loses.contains(&ListField::Attributes) {
            assert_eq!(again.attributes, file.attributes, "{what}");
        }
        let offered: Vec<&ListLot> = file
            .lots
            .iter()
            .filter(|lot| {
                format != ListFormat::MassUpload
                    || (lot.quantity > 0
                        && lot.status != ListStatus::Exclude
                        && !lot.color_is_unknown())
            })
            .collect();
        assert_eq!(
            written.left_out.count as usize,
            file.lots.len() - offered.len()
        );
        assert_eq!(
            offered.len(),
            again.lots.len(),
            "{what} as {}",
            format.name()
        );
        for (was, is) in offered.into_iter().zip(&again.lots) {
            assert_eq!(
                without(is, loses),
                without(was, loses),
                "{what} as {}",
                format.name()
            );
        }
    }
}

#[test]
fn real_inventories_survive_every_format() {
    let Some(data) = data() else { return };
    let folder = data.join("inventories");
    for name in [
        "pick-a-brick-us-2012.bsx",
        "store-122-lots-2025.bsx",
        "market-street-10190-1.bsx",
        "star-destroyer-30056-1.bsx",
        "brickstock-root.bsx",
        "minifig-collection-oneline.xml",
        "invented-store-35k.bsx.gz",
        "invented-store-35k.bricklink.xml.gz",
    ] {
        let mut source = Source::open(&folder.join(name)).expect(name);
        let kind = sniff(&mut source).expect(name);
        let mut file = read_list(&mut source, &kind, &ReadOptions::default()).expect(name);
        assert!(!file.lots.is_empty() && file.skipped.count == 0, "{name}");
        // Enough to meet every kind of lot; the whole store takes long without optimisation.
        file.lots.truncate(4_000);
        survives(name, &file);
    }
}

/// Not a list by itself, but with a mapping any table is one.
#[test]
fn the_contents_of_a_set_become_a_list_by_a_mapping() {
    let Some(data) = data() else { return };
    let path = data.join("catalog/txt/S-10350-1.txt");
    let text = std::fs::read_to_string(&path).expect("a set inventory");
    let header = text.lines().next().unwrap_or_default();
    let mapping = Mapping::guess(header.split('\t'));
    let mut source = Source::open(&path).expect("opens");
    let kind = sniff(&mut source).expect("sniffed");
    assert_eq!(kind, FileKind::SetInventoryTxt);
    assert!(read_list(&mut source, &kind, &ReadOptions::default()).is_err());
    let options = ReadOptions {
        mapping: Some(&mapping),
        ..ReadOptions::default()
    };
    let file = read_list(&mut source, &kind, &options).expect("a list");
    let rows = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    assert_eq!(file.skipped.rows, []);
    assert_eq!(file.lots.len(), rows.count());
    assert!(file.lots.iter().any(|lot| lot.color == ColorId(11)));
}

#[test]
fn a_real_document_written_again_has_the_same_fields_in_the_same_words() {
    let Some(data) = data() else { return };
    let name = "store-122-lots-2025.bsx";
    let path = data.join("inventories").join(name);
    let original = std::fs::read_to_string(&path).expect(name);
    let (_, file) = read(original.clone().into_bytes());
    let (bytes, _) = write(ListFormat::Bsx, &file, &WriteOptions::default());
    let again = String::from_utf8(bytes).expect("UTF-8");
    let fields = |text: &str| -> Vec<Vec<String>> {
        let inventory = text.split("</Inventory>").next().unwrap_or_default();
        let items: Vec<&str> = inventory.split("<Item>").skip(1).collect();
        items
            .iter()
            .map(|item| {
                let mut lines: Vec<String> = item
                    .lines()
                    .map(|line| line.trim().to_owned())
                    .filter(|line| !line.is_empty() && line != "</Item>")
                    .collect();
                lines.sort();
                lines
            })
            .collect()
    };
    assert_eq!(fields(&again), fields(&original));
    assert!(again.contains("<Inventory Currency=\"EUR\" BrickLinkChangelogId=\"439895\">"));
}

fn full_lot() -> ListLot {
    let mut lot = ListLot::new(0, ItemKey::new(ItemKind::Set, "75105-1"));
    lot.name = "Falcon & <friends> \"&amp;\"".into();
    lot.color = ColorId(11);
    lot.color_name = "Black".into();
    lot.category = Some(CategoryId(65));
    lot.category_name = "Star Wars / 'A'".into();
    lot.quantity = 3;
    lot.price = Money::from_raw(995_001);
    lot.cost = Money::from_raw(12_500);
    lot.condition = Condition::Used;
    lot.completeness = Some(Completeness::Incomplete);
    lot.comments = "=1+1\nsecond; line, \"quoted\"".into();
    lot.remarks = "  -A2;  '+x &#40;".into();
    lot.lot_id = Some(400_000_847);
    lot.bulk = 2;
    lot.sale = -5;
    lot.tiers = [
        Tier {
            quantity: 10,
            price: Money::from_raw(900_000),
        },
        Tier {
            quantity: 20,
            price: Money::from_raw(810),
        },
        Tier::default(),
    ];
    lot.stockroom = Some('B');
    lot.retain = true;
    lot.reserved = "ana".into();
    lot.date_added = Some(Timestamp::from_micros(1_756_040_000_123_456));
    lot.status = ListStatus::Extra;
    lot.unknown = vec![
        RawField {
            name: "DifferenceBaseValues".to_owned(),
            attributes: "Price=\"0.000\" Sale=\"0\"".to_owned(),
            text: String::new(),
        },
        RawField {
            name: "MarkerText".to_owned(),
            attributes: String::new(),
            text: "x &amp; <b>y</b>".to_owned(),
        },
    ];
    lot
}

fn list(lots: Vec<ListLot>) -> ListFile {
    ListFile {
        currency: Some("EUR".to_owned()),
        attributes: "Currency=\"EUR\" BrickLinkChangelogId=\"1\"".to_owned(),
        lots,
        ..ListFile::default()
    }
}

#[test]
fn a_lot_with_everything_survives_every_format() {
    survives("everything", &list(vec![full_lot()]));
}

#[test]
fn tables_with_other_delimiters_and_a_decimal_comma() {
    let file = list(vec![full_lot()]);
    for delimiter in Delimiter::ALL {
        for decimal in [DecimalMark::Point, DecimalMark::Comma] {
            let options = WriteOptions {
                delimiter,
                decimal,
                ..WriteOptions::default()
            };
            let (bytes, _) = write(ListFormat::Csv, &file, &options);
            let (kind, again) = read(bytes);
            assert_eq!(kind, FileKind::ListCsv);
            let loses = ListFormat::Csv.loses();
            assert_eq!(
                without(&again.lots[0], loses),
                without(&full_lot(), loses),
                "{delimiter:?} {decimal:?}"
            );
        }
    }
}

#[test]
fn nothing_in_a_table_can_be_run_by_a_spreadsheet() {
    let mut file = list(Vec::new());
    for (at, start) in (0..).zip(["=", "+", "-", "@", "\t", "\r", "'=", "＝"]) {
        let mut lot = full_lot();
        lot.lot_id = Some(at + 1);
        lot.remarks = format!("{start}cmd|' /C calc'!A0");
        lot.comments = lot.remarks.clone();
        lot.name = lot.remarks.clone();
        lot.reserved = lot.remarks.clone();
        file.lots.push(lot);
    }
    for format in [ListFormat::Csv, ListFormat::OwlCsv] {
        let (bytes, _) = write(format, &file, &WriteOptions::default());
        let text = String::from_utf8(bytes).expect("UTF-8");
        let mut rows = csv_cells(&text);
        rows.next();
        for row in rows {
            for cell in row {
                let number = cell.parse::<i64>().is_ok();
                assert!(
                    number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                    "{cell}"
                );
            }
        }
    }
    let (bytes, _) = write(ListFormat::Xlsx, &file, &WriteOptions::default());
    let mut book = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a spreadsheet");
    let mut sheet = String::new();
    std::io::Read::read_to_string(
        &mut book.by_name("xl/worksheets/sheet1.xml").expect("a sheet"),
        &mut sheet,
    )
    .expect("readable");
    assert!(sheet.contains("calc") && !sheet.contains("<f>") && !sheet.contains("<f "));
}

fn csv_cells(text: &str) -> impl Iterator<Item = Vec<String>> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes())
        .into_records()
        .map(|row| row.expect("a row").iter().map(ToOwned::to_owned).collect())
}

#[test]
fn changes_of_a_mass_update_are_differences() {
    let before = full_lot();
    let mut sold = before.clone();
    sold.quantity = 1;
    let mut dearer = before.clone();
    dearer.lot_id = Some(2);
    dearer.price = Money::from_raw(1_000_000);
    dearer.quantity = 7;
    let mut same = before.clone();
    same.lot_id = Some(3);
    let mut gone = before.clone();
    gone.lot_id = Some(4);
    gone.quantity = 0;
    gone.retain = false;
    let mut fresh = before.clone();
    fresh.lot_id = None;
    let mut stranger = before.clone();
    stranger.lot_id = Some(99);
    let mut other = before.clone();
    other.lot_id = Some(5);
    other.item.no = "3001".to_owned();
    let mut left = before.clone();
    left.status = ListStatus::Exclude;
    let file = list(vec![sold, dearer, same, gone, fresh, stranger, other, left]);
    let known = |id: u64| {
        let mut lot = full_lot();
        lot.lot_id = Some(id);
        (id != 99).then_some(lot)
    };
    let options = WriteOptions {
        before: Some(&known),
        ..WriteOptions::default()
    };
    let (bytes, written) = write(ListFormat::MassUpdate, &file, &options);
    assert_eq!(
        String::from_utf8(bytes).expect("UTF-8"),
        "<INVENTORY>\n\
         <ITEM><LOTID>400000847</LOTID><QTY>-2</QTY></ITEM>\n\
         <ITEM><LOTID>2</LOTID><QTY>+4</QTY><PRICE>100.000</PRICE></ITEM>\n\
         <ITEM><LOTID>4</LOTID><DELETE/></ITEM>\n\
         </INVENTORY>\n"
    );
    assert_eq!((written.lots, written.unchanged), (3, 1));
    let reasons: Vec<String> = written
        .left_out
        .rows
        .iter()
        .map(|row| row.reason.clone())
        .collect();
    assert_eq!(
        reasons,
        [
            "a lot without one is new; upload it instead",
            "the shop has no lot 99; upload it instead",
            "lot 5 of the shop is another item or colour",
            "the lot is marked to be left out",
        ]
    );
}

#[test]
fn a_mass_update_without_the_shops_state_says_everything() {
    let mut lot = full_lot();
    lot.unknown.clear();
    let (bytes, _) = write(
        ListFormat::MassUpdate,
        &list(vec![lot.clone()]),
        &WriteOptions::default(),
    );
    let text = String::from_utf8(bytes).expect("UTF-8");
    for field in [
        "<LOTID>400000847</LOTID><QTY>3</QTY><PRICE>99.5001</PRICE><MYCOST>1.250</MYCOST>",
        "<SUBCONDITION>I</SUBCONDITION><BULK>2</BULK><SALE>-5</SALE>",
        "<TQ2>20</TQ2><TP2>0.081</TP2><TQ3>0</TQ3><TP3>0.000</TP3>",
        "<STOCKROOM>Y</STOCKROOM><STOCKROOMID>B</STOCKROOMID>",
    ] {
        assert!(text.contains(field), "{field} in {text}");
    }
    assert!(!text.contains("<?xml"), "a declaration is refused");
    lot.quantity = 0;
    lot.retain = false;
    let (_, written) = write(
        ListFormat::MassUpdate,
        &list(vec![lot]),
        &WriteOptions::default(),
    );
    assert_eq!((written.lots, written.left_out.count), (0, 1));
}

#[test]
fn wanted_lists_are_read_as_they_were_meant() {
    let mut any = ListLot::new(0, ItemKey::part("3001"));
    any.condition = Condition::Used;
    let lots = vec![full_lot(), any];
    let options = WriteOptions {
        wanted_list: Some(7),
        ..WriteOptions::default()
    };
    let (bytes, written) = write(ListFormat::Wanted, &list(lots), &options);
    assert_eq!(written.lots, 2);
    let text = String::from_utf8(bytes.clone()).expect("UTF-8");
    assert!(text.contains("<WANTEDLISTID>7</WANTEDLISTID>"));
    let mut source = Source::from_bytes("wanted.xml", bytes).expect("opens");
    let kind = sniff(&mut source).expect("sniffed");
    assert_eq!(kind, FileKind::WantedListXml);
    let wanted = read_wanted(&mut source, &kind).expect("a wanted list");
    let lot = full_lot();
    assert_eq!(wanted.lots[0].item, lot.item);
    assert_eq!(wanted.lots[0].color, Some(lot.color));
    assert_eq!(wanted.lots[0].quantity, 3);
    assert_eq!(wanted.lots[0].max_price, Some(lot.price));
    assert_eq!(wanted.lots[0].remarks, lot.remarks);
    assert_eq!(wanted.lots[1].color, None);
    assert_eq!(wanted.lots[1].max_price, None);
    assert_eq!(wanted.lots[1].condition, Some(Condition::Used));
}

#[test]
fn a_note_that_no_cell_holds_is_left_out_of_a_spreadsheet_only() {
    let mut lot = full_lot();
    lot.remarks = "ü".repeat(40_000);
    let file = list(vec![lot]);
    let (_, written) = write(ListFormat::Xlsx, &file, &WriteOptions::default());
    assert_eq!((written.lots, written.left_out.count), (0, 1));
    assert_eq!(
        written.left_out.rows[0].to_string(),
        "the list, remarks: the text is longer than 32767 characters, which no cell of a spreadsheet holds"
    );
    for format in [ListFormat::Csv, ListFormat::Json, ListFormat::Bsx] {
        let (bytes, _) = write(format, &file, &WriteOptions::default());
        assert_eq!(read(bytes).1.lots[0].remarks, file.lots[0].remarks);
    }
}

#[test]
fn a_full_disk_is_a_sentence() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("no space left"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let file = list(vec![full_lot()]);
    for format in ListFormat::ALL {
        let error = write_list(
            format,
            &ListHead::default(),
            &file.lots,
            &WriteOptions::default(),
            &mut Full,
        )
        .map(|_| ())
        .expect_err("nothing can be written");
        assert!(
            error.message.contains("the list cannot be written"),
            "{error}"
        );
    }
}

/// A text as the readers leave it: no characters that move the cursor, nothing at the ends.
fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[!-~é€日][ -~é€日]{0,30}[!-~é€日]",
        "[=+@'-]{1,3}[ -~]{0,5}[!-~]",
        "(&amp;|&#40;|&|<|>|\"|_x0041_|;){1,4}",
    ]
}

fn note() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[ -~é€日\n]{0,60}",
        "[=+@'-]{1,3}[ -~\n]{0,9}",
        "(&amp;|&#40;|&|<|>|\"|_x000D_|</Item>|]]>|;|\n){1,5}",
    ]
}

fn any_lot() -> impl Strategy<Value = ListLot> {
    let texts = (words(), words(), words(), words(), note(), note());
    let numbers = (
        0..9_999_999i64,
        0..99_999_999_999i64,
        0..99_999_999i64,
        1..9_999u32,
        -99..=99i8,
        any::<u16>(),
    );
    let tiers = prop::array::uniform3((0..1_000u32, 0..9_999_999i64));
    let flags = (
        any::<bool>(),
        0..4usize,
        prop::option::of(prop::sample::select(vec!['A', 'B', 'C'])),
        any::<bool>(),
        0..3usize,
        prop::option::of(0..2_000_000_000_000_000i64),
        prop::sample::select(ItemKind::ALL.to_vec()),
        "[0-9a-z][0-9a-zA-Z._-]{0,14}",
        prop::option::of(1..9_999u32),
    );
    (texts, numbers, tiers, flags).prop_map(|(texts, numbers, tiers, flags)| {
        let mut lot = ListLot::new(0, ItemKey::new(flags.6, flags.7));
        (lot.name, lot.color_name, lot.category_name, lot.reserved) =
            (texts.0, texts.1, texts.2, texts.3);
        (lot.comments, lot.remarks) = (texts.4, texts.5);
        lot.quantity = numbers.0;
        lot.price = Money::from_raw(numbers.1);
        lot.cost = Money::from_raw(numbers.2);
        lot.bulk = numbers.3;
        lot.sale = numbers.4;
        lot.color = ColorId(numbers.5);
        lot.tiers = tiers.map(|(quantity, price)| Tier {
            quantity,
            price: Money::from_raw(price),
        });
        if flags.0 {
            lot.condition = Condition::Used;
        }
        lot.completeness = [
            None,
            Some(Completeness::Complete),
            Some(Completeness::Incomplete),
            Some(Completeness::Sealed),
        ][flags.1];
        lot.stockroom = flags.2;
        lot.retain = flags.3;
        lot.status = [ListStatus::Include, ListStatus::Exclude, ListStatus::Extra][flags.4];
        lot.date_added = flags.5.map(Timestamp::from_micros);
        lot.category = flags.8.map(CategoryId);
        lot
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_list_survives_every_format(mut lots in prop::collection::vec(any_lot(), 1..6)) {
        for (id, lot) in (1..).zip(&mut lots) {
            lot.lot_id = Some(id);
        }
        // A mass upload without a single lot is an empty file, which is nobody's list.
        lots.push(full_lot());
        survives("a made-up list", &list(lots));
    }
}
