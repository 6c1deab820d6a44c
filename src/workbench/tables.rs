//! Colormaps by name, and colour tables from files.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::figure::FigureError;
use crate::figure::colormap::{self, Colormap, file};

pub use crate::figure::colormap::file::{ENDINGS, is_file};

/// The colormap of a name, a list of colors, or a file (with `_r` at its end: reversed), which is read now.
///
/// # Errors
/// Unknown names; files that cannot be read or are no color tables, with the line.
pub fn colormap(name: &str) -> Result<Colormap, FigureError> {
    let Some(path) = path(name) else { return colormap::colormap(name) };
    let failed = |why: String| FigureError::BadTable { name: path.display().to_string(), line: 0, why };
    let mut bytes = Vec::new();
    let opened = File::open(path).map_err(|e| failed(e.to_string()))?;
    opened.take(file::MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|e| failed(e.to_string()))?;
    if bytes.len() as u64 > file::MAX_BYTES {
        return Err(failed(format!("more than {} MiB are no color table", file::MAX_BYTES >> 20)));
    }
    let text = String::from_utf8(bytes).map_err(|_| failed("it is no text; save the table as text".to_owned()))?;
    file::parse(name, &text)
}

/// The file of a colormap that is one.
#[must_use]
pub fn path(name: &str) -> Option<&Path> {
    is_file(name).then(|| Path::new(name.strip_suffix("_r").unwrap_or(name)))
}
