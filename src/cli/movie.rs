//! `movie`: every step of a figure, one frame after another.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use clap::Args;
use serde_json::json;

use crate::export::movie::{Filmed, Format, Movie, film};
use crate::scene::style::{Limit, Limits};
use crate::workbench::fields::Timeline;
use crate::workbench::figure::{FigureRequest, OpenedFigure};
use crate::workbench::memory::MemoryWatch;
use crate::workbench::{Progress, Workbench, WorkbenchError};

use super::draw::{notes, tell_damage};
use super::live::{film_live, is_live};
use super::render_args::RenderArgs;
use super::terminal::{Bar, is_watched, print};

#[derive(Debug, Args)]
pub struct MovieArgs {
    #[command(flatten)]
    pub render: RenderArgs,
    /// Frames a second
    #[arg(long, value_name = "N", default_value_t = 10.0, help_heading = "Movie")]
    fps: f64,
    /// Steps that become frames, the last one left out: 0..350; either end may be left out
    #[arg(long, value_name = "FIRST..END", default_value = "..", help_heading = "Movie")]
    steps: Steps,
}

/// Some steps, as a person writes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Steps {
    first: u64,
    end: Option<u64>,
}

impl FromStr for Steps {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` names no steps; write FIRST..END, for example 0..350");
        let (first, end) = text.split_once("..").ok_or_else(wrong)?;
        let number = |text: &str| match text.trim() {
            "" => Ok(None),
            text => text.parse::<u64>().map(Some).map_err(|_| wrong()),
        };
        Ok(Self { first: number(first)?.unwrap_or(0), end: number(end)? })
    }
}

impl Steps {
    /// Those of a figure of so many steps.
    fn of(self, count: u64) -> Result<std::ops::Range<u64>, WorkbenchError> {
        let end = self.end.unwrap_or(count);
        if end > count || self.first >= end {
            let first = self.first;
            return Err(WorkbenchError::Request(format!(
                "the figure has the steps 0..{count}, of which {first}..{end} are none; give other --steps"
            )));
        }
        Ok(self.first..end)
    }
}

/// Films a figure.
pub fn movie(args: &MovieArgs, progress: &Arc<Progress>) -> anyhow::Result<()> {
    let started = Instant::now();
    let view = &args.render.view;
    let memory = view.json.then(MemoryWatch::start);
    let asked = args.render.asked(progress)?;
    let [output] = asked.outputs.as_slice() else {
        return Err(WorkbenchError::Request("name the one movie to write: -o FILE".to_owned()).into());
    };
    // What cannot be written is said before anything is read.
    Format::of(&output.path)?.ready(&output.path)?;
    let mut figure = asked.figure;
    if is_live(&figure) {
        figure.check()?;
        let workbench = Workbench::new(view.engine(), view.threads(), false)?;
        let frames = Arc::new(Progress::default());
        let filmed = {
            let _bar = Bar::follow(&frames, 0, "frames");
            let steps = args.steps.first..args.steps.end.unwrap_or(u64::MAX);
            film_live(&figure, (&output.path, args.fps), steps, &workbench, (&frames, progress))?
        };
        return tell(filmed, &output.path, started.elapsed().as_secs_f64(), view.json, memory.as_ref());
    }
    if view.figure_file().is_none() {
        steady(&mut figure);
    }
    figure.check()?;
    // That of a figure file is where its picture stands.
    figure.step = 0;
    for note in &asked.notes {
        eprintln!("scumble: {note}");
    }
    let opened = {
        let _bar = Bar::follow(progress, 0, "bytes");
        figure.open(progress)?
    };
    for note in &opened.notes {
        eprintln!("scumble: {note}");
    }
    anyhow::ensure!(
        !opened.reads(&output.path),
        "the movie would replace an input; name another file ({})",
        output.path.display()
    );
    let tables = opened.tables();
    let steps = args.steps.of(Timeline::of(&tables).steps)?;
    let workbench = Workbench::new(view.engine(), view.threads(), false)?;
    let frames = Arc::new(Progress::default());
    let filmed = {
        let _bar = Bar::follow(&frames, steps.end - steps.start, "frames");
        let of_step = |step: u64| FigureRequest { step, ..figure.clone() };
        let movie = Movie {
            path: &output.path,
            fps: args.fps,
            steps: steps.clone(),
            notes: &|step| notes(&of_step(step)),
            newest: newest(&opened),
            stopped: &|| progress.is_cancelled(),
            told: &|_| frames.add(1),
        };
        film(&movie, |step| -> anyhow::Result<_> { Ok(Some(workbench.figure(&tables, &of_step(step), progress)?)) })?
    };
    tell_damage(&opened);
    tell(filmed, &output.path, started.elapsed().as_secs_f64(), view.json, memory.as_ref())
}

/// Colors that mean the same in all frames, where the person says nothing of limits.
fn steady(figure: &mut FigureRequest) {
    for layer in figure.layers.iter_mut().filter(|layer| layer.mark.is_of_fields()) {
        if layer.style.limits == Limits::default() {
            layer.style.limits = Limits { low: Limit::Data, high: Limit::Data };
        }
    }
}

/// When the data last changed.
fn newest(opened: &OpenedFigure) -> Option<SystemTime> {
    let times = opened.tables.iter().flat_map(|table| table.files().into_iter().map(|(path, _)| path.metadata()));
    times.filter_map(|facts| facts.ok()?.modified().ok()).max()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_ranges() {
        let steps = |text: &str, count| text.parse::<Steps>().unwrap().of(count);
        assert_eq!(steps("..", 5).unwrap(), 0..5);
        assert_eq!(steps("2..4", 5).unwrap(), 2..4);
        assert_eq!(steps("3..", 5).unwrap(), 3..5);
        assert_eq!(steps(" 0 .. 1 ", 5).unwrap(), 0..1);
        for wrong in ["0..6", "3..3", "5..", "4..2"] {
            assert!(steps(wrong, 5).unwrap_err().to_string().contains("0..5"), "{wrong}");
        }
        for wrong in ["", "3", "a..b", "-1..2"] {
            assert!(wrong.parse::<Steps>().is_err(), "{wrong}");
        }
    }
}
