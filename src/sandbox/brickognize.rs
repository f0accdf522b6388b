//! Brickognize, played: photos are known by their bytes or by their file's name.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::faults::Mode;
use super::json::{Json, map};
use super::text;
use super::wire::{Content, Reply, WireRequest};
use super::world::Goods;
use crate::domain::{ItemKey, ItemKind};

/// Larger uploads are refused.
const LARGEST: usize = 10 * 1024 * 1024;

/// What can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switches {
    /// A path without its slash is unknown; else it is redirected.
    pub slash_404: bool,
    /// All parts of the service are well.
    pub healthy: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            slash_404: false,
            healthy: true,
        }
    }
}

impl Switches {
    /// Turns one; `None` where there is no such switch or no such position.
    pub fn set(&mut self, name: &str, value: &Value) -> Option<()> {
        match name {
            "slash_404" => self.slash_404 = value.as_bool()?,
            "healthy" => self.healthy = value.as_bool()?,
            _ => return None,
        }
        Some(())
    }
}

/// Brickognize's side of the world.
#[derive(Debug, Clone, Default)]
pub struct Side {
    /// What can be chosen.
    pub switches: Switches,
    /// Pictures that are known: SHA-256 in hexadecimal and the name of a case.
    pub known: BTreeMap<String, String>,
    /// What was told about results.
    pub feedback: Vec<Value>,
}

impl Side {
    /// Answers a call.
    pub fn answer(&mut self, request: &WireRequest, goods: &Goods) -> Reply {
        let method = request.method.as_str();
        match request.path.as_str() {
            "/predict/" | "/predict/parts/" | "/predict/sets/" | "/predict/figs/"
            | "/feedback/"
                if method != "POST" =>
            {
                Reply::json(405, map! { "detail" => "Method Not Allowed" })
            }
            "/predict/" => self.predict(request, goods, None),
            "/predict/parts/" => self.predict(request, goods, Some("part")),
            "/predict/sets/" => self.predict(request, goods, Some("set")),
            "/predict/figs/" => self.predict(request, goods, Some("fig")),
            "/feedback/" => self.take_feedback(request),
            "/health/" => Reply::json(
                200,
                map! { "models" => self.switches.healthy, "search" => true },
            ),
            "/predict" | "/predict/parts" | "/predict/sets" | "/predict/figs" | "/feedback"
            | "/health"
                if !self.switches.slash_404 =>
            {
                let mut reply = Reply::of(307, Content::Nothing);
                let query = if request.query.is_empty() {
                    String::new()
                } else {
                    format!("?{}", request.query)
                };
                let host = request.header("host").unwrap_or("127.0.0.1");
                reply.headers.push((
                    "location".to_owned(),
                    format!("http://{host}{}/{query}", request.path),
                ));
                reply
            }
            _ => Reply::json(404, map! { "detail" => "Not Found" }),
        }
    }

    fn predict(&self, request: &WireRequest, goods: &Goods, only: Option<&str>) -> Reply {
        if request.body.len() > LARGEST {
            return Reply::json(413, map! { "detail" => "Request Entity Too Large" });
        }
        let Some((name, bytes)) = picture(request) else {
            return unprocessable("query_image", "field required", "value_error.missing");
        };
        let print = data_encoding::HEXLOWER.encode(&Sha256::digest(bytes));
        let case = self.known.get(&print).cloned();
        let case = case.unwrap_or_else(|| stem(&name).to_owned());
        let (width, height) = size(bytes).unwrap_or((640, 480));
        let mut items = candidates(&case, &print, goods);
        if let Some(only) = only {
            let fits = |item: &Json| match item.get("type") {
                Some(Json::Text(kind)) => {
                    kind == only || (only == "part" && kind != "set" && kind != "fig")
                }
                _ => false,
            };
            items.retain(fits);
        }
        let query = text::pairs(&request.query, true);
        let top = text::find(&query, "top_k_items").and_then(|most| most.parse::<usize>().ok());
        items.truncate(top.unwrap_or(50).clamp(1, 50));
        let box_score = if items.is_empty() { "0.12" } else { "0.99" };
        let mut json = map! {
            "listing_id" => format!("res-{}", &print[..16]),
            "bounding_box" => map! {
                "left" => number("0.0"),
                "upper" => number("0.0"),
                "right" => number(&format!("{}.0", width / 2)),
                "lower" => number(&format!("{}.0", height / 2)),
                "image_width" => number(&format!("{width}.0")),
                "image_height" => number(&format!("{height}.0")),
                "score" => number(box_score),
            },
            "items" => items,
        };
        if text::find(&query, "predict_color").is_some_and(|flag| flag.eq_ignore_ascii_case("true"))
        {
            let colors: Vec<Json> = goods
                .hues()
                .skip(1)
                .take(3)
                .zip(["0.81", "0.12", "0.03"])
                .map(|(hue, score)| {
                    map! { "id" => hue.id.to_string(), "name" => hue.name.as_str(), "score" => number(score) }
                })
                .collect();
            json.put("colors", colors);
        }
        Reply::json(200, json)
    }

