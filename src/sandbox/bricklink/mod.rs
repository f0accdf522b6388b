//! BrickLink's Store API, played: the envelope, the switches, and which path means what.

mod auth;
mod buying;
mod catalog;
mod inventory;
mod members;
mod orders;
mod shapes;
mod switches;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde_json::Value;

use super::faults::Mode;
use super::json::{Json, map};
use super::text;
use super::wire::{Reply, WireRequest};
use super::world::{Dice, Goods, StockRow};
pub use buying::Cancel;
pub use inventory::Lot;
pub use orders::Order;
pub use shapes::kind;
pub use switches::{Exhausted, Switches};

/// Why a call is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// In the envelope.
    Meta {
        /// `meta.code`
        code: u16,
        /// `meta.message`
        message: &'static str,
        /// `meta.description`
        description: String,
    },
    /// By somebody in front of the service, with this status.
    Gateway(u16),
}

impl Refusal {
    /// In the envelope.
    pub fn new(code: u16, message: &'static str, description: impl Into<String>) -> Self {
        Self::Meta {
            code,
            message,
            description: description.into(),
        }
    }

    /// At the door.
    pub fn oauth(description: impl Into<String>) -> Self {
        Self::new(401, "BAD_OAUTH_REQUEST", description)
    }

    /// A parameter is wrong.
    pub fn parameter(description: impl Into<String>) -> Self {
        Self::new(400, "PARAMETER_MISSING_OR_INVALID", description)
    }

    /// There is no such thing.
    pub fn not_found() -> Self {
        Self::new(
            404,
            "RESOURCE_NOT_FOUND",
            "The requested resource could not be found.",
        )
    }

    /// Another method is needed.
    fn method() -> Self {
        Self::new(
            405,
            "METHOD_NOT_ALLOWED",
            "The method is not allowed for this resource.",
        )
    }
}

/// What came of a call.
#[derive(Debug)]
pub struct Done {
    code: u16,
    data: Option<Json>,
}

impl Done {
    fn data(data: Json) -> Self {
        Self {
            code: 200,
            data: Some(data),
        }
    }

    fn created(data: Json) -> Self {
        Self {
            code: 201,
            data: Some(data),
        }
    }

    /// Deletions leave `data` out, everything else has it empty.
    fn nothing(data: Option<Json>) -> Self {
        Self { code: 204, data }
    }
}

type Outcome = Result<Done, Refusal>;

/// A call that came through the door.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    request: &'a WireRequest,
    query: &'a [(String, String)],
    goods: &'a Goods,
    seed: u64,
    now: i64,
}

impl Call<'_> {
    fn query(&self, name: &str) -> Option<&str> {
        text::find(self.query, name)
    }

    /// `true`, `True`, `false`.
    fn flag(&self, name: &str) -> bool {
        self.query(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// The body as JSON.
    fn body(&self) -> Result<Value, Refusal> {
        serde_json::from_slice(&self.request.body).map_err(|_| {
            Refusal::new(
                400,
                "INVALID_REQUEST_BODY",
                "A request has been made with a malformed JSON body.",
            )
        })
    }
}

/// What reads show while they lag behind.
#[derive(Debug, Clone)]
struct Stale {
    lots: Arc<BTreeMap<i64, Lot>>,
    orders: Arc<BTreeMap<i64, Order>>,
    lists: u32,
    singles: u32,
}

/// Something happened at the store.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Event {
    kind: &'static str,
    resource: i64,
    at: i64,
}

/// BrickLink's side of the world.
#[derive(Debug, Clone)]
pub struct Side {
    /// What can be chosen.
    pub switches: Switches,
    door: auth::Door,
    lots: Arc<BTreeMap<i64, Lot>>,
    orders: Arc<BTreeMap<i64, Order>>,
    members: members::Members,
    events: Vec<Event>,
    pushes: VecDeque<(String, String)>,
    stale: Option<Stale>,
    missing: Vec<(i64, u32)>,
    late_items: u32,
    next_lot: i64,
    next_order: i64,
    dice: Dice,
}

impl Side {
    /// A store with these lots, and their numbers in the order of the rows.
    pub fn new(rows: &[StockRow], seed: u64, now: i64) -> (Self, Vec<i64>) {
        let mut side = Self {
            switches: Switches::default(),
            door: auth::Door::default(),
            lots: Arc::default(),
            orders: Arc::default(),
            members: members::Members::default(),
            events: Vec::new(),
            pushes: VecDeque::new(),
            stale: None,
            missing: Vec::new(),
            late_items: 0,
            next_lot: 50_000_000,
            next_order: 21_500_000,
            dice: Dice::new(seed ^ 0xb1),
        };
        let highest = rows.iter().filter_map(|row| row.id).max().unwrap_or(0);
        side.next_lot = side.next_lot.max(highest);
        let made: Vec<i64> = rows.iter().map(|row| side.stock(row, now)).collect();
        (side, made)
    }

