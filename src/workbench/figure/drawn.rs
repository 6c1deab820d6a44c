//! A figure whose numbers and colors are decided; its pixels are made when somebody asks for them.

use std::borrow::Cow;
use std::ops::Range;

use crate::aggregate::Accounting;
use crate::figure::FigureError;
use crate::figure::axes::{Look, compose_rows, plot_rows};
use crate::figure::colorbar::ColorBar;
use crate::figure::composite::{Joining, Sheet, composite};
use crate::figure::frame::Layout;
use crate::figure::image::Image;
use crate::figure::painter::Rect;
use crate::figure::shade::shade;
use crate::figure::shading::Shading;
use crate::figure::strips::Strips;
use crate::scene::axis::View;

use super::super::kept::Kept;
use super::super::words::grouped;
use super::super::{EngineUsed, Workbench, WorkbenchError};
use super::decide::LayerColors;
use super::{FigureRequest, Numbers, ground};

/// Whether so many pixels are so few of a picture's that they are hardly seen: fewer than one in 200.
#[must_use]
pub fn are_few(pixels: u64, width: u32, height: u32) -> bool {
    (1..u64::from(width) * u64::from(height) / 200).contains(&pixels)
}

/// Whether so many points lie on a pixel that some far away must leave little room for all others.
#[must_use]
pub fn is_crowd(points: u64, pixels: u64) -> bool {
    points / pixels.max(1) >= 1000
}

/// The plot of a figure.
pub(super) enum Plot {
    /// Its pixels.
    Painted(Image),
    /// The numbers of its layers with their colors, the lowest first, over a ground.
    Kept { layers: Vec<(Numbers, LayerColors, Joining)>, ground: [u8; 4], threads: usize },
}

impl Plot {
    /// The plot of the visible layers, the lowest first; with one, the ground is beneath its colors already.
    pub(super) fn new(
        workbench: &Workbench,
        layers: impl Iterator<Item = (Numbers, LayerColors, Joining)>,
        request: &FigureRequest,
        (width, height): (u32, u32),
    ) -> Result<Self, WorkbenchError> {
        let layers: Vec<(Numbers, LayerColors, Joining)> = layers.collect();
        let (ground, threads) = (ground(request.background), workbench.reading.threads);
        if layers.iter().any(|(numbers, ..)| matches!(numbers, Numbers::Kept(_))) {
            return Ok(Self::Kept { layers, ground, threads });
        }
        let mut sheets = Vec::with_capacity(layers.len());
        for (numbers, colors, joining) in layers {
            match (numbers, colors) {
                (Numbers::Whole(aggregate), LayerColors::Shading(colors)) => {
                    sheets.push((workbench.color(&aggregate, &colors)?, joining));
                }
                (Numbers::Whole(aggregate), LayerColors::Hatching(sheet)) => {
                    sheets.push((sheet.rows(&aggregate.values, 0..height)?, joining));
                }
                (_, LayerColors::Lines(lines)) => sheets.push((lines.rows(0..height)?, joining)),
                (Numbers::Kept(_), LayerColors::Shading(_) | LayerColors::Hatching(_)) => {}
            }
        }
        if sheets.len() == 1 {
            return Ok(Self::Painted(sheets.remove(0).0));
        }
        let sheets: Vec<Sheet<'_>> =
            sheets.iter().map(|(image, joining)| Sheet { pixels: &image.pixels, joining: *joining }).collect();
        Ok(Self::Painted(composite(&sheets, ground, width, height, threads)))
    }

    /// Some rows of the plot's picture (0 is the top one), which has `height` rows.
    fn rows(&self, rows: &Range<u32>, (width, height): (u32, u32)) -> Result<Cow<'_, [u8]>, FigureError> {
        // Strips above and below the plot have none.
        if rows.is_empty() {
            return Ok(Cow::Borrowed(&[]));
        }
        let (layers, ground, threads) = match self {
            Self::Painted(image) => return Ok(Cow::Borrowed(image.rows(rows))),
            Self::Kept { layers, ground, threads } => (layers, *ground, *threads),
        };
        let lines = height - rows.end..height - rows.start;
        let mut sheets = Vec::with_capacity(layers.len());
        for (numbers, colors, joining) in layers {
            let pixels = match colors {
                LayerColors::Lines(drawn) => drawn.rows(rows.clone())?.pixels,
                LayerColors::Hatching(drawn) => drawn.rows(&numbers.lines(lines.clone(), width)?, rows.clone())?.pixels,
                LayerColors::Shading(colors) => {
                    shade(&numbers.lines(lines.clone(), width)?, width, rows.end - rows.start, colors, threads).pixels
                }
            };
            sheets.push((pixels, *joining));
        }
        if sheets.len() == 1 {
            return Ok(Cow::Owned(sheets.remove(0).0));
        }
        let sheets: Vec<Sheet<'_>> =
            sheets.iter().map(|(pixels, joining)| Sheet { pixels, joining: *joining }).collect();
        Ok(Cow::Owned(composite(&sheets, ground, width, rows.end - rows.start, threads).pixels))
    }

    fn is_opaque(&self, cells: u64) -> bool {
        match self {
            Self::Painted(image) => image.is_opaque(),
            Self::Kept { layers, .. } => match layers.as_slice() {
                [(Numbers::Kept(numbers), LayerColors::Shading(colors), _)] => is_opaque(numbers, colors, cells),
                [(_, LayerColors::Lines(lines), _)] => lines.is_opaque(),
                [(_, LayerColors::Hatching(hatching), _)] => hatching.is_opaque(),
                _ => false,
            },
        }
    }
}

