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
    let lacking = need
        .filter(|need| need.calls > 0)
        .map(|need| lacking(need, cx));
    let empty = need.filter(|need| need.empty > 0).map(|need| {
        let lots = count(cx.numbers, u64::from(need.empty), "lot", "lots");
        (format!("{lots}: nobody sells or offers any"), Role::Dim)
    });
    [told, lacking, empty].into_iter().flatten()
}

fn lacking(need: &GuideNeed, cx: &Cx<'_>) -> (String, Role) {
    let lots = |number: u32| count(cx.numbers, u64::from(number), "lot", "lots");
    let what = match (need.unknown, need.old) {
        (0, 0) => "The guide is old where it says nothing".to_owned(),
        (0, old) => format!("{} with an old price in the guide", lots(old)),
        (unknown, 0) => format!("{} not in the guide", lots(unknown)),
        (unknown, old) => format!(
            "{} not in the guide, {old} with an old price",
            lots(unknown)
        ),
    };
    if !need.barred.is_empty() {
        return (format!("{what}. {}", need.barred), Role::Warning);
    }
    let calls = count(cx.numbers, u64::from(need.calls), "call", "calls");
    let cost = format!("{calls}, {} % of a day", need.percent());
    let text = match need.room {
        Some(0) => format!("{what}: {cost}. Today's are spent; Ctrl+F: fetch them later"),
        Some(room) if room < need.calls => {
            let now = cx.numbers.whole(room);
            format!("{what}: Ctrl+F fetches {now} now of {cost}")
        }
        _ => format!("{what}: Ctrl+F fetches them, {cost}"),
    };
    (text, Role::Warning)
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
        return format!("{text}; they come by themselves when the budget allows");
    }
    match &done.trouble {
        Some(trouble) if !done.stopped => format!("{text}: {}", trouble.text),
        _ => text,
    }
}
