//! Standard input, or any pipe: written to an unnamed temporary file, which is then mapped like any other.

use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::sync::Arc;

use super::error::DataError;
use super::mapping::Mapping;
use super::parallel::Progress;

/// Name that stands for standard input.
pub const STDIN: &str = "-";

/// Reads a stream to its end into a temporary file without a name (it is gone with the process) and maps that.
///
/// Memory stays at one buffer; the disk behind the temporary directory must hold the stream. `progress` counts bytes.
///
/// # Errors
/// An empty stream, a full disk, a broken pipe, [`DataError::Cancelled`].
pub fn spool(mut stream: impl Read, progress: &Progress) -> Result<Arc<Mapping>, DataError> {
    let failed = |doing: &str, source: io::Error| DataError::Io { doing: doing.to_owned(), source };
    let dir = std::env::temp_dir();
    let making = || format!("making a temporary file in {} (set TMPDIR to move it)", dir.display());
    let mut file = tempfile::tempfile().map_err(|e| failed(&making(), e))?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        if progress.is_cancelled() {
            return Err(DataError::Cancelled);
        }
        let n = match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(failed("reading standard input", e)),
        };
        let writing = || format!("writing standard input to {} (set TMPDIR to a roomier disk)", dir.display());
        file.write_all(&buffer[..n]).map_err(|e| failed(&writing(), e))?;
        progress.add(n as u64);
    }
    file.rewind().map_err(|e| failed("rewinding the temporary file", e))?;
    Mapping::of_file(file, Path::new(STDIN))
}
