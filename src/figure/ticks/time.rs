//! Ticks on the boundaries of clock and calendar.
//!
//! The first line of a label is what changes from tick to tick; what stays the same for longer (the date below times,
//! the year below months) is a second line at the first tick and wherever it changes.

use super::calendar::Date;
use super::{Ruler, Tick, Ticks, in_order, major, minor};
use crate::scene::axis::Coordinate;

/// The length of the unit in which an axis counts time from 1970-01-01T00:00:00, in seconds: a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeUnit {
    /// Seconds in `denominator` units; above 0.
    pub numerator: u64,
    /// Units in `numerator` seconds; above 0.
    pub denominator: u64,
}

impl TimeUnit {
    /// 86,400 seconds.
    pub const DAYS: Self = Self { numerator: 86_400, denominator: 1 };
    /// 3,600 seconds.
    pub const HOURS: Self = Self { numerator: 3600, denominator: 1 };
    /// One second.
    pub const SECONDS: Self = Self { numerator: 1, denominator: 1 };
    /// 10^−3 seconds.
    pub const MILLISECONDS: Self = Self { numerator: 1, denominator: 1000 };
    /// 10^−6 seconds.
    pub const MICROSECONDS: Self = Self { numerator: 1, denominator: 1_000_000 };
    /// 10^−9 seconds.
    pub const NANOSECONDS: Self = Self { numerator: 1, denominator: 1_000_000_000 };
}

const MICRO: i128 = 1000;
const MILLI: i128 = 1_000_000;
pub(super) const SECOND: i128 = 1_000_000_000;
const MINUTE: i128 = 60 * SECOND;
const HOUR: i128 = 60 * MINUTE;
const DAY: i128 = 24 * HOUR;
/// The mean length of a month.
const MONTH: i128 = 2_629_746 * SECOND;

/// A distance of ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::figure) enum Step {
    /// That many nanoseconds, at most half a day.
    Clock(i128),
    /// Every so many days, from the first of each month.
    Days(i128),
    /// Every so many months, from January.
    Months(i128),
    /// Every so many years, from year 0.
    Years(i128),
}

/// Steps below a year with the finer ones that may stand between.
const STEPS: &[(Step, [Step; 2])] = &[
    (Step::Clock(HOUR), [Step::Clock(10 * MINUTE), Step::Clock(30 * MINUTE)]),
    (Step::Clock(2 * HOUR), [Step::Clock(30 * MINUTE), Step::Clock(HOUR)]),
    (Step::Clock(3 * HOUR), [Step::Clock(30 * MINUTE), Step::Clock(HOUR)]),
    (Step::Clock(6 * HOUR), [Step::Clock(HOUR), Step::Clock(2 * HOUR)]),
    (Step::Clock(12 * HOUR), [Step::Clock(2 * HOUR), Step::Clock(6 * HOUR)]),
    (Step::Days(1), [Step::Clock(6 * HOUR), Step::Clock(12 * HOUR)]),
    (Step::Days(2), [Step::Clock(12 * HOUR), Step::Days(1)]),
    (Step::Days(5), [Step::Days(1), Step::Days(1)]),
    (Step::Days(10), [Step::Days(1), Step::Days(5)]),
    (Step::Months(1), [Step::Days(5), Step::Days(10)]),
    (Step::Months(2), [Step::Days(10), Step::Months(1)]),
    (Step::Months(3), [Step::Months(1), Step::Months(1)]),
    (Step::Months(6), [Step::Months(1), Step::Months(3)]),
    (Step::Years(1), [Step::Months(1), Step::Months(3)]),
];

impl Step {
    pub(super) fn nanoseconds(self) -> i128 {
        match self {
            Self::Clock(n) => n,
            Self::Days(n) => n * DAY,
            Self::Months(n) => n * MONTH,
            Self::Years(n) => n * 12 * MONTH,
        }
    }

