//! The window's state and what may be done to it; no egui here.

mod few;
mod files;
mod film;
mod hues;
mod live;
mod refused;
mod replaced;
mod samples;
mod saved;
mod sight;
mod time;
mod words;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::scene::aspect::Aspect;
use crate::scene::axis::{Scale, Size};
use crate::scene::history::History;
use crate::scene::layer::{AxisRequest, Layer};
use crate::scene::navigate::Lattice;
use crate::workbench::fields::Timeline;
use crate::workbench::figure::{DPI, FigureRequest, default_background};
use crate::workbench::frame::Theme;
use crate::workbench::session::{
    DataId, Event, FrameStatus, Generation, Looks, OpenData, Painted, Session, Wake, Wish,
};
use crate::workbench::sources::Sources;
use crate::workbench::{Change, EngineChoice, RawSpec, WorkbenchError};

use super::demo::Making;
use super::document::Document;
use super::filming::Filming;
use super::notices::Notices;
pub use files::Unlinked;
use files::{Candidate, Paperwork, Way};
use live::Live;
use samples::Samples;
use saved::SavedFigures;

/// What a drawing was asked for: data and layers, but for their styles.
type Asked = Vec<(DataId, Layer)>;

/// The two axes' requests.
type Views = [AxisRequest; 2];

/// All that a window shows and knows.
pub struct Model {
    session: Session,
    history: History<Option<Document>>,
    /// Views to go back and forward through.
    views: History<Views>,
    /// Where the pans of x and y began.
    lattices: [Lattice; 2],
    /// Data that was opened lately, the newest last.
    pool: Vec<Arc<OpenData>>,
    /// The data of the layers that are shown, in their order.
    data: Vec<Arc<OpenData>>,
    /// Their steps.
    timeline: Timeline,
    /// From the step before to the one that is shown.
    stride: i64,
    /// What is known of data that still comes.
    live: Live,
    /// A movie in the making.
    filming: Option<Filming>,
    candidate: Option<Candidate>,
    /// Sources that could not be opened, and why, so that nobody tries again and again.
    refused: Option<(Vec<Sources>, String)>,
    /// Why the newest frame could not be drawn.
    failure: Option<String>,
    /// What was said last of damaged data.
    damage: Vec<String>,
    asked: Option<Asked>,
    /// The looks that were last asked for.
    styled: Option<Looks>,
    generation: Option<Generation>,
    painted: Option<Arc<Painted>>,
    /// How often files were asked for.
    requests: u64,
    just_opened: Option<Vec<PathBuf>>,
    changed: Option<Change>,
    /// Whether the picture is to stay what it is in spite of that.
    is_left: bool,
    /// Whether nothing was said yet of what was opened last.
    is_new: bool,
    making: Option<Making>,
    saved: SavedFigures,
    /// Figures that are being written or read.
    paperwork: Vec<Paperwork>,
    /// A figure some of whose files are not there.
    unlinked: Option<Unlinked>,
    /// What was just opened in the place of another figure, to which it could be added instead, and when.
    replaced: Option<(Vec<PathBuf>, Instant)>,
    samples: Samples,
    wake: Wake,
    threads: Option<usize>,
    /// What to tell the person.
    pub notices: Notices,
}

impl Model {
    /// A model with nothing open. `wake` is called when [`Model::poll`] has something to do.
    ///
    /// # Errors
    /// A system that gives no threads.
    pub fn new(engine: EngineChoice, threads: Option<usize>, wake: Wake) -> Result<Self, WorkbenchError> {
        Ok(Self {
            session: Session::new(engine, threads, Arc::clone(&wake))?,
            history: History::new(None),
            views: History::new([AxisRequest::default(); 2]),
            lattices: [Lattice::default(); 2],
            pool: Vec::new(),
            data: Vec::new(),
            timeline: Timeline::default(),
            stride: 0,
            live: Live::default(),
            filming: None,
            candidate: None,
            refused: None,
            failure: None,
            damage: Vec::new(),
            asked: None,
            styled: None,
            generation: None,
            painted: None,
            requests: 0,
            just_opened: None,
            changed: None,
            is_left: false,
            is_new: false,
            making: None,
            saved: SavedFigures::default(),
            paperwork: Vec::new(),
            unlinked: None,
            replaced: None,
            samples: Samples::default(),
            wake,
            threads,
            notices: Notices::default(),
        })
    }

