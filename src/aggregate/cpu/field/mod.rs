//! Fields on pixels: for each pixel the mean (least, greatest) value of the cells over its area, or the value at its middle
//! where cells are larger than pixels.
//!
//! A pixel is worked out by one thread, from its cells in the order of the file along x within rows, so that the result is
//! the same for any number of threads. Values are sums in f64 of value · weight over sums of weights, missing cells and those
//! with special values having neither; a pixel whose cells are equal has their value, bit for bit. Where more than half of
//! what it sees is special, it has that special value.

mod along;
mod mesh;
mod pixel;
mod window;

use std::ops::Range;
use std::thread;

use crate::aggregate::{Accounting, EngineError, MISSING, Rest, Values, is_missing};
use crate::data::grid::Field;
use crate::data::parallel::Progress;
use crate::data::{DataError, Table};
use crate::plan::{Draw, FramePlan, Reduce};
use crate::scene::mark::Sampling;
use crate::scene::reduction::Statistic;
use crate::scene::style::SpecialValues;

use along::{Along, Strip};
use pixel::{Pixel, Share, marked, shown, special_of};
pub use window::field_cells;

/// Cells that a thread reads at a time: few enough for its own cache, as they are looked at several times.
const CELLS: u64 = 1 << 15;
/// Most cells that it reads at a time where a file keeps them in larger chunks.
const CHUNKS: u64 = 1 << 22;
/// Most cells of a row that it reads, unless a single pixel sees more.
const ACROSS: u32 = 1 << 20;
/// Most pixels that a thread works out before they are handed on.
const PIXELS: usize = 1 << 20;

/// A field in a view.
struct Plane<'a> {
    field: &'a Field,
    step: u64,
    x: Along,
    y: Along,
    /// Pixels along x that are worked out together.
    strips: Vec<Strip>,
    statistic: Statistic,
    is_bilinear: bool,
    special: SpecialValues,
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
    if let Some(mesh) = field.mesh() {
        let shown = mesh::Shown { field, mesh, step, sampling, statistic, threads, special: plan.special };
        return mesh::mesh_lines(&shown, plan, lines, progress, take);
    }
    let [x, y] = field.edges();
    let [centers_x, centers_y] = field.coordinates().map(|coordinates| coordinates.centers.as_slice());
    let along_x = Along::new(&plan.view.x, &plan.x, x, centers_x, sampling);
    let plane = Plane {
        field,
        step,
        strips: along_x.strips(ACROSS),
        x: along_x,
        y: Along::new(&plan.view.y, &plan.y, y, centers_y, sampling),
        statistic,
        is_bilinear: sampling == Sampling::Bilinear,
        special: plan.special,
    };
    let width = plane.x.len().max(1);
    let threads = threads.clamp(1, 256);
    let most = (PIXELS / width).max(1);
    let lines = lines.start as usize..(lines.end as usize).min(plane.y.len());
    let each = lines.len().div_ceil(threads).clamp(1, most);
    let mut missing = 0;
    for first in lines.clone().step_by(each * threads) {
        let some = first..(first + each * threads).min(lines.end);
        let mut values = vec![f64::NAN; width * some.len()];
        missing += plane.bands(some, each, &mut values, progress)?;
        take(Values::Real(values));
    }
    Ok(plane.accounting(lines, missing))
}

/// What a thread has of its own.
struct Desk<'a> {
    /// The pixels that it is at.
    strip: &'a Strip,
    /// Which rows of cells were read.
    held: Range<u32>,
    /// Their cells.
    cells: Vec<f64>,
    /// A row of pixels.
    row: Vec<Pixel>,
    /// What of them is special, if anything may be.
    shares: Vec<Share>,
    /// Whether the cells that pixels lie in have a value.
    has_own: Vec<bool>,
}

impl<'a> Desk<'a> {
    fn new(strip: &'a Strip) -> Self {
        let width = strip.pixels.len();
        let (row, has_own) = (vec![Pixel::new(0.0); width], vec![true; width]);
        Self { strip, held: 0..0, cells: Vec::new(), row, shares: Vec::new(), has_own }
    }

    /// How many cells of a row that pixels of earlier strips do not see are missing.
    fn missing(&self, row: u32) -> u64 {
        let start = (row - self.held.start) as usize * self.strip.cells.len();
        let first = self.strip.cells.start;
        let place = |cells: &Range<u32>| start + (cells.start - first) as usize..start + (cells.end - first) as usize;
        let missing =
            |cells: &Range<u32>| self.cells[place(cells)].iter().filter(|value| is_missing(**value)).count() as u64;
        self.strip.first_seen.iter().map(missing).sum()
    }
}

