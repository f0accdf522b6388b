//! BrickLink's catalogue and price guide: items as they were given, prices that follow from their numbers.

use super::shapes::{self, Shape};
use super::{Call, Done, Outcome, Refusal, invalid_uri};
use crate::domain::{ItemKey, ItemKind};
use crate::sandbox::json::{Json, map};
use crate::sandbox::text::{self, cash, grams, iso_millis};
use crate::sandbox::world::{Dice, Group, Hue, Thing};

/// A day in microseconds.
const DAY: i64 = 86_400_000_000;

/// Answers what the catalogue is asked.
pub fn call(path: &[&str], call: Call<'_>, shape: Shape) -> Outcome {
    let goods = call.goods;
    match path {
        ["items", word, no, rest @ ..] => item_call(word, no, rest, call, shape),
        ["colors"] => {
            let list: Vec<Json> = goods.hues().map(|hue| color(hue, shape)).collect();
            Ok(Done::data(list.into()))
        }
        ["colors", number] => {
            let id = number.parse().map_err(|_| invalid_uri())?;
            let hue = goods.hue(id).ok_or_else(Refusal::not_found)?;
            Ok(Done::data(color(hue, shape)))
        }
        ["categories"] => {
            let list: Vec<Json> = goods.groups().map(|group| category(group, shape)).collect();
            Ok(Done::data(list.into()))
        }
        ["categories", number] => {
            let id = number.parse().map_err(|_| invalid_uri())?;
            let group = goods.group(id).ok_or_else(Refusal::not_found)?;
            Ok(Done::data(category(group, shape)))
        }
        ["item_mapping", element] => {
            let known = goods.element(element).iter();
            let list: Vec<Json> = known
                .map(|(at, color)| element_of(&goods.things()[*at], *color, element, call, shape))
                .collect();
            Ok(Done::data(list.into()))
        }
        ["item_mapping", word, no] => {
            let (_, thing) = find(word, no, call)?;
            if thing.key.kind != ItemKind::Part {
                return Err(Refusal::parameter("Invalid item type"));
            }
            let only = color_id(call)?;
            let list: Vec<Json> = thing
                .elements
                .iter()
                .filter(|(_, color)| only.is_none_or(|only| only == *color))
                .map(|(element, color)| element_of(thing, *color, element, call, shape))
                .collect();
            Ok(Done::data(list.into()))
        }
        _ => Err(invalid_uri()),
    }
}

fn color_id(call: Call<'_>) -> Result<Option<u16>, Refusal> {
    call.query("color_id")
        .filter(|text| !text.is_empty())
        .map(|text| {
            text.parse()
                .map_err(|_| Refusal::parameter("Invalid color_id"))
        })
        .transpose()
}

fn find<'a>(word: &str, no: &str, call: Call<'a>) -> Result<(usize, &'a Thing), Refusal> {
    let kind = shapes::kind(word).ok_or_else(|| Refusal::parameter("Invalid item type"))?;
    if kind == ItemKind::Set && !no.contains('-') {
        return Err(Refusal::parameter("Invalid item sequence number: null"));
    }
    call.goods
        .find(&ItemKey::new(kind, no))
        .ok_or_else(Refusal::not_found)
}

fn item_call(word: &str, no: &str, rest: &[&str], call: Call<'_>, shape: Shape) -> Outcome {
    let (at, thing) = find(word, no, call)?;
    match rest {
        [] => Ok(Done::data(item(thing, at, call, shape))),
        ["images", color] => {
            let color: u16 = color.parse().map_err(|_| invalid_uri())?;
            Ok(Done::data(map! {
                "no" => &thing.key.no,
                "type" => shapes::word(thing.key.kind),
                "color_id" => color,
                "thumbnail_url" => shapes::image(&thing.key, color, true),
            }))
        }
        ["colors"] => {
            let colors = call.goods.colors(at).into_iter();
            let list: Vec<Json> = colors
                .map(|color| {
                    let known = text::hash(call.seed, &format!("{}/{color}/sets", thing.key.no)) % 900;
                    map! { "color_id" => color, "quantity" => i64::try_from(known).unwrap_or(0) + 1 }
                })
                .collect();
            Ok(Done::data(list.into()))
        }
        ["price"] => price(thing, call),
        ["supersets"] => {
            let only = color_id(call)?;
            let colors = call.goods.colors(at).into_iter();
            let list: Vec<Json> = colors
                .filter(|color| only.is_none_or(|only| only == *color))
                .map(|color| supersets(thing, color, call, shape))
                .collect();
            Ok(Done::data(list.into()))
        }
        ["subsets"] => Ok(Done::data(subsets(thing, call, shape).into())),
        _ => Err(invalid_uri()),
    }
}

