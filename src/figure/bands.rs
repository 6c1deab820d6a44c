//! Numbers of a picture that may be too large to be whole in memory.

use std::borrow::Cow;

use crate::aggregate::{ByCategory, Values};
use crate::scene::style::Special;

use super::error::FigureError;

/// Some numbers as norms look at them: of counts by category, how many rows there are.
#[derive(Clone, Copy, Debug)]
pub enum Band<'a> {
    /// Rows in each pixel.
    Count(&'a [u64]),
    /// Real values.
    Real(&'a [f64]),
}

impl<'a> Band<'a> {
    /// All numbers of an aggregate.
    #[must_use]
    pub fn of(values: &'a Values) -> Self {
        match values {
            Values::Count(counts) => Self::Count(counts),
            Values::Real(reals) => Self::Real(reals),
            Values::Categories(by) => Self::Count(by.totals()),
        }
    }
}

/// The numbers of an aggregate, to be seen as often as norms need: all at once, or band by band.
pub trait Bands {
    /// Whether they are counts; else they are real values.
    fn are_counts(&self) -> bool;

    /// Shows every number of a pixel that is not empty once. Empty pixels (0, NaN) may be left out, as they take no part
    /// in limits and histograms.
    ///
    /// # Errors
    /// [`FigureError::Kept`] if numbers that were put aside cannot be read again.
    fn visit(&self, see: &mut dyn FnMut(Band<'_>)) -> Result<(), FigureError>;

    /// Shows the counts of all pixels by category; nothing where no categories are counted.
    ///
    /// # Errors
    /// As [`Bands::visit`].
    fn visit_categories(&self, see: &mut dyn FnMut(&ByCategory)) -> Result<(), FigureError> {
        let _ = see;
        Ok(())
    }
}

impl Bands for Values {
    fn are_counts(&self) -> bool {
        matches!(self, Self::Count(_) | Self::Categories(_))
    }

    fn visit(&self, see: &mut dyn FnMut(Band<'_>)) -> Result<(), FigureError> {
        see(Band::of(self));
        Ok(())
    }

    fn visit_categories(&self, see: &mut dyn FnMut(&ByCategory)) -> Result<(), FigureError> {
        if let Self::Categories(by) = self {
            see(by);
        }
        Ok(())
    }
}

/// Numbers as norms and limits look at them: special values are empty, and others divided by the pixel's area where they
/// are counted per area.
pub struct Ordinary<'a> {
    bands: &'a dyn Bands,
    special: &'a [Special],
    area: Option<f64>,
}

/// Numbers that are copied at a time.
const RUN: usize = 1 << 16;

impl<'a> Ordinary<'a> {
    /// Numbers, less special values, over an area.
    pub fn new(bands: &'a dyn Bands, special: &'a [Special], area: Option<f64>) -> Self {
        Self { bands, special, area }
    }
}

impl Bands for Ordinary<'_> {
    fn are_counts(&self) -> bool {
        self.bands.are_counts() && self.area.is_none()
    }

    fn visit(&self, see: &mut dyn FnMut(Band<'_>)) -> Result<(), FigureError> {
        if self.special.is_empty() && self.area.is_none() {
            return self.bands.visit(see);
        }
        let Self { special, area, .. } = *self;
        self.bands.visit(&mut |band| match band {
            Band::Count(counts) => counts.chunks(RUN).for_each(|run| see(Band::of(&of_counts(run, special, area)))),
            Band::Real(reals) => reals.chunks(RUN).for_each(|run| see(Band::of(&of_reals(run, special, area)))),
        })
    }
}

/// As [`Ordinary`], all at once; the very same where nothing is special and nothing divided.
#[must_use]
pub fn ordinary<'a>(values: &'a Values, special: &[Special], area: Option<f64>) -> Cow<'a, Values> {
    match values {
        Values::Categories(by) => Cow::Owned(of_counts(by.totals(), special, area)),
        _ if special.is_empty() && area.is_none() => Cow::Borrowed(values),
        Values::Count(counts) => Cow::Owned(of_counts(counts, special, area)),
        Values::Real(reals) => Cow::Owned(of_reals(reals, special, area)),
    }
}

fn is_special(v: f64, special: &[Special]) -> bool {
    special.iter().any(|special| special.value == v)
}

fn of_counts(counts: &[u64], special: &[Special], area: Option<f64>) -> Values {
    let count = |count: &u64| if is_special(*count as f64, special) { 0 } else { *count };
    match area {
        None => Values::Count(counts.iter().map(count).collect()),
        Some(area) => {
            let density = |n: u64| if n > 0 { n as f64 / area } else { f64::NAN };
            Values::Real(counts.iter().map(count).map(density).collect())
        }
    }
}

fn of_reals(reals: &[f64], special: &[Special], area: Option<f64>) -> Values {
    let area = area.unwrap_or(1.0);
    Values::Real(reals.iter().map(|v| if is_special(*v, special) { f64::NAN } else { *v / area }).collect())
}

/// The least and greatest of what `find` finds in each band.
pub(super) fn extremes<T: PartialOrd + Copy>(
    bands: &dyn Bands,
    mut find: impl FnMut(Band<'_>) -> Option<(T, T)>,
) -> Result<Option<(T, T)>, FigureError> {
    let mut range: Option<(T, T)> = None;
    bands.visit(&mut |values| {
        if let Some((low, high)) = find(values) {
            range = Some(range.map_or((low, high), |(least, greatest)| {
                (if low < least { low } else { least }, if high > greatest { high } else { greatest })
            }));
        }
    })?;
    Ok(range)
}
