//! Dates between two times, for those who place them by a rule of their own.

use super::time::{SECOND, contexts, nanoseconds};
use super::{TimeUnit, spacing};
use crate::scene::axis::Coordinate;

pub(in crate::figure) use super::time::Step;

/// Most dates that are looked at.
const MOST: i128 = 4000;

/// A step of at least `size` units, and its dates from `low` to `high`: in nanoseconds since 1970, and in units. None where
/// these are beyond what i128 nanoseconds hold, or too many.
pub(in crate::figure) fn at(low: f64, high: f64, size: f64, unit: TimeUnit) -> Option<(Step, Vec<(i128, f64)>)> {
    let numerator = i128::from(unit.numerator).checked_mul(SECOND)?;
    let denominator = i128::from(unit.denominator);
    let instant = |v: f64| nanoseconds(Coordinate::Real(v).split(), numerator, denominator);
    let (start, end) = (instant(low)?, instant(high)?);
    // Nothing between numbers that f64 does not tell apart.
    let size = size.max(2.0 * spacing(low.abs().max(high.abs())));
    let (step, _) = Step::at_least(size * numerator as f64 / denominator as f64);
    if (end - start) / step.nanoseconds() > MOST {
        return None;
    }
    let value = |t: i128| Some((t, t.checked_mul(denominator)? as f64 / numerator as f64));
    Some((step, step.instants(start, end).into_iter().filter_map(value).collect()))
}

/// What dates at some of a step's places say; the second line, after `\n`, holds for longer.
pub(in crate::figure) fn labels(step: Step, instants: &[i128]) -> Vec<String> {
    contexts(&instants.iter().map(|t| step.words(*t)).collect::<Vec<_>>())
}
