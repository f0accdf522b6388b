//! From BrickLink's types to the program's: pure, and strict where stock and money are concerned.
//!
//! What cannot be understood fails the whole answer: a lot left out of a list would look like one that
//! was sold.

use serde::de::{Deserialize, DeserializeOwned, Deserializer};

use crate::domain::market::{Address, Listing, MarketLine, MarketOrder, OrderHead, OrderMessage};
use crate::domain::{
    ColorId, Completeness, Condition, Grams, ItemKey, ItemKind, Marketplace, Money, OrderStatus,
    Tier, Timestamp,
};
use crate::market::lenient;

use super::shapes;

/// A type of the program that is made of one of the wire's.
pub trait FromWire: Sized {
    /// The wire's.
    type Wire: DeserializeOwned + Default;

    /// Makes it.
    ///
    /// # Errors
    /// What about it makes no sense, for the log.
    fn from_wire(wire: Self::Wire) -> Result<Self, String>;
}

/// A list that is mapped while it is read, so that only one element is held in both forms.
#[derive(Debug)]
pub struct Mapped<T>(pub Vec<T>);

struct Element<T>(T);

impl<'de, T: FromWire> Deserialize<'de> for Element<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let wire: T::Wire = lenient::object(from)?;
        T::from_wire(wire)
            .map(Element)
            .map_err(serde::de::Error::custom)
    }
}

impl<'de, T: FromWire> Deserialize<'de> for Mapped<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let list: Vec<Element<T>> = lenient::list(from)?;
        Ok(Self(list.into_iter().map(|element| element.0).collect()))
    }
}

/// A plain list of the wire's types.
#[derive(Debug)]
pub struct Rows<W>(pub Vec<W>);

impl<'de, W: DeserializeOwned + Default> Deserialize<'de> for Rows<W> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let list: Vec<Object<W>> = lenient::list(from)?;
        Ok(Self(list.into_iter().map(|object| object.0).collect()))
    }
}

/// An object and nothing else: not a list that happens to begin like one.
#[derive(Debug)]
pub struct Object<W>(pub W);

impl<'de, W: DeserializeOwned + Default> Deserialize<'de> for Object<W> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        lenient::object(from).map(Self)
    }
}

/// Lists within a list: the batches of an order.
#[derive(Debug)]
pub struct Batches(pub Vec<MarketLine>);

impl<'de> Deserialize<'de> for Batches {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let batches: Vec<Mapped<MarketLine>> = lenient::list(from)?;
        let mut lines = Vec::new();
        for (at, batch) in batches.into_iter().enumerate() {
            let number = u16::try_from(at + 1).map_err(serde::de::Error::custom)?;
            lines.extend(batch.0.into_iter().map(|mut line| {
                line.batch = number;
                line
            }));
        }
        Ok(Self(lines))
    }
}

/// Reads the list within a whole answer of BrickLink, whatever its code. For benchmarks and checks of
/// kept answers.
///
/// # Errors
/// What cannot be read.
pub fn read_inventory(answer: &[u8]) -> Result<Vec<Listing>, String> {
    #[derive(serde::Deserialize)]
    struct Whole {
        data: Mapped<Listing>,
    }
    serde_json::from_slice::<Whole>(answer)
        .map(|whole| whole.data.0)
        .map_err(|e| e.to_string())
}

/// BrickLink's words for kinds of items.
const KINDS: [(ItemKind, &str); 9] = [
    (ItemKind::Part, "PART"),
    (ItemKind::Minifigure, "MINIFIG"),
    (ItemKind::Set, "SET"),
    (ItemKind::Gear, "GEAR"),
    (ItemKind::Book, "BOOK"),
    (ItemKind::Catalog, "CATALOG"),
    (ItemKind::Instruction, "INSTRUCTION"),
    (ItemKind::OriginalBox, "ORIGINAL_BOX"),
    (ItemKind::UnsortedLot, "UNSORTED_LOT"),
];

/// The word for a kind, as bodies and paths want it.
pub fn kind_word(kind: ItemKind) -> &'static str {
    KINDS
        .iter()
        .find(|(known, _)| *known == kind)
        .map_or("PART", |(_, word)| word)
}

