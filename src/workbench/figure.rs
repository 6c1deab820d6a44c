//! Figures: the picture of the data with axes, words and color bar, or bare. What `render` and the window's export make.
//!
//! A picture too large for memory is counted in bands of pixel rows. The numbers go to a temporary file ([`Kept`]); norms
//! look at all of them; then pixels are made strip by strip, while they are written. The result is the same to the byte.

use std::ops::Range;
use std::time::Instant;

use crate::aggregate::{Accounting, Values};
use crate::data::{Progress, Table};
use crate::figure::FigureError;
use crate::figure::axes::{Look, Theme, compose_rows, plot_rows};
use crate::figure::bands::Bands;
use crate::figure::colorbar::ColorBar;
use crate::figure::colormap::colormap;
use crate::figure::frame::{self, FigureText, FrameRequest, Layout};
use crate::figure::image::Image;
use crate::figure::norm::{Shading, shading};
use crate::figure::painter::{PaintError, Rect};
use crate::figure::shade::shade;
use crate::figure::strips::Strips;
use crate::plan::FramePlan;
use crate::scene::layer::Layer;
use crate::scene::reduction::Reduction;
use crate::scene::style::{Background, Rgba};

use super::bands::Banded;
use super::kept::Kept;
use super::words::{quantities, words};
use super::{EngineUsed, Facts, Workbench, WorkbenchError, plan_of};

/// Dots per inch at which text has its usual size: CSS pixels.
pub const DPI: f64 = 96.0;

/// A figure as the person asked for it.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureRequest {
    /// What is drawn. Its size is that of the whole figure, its background that of the plot.
    pub layer: Layer,
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
}

impl FigureRequest {
    /// A layer's figure with axes, all else as by default.
    #[must_use]
    pub fn new(layer: Layer) -> Self {
        Self { layer, text: FigureText::default(), theme: Theme::Dark, dpi: DPI, axes: true, grid: false }
    }

    /// Checks all that can be checked before any data is read.
    ///
    /// # Errors
    /// Sizes, ranges, resolutions and colormaps that cannot be.
    pub fn check(&self) -> Result<(), WorkbenchError> {
        self.layer.check()?;
        colormap(&self.layer.style.colormap)?;
        if !(10.0..=2400.0).contains(&self.dpi) {
            return Err(PaintError::Scale(self.dpi).into());
        }
        Ok(())
    }

    /// The look around the plot: transparent where the plot is.
    #[must_use]
    pub fn look(&self) -> Look {
        let background = match self.layer.style.background {
            Background::None => Some(Background::None),
            Background::Color(_) => None,
        };
        Look { theme: self.theme, background, grid: self.grid && self.axes }
    }
}

/// The background that a plot has under a theme, unless another is asked for.
#[must_use]
pub fn default_background(theme: Theme) -> Background {
    Background::Color(match theme {
        Theme::Dark => Rgba([0, 0, 0, 255]),
        Theme::Light => Rgba([255, 255, 255, 255]),
    })
}

/// Where everything in a figure of `table` goes, and the plan of its plot. `facts` are those of the layer.
fn lay_out(table: &Table, request: &FigureRequest, facts: &Facts) -> Result<(Layout, FramePlan), WorkbenchError> {
    let scale = request.dpi / DPI;
    let mut layer = request.layer.clone();
    let mut plan = plan_of(&layer, facts)?;
    if !request.axes {
        return Ok((Layout::bare(layer.size, scale), plan));
    }
    let text = words(&request.text, table, &layer.reduction);
    let [x, y] = quantities(table);
    // There is one color only.
    let colorbar = layer.reduction != Reduction::Any;
    // Labels depend on ranges, the plot's size on labels, and fitted ranges (in their last bits) on the plot's size.
    for _ in 0..4 {
        let size = request.layer.size;
        let layout = frame::layout(&FrameRequest { size, scale, text: &text, view: &plan.view, x, y, colorbar })?;
        let fits = layout.plot_size() == layer.size;
        layer.size = layout.plot_size();
        plan = plan_of(&layer, facts)?;
        if fits {
            return Ok((layout, plan));
        }
    }
    let size = request.layer.size;
    let layout = frame::layout(&FrameRequest { size, scale, text: &text, view: &plan.view, x, y, colorbar })?;
    layer.size = layout.plot_size();
    Ok((layout, plan_of(&layer, facts)?))
}

/// The plot of a figure.
enum Plot {
    /// Its pixels.
    Painted(Image),
    /// Its numbers and their colors.
    Kept { numbers: Kept, colors: Box<Shading> },
}

/// A figure whose numbers and colors are decided; its pixels are made when [`Strips::strip`] asks for them.
pub struct DrawnFigure {
    plot: Plot,
    bar: Option<ColorBar>,
    look: Look,
    layout: Layout,
    plan: FramePlan,
    accounting: Accounting,
    engine: EngineUsed,
    passes: u32,
    seconds: f64,
    strip_bytes: u64,
}

impl DrawnFigure {
    /// Where the plot is in the figure.
    #[must_use]
    pub fn plot(&self) -> Rect {
        self.layout.plot
    }

    /// The plan that its numbers follow.
    #[must_use]
    pub fn plan(&self) -> &FramePlan {
        &self.plan
    }

