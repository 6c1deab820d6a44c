//! Times of CF: `hours since 1900-01-01` in any calendar, and CDO's `day as %Y%m%d.%f`, made moments of the Gregorian
//! calendar since 1970.

use crate::data::dtype::{TimeUnit, Unit};

use super::calendar::{Calendar, DAY, Date};

/// The farthest day from 1970 that is read.
const MAX_DAYS: i128 = 4_000_000_000;
/// Microseconds of a second.
const SECOND: i128 = 1_000_000;

/// How numbers mean moments.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Times {
    calendar: Calendar,
    step: Step,
    /// From 1970-01-01 in the calendar, microseconds.
    reference: i128,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    /// So many microseconds, or a part of one.
    Microseconds(f64),
    /// So many months of the calendar, each as long as it is.
    Months(i64),
    /// The numbers are dates written as `YYYYMMDD.fraction`.
    Written,
    /// The numbers are dates written as `YYYYMM.fraction`.
    WrittenMonths,
}

/// Moments as whole numbers of a unit since 1970.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Moments {
    pub(super) unit: TimeUnit,
    pub(super) counts: Vec<f64>,
}

/// Whether units are those of times.
pub(super) fn is_time(units: &str) -> bool {
    let words = units.to_ascii_lowercase();
    words.contains(" since ") || words.starts_with("day as %y") || words.starts_with("month as %y")
}

impl Times {
    /// What units and the name of a calendar (none: the standard one) say.
    ///
    /// # Errors
    /// What is not understood, in words.
    pub(super) fn of(units: &str, calendar: Option<&str>) -> Result<Self, String> {
        let calendar = match calendar {
            None | Some("") => Calendar::Standard,
            Some(name) => Calendar::named(name).ok_or_else(|| format!("the calendar \"{name}\" is not known"))?,
        };
        let words = units.trim().to_ascii_lowercase();
        let written = if words.starts_with("day as %y%m%d") {
            Some(Step::Written)
        } else if words.starts_with("month as %y%m") {
            Some(Step::WrittenMonths)
        } else {
            None
        };
        if let Some(step) = written {
            return Ok(Self { calendar, step, reference: 0 });
        }
        let since = || format!("\"{units}\" is not like \"hours since 1900-01-01 00:00\"");
        let (unit, reference) = words.split_once(" since ").ok_or_else(since)?;
        let step = step_of(unit.trim()).ok_or_else(|| format!("\"{}\" is no known unit of time", unit.trim()))?;
        let reference = moment(reference.trim(), calendar).ok_or_else(since)?;
        Ok(Self { calendar, step, reference })
    }

    /// Moments of numbers; `is_f32` says that they are not more exact than that.
    ///
    /// # Errors
    /// The number that is none or too far away, in words.
    pub(super) fn moments(&self, numbers: &[f64], is_f32: bool) -> Result<Moments, String> {
        let mut counts = Vec::with_capacity(numbers.len());
        for (i, number) in numbers.iter().enumerate() {
            let moment = self.moment_of(*number, is_f32);
            counts.push(moment.ok_or_else(|| format!("the time number {i} is {number}, which is no moment"))?);
        }
        let divides = |unit: i128| counts.iter().all(|count| count % unit == 0);
        let (unit, size) = match () {
            () if divides(SECOND) => (Unit::Second, SECOND),
            () if divides(1000) => (Unit::Millisecond, 1000),
            () => (Unit::Microsecond, 1),
        };
        #[expect(clippy::cast_precision_loss, reason = "times within 285 years are exact to the microsecond")]
        let counts = counts.iter().map(|count| (count / size) as f64).collect();
        Ok(Moments { unit: TimeUnit { multiplier: 1, unit }, counts })
    }

    /// A number as a moment for people, to the second.
    pub(super) fn shown(&self, number: f64) -> Option<String> {
        Some(date_text(self.moment_of(number, false)?))
    }

    /// Whether dates are not those of the Gregorian calendar of today.
    pub(super) fn is_foreign(&self) -> bool {
        !matches!(self.calendar, Calendar::Standard | Calendar::Gregorian)
    }

    /// Microseconds since 1970 in the Gregorian calendar.
    fn moment_of(&self, number: f64, is_f32: bool) -> Option<i128> {
        if !number.is_finite() {
            return None;
        }
        let at = match self.step {
            Step::Microseconds(step) => self.reference + snapped(number, step, is_f32)?,
            Step::Months(months) => self.months_on(number, months, is_f32)?,
            Step::Written => {
                let (day, rest) = split(number)?;
                let date = Date { year: day.div_euclid(10_000), month: day / 100 % 100, day: day % 100 };
                day_of(self.calendar, date)? * DAY + snapped_of(rest, DAY_F64, number, is_f32)
            }
            Step::WrittenMonths => {
                let (month, rest) = split(number)?;
                let date = Date { year: month.div_euclid(100), month: month % 100, day: 1 };
                let day = day_of(self.calendar, date)?;
                let length = as_f64(self.calendar.days_of(date.year, date.month)) * DAY_F64;
                day * DAY + snapped_of(rest, length, number, is_f32)
            }
        };
        (at.abs() < MAX_DAYS * DAY).then(|| to_gregorian(self.calendar, at))
    }

