//! The peer: the same lots in SQLite, the same filters as SQL, the same change of every price.
//!
//! Items and colours are tables of their own, so that a text of theirs is looked at once; texts are
//! kept in small letters; there is an index for each field that narrows, and one in natural order.

use std::collections::HashMap;
use std::path::Path;

use brickops::domain::LotId;
use brickops::domain::filter::{
    ColorTest, DateField, Expr, Field, Matcher, MoneyField, NumberField, Span, Test, TextField,
    fold,
};
use brickops::domain::rows::{LotRow, LotTotals};
use brickops::domain::{Condition, ItemKey, Timestamp};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

const TABLES: &str = "
CREATE TABLE items (id INTEGER PRIMARY KEY, no TEXT, name TEXT, kind INTEGER, known INTEGER);
CREATE TABLE colors (id INTEGER PRIMARY KEY, name TEXT, grp TEXT);
CREATE TABLE lots (id INTEGER PRIMARY KEY, rank INTEGER, item INTEGER, color INTEGER, used INTEGER,
    available INTEGER, price INTEGER, cost INTEGER, weight INTEGER, place TEXT, remarks TEXT,
    notes TEXT, sale INTEGER, bulk INTEGER, tier INTEGER, created INTEGER, changed INTEGER);
CREATE TABLE ledger (id INTEGER PRIMARY KEY, lot INTEGER, at INTEGER, actor INTEGER, reason INTEGER,
    deed INTEGER, available INTEGER, before INTEGER, after INTEGER);
CREATE TABLE deeds (id INTEGER PRIMARY KEY, what TEXT);
";

const INDICES: &str = "
CREATE UNIQUE INDEX lots_by_rank ON lots (rank);
CREATE INDEX lots_by_article ON lots (item, color, used);
CREATE INDEX lots_by_color ON lots (color);
CREATE INDEX lots_by_place ON lots (place);
CREATE INDEX lots_by_available ON lots (available);
CREATE INDEX lots_by_price ON lots (price);
CREATE INDEX lots_by_created ON lots (created);
CREATE INDEX ledger_by_lot ON ledger (lot, id);
ANALYZE;
";

/// The database.
pub struct Peer(Connection);

impl Peer {
    /// An empty one.
    pub fn new(path: &Path) -> Self {
        let db = Connection::open(path).expect("a database");
        db.execute_batch(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;",
        )
        .expect("settings");
        db.execute_batch(TABLES).expect("tables");
        Self(db)
    }

    /// Takes all lots, which come in natural order.
    pub fn fill(&mut self, pages: impl Iterator<Item = Vec<LotRow>>) {
        let tx = self.0.transaction().expect("a transaction");
        let mut items: HashMap<ItemKey, i64> = HashMap::new();
        let mut colors = Vec::new();
        for (rank, row) in (0i64..).zip(pages.flatten()) {
            let next = i64::try_from(items.len()).expect("few items");
            let item = *items.entry(row.item.clone()).or_insert_with(|| {
                tx.prepare_cached("INSERT INTO items VALUES (?, ?, ?, ?, ?)")
                    .expect("a statement")
                    .execute(params![
                        next,
                        fold(&row.item.no),
                        fold(&row.name),
                        row.item.kind.index(),
                        row.known
                    ])
                    .expect("an item");
                next
            });
            if !colors.contains(&row.color.id) {
                colors.push(row.color.id);
                let (name, group) = (fold(&row.color.name), fold(&row.color.group));
                tx.execute(
                    "INSERT INTO colors VALUES (?, ?, ?)",
                    params![row.color.id.0, name, group],
                )
                .expect("a color");
            }
            put(&tx, &row, (rank, item));
        }
        tx.commit().expect("filled");
        self.0.execute_batch(INDICES).expect("indices");
    }

