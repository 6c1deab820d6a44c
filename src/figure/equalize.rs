//! Histogram equalisation, exactly as datashader defines it (`datashader/transfer_functions/__init__.py`, `eq_hist`
//! and the rescaling in `_interpolate`, version 0.19; checked against its output in `norm`'s tests).
//!
//! The least value is subtracted first. Counts that span fewer than 65536 integers are counted one by one, and a
//! value's t is the share of pixels with at most that value. Counts that span more, and all reals, fall into 65536
//! equal bins (`numpy.histogram`), empty bins are dropped, and t is interpolated linearly between the centres of
//! the others. Last, t is stretched so that the least value gets 0 and the greatest 1.
//!
//! Where both limits are fixed, the distribution is that of all values, of the whole data if that is known ([`Shares`]), and t
//! is stretched between the limits: a value then has the same color in every view. Limits that cut positive values off are
//! often far closer than 65536 equal bins: between them, bins are as wide as a share of their values.

mod bins;

use std::sync::Arc;

use crate::aggregate::ordered::f64_key;
use crate::figure::bands::{Band, Bands, extremes};
use crate::figure::error::FigureError;
use crate::figure::stats::{Histogram, real_extremes_within};
use crate::figure::survey::Survey;

pub(super) use bins::BINS;
use bins::{Above, Along, Bins, First, Ratio};

/// The distribution of the values of the whole data, to be handed around.
#[derive(Clone, Debug)]
pub struct Shares(Arc<Whole>);

#[derive(Debug)]
struct Whole {
    /// As datashader has it.
    all: Arc<Distribution>,
    /// Of positive values, which may be of any size: in bins as wide as a share of their values, for what lies between limits.
    fine: Option<Arc<Distribution>>,
    ends: (f64, f64),
}

impl PartialEq for Shares {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Shares {
    /// The distribution for what lies between two limits, and the shares that get t = 0 and t = 1; none if it tells nothing of
    /// values there.
    pub(super) fn between(&self, low: f64, high: f64) -> Option<(Arc<Distribution>, (f64, f64))> {
        let Whole { all, fine, ends } = &*self.0;
        if low <= ends.0 && ends.1 <= high {
            return all.ends(Some((low, high))).map(|shares| (Arc::clone(all), shares));
        }
        let found = fine.as_ref().unwrap_or(all);
        let shares = found.ends(Some((low.max(ends.0), high))).filter(|(first, last)| last > first)?;
        Some((Arc::clone(found), shares))
    }

    /// Those of all numbers that there are.
    ///
    /// # Errors
    /// [`FigureError::Kept`] if numbers that were put aside cannot be read again.
    pub fn of(survey: &Survey<'_>) -> Result<Self, FigureError> {
        let Survey { numbers: values, threads, .. } = *survey;
        let extent = survey.extent()?;
        let Some((low, high)) = extent.counts() else {
            let Some((low, high)) = extent.finite() else { return Ok(Self::none()) };
            return Ok(Gathering::new(low, high).of(values, threads)?.shares());
        };
        let (all, ends) = (Distribution::of_counts(values, low, high, threads)?, (low as f64, high as f64));
        let mut fine = None;
        if high - low >= BINS as u64 {
            let mut ratios = Ratios::new(ends.0, ends.1);
            each_count(values, |counts| {
                ratios.bins.add(counts, ratios.first, threads);
            })?;
            fine = Some(Arc::new(ratios.finish()));
        }
        Ok(Self(Arc::new(Whole { all: Arc::new(all), fine, ends })))
    }

    /// Those of no numbers.
    fn none() -> Self {
        let all = Arc::new(Distribution::Steps { values: Vec::new(), shares: Vec::new() });
        Self(Arc::new(Whole { all, fine: None, ends: (0.0, 0.0) }))
    }
}

/// Positive values that are counted in bins as wide as a share of them.
struct Ratios {
    first: First,
    bins: Bins,
}

impl Ratios {
    fn new(low: f64, high: f64) -> Self {
        let first = First(f64_key(low));
        Self { first, bins: Bins::new(first.place(high)) }
    }

    fn finish(self) -> Distribution {
        let (centers, shares) = cumulate(self.bins.finish());
        Distribution::Ratios { first: self.first, centers, shares }
    }
}

/// Reals that are counted in bins between two of them, which occur. Several can be joined.
pub struct Gathering {
    low: f64,
    high: f64,
    factor: f64,
    bins: Bins,
    ratios: Option<Ratios>,
}

impl Gathering {
    /// Of values between two, both finite.
    #[must_use]
    pub fn new(low: f64, high: f64) -> Self {
        let ratios = (low > 0.0).then(|| Ratios::new(low, high));
        Self { ratios, ..Self::in_equal_bins(low, high) }
    }

