//! Progress bars and summaries: on a terminal only, silence in a pipe.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use crate::workbench::Progress;

/// Whether a person watches.
pub fn is_watched() -> bool {
    std::io::stderr().is_terminal()
}

/// A progress bar that follows a pass from its own thread until dropped. Appears only on a terminal.
pub struct Bar {
    done: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Bar {
    /// Follows `progress` towards `total` (0: unknown) of `unit`.
    pub fn follow(progress: &Arc<Progress>, total: u64, unit: &str) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        if !is_watched() {
            return Self { done, thread: None };
        }
        let template = if total == 0 {
            format!("{{spinner}} {{human_pos}} {unit}  {{elapsed}}")
        } else {
            format!("{{bar:40}} {{percent:>3}} %  {{human_pos}} of {{human_len}} {unit}  {{eta}} left")
        };
        let (its_done, progress) = (Arc::clone(&done), Arc::clone(progress));
        let draw = move || {
            let bar = if total == 0 { ProgressBar::new_spinner() } else { ProgressBar::new(total) };
            if let Ok(style) = ProgressStyle::with_template(&template) {
                bar.set_style(style);
            }
            // A pass of a blink needs no bar.
            thread::park_timeout(Duration::from_millis(300));
            while !its_done.load(Ordering::Relaxed) {
                bar.set_position(progress.rows());
                thread::park_timeout(Duration::from_millis(60));
            }
            bar.finish_and_clear();
        };
        let thread = thread::Builder::new().name("scumble-progress".to_owned()).spawn(draw).ok();
        Self { done, thread }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

/// Prints a text on standard output. A reader that has gone away is no error: it has seen enough.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(e).context("writing to standard output failed"),
        _ => Ok(()),
    }
}

/// A number in groups of three digits: 1,234,567.
pub fn grouped(n: u64) -> String {
    crate::workbench::words::grouped(n, ',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
