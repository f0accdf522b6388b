//! BrickOwl's catalogue: numbers of other catalogues looked up, items, colours.

use super::inventory::condition_list;
use super::shapes;
use super::{Call, Outcome, Refusal};
use crate::domain::{ItemKey, ItemKind};
use crate::sandbox::json::{Json, map};
use crate::sandbox::text::{self, cash3};
use crate::sandbox::world::Thing;

/// Items on a page of search results.
const PAGE: usize = 50;

/// BrickOwl's word for what something is; nothing where it has none.
pub fn kind(thing: &Thing) -> Option<&'static str> {
    Some(match thing.key.kind {
        ItemKind::Part if thing.name.contains("Sticker for") || thing.key.no.contains("stk") => {
            "Sticker"
        }
        ItemKind::Part => "Part",
        ItemKind::Set => "Set",
        ItemKind::Minifigure => "Minifigure",
        ItemKind::Gear => "Gear",
        ItemKind::Instruction => "Instructions",
        ItemKind::OriginalBox => "Packaging",
        ItemKind::Book | ItemKind::Catalog | ItemKind::UnsortedLot => return None,
    })
}

/// Whether the item can be sold here: one in 97 is unknown.
pub fn listable(thing: &Thing) -> bool {
    kind(thing).is_some() && !text::hash(97, &thing.key.no).is_multiple_of(97)
}

/// Whether a lookup finds two different items: one in 89.
fn ambiguous(thing: &Thing) -> bool {
    text::hash(89, &thing.key.no).is_multiple_of(89)
}

/// Answers what the catalogue is asked.
pub fn call(verb: &str, call: Call<'_>) -> Outcome {
    match verb {
        "id_lookup" => id_lookup(call),
        "lookup" => {
            let (base, color) = shapes::read_boid(call.needed("boid")?)?;
            item(base, color, call).ok_or_else(|| invalid(call.given("boid").unwrap_or("")))
        }
        "bulk_lookup" => {
            let wanted: Vec<&str> = call.needed("boids")?.split(',').map(str::trim).collect();
            if wanted.len() > 100 {
                return Err(Refusal::wrong("Maximum of 100 BOIDs"));
            }
            let mut items = map! {};
            for boid in wanted {
                let (base, color) = shapes::read_boid(boid)?;
                if let Some(item) = item(base, color, call) {
                    items.put(boid.to_owned(), item);
                }
            }
            Ok(map! { "items" => items })
        }
        "inventory" => {
            let (base, _) = shapes::read_boid(call.needed("boid")?)?;
            call.goods
                .by_boid(base)
                .ok_or_else(|| invalid(&base.to_string()))?;
            Ok(map! { "inventory" => Vec::new(), "unmatched_inventory" => Vec::new() })
        }
        "availability" => availability(call),
        "color_list" => Ok(colors(call)),
        "condition_list" => Ok(condition_list()),
        "field_option_list" => {
            call.needed("type")?;
            Ok(Vec::new().into())
        }
        "search" => {
            let query = call.needed("query")?.to_ascii_lowercase();
            let page = match call.given("page") {
                Some(_) => usize::try_from(call.number("page")?).unwrap_or(0),
                None => 1,
            };
            if !(1..=50).contains(&page) {
                return Err(Refusal::wrong("Invalid page"));
            }
            let fits =
                |thing: &Thing| query == "all" || thing.name.to_ascii_lowercase().contains(&query);
            let found: Vec<Json> = listed(call, fits)
                .skip((page - 1) * PAGE)
                .take(PAGE)
                .collect();
            Ok(map! { "results" => found })
        }
        "list" => {
            let wanted = call.given("type");
            let fits = |thing: &Thing| wanted.is_none_or(|wanted| kind(thing) == Some(wanted));
            Ok(listed(call, fits).collect::<Vec<_>>().into())
        }
        "cart_basic" => {
            call.needed("items")?;
            Ok(map! { "cart_id" => "1", "total" => "0.00" })
        }
        _ => Err(Refusal::new(404, "Not found")),
    }
}

fn invalid(boid: &str) -> Refusal {
    Refusal::wrong(format!("Invalid BOID - {boid}"))
}

fn listed<'a>(
    call: Call<'a>,
    fits: impl Fn(&Thing) -> bool + 'a,
) -> impl Iterator<Item = Json> + 'a {
    let things = call.goods.things().iter().enumerate();
    things
        .filter(move |(_, thing)| listable(thing) && fits(thing))
        .map(move |(at, thing)| {
            map! {
                "boid" => call.goods.boid(at).to_string(),
                "type" => kind(thing),
                "name" => thing.name.as_str(),
            }
        })
}

