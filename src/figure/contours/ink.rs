//! Coverage of pixels by lines with round ends and joints.
//!
//! How much a line covers of a pixel follows from the distance of the pixel's center to it, over a ramp of one pixel. Where
//! segments overlap, the greatest counts, so that joints are as thick as the rest. Each pixel depends on nothing but the
//! segments, in whatever rows it is painted.

use std::ops::Range;

use crate::figure::painter::Painter;
use crate::scene::style::Rgba;

/// Half the width of a line in pixels, and how much it covers where it is thinner than one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pen {
    half: f32,
    strength: f32,
}

impl Pen {
    #[expect(clippy::cast_possible_truncation, reason = "widths need no more than f32")]
    pub(super) fn new(width: f64) -> Self {
        Self { half: (width.max(1.0) / 2.0) as f32, strength: width.clamp(0.0, 1.0) as f32 * 255.0 }
    }

    /// How far from its middle a line covers anything.
    pub(super) fn reach(self) -> f32 {
        self.half + 0.5
    }
}

/// No column of a row.
const UNTOUCHED: (usize, usize) = (usize::MAX, 0);

/// Coverage of some rows of an image.
pub(super) struct Ink {
    width: usize,
    rows: Range<u32>,
    /// 0 to 255 of each pixel.
    bytes: Vec<u8>,
    /// From which column of each row to which it may not be 0.
    touched: Vec<(usize, usize)>,
}

impl Ink {
    pub(super) fn new(width: u32, rows: Range<u32>) -> Self {
        let (width, count) = (width as usize, rows.len());
        Self { width, rows, bytes: vec![0; width * count], touched: vec![UNTOUCHED; count] }
    }

    /// Whether a line with this pen between two heights comes into the rows.
    pub(super) fn is_near(&self, a: [f32; 2], b: [f32; 2], pen: Pen) -> bool {
        a[1].max(b[1]) + pen.reach() > self.rows.start as f32 && a[1].min(b[1]) - pen.reach() < self.rows.end as f32
    }

    /// Covers the pixels near a segment.
    pub(super) fn segment(&mut self, a: [f32; 2], b: [f32; 2], pen: Pen) {
        let reach = pen.reach();
        let whole = [b[0] - a[0], b[1] - a[1]];
        let length = (whole[0] * whole[0] + whole[1] * whole[1]).sqrt();
        let along = if length > 0.0 { [whole[0] / length, whole[1] / length] } else { [1.0, 0.0] };
        let first = pixel(a[1].min(b[1]) - reach).max(self.rows.start);
        let last = pixel(a[1].max(b[1]) + reach + 1.0).min(self.rows.end);
        let (left, right) = (a[0].min(b[0]) - reach, a[0].max(b[0]) + reach);
        for row in first..last {
            let dy = row as f32 + 0.5 - a[1];
            // Only where the infinitely long line is near.
            let (middle, aside) = (a[0] + dy * along[0] / along[1], reach / along[1].abs());
            let is_flat = !(aside.is_finite() && middle.is_finite());
            let (from, to) =
                if is_flat { (left, right) } else { (left.max(middle - aside), right.min(middle + aside)) };
            let (from, to) = (pixel(from) as usize, (pixel(to + 1.0) as usize).min(self.width));
            let at = (row - self.rows.start) as usize;
            if from >= to {
                continue;
            }
            self.touched[at] = (self.touched[at].0.min(from), self.touched[at].1.max(to));
            let bytes = &mut self.bytes[at * self.width..][from..to];
            let start = from as f32 + 0.5 - a[0];
            for (i, byte) in bytes.iter_mut().enumerate() {
                let dx = start + i as f32;
                let passed = (dx * along[0] + dy * along[1]).clamp(0.0, length);
                let (x, y) = (dx - passed * along[0], dy - passed * along[1]);
                let covered = (reach - (x * x + y * y).sqrt()).clamp(0.0, 1.0);
                *byte = (*byte).max(share(covered * pen.strength));
            }
        }
    }

    /// Covers nothing left of a column.
    pub(super) fn leave_out(&mut self, left: u32) {
        let left = (left as usize).min(self.width);
        self.bytes.chunks_exact_mut(self.width).for_each(|row| row[..left].fill(0));
    }

    /// Paints a color through the coverage, which is none afterwards.
    pub(super) fn paint(&mut self, painter: &mut Painter, color: Rgba) {
        let rows = self.bytes.chunks_exact_mut(self.width).zip(&mut self.touched);
        for (y, (row, touched)) in self.rows.clone().zip(rows) {
            let covered = row.get_mut(touched.0..touched.1).unwrap_or_default();
            painter.cover(touched.0, y, covered, color);
            covered.fill(0);
            *touched = UNTOUCHED;
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
fn pixel(at: f32) -> u32 {
    at as u32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
fn share(value: f32) -> u8 {
    (value + 0.5) as u8
}
