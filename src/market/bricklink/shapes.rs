//! What travels between BrickLink and this program, with everything that it gets wrong.
//!
//! Unknown fields are passed over; numbers may be texts; what is missing, `null` or empty is the same.
//! Where a field has had two spellings both are read.

use serde::Deserialize;

use crate::domain::{Money, Timestamp};
use crate::market::lenient;

/// An item within a lot, a line, a set.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Item {
    #[serde(deserialize_with = "lenient::line")]
    pub no: String,
    #[serde(deserialize_with = "lenient::line")]
    pub name: String,
    #[serde(rename = "type", deserialize_with = "lenient::text")]
    pub kind: String,
    #[serde(deserialize_with = "lenient::maybe_number")]
    pub category_id: Option<u32>,
    #[serde(rename = "categoryID", deserialize_with = "lenient::maybe_number")]
    pub category_old: Option<u32>,
}

/// A lot of the inventory.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Lot {
    #[serde(deserialize_with = "lenient::maybe_number")]
    pub inventory_id: Option<u64>,
    #[serde(deserialize_with = "lenient::object")]
    pub item: Item,
    #[serde(deserialize_with = "lenient::maybe_number")]
    pub color_id: Option<u32>,
    #[serde(deserialize_with = "lenient::maybe_number")]
    pub quantity: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    pub new_or_used: String,
    #[serde(deserialize_with = "lenient::text")]
    pub completeness: String,
    #[serde(deserialize_with = "lenient::maybe_money")]
    pub unit_price: Option<Money>,
    #[serde(deserialize_with = "lenient::lines")]
    pub description: String,
    #[serde(deserialize_with = "lenient::lines")]
    pub remarks: String,
    #[serde(deserialize_with = "lenient::number")]
    pub bulk: u32,
    #[serde(deserialize_with = "lenient::flag")]
    pub is_retain: bool,
    #[serde(deserialize_with = "lenient::flag")]
    pub is_stock_room: bool,
    #[serde(deserialize_with = "lenient::text")]
    pub stock_room_id: String,
    #[serde(deserialize_with = "lenient::time")]
    pub date_created: Option<Timestamp>,
    #[serde(deserialize_with = "lenient::money")]
    pub my_cost: Money,
    #[serde(deserialize_with = "lenient::number")]
    pub sale_rate: i8,
    #[serde(deserialize_with = "lenient::number")]
    pub tier_quantity1: u32,
    #[serde(deserialize_with = "lenient::money")]
    pub tier_price1: Money,
    #[serde(deserialize_with = "lenient::number")]
    pub tier_quantity2: u32,
    #[serde(deserialize_with = "lenient::money")]
    pub tier_price2: Money,
    #[serde(deserialize_with = "lenient::number")]
    pub tier_quantity3: u32,
    #[serde(deserialize_with = "lenient::money")]
    pub tier_price3: Money,
}

/// How an order is paid.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Payment {
    #[serde(deserialize_with = "lenient::line")]
    pub method: String,
    #[serde(deserialize_with = "lenient::text")]
    pub currency_code: String,
    #[serde(deserialize_with = "lenient::time")]
    pub date_paid: Option<Timestamp>,
    #[serde(deserialize_with = "lenient::line")]
    pub status: String,
}

/// Whose address it is. First and last are swapped upstream and not read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Name {
    #[serde(deserialize_with = "lenient::line")]
    pub full: String,
}

/// Where an order goes.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Address {
    #[serde(deserialize_with = "lenient::object")]
    pub name: Name,
    #[serde(deserialize_with = "lenient::lines")]
    pub full: String,
    #[serde(deserialize_with = "lenient::line")]
    pub address1: String,
    #[serde(deserialize_with = "lenient::line")]
    pub address2: String,
    #[serde(deserialize_with = "lenient::line")]
    pub city: String,
    #[serde(deserialize_with = "lenient::line")]
    pub state: String,
    #[serde(deserialize_with = "lenient::line")]
    pub postal_code: String,
    #[serde(deserialize_with = "lenient::text")]
    pub country_code: String,
    #[serde(deserialize_with = "lenient::line")]
    pub phone_number: String,
}

/// How an order is sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Shipping {
    #[serde(deserialize_with = "lenient::line")]
    pub method: String,
    #[serde(deserialize_with = "lenient::line")]
    pub tracking_no: String,
    #[serde(deserialize_with = "lenient::line")]
    pub tracking_link: String,
    #[serde(deserialize_with = "lenient::object")]
    pub address: Address,
}

