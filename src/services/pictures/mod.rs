//! Pictures of items: answered from disk at once, fetched behind everybody's back, the newest wish first.

mod cache;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::io::Cursor;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use image::{DynamicImage, ImageFormat};

use self::cache::{Cache, Kept};
use super::App;
use super::machine_room::{Meter, Turnstile};
use super::rights::{NO_SHOP, Right, allow};
use crate::clock::Clock;
use crate::domain::market::picture::HOST;
use crate::domain::market::{Class, PictureCounts, PictureKey, PictureLook};
use crate::domain::time::{DAY, SECOND};
use crate::domain::{Scope, Timestamp};
use crate::error::Result;
use crate::market::photo::{decode, on_white};
use crate::market::{Transport, picture};

/// Bytes of pictures on disk.
const LIMIT: u64 = 256 * 1024 * 1024;
/// Longest that is believed that there is no picture.
const NOTHING_FOR: i64 = 7 * DAY;
/// How long a picture that could not be fetched is left alone.
const LATER: i64 = 600 * SECOND;
/// How many wishes wait; older ones are dropped, nobody looks at them any more.
const WISHES: usize = 64;
/// Most points of a picture that is unpacked.
const MOST_PIXELS: u64 = 16_000_000;
/// Longer sides that are tried until a picture is small enough.
const SIDES: [u32; 4] = [320, 240, 160, 96];
/// Largest picture that is handed out, in bytes.
const LARGEST: usize = 200 * 1024;

/// Told of a picture that has come or will not come.
type Told = Box<dyn Fn(u64) + Send + Sync>;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Wish {
    key: PictureKey,
    /// Another address, for items without a picture in this colour.
    also: Option<String>,
    name: String,
}

#[derive(Debug, Default)]
struct Wishes {
    waiting: Vec<Wish>,
    fetching: Option<String>,
    /// Not again before this time.
    failed: HashMap<String, Timestamp>,
    ended: bool,
}

struct Inner {
    cache: Cache,
    host: Host,
    transport: Option<Arc<dyn Transport>>,
    clock: Arc<dyn Clock>,
    told: Told,
    wishes: Mutex<Wishes>,
    wake: Condvar,
    /// Counts what is fetched.
    turnstile: Turnstile,
    here: AtomicU64,
    missing: AtomicU64,
}

/// Where pictures are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Host(pub(crate) Option<String>);

impl Host {
    /// The addresses of a picture in the order in which they are tried. A service that plays the host of
    /// pictures knows nothing of other addresses, and those are not asked in its place.
    fn addresses(&self, key: &PictureKey, also: Option<&str>) -> Vec<String> {
        let base = self.0.as_deref().unwrap_or(HOST);
        let also = also.filter(|_| self.0.is_none()).map(str::to_owned);
        key.url(base).into_iter().chain(also).collect()
    }
}

/// The pictures. Dropping it ends the thread that fetches, after what it is at.
pub(crate) struct Pictures(Arc<Inner>);

impl Drop for Pictures {
    fn drop(&mut self) {
        self.0.wishes().ended = true;
        self.0.wake.notify_all();
    }
}

impl Pictures {
    /// The pictures below a data directory; `None` without one. Without a transport, or when no thread can
    /// be had, there is what was fetched before.
    pub(crate) fn start(
        data_dir: &Path,
        (transport, host): (Option<Arc<dyn Transport>>, Host),
        meter: Arc<Meter>,
        clock: Arc<dyn Clock>,
        told: Told,
    ) -> Option<Self> {
        if data_dir.as_os_str().is_empty() {
            return None;
        }
        let folder = data_dir.join("cache").join("pictures");
        let news = (clock, told);
        Some(Self::with((&folder, LIMIT), transport, host, meter, news))
    }

    fn with(
        (folder, limit): (&Path, u64),
        transport: Option<Arc<dyn Transport>>,
        host: Host,
        meter: Arc<Meter>,
        (clock, told): (Arc<dyn Clock>, Told),
    ) -> Self {
        let fetches = transport.is_some();
        let inner = Arc::new(Inner {
            cache: Cache::open(folder, limit),
            host,
            transport,
            clock,
            told,
            wishes: Mutex::default(),
            wake: Condvar::new(),
            turnstile: Turnstile {
                tenant: NO_SHOP,
                meter,
            },
            here: AtomicU64::new(0),
            missing: AtomicU64::new(0),
        });
        if fetches {
            let worker = Arc::clone(&inner);
            let started = std::thread::Builder::new()
                .name("pictures".into())
                .spawn(move || worker.work());
            if let Err(e) = started {
                tracing::warn!("no pictures are fetched: {e}");
                inner.wishes().ended = true;
            }
        }
        Self(inner)
    }

    /// What there is now; what is missing is wished for.
    pub(crate) fn look(&self, key: &PictureKey, also: Option<String>) -> PictureLook {
        self.0.look(key, also)
    }
}

