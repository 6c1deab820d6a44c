//! Text: one embedded font, shaped and measured.
//!
//! The font is Inter Regular (SIL Open Font License 1.1), reduced to Latin, Greek, Cyrillic, superscripts and
//! mathematical signs. System fonts are never looked at, so a figure is the same everywhere. Figures are tabular.

use std::sync::LazyLock;

use harfrust::{Direction, Feature, ShapeOptions, Shaper, ShaperData, Tag, UnicodeBuffer};
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlineGlyphCollection, OutlinePen};
use skrifa::{FontRef, GlyphId, MetadataProvider};

use super::coverage::{Mask, mask};
use super::painter::PaintError;

/// The font of all figures: Inter Regular, SIL Open Font License.
pub static FONT: &[u8] = include_bytes!("../../assets/fonts/Inter-Regular.ttf");

/// Height of capitals and figures, as a share of the font size.
pub const CAP_HEIGHT: f64 = 0.727;
/// How far letters reach below the baseline, as a share of the font size.
pub const DESCENT: f64 = 0.21;

struct Face {
    font: FontRef<'static>,
    shaper: ShaperData,
    outlines: OutlineGlyphCollection<'static>,
    units: f32,
}

static FACE: LazyLock<Option<Face>> = LazyLock::new(|| {
    let font = FontRef::new(FONT).ok()?;
    let shaper = ShaperData::new(&font);
    let outlines = font.outline_glyphs();
    let units = f32::from(font.metrics(Size::unscaled(), LocationRef::default()).units_per_em);
    (units > 0.0).then_some(Face { font, shaper, outlines, units })
});

fn face() -> Result<&'static Face, PaintError> {
    FACE.as_ref().ok_or(PaintError::Font)
}

/// A line of glyphs, ready to be placed.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Glyph ids with the pen's distance from the start of the line and above the baseline, in pixels.
    pub(super) glyphs: Vec<(u32, f32, f32)>,
    /// Font size, in pixels.
    pub(super) size: f32,
    /// Length, in pixels.
    pub width: f64,
}

/// Shapes one line at a font size in pixels.
///
/// # Errors
/// [`PaintError::Font`] if the embedded font cannot be read.
pub fn line(text: &str, size: f64) -> Result<Line, PaintError> {
    let face = face()?;
    let shaper = face.shaper.shaper(&face.font).build();
    Ok(shape(&shaper, text, narrow(size), face.units))
}

fn shape(shaper: &Shaper<'_>, text: &str, size: f32, units: f32) -> Line {
    let mut buffer = UnicodeBuffer::new();
    // Control characters have no business in a label.
    buffer.push_str(&text.replace(char::is_control, " "));
    buffer.guess_segment_properties();
    buffer.set_direction(Direction::LeftToRight);
    let tabular = [Feature::new(Tag::new(b"tnum"), 1, ..)];
    let shaped = shaper.shape(buffer, ShapeOptions::new().features(&tabular));
    let per_unit = size / units;
    let mut pen = 0_i32;
    let mut glyphs = Vec::with_capacity(shaped.len());
    for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
        let x = pen.saturating_add(position.x_offset);
        glyphs.push((info.glyph_id, x as f32 * per_unit, position.y_offset as f32 * per_unit));
        pen = pen.saturating_add(position.x_advance);
    }
    Line { glyphs, size, width: f64::from(pen) * f64::from(per_unit) }
}

/// The length of a line, in pixels, at a font size in pixels.
///
/// # Errors
/// [`PaintError::Font`] if the embedded font cannot be read.
pub fn width(text: &str, size: f64) -> Result<f64, PaintError> {
    Ok(line(text, size)?.width)
}

/// As much of the text as fits into a length in pixels, an ellipsis at its end where something is missing.
///
/// # Errors
/// [`PaintError::Font`] if the embedded font cannot be read.
pub fn shortened(text: &str, size: f64, room: f64) -> Result<String, PaintError> {
    // No line needs more characters than the widest picture has pixels.
    let chars: Vec<char> = text.chars().take(16_384).collect();
    let whole: String = chars.iter().collect();
    if width(&whole, size)? <= room {
        return Ok(whole);
    }
    let cut = |count: usize| chars[..count].iter().collect::<String>().trim_end().to_owned() + "…";
    let (mut fits, mut too_many) = (0, chars.len());
    while too_many - fits > 1 {
        let middle = usize::midpoint(fits, too_many);
        if width(&cut(middle), size)? <= room {
            fits = middle;
        } else {
            too_many = middle;
        }
    }
    Ok(if fits == 0 { String::new() } else { cut(fits) })
}

/// Coverage of a glyph whose origin is `shift` of a pixel to the right of a pixel's left edge; `turned` by a quarter
/// counterclockwise, the shift is upwards.
pub(super) fn glyph_mask(glyph: u32, size: f32, shift: f32, turned: bool) -> Result<Mask, PaintError> {
    let (origin, along) = if turned { ([0.0, -shift], [0.0, -1.0]) } else { ([shift, 0.0], [1.0, 0.0]) };
    let mut pen = Flatten::new(face()?, size, along);
    pen.glyph(glyph, origin)?;
    Ok(mask(&pen.contours))
}

