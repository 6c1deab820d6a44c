//! Ticks where round numbers leave much of a bar without any: histogram equalization gives what is frequent most of it, and
//! that may lie between two powers of ten.

use super::super::ticks::decimal;
use super::ColorBar;

/// Gaps between ticks that are wider than so many least distances are filled, and wider than this share of the bar.
const WIDE: (f64, f64) = (3.0, 0.16);
/// Ticks that a bar gets so at most.
const MOST: usize = 12;
/// Figures of a number beyond which it is not round.
const FIGURES: i32 = 4;

/// A number times a power of ten, and the height at which it stands.
type Tick = (i128, i32, f64);

/// More ticks, at the roundest values about the middle of each wide gap.
pub(super) fn fill(bar: &ColorBar, chosen: &mut Vec<Tick>, apart: f64) {
    let widest = (apart * WIDE.0).max(WIDE.1);
    let mut hopeless: Vec<f64> = Vec::new();
    for _ in 0..MOST {
        let mut heights: Vec<f64> = chosen.iter().map(|(.., height)| *height).collect();
        heights.extend([-apart, 1.0 + apart]);
        heights.sort_by(f64::total_cmp);
        let gaps = heights.windows(2).map(|pair| (pair[0], pair[1]));
        let open = gaps.filter(|(low, high)| high - low > widest && !hopeless.contains(low));
        let Some((low, high)) = open.max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0))) else { return };
        // About the middle if there is something round; else anywhere that is far enough from its neighbors.
        let near = |part: f64| {
            let reach = ((high - low) * part).max(apart);
            roundest(bar, (low + reach).max(0.0), (high - reach).min(1.0))
        };
        match near(1.0 / 3.0).or_else(|| near(0.0)) {
            Some(tick) => chosen.push(tick),
            None => hopeless.push(low),
        }
    }
}

/// The roundest number whose height lies between two.
fn roundest(bar: &ColorBar, low: f64, high: f64) -> Option<Tick> {
    let (least, most) = (value_at(bar, low)?, value_at(bar, high)?);
    let size = libm::log10(least.abs().max(most.abs())).floor();
    // Not of 0 nor of what is infinite.
    if !size.is_finite() || least >= most {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most the exponent of a real")]
    let first = size as i32;
    let last = if bar.counts { 0.max(first - FIGURES + 1) } else { first - FIGURES + 1 };
    let middle = f64::midpoint(low, high);
    (last..=first).rev().find_map(|exponent| {
        let unit = decimal::to_f64(1, exponent);
        #[expect(clippy::cast_possible_truncation, reason = "of at most so many figures")]
        let (from, to) = ((least / unit).ceil() as i128, (most / unit).floor() as i128);
        let found = (from..=to.min(from + 99)).filter_map(|number| {
            let height = bar.height(decimal::to_f64(number, exponent))?;
            (low..=high).contains(&height).then_some((number, exponent, height))
        });
        let rank = |(number, _, height): &Tick| {
            let coarse = [10, 5, 2, 1].iter().position(|part| number % part == 0).unwrap_or(4);
            (coarse, (height - middle).abs())
        };
        found.min_by(|a, b| {
            let (a, b) = (rank(a), rank(b));
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
        })
    })
}

/// The least value that stands at a height or above it.
fn value_at(bar: &ColorBar, height: f64) -> Option<f64> {
    use crate::aggregate::ordered::{f64_from_key, f64_key};
    let (low, high) = bar.limits?;
    let (mut least, mut enough) = (f64_key(low), f64_key(high));
    while least < enough {
        let middle = least + (enough - least) / 2;
        if bar.height(f64_from_key(middle)).is_some_and(|at| at >= height) {
            enough = middle;
        } else {
            least = middle + 1;
        }
    }
    Some(f64_from_key(least))
}

#[cfg(test)]
mod tests {
    use super::super::label_tests::{bar, labels};

    #[test]
    fn frequent_values_have_ticks_whatever_they_are() {
        // Most values lie between two and ten.
        let mut values: Vec<f64> = (0..1000).map(|i| 2.0 + f64::from(i % 80) / 10.0).collect();
        values.extend([0.1, 100.0]);
        let found = labels(&bar(&values, "eq_hist"), 0.05);
        for label in ["3", "4", "6", "8"] {
            assert!(found.iter().any(|l| l == label), "{label}: {found:?}");
        }
        // All within one step of a power of ten.
        let values: Vec<f64> = (0..1000).map(|i| 1000.0 + f64::from(i * i % 977)).collect();
        let found = labels(&bar(&values, "eq_hist"), 0.05);
        assert!(found.len() >= 5, "{found:?}");
        // Nothing to say of a single value.
        assert!(labels(&bar(&[7.0; 9], "eq_hist"), 0.05).len() <= 2);
    }
}
