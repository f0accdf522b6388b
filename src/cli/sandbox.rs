//! `brickops sandbox`: BrickLink, BrickOwl and Brickognize played on this machine.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::Ending;
use super::args::Format;
use super::output::Out;
use crate::clock::SystemClock;
use crate::domain::{Completeness, ItemKey, ItemKind};
use crate::error::{Error, Result};
use crate::formats::{CatalogRow, Collected, ListLot, Source, read_catalog, read_inventory, sniff};
use crate::market::brickowl::ColorMap;
use crate::sandbox::listen::listen;
use crate::sandbox::{self, Goods, Group, Hue, Sandbox, Setup, StockRow, Thing};
use crate::services::catalog::STARTER;

/// What is played, and how.
#[derive(Debug, clap::Args)]
pub struct SandboxArgs {
    /// The port on 127.0.0.1; 0 takes any that is free.
    #[arg(long, default_value_t = 8801)]
    port: u16,
    /// The same number gives the same shop and the same buyers.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How often somebody buys, at each marketplace.
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    orders_per_hour: u32,
    /// How many lots the shop has.
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(0..=200_000))]
    lots: u32,
    /// Take the lots of this list instead (BrickStore or BrickLink XML).
    #[arg(long, value_name = "FILE", conflicts_with = "lots")]
    from: Option<PathBuf>,
    /// Catalogue downloads to play with in place of the program's own; may be given several times.
    #[arg(long, value_name = "FILE")]
    catalog: Vec<PathBuf>,
    /// Something that goes wrong; may be given several times. See below.
    #[arg(long, value_name = "SPEC")]
    fault: Vec<String>,
    /// Something that is chosen, such as bricklink.closed=true; may be given several times.
    #[arg(long, value_name = "NAME=VALUE")]
    switch: Vec<String>,
    /// So many times as fast as the clock.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    speed: u32,
}

/// What a client needs to know.
#[derive(Debug, Serialize)]
struct Addresses {
    bricklink: String,
    brickowl: String,
    brickognize: String,
    pictures: String,
    control: String,
    consumer_key: &'static str,
    consumer_secret: &'static str,
    token: &'static str,
    token_secret: &'static str,
    brickowl_key: &'static str,
    lots: usize,
    items: usize,
}

/// Plays until it is interrupted.
pub fn run(args: &SandboxArgs, out: &Out) -> anyhow::Result<Ending> {
    // Before anything is said: who reads the addresses may interrupt at once.
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])
        .map_err(|e| Error::internal(format!("Interruptions cannot be noticed: {e}.")))?;
    let goods = if args.catalog.is_empty() {
        starter()?
    } else {
        downloads(&args.catalog)?
    };
    let stock = match &args.from {
        Some(file) => list(file)?,
        None => goods.stock(args.seed, usize::try_from(args.lots).unwrap_or(usize::MAX)),
    };
    let (lots, items) = (stock.len(), goods.things().len());
    let setup = Setup {
        seed: args.seed,
        speed: args.speed,
        orders_per_hour: args.orders_per_hour,
        goods,
        stock,
    };
    let played = Arc::new(Sandbox::new(Arc::new(SystemClock), setup));
    for fault in &args.fault {
        played.fault(fault)?;
    }
    for switch in &args.switch {
        turn(&played, switch)?;
    }
    let listening = listen(Arc::clone(&played), args.port)?;
    let base = format!("http://{}", listening.address());
    let addresses = Addresses {
        bricklink: format!("{base}/api/store/v1"),
        brickowl: format!("{base}/v1"),
        brickognize: base.clone(),
        pictures: format!("{base}/img"),
        control: format!("{base}/__mock"),
        consumer_key: sandbox::CONSUMER_KEY,
        consumer_secret: sandbox::CONSUMER_SECRET,
        token: sandbox::TOKEN,
        token_secret: sandbox::TOKEN_SECRET,
        brickowl_key: sandbox::OWL_KEY,
        lots,
        items,
    };
    tell(&addresses, out);
    // The first signal ends it; connections are cut.
    let _ = signals.forever().next();
    drop(listening);
    Ok(Ending::Done)
}

fn tell(at: &Addresses, out: &Out) {
    if out.format == Format::Json {
        out.document(at);
        return;
    }
    for (name, value) in [
        ("BrickLink", at.bricklink.as_str()),
        ("  consumer key", at.consumer_key),
        ("  consumer secret", at.consumer_secret),
        ("  token", at.token),
        ("  token secret", at.token_secret),
        ("BrickOwl", &at.brickowl),
        ("  key", at.brickowl_key),
        ("Brickognize", &at.brickognize),
        ("Pictures", &at.pictures),
        ("Control", &at.control),
    ] {
        out.line(format!("{name:<18} {value}"));
    }
    out.line(format!(
        "PRACTICE: {} lots, {} items, nothing of it is real. Ctrl+C ends it.",
        at.lots, at.items
    ));
}

