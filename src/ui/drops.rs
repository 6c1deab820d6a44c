//! Drops that the window system delivers by a way of its own: native Wayland. All others come through egui.

use std::path::PathBuf;

use winit::event_loop::OwnedDisplayHandle;

use crate::workbench::session::Wake;

#[cfg(all(unix, not(target_os = "macos")))]
use super::wayland_drop::{DropEvent, WaylandDrop};

/// What hangs over the window and what was dropped.
#[derive(Default)]
pub struct Drops {
    #[cfg(all(unix, not(target_os = "macos")))]
    wayland: Option<WaylandDrop>,
    hovered: usize,
    dropped: Vec<PathBuf>,
}

impl Drops {
    /// Listens on a display, where that is needed.
    pub fn listen(display: OwnedDisplayHandle, wake: Wake) -> Self {
        #[cfg(all(unix, not(target_os = "macos")))]
        {
            let wayland = WaylandDrop::start(display, wake).ok().flatten();
            Self { wayland, ..Self::default() }
        }
        #[cfg(not(all(unix, not(target_os = "macos"))))]
        {
            let _ = (display, wake);
            Self::default()
        }
    }

    /// Takes in what has happened.
    fn poll(&mut self) {
        #[cfg(all(unix, not(target_os = "macos")))]
        while let Some(event) = self.wayland.as_ref().and_then(WaylandDrop::poll) {
            match event {
                DropEvent::Hover { count } => self.hovered = count.unwrap_or(1).max(1),
                DropEvent::Leave => self.hovered = 0,
                DropEvent::Drop(paths) => {
                    self.hovered = 0;
                    self.dropped.extend(paths);
                }
            }
        }
    }

    /// Files that hang over the window.
    pub fn hovered(&self) -> usize {
        self.hovered
    }

    /// Files that were dropped since the last call.
    pub fn take(&mut self) -> Vec<PathBuf> {
        self.poll();
        std::mem::take(&mut self.dropped)
    }
}
