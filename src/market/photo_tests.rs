//! Photos as people have them, and files that only look like photos.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

use super::photo::{LARGEST_SENT, LONGER_SIDE, MOST_PIXELS, decode, prepare, sniff};

fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("written");
    bytes.into_inner()
}

/// Left half red, right half blue.
fn halves(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, _| {
        if x < width / 2 {
            Rgb([220, 20, 20])
        } else {
            Rgb([20, 20, 220])
        }
    })
    .into()
}

#[test]
fn every_kind_becomes_a_small_jpeg() {
    for format in [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::Gif,
        ImageFormat::WebP,
    ] {
        let photo = prepare(&written(&halves(1_600, 800), format)).expect("a photo");
        assert_eq!(
            (photo.width, photo.height),
            (LONGER_SIDE, 512),
            "{format:?}"
        );
        assert_eq!(sniff(&photo.jpeg), Some(ImageFormat::Jpeg));
        assert!(photo.jpeg.len() <= LARGEST_SENT);
        let back = image::load_from_memory(&photo.jpeg)
            .expect("a JPEG")
            .to_rgb8();
        let [r, _, b] = back.get_pixel(100, 200).0;
        assert!(r > 180 && b < 80, "{format:?}: the left half is red");
    }
    let small = prepare(&written(&halves(40, 30), ImageFormat::Png)).expect("a photo");
    assert_eq!((small.width, small.height), (40, 30), "never made larger");
}

/// A JPEG with the orientation that cameras write.
fn turned(orientation: u8) -> Vec<u8> {
    let jpeg = written(&halves(64, 32), ImageFormat::Jpeg);
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let length = u16::try_from(exif.len() + 2).expect("short").to_be_bytes();
    let mut with = jpeg[..2].to_vec();
    with.extend([0xff, 0xe1]);
    with.extend(length);
    with.extend(exif);
    with.extend(&jpeg[2..]);
    with
}

#[test]
fn a_photo_is_turned_upright_and_loses_what_the_camera_wrote() {
    let photo = prepare(&turned(6)).expect("a photo");
    assert_eq!((photo.width, photo.height), (32, 64));
    assert!(!photo.jpeg.windows(4).any(|four| four == b"Exif"));
    let back = image::load_from_memory(&photo.jpeg)
        .expect("a JPEG")
        .to_rgb8();
    assert!(back.get_pixel(16, 8).0[0] > 150, "what was left is on top");
    assert!(back.get_pixel(16, 56).0[2] > 150);
    let plain = prepare(&turned(1)).expect("a photo");
    assert_eq!((plain.width, plain.height), (64, 32));
}

#[test]
fn what_is_see_through_becomes_white() {
    let glass: DynamicImage = RgbaImage::from_pixel(32, 32, Rgba([0, 0, 0, 0])).into();
    let photo = prepare(&written(&glass, ImageFormat::Png)).expect("a photo");
    let back = image::load_from_memory(&photo.jpeg)
        .expect("a JPEG")
        .to_rgb8();
    assert!(back.get_pixel(16, 16).0.iter().all(|c| *c > 245));
}

#[test]
fn forty_megapixels_are_taken() {
    let large: DynamicImage = RgbImage::from_pixel(7_744, 5_184, Rgb([9, 99, 9])).into();
    let photo = prepare(&written(&large, ImageFormat::Jpeg)).expect("a photo");
    assert_eq!((photo.width, photo.height), (1_024, 685));
}

/// A PNG that says how large it is, and holds nothing.
fn claims(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    drop(encoder.write_header().expect("a header"));
    bytes
}

#[test]
fn traps_are_refused_before_they_are_unpacked() {
    for (width, height) in [(60_000, 60_000), (u32::MAX >> 1, 1), (1_000_000, 1_000_000)] {
        let refused = prepare(&claims(width, height)).expect_err("a trap");
        assert!(refused.message.ends_with('.'), "{}", refused.message);
    }
    let too_many = decode(&written(&halves(64, 64), ImageFormat::Png), 64 * 63);
    assert!(too_many.expect_err("too many").message.contains("64 x 64"));
    const { assert!(MOST_PIXELS > 40_000_000) };
}

#[test]
fn what_is_no_photo_is_refused_in_a_sentence() {
    let jpeg = written(&halves(64, 32), ImageFormat::Jpeg);
    let png = written(&halves(64, 32), ImageFormat::Png);
    for bytes in [
        &b""[..],
        b"hello",
        b"<html><body>503</body></html>",
        b"%PDF-1.7",
        &jpeg[..20],
        &png[..40],
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"RIFF\0\0\0\0WEBP",
    ] {
        let refused = prepare(bytes).expect_err("no photo");
        assert!(refused.message.ends_with('.'), "{}", refused.message);
    }
    let bmp = [b"BM".as_slice(), &[0; 60]].concat();
    assert!(prepare(&bmp).is_err(), "a kind that is not asked for");
}