/// `bricklink.closed=true`: the value is JSON, or else a word.
fn turn(played: &Sandbox, switch: &str) -> Result<()> {
    let wrong = || {
        Error::invalid(format!(
            "There is no switch or position {switch}. Write one like bricklink.closed=true."
        ))
    };
    let (name, value) = switch.split_once('=').ok_or_else(wrong)?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
    played
        .switch(name.trim(), &value)
        .then_some(())
        .ok_or_else(wrong)
}

/// The catalogue that is part of the program.
pub fn starter() -> Result<Goods> {
    let mut rows = Collected::default();
    for (name, bytes) in &STARTER {
        let mut source = Source::from_bytes(*name, bytes)?;
        let kind = sniff(&mut source)?;
        read_catalog(&mut source, &kind, &mut rows)?;
    }
    Ok(goods(rows))
}

fn downloads(files: &[PathBuf]) -> Result<Goods> {
    let mut rows = Collected::default();
    for file in files {
        let mut source = Source::open(file)?;
        let kind = sniff(&mut source)?;
        read_catalog(&mut source, &kind, &mut rows)?;
    }
    Ok(goods(rows))
}

fn goods(rows: Collected) -> Goods {
    let mut things: Vec<Thing> = Vec::new();
    let mut at: HashMap<(ItemKind, String), usize> = HashMap::new();
    let mut hues = Vec::new();
    let mut groups = Vec::new();
    let mut codes = Vec::new();
    let owl = ColorMap::default();
    for (_, row) in rows.rows {
        match row {
            CatalogRow::Color(color) => hues.push(Hue {
                id: color.id.0,
                hex: color.rgb.map_or(String::new(), |rgb| {
                    format!("{:02x}{:02x}{:02x}", rgb.0, rgb.1, rgb.2)
                }),
                family: color.group,
                name: color.name,
                owl: owl.owl_of(color.id),
            }),
            CatalogRow::Category(row) => groups.push(Group {
                id: row.id.0,
                name: row.name,
            }),
            CatalogRow::Item(row) => {
                let size = row
                    .dimensions
                    .map_or([None; 3], |size| [size.x, size.y, size.z]);
                let known = at.insert((row.key.kind, row.key.folded()), things.len());
                if known.is_some() {
                    at.extend(known.map(|first| ((row.key.kind, row.key.folded()), first)));
                    continue;
                }
                things.push(Thing {
                    name: row.name,
                    category: row.category.map_or(0, |id| id.0),
                    year: row.year,
                    weight: row.weight.map_or(0, |grams| i64::from(grams.0) / 10),
                    size: size.map(|side| i64::from(side.unwrap_or(0))),
                    alternates: row.alternates,
                    elements: Vec::new(),
                    key: row.key,
                });
            }
            CatalogRow::Code(code) => codes.push(code),
            CatalogRow::ItemType(_) | CatalogRow::Bin(_) => {}
        }
    }
    let named: HashMap<&str, u16> = hues.iter().map(|hue| (hue.name.as_str(), hue.id)).collect();
    for code in codes {
        let thing = at.get(&(code.key.kind, code.key.folded()));
        let color = named.get(code.color.as_str());
        if let (Some(thing), Some(color)) = (thing, color) {
            things[*thing].elements.push((code.element, *color));
        }
    }
    Goods::new(things, hues, groups)
}

fn list(file: &Path) -> Result<Vec<StockRow>> {
    lots(Source::open(file)?)
}

/// The services with the program's own catalogue and the lots of a list, and buyers who come now and then.
pub fn with_lots(name: &str, bytes: &'static [u8], orders_per_hour: u32) -> Result<Arc<Sandbox>> {
    let setup = Setup {
        seed: 1,
        speed: 1,
        orders_per_hour,
        goods: starter()?,
        stock: lots(Source::from_bytes(name, bytes)?)?,
    };
    Ok(Arc::new(Sandbox::new(Arc::new(SystemClock), setup)))
}

fn lots(mut source: Source) -> Result<Vec<StockRow>> {
    let kind = sniff(&mut source)?;
    let list = read_inventory(&mut source, &kind)?;
    Ok(list.lots.into_iter().map(row).collect())
}

fn row(lot: ListLot) -> StockRow {
    StockRow {
        key: ItemKey::new(lot.item.kind, lot.item.no),
        color: lot.color.0,
        quantity: lot.quantity,
        used: lot.condition.letter() == 'U',
        completeness: lot.completeness.map(|how| match how {
            Completeness::Complete => 'C',
            Completeness::Incomplete => 'B',
            Completeness::Sealed => 'S',
        }),
        price: lot.price.raw().max(0),
        cost: lot.cost.raw().max(0),
        description: lot.comments,
        remarks: lot.remarks,
        bulk: i64::from(lot.bulk),
        sale: i64::from(lot.sale),
        retain: lot.retain,
        room: lot.stockroom,
        tiers: lot
            .tiers
            .map(|tier| (i64::from(tier.quantity), tier.price.raw().max(0))),
        id: lot.lot_id.and_then(|id| i64::try_from(id).ok()),
    }
}
