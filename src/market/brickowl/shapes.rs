//! What BrickOwl's answers look like on the wire: only the fields that are used, each of them optional.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};

use crate::market::loose::{Many, Maybe, Word};

/// `{"error":{"status":"…"}}`, and `{"status":"success"}` of what changes something.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Said {
    /// What went wrong; may also be a bare text.
    pub error: Option<Trouble>,
    /// `success`, in any case.
    pub status: Word,
    /// The lot that was made.
    pub lot_id: Word,
    /// Numbers of an item that was looked up.
    pub boids: Many<Word>,
}

/// What stands under `error`.
#[derive(Debug, Default)]
pub struct Trouble(pub String);

impl<'de> Deserialize<'de> for Trouble {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Object {
                #[serde(default)]
                status: Word,
                #[serde(default)]
                message: Word,
            },
            Other(Word),
        }
        Ok(Self(match Either::deserialize(deserializer)? {
            Either::Object { status, message } if status.is_empty() => message.0,
            Either::Object { status, .. } => status.0,
            Either::Other(word) => word.0,
        }))
    }
}

/// Another number of the same thing.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct OtherId {
    /// The number.
    pub id: Word,
    /// Whose: `bl_item_no`, `design_id`, …
    #[serde(rename = "type")]
    pub kind: Word,
}

/// What others keep with a lot.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Externals {
    /// Our own number.
    pub other: Word,
}

/// A quantity price: `["100","0.050"]` in some answers, an object in others.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct WireTier {
    /// From this many.
    pub quantity: Word,
    /// Each costs this.
    pub price: Word,
}

impl<'de> Deserialize<'de> for WireTier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Tiers)
    }
}

struct Tiers;

impl<'de> Visitor<'de> for Tiers {
    type Value = WireTier;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a quantity price")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut pair: A) -> Result<WireTier, A::Error> {
        let quantity = pair.next_element()?.unwrap_or_default();
        let price = pair.next_element()?.unwrap_or_default();
        while pair.next_element::<IgnoredAny>()?.is_some() {}
        Ok(WireTier { quantity, price })
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<WireTier, A::Error> {
        let mut tier = WireTier::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "quantity" | "qty" => tier.quantity = map.next_value()?,
                "price" => tier.price = map.next_value()?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(tier)
    }

    fn visit_unit<E>(self) -> Result<WireTier, E> {
        Ok(WireTier::default())
    }
}

/// A row of `inventory/list`.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct WireLot {
    /// BrickOwl's number of the lot.
    pub lot_id: Word,
    /// Item, with colour where it has one.
    pub boid: Word,
    /// BrickOwl's type of the item.
    #[serde(rename = "type")]
    pub kind: Word,
    /// Condition, roughly.
    pub con: Word,
    /// Condition, exactly.
    pub full_con: Word,
    /// Pieces.
    pub qty: Word,
    /// List price.
    pub base_price: Word,
    /// Price with the sale taken off; in old answers the list price.
    pub price: Word,
    /// Percent off.
    pub sale_percent: Word,
    /// Multiples.
    pub bulk_qty: Word,
    /// `1`: for sale.
    pub for_sale: Word,
    /// Quantity prices.
    pub tier_price: Many<WireTier>,
    /// Public note.
    pub public_note: Word,
    /// Private note.
    pub personal_note: Word,
    /// What it cost.
    pub my_cost: Word,
    /// Colour; not in every answer.
    pub color_id: Word,
    /// What others keep with it.
    pub external_lot_ids: Maybe<Externals>,
    /// BrickLink's number of the lot.
    pub bl_lot_id: Word,
    /// Its other numbers.
    pub ids: Many<OtherId>,
}

/// A row of `order/list`.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct WireHead {
    /// Number.
    pub order_id: Word,
    /// Seconds since 1970.
    pub order_date: Word,
    /// Pieces.
    pub total_quantity: Word,
    /// Lots.
    pub total_lots: Word,
    /// Total in the shop's currency.
    pub base_order_total: Word,
    /// Currency; only in the customer's list.
    pub base_currency: Word,
    /// Status in words.
    pub status: Word,
    /// Status as a number.
    pub status_id: Word,
}

/// `order/view`.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names are the fact sheet's")]
pub struct WireOrder {
    pub order_id: Word,
    pub order_time: Word,
    pub iso_order_time: Word,
    pub updated_time: Word,
    pub status: Word,
    pub status_id: Word,
    pub base_currency: Word,
    pub base_order_total: Word,
    pub sub_total: Word,
    pub ship_total: Word,
    pub coupon_discount: Word,
    pub tax_amount: Word,
    pub payment_method_type: Word,
    pub payment_method_note: Word,
    pub ship_method_name: Word,
    pub weight: Word,
    pub tracking_number: Word,
    pub total_quantity: Word,
    pub total_lots: Word,
    pub buyer_name: Word,
    pub customer_username: Word,
    pub customer_email: Word,
    pub buyer_note: Word,
    pub seller_note: Word,
    pub ship_first_name: Word,
    pub ship_last_name: Word,
    pub ship_street_1: Word,
    pub ship_street_2: Word,
    pub ship_city: Word,
    pub ship_region: Word,
    pub ship_post_code: Word,
    pub ship_country_code: Word,
    pub ship_phone: Word,
}

/// A row of `order/items`.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names are the fact sheet's")]
pub struct WireItem {
    pub order_item_id: Word,
    pub lot_id: Word,
    pub boid: Word,
    #[serde(rename = "type")]
    pub kind: Word,
    pub name: Word,
    pub color_id: Word,
    pub condition: Word,
    pub full_con: Word,
    pub ordered_quantity: Word,
    pub refunded_quantity: Word,
    pub remaining_quantity: Word,
    pub base_price: Word,
    pub weight: Word,
    pub public_note: Word,
    pub personal_note: Word,
    pub external_lot_ids: Maybe<Externals>,
    pub bl_lot_id: Word,
    pub ids: Many<OtherId>,
}

/// `user/details`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names are the fact sheet's")]
pub struct WireUser {
    pub username: Word,
    pub has_store: Word,
    pub store_details: Maybe<WireStore>,
}

/// The store within `user/details`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names are the fact sheet's")]
pub struct WireStore {
    pub name: Word,
    pub base_currency: Word,
    pub open: Word,
}

/// `catalog/id_lookup`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WireBoids {
    /// Numbers, mostly one for each colour.
    pub boids: Many<Word>,
}

/// A colour of `catalog/color_list`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WireColor {
    /// BrickOwl's number.
    pub id: Word,
    /// BrickLink's numbers of it; may hold nothing, and negative ones.
    pub bl_ids: Many<Word>,
}

/// The answer to one request of a batch.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WireBatched {
    /// Which request, from 1.
    pub req_num: Word,
    /// HTTP's number of this request alone.
    pub code: Word,
    /// What it says.
    pub body: Maybe<Said>,
}

/// The answers of a batch under a name.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WireBatch {
    /// The answers.
    pub responses: Option<Many<WireBatched>>,
}
