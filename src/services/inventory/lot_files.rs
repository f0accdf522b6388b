//! Files (batch collections): made, named, filled by adding or importing, released into the live stock.

use std::collections::HashMap;
use std::sync::Arc;

use super::compare::all_of;
use super::deeds::{Doing, Each, Outcome, PIECE, Task};
use crate::domain::lot_file::MAX_FILE_NAME;
use crate::domain::rows::DeedReport;
use crate::domain::text::clean;
use crate::domain::{
    FileId, ItemKind, LotFile, LotFileRow, LotId, LotQuery, LotShelf, OperationId, Reason, Scope,
    Topic, Which,
};
use crate::error::{Error, Result};
use crate::services::App;
use crate::services::moves::Moves;
use crate::services::rights::{Right, allow};
use crate::store::{Batch, Decided};

impl App {
    /// The shop's files.
    pub fn lot_files(&self, scope: &Scope) -> Result<Vec<LotFileRow>> {
        allow(scope, Right::ReadInventory)?;
        let (files, people) = self.store.read(|tx| {
            let shop = tx.shop(scope);
            let mut files = Vec::new();
            shop.each_lot_file(|file| {
                files.push(file);
                Ok(())
            })?;
            Ok((files, shop.people()?))
        })?;
        let mut rows = Vec::with_capacity(files.len());
        for file in files {
            let query = LotQuery {
                shelf: LotShelf::File(file.id),
                ..LotQuery::default()
            };
            let totals = self.selected(scope, &query)?.totals;
            let by = people.iter().find(|person| person.id == file.created_by);
            rows.push(LotFileRow {
                lots: totals.lots,
                pieces: totals.pieces,
                by: by.map_or_else(String::new, |person| person.name.clone()),
                file,
            });
        }
        Ok(rows)
    }

    /// Makes a file, or renames one.
    pub fn put_lot_file(
        &self,
        scope: &Scope,
        id: Option<FileId>,
        (name, note, review): (&str, &str, bool),
    ) -> Result<LotFile> {
        allow(scope, Right::Inventory)?;
        let name = clean(name).trim().to_owned();
        let note = clean(note);
        if name.is_empty() || name.chars().count() > MAX_FILE_NAME {
            return Err(Error::invalid(format!(
                "A file has a name of 1 to {MAX_FILE_NAME} characters."
            )));
        }
        let scope = *scope;
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let mut taken = false;
            shop.each_lot_file(|file| {
                taken |= Some(file.id) != id && file.name.eq_ignore_ascii_case(&name);
                Ok(())
            })?;
            if taken {
                return Err(Error::conflict(format!(
                    "There is a file “{name}” already. Choose another name."
                )));
            }
            let mut batch = Batch::new();
            let file = match id {
                None => LotFile {
                    id: batch.next_lot_file(&shop)?,
                    name,
                    note,
                    review,
                    created: scope.now,
                    created_by: scope.user,
                },
                Some(id) => {
                    let known = shop.lot_file(id)?;
                    let known = known
                        .ok_or_else(|| Error::not_found("That file is not there any more."))?;
                    LotFile {
                        name,
                        note,
                        review,
                        ..known
                    }
                }
            };
            batch.put_lot_file(&scope, file.clone());
            batch.changed(&scope, Topic::Files, []);
            Ok(Decided::new(file, batch))
        })
    }

    /// Drops a file that holds no lots any more.
    pub fn drop_lot_file(&self, scope: &Scope, id: FileId) -> Result<()> {
        allow(scope, Right::Inventory)?;
        let query = LotQuery {
            shelf: LotShelf::File(id),
            ..LotQuery::default()
        };
        let left = self.selected(scope, &query)?.totals.lots;
        if left > 0 {
            return Err(Error::conflict(format!(
                "The file still holds {left} lots. Release or delete them first."
            )));
        }
        let scope = *scope;
        self.store.write(move |tx| {
            tx.shop(&scope)
                .lot_file(id)?
                .ok_or_else(|| Error::not_found("That file is not there any more."))?;
            let mut batch = Batch::new();
            batch.drop_lot_file(&scope, id);
            batch.changed(&scope, Topic::Files, []);
            Ok(Decided::new((), batch))
        })
    }

    /// Lots of a file come into the live stock: each as a lot of its own or, with `merge`, into the lot of
    /// the same item, colour and condition with the same price and place, where there is one.
    pub fn release(
        &self,
        scope: &Scope,
        file: FileId,
        (which, merge): (Option<Vec<LotId>>, bool),
        op: OperationId,
        task: Task<'_>,
    ) -> Result<DeedReport> {
        allow(scope, Right::Inventory)?;
        let head = self.store.read(|tx| tx.shop(scope).lot_file(file))?;
        let head = head.ok_or_else(|| Error::not_found("That file is not there any more."))?;
        let which = which.map_or_else(|| all_of(file), Which::Lots);
        let ids = self.meant(scope, &which)?;
        let doing = Doing {
            what: format!("released from {}", head.name),
            why: String::new(),
            op,
        };
        let name = head.name;
        let alike = if merge {
            self.alike(scope, &ids)?
        } else {
            Alike::new()
        };
        let into = merge.then_some(alike);
        let each: Each =
            Arc::new(move |moves, id| release_one(moves, id, (file, &name), into.as_ref()));
        self.each_lot(scope, &doing, &ids, &each, task)
    }

    /// These lots by their items.
    fn alike(&self, scope: &Scope, ids: &[LotId]) -> Result<Alike> {
        let mut alike = Alike::new();
        for piece in ids.chunks(PIECE) {
            for lot in self.store.read(|tx| tx.shop(scope).lots(piece))? {
                let key = (lot.item.kind, lot.item.folded());
                alike.entry(key).or_default().push(lot.id);
            }
        }
        Ok(alike)
    }
}

