//! A movie of a stream, filmed while the window shows it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use crate::export::ExportError;
use crate::export::movie::{Movie, film};
use crate::export::picture::Notes;
use crate::workbench::figure::FigureRequest;
use crate::workbench::session::Wake;
use crate::workbench::stream::Growing;
use crate::workbench::{EngineChoice, Progress, Workbench, WorkbenchError};

/// Frames a second of what is recorded.
const RATE: f64 = 10.0;

/// A recording under way.
pub struct Recording {
    progress: Arc<Progress>,
    end: Receiver<String>,
}

/// What can go wrong with it.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Export(#[from] ExportError),
    #[error(transparent)]
    Workbench(#[from] WorkbenchError),
}

impl Recording {
    /// Films the planes of a stream as they come, in a figure whose only layer is of them.
    ///
    /// # Errors
    /// A system that gives no thread.
    pub fn start(
        (growing, figure): (Arc<Growing>, FigureRequest),
        path: PathBuf,
        threads: Option<usize>,
        wake: Wake,
    ) -> Result<Self, WorkbenchError> {
        let progress = Arc::new(Progress::default());
        let its = Arc::clone(&progress);
        let (send, end) = channel();
        let work = move || {
            let said = match record(&growing, &figure, &path, threads, &its) {
                Ok(frames) => format!("recorded {frames} frames ({})", path.display()),
                Err(error) => error.to_string(),
            };
            let _ = send.send(said);
            wake();
        };
        thread::Builder::new()
            .name("scumble-record".to_owned())
            .spawn(work)
            .map_err(|e| WorkbenchError::Request(format!("the system gives no thread: {e}")))?;
        Ok(Self { progress, end })
    }

    /// How it ended, once it has.
    pub fn poll(&self) -> Option<String> {
        self.end.try_recv().ok()
    }

    /// Ends it with the frames there are, and waits for the movie to be whole.
    pub fn finish(&self) {
        self.progress.cancel();
        let _ = self.end.recv_timeout(std::time::Duration::from_secs(20));
    }
}

fn record(
    growing: &Growing,
    figure: &FigureRequest,
    path: &std::path::Path,
    threads: Option<usize>,
    progress: &Progress,
) -> Result<u64, Failed> {
    let workbench = Workbench::new(EngineChoice::Cpu, threads, false)?;
    let movie = Movie {
        path,
        fps: RATE,
        steps: 0..u64::MAX,
        notes: &|_| Notes::default(),
        newest: None,
        stopped: &|| progress.is_cancelled(),
        told: &|_| {},
    };
    let filmed =
        film(&movie, |step| -> Result<_, Failed> { Ok(growing.figure((figure, step), &workbench, progress)?) })?;
    Ok(filmed.frames)
}
