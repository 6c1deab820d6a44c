//! What is shown while it comes: streams, and files that somebody is still writing.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::scene::axis::Size;
use crate::studio::{Order, Steps};
use crate::workbench::brief::Brief;
use crate::workbench::command_line::FPS;
use crate::workbench::fields::plane_bytes;
use crate::workbench::figure::FigureRequest;
use crate::workbench::figure_file;
use crate::workbench::follow::Following;
use crate::workbench::sources::STDIN;
use crate::workbench::stream::Growing;
use crate::workbench::{Change, ChangeKind, Progress, WorkbenchError};

use super::super::filming::Filming;
use super::Model;
use super::files::{Paper, Way};

/// Size of a recorded frame.
const FRAME: Size = Size { width: 1280, height: 800 };

/// Files that have not changed for so long may not change any more: whoever wrote them may be gone.
const QUIET: Duration = Duration::from_secs(20);

/// What is known of data that still comes.
#[derive(Debug, Default)]
pub(super) struct Live {
    /// Whether files are read anew whenever they change.
    follows: bool,
    /// A stream, with the file that holds what came of it.
    stream: Option<Arc<Growing>>,
    /// Whether its end was told.
    is_over: bool,
    /// Bytes of a plane of the stream.
    plane: u64,
    /// When something came last.
    last: Option<Instant>,
    /// Whether it was told that nothing comes any more.
    is_quiet: bool,
    /// Whether something came while what came before was being read.
    has_more: bool,
}

impl Model {
    /// Shows planes of a stream as they come, the newest one first, and films them where that is asked for.
    ///
    /// # Errors
    /// A temporary directory that may not be written, a system that gives no threads.
    pub fn open_stream(
        &mut self,
        stream: impl Read + Send + 'static,
        mut brief: Brief,
        record: Option<PathBuf>,
    ) -> Result<(), WorkbenchError> {
        let growing = Arc::new(Growing::start(stream)?);
        let raw = brief.sources.raw.clone();
        brief.sources.inputs = vec![growing.path().to_owned()];
        brief = brief.or_reduction("mean:value".parse().map_err(WorkbenchError::Request)?);
        let shown = brief.figure(&Progress::default());
        if let Some(path) = record {
            let mut figure = FigureRequest { size: FRAME, ..shown.clone() };
            // What the frames say of themselves is the stream, not the file that holds it for now.
            figure.layers[0].sources.inputs = vec![PathBuf::from(STDIN)];
            let order = Order { figure, path: path.clone(), fps: FPS, steps: Steps::default() };
            let (coming, wake) = (Arc::clone(&growing), Arc::clone(&self.wake));
            self.filming = Some(Filming::of_what_comes(path, coming, move || Ok(order), self.threads, wake)?);
        }
        let its = Arc::clone(&growing);
        // What there is to see begins with the first plane.
        let plane = plane_bytes(&raw).unwrap_or(1);
        let first = plane.saturating_add(raw.offset.unwrap_or(0));
        self.begin_paperwork(move || match its.wait_for(first, &|| false) {
            Ok(true) => Ok(Paper::Asked(Box::new(shown))),
            Ok(false) => Err("the stream ended before a single plane was whole; check --shape and --dtype".to_owned()),
            Err(error) => Err(error.to_string()),
        });
        self.live = Live { follows: true, stream: Some(growing), plane, ..Live::default() };
        Ok(())
    }

    /// Films the steps of files that somebody is still writing, as they come.
    ///
    /// # Errors
    /// A system that gives no threads.
    pub fn record(&mut self, brief: Brief, path: PathBuf) -> Result<(), WorkbenchError> {
        let output = path.clone();
        let order = move || {
            let figure = match brief.sources.inputs.as_slice() {
                [only] if figure_file::is_figure_file(only) => figure_file::read(only, &[])?.figure,
                _ => FigureRequest { size: FRAME, ..brief.figure(&Progress::default()) },
            };
            Ok(Order { figure, path: output, fps: FPS, steps: Steps::default() })
        };
        let (coming, wake) = (Arc::new(Following::default()), Arc::clone(&self.wake));
        self.filming = Some(Filming::of_what_comes(path, coming, order, self.threads, wake)?);
        Ok(())
    }

