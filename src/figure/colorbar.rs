//! The colour bar: which colour stands for which value.
//!
//! The bar shows all 256 colours at equal heights, so a value stands where the norm puts it: at height i / 256 begins
//! colour i, and there stands the threshold from which on values get colour i. Ticks are at round values.

use crate::aggregate::Values;
use crate::aggregate::ordered::f64_from_key;
use crate::scene::reduction::{Reduction, Statistic};
use crate::scene::style::{Norm, Rgba, Style};

use super::axes::{ThemeColors, tick_start};
use super::bands::Bands;
use super::error::FigureError;
use super::frame::{BarPlace, Label, Layout, Role, pixels};
use super::norm::{COLORS, Scale, Shading};
use super::painter::{PaintError, Painter, Rect};
use super::text;
use super::ticks::decimal;
use super::ticks::linear::round_values;

/// Colours and the values they stand for.
#[derive(Clone, Debug, PartialEq)]
pub struct ColorBar {
    palette: [[u8; 4]; COLORS],
    /// The smallest value of colour i + 1; infinite where no value gets it.
    thresholds: Vec<f64>,
    limits: Option<(f64, f64)>,
    counts: bool,
    norm: Norm,
    /// Whether values below the low limit and above the high one were drawn in the end colours; the bar then ends in
    /// a point there.
    pub extends: [bool; 2],
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
    /// A bar for a shading of counts or of real values. `limits` are those of [`Scale::limits`]; none if there was no
    /// value at all.
    #[must_use]
    pub fn new(shading: &Shading, counts: bool, norm: Norm, limits: Option<(f64, f64)>) -> Self {
        let value = |key: &u64| match *key {
            u64::MAX => f64::INFINITY,
            key if counts => key as f64,
            key => f64_from_key(key),
        };
        let thresholds = shading.thresholds.iter().map(value).collect();
        Self { palette: shading.palette, thresholds, limits, counts, norm, extends: [false; 2] }
    }

