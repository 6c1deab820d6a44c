//! How much private memory the process takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Most private memory that the program takes, whatever the size of the files: the grids' own limit, and half as much
/// again for pictures, textures and the rest.
pub const CAP: u64 = 6 << 30;

/// Bytes of private memory, mapped files left out, where the system tells: on Linux those of it that are resident now
/// (`RssAnon`), on Windows those that are committed.
#[cfg(windows)]
pub fn private_bytes() -> Option<u64> {
    // What this crate calls virtual is the commit charge of the process alone (`PagefileUsage`).
    memory_stats::memory_stats().and_then(|stats| u64::try_from(stats.virtual_mem).ok())
}

/// See above.
#[cfg(not(windows))]
pub fn private_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("RssAnon:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// Watches the peak of [`private_bytes`] from a thread, every few milliseconds.
pub struct MemoryWatch {
    peak: Arc<AtomicU64>,
    done: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl MemoryWatch {
    /// Starts to watch.
    pub fn start() -> Self {
        let (peak, done) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (its_peak, its_done) = (Arc::clone(&peak), Arc::clone(&done));
        let watch = move || {
            while !its_done.load(Ordering::Relaxed) {
                if let Some(bytes) = private_bytes() {
                    its_peak.fetch_max(bytes, Ordering::Relaxed);
                }
                thread::park_timeout(Duration::from_millis(5));
            }
        };
        let thread = thread::Builder::new().name("scumble-memory".to_owned()).spawn(watch).ok();
        Self { peak, done, thread }
    }

    /// The peak so far, in bytes; `None` where the system does not tell.
    pub fn peak(&self) -> Option<u64> {
        let now = private_bytes()?;
        Some(self.peak.fetch_max(now, Ordering::Relaxed).max(now))
    }
}

impl Drop for MemoryWatch {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A watcher that panicked has nothing left to tell.
            let _ = thread.join();
        }
    }
}
