//! When the next frame is due, and how any thread asks for one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use egui_winit::accesskit_winit;
use winit::event_loop::EventLoopProxy;

/// What the event loop is sent from outside.
#[derive(Debug)]
pub(super) enum Event {
    /// Look at what is due.
    Wake,
    /// Something that an accessibility tool wants.
    AccessKit(accesskit_winit::Event),
}

impl From<accesskit_winit::Event> for Event {
    fn from(event: accesskit_winit::Event) -> Self {
        Self::AccessKit(event)
    }
}

/// Asks for new frames, from any thread. Clones ask for the same window's frames; a hundred calls before the next frame
/// make one frame.
#[derive(Clone)]
pub struct Waker(Arc<Mutex<Wakes>>);

struct Wakes {
    proxy: EventLoopProxy<Event>,
    /// When the next frame should be made.
    due: Option<Instant>,
    /// A message is on its way to the event loop, so another would tell nothing new.
    is_sent: bool,
}

impl Waker {
    pub(super) fn new(proxy: EventLoopProxy<Event>) -> Self {
        Self(Arc::new(Mutex::new(Wakes { proxy, due: None, is_sent: false })))
    }

    /// Asks for a frame now. Returns at once, also when the window is gone.
    pub fn wake(&self) {
        self.wake_after(Duration::ZERO);
    }

    /// Asks for a frame after a while; an earlier wish stands.
    pub fn wake_after(&self, delay: Duration) {
        let Some(at) = Instant::now().checked_add(delay) else {
            return;
        };
        let mut wakes = self.lock();
        if wakes.due.is_none_or(|due| at < due) {
            wakes.due = Some(at);
            wakes.send();
        }
    }

    /// The way to the event loop, for accessibility tools.
    pub(super) fn proxy(&self) -> EventLoopProxy<Event> {
        self.lock().proxy.clone()
    }

    /// Makes the event loop look around, without a frame.
    pub(super) fn poke(&self) {
        self.lock().send();
    }

    /// To be called when the event loop got [`Event::Wake`].
    pub(super) fn received(&self) {
        self.lock().is_sent = false;
    }

    /// When the next frame is due, if any.
    pub(super) fn due(&self) -> Option<Instant> {
        self.lock().due
    }

    /// A frame begins: wishes from now on are for the one after it.
    pub(super) fn begin_frame(&self) {
        self.lock().due = None;
    }

    fn lock(&self) -> MutexGuard<'_, Wakes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wakes {
    fn send(&mut self) {
        // A closed loop needs no frames.
        self.is_sent = self.is_sent || self.proxy.send_event(Event::Wake).is_ok();
    }
}