    /// The bar of an aggregate's values under a style, with its points where limits cut values off. Runs over the values
    /// once more to find the limits.
    ///
    /// # Errors
    /// Those of [`Scale::new`].
    pub fn of(values: &dyn Bands, style: &Style, shading: &Shading) -> Result<Self, FigureError> {
        let limits = Scale::new(values, style.norm, style.limits)?.map(|scale| scale.limits());
        let mut bar = Self::new(shading, values.are_counts(), style.norm, limits);
        if let Some((low, high)) = limits {
            let beyond = |v: f64| [v < low, v > high];
            let either = |a: [bool; 2], b: [bool; 2]| [a[0] || b[0], a[1] || b[1]];
            values.visit(&mut |band| {
                let found = match band {
                    Values::Count(counts) => {
                        let drawn = counts.iter().filter(|count| **count > 0);
                        drawn.map(|count| beyond(*count as f64)).fold([false; 2], either)
                    }
                    Values::Real(reals) => reals.iter().map(|v| beyond(*v)).fold([false; 2], either),
                };
                bar.extends = either(bar.extends, found);
            })?;
        }
        Ok(bar)
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
        let wide = low <= 0.0 && high > 0.0 || low > 0.0 && high / low >= 10.0 || high < 0.0 && low / high >= 10.0;
        let candidates = if self.norm == Norm::Linear || !wide || high == low {
            self.multiples(low, high, apart)
        } else {
            self.decades(low, high)
        };
        let mut chosen: Vec<(i128, i32, f64)> = Vec::new();
        for (number, exponent) in candidates {
            let Some(height) = self.height(decimal::to_f64(number, exponent)) else { continue };
            // Three stands in for two and five, not beside them.
            let beside = |(n, e, _): &(i128, i32, f64)| n * number > 0 && *e == exponent && [2, 5].contains(&n.abs());
            if number.abs() == 3 && wide && chosen.iter().any(beside) {
                continue;
            }
            if chosen.iter().all(|(.., taken)| (taken - height).abs() >= apart) {
                chosen.push((number, exponent, height));
            }
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

    /// Evenly spaced round values, roundest first.
    fn multiples(&self, low: f64, high: f64, apart: f64) -> Vec<(i128, i32)> {
        let width = high - low;
        let size = width * if self.norm == Norm::Linear { apart } else { apart / 3.0 };
        let (mut numbers, exponent) = round_values(low, high, size, self.counts);
        if numbers.is_empty() {
            return exact(if width > 0.0 { f64::midpoint(low, high) } else { high }).into_iter().collect();
        }
        if self.norm != Norm::Linear {
            numbers.sort_by_key(|n| [100, 50, 10, 5, 2, 1].iter().position(|part| n % part == 0));
        }
        numbers.into_iter().map(|number| (number, exponent)).collect()
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
        Reduction::Of(Statistic::Sum, column) => of("sum", column),
        Reduction::Of(Statistic::Mean, column) => of("mean", column),
        Reduction::Of(Statistic::Min, column) => of("least", column),
        Reduction::Of(Statistic::Max, column) => of("greatest", column),
        Reduction::Of(Statistic::Std, column) => of("standard deviation", column),
    }
}

/// A value with six significant digits.
fn exact(value: f64) -> Option<(i128, i32)> {
    let text = format!("{value:.5e}");
    let (mantissa, exponent) = text.split_once('e')?;
    Some((mantissa.replace('.', "").parse().ok()?, exponent.parse::<i32>().ok()? - 5))
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

/// Paints the bar; returns its labels, which are set with all others.
pub(super) fn paint(
    painter: &mut Painter,
    layout: &Layout,
    place: BarPlace,
    bar: &ColorBar,
    colors: ThemeColors,
) -> Result<Vec<Label>, PaintError> {
    let line = layout.line_width();
    let rect = points(painter, place.rect, bar, colors);
    let (x, y) = (i64::from(rect.x), i64::from(rect.y));
    painter.rect(x - i64::from(line), y - i64::from(line), rect.width + 2 * line, rect.height + 2 * line, colors.faint);
    // The palette may be translucent: what lies beneath it must not be the line's colour.
    painter.clear(rect);
    for row in 0..rect.height {
        let from_below = u64::from(rect.height - 1 - row) * 2 + 1;
        let index = usize::try_from(from_below * 128 / u64::from(rect.height)).unwrap_or(0);
        let color = bar.palette.get(index).copied().unwrap_or_default();
        painter.rect(x, y + i64::from(row), rect.width, 1, Rgba(color));
    }
    let size = 12.0 * layout.scale;
    let (tick, gap) = (pixels(5.0 * layout.scale), pixels(5.0 * layout.scale));
    let (ticks, shared) = bar.ticks(38.0 * layout.scale / f64::from(rect.height.max(1)));
    let left = f64::from(rect.right() + line + tick + gap);
    let mut labels = Vec::new();
    for BarTick { height, label, .. } in ticks {
        let row = i64::from(rect.bottom()) - i64::from(line) - tick_start(height, rect.height, line);
        let width = text::width(&label, size)?;
        if width <= place.room + 2.0 * layout.scale {
            painter.rect(i64::from(rect.right() + line), row, tick, line, colors.line);
            let baseline = f64::from(rect.bottom()) - height * f64::from(rect.height) + size * text::CAP_HEIGHT / 2.0;
            let role = Role::Tick;
            labels.push(Label { text: label, role, size, x: left, y: baseline.round(), width, turned: false });
        }
    }
    if let Some(shared) = shared {
        let width = text::width(&shared, size)?;
        let most = f64::from(layout.size.width) - width - 2.0 * layout.scale;
        let baseline = f64::from(place.rect.y) - (5.0 * layout.scale).round() - f64::from(line);
        let x = f64::from(rect.x).min(most);
        labels.push(Label { text: shared, role: Role::Shared, size, x, y: baseline, width, turned: false });
    }
    Ok(labels)
}

/// Whether a label is a bar's name, which runs upwards beside its ticks' labels.
pub(super) fn is_name(layout: &Layout, label: &Label) -> bool {
    label.turned && layout.bars.first().is_some_and(|bar| label.x > f64::from(bar.rect.right()))
}

/// How far the names of bars may be set nearer to them, in whole pixels: the layout has kept room for the longest labels there
/// may be, as it is made before the values are known. Half of what is left stays at the figure's edge.
pub(super) fn name_shift(layout: &Layout, ticks: &[Label]) -> f64 {
    let longest = ticks.iter().filter(|label| label.role == Role::Tick).map(|label| label.width).fold(0.0, f64::max);
    layout.bars.first().map_or(0.0, |bar| ((bar.room - longest) * 0.6).max(0.0).round())
}

/// Points at the ends beyond which there are values; returns what is left for the colours.
fn points(painter: &mut Painter, place: Rect, bar: &ColorBar, colors: ThemeColors) -> Rect {
    let point = (place.width * 2 / 3).min(place.height / 8);
    let [below, above] = bar.extends.map(|extends| if extends { point } else { 0 });
    let rect = Rect { y: place.y + above, height: place.height - above - below, ..place };
    let (left, right) = (float(place.x), float(place.right()));
    let middle = f32::midpoint(left, right);
    let mut triangle = |base: u32, tip: u32, color: [u8; 4]| {
        let (base, tip) = (float(base), float(tip));
        painter.polygon(&[(left, base), (middle, tip), (right, base)], Rgba(color));
        painter.polyline(&[(left, base), (middle, tip), (right, base)], 1.0, colors.faint);
    };
    if below > 0 {
        triangle(rect.bottom(), place.bottom(), bar.palette[0]);
    }
    if above > 0 {
        triangle(rect.y, place.y, bar.palette[COLORS - 1]);
    }
    rect
}

fn float(value: u32) -> f32 {
    value as f32
}

#[cfg(test)]
#[path = "colorbar_tests.rs"]
mod tests;
