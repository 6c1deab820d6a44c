//! The window's state and what may be done to it; no egui here.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::scene::axis::{Axis, Range, Scale, Size, View};
use crate::scene::history::History;
use crate::scene::layer::{AxisRequest, Layer};
use crate::scene::style::Style;
use crate::workbench::figure::default_background;
use crate::workbench::frame::{FigureText, Quantity, Theme};
use crate::workbench::session::{DataId, Event, FrameStatus, Generation, OpenData, Painted, Session, Wake};
use crate::workbench::sources::Sources;
use crate::workbench::words::{quantities, words};
use crate::workbench::{Change, ChangeKind, EngineChoice, RawSpec, WorkbenchError};

use super::demo::Making;
use super::document::Document;
use super::notices::Notices;

/// What a drawing was asked for.
#[derive(Debug, Clone, PartialEq)]
struct Asked {
    data: DataId,
    /// The layer, but for its style.
    layer: Layer,
}

/// A document whose data is being opened.
struct Candidate {
    id: DataId,
    label: String,
    document: Document,
    /// Whether undo or redo asked for it: it is in the history already.
    is_known: bool,
}

/// The two axes' requests.
type Views = [AxisRequest; 2];

/// All that a window shows and knows.
pub struct Model {
    session: Session,
    history: History<Option<Document>>,
    /// Views to go back and forward through.
    views: History<Views>,
    data: Option<Arc<OpenData>>,
    candidate: Option<Candidate>,
    /// Sources that could not be opened, so that nobody tries again and again.
    refused: Option<Sources>,
    asked: Option<Asked>,
    asked_at: Option<Instant>,
    /// The style that was last asked for.
    styled: Option<Style>,
    generation: Option<Generation>,
    painted: Option<Arc<Painted>>,
    /// How often files were asked for.
    requests: u64,
    just_opened: Option<Vec<PathBuf>>,
    changed: Option<Change>,
    follows: bool,
    making: Option<Making>,
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
            data: None,
            candidate: None,
            refused: None,
            asked: None,
            asked_at: None,
            styled: None,
            generation: None,
            painted: None,
            requests: 0,
            just_opened: None,
            changed: None,
            follows: false,
            making: None,
            wake,
            threads,
            notices: Notices::default(),
        })
    }

    /// The document, if anything is open.
    pub fn document(&self) -> Option<&Document> {
        self.history.current().as_ref()
    }

    /// The data of the document, once it is open.
    pub fn data(&self) -> Option<&Arc<OpenData>> {
        self.data.as_ref()
    }

    /// Threads that the person allowed; all cores if not given.
    pub fn threads(&self) -> Option<usize> {
        self.threads
    }

    /// How long the frame in the making has been under way.
    pub fn busy_for(&self) -> Duration {
        self.asked_at.map_or(Duration::ZERO, |at| at.elapsed())
    }

    /// Rows of the data that is open.
    pub fn rows(&self) -> u64 {
        self.data.as_ref().map_or(0, |data| data.table.rows())
    }

    /// The newest frame.
    pub fn painted(&self) -> Option<&Arc<Painted>> {
        self.painted.as_ref()
    }

    /// Whether files are being opened.
    pub fn is_opening(&self) -> bool {
        self.candidate.is_some()
    }

    /// Rows read of the frame in the making.
    pub fn rows_read(&self) -> Option<u64> {
        self.session.working().map(|working| working.rows)
    }

    /// Stops what goes on in the background.
    pub fn stop(&mut self) {
        if let Some(candidate) = self.candidate.take() {
            self.session.stop_opening(candidate.id);
        }
        self.making = None;
        self.session.stop();
    }

    /// Opens files in a figure of their own, in the style of the present one.
    pub fn open(&mut self, inputs: Vec<PathBuf>, raw: RawSpec) {
        if inputs.is_empty() {
            return;
        }
        let mut document = Document::new(Sources { inputs, raw, ..Sources::default() });
        if let Some(present) = self.document() {
            document.figure.layer.style = present.figure.layer.style.clone();
            document.figure.theme = present.figure.theme;
            document.figure.grid = present.figure.grid;
        }
        self.propose("Open", document);
    }

    /// Reads the open files anew.
    pub fn reload(&mut self) {
        if let Some(document) = self.document().cloned() {
            self.propose("Reload", document);
        }
    }

    /// How often files were asked for.
    pub fn requests(&self) -> u64 {
        self.requests
    }

    fn propose(&mut self, label: &str, document: Document) {
        self.requests += 1;
        self.refused = None;
        let id = self.session.open(document.sources());
        if let Some(older) = self.candidate.take() {
            self.session.stop_opening(older.id);
        }
        self.candidate = Some(Candidate { id, label: label.to_owned(), document, is_known: false });
    }

    /// Changes the document: one step of undo, or part of the step before where that has the same label and is not yet
    /// settled. Other data is opened first.
    pub fn edit(&mut self, label: &'static str, change: impl FnOnce(&mut Document)) {
        let Some(mut document) = self.document().cloned() else { return };
        let (sources, views) = (document.sources(), views(&document));
        change(&mut document);
        if document.sources() != sources {
            self.propose(label, document);
            return;
        }
        if self::views(&document) != views {
            self.views.amend(label, self::views(&document));
        }
        self.history.amend(label, Some(document));
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
            self.history.undo();
            self.refused = None;
        }
    }

    /// Takes the last step back back.
    pub fn redo(&mut self) {
        self.settle();
        self.history.redo();
        self.refused = None;
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
            (document.figure.layer.x, document.figure.layer.y) = (x, y);
            self.history.change("View", Some(document));
        }
    }

    /// Shows other ranges.
    pub fn show(&mut self, label: &'static str, x: Option<Range>, y: Option<Range>) {
        self.edit(label, |document| {
            document.figure.layer.x.range = x.or(document.figure.layer.x.range);
            document.figure.layer.y.range = y.or(document.figure.layer.y.range);
        });
    }

    /// Shows all there is.
    pub fn fit(&mut self) {
        self.settle();
        self.edit("Fit", |document| {
            document.figure.layer.x.range = None;
            document.figure.layer.y.range = None;
        });
        self.settle();
    }

    /// The view as far as it is known, at a plot's size: ranges that were not given come from the newest frame.
    pub fn view(&self, size: Size) -> Option<View> {
        let document = self.document()?;
        let newest = self.painted.as_ref().filter(|p| self.data.as_ref().is_some_and(|d| d.id == p.shown.data.id));
        let axis = |request: &AxisRequest, shown: Option<Axis>, pixels| {
            let shown = shown.filter(|axis| axis.scale == request.scale).map(|axis| axis.range);
            Some(Axis { range: request.range.or(shown)?, scale: request.scale, pixels })
        };
        Some(View {
            x: axis(&document.figure.layer.x, newest.map(|p| p.shown.plan.view.x), size.width)?,
            y: axis(&document.figure.layer.y, newest.map(|p| p.shown.plan.view.y), size.height)?,
        })
    }

    /// Has drawn what the document wants, at the plot's size; costs nothing where that is done or under way.
    pub fn sync(&mut self, size: Size) {
        let Some(document) = self.history.current().clone() else { return };
        let sources = document.sources();
        let Some(data) = self.data.clone().filter(|data| data.sources == sources) else {
            // Undo or redo led to other data.
            if self.candidate.is_none() && self.refused.as_ref() != Some(&sources) {
                let id = self.session.open(sources);
                self.candidate = Some(Candidate { id, label: String::new(), document, is_known: true });
            }
            return;
        };
        let asked =
            Asked { data: data.id, layer: Layer { size, style: Style::default(), ..document.figure.layer.clone() } };
        let style = document.figure.layer.style.clone();
        if self.asked.as_ref() != Some(&asked) {
            self.generation = Some(self.session.draw(&data, Layer { size, ..document.figure.layer }));
            self.asked = Some(asked);
            self.asked_at = Some(Instant::now());
        } else if self.styled.as_ref() != Some(&style) {
            self.session.restyle(&style);
        }
        self.styled = Some(style);
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
        let events = self.session.poll();
        let any = !events.is_empty();
        for event in events {
            match event {
                Event::Opened(data) => self.opened(data),
                Event::OpenFailed(id, error) => {
                    if let Some(candidate) = self.candidate.take_if(|candidate| candidate.id == id) {
                        self.refused = Some(candidate.document.sources());
                        self.notices.error(error);
                    }
                }
                Event::Painted(painted) => {
                    let is_newer = self.painted.as_ref().is_none_or(|p| p.shown.generation <= painted.shown.generation);
                    if is_newer {
                        self.painted = Some(Arc::new(*painted));
                    }
                }
                Event::FileChanged(id, change) => self.file_changed(id, change),
                Event::Failed(generation, error) => {
                    if self.generation.is_none_or(|asked| generation >= asked) {
                        self.notices.error(error);
                    }
                }
            }
        }
        any
    }

    fn opened(&mut self, data: Arc<OpenData>) {
        let Some(candidate) = self.candidate.take_if(|candidate| candidate.id == data.id) else { return };
        for note in &data.notes {
            self.notices.note(note.clone());
        }
        if !candidate.is_known {
            if self.document().is_none_or(|d| d.sources.inputs != candidate.document.sources.inputs) {
                self.views = History::new(views(&candidate.document));
            }
            self.just_opened = Some(candidate.document.sources.inputs.clone());
            self.history.change(&candidate.label, Some(candidate.document));
        }
        self.session.watch(&data);
        self.changed = None;
        self.data = Some(data);
        self.asked = None;
    }

    fn file_changed(&mut self, id: DataId, change: Change) {
        if self.data.as_ref().is_none_or(|data| data.id != id) {
            return;
        }
        if self.follows && !matches!(change.kind, ChangeKind::Vanished) {
            self.reload();
        } else {
            self.changed = Some(change);
        }
    }

    /// What has happened to a file since it was opened, until the person decides.
    pub fn changed(&self) -> Option<&Change> {
        self.changed.as_ref()
    }

    /// Leaves the picture as it is.
    pub fn ignore_change(&mut self) {
        self.changed = None;
    }

    /// Reads files anew whenever they change, from now on, or no longer.
    pub fn follow(&mut self, follows: bool) {
        self.follows = follows;
        if follows && self.changed.take().is_some() {
            self.reload();
        }
    }

    /// Whether files are read anew whenever they change.
    pub fn follows(&self) -> bool {
        self.follows
    }

    /// The words around the plot, with names of columns where the person gave none, and what the axes count.
    pub fn words(&self) -> (FigureText, [Quantity; 2]) {
        match (self.document(), &self.data) {
            (Some(document), Some(data)) => {
                let figure = &document.figure;
                (words(&figure.text, &data.table, &figure.layer.reduction), quantities(&data.table))
            }
            _ => Default::default(),
        }
    }

    /// Shows typed ranges; those that cannot be drawn are refused with a reason.
    pub fn show_checked(&mut self, x: Option<Range>, y: Option<Range>) {
        let Some(document) = self.document() else { return };
        let mut layer = Layer { size: Size { width: 100, height: 100 }, ..document.figure.layer.clone() };
        layer.x.range = x.or(layer.x.range);
        layer.y.range = y.or(layer.y.range);
        match layer.check() {
            Ok(()) => self.show("Range", x, y),
            Err(error) => self.notices.error(error.to_string()),
        }
    }

    /// Sets the theme. A background that is the old theme's own becomes the new one's.
    pub fn set_theme(&mut self, theme: Theme) {
        self.settle();
        self.edit("Theme", |document| {
            if document.figure.layer.style.background == default_background(document.figure.theme) {
                document.figure.layer.style.background = default_background(theme);
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
            painted.shown.status == FrameStatus::Exact && Some(painted.shown.generation) == self.generation
        };
        self.candidate.is_none()
            && match (&self.painted, self.document()) {
                (Some(painted), Some(document)) => is_exact(painted) && painted.style == document.figure.layer.style,
                (None, Some(_)) => false,
                (_, None) => true,
            }
    }

    /// The files that are open.
    pub fn paths(&self) -> Vec<&Path> {
        self.document().map_or_else(Vec::new, |d| d.sources.inputs.iter().map(PathBuf::as_path).collect())
    }

    /// Sets the scale of an axis; ranges that it cannot show are fitted anew.
    pub fn set_scale(&mut self, is_x: bool, scale: Scale) {
        self.settle();
        self.edit("Scale", |document| {
            let axis = if is_x { &mut document.figure.layer.x } else { &mut document.figure.layer.y };
            axis.scale = scale;
            let reaches_zero = axis.range.is_some_and(|range| range.start.to_f64() <= 0.0);
            if scale == Scale::Log && reaches_zero {
                axis.range = None;
            }
        });
        self.settle();
    }
}

fn views(document: &Document) -> Views {
    [document.figure.layer.x, document.figure.layer.y]
}