fn item(thing: &Thing, at: usize, call: Call<'_>, shape: Shape) -> Json {
    let picture = call.goods.colors(at).first().copied().unwrap_or(0);
    let mut json = map! {
        "no" => &thing.key.no,
        "name" => shape.text(&thing.name),
        "type" => shapes::word(thing.key.kind),
        shape.category_key() => thing.category,
    };
    if !thing.alternates.is_empty() {
        json.put("alternate_no", thing.alternates.join(","));
    }
    json.put("image_url", shapes::image(&thing.key, picture, false));
    json.put("thumbnail_url", shapes::image(&thing.key, picture, true));
    json.put("weight", grams(thing.weight, 2));
    for (name, size) in ["dim_x", "dim_y", "dim_z"].into_iter().zip(thing.size) {
        json.put(name, grams(size, 2));
    }
    json.put("year_released", thing.year.unwrap_or(0));
    json.put("description", "");
    json.put("is_obsolete", false);
    json
}

fn color(hue: &Hue, shape: Shape) -> Json {
    map! {
        "color_id" => hue.id,
        "color_name" => shape.text(&hue.name),
        "color_code" => hue.hex.as_str(),
        "color_type" => hue.family.as_str(),
    }
}

fn category(group: &Group, shape: Shape) -> Json {
    map! {
        "category_id" => group.id,
        "category_name" => shape.text(&group.name),
        "parent_id" => 0_i64,
    }
}

fn element_of(thing: &Thing, color: u16, element: &str, call: Call<'_>, shape: Shape) -> Json {
    map! {
        "item" => map! { "no" => &thing.key.no, "type" => shapes::word(thing.key.kind) },
        "color_id" => color,
        "color_name" => shape.text(call.goods.hue_name(color)),
        "element_id" => element,
    }
}

/// Somewhere else in the catalogue: the same for the same text.
fn other<'a>(call: Call<'a>, kind: ItemKind, about: &str) -> Option<(usize, &'a Thing)> {
    let things = call.goods.things();
    let count = u64::try_from(things.len())
        .ok()
        .filter(|count| *count > 0)?;
    let start = usize::try_from(text::hash(call.seed, about) % count).ok()?;
    (0..things.len())
        .map(|step| (start + step) % things.len())
        .find(|at| things[*at].key.kind == kind)
        .map(|at| (at, &things[at]))
}

fn supersets(thing: &Thing, color: u16, call: Call<'_>, shape: Shape) -> Json {
    let entries: Vec<Json> = (0..3)
        .filter_map(|turn| {
            let about = format!("super/{}/{color}/{turn}", thing.key.no);
            let (_, set) = other(call, ItemKind::Set, &about)?;
            Some(map! {
                "item" => shape.item(&set.key, call.goods),
                "quantity" => i64::from(turn) + 1,
                "appears_as" => ["R", "E", "A"][usize::try_from(turn).unwrap_or(0) % 3],
            })
        })
        .collect();
    map! { "color_id" => color, "entries" => entries }
}

/// Sets hold parts; the first pair of them are alternatives, and one part comes twice.
fn subsets(thing: &Thing, call: Call<'_>, shape: Shape) -> Vec<Json> {
    if thing.key.kind != ItemKind::Set {
        return Vec::new();
    }
    let entry = |turn: i64, alternate: bool| {
        let (at, part) = other(
            call,
            ItemKind::Part,
            &format!("sub/{}/{turn}", thing.key.no),
        )?;
        let color = call.goods.colors(at).first().copied().unwrap_or(0);
        Some(map! {
            "item" => shape.item(&part.key, call.goods),
            "color_id" => color,
            "quantity" => turn + 1,
            "extra_quantity" => i64::from(turn == 2),
            "is_alternate" => alternate,
            "is_counterpart" => false,
        })
    };
    let group =
        |number: i64, entries: Vec<Json>| map! { "match_no" => number, "entries" => entries };
    let mut groups = vec![group(
        1,
        [entry(0, false), entry(1, true)]
            .into_iter()
            .flatten()
            .collect(),
    )];
    for turn in [2, 3, 4, 5, 2] {
        groups.push(group(0, entry(turn, false).into_iter().collect()));
    }
    groups
}

