//! What the shop answers about its catalogue, lots and orders.

use super::shop::{CATEGORIES, COLORS, NOW, State, color, days_ago};
use crate::api::{Answer, Opened, Reply, Request, Rows, Spelled};
use crate::domain::market::{PictureLook, PriceState};
use crate::domain::rows::{
    CategoryRow, ColorRow, FactsRow, ItemColorRow, ItemDetail, ItemRow, LotRow, Overview,
};
use crate::domain::*;
use crate::error::Error;

/// A picture of something red.
fn brick() -> Vec<u8> {
    let red: image::DynamicImage =
        image::RgbImage::from_pixel(96, 96, image::Rgb([201, 26, 9])).into();
    let mut png = std::io::Cursor::new(Vec::new());
    red.write_to(&mut png, image::ImageFormat::Png)
        .expect("a PNG");
    png.into_inner()
}

fn words_in(text: &str, hay: &str) -> bool {
    let hay = hay.to_lowercase();
    text.to_lowercase()
        .split_whitespace()
        .all(|word| hay.contains(word))
}

impl State {
    pub(super) fn answer(&mut self, request: Request, empty: bool) -> Answer {
        if let Request::Door(request) = request {
            return self.door(request);
        }
        self.somebody()?;
        match request {
            Request::Office(request) => self.office(request),
            Request::Keys(request) => self.keys(request),
            Request::Fresh(request) => self.fresh(request),
            Request::Jobs(request) => Ok(super::shop_jobs::answer(&request)),
            Request::Machine(request) => super::shop_machine::answer(&request, empty),
            Request::Stock(request) => self.stock(request),
            Request::Identify(request) => super::shop_identify::answer(&request, empty),
            Request::Overlay { key } => Ok(self.overlay(&key)),
            Request::SetOverlay { key, edit } => Ok(self.set_overlay(&key, *edit)),
            Request::Overview => Ok(Reply::Overview(Box::new(self.overview(empty)))),
            Request::Open { spec, rows } => Ok(Reply::Opened(self.open(spec, rows))),
            Request::Window { view, offset, len } => self.window(view, offset, len),
            Request::Count { query } => Ok(Reply::Counts(Box::new(self.counts(&query)))),
            Request::Spell { mut query, rows } => {
                if !query.text.contains("plaet") {
                    return Ok(Reply::Spelled(None));
                }
                query.text = query.text.replace("plaet", "plate");
                let text = query.text.clone();
                let opened = self.open(ViewSpec::Catalog(query), rows);
                Ok(Reply::Spelled(Some(Box::new(Spelled { text, opened }))))
            }
            Request::Item { key } => self.detail(&key),
            Request::Picture { .. } => Ok(Reply::Picture(PictureLook::Here(brick()))),
            Request::Categories => Ok(Reply::Categories(self.categories())),
            Request::Colors => Ok(Reply::Colors(
                (0..COLORS.len())
                    .map(|at| ColorRow {
                        color: color(at),
                        items: 300 - 11 * at as u32,
                    })
                    .collect(),
            )),
            Request::Order { id } => self
                .orders
                .iter()
                .find(|order| order.row.id == id)
                .map(|order| Reply::Order(Box::new(order.clone())))
                .ok_or_else(|| Error::not_found("There is no such order.")),
            other => self.pick(other),
        }
    }

    fn overview(&self, empty: bool) -> Overview {
        Overview {
            shop: "Brick Corner".to_owned(),
            practice: !empty,
            items: vec![(ItemKind::Part, self.items.len() as u32)],
            starter_only: empty,
            catalog_at: (!empty).then(|| days_ago(3)),
            search_ready: true,
            lots: self.lots.len() as u32,
            pieces: self
                .lots
                .iter()
                .map(|lot| u64::from(lot.stock.available))
                .sum(),
            value: Money::from_raw(12_345_600),
            currency: "EUR".to_owned(),
            orders_to_pick: self
                .orders
                .iter()
                .filter(|order| order.row.status.can_be_picked() && order.row.session.is_none())
                .count() as u32,
            oldest_order: self.orders.first().map(|order| order.row.ordered),
            short_lines: u32::from(!empty),
            walks: self
                .walks
                .iter()
                .filter(|walk| walk.view.state == PickState::Open)
                .map(|walk| (walk.view.id, walk.view.done, walk.view.lines.len() as u16))
                .collect(),
        }
    }

