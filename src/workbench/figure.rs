//! Figures: the picture of the data with axes, words and color bars, or bare. What `render` and the window's export make.
//!
//! A picture too large for memory is counted in bands of pixel rows. The numbers go to a temporary file ([`Kept`]); norms
//! look at all of them; then pixels are made strip by strip, while they are written. The result is the same to the byte.

mod checks;
mod counting;
mod decide;
mod drawn;
mod grounds;
mod legend;
mod numbers;
mod opened;
mod wholes;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::aggregate::{Accounting, CellsInView, Values, cpu};
use crate::data::{Progress, Table};
use crate::figure::FigureError;
use crate::figure::axes::{Look, Theme};
use crate::figure::composite::Joining;
use crate::figure::contours::{HatchSheet, Inks, Laid};
use crate::figure::frame::{self, FigureText, FrameRequest, Layout};
use crate::figure::shading::Setting;
use crate::figure::ticks::TimeUnit;
use crate::plan::FramePlan;
use crate::scene::aspect::Aspect;
use crate::scene::axis::{Size, ViewError};
use crate::scene::blend::Blend;
use crate::scene::contour::{ContourColor, ContourStyle};
use crate::scene::hatch::Hatch;
use crate::scene::layer::{AxisRequest, Layer};
use crate::scene::mark::Mark;
use crate::scene::reduction::Reduction;
use crate::scene::spread::Spread;
use crate::scene::style::{Background, Rgba, Style};

use super::bands::Banded;
use super::categories::{shown_categories, unmet};
use super::fields::{Align, Timeline};
use super::kept::Kept;
use super::sources::Sources;
use super::together::hosts;
use super::words::{bar_time, lowest, quantities, words_of};
use super::{EngineUsed, Facts, Workbench, WorkbenchError, plans_of};

use counting::Wanted;
use decide::{LayerColors, decide};
use drawn::Plot;
pub use drawn::{DrawnFigure, are_few, is_crowd};
use grounds::ground_under;
pub use grounds::{default_background, ground};
pub use legend::LegendEntry;
pub use legend::legend_bar;
pub(super) use legend::presence;
pub(super) use numbers::{Numbers, spread_aggregate};
pub use opened::OpenedFigure;
pub(super) use wholes::KnownField;
use wholes::resolve;

/// Dots per inch at which text has its usual size: CSS pixels.
pub const DPI: f64 = 96.0;

/// Most layers of a figure.
pub const MAX_LAYERS: usize = 64;

/// A figure as the person asked for it.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureRequest {
    /// Horizontal axis.
    pub x: AxisRequest,
    /// Vertical axis.
    pub y: AxisRequest,
    /// How long a unit of y is beside one of x.
    pub aspect: Aspect,
    /// Size of the whole figure in pixels.
    pub size: Size,
    /// What the lowest layer is composed over, in the plot.
    pub background: Background,
    /// The layers, the lowest first; at least one.
    pub layers: Vec<FigureLayer>,
    /// Which step of fields, from 0: of the one that has most; others follow by their times.
    pub step: u64,
    /// The words: what is `None` is taken from the columns (and no title), what is empty is left out.
    pub text: FigureText,
    /// Colors of lines and words.
    pub theme: Theme,
    /// Dots per inch, 10 to 2400: the size of lines and words ([`DPI`]: as on the screen), not that of the figure.
    pub dpi: f64,
    /// Whether there is anything but the plot.
    pub axes: bool,
    /// Whether faint lines are drawn over the plot.
    pub grid: bool,
    /// Pictures that its file asks for; they are no part of what is drawn.
    pub outputs: Vec<Output>,
}

/// A picture that a figure's file asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Where it goes.
    pub path: PathBuf,
    /// Its size in pixels, if it is not the figure's.
    pub size: Option<Size>,
    /// Its resolution, if it is not the figure's.
    pub dpi: Option<f64>,
}

