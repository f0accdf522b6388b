//! Our own format for lists: JSON that loses nothing. Amounts are texts, so that no program on the
//! way rounds them.

use std::collections::HashSet;
use std::fmt;
use std::io::Write;
use std::rc::Rc;

use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::super::fields::{self, Flaw, quoted};
use super::super::lots::{ListFile, ListLot};
use super::super::source::Source;
use super::cells::{completeness_word, date, date_text, kind, status_letter};
use super::rows::{Each, unseen};
use super::stream::{Stream, Watch};
use super::write::ListHead;
use crate::domain::lot::MAX_QUANTITY;
use crate::domain::{ColorId, Completeness, Condition, ItemKey, ListStatus, Money, RawField, Tier};
use crate::error::{Error, Result};

/// What tells such a file from other JSON.
pub(super) const FORMAT: &str = "brickops-list";
/// The version that is written; older ones are read, newer ones refused.
const VERSION: u64 = 1;

/// A lot as it is written.
#[derive(Serialize)]
struct JsonLot<'l> {
    #[serde(rename = "type")]
    kind: String,
    no: &'l str,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'l str,
    color: u16,
    #[serde(skip_serializing_if = "str::is_empty")]
    color_name: &'l str,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<u32>,
    #[serde(skip_serializing_if = "str::is_empty")]
    category_name: &'l str,
    quantity: i64,
    price: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<String>,
    condition: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    completeness: Option<&'static str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    comments: &'l str,
    #[serde(skip_serializing_if = "str::is_empty")]
    remarks: &'l str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lot_id: Option<u64>,
    bulk: u32,
    sale: i8,
    #[serde(skip_serializing_if = "Option::is_none")]
    tiers: Option<[JsonTier; 3]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stockroom: Option<char>,
    retain: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    reserved: &'l str,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_added: Option<String>,
    status: &'static str,
    #[serde(skip_serializing_if = "<[RawField]>::is_empty")]
    other: &'l [RawField],
}

#[derive(Serialize)]
struct JsonTier {
    quantity: u32,
    price: String,
}

/// Writes a list as JSON, one lot a line.
pub(super) struct JsonWriter<W: Write> {
    out: W,
    any: bool,
}

impl<W: Write> JsonWriter<W> {
    /// Begins with what the list says of itself.
    pub(super) fn begin(mut out: W, head: &ListHead) -> std::io::Result<Self> {
        write!(
            out,
            "{{\"format\":\"{FORMAT}\",\"version\":{VERSION},\"currency\":"
        )?;
        serde_json::to_writer(&mut out, &head.currency)?;
        out.write_all(b",\"attributes\":")?;
        serde_json::to_writer(&mut out, &head.attributes)?;
        out.write_all(b",\"lots\":[")?;
        Ok(Self { out, any: false })
    }

    /// Writes a lot.
    pub(super) fn lot(&mut self, lot: &ListLot) -> std::io::Result<()> {
        let before: &[u8] = if self.any { b",\n" } else { b"\n" };
        self.out.write_all(before)?;
        self.any = true;
        let tiers = lot.tiers.map(|tier| JsonTier {
            quantity: tier.quantity,
            price: tier.price.to_string(),
        });
        let row = JsonLot {
            kind: lot.item.kind.letter().to_string(),
            no: &lot.item.no,
            name: &lot.name,
            color: lot.color.0,
            color_name: &lot.color_name,
            category: lot.category.map(|category| category.0),
            category_name: &lot.category_name,
            quantity: lot.quantity,
            price: lot.price.to_string(),
            cost: (lot.cost != Money::ZERO).then(|| lot.cost.to_string()),
            condition: lot.condition.letter().to_string(),
            completeness: lot.completeness.map(completeness_word),
            comments: &lot.comments,
            remarks: &lot.remarks,
            lot_id: lot.lot_id,
            bulk: lot.bulk,
            sale: lot.sale,
            tiers: (lot.tiers != [Tier::default(); 3]).then_some(tiers),
            stockroom: lot.stockroom,
            retain: lot.retain,
            reserved: &lot.reserved,
            date_added: lot.date_added.map(date_text),
            status: status_letter(lot.status),
            other: &lot.unknown,
        };
        serde_json::to_writer(&mut self.out, &row)?;
        Ok(())
    }

    /// Closes the list.
    pub(super) fn finish(mut self) -> std::io::Result<()> {
        self.out.write_all(b"\n]}\n")?;
        self.out.flush()
    }
}

