//! Limits "of the whole data": those that the colors have where all of the data is in view, whatever part is shown.

use crate::data::grid::{Extremes, Field};
use crate::data::{DataError, Progress};
use crate::figure::FigureError;
use crate::figure::bands::{Bands, Ordinary};
use crate::figure::norm::Scale;
use crate::scene::layer::Layer;
use crate::scene::style::{Limits, Norm, Special};

/// The least and greatest value of some numbers, and the same of their positive values for the log norm.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ends {
    all: Option<(f64, f64)>,
    positive: Option<(f64, f64)>,
}

impl Ends {
    /// Those of an aggregate, less some special values.
    ///
    /// # Errors
    /// [`FigureError::Kept`] if numbers that were put aside cannot be read again.
    pub fn of(values: &dyn Bands, special: &[Special]) -> Result<Self, FigureError> {
        let values = Ordinary::new(values, special, None);
        let ends = |norm: &Norm| -> Result<Option<(f64, f64)>, FigureError> {
            Ok(Scale::new(&values, norm, Limits::default())?.map(|scale| scale.limits()))
        };
        Ok(Self { all: ends(&Norm::Linear)?, positive: ends(&Norm::Log)? })
    }

    /// Those of all cells of all steps of a field, less some special values.
    ///
    /// # Errors
    /// Data that cannot be read, a stop.
    pub fn of_field(
        field: &Field,
        special: &[Special],
        threads: usize,
        progress: &Progress,
    ) -> Result<Self, DataError> {
        let special: Vec<f64> = special.iter().map(|special| special.value).collect();
        let Extremes { all, positive } = field.extremes(&special, threads, progress)?;
        Ok(Self { all, positive })
    }

    /// The same of numbers over an area, if there is one.
    #[must_use]
    pub fn over(self, area: Option<f64>) -> Self {
        let Some(area) = area else { return self };
        let over = |ends: Option<(f64, f64)>| ends.map(|(low, high)| (low / area, high / area));
        Self { all: over(self.all), positive: over(self.positive) }
    }

    /// Limits with values in the place of "whole data", if there are any.
    pub fn put_into(self, limits: Limits, norm: &Norm) -> Limits {
        let ends = if *norm == Norm::Log { self.positive } else { self.all };
        ends.map_or(limits, |ends| limits.with_data(ends))
    }
}

/// A layer with all of its data in view.
pub fn fitted(layer: &Layer) -> Layer {
    let mut layer = layer.clone();
    (layer.x.range, layer.y.range) = (None, None);
    // All steps of a field have the same limits.
    layer.step = 0;
    layer
}

/// Whether a layer's limits depend on what is not in view; those of a field do on its other steps.
pub fn is_wanted(layer: &Layer, limits: Limits) -> bool {
    limits.has_data() && (layer.mark.is_of_fields() || layer.x.range.is_some() || layer.y.range.is_some())
}
