//! One process owns the data, every station talks to it: commands, screens and clients over the socket
//! of a real `brickops serve`, and what happens when any of them misbehaves.

mod common;
#[path = "common/line.rs"]
mod line;

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use brickops::api::client::socket::Socket;
use brickops::api::client::{Blocking, Client, Incoming};
use brickops::api::framing::{ToClient, ToServer, announced, decode, encode};
use brickops::api::{Answer, Event, PROTOCOL, Reply, Request, Topic};
use rustix::process::Signal;

use common::pty::Terminal;
use common::{PATIENCE, Server, Shop, comes_true, items_xml, seed};

/// A client in this process, over the socket.
struct Station {
    client: Client,
    incoming: Receiver<Incoming>,
}

impl Station {
    #[track_caller]
    fn connect(shop: &Shop) -> Self {
        let (sink, incoming) = Blocking::channel();
        let signed_in = shop.data().join("run/sign-ins.json").exists();
        let pass = signed_in.then(|| line::remembered(&shop.data()));
        let greeting = line::greeting(pass.as_ref());
        let (socket, _) = Socket::connect(&shop.socket(), greeting, None, sink)
            .expect("the server greets")
            .expect("the server listens");
        Self {
            client: Client::new(socket),
            incoming,
        }
    }

    #[track_caller]
    fn next(&self) -> Incoming {
        self.incoming
            .recv_timeout(PATIENCE)
            .expect("something arrives in time")
    }

    /// Asks and waits for the answer; what else arrives is left out.
    #[track_caller]
    fn ask(&self, request: Request) -> Answer {
        let ticket = self.client.send(request).expect("sent");
        loop {
            match self.next() {
                Incoming::Answer(answered, answer) if answered == ticket => return answer,
                _ => {}
            }
        }
    }

    #[track_caller]
    fn is_served(&self) {
        let Ok(Reply::Colors(colors)) = self.ask(Request::Colors) else {
            unreachable!("colours were asked for");
        };
        assert_eq!(colors.len(), 213);
    }
}

/// A client that speaks for itself.
struct Raw(UnixStream);

impl Raw {
    fn connect(shop: &Shop) -> Self {
        let stream = UnixStream::connect(shop.socket()).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("set");
        stream.set_write_timeout(Some(PATIENCE)).expect("set");
        Self(stream)
    }

    fn say(&mut self, message: &ToServer) {
        self.bytes(&encode(message).expect("packed"));
    }

    fn bytes(&mut self, bytes: &[u8]) {
        // A server that has hung up already wants nothing any more.
        let _ = self.0.write_all(bytes);
    }

    fn greet(&mut self) {
        self.say(&ToServer::Hello {
            protocol: PROTOCOL,
            version: "test".into(),
        });
        assert!(matches!(
            self.hear(),
            Some(ToClient::Welcome {
                protocol: PROTOCOL,
                ..
            })
        ));
        self.say(&ToServer::Greet(Box::new(line::greeting(None))));
        assert!(matches!(self.hear(), Some(ToClient::Greeted(_))));
    }

    /// The next message; `None` when the server has hung up.
    fn hear(&mut self) -> Option<ToClient> {
        let mut length = [0; 4];
        self.0.read_exact(&mut length).ok()?;
        let mut payload = vec![0; announced(length).expect("allowed")];
        self.0.read_exact(&mut payload).ok()?;
        Some(decode(&payload).expect("a message"))
    }

    /// The sentence with which the server hangs up.
    #[track_caller]
    fn farewell(&mut self) -> String {
        let mut last = None;
        while let Some(message) = self.hear() {
            last = Some(message);
        }
        match last {
            Some(ToClient::Answer(0, Err(e))) => e.message,
            other => unreachable!("a sentence was expected: {other:?}"),
        }
    }
}

