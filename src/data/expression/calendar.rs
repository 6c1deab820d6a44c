//! What a calendar says of times: years, months, hours, as pandas' `dt` has them (UTC, proleptic Gregorian calendar).

use super::greatest_common_divisor;
use super::program::Clock;
use super::time::Step;

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

/// Attoseconds of a second.
const SECOND: i128 = 1_000_000_000_000_000_000;

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

/// The field of each time; NaN where the lane says that it is missing.
#[inline(always)]
pub fn each(field: Field, clock: Clock, missing: Option<i64>, lanes: &[i64], to: &mut [f64]) {
    macro_rules! loop_of {
        ($of:expr) => {
            for (to, lane) in to.iter_mut().zip(lanes) {
                let value = $of(*lane);
                *to = if missing == Some(*lane) { f64::NAN } else { real(value) };
            }
        };
    }
    // Divisors that are known when compiling are multiplications.
    macro_rules! divided_by {
        ($parts:expr, $($known:literal)*) => {
            match $parts {
                $($known => loop_of!(|lane: i64| of_units(field, lane.div_euclid($known))),)*
                parts => loop_of!(|lane: i64| of_units(field, lane.div_euclid(parts))),
            }
        };
    }
    match clock {
        Clock::Months(months) => loop_of!(|lane: i64| of_months(field, i128::from(lane) * months)),
        Clock::Units { times: 1, parts } if i64::try_from(parts).is_ok() => divided_by!(
            i64::try_from(parts).unwrap_or(1),
            1 24 60 1440 3600 86_400 1000 60_000 3_600_000 86_400_000 1_000_000 60_000_000 3_600_000_000 86_400_000_000
            1_000_000_000 60_000_000_000 3_600_000_000_000 86_400_000_000_000
        ),
        // Counts of such units may be more than 64 bits hold; of those there is no year either.
        Clock::Units { times, parts } => loop_of!(|lane: i64| {
            let units = (i128::from(lane) * times).div_euclid(parts);
            of_units(field, i64::try_from(units).unwrap_or(if units < 0 { i64::MIN } else { i64::MAX }))
        }),
    }
}

#[inline(always)]
#[expect(clippy::cast_precision_loss, reason = "years are far below 2^53, but for those of days that nobody counts")]
fn real(value: i64) -> f64 {
    value as f64
}

/// A field of a time that is so many of [its units](Field::unit).
#[inline(always)]
fn of_units(field: Field, units: i64) -> i64 {
    match field {
        Field::Hour => units.rem_euclid(24),
        Field::Minute | Field::Second => units.rem_euclid(60),
        // 1970-01-01 was a Thursday.
        Field::DayOfWeek => (units.rem_euclid(7) + 3) % 7,
        Field::Year => date(units).0,
        Field::Month => date(units).1,
        Field::Day => date(units).2,
        Field::DayOfYear => {
            let (year, month, day) = date(units);
            day_of_year(year, month, day)
        }
    }
}

fn day_of_year(year: i64, month: i64, day: i64) -> i64 {
    // Calendars repeat after 400 years.
    let year = year.rem_euclid(400);
    days(year, month, day) - days(year, 1, 1) + 1
}

/// A field of the time with which a month begins, so many after 1970-01.
fn of_months(field: Field, months: i128) -> i64 {
    let year = i64::try_from(months.div_euclid(12) + 1970).unwrap_or(i64::MAX);
    let month = i64::try_from(months.rem_euclid(12)).unwrap_or(0) + 1;
    match field {
        Field::Year => year,
        Field::Month => month,
        Field::Day => 1,
        Field::DayOfYear => day_of_year(year, month, 1),
        // 400 years are 20,871 weeks.
        Field::DayOfWeek => of_units(field, days(year.rem_euclid(400), month, 1)),
        Field::Hour | Field::Minute | Field::Second => 0,
    }
}

/// Days from 1970-01-01 to a date (H. Hinnant's `days_from_civil`).
pub fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + (153 * shifted + 2) / 5 + day - 1;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day so many days after 1970-01-01 (H. Hinnant's `civil_from_days`).
#[inline(always)]
pub fn date(days: i64) -> (i64, i64, i64) {
    let days = days.saturating_add(719_468);
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day_of_year - (153 * shifted + 2) / 5 + 1)
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

    fn fields(step: Step, lane: i64) -> [f64; 8] {
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
                let got = fields(step, lane);
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
            for lane in [i64::MIN, i64::MAX] {
                assert!(fields(step, lane)[1..].iter().all(|v| (0.0..=366.0).contains(v)));
            }
        }
        assert_eq!(Clock::new(Step::Unknown, Field::Hour), None);
        let mut to = [0.0; 2];
        let clock = Clock::new(Step::Attoseconds(SECOND), Field::Year).unwrap();
        each(Field::Year, clock, Some(7), &[7, 0], &mut to);
        assert!(to[0].is_nan() && to[1].to_bits() == 1970_f64.to_bits());
    }
}
