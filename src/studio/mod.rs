//! Figures written into files, for the commands and the window alike: what a picture says beside its pixels, movies of a
//! figure's steps, and movies of what still comes.

mod frames;
mod movie;
mod standing;
mod steps;

use crate::export::ExportError;
use crate::export::picture::Notes;
use crate::workbench::WorkbenchError;
use crate::workbench::command_line::{comment, fingerprint, title};
use crate::workbench::figure::FigureRequest;

pub use frames::Frames;
pub use movie::{Order, is_live, steady};
pub use standing::{Standing, standing};
pub use steps::Steps;

/// What can go wrong between a figure and its file.
#[derive(Debug, thiserror::Error)]
pub enum StudioError {
    /// The figure.
    #[error(transparent)]
    Workbench(#[from] WorkbenchError),
    /// The file.
    #[error(transparent)]
    Export(#[from] ExportError),
}

/// What a figure's PNG says beside its pixels.
#[must_use]
pub fn notes(request: &FigureRequest) -> Notes {
    Notes {
        dpi: Some(request.dpi),
        title: title(request),
        command: Some(comment(request)),
        figure: fingerprint(request),
    }
}
