//! The CPU engine: all cores, a private grid for each, no driver; also what the GPU engine is checked against.

mod grid;
mod locate;
mod pages;
mod prefetch;
mod progressive;
mod totals;

use std::ops::Range;

use crate::data::DataError;
use crate::data::blocks::Block;
use crate::data::column::{Column, LaneKind};
use crate::data::decode::{BATCH, Kernel, LaneBuffer, vectorized};
use crate::data::expression::Scratch;
use crate::data::parallel::{Progress, Reading, read_blocks};
use crate::data::table::{Part, Table};
use crate::plan::{FramePlan, Reduce, VALUE, X, Y};

use super::cells::Cells;
use super::{Accounting, Aggregate, EngineError, Rest, Values};
use grid::{Frame, Grid};
use locate::Locator;
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
    let pass = Pass::new(table, plan, options, lines)?;
    let make = || Worker::new(&pass);
    let mut workers =
        read_blocks(table, pass.reading, progress, make, |worker, part, block| pass.add(worker, part, block))?;
    workers.iter_mut().for_each(|worker| worker.grid.settle());
    Ok(merge(&workers, &pass, take))
}

/// Bytes of one worker's grid for so many rows of the plan's pixels.
pub fn grid_bytes(plan: &FramePlan, lines: u32) -> u64 {
    Frame::new(plan, lines).grid_bytes(plan.reduce)
}

/// Rows of pixels that are merged at a time: few enough for the caches, and no second grid is ever whole in memory.
const LINES: usize = 16;

/// Adds up all private grids.
fn merge(workers: &[Worker], pass: &Pass<'_>, take: &mut dyn FnMut(Values)) -> Accounting {
    let height = pass.lines.len();
    let mut in_view = 0;
    for first in (0..height).step_by(LINES) {
        let mut cells = Cells::default();
        for worker in workers {
            worker.grid.add_to(first..(first + LINES).min(height), &mut cells);
        }
        in_view += cells.counts.iter().sum::<u64>();
        take(cells.values(pass.plan, pass.kinds[VALUE]));
    }
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
            reading: Reading { threads: threads_that_fit(&frame, plan, options.reading.threads)?, ..options.reading },
            spill_rows: options.spill_rows,
            arch: pulp::Arch::new(),
        })
    }

    fn add(&self, worker: &mut Worker, part: &Part, block: &Block) {
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
        }
    }

    #[inline(always)]
    fn add(&mut self, pass: &Pass<'_>, part: &Part, rows: &Range<u64>) {
        let n = usize::try_from(rows.end - rows.start).unwrap_or(BATCH).min(BATCH);
        let [x, y, value] = &mut self.buffers;
        let (columns, lines) = (&mut self.columns[..n], &mut self.rows[..n]);
        locate(x, part.columns().get(X), &pass.x, rows, columns);
        locate(y, part.columns().get(Y), &pass.y, rows, lines);
        if pass.lines != (0..pass.plan.view.y.pixels) {
            locate::keep_band(&pass.lines, lines);
        }
        if let Some(filter) = part.filter() {
            locate::leave_out(filter.keep(&mut self.scratch, rows, &mut *self.keep), lines);
        }
        let index = pass.frame.index(columns, lines);
        let value = match (value, part.columns().get(VALUE)) {
            (Some(buffer), Some(column)) => Some((buffer.decode(column, rows), column.kind())),
            _ => None,
        };
        self.grid.add(index, value);
    }
}

/// Finds the pixels of a batch along one axis.
#[inline(always)]
fn locate(
    buffer: &mut Option<LaneBuffer>,
    column: Option<&Column>,
    locator: &Locator,
    rows: &Range<u64>,
    found: &mut [u32],
) {
    if let (Some(buffer), Some(column)) = (buffer, column) {
        locator.locate(buffer.decode(column, rows), found);
    }
}
