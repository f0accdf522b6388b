//! Reading a list that a person names: any format, with the columns that the shop keeps for its tables.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::deeds::Task;
use crate::domain::report::Progress;
use crate::domain::review::ListLook;
use crate::domain::{ColorId, ListSource, Mapping, Scope};
use crate::error::{Error, Result};
use crate::formats::{
    FileKind, ListFile, ListLot, Lookup, ReadOptions, Source, each_lot, sniff, table_head,
};
use crate::services::App;
use crate::services::names::Names;
use crate::services::rights::{Right, allow};
use crate::store::{Batch, Decided};

/// Longest name of kept columns, in characters.
const MAX_NAME: usize = 60;
/// Rows after which whoever waits is told, and may have stopped it.
const TOLD: u64 = 1_000;
/// Rows of a table that are shown before it is read.
const HEAD_ROWS: usize = 6;

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

/// A list that is open, before its rows are read.
pub(super) struct Ready {
    source: Source,
    kind: FileKind,
    known: Option<(String, Mapping)>,
    fresh: bool,
    names: Arc<Names>,
}

impl Ready {
    /// Reads the rows one by one; whoever watches can stop it. What is answered holds no lots.
    pub(super) fn read(
        mut self,
        task: Task<'_>,
        each: &mut dyn FnMut(ListLot) -> Result<()>,
    ) -> Result<Opened> {
        let file = self.source.name().to_owned();
        let mut progress = Progress {
            step: format!("reading {file}"),
            unit: "rows".into(),
            ..Progress::default()
        };
        (task.progress)(progress.clone());
        let lookup = ByName::of(&self.names);
        let options = ReadOptions {
            mapping: self.known.as_ref().map(|(_, mapping)| mapping),
            lookup: &lookup,
        };
        let list = each_lot(&mut self.source, &self.kind, &options, &mut |row| {
            if progress.done.is_multiple_of(TOLD) {
                task.go_on()?;
                (task.progress)(progress.clone());
            }
            progress.done += 1;
            each(row)
        })?;
        Ok(Opened {
            what: self.kind.words(),
            file,
            list,
            mapping: self.known.map(|(name, mapping)| {
                let fresh = self.fresh.then_some(mapping);
                (name, fresh)
            }),
        })
    }
}

impl App {
    /// Opens a list: what it is and by which columns it is read.
    pub(super) fn ready_list(&self, scope: &Scope, asked: &ListSource) -> Result<Ready> {
        let path = Path::new(&asked.path);
        let mut source = Source::open(path)?;
        let kind = sniff(&mut source)?;
        let known = if is_table(&kind) || asked.mapping.is_some() {
            self.columns(scope, asked, path)?
        } else {
            None
        };
        Ok(Ready {
            source,
            kind,
            known,
            fresh: asked.mapping.is_some(),
            names: self.names(),
        })
    }

    /// Reads a list whole.
    pub(super) fn open_list_file(
        &self,
        scope: &Scope,
        asked: &ListSource,
        task: Task<'_>,
    ) -> Result<Opened> {
        let mut lots = Vec::new();
        let opened = self.ready_list(scope, asked)?.read(task, &mut |row| {
            lots.push(row);
            Ok(())
        })?;
        Ok(Opened {
            list: ListFile {
                lots,
                ..opened.list
            },
            ..opened
        })
    }

    /// What a file is and how its columns would be read, without reading it.
    pub fn look_at_list(&self, scope: &Scope, path: &str) -> Result<ListLook> {
        allow(scope, Right::Inventory)?;
        let path = Path::new(path);
        let mut source = Source::open(path)?;
        let file = source.name().to_owned();
        let kind = sniff(&mut source)?;
        let known_as = plain_name(path);
        let table = is_table(&kind);
        let kept = if table {
            self.store.read(|tx| tx.shop(scope).mapping(&known_as))?
        } else {
            None
        };
        let head = table_head(&mut source, &kind, kept.as_ref(), HEAD_ROWS)?;
        let guess = || {
            let guesses = head.iter().map(|row| {
                let titles = row.iter().map(String::as_str);
                Mapping::guess(titles)
            });
            guesses.max_by_key(|guess| (guess.is_enough(), guess.columns.len()))
        };
        Ok(ListLook {
            file,
            what: kind.words(),
            kept: kept.is_some(),
            mapping: if table { kept.or_else(guess) } else { None },
            head,
            known_as,
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
