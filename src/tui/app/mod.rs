//! The program without its terminal: screens, what they asked for, and what the server answered.
//!
//! The real loop, tests and benchmarks drive this one type. It reads no clock: time is told to it.

mod entry_forms;
mod flights;
mod frame;
mod gate;
mod here;
mod keys;
mod notes;
mod options;
mod switch;
mod travel;

use std::cell::Cell;
use std::collections::VecDeque;
use std::time::Duration;

use ratatui::layout::Rect;

use self::flights::{Flight, Flights};
use self::gate::{GATE, Gate};
pub use self::options::{Deliverer, Options, Printer};
use super::effect::{Delivery, Destination, Effect, Tag};
use super::input::Input;
use super::key::Key;
use super::keymap::Context;
use super::screen::{Cx, Screen, ScreenEvent, Session};
use super::theme::Role;
use super::widgets::palette::Palette;
use crate::api::client::{Client, Incoming};
use crate::api::{Answer, Event, Greeted, Reply, Request};
use crate::domain::{ItemKey, OverlayEdit, Standing, UserId, Whereabouts};
use crate::error::Kind;

/// How long a message stays.
const MESSAGE: Duration = Duration::from_secs(5);
/// A second Ctrl+C within this time leaves.
const TWICE: Duration = Duration::from_secs(2);
/// The program itself asks, and not a screen.
const NOBODY: u32 = 0;

/// What reaches the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppEvent {
    /// From the person.
    Input(Input),
    /// From the server.
    Incoming(Incoming),
    /// Leave now: the terminal is gone or the system asks for it.
    Leave,
}

#[derive(Debug)]
struct Entry {
    id: u32,
    screen: Box<dyn Screen>,
    missed: Missed,
}

/// What a screen has to be told when it comes to the front: those behind it hear nothing, so that a
/// busy shop does not keep them asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Missed {
    Nothing,
    Events,
    NewServer,
}

#[derive(Debug)]
struct Timer {
    at: Duration,
    screen: u32,
    tag: Tag,
}

#[derive(Debug)]
enum Overlay {
    None,
    Help { top: usize },
    Palette(Palette),
}

/// What the next frame has to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Paint {
    Nothing,
    Changes,
    /// What the terminal shows is not to be trusted.
    Everything,
}

/// The program.
#[derive(Debug)]
pub struct App {
    options: Options,
    session: Session,
    /// From the overview upwards; the last one is in front.
    stack: Vec<Entry>,
    /// Main screens that were left, with all they know.
    parked: Vec<Entry>,
    last_id: u32,
    flights: Flights,
    timers: Vec<Timer>,
    overlay: Overlay,
    pending: Option<Key>,
    /// Input that waits until the screen has its answer.
    held: VecDeque<Input>,
    message: Option<(Role, String, Duration)>,
    interrupted: Option<Duration>,
    overview_wanted: bool,
    elapsed: Duration,
    size: Rect,
    paint: Paint,
    finished: bool,
    operations: Cell<u128>,
    gate: Option<Gate>,
    /// Who was here last: the shop and the person.
    last_me: Option<(String, UserId)>,
    /// What the end of a text looks like that is being typed; a badge may be in it.
    typed: String,
    /// A badge that is being scanned where no text is typed.
    badge: Option<String>,
    /// When the last key came.
    last_key: Duration,
    here_last: Option<Whereabouts>,
    here_due: Option<Duration>,
    noting: Option<ItemKey>,
    last_note: Option<(ItemKey, OverlayEdit)>,
}

impl App {
    /// The program with its first screen, for a terminal of this size.
    pub fn new(
        client: Client,
        greeted: Greeted,
        options: Options,
        width: u16,
        height: u16,
    ) -> Self {
        let operations = Cell::new(u128::from(options.run) << 64);
        let start = options.start.clone();
        let notices = options.notices.join("  ");
        let mut app = Self {
            session: Session {
                pictures: options.pictures,
                ..Session::default()
            },
            options,
            stack: Vec::new(),
            parked: Vec::new(),
            last_id: NOBODY,
            flights: Flights::new(client),
            timers: Vec::new(),
            overlay: Overlay::None,
            pending: None,
            held: VecDeque::new(),
            message: None,
            interrupted: None,
            overview_wanted: false,
            elapsed: Duration::ZERO,
            size: Rect::new(0, 0, width, height),
            paint: Paint::Changes,
            finished: false,
            operations,
            gate: None,
            last_me: None,
            typed: String::new(),
            badge: None,
            last_key: Duration::ZERO,
            here_last: None,
            here_due: None,
            noting: None,
            last_note: None,
        };
        let somebody = matches!(greeted.standing, Standing::SignedIn(_));
        if let Standing::SignedIn(me) = &greeted.standing {
            app.session.me = Some((**me).clone());
            app.ask_overview();
        }
        app.push(&Destination::Home);
        if start != Destination::Home {
            app.go(&start);
        }
        app.stand(greeted, somebody);
        if !notices.is_empty() {
            app.say(Role::Warning, notices);
        }
        app
    }

