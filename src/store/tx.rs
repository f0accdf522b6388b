//! Reading, the same way inside a read and inside the open write transaction.

use std::any::Any;
use std::borrow::Borrow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::{ControlFlow, RangeBounds};
use std::rc::Rc;

use redb::{
    AccessGuard, Key, ReadOnlyTable, ReadTransaction, ReadableTable, ReadableTableMetadata,
    StorageError, TableDefinition, TableError, TableHandle, Value, WriteTransaction,
};

use super::codec::{Record, unpack};
use super::tables::{META, Table};
use crate::error::Result;

/// A state of the database: either a fixed one, or the open write transaction with every batch so far.
pub enum Tx<'a> {
    /// A fixed state.
    Read(&'a Reading),
    /// The next state, as far as it is decided.
    Write(&'a WriteTransaction),
}

/// A fixed state and the tables of it that were opened: finding a table costs more than finding a
/// row, and a page of rows asks the same few again and again.
pub struct Reading {
    tx: ReadTransaction,
    /// By name; `None` where nobody has written to the table yet.
    open: RefCell<HashMap<String, Option<Rc<dyn Any>>>>,
}

impl Reading {
    pub(super) fn new(tx: ReadTransaction) -> Self {
        Self {
            tx,
            open: RefCell::default(),
        }
    }

    /// The names of all tables there are.
    pub(super) fn names(&self) -> Result<Vec<String>> {
        let tables = self.tx.list_tables().map_err(error)?;
        Ok(tables.map(|table| table.name().to_owned()).collect())
    }

    /// A table that nobody has written to yet does not exist; it reads as empty.
    fn table<K: Key + 'static, V: Value + 'static>(
        &self,
        definition: TableDefinition<'_, K, V>,
    ) -> Result<Option<Rc<ReadOnlyTable<K, V>>>> {
        let known = self.open.borrow().get(definition.name()).cloned();
        let table = if let Some(table) = known {
            table
        } else {
            let table: Option<Rc<dyn Any>> = match self.tx.open_table(definition) {
                Ok(table) => Some(Rc::new(table)),
                Err(TableError::TableDoesNotExist(_)) => None,
                Err(e) => return Err(error(e)),
            };
            let name = definition.name().to_owned();
            self.open.borrow_mut().insert(name, table.clone());
            table
        };
        table
            .map(|table| {
                table
                    .downcast()
                    .map_err(|_| error("a table is asked for as two different kinds"))
            })
            .transpose()
    }
}

impl std::fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Read(_) => "Tx::Read",
            Self::Write(_) => "Tx::Write",
        })
    }
}

fn error(e: impl std::fmt::Display) -> crate::error::Error {
    super::disk(&e)
}