    fn matching(&self, query: &CatalogQuery) -> Vec<&Item> {
        let filter = &query.filter;
        self.items
            .iter()
            .filter(|item| words_in(&query.text, &format!("{} {}", item.key.no, item.name)))
            .filter(|item| filter.kinds.is_empty() || filter.kinds.contains(&item.key.kind))
            .filter(|item| {
                query.own.as_ref().is_none_or(|words| {
                    self.overlay_of(&item.key).is_some_and(|overlay| {
                        words_in(
                            words,
                            &format!("{} {}", overlay.notes, overlay.tags.join(" ")),
                        )
                    })
                })
            })
            .filter(|item| {
                filter
                    .color
                    .is_none_or(|id| item.colors.iter().any(|c| c.color == id))
            })
            .filter(|item| filter.category.is_none_or(|id| item.category == id))
            .filter(|item| {
                filter
                    .printed
                    .is_none_or(|printed| item.printed() == printed)
            })
            .collect()
    }

    fn item_row(&self, item: &Item) -> ItemRow {
        let here = self.lots.iter().filter(|lot| lot.item == item.key);
        ItemRow {
            key: item.key.clone(),
            name: item.name.clone(),
            colors: item.colors.len() as u16,
            year: item.year,
            bin: item.bin,
            own_bin: self.overlay_of(&item.key).and_then(|overlay| overlay.bin),
            tags: Vec::new(),
            printed: item.printed(),
            vanished: false,
            stock: here.map(|lot| lot.stock.available).sum(),
            category: String::new(),
            score: 0,
        }
    }

    fn rows(&self, spec: &ViewSpec) -> Rows {
        match spec {
            ViewSpec::Catalog(query) => Rows::Items(
                self.matching(query)
                    .into_iter()
                    .map(|item| self.item_row(item))
                    .collect(),
            ),
            ViewSpec::Lots(query) if self.lots_at(query).is_some() => {
                Rows::Lots(self.lots_at(query).unwrap_or_default())
            }
            ViewSpec::Lots(query) => Rows::Lots(
                self.lots
                    .iter()
                    .filter(|lot| {
                        let hay = format!(
                            "{} {} {} {}",
                            lot.item.no, lot.name, lot.color.name, lot.place
                        );
                        words_in(&query.text, &hay)
                    })
                    .cloned()
                    .collect(),
            ),
            ViewSpec::Orders(query) => Rows::Orders(
                self.orders
                    .iter()
                    .map(|order| order.row.clone())
                    .filter(|row| !query.to_pick || row.status.can_be_picked())
                    .filter(|row| words_in(&query.text, &format!("{} {}", row.number, row.party)))
                    .collect(),
            ),
        }
    }

    fn open(&mut self, spec: ViewSpec, wanted: u16) -> Opened {
        let all = self.rows(&spec);
        let total = all.len();
        let counted = !matches!(spec, ViewSpec::Catalog(_));
        self.views.push(spec);
        Opened {
            view: ViewId(self.views.len() as u64),
            rows: cut(all, 0, wanted.into()),
            total: counted.then_some(total as u32),
            more: total > usize::from(wanted),
            totals: None,
        }
    }

    fn window(&self, view: ViewId, offset: u32, len: u16) -> Answer {
        let spec = self
            .views
            .get((view.0 as usize).wrapping_sub(1))
            .ok_or_else(|| Error::not_found("That list is not open any more."))?;
        let all = self.rows(spec);
        Ok(Reply::Window {
            view,
            offset,
            total: all.len() as u32,
            rows: cut(all, offset as usize, len.into()),
        })
    }

