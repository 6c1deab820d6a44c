//! A layer as the person asked for it: reduction, style, and the axes as far as they were given.

use serde::{Deserialize, Serialize};

use super::aspect::Aspect;
use super::axis::{Axis, Coordinate, Range, Scale, Size, ViewError};
use super::edge::EdgeRule;
use super::lattice::LatticeAxis;
use super::mark::Mark;
use super::reduction::Reduction;
use super::style::{Rgba, Special, Style};

/// An axis as requested: with no range, the view is fitted to the data.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct AxisRequest {
    /// Range, or `None` to fit.
    pub range: Option<Range>,
    /// Scale.
    pub scale: Scale,
    /// Whether the start of the range is at the right or upper edge; `None` as the data wants it, which rows never do.
    pub reversed: Option<bool>,
}

/// Whether a coordinate is a moment that is no number.
fn is_unread(at: Coordinate) -> bool {
    matches!(at, Coordinate::Moment(written) if written.number().is_none())
}

/// One layer of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    /// Horizontal axis.
    pub x: AxisRequest,
    /// Vertical axis.
    pub y: AxisRequest,
    /// How long a unit of y is beside one of x.
    #[serde(default)]
    pub aspect: Aspect,
    /// Size of the picture in pixels.
    pub size: Size,
    /// What is drawn for the rows.
    pub mark: Mark,
    /// Which step of a field, from 0.
    pub step: u64,
    /// How the rows of a pixel become a number.
    pub reduction: Reduction,
    /// How the numbers become colors.
    pub style: Style,
}

impl Layer {
    /// Whether its numbers are counts; else they are reals.
    #[must_use]
    pub fn are_counts(&self) -> bool {
        let is_solid = matches!(self.mark, Mark::Markers { is_solid: true, .. });
        matches!(self.reduction, Reduction::Count | Reduction::By { .. }) && !is_solid
    }

    /// The same with a plain style, but for what numbers depend on: which values of a field's cells are special.
    #[must_use]
    pub fn without_colors(self) -> Self {
        let special = if self.mark.is_of_fields() { self.style.special } else { Vec::new() };
        let special = special.into_iter().map(|special| Special { color: Rgba([0; 4]), ..special }).collect();
        Self { style: Style { special, ..Style::default() }, ..self }
    }

    /// Checks all that can be checked before any data is read.
    ///
    /// # Errors
    /// Sizes and ranges that no picture can have.
    pub fn check(&self) -> Result<(), ViewError> {
        self.size.check()?;
        self.mark.check(&self.reduction)?;
        if self.aspect != Aspect::AUTO && (self.x.scale, self.y.scale) != (Scale::Linear, Scale::Linear) {
            return Err(ViewError::Aspect(self.aspect.to_string()));
        }
        // Two integers may be apart by less than f64 can tell; integer columns can.
        let is_exact = |range: Range| [range.start, range.end].iter().all(|end| end.is_whole());
        // What moments are is not known before the axis is.
        let is_known = |range: &Range| ![range.start, range.end].iter().any(|end| is_unread(*end));
        if let Mark::Hexagons { across, up, extent: Some([x, y]) } = self.mark {
            let of_mark = |problem| ViewError::Extent { mark: self.mark.to_string(), problem: Box::new(problem) };
            for (name, range, scale, count) in [("x", x, self.x.scale, across), ("y", y, self.y.scale, up)] {
                if is_known(&range) {
                    LatticeAxis::over(name, range, scale, is_exact(range), count).map_err(of_mark)?;
                }
            }
        }
        for (name, request, pixels) in [("x", self.x, self.size.width), ("y", self.y, self.size.height)] {
            if let Some(range) = request.range.filter(is_known) {
                EdgeRule::new(name, &Axis { range, scale: request.scale, pixels, reversed: false }, is_exact(range))?;
            }
        }
        Ok(())
    }
}
