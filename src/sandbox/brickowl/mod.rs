//! BrickOwl's API, played: the key, the limits of a minute, batches, and which call means what.

mod catalog;
mod inventory;
mod orders;
mod shapes;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde_json::Value;

use super::OWL_KEY;
use super::faults::Mode;
use super::json::{Json, map};
use super::text;
use super::wire::{Content, Reply, WireRequest};
use super::world::{Dice, Goods, StockRow};
pub use inventory::Lot;
pub use orders::Order;

/// Requests in one batch.
const BATCH: usize = 50;
/// A minute in microseconds.
const MINUTE: i64 = 60_000_000;

/// What nobody knows for sure, and what support can grant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "switches are what they are")]
pub struct Switches {
    /// Status for a key that is missing or wrong.
    pub bad_key_status: u16,
    /// Areas the key may not use. `catalog` leaves the id lookup and the colours.
    pub denied: Vec<String>,
    /// A list of one is just that one.
    pub one_element_object: bool,
    /// New lots take notes, tiers and the rest at once.
    pub create_extras: bool,
    /// In batches only quantities count.
    pub batch_ignores_fields: bool,
    /// Answers of a batch stand in an object.
    pub batch_wrapper: bool,
    /// Calls in a minute.
    pub per_minute: usize,
    /// Batches in a minute.
    pub batch_per_minute: usize,
    /// Seconds in `Retry-After`, if it is sent.
    pub retry_after: Option<u64>,
    /// The key's owner has no store.
    pub no_store: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            bad_key_status: 403,
            denied: vec!["catalog".to_owned()],
            one_element_object: false,
            create_extras: false,
            batch_ignores_fields: false,
            batch_wrapper: false,
            per_minute: 600,
            batch_per_minute: 200,
            retry_after: None,
            no_store: false,
        }
    }
}

impl Switches {
    /// Turns one; `None` where there is no such switch or no such position.
    pub fn set(&mut self, name: &str, value: &Value) -> Option<()> {
        let count = || usize::try_from(value.as_u64()?).ok();
        match name {
            "bad_key_status" => {
                let status = value.as_u64().and_then(|status| u16::try_from(status).ok());
                self.bad_key_status = status.filter(|status| (400..500).contains(status))?;
            }
            "denied" => {
                let list = value.as_array()?.iter();
                self.denied = list
                    .map(|area| area.as_str().map(str::to_owned))
                    .collect::<Option<_>>()?;
            }
            "one_element_object" => self.one_element_object = value.as_bool()?,
            "create_extras" => self.create_extras = value.as_bool()?,
            "batch_ignores_fields" => self.batch_ignores_fields = value.as_bool()?,
            "batch_wrapper" => self.batch_wrapper = value.as_bool()?,
            "per_minute" => self.per_minute = count()?,
            "batch_per_minute" => self.batch_per_minute = count()?,
            "retry_after" => self.retry_after = value.as_u64(),
            "no_store" => self.no_store = value.as_bool()?,
            _ => return None,
        }
        Some(())
    }
}

/// Why a call is refused: status and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(u16, String);

impl Refusal {
    fn new(status: u16, text: impl Into<String>) -> Self {
        Self(status, text.into())
    }

    fn wrong(text: impl Into<String>) -> Self {
        Self(400, text.into())
    }

    fn json(&self) -> Json {
        map! { "error" => map! { "status" => self.1.as_str() } }
    }
}

type Outcome = Result<Json, Refusal>;

/// A call with its arguments.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    given: &'a [(String, String)],
    goods: &'a Goods,
    seed: u64,
    now: i64,
}

impl Call<'_> {
    fn given(&self, name: &str) -> Option<&str> {
        text::find(self.given, name)
    }

    fn needed(&self, name: &str) -> Result<&str, Refusal> {
        self.given(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| Refusal::wrong(format!("Missing argument {name}")))
    }

    fn number(&self, name: &str) -> Result<i64, Refusal> {
        self.needed(name)?
            .trim()
            .parse()
            .map_err(|_| Refusal::wrong(format!("Invalid {name}")))
    }
}

/// `{"status":"success"}`
fn success() -> Json {
    map! { "status" => "success" }
}

/// What reads show while they lag behind.
#[derive(Debug, Clone)]
struct Stale {
    lots: Arc<BTreeMap<i64, Lot>>,
    orders: Arc<BTreeMap<i64, Order>>,
    lists: u32,
    singles: u32,
}

/// BrickOwl's side of the world.
#[derive(Debug, Clone)]
pub struct Side {
    /// What can be chosen.
    pub switches: Switches,
    lots: Arc<BTreeMap<i64, Lot>>,
    orders: Arc<BTreeMap<i64, Order>>,
    calls: VecDeque<i64>,
    batches: VecDeque<i64>,
    pushes: VecDeque<(String, String)>,
    notify_ip: String,
    stale: Option<Stale>,
    missing: Vec<(i64, u32)>,
    late_items: u32,
    changed: i64,
    next_lot: i64,
    next_order: i64,
}

