//! Steps that come: of a stream, or of files that somebody is still writing.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::data::Progress;
use crate::data::watch::FileFacts;

use super::figure::{DrawnFigure, FigureRequest, OpenedFigure};
use super::{Workbench, WorkbenchError};

/// Time between two looks at files.
const EVERY: Duration = Duration::from_millis(200);
/// The newest step is taken for whole when its files have not changed for so long.
const SETTLED: Duration = Duration::from_secs(1);
/// Files that cannot be understood for so long are not being written just now.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where steps come from, one after another.
pub trait Coming: Sync {
    /// A figure at a step, once that is whole; none where no more comes, or where the person wants to stop.
    ///
    /// # Errors
    /// What comes is broken; those of drawing.
    fn figure(
        &self,
        wanted: (&FigureRequest, u64),
        workbench: &Workbench,
        progress: &Progress,
    ) -> Result<Option<DrawnFigure>, WorkbenchError>;

    /// Whether there is an end to it that does not depend on whoever waits.
    fn has_end(&self) -> bool;
}

/// The files of a figure that somebody is still writing.
#[derive(Default)]
pub struct Following(Mutex<Option<Seen>>);

/// Files as they were last seen.
struct Seen {
    facts: Vec<Option<FileFacts>>,
    since: Instant,
    opened: Result<(OpenedFigure, u64), WorkbenchError>,
}

impl Seen {
    fn new(figure: &FigureRequest, facts: Vec<Option<FileFacts>>, progress: &Progress) -> Self {
        // Whether the step is there is not yet the question.
        let open = || {
            let opened = FigureRequest { step: 0, ..figure.clone() }.open(progress)?;
            let mut written = 0;
            for field in opened.tables.iter().filter_map(|table| table.field()) {
                written = written.max(field.written_steps()?);
            }
            Ok((opened, written))
        };
        Self { facts, since: Instant::now(), opened: open() }
    }

    /// Whether a step is there, and nobody writes it any more.
    fn has(&self, step: u64) -> bool {
        let written = self.opened.as_ref().map_or(0, |(_, written)| *written);
        written > step + 1 || (written == step + 1 && self.since.elapsed() >= SETTLED)
    }
}

impl Coming for Following {
    fn figure(
        &self,
        (figure, step): (&FigureRequest, u64),
        workbench: &Workbench,
        progress: &Progress,
    ) -> Result<Option<DrawnFigure>, WorkbenchError> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while !progress.is_cancelled() {
            let facts = facts(figure);
            let now = match seen.take().filter(|seen| seen.facts == facts) {
                Some(known) => known,
                None => Seen::new(figure, facts, progress),
            };
            match &now.opened {
                Ok((opened, _)) if now.has(step) => {
                    let at_step = FigureRequest { step, ..figure.clone() };
                    let drawn = workbench.figure(&opened.tables(), &at_step, progress).map(Some);
                    // What was written anew while it was read is read again.
                    let is_new = drawn.is_err() && self::facts(figure) != now.facts;
                    *seen = Some(now);
                    if !is_new {
                        return drawn;
                    }
                }
                Err(_) if now.since.elapsed() >= PATIENCE => return now.opened.map(|_| None),
                _ => *seen = Some(now),
            }
            thread::sleep(EVERY);
        }
        Ok(None)
    }

    fn has_end(&self) -> bool {
        false
    }
}

/// What tells whether the files of a figure have changed.
fn facts(figure: &FigureRequest) -> Vec<Option<FileFacts>> {
    let inputs = figure.layers.iter().flat_map(|layer| &layer.sources.inputs);
    let facts = |path: &PathBuf| Some(FileFacts::of(&path.metadata().ok()?));
    inputs.map(facts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::axis::Size;
    use crate::scene::mark::{Mark, Sampling};
    use crate::workbench::figure::FigureLayer;
    use crate::workbench::sources::Sources;
    use crate::workbench::{EngineChoice, RawSpec, Shape};
    use std::fs::File;
    use std::io::{Seek as _, SeekFrom, Write as _};
    use std::sync::Arc;

    /// The figure of a file of bytes, 4 × 3 a step.
    fn figure(path: PathBuf, shape: &[u64]) -> FigureRequest {
        let raw = RawSpec { dtype: Some("|u1".to_owned()), shape: Some(Shape(shape.to_vec())), ..RawSpec::default() };
        let sources = Sources { inputs: vec![path], raw, ..Sources::default() };
        let (mark, reduction) = (Mark::Image { sampling: Sampling::Cells }, "mean:0".parse().unwrap());
        let layer = FigureLayer { mark, reduction, ..FigureLayer::new(sources) };
        FigureRequest { axes: false, ..FigureRequest::new(layer, Size { width: 4, height: 3 }) }
    }

    #[test]
    fn steps_come_as_they_are_written() {
        let folder = tempfile::tempdir().unwrap();
        for (name, shape, is_long) in [("grows", &[3, 4][..], false), ("preallocated", &[5, 3, 4][..], true)] {
            let path = folder.path().join(name);
            let mut file = File::create(&path).unwrap();
            if is_long {
                file.set_len(5 * 12).unwrap();
            }
            let figure = figure(path, shape);
            let writer = thread::spawn(move || {
                for step in 0..3_u8 {
                    file.seek(SeekFrom::Start(u64::from(step) * 12)).unwrap();
                    file.write_all(&[step + 1; 5]).unwrap();
                    thread::sleep(Duration::from_millis(60));
                    file.write_all(&[step + 1; 7]).unwrap();
                    thread::sleep(Duration::from_millis(60));
                }
            });
            let (following, progress) = (Following::default(), Arc::new(Progress::default()));
            let workbench = Workbench::new(EngineChoice::Cpu, Some(1), false).unwrap();
            for step in 0..3 {
                let drawn = following.figure((&figure, step), &workbench, &progress).unwrap();
                assert_eq!(drawn.unwrap().accountings()[0].1.in_view, 12, "{name}");
            }
            writer.join().unwrap();
            // The writer died; whoever waits for more may stop to.
            let its = Arc::clone(&progress);
            let stop = thread::spawn(move || {
                thread::sleep(Duration::from_millis(300));
                its.cancel();
            });
            assert!(following.figure((&figure, 3), &workbench, &progress).unwrap().is_none(), "{name}");
            stop.join().unwrap();
        }
    }
}
