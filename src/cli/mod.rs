//! Arguments and commands.

mod args;
mod demo;
mod draw;
mod info;
mod render_args;
mod terminal;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{CommandFactory as _, Parser as _};

use crate::workbench::{Progress, WorkbenchError};
use args::{Cli, Command};

/// Runs the command line of this process: 0 done, 1 failed, 2 wrong usage.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(message) => {
            // Help and version are no errors; clap knows which stream each belongs to.
            let _ = message.print();
            return ExitCode::from(u8::try_from(message.exit_code()).unwrap_or(2));
        }
    };
    let progress = Arc::new(Progress::default());
    match stop_on_ctrl_c(&progress).and_then(|()| command(cli.command, &progress)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if progress.is_cancelled() {
                eprintln!("scumble: stopped; nothing was written");
            } else {
                eprintln!("scumble: {error:#}");
            }
            let usage = error.downcast_ref::<WorkbenchError>().is_some_and(WorkbenchError::is_usage);
            ExitCode::from(if usage { 2 } else { 1 })
        }
    }
}

fn command(command: Command, progress: &Arc<Progress>) -> anyhow::Result<()> {
    match command {
        Command::Render(args) => draw::render(&args, progress),
        Command::Aggregate(args) => draw::aggregate(&args, progress),
        Command::Info(args) => info::info(&args, progress),
        Command::Demo(args) => demo::demo(&args, progress),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "scumble", &mut script);
            terminal::print(&String::from_utf8_lossy(&script))
        }
    }
}

/// The first Ctrl-C asks the work to stop, which removes unfinished files; a second one ends the process at once.
fn stop_on_ctrl_c(progress: &Arc<Progress>) -> anyhow::Result<()> {
    let progress = Arc::clone(progress);
    ctrlc::set_handler(move || {
        if progress.is_cancelled() {
            std::process::exit(1);
        }
        progress.cancel();
    })
    .context("preparing for Ctrl-C failed")
}
