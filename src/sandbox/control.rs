//! What tests and trainers do to the world from outside: faults, time, switches, buyers, the website.
//!
//! | method and path below `/__mock` | body |
//! | --- | --- |
//! | `GET /state` | – |
//! | `GET /bricklink/lots`, `/bricklink/orders`, `/brickowl/lots`, `/brickowl/orders`, `/feedback` | – |
//! | `POST /faults`, `DELETE /faults` | `{"spec": "…"}` |
//! | `POST /clock` | `{"advance_seconds": n, "skew_seconds": n}` |
//! | `POST /switches` | `{"bricklink.closed": true, …}` |
//! | `POST /buyers` | `{"orders_per_hour": n}` |
//! | `POST /pictures` | `{"sha256": "…", "case": "ambiguous"}` |
//! | `POST /SERVICE/orders` | `{"lots": [{"lot": n, "quantity": n}]}`, or `{}` for a basket of somebody's own |
//! | `POST /SERVICE/orders/ID/VERB` | see [`link_order`] and [`owl_order`] |
//! | `POST /SERVICE/lots` | `{"no", "type", "color", "quantity", "price", "external_id"}` |
//! | `PUT /SERVICE/lots/ID` | `{"quantity", "price", "remarks", "description"}` |
//! | `DELETE /SERVICE/lots/ID` | – |

use serde_json::Value;

use super::State;
use super::bricklink::{Cancel, kind};
use super::buyers::Buyers;
use super::clock::SandboxClock;
use super::json::{Json, map};
use super::text::{self, MOST_PIECES};
use super::wire::{Reply, WireRequest};
use super::world::{Goods, StockRow};
use crate::domain::{ItemKey, ItemKind};

/// What came of it: a document, or a status with a sentence.
type Outcome = Result<Json, (u16, &'static str)>;

const NOT_FOUND: (u16, &str) = (404, "There is no such thing.");
const WRONG: (u16, &str) = (400, "That cannot be done.");

/// Does what is asked below the control path.
pub fn answer(
    state: &mut State,
    clock: &SandboxClock,
    goods: &Goods,
    request: &WireRequest,
    path: &str,
) -> Reply {
    let body = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
    let segments: Vec<&str> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let world = World {
        clock,
        goods,
        body: &body,
    };
    match act(state, world, request.method.as_str(), &segments) {
        Ok(json) => Reply::json(200, json),
        Err((status, sentence)) => Reply::json(status, map! { "error" => sentence }),
    }
}

#[derive(Clone, Copy)]
struct World<'a> {
    clock: &'a SandboxClock,
    goods: &'a Goods,
    body: &'a Value,
}

impl World<'_> {
    fn number(&self, name: &str) -> Option<i64> {
        self.body.get(name).and_then(Value::as_i64)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// Lots and pieces that were named, or a basket of somebody's own.
    fn basket(&self, offered: &[(i64, i64, i64)], buyers: &mut Buyers) -> Vec<(i64, i64)> {
        match self.body.get("lots").and_then(Value::as_array) {
            Some(lots) => lots
                .iter()
                .filter_map(|lot| {
                    Some((lot["lot"].as_i64()?, lot["quantity"].as_i64().unwrap_or(1)))
                })
                .collect(),
            None => Buyers::basket(&mut buyers.dice, offered),
        }
    }
}

