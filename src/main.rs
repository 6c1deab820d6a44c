//! Scumble: opens data too big to plot and shows all of it.

use std::process::ExitCode;

fn main() -> ExitCode {
    scumble::cli::run()
}
