//! The painter: the one place that turns rectangles, lines, shapes and text into pixels, for window and files alike.
//!
//! It paints with **tiny-skia** and sets text with **harfrust** and **skrifa**, chosen over vello_cpu with parley and
//! over cosmic-text because
//!
//! - they add 8 small crates that no feature of ours has to switch off, all BSD, MIT or Apache; the two text crates are
//!   those (and the versions) that egui brings along anyway; parley and cosmic-text add font databases and system fonts,
//!   of which a figure that is to be the same everywhere must know nothing;
//! - tiny-skia paints short line segments, of which coastlines and contours consist, in half of vello_cpu's time;
//! - tiny-skia picks its instructions when it is compiled; vello_cpu picks them on the machine that runs it.
//!
//! Straight edges are laid on whole pixels. Glyphs are not painted by tiny-skia, whose 4×4 samples show in small text,
//! but by exact coverage (`coverage`), at a quarter of a pixel along the line and with the baseline on a whole one.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, PremultipliedColorU8, Stroke, Transform,
};

use crate::scene::axis::ViewError;
use crate::scene::style::Rgba;

use super::coverage::Mask;
use super::image::Image;
use super::text::{Line, glyph_mask, line_mask};

/// Why no figure came out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PaintError {
    /// The figure has no pixels or too many.
    #[error("painting: a figure of {width}×{height} pixels cannot be painted; give it at least one and less than 2^29")]
    Size {
        /// Width, in pixels.
        width: u32,
        /// Height, in pixels.
        height: u32,
    },
    /// The scale is not a positive number.
    #[error("painting: the scale {0} is not usable; give a resolution from 10 to 2400 dots per inch")]
    Scale(f64),
    /// The picture does not fit into the place kept for it.
    #[error(
        "painting: the picture has {}×{} pixels, but its place in the figure has {}×{}; aggregate at the size of the plot",
        .picture.0, .picture.1, .place.0, .place.1
    )]
    PictureSize {
        /// Width and height of the picture, in pixels.
        picture: (u32, u32),
        /// Width and height of its place, in pixels.
        place: (u32, u32),
    },
    /// The font inside the program is damaged.
    #[error("painting: the built-in font cannot be read; the program is damaged, install it again")]
    Font,
    /// The axes.
    #[error(transparent)]
    View(#[from] ViewError),
}

/// A rectangle of whole pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    /// Left column.
    pub x: u32,
    /// Top row.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Rect {
    /// The column right of the last one.
    #[must_use]
    pub fn right(self) -> u32 {
        self.x + self.width
    }

    /// The row below the last one.
    #[must_use]
    pub fn bottom(self) -> u32 {
        self.y + self.height
    }
}

/// The largest box around a shape that is drawn into an image of its own, in pixels.
const SHAPE_PIXELS: f32 = 4_194_304.0;

/// Steps within a pixel at which glyphs are placed.
const PLACES: f64 = 4.0;

/// An image, or some rows of one, that is being painted.
pub struct Painter {
    pixmap: Pixmap,
    /// The row of the image that is the first of the pixmap.
    top: i64,
    glyphs: HashMap<(u32, u32, u8, bool), Mask>,
    background: Rgba,
}

impl Painter {
    /// An image filled with a colour.
    ///
    /// # Errors
    /// [`PaintError::Size`] without pixels or with too many.
    pub fn new(width: u32, height: u32, background: Rgba) -> Result<Self, PaintError> {
        Self::of_rows(width, 0..height, background)
    }

    /// Some rows of an image filled with a colour. What is painted gets the same pixels as in the whole image, at the
    /// same coordinates.
    ///
    /// # Errors
    /// [`PaintError::Size`] without pixels or with too many.
    pub fn of_rows(width: u32, rows: Range<u32>, background: Rgba) -> Result<Self, PaintError> {
        let height = rows.end.saturating_sub(rows.start);
        let too_large = u64::from(width) * u64::from(height) >= 1 << 29;
        let made = if too_large { None } else { Pixmap::new(width, height) };
        let mut pixmap = made.ok_or(PaintError::Size { width, height })?;
        if background.0 != [0; 4] {
            pixmap.data_mut().as_chunks_mut::<4>().0.fill(premultiplied(background.0, 255));
        }
        Ok(Self { pixmap, top: i64::from(rows.start), glyphs: HashMap::new(), background })
    }

