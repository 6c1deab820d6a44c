//! What both engines accumulate, exact integers for each pixel, and how these become the aggregate's numbers.

use crate::data::column::LaneKind;
use crate::plan::{FixedPoint, FramePlan, Reduce};
use crate::scene::reduction::Statistic;

use super::by_category::add_up_planes;
use super::ordered::{f64_from_key, i64_from_key};
use super::{Accounting, Aggregate, ByCategory, Rest, Values};

/// Exact integers for each pixel of the view, row-major, no padding. Vectors that a reduction does not need are empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cells {
    /// Rows in each pixel.
    pub counts: Vec<u64>,
    /// Sum of the fixed-point values.
    pub sums: Vec<i128>,
    /// Sum of the squares of the fixed-point values.
    pub squares: Vec<i128>,
    /// Greatest ordered key ([`f64_key`](super::ordered::f64_key) or [`i64_key`](super::ordered::i64_key)) of the
    /// values; for the minimum, the complement of the least.
    pub extremes: Vec<u64>,
    /// Of 8 × 8 points in each pixel, those that a marker covers.
    pub masks: Vec<u64>,
    /// How many more lines pass each pixel than the one below it; see [`Cells::with_runs`].
    pub runs: Vec<i64>,
    /// Counts in pixels that are of no row: of lines on their way.
    pub passing: u64,
    /// For each category its rows in each pixel.
    pub planes: Vec<Vec<u64>>,
    /// Rows in no pixel.
    pub rest: Rest,
}

impl Cells {
    /// The aggregate that these integers mean. `value` is the kind of the value column.
    pub fn finish(self, plan: &FramePlan, value: Option<LaneKind>) -> Aggregate {
        let accounting = Accounting::new(self.in_view(), self.rest);
        let values = self.values(plan, value);
        Aggregate { width: plan.view.x.pixels, height: plan.view.y.pixels, values, accounting }
    }

    /// Rows that fell into pixels.
    pub fn in_view(&self) -> u64 {
        self.counts.iter().sum::<u64>().saturating_sub(self.passing)
    }

    /// Leaves no pixels, but their room.
    pub fn clear(&mut self) {
        let Self { counts, sums, squares, extremes, masks, runs, passing, planes, rest } = self;
        [counts, extremes, masks].into_iter().chain(planes).for_each(Vec::clear);
        [sums, squares].into_iter().for_each(Vec::clear);
        runs.clear();
        (*passing, *rest) = (0, Rest::default());
    }

    /// Takes for the rows in each pixel what the counts of its categories add up to, where a reduction has such.
    pub fn sum_planes(&mut self, reduce: Reduce) {
        if let Reduce::CountBy { .. } = reduce {
            add_up_planes(&self.planes, &mut self.counts);
        }
    }

    /// The same with what is noted as runs counted in each pixel. `below` holds what passes the row of pixels beneath these
    /// (at first it is empty), and afterwards what passes the uppermost of them.
    #[must_use]
    pub fn with_runs(mut self, width: usize, below: &mut Vec<i64>) -> Self {
        below.resize(width, 0);
        let runs = std::mem::take(&mut self.runs);
        for (counts, runs) in self.counts.chunks_mut(width.max(1)).zip(runs.chunks(width.max(1))) {
            for ((count, run), passing) in counts.iter_mut().zip(runs).zip(below.iter_mut()) {
                *passing += run;
                *count = count.wrapping_add_signed(*passing);
            }
        }
        self
    }

    /// The numbers that these integers mean, pixel by pixel; some rows of pixels will do.
    pub fn values(self, plan: &FramePlan, value: Option<LaneKind>) -> Values {
        match plan.reduce {
            Reduce::Count => Values::Count(self.counts),
            reduce @ Reduce::CountBy { .. } => {
                Values::Categories(ByCategory::of_planes(reduce.planes(), self.planes, self.counts))
            }
            _ => self.values_so_far(plan, value),
        }
    }

    /// As [`Cells::values`], where more is to come.
    pub fn values_so_far(&self, plan: &FramePlan, value: Option<LaneKind>) -> Values {
        let bias = match value {
            Some(LaneKind::I64 { bias, .. }) => bias,
            _ => 0,
        };
        match plan.reduce {
            Reduce::Count => Values::Count(self.counts.clone()),
            reduce @ Reduce::CountBy { .. } => {
                let (planes, totals) = (self.planes.clone(), self.counts.clone());
                Values::Categories(ByCategory::of_planes(reduce.planes(), planes, totals))
            }
            Reduce::Coverage => {
                let share = |mask: &u64| if *mask > 0 { f64::from(mask.count_ones()) / 64.0 } else { f64::NAN };
                Values::Real(self.masks.iter().map(share).collect())
            }
            // Fields have no cells of their own here: their numbers are made at once.
            Reduce::Over(_) => Values::Real(Vec::new()),
            Reduce::Any => Values::Real(self.counts.iter().map(|n| if *n > 0 { 1.0 } else { f64::NAN }).collect()),
            Reduce::Total(statistic, fixed) => Values::Real(self.totals(statistic, fixed, bias)),
            Reduce::Extreme(largest) => Values::Real(self.extreme_values(largest, value)),
        }
    }

