//! The levels of contour lines, from what is asked for and the range of a field.

use crate::figure::ticks::decimal;
use crate::scene::contour::{LevelChoice, MAX_CONTOURS};

/// Why there are no levels.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LevelError {
    /// A step that is too small for the range.
    #[error(
        "choosing the levels of contour lines: a step of {step} from {low} to {high} makes more than {MAX_CONTOURS} levels; \
         give a larger step, or n:COUNT"
    )]
    TooMany {
        /// The step.
        step: f64,
        /// The least value.
        low: f64,
        /// The greatest value.
        high: f64,
    },
}

/// The steps that matplotlib's `MaxNLocator` takes, times a power of ten.
const STEPS: [f64; 10] = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];

/// The levels for a field whose finite values are from `low` to `high`: rising, at most [`MAX_CONTOURS`]. None where no
/// value is finite.
///
/// # Errors
/// [`LevelError::TooMany`].
pub fn levels(choice: &LevelChoice, low: f64, high: f64) -> Result<Vec<f64>, LevelError> {
    if !(low.is_finite() && high.is_finite() && low <= high) {
        return Ok(Vec::new());
    }
    match choice {
        LevelChoice::List(levels) => Ok(levels.clone()),
        LevelChoice::Step { step, base } => steps(*step, *base, low, high),
        LevelChoice::Count(count) if low.abs().max(high.abs()) < 1e306 => Ok(round(*count, low, high)),
        // No f64 is as wide as such a range may be.
        LevelChoice::Count(count) => {
            let parts = round(*count, low / 100.0, high / 100.0);
            Ok(parts.iter().map(|level| level * 100.0).filter(|level| level.is_finite()).collect())
        }
    }
}

/// What is in the range and a whole number of steps away from the base.
fn steps(step: f64, base: f64, low: f64, high: f64) -> Result<Vec<f64>, LevelError> {
    // One more at either end, should quotients be rounded off.
    let (first, last) = ((low / step - base / step).ceil() - 1.0, (high / step - base / step).floor() + 1.0);
    // Beyond 2^53, numbers are no longer next to each other.
    let too_many = || LevelError::TooMany { step, low, high };
    if !(last - first <= MAX_CONTOURS as f64 + 1.0 && first.abs().max(last.abs()) < 9e15) {
        return Err(too_many());
    }
    let mut found: Vec<f64> = Vec::new();
    let mut number = first;
    while number <= last {
        let level = tidy(base + number * step, step);
        if (low..=high).contains(&level) && found.last().is_none_or(|last| *last < level) {
            found.push(level);
        }
        number += 1.0;
    }
    if found.len() > MAX_CONTOURS { Err(too_many()) } else { Ok(found) }
}

/// The number with twelve more digits than its step has: 0.3 for 0.30000000000000004.
fn tidy(value: f64, step: f64) -> f64 {
    let decimals = 12.0 - libm::log10(step.abs()).floor();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    let decimals = decimals.clamp(0.0, 340.0) as usize;
    let tidied: f64 = format!("{value:.decimals$}").parse().unwrap_or(value);
    // No negative zero.
    if tidied == 0.0 { 0.0 } else { tidied }
}

/// About `count` round levels as matplotlib's contour() chooses them: `MaxNLocator(count + 1, min_n_ticks=1)`, of which
/// all in the range stay, and one beyond each end.
fn round(count: u32, low: f64, high: f64) -> Vec<f64> {
    let (found, step) = locate(f64::from(count + 1), widened(low, high));
    let start = found.iter().rposition(|level| *level < low).unwrap_or(0);
    let end = found.iter().position(|level| *level > high).map_or(found.len(), |at| at + 1);
    let trimmed = found.get(start..end).filter(|levels| levels.len() >= 3).unwrap_or(&found);
    let mut tidied: Vec<f64> = trimmed.iter().map(|level| tidy(*level, step)).collect();
    tidied.retain(|level| level.is_finite());
    tidied.dedup_by(|next, kept| *next <= *kept);
    tidied.truncate(MAX_CONTOURS);
    tidied
}

/// A range that has a width, as matplotlib's `_nonsingular` makes it for this locator.
fn widened(low: f64, high: f64) -> (f64, f64) {
    const EXPANDER: f64 = 1e-13;
    const TINY: f64 = 1e-14;
    let greatest = low.abs().max(high.abs());
    if greatest < 1e6 / TINY * f64::MIN_POSITIVE {
        (-EXPANDER, EXPANDER)
    } else if high - low <= greatest * TINY {
        (low - EXPANDER * low.abs(), high + EXPANDER * high.abs())
    } else {
        (low, high)
    }
}

/// 10 to the whole number below the logarithm.
fn power_below(value: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, reason = "f64's exponents are below 400")]
    let exponent = libm::log10(value).floor() as i32;
    decimal::to_f64(1, exponent)
}

