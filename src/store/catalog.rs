//! The global catalogue: generations of tables, one of which readers see.
//!
//! An import fills the tables of a new generation in many small transactions, beside everybody
//! else's work, and one tiny transaction makes it visible. Until then readers see the old one; a
//! crash in between leaves tables that the next start drops.

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use redb::{TableDefinition, TableHandle, WriteTransaction};

use super::codec::{pack, unpack};
use super::tables::{CatalogMeta, CatalogTables, ElementPairs, ItemColors, ItemRecord, META};
use super::writer::{Batch, Decided, Write};
use super::{Store, Tx, disk};
use crate::domain::market::CatalogFacts;
use crate::domain::{Category, Color, ColorId, Item, ItemKey, ItemKind, Timestamp, Topic};
use crate::error::Result;

/// Name of the head in [`META`].
const HEAD: &str = "catalog";
/// Rows of one transaction while a generation is filled: nobody else waits longer than that takes.
const PIECE: usize = 2_000;

/// A whole catalogue, ready to be stored.
#[derive(Debug, Default)]
pub struct NewCatalog {
    /// Every colour.
    pub colors: Vec<Color>,
    /// Every node of the category tree.
    pub categories: Vec<Category>,
    /// Every item, in the order of the static rank: the position becomes the item's number.
    pub items: Vec<Item>,
}

/// A write to the catalogue.
#[derive(Debug)]
pub(super) enum CatalogWrite {
    Items(u32, Arc<NewCatalog>, Range<usize>),
    Ids(u32, Arc<NewCatalog>, Arc<Vec<u32>>, Range<usize>),
    Elements(u32, Arc<Vec<(String, ElementPairs)>>, Range<usize>),
    Reference(u32, Arc<NewCatalog>),
    Publish(Box<CatalogMeta>),
    Drop(u32),
}

/// The catalogue in one state of the database.
#[derive(Debug)]
pub struct Catalog<'t> {
    pub(super) tx: &'t Tx<'t>,
    pub(super) tables: CatalogTables,
    head: CatalogMeta,
}

impl Tx<'_> {
    /// The catalogue; `None` before the first import.
    pub fn catalog(&self) -> Result<Option<Catalog<'_>>> {
        let head: Option<CatalogMeta> = self.meta(HEAD)?;
        Ok(head.map(|head| Catalog {
            tx: self,
            tables: CatalogTables::of(head.generation),
            head,
        }))
    }
}