    /// Puts the background back, where the rectangle is inside the image.
    pub fn clear(&mut self, rect: Rect) {
        let columns = self.pixmap.width() as usize;
        let source = premultiplied(self.background.0, 255);
        let here = |row: u32| usize::try_from(i64::from(row) - self.top).unwrap_or(0);
        let (first, last) = (here(rect.y), here(rect.bottom()));
        let rows = self.pixmap.data_mut().as_chunks_mut::<4>().0.chunks_exact_mut(columns);
        for row in rows.take(last).skip(first) {
            row.get_mut(rect.x as usize..rect.right() as usize).unwrap_or_default().fill(source);
        }
    }

    /// Fills a rectangle, as far as it is inside the image. Columns from `x`, rows from `y`.
    pub fn rect(&mut self, x: i64, y: i64, width: u32, height: u32, color: Rgba) {
        let clip = |from: i64, length: u32, most: u32| {
            let (first, last) = (from.max(0), (from + i64::from(length)).min(i64::from(most)));
            (usize::try_from(first).unwrap_or(0), usize::try_from(last.max(first)).unwrap_or(0))
        };
        let (columns, rows) = (self.pixmap.width(), self.pixmap.height());
        let ((left, right), (top, bottom)) = (clip(x, width, columns), clip(y - self.top, height, rows));
        let source = premultiplied(color.0, 255);
        let pixels = self.pixmap.data_mut().as_chunks_mut::<4>().0;
        for row in pixels.chunks_exact_mut(columns as usize).take(bottom).skip(top) {
            let row = row.get_mut(left..right).unwrap_or_default();
            if source[3] == 255 {
                row.fill(source);
            } else {
                row.iter_mut().for_each(|pixel| *pixel = blend(source, *pixel));
            }
        }
    }

    /// Strokes a line through the points (x right, y down, in pixels), `width` pixels wide, ends cut, corners round.
    pub fn polyline(&mut self, points: &[(f32, f32)], width: f32, color: Rgba) {
        let Some(path) = path(points, false) else { return };
        let stroke = Stroke { width, line_cap: LineCap::Butt, line_join: LineJoin::Round, ..Stroke::default() };
        self.shape(&path, width, |pixmap, place| pixmap.stroke_path(&path, &paint(color), &stroke, place, None));
    }

    /// Fills the polygon of the points (x right, y down, in pixels).
    pub fn polygon(&mut self, points: &[(f32, f32)], color: Rgba) {
        let Some(path) = path(points, true) else { return };
        self.shape(&path, 0.0, |pixmap, place| {
            pixmap.fill_path(&path, &paint(color), FillRule::EvenOdd, place, None);
        });
    }

    /// Draws a shape that reaches at most `reach` beyond its points.
    ///
    /// It is drawn into an image of its own, whose place depends on the shape alone, so that it looks the same whichever
    /// rows of the image are painted.
    fn shape(&mut self, path: &Path, reach: f32, draw: impl Fn(&mut Pixmap, Transform)) {
        let bounds = path.bounds();
        let (left, top) = ((bounds.left() - reach).floor() - 1.0, (bounds.top() - reach).floor() - 1.0);
        let (width, height) = (bounds.right() + reach + 2.0 - left, bounds.bottom() + reach + 2.0 - top);
        let own = if width * height <= SHAPE_PIXELS { Pixmap::new(size(width), size(height)) } else { None };
        let Some(mut own) = own else {
            draw(&mut self.pixmap, Transform::from_translate(0.0, -self.top as f32));
            return;
        };
        draw(&mut own, Transform::from_translate(-left, -top));
        let (left, top) = (whole_number(left.into()), whole_number(top.into()) - self.top);
        let (columns, rows) = (i64::from(self.pixmap.width()), i64::from(self.pixmap.height()));
        let beneath = self.pixmap.data_mut().as_chunks_mut::<4>().0;
        let width = own.width() as usize;
        for (y, row) in (top..).zip(own.data().as_chunks::<4>().0.chunks_exact(width)) {
            for (x, source) in (left..).zip(row) {
                if source[3] > 0
                    && (0..rows).contains(&y)
                    && (0..columns).contains(&x)
                    && let Some(pixel) = usize::try_from(y * columns + x).ok().and_then(|at| beneath.get_mut(at))
                {
                    *pixel = blend(*source, *pixel);
                }
            }
        }
    }