/// The kind that a word or letter means.
pub fn kind_of(word: &str) -> Option<ItemKind> {
    let word = word.trim();
    let mut letters = word.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        return ItemKind::from_letter(letter);
    }
    KINDS
        .iter()
        .find(|(_, known)| known.eq_ignore_ascii_case(word))
        .map(|(kind, _)| *kind)
}

/// The item that is meant; `None`: of a kind that this program does not know, or without a number.
pub fn key_of(item: &shapes::Item) -> Option<ItemKey> {
    let kind = kind_of(&item.kind)?;
    (!item.no.is_empty()).then(|| ItemKey::new(kind, item.no.as_str()))
}

/// A colour, if it is one.
pub fn color_of(color: Option<u32>) -> Option<ColorId> {
    u16::try_from(color?).ok().map(ColorId)
}

/// The completeness that a letter means; `X` and nothing mean none.
pub fn completeness_of(letter: &str) -> Option<Completeness> {
    match letter.trim() {
        "C" | "c" => Some(Completeness::Complete),
        "B" | "b" => Some(Completeness::Incomplete),
        "S" | "s" => Some(Completeness::Sealed),
        _ => None,
    }
}

/// The letter of a completeness.
pub const fn completeness_letter(completeness: Completeness) -> &'static str {
    match completeness {
        Completeness::Complete => "C",
        Completeness::Incomplete => "B",
        Completeness::Sealed => "S",
    }
}

fn condition_of(letter: &str) -> Result<Condition, String> {
    match letter.trim() {
        "N" | "n" => Ok(Condition::New),
        "U" | "u" => Ok(Condition::Used),
        other => Err(format!("`{other}` is neither new nor used")),
    }
}

/// A country as everybody else writes it.
pub fn country_of(code: &str) -> String {
    let code = code.trim().to_ascii_uppercase();
    if code == "UK" { "GB".into() } else { code }
}

/// A country as BrickLink writes it.
pub fn country_word(code: &str) -> String {
    let code = code.trim().to_ascii_uppercase();
    if code == "GB" { "UK".into() } else { code }
}

/// Milligrams of a weight in grams; 0: unknown.
fn milligrams(text: &str) -> u64 {
    Money::parse(text).map_or(0, |grams| {
        u64::try_from((grams.raw() + 5) / 10).unwrap_or(0)
    })
}

/// A weight in grams; nothing and zero are unknown.
pub fn grams_of(text: &str) -> Option<Grams> {
    Grams::parse(text).filter(|grams| grams.0 > 0)
}

fn pieces(quantity: Option<i64>) -> Result<u32, String> {
    let quantity = quantity.ok_or("a quantity is missing")?;
    u32::try_from(quantity).map_err(|_| format!("{quantity} pieces make no sense"))
}

impl FromWire for Listing {
    type Wire = shapes::Lot;

    fn from_wire(lot: shapes::Lot) -> Result<Self, String> {
        let id = lot.inventory_id.ok_or("a lot has no number")?;
        let about = |why: String| format!("lot {id}: {why}");
        let stockroom_id = lot
            .stock_room_id
            .trim()
            .chars()
            .next()
            .map(|letter| letter.to_ascii_uppercase())
            .filter(char::is_ascii_uppercase);
        let mut tiers: Vec<Tier> = [
            (lot.tier_quantity1, lot.tier_price1),
            (lot.tier_quantity2, lot.tier_price2),
            (lot.tier_quantity3, lot.tier_price3),
        ]
        .into_iter()
        .filter(|(quantity, _)| *quantity > 0)
        .map(|(quantity, price)| Tier { quantity, price })
        .collect();
        tiers.sort_by_key(|tier| tier.quantity);
        Ok(Self {
            market: Marketplace::BrickLink,
            id,
            item: key_of(&lot.item),
            boid: String::new(),
            color: color_of(lot.color_id),
            condition: condition_of(&lot.new_or_used).map_err(about)?,
            completeness: completeness_of(&lot.completeness),
            grade: None,
            quantity: pieces(lot.quantity).map_err(about)?,
            price: lot
                .unit_price
                .ok_or_else(|| about("its price is missing".into()))?,
            cost: lot.my_cost,
            notes: lot.description,
            remarks: lot.remarks,
            bulk: lot.bulk.max(1),
            retain: lot.is_retain,
            stockroom: lot.is_stock_room,
            stockroom_id: stockroom_id.filter(|_| lot.is_stock_room),
            sale: lot.sale_rate,
            tiers,
            external: None,
            created: lot.date_created,
        })
    }
}