    fn counts(&self, query: &CatalogQuery) -> CatalogCounts {
        let found = self.matching(query);
        let printed = found.iter().filter(|item| item.printed()).count() as u32;
        let total = found.len() as u32;
        let mut categories: Vec<(CategoryId, u32)> = Vec::new();
        for (id, ..) in CATEGORIES {
            let count = found.iter().filter(|item| item.category.0 == id).count() as u32;
            if count > 0 {
                categories.push((CategoryId(id), count));
            }
        }
        CatalogCounts {
            total,
            of: self.items.len() as u32,
            kinds: vec![(ItemKind::Part, total)],
            categories,
            colors: (0..COLORS.len())
                .map(|at| (color(at).id, total / (at as u32 + 1)))
                .collect(),
            years: vec![(1977, 7), (1999, 12), (2014, 8)],
            printed,
            plain: total - printed,
            obsolete: vec![(Obsolete::Unknown, total)],
            cabinets: vec![('C', total)],
        }
    }

    fn categories(&self) -> Vec<CategoryRow> {
        CATEGORIES
            .iter()
            .map(|(id, name, parent)| CategoryRow {
                id: CategoryId(*id),
                name: (*name).to_owned(),
                parent: parent.map(CategoryId),
                items: self
                    .items
                    .iter()
                    .filter(|item| item.category.0 == *id)
                    .count() as u32,
            })
            .collect()
    }

    fn detail(&self, key: &ItemKey) -> Answer {
        let item = self
            .items
            .iter()
            .find(|item| item.key == *key)
            .ok_or_else(|| Error::not_found(format!("There is no item {key}.")))?;
        let lots: Vec<LotRow> = self
            .lots
            .iter()
            .filter(|lot| lot.item == *key)
            .cloned()
            .collect();
        let base: String = key.no.chars().take_while(char::is_ascii_digit).collect();
        let similar = self.items.iter().filter(|other| other.key != *key);
        let windows = Windows::default();
        let row = |what: &str, facts: Option<Facts>| FactsRow {
            what: what.to_owned(),
            facts,
            freshness: facts.map(|facts| windows.judge(facts.at, NOW)),
            trouble: None,
        };
        let mut detail = ItemDetail {
            fetching: PriceState::Here,
            prices: None,
            printed: item.printed(),
            obsolete: Obsolete::Unknown,
            overlay: self.overlay_of(key),
            category_path: vec![
                CATEGORIES
                    .iter()
                    .find(|(id, ..)| *id == item.category.0)
                    .map_or_else(String::new, |(_, name, _)| (*name).to_owned()),
            ],
            colors: item
                .colors
                .iter()
                .enumerate()
                .map(|(at, known)| ItemColorRow {
                    color: color(at),
                    elements: known.elements.clone(),
                    stock: lots
                        .iter()
                        .filter(|lot| lot.color.id == known.color)
                        .map(|lot| lot.stock.available)
                        .sum(),
                })
                .collect(),
            facts: vec![
                row("name, category, size", Some(item.basics)),
                row("colours", item.colors_from),
                row("sort bin", item.bin_from),
            ],
            lots,
            similar: similar
                .filter(|other| other.key.no.starts_with(&base))
                .take(8)
                .map(|other| self.item_row(other))
                .collect(),
            item: item.clone(),
        };
        self.freshen(&mut detail);
        Ok(Reply::Item(Box::new(detail)))
    }
}

fn cut(rows: Rows, offset: usize, len: usize) -> Rows {
    match rows {
        Rows::Items(rows) => Rows::Items(rows.into_iter().skip(offset).take(len).collect()),
        Rows::Lots(rows) => Rows::Lots(rows.into_iter().skip(offset).take(len).collect()),
        Rows::Orders(rows) => Rows::Orders(rows.into_iter().skip(offset).take(len).collect()),
    }
}
