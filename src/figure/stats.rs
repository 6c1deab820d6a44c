//! Extremes and percentiles of an aggregate's non-empty values, without sorting them.

use std::ops::Range;

use crate::aggregate::ordered::f64_key;

use super::bands::{Band, Bands};
use super::error::FigureError;
use super::parts;
use super::vectors::vectorized;

/// The least and greatest value from one to another, or none if there is none.
pub(super) fn real_extremes_within(values: &[f64], least: f64, most: f64) -> Option<(f64, f64)> {
    let (low, high) = vectorized(Extremes { values, least, most });
    (low <= high).then_some((low, high))
}

struct Extremes<'a> {
    values: &'a [f64],
    least: f64,
    most: f64,
}

impl pulp::NullaryFnOnce for Extremes<'_> {
    type Output = (f64, f64);

    #[inline(always)]
    fn call(self) -> (f64, f64) {
        const LANES: usize = 16;
        let Self { values, least, most } = self;
        let (mut low, mut high) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
        macro_rules! take {
            ($lane:expr, $value:expr) => {
                // Written as selections, NaN failing each comparison, so that the compiler can use vector minima.
                let (lane, value): (usize, f64) = ($lane, $value);
                let usable = (value >= least) & (value <= most);
                let (below, above) = if usable { (value, value) } else { (f64::INFINITY, f64::NEG_INFINITY) };
                low[lane] = if below < low[lane] { below } else { low[lane] };
                high[lane] = if above > high[lane] { above } else { high[lane] };
            };
        }
        let (chunks, rest) = values.as_chunks::<LANES>();
        for chunk in chunks {
            for (lane, value) in chunk.iter().enumerate() {
                take!(lane, *value);
            }
        }
        for value in rest {
            take!(0, *value);
        }
        (low.into_iter().fold(f64::INFINITY, f64::min), high.into_iter().fold(f64::NEG_INFINITY, f64::max))
    }
}

/// Two neighbours in the sorted order, and how far between them the percentile lies (0 = at the first).
pub(super) type Neighbours = (u64, u64, f64);

/// For each percent (0 to 100), the neighbours between which numpy's default `linear` percentile lies: ranks
/// floor(h) and floor(h) + 1 with h = (n − 1) · percent / 100.
///
/// Values are looked at by their keys, integers ordered like them (a count is its own key); those outside `low..=high` are
/// left out. Both ends occur.
pub(super) fn percentiles(
    values: &dyn Bands,
    (low, high): (u64, u64),
    percents: &[f64],
    threads: usize,
) -> Result<Vec<Neighbours>, FigureError> {
    if percents.is_empty() {
        return Ok(Vec::new());
    }
    let buckets = Buckets::new(low, high);
    let counts = buckets.histogram(values, threads)?;
    let total: u64 = counts.iter().sum();
    let places: Vec<(u64, u64, f64)> = percents.iter().map(|percent| place(total, *percent)).collect();
    let mut ranks: Vec<u64> = places.iter().flat_map(|(first, second, _)| [*first, *second]).collect();
    ranks.sort_unstable();
    ranks.dedup();
    let found = select(values, &buckets, &counts, &ranks, threads)?;
    let at = |rank: u64| ranks.binary_search(&rank).map_or(low, |i| found[i]);
    Ok(places.into_iter().map(|(first, second, share)| (at(first), at(second), share)).collect())
}

/// The ranks (from 0) on both sides of a percentile of `total` values, and the share of the way between.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 ≤ position ≤ total − 1")]
fn place(total: u64, percent: f64) -> (u64, u64, f64) {
    let last = total.saturating_sub(1);
    let position = last as f64 * (percent / 100.0);
    let first = (position.floor() as u64).min(last);
    (first, (first + 1).min(last), (position - first as f64).clamp(0.0, 1.0))
}

/// A range of keys cut into at most 65536 equal buckets.
struct Buckets {
    low: u64,
    span: u64,
    shift: u32,
}

impl Buckets {
    const BITS: u32 = 16;
    /// The bucket of keys outside the range.
    const OUTSIDE: usize = 1 << Self::BITS;