    /// The least step of at least `size` nanoseconds, and finer ones, finest first.
    pub(super) fn at_least(size: f64) -> (Self, [Self; 2]) {
        let enough = |step: Self| step.nanoseconds() as f64 >= size * 0.999;
        // Below a second, and minutes and seconds up to half an hour.
        let mut scale = 1;
        while scale < SECOND {
            for (n, parts) in [(1, [5, 2]), (2, [4, 2]), (5, [5, 5])] {
                if enough(Self::Clock(n * scale)) {
                    return (Self::Clock(n * scale), parts.map(|part| Self::Clock((n * scale / part).max(1))));
                }
            }
            scale *= 10;
        }
        for base in [SECOND, MINUTE] {
            for (n, parts) in [(1, [5, 2]), (2, [4, 2]), (5, [5, 5]), (10, [10, 2]), (15, [15, 3]), (30, [6, 3])] {
                if enough(Self::Clock(n * base)) {
                    return (Self::Clock(n * base), parts.map(|part| Self::Clock(n * base / part)));
                }
            }
        }
        if let Some(found) = STEPS.iter().find(|(step, _)| enough(*step)) {
            return *found;
        }
        let mut scale = 1;
        loop {
            for (n, parts) in [(1, [10, 2]), (2, [4, 2]), (5, [5, 5])] {
                if enough(Self::Years(n * scale)) || scale > 1_000_000_000_000_000_000 {
                    return (Self::Years(n * scale), parts.map(|part| Self::Years((n * scale / part).max(1))));
                }
            }
            scale *= 10;
        }
    }

    /// All its instants from `start` to `end`, in nanoseconds since 1970, and perhaps one beyond each.
    pub(super) fn instants(self, start: i128, end: i128) -> Vec<i128> {
        let midnight = |year: i128, month: i128, day: i128| Date { year, month, day }.days() * DAY;
        let (from, to) = (Date::from_days(start.div_euclid(DAY)), Date::from_days(end.div_euclid(DAY)));
        match self {
            Self::Clock(n) => (start.div_euclid(n)..=end.div_euclid(n)).map(|k| k * n).collect(),
            Self::Days(n) => (start.div_euclid(DAY)..=end.div_euclid(DAY))
                .filter(|days| {
                    let day = Date::from_days(*days).day - 1;
                    // No tick a short stump before the first of the next month.
                    day % n == 0 && (n == 1 || day + n / 2 < 30)
                })
                .map(|days| days * DAY)
                .collect(),
            Self::Months(n) => {
                let (first, last) = (from.year * 12 + from.month - 1, to.year * 12 + to.month - 1);
                let months = (first.div_euclid(n)..=last.div_euclid(n)).map(|k| k * n);
                months.map(|m| midnight(m.div_euclid(12), m.rem_euclid(12) + 1, 1)).collect()
            }
            Self::Years(n) => {
                let years = (from.year.div_euclid(n)..=to.year.div_euclid(n)).map(|k| k * n);
                years.map(|year| midnight(year, 1, 1)).collect()
            }
        }
    }

    /// What a tick says, what holds for longer (in full), and its short form for when it changes.
    pub(super) fn words(self, t: i128) -> Words {
        let date = Date::from_days(t.div_euclid(DAY));
        let Date { year, day, .. } = date;
        let month = date.month_name();
        let year = year.to_string().replace('-', "\u{2212}");
        let since = t.rem_euclid(DAY);
        let clock = |unit: i128| clock(since, unit);
        let stamped = |unit: i128| {
            let full = format!("{day} {month} {year} {}", clock(unit));
            Words { label: String::new(), full, short: clock(unit), key: t.div_euclid(unit) }
        };
        let dated = |label: String| {
            let full = format!("{day} {month} {year}");
            Words { label, full, short: format!("{day} {month}"), key: t.div_euclid(DAY) }
        };
        match self {
            Self::Years(_) => Words { label: year, full: String::new(), short: String::new(), key: 0 },
            Self::Months(_) => Words { label: month.to_owned(), full: year.clone(), short: year, key: date.year },
            Self::Days(_) => {
                let (full, key) = (format!("{month} {year}"), date.year * 12 + date.month);
                Words { label: day.to_string(), full, short: month.to_owned(), key }
            }
            Self::Clock(n) if n % MINUTE == 0 => dated(clock(MINUTE)),
            Self::Clock(n) if n % SECOND == 0 => dated(clock(SECOND)),
            Self::Clock(n) => {
                let (part, whole, name) = match n {
                    n if n % MILLI == 0 => (MILLI, SECOND, "ms"),
                    n if n % MICRO == 0 => (MICRO, MILLI, "µs"),
                    _ => (1, MICRO, "ns"),
                };
                let label = format!("{}\u{2009}{name}", t.rem_euclid(whole) / part);
                Words { label, ..stamped(whole) }
            }
        }
    }
}

