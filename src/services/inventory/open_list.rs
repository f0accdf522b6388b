//! Reading a list that a person names: any format, with the columns that the shop keeps for its tables.

use std::collections::HashMap;
use std::path::Path;

use crate::domain::report::Progress;
use crate::domain::{ColorId, ListSource, Mapping, Scope};
use crate::error::{Error, Result};
use crate::formats::{FileKind, ListFile, Lookup, ReadOptions, Source, read_list, sniff};
use crate::services::App;
use crate::services::names::Names;
use crate::store::{Batch, Decided};

/// Longest name of kept columns, in characters.
const MAX_NAME: usize = 60;

/// Colours by their names in the catalogue.
pub(super) struct ByName(HashMap<String, ColorId>);

impl ByName {
    pub(super) fn of(names: &Names) -> Self {
        let colors = names.colors();
        Self(
            colors
                .into_iter()
                .map(|color| (color.name.to_lowercase(), color.id))
                .collect(),
        )
    }
}

impl Lookup for ByName {
    fn color(&self, name: &str) -> Option<ColorId> {
        self.0.get(&name.trim().to_lowercase()).copied()
    }
}

/// A list as it was read.
pub(super) struct Opened {
    /// Name of the file without its folder.
    pub(super) file: String,
    /// What it was taken for.
    pub(super) what: String,
    pub(super) list: ListFile,
    /// The name of the columns that it was read by, and whether they are to be kept.
    pub(super) mapping: Option<(String, Option<Mapping>)>,
}

impl App {
    /// Reads a list whole.
    pub(super) fn open_list_file(
        &self,
        scope: &Scope,
        asked: &ListSource,
        progress: &dyn Fn(Progress),
    ) -> Result<Opened> {
        let path = Path::new(&asked.path);
        let mut source = Source::open(path)?;
        let file = source.name().to_owned();
        progress(Progress {
            step: format!("reading {file}"),
            ..Progress::default()
        });
        let kind = sniff(&mut source)?;
        let known = if is_table(&kind) || asked.mapping.is_some() {
            self.columns(scope, asked, path)?
        } else {
            None
        };
        let names = self.names();
        let lookup = ByName::of(&names);
        let options = ReadOptions {
            mapping: known.as_ref().map(|(_, mapping)| mapping),
            lookup: &lookup,
        };
        let list = read_list(&mut source, &kind, &options)?;
        let mapping = known.map(|(name, mapping)| {
            let fresh = asked.mapping.is_some().then_some(mapping);
            (name, fresh)
        });
        Ok(Opened {
            what: kind.words(),
            file,
            list,
            mapping,
        })
    }

    /// The columns by which a table is to be read, with their name.
    fn columns(
        &self,
        scope: &Scope,
        asked: &ListSource,
        path: &Path,
    ) -> Result<Option<(String, Mapping)>> {
        let name = match &asked.known_as {
            Some(name) => name.trim().to_lowercase(),
            None => plain_name(path),
        };
        if name.chars().count() > MAX_NAME {
            return Err(Error::invalid(format!(
                "The name of columns has at most {MAX_NAME} characters."
            )));
        }
        if let Some(mapping) = &asked.mapping {
            if !mapping.is_enough() {
                return Err(Error::invalid(
                    "The columns must name at least the item number and the quantity.",
                ));
            }
            return Ok(Some((name, mapping.clone())));
        }
        let kept = self.store.read(|tx| tx.shop(scope).mapping(&name))?;
        if kept.is_none() && asked.known_as.is_some() {
            return Err(Error::not_found(format!(
                "No columns are kept as “{name}”. Name them once, then they are kept."
            )));
        }
        Ok(kept.map(|mapping| (name, mapping)))
    }

    /// Keeps columns that were used for the first time or differ from before.
    pub(super) fn keep_columns(
        &self,
        scope: &Scope,
        (name, mapping): (String, Mapping),
    ) -> Result<()> {
        let scope = *scope;
        self.store.write(move |tx| {
            if tx.shop(&scope).mapping(&name)?.as_ref() == Some(&mapping) {
                return Ok(Decided::unchanged(()));
            }
            let mut batch = Batch::new();
            batch.put_mapping(&scope, name, mapping);
            Ok(Decided::new((), batch))
        })
    }
}

/// Whether columns can mean something there.
fn is_table(kind: &FileKind) -> bool {
    matches!(
        kind,
        FileKind::ListCsv | FileKind::Spreadsheet | FileKind::Unknown(_)
    )
}

/// `Stock 2025-11-21 (2).csv` and next week's file have one name.
fn plain_name(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let words: Vec<String> = stem
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let name: String = words.join(" ").chars().take(MAX_NAME).collect();
    if name.is_empty() { "list".into() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_one_kind_have_one_name() {
        for path in [
            "/x/Stock 2025-11-21 (2).csv",
            "stock.csv",
            "STOCK_7.xlsx",
            "1-stock.txt",
        ] {
            assert_eq!(plain_name(Path::new(path)), "stock", "{path}");
        }
        assert_eq!(plain_name(Path::new("2025.csv")), "list");
        assert_eq!(
            plain_name(Path::new("my-store export.csv")),
            "my store export"
        );
    }
}
