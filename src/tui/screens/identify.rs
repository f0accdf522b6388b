//! From a photo to the add form: a path, or a photo of the inbox; what it may show; the right one.

use std::time::Duration;

use super::identify_view;
use crate::api::{Answer, FreshRequest, IdentifyRequest, Reply, Request};
use crate::domain::market::{
    Candidate, Identified, Inbox, InboxPhoto, PhotoOrder, PhotoSource, Sought,
};
use crate::domain::{ItemKey, Right};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::{Destination, Effect, Tag};
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Mode, Screen, ScreenEvent};
use crate::tui::theme::Role;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::list::Cursor;
use crate::tui::widgets::picture::Picture;

const INBOX: Tag = 1;
const FOUND: Tag = 2;
const CHOSEN: Tag = 3;
const ASIDE: Tag = 4;
const POLL: Tag = 5;
const FETCHED: Tag = 6;
/// The inbox is looked at so often.
const EVERY: Duration = Duration::from_secs(3);
/// Candidates that are asked for; the first five are seen at once.
const TOP: u8 = 10;
/// Columns and lines of the picture.
const PICTURE: (u16, u16) = (28, 12);

/// A part from a photo.
#[derive(Debug)]
pub struct IdentifyScreen {
    pub(super) field: Field,
    pub(super) on_list: bool,
    pub(super) inbox: Option<Inbox>,
    pub(super) found: Option<Box<Identified>>,
    pub(super) problem: Option<String>,
    /// What is being looked at; shown while the answer is waited for.
    pub(super) looking: Option<String>,
    /// The photo of the inbox that the candidates are of.
    photo: Option<String>,
    /// Where one was in the inbox, to come back to.
    before: Cursor,
    pub(super) sought: Sought,
    pub(super) cursor: Cursor,
    pub(super) picture: Picture,
}

impl Default for IdentifyScreen {
    fn default() -> Self {
        Self {
            field: Field::default(),
            on_list: false,
            inbox: None,
            found: None,
            problem: None,
            looking: None,
            photo: None,
            before: Cursor::default(),
            sought: Sought::Any,
            cursor: Cursor::default(),
            picture: Picture::new(PICTURE.0, PICTURE.1),
        }
    }
}

impl IdentifyScreen {
    fn poll() -> Vec<Effect> {
        vec![
            Effect::send(INBOX, Request::Identify(IdentifyRequest::Inbox)),
            Effect::After(EVERY, POLL),
        ]
    }

    pub(super) fn photos(&self) -> &[InboxPhoto] {
        self.inbox.as_ref().map_or(&[], |inbox| &inbox.photos)
    }

    fn rows(&self) -> usize {
        match &self.found {
            Some(found) => found.candidates.len(),
            None => self.photos().len(),
        }
    }

    fn here(&self) -> Option<&Candidate> {
        self.found.as_ref()?.candidates.get(self.cursor.at)
    }

    /// The picture of the candidate one is at.
    fn follow(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let key = self.here().and_then(|row| row.picture.clone());
        self.picture.follow(key, cx)
    }

    fn look(&mut self, source: PhotoSource, shown: String) -> Vec<Effect> {
        if self.looking.is_some() {
            return Vec::new();
        }
        self.photo = match &source {
            PhotoSource::Inbox(name) => Some(name.clone()),
            _ => None,
        };
        self.looking = Some(shown);
        if self.found.is_none() {
            self.before = self.cursor;
        }
        (self.found, self.problem) = (None, None);
        let order = PhotoOrder {
            source,
            sought: self.sought,
            top: TOP,
        };
        let request = IdentifyRequest::Photo(Box::new(order));
        vec![Effect::send(FOUND, Request::Identify(request))]
    }

    fn open(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let text = self.field.text();
        let text = text.trim();
        if !self.on_list && !text.is_empty() {
            let address = text.to_ascii_lowercase().starts_with("https://");
            let source = if address {
                PhotoSource::Web {
                    address: text.to_owned(),
                    local: false,
                }
            } else {
                PhotoSource::File(text.to_owned())
            };
            return self.look(source, text.to_owned());
        }
        if self.found.is_some() {
            return self.choose(cx);
        }
        let Some(photo) = self.photos().get(self.cursor.at).cloned() else {
            return Vec::new();
        };
        if !photo.still {
            let text = format!("{} is still arriving.", photo.name);
            return vec![Effect::Say(Role::Info, text)];
        }
        self.look(PhotoSource::Inbox(photo.name.clone()), photo.name)
    }

    fn choose(&self, cx: &Cx<'_>) -> Vec<Effect> {
        let (Some(found), Some(row)) = (&self.found, self.here()) else {
            return Vec::new();
        };
        let Some(key) = row.guess.item.clone() else {
            let text = format!(
                "{} is a {} and no kind of item here; search for it instead.",
                row.guess.no, row.guess.word
            );
            return vec![Effect::Say(Role::Warning, text)];
        };
        let chosen = IdentifyRequest::Chosen {
            listing: found.listing.clone(),
            rank: row.guess.rank,
            photo: self.photo.clone(),
        };
        let to = if cx.session.may(Some(Right::Inventory)) {
            Destination::AddLot(key)
        } else {
            Destination::Item(key)
        };
        vec![
            Effect::send(CHOSEN, Request::Identify(chosen)),
            Effect::Go(to),
        ]
    }

