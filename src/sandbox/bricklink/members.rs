//! Feedback, notes about members, shipping methods and coupons at BrickLink.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Call, Done, Outcome, Refusal, Side, id, invalid_uri};
use crate::sandbox::json::{Json, map};
use crate::sandbox::text::iso_millis;
use crate::sandbox::world::PEOPLE;

/// The shop's own name.
const SELLER: &str = "brickseller";

/// An entry of feedback.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Feedback {
    id: i64,
    order: i64,
    from: String,
    to: String,
    at: i64,
    rating: i64,
    /// Who is rated: `S` or `B`.
    of: &'static str,
    comment: String,
    reply: String,
}

/// What the store knows about others and they about it.
#[derive(Debug, Clone, Default)]
pub struct Members {
    feedback: BTreeMap<i64, Feedback>,
    notes: BTreeMap<String, (i64, String, i64)>,
    coupons: BTreeMap<i64, Value>,
    last: i64,
}

impl Members {
    fn number(&mut self) -> i64 {
        self.last += 1;
        8_000_000 + self.last
    }

    /// Entries about an order.
    pub fn of_order(&self, order: i64) -> Vec<Json> {
        let entries = self.feedback.values();
        entries
            .filter(|entry| entry.order == order)
            .map(Feedback::json)
            .collect()
    }

    /// A buyer rates the shop; the entry's number.
    pub fn rated(&mut self, order: i64, buyer: &str, rating: i64, comment: &str, at: i64) -> i64 {
        let id = self.number();
        let entry = Feedback {
            id,
            order,
            from: buyer.to_owned(),
            to: SELLER.to_owned(),
            at,
            rating,
            of: "S",
            comment: comment.to_owned(),
            reply: String::new(),
        };
        self.feedback.insert(id, entry);
        id
    }
}

impl Feedback {
    fn json(&self) -> Json {
        let mut json = map! {
            "feedback_id" => self.id,
            "order_id" => self.order,
            "from" => self.from.as_str(),
            "to" => self.to.as_str(),
            "date_rated" => iso_millis(self.at),
            "rating" => self.rating,
            "rating_of_bs" => self.of,
            "comment" => self.comment.as_str(),
        };
        if !self.reply.is_empty() {
            json.put("reply", self.reply.as_str());
        }
        json
    }
}

/// Number, name, where to, default.
const SHIPPING: [(i64, &str, &str, bool); 3] = [
    (17_862, "Letter", "B", true),
    (17_863, "Parcel, tracked", "D", false),
    (17_864, "International parcel", "I", false),
];

impl Side {
    pub(super) fn members_call(&mut self, method: &str, path: &[&str], call: Call<'_>) -> Outcome {
        match path {
            ["feedback", rest @ ..] => self.feedback_call(method, rest, call),
            ["members", user, "ratings"] => match method {
                "GET" => Ok(Done::data(map! {
                    "user_name" => *user,
                    "rating" => map! { "PRAISE" => 10_i64, "NEUTRAL" => 0_i64, "COMPLAINT" => 1_i64 },
                })),
                _ => Err(Refusal::method()),
            },
            ["members", user, "my_notes"] => self.note_call(method, user, call),
            ["settings", "shipping_methods"] if method == "GET" => {
                let list: Vec<Json> = SHIPPING.iter().map(shipping).collect();
                Ok(Done::data(list.into()))
            }
            ["settings", "shipping_methods", number] if method == "GET" => {
                let number = id(number)?;
                let found = SHIPPING.iter().find(|(known, ..)| *known == number);
                Ok(Done::data(shipping(found.ok_or_else(Refusal::not_found)?)))
            }
            ["settings", "shipping_methods", ..] => Err(Refusal::method()),
            ["coupons", rest @ ..] => self.coupon_call(method, rest, call),
            _ => Err(invalid_uri()),
        }
    }

    fn feedback_call(&mut self, method: &str, path: &[&str], call: Call<'_>) -> Outcome {
        match (method, path) {
            ("GET", []) => {
                let out = call.query("direction") == Some("out");
                let entries = self.members.feedback.values();
                let list: Vec<Json> = entries
                    .filter(|entry| (entry.from == SELLER) == out)
                    .map(Feedback::json)
                    .collect();
                Ok(Done::data(list.into()))
            }
            ("GET", [number]) => {
                let entry = self.members.feedback.get(&id(number)?);
                Ok(Done::data(entry.ok_or_else(Refusal::not_found)?.json()))
            }
            ("POST", []) => {
                let body = call.body()?;
                let wrong = || Refusal::parameter("");
                let order = body
                    .get("order_id")
                    .and_then(Value::as_i64)
                    .ok_or_else(wrong)?;
                let rating = body.get("rating").and_then(Value::as_i64);
                let rating = rating.filter(|r| (0..=2).contains(r)).ok_or_else(wrong)?;
                let comment = body
                    .get("comment")
                    .and_then(Value::as_str)
                    .ok_or_else(wrong)?;
                let order = self.orders.get(&order).ok_or_else(Refusal::not_found)?;
                let buyer = PEOPLE[order.person % PEOPLE.len()].user;
                let entry = Feedback {
                    id: 0,
                    order: order.id,
                    from: SELLER.to_owned(),
                    to: buyer.to_owned(),
                    at: call.now,
                    rating,
                    of: "B",
                    comment: comment.to_owned(),
                    reply: String::new(),
                };
                let id = self.members.number();
                let entry = Feedback { id, ..entry };
                let json = entry.json();
                self.members.feedback.insert(id, entry);
                Ok(Done::created(json))
            }
            ("POST", [number, "reply"]) => {
                let body = call.body()?;
                let reply = body.get("reply").and_then(Value::as_str);
                let reply =
                    reply.ok_or_else(|| Refusal::parameter("Parameter [reply] is missing"))?;
                let entry = self.members.feedback.get_mut(&id(number)?);
                let entry = entry.ok_or_else(Refusal::not_found)?;
                reply.clone_into(&mut entry.reply);
                Ok(Done::created(map! {}))
            }
            (_, [] | [_] | [_, "reply"]) => Err(Refusal::method()),
            _ => Err(invalid_uri()),
        }
    }

