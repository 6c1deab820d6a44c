//! A session: data opened and drawn by threads of their own, for a window that never waits.
//!
//! Requests go in at once and answers come out as [`Event`]s; a newer request makes an older one give way, and an older
//! answer never overwrites a newer one. Four kinds of threads: `scumble-open` (one a request), `scumble-engine` (the
//! numbers), `scumble-paint` (the colors), so that a new style need not wait for a pass over the data, and `scumble-sample`
//! (how the values of a column lie).

mod ahead;
mod desk;
mod looks;
mod manners;
mod opened;
mod painting;
mod reports;
mod resident;
mod sampling;
mod threads;
mod whole;

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::aggregate::{Aggregate, CellsInView};
use crate::data::parallel::{Progress, Reading};
use crate::data::sample::ColumnSample;
use crate::data::watch::{Change, Watch};
use crate::figure::image::Image;
use crate::plan::FramePlan;
use crate::scene::axis::View;
use crate::scene::layer::Layer;
use crate::scene::reduction::Reduction;

use super::sources::{Sources, is_stream};
use super::{EngineChoice, EngineUsed, WorkbenchError};
use ahead::Ahead;
use desk::Desk;
use threads::PaintJob;

pub use ahead::MOST as MOST_AHEAD;
pub use manners::stand_back;
pub use opened::{FileFacts, OpenData, Refusal};
pub use painting::{LayerLook, Looks, PaintedLayer};
pub use reports::{FileInfo, Reporting};
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
    /// What to draw of it; of its style only which values are special is looked at.
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
            let resized = Layer { size: a.layer.size, ..b.layer.clone().without_colors() };
            a.data.id == b.data.id && a.layer.clone().without_colors() == resized
        };
        self.wishes.len() == job.wishes.len() && self.wishes.iter().zip(&job.wishes).all(is_same)
    }

    /// The exact numbers of a plan of some data, if they are here.
    fn exact(&self, data: DataId, plan: &FramePlan) -> Option<(Arc<Aggregate>, Option<Arc<CellsInView>>)> {
        let layers = self.wishes.iter().zip(&self.layers).filter(|_| self.status == FrameStatus::Exact);
        let mut same = layers.filter(|(wish, layer)| wish.data.id == data && layer.plan == *plan);
        same.next().map(|(_, layer)| (Arc::clone(&layer.aggregate), layer.cells.clone()))
    }

    /// Whether all layers are of open data, perhaps as it was before it was read anew.
    pub fn is_of_data<'a>(&self, mut data: impl Iterator<Item = &'a Arc<OpenData>>) -> bool {
        let mut is_of = |wish: &Wish| data.next().is_some_and(|data| data.sources == wish.data.sources);
        self.wishes.iter().all(&mut is_of) && data.next().is_none()
    }
}

/// A frame with its colors.
#[derive(Debug)]
pub struct Painted {
    /// Its numbers.
    pub shown: Arc<Shown>,
    /// The looks it has.
    pub looks: Looks,
    /// Whether all that its colors depend on is known. What the whole data says may not be, where a part of it is shown.
    pub is_settled: bool,
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
    OpenFailed(DataId, Refusal),
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
    /// Whether it may have been worked out ahead.
    ahead: Option<u64>,
}

/// What the threads of a session share.
struct Shared {
    engine: Desk<Job>,
    paint: Desk<PaintJob>,
    ahead: Ahead,
    samples: Desk<sampling::SampleJob>,
    latest: Mutex<Option<Arc<Shown>>>,
    looks: Mutex<Looks>,
    wholes: Mutex<whole::Known>,
    wants_whole: Mutex<Option<whole::Wanted>>,
    events: Mutex<Sender<Event>>,
    wake: Wake,
    working: Mutex<Option<Instant>>,
    reading: Reading,
    choice: EngineChoice,
}

impl Shared {
    fn send(&self, event: Event) {
        // With no receiver left the session is over, and nobody misses the event.
        let _ = self.events.lock().unwrap_or_else(PoisonError::into_inner).send(event);
        (self.wake)();
    }

    /// Since when the engine works on what somebody waits for, if it does.
    fn works_since(&self, since: Option<Instant>) {
        *self.working.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }

