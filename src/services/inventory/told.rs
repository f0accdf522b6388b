//! Changes in the shop's own words: a colour by its name instead of its number, a file by its name.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::edit::{Edits, LotEdit};
use crate::domain::rows::ChangeRow;
use crate::domain::{ColorId, FieldChange, FileId, LotField, Scope, Value};
use crate::error::Result;
use crate::services::App;
use crate::services::names::Names;
use crate::store::Shop;

/// Where lots are that are in no file.
pub(super) const LIVE: &str = "the live stock";

/// The names that changes are told with.
#[derive(Debug, Clone)]
pub(super) struct Told {
    names: Arc<Names>,
    files: Arc<HashMap<FileId, String>>,
}

impl Told {
    /// The names of today.
    pub(super) fn of(names: Arc<Names>, shop: &Shop<'_>) -> Result<Self> {
        let mut files = HashMap::new();
        shop.each_lot_file(|file| {
            files.insert(file.id, file.name);
            Ok(())
        })?;
        Ok(Self {
            names,
            files: Arc::new(files),
        })
    }

    fn color(&self, id: ColorId) -> String {
        self.names.color(id).name
    }

    pub(super) fn file(&self, id: FileId) -> String {
        let name = self.files.get(&id).cloned();
        name.unwrap_or_else(|| format!("file {id}"))
    }

    /// A value as people call it.
    pub(super) fn value(&self, field: LotField, value: &Value) -> Value {
        match (field, value) {
            (LotField::Color, Value::Number(number)) => match u16::try_from(*number) {
                Ok(id) => Value::Text(self.color(ColorId(id))),
                Err(_) => value.clone(),
            },
            (LotField::File, Value::Number(0)) => Value::Text(LIVE.to_owned()),
            (LotField::File, Value::Number(number)) => match u32::try_from(*number) {
                Ok(id) => Value::Text(self.file(FileId(id))),
                Err(_) => value.clone(),
            },
            (LotField::Condition, Value::Text(letter)) => match letter.as_str() {
                "N" => Value::Text("new".to_owned()),
                "U" => Value::Text("used".to_owned()),
                _ => value.clone(),
            },
            _ => value.clone(),
        }
    }

    /// Changes as people call them.
    pub(super) fn changes(&self, changes: &mut [FieldChange]) {
        for change in changes {
            change.before = self.value(change.field, &change.before);
            change.after = self.value(change.field, &change.after);
        }
    }

    /// Examples of a preview.
    pub(super) fn examples(&self, rows: &mut [ChangeRow]) {
        for row in rows {
            self.changes(&mut row.changes);
        }
    }

    /// What a deed is called.
    pub(super) fn words(&self, edits: &Edits) -> String {
        let word = |edit: &LotEdit| match edit {
            LotEdit::Color(id) => format!("color={}", self.color(*id)),
            LotEdit::File(Some(id)) => format!("into {}", self.file(*id)),
            LotEdit::File(None) => format!("into {LIVE}"),
            edit => edit.to_string(),
        };
        let words: Vec<String> = edits.0.iter().map(word).collect();
        words.join("; ")
    }
}

impl App {
    /// The names that changes of this shop are told with.
    pub(super) fn told(&self, scope: &Scope) -> Result<Told> {
        let names = self.names();
        self.store.read(|tx| Told::of(names, &tx.shop(scope)))
    }
}
