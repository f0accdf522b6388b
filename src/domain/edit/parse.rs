//! Reading changes: `FIELD=VALUE`, several separated by `;` or given one by one.

use super::amount::SCALE;
use super::{Amount, Arithmetic, EditText, Edits, LotEdit, SpreadBy, TagEdit, TextEdit, TierPrice};
use crate::domain::{ColorId, Completeness, Condition, ItemKey, ItemKind, Money};

/// What is wrong with a change, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditMistake {
    /// Where it begins and ends, in bytes of the text.
    pub span: std::ops::Range<usize>,
    /// One sentence.
    pub message: String,
    /// More typing may put it right.
    pub unfinished: bool,
}

/// Every change, with an example and what it does.
pub const HELP: [(&str, &str); 31] = [
    ("qty=42", "set the quantity"),
    ("qty=+5", "add pieces; also -5 *2 /3"),
    ("price=0.10", "set the price"),
    ("price=*1.05", "multiply; also /2 +0.01 -0.01"),
    ("price=+5%", "5 percent more; also -5%"),
    ("price=-10% floor cost", "never below what the piece cost"),
    (
        "price=*1.1 floor 0.02 round 0.01",
        "never below 0.02, to whole cents; also up, down",
    ),
    (
        "price=guide",
        "mean price of the pieces sold, by the price guide",
    ),
    (
        "price=guide stock min -5%",
        "sold or stock; min, avg, qtyavg, max; then a sum",
    ),
    (
        "price=guide *1.1 floor cost*1.2 ceiling 5",
        "never below cost and a fifth, never above 5",
    ),
    ("cost=0.03", "set the cost; sums as for the price"),
    (
        "cost=spread 12.50 by price",
        "spread a sum; also by weight, by pieces",
    ),
    ("remarks=A-12", "set the private note"),
    ("remarks+=sorted", "put text behind it"),
    ("remarks^=sorted", "put text before it"),
    ("remarks-=sorted", "take text out"),
    ("remarks~old~new", "find and replace"),
    ("comments=scratched", "the public note, in the same ways"),
    ("loc=A-12;C303", "set the location, in the same ways"),
    (
        "move=C303 > B-7",
        "only this one of several places becomes another",
    ),
    ("tags+=xmas, winter", "add tags; also -= and ="),
    ("cond=used", "new or used"),
    ("sub=sealed", "complete, incomplete, sealed, none"),
    ("color=Dark Red", "name or number"),
    ("item=3001", "another number; S:75105-1 for a set"),
    ("sale=10", "percent off, -99 to 99 (sale==-5)"),
    ("bulk=4", "sold in multiples"),
    (
        "tier1=10 @ 0.08",
        "from 10 pieces on; also @ -5%; tier1=none, tiers=none",
    ),
    ("room=B", "stockroom A, B, C or none"),
    ("retain=yes", "keep the lot when it is empty; yes or no"),
    ("delete", "make it a tombstone; restore brings it back"),
];

pub(super) type Parsed<T> = Result<T, EditMistake>;

impl Edits {
    /// Reads changes that are separated by `;` (a `;` between quotes or behind a backslash is text).
    pub fn parse(text: &str) -> Parsed<Self> {
        let mut edits = Vec::new();
        for (at, piece) in pieces(text) {
            if !piece.trim().is_empty() {
                edits.push(LotEdit::parse(piece).map_err(|mut mistake| {
                    mistake.span = mistake.span.start + at..mistake.span.end + at;
                    mistake
                })?);
            }
        }
        if edits.is_empty() {
            return Err(EditMistake {
                span: 0..text.len(),
                message: "Write a change, such as price=*1.05 or qty=-1.".into(),
                unfinished: true,
            });
        }
        Ok(Self(edits))
    }
}

/// The changes of a text with where each begins. In texts of places a `;` separates two places, so one
/// that is followed by no field's name is part of the text.
fn pieces(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(';') {
        let rest = text[at + 1..].trim_start();
        if rest.is_empty() || split(rest).is_some_and(|(name, ..)| known(name)) {
            found.push((start, &text[start..at]));
            start = at + 1;
        }
    }
    found.push((start, &text[start..]));
    found
}

const NAMES: [&str; 34] = [
    "qty",
    "quantity",
    "price",
    "cost",
    "remarks",
    "comments",
    "notes",
    "loc",
    "location",
    "place",
    "tags",
    "tag",
    "cond",
    "condition",
    "sub",
    "completeness",
    "color",
    "colour",
    "item",
    "part",
    "sale",
    "bulk",
    "tier1",
    "tier2",
    "tier3",
    "tiers",
    "room",
    "stockroom",
    "retain",
    "reserved",
    "name",
    "move",
    "delete",
    "restore",
];