    fn take_feedback(&mut self, request: &WireRequest) -> Reply {
        let Ok(body) = serde_json::from_slice::<Value>(&request.body) else {
            return unprocessable("body", "Invalid JSON", "value_error.jsondecode");
        };
        let one_of =
            |name: &str, known: &[&str]| body[name].as_str().is_some_and(|v| known.contains(&v));
        let sources = ["copy-btn", "external-site", "discord", "external-app"];
        for (name, right) in [
            ("listing_id", body["listing_id"].is_string()),
            ("item_id", body["item_id"].is_string()),
            (
                "item_type",
                one_of("item_type", &["part", "set", "fig", "sticker"]),
            ),
            (
                "is_prediction_correct",
                body["is_prediction_correct"].is_boolean(),
            ),
            ("source", one_of("source", &sources)),
            ("item_rank", body["item_rank"].is_u64()),
        ] {
            if !right {
                return unprocessable(name, "field required", "value_error.missing");
            }
        }
        self.feedback.push(body);
        Reply::json(200, map! { "status" => "ok" })
    }

    /// The reply to a mode that answers in the service's own words.
    pub fn wrong(mode: Mode) -> Option<Reply> {
        Some(match mode {
            Mode::RateMeta => Reply::of(429, Content::Plain("Too Many Requests".to_owned())),
            Mode::Permission => Reply::json(403, map! { "detail" => "Forbidden" }),
            Mode::NoItems => Reply::json(200, map! { "listing_id" => "res-0" }),
            Mode::Meta500 => Reply::json(500, map! { "detail" => "Internal Server Error" }),
            _ => return None,
        })
    }
}

fn number(text: &str) -> Json {
    Json::Number(text.to_owned())
}

fn unprocessable(name: &str, msg: &str, kind: &str) -> Reply {
    Reply::json(
        422,
        map! { "detail" => vec![map! {
            "loc" => vec!["body".into(), name.into()],
            "msg" => msg,
            "type" => kind,
        }] },
    )
}

fn stem(name: &str) -> &str {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Width and height of a PNG, as its head tells.
fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let head = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?.get(8..16)?;
    let (width, height) = head.split_at(4);
    let read = |four: &[u8]| {
        four.iter()
            .fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte))
    };
    Some((read(width), read(height)))
}

