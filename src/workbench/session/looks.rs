//! One frame in looks: first a sample, then more and more of the rows, in the end all of them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::aggregate::cpu::{CpuOptions, Progressive, field_cells};
use crate::aggregate::{Aggregate, ByCategory, CellsInView, Values};
use crate::data::Progress;
use crate::data::blocks::Blocks;
use crate::data::stats::ColumnStats;
use crate::plan::{self, FramePlan, VALUE};
use crate::scene::layer::Layer;
use crate::scene::mark::Mark;
use crate::scene::reduction::{Reduction, Statistic};
use crate::workbench::{EngineUsed, WorkbenchError, plans_of};

use super::opened::OpenData;
use super::resident::Resident;
use super::{DataId, FrameStatus, Shown, ShownLayer, Wish};

/// What is known of the columns x, y and value.
type Stats = [Option<ColumnStats>; 3];

/// How long a first look may take, about.
const FIRST: Duration = Duration::from_millis(25);
/// How long the look after the first takes; those that follow take twice as long each, up to [`LONGEST`]: a sample twice
/// as large is what it takes to see more in it.
const SECOND: Duration = Duration::from_millis(400);
/// How long a look may take.
const LONGEST: Duration = Duration::from_millis(1200);
/// Tables of fewer rows are drawn in one go.
const FEW: u64 = 2_000_000;

/// How fast rows were read lately, in rows a second.
#[derive(Debug, Clone, Copy)]
pub struct Speed(f64);

impl Default for Speed {
    /// A careful guess, for the first frame.
    fn default() -> Self {
        Self(2e8)
    }
}

impl Speed {
    fn note(&mut self, rows: u64, taken: Duration) {
        let seconds = taken.as_secs_f64();
        if rows > 100_000 && seconds > 0.0 {
            #[expect(clippy::cast_precision_loss, reason = "an estimate")]
            let now = rows as f64 / seconds;
            self.0 = self.0.mul_add(0.5, now * 0.5).max(1e5);
        }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an estimate; casts saturate")]
    fn rows_in(self, time: Duration) -> u64 {
        (self.0 * time.as_secs_f64()) as u64
    }
}

/// What a frame is made with.
pub struct Bench<'a> {
    pub options: CpuOptions,
    pub speed: &'a mut Speed,
    pub progress: &'a Progress,
    /// Told what is being found out, if anything; says whether to go on.
    pub finds_out: &'a dyn Fn(Option<u64>) -> bool,
    /// Whether a preview of the same at another size is shown already, so that a first look would show nothing new.
    pub has_preview: bool,
    /// The newest frame, whose numbers need not be made again.
    pub latest: Option<Arc<Shown>>,
    /// What may hold the rows already.
    pub resident: &'a mut Resident,
    /// Shows what there is, made by the engine given. Says whether to go on.
    pub show: &'a mut dyn FnMut(Vec<ShownLayer>, FrameStatus, &EngineUsed) -> bool,
}

/// What must be read of some data before its layers can be planned.
struct Missing<'a> {
    data: &'a Arc<OpenData>,
    columns: [bool; 3],
}

/// Draws a frame. Gives the plan of its lowest layer once it is exact; none if a newer one is wanted.
///
/// # Errors
/// Anything wrong with data, view or engine; a stop.
pub fn draw(wishes: &[Wish], bench: &mut Bench<'_>) -> Result<Option<FramePlan>, WorkbenchError> {
    wishes.iter().try_for_each(|wish| wish.layer.check())?;
    let missing = missing(wishes);
    let mut has_preview = bench.has_preview;
    if !missing.is_empty() {
        let large = missing.iter().any(|missing| missing.data.table.rows() > FEW);
        if large && !missing.iter().any(|missing| missing.columns[VALUE]) {
            has_preview = has_preview || glance(wishes, &missing, bench)?;
        }
        for Missing { data, columns } in &missing {
            (bench.finds_out)(Some(data.key()));
            data.learn(*columns, bench.options.reading, bench.progress, &|| true)?;
            if !(bench.finds_out)(None) {
                return Ok(None);
            }
        }
        bench.progress.restart();
    }
    for wish in wishes.iter().filter(|wish| wish.needs_categories()) {
        (bench.finds_out)(Some(wish.data.key()));
        wish.data.table.find_categories(bench.options.reading, bench.progress)?;
        bench.progress.restart();
        if !(bench.finds_out)(None) {
            return Ok(None);
        }
    }
    let plans = plans(wishes, &[])?;
    let used = EngineUsed::cpu(bench.options.reading.threads, "each row is read once");
    let mut passes = Passes::new(wishes, &plans, bench);
    if let ([wish], [plan]) = (wishes, plans.as_slice())
        && !passes.is_done()
        && let Some(aggregate) = bench.resident.draw(&wish.data, plan, bench.progress)?
    {
        if let Some(used) = bench.resident.used() {
            let layer = ShownLayer { plan: *plan, aggregate: Arc::new(aggregate), cells: None };
            (bench.show)(vec![layer], FrameStatus::Exact, &used);
        }
        return Ok(Some(*plan));
    }
    passes.find_cells(wishes)?;
    if passes.is_done() {
        (bench.show)(passes.shown(wishes), FrameStatus::Exact, &used);
    }
    let mut time = if has_preview { SECOND } else { FIRST };
    while !passes.is_done() {
        passes.look(time, true, bench)?;
        if !(bench.show)(passes.shown(wishes), passes.status(bench.progress), &used) {
            break;
        }
        time = (time * 2).clamp(SECOND, LONGEST);
    }
    Ok(if passes.is_done() { plans.first().copied() } else { None })
}

