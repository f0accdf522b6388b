//! `brickops identify`: a photo in a file or on the web, and what it may show. Files are read here, so that
//! they need only be readable to whoever asks.

use std::io::Read as _;
use std::path::Path;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::Ending;
use super::asking::Passwords;
use super::caller::{Caller, unexpected};
use super::connect::Place;
use super::output::Out;
use crate::api::{IdentifyRequest, Reply, Request};
use crate::domain::market::{Candidate, ColorGuess, Identified, PhotoOrder, PhotoSource, Sought};
use crate::error::{Error, Result};
use crate::market::photo::{LARGEST_FILE, prepare};

/// `brickops identify`
#[derive(Debug, Args)]
pub struct IdentifyArgs {
    /// The photo: a file (JPEG, PNG, WebP, GIF), or an address that begins with https://.
    #[arg(value_name = "PHOTO_OR_URL")]
    photo: String,
    /// What is looked for [default: anything].
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// How many candidates at the most.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=50))]
    top: u8,
    /// The address may lie in your own network, also without encryption.
    #[arg(long)]
    allow_local: bool,
}

/// What is looked for, on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Parts and stickers.
    Part,
    /// Sets.
    Set,
    /// Minifigures.
    Fig,
}

/// Runs the command.
pub fn run(
    place: &Place,
    args: &IdentifyArgs,
    passwords: &Passwords,
    out: &Out,
) -> anyhow::Result<Ending> {
    // What is no photo is said before anybody is asked.
    let source = if is_address(&args.photo) {
        PhotoSource::Web {
            address: args.photo.clone(),
            local: args.allow_local,
        }
    } else {
        PhotoSource::Bytes(prepare(&read(Path::new(&args.photo))?)?.jpeg)
    };
    let caller = Caller::connect(place, passwords)?;
    caller.me()?;
    let sought = match args.kind {
        None => Sought::Any,
        Some(Kind::Part) => Sought::Parts,
        Some(Kind::Set) => Sought::Sets,
        Some(Kind::Fig) => Sought::Minifigures,
    };
    let order = PhotoOrder {
        source,
        sought,
        top: args.top,
    };
    let asked = Request::Identify(IdentifyRequest::Photo(Box::new(order)));
    let Reply::Identified(found) = caller.call(asked)? else {
        return Err(unexpected().into());
    };
    if out.json() {
        out.document(&Document::from(&*found));
    } else {
        table(&found, out);
    }
    Ok(Ending::Done)
}

fn is_address(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.starts_with("https://") || lower.starts_with("http://")
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let shown = path;
    let failed = |e: std::io::Error| {
        Error::storage(format!(
            "{} cannot be read ({e}); check its name and permissions.",
            shown.display()
        ))
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    // One byte more than allowed shows that it is too large.
    file.take(LARGEST_FILE as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.is_empty() {
        return Err(Error::invalid(format!(
            "{} is empty; copy the photo again.",
            shown.display()
        )));
    }
    Ok(bytes)
}

fn table(found: &Identified, out: &Out) {
    if found.candidates.is_empty() {
        out.note(
            "Nothing was recognised. Take the part alone on a plain ground, or search for it: brickops \
             catalog search WORDS",
        );
        return;
    }
    let widest = found.candidates.iter().map(|row| row.guess.no.len()).max();
    let widest = widest.unwrap_or(0);
    for row in &found.candidates {
        let no = &row.guess.no;
        out.line(format!(
            "{:>3} % {:<8}  {no:<widest$}  {}  {}",
            row.guess.score.percent(),
            if row.doubtful { "doubtful" } else { "" },
            row.name,
            stock(row)
        ));
    }
    if !found.colors.is_empty() {
        let hints = found.colors.iter();
        let hints: Vec<String> = hints
            .map(|hint| format!("{} {} %", hint.name, hint.score.percent()))
            .collect();
        out.note(format!("Colour, only a hint: {}.", hints.join(", ")));
    }
    if found.more > 0 {
        out.note(format!("{} more; --top shows them.", found.more));
    }
}

fn stock(row: &Candidate) -> String {
    match (row.known, row.lots) {
        (false, 0) => "not in the catalogue".to_owned(),
        (_, 0) => "none here".to_owned(),
        _ => format!("{} pcs {}", row.pieces, row.places.join(" ")),
    }
}

/// The answer for scripts.
#[derive(Debug, Serialize)]
struct Document<'a> {
    listing: &'a str,
    doubtful_below: u8,
    more: u32,
    candidates: Vec<Row<'a>>,
    colors: Vec<Hint<'a>>,
}

#[derive(Debug, Serialize)]
struct Row<'a> {
    #[serde(rename = "type")]
    kind: Option<char>,
    no: &'a str,
    name: &'a str,
    category: &'a str,
    /// Hundredths of a percent, so that nothing is rounded.
    score: u16,
    percent: u16,
    doubtful: bool,
    known: bool,
    picture: &'a str,
    lots: u32,
    pieces: u64,
    places: &'a [String],
    rank: u32,
}

#[derive(Debug, Serialize)]
struct Hint<'a> {
    id: Option<u16>,
    name: &'a str,
    percent: u16,
}

impl<'a> From<&'a Identified> for Document<'a> {
    fn from(found: &'a Identified) -> Self {
        let row = |row: &'a Candidate| Row {
            kind: row.guess.item.as_ref().map(|key| key.kind.letter()),
            no: &row.guess.no,
            name: &row.name,
            category: &row.guess.category,
            score: row.guess.score.0,
            percent: row.guess.score.percent(),
            doubtful: row.doubtful,
            known: row.known,
            picture: &row.guess.picture,
            lots: row.lots,
            pieces: row.pieces,
            places: &row.places,
            rank: row.guess.rank,
        };
        let hint = |hint: &'a ColorGuess| Hint {
            id: hint.color.map(|color| color.0),
            name: &hint.name,
            percent: hint.score.percent(),
        };
        Self {
            listing: &found.listing,
            doubtful_below: found.doubt,
            more: found.more,
            candidates: found.candidates.iter().map(row).collect(),
            colors: found.colors.iter().map(hint).collect(),
        }
    }
}
