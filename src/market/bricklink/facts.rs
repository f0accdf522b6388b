//! From BrickLink's types to the program's, for the catalogue, prices and members: pure.

use crate::domain::market::{
    Appears, CatalogFacts, Contained, Containing, Coupon, Discount, ElementLink, Feedback,
    MemberNote, Notice, NoticeKind, PriceGuide, PriceKey, PricePoint, Rating, Ratings,
    ShippingMethod,
};
use crate::domain::{
    Category, CategoryId, Color, ColorId, Dimensions, ItemKey, Money, Rgb, Timestamp,
};

use super::mapping::{FromWire, color_of, grams_of, key_of, kind_of};
use super::shapes;

/// Most points of a price guide that are kept.
const POINTS: usize = 500;

impl FromWire for CatalogFacts {
    type Wire = shapes::Facts;

    fn from_wire(facts: shapes::Facts) -> Result<Self, String> {
        let kind = kind_of(&facts.kind).ok_or("an item is of an unknown kind")?;
        if facts.no.is_empty() {
            return Err("an item has no number".into());
        }
        let category = facts.category_id.or(facts.category_old);
        Ok(Self {
            key: ItemKey::new(kind, facts.no.as_str()),
            name: facts.name,
            alternates: facts
                .alternate_no
                .split(',')
                .map(|number| number.trim().to_owned())
                .filter(|number| !number.is_empty() && *number != facts.no)
                .collect(),
            category: CategoryId(category.unwrap_or_default()),
            year: Some(facts.year_released).filter(|year| *year > 0),
            weight: grams_of(&facts.weight),
            dimensions: Dimensions::parse(&facts.dim_x, &facts.dim_y, &facts.dim_z),
            image: image_of(&facts.image_url),
            obsolete: facts.is_obsolete,
        })
    }
}

/// The address of a picture; theirs leave the scheme out.
pub fn image_of(address: &str) -> String {
    let address = address.trim();
    if address.starts_with("//") {
        format!("https:{address}")
    } else {
        address.to_owned()
    }
}

impl FromWire for Color {
    type Wire = shapes::Color;

    fn from_wire(color: shapes::Color) -> Result<Self, String> {
        Ok(Self {
            id: color_of(color.color_id).ok_or("a colour has no number")?,
            name: color.color_name,
            rgb: Rgb::parse(color.color_code.trim()),
            group: color.color_type,
            year_from: None,
            year_to: None,
        })
    }
}

impl FromWire for Category {
    type Wire = shapes::Category;

    fn from_wire(category: shapes::Category) -> Result<Self, String> {
        Ok(Self {
            id: CategoryId(category.category_id.ok_or("a category has no number")?),
            name: category.category_name,
            parent: Some(category.parent_id)
                .filter(|parent| *parent > 0)
                .map(CategoryId),
        })
    }
}

impl FromWire for ColorId {
    type Wire = shapes::KnownColor;

    fn from_wire(color: shapes::KnownColor) -> Result<Self, String> {
        color_of(color.color_id).ok_or_else(|| "a colour has no number".into())
    }
}

impl FromWire for ElementLink {
    type Wire = shapes::Element;

    fn from_wire(link: shapes::Element) -> Result<Self, String> {
        Ok(Self {
            item: key_of(&link.item).ok_or("an element id stands for no item")?,
            color: color_of(link.color_id).ok_or("an element id has no colour")?,
            element: link.element_id,
        })
    }
}

/// What is in a set. What is of an unknown kind could not be parted out.
pub fn contained(groups: Vec<shapes::ContainedGroup>) -> Vec<Contained> {
    let mut found = Vec::new();
    for group in groups {
        for entry in group.entries {
            let Some(item) = key_of(&entry.item) else {
                continue;
            };
            found.push(Contained {
                group: group.match_no,
                item,
                name: entry.item.name,
                color: color_of(entry.color_id).unwrap_or_default(),
                quantity: entry.quantity,
                extra: entry.extra_quantity,
                alternate: entry.is_alternate,
                counterpart: entry.is_counterpart,
            });
        }
    }
    found
}

/// What holds an item.
pub fn containing(groups: Vec<shapes::ContainingGroup>) -> Vec<Containing> {
    let mut found = Vec::new();
    for group in groups {
        for entry in group.entries {
            let Some(item) = key_of(&entry.item) else {
                continue;
            };
            let word = if entry.appears_as.is_empty() {
                &entry.appears_old
            } else {
                &entry.appears_as
            };
            found.push(Containing {
                color: color_of(group.color_id).unwrap_or_default(),
                item,
                name: entry.item.name,
                quantity: entry.quantity,
                appears: match word.trim() {
                    "A" => Appears::Alternate,
                    "C" => Appears::Counterpart,
                    "E" => Appears::Extra,
                    _ => Appears::Regular,
                },
            });
        }
    }
    found
}

