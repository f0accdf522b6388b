//! Messages on the socket: a length of four bytes, little endian, then the message.
//!
//! One of the two places that know bincode; the other is `store::codec`. The format is not
//! self-describing, so both sides must speak the same [`super::PROTOCOL`]; the first frame says so.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::{Deserialize as De, Serialize as Ser};

use super::{Answer, Event, Greeted, Greeting, Request};
use crate::error::{Error, Result};

/// Longest message in bytes. A window of 1,000 rows is about 200 KB.
pub const MAX_FRAME: usize = 4 * 1024 * 1024;

/// Distinguishes requests of one connection, so that answers may come in any order.
pub type Ticket = u64;

/// From client to server.
#[derive(Debug, Clone, PartialEq, Eq, Ser, De)]
pub enum ToServer {
    /// The first message.
    Hello {
        /// [`super::PROTOCOL`] of the client.
        protocol: u32,
        /// Its version.
        version: String,
    },
    /// A request.
    Ask(Ticket, Request),
    /// The second message: who greets.
    Greet(Box<Greeting>),
}

/// From server to client.
#[derive(Debug, Clone, PartialEq, Eq, Ser, De)]
pub enum ToClient {
    /// The answer to [`ToServer::Hello`]. Both must be readable in every later protocol, so that each
    /// side can say which version the other is.
    Welcome {
        /// [`super::PROTOCOL`] of the server.
        protocol: u32,
        /// Its version.
        version: String,
    },
    /// The answer to a request.
    Answer(Ticket, Answer),
    /// Something happened.
    Tell(Event),
    /// The answer to [`ToServer::Greet`].
    Greeted(Box<Greeted>),
}

fn config() -> impl bincode::config::Config {
    bincode::config::standard().with_limit::<MAX_FRAME>()
}

/// A message as a frame, length first.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>> {
    // Room for most answers; small ones do not live long.
    let mut frame = Vec::with_capacity(1024);
    frame.extend([0; 4]);
    bincode::serde::encode_into_std_write(message, &mut frame, config())
        .map_err(|e| Error::internal(format!("A message could not be packed: {e}.")))?;
    let len = frame.len() - 4;
    if len > MAX_FRAME {
        return Err(Error::invalid(
            "The answer is too large for one message. Ask for fewer rows.",
        ));
    }
    frame[..4].copy_from_slice(&(len as u32).to_le_bytes());
    Ok(frame)
}

/// A message from the bytes after the length. Bytes that are left over are a mistake, too.
pub fn decode<T: DeserializeOwned>(payload: &[u8]) -> Result<T> {
    let broken = |why: String| Error::invalid(format!("A message could not be read: {why}."));
    let (message, used) =
        bincode::serde::decode_from_slice(payload, config()).map_err(|e| broken(e.to_string()))?;
    if used == payload.len() {
        Ok(message)
    } else {
        Err(broken(format!("{} bytes too many", payload.len() - used)))
    }
}

/// The length that four bytes announce, if it is allowed.
pub fn announced(length: [u8; 4]) -> Result<usize> {
    let len = u32::from_le_bytes(length) as usize;
    if len <= MAX_FRAME {
        Ok(len)
    } else {
        Err(Error::invalid(format!(
            "A message of {len} bytes was announced; {MAX_FRAME} are allowed."
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CatalogQuery, ViewSpec};

    #[test]
    fn frames_round_trip() {
        let asked = ToServer::Ask(
            7,
            Request::Open {
                spec: ViewSpec::Catalog(CatalogQuery {
                    text: "plate 1x2".into(),
                    ..CatalogQuery::default()
                }),
                rows: 50,
            },
        );
        let frame = encode(&asked).expect("encodes");
        let mut length = [0; 4];
        length.copy_from_slice(&frame[..4]);
        assert_eq!(announced(length).expect("allowed"), frame.len() - 4);
        assert_eq!(decode::<ToServer>(&frame[4..]).expect("decodes"), asked);
    }

    #[test]
    fn garbage_is_an_error_and_never_a_panic() {
        assert!(decode::<ToServer>(&[]).is_err());
        assert!(decode::<ToServer>(&[0xff; 64]).is_err());
        let mut frame = encode(&ToServer::Ask(1, Request::Colors)).expect("encodes");
        frame.push(0);
        assert!(decode::<ToServer>(&frame[4..]).is_err(), "bytes left over");
        assert!(announced([0xff; 4]).is_err());
    }
}
