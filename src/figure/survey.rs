//! The ends of a picture's numbers: what limits, norms, color bars and histograms all ask first, found out once.

use std::cell::Cell;

use crate::aggregate::Values;

use super::bands::{Band, Bands};
use super::error::FigureError;
use super::parts;
use super::vectors::vectorized;

/// Where some numbers begin and end. Empty pixels (count 0, NaN) take no part.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Extent {
    /// The least and the greatest number, infinite ones included.
    all: Option<(f64, f64)>,
    /// The same of finite ones.
    finite: Option<(f64, f64)>,
    /// The least finite one above 0.
    positive: Option<f64>,
    /// The least and the greatest count, where numbers are counts: not every count is a real.
    counts: Option<(u64, u64)>,
}

impl Extent {
    /// That of an aggregate.
    #[must_use]
    pub fn of(values: &Values, threads: usize) -> Self {
        Self::of_band(Band::of(values), threads)
    }

    /// The least and the greatest finite number.
    #[must_use]
    pub fn finite(&self) -> Option<(f64, f64)> {
        self.finite
    }

    /// The same of those above 0.
    #[must_use]
    pub fn positive(&self) -> Option<(f64, f64)> {
        self.positive.zip(self.finite.map(|(_, high)| high))
    }

    /// The least and the greatest count above 0, where numbers are counts.
    #[must_use]
    pub fn counts(&self) -> Option<(u64, u64)> {
        self.counts
    }

    /// Whether there are numbers below `low`, and above `high`.
    pub(super) fn reaches_beyond(&self, low: f64, high: f64) -> [bool; 2] {
        self.all.map_or([false; 2], |(least, greatest)| [least < low, greatest > high])
    }

    fn of_band(band: Band<'_>, threads: usize) -> Self {
        let shares = |len: usize| parts::in_parts(&(0..len), 1, threads);
        match band {
            Band::Count(counts) => {
                let found = parts::each(shares(counts.len()), |share| vectorized(CountEnds(&counts[share])));
                // Less one, the empty 0 is the greatest of all and never a minimum.
                let (less, high) = found.into_iter().fold((u64::MAX, 0), |(a, b), (c, d)| (a.min(c), b.max(d)));
                let ends = (high > 0).then(|| (less + 1, high));
                let reals = ends.map(|(low, high)| (low as f64, high as f64));
                Self { all: reals, finite: reals, positive: reals.map(|(low, _)| low), counts: ends }
            }
            Band::Real(reals) => {
                let found = parts::each(shares(reals.len()), |share| vectorized(RealEnds(&reals[share])));
                let [least, greatest, low, high, positive] = found.into_iter().fold(NOTHING, joined);
                let ends = |low: f64, high: f64| (low <= high).then_some((low, high));
                let positive = (positive < f64::INFINITY).then_some(positive);
                Self { all: ends(least, greatest), finite: ends(low, high), positive, counts: None }
            }
        }
    }

    fn with(self, other: Self) -> Self {
        let both = |a: Option<(f64, f64)>, b: Option<(f64, f64)>| match (a, b) {
            (Some((low, high)), Some((least, greatest))) => Some((low.min(least), high.max(greatest))),
            _ => a.or(b),
        };
        let counts = match (self.counts, other.counts) {
            (Some((low, high)), Some((least, greatest))) => Some((low.min(least), high.max(greatest))),
            (a, b) => a.or(b),
        };
        Self {
            all: both(self.all, other.all),
            finite: both(self.finite, other.finite),
            positive: self.positive.into_iter().chain(other.positive).reduce(f64::min),
            counts,
        }
    }
}

/// The numbers of a picture, and their extent once somebody has asked for it.
pub struct Survey<'a> {
    /// The numbers as norms look at them.
    pub numbers: &'a dyn Bands,
    extent: Cell<Option<Extent>>,
    /// How many threads may look at them.
    pub threads: usize,
}

impl<'a> Survey<'a> {
    /// Of numbers whose extent may be known already.
    pub fn new(numbers: &'a dyn Bands, extent: Option<Extent>, threads: usize) -> Self {
        Self { numbers, extent: Cell::new(extent), threads }
    }

    /// Their extent, found out if it is not known.
    ///
    /// # Errors
    /// [`FigureError::Kept`] if numbers that were put aside cannot be read again.
    pub fn extent(&self) -> Result<Extent, FigureError> {
        if let Some(known) = self.extent.get() {
            return Ok(known);
        }
        let mut found = Extent::default();
        self.numbers.visit(&mut |band| found = found.with(Extent::of_band(band, self.threads)))?;
        self.extent.set(Some(found));
        Ok(found)
    }

    /// Their extent, if it is known.
    #[must_use]
    pub fn known(&self) -> Option<Extent> {
        self.extent.get()
    }
}

/// The least count, less one, and the greatest.
struct CountEnds<'a>(&'a [u64]);

impl pulp::NullaryFnOnce for CountEnds<'_> {
    type Output = (u64, u64);

    #[inline(always)]
    fn call(self) -> (u64, u64) {
        const LANES: usize = 16;
        let (mut low, mut high) = ([u64::MAX; LANES], [0; LANES]);
        let (chunks, rest) = self.0.as_chunks::<LANES>();
        for chunk in chunks {
            for (lane, count) in chunk.iter().enumerate() {
                let less = count.wrapping_sub(1);
                low[lane] = if less < low[lane] { less } else { low[lane] };
                high[lane] = if *count > high[lane] { *count } else { high[lane] };
            }
        }
        for count in rest {
            (low[0], high[0]) = (low[0].min(count.wrapping_sub(1)), high[0].max(*count));
        }
        (low.into_iter().fold(u64::MAX, u64::min), high.into_iter().fold(0, u64::max))
    }
}