    /// Tells the time since the start; wakes what asked for it.
    pub fn elapse(&mut self, elapsed: Duration) {
        self.elapsed = self.elapsed.max(elapsed);
        if self
            .message
            .as_ref()
            .is_some_and(|(_, _, until)| *until <= self.elapsed)
        {
            self.message = None;
            self.changed();
        }
        let mut due: Vec<Timer> = Vec::new();
        let now = self.elapsed;
        self.timers.retain_mut(|timer| {
            let over = timer.at <= now;
            if over {
                due.push(Timer { ..*timer });
            }
            !over
        });
        due.sort_by_key(|timer| timer.at);
        for timer in due {
            self.tell(timer.screen, ScreenEvent::Woken(timer.tag));
        }
        self.rest_here();
        if self.locks_at().is_some_and(|at| at <= self.elapsed) {
            self.lock();
        }
    }

    /// When it wants to be told the time again.
    pub fn deadline(&self) -> Option<Duration> {
        let message = self.message.as_ref().map(|(_, _, until)| *until);
        self.timers
            .iter()
            .map(|timer| timer.at)
            .chain(message)
            .chain(self.here_due)
            .chain(self.locks_at())
            .min()
    }

    /// When the station locks itself, if nobody presses a key until then.
    fn locks_at(&self) -> Option<Duration> {
        let me = self.session.me.as_ref()?;
        let after = u64::from(me.settings.lock_after);
        let open = !self.gate.as_ref().is_some_and(Gate::covers);
        (after > 0 && open && self.session.lost.is_none())
            .then(|| self.last_key + Duration::from_secs(after * 60))
    }

    /// The person leaves: what is to be remembered is sent.
    pub fn leave(&mut self) {
        self.keep_place();
    }

    /// Whether something changed since it was drawn.
    pub fn dirty(&self) -> bool {
        self.paint != Paint::Nothing
    }

    fn changed(&mut self) {
        self.paint = self.paint.max(Paint::Changes);
    }

    /// Draw everything anew, whatever is known of the screen.
    pub const fn redraw(&mut self) {
        self.paint = Paint::Everything;
    }

    /// Whether the person has left.
    pub const fn finished(&self) -> bool {
        self.finished
    }

    /// Where the person is.
    pub fn context(&self) -> Context {
        self.stack
            .last()
            .map_or(Context::Home, |entry| entry.screen.context())
    }

    /// Whether an answer is still to come.
    pub fn waiting(&self) -> bool {
        self.flights.any()
    }

    /// Takes an event.
    pub fn feed(&mut self, event: AppEvent) {
        match event {
            AppEvent::Input(input) => self.input(input),
            AppEvent::Incoming(incoming) => self.incoming(incoming),
            AppEvent::Leave => self.finished = true,
        }
        self.look_around();
    }

    fn incoming(&mut self, incoming: Incoming) {
        match incoming {
            Incoming::Answer(ticket, answer) => {
                // An answer nobody waits for any more changes nothing.
                if let Some(flight) = self.flights.landed(ticket) {
                    if flight.request.is_long() {
                        self.session.progress = None;
                    }
                    self.landed(flight, answer);
                }
            }
            Incoming::Event(event) => self.told(event),
            Incoming::Lost(why) => {
                self.session.lost = Some(why);
                self.flights.lost();
                self.changed();
            }
            Incoming::Back(greeted) => {
                self.session.lost = None;
                let covered = self.gate.as_ref().is_some_and(Gate::covers);
                if let Err(error) = self.flights.back() {
                    self.say(Role::Bad, error.message);
                }
                match &greeted.standing {
                    // Whoever was about to come in may go on typing.
                    Standing::SignedOut if covered => {}
                    // The server knows nothing of the lock; it stays.
                    Standing::SignedIn(me) if covered => {
                        self.session.me = Some((**me).clone());
                        self.ask_gate(gate::UNHEARD, crate::api::DoorRequest::Lock);
                    }
                    _ => {
                        self.stand(*greeted, false);
                        self.say(Role::Good, "The server is back.".to_owned());
                    }
                }
            }
        }
    }

