//! `render` and `aggregate`.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use serde_json::json;

use crate::export::array::{write_npy_header, write_npy_values};
use crate::export::output::{Output, STDOUT, write_whole};
use crate::export::picture::write_png;
use crate::scene::reduction::Reduction;
use crate::studio::{Standing, notes, standing};
use crate::workbench::categories::{ShownCategory, shown_categories};
use crate::workbench::figure::{DrawnFigure, FigureLayer, FigureRequest, OpenedFigure};
use crate::workbench::figure_file::{self, Places, is_figure_file};
use crate::workbench::memory::MemoryWatch;
use crate::workbench::sources::is_same_file;
use crate::workbench::{Accounting, EngineUsed, Progress, Strips as _, Values, Workbench, WorkbenchError};

use super::args::AggregateArgs;
use super::outputs::{check_apart, check_array, check_inputs, check_picture, keeps_inputs};
use super::render_args::{Asked, RenderArgs, placed};
use super::terminal::{Bar, grouped, is_watched, print};

/// Draws a figure as a PNG, or as several.
pub fn render(args: &RenderArgs, progress: &Arc<Progress>) -> anyhow::Result<()> {
    let asked = args.asked(progress)?;
    // A misspelt colormap shall not cost a pass over the data.
    let placed = |error| placed(error, asked.places.as_ref());
    asked.figure.check().map_err(placed)?;
    for output in &asked.outputs {
        check_inputs(&asked.figure, args.view.figure_file(), &output.path)?;
        check_picture(&output.path)?;
    }
    check_apart(asked.outputs.iter().map(|output| output.path.as_path()))?;
    if let Some(path) = &args.save {
        save(&asked, args.view.figure_file(), path)?;
    }
    for note in asked.notes.iter().chain(&asked.figure.unheeded()) {
        eprintln!("scumble: {note}");
    }
    let mut opened: Option<Arc<OpenedFigure>> = None;
    for output in &asked.outputs {
        let mut request = asked.figure.clone();
        request.size = output.size.unwrap_or(request.size);
        request.dpi = output.dpi.unwrap_or(request.dpi);
        request.check().map_err(placed)?;
        let job = Job::begin(args.json, &output.path)?;
        // Streams are read once; what one output was drawn from does for the next.
        let data = job.open(&request, opened.take(), asked.places.as_ref(), progress)?;
        draw_one(args, &request, &job, &data, progress)?;
        opened = Some(data);
    }
    opened.iter().for_each(|data| tell_damage(data));
    Ok(())
}

/// Writes a figure to a file of its own, in the place of an earlier figure at most.
fn save(asked: &Asked, file: Option<&Path>, path: &Path) -> anyhow::Result<()> {
    let wrong = |what: &str| WorkbenchError::Request(format!("{what} ({})", path.display()));
    if !is_figure_file(path) {
        return Err(wrong("a figure file ends in .toml; name one that does").into());
    }
    // The figure file that was read may become what was made of it.
    let is_own = file.is_some_and(|file| is_same_file(file, path));
    if !is_own {
        check_inputs(&asked.figure, file, path)?;
    }
    if !matches!(standing(path), Standing::Nothing | Standing::Figure) {
        return Err(wrong("the figure would replace a file that is no figure; name another one").into());
    }
    let text = figure_file::write_for(&asked.figure, path, is_own)?;
    Ok(write_whole(path, text.as_bytes())?)
}

/// Says what was found damaged.
pub fn tell_damage(data: &OpenedFigure) {
    for found in data.damage() {
        eprintln!("scumble: {found}");
    }
}

fn draw_one(
    args: &RenderArgs,
    request: &FigureRequest,
    job: &Job<'_>,
    data: &OpenedFigure,
    progress: &Arc<Progress>,
) -> anyhow::Result<()> {
    let stopped = || progress.is_cancelled();
    // Made first, so that a folder that may not be written is known before a long pass.
    let mut out = Output::create(job.output, &stopped)?;
    let workbench = Workbench::new(args.view.engine(), args.view.threads(), false)?;
    let drawn = {
        let _bar = Bar::follow(progress, data.rows(), "rows");
        workbench.figure(&data.tables(), request, progress)?
    };
    for note in drawn.unmet() {
        eprintln!("scumble: {note}");
    }
    write_png(&drawn, &notes(request), &mut out)?;
    out.finish()?;
    // Options that notes speak of do not go with figure files.
    if !args.json && args.view.figure_file().is_none() {
        for note in drawn.notes() {
            eprintln!("scumble: {note}");
        }
    }
    let place = drawn.plot();
    let mut facts = json!({
        "width": drawn.size().0,
        "height": drawn.size().1,
        "plot": { "x": place.x, "y": place.y, "width": place.width, "height": place.height },
        "x_range": drawn.view().x.range.to_string(),
        "y_range": drawn.view().y.range.to_string(),
        "reduction": request.layers[0].reduction.to_string(),
        "passes": drawn.passes(),
        "damaged": data.tables.iter().filter_map(|table| table.field()).map(|field| field.damaged()).sum::<u64>(),
    });
    if request.layers.len() > 1 {
        facts["layers"] = drawn.accountings().iter().map(|(i, a)| layer_facts(&request.layers[*i], *a)).collect();
    }
    job.tell(&mut facts, total(drawn.accountings()), drawn.engine(), drawn.seconds())
}

