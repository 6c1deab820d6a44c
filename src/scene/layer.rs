//! A layer as the person asked for it: reduction, style, and the axes as far as they were given.

use serde::{Deserialize, Serialize};

use super::axis::{Range, Scale, Size};
use super::reduction::Reduction;
use super::style::Style;

/// An axis as requested: with no range, the view is fitted to the data.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct AxisRequest {
    /// Range, or `None` to fit.
    pub range: Option<Range>,
    /// Scale.
    pub scale: Scale,
}

/// One layer of points drawn as density.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    /// Horizontal axis.
    pub x: AxisRequest,
    /// Vertical axis.
    pub y: AxisRequest,
    /// Size of the picture in pixels.
    pub size: Size,
    /// How the rows of a pixel become a number.
    pub reduction: Reduction,
    /// How the numbers become colors.
    pub style: Style,
}
