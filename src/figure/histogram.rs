//! How an aggregate's values are spread: what the style panel shows, with limits to be dragged on it.

use crate::aggregate::Values;
use crate::aggregate::ordered::{f64_from_key, f64_key};
use crate::scene::style::Norm;

use super::norm::{SYMLOG_LINEAR, share, symlog, thresholds};
use super::stats::{self, lerp};
use super::survey::Extent;

/// The number of buckets.
pub const BUCKETS: usize = 256;

/// A histogram of an aggregate's values, even in the norm's own space: bars of equal width hold equal stretches of the
/// colormap when the limits are `low` and `high`.
///
/// Positions along it are 0 at `low` and 1 at `high`; bucket i of n holds what lies from i/n to (i + 1)/n.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// Pixels in each bucket, [`BUCKETS`] of them.
    pub buckets: Vec<u64>,
    /// Where it begins: the least value, or something below where all values are equal.
    pub low: f64,
    /// Where it ends: the greatest value, or something above where all values are equal.
    pub high: f64,
    /// Pixels on which nothing fell: count 0, NaN.
    pub empty: u64,
    /// Pixels whose value has no place: infinite, and for the log norm zero and below.
    pub beyond: u64,
    space: Space,
}

/// The spaces in which norms are even.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Space {
    Linear,
    Log,
    Sqrt,
    Cbrt,
    /// The share to this power.
    Power(f64),
    /// Linear up to this.
    SymLog(f64),
    /// This is in the middle, if it lies between the ends.
    TwoSlope(f64),
}

impl Histogram {
    /// The histogram of `values` for a norm; none if no value has a place on it.
    ///
    /// For histogram equalization it is logarithmic, or linear where some values are not positive. Where values end may be known.
    pub fn new(values: &Values, norm: &Norm, extent: Option<Extent>) -> Option<Self> {
        let space = |positive: bool| match *norm {
            Norm::Linear | Norm::Centered { .. } | Norm::Boundary(_) => Space::Linear,
            Norm::Power(gamma) => Space::Power(gamma),
            Norm::SymLog { linthresh } => Space::SymLog(linthresh),
            Norm::TwoSlope { center } => Space::TwoSlope(center),
            Norm::Sqrt => Space::Sqrt,
            Norm::Cbrt => Space::Cbrt,
            Norm::EqHist if !positive => Space::Linear,
            Norm::Log | Norm::EqHist => Space::Log,
        };
        let extent = extent.unwrap_or_else(|| Extent::of(values, 1));
        let (low, high) = extent.finite()?;
        let space = space(low > 0.0);
        let (low, high) = if space == Space::Log { extent.positive()? } else { (low, high) };
        let axis = HistogramAxis::new(low, high, space);
        // As reals, counts of 0 stand apart like NaN.
        let real = |count: u64| if count == 0 { f64::NAN } else { count as f64 };
        Some(match values {
            Values::Count(counts) => axis.fill(counts, real),
            Values::Categories(by) => axis.fill(by.totals(), real),
            Values::Real(reals) => axis.fill(reals, |v| v),
        })
    }

    /// Where a value lies: 0 at `low`, 1 at `high`. Bounded to −1..=2, so that limits outside can be shown beside it.
    pub fn position(&self, value: f64) -> f64 {
        self.axis().position(value)
    }

    /// The value at a position, finite; positions are bounded to −1..=2. The way back from [`Histogram::position`].
    pub fn value_at(&self, position: f64) -> f64 {
        self.axis().value_at(position)
    }

    fn axis(&self) -> HistogramAxis {
        HistogramAxis { low: self.low, high: self.high, space: self.space }
    }
}

/// Ends and space of a histogram.
#[derive(Debug, Clone, Copy)]
struct HistogramAxis {
    low: f64,
    high: f64,
    space: Space,
}

