//! Pictures of the sandbox: a plain brick in its colour, drawn when it is asked for.

use super::text;
use super::wire::{Content, Reply};
use super::world::Goods;

/// Width of a picture in pixels.
const WIDTH: u32 = 96;
/// Height of a picture in pixels.
const HEIGHT: u32 = 72;

/// The picture at a path of the service; the last number before the file's name is the colour.
pub fn answer(path: &str, goods: &Goods) -> Reply {
    let segments: Vec<&str> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let color = segments
        .iter()
        .rev()
        .skip(1)
        .find_map(|segment| segment.parse::<u16>().ok())
        .unwrap_or(0);
    let name = text::decode(segments.last().copied().unwrap_or(""), false);
    let known = name.rsplit_once('.').is_some_and(|(no, _)| {
        goods
            .things()
            .iter()
            .any(|thing| thing.key.no.eq_ignore_ascii_case(no))
    });
    if !known {
        return Reply::page(404);
    }
    let hex = goods.hue(color).map_or("c0c0c0", |hue| &hue.hex);
    match brick(hex) {
        Some(bytes) => Reply::of(200, Content::Bytes("image/png", bytes)),
        None => Reply::page(500),
    }
}

/// A brick with two studs on white.
fn brick(hex: &str) -> Option<Vec<u8>> {
    let value = u32::from_str_radix(hex, 16).unwrap_or(0x00c0_c0c0);
    let [_, red, green, blue] = value.to_be_bytes();
    let mut pixels = Vec::new();
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let body = (12..84).contains(&x) && (28..62).contains(&y);
            let stud = (18..28).contains(&y) && ((20..42).contains(&x) || (54..76).contains(&x));
            let edge = body && (y == 28 || y == 61 || x == 12 || x == 83);
            pixels.extend(match (body || stud, edge) {
                (true, false) => [red, green, blue],
                (true, true) => [red / 2, green / 2, blue / 2],
                _ => [255, 255, 255],
            });
        }
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(&pixels).ok()?;
    writer.finish().ok()?;
    Some(bytes)
}
