//! Making the example's points, off the window's thread.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;

use crate::export::demo::{POINTS, is_made, make};
use crate::workbench::session::Wake;

/// The example in the making.
pub struct Making {
    done: Receiver<Result<PathBuf, String>>,
    made: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
}

impl Making {
    /// Starts to make it, where it is not made yet.
    pub fn start(path: PathBuf, wake: Wake) -> Self {
        let (sender, done) = channel();
        let (made, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (its_made, its_stop) = (Arc::clone(&made), Arc::clone(&stop));
        let failed = sender.clone();
        let work = move || {
            let report = |points| {
                its_made.fetch_add(points, Ordering::Relaxed);
            };
            let stopped = || its_stop.load(Ordering::Relaxed);
            let result = if is_made(&path, POINTS) { Ok(()) } else { make(&path, POINTS, &report, &stopped) };
            // Nobody waits any more if the window is closed.
            let _ = sender.send(result.map(|()| path).map_err(|e| e.to_string()));
            wake();
        };
        if let Err(error) = thread::Builder::new().name("scumble-demo".to_owned()).spawn(work) {
            let _ = failed.send(Err(format!("the system gives no thread: {error}")));
        }
        Self { done, made, stop }
    }

    /// The file, once it is made.
    pub fn poll(&self) -> Option<Result<PathBuf, String>> {
        match self.done.try_recv() {
            Ok(result) => Some(result),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err("making the demo failed; the log says more".to_owned())),
        }
    }

    /// Share of the points that are made, 0 to 1.
    pub fn share(&self) -> f32 {
        #[expect(clippy::cast_precision_loss, reason = "a progress bar")]
        let share = self.made.load(Ordering::Relaxed) as f32 / POINTS as f32;
        share
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