impl HistogramAxis {
    /// From the least to the greatest value, some room around where they are the same.
    fn new(low: f64, high: f64, space: Space) -> Self {
        if low < high {
            return Self { low, high, space };
        }
        let (below, above) = if space == Space::Log {
            (low / 2.0, high * 2.0)
        } else {
            let reach = (low.abs() / 2.0).max(0.5);
            (low - reach, high + reach)
        };
        // The least numbers have no half and the largest no double.
        Self { low: if below == 0.0 { low } else { below.max(f64::MIN) }, high: above.min(f64::MAX), space }
    }

    fn position(self, value: f64) -> f64 {
        let Self { low, high, space } = self;
        let position = match space {
            Space::Linear => share(value, low, high),
            Space::Log if value > 0.0 => share(libm::log10(value), libm::log10(low), libm::log10(high)),
            Space::Log => f64::NEG_INFINITY,
            Space::Sqrt => share(value, low, high).abs().sqrt().copysign(share(value, low, high)),
            Space::Cbrt => libm::cbrt(share(value, low, high)),
            Space::Power(gamma) => share(value, low, high).abs().powf(gamma).copysign(share(value, low, high)),
            Space::SymLog(linear) => share(symlog(value, linear), symlog(low, linear), symlog(high, linear)),
            Space::TwoSlope(center) if !(low < center && center < high) => share(value, low, high),
            Space::TwoSlope(center) if value < center => share(value, low, center) * 0.5,
            Space::TwoSlope(center) => 0.5 + share(value, center, high) * 0.5,
        };
        // Neighbouring numbers may have the same logarithm.
        if position.is_nan() { if value >= high { 1.0 } else { 0.0 } } else { position.clamp(-1.0, 2.0) }
    }

    fn value_at(self, position: f64) -> f64 {
        let Self { low, high, space } = self;
        let t = if position.is_nan() { 0.0 } else { position.clamp(-1.0, 2.0) };
        if t == 0.0 || t == 1.0 {
            return if t == 0.0 { low } else { high };
        }
        let v = match space {
            Space::Linear => lerp(low, high, t),
            Space::Log => libm::exp10(lerp(libm::log10(low), libm::log10(high), t)).max(f64::MIN_POSITIVE.min(low)),
            Space::Sqrt => lerp(low, high, t * t.abs()),
            Space::Cbrt => lerp(low, high, t * t * t),
            Space::Power(gamma) => lerp(low, high, t.abs().powf(1.0 / gamma).copysign(t)),
            Space::SymLog(linear) => un_symlog(lerp(symlog(low, linear), symlog(high, linear), t), linear),
            Space::TwoSlope(center) if !(low < center && center < high) => lerp(low, high, t),
            Space::TwoSlope(center) if t < 0.5 => lerp(low, center, t * 2.0),
            Space::TwoSlope(center) => lerp(center, high, t * 2.0 - 1.0),
        };
        // Rounding must not carry what lies inside beyond an end.
        if (0.0..=1.0).contains(&t) { v.clamp(low, high) } else { v.clamp(f64::MIN, f64::MAX) }
    }

    /// Counts values in one pass; NaN is empty.
    fn fill<T: Copy>(self, values: &[T], real: impl Fn(T) -> f64) -> Histogram {
        let edges = self.edges();
        let (low, high) = (self.low, self.high);
        let span = high - low;
        let halved = if span.is_finite() { 1.0 } else { 0.5 };
        let per_unit = 1.0 / if span.is_finite() { span } else { high * 0.5 - low * 0.5 };
        let share = move |v: f64| (v * halved - low * halved) * per_unit;
        let found = match self.space {
            Space::Sqrt | Space::Cbrt => count(values, real, &edges, self, |v| root_cell(share(v))),
            Space::Power(gamma) if gamma < 1.0 => count(values, real, &edges, self, |v| root_cell(share(v))),
            Space::Linear | Space::Power(_) | Space::TwoSlope(_) => {
                count(values, real, &edges, self, |v| cell(share(v)))
            }
            Space::Log | Space::SymLog(_) => {
                let first = f64_key(low);
                let bits = u64::BITS - (f64_key(high) - first).leading_zeros();
                let shift = bits.saturating_sub(CELLS.trailing_zeros());
                count(values, real, &edges, self, |v| key_cell(f64_key(v), first, shift))
            }
        };
        let (empty, beyond) = (found[EMPTY], found[BEYOND]);
        let buckets = found[..BUCKETS].to_vec();
        Histogram { buckets, low, high, empty, beyond, space: self.space }
    }

