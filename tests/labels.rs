//! Labels as they leave the program, read back by other people's code: the codes by a barcode reader,
//! PDF files by a PDF library, and what a label printer is told by its grammar.

use std::collections::BTreeSet;

use ab_glyph::{Font, FontRef, GlyphId};
use brickops::domain::{Code, LotId, Rgb};
use brickops::labels::{Label, LabelSheet, LabelSize, Output, SHEETS, SIZES, Symbol, render};
use lopdf::content::Content;
use lopdf::{Document, Object, ObjectId};
use proptest::prelude::*;
use rxing::BarcodeFormat;

/// Texts that try to be something else than text.
const HOSTILE: [&str; 9] = [
    "^XZ^XA^FO0,0^A0N,50,50^FDhi^FS",
    "~JR ~DG ^FS^FD _5E _",
    ") Tj ET Q endstream endobj (",
    "<< /Type /Catalog >> \\) \\",
    "\0\u{1}\u{7}\u{8}\u{1b}[2J\r\n\t\u{7f}\u{9b}",
    "\u{202e}elcitra\u{202c} \u{feff}\u{200b}",
    "漢字 🧱 \u{10ffff}",
    "Z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}a\u{316}\u{317}l",
    "𝕎𝕚𝕕𝕖 ﷽ Ǻ Ệ Щ ß €",
];

fn lot(id: u64) -> Label {
    let mut label = Label::new(Code::Lot(LotId(id)), "3023");
    label.small = vec!["Plate 1 x 2".to_owned(), "Dark Bluish Gray 85".to_owned()];
    label.swatch = Some(Rgb(0x6c, 0x6e, 0x68));
    label
}

fn bin(place: &str) -> Label {
    Label::bin(place).expect(place)
}

fn size(text: &str) -> LabelSize {
    LabelSize::parse(text).expect(text)
}

fn sheet(name: &str) -> LabelSheet {
    LabelSheet::named(name).expect(name)
}

fn format(symbol: Symbol) -> BarcodeFormat {
    match symbol {
        Symbol::Qr => BarcodeFormat::QR_CODE,
        Symbol::DataMatrix => BarcodeFormat::DATA_MATRIX,
    }
}

/// What a barcode reader sees in a picture.
fn scan(luma: Vec<u8>, width: u32, height: u32, symbol: Symbol) -> String {
    let seen = rxing::helpers::detect_in_luma(luma, width, height, Some(format(symbol)));
    seen.expect("a code can be read").getText().to_owned()
}

struct Picture {
    width: u32,
    height: u32,
    luma: Vec<u8>,
    density: Option<u32>,
}

fn picture(file: &[u8]) -> Picture {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().expect("a PNG file");
    let mut luma = vec![0; reader.output_buffer_size().expect("a size")];
    let frame = reader.next_frame(&mut luma).expect("a picture");
    luma.truncate(frame.buffer_size());
    Picture {
        width: frame.width,
        height: frame.height,
        luma,
        density: reader.info().pixel_dims.map(|dims| dims.xppu),
    }
}

fn png_of(label: &Label, size: LabelSize, dpi: u16) -> Picture {
    let file = render(std::slice::from_ref(label), &Output::Png { size, dpi });
    picture(&file.expect("a picture"))
}

#[test]
fn codes_of_pictures_can_be_scanned() {
    for symbol in [Symbol::Qr, Symbol::DataMatrix] {
        for (name, size) in SIZES {
            for dpi in [203, 300] {
                for label in [
                    bin("C303"),
                    bin("C01.01-003-02"),
                    bin("Полка 12"),
                    lot(u64::MAX),
                ] {
                    let label = Label { symbol, ..label };
                    // The longest ones want a larger label as a QR code.
                    let Ok(file) = render(std::slice::from_ref(&label), &Output::Png { size, dpi })
                    else {
                        assert!(label.code.to_string().len() > 20, "{name} {label:?}");
                        continue;
                    };
                    let seen = picture(&file);
                    let text = scan(seen.luma, seen.width, seen.height, symbol);
                    assert_eq!(Code::parse(&text).as_ref(), Ok(&label.code), "{name} {dpi}");
                    assert_eq!(text, label.code.to_string());
                }
            }
        }
    }
}

