//! The calendars of CF: days counted from dates and back.
//!
//! Days are counted from 1970-01-01 of each calendar. Between calendars a *date* is carried over, not a number of days: a
//! picture says what the file says. Where a month has days that the Gregorian one does not have (30 February of the
//! calendar of 360 days, 29 February of years that are no leap years), the month is squeezed evenly into the Gregorian one, so that time
//! keeps its order.

/// Microseconds of a day.
pub(super) const DAY: i128 = 86_400_000_000;

/// A calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calendar {
    /// Julian up to 1582-10-04, Gregorian from 1582-10-15, the next day.
    Standard,
    Gregorian,
    Julian,
    /// No leap years.
    NoLeap,
    /// Leap years only.
    AllLeap,
    /// Months of 30 days.
    Days360,
}

/// A day by its date; months and days count from 1, and a year 0 precedes year 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Date {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
}

/// Days of months outside leap years.
const MONTHS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/// The first day of the Gregorian calendar in use, 1582-10-15, from 1970.
const REFORM: i64 = -141_427;

impl Calendar {
    /// The calendar of a name in CF; none if there is no such.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "standard" | "gregorian" => Self::Standard,
            "proleptic_gregorian" => Self::Gregorian,
            "julian" => Self::Julian,
            "noleap" | "no_leap" | "365_day" => Self::NoLeap,
            "all_leap" | "366_day" => Self::AllLeap,
            "360_day" | "360" => Self::Days360,
            _ => return None,
        })
    }

    fn is_leap(self, year: i64) -> bool {
        match self {
            Self::Gregorian => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0),
            // The year of the reform, 1582, is none in either.
            Self::Standard if year > 1582 => Self::Gregorian.is_leap(year),
            Self::Standard | Self::Julian => year % 4 == 0,
            Self::NoLeap | Self::Days360 => false,
            Self::AllLeap => true,
        }
    }

    /// Days of a month, from 1 to 12.
    pub(super) fn days_of(self, year: i64, month: i64) -> i64 {
        let index = usize::try_from(month - 1).unwrap_or(0).min(11);
        match self {
            Self::Days360 => 30,
            _ if month == 2 && self.is_leap(year) => 29,
            _ => MONTHS[index],
        }
    }

    /// Days before a year, from year 0 of a calendar with or without leap years.
    fn days_before(self, year: i64) -> i64 {
        let past = year - 1;
        match self {
            Self::Days360 => year * 360,
            Self::NoLeap => year * 365,
            Self::AllLeap => year * 366,
            Self::Julian => year * 365 + past.div_euclid(4),
            Self::Gregorian | Self::Standard => {
                year * 365 + past.div_euclid(4) - past.div_euclid(100) + past.div_euclid(400)
            }
        }
    }

    /// What is taken from days since year 0 to make them days since 1970.
    fn epoch(self) -> i64 {
        match self {
            // Days are the same ones as in the Gregorian calendar, which is 13 days ahead in 1970.
            Self::Julian => self.days_before(1970) - 13,
            _ => self.days_before(1970),
        }
    }

    /// Days from 1970-01-01.
    pub(super) fn days(self, date: Date) -> i64 {
        if self == Self::Standard {
            let is_new = (date.year, date.month, date.day) >= (1582, 10, 15);
            return if is_new { Self::Gregorian.days(date) } else { Self::Julian.days(date) };
        }
        let within: i64 = (1..date.month).map(|month| self.days_of(date.year, month)).sum();
        self.days_before(date.year) - self.epoch() + within + date.day - 1
    }

    /// The date of days from 1970-01-01.
    pub(super) fn date(self, days: i64) -> Date {
        if self == Self::Standard {
            return if days >= REFORM { Self::Gregorian.date(days) } else { Self::Julian.date(days) };
        }
        let since = days + self.epoch();
        // Days of a number of years, on average.
        let (days, years) = match self {
            Self::Days360 => (360, 1),
            Self::NoLeap => (365, 1),
            Self::AllLeap => (366, 1),
            Self::Julian => (1461, 4),
            Self::Gregorian | Self::Standard => (146_097, 400),
        };
        // A year or two too early.
        let mut year = (since * years).div_euclid(days) - 2;
        while self.days_before(year + 1) <= since {
            year += 1;
        }
        let mut day = since - self.days_before(year);
        let mut month = 1;
        while month < 12 && day >= self.days_of(year, month) {
            day -= self.days_of(year, month);
            month += 1;
        }
        Date { year, month, day: day + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        let days = |name: &str, year, month, day| Calendar::named(name).unwrap().days(Date { year, month, day });
        for name in ["standard", "proleptic_gregorian", "noleap", "all_leap", "360_day"] {
            assert_eq!(days(name, 1970, 1, 1), 0, "{name}");
        }
        // As cftime has them.
        assert_eq!(days("standard", 2000, 3, 1), 11_017);
        assert_eq!(days("standard", 1582, 10, 15), REFORM);
        assert_eq!(days("standard", 1582, 10, 4), REFORM - 1);
        assert_eq!(days("proleptic_gregorian", 1, 1, 1), -719_162);
        assert_eq!(days("julian", 1, 1, 1), -719_164);
        assert_eq!(days("standard", 1, 1, 1), -719_164);
        assert_eq!(days("noleap", 2000, 3, 1), 30 * 365 + 59);
        assert_eq!(days("360_day", 1971, 2, 30), 360 + 59);
    }

    #[test]
    fn dates_and_days_are_one_to_one() {
        for name in ["standard", "gregorian", "proleptic_gregorian", "julian", "noleap", "366_day", "360_day"] {
            let calendar = Calendar::named(name).unwrap();
            let mut before = calendar.date(-800_001);
            for days in (-800_000..200_000).step_by(1) {
                let date = calendar.date(days);
                assert_eq!(calendar.days(date), days, "{name} {date:?}");
                let key = |date: Date| (date.year, date.month, date.day);
                assert!(key(date) > key(before), "{name} {date:?}");
                before = date;
            }
        }
        assert!(Calendar::named("lunar").is_none());
    }
}
