//! Opening, adding, saving: what the model does with files, all of it on other threads.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;
use std::time::Instant;

use crate::scene::history::History;
use crate::scene::style::Style;
use crate::workbench::brief::Brief;
use crate::workbench::fields::{damage, may_be_grids, suited};
use crate::workbench::figure::{FigureLayer, FigureRequest, default_background};
use crate::workbench::figure_file::{self, FigureFile};
use crate::workbench::session::{DataId, OpenData};
use crate::workbench::sources::Sources;
use crate::workbench::tables;
use crate::workbench::{Change, Progress, RawSpec};

use super::super::document::Document;
use super::hues::next_colormap;
use super::refused::Apart;
use super::saved::Saved;
use super::{Model, views};

/// A document some of whose data is being opened.
pub(super) struct Candidate {
    /// Data that is not open yet.
    pub(super) waits_for: Vec<DataId>,
    /// Data that was opened for it.
    pub(super) opened: Vec<Arc<OpenData>>,
    pub(super) label: String,
    pub(super) document: Document,
    /// Whether undo or redo asked for it: it is in the history already.
    pub(super) is_known: bool,
    /// Whether it is part of a gesture: one step of undo with what came before it, until that is settled.
    pub(super) amends: bool,
}

/// How a document with other data comes about.
#[derive(Default, Clone, Copy)]
pub(super) struct Way {
    /// Whether all files are opened again.
    pub(super) anew: bool,
    /// Whether undo or redo asked for it.
    pub(super) is_known: bool,
    /// Whether it is part of a gesture.
    pub(super) amends: bool,
}

/// What opening a figure file is called.
pub(super) const OPEN_FIGURE: &str = "Open figure";
/// What opening the figure of a process that did not end well is called.
pub(super) const RECOVER: &str = "Recover figure";
/// What opening files is called.
pub(super) const OPEN: &str = "Open";
/// What opening files as a layer is called.
pub(super) const ADD_LAYER: &str = "Add layer";

/// Data that is kept open at least, for undo and redo.
const POOL: usize = 12;

/// A figure some of whose files are not where it says.
pub struct Unlinked {
    path: PathBuf,
    file: Box<FigureFile>,
    /// The files that are not there.
    pub missing: Vec<PathBuf>,
    /// What was said in their place, and is not there either.
    pub refused: Vec<PathBuf>,
}

/// What became of a figure file.
pub(super) enum Paper {
    Written(Box<Saved>),
    /// A figure that was not written, as there is one of its name.
    Stands(PathBuf, Box<FigureRequest>),
    Read(Unlinked),
    /// A file that is a color table.
    Table(String),
    /// A layer as it suits its files; whether it joins the present figure.
    Suited(Box<FigureLayer>, bool),
    /// A figure that was asked for in words.
    Asked(Box<FigureRequest>),
    /// Files that could not be opened as one; whether they join the present figure.
    Apart(Apart, bool),
}

impl Paper {
    /// A figure that was read; asks the disk what is missing.
    fn read(path: PathBuf, file: Box<FigureFile>, refused: Vec<PathBuf>) -> Self {
        let missing = file.missing();
        Self::Read(Unlinked { path, file, missing, refused })
    }
}

/// A figure file in the making or in the reading.
pub(super) type Paperwork = Receiver<Result<Paper, String>>;

impl Model {
    /// Takes the colormap of the active layer from a file, if it is a color table.
    fn read_table(&mut self, path: &Path) {
        let path = path.to_owned();
        self.begin_paperwork(move || {
            let name = path.to_str().ok_or_else(|| {
                format!("the name of the color table is no Unicode, rename the file ({})", path.display())
            })?;
            tables::colormap(name).map_err(|e| e.to_string())?;
            Ok(Paper::Table(name.to_owned()))
        });
    }

    /// Shows what is asked for of data, or a figure file.
    pub fn begin(&mut self, brief: Brief) {
        if brief.is_plain() {
            return self.open(brief.sources.inputs, brief.sources.raw);
        }
        self.requests += 1;
        self.begin_paperwork(move || Ok(Paper::Asked(Box::new(brief.figure(&Progress::default())))));
    }