/// The parts of a label.
pub(super) struct Words {
    label: String,
    full: String,
    short: String,
    /// Equal keys, equal dates.
    key: i128,
}

/// Time of day down to a unit: `06:05`, `06:05:09`, `06:05:09.123`.
fn clock(since: i128, unit: i128) -> String {
    let (hours, minutes) = (since / HOUR, since % HOUR / MINUTE);
    let mut text = format!("{hours:02}:{minutes:02}");
    if unit < MINUTE {
        text += &format!(":{:02}", since % MINUTE / SECOND);
    }
    if unit < SECOND {
        text += &format!(".{:03}", since % SECOND / MILLI);
    }
    if unit < MILLI {
        text += &format!("\u{2009}{:03}", since % MILLI / MICRO);
    }
    if unit < MICRO {
        text += &format!("\u{2009}{:03}", since % MICRO);
    }
    text
}

/// The date, and as much of the time as tells instants apart that are `apart` units from each other; none where i128
/// nanoseconds do not reach. `instant` is a whole number of units and a fraction.
pub(in crate::figure) fn stamp(instant: (i128, f64), apart: f64, unit: TimeUnit) -> Option<String> {
    let numerator = i128::from(unit.numerator).checked_mul(SECOND)?;
    let denominator = i128::from(unit.denominator);
    let t = nanoseconds(instant, numerator, denominator)?;
    let date = Date::from_days(t.div_euclid(DAY));
    let year = date.year.to_string().replace('-', "\u{2212}");
    let apart = apart * numerator as f64 / denominator as f64;
    let enough = |length: i128| apart >= length as f64;
    let month = date.month_name();
    if enough(366 * DAY) {
        return Some(year);
    }
    if enough(31 * DAY) {
        return Some(format!("{month} {year}"));
    }
    let day = format!("{} {month} {year}", date.day);
    if enough(DAY) {
        return Some(day);
    }
    let unit = [MINUTE, SECOND, MILLI, MICRO].into_iter().find(|unit| enough(*unit)).unwrap_or(1);
    Some(format!("{day} {}", clock(t.rem_euclid(DAY), unit)))
}

/// Nanoseconds since 1970, rounded down, if i128 holds them; a unit is `numerator / denominator` nanoseconds.
pub(super) fn nanoseconds((whole, part): (i128, f64), numerator: i128, denominator: i128) -> Option<i128> {
    if denominator == 0 {
        return None;
    }
    let exact = whole.checked_mul(numerator)?;
    let rest = fraction(part * numerator as f64 / denominator as f64);
    // Beyond 2^120, dates are of no use, and products of them might overflow.
    Some(exact.div_euclid(denominator).saturating_add(rest)).filter(|t| t.unsigned_abs() <= 1 << 120)
}

/// A ruler over time.
struct Clock<'a> {
    ruler: &'a Ruler,
    /// A unit is `numerator / denominator` nanoseconds.
    numerator: i128,
    denominator: i128,
}

