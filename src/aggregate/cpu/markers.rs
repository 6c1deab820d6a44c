//! Markers: shapes of a size in pixels around each row.
//!
//! Each row finds by itself which pixels it covers, in f64 and from its exact position, so that the order of rows shows
//! nowhere; rows outside the view whose markers reach into it are no exception. Two things are asked for: how many markers
//! cover a pixel (those of its own rows, and those in which its center lies), or how much of a pixel is covered by any of
//! them: of 8 × 8 points in it, set as bits, those that lie in a marker.

use std::ops::Range;

use crate::plan::{FramePlan, Reduce};
use crate::scene::mark::MarkerShape;

use super::grid::Grid;
use super::locate::{NOT_FINITE, OUTSIDE};

/// Points of a pixel along x and along y that may be covered.
const POINTS: u32 = 8;

/// What stamps the markers of a worker's rows.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    shape: MarkerShape,
    /// Half of the marker's size, in pixels.
    radius: f64,
    /// The pixels that are counted: columns below `width`, lines from `low` to below `high`.
    width: f64,
    low: f64,
    high: f64,
    is_coverage: bool,
}

impl Stamp {
    /// A stamp for some rows of a plan's pixels.
    pub fn new(plan: &FramePlan, (shape, size): (MarkerShape, f64), lines: &Range<u32>) -> Self {
        Self {
            shape,
            radius: size / 2.0,
            width: f64::from(plan.view.x.pixels),
            low: f64::from(lines.start),
            high: f64::from(lines.end),
            is_coverage: plan.reduce == Reduce::Coverage,
        }
    }

    /// Stamps the markers of a batch, whose pixels and positions along x and y are given.
    pub fn stamp(&self, columns: &[u32], lines: &[u32], [x, y]: [&[f64]; 2], grid: &mut Grid) {
        let reach = self.radius + 1.0;
        for (((column, line), x), y) in columns.iter().zip(lines).zip(x).zip(y) {
            // What is NaN is in no range.
            let is_near = (-reach..self.width + reach).contains(x) & (self.low - reach..self.high + reach).contains(y);
            if (*column).max(*line) >= NOT_FINITE || !is_near {
                continue;
            }
            if self.is_coverage {
                self.cover([*x, *y], grid);
            } else {
                let own = (*column).max(*line) < OUTSIDE;
                self.count([*x, *y], own.then_some((*column, *line)), grid);
            }
        }
    }

    /// How far the shape reaches to both sides, along one axis, at an offset from its center along the other; less than 0
    /// where it does not reach at all.
    #[inline(always)]
    fn half(&self, offset: f64) -> f64 {
        let (offset, radius) = (offset.abs(), self.radius);
        match self.shape {
            _ if offset > radius => -1.0,
            MarkerShape::Square => radius,
            MarkerShape::Circle => (radius * radius - offset * offset).sqrt(),
            // Two bars of a fifth of the size, but at least a pixel.
            MarkerShape::Cross => {
                let bar = (radius / 5.0).max(0.5).min(radius);
                if offset <= bar { radius } else { bar }
            }
        }
    }

    /// Counts the pixels whose centers lie in a marker; its own pixel, where its row is counted, not again.
    fn count(&self, [x, y]: [f64; 2], own: Option<(u32, u32)>, grid: &mut Grid) {
        let mut column = (x - self.radius - 0.5).ceil().max(0.0);
        let last = (x + self.radius - 0.5).floor().min(self.width - 1.0);
        while column <= last {
            let half = self.half(column + 0.5 - x);
            let low = (y - half - 0.5).ceil().max(self.low);
            let high = (y + half - 0.5).floor().min(self.high - 1.0);
            if half >= 0.0 && low <= high {
                let (at, low, high) = (whole(column), whole(low - self.low), whole(high - self.low));
                match own {
                    Some((column, line)) if column == at && (low..=high).contains(&line) => {
                        if low < line {
                            grid.run(at, low, line - 1);
                        }
                        if line < high {
                            grid.run(at, line + 1, high);
                        }
                    }
                    _ => grid.run(at, low, high),
                }
            }
            column += 1.0;
        }
    }

    /// Covers the points of pixels that lie in a marker: point k of a pixel along an axis is (k + 1/2) / 8 of a pixel from
    /// its edge.
    fn cover(&self, [x, y]: [f64; 2], grid: &mut Grid) {
        let points = f64::from(POINTS);
        let mut line = (y - self.radius).floor().max(self.low);
        let last = (y + self.radius).floor().min(self.high - 1.0);
        let from_column = (x - self.radius).floor().max(0.0);
        let to_column = (x + self.radius).floor().min(self.width - 1.0);
        while line <= last {
            let mut spans = [(0.0, -1.0); POINTS as usize];
            for (k, span) in (0..POINTS).zip(&mut spans) {
                let half = self.half(line + (f64::from(k) + 0.5) / points - y);
                if half >= 0.0 {
                    *span = (((x - half) * points - 0.5).ceil(), ((x + half) * points - 0.5).floor());
                }
            }
            let mut column = from_column;
            while column <= to_column {
                let first = column * points;
                let mut mask = 0_u64;
                for (k, (from, to)) in (0..POINTS).zip(spans) {
                    let (from, to) = (from.max(first) - first, (to - first).min(points - 1.0));
                    if from <= to {
                        let bits = (0xff_u64 << whole(from)) & (0xff >> (POINTS - 1 - whole(to)));
                        mask |= bits << (k * POINTS);
                    }
                }
                grid.cover(whole(column), whole(line - self.low), mask);
                column += 1.0;
            }
            line += 1.0;
        }
    }
}

/// A whole number of 0 or more, below 2^32.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the picture")]
fn whole(v: f64) -> u32 {
    v as u32
}