/// What an order costs. The odd spellings are theirs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Cost {
    #[serde(deserialize_with = "lenient::text")]
    pub currency_code: String,
    #[serde(deserialize_with = "lenient::money")]
    pub subtotal: Money,
    #[serde(deserialize_with = "lenient::maybe_money")]
    pub grand_total: Option<Money>,
    #[serde(rename = "grandtotal", deserialize_with = "lenient::maybe_money")]
    pub grand_old: Option<Money>,
    #[serde(
        rename = "salesTax_collected_by_BL",
        deserialize_with = "lenient::maybe_money"
    )]
    pub sales_tax: Option<Money>,
    #[serde(rename = "salesTax", deserialize_with = "lenient::maybe_money")]
    pub sales_old: Option<Money>,
    #[serde(deserialize_with = "lenient::money")]
    pub etc1: Money,
    #[serde(deserialize_with = "lenient::money")]
    pub etc2: Money,
    #[serde(deserialize_with = "lenient::money")]
    pub insurance: Money,
    #[serde(deserialize_with = "lenient::money")]
    pub shipping: Money,
    #[serde(deserialize_with = "lenient::money")]
    pub credit: Money,
    #[serde(deserialize_with = "lenient::money")]
    pub coupon: Money,
    #[serde(deserialize_with = "lenient::money")]
    pub vat_amount: Money,
}

/// An order; the list leaves out most of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Order {
    #[serde(deserialize_with = "lenient::line")]
    pub order_id: String,
    #[serde(deserialize_with = "lenient::time")]
    pub date_ordered: Option<Timestamp>,
    #[serde(deserialize_with = "lenient::time")]
    pub date_status_changed: Option<Timestamp>,
    #[serde(deserialize_with = "lenient::line")]
    pub seller_name: String,
    #[serde(deserialize_with = "lenient::line")]
    pub store_name: String,
    #[serde(deserialize_with = "lenient::line")]
    pub buyer_name: String,
    #[serde(deserialize_with = "lenient::line")]
    pub buyer_email: String,
    #[serde(deserialize_with = "lenient::number")]
    pub buyer_order_count: u32,
    #[serde(deserialize_with = "lenient::line")]
    pub status: String,
    #[serde(deserialize_with = "lenient::flag")]
    pub is_filed: bool,
    #[serde(deserialize_with = "lenient::flag")]
    pub drive_thru_sent: bool,
    #[serde(deserialize_with = "lenient::lines")]
    pub remarks: String,
    #[serde(deserialize_with = "lenient::number")]
    pub total_count: u32,
    #[serde(deserialize_with = "lenient::number")]
    pub unique_count: u32,
    #[serde(deserialize_with = "lenient::text")]
    pub total_weight: String,
    #[serde(deserialize_with = "lenient::object")]
    pub payment: Payment,
    #[serde(deserialize_with = "lenient::object")]
    pub shipping: Shipping,
    #[serde(deserialize_with = "lenient::object")]
    pub cost: Cost,
}

/// A line of an order.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct OrderLine {
    #[serde(deserialize_with = "lenient::maybe_number")]
    pub inventory_id: Option<u64>,
    #[serde(deserialize_with = "lenient::object")]
    pub item: Item,
    #[serde(deserialize_with = "lenient::maybe_number")]
    pub color_id: Option<u32>,
    #[serde(deserialize_with = "lenient::maybe_number")]
    pub quantity: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    pub new_or_used: String,
    #[serde(deserialize_with = "lenient::text")]
    pub completeness: String,
    #[serde(deserialize_with = "lenient::maybe_money")]
    pub unit_price: Option<Money>,
    #[serde(deserialize_with = "lenient::maybe_money")]
    pub unit_price_final: Option<Money>,
    #[serde(deserialize_with = "lenient::lines")]
    pub remarks: String,
    #[serde(deserialize_with = "lenient::lines")]
    pub description: String,
    #[serde(deserialize_with = "lenient::text")]
    pub weight: String,
}

/// A message of a buyer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Message {
    #[serde(deserialize_with = "lenient::line")]
    pub subject: String,
    #[serde(deserialize_with = "lenient::lines")]
    pub body: String,
    #[serde(deserialize_with = "lenient::line")]
    pub from: String,
    #[serde(rename = "dateSent", deserialize_with = "lenient::time")]
    pub sent: Option<Timestamp>,
}

/// An item of the catalogue.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Facts {
    #[serde(deserialize_with = "lenient::line")]
    pub no: String,
    #[serde(deserialize_with = "lenient::line")]
    pub name: String,
    #[serde(rename = "type", deserialize_with = "lenient::text")]
    pub kind: String,
    #[serde(deserialize_with = "lenient::maybe_number")]
    pub category_id: Option<u32>,
    #[serde(rename = "categoryID", deserialize_with = "lenient::maybe_number")]
    pub category_old: Option<u32>,
    #[serde(deserialize_with = "lenient::line")]
    pub alternate_no: String,
    #[serde(deserialize_with = "lenient::text")]
    pub image_url: String,
    #[serde(deserialize_with = "lenient::text")]
    pub weight: String,
    #[serde(deserialize_with = "lenient::text")]
    pub dim_x: String,
    #[serde(deserialize_with = "lenient::text")]
    pub dim_y: String,
    #[serde(deserialize_with = "lenient::text")]
    pub dim_z: String,
    #[serde(deserialize_with = "lenient::number")]
    pub year_released: u16,
    #[serde(deserialize_with = "lenient::flag")]
    pub is_obsolete: bool,
}

