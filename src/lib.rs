//! Scumble opens data too big to plot and shows all of it, exactly.
//!
//! The rooms, and who may enter which, are in `ARCHITECTURE.md`; `tests/architecture.rs` holds the code to it.

pub mod aggregate;
pub mod cli;
pub mod data;
pub mod export;
pub mod figure;
pub mod plan;
pub mod scene;
pub mod studio;
#[cfg(feature = "gui")]
pub mod ui;
pub mod workbench;
