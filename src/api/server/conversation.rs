//! One client's conversation with the desk: who the client speaks for, and until when.
//!
//! Every request is answered in the name of whoever is signed in at that moment, as the store knows
//! the person then. Nobody signed in, a locked station, an ended sign-in: each is told in its own
//! words, before any verb looks at anything.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::desk::Desk;
use super::office;
use super::{jobs, keys, machine};
use crate::api::client::{Conversation, Peer};
use crate::api::framing::Ticket;
use crate::api::{
    Answer, DoorRequest, Event, Greeted, Greeting, IdentifyRequest, NewAccount, Reply, Request,
    ReviewRequest, SignedIn, StockRequest,
};
use crate::domain::market::PhotoSource;
use crate::domain::report::Progress;
use crate::domain::{
    Change, OperationId, Scope, Secret, Standing, TenantId, Timestamp, Topic, UserId,
};
use crate::error::{Error, Kind, Result};
use crate::services::people::{AccountDraft, Entry, Threshold};
use crate::services::{App, Notice};

/// How long a password that was given again counts, in microseconds.
const CONFIRMED_FOR: i64 = 5 * 60 * 1_000_000;
/// A request that takes longer is written to the log, in microseconds.
const SLOW: i64 = 250_000;

/// Who is signed in here.
#[derive(Debug, Default)]
struct State {
    entry: Option<Entry>,
    /// The station was locked; only the door's verbs work.
    locked: bool,
    /// Until when the password given again counts.
    confirmed: Option<Timestamp>,
    /// What the client was told last, so that it hears of every change once.
    told: Option<Standing>,
}

/// A conversation.
#[derive(Debug)]
pub struct Talk {
    desk: Desk,
    door: Threshold,
    client: u64,
    note: Option<String>,
    state: Arc<Mutex<State>>,
    /// Lists under review, which nobody can come back to once this client has left.
    reviews: Mutex<Vec<(TenantId, UserId, OperationId)>>,
}

impl Drop for Talk {
    fn drop(&mut self) {
        let reviews = std::mem::take(&mut *self.reviews());
        self.app().forget_reviews(&reviews);
    }
}

impl Talk {
    fn reviews(&self) -> MutexGuard<'_, Vec<(TenantId, UserId, OperationId)>> {
        self.reviews.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Greets: an earlier sign-in, a token or a mapped Unix user is let in at once.
    pub(super) fn begin(desk: Desk, peer: Peer, greeting: Greeting) -> Result<Self> {
        let door = Threshold {
            uid: peer.uid,
            operator: peer.operator && !greeting.station,
            station: greeting.station,
            key: greeting.key,
            place: crate::domain::text::clean(&greeting.place),
            shop: greeting.shop,
        };
        let app = desk.app();
        let mut note = None;
        let mut state = State::default();
        if let Some(pass) = &greeting.pass {
            match app.resume(&door, pass) {
                Ok(entry) => state.entry = Some(entry),
                Err(e) => note = Some(e.message),
            }
        } else if !door.station
            && let Some((entry, _)) = app.enter_as_unix(&door)?
        {
            state.entry = Some(entry);
        }
        let talk = Self {
            desk,
            door,
            client: greeting.client,
            note,
            state: Arc::new(Mutex::new(state)),
            reviews: Mutex::default(),
        };
        let standing = talk.standing()?;
        talk.state().told = Some(standing);
        Ok(talk)
    }

