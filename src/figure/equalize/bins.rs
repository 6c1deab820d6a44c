//! 65536 equal bins, as `numpy.histogram` cuts and fills them.

use crate::aggregate::ordered::f64_key;
use crate::figure::parts;
use crate::figure::vectors::vectorized;

/// The number of bins, and the span of integers from which on counts are binned.
pub(in crate::figure) const BINS: usize = 256 * 256;

/// Where numbers lie on the range of bins; NaN where they are not to be counted.
pub(super) trait Place: Copy + Send + Sync {
    type Number: Copy + Sync;

    fn of(self, number: Self::Number) -> f64;
}

/// Places of the counts of a range: how far above the least.
#[derive(Clone, Copy)]
pub(super) struct Above {
    pub low: u64,
    pub span: u64,
}

impl Place for Above {
    type Number = u64;

    #[inline(always)]
    fn of(self, count: u64) -> f64 {
        let above = count.wrapping_sub(self.low);
        if above <= self.span { above as f64 } else { f64::NAN }
    }
}

/// Places of the reals of a range: `value · factor − offset`.
#[derive(Clone, Copy)]
pub(super) struct Along {
    pub ends: (f64, f64),
    pub factor: f64,
    pub offset: f64,
}

impl Place for Along {
    type Number = f64;

    #[inline(always)]
    fn of(self, value: f64) -> f64 {
        let inside = (value >= self.ends.0) & (value <= self.ends.1);
        if inside { value * self.factor - self.offset } else { f64::NAN }
    }
}

/// Places of positive values among bins that are as wide as a share of them: how many numbers of f64 after the least.
#[derive(Clone, Copy, Debug)]
pub(in crate::figure) struct First(pub u64);

impl First {
    #[inline(always)]
    pub fn place(self, value: f64) -> f64 {
        f64_key(value).saturating_sub(self.0) as f64
    }
}

/// The same of the reals of a range.
#[derive(Clone, Copy)]
pub(super) struct Ratio {
    pub ends: (f64, f64),
    pub first: First,
}

impl Place for Ratio {
    type Number = f64;

    #[inline(always)]
    fn of(self, value: f64) -> f64 {
        let inside = (value >= self.ends.0) & (value <= self.ends.1);
        if inside { self.first.place(value) } else { f64::NAN }
    }
}

/// And of counts above 0.
impl Place for First {
    type Number = u64;

    #[inline(always)]
    fn of(self, count: u64) -> f64 {
        if count > 0 { self.place(count as f64) } else { f64::NAN }
    }
}

/// Where the bins lie.
#[derive(Clone, Copy)]
struct Cut {
    first: f64,
    last: f64,
    /// Width of a bin.
    step: f64,
}

impl Cut {
    /// The bin of a place; of NaN, the one behind the last.
    #[inline(always)]
    fn bin(self, place: f64, per_unit: f64) -> u64 {
        const LAST: f64 = (BINS - 1) as f64;
        // Adding 2^52 rounds to a whole number and leaves it in the low bits, on vectors of any machine.
        const WHOLE: f64 = (1u64 << 52) as f64;
        let Self { first, step, .. } = self;
        // Rounding and the product err by one bin at most; the edges themselves decide.
        let guess = (place - first) * per_unit;
        let guess = if guess < LAST { guess } else { LAST };
        let guess = guess + WHOLE - WHOLE;
        let bin = if place < guess * step + first { guess - 1.0 } else { guess };
        let up = (bin < LAST) & (place >= (bin + 1.0) * step + first);
        let bin = if up { bin + 1.0 } else { bin };
        let bin = if place.is_nan() { BINS as f64 } else { bin };
        (bin + WHOLE).to_bits() & 0xf_ffff
    }
}

/// Equal bins over 0 to some last place, and what they hold.
pub(super) struct Bins {
    cut: Cut,
    histogram: Vec<u64>,
}

impl Bins {
    pub fn new(last: f64) -> Self {
        let (first, last) = if last > 0.0 { (0.0, last) } else { (-0.5, 0.5) };
        // `numpy.linspace(first, last, BINS + 1)`
        let step = (last - first) / BINS as f64;
        Self::of(Cut { first, last, step })
    }

    fn of(cut: Cut) -> Self {
        Self { cut, histogram: vec![0; BINS + 1] }
    }

    /// Takes up what others counted in the same bins.
    pub fn join(&mut self, other: &Self) {
        self.histogram.iter_mut().zip(&other.histogram).for_each(|(count, more)| *count += more);
    }

    /// Counts numbers, on so many threads.
    pub fn add<P: Place>(&mut self, numbers: &[P::Number], place: P, threads: usize) {
        let shares = parts::in_parts(&(0..numbers.len()), 1, threads);
        if shares.len() < 2 {
            return self.count(numbers, place);
        }
        let cut = self.cut;
        let counted = parts::each(shares, |share| {
            let mut bins = Self::of(cut);
            bins.count(&numbers[share], place);
            bins
        });
        counted.iter().for_each(|other| self.join(other));
    }

    fn count<P: Place>(&mut self, numbers: &[P::Number], place: P) {
        let Self { cut, histogram } = self;
        vectorized(Count { numbers, place, cut: *cut, histogram });
    }

    /// Centres of all bins, and how many numbers lie in each.
    pub fn finish(mut self) -> (impl Iterator<Item = f64>, Vec<u64>) {
        self.histogram.pop();
        let Cut { first, last, step } = self.cut;
        let edge = move |bin: usize| if bin == BINS { last } else { bin as f64 * step + first };
        ((0..BINS).map(move |bin| f64::midpoint(edge(bin), edge(bin + 1))), self.histogram)
    }
}

/// Numbers to be counted, for vectors of the machine.
struct Count<'a, P: Place> {
    numbers: &'a [P::Number],
    place: P,
    cut: Cut,
    histogram: &'a mut [u64],
}

impl<P: Place> pulp::NullaryFnOnce for Count<'_, P> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        // Bins are found by vectors, and counted one by one.
        const RUN: usize = 64;
        let Self { numbers, place, cut, histogram } = self;
        let per_unit = BINS as f64 / (cut.last - cut.first);
        let Some(histogram) = histogram.first_chunk_mut::<{ BINS + 1 }>() else { return };
        let mut bins = [0; RUN];
        let (runs, rest) = numbers.as_chunks::<RUN>();
        for run in runs {
            for (bin, number) in bins.iter_mut().zip(run) {
                *bin = cut.bin(place.of(*number), per_unit);
            }
            for bin in bins {
                histogram[table_place(bin)] += 1;
            }
        }
        for number in rest {
            histogram[table_place(cut.bin(place.of(*number), per_unit))] += 1;
        }
    }
}

/// An integer that is known to be a place in a table of all bins.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "at most the number of bins")]
fn table_place(bin: u64) -> usize {
    (bin as usize).min(BINS)
}
