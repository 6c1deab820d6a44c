//! The proleptic Gregorian calendar over i128: days since 1970-01-01 and back, without limits on the year.

use crate::scene::written::MONTHS;

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Date {
    pub(super) year: i128,
    /// 1 to 12.
    pub(super) month: i128,
    /// 1 to 31.
    pub(super) day: i128,
}

impl Date {
    /// The date that many days after 1970-01-01 (H. Hinnant's `civil_from_days`).
    pub(super) fn from_days(days: i128) -> Self {
        let days = days + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + i128::from(month <= 2);
        Self { year, month, day: day_of_year - (153 * shifted + 2) / 5 + 1 }
    }

    /// Days from 1970-01-01 to this date.
    pub(super) fn days(self) -> i128 {
        let year = self.year - i128::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let shifted = if self.month > 2 { self.month - 3 } else { self.month + 9 };
        let day_of_year = (153 * shifted + 2) / 5 + self.day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    pub(super) fn month_name(self) -> &'static str {
        usize::try_from(self.month - 1).ok().and_then(|i| MONTHS.get(i)).copied().unwrap_or("")
    }
}

/// A moment as people write it, seconds since 1970-01-01 00:00 UTC: `2025-01-01 06:00`, with seconds and their parts where
/// there are any.
#[must_use]
pub fn moment(seconds: f64) -> String {
    if seconds.is_nan() || seconds.abs() >= 1e15 {
        return format!("{seconds}");
    }
    #[expect(clippy::cast_possible_truncation, reason = "below 10^18")]
    let millis = (seconds * 1000.0).round() as i64;
    let (days, millis) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
    let Date { year, month, day } = Date::from_days(days.into());
    let (hour, minute, second, part) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60, millis % 1000);
    let mut text = format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}");
    if (second, part) != (0, 0) {
        text.push_str(&format!(":{second:02}"));
    }
    if part != 0 {
        text.push_str(&format!(".{part:03}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_as_short_as_they_can_be() {
        for (seconds, text) in [
            (1_735_711_200.0, "2025-01-01 06:00"),
            (0.5, "1970-01-01 00:00:00.500"),
            (-1.0, "1969-12-31 23:59:59"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(moment(seconds), text);
        }
    }

    #[test]
    fn known_days() {
        for (days, year, month, day) in [
            (0, 1970, 1, 1),
            (-1, 1969, 12, 31),
            (19_358, 2023, 1, 1),
            (11_016, 2000, 2, 29),
            (-719_468, 0, 3, 1),
            (-25_508, 1900, 3, 1),
        ] {
            let date = Date { year, month, day };
            assert_eq!((Date::from_days(days), date.days()), (date, days));
        }
    }

    #[test]
    fn every_day_of_four_centuries_and_far_ones_return() {
        for days in (-146_097..146_097).chain([-10_i128.pow(14), 10_i128.pow(14)]) {
            let date = Date::from_days(days);
            assert_eq!(date.days(), days);
            assert!((1..=12).contains(&date.month) && (1..=31).contains(&date.day) && !date.month_name().is_empty());
        }
    }
}
