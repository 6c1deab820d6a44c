//! Hatching as pixels: how much a pattern covers of each follows from where the pixel is in the plot alone.
//!
//! Lines and dots are as far apart as matplotlib's, whose pattern repeats itself every inch; they are laid out from the lower left
//! corner of the plot.

use std::f64::consts::{FRAC_1_SQRT_2, PI};
use std::ops::Range;

use crate::aggregate::Values;
use crate::figure::error::FigureError;
use crate::figure::image::Image;
use crate::figure::painter::{PaintError, Painter, Rect};
use crate::figure::parts::painted;
use crate::scene::hatch::{Condition, Densities, Hatch};
use crate::scene::style::Rgba;

use super::Laid;
use super::inks::{HALO, Inks};
use super::labels::level_text;
use super::paint::Canvas;

/// Radii of dots, circles, large circles and stars, as shares of their distance: matplotlib's.
const DOT: f64 = 0.1;
const CIRCLE: f64 = 0.2;
const RING: f64 = 0.35;
const STAR: f64 = 1.0 / 3.0;
/// The inner corners of a star, as a share of its outer ones.
const STAR_WAIST: f64 = 0.381_966;
/// From one line to the next on a legend's swatch, at most, in CSS pixels.
const SWATCH_SPACING: f64 = 6.0;

/// The hatching of a layer, ready to be painted some rows at a time: where the numbers of pixels meet conditions. These are the
/// numbers that filled contours have their colors of, so that edges are the same, pixel for pixel.
#[derive(Clone, Debug)]
pub struct HatchSheet {
    hatches: Vec<Hatch>,
    laid: Laid,
}

impl HatchSheet {
    /// The hatching of a plot; what comes later lies over what comes before.
    #[must_use]
    pub fn new(hatches: &[Hatch], laid: Laid) -> Self {
        Self { hatches: hatches.to_vec(), laid }
    }

    /// Some rows of the sheet, 0 being the top one, from the numbers of their pixels, the lowest row of these first. Rows
    /// painted apart are those of the whole.
    ///
    /// # Errors
    /// Numbers that are counts, a picture too large to be painted.
    pub fn rows(&self, values: &Values, rows: Range<u32>) -> Result<Image, FigureError> {
        let Values::Real(values) = values else { return Err(FigureError::NoField) };
        let Laid { size: (width, height), scale, inks, threads, .. } = self.laid;
        let canvas = Canvas { width, height, scale };
        painted(width, rows.clone(), threads, |part| {
            let mut painter = Painter::of_rows(width, part.clone(), Rgba([0; 4]))?;
            for hatch in &self.hatches {
                let holds = |column: u32, row: u32| {
                    let at = (rows.end - 1 - row) as usize * width as usize + column as usize;
                    values.get(at).is_some_and(|value| hatch.condition.holds(*value))
                };
                paint(&mut painter, hatch, inks, canvas, part.clone(), holds)?;
            }
            Ok(self.laid.finish(painter.finish()))
        })
    }

    /// Whether it is as opaque as what lies beneath it.
    #[must_use]
    pub fn is_opaque(&self) -> bool {
        self.laid.is_opaque()
    }
}

/// Paints the hatching of some rows of a plot (0 = top); `is_hatched` says for columns and rows of the plot where it is.
fn paint(
    painter: &mut Painter,
    hatch: &Hatch,
    inks: Inks,
    canvas: Canvas,
    rows: Range<u32>,
    is_hatched: impl Fn(u32, u32) -> bool,
) -> Result<(), PaintError> {
    if !(canvas.scale.is_finite() && canvas.scale > 0.0) {
        return Err(PaintError::Scale(canvas.scale));
    }
    let weaves = weaves(hatch, inks, canvas.scale, hatch.spacing);
    let mut coverage = vec![0; canvas.width as usize];
    for row in rows {
        let up = f64::from(canvas.height) - f64::from(row) - 0.5;
        for (weave, color) in &weaves {
            for (column, byte) in (0..canvas.width).zip(&mut coverage) {
                *byte = if is_hatched(column, row) { weave.at(f64::from(column) + 0.5, up) } else { 0 };
            }
            painter.cover(0, row, &coverage, *color);
        }
    }
    Ok(())
}

/// A condition as legends say it: `> 30`, `≥ 0.1`, `10 to 20`.
#[must_use]
pub fn condition_text(condition: Condition) -> String {
    match condition {
        Condition::Above(bound) => format!("> {}", level_text(bound)),
        Condition::AtLeast(bound) => format!("≥ {}", level_text(bound)),
        Condition::Below(bound) => format!("< {}", level_text(bound)),
        Condition::AtMost(bound) => format!("≤ {}", level_text(bound)),
        Condition::Within(low, high) => format!("{} to {}", level_text(low), level_text(high)),
    }
}

