//! `movie`: every step of a figure, one frame after another.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use serde_json::json;

use crate::export::movie::Filmed;
use crate::studio::{Frames, Order, Steps, StudioError, is_live, steady};
use crate::workbench::command_line::FPS;
use crate::workbench::fields::Timeline;
use crate::workbench::figure_file::Places;
use crate::workbench::follow::{Coming, Following};
use crate::workbench::memory::MemoryWatch;
use crate::workbench::stream::Growing;
use crate::workbench::{Progress, Workbench, WorkbenchError};

use super::draw::tell_damage;
use super::outputs::check_inputs;
use super::render_args::{RenderArgs, placed};
use super::terminal::{Bar, is_watched, print};

#[derive(Debug, Args)]
pub struct MovieArgs {
    #[command(flatten)]
    pub render: RenderArgs,
    /// Frames a second
    #[arg(long, value_name = "N", default_value_t = FPS, help_heading = "Movie")]
    fps: f64,
    /// Steps that become frames, the last one left out: 0..350; either end may be left out
    #[arg(long, value_name = "FIRST..END", default_value = "..", help_heading = "Movie")]
    steps: Steps,
    /// Go on as the files grow, until Ctrl-C or the end of --steps
    #[arg(long, help_heading = "Movie")]
    follow: bool,
}

/// Films a figure.
pub fn movie(args: &MovieArgs, progress: &Arc<Progress>) -> anyhow::Result<()> {
    let started = Instant::now();
    let view = &args.render.view;
    let memory = args.render.json.then(MemoryWatch::start);
    if args.render.save.is_some() {
        let what =
            "--save is for scumble render, which draws no picture with no -o; movies are made of the file it writes";
        return Err(WorkbenchError::Request(what.to_owned()).into());
    }
    let asked = args.render.asked(progress)?;
    let [output] = asked.outputs.as_slice() else {
        return Err(WorkbenchError::Request("name the one movie to write: -o FILE".to_owned()).into());
    };
    let mut order = Order { figure: asked.figure, path: output.path.clone(), fps: args.fps, steps: args.steps };
    let places = asked.places;
    let is_live = is_live(&order.figure);
    if view.figure_file().is_none() && !is_live && !args.follow {
        steady(&mut order.figure);
    }
    // What cannot be written is said before anything is read.
    check_inputs(&order.figure, view.figure_file(), &order.path)?;
    order.figure.check().map_err(|error| placed(error, places.as_ref()))?;
    order.check().map_err(|error| film_error(error, places.as_ref()))?;
    for note in &asked.notes {
        eprintln!("scumble: {note}");
    }
    let frames = Frames::default();
    let filmed = match is_live || args.follow {
        true => what_comes(args, &order, is_live, places.as_ref(), &frames, progress)?,
        false => steps(args, order, places.as_ref(), &frames, progress)?,
    };
    tell(filmed, &output.path, started.elapsed().as_secs_f64(), args.render.json, memory.as_ref())
}

/// Films the steps that there are.
fn steps(
    args: &MovieArgs,
    mut order: Order,
    places: Option<&Places>,
    frames: &Frames,
    progress: &Arc<Progress>,
) -> anyhow::Result<Filmed> {
    let view = &args.render.view;
    // That of a figure file is where its picture stands.
    order.figure.step = 0;
    let opened = {
        let _bar = Bar::follow(progress, 0, "bytes");
        order.figure.open(progress).map_err(|error| placed(error, places))?
    };
    for note in &opened.notes {
        eprintln!("scumble: {note}");
    }
    let tables = opened.tables();
    let total = args.steps.of(Timeline::of(&tables).steps)?;
    let workbench = Workbench::new(view.engine(), view.threads(), false)?;
    let filmed = {
        let _bar = Bar::follow(frames.watched(), total.end - total.start, "frames");
        order.film(&tables, &workbench, frames, progress).map_err(|error| film_error(error, places))?
    };
    tell_damage(&opened);
    Ok(filmed)
}

/// Films what comes from standard input, or into files.
fn what_comes(
    args: &MovieArgs,
    order: &Order,
    is_live: bool,
    places: Option<&Places>,
    frames: &Frames,
    progress: &Arc<Progress>,
) -> anyhow::Result<Filmed> {
    let view = &args.render.view;
    let workbench = Workbench::new(view.engine(), view.threads(), false)?;
    let coming: Box<dyn Coming> =
        if is_live { Box::new(Growing::start(std::io::stdin())?) } else { Box::new(Following::default()) };
    // How many there will be is known where the person says so.
    let total = args.steps.end.map_or(0, |end| end.saturating_sub(args.steps.first));
    let _bar = Bar::follow(frames.watched(), total, "frames");
    let filmed = order.film_growing(coming.as_ref(), &workbench, frames, progress);
    filmed.map_err(|error| film_error(error, places))
}

/// The error itself, with where its cause stands: how the process ends depends on it.
fn film_error(error: StudioError, places: Option<&Places>) -> anyhow::Error {
    match error {
        StudioError::Workbench(error) => placed(error, places).into(),
        StudioError::Export(error) => error.into(),
    }
}

fn tell(
    Filmed { frames, found }: Filmed,
    path: &Path,
    seconds: f64,
    is_json: bool,
    memory: Option<&MemoryWatch>,
) -> anyhow::Result<()> {
    if is_json {
        let facts = json!({
            "output": path.display().to_string(),
            "frames": frames,
            "found": found,
            "seconds": seconds,
            "peak_private_bytes": memory.and_then(MemoryWatch::peak),
        });
        print(&format!("{facts}\n"))?;
    } else if is_watched() {
        let found = if found > 0 { format!(", {found} of them there already") } else { String::new() };
        eprintln!("{frames} frames{found}, {seconds:.2} s -> {}", path.display());
    }
    Ok(())
}
