//! Lines from row to row: what they pass between their vertices.
//!
//! Vertices are counted as points are. Here are the other pixels of each segment, found from the positions of its ends in
//! f64 (see [`Mark::Lines`](crate::scene::mark::Mark) for the rule). Column by column, a segment passes one run of pixels:
//! from the row where it enters the column to that where it leaves it. It crosses the border k of two columns at
//!
//! > y(k) = y + (k − x) / (x₂ − x₁) · (y₂ − y₁)
//!
//! in f64, within the segment's own rows, where (x, y) is the end that is nearer to the view's corner (the smaller |x| +
//! |y|; of equal ones the left one), so that what is far away does not spoil what is in view. Nothing is clipped before:
//! what part of a segment is in view changes none of these numbers.
//!
//! A tall run is noted at its two ends only (`Grid::run`); so a segment costs its columns, however tall it is.

use std::ops::Range;

use crate::data::column::LaneKind;
use crate::data::decode::{BATCH, Lane, LaneBuffer};
use crate::data::table::Part;
use crate::plan::{FramePlan, VALUE};

use super::grid::Grid;
use super::locate::{NOT_FINITE, OUTSIDE};

/// Positions are kept within this, so that their differences stay finite.
const FAR: f64 = 1e300;

/// A vertex: where it is in pixels, which pixel that is, and its series.
#[derive(Debug, Clone, Copy)]
struct Vertex {
    at: [f64; 2],
    column: u32,
    line: u32,
    series: u64,
}

/// What draws the lines of a worker's blocks.
pub struct Pen {
    series: Box<[u64; BATCH]>,
    buffer: Option<LaneBuffer>,
    /// The row before, if a line may come from it.
    last: Option<Vertex>,
    clip: Clip,
}

impl Pen {
    /// A pen for some rows of a plan's pixels; `series` is the kind of the column that names the series, if one does.
    pub fn new(plan: &FramePlan, lines: &Range<u32>, series: Option<LaneKind>) -> Self {
        Self {
            series: Box::new([0; BATCH]),
            buffer: series.map(LaneBuffer::new),
            last: None,
            clip: Clip {
                width: f64::from(plan.view.x.pixels),
                low: f64::from(lines.start),
                high: f64::from(lines.end) - 1.0,
            },
        }
    }

    /// Lifts the pen: no line comes from the row before.
    pub fn lift(&mut self) {
        self.last = None;
    }

    /// Reads the series of a batch.
    #[inline(always)]
    pub fn read_series(&mut self, part: &Part, rows: &Range<u64>) {
        let (Some(buffer), Some(column)) = (&mut self.buffer, part.columns().get(VALUE)) else { return };
        let series = &mut self.series[..];
        match buffer.decode(column, rows) {
            // Zeros are equal whatever their sign.
            Lane::F32(v) => series.iter_mut().zip(v).for_each(|(key, v)| *key = u64::from((v + 0.0).to_bits())),
            Lane::F64(v) => series.iter_mut().zip(v).for_each(|(key, v)| *key = (v + 0.0).to_bits()),
            Lane::I64(v) => series.iter_mut().zip(v).for_each(|(key, v)| *key = v.cast_unsigned()),
        }
    }

    /// Draws the lines to the rows of a batch, whose pixels and positions along x and y are given, each from the row before.
    #[inline(always)]
    pub fn draw(&mut self, columns: &[u32], lines: &[u32], [x, y]: [&[f64]; 2], grid: &mut Grid) {
        let Self { series, last, clip, .. } = self;
        let mut before = *last;
        for (i, (&column, &line)) in columns.iter().zip(lines).enumerate() {
            let vertex = Vertex { at: [x[i], y[i]], column, line, series: series[i] };
            // Not finite or filtered out; or with no place on the axis.
            if column.max(line) >= NOT_FINITE || vertex.at[0].is_nan() || vertex.at[1].is_nan() {
                before = None;
                continue;
            }
            if let Some(from) = before.filter(|from| from.series == vertex.series) {
                let apart = from.column.abs_diff(column).saturating_add(from.line.abs_diff(line));
                let is_inside = from.column.max(from.line).max(column).max(line) < OUTSIDE;
                if !is_inside || apart > 1 {
                    clip.stroke(from.at, vertex.at, grid);
                }
            }
            before = Some(vertex);
        }
        *last = before;
    }

    /// Takes the only row of a batch for the row before.
    pub fn begin(&mut self, column: u32, line: u32, at: [f64; 2]) {
        let is_there = column.max(line) < NOT_FINITE && !at[0].is_nan() && !at[1].is_nan();
        self.last = is_there.then_some(Vertex { at, column, line, series: self.series[0] });
    }
}

/// A position that is NaN or not too far away.
#[inline(always)]
pub fn bounded(position: f64) -> f64 {
    position.clamp(-FAR, FAR)
}

/// The pixels that are counted: columns from 0 to below `width`, lines from `low` to `high`.
#[derive(Debug, Clone, Copy)]
struct Clip {
    width: f64,
    low: f64,
    high: f64,
}

impl Clip {
    /// Counts the pixels that a segment passes, without those of its ends.
    #[inline(never)]
    fn stroke(&self, a: [f64; 2], b: [f64; 2], grid: &mut Grid) {
        let ([x1, y1], [x2, y2]) = if a[0] <= b[0] { (a, b) } else { (b, a) };
        let (bottom, top) = (y1.min(y2), y1.max(y2));
        if x2 < 0.0 || x1 >= self.width || top < self.low || bottom >= self.high + 1.0 {
            return;
        }
        let (first, last) = (x1.floor(), x2.floor());
        let [x, y] = if x1.abs() + y1.abs() <= x2.abs() + y2.abs() { [x1, y1] } else { [x2, y2] };
        let at = |border: f64| (y + (border - x) / (x2 - x1) * (y2 - y1)).clamp(bottom, top);
        let mut column = first.max(0.0);
        let end = last.min(self.width - 1.0);
        let mut enters = if column == first { y1 } else { at(column) };
        while column <= end {
            let leaves = if column == last { y2 } else { at(column + 1.0) };
            let (mut low, mut high);
            if y2 >= y1 {
                // A border belongs to the next column: where the segment reaches a row only there, that row is not passed.
                low = enters.floor();
                high = if column == last { leaves.floor() } else { (leaves.ceil() - 1.0).max(low) };
                low += f64::from(u8::from(column == first));
                high -= f64::from(u8::from(column == last));
            } else {
                (low, high) = (leaves.floor(), enters.floor());
                low += f64::from(u8::from(column == last));
                high -= f64::from(u8::from(column == first));
            }
            (low, high) = (low.max(self.low), high.min(self.high));
            if low <= high {
                grid.run(whole(column), whole(low - self.low), whole(high - self.low));
            }
            enters = leaves;
            column += 1.0;
        }
    }
}

/// A whole number below 2^32.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the picture")]
fn whole(v: f64) -> u32 {
    v as u32
}