    /// The same for those who look at all values.
    fn in_equal_bins(low: f64, high: f64) -> Self {
        // Halved where the span itself would overflow, enlarged where a bin's width would vanish.
        let factor = match high - low {
            span if span.is_infinite() => 0.5,
            span if span < 1e-290 => 2f64.powi(100),
            _ => 1.0,
        };
        Self { low, high, factor, bins: Bins::new(high * factor - low * factor), ratios: None }
    }

    /// With all reals of an aggregate.
    fn of(mut self, values: &dyn Bands, threads: usize) -> Result<Self, FigureError> {
        values.visit(&mut |band| {
            if let Band::Real(reals) = band {
                self.add(reals, threads);
            }
        })?;
        Ok(self)
    }

    /// Counts those values that lie between the two, on so many threads.
    pub fn add(&mut self, values: &[f64], threads: usize) {
        let Self { low, high, factor, .. } = *self;
        let ends = (low, high);
        self.bins.add(values, Along { ends, factor, offset: low * factor }, threads);
        if let Some(Ratios { first, bins }) = &mut self.ratios {
            bins.add(values, Ratio { ends, first: *first }, threads);
        }
    }

    /// This and another between the same two.
    #[must_use]
    pub fn with(mut self, other: &Self) -> Self {
        self.bins.join(&other.bins);
        if let (Some(ratios), Some(others)) = (&mut self.ratios, &other.ratios) {
            ratios.bins.join(&others.bins);
        }
        self
    }

    /// What was found.
    #[must_use]
    pub fn shares(mut self) -> Shares {
        let ends = (self.low, self.high);
        let fine = self.ratios.take().map(|ratios| Arc::new(ratios.finish()));
        Shares(Arc::new(Whole { all: Arc::new(self.finish()), fine, ends }))
    }

    fn finish(self) -> Distribution {
        let (centers, shares) = cumulate(self.bins.finish());
        Distribution::Lines { factor: self.factor, offset: self.low * self.factor, centers, shares }
    }
}

/// The cumulative distribution of the values: a function from value to the share of pixels at or below it.
#[derive(Clone, Debug)]
pub(super) enum Distribution {
    /// Steps at the values that occur (ascending).
    Steps { values: Vec<f64>, shares: Vec<f64> },
    /// Straight lines between `(value · factor − offset)` = `centers` (ascending).
    Lines { factor: f64, offset: f64, centers: Vec<f64>, shares: Vec<f64> },
    /// Straight lines between places (ascending) of positive values.
    Ratios { first: First, centers: Vec<f64>, shares: Vec<f64> },
}

impl Distribution {
    /// The distribution of those numbers that lie between two, and the least and the greatest of them, if there are any.
    pub(super) fn within(survey: &Survey<'_>, low: f64, high: f64) -> Result<Option<(f64, f64, Self)>, FigureError> {
        let Survey { numbers, threads, .. } = *survey;
        let extent = survey.extent()?;
        let [is_below, is_above] = extent.reaches_beyond(low, high);
        let are_all = !is_below && !is_above;
        if let Some(all) = extent.counts() {
            let within = if are_all { Some(all) } else { extremes(numbers, |band| counts_within(band, low, high))? };
            let Some((a, b)) = within else { return Ok(None) };
            return Ok(Some((a as f64, b as f64, Self::of_counts(numbers, a, b, threads)?)));
        }
        let within = match extent.finite() {
            Some((a, b)) if low <= a && b <= high => Some((a, b)),
            _ => extremes(numbers, |band| reals_within(band, low, high))?,
        };
        let Some((a, b)) = within else { return Ok(None) };
        Ok(Some((a, b, Self::of_reals(numbers, a, b, threads)?)))
    }

    /// The distribution of those counts that lie in `low..=high`, both of which occur and are above 0.
    pub(super) fn of_counts(values: &dyn Bands, low: u64, high: u64, threads: usize) -> Result<Self, FigureError> {
        let span = high - low;
        if span < BINS as u64 {
            // Anything outside, also an empty pixel's wrapped 0, is counted apart at `len`.
            let mut histogram = Histogram::new(place_of(span) + 1);
            let place = |count: &u64| place_of(count.wrapping_sub(low).min(span + 1));
            each_count(values, |counts| histogram.add_all(counts, threads, place))?;
            let (values, shares) = cumulate(((low..=high).map(|count| count as f64), histogram.finish()));
            return Ok(Self::Steps { values, shares });
        }
        let mut bins = Bins::new(span as f64);
        each_count(values, |counts| bins.add(counts, Above { low, span }, threads))?;
        let (centers, shares) = cumulate(bins.finish());
        Ok(Self::Lines { factor: 1.0, offset: low as f64, centers, shares })
    }