    /// The document, if anything is open.
    pub fn document(&self) -> Option<&Document> {
        self.history.current().as_ref()
    }

    /// The data of the active layer, once it is open.
    pub fn data(&self) -> Option<&Arc<OpenData>> {
        let active = self.document().map_or(0, |document| document.active);
        self.data.get(active).or(self.data.first())
    }

    /// The data of all layers, in their order, once it is open.
    pub fn all_data(&self) -> &[Arc<OpenData>] {
        &self.data
    }

    /// Whether a frame is of the layers that are shown, though perhaps in another view.
    pub fn is_current(&self, painted: &Painted) -> bool {
        painted.shown.is_of_data(self.data.iter())
    }

    /// Threads that the person allowed; all cores if not given.
    pub fn threads(&self) -> Option<usize> {
        self.threads
    }

    /// How long the frame in the making has been under way.
    pub fn busy_for(&self) -> Duration {
        self.session.working().map_or(Duration::ZERO, |working| working.since.elapsed())
    }

    /// Rows of all layers.
    pub fn rows(&self) -> u64 {
        self.data.iter().map(|data| data.table.rows()).sum()
    }

    /// The newest frame.
    pub fn painted(&self) -> Option<&Arc<Painted>> {
        self.painted.as_ref()
    }

    /// Whether files are being opened.
    pub fn is_opening(&self) -> bool {
        self.candidate.is_some()
    }

    /// What is being opened.
    pub fn opening(&self) -> Option<String> {
        self.candidate.as_ref().map(|candidate| candidate.document.layer().title())
    }

    /// Why what was last asked for could not be opened.
    pub fn refusal(&self) -> Option<&str> {
        self.refused.as_ref().map(|(_, why)| why.as_str())
    }

    /// Rows read of the frame in the making.
    pub fn rows_read(&self) -> Option<u64> {
        self.session.working().map(|working| working.rows)
    }

    /// Stops what goes on in the background.
    pub fn stop(&mut self) {
        self.forget_candidate();
        self.making = None;
        self.session.stop();
    }

    /// Changes the document: one step of undo, or part of the step before where that has the same label and is not yet
    /// settled. Other data is opened first.
    pub fn edit(&mut self, label: &'static str, change: impl FnOnce(&mut Document)) {
        let Some(mut document) = self.document().cloned() else { return };
        let (sources, views) = (document.sources(), views(&document));
        change(&mut document);
        if document.sources() != sources {
            self.propose(label, document, false);
            return;
        }
        if self::views(&document) != views {
            self.views.amend(label, self::views(&document));
        }
        self.history.amend(label, Some(document));
    }

    /// Makes a layer the one that the panels are about; nothing that is seen changes.
    pub fn activate(&mut self, index: usize) {
        self.settle();
        // Nothing of the figure changes, so there is nothing to undo.
        if let Some(document) = self.document() {
            let active = index.min(document.figure.layers.len() - 1);
            self.history.replace(Some(Document { active, ..document.clone() }));
        }
    }

    /// Ends a gesture: what follows is a step of its own.
    pub fn settle(&mut self) {
        self.history.settle();
        self.views.settle();
    }

    /// Takes the last step back.
    pub fn undo(&mut self) {
        self.settle();
        // The first step opened the file; there is nothing to see before it.
        if self.history.previous().is_some_and(Option::is_some) {
            self.at_the_same_step(History::undo);
        }
    }

    /// Takes the last step back back.
    pub fn redo(&mut self) {
        self.settle();
        self.at_the_same_step(History::redo);
    }