#[test]
fn a_picture_knows_its_size() {
    let seen = png_of(&bin("A-12"), size("62x29"), 300);
    assert_eq!(
        (seen.width, seen.height),
        (732, 342),
        "62 x 29 mm at 300 dots an inch"
    );
    assert_eq!(seen.density, Some(11_811), "dots a metre");
    assert!(seen.luma.iter().all(|dot| [0, 255].contains(dot)));
    let edge = seen.luma.iter().take(732 * 10).all(|dot| *dot == 255);
    assert!(edge, "the edge stays white");
}

/// Ink right of the code: the large text.
fn ink(seen: &Picture) -> usize {
    let half = seen.width as usize / 2;
    seen.luma
        .chunks(seen.width as usize)
        .flat_map(|row| &row[half..])
        .map(|dot| usize::from(*dot == 0))
        .sum()
}

#[test]
fn text_is_drawn_and_missing_letters_are_boxes() {
    let draw = |big: &str| {
        let mut label = bin("A-12");
        label.big = big.to_owned();
        png_of(&label, size("62x29"), 203)
    };
    let empty = ink(&draw(""));
    assert!(ink(&draw("A-12")) > empty + 1_000);
    assert!(ink(&draw("Щ")) > empty + 500);
    assert_eq!(
        draw("漢").luma,
        draw("□").luma,
        "a box for what the font lacks"
    );
    assert_ne!(draw("б").luma, draw("□").luma);
}

/// Everything that a page paints: squares by group, other shapes, and where texts stand. In points.
#[derive(Default)]
struct Page {
    codes: Vec<Vec<[f32; 4]>>,
    swatches: Vec<[f32; 4]>,
    texts: Vec<(f32, f32, f32)>,
}

fn numbers(operands: &[Object]) -> Vec<f32> {
    operands
        .iter()
        .filter_map(|operand| operand.as_float().ok())
        .collect()
}

fn page(file: &Document, id: ObjectId) -> Page {
    let mut page = Page::default();
    let mut shapes = Vec::new();
    let mut letters = 0.0;
    let content = Content::decode(&file.get_page_content(id)).expect("operations");
    for operation in content.operations {
        let values = numbers(&operation.operands);
        match operation.operator.as_str() {
            "re" => shapes.push([values[0], values[1], values[2], values[3]]),
            "f" => page.codes.push(std::mem::take(&mut shapes)),
            "B" => page.swatches.append(&mut shapes),
            "Tf" => letters = values[0],
            "Td" => page.texts.push((values[0], values[1], letters)),
            "Tj" => assert_eq!(operation.operands[0].as_str().expect("glyphs").len() % 2, 0),
            "g" | "rg" | "G" | "w" | "q" | "Q" | "BT" | "ET" => {}
            other => assert!(other.is_empty(), "{other} is nothing that a label needs"),
        }
    }
    page
}

/// The squares of a code as a picture, four dots a module.
fn scan_shapes(shapes: &[[f32; 4]], symbol: Symbol) -> String {
    let least = |of: fn(&[f32; 4]) -> f32| shapes.iter().map(of).fold(f32::MAX, f32::min);
    let most = |of: fn(&[f32; 4]) -> f32| shapes.iter().map(of).fold(f32::MIN, f32::max);
    let (left, bottom, module) = (least(|s| s[0]), least(|s| s[1]), least(|s| s[3]));
    let (right, top) = (most(|s| s[0] + s[2]), most(|s| s[1] + s[3]));
    let dots = |length: f32| (length / module * 4.0).round() as usize;
    let (width, height) = (dots(right - left) + 40, dots(top - bottom) + 40);
    let mut luma = vec![255; width * height];
    for [x, y, w, h] in shapes {
        for row in 0..dots(*h) {
            let line = dots(top - y - h) + row + 20;
            let from = line * width + dots(x - left) + 20;
            luma[from..from + dots(*w)].fill(0);
        }
    }
    let side = |n: usize| u32::try_from(n).expect("small");
    scan(luma, side(width), side(height), symbol)
}

fn pdf(labels: &[Label], sheet: &LabelSheet, start: u16) -> (Vec<u8>, Document) {
    let output = Output::Pdf {
        sheet: sheet.clone(),
        start,
    };
    let file = render(labels, &output).expect("a PDF file");
    let read = Document::load_mem(&file).expect("a PDF library reads it");
    (file, read)
}