    /// The distribution of those values that lie in `low..=high`, both of which occur and are finite.
    pub(super) fn of_reals(values: &dyn Bands, low: f64, high: f64, threads: usize) -> Result<Self, FigureError> {
        Ok(Gathering::in_equal_bins(low, high).of(values, threads)?.finish())
    }

    /// The share of pixels at or below this value, as datashader's `eq_hist` gives it: above 0, at most 1.
    pub(super) fn share(&self, value: f64) -> f64 {
        match self {
            Self::Steps { values, shares } => {
                let at = values.partition_point(|known| *known <= value);
                shares[at.saturating_sub(1)]
            }
            Self::Lines { factor, offset, centers, shares } => interpolate(value * factor - offset, centers, shares),
            Self::Ratios { first, centers, shares } => interpolate(first.place(value), centers, shares),
        }
    }

    /// The shares that get t = 0 and t = 1: of all values, or of the first and the last between two limits. None if no value
    /// lies between these.
    pub(super) fn ends(&self, between: Option<(f64, f64)>) -> Option<(f64, f64)> {
        let (Self::Steps { shares, .. } | Self::Lines { shares, .. } | Self::Ratios { shares, .. }) = self;
        let all = (*shares.first()?, *shares.last()?);
        let Some((low, high)) = between else { return Some(all) };
        match self {
            Self::Steps { values, shares } => {
                let first = values.partition_point(|known| *known < low);
                (*values.get(first)? <= high).then(|| (shares[first], self.share(high)))
            }
            Self::Lines { .. } | Self::Ratios { .. } => Some((self.share(low), self.share(high))),
        }
    }