/// Regions that change the numbers; others are ignored without a word.
const REGIONS: [&str; 8] = [
    "asia",
    "africa",
    "north_america",
    "south_america",
    "middle_east",
    "europe",
    "eu",
    "oceania",
];

fn price(thing: &Thing, call: Call<'_>) -> Outcome {
    let vat = call.query("vat").unwrap_or("N");
    if !matches!(vat, "N" | "Y" | "O") {
        return Err(Refusal::parameter(""));
    }
    let sold = match call.query("guide_type").unwrap_or("stock") {
        "stock" => false,
        "sold" => true,
        _ => return Err(Refusal::parameter("Invalid guide_type")),
    };
    let condition = call.query("new_or_used").unwrap_or("N");
    if !matches!(condition, "N" | "U") {
        return Err(Refusal::parameter("Invalid new_or_used"));
    }
    let color = color_id(call)?.unwrap_or(0);
    let region = call
        .query("region")
        .filter(|region| REGIONS.contains(region));
    let country = call.query("country_code").unwrap_or("");
    let about = format!(
        "price/{:?}/{}/{color}/{sold}/{condition}/{}/{country}/{vat}",
        thing.key.kind,
        thing.key.folded(),
        region.unwrap_or("")
    );
    let number = text::hash(call.seed, &about);
    // One in nine has never been offered or sold.
    let rows = if number.is_multiple_of(9) {
        Vec::new()
    } else {
        let usual = call.goods.price(call.seed, &thing.key, color);
        let usual = if condition == "U" {
            usual * 6 / 10
        } else {
            usual
        };
        offers(number, usual)
    };
    Ok(Done::data(guide(thing, &rows, call, condition, sold)))
}

/// Pieces and price of each offer or sale, the cheapest first.
fn offers(number: u64, usual: i64) -> Vec<(i64, i64)> {
    let mut dice = Dice::new(number);
    let count = dice.one_to(30);
    let mut rows: Vec<(i64, i64)> = (0..count)
        .map(|_| {
            (
                dice.one_to(250),
                (usual * (50 + dice.one_to(120)) / 100).max(1),
            )
        })
        .collect();
    rows.sort_unstable_by_key(|(quantity, price)| (*price, *quantity));
    rows
}

fn guide(thing: &Thing, rows: &[(i64, i64)], call: Call<'_>, condition: &str, sold: bool) -> Json {
    let lots = i64::try_from(rows.len()).unwrap_or(0);
    let pieces: i64 = rows.iter().map(|(quantity, _)| quantity).sum();
    let plain: i64 = rows.iter().map(|(_, price)| price).sum();
    let weighted: i64 = rows.iter().map(|(quantity, price)| quantity * price).sum();
    let detail: Vec<Json> = rows
        .iter()
        .enumerate()
        .map(|(at, (quantity, price))| {
            if sold {
                let days = i64::try_from(at).unwrap_or(0) * 6 % 190;
                map! {
                    "quantity" => *quantity,
                    "unit_price" => cash(*price),
                    "seller_country_code" => ["DE", "UK", "US", "PL"][at % 4],
                    "buyer_country_code" => ["FR", "US", "NL"][at % 3],
                    "date_ordered" => iso_millis(call.now.saturating_sub(days * DAY)),
                }
            } else {
                map! {
                    "quantity" => *quantity,
                    "qunatity" => *quantity,
                    "unit_price" => cash(*price),
                    "shipping_available" => at % 3 != 0,
                }
            }
        })
        .collect();
    map! {
        "item" => map! { "no" => &thing.key.no, "type" => shapes::word(thing.key.kind) },
        "new_or_used" => condition,
        "currency_code" => call.query("currency_code").unwrap_or("EUR"),
        "min_price" => cash(rows.first().map_or(0, |(_, price)| *price)),
        "max_price" => cash(rows.last().map_or(0, |(_, price)| *price)),
        "avg_price" => cash(plain / lots.max(1)),
        "qty_avg_price" => cash(weighted / pieces.max(1)),
        "unit_quantity" => lots,
        "total_quantity" => pieces,
        "price_detail" => detail,
    }
}