/// Paints a pattern in a rectangle, dense enough that a small one shows what it is.
pub(in crate::figure) fn paint_swatch(painter: &mut Painter, rect: Rect, hatch: &Hatch, inks: Inks, scale: f64) {
    let spacing = hatch.spacing.min(SWATCH_SPACING * f64::from(hatch.pattern.densities().greatest()));
    let mut coverage = vec![0; rect.width as usize];
    for (weave, color) in weaves(hatch, inks, scale, spacing) {
        for row in rect.y..rect.bottom() {
            let up = f64::from(rect.bottom()) - f64::from(row) - 0.5;
            for (column, byte) in (0..rect.width).zip(&mut coverage) {
                *byte = weave.at(f64::from(column) + 0.5, up);
            }
            painter.cover(rect.x as usize, row, &coverage, color);
        }
    }
}

/// What is painted of a hatching, one over the other: where it has no color of its own, a halo first.
fn weaves(hatch: &Hatch, inks: Inks, scale: f64, spacing: f64) -> Vec<(Weave, Rgba)> {
    let weave = |reach: f64| Weave {
        densities: hatch.pattern.densities(),
        spacing: spacing * scale,
        width: (hatch.width + 2.0 * reach) * scale,
        reach: reach * scale,
    };
    match hatch.color {
        Some(color) => vec![(weave(0.0), color)],
        None => vec![(weave(HALO), inks.halo), (weave(0.0), inks.line)],
    }
}

/// A pattern at the size of a picture; lengths are in pixels.
struct Weave {
    densities: Densities,
    spacing: f64,
    width: f64,
    /// How much larger signs are than they should be, on each side.
    reach: f64,
}

impl Weave {
    /// How much is covered of the pixel whose middle is right of and above the lower left corner: 0 to 255.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
    fn at(&self, x: f64, y: f64) -> u8 {
        let Densities { rising, falling, upright, level, dots, circles, rings, stars } = self.densities;
        let parts = [
            // Diagonals are as far apart as two lines of a grid across.
            self.line((x - y) * FRAC_1_SQRT_2, 2.0 * FRAC_1_SQRT_2, rising, below_diagonal),
            self.line((x + y) * FRAC_1_SQRT_2, 2.0 * FRAC_1_SQRT_2, falling, below_diagonal),
            self.straight(x, upright),
            self.straight(y, level),
            self.dot(x, y, dots),
            self.ring(x, y, circles, CIRCLE),
            self.ring(x, y, rings, RING),
            self.star(x, y, stars),
        ];
        (parts.into_iter().fold(0.0, f64::max) * 255.0 + 0.5) as u8
    }

    /// The area of a pixel that lines cover; `below` is that on one side of a line so far from the pixel's middle.
    fn line(&self, across: f64, spacing: f64, density: u8, below: impl Fn(f64) -> f64) -> f64 {
        if density == 0 {
            return 0.0;
        }
        let spacing = spacing * self.spacing / f64::from(density);
        let off = across.rem_euclid(spacing) - spacing / 2.0;
        below(off + self.width / 2.0) - below(off - self.width / 2.0)
    }

    /// The same for lines along the pixels' edges: whole pixels apart, each begins at an edge, so that they are crisp.
    fn straight(&self, across: f64, density: u8) -> f64 {
        if density == 0 {
            return 0.0;
        }
        let spacing = (self.spacing / f64::from(density)).round().max(2.0);
        let start = ((spacing - self.width) / 2.0).round();
        let pixel = across.rem_euclid(spacing).floor();
        (start + self.width - pixel).clamp(0.0, 1.0) - (start - pixel).clamp(0.0, 1.0)
    }

    /// How far right of and above the nearest of places in rows, every second row between those of the first, and how far these
    /// are apart.
    fn off(&self, x: f64, y: f64, density: u8) -> ([f64; 2], f64) {
        let spacing = self.spacing / f64::from(density);
        let row = (y / spacing).floor();
        let shift = row.rem_euclid(2.0) * spacing / 2.0;
        let dx = (x + shift).rem_euclid(spacing) - spacing / 2.0;
        let dy = y - (row + 0.5) * spacing;
        ([dx, dy], spacing)
    }

    fn dot(&self, x: f64, y: f64, density: u8) -> f64 {
        if density == 0 {
            return 0.0;
        }
        let (off, spacing) = self.off(x, y, density);
        // A dot of less than a pixel is paler, not smaller.
        let radius = DOT * spacing + self.reach;
        let pale = (2.0 * radius).min(1.0);
        (radius.max(0.5) + 0.5 - length(off)).clamp(0.0, 1.0) * pale * pale
    }

