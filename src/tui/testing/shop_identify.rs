//! What the shop answers about photos.

use super::shop::NOW;
use crate::api::{Answer, IdentifyRequest, Reply};
use crate::domain::market::{
    Candidate, ColorGuess, Guess, Identified, Inbox, InboxPhoto, PhotoOrder, PhotoSource,
    PictureKey, Score,
};
use crate::domain::time::SECOND;
use crate::domain::{ColorId, ItemKey, Timestamp};
use crate::error::{Error, Kind};

/// A photo of this name is recognised.
pub(super) const GOOD: &str = "/photos/brick.jpg";
/// Of this one nothing is recognised.
pub(super) const NOTHING: &str = "/photos/sky.jpg";
/// With this one the service is down.
pub(super) const DOWN: &str = "/photos/down.jpg";

fn candidate(rank: u32, no: &str, name: &str, score: u16) -> Candidate {
    let key = ItemKey::part(no);
    let known = no != "zz99999";
    Candidate {
        guess: Guess {
            item: Some(key.clone()),
            no: no.into(),
            word: "part".into(),
            name: name.into(),
            category: "Plate".into(),
            score: Score(score),
            picture: String::new(),
            rank,
        },
        known,
        name: name.into(),
        picture: known.then_some(PictureKey {
            item: key,
            color: ColorId(5),
        }),
        doubtful: score < 8_500,
        lots: u32::from(rank < 2),
        pieces: 412 * u64::from(rank < 2),
        places: vec!["C-46".into(), "A-2".into()],
    }
}

fn identified() -> Identified {
    Identified {
        listing: "res-1".into(),
        candidates: vec![
            candidate(0, "3023", "Plate 1 x 2", 9_120),
            candidate(
                1,
                "3794b",
                "Plate, Modified 1 x 2 with 1 Stud with Groove and Bottom Stud Holder (Jumper)",
                8_499,
            ),
            candidate(2, "zz99999", "Something New", 3_300),
        ],
        more: 4,
        colors: vec![ColorGuess {
            color: Some(ColorId(5)),
            name: "Red".into(),
            score: Score(8_100),
        }],
        doubt: 85,
    }
}

fn inbox() -> Inbox {
    let photo = |name: &str, bytes, ago, still| InboxPhoto {
        name: name.into(),
        bytes,
        at: Timestamp::from_micros(NOW.micros() - ago * SECOND),
        still,
    };
    Inbox {
        folder: "/var/lib/brickops/inbox".into(),
        photos: vec![
            photo("arriving.jpg", 120_000, 1, false),
            photo("brick.jpg", 3_400_000, 120, true),
            photo(
                "a photo with a very long name that somebody's phone made up, 2025-11-21 14.32.55 (1).jpeg",
                2_000,
                90_000,
                true,
            ),
            photo("down.jpg", 2_000, 200_000, true),
        ],
        more: 0,
    }
}

fn photo(order: &PhotoOrder) -> Answer {
    let name = match &order.source {
        PhotoSource::File(path) => path.clone(),
        PhotoSource::Inbox(name) => format!("/photos/{name}"),
        PhotoSource::Web { .. } => GOOD.into(),
        PhotoSource::Bytes(_) => return Err(Error::invalid("Screens send no bytes.")),
    };
    match name.as_str() {
        GOOD => Ok(Reply::Identified(Box::new(identified()))),
        NOTHING => Ok(Reply::Identified(Box::new(Identified {
            candidates: Vec::new(),
            more: 0,
            ..identified()
        }))),
        DOWN => Err(Error::new(
            Kind::Upstream,
            "Brickognize did not answer in time; try again, or search for the part by number or name \
             instead.",
        )),
        _ => Err(Error::not_found(
            "There is no file of that name; check the path, or choose a photo from the inbox.",
        )),
    }
}

pub(super) fn answer(request: &IdentifyRequest, empty: bool) -> Answer {
    match request {
        IdentifyRequest::Inbox => Ok(Reply::Inbox(Box::new(if empty {
            Inbox {
                photos: Vec::new(),
                ..inbox()
            }
        } else {
            inbox()
        }))),
        IdentifyRequest::Photo(order) => photo(order),
        IdentifyRequest::Chosen { .. } | IdentifyRequest::PutAside { .. } => Ok(Reply::Done),
    }
}
