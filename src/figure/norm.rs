//! From numbers to colour indices: norms, limits, thresholds.
//!
//! A norm maps a value to t from 0 to 1, and t to one of 256 colours: floor(256 t), at most 255 (matplotlib's
//! `Colormap.__call__`). Both steps only ever grow with the value, so each colour owns a range of values, and the
//! whole mapping is 255 thresholds. They are found here, once for each aggregate and style, by bisection over
//! integers that are ordered like the values; engines only compare integers and so agree to the byte.
//!
//! Rules, for all norms:
//!
//! - **Empty** pixels (count 0, NaN) get the colour of nothing and take no part in limits or histograms.
//! - Values at or below the low limit get colour 0, at or above the high one colour 255. Infinities clamp like that.
//! - **Equal limits** (all values the same): values at or above them get colour 255, others 0, so that a lone
//!   point is clearly visible. (matplotlib gives such data its lowest colour.)
//! - **Automatic** limits are the least and greatest finite value; **percentiles** are numpy's default (linear)
//!   ones of the finite values. The log norm looks at positive values only for both.
//! - Where an automatic limit or percentile lies beyond the explicit other end (`5..` over data that stops at 3), it moves to that end.
//! - **Special values** take no part in limits and histograms either.
//! - **Histogram equalisation** with limits equalises only the values within them. (datashader refuses limits.)

use crate::aggregate::Values;
use crate::aggregate::ordered::{f64_from_key, f64_key};
use crate::figure::bands::{Bands, extremes};
use crate::figure::equalize::Distribution;
use crate::figure::error::FigureError;
use crate::figure::stats::{count_extremes, lerp, percentiles, real_extremes};
use crate::scene::style::{Limit, Limits, Norm};

pub use super::shading::{Shading, shading};

/// The number of colours in a table.
pub const COLORS: usize = 256;

/// t of a value by matplotlib's definitions, clipped to 0..=1. The result does not fall as `v` grows (but for rounding).
///
/// - Linear (`Normalize`): (v − vmin) / (vmax − vmin)
/// - Log (`LogNorm`): (log₁₀ v − log₁₀ vmin) / (log₁₀ vmax − log₁₀ vmin); the limits must be positive
/// - Sqrt, Cbrt (`PowerNorm`): the linear value to the power 1/2, 1/3
/// - `EqHist` has no closed form, see [`Scale`]; here it counts as linear
///
/// Equal limits give 1 at or above them and 0 below. NaN gives NaN.
#[must_use]
pub fn normalise(v: f64, norm: Norm, vmin: f64, vmax: f64) -> f64 {
    if v.is_nan() {
        return v;
    }
    if v >= vmax {
        return 1.0;
    }
    if v <= vmin {
        return 0.0;
    }
    let t = match norm {
        Norm::Linear | Norm::EqHist => share(v, vmin, vmax),
        Norm::Log => share(v.log10(), vmin.log10(), vmax.log10()),
        // numpy's power(x, 0.5) is its square root.
        Norm::Sqrt => share(v, vmin, vmax).sqrt(),
        Norm::Cbrt => share(v, vmin, vmax).powf(1.0 / 3.0),
    };
    // Neighbouring numbers can have the same logarithm: 0 / 0.
    if t.is_nan() { 0.0 } else { t.clamp(0.0, 1.0) }
}

/// How far `v` lies on the way from `low` to `high`, also where their distance overflows.
pub(super) fn share(v: f64, low: f64, high: f64) -> f64 {
    let span = high - low;
    if span.is_finite() { (v - low) / span } else { (v * 0.5 - low * 0.5) / (high * 0.5 - low * 0.5) }
}

/// The colour index of t: floor(256 t), clamped to 0..=255; NaN gives 0.
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, which is the clamp")]
pub fn color_index(t: f64) -> u8 {
    (t * COLORS as f64) as u8
}

/// A norm with its limits resolved for one aggregate: the function from value to t, also what a colour bar draws.
#[derive(Clone, Debug)]
pub struct Scale {
    norm: Norm,
    limits: (f64, f64),
    distribution: Option<Distribution>,
}