    fn totals(&self, statistic: Statistic, fixed: FixedPoint, bias: i128) -> Vec<f64> {
        let squares = self.squares.iter().copied().chain(std::iter::repeat(0));
        let cells = self.counts.iter().zip(&self.sums).zip(squares);
        cells
            .map(|((&n, &sum), square)| match (n, statistic) {
                (0, _) => f64::NAN,
                (_, Statistic::Std) => standard_deviation(n, sum, square, fixed),
                (_, Statistic::Mean) => match fixed {
                    FixedPoint::Real { shift, .. } => scaled(real(sum) / real(n.into()), -shift),
                    _ => total(n, sum, fixed, bias) / real(n.into()),
                },
                _ => total(n, sum, fixed, bias),
            })
            .collect()
    }

    fn extreme_values(&self, largest: bool, value: Option<LaneKind>) -> Vec<f64> {
        let of_key = |key: u64| {
            let key = if largest { key } else { !key };
            match value {
                Some(LaneKind::I64 { bias, .. }) => real(i128::from(i64_from_key(key)) + bias),
                _ => f64_from_key(key),
            }
        };
        let cells = self.counts.iter().zip(&self.extremes);
        cells.map(|(n, key)| if *n == 0 { f64::NAN } else { of_key(*key) }).collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "the one rounding of an exact integer")]
fn real(v: i128) -> f64 {
    v as f64
}

/// v · 2^power, rounded once at most (where it is subnormal).
fn scaled(v: f64, power: i32) -> f64 {
    match u64::try_from(power + 1023) {
        // One multiplication with a normal power of two is exact but for over- and underflow, which it rounds once.
        Ok(biased @ 1..=2046) => v * f64::from_bits(biased << 52),
        _ => libm::ldexp(v, power),
    }
}

/// The sum of n values from the sum of their fixed-point integers: one rounding.
fn total(n: u64, sum: i128, fixed: FixedPoint, bias: i128) -> f64 {
    match fixed {
        FixedPoint::Real { shift, .. } => scaled(real(sum), -shift),
        FixedPoint::Integer => real(sum + i128::from(n) * bias),
        FixedPoint::Offset { origin, shift } => real((sum << shift) + i128::from(n) * (i128::from(origin) + bias)),
    }
}

/// Population standard deviation from exact sums.
///
/// With m = floor(sum / n) and r = sum − m·n, the integer Σ(q − m)² = squares − 2·m·sum + n·m² is exact (computed modulo
/// 2^128, in which it fits), and the variance is (Σ(q − m)² − r²/n) / n.
fn standard_deviation(n: u64, sum: i128, squares: i128, fixed: FixedPoint) -> f64 {
    let count = i128::from(n);
    let mean = sum.div_euclid(count);
    let rest = real(sum.rem_euclid(count));
    let about_mean = squares
        .wrapping_sub(mean.wrapping_mul(sum).wrapping_mul(2))
        .wrapping_add(count.wrapping_mul(mean).wrapping_mul(mean));
    let variance = ((real(about_mean) - rest * rest / real(count)) / real(count)).max(0.0);
    match fixed {
        FixedPoint::Real { shift, .. } => scaled(variance.sqrt(), -shift),
        FixedPoint::Integer => variance.sqrt(),
        FixedPoint::Offset { shift, .. } => libm::ldexp(variance.sqrt(), shift.try_into().unwrap_or(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn std_of_near_equal_large_numbers_is_exact() {
        // 10^12, 10^12 + 1, 10^12 + 2: variance 2/3; a naive f64 formula gives nonsense.
        let q = [1_000_000_000_000_i128, 1_000_000_000_001, 1_000_000_000_002];
        let std = standard_deviation(3, q.iter().sum(), q.iter().map(|v| v * v).sum(), FixedPoint::Integer);
        assert!((std - (2.0_f64 / 3.0).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn a_real_sum_is_rounded_once() {
        let fixed = FixedPoint::real(0.0, 0.3, 61);
        let FixedPoint::Real { factors, .. } = fixed else { panic!() };
        let sum: i128 = [0.1, 0.2, 0.3].iter().map(|v| i128::from(FixedPoint::of_real(factors, *v))).sum();
        assert!((total(3, sum, fixed, 0) - 0.6).abs() < 1e-16);
    }
}