#[test]
fn sheets_hold_each_code_in_its_own_label() {
    for known in SHEETS {
        let sheet = LabelSheet::from(known);
        let start = 3;
        let labels: Vec<Label> = (1..=sheet.capacity() as u64 + 2)
            .map(|n| Label {
                symbol: if n % 2 == 0 {
                    Symbol::Qr
                } else {
                    Symbol::DataMatrix
                },
                ..if n % 3 == 0 {
                    lot(n)
                } else {
                    bin(&format!("A-{n}"))
                }
            })
            .collect();
        let (_, read) = pdf(&labels, &sheet, start);
        let pages = read.get_pages();
        assert_eq!(pages.len(), 2, "{}", sheet.name);
        let mut left = labels.iter();
        for (at, id) in pages.values().enumerate() {
            let media = read
                .get_dictionary(*id)
                .and_then(|page| page.get(b"MediaBox"));
            let media = numbers(media.and_then(Object::as_array).expect("a size"));
            let points = |tenths: u16| f32::from(tenths) * 72.0 / 254.0;
            assert!((media[2] - points(sheet.page.0)).abs() < 0.01);
            assert!((media[3] - points(sheet.page.1)).abs() < 0.01);

            let page = page(&read, *id);
            let first = if at == 0 { usize::from(start) - 1 } else { 0 };
            for (place, shapes) in page.codes.iter().enumerate() {
                let label = left.next().expect("no more codes than labels");
                assert_eq!(scan_shapes(shapes, label.symbol), label.code.to_string());
                let place = first + place;
                let column = (place % usize::from(sheet.columns)) as f32;
                let row = (place / usize::from(sheet.columns)) as f32;
                let x = points(sheet.margin.0) + points(sheet.pitch.0) * column;
                let y = points(sheet.page.1) - points(sheet.margin.1) - points(sheet.pitch.1) * row;
                for [sx, sy, sw, sh] in shapes {
                    assert!(
                        *sx > x && sx + sw < x + points(sheet.label.width),
                        "{}",
                        sheet.name
                    );
                    assert!(
                        sy + sh < y && *sy > y - points(sheet.label.height),
                        "{}",
                        sheet.name
                    );
                }
            }
            let (width, height) = (points(sheet.page.0), points(sheet.page.1));
            let reach = 4.75 * 72.0 / 25.4;
            for [x, y, w, h] in page.codes.iter().flatten().chain(&page.swatches) {
                let near = x.min(*y).min(width - x - w).min(height - y - h);
                assert!(near > reach, "{}: {near} points from the edge", sheet.name);
            }
            assert!(page.texts.len() >= page.codes.len() * 2);
            assert!(
                page.texts
                    .iter()
                    .all(|(x, y, size)| *x > 0.0 && *y > 0.0 && *size > 3.0)
            );
        }
        assert_eq!(left.count(), 0, "every label is there");
    }
}

#[test]
fn text_of_a_sheet_can_be_searched_and_the_font_is_inside() {
    let mut label = lot(35_211);
    label.big = "Größe Ж λ".to_owned();
    let (file, read) = pdf(&[label.clone()], &sheet("a4-24"), 1);
    let text = read.extract_text(&[1]).expect("text");
    for wanted in ["Größe Ж λ", "Plate 1 x 2", &label.code.to_string()] {
        assert!(text.contains(wanted), "{wanted} in {text:?}");
    }
    let fonts: Vec<_> = read
        .objects
        .values()
        .filter_map(|object| object.as_stream().ok())
        .filter(|stream| stream.dict.has(b"Length1"))
        .collect();
    assert_eq!(fonts.len(), 1);
    let font = fonts[0].decompressed_content().expect("a font");
    let length = fonts[0]
        .dict
        .get(b"Length1")
        .and_then(Object::as_i64)
        .expect("a length");
    assert_eq!(usize::try_from(length), Ok(font.len()));
    let subset = FontRef::try_from_slice(&font).expect("a font");
    let shapes = (1..subset.glyph_count()).filter(|id| {
        let id = GlyphId(u16::try_from(*id).expect("few"));
        subset.outline(id).is_some() && subset.h_advance_unscaled(id) > 0.0
    });
    let distinct: BTreeSet<char> = label
        .big
        .chars()
        .chain(label.small.concat().chars())
        .chain(label.code.to_string().chars())
        .collect();
    assert!(
        shapes.count() >= distinct.len() - 1,
        "a shape for each letter but the blank"
    );
    assert!(
        file.len() < 60_000,
        "{} bytes: only the letters in use",
        file.len()
    );
    assert_eq!(page(&read, read.get_pages()[&1]).swatches.len(), 1);
    let (again, _) = pdf(&[label], &sheet("a4-24"), 1);
    assert_eq!(file, again, "equal labels are equal bytes");
}

