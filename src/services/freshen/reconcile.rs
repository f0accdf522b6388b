//! Colours and categories held against BrickLink's: what is new there, what has another name, what is gone.
//!
//! The import stays the baseline. New colours are kept beside it, so that items can be told in them;
//! everything else is reported, and comes with the next import.

use std::collections::BTreeMap;
use std::fmt;

use crate::domain::category::DERIVED;
use crate::domain::market::{Failure, Purpose, Reference};
use crate::domain::{Category, Color, Scope};
use crate::error::Result;
use crate::services::App;
use crate::services::rights::{Right, allow};
use crate::store::{Batch, Decided};

/// Names that a report lists.
const LISTED: usize = 5;

/// What is different at BrickLink.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// Colours that were compared.
    pub colors: u32,
    /// Categories that were compared.
    pub categories: u32,
    /// Colours that the import does not have; they can be used from now on.
    pub new_colors: Vec<String>,
    /// Colours with another name.
    pub renamed_colors: Vec<String>,
    /// Colours that BrickLink has no more.
    pub gone_colors: Vec<String>,
    /// Categories that the import does not have.
    pub new_categories: Vec<String>,
    /// Categories that BrickLink has no more.
    pub gone_categories: Vec<String>,
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} colours and {} categories were compared",
            self.colors, self.categories
        )?;
        let groups = [
            ("new colours, usable now", &self.new_colors),
            ("colours with another name", &self.renamed_colors),
            ("colours that are gone", &self.gone_colors),
            ("new categories", &self.new_categories),
            ("categories that are gone", &self.gone_categories),
        ];
        if groups.iter().all(|(_, names)| names.is_empty()) {
            return f.write_str("; all are as they were imported.");
        }
        for (what, names) in groups {
            if names.is_empty() {
                continue;
            }
            let mut shown = names[..names.len().min(LISTED)].join(", ");
            if names.len() > LISTED {
                shown.push_str(", …");
            }
            write!(f, "; {what} ({}): {shown}", names.len())?;
        }
        f.write_str(". A newer import brings everything up to date.")
    }
}

/// Compares; both lists in any order.
fn compare(colors: (&[Color], &[Color]), categories: (&[Category], &[Category])) -> Differences {
    let (ours, theirs) = colors;
    let by_id = |all: &[Color]| -> BTreeMap<u16, String> {
        all.iter().map(|one| (one.id.0, one.name.clone())).collect()
    };
    let (known, now) = (by_id(ours), by_id(theirs));
    let mut found = Differences {
        colors: u32::try_from(now.len()).unwrap_or(u32::MAX),
        ..Differences::default()
    };
    for (id, name) in &now {
        match known.get(id) {
            None => found.new_colors.push(format!("{name} {id}")),
            // Colour 0 is no colour, and each list has a name of its own for that.
            Some(before) if before != name && *id != 0 => {
                found.renamed_colors.push(format!("{before} is {name}"));
            }
            Some(_) => {}
        }
    }
    let gone = known
        .iter()
        .filter(|(id, _)| **id != 0 && !now.contains_key(id));
    found.gone_colors = gone.map(|(id, name)| format!("{name} {id}")).collect();
    let by_id = |all: &[Category]| -> BTreeMap<u32, String> {
        let numbered = all.iter().filter(|one| one.id.0 < DERIVED && one.id.0 > 0);
        numbered.map(|one| (one.id.0, one.name.clone())).collect()
    };
    let (known, now) = (by_id(categories.0), by_id(categories.1));
    found.categories = u32::try_from(now.len()).unwrap_or(u32::MAX);
    let apart = |these: &BTreeMap<u32, String>, others: &BTreeMap<u32, String>| {
        let only = these.iter().filter(|(id, _)| !others.contains_key(id));
        only.map(|(id, name)| format!("{name} {id}")).collect()
    };
    found.new_categories = apart(&now, &known);
    found.gone_categories = apart(&known, &now);
    found
}

impl App {
    /// Compares colours and categories with BrickLink's, with the keys of the shop; two calls.
    ///
    /// # Errors
    /// `Forbidden` without the right to change the inventory, `Storage` when the store cannot be used. Not
    /// being answered is an outcome.
    pub fn reconcile(
        &self,
        scope: &Scope,
    ) -> Result<std::result::Result<Differences, Box<Failure>>> {
        allow(scope, Right::Inventory)?;
        let asked = self
            .bricklink_of(scope.tenant, |gate| gate)
            .and_then(|client| {
                Ok((
                    client.colors(Purpose::Catalogue)?,
                    client.categories(Purpose::Catalogue)?,
                ))
            });
        let (colors, categories) = match asked {
            Ok(asked) => asked,
            Err(failure) => return Ok(Err(failure)),
        };
        let (known_colors, known_categories) = self.store.read(|tx| match tx.catalog()? {
            Some(catalog) => Ok((catalog.colors()?, catalog.categories()?)),
            None => Ok((Vec::new(), Vec::new())),
        })?;
        let found = compare((&known_colors, &colors), (&known_categories, &categories));
        let reference = Reference {
            at: self.clock.now(),
            colors,
            categories,
        };
        self.store.write(move |_| {
            let mut batch = Batch::new();
            batch.put_reference(reference);
            Ok(Decided::new((), batch))
        })?;
        self.reload_names()?;
        Ok(Ok(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CategoryId, ColorId};

    fn color(id: u16, name: &str) -> Color {
        Color {
            name: name.into(),
            ..Color::unknown(ColorId(id))
        }
    }

    fn category(id: u32, name: &str) -> Category {
        Category {
            id: CategoryId(id),
            name: name.into(),
            parent: None,
        }
    }

    #[test]
    fn what_is_different_is_told_by_name() {
        let ours = [
            color(0, "(Not Applicable)"),
            color(5, "Red"),
            color(7, "Blue"),
        ];
        let theirs = [color(0, "-"), color(5, "Red"), color(240, "Medium Brown")];
        let (brick, tile) = (category(5, "Brick"), category(37, "Tile"));
        let made = category(DERIVED + 3, "Town / City");
        let found = compare(
            (&ours, &theirs),
            (&[brick.clone(), made], &[brick.clone(), tile.clone()]),
        );
        assert_eq!(
            found.to_string(),
            "3 colours and 2 categories were compared; new colours, usable now (1): Medium Brown 240; colours \
             that are gone (1): Blue 7; new categories (1): Tile 37. A newer import brings everything up to \
             date."
        );
        let same = compare(
            (&ours, &ours),
            (&[brick.clone(), tile.clone()], &[brick, tile]),
        );
        assert_eq!(
            same.to_string(),
            "3 colours and 2 categories were compared; all are as they were imported."
        );
        let renamed = compare(
            (&ours, &[color(5, "Bright Red"), color(7, "Blue")]),
            (&[], &[]),
        );
        assert_eq!(renamed.renamed_colors, ["Red is Bright Red"]);
    }
}