/// One layer of a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureLayer {
    /// What the person calls it; empty where it goes by its files' names.
    pub name: String,
    /// The files and the columns x and y; the value column is the reduction's.
    pub sources: Sources,
    /// What is drawn for the rows.
    pub mark: Mark,
    /// How the rows of a pixel become a number.
    pub reduction: Reduction,
    /// How the numbers are spread before they become colors.
    pub spread: Spread,
    /// How the numbers become colors. Its background is not used: the figure's is.
    pub style: Style,
    /// The one color that it has, if it has no colormap: on all that is drawn, and as much of it as markers cover.
    pub color: Option<Rgba>,
    /// How the colors join with those beneath.
    pub blend: Blend,
    /// Whether it is seen.
    pub visible: bool,
    /// What its color bar says: the reduction if nothing is given, nothing if that is empty.
    pub label: Option<String>,
    /// Which of a field's steps goes with a moment of the figure.
    pub align: Align,
    /// Levels of contours, and how their lines look.
    pub contour: ContourStyle,
    /// What is hatched, where it is drawn as hatching: at most [`MAX_HATCHES`](crate::scene::hatch::MAX_HATCHES).
    pub hatch: Vec<Hatch>,
}

impl FigureLayer {
    /// All points of some sources, in the default style.
    #[must_use]
    pub fn new(sources: Sources) -> Self {
        Self {
            name: String::new(),
            sources,
            mark: Mark::Points,
            reduction: Reduction::Count,
            spread: Spread::default(),
            style: Style::default(),
            color: None,
            blend: Blend::Normal,
            visible: true,
            label: None,
            align: Align::default(),
            contour: ContourStyle::default(),
            hatch: Vec::new(),
        }
    }

    /// The sources with the column that the reduction or the mark needs.
    #[must_use]
    pub fn all_sources(&self) -> Sources {
        let value = self.reduction.column().or(self.mark.column()).map(ToOwned::to_owned);
        Sources { value, is_field: self.mark.is_of_fields(), ..self.sources.clone() }
    }

    /// What it is called.
    #[must_use]
    pub fn title(&self) -> String {
        if !self.name.is_empty() {
            return self.name.clone();
        }
        let named = |path: &std::path::Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let inputs = &self.sources.inputs;
        match (inputs.first().and_then(|path| named(path)), inputs.len()) {
            (Some(name), 1) => name,
            (Some(name), more) => format!("{name} and {} more", more - 1),
            (None, _) => self.sources.y.clone().unwrap_or_else(|| "layer".to_owned()),
        }
    }

    /// Whether it has a color bar: what is of one color has none, and hatching has a legend.
    #[must_use]
    pub fn has_bar(&self) -> bool {
        let is_plain = match self.mark {
            Mark::Contours => self.contour.color != ContourColor::Colormap,
            Mark::Hatching => true,
            _ => false,
        };
        self.visible && self.color.is_none() && !is_plain
    }
}

impl FigureRequest {
    /// A figure of one layer with axes, all else as by default.
    #[must_use]
    pub fn new(layer: FigureLayer, size: Size) -> Self {
        Self {
            x: AxisRequest::default(),
            y: AxisRequest::default(),
            aspect: Aspect::AUTO,
            size,
            background: default_background(Theme::Dark),
            layers: vec![layer],
            step: 0,
            text: FigureText::default(),
            theme: Theme::Dark,
            dpi: DPI,
            axes: true,
            grid: false,
            outputs: Vec::new(),
        }
    }

    /// A layer with the figure's axes, for a plot of some size, its colors over nothing.
    ///
    /// # Panics
    /// If there is no such layer.
    #[must_use]
    pub fn layer(&self, index: usize, size: Size) -> Layer {
        let FigureLayer { mark, reduction, style, color, .. } = &self.layers[index];
        let mark = mark.scaled(self.dpi / DPI, color.is_some());
        let style = Style { background: Background::None, ..style.clone() };
        let (aspect, step) = (self.aspect, self.step);
        Layer { x: self.x, y: self.y, aspect, size, mark, step, reduction: reduction.clone(), style }
    }

    /// All layers as [`FigureRequest::layer`] has them, fields at the steps that go with the figure's.
    #[must_use]
    pub fn layers_of(&self, tables: &[&Table], size: Size) -> Vec<Layer> {
        let timeline = Timeline::of(tables);
        let layer = |(i, table): (usize, &&Table)| Layer {
            step: timeline.step_of(table, self.step, self.layers[i].align),
            ..self.layer(i, size)
        };
        tables.iter().enumerate().take(self.layers.len()).map(layer).collect()
    }

    /// The look around the plot: transparent where the plot is.
    #[must_use]
    pub fn look(&self) -> Look {
        let background = match self.background {
            Background::None => Some(Background::None),
            Background::Color(_) => None,
        };
        Look { theme: self.theme, background, grid: self.grid && self.axes }
    }
}