impl Plane<'_> {
    /// Some rows of pixels, a thread for `each` of them; gives how many of the cells that they see first are missing.
    fn bands(
        &self,
        lines: Range<usize>,
        each: usize,
        values: &mut [f64],
        progress: &Progress,
    ) -> Result<u64, EngineError> {
        let band = |first: usize, values: &mut [f64]| {
            let lines = first..(first + each).min(lines.end);
            self.strips.iter().map(|strip| self.strip(strip, lines.clone(), values, progress)).sum()
        };
        if lines.len() <= each {
            return band(lines.start, values);
        }
        thread::scope(|scope| {
            let parts = lines.clone().step_by(each).zip(values.chunks_mut(each * self.x.len().max(1)));
            let started: Vec<_> = parts.map(|(first, values)| scope.spawn(move || band(first, values))).collect();
            let failed = || EngineError::Data(DataError::Grid("a thread that read cells failed".to_owned()));
            started.into_iter().map(|thread| thread.join().map_err(|_| failed())?).sum()
        })
    }

    /// Some pixels of some rows; gives how many of the cells that they see first are missing.
    fn strip(
        &self,
        strip: &Strip,
        lines: Range<usize>,
        values: &mut [f64],
        progress: &Progress,
    ) -> Result<u64, EngineError> {
        let (width, columns) = (self.x.len(), strip.pixels.clone());
        let mut missing = 0;
        let mut desk = Desk::new(strip);
        for (i, row) in lines.clone().enumerate() {
            let cells = self.y.of(row);
            if cells.is_empty() {
                continue;
            }
            let out = i * width + columns.start..i * width + columns.end;
            let before = self.before(row);
            if i > 0 && cells.len() == 1 && cells == before {
                values.copy_within(out.start - width..out.end - width, out.start);
                continue;
            }
            let is_copied = strip.is_single && cells.len() == 1 && !self.is_bilinear;
            if !is_copied {
                self.begin(&mut desk);
            }
            let mut weights = self.y.weights_of(row).iter();
            for start in cells.clone().step_by(self.most(strip) as usize) {
                let some = start..cells.end.min(start + self.most(strip));
                if !(desk.held.contains(&some.start) && desk.held.end >= some.end) {
                    self.read(&mut desk, self.with_next(&some, strip, row, lines.end), progress)?;
                }
                for (cell, weight) in some.zip(&mut weights) {
                    if is_copied {
                        self.copy(&desk, cell, &mut values[out.clone()]);
                    } else {
                        self.add(&mut desk, cell, *weight, self.y.own(row).is_none_or(|own| own == cell));
                    }
                    // Each is accounted for where a row of pixels sees it first.
                    if !before.contains(&cell) {
                        missing += desk.missing(cell);
                    }
                }
            }
            if !is_copied {
                self.finish(&desk, &mut values[out]);
            }
        }
        Ok(missing)
    }

    /// The cells that the row of pixels before one sees.
    fn before(&self, row: usize) -> Range<u32> {
        row.checked_sub(1).map_or(0..0, |before| self.y.of(before))
    }

    /// Most rows of cells that are held at a time.
    fn most(&self, strip: &Strip) -> u32 {
        let across = (strip.cells.len() as u64).max(1);
        // Chunks are read as a whole where that does not take much memory.
        let together = self.field.rows_together().min(CHUNKS / across);
        let rows = (CELLS / across).max(2).max(together);
        u32::try_from(rows).unwrap_or(u32::MAX / 2)
    }

    /// Some rows of cells, and those that the next rows of pixels see, as many as may be held.
    fn with_next(&self, some: &Range<u32>, strip: &Strip, row: usize, end: usize) -> Range<u32> {
        let mut all = some.clone();
        for cells in (row + 1..end).map(|row| self.y.of(row)).filter(|cells| !cells.is_empty()) {
            let more = all.start.min(cells.start)..all.end.max(cells.end);
            if more.end - more.start > self.most(strip) {
                break;
            }
            all = more;
        }
        all
    }

    fn read(&self, desk: &mut Desk<'_>, rows: Range<u32>, progress: &Progress) -> Result<(), EngineError> {
        if progress.is_cancelled() {
            return Err(DataError::Cancelled.into());
        }
        let columns = desk.strip.cells.clone();
        desk.cells.resize(rows.len() * columns.len(), 0.0);
        let (x, y) = (u64::from(columns.start)..u64::from(columns.end), u64::from(rows.start)..u64::from(rows.end));
        desk.held = 0..0;
        self.field.read(self.step, x, y, &mut desk.cells)?;
        for value in &mut desk.cells {
            *value = marked(*value, self.special.values());
        }
        desk.held = rows;
        progress.add(desk.cells.len() as u64);
        Ok(())
    }

    fn begin(&self, desk: &mut Desk<'_>) {
        desk.row.fill(Pixel::new(0.0));
        desk.shares.clear();
        if !self.special.values().is_empty() {
            desk.shares.resize(desk.row.len(), Share::default());
        }
        desk.has_own.fill(!self.is_bilinear);
    }

    /// The values of a row of cells, of which no pixel sees more than one: what a mean or an extreme would be.
    fn copy(&self, desk: &Desk<'_>, cell: u32, out: &mut [f64]) {
        let Strip { pixels, cells, is_run, .. } = desk.strip;
        let start = (cell - desk.held.start) as usize * cells.len();
        let line = &desk.cells[start..start + cells.len()];
        if *is_run {
            out.copy_from_slice(line);
        } else {
            for (out, pixel) in out.iter_mut().zip(pixels.clone()) {
                *out = self.x.of(pixel).next().map_or(f64::NAN, |cell| line[(cell - cells.start) as usize]);
            }
        }
        if !self.special.values().is_empty() {
            for out in out {
                *out = special_of(*out, &self.special).map_or(*out, |value| shown(value, &self.special));
            }
        }
    }

    /// Adds a row of cells to a row of pixels. `is_own` says whether pixels of this row lie in it, not only between its
    /// centers and others.
    fn add(&self, desk: &mut Desk<'_>, cell: u32, weight: f64, is_own: bool) {
        let Desk { strip, held, cells, row, shares, has_own } = desk;
        let start = (cell - held.start) as usize * strip.cells.len();
        let line = &cells[start..start + strip.cells.len()];
        let first = strip.cells.start;
        let pixels = strip.pixels.clone();
        let cells = |pixel: usize| {
            let cells = self.x.of(pixel);
            &line[cells.start.saturating_sub(first) as usize..cells.end.saturating_sub(first) as usize]
        };
        let is_extreme = matches!(self.statistic, Statistic::Min | Statistic::Max) && shares.is_empty();
        for (i, pixel) in pixels.clone().enumerate() {
            // Worked on apart from the others, so that nothing need be written between two cells.
            let mut found = row[i];
            if is_extreme {
                cells(pixel).iter().for_each(|value| found.widen(*value));
            } else {
                let weights = self.x.weights_of(pixel);
                cells(pixel).iter().zip(weights).for_each(|(value, along)| found.add(*value, along * weight));
            }
            row[i] = found;
        }
        for (pixel, share) in pixels.clone().zip(shares) {
            for (value, along) in cells(pixel).iter().zip(self.x.weights_of(pixel)) {
                share.add(*value, along * weight, &self.special);
            }
        }
        if self.is_bilinear && is_own {
            for (pixel, has_own) in pixels.zip(has_own) {
                let is_there = |cell: u32| !is_missing(line[(cell - first) as usize]);
                *has_own |= match self.x.own(pixel) {
                    Some(own) => is_there(own),
                    None => self.x.of(pixel).any(is_there),
                };
            }
        }
    }

    fn finish(&self, desk: &Desk<'_>, out: &mut [f64]) {
        for (out, pixel) in out.iter_mut().zip(&desk.row) {
            // 0 / 0 is NaN: nothing there.
            *out = match self.statistic {
                Statistic::Min | Statistic::Max => pixel.extreme(self.statistic == Statistic::Max),
                _ => pixel.mean(),
            };
        }
        for (out, (pixel, share)) in out.iter_mut().zip(desk.row.iter().zip(&desk.shares)) {
            *out = share.value(pixel.weight, &self.special).unwrap_or(*out);
        }
        // A pixel whose own cell is missing has no value, whatever its neighbors have: a hole has the shape of its cells.
        for ((out, has_own), pixel) in out.iter_mut().zip(&desk.has_own).zip(desk.strip.pixels.clone()) {
            if !has_own || out.is_nan() {
                *out = if self.x.of(pixel).is_empty() { f64::NAN } else { MISSING };
            }
        }
    }

    /// Where every cell went: those without a value are not finite, those that no pixel sees are outside.
    fn accounting(&self, lines: Range<usize>, missing: u64) -> Accounting {
        let cells = self.field.cells();
        let seen = |row| self.y.of(row).filter(|cell| !self.before(row).contains(cell)).count() as u64;
        let in_view = self.x.seen() * lines.map(seen).sum::<u64>();
        let rest = Rest { outside: cells - in_view, not_finite: missing, filtered: 0 };
        Accounting::new(in_view - missing, rest)
    }
}