/// What is missing of the data of all layers, each data once.
fn missing(wishes: &[Wish]) -> Vec<Missing<'_>> {
    let mut found: Vec<Missing<'_>> = Vec::new();
    for Wish { data, layer } in wishes {
        let columns = data.missing(plan::stats_needed(layer, data.kinds()));
        match found.iter_mut().find(|missing| missing.data.id == data.id) {
            Some(known) => (0..3).for_each(|i| known.columns[i] |= columns[i]),
            None if columns != [false; 3] => found.push(Missing { data, columns }),
            None => {}
        }
    }
    found
}

/// A first look at data whose ranges are not known: a sample, in the ranges of a sample. Says whether there was one.
fn glance(wishes: &[Wish], missing: &[Missing<'_>], bench: &mut Bench<'_>) -> Result<bool, WorkbenchError> {
    let share = FIRST / u32::try_from(missing.len()).unwrap_or(u32::MAX).max(1);
    let mut samples = Vec::with_capacity(missing.len());
    for Missing { data, columns } in missing {
        let steps = steps_for(data, bench.speed.rows_in(share), bench.options);
        samples.push((data.id, data.sample(*columns, bench.options.reading, steps, bench.progress)?));
    }
    bench.progress.restart();
    // A sample may hold nothing finite where the whole does.
    let Ok(plans) = plans(wishes, &samples) else { return Ok(false) };
    let mut passes = Passes::new(wishes, &plans, bench);
    passes.look(FIRST, false, bench)?;
    let used = EngineUsed::cpu(bench.options.reading.threads, "each row is read once");
    // However much of the rows was read, the ranges are those of a sample.
    let status = FrameStatus::Preview { seen: bench.progress.rows(), rows: passes.rows() };
    (bench.show)(passes.shown(wishes), status, &used);
    Ok(true)
}

/// The plans of all layers, with samples of data in the place of what is not known of it.
fn plans(wishes: &[Wish], samples: &[(DataId, Stats)]) -> Result<Vec<FramePlan>, WorkbenchError> {
    let of = |wish: &Wish| {
        let sample = samples.iter().find(|(id, _)| *id == wish.data.id).map(|(_, stats)| *stats);
        wish.data.facts(sample.unwrap_or_else(|| wish.data.known()))
    };
    let facts: Vec<_> = wishes.iter().map(of).collect();
    let layers: Vec<Layer> = wishes.iter().map(|wish| wish.layer.clone()).collect();
    plans_of(&layers, &facts)
}

/// Steps of the spread order that hold about so many rows.
fn steps_for(data: &OpenData, rows: u64, options: CpuOptions) -> u64 {
    let steps = Blocks::of(&data.table, options.reading.block_bytes).steps();
    let share = u128::from(rows) * u128::from(steps) / u128::from(data.table.rows().max(1));
    u64::try_from(share).unwrap_or(u64::MAX).max(options.reading.threads as u64)
}

/// The passes of a frame: one for each kind of numbers that its layers need.
struct Passes<'a> {
    passes: Vec<One<'a>>,
    /// For each layer its pass and its plan.
    layers: Vec<(usize, FramePlan)>,
}

/// A pass over some data.
struct One<'a> {
    data: &'a OpenData,
    /// None where the numbers are known from an earlier frame.
    pass: Option<Progressive<'a>>,
    /// The numbers there are.
    aggregate: Option<Arc<Aggregate>>,
    /// The cells of a field, where contour lines are drawn along them.
    cells: Option<Arc<CellsInView>>,
}

impl One<'_> {
    fn is_done(&self) -> bool {
        self.pass.as_ref().is_none_or(Progressive::is_done)
    }
}

impl<'a> Passes<'a> {
    fn new(wishes: &'a [Wish], plans: &'a [FramePlan], bench: &Bench<'_>) -> Self {
        let mut made = Self { passes: Vec::new(), layers: Vec::new() };
        for (i, (wish, plan)) in wishes.iter().zip(plans).enumerate() {
            // Layers of the same numbers share them.
            let same = (0..i).find(|j| wishes[*j].data.id == wish.data.id && plans[*j] == *plan);
            let pass = match same {
                Some(j) => made.layers[j].0,
                None => {
                    let known = bench.latest.as_ref().and_then(|shown| shown.exact(wish.data.id, plan));
                    let begin = || Progressive::new(&wish.data.table, plan, bench.options);
                    let pass = if known.is_none() { Some(begin()) } else { None };
                    let (aggregate, cells) = known.map_or((None, None), |(known, cells)| (Some(known), cells));
                    made.passes.push(One { data: &wish.data, pass, aggregate, cells });
                    made.passes.len() - 1
                }
            };
            made.layers.push((pass, *plan));
        }
        made
    }

