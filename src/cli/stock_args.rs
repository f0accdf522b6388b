//! What can be written behind `brickops inventory` about lots, their history and their files.

use clap::{Args, Subcommand, ValueEnum};

use super::stock::{PlaceRuleCommand, ViewsCommand};
use crate::domain::filter::Key;
use crate::domain::lot_compare::CompareKind;
use crate::domain::lot_draft::{Counted, MergeAmount, MergeText};
use crate::domain::rows::ChangeKind;
use crate::domain::{Condition, ItemKind, LotColumn, LotId, LotSort, Money};

/// Verbs of the inventory.
#[derive(Debug, Subcommand)]
pub enum StockCommand {
    /// The lots that match a filter.
    List(ListArgs),
    /// Everything about one lot.
    Show {
        /// Its number.
        #[arg(value_name = "LOT")]
        lot: u64,
    },
    /// Bring a lot in.
    Add(Box<AddArgs>),
    /// Change lots: price='*1.05', price=guide, qty=-1, loc=A-12, remarks+=sorted, ... (see filter-help).
    Set(SetArgs),
    /// Fetch what the price guide says of lots, within the day's budget.
    Prices(PricesArgs),
    /// Delete lots; they can come back.
    Delete(DeedArgs),
    /// Bring deleted lots back.
    Restore(DeedArgs),
    /// Take pieces out of a lot into a new one.
    Split {
        /// The lot.
        lot: u64,
        /// How many pieces go.
        #[arg(value_parser = clap::value_parser!(u32).range(1..))]
        pieces: u32,
        /// What is different of the new lot, such as loc=B-7.
        #[arg(value_name = "CHANGE")]
        changes: Vec<String>,
    },
    /// Put lots of the same item, colour and condition together.
    Merge(MergeArgs),
    /// Lots of the same item, colour and condition, side by side.
    Duplicates {
        /// Only those with the same price and remarks, too.
        #[arg(long)]
        strict: bool,
        /// How many at the most.
        #[arg(long, default_value_t = 1_000)]
        limit: u32,
    },
    /// Book what was counted on the shelf, promised pieces among it.
    Count {
        /// Lot and pieces.
        #[arg(required = true, value_name = "LOT=PIECES", value_parser = counted)]
        counted: Vec<Counted>,
        /// Why it differed.
        #[arg(long, alias = "reason", default_value = "", hide_default_value = true)]
        why: String,
    },
    /// Move everything from one place to another.
    Move {
        /// The place as it is written.
        from: String,
        /// Where it goes.
        to: String,
        /// Why.
        #[arg(long, alias = "reason", default_value = "", hide_default_value = true)]
        why: String,
        /// Only show what would change.
        #[arg(long)]
        dry_run: bool,
    },
    /// Every place with what lies there.
    Places {
        /// Only those where nothing lies any more.
        #[arg(long)]
        empty: bool,
    },
    /// Who changed what, when and why; newest first.
    History(HistoryArgs),
    /// Take a change back, or bring it back if it was taken back.
    Undo {
        /// The change's number, from the history.
        #[arg(value_name = "DEED")]
        deed: u64,
        /// Why.
        #[arg(long, alias = "reason", default_value = "", hide_default_value = true)]
        why: String,
        /// Also when it cannot be done for every lot.
        #[arg(long)]
        partly: bool,
        /// Only show what would change.
        #[arg(long)]
        dry_run: bool,
    },
    /// Files: named lists of lots that are not part of the live stock.
    #[command(subcommand)]
    Files(FilesCommand),
    /// Saved views: filter, order and columns under a name; each person's own.
    #[command(subcommand)]
    Views(ViewsCommand),
    /// Where in the remarks the shop writes its places.
    #[command(subcommand)]
    PlaceRule(PlaceRuleCommand),
    /// The language of filters and changes.
    FilterHelp,
}

/// `brickops inventory list`
#[derive(Debug, Args)]
pub struct ListArgs {
    /// A filter, as on the screen.
    #[arg(
        default_value = "",
        hide_default_value = true,
        conflicts_with = "filter"
    )]
    pub words: String,
    /// The same, by name.
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// In which order, such as price:down,loc [default: by place].
    #[arg(long, value_name = "FIELDS", value_delimiter = ',', value_parser = sort)]
    pub sort: Vec<LotSort>,
    /// Among which lots: live, deleted, or the name of a file.
    #[arg(long, value_name = "SHELF", default_value = "live")]
    pub shelf: String,
    /// Filter, order and lots of a saved view.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["words", "filter", "sort", "shelf"])]
    pub view: Option<String>,
    /// How many at the most.
    #[arg(long, default_value_t = 100)]
    pub limit: u32,
}

