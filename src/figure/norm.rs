//! From numbers to colour indices: norms, limits, thresholds.
//!
//! A norm maps a value to t from 0 to 1, and t to one of 256 colours: floor(256 t), at most 255 (matplotlib's
//! `Colormap.__call__`). Both steps only ever grow with the value, so each colour owns a range of values, and the
//! whole mapping is 255 thresholds. Levels with more regions than a table has colours have a colour for each
//! ([`colors_of`]), and a threshold less than these. Thresholds are found here, once for each aggregate and style, by trying
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
//! - **Centred** norms: `twoslope` moves an end that is on the wrong side of the centre to the other end's mirror image (as
//!   matplotlib does with automatic limits; it refuses given ones). `centered` reaches as far as the farther of the ends
//!   that are given, else of both.
//! - **Boundary** norms have their limits in their levels; others are not looked at. Up to 256 regions are spread over the
//!   256 colours of a table as `BoundaryNorm` does; more of them get as many colours, mixed evenly of the table's, as
//!   `LinearSegmentedColormap.from_list("", table, N=regions)` mixes them.
//! - **Histogram equalisation** with limits equalises only the values within them. (datashader refuses limits.) With both
//!   limits fixed these are the values that all of the data shows, so that each value keeps its color while the view moves.

use std::sync::Arc;

use crate::aggregate::ordered::{f64_from_key, f64_key};
use crate::figure::colormap::Colormap;
use crate::figure::equalize::{Distribution, Shares};
use crate::figure::error::FigureError;
use crate::figure::stats::{lerp, percentiles};
use crate::figure::survey::Survey;
use crate::scene::style::{Levels, Limit, Limits, Norm};

pub use super::shading::{Shading, shading};

/// The number of colours in a table.
pub const COLORS: usize = 256;

/// The number of colours of a norm: those of a table, or as many as levels have regions, where these are more.
#[must_use]
pub fn colors_of(norm: &Norm) -> usize {
    match norm {
        Norm::Boundary(levels) => levels.regions().max(COLORS),
        _ => COLORS,
    }
}

/// t of a value by matplotlib's definitions, clipped to 0..=1. The result does not fall as `v` grows (but for rounding).
///
/// - Linear (`Normalize`): (v − vmin) / (vmax − vmin)
/// - Log (`LogNorm`): (log₁₀ v − log₁₀ vmin) / (log₁₀ vmax − log₁₀ vmin); the limits must be positive
/// - Sqrt, Cbrt, Power (`PowerNorm`): the linear value to the power 1/2, 1/3, gamma
/// - `SymLog` (`SymLogNorm`, base 10, linscale 1): that of the values' symmetrical logarithms
/// - `TwoSlope` (`TwoSlopeNorm`): from 0 to 1/2 below the centre, which lies between the limits, and from 1/2 to 1 above
/// - `EqHist` has no closed form, see [`Scale`]; here it counts as linear, as `Centered` is when its limits are found
/// - `Boundary` (`BoundaryNorm`): the middle of the region's color
///
/// Equal limits give 1 at or above them and 0 below. NaN gives NaN.
#[must_use]
pub fn normalise(v: f64, norm: &Norm, vmin: f64, vmax: f64) -> f64 {
    if v.is_nan() {
        return v;
    }
    if let Norm::Boundary(levels) = norm {
        return (region_color(levels, v) as f64 + 0.5) / colors_of(norm) as f64;
    }
    if v >= vmax {
        return 1.0;
    }
    if v <= vmin {
        return 0.0;
    }
    let t = match norm {
        Norm::Linear | Norm::EqHist | Norm::Centered { .. } | Norm::Boundary(_) => share(v, vmin, vmax),
        Norm::Log => share(v.log10(), vmin.log10(), vmax.log10()),
        // numpy's power(x, 0.5) is its square root.
        Norm::Sqrt => share(v, vmin, vmax).sqrt(),
        Norm::Cbrt => share(v, vmin, vmax).powf(1.0 / 3.0),
        Norm::Power(gamma) => share(v, vmin, vmax).powf(*gamma),
        Norm::SymLog { linthresh } => {
            let [v, low, high] = [v, vmin, vmax].map(|v| symlog(v, *linthresh));
            share(v, low, high)
        }
        Norm::TwoSlope { center } if v < *center => share(v, vmin, *center) * 0.5,
        Norm::TwoSlope { center } => 0.5 + share(v, *center, vmax) * 0.5,
    };
    // Neighbouring numbers can have the same logarithm: 0 / 0.
    if t.is_nan() { 0.0 } else { t.clamp(0.0, 1.0) }
}

