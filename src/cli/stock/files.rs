//! Files (batch collections) by their names.

use super::super::caller::unexpected;
use super::super::stock_args::FilesCommand;
use super::super::{Ending, json};
use super::Desk;
use crate::api::{Reply, StockRequest};
use crate::domain::edit::{Edits, LotEdit};
use crate::domain::{FileId, LotFileRow, LotId, LotShelf};
use crate::error::{Error, Result};

impl Desk<'_> {
    pub(super) fn files(&self, command: &FilesCommand) -> Result<Ending> {
        match command {
            FilesCommand::List => {
                let rows = self.all_files()?;
                if self.out.json() {
                    let rows: Vec<json::File> = rows.iter().map(json::File::from).collect();
                    self.out.document(&rows);
                } else if rows.is_empty() {
                    self.out.note(
                        "There are no files. Make one with: brickops inventory files create NAME",
                    );
                } else {
                    for row in &rows {
                        self.file_line(row);
                    }
                }
                Ok(Ending::Done)
            }
            FilesCommand::Create { name, note } => self.put_file(None, name, note),
            FilesCommand::Rename { name, to } => {
                let known = self.file(name)?.file;
                self.put_file(Some(known.id), to, &known.note)
            }
            FilesCommand::Drop { name } => {
                let row = self.file(name)?;
                self.ask(StockRequest::DropFile { id: row.file.id })?;
                if self.out.json() {
                    self.out.document(&json::File::from(&row));
                } else {
                    self.out.line(format!("{} is dropped.", row.file.name));
                }
                Ok(Ending::Done)
            }
            FilesCommand::Put { name, deed } => {
                let file = self.file(name)?.file.id;
                let which = self.which(&deed.which, LotShelf::Live)?;
                let edits = Edits(vec![LotEdit::File(Some(file))]);
                self.change(which, edits, &deed.why, deed.dry_run)
            }
            FilesCommand::Take { name, deed } => {
                let file = self.file(name)?.file.id;
                let which = self.which(&deed.which, LotShelf::File(file))?;
                let edits = Edits(vec![LotEdit::File(None)]);
                self.change(which, edits, &deed.why, deed.dry_run)
            }
            FilesCommand::Compare {
                name,
                other,
                only,
                limit,
            } => self.compare((name, other.as_deref()), *only, *limit),
            FilesCommand::Release {
                name,
                merge,
                lots,
                dry_run,
            } => {
                let file = self.file(name)?.file.id;
                let lots: Vec<LotId> = lots.iter().copied().map(LotId).collect();
                let lots = (!lots.is_empty()).then_some(lots);
                let merge = *merge;
                if *dry_run {
                    return self.would_release((file, name), lots, merge);
                }
                let report = self.long(|op| StockRequest::Release {
                    file,
                    lots,
                    merge,
                    op,
                })?;
                Ok(self.did(&report))
            }
        }
    }

    fn put_file(&self, id: Option<FileId>, name: &str, note: &str) -> Result<Ending> {
        let reply = self.ask(StockRequest::PutFile {
            id,
            name: name.to_owned(),
            note: note.to_owned(),
        })?;
        let Reply::File(file) = reply else {
            return Err(unexpected());
        };
        let rows = self.all_files()?;
        let row = rows.iter().find(|row| row.file.id == file.id);
        let row = row.ok_or_else(|| Error::not_found("That file is not there any more."))?;
        if self.out.json() {
            self.out.document(&json::File::from(row));
        } else {
            self.file_line(row);
        }
        Ok(Ending::Done)
    }

    pub(super) fn all_files(&self) -> Result<Vec<LotFileRow>> {
        match self.ask(StockRequest::Files)? {
            Reply::Files(rows) => Ok(rows),
            _ => Err(unexpected()),
        }
    }

    /// A file by its name, in any letter case.
    pub(super) fn file(&self, name: &str) -> Result<LotFileRow> {
        let wanted = name.trim().to_lowercase();
        let mut rows = self.all_files()?.into_iter();
        let found = rows.find(|row| row.file.name.to_lowercase() == wanted);
        found.ok_or_else(|| {
            Error::not_found(format!(
                "There is no file {name}. See `brickops inventory files list`."
            ))
        })
    }

    fn file_line(&self, row: &LotFileRow) {
        self.out.line(format!(
            "{:<30} {:>6} lots {:>9} pieces  {}  {}  {}",
            row.file.name,
            row.lots,
            row.pieces,
            row.file.created.date(),
            row.by,
            row.file.note
        ));
    }
}