impl Catalog<'_> {
    /// What is known of the catalogue as a whole.
    pub fn head(&self) -> &CatalogMeta {
        &self.head
    }

    /// How many items it holds.
    pub fn len(&self) -> u32 {
        self.head.counts.iter().sum()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn by_id(name: &str) -> TableDefinition<'_, u32, &'static [u8]> {
        TableDefinition::new(name)
    }

    /// The number of an item; letter case does not matter.
    pub fn find(&self, key: &ItemKey) -> Result<Option<u32>> {
        let folded = key.folded();
        let table: TableDefinition<'_, (u8, &str), u32> = TableDefinition::new(&self.tables.ids);
        self.tx.look(table, (key.kind.index(), folded.as_str()), Ok)
    }

    /// Whether it holds an item, or the item was fetched beside it.
    pub fn knows(&self, key: &ItemKey) -> Result<bool> {
        Ok(self.find(key)?.is_some() || self.fetched(key)?.is_some())
    }

    /// What was fetched of an item beside the catalogue.
    pub fn fetched(&self, key: &ItemKey) -> Result<Option<CatalogFacts>> {
        let fetched = self.tx.fetched_item(key)?;
        Ok(fetched
            .and_then(|item| item.facts.known)
            .map(|(facts, _)| facts))
    }

    /// The numbers of all items that bear this number, whatever their kind.
    pub fn find_any(&self, no: &str) -> Result<Vec<u32>> {
        let mut found = Vec::new();
        for kind in ItemKind::ALL {
            found.extend(self.find(&ItemKey::new(kind, no))?);
        }
        Ok(found)
    }

    /// An item without its colours.
    pub fn record(&self, id: u32) -> Result<Option<ItemRecord>> {
        self.tx.look(Self::by_id(&self.tables.items), id, unpack)
    }

    /// Items without their colours, in the order asked for; unknown numbers are left out.
    pub fn records(&self, ids: &[u32]) -> Result<Vec<ItemRecord>> {
        let mut found = Vec::with_capacity(ids.len());
        self.tx.look_many(
            Self::by_id(&self.tables.items),
            ids.iter().copied(),
            |_, bytes| {
                found.push(unpack(bytes)?);
                Ok(())
            },
        )?;
        Ok(found)
    }

    /// A whole item.
    pub fn item(&self, id: u32) -> Result<Option<Item>> {
        let Some(record) = self.record(id)? else {
            return Ok(None);
        };
        let colors = self
            .tx
            .look(
                Self::by_id(&self.tables.colors_of),
                id,
                unpack::<ItemColors>,
            )?
            .map(|colors| colors.0)
            .unwrap_or_default();
        Ok(Some(join(record, colors)))
    }

    /// Every item with its number, in rank order.
    pub fn each_item(&self, mut each: impl FnMut(u32, Item) -> Result<()>) -> Result<()> {
        let mut colors: BTreeMap<u32, ItemColors> = BTreeMap::new();
        self.tx
            .walk::<u32, &[u8], u32>(Self::by_id(&self.tables.colors_of), .., |id, bytes| {
                colors.insert(id, unpack(bytes)?);
                Ok(ControlFlow::Continue(()))
            })?;
        self.tx
            .walk::<u32, &[u8], u32>(Self::by_id(&self.tables.items), .., |id, bytes| {
                let known = colors.remove(&id).map(|c| c.0).unwrap_or_default();
                each(id, join(unpack(bytes)?, known))?;
                Ok(ControlFlow::Continue(()))
            })
    }

    /// What an element id means.
    pub fn element(&self, element: &str) -> Result<Vec<(u32, ColorId)>> {
        let table: TableDefinition<'_, &str, &[u8]> = TableDefinition::new(&self.tables.elements);
        let pairs: Option<ElementPairs> = self.tx.look(table, element, unpack)?;
        Ok(pairs
            .map(|pairs| {
                pairs
                    .0
                    .into_iter()
                    .map(|(item, color)| (item, ColorId(color)))
                    .collect()
            })
            .unwrap_or_default())
    }

    /// Every colour, by number.
    pub fn colors(&self) -> Result<Vec<Color>> {
        self.all(&self.tables.colors)
    }

    /// One colour.
    pub fn color(&self, id: ColorId) -> Result<Option<Color>> {
        self.tx
            .look(Self::by_id(&self.tables.colors), u32::from(id.0), unpack)
    }

    /// Every node of the category tree, by number.
    pub fn categories(&self) -> Result<Vec<Category>> {
        self.all(&self.tables.categories)
    }

    fn all<R: super::codec::Record>(&self, name: &str) -> Result<Vec<R>> {
        let mut found = Vec::new();
        self.tx
            .walk::<u32, &[u8], u32>(Self::by_id(name), .., |_, bytes| {
                found.push(unpack(bytes)?);
                Ok(ControlFlow::Continue(()))
            })?;
        Ok(found)
    }

    /// How many rows the tables of items, numbers and element ids really hold: for the check.
    pub fn table_sizes(&self) -> Result<(u64, u64, u64)> {
        let ids: TableDefinition<'_, (u8, &str), u32> = TableDefinition::new(&self.tables.ids);
        let elements: TableDefinition<'_, &str, &[u8]> =
            TableDefinition::new(&self.tables.elements);
        Ok((
            self.tx.len(Self::by_id(&self.tables.items))?,
            self.tx.len(ids)?,
            self.tx.len(elements)?,
        ))
    }
}

fn join(record: ItemRecord, colors: Vec<crate::domain::ItemColor>) -> Item {
    Item {
        key: record.key,
        name: record.name,
        alternates: record.alternates,
        category: record.category,
        year: record.year,
        weight: record.weight,
        dimensions: record.dimensions,
        colors,
        image: record.image,
        obsolete: record.obsolete,
        bin: record.bin,
        vanished: record.vanished,
        basics: record.basics,
        colors_from: record.colors_from,
        bin_from: record.bin_from,
    }
}

fn without_colors(item: &Item) -> ItemRecord {
    ItemRecord {
        key: item.key.clone(),
        name: item.name.clone(),
        alternates: item.alternates.clone(),
        category: item.category,
        year: item.year,
        weight: item.weight,
        dimensions: item.dimensions,
        color_count: u16::try_from(item.colors.len()).unwrap_or(u16::MAX),
        image: item.image.clone(),
        obsolete: item.obsolete,
        bin: item.bin,
        vanished: item.vanished,
        basics: item.basics,
        colors_from: item.colors_from,
        bin_from: item.bin_from,
    }
}