/// Which lots are meant.
#[derive(Debug, Args)]
pub struct WhichArgs {
    /// All lots that match this filter.
    #[arg(
        long,
        value_name = "FILTER",
        conflicts_with_all = ["lot", "all"],
        allow_hyphen_values = true
    )]
    pub filter: Option<String>,
    /// These lots.
    #[arg(long, value_name = "LOT", value_delimiter = ',')]
    pub lot: Vec<u64>,
    /// Every lot.
    #[arg(long, conflicts_with = "lot")]
    pub all: bool,
    /// Among which lots a filter looks: live, deleted, or the name of a file.
    #[arg(long, value_name = "SHELF")]
    pub shelf: Option<String>,
}

/// `brickops inventory set`
#[derive(Debug, Args)]
pub struct SetArgs {
    /// What changes.
    #[arg(required = true, value_name = "CHANGE")]
    pub changes: Vec<String>,
    /// Fetch first what the price guide lacks for it.
    #[arg(long)]
    pub fetch: bool,
    /// To which lots it is done.
    #[command(flatten)]
    pub deed: DeedArgs,
}

/// `brickops inventory prices`
#[derive(Debug, Args)]
pub struct PricesArgs {
    /// For which change, such as 'price=guide stock'.
    #[arg(default_value = "price=guide", value_name = "CHANGE")]
    pub changes: Vec<String>,
    /// For which lots.
    #[command(flatten)]
    pub which: WhichArgs,
    /// Only show what is lacking and what it would cost.
    #[arg(long)]
    pub dry_run: bool,
}

/// A change of the lots that are meant.
#[derive(Debug, Args)]
pub struct DeedArgs {
    /// Which lots.
    #[command(flatten)]
    pub which: WhichArgs,
    /// Why, for the history.
    #[arg(long, alias = "reason", default_value = "", hide_default_value = true)]
    pub why: String,
    /// Only show what would change.
    #[arg(long)]
    pub dry_run: bool,
}

/// `brickops inventory add`
#[derive(Debug, Args)]
pub struct AddArgs {
    /// Number of the item.
    pub no: String,
    /// Its type, where several items bear the number.
    #[arg(long = "type", value_name = "TYPE", value_parser = kind)]
    pub kind: Option<ItemKind>,
    /// Name of an item the catalogue does not know.
    #[arg(long, default_value = "", hide_default_value = true)]
    pub name: String,
    /// Colour by name or number [default: none].
    #[arg(long, alias = "colour", value_name = "COLOR")]
    pub color: Option<String>,
    /// New or used.
    #[arg(long, value_enum, default_value_t = ConditionName::New)]
    pub cond: ConditionName,
    /// Pieces.
    #[arg(long)]
    pub qty: u32,
    /// Price of a piece.
    #[arg(long, value_parser = amount, default_value = "0")]
    pub price: Money,
    /// What a piece cost.
    #[arg(long, value_parser = amount, default_value = "0")]
    pub cost: Money,
    /// Where it lies [default: what the remarks say].
    #[arg(long, value_name = "PLACE")]
    pub loc: Option<String>,
    /// Private note.
    #[arg(
        long,
        default_value = "",
        hide_default_value = true,
        allow_hyphen_values = true
    )]
    pub remarks: String,
    /// Public note.
    #[arg(
        long,
        default_value = "",
        hide_default_value = true,
        allow_hyphen_values = true
    )]
    pub comments: String,
    /// A tag; may be given several times.
    #[arg(long, value_delimiter = ',')]
    pub tag: Vec<String>,
    /// Into this file instead of the live stock.
    #[arg(long, value_name = "NAME")]
    pub file: Option<String>,
}

/// `brickops inventory merge`
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// The lot that stays.
    pub into: u64,
    /// Those that go into it.
    #[arg(required = true)]
    pub from: Vec<u64>,
    /// What becomes of the price.
    #[arg(long, value_enum, default_value_t = AmountRule::Keep)]
    pub price: AmountRule,
    /// What becomes of the cost.
    #[arg(long, value_enum, default_value_t = AmountRule::Keep)]
    pub cost: AmountRule,
    /// What becomes of the public note.
    #[arg(long, value_enum, default_value_t = TextRule::Keep)]
    pub comments: TextRule,
    /// What becomes of the private note and the place.
    #[arg(long, value_enum, default_value_t = TextRule::Keep)]
    pub remarks: TextRule,
}