    /// Fetches the candidate one is at, where the catalogue does not know it.
    fn fetch(&self) -> Vec<Effect> {
        let Some(item) = self
            .here()
            .filter(|row| !row.known)
            .and_then(|row| row.guess.item.as_ref())
        else {
            return Vec::new();
        };
        let request = FreshRequest::Fetch {
            no: item.no.clone(),
            kind: Some(item.kind),
        };
        vec![
            Effect::Say(Role::Info, format!("Asking BrickLink for {}", item.no)),
            Effect::send(FETCHED, Request::Fresh(request)),
        ]
    }

    /// A candidate is in the catalogue from now on.
    fn fetched(&mut self, key: &ItemKey) -> Vec<Effect> {
        let rows = self
            .found
            .iter_mut()
            .flat_map(|found| &mut found.candidates);
        for row in rows {
            if row.guess.item.as_ref().is_some_and(|item| item.same(key)) {
                row.known = true;
            }
        }
        let text = format!("{} is in the catalogue now.", key.no);
        vec![Effect::Say(Role::Good, text)]
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Effect> {
        match action {
            Action::Back if self.found.is_some() || self.problem.is_some() => {
                (self.found, self.problem) = (None, None);
                self.cursor = self.before;
                // What was typed can be typed on.
                self.on_list = self.field.is_empty() && !self.photos().is_empty();
                return self.follow(cx);
            }
            Action::Back => return vec![Effect::Back],
            Action::Switch => self.on_list = !self.on_list,
            Action::Open => return self.open(cx),
            Action::NextKind => {
                self.sought = match self.sought {
                    Sought::Any => Sought::Parts,
                    Sought::Parts => Sought::Sets,
                    Sought::Sets => Sought::Minifigures,
                    Sought::Minifigures => Sought::Any,
                };
            }
            Action::Refresh => return self.fetch(),
            Action::PutAside => {
                if self.found.is_none()
                    && let Some(photo) = self.photos().get(self.cursor.at)
                {
                    let photo = photo.name.clone();
                    let request = IdentifyRequest::PutAside { photo };
                    return vec![Effect::send(ASIDE, Request::Identify(request))];
                }
            }
            action => {
                let height = identify_view::height(self, cx);
                if self.cursor.on(action, self.rows(), height) {
                    // Whoever walks through the list means it.
                    self.on_list = self.rows() > 0;
                    return self.follow(cx);
                }
            }
        }
        Vec::new()
    }

    fn answered(&mut self, tag: Tag, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        match (tag, answer) {
            (INBOX, Ok(Reply::Inbox(inbox))) => {
                self.inbox = Some(*inbox);
                let height = identify_view::height(self, cx);
                self.cursor.settle(self.rows(), height);
            }
            (FOUND, answer) => {
                self.looking = None;
                self.cursor = self.before;
                match answer {
                    Ok(Reply::Identified(found)) => {
                        self.on_list = !found.candidates.is_empty();
                        if self.on_list {
                            self.cursor = Cursor::default();
                            self.found = Some(found);
                        } else {
                            self.problem = Some(
                                "Nothing was recognised. Take the part alone on a plain ground, or search \
                                 for it by number or name."
                                    .into(),
                            );
                        }
                    }
                    Ok(_) => {}
                    Err(error) => self.problem = Some(error.message),
                }
                return self.follow(cx);
            }
            (ASIDE, Ok(_)) => return Self::poll(),
            (FETCHED, Ok(Reply::Found(key))) => return self.fetched(&key),
            // The inbox is looked at again in a moment.
            (INBOX, Err(_)) | (_, Ok(_)) => {}
            (_, Err(error)) => return vec![Effect::fail(&error)],
        }
        Vec::new()
    }
}

impl Screen for IdentifyScreen {
    fn context(&self) -> Context {
        Context::Identify
    }

    fn mode(&self) -> Mode {
        if self.on_list {
            Mode::Commands
        } else {
            Mode::Typing
        }
    }

    fn has_compact_layout(&self) -> bool {
        true
    }

    fn hints(&self) -> Vec<Action> {
        if self.looking.is_some() {
            return vec![Action::Back];
        }
        if self.found.is_some() {
            let unknown = self.here().is_some_and(|row| !row.known);
            let mut hints = vec![Action::Open, Action::Switch, Action::Back];
            if unknown {
                hints.insert(1, Action::Refresh);
            }
            return hints;
        }
        // The way around the photo.
        if self.problem.is_some() {
            return vec![Action::Open, Action::Switch, Action::Search, Action::Back];
        }
        vec![
            Action::Open,
            Action::Switch,
            Action::NextKind,
            Action::PutAside,
            Action::Back,
        ]
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        if let Some(effects) = self.picture.on(&event, cx) {
            return effects;
        }
        match event {
            ScreenEvent::Shown => {
                // There is no list to walk through.
                if self.found.is_none() && self.photos().is_empty() {
                    self.on_list = false;
                }
                Self::poll()
            }
            ScreenEvent::Woken(POLL) => Self::poll(),
            ScreenEvent::Back => {
                // An answer that was on its way is lost with the line.
                self.looking = None;
                Self::poll()
            }
            ScreenEvent::Do(action) => self.act(action, cx),
            ScreenEvent::Key(key) => {
                if !self.on_list {
                    self.field.on(key);
                }
                Vec::new()
            }
            ScreenEvent::Paste(text) => {
                self.on_list = false;
                self.field.clear();
                self.field.insert(text.trim());
                Vec::new()
            }
            ScreenEvent::Answered(tag, answer) => self.answered(tag, *answer, cx),
            _ => Vec::new(),
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        identify_view::draw(self, canvas, cx);
    }
}
