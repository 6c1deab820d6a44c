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
    plans: Vec<&'a FramePlan>,
    options: CpuOptions,
    /// Of each plan.
    cells: Vec<Cells>,
    /// The numbers of a field, which is drawn in one go.
    whole: Option<Aggregate>,
    steps: u64,
    next: u64,
}

impl<'a> Progressive<'a> {
    /// A pass that has read nothing yet.
    pub fn new(table: &'a Table, plan: &'a FramePlan, options: CpuOptions) -> Self {
        Self::together(table, vec![plan], options)
    }

    /// As [`Progressive::new`], for several plans, which differ in their reductions alone
    /// ([`FramePlan::shares_pass_with`]).
    pub fn together(table: &'a Table, plans: Vec<&'a FramePlan>, options: CpuOptions) -> Self {
        let steps = match table.field() {
            Some(_) => 1,
            None => Blocks::of(table, options.reading.block_bytes).steps(),
        };
        Self { table, cells: vec![Cells::default(); plans.len()], plans, options, whole: None, steps, next: 0 }
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
        if let (Some(_), [plan]) = (self.table.field(), self.plans.as_slice()) {
            self.whole = Some(aggregate(self.table, plan, self.options, progress)?);
            self.next = self.steps;
            return Ok(());
        }
        let height = self.plans.first().map_or(0, |plan| plan.view.y.pixels);
        let pass = Pass::new(self.table, &self.plans, self.options, 0..height)?;
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
        for worker in workers {
            for (mut grid, cells) in worker.grids.into_iter().zip(&mut self.cells) {
                grid.settle();
                grid.add_to(0..height, cells);
                cells.rest = cells.rest + grid.rest();
                cells.passing += grid.passing();
            }
        }
        for (cells, plan) in self.cells.iter_mut().zip(&self.plans) {
            cells.sum_planes(plan.reduce);
        }
        Ok(())
    }

    /// The numbers of all rows read so far, of the first plan.
    pub fn aggregate(&self) -> Aggregate {
        self.aggregate_of(0)
    }

    /// The numbers of all rows read so far, of plan number `number`.
    ///
    /// # Panics
    /// If there is no such plan.
    pub fn aggregate_of(&self, number: usize) -> Aggregate {
        if let Some(whole) = &self.whole {
            return whole.clone();
        }
        let (plan, cells) = (self.plans[number], &self.cells[number]);
        let value = plan.reduce.has_value().then(|| self.table.kind(VALUE)).flatten();
        let (width, height) = (plan.view.x.pixels, plan.view.y.pixels);
        if let Some(hexagons) = Hexagons::of(plan) {
            let mut values = match plan.reduce {
                Reduce::Count => Values::Count(Vec::new()),
                _ => Values::Real(Vec::new()),
            };
            let accounting = hexagons.show(cells, plan, value, &(0..height), &mut |lines| values.append(lines));
            let values = values.mirrored(width as usize, plan.mirrored());
            return Aggregate { width, height, values, accounting };
        }
        let values = if cells.runs.is_empty() {
            cells.values_so_far(plan, value)
        } else {
            cells.clone().with_runs(width as usize, &mut Vec::new()).values(plan, value)
        };
        let values = values.mirrored(width as usize, plan.mirrored());
        Aggregate { width, height, values, accounting: Accounting::new(cells.in_view(), cells.rest) }
    }
}
