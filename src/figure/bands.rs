//! Numbers of a picture that may be too large to be whole in memory.

use std::borrow::Cow;

use crate::aggregate::Values;
use crate::scene::style::Special;

use super::error::FigureError;

/// The numbers of an aggregate, to be seen as often as norms need: all at once, or band by band.
pub trait Bands {
    /// Whether they are counts; else they are real values.
    fn are_counts(&self) -> bool;

    /// Shows every number of a pixel that is not empty once. Empty pixels (0, NaN) may be left out, as they take no part
    /// in limits and histograms.
    ///
    /// # Errors
    /// [`FigureError::Kept`] if numbers that were put aside cannot be read again.
    fn visit(&self, see: &mut dyn FnMut(&Values)) -> Result<(), FigureError>;
}

impl Bands for Values {
    fn are_counts(&self) -> bool {
        matches!(self, Self::Count(_))
    }

    fn visit(&self, see: &mut dyn FnMut(&Values)) -> Result<(), FigureError> {
        see(self);
        Ok(())
    }
}

/// Numbers without special values, which take no part in limits: those are empty here.
pub struct Ordinary<'a> {
    bands: &'a dyn Bands,
    special: &'a [Special],
}

/// Numbers that are copied at a time.
const RUN: usize = 1 << 16;

impl<'a> Ordinary<'a> {
    /// Numbers, less special values.
    pub fn new(bands: &'a dyn Bands, special: &'a [Special]) -> Self {
        Self { bands, special }
    }
}

impl Bands for Ordinary<'_> {
    fn are_counts(&self) -> bool {
        self.bands.are_counts()
    }

    fn visit(&self, see: &mut dyn FnMut(&Values)) -> Result<(), FigureError> {
        if self.special.is_empty() {
            return self.bands.visit(see);
        }
        self.bands.visit(&mut |band| match band {
            Values::Count(counts) => {
                counts.chunks(RUN).for_each(|run| see(&Values::Count(ordinary_counts(run, self.special))));
            }
            Values::Real(reals) => {
                reals.chunks(RUN).for_each(|run| see(&Values::Real(ordinary_reals(run, self.special))));
            }
        })
    }
}

/// Numbers with special values made empty; the very same where there are none.
#[must_use]
pub fn without<'a>(values: &'a Values, special: &[Special]) -> Cow<'a, Values> {
    match values {
        _ if special.is_empty() => Cow::Borrowed(values),
        Values::Count(counts) => Cow::Owned(Values::Count(ordinary_counts(counts, special))),
        Values::Real(reals) => Cow::Owned(Values::Real(ordinary_reals(reals, special))),
    }
}

fn is_special(v: f64, special: &[Special]) -> bool {
    special.iter().any(|special| special.value == v)
}

fn ordinary_counts(counts: &[u64], special: &[Special]) -> Vec<u64> {
    counts.iter().map(|count| if is_special(*count as f64, special) { 0 } else { *count }).collect()
}

fn ordinary_reals(reals: &[f64], special: &[Special]) -> Vec<f64> {
    reals.iter().map(|v| if is_special(*v, special) { f64::NAN } else { *v }).collect()
}

/// The least and greatest of what `find` finds in each band.
pub(super) fn extremes<T: PartialOrd + Copy>(
    bands: &dyn Bands,
    mut find: impl FnMut(&Values) -> Option<(T, T)>,
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
