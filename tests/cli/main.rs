//! The command line from end to end: the built binary in folders of its own, judged by exit code, streams and files alone.
//!
//! Nothing of the crate is linked: files are written and read here by hand, and what the program should have counted is
//! counted again by [`kit::counted`]. Where a test needs a driver (`--engine gpu`) and there is none, it fails.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests; a panic is a failed test"
)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "test data are small numbers"
)]

mod kit;

mod aspect;
mod bad_files;
mod categories;
mod colors;
mod commands;
mod engines;
mod expressions;
mod fields;
mod figures;
mod formats;
mod grids;
mod layers;
mod live;
mod movies;
mod pictures;
mod requests;
mod reversed;
mod sources;
mod texts;

#[cfg(unix)]
mod interrupts;
#[cfg(unix)]
mod places;
#[cfg(unix)]
mod shrinking;
