//! A shop with two lots, a folder of photos, and a Brickognize that can be spoilt.

use std::fs;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use brickops::clock::{Clock, ManualClock};
use brickops::domain::lot_draft::LotDraft;
use brickops::domain::market::{Identified, PhotoOrder, PhotoSource, Sought};
use brickops::domain::{CatalogQuery, ColorId, ItemKey, OperationId, Scope, TenantId, Timestamp};
use brickops::error::{Error, Result};
use brickops::market::photo::prepare;
use brickops::market::retry::Sleeper;
use brickops::market::{Answer, Broke, Call, Transport};
use brickops::sandbox::{Goods, Group, Hue, Sandbox, Setup as World, StockRow, Thing, WireRequest};
use brickops::services::gates::{CallLimits, MovedPatience};
use brickops::services::identify::Sight;
use brickops::services::{App, Hashing, Outside, Setup};
use brickops::store::Store;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::common::items_xml;
use crate::direct::{BASE, Direct};

/// Leads to the sandbox, unless it is cut; tells of every call.
#[derive(Debug)]
pub struct Line {
    direct: Arc<Direct>,
    pub broken: Mutex<Option<Broke>>,
    told: Mutex<Sender<&'static str>>,
}

impl Transport for Line {
    fn send(&self, call: &Call) -> std::result::Result<Answer, Broke> {
        let _ = self.told.lock().expect("a lock").send(call.endpoint);
        match self.broken.lock().expect("a lock").clone() {
            Some(broke) => Err(broke),
            None => self.direct.send(call),
        }
    }
}

#[derive(Debug)]
struct NoPause;

impl Sleeper for NoPause {
    fn sleep(&self, _: Duration) {}
}

/// The shop.
pub struct Bench {
    pub app: App,
    pub clock: Arc<ManualClock>,
    pub sandbox: Arc<Sandbox>,
    pub line: Arc<Line>,
    pub calls: Receiver<&'static str>,
    pub dir: tempfile::TempDir,
    next: Mutex<u128>,
}

pub fn goods() -> Goods {
    let thing = |no: &str, name: &str| Thing {
        key: ItemKey::part(no),
        name: name.into(),
        category: 5,
        year: None,
        weight: 232,
        size: [200, 400, 100],
        alternates: Vec::new(),
        elements: Vec::new(),
    };
    let hue = |id, name: &str| Hue {
        id,
        name: name.into(),
        hex: "b30006".into(),
        family: "Solid".into(),
        owl: None,
    };
    let things = vec![
        thing("3001", "Brick 2 x 4"),
        thing("3003", "Brick 2 x 2"),
        thing("3020", "Plate 2 x 4"),
    ];
    let group = Group {
        id: 5,
        name: "Brick".into(),
    };
    Goods::new(things, vec![hue(0, "-"), hue(5, "Red")], vec![group])
}

/// Later than every file that a test writes, so that photos have arrived.
fn later() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a time");
    Timestamp::from_seconds(i64::try_from(since.as_secs()).expect("fits") + 3_600)
}