impl Tx<'_> {
    /// One value, looked at in place.
    pub(super) fn look<K: Key + 'static, V: Value + 'static, T>(
        &self,
        table: TableDefinition<'_, K, V>,
        key: K::SelfType<'_>,
        look: impl FnOnce(V::SelfType<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        match self {
            Self::Read(tx) => match tx.table(table)? {
                None => Ok(None),
                Some(table) => {
                    let found = table.get(key).map_err(error)?;
                    found.map(|guard| look(guard.value())).transpose()
                }
            },
            Self::Write(tx) => {
                let table = tx.open_table(table).map_err(error)?;
                let found = table.get(key).map_err(error)?;
                found.map(|guard| look(guard.value())).transpose()
            }
        }
    }

    /// Values of many keys, the table opened once. `each` gets the position of the key.
    pub(super) fn look_many<'k, K: Key + 'static, V: Value + 'static>(
        &self,
        table: TableDefinition<'_, K, V>,
        keys: impl Iterator<Item = K::SelfType<'k>>,
        mut each: impl FnMut(usize, V::SelfType<'_>) -> Result<()>,
    ) -> Result<()> {
        match self {
            Self::Read(tx) => {
                if let Some(table) = tx.table(table)? {
                    for (at, key) in keys.enumerate() {
                        if let Some(guard) = table.get(key).map_err(error)? {
                            each(at, guard.value())?;
                        }
                    }
                }
            }
            Self::Write(tx) => {
                let table = tx.open_table(table).map_err(error)?;
                for (at, key) in keys.enumerate() {
                    if let Some(guard) = table.get(key).map_err(error)? {
                        each(at, guard.value())?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Every pair of a range, in key order, until `each` breaks off.
    pub(super) fn walk<'k, K: Key + 'static, V: Value + 'static, B>(
        &self,
        table: TableDefinition<'_, K, V>,
        range: impl RangeBounds<B> + 'k,
        mut each: impl FnMut(K::SelfType<'_>, V::SelfType<'_>) -> Result<ControlFlow<()>>,
    ) -> Result<()>
    where
        B: Borrow<K::SelfType<'k>> + 'k,
    {
        match self {
            Self::Read(tx) => {
                let Some(table) = tx.table(table)? else {
                    return Ok(());
                };
                visit(table.range::<B>(range).map_err(error)?, &mut each)?;
            }
            Self::Write(tx) => {
                let table = tx.open_table(table).map_err(error)?;
                visit(table.range::<B>(range).map_err(error)?, &mut each)?;
            }
        }
        Ok(())
    }

    /// Every pair of a range, in falling key order, until `each` breaks off.
    pub(super) fn walk_back<'k, K: Key + 'static, V: Value + 'static, B>(
        &self,
        table: TableDefinition<'_, K, V>,
        range: impl RangeBounds<B> + 'k,
        mut each: impl FnMut(K::SelfType<'_>, V::SelfType<'_>) -> Result<ControlFlow<()>>,
    ) -> Result<()>
    where
        B: Borrow<K::SelfType<'k>> + 'k,
    {
        match self {
            Self::Read(tx) => {
                let Some(table) = tx.table(table)? else {
                    return Ok(());
                };
                visit(table.range::<B>(range).map_err(error)?.rev(), &mut each)?;
            }
            Self::Write(tx) => {
                let table = tx.open_table(table).map_err(error)?;
                visit(table.range::<B>(range).map_err(error)?.rev(), &mut each)?;
            }
        }
        Ok(())
    }

    /// How many pairs a table holds.
    pub(super) fn len<K: Key + 'static, V: Value + 'static>(
        &self,
        table: TableDefinition<'_, K, V>,
    ) -> Result<u64> {
        match self {
            Self::Read(tx) => tx
                .table(table)?
                .map_or(Ok(0), |table| table.len().map_err(error)),
            Self::Write(tx) => tx.open_table(table).map_err(error)?.len().map_err(error),
        }
    }

    /// One record.
    pub(super) fn get<K: Key + 'static, R: Record>(
        &self,
        table: &Table<K, R>,
        key: K::SelfType<'_>,
    ) -> Result<Option<R>> {
        self.look(table.definition(), key, unpack)
    }

    /// A record of [`META`].
    pub(super) fn meta<R: Record>(&self, name: &str) -> Result<Option<R>> {
        self.look(META, name, unpack)
    }

    /// A number of [`META`].
    pub(super) fn meta_number(&self, name: &str) -> Result<Option<u64>> {
        self.look(META, name, |bytes| {
            let mut wide = [0; 8];
            let len = bytes.len().min(8);
            wide[..len].copy_from_slice(&bytes[..len]);
            Ok(u64::from_le_bytes(wide))
        })
    }

    /// The number of the latest commit that this state contains.
    pub(super) fn seq(&self) -> Result<u64> {
        Ok(self.meta_number(super::writer::SEQ)?.unwrap_or(0))
    }
}

/// Hands pairs on until `each` breaks off.
fn visit<'a, K: Key + 'static, V: Value + 'static>(
    pairs: impl Iterator<
        Item = std::result::Result<(AccessGuard<'a, K>, AccessGuard<'a, V>), StorageError>,
    >,
    each: &mut impl FnMut(K::SelfType<'_>, V::SelfType<'_>) -> Result<ControlFlow<()>>,
) -> Result<()> {
    for pair in pairs {
        let (key, value) = pair.map_err(error)?;
        if each(key.value(), value.value())?.is_break() {
            break;
        }
    }
    Ok(())
}