#[test]
fn commands_go_through_the_server_while_it_holds_the_data() {
    let shop = Shop::stocked();
    let alone = shop.json(&["inventory", "list"]);
    let mut server = Server::start(&shop);
    let status = shop.json(&["status"]);
    assert_eq!(status["pid"], server.pid().as_raw_nonzero().get());
    assert_eq!(status["data_dir"], shop.data().to_str().expect("UTF-8"));
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    assert!(shop.run(&["status"]).ended(0).out.contains("works on"));
    assert_eq!(shop.found(&["plate 1x2", "--limit", "1"]), ["3023"]);
    assert_eq!(
        shop.json(&["catalog", "show", "3001"])["name"],
        "Brick 2 x 4"
    );
    assert_eq!(shop.json(&["inventory", "list"]), alone);
    assert_eq!(
        shop.json(&["orders", "list", "--to-pick"])
            .as_array()
            .map(Vec::is_empty),
        Some(false)
    );
    assert_eq!(shop.json(&["check"])["ok"], true);
    let file = shop.file("Parts.xml", items_xml('P', &[("srv1", "Served Part", 5)]));
    shop.import(&file).ended(0);
    assert_eq!(shop.found(&["srv1", "--limit", "1"]), ["srv1"]);
    let ran = shop
        .run(&["catalog", "show", "nosuchpart", "--format", "json"])
        .ended(1);
    assert_eq!(
        ran.json()["error"]["code"],
        "NOT_FOUND",
        "errors cross the socket as they are"
    );
    // A relative path means that of the caller, not that of the server.
    let mut command = shop.command();
    command
        .current_dir(shop.root().join("files"))
        .args(["catalog", "import", "Parts.xml"]);
    common::finish(command.spawn().expect("starts")).ended(0);

    shop.run(&["stop"]).ended(0);
    // It has let go: the next command works on the data itself.
    assert_eq!(shop.found(&["srv1", "--limit", "1"]), ["srv1"]);
    server.end().ended(0);
    assert!(!shop.socket().exists());
}

#[test]
fn stopped_means_that_the_data_is_free() {
    let shop = Shop::planted();
    for _ in 0..5 {
        let mut server = Server::start(&shop);
        assert_eq!(shop.found(&["3001", "--limit", "1"]), ["3001"]);
        shop.run(&["stop"]).ended(0);
        assert_eq!(shop.found(&["3001", "--limit", "1"]), ["3001"]);
        server.end().ended(0);
    }
}

#[test]
fn without_a_server_status_and_stop_say_so() {
    let shop = Shop::planted();
    let ran = shop.run(&["status"]).ended(1);
    assert!(ran.out.starts_with("No server works on "), "{}", ran.out);
    assert_eq!(
        shop.run(&["status", "--format", "json"]).ended(1).json(),
        serde_json::Value::Null
    );
    assert!(
        shop.run(&["stop"])
            .ended(1)
            .err
            .starts_with("No server works on ")
    );
}

#[test]
fn the_socket_is_for_its_owner_and_goes_with_the_server() {
    let shop = Shop::planted();
    let mut server = Server::start(&shop);
    let mode = |path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(shop.data().join("run")), 0o700);
    assert!(comes_true(PATIENCE, || mode(shop.socket()) == 0o600));
    server.signal(Signal::TERM).ended(0);
    assert!(!shop.socket().exists());
    shop.is_as_before();
}

#[test]
fn screens_work_over_the_server_beside_commands() {
    let shop = Shop::stocked();
    let _server = Server::start(&shop);
    let mut screens = Terminal::start(&shop, &[]);
    screens.wait_for("2,520 items in the catalogue");
    let mut others = Terminal::start(&shop, &[]);
    others.wait_for("2,520 items in the catalogue");
    screens.send("/plate 1x2");
    screens.wait_for("3023");
    let file = shop.file("Parts.xml", items_xml('P', &[("srv2", "Served Part", 5)]));
    shop.import(&file).ended(0);
    others.wait_for("2,521 items in the catalogue");
    for terminal in [&mut screens, &mut others] {
        terminal.send("\u{3}\u{3}");
        assert!(terminal.ended_within(PATIENCE).success());
        terminal.is_usable();
    }
    assert_eq!(shop.run(&["status"]).ended(0).code, 0, "the server goes on");
}

