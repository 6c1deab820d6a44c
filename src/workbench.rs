//! The workbench: sources, engine and figure together; the one thing that the window and the commands drive.

mod bands;
pub mod brief;
pub mod categories;
pub mod command_line;
pub mod fields;
pub mod figure;
pub mod figure_file;
pub mod follow;
pub mod frame;
pub mod grid_info;
pub mod info;
mod kept;
pub mod memory;
pub mod recent;
pub mod session;
pub mod sources;
pub mod stream;
pub mod tables;
mod together;
mod whole;
pub mod words;

use std::sync::Mutex;
use std::time::Instant;

use crate::aggregate::cpu::{self, CpuOptions};
use crate::aggregate::gpu::{Coloring, GpuEngine, GpuOptions};
use crate::data::DataError;
use crate::data::stats::{ColumnStats, column_stats};
use crate::figure::painter::PaintError;
use crate::figure::shade::shade;
use crate::figure::shading::{Setting, Shading, shading_with};
use crate::figure::{FigureError, categories as category_colors};
use crate::plan::{self, ColumnFacts, FramePlan, X, Y};
use crate::scene::aspect::Aspect;
use crate::scene::axis::ViewError;
use crate::scene::layer::Layer;
use crate::scene::mark::Mark;
use crate::scene::reduction::Reduction;

pub use crate::aggregate::{Accounting, Aggregate, EngineError, Values};
pub use crate::data::Progress;
pub use crate::data::Table;
pub use crate::data::expression::ranges;
pub use crate::data::grid::{At, Field as GridField, Place, Shape};
pub use crate::data::parallel::Reading;
pub use crate::data::raw::RawSpec;
pub use crate::data::sample::ColumnSample;
pub use crate::data::watch::{Change, ChangeKind, FileFacts as WatchedFacts, Watch};
pub use crate::figure::axes::Theme;
pub use crate::figure::colormap::names as colormap_names;
pub use crate::figure::colormap::spelled::{Spelled, WHOLE};
pub use crate::figure::colormap::{Colormap, colormap};
pub use crate::figure::frame::FigureText;
pub use crate::figure::image::Image;
pub use crate::figure::strips::Strips;

pub use bands::Summed;
use categories::{ShownCategory, hues, shown_categories};
use figure::KnownField;

