//! A shop in memory, and the files it is given.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use brickops::clock::ManualClock;
use brickops::domain::report::{InventoryImport, OrdersImport};
use brickops::domain::rows::{LotRow, PickOutcome, PickView};
use brickops::domain::{
    LotId, LotQuery, OperationId, OrderId, OrderQuery, Scope, SessionId, Stock, Timestamp,
};
use brickops::error::Result;
use brickops::services::App;
use brickops::store::{Opener, Store};
use redb::Database;
use redb::backends::InMemoryBackend;

/// Operations of all shops of this run.
static NEXT: AtomicU64 = AtomicU64::new(1_000);

/// A shop with a folder for its files.
pub struct Fixture {
    pub app: App,
    pub store: Store,
    pub clock: Arc<ManualClock>,
    pub scope: Scope,
    folder: tempfile::TempDir,
}

pub fn memory() -> Opener {
    Arc::new(|| {
        Ok(Database::builder()
            .create_with_backend(InMemoryBackend::new())
            .expect("a database in memory"))
    })
}

/// A shop in memory.
pub fn fixture() -> Fixture {
    open(memory()).expect("a shop")
}

/// A shop over any database.
pub fn open(opener: Opener) -> Result<Fixture> {
    let clock = ManualClock::at(Timestamp::from_seconds(1_763_600_000));
    let store = Store::open(opener)?;
    let app = App::new(
        store.clone(),
        Arc::<ManualClock>::clone(&clock),
        brickops::services::Setup::default(),
    )?;
    let scope = app.solo();
    Ok(Fixture {
        app,
        store,
        clock,
        scope,
        folder: tempfile::tempdir().expect("a folder"),
    })
}

/// A lot of a file: number, pieces, place, BrickLink's lot number.
#[derive(Debug, Clone)]
pub struct FileLot {
    pub no: String,
    pub quantity: u64,
    pub place: String,
    pub number: Option<u64>,
}

pub fn lot(no: &str, quantity: u64, place: &str, number: u64) -> FileLot {
    FileLot {
        no: no.into(),
        quantity,
        place: place.into(),
        number: Some(number),
    }
}

/// A line of an order in a file: number, pieces, BrickLink's lot number.
pub type FileLine = (String, u32, Option<u64>);

pub fn line(no: &str, quantity: u32) -> FileLine {
    (no.into(), quantity, None)
}

pub fn bsx(lots: &[FileLot]) -> String {
    let mut text = String::from("<BrickStoreXML><Inventory Currency=\"EUR\">\n");
    for lot in lots {
        let number = lot
            .number
            .map(|number| format!("<LotID>{number}</LotID>"))
            .unwrap_or_default();
        let _ = writeln!(
            text,
            "<Item><ItemID>{}</ItemID><ItemTypeID>P</ItemTypeID><ColorID>11</ColorID><ItemName>Thing {}</ItemName><Status>I</Status><Qty>{}</Qty><Price>0.1</Price><Condition>N</Condition><Remarks>{}</Remarks>{number}</Item>",
            lot.no, lot.no, lot.quantity, lot.place
        );
    }
    text + "</Inventory></BrickStoreXML>\n"
}

pub fn order_xml(number: u64, status: &str, changed: u32, lines: &[FileLine]) -> String {
    let mut text = format!(
        "<ORDER><ORDERID>{number}</ORDERID><ORDERDATE>8/{}/2025</ORDERDATE><ORDERSTATUSCHANGED>9/{changed}/2025</ORDERSTATUSCHANGED><BUYER>buyer-{number}</BUYER><ORDERTOTAL>5.00</ORDERTOTAL><BASECURRENCYCODE>EUR</BASECURRENCYCODE><BASEGRANDTOTAL>5.00</BASEGRANDTOTAL><ORDERSTATUS>{status}</ORDERSTATUS>\n",
        1 + number % 28
    );
    for (no, quantity, lot) in lines {
        let lot = lot
            .map(|lot| format!("<LOTID>{lot}</LOTID>"))
            .unwrap_or_default();
        let _ = writeln!(
            text,
            "<ITEM><ORDERBATCH>1</ORDERBATCH><COLOR>11</COLOR><PRICE>0.1</PRICE><QTY>{quantity}</QTY><CONDITION>N</CONDITION><ITEMTYPE>P</ITEMTYPE><ITEMID>{no}</ITEMID>{lot}</ITEM>"
        );
    }
    text + "</ORDER>\n"
}

impl Fixture {
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    }

    pub fn import_lots(&self, lots: &[FileLot]) -> InventoryImport {
        let path = self.file("lots.bsx", &bsx(lots));
        self.app
            .import_inventory(&self.scope, &path, &|_| {})
            .expect("lots come in")
    }

    pub fn import_orders(&self, orders: &[String]) -> OrdersImport {
        let path = self.file(
            "orders.xml",
            &format!("<ORDERS>\n{}</ORDERS>\n", orders.concat()),
        );
        self.app
            .import_orders(&self.scope, &path, &|_| {})
            .expect("orders come in")
    }

    /// A new operation's number, also for a shop that is opened again.
    #[expect(clippy::unused_self, reason = "reads like the verbs it is handed to")]
    pub fn op(&self) -> OperationId {
        OperationId(u128::from(NEXT.fetch_add(1, Ordering::SeqCst)))
    }

    pub fn orders(&self) -> Vec<OrderId> {
        self.app
            .order_ids(&self.scope, &OrderQuery::default())
            .expect("orders")
    }

    pub fn order(&self, number: u64) -> OrderId {
        let ids = self.orders();
        let rows = self.app.order_rows(&self.scope, &ids).expect("rows");
        let row = rows.iter().find(|row| row.number == number.to_string());
        row.expect("the order").id
    }

    pub fn start(&self, numbers: &[u64]) -> Result<PickView> {
        let orders = numbers.iter().map(|number| self.order(*number)).collect();
        let (view, outcome) = self.app.pick_start(&self.scope, orders, self.op())?;
        assert_eq!(outcome, PickOutcome::Nothing);
        Ok(view)
    }

    pub fn take(&self, session: SessionId, line: u16) -> Result<(PickView, PickOutcome)> {
        self.app
            .pick_take(&self.scope, session, line, None, self.op())
    }

    pub fn lots(&self) -> Vec<LotRow> {
        let ids = self
            .app
            .lot_ids(&self.scope, &LotQuery::default())
            .expect("lots");
        self.app.lot_rows(&self.scope, &ids).expect("rows")
    }

    pub fn stocks(&self) -> Vec<(LotId, Stock)> {
        self.lots().iter().map(|lot| (lot.id, lot.stock)).collect()
    }

    /// Pieces for sale, promised and gone of a lot of this item.
    pub fn stock(&self, no: &str) -> (u32, u32, u32) {
        let lots = self.lots();
        let lot = lots.iter().find(|lot| lot.item.no == no).expect("the lot");
        (lot.stock.available, lot.stock.reserved, lot.stock.sold)
    }

    /// The check of the whole store finds nothing.
    pub fn sound(&self) {
        let report = self.app.check().expect("a check");
        assert_eq!(report.problems, [], "after {} records", report.records);
    }
}
