//! One frame in looks: first a sample, then more and more of the rows, in the end all of them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::aggregate::cpu::{CpuOptions, Progressive, field_cells, fit_together};
use crate::aggregate::{Aggregate, CellsInView, Values, scale_counts};
use crate::data::Progress;
use crate::data::blocks::Blocks;
use crate::data::stats::ColumnStats;
use crate::plan::{self, FramePlan, VALUE};
use crate::scene::axis::ViewError;
use crate::scene::layer::Layer;
use crate::scene::mark::Mark;
use crate::scene::reduction::{Reduction, Statistic};
use crate::workbench::together::hosts;
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
    let hosts = hosts_of(wishes);
    let missing = missing(wishes, &hosts);
    let mut has_preview = bench.has_preview;
    if !missing.is_empty() {
        let large = missing.iter().any(|missing| missing.data.table.rows() > FEW);
        if large && !missing.iter().any(|missing| missing.columns[VALUE]) {
            has_preview = has_preview || glance(wishes, &hosts, &missing, bench)?;
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
    for (wish, host) in wishes.iter().zip(&hosts) {
        wish.data.adopt(&wishes[*host].data);
    }
    for wish in wishes.iter().filter(|wish| wish.needs_categories()) {
        (bench.finds_out)(Some(wish.data.key()));
        wish.data.table.find_categories(bench.options.reading, bench.progress)?;
        bench.progress.restart();
        if !(bench.finds_out)(None) {
            return Ok(None);
        }
    }
    let plans = plans_or_as_before(wishes, &hosts, bench.latest.as_deref())?;
    let used = EngineUsed::cpu(bench.options.reading.threads, "each row is read once");
    let mut passes = Passes::new(wishes, &hosts, &plans, (bench.latest.as_deref(), bench.options));
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
    passes.find_cells(wishes, bench.latest.as_deref())?;
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

/// For each layer the number of the one whose data it is read from; what has a value column has data of its own.
fn hosts_of(wishes: &[Wish]) -> Vec<usize> {
    let layers: Vec<_> = wishes.iter().map(|wish| (&wish.data.sources, &wish.data.table)).collect();
    let first = |i: usize| wishes.iter().position(|wish| wish.data.id == wishes[i].data.id).unwrap_or(i);
    let host = |(i, host): (usize, usize)| if wishes[i].data.sources.value.is_some() { first(i) } else { host };
    hosts(&layers).into_iter().enumerate().map(host).collect()
}

/// What is missing of the data that layers are read from, each data once.
fn missing<'a>(wishes: &'a [Wish], hosts: &[usize]) -> Vec<Missing<'a>> {
    let mut found: Vec<Missing<'_>> = Vec::new();
    for (Wish { data: own, layer }, host) in wishes.iter().zip(hosts) {
        let data = &wishes[*host].data;
        let columns = data.missing(plan::stats_needed(layer, own.kinds()));
        match found.iter_mut().find(|missing| missing.data.id == data.id) {
            Some(known) => (0..3).for_each(|i| known.columns[i] |= columns[i]),
            None if columns != [false; 3] => found.push(Missing { data, columns }),
            None => {}
        }
    }
    found
}

