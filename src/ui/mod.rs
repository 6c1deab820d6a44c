//! The window. Everything that knows of winit, egui or the graphics device lives here; what is shown comes from
//! `workbench`.
//!
//! - [`shell`]: the event loop and the plumbing between the window, egui and an [`shell::App`].
//! - `wakes`: when the next frame is due.
//! - `surface`: the graphics device and one frame on it; made anew when it is lost.
//! - `textures`: what a new device has to be given again.
//! - `view`: the window itself, its input and the pace of its frames.

pub mod shell;
mod surface;
mod textures;
mod view;
mod wakes;
