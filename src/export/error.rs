//! What can go wrong while writing a file.

use std::path::PathBuf;

use crate::figure::FigureError;

/// What can go wrong while writing a file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file could not be written; nothing was left behind.
    #[error("{doing} failed: {source} ({path})")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The system's words.
        source: std::io::Error,
        /// Which file.
        path: PathBuf,
    },
    /// The picture could not be encoded.
    #[error("encoding the picture as PNG failed: {source} ({path})")]
    Png {
        /// The encoder's words.
        source: png::EncodingError,
        /// Which file.
        path: PathBuf,
    },
    /// Some rows of the picture could not be made.
    #[error("{source} ({path})")]
    Strip {
        /// Why.
        source: FigureError,
        /// Which file was being written.
        path: PathBuf,
    },
    /// A movie cannot be written, or not to its end.
    #[error("making the movie: {what} ({path})")]
    Movie {
        /// What is wrong, and what to do.
        what: String,
        /// Which file.
        path: PathBuf,
    },
    /// The person stopped a movie.
    #[error("stopped after {frames}{} frames; {}", of_words(*.of), kept_words(.kept.as_deref()))]
    Stopped {
        /// Frames that were written.
        frames: u64,
        /// Frames that were wanted; [`u64::MAX`] where there was no end to them.
        of: u64,
        /// What holds them, if anything does.
        kept: Option<PathBuf>,
    },
    /// The person stopped it.
    #[error("stopped; nothing was written")]
    Cancelled,
}

/// How many frames there should have been, where that was known.
fn of_words(of: u64) -> String {
    if of == u64::MAX { String::new() } else { format!(" of {of}") }
}

/// What is left of a movie that was stopped.
fn kept_words(kept: Option<&std::path::Path>) -> String {
    kept.map_or_else(|| "nothing was kept".to_owned(), |path| format!("they are kept ({})", path.display()))
}