/// Coverage of a line of text whose baseline begins `origin` right of and below a pixel's corner and runs `along` a
/// direction of length 1; y points down.
pub(super) fn line_mask(line: &Line, origin: [f32; 2], along: [f32; 2]) -> Result<Mask, PaintError> {
    let mut pen = Flatten::new(face()?, line.size, along);
    for (glyph, x, up) in &line.glyphs {
        pen.glyph(*glyph, [0, 1].map(|i| origin[i] + pen.along[i] * x + pen.up[i] * up))?;
    }
    Ok(mask(&pen.contours))
}

/// Turns curves into short lines, in pixels with y down.
struct Flatten {
    face: &'static Face,
    contours: Vec<Vec<[f32; 2]>>,
    scale: f32,
    /// Where the glyph's own origin is.
    origin: [f32; 2],
    /// Directions of the baseline and of what is up from it.
    along: [f32; 2],
    up: [f32; 2],
    /// The current point, in font units.
    at: [f32; 2],
}

impl Flatten {
    fn new(face: &'static Face, size: f32, along: [f32; 2]) -> Self {
        let (scale, up) = (size / face.units, [along[1], -along[0]]);
        Self { face, contours: Vec::new(), scale, origin: [0.0; 2], along, up, at: [0.0; 2] }
    }

    /// Adds the outline of a glyph.
    fn glyph(&mut self, glyph: u32, origin: [f32; 2]) -> Result<(), PaintError> {
        self.origin = origin;
        let Some(outline) = self.face.outlines.get(GlyphId::new(glyph)) else { return Ok(()) };
        let settings = DrawSettings::unhinted(Size::unscaled(), LocationRef::default());
        outline.draw(settings, self).map(|_| ()).map_err(|_| PaintError::Font)
    }

    fn push(&mut self, x: f32, y: f32) {
        self.at = [x, y];
        let (along, up) = (x * self.scale, y * self.scale);
        let point = [0, 1].map(|i| self.origin[i] + self.along[i] * along + self.up[i] * up);
        if let Some(contour) = self.contours.last_mut() {
            contour.push(point);
        }
    }

    /// Enough pieces that no curve strays visibly from its lines.
    fn pieces(&self, points: &[[f32; 2]]) -> u8 {
        let reach = points.iter().map(|p| (p[0] - self.at[0]).abs() + (p[1] - self.at[1]).abs()).fold(0.0, f32::max);
        pieces(reach * self.scale)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
fn pieces(pixels: f32) -> u8 {
    (2.0 + pixels.sqrt() * 1.5).clamp(2.0, 60.0) as u8
}

impl OutlinePen for Flatten {
    fn move_to(&mut self, x: f32, y: f32) {
        self.contours.push(Vec::new());
        self.push(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.push(x, y);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let [x0, y0] = self.at;
        let count = self.pieces(&[[cx, cy], [x, y]]);
        for i in 1..=count {
            let t = f32::from(i) / f32::from(count);
            let (a, b, c) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t);
            self.push(a * x0 + b * cx + c * x, a * y0 + b * cy + c * y);
        }
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        let [x0, y0] = self.at;
        let count = self.pieces(&[[cx0, cy0], [cx1, cy1], [x, y]]);
        for i in 1..=count {
            let t = f32::from(i) / f32::from(count);
            let u = 1.0 - t;
            let (a, b, c, d) = (u * u * u, 3.0 * t * u * u, 3.0 * t * t * u, t * t * t);
            self.push(a * x0 + b * cx0 + c * cx1 + d * x, a * y0 + b * cy0 + c * cy1 + d * y);
        }
    }

    fn close(&mut self) {}
}

#[expect(clippy::cast_possible_truncation, reason = "font sizes need no more than f32")]
fn narrow(size: f64) -> f32 {
    size as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_that_labels_use_is_in_the_font() {
        let signs = "0123456789−+×⁰¹²³⁴⁵⁶⁷⁸⁹⁻.,:…µ°\u{2009}%²πΔαβγλσφΩАБЯжяéüñØŁčő ABCabc JanFebMar";
        for c in signs.chars() {
            let line = line(&c.to_string(), 12.0).unwrap();
            assert!(line.glyphs.iter().all(|(glyph, ..)| *glyph != 0), "{c:?}");
        }
        assert!(line("\u{4e2d}", 12.0).unwrap().glyphs.iter().any(|(glyph, ..)| *glyph == 0));
    }

    #[test]
    fn figures_are_tabular_and_widths_scale() {
        let widths: Vec<f64> = ('0'..='9').map(|c| width(&c.to_string(), 12.0).unwrap()).collect();
        assert!(widths.iter().all(|w| (w - widths[0]).abs() < 1e-9), "{widths:?}");
        let (small, large) = (width("Speed", 12.0).unwrap(), width("Speed", 24.0).unwrap());
        assert!((large - 2.0 * small).abs() < 1e-4);
        assert!(width("AVAVA", 100.0).unwrap() < width("AAAVV", 100.0).unwrap(), "kerning");
        assert!(width("\n\u{7}", 12.0).unwrap() > 0.0);
    }

    #[test]
    fn texts_are_shortened_to_the_room_there_is() {
        let long = "All points of the survey, with a very long title that goes on and on";
        for room in [0.0, 5.0, 30.0, 100.0, 200.0, 1000.0] {
            let text = shortened(long, 13.0, room).unwrap();
            assert!(width(&text, 13.0).unwrap() <= room);
            assert!(text == long || text.is_empty() || text.ends_with('…'));
        }
        assert_eq!(shortened("", 13.0, 0.0).unwrap(), "");
    }
}
