//! The window from end to end: the built binary on a virtual X display (Xvfb) of its own, driven with a real mouse and
//! keyboard (xdotool), judged by the pixels on the screen, its files and its exit code. Nothing of the crate is linked.
//!
//! The strongest judgment is [`window::app::Window::shows`]: the figure on the screen is, pixel for pixel, what
//! `scumble render` writes at that size. Every wait is for a condition and has a deadline; there is no skipping: a
//! missing tool is a failure that says what to install (`tests/run.sh` does so on Debian).
#![cfg(all(target_os = "linux", feature = "gui"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail by panicking")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "places on a screen are small numbers"
)]

mod window {
    mod app;
    mod drag;
    mod picture;
    mod points;
    mod screen;

    mod bad_input;
    mod changes;
    mod device_loss;
    mod drop;
    mod export;
    mod headless;
    mod navigation;
}