    fn landed(&mut self, flight: Flight, answer: Answer) {
        let Flight {
            screen,
            tag,
            request,
        } = flight;
        if screen == GATE {
            self.gate_answered(tag, answer);
            return;
        }
        match &answer {
            Err(error) if error.kind == Kind::Unconfirmed => {
                self.confirm(screen, tag, request);
                return;
            }
            // Somebody was here and is not any more: the screen stays as it is behind the gate.
            Err(error)
                if error.kind == Kind::Unauthenticated
                    && self.session.me.is_some()
                    && !self.gate.as_ref().is_some_and(Gate::covers) =>
            {
                let greeted = Greeted {
                    standing: Standing::SignedOut,
                    note: Some(error.message.clone()),
                };
                self.stand(greeted, false);
            }
            _ => {}
        }
        self.answered(screen, tag, answer);
    }

    fn answered(&mut self, screen: u32, tag: Tag, answer: Answer) {
        if screen != NOBODY {
            self.tell(screen, ScreenEvent::Answered(tag, Box::new(answer)));
            self.release();
            return;
        }
        match answer {
            Ok(Reply::Overview(overview)) => {
                if self.session.overview.as_ref() != Some(&*overview) {
                    self.session.overview = Some(*overview);
                    self.changed();
                    self.tell_front(ScreenEvent::Resized);
                }
            }
            Ok(_) => {}
            Err(error) if error.kind == Kind::Unauthenticated => {}
            Err(error) => self.say(Role::Bad, error.message),
        }
        if std::mem::take(&mut self.overview_wanted) {
            self.ask_overview();
        }
    }

    fn told(&mut self, event: Event) {
        match &event {
            Event::Progress(progress) => {
                let done = progress.total > 0 && progress.done >= progress.total;
                self.session.progress = (!done).then(|| progress.clone());
                self.changed();
            }
            Event::Index { ready, progress } => {
                self.session.indexing = (!ready).then(|| progress.clone());
                self.ask_overview();
                self.changed();
            }
            Event::Changed { .. } | Event::Resync => self.ask_overview(),
            Event::Standing(standing) => {
                let note = "This sign-in has ended. Sign in again.".to_owned();
                match &**standing {
                    Standing::SignedIn(me) => {
                        let before = self.session.me.replace((**me).clone());
                        if before.as_ref().map(|me| (me.role, me.grants))
                            != Some((me.role, me.grants))
                        {
                            self.role_changed();
                        }
                    }
                    Standing::Locked(me) => self.session.me = Some((**me).clone()),
                    Standing::SignedOut => self.stand(
                        Greeted {
                            standing: Standing::SignedOut,
                            note: Some(note),
                        },
                        false,
                    ),
                    Standing::NoAccount => {}
                }
                self.changed();
            }
        }
        self.news(Missed::Events, ScreenEvent::Told(Box::new(event)));
    }

    /// The owner has given this person another role.
    fn role_changed(&mut self) {
        let role = self.session.me.as_ref().and_then(|me| me.role);
        match role {
            Some(role) => self.say(
                Role::Warning,
                format!("You are {} from now on.", role.word()),
            ),
            None => self.say(
                Role::Warning,
                "You have no role in this shop any more.".into(),
            ),
        }
        if let Err(refused) = self.session.allows_screen(self.context()) {
            let to = if role.is_some() {
                Destination::Home
            } else {
                Destination::You
            };
            self.go(&to);
            self.say(Role::Warning, refused);
        }
        self.ask_overview();
    }

    /// One question at a time: while it is under way, later ones become one more at its end.
    fn ask_overview(&mut self) {
        if self.flights.has(NOBODY) {
            self.overview_wanted = true;
        } else if let Err(error) = self.flights.send(NOBODY, 0, Request::Overview) {
            self.say(Role::Bad, error.message);
        }
    }