    /// Sets a line of text whose baseline begins at (`x`, `y`) in pixels; `turned`, it runs upwards from there.
    ///
    /// # Errors
    /// [`PaintError::Font`] if the embedded font cannot be read.
    pub fn text(&mut self, line: &Line, x: f64, y: f64, turned: bool, color: Rgba) -> Result<(), PaintError> {
        let along = if turned { -y } else { x };
        for (glyph, dx, dy) in &line.glyphs {
            let start = ((along + f64::from(*dx)) * PLACES).round() / PLACES;
            let (whole, place) = (start.floor(), small((start - start.floor()) * PLACES));
            let across = if turned { (x - f64::from(*dy)).round() } else { (y - f64::from(*dy)).round() };
            let origin = if turned { (across, -whole) } else { (whole, across) };
            let key = (*glyph, line.size.to_bits(), place, turned);
            let mask = match self.glyphs.entry(key) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(free) => free.insert(glyph_mask(*glyph, line.size, f32::from(place) / 4.0, turned)?),
            };
            stamp(&mut self.pixmap, mask, (whole_number(origin.0), whole_number(origin.1) - self.top), color);
        }
        Ok(())
    }

    /// Sets a line of text whose baseline begins at (`x`, `y`) in pixels and runs in a direction, x right and y down.
    ///
    /// # Errors
    /// [`PaintError::Font`] if the embedded font cannot be read.
    pub fn text_along(&mut self, line: &Line, x: f64, y: f64, along: [f64; 2], color: Rgba) -> Result<(), PaintError> {
        let mask = line_mask(line, [narrow(x - x.floor()), narrow(y - y.floor())], unit(along))?;
        stamp(&mut self.pixmap, &mask, (whole_number(x.floor()), whole_number(y.floor()) - self.top), color);
        Ok(())
    }

    /// What is nearer than `reach` pixels to a line of text set in the same way, for a halo beneath it.
    ///
    /// # Errors
    /// [`PaintError::Font`] if the embedded font cannot be read.
    pub fn halo_along(
        &mut self,
        line: &Line,
        [x, y]: [f64; 2],
        along: [f64; 2],
        reach: f64,
        color: Rgba,
    ) -> Result<(), PaintError> {
        let mask = line_mask(line, [narrow(x - x.floor()), narrow(y - y.floor())], unit(along))?.widened(narrow(reach));
        stamp(&mut self.pixmap, &mask, (whole_number(x.floor()), whole_number(y.floor()) - self.top), color);
        Ok(())
    }

    /// Blends a color through the coverage (0 to 255) of pixels from column `x` of row `y` on.
    pub(super) fn cover(&mut self, x: usize, y: u32, coverage: &[u8], color: Rgba) {
        let columns = self.pixmap.width() as usize;
        let Ok(row) = usize::try_from(i64::from(y) - self.top) else { return };
        let pixels = self.pixmap.data_mut().as_chunks_mut::<4>().0;
        let row =
            pixels.get_mut(row * columns..(row + 1) * columns).and_then(|row| row.get_mut(x..)).unwrap_or_default();
        for (pixel, coverage) in row.iter_mut().zip(coverage).filter(|(_, coverage)| **coverage > 0) {
            *pixel = blend(premultiplied(color.0, *coverage), *pixel);
        }
    }

    /// The image, with straight alpha.
    #[must_use]
    pub fn finish(self) -> Image {
        let (width, height) = (self.pixmap.width(), self.pixmap.height());
        let mut pixels = self.pixmap.take();
        if self.background.0[3] < 255 {
            straighten(&mut pixels);
        }
        Image { width, height, pixels }
    }
}

