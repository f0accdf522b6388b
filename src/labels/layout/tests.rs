//! Nothing on a label overlaps, nothing leaves it, and a label that is too small says what would do.

use proptest::prelude::*;

use super::*;
use crate::domain::{Code, LotId};
use crate::labels::area::EDGE;
use crate::labels::{LabelSheet, SHEETS, SIZES};

const DEVICES: [Device; 5] = [
    device(25_400, true, i64::MAX),
    device(203, false, 10),
    device(300, false, 10),
    device(600, false, 10),
    device(100, false, i64::MAX),
];

const fn device(dpi: i64, colours: bool, module: i64) -> Device {
    Device {
        dpi,
        colours,
        module,
        edge: (EDGE, EDGE),
    }
}

fn lot() -> Label {
    let mut label = Label::new(Code::Lot(LotId(35_211)), "3023");
    label.small = vec![
        "Plate 1 x 2".to_owned(),
        "Dark Bluish Gray 85, new".to_owned(),
        "A-12".to_owned(),
    ];
    label.swatch = Some(Rgb(0x6c, 0x6e, 0x68));
    label
}

fn bin(place: &str) -> Label {
    Label::bin(place).expect(place)
}

fn overlap(a: Area, b: Area) -> bool {
    a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}

fn inside(a: Area, b: Area) -> bool {
    a.x >= b.x && a.y >= b.y && a.x + a.w <= b.x + b.w && a.y + a.h <= b.y + b.h
}

/// Everything that must hold for any drawing.
fn holds(drawing: &Drawing, device: Device) -> std::result::Result<(), String> {
    let edge = (device.tenths(device.edge.0), device.tenths(device.edge.1));
    let inner = Area {
        x: edge.0,
        y: edge.1,
        w: drawing.size.0 - 2 * edge.0,
        h: drawing.size.1 - 2 * edge.1,
    };
    let quiet = drawing.module * count(drawing.modules.quiet);
    let code = Area {
        x: drawing.code.x - quiet,
        y: drawing.code.y - quiet,
        w: drawing.code.w + 2 * quiet,
        h: drawing.code.h + 2 * quiet,
    };
    let mut areas = vec![("code".to_owned(), code)];
    if let Some((area, _)) = drawing.swatch {
        areas.push(("swatch".to_owned(), area));
    }
    for line in &drawing.lines {
        areas.push((line.text.clone(), line.area));
        if line.baseline <= line.area.y || line.baseline > line.area.y + line.area.h {
            return Err(format!("{line:?} has its baseline elsewhere"));
        }
    }
    for (at, (name, area)) in areas.iter().enumerate() {
        if !inside(*area, inner) || area.w <= 0 || area.h <= 0 {
            return Err(format!("{name} {area:?} leaves {inner:?}"));
        }
        for (other, second) in &areas[..at] {
            if overlap(*area, *second) {
                return Err(format!("{name} {area:?} lies on {other} {second:?}"));
            }
        }
    }
    if drawing.module * 2_540 < MODULE * device.dpi {
        return Err(format!("a module of {} dots is too small", drawing.module));
    }
    if drawing.code.w != drawing.module * count(drawing.modules.side()) {
        return Err("the code is not made of whole modules".to_owned());
    }
    Ok(())
}

#[test]
fn usual_labels_have_room_for_everything() {
    let face = Face::new().expect("the font");
    let sheets = SHEETS.map(|sheet| (sheet.name, LabelSheet::from(sheet).label));
    let on_sheets = sheets.map(|(name, size)| (name, size, &DEVICES[..1]));
    let single = SIZES.map(|(name, size)| (name, size, &DEVICES[..]));
    for (name, size, devices) in single.into_iter().chain(on_sheets) {
        for device in devices.iter().copied() {
            for symbol in [Symbol::Qr, Symbol::DataMatrix] {
                for label in [bin("C303"), bin("C01.01-003-02"), lot()] {
                    let label = Label { symbol, ..label };
                    let drawing = lay_out(&face, &label, size, device).expect(name);
                    assert_eq!(holds(&drawing, device), Ok(()), "{name} {label:?}");
                    let first = drawing
                        .lines
                        .iter()
                        .find(|line| line.text.starts_with(&label.big[..1]));
                    let first = first.expect("the large text");
                    assert!(
                        drawing.lines.iter().all(|line| line.size <= first.size),
                        "{name}: the large text is the largest: {drawing:?}"
                    );
                    let code = label.code.to_string();
                    let spelled: Vec<&str> = drawing
                        .lines
                        .iter()
                        .map(|line| line.text.as_str())
                        .collect();
                    assert!(spelled.concat().contains(&code), "{name}: {spelled:?}");
                }
            }
        }
    }
}

