//! Fetches a photo from an address that a person gave. Only the open web is asked, encrypted, unless the
//! person says otherwise: an address must not lead into the network that this machine stands in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use super::photo::sniff;
use super::wire::Url;
use super::{Body, Broke, Call, Limits, Method, Transport};
use crate::domain::market::Service;
use crate::error::{Error, Kind, Result};

/// Largest photo that is fetched, in bytes.
pub const LARGEST: u64 = 32 * 1024 * 1024;

/// Whether an address of the network belongs to the open web.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => public_v4(v4),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => public_v4(v4),
            None => public_v6(v6),
        },
    }
}

fn public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    !(v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_multicast()
        || v4.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19)))
}

/// Only what is given out to the open web, without the ways back into IPv4.
fn public_v6(v6: Ipv6Addr) -> bool {
    let [first, second, ..] = v6.segments();
    (first & 0xe000) == 0x2000
        && first != 0x2002
        && !(first == 0x2001 && (second == 0 || second == 0x0db8))
}

/// An address that may be asked.
///
/// # Errors
/// `Invalid` with a sentence.
pub fn checked(address: &str, local: bool) -> Result<String> {
    let url = Url::parse(address.trim())
        .ok()
        .filter(|url| url.has_host() && matches!(url.scheme(), "http" | "https"))
        .ok_or_else(|| {
            Error::invalid("This is no address of a photo; give one that begins with https://.")
        })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::invalid(
            "An address of a photo holds no user and no password; give it without them.",
        ));
    }
    if local {
        return Ok(url.into());
    }
    if url.scheme() != "https" {
        return Err(Error::invalid(
            "Photos are fetched with encryption only; give an address that begins with https://, or add \
             --allow-local for one in your own network.",
        ));
    }
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let inside = bare
        .parse::<IpAddr>()
        .is_ok_and(|address| !is_public(address))
        || bare.trim_end_matches('.').eq_ignore_ascii_case("localhost");
    if inside {
        return Err(Error::invalid(
            "This address lies in a private network; add --allow-local if it is yours.",
        ));
    }
    Ok(url.into())
}

/// The bytes behind an address, when they begin like a photo. Redirects are not followed.
///
/// # Errors
/// `Invalid`: no address that is asked, or no photo there; `Upstream`: it cannot be had now.
pub fn fetch(transport: &dyn Transport, address: &str, local: bool) -> Result<Vec<u8>> {
    let upstream = |text: String| Error::new(Kind::Upstream, text);
    let call = Call {
        // Nobody's budget: no service of ours is asked.
        service: Service::Brickognize,
        method: Method::Get,
        url: checked(address, local)?,
        headers: vec![("accept".into(), "image/*".into())],
        body: Body::Empty,
        endpoint: "GET photo",
        limits: Limits {
            first_byte: Duration::from_secs(20),
            whole: Duration::from_mins(1),
            bytes: LARGEST,
            ..Limits::default()
        },
    };
    let answer = transport.send(&call).map_err(|broke| match broke {
        Broke::Offline => upstream(
            "Calls outside are switched off; save the photo and give its file instead.".into(),
        ),
        Broke::Connect(why) | Broke::Tls(why) | Broke::Lost(why) => upstream(format!(
            "The photo cannot be fetched ({why}); save it and give its file instead."
        )),
        Broke::TooLarge => Error::invalid("The photo is larger than 32 MB; give a smaller one."),
    })?;
    match answer.status {
        200..300 if sniff(&answer.body).is_some() => Ok(answer.body),
        200..300 => Err(Error::invalid(
            "There is no photo at this address (JPEG, PNG, WebP or GIF); give the address of the picture \
             itself, not of its page.",
        )),
        300..400 => Err(Error::invalid(
            "This address sends on to another one, which is not followed; give that one.",
        )),
        404 | 410 => Err(Error::not_found(
            "There is nothing at this address; check it and try again.",
        )),
        status => Err(upstream(format!(
            "The photo is not given out (HTTP {status}); save it and give its file instead."
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::scripted::{Scripted, says};

    #[test]
    fn private_networks_are_not_asked() {
        for address in [
            "https://127.0.0.1/a.jpg",
            "https://10.0.0.8/a.jpg",
            "https://192.168.1.1/",
            "https://172.16.3.4/",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.1.1/",
            "https://0.0.0.0/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::1]/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[64:ff9b::a00:1]/",
            "https://[2002:a00:1::]/",
            "https://localhost/",
            "https://localhost./",
            "http://example.org/a.jpg",
            "ftp://example.org/a.jpg",
            "https://me:pw@example.org/a.jpg",
            "file:///etc/passwd",
            "a.jpg",
            "",
        ] {
            assert!(checked(address, false).is_err(), "{address}");
        }
        for address in [
            "https://example.org/a.jpg",
            "https://93.184.216.34/a.jpg",
            "https://[2606:2800:220:1::1]/a.jpg",
        ] {
            assert!(checked(address, false).is_ok(), "{address}");
        }
        assert!(checked("http://192.168.1.7:8080/a.jpg", true).is_ok());
        assert!(checked("file:///etc/passwd", true).is_err());
    }

    #[test]
    fn only_photos_come_in() {
        let ask = |status: u16, body: &[u8]| {
            let body = body.to_vec();
            let line = Scripted::new(move |_| says(status, body.clone()));
            fetch(&*line, "https://example.org/a", false)
        };
        assert_eq!(
            ask(200, b"\xff\xd8\xff\xe0").expect("a photo"),
            b"\xff\xd8\xff\xe0"
        );
        for (status, body, word) in [
            (200, &b"<html>"[..], "no photo"),
            (302, b"", "not followed"),
            (404, b"", "nothing at this address"),
            (500, b"", "HTTP 500"),
        ] {
            let error = ask(status, body).expect_err("refused");
            assert!(error.message.contains(word), "{error}");
        }
        for (broke, word) in [
            (Broke::TooLarge, "32 MB"),
            (Broke::Offline, "switched off"),
            (Broke::Lost("silence".into()), "silence"),
        ] {
            let line = Scripted::new(move |_| Err(broke.clone()));
            let error = fetch(&*line, "https://example.org/a", false).expect_err("broken");
            assert!(error.message.contains(word), "{error}");
        }
    }
}
