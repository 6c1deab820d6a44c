//! Contour lines as a layer of a figure: from numbers and a style to a sheet of pixels.

use std::ops::Range;

use crate::aggregate::ordered::f64_key;
use crate::aggregate::{CellsInView, Values};
use crate::figure::error::FigureError;
use crate::figure::image::Image;
use crate::figure::parts::painted;
use crate::figure::shade::over;
use crate::figure::shading::Shading;
use crate::scene::contour::ContourStyle;
use crate::scene::style::Rgba;

use super::inks::Inks;
use super::trace::trace_levels;
use super::{Canvas, Contours, Drawing, Field, Nodes, levels};

/// The lines of a layer, ready to be painted some rows at a time.
pub struct LineSheet {
    drawing: Drawing,
    levels: Vec<f64>,
    laid: Laid,
}

/// How lines are laid on a plot.
#[derive(Debug, Clone, Copy)]
pub struct Laid {
    /// Size of the plot, in pixels.
    pub size: (u32, u32),
    /// Pixels to a CSS pixel.
    pub scale: f64,
    /// The layer's opacity.
    pub alpha: f32,
    /// What lies beneath, where the layer is alone.
    pub ground: Option<[u8; 4]>,
    /// What lines are painted with that have no color of their own.
    pub inks: Inks,
    /// How many threads make it.
    pub threads: usize,
}

impl Laid {
    /// A picture of lines over nothing, as faint as the layer, over its ground.
    pub(super) fn finish(&self, mut image: Image) -> Image {
        if self.alpha < 1.0 {
            for pixel in image.pixels.as_chunks_mut::<4>().0 {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
                let faded = (f32::from(pixel[3]) * self.alpha).round() as u8;
                pixel[3] = faded;
            }
        }
        if let Some(ground) = self.ground {
            for pixel in image.pixels.as_chunks_mut::<4>().0 {
                *pixel = if pixel[3] == 0 { ground } else { over(*pixel, ground) };
            }
        }
        image
    }

    /// Whether the ground is all opaque.
    pub(super) fn is_opaque(&self) -> bool {
        self.ground.is_some_and(|ground| ground[3] == 255)
    }
}

impl LineSheet {
    /// The lines of a field in a plot: traced along its cells where these are not much smaller than pixels, else along the
    /// numbers of the pixels. Levels lie between the limits of `colors`, which also gives lines their colors where they
    /// have those of the colormap.
    ///
    /// # Errors
    /// More lines than are painted, text that cannot be set.
    pub fn new(
        values: &Values,
        cells: Option<&CellsInView>,
        style: &ContourStyle,
        colors: &Shading,
        laid: Laid,
    ) -> Result<Self, FigureError> {
        let (levels, lines) = match colors.limits {
            Some((low, high)) => {
                let levels = levels(&style.levels, low, high)?;
                let lines = lines(values, cells, &levels, &laid)?;
                (levels, lines)
            }
            None => (Vec::new(), Contours::default()),
        };
        let canvas = Canvas { width: laid.size.0, height: laid.size.1, scale: laid.scale };
        let color_of = |level: f64| Rgba(colors.color(f64_key(level)));
        let drawing = Drawing::new(&lines, &levels, style, canvas, laid.inks, laid.threads, color_of)?;
        Ok(Self { drawing, levels, laid })
    }

    /// Some rows of the sheet, 0 being the top one.
    ///
    /// # Errors
    /// A picture too large to be painted.
    pub fn rows(&self, rows: Range<u32>) -> Result<Image, FigureError> {
        painted(self.laid.size.0, rows, self.laid.threads, |rows| Ok(self.laid.finish(self.drawing.rows(rows)?)))
    }

    /// The levels.
    #[must_use]
    pub fn levels(&self) -> &[f64] {
        &self.levels
    }

    /// Whether it is as opaque as what lies beneath it.
    #[must_use]
    pub fn is_opaque(&self) -> bool {
        self.laid.is_opaque()
    }
}

/// The lines of some levels, in pixels from the upper left.
fn lines(values: &Values, cells: Option<&CellsInView>, levels: &[f64], laid: &Laid) -> Result<Contours, FigureError> {
    let ((width, height), threads) = (laid.size, laid.threads);
    let top = f64::from(height);
    if let Some(cells) = cells {
        let mut found = Contours::default();
        for part in &cells.parts {
            let y: Vec<f64> = part.y.iter().map(|y| top - y).collect();
            let (x, width) = (part.x.as_slice(), part.width);
            let height = part.values.len() / width.max(1);
            let nodes = match part.is_rectilinear {
                true => Nodes::Rectilinear { x, y: &y },
                false => Nodes::Curvilinear { x, y: &y },
            };
            found.join(trace_levels(&Field { values: &part.values, width, height, nodes }, levels, threads)?)?;
        }
        return Ok(found);
    }
    let Values::Real(values) = values else {
        return Err(FigureError::NoField);
    };
    let middle = |i: u32| f64::from(i) + 0.5;
    let x: Vec<f64> = (0..width).map(middle).collect();
    let y: Vec<f64> = (0..height).map(|row| top - middle(row)).collect();
    let nodes = Nodes::Rectilinear { x: &x, y: &y };
    Ok(trace_levels(&Field { values, width: x.len(), height: y.len(), nodes }, levels, threads)?)
}