/// Reads a list in our own format, lot by lot.
pub(super) fn read(source: &mut Source, each: Each<'_>) -> Result<ListFile> {
    let name = source.name().to_owned();
    let (stream, watch) = Stream::new(source);
    let mut reader = serde_json::Deserializer::from_reader(stream);
    let mut list = List {
        name: &name,
        watch: &watch,
        each,
        about: ListFile::default(),
        seen: HashSet::new(),
        refused: None,
        known: false,
    };
    let outcome = reader
        .deserialize_map(&mut list)
        .and_then(|()| reader.end());
    let List {
        about,
        refused,
        known,
        ..
    } = list;
    if let Some(refused) = refused {
        return Err(refused);
    }
    if let Err(error) = outcome {
        return Err(watch.failure().unwrap_or_else(|| {
            let line = error.line().max(1);
            Error::invalid(if watch.overrun() {
                format!("{name} line {line}: the lot is longer than any real one.")
            } else if error.is_eof() {
                format!("{name} ends too early, at line {line}; copy or write it again.")
            } else {
                format!("{name} line {line} is no JSON that a list holds; write it again.")
            })
        }));
    }
    if known {
        Ok(about)
    } else {
        Err(Error::invalid(format!(
            "{name} does not say “format”: “{FORMAT}”; it is not a list that was written here."
        )))
    }
}

/// The list while it is read.
struct List<'r> {
    name: &'r str,
    watch: &'r Rc<Watch>,
    each: Each<'r>,
    about: ListFile,
    seen: HashSet<u64>,
    refused: Option<Error>,
    known: bool,
}

impl List<'_> {
    fn refuse<E: serde::de::Error>(&mut self, error: Error) -> E {
        self.refused = Some(error);
        E::custom("refused")
    }

    fn element(&mut self, line: u64, value: &Value) -> Result<()> {
        let lot = match value {
            Value::Object(lot) => lot_of(line, lot).and_then(|lot| unseen(&mut self.seen, lot)),
            _ => Err(Flaw::new("", "this is not a lot")),
        };
        match lot {
            Ok(lot) => (self.each)(lot),
            Err(flaw) => {
                self.about.skipped.push(flaw.at(self.name, line));
                Ok(())
            }
        }
    }
}

impl<'de> Visitor<'de> for &mut List<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of lots")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            self.watch.next_row();
            match key.as_str() {
                "format" => self.known = map.next_value::<Value>()? == FORMAT,
                "version" => {
                    let version = map.next_value::<Value>()?;
                    if version.as_u64().is_none_or(|version| version > VERSION) {
                        let name = self.name;
                        return Err(self.refuse(Error::invalid(format!(
                            "{name} was written by a newer version of this program; bring this one up to date."
                        ))));
                    }
                }
                "currency" => {
                    let word = map.next_value::<Value>()?;
                    self.about.currency =
                        word.as_str().map(str::to_ascii_uppercase).filter(|word| {
                            word.len() == 3 && word.bytes().all(|b| b.is_ascii_uppercase())
                        });
                }
                "attributes" => {
                    let text = map.next_value::<Value>()?;
                    text.as_str()
                        .unwrap_or_default()
                        .clone_into(&mut self.about.attributes);
                }
                "lots" => map.next_value_seed(Lots(self))?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// The array of lots.
struct Lots<'l, 'r>(&'l mut List<'r>);

impl<'de> DeserializeSeed<'de> for Lots<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(
        self,
        reader: D,
    ) -> std::result::Result<(), D::Error> {
        reader.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Lots<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of lots")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<(), A::Error> {
        while let Some((line, value)) = seq.next_element_seed(Placed(self.0.watch))? {
            if let Err(error) = self.0.element(line, &value) {
                return Err(self.0.refuse(error));
            }
        }
        Ok(())
    }
}

/// A value with the line it begins on.
struct Placed<'w>(&'w Watch);

impl<'de> DeserializeSeed<'de> for Placed<'_> {
    type Value = (u64, Value);

    fn deserialize<D: serde::Deserializer<'de>>(
        self,
        reader: D,
    ) -> std::result::Result<(u64, Value), D::Error> {
        self.0.next_row();
        let line = self.0.line();
        <Value as serde::Deserialize>::deserialize(reader).map(|value| (line, value))
    }
}

/// A text or number of a lot as text; nothing where it is missing.
fn raw(lot: &Map<String, Value>, key: &str) -> std::result::Result<String, Flaw> {
    match lot.get(key) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        Some(_) => Err(Flaw::new(key, "this is neither a text nor a number")),
    }
}

