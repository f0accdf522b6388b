//! What the benchmarks share: where the data is, a data set of the same size where there is none, an
//! app over it, and figures as one line of JSON.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use brickops::clock::SystemClock;
use brickops::services::{App, Setup};
use brickops::store::Store;

/// The golden queries, and what they must find.
pub const GOLDEN: &str = include_str!("../../tests/fixtures/search/golden.tsv");

/// What people type besides the golden queries.
pub const MORE: [&str; 22] = [
    "3001",
    "3794b",
    "sw0",
    "technic beam 15",
    "tile round 2x2 pizza",
    "C303",
    "302301",
    "minifigure torso castle",
    "brick modified 1x2 log",
    "wheel 30.4",
    "dark bluish gray",
    "plate round 1x1",
    "slope curved 4x1",
    "snot brick",
    "hinge plate 1x4",
    "x-wing",
    "10190",
    "arch 1x6x2",
    "star wars stormtrooper",
    "bracket 1x2 - 1x4",
    "dish 4x4 inverted",
    "windscreen 6x4x2",
];

/// `BRICKOPS_DATA`, or `../shared/data` beside the project.
pub fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let data = std::env::var_os("BRICKOPS_DATA").map_or(beside, PathBuf::from);
    data.join("catalog").is_dir().then_some(data)
}

/// The downloads of a full catalogue: real ones, or generated into `dir`. 152,868 items, 104,355 codes.
pub fn downloads(dir: &Path) -> Vec<PathBuf> {
    let Some(data) = shared() else {
        return generated(dir);
    };
    [
        "colors.xml",
        "categories.xml",
        "itemtypes.xml",
        "parts.xml.gz",
        "minifigs.xml.gz",
        "sets.xml.gz",
        "gear.xml.gz",
        "codes.xml.gz",
        "bin_lookup_v3.json",
    ]
    .iter()
    .map(|name| data.join("catalog").join(name))
    .collect()
}

/// Made-up items of the real counts, with names of real length and repetition.
fn generated(dir: &Path) -> Vec<PathBuf> {
    const NOUNS: [&str; 12] = [
        "Brick",
        "Plate",
        "Tile",
        "Slope",
        "Technic, Axle",
        "Technic, Pin",
        "Minifigure, Torso",
        "Window",
        "Wheel",
        "Bracket",
        "Arch",
        "Hinge Plate",
    ];
    const EXTRAS: [&str; 8] = [
        "",
        " with Groove",
        " without Pin",
        " Modified with Clip",
        " with Red Pattern",
        " (Jumper)",
        " with Studs on Side",
        " Round",
    ];
    let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("seed");
    let mut files: Vec<PathBuf> = ["colors.xml", "categories.xml", "itemtypes.xml"]
        .iter()
        .map(|name| seed.join(name))
        .collect();
    let mut codes = String::from("Item No\tColor\tCode\n");
    for (letter, count, category) in [
        ('P', 91_431, 5),
        ('M', 18_149, 65),
        ('S', 20_952, 67),
        ('G', 22_336, 398),
    ] {
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CATALOG>\n");
        for n in 0..count {
            let noun = NOUNS[n % NOUNS.len()];
            let extra = EXTRAS[(n / 7) % EXTRAS.len()];
            let (x, y) = (n % 16 + 1, (n / 16) % 24 + 1);
            let no = match letter {
                'P' if n % 3 == 0 => format!("{}pb{:02}", 3000 + n / 3, n % 90),
                'M' => format!("sw{n:05}"),
                'S' => format!("{}-1", 1000 + n),
                _ => format!("{}", 3000 + n),
            };
            let _ = writeln!(
                xml,
                "<ITEM><ITEMTYPE>{letter}</ITEMTYPE><ITEMID>{no}</ITEMID><ITEMNAME>{noun} {x} x {y}{extra} {}</ITEMNAME><CATEGORY>{category}</CATEGORY><ITEMWEIGHT>1.5</ITEMWEIGHT></ITEM>",
                n / 300
            );
            if letter == 'P' && n % 7 < 8 && codes.len() < 3_000_000 {
                let _ = writeln!(codes, "{no}\tBlack\t{}", 4_000_000 + n);
            }
        }
        xml.push_str("</CATALOG>\n");
        let path = dir.join(format!("{letter}.xml"));
        fs::write(&path, xml).expect("room for generated data");
        files.push(path);
    }
    let path = dir.join("codes.txt");
    fs::write(&path, codes).expect("room for generated data");
    files.push(path);
    files
}

/// An app over a data directory.
pub fn app(dir: &Path) -> App {
    let store = Store::open_dir(dir).expect("a store");
    let setup = Setup {
        data_dir: dir.to_owned(),
        ..Setup::default()
    };
    App::new(store, Arc::new(SystemClock), setup).expect("an app")
}

/// Every prefix of every query, once.
pub fn prefixes() -> Vec<String> {
    let golden = GOLDEN
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split('\t').next());
    let mut found: Vec<String> = Vec::new();
    for query in golden.chain(MORE) {
        let ends = query.char_indices().map(|(at, c)| at + c.len_utf8());
        for end in ends {
            let prefix = query[..end].to_owned();
            if !found.contains(&prefix) {
                found.push(prefix);
            }
        }
    }
    found
}

/// The value below which this share of all values lies.
pub fn percentile(sorted: &[Duration], share: f64) -> Duration {
    let at = (sorted.len() as f64 * share).ceil() as usize;
    sorted[at.clamp(1, sorted.len()) - 1]
}

/// Microseconds with one decimal.
pub fn micros(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e7).round() / 10.0
}

/// Seconds with three decimals.
pub fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e3).round() / 1e3
}

/// Resident memory of this process, in MiB.
pub fn rss_mb() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kb = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok())
        .unwrap_or(0.0);
    (kb / 102.4).round() / 10.0
}

/// Size of everything in a directory, in MiB.
pub fn dir_mb(dir: &Path) -> f64 {
    fn bytes(dir: &Path) -> u64 {
        fs::read_dir(dir)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| {
                let path = entry.path();
                if path.is_dir() {
                    bytes(&path)
                } else {
                    entry.metadata().map_or(0, |meta| meta.len())
                }
            })
            .sum()
    }
    (bytes(dir) as f64 / 104_857.6).round() / 10.0
}
