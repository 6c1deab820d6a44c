//! Standard input, or any pipe: written to an unnamed temporary file, which is then mapped like any other.

use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use super::error::DataError;
use super::mapping::Mapping;
use super::parallel::Progress;

/// Name that stands for standard input.
pub const STDIN: &str = "-";

/// Bytes read at a time.
const CHUNK: usize = 1 << 20;

/// Reads a stream to its end into a temporary file without a name (it is gone with the process) and maps that.
///
/// Memory stays at a few buffers; the disk behind the temporary directory must hold the stream. `path` is used in messages
/// only. `progress` counts bytes; a stop is heeded also while the stream is silent.
///
/// # Errors
/// An empty stream, a full disk, a broken pipe, [`DataError::Cancelled`].
pub fn spool(stream: impl Read + Send + 'static, path: &Path, progress: &Progress) -> Result<Arc<Mapping>, DataError> {
    let failed = |doing: String, source: io::Error| DataError::Io { doing, source }.at(path);
    let dir = std::env::temp_dir();
    let making = || format!("making a temporary file in {} (set TMPDIR to move it)", dir.display());
    let mut file = tempfile::tempfile().map_err(|e| failed(making(), e))?;
    // A read may wait for ever, so it has a thread of its own, which ends with the process at the latest.
    let (send, chunks) = mpsc::sync_channel(2);
    thread::Builder::new()
        .name("scumble-spool".to_owned())
        .spawn(move || read_chunks(stream, &send))
        .map_err(|e| failed("starting to read the stream".to_owned(), e))?;
    loop {
        if progress.is_cancelled() {
            return Err(DataError::Cancelled);
        }
        let chunk = match chunks.recv_timeout(Duration::from_millis(50)) {
            Ok(chunk) => chunk.map_err(|e| failed("reading the stream".to_owned(), e))?,
            Err(mpsc::RecvTimeoutError::Timeout) => continue,
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        };
        let writing = || format!("writing the stream to {} (set TMPDIR to a roomier disk)", dir.display());
        file.write_all(&chunk).map_err(|e| failed(writing(), e))?;
        progress.add(chunk.len() as u64);
    }
    file.rewind().map_err(|e| failed("rewinding the temporary file".to_owned(), e))?;
    Mapping::of_file(file, path)
}

/// Sends what the stream gives until it ends or nobody listens any more.
fn read_chunks(mut stream: impl Read, send: &mpsc::SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let mut chunk = vec![0; CHUNK];
        let read = match stream.read(&mut chunk) {
            Ok(0) => return,
            Ok(n) => {
                chunk.truncate(n);
                Ok(chunk)
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => Err(e),
        };
        let is_over = read.is_err();
        if send.send(read).is_err() || is_over {
            return;
        }
    }
}
