//! What a store is kept in: a folder, or a zip archive.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::{self, Cursor, Read as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zip::CompressionMethod;

use crate::data::error::DataError;
use crate::data::mapping::Mapping;

/// The bytes that zip archives begin with.
const MAGIC: &[u8] = b"PK\x03\x04";
/// The most bytes that a file of an archive is unpacked to.
const MOST_UNPACKED: u64 = 1 << 30;
/// Files that describe a store, of which the first is at its root.
pub(super) const DESCRIPTIONS: [&str; 4] = ["zarr.json", ".zmetadata", ".zgroup", ".zarray"];

/// Where the files of a store are, by their names with `/` between folders.
#[derive(Debug)]
pub(super) enum Tree {
    Folder(PathBuf),
    Zip { map: Arc<Mapping>, root: String, files: HashMap<String, Packed> },
}

/// A file in an archive.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    bytes: Range<usize>,
    is_deflated: bool,
}

/// A file's bytes.
#[derive(Debug)]
pub(super) enum Blob {
    Mapped(Arc<Mapping>, Range<usize>),
    Unpacked(Vec<u8>),
}

impl Blob {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Mapped(map, range) => map.bytes().get(range.clone()).unwrap_or_default(),
            Self::Unpacked(bytes) => bytes,
        }
    }

    /// Whether all that was read of it so far was really there.
    pub(super) fn check(&self) -> Result<(), DataError> {
        match self {
            Self::Mapped(map, _) => map.check(),
            Self::Unpacked(_) => Ok(()),
        }
    }
}

/// Whether a path may be that of an archive.
pub(super) fn may_be_zip(head: &[u8], path: &Path) -> bool {
    head.starts_with(MAGIC) && path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
}

/// Whether a name leads to no other place than within the store.
pub(super) fn is_within(name: &str) -> bool {
    name.split('/').all(|part| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':', '\0']))
}

impl Tree {
    /// The store in an archive.
    ///
    /// # Errors
    /// A damaged archive, or one without a store.
    pub(super) fn of_zip(path: &Path) -> Result<Self, DataError> {
        let map = Mapping::open(path)?;
        let problem = |e| DataError::Grid(format!("opening the zip archive: {e}; its copy may have stopped early"));
        let mut archive = zip::ZipArchive::new(Cursor::new(map.bytes())).map_err(problem)?;
        let mut files = HashMap::new();
        for i in 0..archive.len() {
            let file = archive.by_index_raw(i).map_err(problem)?;
            let is_deflated = match file.compression() {
                CompressionMethod::Stored => false,
                CompressionMethod::DEFLATE => true,
                // A file that cannot be unpacked is missed only where it is needed.
                _ => continue,
            };
            let start = file.data_start();
            let end = start.and_then(|start| start.checked_add(file.compressed_size()));
            let range = start.zip(end).map(|(start, end)| (usize::try_from(start), usize::try_from(end)));
            let Some((Ok(start), Ok(end))) = range else { continue };
            if let (Ok(name), true) = (file.name(), file.is_file() && end <= map.bytes().len()) {
                files.insert(name.into_owned(), Packed { bytes: start..end, is_deflated });
            }
        }
        map.check()?;
        let describes = |name: &&String| DESCRIPTIONS.contains(&name.rsplit('/').next().unwrap_or(name));
        let first = files.keys().filter(describes).min_by_key(|name| name.matches('/').count());
        let Some(first) = first else {
            return Err(DataError::Grid("the zip archive holds no Zarr store".to_owned()));
        };
        let root = first.rsplit_once('/').map_or_else(String::new, |(root, _)| format!("{root}/"));
        Ok(Self::Zip { map, root, files })
    }

    /// A file; none if there is none of that name.
    ///
    /// # Errors
    /// One that cannot be read.
    pub(super) fn get(&self, name: &str) -> Result<Option<Blob>, DataError> {
        match self {
            Self::Folder(folder) => {
                let path = folder.join(name);
                match fs::metadata(&path) {
                    // Opening anything else might wait for ever.
                    Ok(facts) if !facts.is_file() => return Err(DataError::Device.at(path)),
                    Err(problem) if problem.kind() == io::ErrorKind::NotFound => return Ok(None),
                    Err(problem) => return Err(DataError::io("opening the file", problem).at(path)),
                    Ok(_) => {}
                }
                let map = Mapping::open(&path)?;
                let all = 0..map.bytes().len();
                Ok(Some(Blob::Mapped(map, all)))
            }
            Self::Zip { map, root, files } => {
                let Some(packed) = files.get(&format!("{root}{name}")) else { return Ok(None) };
                if !packed.is_deflated {
                    return Ok(Some(Blob::Mapped(Arc::clone(map), packed.bytes.clone())));
                }
                let stored = map.bytes().get(packed.bytes.clone()).unwrap_or_default();
                let mut bytes = Vec::new();
                let decoder = flate2::read::DeflateDecoder::new(stored);
                let read = decoder.take(MOST_UNPACKED).read_to_end(&mut bytes);
                read.map_err(|e| DataError::io(format!("unpacking {name}"), e))?;
                map.check()?;
                Ok(Some(Blob::Unpacked(bytes)))
            }
        }
    }

    /// The names of the folders in a folder of the store, in order; at most `most` and one more.
    pub(super) fn folders(&self, path: &str, most: usize) -> Result<Vec<String>, DataError> {
        let mut found = BTreeSet::new();
        match self {
            Self::Folder(folder) => {
                let folder = folder.join(path);
                let read = fs::read_dir(&folder).map_err(|e| DataError::io("listing the folder", e).at(&folder))?;
                let names = read.filter_map(Result::ok).filter(|entry| entry.path().is_dir());
                found.extend(names.filter_map(|entry| entry.file_name().into_string().ok()).take(most + 1));
            }
            Self::Zip { root, files, .. } => {
                let within = if path.is_empty() { root.clone() } else { format!("{root}{path}/") };
                let rests = files.keys().filter_map(|name| name.strip_prefix(&within)?.split_once('/'));
                for (name, _) in rests {
                    if found.len() <= most {
                        found.insert(name.to_owned());
                    }
                }
            }
        }
        Ok(found.into_iter().collect())
    }

    /// Whether the store is still where it was.
    pub(super) fn is_there(&self) -> bool {
        match self {
            Self::Folder(folder) => DESCRIPTIONS.iter().any(|name| folder.join(name).exists()),
            Self::Zip { map, .. } => map.check().is_ok(),
        }
    }
}