/// How far `v` lies on the way from `low` to `high`, also where their distance overflows.
pub(super) fn share(v: f64, low: f64, high: f64) -> f64 {
    let span = high - low;
    if span.is_finite() { (v - low) / span } else { (v * 0.5 - low * 0.5) / (high * 0.5 - low * 0.5) }
}

/// matplotlib's symmetrical logarithm (base 10, linscale 1) in units of its threshold: linear up to that.
pub(super) fn symlog(v: f64, linthresh: f64) -> f64 {
    let size = v.abs();
    if size <= linthresh {
        return v / linthresh * SYMLOG_LINEAR;
    }
    // The quotient itself might overflow.
    (SYMLOG_LINEAR + (libm::log10(size) - libm::log10(linthresh))).copysign(v)
}

/// What the symmetrical logarithm makes of its threshold.
pub(super) const SYMLOG_LINEAR: f64 = 1.0 / (1.0 - 1.0 / 10.0);

/// The colour index of a value by levels, as `BoundaryNorm` has it: regions are stretched over the colours, a single one
/// gets the middle; what lies beyond the levels gets the end colours.
fn region_color(levels: &Levels, v: f64) -> usize {
    let region = levels.values.partition_point(|level| *level <= v);
    let [has_below, _] = levels.extend.ends();
    match region.checked_sub(1) {
        None => 0,
        Some(region) if region + 1 == levels.values.len() => levels.regions().max(COLORS) - 1,
        Some(region) => inner_color(levels, region + usize::from(has_below)),
    }
}

/// The colour index of a region, counted from the first, which may be that below the levels.
pub(super) fn inner_color(levels: &Levels, region: usize) -> usize {
    match levels.regions() {
        1 => (COLORS - 1) / 2,
        // As the original rounds it.
        regions if regions <= COLORS => {
            usize::from(color(((COLORS - 1) as f64 / (regions - 1) as f64) * region as f64))
        }
        _ => region,
    }
}