    /// Adds a lot as the website does; its number.
    pub fn stock(&mut self, row: &StockRow, now: i64) -> i64 {
        let free = row.id.filter(|id| !self.lots.contains_key(id));
        let id = free.unwrap_or_else(|| {
            self.next_lot += 1;
            self.next_lot
        });
        Arc::make_mut(&mut self.lots).insert(id, Lot::of(id, row, now));
        id
    }

    /// The lots as they are.
    pub fn lots(&self) -> &BTreeMap<i64, Lot> {
        &self.lots
    }

    /// The lots, for the website.
    pub fn lots_mut(&mut self) -> &mut BTreeMap<i64, Lot> {
        Arc::make_mut(&mut self.lots)
    }

    /// The orders as they are.
    pub fn orders(&self) -> &BTreeMap<i64, Order> {
        &self.orders
    }

    /// The orders, for the website.
    pub fn orders_mut(&mut self) -> &mut BTreeMap<i64, Order> {
        Arc::make_mut(&mut self.orders)
    }

    /// Calls of the last 24 hours.
    pub fn calls(&self) -> usize {
        self.door.calls()
    }

    /// Events that wait to be sent: address and body.
    pub fn take_pushes(&mut self) -> Vec<(String, String)> {
        self.pushes.drain(..).collect()
    }

    /// Gets ready for what will go wrong with this call and those after it.
    pub fn arm(&mut self, modes: &[Mode]) {
        for mode in modes {
            match *mode {
                Mode::StaleReads(reads) => {
                    self.stale = Some(Stale {
                        lots: Arc::clone(&self.lots),
                        orders: Arc::clone(&self.orders),
                        lists: reads,
                        singles: reads,
                    });
                }
                Mode::MissingOrder(id, lists) => {
                    let newest = self.orders.keys().next_back().copied();
                    let id = if id == 0 { newest.unwrap_or(0) } else { id };
                    self.missing.push((id, lists));
                }
                Mode::LateItems(reads) => self.late_items = reads,
                _ => {}
            }
        }
    }

    /// Answers a call; `path` is what follows the base, `door` the service's own time in seconds.
    pub fn answer(
        &mut self,
        request: &WireRequest,
        path: &str,
        goods: &Goods,
        (seed, door, now): (u64, i64, i64),
        flaky: bool,
    ) -> Reply {
        let query = text::pairs(&request.query, false);
        let call = Call {
            request,
            query: &query,
            goods,
            seed,
            now,
        };
        let outcome = self
            .door
            .check(request, &self.switches, (door, now), flaky)
            .and_then(|()| readable(request))
            .and_then(|()| self.route(path, call));
        match outcome {
            Ok(done) => self.envelope(done),
            Err(refusal) => self.refused(refusal),
        }
    }