fn act(state: &mut State, world: World<'_>, method: &str, path: &[&str]) -> Outcome {
    let body = world.body;
    match (method, path) {
        ("GET", ["state"]) => Ok(report(state, world)),
        ("GET", ["feedback"]) => Ok(Json::Number(
            Value::from(state.eye.feedback.clone()).to_string(),
        )),
        ("POST", ["faults"]) => {
            let fault = world
                .text("spec")
                .and_then(|spec| super::Fault::parse(spec).ok());
            state
                .faults
                .add(fault.ok_or((400, "The fault cannot be read."))?);
            Ok(done())
        }
        ("DELETE", ["faults"]) => {
            state.faults.clear();
            Ok(done())
        }
        ("POST", ["clock"]) => {
            world
                .clock
                .advance(world.number("advance_seconds").unwrap_or(0));
            if let Some(skew) = world.number("skew_seconds") {
                world.clock.set_skew(skew);
            }
            Ok(map! { "now" => text::iso_millis(world.clock.now()) })
        }
        ("POST", ["switches"]) => {
            for (name, value) in body.as_object().ok_or(WRONG)? {
                let turned = match name.split_once('.') {
                    Some(("bricklink", name)) => state.link.switches.set(name, value),
                    Some(("brickowl", name)) => state.owl.switches.set(name, value),
                    Some(("brickognize", name)) => state.eye.switches.set(name, value),
                    _ => None,
                };
                turned.ok_or((400, "There is no such switch or position."))?;
            }
            Ok(done())
        }
        ("POST", ["buyers"]) => {
            let rate = world
                .number("orders_per_hour")
                .and_then(|rate| u32::try_from(rate).ok());
            let rate = rate.filter(|rate| *rate <= 100_000).ok_or(WRONG)?;
            state.link_buyers.set_rate(rate, world.clock.now());
            state.owl_buyers.set_rate(rate, world.clock.now());
            Ok(done())
        }
        ("POST", ["pictures"]) => {
            let print = world.text("sha256").ok_or(WRONG)?.to_ascii_lowercase();
            let case = world.text("case").ok_or(WRONG)?;
            state.eye.known.insert(print, case.to_owned());
            Ok(done())
        }
        (_, ["bricklink", rest @ ..]) => link(state, world, method, rest),
        (_, ["brickowl", rest @ ..]) => owl(state, world, method, rest),
        _ => Err(NOT_FOUND),
    }
}

fn done() -> Json {
    map! { "done" => true }
}

/// Whether something was there to be done.
fn if_done(was: bool) -> Outcome {
    was.then(done).ok_or(WRONG)
}

fn id(text: &str) -> Result<i64, (u16, &'static str)> {
    text.parse().map_err(|_| NOT_FOUND)
}

fn count(number: u64) -> Json {
    Json::Number(number.to_string())
}

fn report(state: &State, world: World<'_>) -> Json {
    let mut calls = map! {};
    for (name, times) in &state.calls {
        calls.put(name.clone(), count(*times));
    }
    let faults: Vec<Json> = state
        .faults
        .report()
        .map(|(spec, seen, hits)| map! { "spec" => spec, "seen" => count(seen), "hits" => count(hits) })
        .collect();
    let pieces = |quantities: i64, lots: usize, orders: usize| {
        map! { "lots" => lots, "pieces" => quantities, "orders" => orders }
    };
    let link = state.link.lots().values().map(|lot| lot.quantity).sum();
    let owl = state.owl.lots().values().map(|lot| lot.quantity).sum();
    map! {
        "now" => text::iso_millis(world.clock.now()),
        "calls" => calls,
        "bricklink_calls_of_the_day" => state.link.calls(),
        "faults" => faults,
        "bricklink" => pieces(link, state.link.lots().len(), state.link.orders().len()),
        "brickowl" => pieces(owl, state.owl.lots().len(), state.owl.orders().len()),
        "items" => world.goods.things().len(),
    }
}

/// A lot as the website takes it.
fn row(world: World<'_>) -> Result<StockRow, (u16, &'static str)> {
    let no = world.text("no").ok_or(WRONG)?;
    let kind = kind(world.text("type").unwrap_or("PART")).unwrap_or(ItemKind::Part);
    let key = ItemKey::new(kind, no);
    world.goods.find(&key).ok_or(NOT_FOUND)?;
    let color = world
        .number("color")
        .and_then(|color| u16::try_from(color).ok());
    let quantity = world.number("quantity").unwrap_or(1).clamp(0, MOST_PIECES);
    let price = world
        .text("price")
        .map_or(Some(1_000), text::parse_cash)
        .ok_or(WRONG)?;
    let mut row = StockRow::new(key, color.unwrap_or(0), quantity, price);
    for (name, field) in [
        ("remarks", &mut row.remarks),
        ("description", &mut row.description),
    ] {
        world.text(name).unwrap_or("").clone_into(field);
    }
    row.retain = world.body["retain"].as_bool().unwrap_or(false);
    Ok(row)
}

