//! A stream that is drawn while it comes: a thread writes it to a temporary file, of which as much is mapped as there is.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::data::{DataError, Progress};

use super::fields::plane_bytes;
use super::figure::{DrawnFigure, FigureRequest};
use super::follow::Coming;
use super::{Workbench, WorkbenchError};

/// Bytes read at a time.
const CHUNK: usize = 1 << 20;
/// Time between two looks at whether to stop.
const PATIENCE: Duration = Duration::from_millis(50);

/// A stream on its way into a file, which is gone when this is.
#[derive(Debug)]
pub struct Growing {
    path: PathBuf,
    state: Arc<(Mutex<State>, Condvar)>,
    _folder: tempfile::TempDir,
}

/// How far a stream has come.
#[derive(Debug, Default)]
struct State {
    bytes: u64,
    is_over: bool,
    failed: Option<String>,
}

/// A thread that panicked leaves nothing half done here.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Growing {
    /// Begins to read a stream. The disk behind the temporary directory must hold it.
    ///
    /// # Errors
    /// A temporary directory that may not be written.
    pub fn start(stream: impl Read + Send + 'static) -> Result<Self, WorkbenchError> {
        let dir = std::env::temp_dir();
        let failed = |source| {
            let doing = format!("making a temporary file in {} (set TMPDIR to move it)", dir.display());
            WorkbenchError::Data(DataError::io(doing, source))
        };
        let folder = tempfile::Builder::new().prefix("scumble-").tempdir().map_err(failed)?;
        let path = folder.path().join("value");
        let file = File::create(&path).map_err(failed)?;
        let state = Arc::new((Mutex::new(State::default()), Condvar::new()));
        let its = Arc::clone(&state);
        let work = move || {
            let failed = copy(stream, file, &its).err().map(|error| error.to_string());
            let mut state = lock(&its.0);
            (state.is_over, state.failed) = (true, failed);
            its.1.notify_all();
        };
        thread::Builder::new().name("scumble-stream".to_owned()).spawn(work).map_err(failed)?;
        Ok(Self { path, state, _folder: folder })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How the stream ended, once it has: bytes that came, or what broke it.
    #[must_use]
    pub fn end(&self) -> Option<Result<u64, String>> {
        let state = lock(&self.state.0);
        state.is_over.then(|| state.failed.clone().map_or(Ok(state.bytes), Err))
    }

    /// Waits until so many bytes have come. Says whether they have; else the stream is over, or the person wants to stop.
    ///
    /// # Errors
    /// A stream that broke, a full disk.
    pub fn wait_for(&self, bytes: u64, stopped: &dyn Fn() -> bool) -> Result<bool, WorkbenchError> {
        let mut state = lock(&self.state.0);
        loop {
            if state.bytes >= bytes {
                return Ok(true);
            }
            if let Some(what) = &state.failed {
                return Err(WorkbenchError::Request(format!("reading the stream: {what}")));
            }
            if state.is_over || stopped() {
                return Ok(false);
            }
            state = self.state.1.wait_timeout(state, PATIENCE).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// Steps of a figure whose only layer is of the planes that come.
impl Coming for Growing {
    fn figure(
        &self,
        (figure, step): (&FigureRequest, u64),
        workbench: &Workbench,
        progress: &Progress,
    ) -> Result<Option<DrawnFigure>, WorkbenchError> {
        let raw = figure.layers.first().map(|layer| layer.sources.raw.clone()).unwrap_or_default();
        let plane = plane_bytes(&raw).ok_or_else(|| WorkbenchError::Request("the planes have no size".to_owned()))?;
        let bytes = plane.checked_mul(step.saturating_add(1)).and_then(|end| end.checked_add(raw.offset.unwrap_or(0)));
        let has_come = bytes.map_or(Ok(false), |bytes| self.wait_for(bytes, &|| progress.is_cancelled()))?;
        if !has_come {
            return Ok(None);
        }
        let mut figure = FigureRequest { step, ..figure.clone() };
        for layer in &mut figure.layers {
            layer.sources.inputs = vec![self.path.clone()];
        }
        // As much as there is now is mapped anew, which takes microseconds.
        let opened = figure.open(progress)?;
        workbench.figure(&opened.tables(), &figure, progress).map(Some)
    }

    fn has_end(&self) -> bool {
        true
    }
}

fn copy(mut stream: impl Read, mut file: File, state: &(Mutex<State>, Condvar)) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = match stream.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        file.write_all(&chunk[..count])?;
        lock(&state.0).bytes += count as u64;
        state.1.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, channel};

    /// A stream that gives what is sent.
    struct Slow(Receiver<io::Result<u8>>);

    impl Read for Slow {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            match self.0.recv() {
                Ok(byte) => {
                    out[0] = byte?;
                    Ok(1)
                }
                Err(_) => Ok(0),
            }
        }
    }

    #[test]
    fn what_has_come_can_be_read_before_the_rest() {
        let (send, receive) = channel();
        let growing = Growing::start(Slow(receive)).unwrap();
        for byte in [7, 8] {
            send.send(Ok(byte)).unwrap();
        }
        assert!(growing.wait_for(2, &|| false).unwrap());
        assert_eq!(std::fs::read(growing.path()).unwrap(), [7, 8]);
        assert!(!growing.wait_for(3, &|| true).unwrap());
        drop(send);
        assert!(!growing.wait_for(3, &|| false).unwrap());
        let path = growing.path().to_owned();
        drop(growing);
        assert!(!path.exists());
    }

    #[test]
    fn a_stream_that_breaks_says_so() {
        let (send, receive) = channel();
        let growing = Growing::start(Slow(receive)).unwrap();
        send.send(Err(io::Error::other("the line went dead"))).unwrap();
        let error = growing.wait_for(1, &|| false).unwrap_err().to_string();
        assert!(error.contains("the line went dead"), "{error}");
    }
}
