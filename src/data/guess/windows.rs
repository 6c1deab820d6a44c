//! The bounded samples of a file that a guess is made from.

use super::super::error::DataError;
use super::Sample;

/// Bytes read at the start.
const HEAD: u64 = 64 << 10;
/// Bytes of one window.
const WINDOW: u64 = 4 << 10;
/// Windows spread over the file.
const COUNT: u64 = 32;
/// Where the windows begin, so that a header does not blur what they tell about the data.
const SKIP: u64 = 8 << 10;

/// Bytes from one place.
pub(super) struct Window {
    /// Position in the file.
    pub start: u64,
    pub bytes: Vec<u8>,
}

/// Everything read from the file.
pub(super) struct Windows {
    /// The file's length in bytes.
    pub len: u64,
    pub head: Vec<u8>,
    /// In the order of the file, without overlap.
    pub body: Vec<Window>,
}

impl Windows {
    pub fn read(sample: &dyn Sample) -> Result<Self, DataError> {
        let len = sample.len();
        let head = read(sample, 0, HEAD.min(len))?;
        let start = SKIP.min(len / 2);
        let rest = len - start;
        let mut body = Vec::new();
        if rest <= COUNT * WINDOW {
            body.push(Window { start, bytes: read(sample, start, rest)? });
        } else {
            // Whole quotients first: the product of a length and an index may overflow.
            let step = (rest - WINDOW) / (COUNT - 1);
            for i in 0..COUNT {
                let start = start + i * step;
                body.push(Window { start, bytes: read(sample, start, WINDOW)? });
            }
        }
        Ok(Self { len, head, body })
    }
}

/// At most `count` bytes, which is never more than 128 KiB.
fn read(sample: &dyn Sample, offset: u64, count: u64) -> Result<Vec<u8>, DataError> {
    let mut bytes = vec![0; usize::try_from(count.min(COUNT * WINDOW)).unwrap_or(0)];
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        let at = offset.saturating_add(u64::try_from(filled).unwrap_or(u64::MAX));
        let got = sample.read(at, rest)?.min(rest.len());
        if got == 0 {
            let found = u64::try_from(filled).unwrap_or(0).saturating_add(offset);
            return Err(DataError::Shrunk { expected: sample.len(), found });
        }
        filled += got;
    }
    Ok(bytes)
}