    /// The first rows and the sums of what fits; `None`: it cannot be said here.
    pub fn ask(&self, filter: &Expr) -> Option<(Vec<LotId>, LotTotals)> {
        let fits = sql(filter)?;
        let mut first = self
            .0
            .prepare(&format!(
                "SELECT * FROM lots WHERE {fits} ORDER BY rank LIMIT 50"
            ))
            .expect("a statement");
        let rows = first
            .query_map([], |row| row.get::<_, i64>(0))
            .expect("rows")
            .map(|id| LotId(id.expect("a row").cast_unsigned()))
            .collect();
        let sums = format!(
            "SELECT COUNT(*), TOTAL(available), COALESCE(SUM(price * available), 0),
                COALESCE(SUM(cost * available), 0), COALESCE(SUM(weight * available), 0)
             FROM lots WHERE {fits}"
        );
        let totals = self
            .0
            .query_row(&sums, [], |row| {
                Ok(LotTotals {
                    lots: row.get(0)?,
                    pieces: row.get::<_, f64>(1)? as u64,
                    value: brickops::domain::Money::from_raw(row.get(2)?),
                    cost: brickops::domain::Money::from_raw(row.get(3)?),
                    milligrams: row.get::<_, i64>(4)?.cast_unsigned(),
                    unweighed: 0,
                })
            })
            .expect("sums");
        Some((rows, totals))
    }

    /// Every price by 5 percent, an entry for each lot, one durable transaction.
    pub fn reprice(&mut self, at: Timestamp) {
        let behavior = TransactionBehavior::Immediate;
        let tx = self.0.transaction_with_behavior(behavior).expect("one");
        tx.execute("INSERT INTO deeds (what) VALUES ('price=*1.05')", params![])
            .expect("a deed");
        let deed = tx.last_insert_rowid();
        tx.execute(
            "INSERT INTO ledger (lot, at, actor, reason, deed, available, before, after)
             SELECT id, ?1, 1, 7, ?2, available, price, (price * 105 + 50) / 100 FROM lots",
            params![at.micros(), deed],
        )
        .expect("entries");
        tx.execute(
            "UPDATE lots SET price = (price * 105 + 50) / 100, changed = ?1",
            params![at.micros()],
        )
        .expect("prices");
        tx.commit().expect("on disk");
    }
}

