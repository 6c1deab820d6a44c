//! Where everything in a figure goes: the plot in whole pixels, and around it ticks, labels, title, colour bar.
//!
//! The layout is made before the data are aggregated, and the aggregate is made at exactly [`Layout::plot`]'s size: a
//! pixel of the aggregate is a pixel of the figure. Lengths in this module are CSS pixels times the scale (dpi / 96).
//! The same request gives the same layout everywhere.

mod bars;
mod place;

#[cfg(test)]
mod tests;

use crate::scene::axis::{Size, View};

use super::painter::{PaintError, Rect};
use super::text::{CAP_HEIGHT, DESCENT};
use super::ticks::{Quantity, Ticks};

/// The words around a plot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FigureText {
    /// Above the plot, at its left.
    pub title: Option<String>,
    /// Below the plot.
    pub x_label: Option<String>,
    /// Left of the plot, upwards.
    pub y_label: Option<String>,
}

/// What stands at a color bar, or at a legend of colors without a bar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BarName {
    /// What the colors stand for, if that is said: beside a bar, upwards; above the colors of a legend.
    pub text: Option<String>,
    /// Whether it is a legend.
    pub is_legend: bool,
}

/// What a figure is to hold.
#[derive(Clone, Copy, Debug)]
pub struct FrameRequest<'a> {
    /// The whole figure, in pixels.
    pub size: Size,
    /// Dots per inch / 96: the size of text and lines, above 0.
    pub scale: f64,
    /// The words.
    pub text: &'a FigureText,
    /// Ranges and scales of the axes. Their numbers of pixels are not looked at: the layout decides them.
    pub view: &'a View,
    /// What the numbers along x are.
    pub x: Quantity,
    /// What the numbers along y are.
    pub y: Quantity,
    /// The colour bars, the uppermost first.
    pub bars: &'a [BarName],
    /// Entries of a legend, which then is the last of the bars and as high as these need.
    pub legend: u32,
    /// What stands beside bars and a legend's colors, as far as it is known before the numbers are: it gets the room that it
    /// needs, but no more than a fifth of the figure.
    pub beside: &'a [String],
}

/// What a piece of text is, which decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The title.
    Title,
    /// What an axis or the colour bar stands for.
    Name,
    /// What a tick says.
    Tick,
    /// The second line of a tick, or what all ticks of an axis share.
    Shared,
}

/// A line of text with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// What it says; one line.
    pub text: String,
    /// What it is.
    pub role: Role,
    /// Font size, in pixels.
    pub size: f64,
    /// Where the baseline begins: columns from the left, in pixels.
    pub x: f64,
    /// Where the baseline begins: rows from the top, in pixels.
    pub y: f64,
    /// Length, in pixels.
    pub width: f64,
    /// Whether it runs upwards.
    pub turned: bool,
}

impl Label {
    /// Left, top, right, bottom of the box of capitals and figures with descenders, in pixels.
    #[must_use]
    pub fn bounds(&self) -> [f64; 4] {
        let (up, down) = (self.size * CAP_HEIGHT, self.size * DESCENT);
        if self.turned {
            [self.x - up, self.y - self.width, self.x + down, self.y]
        } else {
            [self.x, self.y - up, self.x + self.width, self.y + down]
        }
    }
}

/// Where a colour bar is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BarPlace {
    /// The colours.
    pub rect: Rect,
    /// The longest label that fits beside it, in pixels.
    pub room: f64,
}

/// Where everything goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The whole figure, in pixels.
    pub size: Size,
    /// Dots per inch / 96.
    pub scale: f64,
    /// The picture of the data: aggregate at this width and height.
    pub plot: Rect,
    /// Whether there are axes at all; too small a figure has none.
    pub axes: bool,
    /// Ticks along the bottom.
    pub x_ticks: Ticks,
    /// Ticks along the left.
    pub y_ticks: Ticks,
    /// All text but the colour bars' ticks, which depend on the data.
    pub labels: Vec<Label>,
    /// The colour bars, as many as there is room for, the uppermost first.
    pub bars: Vec<BarPlace>,
}

impl Layout {
    /// The plot's size, in pixels: what to aggregate.
    #[must_use]
    pub fn plot_size(&self) -> Size {
        Size { width: self.plot.width, height: self.plot.height }
    }

    /// A figure that is all plot.
    #[must_use]
    pub fn bare(size: Size, scale: f64) -> Self {
        Self {
            size,
            scale,
            plot: Rect { x: 0, y: 0, width: size.width, height: size.height },
            axes: false,
            x_ticks: Ticks::default(),
            y_ticks: Ticks::default(),
            labels: Vec::new(),
            bars: Vec::new(),
        }
    }

    /// Leaves out what axes say of a view that is not known yet.
    pub fn forget_ticks(&mut self) {
        (self.x_ticks, self.y_ticks) = (Ticks::default(), Ticks::default());
        self.labels.retain(|label| matches!(label.role, Role::Title | Role::Name));
    }

    /// Width of axis lines and ticks, in pixels.
    #[must_use]
    pub fn line_width(&self) -> u32 {
        pixels(self.scale).max(1)
    }
}

/// Least width and height of a plot with axes, in CSS pixels.
const LEAST: (f64, f64) = (120.0, 80.0);

/// Lays out a figure. Where there is no room for everything, first the colour bar goes, then the words, then the axes.
///
/// # Errors
/// Sizes no picture can have, scales that are not positive, ranges that the edge rule refuses.
pub fn layout(request: &FrameRequest<'_>) -> Result<Layout, PaintError> {
    request.size.check()?;
    if !(request.scale.is_finite() && (0.1..=25.0).contains(&request.scale)) {
        return Err(PaintError::Scale(request.scale));
    }
    let wordless = FigureText::default();
    // Long words beside the bars are rather shortened than all of a legend left out.
    let attempts = [
        *request,
        FrameRequest { beside: &[], ..*request },
        FrameRequest { bars: &[], ..*request },
        FrameRequest { bars: &[], text: &wordless, ..*request },
    ];
    for attempt in &attempts {
        if let Some(found) = place::attempt(attempt)? {
            return Ok(found);
        }
    }
    Ok(Layout::bare(request.size, request.scale))
}

/// A length as whole pixels, rounded.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, as it should")]
pub(super) fn pixels(length: f64) -> u32 {
    length.round() as u32
}
