//! From a photo to the lots of the shop: what it may show, whether the catalogue has it, where it lies.
//!
//! The service behind it is one person's gift to all: one photo for one wish, through the shop's gate. When
//! it does not answer, the sentence says how to go on without it.

mod inbox;
mod source;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::App;
use super::rights::{Right, allow, allowed};
use crate::domain::market::{
    Candidate, Class, ColorGuess, Failure, Guess, Guesses, Identified, Inbox, Lane, PhotoOrder,
    PhotoSource, PictureKey,
};
use crate::domain::text::clean;
use crate::domain::{ColorId, Scope, TenantId};
use crate::entropy::Entropy;
use crate::error::{Error, Kind, Result};
use crate::market::brickognize::{Brickognize, Settings};
use crate::market::photo::prepare;
use crate::market::retry::{Backoff, Sleeper, ThreadSleeper};
use crate::market::{Patience, Transport, web_photo};

/// Whole percent below which a candidate is doubtful, unless the operator says otherwise.
pub const DOUBT: u8 = 85;
/// How many answers are remembered for feedback.
const REMEMBERED: usize = 50;
/// Places that are named of a candidate.
const PLACES: usize = 8;

/// What photos are identified with.
#[derive(Debug, Clone)]
pub struct Sight {
    /// Carries calls to the service; without one it is never asked.
    pub transport: Option<Arc<dyn Transport>>,
    /// Fetches photos from the open web only.
    pub web: Option<Arc<dyn Transport>>,
    /// Another address of the service, without a slash at its end.
    pub address: Option<String>,
    /// Whole percent below which a candidate is doubtful.
    pub doubt: u8,
    /// Where photos wait; `None`: `inbox` in the data directory.
    pub inbox: Option<PathBuf>,
    /// What `~` in a path stands for.
    pub home: Option<PathBuf>,
    /// Waits between two attempts.
    pub sleeper: Arc<dyn Sleeper>,
}

impl Default for Sight {
    fn default() -> Self {
        Self {
            transport: None,
            web: None,
            address: None,
            doubt: DOUBT,
            inbox: None,
            home: None,
            sleeper: Arc::new(ThreadSleeper),
        }
    }
}

/// An answer that feedback may be given on, once.
#[derive(Debug)]
struct Given {
    tenant: TenantId,
    listing: String,
    guesses: Vec<Guess>,
}

/// What the program identifies photos with, and what it remembers of them.
#[derive(Debug)]
pub(crate) struct Identify {
    sight: Sight,
    entropy: Arc<dyn Entropy>,
    watch: inbox::Watch,
    given: Mutex<VecDeque<Given>>,
}

impl Identify {
    pub(crate) fn new(sight: Sight, entropy: &Arc<dyn Entropy>) -> Self {
        Self {
            sight,
            entropy: Arc::clone(entropy),
            watch: inbox::Watch::default(),
            given: Mutex::default(),
        }
    }

    fn remember(&self, tenant: TenantId, guesses: &Guesses) {
        if guesses.listing.is_empty() || guesses.items.is_empty() {
            return;
        }
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        given.retain(|one| one.tenant != tenant || one.listing != guesses.listing);
        given.truncate(REMEMBERED - 1);
        given.push_front(Given {
            tenant,
            listing: guesses.listing.clone(),
            guesses: guesses.items.clone(),
        });
    }

    /// The guess of an answer that this shop was given; the answer is forgotten.
    fn recall(&self, tenant: TenantId, listing: &str, rank: u32) -> Option<Guess> {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let at = given
            .iter()
            .position(|one| one.tenant == tenant && one.listing == listing)?;
        let guess = given[at].guesses.iter().find(|one| one.rank == rank);
        let guess = guess.cloned()?;
        given.remove(at);
        Some(guess)
    }
}

impl App {
    /// The file that a person means by a path as it was written or pasted.
    ///
    /// # Errors
    /// `Invalid` when it is no whole path.
    pub fn photo_path(&self, text: &str) -> Result<PathBuf> {
        source::path(text, self.identify.sight.home.as_deref())
    }

    /// What a photo may show.
    ///
    /// # Errors
    /// `Invalid`: no photo, or one that is not taken; `Upstream` and `RateLimited`: the service cannot say
    /// now, and what to do instead.
    pub fn identify(&self, scope: &Scope, order: &PhotoOrder) -> Result<Identified> {
        allow(scope, Right::ReadInventory)?;
        let photo = prepare(&self.photo_bytes(scope, &order.source)?)?;
        let client = self.eye(scope)?;
        let guesses = client.guess(order.sought, &photo).map_err(|failure| {
            tracing::info!(
                class = failure.class.word(),
                "a photo was not identified: {failure}"
            );
            instead(&failure)
        })?;
        self.identify.remember(scope.tenant, &guesses);
        self.identified(scope, guesses, usize::from(order.top.max(1)))
    }