/// A generation that is filled and not yet visible.
#[derive(Debug)]
pub struct Staged {
    head: CatalogMeta,
}

impl Staged {
    /// The generation's number.
    pub fn generation(&self) -> u32 {
        self.head.generation
    }
}

impl Store {
    /// The number that the next generation will have.
    pub fn next_generation(&self) -> Result<u32> {
        self.read(|tx| {
            let head: Option<CatalogMeta> = tx.meta(HEAD)?;
            Ok(head.map_or(1, |head| head.generation + 1))
        })
    }

    /// Fills the tables of a new generation. `progress` is told how many rows are written.
    pub fn stage_catalog(
        &self,
        new: &Arc<NewCatalog>,
        starter: bool,
        at: Timestamp,
        mut progress: impl FnMut(usize),
    ) -> Result<Staged> {
        let generation = self.next_generation()?;
        // Leftovers of an attempt that failed.
        self.catalog_write(CatalogWrite::Drop(generation))?;
        self.catalog_write(CatalogWrite::Reference(generation, Arc::clone(new)))?;
        let mut written = 0;
        for piece in pieces(new.items.len()) {
            written += piece.len();
            self.catalog_write(CatalogWrite::Items(generation, Arc::clone(new), piece))?;
            progress(written);
        }
        let order = Arc::new(by_number(new));
        for piece in pieces(order.len()) {
            self.catalog_write(CatalogWrite::Ids(
                generation,
                Arc::clone(new),
                Arc::clone(&order),
                piece,
            ))?;
        }
        let elements = Arc::new(by_element(new));
        for piece in pieces(elements.len()) {
            self.catalog_write(CatalogWrite::Elements(
                generation,
                Arc::clone(&elements),
                piece,
            ))?;
        }
        let mut counts = vec![0; ItemKind::ALL.len()];
        for item in &new.items {
            counts[usize::from(item.key.kind.index())] += 1;
        }
        Ok(Staged {
            head: CatalogMeta {
                generation,
                seq: 0,
                at,
                starter,
                counts,
                elements: u32::try_from(elements.len()).unwrap_or(u32::MAX),
            },
        })
    }

    /// Makes a staged generation the one that readers see. The one before stays until
    /// [`Self::drop_abandoned_catalogs`].
    pub fn publish_catalog(&self, staged: Staged) -> Result<CatalogMeta> {
        let head = staged.head;
        let published = head.clone();
        self.write(move |_| {
            let mut batch = Batch::new();
            batch
                .writes
                .push(Write::Catalog(CatalogWrite::Publish(Box::new(published))));
            batch.changed_for_all(Topic::Catalog);
            Ok(Decided::new((), batch))
        })?;
        Ok(head)
    }

    /// Drops every generation but the visible one: the one before, or what a crash during an import
    /// left.
    pub fn drop_abandoned_catalogs(&self) -> Result<()> {
        let abandoned = self.read(|tx| {
            let visible = tx.catalog()?.map(|catalog| catalog.head.generation);
            let mut found = Vec::new();
            if let Tx::Read(tx) = tx {
                for name in tx.names()? {
                    let of = CatalogTables::generation_of(&name);
                    found.extend(of.filter(|of| Some(*of) != visible && !found.contains(of)));
                }
            }
            Ok(found)
        })?;
        for generation in abandoned {
            self.catalog_write(CatalogWrite::Drop(generation))?;
        }
        Ok(())
    }

    fn catalog_write(&self, write: CatalogWrite) -> Result<()> {
        self.write(move |_| {
            let mut batch = Batch::new();
            batch.writes.push(Write::Catalog(write));
            Ok(Decided::new((), batch))
        })
    }
}

fn pieces(len: usize) -> impl Iterator<Item = Range<usize>> {
    (0..len)
        .step_by(PIECE)
        .map(move |start| start..(start + PIECE).min(len))
}

/// Item numbers in the order of their keys: a table fills fastest in its own order.
fn by_number(new: &NewCatalog) -> Vec<u32> {
    let mut order: Vec<(u8, String, u32)> = (0u32..)
        .zip(&new.items)
        .map(|(id, item)| (item.key.kind.index(), item.key.folded(), id))
        .collect();
    order.sort_unstable();
    order.into_iter().map(|(_, _, id)| id).collect()
}