    fn cx<'c>(
        options: &'c Options,
        session: &'c Session,
        operations: &'c Cell<u128>,
        size: Rect,
        elapsed: Duration,
    ) -> Cx<'c> {
        Cx {
            area: frame::body(size),
            theme: &options.theme,
            keymap: &options.keymap,
            session,
            numbers: options.numbers,
            now: options.clock.now(),
            elapsed,
            operations,
        }
    }

    fn tell(&mut self, screen: u32, event: ScreenEvent) {
        let cx = Self::cx(
            &self.options,
            &self.session,
            &self.operations,
            self.size,
            self.elapsed,
        );
        let entry = self
            .stack
            .iter_mut()
            .chain(self.parked.iter_mut())
            .find(|entry| entry.id == screen);
        let Some(entry) = entry else {
            return;
        };
        let effects = entry.screen.on(event, &cx);
        self.changed();
        for effect in effects {
            self.perform(screen, effect);
        }
    }

    /// The screen in front is told now, the others when they come to the front.
    fn news(&mut self, kind: Missed, event: ScreenEvent) {
        let front = self.stack.last().map(|entry| entry.id);
        for entry in self.stack.iter_mut().chain(&mut self.parked) {
            if Some(entry.id) != front {
                entry.missed = entry.missed.max(kind);
            }
        }
        self.tell_front(event);
    }

    /// A screen has come to the front.
    fn shown(&mut self) {
        self.pending = None;
        let Some(entry) = self.stack.last_mut() else {
            return;
        };
        let missed = std::mem::replace(&mut entry.missed, Missed::Nothing);
        self.tell_front(ScreenEvent::Shown);
        self.tell_front(ScreenEvent::Resized);
        match missed {
            Missed::Nothing => {}
            Missed::Events => self.tell_front(ScreenEvent::Told(Box::new(Event::Resync))),
            Missed::NewServer => self.tell_front(ScreenEvent::Back),
        }
    }

    fn tell_front(&mut self, event: ScreenEvent) {
        if let Some(id) = self.stack.last().map(|entry| entry.id) {
            self.tell(id, event);
        }
    }

    fn perform(&mut self, screen: u32, effect: Effect) {
        match effect {
            Effect::Send(tag, request) => {
                if let Err(error) = self.flights.send(screen, tag, *request) {
                    self.tell(screen, ScreenEvent::Answered(tag, Box::new(Err(error))));
                }
            }
            Effect::Go(destination) => self.go(&destination),
            Effect::Back => self.back(screen),
            Effect::Say(role, text) => self.say(role, text),
            Effect::After(span, tag) => {
                self.timers
                    .retain(|timer| (timer.screen, timer.tag) != (screen, tag));
                let at = self.elapsed + span;
                self.timers.push(Timer { at, screen, tag });
            }
            Effect::DropHeld => {
                let dropped = self.drop_held();
                self.tell(screen, ScreenEvent::Dropped(dropped));
            }
            Effect::Quit => self.finished = true,
            Effect::SignOut => self.sign_out(),
            Effect::Lock => self.lock(),
            Effect::Deliver(made) => self.deliver(&made),
            Effect::Print(text) => match &self.options.print {
                None => self.say(
                    Role::Warning,
                    "No printer is set up: the operator names one under [print] in the configuration.".into(),
                ),
                Some(printer) => match (printer.0)(&text) {
                    Ok(()) => self.say(Role::Good, "Printed.".into()),
                    Err(error) => self.say(Role::Bad, error.message),
                },
            },
        }
    }

    fn deliver(&mut self, made: &Delivery) {
        let Some(deliverer) = &self.options.deliver else {
            return self.say(
                Role::Warning,
                "Nothing can be written or printed here.".into(),
            );
        };
        match (deliverer.0)(made.path.as_deref(), &made.bytes) {
            Ok(()) => {
                let done = match &made.path {
                    Some(path) => format!("{} written to {path}.", made.what),
                    None => format!("{} printed.", made.what),
                };
                self.say(Role::Good, done);
            }
            Err(error) => self.say(Role::Bad, error.message),
        }
    }

    fn say(&mut self, role: Role, text: String) {
        self.message = Some((role, text, self.elapsed + MESSAGE));
        self.changed();
    }
}
