//! The window's shell on a virtual display: bytes of a texture reach the screen unchanged at any scale, a lost graphics
//! device loses nothing, an idle window costs nothing, and a missing display is told as such.
//!
//! This program is both sides: without [`trial::STAGE`] in its environment it starts Xvfb, and itself again as the
//! window under trial. Xvfb keeps its screen in a file, which is read directly. Without Xvfb or a Vulkan driver
//! (llvmpipe does) it fails.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test without the harness: a panic is how it fails"
)]

#[cfg(target_os = "linux")]
mod checks;
#[cfg(target_os = "linux")]
mod display;
#[cfg(target_os = "linux")]
mod trial;

#[cfg(target_os = "linux")]
fn main() {
    match std::env::var(trial::STAGE) {
        Ok(stage) => trial::run(&stage),
        Err(_) => checks::run(),
    }
}

// Elsewhere there is no virtual display to try it on.
#[cfg(not(target_os = "linux"))]
fn main() {}
