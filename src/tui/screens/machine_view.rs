//! How the machine room is drawn: gauges, a line of the last hours, ages, and the lists below them.

use ratatui::layout::Rect;

use super::machine::{Opened, Part};
use crate::domain::Timestamp;
use crate::domain::market::machine_room::{
    CallTrouble, EndpointRoom, LaneRoom, MachineRoom, ServiceRoom, percent,
};
use crate::domain::market::{AgeCounts, BreakerView, Class, Service};
use crate::domain::time::SECOND;
use crate::tui::canvas::Canvas;
use crate::tui::screen::Cx;
use crate::tui::text::{age, count, harmless, until, width, wrap};
use crate::tui::theme::Role;
use crate::tui::widgets::list::Cursor;

/// From this height on each service has a second line.
const ROOMY: u16 = 18;
/// From this width on both lists stand side by side.
const WIDE: u16 = 130;
/// Below this width figures are left out.
const NARROW: u16 = 76;
/// From this width on there is room for longer gauges and more hours.
const WIDER: u16 = 100;
/// Columns of a gauge.
const GAUGE: u64 = 20;
/// Columns of the names before the figures.
const NAMES: usize = 12;

/// The body without its edges.
pub(super) fn inside(cx: &Cx<'_>) -> Rect {
    Rect {
        x: cx.area.x + 2,
        width: cx.area.width.saturating_sub(4),
        ..cx.area
    }
}

/// A line of words, each in a role of its own.
type Line = Vec<(String, Role)>;

fn plain(text: impl Into<String>) -> Line {
    vec![(text.into(), Role::Text)]
}

