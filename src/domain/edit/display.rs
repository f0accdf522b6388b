//! Changes in their own words, as they can be read again.

use std::fmt::{Display, Formatter, Result};

use super::amount::{SCALE, plain};
use super::{
    Amount, EditText, Edits, FromGuide, LotEdit, PriceBase, PriceEdit, SpreadBy, TagEdit, TextEdit,
    TierPrice,
};
use crate::domain::ItemKind;

impl Display for Edits {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (at, edit) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("; ")?;
            }
            edit.fmt(f)?;
        }
        Ok(())
    }
}

impl Display for LotEdit {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Quantity(amount) => write!(f, "qty{amount}"),
            Self::Price(edit) => edit.fmt(f),
            Self::Cost(amount) => write!(f, "cost{amount}"),
            Self::SpreadCost { total, by } => {
                let by = match by {
                    SpreadBy::Price => "price",
                    SpreadBy::Weight => "weight",
                    SpreadBy::Pieces => "pieces",
                };
                write!(f, "cost=spread {} by {by}", plain(total.raw()))
            }
            Self::Text(field, edit) => {
                let name = match field {
                    EditText::Comments => "comments",
                    EditText::Remarks => "remarks",
                    EditText::Place => "loc",
                    EditText::ReservedFor => "reserved",
                    EditText::Name => "name",
                };
                write!(f, "{name}{edit}")
            }
            Self::Tags(edit) => {
                let (operator, tags) = match edit {
                    TagEdit::Set(tags) => ("=", tags),
                    TagEdit::Add(tags) => ("+=", tags),
                    TagEdit::Remove(tags) => ("-=", tags),
                };
                write!(f, "tags{operator}{}", tags.join(", "))
            }
            Self::Item(item) if item.kind == ItemKind::Part => write!(f, "item={}", item.no),
            Self::Item(item) => write!(f, "item={}:{}", item.kind.letter(), item.no),
            Self::Color(color) => write!(f, "color={color}"),
            Self::ColorNamed(name) => write!(f, "color={name}"),
            Self::Condition(condition) => write!(f, "cond={}", condition.word()),
            Self::Completeness(sub) => write!(f, "sub={}", sub.map_or("none", |sub| sub.word())),
            Self::Sale(amount) => write!(f, "sale{amount}"),
            Self::Bulk(amount) => write!(f, "bulk{amount}"),
            Self::Tier(at, None) => write!(f, "tier{}=none", at + 1),
            Self::Tier(at, Some((quantity, price))) => {
                write!(f, "tier{}={quantity} @ ", at + 1)?;
                match price {
                    TierPrice::Money(price) => f.write_str(&plain(price.raw())),
                    TierPrice::Less(hundredths) => {
                        write!(f, "-{}%", plain(i64::from(*hundredths) * 100))
                    }
                }
            }
            Self::NoTiers => f.write_str("tiers=none"),
            Self::Stockroom(room) => match room {
                Some(room) => write!(f, "room={room}"),
                None => f.write_str("room=none"),
            },
            Self::Retain(retain) => write!(f, "retain={}", if *retain { "yes" } else { "no" }),
            Self::File(Some(file)) => write!(f, "into file {file}"),
            Self::File(None) => f.write_str("released"),
            Self::Delete => f.write_str("delete"),
            Self::Restore => f.write_str("restore"),
            Self::Relocate { from, to } => write!(f, "move={from} > {to}"),
        }
    }
}

impl Display for PriceEdit {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.base {
            PriceBase::Own => write!(f, "price{}", self.amount)?,
            PriceBase::Guide(FromGuide { guide, figure }) => {
                write!(f, "price=guide {} {}", guide.word(), figure.word())?;
                if self.amount != Amount::SAME {
                    // Its sign of equality stands before the guide.
                    let sum = self.amount.to_string();
                    write!(f, " {}", sum.trim_start_matches('='))?;
                }
            }
        }
        match self.floor.cost {
            None => {}
            Some(SCALE) => f.write_str(" floor cost")?,
            Some(times) => write!(f, " floor cost*{}", plain(times))?,
        }
        if let Some(price) = self.floor.price {
            write!(f, " floor {}", plain(price.raw()))?;
        }
        if let Some(price) = self.ceiling {
            write!(f, " ceiling {}", plain(price.raw()))?;
        }
        if let Some(rounding) = self.rounding {
            write!(f, " round {}", plain(rounding.step.raw()))?;
            match rounding.up {
                None => {}
                Some(true) => f.write_str(" up")?,
                Some(false) => f.write_str(" down")?,
            }
        }
        Ok(())
    }
}

impl Display for TextEdit {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let (operator, text) = match self {
            Self::Set(text) => ("=", text),
            Self::Append(text) => ("+=", text),
            Self::Prepend(text) => ("^=", text),
            Self::Remove(text) => ("-=", text),
            Self::Replace { find, with } => return write!(f, "~{find}~{with}"),
        };
        if text.trim() == text && !text.contains(['"', ';']) {
            write!(f, "{operator}{text}")
        } else {
            write!(f, "{operator}\"{text}\"")
        }
    }
}