    /// The moment so many times `months` after the reference; parts of a month are shares of its length.
    fn months_on(&self, number: f64, months: i64, is_f32: bool) -> Option<i128> {
        let (whole, rest) = split(number * as_f64(months))?;
        let days = i64::try_from(self.reference.div_euclid(DAY)).ok()?;
        let from = self.calendar.date(days);
        let at = from.year.checked_mul(12)?.checked_add(from.month - 1)?.checked_add(whole)?;
        let month = |at: i64| (at.div_euclid(12), at.rem_euclid(12) + 1);
        let (year, month_of_year) = month(at);
        let length = self.calendar.days_of(year, month_of_year);
        let date = Date { year, month: month_of_year, day: from.day.min(length) };
        let start = i128::from(self.calendar.days(date)) * DAY + self.reference.rem_euclid(DAY);
        Some(start + snapped_of(rest, as_f64(length) * DAY_F64, number, is_f32))
    }
}

/// A moment, in microseconds since 1970, as its date in the Gregorian calendar; the time of day where it is not midnight.
pub fn date_text(at: i128) -> String {
    let Ok(days) = i64::try_from(at.div_euclid(DAY)) else { return "-".to_owned() };
    let date = Calendar::Gregorian.date(days);
    let clock = at.rem_euclid(DAY);
    let (second, part) = (clock / SECOND, clock % SECOND);
    let day = format!("{:04}-{:02}-{:02}", date.year, date.month, date.day);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    match (clock, second, part) {
        (0, ..) => day,
        (_, 0, 0) => format!("{day} {hour:02}:{minute:02}"),
        (_, _, 0) => format!("{day} {hour:02}:{minute:02}:{second:02}"),
        _ => format!("{day} {hour:02}:{minute:02}:{second:02}.{part:06}"),
    }
}

/// Microseconds of a day.
const DAY_F64: f64 = 86_400e6;

#[expect(clippy::cast_precision_loss, reason = "days and months within the range that is checked")]
fn as_f64(n: i64) -> f64 {
    n as f64
}

/// A number's whole part, rounded down, and the rest; none beyond what dates are read of.
#[expect(clippy::cast_possible_truncation, reason = "checked right before")]
fn split(number: f64) -> Option<(i64, f64)> {
    let whole = number.floor();
    (whole.abs() < 1e13).then_some((whole as i64, number - whole))
}

/// The day of a written date; none where there is no such date.
fn day_of(calendar: Calendar, date: Date) -> Option<i128> {
    let is_date = (1..=12).contains(&date.month) && (1..=calendar.days_of(date.year, date.month)).contains(&date.day);
    is_date.then(|| i128::from(calendar.days(date)))
}

/// `number · step` microseconds: whole seconds, else whole milliseconds, where the number is not exact enough to tell.
fn snapped(number: f64, step: f64, is_f32: bool) -> Option<i128> {
    #[expect(clippy::cast_possible_truncation, reason = "within the range that is checked")]
    let whole = |number: f64| number as i128;
    let far = number.abs() * step / DAY_F64;
    if !far.is_finite() || far > 1e10 {
        return None;
    }
    // The whole part counted exactly, where the step is a whole number of microseconds.
    if step.fract() == 0.0 && number.abs() < 1e18 {
        let count = number.trunc();
        return Some(whole(count) * whole(step) + snapped_of(number - count, step, number, is_f32));
    }
    Some(whole((number * step).round()))
}

/// `part · length` microseconds, part being what is left of `number`.
#[expect(clippy::cast_possible_truncation, reason = "at most a month")]
fn snapped_of(part: f64, length: f64, number: f64, is_f32: bool) -> i128 {
    let precision = if is_f32 { f64::from(f32::EPSILON) } else { f64::EPSILON };
    let doubt = number.abs().max(f64::MIN_POSITIVE) * precision * length * 2.0 + 1e-6;
    let exact = part * length;
    for grid in [1e6, 1e3] {
        let near = (exact / grid).round() * grid;
        if (near - exact).abs() <= doubt {
            return near as i128;
        }
    }
    exact.round() as i128
}

