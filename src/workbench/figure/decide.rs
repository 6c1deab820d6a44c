//! What colors a layer's numbers get, and what says so beside the plot.

use crate::figure::bands::Bands;
use crate::figure::colorbar::ColorBar;
use crate::figure::shading::{Shading, shading_with};
use crate::figure::tint::tint;
use crate::figure::{FigureError, categories};
use crate::scene::mark::Mark;
use crate::scene::style::{Rgba, Style};

use super::super::categories::{ShownCategory, hues};
use super::super::tables::colormap;
use super::{FigureLayer, FigureRequest};

/// Colors and, where one is wanted, the color bar or the legend.
pub(super) fn decide(
    values: &dyn Bands,
    style: &Style,
    area: Option<f64>,
    layer: &FigureLayer,
    shown: &[ShownCategory],
) -> Result<(Shading, Option<ColorBar>), FigureError> {
    if let Some(color) = layer.color {
        let is_solid = matches!(layer.mark, Mark::Markers { .. });
        return Ok((tint(is_solid, color, style.alpha, style.background)?, None));
    }
    if !shown.is_empty() {
        let hues = hues(shown, style);
        let colors = categories::shading(values, &hues, style, area)?;
        return Ok((colors, layer.has_bar().then(|| ColorBar::legend(categories::legend(&hues)))));
    }
    let colors = shading_with(values, style, &colormap(&style.colormap)?, area)?;
    let bar = if layer.has_bar() { Some(ColorBar::of(values, style, &colors)?) } else { None };
    Ok((colors, bar))
}

impl FigureRequest {
    /// Which visible layer has which one color, the uppermost first; nothing where a layer is alone, as all is of it.
    #[must_use]
    pub fn color_legend(&self) -> Vec<(String, Rgba)> {
        if self.layers.len() < 2 {
            return Vec::new();
        }
        let entry = |layer: &FigureLayer| {
            let text = layer.label.clone().unwrap_or_else(|| layer.title());
            layer.color.filter(|_| layer.visible && !text.is_empty()).map(|color| (text, color))
        };
        self.layers.iter().rev().filter_map(entry).collect()
    }
}