    fn new(low: u64, high: u64) -> Self {
        let span = high - low;
        Self { low, span, shift: (u64::BITS - span.leading_zeros()).saturating_sub(Self::BITS) }
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "below 2^BITS")]
    fn of(&self, key: u64) -> usize {
        let above = key.wrapping_sub(self.low);
        let bucket = (above >> self.shift) as usize;
        if above <= self.span { bucket } else { Self::OUTSIDE }
    }

    /// How many keys each bucket holds.
    fn histogram(&self, values: &dyn Bands, threads: usize) -> Result<Vec<u64>, FigureError> {
        let mut histogram = Histogram::new(Self::OUTSIDE);
        values.visit(&mut |band| match band {
            Band::Count(counts) => histogram.add_all(counts, threads, |count| self.of(*count)),
            Band::Real(reals) => histogram.add_all(reals, threads, |real| self.of(f64_key(*real))),
        })?;
        Ok(histogram.finish())
    }

    /// The least and greatest key of a bucket.
    fn range(&self, bucket: usize) -> (u64, u64) {
        let first = (bucket as u64) << self.shift;
        (self.low + first, self.low + self.span.min(first + ((1 << self.shift) - 1)))
    }
}

/// Counts positions below `len`; position `len` is for those that do not count.
pub(super) struct Histogram {
    // Two tables in turn: neighbours are often equal, and one table would wait for itself.
    even: Vec<u64>,
    odd: Vec<u64>,
    len: usize,
}

impl Histogram {
    pub(super) fn new(len: usize) -> Self {
        Self { even: vec![0; len + 1], odd: vec![0; len + 1], len }
    }

    pub(super) fn add(&mut self, mut positions: impl Iterator<Item = usize>) {
        let (even, odd) = (self.even.as_mut_slice(), self.odd.as_mut_slice());
        while let Some(position) = positions.next() {
            even[position] += 1;
            if let Some(position) = positions.next() {
                odd[position] += 1;
            }
        }
    }

    /// Counts the positions of many numbers, on so many threads.
    pub(super) fn add_all<T: Sync>(&mut self, numbers: &[T], threads: usize, position: impl Fn(&T) -> usize + Sync) {
        let shares = parts::in_parts(&(0..numbers.len()), 1, threads);
        if shares.len() < 2 {
            return self.add(numbers.iter().map(position));
        }
        let counted = parts::each(shares, |share| {
            let mut histogram = Self::new(self.len);
            histogram.add(numbers[share].iter().map(&position));
            histogram
        });
        for Self { even, odd, .. } in counted {
            self.even.iter_mut().zip(even).for_each(|(count, more)| *count += more);
            self.odd.iter_mut().zip(odd).for_each(|(count, more)| *count += more);
        }
    }

    pub(super) fn finish(self) -> Vec<u64> {
        self.even.iter().zip(&self.odd).take(self.len).map(|(a, b)| a + b).collect()
    }
}

/// All values whose keys lie in `low..=high`, as keys.
fn members(values: &dyn Bands, low: u64, high: u64, threads: usize) -> Result<Vec<u64>, FigureError> {
    fn among<T: Copy + Sync>(
        numbers: &[T],
        threads: usize,
        key: impl Fn(T) -> u64 + Sync,
        range: (u64, u64),
    ) -> Vec<Vec<u64>> {
        let is_inside = |key: &u64| (range.0..=range.1).contains(key);
        let of_part = |part: Range<usize>| numbers[part].iter().map(|number| key(*number)).filter(is_inside).collect();
        parts::each(parts::in_parts(&(0..numbers.len()), 1, threads), of_part)
    }
    let mut found = Vec::new();
    values.visit(&mut |band| {
        found.extend(match band {
            Band::Count(counts) => among(counts, threads, |count| count, (low, high)),
            Band::Real(reals) => among(reals, threads, f64_key, (low, high)),
        });
    })?;
    Ok(found.concat())
}

