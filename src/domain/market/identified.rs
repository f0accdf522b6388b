//! What became of a photo: what it may show, with what the shop has of it; and photos that wait.

use serde::{Deserialize, Serialize};

use super::{Guess, PictureKey, Score, Sought};
use crate::domain::{ColorId, Timestamp};

/// A photo that somebody wants to know more about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoOrder {
    /// Where it is.
    pub source: PhotoSource,
    /// What is looked for.
    pub sought: Sought,
    /// How many candidates at the most; at least one.
    pub top: u8,
}

/// Where a photo is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PhotoSource {
    /// Here.
    Bytes(Vec<u8>),
    /// In a file, as a person wrote or pasted its path.
    File(String),
    /// In the inbox, by its name there.
    Inbox(String),
    /// On the web.
    Web {
        /// Its address.
        address: String,
        /// It may lie in this machine's own network, without encryption too.
        local: bool,
    },
}

/// One thing that a photo may show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// What the service said.
    pub guess: Guess,
    /// Whether the catalogue has it.
    pub known: bool,
    /// Name of the catalogue, else the service's.
    pub name: String,
    /// Its picture, where there can be one.
    pub picture: Option<PictureKey>,
    /// Too unsure to be taken without a look.
    pub doubtful: bool,
    /// Lots that the shop has of it.
    pub lots: u32,
    /// Their pieces for sale.
    pub pieces: u64,
    /// Where they lie, each place once.
    pub places: Vec<String>,
}

/// A colour that the photo may show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColorGuess {
    /// The catalogue's colour of this name, if there is one.
    pub color: Option<ColorId>,
    /// Its name as the service says it.
    pub name: String,
    /// How sure.
    pub score: Score,
}

/// What a photo may show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identified {
    /// The service's name of its answer.
    pub listing: String,
    /// The surest first.
    pub candidates: Vec<Candidate>,
    /// How many more the service named.
    pub more: u32,
    /// The surest first; mostly empty.
    pub colors: Vec<ColorGuess>,
    /// Whole percent below which a candidate is doubtful.
    pub doubt: u8,
}

/// A photo in the inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxPhoto {
    /// Name of the file.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// When it was last written.
    pub at: Timestamp,
    /// Whether it has arrived whole.
    pub still: bool,
}

/// Photos that wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    /// The folder.
    pub folder: String,
    /// The newest first.
    pub photos: Vec<InboxPhoto>,
    /// How many more there are.
    pub more: u32,
}