/// Takes the alpha out of the colors of premultiplied pixels. Most are empty or opaque, and stay as they are.
fn straighten(pixels: &mut [u8]) {
    let partly = |pixel: &&mut [u8; 4]| (1..255).contains(&pixel[3]);
    for pixel in pixels.as_chunks_mut::<4>().0.iter_mut().filter(partly) {
        let [r, g, b, a] = *pixel;
        if let Some(color) = PremultipliedColorU8::from_rgba(r, g, b, a).map(|color| color.demultiply()) {
            *pixel = [color.red(), color.green(), color.blue(), a];
        }
    }
}

/// The direction, of length 1.
fn unit(along: [f64; 2]) -> [f32; 2] {
    let length = libm::hypot(along[0], along[1]).max(f64::MIN_POSITIVE);
    along.map(|part| narrow(part / length))
}

fn paint(color: Rgba) -> Paint<'static> {
    let [r, g, b, a] = color.0;
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(Color::from_rgba8(r, g, b, a));
    paint
}

fn path(points: &[(f32, f32)], close: bool) -> Option<Path> {
    let mut builder = PathBuilder::new();
    let mut points = points.iter();
    let (x, y) = points.next()?;
    builder.move_to(*x, *y);
    for (x, y) in points {
        builder.line_to(*x, *y);
    }
    if close {
        builder.close();
    }
    builder.finish()
}

/// Blends a colour through a mask.
fn stamp(pixmap: &mut Pixmap, mask: &Mask, origin: (i64, i64), color: Rgba) {
    if mask.width == 0 {
        return;
    }
    let (columns, rows) = (i64::from(pixmap.width()), i64::from(pixmap.height()));
    let pixels = pixmap.data_mut().as_chunks_mut::<4>().0;
    let (left, top) = (origin.0 + i64::from(mask.left), origin.1 + i64::from(mask.top));
    for (y, row) in (top..).zip(mask.bytes.chunks_exact(mask.width)) {
        if !(0..rows).contains(&y) {
            continue;
        }
        for (x, coverage) in (left..).zip(row) {
            if *coverage == 0 || !(0..columns).contains(&x) {
                continue;
            }
            if let Some(pixel) = usize::try_from(y * columns + x).ok().and_then(|at| pixels.get_mut(at)) {
                *pixel = blend(premultiplied(color.0, *coverage), *pixel);
            }
        }
    }
}

/// a · b / 255, rounded.
fn times(a: u8, b: u8) -> u8 {
    let product = u32::from(a) * u32::from(b) + 128;
    u8::try_from((product + (product >> 8)) >> 8).unwrap_or(u8::MAX)
}

/// A straight colour through a coverage, premultiplied.
fn premultiplied([r, g, b, a]: [u8; 4], coverage: u8) -> [u8; 4] {
    let a = times(a, coverage);
    [times(r, a), times(g, a), times(b, a), a]
}

