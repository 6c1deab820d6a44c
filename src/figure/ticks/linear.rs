//! Multiples of 1, 2, 2.5 or 5 times a power of ten.

use super::{Ruler, Tick, Ticks, decimal, in_order, major, minor, spacing};

/// The most candidates that are tried on one axis.
const MOST: i128 = 4000;

/// A step of `unit` · 10^`exponent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    unit: i128,
    exponent: i32,
}

impl Step {
    /// The least step of at least `size` (above 0); a whole number if `integer`.
    pub(super) fn at_least(size: f64, integer: bool) -> Option<Self> {
        if !(size.is_finite() && size > 0.0) {
            return None;
        }
        let exponent = floor(libm::log10(size));
        // Also where rounding of the logarithm was off by one.
        let exponent = (exponent - 1..=exponent + 1).find(|e| decimal::to_f64(10, *e) >= size * (1.0 - 1e-9))?;
        let steps = [(1, exponent), (2, exponent), (25, exponent - 1), (5, exponent), (1, exponent + 1)];
        let step = steps
            .into_iter()
            .filter(|(_, exponent)| !integer || *exponent >= 0)
            .find(|(unit, exponent)| decimal::to_f64(*unit, *exponent) >= size * (1.0 - 1e-9));
        let (unit, exponent) = step.unwrap_or((1, 0));
        Some(Self { unit, exponent })
    }

    fn size(self) -> f64 {
        decimal::to_f64(self.unit, self.exponent)
    }

    /// Finer steps that divide this one, finest first.
    fn parts(self) -> [Self; 2] {
        let Self { unit, exponent } = self;
        let step = |unit, exponent| Self { unit, exponent };
        match unit {
            1 => [step(2, exponent - 1), step(5, exponent - 1)],
            2 => [step(5, exponent - 1), step(1, exponent)],
            25 => [step(5, exponent), step(5, exponent)],
            _ => [step(1, exponent), step(1, exponent)],
        }
    }

    /// The multiples in view with their positions: `number` in units of 10^`exponent`.
    fn multiples(self, ruler: &Ruler) -> Vec<(i128, f64)> {
        let (first, last) = match self.bounds(ruler) {
            Some(bounds) if bounds.1 - bounds.0 <= MOST => bounds,
            _ => return Vec::new(),
        };
        let place = |k: i128| {
            let number = k.checked_mul(self.unit)?;
            Some((number, ruler.place(number, self.exponent)?))
        };
        (first..=last).filter_map(place).collect()
    }

    /// Multipliers that surely enclose the range.
    fn bounds(self, ruler: &Ruler) -> Option<(i128, i128)> {
        if ruler.integer && self.exponent >= 0 {
            let step = self.unit.checked_mul(10_i128.checked_pow(self.exponent.unsigned_abs())?)?;
            let (start, end) = (ruler.axis.range.start.split().0, ruler.axis.range.end.split().0);
            return Some((start.div_euclid(step), end.div_euclid(step) + 1));
        }
        let (start, end) = ruler.ends();
        // Steps below the normal numbers have few digits as f64.
        let lift = if self.exponent < -280 { 60 } else { 0 };
        let step = decimal::to_f64(self.unit, self.exponent + lift);
        let (first, last) = (start * decimal::to_f64(1, lift) / step, end * decimal::to_f64(1, lift) / step);
        // Quotients beyond 2^53 are off by some units.
        let slack = 2.0 + first.abs().max(last.abs()) * 4.0 * f64::EPSILON;
        let (first, last) = (first - slack, last + slack);
        (first.abs().max(last.abs()) < 1e36).then(|| (whole(first), whole(last)))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "f64's exponents are below 400")]
fn floor(value: f64) -> i32 {
    value.floor() as i32
}

#[expect(clippy::cast_possible_truncation, reason = "bounded by the caller")]
fn whole(value: f64) -> i128 {
    value.floor() as i128
}

/// Evenly spaced ticks; also used on other scales where a small stretch of them is visible.
pub(super) fn ticks(ruler: &Ruler) -> Ticks {
    let (start, end) = ruler.ends();
    let width = ruler.rule.linear().map_or(end - start, |linear| linear.width);
    // Not width / pixels first, which might vanish.
    let size = |room: f64| width * (room / ruler.pixels());
    // No step between numbers that no row can be between, unless nothing else is in view.
    let least = ruler.least_apart();
    let (mut found, mut step) = (Vec::new(), Step { unit: 1, exponent: 0 });
    // One label says nothing about the scale: then rather a step that is a little too small.
    for (closer, least) in [(1.0, least), (0.6, least), (0.4, 0.0)] {
        let Some(next) = Step::at_least(size(ruler.room.major * closer).max(least), ruler.integer) else { break };
        step = next;
        found = step.multiples(ruler);
        found.dedup_by(|next, kept| next.1 <= kept.1);
        if found.len() > 1 {
            break;
        }
    }
    let numbers: Vec<i128> = found.iter().map(|(number, _)| *number).collect();
    let (labels, offset) = decimal::labels(&numbers, step.exponent);
    let mut all: Vec<Tick> = found.iter().zip(labels).map(|((_, at), label)| major(*at, label)).collect();
    let fits = |part: &Step| part.size() >= size(ruler.room.minor).max(least) && (!ruler.integer || part.exponent >= 0);
    if let Some(part) = step.parts().into_iter().find(fits) {
        all.extend(part.multiples(ruler).into_iter().map(|(_, at)| minor(at)));
    }
    Ticks { ticks: in_order(all), offset }
}

/// Round values between two others, at a step of at least `size`: numbers and their exponent.
pub(in crate::figure) fn round_values(low: f64, high: f64, size: f64, integer: bool) -> (Vec<i128>, i32) {
    // Nothing between numbers that f64 does not tell apart.
    let least = if size > 0.0 { 2.0 * spacing(low.abs().max(high.abs())) } else { 0.0 };
    let Some(step) = Step::at_least(size.max(least), integer) else {
        return (Vec::new(), 0);
    };
    let (first, last) = (low / step.size(), high / step.size());
    // Quotients beyond 2^53 are off by some units.
    let slack = 2.0 + first.abs().max(last.abs()) * 4.0 * f64::EPSILON;
    let (first, last) = (first - slack, last + slack);
    if first.abs().max(last.abs()) > 1e36 || last - first > 4000.0 {
        return (Vec::new(), 0);
    }
    let numbers = (whole(first)..=whole(last)).map(|k| k * step.unit);
    let inside = |n: &i128| (low..=high).contains(&decimal::to_f64(*n, step.exponent));
    (numbers.filter(inside).collect(), step.exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_no_smaller_than_asked() {
        for (size, integer, unit, exponent) in [
            (1.0, false, 1, 0),
            (1.1, false, 2, 0),
            (2.1, false, 25, -1),
            (2.1, true, 5, 0),
            (21.0, true, 25, 0),
            (0.03, false, 5, -2),
            (0.03, true, 1, 0),
            (5.1, false, 1, 1),
            (1e-320, false, 1, -320),
            (0.1, false, 1, -1),
            (1e15, false, 1, 15),
        ] {
            assert_eq!(Step::at_least(size, integer), Some(Step { unit, exponent }), "{size}");
        }
        assert_eq!(Step::at_least(f64::NAN, false), None);
        assert_eq!(Step::at_least(0.0, false), None);
    }
}
