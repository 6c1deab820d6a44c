//! What the engine's and the painter's threads do all day.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use crate::aggregate::cpu::CpuOptions;
use crate::data::{DataError, Progress};
use crate::workbench::{EngineError, EngineUsed, WorkbenchError};

use super::ahead::Ready;
use super::looks::{self, Bench, Speed};
use super::painting::Painting;
use super::resident::Resident;
use super::whole::Resolved;
use super::{Event, FrameStatus, Job, Looks, OpenData, Painted, Shared, Shown, ShownLayer, Wish, manners};

/// The engine's thread.
pub(super) fn draw_all(shared: &Arc<Shared>) {
    manners::stand_back();
    let options = CpuOptions { reading: shared.reading, ..CpuOptions::default() };
    let mut speed = Speed::default();
    let mut resident = Resident::new(shared.choice);
    while let Some((job, progress)) = shared.engine.take() {
        let job = match job {
            Job::Draw(job) => job,
            Job::Learn(data) => {
                learn(shared, &data, &progress);
                continue;
            }
            Job::Whole => {
                find_whole(shared, options, &progress);
                continue;
            }
        };
        let started = Instant::now();
        shared.works_since(Some(started));
        let latest = shared.latest.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let has_preview = latest.as_ref().is_some_and(|shown| shown.is_of(&job));
        let mut show = |layers: Vec<ShownLayer>, status: FrameStatus, engine: &EngineUsed| {
            let Some(view) = layers.first().map(|layer| layer.plan.view) else { return true };
            let shown = Shown {
                generation: job.generation,
                wishes: job.wishes.clone(),
                layers,
                view,
                status,
                engine: engine.clone(),
                seconds: started.elapsed().as_secs_f64(),
            };
            *shared.latest.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(shown));
            shared.paint.put(PaintJob::Latest, None);
            !shared.engine.has_shown()
        };
        let finds_out = |what: Option<u64>| {
            shared.engine.finds_out(what);
            what.is_some() || !shared.engine.has_newer()
        };
        let mut bench = Bench {
            options,
            speed: &mut speed,
            progress: &progress,
            finds_out: &finds_out,
            has_preview,
            latest,
            resident: &mut resident,
            show: &mut show,
        };
        let drawn = match shared.ahead.layers(job.ahead) {
            Some(layers) => {
                let plan = layers.first().map(|layer| layer.plan);
                let used = EngineUsed::cpu(options.reading.threads, "each row is read once");
                (bench.show)(layers, FrameStatus::Exact, &used);
                Ok(plan)
            }
            None => survive(|| looks::draw(&job.wishes, &mut bench)),
        };
        shared.works_since(None);
        match drawn {
            Ok(None) => (shared.wake)(),
            Ok(Some(plan)) => {
                (shared.wake)();
                // The picture is shown; what follows is for the next ones, and gives way to them.
                let taken = survive(|| resident.take_in(&job.wishes[0].data, &plan, &progress));
                if let Some(error) = taken.err().filter(|error| !is_stop(error)) {
                    shared.send(Event::Failed(job.generation, error.to_string()));
                }
                work_ahead(shared, options, &mut speed, &mut resident, &progress);
            }
            Err(error) if is_stop(&error) => (shared.wake)(),
            Err(error) => shared.send(Event::Failed(job.generation, error.to_string())),
        }
        find_whole(shared, options, &progress);
    }
}

/// Works out the numbers of frames that are expected, until somebody asks for another one.
fn work_ahead(
    shared: &Arc<Shared>,
    options: CpuOptions,
    speed: &mut Speed,
    resident: &mut Resident,
    progress: &Progress,
) {
    while let Some((key, wishes)) = shared.ahead.next().filter(|_| !shared.engine.has_newer()) {
        // Whoever asks for this very frame lets it be finished.
        shared.engine.finds_out(Some(key));
        progress.restart();
        let latest = shared.latest.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(generation) = latest.as_ref().map(|latest| latest.generation) else { return };
        // What does not change from step to step is in the latest frame; no table is read for a frame that may never be seen.
        let is_known = |wish: &Wish| {
            let is_it = |known: &Wish| known.data.id == wish.data.id && known.layer == wish.layer;
            wish.data.table.field().is_some() || latest.as_ref().is_some_and(|latest| latest.wishes.iter().any(is_it))
        };
        if !wishes.iter().all(is_known) {
            shared.ahead.take_in(key, None);
            continue;
        }
        let mut made = None;
        let mut show = |layers: Vec<ShownLayer>, status: FrameStatus, engine: &EngineUsed| {
            if let (FrameStatus::Exact, Some(view)) = (status, layers.first().map(|layer| layer.plan.view)) {
                let (wishes, engine) = (wishes.clone(), engine.clone());
                made = Some(Shown { generation, wishes, layers, view, status, engine, seconds: 0.0 });
            }
            true
        };
        let mut bench = Bench {
            options,
            speed,
            progress,
            finds_out: &|_| true,
            has_preview: true,
            latest,
            resident,
            show: &mut show,
        };
        let drawn = survive(|| looks::draw(&wishes, &mut bench));
        shared.engine.finds_out(None);
        if drawn.as_ref().is_err_and(is_stop) {
            return;
        }
        // What is wrong with a step is told to whoever asks for it.
        shared.ahead.take_in(key, made);
        shared.paint.offer(PaintJob::Ahead);
    }
}

