//! The columns of the inventory: how wide each is, and what it says of a lot.

use crate::domain::rows::LotRow;
use crate::domain::{Grams, LotColumn};
use crate::tui::canvas::Pen;
use crate::tui::screen::Cx;
use crate::tui::text::{age, width};
use crate::tui::theme::Role;

/// What is shown unless somebody chose otherwise, the most important first.
pub(super) const USUAL: [LotColumn; 9] = [
    LotColumn::Place,
    LotColumn::No,
    LotColumn::Name,
    LotColumn::Color,
    LotColumn::Condition,
    LotColumn::Quantity,
    LotColumn::Price,
    LotColumn::Age,
    LotColumn::Remarks,
];

/// A column with the width it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Laid {
    pub(super) column: LotColumn,
    pub(super) columns: usize,
}

/// Least width, and what it takes of the room that is left (in parts).
const fn wants(column: LotColumn, compact: bool) -> (usize, usize) {
    match column {
        LotColumn::Place => (if compact { 6 } else { 9 }, 0),
        LotColumn::No => (if compact { 9 } else { 10 }, 0),
        LotColumn::Name => (12, 5),
        LotColumn::Color => (if compact { 12 } else { 17 }, 1),
        LotColumn::Condition | LotColumn::Bulk | LotColumn::Sale | LotColumn::Stockroom => (4, 0),
        LotColumn::Quantity
        | LotColumn::Reserved
        | LotColumn::Sold
        | LotColumn::Lot
        | LotColumn::Guide
        | LotColumn::Age => (6, 0),
        LotColumn::Price | LotColumn::Cost => (9, 0),
        LotColumn::Value | LotColumn::BrickLink => (10, 0),
        LotColumn::Weight | LotColumn::Changed | LotColumn::BrickOwl => (8, 0),
        LotColumn::By => (8, 1),
        LotColumn::Remarks | LotColumn::Comments => (9, 3),
        LotColumn::Tags => (8, 2),
        LotColumn::Category => (10, 2),
    }
}

/// What is left out first where it gets narrow; the rest by its place from the right.
const SPARE: [LotColumn; 4] = [
    LotColumn::Remarks,
    LotColumn::Age,
    LotColumn::Name,
    LotColumn::Condition,
];

/// The columns that fit.
pub(super) fn lay(chosen: &[LotColumn], room: usize, compact: bool) -> Vec<Laid> {
    let mut kept: Vec<LotColumn> = chosen.to_vec();
    let needed = |kept: &[LotColumn]| -> usize {
        kept.iter()
            .map(|column| wants(*column, compact).0 + 1)
            .sum()
    };
    while kept.len() > 1 && needed(&kept) > room {
        let spare = SPARE
            .iter()
            .find_map(|spare| kept.iter().position(|column| column == spare));
        kept.remove(spare.unwrap_or(kept.len() - 1));
    }
    let left = room.saturating_sub(needed(&kept));
    let parts: usize = kept.iter().map(|column| wants(*column, compact).1).sum();
    kept.iter()
        .map(|column| {
            let (least, share) = wants(*column, compact);
            Laid {
                column: *column,
                columns: least + (left * share).checked_div(parts).unwrap_or(0),
            }
        })
        .collect()
}

/// Whether it is a number, and stands at the right.
pub(super) const fn is_number(column: LotColumn) -> bool {
    matches!(
        column,
        LotColumn::Quantity
            | LotColumn::Reserved
            | LotColumn::Sold
            | LotColumn::Price
            | LotColumn::Cost
            | LotColumn::Value
            | LotColumn::Weight
            | LotColumn::Age
            | LotColumn::Changed
            | LotColumn::Sale
            | LotColumn::Bulk
            | LotColumn::Lot
            | LotColumn::Guide
    )
}

