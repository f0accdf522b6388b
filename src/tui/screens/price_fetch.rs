//! What the price guide lacks for a change of prices, and what became of fetching it, in lines.

use crate::domain::market::{GuideNeed, PricesFetched};
use crate::domain::rows::EditPreview;
use crate::tui::screen::Cx;
use crate::tui::text::count;
use crate::tui::theme::Role;

/// The lines below the sums of a preview.
pub(super) fn lines(
    seen: &EditPreview,
    told: Option<&str>,
    cx: &Cx<'_>,
) -> impl Iterator<Item = (String, Role)> {
    let told = told.map(|text| (text.to_owned(), Role::Info));
    let need = seen.guide.as_ref();
    let lacking = need.filter(|need| need.calls > 0);
    let what = lacking.map(|need| (what(need, cx), Role::Warning));
    let way = lacking.map(|need| (way(need, cx), Role::Warning));
    let empty = need.filter(|need| need.empty > 0).map(|need| {
        let lots = count(cx.numbers, u64::from(need.empty), "lot", "lots");
        (format!("{lots}: nobody sells or offers any"), Role::Dim)
    });
    [told, what, way, empty].into_iter().flatten()
}

fn what(need: &GuideNeed, cx: &Cx<'_>) -> String {
    let lots = |number: u32| count(cx.numbers, u64::from(number), "lot", "lots");
    match (need.unknown, need.old) {
        (0, 0) => "The guide is too old where it says nothing".to_owned(),
        (0, old) => format!("{} too old in the guide", lots(old)),
        (unknown, 0) => format!("{} not in the guide", lots(unknown)),
        (unknown, old) => format!("{} not in the guide, {old} too old", lots(unknown)),
    }
}

/// How to come by what is lacking, and what it costs.
fn way(need: &GuideNeed, cx: &Cx<'_>) -> String {
    if !need.barred.is_empty() {
        return need.barred.clone();
    }
    let calls = count(cx.numbers, u64::from(need.calls), "call", "calls");
    match need.room {
        Some(0) => format!("Ctrl+F fetches them another day: {calls}; today's are spent"),
        Some(room) if room < need.calls => {
            let now = cx.numbers.whole(room);
            format!("Ctrl+F fetches them: {calls}, {now} of them now, the rest by itself")
        }
        _ => format!(
            "Ctrl+F fetches them: {calls}, {} % of a day's budget",
            need.percent()
        ),
    }
}

/// What became of it.
pub(super) fn outcome(done: &PricesFetched) -> String {
    let mut text = format!("{} of {} prices have come", done.fetched, done.wanted);
    if done.failed > 0 {
        text = format!("{text}, {} could not be had", done.failed);
    }
    if done.left > 0 {
        text = format!("{text}, {} left", done.left);
    }
    if done.goes_on.is_some() {
        return format!("{text}; the rest comes by itself");
    }
    match &done.trouble {
        Some(trouble) if !done.stopped => format!("{text}: {}", trouble.text),
        _ => text,
    }
}