/// Microseconds of a unit, or months.
fn step_of(unit: &str) -> Option<Step> {
    Some(match unit {
        "ns" | "nanosecond" | "nanoseconds" | "nanosec" | "nanosecs" => Step::Microseconds(1e-3),
        "us" | "microsecond" | "microseconds" | "microsec" | "microsecs" => Step::Microseconds(1.0),
        "ms" | "msec" | "msecs" | "millisec" | "millisecs" | "millisecond" | "milliseconds" => Step::Microseconds(1e3),
        "s" | "sec" | "secs" | "second" | "seconds" => Step::Microseconds(1e6),
        "min" | "mins" | "minute" | "minutes" => Step::Microseconds(60e6),
        "h" | "hr" | "hrs" | "hour" | "hours" => Step::Microseconds(3600e6),
        "d" | "day" | "days" => Step::Microseconds(DAY_F64),
        "week" | "weeks" => Step::Microseconds(7.0 * DAY_F64),
        "common_year" | "common_years" => Step::Microseconds(365.0 * DAY_F64),
        "month" | "months" | "mon" => Step::Months(1),
        "y" | "yr" | "yrs" | "year" | "years" => Step::Months(12),
        _ => return None,
    })
}

/// A reference such as `1900-1-1`, `1900-01-01T00:00:00Z`, `1900-01-01 06:00:0.0 +01:00`, in microseconds from 1970.
fn moment(text: &str, calendar: Calendar) -> Option<i128> {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let end = text.find(['t', ' ']).unwrap_or(text.len());
    let (date, rest) = text.split_at(end);
    let fields: Vec<i64> = match date.split('-').collect::<Vec<_>>().as_slice() {
        [packed] if packed.len() == 8 => vec![packed.get(..4)?, packed.get(4..6)?, packed.get(6..)?],
        fields => fields.to_vec(),
    }
    .into_iter()
    .map(whole)
    .collect::<Option<_>>()?;
    let (year, month, day) = match *fields.as_slice() {
        [year] => (year, 1, 1),
        [year, month] => (year, month, 1),
        [year, month, day] => (year, month, day),
        _ => return None,
    };
    if year > 10_000_000 {
        return None;
    }
    let day = day_of(calendar, Date { year: sign * year, month, day })?;
    let clock = rest.get(1..).unwrap_or_default().trim();
    let clock = ["utc", "gmt", "z"].iter().find_map(|zone| clock.strip_suffix(zone)).unwrap_or(clock).trim();
    // A zone: +1, +01:00, -0600, with or without a blank before.
    let at = clock.find(['+', '-']).unwrap_or(clock.len());
    let (clock, zone) = clock.split_at(at);
    Some(day * DAY + time_of_day(clock.trim())? - zone_of(zone)?)
}

fn whole(text: &str) -> Option<i64> {
    (!text.is_empty() && text.len() < 12 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Microseconds of `HH`, `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fraction`; nothing is midnight.
#[expect(clippy::cast_possible_truncation, reason = "less than a minute")]
fn time_of_day(clock: &str) -> Option<i128> {
    if clock.is_empty() {
        return Some(0);
    }
    let mut fields = clock.split(':');
    let hour = whole(fields.next()?)?;
    let minute = fields.next().map_or(Some(0), whole)?;
    let second: f64 = fields.next().map_or(Some(0.0), |text| text.parse().ok())?;
    let is_time = hour <= 24 && minute < 60 && (0.0..=60.0).contains(&second) && fields.next().is_none();
    is_time.then(|| i128::from(hour * 3600 + minute * 60) * SECOND + (second * 1e6).round() as i128)
}

/// Microseconds that a zone is ahead.
fn zone_of(zone: &str) -> Option<i128> {
    let Some(sign) = zone.chars().next() else { return Some(0) };
    let digits = zone.get(1..)?.trim();
    let (hours, minutes) = match (digits.split_once(':'), digits.len()) {
        (Some((hours, minutes)), _) => (whole(hours)?, whole(minutes)?),
        (None, 3 | 4) => (whole(digits.get(..digits.len() - 2)?)?, whole(digits.get(digits.len() - 2..)?)?),
        (None, _) => (whole(digits)?, 0),
    };
    let ahead = i128::from(hours * 3600 + minutes * 60) * SECOND;
    (hours < 24 && minutes < 60).then_some(if sign == '-' { -ahead } else { ahead })
}

/// The moment of the same date in the Gregorian calendar.
fn to_gregorian(calendar: Calendar, at: i128) -> i128 {
    if calendar == Calendar::Gregorian {
        return at;
    }
    let Ok(days) = i64::try_from(at.div_euclid(DAY)) else { return at };
    let date = calendar.date(days);
    let (given, wanted) = (calendar.days_of(date.year, date.month), Calendar::Gregorian.days_of(date.year, date.month));
    let within = i128::from(date.day - 1) * DAY + at.rem_euclid(DAY);
    let within = if given > wanted { within * i128::from(wanted) / i128::from(given) } else { within };
    i128::from(Calendar::Gregorian.days(Date { day: 1, ..date })) * DAY + within
}

#[cfg(test)]
mod tests;
