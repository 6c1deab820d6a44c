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
    /// The person stopped it.
    #[error("stopped; nothing was written")]
    Cancelled,
}
