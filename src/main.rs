//! Scumble: opens data too big to plot and shows all of it.

use std::process::ExitCode;

use scumble::cli::{Next, WindowRequest};

fn main() -> ExitCode {
    match scumble::cli::run() {
        Next::Done(code) => code,
        Next::Window(request) => window(&request),
    }
}

#[cfg(feature = "gui")]
fn window(request: &WindowRequest) -> ExitCode {
    match scumble::ui::run(
        request.brief.clone(),
        (request.engine, request.threads),
        scumble::ui::Errands { trace: request.trace.clone(), record: request.record.clone(), follows: request.follows },
    ) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => scumble::cli::without_window(request, &error.to_string()),
    }
}

#[cfg(not(feature = "gui"))]
fn window(request: &WindowRequest) -> ExitCode {
    scumble::cli::without_window(
        request,
        "this build has no window; use `scumble render`, or build with the feature gui",
    )
}
