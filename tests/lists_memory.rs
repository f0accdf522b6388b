//! Lists of any length stream. Alone in its file, as it looks at the whole process.

use brickops::domain::{ItemKey, Money};
use brickops::formats::{
    FileKind, ListFormat, ListHead, ListLot, ReadOptions, Source, WriteOptions, each_lot, sniff,
    write_list,
};

/// One test, as two at once would measure each other.
#[test]
fn memory_does_not_grow_with_a_list() {
    a_million_rows_stream();
    long_lists_are_written_without_being_kept();
}

/// A million rows go through without being kept.
fn a_million_rows_stream() {
    struct Rows {
        at: u32,
        piece: Vec<u8>,
    }
    impl std::io::Read for Rows {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            if self.piece.is_empty() {
                if self.at == 1_000_000 {
                    return Ok(0);
                }
                if self.at == 0 {
                    self.piece
                        .extend_from_slice(b"Part,Color ID,Qty,Price,Remarks\n");
                }
                for _ in 0..1_000 {
                    self.at += 1;
                    self.piece.extend_from_slice(
                        format!("{},5,3,0.081,A-{}\n", self.at, self.at).as_bytes(),
                    );
                }
            }
            let bytes = into.len().min(self.piece.len());
            into[..bytes].copy_from_slice(&self.piece[..bytes]);
            self.piece.drain(..bytes);
            Ok(bytes)
        }
    }
    let rows = Rows {
        at: 0,
        piece: Vec::new(),
    };
    let before = resident_kib();
    let mut source = Source::from_reader("big.csv", rows, 0).expect("opens");
    let kind = sniff(&mut source).expect("sniffed");
    assert_eq!(kind, FileKind::ListCsv);
    let mut pieces = 0;
    let mut lots = 0_u32;
    let about = each_lot(
        &mut source,
        &kind,
        &ReadOptions::default(),
        &mut |lot: ListLot| {
            pieces += lot.quantity;
            lots += 1;
            Ok(())
        },
    )
    .expect("a list");
    assert_eq!((lots, pieces), (1_000_000, 3_000_000));
    assert!(about.lots.is_empty() && about.skipped.count == 0);
    let grown = resident_kib().saturating_sub(before);
    assert!(grown < 96 * 1024, "{grown} KiB");
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|line| line.split_whitespace().next())
        .and_then(|kib| kib.parse().ok())
        .unwrap_or(0)
}

fn long_lists_are_written_without_being_kept() {
    let lot = |at: u64| {
        let mut lot = ListLot::new(0, ItemKey::part("3001"));
        lot.lot_id = Some(at);
        lot.quantity = 3;
        lot.price = Money::from_raw(810);
        lot.remarks = format!("A-{at}");
        lot
    };
    for format in [
        ListFormat::Bsx,
        ListFormat::Csv,
        ListFormat::Json,
        ListFormat::Xlsx,
    ] {
        let before = resident_kib();
        let written = write_list(
            format,
            &ListHead::default(),
            (1..=50_000).map(lot),
            &WriteOptions::default(),
            &mut std::io::sink(),
        )
        .expect("written");
        assert_eq!(written.lots, 50_000);
        let grown = resident_kib().saturating_sub(before);
        assert!(grown < 64 * 1024, "{}: {grown} KiB", format.name());
    }
}