impl Scale {
    /// Resolves the limits over the aggregate's non-empty values; none if there are no values to take them from.
    ///
    /// # Errors
    /// [`FigureError`] if a limit is not usable, the limits are inverted, or not positive for the log norm.
    pub fn new(values: &dyn Bands, norm: Norm, limits: Limits) -> Result<Option<Self>, FigureError> {
        let Some((low, high)) = resolve(values, norm, limits)? else {
            return Ok(None);
        };
        if norm != Norm::EqHist {
            return Ok(Some(Self { norm, limits: (low, high), distribution: None }));
        }
        let distribution = if values.are_counts() {
            match count_extremes_within(values, low, high)? {
                Some((a, b)) => Some((a as f64, b as f64, Distribution::of_counts(values, a, b)?)),
                None => None,
            }
        } else {
            match extremes(values, |band| real_extremes_within(band, low, high))? {
                Some((a, b)) => Some((a, b, Distribution::of_reals(values, a, b)?)),
                None => None,
            }
        };
        Ok(Some(match distribution {
            // Nothing lies within the limits: a step at the high one.
            None => Self { norm, limits: (high, high), distribution: None },
            Some((low, high, found)) => Self { norm, limits: (low, high), distribution: Some(found) },
        }))
    }

    /// The values that get t = 0 and t = 1, in the units of the aggregate; for histogram equalisation the least
    /// and greatest value that takes part.
    #[must_use]
    pub fn limits(&self) -> (f64, f64) {
        self.limits
    }

    /// t of a value, from 0 to 1; NaN gives NaN.
    #[must_use]
    pub fn t(&self, v: f64) -> f64 {
        let (low, high) = self.limits;
        match &self.distribution {
            Some(distribution) if v > low && v < high => distribution.t(v).clamp(0.0, 1.0),
            _ => normalise(v, self.norm, low, high),
        }
    }

    fn index(&self, v: f64) -> usize {
        usize::from(color_index(self.t(v)))
    }

    /// The thresholds of [`Shading`] for counts.
    pub(super) fn count_thresholds(&self) -> Vec<u64> {
        // The least count at or above the high limit has the top colour; 0 is no count.
        bisect(1, whole(self.limits.1.ceil()).max(1), |count| self.index(count as f64))
    }

    /// The thresholds of [`Shading`] for reals.
    pub(super) fn real_thresholds(&self) -> Vec<u64> {
        let (low, high) = self.limits;
        bisect(f64_key(low), f64_key(high), |key| self.index(f64_from_key(key)))
    }
}