fn known(name: &str) -> bool {
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Name, operator, value and where the value begins.
fn split(text: &str) -> Option<(&str, &str, &str, usize)> {
    let name_end = text
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(name_end);
    if name.is_empty() {
        return None;
    }
    let blank = rest.len() - rest.trim_start().len();
    let rest = rest.trim_start();
    let operator = ["+=", "-=", "^=", "==", "=", "~"]
        .into_iter()
        .find(|operator| rest.starts_with(operator))
        .unwrap_or("");
    let value = &rest[operator.len()..];
    Some((name, operator, value, name_end + blank + operator.len()))
}

pub(super) struct Written<'t> {
    name: &'t str,
    pub(super) operator: &'t str,
    pub(super) value: &'t str,
    /// Where the value stands in the text.
    at: usize,
}

impl LotEdit {
    /// Reads one change.
    pub fn parse(text: &str) -> Parsed<Self> {
        let lead = text.len() - text.trim_start().len();
        let Some((name, operator, value, at)) = split(text.trim_start()) else {
            return Err(mistake(
                lead..text.len(),
                "A change begins with a field, such as price=0.10.",
            ));
        };
        let lower = name.to_ascii_lowercase();
        let written = Written {
            name: &lower,
            operator,
            value: value.trim(),
            at: lead + at + (value.len() - value.trim_start().len()),
        };
        written.read(lead..lead + name.len())
    }
}

fn mistake(span: std::ops::Range<usize>, message: impl Into<String>) -> EditMistake {
    EditMistake {
        span,
        message: message.into(),
        unfinished: false,
    }
}

