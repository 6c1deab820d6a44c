//! What a calendar says of times: years, months, hours, as pandas' `dt` has them (UTC, proleptic Gregorian calendar).

use super::greatest_common_divisor;
use super::time::{SECOND, Step};
use super::wholes::rounded;

/// What is asked of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    Year,
    /// From 1.
    Month,
    /// Of the month, from 1.
    Day,
    /// From 1.
    DayOfYear,
    /// From 0, a Monday.
    DayOfWeek,
    Hour,
    Minute,
    /// Whole ones.
    Second,
}

impl Field {
    /// What time must be counted in to know it.
    fn unit(self) -> i128 {
        match self {
            Self::Year | Self::Month | Self::Day | Self::DayOfYear | Self::DayOfWeek => 86_400 * SECOND,
            Self::Hour => 3600 * SECOND,
            Self::Minute => 60 * SECOND,
            Self::Second => SECOND,
        }
    }
}

/// What times count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Clock {
    /// So many months.
    Months(i128),
    /// Parts of a field's unit: each so many times one of so many.
    Units { times: i128, parts: i128 },
}

impl Clock {
    /// How times that count such steps are turned into what a field is made of; `None` where these have no scale.
    pub fn new(step: Step, field: Field) -> Option<Self> {
        match step {
            Step::Attoseconds(step) => {
                let unit = field.unit();
                let common = greatest_common_divisor(step, unit);
                Some(Self::Units { times: step / common, parts: unit / common })
            }
            Step::Months(step) => Some(Self::Months(step)),
            Step::Unknown => None,
        }
    }
}

/// Times more units away from 1970 have no fields: f64 counts none beyond.
const FAR: f64 = 4_503_599_627_370_496.0;

/// The field of each time; NaN where the lane says that it is missing, and of times that are billions of years away.
#[inline(always)]
pub fn each(field: Field, clock: Clock, missing: Option<i64>, lanes: &[i64], to: &mut [f64]) {
    let (has_missing, missing) = (missing.is_some(), missing.unwrap_or(0));
    let parts = if let Clock::Units { times: 1, parts } = clock { i64::try_from(parts).ok() } else { None };
    match (clock, parts) {
        (_, Some(parts)) => {
            units(lanes, parts, to);
            for (to, lane) in to.iter_mut().zip(lanes) {
                *to = if (has_missing & (*lane == missing)) | (to.abs() > FAR) { f64::NAN } else { *to };
            }
            fields(field, to);
        }
        (Clock::Units { times, parts }, None) => {
            for (to, lane) in to.iter_mut().zip(lanes) {
                let units = rounded((i128::from(*lane) * times).div_euclid(parts));
                *to = if (has_missing & (*lane == missing)) | (units.abs() > FAR) { f64::NAN } else { units };
            }
            fields(field, to);
        }
        (Clock::Months(months), _) => {
            for (to, lane) in to.iter_mut().zip(lanes) {
                let months = rounded(i128::from(*lane) * months);
                let is_known = !(has_missing & (*lane == missing)) & (months.abs() <= FAR);
                *to = if is_known { of_months(field, months) } else { f64::NAN };
            }
        }
    }
}

/// The whole units, of so many parts, in each lane, rounded down.
#[inline(always)]
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "what is lost is looked for")]
fn units(lanes: &[i64], parts: i64, to: &mut [f64]) {
    let (of_parts, share) = (parts as f64, 1.0 / parts as f64);
    // So that vectors divide, at first nearly; then by what is left.
    macro_rules! loop_of {
        (|$rest:ident| $more:expr) => {
            for (to, lane) in to.iter_mut().zip(lanes) {
                let nearly = (*lane as f64 * share).floor();
                let $rest = lane.wrapping_sub((nearly as i64).wrapping_mul(parts));
                *to = nearly + $more;
            }
        };
    }
    if parts < 1 << 40 {
        loop_of!(|rest| (rest as f64 / of_parts).floor());
    } else {
        // Units are few, and off by one at most.
        loop_of!(|rest| if rest < 0 { -1.0 } else { 0.0 } + if rest >= parts { 1.0 } else { 0.0 });
    }
}

/// Whole quotients of whole numbers of less than 2^53 are exact: no other one is nearer.
#[inline(always)]
fn over(v: f64, by: f64) -> f64 {
    (v / by).floor()
}

/// What is left of it.
#[inline(always)]
fn rest(v: f64, by: f64) -> f64 {
    v - by * over(v, by)
}

/// Makes fields of times in [their units](Field::unit).
#[inline(always)]
fn fields(field: Field, to: &mut [f64]) {
    macro_rules! loop_of {
        (|$units:ident| $of:expr) => {
            for to in to.iter_mut() {
                let $units = *to;
                *to = $of;
            }
        };
    }
    match field {
        Field::Hour => loop_of!(|units| rest(units, 24.0)),
        Field::Minute | Field::Second => loop_of!(|units| rest(units, 60.0)),
        Field::DayOfWeek => loop_of!(|units| day_of_week(units)),
        Field::Year => loop_of!(|units| date(units).0),
        Field::Month => loop_of!(|units| date(units).1),
        Field::Day => loop_of!(|units| date(units).2),
        Field::DayOfYear => loop_of!(|units| day_of_year(date(units))),
    }
}

