//! What colors a layer's numbers get, and what says so beside the plot.

use crate::aggregate::Values;
use crate::figure::bands::Bands;
use crate::figure::colorbar::ColorBar;
use crate::figure::contours::{HatchSheet, Laid, LineSheet, filled_style};
use crate::figure::shading::{Setting, Shading, shading_with};
use crate::figure::tint::tint;
use crate::figure::{FigureError, categories};
use crate::scene::mark::Mark;
use crate::scene::reduction::Reduction;
use crate::scene::style::Style;

use super::super::WorkbenchError;
use super::super::categories::{ShownCategory, hues};
use super::super::tables::colormap;
use super::legend::presence;
use super::{Counted, FigureLayer, Numbers};

/// Colors and, where one is wanted, the color bar or the legend.
pub(super) fn decide(
    values: &dyn Bands,
    style: &Style,
    mut setting: Setting<'_>,
    (layer, has_axes): (&FigureLayer, bool),
    shown: &[ShownCategory],
) -> Result<(Shading, Option<ColorBar>), FigureError> {
    if let Some(color) = layer.color {
        let is_solid = matches!(layer.mark, Mark::Markers { .. });
        return Ok((tint(is_solid, color, style.alpha, style.background)?, None));
    }
    if !shown.is_empty() {
        let hues = hues(shown, style);
        let colors = categories::shading(values, &hues, style, setting)?;
        return Ok((colors, layer.has_bar().then(|| ColorBar::legend(categories::legend(&hues)))));
    }
    let levels;
    let style = match layer.mark {
        Mark::Filled => {
            levels = filled_style(values, style, &layer.contour.levels, &mut setting)?;
            &levels
        }
        _ => style,
    };
    let colors = shading_with(values, style, &colormap(&style.colormap)?, setting)?;
    // A picture without axes has no room for it, and looking at all values takes time.
    if !has_axes || !layer.has_bar() {
        return Ok((colors, None));
    }
    if layer.reduction == Reduction::Any {
        return Ok((colors.clone(), Some(presence(values, &colors))));
    }
    let colors = colors.surveyed(values, style, setting.threads)?;
    let bar = ColorBar::of(values, style, &colors)?;
    Ok((colors, Some(bar)))
}

/// What makes pixels of a layer's numbers.
pub(super) enum LayerColors {
    /// A color for each number.
    Shading(Box<Shading>),
    /// Lines of equal value.
    Lines(Box<LineSheet>),
    /// Patterns where numbers meet conditions.
    Hatching(HatchSheet),
}

impl LayerColors {
    /// Those of a layer whose numbers were counted.
    pub(super) fn new(
        colors: Shading,
        counted: &Counted,
        layer: &FigureLayer,
        laid: Laid,
    ) -> Result<Self, WorkbenchError> {
        if layer.mark != Mark::Contours {
            return Ok(Self::Shading(Box::new(colors)));
        }
        let values = match &counted.numbers {
            Numbers::Whole(aggregate) => &aggregate.values,
            Numbers::Kept(_) if counted.cells.is_some() => &Values::Real(Vec::new()),
            Numbers::Kept(_) => {
                let what = "contour lines of so many cells need a smaller picture; give another --size";
                return Err(WorkbenchError::Request(what.to_owned()));
            }
        };
        let lines = LineSheet::new(values, counted.cells.as_deref(), &layer.contour, &colors, laid)?;
        Ok(Self::Lines(Box::new(lines)))
    }
}
