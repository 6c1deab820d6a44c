//! Fields on pixels: for each pixel the mean (least, greatest) value of the cells over its area, or the value at its middle
//! where cells are larger than pixels.
//!
//! A pixel is worked out by one thread, from its cells in the order of the file along x within rows, so that the result is
//! the same for any number of threads. Values are sums in f64 of value · weight over sums of weights, missing cells having
//! neither; a pixel that sees a single cell has its value, bit for bit.

mod along;
mod window;

use std::ops::Range;
use std::thread;

use crate::aggregate::{Accounting, EngineError, Rest, Values};
use crate::data::grid::Field;
use crate::data::parallel::Progress;
use crate::data::{DataError, Table};
use crate::plan::{Draw, FramePlan, Reduce};
use crate::scene::mark::Sampling;
use crate::scene::reduction::Statistic;

pub use along::Along;
pub use window::field_cells;

/// Most cells that a thread reads at a time.
const CELLS: u64 = 1 << 19;
/// Most pixels that a thread works out before they are handed on.
const PIXELS: usize = 1 << 20;

/// A field in a view.
struct Plane<'a> {
    field: &'a Field,
    step: u64,
    x: Along,
    y: Along,
    statistic: Statistic,
    is_bilinear: bool,
}

/// Some rows of pixels of a field, the lowest first, handed to `take` a few at a time.
///
/// # Errors
/// Data that cannot be read, a cancelled pass.
pub fn field_lines(
    table: &Table,
    plan: &FramePlan,
    threads: usize,
    lines: Range<u32>,
    progress: &Progress,
    take: &mut dyn FnMut(Values),
) -> Result<Accounting, EngineError> {
    let (Some(field), Draw::Field { step, sampling }) = (table.field(), plan.draw) else {
        return Err(EngineError::Data(DataError::Grid(
            "an image needs a field, and this is a table of rows".to_owned(),
        )));
    };
    let Reduce::Over(statistic) = plan.reduce else {
        return Err(EngineError::Data(DataError::Grid("a field has a mean, min or max for each pixel".to_owned())));
    };
    let [x, y] = field.edges();
    let [centers_x, centers_y] = field.coordinates().map(|coordinates| coordinates.centers.as_slice());
    let plane = Plane {
        field,
        step,
        x: Along::new(&plan.view.x, &plan.x, x, centers_x, sampling),
        y: Along::new(&plan.view.y, &plan.y, y, centers_y, sampling),
        statistic,
        is_bilinear: sampling == Sampling::Bilinear,
    };
    let width = plane.x.len().max(1);
    let threads = threads.clamp(1, 256);
    let most = (PIXELS / width).max(1);
    let lines = lines.start as usize..(lines.end as usize).min(plane.y.len());
    let each = lines.len().div_ceil(threads).clamp(1, most);
    let mut missing = 0;
    for first in lines.clone().step_by(each * threads) {
        let ends = |i: usize| (first + i * each).min(lines.end);
        let bands: Vec<Range<usize>> =
            (0..threads).map(|i| ends(i)..ends(i + 1)).filter(|band| !band.is_empty()).collect();
        for (values, part) in plane.bands(&bands, progress)? {
            missing += part;
            take(Values::Real(values));
        }
    }
    Ok(plane.accounting(missing))
}

/// What a thread has of its own.
struct Desk {
    /// Which rows of cells were read.
    held: Range<u32>,
    /// Their cells.
    cells: Vec<f64>,
    /// Sums of a row of pixels, or the extremes; and the sums of weights.
    sums: Vec<f64>,
    weights: Vec<f64>,
}

impl Desk {
    fn new(width: usize) -> Self {
        Self { held: 0..0, cells: Vec::new(), sums: vec![0.0; width], weights: vec![0.0; width] }
    }
}