    fn ring(&self, x: f64, y: f64, density: u8, radius: f64) -> f64 {
        if density == 0 {
            return 0.0;
        }
        let (off, spacing) = self.off(x, y, density);
        let aside = (length(off) - radius * spacing).abs();
        (self.width.max(1.0) / 2.0 + 0.5 - aside).clamp(0.0, 1.0) * self.width.min(1.0)
    }

    /// A star of five points, one of them upright.
    fn star(&self, x: f64, y: f64, density: u8) -> f64 {
        if density == 0 {
            return 0.0;
        }
        let ([dx, dy], spacing) = self.off(x, y, density);
        let radius = STAR * spacing;
        if length([dx, dy]) > radius + self.reach + 1.0 {
            return 0.0;
        }
        // Folded about its axes, it is the inside of one line: from an outer corner to the inner one beside it.
        let turn = libm::atan2(dx, dy).rem_euclid(2.0 * PI / 5.0);
        let turn = turn.min(2.0 * PI / 5.0 - turn);
        let (sin, cos) = libm::sincos(turn);
        let at = [length([dx, dy]) * sin, length([dx, dy]) * cos];
        let (sin, cos) = libm::sincos(PI / 5.0);
        let along = [STAR_WAIST * radius * sin, STAR_WAIST * radius * cos - radius];
        let beyond = (at[0] * -along[1] + (at[1] - radius) * along[0]) / length(along);
        (self.reach + 0.5 - beyond).clamp(0.0, 1.0)
    }
}

fn length([x, y]: [f64; 2]) -> f64 {
    (x * x + y * y).sqrt()
}

