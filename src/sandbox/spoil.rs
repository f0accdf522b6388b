//! How what goes wrong looks on the wire: answers that never come, come late, or come spoilt.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::faults::{Mode, Service};
use super::json::{Json, map};
use super::wire::{Answer, Content, Reaction, Reply};
use super::{State, bricklink, brickognize, brickowl};

/// What goes wrong before anything is done.
pub fn before(state: &State, service: Service, modes: &[Mode]) -> Option<Reaction> {
    for mode in modes {
        let own = match service {
            Service::BrickLink => state.link.wrong(*mode),
            Service::BrickOwl => state.owl.wrong(*mode),
            Service::Brickognize => brickognize::Side::wrong(*mode),
            Service::Pictures => None,
        };
        let reply = match *mode {
            Mode::TimeoutBefore => return Some(Reaction::Silence),
            Mode::ResetBefore => return Some(Reaction::Reset(None)),
            Mode::Flood(megabytes) => return Some(Reaction::Flood(megabytes)),
            Mode::Bomb(megabytes) => bomb(megabytes),
            Mode::Page(status) => Reply::page(status),
            Mode::RateGateway => Reply::page(429),
            Mode::TooLarge => Reply::page(413),
            Mode::NoImage => Reply::of(200, Content::Bytes("image/png", b"no picture".to_vec())),
            _ => match own {
                Some(reply) => reply,
                None => continue,
            },
        };
        return Some(delayed(reply.into_answer(), modes));
    }
    None
}

/// What goes wrong with an answer.
pub fn after(mut reply: Reply, service: Service, modes: &[Mode]) -> Reaction {
    for mode in modes {
        match *mode {
            Mode::LostUpdate => {
                reply = match service {
                    Service::BrickOwl => brickowl::Side::pretended(),
                    _ => reply,
                }
            }
            Mode::ErrorAfter => reply = Reply::page(500),
            Mode::Empty(_) => reply.content = Content::Nothing,
            Mode::Garbage(_) => {
                reply.content = Content::Bytes("application/json", b"{]\x00oops".to_vec());
            }
            _ => {
                if let Content::Json(json, _) = &mut reply.content {
                    reshape(json, *mode, service);
                }
            }
        }
    }
    let mut answer = reply.into_answer();
    if modes.iter().any(|mode| matches!(mode, Mode::Truncated(_))) {
        answer.body.truncate(answer.body.len() / 2);
    }
    for mode in modes {
        match *mode {
            Mode::TimeoutAfter => return Reaction::Silence,
            Mode::ResetAfter { middle } => return Reaction::Reset(middle.then_some(answer)),
            _ => {}
        }
    }
    delayed(answer, modes)
}

fn delayed(answer: Answer, modes: &[Mode]) -> Reaction {
    for mode in modes {
        match *mode {
            Mode::Slow(millis) => return Reaction::Slow(millis, answer),
            Mode::Drip(millis) => return Reaction::Drip(millis, answer),
            _ => {}
        }
    }
    Reaction::Answer(answer)
}

fn reshape(json: &mut Json, mode: Mode, service: Service) {
    let optional: &[&str] = match service {
        Service::BrickLink => &bricklink::OPTIONAL,
        Service::BrickOwl => &brickowl::OPTIONAL,
        _ => &["category", "external_sites"],
    };
    match mode {
        Mode::ExtraFields => json.each(&mut |value| {
            value.put(
                "x_new_field",
                map! { "inner" => vec![Json::Int(1), Json::Null] },
            );
            value.put("x_flag", true);
        }),
        // Every other one is missing, the rest are null.
        Mode::NullFields => {
            let mut turn = 0;
            json.each(&mut |value| {
                let Json::Map(entries) = value else {
                    return;
                };
                entries.retain_mut(|(name, value)| {
                    if !optional.contains(&name.as_ref()) {
                        return true;
                    }
                    turn += 1;
                    *value = Json::Null;
                    turn % 2 == 0
                });
            });
        }
        Mode::IntAsString => json.each(&mut |value| {
            if let Json::Int(number) = value {
                *value = Json::Text(number.to_string());
            }
        }),
        Mode::Numbers => json.each(&mut |value| {
            let Json::Text(text) = value else {
                return;
            };
            let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
            let leading = text.len() > 1 && text.starts_with('0') && !text.starts_with("0.");
            if plain && !leading && text.len() < 15 && text.parse::<serde_json::Number>().is_ok() {
                *value = Json::Number(text.clone());
            }
        }),
        Mode::OneObject => {
            let taken = std::mem::replace(json, Json::Null);
            *json = brickowl::only_one(taken);
        }
        _ => {}
    }
}

/// A small answer that unpacks to a large one.
fn bomb(megabytes: u32) -> Reply {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    let piece = vec![b' '; 1024 * 1024];
    for _ in 0..megabytes {
        if packer.write_all(&piece).is_err() {
            break;
        }
    }
    let packed = packer.finish().unwrap_or_default();
    let mut reply = Reply::of(200, Content::Bytes("application/json", packed));
    reply
        .headers
        .push(("content-encoding".to_owned(), "gzip".to_owned()));
    reply
}
