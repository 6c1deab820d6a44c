//! Drops that the window system delivers by a way of its own: native Wayland. They become winit's own events, as those of
//! all other systems are.

use winit::event::WindowEvent;
use winit::event_loop::OwnedDisplayHandle;

use super::wakes::Waker;

/// Listens, where that is needed.
pub(super) use system::Drops;

#[cfg(all(unix, not(target_os = "macos")))]
mod system {
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::super::wayland_drop::{DropEvent, WaylandDrop};
    use super::{OwnedDisplayHandle, Waker, WindowEvent};

    pub struct Drops(Option<WaylandDrop>);

    impl Drops {
        /// Listens on a display. To be called before anything else asks it for drops, such as the clipboard.
        pub fn listen(display: OwnedDisplayHandle, waker: Waker) -> Self {
            // Without it, files are opened by other ways.
            Self(WaylandDrop::start(display, Arc::new(move || waker.wake())).ok().flatten())
        }

        /// Listens once more, after all others do.
        pub fn listen_last(&mut self) {
            if let Some(drops) = &mut self.0 {
                drops.bind_last();
            }
        }

        /// What has happened since the last call.
        pub fn events(&self) -> Vec<WindowEvent> {
            let told = std::iter::from_fn(|| self.0.as_ref().and_then(WaylandDrop::poll));
            told.flat_map(events_of).collect()
        }
    }

    /// What winit would have told. How many files hang over the window counts alone, not which.
    fn events_of(told: DropEvent) -> Vec<WindowEvent> {
        let mut events = vec![WindowEvent::HoveredFileCancelled];
        match told {
            DropEvent::Hover { count } => {
                let hovered = std::iter::repeat_n(PathBuf::new(), count.unwrap_or(1).max(1));
                events.extend(hovered.map(WindowEvent::HoveredFile));
            }
            DropEvent::Leave => {}
            DropEvent::Drop(paths) => events.extend(paths.into_iter().map(WindowEvent::DroppedFile)),
        }
        events
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_wayland_tells_are_events_as_of_any_system() {
            let hover = |count| events_of(DropEvent::Hover { count });
            let (none, one) = (WindowEvent::HoveredFileCancelled, WindowEvent::HoveredFile(PathBuf::new()));
            assert_eq!(hover(None), [none.clone(), one.clone()]);
            assert_eq!(hover(Some(2)), [none.clone(), one.clone(), one]);
            assert_eq!(events_of(DropEvent::Leave), std::slice::from_ref(&none));
            let dropped = events_of(DropEvent::Drop(vec!["/a".into(), "/b".into()]));
            assert_eq!(dropped, [none, WindowEvent::DroppedFile("/a".into()), WindowEvent::DroppedFile("/b".into())]);
        }
    }
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
mod system {
    use super::{OwnedDisplayHandle, Waker, WindowEvent};

    /// winit tells of all drops here.
    pub struct Drops;

    impl Drops {
        pub fn listen(_: OwnedDisplayHandle, _: Waker) -> Self {
            Self
        }

        #[expect(clippy::unused_self, reason = "as where there is something to do")]
        pub fn listen_last(&mut self) {}

        #[expect(clippy::unused_self, reason = "as where there is something to do")]
        pub fn events(&self) -> Vec<WindowEvent> {
            Vec::new()
        }
    }
}
