//! What the whole data has to say about colors, whatever part of it is shown: limits "of the whole data", and the distribution
//! that histogram equalization between fixed limits is about.

use crate::data::grid::{Extremes, Field};
use crate::data::{DataError, Progress};
use crate::figure::FigureError;
use crate::figure::bands::{Bands, Ordinary};
use crate::figure::equalize::{Gathering, Shares};
use crate::figure::survey::Survey;
use crate::scene::layer::Layer;
use crate::scene::style::{Norm, Special, Style};

/// The least and greatest value of some numbers, the same of their positive values for the log norm, and how they are
/// distributed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Whole {
    all: Option<(f64, f64)>,
    positive: Option<(f64, f64)>,
    /// By pixel, and by area where there is one. Of fields only where somebody asked for it.
    shares: [Option<Shares>; 2],
    /// What its pixels cover, where they have an area.
    area: Option<f64>,
}

impl Whole {
    /// That of an aggregate, less some special values, whose pixels have an area, if they have one; with or without how its
    /// numbers are distributed, which takes looking at them once more.
    ///
    /// # Errors
    /// [`FigureError::Kept`] if numbers that were put aside cannot be read again.
    pub fn of(
        values: &dyn Bands,
        special: &[Special],
        area: Option<f64>,
        with_shares: bool,
        threads: usize,
    ) -> Result<Self, FigureError> {
        let ordinary = Ordinary::new(values, special, None);
        let survey = Survey::new(&ordinary, None, threads);
        let extent = survey.extent()?;
        let mut found = Self { all: extent.finite(), positive: extent.positive(), shares: [None, None], area };
        if with_shares {
            found.shares[0] = Some(Shares::of(&survey)?);
            if area.is_some() {
                found.shares[1] = Some(Shares::of(&Survey::new(&Ordinary::new(values, special, area), None, threads))?);
            }
        }
        Ok(found)
    }

    /// That of all cells of all steps of a field, less some special values.
    ///
    /// # Errors
    /// Data that cannot be read, a stop.
    pub fn of_field(
        field: &Field,
        (special, norm): (&[Special], &Norm),
        threads: usize,
        progress: &Progress,
    ) -> Result<Self, DataError> {
        let special: Vec<f64> = special.iter().map(|special| special.value).collect();
        let Extremes { all, positive } = field.extremes(&special, threads, progress)?;
        let mut found = Self { all, positive, ..Self::default() };
        if *norm == Norm::EqHist {
            let (low, high) = all.unwrap_or_default();
            let start = || Gathering::new(low, high);
            let note = |gathered: &mut Gathering, cells: &[f64]| gathered.add(cells, 1);
            let join = |gathered: Gathering, other: Gathering| gathered.with(&other);
            found.shares[0] = Some(field.fold(&special, threads, progress, (start, note, join))?.shares());
        }
        Ok(found)
    }

    /// Whether this says what is wanted for a norm.
    #[must_use]
    pub fn suffices(&self, norm: &Norm) -> bool {
        self.shares[0].is_some() || *norm != Norm::EqHist
    }

    /// Puts values in the place of limits "of the whole data", if there are any; and says how all of the data is distributed.
    /// Both over the area of its own pixels, where that is asked for.
    pub fn put_into(&self, style: &mut Style, over_area: bool) -> Option<Shares> {
        let area = self.area.filter(|_| over_area);
        let ends = if style.norm == Norm::Log { self.positive } else { self.all };
        if let Some((low, high)) = ends {
            let unit = area.unwrap_or(1.0);
            style.limits = style.limits.with_data((low / unit, high / unit));
        }
        self.shares[usize::from(area.is_some())].clone()
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

/// Whether a layer's colors may depend on what is not in view.
pub fn is_wanted(style: &Style) -> bool {
    style.limits.has_data() || (style.norm == Norm::EqHist && style.limits.are_fixed())
}

/// Whether a frame of the layer shows all of its data, as fields do not: they have other steps.
pub fn is_shown(layer: &Layer) -> bool {
    layer.x.range.is_none() && layer.y.range.is_none() && !layer.mark.is_of_fields()
}