/// Finds out what the painter wants to know of whole data, if there is such a thing and nobody waits for a frame.
fn find_whole(shared: &Shared, options: CpuOptions, progress: &Progress) {
    let Some(wanted) = shared.wanted() else { return };
    shared.works_since(Some(Instant::now()));
    let found = survive(|| shared.find_whole(wanted, options, progress));
    shared.works_since(None);
    (shared.wake)();
    if let Some(error) = found.err().filter(|error| !is_stop(error)) {
        let latest = shared.latest.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(shown) = latest else { return };
        let text = format!("the colors of all data cannot be found, those of a part stand in: {error}");
        shared.send(Event::Failed(shown.generation, text));
    }
}

/// Reads ahead what the first frame will have to know, until somebody asks for a frame.
fn learn(shared: &Shared, data: &OpenData, progress: &Progress) {
    // What the first frame needs is found out here; so it lets this come to a good place to stop.
    shared.engine.finds_out(Some(data.key()));
    let missing = data.missing([true, true, false]);
    let learned = survive(|| data.learn(missing, shared.reading, progress, &|| !shared.engine.has_newer()));
    // What is wrong is told to whoever asks for a frame.
    drop(learned);
}

pub(super) fn is_stop(error: &WorkbenchError) -> bool {
    matches!(
        error,
        WorkbenchError::Data(DataError::Cancelled) | WorkbenchError::Engine(EngineError::Data(DataError::Cancelled))
    )
}

/// Work for the painter's thread.
pub(super) enum PaintJob {
    /// The latest numbers, or the style, have changed.
    Latest,
    /// There are numbers of frames that are expected.
    Ahead,
}

/// The painter's thread.
pub(super) fn paint_all(shared: &Arc<Shared>) {
    let mut painter = Painting::new(shared.reading.threads);
    while let Some((job, _)) = shared.paint.take() {
        if let PaintJob::Latest = job {
            paint_latest(shared, &mut painter);
        }
        paint_ahead(shared, &painter);
    }
}

fn paint_latest(shared: &Arc<Shared>, painter: &mut Painting) {
    let Some(shown) = shared.latest.lock().unwrap_or_else(PoisonError::into_inner).clone() else { return };
    let wanted = shared.looks();
    let generation = shown.generation;
    if let Some(Ready { painted, painter: its }) = shared.ahead.ready(&shown, &wanted) {
        *painter = its;
        return shared.send(Event::Painted(Box::new(Painted { shown, ..painted })));
    }
    match survive(|| paint(shared, painter, shown, &wanted)) {
        Ok(painted) => shared.send(Event::Painted(Box::new(painted))),
        Err(error) => shared.send(Event::Failed(generation, error.to_string())),
    }
}

fn paint(
    shared: &Arc<Shared>,
    painter: &mut Painting,
    shown: Arc<Shown>,
    wanted: &Looks,
) -> Result<Painted, WorkbenchError> {
    let Resolved { looks, is_settled } = shared.resolved(&shown, wanted.clone())?;
    // What the person wants is what the picture is of, whatever that came to in values.
    Ok(Painted { looks: wanted.clone(), is_settled, ..painter.paint(shown, looks)? })
}

/// Gives colors to frames that are expected, until something else is to be painted.
fn paint_ahead(shared: &Arc<Shared>, painter: &Painting) {
    while let Some((key, shown)) = shared.ahead.next_unpainted().filter(|_| !shared.paint.has_newer()) {
        let (mut painter, wanted) = (painter.clone(), shared.looks());
        // Limits that are still to be found out will be others in a moment.
        let is_settled = shared.resolved(&shown, wanted.clone()).is_ok_and(|resolved| resolved.is_settled);
        let painted = if is_settled { survive(|| paint(shared, &mut painter, shown, &wanted)).ok() } else { None };
        shared.ahead.take_in_colors(key, painted.map(|painted| Ready { painted, painter }));
    }
}

/// A fault in one frame shall not end the thread that draws all others.
pub(super) fn survive<T>(work: impl FnOnce() -> Result<T, WorkbenchError>) -> Result<T, WorkbenchError> {
    let fault = |_| Err(WorkbenchError::Request("an internal error; the log says more".to_owned()));
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(fault)
}
