//! The window: drop a file, see everything, explore, export.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `shell`, `surface`, … | the event loop, the graphics device, egui's plumbing |
//! | [`app`] | the window's parts, put together |
//! | [`model`] | what is open and shown, and what may be done to it; no egui |
//! | [`canvas`], [`pointer`], `legend`, [`readout`] | the figure, the gestures over it and its legends, what is under the pointer |
//! | [`panel`], [`status`], [`overlays`], [`palette`], [`welcome`], [`export`], [`closing`] | controls |
//! | `windows` | windows within the window: keys, the log, what is in the files |
//! | [`actions`] | everything a key can do, in one table |

pub mod actions;
pub mod app;
pub mod canvas;
pub mod closing;
mod damage;
pub mod demo;
pub mod dialog;
pub mod document;
mod drops;
pub mod export;
pub mod filming;
mod legend;
pub mod model;
pub mod notices;
pub mod opening;
pub mod overlays;
pub mod palette;
pub mod panel;
pub mod pointer;
pub mod readout;
mod relink;
pub mod rescue;
pub mod saving;
pub mod shell;
pub mod status;
mod surface;
mod textures;
mod timebar;
mod trace;
#[cfg(all(unix, not(target_os = "macos")))]
mod uri_list;
mod view;
mod wakes;
#[cfg(all(unix, not(target_os = "macos")))]
pub mod wayland_drop;
pub mod welcome;
mod window;
mod windows;
mod wording;

pub use panel::{facts as file_facts, size as panel_size};
pub use window::{Errands, WindowError, run};