/// A picture of an item in a colour.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Image {
    #[serde(deserialize_with = "lenient::line")]
    pub no: String,
    #[serde(rename = "type", deserialize_with = "lenient::text")]
    pub kind: String,
    #[serde(deserialize_with = "lenient::text")]
    pub thumbnail_url: String,
}

/// An item within a set.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Contained {
    #[serde(deserialize_with = "lenient::object")]
    pub item: Item,
    #[serde(deserialize_with = "lenient::maybe_number")]
    pub color_id: Option<u32>,
    #[serde(deserialize_with = "lenient::number")]
    pub quantity: u32,
    #[serde(deserialize_with = "lenient::number")]
    pub extra_quantity: u32,
    #[serde(deserialize_with = "lenient::flag")]
    pub is_alternate: bool,
    #[serde(deserialize_with = "lenient::flag")]
    pub is_counterpart: bool,
}

/// Items of a set that stand for each other.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ContainedGroup {
    #[serde(deserialize_with = "lenient::number")]
    pub match_no: u32,
    #[serde(deserialize_with = "lenient::list")]
    pub entries: Vec<Contained>,
}

/// A set that holds an item.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Containing {
    #[serde(deserialize_with = "lenient::object")]
    pub item: Item,
    #[serde(deserialize_with = "lenient::number")]
    pub quantity: u32,
    #[serde(deserialize_with = "lenient::text")]
    pub appears_as: String,
    #[serde(rename = "appear_as", deserialize_with = "lenient::text")]
    pub appears_old: String,
}

/// The sets that hold an item in one colour.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ContainingGroup {
    #[serde(deserialize_with = "lenient::maybe_number")]
    pub color_id: Option<u32>,
    #[serde(deserialize_with = "lenient::list")]
    pub entries: Vec<Containing>,
}

/// One sale or one offer. The second spelling is theirs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PriceRow {
    #[serde(deserialize_with = "lenient::maybe_number")]
    pub quantity: Option<u32>,
    #[serde(rename = "qunatity", deserialize_with = "lenient::maybe_number")]
    pub quantity_old: Option<u32>,
    #[serde(deserialize_with = "lenient::money")]
    pub unit_price: Money,
    #[serde(deserialize_with = "lenient::time")]
    pub date_ordered: Option<Timestamp>,
}

/// A price guide.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Price {
    #[serde(deserialize_with = "lenient::object")]
    pub item: Item,
    #[serde(deserialize_with = "lenient::text")]
    pub new_or_used: String,
    #[serde(deserialize_with = "lenient::text")]
    pub currency_code: String,
    #[serde(deserialize_with = "lenient::money")]
    pub min_price: Money,
    #[serde(deserialize_with = "lenient::money")]
    pub max_price: Money,
    #[serde(deserialize_with = "lenient::money")]
    pub avg_price: Money,
    #[serde(deserialize_with = "lenient::money")]
    pub qty_avg_price: Money,
    #[serde(deserialize_with = "lenient::number")]
    pub unit_quantity: u32,
    #[serde(deserialize_with = "lenient::number")]
    pub total_quantity: u64,
    #[serde(deserialize_with = "lenient::list")]
    pub price_detail: Vec<PriceRow>,
}

/// A colour that an item is known in.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct KnownColor {
    #[serde(deserialize_with = "lenient::maybe_number")]
    pub color_id: Option<u32>,
}

/// A colour.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Color {
    #[serde(deserialize_with = "lenient::maybe_number")]
    pub color_id: Option<u32>,
    #[serde(deserialize_with = "lenient::line")]
    pub color_name: String,
    #[serde(deserialize_with = "lenient::text")]
    pub color_code: String,
    #[serde(deserialize_with = "lenient::line")]
    pub color_type: String,
}

/// A category.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Category {
    #[serde(deserialize_with = "lenient::maybe_number")]
    pub category_id: Option<u32>,
    #[serde(deserialize_with = "lenient::line")]
    pub category_name: String,
    #[serde(deserialize_with = "lenient::number")]
    pub parent_id: u32,
}