    /// Opens files in a figure of their own, in the theme and the colors of the present one.
    pub fn open(&mut self, inputs: Vec<PathBuf>, raw: RawSpec) {
        if inputs.is_empty() {
            return;
        }
        if let [path] = inputs.as_slice()
            && figure_file::is_figure_file(path)
        {
            return self.open_figure(path.clone());
        }
        if let [path] = inputs.as_slice()
            && tables::is_file(&path.to_string_lossy())
            && self.document().is_some()
        {
            return self.read_table(path);
        }
        self.suit(Sources { inputs, raw, ..Sources::default() }, false);
    }

    /// Finds out how files are best shown, where their names leave that open, and then shows them.
    fn suit(&mut self, sources: Sources, as_layer: bool) {
        if !may_be_grids(&sources.raw) {
            return self.show_layer(FigureLayer::new(sources), as_layer);
        }
        self.requests += 1;
        self.begin_paperwork(move || {
            Ok(Paper::Suited(Box::new(suited(sources, None, None, &Progress::default())), as_layer))
        });
    }

    /// Shows a layer of files that were chosen.
    pub(super) fn show_layer(&mut self, layer: FigureLayer, as_layer: bool) {
        match self.document() {
            Some(present) if as_layer => {
                let mut document = present.clone();
                let colormap = next_colormap(present, layer.mark.is_of_fields()).to_owned();
                let style = if layer.mark.is_of_fields() && !present.layer().mark.is_of_fields() {
                    layer.style.clone()
                } else {
                    Style { colormap, ..layer.style.clone() }
                };
                document.add(FigureLayer { style, ..layer });
                self.settle();
                self.propose(ADD_LAYER, document, false);
            }
            _ => self.show_alone(layer),
        }
    }

    /// Shows a layer in a figure of its own.
    fn show_alone(&mut self, layer: FigureLayer) {
        let document = self.alone(layer);
        self.propose(OPEN, document, false);
    }

    /// A figure of one layer that has the theme and the colors of the present one.
    pub(super) fn alone(&mut self, layer: FigureLayer) -> Document {
        let is_field = layer.mark.is_of_fields();
        let mut document = Document { origin: self.saved.next_origin(), ..Document::of(layer) };
        if let Some(present) = self.document() {
            // What is said about the values of one file says nothing about another's.
            if present.layer().mark.is_of_fields() == is_field {
                document.layer_mut().style.colormap.clone_from(&present.layer().style.colormap);
            }
            document.figure.theme = present.figure.theme;
            document.figure.background = default_background(present.figure.theme);
        }
        document
    }

    /// Opens files as a layer over the active one.
    pub fn add_layer(&mut self, inputs: Vec<PathBuf>, raw: RawSpec) {
        if self.document().is_none() {
            return self.open(inputs, raw);
        }
        if !inputs.is_empty() {
            self.suit(Sources { inputs, raw, ..Sources::default() }, true);
        }
    }

    /// Reads the open files anew.
    pub fn reload(&mut self) {
        if let Some(document) = self.document().cloned() {
            self.propose("Reload", document, true);
        }
    }

    /// How often files were asked for.
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// Opens what a document needs and is not open yet, or all of it anew; then the document is shown.
    pub(super) fn propose(&mut self, label: &str, document: Document, anew: bool) {
        self.requests += 1;
        self.forget_refusal();
        self.forget_candidate();
        self.seek(label, document, Way { anew, ..Way::default() });
    }

    /// As [`Model::edit`](super::Model::edit) of a gesture that changes which data is read: one step of undo until it is settled.
    /// Each step of it waits for the one before, but for the last.
    pub fn drag(&mut self, label: &'static str, is_last: bool, change: impl FnOnce(&mut Document)) {
        if self.is_opening() && !is_last {
            return;
        }
        let Some(mut document) = self.document().cloned() else { return };
        change(&mut document);
        if self.document() == Some(&document) {
            return self.forget_candidate();
        }
        self.requests += 1;
        self.forget_refusal();
        self.forget_candidate();
        self.seek(label, document, Way { amends: true, ..Way::default() });
    }