/// A first look at data whose ranges are not known: a sample, in the ranges of a sample. Says whether there was one.
fn glance(
    wishes: &[Wish],
    hosts: &[usize],
    missing: &[Missing<'_>],
    bench: &mut Bench<'_>,
) -> Result<bool, WorkbenchError> {
    let share = FIRST / u32::try_from(missing.len()).unwrap_or(u32::MAX).max(1);
    let mut samples = Vec::with_capacity(missing.len());
    for Missing { data, columns } in missing {
        let steps = steps_for(data, bench.speed.rows_in(share), bench.options);
        samples.push((data.id, data.sample(*columns, bench.options.reading, steps, bench.progress)?));
    }
    bench.progress.restart();
    // A sample may hold nothing finite where the whole does.
    let Ok(plans) = plans(wishes, hosts, &samples) else { return Ok(false) };
    let mut passes = Passes::new(wishes, hosts, &plans, (bench.latest.as_deref(), bench.options));
    passes.look(FIRST, false, bench)?;
    let used = EngineUsed::cpu(bench.options.reading.threads, "each row is read once");
    // However much of the rows was read, the ranges are those of a sample.
    let status = FrameStatus::Preview { seen: bench.progress.rows(), rows: passes.rows() };
    (bench.show)(passes.shown(wishes), status, &used);
    Ok(true)
}

/// The plans of all layers, with samples of data in the place of what is not known of it.
fn plans(wishes: &[Wish], hosts: &[usize], samples: &[(DataId, Stats)]) -> Result<Vec<FramePlan>, WorkbenchError> {
    let of = |(wish, host): (&Wish, &usize)| {
        let id = wishes[*host].data.id;
        let sample = samples.iter().find(|(sampled, _)| *sampled == id).map(|(_, stats)| *stats);
        wish.data.facts(sample.unwrap_or_else(|| wish.data.known()))
    };
    let facts: Vec<_> = wishes.iter().zip(hosts).map(of).collect();
    let layers: Vec<Layer> = wishes.iter().map(|wish| wish.layer.clone()).collect();
    plans_of(&layers, &facts)
}

/// The plans of all layers. Where a filter leaves nothing to fit an axis to, that of the newest frame of the same columns
/// stays: the plot is empty, not elsewhere.
fn plans_or_as_before(
    wishes: &[Wish],
    hosts: &[usize],
    latest: Option<&Shown>,
) -> Result<Vec<FramePlan>, WorkbenchError> {
    let has_axes_of = |shown: &&Shown| {
        let mut others = shown.wishes.iter();
        others.any(|other| wishes.iter().any(|wish| wish.data.sources.has_axes_of(&other.data.sources)))
    };
    match (plans(wishes, hosts, &[]), latest.filter(has_axes_of)) {
        (Err(WorkbenchError::View(ViewError::NothingToFit { .. } | ViewError::NothingLeft { .. })), Some(shown)) => {
            let mut wishes = wishes.to_vec();
            for Wish { layer, .. } in &mut wishes {
                for (axis, known) in [(&mut layer.x, shown.view.x), (&mut layer.y, shown.view.y)] {
                    axis.range = axis.range.or((axis.scale == known.scale).then_some(known.range));
                }
            }
            plans(&wishes, hosts, &[])
        }
        (made, _) => made,
    }
}

/// Steps of the spread order that hold about so many rows.
fn steps_for(data: &OpenData, rows: u64, options: CpuOptions) -> u64 {
    let steps = Blocks::of(&data.table, options.reading.block_bytes).steps();
    let share = u128::from(rows) * u128::from(steps) / u128::from(data.table.rows().max(1));
    u64::try_from(share).unwrap_or(u64::MAX).max(options.reading.threads as u64)
}

/// The passes of a frame: one for all kinds of numbers that its layers need of the same rows.
struct Passes<'a> {
    passes: Vec<One<'a>>,
    /// For each layer its pass, the place of its numbers there, and its plan.
    layers: Vec<(usize, usize, FramePlan)>,
    /// For each layer the cells of its field, where contour lines are drawn along them.
    cells: Vec<Option<Arc<CellsInView>>>,
}

/// A pass over some data.
struct One<'a> {
    data: &'a OpenData,
    /// None where the numbers are known from an earlier frame.
    pass: Option<Progressive<'a>>,
    /// What is counted.
    plans: Vec<&'a FramePlan>,
    /// The numbers there are, of each plan.
    aggregates: Vec<Option<Arc<Aggregate>>>,
}

impl<'a> One<'a> {
    fn is_done(&self) -> bool {
        self.pass.as_ref().is_none_or(Progressive::is_done)
    }

    /// Whether another plan of the same data finds place in the pass.
    fn has_room_for(&self, plan: &'a FramePlan, threads: usize) -> bool {
        let together: Vec<&FramePlan> = self.plans.iter().copied().chain([plan]).collect();
        self.aggregates[0].is_none() && plan.shares_pass_with(self.plans[0]) && fit_together(&together, threads)
    }