    /// The least value of each bucket but the first; then infinity.
    fn edges(self) -> [f64; BUCKETS] {
        let place = |key| self.position(f64_from_key(key)) * BUCKETS as f64;
        let found = thresholds(BUCKETS, |i| i as f64, (f64_key(self.low), f64_key(self.high)), place);
        std::array::from_fn(|i| found.get(i).map_or(f64::INFINITY, |key| f64_from_key(*key)))
    }
}

/// The value of a symmetrical logarithm.
fn un_symlog(at: f64, linthresh: f64) -> f64 {
    if at.abs() <= SYMLOG_LINEAR {
        return at / SYMLOG_LINEAR * linthresh;
    }
    libm::exp10(at.abs() - SYMLOG_LINEAR + libm::log10(linthresh)).copysign(at)
}

/// The number of cells that a table cuts the values into, to find a bucket without taking a logarithm or a root.
const CELLS: usize = 1 << 14;
/// Where empty pixels are counted.
const EMPTY: usize = BUCKETS;
/// Where pixels are counted whose value has no place.
const BEYOND: usize = BUCKETS + 1;

/// The cell of a share from 0 to 1; some cell for all else.
#[inline]
fn cell(share: f64) -> usize {
    // Adding 2^52 leaves a whole number in the low bits, which costs less than a cast.
    const WHOLE: f64 = (1_u64 << 52) as f64;
    let at = (share * CELLS as f64).max(0.0).min((CELLS - 1) as f64) + WHOLE;
    low_bits(at.to_bits())
}

/// The cell of a share from 0 to 1 whose root is wanted: narrower towards 0, and all below 2^-24 in one.
#[inline]
fn root_cell(share: f64) -> usize {
    const FIRST: u64 = (1023 - 24) << 52;
    key_cell(share.max(0.0).to_bits(), FIRST, 52 + 5 - CELLS.trailing_zeros())
}

#[inline]
fn key_cell(key: u64, first: u64, shift: u32) -> usize {
    low_bits((key.saturating_sub(first) >> shift).min(CELLS as u64 - 1))
}

#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the low bits are what is wanted")]
fn low_bits(word: u64) -> usize {
    word as usize % CELLS
}

