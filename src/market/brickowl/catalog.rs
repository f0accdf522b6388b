//! The verbs of BrickOwl's catalogue: its numbers of items and colours.

use super::client::{BrickOwl, OWL};
use super::colors::ColorMap;
use super::errors;
use super::mapping::{self, Look};
use super::shapes::{WireBoids, WireColor};
use crate::domain::ItemKey;
use crate::domain::market::{Class, Purpose};
use crate::market::attempt::{Outside, garbled};
use crate::market::lenient::Maybe;

/// What BrickOwl calls an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It does not sell such things at all.
    Never,
    /// It does not know this one; worth asking again after some days.
    Nothing,
    /// Its number, without colour.
    One(String),
    /// Several; a person must choose.
    Several(Vec<String>),
}

impl BrickOwl {
    /// BrickOwl's number of an item, asked for in every way that is known to work; each is a call.
    /// `name` tells stickers from parts and may be empty.
    ///
    /// # Errors
    /// What the service, the wire or the gate say.
    pub fn find(&self, purpose: Purpose, item: &ItemKey, name: &str) -> Outside<Found> {
        let looks = mapping::looks(item, name, self.settings.habits);
        if looks.is_empty() {
            return Ok(Found::Never);
        }
        for (at, look) in looks.iter().enumerate() {
            let bases = match self.look(purpose, &item.no, *look) {
                Ok(bases) => bases,
                // The later ways are not documented: a refusal there means that nothing is found.
                Err(failure) if failure.class == Class::NotFound => continue,
                Err(failure) if at > 0 && failure.class == Class::Refused => continue,
                Err(failure) => return Err(failure),
            };
            match <[String; 1]>::try_from(bases) {
                Ok([base]) => return Ok(Found::One(base)),
                Err(bases) if bases.is_empty() => {}
                Err(bases) => return Ok(Found::Several(bases)),
            }
        }
        Ok(Found::Nothing)
    }

    /// One way of asking; numbers without colour, each once.
    ///
    /// # Errors
    /// What the service, the wire or the gate say.
    pub fn look(&self, purpose: Purpose, no: &str, look: Look) -> Outside<Vec<String>> {
        let mut query = vec![("id", no.to_owned())];
        if let Some(kind) = look.kind {
            query.push(("type", kind.to_owned()));
        }
        query.push(("id_type", look.id_type.to_owned()));
        self.read(
            purpose,
            "GET catalog/id_lookup",
            "catalog/id_lookup",
            &query,
            |answer| {
                let found: Maybe<WireBoids> = errors::object(answer)?;
                let boids = found.0.unwrap_or_default().boids;
                Ok(mapping::bases(
                    boids.0.iter().map(crate::market::lenient::Word::text),
                ))
            },
        )
    }

    /// The colours as BrickOwl lists them now, matched with BrickLink's.
    ///
    /// # Errors
    /// What the service, the wire or the gate say.
    pub fn color_list(&self, purpose: Purpose) -> Outside<ColorMap> {
        self.read(
            purpose,
            "GET catalog/color_list",
            "catalog/color_list",
            &[],
            |answer| {
                let colors: Vec<WireColor> = errors::values(answer)?;
                if colors.is_empty() {
                    return Err(garbled(OWL, "a list without colours", false));
                }
                Ok(ColorMap::with_list(colors.iter()))
            },
        )
    }
}
