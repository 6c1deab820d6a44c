//! Opens files of grids, whatever their format, one or several as one.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::data::error::DataError;
use crate::data::mapping::Mapping;
use crate::data::netcdf3;
use crate::data::{grib, hdf5, zarr};

use super::join::join;
use super::raw::Raw;
use super::{Grids, cf};

/// Bytes of a file's beginning that tell its format.
pub const HEAD: usize = 4096;
/// Bytes of unpacked chunks that are kept, of all files that are opened as one.
const CACHE: usize = 64 << 20;
/// Bytes of unpacked chunks that are kept of each file at least.
const LEAST_CACHE: usize = 1 << 20;
/// The most files that are opened as one.
const MAX_FILES: usize = 1 << 16;

/// A format of grids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    NetCdf3,
    Hdf5,
    Grib,
    Zarr,
}

/// Whether a file (or folder) whose first [`HEAD`] bytes are `head` holds grids.
pub fn is_grid(head: &[u8], path: &Path) -> bool {
    format_of(head, path).is_some()
}

/// Whether a path, or those that its `*` stand for, leads to files or folders of grids. Pipes are left alone.
pub fn leads_to_grids(path: &Path) -> bool {
    let Ok(paths) = expand(path) else { return false };
    paths.first().is_some_and(|path| {
        let is_readable = path.is_file() || path.is_dir();
        is_readable && begin(path).is_ok_and(|head| is_grid(&head, path))
    })
}

/// The file that says what a folder of grids holds; none of other folders.
pub fn description(folder: &Path) -> Option<PathBuf> {
    zarr::description(folder)
}

/// The first bytes of a file; none of a folder.
fn begin(path: &Path) -> Result<Vec<u8>, DataError> {
    let mut head = Vec::with_capacity(HEAD);
    if !path.is_dir() {
        let file = File::open(path).map_err(|e| DataError::io("opening the file", e))?;
        let begin = file.take(HEAD as u64).read_to_end(&mut head);
        begin.map_err(|e| DataError::io("reading the file's beginning", e))?;
    }
    Ok(head)
}

fn format_of(head: &[u8], path: &Path) -> Option<Format> {
    if netcdf3::is_netcdf3(head) {
        return Some(Format::NetCdf3);
    }
    if hdf5::is_hdf5(head) {
        return Some(Format::Hdf5);
    }
    if grib::is_grib(head) {
        return Some(Format::Grib);
    }
    zarr::is_zarr(head, path).then_some(Format::Zarr)
}

/// Opens files and folders of grids. Those of the same variables are joined along time, or along the dimension `along`; those
/// of other variables over the same grid come beside them. Paths may have `*`, `?` and `[...]` for what is looked up in folders.
///
/// # Errors
/// A path that leads nowhere, a file that holds no grids, files that do not belong together; with the path.
pub fn open(paths: &[PathBuf], along: Option<&str>) -> Result<Grids, DataError> {
    let mut found = Vec::new();
    for path in paths {
        found.extend(expand(path)?);
    }
    if found.len() > MAX_FILES {
        let count = found.len();
        return Err(DataError::Grid(format!(
            "{count} files are more than the {MAX_FILES} that are opened as one; name fewer"
        )));
    }
    let cache = (CACHE / found.len().max(1)).max(LEAST_CACHE);
    let mut parts: Vec<(PathBuf, Grids)> = Vec::with_capacity(found.len());
    let mut messages: Vec<Arc<Mapping>> = Vec::new();
    for path in found {
        match content(&path, cache).map_err(|problem| problem.at(&path))? {
            Content::Raw(raw) => parts.push((path, cf::grids(raw))),
            Content::Messages(map) => messages.push(map),
        }
    }
    // The fields of all GRIB files together are one dataset.
    if let Some(first) = messages.first() {
        let path = first.path().to_owned();
        let grids = grib::read(messages).map_err(|problem| problem.at(&path))?;
        parts.push((path, grids));
    }
    let grids = join(parts, along)?;
    if grids.variables.is_empty() {
        let why = grids.notes.join("; ");
        let problem = DataError::Grid(format!(
            "there is no variable that can be drawn{}{why}",
            if why.is_empty() { "" } else { ": " }
        ));
        return Err(match paths.first() {
            Some(path) => problem.at(path),
            None => problem,
        });
    }
    Ok(grids)
}

/// The paths that one with `*`, `?` or `[...]` stands for, in order of their names; others stand for themselves.
///
/// # Errors
/// A pattern that is none, or that nothing matches.
pub fn expand(path: &Path) -> Result<Vec<PathBuf>, DataError> {
    let text = path.to_string_lossy();
    if !text.contains(['*', '?', '[']) || path.exists() {
        return Ok(vec![path.to_owned()]);
    }
    let paths = glob::glob(&text).map_err(|e| DataError::Grid(format!("looking up files: {}", e.msg)).at(path))?;
    let mut found: Vec<PathBuf> = paths.filter_map(Result::ok).take(MAX_FILES + 1).collect();
    if found.is_empty() {
        return Err(DataError::Grid("looking up files: there is none that this stands for".to_owned()).at(path));
    }
    found.sort();
    Ok(found)
}

/// What a file holds.
enum Content {
    /// Variables, to be looked at by the conventions of CF.
    Raw(Raw),
    /// Fields of GRIB.
    Messages(Arc<Mapping>),
}

/// What a file holds, whatever its format. At most `cache` bytes of unpacked chunks are kept.
fn content(path: &Path, cache: usize) -> Result<Content, DataError> {
    let head = begin(path)?;
    match format_of(&head, path) {
        Some(Format::NetCdf3) => netcdf3::read(&Mapping::open(path)?).map(Content::Raw),
        Some(Format::Hdf5) => hdf5::read(&Mapping::open(path)?, cache).map(Content::Raw),
        Some(Format::Grib) => Mapping::open(path).map(Content::Messages),
        Some(Format::Zarr) => zarr::read(path, cache).map(Content::Raw),
        None if path.is_dir() => Err(DataError::Directory),
        None => Err(DataError::Grid("it is of no known format of grids".to_owned())),
    }
}
