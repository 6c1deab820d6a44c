//! Bars of times: ticks on the boundaries of clock and calendar.

use super::super::ticks::{TimeUnit, dates};
use super::{BarTick, ColorBar};

/// Ticks at least `apart` from each other, with the date as a second line where it changes; none where dates are of no use.
pub(super) fn ticks(bar: &ColorBar, unit: TimeUnit, apart: f64) -> Option<Vec<BarTick>> {
    let (low, high) = bar.limits?;
    // Where equal distances are not equal differences, dates of longer steps come first, then those between.
    let parts: &[f64] = if bar.is_even() { &[1.0] } else { &[32.0, 8.0, 2.0, 0.5] };
    let steps: Vec<_> =
        parts.iter().filter_map(|part| dates::at(low, high, (high - low) * apart * part, unit)).collect();
    let mut chosen: Vec<(i128, f64, f64)> = Vec::new();
    for (t, value) in steps.iter().flat_map(|(_, instants)| instants) {
        let Some(height) = bar.height(*value) else { continue };
        if chosen.iter().all(|(.., taken)| (taken - height).abs() >= apart) {
            chosen.push((*t, *value, height));
        }
    }
    chosen.sort_by_key(|(t, ..)| *t);
    let instants: Vec<i128> = chosen.iter().map(|(t, ..)| *t).collect();
    // The longest step that leads to all of them says what tells them apart.
    let leads = |(_, all): &&(dates::Step, Vec<(i128, f64)>)| {
        instants.iter().all(|t| all.iter().any(|(instant, _)| instant == t))
    };
    let step = steps.iter().find(leads).or(steps.last())?.0;
    let labels = dates::labels(step, &instants);
    let tick =
        |((_, value, height), label): (&(i128, f64, f64), String)| BarTick { value: *value, height: *height, label };
    Some(chosen.iter().zip(labels).map(tick).collect()).filter(|ticks: &Vec<BarTick>| !ticks.is_empty())
}