    fn app(&self) -> &App {
        self.desk.app()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the connection stands now.
    fn standing(&self) -> Result<Standing> {
        let (entry, locked) = {
            let state = self.state();
            (state.entry.clone(), state.locked)
        };
        stands(self.app(), &self.door, entry.as_ref(), locked)
    }

    /// In whose name a request is answered.
    fn scope(&self) -> Result<(Entry, Scope)> {
        let state = self.state();
        let Some(entry) = state.entry.clone() else {
            drop(state);
            return Err(nobody(self.app().any_account()?));
        };
        if state.locked {
            return Err(Error::new(
                Kind::Unauthenticated,
                "The station is locked. Unlock it with a PIN, a badge or your password.",
            ));
        }
        let confirmed = state.confirmed;
        drop(state);
        let mut scope = self.app().scope(&entry)?;
        // A clock that was set back must not keep the door open for longer.
        scope.confirmed = confirmed
            .is_some_and(|until| until > scope.now && until.since(scope.now) <= CONFIRMED_FOR);
        Ok((entry, scope))
    }

    fn answer(&self, request: Request, tell: &dyn Fn(Event)) -> Answer {
        match request {
            Request::Door(request) => self.at_the_door(request),
            Request::Status => Ok(Reply::Status(self.desk.status())),
            Request::Stop => {
                self.operator("stop the server")?;
                Err(Error::invalid(
                    "There is no server here that could be stopped.",
                ))
            }
            Request::ImportCatalog { paths, complete } => {
                self.import_catalog(paths, complete, tell)
            }
            Request::Check if self.door.operator => {
                Ok(Reply::Checked(Box::new(self.app().check()?)))
            }
            Request::Office(request) => {
                office::answer(self.app(), &self.door, request, &|| self.scope())
            }
            Request::Jobs(request) => {
                jobs::answer(self.app(), &self.door, request, &|| self.scope())
            }
            Request::Machine(request) => {
                machine::answer(self.app(), &self.door, &request, &|| self.scope())
            }
            Request::Keys(request) => {
                keys::answer(self.app(), &self.door, request, &|| self.scope())
            }
            Request::ImportInventory { ref path } | Request::ImportOrders { ref path } => {
                self.may_read(Path::new(path))?;
                let (_, scope) = self.scope()?;
                self.desk.answer(&scope, request, tell)
            }
            Request::Stock(
                ref asked @ (StockRequest::Import { .. }
                | StockRequest::Against { .. }
                | StockRequest::PartOut { .. }
                | StockRequest::Export { .. }),
            ) => {
                let (_, scope) = self.scope()?;
                match asked {
                    StockRequest::Import { order, .. } => {
                        self.may_read(Path::new(&order.source.path))?;
                    }
                    StockRequest::Against { source, .. } => {
                        self.may_read(Path::new(&source.path))?;
                    }
                    StockRequest::PartOut { order, .. } => {
                        self.may_read(Path::new(&order.contents.path))?;
                    }
                    StockRequest::Export {
                        path: Some(path), ..
                    } => self.may_write(Path::new(path))?,
                    _ => {}
                }
                self.desk.answer(&scope, request, tell)
            }
            Request::Identify(IdentifyRequest::Photo(ref order)) => {
                let (_, scope) = self.scope()?;
                if let PhotoSource::File(text) = &order.source {
                    self.may_read(&self.app().photo_path(text)?)?;
                }
                self.desk.answer(&scope, request, tell)
            }
            Request::Stock(StockRequest::Review(ref asked)) => {
                let (_, scope) = self.scope()?;
                if let Some(path) = asked.path() {
                    self.may_read(Path::new(path))?;
                }
                if let ReviewRequest::Open { op, .. } = asked {
                    self.reviews().push((scope.tenant, scope.user, *op));
                }
                self.desk.answer(&scope, request, tell)
            }
            other => {
                let scope = match self.scope() {
                    Ok((_, scope)) => scope,
                    Err(e) => self.open_to_all(&other).ok_or(e)?,
                };
                self.desk.answer(&scope, other, tell)
            }
        }
    }

    /// Before any account exists the catalogue is open: somebody must be able to look around.
    fn open_to_all(&self, request: &Request) -> Option<Scope> {
        use crate::domain::ViewSpec::Catalog;
        let catalog = match request {
            Request::Open { spec, .. } => matches!(spec, Catalog(_)),
            Request::Window { .. }
            | Request::Count { .. }
            | Request::Spell { .. }
            | Request::Item { .. }
            | Request::Overview
            | Request::Categories
            | Request::Colors => true,
            _ => false,
        };
        let open = catalog && matches!(self.app().any_account(), Ok(false));
        // Nothing belongs to this shop, not even a name.
        open.then(|| Scope::owner(TenantId(0), UserId(0), self.app().now()))
    }

    fn operator(&self, what: &str) -> Result<()> {
        if self.door.operator {
            return Ok(());
        }
        Err(Error::new(
            Kind::Forbidden,
            format!("Only the server's operator may {what}: the Unix user that runs it."),
        ))
    }

    fn import_catalog(&self, paths: Vec<String>, complete: bool, tell: &dyn Fn(Event)) -> Answer {
        self.operator("import the catalogue")?;
        let paths: Vec<PathBuf> = paths.into_iter().map(PathBuf::from).collect();
        let report = |progress: Progress| tell(Event::Progress(progress));
        let imported = self.app().import_catalog(&paths, complete, &report)?;
        Ok(Reply::CatalogImported(Box::new(imported)))
    }

    /// The server reads files in its own name: whoever is somebody else to the system, or has no shell,
    /// may name only what was put into the exchange folder.
    fn may_read(&self, path: &Path) -> Result<()> {
        if self.door.operator {
            return Ok(());
        }
        let folder = self.app().exchange();
        let inside = path.canonicalize().is_ok_and(|path| {
            folder
                .canonicalize()
                .is_ok_and(|folder| path.starts_with(folder))
        });
        if inside {
            return Ok(());
        }
        Err(Error::new(
            Kind::Forbidden,
            format!(
                "From here files are taken from the exchange folder only: put it into {}.",
                folder.display()
            ),
        ))
    }

    /// The same for a file that the server writes: its folder counts, as the file need not be there yet.
    fn may_write(&self, path: &Path) -> Result<()> {
        match path.parent() {
            // What is there already may be a link to somewhere else, which the new file replaces.
            Some(folder) if path.file_name().is_some() => self.may_read(folder),
            _ => Err(Error::invalid("Name a file to write to.")),
        }
    }

    fn at_the_door(&self, request: DoorRequest) -> Answer {
        let (app, door) = (self.app(), &self.door);
        let came_in = match request {
            DoorRequest::Standing => {
                return Ok(Reply::Standing(Box::new(self.standing()?)));
            }
            DoorRequest::OpenAccount(new) => {
                self.operator("open an account")?;
                app.open_account(door, draft(*new))?
            }
            DoorRequest::SignIn {
                shop,
                email,
                password,
            } => {
                let shop = shop.as_deref().or(door.shop.as_deref());
                app.sign_in(door, shop, &email, &password)?
            }
            DoorRequest::UseCode {
                code,
                name,
                password,
            } => app.use_code(door, &code, &name, &password)?,
            DoorRequest::Pin { user, pin } => {
                app.sign_in_by_pin(door, self.tenant()?, user, &pin)?
            }
            DoorRequest::Badge { badge } => app.sign_in_by_badge(door, self.tenant()?, &badge)?,
            DoorRequest::Faces => return Ok(Reply::Faces(app.faces(door, self.tenant()?)?)),
            DoorRequest::Lock => {
                self.scope()?;
                let mut state = self.state();
                state.locked = true;
                state.confirmed = None;
                drop(state);
                self.remember()?;
                return Ok(Reply::Done);
            }
            DoorRequest::SignOut => {
                let left = self.state().entry.take();
                if let Some(entry) = left {
                    app.sign_out(door, &entry)?;
                }
                self.remember()?;
                return Ok(Reply::Done);
            }
            DoorRequest::Confirm { password } => {
                let (entry, scope) = self.scope()?;
                app.confirm(door, &entry, &password)?;
                self.state().confirmed = Some(Timestamp::from_micros(
                    scope.now.micros().saturating_add(CONFIRMED_FOR),
                ));
                return Ok(Reply::Done);
            }
            DoorRequest::Here(whereabouts) => {
                let (_, scope) = self.scope()?;
                app.stay(&scope, *whereabouts)?;
                return Ok(Reply::Done);
            }
        };
        self.come_in(came_in)
    }

    /// Whose station this is: PINs and badges are of the shop that is signed in here.
    fn tenant(&self) -> Result<TenantId> {
        let entry = self.state().entry.clone();
        match entry {
            Some(entry) => Ok(entry.tenant),
            None => self
                .app()
                .unlocked_for(&self.door)?
                .ok_or_else(|| Error::new(Kind::Unauthenticated, STATION_CLOSED)),
        }
    }

    fn come_in(&self, (entry, pass): (Entry, Secret)) -> Answer {
        {
            let mut state = self.state();
            state.entry = Some(entry);
            state.locked = false;
            state.confirmed = None;
        }
        let standing = self.remember()?;
        Ok(Reply::SignedIn(Box::new(SignedIn { standing, pass })))
    }

    /// How the connection stands now; the client is about to hear it.
    fn remember(&self) -> Result<Standing> {
        let standing = self.standing()?;
        self.state().told = Some(standing.clone());
        Ok(standing)
    }
}

/// Said where a PIN or badge is tried at a station that nobody has unlocked today.
const STATION_CLOSED: &str =
    "Sign in with a password first: it unlocks PINs and badges at this station for today.";

fn nobody(any_account: bool) -> Error {
    let message = if any_account {
        "Nobody is signed in. Use `brickops login`, a token, or sign in on the screen."
    } else {
        "There is no account here yet. Open one with `brickops init`."
    };
    Error::new(Kind::Unauthenticated, message)
}

/// What the services open an account with.
pub(super) fn draft(new: NewAccount) -> AccountDraft {
    AccountDraft {
        shop: new.shop,
        email: new.email,
        name: new.name,
        password: new.password,
        currency: new.currency,
        time_zone: new.time_zone,
        practice: false,
    }
}

fn stands(app: &App, door: &Threshold, entry: Option<&Entry>, locked: bool) -> Result<Standing> {
    let Some(entry) = entry else {
        let any = app.any_account()?;
        return Ok(if any {
            Standing::SignedOut
        } else {
            Standing::NoAccount
        });
    };
    match app.me(entry, door.operator) {
        Ok(me) if locked => Ok(Standing::Locked(Box::new(me))),
        Ok(me) => Ok(Standing::SignedIn(Box::new(me))),
        Err(e) if e.kind == Kind::Unauthenticated => Ok(Standing::SignedOut),
        Err(e) => Err(e),
    }
}

fn broken(name: &str) -> Error {
    Error::internal(format!(
        "The program has a defect: `{name}` could not be answered. What was confirmed before is safe; `brickops check` verifies it."
    ))
}

impl Conversation for Talk {
    fn greeted(&self) -> Greeted {
        let told = self.state().told.clone();
        Greeted {
            standing: told.unwrap_or(Standing::SignedOut),
            note: self.note.clone(),
        }
    }