/// What a cell says, but for the colour.
pub(super) fn cell(lot: &LotRow, column: LotColumn, cx: &Cx<'_>) -> String {
    let number = |number: u32| {
        if number == 0 {
            String::new()
        } else {
            cx.numbers.whole(number)
        }
    };
    match column {
        LotColumn::Place => lot.place.raw().to_owned(),
        LotColumn::No => lot.item.no.clone(),
        LotColumn::Name => lot.name.clone(),
        LotColumn::Color => lot.color.name.clone(),
        LotColumn::Condition => lot.condition.word().to_owned(),
        LotColumn::Quantity => cx.numbers.whole(lot.stock.available),
        LotColumn::Reserved => number(lot.stock.reserved),
        LotColumn::Sold => number(lot.stock.sold),
        LotColumn::Price => cx.numbers.price(lot.price),
        LotColumn::Cost => cx.numbers.price(lot.cost),
        LotColumn::Value => lot
            .price
            .times(i64::from(lot.stock.available))
            .map_or_else(String::new, |value| cx.numbers.sum(value)),
        LotColumn::Weight => lot.weight.map_or_else(String::new, |weight| {
            Grams(weight.saturating_mul(lot.stock.available)).to_string()
        }),
        LotColumn::Age => age(lot.created, cx.now),
        LotColumn::Changed => age(lot.changed, cx.now),
        LotColumn::By => lot.changed_by.clone(),
        LotColumn::Remarks => lot.remarks.clone(),
        LotColumn::Comments => lot.comments.clone(),
        LotColumn::Tags => lot.tags.join(", "),
        LotColumn::Category => lot.category.clone(),
        LotColumn::Sale if lot.sale == 0 => String::new(),
        LotColumn::Sale => format!("{}%", lot.sale),
        LotColumn::Bulk if lot.bulk <= 1 => String::new(),
        LotColumn::Bulk => lot.bulk.to_string(),
        LotColumn::Stockroom => lot.stockroom.map_or_else(String::new, String::from),
        LotColumn::Lot => lot.id.to_string(),
        LotColumn::BrickLink => lot
            .bricklink_lot
            .map_or_else(|| "–".to_owned(), |number| number.to_string()),
        LotColumn::BrickOwl => "–".to_owned(),
        LotColumn::Guide => lot
            .guide
            .map_or_else(String::new, |percent| format!("{percent}%")),
    }
}

/// Draws one cell. A number of an item is never cut: a long one takes from its neighbour, which is told.
pub(super) fn draw(
    pen: &mut Pen<'_, '_>,
    lot: &LotRow,
    laid: Laid,
    over: usize,
    cx: &Cx<'_>,
) -> usize {
    let columns = laid.columns.saturating_sub(over);
    let text = cell(lot, laid.column, cx);
    let role = match laid.column {
        LotColumn::Name if !lot.known => Role::Warning,
        _ => Role::Text,
    };
    match laid.column {
        LotColumn::Color => pen.color(&lot.color, columns, Role::Text),
        LotColumn::No => {
            let more = width(&text).saturating_sub(columns);
            pen.column(&text, columns + more, role);
            pen.skip(1);
            return more;
        }
        column if is_number(column) => pen.right(&text, columns, role),
        _ => pen.column(&text, columns, role),
    }
    pen.skip(1);
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_fit_whatever_the_room() {
        for room in 0..200 {
            let laid = lay(&USUAL, room, room < 60);
            let used: usize = laid.iter().map(|laid| laid.columns + 1).sum();
            assert!(used <= room || laid.len() == 1, "{room} {laid:?}");
        }
        assert_eq!(lay(&USUAL, 150, false).len(), USUAL.len());
        let narrow = lay(&USUAL, 37, true);
        let names: Vec<_> = narrow.iter().map(|laid| laid.column).collect();
        assert_eq!(
            names,
            [
                LotColumn::Place,
                LotColumn::No,
                LotColumn::Color,
                LotColumn::Quantity
            ]
        );
    }
}
