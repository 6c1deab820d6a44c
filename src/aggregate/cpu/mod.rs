//! The CPU engine: all cores, a private grid for each, no driver; also what the GPU engine is checked against.

mod field;
mod grid;
mod hexagons;
mod lines;
mod locate;
mod markers;
mod pages;
mod planes;
mod prefetch;
mod progressive;
mod totals;

use std::ops::Range;

use crate::data::DataError;
use crate::data::blocks::Block;
use crate::data::categories::Coding;
use crate::data::column::{Column, LaneKind};
use crate::data::decode::{BATCH, Kernel, LaneBuffer, vectorized};
use crate::data::expression::Scratch;
use crate::data::parallel::{Progress, Reading, read_blocks};
use crate::data::table::{Part, Table};
use crate::plan::{Draw, FramePlan, Reduce, VALUE, X, Y};
use crate::scene::edge::EdgeRule;
use crate::scene::lattice::LatticeAxis;

use super::cells::Cells;
use super::{Accounting, Aggregate, ByCategory, EngineError, Rest, Values};
pub use field::field_cells;
use field::field_lines;
use grid::{Frame, Grid};
use hexagons::Hexagons;
use lines::Pen;
use locate::Locator;
use markers::Stamp;
pub use progressive::Progressive;

/// Most bytes that all private grids may take together.
const GRID_BYTES: u64 = 4 << 30;

/// How the engine works; the default is right but for tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CpuOptions {
    /// Threads and blocks.
    pub reading: Reading,
    /// Rows after which a private grid's 32-bit counters are emptied into 64-bit ones.
    pub spill_rows: u32,
}

impl Default for CpuOptions {
    fn default() -> Self {
        Self { reading: Reading::default(), spill_rows: u32::MAX }
    }
}

/// Reduces all rows of `table` (columns x, y and, where the plan's reduction has one, a value) onto the plan's pixel grid.
///
/// The result is the same for any number of threads, any block size and any order of the blocks.
///
/// # Errors
/// Data that cannot be read, a cancelled pass, a picture too large for memory.
pub fn aggregate(
    table: &Table,
    plan: &FramePlan,
    options: CpuOptions,
    progress: &Progress,
) -> Result<Aggregate, EngineError> {
    let (width, height) = (plan.view.x.pixels, plan.view.y.pixels);
    let mut values = match plan.reduce {
        Reduce::Count => Values::Count(Vec::with_capacity(plan.view.cells())),
        reduce @ Reduce::CountBy { .. } => {
            let planes = reduce.planes();
            Values::Categories(ByCategory { planes, counts: Vec::with_capacity(plan.view.cells() * planes) })
        }
        _ => Values::Real(Vec::with_capacity(plan.view.cells())),
    };
    let accounting = aggregate_lines(table, plan, options, 0..height, progress, &mut |lines| values.append(lines))?;
    Ok(Aggregate { width, height, values, accounting })
}

/// As [`aggregate`], but only some rows of the plan's pixels, row 0 the lowest: the same numbers as the whole grid has there,
/// handed to `take` a few rows at a time, lowest first. Rows of the table that lie in other pixels are accounted for as
/// outside.
///
/// # Errors
/// As [`aggregate`].
pub fn aggregate_lines(
    table: &Table,
    plan: &FramePlan,
    options: CpuOptions,
    lines: Range<u32>,
    progress: &Progress,
    take: &mut dyn FnMut(Values),
) -> Result<Accounting, EngineError> {
    if let Draw::Field { .. } = plan.draw {
        return field_lines(table, plan, options.reading.threads, lines, progress, take);
    }
    let pass = Pass::new(table, plan, options, lines)?;
    let make = || Worker::new(&pass);
    let mut workers =
        read_blocks(table, pass.reading, progress, make, |worker, part, block| pass.add(worker, part, block))?;
    workers.iter_mut().for_each(|worker| worker.grid.settle());
    Ok(merge(&workers, &pass, take))
}

/// Bytes of one worker's grid for so many rows of the plan's pixels.
pub fn grid_bytes(plan: &FramePlan, lines: u32) -> u64 {
    if let Draw::Field { .. } = plan.draw {
        // No private grids, only what a thread hands on.
        return u64::from(plan.view.x.pixels) * u64::from(lines) * 8;
    }
    Frame::new(plan, lines).grid_bytes(plan.reduce)
}

/// Rows of pixels that are merged at a time: few enough for the caches, and no second grid is ever whole in memory.
const LINES: usize = 16;

