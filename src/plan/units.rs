//! Layers share their axes although their times are counted in different units: days here, nanoseconds there.

use crate::data::dtype::TimeUnit;
use crate::data::expression::Step;
use crate::data::stats::{ColumnStats, Number};
use crate::scene::axis::{Coordinate, Range, ViewError};

use super::ColumnFacts;

/// How many of another unit one of a unit is: `from / to`, as far reduced as can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ratio {
    from: i128,
    to: i128,
}

/// From the unit of one column to that of another; none where there is nothing to convert.
///
/// # Errors
/// Units of which one is no multiple of the other: months have no fixed length. Times beside plain numbers.
fn ratio(axis: &'static str, from: &ColumnFacts, to: &ColumnFacts) -> Result<Option<Ratio>, ViewError> {
    let step = |facts: &ColumnFacts| facts.time.map(Step::of);
    let (a, b) = match (step(from), step(to)) {
        (Some(Step::Attoseconds(a)), Some(Step::Attoseconds(b))) | (Some(Step::Months(a)), Some(Step::Months(b))) => {
            (a, b)
        }
        (Some(Step::Months(_)), Some(Step::Attoseconds(_))) | (Some(Step::Attoseconds(_)), Some(Step::Months(_))) => {
            let name = |facts: &ColumnFacts| facts.time.as_ref().map(TimeUnit::to_string).unwrap_or_default();
            return Err(ViewError::Units { axis, one: name(to), other: name(from) });
        }
        // A plain number is no moment.
        (Some(Step::Months(_) | Step::Attoseconds(_)), None) | (None, Some(Step::Months(_) | Step::Attoseconds(_))) => {
            return Err(ViewError::TimesAndNumbers { axis });
        }
        _ => return Ok(None),
    };
    let (mut part, mut rest) = (a, b);
    while rest != 0 {
        (part, rest) = (rest, part % rest);
    }
    Ok((a != b).then_some(Ratio { from: a / part, to: b / part }))
}

impl Ratio {
    fn real(self, v: f64) -> f64 {
        v * self.from as f64 / self.to as f64
    }

    /// The whole part of a number in the other unit, and whether that is all of it.
    fn whole(self, i: i128) -> Option<(i128, bool)> {
        let product = i.checked_mul(self.from)?;
        Some((product.div_euclid(self.to), product.rem_euclid(self.to) == 0))
    }

    /// An end of a range in the other unit. Of integers, the same are before it: where reals do not tell it from the integer that
    /// it follows, it is the next real, or the next integer where reals are too far apart.
    fn end(self, at: Coordinate, is_integer: bool) -> Coordinate {
        let Coordinate::Integer(i) = at else { return Coordinate::Real(self.real(at.to_f64())) };
        match self.whole(i) {
            Some((whole, true)) => Coordinate::Integer(whole),
            Some((whole, false)) if is_integer && whole.unsigned_abs() >= 1 << 40 => Coordinate::Integer(whole + 1),
            Some((whole, false)) => Coordinate::Real(self.real(i as f64).max((whole as f64).next_up())),
            None => Coordinate::Real(self.real(i as f64)),
        }
    }

    /// A number in the other unit, or one a little further out.
    fn number(self, number: Number, further: fn(f64) -> f64) -> Number {
        match number {
            Number::Integer(i) => match self.whole(i) {
                Some((whole, true)) => Number::Integer(whole),
                _ => Number::Real(further(further(self.real(i as f64)))),
            },
            Number::Real(v) => Number::Real(further(further(self.real(v)))),
        }
    }
}

/// What is known of a column, its numbers in the unit of another.
///
/// # Errors
/// Units that cannot be converted.
pub(super) fn in_unit_of(
    axis: &'static str,
    facts: &ColumnFacts,
    other: &ColumnFacts,
) -> Result<ColumnFacts, ViewError> {
    let Some(ratio) = ratio(axis, facts, other)? else { return Ok(*facts) };
    let stats = facts.stats.map(|stats| ColumnStats {
        range: stats.range.map(|(low, high)| (ratio.number(low, f64::next_down), ratio.number(high, f64::next_up))),
        min_positive: stats.min_positive.map(|least| ratio.number(least, f64::next_down)),
        ..stats
    });
    Ok(ColumnFacts { stats, time: other.time, ..*facts })
}