    /// The share rescaled to 0 for one and 1 for another; 1 if they are the same.
    pub(super) fn t(&self, value: f64, (first, last): (f64, f64)) -> f64 {
        if last > first { (self.share(value) - first) / (last - first) } else { 1.0 }
    }
}

/// The least and greatest count above 0 of a band within limits.
fn counts_within(band: Band<'_>, low: f64, high: f64) -> Option<(u64, u64)> {
    let Band::Count(counts) = band else { return None };
    let inside = counts.iter().copied().filter(|count| *count > 0 && (low..=high).contains(&(*count as f64)));
    inside.fold(None, |range, count| {
        Some(range.map_or((count, count), |(a, b): (u64, u64)| (a.min(count), b.max(count))))
    })
}

/// The least and greatest real of a band within limits.
fn reals_within(band: Band<'_>, low: f64, high: f64) -> Option<(f64, f64)> {
    if let Band::Real(reals) = band { real_extremes_within(reals, low, high) } else { None }
}

/// The occupied places of a histogram and the share of all that lies at or below each.
fn cumulate((places, histogram): (impl Iterator<Item = f64>, Vec<u64>)) -> (Vec<f64>, Vec<f64>) {
    let total = histogram.iter().sum::<u64>() as f64;
    let mut below = 0;
    let occupied = places.zip(histogram).filter(|(_, count)| *count > 0);
    occupied
        .map(|(place, count)| {
            below += count;
            (place, below as f64 / total)
        })
        .unzip()
}

fn each_count(values: &dyn Bands, mut see: impl FnMut(&[u64])) -> Result<(), FigureError> {
    values.visit(&mut |band| {
        if let Band::Count(counts) = band {
            see(counts);
        }
    })
}

/// `numpy.interp`: straight lines between the points, level beyond the first and last.
fn interpolate(x: f64, xs: &[f64], ys: &[f64]) -> f64 {
    let next = xs.partition_point(|known| *known <= x);
    if next == 0 {
        return ys[0];
    }
    let at = next - 1;
    if next == xs.len() || xs[at] == x {
        return ys[at];
    }
    let slope = (ys[next] - ys[at]) / (xs[next] - xs[at]);
    slope * (x - xs[at]) + ys[at]
}

/// An integer that is known to be a table position.
#[inline]
fn place_of(value: impl TryInto<usize>) -> usize {
    value.try_into().unwrap_or(BINS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::Values;

    #[test]
    fn shares_of_counts_by_hand() {
        let few = Distribution::of_counts(&Values::Count(vec![0, 3, 1, 3, 9, 0]), 1, 9, 1).unwrap();
        for (count, share) in [(1.0, 0.25), (2.0, 0.25), (3.0, 0.75), (8.0, 0.75), (9.0, 1.0)] {
            assert_eq!(few.share(count), share);
        }
        let all = few.ends(None).unwrap();
        assert_eq!((few.t(1.0, all), few.t(9.0, all)), (0.0, 1.0));
        assert!((few.t(3.0, all) - 2.0 / 3.0).abs() < 1e-15);
        let some = few.ends(Some((2.0, 9.5))).unwrap();
        assert_eq!((few.t(3.0, some), few.t(8.0, some), few.t(9.0, some)), (0.0, 0.0, 1.0));
        assert_eq!(few.ends(Some((4.0, 8.5))), None);
    }

    #[test]
    fn extreme_spans_stay_finite_and_ordered() {
        let wide = [f64::MIN, -1.0, 0.0, 1.0, f64::MAX];
        let tiny = [0.0, 5e-324, 1e-323];
        for values in [wide.as_slice(), &tiny] {
            let (low, high) = (values[0], values[values.len() - 1]);
            let all = Values::Real(values.to_vec());
            let found = Distribution::of_reals(&all, low, high, 1).unwrap();
            let ts: Vec<f64> = values.iter().map(|v| found.t(*v, found.ends(None).unwrap())).collect();
            assert!(ts.is_sorted() && ts[0] == 0.0 && ts[ts.len() - 1] == 1.0, "{ts:?}");
        }
    }

    #[test]
    fn what_several_gather_is_what_one_does() {
        let values: Vec<f64> = (0..9000).map(|i| f64::from(i * i % 1009)).collect();
        let one = Distribution::of_reals(&Values::Real(values.clone()), 0.0, 1008.0, 1).unwrap();
        let gathered = |values: &[f64]| {
            let mut gathered = Gathering::new(0.0, 1008.0);
            gathered.add(values, 1);
            gathered
        };
        let both = gathered(&values[..777]).with(&gathered(&values[777..])).shares();
        let (both, _) = both.between(0.0, 1008.0).unwrap();
        assert!((0..1009).all(|v| both.share(f64::from(v)) == one.share(f64::from(v))));
    }

    #[test]
    fn between_limits_there_is_more_to_see_than_bins_of_all() {
        // Few pixels hold very much.
        let counts: Vec<u64> = (0..20_000).map(|i| if i % 1000 == 0 { 5_000_000 } else { 1 + i % 40 }).collect();
        let reals = Values::Real(counts.iter().map(|n| *n as f64 * 0.25).collect());
        for (values, unit) in [(Values::Count(counts), 1.0), (reals, 0.25)] {
            let whole = Shares::of(&Survey::new(&values, None, 2)).unwrap();
            let (found, ends) = whole.between(unit, 40.0 * unit).unwrap();
            for n in 1..=40 {
                let (t, wanted) = (found.t(f64::from(n) * unit, ends), f64::from(n - 1) / 39.0);
                assert!((t - wanted).abs() < 0.03, "{n}: {t} for {wanted}");
            }
            assert!(whole.between(6e6 * unit, 7e6 * unit).is_none());
            assert!(whole.between(unit, 5_000_000.0 * unit).is_some());
        }
        // Zero and less have no ratios.
        let values = Values::Real((-5000..5000).map(f64::from).collect());
        let (found, ends) = Shares::of(&Survey::new(&values, None, 2)).unwrap().between(-100.0, 100.0).unwrap();
        assert!((found.t(0.0, ends) - 0.5).abs() < 0.01);
    }

    #[test]
    fn one_value_gets_the_top() {
        let counts = Distribution::of_counts(&Values::Count(vec![7, 0]), 7, 7, 1).unwrap();
        assert_eq!(counts.t(7.0, counts.ends(None).unwrap()), 1.0);
        let reals = Distribution::of_reals(&Values::Real(vec![-7.5]), -7.5, -7.5, 1).unwrap();
        assert_eq!(reals.t(-7.5, reals.ends(None).unwrap()), 1.0);
    }

    #[test]
    fn interpolation_is_level_outside() {
        let (xs, ys) = ([1.0, 2.0, 4.0], [0.1, 0.5, 1.0]);
        for (x, y) in [(0.0, 0.1), (1.0, 0.1), (1.5, 0.3), (2.0, 0.5), (3.0, 0.75), (4.0, 1.0), (9.0, 1.0)] {
            assert!((interpolate(x, &xs, &ys) - y).abs() < 1e-15, "{x}");
        }
    }
}