#[test]
fn the_place_is_large() {
    let face = Face::new().expect("the font");
    let size = LabelSize {
        width: 620,
        height: 290,
    };
    let drawing = lay_out(&face, &bin("C303"), size, DEVICES[0]).expect("a label");
    assert!(
        drawing
            .lines
            .iter()
            .any(|line| line.text == "C303" && line.size > 11_000),
        "over 11 mm: {:?}",
        drawing.lines
    );
    assert!(drawing.module >= 500, "half a millimetre and more");
}

#[test]
fn colours_are_for_paper_that_shows_them() {
    let face = Face::new().expect("the font");
    let size = LabelSize {
        width: 700,
        height: 370,
    };
    assert!(
        lay_out(&face, &lot(), size, DEVICES[0])
            .expect("a label")
            .swatch
            .is_some()
    );
    assert!(
        lay_out(&face, &lot(), size, DEVICES[1])
            .expect("a label")
            .swatch
            .is_none()
    );
}

#[test]
fn more_small_lines_than_room_are_cut_visibly() {
    let face = Face::new().expect("the font");
    let mut label = lot();
    label.small = (1..40).map(|n| format!("line {n}")).collect();
    let size = LabelSize {
        width: 620,
        height: 290,
    };
    for device in DEVICES {
        let drawing = lay_out(&face, &label, size, device).expect("a label");
        assert_eq!(holds(&drawing, device), Ok(()));
        let shown: Vec<&Line> = drawing
            .lines
            .iter()
            .filter(|line| line.text.starts_with("line"))
            .collect();
        assert!(shown.len() >= 2 && shown.len() < 39, "{shown:?}");
        assert!(
            shown.last().expect("a line").text.ends_with('…'),
            "{shown:?}"
        );
    }
}

#[test]
fn too_small_says_what_would_do() {
    let face = Face::new().expect("the font");
    let size = LabelSize {
        width: 200,
        height: 100,
    };
    let refused = lay_out(&face, &bin("C303"), size, DEVICES[0]).expect_err("too small");
    assert!(
        refused
            .message
            .starts_with("20 x 10 mm is too small for the QR code ZBC303"),
        "{refused}"
    );
    assert!(
        refused.message.contains("use at least 19.9 x 11.8 mm"),
        "{refused}"
    );
    assert!(
        refused.message.contains("or a DataMatrix code, which fits"),
        "{refused}"
    );
}

/// The two lengths in the sentence of a refusal, in 1/10 mm.
fn advised(message: &str) -> LabelSize {
    let (_, rest) = message.split_once("use at least ").expect("advice");
    let (size, _) = rest.split_once(" mm").expect("a size");
    LabelSize::parse(size).expect("a size that can be")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_label_holds_or_says_what_would_do(
        width in 50_u16..1_600,
        height in 50_u16..1_600,
        place in "[A-Z]{1,2}-[0-9]{1,3}(-[0-9]{1,3})?|[a-zäöü ]{1,14} [0-9]",
        big in "\\PC{0,40}",
        small in prop::collection::vec("\\PC{0,60}", 0..6),
        matrix in any::<bool>(),
        swatch in any::<bool>(),
        which in 0_usize..DEVICES.len(),
    ) {
        let face = Face::new().expect("the font");
        let mut label = bin(&place);
        label.big = big;
        label.small = small;
        label.symbol = if matrix { Symbol::DataMatrix } else { Symbol::Qr };
        label.swatch = swatch.then_some(Rgb(255, 255, 255));
        let size = LabelSize { width, height };
        match lay_out(&face, &label, size, DEVICES[which]) {
            Ok(drawing) => prop_assert_eq!(holds(&drawing, DEVICES[which]), Ok(())),
            Err(refused) => {
                let better = advised(&refused.message);
                let again = lay_out(&face, &label, better, DEVICES[which]);
                prop_assert!(again.is_ok(), "{}", refused);
            }
        }
    }
}
