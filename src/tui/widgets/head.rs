//! The first line: whose shop, where one is, and whether the world is in step.

use ratatui::layout::Rect;

use crate::tui::canvas::Canvas;
use crate::tui::screen::Cx;
use crate::tui::text::width;
use crate::tui::theme::Role;

/// Draws the head.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, title: &str, cx: &Cx<'_>) {
    let signs = canvas.theme.signs();
    let overview = cx.session.overview.as_ref();
    let shop = overview.map_or("", |overview| overview.shop.as_str());
    let practice = overview.is_some_and(|overview| overview.practice);
    let (state, role) = if cx.session.lost.is_some() {
        (format!("{} reconnecting", signs.ring), Role::Warning)
    } else if cx.session.indexing.is_some() {
        (
            format!("{} search is being prepared", signs.ring),
            Role::Info,
        )
    } else {
        (String::new(), Role::Text)
    };
    let flag = if practice { " PRACTICE " } else { "" };
    let who = cx.session.me.as_ref().map_or_else(String::new, |me| {
        let role = me.role.map_or("no role", |role| role.word());
        if area.width < 60 {
            me.name.clone()
        } else {
            format!("{}, {role}", me.name)
        }
    });
    let mut at_end = usize::from(area.width);
    let mut from_end = |text: &str| {
        at_end = at_end.saturating_sub(width(text) + 1);
        at_end as u16
    };
    let who_at = if who.is_empty() {
        area.width
    } else {
        from_end(&who)
    };
    let flag_at = if flag.is_empty() {
        who_at
    } else {
        from_end(flag)
    };
    let state_at = if state.is_empty() {
        flag_at
    } else {
        from_end(&state)
    };
    let mut pen = canvas.pen(
        Rect {
            width: state_at.min(area.width),
            ..area
        },
        0,
    );
    pen.skip(1);
    if !shop.is_empty() && pen.room() > width(title) + 8 {
        let room = pen.room() - width(title) - 3;
        pen.put(
            &crate::tui::text::truncate(shop, room, signs.ellipsis),
            Role::Strong,
        );
        pen.skip(2);
    }
    pen.fit(title, Role::Accent);
    let right = |at: u16| Rect {
        x: area.x + at.min(area.width),
        width: area.width.saturating_sub(at),
        ..area
    };
    canvas.pen(right(state_at), 0).put(&state, role);
    canvas.pen(right(flag_at), 0).put(flag, Role::Selected);
    canvas.pen(right(who_at), 0).put(&who, Role::Dim);
}