/// The commands of a ZPL text with what follows each. Panics at anything unknown.
fn commands(zpl: &str) -> Vec<(String, String)> {
    const KNOWN: [&str; 18] = [
        "XA", "CI", "PO", "FW", "LH", "LS", "PW", "LL", "BY", "FO", "FT", "BQ", "BX", "FD", "FS",
        "A0", "FH", "GF",
    ];
    assert!(zpl.is_ascii());
    assert!(!zpl.contains('~'), "a tilde begins a command at once");
    let mut parts = zpl.split('^');
    assert_eq!(parts.next(), Some(""), "nothing before the first command");
    parts
        .map(|part| {
            let (name, rest) = part.split_at(2);
            assert!(
                KNOWN.contains(&name) || ["PQ", "XZ"].contains(&name),
                "{part:?}"
            );
            (name.to_owned(), rest.trim_end_matches('\n').to_owned())
        })
        .collect()
}

/// What `^FH_` makes of field data.
fn unescaped(data: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = data;
    while let Some(at) = rest.find('_') {
        bytes.extend(rest[..at].bytes());
        bytes.push(u8::from_str_radix(&rest[at + 1..at + 3], 16).expect("two digits"));
        rest = &rest[at + 3..];
    }
    bytes.extend(rest.bytes());
    String::from_utf8(bytes).expect("UTF-8, as ^CI28 says")
}

fn zpl(labels: &[Label], size: LabelSize, dpi: u16) -> String {
    let bytes = render(labels, &Output::Zpl { size, dpi }).expect("commands");
    String::from_utf8(bytes).expect("ASCII")
}

/// The texts of a label as the printer reads them.
fn texts(zpl: &str) -> Vec<String> {
    let all = commands(zpl);
    all.windows(2)
        .filter(|pair| pair[0].0 == "FH" && pair[1].0 == "FD")
        .map(|pair| unescaped(&pair[1].1))
        .collect()
}

#[test]
fn a_label_printer_is_told_this() {
    let mut label = bin("A-12");
    label.small = vec!["Plättchen 50%".to_owned()];
    insta::assert_snapshot!("zpl_qr", zpl(&[label.clone()], size("62x29"), 203));
    label.symbol = Symbol::DataMatrix;
    insta::assert_snapshot!("zpl_data_matrix", zpl(&[label], size("62x29"), 300));
}

#[test]
fn letters_beyond_the_printers_font_are_drawn() {
    let mut label = bin("A-12");
    label.big = "Полка".to_owned();
    let zpl = zpl(&[label], size("62x29"), 203);
    assert_eq!(texts(&zpl).len(), 1, "the code in letters");
    let drawn: Vec<_> = commands(&zpl)
        .into_iter()
        .filter(|(name, _)| name == "GF")
        .collect();
    assert_eq!(drawn.len(), 1);
    let mut parts = drawn[0].1.splitn(5, ',');
    assert_eq!(parts.next(), Some("A"));
    let mut number = || {
        parts
            .next()
            .and_then(|part| part.parse::<usize>().ok())
            .expect("a number")
    };
    let (all, same, row) = (number(), number(), number());
    assert_eq!(all, same);
    let mut rows: Vec<u32> = Vec::new();
    let mut digits = String::new();
    for c in parts.next().expect("data").chars() {
        if c != ',' {
            digits.push(c);
        }
        // A row ends when it is full, or at a comma when the rest of it is white.
        if c == ',' || digits.len() == row * 2 {
            let ink = digits.chars().map(|c| c.to_digit(16).expect("hexadecimal"));
            rows.push(ink.map(u32::count_ones).sum());
            assert_eq!(digits.len() % 2, 0, "whole bytes");
            digits.clear();
        }
    }
    assert_eq!(
        (rows.len() * row, digits.len()),
        (all, 0),
        "as many rows as said"
    );
    assert!(rows.iter().sum::<u32>() > 500, "ink");
}