    /// Something has happened to a file.
    pub(super) fn file_changed(&mut self, change: Change) {
        if !self.live.follows || matches!(change.kind, ChangeKind::Vanished) {
            (self.changed, self.is_left) = (Some(change), false);
            return;
        }
        if let ChangeKind::Shrunk { from, to } = change.kind {
            let lost = crate::ui::panel_size(from - to);
            self.notices.note(format!("{} has shrunk by {lost}; what is left of it is shown", name(&change.path)));
        }
        (self.live.last, self.live.is_quiet) = (Some(Instant::now()), false);
        if self.candidate.is_some() {
            self.live.has_more = true;
        } else {
            self.catch_up();
        }
    }

    /// Reads anew what is shown. Nothing of the figure changes, so there is nothing to undo.
    fn catch_up(&mut self) {
        self.live.has_more = false;
        if let Some(document) = self.document().cloned() {
            self.refused = None;
            self.seek("", document, Way { anew: true, is_known: true, amends: false });
        }
    }

    /// Goes on with what came while files were read, and tells when nothing comes any more.
    pub(super) fn go_on_following(&mut self) {
        if self.live.has_more && self.candidate.is_none() {
            self.catch_up();
        }
        self.tell_of_the_end();
        let is_quiet = self.quiet_for().is_some_and(|time| time >= QUIET) && self.live.stream.is_none();
        if is_quiet && !std::mem::replace(&mut self.live.is_quiet, true) {
            let name = self.paths().first().map_or_else(String::new, |path| name(path));
            let steps = self.newest_step() + 1;
            let rest = self.data.iter().flat_map(|data| &data.notes).next_back();
            let rest = rest.map_or_else(String::new, |note| format!("; {note}"));
            self.notices
                .note(format!("{name} has not changed for {} s: it has come to step {steps}{rest}", QUIET.as_secs()));
        }
    }

    /// Tells how a stream ended.
    fn tell_of_the_end(&mut self) {
        let stream = self.live.stream.as_ref().filter(|_| !self.live.is_over);
        let Some(end) = stream.and_then(|stream| stream.end()) else { return };
        self.live.is_over = true;
        let plane = self.live.plane;
        match end {
            Ok(bytes) if bytes % plane == 0 => {
                self.notices.note(format!("the stream has ended, with {} steps", bytes / plane));
            }
            Ok(bytes) => self.notices.error(format!(
                "the stream ended in the middle of step {}, with {} of its {plane} bytes; the steps before stay as they are",
                bytes / plane + 1,
                bytes % plane
            )),
            Err(what) => self.notices.error(format!("the stream broke: {what}; the steps that came stay as they are")),
        }
    }

    /// Since when nothing has come, where files are followed and something has.
    pub fn quiet_for(&self) -> Option<Duration> {
        self.live.last.filter(|_| self.live.follows).map(|last| last.elapsed())
    }

    /// What has happened to a file since it was opened, until the person decides.
    pub fn changed(&self) -> Option<&Change> {
        self.changed.as_ref().filter(|_| !self.is_left)
    }

    /// What has happened to a file since it was opened, whether the person has decided or not: the disk holds something else
    /// than the picture shows.
    pub fn stale(&self) -> Option<&Change> {
        self.changed.as_ref()
    }

    /// Leaves the picture as it is.
    pub fn ignore_change(&mut self) {
        self.is_left = true;
    }

    /// Reads files anew whenever they change, from now on, and shows their newest step; or no longer.
    pub fn follow(&mut self, follows: bool) {
        self.live.follows = follows;
        if follows {
            self.changed = None;
            self.live.last = Some(Instant::now());
            self.catch_up();
            self.go_to_step(u64::MAX);
        }
    }

    /// Whether files are read anew whenever they change.
    pub fn follows(&self) -> bool {
        self.live.follows
    }
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}
