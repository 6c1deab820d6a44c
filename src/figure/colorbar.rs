//! The colour bar: which colour stands for which value.
//!
//! The bar shows all 256 colours of a norm without levels at equal heights, so a value stands where the norm puts it: at height
//! i / 256 begins colour i, and there stands the threshold from which on values get colour i. Ticks are at round values. With levels the bar
//! shows their regions, and the levels are the ticks.

use crate::aggregate::is_missing;
use crate::aggregate::ordered::f64_from_key;
use crate::scene::reduction::{Reduction, Statistic};
use crate::scene::style::{Norm, Rgba, Style};

use super::bands::{Band, Bands, Ordinary};
use super::error::FigureError;
use super::norm::{COLORS, Shading, color_index, inner_color};
use super::readout;
use super::shading::{faded, seen};
use super::survey::Survey;
use super::ticks::linear::round_values;
use super::ticks::{TimeUnit, decimal};

mod dates;
mod gaps;
mod legend;
mod levels;
mod paint;

pub use legend::{LegendLine, Sign, entry_places, place_with_more};
pub(super) use paint::{is_name, name_shift, paint};

/// Colours and the values they stand for.
#[derive(Clone, Debug, PartialEq)]
pub struct ColorBar {
    palette: Vec<[u8; 4]>,
    /// The smallest value of colour i + 1; infinite where no value gets it.
    thresholds: Vec<f64>,
    limits: Option<(f64, f64)>,
    counts: bool,
    norm: Norm,
    /// Whether values below the low limit and above the high one were drawn, or have colors of their own; the bar then
    /// ends in a point there.
    pub extends: [bool; 2],
    /// The colors of these, where they have some of their own.
    ends: [Option<[u8; 4]>; 2],
    /// What else has a color of its own.
    swatches: Vec<(String, Sign)>,
    /// Whether swatches are all there is.
    is_legend: bool,
    /// In what the values count time, if they do.
    time: Option<TimeUnit>,
}

/// A tick of a colour bar.
#[derive(Clone, Debug, PartialEq)]
pub struct BarTick {
    /// The value it stands for, in the units of the aggregate.
    pub value: f64,
    /// Height, 0 (lowest colour) to 1.
    pub height: f64,
    /// What it says.
    pub label: String,
}

impl ColorBar {
    /// A bar for a shading of counts or of real values. `limits` are those of [`Scale::limits`](super::norm::Scale::limits); none if there was no
    /// value at all.
    #[must_use]
    pub fn new(shading: &Shading, counts: bool, norm: &Norm, limits: Option<(f64, f64)>) -> Self {
        let unit = shading.area.unwrap_or(1.0);
        let thresholds = shading.thresholds.iter().map(|key| value_of(*key, counts, unit)).collect();
        // Counts over an area are no whole numbers.
        let (norm, counts) = (norm.clone(), counts && shading.area.is_none());
        let (extends, ends, swatches) = ([false; 2], [None; 2], Vec::new());
        Self {
            palette: shading.palette.clone(),
            thresholds,
            limits,
            counts,
            norm,
            extends,
            ends,
            swatches,
            is_legend: false,
            time: None,
        }
    }

    /// The same for values that count time, in such units.
    #[must_use]
    pub fn counting(self, time: Option<TimeUnit>) -> Self {
        Self { time, ..self }
    }

    /// The same of a layer whose opacity its colors do not have: others lie beneath it.
    #[must_use]
    pub fn faded(mut self, alpha: f32) -> Self {
        // Those of a legend say what is what, however faint that is.
        if alpha < 1.0 && !self.is_legend {
            let swatches = self.swatches.iter_mut().filter_map(|(_, sign)| match sign {
                Sign::Color(Rgba(color)) => Some(color),
                Sign::Hatch { .. } | Sign::Line(_) => None,
            });
            let colors = self.palette.iter_mut().chain(self.ends.iter_mut().flatten()).chain(swatches);
            colors.for_each(|color| color[3] = faded(color[3], f64::from(alpha)));
        }
        self
    }