    /// Goes along the history, and stays at the step that is shown where the figure stays the same one.
    fn at_the_same_step(&mut self, go: impl FnOnce(&mut History<Option<Document>>) -> bool) {
        let place = |document: &Document| (document.origin, document.figure.step);
        let before = self.document().map(place);
        go(&mut self.history);
        self.refused = None;
        let now = self.document().map(place);
        if let (Some((origin, step)), Some((now, _))) = (before, now)
            && origin == now
        {
            self.go_to_step(step);
        }
    }

    /// What undo and redo would do.
    pub fn undo_labels(&self) -> (Option<&str>, Option<&str>) {
        let can_undo = self.history.previous().is_some_and(Option::is_some);
        (self.history.undo_name().filter(|_| can_undo), self.history.redo_name())
    }

    /// Goes back to the view before this one, or forward.
    pub fn travel(&mut self, forward: bool) {
        self.settle();
        let moved = if forward { self.views.redo() } else { self.views.undo() };
        let [x, y] = *self.views.current();
        if moved && let Some(document) = self.document().cloned() {
            let mut document = document;
            (document.figure.x, document.figure.y) = (x, y);
            self.history.change("View", Some(document));
        }
    }

    /// Has drawn what the document wants, at the plot's size and with so many pixels to a point; costs nothing where that is done or under way.
    pub fn sync(&mut self, size: Size, scale: f64) {
        let Some(document) = self.history.current().clone() else { return };
        let Some(data) = self.data_of(&document) else {
            // Undo or redo led to other data.
            if self.candidate.is_none()
                && self.refused.as_ref().is_none_or(|(sources, _)| *sources != document.sources())
            {
                self.seek("", document, Way { is_known: true, ..Way::default() });
            }
            return;
        };
        if self.data.iter().map(|data| data.id).ne(data.iter().map(|data| data.id)) {
            self.set_data(data.clone());
        }
        let figure = FigureRequest { dpi: DPI * scale, ..document.figure.clone() };
        let asked = asked(&figure, &data, size);
        let looks = Looks { scale, ..document.looks() };
        if self.asked.as_ref() != Some(&asked) {
            let next = self.next_steps(&asked, &figure, &data, size);
            self.generation = Some(self.session.draw_and_expect(wishes(&data, &asked), next, &looks));
            self.asked = Some(asked);
        } else if self.styled.as_ref() != Some(&looks) {
            self.session.restyle(&looks);
        }
        self.styled = Some(looks);
    }

    /// Takes in what has happened. Says whether anything has.
    pub fn poll(&mut self) -> bool {
        if let Some(made) = self.making.as_ref().and_then(Making::poll) {
            self.making = None;
            match made {
                Ok(path) => self.open(vec![path], RawSpec::default()),
                Err(error) => self.notices.error(error),
            }
        }
        self.take_paperwork();
        self.take_movie();
        self.go_on_following();
        let events = self.session.poll();
        let any = !events.is_empty();
        for event in events {
            match event {
                Event::Opened(data) => self.opened(data),
                Event::OpenFailed(id, refusal) => self.open_failed(id, refusal),
                Event::Painted(painted) => {
                    let is_newer = self.painted.as_ref().is_none_or(|p| p.shown.generation <= painted.shown.generation);
                    if is_newer {
                        self.painted = Some(Arc::new(*painted));
                        if let Some(failure) = self.failure.take() {
                            self.notices.resolve(&failure);
                        }
                        self.tell_damage();
                        self.tell_few();
                    }
                }
                Event::FileChanged(change) => self.file_changed(change),
                Event::Sampled(key, sampled) => self.samples.take(key, sampled),
                Event::Failed(generation, error) => {
                    if self.generation.is_none_or(|asked| generation >= asked) {
                        self.failure = Some(error.clone());
                        self.notices.error(error.clone());
                        self.take_back(error);
                    }
                }
            }
        }
        any
    }

