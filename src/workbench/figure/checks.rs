//! What can be said of a figure before any data is read.

use crate::figure::FigureError;
use crate::figure::painter::PaintError;
use crate::plan::check_moments;
use crate::scene::hatch::MAX_HATCHES;
use crate::scene::mark::Mark;
use crate::scene::style::{MAX_SPECIAL, Per, Style};

use super::super::WorkbenchError;
use super::super::tables::colormap;
use super::{FigureLayer, FigureRequest, MAX_LAYERS};

impl FigureRequest {
    /// Checks all that can be checked before any data is read.
    ///
    /// # Errors
    /// Sizes, ranges, resolutions and colormaps that cannot be, no layer or too many of them.
    pub fn check(&self) -> Result<(), WorkbenchError> {
        if self.layers.is_empty() || self.layers.len() > MAX_LAYERS {
            let count = self.layers.len();
            return Err(WorkbenchError::Request(format!("a figure has 1 to {MAX_LAYERS} layers, not {count}")));
        }
        for range in [self.x.range, self.y.range].into_iter().flatten() {
            check_moments(range)?;
        }
        for i in 0..self.layers.len() {
            self.layer(i, self.size).check()?;
            let FigureLayer { reduction, style, mark, color, spread, .. } = &self.layers[i];
            let Style { colormap: name, special, per, .. } = style;
            if *per == Per::Area && !reduction.is_additive() {
                return Err(WorkbenchError::Request(format!(
                    "per area goes with counts and sums; {reduction} does not grow with the pixel, leave `per` out"
                )));
            }
            colormap(name)?;
            if special.len() > MAX_SPECIAL {
                return Err(FigureError::TooManySpecial(special.len()).into());
            }
            let hatches = self.layers[i].hatch.len();
            if *mark == Mark::Hatching && hatches == 0 {
                let what = "hatching has no condition; say what is hatched with what: hatch >30:// (--hatch '>30://')";
                return Err(WorkbenchError::Request(what.to_owned()));
            }
            if hatches > MAX_HATCHES {
                let what = format!("a layer has {hatches} conditions of hatching; give at most {MAX_HATCHES}");
                return Err(WorkbenchError::Request(what));
            }
            self.layers[i].contour.check().map_err(|error| WorkbenchError::Request(error.to_string()))?;
            if matches!(mark, Mark::Hexagons { .. }) && !spread.is_none() {
                let what = "hexagons cannot be spread; leave out the spread, or ask for fewer hexagons";
                return Err(WorkbenchError::Request(what.to_owned()));
            }
            if matches!(mark, Mark::Markers { .. }) && color.is_some() && !spread.is_none() {
                let what = "markers of one color cannot be spread; leave out the spread, or make them larger";
                return Err(WorkbenchError::Request(what.to_owned()));
            }
        }
        if !(10.0..=2400.0).contains(&self.dpi) {
            return Err(PaintError::Scale(self.dpi).into());
        }
        Ok(())
    }
}
