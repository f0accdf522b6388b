//! Sheets of labels as PDF: codes and text as shapes, with the letters that are used.
//!
//! Text is written as numbers of glyphs, never as text of the file, so that no label can break out
//! of it. There is no date or random number inside: equal labels are equal bytes.

use std::collections::BTreeMap;
use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use subsetter::GlyphRemapper;

use super::Label;
use super::area::{Area, Device, EDGE};
use super::font::{FILE, Face, NAME};
use super::layout::{Drawing, lay_out};
use super::sheet::LabelSheet;
use crate::domain::Rgb;
use crate::error::{Error, Result};

/// Office printers leave this much of a page white, in 1/10 mm.
const PAGE_EDGE: i64 = 50;
/// How the page calls the font.
const FONT: Name = Name(b"F1");
/// The name under which the subset travels; six letters and a plus mark a subset.
const SUBSET: &str = "LABELS+";

/// The file.
pub(super) fn write(
    face: &Face,
    labels: &[Label],
    sheet: &LabelSheet,
    start: u16,
) -> Result<Vec<u8>> {
    sheet.check()?;
    if start == 0 || usize::from(start) > sheet.capacity() {
        return Err(Error::invalid(format!(
            "The first label to use must be 1 to {} on this sheet, not {start}.",
            sheet.capacity()
        )));
    }
    let device = device(sheet);
    let mut letters = Letters::default();
    let mut pages: Vec<Content> = Vec::new();
    for (index, label) in labels.iter().enumerate() {
        let drawing = lay_out(face, label, sheet.label, device)?;
        let (page, corner) = sheet.position(start, index);
        while pages.len() <= page {
            pages.push(Content::new());
        }
        if let Some(content) = pages.last_mut() {
            draw(face, &drawing, corner, sheet.page.1, &mut letters, content);
        }
    }
    assemble(face, &letters, pages, sheet.page)
}

/// Dots are 1/1000 mm here. Labels at the edge of a page keep off what a printer cannot reach, and
/// the others look the same.
fn device(sheet: &LabelSheet) -> Device {
    let edge = |(first, last): (i64, i64)| {
        let margin = first.min(last);
        if sheet.capacity() > 1 {
            EDGE.max(PAGE_EDGE - margin)
        } else {
            EDGE
        }
    };
    let [across, down] = sheet.margins();
    Device {
        dpi: 25_400,
        colours: true,
        module: i64::MAX,
        edge: (edge(across), edge(down)),
    }
}

/// Which glyphs are used, by their numbers in the subset, and what they mean.
#[derive(Default)]
struct Letters {
    numbers: GlyphRemapper,
    /// Number in the subset -> number in the font, letter.
    used: BTreeMap<u16, (u16, char)>,
}

impl Letters {
    fn encode(&mut self, face: &Face, text: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(text.len() * 2);
        for c in text.chars() {
            let glyph = face.glyph(c);
            let number = self.numbers.remap(glyph);
            self.used.entry(number).or_insert((glyph, c));
            bytes.extend(number.to_be_bytes());
        }
        bytes
    }
}

/// 1/1000 mm in points.
fn points(length: i64) -> f32 {
    (length as f64 * 72.0 / 25_400.0) as f32
}

fn draw(
    face: &Face,
    drawing: &Drawing,
    corner: (u32, u32),
    page_height: u16,
    letters: &mut Letters,
    content: &mut Content,
) {
    // PDF counts from the lower left.
    let left = i64::from(corner.0) * 100;
    let top = i64::from(page_height) * 100 - i64::from(corner.1) * 100;
    let fill = |content: &mut Content, area: Area| {
        content.rect(
            points(left + area.x),
            points(top - area.y - area.h),
            points(area.w),
            points(area.h),
        );
    };
    // One path for all modules: viewers would show seams between single squares.
    content.set_fill_gray(0.0);
    for (column, row, length) in drawing.modules.runs() {
        let at = |n: usize| i64::try_from(n).unwrap_or(0) * drawing.module;
        let run = Area {
            x: drawing.code.x + at(column),
            y: drawing.code.y + at(row),
            w: at(length),
            h: drawing.module,
        };
        fill(content, run);
    }
    content.fill_nonzero();
    if let Some((area, Rgb(r, g, b))) = drawing.swatch {
        let part = |value: u8| f32::from(value) / 255.0;
        content.save_state();
        content.set_fill_rgb(part(r), part(g), part(b));
        content.set_stroke_gray(0.4);
        content.set_line_width(0.4);
        fill(content, area);
        content.fill_nonzero_and_stroke();
        content.restore_state();
    }
    for line in &drawing.lines {
        content.begin_text();
        content.set_font(FONT, points(line.size));
        content.next_line(points(left + line.area.x), points(top - line.baseline));
        content.show(Str(&letters.encode(face, &line.text)));
        content.end_text();
    }
}

