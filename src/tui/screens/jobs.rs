//! What runs in the background: imports and the preparation of the search.

use ratatui::layout::Rect;

use crate::domain::report::Progress;
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Screen, ScreenEvent};
use crate::tui::theme::Role;
use crate::tui::widgets::progress;

/// What runs in the background.
#[derive(Debug, Default)]
pub struct Jobs;

impl Screen for Jobs {
    fn context(&self) -> Context {
        Context::Jobs
    }

    fn hints(&self) -> Vec<Action> {
        vec![Action::Back]
    }

    fn on(&mut self, event: ScreenEvent, _cx: &Cx<'_>) -> Vec<Effect> {
        match event {
            ScreenEvent::Do(Action::Back) => vec![Effect::Back],
            _ => Vec::new(),
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        let area = Rect {
            x: cx.area.x + 2,
            width: cx.area.width.saturating_sub(4),
            ..cx.area
        };
        let running: [(&str, Option<&Progress>); 2] = [
            ("Import", cx.session.progress.as_ref()),
            ("Search index", cx.session.indexing.as_ref()),
        ];
        let mut line = 1;
        for (name, running) in running {
            if let Some(running) = running {
                canvas.pen(area, line).put(name, Role::Strong);
                progress::draw(canvas, area, line + 1, running, cx.numbers);
                line += 3;
            }
        }
        if line == 1 {
            canvas
                .pen(area, 1)
                .fit("Nothing runs in the background.", Role::Text);
            canvas.pen(area, 2).fit(
                "Imports and the preparation of the search show up here.",
                Role::Dim,
            );
        }
    }
}
