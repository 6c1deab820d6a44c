//! One frame in looks: first a sample, then more and more of the rows, in the end all of them.

use std::time::{Duration, Instant};

use crate::aggregate::cpu::{CpuOptions, Progressive};
use crate::aggregate::{Aggregate, Values};
use crate::data::Progress;
use crate::data::blocks::Blocks;
use crate::data::stats::ColumnStats;
use crate::plan::{self, FramePlan, VALUE};
use crate::scene::layer::Layer;
use crate::scene::reduction::{Reduction, Statistic};
use crate::workbench::{EngineUsed, WorkbenchError};

use super::FrameStatus;
use super::opened::OpenData;
use super::resident::Resident;

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
    /// What may hold the rows already.
    pub resident: &'a mut Resident,
    /// Shows what there is, made by the engine given. Says whether to go on.
    pub show: &'a mut dyn FnMut(FramePlan, Aggregate, FrameStatus, &EngineUsed) -> bool,
}

/// Draws a frame. Gives its plan once it is exact; none if a newer one is wanted.
///
/// # Errors
/// Anything wrong with data, view or engine; a stop.
pub fn draw(data: &OpenData, layer: &Layer, bench: &mut Bench<'_>) -> Result<Option<FramePlan>, WorkbenchError> {
    layer.check()?;
    let needed = plan::stats_needed(layer, data.kinds());
    let missing = data.missing(needed);
    let mut has_preview = bench.has_preview;
    if missing != [false; 3] {
        if !missing[VALUE] && data.table.rows() > FEW {
            has_preview = has_preview || glance(data, layer, missing, bench)?;
        }
        (bench.finds_out)(Some(data.key()));
        data.learn(missing, bench.options.reading, bench.progress, &|| true)?;
        if !(bench.finds_out)(None) {
            return Ok(None);
        }
        bench.progress.restart();
    }
    let plan = plan_of(data, layer, data.known())?;
    if let Some(aggregate) = bench.resident.draw(data, &plan, bench.progress)? {
        if let Some(used) = bench.resident.used() {
            (bench.show)(plan, aggregate, FrameStatus::Exact, &used);
        }
        return Ok(Some(plan));
    }
    let used = EngineUsed::cpu(bench.options.reading.threads, "each row is read once");
    let mut pass = Progressive::new(&data.table, &plan, bench.options);
    let mut time = if has_preview { SECOND } else { FIRST };
    while !pass.is_done() {
        look(data, &mut pass, time, bench)?;
        let status = status(pass.is_done(), bench.progress.rows(), data.table.rows());
        if !(bench.show)(plan, shown(pass.aggregate(), layer, status), status, &used) {
            return Ok(pass.is_done().then_some(plan));
        }
        time = (time * 2).clamp(SECOND, LONGEST);
    }
    Ok(Some(plan))
}

/// A first look at data whose ranges are not known: a sample, in the ranges of a sample. Says whether there was one.
fn glance(data: &OpenData, layer: &Layer, missing: [bool; 3], bench: &mut Bench<'_>) -> Result<bool, WorkbenchError> {
    let steps = steps_for(data, bench.speed.rows_in(FIRST), bench.options);
    let stats = data.sample(missing, bench.options.reading, steps, bench.progress)?;
    bench.progress.restart();
    // A sample may hold nothing finite where the whole does.
    let Ok(plan) = plan_of(data, layer, stats) else { return Ok(false) };
    let mut pass = Progressive::new(&data.table, &plan, bench.options);
    look(data, &mut pass, FIRST, bench)?;
    let status = FrameStatus::Preview { seen: bench.progress.rows(), rows: data.table.rows() };
    let used = EngineUsed::cpu(bench.options.reading.threads, "each row is read once");
    (bench.show)(plan, shown(pass.aggregate(), layer, status), status, &used);
    Ok(true)
}

fn plan_of(data: &OpenData, layer: &Layer, stats: [Option<ColumnStats>; 3]) -> Result<FramePlan, WorkbenchError> {
    let [x, y, value] = data.facts(stats);
    let (Some(x), Some(y)) = (x, y) else {
        return Err(crate::data::DataError::Empty.into());
    };
    Ok(plan::frame(layer, &x, &y, value.as_ref())?)
}

/// Reads on for about some time.
fn look(
    data: &OpenData,
    pass: &mut Progressive<'_>,
    time: Duration,
    bench: &mut Bench<'_>,
) -> Result<(), WorkbenchError> {
    let (started, before) = (Instant::now(), bench.progress.rows());
    let rows = data.table.rows();
    // What would leave little is not worth a preview.
    let is_last = rows <= FEW || rows - before <= bench.speed.rows_in(time * 4);
    let steps = if is_last { u64::MAX } else { steps_for(data, bench.speed.rows_in(time), bench.options) };
    pass.advance(steps, bench.progress)?;
    bench.speed.note(bench.progress.rows() - before, started.elapsed());
    Ok(())
}

/// Steps of the spread order that hold about so many rows.
fn steps_for(data: &OpenData, rows: u64, options: CpuOptions) -> u64 {
    let steps = Blocks::of(&data.table, options.reading.block_bytes).steps();
    let share = u128::from(rows) * u128::from(steps) / u128::from(data.table.rows().max(1));
    u64::try_from(share).unwrap_or(u64::MAX).max(options.reading.threads as u64)
}

fn status(is_done: bool, seen: u64, rows: u64) -> FrameStatus {
    if is_done { FrameStatus::Exact } else { FrameStatus::Preview { seen, rows } }
}

/// The numbers to show: of a preview, counts and sums are scaled up to what all rows would give, about.
fn shown(mut aggregate: Aggregate, layer: &Layer, status: FrameStatus) -> Aggregate {
    let FrameStatus::Preview { seen, rows } = status else { return aggregate };
    #[expect(clippy::cast_precision_loss, reason = "a preview")]
    let factor = rows as f64 / seen.max(1) as f64;
    match (&mut aggregate.values, &layer.reduction) {
        (Values::Count(counts), _) => {
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