/// `brickops inventory history`
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// Only with these words in item, name, colour, person, words of the change or places.
    #[arg(value_name = "WORDS")]
    pub words: Vec<String>,
    /// Only this lot.
    #[arg(long)]
    pub lot: Option<u64>,
    /// Only this change.
    #[arg(long, conflicts_with = "lot")]
    pub deed: Option<u64>,
    /// Only these kinds: quantity, location, price, other, orders, undo.
    #[arg(long = "kind", value_name = "KINDS", value_delimiter = ',', value_parser = change_kind)]
    pub kinds: Vec<ChangeKind>,
    /// Only by this person.
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// From the beginning of this day of the shop, such as 2026-03-01.
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Until the end of this day.
    #[arg(long, value_name = "DAY")]
    pub until: Option<String>,
    /// How many at the most.
    #[arg(long, default_value_t = 100)]
    pub limit: u32,
}

/// `brickops inventory files`
#[derive(Debug, Subcommand)]
pub enum FilesCommand {
    /// Every file with what is in it.
    List,
    /// Make a file.
    Create {
        /// Its name.
        name: String,
        /// What it is for.
        #[arg(long, default_value = "", hide_default_value = true)]
        note: String,
    },
    /// Give a file another name.
    Rename {
        /// The file.
        name: String,
        /// Its new name.
        to: String,
    },
    /// Drop a file that is empty.
    Drop {
        /// The file.
        name: String,
    },
    /// Put its lots into the live stock.
    Release {
        /// The file.
        name: String,
        /// Into equal lots, where there are any.
        #[arg(long)]
        merge: bool,
        /// Only these lots.
        #[arg(long, value_name = "LOTS", value_delimiter = ',')]
        lots: Vec<u64>,
        /// Only show how many would merge and how many would be added.
        #[arg(long)]
        dry_run: bool,
    },
    /// Put lots that are there into a file; they are not for sale then.
    Put {
        /// The file.
        name: String,
        /// Which lots.
        #[command(flatten)]
        deed: DeedArgs,
    },
    /// Take lots out of a file, as they are, into the live stock.
    Take {
        /// The file.
        name: String,
        /// Which of its lots.
        #[command(flatten)]
        deed: DeedArgs,
    },
    /// Hold a file against the live stock or another file, article by article.
    Compare {
        /// The file.
        name: String,
        /// Another file [default: the live stock].
        other: Option<String>,
        /// Only what stands so: only-first, only-second, pieces, prices, same [default: all that
        /// differ, but for those that only the live stock has].
        #[arg(long, value_name = "KIND", value_parser = compare_kind)]
        only: Option<CompareKind>,
        /// How many articles at the most.
        #[arg(long, default_value_t = 1_000)]
        limit: u32,
    },
}

/// New or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ConditionName {
    /// As from the factory.
    New,
    /// Played with.
    Used,
}

impl From<ConditionName> for Condition {
    fn from(name: ConditionName) -> Self {
        match name {
            ConditionName::New => Self::New,
            ConditionName::Used => Self::Used,
        }
    }
}

/// What becomes of an amount when lots become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AmountRule {
    /// That of the lot that stays.
    Keep,
    /// The mean over all pieces.
    Average,
    /// The highest.
    Highest,
    /// The lowest.
    Lowest,
}

impl From<AmountRule> for MergeAmount {
    fn from(rule: AmountRule) -> Self {
        match rule {
            AmountRule::Keep => Self::Keep,
            AmountRule::Average => Self::Average,
            AmountRule::Highest => Self::Highest,
            AmountRule::Lowest => Self::Lowest,
        }
    }
}

/// What becomes of a text when lots become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextRule {
    /// That of the lot that stays.
    Keep,
    /// That of another where it has none.
    Fill,
    /// All that differ.
    Join,
}

impl From<TextRule> for MergeText {
    fn from(rule: TextRule) -> Self {
        match rule {
            TextRule::Keep => Self::Keep,
            TextRule::Fill => Self::Fill,
            TextRule::Join => Self::Join,
        }
    }
}

/// The fields that lists are sorted by.
const COLUMNS: [(&str, LotColumn); 26] = [
    ("loc", LotColumn::Place),
    ("no", LotColumn::No),
    ("name", LotColumn::Name),
    ("color", LotColumn::Color),
    ("cond", LotColumn::Condition),
    ("qty", LotColumn::Quantity),
    ("reserved", LotColumn::Reserved),
    ("sold", LotColumn::Sold),
    ("price", LotColumn::Price),
    ("cost", LotColumn::Cost),
    ("value", LotColumn::Value),
    ("weight", LotColumn::Weight),
    ("added", LotColumn::Age),
    ("changed", LotColumn::Changed),
    ("by", LotColumn::By),
    ("remarks", LotColumn::Remarks),
    ("comments", LotColumn::Comments),
    ("tag", LotColumn::Tags),
    ("cat", LotColumn::Category),
    ("sale", LotColumn::Sale),
    ("bulk", LotColumn::Bulk),
    ("room", LotColumn::Stockroom),
    ("lot", LotColumn::Lot),
    ("bl", LotColumn::BrickLink),
    ("owl", LotColumn::BrickOwl),
    ("guide", LotColumn::Guide),
];

