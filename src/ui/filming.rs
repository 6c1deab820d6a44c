//! Movies in the making: of the steps that there are, or of a stream while the window shows it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;
use std::time::Duration;

use crate::export::ExportError;
use crate::export::movie::Filmed;
use crate::studio::{Frames, Order, StudioError};
use crate::workbench::follow::Coming;
use crate::workbench::session::{OpenData, Wake, stand_back};
use crate::workbench::{EngineChoice, Progress, Table, Workbench, WorkbenchError};

/// How long the end of a movie may take when the window is gone.
const PATIENCE: Duration = Duration::from_secs(20);

/// A movie under way, on a thread of its own.
pub struct Filming {
    frames: Arc<Frames>,
    progress: Arc<Progress>,
    end: Receiver<Result<Filmed, StudioError>>,
    path: PathBuf,
    is_recording: bool,
}

/// How a movie ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// As it should, or as the person wished; a sentence tells.
    Well(String),
    /// Too early; a sentence says why.
    Badly(String),
}

impl Filming {
    /// Films the steps of a figure, of whose layers this is the data.
    ///
    /// # Errors
    /// A system that gives no thread.
    pub fn of_steps(
        order: Order,
        data: Vec<Arc<OpenData>>,
        threads: Option<usize>,
        wake: Wake,
    ) -> Result<Self, WorkbenchError> {
        let (path, is_recording) = (order.path.clone(), false);
        Self::start((path, is_recording), wake, move |frames, progress| {
            order.check()?;
            let tables: Vec<&Table> = data.iter().map(|data| &data.table).collect();
            order.film(&tables, &Workbench::new(EngineChoice::Auto, threads, false)?, frames, progress)
        })
    }

    /// Films what comes into `path`, until nothing comes any more or it is stopped. What that is, `order` says on the
    /// movie's thread.
    ///
    /// # Errors
    /// A system that gives no thread.
    pub fn of_what_comes(
        path: PathBuf,
        coming: Arc<dyn Coming + Send>,
        order: impl FnOnce() -> Result<Order, WorkbenchError> + Send + 'static,
        threads: Option<usize>,
        wake: Wake,
    ) -> Result<Self, WorkbenchError> {
        Self::start((path, true), wake, move |frames, progress| {
            let order = order()?;
            order.check()?;
            let workbench = Workbench::new(EngineChoice::Cpu, threads, false)?;
            order.film_growing(coming.as_ref(), &workbench, frames, progress)
        })
    }

    fn start(
        (path, is_recording): (PathBuf, bool),
        wake: Wake,
        work: impl FnOnce(&Frames, &Progress) -> Result<Filmed, StudioError> + Send + 'static,
    ) -> Result<Self, WorkbenchError> {
        let (frames, progress): (Arc<Frames>, Arc<Progress>) = Default::default();
        let (send, end) = channel();
        let (its_frames, its_progress) = (Arc::clone(&frames), Arc::clone(&progress));
        let film = move || {
            stand_back();
            // Nobody listens any more if the window is closed.
            let _ = send.send(work(&its_frames, &its_progress));
            drop(send);
            wake();
        };
        let started = thread::Builder::new().name("scumble-film".to_owned()).spawn(film);
        started.map_err(|e| WorkbenchError::Request(format!("the system gives no thread: {e}")))?;
        Ok(Self { frames, progress, end, path, is_recording })
    }

    /// Its frames.
    pub fn frames(&self) -> &Frames {
        &self.frames
    }

    /// Where it is written.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is of what still comes, so that there is no end to be waited for.
    pub fn is_recording(&self) -> bool {
        self.is_recording
    }

    /// Whether it was asked to stop.
    pub fn is_stopping(&self) -> bool {
        self.progress.is_cancelled()
    }

    /// Asks it to end with the frames there are.
    pub fn stop(&self) {
        self.progress.cancel();
    }

    /// How it ended, once it has.
    pub fn poll(&self) -> Option<Ending> {
        match self.end.try_recv() {
            Ok(end) => Some(self.ending(end)),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => {
                Some(Ending::Badly(format!("an internal error ended the movie ({})", self.path.display())))
            }
        }
    }

    /// Ends it with the frames there are, and waits for them to be whole.
    pub fn finish(&self) {
        self.stop();
        let _ = self.end.recv_timeout(PATIENCE);
    }

    fn ending(&self, end: Result<Filmed, StudioError>) -> Ending {
        let path = self.path.display();
        let verb = if self.is_recording { "recorded" } else { "filmed" };
        match end {
            Ok(Filmed { frames, found: 0 }) => Ending::Well(format!("{verb} {frames} frames ({path})")),
            Ok(Filmed { frames, found }) => {
                Ending::Well(format!("{verb} {frames} frames, {found} of which were there already ({path})"))
            }
            Err(StudioError::Export(stopped @ ExportError::Stopped { .. })) => Ending::Well(stopped.to_string()),
            Err(error) => Ending::Badly(error.to_string()),
        }
    }
}
