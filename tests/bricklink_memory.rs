//! A whole large shop arrives within bounded memory. Alone in its file, as it looks at the whole process.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use brickops::clock::SystemClock;
use brickops::domain::market::Purpose;
use brickops::entropy::SystemEntropy;
use brickops::market::Wire;
use brickops::market::bricklink::{BrickLink, InventoryFilter, Keys, Manner, Parts, Stamps};
use brickops::market::gate::AlwaysOpen;
use brickops::market::retry::ThreadSleeper;

const LOTS: u32 = 100_000;
/// 400 MB.
const MOST_KIB: u64 = 400 * 1_000_000 / 1_024;

/// The real line, so that its buffers count as well.
#[test]
fn a_hundred_thousand_lots() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let server = std::thread::spawn(move || {
        let (mut line, _) = listener.accept().expect("a call");
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && line.read(&mut byte).is_ok_and(|n| n == 1) {
            head.push(byte[0]);
        }
        let mut out = std::io::BufWriter::new(line);
        out.write_all(
            b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"meta\":{\"code\":200},\"data\":[",
        )
        .expect("sent");
        let mut sent = 0;
        for at in 1..=LOTS {
            let comma = if at == 1 { "" } else { "," };
            let lot = format!(
                r#"{comma}{{"inventory_id":{at},"item":{{"no":"{at}pb014","name":"Flag 2 x 2 Trapezoid with Electricity Danger Sign Pattern &#40;{at}&#41;","type":"PART","category_id":738}},"color_id":11,"color_name":"Black","quantity":5,"new_or_used":"N","unit_price":"0.0810","bind_id":0,"description":"pi&#232;ces anciennes, us&#233;es mais fonctionnelles","remarks":"B{at}","bulk":1,"is_retain":false,"is_stock_room":false,"date_created":"2016-07-12T04:00:00.000Z","my_cost":"0.0000","sale_rate":0,"tier_quantity1":0,"tier_price1":"0.0000","tier_quantity2":0,"tier_price2":"0.0000","tier_quantity3":0,"tier_price3":"0.0000","my_weight":"0.0000"}}"#
            );
            sent += lot.len();
            out.write_all(lot.as_bytes()).expect("sent");
        }
        out.write_all(b"]}").expect("sent");
        sent
    });
    let parts = Parts {
        transport: Arc::new(Wire::new(false, None)),
        gate: Arc::new(AlwaysOpen),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        sleeper: Arc::new(ThreadSleeper),
        stamps: Arc::new(Stamps::default()),
    };
    let manner = Manner {
        base: format!("http://127.0.0.1:{port}/api/store/v1"),
        ..Manner::default()
    };
    let client = BrickLink::new(parts, manner, Keys::new("aaaa", "bbbb", "cccc", "dddd"));
    let lots = client
        .inventory(&InventoryFilter::default(), Purpose::Orders)
        .expect("lots");
    let sent = server.join().expect("the server");
    assert_eq!(lots.len(), LOTS as usize);
    assert_eq!(
        lots[99_999].notes,
        "pièces anciennes, usées mais fonctionnelles"
    );
    assert!(sent > 60_000_000, "{sent} bytes are no large shop");
    let most = highest_kib();
    assert!(most < MOST_KIB, "{most} KiB for {sent} bytes");
}

/// The highest memory of this process so far.
fn highest_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse().ok())
        .unwrap_or_default()
}