#[test]
fn a_killed_server_loses_nothing_and_another_one_takes_its_place() {
    let shop = Shop::opened();
    let mut server = Server::start(&shop);
    let lots = seed("shop.bsx");
    shop.run(&["inventory", "import", lots.to_str().expect("UTF-8")])
        .ended(0);
    let before = shop.json(&["inventory", "list"]);
    assert!(before.as_array().is_some_and(|lots| lots.len() > 50));
    server.signal(Signal::KILL).ended(137);
    assert!(shop.socket().exists(), "nobody took it away");
    shop.run(&["status"]).ended(1);
    assert_eq!(
        shop.json(&["inventory", "list"]),
        before,
        "without a server"
    );
    let mut server = Server::start(&shop);
    assert_eq!(
        shop.json(&["inventory", "list"]),
        before,
        "with the next one"
    );
    assert_eq!(shop.json(&["check"])["ok"], true);
    server.signal(Signal::TERM).ended(0);
    assert!(!shop.socket().exists());
}

#[test]
fn a_client_comes_back_when_the_server_does_and_asks_again() {
    let shop = Shop::planted();
    let mut server = Server::start(&shop);
    let station = Station::connect(&shop);
    station.is_served();
    server.signal(Signal::KILL);
    loop {
        if let Incoming::Lost(why) = station.next() {
            assert!(!why.is_empty());
            break;
        }
    }
    let asked = station
        .client
        .send(Request::Colors)
        .expect("taken all the same");
    let _server = Server::start(&shop);
    let (mut back, mut answered) = (false, false);
    while !(back && answered) {
        match station.next() {
            Incoming::Back(_) => back = true,
            Incoming::Answer(ticket, answer) if ticket == asked => {
                assert!(matches!(answer, Ok(Reply::Colors(_))));
                answered = true;
            }
            _ => {}
        }
    }
}

#[test]
fn what_one_client_changes_every_other_is_told() {
    let shop = Shop::opened();
    let _server = Server::start(&shop);
    let station = Station::connect(&shop);
    station.is_served();
    let told = |wanted: Topic| {
        let until = Instant::now() + PATIENCE;
        loop {
            assert!(Instant::now() < until, "never told of {wanted:?}");
            if let Incoming::Event(Event::Changed { seq, topic, .. }) = station.next()
                && topic == wanted
            {
                return seq;
            }
        }
    };
    let file = shop.file("Parts.xml", items_xml('P', &[("srv3", "Served Part", 5)]));
    shop.import(&file).ended(0);
    let first = told(Topic::Catalog);
    let lots = seed("shop.bsx");
    shop.run(&["inventory", "import", lots.to_str().expect("UTF-8")])
        .ended(0);
    assert!(told(Topic::Inventory) > first, "numbers rise");
}

