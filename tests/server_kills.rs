//! A server that is killed under many writers: whatever it confirmed is there, exactly once.

mod common;
#[path = "common/line.rs"]
mod line;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use brickops::api::{Reply, Request, Rows};
use brickops::domain::{
    OperationId, OrderId, OrderQuery, Reason, Scope, Secret, SessionId, TenantId, Timestamp,
    UserId, ViewSpec,
};
use brickops::store::Store;
use rustix::process::Signal;

use common::{Server, Shop};
use line::{Line, Walker};

/// Clients that write at the same time.
const WRITERS: usize = 16;
/// How often the server is killed.
const KILLS: usize = 20;

fn operation() -> OperationId {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    OperationId(u128::from(NEXT.fetch_add(1, Ordering::Relaxed)) | (1 << 90))
}

fn import(shop: &Shop, what: &str, name: &str, text: String) {
    let path = shop.file(name, text);
    shop.run(&[what, "import", path.to_str().expect("UTF-8")])
        .ended(0);
}

fn walks(shop: &Shop, pass: &Secret) -> Vec<SessionId> {
    let (mut line, _) = Line::connect(&shop.socket(), Some(pass)).expect("a connection");
    let spec = ViewSpec::Orders(OrderQuery {
        to_pick: true,
        ..OrderQuery::default()
    });
    let opened = line.ask(Request::Open { spec, rows: 100 });
    let Ok(Ok(Reply::Opened(opened))) = opened else {
        unreachable!("{opened:?}");
    };
    let Rows::Orders(rows) = opened.rows else {
        unreachable!("orders were asked for");
    };
    let orders: Vec<OrderId> = rows.iter().map(|row| row.id).collect();
    assert_eq!(orders.len(), WRITERS);
    orders
        .into_iter()
        .map(|order| {
            Walker::start(&mut line, order, operation())
                .expect("a walk")
                .session
        })
        .collect()
}

#[test]
fn what_was_confirmed_survives_twenty_kills_exactly_once() {
    let shop = Shop::opened();
    import(&shop, "inventory", "w.bsx", line::lots(WRITERS));
    import(&shop, "orders", "w.xml", line::orders(WRITERS));
    let pass = line::remembered(&shop.data());
    let mut server = Server::start(&shop);
    let walks = walks(&shop, &pass);
    let confirmed: Arc<Mutex<HashMap<u128, SessionId>>> = Arc::default();
    for kill in 0..KILLS {
        let before = confirmed.lock().expect("a lock").len();
        let writers: Vec<_> = walks
            .iter()
            .map(|session| {
                let (socket, pass, session) = (shop.socket(), pass.clone(), *session);
                let confirmed = Arc::clone(&confirmed);
                std::thread::spawn(move || {
                    let Ok((mut line, _)) = Line::connect(&socket, Some(&pass)) else {
                        return;
                    };
                    let Ok(mut walker) = Walker::resume(&mut line, session) else {
                        return;
                    };
                    loop {
                        let op = operation();
                        if walker.step(&mut line, op).is_err() {
                            return;
                        }
                        confirmed.lock().expect("a lock").insert(op.0, session);
                    }
                })
            })
            .collect();
        // Another number of confirmed steps each time, so that it dies at another moment.
        let enough = before + 40 + kill * 7;
        assert!(
            common::comes_true(common::PATIENCE, || {
                confirmed.lock().expect("a lock").len() >= enough
            }),
            "steps are confirmed"
        );
        server.signal(Signal::KILL).ended(137);
        for writer in writers {
            writer.join().expect("a writer");
        }
        assert_eq!(shop.json(&["check"])["ok"], true, "after kill {kill}");
        server = Server::start(&shop);
    }
    server.signal(Signal::TERM).ended(0);
    is_there_once(&shop, &confirmed.lock().expect("a lock"));
}

/// Every confirmed operation is remembered, and the ledger has one entry for each step of a walk, no
/// more.
fn is_there_once(shop: &Shop, confirmed: &HashMap<u128, SessionId>) {
    let store = Store::open_dir(&shop.data()).expect("the store");
    let scope = Scope::owner(TenantId(1), UserId(1), Timestamp::default());
    store
        .read(|tx| {
            let records = tx.shop(&scope);
            for (op, session) in confirmed {
                let record = records.operation(OperationId(*op))?.expect("it is there");
                assert_eq!(record.session, session.0);
            }
            let mut steps: HashMap<u64, i64> = HashMap::new();
            records.each_operation(|record| {
                *steps.entry(record.session).or_default() += 1;
                Ok(())
            })?;
            records.each_entry(|entry| {
                if let Reason::Picked { session, .. } | Reason::PickUndone { session, .. } =
                    entry.reason
                {
                    *steps.entry(session.0).or_default() -= 1;
                }
                Ok(())
            })?;
            for (session, left) in steps {
                // Starting the walk was an operation, too.
                assert_eq!(left, 1, "walk {session}");
            }
            Ok(())
        })
        .expect("read");
    assert!(confirmed.len() > KILLS * 40);
}
