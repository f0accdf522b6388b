//! The figures of calls to the services outside, as Prometheus reads them.
//!
//! They are counted by the program itself and written out here, so that a shop that is gone is gone from
//! the page as well. Shops are numbers; no name, address or key is among the labels.

use std::fmt::{Display, Write};

use crate::domain::market::{AgeCounts, BreakerView, BudgetView, Class};
use crate::services::machine_room::{BOUNDS, ServerFigures, Tally};

/// A figure of a budget.
type Pick = fn(&BudgetView) -> u32;

/// A page of lines.
#[derive(Debug, Default)]
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing into a text cannot fail.
        let _ = writeln!(self.0, "# HELP brickops_{name} {help}");
        let _ = writeln!(self.0, "# TYPE brickops_{name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &[(&str, &dyn Display)], value: impl Display) {
        let _ = write!(self.0, "brickops_{name}");
        for (at, (label, value)) in labels.iter().enumerate() {
            let before = if at == 0 { '{' } else { ',' };
            let _ = write!(self.0, "{before}{label}=\"{value}\"");
        }
        let end = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(self.0, "{end} {value}");
    }
}

/// Microseconds as seconds.
struct Seconds(u64);

impl Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, rest) = (self.0 / 1_000_000, self.0 % 1_000_000);
        let rest = format!("{rest:06}");
        match rest.trim_end_matches('0') {
            "" => write!(f, "{whole}"),
            rest => write!(f, "{whole}.{rest}"),
        }
    }
}

/// The lines.
pub(super) fn lines(figures: &ServerFigures) -> String {
    let mut page = Page::default();
    calls(&mut page, figures);
    lanes(&mut page, figures);
    page.head(
        "market_freshness",
        "gauge",
        "Items, and prices of what is in stock, by age.",
    );
    for (tenant, report) in &figures.freshness {
        for (of, ages) in [("items", report.items), ("prices", report.prices)] {
            for (state, count) in states(ages) {
                let labels: [(&str, &dyn Display); 3] =
                    [("tenant", &tenant.0), ("of", &of), ("state", &state)];
                page.line("market_freshness", &labels, count);
            }
        }
    }
    let answers = figures.answers;
    page.head(
        "market_answers_total",
        "counter",
        "Looks at items and prices by the age of what was answered.",
    );
    for (state, count) in [
        ("fresh", answers.fresh),
        ("stale", answers.stale),
        ("expired", answers.expired),
        ("missing", answers.missing),
    ] {
        page.line("market_answers_total", &[("state", &state)], count);
    }
    page.head(
        "market_last_known_total",
        "counter",
        "Looks answered with what was known last, as fetching had failed.",
    );
    page.line("market_last_known_total", &[], answers.last_known);
    let pictures = figures.pictures;
    page.head(
        "pictures_total",
        "counter",
        "Looks at pictures: on the disk, or not there yet.",
    );
    page.line("pictures_total", &[("state", &"on-disk")], pictures.here);
    page.line("pictures_total", &[("state", &"missing")], pictures.missing);
    page.head(
        "market_fetches",
        "gauge",
        "What is fetched in the background.",
    );
    for (what, waiting, under_way) in [
        ("refreshes", figures.refreshes.0, figures.refreshes.1),
        ("pictures", pictures.waiting, pictures.under_way),
    ] {
        for (state, count) in [("waiting", waiting), ("under-way", under_way)] {
            let labels: [(&str, &dyn Display); 2] = [("what", &what), ("state", &state)];
            page.line("market_fetches", &labels, count);
        }
    }
    page.0
}

const fn states(ages: AgeCounts) -> [(&'static str, u32); 4] {
    [
        ("fresh", ages.fresh),
        ("stale", ages.stale),
        ("expired", ages.expired),
        ("never", ages.never),
    ]
}

fn calls(page: &mut Page, figures: &ServerFigures) {
    page.head(
        "market_calls_total",
        "counter",
        "Attempts to call a service by how they ended, and calls that were not made.",
    );
    for ((service, endpoint), tally) in &figures.calls {
        for (class, count) in &tally.classes {
            let class = class.map_or("ok", Class::word);
            let labels: [(&str, &dyn Display); 3] = [
                ("service", &service.name()),
                ("endpoint", endpoint),
                ("class", &class),
            ];
            page.line("market_calls_total", &labels, count);
        }
    }
    page.head(
        "market_retries_total",
        "counter",
        "Attempts that were not the first of their call.",
    );
    for ((service, endpoint), tally) in &figures.calls {
        let labels: [(&str, &dyn Display); 2] =
            [("service", &service.name()), ("endpoint", endpoint)];
        page.line("market_retries_total", &labels, tally.retries);
    }
    page.head(
        "market_call_seconds",
        "histogram",
        "Time from the beginning of an attempt to the meaning of its answer.",
    );
    for ((service, endpoint), tally) in &figures.calls {
        times(page, (&service.name(), endpoint), tally);
    }
}

fn times(page: &mut Page, (service, endpoint): (&dyn Display, &dyn Display), tally: &Tally) {
    let mut sum = 0;
    let ends = BOUNDS.iter().map(|bound| Some(*bound)).chain([None]);
    for (bound, count) in ends.zip(tally.within) {
        sum += count;
        let bound = bound.map_or_else(
            || "+Inf".to_owned(),
            |bound| Seconds(u64::from(bound)).to_string(),
        );
        let labels: [(&str, &dyn Display); 3] =
            [("service", service), ("endpoint", endpoint), ("le", &bound)];
        page.line("market_call_seconds_bucket", &labels, sum);
    }
    let labels = [("service", service), ("endpoint", endpoint)];
    page.line("market_call_seconds_sum", &labels, Seconds(tally.sum));
    page.line("market_call_seconds_count", &labels, sum);
}

fn lanes(page: &mut Page, figures: &ServerFigures) {
    let gauges: [(&str, &str, Pick); 3] = [
        (
            "market_budget_used",
            "Calls of the last span, by shop and budget.",
            |budget| budget.used,
        ),
        (
            "market_budget_limit",
            "Calls that any span may have.",
            |budget| budget.limit,
        ),
        (
            "market_breaker_open",
            "1 while calls are held back after failures, or one call tries again.",
            |budget| u32::from(budget.breaker != BreakerView::Closed),
        ),
    ];
    for (name, help, pick) in gauges {
        page.head(name, "gauge", help);
        for (tenant, room) in &figures.lanes {
            let lane = room.budget.lane.word();
            page.line(
                name,
                &[("tenant", &tenant.0), ("lane", &lane)],
                pick(&room.budget),
            );
        }
    }
    page.head(
        "market_queue",
        "gauge",
        "Calls that wait for their turn, and calls under way.",
    );
    for (tenant, room) in &figures.lanes {
        let lane = room.budget.lane.word();
        for (state, count) in [
            ("waiting", room.budget.waiting),
            ("under-way", room.budget.under_way),
        ] {
            let labels: [(&str, &dyn Display); 3] =
                [("tenant", &tenant.0), ("lane", &lane), ("state", &state)];
            page.line("market_queue", &labels, count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_without_rounding() {
        let shown = |micros| Seconds(micros).to_string();
        assert_eq!(
            [shown(0), shown(50_000), shown(1_000_000), shown(2_500_001)],
            ["0", "0.05", "1", "2.500001"]
        );
    }
}
