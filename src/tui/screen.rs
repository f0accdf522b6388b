//! What a screen is: it takes events and answers effects, and it draws what it knows.
//!
//! A screen does no input or output. It learns its size with its events, so that what it asks for
//! and what it draws come from the same figures.

use std::cell::Cell;
use std::time::Duration;

use ratatui::layout::Rect;

use super::action::Action;
use super::canvas::Canvas;
use super::effect::{Effect, Tag};
use super::key::Key;
use super::keymap::{Context, Keymap};
use super::text::Numbers;
use super::theme::Theme;
use crate::api::{Answer, Event};
use crate::domain::report::Progress;
use crate::domain::rows::Overview;
use crate::domain::{ItemKey, Me, OperationId, Right, Timestamp, Whereabouts};

/// What reaches a screen.
#[derive(Debug, Clone)]
pub enum ScreenEvent {
    /// It is in front from now on: for the first time, or again.
    Shown,
    /// Its area has another size.
    Resized,
    /// A key that means something.
    Do(Action),
    /// A key of a text, or one that means nothing.
    Key(Key),
    /// Pasted text.
    Paste(String),
    /// The answer to a request with this tag.
    Answered(Tag, Box<Answer>),
    /// Something happened at the server.
    Told(Box<Event>),
    /// The time asked for with this tag is over.
    Woken(Tag),
    /// The server is back; lists must be opened again.
    Back,
    /// So many codes that were scanned meanwhile were thrown away.
    Dropped(usize),
}

/// How keys are taken where the person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Every key is a command.
    Commands,
    /// Printable keys are text.
    Typing,
    /// Every key belongs to a form that lies on top, up to its own Esc.
    Form,
    /// A scan line; whether it is empty decides what small letters are.
    Scanning {
        /// Nothing has been scanned or typed yet.
        empty: bool,
    },
}

/// What the program knows beyond one screen.
#[derive(Debug, Clone, Default)]
pub struct Session {
    /// The start screen's figures, once they have come.
    pub overview: Option<Overview>,
    /// Why the server cannot be reached now.
    pub lost: Option<String>,
    /// How pictures are shown here, if at all.
    pub pictures: Option<super::widgets::picture::Show>,
    /// How far a long deed has come.
    pub progress: Option<Progress>,
    /// How far a rebuild of the search index has come.
    pub indexing: Option<Progress>,
    /// Who is here.
    pub me: Option<Me>,
}

impl Session {
    /// Whether the person may do this; without an account only the catalogue is open.
    pub fn may(&self, right: Option<Right>) -> bool {
        match (right, &self.me) {
            (None, _) => true,
            (Some(right), Some(me)) => me.may(right),
            (Some(right), None) => right == Right::ReadCatalog,
        }
    }

    /// Why the person may not do this, and who can change that.
    pub fn refusal(&self, right: Right) -> String {
        let Some(me) = &self.me else {
            return "That needs an account. The overview opens one.".into();
        };
        let owners = me.owners.join(" or ");
        match me.role {
            Some(role) => format!(
                "As {} you may not {}. Ask {owners}.",
                role.word(),
                right.words()
            ),
            None => format!("You have no role in this shop yet. Ask {owners} for one."),
        }
    }

    /// Refuses a screen whose contents the person may not see.
    pub fn allows_screen(&self, context: Context) -> Result<(), String> {
        match context.right() {
            Some(right) if !self.may(Some(right)) => Err(self.refusal(right)),
            _ => Ok(()),
        }
    }
}

/// What a screen may look at while it works or draws.
#[derive(Debug)]
pub struct Cx<'a> {
    /// The body, between head and message line.
    pub area: Rect,
    /// Signs and colours.
    pub theme: &'a Theme,
    /// Keys.
    pub keymap: &'a Keymap,
    /// What all screens know.
    pub session: &'a Session,
    /// How numbers are written.
    pub numbers: Numbers,
    /// The time.
    pub now: Timestamp,
    /// How long the program has been running; only differences mean something.
    pub elapsed: Duration,
    /// Where the next operation's number comes from.
    pub(super) operations: &'a Cell<u128>,
}

impl Cx<'_> {
    /// A number for a write, so that sending it twice does it once.
    pub fn operation(&self) -> OperationId {
        let next = self.operations.get().wrapping_add(1);
        self.operations.set(next);
        OperationId(next)
    }

    /// The shop's currency.
    pub fn currency(&self) -> &str {
        self.session
            .overview
            .as_ref()
            .map_or("", |overview| overview.currency.as_str())
    }

    /// Whether the area is too small for anything but the essential.
    pub const fn compact(&self) -> bool {
        self.area.width < 60 || self.area.height < 12
    }

    /// Whether there is room for a pane at the right.
    pub const fn wide(&self) -> bool {
        self.area.width >= 120
    }
}

/// A screen.
pub trait Screen: std::fmt::Debug + Send {
    /// Where one is, for the keymap and the head.
    fn context(&self) -> Context;

    /// More for the head, such as the number of an order.
    fn title(&self, _cx: &Cx<'_>) -> String {
        self.context().name().to_owned()
    }

    /// How keys are taken.
    fn mode(&self) -> Mode {
        Mode::Commands
    }

    /// Whether keys must wait for an answer. They are kept in order, and none is lost.
    fn busy(&self) -> bool {
        false
    }

    /// Whether there is a layout for less than 60x15.
    fn has_compact_layout(&self) -> bool {
        false
    }

    /// Whether it was opened about one record of the screen below, and goes when it is left.
    fn passing(&self) -> bool {
        false
    }

    /// Where to come back to, if this screen can be come back to.
    fn whereabouts(&self) -> Option<Whereabouts> {
        None
    }

    /// The item that the shop's own notes would be about.
    fn item(&self) -> Option<ItemKey> {
        None
    }

    /// The most important keys, best first.
    fn hints(&self) -> Vec<Action>;

    /// Takes an event.
    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect>;

    /// Draws itself into `cx.area`.
    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>);
}
