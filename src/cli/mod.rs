//! Arguments and commands.

mod args;
#[cfg(test)]
mod command_line_tests;
mod demo;
mod draw;
mod grid_info;
mod info;
mod look_args;
mod movie;
mod outputs;
mod render_args;
mod terminal;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args as _, CommandFactory as _, FromArgMatches as _};

use crate::export::ExportError;
use crate::export::movie::Format;
use crate::workbench::brief::Brief;
use crate::workbench::fields::plane_bytes;
use crate::workbench::figure_file::SCHEMA;
use crate::workbench::sources::Sources;
use crate::workbench::{EngineChoice, Progress, RawSpec, WorkbenchError};
use args::{Cli, Command, OpenArgs, RAW_OPTIONS, RawArgs, ViewArgs};
use look_args::LookArgs;
use render_args::placed;

/// What is to be done after the command line was read.
pub enum Next {
    /// Nothing: the process ends with this.
    Done(ExitCode),
    /// The window opens.
    Window(Box<WindowRequest>),
}

/// What the window opens with.
#[derive(Debug, Clone, Default)]
pub struct WindowRequest {
    /// What it shows; nothing for a welcome view.
    pub brief: Option<Brief>,
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
    let read = command_line().try_get_matches().and_then(|found| Cli::from_arg_matches(&found));
    let cli = match read {
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
        Ok(Some(request)) => Next::Window(Box::new(request)),
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
                return Ok(Some(WindowRequest {
                    brief: Some(Brief::of_files(vec![data])),
                    is_demo: true,
                    ..WindowRequest::default()
                }));
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

/// The command line, whose own help names only what is special to the window: there is a lot that `render` explains.
fn command_line() -> clap::Command {
    let names =
        |command: clap::Command| -> Vec<clap::Id> { command.get_arguments().map(|arg| arg.get_id().clone()).collect() };
    let shown = names(RawArgs::augment_args(clap::Command::new("")));
    let explained = names(LookArgs::augment_args(ViewArgs::augment_args(clap::Command::new(""))));
    let is_hidden = |id: &clap::Id| explained.contains(id) && !shown.contains(id) && !SHOWN.contains(&id.as_str());
    let command = Cli::command().mut_args(|arg| if is_hidden(arg.get_id()) { arg.hide(true) } else { arg });
    command.mut_arg("inputs", |arg| arg.value_name("FILE").help(FILES))
}

/// Options of `render` that the window's own help names too.
const SHOWN: [&str; 5] = ["inputs", "x", "y", "engine", "threads"];

/// What the window opens.
const FILES: &str = "Files to open in the window, or a figure file (.toml); none opens a welcome view; - shows planes of \
    standard input as they come, with --shape. What is drawn and how can be said as for scumble render: --filter, --norm ...";

fn window(args: &OpenArgs) -> Next {
    // A misspelt command or name is said where it was typed, not in a window that opens for it.
    let raw = args.view.raw.spec();
    let inputs = &args.view.inputs;
    let is_stream = inputs == &[Path::new("-")];
    if let Err(error) = check_stream(is_stream || args.follow, is_stream, &raw, args.record.as_deref()) {
        eprintln!("scumble: {error}");
        return Next::Done(ExitCode::from(2));
    }
    let ready = |path: &PathBuf| Format::of(path)?.ready(path);
    if let Some(Err(error)) = args.record.as_ref().map(ready) {
        eprintln!("scumble: {error}");
        return Next::Done(ExitCode::from(1));
    }
    if let Some(missing) = inputs.iter().find(|file| !is_stream && !file.exists()) {
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
    let files = inputs.iter().map(|file| dunce::canonicalize(file).unwrap_or_else(|_| file.clone())).collect();
    let brief = match brief(args, files) {
        Ok(brief) => brief,
        Err(error) => {
            eprintln!("scumble: {error}");
            return Next::Done(ExitCode::from(2));
        }
    };
    Next::Window(Box::new(WindowRequest {
        brief,
        threads: args.view.threads(),
        engine: args.view.engine(),
        trace: args.trace_frames.clone(),
        record: args.record.clone(),
        follows: args.follow,
        is_demo: false,
    }))
}

/// What the window shows of some files; nothing for a welcome view.
///
/// # Errors
/// Options beside a figure file, which has all of that itself, and those that cannot be.
fn brief(args: &OpenArgs, files: Vec<PathBuf>) -> Result<Option<Brief>, WorkbenchError> {
    let OpenArgs { view, look, .. } = args;
    view.check_alone()?;
    let mut brief = view.brief();
    brief.sources.inputs = files;
    let said = [view.of_a_layer(), view.of_the_view(), look.of_a_layer(), look.of_the_words()].concat();
    if view.figure_file().is_some() {
        return match said.first() {
            None => Ok(Some(brief)),
            Some(first) => Err(WorkbenchError::Request(format!(
                "{first} does not go with a figure file in the window, where that can be changed; or use scumble render"
            ))),
        };
    }
    // How raw data is laid out says nothing of a figure.
    if said.iter().all(|name| *name == RAW_OPTIONS) {
        return Ok((!brief.sources.inputs.is_empty()).then_some(brief));
    }
    let Sources { inputs, x, y, .. } = &brief.sources;
    if inputs.is_empty() && (x.is_none() || y.is_none()) {
        return Err(WorkbenchError::Request(format!("{} is said of no data; name a FILE, or --x and --y", said[0])));
    }
    let (view, look) = (view.clone(), look.clone());
    let brief = brief.dressed(move |layer| look.dress(view.figure_of(layer)));
    // A misspelt colormap is said here, not in a window that opens for it.
    brief.sketch().check().map_err(|error| placed(error, None))?;
    Ok(Some(brief))
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
    match request.brief.as_ref().and_then(|brief| brief.sources.inputs.first()).filter(|_| request.is_demo) {
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