    /// The bar of an aggregate's values under a style and its shading, with its points where limits cut values off.
    ///
    /// # Errors
    /// Numbers that were kept in a file and cannot be read again.
    pub fn of(values: &dyn Bands, style: &Style, shading: &Shading) -> Result<Self, FigureError> {
        let ordinary = Ordinary::new(values, &style.special, shading.area);
        let limits = shading.limits;
        let mut bar = Self::new(shading, values.are_counts(), &style.norm, limits);
        if !shading.between.is_empty() {
            bar.thresholds.clone_from(&shading.between);
        }
        bar.ends = [shading.ends[0], shading.ends[1]];
        let is_extended = match &style.norm {
            Norm::Boundary(levels) => levels.extend.ends(),
            _ => [false; 2],
        };
        for (extends, (color, is_extended)) in bar.extends.iter_mut().zip(bar.ends.iter().zip(is_extended)) {
            *extends = limits.is_some() && (color.is_some() || is_extended);
        }
        let special = style.special.iter().map(|special| (readout::real(special.value), seen(special.color, style)));
        // Where the norm is defined for all values, none is bad.
        let may_be_bad = style.norm == Norm::Log && !values.are_counts();
        let (mut is_bad, mut visited) = (may_be_bad, Ok(()));
        if shading.ends[2].is_some() && !is_bad {
            visited = values.visit(&mut |band| {
                is_bad |= matches!(band, Band::Real(reals) if reals.iter().any(|v| is_missing(*v)));
            });
        }
        visited?;
        let bad = shading.ends[2]
            .filter(|_| is_bad)
            .map(|color| (if may_be_bad { "bad" } else { "missing" }.to_owned(), color));
        bar.swatches = special.chain(bad).map(|(text, color)| (text, Sign::Color(Rgba(color)))).collect();
        if let Some((low, high)) = limits {
            let extent = Survey::new(&ordinary, shading.extent, 1).extent()?;
            let [mut is_below, is_above] = extent.reaches_beyond(low, high);
            // What is bad is not below.
            if may_be_bad && shading.ends[2].is_some() {
                is_below = extent.positive().is_some_and(|(least, _)| least < low);
            }
            // What is not below the last level is above it.
            let is_at_end = || extent.reaches_beyond(low, high.next_down())[1];
            let is_above = is_above || (matches!(style.norm, Norm::Boundary(_)) && is_at_end());
            bar.extends = [bar.extends[0] || is_below, bar.extends[1] || is_above];
        }
        Ok(bar)
    }

    /// The moment that a value is, where values count time, as far as the colors tell it from others.
    #[must_use]
    pub fn moment(&self, value: f64) -> Option<String> {
        let (unit, (low, high)) = (self.time?, self.limits?);
        readout::moment(value, (high - low) / COLORS as f64, unit)
    }

    /// Whether it is a legend: colors or hatchings, no bar.
    #[must_use]
    pub fn is_legend(&self) -> bool {
        self.is_legend
    }