/// The least and the greatest of all reals, the same of finite ones, and the least positive one.
struct RealEnds<'a>(&'a [f64]);

/// Those of no reals.
const NOTHING: [f64; 5] = [f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY];

/// Those of two, NaN failing each comparison: written as selections so that the compiler can use vector minima.
#[inline(always)]
fn joined(a: [f64; 5], b: [f64; 5]) -> [f64; 5] {
    let less = |a: f64, b: f64| if b < a { b } else { a };
    let more = |a: f64, b: f64| if b > a { b } else { a };
    [less(a[0], b[0]), more(a[1], b[1]), less(a[2], b[2]), more(a[3], b[3]), less(a[4], b[4])]
}

#[inline(always)]
fn ends_of(value: f64) -> [f64; 5] {
    let is_finite = value.abs() < f64::INFINITY;
    let [least, most] = if is_finite { [value; 2] } else { [f64::INFINITY, f64::NEG_INFINITY] };
    [value, value, least, most, if value > 0.0 { least } else { f64::INFINITY }]
}

impl pulp::NullaryFnOnce for RealEnds<'_> {
    type Output = [f64; 5];

    #[inline(always)]
    fn call(self) -> [f64; 5] {
        const LANES: usize = 8;
        let mut found = NOTHING.map(|end| [end; LANES]);
        let (chunks, rest) = self.0.as_chunks::<LANES>();
        for chunk in chunks {
            for (lane, value) in chunk.iter().enumerate() {
                let lanes = joined(std::array::from_fn(|end| found[end][lane]), ends_of(*value));
                for (end, new) in found.iter_mut().zip(lanes) {
                    end[lane] = new;
                }
            }
        }
        let lanes = (0..LANES).map(|lane| std::array::from_fn(|end| found[end][lane]));
        lanes.chain(rest.iter().map(|value| ends_of(*value))).fold(NOTHING, joined)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_empty_and_the_infinite_stand_apart() {
        let counts = Extent::of(&Values::Count(vec![0, 5, 0, 2, u64::MAX]), 1);
        assert_eq!((counts.counts(), counts.positive()), (Some((2, u64::MAX)), Some((2.0, u64::MAX as f64))));
        assert_eq!(Extent::of(&Values::Count(vec![0, 0]), 1), Extent::default());
        let values = vec![f64::NAN, 3.0, f64::INFINITY, -2.0, 0.0];
        let reals = Extent::of(&Values::Real(values), 1);
        assert_eq!((reals.finite(), reals.positive()), (Some((-2.0, 3.0)), Some((3.0, 3.0))));
        assert_eq!(reals.reaches_beyond(-2.0, 3.0), [false, true]);
        assert_eq!(reals.reaches_beyond(-1.0, f64::INFINITY), [true, false]);
        let nothing = Extent::of(&Values::Real(vec![f64::NAN; 9]), 1);
        assert_eq!((nothing, nothing.reaches_beyond(0.0, 0.0)), (Extent::default(), [false; 2]));
        let infinite = Extent::of(&Values::Real(vec![f64::NEG_INFINITY]), 1);
        assert_eq!((infinite.finite(), infinite.reaches_beyond(0.0, 0.0)), (None, [true, false]));
    }

    proptest! {
        /// However they are cut, and whatever is among them.
        #[test]
        fn extents_are_those_of_the_sorted_values(
            values in prop::collection::vec(
                prop_oneof![8 => -9.0..9.0, 1 => Just(f64::NAN), 1 => any::<f64>(), 1 => Just(f64::INFINITY)], 0..60),
            cut in 0usize..60,
            times in prop::sample::select(vec![1usize, 3000]),
        ) {
            let all: Vec<f64> = values.repeat(times);
            let ends = |is: fn(f64) -> bool| {
                let mut kept: Vec<f64> = values.iter().copied().filter(|v| is(*v)).collect();
                kept.sort_by(f64::total_cmp);
                kept.first().copied().zip(kept.last().copied())
            };
            let found = Extent::of(&Values::Real(all.clone()), 2);
            prop_assert_eq!(found.all, ends(|v| !v.is_nan()));
            prop_assert_eq!(found.finite(), ends(f64::is_finite));
            prop_assert_eq!(found.positive(), ends(|v| v.is_finite() && v > 0.0));
            let (first, second) = all.split_at(cut.min(all.len()));
            let joined = Extent::of_band(Band::Real(first), 1).with(Extent::of_band(Band::Real(second), 3));
            prop_assert_eq!(joined, found);
        }

        #[test]
        fn extents_of_counts_are_those_of_the_sorted_counts(
            counts in prop::collection::vec(prop_oneof![Just(0), 1u64..9, any::<u64>()], 0..60),
            times in prop::sample::select(vec![1usize, 3000]),
        ) {
            let kept = || counts.iter().copied().filter(|count| *count > 0);
            let found = Extent::of(&Values::Count(counts.repeat(times)), 2);
            prop_assert_eq!(found.counts(), kept().min().zip(kept().max()));
        }
    }
}