fn id_lookup(call: Call<'_>) -> Outcome {
    let id = call.needed("id")?;
    let wanted = call.given("type").filter(|kind| !kind.is_empty());
    let keys: Vec<ItemKey> = match call.given("id_type").unwrap_or("bl_item_no") {
        "bl_item_no" => ItemKind::ALL
            .into_iter()
            .map(|kind| ItemKey::new(kind, id))
            .collect(),
        "design_id" | "ldraw" => vec![ItemKey::part(id)],
        "set_number" => vec![ItemKey::new(ItemKind::Set, id)],
        "item_no" => {
            let known = call.goods.element(id).iter();
            known
                .map(|(at, _)| call.goods.things()[*at].key.clone())
                .collect()
        }
        _ => Vec::new(),
    };
    let only: Option<u16> = call.given("color_id").and_then(|color| color.parse().ok());
    let mut boids: Vec<Json> = Vec::new();
    for key in keys {
        let Some((at, thing)) = call.goods.find(&key) else {
            continue;
        };
        if !listable(thing) || wanted.is_some_and(|wanted| kind(thing) != Some(wanted)) {
            continue;
        }
        let mut bases = vec![call.goods.boid(at)];
        if ambiguous(thing) {
            bases.push(call.goods.boid(at) + 1_000_000);
        }
        for base in bases {
            if kind(thing) == Some("Part") {
                let colors = call.goods.colors(at).into_iter();
                let colors = colors.filter_map(|color| call.goods.owl_color(color));
                let colors = colors.filter(|color| only.is_none_or(|only| only == *color));
                boids.extend(colors.map(|color| Json::from(shapes::boid(base, color))));
            } else {
                boids.push(base.to_string().into());
            }
        }
    }
    Ok(map! { "boids" => boids })
}

fn item(base: u32, color: Option<u16>, call: Call<'_>) -> Option<Json> {
    let (_, thing) = call.goods.by_boid(base)?;
    let color = color.unwrap_or(0);
    let link = call.goods.from_owl_color(color).unwrap_or(0);
    let hue = call.goods.hue(link);
    let boid = shapes::boid(base, color);
    let group = call
        .goods
        .group(thing.category)
        .map_or("", |group| &group.name);
    let picture = |size: &str| format!("//img.brickowl.com/files/image_cache/{size}/{boid}.png");
    Some(map! {
        "boid" => boid.as_str(),
        "type" => kind(thing),
        "ids" => shapes::ids(Some(thing), &boid),
        "name" => format!("LEGO {}", thing.name),
        "url" => format!("https://www.brickowl.com/boid/{boid}"),
        "permalink" => format!("https://www.brickowl.com/boid/{boid}"),
        "color_name" => hue.map(|hue| hue.name.as_str()),
        "color_id" => color,
        "color_hex" => hue.map(|hue| hue.hex.as_str()),
        "cat_name_path" => group,
        "missing_data" => Vec::new(),
        "cheapest_gbp" => cash3(call.goods.price(call.seed, &thing.key, link)),
        "images" => vec![map! {
            "small" => picture("small"),
            "medium" => picture("medium"),
            "large" => picture("large"),
        }],
    })
}

fn availability(call: Call<'_>) -> Outcome {
    let boid = call.needed("boid")?;
    call.needed("country")?;
    let (base, color) = shapes::read_boid(boid)?;
    let (_, thing) = call.goods.by_boid(base).ok_or_else(|| invalid(boid))?;
    let link = call.goods.from_owl_color(color.unwrap_or(0)).unwrap_or(0);
    let mut stores = map! {};
    for store in 1..=3_u32 {
        let about = format!("{boid}/{store}");
        let quantity = text::hash(call.seed, &about) % 500;
        stores.put(
            store.to_string(),
            map! {
                "con" => "new",
                "lot_id" => (1_000 + store).to_string(),
                "price" => cash3(call.goods.price(call.seed ^ u64::from(store), &thing.key, link)),
                "qty" => quantity.to_string(),
                "bulk_qty" => "1",
                "url" => "http://example.brickowl.com",
                "type" => kind(thing),
                "boid" => boid,
                "store_id" => store.to_string(),
                "store_name" => format!("Sample store {store}"),
                "base_currency" => "EUR",
                "country" => "DE",
                "feedback_count" => "3",
                "minimum_order" => "0.00",
                "minimum_lot_average" => "0.00",
                "open" => true,
            },
        );
    }
    Ok(stores)
}

/// By BrickOwl's number; two more have numbers that mean nothing at BrickLink.
fn colors(call: Call<'_>) -> Json {
    let mut list = map! {};
    for hue in call.goods.hues() {
        let Some(owl) = hue.owl else {
            continue;
        };
        list.put(
            owl.to_string(),
            map! {
                "id" => owl.to_string(),
                "name" => hue.name.as_str(),
                "hex" => hue.hex.as_str(),
                "peeron_names" => vec![Json::Null],
                "ldraw_ids" => Vec::new(),
                "bl_ids" => vec![hue.id.to_string().into()],
                "bl_names" => vec![hue.name.as_str().into()],
                "lego_colors" => Vec::new(),
            },
        );
    }
    for (owl, link, name) in [(162, "-1", "Any"), (163, "-2", "Mixed")] {
        list.put(
            format!("{owl}"),
            map! {
                "id" => format!("{owl}"),
                "name" => name,
                "hex" => "000000",
                "peeron_names" => Vec::new(),
                "ldraw_ids" => Vec::new(),
                "bl_ids" => vec![link.into()],
                "bl_names" => vec![Json::Null],
                "lego_colors" => Vec::new(),
            },
        );
    }
    list
}