/// The guide that was asked for. One of another item, condition or currency is refused: its numbers
/// would be taken for those that were asked for.
///
/// # Errors
/// What is wrong with it.
pub fn guide(key: &PriceKey, price: shapes::Price, now: Timestamp) -> Result<PriceGuide, String> {
    let item = &price.item;
    if !item.no.is_empty() && !item.no.eq_ignore_ascii_case(&key.item.no) {
        return Err(format!("prices of {} came for {}", item.no, key.item.no));
    }
    let condition = price.new_or_used.trim();
    if !condition.is_empty() && !condition.eq_ignore_ascii_case(&key.condition.letter().to_string())
    {
        return Err("prices of the other condition came".into());
    }
    let currency = price.currency_code.trim().to_ascii_uppercase();
    if !key.currency.is_empty() && !currency.is_empty() && currency != key.currency {
        return Err(format!(
            "prices in {currency} came, not in {}",
            key.currency
        ));
    }
    let mut key = key.clone();
    if key.currency.is_empty() {
        key.currency = currency;
    }
    Ok(PriceGuide {
        key,
        min: price.min_price,
        max: price.max_price,
        average: price.avg_price,
        quantity_average: price.qty_avg_price,
        count: price.unit_quantity,
        pieces: price.total_quantity,
        points: price
            .price_detail
            .into_iter()
            .take(POINTS)
            .map(|row| PricePoint {
                quantity: row.quantity.or(row.quantity_old).unwrap_or_default(),
                price: row.unit_price,
                sold: row.date_ordered,
            })
            .collect(),
        fetched: now,
    })
}

impl FromWire for Notice {
    type Wire = shapes::Notice;

    fn from_wire(notice: shapes::Notice) -> Result<Self, String> {
        Ok(Self {
            kind: match notice.event_type.trim().to_ascii_lowercase().as_str() {
                "order" => NoticeKind::Order,
                "message" => NoticeKind::Message,
                "feedback" => NoticeKind::Feedback,
                _ => NoticeKind::Other(crate::domain::text::clean(&notice.event_type)),
            },
            of: notice.resource_id.unwrap_or_default(),
            at: notice.timestamp,
        })
    }
}

impl FromWire for Feedback {
    type Wire = shapes::Feedback;

    fn from_wire(feedback: shapes::Feedback) -> Result<Self, String> {
        Ok(Self {
            id: feedback.feedback_id.ok_or("feedback has no number")?,
            order: feedback.order_id,
            from: feedback.from,
            to: feedback.to,
            of_seller: feedback.rating_of_bs.trim().eq_ignore_ascii_case("S"),
            rated: feedback.date_rated,
            rating: match feedback.rating {
                Some(0) => Rating::Praise,
                Some(1) => Rating::Neutral,
                Some(2) => Rating::Complaint,
                _ => return Err("feedback has no rating".into()),
            },
            comment: feedback.comment,
            reply: feedback.reply,
        })
    }
}

/// The number that stands for a judgement.
pub const fn rating_number(rating: Rating) -> u8 {
    match rating {
        Rating::Praise => 0,
        Rating::Neutral => 1,
        Rating::Complaint => 2,
    }
}

impl FromWire for Ratings {
    type Wire = shapes::Ratings;

    fn from_wire(ratings: shapes::Ratings) -> Result<Self, String> {
        Ok(Self {
            user: ratings.user_name,
            praise: ratings.rating.praise,
            neutral: ratings.rating.neutral,
            complaint: ratings.rating.complaint,
        })
    }
}

impl FromWire for MemberNote {
    type Wire = shapes::Note;

    fn from_wire(note: shapes::Note) -> Result<Self, String> {
        Ok(Self {
            user: note.user_name,
            text: note.note_text,
            noted: note.date_noted,
        })
    }
}

impl FromWire for ShippingMethod {
    type Wire = shapes::ShippingMethod;

    fn from_wire(method: shapes::ShippingMethod) -> Result<Self, String> {
        let area = method.area.trim().to_ascii_uppercase();
        Ok(Self {
            id: method.method_id.ok_or("a way of sending has no number")?,
            name: method.name,
            note: method.note,
            insurance: method.insurance,
            preferred: method.is_default,
            domestic: area != "I",
            international: area != "D",
            available: method.is_available,
        })
    }
}

impl FromWire for Coupon {
    type Wire = shapes::Coupon;

    fn from_wire(coupon: shapes::Coupon) -> Result<Self, String> {
        let fixed = coupon.discount_type.trim().eq_ignore_ascii_case("F")
            || (coupon.discount_rate == Money::ZERO && coupon.discount_amount > Money::ZERO);
        Ok(Self {
            id: coupon.coupon_id.ok_or("a coupon has no number")?,
            buyer: coupon.buyer_name,
            status: coupon.status.trim().to_ascii_uppercase(),
            issued: coupon.date_issued,
            expires: coupon.date_expire,
            currency: coupon.currency_code.trim().to_ascii_uppercase(),
            discount: if fixed {
                Discount::Fixed(coupon.discount_amount)
            } else {
                Discount::Percent {
                    rate: coupon.discount_rate,
                    most: coupon.max_discount_amount,
                }
            },
            order: Some(coupon.order_id).filter(|order| !order.is_empty() && order != "0"),
            remarks: coupon.remarks,
        })
    }
}