/// Where everything in a figure goes, and the plans of its layers. `facts` are those of the layers.
fn lay_out(
    tables: &[&Table],
    request: &FigureRequest,
    facts: &[Facts],
) -> Result<(Layout, Vec<FramePlan>), WorkbenchError> {
    let scale = request.dpi / DPI;
    let layers = |size| request.layers_of(tables, size);
    let mut size = request.size;
    let mut plans = plans_of(&layers(size), facts)?;
    if !request.axes {
        return Ok((Layout::bare(size, scale), plans));
    }
    let first = tables.first().ok_or(WorkbenchError::Data(crate::data::DataError::Empty))?;
    let moment = Timeline::of(tables).moment(request.step);
    let (text, [x, y]) = (words_of(request, tables, &moment), quantities(lowest(request, tables).unwrap_or(first)));
    let bars = request.bar_labels(tables);
    let legend = u32::try_from(request.legend(tables).len()).unwrap_or(u32::MAX);
    let beside = request.words_beside(tables);
    // Labels depend on ranges, the plot's size on labels, and fitted ranges (in their last bits) on the plot's size.
    for round in 0..5 {
        let view = plans[0].view;
        let (size_of_all, bars, beside) = (request.size, bars.as_slice(), beside.as_slice());
        let frame = FrameRequest { size: size_of_all, scale, text: &text, view: &view, x, y, bars, legend, beside };
        let layout = frame::layout(&frame)?;
        let fits = layout.plot_size() == size;
        size = layout.plot_size();
        plans = plans_of(&layers(size), facts)?;
        if fits || round == 4 {
            return Ok((layout, plans));
        }
    }
    Err(ViewError::NothingToFit { axis: "x", wanted: "known" }.into())
}

/// What became of a layer's rows, with its numbers.
#[derive(Clone)]
pub(super) struct Counted {
    pub(super) numbers: Numbers,
    pub(super) accounting: Accounting,
    pub(super) engine: EngineUsed,
    passes: u32,
    /// The cells of a field, for contour lines.
    cells: Option<Arc<CellsInView>>,
}

/// How many pixels have a number, where each point of all layers has one pixel alone.
fn lit(request: &FigureRequest, visible: &[usize], counted: &[Counted]) -> Option<u64> {
    let is_plain = |i: &usize| request.layers[*i].mark == Mark::Points && request.layers[*i].spread.is_none();
    visible.iter().all(is_plain).then(|| counted.iter().map(|counted| counted.numbers.lit()).sum())
}