/// What can go wrong between a request and its picture.
#[derive(Debug, thiserror::Error)]
pub enum WorkbenchError {
    /// The data.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The view.
    #[error(transparent)]
    View(#[from] ViewError),
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Colors.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// Axes and words.
    #[error(transparent)]
    Paint(#[from] PaintError),
    /// The request itself.
    #[error("{0}")]
    Request(String),
    /// Something that one key of one layer asks for.
    #[error("{place}{error}")]
    Of {
        /// The number of the layer, where that is known.
        layer: Option<usize>,
        /// The key, as figure files have it; empty for the layer itself.
        key: &'static str,
        /// Where it stands, for people; empty where that goes without saying.
        place: String,
        /// What is wrong.
        error: Box<WorkbenchError>,
    },
}

impl WorkbenchError {
    /// Whether the request itself was wrong, rather than the data or the machine.
    pub fn is_usage(&self) -> bool {
        match self {
            Self::Request(_) | Self::Data(DataError::Expression(_)) => true,
            Self::Figure(error) => error.is_usage(),
            Self::Of { error, .. } => error.is_usage(),
            _ => false,
        }
    }

    /// Whether a file's format is the trouble, so that its bytes might be read as raw numbers all the same.
    pub fn is_about_the_format(&self) -> bool {
        match self {
            Self::Data(error) => error.is_about_the_format(),
            Self::Of { error, .. } => error.is_about_the_format(),
            _ => false,
        }
    }

    /// The same as an error of a key, if that is not known already. A stop is nobody's error.
    pub(crate) fn of(self, key: &'static str) -> Self {
        match self {
            Self::Of { .. } | Self::Data(DataError::Cancelled) => self,
            error => Self::Of { layer: None, key, place: String::new(), error: Box::new(error) },
        }
    }

    /// The same as an error of a layer.
    pub(crate) fn in_layer(self, number: usize) -> Self {
        match self.of("") {
            Self::Of { key, place, error, .. } => Self::Of { layer: Some(number), key, place, error },
            other => other,
        }
    }

    /// The same with its place, which `name` says of the layer's number and the key.
    #[must_use]
    pub fn placed(self, name: impl FnOnce(Option<usize>, &'static str) -> String) -> Self {
        match self {
            Self::Of { layer, key, error, .. } => {
                let place = Some(name(layer, key)).filter(|place| !place.is_empty());
                let place = place.map_or_else(String::new, |place| place + ": ");
                Self::Of { layer, key, place, error }
            }
            other => other,
        }
    }
}

/// Which engine to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EngineChoice {
    /// The GPU where it pays, else the CPU.
    #[default]
    Auto,
    /// All CPU cores.
    Cpu,
    /// The GPU, or an error.
    Gpu,
}

/// The engine that was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineUsed {
    /// `cpu` or `gpu`.
    pub name: &'static str,
    /// Threads, or the adapter's name.
    pub adapter: String,
    /// Why this one.
    pub reason: &'static str,
}

impl EngineUsed {
    fn cpu(threads: usize, reason: &'static str) -> Self {
        let adapter = if threads == 1 { "1 thread".to_owned() } else { format!("{threads} threads") };
        Self { name: "cpu", adapter, reason }
    }
}

/// Numbers of one frame, with what it took to make them.
#[derive(Debug)]
pub struct Drawn {
    /// The numbers.
    pub aggregate: Aggregate,
    /// The plan they follow.
    pub plan: FramePlan,
    /// The categories that are counted, if any are.
    pub categories: Vec<ShownCategory>,
    /// The engine.
    pub engine: EngineUsed,
    /// Seconds from request to numbers.
    pub seconds: f64,
}

enum Engine {
    Cpu(CpuOptions),
    Gpu(Box<GpuEngine>, GpuOptions),
}

/// Engine and settings, ready to draw tables.
pub struct Workbench {
    engine: Engine,
    used: EngineUsed,
    reading: Reading,
    /// Bytes that a picture may take before it is worked on in bands.
    picture_bytes: u64,
    /// What is known of fields of which steps were drawn, the latest first.
    whole_fields: Mutex<Vec<KnownField>>,
}

/// Bytes that a picture's private grids and numbers may take before it is worked on in bands of pixel rows.
pub const PICTURE_BYTES: u64 = 1 << 30;

/// What is known of the columns x, y and value.
pub(crate) type Facts = [Option<ColumnFacts>; 3];

impl Workbench {
    /// Makes ready the engine of choice. `reuse` says whether the same data will be drawn more than once: a GPU reads data
    /// no faster than the CPU counts it, so it pays only when the data stays with it.
    ///
    /// # Errors
    /// [`EngineError::NoAdapter`] when a GPU was asked for and there is none.
    pub fn new(choice: EngineChoice, threads: Option<usize>, reuse: bool) -> Result<Self, WorkbenchError> {
        let mut reading = Reading::default();
        reading.threads = threads.unwrap_or(reading.threads).max(1);
        let cpu = |reason| {
            let engine = Engine::Cpu(CpuOptions { reading, ..CpuOptions::default() });
            (engine, EngineUsed::cpu(reading.threads, reason))
        };
        let gpu = |engine: GpuEngine, reason| {
            let used = EngineUsed { name: "gpu", adapter: engine.adapter_name(), reason };
            (Engine::Gpu(Box::new(engine), GpuOptions::default()), used)
        };
        let (engine, used) = match choice {
            EngineChoice::Cpu => cpu("as asked"),
            EngineChoice::Gpu => gpu(GpuEngine::new()?, "as asked"),
            EngineChoice::Auto if !reuse => cpu("each byte is read once, which a GPU cannot speed up"),
            EngineChoice::Auto => match GpuEngine::new() {
                Ok(engine) if engine.is_hardware() => gpu(engine, "the data stays on it"),
                Ok(_) => cpu("the only adapter is software, slower than this engine"),
                Err(_) => cpu("there is no GPU adapter"),
            },
        };
        Ok(Self { engine, used, reading, picture_bytes: PICTURE_BYTES, whole_fields: Mutex::default() })
    }

