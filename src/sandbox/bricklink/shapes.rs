//! How BrickLink prints lots, orders and lines.

use super::inventory::Lot;
use super::orders::{Line, Order};
use crate::domain::{ItemKey, ItemKind};
use crate::sandbox::json::{Json, map};
use crate::sandbox::text::{cash, escape, grams, iso_millis};
use crate::sandbox::world::{Goods, PEOPLE, Person};

/// How texts and names of keys come out.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// How often texts are escaped.
    pub escapes: u8,
    /// `categoryID` in place of `category_id`.
    pub old_category_key: bool,
}

/// The words of item types.
pub const TYPES: [(ItemKind, &str, char); 9] = [
    (ItemKind::Minifigure, "MINIFIG", 'M'),
    (ItemKind::Part, "PART", 'P'),
    (ItemKind::Set, "SET", 'S'),
    (ItemKind::Book, "BOOK", 'B'),
    (ItemKind::Gear, "GEAR", 'G'),
    (ItemKind::Catalog, "CATALOG", 'C'),
    (ItemKind::Instruction, "INSTRUCTION", 'I'),
    (ItemKind::UnsortedLot, "UNSORTED_LOT", 'U'),
    (ItemKind::OriginalBox, "ORIGINAL_BOX", 'O'),
];

/// The word of a type.
pub fn word(kind: ItemKind) -> &'static str {
    TYPES
        .iter()
        .find(|(known, ..)| *known == kind)
        .map_or("PART", |(_, word, _)| word)
}

/// The type of a word, whatever its letters.
pub fn kind(word: &str) -> Option<ItemKind> {
    TYPES
        .iter()
        .find(|(_, known, _)| known.eq_ignore_ascii_case(word))
        .map(|(kind, ..)| *kind)
}

/// Where a picture lies, without scheme.
pub fn image(key: &ItemKey, color: u16, thumbnail: bool) -> String {
    let letter = TYPES
        .iter()
        .find(|(known, ..)| *known == key.kind)
        .map_or('P', |(_, _, letter)| *letter);
    match (thumbnail, key.kind) {
        (true, ItemKind::Part) => format!("//img.bricklink.com/P/{color}/{}.jpg", key.no),
        (true, _) => format!("//img.bricklink.com/{letter}/{}.jpg", key.no),
        (false, ItemKind::Part) => {
            format!("//img.bricklink.com/ItemImage/PN/{color}/{}.png", key.no)
        }
        (false, _) => format!("//img.bricklink.com/ItemImage/{letter}N/0/{}.png", key.no),
    }
}

impl Shape {
    /// A text with its entities.
    pub fn text(self, text: &str) -> String {
        escape(text, self.escapes)
    }

    /// The name under which a category stands.
    pub fn category_key(self) -> &'static str {
        if self.old_category_key {
            "categoryID"
        } else {
            "category_id"
        }
    }

    /// An item in short.
    pub fn item(self, key: &ItemKey, goods: &Goods) -> Json {
        let found = goods.find(key).map(|(_, thing)| thing);
        map! {
            "no" => found.map_or(&key.no, |thing| &thing.key.no),
            "name" => self.text(found.map_or("", |thing| &thing.name)),
            "type" => word(key.kind),
            self.category_key() => found.map_or(0, |thing| thing.category),
        }
    }

    /// A lot.
    pub fn lot(self, lot: &Lot, goods: &Goods) -> Json {
        let mut json = map! {
            "inventory_id" => lot.id,
            "item" => self.item(&lot.key, goods),
            "color_id" => lot.color,
            "color_name" => self.text(goods.hue_name(lot.color)),
            "quantity" => lot.quantity,
            "new_or_used" => if lot.used { "U" } else { "N" },
        };
        if let Some(completeness) = lot.completeness {
            json.put("completeness", completeness.to_string());
        }
        json.put("unit_price", cash(lot.price));
        json.put("bind_id", 0_i64);
        json.put("description", self.text(&lot.description));
        json.put("remarks", self.text(&lot.remarks));
        json.put("bulk", lot.bulk);
        json.put("is_retain", lot.retain);
        json.put("is_stock_room", lot.stock_room);
        if let (true, Some(room)) = (lot.stock_room, lot.room) {
            json.put("stock_room_id", room.to_string());
        }
        json.put("date_created", iso_millis(lot.created));
        json.put("my_cost", cash(lot.cost));
        json.put("sale_rate", lot.sale);
        for (at, (quantity, price)) in lot.tiers.iter().enumerate() {
            json.put(format!("tier_quantity{}", at + 1), *quantity);
            json.put(format!("tier_price{}", at + 1), cash(*price));
        }
        if lot.weight > 0 {
            json.put("my_weight", grams(lot.weight, 2));
        }
        json
    }

    /// A line of an order.
    pub fn line(self, line: &Line, goods: &Goods, currency: &str) -> Json {
        map! {
            "inventory_id" => line.lot,
            "item" => self.item(&line.key, goods),
            "color_id" => line.color,
            "color_name" => self.text(goods.hue_name(line.color)),
            "quantity" => line.quantity,
            "new_or_used" => if line.used { "U" } else { "N" },
            "completeness" => line.completeness.unwrap_or('X').to_string(),
            "unit_price" => cash(line.price),
            "unit_price_final" => cash(line.paid),
            "disp_unit_price" => cash(line.price),
            "disp_unit_price_final" => cash(line.paid),
            "currency_code" => currency,
            "disp_currency_code" => currency,
            "order_cost" => "0.0000",
            "remarks" => self.text(&line.remarks),
            "description" => self.text(&line.description),
            "weight" => grams(line.weight, 2),
        }
    }

    /// An order in a list.
    pub fn summary(order: &Order) -> Json {
        let mut json = head(order);
        json.put("cost", sums(order));
        json.put("disp_cost", sums(order));
        json.put("vat_collected_by_bl", false);
        json
    }

    /// A whole order.
    pub fn order(self, order: &Order) -> Json {
        let person = buyer(order);
        let mut json = head(order);
        json.put(
            "buyer_email",
            format!("buyer{}@example.org", order.person + 1),
        );
        json.put("buyer_order_count", order.times);
        json.put("require_insurance", false);
        json.put("is_invoiced", order.invoiced);
        json.put("drive_thru_sent", order.drive_thru);
        json.put("salesTax_collected_by_bl", false);
        json.put("vat_collected_by_bl", false);
        json.put("remarks", self.text(&order.remarks));
        json.put("total_weight", grams(order.weight(), 2));
        json.put("shipping", shipping(order, person));
        json.put("cost", costs(order, true));
        json.put("disp_cost", costs(order, false));
        json
    }
}

