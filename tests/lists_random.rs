//! Random input for the readers of lists: no bytes may make one panic or take long.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use brickops::domain::{Column, ColumnAt, Completeness, ItemKey, ListField, Mapping, Money};
use brickops::formats::{
    FileKind, ListFormat, ListHead, ListLot, NoLookup, ReadOptions, Source, WriteOptions,
    read_list, sniff, write_list,
};
use proptest::prelude::*;

/// Every kind of reader on the same bytes, whatever they are taken for.
fn every_reader(bytes: &[u8]) {
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
            Column {
                at: ColumnAt::Place(2),
                field: ListField::Price,
            },
        ],
        ..Mapping::default()
    };
    let started = Instant::now();
    for kind in [
        FileKind::Bsx,
        FileKind::BrickLinkInventoryXml,
        FileKind::ListCsv,
        FileKind::OwlCsv,
        FileKind::Spreadsheet,
        FileKind::ListJson,
    ] {
        for mapping in [None, Some(&mapping)] {
            if let Ok(mut source) = Source::from_bytes("x", bytes.to_vec()) {
                let options = ReadOptions {
                    mapping,
                    lookup: &NoLookup,
                };
                let _ = read_list(&mut source, &kind, &options);
            }
        }
    }
    if let Ok(mut source) = Source::from_bytes("x", bytes.to_vec())
        && let Ok(kind) = sniff(&mut source)
    {
        let _ = read_list(&mut source, &kind, &ReadOptions::default());
    }
    assert!(started.elapsed() < Duration::from_secs(20), "bounded time");
}

fn written(format: ListFormat) -> Vec<u8> {
    let mut lots = Vec::new();
    for id in 1..6 {
        let mut lot = ListLot::new(0, ItemKey::part("3001"));
        lot.lot_id = Some(id);
        lot.quantity = 3;
        lot.price = Money::from_raw(810);
        lot.remarks = "=A1; \"x\"\n".into();
        lot.completeness = Some(Completeness::Sealed);
        lots.push(lot);
    }
    let mut out = Vec::new();
    write_list(
        format,
        &ListHead::default(),
        &lots,
        &WriteOptions::default(),
        &mut out,
    )
    .expect("written");
    out
}

/// Real files that are small enough to be read thousands of times.
fn real() -> Vec<Vec<u8>> {
    let named = std::env::var_os("BRICKOPS_DATA").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let Some(data) = named.into_iter().chain([beside]).find(|path| path.is_dir()) else {
        return vec![written(ListFormat::Bsx)];
    };
    [
        "star-destroyer-30056-1.bsx",
        "brickstock-root.bsx",
        "wanted-tetresque.xml",
    ]
    .into_iter()
    .map(|name| std::fs::read(data.join("inventories").join(name)).expect(name))
    .collect()
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "Part",
        "Qty",
        "Price",
        "boid",
        "qty",
        "\"",
        "\"\"",
        ",",
        ";",
        "\t",
        "|",
        "\n",
        "\r\n",
        "=1",
        "'",
        "1,5",
        "1.5",
        "3001",
        "é",
        "\0",
        "\u{feff}",
        "{",
        "}",
        "[",
        "]",
        ":",
        "\"lots\"",
        "\"format\":\"brickops-list\"",
        "null",
        "1e999",
        "-",
        "99999999999999999999",
        "Currency",
        "EUR",
        "Lot ID",
        "PK\u{3}\u{4}",
        "xl/",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        every_reader(&bytes);
        every_reader(&[b"PK\x03\x04".as_slice(), &bytes].concat());
    }

    #[test]
    fn broken_tables_never_panic(text in pieces()) {
        every_reader(text.as_bytes());
        every_reader(format!("Part,Qty,Price,Currency\n{text}").as_bytes());
        every_reader(format!("{{\"format\":\"brickops-list\",\"lots\":[{text}").as_bytes());
    }

    #[test]
    fn changed_files_never_panic(
        format in prop::sample::select(ListFormat::ALL.to_vec()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = written(format);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        every_reader(&bytes);
    }

    #[test]
    fn changed_real_files_never_panic(
        mut bytes in prop::sample::select(real()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        every_reader(&bytes);
    }

    /// Damage inside the parts of a spreadsheet, which packing would otherwise notice first.
    #[test]
    fn changed_spreadsheets_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut book = zip::ZipArchive::new(std::io::Cursor::new(written(ListFormat::Xlsx))).expect("archive");
        let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for at in 0..book.len() {
            let mut part = book.by_index(at).expect("part");
            let name = part.name().expect("a name").into_owned();
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut part, &mut bytes).expect("part");
            if name.contains("sheet1.xml") || name.contains("workbook.xml") {
                for (at, byte) in &changes {
                    let at = at.index(bytes.len());
                    bytes[at] = *byte;
                }
            }
            out.start_file(name, zip::write::SimpleFileOptions::default()).expect("part");
            std::io::Write::write_all(&mut out, &bytes).expect("part");
        }
        every_reader(&out.finish().expect("archive").into_inner());
    }
}