fn by_element(new: &NewCatalog) -> Vec<(String, ElementPairs)> {
    let mut pairs: Vec<(&str, u32, u16)> = Vec::new();
    for (id, item) in (0u32..).zip(&new.items) {
        for color in &item.colors {
            for element in &color.elements {
                pairs.push((element, id, color.color.0));
            }
        }
    }
    pairs.sort_unstable();
    let mut found: Vec<(String, ElementPairs)> = Vec::new();
    for (element, id, color) in pairs {
        match found.last_mut() {
            Some((last, means)) if last == element => means.0.push((id, color)),
            _ => found.push((element.to_owned(), ElementPairs(vec![(id, color)]))),
        }
    }
    found
}

pub(super) fn apply(tx: &WriteTransaction, write: CatalogWrite) -> Result<()> {
    let fail = |e: redb::StorageError| disk(&e);
    match write {
        CatalogWrite::Items(generation, new, range) => {
            let tables = CatalogTables::of(generation);
            let definition: TableDefinition<'_, u32, &[u8]> = TableDefinition::new(&tables.items);
            let mut items = tx.open_table(definition).map_err(|e| disk(&e))?;
            let definition: TableDefinition<'_, u32, &[u8]> =
                TableDefinition::new(&tables.colors_of);
            let mut colors_of = tx.open_table(definition).map_err(|e| disk(&e))?;
            for at in range {
                let item = &new.items[at];
                let id = u32::try_from(at).unwrap_or(u32::MAX);
                items
                    .insert(id, pack(&without_colors(item))?.as_slice())
                    .map_err(fail)?;
                if !item.colors.is_empty() {
                    let colors = ItemColors(item.colors.clone());
                    colors_of
                        .insert(id, pack(&colors)?.as_slice())
                        .map_err(fail)?;
                }
            }
        }
        CatalogWrite::Ids(generation, new, order, range) => {
            let tables = CatalogTables::of(generation);
            let definition: TableDefinition<'_, (u8, &str), u32> =
                TableDefinition::new(&tables.ids);
            let mut ids = tx.open_table(definition).map_err(|e| disk(&e))?;
            for id in &order[range] {
                let key = &new.items[*id as usize].key;
                ids.insert((key.kind.index(), key.folded().as_str()), *id)
                    .map_err(fail)?;
            }
        }
        CatalogWrite::Elements(generation, rows, range) => {
            let tables = CatalogTables::of(generation);
            let definition: TableDefinition<'_, &str, &[u8]> =
                TableDefinition::new(&tables.elements);
            let mut elements = tx.open_table(definition).map_err(|e| disk(&e))?;
            for (element, pairs) in &rows[range] {
                elements
                    .insert(element.as_str(), pack(pairs)?.as_slice())
                    .map_err(fail)?;
            }
        }
        CatalogWrite::Reference(generation, new) => put_reference(tx, generation, &new)?,
        CatalogWrite::Publish(head) => {
            let mut meta = tx.open_table(META).map_err(|e| disk(&e))?;
            meta.insert(HEAD, pack(&*head)?.as_slice()).map_err(fail)?;
        }
        CatalogWrite::Drop(generation) => drop_generation(tx, generation)?,
    }
    Ok(())
}

fn put_reference(tx: &WriteTransaction, generation: u32, new: &NewCatalog) -> Result<()> {
    let tables = CatalogTables::of(generation);
    let definition: TableDefinition<'_, u32, &[u8]> = TableDefinition::new(&tables.colors);
    let mut colors = tx.open_table(definition).map_err(|e| disk(&e))?;
    for color in &new.colors {
        colors
            .insert(u32::from(color.id.0), pack(color)?.as_slice())
            .map_err(|e| disk(&e))?;
    }
    let definition: TableDefinition<'_, u32, &[u8]> = TableDefinition::new(&tables.categories);
    let mut categories = tx.open_table(definition).map_err(|e| disk(&e))?;
    for category in &new.categories {
        categories
            .insert(category.id.0, pack(category)?.as_slice())
            .map_err(|e| disk(&e))?;
    }
    Ok(())
}

fn drop_generation(tx: &WriteTransaction, generation: u32) -> Result<()> {
    let doomed: Vec<_> = tx
        .list_tables()
        .map_err(|e| disk(&e))?
        .filter(|table| CatalogTables::generation_of(table.name()) == Some(generation))
        .collect();
    for table in doomed {
        tx.delete_table(table).map_err(|e| disk(&e))?;
    }
    Ok(())
}
