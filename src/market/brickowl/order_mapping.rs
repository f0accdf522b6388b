//! BrickOwl's orders in the program's words. Pure: nothing is called, nothing is kept.

use super::colors::ColorMap;
use super::condition;
use super::mapping::{amount, count, external, link_color, link_item, note, split_boid};
use super::shapes::{WireHead, WireItem, WireOrder, WireUser};
use crate::domain::market::{Address, MarketLine, MarketOrder, OrderHead, StoreFacts};
use crate::domain::text::clean;
use crate::domain::{Grams, Marketplace, Money, OrderStatus, Timestamp};
use crate::market::lenient::Word;

/// The state behind BrickOwl's number. What lies between ordered and paid waits like a new order; what
/// is not known is on hold under the service's own word.
pub fn status(id: &Word, word: &Word) -> OrderStatus {
    match id.whole() {
        Some(0 | 1) => OrderStatus::Pending,
        Some(2) => OrderStatus::Paid,
        Some(3) => OrderStatus::Processing,
        Some(4) => OrderStatus::Packed,
        Some(5) => OrderStatus::Shipped,
        Some(6) => OrderStatus::Received,
        Some(7) => OrderStatus::Other(ON_HOLD.into()),
        Some(8) => OrderStatus::Cancelled,
        _ if word.is_empty() => OrderStatus::Other("Unknown".into()),
        _ => by_word(word.text()),
    }
}

/// BrickOwl's own word for an order that waits for its seller.
pub const ON_HOLD: &str = "On Hold";

fn by_word(word: &str) -> OrderStatus {
    match word.to_ascii_lowercase().as_str() {
        "pending" | "payment submitted" => OrderStatus::Pending,
        "payment received" => OrderStatus::Paid,
        "processing" => OrderStatus::Processing,
        "processed" => OrderStatus::Packed,
        "shipped" => OrderStatus::Shipped,
        "received" => OrderStatus::Received,
        "cancelled" | "canceled" => OrderStatus::Cancelled,
        _ => OrderStatus::Other(clean(word)),
    }
}

/// BrickOwl's number of a state. The error is a sentence: it cannot be set there.
pub fn status_id(status: &OrderStatus) -> Result<u8, String> {
    match status {
        OrderStatus::Paid => Ok(2),
        OrderStatus::Processing | OrderStatus::Ready | OrderStatus::Updated => Ok(3),
        OrderStatus::Packed => Ok(4),
        OrderStatus::Shipped => Ok(5),
        OrderStatus::Received | OrderStatus::Completed => Ok(6),
        OrderStatus::Other(word) if word.eq_ignore_ascii_case(ON_HOLD) => Ok(7),
        OrderStatus::Cancelled => {
            Err("BrickOwl cancels orders on its website only; do it there.".into())
        }
        other => Err(format!(
            "BrickOwl has no state {} that could be set; choose another.",
            other.word()
        )),
    }
}

/// A line of the list of orders. The error says which field makes it unreadable.
pub fn head(wire: &WireHead) -> Result<OrderHead, String> {
    let number = order_number(&wire.order_id)?;
    let named = |why: String| format!("order {number}: {why}");
    Ok(OrderHead {
        market: Marketplace::BrickOwl,
        status: status(&wire.status_id, &wire.status),
        ordered: time(&wire.order_date).ok_or_else(|| named("it has no order_date".into()))?,
        changed: None,
        pieces: count("total_quantity", &wire.total_quantity).map_err(named)?,
        lots: count("total_lots", &wire.total_lots).map_err(named)?,
        buyer: String::new(),
        currency: clean(wire.base_currency.text()),
        total: amount("base_order_total", &wire.base_order_total).map_err(named)?,
        filed: false,
        number: number.clone(),
    })
}

fn order_number(word: &Word) -> Result<String, String> {
    let number = clean(word.text());
    if number.is_empty() {
        return Err("it has no order_id".into());
    }
    Ok(number)
}

/// Unix seconds, or a time as ISO 8601 writes it; the beginning of 1970 stands for none.
fn time(word: &Word) -> Option<Timestamp> {
    let at = match word.whole() {
        Some(seconds) => Timestamp::from_seconds(seconds),
        None => Timestamp::from_micros(
            word.text()
                .parse::<jiff::Timestamp>()
                .ok()?
                .as_microsecond(),
        ),
    };
    (at > Timestamp::from_seconds(86_400)).then_some(at)
}