    /// The height at which a value stands, 0 to 1; none beyond the limits.
    #[must_use]
    pub fn height(&self, value: f64) -> Option<f64> {
        let (low, high) = self.limits?;
        if !(low..=high).contains(&value) {
            return None;
        }
        if value >= high {
            return Some(1.0);
        }
        if let Norm::Boundary(levels) = &self.norm {
            return Some(levels::height(levels, value));
        }
        let index = self.thresholds.partition_point(|threshold| *threshold <= value);
        let below = index.checked_sub(1).and_then(|i| self.thresholds.get(i)).copied().unwrap_or(low);
        let above = self.thresholds.get(index).copied().unwrap_or(high).min(high);
        let part = (value - below) / (above - below);
        let part = if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 };
        Some((index as f64 + part) / COLORS as f64)
    }

    /// Ticks at round values, at least `apart` (a share of the bar's height, above 0) from each other, lowest first, and
    /// what all labels share.
    #[must_use]
    pub fn ticks(&self, apart: f64) -> (Vec<BarTick>, Option<String>) {
        let Some((low, high)) = self.limits else {
            return (Vec::new(), None);
        };
        if let Norm::Boundary(levels) = &self.norm {
            return (levels::ticks(levels, apart), None);
        }
        if let Some(ticks) = self.time.and_then(|unit| dates::ticks(self, unit, apart)) {
            return (ticks, None);
        }
        let wide = low <= 0.0 && high > 0.0 || low > 0.0 && high / low >= 10.0 || high < 0.0 && low / high >= 10.0;
        let mut candidates = if self.is_linear() || !wide || high == low {
            self.multiples(low, high, apart)
        } else {
            self.decades(low, high)
        };
        // The centre is what such a bar is about; where round values are evenly spread, they come first.
        if let Norm::TwoSlope { center } = self.norm {
            candidates.splice(0..0, exact(center, 6));
        }
        let mut chosen: Vec<(i128, i32, f64)> = Vec::new();
        for (number, exponent) in candidates {
            let Some(height) = self.height(decimal::to_f64(number, exponent)) else { continue };
            // Three stands in for two and five, not beside them.
            let beside = |(n, e, _): &(i128, i32, f64)| n * number > 0 && *e == exponent && [2, 5].contains(&n.abs());
            if number.abs() == 3 && wide && !self.is_linear() && chosen.iter().any(beside) {
                continue;
            }
            if chosen.iter().all(|(.., taken)| (taken - height).abs() >= apart) {
                chosen.push((number, exponent, height));
            }
        }
        if self.norm == Norm::EqHist {
            gaps::fill(self, &mut chosen, apart);
        }
        chosen.sort_by(|a, b| a.2.total_cmp(&b.2));
        let (labels, shared) = self.labels(&chosen);
        let tick = |((number, exponent, height), label): (&(i128, i32, f64), String)| BarTick {
            value: decimal::to_f64(*number, *exponent),
            height: *height,
            label,
        };
        (chosen.iter().zip(labels).map(tick).collect(), shared)
    }

    /// The same ticks with labels that fit: where some do not, all share a power of ten or a number to be added.
    #[must_use]
    pub fn ticks_that(&self, apart: f64, fits: impl Fn(&str) -> bool) -> (Vec<BarTick>, Option<String>) {
        let (ticks, shared) = self.ticks(apart);
        // Dates have no digits to share.
        if self.time.is_some() || ticks.iter().all(|tick| fits(&tick.label)) {
            return (ticks, shared);
        }
        let values: Vec<f64> = ticks.iter().map(|tick| tick.value).collect();
        let mut shorter = [4, 3].into_iter().filter_map(|most| shorter(&values, most));
        match shorter.find(|(labels, _)| labels.iter().all(|label| fits(label))) {
            Some((labels, shared)) => {
                (ticks.into_iter().zip(labels).map(|(tick, label)| BarTick { label, ..tick }).collect(), shared)
            }
            // Of several, two might be rounded to the same.
            None if ticks.len() == 1 => (ticks.into_iter().map(|tick| only(tick, &fits)).collect(), shared),
            None => (ticks, shared),
        }
    }

    /// Whether equal distances mean equal differences, on all of the bar or on each side of a centre.
    fn is_linear(&self) -> bool {
        matches!(self.norm, Norm::Linear | Norm::Centered { .. } | Norm::TwoSlope { .. })
    }

    /// Whether equal distances mean equal differences everywhere.
    fn is_even(&self) -> bool {
        matches!(self.norm, Norm::Linear | Norm::Centered { .. })
    }

    /// The color at a height, 0 to below 1.
    fn color_at(&self, height: f64) -> [u8; 4] {
        let index = match &self.norm {
            Norm::Boundary(levels) => inner_color(levels, levels::region_at(levels, height)),
            _ => usize::from(color_index(height)),
        };
        self.palette.get(index).copied().unwrap_or_default()
    }

    /// Evenly spaced round values, roundest first.
    fn multiples(&self, low: f64, high: f64, apart: f64) -> Vec<(i128, i32)> {
        let width = high - low;
        let is_even = self.is_even();
        if let Norm::TwoSlope { center } = self.norm
            && (low..=high).contains(&center)
        {
            return self.on_both_sides(low, center, high, apart);
        }
        let size = width * if is_even { apart } else { apart / 3.0 };
        let (mut numbers, exponent) = round_values(low, high, size, self.counts);
        if numbers.is_empty() {
            // With all digits where fewer are not between the limits.
            let only = if width > 0.0 { f64::midpoint(low, high) } else { high };
            return [6, 17].into_iter().filter_map(|digits| exact(only, digits)).collect();
        }
        if !is_even {
            numbers.sort_by_key(|n| [100, 50, 10, 5, 2, 1].iter().position(|part| n % part == 0));
        }
        numbers.into_iter().map(|number| (number, exponent)).collect()
    }

    /// Round values below and above a centre, on each side evenly spaced.
    fn on_both_sides(&self, low: f64, center: f64, high: f64, apart: f64) -> Vec<(i128, i32)> {
        let side = |from: f64, to: f64| {
            let tall = (self.height(to).unwrap_or(0.0) - self.height(from).unwrap_or(0.0)).abs();
            // A hair less, so that what is just as far apart as it must be is not left out by rounding.
            let (numbers, exponent) = round_values(from, to, (to - from) / tall * apart * 1.0001, self.counts);
            numbers.into_iter().map(move |number| (number, exponent))
        };
        side(low, center).chain(side(center, high)).collect()
    }

    /// Zero, powers of ten, then two and five times those, then three times.
    fn decades(&self, low: f64, high: f64) -> Vec<(i128, i32)> {
        let power = |v: f64| floor(libm::log10(v));
        let greatest = power(low.abs().max(high.abs()));
        let least = match (low, high) {
            (low, _) if low > 0.0 => power(low),
            (_, high) if high < 0.0 => power(-high),
            _ => greatest - 9,
        };
        let least = if self.counts { least.max(0) } else { least.max(-323) };
        let mut found = vec![(0, 0)];
        for figures in [&[1][..], &[2, 5], &[3]] {
            for power in (least..=greatest).rev() {
                found.extend(figures.iter().flat_map(|figure| [(*figure, power), (-*figure, power)]));
            }
        }
        found
    }

    fn labels(&self, chosen: &[(i128, i32, f64)]) -> (Vec<String>, Option<String>) {
        if self.counts
            && chosen.iter().all(|(number, exponent, _)| count_label(*number, *exponent).chars().count() <= 6)
        {
            return (chosen.iter().map(|(number, exponent, _)| count_label(*number, *exponent)).collect(), None);
        }
        let same = chosen.windows(2).all(|pair| pair[0].1 == pair[1].1);
        if same && let Some((_, exponent, _)) = chosen.first() {
            let numbers: Vec<i128> = chosen.iter().map(|(number, ..)| *number).collect();
            return decimal::labels(&numbers, *exponent);
        }
        // Steps on both sides of a centre may have other powers of ten.
        if self.is_linear()
            && let Some((labels, None)) = common(chosen).map(|(numbers, exponent)| decimal::labels(&numbers, exponent))
        {
            return (labels, None);
        }
        (chosen.iter().map(|(number, exponent, _)| decimal::single(*number, *exponent)).collect(), None)
    }
}

