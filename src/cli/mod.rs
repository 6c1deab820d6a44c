//! Arguments and commands.

mod args;
#[cfg(test)]
mod command_line_tests;
mod demo;
mod draw;
mod grid_info;
mod info;
mod movie;
mod outputs;
mod render_args;
mod terminal;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{CommandFactory as _, Parser as _};

use crate::export::ExportError;
use crate::export::movie::Format;
use crate::workbench::fields::plane_bytes;
use crate::workbench::figure_file::SCHEMA;
use crate::workbench::{EngineChoice, Progress, RawSpec, WorkbenchError};
use args::{Cli, Command, OpenArgs};

/// What is to be done after the command line was read.
pub enum Next {
    /// Nothing: the process ends with this.
    Done(ExitCode),
    /// The window opens.
    Window(WindowRequest),
}

/// What the window opens with.
#[derive(Debug, Clone, Default)]
pub struct WindowRequest {
    /// Files, as one table.
    pub files: Vec<PathBuf>,
    /// Description of raw data.
    pub raw: RawSpec,
    /// Threads to use; all cores if not given.
    pub threads: Option<usize>,
    /// Which engine counts.
    pub engine: EngineChoice,
    /// Where times of frames are written.
    pub trace: Option<PathBuf>,
    /// Where what comes is filmed to.
    pub record: Option<PathBuf>,
    /// Whether files are read anew whenever they change.
    pub follows: bool,
    /// Whether the files are the example.
    is_demo: bool,
}

/// Runs the command line of this process: 0 done, 1 failed, 2 wrong usage.
pub fn run() -> Next {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(message) => {
            // Help and version are no errors; clap knows which stream each belongs to.
            let _ = message.print();
            return Next::Done(ExitCode::from(u8::try_from(message.exit_code()).unwrap_or(2)));
        }
    };
    let progress = Arc::new(Progress::default());
    let done = match cli.command {
        // Ctrl-C ends a window as it ends any program.
        None => return window(&cli.open),
        Some(wanted) => stop_on_ctrl_c(&progress).and_then(|()| command(wanted, &progress)),
    };
    match done {
        Ok(Some(request)) => Next::Window(request),
        Ok(None) => Next::Done(ExitCode::SUCCESS),
        Err(error) => Next::Done(failure(&error, &progress)),
    }
}

/// Says what went wrong.
fn failure(error: &anyhow::Error, progress: &Progress) -> ExitCode {
    if progress.is_cancelled() {
        // A movie that was stopped says what is left of it.
        match error.downcast_ref::<ExportError>() {
            Some(kept @ ExportError::Stopped { .. }) => eprintln!("scumble: {kept}"),
            _ => eprintln!("scumble: stopped; nothing was written"),
        }
    } else {
        eprintln!("scumble: {}", told(error));
    }
    let usage = error.downcast_ref::<WorkbenchError>().is_some_and(WorkbenchError::is_usage);
    ExitCode::from(if usage { 2 } else { 1 })
}

/// An error with what led to it, as far as its own words do not say that already.
fn told(error: &anyhow::Error) -> String {
    error.chain().skip(1).fold(error.to_string(), |text, cause| {
        let cause = cause.to_string();
        if text.contains(&cause) { text } else { format!("{text}: {cause}") }
    })
}

/// Does what was asked for; some of it ends in a window.
fn command(command: Command, progress: &Arc<Progress>) -> anyhow::Result<Option<WindowRequest>> {
    match command {
        Command::Render(args) => draw::render(&args, progress)?,
        Command::Movie(args) => movie::movie(&args, progress)?,
        Command::Aggregate(args) => draw::aggregate(&args, progress)?,
        Command::Info(args) => info::info(&args, progress)?,
        Command::Demo(args) => {
            let data = demo::points(&args, progress)?;
            if args.output.is_none() && has_window() {
                return Ok(Some(WindowRequest { files: vec![data], is_demo: true, ..WindowRequest::default() }));
            }
            demo::draw(&data, args.output.as_deref(), progress)?;
        }
        Command::Schema => terminal::print(SCHEMA)?,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "scumble", &mut script);
            terminal::print(&String::from_utf8_lossy(&script))?;
        }
    }
    Ok(None)
}

fn window(args: &OpenArgs) -> Next {
    // A misspelt command or name is said where it was typed, not in a window that opens for it.
    let raw = args.raw.spec();
    let is_stream = args.files == [Path::new("-")];
    if let Err(error) = check_stream(is_stream || args.follow, is_stream, &raw, args.record.as_deref()) {
        eprintln!("scumble: {error}");
        return Next::Done(ExitCode::from(2));
    }
    let ready = |path: &PathBuf| Format::of(path)?.ready(path);
    if let Some(Err(error)) = args.record.as_ref().map(ready) {
        eprintln!("scumble: {error}");
        return Next::Done(ExitCode::from(1));
    }
    if let Some(missing) = args.files.iter().find(|file| !is_stream && !file.exists()) {
        eprintln!(
            "scumble: there is no command or file of that name; scumble --help lists commands ({})",
            missing.display()
        );
        // A plain word is more likely a command than a file.
        let name = missing.to_string_lossy();
        let is_word = !name.contains(['.', '/', '\\']);
        return Next::Done(ExitCode::from(if is_word { 2 } else { 1 }));
    }
    // Folders and names that depend on where the process was started shall mean the same in the list of recent files.
    let files = args.files.iter().map(|file| file.canonicalize().unwrap_or_else(|_| file.clone())).collect();
    let threads = args.threads.map(usize::from);
    Next::Window(WindowRequest {
        files,
        raw,
        threads,
        engine: args.engine.into(),
        trace: args.trace_frames.clone(),
        record: args.record.clone(),
        follows: args.follow,
        is_demo: false,
    })
}

/// Whether what is asked for of a stream can be.
fn check_stream(comes: bool, is_stream: bool, raw: &RawSpec, record: Option<&Path>) -> anyhow::Result<()> {
    if is_stream && plane_bytes(raw).is_none() {
        anyhow::bail!(
            "a window on standard input needs the planes that come: --shape 800x800 --dtype '<f8'; or use scumble render -"
        );
    }
    if let Some(path) = record {
        anyhow::ensure!(
            comes,
            "--record films what comes: add --follow, or name - for standard input; or use scumble movie"
        );
        Format::of(path)?;
    }
    Ok(())
}

/// Whether a window may open here at all: known without trying only where there is an environment variable for it.
fn has_window() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let needs_display = cfg!(all(unix, not(target_os = "macos")));
    cfg!(feature = "gui") && (!needs_display || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY"))
}

/// What is done where a window could not open: the example is drawn as a picture, all else is an error.
pub fn without_window(request: &WindowRequest, why: &str) -> ExitCode {
    eprintln!("scumble: {why}");
    let progress = Arc::new(Progress::default());
    match request.files.first().filter(|_| request.is_demo) {
        Some(data) => match stop_on_ctrl_c(&progress).and_then(|()| demo::draw(data, None, &progress)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failure(&error, &progress),
        },
        None => ExitCode::from(1),
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
