//! A pass in stages: a picture of a sample first, of all rows in the end.

use crate::aggregate::cells::Cells;
use crate::aggregate::{Accounting, Aggregate, EngineError, Values};
use crate::data::blocks::Blocks;
use crate::data::parallel::{Progress, note_walked, read_spread};
use crate::data::table::Table;
use crate::plan::{FramePlan, Reduce, VALUE};

use super::hexagons::Hexagons;
use super::{CpuOptions, Pass, Worker, aggregate};

/// A pass over a table that can be looked at while it goes on. Its blocks come in the order of [`Blocks::spread`], so
/// that what was read is an unbiased sample of what there is; no row is read twice.
pub struct Progressive<'a> {
    table: &'a Table,
    plan: &'a FramePlan,
    options: CpuOptions,
    cells: Cells,
    /// The numbers of a field, which is drawn in one go.
    whole: Option<Aggregate>,
    steps: u64,
    next: u64,
}

impl<'a> Progressive<'a> {
    /// A pass that has read nothing yet.
    pub fn new(table: &'a Table, plan: &'a FramePlan, options: CpuOptions) -> Self {
        let steps = match table.field() {
            Some(_) => 1,
            None => Blocks::of(table, options.reading.block_bytes).steps(),
        };
        Self { table, plan, options, cells: Cells::default(), whole: None, steps, next: 0 }
    }

    /// Number of steps in all; some are empty.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Number of steps done.
    pub fn done(&self) -> u64 {
        self.next
    }

    /// Whether every row was read.
    pub fn is_done(&self) -> bool {
        self.next >= self.steps
    }

    /// Goes on by so many steps, of about a block each.
    ///
    /// # Errors
    /// Data that cannot be read, a cancelled pass (after which nothing may be used), a picture too large for memory.
    pub fn advance(&mut self, steps: u64, progress: &Progress) -> Result<(), EngineError> {
        if self.table.field().is_some() {
            self.whole = Some(aggregate(self.table, self.plan, self.options, progress)?);
            self.next = self.steps;
            return Ok(());
        }
        let pass = Pass::new(self.table, self.plan, self.options, 0..self.plan.view.y.pixels)?;
        let end = self.next.saturating_add(steps).min(self.steps);
        let make = || Worker::new(&pass);
        let workers = read_spread(self.table, pass.reading, self.next..end, progress, make, |worker, part, block| {
            pass.add(worker, part, block);
        })?;
        self.next = end;
        if self.is_done() {
            note_walked(self.table);
        }
        let height = pass.frame.lines();
        for mut worker in workers {
            worker.grid.settle();
            worker.grid.add_to(0..height, &mut self.cells);
            self.cells.rest = self.cells.rest + worker.grid.rest();
            self.cells.passing += worker.grid.passing();
        }
        Ok(())
    }

    /// The numbers of all rows read so far.
    pub fn aggregate(&self) -> Aggregate {
        if let Some(whole) = &self.whole {
            return whole.clone();
        }
        let value = self.plan.reduce.has_value().then(|| self.table.kind(VALUE)).flatten();
        let cells = &self.cells;
        let (width, height) = (self.plan.view.x.pixels, self.plan.view.y.pixels);
        if let Some(hexagons) = Hexagons::of(self.plan) {
            let mut values = match self.plan.reduce {
                Reduce::Count => Values::Count(Vec::new()),
                _ => Values::Real(Vec::new()),
            };
            let accounting = hexagons.show(cells, self.plan, value, &(0..height), &mut |lines| values.append(lines));
            return Aggregate { width, height, values, accounting };
        }
        let values = if cells.runs.is_empty() {
            cells.values_so_far(self.plan, value)
        } else {
            cells.clone().with_runs(width as usize, &mut Vec::new()).values(self.plan, value)
        };
        Aggregate { width, height, values, accounting: Accounting::new(cells.in_view(), cells.rest) }
    }
}
