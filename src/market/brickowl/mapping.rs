//! BrickOwl's lots and the program's, both ways. Pure: nothing is called, nothing is kept.

use std::fmt::Write as _;

use super::colors::ColorMap;
use super::condition;
use super::shapes::{Externals, OtherId, WireLot, WireTier};
use crate::domain::market::{Grade, Listing, ListingChange, NewListing};
use crate::domain::text;
use crate::domain::{ColorId, ItemKey, ItemKind, Marketplace, Money, Tier};
use crate::market::lenient::Word;

/// Fields of a form, in the order in which they are sent.
pub type Form = Vec<(&'static str, String)>;

/// What the service does not document for certain, and the shop may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Habits {
    /// Grade of used lots that have none.
    pub usual_grade: Grade,
    /// Send a new part as number and colour in one (`487300-38`) instead of number and `color_id`.
    pub boid_with_color: bool,
    /// Ask for an item's number without its type when its type brought nothing.
    pub look_without_type: bool,
    /// Ask by `bo_item_no` when nothing else brought anything.
    pub look_by_own_number: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            usual_grade: Grade::Good,
            boid_with_color: false,
            look_without_type: true,
            look_by_own_number: true,
        }
    }
}

/// The kind behind BrickOwl's word; a `Minibuild` may be a part or a figure, so it is neither.
pub fn kind(word: &str) -> Option<ItemKind> {
    match word.trim().to_ascii_lowercase().as_str() {
        "part" | "sticker" => Some(ItemKind::Part),
        "set" => Some(ItemKind::Set),
        "minifigure" => Some(ItemKind::Minifigure),
        "gear" => Some(ItemKind::Gear),
        "instructions" => Some(ItemKind::Instruction),
        "packaging" => Some(ItemKind::OriginalBox),
        _ => None,
    }
}

/// BrickOwl's word for an item; `None`: it does not sell such things.
pub fn owl_type(item: &ItemKey, name: &str) -> Option<&'static str> {
    match item.kind {
        ItemKind::Part if is_sticker(&item.no, name) => Some("Sticker"),
        ItemKind::Part => Some("Part"),
        ItemKind::Set => Some("Set"),
        ItemKind::Minifigure => Some("Minifigure"),
        ItemKind::Gear => Some("Gear"),
        ItemKind::Instruction => Some("Instructions"),
        ItemKind::OriginalBox => Some("Packaging"),
        ItemKind::Book | ItemKind::Catalog | ItemKind::UnsortedLot => None,
    }
}

fn is_sticker(no: &str, name: &str) -> bool {
    no.to_ascii_lowercase().contains("stk") || name.contains("Sticker for")
}

