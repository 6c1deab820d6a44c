//! `render` and `aggregate`.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use serde_json::json;

use crate::export::array::{write_npy_header, write_npy_values};
use crate::export::output::{Output, STDOUT};
use crate::export::picture::{Notes, write_png};
use crate::scene::reduction::Reduction;
use crate::scene::style::Style;
use crate::workbench::command_line::{render_command, shell_line};
use crate::workbench::figure::{DrawnFigure, FigureRequest};
use crate::workbench::memory::MemoryWatch;
use crate::workbench::sources::{Opened, Sources, reads};
use crate::workbench::{Accounting, EngineUsed, Progress, Strips as _, Values, Workbench};

use super::args::{AggregateArgs, ViewArgs};
use super::render_args::RenderArgs;
use super::terminal::{Bar, grouped, is_watched, print};

/// The file that the command in a picture's comment writes: the picture does not depend on where it lies.
const COMMENT_OUTPUT: &str = "figure.png";

/// Draws all points of the inputs as a PNG.
pub fn render(args: &RenderArgs, progress: &Arc<Progress>) -> anyhow::Result<()> {
    let request = args.figure();
    // A misspelt colormap shall not cost a pass over the data.
    request.check()?;
    let job = Job::start(&args.view, &args.output, progress)?;
    let stopped = || progress.is_cancelled();
    // Made first, so that a folder that may not be written is known before a long pass.
    let mut out = Output::create(&args.output, &stopped)?;
    let workbench = Workbench::new(args.view.engine(), args.view.threads(), false)?;
    let drawn = {
        let _bar = Bar::follow(progress, job.opened.table.rows(), "rows");
        workbench.figure(&job.opened.table, &request, progress)?
    };
    write_png(&drawn, &notes(&args.view.sources(), &request), &mut out)?;
    out.finish()?;
    let place = drawn.plot();
    let mut facts = json!({
        "width": drawn.size().0,
        "height": drawn.size().1,
        "plot": { "x": place.x, "y": place.y, "width": place.width, "height": place.height },
        "x_range": drawn.plan().view.x.range.to_string(),
        "y_range": drawn.plan().view.y.range.to_string(),
        "reduction": request.layer.reduction.to_string(),
        "passes": drawn.passes(),
    });
    job.tell(&mut facts, drawn.accounting(), drawn.engine(), drawn.seconds())
}

/// What a figure's PNG says beside its pixels.
pub fn notes(sources: &Sources, request: &FigureRequest) -> Notes {
    let command = render_command(sources, request, Path::new(COMMENT_OUTPUT));
    let title = request.text.title.clone().filter(|title| !title.is_empty());
    Notes { dpi: Some(request.dpi), title, command: Some(shell_line(&command)) }
}

/// Writes the numbers themselves.
pub fn aggregate(args: &AggregateArgs, progress: &Arc<Progress>) -> anyhow::Result<()> {
    let layer = args.view.layer(Style::default());
    layer.check()?;
    let job = Job::start(&args.view, &args.output, progress)?;
    let stopped = || progress.is_cancelled();
    let mut out = Output::create(&args.output, &stopped)?;
    let workbench = Workbench::new(args.view.engine(), args.view.threads(), false)?;
    let (are_counts, size) = (layer.reduction == Reduction::Count, (layer.size.width, layer.size.height));
    let mut is_begun = false;
    let drawn = {
        let _bar = Bar::follow(progress, job.opened.table.rows(), "rows");
        let write = |values: Values| -> anyhow::Result<()> {
            // Not before there are numbers: a pipe shall get nothing from a pass that fails.
            if !std::mem::replace(&mut is_begun, true) {
                write_npy_header(are_counts, size, &mut out)?;
            }
            Ok(write_npy_values(&values, &mut out)?)
        };
        workbench.aggregate_to(&job.opened.table, &layer, progress, write)?
    };
    out.finish()?;
    let mut facts = json!({
        "width": layer.size.width,
        "height": layer.size.height,
        "x_range": drawn.plan.view.x.range.to_string(),
        "y_range": drawn.plan.view.y.range.to_string(),
        "reduction": layer.reduction.to_string(),
    });
    job.tell(&mut facts, drawn.accounting, &drawn.engine, drawn.seconds)
}

/// A command that reads all rows of some sources and writes one file.
struct Job<'a> {
    started: Instant,
    memory: Option<MemoryWatch>,
    opened: Opened,
    output: &'a Path,
    json: bool,
}

impl<'a> Job<'a> {
    /// Opens the sources, with notes on them for the person.
    fn start(args: &ViewArgs, output: &'a Path, progress: &Arc<Progress>) -> anyhow::Result<Self> {
        let started = Instant::now();
        let memory = args.json.then(MemoryWatch::start);
        anyhow::ensure!(
            !(args.json && output == Path::new(STDOUT)),
            "--json and -o - would both write to standard output; name a file for one of them"
        );
        let opened = {
            let _bar = Bar::follow(progress, 0, "bytes");
            args.sources().open(progress)?
        };
        for note in &opened.notes {
            eprintln!("scumble: {note}");
        }
        anyhow::ensure!(
            !reads(&opened.table, output),
            "the output would replace an input; name another file ({})",
            output.display()
        );
        Ok(Self { started, memory, opened, output, json: args.json })
    }

    /// Says what became of the rows, with further facts as JSON or in one line for a person who watches.
    fn tell(
        &self,
        facts: &mut serde_json::Value,
        a: Accounting,
        engine: &EngineUsed,
        pass_seconds: f64,
    ) -> anyhow::Result<()> {
        let seconds = self.started.elapsed().as_secs_f64();
        if self.json {
            let common = json!({
                "output": self.output.display().to_string(),
                "rows": a.rows,
                "in_view": a.in_view,
                "outside": a.outside,
                "not_finite": a.not_finite,
                "filtered": a.filtered,
                "seconds": seconds,
                "pass_seconds": pass_seconds,
                "engine": engine.name,
                "adapter": engine.adapter,
                "engine_reason": engine.reason,
                "peak_private_bytes": self.memory.as_ref().and_then(MemoryWatch::peak),
            });
            if let (Some(facts), serde_json::Value::Object(common)) = (facts.as_object_mut(), common) {
                facts.extend(common);
            }
            print(&format!("{facts}\n"))?;
        } else if is_watched() {
            eprintln!("{}", line(a, engine, self.output, seconds));
        }
        Ok(())
    }
}

/// One line for the person.
pub fn summary(drawn: &DrawnFigure, output: &Path, seconds: f64) -> String {
    line(drawn.accounting(), drawn.engine(), output, seconds)
}

fn line(a: Accounting, engine: &EngineUsed, output: &Path, seconds: f64) -> String {
    let filtered = if a.filtered > 0 { format!(", {} filtered out", grouped(a.filtered)) } else { String::new() };
    format!(
        "{} rows: {} in view, {} outside, {} not finite{filtered}; {} engine ({}: {}), {seconds:.2} s -> {}",
        grouped(a.rows),
        grouped(a.in_view),
        grouped(a.outside),
        grouped(a.not_finite),
        engine.name,
        engine.adapter,
        engine.reason,
        output.display()
    )
}