/// What is recognised, by the name of a case.
fn candidates(case: &str, print: &str, goods: &Goods) -> Vec<Json> {
    let found =
        |kind: ItemKind, no: &str| goods.find(&ItemKey::new(kind, no)).map(|(_, thing)| thing);
    let known = |kind: ItemKind, no: &str, score: &str| {
        let name = found(kind, no).map_or("", |thing| &thing.name);
        let group = found(kind, no).and_then(|thing| goods.group(thing.category));
        item(
            kind,
            no,
            name,
            group.map(|group| group.name.as_str()),
            score,
        )
    };
    let first = |kind: ItemKind| {
        let mut things = goods.things().iter().filter(|thing| thing.key.kind == kind);
        things
            .next()
            .map_or(String::new(), |thing| thing.key.no.clone())
    };
    match case {
        "empty" => Vec::new(),
        "ambiguous" => vec![
            known(ItemKind::Part, "3020", "0.61"),
            known(ItemKind::Part, "3001", "0.74"),
            known(ItemKind::Part, "3003", "0.74"),
        ],
        "sticker" => {
            let mut sticker = item(
                ItemKind::Part,
                "75192stk01",
                "Sticker Sheet for Set 75192-1",
                None,
                "0.88",
            );
            sticker.each(&mut |value| {
                if *value == Json::from("part") {
                    *value = "sticker".into();
                }
            });
            vec![sticker]
        }
        "fig" => vec![known(
            ItemKind::Minifigure,
            &first(ItemKind::Minifigure),
            "0.93",
        )],
        "set" => vec![known(ItemKind::Set, &first(ItemKind::Set), "0.91")],
        "unknown" => vec![item(
            ItemKind::Part,
            "zz99999",
            "Something New",
            None,
            "0.97",
        )],
        "newtype" => vec![
            known(ItemKind::Part, "3001", "0.80")
                .with("segment", map! { "x" => 1_i64 })
                .with("model", "v9"),
            map! {
                "id" => "dots-1", "name" => "Bracelet", "img_url" => "", "external_sites" => Vec::new(),
                "category" => Json::Null, "type" => "jewellery", "score" => number("0.70"),
            },
        ],
        no if found(ItemKind::Part, no).is_some() => {
            vec![
                known(ItemKind::Part, no, "0.9"),
                known(ItemKind::Part, "3020", "0.41"),
            ]
        }
        no if found(ItemKind::Minifigure, no).is_some() => {
            vec![known(ItemKind::Minifigure, no, "0.9")]
        }
        no if found(ItemKind::Set, no).is_some() => vec![known(ItemKind::Set, no, "0.9")],
        // A photo nobody prepared is something nevertheless, and always the same.
        _ => {
            let parts: Vec<&str> = goods
                .things()
                .iter()
                .filter(|thing| thing.key.kind == ItemKind::Part)
                .map(|thing| thing.key.no.as_str())
                .collect();
            let count = u64::try_from(parts.len()).unwrap_or(0).max(1);
            let pick = |turn: u64| {
                let at = text::mix(text::hash(0, print).wrapping_add(turn)) % count;
                usize::try_from(at).ok().and_then(|at| parts.get(at))
            };
            [(0, "0.79"), (1, "0.52"), (2, "0.33")]
                .into_iter()
                .filter_map(|(turn, score)| Some(known(ItemKind::Part, pick(turn)?, score)))
                .collect()
        }
    }
}

fn item(kind: ItemKind, no: &str, name: &str, category: Option<&str>, score: &str) -> Json {
    let (word, letter) = match kind {
        ItemKind::Minifigure => ("fig", 'M'),
        ItemKind::Set => ("set", 'S'),
        _ => ("part", 'P'),
    };
    map! {
        "id" => no,
        "name" => name,
        "img_url" => format!("https://storage.googleapis.com/brickognize-static/thumbnails/{word}/{no}/0.webp"),
        "external_sites" => vec![map! {
            "name" => "bricklink",
            "url" => format!("https://www.bricklink.com/v2/catalog/catalogitem.page?{letter}={no}"),
        }],
        "category" => category,
        "type" => word,
        "score" => number(score),
    }
}

/// File name and bytes of the part `query_image`; nothing where it is missing, has no name, or says that
/// it is no picture.
fn picture(request: &WireRequest) -> Option<(String, &[u8])> {
    let kind = request.header("content-type")?;
    let rest = kind.trim().strip_prefix("multipart/form-data")?;
    let boundary = rest
        .split(';')
        .find_map(|word| word.trim().strip_prefix("boundary="))?;
    let mark = format!("--{}", boundary.trim_matches('"'));
    if boundary.trim_matches('"').is_empty() {
        return None;
    }
    let mut at = find(&request.body, mark.as_bytes(), 0)?;
    loop {
        let start = at + mark.len();
        if request.body.get(start..start + 2)? != b"\r\n" {
            return None;
        }
        let head_end = find(&request.body, b"\r\n\r\n", start)?;
        let end = find(
            &request.body,
            format!("\r\n{mark}").as_bytes(),
            head_end + 2,
        )?;
        let head = String::from_utf8_lossy(&request.body[start..head_end]);
        let bytes = request.body.get(head_end + 4..end).unwrap_or(&[]);
        if let Some(name) = named_picture(&head) {
            return Some((name, bytes));
        }
        at = end + 2;
    }
}

fn named_picture(head: &str) -> Option<String> {
    let line = |name: &str| {
        head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
        })
    };
    let field = |text: &str, name: &str| {
        text.split(';').find_map(|word| {
            let (key, value) = word.trim().split_once('=')?;
            (key == name).then(|| value.trim_matches('"').to_owned())
        })
    };
    let disposition = line("content-disposition")?;
    let image =
        line("content-type").is_some_and(|kind| kind.to_ascii_lowercase().starts_with("image/"));
    let wanted = field(disposition, "name").as_deref() == Some("query_image");
    field(disposition, "filename").filter(|name| wanted && image && !name.is_empty())
}

fn find(bytes: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(needle.len())
        .position(|window| window == needle)
        .map(|at| at + from)
}