fn link(state: &mut State, world: World<'_>, method: &str, path: &[&str]) -> Outcome {
    let now = world.clock.now();
    match (method, path) {
        ("GET", ["lots"]) => {
            let lots = state.link.lots().values();
            let list: Vec<Json> = lots
                .map(|lot| {
                    map! {
                        "id" => lot.id, "no" => &lot.key.no, "color" => lot.color,
                        "quantity" => lot.quantity, "price" => text::cash(lot.price),
                        "remarks" => &lot.remarks, "description" => &lot.description,
                    }
                })
                .collect();
            Ok(list.into())
        }
        ("GET", ["orders"]) => {
            let orders = state.link.orders().values();
            let list: Vec<Json> = orders
                .map(|order| {
                    map! {
                        "id" => order.id, "status" => &order.status, "pieces" => order.pieces(),
                        "batches" => order.batches.len(), "tracking_no" => &order.tracking_no,
                        "remarks" => &order.remarks, "drive_thru" => order.drive_thru,
                    }
                })
                .collect();
            Ok(list.into())
        }
        ("POST", ["lots"]) => {
            let row = row(world)?;
            Ok(map! { "id" => state.link.stock(&row, now) })
        }
        ("PUT", ["lots", number]) => {
            let lot = state
                .link
                .lots_mut()
                .get_mut(&id(number)?)
                .ok_or(NOT_FOUND)?;
            if let Some(quantity) = world.number("quantity") {
                lot.quantity = quantity.clamp(0, MOST_PIECES);
            }
            if let Some(price) = world.text("price") {
                lot.price = text::parse_cash(price).ok_or(WRONG)?;
            }
            for (name, field) in [
                ("remarks", &mut lot.remarks),
                ("description", &mut lot.description),
            ] {
                if let Some(text) = world.text(name) {
                    text.clone_into(field);
                }
            }
            Ok(done())
        }
        ("DELETE", ["lots", number]) => {
            if_done(state.link.lots_mut().remove(&id(number)?).is_some())
        }
        ("POST", ["orders"]) => {
            let basket = world.basket(&state.link.offered(), &mut state.link_buyers);
            let dice = &mut state.link_buyers.dice;
            let placed = state
                .link
                .place(&basket, dice, world.goods, now)
                .ok_or(WRONG)?;
            if let Some(status) = world.text("status") {
                state.link.force_status(placed, status, now);
            }
            Ok(map! { "id" => placed })
        }
        ("POST", ["orders", number, verb]) => link_order(state, world, id(number)?, verb),
        _ => Err(NOT_FOUND),
    }
}

/// `extend` `{"lots"}`, `remove` `{"lot", "restock"}`, `cancel` `{"restock", "new_lots"}`, `status`
/// `{"status"}`, `file` `{"filed"}`, `message` `{"subject", "body"}`, `feedback` `{"rating", "comment"}`.
fn link_order(state: &mut State, world: World<'_>, order: i64, verb: &str) -> Outcome {
    let now = world.clock.now();
    let flag = |name: &str| world.body[name].as_bool().unwrap_or(false);
    match verb {
        "extend" => {
            let basket = world.basket(&state.link.offered(), &mut state.link_buyers);
            if_done(state.link.extend(order, &basket, world.goods, now))
        }
        "remove" => {
            let lot = world.number("lot").ok_or(WRONG)?;
            if_done(state.link.remove_lines(order, lot, flag("restock"), now))
        }
        "cancel" => {
            let how = match (flag("restock"), flag("new_lots")) {
                (_, true) => Cancel::NewLots,
                (true, _) => Cancel::Restock,
                _ => Cancel::Keep,
            };
            if_done(state.link.cancel(order, how, now))
        }
        "status" => {
            let status = world.text("status").ok_or(WRONG)?;
            if_done(state.link.force_status(order, status, now))
        }
        "file" => {
            let order = state.link.orders_mut().get_mut(&order).ok_or(NOT_FOUND)?;
            order.filed = world.body["filed"].as_bool().unwrap_or(true);
            Ok(done())
        }
        "message" => {
            let subject = world.text("subject").map(str::to_owned);
            let body = world.text("body").unwrap_or("Hello!").to_owned();
            if_done(state.link.write(order, subject, body, now))
        }
        "feedback" => {
            let rating = world.number("rating").unwrap_or(0).clamp(0, 2);
            let comment = world.text("comment").unwrap_or("Thanks!");
            if_done(state.link.rate(order, rating, comment, now))
        }
        _ => Err(NOT_FOUND),
    }
}