/// `MaxNLocator._raw_ticks`: levels over the range, one beyond each end perhaps, and their step.
fn locate(bins: f64, (low, high): (f64, f64)) -> (Vec<f64>, f64) {
    let (width, middle) = (high - low, low / 2.0 + high / 2.0);
    let offset = if middle.abs() / width < 100.0 { 0.0 } else { power_below(middle.abs()).copysign(middle) };
    let scale = power_below(width / bins);
    let (low, high) = (low - offset, high - offset);
    let smaller = STEPS[..9].iter().map(|step| 0.1 * step);
    let steps: Vec<f64> = smaller.chain(STEPS).chain([10.0 * STEPS[1]]).map(|step| step * scale).collect();
    let raw = (high - low) / bins;
    let largest = steps.iter().position(|step| *step >= raw).unwrap_or(steps.len() - 1);
    let mut made = (Vec::new(), scale);
    for step in steps[..=largest].iter().rev() {
        let start = divide(low, *step).0 * step;
        let first = edge(low - start, *step, offset, 1.0);
        let last = edge(high - start, *step, offset, 0.0);
        // Twenty smaller steps are tried, down to a hundredth of the largest.
        let total = (last - first + 1.0).clamp(0.0, 1e5);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let ticks: Vec<f64> = (0..total as u32).map(|k| (first + f64::from(k)) * step + start).collect();
        let is_enough = ticks.iter().any(|tick| (low..=high).contains(tick));
        made = (ticks.iter().map(|tick| tick + offset).collect(), *step);
        if is_enough {
            break;
        }
    }
    made
}

/// Which step is at or below a number (`near` 1), or at or above it (`near` 0), with some tolerance for rounding.
fn edge(x: f64, step: f64, offset: f64, near: f64) -> f64 {
    let tolerance = if offset == 0.0 {
        1e-10
    } else {
        libm::pow(10.0, libm::log10(offset.abs() / step) - 12.0).clamp(1e-10, 0.4999)
    };
    let (whole, rest) = divide(x, step);
    let is_near = (rest / step - near).abs() < tolerance;
    // Below 1 and above 0 in one: one more if it is near 1, or if it is not near 0.
    if is_near == (near > 0.5) { whole + 1.0 } else { whole }
}

/// Python's `divmod`, for a positive divisor.
fn divide(x: f64, by: f64) -> (f64, f64) {
    let mut rest = x % by;
    let mut whole = (x - rest) / by;
    if rest < 0.0 {
        rest += by;
        whole -= 1.0;
    }
    (whole.round(), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_those_of_matplotlib() {
        let path = format!("{}/tests/fixtures/contours/levels.txt", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let mut compared = 0;
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (asked, wanted) = line.split_once(':').unwrap();
            let numbers = |text: &str| text.split_whitespace().map(|w| w.parse().unwrap()).collect::<Vec<f64>>();
            let (asked, mut wanted) = (numbers(asked), numbers(wanted));
            let count = asked[2].to_string().parse().unwrap();
            let got = levels(&LevelChoice::Count(count), asked[0], asked[1]).unwrap();
            // Where neighbours of f64 are farther apart than steps, matplotlib repeats itself.
            wanted.dedup();
            assert_eq!(got.len(), wanted.len(), "{line}: {got:?}");
            let step = wanted[wanted.len() - 1] - wanted[0];
            let is_near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-9 * step / wanted.len() as f64;
            assert!(got.iter().zip(&wanted).all(is_near), "{line}: {got:?}");
            compared += 1;
        }
        assert_eq!(compared, 136 * 5);
    }

    #[test]
    fn levels_are_short_decimals() {
        let got = levels(&LevelChoice::AUTO, 0.0, 1.0).unwrap();
        assert_eq!(got, [0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1.05]);
        let got = levels(&"step:0.1".parse().unwrap(), -0.25, 0.75).unwrap();
        assert_eq!(got, [-0.2, -0.1, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
        assert!(got.iter().all(|level| level.to_string().len() < 5));
    }

    #[test]
    fn steps_from_a_base() {
        for (text, low, high, wanted) in [
            ("step:4:2", 0.0, 14.0, &[2.0, 6.0, 10.0, 14.0][..]),
            ("step:4:2", -3.0, 2.0, &[-2.0, 2.0]),
            ("step:4", 1001.0, 1012.5, &[1004.0, 1008.0, 1012.0]),
            ("step:4", 1001.0, 1003.0, &[]),
            ("step:5", 5.0, 5.0, &[5.0]),
        ] {
            let got = levels(&text.parse().unwrap(), low, high);
            assert_eq!(got.as_deref(), Ok(wanted), "{text}");
        }
        let all = levels(&"step:1".parse().unwrap(), 1.0, 300.0).unwrap();
        assert_eq!(all.len(), MAX_CONTOURS);
        for (text, high) in [("step:1", 301.0), ("step:1e-300", 1.0), ("step:1", f64::MAX)] {
            let error = levels(&text.parse().unwrap(), 1.0, high).unwrap_err();
            assert!(error.to_string().contains("larger step"), "{error}");
        }
    }

    #[test]
    fn no_range_has_no_levels_and_no_range_is_too_wide() {
        for (low, high) in [(f64::NAN, 1.0), (f64::INFINITY, f64::NEG_INFINITY), (2.0, 1.0), (0.0, f64::INFINITY)] {
            assert_eq!(levels(&LevelChoice::AUTO, low, high), Ok(Vec::new()));
        }
        for (low, high) in
            [(f64::MIN, f64::MAX), (-1.0, f64::MAX), (5e-324, 1e-323), (1.0, 1.0 + f64::EPSILON), (7.0, 7.0)]
        {
            for count in [1, 7, 250] {
                let got = levels(&LevelChoice::Count(count), low, high).unwrap();
                assert!(!got.is_empty() && got.len() <= MAX_CONTOURS, "{low} {high}: {got:?}");
                assert!(got.windows(2).all(|pair| pair[0] < pair[1]) && got.iter().all(|l| l.is_finite()), "{got:?}");
            }
        }
    }
}