    pub(super) fn forget_candidate(&mut self) {
        if let Some(older) = self.candidate.take() {
            older.waits_for.into_iter().for_each(|id| self.session.stop_opening(id));
        }
    }

    pub(super) fn seek(&mut self, label: &str, document: Document, Way { anew, is_known, amends }: Way) {
        let mut sought: Vec<Sources> = Vec::new();
        for sources in document.sources() {
            let is_open = !anew && self.pool.iter().any(|data| data.sources == sources);
            if !is_open && !sought.contains(&sources) {
                sought.push(sources);
            }
        }
        let is_growing = self.follows();
        let open = |sources| match is_growing {
            true => self.session.open_growing(sources),
            false => self.session.open(sources),
        };
        let waits_for = sought.into_iter().map(open).collect();
        let label = label.to_owned();
        self.candidate = Some(Candidate { waits_for, opened: Vec::new(), label, document, is_known, amends });
        self.take_candidate();
    }

    /// The data of a document's layers, if all of it is open.
    pub(super) fn data_of(&self, document: &Document) -> Option<Vec<Arc<OpenData>>> {
        let of = |sources: Sources| self.pool.iter().rev().find(|data| data.sources == sources).cloned();
        document.sources().into_iter().map(of).collect()
    }

    pub(super) fn opened(&mut self, data: Arc<OpenData>) {
        let Some(candidate) = &mut self.candidate else { return };
        let Some(place) = candidate.waits_for.iter().position(|id| *id == data.id) else { return };
        candidate.waits_for.remove(place);
        candidate.opened.push(data);
        self.take_candidate();
    }

    /// Shows the candidate, if all of its data is open.
    fn take_candidate(&mut self) {
        let Some(candidate) = self.candidate.take_if(|candidate| candidate.waits_for.is_empty()) else { return };
        let is_growing = self.follows();
        for data in candidate.opened {
            // Of what still comes, the last piece is never whole.
            for note in data.notes.iter().filter(|_| !(is_growing && candidate.is_known)) {
                self.notices.note(note.clone());
            }
            self.pool.retain(|known| known.sources != data.sources);
            self.pool.push(data);
        }
        let needed = candidate.document.sources();
        while self.pool.len() > POOL.max(needed.len()) {
            let Some(place) = self.pool.iter().position(|data| !needed.contains(&data.sources)) else { break };
            self.pool.remove(place);
        }
        if !candidate.is_known {
            let inputs = |document: &Document| -> Vec<PathBuf> {
                document.figure.layers.iter().flat_map(|layer| layer.sources.inputs.clone()).collect()
            };
            let wanted = inputs(&candidate.document);
            let is_other =
                self.document().is_none_or(|present| wanted.iter().all(|path| !inputs(present).contains(path)));
            if is_other {
                self.views = History::new(views(&candidate.document));
            }
            let inputs = candidate.document.layer().sources.inputs.clone();
            if [OPEN, OPEN_FIGURE].contains(&candidate.label.as_str()) {
                self.saved.note_opened(candidate.document.origin, &candidate.document.figure);
            }
            self.is_new = candidate.label == OPEN;
            self.replaced = (candidate.label == OPEN && self.document().is_some()).then(|| (wanted, Instant::now()));
            match candidate.amends {
                true => self.history.amend(&candidate.label, Some(candidate.document)),
                false => self.history.change(&candidate.label, Some(candidate.document)),
            }
            // A figure is opened again by its own file.
            let own = self.saved().filter(|_| candidate.label == OPEN_FIGURE).map(Path::to_owned);
            self.just_opened = Some(own.map_or(inputs, |path| vec![path]));
        }
        let before: Vec<DataId> = self.data.iter().map(|data| data.id).collect();
        if let Some(data) = self.document().and_then(|document| self.data_of(document)) {
            self.set_data(data);
        }
        // What was not read anew is still what it was.
        let has_stayed = |change: &Change| {
            let mut kept = self.data.iter().filter(|data| before.contains(&data.id));
            kept.any(|data| data.files.iter().any(|file| file.path == change.path))
        };
        self.changed = self.changed.take().filter(has_stayed);
        self.asked = None;
    }