/// 1970-01-01 was a Thursday.
#[inline(always)]
fn day_of_week(days: f64) -> f64 {
    rest(days + 3.0, 7.0)
}

#[inline(always)]
fn day_of_year((year, month, day): (f64, f64, f64)) -> f64 {
    days(year, month, day) - days(year, 1.0, 1.0) + 1.0
}

/// A field of the time with which a month begins, so many after 1970-01.
#[inline(always)]
fn of_months(field: Field, months: f64) -> f64 {
    let (year, month) = (over(months, 12.0) + 1970.0, rest(months, 12.0) + 1.0);
    match field {
        Field::Year => year,
        Field::Month => month,
        Field::Day => 1.0,
        Field::DayOfYear => day_of_year((year, month, 1.0)),
        // Calendars repeat after 400 years, of 20,871 weeks.
        Field::DayOfWeek => day_of_week(days(rest(year, 400.0), month, 1.0)),
        Field::Hour | Field::Minute | Field::Second => 0.0,
    }
}

/// Days from 1970-01-01 to a date (H. Hinnant's `days_from_civil`), all of them whole numbers.
#[inline(always)]
pub fn days(year: f64, month: f64, day: f64) -> f64 {
    let year = if month <= 2.0 { year - 1.0 } else { year };
    let year_of_era = rest(year, 400.0);
    let shifted = if month > 2.0 { month - 3.0 } else { month + 9.0 };
    let leaps = over(year_of_era, 4.0) - over(year_of_era, 100.0);
    let day_of_era = year_of_era * 365.0 + leaps + over(153.0 * shifted + 2.0, 5.0) + day - 1.0;
    over(year, 400.0) * 146_097.0 + day_of_era - 719_468.0
}

/// Year, month and day so many days after 1970-01-01 (H. Hinnant's `civil_from_days`), all of them whole numbers.
#[inline(always)]
pub fn date(days: f64) -> (f64, f64, f64) {
    let days = days + 719_468.0;
    let day_of_era = rest(days, 146_097.0);
    let leaps = over(day_of_era, 1460.0) - over(day_of_era, 36_524.0) + over(day_of_era, 146_096.0);
    let year_of_era = over(day_of_era - leaps, 365.0);
    let day_of_year = day_of_era - (365.0 * year_of_era + over(year_of_era, 4.0) - over(year_of_era, 100.0));
    let shifted = over(5.0 * day_of_year + 2.0, 153.0);
    let month = if shifted < 10.0 { shifted + 3.0 } else { shifted - 9.0 };
    let year = year_of_era + over(days, 146_097.0) * 400.0;
    let day = day_of_year - over(153.0 * shifted + 2.0, 5.0) + 1.0;
    (if month <= 2.0 { year + 1.0 } else { year }, month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::time::Moment;
    use super::*;
    use crate::data::dtype::{TimeUnit, Unit};

    const FIELDS: [Field; 8] = [
        Field::Year,
        Field::Month,
        Field::Day,
        Field::Hour,
        Field::Minute,
        Field::Second,
        Field::DayOfYear,
        Field::DayOfWeek,
    ];

    fn fields_of(step: Step, lane: i64) -> [f64; 8] {
        FIELDS.map(|field| {
            let mut to = [f64::NAN];
            each(field, Clock::new(step, field).unwrap(), None, &[lane], &mut to);
            to[0]
        })
    }

    proptest! {
        /// In all units, what the calendar says is what is written of the moment.
        #[test]
        fn fields_are_those_of_the_moment(lane: i64, few in -3_000_000_000_i64..3_000_000_000, unit in 0..13_usize, multiplier in 1..9_u32) {
            let step = Step::of(TimeUnit { multiplier, unit: Unit::ALL[unit].0 });
            for lane in [lane, few] {
                let got = fields_of(step, lane);
                let Some(moment) = Moment::of(lane.into(), step) else { continue };
                let text = moment.to_string();
                let (sign, text) = text.strip_prefix('-').map_or((1.0, text.as_str()), |text| (-1.0, text));
                let mut numbers = text.split(['-', 'T', ':', '.']).map(|part| part.parse::<f64>().unwrap());
                let mut next = || numbers.next().unwrap_or(0.0);
                prop_assert_eq!(&got[..6], &[sign * next(), next(), next(), next(), next(), next()], "{} {:?}", text, step);
                prop_assert!((1.0..=366.0).contains(&got[6]) && (0.0..7.0).contains(&got[7]));
            }
        }
    }

    #[test]
    fn no_time_is_too_far() {
        for unit in 0..13 {
            let step = Step::of(TimeUnit { multiplier: 1_000_000, unit: Unit::ALL[unit].0 });
            for lane in [i64::MIN, i64::MAX, 1 << 53, -(1 << 53)] {
                assert!(fields_of(step, lane)[1..].iter().all(|v| v.is_nan() || (0.0..=366.0).contains(v)));
            }
        }
        assert_eq!(Clock::new(Step::Unknown, Field::Hour), None);
        let mut to = [0.0; 2];
        let clock = Clock::new(Step::Attoseconds(SECOND), Field::Year).unwrap();
        each(Field::Year, clock, Some(7), &[7, 0], &mut to);
        assert!(to[0].is_nan() && to[1].to_bits() == 1970_f64.to_bits());
    }
}