    fn route(&mut self, path: &str, call: Call<'_>) -> Outcome {
        let segments: Vec<String> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| text::decode(segment, false))
            .collect();
        let path: Vec<&str> = segments.iter().map(String::as_str).collect();
        let method = call.request.method.as_str();
        match path.first().copied() {
            Some("orders") => self.orders_call(method, &path[1..], call),
            Some("inventories") => self.inventories_call(method, &path[1..], call),
            Some("items" | "colors" | "categories" | "item_mapping") => {
                if method == "GET" {
                    catalog::call(&path, call, self.shape())
                } else {
                    Err(Refusal::method())
                }
            }
            Some("feedback" | "members" | "settings" | "coupons") => {
                self.members_call(method, &path, call)
            }
            Some("notifications") if path.len() == 1 && method == "GET" => Ok(self.notifications()),
            Some("notifications") if path.len() == 1 => Err(Refusal::method()),
            _ => Err(invalid_uri()),
        }
    }

    fn notifications(&mut self) -> Done {
        let list: Vec<Json> = self.events.iter().map(Event::json).collect();
        if !self.switches.notifications_stay {
            self.events.clear();
        }
        Done::data(list.into())
    }

    /// Tells the seller.
    fn notify(&mut self, kind: &'static str, resource: i64, at: i64) {
        let event = Event { kind, resource, at };
        if let Some(url) = &self.switches.push_url {
            self.pushes
                .push_back((url.clone(), event.json().print(false)));
        }
        self.events.push(event);
    }

    fn shape(&self) -> shapes::Shape {
        shapes::Shape {
            escapes: if self.switches.double_escape { 2 } else { 1 },
            old_category_key: self.switches.old_category_key,
        }
    }

    /// The lots a read shows.
    fn seen_lots(&mut self, list: bool) -> Arc<BTreeMap<i64, Lot>> {
        match self.lag(list) {
            Some(stale) => Arc::clone(&stale.lots),
            None => Arc::clone(&self.lots),
        }
    }

    /// The orders a read shows.
    fn seen_orders(&mut self, list: bool) -> Arc<BTreeMap<i64, Order>> {
        match self.lag(list) {
            Some(stale) => Arc::clone(&stale.orders),
            None => Arc::clone(&self.orders),
        }
    }

    fn lag(&mut self, list: bool) -> Option<&Stale> {
        let stale = self.stale.as_mut()?;
        let left = if list {
            &mut stale.lists
        } else {
            &mut stale.singles
        };
        if *left == 0 {
            return None;
        }
        *left -= 1;
        Some(stale)
    }

    fn envelope(&self, done: Done) -> Reply {
        let message = match done.code {
            201 => "OK_CREATED",
            204 => "OK_NO_CONTENT",
            _ => "OK",
        };
        let mut json = map! {
            "meta" => map! { "description" => message, "message" => message, "code" => done.code },
        };
        if let Some(data) = done.data {
            json.put("data", data);
        }
        // A real 204 could carry no body.
        let status = match done.code {
            201 if self.switches.mirror => 201,
            _ => 200,
        };
        Reply::json(status, json)
    }

    /// A refusal as it is sent.
    pub fn refused(&self, refusal: Refusal) -> Reply {
        match refusal {
            Refusal::Gateway(status) => Reply::page(status),
            Refusal::Meta {
                code,
                message,
                description,
            } => {
                let mirrored = self.switches.mirror || (code == 401 && self.switches.auth_mirror);
                Reply::json(
                    if mirrored { code } else { 200 },
                    map! { "meta" => map! {
                        "description" => description,
                        "message" => message,
                        "code" => code,
                    } },
                )
            }
        }
    }

    /// The reply to a mode that answers in the service's own words.
    pub fn wrong(&self, mode: Mode) -> Option<Reply> {
        let refusal = match mode {
            Mode::Meta500 => Refusal::new(
                500,
                "INTERNAL_SERVER_ERROR",
                "An unexpected error occurred.",
            ),
            Mode::RateMeta => auth::exhausted(Exhausted::Meta),
            Mode::BlockedKey => auth::exhausted(Exhausted::Blocked),
            Mode::Permission => {
                Refusal::new(403, "PERMISSION_DENIED", "You do not have permission.")
            }
            _ => return None,
        };
        Some(self.refused(refusal))
    }
}

impl Event {
    fn json(&self) -> Json {
        map! {
            "event_type" => self.kind,
            "resource_id" => self.resource,
            "timestamp" => text::iso_millis(self.at),
        }
    }
}

fn invalid_uri() -> Refusal {
    Refusal::new(400, "INVALID_URI", "The URI is not valid.")
}

/// A body must say that it is JSON.
fn readable(request: &WireRequest) -> Result<(), Refusal> {
    let json = request
        .header("content-type")
        .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("application/json"));
    if request.body.is_empty() || json {
        return Ok(());
    }
    Err(Refusal::new(
        415,
        "UNSUPPORTED_MEDIA_TYPE",
        "The media type of the request body is not supported.",
    ))
}

/// A number in a path.
fn id(text: &str) -> Result<i64, Refusal> {
    text.parse().map_err(|_| invalid_uri())
}

/// The names that are left out or null while `null_fields` strikes.
pub const OPTIONAL: [&str; 14] = [
    "buyer_name",
    "buyer_email",
    "date_paid",
    "completeness",
    "description",
    "remarks",
    "tracking_no",
    "phone_number",
    "my_weight",
    "alternate_no",
    "thumbnail_url",
    "disp_cost",
    "order_cost",
    "subject",
];

/// Money as a number or as text, in ten-thousandths.
fn money(value: &Value) -> Option<text::Cash> {
    match value {
        Value::Number(number) => text::parse_cash(&number.to_string()),
        Value::String(given) => text::parse_cash(given),
        _ => None,
    }
}