    /// Turns an axis around.
    pub fn set_reversed(&mut self, is_x: bool, reversed: bool) {
        self.settle();
        self.edit("Reverse axis", |document| {
            let axis = if is_x { &mut document.figure.x } else { &mut document.figure.y };
            axis.reversed = Some(reversed);
        });
        self.settle();
    }

    /// Sets the theme. A background that is the old theme's own becomes the new one's.
    pub fn set_theme(&mut self, theme: Theme) {
        self.settle();
        self.edit("Theme", |document| {
            if document.figure.background == default_background(document.figure.theme) {
                document.figure.background = default_background(theme);
            }
            document.figure.theme = theme;
        });
        self.settle();
    }

    /// From light to dark and back.
    pub fn toggle_theme(&mut self) {
        let present = self.document().map(|document| document.figure.theme);
        self.set_theme(if present == Some(Theme::Dark) { Theme::Light } else { Theme::Dark });
    }

    /// The files that were opened since the last call.
    pub fn take_opened(&mut self) -> Option<Vec<PathBuf>> {
        self.just_opened.take()
    }

    /// Opens the example, which is made first where it is missing.
    pub fn open_demo(&mut self, path: PathBuf) {
        self.making = Some(Making::start(path, Arc::clone(&self.wake)));
    }

    /// Share of the example that is made, while it is being made.
    pub fn making(&self) -> Option<f32> {
        self.making.as_ref().map(Making::share)
    }

    /// Whether the picture is what the document says: no preview, nothing under way.
    pub fn is_at_rest(&self) -> bool {
        let is_exact = |painted: &Arc<Painted>| {
            let is_newest = Some(painted.shown.generation) == self.generation;
            is_newest && painted.is_settled && painted.shown.status == FrameStatus::Exact
        };
        self.candidate.is_none()
            && match (&self.painted, self.document()) {
                (Some(painted), Some(document)) => {
                    is_exact(painted) && painted.looks == Looks { scale: painted.looks.scale, ..document.looks() }
                }
                (None, Some(_)) => false,
                (_, None) => true,
            }
    }

    /// The files that are open.
    pub fn paths(&self) -> Vec<&Path> {
        let mut paths: Vec<&Path> = Vec::new();
        for layer in self.document().iter().flat_map(|document| &document.figure.layers) {
            for path in &layer.sources.inputs {
                if !paths.contains(&path.as_path()) {
                    paths.push(path);
                }
            }
        }
        paths
    }

    /// Sets the scale of an axis; ranges that it cannot show are fitted anew.
    pub fn set_scale(&mut self, is_x: bool, scale: Scale) {
        self.settle();
        self.edit("Scale", |document| {
            // Units are as long as others on linear axes only.
            if scale != Scale::Linear {
                document.figure.aspect = Aspect::AUTO;
            }
            let axis = if is_x { &mut document.figure.x } else { &mut document.figure.y };
            axis.scale = scale;
            let reaches_zero = axis.range.is_some_and(|range| range.start.to_f64() <= 0.0);
            if scale == Scale::Log && reaches_zero {
                axis.range = None;
            }
        });
        self.settle();
    }
}

/// What is to be drawn of a figure with some data.
fn asked(figure: &FigureRequest, data: &[Arc<OpenData>], size: Size) -> Asked {
    let tables: Vec<_> = data.iter().map(|data| &data.table).collect();
    let layers = figure.layers_of(&tables, size).into_iter().map(Layer::without_colors);
    data.iter().map(|data| data.id).zip(layers).collect()
}

fn wishes(data: &[Arc<OpenData>], asked: &Asked) -> Vec<Wish> {
    let wish =
        |(data, (_, layer)): (&Arc<OpenData>, &(DataId, Layer))| Wish { data: Arc::clone(data), layer: layer.clone() };
    data.iter().zip(asked).map(wish).collect()
}

fn views(document: &Document) -> Views {
    [document.figure.x, document.figure.y]
}

#[cfg(test)]
mod tests;