/// A whole order. The error says which field makes it unreadable.
pub fn order(
    wire: &WireOrder,
    items: &[WireItem],
    colors: &ColorMap,
) -> Result<MarketOrder, String> {
    let number = order_number(&wire.order_id)?;
    let named = |why: String| format!("order {number}: {why}");
    let money = |field, word| amount(field, word).map_err(named);
    let ordered = time(&wire.order_time)
        .or_else(|| time(&wire.iso_order_time))
        .ok_or_else(|| named("it has no order_time".into()))?;
    let lines = items
        .iter()
        .map(|item| line(item, colors).map_err(named))
        .collect::<Result<Vec<_>, _>>()?;
    let head = OrderHead {
        market: Marketplace::BrickOwl,
        number: number.clone(),
        status: status(&wire.status_id, &wire.status),
        ordered,
        changed: time(&wire.updated_time),
        pieces: count("total_quantity", &wire.total_quantity).map_err(named)?,
        lots: count("total_lots", &wire.total_lots).map_err(named)?,
        buyer: buyer(wire),
        currency: clean(wire.base_currency.text()),
        total: money("base_order_total", &wire.base_order_total)?,
        filed: false,
    };
    Ok(MarketOrder {
        head,
        email: clean(wire.customer_email.text()),
        buyer_orders: 0,
        address: address(wire),
        payment: clean(wire.payment_method_type.text()),
        payment_status: clean(wire.status.text()),
        paid: None,
        ship_method: clean(wire.ship_method_name.text()),
        tracking: clean(wire.tracking_number.text()),
        subtotal: money("sub_total", &wire.sub_total)?,
        shipping: money("ship_total", &wire.ship_total)?,
        extra: Money::ZERO,
        discount: money("coupon_discount", &wire.coupon_discount)?,
        tax: money("tax_amount", &wire.tax_amount)?,
        weight_mg: weight(&wire.weight),
        buyer_note: note(&wire.buyer_note),
        seller_note: note(&wire.seller_note),
        drive_thru_sent: false,
        lines,
    })
}

fn weight(word: &Word) -> u64 {
    Grams::parse(word.text()).map_or(0, |grams| u64::from(grams.0))
}

fn buyer(wire: &WireOrder) -> String {
    [&wire.buyer_name, &wire.customer_username]
        .into_iter()
        .map(|word| clean(word.text()))
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| recipient(wire))
}

fn recipient(wire: &WireOrder) -> String {
    format!(
        "{} {}",
        clean(wire.ship_first_name.text()),
        clean(wire.ship_last_name.text())
    )
    .trim()
    .to_owned()
}

fn address(wire: &WireOrder) -> Address {
    let country = clean(wire.ship_country_code.text()).to_ascii_uppercase();
    Address {
        name: recipient(wire),
        lines: [&wire.ship_street_1, &wire.ship_street_2]
            .into_iter()
            .map(|street| clean(street.text()))
            .filter(|street| !street.is_empty())
            .collect(),
        city: clean(wire.ship_city.text()),
        region: clean(wire.ship_region.text()),
        post_code: clean(wire.ship_post_code.text()),
        country: if country == "UK" {
            "GB".into()
        } else {
            country
        },
        phone: clean(wire.ship_phone.text()),
        full: String::new(),
    }
}

/// A line of an order. The error says which field makes it unreadable.
pub fn line(wire: &WireItem, colors: &ColorMap) -> Result<MarketLine, String> {
    let named = |why: String| format!("line {}: {why}", clean(wire.order_item_id.text()));
    let quantity = count("ordered_quantity", &wire.ordered_quantity).map_err(named)?;
    if quantity == 0 {
        return Err(named("it has no ordered_quantity".into()));
    }
    let (condition, completeness, _) = [&wire.full_con, &wire.condition]
        .into_iter()
        .find_map(|word| condition::read(word.text()))
        .ok_or_else(|| named("its condition is not known".into()))?;
    if wire.base_price.is_empty() {
        return Err(named("it has no base_price".into()));
    }
    let left = if wire.remaining_quantity.is_empty() {
        None
    } else {
        Some(count("remaining_quantity", &wire.remaining_quantity).map_err(named)?)
    };
    // The field names BrickOwl's colour; the end of the number repeats it.
    let color = wire
        .color_id
        .whole()
        .and_then(|id| u16::try_from(id).ok())
        .map_or_else(
            || link_color(&wire.kind, wire.boid.text(), &Word::default(), colors),
            |owl| colors.link_of(owl),
        );
    Ok(MarketLine {
        lot: wire.lot_id.whole().and_then(|id| u64::try_from(id).ok()),
        external: external(wire.external_lot_ids.0.as_ref(), &wire.bl_lot_id),
        item: link_item(&wire.kind, &wire.ids.0),
        boid: split_boid(wire.boid.text()).0.to_owned(),
        name: clean(wire.name.text()),
        color,
        condition,
        completeness,
        quantity,
        refunded: count("refunded_quantity", &wire.refunded_quantity).map_err(named)?,
        price: amount("base_price", &wire.base_price).map_err(named)?,
        notes: note(&wire.public_note),
        remarks: note(&wire.personal_note),
        weight_mg: weight(&wire.weight),
        batch: 1,
        left,
    })
}

/// Whose key it is. The error is a sentence.
pub fn store(wire: &WireUser) -> Result<StoreFacts, String> {
    let user = clean(wire.username.text());
    if user.is_empty() {
        return Err("it has no username".into());
    }
    let store = wire.store_details.0.as_ref();
    Ok(StoreFacts {
        user,
        store: store.map_or_else(String::new, |store| clean(store.name.text())),
        currency: store.map_or_else(String::new, |store| clean(store.base_currency.text())),
        open: store
            .filter(|store| !store.open.is_empty())
            .map(|store| store.open.yes()),
    })
}
