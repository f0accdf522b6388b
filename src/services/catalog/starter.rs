//! The starter catalogue that is part of the program: a new data directory begins with it.

use super::gather::Gathered;
use super::merge::{Terms, Vanishing};
use crate::domain::Timestamp;
use crate::domain::report::CatalogImport;
use crate::error::Result;
use crate::formats::{Source, read_catalog, sniff};
use crate::services::App;

/// Names and contents of the files, in BrickLink's own formats, so that the same readers take them.
pub static STARTER: [(&str, &[u8]); 8] = [
    ("colors.xml", include_bytes!("../../../seed/colors.xml")),
    (
        "categories.xml",
        include_bytes!("../../../seed/categories.xml"),
    ),
    (
        "itemtypes.xml",
        include_bytes!("../../../seed/itemtypes.xml"),
    ),
    ("parts.xml", include_bytes!("../../../seed/parts.xml")),
    (
        "minifigures.xml",
        include_bytes!("../../../seed/minifigures.xml"),
    ),
    ("sets.xml", include_bytes!("../../../seed/sets.xml")),
    ("codes.xml", include_bytes!("../../../seed/codes.xml")),
    ("bins.json", include_bytes!("../../../seed/bins.json")),
];

/// The facts were collected on 2025-11-01; their age is shown from then on.
const AS_OF: Timestamp = Timestamp::from_seconds(1_761_955_200);

impl App {
    /// Gives an empty store the starter catalogue; one that has a catalogue stays as it is.
    pub fn plant_starter(&self) -> Result<Option<CatalogImport>> {
        if self.store.read(|tx| Ok(tx.catalog()?.is_some()))? {
            return Ok(None);
        }
        let mut run = Gathered::default();
        for (name, bytes) in STARTER {
            let mut source = Source::from_bytes(name, bytes)?;
            let kind = sniff(&mut source)?;
            read_catalog(&mut source, &kind, &mut run.file(name, AS_OF))?;
        }
        let terms = Terms {
            source: crate::domain::Source::Starter,
            vanishing: Vanishing::MostlyComplete,
            now: self.clock.now(),
        };
        self.take_over(run, terms, CatalogImport::default(), &|_| {})
            .map(Some)
    }
}
