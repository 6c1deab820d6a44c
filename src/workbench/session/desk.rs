//! Where one thread leaves work for another: the newest job waits, and an older one gives way.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::data::Progress;

/// How long a job that has shown nothing yet may go on when a newer one is waiting. Without it, a view that moves with
/// every frame would never show anything.
const GRACE: Duration = Duration::from_millis(40);

/// Jobs that are done some time, at most.
const OFFERS: usize = 16;

/// A place for one waiting job and one that is being done.
pub struct Desk<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    waiting: Option<T>,
    /// What is done when nothing else is to be, the oldest first.
    offered: VecDeque<T>,
    running: Option<Running>,
    closed: bool,
}

struct Running {
    progress: Arc<Progress>,
    started: Instant,
    has_shown: bool,
    /// What the job is finding out now, for itself and for others that need the same.
    finds_out: Option<u64>,
}

impl<T> Desk<T> {
    /// An empty desk.
    pub fn new() -> Self {
        let state = State { waiting: None, offered: VecDeque::new(), running: None, closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// A thread that panicked leaves nothing half done here: every change is a single assignment.
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves a job in the place of one that still waits, and asks the running one to give way; unless that is just
    /// finding out what the new one `needs` to know too.
    pub fn put(&self, job: T, needs: Option<u64>) {
        self.put_within(GRACE, job, needs);
    }

    /// As [`Desk::put`], with a grace for a running job that has shown nothing yet.
    pub fn put_within(&self, grace: Duration, job: T, needs: Option<u64>) {
        let mut state = self.state();
        state.waiting = Some(job);
        let shared = state.running.as_ref().is_some_and(|r| r.finds_out.is_some() && r.finds_out == needs);
        if let Some(running) = state.running.as_ref().filter(|_| !shared) {
            running.progress.cancel_at(if running.has_shown { Instant::now() } else { running.started + grace });
        }
        self.changed.notify_one();
    }

    /// Leaves a job for when nothing else is to be done. Of more than [`OFFERS`] the oldest are forgotten.
    pub fn offer(&self, job: T) {
        let mut state = self.state();
        if state.offered.len() >= OFFERS {
            state.offered.pop_front();
        }
        state.offered.push_back(job);
        self.changed.notify_one();
    }

    /// Asks the running job to stop, and takes away those that wait.
    pub fn clear(&self) {
        let mut state = self.state();
        state.waiting = None;
        state.offered.clear();
        if let Some(running) = &state.running {
            running.progress.cancel();
        }
    }

    /// Waits for a job; none once the desk is closed.
    pub fn take(&self) -> Option<(T, Arc<Progress>)> {
        let mut state = self.state();
        state.running = None;
        loop {
            if state.closed {
                return None;
            }
            if let Some(job) = state.waiting.take().or_else(|| state.offered.pop_front()) {
                let progress = Arc::new(Progress::default());
                let running = Running {
                    progress: Arc::clone(&progress),
                    started: Instant::now(),
                    has_shown: false,
                    finds_out: None,
                };
                state.running = Some(running);
                return Some((job, progress));
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Notes that the running job has shown something, so that a newer one need not wait any longer. Says whether there
    /// is a newer one.
    pub fn has_shown(&self) -> bool {
        let mut state = self.state();
        let is_newer = state.waiting.is_some();
        if let Some(running) = &mut state.running {
            running.has_shown = true;
            if is_newer {
                running.progress.cancel();
            }
        }
        is_newer
    }

    /// Notes what the running job is finding out now, if anything.
    pub fn finds_out(&self, what: Option<u64>) {
        if let Some(running) = &mut self.state().running {
            running.finds_out = what;
        }
    }

    /// Whether a newer job waits.
    pub fn has_newer(&self) -> bool {
        self.state().waiting.is_some()
    }

    /// The running job's progress.
    pub fn progress(&self) -> Option<Arc<Progress>> {
        self.state().running.as_ref().map(|running| Arc::clone(&running.progress))
    }

    /// Sends the thread home.
    pub fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.waiting = None;
        state.offered.clear();
        if let Some(running) = &state.running {
            running.progress.cancel();
        }
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_job_wins_and_the_closed_desk_gives_none() {
        let desk = Desk::new();
        desk.put(1, None);
        desk.put(2, None);
        assert_eq!(desk.take().map(|(job, _)| job), Some(2));
        desk.put(3, None);
        desk.close();
        assert!(desk.take().is_none());
    }

    #[test]
    fn an_offer_disturbs_nobody() {
        let desk = Desk::new();
        desk.put(1, None);
        desk.offer(2);
        let (job, progress) = desk.take().unwrap();
        assert_eq!(job, 1);
        assert!(!desk.has_newer() && !progress.is_cancelled());
        desk.put(4, None);
        assert_eq!([(), ()].map(|()| desk.take().map(|(job, _)| job)), [Some(4), Some(2)]);
    }

    #[test]
    fn a_job_that_has_shown_something_gives_way_at_once() {
        let desk = Desk::new();
        desk.put(1, None);
        let (_, progress) = desk.take().unwrap();
        assert!(!desk.has_shown());
        assert!(!progress.is_cancelled());
        desk.put(2, None);
        assert!(progress.is_cancelled());
    }

    #[test]
    fn a_job_goes_on_while_it_finds_out_what_the_newer_one_needs() {
        let desk = Desk::new();
        desk.put(1, None);
        let (_, progress) = desk.take().unwrap();
        desk.has_shown();
        desk.finds_out(Some(7));
        desk.put(2, Some(7));
        assert!(!progress.is_cancelled());
        assert!(desk.has_newer());
        desk.put(3, Some(8));
        assert!(progress.is_cancelled());
    }

    #[test]
    fn a_job_that_has_shown_nothing_has_a_moment_of_grace() {
        let desk = Desk::new();
        desk.put(1, None);
        let (_, progress) = desk.take().unwrap();
        desk.put(2, None);
        assert!(!progress.is_cancelled());
        std::thread::sleep(GRACE + Duration::from_millis(5));
        assert!(progress.is_cancelled());
    }
}
