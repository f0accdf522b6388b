//! Many requests in one call, each with an answer of its own. Fields other than quantities are known to be
//! acknowledged in a batch and then ignored; whoever sends them reads them back.

use std::collections::BTreeMap;

use serde::Serialize;

use super::client::{BrickOwl, LotName, OWL};
use super::errors;
use super::mapping::{self, Form, Look};
use super::shapes::{Said, WireBatch, WireBatched};
use crate::domain::ItemKind;
use crate::domain::market::{ListingChange, NewListing, Purpose};
use crate::market::Answer;
use crate::market::attempt::{MANY_CHANGES, Outside, by_status, garbled, named, unsayable};
use crate::market::lenient::{Many, Maybe};

/// Most requests in one batch.
pub const BATCH: usize = 50;

/// What becomes of a lot's pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// That many more or fewer; never sent twice.
    By(i64),
    /// That many from now on.
    To(u32),
}

/// A lot and what becomes of its pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotQuantity {
    /// Which lot.
    pub lot: LotName,
    /// Its pieces.
    pub quantity: Quantity,
}

/// One request of a mixed batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Make a lot, bare.
    Create(Box<NewListing>),
    /// Change a lot; its kind decides how its condition is written.
    Update(LotName, ItemKind, Box<ListingChange>),
    /// Remove a lot.
    Delete(LotName),
    /// Look up an item by a number and one way of asking.
    Look(String, Look),
}

/// What a request of a mixed batch brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Brought {
    /// The number of the new lot.
    Made(u64),
    /// It is done.
    Done,
    /// Numbers of the item without colour, each once.
    Numbers(Vec<String>),
}

#[derive(Serialize)]
struct Mixed<'r> {
    requests: Vec<MixedRequest<'r>>,
}

#[derive(Serialize)]
struct MixedRequest<'r> {
    endpoint: &'static str,
    #[serde(rename = "request_method")]
    method: &'static str,
    params: [BTreeMap<&'static str, &'r str>; 1],
}

#[derive(Serialize)]
struct Requests {
    requests: Vec<Request>,
}

#[derive(Serialize)]
struct Request {
    endpoint: &'static str,
    #[serde(rename = "request_method")]
    method: &'static str,
    params: [Params; 1],
}

#[derive(Serialize, Default)]
struct Params {
    #[serde(skip_serializing_if = "Option::is_none")]
    lot_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relative_quantity: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    absolute_quantity: Option<u32>,
}

impl BrickOwl {
    /// Sets up to [`BATCH`] quantities in one call; each has an answer of its own, in their order.
    ///
    /// # Errors
    /// When the call as a whole fails; then nobody knows of any of them if `done` says so.
    pub fn set_quantities(
        &self,
        purpose: Purpose,
        lots: &[LotQuantity],
    ) -> Outside<Vec<Outside<()>>> {
        if lots.is_empty() {
            return Ok(Vec::new());
        }
        if lots.len() > BATCH {
            return Err(unsayable(
                OWL,
                format!("BrickOwl takes {BATCH} changes at once; send the others after them."),
            ));
        }
        let requests = serde_json::to_string(&Requests {
            requests: lots.iter().map(request).collect(),
        })
        .map_err(|_| {
            unsayable(
                OWL,
                "The batch could not be written; send its lots one by one.",
            )
        })?;
        self.post(
            purpose,
            MANY_CHANGES,
            "bulk/batch",
            &vec![("requests", requests)],
            |answer| answers(answer, lots.len()),
        )
        .map(|answers| {
            answers
                .into_iter()
                .map(|one| one.map_err(|failure| named(failure, MANY_CHANGES, &self.redactor)))
                .collect()
        })
    }
}

impl BrickOwl {
    /// Sends up to [`BATCH`] requests of any kind in one call; each has an answer of its own, in their order.
    /// One that cannot be said to BrickOwl is refused without being sent.
    ///
    /// # Errors
    /// When the call as a whole fails; then nobody knows of any of them if `done` says so.
    pub fn batch(&self, purpose: Purpose, asked: &[Asked]) -> Outside<Vec<Outside<Brought>>> {
        if asked.len() > BATCH {
            return Err(unsayable(
                OWL,
                format!("BrickOwl takes {BATCH} requests at once; send the others after them."),
            ));
        }
        let forms: Vec<Outside<Form>> = asked.iter().map(|one| self.said(one)).collect();
        let sent: Vec<(&Asked, &Form)> = asked
            .iter()
            .zip(&forms)
            .filter_map(|(one, form)| form.as_ref().ok().map(|form| (one, form)))
            .collect();
        let mut answers = Vec::new();
        if !sent.is_empty() {
            let requests = sent.iter().map(|(one, form)| one.request(form)).collect();
            let text = serde_json::to_string(&Mixed { requests }).map_err(|_| {
                unsayable(
                    OWL,
                    "The batch could not be written; send its requests one by one.",
                )
            })?;
            answers = self.post(
                purpose,
                MANY_CHANGES,
                "bulk/batch",
                &vec![("requests", text)],
                |answer| paired(answer, sent.len()),
            )?;
        }
        let mut answers = answers.into_iter();
        Ok(asked
            .iter()
            .zip(forms)
            .map(|(one, form)| {
                form?;
                let writes = !matches!(one, Asked::Look(..));
                let row = answers.next().flatten();
                let row = row.ok_or_else(|| garbled(OWL, "this request has no answer", writes));
                row.and_then(|row| one.read(row))
                    .map_err(|failure| named(failure, MANY_CHANGES, &self.redactor))
            })
            .collect())
    }