    fn add(&mut self, plan: &'a FramePlan, known: Option<Arc<Aggregate>>) {
        self.plans.push(plan);
        self.aggregates.push(known);
    }
}

impl<'a> Passes<'a> {
    /// `latest` is the newest frame, whose numbers need not be made again.
    fn new(
        wishes: &'a [Wish],
        hosts: &[usize],
        plans: &'a [FramePlan],
        (latest, options): (Option<&Shown>, CpuOptions),
    ) -> Self {
        let mut made = Self { passes: Vec::new(), layers: Vec::new(), cells: vec![None; wishes.len()] };
        let threads = options.reading.threads;
        for ((wish, host), plan) in wishes.iter().zip(hosts).zip(plans) {
            let data: &OpenData = &wishes[*host].data;
            let of_data = |one: &One<'_>| one.data.id == data.id;
            // Layers of the same numbers share them.
            let same = made.passes.iter().position(|one| of_data(one) && one.plans.contains(&plan));
            let pass = same.unwrap_or_else(|| {
                let known = latest.and_then(|shown| shown.exact(wish.data.id, plan)).map(|(known, _)| known);
                let joined = made.passes.iter().position(|one| of_data(one) && one.has_room_for(plan, threads));
                let pass = joined.filter(|_| known.is_none()).unwrap_or(made.passes.len());
                if pass == made.passes.len() {
                    made.passes.push(One { data, pass: None, plans: Vec::new(), aggregates: Vec::new() });
                }
                made.passes[pass].add(plan, known);
                pass
            });
            let place = made.passes[pass].plans.iter().position(|known| *known == plan).unwrap_or(0);
            made.layers.push((pass, place, *plan));
        }
        for one in made.passes.iter_mut().filter(|one| one.aggregates[0].is_none()) {
            one.pass = Some(Progressive::together(&one.data.table, one.plans.clone(), options));
        }
        made
    }

