//! Moments in expressions, and the units in which columns count them. Exact: whole numbers of attoseconds or months.

use std::fmt;

use super::calendar;
use crate::data::dtype::{TimeUnit, Unit};

/// Attoseconds of a second.
pub const SECOND: i128 = 1_000_000_000_000_000_000;
/// Attoseconds of a day.
const DAY: i128 = 86_400 * SECOND;

/// A moment, as `'2024-01-01T12:00:00'` says it (UTC, proleptic Gregorian calendar).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Months since 1970-01.
    months: i128,
    /// Attoseconds since 1970-01-01T00:00.
    attoseconds: i128,
    /// Whether a month begins with it.
    begins_month: bool,
}

/// Where a moment lies among the steps of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The last step at or before it.
    pub floor: i128,
    /// Attoseconds from that step to the moment; for months and years 1 where there is anything between.
    pub rest: i128,
}

/// What a column of times counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// So many months.
    Months(i128),
    /// So many attoseconds.
    Attoseconds(i128),
    /// Nothing known.
    Unknown,
}

impl Step {
    /// The step of a unit.
    pub fn of(unit: TimeUnit) -> Self {
        let times = i128::from(unit.multiplier);
        let seconds = |n: i128| Self::Attoseconds(n * SECOND * times);
        let parts = |n: i128| Self::Attoseconds(SECOND / n * times);
        match unit.unit {
            Unit::Year => Self::Months(12 * times),
            Unit::Month => Self::Months(times),
            Unit::Week => seconds(7 * 86_400),
            Unit::Day => seconds(86_400),
            Unit::Hour => seconds(3600),
            Unit::Minute => seconds(60),
            Unit::Second => seconds(1),
            Unit::Millisecond => parts(1_000),
            Unit::Microsecond => parts(1_000_000),
            Unit::Nanosecond => parts(1_000_000_000),
            Unit::Picosecond => parts(1_000_000_000_000),
            Unit::Femtosecond => parts(1_000_000_000_000_000),
            Unit::Attosecond => parts(SECOND),
            Unit::Generic => Self::Unknown,
        }
    }
}

impl Moment {
    /// Where the moment lies among steps; `None` where these have no scale.
    pub fn among(self, step: Step) -> Option<Place> {
        match step {
            Step::Months(step) => {
                let between = !self.begins_month || self.months.rem_euclid(step) != 0;
                Some(Place { floor: self.months.div_euclid(step), rest: between.into() })
            }
            Step::Attoseconds(step) => {
                Some(Place { floor: self.attoseconds.div_euclid(step), rest: self.attoseconds.rem_euclid(step) })
            }
            Step::Unknown => None,
        }
    }

    /// The moment so many steps from 1970 on; `None` where steps have no scale, and for years that cannot be written.
    pub fn of(steps: i128, step: Step) -> Option<Self> {
        const LAST: i128 = 999_999;
        let (months, attoseconds) = match step {
            Step::Months(each) => {
                let months = steps.checked_mul(each)?;
                let (years, month) = (months.div_euclid(12), months.rem_euclid(12));
                let year = 1970_i128.checked_add(years).filter(|year| year.abs() <= LAST)?;
                (months, days(year, month + 1, 1) * DAY)
            }
            Step::Attoseconds(each) => {
                let attoseconds = steps.checked_mul(each)?;
                let (year, month, _) = date(attoseconds.div_euclid(DAY));
                ((year - 1970) * 12 + month - 1, attoseconds)
            }
            Step::Unknown => return None,
        };
        let (year, _, day) = date(attoseconds.div_euclid(DAY));
        let begins_month = day == 1 && attoseconds.rem_euclid(DAY) == 0;
        (year.abs() <= LAST).then_some(Self { months, attoseconds, begins_month })
    }

    /// Whether it comes before another.
    pub fn is_before(self, other: Self) -> bool {
        self.attoseconds < other.attoseconds
    }

    /// Reads `YYYY`, `YYYY-MM`, `YYYY-MM-DD` and these with `THH`, `THH:MM`, `THH:MM:SS` or `THH:MM:SS.fraction` (also
    /// with a blank for the T, and a Z behind), or says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("'{text}' is no moment; write it as '2024-12-31' or '2024-12-31T23:59:59.5'; text is not compared")
        };
        let trimmed = text.trim();
        let trimmed = trimmed.strip_suffix('Z').unwrap_or(trimmed);
        let (date, clock) = match trimmed.split_once(['T', ' ']) {
            Some((date, clock)) => (date, Some(clock)),
            None => (trimmed, None),
        };
        let (sign, digits) = date.strip_prefix('-').map_or((1, date), |digits| (-1, digits));
        let mut fields = digits.split('-');
        let year = fields.next().filter(|year| (4..=6).contains(&year.len())).and_then(whole).ok_or_else(wrong)?;
        let mut two = |least: i128| match fields.next() {
            None => Some((least, false)),
            Some(field) => (field.len() == 2).then(|| whole(field)).flatten().map(|n| (n, true)),
        };
        let ((month, _), (day, has_day)) = (two(1).ok_or_else(wrong)?, two(1).ok_or_else(wrong)?);
        let year = sign * year;
        let is_date = fields.next().is_none() && (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
        if !is_date || (clock.is_some() && !has_day) {
            return Err(wrong());
        }
        let within = clock.map_or(Some(0), attoseconds_of_day).ok_or_else(wrong)?;
        Ok(Self {
            months: (year - 1970) * 12 + month - 1,
            attoseconds: days(year, month, day) * DAY + within,
            begins_month: day == 1 && within == 0,
        })
    }
}

