//! Makes a photo ready for sending: upright, small, a JPEG; what is no photo or a trap is refused.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};

use crate::error::{Error, Result};

/// Longer side of what is sent, in pixels.
pub const LONGER_SIDE: u32 = 1_024;
/// Largest file that is looked at, in bytes.
pub const LARGEST_FILE: usize = 64 * 1024 * 1024;
/// Most pixels of a photo.
pub const MOST_PIXELS: u64 = 64_000_000;
/// Largest JPEG that is sent, in bytes.
pub const LARGEST_SENT: usize = 2 * 1024 * 1024;

/// A photo that is ready for sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// A JPEG without anything else that the camera wrote.
    pub jpeg: Vec<u8>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// The kind of picture that bytes begin like; `None`: none that is read here.
pub fn sniff(bytes: &[u8]) -> Option<ImageFormat> {
    image::guess_format(bytes).ok().filter(|format| {
        matches!(
            format,
            ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP | ImageFormat::Gif
        )
    })
}

/// Prepares the bytes of a file.
///
/// # Errors
/// `Invalid` with a sentence: no picture, damaged, or too large to be one photo.
pub fn prepare(bytes: &[u8]) -> Result<Photo> {
    if bytes.len() > LARGEST_FILE {
        return Err(Error::invalid(
            "This file is larger than any photo; take one with fewer megapixels.",
        ));
    }
    let picture = decode(bytes, MOST_PIXELS)?;
    let small = if picture.width().max(picture.height()) > LONGER_SIDE {
        picture.thumbnail(LONGER_SIDE, LONGER_SIDE)
    } else {
        picture
    };
    let rgb = on_white(&small);
    for quality in [88, 70, 50, 30] {
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, quality)
            .encode_image(&rgb)
            .map_err(|_| Error::invalid("This photo cannot be made into a JPEG; take another."))?;
        if jpeg.len() <= LARGEST_SENT {
            return Ok(Photo {
                jpeg,
                width: rgb.width(),
                height: rgb.height(),
            });
        }
    }
    Err(Error::invalid(
        "This photo stays too large; take another one of the part alone.",
    ))
}

/// A picture in memory, upright. Its size is looked at before anything is unpacked.
///
/// # Errors
/// `Invalid` with a sentence.
pub fn decode(bytes: &[u8], most_pixels: u64) -> Result<DynamicImage> {
    let format = sniff(bytes).ok_or_else(|| {
        Error::invalid("This is no JPEG, PNG, WebP or GIF; choose a photo in one of these forms.")
    })?;
    let damaged = || Error::invalid("This picture is damaged; copy it again or take another.");
    let refused = |error: ImageError| match error {
        ImageError::Limits(_) => Error::invalid(
            "This picture is larger than what is unpacked here; make it smaller first.",
        ),
        _ => damaged(),
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    // Four bytes a pixel, and as much again for the decoder's own work.
    limits.max_alloc = Some(most_pixels.saturating_mul(8));
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        return Err(damaged());
    }
    if pixels > most_pixels {
        return Err(Error::invalid(format!(
            "This picture has {width} x {height} points, more than is unpacked here; make it smaller first."
        )));
    }
    let orientation = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refused)?;
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    Ok(picture)
}

/// Without transparency: what is see-through becomes white, as paper under it.
pub fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let rgba = picture.to_rgba8();
    let mut flat = RgbImage::new(rgba.width(), rgba.height());
    for (to, from) in flat.pixels_mut().zip(rgba.pixels()) {
        let [r, g, b, alpha] = from.0;
        let mix = |c: u8| {
            let mixed = (u16::from(c) * u16::from(alpha) + 255 * (255 - u16::from(alpha))) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        to.0 = [mix(r), mix(g), mix(b)];
    }
    flat
}