/// What became of the rows of all layers together.
fn total(accountings: &[(usize, Accounting)]) -> Accounting {
    let mut total = Accounting::default();
    for (_, a) in accountings {
        total.rows += a.rows;
        total.in_view += a.in_view;
        total.outside += a.outside;
        total.not_finite += a.not_finite;
        total.filtered += a.filtered;
    }
    total
}

fn layer_facts(layer: &FigureLayer, a: Accounting) -> serde_json::Value {
    json!({
        "name": layer.title(),
        "reduction": layer.reduction.to_string(),
        "rows": a.rows,
        "in_view": a.in_view,
        "outside": a.outside,
        "not_finite": a.not_finite,
        "filtered": a.filtered,
    })
}

/// Writes the numbers themselves.
pub fn aggregate(args: &AggregateArgs, progress: &Arc<Progress>) -> anyhow::Result<()> {
    let mut request = args.view.figure_of(args.view.brief().layer(progress));
    request.size = args.size.unwrap_or(request.size);
    // Numbers have their lowest row first, whichever way a picture of them would stand.
    for axis in [&mut request.x, &mut request.y] {
        axis.reversed = axis.reversed.or(Some(false));
    }
    request.check().map_err(|error| placed(error, None))?;
    let layer = request.layer(0, request.size);
    anyhow::ensure!(
        args.view.figure_file().is_none(),
        "aggregate takes data, not figure files; name the data, or use scumble render"
    );
    check_inputs(&request, None, &args.output)?;
    check_array(&args.output)?;
    let job = Job::begin(args.json, &args.output)?;
    let data = job.open(&request, None, None, progress)?;
    let stopped = || progress.is_cancelled();
    let mut out = Output::create(&args.output, &stopped)?;
    let workbench = Workbench::new(args.view.engine(), args.view.threads(), false)?;
    let size = (layer.size.width, layer.size.height);
    let (mut is_begun, mut in_view) = (false, Vec::new());
    let drawn = {
        let _bar = Bar::follow(progress, data.rows(), "rows");
        let write = |values: Values| -> anyhow::Result<()> {
            // Not before there are numbers: a pipe shall get nothing from a pass that fails.
            if !std::mem::replace(&mut is_begun, true) {
                write_npy_header(&values, size, &mut out)?;
            }
            if let Values::Categories(by) = &values {
                in_view.resize(by.planes(), 0);
                in_view.iter_mut().zip(by.by_category()).for_each(|(sum, n)| *sum += n);
            }
            Ok(write_npy_values(&values, &mut out)?)
        };
        workbench.aggregate_to(&data.tables[0], &layer, request.layers[0].spread, progress, write)?
    };
    out.finish()?;
    let mut facts = json!({
        "width": layer.size.width,
        "height": layer.size.height,
        "x_range": drawn.plan.view.x.range.to_string(),
        "y_range": drawn.plan.view.y.range.to_string(),
        "reduction": layer.reduction.to_string(),
    });
    let categories = shown_categories(&data.tables[0], &drawn.plan);
    if matches!(layer.reduction, Reduction::By { .. }) {
        // Values as they can be read and given again, not as they are typeset.
        let value = |category: &ShownCategory| category.name().to_string();
        let fact = |(category, in_view): (&ShownCategory, &u64)| json!({ "value": value(category), "rows": category.rows, "in_view": in_view });
        facts["categories"] = categories.iter().zip(&in_view).map(fact).collect();
    }
    tell_damage(&data);
    job.tell(&mut facts, drawn.accounting, &drawn.engine, drawn.seconds)
}

/// A command that reads all rows of some sources and writes one file.
struct Job<'a> {
    started: Instant,
    memory: Option<MemoryWatch>,
    output: &'a Path,
    json: bool,
}

impl<'a> Job<'a> {
    fn begin(json: bool, output: &'a Path) -> anyhow::Result<Self> {
        let started = Instant::now();
        let memory = json.then(MemoryWatch::start);
        anyhow::ensure!(
            !(json && output == Path::new(STDOUT)),
            "--json and -o - would both write to standard output; name a file for one of them"
        );
        Ok(Self { started, memory, output, json })
    }

    /// Opens the data of a figure, with notes on it for the person; or takes what is open already.
    fn open(
        &self,
        request: &FigureRequest,
        opened: Option<Arc<OpenedFigure>>,
        places: Option<&Places>,
        progress: &Arc<Progress>,
    ) -> anyhow::Result<Arc<OpenedFigure>> {
        let opened = match opened {
            Some(opened) => opened,
            None => {
                let opened = {
                    let _bar = Bar::follow(progress, 0, "bytes");
                    request.open(progress).map_err(|error| placed(error, places))?
                };
                for note in &opened.notes {
                    eprintln!("scumble: {note}");
                }
                Arc::new(opened)
            }
        };
        keeps_inputs(!opened.reads(self.output), self.output)?;
        Ok(opened)
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
    line(total(drawn.accountings()), drawn.engine(), output, seconds)
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
