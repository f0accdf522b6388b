//! Bringing lots in, and changing one, a selection, or all that match.

use super::super::caller::unexpected;
use super::super::overlay;
use super::super::stock_args::{AddArgs, DeedArgs, SetArgs, WhichArgs};
use super::super::{Ending, json};
use super::Desk;
use super::deed::{ending, lots};
use crate::api::{Reply, Request, StockRequest};
use crate::domain::edit::{EditText, Edits, LotEdit, TextEdit};
use crate::domain::filter::Field;
use crate::domain::lot_draft::LotDraft;
use crate::domain::rows::EditPreview;
use crate::domain::{ColorId, ItemKey, LotId, LotQuery, LotShelf, Which};
use crate::error::{Error, Result};

impl Desk<'_> {
    pub(super) fn add(&self, args: &AddArgs) -> Result<Ending> {
        let item = match args.kind {
            Some(kind) => ItemKey::new(kind, args.no.trim()),
            None => overlay::item(&self.caller, &args.no, None)?,
        };
        let color = match &args.color {
            Some(color) => self.color(color)?,
            None => ColorId(0),
        };
        let file = match &args.file {
            Some(name) => Some(self.file(name)?.file.id),
            None => None,
        };
        let draft = LotDraft {
            name: args.name.clone(),
            color,
            condition: args.cond.into(),
            quantity: args.qty,
            price: args.price,
            cost: args.cost,
            comments: args.comments.clone(),
            remarks: args.remarks.clone(),
            place: args.loc.clone(),
            tags: args.tag.clone(),
            file,
            ..LotDraft::new(item)
        };
        let report = self.short(StockRequest::Add {
            draft: Box::new(draft),
            op: Self::operation()?,
        })?;
        let mut ended = Ending::Done;
        if let Some(id) = report.made.first() {
            let lot = self.lot(id.0)?;
            if !lot.known {
                self.out.note(format!(
                    "The catalogue does not know {}; lot {id} is kept and marked.",
                    lot.item.no
                ));
            }
            if !self.out.json() {
                self.out.line(format!(
                    "lot {id}: {} {} {}, {} at {}, {}",
                    lot.item.no,
                    lot.color.name,
                    lot.condition.word(),
                    lot.stock.available,
                    lot.price,
                    lot.place
                ));
            }
            ended = self.did(&report);
        }
        Ok(ended)
    }

    /// A colour by name or number.
    fn color(&self, text: &str) -> Result<ColorId> {
        let Reply::Colors(rows) = self.caller.call(Request::Colors)? else {
            return Err(unexpected());
        };
        let text = text.trim();
        let number: Option<u16> = text.parse().ok();
        let found = rows.iter().find(|row| {
            Some(row.color.id.0) == number || row.color.name.eq_ignore_ascii_case(text)
        });
        found.map(|row| row.color.id).ok_or_else(|| {
            Error::invalid(format!(
                "There is no colour {text}. `brickops catalog show` names the colours of an item."
            ))
        })
    }

    pub(super) fn set(&self, args: &SetArgs) -> Result<Ending> {
        let edits = self.edits(&args.changes)?;
        let which = self.which(&args.deed.which, LotShelf::Live)?;
        if args.fetch {
            let fetched = self.fetch(which.clone(), edits.clone())?;
            self.out.note(super::prices::sentence(&fetched));
        }
        self.change(which, edits, &args.deed.why, args.deed.dry_run)
    }

    /// Delete and restore.
    pub(super) fn all_of(&self, args: &DeedArgs, edit: LotEdit) -> Result<Ending> {
        let shelf = if edit == LotEdit::Restore {
            LotShelf::Gone
        } else {
            LotShelf::Live
        };
        let which = self.which(&args.which, shelf)?;
        self.change(which, Edits(vec![edit]), &args.why, args.dry_run)
    }

    /// Changes as they were given, one argument each.
    pub(super) fn edits(&self, changes: &[String]) -> Result<Edits> {
        let mut all = Edits::default();
        for text in changes {
            match Edits::parse(text) {
                Ok(edits) => all.0.extend(edits.0),
                Err(mistake) => {
                    self.underline(text, &mistake.span);
                    return Err(Error::invalid(format!("{text}: {}", mistake.message)));
                }
            }
        }
        Ok(all)
    }

    pub(super) fn which(&self, args: &WhichArgs, usual: LotShelf) -> Result<Which> {
        if !args.lot.is_empty() {
            return Ok(Which::Lots(args.lot.iter().copied().map(LotId).collect()));
        }
        let text = match &args.filter {
            Some(text) if !self.understood(text)?.is_empty() => text.clone(),
            _ if args.all => String::new(),
            Some(_) => {
                return Err(Error::invalid(
                    "An empty filter means every lot. Say --all where that is meant.",
                ));
            }
            None => {
                return Err(Error::invalid(
                    "Say which lots are meant: --filter FILTER, --lot N, or --all for every lot.",
                ));
            }
        };
        Ok(Which::Matching(LotQuery {
            shelf: match &args.shelf {
                Some(name) => self.shelf(name)?,
                None => usual,
            },
            ..LotQuery::text(text)
        }))
    }

    pub(super) fn change(
        &self,
        which: Which,
        edits: Edits,
        why: &str,
        dry_run: bool,
    ) -> Result<Ending> {
        if dry_run {
            let seen = self.preview(which, edits)?;
            return Ok(self.would(&seen));
        }
        let why = why.to_owned();
        let report = self.long(|op| StockRequest::Change {
            which,
            edits,
            why,
            op,
        })?;
        Ok(self.did(&report))
    }

    pub(super) fn preview(&self, which: Which, edits: Edits) -> Result<EditPreview> {
        match self.ask(StockRequest::Preview { which, edits })? {
            Reply::EditPreview(seen) => Ok(*seen),
            _ => Err(unexpected()),
        }
    }

    fn would(&self, seen: &EditPreview) -> Ending {
        if self.out.json() {
            self.out.document(&json::Preview::from(seen));
            return ending(seen.refused);
        }
        self.out.line(format!(
            "{}: {} of {} would change, {} are so already, {} refused. Nothing is changed yet.",
            seen.what,
            seen.changed,
            lots(seen.lots),
            seen.same,
            seen.refused
        ));
        self.out.line(format!(
            "  all of them: {} -> {} pieces, worth {} -> {}",
            seen.pieces.0, seen.pieces.1, seen.value.0, seen.value.1
        ));
        if let Some(need) = &seen.guide {
            self.lacking(need);
        }
        self.examples(&seen.examples);
        self.refused(&seen.listed, seen.refused);
        ending(seen.refused)
    }

    pub(super) fn move_all(
        &self,
        (from, to): (&str, &str),
        why: &str,
        dry_run: bool,
    ) -> Result<Ending> {
        let (from, to) = (from.trim(), to.trim());
        if from.is_empty() || to.is_empty() {
            return Err(Error::invalid(
                "Name both places: where the lots lie, and where they go.",
            ));
        }
        let quoted = from.replace('\\', "\\\\").replace('"', "\\\"");
        let loc = Field::Place.name();
        let there = format!("{loc}=\"{quoted}\"");
        // Of several places of a lot only the one that is meant becomes another.
        let edit = if from.contains([';', '|']) {
            LotEdit::Text(EditText::Place, TextEdit::Set(to.to_owned()))
        } else {
            LotEdit::Relocate {
                from: from.to_owned(),
                to: to.to_owned(),
            }
        };
        let which = Which::Matching(LotQuery::text(there));
        let edits = Edits(vec![edit]);
        if dry_run {
            let seen = self.preview(which, edits)?;
            return Ok(self.would(&seen));
        }
        let why = why.to_owned();
        let report = self.long(|op| StockRequest::Change {
            which,
            edits,
            why,
            op,
        })?;
        if report.changed + report.same + report.refused == 0 {
            return Err(Error::not_found(format!(
                "No lot lies at {from}. See `brickops inventory places`."
            )));
        }
        Ok(self.did(&report))
    }
}