impl Written<'_> {
    pub(super) fn wrong(&self, message: impl Into<String>) -> EditMistake {
        EditMistake {
            span: self.at..self.at + self.value.len(),
            message: message.into(),
            unfinished: self.value.is_empty(),
        }
    }

    pub(super) fn unfinished(&self, message: impl Into<String>) -> EditMistake {
        EditMistake {
            unfinished: true,
            ..self.wrong(message)
        }
    }

    fn read(&self, name: std::ops::Range<usize>) -> Parsed<LotEdit> {
        match self.name {
            "delete" => return self.alone(LotEdit::Delete),
            "restore" => return self.alone(LotEdit::Restore),
            name_of if !known(name_of) => {
                return Err(EditMistake {
                    unfinished: self.operator.is_empty()
                        && NAMES.iter().any(|known| known.starts_with(name_of)),
                    ..mistake(
                        name,
                        format!(
                            "There is no field “{name_of}” to change. Try qty, price, cost, loc, remarks, comments, tags, cond."
                        ),
                    )
                });
            }
            _ => {}
        }
        // `price *1.05` is as good as `price=*1.05`.
        if self.operator.is_empty()
            && !(self.takes_sum() && self.value.starts_with(['+', '-', '*', '/']))
        {
            return Err(EditMistake {
                unfinished: self.value.is_empty(),
                ..mistake(
                    self.at..self.at + self.value.len(),
                    format!("Write = behind {}, then the new value.", self.name),
                )
            });
        }
        match self.name {
            "qty" | "quantity" => {
                let amount = self.amount()?;
                if amount.is_whole() {
                    Ok(LotEdit::Quantity(amount))
                } else {
                    Err(self.wrong("Pieces are whole numbers."))
                }
            }
            "price" => self.price(),
            "cost" => self.cost(),
            "sale" => self.whole().map(LotEdit::Sale),
            "bulk" => self.whole().map(LotEdit::Bulk),
            "remarks" => self.text(EditText::Remarks),
            "comments" | "notes" => self.text(EditText::Comments),
            "loc" | "location" | "place" => self.text(EditText::Place),
            "reserved" => self.text(EditText::ReservedFor),
            "name" => self.text(EditText::Name),
            "tags" | "tag" => self.tags(),
            "move" => self.relocate(),
            _ => self.choice(),
        }
    }

    fn takes_sum(&self) -> bool {
        matches!(
            self.name,
            "qty" | "quantity" | "price" | "cost" | "sale" | "bulk"
        )
    }

    fn alone(&self, edit: LotEdit) -> Parsed<LotEdit> {
        if self.operator.is_empty() && self.value.is_empty() {
            Ok(edit)
        } else {
            Err(self.wrong(format!("{} stands alone.", self.name)))
        }
    }

    fn relocate(&self) -> Parsed<LotEdit> {
        let places = self.set_only()?.split_once('>');
        let places = places.map(|(from, to)| (from.trim().to_owned(), to.trim().to_owned()));
        match places {
            Some((from, to)) if !from.is_empty() && !to.is_empty() => {
                Ok(LotEdit::Relocate { from, to })
            }
            _ => Err(EditMistake {
                unfinished: true,
                ..self.wrong("Write both places, such as move=C303 > B-7.")
            }),
        }
    }

    /// Only `=`.
    fn set_only(&self) -> Parsed<&str> {
        if self.operator == "=" {
            Ok(self.value)
        } else {
            Err(self.wrong(format!("{} can only be set, with =.", self.name)))
        }
    }

    fn amount(&self) -> Parsed<Amount> {
        self.amount_of(self.value)
    }

    pub(super) fn amount_of(&self, value: &str) -> Parsed<Amount> {
        let set = self.operator == "==";
        let (arithmetic, number) = match (self.operator, value.chars().next()) {
            ("+=", _) => (Arithmetic::Add, value),
            ("-=", _) => (Arithmetic::Subtract, value),
            (_, Some('+')) if !set => (Arithmetic::Add, &value[1..]),
            (_, Some('-')) if !set => (Arithmetic::Subtract, &value[1..]),
            (_, Some('*')) if !set => (Arithmetic::Multiply, &value[1..]),
            (_, Some('/')) if !set => (Arithmetic::Divide, &value[1..]),
            _ => (Arithmetic::Set, value),
        };
        let number = number.trim();
        let (arithmetic, number) = match (arithmetic, number.strip_suffix('%')) {
            (Arithmetic::Add, Some(percent)) => (Arithmetic::More, percent.trim_end()),
            (Arithmetic::Subtract, Some(percent)) => (Arithmetic::Less, percent.trim_end()),
            (_, Some(_)) => return Err(self.wrong("Percent come with + or -, such as +5%.")),
            _ => (arithmetic, number),
        };
        if number.contains(',') {
            return Err(self.wrong("Decimals have a point: 0.10."));
        }
        let by = exact(number)
            .ok_or_else(|| self.wrong("A number goes here, such as 5, 0.10, +1 or *1.05."))?;
        if by < 0 && !set {
            return Err(self.wrong("One sign is enough."));
        }
        if by == 0 && arithmetic == Arithmetic::Divide {
            return Err(self.wrong("Nothing can be divided by 0."));
        }
        Ok(Amount { arithmetic, by })
    }

    fn whole(&self) -> Parsed<Amount> {
        let amount = self.amount()?;
        if amount.is_whole() {
            Ok(amount)
        } else {
            Err(self.wrong("A whole number goes here."))
        }
    }

    fn cost(&self) -> Parsed<LotEdit> {
        let Some(rest) = self.value.strip_prefix("spread") else {
            return self.amount().map(LotEdit::Cost);
        };
        let words: Vec<&str> = rest.split_whitespace().collect();
        let wrong = || self.wrong("Write spread, the sum, then by price, by weight or by pieces.");
        let total = words
            .first()
            .and_then(|sum| positive(sum))
            .ok_or_else(wrong)?;
        let by = match words.get(1..) {
            Some([] | ["by", "price"]) => SpreadBy::Price,
            Some(["by", "weight"]) => SpreadBy::Weight,
            Some(["by", "pieces"]) => SpreadBy::Pieces,
            _ => return Err(wrong()),
        };
        Ok(LotEdit::SpreadCost { total, by })
    }

    fn text(&self, field: EditText) -> Parsed<LotEdit> {
        let value = unquoted(self.value);
        let edit = match self.operator {
            "=" | "==" => TextEdit::Set(value),
            "+=" => TextEdit::Append(value),
            "^=" => TextEdit::Prepend(value),
            "-=" => TextEdit::Remove(value),
            _ => {
                let Some((find, with)) = self.value.split_once('~') else {
                    return Err(EditMistake {
                        unfinished: true,
                        ..self.wrong("Find and replace is written ~old~new.")
                    });
                };
                if find.is_empty() {
                    return Err(self.wrong("There is nothing to look for between the two ~."));
                }
                TextEdit::Replace {
                    find: find.to_owned(),
                    with: with.strip_suffix('~').unwrap_or(with).to_owned(),
                }
            }
        };
        if self.operator != "=" && self.operator != "==" && self.value.is_empty() {
            return Err(self.wrong("A text goes here."));
        }
        Ok(LotEdit::Text(field, edit))
    }

    fn tags(&self) -> Parsed<LotEdit> {
        let tags: Vec<String> = self
            .value
            .split(',')
            .map(|tag| unquoted(tag.trim()))
            .filter(|tag| !tag.is_empty() && tag != "none")
            .collect();
        let edit = match self.operator {
            "=" => TagEdit::Set(tags),
            "+=" => TagEdit::Add(tags),
            "-=" => TagEdit::Remove(tags),
            _ => return Err(self.wrong("Tags take =, += or -=.")),
        };
        Ok(LotEdit::Tags(edit))
    }

    fn choice(&self) -> Parsed<LotEdit> {
        let value = self.set_only()?;
        let lower = value.to_lowercase();
        Ok(match self.name {
            "cond" | "condition" => LotEdit::Condition(match lower.as_str() {
                "new" | "n" => Condition::New,
                "used" | "u" => Condition::Used,
                _ => return Err(self.wrong("new or used.")),
            }),
            "sub" | "completeness" => LotEdit::Completeness(match lower.as_str() {
                "none" | "-" => None,
                word => Some(
                    Completeness::ALL
                        .into_iter()
                        .find(|one| !word.is_empty() && one.word().starts_with(word))
                        .ok_or_else(|| self.wrong("complete, incomplete, sealed or none."))?,
                ),
            }),
            "color" | "colour" => match value.parse() {
                Ok(id) => LotEdit::Color(ColorId(id)),
                Err(_) if value.is_empty() => return Err(self.wrong("A colour's name or number.")),
                Err(_) => LotEdit::ColorNamed(unquoted(value)),
            },
            "item" | "part" => LotEdit::Item(self.item(value)?),
            "room" | "stockroom" => LotEdit::Stockroom(match lower.as_str() {
                "a" => Some('A'),
                "b" => Some('B'),
                "c" => Some('C'),
                "none" | "-" => None,
                _ => return Err(self.wrong("A, B, C or none.")),
            }),
            "retain" => LotEdit::Retain(match lower.as_str() {
                "yes" | "y" => true,
                "no" | "n" => false,
                _ => return Err(self.wrong("yes or no.")),
            }),
            "tiers" if lower == "none" => LotEdit::NoTiers,
            "tiers" => return Err(self.wrong("none; single tiers are tier1, tier2 and tier3.")),
            tier => {
                let at = tier
                    .bytes()
                    .last()
                    .map_or(0, |digit| digit.saturating_sub(b'1'));
                LotEdit::Tier(at, self.tier(&lower)?)
            }
        })
    }

    fn item(&self, value: &str) -> Parsed<ItemKey> {
        let (kind, no) = match value.split_once(':') {
            Some((letter, no)) => {
                let mut letters = letter.chars();
                let kind = letters
                    .next()
                    .and_then(|c| ItemKind::from_letter(c.to_ascii_uppercase()));
                let kind = kind.filter(|_| letters.next().is_none());
                (kind, no.trim())
            }
            None => (Some(ItemKind::Part), value),
        };
        match kind {
            Some(kind) if !no.is_empty() && no.len() <= 64 => Ok(ItemKey::new(kind, no)),
            _ => Err(self.wrong("A number such as 3001, or S:75105-1 for a set.")),
        }
    }

    fn tier(&self, value: &str) -> Parsed<Option<(u32, TierPrice)>> {
        if value == "none" {
            return Ok(None);
        }
        let wrong =
            || self.wrong("Write the quantity, @, then a price or percent: 10 @ 0.08 or 10 @ -5%.");
        let (quantity, price) = value.split_once('@').ok_or_else(wrong)?;
        let quantity: u32 = quantity.trim().parse().map_err(|_| wrong())?;
        let price = price.trim();
        let price = match price
            .strip_prefix('-')
            .and_then(|rest| rest.strip_suffix('%'))
        {
            Some(percent) => {
                let raw = exact(percent.trim()).filter(|raw| (0..=100 * SCALE).contains(raw));
                let hundredths = raw.ok_or_else(wrong)? / (SCALE / 100);
                TierPrice::Less(u32::try_from(hundredths).map_err(|_| wrong())?)
            }
            None => TierPrice::Money(positive(price).ok_or_else(wrong)?),
        };
        if quantity == 0 {
            return Err(wrong());
        }
        Ok(Some((quantity, price)))
    }
}

/// A number with at most four decimals, in 1/10,000; more decimals are not silently rounded.
pub(super) fn exact(text: &str) -> Option<i64> {
    let decimals = text
        .split_once('.')
        .map_or(0, |(_, decimals)| decimals.len());
    (decimals <= 4 && !text.starts_with('$'))
        .then(|| Money::parse(text))
        .flatten()
        .map(Money::raw)
}

pub(super) fn positive(text: &str) -> Option<Money> {
    exact(text).filter(|raw| *raw >= 0).map(Money::from_raw)
}

/// Without quotes around it.
fn unquoted(text: &str) -> String {
    text.strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(text)
        .to_owned()
}
