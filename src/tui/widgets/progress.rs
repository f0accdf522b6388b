//! How far a long deed has come, in one line.

use ratatui::layout::Rect;

use crate::domain::report::Progress;
use crate::tui::canvas::Canvas;
use crate::tui::text::Numbers;
use crate::tui::theme::Role;

const BAR: u64 = 20;

/// Draws what is done, a bar, and the figures.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, line: u16, progress: &Progress, numbers: Numbers) {
    let (full, empty) = canvas.theme.signs().bar;
    let mut pen = canvas.pen(area, line);
    let room = pen.room().saturating_sub(60).clamp(12, 48);
    pen.column(&progress.step, room, Role::Info);
    pen.skip(2);
    if progress.total > 0 {
        let done = progress.done.min(progress.total);
        let filled = (done * BAR / progress.total) as usize;
        pen.put(&full.repeat(filled), Role::Accent);
        pen.put(&empty.repeat(BAR as usize - filled), Role::Dim);
        let percent = done * 100 / progress.total;
        pen.put(&format!(" {percent} %  "), Role::Text);
        let figures = format!(
            "{} of {} {}",
            numbers.whole(done),
            numbers.whole(progress.total),
            progress.unit
        );
        pen.fit(&figures, Role::Dim);
    } else {
        let figures = format!("{} {}", numbers.whole(progress.done), progress.unit);
        pen.fit(&figures, Role::Dim);
    }
}