/// Source over destination, both premultiplied.
fn blend(source: [u8; 4], beneath: [u8; 4]) -> [u8; 4] {
    let rest = 255 - source[3];
    std::array::from_fn(|i| source[i].saturating_add(times(beneath[i], rest)))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the pixels of a shape's box")]
fn size(length: f32) -> u32 {
    length.ceil() as u32
}

#[expect(clippy::cast_possible_truncation, reason = "parts of a pixel and of directions")]
fn narrow(value: f64) -> f32 {
    value as f32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 3")]
fn small(value: f64) -> u8 {
    value as u8
}

#[expect(clippy::cast_possible_truncation, reason = "saturates far outside any image")]
fn whole_number(value: f64) -> i64 {
    (value as i64).clamp(-1 << 40, 1 << 40)
}

#[cfg(test)]
mod tests {
    use super::super::text;
    use super::*;

    const WHITE: Rgba = Rgba([255; 4]);
    const BLACK: Rgba = Rgba([0, 0, 0, 255]);

    #[test]
    fn rectangles_are_clipped_and_exact() {
        let mut painter = Painter::new(4, 3, BLACK).unwrap();
        painter.rect(-5, 1, 7, 1, WHITE);
        painter.rect(3, -9, 100, 10, Rgba([255, 0, 0, 128]));
        painter.rect(100, 100, 5, 5, WHITE);
        let image = painter.finish();
        let reds: Vec<u8> = image.pixels.chunks_exact(4).map(|p| p[0]).collect();
        assert_eq!(reds, [0, 0, 0, 128, 255, 255, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn text_marks_the_pixels_where_it_stands_and_none_elsewhere() {
        let line = text::line("123", 20.0).unwrap();
        for turned in [false, true] {
            let mut painter = Painter::new(100, 100, BLACK).unwrap();
            painter.text(&line, 50.0, 60.0, turned, WHITE).unwrap();
            let image = painter.finish();
            let mut inside = 0_u32;
            for y in 0..100 {
                for x in 0..100 {
                    let lit = image.pixel(x, y).unwrap()[0] > 0;
                    let (along, up) = if turned {
                        (60 - i64::from(y), 50 - i64::from(x))
                    } else {
                        (i64::from(x) - 50, 60 - i64::from(y))
                    };
                    let within = (-1..=40).contains(&along) && (-1..=16).contains(&up);
                    assert!(within || !lit, "{x} {y} {turned}");
                    inside += u32::from(lit);
                }
            }
            assert!((100..400).contains(&inside), "{inside}");
        }
    }

    #[test]
    fn over_nothing_colors_stay_straight() {
        let mut painter = Painter::new(2, 1, Rgba([0; 4])).unwrap();
        painter.rect(0, 0, 1, 1, Rgba([200, 100, 0, 255]));
        assert_eq!(painter.finish().pixels, [200, 100, 0, 255, 0, 0, 0, 0]);
    }

    #[test]
    fn lines_and_polygons_cover_what_they_should() {
        let mut painter = Painter::new(20, 20, BLACK).unwrap();
        painter.polyline(&[(0.0, 10.0), (20.0, 10.0)], 2.0, WHITE);
        painter.polygon(&[(2.0, 1.0), (8.0, 1.0), (8.0, 7.0), (2.0, 7.0)], WHITE);
        painter.polyline(&[(3.0, 3.0)], 1.0, WHITE);
        painter.polygon(&[], WHITE);
        let image = painter.finish();
        for (x, y, red) in [(5, 9, 255), (5, 10, 255), (5, 11, 0), (5, 8, 0), (2, 1, 255), (7, 6, 255), (8, 6, 0)] {
            assert_eq!(image.pixel(x, y).unwrap()[0], red, "{x} {y}");
        }
    }

    #[test]
    fn rows_painted_apart_are_those_of_the_whole() {
        let line = text::line("Ägpyj 12", 14.0).unwrap();
        let paint = |painter: &mut Painter| {
            painter.rect(3, 5, 40, 21, Rgba([90, 10, 20, 180]));
            painter.clear(Rect { x: 8, y: 9, width: 11, height: 4 });
            painter.polygon(&[(30.0, 2.5), (44.25, 30.0), (20.0, 33.3)], Rgba([9, 200, 30, 200]));
            painter.polyline(&[(30.0, 2.5), (44.25, 30.0), (20.0, 33.3)], 1.5, WHITE);
            painter.text(&line, 4.3, 31.0, false, WHITE).unwrap();
            painter.text(&line, 52.0, 38.6, true, WHITE).unwrap();
        };
        for background in [BLACK, Rgba([0; 4]), Rgba([250, 240, 230, 100])] {
            let mut painter = Painter::new(60, 40, background).unwrap();
            paint(&mut painter);
            let whole = painter.finish();
            assert!(whole.pixels.chunks(4).collect::<std::collections::HashSet<_>>().len() > 20);
            for height in [1, 3, 7, 39] {
                let mut pixels = Vec::new();
                for top in (0..40).step_by(height) {
                    let rows = top..(top + u32::try_from(height).unwrap()).min(40);
                    let mut painter = Painter::of_rows(60, rows, background).unwrap();
                    paint(&mut painter);
                    pixels.extend(painter.finish().pixels);
                }
                assert!(pixels == whole.pixels, "{background:?} {height}");
            }
        }
    }

    #[test]
    fn impossible_sizes_are_refused() {
        for (width, height) in [(0, 5), (5, 0), (u32::MAX, u32::MAX)] {
            assert!(matches!(Painter::new(width, height, BLACK), Err(PaintError::Size { .. })));
        }
    }
}