impl Bench {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(adjust: impl FnOnce(&mut Outside)) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = ManualClock::at(later());
        let sandbox = Arc::new(Sandbox::new(
            Arc::<ManualClock>::clone(&clock),
            World {
                seed: 1,
                goods: goods(),
                stock: vec![StockRow::new(ItemKey::part("3001"), 5, 10, 5_270)],
                ..World::default()
            },
        ));
        let (told, calls) = channel();
        let line = Arc::new(Line {
            direct: Direct::new(&sandbox),
            broken: Mutex::new(None),
            told: Mutex::new(told),
        });
        let mut outside = Outside {
            patience: Arc::new(MovedPatience(Arc::clone(&clock))),
            limits: CallLimits::default(),
            sight: Sight {
                transport: Some(Arc::<Line>::clone(&line)),
                address: Some(BASE.into()),
                home: Some(dir.path().join("home")),
                sleeper: Arc::new(NoPause),
                ..Sight::default()
            },
            ..Outside::default()
        };
        adjust(&mut outside);
        let data = dir.path().join("data");
        let store = Store::open_dir(&data).expect("a store");
        let setup = Setup {
            data_dir: data,
            hashing: Hashing::CHEAP,
            outside,
            ..Setup::default()
        };
        let app = App::new(
            store,
            Arc::<ManualClock>::clone(&clock) as Arc<dyn Clock>,
            setup,
        )
        .expect("an app");
        let bench = Self {
            app,
            clock,
            sandbox,
            line,
            calls,
            dir,
            next: Mutex::new(1),
        };
        bench.furnish();
        bench
    }

    fn furnish(&self) {
        let parts = [("3001", "Brick 2 x 4", 5), ("3020", "Plate 2 x 4", 26)];
        let path = self.dir.path().join("Parts.xml");
        fs::write(&path, items_xml('P', &parts)).expect("written");
        self.app
            .import_catalog(&[path], false, &|_| {})
            .expect("a catalogue");
        self.add("3001", 7, "A-12").expect("a lot");
        fs::create_dir_all(self.inbox_dir()).expect("a folder");
        fs::create_dir_all(self.dir.path().join("home")).expect("a folder");
    }

    /// The first shop's owner, now.
    pub fn scope(&self) -> Scope {
        Scope {
            now: self.clock.now(),
            ..self.app.solo()
        }
    }

    /// Somebody of another shop.
    pub fn other(&self) -> Scope {
        Scope {
            tenant: TenantId(2),
            ..self.scope()
        }
    }

    pub fn inbox_dir(&self) -> PathBuf {
        self.dir.path().join("data/inbox")
    }

    /// A file of the inbox.
    pub fn send_in(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.inbox_dir().join(name);
        fs::write(&path, bytes).expect("written");
        path
    }

    pub fn inbox(&self) -> Vec<String> {
        let inbox = self.app.inbox(&self.scope()).expect("an inbox");
        inbox.photos.into_iter().map(|photo| photo.name).collect()
    }

    /// From now on this photo shows the case of the sandbox of that name.
    pub fn shows(&self, bytes: &[u8], case: &str) {
        let sent = prepare(bytes).expect("a photo").jpeg;
        let print = data_encoding::HEXLOWER.encode(&Sha256::digest(sent));
        self.mock("POST", "/pictures", &json!({"sha256": print, "case": case}));
    }

    /// What the sandbox is told or asked from outside.
    pub fn mock(&self, method: &str, path: &str, body: &Value) -> Value {
        let request = WireRequest::new(method, &format!("/__mock{path}"))
            .body_is("application/json", body.to_string());
        let answer = self.sandbox.answer(&request).answer().expect("an answer");
        assert_eq!(answer.status, 200, "{path}");
        serde_json::from_slice(&answer.body).expect("JSON")
    }

    pub fn look(&self, source: PhotoSource) -> Result<Identified> {
        let order = PhotoOrder {
            source,
            sought: Sought::Any,
            top: 5,
        };
        self.app.identify(&self.scope(), &order)
    }

    pub fn add(&self, no: &str, quantity: u32, place: &str) -> Result<()> {
        let draft = LotDraft {
            quantity,
            color: ColorId(5),
            place: Some(place.into()),
            ..LotDraft::new(ItemKey::part(no))
        };
        let mut next = self.next.lock().expect("a lock");
        *next += 1;
        let report = self.app.add_lot(&self.scope(), &draft, OperationId(*next));
        report.map(|_| ())
    }

    /// Without a photo one still finds the part and adds a lot of it.
    #[track_caller]
    pub fn goes_on_by_search(&self) {
        let query = CatalogQuery {
            text: "3001".into(),
            ..CatalogQuery::default()
        };
        let scope = self.scope();
        let found = self.app.find_items(&scope, &query, 5).expect("a search");
        let rows = self.app.item_rows(&scope, &found.ids).expect("rows");
        assert_eq!(rows[0].key.no, "3001");
        let before = self.lots("3001");
        self.add("3001", 1, "B-1").expect("a lot");
        assert_eq!(self.lots("3001"), before + 1);
    }

    pub fn lots(&self, no: &str) -> usize {
        let lots = self.app.lots_of_item(&self.scope(), &ItemKey::part(no));
        lots.expect("lots").len()
    }
}

/// A photo: half red, half blue.
pub fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture: DynamicImage = RgbImage::from_fn(width, height, |x, _| {
        Rgb(if x < width / 2 {
            [200, 0, 0]
        } else {
            [0, 0, 200]
        })
    })
    .into();
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

pub fn photo() -> Vec<u8> {
    picture(320, 240, ImageFormat::Jpeg)
}

/// One clear sentence for a person: what happened and what to do, nothing that moves a terminal.
#[track_caller]
pub fn is_a_sentence(error: &Error) {
    let text = &error.message;
    assert!(text.ends_with('.') && text.len() < 260, "{text}");
    assert!(!text.chars().any(char::is_control), "{text:?}");
    assert!(
        text.contains(';') || text.contains(',') || text.contains(". "),
        "it says what to do: {text}"
    );
    for word in ["Err", "Some(", "panicked", "http://", "{", "<html"] {
        assert!(!text.contains(word), "{text}");
    }
}