fn put(tx: &Transaction<'_>, row: &LotRow, (rank, item): (i64, i64)) {
    let tier = row.tiers.iter().any(|tier| tier.quantity > 0);
    tx.prepare_cached("INSERT INTO lots VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
        .expect("a statement")
        .execute(params![
            row.id.0.cast_signed(),
            rank,
            item,
            row.color.id.0,
            row.condition == Condition::Used,
            row.stock.available,
            row.price.raw(),
            row.cost.raw(),
            row.weight,
            fold(row.place.raw()),
            fold(&row.remarks),
            fold(&row.comments),
            row.sale,
            row.bulk,
            tier,
            row.created.micros(),
            row.changed.micros(),
        ])
        .expect("a lot");
}

/// The filter as SQL.
fn sql(filter: &Expr) -> Option<String> {
    let joined = |parts: &[Expr], by: &str| {
        let parts: Option<Vec<String>> = parts.iter().map(sql).collect();
        Some(format!("({})", parts?.join(by)))
    };
    match filter {
        Expr::All => Some("1".into()),
        Expr::And(parts) => joined(parts, " AND "),
        Expr::Or(parts) => joined(parts, " OR "),
        Expr::Not(inner) => Some(format!("NOT COALESCE({}, 0)", sql(inner)?)),
        Expr::Test(test) => tested(test),
    }
}

fn tested(test: &Test) -> Option<String> {
    let item = |fits: String| format!("item IN (SELECT id FROM items WHERE {fits})");
    let color = |fits: String| format!("color IN (SELECT id FROM colors WHERE {fits})");
    Some(match test {
        Test::Words(text) => format!(
            "({} OR {} OR {} OR {} OR {})",
            item(format!("{} OR {}", like("no", text)?, like("name", text)?)),
            color(like("name", text)?),
            like("place", text)?,
            like("remarks", text)?,
            like("notes", text)?,
        ),
        Test::Text { field, matcher } => match field {
            TextField::Number => item(like("no", matcher)?),
            TextField::Name => item(like("name", matcher)?),
            TextField::Place => like("place", matcher)?,
            TextField::Remarks => like("remarks", matcher)?,
            TextField::Comments => like("notes", matcher)?,
            _ => return None,
        },
        Test::Number { field, range } => {
            let column = match field {
                NumberField::Quantity => "available",
                NumberField::Bulk => "bulk",
                NumberField::Sale => "sale",
                NumberField::Lot => "id",
                _ => return None,
            };
            within(column, range, |number| number)
        }
        Test::Money { field, range } => {
            let column = match field {
                MoneyField::Price => "price",
                MoneyField::Cost => "cost",
                MoneyField::Value => "price * available",
            };
            within(column, range, brickops::domain::Money::raw)
        }
        Test::Weight(range) => within("weight", range, |grams| i64::from(grams.0)),
        Test::Date { field, range } => {
            let column = match field {
                DateField::Added => "created",
                DateField::Changed => "changed",
            };
            within(column, range, Timestamp::micros)
        }
        Test::Color(ColorTest::Id(id)) => format!("color = {}", id.0),
        Test::Color(ColorTest::Named(text)) => {
            color(format!("{} OR {}", like("name", text)?, like("grp", text)?))
        }
        Test::Kind(kinds) => {
            let kinds: Vec<String> = kinds.iter().map(|kind| kind.index().to_string()).collect();
            item(format!("kind IN ({})", kinds.join(",")))
        }
        Test::Condition(wanted) => {
            let used: Vec<&str> = wanted
                .iter()
                .map(|one| if *one == Condition::Used { "1" } else { "0" })
                .collect();
            format!("used IN ({})", used.join(","))
        }
        Test::Known(wanted) => item(format!("known = {}", i32::from(*wanted))),
        Test::Missing(field) => format!("NOT {}", has(*field)?),
        Test::Has(field) => has(*field)?.to_owned(),
        Test::Duplicate { strict: false } => "(item, color, used) IN (SELECT item, color, used
            FROM lots GROUP BY item, color, used HAVING COUNT(*) > 1)"
            .to_owned(),
        _ => return None,
    })
}

fn has(field: Field) -> Option<&'static str> {
    Some(match field {
        Field::Price => "(price <> 0)",
        Field::Cost => "(cost <> 0)",
        Field::Place => "(place <> '')",
        Field::Remarks => "(remarks <> '')",
        Field::Comments => "(notes <> '')",
        Field::Sale => "(sale <> 0)",
        Field::Tier => "(tier = 1)",
        Field::Weight => "(weight IS NOT NULL)",
        _ => return None,
    })
}

fn within<T: Copy>(column: &str, range: &Span<T>, raw: impl Fn(T) -> i64) -> String {
    match (range.from.map(&raw), range.to.map(&raw)) {
        (Some(from), Some(to)) => format!("{column} BETWEEN {from} AND {to}"),
        (Some(from), None) => format!("{column} >= {from}"),
        (None, Some(to)) => format!("{column} <= {to}"),
        (None, None) => format!("{column} IS NOT NULL"),
    }
}

fn like(column: &str, matcher: &Matcher) -> Option<String> {
    let quoted = |text: &str| text.replace('\'', "''");
    // A glob finds its place in an index by what stands before the star.
    let glob = |text: &str| {
        let mut safe = String::new();
        for c in quoted(text).chars() {
            match c {
                '*' | '?' | '[' => safe.extend(['[', c, ']']),
                c => safe.push(c),
            }
        }
        safe
    };
    Some(match matcher {
        Matcher::Contains(text) => format!("instr({column}, '{}') > 0", quoted(text)),
        Matcher::Equals(text) => format!("{column} = '{}'", quoted(text)),
        Matcher::Starts(text) => format!("{column} GLOB '{}*'", glob(text)),
        Matcher::Ends(text) => format!("{column} GLOB '*{}'", glob(text)),
        Matcher::Wildcard(_) => return None,
    })
}