    /// Says that this guess of an answer was the right one: to the service, which nobody waits for, and to
    /// the inbox, where the photo has been seen to.
    ///
    /// # Errors
    /// Only when the photo cannot be put aside.
    pub fn identified_as(
        &self,
        scope: &Scope,
        (listing, rank): (&str, u32),
        photo: Option<&str>,
    ) -> Result<()> {
        allow(scope, Right::ReadInventory)?;
        if let Some(guess) = self.identify.recall(scope.tenant, listing, rank)
            && let Ok(client) = self.eye(scope)
        {
            let listing = listing.to_owned();
            let told = std::thread::Builder::new()
                .name("feedback".into())
                .spawn(move || {
                    if let Err(failure) = client.feedback(&listing, &guess, true) {
                        tracing::debug!("feedback on a photo was not taken: {failure}");
                    }
                });
            if let Err(e) = told {
                tracing::debug!("feedback on a photo was not sent: {e}");
            }
        }
        match photo {
            Some(name) if allowed(scope, Right::Inventory) => self.put_photo_aside(scope, name),
            _ => Ok(()),
        }
    }

    /// Photos that wait in the shop's inbox.
    ///
    /// # Errors
    /// `Storage` when the folder cannot be used.
    pub fn inbox(&self, scope: &Scope) -> Result<Inbox> {
        allow(scope, Right::ReadInventory)?;
        self.identify.watch.look(&self.inbox_of(scope)?, scope.now)
    }

    /// Puts a photo of the inbox aside, into its folder `done`.
    ///
    /// # Errors
    /// `NotFound` when it is not there any more, `Storage` when it cannot be moved.
    pub fn put_photo_aside(&self, scope: &Scope, name: &str) -> Result<()> {
        allow(scope, Right::Inventory)?;
        inbox::put_aside(&self.inbox_of(scope)?, name)
    }

    fn inbox_of(&self, scope: &Scope) -> Result<PathBuf> {
        let root = self.identify.sight.inbox.as_deref();
        let root = root.filter(|root| root.is_absolute()).ok_or_else(|| {
            Error::storage("There is no inbox here; name its whole path in the configuration.")
        })?;
        Ok(inbox::folder(root, scope.tenant))
    }

    fn photo_bytes(&self, scope: &Scope, source: &PhotoSource) -> Result<Vec<u8>> {
        match source {
            PhotoSource::Bytes(bytes) => Ok(bytes.clone()),
            PhotoSource::File(text) => inbox::read(&self.photo_path(text)?, true),
            PhotoSource::Inbox(name) => {
                let folder = self.inbox_of(scope)?;
                let look = self.identify.watch.look(&folder, scope.now)?;
                let arriving = look
                    .photos
                    .iter()
                    .any(|one| one.name == *name && !one.still);
                if arriving {
                    return Err(Error::conflict(format!(
                        "{} is still arriving; wait a moment and try again.",
                        clean(name)
                    )));
                }
                inbox::read(&inbox::file(&folder, name)?, false)
            }
            PhotoSource::Web { address, local } => {
                let sight = &self.identify.sight;
                let line = if *local { &sight.transport } else { &sight.web };
                let line = line.as_deref().ok_or_else(|| {
                    Error::new(
                        Kind::Upstream,
                        "Calls outside are switched off; save the photo and give its file instead.",
                    )
                })?;
                web_photo::fetch(line, address, *local)
            }
        }
    }

    fn eye(&self, scope: &Scope) -> Result<Brickognize> {
        let sight = &self.identify.sight;
        let Some(transport) = &sight.transport else {
            return Err(Error::new(
                Kind::Upstream,
                "Photos cannot be identified here: calls outside are switched off. Search for the part by \
                 number or name instead.",
            ));
        };
        let mut settings = Settings::default();
        if let Some(address) = &sight.address {
            settings.base.clone_from(address);
        }
        settings.colors = true;
        let gate = self.market_gate(scope.tenant, Lane::Brickognize, 0);
        let patience = Patience {
            backoff: Backoff {
                attempts: 2,
                longest: Duration::from_secs(3),
                ..Backoff::default()
            },
            entropy: Arc::clone(&self.identify.entropy),
            sleeper: Arc::clone(&sight.sleeper),
        };
        Ok(Brickognize::new(Arc::clone(transport), gate, settings).patient(patience))
    }

