//! Movies of figures: of the steps that there are, or of those that come.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::export::ExportError;
use crate::export::movie::{Filmed, Format, Movie, film};
use crate::scene::style::Limits;
use crate::workbench::fields::{Timeline, plane_bytes};
use crate::workbench::figure::FigureRequest;
use crate::workbench::follow::Coming;
use crate::workbench::sources::reads;
use crate::workbench::{Progress, Table, Workbench, WorkbenchError};

use super::{Frames, Steps, StudioError, notes};

/// A movie that somebody wants.
#[derive(Debug, Clone)]
pub struct Order {
    /// What is filmed, at any of its steps.
    pub figure: FigureRequest,
    /// Where to; the name says as what.
    pub path: PathBuf,
    /// Frames a second.
    pub fps: f64,
    /// Which steps.
    pub steps: Steps,
}

/// Colors that mean the same in all frames, where the person says nothing of limits.
pub fn steady(figure: &mut FigureRequest) {
    for layer in figure.layers.iter_mut().filter(|layer| layer.mark.is_of_fields()) {
        if layer.style.limits == Limits::default() {
            layer.style.limits = Limits::DATA;
        }
    }
}

/// Whether a figure's only layer is drawn of planes of raw numbers from standard input.
#[must_use]
pub fn is_live(figure: &FigureRequest) -> bool {
    let is_stdin = |paths: &[PathBuf]| matches!(paths, [path] if path == Path::new("-"));
    let layers = figure.layers.as_slice();
    matches!(layers, [only] if only.mark.is_of_fields() && is_stdin(&only.sources.inputs) && plane_bytes(&only.sources.raw).is_some())
}

impl Order {
    /// Finds out, before anything is read or drawn, whether the movie can be written.
    ///
    /// # Errors
    /// A name that is no movie's, no ffmpeg where it takes one, a folder that takes no files, a figure that cannot be.
    pub fn check(&self) -> Result<(), StudioError> {
        self.keeps_inputs(!self.figure.names(&self.path))?;
        Format::of(&self.path)?.ready(&self.path)?;
        Ok(self.figure.check()?)
    }

    /// Refuses a movie in the place of what it is made of.
    fn keeps_inputs(&self, keeps: bool) -> Result<(), ExportError> {
        let what = || "it would replace an input; name another file".to_owned();
        if keeps { Ok(()) } else { Err(ExportError::Movie { what: what(), path: self.path.clone() }) }
    }

    /// The figure at a step.
    fn at(&self, step: u64) -> FigureRequest {
        FigureRequest { step, ..self.figure.clone() }
    }

    /// Films the steps that there are. `tables` are those of the figure's layers.
    ///
    /// # Errors
    /// Steps that there are not, a file that would replace the data, those of drawing and writing, a stop.
    pub fn film(
        &self,
        tables: &[&Table],
        workbench: &Workbench,
        frames: &Frames,
        progress: &Progress,
    ) -> Result<Filmed, StudioError> {
        self.keeps_inputs(!tables.iter().any(|table| reads(table, &self.path)))?;
        let steps = self.steps.of(Timeline::of(tables).steps)?;
        frames.expect(steps.end - steps.start);
        let movie = Movie {
            path: &self.path,
            fps: self.fps,
            steps,
            notes: &|step| notes(&self.at(step)),
            newest: newest(tables),
            stopped: &|| progress.is_cancelled(),
            told: &|was_there| frames.add(was_there),
        };
        frames.begin();
        film(&movie, |step| Ok(Some(workbench.figure(tables, &self.at(step), progress)?)))
    }

    /// Films steps as they come, to the end; where there is none of its own, until the person stops it.
    ///
    /// # Errors
    /// A stream that breaks or holds no step, those of drawing and writing, a stop.
    pub fn film_growing(
        &self,
        coming: &dyn Coming,
        workbench: &Workbench,
        frames: &Frames,
        progress: &Progress,
    ) -> Result<Filmed, StudioError> {
        let stopped = || progress.is_cancelled();
        frames.expect(self.steps.end.map_or(0, |end| end.saturating_sub(self.steps.first)));
        let movie = Movie {
            path: &self.path,
            fps: self.fps,
            steps: self.steps.as_they_come(),
            notes: &|step| notes(&self.at(step)),
            newest: None,
            stopped: &stopped,
            told: &|was_there| frames.add(was_there),
        };
        frames.begin();
        let draw = |step| Ok(coming.figure((&self.figure, step), workbench, progress)?);
        let filmed = match film::<_, StudioError>(&movie, draw) {
            // What has no end of its own has the one that the person gives it.
            Err(StudioError::Export(ExportError::Stopped { frames, kept: Some(_), .. })) if !coming.has_end() => {
                Filmed { frames, found: 0 }
            }
            filmed => filmed?,
        };
        if filmed.frames == 0 && !stopped() {
            let what = "the stream ended before a single plane was whole; check --shape and --dtype";
            return Err(WorkbenchError::Request(what.to_owned()).into());
        }
        Ok(filmed)
    }
}

/// When the data last changed.
fn newest(tables: &[&Table]) -> Option<SystemTime> {
    let times = tables.iter().flat_map(|table| table.files().into_iter().map(|(path, _)| path.metadata()));
    times.filter_map(|facts| facts.ok()?.modified().ok()).max()
}
