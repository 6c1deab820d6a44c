//! What a file was like when a figure was saved, so that another one in its place is noticed.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::data::grid;

/// Bytes that are looked at, at the beginning, in the middle and at the end.
const SAMPLE: u64 = 1 << 16;

/// Files that are looked at: more of them only cost time.
const MOST: usize = 32;

/// Size, time of the last change, and a check sum over samples of a file.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) struct Fingerprint {
    bytes: u64,
    /// Seconds since 1970.
    modified: u64,
    /// CRC-32 of the samples.
    crc32: u32,
}

impl Fingerprint {
    /// Of a folder of grids, that of the file that says what it holds.
    fn take(path: &Path) -> Option<Self> {
        let mut file = File::open(grid::description(path).as_deref().unwrap_or(path)).ok()?;
        let facts = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
        let bytes = facts.len();
        let modified = facts.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_secs();
        let mut sum = crc32fast::Hasher::new();
        let last = bytes.saturating_sub(SAMPLE);
        for start in [0, last / 2, last] {
            let mut sample = Vec::new();
            file.seek(SeekFrom::Start(start)).ok()?;
            file.by_ref().take(SAMPLE).read_to_end(&mut sample).ok()?;
            sum.update(&sample);
        }
        Some(Self { bytes, modified, crc32: sum.finalize() })
    }
}

/// Fingerprints of files, as far as they can be had.
pub(super) fn of(inputs: &[PathBuf]) -> Vec<Fingerprint> {
    let all: Option<Vec<Fingerprint>> = inputs.iter().take(MOST).map(|path| Fingerprint::take(path)).collect();
    all.unwrap_or_default()
}

/// Sentences on files that are not what they were.
pub(super) fn changes(inputs: &[PathBuf], known: &[Fingerprint]) -> Vec<String> {
    let changed = |(path, known): (&PathBuf, &Fingerprint)| {
        let now = Fingerprint::take(path)?;
        let what = match () {
            () if now.bytes > known.bytes => format!("has grown by {} bytes", now.bytes - known.bytes),
            () if now.bytes < known.bytes => format!("has shrunk by {} bytes", known.bytes - now.bytes),
            () if now.crc32 != known.crc32 => "has other contents".to_owned(),
            // A copy, or one that was only touched, is the same to the figure.
            () => return None,
        };
        Some(format!("{} {what} since the figure was saved", path.display()))
    };
    inputs.iter().zip(known).filter_map(changed).collect()
}