fn lot_of(line: u64, row: &Map<String, Value>) -> std::result::Result<ListLot, Flaw> {
    let text = |key: &str| raw(row, key);
    let whole = |key: &str, missing: Option<i64>, range: (i64, i64)| {
        fields::whole(key, &text(key)?, missing, range)
    };
    let kind = match text("type")?.trim() {
        "" => return Err(Flaw::new("type", "the item type is missing")),
        word => kind(word)?,
    };
    let no = fields::number("no", &text("no")?)?;
    let mut lot = ListLot::new(line, ItemKey { kind, no });
    lot.name = fields::plain_words(&text("name")?);
    lot.color = ColorId(
        u16::try_from(whole("color", Some(0), (0, i64::from(u16::MAX)))?).unwrap_or_default(),
    );
    lot.color_name = fields::plain_words(&text("color_name")?);
    lot.category = fields::category("category", &text("category")?)?;
    lot.category_name = fields::plain_words(&text("category_name")?);
    lot.quantity = whole("quantity", None, (0, i64::from(MAX_QUANTITY)))?;
    lot.price = fields::money("price", &text("price")?)?;
    lot.cost = fields::money("cost", &text("cost")?)?;
    lot.condition = match text("condition")?.as_str() {
        "N" | "" => Condition::New,
        "U" => Condition::Used,
        other => {
            return Err(Flaw::new(
                "condition",
                format!("{} is neither N nor U", quoted(other)),
            ));
        }
    };
    lot.completeness = match text("completeness")?.as_str() {
        "" => None,
        "complete" => Some(Completeness::Complete),
        "incomplete" => Some(Completeness::Incomplete),
        "sealed" => Some(Completeness::Sealed),
        other => {
            return Err(Flaw::new(
                "completeness",
                format!(
                    "{} is none of complete, incomplete and sealed",
                    quoted(other)
                ),
            ));
        }
    };
    lot.comments = fields::plain_note("comments", &text("comments")?)?;
    lot.remarks = fields::plain_note("remarks", &text("remarks")?)?;
    lot.lot_id = super::cells::lot_id(&text("lot_id")?)?;
    lot.bulk = super::cells::pieces("bulk", &text("bulk")?)?.max(1);
    lot.sale = i8::try_from(whole("sale", Some(0), (-99, 99))?).unwrap_or_default();
    lot.tiers = tiers(row)?;
    lot.stockroom = match text("stockroom")?.as_str() {
        "" => None,
        "A" => Some('A'),
        "B" => Some('B'),
        "C" => Some('C'),
        other => {
            return Err(Flaw::new(
                "stockroom",
                format!("{} is none of A, B and C", quoted(other)),
            ));
        }
    };
    lot.retain = match row.get("retain") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(yes)) => *yes,
        Some(_) => return Err(Flaw::new("retain", "this is neither true nor false")),
    };
    lot.reserved = fields::plain_words(&text("reserved")?);
    lot.date_added = date("date_added", &text("date_added")?)?;
    lot.status = match text("status")?.as_str() {
        "I" | "" => ListStatus::Include,
        "X" => ListStatus::Exclude,
        "E" => ListStatus::Extra,
        other => {
            return Err(Flaw::new(
                "status",
                format!("{} is none of I, X and E", quoted(other)),
            ));
        }
    };
    lot.unknown = others(row)?;
    Ok(lot)
}

fn tiers(row: &Map<String, Value>) -> std::result::Result<[Tier; 3], Flaw> {
    let mut tiers = [Tier::default(); 3];
    let found = match row.get("tiers") {
        None | Some(Value::Null) => return Ok(tiers),
        Some(Value::Array(found)) if found.len() <= tiers.len() => found,
        Some(_) => return Err(Flaw::new("tiers", "a lot has up to three tiers")),
    };
    for (tier, value) in tiers.iter_mut().zip(found) {
        let Value::Object(value) = value else {
            return Err(Flaw::new("tiers", "a tier has a quantity and a price"));
        };
        tier.quantity = super::cells::pieces("tiers", &raw(value, "quantity")?)?;
        tier.price = fields::money("tiers", &raw(value, "price")?)?;
    }
    Ok(tiers)
}

fn others(row: &Map<String, Value>) -> std::result::Result<Vec<RawField>, Flaw> {
    match row.get("other") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(value) => {
            let found: Vec<RawField> = serde::Deserialize::deserialize(value)
                .map_err(|_| Flaw::new("other", "these are not fields with name and text"))?;
            Ok(found)
        }
    }
}