/// `306255-64` is item `306255` in BrickOwl's colour 64; a number without colour stays whole.
pub fn split_boid(boid: &str) -> (&str, Option<u16>) {
    let boid = boid.trim();
    match boid.rsplit_once('-') {
        Some((base, color)) if is_number(base) && is_number(color) => match color.parse() {
            Ok(color) => (base, Some(color)),
            Err(_) => (boid, None),
        },
        _ => (boid, None),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// BrickLink's number among the others, when its kind is known and there is only one.
pub fn link_item(kind_word: &Word, ids: &[OtherId]) -> Option<ItemKey> {
    let kind = kind(kind_word.text())?;
    let mut numbers = ids
        .iter()
        .filter(|id| matches!(id.kind.text(), "bl_item_no" | "bl_item"))
        .map(|id| id.id.text())
        .filter(|no| !no.is_empty() && no.len() <= crate::domain::item::MAX_NO);
    let no = numbers.next()?;
    numbers
        .all(|other| other.eq_ignore_ascii_case(no))
        .then(|| ItemKey::new(kind, no))
}

/// The colour by its own field or by the end of the number; things without one have colour 0.
pub fn link_color(
    kind_word: &Word,
    boid: &str,
    field: &Word,
    colors: &ColorMap,
) -> Option<ColorId> {
    let named = split_boid(boid)
        .1
        .or_else(|| field.whole().and_then(|id| u16::try_from(id).ok()));
    match named {
        Some(owl) => colors.link_of(owl),
        None if kind_word.text().eq_ignore_ascii_case("part") => None,
        None => Some(ColorId(0)),
    }
}

/// Our own number, which BrickOwl keeps; it repeats a number of BrickLink's kind in a second field.
pub fn external(kept: Option<&Externals>, bl_lot: &Word) -> Option<String> {
    kept.map(|externals| externals.other.text())
        .into_iter()
        .chain([bl_lot.text()])
        .find(|text| !text.is_empty())
        .map(str::to_owned)
}

/// A note as it is compared and shown: decoded, `\n`, no odd blanks, nothing around it.
pub fn note(word: &Word) -> String {
    text::clean_lines(&word.0).trim().to_owned()
}

/// An amount that may be missing; what is there must be one.
pub fn amount(field: &str, word: &Word) -> Result<Money, String> {
    if word.is_empty() {
        return Ok(Money::ZERO);
    }
    Money::parse(word.decimal()).ok_or_else(|| format!("{field} is no amount"))
}

/// A count that may be missing; less than nothing is nothing.
pub fn count(field: &str, word: &Word) -> Result<u32, String> {
    if word.is_empty() {
        return Ok(0);
    }
    let whole = word
        .whole()
        .ok_or_else(|| format!("{field} is no number"))?;
    u32::try_from(whole.max(0)).map_err(|_| format!("{field} is too large"))
}

/// A lot out of the list. The error says which field makes it unreadable.
pub fn listing(wire: &WireLot, colors: &ColorMap) -> Result<Listing, String> {
    let id = wire
        .lot_id
        .whole()
        .and_then(|id| u64::try_from(id).ok())
        .filter(|id| *id > 0)
        .ok_or("it has no lot_id")?;
    let named = |why: String| format!("lot {id}: {why}");
    if wire.qty.is_empty() {
        return Err(named("it has no qty".into()));
    }
    let (condition, completeness, grade) = [&wire.full_con, &wire.con]
        .into_iter()
        .find_map(|word| condition::read(word.text()))
        .ok_or_else(|| named("its condition is not known".into()))?;
    let price = if wire.base_price.is_empty() {
        &wire.price
    } else {
        &wire.base_price
    };
    let (boid, _) = split_boid(wire.boid.text());
    let sale = wire.sale_percent.whole().unwrap_or_default().clamp(-99, 99);
    Ok(Listing {
        market: Marketplace::BrickOwl,
        id,
        item: link_item(&wire.kind, &wire.ids.0),
        boid: boid.to_owned(),
        color: link_color(&wire.kind, wire.boid.text(), &wire.color_id, colors),
        condition,
        completeness,
        grade,
        quantity: count("qty", &wire.qty).map_err(named)?,
        price: amount("base_price", price).map_err(named)?,
        cost: amount("my_cost", &wire.my_cost).map_err(named)?,
        notes: note(&wire.public_note),
        remarks: note(&wire.personal_note),
        bulk: count("bulk_qty", &wire.bulk_qty).map_err(named)?.max(1),
        retain: false,
        stockroom: !wire.for_sale.is_empty() && !wire.for_sale.yes(),
        stockroom_id: None,
        sale: i8::try_from(sale).unwrap_or_default(),
        tiers: tiers(&wire.tier_price.0).map_err(named)?,
        external: external(wire.external_lot_ids.0.as_ref(), &wire.bl_lot_id),
        created: None,
    })
}

fn tiers(wire: &[WireTier]) -> Result<Vec<Tier>, String> {
    let mut tiers = Vec::new();
    for tier in wire {
        let quantity = count("tier_price", &tier.quantity)?;
        if quantity > 0 {
            let price = amount("tier_price", &tier.price)?;
            tiers.push(Tier { quantity, price });
        }
    }
    tiers.sort_by_key(|tier| tier.quantity);
    tiers.truncate(3);
    Ok(tiers)
}

/// An amount with the three decimals that BrickOwl takes, rounded half up.
pub fn three(amount: Money) -> String {
    let thousandths = (amount.raw() + 5).div_euclid(10);
    let sign = if thousandths < 0 { "-" } else { "" };
    let thousandths = thousandths.unsigned_abs();
    format!("{sign}{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

/// The same, where it must be more than nothing. The error is a sentence.
fn price(amount: Money) -> Result<String, String> {
    let text = three(amount);
    if amount.raw() < 5 {
        return Err(format!(
            "BrickOwl takes no price under 0.001, and this one is {amount}; raise it."
        ));
    }
    Ok(text)
}

/// What is sent to make a lot. Notes, tiers and the like follow in a second call ([`rest`]). The error
/// is a sentence: this lot cannot be sold there.
pub fn create(new: &NewListing, colors: &ColorMap, habits: Habits) -> Result<Form, String> {
    let item = &new.item;
    let word = owl_type(item, "").ok_or_else(|| {
        format!(
            "BrickOwl sells no {}s; {} stays where it is.",
            item.kind.word().to_lowercase(),
            item.no
        )
    })?;
    let (boid, _) = split_boid(&new.boid);
    if boid.is_empty() {
        return Err(format!(
            "BrickOwl's number of {} is not known; look it up or enter it by hand.",
            item.no
        ));
    }
    if new.quantity == 0 {
        return Err("BrickOwl makes no lot without pieces; give it at least one.".into());
    }
    let color = match (word, new.color) {
        ("Gear", ColorId(0)) => None,
        ("Part" | "Gear", color) => Some(colors.owl_of(color).ok_or_else(|| {
            format!(
                "BrickOwl has no colour for BrickLink's {color}; {} cannot be listed there in it.",
                item.no
            )
        })?),
        _ => None,
    };
    let mut form: Form = Vec::with_capacity(6);
    match color {
        Some(color) if habits.boid_with_color => form.push(("boid", format!("{boid}-{color}"))),
        Some(color) => {
            form.push(("boid", boid.to_owned()));
            form.push(("color_id", color.to_string()));
        }
        None => form.push(("boid", boid.to_owned())),
    }
    form.push(("quantity", new.quantity.to_string()));
    form.push(("price", price(new.price)?));
    let state = (new.condition, new.completeness, new.grade);
    let code = condition::write(item.kind, state, habits.usual_grade);
    form.push(("condition", code.to_owned()));
    if !new.external.is_empty() {
        form.push(("external_id", new.external.clone()));
    }
    Ok(form)
}

/// What the second call after making a lot has to say; `None`: nothing.
pub fn rest(new: &NewListing) -> Option<ListingChange> {
    let full = &new.rest;
    let rest = ListingChange {
        notes: full.notes.clone().filter(|text| !text.is_empty()),
        remarks: full.remarks.clone().filter(|text| !text.is_empty()),
        bulk: full.bulk.filter(|bulk| *bulk > 1),
        stockroom: full.stockroom.filter(Option::is_some),
        cost: full.cost.filter(|cost| cost.raw() >= 5),
        sale: full.sale.filter(|sale| *sale != 0),
        tiers: full.tiers.clone().filter(|tiers| !tiers.is_empty()),
        ..ListingChange::default()
    };
    (rest != ListingChange::default()).then_some(rest)
}

/// What is sent to change a lot of this kind, without its name; empty: nothing BrickOwl keeps has
/// changed. The error is a sentence.
pub fn update(change: &ListingChange, kind: ItemKind, habits: Habits) -> Result<Form, String> {
    let mut form: Form = Vec::new();
    match (change.quantity_by, change.quantity_to) {
        (Some(_), Some(_)) => {
            return Err("A quantity can be set or changed by a number, not both at once.".into());
        }
        (Some(0) | None, None) => {}
        (Some(by), None) => form.push(("relative_quantity", by.to_string())),
        (None, Some(to)) => form.push(("absolute_quantity", to.to_string())),
    }
    if let Some(room) = change.stockroom {
        form.push(("for_sale", if room.is_some() { "0" } else { "1" }.into()));
    }
    if let Some(amount) = change.price {
        form.push(("price", price(amount)?));
    }
    if let Some(sale) = change.sale {
        if !(-95..=95).contains(&sale) {
            return Err(format!(
                "BrickOwl takes 95 percent off at most, not {sale}; lower it."
            ));
        }
        form.push(("sale_percent", sale.to_string()));
    }
    if let Some(cost) = change.cost.filter(|cost| cost.raw() >= 5) {
        form.push(("my_cost", three(cost)));
    }
    if let Some(remarks) = &change.remarks {
        form.push(("personal_note", remarks.clone()));
    }
    if let Some(notes) = &change.notes {
        form.push(("public_note", notes.clone()));
    }
    if let Some(bulk) = change.bulk {
        form.push(("bulk_qty", bulk.max(1).to_string()));
    }
    if let Some(tiers) = &change.tiers {
        form.push(("tier_price", tier_text(tiers)?));
    }
    if let Some(state) = change.condition {
        let code = condition::write(kind, state, habits.usual_grade);
        form.push(("condition", code.to_owned()));
    }
    if let Some(external) = change.external.as_ref().filter(|text| !text.is_empty()) {
        form.push(("update_external_id_1", external.clone()));
    }
    Ok(form)
}

/// `100:0.050,200:0.040`, or `remove`.
fn tier_text(tiers: &[Tier]) -> Result<String, String> {
    let mut used: Vec<&Tier> = tiers.iter().filter(|tier| tier.quantity > 0).collect();
    if used.is_empty() {
        return Ok("remove".into());
    }
    if used.len() > 3 {
        return Err("BrickOwl takes three quantity prices at most; remove the others.".into());
    }
    used.sort_by_key(|tier| tier.quantity);
    let mut text = String::new();
    for tier in used {
        let comma = if text.is_empty() { "" } else { "," };
        // Writing to a text never fails.
        let _ = write!(text, "{comma}{}:{}", tier.quantity, price(tier.price)?);
    }
    Ok(text)
}

/// One way of asking for BrickOwl's number of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// BrickOwl's type; `None`: any.
    pub kind: Option<&'static str>,
    /// Whose number it is.
    pub id_type: &'static str,
}

/// In which order BrickOwl is asked for an item; empty: it does not sell such things.
pub fn looks(item: &ItemKey, name: &str, habits: Habits) -> Vec<Look> {
    let Some(first) = owl_type(item, name) else {
        return Vec::new();
    };
    let by_link = |kind| Look {
        kind,
        id_type: "bl_item_no",
    };
    let mut looks = vec![by_link(Some(first))];
    looks.extend(match first {
        "Part" | "Minifigure" => Some(by_link(Some("Minibuild"))),
        "Set" => Some(by_link(Some("Gear"))),
        "Gear" => Some(by_link(Some("Set"))),
        _ => None,
    });
    if habits.look_without_type {
        looks.push(by_link(None));
    }
    if habits.look_by_own_number {
        looks.push(Look {
            kind: Some(first),
            id_type: "bo_item_no",
        });
    }
    looks
}

/// The items behind numbers that mostly differ in colour only, each once, in their order.
pub fn bases<'b>(boids: impl Iterator<Item = &'b str>) -> Vec<String> {
    let mut bases: Vec<String> = Vec::new();
    for boid in boids {
        let (base, _) = split_boid(boid);
        if !base.is_empty() && !bases.iter().any(|known| known == base) {
            bases.push(base.to_owned());
        }
    }
    bases
}
