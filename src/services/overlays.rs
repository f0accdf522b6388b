//! The shop's own tags, notes and bins of items: beside the catalogue, never in it.
//!
//! They are found by the item's number, so a new catalogue leaves them as they are, and by the shop's
//! own words, in a filter apart from the search.

use super::catalog::detail::unknown;
use super::lots::words;
use super::own_list::own_text;
use super::rights::{Right, allow};
use crate::domain::overlay::{MAX_NOTES, MAX_TAG, MAX_TAGS};
use crate::domain::text::{clean, clean_lines};
use crate::domain::{ItemKey, Overlay, OverlayEdit, OverlayRow, Scope, SortBin, UserId};
use crate::error::{Error, Result};
use crate::services::App;
use crate::store::{Batch, Catalog, Decided, Shop, Tx};

/// Most rows of a list of overlays.
const MAX_ROWS: usize = 10_000;

impl App {
    /// What the shop keeps of an item.
    pub fn overlay(&self, scope: &Scope, key: &ItemKey) -> Result<Option<OverlayRow>> {
        allow(scope, Right::ReadCatalog)?;
        self.store.read(|tx| {
            let shop = tx.shop(scope);
            let Some(overlay) = shop.overlay(key)? else {
                return Ok(None);
            };
            row(&shop, tx.catalog()?.as_ref(), overlay).map(Some)
        })
    }

    /// Changes it; what is empty afterwards is not kept.
    ///
    /// # Errors
    /// `Invalid` beyond the limits of [`crate::domain::overlay`], `NotFound` for an item that neither
    /// the catalogue nor the shop knows.
    pub fn set_overlay(
        &self,
        scope: &Scope,
        key: &ItemKey,
        edit: OverlayEdit,
    ) -> Result<Option<OverlayRow>> {
        allow(scope, Right::Overlays)?;
        let edit = checked(edit)?;
        let (actor, key) = (*scope, key.clone());
        self.store.write(move |tx| decide(tx, &actor, &key, edit))
    }

    /// What the shop keeps of items, by number: those that contain every word in number, name, tags,
    /// notes or bin.
    pub fn overlays(&self, scope: &Scope, text: &str, rows: usize) -> Result<Vec<OverlayRow>> {
        allow(scope, Right::ReadCatalog)?;
        let (words, most) = (words(text), rows.min(MAX_ROWS));
        self.store.read(|tx| {
            let (shop, catalog) = (tx.shop(scope), tx.catalog()?);
            let mut found = Vec::new();
            shop.each_overlay(|overlay| {
                if found.len() < most {
                    let row = row(&shop, catalog.as_ref(), overlay)?;
                    let text = format!(
                        "{}\n{}\n{}",
                        row.overlay.item.no,
                        row.name,
                        own_text(&row.overlay)
                    );
                    if contains_all(&text.to_lowercase(), &words) {
                        found.push(row);
                    }
                }
                Ok(())
            })?;
            Ok(found)
        })
    }

    /// The items of which the shop's own tags, notes or bin contain every word, sorted; `None`: nobody
    /// asked for that.
    pub(crate) fn own_items(&self, scope: &Scope, own: Option<&str>) -> Result<Option<Vec<u32>>> {
        let Some(text) = own else {
            return Ok(None);
        };
        self.own_lists
            .ids(&self.store, scope, &words(text))
            .map(Some)
    }
}

fn decide(
    tx: &Tx<'_>,
    scope: &Scope,
    key: &ItemKey,
    edit: OverlayEdit,
) -> Result<Decided<Option<OverlayRow>>> {
    let (shop, catalog) = (tx.shop(scope), tx.catalog()?);
    let before = shop.overlay(key)?;
    let item = match &before {
        Some(before) => before.item.clone(),
        None => spelling(catalog.as_ref(), key)?,
    };
    let mut overlay = before.clone().unwrap_or_else(|| Overlay {
        item,
        tags: Vec::new(),
        notes: String::new(),
        bin: None,
        changed: scope.now,
        by: scope.user,
    });
    if let Some(tags) = edit.tags {
        overlay.tags = tags;
    }
    if let Some(notes) = edit.notes {
        overlay.notes = notes;
    }
    if let Some(bin) = edit.bin {
        overlay.bin = bin;
    }
    let kept = !overlay.is_empty();
    let same = before.as_ref().map_or(!kept, |before| *before == overlay);
    if !same {
        overlay.changed = scope.now;
        overlay.by = scope.user;
    }
    let answer = if kept {
        Some(row(&shop, catalog.as_ref(), overlay.clone())?)
    } else {
        None
    };
    if same {
        return Ok(Decided::unchanged(answer));
    }
    let mut batch = Batch::new();
    batch.put_overlay(scope, overlay);
    Ok(Decided::new(answer, batch))
}

/// The item's number as the catalogue writes it.
fn spelling(catalog: Option<&Catalog<'_>>, key: &ItemKey) -> Result<ItemKey> {
    let known = match catalog {
        None => None,
        Some(catalog) => match catalog.find(key)? {
            None => None,
            Some(id) => catalog.record(id)?,
        },
    };
    known.map(|record| record.key).ok_or_else(|| unknown(key))
}

