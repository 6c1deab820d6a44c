//! A session: data opened and drawn by threads of their own, for a window that never waits.
//!
//! Requests go in at once and answers come out as [`Event`]s; a newer request makes an older one give way, and an older
//! answer never overwrites a newer one. Four kinds of threads: `scumble-open` (one a request), `scumble-engine` (the
//! numbers), `scumble-paint` (the colors), so that a new style need not wait for a pass over the data, and `scumble-sample`
//! (how the values of a column lie).

mod desk;
mod looks;
mod manners;
mod opened;
mod painting;
mod resident;
mod sampling;
mod whole;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use crate::aggregate::{Aggregate, CellsInView, cpu::CpuOptions};
use crate::data::DataError;
use crate::data::parallel::{Progress, Reading};
use crate::data::sample::ColumnSample;
use crate::data::watch::{Change, Watch};
use crate::figure::image::Image;
use crate::plan::FramePlan;
use crate::scene::axis::View;
use crate::scene::layer::Layer;
use crate::scene::reduction::Reduction;

use super::sources::Sources;
use super::{EngineChoice, EngineUsed, WorkbenchError};
use desk::Desk;
use looks::{Bench, Speed};
use resident::Resident;

pub use opened::{FileFacts, OpenData};
pub use painting::{LayerLook, Looks, PaintedLayer};
pub use sampling::SampleKey;

/// Which opened data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataId(u64);

/// Which request; later ones are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(u64);

/// Which rows a frame covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameStatus {
    /// All rows, every one in its bin.
    Exact,
    /// An unbiased sample, scaled up.
    Preview {
        /// Rows in the sample.
        seen: u64,
        /// Rows in all.
        rows: u64,
    },
}

/// The numbers of a frame.
#[derive(Debug)]
pub struct Shown {
    /// The request that they answer.
    pub generation: Generation,
    /// What was asked for, layer by layer, the lowest first.
    pub wishes: Vec<Wish>,
    /// The numbers of each layer.
    pub layers: Vec<ShownLayer>,
    /// What the plot shows.
    pub view: View,
    /// Which rows they cover.
    pub status: FrameStatus,
    /// The engine.
    pub engine: EngineUsed,
    /// Seconds since the request was taken up.
    pub seconds: f64,
}

/// A layer to draw: its data, and its axes, size and reduction.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Its data.
    pub data: Arc<OpenData>,
    /// What to draw of it; its style is not looked at.
    pub layer: Layer,
}

impl Wish {
    /// Whether the categories of its data are still to be found.
    fn needs_categories(&self) -> bool {
        matches!(self.layer.reduction, Reduction::By { .. }) && self.data.table.categories().is_none()
    }
}

/// The numbers of a layer.
#[derive(Debug, Clone)]
pub struct ShownLayer {
    /// The plan they follow.
    pub plan: FramePlan,
    /// The numbers; layers that ask for the same share them.
    pub aggregate: Arc<Aggregate>,
    /// The cells of a field, where contour lines are drawn along them.
    pub cells: Option<Arc<CellsInView>>,
}

impl Shown {
    /// Whether a job asks for the same, perhaps at another size.
    fn is_of(&self, job: &DrawJob) -> bool {
        let is_same = |(a, b): (&Wish, &Wish)| {
            let resized = Layer { size: a.layer.size, style: a.layer.style.clone(), ..b.layer.clone() };
            a.data.id == b.data.id && a.layer == resized
        };
        self.wishes.len() == job.wishes.len() && self.wishes.iter().zip(&job.wishes).all(is_same)
    }

    /// The exact numbers of a plan of some data, if they are here.
    fn exact(&self, data: DataId, plan: &FramePlan) -> Option<(Arc<Aggregate>, Option<Arc<CellsInView>>)> {
        let layers = self.wishes.iter().zip(&self.layers).filter(|_| self.status == FrameStatus::Exact);
        let mut same = layers.filter(|(wish, layer)| wish.data.id == data && layer.plan == *plan);
        same.next().map(|(_, layer)| (Arc::clone(&layer.aggregate), layer.cells.clone()))
    }

    /// Whether all layers are of open data.
    pub fn is_of_data<'a>(&self, mut data: impl Iterator<Item = &'a Arc<OpenData>>) -> bool {
        self.wishes.iter().all(|wish| data.next().is_some_and(|data| data.id == wish.data.id)) && data.next().is_none()
    }
}

/// A frame with its colors.
#[derive(Debug)]
pub struct Painted {
    /// Its numbers.
    pub shown: Arc<Shown>,
    /// The looks it has.
    pub looks: Looks,
    /// The plot, at the view's size in pixels.
    pub picture: Image,
    /// Its layers, the lowest first.
    pub layers: Vec<Arc<PaintedLayer>>,
}

/// What a session has to tell.
#[derive(Debug)]
pub enum Event {
    /// Data is open.
    Opened(Arc<OpenData>),
    /// Data could not be opened; a sentence says why.
    OpenFailed(DataId, String),
    /// A frame is ready to be shown.
    Painted(Box<Painted>),
    /// A frame could not be drawn or painted; a sentence says why.
    Failed(Generation, String),
    /// A watched file is no longer what it was when it was opened.
    FileChanged(Change),
    /// A column was sampled, or a sentence on why it could not be.
    Sampled(SampleKey, Result<Arc<ColumnSample>, String>),
}