impl Clock<'_> {
    /// Position of an instant on the axis; none outside.
    fn place(&self, t: i128) -> Option<f64> {
        let units = t.checked_mul(self.denominator)?;
        let (whole, rest) = (units.div_euclid(self.numerator), units.rem_euclid(self.numerator));
        let part = rest as f64 / self.numerator as f64;
        let at = match self.ruler.rule.linear() {
            Some(linear) if self.ruler.integer => linear.position(whole.checked_sub(linear.whole)? as f64 + part),
            _ => {
                let nearest = whole as f64 + part;
                self.ruler.near(nearest, || (whole as f64 - nearest) + part)
            }
        };
        self.ruler.within(at)
    }

    fn multiples(&self, step: Step, ends: (i128, i128)) -> Vec<(i128, f64)> {
        if (ends.1 - ends.0) / step.nanoseconds() > 4000 {
            return Vec::new();
        }
        step.instants(ends.0, ends.1).into_iter().filter_map(|t| Some((t, self.place(t)?))).collect()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "saturates")]
fn fraction(nanoseconds: f64) -> i128 {
    nanoseconds.floor() as i128
}

/// Ticks of a time axis; none where the range is beyond what i128 nanoseconds hold, or shorter than some of them.
pub(super) fn ticks(ruler: &Ruler, unit: TimeUnit) -> Option<Ticks> {
    let numerator = i128::from(unit.numerator).checked_mul(SECOND)?;
    let clock = Clock { ruler, numerator, denominator: i128::from(unit.denominator) };
    if numerator == 0 || clock.denominator == 0 {
        return None;
    }
    let range = ruler.axis.range;
    let end = |at: Coordinate| nanoseconds(at.split(), numerator, clock.denominator);
    let ends = (end(range.start)?, end(range.end)?);
    let per_pixel =
        ruler.rule.span().1.min(clock_width(ruler)) * numerator as f64 / clock.denominator as f64 / ruler.pixels();
    let least = ruler.least_apart() * numerator as f64 / clock.denominator as f64;
    // A column of whole days may well have hours on its axis, but real numbers no less than what they can tell apart.
    let least = if ruler.integer { 0.0 } else { least };
    let (step, parts) = Step::at_least((per_pixel * ruler.room.major).max(least));
    let mut found = clock.multiples(step, ends);
    found.dedup_by(|next, kept| next.1 <= kept.1);
    if found.len() < 2 && per_pixel * ruler.pixels() < 10.0 {
        return None;
    }
    let words: Vec<Words> = found.iter().map(|(t, _)| step.words(*t)).collect();
    let mut all: Vec<Tick> = found.iter().zip(contexts(&words)).map(|((_, at), label)| major(*at, label)).collect();
    let fits = |part: &Step| part.nanoseconds() as f64 >= (per_pixel * ruler.room.minor).max(least) && *part != step;
    if let Some(part) = parts.into_iter().find(fits) {
        all.extend(clock.multiples(part, ends).into_iter().map(|(_, at)| minor(at)));
    }
    Some(Ticks { ticks: in_order(all), offset: None })
}

/// The width of the axis in its units.
fn clock_width(ruler: &Ruler) -> f64 {
    ruler.rule.linear().map_or(f64::INFINITY, |linear| linear.width)
}

/// Labels with their second lines.
pub(super) fn contexts(words: &[Words]) -> Vec<String> {
    // A full date at the first tick needs room until the next change; else the next one gets it.
    let change = words.windows(2).position(|pair| pair[0].key != pair[1].key).map(|i| i + 1);
    let full_at = change.filter(|at| *at < 2).unwrap_or(0);
    let mut labels = Vec::new();
    for (i, word) in words.iter().enumerate() {
        let changed = i == 0 || words[i - 1].key != word.key;
        let year_changed =
            i > 0 && word.full.get(word.short.len()..) != words[i - 1].full.get(words[i - 1].short.len()..);
        labels.push(match () {
            () if word.full.is_empty() => word.label.clone(),
            () if i == full_at => format!("{}\n{}", word.label, word.full),
            () if changed && i > full_at => {
                let context = if year_changed && ends_in_year(word) { &word.full } else { &word.short };
                format!("{}\n{context}", word.label)
            }
            () => word.label.clone(),
        });
    }
    labels
}

/// Whether the full form is the short one and a year behind it.
fn ends_in_year(word: &Words) -> bool {
    word.full.starts_with(&word.short)
}