    /// The fields of a request.
    fn said(&self, asked: &Asked) -> Outside<Form> {
        let habits = self.settings.habits;
        let no = |why| unsayable(OWL, why);
        Ok(match asked {
            Asked::Create(new) => mapping::create(new, &self.colors, habits).map_err(no)?,
            Asked::Update(name, kind, change) => {
                let mut form = vec![name.field()];
                form.extend(mapping::update(change, *kind, habits).map_err(no)?);
                form
            }
            Asked::Delete(name) => vec![name.field()],
            Asked::Look(no, look) => {
                let mut form = vec![("id", no.clone())];
                form.extend(look.kind.map(|kind| ("type", kind.to_owned())));
                form.push(("id_type", look.id_type.to_owned()));
                form
            }
        })
    }
}

impl Asked {
    fn request<'r>(&self, form: &'r Form) -> MixedRequest<'r> {
        let (endpoint, method) = match self {
            Self::Create(_) => ("inventory/create", "POST"),
            Self::Update(..) => ("inventory/update", "POST"),
            Self::Delete(_) => ("inventory/delete", "POST"),
            Self::Look(..) => ("catalog/id_lookup", "GET"),
        };
        let fields = form.iter().map(|(name, value)| (*name, value.as_str()));
        MixedRequest {
            endpoint,
            method,
            params: [fields.collect()],
        }
    }

    fn read(&self, row: WireBatched) -> Outside<Brought> {
        let (said, code) = told(row, !matches!(self, Self::Look(..)))?;
        match self {
            Self::Look(..) => {
                let numbers = said.boids.0.iter().map(crate::market::lenient::Word::text);
                Ok(Brought::Numbers(mapping::bases(numbers)))
            }
            Self::Create(_) => errors::success(said, code)?
                .lot_id
                .whole()
                .and_then(|id| u64::try_from(id).ok())
                .filter(|id| *id > 0)
                .map(Brought::Made)
                .ok_or_else(|| garbled(OWL, "the new lot has no number", true)),
            Self::Update(..) | Self::Delete(_) => {
                errors::success(said, code).map(|_| Brought::Done)
            }
        }
    }
}

fn request(lot: &LotQuantity) -> Request {
    let mut params = Params::default();
    match &lot.lot {
        LotName::Number(number) => params.lot_id = Some(*number),
        LotName::External(external) => params.external_id = Some(external.clone()),
    }
    match lot.quantity {
        Quantity::By(by) => params.relative_quantity = Some(by),
        Quantity::To(to) => params.absolute_quantity = Some(to),
    }
    Request {
        endpoint: "inventory/update",
        method: "POST",
        params: [params],
    }
}

/// The answers in the order of the requests. One that is missing leaves open whether it was done.
fn answers(answer: &Answer, count: usize) -> Outside<Vec<Outside<()>>> {
    Ok(paired(answer, count)?
        .into_iter()
        .map(|row| match row {
            Some(row) => one(row),
            None => Err(garbled(OWL, "this change has no answer", true)),
        })
        .collect())
}

/// The rows in the order of the requests; `None` where one is missing.
fn paired(answer: &Answer, count: usize) -> Outside<Vec<Option<WireBatched>>> {
    let rows = batched(answer)?;
    let mut found: Vec<Option<WireBatched>> = (0..count).map(|_| None).collect();
    for (at, row) in rows.into_iter().enumerate() {
        let place = row
            .req_num
            .whole()
            .and_then(|number| usize::try_from(number.checked_sub(1)?).ok())
            .or_else(|| row.req_num.is_empty().then_some(at));
        if let Some(slot @ None) = place.and_then(|place| found.get_mut(place)) {
            *slot = Some(row);
        }
    }
    Ok(found)
}

/// The rows, bare or under a name.
fn batched(answer: &Answer) -> Outside<Vec<WireBatched>> {
    let first = answer.body.iter().find(|byte| !byte.is_ascii_whitespace());
    let rows = if first == Some(&b'{') {
        let wrapped: WireBatch = errors::changed(answer)?;
        if let Some(rows) = wrapped.responses {
            rows.0
        } else {
            // A list of one may come as that one.
            let alone: WireBatched = errors::changed(answer)?;
            if alone.code.is_empty() {
                Vec::new()
            } else {
                vec![alone]
            }
        }
    } else {
        let bare: Many<Maybe<WireBatched>> = errors::changed(answer)?;
        bare.0
            .into_iter()
            .map(|row| row.0.unwrap_or_default())
            .collect()
    };
    if rows.is_empty() {
        return Err(garbled(OWL, "a batch without answers", true));
    }
    Ok(rows)
}

fn one(row: WireBatched) -> Outside<()> {
    let (said, code) = told(row, true)?;
    errors::success(said, code).map(drop)
}

/// What one answer says, where it is no failure.
fn told(row: WireBatched, writes: bool) -> Outside<(Said, u16)> {
    let code = row.code.whole().and_then(|code| u16::try_from(code).ok());
    let code = code.unwrap_or(200);
    let said = row.body.0.unwrap_or_default();
    if let Some(trouble) = &said.error {
        return Err(Box::new(errors::refused(code, &trouble.0)));
    }
    let alone = Answer {
        status: code,
        headers: Vec::new(),
        body: Vec::new(),
    };
    match by_status(OWL, &alone, writes) {
        Some(failure) => Err(Box::new(failure)),
        None if code < 300 => Ok((said, code)),
        None => Err(Box::new(errors::refused(code, ""))),
    }
}