/// What colours stand for: `points per pixel`, `mean of speed`.
#[must_use]
pub fn quantity(reduction: &Reduction) -> String {
    let of = |name: &str, column: &str| format!("{name} of {column}");
    match reduction {
        Reduction::Count => "points per pixel".to_owned(),
        Reduction::Any => "any point".to_owned(),
        Reduction::By { column, .. } => column.clone(),
        Reduction::Of(Statistic::Sum, column) => of("sum", column),
        Reduction::Of(Statistic::Mean, column) => of("mean", column),
        Reduction::Of(Statistic::Min, column) => of("least", column),
        Reduction::Of(Statistic::Max, column) => of("greatest", column),
        Reduction::Of(Statistic::Std, column) => of("standard deviation", column),
    }
}

/// The value of a threshold over an area; infinite where no value reaches it.
pub(super) fn value_of(key: u64, is_count: bool, unit: f64) -> f64 {
    match key {
        u64::MAX => f64::INFINITY,
        key if is_count => key as f64 / unit,
        key => f64_from_key(key) / unit,
    }
}

/// Labels of values with at most so many figures before the point, and what they share; none where values have too many digits.
fn shorter(values: &[f64], most: i32) -> Option<(Vec<String>, Option<String>)> {
    let exact = |value: &f64| {
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e')?;
        let decimals = mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        Some((
            mantissa.replace('.', "").parse::<i128>().ok()?,
            exponent.parse::<i32>().ok()? - i32::try_from(decimals).ok()?,
        ))
    };
    let numbers: Vec<(i128, i32, f64)> = values
        .iter()
        .map(|value| exact(value).map(|(number, exponent)| (number, exponent, 0.0)))
        .collect::<Option<_>>()?;
    let (numbers, least) = common(&numbers)?;
    Some(decimal::labels_of(&numbers, least, most))
}

