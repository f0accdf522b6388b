//! A marketplace that cannot prove who it is hears nothing from us, and the owner is told why: through the
//! real program, with peers that speak TLS on loopback.
//!
//! The certificates under `tests/fixtures/tls` were made once with `openssl` for one key that guards
//! nothing: `ca.pem` signed `good`, `expired` (2020) and `other` (for `other.example`); `alone` signed itself.

mod common;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use common::{PASSWORD, PATIENCE, Ran, Shop, finish};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

const KEY: &str = "KNOWNOWLKEY000000000000000000006";
const WHO: &str = r#"{"username":"ana_owl","uid":"7","has_store":true,"store_details":{"store_id":"907","name":"Owl Corner","base_currency":"EUR","open":"1"}}"#;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/tls")
        .join(name)
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(fixture(name)).expect("a fixture")
}

/// A marketplace that shows this certificate. It tells every byte that came through the tunnel.
fn peer(certificate: &str) -> (u16, Receiver<Vec<u8>>) {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(bytes("key.der")));
    let chain = vec![CertificateDer::from(bytes(certificate))];
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a certificate");
    let config = Arc::new(config);
    serve(move |line, tell| {
        let tunnel = ServerConnection::new(Arc::clone(&config)).expect("a tunnel");
        answer(&mut StreamOwned::new(tunnel, line), tell);
    })
}

/// One that speaks HTTP where TLS is due.
fn plain() -> (u16, Receiver<Vec<u8>>) {
    serve(|mut line, _| {
        let mut hello = [0; 64];
        let _ = line.read(&mut hello);
        let _ = line.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    })
}

fn serve(
    mut each: impl FnMut(TcpStream, &Sender<Vec<u8>>) + Send + 'static,
) -> (u16, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (tell, heard) = channel();
    std::thread::spawn(move || {
        for line in listener.incoming().flatten() {
            let _ = line.set_read_timeout(Some(PATIENCE));
            each(line, &tell);
        }
    });
    (port, heard)
}

fn answer(line: &mut (impl Read + Write), tell: &Sender<Vec<u8>>) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && line.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    if !head.is_empty() {
        let _ = write!(
            line,
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{WHO}",
            WHO.len()
        );
        let _ = line.flush();
        let _ = tell.send(head);
    }
}

/// Tests the connection to a marketplace at this port, on a machine that trusts the authority of the tests.
fn tried(shop: &Shop, port: u16) -> Ran {
    let config = shop.file(
        "market.toml",
        format!("[market]\nbrickowl_url = \"https://127.0.0.1:{port}/v1\"\n"),
    );
    let child = shop
        .command()
        .env("SSL_CERT_FILE", fixture("ca.pem"))
        .arg("--config")
        .arg(config)
        .args(["market", "test", "brickowl"])
        .spawn()
        .expect("the program starts");
    finish(child)
}

#[test]
fn only_who_proves_who_it_is_hears_of_a_key() {
    let shop = Shop::opened();
    let mut child = shop
        .command()
        .args(["--password-stdin", "market", "connect", "brickowl"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("an input");
    write!(stdin, "{KEY}\n{PASSWORD}\n").expect("written");
    drop(stdin);
    finish(child).ended(0);

    let (port, heard) = peer("good.der");
    let ran = tried(&shop, port).ended(0);
    assert!(ran.out.contains("Owl Corner"), "{}", ran.out);
    let head = heard.recv_timeout(PATIENCE).expect("a call");
    let head = String::from_utf8_lossy(&head).into_owned();
    assert!(head.starts_with("GET /v1/user/details?key="), "{head}");

    for (certificate, why) in [
        ("expired.der", "has expired"),
        ("other.der", "is for another name"),
        ("alone.der", "nobody whom this machine trusts"),
    ] {
        let (port, heard) = peer(certificate);
        let ran = tried(&shop, port).ended(1);
        let said = &ran.err;
        assert!(said.contains("could not prove who it is"), "{said}");
        assert!(said.contains(why), "{certificate}: {said}");
        assert!(!said.contains(KEY) && !ran.out.contains(KEY));
        assert!(heard.try_recv().is_err(), "{certificate}: it heard a call");
    }

    let (port, heard) = plain();
    let ran = tried(&shop, port).ended(1);
    assert!(ran.err.contains("it speaks no TLS"), "{}", ran.err);
    assert!(!ran.err.contains(KEY));
    assert!(heard.try_recv().is_err());
}
