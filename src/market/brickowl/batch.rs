//! Many quantities in one call. Other fields are known to be acknowledged in a batch and then ignored,
//! so a batch cannot carry them here.

use serde::Serialize;

use super::client::{BrickOwl, LotName, OWL};
use super::errors;
use super::shapes::{WireBatch, WireBatched};
use crate::domain::market::Purpose;
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
    let rows = batched(answer)?;
    let mut found: Vec<Option<Outside<()>>> = (0..count).map(|_| None).collect();
    for (at, row) in rows.into_iter().enumerate() {
        let place = row
            .req_num
            .whole()
            .and_then(|number| usize::try_from(number.checked_sub(1)?).ok())
            .or_else(|| row.req_num.is_empty().then_some(at));
        if let Some(slot @ None) = place.and_then(|place| found.get_mut(place)) {
            *slot = Some(one(row));
        }
    }
    Ok(found
        .into_iter()
        .map(|slot| slot.unwrap_or_else(|| Err(garbled(OWL, "this change has no answer", true))))
        .collect())
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
    match by_status(OWL, &alone, true) {
        Some(failure) => Err(Box::new(failure)),
        None if code < 300 => errors::success(said, code).map(drop),
        None => Err(Box::new(errors::refused(code, ""))),
    }
}
