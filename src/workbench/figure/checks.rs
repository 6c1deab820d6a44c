//! What can be said of a figure before any data is read.

use crate::figure::FigureError;
use crate::figure::painter::PaintError;
use crate::plan::check_moments;
use crate::scene::hatch::MAX_HATCHES;
use crate::scene::mark::Mark;
use crate::scene::style::{Limit, Limits, MAX_SPECIAL, Norm, Per, Style};

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
            check_moments(range).map_err(|error| WorkbenchError::Request(error.to_string()))?;
        }
        for (i, layer) in self.layers.iter().enumerate() {
            layer.mark.check(&layer.reduction).map_err(|error| WorkbenchError::from(error).of("mark").in_layer(i))?;
            self.layer(i, self.size).check()?;
            layer.check().map_err(|error| error.in_layer(i))?;
        }
        if !(10.0..=2400.0).contains(&self.dpi) {
            return Err(PaintError::Scale(self.dpi).into());
        }
        Ok(())
    }
}

impl FigureRequest {
    /// What is asked for and cannot be heeded: limits that norms have no use for.
    #[must_use]
    pub fn unheeded(&self) -> Vec<String> {
        let of_layer = |(i, layer): (usize, &FigureLayer)| {
            let what = layer.unheeded()?;
            Some(if self.layers.len() > 1 { format!("layers.{i}: {what}") } else { what })
        };
        self.layers.iter().enumerate().filter_map(of_layer).collect()
    }
}

impl FigureLayer {
    fn unheeded(&self) -> Option<String> {
        let Style { norm, limits, .. } = &self.style;
        let ends = match (limits.low, limits.high) {
            (Limit::Value(low), Limit::Value(high)) => Some((low, high)),
            _ => None,
        };
        match (norm, ends) {
            _ if self.color.is_some() => None,
            (Norm::Boundary(_), _) if *limits != Limits::default() => {
                Some(format!("limits {limits} are not looked at: a boundary norm has its own, the outermost levels"))
            }
            (Norm::TwoSlope { center }, Some((low, high))) if low >= *center || high <= *center => {
                Some(format!("limits {limits} leave the center {center} out; colors reach as far on its other side"))
            }
            (Norm::Centered { center }, Some((low, high))) if center - low != high - center => Some(format!(
                "limits {limits} are not centered at {center}; colors reach as far as the farther of them"
            )),
            _ => None,
        }
    }

    /// Checks what has nothing to do with the figure that it is in.
    fn check(&self) -> Result<(), WorkbenchError> {
        let Self { reduction, style, mark, color, spread, .. } = self;
        let Style { colormap: name, special, per, alpha, .. } = style;
        let of = |key, error: FigureError| WorkbenchError::from(error).of(key);
        let wrong = |key, what: String| Err(WorkbenchError::Request(what).of(key));
        if *per == Per::Area && !reduction.is_additive() {
            let what = "per area goes with counts and sums";
            return wrong("per", format!("{what}; {reduction} does not grow with the pixel, leave `per` out"));
        }
        colormap(name).map_err(|error| of("colormap", error))?;
        if !(0.0..=1.0).contains(alpha) {
            return Err(of("alpha", FigureError::BadAlpha(*alpha)));
        }
        if special.len() > MAX_SPECIAL {
            return Err(of("special", FigureError::TooManySpecial(special.len())));
        }
        let hatches = self.hatch.len();
        if *mark == Mark::Hatching && hatches == 0 {
            let what = "hatching has no condition; say what is hatched with what: hatch >30:// (--hatch '>30://')";
            return wrong("mark", what.to_owned());
        }
        if hatches > MAX_HATCHES {
            return wrong("hatch", format!("a layer has {hatches} conditions of hatching; give at most {MAX_HATCHES}"));
        }
        self.contour.check().map_err(|error| WorkbenchError::Request(error.to_string()).of("contour"))?;
        if matches!(mark, Mark::Hexagons { .. }) && !spread.is_none() {
            let what = "hexagons cannot be spread; leave out the spread, or ask for fewer hexagons";
            return wrong("spread", what.to_owned());
        }
        if matches!(mark, Mark::Markers { .. }) && color.is_some() && !spread.is_none() {
            let what = "markers of one color cannot be spread; leave out the spread, or make them larger";
            return wrong("spread", what.to_owned());
        }
        Ok(())
    }
}