    fn note_call(&mut self, method: &str, user: &str, call: Call<'_>) -> Outcome {
        let note = |user: &str, (id, text, at): &(i64, String, i64)| {
            map! {
                "note_id" => *id,
                "user_name" => user,
                "note_text" => text.as_str(),
                "date_noted" => iso_millis(*at),
            }
        };
        match method {
            "GET" => {
                let found = self
                    .members
                    .notes
                    .get(user)
                    .ok_or_else(Refusal::not_found)?;
                Ok(Done::data(note(user, found)))
            }
            "POST" | "PUT" => {
                let body = call.body()?;
                let text = body.get("note_text").and_then(Value::as_str);
                let text =
                    text.ok_or_else(|| Refusal::parameter("Parameter [note_text] is missing"))?;
                let known = self.members.notes.get(user).map(|(id, ..)| *id);
                if method == "PUT" && known.is_none() {
                    return Err(Refusal::not_found());
                }
                let id = known.unwrap_or_else(|| self.members.number());
                let kept = (id, text.to_owned(), call.now);
                let json = note(user, &kept);
                self.members.notes.insert(user.to_owned(), kept);
                Ok(if method == "PUT" {
                    Done::data(json)
                } else {
                    Done::created(json)
                })
            }
            "DELETE" => {
                self.members
                    .notes
                    .remove(user)
                    .ok_or_else(Refusal::not_found)?;
                Ok(Done::nothing(None))
            }
            _ => Err(Refusal::method()),
        }
    }

    fn coupon_call(&mut self, method: &str, path: &[&str], call: Call<'_>) -> Outcome {
        match (method, path) {
            ("GET", []) => {
                let wanted = call.query("status");
                let fits = |coupon: &&Value| wanted.is_none_or(|status| coupon["status"] == status);
                let out = call.query("direction") != Some("in");
                let coupons = self.members.coupons.values().filter(|_| out);
                let list: Vec<Json> = coupons.filter(fits).map(like).collect();
                Ok(Done::data(list.into()))
            }
            ("POST", []) => {
                let mut coupon = call.body()?;
                let id = self.members.number();
                let Some(fields) = coupon.as_object_mut() else {
                    return Err(Refusal::parameter("Unparseable value or field: []"));
                };
                if !fields.get("buyer_name").is_some_and(Value::is_string) {
                    return Err(Refusal::parameter("Parameter [buyer_name] is missing"));
                }
                fields.insert("coupon_id".into(), id.into());
                fields.insert("status".into(), "O".into());
                fields.insert("seller_name".into(), SELLER.into());
                fields.insert("date_issued".into(), iso_millis(call.now).into());
                let json = like(&coupon);
                self.members.coupons.insert(id, coupon);
                Ok(Done::created(json))
            }
            ("GET", [number]) => {
                let coupon = self.members.coupons.get(&id(number)?);
                Ok(Done::data(like(coupon.ok_or_else(Refusal::not_found)?)))
            }
            ("PUT", [number]) => {
                let changes = call.body()?;
                let coupon = self.members.coupons.get_mut(&id(number)?);
                let coupon = coupon.ok_or_else(Refusal::not_found)?;
                if let (Some(coupon), Some(changes)) = (coupon.as_object_mut(), changes.as_object())
                {
                    for (name, value) in changes.iter().filter(|(name, _)| *name != "coupon_id") {
                        coupon.insert(name.clone(), value.clone());
                    }
                }
                Ok(Done::data(like(coupon)))
            }
            ("DELETE", [number]) => {
                let gone = self.members.coupons.remove(&id(number)?);
                gone.ok_or_else(Refusal::not_found)?;
                Ok(Done::nothing(None))
            }
            (_, [] | [_]) => Err(Refusal::method()),
            _ => Err(invalid_uri()),
        }
    }
}

fn shipping((number, name, area, default): &(i64, &str, &str, bool)) -> Json {
    map! {
        "method_id" => *number,
        "name" => *name,
        "note" => "",
        "insurance" => false,
        "is_default" => *default,
        "area" => *area,
        "is_available" => true,
    }
}

/// What was taken in, given out again.
fn like(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Number(number) => Json::Number(number.to_string()),
        Value::String(text) => Json::Text(text.clone()),
        Value::Array(values) => Json::List(values.iter().map(like).collect()),
        Value::Object(fields) => Json::Map(
            fields
                .iter()
                .map(|(name, value)| (name.clone().into(), like(value)))
                .collect(),
        ),
    }
}
