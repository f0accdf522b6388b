//! What the shop answers about saved views, its rule for places, and files beside the live stock.

use super::shop::State;
use super::shop_stock::report;
use crate::api::{Answer, Reply, StockRequest};
use crate::domain::edit::{Edits, LotEdit};
use crate::domain::lot_compare::{CompareKind, CompareRow, CompareSide, is_of};
use crate::domain::rows::EditPreview;
use crate::domain::*;
use crate::error::Error;

impl State {
    /// The answer, or the request back when it is about something else.
    pub(super) fn lists(&mut self, request: StockRequest) -> Result<Answer, Box<StockRequest>> {
        if matches!(
            request,
            StockRequest::SaveView { .. }
                | StockRequest::RenameView { .. }
                | StockRequest::DropView { .. }
                | StockRequest::SetPlaceRule { .. }
        ) {
            self.book.written.push(request.clone());
        }
        let request = match self.guided(request) {
            Ok(answer) => return Ok(answer),
            Err(other) => *other,
        };
        Ok(match request {
            StockRequest::Views => Ok(Reply::LotViews(self.book.views.clone())),
            StockRequest::SaveView { view } => {
                self.book.views.retain(|known| known.name != view.name);
                self.book.views.push(*view);
                Ok(Reply::Done)
            }
            StockRequest::RenameView { name, to } => self.rename_view(&name, &to),
            StockRequest::DropView { name } => {
                self.book.views.retain(|known| known.name != name);
                Ok(Reply::Done)
            }
            StockRequest::PlaceRule { rule } => {
                let rule = rule.unwrap_or_else(|| self.book.rule.clone());
                Ok(Reply::PlaceRule(Box::new(self.fit(rule))))
            }
            StockRequest::SetPlaceRule { rule, .. } => {
                self.book.rule = rule;
                Ok(report(905, 12, 0))
            }
            StockRequest::PreviewRelease { file, .. } => {
                let row = self.book.files.iter().find(|row| row.file.id == file);
                let (lots, pieces) = row.map_or((0, 0), |row| (row.lots, row.pieces));
                Ok(Reply::ReleasePreview(Box::new(ReleasePreview {
                    lots,
                    pieces,
                    merged: lots / 4,
                    added: lots - lots / 4,
                    refused: 0,
                })))
            }
            StockRequest::Compare {
                query,
                offset,
                rows,
            } => Ok(Reply::Compared(Box::new(self.compared(
                &query,
                offset as usize,
                rows.into(),
            )))),
            StockRequest::Preview { which, edits } if files(&edits) => {
                let lots = match which {
                    Which::Lots(lots) => lots.len(),
                    Which::Matching(_) => self.lots.len(),
                };
                Ok(Reply::EditPreview(Box::new(EditPreview {
                    lots: lots as u32,
                    changed: lots as u32,
                    pieces: (lots as u64 * 10, lots as u64 * 10),
                    ..EditPreview::default()
                })))
            }
            StockRequest::Change {
                which: Which::Lots(lots),
                edits,
                ..
            } if files(&edits) => {
                self.lots.retain(|lot| !lots.contains(&lot.id));
                Ok(report(904, lots.len(), 0))
            }
            other => return Err(Box::new(other)),
        })
    }

    fn rename_view(&mut self, name: &str, to: &str) -> Answer {
        if self.book.views.iter().any(|view| view.name == to) {
            return Err(Error::conflict(format!(
                "There is a view “{to}” already. Choose another name, or forget that one first."
            )));
        }
        for view in &mut self.book.views {
            if view.name == name {
                to.clone_into(&mut view.name);
            }
        }
        Ok(Reply::Done)
    }

    fn fit(&self, rule: PlaceRule) -> PlaceRuleFit {
        let mut fit = PlaceRuleFit {
            rule,
            ..PlaceRuleFit::default()
        };
        for lot in &self.lots {
            let place = fit.rule.read(&lot.remarks);
            let place = place.unwrap_or_else(|| lot.place.clone());
            fit.lots += 1;
            if place.understood() {
                fit.understood += 1;
                if fit.examples.len() < 5 {
                    fit.examples.push((lot.remarks.clone(), place.0));
                }
            } else if place.is_empty() && lot.remarks.is_empty() {
                fit.empty += 1;
            } else if fit.odd.len() < 5 {
                fit.odd.push(lot.remarks.clone());
            }
        }
        fit
    }

    /// The file has the first six lots, two of them with other pieces and two at another price; the live
    /// stock has all but the first two.
    fn compared(&self, query: &CompareQuery, offset: usize, wanted: usize) -> ComparePage {
        let name = |shelf| match shelf {
            LotShelf::File(id) => {
                let row = self.book.files.iter().find(|row| row.file.id == id);
                row.map_or_else(String::new, |row| row.file.name.clone())
            }
            _ => "the live stock".to_owned(),
        };
        let mut page = ComparePage {
            first: name(query.first),
            second: name(query.second),
            ..ComparePage::default()
        };
        let mut found = Vec::new();
        for (at, lot) in self.lots.iter().enumerate() {
            let (mut first, mut second) = (CompareSide::default(), CompareSide::default());
            let more = if matches!(at, 2 | 3) { 40 } else { 0 };
            let dearer =
                Money::from_raw(lot.price.raw() + if matches!(at, 3 | 4) { 100 } else { 0 });
            if at < 6 {
                first.add(lot.stock.available + more, dearer);
            }
            if at >= 2 {
                second.add(lot.stock.available, lot.price);
            }
            let kinds = CompareKind::ALL.map(|kind| is_of(&first, &second, kind));
            for (count, is) in page.counts.iter_mut().zip(kinds) {
                *count += u32::from(is);
            }
            let wanted = match query.only {
                None if query.second == LotShelf::Live => kinds[0] || kinds[2] || kinds[3],
                None => !kinds[4],
                Some(only) => is_of(&first, &second, only),
            };
            if wanted {
                found.push(CompareRow {
                    item: lot.item.clone(),
                    name: lot.name.clone(),
                    color: lot.color.clone(),
                    condition: lot.condition,
                    completeness: None,
                    first,
                    second,
                });
            }
        }
        page.total = found.len() as u32;
        page.rows = found.into_iter().skip(offset).take(wanted).collect();
        page
    }
}

fn files(edits: &Edits) -> bool {
    matches!(edits.0.first(), Some(LotEdit::File(_)))
}
