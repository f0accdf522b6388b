//! What the line makes of peers that misbehave, each played by a plain socket.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::domain::market::Service;
use crate::market::{Answer, Body, Broke, Call, Limits, Method, Transport};

use super::Wire;

/// A peer that takes calls until the test ends.
struct Peer {
    port: u16,
    heard: Receiver<String>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Peer {
    /// Takes one line, reads the head of the call, then does as told. The receiver reports the end of the test.
    fn new(act: impl FnOnce(&mut TcpStream, &Receiver<()>) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (stop, stopped) = channel();
        let (tell, heard) = channel();
        let thread = std::thread::spawn(move || {
            let (mut line, _) = listener.accept().expect("a call");
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && line.read(&mut byte).is_ok_and(|n| n == 1) {
                head.push(byte[0]);
            }
            let _ = tell.send(String::from_utf8_lossy(&head).into_owned());
            act(&mut line, &stopped);
        });
        Self {
            port,
            heard,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    fn says(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::new(move |line, _| {
            let _ = line.write_all(&bytes);
            let _ = line.shutdown(Shutdown::Write);
        })
    }

    fn call(&self) -> Call {
        call(&format!("http://127.0.0.1:{}/a?key=hidden", self.port))
    }

    fn asked(call: &Call) -> Result<Answer, Broke> {
        Wire::new(false, None).send(call)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn call(url: &str) -> Call {
    Call {
        service: Service::BrickLink,
        method: Method::Get,
        url: url.to_owned(),
        headers: vec![("x-mine".into(), "yes".into())],
        body: Body::Empty,
        endpoint: "GET a",
        limits: Limits {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(5),
            whole: Duration::from_secs(10),
            bytes: 1_000,
        },
    }
}

fn lost(result: Result<Answer, Broke>) -> String {
    match result {
        Err(Broke::Lost(why)) => {
            assert!(!why.contains("hidden"), "{why}");
            why
        }
        other => panic!("{other:?}"),
    }
}

fn not_connected(result: Result<Answer, Broke>) -> String {
    match result {
        Err(Broke::Connect(why)) => {
            assert!(!why.contains("hidden"), "{why}");
            why
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_answer_comes_back_as_it_is() {
    let peer = Peer::says(
        "HTTP/1.1 418 Teapot\r\nContent-Length: 2\r\nX-Some: Thing\r\nRetry-After: 7\r\n\r\nhi",
    );
    let answer = Peer::asked(&peer.call()).expect("an answer");
    assert_eq!(answer.status, 418);
    assert_eq!(answer.body, b"hi");
    assert_eq!(answer.header("x-some"), Some("Thing"));
    assert_eq!(answer.header("retry-after"), Some("7"));
    let head = peer.heard.recv().expect("the call").to_ascii_lowercase();
    assert!(head.starts_with("get /a?key=hidden http/1.1\r\n"), "{head}");
    assert!(head.contains("x-mine: yes\r\n"), "{head}");
    let agent = concat!("user-agent: brickops/", env!("CARGO_PKG_VERSION"), "\r\n");
    assert!(head.contains(agent), "{head}");
}

#[test]
fn an_operator_may_leave_an_address() {
    let peer = Peer::says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let wire = Wire::new(false, Some("shop@example.org\r\nX: y"));
    wire.send(&peer.call()).expect("an answer");
    let head = peer.heard.recv().expect("the call");
    assert!(head.contains(" (+shop@example.orgX:y)\r\n"), "{head}");
}

#[test]
fn a_body_travels_with_its_type() {
    let peer = Peer::new(|line, _| {
        let mut body = [0; 7];
        line.read_exact(&mut body).expect("a body");
        let text = String::from_utf8_lossy(&body).into_owned();
        let _ = write!(line, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{text}");
    });
    let mut call = peer.call();
    call.method = Method::Put;
    call.body = Body::Json("{\"a\":1}".into());
    assert_eq!(Peer::asked(&call).expect("an answer").body, b"{\"a\":1}");
    let head = peer.heard.recv().expect("the call").to_ascii_lowercase();
    assert!(head.starts_with("put "), "{head}");
    assert!(
        head.contains("content-type: application/json\r\n"),
        "{head}"
    );
}

#[test]
fn redirects_are_answers() {
    let peer = Peer::says(
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n",
    );
    let answer = Peer::asked(&peer.call()).expect("an answer");
    assert_eq!(answer.status, 302);
    assert_eq!(answer.header("location"), Some("http://127.0.0.1:1/x"));
}

#[test]
fn offline_refuses_without_calling() {
    let wire = Wire::new(true, None);
    assert_eq!(wire.send(&call("http://127.0.0.1:1/")), Err(Broke::Offline));
}

#[test]
fn addresses_that_are_none() {
    for url in [
        "",
        "nonsense",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "http://",
    ] {
        not_connected(Wire::new(false, None).send(&call(url)));
    }
}

#[test]
fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let why =
        not_connected(Wire::new(false, None).send(&call(&format!("http://127.0.0.1:{port}/"))));
    assert!(why.contains("cannot be reached"), "{why}");
}

#[test]
fn a_name_that_does_not_exist() {
    let url = "http://bricks.invalid/?key=hidden";
    let mut call = call(url);
    call.limits.connect = Duration::from_secs(30);
    call.limits.first_byte = Duration::from_secs(30);
    call.limits.whole = Duration::from_secs(30);
    // Behind a proxy it is the proxy that knows no such name.
    if ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]
        .iter()
        .all(|name| std::env::var_os(name).is_none())
    {
        let why = not_connected(Wire::new(false, None).send(&call));
        assert!(why.contains("bricks.invalid"), "{why}");
    }
}

#[test]
fn silence_before_the_answer() {
    let peer = Peer::new(|_, stopped| {
        let _ = stopped.recv();
    });
    let mut call = peer.call();
    call.limits.first_byte = Duration::from_millis(100);
    let why = lost(Peer::asked(&call));
    assert!(why.contains("no answer within 0.1 s"), "{why}");
}

#[test]
fn silence_within_the_answer() {
    let peer = Peer::new(|line, stopped| {
        let _ = line.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
        let _ = stopped.recv();
    });
    let mut call = peer.call();
    call.limits.whole = Duration::from_millis(200);
    let why = lost(Peer::asked(&call));
    assert!(why.contains("did not end its answer within 0.2 s"), "{why}");
}

#[test]
fn an_answer_that_drips() {
    let peer = Peer::new(|line, stopped| {
        let _ = line.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n");
        // Each drop comes well within any limit between two bytes.
        while stopped
            .recv_timeout(Duration::from_millis(10))
            .is_err_and(|e| e == std::sync::mpsc::RecvTimeoutError::Timeout)
            && line.write_all(b"x").is_ok()
        {}
    });
    let mut call = peer.call();
    call.limits.whole = Duration::from_millis(300);
    lost(Peer::asked(&call));
}

#[test]
fn closed_before_the_answer() {
    let peer = Peer::new(|line, _| {
        let _ = line.shutdown(Shutdown::Both);
    });
    lost(Peer::asked(&peer.call()));
}

#[test]
fn closed_within_the_answer() {
    let peer = Peer::says("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nhalf");
    let why = lost(Peer::asked(&peer.call()));
    assert!(why.contains("broke off its answer"), "{why}");
}

#[test]
fn pieces_that_end_too_early() {
    let peer =
        Peer::says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n50\r\nhalf");
    lost(Peer::asked(&peer.call()));
}

#[test]
fn something_that_is_not_http() {
    let peer = Peer::says("220 mail.example.org ESMTP\r\n");
    lost(Peer::asked(&peer.call()));
}

#[test]
fn a_length_beyond_all_measure_is_not_waited_for() {
    let peer = Peer::new(|line, stopped| {
        let _ = line.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx");
        let _ = stopped.recv();
    });
    assert_eq!(Peer::asked(&peer.call()), Err(Broke::TooLarge));
}

#[test]
fn a_flood_without_a_length() {
    let peer = Peer::new(|line, _| {
        let _ = line.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while line.write_all(&[b'x'; 4096]).is_ok() {}
    });
    assert_eq!(Peer::asked(&peer.call()), Err(Broke::TooLarge));
}

#[test]
fn a_bomb_does_not_go_off() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![0; 1 << 20];
    for _ in 0..50 {
        packer.write_all(&zeros).expect("packed");
    }
    let bomb = packer.finish().expect("packed");
    assert!(bomb.len() < 60_000, "fifty megabytes are small now");
    let mut bytes = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        bomb.len()
    )
    .into_bytes();
    bytes.extend_from_slice(&bomb);
    let peer = Peer::says(bytes);
    let mut call = peer.call();
    call.limits.bytes = 100_000;
    assert_eq!(Peer::asked(&call), Err(Broke::TooLarge));
}

#[test]
fn a_packed_answer_is_unpacked() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(b"{\"meta\":{}}").expect("packed");
    let packed = packer.finish().expect("packed");
    let mut bytes = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        packed.len()
    )
    .into_bytes();
    bytes.extend_from_slice(&packed);
    let peer = Peer::says(bytes);
    assert_eq!(
        Peer::asked(&peer.call()).expect("an answer").body,
        b"{\"meta\":{}}"
    );
}

#[test]
fn packed_rubbish_is_half_an_answer() {
    let peer =
        Peer::says("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 7\r\n\r\nrubbish");
    lost(Peer::asked(&peer.call()));
}

#[test]
fn a_peer_without_tls_where_tls_is_due() {
    // It never sees the end of a head, so it answers to the first bytes of the handshake.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let thread = std::thread::spawn(move || {
        let (mut line, _) = listener.accept().expect("a call");
        let mut hello = [0; 64];
        let _ = line.read(&mut hello);
        let _ = line.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        let mut rest = Vec::new();
        let _ = line.read_to_end(&mut rest);
    });
    let result =
        Wire::new(false, None).send(&call(&format!("https://127.0.0.1:{port}/?key=hidden")));
    match result {
        Err(Broke::Tls(why)) => assert!(!why.contains("hidden"), "{why}"),
        other => panic!("{other:?}"),
    }
    // Where no certificates are installed, nobody was called.
    let _ = TcpStream::connect(("127.0.0.1", port));
    thread.join().expect("the peer");
}

#[test]
fn it_can_be_called_from_within_a_runtime() {
    let peer = Peer::says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    let call = peer.call();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let answer = runtime.block_on(async {
        let wire = Wire::new(false, None);
        wire.send(&call)
    });
    assert_eq!(answer.expect("an answer").body, b"hi");
}
