//! A client that speaks the socket's frames by itself, and a shop in which many can write at once.

// Tests and benchmarks each use their own part of this.
#![allow(dead_code)]

use std::fmt::Write as _;
use std::io::{self, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use brickops::api::framing::{ToClient, ToServer, decode, encode};
use brickops::api::{Answer, Greeted, Greeting, PROTOCOL, Reply, Request};
use brickops::domain::{OperationId, OrderId, Secret, SessionId};

/// One client. A server that dies is an error, never a wait without end.
#[derive(Debug)]
pub struct Line {
    /// The connection.
    pub stream: BufReader<UnixStream>,
    next: u64,
}

/// The sign-in that `init` or `login` left in a data directory.
pub fn remembered(data: &Path) -> Secret {
    let text = std::fs::read_to_string(data.join("run/sign-ins.json")).expect("somebody signed in");
    let all: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    Secret::new(all[0]["pass"].as_str().expect("a pass"))
}

/// What a client says of itself.
pub fn greeting(pass: Option<&Secret>) -> Greeting {
    Greeting {
        client: 7,
        station: false,
        key: Secret::new("a station of the tests"),
        place: "tests".into(),
        shop: None,
        pass: pass.cloned(),
    }
}

impl Line {
    /// Connects and greets.
    pub fn connect(socket: &Path, pass: Option<&Secret>) -> io::Result<(Self, Greeted)> {
        let stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let stream = BufReader::new(stream);
        let mut line = Self { stream, next: 1 };
        line.send(&ToServer::Hello {
            protocol: PROTOCOL,
            version: "test".into(),
        })?;
        line.send(&ToServer::Greet(Box::new(greeting(pass))))?;
        loop {
            match line.receive()? {
                ToClient::Greeted(greeted) => return Ok((line, *greeted)),
                ToClient::Answer(_, Err(e)) => return Err(io::Error::other(e.message)),
                _ => {}
            }
        }
    }

    /// Sends a message.
    pub fn send(&mut self, message: &ToServer) -> io::Result<()> {
        let frame = encode(message).map_err(io::Error::other)?;
        self.stream.get_mut().write_all(&frame)
    }

    /// Sends a request without waiting for its answer.
    pub fn post(&mut self, request: Request) -> io::Result<u64> {
        let ticket = self.next;
        self.next += 1;
        self.send(&ToServer::Ask(ticket, request))?;
        Ok(ticket)
    }

    /// The next message.
    pub fn receive(&mut self) -> io::Result<ToClient> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length)?;
        let mut payload = vec![0; u32::from_le_bytes(length) as usize];
        self.stream.read_exact(&mut payload)?;
        decode(&payload).map_err(io::Error::other)
    }

    /// Asks and waits; what else arrives is dropped.
    pub fn ask(&mut self, request: Request) -> io::Result<Answer> {
        let ticket = self.post(request)?;
        loop {
            if let ToClient::Answer(answered, answer) = self.receive()?
                && answered == ticket
            {
                return Ok(answer);
            }
        }
    }
}

/// Lots at `W-1`, `W-2` and so on, 9 pieces each, in BrickStore's format.
pub fn lots(count: usize) -> String {
    let mut lots = String::from("<BrickStoreXML>\n<Inventory Currency=\"EUR\">\n");
    for n in 1..=count {
        writeln!(
            lots,
            "<Item><ItemID>3001</ItemID><ItemTypeID>P</ItemTypeID><ColorID>11</ColorID><Qty>9</Qty><Price>0.1</Price><Condition>N</Condition><Remarks>W-{n}</Remarks><LotID>{}</LotID></Item>",
            800_000 + n
        )
        .expect("written");
    }
    lots.push_str("</Inventory>\n</BrickStoreXML>\n");
    lots
}

/// As many orders, each of 4 pieces of one of those lots.
pub fn orders(count: usize) -> String {
    let mut orders = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ORDERS>\n");
    for n in 1..=count {
        writeln!(
            orders,
            "<ORDER><ORDERID>{}</ORDERID><ORDERDATE>8/24/2025</ORDERDATE><BUYER>buyer-{n}</BUYER><ORDERTOTAL>0.40</ORDERTOTAL><BASECURRENCYCODE>EUR</BASECURRENCYCODE><ORDERSTATUS>Paid</ORDERSTATUS><ITEM><COLOR>11</COLOR><PRICE>0.1</PRICE><QTY>4</QTY><CONDITION>N</CONDITION><ITEMTYPE>P</ITEMTYPE><ITEMID>3001</ITEMID><LOTID>{}</LOTID></ITEM></ORDER>",
            41_000_000 + n,
            800_000 + n
        )
        .expect("written");
    }
    orders.push_str("</ORDERS>\n");
    orders
}

/// A person who walks: takes the pieces of one line and puts them back, again and again. Each step
/// changes a lot, an order and a walk and adds an entry to the ledger and an operation.
#[derive(Debug)]
pub struct Walker {
    /// The walk.
    pub session: SessionId,
    taken: bool,
}

impl Walker {
    /// Starts a walk for one order.
    pub fn start(line: &mut Line, order: OrderId, op: OperationId) -> io::Result<Self> {
        let orders = vec![order];
        match line.ask(Request::PickStart { orders, op })? {
            Ok(Reply::Pick { view, .. }) => Ok(Self {
                session: view.id,
                taken: false,
            }),
            other => Err(io::Error::other(format!("{other:?}"))),
        }
    }

    /// Goes on with a walk as the server has it.
    pub fn resume(line: &mut Line, session: SessionId) -> io::Result<Self> {
        match line.ask(Request::PickOpen { session })? {
            Ok(Reply::Pick { view, .. }) => Ok(Self {
                session,
                taken: view.done > 0,
            }),
            other => Err(io::Error::other(format!("{other:?}"))),
        }
    }

    /// The next step; `Ok` only when the server confirmed it.
    pub fn step(&mut self, line: &mut Line, op: OperationId) -> io::Result<()> {
        let session = self.session;
        let request = if self.taken {
            Request::PickUndo { session, op }
        } else {
            Request::PickTake {
                session,
                line: 0,
                pieces: None,
                op,
            }
        };
        match line.ask(request)? {
            Ok(Reply::Pick { .. }) => {
                self.taken = !self.taken;
                Ok(())
            }
            other => Err(io::Error::other(format!("{other:?}"))),
        }
    }
}