    /// The engine in use.
    pub fn engine(&self) -> &EngineUsed {
        &self.used
    }

    /// The same, but pictures that need more than so many bytes (private grids and numbers) are worked on in bands of
    /// pixel rows, which take a quarter of it. The default is [`PICTURE_BYTES`].
    #[must_use]
    pub fn with_picture_bytes(self, picture_bytes: u64) -> Self {
        Self { picture_bytes, ..self }
    }

    /// Reduces the columns of `table` (x, y and, where the reduction names one, the value) as `layer` says.
    ///
    /// # Errors
    /// Anything wrong with data, view or engine; a stop asked for through `progress`.
    pub fn aggregate(&self, table: &Table, layer: &Layer, progress: &Progress) -> Result<Drawn, WorkbenchError> {
        let started = Instant::now();
        let plan = plan_of(layer, &self.facts(table, layer, progress)?)?;
        let (aggregate, engine) = self.count(usize::MAX, table, &plan, progress)?;
        let seconds = started.elapsed().as_secs_f64();
        let categories = shown_categories(table, &plan);
        Ok(Drawn { aggregate, plan, categories, engine, seconds })
    }

    /// The numbers of a plan: one pass over the data, by at most so many threads on the CPU.
    fn count(
        &self,
        threads: usize,
        table: &Table,
        plan: &FramePlan,
        progress: &Progress,
    ) -> Result<(Aggregate, EngineUsed), WorkbenchError> {
        progress.restart();
        let (mut options, used) = match &self.engine {
            Engine::Cpu(options) => (*options, self.used.clone()),
            Engine::Gpu(engine, options) => match plan.not_for_gpu() {
                None => return Ok((engine.aggregate(table, plan, *options, progress)?, self.used.clone())),
                Some(why) => self.cpu_instead(why),
            },
        };
        options.reading.threads = options.reading.threads.min(threads);
        Ok((cpu::aggregate(table, plan, options, progress)?, used))
    }

    /// The CPU engine, for what the GPU engine cannot do.
    fn cpu_instead(&self, reason: &'static str) -> (CpuOptions, EngineUsed) {
        let options = CpuOptions { reading: self.reading, ..CpuOptions::default() };
        (options, EngineUsed::cpu(self.reading.threads, reason))
    }

    /// The picture of numbers already made. Touches no file.
    ///
    /// # Errors
    /// Unknown colormaps, limits that the norm cannot use, a lost adapter.
    pub fn paint(&self, drawn: &Drawn, layer: &Layer) -> Result<Image, WorkbenchError> {
        let (area, map) = (drawn.plan.area(layer.style.per), tables::colormap(&layer.style.colormap)?);
        let setting = Setting { area, threads: self.reading.threads, ..Setting::default() };
        let values = &drawn.aggregate.values;
        let colors = match hues(&drawn.categories, &layer.style).as_slice() {
            [] => shading_with(values, &layer.style, &map, setting)?,
            hues => category_colors::shading(values, hues, &layer.style, setting)?,
        };
        self.color(&drawn.aggregate, &colors)
    }