impl Side {
    /// A store with these lots, as far as they can be listed. `numbers` are those that BrickLink gave them.
    pub fn new(rows: &[StockRow], numbers: &[i64], goods: &Goods, now: i64) -> Self {
        let mut side = Self {
            switches: Switches::default(),
            lots: Arc::default(),
            orders: Arc::default(),
            calls: VecDeque::new(),
            batches: VecDeque::new(),
            pushes: VecDeque::new(),
            notify_ip: String::new(),
            stale: None,
            missing: Vec::new(),
            late_items: 0,
            changed: now,
            next_lot: 107_000_000,
            next_order: 9_270_000,
        };
        for (row, number) in rows.iter().zip(numbers) {
            side.stock(row, Some(number.to_string()), goods);
        }
        // Two that another program left behind.
        if let Some(row) = rows.first() {
            side.stock(row, None, goods);
            side.stock(row, Some("other-tool-17".to_owned()), goods);
        }
        side
    }

    /// Adds a lot as the website does; its number, or nothing where it cannot be listed.
    pub fn stock(
        &mut self,
        row: &StockRow,
        external: Option<String>,
        goods: &Goods,
    ) -> Option<i64> {
        let lot = Lot::of(self.next_lot + 1, row, external, goods)?;
        self.next_lot += 1;
        Arc::make_mut(&mut self.lots).insert(self.next_lot, lot);
        Some(self.next_lot)
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

    /// Hints that wait to be sent: address and nothing.
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

    /// Answers a call; `path` is what follows the base.
    pub fn answer(
        &mut self,
        request: &WireRequest,
        path: &str,
        goods: &Goods,
        (seed, now): (u64, i64),
    ) -> Reply {
        let given = if request.method == "GET" {
            text::pairs(&request.query, true)
        } else {
            text::pairs(&String::from_utf8_lossy(&request.body), true)
        };
        let call = Call {
            given: &given,
            goods,
            seed,
            now,
        };
        let path = path.trim_matches('/');
        match self.let_in(path, call) {
            Ok(()) => {}
            Err(refusal) => return self.refused(&refusal),
        }
        let outcome = if path == "bulk/batch" {
            self.batch(&request.method, call)
        } else {
            self.route(&request.method, path, call)
        };
        match outcome {
            Ok(json) if self.switches.one_element_object => said(200, only_one(json)),
            Ok(json) => said(200, json),
            Err(refusal) => self.refused(&refusal),
        }
    }

    /// Key, area, calls of the minute.
    fn let_in(&mut self, path: &str, call: Call<'_>) -> Result<(), Refusal> {
        if call.given("key") != Some(OWL_KEY) {
            return Err(Refusal::new(self.switches.bad_key_status, "Invalid key"));
        }
        let area = path.split('/').next().unwrap_or("");
        let free = matches!(path, "catalog/id_lookup" | "catalog/color_list");
        if !free && self.switches.denied.iter().any(|denied| denied == area) {
            return Err(Refusal::new(403, "Permission denied"));
        }
        let (calls, most) = if path == "bulk/batch" {
            (&mut self.batches, self.switches.batch_per_minute)
        } else {
            (&mut self.calls, self.switches.per_minute)
        };
        while calls
            .front()
            .is_some_and(|at| call.now.saturating_sub(*at) >= MINUTE)
        {
            calls.pop_front();
        }
        if calls.len() >= most {
            return Err(Refusal::new(429, "Too many requests"));
        }
        calls.push_back(call.now);
        Ok(())
    }

    fn route(&mut self, method: &str, path: &str, call: Call<'_>) -> Outcome {
        let post = matches!(
            path,
            "inventory/create"
                | "inventory/update"
                | "inventory/delete"
                | "order/set_status"
                | "order/tracking"
                | "order/note"
                | "order/feedback"
                | "order/notify"
                | "catalog/cart_basic"
                | "bulk/batch"
        );
        if method != if post { "POST" } else { "GET" } {
            return Err(Refusal::new(405, "Method not allowed"));
        }
        match path.split_once('/') {
            Some(("inventory", verb)) => self.inventory_call(verb, call),
            Some(("order", verb)) => self.order_call(verb, call),
            Some(("catalog", verb)) => catalog::call(verb, call),
            Some(("user" | "token", "details")) => Ok(shapes::user(&self.switches, self.changed)),
            Some(("user", "addresses")) => Ok(Vec::new().into()),
            _ => Err(Refusal::new(404, "Not found")),
        }
    }

    /// Up to fifty calls in one, done in order, each for itself.
    fn batch(&mut self, method: &str, call: Call<'_>) -> Outcome {
        if method != "POST" {
            return Err(Refusal::new(405, "Method not allowed"));
        }
        let wrong = || Refusal::wrong("Invalid requests");
        let body: Value = serde_json::from_str(call.needed("requests")?).map_err(|_| wrong())?;
        let requests = body
            .get("requests")
            .and_then(Value::as_array)
            .ok_or_else(wrong)?;
        if requests.len() > BATCH {
            return Err(Refusal::wrong(format!("Maximum of {BATCH} requests")));
        }
        let mut answers = Vec::new();
        for (at, request) in requests.iter().enumerate() {
            let outcome = self.one_of_batch(request, call);
            let (code, body) = match outcome {
                Ok(Json::Map(entries)) => (200, Json::Map(shouted(entries))),
                Ok(json) => (200, json),
                Err(Refusal(404, _)) => (404, Vec::new().into()),
                Err(refusal) => (refusal.0, refusal.json()),
            };
            answers.push(map! { "req_num" => at + 1, "code" => code, "body" => body });
        }
        Ok(if self.switches.batch_wrapper {
            map! { "responses" => answers }
        } else {
            answers.into()
        })
    }

    fn one_of_batch(&mut self, request: &Value, call: Call<'_>) -> Outcome {
        let word = |name: &str| request.get(name).and_then(Value::as_str).unwrap_or("");
        let path = word("endpoint").trim_matches('/');
        if path == "bulk/batch" {
            return Err(Refusal::wrong("Invalid endpoint"));
        }
        let area = path.split('/').next().unwrap_or("");
        let free = matches!(path, "catalog/id_lookup" | "catalog/color_list");
        if !free && self.switches.denied.iter().any(|denied| denied == area) {
            return Err(Refusal::new(403, "Permission denied"));
        }
        let quantities = [
            "lot_id",
            "external_id",
            "absolute_quantity",
            "relative_quantity",
        ];
        let deaf = self.switches.batch_ignores_fields && path == "inventory/update";
        let fields = request.get("params").and_then(|params| params.get(0));
        let fields = fields.and_then(Value::as_object).into_iter().flatten();
        let mut given: Vec<(String, String)> = fields
            .map(|(name, value)| match value {
                Value::String(text) => (name.clone(), text.clone()),
                other => (name.clone(), other.to_string()),
            })
            .collect();
        let told = given.len();
        if deaf {
            given.retain(|(name, _)| quantities.contains(&name.as_str()));
        }
        let inner = Call {
            given: &given,
            ..call
        };
        if deaf && given.len() < told && !given.iter().any(|(name, _)| name.ends_with("quantity")) {
            return self.find_lot(inner).map(|_| success());
        }
        self.route(word("request_method"), path, inner)
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

    fn refused(&self, refusal: &Refusal) -> Reply {
        let mut reply = said(refusal.0, refusal.json());
        if let (429, Some(seconds)) = (refusal.0, self.switches.retry_after) {
            reply
                .headers
                .push(("retry-after".to_owned(), seconds.to_string()));
        }
        reply
    }

    /// The reply to a mode that answers in the service's own words.
    pub fn wrong(&self, mode: Mode) -> Option<Reply> {
        Some(match mode {
            Mode::Error200 => said(200, Refusal::wrong("Internal error").json()),
            Mode::StatusError => said(200, map! { "status" => "error" }),
            Mode::RateMeta => self.refused(&Refusal::new(429, "Too many requests")),
            Mode::BlockedKey => self.refused(&Refusal::new(403, "Invalid key")),
            Mode::Permission => self.refused(&Refusal::new(403, "Permission denied")),
            Mode::Meta500 => self.refused(&Refusal::new(500, "Internal error")),
            _ => return None,
        })
    }

    /// What is said when nothing was done although it should have been.
    pub fn pretended() -> Reply {
        said(200, success())
    }

    /// Offers and their pieces.
    pub fn offered(&self) -> Vec<(i64, i64, i64)> {
        self.lots
            .values()
            .filter(|lot| lot.for_sale && lot.quantity >= lot.bulk && lot.price > 0)
            .map(|lot| (lot.id, lot.quantity, lot.bulk))
            .collect()
    }

    /// A buyer orders; see [`orders`].
    pub fn place(
        &mut self,
        wanted: &[(i64, i64)],
        dice: &mut Dice,
        goods: &Goods,
        now: i64,
    ) -> Option<i64> {
        let id = self.take_order(wanted, dice, goods, now)?;
        if !self.notify_ip.is_empty() {
            let address = format!(
                "http://{}:42500/brick_owl_order_notify?order_id={id}&store_id={}",
                self.notify_ip,
                shapes::STORE
            );
            self.pushes.push_back((address, String::new()));
        }
        Some(id)
    }
}

fn said(status: u16, json: Json) -> Reply {
    Reply::of(status, Content::Json(json, true))
}

/// A list of one becomes that one.
pub fn only_one(json: Json) -> Json {
    match json {
        Json::List(mut values) if values.len() == 1 => values.remove(0),
        other => other,
    }
}

/// Inside batches success was seen with a capital letter.
fn shouted(
    mut entries: Vec<(std::borrow::Cow<'static, str>, Json)>,
) -> Vec<(std::borrow::Cow<'static, str>, Json)> {
    for (name, value) in &mut entries {
        if name == "status" && *value == Json::from("success") {
            *value = "Success".into();
        }
    }
    entries
}

/// The names that are left out or null while `null_fields` strikes.
pub const OPTIONAL: [&str; 14] = [
    "processed_time",
    "tracking_number",
    "seller_note",
    "buyer_name",
    "bl_lot_id",
    "full_con",
    "tier_price",
    "my_cost",
    "lot_weight",
    "public_note",
    "personal_note",
    "total_quantity",
    "base_order_total",
    "url",
];