/// An edit with its texts cleaned, within the limits.
fn checked(edit: OverlayEdit) -> Result<OverlayEdit> {
    Ok(OverlayEdit {
        tags: edit.tags.map(tags).transpose()?,
        notes: edit.notes.map(|text| notes(&text)).transpose()?,
        bin: edit.bin.map(bin).transpose()?,
    })
}

fn tags(given: Vec<String>) -> Result<Vec<String>> {
    let mut tags: Vec<String> = Vec::new();
    let mut folded: Vec<String> = Vec::new();
    for tag in given {
        let tag = clean(&tag);
        if tag.is_empty() || folded.contains(&tag.to_lowercase()) {
            continue;
        }
        if tag.chars().count() > MAX_TAG {
            let begins: String = tag.chars().take(MAX_TAG).collect();
            return Err(Error::invalid(format!(
                "The tag that begins with \"{begins}\" is too long; a tag has at most {MAX_TAG} characters."
            )));
        }
        // Told before more are compared: a request may hold any number of them.
        if tags.len() == MAX_TAGS {
            return Err(Error::invalid(format!(
                "These are too many tags; an item has at most {MAX_TAGS}."
            )));
        }
        folded.push(tag.to_lowercase());
        tags.push(tag);
    }
    Ok(tags)
}

fn notes(given: &str) -> Result<String> {
    let notes = clean_lines(given);
    let long = notes.chars().count();
    if long > MAX_NOTES {
        return Err(Error::invalid(format!(
            "The notes have {long} characters; {MAX_NOTES} are kept for an item."
        )));
    }
    Ok(notes)
}

fn bin(given: Option<SortBin>) -> Result<Option<SortBin>> {
    let Some(bin) = given else {
        return Ok(None);
    };
    // What comes over the wire need not be one that can be written down and read again.
    match SortBin::parse(&bin.to_string()) {
        Some(read) if read == bin => Ok(given),
        _ => Err(Error::invalid(
            "A bin is a letter from A to Z and a number from 1 to 9999, such as C303.",
        )),
    }
}

fn contains_all(text: &str, words: &[String]) -> bool {
    words.iter().all(|word| text.contains(word.as_str()))
}

fn row(shop: &Shop<'_>, catalog: Option<&Catalog<'_>>, overlay: Overlay) -> Result<OverlayRow> {
    let record = match catalog {
        None => None,
        Some(catalog) => match catalog.find(&overlay.item)? {
            None => None,
            Some(id) => catalog.record(id)?,
        },
    };
    let (name, global_bin) =
        record.map_or((String::new(), None), |record| (record.name, record.bin));
    Ok(OverlayRow {
        by: name_of(shop, overlay.by)?,
        name,
        global_bin,
        overlay,
    })
}

/// How the person who changed it last is called.
fn name_of(shop: &Shop<'_>, user: UserId) -> Result<String> {
    let person = shop.person(user)?;
    Ok(person.map_or_else(|| format!("person {user}"), |person| person.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_cleaned_and_unique() {
        let given = [
            "  Rare ",
            "rare",
            "RARE",
            "",
            "\u{1b}[31mred",
            "\t",
            "b\u{202e}ad",
        ];
        let given = given.into_iter().map(str::to_owned).collect();
        assert_eq!(tags(given).expect("tags"), ["Rare", "[31mred", "bad"]);
        let twenty = |n: usize| (0..n).map(|i| format!("t{i}")).collect::<Vec<_>>();
        assert_eq!(tags(twenty(MAX_TAGS)).expect("tags").len(), MAX_TAGS);
        let error = tags(twenty(MAX_TAGS + 1)).expect_err("too many");
        assert!(error.message.contains("at most 20"), "{error}");
        assert!(
            tags(vec!["ä".repeat(MAX_TAG)]).is_ok(),
            "characters, not bytes"
        );
        let error = tags(vec!["x".repeat(MAX_TAG + 1)]).expect_err("too long");
        assert!(error.message.contains("at most 40 characters"), "{error}");
    }

    #[test]
    fn notes_keep_their_lines() {
        assert_eq!(notes("a\r\nb\u{7}\n\n").expect("notes"), "a\nb");
        assert!(notes(&"ä".repeat(MAX_NOTES)).is_ok());
        let error = notes(&"x".repeat(MAX_NOTES + 1)).expect_err("too long");
        assert!(
            error.message.contains("2001") && error.message.contains("2000"),
            "{error}"
        );
    }

    #[test]
    fn bins_that_nobody_could_write_are_refused() {
        let made = |cabinet, number| {
            bin(Some(SortBin {
                cabinet,
                bin: number,
            }))
        };
        assert_eq!(made('C', 303).expect("a bin"), SortBin::parse("C303"));
        assert!(bin(None).expect("none").is_none());
        for (cabinet, number) in [('c', 3), ('\u{1b}', 3), ('Ä', 3), ('C', 0), ('C', 10_000)] {
            assert!(made(cabinet, number).is_err(), "{cabinet}{number}");
        }
    }
}
