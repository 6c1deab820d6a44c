//! Files of grids against what the libraries that everybody uses read from them (tests/fixtures/make_grid_fixtures.py and
//! make_zarr_fixtures.py), bit for bit.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail by panicking")]

mod files;
mod joined;
mod kit;
mod mutated;
mod places;
mod zarr;
