//! How connections to marketplaces are drawn: a line each, and all about the one that one is at.

use ratatui::layout::Rect;

use crate::domain::Marketplace;
use crate::domain::market::{BreakerView, BudgetView, KeyState, MarketKeys, MarketRow};
use crate::tui::canvas::Canvas;
use crate::tui::screen::Cx;
use crate::tui::text::{age, until, wrap};
use crate::tui::theme::Role;

/// Draws the list and what is below it.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    cx: &Cx<'_>,
    rows: &[MarketRow],
    (at, trying): (usize, Option<Marketplace>),
) {
    let signs = cx.theme.signs();
    for (line, row) in rows.iter().enumerate() {
        let mut pen = canvas.pen(area, line as u16);
        if line == at {
            pen.put(signs.cursor, Role::Accent);
            pen.skip(1);
            pen.select();
        } else {
            pen.skip(2);
        }
        pen.column(row.market.name(), 12, Role::Text);
        let (word, role) = state(row, trying == Some(row.market));
        pen.column(word, 16, role);
        match &row.test {
            _ if row.entered.is_none() => pen.fit("Enter connects it", Role::Dim),
            Some(test) => pen.fit(&format!("tested {}", age(test.at, cx.now)), Role::Dim),
            None => pen.fit("not tested yet", Role::Dim),
        }
    }
    let Some(row) = rows.get(at) else {
        return;
    };
    let top = rows.len() as u16 + 1;
    let below = Rect {
        y: area.y + top.min(area.height),
        height: area.height.saturating_sub(top),
        ..area
    };
    details(canvas, below, cx, row);
}

fn state(row: &MarketRow, trying: bool) -> (&'static str, Role) {
    match (row.state, row.enabled) {
        _ if trying => ("being tested", Role::Info),
        (KeyState::None, _) => ("not connected", Role::Dim),
        (_, false) => ("switched off", Role::Warning),
        _ if row.locked.is_some() => ("locked", Role::Bad),
        (KeyState::Untested, _) => ("untested", Role::Warning),
        (KeyState::Valid, _) => ("valid", Role::Good),
        (KeyState::Failing, _) => ("failing", Role::Bad),
    }
}

fn details(canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>, row: &MarketRow) {
    let mut lines: Vec<(String, String, Role)> = Vec::new();
    let mut add = |label: &str, text: String, role: Role| {
        let room = usize::from(area.width).saturating_sub(18).max(10);
        for (nth, piece) in wrap(&text, room).into_iter().enumerate() {
            let label = if nth == 0 { label } else { "" };
            lines.push((label.to_owned(), piece, role));
        }
    };
    if let Some(entered) = row.entered {
        for (field, hint) in MarketKeys::fields(row.market).iter().zip(&row.hints) {
            // A terminal without that sign gets three dots.
            let hint = hint.replace('…', cx.theme.signs().ellipsis);
            add(field.label, hint, Role::Text);
        }
        let by = format!("{} by {}", age(entered, cx.now), row.by);
        add("Entered", by, Role::Dim);
    } else {
        let text = "Orders, stock and prices of this marketplace need its keys. Only owners see this \
                    screen; keys of one shop are never used for another.";
        add("", text.into(), Role::Dim);
    }
    if let Some(locked) = &row.locked {
        add("Locked", locked.clone(), Role::Bad);
    }
    if let Some(test) = &row.test {
        let role = if test.facts.is_some() {
            Role::Good
        } else {
            Role::Bad
        };
        add("Last test", test.text.clone(), role);
        if !test.advice.is_empty() {
            add("What to do", test.advice.clone(), Role::Info);
        }
    }
    if let Some(budget) = &row.budget {
        let role = if budget.warns {
            Role::Warning
        } else {
            Role::Text
        };
        add("Calls", calls(budget, cx), role);
        match budget.breaker {
            BreakerView::Closed => {}
            BreakerView::Open(at) => {
                let text = format!(
                    "held back after failures, tried again in {}",
                    until(at, cx.now)
                );
                add("Breaker", text, Role::Bad);
            }
            BreakerView::Probing => {
                add(
                    "Breaker",
                    "one call tries again after failures".into(),
                    Role::Warning,
                );
            }
        }
    }
    for (line, (label, text, role)) in lines.iter().enumerate() {
        let mut pen = canvas.pen(area, line as u16);
        pen.skip(2);
        pen.column(label, 16, Role::Dim);
        pen.fit(text, *role);
    }
}

fn calls(budget: &BudgetView, cx: &Cx<'_>) -> String {
    let span = match budget.span {
        86_400 => "24 hours",
        60 => "minute",
        _ => "span",
    };
    let mut text = format!(
        "{} of {} in the last {span}; the last {} are for stock changes",
        cx.numbers.whole(budget.used),
        cx.numbers.whole(budget.limit),
        cx.numbers.whole(budget.kept_for_stock)
    );
    if let Some(at) = budget.exhausted_until {
        text = format!(
            "{text}. Too many, says the service: left alone for {}",
            until(at, cx.now)
        );
    }
    text
}
