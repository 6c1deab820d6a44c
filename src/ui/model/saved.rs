//! Figure files: where a figure was saved or read, whether it has changed since, and what is in its way.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::export::output::write_whole;
use crate::scene::axis::Size;
use crate::scene::style::{Background, Style};
use crate::studio::{Standing, standing};
use crate::workbench::command_line::FIGURE_FILE;
use crate::workbench::figure::FigureRequest;
use crate::workbench::figure_file::{self, FigureFile};
use crate::workbench::frame::Theme;

use super::super::document::Document;
use super::super::rescue;
use super::Model;
use super::files::{OPEN_FIGURE, Paper, RECOVER};

/// A figure as it is in a file.
pub(in super::super) struct Saved {
    /// Whose it is: [`Document::origin`](super::Document).
    pub(super) origin: u64,
    pub(super) path: PathBuf,
    pub(super) figure: FigureRequest,
}

/// Figures in files, those of figures that undo leads back to among them.
#[derive(Default)]
pub(super) struct SavedFigures {
    known: Vec<Saved>,
    /// Figures as they were opened, by their origin.
    opened: Vec<(u64, FigureRequest)>,
    /// The origin that was given last.
    last: u64,
    /// A figure that is to be saved where there is one already.
    standing: Option<(PathBuf, FigureRequest)>,
}

impl SavedFigures {
    /// A number for a figure that was not shown before.
    pub(super) fn next_origin(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Knows that a figure is in a file.
    pub(super) fn know(&mut self, saved: Saved) {
        self.known.retain(|known| known.origin != saved.origin);
        self.known.push(saved);
    }

    /// Knows how a figure was when it was opened: what it takes to see that again is no work.
    pub(super) fn note_opened(&mut self, origin: u64, figure: &FigureRequest) {
        self.opened.retain(|(known, _)| *known != origin);
        self.opened.push((origin, worked_out(figure)));
    }

    /// Has the person asked whether to replace a figure.
    pub(super) fn ask(&mut self, path: PathBuf, figure: FigureRequest) {
        self.standing = Some((path, figure));
    }
}

impl Model {
    fn saved_figure(&self) -> Option<&Saved> {
        let origin = self.document()?.origin;
        self.saved.known.iter().find(|saved| saved.origin == origin)
    }

    /// The file that the figure was saved to or read from, if any.
    pub fn saved(&self) -> Option<&Path> {
        self.saved_figure().map(|saved| saved.path.as_path())
    }

    /// The file that the figure was saved to, or would be.
    pub fn figure_file(&self) -> PathBuf {
        self.saved().map_or_else(|| PathBuf::from(FIGURE_FILE), Path::to_owned)
    }

    /// Whether the figure's file lacks something that is shown, but for the view, which commands name.
    pub fn differs_from_file(&self) -> bool {
        let figure = self.document().map(|document| &document.figure);
        match (figure, self.saved_figure()) {
            (Some(figure), Some(saved)) => lasting(figure) != lasting(&saved.figure),
            _ => true,
        }
    }

    /// Whether work would be lost with the figure: a saved one that was changed, or one that takes more to make again than opening
    /// files and choosing a colormap. Looking around, in space or in time, is no work.
    pub fn has_unsaved_work(&self) -> bool {
        let Some(document) = self.document() else { return false };
        if let Some(saved) = self.saved_figure() {
            let of = |figure| FigureRequest { step: 0, ..lasting(figure) };
            return of(&document.figure) != of(&saved.figure);
        }
        // One that was recovered is all work.
        let opened = self.saved.opened.iter().find(|(origin, _)| *origin == document.origin);
        opened.is_none_or(|(_, opened)| *opened != worked_out(&document.figure))
    }