impl Inner {
    fn wishes(&self) -> MutexGuard<'_, Wishes> {
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self, key: &PictureKey, also: Option<String>) -> PictureLook {
        let Some(path) = key.path() else {
            return PictureLook::Nothing;
        };
        let name = cache::name(&path);
        let now = self.clock.now();
        let kept = match self.cache.get(&name, now) {
            Some(Kept::Picture(bytes)) => Some(PictureLook::Here(bytes)),
            Some(Kept::Nothing(at)) if now.since(at) < NOTHING_FOR => Some(PictureLook::Nothing),
            _ => None,
        };
        let count = if kept.is_some() {
            &self.here
        } else {
            &self.missing
        };
        count.fetch_add(1, Ordering::Relaxed);
        if let Some(look) = kept {
            return look;
        }
        let mut wishes = self.wishes();
        if self.transport.is_none() || wishes.ended {
            return PictureLook::Nothing;
        }
        match wishes.failed.get(&name) {
            Some(until) if now < *until => return PictureLook::Nothing,
            Some(_) => {
                wishes.failed.remove(&name);
            }
            None => {}
        }
        if wishes.fetching.as_ref() == Some(&name) {
            return PictureLook::Coming;
        }
        // The latest wish is the one somebody looks at.
        wishes.waiting.retain(|wish| wish.name != name);
        if wishes.waiting.len() >= WISHES {
            wishes.waiting.remove(0);
        }
        wishes.waiting.push(Wish {
            key: key.clone(),
            also,
            name,
        });
        self.wake.notify_one();
        PictureLook::Coming
    }

    fn work(&self) {
        loop {
            let wish = {
                let mut wishes = self.wishes();
                loop {
                    if wishes.ended {
                        return;
                    }
                    if let Some(wish) = wishes.waiting.pop() {
                        wishes.fetching = Some(wish.name.clone());
                        break wish;
                    }
                    wishes = self
                        .wake
                        .wait(wishes)
                        .unwrap_or_else(PoisonError::into_inner);
                }
            };
            let told = self.fetch(&wish);
            self.wishes().fetching = None;
            for id in told {
                (self.told)(id);
            }
        }
    }

    /// Fetches a picture; answers whose news there are.
    fn fetch(&self, wish: &Wish) -> HashSet<u64> {
        let mut news = HashSet::from([wish.key.id()]);
        let Some(transport) = &self.transport else {
            return news;
        };
        let addresses = self.host.addresses(&wish.key, wish.also.as_deref());
        let mut passes = None;
        for address in addresses {
            match picture::fetch(&**transport, &self.turnstile, &address) {
                Ok(bytes) => match small(&bytes) {
                    Some(png) => {
                        self.keep(&wish.name, &Kept::Picture(png));
                        return news;
                    }
                    None => passes = Some(Class::Garbled),
                },
                Err(failure) if failure.class == Class::NotFound => {}
                Err(failure) => {
                    tracing::debug!(class = failure.class.word(), "a picture: {failure}");
                    passes = Some(failure.class);
                }
            }
        }
        let now = self.clock.now();
        let Some(class) = passes else {
            self.keep(&wish.name, &Kept::Nothing(now));
            return news;
        };
        let until = Timestamp::from_micros(now.micros().saturating_add(LATER));
        let mut wishes = self.wishes();
        if wishes.failed.len() >= 1_000 {
            wishes.failed.clear();
        }
        wishes.failed.insert(wish.name.clone(), until);
        // While nothing can be reached the others need not be tried one by one.
        if matches!(class, Class::Offline | Class::Unreachable | Class::Tls) {
            for other in std::mem::take(&mut wishes.waiting) {
                news.insert(other.key.id());
                wishes.failed.insert(other.name, until);
            }
        }
        news
    }

    fn keep(&self, name: &str, kept: &Kept) {
        if let Err(e) = self.cache.put(name, kept) {
            tracing::warn!("a picture cannot be kept: {e}");
            let now = self.clock.now();
            let until = Timestamp::from_micros(now.micros().saturating_add(LATER));
            self.wishes().failed.insert(name.to_owned(), until);
        }
    }
}

/// A picture as a PNG that is small enough to be handed out; `None`: it is none.
fn small(bytes: &[u8]) -> Option<Vec<u8>> {
    let picture = decode(bytes, MOST_PIXELS).ok()?;
    let flat = DynamicImage::from(on_white(&picture));
    SIDES.into_iter().find_map(|side| {
        let scaled = if flat.width().max(flat.height()) > side {
            flat.thumbnail(side, side)
        } else {
            flat.clone()
        };
        let mut png = Cursor::new(Vec::new());
        scaled.write_to(&mut png, ImageFormat::Png).ok()?;
        let png = png.into_inner();
        (png.len() <= LARGEST).then_some(png)
    })
}

impl App {
    /// Brings the pictures on disk below their limit; how many there are then, and how many bytes.
    pub(in crate::services) fn tidy_pictures(&self) -> Option<(u64, u64)> {
        let pictures = self.pictures.as_ref()?;
        Some(pictures.0.cache.tidy())
    }

    /// Looks at pictures, and what is fetched of them now.
    pub(in crate::services) fn picture_counts(&self) -> PictureCounts {
        let Some(Pictures(inner)) = &self.pictures else {
            return PictureCounts::default();
        };
        let wishes = inner.wishes();
        PictureCounts {
            here: inner.here.load(Ordering::Relaxed),
            missing: inner.missing.load(Ordering::Relaxed),
            waiting: u32::try_from(wishes.waiting.len()).unwrap_or(u32::MAX),
            under_way: u32::from(wishes.fetching.is_some()),
        }
    }

    /// The picture of an item in a colour, as far as it is here; what is missing comes later.
    ///
    /// # Errors
    /// Only when the person may not read the catalogue or it cannot be read.
    pub fn picture(&self, scope: &Scope, key: &PictureKey) -> Result<PictureLook> {
        allow(scope, Right::ReadCatalog)?;
        let Some(pictures) = &self.pictures else {
            return Ok(PictureLook::Nothing);
        };
        let also = self.address_of_picture(&key.item)?;
        Ok(pictures.look(key, also))
    }
}
