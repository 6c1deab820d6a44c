//! The CPU engine: all cores, a private grid for each, no driver; also what the GPU engine is checked against.

mod carries;
mod field;
mod finder;
mod grid;
mod hexagons;
mod lines;
mod locate;
mod markers;
mod merge;
mod pages;
mod planes;
mod progressive;
mod totals;

use std::ops::Range;
use std::thread;

use crate::data::DataError;
use crate::data::blocks::Block;
use crate::data::categories::Coding;
use crate::data::column::{Column, LaneKind};
use crate::data::decode::{BATCH, Kernel, Lane, LaneBuffer, vectorized};
use crate::data::expression::Scratch;
use crate::data::parallel::{Progress, Reading, read_blocks};
use crate::data::table::{Part, Table};
use crate::plan::{Draw, FramePlan, Reduce, VALUE, X, Y};

use super::{Accounting, Aggregate, EngineError, Values};
pub use field::field_cells;
use field::field_lines;
use finder::Finder;
use grid::{Frame, Grid};
use hexagons::Hexagons;
use lines::Pen;
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
    if let Draw::Field { .. } = plan.draw {
        let (width, height) = (plan.view.x.pixels, plan.view.y.pixels);
        let mut values = Values::Real(Vec::new());
        let accounting = aggregate_lines(table, plan, options, 0..height, progress, &mut |lines| values.append(lines))?;
        return Ok(Aggregate { width, height, values, accounting });
    }
    let mut made = aggregate_together(table, &[plan], options, progress)?;
    made.pop().ok_or(EngineError::Data(DataError::Empty))
}

/// As [`aggregate`], for several plans in one pass, which differ in their reductions alone
/// ([`FramePlan::shares_pass_with`]): the same numbers as by themselves, in the plans' order.
///
/// # Errors
/// As [`aggregate`].
pub fn aggregate_together(
    table: &Table,
    plans: &[&FramePlan],
    options: CpuOptions,
    progress: &Progress,
) -> Result<Vec<Aggregate>, EngineError> {
    let height = plans.first().map_or(0, |plan| plan.view.y.pixels);
    let pass = Pass::new(table, plans, options, 0..height)?;
    let workers = read_all(table, &pass, progress)?;
    Ok((0..plans.len()).map(|number| merge::whole(&workers, &pass, number)).collect())
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
    // Where y runs downwards, those that are as far from the other end.
    let height = plan.view.y.pixels;
    let lines = match plan.mirrored() {
        [_, true] => height.saturating_sub(lines.end)..height.saturating_sub(lines.start),
        [_, false] => lines,
    };
    let pass = Pass::new(table, &[plan], options, lines)?;
    let workers = read_all(table, &pass, progress)?;
    Ok(merge::lines(&workers, &pass, 0, take))
}

/// Has workers count all rows.
fn read_all(table: &Table, pass: &Pass<'_>, progress: &Progress) -> Result<Vec<Worker>, EngineError> {
    let make = || Worker::new(pass);
    let mut workers =
        read_blocks(table, pass.reading, progress, make, |worker, part, block| pass.add(worker, part, block))?;
    settle(&mut workers);
    Ok(workers)
}

/// Readies all grids for merging, each worker's on a thread of its own.
fn settle(workers: &mut [Worker]) {
    let all = |worker: &mut Worker| worker.grids.iter_mut().for_each(Grid::settle);
    let Some((own, others)) = workers.split_first_mut() else { return };
    thread::scope(|scope| {
        others.iter_mut().for_each(|worker| drop(scope.spawn(move || all(worker))));
        all(own);
    });
}

/// Bytes of one worker's grid for so many rows of the plan's pixels.
pub fn grid_bytes(plan: &FramePlan, lines: u32) -> u64 {
    if let Draw::Field { .. } = plan.draw {
        // No private grids, only what a thread hands on.
        return u64::from(plan.view.x.pixels) * u64::from(lines) * 8;
    }
    Frame::new(plan, lines).grid_bytes(plan.reduce)
}

/// As many threads as have room for private grids of their own.
fn threads_that_fit(frame: &Frame, plans: &[&FramePlan], wanted: usize) -> Result<usize, EngineError> {
    let each = plans.iter().map(|plan| frame.grid_bytes(plan.reduce)).sum::<u64>().max(1);
    let fit = usize::try_from(GRID_BYTES / each).unwrap_or(usize::MAX);
    if let (0, Some(plan)) = (fit, plans.first()) {
        let (width, height) = (plan.view.x.pixels, plan.view.y.pixels);
        return Err(EngineError::TooLarge { width, height, needed: each >> 20, limit: GRID_BYTES >> 20 });
    }
    Ok(wanted.min(fit))
}

/// Whether the private grids of several plans have room beside each other, with all of so many threads.
pub fn fit_together(plans: &[&FramePlan], threads: usize) -> bool {
    let each: u64 = plans.iter().map(|plan| grid_bytes(plan, plan.view.y.pixels)).sum();
    each.saturating_mul(threads as u64) <= GRID_BYTES
}

/// One of the reductions of a pass.
struct Counting<'a> {
    plan: &'a FramePlan,
    /// Kind of its values, if it has any.
    value: Option<LaneKind>,
    /// From values to categories, where these are counted.
    coding: Option<Coding>,
}

impl<'a> Counting<'a> {
    fn new(table: &Table, plan: &'a FramePlan) -> Result<Self, EngineError> {
        let coding = match plan.reduce {
            Reduce::CountBy { named, .. } => {
                let found = table.categories().ok_or(DataError::NoCategories)?;
                Some(found.coding(usize::from(named)))
            }
            _ => None,
        };
        Ok(Self { plan, value: plan.reduce.has_value().then(|| table.kind(VALUE)).flatten(), coding })
    }

