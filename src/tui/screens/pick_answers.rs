//! What becomes of a deed at a stop: what is said, and what happens to what was scanned behind it.

use std::time::Duration;

use super::pick::{DEED, FADE, LOOK, Notice, Pick};
use crate::api::{Answer, Reply, Request};
use crate::domain::rows::PickOutcome;
use crate::error::{Error, Kind};
use crate::tui::effect::{Effect, Tag};
use crate::tui::screen::Cx;
use crate::tui::theme::Role;

/// How long a wrong scan colours the line.
const ALARM: Duration = Duration::from_millis(800);

impl Pick {
    pub(super) fn answered(&mut self, tag: Tag, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        if tag == DEED {
            self.in_flight = false;
        }
        match answer {
            Ok(Reply::Pick { view, outcome }) => {
                self.view = Some(view);
                self.problem = None;
                if tag == LOOK {
                    return Vec::new();
                }
                self.came_out(outcome, cx)
            }
            Ok(_) => Vec::new(),
            Err(error) => self.failed(&error, cx),
        }
    }

    fn came_out(&mut self, outcome: PickOutcome, cx: &Cx<'_>) -> Vec<Effect> {
        let signs = cx.theme.signs();
        let (role, text) = match outcome {
            PickOutcome::Nothing => return self.next_pasted(cx),
            PickOutcome::Taken { item, pieces } => (
                Role::Good,
                format!("{} {item} {}{pieces}", signs.right, signs.times),
            ),
            PickOutcome::Short { item, missing } => (
                Role::Warning,
                format!("{item} ended short: {missing} missing"),
            ),
            PickOutcome::Later => (Role::Info, "put off to the end of the walk".to_owned()),
            PickOutcome::Undone { item, pieces } => (
                Role::Info,
                format!("taken back: {item} {}{pieces}", signs.times),
            ),
            PickOutcome::Wrong { expected, scanned } => {
                let text = format!("{} EXPECTED {expected}, SCANNED {scanned}", signs.wrong);
                return self.alarm(text);
            }
        };
        self.notice = Some(Notice {
            role,
            text,
            alarm: false,
        });
        self.next_pasted(cx)
    }

    /// Nothing moved: what was scanned behind it was meant for other stops.
    fn alarm(&mut self, text: String) -> Vec<Effect> {
        let dropped = std::mem::take(&mut self.pasted).len();
        self.notice = Some(Notice {
            role: Role::Bad,
            text,
            alarm: true,
        });
        self.dropped(dropped);
        vec![Effect::After(ALARM, FADE), Effect::DropHeld]
    }

    pub(super) fn dropped(&mut self, codes: usize) {
        if let (Some(notice), true) = (&mut self.notice, codes > 0) {
            let scans = if codes == 1 { "scan" } else { "scans" };
            let more = format!("   {codes} more {scans} not used");
            notice.text.push_str(&more);
        }
    }

    fn failed(&mut self, error: &Error, _cx: &Cx<'_>) -> Vec<Effect> {
        if self.view.is_none() {
            self.problem = Some(error.message.clone());
            return Vec::new();
        }
        let mut effects = self.alarm(error.message.clone());
        if error.kind == Kind::Conflict
            && let Some(view) = &self.view
        {
            effects.push(Effect::send(LOOK, Request::PickOpen { session: view.id }));
        }
        effects
    }

    pub(super) fn next_pasted(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        if self.pasted.is_empty() || self.in_flight {
            return Vec::new();
        }
        let code = self.pasted.remove(0);
        self.scan(code, cx)
    }
}