/// How many values each bucket holds. `cell` grows with the value.
fn count<T: Copy>(
    values: &[T],
    real: impl Fn(T) -> f64,
    edges: &[f64; BUCKETS],
    axis: HistogramAxis,
    cell: impl Fn(f64) -> usize,
) -> Vec<u64> {
    // For each cell the number of edges in the cells before it: all at or below any of its values.
    let mut before = [0_u8; CELLS];
    let (mut filled, mut passed) = (0, 0_u8);
    for edge in edges.iter().filter(|edge| edge.is_finite()) {
        let at = cell(*edge);
        if at >= filled {
            before[filled..=at].fill(passed);
            filled = at + 1;
        }
        passed = passed.saturating_add(1);
    }
    before[filled..].fill(passed);
    let place = |value: &T| {
        let v = real(*value);
        let mut bucket = usize::from(before[cell(v)]);
        // Few cells hold an edge, so that this is seldom entered and costs no wrong guess of the processor.
        while bucket < BUCKETS - 1 && edges[bucket] <= v {
            bucket += 1;
        }
        let apart = if v.is_nan() { EMPTY } else { BEYOND };
        if (v >= axis.low) & (v <= axis.high) { bucket } else { apart }
    };
    let mut counts = stats::Histogram::new(BEYOND + 1);
    counts.add(values.iter().map(place));
    counts.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::norm::normalise;
    use proptest::prelude::*;

    const NORMS: [Norm; 10] = [
        Norm::Linear,
        Norm::Log,
        Norm::Sqrt,
        Norm::Cbrt,
        Norm::EqHist,
        Norm::Power(0.3),
        Norm::Power(3.0),
        Norm::SymLog { linthresh: 0.5 },
        Norm::TwoSlope { center: 0.25 },
        Norm::Centered { center: 0.0 },
    ];

    #[test]
    fn by_hand() {
        let counts = Values::Count(vec![0, 1, 1, 16, 0, 256]);
        let log = Histogram::new(&counts, &Norm::Log, None).unwrap();
        let full: Vec<(usize, u64)> = log.buckets.iter().copied().enumerate().filter(|(_, n)| *n > 0).collect();
        assert_eq!(full, [(0, 2), (128, 1), (255, 1)]);
        assert_eq!((log.low, log.high, log.empty, log.beyond), (1.0, 256.0, 2, 0));
        assert_eq!(Histogram::new(&counts, &Norm::EqHist, None), Some(log));
        let linear = Histogram::new(&Values::Count(vec![1, 128, 129, 257]), &Norm::Linear, None).unwrap();
        assert_eq!((linear.buckets[0], linear.buckets[127], linear.buckets[128], linear.buckets[255]), (1, 1, 1, 1));
    }

    #[test]
    fn values_without_a_place_are_counted_apart() {
        let reals = Values::Real(vec![f64::NAN, f64::INFINITY, -1.0, 0.0, 1.0, 10.0]);
        let log = Histogram::new(&reals, &Norm::Log, None).unwrap();
        assert_eq!((log.empty, log.beyond, log.low, log.buckets.iter().sum::<u64>()), (1, 3, 1.0, 2));
        let equalized = Histogram::new(&reals, &Norm::EqHist, None).unwrap();
        assert_eq!((equalized.low, equalized.beyond, equalized.position(4.5)), (-1.0, 1, 0.5));
        for nothing in [Values::Count(vec![0; 4]), Values::Real(vec![f64::NAN; 4]), Values::Real(Vec::new())] {
            assert_eq!(Histogram::new(&nothing, &Norm::Linear, None), None);
        }
        assert_eq!(Histogram::new(&Values::Real(vec![-1.0, 0.0]), &Norm::Log, None), None);
    }

    #[test]
    fn one_value_stands_in_the_middle() {
        for norm in NORMS {
            for v in [1.0, 7.5, 1e300] {
                let one = Histogram::new(&Values::Real(vec![v; 9]), &norm, None).unwrap();
                assert!(one.low < v && v < one.high && one.buckets.iter().sum::<u64>() == 9, "{norm} {v}");
            }
            for v in [f64::MAX, 5e-324] {
                let one = Histogram::new(&Values::Real(vec![v; 9]), &norm, None).unwrap();
                assert!(one.low <= v && v <= one.high && one.low < one.high && one.high.is_finite(), "{norm} {v}");
                assert_eq!(one.buckets.iter().sum::<u64>(), 9);
            }
        }
    }

    /// Millions of values, as a full screen has them.
    #[test]
    fn a_full_screen_is_quick() {
        let n = 1920 * 1080_u64;
        let spread = |i: u64| i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 11;
        let small = Values::Count((0..n).map(|i| spread(i) % 5000 * u64::from(i % 3 > 0)).collect());
        let large = Values::Count((0..n).map(|i| spread(i) >> (spread(i + 1) % 50)).collect());
        let reals = Values::Real((0..n).map(|i| spread(i) as f64 / 1e9 - if i % 2 == 0 { 4e6 } else { 0.0 }).collect());
        for (name, values) in [("small counts", &small), ("large counts", &large), ("reals", &reals)] {
            for norm in NORMS {
                let best = (0..5)
                    .map(|_| {
                        let started = std::time::Instant::now();
                        let made = Histogram::new(values, &norm, None);
                        assert!(made.is_some());
                        started.elapsed()
                    })
                    .min()
                    .unwrap();
                println!("{name}, {norm}: {:.2} ms", best.as_secs_f64() * 1e3);
                // Far above what it takes, as tests run on loaded machines and unoptimised.
                assert!(best.as_secs_f64() < 0.5, "{name}, {norm}: {best:?}");
            }
        }
    }

    fn reals() -> impl Strategy<Value = Vec<f64>> {
        let wide = prop::collection::vec(any::<f64>(), 1..200);
        let positive = prop::collection::vec(1e-3..1e6, 1..200);
        let even = prop::collection::vec(-5.0..5.0, 1..200);
        let close = prop::collection::vec(273.15..273.150_001, 1..200);
        let tiny = prop::collection::vec(0.0..1e-310, 1..200);
        prop_oneof![wide, positive, even, close, tiny]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn every_value_is_in_the_bucket_of_its_position(reals in reals(), counts in any::<bool>()) {
            let values = if counts {
                Values::Count(reals.iter().map(|v| v.to_bits() >> (v.to_bits() % 64)).collect())
            } else {
                Values::Real(reals.clone())
            };
            let size = reals.len() as u64;
            for norm in NORMS {
                let Some(found) = Histogram::new(&values, &norm, None) else { continue };
                prop_assert_eq!(found.buckets.iter().sum::<u64>() + found.empty + found.beyond, size);
                prop_assert_eq!(found.buckets.len(), BUCKETS);
                let listed: Vec<f64> = match &values {
                    Values::Count(counts) => counts.iter().filter(|c| **c > 0).map(|c| *c as f64).collect(),
                    Values::Real(reals) => reals.iter().copied().filter(|v| v.is_finite()).collect(),
                    Values::Categories(by) => by.totals().iter().filter(|c| **c > 0).map(|c| *c as f64).collect(),
                };
                let mut slow = vec![0_u64; BUCKETS];
                let mut sure = vec![true; BUCKETS];
                for v in listed.into_iter().filter(|v| *v >= found.low) {
                    let at = found.position(v) * BUCKETS as f64;
                    let bucket = (0..BUCKETS).rev().find(|i| *i as f64 <= at).unwrap_or(0);
                    slow[bucket] += 1;
                    // At an edge the logarithm's rounding may decide.
                    if (at - at.round()).abs() < 1e-9 {
                        let edge = (0..BUCKETS).rev().find(|i| *i as f64 <= at + 0.5).unwrap_or(0);
                        sure[edge] = false;
                        sure[edge.saturating_sub(1)] = false;
                    }
                }
                for i in (0..BUCKETS).filter(|i| sure[*i]) {
                    prop_assert_eq!(found.buckets[i], slow[i], "{:?} bucket {}", norm, i);
                }
            }
        }

        #[test]
        fn positions_and_values_are_inverse_and_even_for_the_norm(reals in reals(), t in 0.0..1.0) {
            for norm in NORMS {
                let Some(found) = Histogram::new(&Values::Real(reals.clone()), &norm, None) else { continue };
                prop_assert_eq!(found.value_at(0.0), found.low);
                prop_assert_eq!(found.value_at(1.0), found.high);
                let v = found.value_at(t);
                prop_assert!(v >= found.low && v <= found.high);
                let resolved = v.next_up() - v.next_down() < (found.high - found.low) * 1e-7;
                if resolved {
                    prop_assert!((found.position(v) - t).abs() < 1e-3, "{norm}: {t} {v} {}", found.position(v));
                }
                // Where the centre is not between the values, limits are others than these.
                let has_center = match norm {
                    Norm::TwoSlope { center } => found.low < center && center < found.high,
                    _ => true,
                };
                if norm != Norm::EqHist && resolved && has_center {
                    // Colors change evenly along it.
                    let color = normalise(v, &norm, found.low, found.high);
                    prop_assert!((color - t).abs() < 1e-3, "{norm}: {t} {color}");
                }
                for outside in [-1.0, -0.5, 1.5, 2.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                    let v = found.value_at(outside);
                    prop_assert!(v.is_finite() && (-1.0..=2.0).contains(&found.position(v)), "{norm} {outside} {v}");
                }
            }
        }
    }
}
