//! What BrickLink says of items, colours, categories and prices.

use crate::domain::market::{
    CatalogFacts, Class, Contained, Containing, Done, ElementLink, PriceGuide, PriceKey, Purpose,
    Region,
};
use crate::domain::{Category, Color, ColorId, ItemKey, ItemKind};
use crate::market::redact::encode;

use super::client::refused;
use super::facts::{contained, containing, guide, image_of};
use super::line::{BrickLink, Told, Wish};
use super::mapping::{FromWire, Object, Rows, country_word, kind_word};
use super::shapes;

/// What is left out when a set is taken apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PartOut {
    /// With its box.
    pub with_box: bool,
    /// With its instructions.
    pub instructions: bool,
    /// Figures as their parts.
    pub break_minifigs: bool,
    /// Sets within as their parts.
    pub break_subsets: bool,
}

/// Regions that the service knows. It passes over any other and answers for the whole world.
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

impl BrickLink {
    /// All colours.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn colors(&self, purpose: Purpose) -> Told<Vec<Color>> {
        self.list(&Wish::get("GET colors", "/colors", purpose))
    }

    /// All categories that have a number.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn categories(&self, purpose: Purpose) -> Told<Vec<Category>> {
        self.list(&Wish::get("GET categories", "/categories", purpose))
    }

    /// An item.
    ///
    /// # Errors
    /// `NotFound` for a number that the catalogue does not know; see [`crate::domain::market::Failure`].
    pub fn item(&self, item: &ItemKey, purpose: Purpose) -> Told<CatalogFacts> {
        let wish = Wish::get("GET items/{type}/{no}", item_path(item, ""), purpose);
        self.ask(&wish, |asked, answer| {
            let data = asked.data::<Object<shapes::Facts>>(answer)?;
            let Some(facts) = data.map(|data| data.0).filter(|facts| !facts.no.is_empty()) else {
                return Err(asked.failure(
                    Class::NotFound,
                    Done::No,
                    format!(
                        "BrickLink's catalogue has no {} {}.",
                        item.kind.word(),
                        item.no
                    ),
                ));
            };
            CatalogFacts::from_wire(facts).map_err(|why| {
                asked.odd(
                    answer,
                    &format!("BrickLink answered without a proper item ({why})."),
                )
            })
        })
    }

    /// The colours that an item is known in.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn item_colors(&self, item: &ItemKey, purpose: Purpose) -> Told<Vec<ColorId>> {
        let path = item_path(item, "/colors");
        let mut colors = self.list(&Wish::get("GET items/{type}/{no}/colors", path, purpose))?;
        colors.sort_unstable();
        colors.dedup();
        Ok(colors)
    }

    /// The address of an item's picture in a colour; empty when there is none.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn item_image(&self, item: &ItemKey, color: ColorId, purpose: Purpose) -> Told<String> {
        let path = item_path(item, &format!("/images/{color}"));
        let wish = Wish::get("GET items/{type}/{no}/images/{color}", path, purpose);
        self.ask(&wish, |asked, answer| {
            let image = asked.data::<Object<shapes::Image>>(answer)?;
            Ok(image.map_or_else(String::new, |image| image_of(&image.0.thumbnail_url)))
        })
    }

    /// What is in a set, a figure or an assembly of parts.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn subsets(
        &self,
        item: &ItemKey,
        color: Option<ColorId>,
        out: PartOut,
        purpose: Purpose,
    ) -> Told<Vec<Contained>> {
        let path = item_path(item, "/subsets");
        let mut wish = Wish::get("GET items/{type}/{no}/subsets", path, purpose)
            .with("box", out.with_box.to_string())
            .with("instruction", out.instructions.to_string())
            .with("break_minifigs", out.break_minifigs.to_string())
            .with("break_subsets", out.break_subsets.to_string())
            .large();
        if let Some(color) = color {
            wish = wish.with("color_id", color.to_string());
        }
        let groups = self.rows::<shapes::ContainedGroup>(&wish)?;
        Ok(contained(groups))
    }

    /// What holds an item.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn supersets(
        &self,
        item: &ItemKey,
        color: Option<ColorId>,
        purpose: Purpose,
    ) -> Told<Vec<Containing>> {
        let path = item_path(item, "/supersets");
        let mut wish = Wish::get("GET items/{type}/{no}/supersets", path, purpose).large();
        if let Some(color) = color {
            wish = wish.with("color_id", color.to_string());
        }
        let groups = self.rows::<shapes::ContainingGroup>(&wish)?;
        Ok(containing(groups))
    }

    /// One price guide. With an empty currency it comes in the account's own, which the answer's key then
    /// names.
    ///
    /// # Errors
    /// `Refused` for a region that the service does not know, as it would answer for the whole world; see
    /// [`crate::domain::market::Failure`].
    pub fn price(&self, key: &PriceKey, purpose: Purpose) -> Told<PriceGuide> {
        const ENDPOINT: &str = "GET items/{type}/{no}/price";
        let mut wish = Wish::get(ENDPOINT, item_path(&key.item, "/price"), purpose)
            .with("guide_type", key.guide.word())
            .with("new_or_used", key.condition.letter().to_string());
        if key.item.kind == ItemKind::Part || key.color.0 != 0 {
            wish = wish.with("color_id", key.color.to_string());
        }
        match &key.region {
            Region::World => {}
            Region::Area(area) if REGIONS.contains(&area.as_str()) => {
                wish = wish.with("region", area.as_str());
            }
            Region::Area(area) => {
                return Err(refused(
                    ENDPOINT,
                    format!(
                        "BrickLink knows no region `{area}`; use one of {}.",
                        REGIONS.join(", ")
                    ),
                ));
            }
            Region::Country(country) => {
                wish = wish.with("country_code", country_word(country));
            }
        }
        if !key.currency.is_empty() {
            wish = wish.with("currency_code", key.currency.as_str());
        }
        self.ask(&wish, |asked, answer| {
            let price = asked.data::<Object<shapes::Price>>(answer)?;
            let now = self.parts.clock.now();
            price
                .ok_or_else(|| "it sent nothing".to_owned())
                .and_then(|price| guide(key, price.0, now))
                .map_err(|why| {
                    asked.odd(
                        answer,
                        &format!(
                            "BrickLink answered without the prices that were asked for ({why})."
                        ),
                    )
                })
        })
    }

    /// The numbers on packaging that stand for an item, in one colour or in all.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn elements_of(
        &self,
        item: &ItemKey,
        color: Option<ColorId>,
        purpose: Purpose,
    ) -> Told<Vec<ElementLink>> {
        let path = format!(
            "/item_mapping/{}/{}",
            kind_word(item.kind),
            encode(&item.no)
        );
        let mut wish = Wish::get("GET item_mapping/{type}/{no}", path, purpose);
        if let Some(color) = color {
            wish = wish.with("color_id", color.to_string());
        }
        self.list(&wish)
    }

    /// What a number on packaging stands for; often several things, sometimes nothing.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`]; an unknown number is an empty list.
    pub fn element(&self, element: &str, purpose: Purpose) -> Told<Vec<ElementLink>> {
        let path = format!("/item_mapping/{}", encode(element));
        match self.list(&Wish::get("GET item_mapping/{element}", path, purpose)) {
            Err(failure) if failure.class == Class::NotFound => Ok(Vec::new()),
            other => other,
        }
    }

    fn rows<W: serde::de::DeserializeOwned + Default>(&self, wish: &Wish) -> Told<Vec<W>> {
        self.ask(wish, |asked, answer| {
            let rows = asked.data::<Rows<W>>(answer)?;
            Ok(rows.map(|rows| rows.0).unwrap_or_default())
        })
    }
}

fn item_path(item: &ItemKey, rest: &str) -> String {
    format!("/items/{}/{}{rest}", kind_word(item.kind), encode(&item.no))
}
