//! The matrix as a table for people: below the target directory, made anew with every run.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// A row: call, way to fail, class, what is told, attempts, what the world says.
pub type Row = [String; 6];

/// Writes it.
pub fn write(rows: &[Row]) {
    let mut text = String::from(
        "| call | goes wrong | class | what is told | attempts | the service |\n|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("market-matrix.md");
    fs::write(path, text).expect("a file");
}