#[test]
fn hostile_texts_stay_texts() {
    let long = "W".repeat(5_000);
    let words = "brick ".repeat(900);
    for text in HOSTILE.into_iter().chain([long.as_str(), words.as_str()]) {
        let mut label = lot(7);
        label.big = text.to_owned();
        label.small = vec![text.to_owned(), "Plate".to_owned(), text.to_owned()];
        let code = label.code.to_string();
        let labels = [label.clone(), label.clone()];

        let seen = png_of(&label, size("62x29"), 203);
        assert_eq!(scan(seen.luma, seen.width, seen.height, Symbol::Qr), code);

        let (_, read) = pdf(&labels, &sheet("a4-24"), 1);
        let pages = read.get_pages();
        assert_eq!(pages.len(), 1);
        let page = page(&read, pages[&1]);
        assert_eq!(page.codes.len(), 2);
        assert_eq!(scan_shapes(&page.codes[1], Symbol::Qr), code);

        for dpi in [203, 300, 600] {
            let zpl = zpl(&labels, size("62x29"), dpi);
            let all = commands(&zpl);
            let count = |wanted: &str| all.iter().filter(|(name, _)| name == wanted).count();
            assert_eq!(
                (count("XA"), count("XZ"), count("BQ")),
                (2, 2, 2),
                "{text:?}"
            );
            assert_eq!(count("FO") + count("FT"), count("FS"));
            assert!(zpl.len() < 400_000, "{}", zpl.len());
            assert!(
                texts(&zpl).contains(&"Plate".to_owned()),
                "{text:?} {:?}",
                texts(&zpl)
            );
        }
    }
    let mut label = bin("A-12");
    label.big = "^XZ ~_{}".to_owned();
    assert!(texts(&zpl(&[label], size("62x29"), 203)).contains(&"^XZ ~_{}".to_owned()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_text_stays_text(
        big in any::<String>(),
        small in prop::collection::vec(any::<String>(), 0..4),
        id in any::<u64>(),
    ) {
        let label = Label { big, small, ..lot(id) };
        let one = [label.clone()];
        let all = commands(&zpl(&one, size("62x29"), 203));
        let count = |wanted: &str| all.iter().filter(|(name, _)| name == wanted).count();
        prop_assert_eq!((count("XA"), count("XZ"), count("BQ")), (1, 1, 1));
        prop_assert_eq!(count("FO") + count("FT"), count("FS"));
        let (_, read) = pdf(&one, &sheet("a4-24"), 24);
        let page = page(&read, read.get_pages()[&1]);
        prop_assert_eq!(page.codes.len(), 1);
        prop_assert_eq!(scan_shapes(&page.codes[0], Symbol::Qr), label.code.to_string());
    }
}

#[test]
fn requests_that_cannot_be_are_refused_with_a_sentence() {
    let label = bin("A-12");
    let one = std::slice::from_ref(&label);
    let two = [label.clone(), label.clone()];
    let at = |start: u16| Output::Pdf {
        sheet: sheet("a4-24"),
        start,
    };
    let zpl = |size: LabelSize, dpi: u16| Output::Zpl { size, dpi };
    let png = |size: LabelSize, dpi: u16| Output::Png { size, dpi };
    let good = size("62x29");
    let tiny = LabelSize {
        width: 60,
        height: 60,
    };
    let none = LabelSize {
        width: 0,
        height: 65_535,
    };
    let mut sentences = BTreeSet::new();
    for (labels, output) in [
        (&[][..], at(1)),
        (one, at(0)),
        (one, at(25)),
        (one, zpl(good, 204)),
        (one, zpl(tiny, 203)),
        (one, zpl(none, 203)),
        (one, png(good, 99)),
        (one, png(tiny, 300)),
        (one, png(none, 300)),
        (&two[..], png(good, 300)),
        (one, png(size("300x300"), 1_200)),
    ] {
        let refused = render(labels, &output).expect_err("refused");
        assert!(
            refused.message.ends_with('.') && refused.message.contains(' '),
            "{refused}"
        );
        sentences.insert(refused.message);
    }
    assert!(sentences.len() >= 8, "each says its own: {sentences:?}");
    let long = Label::bin(&"\u{1b}".repeat(5_000)).expect_err("no name");
    assert!(long.message.len() < 400 && !long.message.contains('\u{1b}'));
    let place = Label::bin("A-1;B-2").expect_err("two places");
    assert_eq!(
        place.message,
        "A-1;B-2: These are several places; make a label for each of them."
    );
}