/// Called, from any thread, when there is an event.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// Work for the engine's thread.
enum Job {
    /// To read the ranges of x and y of data that was just opened: nobody asked for it yet, but will.
    Learn(Arc<OpenData>),
    /// To find out what the painter wants to know of whole data.
    Whole,
    /// To draw.
    Draw(Box<DrawJob>),
}

struct DrawJob {
    generation: Generation,
    wishes: Vec<Wish>,
}

/// What the threads of a session share.
struct Shared {
    engine: Desk<Job>,
    /// Says that the latest numbers, or the style, have changed.
    paint: Desk<()>,
    samples: Desk<sampling::SampleJob>,
    latest: Mutex<Option<Arc<Shown>>>,
    looks: Mutex<Looks>,
    wholes: Mutex<whole::Known>,
    wants_whole: Mutex<Option<whole::Wanted>>,
    events: Mutex<Sender<Event>>,
    wake: Wake,
    is_drawing: AtomicBool,
    reading: Reading,
    choice: EngineChoice,
}

impl Shared {
    fn send(&self, event: Event) {
        // With no receiver left the session is over, and nobody misses the event.
        let _ = self.events.lock().unwrap_or_else(PoisonError::into_inner).send(event);
        (self.wake)();
    }

    fn looks(&self) -> Looks {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// How far the frame in the making is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Working {
    /// Rows read.
    pub rows: u64,
}

/// Data and frames for one window.
pub struct Session {
    shared: Arc<Shared>,
    events: Receiver<Event>,
    last: u64,
    opening: Vec<(DataId, Arc<Progress>)>,
    watch: Option<Watch>,
}

impl Session {
    /// Starts the threads. `wake` is called whenever there is something to [`Session::poll`].
    ///
    /// # Errors
    /// A system that gives no threads.
    pub fn new(choice: EngineChoice, threads: Option<usize>, wake: Wake) -> Result<Self, WorkbenchError> {
        let (sender, events) = channel();
        let mut reading = Reading::default();
        reading.threads = threads.unwrap_or(reading.threads).max(1);
        let shared = Arc::new(Shared {
            engine: Desk::new(),
            paint: Desk::new(),
            samples: Desk::new(),
            latest: Mutex::new(None),
            looks: Mutex::new(Looks::default()),
            wholes: Mutex::default(),
            wants_whole: Mutex::default(),
            events: Mutex::new(sender),
            wake,
            is_drawing: AtomicBool::new(false),
            reading,
            choice,
        });
        let session = Self { shared: Arc::clone(&shared), events, last: 0, opening: Vec::new(), watch: None };
        let (engine, painter, sampler) = (Arc::clone(&shared), Arc::clone(&shared), shared);
        start("scumble-engine", move || draw_all(&engine))?;
        start("scumble-paint", move || paint_all(&painter))?;
        start("scumble-sample", move || sampling::sample_all(&sampler))?;
        Ok(session)
    }

    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Opens files; [`Event::Opened`] or [`Event::OpenFailed`] follows.
    pub fn open(&mut self, sources: Sources) -> DataId {
        let id = DataId(self.next());
        let progress = Arc::new(Progress::default());
        self.opening.push((id, Arc::clone(&progress)));
        let shared = Arc::clone(&self.shared);
        let open = move || match sources.open(&progress) {
            Ok(opened) => {
                let data = Arc::new(OpenData::new(id, sources, opened));
                shared.send(Event::Opened(Arc::clone(&data)));
                shared.engine.offer(Job::Learn(data));
            }
            Err(error) => shared.send(Event::OpenFailed(id, error.to_string())),
        };
        if let Err(error) = start("scumble-open", open) {
            self.shared.send(Event::OpenFailed(id, error.to_string()));
        }
        id
    }

    /// Stops opening data.
    pub fn stop_opening(&mut self, id: DataId) {
        for (_, progress) in self.opening.iter().filter(|(opening, _)| *opening == id) {
            progress.cancel();
        }
    }

    /// Whether anything is being opened.
    pub fn is_opening(&self) -> bool {
        !self.opening.is_empty()
    }

    /// Draws layers, which share axes and size, in looks of theirs; an older frame in the making gives way.
    pub fn draw(&mut self, wishes: Vec<Wish>, looks: &Looks) -> Generation {
        let generation = Generation(self.next());
        self.set_looks(looks);
        self.shared.is_drawing.store(true, Ordering::Relaxed);
        // What is being found out for a frame of one layer is not lost to a newer one that needs the same.
        let needs = match wishes.as_slice() {
            [wish] => wish.data.needs(&wish.layer),
            _ => None,
        };
        let job = Box::new(DrawJob { generation, wishes });
        self.shared.engine.put(Job::Draw(job), needs);
        generation
    }