fn head_of(order: &shapes::Order) -> Result<OrderHead, String> {
    if order.order_id.is_empty() {
        return Err("an order has no number".into());
    }
    let total = order.cost.grand_total.or(order.cost.grand_old);
    let currency = if order.cost.currency_code.is_empty() {
        &order.payment.currency_code
    } else {
        &order.cost.currency_code
    };
    Ok(OrderHead {
        market: Marketplace::BrickLink,
        number: order.order_id.clone(),
        status: OrderStatus::parse(&order.status),
        ordered: order.date_ordered.unwrap_or_default(),
        changed: order.date_status_changed,
        pieces: order.total_count,
        lots: order.unique_count,
        buyer: order.buyer_name.clone(),
        currency: currency.trim().to_ascii_uppercase(),
        total: total.unwrap_or_default(),
        filed: order.is_filed,
    })
}

impl FromWire for OrderHead {
    type Wire = shapes::Order;

    fn from_wire(order: shapes::Order) -> Result<Self, String> {
        head_of(&order)
    }
}

fn address_of(address: shapes::Address) -> Address {
    Address {
        name: address.name.full,
        lines: [address.address1, address.address2]
            .into_iter()
            .filter(|line| !line.is_empty())
            .collect(),
        city: address.city,
        region: address.state,
        post_code: address.postal_code,
        country: country_of(&address.country_code),
        phone: address.phone_number,
        full: address.full,
    }
}

/// The sum of amounts, or why there is none.
fn sum(amounts: &[Money]) -> Result<Money, String> {
    amounts
        .iter()
        .try_fold(Money::ZERO, |sum, amount| sum.plus(*amount))
        .ok_or_else(|| "the amounts of an order are beyond all measure".into())
}

impl FromWire for MarketOrder {
    type Wire = shapes::Order;

    fn from_wire(order: shapes::Order) -> Result<Self, String> {
        let head = head_of(&order)?;
        let cost = &order.cost;
        let collected = cost.sales_tax.or(cost.sales_old).unwrap_or_default();
        Ok(Self {
            email: order.buyer_email,
            buyer_orders: order.buyer_order_count,
            payment: order.payment.method,
            payment_status: order.payment.status,
            paid: order.payment.date_paid,
            ship_method: order.shipping.method,
            tracking: if order.shipping.tracking_no.is_empty() {
                order.shipping.tracking_link
            } else {
                order.shipping.tracking_no
            },
            address: address_of(order.shipping.address),
            subtotal: cost.subtotal,
            shipping: cost.shipping,
            extra: sum(&[cost.etc1, cost.etc2, cost.insurance])?,
            discount: sum(&[cost.credit, cost.coupon])?,
            tax: sum(&[collected, cost.vat_amount])?,
            weight_mg: milligrams(&order.total_weight),
            buyer_note: String::new(),
            seller_note: order.remarks,
            drive_thru_sent: order.drive_thru_sent,
            lines: Vec::new(),
            head,
        })
    }
}

impl FromWire for MarketLine {
    type Wire = shapes::OrderLine;

    fn from_wire(line: shapes::OrderLine) -> Result<Self, String> {
        let about = |why: String| format!("{}: {why}", line.item.no);
        let price = line.unit_price_final.or(line.unit_price);
        Ok(Self {
            lot: line.inventory_id,
            external: None,
            item: key_of(&line.item),
            boid: String::new(),
            color: color_of(line.color_id),
            condition: condition_of(&line.new_or_used).map_err(about)?,
            completeness: completeness_of(&line.completeness),
            quantity: pieces(line.quantity).map_err(about)?,
            refunded: 0,
            price: price.ok_or_else(|| about("its price is missing".into()))?,
            name: line.item.name,
            notes: line.description,
            remarks: line.remarks,
            weight_mg: milligrams(&line.weight),
            batch: 1,
            left: None,
        })
    }
}

impl FromWire for OrderMessage {
    type Wire = shapes::Message;

    fn from_wire(message: shapes::Message) -> Result<Self, String> {
        Ok(Self {
            subject: message.subject,
            body: message.body,
            from: message.from,
            sent: message.sent,
        })
    }
}

/// The moment as BrickLink writes it.
pub fn moment_word(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.micros())
        .map(|at| at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
        .unwrap_or_default()
}