    fn may_stop(&self) -> bool {
        self.door.operator
    }

    fn handle(&self, ticket: Ticket, request: Request, tell: &dyn Fn(Event)) -> Answer {
        let name = request.name();
        let span = tracing::info_span!(
            "request",
            id = %format_args!("{:016x}-{ticket}", self.client),
            verb = name
        );
        let _inside = span.enter();
        let began = self.app().now();
        // A defect in one verb must not leave its client waiting for ever, nor others without a desk.
        let answer = catch_unwind(AssertUnwindSafe(|| self.answer(request, tell)))
            .unwrap_or_else(|_| Err(broken(name)));
        let took = self.app().now().since(began);
        self.desk.measure(name, took, answer.as_ref().err());
        if took > SLOW {
            tracing::warn!(micros = took, "slow");
        }
        match &answer {
            Err(e) if e.kind == Kind::Internal => tracing::error!(code = e.kind.code(), "{e}"),
            Err(e) => tracing::debug!(code = e.kind.code(), micros = took, "{e}"),
            Ok(_) => tracing::debug!(micros = took, "answered"),
        }
        answer
    }

    fn subscribe(&self, tell: Box<dyn Fn(Event) -> bool + Send + Sync>) {
        let state = Arc::downgrade(&self.state);
        let (app, door) = (Arc::downgrade(self.desk.app()), self.door.clone());
        self.app().listen(Box::new(move |notice| match notice {
            Notice::Committed(committed) => {
                let Some(held) = state.upgrade() else {
                    return false;
                };
                let (entry, locked) = {
                    let state = held.lock().unwrap_or_else(PoisonError::into_inner);
                    (state.entry.clone(), state.locked)
                };
                let mut more = true;
                for change in &committed.changes {
                    if change.tenant.is_some()
                        && change.tenant != entry.as_ref().map(|of| of.tenant)
                    {
                        continue;
                    }
                    if entry.as_ref().is_some_and(|of| concerns(change, of)) {
                        more &= stands_anew(&app, &held, &door, &*tell);
                    }
                    if !locked {
                        more &= tell(Event::Changed {
                            seq: committed.seq,
                            topic: change.topic,
                            ids: change.ids.clone(),
                        });
                    }
                }
                more
            }
            // What picture it is says nothing of a shop; whoever has gone away hears nothing.
            Notice::Picture(id) => {
                let Some(app) = app.upgrade() else {
                    return false;
                };
                tell(Event::Changed {
                    seq: app.seq().unwrap_or_default(),
                    topic: Topic::Pictures,
                    ids: vec![*id],
                })
            }
            Notice::NothingFetched(tenant) => {
                let (Some(held), Some(app)) = (state.upgrade(), app.upgrade()) else {
                    return false;
                };
                let entry = held
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .entry
                    .clone();
                if entry.is_none_or(|of| of.tenant != *tenant) {
                    return true;
                }
                tell(Event::Changed {
                    seq: app.seq().unwrap_or_default(),
                    topic: Topic::Fetched,
                    ids: Vec::new(),
                })
            }
            Notice::Index { ready, progress } => tell(Event::Index {
                ready: *ready,
                progress: progress.clone(),
            }),
        }));
    }
}

/// Where a person is matters when coming in, and is no news to the one who is there.
fn forget_place(standing: &mut Standing) {
    if let Standing::SignedIn(me) | Standing::Locked(me) = standing {
        me.whereabouts = None;
    }
}

/// Whether a change may change how a person stands.
fn concerns(change: &Change, entry: &Entry) -> bool {
    match change.topic {
        Topic::People => change.ids.is_empty() || change.ids.contains(&u64::from(entry.user.0)),
        Topic::Shop => true,
        _ => false,
    }
}

/// Tells a client that it stands differently, if it does: its role was changed, its sign-in ended.
fn stands_anew(
    app: &Weak<App>,
    held: &Mutex<State>,
    door: &Threshold,
    tell: &dyn Fn(Event) -> bool,
) -> bool {
    let Some(app) = app.upgrade() else {
        return false;
    };
    let (entry, locked) = {
        let state = held.lock().unwrap_or_else(PoisonError::into_inner);
        (state.entry.clone(), state.locked)
    };
    let Some(entry) = entry else {
        return true;
    };
    let Ok(mut now) = stands(&app, door, Some(&entry), locked) else {
        return true;
    };
    forget_place(&mut now);
    let mut state = held.lock().unwrap_or_else(PoisonError::into_inner);
    // Somebody else came in meanwhile: that is told as the answer to it.
    let mut told = state.told.clone();
    told.iter_mut().for_each(forget_place);
    if state.entry.as_ref() != Some(&entry) || told.as_ref() == Some(&now) {
        return true;
    }
    if now == Standing::SignedOut {
        state.entry = None;
    }
    state.told = Some(now.clone());
    drop(state);
    tell(Event::Standing(Box::new(now)))
}