    /// Watches the files of some data, and no longer those of other data; [`Event::FileChanged`] tells of changes.
    pub fn watch(&mut self, data: &[Arc<OpenData>]) {
        let mut files: Vec<_> = data.iter().flat_map(|data| data.table.files()).collect();
        // Layers may be of the same file; of two looks at it, the first is kept.
        files.sort_by(|(a, _), (b, _)| a.cmp(b));
        files.dedup_by(|(later, _), (first, _)| later == first);
        let shared = Arc::clone(&self.shared);
        // Without a thread for it, nothing is noticed: the next pass over the file still finds out.
        self.watch = Watch::start(files, move |change| shared.send(Event::FileChanged(change))).ok();
    }

    /// Colors the latest numbers anew; touches no file.
    pub fn restyle(&mut self, looks: &Looks) {
        self.set_looks(looks);
        self.shared.paint.put((), None);
    }

    fn set_looks(&self, looks: &Looks) {
        self.shared.looks.lock().unwrap_or_else(PoisonError::into_inner).clone_from(looks);
    }

    /// Stops the frame in the making; what is shown stays.
    pub fn stop(&mut self) {
        self.shared.engine.clear();
    }

    /// How far the frame in the making is, if one is.
    pub fn working(&self) -> Option<Working> {
        if !self.shared.is_drawing.load(Ordering::Relaxed) {
            return None;
        }
        let rows = self.shared.engine.progress().map_or(0, |progress| progress.rows());
        Some(Working { rows })
    }

    /// What has happened since the last call. Never waits.
    pub fn poll(&mut self) -> Vec<Event> {
        let events: Vec<Event> = self.events.try_iter().collect();
        for event in &events {
            if let Event::Opened(_) | Event::OpenFailed(..) = event {
                let id = match event {
                    Event::Opened(data) => data.id,
                    Event::OpenFailed(id, _) => *id,
                    _ => continue,
                };
                self.opening.retain(|(opening, _)| *opening != id);
            }
        }
        events
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The threads end by themselves: nobody waits for a disk.
        self.shared.engine.close();
        self.shared.paint.close();
        self.shared.samples.close();
        self.opening.iter().for_each(|(_, progress)| progress.cancel());
    }
}

fn start(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), WorkbenchError> {
    let started = thread::Builder::new().name(name.to_owned()).spawn(work);
    started.map(drop).map_err(|e| WorkbenchError::Request(format!("the system gives no thread: {e}")))
}

/// The engine's thread.
fn draw_all(shared: &Arc<Shared>) {
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
        shared.is_drawing.store(true, Ordering::Relaxed);
        let started = Instant::now();
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
            shared.paint.put((), None);
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
        let drawn = survive(|| looks::draw(&job.wishes, &mut bench));
        shared.is_drawing.store(false, Ordering::Relaxed);
        match drawn {
            Ok(None) => (shared.wake)(),
            Ok(Some(plan)) => {
                (shared.wake)();
                // The picture is shown; what follows is for the next ones, and gives way to them.
                let taken = survive(|| resident.take_in(&job.wishes[0].data, &plan, &progress));
                if let Some(error) = taken.err().filter(|error| !is_stop(error)) {
                    shared.send(Event::Failed(job.generation, error.to_string()));
                }
            }
            Err(error) if is_stop(&error) => (shared.wake)(),
            Err(error) => shared.send(Event::Failed(job.generation, error.to_string())),
        }
        find_whole(shared, options, &progress);
    }
}

/// A stop is no fault, and what is wrong with the data is told to whoever asks for a frame of it.
fn find_whole(shared: &Shared, options: CpuOptions, progress: &Progress) {
    drop(survive(|| shared.find_whole(options, progress)));
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

fn is_stop(error: &WorkbenchError) -> bool {
    use super::EngineError;
    matches!(
        error,
        WorkbenchError::Data(DataError::Cancelled) | WorkbenchError::Engine(EngineError::Data(DataError::Cancelled))
    )
}

/// The painter's thread.
fn paint_all(shared: &Arc<Shared>) {
    let mut painter = painting::Painting::new(shared.reading.threads);
    while let Some(((), _)) = shared.paint.take() {
        let Some(shown) = shared.latest.lock().unwrap_or_else(PoisonError::into_inner).clone() else { continue };
        let wanted = shared.looks();
        let generation = shown.generation;
        match survive(|| {
            let looks = shared.resolved(&shown, wanted.clone())?;
            // What the person wants is what the picture is of, whatever that came to in values.
            Ok(Painted { looks: wanted.clone(), ..painter.paint(shown.clone(), looks)? })
        }) {
            Ok(painted) => shared.send(Event::Painted(Box::new(painted))),
            Err(error) => shared.send(Event::Failed(generation, error.to_string())),
        }
    }
}

/// A fault in one frame shall not end the thread that draws all others.
fn survive<T>(work: impl FnOnce() -> Result<T, WorkbenchError>) -> Result<T, WorkbenchError> {
    let fault = |_| Err(WorkbenchError::Request("an internal error; the log says more".to_owned()));
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(fault)
}

#[cfg(test)]
mod tests;