    /// Saves the figure, as it is shown at a size; a sentence tells when that is done. Where there is a figure already the
    /// person is asked first, unless it `replaces` that; what is no figure is never replaced.
    pub fn save(&mut self, path: PathBuf, figure: FigureRequest, replaces: bool) {
        let Some(document) = self.document() else { return };
        let (origin, shown) = (document.origin, document.figure.clone());
        let own = self.saved().map(Path::to_owned);
        self.begin_paperwork(move || {
            let (place, stands) = place(path.clone())?;
            if stands && !(replaces && place == path) {
                return Ok(Paper::Stands(place, Box::new(figure)));
            }
            let is_own = own.as_ref() == Some(&place);
            let text = figure_file::write_for(&figure, &place, is_own).map_err(|e| e.to_string())?;
            write_whole(&place, text.as_bytes()).map_err(|e| e.to_string())?;
            Ok(Paper::Written(Box::new(Saved { origin, path: place, figure: shown })))
        });
    }

    /// Shows a figure that was read from a file. What was left behind belongs to the file that it was of.
    pub(super) fn show_figure(&mut self, path: PathBuf, file: FigureFile) {
        for note in file.notes {
            self.notices.note(note);
        }
        let origin = self.saved.next_origin();
        let is_recovery = rescue::is_recovery(&path);
        if is_recovery {
            if let Some(path) = rescue::file_of(&path) {
                // What is in that is not known: all is work.
                let figure = FigureRequest { layers: Vec::new(), ..file.figure.clone() };
                self.saved.know(Saved { origin, path, figure });
            }
            // From now on it is kept as this process's own.
            rescue::remove(&path);
        } else {
            self.saved.know(Saved { origin, path, figure: file.figure.clone() });
        }
        self.propose(if is_recovery { RECOVER } else { OPEN_FIGURE }, Document::of_figure(file.figure, origin), false);
    }

    /// What the window is called: the figure's file, else its first data, with a star where work is not saved.
    pub fn title(&self) -> String {
        let shown = self.saved().or_else(|| self.paths().first().copied());
        let Some(name) = shown.and_then(Path::file_name) else { return "Scumble".to_owned() };
        let star = if self.has_unsaved_work() { "*" } else { "" };
        format!("{star}{} \u{2013} Scumble", name.to_string_lossy())
    }

    /// The figure file that would be replaced, while the person is asked.
    pub fn standing(&self) -> Option<&Path> {
        self.saved.standing.as_ref().map(|(path, _)| path.as_path())
    }

    /// The person's answer.
    pub fn replace_standing(&mut self, is_meant: bool) {
        if let Some((path, figure)) = self.saved.standing.take().filter(|_| is_meant) {
            self.save(path, figure, true);
        }
    }

    /// Whether a figure is being written or read, or waits for an answer.
    pub fn has_paperwork(&self) -> bool {
        !self.paperwork.is_empty() || self.saved.standing.is_some()
    }
}

/// What of a figure is the same whatever part of it is shown, and how large.
fn lasting(figure: &FigureRequest) -> FigureRequest {
    let mut figure = FigureRequest { size: Size { width: 1, height: 1 }, dpi: 0.0, ..figure.clone() };
    (figure.x.range, figure.y.range) = (None, None);
    figure
}

/// What of a figure is work: not its look as a whole, which a click or two make again.
fn worked_out(figure: &FigureRequest) -> FigureRequest {
    let mut figure =
        FigureRequest { step: 0, grid: false, theme: Theme::Dark, background: Background::None, ..lasting(figure) };
    for layer in &mut figure.layers {
        let Style { norm, colormap, alpha, .. } = Style::default();
        layer.style = Style { norm, colormap, alpha, ..std::mem::take(&mut layer.style) };
    }
    figure
}

/// Where a figure goes, its name that of a figure file, and whether there is one already.
fn place(path: PathBuf) -> Result<(PathBuf, bool), String> {
    match standing(&path) {
        Standing::Figure => Ok((path, true)),
        Standing::Nothing if figure_file::is_figure_file(&path) => Ok((path, false)),
        Standing::Nothing if path.file_name().is_some() => {
            let name: OsString = [path.as_os_str(), ".toml".as_ref()].into_iter().collect();
            place(PathBuf::from(name))
        }
        Standing::Nothing => Err(format!("this names no file to save the figure in ({})", path.display())),
        Standing::Picture | Standing::Other => {
            Err(format!("the figure would replace a file that is no figure; name another one ({})", path.display()))
        }
    }
}