/// The colour index of t: floor(256 t), clamped to 0..=255; NaN gives 0.
#[must_use]
pub fn color_index(t: f64) -> u8 {
    color(t * COLORS as f64)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, which is the clamp")]
fn color(place: f64) -> u8 {
    place as u8
}

/// A norm with its limits resolved for one aggregate: the function from value to t, also what a colour bar draws.
#[derive(Clone, Debug)]
pub struct Scale {
    norm: Norm,
    limits: (f64, f64),
    /// For histogram equalization: the distribution, and the shares that get t = 0 and t = 1.
    distribution: Option<(Arc<Distribution>, (f64, f64))>,
}

impl Scale {
    /// Resolves the limits over the aggregate's non-empty values; none if there are no values to take them from. Histogram
    /// equalization between fixed limits is that of `whole`, if it is known, and of all of the aggregate's values else.
    ///
    /// # Errors
    /// [`FigureError`] if a limit is not usable, the limits are inverted, or not positive for the log norm.
    pub fn new(
        survey: &Survey<'_>,
        norm: &Norm,
        limits: Limits,
        whole: Option<&Shares>,
    ) -> Result<Option<Self>, FigureError> {
        let resolved = match norm {
            Norm::Boundary(levels) => levels.values.first().copied().zip(levels.values.last().copied()),
            _ => resolve(survey, norm, limits)?,
        };
        let Some(found) = resolved else {
            return Ok(None);
        };
        let (low, high) = about_center(norm, found, limits);
        let norm = norm.clone();
        if norm != Norm::EqHist {
            return Ok(Some(Self { norm, limits: (low, high), distribution: None }));
        }
        if limits.are_fixed() {
            let found = whole.map_or_else(|| Shares::of(survey), |whole| Ok(whole.clone()))?;
            // Where it tells nothing of what is within them, they are as those of the linear norm.
            let distribution = found.between(low, high);
            return Ok(Some(Self { norm, limits: (low, high), distribution }));
        }
        let distribution = Distribution::within(survey, low, high)?;
        Ok(Some(match distribution {
            // Nothing lies within the limits: a step at the high one.
            None => Self { norm, limits: (high, high), distribution: None },
            Some((low, high, found)) => {
                let distribution = found.ends(None).map(|ends| (Arc::new(found), ends));
                Self { norm, limits: (low, high), distribution }
            }
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
            Some((found, ends)) if v > low && v < high => found.t(v, *ends).clamp(0.0, 1.0),
            _ => normalise(v, &self.norm, low, high),
        }
    }

    /// Where a value lies along the colors: its colour index is the whole part, or the last if that is more.
    fn place(&self, v: f64) -> f64 {
        match &self.norm {
            Norm::Boundary(levels) => region_color(levels, v) as f64,
            _ => self.t(v) * COLORS as f64,
        }
    }

    /// The thresholds of [`Shading`], for numbers that are divided by `unit` (above 0) first, in the colors of a map: at its edges,
    /// if it has some.
    pub(super) fn thresholds(&self, map: &Colormap, is_count: bool, unit: f64) -> Vec<u64> {
        let ((low, high), colors) = (self.limits, colors_of(&self.norm));
        let edges = map.edges.as_deref().filter(|_| !matches!(self.norm, Norm::Boundary(_)));
        let edge = |i: usize| edges.and_then(|edges| edges.get(i - 1)).map_or(i as f64, |edge| edge * COLORS as f64);
        if is_count {
            // The least count at or above the high limit has the top colour; 0 is no count.
            let top = whole(beyond_rounding(high * unit).ceil()).max(1);
            return thresholds(colors, edge, (1, top), |count| self.place(count as f64 / unit));
        }
        let ends =
            if unit == 1.0 { [low, high] } else { [-beyond_rounding(-low * unit), beyond_rounding(high * unit)] };
        thresholds(colors, edge, (f64_key(ends[0]), f64_key(ends[1])), |key| self.place(f64_from_key(key) / unit))
    }
}

/// A little above a product, so that it is at least the exact one; finite.
fn beyond_rounding(product: f64) -> f64 {
    product.next_up().next_up().min(f64::MAX)
}

/// The limits of a norm that has a centre, from those that were found; others as they are.
fn about_center(norm: &Norm, (low, high): (f64, f64), given: Limits) -> (f64, f64) {
    let finite = |v: f64| v.clamp(f64::MIN, f64::MAX);
    match *norm {
        Norm::TwoSlope { center } if low >= center => (finite(center - (high - center)), high),
        Norm::TwoSlope { center } if high <= center => (low, finite(center + (center - low))),
        Norm::Centered { center } => {
            let (below, above) = ((low - center).abs(), (high - center).abs());
            let half = match (given.low == Limit::Auto, given.high == Limit::Auto) {
                (true, false) => above,
                (false, true) => below,
                _ => below.max(above),
            };
            (finite(center - half), finite(center + half))
        }
        _ => (low, high),
    }
}

/// For each colour i from 1 on the smallest key in `low..=high` whose place is at least the edge of that, which rise with i.
pub(super) fn thresholds(
    colors: usize,
    edge: impl Fn(usize) -> f64,
    (low, high): (u64, u64),
    place: impl Fn(u64) -> f64,
) -> Vec<u64> {
    let last = (high, place(high));
    let mut from = (low, place(low));
    let threshold = |i: usize| {
        let wanted = edge(i);
        if last.1 < wanted {
            return u64::MAX;
        }
        if from.1 < wanted {
            from = first_at(wanted, from, last, &place);
        }
        from.0
    };
    (1..colors).map(threshold).collect()
}

/// The smallest key whose place is at least a wanted one, and its place; found between a key whose place is less and one whose is
/// not. Keys are tried where a straight line from one to the other reaches what is wanted; what an end that stays lacks is
/// halved (the Illinois method), and now and then the keys between are, for places that come in steps.
fn first_at(wanted: f64, from: (u64, f64), to: (u64, f64), place: &impl Fn(u64) -> f64) -> (u64, f64) {
    const HALVED: u32 = 4;
    let ((mut low, below), (mut high, mut found)) = (from, to);
    let (mut lack, mut excess) = (wanted - below, found - wanted);
    let (mut tries, mut has_risen) = (0, None);
    while high - low > 1 {
        tries += 1;
        let between = high - low;
        let straight = whole(between as f64 * (lack / (lack + excess)));
        let ahead = if tries % HALVED == 0 { between / 2 } else { straight.clamp(1, between - 1) };
        let at = place(low + ahead);
        let rises = at < wanted;
        if rises {
            (low, lack) = (low + ahead, wanted - at);
        } else {
            (high, found, excess) = (low + ahead, at, at - wanted);
        }
        if has_risen == Some(rises) {
            if rises { excess *= 0.5 } else { lack *= 0.5 }
        }
        has_risen = Some(rises);
    }
    (high, found)
}

/// The integer of a whole number; beyond the integers, the last one.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, NaN gives 0")]
pub(super) fn whole(value: f64) -> u64 {
    value as u64
}

/// The value of an explicit limit, if it is one that can be used.
fn explicit(limit: Limit, norm: &Norm) -> Result<Option<f64>, FigureError> {
    match limit {
        Limit::Value(value) if !value.is_finite() => Err(FigureError::BadLimit(limit.to_string())),
        Limit::Value(value) if *norm == Norm::Log && value <= 0.0 => Err(FigureError::LogLimit(value)),
        Limit::Value(value) => Ok(Some(value)),
        Limit::Percentile(percent) if !(0.0..=100.0).contains(&percent) => {
            Err(FigureError::BadLimit(limit.to_string()))
        }
        // Whoever knows all of the data has put a value here; without it, what is in view stands for it.
        Limit::Percentile(_) | Limit::Data | Limit::Auto => Ok(None),
    }
}

/// Both limits as values, low ≤ high; none if a value is needed and there is none.
fn resolve(survey: &Survey<'_>, norm: &Norm, limits: Limits) -> Result<Option<(f64, f64)>, FigureError> {
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
    let Some((extremes, found)) = summary(survey, norm, &percents)? else {
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
fn summary(survey: &Survey<'_>, norm: &Norm, percents: &[f64]) -> Result<Option<Summary>, FigureError> {
    let Survey { numbers, threads, .. } = *survey;
    let extent = survey.extent()?;
    if let Some((low, high)) = extent.counts() {
        let found = percentiles(numbers, (low, high), percents, threads)?;
        let found = found.into_iter().map(|(a, b, share)| lerp(a as f64, b as f64, share)).collect();
        return Ok(Some(((low as f64, high as f64), found)));
    }
    let ends = if *norm == Norm::Log { extent.positive() } else { extent.finite() };
    let Some((low, high)) = ends else { return Ok(None) };
    let found = percentiles(numbers, (f64_key(low), f64_key(high)), percents, threads)?;
    let value = |(a, b, share)| lerp(f64_from_key(a), f64_from_key(b), share);
    Ok(Some(((low, high), found.into_iter().map(value).collect())))
}

#[cfg(test)]
#[path = "norm_tests.rs"]
mod tests;