fn owl(state: &mut State, world: World<'_>, method: &str, path: &[&str]) -> Outcome {
    let now = world.clock.now();
    match (method, path) {
        ("GET", ["lots"]) => {
            let lots = state.owl.lots().values();
            let list: Vec<Json> = lots
                .map(|lot| {
                    map! {
                        "id" => lot.id, "no" => &lot.key.no, "boid" => lot.boid(),
                        "quantity" => lot.quantity, "price" => text::cash3(lot.price),
                        "for_sale" => lot.for_sale, "external_id" => lot.external.as_ref(),
                        "personal_note" => lot.personal_note.as_ref(),
                        "public_note" => lot.public_note.as_ref(),
                    }
                })
                .collect();
            Ok(list.into())
        }
        ("GET", ["orders"]) => {
            let orders = state.owl.orders().values();
            let list: Vec<Json> = orders
                .map(|order| {
                    map! {
                        "id" => order.id, "status_id" => u32::from(order.status),
                        "pieces" => order.pieces(), "tracking" => order.tracking.as_ref(),
                        "note" => order.note.as_ref(),
                    }
                })
                .collect();
            Ok(list.into())
        }
        ("POST", ["lots"]) => {
            let row = row(world)?;
            let external = world.text("external_id").map(str::to_owned);
            let made = state.owl.stock(&row, external, world.goods).ok_or(WRONG)?;
            Ok(map! { "id" => made })
        }
        ("PUT", ["lots", number]) => {
            let lot = state
                .owl
                .lots_mut()
                .get_mut(&id(number)?)
                .ok_or(NOT_FOUND)?;
            if let Some(quantity) = world.number("quantity") {
                lot.quantity = quantity.clamp(0, MOST_PIECES);
            }
            if let Some(price) = world.text("price") {
                lot.price = text::parse_cash3(price).ok_or(WRONG)?;
            }
            for (name, field) in [
                ("remarks", &mut lot.personal_note),
                ("description", &mut lot.public_note),
                ("external_id", &mut lot.external),
            ] {
                if let Some(text) = world.text(name) {
                    *field = (!text.is_empty()).then(|| text.to_owned());
                }
            }
            Ok(done())
        }
        ("DELETE", ["lots", number]) => {
            if_done(state.owl.lots_mut().remove(&id(number)?).is_some())
        }
        ("POST", ["orders"]) => {
            let basket = world.basket(&state.owl.offered(), &mut state.owl_buyers);
            let dice = &mut state.owl_buyers.dice;
            let placed = state
                .owl
                .place(&basket, dice, world.goods, now)
                .ok_or(WRONG)?;
            Ok(map! { "id" => placed })
        }
        ("POST", ["orders", number, verb]) => owl_order(state, world, id(number)?, verb),
        _ => Err(NOT_FOUND),
    }
}

/// `cancel` `{"restock"}`, `status` `{"status_id"}`, `refund` `{"lot", "quantity"}`, `note` `{"note"}` of the
/// buyer.
fn owl_order(state: &mut State, world: World<'_>, order: i64, verb: &str) -> Outcome {
    let now = world.clock.now();
    match verb {
        "cancel" => {
            let restock = world.body["restock"].as_bool().unwrap_or(false);
            if_done(state.owl.cancel(order, restock, now))
        }
        "status" => {
            let status = world
                .number("status_id")
                .and_then(|status| u8::try_from(status).ok());
            if_done(state.owl.force_status(order, status.ok_or(WRONG)?, now))
        }
        "refund" => {
            let lot = world.number("lot").ok_or(WRONG)?;
            let quantity = world.number("quantity").unwrap_or(1);
            if_done(state.owl.refund(order, lot, quantity, now))
        }
        "note" => {
            let order = state.owl.orders_mut().get_mut(&order).ok_or(NOT_FOUND)?;
            world
                .text("note")
                .unwrap_or("")
                .clone_into(&mut order.buyer_note);
            order.updated = now;
            Ok(done())
        }
        _ => Err(NOT_FOUND),
    }
}