impl Workbench {
    /// Draws a figure. `tables` are those of its layers, in their order (columns x, y and, where the reduction names one,
    /// the value). Layers that are not visible are not counted, but a fitted view has room for them.
    ///
    /// # Errors
    /// Anything wrong with request, data, view or engine; a stop asked for through `progress`.
    pub fn figure(
        &self,
        tables: &[&Table],
        request: &FigureRequest,
        progress: &Progress,
    ) -> Result<DrawnFigure, WorkbenchError> {
        let started = Instant::now();
        request.check()?;
        let layers = request.layers_of(tables, request.size);
        let all: Vec<Sources> = request.layers.iter().map(FigureLayer::all_sources).collect();
        let hosts = hosts(&all.iter().zip(tables.iter().copied()).collect::<Vec<_>>());
        let facts = self.facts_together(tables, &layers, &hosts, progress)?;
        let (layout, plans) = lay_out(tables, request, &facts)?;
        let visible: Vec<usize> = (0..layers.len()).filter(|i| request.layers[*i].visible).collect();
        let times: Vec<Option<TimeUnit>> =
            tables.iter().zip(&layers).map(|(table, layer)| bar_time(table, &layer.reduction)).collect();
        let read: Vec<&Table> = hosts.iter().map(|host| tables[*host]).collect();
        let (named, tables) = (tables, read.as_slice());
        let wanted = Wanted { tables, hosts: &hosts, layers: &layers, plans: &plans, visible: &visible };
        let mut counted = self.count_layers(&wanted, progress)?;
        let lit = lit(request, &visible, &counted);
        for (i, counted) in visible.iter().zip(&mut counted) {
            if layers[*i].mark == Mark::Contours {
                counted.cells = cpu::field_cells(tables[*i], &plans[*i])?.map(Arc::new);
            }
        }
        let mut bars = Vec::new();
        let mut looks = Vec::new();
        let mut unmet_names = Vec::new();
        let mut wholes = self.wholes(tables, request, &layout, progress)?;
        let size = (layout.plot.width, layout.plot.height);
        for (i, counted) in visible.iter().zip(&mut counted) {
            let FigureLayer { spread, reduction, .. } = &request.layers[*i];
            counted.numbers = self.spread(counted.numbers.clone(), *spread, reduction, size)?;
            // With one layer the ground is beneath its colors already.
            let mut style = layers[*i].style.clone();
            // That of several layers is for those who join them.
            let joining = Joining::new(style.alpha, request.layers[*i].blend)?;
            match visible.len() {
                1 => style.background = request.background,
                _ => style.alpha = 1.0,
            }
            let inks = Inks::on(request.background, request.theme);
            let (alpha, threads) = (style.alpha, self.reading.threads);
            let laid = Laid { size, scale: request.dpi / DPI, alpha, ground: ground_under(&style), inks, threads };
            if layers[*i].mark == Mark::Hatching {
                looks.push((LayerColors::Hatching(HatchSheet::new(&request.layers[*i].hatch, laid)), joining));
                continue;
            }
            let area = plans[*i].area(style.per);
            let numbers = counted.numbers.bands();
            let shares = resolve(&mut style, wholes[*i].take(), (&layers[*i], area), numbers, threads)?;
            let categories = shown_categories(tables[*i], &plans[*i]);
            let counted_as = (reduction, request.layers[*i].color.is_some());
            unmet_names.extend(unmet(tables[*i], &categories, counted_as, &request.layers[*i].style));
            let setting = Setting { area, whole: shares.as_ref(), threads, extent: None };
            let of_layer = (&request.layers[*i], request.axes);
            let (colors, bar) = decide(numbers, &style, setting, of_layer, &categories)?;
            let bar = bar.map(|bar| bar.counting(times[*i]));
            bars.extend(bar.map(|bar| if visible.len() == 1 { bar } else { bar.faded(joining.alpha()) }));
            let colors = LayerColors::new(colors, counted, &request.layers[*i], laid)?;
            let is_table = request.layers[*i].color.is_none() && matches!(colors, LayerColors::Shading(_));
            looks.push((colors, if is_table { joining.of_table() } else { joining }));
        }
        bars.reverse();
        bars.extend(legend_bar(request.legend(named)));
        let accountings = visible.iter().zip(&counted).map(|(i, counted)| (*i, counted.accounting)).collect();
        let passes = counted.iter().map(|counted| counted.passes).sum();
        let engine = counted.first().map_or_else(|| self.used.clone(), |counted| counted.engine.clone());
        let parts = counted.into_iter().zip(looks);
        let parts = parts.map(|(counted, (colors, joining))| (counted.numbers, colors, joining));
        let plot = Plot::new(self, parts, request, size)?;
        Ok(DrawnFigure {
            plot,
            ground: (visible.len() != 1).then(|| ground(request.background)),
            bars,
            look: request.look(),
            lacks_axes: request.axes && !layout.axes && request.dpi > DPI,
            layout,
            view: plans[0].view,
            lit,
            accountings,
            engine,
            unmet: unmet_names,
            passes,
            seconds: started.elapsed().as_secs_f64(),
            strip_bytes: self.picture_bytes / 16,
        })
    }

    /// The numbers of a reduction, spread.
    pub(super) fn spread(
        &self,
        numbers: Numbers,
        spread: Spread,
        reduction: &Reduction,
        size: (u32, u32),
    ) -> Result<Numbers, FigureError> {
        numbers.spread(spread, spread.merge_for(reduction), size, self.reading.threads)
    }

    pub(super) fn whole(
        &self,
        threads: usize,
        table: &Table,
        plan: &FramePlan,
        progress: &Progress,
    ) -> Result<Counted, WorkbenchError> {
        let (aggregate, engine) = self.count(threads, table, plan, progress)?;
        let accounting = aggregate.accounting;
        Ok(Counted { numbers: Numbers::Whole(Arc::new(aggregate)), accounting, engine, passes: 1, cells: None })
    }

    pub(super) fn kept(
        &self,
        table: &Table,
        layer: &Layer,
        plan: &FramePlan,
        progress: &Progress,
    ) -> Result<Counted, WorkbenchError> {
        let mut numbers = Kept::of_plan(plan, layer.are_counts())?;
        let keep = |values: Values| -> Result<(), WorkbenchError> { Ok(numbers.append(&values)?) };
        let Banded { accounting, engine, passes } = self.bands(table, plan, progress, keep)?;
        Ok(Counted { numbers: Numbers::Kept(Arc::new(numbers)), accounting, engine, passes, cells: None })
    }
}