/// Adds up all private grids.
fn merge(workers: &[Worker], pass: &Pass<'_>, take: &mut dyn FnMut(Values)) -> Accounting {
    if let Some(hexagons) = &pass.hexagons {
        let mut cells = Cells::default();
        for worker in workers {
            worker.grid.add_to(0..pass.frame.lines(), &mut cells);
            cells.rest = cells.rest + worker.grid.rest();
        }
        return hexagons.show(&cells, pass.plan, pass.kinds[VALUE], &pass.lines, take);
    }
    let (height, width) = (pass.lines.len(), pass.plan.view.x.pixels as usize);
    let (mut in_view, mut below) = (0_u64, Vec::new());
    for first in (0..height).step_by(LINES) {
        let mut cells = Cells::default();
        for worker in workers {
            worker.grid.add_to(first..(first + LINES).min(height), &mut cells);
        }
        in_view += cells.counts.iter().sum::<u64>();
        let cells = if cells.runs.is_empty() { cells } else { cells.with_runs(width, &mut below) };
        take(cells.values(pass.plan, pass.kinds[VALUE]));
    }
    let in_view = in_view - workers.iter().map(|worker| worker.grid.passing()).sum::<u64>();
    let rest = workers.iter().map(|worker| worker.grid.rest()).fold(Rest::default(), |sum, rest| sum + rest);
    Accounting::new(in_view, rest)
}

/// As many threads as have room for a private grid each.
fn threads_that_fit(frame: &Frame, plan: &FramePlan, wanted: usize) -> Result<usize, EngineError> {
    let each = frame.grid_bytes(plan.reduce).max(1);
    let fit = usize::try_from(GRID_BYTES / each).unwrap_or(usize::MAX);
    if fit == 0 {
        let (width, height) = (plan.view.x.pixels, plan.view.y.pixels);
        return Err(EngineError::TooLarge { width, height, needed: each >> 20, limit: GRID_BYTES >> 20 });
    }
    Ok(wanted.min(fit))
}

/// What the workers of one pass share.
struct Pass<'a> {
    plan: &'a FramePlan,
    frame: Frame,
    /// The rows of pixels that are counted.
    lines: Range<u32>,
    x: Locator,
    y: Locator,
    kinds: [Option<LaneKind>; 3],
    /// Kind of the column that names the series of lines.
    series: Option<LaneKind>,
    /// From values to categories, where these are counted.
    coding: Option<Coding>,
    /// Where the hexagons are, where hexagons are drawn.
    hexagons: Option<Hexagons>,
    reading: Reading,
    spill_rows: u32,
    arch: pulp::Arch,
}

impl<'a> Pass<'a> {
    fn new(table: &Table, plan: &'a FramePlan, options: CpuOptions, lines: Range<u32>) -> Result<Self, EngineError> {
        let value = plan.reduce.has_value().then(|| table.kind(VALUE)).flatten();
        let (Some(x), Some(y)) = (table.kind(X), table.kind(Y)) else {
            return Err(EngineError::Data(DataError::Empty));
        };
        let coding = match plan.reduce {
            Reduce::CountBy { named, .. } => {
                let found = table.categories().ok_or(DataError::NoCategories)?;
                Some(found.coding(usize::from(named)))
            }
            _ => None,
        };
        let height = plan.view.y.pixels;
        let lines = lines.start.min(height)..lines.end.min(height);
        let frame = Frame::new(plan, lines.end.saturating_sub(lines.start));
        Ok(Self {
            plan,
            frame,
            lines,
            x: Locator::new(&plan.x, x),
            y: Locator::new(&plan.y, y),
            kinds: [Some(x), Some(y), value],
            series: if plan.draw == (Draw::Lines { by_series: true }) { table.kind(VALUE) } else { None },
            coding,
            hexagons: Hexagons::of(plan),
            reading: Reading { threads: threads_that_fit(&frame, plan, options.reading.threads)?, ..options.reading },
            spill_rows: options.spill_rows,
            arch: pulp::Arch::new(),
        })
    }

    fn add(&self, worker: &mut Worker, part: &Part, block: &Block) {
        if let Some(pen) = &mut worker.pen {
            pen.lift();
            if let Some(before) = block.rows.start.checked_sub(1) {
                worker.begin(self, part, &(before..before + 1));
            }
        }
        for rows in block.batches() {
            vectorized(self.arch, AddBatch { worker, pass: self, part, rows: &rows });
        }
    }
}

/// What one worker has of its own.
struct Worker {
    grid: Grid,
    buffers: [Option<LaneBuffer>; 3],
    columns: Box<[u32; BATCH]>,
    rows: Box<[u32; BATCH]>,
    keep: Box<[bool; BATCH]>,
    scratch: Scratch,
    /// Positions of a batch along x and y, where they are needed.
    places: Option<Box<[[f64; BATCH]; 2]>>,
    /// What draws lines, where lines are drawn.
    pen: Option<Box<Pen>>,
    /// What stamps markers, where markers are drawn.
    stamp: Option<Stamp>,
}

/// One batch of rows for one worker.
struct AddBatch<'a> {
    worker: &'a mut Worker,
    pass: &'a Pass<'a>,
    part: &'a Part,
    rows: &'a Range<u64>,
}

