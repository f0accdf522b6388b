//! `brickops overlay ...`: the shop's own tags, notes and bins of items.

use super::asking::Passwords;
use super::caller::{Caller, unexpected};
use super::connect::Place;
use super::output::Out;
use super::verbs::OverlayCommand;
use super::{Ending, json};
use crate::api::{Reply, Request, Rows};
use crate::domain::{CatalogQuery, ItemKey, ItemKind, OverlayEdit, OverlayRow, SortBin, ViewSpec};
use crate::error::{Error, Result};

/// Runs a command about overlays.
pub fn run(
    place: &Place,
    command: &OverlayCommand,
    passwords: &Passwords,
    out: &Out,
) -> anyhow::Result<Ending> {
    let caller = Caller::connect(place, passwords)?;
    match command {
        OverlayCommand::Set {
            no,
            kind,
            tag,
            untag,
            note,
            bin,
            clear,
        } => {
            let key = item(&caller, no, *kind)?;
            let before = overlay(&caller, &key)?.filter(|_| !clear);
            let mut tags = before.map_or_else(Vec::new, |row| row.overlay.tags);
            tags.retain(|tag| {
                !untag
                    .iter()
                    .any(|gone| gone.trim().eq_ignore_ascii_case(tag))
            });
            tags.extend(tag.iter().cloned());
            let none = || clear.then(String::new);
            let edit = OverlayEdit {
                tags: (*clear || !tag.is_empty() || !untag.is_empty()).then_some(tags),
                notes: note.clone().or_else(none),
                bin: bin
                    .clone()
                    .or_else(none)
                    .map(|bin| own_bin(&bin))
                    .transpose()?,
            };
            if edit == OverlayEdit::default() {
                return Err(Error::invalid(
                    "There is nothing to set. Give --tag, --untag, --note, --bin or --clear.",
                )
                .into());
            }
            let reply = caller.call(Request::SetOverlay {
                key: key.clone(),
                edit: Box::new(edit),
            })?;
            show(&key, of(reply)?.as_ref(), out);
        }
        OverlayCommand::Show { no, kind } => {
            let key = item(&caller, no, *kind)?;
            show(&key, overlay(&caller, &key)?.as_ref(), out);
        }
        OverlayCommand::List { words, limit } => {
            let reply = caller.call(Request::Overlays {
                text: words.clone(),
                rows: *limit,
            })?;
            let Reply::Overlays(rows) = reply else {
                return Err(unexpected().into());
            };
            list(&rows, out);
        }
    }
    Ok(Ending::Done)
}

fn own_bin(text: &str) -> Result<Option<SortBin>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    SortBin::parse(text.trim()).map(Some).ok_or_else(|| {
        Error::invalid(format!(
            "{text} is not a bin; write a letter and a number, such as C12."
        ))
    })
}

fn overlay(caller: &Caller<'_>, key: &ItemKey) -> Result<Option<OverlayRow>> {
    of(caller.call(Request::Overlay { key: key.clone() })?)
}

fn of(reply: Reply) -> Result<Option<OverlayRow>> {
    match reply {
        Reply::Overlay(row) => Ok(row.map(|row| *row)),
        _ => Err(unexpected()),
    }
}

/// The item that is meant: of the type that is given, else the only one with this number, parts first.
pub(super) fn item(caller: &Caller<'_>, no: &str, kind: Option<char>) -> Result<ItemKey> {
    let no = no.trim();
    if let Some(letter) = kind {
        let kind = ItemKind::from_letter(letter).ok_or_else(|| {
            Error::invalid(format!(
                "There is no item type {letter}; the types are P, M, S, G, B, C, I, O, U."
            ))
        })?;
        return Ok(ItemKey::new(kind, no));
    }
    let reply = caller.call(Request::Open {
        spec: ViewSpec::Catalog(CatalogQuery {
            text: no.to_owned(),
            ..CatalogQuery::default()
        }),
        rows: 50,
    })?;
    let Reply::Opened(opened) = reply else {
        return Err(unexpected());
    };
    let Rows::Items(rows) = opened.rows else {
        return Err(unexpected());
    };
    let found = rows.into_iter().map(|row| row.key);
    Ok(found
        .filter(|key| key.no.eq_ignore_ascii_case(no))
        .min_by_key(|key| key.kind.index())
        .unwrap_or_else(|| ItemKey::part(no)))
}

fn show(key: &ItemKey, row: Option<&OverlayRow>, out: &Out) {
    if out.json() {
        out.document(&row.map(json::Overlay::from));
        return;
    }
    let Some(row) = row else {
        out.line(format!("{key}: no tags, notes or bin of this shop."));
        return;
    };
    out.line(format!("{key}  {}", row.name));
    if !row.overlay.tags.is_empty() {
        out.line(format!("tags   {}", row.overlay.tags.join(", ")));
    }
    if let Some(bin) = row.overlay.bin {
        let global = row
            .global_bin
            .map_or_else(String::new, |bin| format!(" (global {bin})"));
        out.line(format!("bin    {bin}{global}"));
    }
    for line in row.overlay.notes.lines() {
        out.line(format!("note   {line}"));
    }
}

fn list(rows: &[OverlayRow], out: &Out) {
    if out.json() {
        let rows: Vec<json::Overlay> = rows.iter().map(json::Overlay::from).collect();
        out.document(&rows);
        return;
    }
    if rows.is_empty() {
        out.note("No item has tags, notes or a bin of this shop. See `brickops overlay set`.");
    }
    for row in rows {
        let overlay = &row.overlay;
        let bin = overlay
            .bin
            .map_or_else(|| "–".into(), |bin| bin.to_string());
        let note = overlay.notes.lines().next().unwrap_or("");
        out.line(format!(
            "{} {:12}  {bin:5}  {}  {}  {note}",
            overlay.item.kind.letter(),
            overlay.item.no,
            row.name,
            overlay.tags.join(", ")
        ));
    }
}