/// What an element id stands for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Element {
    #[serde(deserialize_with = "lenient::object")]
    pub item: Item,
    #[serde(deserialize_with = "lenient::maybe_number")]
    pub color_id: Option<u32>,
    #[serde(deserialize_with = "lenient::line")]
    pub element_id: String,
}

/// Something that happened.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Notice {
    #[serde(deserialize_with = "lenient::text")]
    pub event_type: String,
    #[serde(deserialize_with = "lenient::maybe_number")]
    pub resource_id: Option<u64>,
    #[serde(deserialize_with = "lenient::time")]
    pub timestamp: Option<Timestamp>,
}

/// Praise and blame.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Feedback {
    #[serde(deserialize_with = "lenient::maybe_number")]
    pub feedback_id: Option<u64>,
    #[serde(deserialize_with = "lenient::line")]
    pub order_id: String,
    #[serde(deserialize_with = "lenient::line")]
    pub from: String,
    #[serde(deserialize_with = "lenient::line")]
    pub to: String,
    #[serde(deserialize_with = "lenient::time")]
    pub date_rated: Option<Timestamp>,
    #[serde(deserialize_with = "lenient::maybe_number")]
    pub rating: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    pub rating_of_bs: String,
    #[serde(deserialize_with = "lenient::lines")]
    pub comment: String,
    #[serde(deserialize_with = "lenient::lines")]
    pub reply: String,
}

/// How often a member was praised and blamed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ratings {
    #[serde(deserialize_with = "lenient::line")]
    pub user_name: String,
    #[serde(deserialize_with = "lenient::object")]
    pub rating: RatingCounts,
}

/// The counts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RatingCounts {
    #[serde(rename = "PRAISE", deserialize_with = "lenient::number")]
    pub praise: u32,
    #[serde(rename = "NEUTRAL", deserialize_with = "lenient::number")]
    pub neutral: u32,
    #[serde(rename = "COMPLAINT", deserialize_with = "lenient::number")]
    pub complaint: u32,
}

/// What the shop noted about a member.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Note {
    #[serde(deserialize_with = "lenient::maybe_number")]
    pub note_id: Option<u64>,
    #[serde(deserialize_with = "lenient::line")]
    pub user_name: String,
    #[serde(deserialize_with = "lenient::lines")]
    pub note_text: String,
    #[serde(deserialize_with = "lenient::time")]
    pub date_noted: Option<Timestamp>,
}

/// A way of sending.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShippingMethod {
    #[serde(deserialize_with = "lenient::maybe_number")]
    pub method_id: Option<u64>,
    #[serde(deserialize_with = "lenient::line")]
    pub name: String,
    #[serde(deserialize_with = "lenient::lines")]
    pub note: String,
    #[serde(deserialize_with = "lenient::flag")]
    pub insurance: bool,
    #[serde(deserialize_with = "lenient::flag")]
    pub is_default: bool,
    #[serde(deserialize_with = "lenient::text")]
    pub area: String,
    #[serde(deserialize_with = "lenient::maybe_flag")]
    pub is_available: Option<bool>,
}

/// What a coupon is for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AppliesTo {
    #[serde(rename = "type", deserialize_with = "lenient::text")]
    pub kind: String,
    #[serde(deserialize_with = "lenient::text")]
    pub item_type: String,
    #[serde(deserialize_with = "lenient::flag")]
    pub except_on_sale: bool,
}

/// A coupon.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Coupon {
    #[serde(deserialize_with = "lenient::maybe_number")]
    pub coupon_id: Option<u64>,
    #[serde(deserialize_with = "lenient::time")]
    pub date_issued: Option<Timestamp>,
    #[serde(deserialize_with = "lenient::time")]
    pub date_expire: Option<Timestamp>,
    #[serde(deserialize_with = "lenient::line")]
    pub buyer_name: String,
    #[serde(deserialize_with = "lenient::text")]
    pub status: String,
    #[serde(deserialize_with = "lenient::lines")]
    pub remarks: String,
    #[serde(deserialize_with = "lenient::line")]
    pub order_id: String,
    #[serde(deserialize_with = "lenient::text")]
    pub currency_code: String,
    #[serde(deserialize_with = "lenient::text")]
    pub discount_type: String,
    #[serde(deserialize_with = "lenient::object")]
    pub applies_to: AppliesTo,
    #[serde(deserialize_with = "lenient::money")]
    pub discount_amount: Money,
    #[serde(deserialize_with = "lenient::money")]
    pub discount_rate: Money,
    #[serde(deserialize_with = "lenient::money")]
    pub max_discount_amount: Money,
}

/// How a call went.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Meta {
    #[serde(deserialize_with = "lenient::line")]
    pub description: String,
    #[serde(deserialize_with = "lenient::line")]
    pub message: String,
    #[serde(deserialize_with = "lenient::maybe_number")]
    pub code: Option<i64>,
}
