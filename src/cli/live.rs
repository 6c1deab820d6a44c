//! Movies of streams, filmed while they come: `simulate | scumble movie - --shape 800x800 --dtype '<f8' -o run.mp4`.

use std::path::Path;
use std::sync::Arc;

use crate::export::movie::{Filmed, Movie, film};
use crate::workbench::fields::plane_bytes;
use crate::workbench::figure::FigureRequest;
use crate::workbench::stream::Growing;
use crate::workbench::{Progress, Workbench, WorkbenchError};

use super::draw::notes;

/// The figure's only layer, if it is drawn of planes of raw numbers from standard input.
pub fn is_live(figure: &FigureRequest) -> bool {
    let is_stdin = |paths: &[std::path::PathBuf]| matches!(paths, [path] if path == Path::new("-"));
    let layers = figure.layers.as_slice();
    matches!(layers, [only] if only.mark.is_of_fields() && is_stdin(&only.sources.inputs) && plane_bytes(&only.sources.raw).is_some())
}

/// Films planes from `first` on as they come, to the end of the stream. `frames` counts them.
///
/// # Errors
/// A stream that breaks or holds no plane, and those of drawing and filming.
pub fn film_live(
    figure: &FigureRequest,
    (path, fps): (&Path, f64),
    steps: std::ops::Range<u64>,
    workbench: &Workbench,
    (frames, progress): (&Arc<Progress>, &Arc<Progress>),
) -> anyhow::Result<Filmed> {
    let growing = Growing::start(std::io::stdin())?;
    let stopped = || progress.is_cancelled();
    let movie = Movie {
        path,
        fps,
        steps: steps.clone(),
        notes: &|step| notes(&FigureRequest { step, ..figure.clone() }),
        newest: None,
        stopped: &stopped,
        told: &|_| frames.add(1),
    };
    let filmed =
        film(&movie, |step| -> anyhow::Result<_> { Ok(growing.figure((figure, step), workbench, progress)?) })?;
    if filmed.frames == 0 && !stopped() {
        let what = "the stream ended before a single plane was whole; check --shape and --dtype";
        return Err(WorkbenchError::Request(what.to_owned()).into());
    }
    Ok(filmed)
}