impl Plane<'_> {
    /// Bands of rows of pixels, a thread for each.
    fn bands(&self, bands: &[Range<usize>], progress: &Progress) -> Result<Vec<(Vec<f64>, u64)>, EngineError> {
        if let [only] = bands {
            return Ok(vec![self.band(only.clone(), progress)?]);
        }
        thread::scope(|scope| {
            let started: Vec<_> = bands.iter().map(|band| scope.spawn(|| self.band(band.clone(), progress))).collect();
            let failed = || EngineError::Data(DataError::Grid("a thread that read cells failed".to_owned()));
            started.into_iter().map(|thread| thread.join().map_err(|_| failed())?).collect()
        })
    }

    /// Some rows of pixels.
    fn band(&self, lines: Range<usize>, progress: &Progress) -> Result<(Vec<f64>, u64), EngineError> {
        let width = self.x.len();
        let mut values = vec![f64::NAN; width * lines.len()];
        let mut missing = 0;
        let mut desk = Desk::new(width);
        if self.x.cells.is_empty() {
            return Ok((values, 0));
        }
        for (i, row) in lines.clone().enumerate() {
            let cells = self.y.of(row);
            if cells.is_empty() {
                continue;
            }
            let before = if row > 0 { self.y.of(row - 1) } else { 0..0 };
            if i > 0 && cells.len() == 1 && cells == before {
                let (done, out) = values.split_at_mut(i * width);
                out[..width].copy_from_slice(&done[(i - 1) * width..]);
                continue;
            }
            self.begin(&mut desk);
            let mut weights = self.y.weights_of(row).iter();
            for start in cells.clone().step_by(self.most() as usize) {
                let some = start..cells.end.min(start + self.most());
                if !(desk.held.contains(&some.start) && desk.held.end >= some.end) {
                    self.read(&mut desk, self.with_next(&some, row, lines.end), progress)?;
                }
                for (cell, weight) in some.zip(&mut weights) {
                    let line = &desk.cells[self.place(&desk, cell)];
                    self.add(line, *weight, (&mut desk.sums, &mut desk.weights));
                    // Each is accounted for where a row of pixels sees it first.
                    if !before.contains(&cell) {
                        missing += line.iter().filter(|value| value.is_nan()).count() as u64;
                    }
                }
            }
            let out = &mut values[i * width..(i + 1) * width];
            self.finish(&desk, out);
            if self.is_bilinear && cells.len() <= 2 {
                self.leave_holes(&desk, row, out);
            }
        }
        Ok((values, missing))
    }

    /// Cells of a row that is read: those that any pixel sees.
    fn across(&self) -> usize {
        self.x.cells.len()
    }

    /// Most rows of cells that are held at a time.
    fn most(&self) -> u32 {
        let rows = (CELLS / self.across().max(1) as u64).max(2).max(self.field.rows_together());
        u32::try_from(rows).unwrap_or(u32::MAX / 2)
    }

    /// Some rows of cells, and those that the next rows of pixels see, as many as may be held.
    fn with_next(&self, some: &Range<u32>, row: usize, end: usize) -> Range<u32> {
        let mut all = some.clone();
        for cells in (row + 1..end).map(|row| self.y.of(row)).filter(|cells| !cells.is_empty()) {
            let more = all.start.min(cells.start)..all.end.max(cells.end);
            if more.end - more.start > self.most() {
                break;
            }
            all = more;
        }
        all
    }

    /// Where a row of cells lies among those held.
    fn place(&self, desk: &Desk, cell: u32) -> Range<usize> {
        let start = (cell - desk.held.start) as usize * self.across();
        start..start + self.across()
    }

    fn read(&self, desk: &mut Desk, rows: Range<u32>, progress: &Progress) -> Result<(), EngineError> {
        if progress.is_cancelled() {
            return Err(DataError::Cancelled.into());
        }
        desk.cells.resize(rows.len() * self.across(), 0.0);
        let columns = self.x.cells.clone();
        let (x, y) = (u64::from(columns.start)..u64::from(columns.end), u64::from(rows.start)..u64::from(rows.end));
        desk.held = 0..0;
        self.field.read(self.step, x, y, &mut desk.cells)?;
        desk.held = rows;
        progress.add(desk.cells.len() as u64);
        Ok(())
    }

    fn begin(&self, desk: &mut Desk) {
        let start = match self.statistic {
            Statistic::Min | Statistic::Max => f64::NAN,
            _ => 0.0,
        };
        desk.sums.fill(start);
        desk.weights.fill(0.0);
    }

    /// Adds a row of cells to a row of pixels.
    fn add(&self, line: &[f64], weight: f64, (sums, weights): (&mut [f64], &mut [f64])) {
        let first = self.x.cells.start;
        let cells = |pixel: usize| {
            let cells = self.x.of(pixel);
            &line[cells.start.saturating_sub(first) as usize..cells.end.saturating_sub(first) as usize]
        };
        match self.statistic {
            Statistic::Min | Statistic::Max => {
                let is_max = self.statistic == Statistic::Max;
                for (pixel, extreme) in sums.iter_mut().enumerate() {
                    for value in cells(pixel) {
                        // NaN is neither less nor greater than anything.
                        let is_further = if is_max { *value > *extreme } else { *value < *extreme };
                        if is_further || extreme.is_nan() {
                            *extreme = *value;
                        }
                    }
                }
            }
            _ => {
                for (pixel, (sum, total)) in sums.iter_mut().zip(weights).enumerate() {
                    for (value, along) in cells(pixel).iter().zip(self.x.weights_of(pixel)) {
                        let weight = if value.is_nan() { 0.0 } else { along * weight };
                        let value = if value.is_nan() { 0.0 } else { *value };
                        *sum += value * weight;
                        *total += weight;
                    }
                }
            }
        }
    }

    fn finish(&self, desk: &Desk, out: &mut [f64]) {
        match self.statistic {
            Statistic::Min | Statistic::Max => out.copy_from_slice(&desk.sums),
            // 0 / 0 is NaN: nothing there.
            _ => out
                .iter_mut()
                .zip(desk.sums.iter().zip(&desk.weights))
                .for_each(|(out, (sum, weight))| *out = sum / weight),
        }
    }

    /// A pixel whose own cell is missing has no value, whatever its neighbors have: a hole has the shape of its cells.
    fn leave_holes(&self, desk: &Desk, row: usize, out: &mut [f64]) {
        let nearest = |cells: Range<u32>, weights: &[f64]| {
            let best = weights.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(i, _)| i);
            cells.start + u32::try_from(best).unwrap_or(0)
        };
        let line = &desk.cells[self.place(desk, nearest(self.y.of(row), self.y.weights_of(row)))];
        for (pixel, out) in out.iter_mut().enumerate() {
            let cells = self.x.of(pixel);
            if !cells.is_empty() {
                let own = nearest(cells, self.x.weights_of(pixel)) - self.x.cells.start;
                *out = if line[own as usize].is_nan() { f64::NAN } else { *out };
            }
        }
    }

    /// Where every cell went: those without a value are not finite, those that no pixel sees are outside.
    fn accounting(&self, missing: u64) -> Accounting {
        let cells = self.field.cells();
        let in_view = (self.x.in_view * self.y.in_view).min(cells);
        let not_finite = missing.min(in_view);
        let rest = Rest { outside: cells - in_view, not_finite, filtered: 0 };
        Accounting::new(in_view - not_finite, rest)
    }
}