/// The area of a pixel on one side of a diagonal so far from its middle.
fn below_diagonal(off: f64) -> f64 {
    let corner = (FRAC_1_SQRT_2 - off.abs()).max(0.0);
    if off < 0.0 { corner * corner } else { 1.0 - corner * corner }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INKS: Inks = Inks { line: Rgba([250, 240, 230, 255]), halo: Rgba([10, 20, 30, 128]) };

    /// Some rows of a hatching in its own color, or in black.
    fn hatch_rows(
        hatch: &Hatch,
        canvas: Canvas,
        rows: Range<u32>,
        is_hatched: impl Fn(u32, u32) -> bool,
    ) -> Result<Image, PaintError> {
        let hatch = Hatch { color: hatch.color.or(Some(Rgba([0, 0, 0, 255]))), ..*hatch };
        let mut painter = Painter::of_rows(canvas.width, rows.clone(), Rgba([0; 4]))?;
        paint(&mut painter, &hatch, INKS, canvas, rows, is_hatched)?;
        Ok(painter.finish())
    }

    fn painted(text: &str, scale: f64) -> Image {
        let canvas = Canvas { width: 192, height: 160, scale };
        hatch_rows(&text.parse().unwrap(), canvas, 0..160, |_, _| true).unwrap()
    }

    /// The share of the picture that is covered.
    fn share(image: &Image) -> f64 {
        let sum: f64 = image.pixels.chunks(4).map(|pixel| f64::from(pixel[3])).sum();
        sum / 255.0 / f64::from(image.width * image.height)
    }

    #[test]
    fn patterns_cover_what_their_lines_and_dots_do() {
        let diagonal = FRAC_1_SQRT_2 / 16.0;
        let pi = PI;
        for (text, wanted) in [
            (">0:-", 1.0 / 16.0),
            (">0:||", 2.0 / 16.0),
            (">0:/", diagonal),
            (">0:\\\\\\", 3.0 * diagonal),
            (">0:/:2", 2.0 * diagonal),
            (">0:-:0.5", 0.5 / 16.0),
            (">0:+", 2.0 / 16.0 - 1.0 / 256.0),
            (">0:x", 2.0 * diagonal - diagonal * diagonal),
            (">0:.", pi * 0.01),
            (">0:..", pi * 0.01),
            (">0:o", 2.0 * pi * 0.2 / 16.0),
            (">0:O", 2.0 * pi * 0.35 / 16.0),
            // Ten triangles, between an outer and an inner corner.
            (">0:*", 5.0 * STAR * STAR * STAR_WAIST * libm::sin(pi / 5.0)),
            (">0:-:1:8", 1.0 / 8.0),
        ] {
            let covered = share(&painted(text, 1.0));
            // The edges of round shapes are ramps, those of lines exact.
            let within = if text.contains(['.', 'o', 'O', '*']) { 0.2 } else { 0.03 };
            assert!((covered / wanted - 1.0).abs() < within, "{text}: {covered}, not {wanted}");
        }
        let (once, twice) = (share(&painted(">0:/", 1.0)), share(&painted(">0:/", 2.0)));
        assert!((once / twice - 1.0).abs() < 0.1, "larger, not denser: {once} {twice}");
    }

    #[test]
    fn lines_lean_as_their_signs_do() {
        let rising = painted(">0:/", 1.0);
        let falling = painted(">0:\\", 1.0);
        let alpha = |image: &Image, x: u32, y: u32| image.pixel(x, y).unwrap()[3];
        for (x, y) in (10..100).flat_map(|x| (10..100).map(move |y| (x, y))) {
            assert_eq!(alpha(&rising, x, y), alpha(&rising, x + 1, y - 1));
            assert_eq!(alpha(&falling, x, y), alpha(&falling, x + 1, y + 1));
        }
        assert_ne!(rising, falling);
    }

    #[test]
    fn only_what_is_asked_for_is_hatched_and_strips_are_those_of_the_whole() {
        let hatch: Hatch = ">30:x.o:#c03020c0:1.4".parse().unwrap();
        let canvas = Canvas { width: 90, height: 70, scale: 1.3 };
        let is_hatched = |x: u32, y: u32| hatch.condition.holds(f64::from((x * y) % 67));
        let whole = hatch_rows(&hatch, canvas, 0..70, is_hatched).unwrap();
        let mut hatched = 0;
        for (x, y) in (0..90).flat_map(|x| (0..70).map(move |y| (x, y))) {
            let alpha = whole.pixel(x, y).unwrap()[3];
            assert!(alpha == 0 || is_hatched(x, y), "{x} {y}");
            hatched += u32::from(alpha > 0);
        }
        assert!(hatched > 300, "{hatched}");
        for height in [1, 7, 64] {
            let mut pixels = Vec::new();
            for top in (0..70).step_by(height) {
                let rows = top..(top + u32::try_from(height).unwrap()).min(70);
                pixels.extend(hatch_rows(&hatch, canvas, rows, is_hatched).unwrap().pixels);
            }
            assert!(pixels == whole.pixels, "{height}");
        }
        // A taller plot has the same pattern over its lower edge.
        let taller = hatch_rows(&hatch, Canvas { height: 75, ..canvas }, 5..75, is_hatched).unwrap();
        let all = hatch_rows(&hatch, canvas, 0..70, |_, _| true).unwrap();
        let of_taller = hatch_rows(&hatch, Canvas { height: 75, ..canvas }, 5..75, |_, _| true).unwrap();
        assert!(of_taller == all && taller != all);
        // Its numbers are those of the pixels, the lowest row first.
        let values: Vec<f64> = (0..70).rev().flat_map(|y| (0..90).map(move |x| f64::from((x * y) % 67))).collect();
        let laid = Laid { size: (90, 70), scale: 1.3, alpha: 1.0, ground: None, inks: INKS, threads: 2 };
        let sheet = HatchSheet::new(&[hatch], laid);
        assert!(sheet.rows(&Values::Real(values.clone()), 0..70).unwrap() == whole);
        let part = Values::Real(values[90 * (70 - 31)..90 * (70 - 12)].to_vec());
        assert!(sheet.rows(&part, 12..31).unwrap().pixels == whole.rows(&(12..31)));
        assert!(matches!(sheet.rows(&Values::Count(vec![1; 90]), 0..1), Err(FigureError::NoField)));
        for scale in [0.0, f64::NAN] {
            let made = hatch_rows(&hatch, Canvas { scale, ..canvas }, 0..70, |_, _| true);
            assert!(matches!(made, Err(PaintError::Scale(_))));
        }
    }

    #[test]
    fn what_has_no_color_is_readable_on_any_ground() {
        let laid = Laid { size: (64, 64), scale: 1.0, alpha: 1.0, ground: None, inks: INKS, threads: 2 };
        let values = Values::Real(vec![1.0; 64 * 64]);
        for text in [">0:/", ">0:+", ">0:.", ">0:o", ">0:*"] {
            let made = HatchSheet::new(&[text.parse().unwrap()], laid).rows(&values, 0..64).unwrap();
            let mut pixels = made.pixels.as_chunks::<4>().0.iter();
            assert!(pixels.any(|pixel| pixel[0] < 30 && pixel[3] > 100), "{text} has no halo");
            let mut pixels = made.pixels.as_chunks::<4>().0.iter();
            assert!(pixels.any(|pixel| pixel[0] > 200 && pixel[3] > 150), "{text} has no lines");
        }
    }
}
