//! Hatching as pixels: how much a pattern covers of each follows from where the pixel is in the plot alone.
//!
//! Lines and dots are as far apart as matplotlib's, whose pattern repeats itself every inch; they are laid out from the lower left
//! corner of the plot.

use std::f64::consts::FRAC_1_SQRT_2;
use std::ops::Range;

use crate::figure::image::Image;
use crate::figure::painter::{PaintError, Painter};
use crate::scene::hatch::{Densities, Hatch};
use crate::scene::style::Rgba;

use super::paint::Canvas;

/// From one line, or row of dots, to the next where the sign is there once, in CSS pixels.
const SPACING: f64 = 16.0;
/// Radii of dots and circles, as shares of their distance.
const DOT: f64 = 0.1;
const CIRCLE: f64 = 0.2;

/// The hatching of some rows of a plot (0 = top), transparent where there is none; `is_hatched` says for columns and rows of
/// the plot where it is. Rows painted apart are those of the whole.
///
/// # Errors
/// [`PaintError::Scale`] if the scale is not a positive number, [`PaintError::Size`] without pixels or with too many.
pub fn hatch_rows(
    hatch: &Hatch,
    canvas: Canvas,
    rows: Range<u32>,
    is_hatched: impl Fn(u32, u32) -> bool,
) -> Result<Image, PaintError> {
    if !(canvas.scale.is_finite() && canvas.scale > 0.0) {
        return Err(PaintError::Scale(canvas.scale));
    }
    let mut painter = Painter::of_rows(canvas.width, rows.clone(), Rgba([0; 4]))?;
    let weave = Weave::new(hatch, canvas.scale);
    let mut coverage = vec![0; canvas.width as usize];
    for row in rows {
        let up = f64::from(canvas.height) - f64::from(row) - 0.5;
        for (column, byte) in (0..canvas.width).zip(&mut coverage) {
            *byte = if is_hatched(column, row) { weave.at(f64::from(column) + 0.5, up) } else { 0 };
        }
        painter.cover(0, row, &coverage, hatch.color);
    }
    Ok(painter.finish())
}

/// A pattern at the size of a picture; lengths are in pixels.
struct Weave {
    densities: Densities,
    spacing: f64,
    width: f64,
}

impl Weave {
    fn new(hatch: &Hatch, scale: f64) -> Self {
        Self { densities: hatch.pattern.densities(), spacing: SPACING * scale, width: hatch.width * scale }
    }

    /// How much is covered of the pixel whose middle is right of and above the lower left corner: 0 to 255.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
    fn at(&self, x: f64, y: f64) -> u8 {
        let Densities { rising, falling, upright, level, dots, circles } = self.densities;
        let parts = [
            // Diagonals are as far apart as two lines of a grid across.
            self.line((x - y) * FRAC_1_SQRT_2, 2.0 * FRAC_1_SQRT_2, rising, below_diagonal),
            self.line((x + y) * FRAC_1_SQRT_2, 2.0 * FRAC_1_SQRT_2, falling, below_diagonal),
            self.straight(x, upright),
            self.straight(y, level),
            self.dot(x, y, dots),
            self.ring(x, y, circles),
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

    /// The distance to the nearest of places in rows, every second row between those of the first, and how far they are apart.
    fn off(&self, x: f64, y: f64, density: u8) -> (f64, f64) {
        let spacing = self.spacing / f64::from(density);
        let row = (y / spacing).floor();
        let shift = row.rem_euclid(2.0) * spacing / 2.0;
        let dx = (x + shift).rem_euclid(spacing) - spacing / 2.0;
        let dy = y - (row + 0.5) * spacing;
        ((dx * dx + dy * dy).sqrt(), spacing)
    }

    fn dot(&self, x: f64, y: f64, density: u8) -> f64 {
        if density == 0 {
            return 0.0;
        }
        let (off, spacing) = self.off(x, y, density);
        // A dot of less than a pixel is paler, not smaller.
        let radius = DOT * spacing;
        let pale = (2.0 * radius).min(1.0);
        (radius.max(0.5) + 0.5 - off).clamp(0.0, 1.0) * pale * pale
    }

    fn ring(&self, x: f64, y: f64, density: u8) -> f64 {
        if density == 0 {
            return 0.0;
        }
        let (off, spacing) = self.off(x, y, density);
        (self.width.max(1.0) / 2.0 + 0.5 - (off - CIRCLE * spacing).abs()).clamp(0.0, 1.0) * self.width.min(1.0)
    }
}

/// The area of a pixel on one side of a diagonal so far from its middle.
fn below_diagonal(off: f64) -> f64 {
    let corner = (FRAC_1_SQRT_2 - off.abs()).max(0.0);
    if off < 0.0 { corner * corner } else { 1.0 - corner * corner }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let pi = std::f64::consts::PI;
        for (text, wanted) in [
            (">0:-", 1.0 / 16.0),
            (">0:||", 2.0 / 16.0),
            (">0:/", diagonal),
            (">0:\\\\\\", 3.0 * diagonal),
            (">0:/::2", 2.0 * diagonal),
            (">0:-::0.5", 0.5 / 16.0),
            (">0:+", 2.0 / 16.0 - 1.0 / 256.0),
            (">0:x", 2.0 * diagonal - diagonal * diagonal),
            (">0:.", pi * 0.01),
            (">0:..", pi * 0.01),
            (">0:o", 2.0 * pi * 0.2 / 16.0),
        ] {
            let covered = share(&painted(text, 1.0));
            // The edges of round shapes are ramps, those of lines exact.
            let within = if text.contains(['.', 'o']) { 0.2 } else { 0.03 };
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
        for scale in [0.0, f64::NAN] {
            let made = hatch_rows(&hatch, Canvas { scale, ..canvas }, 0..70, |_, _| true);
            assert!(matches!(made, Err(PaintError::Scale(_))));
        }
    }
}