fn packed(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .map_err(|why| Error::internal(format!("The PDF could not be packed ({why}); try again.")))
}

fn assemble(
    face: &Face,
    letters: &Letters,
    pages: Vec<Content>,
    page: (u16, u16),
) -> Result<Vec<u8>> {
    let mut next = 0;
    let mut reference = || {
        next += 1;
        Ref::new(next)
    };
    let (catalog, tree, info, font) = (reference(), reference(), reference(), reference());
    let inner = FontRefs {
        cid: reference(),
        descriptor: reference(),
        file: reference(),
        cmap: reference(),
    };
    let mut pdf = Pdf::new();
    let mut root = pdf.catalog(catalog);
    root.pages(tree);
    // A sheet that is scaled to the page misses its labels.
    root.viewer_preferences()
        .pair(Name(b"PrintScaling"), Name(b"None"));
    root.finish();
    pdf.document_info(info).title(TextStr("Labels"));

    let mut kids = Vec::with_capacity(pages.len());
    let size = Rect::new(
        0.0,
        0.0,
        points(i64::from(page.0) * 100),
        points(i64::from(page.1) * 100),
    );
    for content in pages {
        let (id, stream) = (reference(), reference());
        kids.push(id);
        let mut leaf = pdf.page(id);
        leaf.parent(tree).media_box(size).contents(stream);
        leaf.resources().fonts().pair(FONT, font);
        leaf.finish();
        pdf.stream(stream, &packed(&content.finish())?)
            .filter(Filter::FlateDecode);
    }
    let count = i32::try_from(kids.len()).unwrap_or(i32::MAX);
    pdf.pages(tree).kids(kids).count(count);
    embed(face, letters, font, &inner, &mut pdf)?;
    Ok(pdf.finish())
}

struct FontRefs {
    cid: Ref,
    descriptor: Ref,
    file: Ref,
    cmap: Ref,
}

fn embed(face: &Face, letters: &Letters, font: Ref, refs: &FontRefs, pdf: &mut Pdf) -> Result<()> {
    let name = format!("{SUBSET}{NAME}");
    let name = Name(name.as_bytes());
    let system = SystemInfo {
        registry: Str(b"Adobe"),
        ordering: Str(b"Identity"),
        supplement: 0,
    };
    let subset = subsetter::subset(FILE, 0, &letters.numbers).map_err(|why| {
        Error::internal(format!(
            "The built-in font cannot be cut down ({why}); please report this."
        ))
    })?;

    pdf.type0_font(font)
        .base_font(name)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(refs.cid)
        .to_unicode(refs.cmap);
    let mut cid = pdf.cid_font(refs.cid);
    cid.subtype(CidFontType::Type2)
        .base_font(name)
        .system_info(system)
        .font_descriptor(refs.descriptor)
        .default_width(0.0)
        .cid_to_gid_map_predefined(Name(b"Identity"));
    let mut widths = cid.widths();
    for (number, (glyph, _)) in &letters.used {
        widths.consecutive(*number, [face.advance_milli(*glyph) as f32]);
    }
    widths.finish();
    cid.finish();
    let (ascent, descent) = face.usual().milli();
    pdf.font_descriptor(refs.descriptor)
        .name(name)
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(-1_000.0, -descent as f32, 2_000.0, ascent as f32))
        .italic_angle(0.0)
        .ascent(ascent as f32)
        .descent(-descent as f32)
        .cap_height(729.0)
        .stem_v(80.0)
        .font_file2(refs.file);
    let length = i32::try_from(subset.len()).unwrap_or(i32::MAX);
    pdf.stream(refs.file, &packed(&subset)?)
        .filter(Filter::FlateDecode)
        .pair(Name(b"Length1"), length);

    let mut cmap = UnicodeCmap::<u16>::new(Name(b"Labels"), system);
    for (number, (_, letter)) in &letters.used {
        cmap.pair(*number, *letter);
    }
    pdf.cmap(refs.cmap, &packed(&cmap.finish())?)
        .filter(Filter::FlateDecode);
    Ok(())
}