    /// The picture of numbers in colors already decided.
    fn color(&self, aggregate: &Aggregate, colors: &Shading) -> Result<Image, WorkbenchError> {
        let Aggregate { width, height, values, .. } = aggregate;
        Ok(match &self.engine {
            // What has more colors than those of keys.
            Engine::Gpu(..) if colors.mixing.is_some() || colors.missing != colors.empty => {
                shade(values, *width, *height, colors, self.reading.threads)
            }
            Engine::Cpu(_) => shade(values, *width, *height, colors, self.reading.threads),
            Engine::Gpu(engine, _) => {
                let (mut thresholds, palette) = colors.stops();
                if thresholds.is_empty() {
                    // All values have one color; no value reaches this.
                    thresholds.push(u64::MAX);
                }
                let coloring = Coloring { thresholds: &thresholds, palette: &palette, empty: colors.empty };
                let pixels = engine.shade(aggregate, coloring)?;
                Image { width: *width, height: *height, pixels }
            }
        })
    }

    /// What must be known of the columns to plan `layer`: one pass over those that need statistics.
    fn facts(&self, table: &Table, layer: &Layer, progress: &Progress) -> Result<Facts, WorkbenchError> {
        let facts = self.facts_together(&[table], std::slice::from_ref(layer), &[0], progress)?;
        facts.first().copied().ok_or_else(|| DataError::Empty.into())
    }

    /// Statistics of those columns that need them, from one pass over just these.
    fn stats(
        &self,
        table: &Table,
        needed: [bool; 3],
        progress: &Progress,
    ) -> Result<[Option<ColumnStats>; 3], WorkbenchError> {
        let mut found = [None; 3];
        if let Some(field) = table.field() {
            let [x, y] = field.extents();
            return Ok([Some(x), Some(y), None]);
        }
        let wanted: Vec<usize> = (0..3).filter(|i| needed[*i] && table.column(*i).is_some()).collect();
        if wanted.is_empty() {
            return Ok(found);
        }
        let stats = column_stats(&table.select(&wanted)?, self.reading, progress)?;
        for (i, stats) in wanted.into_iter().zip(stats) {
            found[i] = Some(stats);
        }
        Ok(found)
    }
}

/// The plans of layers that share their axes, each with its facts: fitted ranges show the values of all. Touches no data.
fn plans_of(layers: &[Layer], facts: &[Facts]) -> Result<Vec<FramePlan>, WorkbenchError> {
    let of_axis = |axis: usize| -> Result<ColumnFacts, WorkbenchError> {
        let facts: Vec<ColumnFacts> = facts.iter().filter_map(|facts| facts[axis]).collect();
        plan::together(["x", "y"][axis], &facts)?.ok_or_else(|| DataError::Empty.into())
    };
    let (all_x, all_y) = (of_axis(X)?, of_axis(Y)?);
    let first = layers.first().ok_or(WorkbenchError::Data(DataError::Empty))?;
    let fitted = Layer { mark: Mark::Points, reduction: Reduction::Count, ..first.clone() };
    let view = plan::frame(&fitted, &all_x, &all_y, None)?.view;
    let mut plans = Vec::with_capacity(layers.len());
    for (layer, facts) in layers.iter().zip(facts) {
        // The view has its aspect already; in other units it has another.
        let mut layer = Layer { aspect: Aspect::AUTO, ..layer.clone() };
        let own = |name, range, all, facts: Option<ColumnFacts>| {
            facts.map_or(Ok(range), |facts| plan::range_in_unit_of(name, range, all, &facts))
        };
        layer.x.range = Some(own("x", view.x.range, &all_x, facts[X])?);
        layer.y.range = Some(own("y", view.y.range, &all_y, facts[Y])?);
        (layer.x.reversed, layer.y.reversed) = (Some(view.x.reversed), Some(view.y.reversed));
        plans.push(plan_of(&layer, facts)?);
    }
    Ok(plans)
}

/// The plan of `layer`; touches no data.
fn plan_of(layer: &Layer, facts: &Facts) -> Result<FramePlan, WorkbenchError> {
    let [Some(x), Some(y), value] = facts else {
        return Err(DataError::Empty.into());
    };
    Ok(plan::frame(layer, x, y, value.as_ref())?)
}
