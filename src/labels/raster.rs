//! Labels as dots: the PNG picture, and text that a label printer's own fonts lack.

use png::{BitDepth, ColorType, Encoder, PixelDimensions, Unit};

use super::Label;
use super::area::{Area, Device, EDGE, Line};
use super::font::Face;
use super::layout::{Drawing, lay_out};
use super::size::LabelSize;
use crate::error::{Error, Result};

/// More dots than any label printer has.
const MOST_DOTS: i64 = 120_000_000;

/// Black dots on white.
pub(super) struct Canvas {
    width: i64,
    height: i64,
    row_bytes: usize,
    /// One bit a dot, 1 is black, rows begin at a byte.
    bits: Vec<u8>,
}

impl Canvas {
    pub fn new(width: i64, height: i64) -> Self {
        let row_bytes = usize::try_from(width.max(1)).unwrap_or(1).div_ceil(8);
        let rows = usize::try_from(height.max(1)).unwrap_or(1);
        Self {
            width,
            height,
            row_bytes,
            bits: vec![0; row_bytes * rows],
        }
    }

    fn dot(&mut self, x: i64, y: i64) {
        if !(0..self.width).contains(&x) || !(0..self.height).contains(&y) {
            return;
        }
        if let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y))
            && let Some(byte) = self.bits.get_mut(y * self.row_bytes + x / 8)
        {
            *byte |= 0x80 >> (x % 8);
        }
    }

    fn fill(&mut self, area: Area) {
        for y in area.y..area.y + area.h {
            for x in area.x..area.x + area.w {
                self.dot(x, y);
            }
        }
    }

    /// Writes a line whose area begins at the given corner.
    pub fn line(&mut self, face: &Face, line: &Line, x: i64, y: i64) {
        let baseline = y + line.baseline - line.area.y;
        face.draw(&line.text, line.size, |dx, dy| {
            self.dot(x + dx, baseline + dy);
        });
    }

    /// Rows of bytes, eight dots each.
    pub fn rows(&self) -> std::slice::Chunks<'_, u8> {
        self.bits.chunks(self.row_bytes)
    }

    /// Bytes of a row.
    pub const fn row_bytes(&self) -> usize {
        self.row_bytes
    }

    fn of(face: &Face, drawing: &Drawing) -> Self {
        let mut canvas = Self::new(drawing.size.0, drawing.size.1);
        for (column, row, length) in drawing.modules.runs() {
            let at = |n: usize| i64::try_from(n).unwrap_or(0) * drawing.module;
            canvas.fill(Area {
                x: drawing.code.x + at(column),
                y: drawing.code.y + at(row),
                w: at(length),
                h: drawing.module,
            });
        }
        for line in &drawing.lines {
            canvas.line(face, line, line.area.x, line.area.y);
        }
        canvas
    }
}

/// The picture of one label, 1 bit a dot, with its size in the file.
pub(super) fn write(face: &Face, label: &Label, size: LabelSize, dpi: u16) -> Result<Vec<u8>> {
    if !(100..=1_200).contains(&dpi) {
        return Err(Error::invalid(format!(
            "{dpi} dots an inch cannot be drawn; choose 100 to 1200."
        )));
    }
    let device = Device {
        dpi: i64::from(dpi),
        colours: false,
        module: i64::MAX,
        edge: (EDGE, EDGE),
    };
    let size = size.checked()?;
    let dots = |length: u16| device.tenths(i64::from(length));
    if dots(size.width) * dots(size.height) > MOST_DOTS {
        return Err(Error::invalid(format!(
            "A picture of {size} mm at {dpi} dots an inch is too large; choose fewer dots."
        )));
    }
    let drawing = lay_out(face, label, size, device)?;
    encode(&Canvas::of(face, &drawing), dpi).map_err(|why| {
        Error::internal(format!(
            "The picture could not be written ({why}); try again."
        ))
    })
}

fn encode(canvas: &Canvas, dpi: u16) -> std::result::Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let side = |length: i64| u32::try_from(length).unwrap_or(1);
    let mut encoder = Encoder::new(&mut file, side(canvas.width), side(canvas.height));
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    // Dots a metre, rounded.
    let density = (u32::from(dpi) * 10_000 + 127) / 254;
    encoder.set_pixel_dims(Some(PixelDimensions {
        xppu: density,
        yppu: density,
        unit: Unit::Meter,
    }));
    let mut writer = encoder.write_header()?;
    // In PNG a set bit is white.
    let light: Vec<u8> = canvas.bits.iter().map(|byte| !byte).collect();
    writer.write_image_data(&light)?;
    writer.finish()?;
    Ok(file)
}