/// A tick with fewer digits where all of them have no room, which is better than no number at all.
fn only(tick: BarTick, fits: impl Fn(&str) -> bool) -> BarTick {
    let rounded = |digits| exact(tick.value, digits).map(|(number, exponent)| decimal::single(number, exponent));
    let label = if fits(&tick.label) { None } else { (2..=6).rev().filter_map(rounded).find(|label| fits(label)) };
    BarTick { label: label.unwrap_or(tick.label), ..tick }
}

/// Numbers with the same exponent, the least of theirs.
fn common(numbers: &[(i128, i32, f64)]) -> Option<(Vec<i128>, i32)> {
    let least = numbers.iter().filter(|(number, ..)| *number != 0).map(|(_, exponent, _)| *exponent).min()?;
    let scaled = |(number, exponent, _): &(i128, i32, f64)| match number {
        0 => Some(0),
        number => number.checked_mul(10_i128.checked_pow(u32::try_from(exponent - least).ok()?)?),
    };
    Some((numbers.iter().map(scaled).collect::<Option<_>>()?, least))
}

/// A value with so many significant digits at most.
fn exact(value: f64, digits: u8) -> Option<(i128, i32)> {
    let behind = digits.saturating_sub(1);
    let text = format!("{value:.*e}", usize::from(behind));
    let (mantissa, exponent) = text.split_once('e')?;
    let (mut number, mut exponent) =
        (mantissa.replace('.', "").parse::<i128>().ok()?, exponent.parse::<i32>().ok()? - i32::from(behind));
    while number != 0 && number % 10 == 0 {
        (number, exponent) = (number / 10, exponent + 1);
    }
    Some((number, if number == 0 { 0 } else { exponent }))
}

/// A count: 1, 20, 500, 1k, 2.5k, 20M.
fn count_label(number: i128, exponent: i32) -> String {
    const NAMES: [&str; 7] = ["", "k", "M", "G", "T", "P", "E"];
    let value = u32::try_from(exponent).ok().and_then(|e| number.checked_mul(10_i128.checked_pow(e)?));
    let Some(value) = value else { return decimal::single(number, exponent) };
    let mut best = decimal::labels(&[value], 0).0.concat();
    let mut unit = 1_i128;
    for name in NAMES {
        if value >= unit && value.checked_mul(10).is_some_and(|tenths| tenths % unit == 0) {
            let (whole, tenth) = (value / unit, value * 10 / unit % 10);
            best = if tenth == 0 { format!("{whole}{name}") } else { format!("{whole}.{tenth}{name}") };
        }
        unit *= 1000;
    }
    best
}

#[expect(clippy::cast_possible_truncation, reason = "f64's exponents are below 400")]
fn floor(value: f64) -> i32 {
    value.floor() as i32
}

#[cfg(test)]
#[path = "colorbar_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "colorbar_label_tests.rs"]
mod label_tests;