/// The keys at the given ranks (ascending, from 0 inside the range).
///
/// Buckets with many keys are cut up in turn, so that a heavy tail, which leaves nearly all keys in one bucket, costs
/// one more run and no sorting.
fn select(
    values: &dyn Bands,
    buckets: &Buckets,
    counts: &[u64],
    ranks: &[u64],
    threads: usize,
) -> Result<Vec<u64>, FigureError> {
    const FEW: u64 = 1 << 16;
    let mut found = Vec::with_capacity(ranks.len());
    let (mut bucket, mut before) = (0, 0);
    while let Some(rank) = ranks.get(found.len()) {
        while bucket + 1 < counts.len() && before + counts[bucket] <= *rank {
            before += counts[bucket];
            bucket += 1;
        }
        let held = counts[bucket];
        let inside = ranks[found.len()..].iter().take_while(|rank| **rank < before + held);
        let inside: Vec<u64> = inside.map(|rank| rank - before).collect();
        let (low, high) = buckets.range(bucket);
        if low == high || inside.is_empty() {
            found.extend(std::iter::repeat_n(low, inside.len().max(1)));
        } else if held <= FEW {
            let mut members = members(values, low, high, threads)?;
            members.sort_unstable();
            let at = |rank: &u64| usize::try_from(*rank).ok().and_then(|rank| members.get(rank)).copied();
            found.extend(inside.iter().map(|rank| at(rank).unwrap_or(high)));
        } else {
            let finer = Buckets::new(low, high);
            found.extend(select(values, &finer, &finer.histogram(values, threads)?, &inside, threads)?);
        }
    }
    Ok(found)
}

/// numpy's interpolation between two neighbours (`_lerp`), symmetric in its ends.
pub(super) fn lerp(a: f64, b: f64, share: f64) -> f64 {
    let step = b - a;
    if !step.is_finite() {
        return a * (1.0 - share) + b * share;
    }
    if share < 0.5 { a + step * share } else { b - step * (1.0 - share) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::aggregate::Values;

    #[test]
    fn extremes_within_leave_out_the_empty_and_the_infinite() {
        let values = [f64::NAN, 3.0, f64::INFINITY, -2.0, f64::NEG_INFINITY, 0.0];
        assert_eq!(real_extremes_within(&values, f64::MIN, f64::MAX), Some((-2.0, 3.0)));
        assert_eq!(real_extremes_within(&values, 0.5, f64::MAX), Some((3.0, 3.0)));
        assert_eq!(real_extremes_within(&values, 0.5, 2.0), None);
        assert_eq!(real_extremes_within(&values[..1], f64::MIN, f64::MAX), None);
    }

    /// The same numbers in bands of three.
    struct InBands<'a>(&'a [u64]);

    impl Bands for InBands<'_> {
        fn are_counts(&self) -> bool {
            true
        }

        fn visit(&self, see: &mut dyn FnMut(Band<'_>)) -> Result<(), FigureError> {
            self.0.chunks(3).for_each(|band| see(Band::Count(band)));
            Ok(())
        }
    }

    fn check(keys: &[u64], percents: &[f64]) {
        let mut sorted = keys.to_vec();
        sorted.sort_unstable();
        let range = (sorted[0], sorted[sorted.len() - 1]);
        let all = percentiles(&Values::Count(keys.to_vec()), range, percents, 2).unwrap();
        assert_eq!(all, percentiles(&InBands(keys), range, percents, 2).unwrap());
        for (found, percent) in all.iter().zip(percents) {
            let (first, second, share) = place(sorted.len() as u64, *percent);
            let at = |rank: u64| sorted[usize::try_from(rank).unwrap()];
            let expected = (at(first), at(second), share);
            assert_eq!(*found, expected, "p{percent} of {keys:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn percentiles_are_those_of_the_sorted_values(
            keys in prop::collection::vec(any::<u64>(), 1..200),
            small in prop::collection::vec(1000u64..1020, 1..200),
            percents in prop::collection::vec(0.0..=100.0, 1..4),
        ) {
            check(&keys, &percents);
            check(&small, &percents);
            check(&[keys.as_slice(), &small].concat(), &percents);
            let crowd = small.iter().cycle().take(70_000).copied();
            check(&crowd.chain(keys).collect::<Vec<_>>(), &percents);
        }

        #[test]
        fn extremes_are_those_of_the_sorted_values(values in prop::collection::vec(-9.0..9.0, 0..40)) {
            let least = values.iter().copied().reduce(f64::min);
            let greatest = values.iter().copied().reduce(f64::max);
            prop_assert_eq!(real_extremes_within(&values, f64::MIN, f64::MAX), least.zip(greatest));
        }
    }
}