pub(super) fn sort(text: &str) -> Result<LotSort, String> {
    let (name, way) = text.trim().split_once(':').unwrap_or((text.trim(), "up"));
    let down = match way {
        "up" => false,
        "down" => true,
        _ => return Err(format!("behind {name}: goes up or down, not {way}")),
    };
    // Every name that a filter knows is good here, too.
    let known = Key::find(name).map_or_else(|| name.to_owned(), |key| key.name().to_owned());
    let column = COLUMNS.iter().find(|(word, _)| *word == known);
    column
        .map(|(_, column)| LotSort {
            column: *column,
            down,
        })
        .ok_or_else(|| {
            let words: Vec<&str> = COLUMNS.iter().map(|(word, _)| *word).collect();
            format!("lists are sorted by {}", words.join(", "))
        })
}

fn counted(text: &str) -> Result<Counted, String> {
    let parsed = text.split_once('=').and_then(|(lot, pieces)| {
        Some(Counted {
            lot: LotId(lot.trim().parse().ok()?),
            pieces: pieces.trim().parse().ok()?,
        })
    });
    parsed.ok_or_else(|| "write the lot's number, =, and how many lie there: 17=250".into())
}

pub(super) fn kind(text: &str) -> Result<ItemKind, String> {
    let mut letters = text.chars();
    let found = letters
        .next()
        .and_then(|letter| ItemKind::from_letter(letter.to_ascii_uppercase()));
    found
        .filter(|_| letters.next().is_none())
        .ok_or_else(|| "the types are P, M, S, G, B, C, I, O and U".into())
}

/// More decimals are not silently rounded.
pub(super) fn amount(text: &str) -> Result<Money, String> {
    let decimals = text
        .split_once('.')
        .map_or(0, |(_, decimals)| decimals.len());
    Money::parse(text)
        .filter(|_| decimals <= 4)
        .ok_or_else(|| "an amount has a point and at most four decimals, such as 0.0825".into())
}

fn compare_kind(text: &str) -> Result<CompareKind, String> {
    let found = CompareKind::ALL
        .into_iter()
        .find(|kind| kind.word().eq_ignore_ascii_case(text.trim()));
    found.ok_or_else(|| {
        let words: Vec<&str> = CompareKind::ALL.iter().map(|kind| kind.word()).collect();
        format!("the kinds are {}", words.join(", "))
    })
}

fn change_kind(text: &str) -> Result<ChangeKind, String> {
    let found = ChangeKind::ALL
        .into_iter()
        .find(|kind| kind.word().eq_ignore_ascii_case(text.trim()));
    found.ok_or_else(|| {
        let words: Vec<&str> = ChangeKind::ALL.iter().map(|kind| kind.word()).collect();
        format!("the kinds are {}", words.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorting_is_read_by_every_name_of_a_field() {
        let read = |text| sort(text).map(|sort| (sort.column, sort.down));
        assert_eq!(read("price:down"), Ok((LotColumn::Price, true)));
        assert_eq!(read("location"), Ok((LotColumn::Place, false)));
        assert_eq!(read("Quantity:up"), Ok((LotColumn::Quantity, false)));
        assert!(read("price:sideways").is_err());
        assert!(read("luck").is_err_and(|message| message.contains("price")));
        for (word, column) in COLUMNS {
            assert_eq!(read(word), Ok((column, false)), "{word}");
        }
    }

    #[test]
    fn counts_and_amounts_are_read_exactly() {
        assert_eq!(
            counted("17=250"),
            Ok(Counted {
                lot: LotId(17),
                pieces: 250
            })
        );
        for wrong in ["17", "17=", "=3", "a=3", "17=-1", "17=1.5"] {
            assert!(counted(wrong).is_err(), "{wrong}");
        }
        assert_eq!(amount("0.0825"), Ok(Money::from_raw(825)));
        assert!(amount("0.08255").is_err(), "nothing is rounded");
        assert!(amount("0,08").is_err());
        assert_eq!(kind("s"), Ok(ItemKind::Set));
        assert!(kind("set").is_err());
    }
}
