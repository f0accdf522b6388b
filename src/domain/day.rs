//! Days as people write them: `2026-03-01`, `today`, `yesterday`, `30d`.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Timestamp;

/// When the day that is written begins in a zone, or so many days later; `None`: it is no day. `30d` is
/// the day that many days ago.
pub fn begins(text: &str, zone: &str, now: Timestamp, later: i64) -> Option<Timestamp> {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let today = jiff::Timestamp::from_microsecond(now.micros()).ok()?;
    let today = today.to_zoned(zone.clone()).date();
    let text = text.trim().to_lowercase();
    let back = |days: i64| -> Option<Date> {
        let span = jiff::Span::new().try_days(days).ok()?;
        today.checked_sub(span).ok()
    };
    let date = match text.as_str() {
        "today" => today,
        "yesterday" => back(1)?,
        _ => match text.strip_suffix('d').map(str::parse::<u32>) {
            Some(days) => back(i64::from(days.ok()?))?,
            None => text.parse().ok()?,
        },
    };
    let span = jiff::Span::new().try_days(later).ok()?;
    let at = date.checked_add(span).ok()?.to_zoned(zone).ok()?;
    Some(Timestamp::from_micros(at.timestamp().as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_as_the_shop_counts_them() {
        // 2026-03-29 12:00 UTC; clocks went forward that night in Berlin.
        let now = Timestamp::from_seconds(1_774_785_600);
        let at = |text, later| {
            begins(text, "Europe/Berlin", now, later).map(|at| at.micros() / 1_000_000)
        };
        assert_eq!(at("2026-03-29", 0), Some(1_774_738_800));
        assert_eq!(at("today", 0), at("2026-03-29", 0));
        assert_eq!(at("today", 1), Some(1_774_738_800 + 23 * 3_600));
        assert_eq!(at(" Yesterday ", 1), at("today", 0));
        assert_eq!(at("28d", 0), at("2026-03-01", 0));
        for wrong in [
            "",
            "d",
            "-1d",
            "2026-02-30",
            "29.3.2026",
            "99999999999d",
            "soon",
        ] {
            assert_eq!(at(wrong, 0), None, "{wrong}");
        }
    }
}