    /// Where every row went.
    #[must_use]
    pub fn accounting(&self) -> Accounting {
        self.accounting
    }

    /// The engine that counted.
    #[must_use]
    pub fn engine(&self) -> &EngineUsed {
        &self.engine
    }

    /// Passes over the data, without that for statistics: more than one where the picture was made in bands.
    #[must_use]
    pub fn passes(&self) -> u32 {
        self.passes
    }

    /// Seconds from request to numbers.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.seconds
    }
}

impl Strips for DrawnFigure {
    fn size(&self) -> (u32, u32) {
        (self.layout.size.width, self.layout.size.height)
    }

    fn is_opaque(&self) -> bool {
        let around = !self.layout.axes || self.look.background().0[3] == 255;
        around
            && match &self.plot {
                Plot::Painted(image) => image.is_opaque(),
                Plot::Kept { numbers, colors } => {
                    let cells = u64::from(self.layout.plot.width) * u64::from(self.layout.plot.height);
                    let (some, all) = (numbers.occupied() > 0, numbers.occupied() == cells);
                    // All colors of a palette are equally opaque.
                    (all || colors.empty[3] == 255) && (!some || colors.palette[0][3] == 255)
                }
            }
    }

    fn strip_rows(&self) -> u32 {
        // A row is held as numbers, bits, colors and figure.
        let row = u64::from(self.layout.size.width) * 32;
        u32::try_from(self.strip_bytes / row).unwrap_or(u32::MAX).clamp(1, self.layout.size.height)
    }

    fn strip(&self, rows: Range<u32>) -> Result<Image, FigureError> {
        let within = plot_rows(&self.layout, &rows);
        let compose = |pixels: &[u8]| compose_rows(pixels, rows, &self.layout, self.look, self.bar.as_ref());
        Ok(match &self.plot {
            Plot::Painted(image) => compose(image.rows(&within))?,
            Plot::Kept { numbers, colors } => {
                let Rect { width, height, .. } = self.layout.plot;
                let values = numbers.lines(height - within.end..height - within.start)?;
                compose(&shade(&values, width, within.end - within.start, colors).pixels)?
            }
        })
    }
}

/// What became of the rows, with the picture of it.
struct Counted {
    plot: Plot,
    bar: Option<ColorBar>,
    accounting: Accounting,
    engine: EngineUsed,
    passes: u32,
}

impl Workbench {
    /// Draws the figure of `table` (columns x, y and, where the reduction names one, the value).
    ///
    /// # Errors
    /// Anything wrong with request, data, view or engine; a stop asked for through `progress`.
    pub fn figure(
        &self,
        table: &Table,
        request: &FigureRequest,
        progress: &Progress,
    ) -> Result<DrawnFigure, WorkbenchError> {
        let started = Instant::now();
        request.check()?;
        let facts = self.facts(table, &request.layer, progress)?;
        let (layout, plan) = lay_out(table, request, &facts)?;
        let Counted { plot, bar, accounting, engine, passes } = match self.threads_for_whole(&plan) {
            Some(threads) => self.whole(table, request, &layout, &plan, (threads, progress))?,
            None => self.in_bands(table, request, &layout, &plan, progress)?,
        };
        let (look, seconds, strip_bytes) = (request.look(), started.elapsed().as_secs_f64(), self.picture_bytes / 16);
        Ok(DrawnFigure { plot, bar, look, layout, plan, accounting, engine, passes, seconds, strip_bytes })
    }

    fn whole(
        &self,
        table: &Table,
        request: &FigureRequest,
        layout: &Layout,
        plan: &FramePlan,
        (threads, progress): (usize, &Progress),
    ) -> Result<Counted, WorkbenchError> {
        let aggregate = self.count_with(threads, table, plan, progress)?;
        let (colors, bar) = decide(&aggregate.values, request, layout)?;
        let plot = Plot::Painted(self.color(&aggregate, &colors)?);
        Ok(Counted { plot, bar, accounting: aggregate.accounting, engine: self.used.clone(), passes: 1 })
    }

    fn in_bands(
        &self,
        table: &Table,
        request: &FigureRequest,
        layout: &Layout,
        plan: &FramePlan,
        progress: &Progress,
    ) -> Result<Counted, WorkbenchError> {
        let mut numbers = Kept::new(layout.plot.width, layer_counts(&request.layer))?;
        let keep = |values: Values| -> Result<(), WorkbenchError> { Ok(numbers.append(&values)?) };
        let Banded { accounting, engine, passes } = self.bands(table, plan, progress, keep)?;
        let (colors, bar) = decide(&numbers, request, layout)?;
        Ok(Counted { plot: Plot::Kept { numbers, colors: Box::new(colors) }, bar, accounting, engine, passes })
    }
}

/// Whether a layer's numbers are counts.
fn layer_counts(layer: &Layer) -> bool {
    layer.reduction == Reduction::Count
}

/// Colors and, where there is a place for it, the color bar.
fn decide(
    values: &dyn Bands,
    request: &FigureRequest,
    layout: &Layout,
) -> Result<(Shading, Option<ColorBar>), FigureError> {
    let style = &request.layer.style;
    let colors = shading(values, style)?;
    let bar = match layout.bar {
        Some(_) => Some(ColorBar::of(values, style, &colors)?),
        None => None,
    };
    Ok((colors, bar))
}