fn buyer(order: &Order) -> &'static Person {
    &PEOPLE[order.person % PEOPLE.len()]
}

fn head(order: &Order) -> Json {
    let mut payment = map! {
        "method" => order.method.as_str(),
        "currency_code" => order.currency.as_str(),
        "status" => order.payment.as_str(),
    };
    if let Some(paid) = order.paid {
        payment.put("date_paid", iso_millis(paid));
    }
    map! {
        "order_id" => order.id,
        "date_ordered" => iso_millis(order.ordered),
        "date_status_changed" => iso_millis(order.changed),
        "seller_name" => "brickseller",
        "store_name" => "Brick Seller Shop",
        "buyer_name" => buyer(order).user,
        "status" => order.status.as_str(),
        "total_count" => order.pieces(),
        "unique_count" => order.lots(),
        "is_filed" => order.filed,
        "payment" => payment,
    }
}

fn sums(order: &Order) -> Json {
    map! {
        "currency_code" => order.currency.as_str(),
        "subtotal" => cash(order.subtotal()),
        "grand_total" => cash(order.total()),
    }
}

fn costs(order: &Order, own: bool) -> Json {
    let mut json = sums(order);
    if own {
        json.put("final_total", cash(order.total()));
        json.put("salesTax_collected_by_BL", "0.0000");
    }
    json.put("etc1", cash(order.costs.etc1));
    json.put("etc2", cash(order.costs.etc2));
    json.put("insurance", cash(order.costs.insurance));
    json.put("shipping", cash(order.costs.shipping));
    json.put("credit", cash(order.costs.credit));
    json.put("coupon", "0.0000");
    json.put("vat_rate", "0.00");
    json.put("vat_amount", "0.0000");
    json
}

fn shipping(order: &Order, person: &Person) -> Json {
    let country = if person.country == "GB" {
        "UK"
    } else {
        person.country
    };
    let full = format!("{} {}", person.first, person.last);
    let mut name = map! { "full" => full.as_str() };
    let lines = format!(
        "{full}\r\n{}\r\n{} {}",
        person.street, person.post, person.city
    );
    // Some addresses are free text only.
    let normalised = order.id % 3 != 0;
    if normalised {
        name.put("first", person.first);
        name.put("last", person.last);
    }
    let mut address = map! { "name" => name, "full" => lines };
    if normalised {
        address.put("address1", person.street);
        address.put("address2", "");
        address.put("city", person.city);
        if !person.region.is_empty() {
            address.put("state", person.region);
        }
        address.put("postal_code", person.post);
    }
    address.put("country_code", country);
    let mut json = map! { "method" => "Letter", "method_id" => order.method_id };
    for (name, text) in [
        ("tracking_no", &order.tracking_no),
        ("tracking_link", &order.tracking_link),
    ] {
        if !text.is_empty() {
            json.put(name, text);
        }
    }
    if let Some(shipped) = order.shipped {
        json.put("date_shipped", iso_millis(shipped));
    }
    json.put("address", address);
    json
}
