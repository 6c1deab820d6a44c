//! Streams that are shown while they come.

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use crate::scene::axis::Size;
use crate::workbench::fields::{plane_bytes, suited};
use crate::workbench::figure::FigureRequest;
use crate::workbench::sources::Sources;
use crate::workbench::stream::Growing;
use crate::workbench::{Progress, RawSpec, WorkbenchError};

use super::files::Paper;
use super::{Model, Recording};

/// Size of a recorded frame.
const FRAME: Size = Size { width: 1280, height: 800 };

impl Model {
    /// Shows planes of a stream as they come, the newest one first, and films them where that is asked for.
    ///
    /// # Errors
    /// A temporary directory that may not be written, a system that gives no threads.
    pub fn open_stream(
        &mut self,
        stream: impl Read + Send + 'static,
        raw: RawSpec,
        record: Option<PathBuf>,
    ) -> Result<(), WorkbenchError> {
        let growing = Arc::new(Growing::start(stream)?);
        let sources = Sources { inputs: vec![growing.path().to_owned()], raw: raw.clone(), ..Sources::default() };
        let layer =
            suited(sources, None, Some("mean:value".parse().map_err(WorkbenchError::Request)?), &Progress::default());
        let recording = match record {
            Some(path) => {
                let figure = FigureRequest::new(layer.clone(), FRAME);
                let wake = Arc::clone(&self.wake);
                Some(Recording::start((Arc::clone(&growing), figure), path, self.threads, wake)?)
            }
            None => None,
        };
        self.follows = true;
        let its = Arc::clone(&growing);
        self.begin_paperwork(move || {
            // What there is to see begins with the first plane.
            let first = plane_bytes(&raw).unwrap_or(1).saturating_add(raw.offset.unwrap_or(0));
            match its.wait_for(first, &|| false) {
                Ok(true) => Ok(Paper::Suited(Box::new(layer), false)),
                Ok(false) => {
                    Err("the stream ended before a single plane was whole; check --shape and --dtype".to_owned())
                }
                Err(error) => Err(error.to_string()),
            }
        });
        self.stream = Some((growing, recording));
        Ok(())
    }

    /// Tells how a recording ended.
    pub(super) fn take_recording(&mut self) {
        if let Some((_, recording)) = &mut self.stream
            && let Some(said) = recording.as_ref().and_then(Recording::poll)
        {
            *recording = None;
            self.notices.note(said);
        }
    }
}

impl Drop for Model {
    /// A movie is made whole before the window is gone.
    fn drop(&mut self) {
        if let Some((_, Some(recording))) = &self.stream {
            recording.finish();
        }
    }
}