    fn identified(&self, scope: &Scope, guesses: Guesses, top: usize) -> Result<Identified> {
        let doubt = self.identify.sight.doubt;
        let more = guesses.items.len().saturating_sub(top);
        let candidates = guesses
            .items
            .into_iter()
            .take(top)
            .map(|guess| self.candidate(scope, guess))
            .collect::<Result<_>>()?;
        let names = self.names();
        let colors = guesses.colors.into_iter().map(|hint| ColorGuess {
            color: names.color_named(&hint.name),
            name: hint.name,
            score: hint.score,
        });
        Ok(Identified {
            listing: guesses.listing,
            candidates,
            more: u32::try_from(more).unwrap_or(u32::MAX),
            colors: colors.collect(),
            doubt,
        })
    }

    fn candidate(&self, scope: &Scope, guess: Guess) -> Result<Candidate> {
        let mut candidate = Candidate {
            known: false,
            name: guess.name.clone(),
            picture: None,
            // What is just as sure as the bar counts as sure.
            doubtful: guess.score.percent() < u16::from(self.identify.sight.doubt),
            lots: 0,
            pieces: 0,
            places: Vec::new(),
            guess,
        };
        let Some(key) = candidate.guess.item.clone() else {
            return Ok(candidate);
        };
        let lots = self.lots_of_item(scope, &key)?;
        for lot in &lots {
            candidate.lots += 1;
            candidate.pieces += u64::from(lot.stock.available);
            let place = lot.place.first();
            if !place.is_empty()
                && candidate.places.len() < PLACES
                && !candidate.places.iter().any(|known| known == place)
            {
                candidate.places.push(place.to_owned());
            }
        }
        let Some(item) = self.item_record(&key)? else {
            return Ok(candidate);
        };
        candidate.known = true;
        candidate.name.clone_from(&item.name);
        let most = lots.iter().max_by_key(|lot| lot.stock.available);
        let color = most
            .map(|lot| lot.color.id)
            .or_else(|| item.colors.first().map(|known| known.color))
            .unwrap_or(ColorId(0));
        candidate.guess.item = Some(item.key.clone());
        candidate.picture = Some(PictureKey {
            item: item.key,
            color,
        });
        Ok(candidate)
    }
}

/// How long, in words.
fn wait(seconds: Option<u32>) -> String {
    seconds.map_or_else(
        || "a while".into(),
        |seconds| format!("{} min", seconds.div_ceil(60).max(1)),
    )
}

/// What is said when the service did not name anything, with the way around it.
fn instead(failure: &Failure) -> Error {
    const SEARCH: &str = "search for the part by number or name instead.";
    let (kind, text) = match failure.class {
        Class::Offline | Class::NoKeys => (
            Kind::Upstream,
            format!("Photos cannot be identified, as calls outside are switched off; {SEARCH}"),
        ),
        Class::Budget => (
            Kind::RateLimited,
            format!(
                "Brickognize takes no more photos now; wait {}, or {SEARCH}",
                wait(failure.retry_after)
            ),
        ),
        Class::Held => (
            Kind::RateLimited,
            format!("Brickognize failed several times and is left alone for a while; {SEARCH}"),
        ),
        Class::Throttled => (
            Kind::RateLimited,
            format!("Brickognize has too much to do; try again in a minute, or {SEARCH}"),
        ),
        // The photo is the reason, and the sentence says so.
        Class::Refused | Class::Keys | Class::Forbidden | Class::NotFound => {
            (Kind::Invalid, failure.text.clone())
        }
        Class::Unreachable => (
            Kind::Upstream,
            format!("Brickognize cannot be reached; check the network, or {SEARCH}"),
        ),
        Class::Tls => (
            Kind::Upstream,
            format!(
                "Brickognize could not prove who it is; check clock and certificates of this machine, or \
                 {SEARCH}"
            ),
        ),
        Class::Silent => (
            Kind::Upstream,
            format!("Brickognize did not answer in time; try again, or {SEARCH}"),
        ),
        Class::Broken | Class::Garbled | Class::TooLarge => (
            Kind::Upstream,
            format!(
                "Brickognize answered with something that makes no sense; try again later, or {SEARCH}"
            ),
        ),
    };
    Error {
        retry_after: failure.retry_after,
        ..Error::new(kind, text)
    }
}
