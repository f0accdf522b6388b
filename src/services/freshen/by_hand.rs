//! What a person asks for now: an item's facts and prices, or a number that the catalogue does not know.

use super::refresh::Due;
use crate::domain::market::{Class, Purpose, Refreshed, Trouble};
use crate::domain::{ColorId, ItemKey, ItemKind, Scope};
use crate::error::{Error, Kind, Result};
use crate::services::App;

/// Kinds that a number may be of, the likeliest first; each costs a call.
fn kinds_of(no: &str) -> Vec<ItemKind> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if let Some((head, tail)) = no.rsplit_once('-')
        && digits(tail)
        && !head.is_empty()
    {
        return vec![ItemKind::Set, ItemKind::Gear, ItemKind::Part];
    }
    let letters = no.bytes().take_while(u8::is_ascii_alphabetic).count();
    if (2..=4).contains(&letters)
        && no[letters..]
            .bytes()
            .next()
            .is_some_and(|b| b.is_ascii_digit())
    {
        return vec![ItemKind::Minifigure, ItemKind::Part, ItemKind::Gear];
    }
    vec![ItemKind::Part, ItemKind::Minifigure, ItemKind::Gear]
}

/// Why nothing came, for whoever asked for it.
fn failed(trouble: &Trouble) -> Error {
    let kind = match trouble.class {
        Class::NotFound => Kind::NotFound,
        Class::NoKeys | Class::Offline => Kind::Invalid,
        Class::Budget | Class::Throttled | Class::Held => Kind::RateLimited,
        _ => Kind::Upstream,
    };
    let wait = trouble.again.since(trouble.at) / 1_000_000;
    Error {
        retry_after: trouble
            .class
            .passes()
            .then(|| u32::try_from(wait).unwrap_or(u32::MAX)),
        ..Error::new(kind, trouble.text.clone())
    }
}

impl App {
    /// Fetches an item, its colours and the prices that matter now, with the keys of the shop; `color` is
    /// one of them from now on. What fails is told and tried again later; what was known stays.
    ///
    /// # Errors
    /// `Forbidden` without the right to read the catalogue, `Storage` when the store cannot be used.
    pub fn refresh_now(
        &self,
        scope: &Scope,
        key: &ItemKey,
        color: Option<ColorId>,
        stale: bool,
    ) -> Result<Refreshed> {
        super::somebody(scope)?;
        if self.is_known(key)? {
            self.note_look(key, color, scope.now)?;
        }
        let due = if stale { Due::Old } else { Due::All };
        self.refreshed(scope, key, due, Purpose::Person)
    }

    /// Fetches a number that the catalogue does not know; from then on it is found by it.
    ///
    /// # Errors
    /// `NotFound` when BrickLink does not know it either; `Upstream`, `RateLimited` or `Invalid` when
    /// BrickLink could not be asked; `Forbidden` and `Storage` as [`App::refresh_now`].
    pub fn fetch_number(&self, scope: &Scope, no: &str, kind: Option<ItemKind>) -> Result<ItemKey> {
        super::somebody(scope)?;
        let no = no.trim();
        if no.is_empty() || no.len() > 40 || no.chars().any(|c| c.is_whitespace() || c.is_control())
        {
            return Err(Error::invalid(
                "That is not a number of an item. Write it as BrickLink does, such as 3001 or 75105-1.",
            ));
        }
        for kind in kind.map_or_else(|| kinds_of(no), |kind| vec![kind]) {
            let key = ItemKey::new(kind, no);
            if self.is_known(&key)? {
                return Ok(key);
            }
            let done = self.refreshed(scope, &key, Due::All, Purpose::Person)?;
            if let Some(item) = self.item_record(&key)? {
                return Ok(item.key);
            }
            if let Some(trouble) = done.trouble
                && trouble.class != Class::NotFound
            {
                return Err(failed(&trouble));
            }
        }
        Err(Error::not_found(format!(
            "BrickLink does not know {no} either. Check the number."
        )))
    }

    /// Whether the catalogue knows an item, or it was fetched.
    pub(super) fn is_known(&self, key: &ItemKey) -> Result<bool> {
        self.store.read(|tx| match tx.catalog()? {
            Some(catalog) => catalog.knows(key),
            None => Ok(tx
                .fetched_item(key)?
                .is_some_and(|item| item.facts.known.is_some())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_look_of_a_number_says_what_it_may_be() {
        for (no, first) in [
            ("3001", ItemKind::Part),
            ("3001pb01", ItemKind::Part),
            ("75105-1", ItemKind::Set),
            ("sw0001", ItemKind::Minifigure),
            ("sw0001a", ItemKind::Minifigure),
            ("973pb0123c01", ItemKind::Part),
            ("x", ItemKind::Part),
            ("bb0012", ItemKind::Minifigure),
            ("-1", ItemKind::Part),
        ] {
            assert_eq!(kinds_of(no)[0], first, "{no}");
        }
    }
}
