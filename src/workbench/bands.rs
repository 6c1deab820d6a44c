//! Grids too large for memory, counted in bands of pixel rows: each band is one pass over the data that counts only its
//! rows of pixels, by the edge rule of the whole axis.

use std::time::Instant;

use crate::aggregate::cpu;
use crate::aggregate::{Accounting, Rest, Values};
use crate::data::{Progress, Table};
use crate::plan::{Draw, FramePlan};
use crate::scene::layer::Layer;
use crate::scene::spread::Spread;

use super::{Engine, EngineUsed, Workbench, WorkbenchError, plan_of};

/// Rows of pixels that are handed on together where they are spread.
const LINES: u32 = 64;

/// What became of the rows whose numbers were handed on.
#[derive(Debug)]
pub struct Summed {
    /// The plan that the numbers follow.
    pub plan: FramePlan,
    /// Where every row went.
    pub accounting: Accounting,
    /// The engine that counted.
    pub engine: EngineUsed,
    /// Seconds from request to numbers.
    pub seconds: f64,
}

/// What became of the rows of a table that was counted in bands.
pub(super) struct Banded {
    pub(super) accounting: Accounting,
    pub(super) engine: EngineUsed,
    pub(super) passes: u32,
}

impl Workbench {
    /// Hands the numbers of `layer` to `take`, some rows of pixels at a time, the lowest first: as many as there are at
    /// once where they fit the picture's bytes, else band by band. The numbers are those of [`Workbench::aggregate`],
    /// spread.
    ///
    /// # Errors
    /// Those of [`Workbench::aggregate`], and those of `take`.
    pub fn aggregate_to<E: From<WorkbenchError>>(
        &self,
        table: &Table,
        layer: &Layer,
        spread: Spread,
        progress: &Progress,
        mut take: impl FnMut(Values) -> Result<(), E>,
    ) -> Result<Summed, E> {
        let started = Instant::now();
        let facts = self.facts(table, layer, progress)?;
        let plan = plan_of(layer, &facts)?;
        let (accounting, engine) = match self.threads_for_whole(&plan) {
            threads if !spread.is_none() => {
                let counted = match threads {
                    Some(threads) => self.whole(threads, table, &plan, progress)?,
                    None => self.kept(table, layer, &plan, progress)?,
                };
                let size = (layer.size.width, layer.size.height);
                let numbers =
                    self.spread(counted.numbers, spread, &layer.reduction, size).map_err(WorkbenchError::from)?;
                for first in (0..size.1).step_by(LINES as usize) {
                    let lines = first..first.saturating_add(LINES).min(size.1);
                    take(numbers.lines(lines, size.0).map_err(WorkbenchError::from)?)?;
                }
                (counted.accounting, counted.engine)
            }
            Some(threads) => {
                let (aggregate, engine) = self.count(threads, table, &plan, progress)?;
                take(aggregate.values)?;
                (aggregate.accounting, engine)
            }
            None => {
                let banded = self.bands(table, &plan, progress, take)?;
                (banded.accounting, banded.engine)
            }
        };
        Ok(Summed { plan, accounting, engine, seconds: started.elapsed().as_secs_f64() })
    }

    /// As many threads as the picture's bytes have room for, if the whole of it can be counted at once.
    pub(super) fn threads_for_whole(&self, plan: &FramePlan) -> Option<usize> {
        let cells = plan.view.cells() as u64;
        // Numbers, then colors beside them when the private grids are gone.
        let (numbers, colors) = (cells * 8 * plan.reduce.planes() as u64, cells * 4);
        let grid = cpu::grid_bytes(plan, plan.view.y.pixels).max(1);
        let room = self.picture_bytes.checked_sub(numbers.saturating_add(colors))?;
        let threads = usize::try_from((room + colors) / grid).unwrap_or(usize::MAX);
        (threads > 0).then_some(threads)
    }

    /// Whether several plans can be counted at once by as many threads as one of them.
    pub(super) fn fits_whole(&self, plans: &[&FramePlan], threads: usize) -> bool {
        let threads = threads.min(self.reading.threads) as u64;
        let of = |plan: &&FramePlan| {
            let numbers = plan.view.cells() as u64 * 8 * plan.reduce.planes() as u64;
            numbers.saturating_add(cpu::grid_bytes(plan, plan.view.y.pixels).saturating_mul(threads))
        };
        plans.iter().map(of).fold(0, u64::saturating_add) <= self.picture_bytes
    }

    /// Hands the numbers of a plan to `take`, band by band, the lowest first; each band is a pass over the data.
    pub(super) fn bands<E: From<WorkbenchError>>(
        &self,
        table: &Table,
        plan: &FramePlan,
        progress: &Progress,
        mut take: impl FnMut(Values) -> Result<(), E>,
    ) -> Result<Banded, E> {
        let (options, engine) = match &self.engine {
            Engine::Cpu(options) => (*options, self.used.clone()),
            Engine::Gpu(..) => self.cpu_instead("the picture is made in bands, which is the CPU engine's work"),
        };
        let height = plan.view.y.pixels;
        let row = cpu::grid_bytes(plan, 1) * options.reading.threads as u64;
        let lines = match plan.draw {
            // There are as many hexagons in any band, and few of them; a field is handed on line by line anyway.
            Draw::Field { .. } => height,
            Draw::Hexagons(_) if !plan.mirrored()[1] => height,
            // Turned around, lines are not handed on one by one.
            Draw::Hexagons(_) => {
                let row = u64::from(plan.view.x.pixels) * 8;
                u32::try_from(self.picture_bytes / 4 / row.max(1)).unwrap_or(u32::MAX).clamp(1, height)
            }
            _ => u32::try_from(self.picture_bytes / 4 / row).unwrap_or(u32::MAX).clamp(1, height),
        };
        let passes = height.div_ceil(lines);
        // The last band shall not be the smallest by far.
        let lines = height.div_ceil(passes);
        progress.restart_for(passes);
        let (mut in_view, mut rest) = (0, Rest::default());
        for first in (0..height).step_by(lines as usize) {
            let band = first..(first + lines).min(height);
            let mut taken = Ok(());
            let counted = cpu::aggregate_lines(table, plan, options, band, progress, &mut |values| {
                if taken.is_ok() {
                    taken = take(values);
                }
            });
            let counted = counted.map_err(WorkbenchError::from)?;
            taken?;
            in_view += counted.in_view;
            (rest.not_finite, rest.filtered) = (counted.not_finite, counted.filtered);
        }
        // What is outside of one band may be in another.
        rest.outside = table.rows().saturating_sub(in_view + rest.not_finite + rest.filtered);
        Ok(Banded { accounting: Accounting::new(in_view, rest), engine, passes })
    }
}
