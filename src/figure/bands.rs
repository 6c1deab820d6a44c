//! Numbers of a picture that may be too large to be whole in memory.

use crate::aggregate::Values;

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