    /// Reads the cells that contour lines are drawn along, where they are not known.
    fn find_cells(&mut self, wishes: &[Wish], latest: Option<&Shown>) -> Result<(), WorkbenchError> {
        for (((_, _, plan), wish), cells) in self.layers.iter().zip(wishes).zip(&mut self.cells) {
            if wish.layer.mark == Mark::Contours {
                *cells = match latest.and_then(|shown| shown.exact(wish.data.id, plan)) {
                    Some((_, Some(known))) => Some(known),
                    _ => field_cells(&wish.data.table, plan)?.map(Arc::new),
                };
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
        for One { data, pass, aggregates, .. } in &mut self.passes {
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
            aggregates.fill(None);
        }
        Ok(())
    }

    /// The layers with the numbers there are; parts that are done are as they will stay, others scaled up.
    fn shown(&mut self, wishes: &[Wish]) -> Vec<ShownLayer> {
        for (number, One { data, pass, aggregates, .. }) in self.passes.iter_mut().enumerate() {
            let Some(pass) = pass.as_ref() else { continue };
            for (place, known) in aggregates.iter_mut().enumerate().filter(|(_, known)| known.is_none()) {
                let aggregate = pass.aggregate_of(place);
                let rows = data.table.rows();
                let seen = aggregate.accounting.rows;
                let status = if pass.is_done() { FrameStatus::Exact } else { FrameStatus::Preview { seen, rows } };
                let layer = self.layers.iter().position(|(pass, its, _)| (*pass, *its) == (number, place)).unwrap_or(0);
                *known = Some(Arc::new(scaled(aggregate, &wishes[layer].layer, status)));
            }
        }
        self.gather()
    }

    fn gather(&self) -> Vec<ShownLayer> {
        let layer = |((pass, place, plan), cells): (&(usize, usize, FramePlan), &Option<Arc<CellsInView>>)| {
            let aggregate = self.passes[*pass].aggregates[*place].as_ref()?;
            Some(ShownLayer { plan: *plan, aggregate: Arc::clone(aggregate), cells: cells.clone() })
        };
        self.layers.iter().zip(&self.cells).filter_map(layer).collect()
    }
}

/// The numbers to show: of a preview, counts and sums are scaled up to what all rows would give, about.
fn scaled(mut aggregate: Aggregate, layer: &Layer, status: FrameStatus) -> Aggregate {
    let FrameStatus::Preview { seen, rows } = status else { return aggregate };
    #[expect(clippy::cast_precision_loss, reason = "a preview")]
    let factor = rows as f64 / seen.max(1) as f64;
    match (&mut aggregate.values, &layer.reduction) {
        (Values::Count(counts), _) => scale_counts(counts, factor),
        (Values::Categories(by), _) => by.scale(factor),
        (Values::Real(sums), Reduction::Of(Statistic::Sum, _)) => sums.iter_mut().for_each(|sum| *sum *= factor),
        (Values::Real(_), _) => {}
    }
    aggregate
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::aspect::Aspect;
    use crate::scene::axis::Size;
    use crate::scene::layer::AxisRequest;
    use crate::scene::mark::Mark;
    use crate::scene::style::Style;
    use crate::workbench::sources::Sources;

    #[test]
    fn layers_of_the_same_rows_have_one_pass_whatever_becomes_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.f32");
        std::fs::write(&path, (0..300_u16).flat_map(|i| f32::from(i).to_le_bytes()).collect::<Vec<u8>>()).unwrap();
        let open = |id: u64, value: Option<&str>| {
            let raw = crate::data::raw::RawSpec { dtype: Some("<f4".into()), columns: Some(3), ..Default::default() };
            let (inputs, value) = (vec![path.clone()], value.map(ToOwned::to_owned));
            let sources = Sources { inputs, raw, value, ..Sources::default() };
            let opened = sources.open(&Progress::default()).unwrap();
            Arc::new(OpenData::new(DataId(id), sources, opened, false))
        };
        let (plain, valued, other) = (open(1, None), open(2, Some("2")), open(3, Some("1")));
        let wish = |data: &Arc<OpenData>, mark: &str, reduction: &str| {
            let (x, y) = (AxisRequest::default(), AxisRequest::default());
            let size = Size { width: 30, height: 20 };
            let (mark, reduction) = (mark.parse::<Mark>().unwrap(), reduction.parse::<Reduction>().unwrap());
            Wish {
                data: Arc::clone(data),
                layer: Layer { x, y, aspect: Aspect::AUTO, size, mark, step: 0, reduction, style: Style::default() },
            }
        };
        let wishes = [
            wish(&plain, "points", "count"),
            wish(&valued, "points", "mean:2"),
            wish(&valued, "points", "max:2"),
            wish(&other, "points", "mean:1"),
            wish(&plain, "points", "any"),
            wish(&plain, "line", "count"),
            wish(&plain, "points", "count"),
        ];
        let hosts = hosts_of(&wishes);
        assert_eq!(hosts, [1, 1, 1, 3, 1, 1, 1]);
        // What is known of a host is known of its guests.
        let (options, progress) = (CpuOptions::default(), Progress::default());
        let missing = missing(&wishes, &hosts);
        assert_eq!(missing.iter().map(|missing| missing.data.id.0).collect::<Vec<_>>(), [2, 3]);
        for Missing { data, columns } in missing {
            assert!(data.learn(columns, options.reading, &progress, &|| true).unwrap());
        }
        plain.adopt(&valued);
        let plans = plans(&wishes, &hosts, &[]).unwrap();
        let mut passes = Passes::new(&wishes, &hosts, &plans, (None, options));
        let places: Vec<_> = passes.layers.iter().map(|(pass, place, _)| (*pass, *place)).collect();
        assert_eq!(places, [(0, 0), (0, 1), (0, 2), (1, 0), (0, 3), (2, 0), (0, 0)]);
        assert_eq!(passes.rows(), 300);
        for one in &mut passes.passes {
            one.pass.as_mut().unwrap().advance(u64::MAX, &progress).unwrap();
        }
        for (shown, wish) in passes.shown(&wishes).iter().zip(&wishes) {
            let wanted =
                crate::aggregate::cpu::aggregate(&wish.data.table, &shown.plan, options, &Progress::default()).unwrap();
            assert_eq!(format!("{:?}", shown.aggregate), format!("{wanted:?}"));
        }
    }
}
