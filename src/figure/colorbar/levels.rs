//! Bars of levels: one region after another, each of one colour.

use crate::scene::style::Levels;

use super::super::contours::level_text;
use super::super::norm::share;
use super::BarTick;

/// The region, 0 for the one below, if that has one, at a height from 0 to below 1.
pub(super) fn region_at(levels: &Levels, height: f64) -> usize {
    let last = levels.values.len() - 2;
    let inner = (0..=last).rev().find(|region| bottom(levels, *region) <= height).unwrap_or(0);
    inner + usize::from(levels.extend.ends()[0])
}

/// Where a region begins, 0 to 1; the last level is the end of all.
fn bottom(levels: &Levels, level: usize) -> f64 {
    let last = levels.values.len() - 1;
    if levels.is_proportional {
        share(levels.values[level], levels.values[0], levels.values[last])
    } else {
        level as f64 / last as f64
    }
}

/// Where a value between the first and the last level stands.
pub(super) fn height(levels: &Levels, value: f64) -> f64 {
    let last = levels.values.len() - 1;
    let region = levels.values.partition_point(|level| *level <= value).saturating_sub(1).min(last - 1);
    let [low, high] = [region, region + 1].map(|level| bottom(levels, level));
    low + (high - low) * share(value, levels.values[region], levels.values[region + 1]).clamp(0.0, 1.0)
}

/// The levels, lowest first, as far as they are so far from each other; the ends before all others.
pub(super) fn ticks(levels: &Levels, apart: f64) -> Vec<BarTick> {
    let last = levels.values.len() - 1;
    let mut chosen: Vec<(usize, f64)> = Vec::new();
    for level in [0, last].into_iter().chain(1..last) {
        let at = bottom(levels, level);
        // A tenth less, as whole pixels and levels need not fit each other.
        if chosen.iter().all(|(_, taken)| (taken - at).abs() >= apart * 0.9) {
            chosen.push((level, at));
        }
    }
    chosen.sort_by_key(|(level, _)| *level);
    let tick = |(level, height): (usize, f64)| {
        let value = levels.values[level];
        BarTick { value, height, label: level_text(value) }
    };
    chosen.into_iter().map(tick).collect()
}
