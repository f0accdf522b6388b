//! Lots of a large shop: the invented store of 35,000, or rows of the same shape where it is not there.
//! Larger shops are that store again, each time with other places, colours, prices and numbers.

use std::fmt::Write as _;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Lots of one file.
pub const FILE: usize = 35_000;

/// Writes the files of a shop with so many lots.
pub fn files(dir: &Path, lots: usize) -> Vec<PathBuf> {
    let rows = rows();
    let mut files = Vec::new();
    for copy in 0..lots.div_ceil(FILE) {
        let mut text = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<BrickStoreXML>\n <Inventory Currency=\"EUR\">\n",
        );
        let here = FILE.min(lots - copy * FILE);
        for at in 0..here {
            text.push_str("  <Item>\n");
            text.push_str(&row(&rows, at, copy));
            text.push_str("  </Item>\n");
        }
        text.push_str(" </Inventory>\n</BrickStoreXML>\n");
        let path = dir.join(format!("stock-{copy}.bsx"));
        fs::write(&path, text).expect("room for lots");
        files.push(path);
    }
    files
}

/// The fields of every lot of the store, one a line.
fn rows() -> Vec<String> {
    let real = super::support::shared()
        .map(|data| data.join("inventories/invented-store-35k.bsx.gz"))
        .filter(|path| path.is_file());
    let Some(path) = real else {
        return (0..FILE).map(made_up).collect();
    };
    let mut text = String::new();
    let packed = fs::File::open(path).expect("the store");
    flate2::read::GzDecoder::new(packed)
        .read_to_string(&mut text)
        .expect("a text");
    text.split("<Item>")
        .skip(1)
        .filter_map(|rest| rest.split_once("</Item>"))
        .map(|(row, _)| row.trim_start_matches('\n').trim_end().to_owned() + "\n")
        .collect()
}

/// A lot of the generated catalogue.
fn made_up(n: usize) -> String {
    const COLORS: [u16; 8] = [1, 5, 7, 11, 85, 86, 2, 3];
    const NOTES: [&str; 6] = ["", "near mint", "scratches", "", "crack on clip", ""];
    let part = (n * 7) % 90_000;
    let no = match part % 3 {
        0 => format!("{}pb{:02}", 3000 + part / 3, part % 90),
        _ => format!("{}", 3000 + part),
    };
    let mut text = String::new();
    let mut field = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(text, "   <{name}>{value}</{name}>");
        }
    };
    field("ItemID", &no);
    field("ItemTypeID", "P");
    field("ColorID", &COLORS[n % COLORS.len()].to_string());
    field("Qty", &(n * n % 211).to_string());
    field("Price", &format!("0.{:03}", 7 + n * 13 % 900));
    field("Condition", if n.is_multiple_of(3) { "U" } else { "N" });
    field("Comments", NOTES[n % NOTES.len()]);
    field(
        "Remarks",
        &format!("{}{:03}", ['A', 'B', 'C', 'D'][n % 4], n % 400),
    );
    field("LotID", &(400_000_000 + n).to_string());
    field(
        "DateAdded",
        &format!("20{:02}-06-01T10:00:00Z", 14 + n % 12),
    );
    text
}

fn row(rows: &[String], at: usize, copy: usize) -> String {
    let row = &rows[at % rows.len()];
    if copy == 0 {
        return row.clone();
    }
    let part = |row: &str| row.contains("<ItemTypeID>P<");
    let other = &rows[(at + copy * 37) % rows.len()];
    let mut text = String::with_capacity(row.len() + 8);
    for line in row.lines() {
        let name = line.trim_start().split('>').next().unwrap_or_default();
        let value = inner(line);
        match (name, value) {
            ("<LotID", Some(number)) => {
                let number: usize = number.parse().expect("a number");
                let _ = writeln!(text, "   <LotID>{}</LotID>", number + copy * 10_000_000);
            }
            ("<Remarks", Some(place)) if place.contains(|c: char| c.is_ascii_digit()) => {
                let _ = writeln!(text, "   <Remarks>{place}-{copy}</Remarks>");
            }
            ("<Price", Some(price)) => {
                let thousandths: usize = price.replace('.', "").parse().unwrap_or(50);
                let dearer = thousandths * (100 + copy * 3) / 100 + 1;
                let _ = writeln!(
                    text,
                    "   <Price>{}.{:03}</Price>",
                    dearer / 1000,
                    dearer % 1000
                );
            }
            ("<ColorID", _) if part(row) && part(other) => {
                let color = other.lines().find(|line| line.contains("<ColorID>"));
                let _ = writeln!(text, "{}", color.unwrap_or(line));
            }
            _ => {
                let _ = writeln!(text, "{line}");
            }
        }
    }
    text
}

fn inner(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once('>')?;
    Some(rest.split_once("</")?.0)
}