fn is_opaque(numbers: &Kept, colors: &Shading, cells: u64) -> bool {
    if colors.mixing.is_some() {
        return colors.is_opaque();
    }
    let (some, missing) = (numbers.occupied(), numbers.missing());
    (some + missing == cells || colors.empty[3] == 255)
        && (some == 0 || colors.is_opaque())
        && (missing == 0 || colors.missing[3] == 255)
}

/// A figure whose numbers and colors are decided; its pixels are made when [`Strips::strip`] asks for them.
pub struct DrawnFigure {
    pub(super) plot: Plot,
    /// What several layers, or none, lie on.
    pub(super) ground: Option<[u8; 4]>,
    pub(super) bars: Vec<ColorBar>,
    pub(super) look: Look,
    pub(super) layout: Layout,
    pub(super) view: View,
    /// Whether axes were wanted that have no room at the resolution.
    pub(super) lacks_axes: bool,
    pub(super) lit: Option<u64>,
    pub(super) accountings: Vec<(usize, Accounting)>,
    pub(super) engine: EngineUsed,
    pub(super) unmet: Vec<String>,
    pub(super) passes: u32,
    pub(super) seconds: f64,
    pub(super) strip_bytes: u64,
}

impl DrawnFigure {
    /// Where the plot is in the figure.
    #[must_use]
    pub fn plot(&self) -> Rect {
        self.layout.plot
    }

    /// What the plot shows.
    #[must_use]
    pub fn view(&self) -> &View {
        &self.view
    }

    /// What was asked for and is not there.
    #[must_use]
    pub fn unmet(&self) -> &[String] {
        &self.unmet
    }

    /// What is worth telling of the picture: a legend without room, points that few will see.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let Layout { size, axes, bars, .. } = &self.layout;
        if self.lacks_axes {
            notes.push(format!(
                "a picture of {size} pixels has no room for axes at such a resolution; give a larger --size or a smaller --dpi"
            ));
        }
        if *axes && self.bars.iter().skip(bars.len()).any(ColorBar::is_legend) {
            notes.push(format!("a picture of {size} pixels has no room for the legend; give a larger --size"));
        }
        let Rect { width, height, .. } = self.layout.plot;
        let sum = |part: fn(&Accounting) -> u64| self.accountings.iter().map(|(_, a)| part(a)).sum::<u64>();
        let points = sum(|a| a.in_view);
        if points == 0 {
            let parts = [
                (sum(|a| a.outside), "outside the ranges (leave them out to see all)"),
                (sum(|a| a.not_finite), "not finite"),
                (sum(|a| a.filtered), "filtered out"),
            ];
            let parts: Vec<String> = parts
                .iter()
                .filter(|(rows, _)| *rows > 0)
                .map(|(rows, what)| format!("{} {what}", grouped(*rows, ',')))
                .collect();
            let why = if parts.is_empty() { "no layer is visible".to_owned() } else { parts.join(", ") };
            notes.push(format!("nothing is in view: {why}"));
        }
        if let Some(pixels) = self.lit.filter(|pixels| are_few(*pixels, width, height)) {
            let many = |n: u64, what: &str| format!("{} {what}{}", grouped(n, ','), if n == 1 { "" } else { "s" });
            let light = if points == 1 { "lights" } else { "light" };
            // Markers have no categories.
            let each = match self.bars.iter().any(ColorBar::is_legend) {
                true => "",
                false => ", --mark=circle:5 draws each",
            };
            // A few rows far away leave little room for all others.
            let crowd = if is_crowd(points, pixels) { ", --x-range and --y-range show a part" } else { "" };
            notes.push(format!(
                "{} {light} {}; --dynspread makes them larger{each}{crowd}",
                many(points, "point"),
                many(pixels, "pixel")
            ));
        }
        notes
    }

    /// Where every row went, for each visible layer: its number in the request, and its rows.
    #[must_use]
    pub fn accountings(&self) -> &[(usize, Accounting)] {
        &self.accountings
    }

    /// The engine that counted.
    #[must_use]
    pub fn engine(&self) -> &EngineUsed {
        &self.engine
    }

    /// Passes over the data, without that for statistics: more than one a layer where the picture was made in bands.
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
        let cells = u64::from(self.layout.plot.width) * u64::from(self.layout.plot.height);
        // No blend mode makes an opaque ground less so; with several layers, that alone decides.
        around && self.ground.map_or_else(|| self.plot.is_opaque(cells), |ground| ground[3] == 255)
    }

    fn strip_rows(&self) -> u32 {
        // A row is held as numbers, bits, colors and figure; of several layers at once.
        let layers = match &self.plot {
            Plot::Painted(_) => 1,
            Plot::Kept { layers, .. } => layers.len().max(1) as u64,
        };
        let row = u64::from(self.layout.size.width) * 32 * layers;
        u32::try_from(self.strip_bytes / row).unwrap_or(u32::MAX).clamp(1, self.layout.size.height)
    }

    fn strip(&self, rows: Range<u32>) -> Result<Image, FigureError> {
        let within = plot_rows(&self.layout, &rows);
        let Rect { width, height, .. } = self.layout.plot;
        let pixels = self.plot.rows(&within, (width, height))?;
        Ok(compose_rows(&pixels, rows, &self.layout, self.look, &self.bars)?)
    }
}