impl Kernel for AddBatch<'_> {
    #[inline(always)]
    fn run(self) {
        self.worker.add(self.pass, self.part, self.rows);
    }
}

impl Worker {
    fn new(pass: &Pass<'_>) -> Self {
        Self {
            grid: Grid::new(pass.frame, pass.plan.reduce, pass.kinds[VALUE], pass.spill_rows),
            buffers: pass.kinds.map(|kind| kind.map(LaneBuffer::new)),
            columns: Box::new([0; BATCH]),
            rows: Box::new([0; BATCH]),
            keep: Box::new([false; BATCH]),
            scratch: Scratch::default(),
            places: (pass.plan.draw != Draw::Points).then(|| Box::new([[0.0; BATCH]; 2])),
            pen: match pass.plan.draw {
                Draw::Lines { .. } => Some(Box::new(Pen::new(pass.plan, &pass.lines, pass.series))),
                _ => None,
            },
            stamp: match pass.plan.draw {
                Draw::Markers { shape, size } => Some(Stamp::new(pass.plan, (shape, size), &pass.lines)),
                _ => None,
            },
        }
    }

    /// Takes the row before a block for the one that its first line comes from.
    fn begin(&mut self, pass: &Pass<'_>, part: &Part, row: &Range<u64>) {
        self.find(pass, part, row);
        if let (Some(pen), Some(places)) = (&mut self.pen, &self.places) {
            pen.begin(self.columns[0], self.rows[0], places.map(|at| at[0]));
        }
    }

    #[inline(always)]
    fn add(&mut self, pass: &Pass<'_>, part: &Part, rows: &Range<u64>) {
        let n = self.find(pass, part, rows);
        let (columns, lines) = (&mut self.columns[..n], &mut self.rows[..n]);
        if let Some(places) = &self.places {
            let places = places.each_ref().map(|at| &at[..n]);
            if let Some(pen) = &mut self.pen {
                pen.draw(columns, lines, places, &mut self.grid);
            }
            if let Some(stamp) = &self.stamp {
                stamp.stamp(columns, lines, places, &mut self.grid);
            }
            if let Some(hexagons) = &pass.hexagons {
                hexagons.settle(columns, lines, places);
            }
        }
        let index = pass.frame.index(columns, lines);
        let value = match (&mut self.buffers[VALUE], part.columns().get(VALUE)) {
            (Some(buffer), Some(column)) => Some((buffer.decode(column, rows), column.kind())),
            _ => None,
        };
        match &pass.coding {
            Some(coding) => self.grid.add_coded(index, value, coding),
            None => self.grid.add(index, value),
        }
    }

    /// Finds the pixels of a batch, and where marks need them the positions. Gives the number of rows.
    #[inline(always)]
    fn find(&mut self, pass: &Pass<'_>, part: &Part, rows: &Range<u64>) -> usize {
        let n = usize::try_from(rows.end - rows.start).unwrap_or(BATCH).min(BATCH);
        let [x, y, _] = &mut self.buffers;
        let (columns, lines) = (&mut self.columns[..n], &mut self.rows[..n]);
        let (at_x, at_y) = match self.places.as_deref_mut() {
            Some([x, y]) => (Some(&mut x[..n]), Some(&mut y[..n])),
            None => (None, None),
        };
        let [along_x, along_y] = pass.hexagons.as_ref().map_or([None; 2], |hexagons| hexagons.axes().map(Some));
        locate(x, part.columns().get(X), (&pass.x, &pass.plan.x, along_x), rows, (columns, at_x));
        locate(y, part.columns().get(Y), (&pass.y, &pass.plan.y, along_y), rows, (lines, at_y));
        if pass.lines != (0..pass.plan.view.y.pixels) {
            locate::keep_band(&pass.lines, lines);
        }
        if let Some(filter) = part.filter() {
            locate::leave_out(filter.keep(&mut self.scratch, rows, &mut *self.keep), lines);
        }
        if let Some(pen) = &mut self.pen {
            pen.read_series(part, rows);
        }
        n
    }
}

/// Finds the pixels of a batch along one axis, and where asked for the positions, of a lattice if there is one.
#[inline(always)]
fn locate(
    buffer: &mut Option<LaneBuffer>,
    column: Option<&Column>,
    (locator, rule, lattice): (&Locator, &EdgeRule, Option<&LatticeAxis>),
    rows: &Range<u64>,
    (found, positions): (&mut [u32], Option<&mut [f64]>),
) {
    if let (Some(buffer), Some(column)) = (buffer, column) {
        let lane = buffer.decode(column, rows);
        locator.locate(lane, found);
        if let Some(positions) = positions {
            match lattice {
                Some(axis) => hexagons::positions(axis, column.kind(), lane, positions),
                None => locate::positions(locator, rule, column.kind(), lane, positions),
            }
        }
    }
}
