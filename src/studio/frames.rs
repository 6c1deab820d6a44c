//! How far a movie is, and how long it will take.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::workbench::Progress;

/// The frames of a movie in the making; shared between who makes it and who watches.
#[derive(Debug, Default)]
pub struct Frames {
    done: Arc<Progress>,
    found: AtomicU64,
    /// 0: not known.
    total: AtomicU64,
    begun: OnceLock<Instant>,
}

impl Frames {
    /// Says how many there will be, where that is known.
    pub fn expect(&self, total: u64) {
        self.total.store(total, Ordering::Relaxed);
    }

    /// Notes that the first one is being drawn.
    pub fn begin(&self) {
        self.begun.get_or_init(Instant::now);
    }

    /// Notes one more, and whether it was there already.
    pub fn add(&self, was_there: bool) {
        self.found.fetch_add(u64::from(was_there), Ordering::Relaxed);
        self.done.add(1);
    }

    /// Frames that are done.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.done.rows()
    }

    /// The same, for whoever watches that alone.
    #[must_use]
    pub fn watched(&self) -> &Arc<Progress> {
        &self.done
    }

    /// How many there will be, if that is known.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        Some(self.total.load(Ordering::Relaxed)).filter(|total| *total > 0)
    }

    /// Time until the last one is done, at the pace so far: of frames that were made, not of those that were there.
    #[must_use]
    pub fn left(&self) -> Option<Duration> {
        let (elapsed, total) = (self.begun.get()?.elapsed(), self.total()?);
        left(elapsed, self.done(), self.found.load(Ordering::Relaxed), total)
    }
}

fn left(elapsed: Duration, done: u64, found: u64, total: u64) -> Option<Duration> {
    let made = done.saturating_sub(found);
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let share = (made > 0).then(|| total.saturating_sub(done) as f64 / made as f64)?;
    Duration::try_from_secs_f64(elapsed.as_secs_f64() * share).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_that_of_frames_still_to_be_made() {
        let seconds = Duration::from_secs;
        assert_eq!(left(seconds(10), 0, 0, 100), None);
        assert_eq!(left(seconds(10), 50, 50, 100), None);
        assert_eq!(left(seconds(10), 20, 0, 100), Some(seconds(40)));
        // Sixty were there already; twenty were made in ten seconds.
        assert_eq!(left(seconds(10), 80, 60, 100), Some(seconds(10)));
        assert_eq!(left(seconds(10), 100, 60, 100), Some(seconds(0)));
    }

    #[test]
    fn frames_are_counted() {
        let frames = Frames::default();
        assert_eq!((frames.done(), frames.total(), frames.left()), (0, None, None));
        frames.expect(4);
        frames.begin();
        frames.add(true);
        assert_eq!((frames.done(), frames.total(), frames.left()), (1, Some(4), None));
        frames.add(false);
        assert_eq!(frames.done(), 2);
        assert!(frames.left().is_some());
    }
}