/// A range that is given in the unit of one column, in that of another.
///
/// # Errors
/// Units that cannot be converted.
pub fn range_in_unit_of(
    axis: &'static str,
    range: Range,
    given: &ColumnFacts,
    other: &ColumnFacts,
) -> Result<Range, ViewError> {
    let Some(ratio) = ratio(axis, given, other)? else { return Ok(range) };
    let end = |at| ratio.end(at, other.kind.is_integer());
    Ok(Range { start: end(range.start), end: end(range.end) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::column::LaneKind;
    use crate::data::dtype::Unit;

    const TICKS: LaneKind = LaneKind::I64 { bias: 0, missing: Some(i64::MIN), bits: 64 };

    fn facts(unit: Unit, kind: LaneKind) -> ColumnFacts {
        ColumnFacts { kind, stats: None, time: Some(TimeUnit { multiplier: 1, unit }), is_text: false }
    }

    #[test]
    fn ranges_are_converted_exactly_where_they_can_be() {
        let (ns, s, day) = (Unit::Nanosecond, Unit::Second, Unit::Day);
        let converted = |range: &str, from, to| {
            let (from, to) = (facts(from, TICKS), facts(to, TICKS));
            range_in_unit_of("x", range.parse().unwrap(), &from, &to).unwrap().to_string()
        };
        assert_eq!(converted("1700000000..1700000001", s, ns), "1700000000000000000..1700000001000000000");
        assert_eq!(converted("1700000000000000000..1700000000001000000", ns, s), "1700000000..1700000000.001");
        assert_eq!(converted("86400..129600", s, day), "1..1.5");
        assert_eq!(converted("-1..1.5", day, s), "-86400..129600.0");
        assert_eq!(converted("3..4", s, s), "3..4");
        // The row at the last whole second stays in view.
        assert_eq!(converted("0..1711846307000000001", ns, s), "0..1711846307.0000002");
        // Beyond what reals tell apart, the first tick that is not before it.
        assert_eq!(converted("1..3000000000000000000001", ns, Unit::Microsecond), "0.001..3000000000000000001");
    }

    #[test]
    fn months_have_no_length() {
        let (month, year, s) = (Unit::Month, Unit::Year, Unit::Second);
        let converted = |from, to| {
            let (from, to) = (facts(from, TICKS), facts(to, TICKS));
            range_in_unit_of("x", "24..36".parse().unwrap(), &from, &to).map(|range| range.to_string())
        };
        assert_eq!(converted(month, year).unwrap(), "2..3");
        let error = converted(month, s).unwrap_err().to_string();
        assert!(error.contains("[s]") && error.contains("[M]"), "{error}");
    }

    #[test]
    fn numbers_are_no_times() {
        let number = ColumnFacts { time: None, ..facts(Unit::Day, LaneKind::F64) };
        let (time, nameless) = (facts(Unit::Second, TICKS), facts(Unit::Generic, TICKS));
        let range = "1..2".parse().unwrap();
        for (from, to) in [(number, time), (time, number)] {
            let told = range_in_unit_of("y", range, &from, &to).unwrap_err().to_string();
            assert!(told.contains("the y axis") && told.contains("plain numbers"), "{told}");
            assert!(in_unit_of("y", &from, &to).is_err());
        }
        for (from, to) in [(number, number), (number, nameless), (nameless, number)] {
            assert_eq!(range_in_unit_of("y", range, &from, &to), Ok(range));
        }
    }

    #[test]
    fn ends_of_a_column_lie_within_what_is_fitted() {
        for nanoseconds in [1_704_067_200_123_456_789_i128, -5, 999_999_999, 1_000_000_000] {
            let range = Some((Number::Integer(nanoseconds), Number::Integer(nanoseconds)));
            let stats = Some(ColumnStats { range, ..ColumnStats::default() });
            let column = ColumnFacts { stats, ..facts(Unit::Nanosecond, TICKS) };
            let found = in_unit_of("x", &column, &facts(Unit::Second, TICKS)).unwrap();
            let (low, high) = found.stats.unwrap().range.unwrap();
            let back = Ratio { from: 1_000_000_000, to: 1 };
            let of = |number| match number {
                Number::Integer(i) => back.whole(i).unwrap().0 as f64,
                Number::Real(v) => back.real(v),
            };
            assert!(of(low) <= nanoseconds as f64 && of(high) >= nanoseconds as f64, "{nanoseconds}");
        }
    }
}