impl fmt::Display for Moment {
    /// As [`Moment::parse`] reads it, with no more of the clock than is needed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date(self.attoseconds.div_euclid(DAY));
        let sign = if year < 0 { "-" } else { "" };
        write!(f, "{sign}{:04}-{month:02}-{day:02}", year.abs())?;
        let within = self.attoseconds.rem_euclid(DAY);
        if within == 0 {
            return Ok(());
        }
        let (seconds, rest) = (within / SECOND, within % SECOND);
        write!(f, "T{:02}:{:02}", seconds / 3600, seconds / 60 % 60)?;
        if seconds % 60 != 0 || rest != 0 {
            write!(f, ":{:02}", seconds % 60)?;
        }
        if rest != 0 {
            write!(f, ".{}", format!("{rest:018}").trim_end_matches('0'))?;
        }
        Ok(())
    }
}

/// A number of nothing but digits.
fn whole(text: &str) -> Option<i128> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// `HH`, `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fraction`.
fn attoseconds_of_day(clock: &str) -> Option<i128> {
    let (clock, fraction) = match clock.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (clock, None),
    };
    let fields: Vec<i128> = clock.split(':').map(|f| whole(f).filter(|_| f.len() == 2)).collect::<Option<_>>()?;
    let [hours, minutes, seconds] = match fields.as_slice() {
        [h] => [*h, 0, 0],
        [h, m] => [*h, *m, 0],
        [h, m, s] => [*h, *m, *s],
        _ => return None,
    };
    if hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    let fraction = match fraction {
        None => 0,
        Some(digits) if fields.len() == 3 && (1..=18).contains(&digits.len()) => whole(&format!("{digits:0<18}"))?,
        Some(_) => return None,
    };
    Some((hours * 3600 + minutes * 60 + seconds) * SECOND + fraction)
}

/// Days of a month.
fn days_of(year: i128, month: i128) -> i128 {
    match month {
        2 if year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// As [`calendar::days`], for years of six digits.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "whole and small")]
fn days(year: i128, month: i128, day: i128) -> i128 {
    calendar::days(year as f64, month as f64, day as f64) as i128
}

/// As [`calendar::date`]. As many attoseconds as there can be are fewer days than f64 counts.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "whole and small")]
fn date(days: i128) -> (i128, i128, i128) {
    let (year, month, day) = calendar::date(days as f64);
    (year as i128, month as i128, day as i128)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn steps_written_as_a_moment_are_read_as_these_steps(steps in any::<i64>(), unit in 0..13_usize, multiplier in 1..9_u32) {
            let step = Step::of(TimeUnit { multiplier, unit: Unit::ALL[unit].0 });
            if let Some(moment) = Moment::of(steps.into(), step) {
                let read = Moment::parse(&moment.to_string()).unwrap();
                prop_assert_eq!(read, moment);
                prop_assert_eq!(read.among(step), Some(Place { floor: steps.into(), rest: 0 }));
            }
        }
    }

    #[test]
    fn moments_are_written_with_no_more_of_the_clock_than_needed() {
        for text in ["2024-02-29", "2024-02-29T12:30", "2024-02-29T12:30:05", "1969-12-31T23:59:59.25", "-0001-03-01"] {
            assert_eq!(Moment::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Moment::of(-1, Step::Months(1)).unwrap().to_string(), "1969-12-01");
        assert_eq!(Moment::of(i64::MAX.into(), Step::Attoseconds(SECOND)), None);
        assert_eq!(Moment::of(1, Step::Unknown), None);
    }

    fn seconds(text: &str) -> i128 {
        Moment::parse(text).unwrap().among(Step::Attoseconds(SECOND)).unwrap().floor
    }

    #[test]
    fn known_moments() {
        for (text, wanted) in [
            ("1970-01-01", 0),
            ("1970", 0),
            ("1969-12-31T23:59:59", -1),
            ("2024-02-29T12:34:56Z", 1_709_210_096),
            ("2024-02-29 12:34", 1_709_210_040),
            ("2000-03-01T01", 951_872_400),
            ("-0001-01-01", -62_198_755_200),
            ("0000-03-01", -719_468 * 86_400),
        ] {
            assert_eq!(seconds(text), wanted, "{text}");
        }
        let half = Moment::parse("1969-12-31T23:59:59.25").unwrap();
        assert_eq!(half.among(Step::Attoseconds(SECOND)), Some(Place { floor: -1, rest: SECOND / 4 }));
        assert_eq!(half.among(Step::Attoseconds(SECOND / 1000)), Some(Place { floor: -750, rest: 0 }));
        assert_eq!(half.among(Step::Months(1)), Some(Place { floor: -1, rest: 1 }));
        assert_eq!(Moment::parse("2024-03").unwrap().among(Step::Months(12)), Some(Place { floor: 54, rest: 1 }));
        assert_eq!(half.among(Step::Unknown), None);
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for bad in [
            "",
            "24",
            "2024-1-1",
            "2024-13-01",
            "2023-02-29",
            "2024-01-01T24",
            "2024-01T10",
            "2024-01-01T1:00",
            "now",
            "2024-01-01T10.5",
            "2024-01-01T10:00:00.",
            "2024-01-01-01",
            "1234567",
            "2024-01-01T10:00:60",
            "--2024",
            "2024-01-01T10:00:00.1234567890123456789",
            "٢٠٢٤",
        ] {
            assert!(Moment::parse(bad).is_err(), "{bad}");
        }
    }
}
