//! `render` and `aggregate`.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use serde_json::json;

use crate::export::array::write_npy;
use crate::export::output::{Output, STDOUT};
use crate::export::picture::write_png;
use crate::scene::layer::Layer;
use crate::scene::style::Style;
use crate::workbench::memory::MemoryWatch;
use crate::workbench::{Drawn, Image, Progress, Workbench, colormap};

use super::args::{AggregateArgs, RenderArgs, ViewArgs};
use super::terminal::{Bar, grouped, is_watched, print};

/// Draws all points of the inputs as a PNG.
pub fn render(args: &RenderArgs, progress: &Arc<Progress>) -> anyhow::Result<()> {
    // A misspelt colormap shall not cost a pass over the data.
    colormap(&args.style().colormap)?;
    draw(&args.view, args.style(), &args.output, progress, |image, _, out| Ok(write_png(&image()?, out)?))
}

/// Writes the numbers themselves.
pub fn aggregate(args: &AggregateArgs, progress: &Arc<Progress>) -> anyhow::Result<()> {
    draw(&args.view, Style::default(), &args.output, progress, |_, drawn, out| Ok(write_npy(&drawn.aggregate, out)?))
}

type MakeImage<'a> = &'a dyn Fn() -> anyhow::Result<Image>;

fn draw(
    args: &ViewArgs,
    style: Style,
    output: &Path,
    progress: &Arc<Progress>,
    write: impl Fn(MakeImage<'_>, &Drawn, &mut Output<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let started = Instant::now();
    let memory = args.json.then(MemoryWatch::start);
    let layer = args.layer(style);
    layer.check()?;
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
        !opened.reads(output),
        "the output would replace an input; name another file ({})",
        output.display()
    );
    let stopped = || progress.is_cancelled();
    // Made first, so that a folder that may not be written is known before a long pass.
    let mut out = Output::create(output, &stopped)?;
    let workbench = Workbench::new(args.engine(), args.threads(), false)?;
    let drawn = {
        let _bar = Bar::follow(progress, opened.table.rows(), "rows");
        workbench.aggregate(&opened.table, &layer, progress)?
    };
    write(&|| Ok(workbench.paint(&drawn, &layer)?), &drawn, &mut out)?;
    out.finish()?;
    let seconds = started.elapsed().as_secs_f64();
    if args.json {
        let peak = memory.as_ref().and_then(MemoryWatch::peak);
        print(&format!("{}\n", accounting(&layer, &drawn, output, seconds, peak)))?;
    } else if is_watched() {
        eprintln!("{}", summary(&drawn, output, seconds));
    }
    Ok(())
}

fn accounting(layer: &Layer, drawn: &Drawn, output: &Path, seconds: f64, peak: Option<u64>) -> serde_json::Value {
    let a = drawn.aggregate.accounting;
    json!({
        "output": output.display().to_string(),
        "width": drawn.aggregate.width,
        "height": drawn.aggregate.height,
        "x_range": drawn.plan.view.x.range.to_string(),
        "y_range": drawn.plan.view.y.range.to_string(),
        "reduction": layer.reduction.to_string(),
        "rows": a.rows,
        "in_view": a.in_view,
        "outside": a.outside,
        "not_finite": a.not_finite,
        "filtered": 0,
        "seconds": seconds,
        "pass_seconds": drawn.seconds,
        "engine": drawn.engine.name,
        "adapter": drawn.engine.adapter,
        "engine_reason": drawn.engine.reason,
        "peak_private_bytes": peak,
    })
}

/// One line for the person.
pub fn summary(drawn: &Drawn, output: &Path, seconds: f64) -> String {
    let a = drawn.aggregate.accounting;
    format!(
        "{} rows: {} in view, {} outside, {} not finite; {} engine ({}: {}), {seconds:.2} s -> {}",
        grouped(a.rows),
        grouped(a.in_view),
        grouped(a.outside),
        grouped(a.not_finite),
        drawn.engine.name,
        drawn.engine.adapter,
        drawn.engine.reason,
        output.display()
    )
}