    /// Says what was found damaged, where that is more than was said before.
    pub(super) fn tell_damage(&mut self) {
        let found: Vec<String> = self.data.iter().filter_map(|data| damage(&data.table)).collect();
        if found != self.damage {
            found.iter().for_each(|text| self.notices.note(text));
            self.damage = found;
        }
    }

    /// Opens a figure file.
    pub fn open_figure(&mut self, path: PathBuf) {
        let work = move || {
            let file = figure_file::read(&path, &[]).map_err(|e| e.to_string())?;
            Ok(Paper::read(path, Box::new(file), Vec::new()))
        };
        self.begin_paperwork(work);
    }

    /// A figure that waits for the person to say where its files are.
    pub fn unlinked(&self) -> Option<&Unlinked> {
        self.unlinked.as_ref()
    }

    /// Puts files in the place of others that the waiting figure names; it opens once all are there.
    pub fn relink(&mut self, moves: Vec<(PathBuf, PathBuf)>) {
        let Some(Unlinked { path, mut file, .. }) = self.unlinked.take() else { return };
        self.begin_paperwork(move || {
            let refused = file.relink(&moves);
            Ok(Paper::read(path, file, refused))
        });
    }

    /// Lets go of the figure that waits.
    pub fn leave_unlinked(&mut self) {
        self.unlinked = None;
    }

    /// Files and disks are no work for the window's thread.
    pub(super) fn begin_paperwork(&mut self, work: impl FnOnce() -> Result<Paper, String> + Send + 'static) {
        let (sender, receiver) = channel();
        let wake = Arc::clone(&self.wake);
        let thread = thread::Builder::new().name("scumble-figure".to_owned()).spawn(move || {
            // Nobody listens any more if the window is closed.
            let _ = sender.send(work());
            wake();
        });
        match thread {
            Ok(_) => self.paperwork.push(receiver),
            Err(error) => self.notices.error(format!("the system gives no thread: {error}")),
        }
    }

    pub(super) fn take_paperwork(&mut self) {
        let mut done = Vec::new();
        self.paperwork.retain(|receiver| match receiver.try_recv() {
            Ok(result) => {
                done.push(result);
                false
            }
            Err(TryRecvError::Empty) => true,
            Err(TryRecvError::Disconnected) => false,
        });
        for result in done {
            match result {
                Ok(Paper::Written(saved)) => {
                    self.notices.note(format!("saved {}", saved.path.display()));
                    self.just_opened = Some(vec![saved.path.clone()]);
                    self.saved.know(*saved);
                }
                Ok(Paper::Stands(path, figure)) => self.saved.ask(path, *figure),
                Ok(Paper::Read(read)) if read.missing.is_empty() => self.show_figure(read.path, *read.file),
                Ok(Paper::Read(read)) => self.unlinked = Some(read),
                Ok(Paper::Table(name)) if self.document().is_some() => {
                    self.settle();
                    self.edit("Colormap", |document| document.layer_mut().style.colormap = name);
                    self.settle();
                }
                Ok(Paper::Table(_)) => {}
                Ok(Paper::Asked(figure)) => {
                    let origin = self.saved.next_origin();
                    self.propose(OPEN_FIGURE, Document::of_words(*figure, origin), false);
                }
                Ok(Paper::Suited(layer, as_layer)) => self.show_layer(*layer, as_layer),
                Ok(Paper::Apart(apart, as_layer)) => self.show_apart(apart, as_layer),
                Err(error) => self.notices.error(error),
            }
        }
    }
}