/// Lines above the lists; `None` instead of a name: a sentence over the whole line.
fn above(cx: &Cx<'_>, room: &MachineRoom) -> Vec<(Option<&'static str>, Line)> {
    let roomy = cx.area.height >= ROOMY;
    let mut lines: Vec<(Option<&'static str>, Line)> = Vec::new();
    if room.offline {
        let text =
            "Calls to services outside are switched off; start without --offline to make them.";
        lines.push((None, vec![(text.into(), Role::Warning)]));
    }
    if room.is_quiet() {
        let market = |one: &ServiceRoom| one.service != Service::Brickognize && one.connected;
        let text = if room.services.iter().any(market) {
            "Nothing was asked of a marketplace yet."
        } else {
            "Nothing was asked of a marketplace yet; none is connected."
        };
        lines.push((None, plain(text)));
    }
    for service in &room.services {
        lines.push((Some(service.service.name()), gauge(cx, service)));
        if roomy && !service.lanes.is_empty() {
            for line in details(cx, service) {
                lines.push((Some(""), vec![(line, Role::Dim)]));
            }
        }
    }
    lines.push((Some("Calls"), spark(cx, room)));
    lines.push((Some("Answers"), answers(cx, room)));
    if roomy {
        lines.push((Some("Pictures"), pictures(cx, room)));
        lines.extend(fetching(cx, room).map(|line| (Some("Fetching"), line)));
    }
    lines.push((Some("Ages"), ages(cx, "items", room.freshness.items)));
    if roomy {
        lines.push((Some(""), ages(cx, "prices", room.freshness.prices)));
    }
    lines
}

/// Rows that a list has.
pub(super) fn list_height(cx: &Cx<'_>, room: &MachineRoom) -> usize {
    // A blank line and the titles.
    let above = above(cx, room).len() + 2;
    usize::from(cx.area.height).saturating_sub(above).max(1)
}

fn gauge(cx: &Cx<'_>, service: &ServiceRoom) -> Line {
    let Some(LaneRoom { budget, .. }) = service.lanes.first() else {
        let text = if service.connected {
            format!("{} calls", cx.numbers.whole(service.calls))
        } else {
            "not connected; see the marketplaces".into()
        };
        return vec![(text, Role::Dim)];
    };
    let columns = match cx.area.width {
        ..NARROW => GAUGE * 3 / 10,
        NARROW..WIDER => GAUGE / 2,
        WIDER.. => GAUGE,
    };
    let limit = u64::from(budget.limit).max(1);
    let used = u64::from(budget.used);
    // A single call of thousands is to be seen, too.
    let filled = (used * columns).div_ceil(limit).min(columns) as usize;
    let role = match budget.breaker {
        BreakerView::Open(_) => Role::Bad,
        _ if budget.warns => Role::Warning,
        _ => Role::Accent,
    };
    let (full, empty) = cx.theme.signs().bar;
    let span = match budget.span {
        86_400 => "in 24 h",
        3_600 => "an hour",
        _ => "a minute",
    };
    let mut line = vec![
        (full.repeat(filled), role),
        (empty.repeat(columns as usize - filled), Role::Dim),
        (
            format!(
                "  {} of {} {span}",
                cx.numbers.whole(budget.used),
                cx.numbers.whole(budget.limit)
            ),
            Role::Text,
        ),
    ];
    if budget.warns {
        line.push((", nearly spent".into(), Role::Warning));
    }
    match (budget.exhausted_until, budget.breaker) {
        (Some(at), _) => line.push((
            format!(", left alone for {}", soon(at, cx.now)),
            Role::Warning,
        )),
        (None, BreakerView::Open(at)) => line.push((
            format!(", held back, next try in {}", soon(at, cx.now)),
            Role::Bad,
        )),
        (None, BreakerView::Probing) => {
            line.push((", one call tries again".into(), Role::Warning));
        }
        (None, BreakerView::Closed) if !service.connected => {
            line.push((", switched off".into(), Role::Warning));
        }
        (None, BreakerView::Closed) => {}
    }
    line
}

/// How long it is until a time; a breaker opens for half a minute at first.
fn soon(at: Timestamp, now: Timestamp) -> String {
    match at.since(now).max(0) / SECOND {
        seconds @ 0..60 => format!("{seconds} s"),
        _ => until(at, now),
    }
}

/// The figures of a service behind each other, in as many lines as they take.
fn details(cx: &Cx<'_>, service: &ServiceRoom) -> Vec<String> {
    let mut words = Vec::new();
    let lanes = service.lanes.iter();
    let waiting: u32 = lanes.clone().map(|lane| lane.budget.waiting).sum();
    let first = service.lanes.first();
    let under_way = first.map_or(0, |lane| lane.budget.under_way);
    if waiting > 0 {
        let queue = lanes.flat_map(|lane| &lane.queue);
        let mut who: Vec<&str> = queue
            .filter(|row| row.waiting > 0)
            .map(|row| row.purpose.word())
            .collect();
        who.dedup();
        words.push(format!("{waiting} wait ({})", who.join(" and ")));
    }
    if under_way > 0 {
        words.push(format!("{under_way} under way"));
    }
    if let Some(LaneRoom { budget, .. }) = first {
        if budget.span == 86_400 {
            let calls = cx.numbers.whole(budget.last_minute);
            words.push(format!("{calls} in a minute"));
        } else {
            words.push(format!("{} in 24 h", cx.numbers.whole(service.day)));
        }
        if budget.kept_for_stock > 0 {
            let kept = cx.numbers.whole(budget.kept_for_stock);
            words.push(format!("{kept} kept for stock"));
        }
    }
    for (number, what) in [
        (service.failed, "failed"),
        (service.retries, "tried again"),
        (service.throttled, "one too many"),
        (service.held + service.refused, "not made"),
    ] {
        if number > 0 {
            words.push(format!("{} {what}", cx.numbers.whole(number)));
        }
    }
    let room = usize::from(inside(cx).width).saturating_sub(NAMES);
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if width(line) + 2 + width(&word) <= room => {
                line.push_str(", ");
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

/// One sign for a part of the highest.
fn level(part: u32, highest: u32, ascii: bool) -> char {
    const UNICODE: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    const ASCII: [char; 9] = [' ', '.', '.', ':', '-', '=', '+', '*', '#'];
    let at = (u64::from(part) * 8).div_ceil(u64::from(highest.max(1))) as usize;
    if ascii {
        ASCII[at.min(8)]
    } else {
        UNICODE[at.min(8)]
    }
}

/// Calls of the last hours, all services together.
fn spark(cx: &Cx<'_>, room: &MachineRoom) -> Line {
    let mut sums: Vec<u32> = Vec::new();
    for service in &room.services {
        sums.resize(sums.len().max(service.quarters.len()), 0);
        for (sum, calls) in sums.iter_mut().zip(&service.quarters) {
            *sum = sum.saturating_add(*calls);
        }
    }
    // Half of the hours where there is no room for all.
    let shown = if cx.area.width < WIDER { 24 } else { 48 };
    let shown = sums.split_off(sums.len().saturating_sub(shown));
    let highest = shown.iter().copied().max().unwrap_or(0);
    let ascii = cx.theme.ascii();
    let signs: String = shown
        .iter()
        .map(|calls| level(*calls, highest, ascii))
        .collect();
    let all: u64 = shown.iter().map(|calls| u64::from(*calls)).sum();
    let all = cx.numbers.whole(all);
    let mut line = vec![
        (signs, Role::Accent),
        (format!("  {all} in {} hours", shown.len() / 4), Role::Text),
    ];
    if cx.area.width >= WIDER {
        let since = format!("; counted since {}", room.since.iso());
        line.push((since, Role::Dim));
    }
    line
}

fn answers(cx: &Cx<'_>, room: &MachineRoom) -> Line {
    let counts = room.answers;
    let mut line = if counts.all() == 0 {
        vec![("no item was looked at yet".to_owned(), Role::Dim)]
    } else {
        plain(format!(
            "{} % fresh of {}",
            percent(counts.fresh, counts.all()),
            count(cx.numbers, counts.all(), "look", "looks")
        ))
    };
    if counts.last_known > 0 {
        let text = format!(
            ", {} with what was known last",
            cx.numbers.whole(counts.last_known)
        );
        line.push((text, Role::Warning));
    }
    line
}

fn pictures(cx: &Cx<'_>, room: &MachineRoom) -> Line {
    let pictures = room.pictures;
    let looks = pictures.here + pictures.missing;
    if looks == 0 {
        vec![("none was looked at yet".to_owned(), Role::Dim)]
    } else {
        plain(format!(
            "{} % of {} from the disk",
            percent(pictures.here, looks),
            count(cx.numbers, looks, "look", "looks")
        ))
    }
}

/// What is fetched in the background, if anything.
fn fetching(cx: &Cx<'_>, room: &MachineRoom) -> Option<Line> {
    let (pictures, refreshes) = (room.pictures, room.refreshes);
    let all = refreshes.0 + refreshes.1 + pictures.waiting + pictures.under_way;
    let of = |items: u32, shots: u32| {
        let items = count(cx.numbers, u64::from(items), "item", "items");
        let shots = count(cx.numbers, u64::from(shots), "picture", "pictures");
        format!("{items}, {shots}")
    };
    let text = format!(
        "under way {}; waiting {}",
        of(refreshes.1, pictures.under_way),
        of(refreshes.0, pictures.waiting)
    );
    (all > 0).then(|| vec![(text, Role::Info)])
}

fn ages(cx: &Cx<'_>, what: &str, ages: AgeCounts) -> Line {
    let known = ages.known();
    if known == 0 {
        return vec![(format!("no {what} with an age"), Role::Dim)];
    }
    let part = |number: u32| percent(u64::from(number), known);
    let mut line = plain(format!(
        "{} {what}: {} % fresh, ",
        cx.numbers.whole(known),
        part(ages.fresh)
    ));
    if cx.area.width >= NARROW {
        line.extend(plain(format!("{} % stale, ", part(ages.stale))));
    }
    let role = if ages.warns() {
        Role::Warning
    } else {
        Role::Text
    };
    let expired = u64::from(ages.expired) * 1_000 / known;
    // The warning begins at two of a hundred, so that small parts are told more closely.
    let expired = match expired {
        0..100 => format!("{}{}{}", expired / 10, cx.numbers.decimal, expired % 10),
        _ => (expired / 10).to_string(),
    };
    line.push((format!("{expired} % expired"), role));
    if ages.never > 0 {
        let text = format!(", {} missing", cx.numbers.whole(ages.never));
        line.push((text, Role::Dim));
    }
    line
}

/// Draws everything.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    cx: &Cx<'_>,
    room: &MachineRoom,
    (part, cursor): (Part, &Cursor),
) {
    let lines = above(cx, room);
    let count = lines.len() as u16;
    for (at, (name, words)) in lines.into_iter().enumerate() {
        let mut pen = canvas.pen(area, at as u16);
        // A sentence has the whole line.
        if let Some(name) = name {
            pen.column(name, NAMES, Role::Strong);
        }
        for (text, role) in words {
            pen.fit(&text, role);
        }
    }
    let below = Rect {
        y: area.y + (count + 1).min(area.height),
        height: area.height.saturating_sub(count + 1),
        ..area
    };
    if area.width < WIDE {
        match part {
            Part::Errors => troubles(canvas, below, cx, &room.troubles, Some(cursor)),
            Part::Calls => endpoints(canvas, below, cx, &room.endpoints, Some(cursor)),
        }
        return;
    }
    let half = area.width / 2;
    let (left, right) = (
        Rect {
            width: half - 1,
            ..below
        },
        Rect {
            x: below.x + half + 1,
            width: below.width - half - 1,
            ..below
        },
    );
    let of = |own: Part| (own == part).then_some(cursor);
    troubles(canvas, left, cx, &room.troubles, of(Part::Errors));
    endpoints(canvas, right, cx, &room.endpoints, of(Part::Calls));
}

/// The beginning of a row: a cursor where one is there.
macro_rules! row {
    ($pen:ident, $cx:ident, $here:expr) => {
        if $here {
            $pen.put($cx.theme.signs().cursor, Role::Accent);
            $pen.skip(1);
            $pen.select();
        } else {
            $pen.skip(2);
        }
    };
}

fn window(len: usize, height: u16, cursor: Option<&Cursor>) -> std::ops::Range<usize> {
    let height = usize::from(height.saturating_sub(1));
    match cursor {
        Some(cursor) => cursor.visible(len, height),
        None => 0..len.min(height),
    }
}

fn troubles(
    canvas: &mut Canvas<'_>,
    area: Rect,
    cx: &Cx<'_>,
    rows: &[CallTrouble],
    cursor: Option<&Cursor>,
) {
    let title = if rows.is_empty() {
        "No errors".to_owned()
    } else {
        format!("The last errors ({})", rows.len())
    };
    canvas.pen(area, 0).fit(&title, Role::Strong);
    for (line, at) in (1_u16..).zip(window(rows.len(), area.height, cursor)) {
        let row = &rows[at];
        let mut pen = canvas.pen(area, line);
        row!(pen, cx, cursor.is_some_and(|cursor| cursor.at == at));
        pen.column(&age(row.at, cx.now), 8, Role::Dim);
        if area.width >= 70 {
            pen.column(row.service.name(), 12, Role::Text);
        }
        pen.column(row.class.word(), 12, look(row.class));
        let times = format!("{}{}", row.times, cx.theme.signs().times);
        let times = if row.times > 1 { times } else { String::new() };
        pen.column(&times, 5, Role::Dim);
        pen.fit(&row.text, Role::Text);
    }
}

/// What waits for its time is no failure of anybody.
const fn look(class: Class) -> Role {
    match class {
        Class::Offline | Class::NoKeys | Class::Budget | Class::Held | Class::Throttled => {
            Role::Warning
        }
        _ => Role::Bad,
    }
}

fn endpoints(
    canvas: &mut Canvas<'_>,
    area: Rect,
    cx: &Cx<'_>,
    rows: &[EndpointRoom],
    cursor: Option<&Cursor>,
) {
    let mut pen = canvas.pen(area, 0);
    if rows.is_empty() {
        pen.fit("No calls yet", Role::Strong);
        return;
    }
    let names = usize::from(area.width).saturating_sub(38).min(48);
    pen.column("Calls by name", names + 2, Role::Strong);
    for title in ["calls", "failed", "half", "99 %"] {
        pen.right(title, 9, Role::Dim);
    }
    for (line, at) in (1_u16..).zip(window(rows.len(), area.height, cursor)) {
        let row = &rows[at];
        let mut pen = canvas.pen(area, line);
        row!(pen, cx, cursor.is_some_and(|cursor| cursor.at == at));
        let name = format!("{} {}", row.service.name(), row.endpoint);
        pen.column(&name, names, Role::Text);
        pen.right(&cx.numbers.whole(row.calls), 9, Role::Text);
        let role = if row.failed > 0 { Role::Bad } else { Role::Dim };
        pen.right(&cx.numbers.whole(row.failed), 9, role);
        pen.right(&took(row.half, cx), 9, Role::Text);
        pen.right(&took(row.most, cx), 9, Role::Text);
    }
}

/// A time for a column: `0.7 ms`, `12 ms`, `3.4 s`.
fn took(micros: u32, cx: &Cx<'_>) -> String {
    let tenths = |of: u32| format!("{}{}{}", of / 10, cx.numbers.decimal, of % 10);
    match micros {
        ..10_000 => format!("{} ms", tenths(micros / 100)),
        10_000..1_000_000 => format!("{} ms", micros / 1_000),
        1_000_000.. => format!("{} s", tenths(micros / 100_000)),
    }
}

/// What is shown of an error: about it, its sentence, its answer.
pub(super) fn lines(opened: &Opened, cx: &Cx<'_>) -> Vec<(String, Role)> {
    let columns = usize::from(inside(cx).width).max(20);
    let trouble = &opened.trouble;
    let status = match trouble.status {
        0 => "no answer".to_owned(),
        status => format!("HTTP {status}"),
    };
    let mut about = format!("{}, {status}", trouble.class.word());
    if trouble.nth > 1 {
        about = format!("{about}, attempt {}", trouble.nth);
    }
    if trouble.times > 1 {
        about = format!("{about}, {} times in a row", trouble.times);
    }
    let mut all = vec![(format!("{about}, last {}", trouble.at.iso()), Role::Dim)];
    for line in wrap(&trouble.text, columns) {
        all.push((line, Role::Text));
    }
    all.push((String::new(), Role::Text));
    match &opened.raw {
        None => all.push(("The answer is being fetched.".into(), Role::Dim)),
        Some(raw) if raw.is_empty() => {
            all.push(("Nothing came back that could be shown.".into(), Role::Dim));
        }
        Some(raw) => {
            all.push(("As it came, without keys:".into(), Role::Dim));
            for line in raw.lines() {
                for piece in pieces(&harmless(line), columns) {
                    all.push((piece, Role::Info));
                }
            }
        }
    }
    all
}

/// A long line cut where the screen ends: what is no text has no words to wrap at.
fn pieces(line: &str, columns: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut used = 0;
    for c in line.chars() {
        let wide = width(c.encode_utf8(&mut [0; 4]));
        if used + wide > columns {
            all.push(String::new());
            used = 0;
        }
        used += wide;
        if let Some(last) = all.last_mut() {
            last.push(c);
        }
    }
    all
}

/// Draws an error with its answer.
pub(super) fn draw_opened(canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>, opened: &Opened) {
    let trouble = &opened.trouble;
    let title = format!("{}, {}", trouble.service.name(), trouble.endpoint);
    canvas.pen(area, 0).fit(&title, Role::Strong);
    let lines = lines(opened, cx);
    let rest = lines.iter().skip(opened.top);
    for (line, (text, role)) in (1..area.height).zip(rest) {
        canvas.pen(area, line).put(text, *role);
    }
}