#[test]
fn whoever_talks_nonsense_is_told_so_and_hung_up_on() {
    let shop = Shop::planted();
    let _server = Server::start(&shop);
    let honest = Station::connect(&shop);
    honest.is_served();

    let mut noise = Raw::connect(&shop);
    noise.bytes(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(
        noise.farewell().contains("are allowed"),
        "an HTTP request announces a huge message"
    );

    let mut huge = Raw::connect(&shop);
    huge.greet();
    huge.bytes(&u32::MAX.to_le_bytes());
    assert!(huge.farewell().contains("4294967295 bytes was announced"));

    let mut garbage = Raw::connect(&shop);
    garbage.greet();
    garbage.bytes(&64_u32.to_le_bytes());
    garbage.bytes(&[0xff; 64]);
    assert!(
        garbage
            .farewell()
            .starts_with("A message could not be read")
    );

    let mut rude = Raw::connect(&shop);
    rude.say(&ToServer::Ask(1, Request::Colors));
    assert_eq!(rude.farewell(), "The client did not greet.");

    let mut twice = Raw::connect(&shop);
    twice.greet();
    twice.say(&ToServer::Hello {
        protocol: PROTOCOL,
        version: "test".into(),
    });
    assert_eq!(twice.farewell(), "The client greeted twice.");

    let mut stranger = Raw::connect(&shop);
    stranger.say(&ToServer::Hello {
        protocol: PROTOCOL + 1,
        version: "99.0.0".into(),
    });
    assert!(matches!(
        stranger.hear(),
        Some(ToClient::Welcome {
            protocol: PROTOCOL,
            ..
        })
    ));
    assert!(stranger.farewell().contains("another protocol"));

    let mut half = Raw::connect(&shop);
    half.greet();
    half.bytes(&1_000_u32.to_le_bytes());
    half.bytes(&[1; 10]);
    drop(half);

    honest.is_served();
    assert_eq!(shop.found(&["3001", "--limit", "1"]), ["3001"]);
}

#[test]
fn clients_that_say_nothing_or_read_nothing_hold_up_nobody() {
    let shop = Shop::planted();
    let mut server = Server::start(&shop);
    let silent: Vec<Raw> = (0..20).map(|_| Raw::connect(&shop)).collect();
    let deaf: Vec<Raw> = (0..4)
        .map(|_| {
            let mut client = Raw::connect(&shop);
            client.greet();
            let asked: Vec<u8> = (1..=600)
                .flat_map(|ticket| encode(&ToServer::Ask(ticket, Request::Colors)).expect("packed"))
                .collect();
            client.bytes(&asked);
            client
        })
        .collect();
    let honest = Station::connect(&shop);
    for _ in 0..20 {
        honest.is_served();
    }
    assert_eq!(shop.found(&["plate 1x2", "--limit", "1"]), ["3023"]);
    let file = shop.file("Parts.xml", items_xml('P', &[("srv4", "Served Part", 5)]));
    shop.import(&file).ended(0);
    assert_eq!(shop.found(&["srv4", "--limit", "1"]), ["srv4"]);
    let clients = shop.json(&["status"])["clients"]
        .as_u64()
        .expect("a number");
    assert!(clients >= 25, "{clients} clients");

    // Whoever reads at last gets every answer.
    let mut late = deaf.into_iter().next().expect("one");
    let mut answers = 0;
    while answers < 600 {
        match late.hear() {
            Some(ToClient::Answer(_, answer)) => {
                assert!(answer.is_ok());
                answers += 1;
            }
            Some(_) => {}
            None => unreachable!("hung up after {answers} answers"),
        }
    }
    drop((silent, late));
    let started = Instant::now();
    server.signal(Signal::TERM).ended(0);
    assert!(
        started.elapsed() < Duration::from_secs(8),
        "nobody keeps it from ending"
    );
    assert!(!shop.socket().exists());
}

#[test]
fn a_client_that_leaves_in_the_middle_costs_nobody_anything() {
    let shop = Shop::planted();
    let _server = Server::start(&shop);
    for _ in 0..20 {
        let mut client = Raw::connect(&shop);
        client.greet();
        client.say(&ToServer::Ask(1, Request::Overview));
        client.say(&ToServer::Ask(2, Request::Check));
    }
    let honest = Station::connect(&shop);
    honest.is_served();
    assert!(
        comes_true(PATIENCE, || shop.json(&["status"])["clients"].as_u64()
            <= Some(2)),
        "those who left are forgotten"
    );
}

#[test]
fn a_file_where_the_socket_should_be_is_no_obstacle() {
    let shop = Shop::planted();
    fs::create_dir_all(shop.data().join("run")).expect("made");
    fs::write(shop.socket(), "left over").expect("written");
    shop.run(&["status"]).ended(1);
    let mut server = Server::start(&shop);
    assert!(comes_true(PATIENCE, || shop.run(&["status"]).code == 0));
    server.signal(Signal::TERM).ended(0);
}
