//! What a set consists of, as BrickLink's download tells it. It is read only where a set is parted out:
//! nobody has these pieces in the shop yet.
//!
//! Rows that stand for another row (alternates) and those that are made of other rows (counterparts) are
//! no pieces of their own; extra pieces lie in the box and count.

use super::super::fields::Flaw;
use super::super::lots::ListFile;
use super::super::source::Source;
use super::cells::CellReader;
use super::lookup::Lookup;
use super::table_csv::{NOT_CLOSED, text_rows};
use crate::domain::{DecimalMark, Delimiter, ListField, ListStatus, Mapping};
use crate::error::{Error, Result};

/// The columns of the download, in its order.
const COLUMNS: [ListField; 5] = [
    ListField::Kind,
    ListField::Number,
    ListField::Name,
    ListField::Quantity,
    ListField::Color,
];
const EXTRA: usize = 5;
const ALTERNATE: usize = 6;
const COUNTERPART: usize = 8;

/// Reads the pieces of one set; answers also how many rows were no pieces of their own.
pub fn read_set_inventory(source: &mut Source, lookup: &dyn Lookup) -> Result<(ListFile, u64)> {
    let name = source.name().to_owned();
    let mapping = Mapping::default();
    let reader = CellReader {
        mapping: &mapping,
        decimal: DecimalMark::Point,
        lookup,
    };
    let mut file = ListFile::default();
    let mut stand_ins = 0;
    let broken = text_rows(source, Delimiter::Tab, &mut |line, cells| {
        let titles = cells.first().is_some_and(|cell| cell.trim() == "Type");
        if titles || cells.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(());
        }
        let says = |at: usize| cells.get(at).is_some_and(|cell| cell.trim() == "Y");
        let known = COLUMNS.into_iter().zip(cells.iter().copied());
        if says(ALTERNATE) || says(COUNTERPART) {
            stand_ins += 1;
            return Ok(());
        }
        match reader.lot(line, &known) {
            Ok(mut lot) => {
                if says(EXTRA) {
                    lot.status = ListStatus::Extra;
                }
                file.lots.push(lot);
            }
            Err(flaw) => file.skipped.push(flaw.at(&name, line)),
        }
        Ok(())
    })?;
    if let Some(line) = broken {
        file.skipped.push(Flaw::new("", NOT_CLOSED).at(&name, line));
    }
    if file.lots.is_empty() {
        return Err(Error::invalid(format!("{name} holds no pieces of a set.")));
    }
    Ok((file, stand_ins))
}

#[cfg(test)]
mod tests {
    use super::super::NoLookup;
    use super::*;

    const HEAD: &str =
        "Type\tItem No\tItem Name\tQty\tColor ID\tExtra?\tAlternate?\tMatch ID\tCounterpart?\n\n";

    fn read(rows: &str) -> Result<(ListFile, u64)> {
        let mut source = Source::from_bytes("S-1-1.txt", format!("{HEAD}{rows}")).expect("text");
        read_set_inventory(&mut source, &NoLookup)
    }

    #[test]
    fn extras_count_and_what_stands_for_other_rows_does_not() {
        let (file, stand_ins) = read(concat!(
            "P\t3001\tBrick 2 x 4\t6\t11\tN\tN\t0\tN\t\n",
            "P\t3001\tBrick 2 x 4\t1\t11\tY\tN\t0\tN\t\n",
            "P\t3002old\tBrick 2 x 3\t2\t11\tN\tY\t4\tN\t\n",
            "P\t73200c01\tHips and Legs\t2\t11\tN\tN\t0\tY\t\n",
            "M\tsw0001\tBattle Droid\t2\t0\tN\tN\t0\tN\t\n",
            "P\t3003\tBrick\tmany\t11\tN\tN\t0\tN\t\n",
        ))
        .expect("a set");
        let lots: Vec<_> = file
            .lots
            .iter()
            .map(|lot| (lot.item.to_string(), lot.quantity))
            .collect();
        assert_eq!(lots.len(), 3, "{lots:?}");
        assert_eq!(file.lots[1].status, ListStatus::Extra);
        let left: Vec<_> = file
            .skipped
            .rows
            .iter()
            .map(|row| (row.line, row.field.as_str()))
            .collect();
        assert_eq!(left, [(8, "quantity")]);
        assert_eq!(stand_ins, 2);
    }

    #[test]
    fn a_table_without_pieces_is_refused() {
        assert!(read("").is_err());
        assert!(read("P\t3001\t\n").is_err());
    }
}