    /// Adds rows whose counters are `index`, which may be changed.
    #[inline(always)]
    fn add(&self, grid: &mut Grid, index: &mut [u32], values: &BatchValues<'_>) {
        match (&self.coding, values) {
            (Some(coding), _) => grid.add_coded(index, values, coding),
            (None, BatchValues::Lane(lane, kind)) if self.value.is_some() => grid.add(index, Some((*lane, *kind))),
            (None, _) => grid.add(index, None),
        }
    }
}

/// The values of a batch.
enum BatchValues<'a> {
    None,
    /// Of a column of unsigned bytes, where nothing but categories is made of them.
    Bytes(&'a Column, &'a Range<u64>),
    Lane(Lane<'a>, LaneKind),
}

/// What the workers of one pass share.
struct Pass<'a> {
    /// The first of the plans, which differ in the reduction alone.
    plan: &'a FramePlan,
    countings: Vec<Counting<'a>>,
    frame: Frame,
    /// The rows of pixels that are counted.
    lines: Range<u32>,
    x: Finder<'a>,
    y: Finder<'a>,
    kinds: [Option<LaneKind>; 3],
    /// Whether bytes are turned into categories as they are, and nothing else is made of them.
    takes_bytes: bool,
    /// Kind of the column that names the series of lines.
    series: Option<LaneKind>,
    /// Where the hexagons are, where hexagons are drawn.
    hexagons: Option<Hexagons>,
    reading: Reading,
    spill_rows: u32,
    arch: pulp::Arch,
}

impl<'a> Pass<'a> {
    fn new(
        table: &Table,
        plans: &[&'a FramePlan],
        options: CpuOptions,
        lines: Range<u32>,
    ) -> Result<Self, EngineError> {
        let (Some(x), Some(y), Some(plan)) = (table.kind(X), table.kind(Y), plans.first().copied()) else {
            return Err(EngineError::Data(DataError::Empty));
        };
        let countings: Vec<Counting<'a>> =
            plans.iter().map(|plan| Counting::new(table, plan)).collect::<Result<_, _>>()?;
        let value = countings.iter().find_map(|counting| counting.value);
        let height = plan.view.y.pixels;
        let lines = lines.start.min(height)..lines.end.min(height);
        let frame = Frame::new(plan, lines.end.saturating_sub(lines.start));
        let takes_bytes = |counting: &Counting<'_>| match &counting.coding {
            Some(coding) => coding.takes_bytes(),
            None => counting.value.is_none(),
        };
        let takes_bytes = countings.iter().all(takes_bytes);
        Ok(Self {
            plan,
            countings,
            frame,
            lines,
            x: Finder::new(&plan.x, x, table, X),
            y: Finder::new(&plan.y, y, table, Y),
            kinds: [Some(x), Some(y), value],
            series: if plan.draw == (Draw::Lines { by_series: true }) { table.kind(VALUE) } else { None },
            hexagons: Hexagons::of(plan),
            takes_bytes,
            reading: Reading { threads: threads_that_fit(&frame, plans, options.reading.threads)?, ..options.reading },
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
    /// One for each of the pass's reductions.
    grids: Vec<Grid>,
    buffers: [Option<LaneBuffer>; 3],
    columns: Box<[u32; BATCH]>,
    rows: Box<[u32; BATCH]>,
    /// The counters of a batch, for a reduction that is not the last.
    counters: Box<[u32; BATCH]>,
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
            grids: {
                let grid = |counting: &Counting<'_>| {
                    let grid = Grid::new(pass.frame, counting.plan.reduce, counting.value, pass.spill_rows);
                    grid.beside(pass.countings.len() - 1)
                };
                pass.countings.iter().map(grid).collect()
            },
            buffers: pass.kinds.map(|kind| kind.map(LaneBuffer::new)),
            columns: Box::new([0; BATCH]),
            rows: Box::new([0; BATCH]),
            counters: Box::new([0; BATCH]),
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
            // What is more than points has one reduction.
            if let (Some(pen), Some(grid)) = (&mut self.pen, self.grids.first_mut()) {
                pen.draw(columns, lines, places, grid);
            }
            if let (Some(stamp), Some(grid)) = (&self.stamp, self.grids.first_mut()) {
                stamp.stamp(columns, lines, places, grid);
            }
            if let Some(hexagons) = &pass.hexagons {
                hexagons.settle(columns, lines, places);
            }
        }
        let index = pass.frame.index(columns, lines);
        let values = match (&mut self.buffers[VALUE], part.columns().get(VALUE)) {
            (Some(_), Some(column)) if pass.takes_bytes && column.is_bytes() => BatchValues::Bytes(column, rows),
            (Some(buffer), Some(column)) => BatchValues::Lane(buffer.decode(column, rows), column.kind()),
            _ => BatchValues::None,
        };
        let last = self.grids.len().saturating_sub(1);
        for (i, (grid, counting)) in self.grids.iter_mut().zip(&pass.countings).enumerate() {
            let index = if i == last {
                &mut *index
            } else {
                let counters = &mut self.counters[..n];
                counters.copy_from_slice(index);
                counters
            };
            counting.add(grid, index, &values);
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
        if let (Some(x), Some(column)) = (x, part.columns().get(X)) {
            pass.x.find(x, column, along_x, rows, (columns, at_x));
        }
        if let (Some(y), Some(column)) = (y, part.columns().get(Y)) {
            pass.y.find(y, column, along_y, rows, (lines, at_y));
        }
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