/// Lots of a release by their items: those that came first take in their equals, too.
type Alike = HashMap<(ItemKind, String), Vec<LotId>>;

fn release_one(
    moves: &mut Moves<'_>,
    id: LotId,
    (file, name): (FileId, &str),
    alike: Option<&Alike>,
) -> Result<Outcome> {
    let Some(lot) = moves.lot(id)?.cloned() else {
        return Ok(Outcome::Refused("it is not there any more".into()));
    };
    if lot.gone || lot.file != Some(file) {
        return Ok(Outcome::Refused("it is not in this file any more".into()));
    }
    let filed = || Reason::Filed {
        file: name.to_owned(),
    };
    if let Some(alike) = alike {
        let live = moves.shop().stock_of(&lot.item)?;
        let live = live.into_iter().map(|(other, _)| other);
        let earlier = alike.get(&(lot.item.kind, lot.item.folded()));
        let earlier = earlier.into_iter().flatten().copied();
        for other in live.chain(earlier.take_while(|other| *other < id)) {
            let fits = moves.lot(other)?.filter(|other| {
                other.is_live()
                    && other.same_article(&lot)
                    && other.price == lot.price
                    && other.place == lot.place
            });
            let Some(mut stock) = fits.map(|other| other.stock) else {
                continue;
            };
            if stock.shift(i64::from(lot.stock.available)).is_none() {
                continue;
            }
            // Half of it taken back would make pieces: both entries say that they hang together.
            moves.edit(other, Reason::Merged, None, |held| {
                held.stock = stock;
                Ok(())
            })?;
            moves.edit(id, Reason::Merged, None, |held| {
                held.stock.available = 0;
                held.gone = true;
                Ok(())
            })?;
            return Ok(Outcome::Changed);
        }
    }
    moves.edit(id, filed(), None, |held| {
        held.file = None;
        Ok(())
    })?;
    Ok(Outcome::Changed)
}