/// For each colour i from 1 to 255 the smallest key in `low..=high` whose index is at least i.
fn bisect(mut low: u64, high: u64, index: impl Fn(u64) -> usize) -> Vec<u64> {
    let top = index(high);
    let threshold = |i: usize| {
        if top < i {
            return u64::MAX;
        }
        let mut enough = high;
        while low < enough {
            let middle = low + (enough - low) / 2;
            if index(middle) >= i {
                enough = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    };
    (1..COLORS).map(threshold).collect()
}

/// The integer of a whole number; beyond the integers, the last one.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, NaN gives 0")]
pub(super) fn whole(value: f64) -> u64 {
    value as u64
}

/// The value of an explicit limit, if it is one that can be used.
fn explicit(limit: Limit, norm: Norm) -> Result<Option<f64>, FigureError> {
    match limit {
        Limit::Value(value) if !value.is_finite() => Err(FigureError::BadLimit(limit.to_string())),
        Limit::Value(value) if norm == Norm::Log && value <= 0.0 => Err(FigureError::LogLimit(value)),
        Limit::Value(value) => Ok(Some(value)),
        Limit::Percentile(percent) if !(0.0..=100.0).contains(&percent) => {
            Err(FigureError::BadLimit(limit.to_string()))
        }
        // Whoever knows all of the data has put a value here; without it, what is in view stands for it.
        Limit::Percentile(_) | Limit::Data | Limit::Auto => Ok(None),
    }
}

/// Both limits as values, low ≤ high; none if a value is needed and there is none.
fn resolve(values: &dyn Bands, norm: Norm, limits: Limits) -> Result<Option<(f64, f64)>, FigureError> {
    let given = (explicit(limits.low, norm)?, explicit(limits.high, norm)?);
    if let (Some(low), Some(high)) = given {
        return if low > high { Err(FigureError::InvertedLimits { low, high }) } else { Ok(Some((low, high))) };
    }
    if let (Limit::Percentile(low), Limit::Percentile(high)) = (limits.low, limits.high)
        && low > high
    {
        return Err(FigureError::InvertedLimits { low, high });
    }
    let percents: Vec<f64> = [limits.low, limits.high]
        .iter()
        .filter_map(|l| if let Limit::Percentile(p) = l { Some(*p) } else { None })
        .collect();
    let Some((extremes, found)) = summary(values, norm, &percents)? else {
        return Ok(None);
    };
    let mut found = found.into_iter();
    let mut end = |limit, automatic| match limit {
        Limit::Value(value) => value,
        Limit::Percentile(_) => found.next().unwrap_or(automatic),
        Limit::Data | Limit::Auto => automatic,
    };
    let (low, high) = (end(limits.low, extremes.0), end(limits.high, extremes.1));
    Ok(Some(match given {
        (None, Some(high)) => (low.min(high), high),
        _ => (low, high.max(low)),
    }))
}

/// Least and greatest value that can set a limit, and the percentiles asked for.
type Summary = ((f64, f64), Vec<f64>);

/// None if there is no such value.
fn summary(values: &dyn Bands, norm: Norm, percents: &[f64]) -> Result<Option<Summary>, FigureError> {
    if values.are_counts() {
        let Some((low, high)) = extremes(values, all_counts)? else { return Ok(None) };
        let found = percentiles(values, (low, high), percents)?;
        let found = found.into_iter().map(|(a, b, share)| lerp(a as f64, b as f64, share)).collect();
        return Ok(Some(((low as f64, high as f64), found)));
    }
    let floor = if norm == Norm::Log { 0.0 } else { f64::NEG_INFINITY };
    let of_band = |band: &Values| if let Values::Real(reals) = band { real_extremes(reals, floor) } else { None };
    let Some((low, high)) = extremes(values, of_band)? else { return Ok(None) };
    let found = percentiles(values, (f64_key(low), f64_key(high)), percents)?;
    let value = |(a, b, share)| lerp(f64_from_key(a), f64_from_key(b), share);
    Ok(Some(((low, high), found.into_iter().map(value).collect())))
}

/// The least and greatest count above 0 of a band.
fn all_counts(band: &Values) -> Option<(u64, u64)> {
    if let Values::Count(counts) = band { count_extremes(counts) } else { None }
}

/// The least and greatest count above 0 within limits.
fn count_extremes_within(values: &dyn Bands, low: f64, high: f64) -> Result<Option<(u64, u64)>, FigureError> {
    let Some((least, greatest)) = extremes(values, all_counts)? else { return Ok(None) };
    if low <= least as f64 && greatest as f64 <= high {
        return Ok(Some((least, greatest)));
    }
    extremes(values, |band| {
        let Values::Count(counts) = band else { return None };
        let inside = counts.iter().copied().filter(|count| *count > 0 && (low..=high).contains(&(*count as f64)));
        inside.fold(None, |range, count| {
            Some(range.map_or((count, count), |(a, b): (u64, u64)| (a.min(count), b.max(count))))
        })
    })
}

/// The least and greatest value of a band within limits.
fn real_extremes_within(band: &Values, low: f64, high: f64) -> Option<(f64, f64)> {
    let Values::Real(reals) = band else { return None };
    let inside = reals.iter().copied().filter(|value| (low..=high).contains(value));
    inside.fold(None, |range, value| {
        Some(range.map_or((value, value), |(a, b): (f64, f64)| (a.min(value), b.max(value))))
    })
}

#[cfg(test)]
#[path = "norm_tests.rs"]
mod tests;
