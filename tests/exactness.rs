//! Every number against a reference that is written here, straight from the definitions, and shares no code with the
//! engines: real files in temporary folders, opened and planned as the program does, on the CPU and on the GPU.
//!
//! A missing GPU adapter is a failure: install Mesa's software driver (`mesa-vulkan-drivers`), as `tests/run.sh` does.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "tests cut random words and make values of small types; every such value is checked against the reference"
)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail by panicking")]

mod exactness {
    mod reference;

    mod axes;
    mod engines;
    mod files;
    mod values;

    mod bands;
    mod by_hand;
    mod categories;
    mod curvilinear;
    mod fields;
    mod filters;
    mod fit;
    mod formulas;
    mod hexagons;
    mod large;
    mod lines;
    mod markers;
    mod order;
    mod parts;
    mod properties;
    mod together;
    mod totals;
    mod zooms;
}