    /// Reads the cells that contour lines are drawn along, where they are not known.
    fn find_cells(&mut self, wishes: &[Wish]) -> Result<(), WorkbenchError> {
        for ((pass, plan), wish) in self.layers.iter().zip(wishes) {
            let One { data, cells, .. } = &mut self.passes[*pass];
            if wish.layer.mark == Mark::Contours && cells.is_none() {
                *cells = field_cells(&data.table, plan)?.map(Arc::new);
            }
        }
        Ok(())
    }

    /// Rows of all passes.
    fn rows(&self) -> u64 {
        self.passes.iter().filter(|one| one.pass.is_some()).map(|one| one.data.table.rows()).sum()
    }

    fn is_done(&self) -> bool {
        self.passes.iter().all(One::is_done)
    }

    fn status(&self, progress: &Progress) -> FrameStatus {
        if self.is_done() {
            FrameStatus::Exact
        } else {
            FrameStatus::Preview { seen: progress.rows(), rows: self.rows() }
        }
    }

    /// Reads on for about some time, an equal share of it for each pass that has rows left; or to the end, if it may and
    /// that is near.
    fn look(&mut self, time: Duration, may_finish: bool, bench: &mut Bench<'_>) -> Result<(), WorkbenchError> {
        let left = self.passes.iter().filter(|one| !one.is_done()).count();
        let time = time / u32::try_from(left).unwrap_or(u32::MAX).max(1);
        for One { data, pass, aggregate, .. } in &mut self.passes {
            let Some(pass) = pass.as_mut().filter(|pass| !pass.is_done()) else { continue };
            let (started, before) = (Instant::now(), bench.progress.rows());
            let rows = data.table.rows();
            let read = u128::from(rows) * u128::from(pass.done()) / u128::from(pass.steps().max(1));
            let unread = rows - u64::try_from(read).unwrap_or(rows);
            // What would leave little is not worth a preview.
            let near = if time < SECOND { time * 2 } else { time * 4 };
            let is_last = rows <= FEW || (may_finish && unread <= bench.speed.rows_in(near));
            let steps = if is_last { u64::MAX } else { steps_for(data, bench.speed.rows_in(time), bench.options) };
            pass.advance(steps, bench.progress)?;
            bench.speed.note(bench.progress.rows() - before, started.elapsed());
            *aggregate = None;
        }
        Ok(())
    }

    /// The layers with the numbers there are; parts that are done are as they will stay, others scaled up.
    fn shown(&mut self, wishes: &[Wish]) -> Vec<ShownLayer> {
        for (pass_index, One { data, pass, aggregate: known, .. }) in self.passes.iter_mut().enumerate() {
            let Some(pass) = pass.as_ref().filter(|_| known.is_none()) else { continue };
            let aggregate = pass.aggregate();
            let rows = data.table.rows();
            let seen = aggregate.accounting.rows;
            let status = if pass.is_done() { FrameStatus::Exact } else { FrameStatus::Preview { seen, rows } };
            let layer = self.layers.iter().position(|(pass, _)| *pass == pass_index).unwrap_or(0);
            *known = Some(Arc::new(scaled(aggregate, &wishes[layer].layer, status)));
        }
        self.gather()
    }

    fn gather(&self) -> Vec<ShownLayer> {
        let layer = |(pass, plan): &(usize, FramePlan)| {
            let One { aggregate, cells, .. } = &self.passes[*pass];
            Some(ShownLayer { plan: *plan, aggregate: Arc::clone(aggregate.as_ref()?), cells: cells.clone() })
        };
        self.layers.iter().filter_map(layer).collect()
    }
}

/// The numbers to show: of a preview, counts and sums are scaled up to what all rows would give, about.
fn scaled(mut aggregate: Aggregate, layer: &Layer, status: FrameStatus) -> Aggregate {
    let FrameStatus::Preview { seen, rows } = status else { return aggregate };
    #[expect(clippy::cast_precision_loss, reason = "a preview")]
    let factor = rows as f64 / seen.max(1) as f64;
    match (&mut aggregate.values, &layer.reduction) {
        (Values::Count(counts) | Values::Categories(ByCategory { counts, .. }), _) => {
            for count in counts.iter_mut().filter(|count| **count > 0) {
                #[expect(
                    clippy::cast_precision_loss,
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a preview"
                )]
                let scaled = (*count as f64 * factor).round() as u64;
                *count = scaled;
            }
        }
        (Values::Real(sums), Reduction::Of(Statistic::Sum, _)) => sums.iter_mut().for_each(|sum| *sum *= factor),
        (Values::Real(_), _) => {}
    }
    aggregate
}
