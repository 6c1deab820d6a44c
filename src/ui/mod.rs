//! The window.

pub mod dialog;
#[cfg(all(unix, not(target_os = "macos")))]
pub mod uri_list;
#[cfg(all(unix, not(target_os = "macos")))]
pub mod wayland_drop;