    fn looks(&self) -> Looks {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// How long a step of fields that was not shown yet may be drawn on when a newer one is wanted.
const STEP_GRACE: Duration = Duration::from_millis(250);

/// How far the frame in the making is, or what is found out for its colors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Working {
    /// When it was asked for.
    pub since: Instant,
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
            ahead: Ahead::default(),
            samples: Desk::new(),
            latest: Mutex::new(None),
            looks: Mutex::new(Looks::default()),
            wholes: Mutex::default(),
            wants_whole: Mutex::default(),
            events: Mutex::new(sender),
            wake,
            working: Mutex::default(),
            reading,
            choice,
        });
        let session = Self { shared: Arc::clone(&shared), events, last: 0, opening: Vec::new(), watch: None };
        let (engine, painter, sampler) = (Arc::clone(&shared), Arc::clone(&shared), shared);
        start("scumble-engine", move || threads::draw_all(&engine))?;
        start("scumble-paint", move || threads::paint_all(&painter))?;
        start("scumble-sample", move || sampling::sample_all(&sampler))?;
        Ok(session)
    }

    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Opens files; [`Event::Opened`] or [`Event::OpenFailed`] follows.
    pub fn open(&mut self, sources: Sources) -> DataId {
        self.open_with(sources, false)
    }

    /// As [`Session::open`], of files that are still being written: what cannot be understood for the moment, because
    /// somebody is just writing it, is looked at again a few times.
    pub fn open_growing(&mut self, sources: Sources) -> DataId {
        self.open_with(sources, true)
    }

    fn open_with(&mut self, sources: Sources, is_growing: bool) -> DataId {
        let id = DataId(self.next());
        let progress = Arc::new(Progress::default());
        self.opening.push((id, Arc::clone(&progress)));
        let shared = Arc::clone(&self.shared);
        let paths = sources.inputs.clone();
        let open = move || match opened::open(&sources, is_growing, &progress) {
            Ok(opened) => {
                let data = Arc::new(OpenData::new(id, sources, opened, is_growing));
                shared.send(Event::Opened(Arc::clone(&data)));
                shared.engine.offer(Job::Learn(data));
            }
            Err(error) => shared.send(Event::OpenFailed(id, Refusal::of(&error, &paths))),
        };
        if let Err(error) = start("scumble-open", open) {
            self.shared.send(Event::OpenFailed(id, Refusal { why: error.to_string(), as_raw: None }));
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
        self.draw_and_expect(wishes, Vec::new(), looks)
    }

    /// As [`Session::draw`]; frames that will probably follow, the next one first, are worked out when nobody waits for
    /// anything, as many as there is room for.
    pub fn draw_and_expect(&mut self, wishes: Vec<Wish>, next: Vec<Vec<Wish>>, looks: &Looks) -> Generation {
        let generation = Generation(self.next());
        self.set_looks(looks);
        self.shared.works_since(Some(Instant::now()));
        let ahead = self.shared.ahead.claim(&wishes);
        let room = ahead::room_for(&wishes);
        self.shared.ahead.expect(next.into_iter().take(room).collect());
        // What is being found out for a frame of one layer is not lost to a newer one that needs the same.
        let needs = match wishes.as_slice() {
            [wish] => wish.data.needs(&wish.layer),
            _ => None,
        };
        let is_of_fields = wishes.iter().all(|wish| wish.data.table.field().is_some());
        let job = Job::Draw(Box::new(DrawJob { generation, wishes, ahead }));
        match is_of_fields {
            // Of steps that follow each other faster than they are drawn, some are to be seen.
            true => self.shared.engine.put_within(STEP_GRACE, job, ahead),
            false => self.shared.engine.put(job, ahead.or(needs)),
        }
        generation
    }

    /// Watches the files of some data, and no longer those of other data; [`Event::FileChanged`] tells of changes.
    pub fn watch(&mut self, data: &[Arc<OpenData>]) {
        let mut files: Vec<_> = data.iter().flat_map(|data| data.table.files()).collect();
        // What came through a pipe is all there will be of it.
        files.retain(|(path, _)| !is_stream(path));
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
        self.shared.ahead.forget_colors();
        self.shared.paint.put(PaintJob::Latest, None);
    }

    fn set_looks(&self, looks: &Looks) {
        self.shared.looks.lock().unwrap_or_else(PoisonError::into_inner).clone_from(looks);
    }

    /// Stops the frame in the making; what is shown stays.
    pub fn stop(&mut self) {
        self.shared.engine.clear();
    }

    /// How far the work on a frame is, if there is some.
    pub fn working(&self) -> Option<Working> {
        let since = *self.shared.working.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = self.shared.engine.progress().map_or(0, |progress| progress.rows());
        since.map(|since| Working { rows, since })
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

#[cfg(test)]
mod tests;
